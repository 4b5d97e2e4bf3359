// A small table whatever it was saved as: CSV in any encoding of encoding.h, or the first sheet with cells of a workbook. What it is shows
// its content; a wrong ending in its name does no harm. For files of manifests and totals; vote records have readers of their own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/tables/encoding.h"

namespace entente::measures::p3_elections::tables {

struct TableRow {
  std::uint64_t line = 0;  // of the text, or row of the sheet; 1-based
  std::vector<std::string> cells;
  [[nodiscard]] std::string_view cell(std::size_t column) const { return column < cells.size() ? cells[column] : std::string_view(); }
};

struct Table {
  std::string file;
  std::string sheet;  // its name; empty of a CSV
  Encoding encoding = Encoding::utf8;
  char separator = ',';
  std::vector<TableRow> rows;             // those with a cell that is not empty
  std::vector<std::string> other_sheets;  // with cells, not taken
  [[nodiscard]] Where where(const TableRow& row, std::size_t column) const {
    Where place{.file = file};
    place.line = row.line;
    place.column = column + 1;
    return place;
  }
};

struct TableLimits {
  std::uint64_t max_bytes = std::uint64_t{256} << 20;
  std::uint64_t max_cells = 20'000'000;
};

// Errors: neither (an old .xls, a PDF, a page of HTML, an image are named), nothing in it, and all of CSV and workbooks. A CSV's separator
// is a comma, or a semicolon or tab where the first row has those and no comma outside quotes.
[[nodiscard]] Result<Table> parse_table(std::string_view bytes, const std::string& name, const TableLimits& limits = {});
// .xz and .gz are unpacked.
[[nodiscard]] Result<Table> read_table(const std::filesystem::path& path, const TableLimits& limits = {});

// "a PDF", "an old Excel workbook (.xls)", … by the first bytes; empty where none of these.
[[nodiscard]] std::string_view foreign_kind(std::string_view bytes);

}  // namespace entente::measures::p3_elections::tables
