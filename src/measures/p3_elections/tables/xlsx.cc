// A workbook is a zip of XML parts. Read are: the list of sheets, the shared strings, from the styles which formats are dates, and the
// sheets; each once, streaming. A sheet's relationship leads to its part; everything else in the zip is passed over unread.
#include "measures/p3_elections/tables/xlsx.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>

#include "core/utf8.h"
#include "measures/p3_elections/tables/container.h"
#include "measures/p3_elections/tables/xml_reader.h"

namespace entente::measures::p3_elections::tables {

namespace {

using XlsxEvent = XmlReader::Event;

struct XlsxParts {
  std::string name;
  XlsxLimits limits;
  std::map<std::string, std::string, std::less<>> parts;
  std::vector<std::string> shared;
  std::vector<bool> date_style;  // by index of cellXfs
  bool from_1904 = false;
  std::uint64_t cells = 0, text_bytes = 0;
};

struct SheetPart {
  std::string name, relation;
  bool hidden = false;
};

std::optional<std::uint64_t> xlsx_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Formats 14–22 and 45–47 are dates and times (ECMA-376 18.8.30); one of the file's own is where it has a letter of a date outside quotes
// and brackets.
bool is_date_format(std::string_view code) {
  bool quoted = false, bracket = false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == '[') {
      bracket = true;
    } else if (c == ']') {
      bracket = false;
    } else if (!quoted && !bracket && std::string_view("yYmMdDhHsS").find(c) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// Days since 1899-12-30 (or 1904-01-01), with a fraction for the time; before March 1900 Excel counts a day that never was.
std::string date_text(double serial, bool from_1904) {
  using namespace std::chrono;
  double days = std::floor(serial);
  auto seconds_of_day = static_cast<std::int64_t>(std::llround((serial - days) * 86400));
  if (seconds_of_day == 86400) {
    days += 1;
    seconds_of_day = 0;
  }
  sys_days day = from_1904 ? sys_days(year(1904) / 1 / 1) : sys_days(year(1899) / 12 / 30);
  day += std::chrono::days(static_cast<int>(days) + (!from_1904 && days < 61 ? 1 : 0));
  const year_month_day d(day);
  std::string out =
      fmt::format("{:04}-{:02}-{:02}", static_cast<int>(d.year()), static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()));
  if (seconds_of_day != 0) out += fmt::format("T{:02}:{:02}:{:02}", seconds_of_day / 3600, seconds_of_day / 60 % 60, seconds_of_day % 60);
  return out;
}

std::string number_text(std::string_view raw, bool date, bool from_1904) {
  double value = 0;
  const auto [end, ec] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  if (ec != std::errc() || end != raw.data() + raw.size() || !std::isfinite(value)) return std::string(raw);
  if (date && value >= 0 && value < 2'958'466) return date_text(value, from_1904);
  if (value == std::floor(value) && std::fabs(value) < 1e15) return fmt::format("{}", static_cast<std::int64_t>(value));
  return std::string(raw);
}

// "BC23" → column 54 (from 0); nullopt for anything else.
std::optional<std::uint32_t> column_of(std::string_view reference) {
  std::uint32_t column = 0;
  std::size_t i = 0;
  for (; i < reference.size() && reference[i] >= 'A' && reference[i] <= 'Z' && i < 4; ++i)
    column = column * 26 + static_cast<std::uint32_t>(reference[i] - 'A' + 1);
  if (i == 0) return std::nullopt;
  return column - 1;
}

std::string column_letters(std::size_t column) {
  std::string out;
  for (std::size_t c = column + 1; c > 0; c = (c - 1) / 26) out.insert(out.begin(), static_cast<char>('A' + (c - 1) % 26));
  return out;
}

Result<XmlReader> open_part(const XlsxParts& x, std::string_view part) {
  const auto it = x.parts.find(part);
  if (it == x.parts.end())
    return fail(fmt::format("the workbook has no part {}", printable(part)), {.file = x.name}, "save it as .xlsx or as CSV again");
  return XmlReader::open(it->second, x.name + ":" + it->first, {.max_bytes = x.limits.max_bytes});
}

// The text of <si> or <is>: its <t>, those of its runs <r>; the phonetic hints <rPh> left out. The reader stands at the start of it.
Result<std::string> rich_text(XmlReader& xml) {
  std::string out;
  for (int inside = 1; inside > 0;) {
    ENTENTE_TRY(const XlsxEvent event, xml.next());
    if (event == XlsxEvent::done) return out;
    if (event == XlsxEvent::end) --inside;
    if (event != XlsxEvent::start) continue;
    if (xml.name() == "t") {
      ENTENTE_TRY(const std::string piece, xml.element_text());
      out += piece;
    } else if (xml.name() == "rPh") {
      ENTENTE_CHECK(xml.skip());
    } else {
      ++inside;
    }
  }
  return out;
}

Result<std::vector<SheetPart>> list_sheets(XlsxParts& x) {
  ENTENTE_TRY(XmlReader xml, open_part(x, "xl/workbook.xml"));
  std::vector<SheetPart> out;
  for (;;) {
    ENTENTE_TRY(const XlsxEvent event, xml.next());
    if (event == XlsxEvent::done) return out;
    if (event != XlsxEvent::start) continue;
    if (xml.name() == "workbookPr") {
      const auto flag = xml.attribute("date1904");
      x.from_1904 = flag == "1" || flag == "true";
    } else if (xml.name() == "sheet") {
      if (out.size() == 1000) return fail("more than 1,000 sheets", {.file = x.name});
      const auto state = xml.attribute("state");
      out.push_back({xml.attribute("name").value_or(""), xml.attribute("id").value_or(""), state && *state != "visible"});
    }
  }
}

Result<std::map<std::string, std::string>> read_relations(const XlsxParts& x) {
  ENTENTE_TRY(XmlReader xml, open_part(x, "xl/_rels/workbook.xml.rels"));
  std::map<std::string, std::string> out;
  for (;;) {
    ENTENTE_TRY(const XlsxEvent event, xml.next());
    if (event == XlsxEvent::done) return out;
    if (event != XlsxEvent::start || xml.name() != "Relationship") continue;
    std::string target = xml.attribute("Target").value_or("");
    if (target.starts_with('/'))
      target.erase(0, 1);
    else
      target = "xl/" + target;
    out.emplace(xml.attribute("Id").value_or(""), std::move(target));
  }
}

Result<void> read_shared_strings(XlsxParts& x) {
  if (x.parts.find("xl/sharedStrings.xml") == x.parts.end()) return {};
  ENTENTE_TRY(XmlReader xml, open_part(x, "xl/sharedStrings.xml"));
  for (;;) {
    ENTENTE_TRY(const XlsxEvent event, xml.next());
    if (event == XlsxEvent::done) return {};
    if (event != XlsxEvent::start || xml.name() != "si") continue;
    if (x.shared.size() == x.limits.max_cells) return fail("too many shared strings", xml.where());
    ENTENTE_TRY(std::string text, rich_text(xml));
    x.shared.push_back(std::move(text));
  }
}

Result<void> read_styles(XlsxParts& x) {
  if (x.parts.find("xl/styles.xml") == x.parts.end()) return {};
  ENTENTE_TRY(XmlReader xml, open_part(x, "xl/styles.xml"));
  std::map<std::uint64_t, bool> own;
  bool in_cell_formats = false;
  for (;;) {
    ENTENTE_TRY(const XlsxEvent event, xml.next());
    if (event == XlsxEvent::done) return {};
    if (xml.name() == "cellXfs" && event != XlsxEvent::text) in_cell_formats = event == XlsxEvent::start;
    if (event != XlsxEvent::start) continue;
    if (xml.name() == "numFmt") {
      own[xlsx_number(xml.attribute("numFmtId").value_or("")).value_or(0)] = is_date_format(xml.attribute("formatCode").value_or(""));
    } else if (xml.name() == "xf" && in_cell_formats) {
      const std::uint64_t id = xlsx_number(xml.attribute("numFmtId").value_or("")).value_or(0);
      const auto it = own.find(id);
      if (x.date_style.size() == 65'536) return fail("more than 65,536 cell formats", xml.where());
      x.date_style.push_back(it != own.end() ? it->second : (id >= 14 && id <= 22) || (id >= 45 && id <= 47));
    }
  }
}

struct SheetReader {
  XlsxParts& x;
  XmlReader& xml;
  Sheet& sheet;

  tl::unexpected<Error> at_cell(std::string what, std::uint64_t row, std::size_t column, std::string hint = {}) const {
    return fail(std::move(what),
                {.file = x.name,
                 .line = row,
                 .column = column + 1,
                 .pointer = fmt::format("{}!{}{}", printable(sheet.name, 60), column_letters(column), row)},
                std::move(hint));
  }

  // At the start of <c>; afterwards at its end.
  Result<void> cell(SheetRow& row, std::uint32_t& next_column) {
    const auto reference = xml.attribute("r");
    std::uint32_t column = next_column;
    if (reference) {
      const auto given = column_of(*reference);
      if (!given || *given < next_column) return at_cell("cells out of order", row.row, next_column);
      column = *given;
    }
    if (column >= x.limits.max_columns) return at_cell("more columns than a sheet may have", row.row, column);
    next_column = column + 1;
    const std::string type = xml.attribute("t").value_or("n");
    const std::uint64_t style = xlsx_number(xml.attribute("s").value_or("0")).value_or(0);
    std::string raw;
    bool any = false;
    for (int inside = 1; inside > 0;) {
      ENTENTE_TRY(const XlsxEvent event, xml.next());
      if (event == XlsxEvent::done) break;
      if (event == XlsxEvent::end) --inside;
      if (event != XlsxEvent::start) continue;
      if (xml.name() == "v") {
        ENTENTE_TRY(raw, xml.element_text());
        any = true;
      } else if (xml.name() == "is") {
        ENTENTE_TRY(raw, rich_text(xml));
        any = true;
      } else {
        ENTENTE_CHECK(xml.skip());
      }
    }
    if (!any) return {};
    if (type == "s") {
      const auto index = xlsx_number(raw);
      if (!index || *index >= x.shared.size()) return at_cell("a shared string that is not there", row.row, column);
      raw = x.shared[*index];
    } else if (type == "b") {
      raw = raw == "1" || raw == "true" ? "TRUE" : "FALSE";
    } else if (type == "e") {
      return at_cell(fmt::format("a formula that failed: {}", printable(raw, 40)), row.row, column, "repair the cell in the workbook");
    } else if (type == "n") {
      raw = number_text(raw, style < x.date_style.size() && x.date_style[style], x.from_1904);
    }
    if (raw.empty()) return {};
    x.cells += column + 1 - row.cells.size();
    if (x.cells > x.limits.max_cells) return at_cell("more cells than allowed", row.row, column);
    // A shared string costs the file a few bytes each time a cell names it, and the memory its whole length.
    x.text_bytes += raw.size();
    if (x.text_bytes > x.limits.max_bytes)
      return at_cell(fmt::format("cells with more than {} bytes of text", x.limits.max_bytes), row.row, column,
                     "save it as CSV, which has no shared texts");
    row.cells.resize(column);
    row.cells.push_back(std::move(raw));
    return {};
  }

  Result<void> rows() {
    std::uint64_t last = 0;
    for (;;) {
      ENTENTE_TRY(const XlsxEvent event, xml.next());
      if (event == XlsxEvent::done) return {};
      if (event != XlsxEvent::start || xml.name() != "row") continue;
      const auto given = xml.attribute("r");
      SheetRow row{.row = given ? xlsx_number(*given).value_or(0) : last + 1};
      if (row.row <= last || row.row > x.limits.max_rows) return at_cell("rows out of order", row.row, 0);
      last = row.row;
      std::uint32_t next_column = 0;
      for (;;) {
        ENTENTE_TRY(const XlsxEvent inner, xml.next());
        if (inner == XlsxEvent::done || inner == XlsxEvent::end) break;
        if (inner != XlsxEvent::start) continue;
        if (xml.name() == "c") {
          ENTENTE_CHECK(cell(row, next_column));
        } else {
          ENTENTE_CHECK(xml.skip());
        }
      }
      if (!row.cells.empty()) sheet.rows.push_back(std::move(row));
    }
  }
};

bool wanted_part(std::string_view member) {
  return member == "[Content_Types].xml" || member == "mimetype" || member.starts_with("xl/workbook") ||
         member == "xl/_rels/workbook.xml.rels" || member == "xl/sharedStrings.xml" || member == "xl/styles.xml" ||
         (member.starts_with("xl/") && member.ends_with(".xml") && member.find("/theme/") == std::string_view::npos &&
          member.find("/drawings/") == std::string_view::npos && member.find("/charts/") == std::string_view::npos);
}

}  // namespace

bool looks_like_xlsx(std::string_view bytes) { return packing_of(bytes) == Packing::zip; }

Result<std::vector<Sheet>> read_xlsx(std::string_view bytes, const std::string& name, const XlsxLimits& limits) {
  XlsxParts x{.name = name, .limits = limits};
  ENTENTE_CHECK(each_member(bytes, name, {.max_bytes = limits.max_bytes, .max_member_bytes = limits.max_bytes, .max_members = 10'000},
                            wanted_part, [&](Member&& member) -> Result<void> {
                              x.parts.emplace(std::move(member.name), std::move(member.content));
                              return {};
                            }));
  if (x.parts.find("xl/workbook.bin") != x.parts.end())
    return fail("a binary workbook (.xlsb)", {.file = name}, "save it as .xlsx or as CSV");
  if (const auto it = x.parts.find("mimetype"); it != x.parts.end() && it->second.find("opendocument") != std::string::npos)
    return fail("an OpenDocument file", {.file = name}, "save it as .xlsx or as CSV");
  if (x.parts.find("xl/workbook.xml") == x.parts.end())
    return fail("a zip that is no workbook", {.file = name}, "a workbook (.xlsx) or a CSV is needed here");
  ENTENTE_TRY(const std::vector<SheetPart> list, list_sheets(x));
  ENTENTE_TRY(const auto relations, read_relations(x));
  ENTENTE_CHECK(read_shared_strings(x));
  ENTENTE_CHECK(read_styles(x));
  std::vector<Sheet> out;
  for (const SheetPart& part : list) {
    const auto it = relations.find(part.relation);
    if (it == relations.end()) return fail(fmt::format("sheet {} leads to no part", printable(part.name, 60)), {.file = name});
    if (it->second.find("worksheets/") == std::string::npos) continue;  // a chart sheet
    ENTENTE_TRY(XmlReader xml, open_part(x, it->second));
    Sheet& sheet = out.emplace_back(Sheet{.name = part.name, .hidden = part.hidden});
    ENTENTE_CHECK((SheetReader{x, xml, sheet}.rows()));
  }
  return out;
}

}  // namespace entente::measures::p3_elections::tables
