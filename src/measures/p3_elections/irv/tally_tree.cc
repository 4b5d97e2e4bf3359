// The tree is built from the rankings in lexical order; a node's branch is the run of nodes up to `skip`. Counting for a set S walks the
// nodes in order and leaves a branch at its first candidate of S: that candidate has all its ballots. To know what any other candidate x
// would take, the candidates on the way to that point are at hand: each of them stands before it on all these ballots.
#include "measures/p3_elections/irv/tally_tree.h"

#include <algorithm>
#include <numeric>

namespace entente::measures::p3_elections::irv {

TallyTree::TallyTree(const GroupedRankings& rankings) : candidates_(rankings.candidates) {
  std::vector<std::uint32_t> order(rankings.groups.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto ranking = [&](std::uint32_t g) { return rankings.ranking(rankings.groups[g]); };
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) { return std::ranges::lexicographical_compare(ranking(a), ranking(b)); });

  std::array<std::uint32_t, kMaxCandidates> path{};  // nodes
  std::size_t depth = 0;
  const auto close_to = [&](std::size_t level) {
    while (depth > level) nodes_[path[--depth]].skip = static_cast<std::uint32_t>(nodes_.size());
  };
  for (const std::uint32_t g : order) {
    const auto ranks = ranking(g);
    const std::uint64_t ballots = rankings.groups[g].ballots;
    std::size_t common = 0;
    while (common < depth && common < ranks.size() && nodes_[path[common]].candidate == ranks[common]) ++common;
    close_to(common);
    for (; depth < ranks.size(); ++depth) {
      path[depth] = static_cast<std::uint32_t>(nodes_.size());
      nodes_.push_back({.depth = static_cast<std::uint16_t>(depth), .candidate = ranks[depth]});
    }
    CandidateSet before = 0;
    for (std::size_t i = 0; i < depth; ++i) {
      nodes_[path[i]].ballots += ballots;
      before |= set_of(ranks[i]);
      for (unsigned other = 0; other < candidates_; ++other)
        if (!contains(before, static_cast<Candidate>(other))) preferred_[ranks[i]][other] += ballots;
    }
    if (depth > 0) first_[ranks[0]] += ballots;
  }
  close_to(0);
}

void TallyTree::count(CandidateSet standing, Tallies& out) const {
  out.fill(0);
  const Node* const begin = nodes_.data();
  const std::size_t size = nodes_.size();
  for (std::size_t i = 0; i < size;) {
    const Node& n = begin[i];
    if (contains(standing, n.candidate)) {
      out[n.candidate] += n.ballots;
      i = n.skip;
    } else {
      ++i;
    }
  }
}

void TallyTree::count_returns(CandidateSet standing, Returns& out) const {
  out.standing.fill(0);
  out.total.fill(0);
  for (unsigned x = 0; x < candidates_; ++x) std::fill_n(out.taken[x].begin(), candidates_, 0);
  std::array<Candidate, kMaxCandidates> path{};
  const std::size_t size = nodes_.size();
  for (std::size_t i = 0; i < size;) {
    const Node& n = nodes_[i];
    if (contains(standing, n.candidate)) {
      out.standing[n.candidate] += n.ballots;
      for (unsigned d = 0; d < n.depth; ++d) { out.taken[path[d]][n.candidate] += n.ballots; }
      i = n.skip;
    } else {
      path[n.depth] = n.candidate;
      out.total[n.candidate] += n.ballots;  // nobody of `standing` is before x here
      ++i;
    }
  }
}

}  // namespace entente::measures::p3_elections::irv
