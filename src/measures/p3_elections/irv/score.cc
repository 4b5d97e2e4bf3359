// Points are added up; STAR also needs, for each pair of candidates, how many ballots give one more points than the other, which is counted
// for all pairs at once. Finalists come from groups of equal points: a group that fits is taken whole, from one that does not one or two
// are chosen, by preference where the protocol says so and one stands out, else in every way.
#include "measures/p3_elections/irv/score.h"

#include <fmt/format.h>
#include <algorithm>
#include <bit>

namespace entente::measures::p3_elections::irv {
namespace {

using PreferenceMatrix = std::vector<std::vector<std::uint64_t>>;  // [a][b]: ballots with more points for a than for b

Result<void> check_scores(unsigned candidates, std::uint32_t max_score, std::span<const ScoreGroup> ballots) {
  if (candidates == 0 || candidates > kMaxCandidates) return fail("a contest has 1 to 64 candidates");
  if (max_score > kMaxScore) return fail(fmt::format("scores above {} are not counted", kMaxScore));
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < ballots.size(); ++i) {
    const ScoreGroup& g = ballots[i];
    if (g.scores.size() != candidates)
      return fail(fmt::format("group {} has {} scores for {} candidates", i + 1, g.scores.size(), candidates));
    if (std::ranges::any_of(g.scores, [&](std::uint32_t s) { return s > max_score; }))
      return fail(fmt::format("group {} has a score above {}", i + 1, max_score));
    if (g.ballots > kMaxBallots - total) return fail("more ballots than can be counted");
    total += g.ballots;
  }
  return {};
}

std::vector<std::uint64_t> sum_scores(unsigned candidates, std::span<const ScoreGroup> ballots) {
  std::vector<std::uint64_t> points(candidates);
  for (const ScoreGroup& g : ballots)
    for (unsigned c = 0; c < candidates; ++c) points[c] += g.scores[c] * g.ballots;
  return points;
}

// Those with the most points among `of`.
CandidateSet most_points(const std::vector<std::uint64_t>& points, CandidateSet of) {
  CandidateSet out = 0;
  std::uint64_t most = 0;
  for (; of != 0; of &= of - 1) {
    const auto c = static_cast<Candidate>(std::countr_zero(of));
    if (out == 0 || points[c] > most) {
      most = points[c];
      out = 0;
    }
    if (points[c] == most) out |= set_of(c);
  }
  return out;
}

std::optional<Candidate> single(CandidateSet set) {
  if (std::popcount(set) != 1) return std::nullopt;
  return static_cast<Candidate>(std::countr_zero(set));
}

PointCount point_count(std::vector<std::uint64_t> points) {
  PointCount out{.points = std::move(points)};
  out.possible_winners = most_points(out.points, all_of(static_cast<unsigned>(out.points.size())));
  out.winner = single(out.possible_winners);
  return out;
}

PreferenceMatrix preferences(unsigned candidates, std::span<const ScoreGroup> ballots) {
  PreferenceMatrix out(candidates, std::vector<std::uint64_t>(candidates));
  for (const ScoreGroup& g : ballots)
    for (unsigned a = 0; a < candidates; ++a)
      for (unsigned b = 0; b < candidates; ++b)
        if (g.scores[a] > g.scores[b]) out[a][b] += g.ballots;
  return out;
}

// Of the tied, who may be chosen: the one preferred to each of the others, if there is one and the protocol asks.
CandidateSet star_choices(CandidateSet tied, const PreferenceMatrix& prefer, StarTies ties) {
  if (ties == StarTies::open) return tied;
  for (CandidateSet rest = tied; rest != 0; rest &= rest - 1) {
    const auto a = static_cast<Candidate>(std::countr_zero(rest));
    bool over_all = true;
    for (CandidateSet others = tied & ~set_of(a); others != 0; others &= others - 1) {
      const auto b = static_cast<Candidate>(std::countr_zero(others));
      over_all &= prefer[a][b] > prefer[b][a];
    }
    if (over_all) return set_of(a);
  }
  return tied;
}

StarCount::Runoff star_runoff(Candidate a, Candidate b, const StarCount& count, const PreferenceMatrix& prefer, std::uint64_t ballots,
                              StarTies ties) {
  StarCount::Runoff out{.first = std::min(a, b), .second = std::max(a, b)};
  out.prefer_first = prefer[out.first][out.second];
  out.prefer_second = prefer[out.second][out.first];
  out.no_preference = ballots - out.prefer_first - out.prefer_second;
  out.winners = set_of(out.first) | set_of(out.second);
  if (out.prefer_first != out.prefer_second)
    out.winners = set_of(out.prefer_first > out.prefer_second ? out.first : out.second);
  else if (ties == StarTies::protocol)
    out.winners = most_points(count.points, out.winners);
  return out;
}

}  // namespace

Result<PointCount> count_scores(unsigned candidates, std::uint32_t max_score, std::span<const ScoreGroup> ballots) {
  ENTENTE_CHECK(check_scores(candidates, max_score, ballots));
  return point_count(sum_scores(candidates, ballots));
}

Result<PointCount> count_borda(const GroupedRankings& rankings, BordaUnranked unranked) {
  const unsigned n = rankings.candidates;
  if (n == 0 || n > kMaxCandidates) return fail("a contest has 1 to 64 candidates");
  std::vector<std::uint64_t> points(n);
  for (const RankingGroup& g : rankings.groups) {
    CandidateSet left = all_of(n);
    std::uint64_t place = n;
    for (const Candidate c : rankings.ranking(g)) {
      points[c] += 2 * --place * g.ballots;
      left &= ~set_of(c);
    }
    // The places left have 0 … place − 1 points; their mean is half of place − 1.
    if (unranked == BordaUnranked::shared_points && place > 0)
      for (; left != 0; left &= left - 1) points[static_cast<std::size_t>(std::countr_zero(left))] += (place - 1) * g.ballots;
  }
  return point_count(std::move(points));
}

Result<StarCount> count_star(unsigned candidates, std::uint32_t max_score, std::span<const ScoreGroup> ballots, StarTies ties) {
  ENTENTE_CHECK(check_scores(candidates, max_score, ballots));
  StarCount out{.points = sum_scores(candidates, ballots)};
  const CandidateSet all = all_of(candidates);
  if (candidates == 1) {
    out.possible_winners = all;
    out.winner = 0;
    return out;
  }
  const PreferenceMatrix prefer = preferences(candidates, ballots);
  std::uint64_t total = 0;
  for (const ScoreGroup& g : ballots) total += g.ballots;
  std::vector<CandidateSet> pairs;
  const CandidateSet top = most_points(out.points, all);
  for (CandidateSet first = std::popcount(top) > 1 ? star_choices(top, prefer, ties) : top; first != 0; first &= first - 1) {
    const CandidateSet a = first & -first;
    const CandidateSet next = most_points(out.points, all & ~a);
    for (CandidateSet second = std::popcount(top) == 2 ? top & ~a : star_choices(next, prefer, ties); second != 0; second &= second - 1)
      pairs.push_back(a | (second & -second));
  }
  std::ranges::sort(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  for (const CandidateSet pair : pairs) {
    const auto a = static_cast<Candidate>(std::countr_zero(pair));
    const auto b = static_cast<Candidate>(std::countr_zero(pair & (pair - 1)));
    out.runoffs.push_back(star_runoff(a, b, out, prefer, total, ties));
    out.possible_winners |= out.runoffs.back().winners;
  }
  out.winner = single(out.possible_winners);
  return out;
}

}  // namespace entente::measures::p3_elections::irv
