// An order of elimination, read from its end, is a way from the set of its winner alone up to the set of all candidates, one candidate more
// at each step: at the step from S to S + x, x is the one that goes out while exactly S + x stand. Whether an assertion forbids that step
// depends on S and x only: NEB(x, l) forbids it where l is in S, NEN(x, l, C) where C is S + x. So an order that nothing contradicts exists
// exactly where a way from {c} (c another candidate than the reported winner) to the full set is left: a depth-first search over sets, each
// looked at once. The search leaves a set early where NEB(x, l) has l in it and x outside: x would still have to be added.
#include "measures/p3_elections/irv/cover.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <bit>
#include <unordered_map>

namespace entente::measures::p3_elections::irv {
namespace {

// The sets looked at: linear probing; no set is empty.
class CoverSeen {
 public:
  // false: it was there.
  bool insert(CandidateSet set) {
    if (size_ * 2 >= slots_.size()) grow();
    CandidateSet& slot = slots_[place(set)];
    if (slot == set) return false;
    slot = set;
    ++size_;
    return true;
  }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  [[nodiscard]] std::size_t place(CandidateSet set) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = ((set * 0x9e3779b97f4a7c15U) >> 32U) & mask;
    while (slots_[at] != 0 && slots_[at] != set) at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::vector<CandidateSet> old(slots_.size() * 2);
    old.swap(slots_);
    for (const CandidateSet set : old)
      if (set != 0) slots_[place(set)] = set;
  }
  std::vector<CandidateSet> slots_ = std::vector<CandidateSet>(64);
  std::uint64_t size_ = 0;
};

struct CoverSearch {
  CandidateSet all = 0;
  std::array<CandidateSet, kMaxCandidates> neb_losers{};       // by winner
  std::array<CandidateSet, kMaxCandidates> neb_winners{};      // by loser
  std::unordered_map<CandidateSet, CandidateSet> nen_winners;  // by the continuing set: those that do not go out of it
  CoverSeen seen;
  std::uint64_t max_sets = 0;
  std::vector<Candidate> way;  // from the winner back

  enum class Found { nothing, way_through, too_many };

  Found search(CandidateSet standing) {
    if (standing == all) return Found::way_through;
    CandidateSet later = 0;  // NEB winners over someone who stands
    for (CandidateSet rest = standing; rest != 0; rest &= rest - 1) later |= neb_winners[static_cast<std::size_t>(std::countr_zero(rest))];
    if ((later & ~standing) != 0) return Found::nothing;
    if (!seen.insert(standing)) return Found::nothing;
    if (seen.size() > max_sets) return Found::too_many;
    for (CandidateSet rest = all & ~standing; rest != 0; rest &= rest - 1) {
      const auto x = static_cast<Candidate>(std::countr_zero(rest));
      const CandidateSet next = standing | set_of(x);
      if ((neb_losers[x] & standing) != 0) continue;
      if (const auto it = nen_winners.find(next); it != nen_winners.end() && contains(it->second, x)) continue;
      way.push_back(x);
      if (const Found found = search(next); found != Found::nothing) return found;
      way.pop_back();
    }
    return Found::nothing;
  }
};

Result<void> cover_add(CoverSearch& search, const Assertion& a, unsigned candidates) {
  if (a.winner >= candidates || a.loser >= candidates) return fail("an assertion names a candidate that does not stand");
  if (a.winner == a.loser) return fail("an assertion has the same winner and loser");
  if (a.kind == AssertionKind::not_eliminated_before) {
    search.neb_losers[a.winner] |= set_of(a.loser);
    search.neb_winners[a.loser] |= set_of(a.winner);
    return {};
  }
  if ((a.continuing & ~all_of(candidates)) != 0) return fail("an assertion names a candidate that does not stand");
  if (!contains(a.continuing, a.winner) || !contains(a.continuing, a.loser))
    return fail("an assertion's winner or loser is among those it says are already eliminated");
  search.nen_winners[a.continuing] |= set_of(a.winner);
  return {};
}

}  // namespace

Result<Cover> check_cover(unsigned candidates, Candidate winner, std::span<const Assertion> assertions, CoverLimits limits) {
  if (candidates == 0 || candidates > kMaxCandidates) return fail("an instant-runoff contest has 1 to 64 candidates");
  if (winner >= candidates) return fail("the winner is no candidate");
  CoverSearch search{.all = all_of(candidates), .max_sets = limits.max_sets};
  for (const Assertion& a : assertions) ENTENTE_CHECK(cover_add(search, a, candidates));
  Cover out;
  for (unsigned i = 0; i < candidates; ++i) {
    const auto last = static_cast<Candidate>((winner + 1 + i) % candidates);  // the reported winner comes last
    search.way.assign(1, last);
    const auto found = search.search(set_of(last));
    out.sets = search.seen.size();
    if (found == CoverSearch::Found::too_many)
      return fail(fmt::format("the check needs more than {} sets of candidates", limits.max_sets), {},
                  "raise the limit if there is memory");
    out.complete = last == winner;
    if (found == CoverSearch::Found::nothing) continue;
    if (last != winner) out.counter_example.assign(search.way.rbegin(), search.way.rend());
    return out;
  }
  out.contradictory = true;
  return out;
}

int assertion_vote(std::span<const Candidate> ranking, const Assertion& a) {
  if (a.kind == AssertionKind::not_eliminated_next) {
    for (const Candidate c : ranking)
      if (contains(a.continuing, c)) return c == a.winner ? 1 : c == a.loser ? -1 : 0;
    return 0;
  }
  if (!ranking.empty() && ranking.front() == a.winner) return 1;
  for (const Candidate c : ranking) {
    if (c == a.winner) return 0;
    if (c == a.loser) return -1;
  }
  return 0;
}

AssertionVotes assertion_votes(const GroupedRankings& rankings, const Assertion& assertion) {
  AssertionVotes out;
  for (const RankingGroup& g : rankings.groups) {
    const int vote = assertion_vote(rankings.ranking(g), assertion);
    if (vote > 0) out.winner += g.ballots;
    if (vote < 0) out.loser += g.ballots;
  }
  return out;
}

std::string describe(const Assertion& a, std::span<const std::string> names) {
  const auto name = [&](Candidate c) { return c < names.size() ? names[c] : fmt::format("{}", c); };
  if (a.kind == AssertionKind::not_eliminated_before) return fmt::format("{} is not eliminated before {}", name(a.winner), name(a.loser));
  std::string standing;
  for (CandidateSet rest = a.continuing; rest != 0; rest &= rest - 1)
    standing += fmt::format("{}{}", standing.empty() ? "" : ", ", name(static_cast<Candidate>(std::countr_zero(rest))));
  return fmt::format("{} has more votes than {} where {} stand", name(a.winner), name(a.loser), standing);
}

}  // namespace entente::measures::p3_elections::irv
