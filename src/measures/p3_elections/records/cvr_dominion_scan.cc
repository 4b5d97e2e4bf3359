// A row of votes is nearly always digits 0 and 1 and commas. Each 64 bytes become bit masks (which byte is a comma, a 0, a 1, a quote, the
// line's end); a digit's bit moved up by one lies on its cell's comma, and PEXT by the commas then packs one bit a column. No byte is
// looked at by itself.
//
// Quoted rows ("","0","1"): first PEXT by the bytes that are no quotes drops the quotes from all masks. That this loses nothing is checked:
// every cell ends and begins with a quote (each comma has one on both sides, as have the two ends), no quote stands alone between commas,
// none three times running, and there are exactly two a cell. So each cell is quote, at most one digit, quote.
#include "measures/p3_elections/records/cvr_dominion_scan.h"

#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace entente::measures::p3_elections::records {

#if defined(__x86_64__)

namespace {

struct VoteBlock {
  std::uint64_t comma, zero, one, quote, line_end;
};

__attribute__((target("avx2,bmi,bmi2"))) inline VoteBlock classify_votes(const char* p) {
  const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32));
  const auto mask = [&](char c) __attribute__((target("avx2,bmi,bmi2"))) {
    const __m256i v = _mm256_set1_epi8(c);
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, v)))) |
           static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, v)))) << 32;
  };
  return {mask(','), mask('0'), mask('1'), mask('"'), mask('\n') | mask('\r')};
}

// Appends the low `n` bits of `bits` at position `at`; the words from there on are 0.
inline void append_bits(std::vector<std::uint64_t>& words, std::size_t at, std::uint64_t bits, unsigned n) {
  if (n == 0) return;
  const unsigned shift = at & 63;
  words[at >> 6] |= bits << shift;
  if (shift + n > 64) words[(at >> 6) + 1] |= bits >> (64 - shift);
}

// What earlier blocks leave for the next: the last byte's class, and of quotes the last two.
struct VoteCarry {
  std::uint64_t digit = 0, one = 0;                      // of the last byte that is no quote
  std::uint64_t quote = 0, quote_before = 0, comma = 1;  // comma: a cell begins where the row begins
  std::uint64_t opening = 0;                             // the last byte is the first quote of a cell
};

// `ends`: commas and the line's end; `row`: the bytes before the line's end. Updates the quotes' part of the carry.
bool quotes_are_regular(std::uint64_t q, std::uint64_t ends, std::uint64_t row, VoteCarry& c) {
  const std::uint64_t starts = ends << 1 | c.comma;
  const std::uint64_t before = q << 1 | c.quote, before2 = q << 2 | c.quote << 1 | c.quote_before;
  const std::uint64_t opening = q & starts;
  if ((ends & ~before) != 0) return false;                     // a cell's last byte is a quote
  if ((starts & row & ~q) != 0) return false;                  // and its first
  if ((ends & (opening << 1 | c.opening)) != 0) return false;  // which are two
  if ((q & before & before2) != 0) return false;               // none three times running
  c.quote_before = q >> 62 & 1;
  c.quote = q >> 63;
  c.comma = ends >> 63;
  c.opening = opening >> 63;
  return true;
}

__attribute__((target("avx2,bmi,bmi2"))) bool scan_votes_vector(std::string_view text, std::size_t at, std::size_t columns, VoteBits& bits,
                                                                std::size_t& end) {
  const std::size_t words = columns / 64 + 2;
  bits.filled.assign(words, 0);
  bits.ones.assign(words, 0);
  const bool quoted = at < text.size() && text[at] == '"';
  VoteCarry carry;
  std::size_t column = 0, quotes = 0;
  for (;; at += 64) {
    if (at + 64 > text.size()) return false;
    VoteBlock m = classify_votes(text.data() + at);
    const bool last = m.line_end != 0;
    const unsigned length = last ? static_cast<unsigned>(std::countr_zero(m.line_end)) : 64;
    // Bits of the row, and with its end; an end in bit 63 leaves no bit above.
    const std::uint64_t row = length == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << length) - 1;
    const std::uint64_t line_end = last ? std::uint64_t{1} << length : 0;
    std::uint64_t ends = (m.comma & row) | line_end, ones = m.one & row, digits = (m.one | m.zero) & row;
    if (((m.comma | m.zero | m.one | m.quote) & row) != row) return false;
    unsigned n = 64;  // bytes that are no quotes
    if (quoted) {
      const std::uint64_t q = m.quote & row;
      if (!quotes_are_regular(q, ends, row, carry)) return false;
      quotes += static_cast<std::size_t>(std::popcount(q));
      const std::uint64_t kept = (row | line_end) & ~q;
      ends = _pext_u64(ends, kept);
      ones = _pext_u64(ones, kept);
      digits = _pext_u64(digits, kept);
      n = static_cast<unsigned>(std::popcount(kept));
    } else if ((m.quote & row) != 0) {
      return false;
    }
    const std::uint64_t digits_below = digits << 1 | carry.digit, ones_below = ones << 1 | carry.one;
    if ((digits & digits_below) != 0) return false;  // two digits in one cell
    const auto cells = static_cast<unsigned>(std::popcount(ends));
    if (column + cells > columns) return false;
    append_bits(bits.filled, column, _pext_u64(digits_below, ends), cells);
    append_bits(bits.ones, column, _pext_u64(ones_below, ends), cells);
    column += cells;
    if (n > 0) {
      carry.digit = digits >> (n - 1) & 1;
      carry.one = ones >> (n - 1) & 1;
    }
    if (last) {
      end = at + length;
      return column == columns && (!quoted || quotes == 2 * columns);
    }
  }
}

}  // namespace

bool vote_scan_available() {
  static const bool available = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  return available;
}

bool scan_votes(std::string_view text, std::size_t at, std::size_t columns, VoteBits& bits, std::size_t& end) {
  return scan_votes_vector(text, at, columns, bits, end);
}

#else

bool vote_scan_available() { return false; }
bool scan_votes(std::string_view, std::size_t, std::size_t, VoteBits&, std::size_t&) { return false; }

#endif

}  // namespace entente::measures::p3_elections::records
