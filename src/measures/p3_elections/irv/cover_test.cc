#include "measures/p3_elections/irv/cover.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <numeric>
#include <random>

#include "test_support.h"

namespace entente::measures::p3_elections::irv {
namespace {

constexpr auto kNeb = AssertionKind::not_eliminated_before;
constexpr auto kNen = AssertionKind::not_eliminated_next;

bool cover_contradicts(const Assertion& a, const std::vector<Candidate>& order) {
  CandidateSet standing = all_of(static_cast<unsigned>(order.size()));
  for (const Candidate out : order) {
    if (a.kind == kNeb && out == a.winner && contains(standing, a.loser)) return true;
    if (a.kind == kNen && out == a.winner && standing == a.continuing) return true;
    standing &= ~set_of(out);
  }
  return false;
}

TEST(Cover, the_winner_alone_against_each) {
  const std::vector<Assertion> all{{kNeb, 0, 1}, {kNeb, 0, 2}, {kNeb, 0, 3}};
  const auto cover = check_cover(4, 0, all);
  ASSERT_OK(cover);
  EXPECT_TRUE(cover->complete);
  EXPECT_FALSE(cover->contradictory);
  const auto gap = check_cover(4, 0, std::span(all).first(2));
  ASSERT_OK(gap);
  EXPECT_FALSE(gap->complete);
  ASSERT_EQ(gap->counter_example.size(), 4U);
  EXPECT_EQ(gap->counter_example.back(), 3);
  for (const Assertion& a : std::span(all).first(2)) EXPECT_FALSE(cover_contradicts(a, gap->counter_example));
}

TEST(Cover, an_elimination_assertion_speaks_of_one_set_only) {
  // 0 beats 1 in the last two; nothing is said of who comes there.
  const std::vector<Assertion> one{{kNen, 0, 1, 3}};
  const auto cover = check_cover(3, 0, one);
  ASSERT_OK(cover);
  EXPECT_FALSE(cover->complete);
  const auto two = check_cover(2, 0, one);
  ASSERT_OK(two);
  EXPECT_TRUE(two->complete);
}

TEST(Cover, edge_cases) {
  const auto alone = check_cover(1, 0, {});
  ASSERT_OK(alone);
  EXPECT_TRUE(alone->complete);
  EXPECT_FALSE(alone->contradictory);
  // Assertions that leave no order at all.
  const std::vector<Assertion> both{{kNeb, 0, 1}, {kNeb, 1, 0}};
  const auto none = check_cover(2, 0, both);
  ASSERT_OK(none);
  EXPECT_TRUE(none->complete);
  EXPECT_TRUE(none->contradictory);
  EXPECT_FALSE(check_cover(0, 0, {}).has_value());
  EXPECT_FALSE(check_cover(65, 0, {}).has_value());
  EXPECT_FALSE(check_cover(2, 2, {}).has_value());
  EXPECT_FALSE(check_cover(2, 0, std::vector<Assertion>{{kNeb, 0, 2}}).has_value());
  EXPECT_FALSE(check_cover(2, 0, std::vector<Assertion>{{kNeb, 1, 1}}).has_value());
  EXPECT_FALSE(check_cover(3, 0, std::vector<Assertion>{{kNen, 0, 1, 5}}).has_value());
  EXPECT_FALSE(check_cover(3, 0, std::vector<Assertion>{{kNen, 0, 1, 11}}).has_value());
}

TEST(Cover, the_limit_is_an_error_not_an_answer) {
  std::vector<Assertion> hard;  // every step into the full set is contradicted: all smaller sets must be walked
  for (Candidate x = 0; x < 16; ++x) hard.push_back({kNen, x, static_cast<Candidate>((x + 1) % 16), all_of(16)});
  const auto cover = check_cover(16, 0, hard, {.max_sets = 1000});
  ASSERT_FALSE(cover.has_value());
  EXPECT_NE(cover.error().what.find("1000 sets"), std::string::npos);
  const auto whole = check_cover(16, 0, hard);
  ASSERT_OK(whole);
  EXPECT_TRUE(whole->complete);
  EXPECT_TRUE(whole->contradictory);
  EXPECT_EQ(whole->sets, (std::uint64_t{1} << 16U) - 2);
}

// Random assertion sets against every permutation.
TEST(Cover, agrees_with_every_permutation) {
  std::mt19937_64 random(31337);
  std::size_t complete = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto n = static_cast<unsigned>(2 + random() % 4);
    const auto winner = static_cast<Candidate>(random() % n);
    std::vector<Assertion> assertions;
    for (std::uint64_t k = random() % (4 * n); k > 0; --k) {
      Assertion a{.winner = static_cast<Candidate>(random() % n), .loser = static_cast<Candidate>(random() % n)};
      if (random() % 3 == 0) a.winner = winner;
      if (a.winner == a.loser) continue;
      if (random() % 2 == 0) {
        a.kind = kNen;
        a.continuing = (random() & all_of(n)) | set_of(a.winner) | set_of(a.loser);
      }
      assertions.push_back(a);
    }
    bool left = false;
    bool left_for_winner = false;
    std::vector<Candidate> order(n);
    std::iota(order.begin(), order.end(), Candidate{0});
    do {
      if (std::ranges::any_of(assertions, [&](const Assertion& a) { return cover_contradicts(a, order); })) continue;
      (order.back() == winner ? left_for_winner : left) = true;
    } while (std::ranges::next_permutation(order).found);
    const auto cover = check_cover(n, winner, assertions);
    ASSERT_OK(cover);
    ASSERT_EQ(cover->complete, !left);
    EXPECT_EQ(cover->contradictory, !left && !left_for_winner);
    complete += cover->complete ? 1 : 0;
    if (cover->complete) continue;
    EXPECT_NE(cover->counter_example.back(), winner);
    EXPECT_TRUE(std::ranges::none_of(assertions, [&](const Assertion& a) { return cover_contradicts(a, cover->counter_example); }));
  }
  EXPECT_GT(complete, 300U);
}

TEST(AssertionVotes, as_the_definitions_say) {
  RankingGrouper grouper(3);
  const auto add = [&](std::initializer_list<Candidate> r, std::uint64_t n) { grouper.add(std::vector<Candidate>(r), n); };
  add({0}, 10);       // NEB 0: winner
  add({2, 0, 1}, 7);  // 0 before 1: neither; NEN of {0, 1}: winner
  add({2, 1, 0}, 5);  // 1 before 0: loser
  add({1}, 3);        // loser
  add({2}, 2);        // neither
  add({}, 1);
  const GroupedRankings ballots = grouper.take();
  const AssertionVotes neb = assertion_votes(ballots, {kNeb, 0, 1});
  EXPECT_EQ(neb.winner, 10U);
  EXPECT_EQ(neb.loser, 8U);
  const AssertionVotes nen = assertion_votes(ballots, {kNen, 0, 1, 3});
  EXPECT_EQ(nen.winner, 17U);
  EXPECT_EQ(nen.loser, 8U);
  const AssertionVotes first = assertion_votes(ballots, {kNen, 0, 1, 7});
  EXPECT_EQ(first.winner, 10U);
  EXPECT_EQ(first.loser, 3U);
}

TEST(AssertionVotes, described_with_names) {
  const std::vector<std::string> names{"Ada Example", "Bo Example", "Cy Example"};
  EXPECT_EQ(describe({kNeb, 0, 2}, names), "Ada Example is not eliminated before Cy Example");
  EXPECT_EQ(describe({kNen, 1, 2, 6}, names), "Bo Example has more votes than Cy Example where Bo Example, Cy Example stand");
  EXPECT_EQ(describe({kNeb, 0, 2}, {}), "0 is not eliminated before 2");
}

}  // namespace
}  // namespace entente::measures::p3_elections::irv
