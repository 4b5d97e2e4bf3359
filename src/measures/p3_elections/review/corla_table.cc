// Tables of Colorado's exports: a header is found by its columns, cells are asked for by number.
#include "measures/p3_elections/review/corla_table.h"

#include <algorithm>

#include "core/ascii.h"
#include "measures/p3_elections/risk/kaplan_markov.h"

namespace entente::measures::p3_elections::review {

namespace {

std::string corla_header_letters(std::string_view cell) {
  std::string out;
  for (const char c : cell.substr(0, 200))
    if (is_alnum(c) || c == '+' || c == '-') out += lower(c);  // "disc +1" and "disc -1"
  return out;
}

}  // namespace

Result<void> CorlaTable::columns(std::initializer_list<std::string_view> names) {
  names_.assign(names);
  std::string_view missing;
  std::size_t fewest = names.size() + 1;
  for (int i = 0; i < 5; ++i) {
    ENTENTE_TRY(const bool more, reader_.next(row_));
    if (!more) break;
    std::vector<std::string> headers;
    for (const std::string_view c : row_.cells) headers.push_back(corla_header_letters(c));
    at_.assign(names.size(), kNone);
    std::size_t absent = 0;
    std::string_view first_absent;
    for (std::size_t n = 0; n < names_.size(); ++n) {
      const bool optional = names_[n].starts_with('?');
      const auto found = std::ranges::find(headers, corla_header_letters(names_[n]));
      if (found != headers.end())
        at_[n] = static_cast<std::size_t>(found - headers.begin());
      else if (!optional && absent++ == 0)
        first_absent = names_[n];
    }
    if (absent == 0) return {};
    if (absent < fewest) fewest = absent, missing = first_absent;
  }
  return fail("no column \"" + std::string(missing) + '"', {.file = reader_.name(), .line = 1}, "is it another file under this name?");
}

Result<bool> CorlaTable::next() {
  for (;;) {
    ENTENTE_TRY(const bool more, reader_.next(row_));
    if (!more) return false;
    const std::string_view first = cell(0);
    if (!first.empty() && first != "End of worksheet") return true;
  }
}

std::string_view CorlaTable::cell(std::size_t column) const { return tables::trimmed(row_.cell(at_[column])); }

std::string_view CorlaTable::name(std::size_t column) {
  if (at_[column] == kNone) return {};
  const std::string_view value = row_.cell(at_[column]);
  // A cell that had doubled quotes is in the reader's own keeping, and gone with the next row; only those have quotes inside.
  return value.find('"') == std::string_view::npos ? value : std::string_view(made_.emplace_back(value));
}

std::string_view CorlaTable::word(std::size_t column) { return tables::trimmed(name(column)); }

Result<std::uint64_t> CorlaTable::count(std::size_t column) const {
  const std::string_view value = cell(column);
  if (const auto plain = tables::plain_count(value)) return *plain;
  return tables::parse_count(value, names_[column], where(column));
}

Result<std::uint64_t> CorlaTable::decimal_e8(std::size_t column) const {
  auto value = risk::parse_e8(cell(column));
  if (!value) return fail(std::string(names_[column]) + ": " + value.error().what, where(column));
  return value;
}

}  // namespace entente::measures::p3_elections::review
