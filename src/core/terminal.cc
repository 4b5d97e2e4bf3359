// Terminal manners, decided once per stream from the environment.
#include "core/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>
#include <cstdlib>
#include <cstring>

namespace entente {
namespace {

ColourChoice g_choice = ColourChoice::automatic;

std::string_view code(Colour colour) {
  switch (colour) {
    case Colour::plain: return "";
    case Colour::bold: return "\x1b[1m";
    case Colour::dim: return "\x1b[2m";
    case Colour::red: return "\x1b[31m";
    case Colour::green: return "\x1b[32m";
    case Colour::yellow: return "\x1b[33m";
    case Colour::blue: return "\x1b[34m";
    case Colour::cyan: return "\x1b[36m";
  }
  return "";
}

bool set_and_not_empty(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

void set_colour(ColourChoice choice) { g_choice = choice; }

bool colours(std::FILE* stream) {
  if (g_choice != ColourChoice::automatic) return g_choice == ColourChoice::always;
  if (set_and_not_empty("NO_COLOR")) return false;
  if (set_and_not_empty("CLICOLOR_FORCE")) return true;
  const char* term = std::getenv("TERM");
  return ::isatty(::fileno(stream)) == 1 && (term == nullptr || std::strcmp(term, "dumb") != 0);
}

std::string paint(std::FILE* stream, Colour colour, std::string_view text) {
  if (colour == Colour::plain || !colours(stream)) return std::string(text);
  return std::string(code(colour)) + std::string(text) + "\x1b[0m";
}

int terminal_width(std::FILE* stream) {
  winsize size{};
  if (::ioctl(::fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 100;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if ((c & 0xc0) == 0x80) continue;                                        // a continuation byte
    const bool combining = (c == 0xcc || c == 0xcd) && i + 1 < text.size();  // U+0300…U+036F, near enough
    if (!combining) ++width;
  }
  return width;
}

}  // namespace entente
