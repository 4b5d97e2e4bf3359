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
constexpr std::size_t kMaxColumns = 40;
constexpr std::size_t kWideColumns = 8;  // beyond this …
constexpr std::size_t kSideBySide = 4;   // … up to so many rows are set side by side

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

// {"present": {"name": 1}} as {"present: name": 1}: one level, so that a row stays a row.
Json flattened(const Json& row) {
  Json out = Json::object();
  for (auto it = row.begin(); it != row.end(); ++it) {
    const bool flat = it->is_object() && !it->empty() && std::all_of(it->begin(), it->end(), is_scalar);
    if (!flat) {
      out[it.key()] = *it;
      continue;
    }
    for (auto inner = it->begin(); inner != it->end(); ++inner) out[it.key() + ": " + inner.key()] = *inner;
  }
  return out;
}

// Rows as one table: what to show, and the keys of all of them in order of first appearance. No columns if there is nothing to tabulate.
struct Table {
  std::vector<Json> rows;
  std::vector<std::string> columns;
};

Table tabulated(const Json& value, std::size_t shown) {
  Table out;
  for (std::size_t i = 0; i < shown; ++i) {
    if (!value[i].is_object()) return {};
    out.rows.push_back(flattened(value[i]));
    for (auto it = out.rows.back().begin(); it != out.rows.back().end(); ++it) {
      if (std::find(out.columns.begin(), out.columns.end(), it.key()) == out.columns.end()) out.columns.push_back(it.key());
    }
  }
  return out.columns.size() <= kMaxColumns ? out : Table{};
}

std::string cell(const Json& row, const std::string& column, Language language, int depth) {
  const auto found = row.find(column);
  if (found == row.end()) return "<td></td>";
  return (found->is_number() ? "<td class=\"n\">" : "<td>") + render(*found, language, 5, depth + 2) + "</td>";
}

constexpr std::string_view kScroll = "<div class=\"scroll\" tabindex=\"0\" role=\"group\">";

std::string row_table(const Table& table, Language language, int depth) {
  std::string out = fmt::format("{}<table class=\"rows\"><thead><tr>", kScroll);
  for (const auto& column : table.columns) out += fmt::format("<th scope=\"col\">{}</th>", escape(key_label(column)));
  out += "</tr></thead><tbody>";
  for (const Json& row : table.rows) {
    out += "<tr>";
    for (const auto& column : table.columns) out += cell(row, column, language, depth);
    out += "</tr>";
  }
  return out + "</tbody></table></div>";
}

// Few rows of many columns read better side by side: one line a key, one column a row.
std::string side_by_side(const Table& table, Language language, int depth) {
  std::string out = fmt::format("{}<table class=\"rows side\"><tbody>", kScroll);
  for (const auto& column : table.columns) {
    out += fmt::format("<tr><th scope=\"row\">{}</th>", escape(key_label(column)));
    for (const Json& row : table.rows) out += cell(row, column, language, depth);
    out += "</tr>";
  }
  return out + "</tbody></table></div>";
}

// The columns of finding_rows(); `on_paper`: also in print, where there is room for few.
struct MainColumn {
  std::string_view key;
  bool on_paper = true;
};
constexpr MainColumn kMainColumns[] = {{"id"},       {"cve"},     {"severity"},        {"cvss"},         {"component"},
                                       {"fixed"},    {"kev_due"}, {"due_date"},        {"days_overdue"}, {"over_limit", false},
                                       {"relation"}, {"lacking"}, {"age_days", false}, {"state", false}};

bool is_blank(const Json& row, std::string_view key) {
  const auto value = row.find(key);
  return value == row.end() || value->is_null() || ((value->is_array() || value->is_object()) && value->empty()) ||
         (value->is_string() && value->get_ref<const std::string&>().empty());
}

bool is_main(std::string_view key) {
  return std::any_of(std::begin(kMainColumns), std::end(kMainColumns), [&](const MainColumn& c) { return c.key == key; });
}

// Note and all other values of a row; empty if there are none.
std::string under_row(const Json& row, Language language) {
  std::string out;
  if (!is_blank(row, "note")) out += fmt::format("<p>{}</p>", render(row["note"], language, 5, 2));
  std::string rest;
  for (auto it = row.begin(); it != row.end(); ++it) {
    if (it.key() == "note" || is_main(it.key()) || is_blank(row, it.key())) continue;
    rest += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape(key_label(it.key())), render(*it, language, 5, 2));
  }
  return rest.empty() ? out : out + fmt::format("<dl>{}</dl>", rest);
}

std::string array_list(const Json& value, Language language, std::size_t max_rows, int depth) {
  if (value.empty()) return "–";
  const std::size_t shown = std::min(value.size(), max_rows);
  std::string out;
  const Table table = tabulated(value, shown);
  if (!table.columns.empty()) {
    const bool wide = table.columns.size() > kWideColumns && table.rows.size() <= kSideBySide;
    out = wide ? side_by_side(table, language, depth) : row_table(table, language, depth);
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

std::string finding_rows(const Json& rows, Language language) {
  std::vector<MainColumn> columns;
  for (const MainColumn& column : kMainColumns)
    if (std::any_of(rows.begin(), rows.end(), [&](const Json& row) { return row.is_object() && !is_blank(row, column.key); }))
      columns.push_back(column);
  if (columns.empty() || !std::all_of(rows.begin(), rows.end(), [](const Json& row) { return row.is_object(); }))
    return json_table(rows, language, rows.size());
  std::string out = fmt::format("{}<table class=\"rows found\"><thead><tr>", kScroll);
  const auto hidden = [](const MainColumn& column) { return column.on_paper ? "" : " screen"; };
  for (const MainColumn& column : columns)
    out += fmt::format("<th scope=\"col\" class=\"c-{}{}\">{}</th>", column.key, hidden(column), escape(key_label(column.key)));
  out += "</tr></thead>";
  for (const Json& row : rows) {
    out += "<tbody><tr>";
    for (const MainColumn& column : columns) {
      const bool blank = is_blank(row, column.key);
      out += fmt::format("<td class=\"c-{}{}{}\" data-label=\"{}\">{}</td>", column.key, hidden(column), blank ? " blank" : "",
                         escape(key_label(column.key)), blank ? std::string() : render(row[std::string(column.key)], language, 5, 2));
    }
    out += "</tr>";
    if (const std::string under = under_row(row, language); !under.empty())
      out += fmt::format("<tr class=\"under\"><td colspan=\"{}\">{}</td></tr>", columns.size(), under);
    out += "</tbody>";
  }
  return out + "</table></div>";
}

std::string json_table(const Json& value, Language language, std::size_t max_rows) { return render(value, language, max_rows, 0); }

}  // namespace entente::assess
