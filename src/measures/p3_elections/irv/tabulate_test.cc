#include "measures/p3_elections/irv/tabulate.h"

#include <gtest/gtest.h>
#include <numeric>
#include <random>

#include "measures/p3_elections/irv/ballot_rules.h"
#include "measures/p3_elections/irv/tally_tree.h"
#include "test_support.h"

namespace entente::measures::p3_elections::irv {
namespace {

using Ranking = std::vector<Candidate>;

GroupedRankings ballots_of(unsigned candidates, std::initializer_list<std::pair<Ranking, std::uint64_t>> groups) {
  RankingGrouper grouper(candidates);
  for (const auto& [ranking, n] : groups) grouper.add(ranking, n);
  return grouper.take();
}

TEST(RankingGrouper, equal_rankings_are_one_group_short_or_long) {
  RankingGrouper grouper(14);
  Ranking twelve(12);
  std::iota(twelve.begin(), twelve.end(), Candidate{0});
  Ranking other = twelve;
  std::swap(other[10], other[11]);
  for (int i = 0; i < 3; ++i) {
    grouper.add(twelve);
    grouper.add(other, 2);
    grouper.add(Ranking{});
    grouper.add(Ranking{0});
    grouper.add(Ranking{0, 1});
  }
  const GroupedRankings out = grouper.take();
  ASSERT_EQ(out.groups.size(), 5U);
  EXPECT_EQ(out.ballots, 18U);
  EXPECT_EQ(out.groups[0].ballots, 3U);
  EXPECT_EQ(out.groups[1].ballots, 6U);
  EXPECT_EQ(out.groups[2].length, 0);
  EXPECT_EQ(out.groups[4].ballots, 3U);
  EXPECT_EQ(grouper.rankings().ballots, 0U);
}

TEST(RankingGrouper, thousands_of_groups_stay_apart) {
  RankingGrouper grouper(64);
  for (int round = 0; round < 2; ++round)
    for (unsigned a = 0; a < 64; ++a)
      for (unsigned b = 0; b < 64; ++b)
        if (a != b) grouper.add(Ranking{static_cast<Candidate>(a), static_cast<Candidate>(b)});
  const GroupedRankings out = grouper.take();
  EXPECT_EQ(out.groups.size(), 64U * 63U);
  for (const RankingGroup& g : out.groups) EXPECT_EQ(g.ballots, 2U);
}

TEST(TallyTree, counts_as_the_plain_definition_does) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 100; ++i) {
    const unsigned n = 2 + static_cast<unsigned>(random() % 6);
    RankingGrouper grouper(n);
    for (int b = 0; b < 40; ++b) {
      Ranking r(n);
      std::iota(r.begin(), r.end(), Candidate{0});
      std::shuffle(r.begin(), r.end(), random);
      r.resize(random() % (n + 1));
      grouper.add(r, 1 + random() % 5);
    }
    const GroupedRankings ballots = grouper.take();
    const TallyTree tree(ballots);
    const auto plain = [&](CandidateSet standing) {
      Tallies out{};
      for (const RankingGroup& g : ballots.groups)
        for (const Candidate c : ballots.ranking(g))
          if (contains(standing, c)) {
            out[c] += g.ballots;
            break;
          }
      return out;
    };
    const CandidateSet standing = random() & all_of(n);
    Tallies votes;
    tree.count(standing, votes);
    EXPECT_EQ(votes, plain(standing));
    Returns returns;
    tree.count_returns(standing, returns);
    for (Candidate x = 0; x < n; ++x) {
      if (contains(standing, x)) continue;
      const Tallies with = plain(standing | set_of(x));
      EXPECT_EQ(returns.total[x], with[x]);
      for (Candidate c = 0; c < n; ++c)
        if (contains(standing, c)) EXPECT_EQ(returns.standing[c] - returns.taken[x][c], with[c]);
    }
  }
}

// Votes move from the eliminated to the next standing candidate; the winner is not the first round's leader.
TEST(CountIrv, moves_votes_round_by_round) {
  const auto count = count_irv(ballots_of(4, {{{0}, 40}, {{1, 2}, 35}, {{2, 1}, 20}, {{3, 2, 1}, 6}, {{}, 2}}));
  ASSERT_OK(count);
  EXPECT_EQ(count->winner, std::optional<Candidate>(1));
  EXPECT_EQ(count->order, (Ranking{3, 2, 0, 1}));
  ASSERT_EQ(count->rounds.size(), 4U);
  EXPECT_EQ(count->rounds[0].votes, (std::vector<std::uint64_t>{40, 35, 20, 6}));
  EXPECT_EQ(count->rounds[1].votes, (std::vector<std::uint64_t>{40, 35, 26, 0}));
  EXPECT_EQ(count->rounds[2].votes, (std::vector<std::uint64_t>{40, 61, 0, 0}));
  EXPECT_EQ(count->rounds[0].exhausted, 2U);
  EXPECT_EQ(count->rounds[3].exhausted, 42U);
  EXPECT_EQ(count->rounds[2].tied, 0U);
}

