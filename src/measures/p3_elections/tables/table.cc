// Decides by content: a zip is read as a workbook, what begins like some other known kind of file is refused by its name, all else is text.
#include "measures/p3_elections/tables/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "measures/p3_elections/tables/container.h"
#include "measures/p3_elections/tables/csv.h"
#include "measures/p3_elections/tables/xlsx.h"

namespace entente::measures::p3_elections::tables {

namespace {

char separator_of(std::string_view text) {
  bool quoted = false;
  std::size_t semicolons = 0, tabs = 0;
  for (const char c : text.substr(0, 1 << 16)) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == ',') return ',';
    semicolons += c == ';';
    tabs += c == '\t';
    if (c == '\n') break;
  }
  if (semicolons == 0 && tabs == 0) return ',';
  return semicolons >= tabs ? ';' : '\t';
}

bool has_content(const std::vector<std::string>& cells) {
  return std::any_of(cells.begin(), cells.end(), [](const std::string& c) { return !trimmed(c).empty(); });
}

Result<Table> table_of_workbook(std::string_view bytes, const std::string& name, const TableLimits& limits) {
  ENTENTE_TRY(std::vector<Sheet> sheets, read_xlsx(bytes, name, {.max_bytes = limits.max_bytes, .max_cells = limits.max_cells}));
  Table out{.file = name};
  for (Sheet& sheet : sheets) {
    std::erase_if(sheet.rows, [](const SheetRow& row) { return !has_content(row.cells); });
    if (sheet.rows.empty()) continue;
    if (!out.rows.empty() || sheet.hidden) {
      out.other_sheets.push_back(sheet.name);
      continue;
    }
    out.sheet = sheet.name;
    for (SheetRow& row : sheet.rows) out.rows.push_back({row.row, std::move(row.cells)});
  }
  return out;
}

Result<Table> table_of_text(std::string_view bytes, const std::string& name, const TableLimits& limits) {
  ENTENTE_TRY(const DecodedText text, decode_text(bytes, name));
  Table out{.file = name, .encoding = text.encoding(), .separator = separator_of(text.text())};
  CsvReader reader(text.text(), name, out.separator);
  std::uint64_t cells = 0;
  for (CsvRow row;;) {
    ENTENTE_TRY(const bool more, reader.next(row));
    if (!more) return out;
    cells += row.cells.size();
    if (cells > limits.max_cells) return fail("more cells than allowed", reader.where(row, 0));
    TableRow kept{.line = row.line, .cells = std::vector<std::string>(row.cells.begin(), row.cells.end())};
    if (has_content(kept.cells)) out.rows.push_back(std::move(kept));
  }
}

}  // namespace

std::string_view foreign_kind(std::string_view bytes) {
  if (bytes.starts_with("\xD0\xCF\x11\xE0")) return "an old Excel workbook (.xls)";
  if (bytes.starts_with("%PDF")) return "a PDF";
  if (bytes.starts_with("\x89PNG") || bytes.starts_with("\xFF\xD8\xFF") || bytes.starts_with("GIF8")) return "an image";
  if (bytes.starts_with("{\\rtf")) return "an RTF document";
  std::string head;
  for (const char c : bytes.substr(0, 200)) head.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
  if (head.starts_with("\xEF\xBB\xBF")) head.erase(0, 3);
  head.erase(0, std::min(head.find_first_not_of(" \t\r\n"), head.size()));
  if (head.starts_with("<!doctype html") || head.starts_with("<html")) return "a page of HTML";
  return {};
}

Result<Table> parse_table(std::string_view bytes, const std::string& name, const TableLimits& limits) {
  if (const std::string_view kind = foreign_kind(bytes); !kind.empty())
    return fail(fmt::format("{}, where a table is needed", kind), {.file = name}, "save it as CSV or .xlsx");
  if (bytes.size() > limits.max_bytes) return fail(fmt::format("more than {} bytes", limits.max_bytes), {.file = name});
  auto out = looks_like_xlsx(bytes) ? table_of_workbook(bytes, name, limits) : table_of_text(bytes, name, limits);
  if (out && out->rows.empty()) return fail("a table with nothing in it", {.file = name});
  return out;
}

Result<Table> read_table(const std::filesystem::path& path, const TableLimits& limits) {
  ENTENTE_TRY(const FileText text, FileText::open(path, limits.max_bytes));
  return parse_table(text.bytes(), path.string(), limits);
}

}  // namespace entente::measures::p3_elections::tables
