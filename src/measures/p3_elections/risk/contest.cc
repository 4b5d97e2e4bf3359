// Sorts the choices and forms the shares once.
#include "measures/p3_elections/risk/contest.h"

#include <algorithm>
#include <numeric>

namespace entente::measures::p3_elections::risk {

Result<Contest> Contest::make(ContestTotals totals) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  Contest c;
  if (totals.ballots <= 0 || totals.ballots > kMost) return fail("contest \"" + totals.name + "\" has no ballots");
  if (totals.pending < 0 || totals.pending > kMost) return fail("contest \"" + totals.name + "\" has a negative number of pending ballots");
  if (totals.votes_allowed < 1) return fail("contest \"" + totals.name + "\" allows no vote");
  if (totals.winners < 1 && totals.rule == WinRule::plurality) return fail("contest \"" + totals.name + "\" has no winner");
  for (const Choice& choice : totals.choices) {
    if (choice.votes < 0 || choice.votes > kMost) return fail("votes of \"" + choice.name + "\" are negative or too many");
    c.all_votes_ += choice.votes;
    if (c.all_votes_ > kMost) return fail("contest \"" + totals.name + "\" has too many votes");
  }
  if (c.all_votes_ == 0) return fail("contest \"" + totals.name + "\" has no votes");
  std::vector<std::uint32_t> order(totals.choices.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, [&](std::uint32_t a, std::uint32_t b) { return totals.choices[a].votes > totals.choices[b].votes; });
  if (totals.rule == WinRule::runoff) totals.winners = 2 * totals.choices[order[0]].votes > c.all_votes_ ? 1 : 2;
  const std::size_t split = std::min(order.size(), static_cast<std::size_t>(totals.winners));
  c.winners_.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(split));
  c.losers_.assign(order.begin() + static_cast<std::ptrdiff_t>(split), order.end());
  if (!c.losers_.empty()) {
    c.smallest_margin_ = std::min(totals.ballots, totals.choices[c.winners_.back()].votes - totals.choices[c.losers_.front()].votes);
    c.diluted_margin_ = static_cast<double>(c.smallest_margin_) / static_cast<double>(totals.ballots);
  }
  c.totals_ = std::move(totals);
  return c;
}

std::vector<Pair> Contest::pairs() const {
  std::vector<Pair> out;
  out.reserve(winners_.size() * losers_.size());
  for (const std::uint32_t winner : winners_)
    for (const std::uint32_t loser : losers_) out.push_back({winner, loser});
  return out;
}
double Contest::proportion(std::uint32_t choice) const { return static_cast<double>(votes(choice)) / static_cast<double>(totals_.ballots); }
double Contest::vote_share(std::uint32_t choice) const { return static_cast<double>(votes(choice)) / static_cast<double>(all_votes_); }
double Contest::pair_share(const Pair& pair) const {
  const double winner = vote_share(pair.winner), loser = vote_share(pair.loser);
  return winner / (winner + loser);
}

}  // namespace entente::measures::p3_elections::risk