TEST(CountIrv, a_tie_that_decides_leaves_the_winner_open) {
  // 1 and 2 tie for the last place; the one that stays beats 0.
  const auto ballots = ballots_of(3, {{{0}, 5}, {{1, 2}, 4}, {{2, 1}, 4}});
  const auto count = count_irv(ballots);
  ASSERT_OK(count);
  EXPECT_FALSE(count->winner.has_value());
  EXPECT_EQ(count->possible_winners, set_of(1) | set_of(2));
  EXPECT_EQ(count->rounds[0].tied, set_of(1) | set_of(2));
  EXPECT_TRUE(count->rounds[0].tie_open);
  // Drawn: 2 goes out first of the tied.
  const auto drawn = count_irv(ballots, {.rule = TieBreak::Rule::drawn_order, .order = {2, 0, 1}});
  ASSERT_OK(drawn);
  EXPECT_EQ(drawn->winner, std::optional<Candidate>(1));
  EXPECT_FALSE(drawn->rounds[0].tie_open);
  EXPECT_EQ(drawn->rounds[0].tied, set_of(1) | set_of(2));
  EXPECT_FALSE(count_irv(ballots, {.rule = TieBreak::Rule::drawn_order, .order = {2, 0}}).has_value());
  EXPECT_FALSE(count_irv(ballots, {.rule = TieBreak::Rule::drawn_order, .order = {2, 0, 0}}).has_value());
}

TEST(CountIrv, a_tie_that_does_not_matter_is_reported_and_the_winner_known) {
  const auto count = count_irv(ballots_of(3, {{{0}, 50}, {{1}, 4}, {{2}, 4}}));
  ASSERT_OK(count);
  EXPECT_EQ(count->winner, std::optional<Candidate>(0));
  EXPECT_EQ(count->rounds[0].tied, set_of(1) | set_of(2));
}

TEST(CountIrv, previous_rounds_break_a_tie_where_they_differ) {
  // Round 1: 10, 8, 7, 3. Candidate 3's go to 2 and 1 so that 1 and 2 tie at 9; 2 had fewer before.
  const auto ballots = ballots_of(4, {{{0}, 10}, {{1}, 8}, {{2, 1}, 7}, {{3, 1}, 1}, {{3, 2}, 2}});
  const auto open = count_irv(ballots);
  ASSERT_OK(open);
  EXPECT_TRUE(open->rounds[1].tie_open);
  const auto count = count_irv(ballots, {.rule = TieBreak::Rule::previous_rounds});
  ASSERT_OK(count);
  EXPECT_FALSE(count->rounds[1].tie_open);
  EXPECT_EQ(count->rounds[1].eliminated, 2);
  EXPECT_EQ(count->winner, std::optional<Candidate>(1));
  // Never different: by lot.
  const auto never = count_irv(ballots_of(2, {{{0}, 3}, {{1}, 3}}), {.rule = TieBreak::Rule::previous_rounds});
  ASSERT_OK(never);
  EXPECT_EQ(never->possible_winners, 3U);
}

TEST(CountIrv, many_candidates_with_few_votes_do_not_explode) {
  for (const auto rule : {TieBreak::Rule::none, TieBreak::Rule::previous_rounds}) {
    const auto zero = count_irv(ballots_of(40, {{{0}, 3}, {{1}, 2}}), {.rule = rule});
    ASSERT_OK(zero);
    EXPECT_EQ(zero->winner, std::optional<Candidate>(0));
  }
  // 30 with a vote each go out before two with 50 and 40, in whatever order.
  RankingGrouper grouper(32);
  grouper.add(Ranking{0}, 50);
  grouper.add(Ranking{1}, 40);
  for (Candidate c = 2; c < 32; ++c) grouper.add(Ranking{c, 1});
  const auto few = count_irv(grouper.take());
  ASSERT_OK(few);
  EXPECT_EQ(few->winner, std::optional<Candidate>(1));
  RankingGrouper equal(30);
  for (Candidate c = 0; c < 30; ++c) equal.add(Ranking{c});
  const auto many = count_irv(equal.take());
  ASSERT_FALSE(many.has_value());
  EXPECT_NE(many.error().what.find("too many ties"), std::string::npos);
  EXPECT_FALSE(count_irv(GroupedRankings{}).has_value());
}

// Every way ties can fall, by brute force over the choices, with small counts that tie all the time.
CandidateSet every_way(const GroupedRankings& ballots, CandidateSet standing) {
  if ((standing & (standing - 1)) == 0) return standing;
  std::vector<std::uint64_t> votes(ballots.candidates);
  for (const RankingGroup& g : ballots.groups)
    for (const Candidate c : ballots.ranking(g))
      if (contains(standing, c)) {
        votes[c] += g.ballots;
        break;
      }
  std::uint64_t least = ~std::uint64_t{0};
  for (Candidate c = 0; c < ballots.candidates; ++c)
    if (contains(standing, c)) least = std::min(least, votes[c]);
  CandidateSet out = 0;
  for (Candidate c = 0; c < ballots.candidates; ++c)
    if (contains(standing, c) && votes[c] == least) out |= every_way(ballots, standing & ~set_of(c));
  return out;
}

