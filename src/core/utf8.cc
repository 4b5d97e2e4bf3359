// UTF-8 by a plain decoder (simdjson has a faster check for whole documents; these are for names and paths).
#include "core/utf8.h"

#include <fmt/format.h>
#include <cstdint>

namespace entente {
namespace {

// Decodes one code point at `at`; returns its length, 0 if the bytes are not UTF-8 (overlong, surrogate, too large, cut).
std::size_t decode(std::string_view s, std::size_t at, char32_t& out) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[at + i]); };
  const unsigned char b0 = byte(0);
  if (b0 < 0x80) {
    out = b0;
    return 1;
  }
  std::size_t length = 0;
  char32_t smallest = 0;
  if ((b0 & 0xe0) == 0xc0) {
    length = 2;
    out = b0 & 0x1f;
    smallest = 0x80;
  } else if ((b0 & 0xf0) == 0xe0) {
    length = 3;
    out = b0 & 0x0f;
    smallest = 0x800;
  } else if ((b0 & 0xf8) == 0xf0) {
    length = 4;
    out = b0 & 0x07;
    smallest = 0x10000;
  } else
    return 0;
  if (at + length > s.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    out = out << 6 | (byte(i) & 0x3f);
  }
  if (out < smallest || out > 0x10ffff || (out >= 0xd800 && out <= 0xdfff)) return 0;
  return length;
}

bool hides(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  char32_t c = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t n = decode(text, at, c);
    if (n == 0) return false;
    at += n;
  }
  return true;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
  std::string out;
  char32_t c = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (out.size() >= max_bytes) return out + "…";
    const std::size_t n = decode(text, at, c);
    if (n == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
      ++at;
      continue;
    }
    if (hides(c))
      out += c < 0x100 ? fmt::format("\\x{:02x}", static_cast<unsigned>(c)) : fmt::format("\\u{{{:x}}}", static_cast<unsigned>(c));
    else
      out += text.substr(at, n);
    at += n;
  }
  return out;
}

}  // namespace entente
