// RAIRE against brute force: random small elections (fixed seeds), every elimination order tried.
#include "measures/p3_elections/irv/raire.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <numeric>
#include <random>

#include "measures/p3_elections/irv/cover.h"
#include "measures/p3_elections/irv/tabulate.h"
#include "test_support.h"

namespace entente::measures::p3_elections::irv {
namespace {

GroupedRankings random_ballots(std::mt19937_64& random, unsigned candidates, unsigned most) {
  RankingGrouper grouper(candidates);
  const std::uint64_t kinds = 1 + random() % 8;
  for (std::uint64_t k = 0; k < kinds; ++k) {
    std::vector<Candidate> order(candidates);
    std::iota(order.begin(), order.end(), Candidate{0});
    std::shuffle(order.begin(), order.end(), random);
    order.resize(random() % (candidates + 1));
    grouper.add(order, 1 + random() % most);
  }
  return grouper.take();
}

std::vector<std::vector<Candidate>> all_orders(unsigned candidates) {
  std::vector<Candidate> order(candidates);
  std::iota(order.begin(), order.end(), Candidate{0});
  std::vector<std::vector<Candidate>> out;
  do out.push_back(order);
  while (std::next_permutation(order.begin(), order.end()));
  return out;
}

// Votes by the plainest definition.
std::uint64_t plain_votes(const GroupedRankings& ballots, Candidate c, CandidateSet standing) {
  std::uint64_t votes = 0;
  for (const RankingGroup& g : ballots.groups)
    for (const Candidate ranked : ballots.ranking(g))
      if (contains(standing, ranked)) {
        votes += ranked == c ? g.ballots : 0;
        break;
      }
  return votes;
}

// Every assertion that contradicts an order; the easiest of those that hold.
double easiest_against(const GroupedRankings& ballots, const std::vector<Candidate>& order, const Rating& rating) {
  double best = std::numeric_limits<double>::infinity();
  CandidateSet standing = all_of(ballots.candidates);
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < order.size(); ++j) {
      best = std::min(best, rating.of(plain_votes(ballots, order[i], standing), plain_votes(ballots, order[j], standing)));
      const AssertionVotes neb = assertion_votes(ballots, {.winner = order[i], .loser = order[j]});
      best = std::min(best, rating.of(neb.winner, neb.loser));
    }
    standing &= ~set_of(order[i]);
  }
  return best;
}

// Whether an assertion contradicts an order, by its meaning.
bool contradicts(const Assertion& a, const std::vector<Candidate>& order) {
  const auto place = [&](Candidate c) { return std::ranges::find(order, c) - order.begin(); };
  if (a.kind == AssertionKind::not_eliminated_before) return place(a.winner) < place(a.loser);
  CandidateSet standing = 0;
  for (auto i = place(a.winner); i < static_cast<std::ptrdiff_t>(order.size()); ++i) standing |= set_of(order[static_cast<std::size_t>(i)]);
  return standing == a.continuing;
}

CandidateSet plain_winners(const GroupedRankings& ballots) {
  CandidateSet winners = 0;
  for (const auto& order : all_orders(ballots.candidates)) {
    CandidateSet standing = all_of(ballots.candidates);
    bool possible = true;
    for (const Candidate c : order) {
      for (const Candidate other : order)
        if (contains(standing, other) && plain_votes(ballots, other, standing) < plain_votes(ballots, c, standing)) possible = false;
      standing &= ~set_of(c);
    }
    if (possible) winners |= set_of(order.back());
  }
  return winners;
}

