// Which encoding a text has: a byte order mark decides, then validity as UTF-8 (a text of another encoding that has any character beyond
// ASCII is hardly ever valid UTF-8), then Windows-1252, the Western default of the programs that write these files. The 27 characters
// Windows-1252 has where Latin-1 has control codes stand in a table (Unicode's mapping CP1252.TXT).
#include "measures/p3_elections/tables/encoding.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace entente::measures::p3_elections::tables {

namespace {

constexpr std::array<char16_t, 32> kWindows1252 = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
                                                   0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
                                                   0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (c >> 6)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (c >> 12)));
    out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | (c >> 18)));
    out.push_back(static_cast<char>(0x80 | ((c >> 12) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

Result<std::string> utf16_to_utf8(std::string_view bytes, bool little, const std::string& name) {
  if (bytes.size() % 2 != 0) return fail("half a UTF-16 character at the end", {.file = name, .offset = bytes.size() + 1});
  const auto unit = [&](std::size_t i) {
    const auto a = static_cast<unsigned char>(bytes[i]), b = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(little ? a | b << 8 : b | a << 8);
  };
  std::string out;
  out.reserve(bytes.size() / 2 + bytes.size() / 16);
  std::uint64_t line = 1;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c == '\n') ++line;
    if (c >= 0xD800 && c < 0xDC00 && i + 3 < bytes.size() && unit(i + 2) >= 0xDC00 && unit(i + 2) < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
      i += 2;
    } else if (c >= 0xD800 && c < 0xE000) {
      return fail("half a character in UTF-16 text", {.file = name, .line = line, .offset = i + 2});
    }
    append_utf8(out, c);
  }
  return out;
}

Result<std::string> windows_1252_to_utf8(std::string_view bytes, const std::string& name) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 16 + 16);
  std::uint64_t line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto b = static_cast<unsigned char>(bytes[i]);
    const char32_t c = b >= 0x80 && b < 0xA0 ? kWindows1252[b - 0x80] : b;
    if (b == '\n') {
      ++line;
      line_start = i + 1;
    }
    if ((b >= 0x80 && c == 0) || (b < 0x20 && b != '\t' && b != '\n' && b != '\r'))
      return fail(fmt::format("byte 0x{:02X} is no character of UTF-8 or of Windows-1252", b),
                  {.file = name, .line = line, .column = i - line_start + 1}, "is it a text file? Save it as UTF-8");
    append_utf8(out, c);
  }
  return out;
}

}  // namespace

std::string_view to_string(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8: return "UTF-8";
    case Encoding::utf16_le: return "UTF-16 (little-endian)";
    case Encoding::utf16_be: return "UTF-16 (big-endian)";
    case Encoding::windows_1252: return "Windows-1252";
  }
  return "";
}

Result<DecodedText> decode_text(std::string_view bytes, const std::string& name) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const bool little = bytes.starts_with("\xFF\xFE");
  if (little || bytes.starts_with("\xFE\xFF")) {
    ENTENTE_TRY(std::string text, utf16_to_utf8(bytes.substr(2), little, name));
    return DecodedText(std::move(text), little ? Encoding::utf16_le : Encoding::utf16_be);
  }
  if (simdjson::validate_utf8(bytes.data(), bytes.size())) return DecodedText(bytes, Encoding::utf8);
  ENTENTE_TRY(std::string text, windows_1252_to_utf8(bytes, name));
  return DecodedText(std::move(text), Encoding::windows_1252);
}

}  // namespace entente::measures::p3_elections::tables
