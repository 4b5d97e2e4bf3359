#include "measures/p3_elections/risk/exact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <cmath>
#include <cstdlib>

namespace entente::measures::p3_elections::risk {
namespace {

const Rational kOneTwentieth{5, 100};

TEST(Exact, LimitsAreReadAsFractions) {
  EXPECT_EQ(parse_limit("0.05").value(), (Rational{5, 100}));
  EXPECT_EQ(parse_limit(".1").value(), (Rational{1, 10}));
  for (const char* bad : {"", ".", "0", "1", "1.5", "-0.1", "5%", "0.05 ", "0.0000000000000000000001"})
    EXPECT_FALSE(parse_limit(bad)) << bad;
}

TEST(Exact, ATieIsSeenAndTheRuleDecides) {
  // (3/10)·(1/6) is exactly 1/20; no double and no interval can tell.
  const std::vector<Factor> tie{{3, 10, 1}, {1, 6, 1}};
  const Certificate at = decide(tie, kOneTwentieth, StopRule::at_or_below);
  EXPECT_EQ(at.order, 0);
  EXPECT_EQ(at.by, Decided::integers);
  EXPECT_TRUE(at.stops);
  EXPECT_FALSE(decide(tie, kOneTwentieth, StopRule::below_and_positive).stops);
}

TEST(Exact, ATieOfThousandsOfDraws) {
  // BRAVO at 3 to 1: a vote for the winner is 2/3, one for the loser 2: 2^(a+b)/3^a. Made a tie by one more factor.
  std::vector<Factor> factors = bravo_factors(3, 1, 5000, 2900).value();
  factors.push_back({3, 2, 5000});
  factors.push_back({1, 2, 2900});
  factors.push_back({1, 20, 1});
  const Certificate c = decide(factors, kOneTwentieth, StopRule::at_or_below);
  EXPECT_EQ(c.order, 0);
  EXPECT_EQ(c.by, Decided::integers);
}

TEST(Exact, OneUnitBesideTheTieIsDecidedByIntervals) {
  constexpr std::int64_t kBig = 1'000'000'000'000'000'000;
  const Certificate below =
      decide(std::vector<Factor>{{kBig - 1, 20 * (kBig / 20) * 1, 1}, {1, 20, 1}}, kOneTwentieth, StopRule::at_or_below);
  EXPECT_EQ(below.order, -1);
  EXPECT_EQ(below.by, Decided::intervals);
  EXPECT_TRUE(below.stops);
  const Certificate above = decide(std::vector<Factor>{{kBig + 1, kBig, 1}, {1, 20, 1}}, kOneTwentieth, StopRule::at_or_below);
  EXPECT_EQ(above.order, 1);
  EXPECT_EQ(above.by, Decided::intervals);
  EXPECT_FALSE(above.stops);
}

TEST(Exact, FarFromTheLimitDoublesDo) {
  const auto factors = kaplan_markov_factors(1000, 100'000, {1000, 0, 0, 0, 0}, Understatements::credited).value();
  const Certificate c = decide(factors, kOneTwentieth, StopRule::at_or_below);
  EXPECT_EQ(c.by, Decided::doubles);
  EXPECT_TRUE(c.stops);
  const double p = std::pow(1 - 0.01 / (2 * 1.03905), 1000);
  EXPECT_NEAR(std::strtod(c.lower.c_str(), nullptr), p, 1e-12);
  EXPECT_LE(std::strtod(c.lower.c_str(), nullptr), std::strtod(c.upper.c_str(), nullptr));
}

TEST(Exact, ProductsBelowTheRangeOfDoublesStayPositive) {
  const auto factors = kaplan_markov_factors(50'000, 100'000, {7098, 0, 0, 0, 0}, Understatements::ignored).value();
  const Certificate c = decide(factors, kOneTwentieth, StopRule::below_and_positive);
  EXPECT_TRUE(c.stops);  // a double would have said p = 0, which that rule does not accept
  EXPECT_THAT(c.upper, ::testing::HasSubstr("e-8"));
}

TEST(Exact, UnderstatementsAreCreditedOrNot) {
  const ComparedDraws draws{700, 1, 0, 3, 0};
  const auto credited =
      decide(kaplan_markov_factors(1000, 100'000, draws, Understatements::credited).value(), kOneTwentieth, StopRule::at_or_below);
  const auto ignored =
      decide(kaplan_markov_factors(1000, 100'000, draws, Understatements::ignored).value(), kOneTwentieth, StopRule::at_or_below);
  EXPECT_TRUE(credited.stops);
  EXPECT_FALSE(ignored.stops);
}

TEST(Exact, AMartingaleAtZeroStaysThere) {
  // One card for a loser who was reported without a vote.
  const auto factors = bravo_factors(100, 0, 500, 1).value();
  const Certificate c = decide(factors, kOneTwentieth, StopRule::at_or_below);
  EXPECT_FALSE(c.stops);
  EXPECT_EQ(c.lower, "1");
  EXPECT_EQ(first_stop(std::vector<Factor>{{1, 0, 1}, {1, 1000, 5}}, kOneTwentieth, StopRule::at_or_below), std::nullopt);
}

TEST(Exact, FirstStopLooksAfterEveryDraw) {
  const std::vector<Factor> draws{{1, 2, 1}, {1, 2, 1}, {1, 2, 1}, {1, 2, 1}, {1, 2, 1}, {30, 1, 1}};
  EXPECT_EQ(first_stop(draws, kOneTwentieth, StopRule::at_or_below), 5U);
  EXPECT_EQ(first_stop(draws, {1, 16}, StopRule::at_or_below), 4U);
  EXPECT_EQ(first_stop(draws, {1, 16}, StopRule::below_and_positive), 5U);
  EXPECT_EQ(first_stop(draws, {1, 64}, StopRule::at_or_below), std::nullopt);
}

TEST(Exact, KaplanWaldFactorIsTheFormula) {
  const Factor f = kaplan_wald_factor({1, 1}, {1, 2}, {1, 10}).value();  // 1/(0.9·2 + 0.1)
  EXPECT_DOUBLE_EQ(static_cast<double>(f.numerator) / static_cast<double>(f.denominator), 1 / 1.9);
  EXPECT_FALSE(kaplan_wald_factor({1, 1}, {0, 1}, {0, 1}));
  EXPECT_FALSE(kaplan_wald_factor({INT64_MAX, 3}, {1, 2}, {1, 10}));
}

TEST(Exact, ADecimalRiskIsDecidedOrNot) {
  const auto d = [](const char* text) { return Decimal::parse(text).value(); };
  EXPECT_TRUE(decide(d("0.0417"), 50, kOneTwentieth, StopRule::at_or_below).stops);
  EXPECT_FALSE(decide(d("0.0501"), 50, kOneTwentieth, StopRule::at_or_below).stops);
  const Certificate edge = decide(d("0.05000000000000000000000000000"), 50, kOneTwentieth, StopRule::at_or_below);
  EXPECT_EQ(edge.by, Decided::not_decided);
  EXPECT_FALSE(edge.stops);
  EXPECT_FALSE(decide(Decimal::infinity(), 1, kOneTwentieth, StopRule::at_or_below).stops);
  EXPECT_TRUE(decide(Decimal(), 0, kOneTwentieth, StopRule::at_or_below).stops);  // a full hand count
}

TEST(Exact, NonsenseIsRefused) {
  EXPECT_FALSE(kaplan_markov_factors(10, 0, {}, Understatements::ignored));
  EXPECT_FALSE(kaplan_markov_factors(-1, 10, {}, Understatements::ignored));
  EXPECT_FALSE(kaplan_markov_factors(1, INT64_MAX / 2, {}, Understatements::ignored));
  EXPECT_FALSE(bravo_factors(1, 2, 0, 0));
}

TEST(Exact, TheCertificateIsJson) {
  Certificate c = decide(std::vector<Factor>{{1, 100, 1}}, kOneTwentieth, StopRule::at_or_below);
  c.margin = 7, c.ballots = 100, c.draws = 3;
  const Json j = to_json(c);
  EXPECT_EQ(j["limit"], "5/100");
  EXPECT_EQ(j["decided_by"], "doubles");
  EXPECT_EQ(j["margin"], 7);
  EXPECT_EQ(j["stops"], true);
}

}  // namespace
}  // namespace entente::measures::p3_elections::risk
