// Reads CSV row by row. Cells are found with 16-byte compares (SSE2, part of every x86-64) for the four bytes that can end an unquoted one;
// on other machines byte by byte. Quoted cells are rare and looked for with memchr.
#include "measures/p3_elections/tables/csv.h"

#include <bit>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace entente::measures::p3_elections::tables {

std::size_t csv_cell_end(std::string_view text, std::size_t at, char separator) {
#if defined(__SSE2__)
  const __m128i separators = _mm_set1_epi8(separator), lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r'), nul = _mm_setzero_si128();
  while (at + 16 <= text.size()) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, separators), _mm_cmpeq_epi8(block, lf)),
                                       _mm_or_si128(_mm_cmpeq_epi8(block, cr), _mm_cmpeq_epi8(block, nul)));
    if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found))) return at + static_cast<std::size_t>(std::countr_zero(mask));
    at += 16;
  }
#endif
  while (at < text.size() && text[at] != separator && text[at] != '\n' && text[at] != '\r' && text[at] != '\0') ++at;
  return at;
}

CsvReader::CsvReader(std::string_view text, std::string name, char separator) : text_(text), name_(std::move(name)), separator_(separator) {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

tl::unexpected<Error> CsvReader::stop(std::string what, std::string hint) {
  stopped_ = true;
  return fail(std::move(what), {.file = name_, .line = line_, .column = cells_.size() + 1}, std::move(hint));
}

Where CsvReader::where(const CsvRow& row, std::size_t column) const { return {.file = name_, .line = row.line, .column = column + 1}; }

// at_ is behind the opening quote; afterwards behind the closing one.
Result<void> CsvReader::quoted_cell() {
  const std::size_t first = at_;
  std::size_t from = at_;
  std::string* joined = nullptr;
  std::uint64_t lines = 0;
  for (;;) {
    const void* found = std::memchr(text_.data() + at_, '"', text_.size() - at_);
    if (found == nullptr) return stop("a quoted cell does not end", "close it with a quote, or remove the one that opens it");
    const auto quote = static_cast<std::size_t>(static_cast<const char*>(found) - text_.data());
    if (quote - first > kMaxCsvCellBytes) return stop("a cell longer than 1 MiB", "is a quote missing at its end?");
    at_ = quote + 1;
    if (at_ == text_.size() || text_[at_] != '"') {
      std::string_view last = text_.substr(from, quote - from);
      if (joined != nullptr) last = joined->append(last);
      for (std::size_t i = first; i < quote; ++i) lines += text_[i] == '\n' || (text_[i] == '\r' && text_[i + 1] != '\n');
      if (last.find('\0') != std::string_view::npos) return stop("a NUL byte in a cell", "is it a text file?");
      cells_.push_back(last);
      line_ += lines;
      return {};
    }
    if (joined == nullptr) joined = &unquoted_.emplace_back();
    joined->append(text_.substr(from, at_ - from));  // with one of the two quotes
    from = ++at_;
  }
}

Result<bool> CsvReader::next(CsvRow& row) {
  if (stopped_) return false;
  for (;;) {
    cells_.clear();
    unquoted_.clear();
    if (at_ >= text_.size()) return false;
    row.line = line_;
    for (bool in_row = true; in_row;) {
      if (cells_.size() == kMaxCsvColumns) return stop("more than 20,000 columns");
      if (at_ < text_.size() && text_[at_] == '"') {
        ++at_;
        ENTENTE_CHECK(quoted_cell());
      } else {
        const std::size_t end = csv_cell_end(text_, at_, separator_);
        if (end - at_ > kMaxCsvCellBytes) return stop("a cell longer than 1 MiB");
        cells_.push_back(text_.substr(at_, end - at_));
        at_ = end;
      }
      if (at_ == text_.size()) break;
      const char after = text_[at_];
      if (after == separator_) {
        ++at_;
      } else if (after == '\n' || after == '\r') {
        at_ += after == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n' ? 2 : 1;
        ++line_;
        in_row = false;
      } else if (after == '\0') {
        return stop("a NUL byte", "is it a text file, and not UTF-16 or a spreadsheet?");
      } else {
        return stop("text after the closing quote of a cell", "double the quotes inside a cell");
      }
    }
    if (cells_.size() == 1 && cells_.front().empty()) continue;
    row.cells = cells_;
    return true;
  }
}

std::string_view trimmed(std::string_view cell) {
  const auto blank_at = [&](std::size_t i) -> std::size_t {
    if (cell[i] == ' ' || cell[i] == '\t' || cell[i] == '\n' || cell[i] == '\r') return 1;
    return cell.substr(i).starts_with("\xC2\xA0") ? 2 : 0;
  };
  while (!cell.empty()) {
    const std::size_t n = blank_at(0);
    if (n == 0) break;
    cell.remove_prefix(n);
  }
  while (!cell.empty()) {
    if (blank_at(cell.size() - 1) == 1)
      cell.remove_suffix(1);
    else if (cell.ends_with("\xC2\xA0"))
      cell.remove_suffix(2);
    else
      break;
  }
  return cell;
}

std::string_view without_formula(std::string_view cell) {
  if (cell.size() >= 3 && cell.starts_with("=\"") && cell.ends_with('"')) return cell.substr(2, cell.size() - 3);
  return cell;
}

Result<std::uint64_t> parse_count(std::string_view cell, std::string_view what, const Where& where) {
  const std::string_view text = trimmed(without_formula(trimmed(cell)));
  std::string_view digits = text;
  if (const auto dot = digits.find('.'); dot != std::string_view::npos && dot > 0) {
    const std::string_view rest = digits.substr(dot + 1);
    if (rest.find_first_not_of('0') == std::string_view::npos) digits = digits.substr(0, dot);
  }
  std::uint64_t value = 0;
  std::size_t since_comma = 0;
  bool commas = false, good = !digits.empty();
  for (std::size_t i = 0; i < digits.size() && good; ++i) {
    const char c = digits[i];
    if (c == ',') {
      good = i > 0 && (commas ? since_comma == 3 : since_comma <= 3);
      commas = true;
      since_comma = 0;
    } else if (c >= '0' && c <= '9') {
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
      ++since_comma;
      good = value <= (std::uint64_t{1} << 53);
    } else {
      good = false;
    }
  }
  if (commas && since_comma != 3) good = false;
  if (!good) return fail(std::string(what) + " is not a count: \"" + std::string(text.substr(0, 60)) + '"', where, "write a whole number");
  return value;
}

}  // namespace entente::measures::p3_elections::tables
