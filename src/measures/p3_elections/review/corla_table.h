// One of Colorado's CSV exports, read by the names of its columns. Internal to the review of Colorado.
#pragma once

#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/tables/csv.h"

namespace entente::measures::p3_elections::review {

class CorlaTable {
 public:
  // `made` keeps the cells that are not in `text` as they stand (doubled quotes).
  CorlaTable(std::string_view text, std::string name, std::deque<std::string>& made) : reader_(text, std::move(name)), made_(made) {}

  // Finds the header among the first five rows (above it there may be titles); columns are numbered in the order given, and told apart
  // by their letters and digits alone. Error: a column is missing. A name with '?' before it need not be there.
  [[nodiscard]] Result<void> columns(std::initializer_list<std::string_view> names);
  // The next row that has something in its first named column and is not a spreadsheet's "End of worksheet".
  [[nodiscard]] Result<bool> next();

  [[nodiscard]] std::uint64_t line() const { return row_.line; }
  [[nodiscard]] bool has(std::size_t column) const { return at_[column] != kNone; }
  // Both live as long as the text and `made`. A name is as written: Colorado has had contests that differ in trailing blanks alone.
  [[nodiscard]] std::string_view name(std::size_t column);
  [[nodiscard]] std::string_view word(std::size_t column);  // blanks off both ends
  [[nodiscard]] Result<std::uint64_t> count(std::size_t column) const;
  [[nodiscard]] Result<std::uint64_t> decimal_e8(std::size_t column) const;  // in units of 10^-8
  [[nodiscard]] Where where(std::size_t column) const { return reader_.where(row_, at_[column]); }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  [[nodiscard]] std::string_view cell(std::size_t column) const;

  tables::CsvReader reader_;
  std::deque<std::string>& made_;
  tables::CsvRow row_;
  std::vector<std::string_view> names_;
  std::vector<std::size_t> at_;
};

}  // namespace entente::measures::p3_elections::review