TEST(CountIrv, possible_winners_are_those_of_every_way_ties_can_fall) {
  std::mt19937_64 random(12);
  std::size_t open = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto n = static_cast<unsigned>(2 + random() % 5);
    RankingGrouper grouper(n);
    for (std::uint64_t k = 1 + random() % 8; k > 0; --k) {
      Ranking r(n);
      std::iota(r.begin(), r.end(), Candidate{0});
      std::shuffle(r.begin(), r.end(), random);
      r.resize(random() % (n + 1));
      grouper.add(r, 1 + random() % 4);
    }
    const GroupedRankings ballots = grouper.take();
    const auto count = count_irv(ballots);
    ASSERT_OK(count);
    EXPECT_EQ(count->possible_winners, every_way(ballots, all_of(n)));
    CandidateSet led_to = 0;
    for (const Ranking& way : count->ways) {
      ASSERT_EQ(way.size(), n);
      led_to |= set_of(way.back());
      CandidateSet standing = all_of(n);
      for (const Candidate c : way) {  // each goes out with the fewest votes
        const TallyTree tree(ballots);
        Tallies votes;
        tree.count(standing, votes);
        for (Candidate other = 0; other < n; ++other)
          if (contains(standing, other)) EXPECT_LE(votes[c], votes[other]);
        standing &= ~set_of(c);
      }
    }
    EXPECT_EQ(led_to, count->possible_winners);
    EXPECT_EQ(count->ways.size(), static_cast<std::size_t>(std::popcount(led_to)));
    open += count->winner ? 0 : 1;
  }
  EXPECT_GT(open, 200U);
}

Ranking ranked(std::initializer_list<RankMark> marks, const BallotRules& rules) { return ranking_of(std::vector<RankMark>(marks), rules); }

TEST(BallotRules, overvoted_ranks) {
  const std::initializer_list<RankMark> marks{{0, 1}, {1, 2}, {2, 2}, {3, 3}};
  EXPECT_EQ(ranked(marks, san_francisco_rules()), (Ranking{0}));
  EXPECT_EQ(ranked(marks, maine_rules()), (Ranking{0}));
  EXPECT_EQ(ranked(marks, minneapolis_rules()), (Ranking{0, 3}));
  EXPECT_TRUE(overvoted_later(std::vector<RankMark>(marks), san_francisco_rules()));
  EXPECT_FALSE(overvoted_later(std::vector<RankMark>{{0, 1}, {1, 1}, {2, 2}}, san_francisco_rules()));
  // The same mark twice is no overvote.
  EXPECT_EQ(ranked({{0, 1}, {0, 1}, {1, 2}}, san_francisco_rules()), (Ranking{0, 1}));
}

TEST(BallotRules, overvote_before_or_after_those_already_ranked_are_taken_off) {
  const std::initializer_list<RankMark> marks{{0, 1}, {0, 2}, {1, 2}, {2, 3}};  // rank 2 repeats candidate 0 beside 1
  EXPECT_EQ(ranked(marks, {}), (Ranking{0}));
  EXPECT_EQ(ranked(marks, {.judged = OvervoteJudged::after_duplicates}), (Ranking{0, 1, 2}));
  EXPECT_EQ(ranked(marks, {.overvote = OvervotedRank::passed_over}), (Ranking{0, 2}));
}

TEST(BallotRules, blank_ranks) {
  EXPECT_EQ(ranked({{0, 1}, {1, 3}}, maine_rules()), (Ranking{0, 1}));             // one blank
  EXPECT_EQ(ranked({{0, 1}, {1, 4}}, maine_rules()), (Ranking{0}));                // two
  EXPECT_EQ(ranked({{0, 3}}, maine_rules()), (Ranking{}));                         // two before the first
  EXPECT_EQ(ranked({{0, 1}, {1, 3}, {2, 5}}, maine_rules()), (Ranking{0, 1, 2}));  // one and one
  EXPECT_EQ(ranked({{0, 1}, {1, 4}}, san_francisco_rules()), (Ranking{0, 1}));
  EXPECT_EQ(ranked({{0, 1}, {1, 3}}, {.blank_ranks_passed = 0}), (Ranking{0}));
  EXPECT_EQ(ranked({{0, 0}, {1, 1}}, {}), (Ranking{1}));  // rank 0 is no mark
}

TEST(BallotRules, repeated_candidates) {
  const std::initializer_list<RankMark> marks{{0, 1}, {0, 2}, {1, 3}};
  EXPECT_EQ(ranked(marks, san_francisco_rules()), (Ranking{0, 1}));
  EXPECT_EQ(ranked(marks, maine_rules()), (Ranking{0, 1}));  // a repeated candidate's rank is marked, not blank
  EXPECT_EQ(ranked(marks, {.duplicate = DuplicateCandidate::ends_ballot}), (Ranking{0}));
}

TEST(BallotRules, marks_may_come_in_any_order) { EXPECT_EQ(ranked({{2, 3}, {0, 1}, {1, 2}}, maine_rules()), (Ranking{0, 1, 2})); }

}  // namespace
}  // namespace entente::measures::p3_elections::irv
