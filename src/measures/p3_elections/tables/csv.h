// CSV as election offices export it: RFC 4180 and what the field does to it. Streaming over a text in memory (a mapped file); nothing is
// copied but cells with doubled quotes. Not thread-safe; readers of different texts are independent.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::measures::p3_elections::tables {

inline constexpr std::size_t kMaxCsvColumns = 20'000;  // a statewide CVR has some 3,000
inline constexpr std::size_t kMaxCsvCellBytes = std::size_t{1} << 20;

// One row. Cells are views into the text or into the reader, valid until the next call of next().
struct CsvRow {
  std::uint64_t line = 0;                   // 1-based, of its first byte; a quoted cell may hold line breaks
  std::span<const std::string_view> cells;  // as written, without the quotes; not trimmed

  // "" where the row is shorter.
  [[nodiscard]] std::string_view cell(std::size_t column) const { return column < cells.size() ? cells[column] : std::string_view(); }
};

class CsvReader {
 public:
  // `name` is what errors call the file. A byte order mark of UTF-8 is passed over. The text must outlive the reader; it is bytes, whatever
  // their encoding (see encoding.h for texts that are not UTF-8).
  CsvReader(std::string_view text, std::string name, char separator = ',');

  // The next row that is not empty; false at the end. Lines end with LF, CRLF or CR. A quoted cell ends at a quote that a separator, a
  // line's end or the text's end follows; a doubled quote in it is one. A quote inside an unquoted cell is a character like any other.
  // Errors (with line and column): a quoted cell that does not end or goes on after its quote, too many columns, a cell too long, a NUL.
  // After an error there are no more rows.
  [[nodiscard]] Result<bool> next(CsvRow& row);

  // Where a cell of a row stands: the line, and the column counted in CELLS from 1, as spreadsheets do.
  [[nodiscard]] Where where(const CsvRow& row, std::size_t column) const;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t bytes_read() const { return at_; }
  [[nodiscard]] std::uint64_t line() const { return line_; }  // of the next row
  // For a reader that takes some rows itself: go on at a byte that begins a row, which is on that line.
  void seek(std::size_t at, std::uint64_t line) {
    at_ = at;
    line_ = line;
  }

 private:
  [[nodiscard]] Result<void> quoted_cell();
  [[nodiscard]] tl::unexpected<Error> stop(std::string what, std::string hint = {});

  std::string_view text_;
  std::string name_;
  char separator_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
  bool stopped_ = false;
  std::vector<std::string_view> cells_;
  std::deque<std::string> unquoted_;  // of this row: cells that had doubled quotes
};

// Where an unquoted cell that begins at `at` ends: the first separator, LF, CR or NUL, or the text's end.
[[nodiscard]] std::size_t csv_cell_end(std::string_view text, std::size_t at, char separator);

// ASCII blanks, tabs and U+00A0 off both ends.
[[nodiscard]] std::string_view trimmed(std::string_view cell);
// "12", "1,234", " 7 ", "=\"7\"" and "7.0" as a count; a thousands comma only where three digits follow. Error: anything else, negative,
// more than 2^53; `what` names what should stand there.
[[nodiscard]] Result<std::uint64_t> parse_count(std::string_view cell, std::string_view what, const Where& where);
// The count of a cell that is nothing but 1 to 15 digits, which most are: no error has to be prepared for it.
[[nodiscard]] constexpr std::optional<std::uint64_t> plain_count(std::string_view cell) {
  if (cell.empty() || cell.size() > 15) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : cell) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}
// ="1-2-3" is 1-2-3: how spreadsheets are told that a cell is text. Others as they are.
[[nodiscard]] std::string_view without_formula(std::string_view cell);

}  // namespace entente::measures::p3_elections::tables