void check_one(const GroupedRankings& ballots, Candidate reported, const RaireOptions& options, std::size_t& proved, std::size_t& refused) {
  const auto result = find_assertions(ballots, reported, options);
  ASSERT_OK(result);
  const CandidateSet winners = plain_winners(ballots);
  const Rating rating(options.difficulty, ballots.ballots);
  if (winners != set_of(reported)) {
    EXPECT_EQ(result->outcome, contains(winners, reported) ? RaireResult::Outcome::tie : RaireResult::Outcome::wrong_winner);
    EXPECT_EQ(result->possible_winners, winners);
    EXPECT_TRUE(result->assertions.empty());
    ASSERT_EQ(result->other_order.size(), ballots.candidates);
    EXPECT_NE(result->other_order.back(), reported);
    EXPECT_EQ(easiest_against(ballots, result->other_order, rating), std::numeric_limits<double>::infinity());
    ++refused;
    return;
  }
  ASSERT_EQ(result->outcome, RaireResult::Outcome::assertions);
  double least = 0;
  for (const auto& order : all_orders(ballots.candidates)) {
    if (order.back() == reported) continue;
    least = std::max(least, easiest_against(ballots, order, rating));
    EXPECT_TRUE(std::ranges::any_of(result->assertions, [&](const RatedAssertion& r) { return contradicts(r.assertion, order); }));
  }
  EXPECT_EQ(result->least_difficulty, least);
  EXPECT_EQ(result->max_difficulty, least);
  for (const RatedAssertion& r : result->assertions) {
    const AssertionVotes votes = assertion_votes(ballots, r.assertion);
    EXPECT_EQ(votes.winner, r.winner_votes);
    EXPECT_EQ(votes.loser, r.loser_votes);
    EXPECT_GT(r.margin(), 0);
    EXPECT_EQ(rating.of(votes.winner, votes.loser), r.difficulty);
    EXPECT_LE(r.difficulty, least);
  }
  ++proved;
}

TEST(RaireBruteForce, least_difficulty_and_cover_of_random_elections) {
  std::mt19937_64 random(20260707);
  std::size_t proved = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 1500; ++i) {
    SCOPED_TRACE(i);
    const auto candidates = static_cast<unsigned>(1 + random() % 5);
    const GroupedRankings ballots = random_ballots(random, candidates, i % 3 == 0 ? 3 : 200);  // small counts tie often
    const auto reported = static_cast<Candidate>(random() % candidates);
    Difficulty difficulty;
    difficulty.measure =
        std::array{Difficulty::Measure::comparison_cards, Difficulty::Measure::one_over_margin, Difficulty::Measure::polling_bravo,
                   Difficulty::Measure::comparison_estimate}[static_cast<std::size_t>(i % 4)];
    check_one(ballots, reported, {.difficulty = difficulty}, proved, refused);
    const auto count = count_irv(ballots);  // and for who really won
    ASSERT_OK(count);
    if (count->winner) check_one(ballots, *count->winner, {.difficulty = difficulty}, proved, refused);
  }
  std::cout << proved << " elections proved, " << refused << " rightly refused\n";
  EXPECT_GT(proved, 900U);
  EXPECT_GT(refused, 500U);
}

// A ballot changed moves a margin by two at most: with fewer changes than half the smallest margin nobody else can win. Every way of
// changing one or two ballots of small elections is tried.
TEST(RaireBruteForce, no_smaller_change_of_ballots_changes_the_winner) {
  std::mt19937_64 random(4711);
  std::vector<std::vector<Candidate>> rankings{{}};
  for (Candidate a = 0; a < 3; ++a) {
    rankings.push_back({a});
    for (Candidate b = 0; b < 3; ++b)
      if (b != a) rankings.push_back({a, b});
  }
  std::size_t tried = 0;
  for (int i = 0; i < 120; ++i) {
    std::vector<std::size_t> ballots(4 + random() % 6);
    for (std::size_t& b : ballots) b = random() % rankings.size();
    const auto grouped = [&] {
      RankingGrouper grouper(3);
      for (const std::size_t b : ballots) grouper.add(rankings[b]);
      return grouper.take();
    };
    const GroupedRankings before = grouped();
    const auto count = count_irv(before);
    ASSERT_OK(count);
    if (!count->winner) continue;
    const auto result = find_assertions(before, *count->winner, {.difficulty = {.measure = Difficulty::Measure::one_over_margin}});
    ASSERT_OK(result);
    ASSERT_FALSE(result->assertions.empty());
    const std::int64_t margin = result->assertions.front().margin();
    for (std::size_t first = 0; first < ballots.size(); ++first)
      for (std::size_t to = 0; to < rankings.size(); ++to) {
        const std::size_t was = std::exchange(ballots[first], to);
        const auto after = count_irv(grouped());
        ASSERT_OK(after);
        if (after->winner != count->winner) EXPECT_LE(margin, 2);
        ++tried;
        ballots[first] = was;
      }
  }
  EXPECT_GT(tried, 3000U);
}

