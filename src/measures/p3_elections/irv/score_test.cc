#include "measures/p3_elections/irv/score.h"

#include <gtest/gtest.h>
#include <random>

#include "test_support.h"

namespace entente::measures::p3_elections::irv {
namespace {

using Groups = std::vector<ScoreGroup>;
using Points = std::vector<std::uint64_t>;

TEST(CountScores, most_points_win_and_ties_are_open) {
  const auto count = count_scores(3, 5, Groups{{{5, 3, 0}, 10}, {{0, 4, 5}, 7}});
  ASSERT_OK(count);
  EXPECT_EQ(count->points, (Points{50, 58, 35}));
  EXPECT_EQ(count->winner, std::optional<Candidate>(1));
  const auto tie = count_scores(2, 5, Groups{{{5, 3}, 1}, {{3, 5}, 1}});
  ASSERT_OK(tie);
  EXPECT_EQ(tie->possible_winners, 3U);
  EXPECT_FALSE(tie->winner.has_value());
}

TEST(CountScores, refused) {
  EXPECT_FALSE(count_scores(0, 5, Groups{}).has_value());
  EXPECT_FALSE(count_scores(65, 5, Groups{}).has_value());
  EXPECT_FALSE(count_scores(2, 5, Groups{{{5}, 1}}).has_value());
  EXPECT_FALSE(count_scores(2, 5, Groups{{{5, 6}, 1}}).has_value());
  EXPECT_FALSE(count_scores(2, kMaxScore + 1, Groups{}).has_value());
  EXPECT_FALSE(count_scores(1, 5, Groups{{{5}, kMaxBallots}, {{5}, 1}}).has_value());
  const auto most = count_scores(1, kMaxScore, Groups{{{kMaxScore}, kMaxBallots}});
  ASSERT_OK(most);
  EXPECT_EQ(most->points[0], std::uint64_t{kMaxScore} * kMaxBallots);
}

TEST(CountBorda, halves_of_points) {
  RankingGrouper grouper(4);
  grouper.add(std::vector<Candidate>{0, 1, 2, 3}, 3);
  grouper.add(std::vector<Candidate>{1}, 2);
  grouper.add(std::vector<Candidate>{}, 1);
  const GroupedRankings ballots = grouper.take();
  const auto nothing = count_borda(ballots);
  ASSERT_OK(nothing);
  EXPECT_EQ(nothing->points, (Points{2 * 9, 2 * (6 + 6), 2 * 3, 0}));
  EXPECT_EQ(nothing->winner, std::optional<Candidate>(1));
  const auto shared = count_borda(ballots, BordaUnranked::shared_points);
  ASSERT_OK(shared);
  // The second group: three share 2 + 1 + 0, one point each; the empty ballot: four share 6, a point and a half each.
  EXPECT_EQ(shared->points, (Points{18 + 4 + 3, 24 + 3, 6 + 4 + 3, 0 + 4 + 3}));
}

TEST(CountStar, the_runoff_can_turn_the_points_around) {
  const auto count = count_star(3, 5, Groups{{{5, 4, 0}, 4}, {{0, 1, 5}, 2}, {{3, 4, 0}, 5}});
  ASSERT_OK(count);
  EXPECT_EQ(count->points, (Points{35, 38, 10}));
  ASSERT_EQ(count->runoffs.size(), 1U);
  EXPECT_EQ(count->runoffs[0].prefer_first, 4U);
  EXPECT_EQ(count->runoffs[0].prefer_second, 7U);
  EXPECT_EQ(count->runoffs[0].no_preference, 0U);
  EXPECT_EQ(count->winner, std::optional<Candidate>(1));
  const auto turned = count_star(2, 5, Groups{{{5, 0}, 2}, {{3, 4}, 3}});
  ASSERT_OK(turned);
  EXPECT_GT(turned->points[0], turned->points[1]);
  EXPECT_EQ(turned->winner, std::optional<Candidate>(1));
}

TEST(CountStar, a_tie_of_points_for_the_second_finalist) {
  // 0 leads; 1 and 2 have equal points, more voters prefer 2.
  const Groups ballots{{{5, 5, 2}, 1}, {{5, 0, 1}, 1}, {{4, 0, 2}, 1}};
  const auto protocol = count_star(3, 5, ballots);
  ASSERT_OK(protocol);
  EXPECT_EQ(protocol->points, (Points{14, 5, 5}));
  ASSERT_EQ(protocol->runoffs.size(), 1U);
  EXPECT_EQ(protocol->runoffs[0].second, 2);
  const auto open = count_star(3, 5, ballots, StarTies::open);
  ASSERT_OK(open);
  EXPECT_EQ(open->runoffs.size(), 2U);
  EXPECT_EQ(open->winner, std::optional<Candidate>(0));
}

TEST(CountStar, a_tied_runoff_goes_to_more_points_or_stays_open) {
  const Groups ballots{{{5, 0}, 1}, {{3, 4}, 1}};
  const auto protocol = count_star(2, 5, ballots);
  ASSERT_OK(protocol);
  EXPECT_EQ(protocol->winner, std::optional<Candidate>(0));
  const auto open = count_star(2, 5, ballots, StarTies::open);
  ASSERT_OK(open);
  EXPECT_EQ(open->possible_winners, 3U);
  const auto never = count_star(2, 5, Groups{{{1, 1}, 4}});
  ASSERT_OK(never);
  EXPECT_EQ(never->possible_winners, 3U);
  EXPECT_EQ(never->runoffs[0].no_preference, 4U);
}

TEST(CountStar, three_in_a_circle_stay_open) {
  // 0 over 1 over 2 over 0, equal points.
  const auto count = count_star(3, 5, Groups{{{5, 3, 1}, 1}, {{1, 5, 3}, 1}, {{3, 1, 5}, 1}});
  ASSERT_OK(count);
  EXPECT_EQ(count->runoffs.size(), 3U);
  EXPECT_EQ(count->possible_winners, 7U);
}

TEST(CountStar, one_candidate_and_nobody) {
  const auto one = count_star(1, 5, Groups{{{3}, 2}});
  ASSERT_OK(one);
  EXPECT_EQ(one->winner, std::optional<Candidate>(0));
  EXPECT_TRUE(one->runoffs.empty());
  const auto none = count_star(2, 5, Groups{});
  ASSERT_OK(none);
  EXPECT_EQ(none->possible_winners, 3U);
}

// Against the definition, with every pair of possible finalists.
TEST(CountStar, agrees_with_every_way_of_open_ties) {
  std::mt19937_64 random(8);
  for (int i = 0; i < 500; ++i) {
    const auto n = static_cast<unsigned>(2 + random() % 4);
    Groups ballots(1 + random() % 5);
    for (ScoreGroup& g : ballots) {
      g.ballots = 1 + random() % 3;
      for (unsigned c = 0; c < n; ++c) g.scores.push_back(static_cast<std::uint32_t>(random() % 4));
    }
    const auto count = count_star(n, 3, ballots, StarTies::open);
    ASSERT_OK(count);
    CandidateSet winners = 0;
    for (Candidate a = 0; a < n; ++a)
      for (Candidate b = static_cast<Candidate>(a + 1); b < n; ++b) {
        const std::uint64_t least = std::min(count->points[a], count->points[b]);
        bool finalists = true;
        for (Candidate c = 0; c < n; ++c) finalists &= c == a || c == b || count->points[c] <= least;
        if (!finalists) continue;
        std::int64_t lead = 0;
        for (const ScoreGroup& g : ballots)
          lead += static_cast<std::int64_t>(g.ballots) * (g.scores[a] > g.scores[b] ? 1 : g.scores[a] < g.scores[b] ? -1 : 0);
        if (lead >= 0) winners |= set_of(a);
        if (lead <= 0) winners |= set_of(b);
      }
    EXPECT_EQ(count->possible_winners, winners);
  }
}

}  // namespace
}  // namespace entente::measures::p3_elections::irv
