// First preferences among the candidates still standing, counted fast: grouped rankings as a prefix tree laid out in preorder. A pass for a
// set of standing candidates jumps over a branch as soon as it meets one of them. Immutable, thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "measures/p3_elections/irv/rankings.h"

namespace entente::measures::p3_elections::irv {

using Tallies = std::array<std::uint64_t, kMaxCandidates>;  // by candidate

// What would move if one more candidate still stood.
struct Returns {
  Tallies standing{};                                 // the tallies of the standing candidates
  std::array<std::uint64_t, kMaxCandidates> total{};  // by candidate x who does not stand: the votes x would have beside them
  std::array<Tallies, kMaxCandidates> taken{};        // [x][c]: those of them that count for c without x
};

class TallyTree {
 public:
  explicit TallyTree(const GroupedRankings& rankings);

  [[nodiscard]] unsigned candidates() const { return candidates_; }
  // Candidates outside `standing` have 0.
  void count(CandidateSet standing, Tallies& out) const;
  // The same for `standing` and, in one pass, for `standing` with any one other candidate. Only rows of candidates below candidates() are
  // written.
  void count_returns(CandidateSet standing, Returns& out) const;

  // Votes in the sense of a "not eliminated before" assertion: first ranks of `winner`; ballots on which `loser` stands and `winner` does
  // not stand before.
  [[nodiscard]] std::uint64_t first_ranks(Candidate winner) const { return first_[winner]; }
  [[nodiscard]] std::uint64_t preferred(Candidate loser, Candidate winner) const { return preferred_[loser][winner]; }

 private:
  struct Node {
    std::uint64_t ballots = 0;  // that begin with this prefix
    std::uint32_t skip = 0;     // the node after this branch
    std::uint16_t depth = 0;    // 0: first rank
    Candidate candidate = 0;
  };
  unsigned candidates_;
  std::vector<Node> nodes_;
  Tallies first_{};
  std::array<Tallies, kMaxCandidates> preferred_{};
};

}  // namespace entente::measures::p3_elections::irv
