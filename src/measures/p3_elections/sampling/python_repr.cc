// Python's repr of str: the quote is ' unless the text has one and no "; backslash and the quote get a backslash; \t \n \r by name; other
// characters Python does not print as \xhh, \uhhhh or \Uhhhhhhhh; the rest as they are. Tuples: items by repr, ", " between.
#include "measures/p3_elections/sampling/python_repr.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/utf8.h"
#include "measures/p3_elections/sampling/python_repr_table.h"

namespace entente::measures::p3_elections::sampling {

namespace {

bool repr_printable(std::uint32_t code) {
  const auto ranges = python_unprintable();
  const auto behind = std::ranges::upper_bound(ranges, code, {}, &CodePointRange::first);
  return behind == ranges.begin() || std::prev(behind)->last < code;
}

// The text is valid UTF-8.
std::uint32_t repr_decode(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<std::uint8_t>(text[at]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t code = length == 1 ? lead : lead & (0x7F >> length);
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<std::uint8_t>(text[at + i]) & 0x3F);
  at += length;
  return code;
}

void repr_escape(std::uint32_t code, std::string& out) {
  if (code == '\t')
    out += "\\t";
  else if (code == '\n')
    out += "\\n";
  else if (code == '\r')
    out += "\\r";
  else if (code <= 0xFF)
    out += fmt::format("\\x{:02x}", code);
  else if (code <= 0xFFFF)
    out += fmt::format("\\u{:04x}", code);
  else
    out += fmt::format("\\U{:08x}", code);
}

}  // namespace

Result<std::string> python_repr(std::string_view text) {
  if (!is_valid_utf8(text)) return fail("a name is not UTF-8: Python's text of it cannot be told", {}, "convert the file to UTF-8 first");
  const char quote = text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
  std::string out(1, quote);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const std::uint32_t code = repr_decode(text, at);
    if (code == static_cast<std::uint32_t>(quote) || code == '\\') {
      out += '\\';
      out += static_cast<char>(code);
    } else if (repr_printable(code))
      out += text.substr(start, at - start);
    else
      repr_escape(code, out);
  }
  return out + quote;
}

Result<std::string> python_tuple(const std::vector<PythonItem>& items) {
  std::string out = "(";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ", ";
    if (const auto* text = std::get_if<std::string>(&items[i])) {
      ENTENTE_TRY(const std::string written, python_repr(*text));
      out += written;
    } else if (const auto* number = std::get_if<std::int64_t>(&items[i]))
      out += std::to_string(*number);
    else if (const auto* written = std::get_if<PythonWritten>(&items[i]))
      out += written->text;
    else
      out += "None";
  }
  if (items.size() == 1) out += ',';
  return out + ")";
}

}  // namespace entente::measures::p3_elections::sampling
