// Escaping and JSON tables for the HTML report. Recursion over JSON is bounded by a depth parameter, not by the input.
#include "assess/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "assess/words.h"

namespace entente::assess {

using catalog::Language;

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr int kMaxDepth = 4;
constexpr std::size_t kMaxColumns = 8;

// Length of the well-formed UTF-8 sequence at `at` (RFC 3629) and its code point; 0 if there is none.
std::size_t decode(std::string_view text, std::size_t at, std::uint32_t& code) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(at);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || at + length > text.size()) return 0;
  code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return 0;
    code = code << 6U | (byte(at + i) & 0x3FU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  return overlong || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0 : length;
}

bool is_deceptive(std::uint32_t code) {
  if (code < 0x20) return code != '\n' && code != '\t';
  return (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0x200E ||
         code == 0x200F || code == 0x061C || code == 0xFEFF || code == 0xFFFE || code == 0xFFFF;
}

std::string scalar(const Json& value, Language language) {
  if (value.is_string()) return escape(value.get_ref<const std::string&>());
  if (value.is_null()) return "–";
  if (value.is_boolean()) return std::string(value.get<bool>() ? say(language, "yes", "oui") : say(language, "no", "non"));
  return escape(json_compact(value));
}

bool is_scalar(const Json& value) { return !value.is_object() && !value.is_array(); }

std::string more(std::size_t count, Language language) {
  return fmt::format("<p class=\"more\">{}</p>", fmt::format(fmt::runtime(say(language, "… and {} more", "… et {} de plus")), count));
}

std::string render(const Json& value, Language language, std::size_t max_rows, int depth);

std::string object_table(const Json& value, Language language, std::size_t max_rows, int depth) {
  std::string out = "<table class=\"kv\"><tbody>";
  for (auto it = value.begin(); it != value.end(); ++it) {
    out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escape(key_label(it.key())),
                       render(*it, language, max_rows, depth + 1));
  }
  return out + "</tbody></table>";
}

// The keys of all shown rows in order of first appearance; empty if the rows are not flat enough for columns.
std::vector<std::string> columns_of(const Json& rows, std::size_t shown) {
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < shown; ++i) {
    if (!rows[i].is_object()) return {};
    for (auto it = rows[i].begin(); it != rows[i].end(); ++it) {
      if (std::find(columns.begin(), columns.end(), it.key()) == columns.end()) columns.push_back(it.key());
    }
  }
  return columns.size() <= kMaxColumns ? columns : std::vector<std::string>{};
}

std::string row_table(const Json& value, const std::vector<std::string>& columns, std::size_t shown, Language language, int depth) {
  std::string out = "<div class=\"scroll\" tabindex=\"0\" role=\"group\"><table class=\"rows\"><thead><tr>";
  for (const auto& column : columns) out += fmt::format("<th scope=\"col\">{}</th>", escape(key_label(column)));
  out += "</tr></thead><tbody>";
  for (std::size_t i = 0; i < shown; ++i) {
    out += "<tr>";
    for (const auto& column : columns) {
      const auto cell = value[i].find(column);
      const bool number = cell != value[i].end() && cell->is_number();
      out += number ? "<td class=\"n\">" : "<td>";
      if (cell != value[i].end()) out += render(*cell, language, 5, depth + 2);
      out += "</td>";
    }
    out += "</tr>";
  }
  return out + "</tbody></table></div>";
}

std::string array_list(const Json& value, Language language, std::size_t max_rows, int depth) {
  if (value.empty()) return "–";
  const std::size_t shown = std::min(value.size(), max_rows);
  std::string out;
  const auto columns = columns_of(value, shown);
  if (!columns.empty()) {
    out = row_table(value, columns, shown, language, depth);
  } else if (std::all_of(value.begin(), value.end(), is_scalar)) {
    for (std::size_t i = 0; i < shown; ++i) out += (i == 0 ? "" : ", ") + scalar(value[i], language);
  } else {
    out = "<ul>";
    for (std::size_t i = 0; i < shown; ++i) out += fmt::format("<li>{}</li>", render(value[i], language, max_rows, depth + 1));
    out += "</ul>";
  }
  return value.size() > shown ? out + more(value.size() - shown, language) : out;
}

std::string render(const Json& value, Language language, std::size_t max_rows, int depth) {
  if (is_scalar(value)) return scalar(value, language);
  if (depth >= kMaxDepth) {
    std::string text = json_compact(value);
    if (text.size() > 500) text = text.substr(0, 500) + "…";
    return fmt::format("<code>{}</code>", escape(text));
  }
  if (value.is_array()) return array_list(value, language, max_rows, depth);
  return value.empty() ? "–" : object_table(value, language, max_rows, depth);
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t code = 0;
    const std::size_t length = decode(text, at, code);
    if (length == 0 || is_deceptive(code)) {
      out += kReplacement;
    } else if (code == '&') {
      out += "&amp;";
    } else if (code == '<') {
      out += "&lt;";
    } else if (code == '>') {
      out += "&gt;";
    } else if (code == '"') {
      out += "&quot;";
    } else if (code == '\'') {
      out += "&#39;";
    } else {
      out += text.substr(at, length);
    }
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::string key_label(std::string_view key) {
  std::string out(key);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

std::string json_table(const Json& value, Language language, std::size_t max_rows) { return render(value, language, max_rows, 0); }

}  // namespace entente::assess
