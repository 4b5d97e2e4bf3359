// The vote cells of one row of a Dominion CSV, found 64 bytes at a time. Not for others.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace entente::measures::p3_elections::records {

// One bit a column: whether its cell has anything in it, and whether that is "1".
struct VoteBits {
  std::vector<std::uint64_t> filled, ones;
};

// Whether this processor can (AVX2 and BMI2).
[[nodiscard]] bool vote_scan_available();

// From `at`, the first byte of the first vote cell, to the line's end. True where the row has exactly `columns` cells each of which is
// empty, 0 or 1, bare or all of them in quotes; then `bits` has them and `end` is the line's first CR or LF. False where it is anything
// else or too near the end of the text: then the plain reader decides.
[[nodiscard]] bool scan_votes(std::string_view text, std::size_t at, std::size_t columns, VoteBits& bits, std::size_t& end);

}  // namespace entente::measures::p3_elections::records
