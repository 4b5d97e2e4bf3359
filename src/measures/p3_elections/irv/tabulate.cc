// Rounds are counted on the prefix tree of the grouped rankings. Open ties are followed every way by a depth-first search over the sets of
// standing candidates: who stands determines the votes, so a set is looked at once however it came about. (With the rule of previous rounds
// the way matters; then only the choices the rule leaves open branch, and ways are followed one by one.)
#include "measures/p3_elections/irv/tabulate.h"

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_set>

#include "measures/p3_elections/irv/tally_tree.h"

namespace entente::measures::p3_elections::irv {
namespace {

constexpr std::size_t kMaxTieSets = 1'000'000;

CandidateSet fewest(CandidateSet standing, const Tallies& votes) {
  std::uint64_t least = ~std::uint64_t{0};
  CandidateSet out = 0;
  for (CandidateSet rest = standing; rest != 0; rest &= rest - 1) {
    const auto c = static_cast<Candidate>(std::countr_zero(rest));
    if (votes[c] < least) {
      least = votes[c];
      out = 0;
    }
    if (votes[c] == least) out |= set_of(c);
  }
  return out;
}

// Which of the tied may go out; `past` are the votes of the rounds before, oldest first.
CandidateSet tie_choices(CandidateSet tied, const TieBreak& rule, const std::vector<Tallies>& past) {
  if (rule.rule == TieBreak::Rule::drawn_order) {
    for (const Candidate c : rule.order)
      if (contains(tied, c)) return set_of(c);
  }
  if (rule.rule == TieBreak::Rule::previous_rounds)
    for (auto votes = past.rbegin(); votes != past.rend() && std::popcount(tied) > 1; ++votes) tied = fewest(tied, *votes);
  return tied;
}

// Candidates who all go out before anybody else, in whatever order: the most of the last ones who together have fewer votes than the next.
// None of them can come to have more than that sum while others only gain. So ties among many with few votes need no branching. `most`
// bounds their sum.
CandidateSet certain_losers(CandidateSet standing, const Tallies& votes, std::uint64_t most) {
  std::array<Candidate, kMaxCandidates> order{};
  std::size_t size = 0;
  for (CandidateSet rest = standing; rest != 0; rest &= rest - 1) order[size++] = static_cast<Candidate>(std::countr_zero(rest));
  std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(size),
            [&](Candidate a, Candidate b) { return votes[a] < votes[b]; });
  CandidateSet out = 0;
  CandidateSet so_far = 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i + 1 < size; ++i) {
    sum += votes[order[i]];
    if (sum > most) break;
    so_far |= set_of(order[i]);
    if (sum < votes[order[i + 1]]) out = so_far;
  }
  return out;
}

struct TieSearch {
  const TallyTree& tree;
  const TieBreak& rule;
  std::unordered_set<CandidateSet> seen;
  std::vector<Tallies> past;
  CandidateSet winners = 0;
  std::size_t steps = 0;
  std::vector<Candidate> way;  // so far
  std::vector<std::vector<Candidate>> ways;

  void found(CandidateSet winner) {
    if ((winners & winner) != 0) return;
    winners |= winner;
    ways.push_back(way);
    ways.back().push_back(static_cast<Candidate>(std::countr_zero(winner)));
  }

  // Takes out those who are lost anyway, one by one so that the way is a true one.
  bool follow_without(CandidateSet standing, CandidateSet losers, Tallies votes) {
    const std::size_t before = way.size();
    past.push_back(votes);
    while (losers != 0) {
      const CandidateSet out = fewest(standing, votes);
      way.push_back(static_cast<Candidate>(std::countr_zero(out)));
      standing &= ~(out & -out);
      losers &= ~(out & -out);
      tree.count(standing, votes);
    }
    const bool followed = follow(standing);
    past.pop_back();
    way.resize(before);
    return followed;
  }

  // false: too many.
  bool follow(CandidateSet standing) {
    if (std::popcount(standing) == 1) {
      found(standing);
      return true;
    }
    if (++steps > kMaxTieSets) return false;
    if (rule.rule != TieBreak::Rule::previous_rounds && !seen.insert(standing).second) return true;
    Tallies votes;
    tree.count(standing, votes);
    // Where earlier rounds are looked at, rounds may be left out only if they change nobody's votes.
    const bool looks_back = rule.rule == TieBreak::Rule::previous_rounds;
    if (const CandidateSet losers = certain_losers(standing, votes, looks_back ? 0 : ~std::uint64_t{0}); losers != 0)
      return follow_without(standing, losers, votes);
    CandidateSet out = fewest(standing, votes);
    if (std::popcount(out) > 1) out = tie_choices(out, rule, past);
    past.push_back(votes);
    for (; out != 0; out &= out - 1) {
      way.push_back(static_cast<Candidate>(std::countr_zero(out)));
      if (!follow(standing & ~(out & -out))) return false;
      way.pop_back();
    }
    past.pop_back();
    return true;
  }
};

Result<void> check_order(const TieBreak& rule, unsigned candidates) {
  if (rule.rule != TieBreak::Rule::drawn_order) return {};
  CandidateSet named = 0;
  for (const Candidate c : rule.order) {
    if (c >= candidates || contains(named, c)) return fail("the drawn order names a candidate twice or one that does not stand");
    named |= set_of(c);
  }
  if (named != all_of(candidates)) return fail("the drawn order does not name every candidate");
  return {};
}

}  // namespace

Result<IrvCount> count_irv(const GroupedRankings& rankings, const TieBreak& tie_break) {
  if (rankings.candidates == 0 || rankings.candidates > kMaxCandidates) return fail("an instant-runoff contest has 1 to 64 candidates");
  ENTENTE_CHECK(check_order(tie_break, rankings.candidates));
  const TallyTree tree(rankings);
  IrvCount out;
  std::vector<Tallies> past;
  bool open = false;
  for (CandidateSet standing = all_of(rankings.candidates); standing != 0;) {
    Tallies votes;
    tree.count(standing, votes);
    IrvRound round{.standing = standing, .votes = {votes.begin(), votes.begin() + rankings.candidates}};
    round.exhausted = rankings.ballots;
    for (const std::uint64_t v : round.votes) round.exhausted -= v;
    CandidateSet last = fewest(standing, votes);
    if (std::popcount(last) > 1) {
      round.tied = last;
      last = tie_choices(last, tie_break, past);
      round.tie_open = std::popcount(last) > 1;
      open |= round.tie_open;
    }
    round.eliminated = static_cast<Candidate>(std::countr_zero(last));
    standing &= ~set_of(round.eliminated);
    out.order.push_back(round.eliminated);
    out.rounds.push_back(std::move(round));
    past.push_back(votes);
  }
  out.possible_winners = set_of(out.order.back());
  out.ways = {out.order};
  if (open) {
    TieSearch search{.tree = tree, .rule = tie_break, .seen = {}, .past = {}};
    if (!search.follow(all_of(rankings.candidates))) return fail("there are too many ties to follow every way they can fall");
    out.possible_winners = search.winners;
    out.ways = std::move(search.ways);
  }
  if (std::popcount(out.possible_winners) == 1) out.winner = static_cast<Candidate>(std::countr_zero(out.possible_winners));
  return out;
}

}  // namespace entente::measures::p3_elections::irv
