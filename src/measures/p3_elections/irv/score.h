// Counting of contests in which voters give points: score (range) voting, STAR ("score, then automatic runoff"), and Borda's count of
// rankings. All sums are whole numbers. Where a tie leaves the winner open, everybody who can win is named. Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/irv/rankings.h"

namespace entente::measures::p3_elections::irv {

inline constexpr std::uint32_t kMaxScore = 1'000'000;

struct ScoreGroup {
  std::vector<std::uint32_t> scores;  // by candidate; a candidate without a score has 0
  std::uint64_t ballots = 1;
};

struct PointCount {
  std::vector<std::uint64_t> points;  // by candidate
  CandidateSet possible_winners = 0;  // who has the most points
  std::optional<Candidate> winner;    // only where it is one
};

// Most points win. Errors: no candidates or more than 64, a ballot with more or fewer scores than candidates, a score above `max_score` or
// kMaxScore, more than kMaxBallots.
[[nodiscard]] Result<PointCount> count_scores(unsigned candidates, std::uint32_t max_score, std::span<const ScoreGroup> ballots);

// What a candidate gets whom the voter did not rank.
enum class BordaUnranked {
  nothing,       // 0 points: as SHANGRLA's assorter
  shared_points  // the unranked share the points of the places left, equally
};
// Of n candidates the first of a ranking gets n − 1 points, the next n − 2, …. `points` are HALVES, so that shared points are whole
// numbers.
[[nodiscard]] Result<PointCount> count_borda(const GroupedRankings& rankings, BordaUnranked unranked = BordaUnranked::nothing);

// Ties of STAR (starvoting.org/ties, "simple protocol"; more of its steps are not carried out, what they would decide stays open).
enum class StarTies {
  open,  // by lot: every choice is possible
  // Of those tied in points the one whom more voters prefer to each of the others becomes a finalist; in the runoff the one with more
  // points wins. What is still tied is open.
  protocol,
};

struct StarCount {
  std::vector<std::uint64_t> points;  // by candidate
  // The pairs who can be finalists: one, unless a tie is open. Lower index first.
  struct Runoff {
    Candidate first = 0, second = 0;
    std::uint64_t prefer_first = 0, prefer_second = 0, no_preference = 0;  // ballots
    CandidateSet winners = 0;                                              // both where the runoff is an open tie
  };
  std::vector<Runoff> runoffs;
  CandidateSet possible_winners = 0;
  std::optional<Candidate> winner;
};

// The two with the most points are finalists; of them the one wins whom more voters gave more points. A single candidate wins without a
// runoff. Errors as count_scores().
[[nodiscard]] Result<StarCount> count_star(unsigned candidates, std::uint32_t max_score, std::span<const ScoreGroup> ballots,
                                           StarTies ties = StarTies::protocol);

}  // namespace entente::measures::p3_elections::irv
