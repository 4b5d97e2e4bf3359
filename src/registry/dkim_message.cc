// A message as DKIM sees it: header fields with their folding kept, since "simple" signs it, and a body whose line ends are CRLF, as they
// were on the wire. Canonicalisation copies once, from the front; nothing looks back further than the line at hand.
#include <algorithm>

#include "core/ascii.h"
#include "registry/dkim.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMostDkimFields = 500;
constexpr std::size_t kMostDkimHeader = 128 << 10;

bool is_dkim_space(char c) { return c == ' ' || c == '\t'; }

// Mail that lies in a file often has bare line feeds.
std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32 + 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

// Runs of spaces and tabs to one space; none at the end.
std::string with_single_spaces(std::string_view text) {
  std::string out;
  bool pending = false;
  for (const char c : text) {
    if (is_dkim_space(c)) {
      pending = true;
      continue;
    }
    if (pending) out += ' ';
    pending = false;
    out += c;
  }
  return out;
}

std::string without_line_ends(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\r\n") {
      ++i;
      continue;
    }
    out += text[i];
  }
  return out;
}

std::string_view without_spaces_around(std::string_view text) {
  while (!text.empty() && is_dkim_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_dkim_space(text.back())) text.remove_suffix(1);
  return text;
}

Result<DkimMessage::Field> read_dkim_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view field = without_spaces_around(line.substr(0, std::min(colon, line.size())));
  const bool good = std::ranges::all_of(field, [](char c) { return c > 0x20 && c < 0x7f; });
  if (colon == std::string_view::npos || field.empty() || !good) return fail("this is no mail message: a header field is none");
  return DkimMessage::Field{.name = lower(field), .whole = std::string(line)};
}

}  // namespace

std::string_view DkimMessage::Field::value() const { return std::string_view(whole).substr(whole.find(':') + 1); }

Result<DkimMessage> DkimMessage::parse(std::string_view message) {
  if (message.size() > kMaxDkimMessage) return fail("a message has at most 1 MiB");
  const std::string text = with_crlf(message);
  DkimMessage out;
  std::string_view rest = text;
  while (!rest.empty()) {
    if (text.size() - rest.size() > kMostDkimHeader) return fail("the message's header section is too long");
    const std::size_t end = std::min(rest.find("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    if (line.empty()) break;
    if (is_dkim_space(line.front())) {
      if (out.fields.empty()) return fail("the message begins with a folded line");
      out.fields.back().whole.append("\r\n").append(line);
      continue;
    }
    if (out.fields.empty() && line.starts_with("From ")) continue;
    if (out.fields.size() >= kMostDkimFields) return fail("the message has too many header fields");
    ENTENTE_TRY(Field field, read_dkim_field(line));
    out.fields.push_back(std::move(field));
  }
  if (out.fields.empty()) return fail("this is no mail message: it has no header");
  out.body = std::string(rest);
  return out;
}

std::vector<const DkimMessage::Field*> DkimMessage::all(std::string_view name) const {
  std::vector<const Field*> out;
  for (const Field& field : fields)
    if (field.name == name) out.push_back(&field);
  return out;
}

std::optional<std::string> DkimMessage::only(std::string_view name) const {
  const auto found = all(name);
  if (found.size() != 1) return std::nullopt;
  return std::string(without_spaces_around(without_line_ends(found.front()->value())));
}

std::string canonical_field(const DkimMessage::Field& field, DkimForm form) {
  if (form == DkimForm::simple) return field.whole;
  const std::string one_line = without_line_ends(field.value());
  return field.name + ":" + with_single_spaces(without_spaces_around(one_line));
}

std::string canonical_body(std::string_view body, DkimForm form) {
  std::string out;
  out.reserve(body.size() + 2);
  std::size_t kept = 0;  // up to the end of the last line that is not empty
  while (!body.empty()) {
    const std::size_t end = std::min(body.find("\r\n"), body.size());
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 2, body.size()));
    if (form == DkimForm::relaxed)
      out += with_single_spaces(line);
    else
      out += line;
    const bool empty = out.empty() || out.ends_with("\r\n");
    out += "\r\n";
    if (!empty) kept = out.size();
  }
  out.resize(kept);
  // Of an empty body "simple" signs one line end, "relaxed" nothing.
  if (out.empty() && form == DkimForm::simple) out = "\r\n";
  return out;
}

}  // namespace entente::registry
