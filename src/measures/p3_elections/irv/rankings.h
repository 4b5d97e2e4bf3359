// Ballots of an instant-runoff contest, grouped: each distinct ranking once, with the number of ballots that bear it. Everything in this
// room counts on it; 200,000 ballots of a city are some thousand groups. Built by a RankingGrouper, then immutable; reading is thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace entente::measures::p3_elections::irv {

using Candidate = std::uint8_t;      // index from 0
using CandidateSet = std::uint64_t;  // bit i: candidate i
inline constexpr unsigned kMaxCandidates = 64;
inline constexpr std::uint64_t kMaxBallots = 1'000'000'000'000;  // of one contest: sums stay exact in 64 bits and in a double

[[nodiscard]] constexpr CandidateSet set_of(Candidate c) { return CandidateSet{1} << c; }
[[nodiscard]] constexpr bool contains(CandidateSet set, Candidate c) { return ((set >> c) & 1U) != 0; }
[[nodiscard]] constexpr CandidateSet all_of(unsigned candidates) {
  return candidates >= kMaxCandidates ? ~CandidateSet{0} : (CandidateSet{1} << candidates) - 1;
}

struct RankingGroup {
  std::uint32_t first = 0;  // in GroupedRankings::ranks
  std::uint8_t length = 0;  // 0: no valid ranking
  std::uint64_t ballots = 0;
};

struct GroupedRankings {
  unsigned candidates = 0;
  std::vector<std::string> names;    // by candidate, as the source calls them; may be empty
  std::vector<Candidate> ranks;      // the rankings one after another, most wanted first; no candidate twice in one
  std::vector<RankingGroup> groups;  // in the order of their first ballot
  std::uint64_t ballots = 0;         // of all groups

  [[nodiscard]] std::span<const Candidate> ranking(const RankingGroup& g) const { return std::span(ranks).subspan(g.first, g.length); }
};

// Collects ballots into groups by open addressing on a key that holds a ranking of up to ten candidates whole (six bits each), so that the
// usual ballot is compared in one instruction. Some 30 to 60 million ballots a second.
class RankingGrouper {
 public:
  // `candidates` is at most kMaxCandidates.
  explicit RankingGrouper(unsigned candidates);

  // A ranking of distinct candidates below the number given, worn by `ballots` ballots (at least one). The caller keeps the sum within
  // kMaxBallots.
  void add(std::span<const Candidate> ranking, std::uint64_t ballots = 1);

  [[nodiscard]] const GroupedRankings& rankings() const { return rankings_; }
  // The groups with the names given (one a candidate, or none). The grouper is empty afterwards.
  [[nodiscard]] GroupedRankings take(std::vector<std::string> names = {});

 private:
  void grow();

  GroupedRankings rankings_;
  std::vector<std::uint64_t> keys_;   // by group
  std::vector<std::uint32_t> slots_;  // group + 1; 0: free
};

}  // namespace entente::measures::p3_elections::irv
