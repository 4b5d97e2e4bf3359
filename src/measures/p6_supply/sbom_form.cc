// Which form bytes are in, and what the readers of the other forms share. UTF-16 is decoded unit by unit. The form is told by the first
// character, and between SPDX's two plain-text forms by the spelling of its version tag. The writer keeps, beside the JSON it makes, pairs
// (byte in the JSON, byte in the source) in ascending order, so that a place is found again by bisection.
#include "measures/p6_supply/sbom_form.h"

#include <algorithm>
#include <array>

#include "core/utf8.h"

namespace entente::measures::p6_supply {

namespace {

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

enum class ByteOrder { little, big };

Result<void> decode_utf16(std::string_view text, ByteOrder order, const std::string& name, std::string& out) {
  if (text.size() % 2 != 0)
    return fail("this is UTF-16 with an odd number of bytes", {.file = name}, "the file was cut off; export it again");
  out.reserve(text.size() / 2 + 16);
  const auto unit = [&](std::size_t at) {
    const auto a = static_cast<unsigned char>(text[at]);
    const auto b = static_cast<unsigned char>(text[at + 1]);
    return static_cast<char32_t>(order == ByteOrder::little ? b << 8 | a : a << 8 | b);
  };
  for (std::size_t i = 0; i < text.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xd800 && c < 0xe000) {
      const char32_t low = c < 0xdc00 && i + 2 < text.size() ? unit(i + 2) : 0;
      if (low < 0xdc00 || low >= 0xe000) return fail("half a character (a lone surrogate) in UTF-16", {.file = name, .offset = i});
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
      i += 2;
    }
    append_utf8(out, c);
  }
  return {};
}

// Whether a line of the text begins with `word`.
bool has_line(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    if (at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r') return true;
  return false;
}

}  // namespace

Result<std::string_view> as_utf8(std::string_view text, const std::string& name, std::string& held) {
  using namespace std::string_view_literals;
  if (text.starts_with("\xff\xfe\0\0"sv) || text.starts_with("\0\0\xfe\xff"sv))
    return fail("this is UTF-32, which no SBOM format uses", {.file = name}, "save the file as UTF-8");
  std::optional<ByteOrder> order;
  const bool marked = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
  if (text.starts_with("\xff\xfe") || (text.size() >= 4 && text[0] != 0 && text[1] == 0 && text[2] != 0 && text[3] == 0))
    order = ByteOrder::little;
  if (text.starts_with("\xfe\xff") || (text.size() >= 4 && text[0] == 0 && text[1] != 0 && text[2] == 0 && text[3] != 0))
    order = ByteOrder::big;
  if (order) {
    ENTENTE_CHECK(decode_utf16(text.substr(marked ? 2 : 0), *order, name, held));
    return held;
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text;
}

RecognisedForm recognise_form(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return RecognisedForm::unknown;
  if (text[start] == '{' || text[start] == '[') return RecognisedForm::json;
  if (text[start] == '<') return RecognisedForm::xml;
  if (has_line(text, "SPDXVersion:")) return RecognisedForm::spdx_tag_value;
  if (has_line(text, "spdxVersion:") || has_line(text, "\"spdxVersion\":")) return RecognisedForm::spdx_yaml;
  return RecognisedForm::unknown;
}

void JsonFormWriter::separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

void JsonFormWriter::begin(char bracket, std::uint64_t at) {
  separate();
  note(at);
  out_ += bracket;
  comma_ = false;
}

void JsonFormWriter::end(char bracket) {
  out_ += bracket;
  comma_ = true;
}

void JsonFormWriter::key(std::string_view name) {
  separate();
  quoted(name);
  out_ += ':';
  comma_ = false;
}

void JsonFormWriter::text(std::string_view value, std::uint64_t at) {
  separate();
  note(at);
  quoted(value);
}

void JsonFormWriter::literal(std::string_view json, std::uint64_t at) {
  separate();
  note(at);
  out_ += json;
}

void JsonFormWriter::quoted(std::string_view value) {
  out_ += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out_ += value.substr(plain, i - plain);
    plain = i + 1;
    constexpr std::string_view digits = "0123456789abcdef";
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += static_cast<char>(c);
    } else {
      out_ += "\\u00";
      out_ += digits[c >> 4];
      out_ += digits[c & 15];
    }
  }
  out_ += value.substr(plain);
  out_ += '"';
}

std::vector<std::uint32_t> line_starts(std::string_view text) {
  std::vector<std::uint32_t> starts{0};
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    starts.push_back(static_cast<std::uint32_t>(at + 1));
  return starts;
}

Where where_in(std::string_view text, const std::string& name, std::uint64_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto lines = static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  return {.file = name, .line = lines + 1, .column = before.size() - line_start + 1, .offset = offset};
}

namespace {
Where source_place(const std::vector<std::uint32_t>& lines, std::uint32_t source, const std::string& name, std::string_view pointer) {
  const auto line = std::prev(std::upper_bound(lines.begin(), lines.end(), source));
  return {.file = name,
          .line = static_cast<std::uint64_t>(line - lines.begin()) + 1,
          .column = std::uint64_t{source} - *line + 1,
          .offset = source,
          .pointer = std::string(pointer)};
}
}  // namespace

Where SourceMap::where(const std::string& name, std::uint64_t json_offset, std::string_view pointer) const {
  const auto after =
      std::upper_bound(places.begin(), places.end(), json_offset, [](std::uint64_t at, const SourcePlace& p) { return at < p.json; });
  return source_place(lines, after == places.begin() ? 0 : std::prev(after)->source, name, pointer);
}

Where SourceMap::where_next(const std::string& name, std::uint64_t json_offset, std::string_view pointer) const {
  const auto at = std::lower_bound(places.begin(), places.end(), json_offset,
                                   [](const SourcePlace& p, std::uint64_t offset) { return p.json < offset; });
  return at == places.end() ? where(name, json_offset, pointer) : source_place(lines, at->source, name, pointer);
}

}  // namespace entente::measures::p6_supply
