// A contest as the tests of this room see it: reported totals, who won, and the margins of every winner over every loser. Shares are
// doubles formed in the order Arlo forms them, because its Decimal arithmetic starts from those doubles.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::measures::p3_elections::risk {

struct Choice {
  std::string name;
  std::int64_t votes = 0;
  bool operator==(const Choice&) const = default;
};

// plurality: the first `winners` by votes win. runoff (Georgia): one winner if the first has more than half of the votes, else the first
// two go to a runoff; "more than half" and "not more than half" are asserted besides the pairs.
enum class WinRule { plurality, runoff };

struct ContestTotals {
  std::string name;
  std::int64_t ballots = 0;  // cards of the population sampled from: the denominator of the diluted margin
  int winners = 1;           // not looked at for a runoff
  int votes_allowed = 1;
  std::int64_t pending = 0;  // ballots accepted later that no batch holds yet
  WinRule rule = WinRule::plurality;
  std::vector<Choice> choices;  // in the order reported
};

// A winner and a loser, as indexes of choices.
struct Pair {
  std::uint32_t winner = 0, loser = 0;
  bool operator==(const Pair&) const = default;
};

class Contest {
 public:
  // Winners are taken by votes; equal votes keep their order. Errors: no ballots, no votes at all, negative totals, more than 2^53.
  [[nodiscard]] static Result<Contest> make(ContestTotals totals);

  [[nodiscard]] const ContestTotals& totals() const { return totals_; }
  [[nodiscard]] std::span<const std::uint32_t> winners() const { return winners_; }  // by votes, most first
  [[nodiscard]] std::span<const std::uint32_t> losers() const { return losers_; }
  [[nodiscard]] std::vector<Pair> pairs() const;  // winners × losers, in that order
  [[nodiscard]] std::int64_t votes(std::uint32_t choice) const { return totals_.choices[choice].votes; }
  [[nodiscard]] std::int64_t margin(const Pair& pair) const { return votes(pair.winner) - votes(pair.loser); }
  [[nodiscard]] std::int64_t smallest_margin() const { return smallest_margin_; }
  // votes / ballots.
  [[nodiscard]] double proportion(std::uint32_t choice) const;
  // votes / all votes.
  [[nodiscard]] double vote_share(std::uint32_t choice) const;
  // The winner's share of the votes for either of the two.
  [[nodiscard]] double pair_share(const Pair& pair) const;
  // smallest margin / ballots; -1 if nobody lost.
  [[nodiscard]] double diluted_margin() const { return diluted_margin_; }
  // A winner and a loser with equally many votes.
  [[nodiscard]] bool tied() const { return !losers_.empty() && smallest_margin_ == 0; }

 private:
  ContestTotals totals_;
  std::vector<std::uint32_t> winners_, losers_;
  std::int64_t all_votes_ = 0, smallest_margin_ = 0;
  double diluted_margin_ = -1;
};

// Where a test stops. Tools differ, and at the edge it matters (docs/elections-risk.md): Arlo's ballot comparison wants 0 < p < limit, its
// batch comparison and SHANGRLA p ≤ limit, its BRAVO 1/T ≤ limit.
enum class StopRule { below_and_positive, at_or_below };
[[nodiscard]] constexpr bool stops(StopRule rule, double p, double limit) {
  return rule == StopRule::below_and_positive ? p > 0 && p < limit : p <= limit;
}

}  // namespace entente::measures::p3_elections::risk
