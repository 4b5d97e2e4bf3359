// Highest averages, seat by seat: votes_a/d_a against votes_b/d_b is votes_a·d_b against votes_b·d_a, in 128-bit integers, so that ties are
// seen as ties.
#include "measures/p3_elections/risk/dhondt.h"

#include <cmath>

namespace entente::measures::p3_elections::risk {
namespace {

__extension__ typedef unsigned __int128 SeatProduct;

// Which has the stronger claim to its next seat: <0, 0, >0.
int seat_compare(std::uint64_t votes_a, std::uint64_t divisor_a, std::uint64_t votes_b, std::uint64_t divisor_b) {
  const SeatProduct a = SeatProduct{votes_a} * divisor_b, b = SeatProduct{votes_b} * divisor_a;
  return a < b ? -1 : a > b ? 1 : 0;
}

}  // namespace

std::uint64_t divisor(Divisors divisors, std::uint32_t seat) { return divisors == Divisors::dhondt ? seat : std::uint64_t{2} * seat - 1; }

Result<SeatAllocation> allocate_seats(std::span<const std::uint64_t> votes, std::uint32_t seats, Divisors divisors,
                                      double threshold_percent) {
  if (votes.empty()) return fail("no list to give seats to");
  if (votes.size() > 10'000 || seats > 10'000) return fail("more than 10,000 lists or seats");
  if (!(threshold_percent >= 0) || threshold_percent > 100) return fail("the threshold must be between 0 and 100 per cent");
  std::uint64_t total = 0;
  for (std::uint64_t v : votes) {
    if (v > std::uint64_t{1} << 48) return fail("a list has more than 2^48 votes");
    total += v;
  }
  if (total == 0) return fail("no list has a vote");
  // In parts per million, rounded: thresholds are written with few digits, and 5 % must mean exactly that.
  const auto ppm = static_cast<std::uint64_t>(std::llround(threshold_percent * 10'000));
  SeatAllocation result;
  result.seats.assign(votes.size(), 0);
  bool any = false;
  for (std::uint64_t v : votes) {
    result.eligible.push_back(SeatProduct{v} * 1'000'000 >= SeatProduct{total} * ppm && v > 0);
    any = any || result.eligible.back();
  }
  if (!any) return fail("no list reached the threshold");
  for (std::uint32_t seat = 0; seat < seats; ++seat) {
    std::optional<std::uint32_t> best;
    bool tie = false;
    for (std::uint32_t i = 0; i < votes.size(); ++i) {
      if (!result.eligible[i]) continue;
      const int order =
          best ? seat_compare(votes[i], divisor(divisors, result.seats[i] + 1), votes[*best], divisor(divisors, result.seats[*best] + 1))
               : 1;
      if (order > 0) best = i;
      tie = order == 0 || (tie && order < 0);
    }
    result.tie = tie;
    ++result.seats[*best];
    result.order.push_back(*best);
  }
  return result;
}

}  // namespace entente::measures::p3_elections::risk
