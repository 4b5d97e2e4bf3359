// Ballots are small; everything is read off the ranks directly.
#include "measures/p3_elections/risk/irv_comparison.h"

#include <algorithm>
#include <map>

namespace entente::measures::p3_elections::risk {
namespace {

int irv_rank(std::span<const int> ranks, std::uint32_t candidate) { return candidate < ranks.size() ? ranks[candidate] : 0; }

int irv_first_standing(std::span<const int> ranks, std::uint32_t candidate, const std::vector<bool>& eliminated) {
  const auto gone = [&](std::size_t c) { return c < eliminated.size() && eliminated[c]; };
  const int own = irv_rank(ranks, candidate);
  if (gone(candidate) || own == 0) return 0;
  for (std::size_t c = 0; c < ranks.size(); ++c)
    if (c != candidate && !gone(c) && ranks[c] != 0 && ranks[c] < own) return 0;
  return 1;
}

}  // namespace

int IrvAssertion::winner_vote(std::span<const int> ranks) const {
  if (kind == Kind::not_eliminated_next) return irv_first_standing(ranks, winner, eliminated);
  return irv_rank(ranks, winner) == 1 ? 1 : 0;
}
int IrvAssertion::loser_vote(std::span<const int> ranks) const {
  if (kind == Kind::not_eliminated_next) return irv_first_standing(ranks, loser, eliminated);
  const int w = irv_rank(ranks, winner), l = irv_rank(ranks, loser);
  return l != 0 && (w == 0 || l < w) ? 1 : 0;
}

Ranks normalised(std::span<const int> ranks) {
  std::map<int, int> seen;
  for (const int rank : ranks)
    if (rank != 0) ++seen[rank];
  std::map<int, int> closed;  // rank → closed-up rank, up to the first that two share
  for (const auto& [rank, times] : seen) {
    if (times > 1) break;
    closed.emplace(rank, static_cast<int>(closed.size()) + 1);
  }
  Ranks out;
  out.reserve(ranks.size());
  for (const int rank : ranks) {
    const auto it = closed.find(rank);
    out.push_back(it == closed.end() ? 0 : it->second);
  }
  return out;
}

std::int64_t irv_margin(const IrvAssertion& assertion, std::span<const Ranks> ballots) {
  std::int64_t margin = 0;
  for (const Ranks& ballot : ballots) margin += assertion.winner_vote(ballot) - assertion.loser_vote(ballot);
  return margin;
}

std::optional<Discrepancy> irv_discrepancy(const IrvAssertion& assertion, const std::optional<Ranks>& reported,
                                           const std::optional<Ranks>& audited, std::int64_t margin) {
  int votes = 2;
  if (reported && audited) {
    const Ranks r = normalised(*reported), a = normalised(*audited);
    votes = (assertion.winner_vote(r) - assertion.winner_vote(a)) - (assertion.loser_vote(r) - assertion.loser_vote(a));
  }
  if (votes == 0) return std::nullopt;
  return Discrepancy{votes, margin > 0 ? Decimal(votes) / Decimal(margin) : Decimal::infinity()};
}

}  // namespace entente::measures::p3_elections::risk