TEST(Raire, a_gap_gives_up_no_more_than_it_says) {
  std::mt19937_64 random(99);
  for (int i = 0; i < 200; ++i) {
    const GroupedRankings ballots = random_ballots(random, 5, 300);
    const auto count = count_irv(ballots);
    ASSERT_OK(count);
    if (!count->winner) continue;
    const auto exact = find_assertions(ballots, *count->winner);
    const auto loose = find_assertions(ballots, *count->winner, {.gap = 20});
    ASSERT_OK(exact);
    ASSERT_OK(loose);
    EXPECT_LE(loose->least_difficulty, exact->max_difficulty);
    EXPECT_LE(loose->max_difficulty, exact->max_difficulty + 20);
    std::vector<Assertion> plain;
    for (const RatedAssertion& r : loose->assertions) plain.push_back(r.assertion);
    const auto cover = check_cover(5, *count->winner, plain);
    ASSERT_OK(cover);
    EXPECT_TRUE(cover->complete);
  }
}

TEST(Raire, sixty_four_candidates_most_of_them_written_in) {
  std::mt19937_64 random(64);
  RankingGrouper grouper(64);
  for (int i = 0; i < 3000; ++i) {
    std::vector<Candidate> order{static_cast<Candidate>(random() % 5 == 0 ? 63 : random() % 2)};  // 0 and 1 lead, 63 third
    if (random() % 10 == 0) order.insert(order.begin(), static_cast<Candidate>(2 + random() % 61));
    grouper.add(order);
  }
  grouper.add(std::vector<Candidate>{0}, 200);
  const GroupedRankings ballots = grouper.take();
  const auto right = find_assertions(ballots, 0);
  ASSERT_OK(right);
  EXPECT_EQ(right->outcome, RaireResult::Outcome::assertions);
  EXPECT_GE(right->assertions.size(), 63U);
  const auto wrong = find_assertions(ballots, 1);
  ASSERT_OK(wrong);
  EXPECT_EQ(wrong->outcome, RaireResult::Outcome::wrong_winner);
  ASSERT_EQ(wrong->other_order.size(), 64U);
  EXPECT_EQ(wrong->other_order.back(), 0);
}

TEST(Raire, bounds_and_bad_requests_are_refused) {
  RankingGrouper grouper(12);
  std::mt19937_64 random(3);
  for (int i = 0; i < 200; ++i) {
    std::vector<Candidate> order(12);
    std::iota(order.begin(), order.end(), Candidate{0});
    std::shuffle(order.begin(), order.end(), random);
    grouper.add(order);
  }
  const GroupedRankings ballots = grouper.take();
  const auto count = count_irv(ballots);
  ASSERT_OK(count);
  const auto winner = static_cast<Candidate>(std::countr_zero(count->possible_winners));
  const auto bounded = find_assertions(ballots, winner, {.max_sets = 10});
  ASSERT_FALSE(bounded.has_value());
  EXPECT_NE(bounded.error().what.find("10 sets"), std::string::npos);
  const auto stopped = find_assertions(ballots, winner, {.max_sets = 4'000'000, .stop = [] { return true; }});
  ASSERT_FALSE(stopped.has_value());
  EXPECT_NE(stopped.error().what.find("stopped"), std::string::npos);
  EXPECT_FALSE(find_assertions(ballots, 12).has_value());
  EXPECT_FALSE(find_assertions(ballots, winner, {.difficulty = {.risk_limit = 0}}).has_value());
  EXPECT_FALSE(find_assertions(ballots, winner, {.difficulty = {.gamma = 0.5}}).has_value());
  EXPECT_FALSE(find_assertions(ballots, winner, {.difficulty = {.lambda = 0.8}}).has_value());
  EXPECT_FALSE(find_assertions(ballots, winner, {.difficulty = {.cards = 3}}).has_value());
}

}  // namespace
}  // namespace entente::measures::p3_elections::irv
