// The tests of a mean at their edges: products beyond the range of doubles, an M of 0, null means outside the range, guesses that would bet
// for the null.
#include "measures/p3_elections/risk/nonneg_mean.h"

#include <gtest/gtest.h>
#include <cmath>

#include "test_support.h"

namespace entente::measures::p3_elections::risk {
namespace {

TEST(NonnegMean, LeavesTheRangeOfDoublesUnharmed) {
  TestOptions o;
  o.estimator = Estimator::fixed_alternative;
  o.eta = 0.9;
  auto test = NonnegMean::make(o);
  ASSERT_OK(test);
  for (int i = 0; i < 7098; ++i) ASSERT_OK(test->add(1));
  EXPECT_EQ(test->p(), 0);
  EXPECT_NEAR(test->log_p(), -7098 * std::log(1.8), 1e-8);
  // The other way: M far below the range, and up again by as much.
  auto down = NonnegMean::make(o);
  for (int i = 0; i < 2000; ++i) ASSERT_OK(down->add(0));
  EXPECT_EQ(down->p_now(), 1);
  for (int i = 0; i < 6000; ++i) ASSERT_OK(down->add(1));
  EXPECT_NEAR(down->log_p(), std::min(0.0, -(2000 * std::log(0.2) + 6000 * std::log(1.8))), 1e-7);
}

TEST(NonnegMean, ZeroStaysZero) {
  TestOptions o;
  o.function = RiskFunction::kaplan_wald;
  auto test = NonnegMean::make(o);
  ASSERT_OK(test->add(0));
  for (int i = 0; i < 100; ++i) ASSERT_OK(test->add(1));
  EXPECT_EQ(test->p(), 1);
  o.function = RiskFunction::betting;
  o.lambda = 2;  // everything on every draw
  auto all = NonnegMean::make(o);
  ASSERT_OK(all->add(0));
  for (int i = 0; i < 100; ++i) ASSERT_OK(all->add(1));
  EXPECT_EQ(all->p(), 1);
}

TEST(NonnegMean, WithoutReplacementKnowsTheRest) {
  TestOptions o;
  o.population = 10;
  auto test = NonnegMean::make(o);
  for (int i = 0; i < 5; ++i) ASSERT_OK(test->add(1));
  EXPECT_GT(test->p(), 0);
  EXPECT_NEAR(test->null_mean_left(), 0, 1e-12);
  ASSERT_OK(test->add(0.5));
  EXPECT_EQ(test->p(), 0) << "the sum alone is above N·t";
  for (int i = 0; i < 4; ++i) ASSERT_OK(test->add(0));
  EXPECT_FALSE(test->add(0).has_value()) << "an eleventh of ten";
  auto hopeless = NonnegMean::make(o);
  for (int i = 0; i < 6; ++i) ASSERT_OK(hopeless->add(0));
  for (int i = 0; i < 4; ++i) ASSERT_OK(hopeless->add(1));
  EXPECT_EQ(hopeless->p(), 1);
}

// With a large assumed error rate optimal_comparison's guess falls below 1/2: a bet for the null, which is no test of it.
TEST(NonnegMean, GuessesStayWhereTheTestIsValid) {
  TestOptions o;
  o.estimator = Estimator::optimal_comparison;
  o.upper = 2 / (2 - 0.02);
  o.error_rate_2 = 0.4;
  auto clamped = measure_risk(o, std::vector<double>(200, 0.0));
  ASSERT_OK(clamped);
  EXPECT_EQ(clamped->p, 1);
  o.limits = Limits::as_published;
  auto published = measure_risk(o, std::vector<double>(200, 0.0));
  ASSERT_OK(published);
  EXPECT_LT(published->p, 0.05) << "SHANGRLA's guess rejects a true null here";
  // A bet at the maximum dies of one two-vote overstatement, for ever.
  o.limits = Limits::valid;
  o.error_rate_2 = 0;
  std::vector<double> x(1000, o.upper / 2);
  x[3] = 0;
  auto dead = measure_risk(o, x);
  ASSERT_OK(dead);
  EXPECT_GT(dead->p, 0.9);
}

// A tie counted to the end: the sum is N·t exactly, and the rounding of its terms must not confirm the outcome, in no order of the cards.
TEST(NonnegMean, ATieIsNeverConfirmedByRounding) {
  std::uint64_t state = 5;
  int published_wrong = 0;
  for (int run = 0; run < 200; ++run) {
    TestOptions o;
    o.upper = 2 / 1.9;
    o.population = 200;
    if (run % 2 == 1) o.function = RiskFunction::betting;
    std::vector<double> x(200, 1 / 1.9);
    for (int i = 0; i < 10; ++i) x[static_cast<std::size_t>(i)] = 0;
    for (std::size_t i = 199; i > 0; --i) {
      state ^= state << 13, state ^= state >> 7, state ^= state << 17;
      std::swap(x[i], x[(state >> 20) % (i + 1)]);
    }
    auto path = measure_risk(o, x);
    ASSERT_OK(path);
    EXPECT_GT(path->p, 0);
    o.limits = Limits::as_published;
    published_wrong += measure_risk(o, x)->p == 0 ? 1 : 0;
  }
  EXPECT_GT(published_wrong, 0) << "SHANGRLA's arithmetic confirms such ties";
}

TEST(NonnegMean, RefusesNonsense) {
  EXPECT_FALSE(NonnegMean::make({.null_mean = 1}).has_value());
  EXPECT_FALSE(NonnegMean::make({.upper = -1}).has_value());
  EXPECT_FALSE(NonnegMean::make({.population = 0}).has_value());
  EXPECT_FALSE(NonnegMean::make({.eta = 0.5}).has_value());
  EXPECT_FALSE(NonnegMean::make({.estimator = Estimator::optimal_comparison}).has_value());
  EXPECT_FALSE(NonnegMean::make({.g = 1}).has_value());
  auto test = NonnegMean::make({});
  ASSERT_OK(test);
  EXPECT_FALSE(test->add(-0.1).has_value());
  EXPECT_FALSE(test->add(1.1).has_value());
  EXPECT_FALSE(test->add(std::nan("")).has_value());
  EXPECT_EQ(test->draws(), 0U);
  EXPECT_EQ(risk_function_named("ALPHA MART"), RiskFunction::alpha);
  EXPECT_EQ(risk_function_named("kaplan_markov"), RiskFunction::kaplan_markov);
  EXPECT_FALSE(risk_function_named("coin").has_value());
}

// Every function keeps its promise on coin flips: a short version of the bench's table.
TEST(NonnegMean, TypeOneError) {
  std::uint64_t state = 42;
  const auto coin = [&] {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return static_cast<double>((state >> 20) & 1U);
  };
  struct Case {
    const char* name;
    TestOptions options;
  };
  std::vector<Case> cases;
  for (RiskFunction f : {RiskFunction::alpha, RiskFunction::betting, RiskFunction::kaplan_markov, RiskFunction::kaplan_wald,
                         RiskFunction::kaplan_kolmogorov, RiskFunction::wald_sprt}) {
    TestOptions o;
    o.function = f;
    o.eta = 0.6;
    o.g = f == RiskFunction::alpha ? 0 : 0.2;
    o.lambda = 0.5;
    o.population = 300;
    if (f == RiskFunction::kaplan_markov || f == RiskFunction::kaplan_wald) o.population.reset();
    cases.push_back({"", o});
  }
  constexpr int kRuns = 3000;
  for (const Case& c : cases) {
    int rejected = 0;
    for (int run = 0; run < kRuns; ++run) {
      auto test = NonnegMean::make(c.options);
      // Without replacement the population has exactly 150 ones: a true null at its border.
      int ones = 150, left = 300;
      for (int i = 0; i < 200; ++i) {
        double x = coin();
        if (c.options.population) {
          state ^= state << 13, state ^= state >> 7, state ^= state << 17;
          x = static_cast<int>((state >> 20) % static_cast<std::uint64_t>(left)) < ones ? 1 : 0;
          --left;
          ones -= static_cast<int>(x);
        }
        ASSERT_OK(test->add(x));
      }
      if (test->p() <= 0.05) ++rejected;
    }
    EXPECT_LE(rejected, kRuns * 0.05 + 3 * std::sqrt(kRuns * 0.05 * 0.95)) << to_string(c.options.function);
    EXPECT_GT(rejected, 0) << to_string(c.options.function);
  }
}

}  // namespace
}  // namespace entente::measures::p3_elections::risk
