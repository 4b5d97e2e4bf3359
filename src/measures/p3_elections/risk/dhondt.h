// Seats by highest averages: the next seat goes to the list whose votes over its next divisor are the most. Divisors: D'Hondt 1, 2, 3 …;
// Sainte-Laguë 1, 3, 5 …. Exact: quotients are compared as fractions of integers. Source: Gallagher (1991), "Proportionality,
// disproportionality and electoral systems"; Belgium: Electoral Code, articles 165bis (5 % of the valid votes of the constituency) and 167.
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/error.h"

namespace entente::measures::p3_elections::risk {

enum class Divisors { dhondt, sainte_lague };
// Of the n-th seat, n from 1.
[[nodiscard]] std::uint64_t divisor(Divisors divisors, std::uint32_t seat);

struct SeatAllocation {
  std::vector<std::uint32_t> seats;  // by list
  std::vector<bool> eligible;        // by list: reached the threshold
  // In the order won: the list of each seat.
  std::vector<std::uint32_t> order;
  bool tie = false;  // the last seat had two claims as strong; it went to the list that comes first
};

// `threshold_percent`: the least share of all votes, in per cent. Errors: no list, no votes, more than 10,000 seats or lists, more than
// 2^48 votes, nobody over the threshold.
[[nodiscard]] Result<SeatAllocation> allocate_seats(std::span<const std::uint64_t> votes, std::uint32_t seats, Divisors divisors,
                                                    double threshold_percent = 0);

}  // namespace entente::measures::p3_elections::risk
