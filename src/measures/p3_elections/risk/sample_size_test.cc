// Sizes: monotone in the margin, near the closed form without errors, and the same for the same seed.
#include "measures/p3_elections/risk/sample_size.h"

#include <gtest/gtest.h>
#include <cmath>

#include "test_support.h"

namespace entente::measures::p3_elections::risk {
namespace {

ComparisonTest comparison(double margin, std::uint64_t population) {
  ComparisonTest t;
  t.assorter = {.upper_a = 1, .margin = margin};
  t.test.estimator = Estimator::optimal_comparison;
  t.test.upper = t.assorter.upper();
  t.test.population = population;
  return t;
}

TEST(SampleSize, NearTheClosedFormWithoutErrors) {
  const std::vector<ComparisonTest> tests{comparison(0.02, 100'000), comparison(0.1, 100'000), comparison(0.5, 100'000)};
  const auto sizes = comparison_sample_sizes(tests, 0, 0, {.runs = 3});
  ASSERT_OK(sizes);
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const double v = tests[i].assorter.margin;
    const double expected = std::log(20) / -std::log(1 - v / 2);  // every card multiplies M by about 1/(1 - v/2), at the largest bet
    EXPECT_NEAR(static_cast<double>((*sizes)[i]), expected, expected * 0.05 + 2) << v;
  }
  const auto with = comparison_sample_sizes(tests, 0.002, 0, {.runs = 200});
  ASSERT_OK(with);
  for (std::size_t i = 0; i < tests.size(); ++i) EXPECT_GE((*with)[i], (*sizes)[i]);
  EXPECT_EQ(*comparison_sample_sizes(tests, 0.002, 0, {.runs = 200}), *with);
  EXPECT_EQ(*comparison_sample_sizes(tests, 0, 0, {.runs = 3, .draws = SimulatedDraws::numpy}), *sizes);
}

TEST(SampleSize, PollingAndContinued) {
  TestOptions o;
  o.population = 20'000;
  o.eta = 0.55;
  const auto wide = polling_sample_size(o, {.zero = 6'000, .half = 4'000, .upper = 10'000}, {.runs = 100, .quantile = 0.5});
  const auto close = polling_sample_size(o, {.zero = 7'700, .half = 4'000, .upper = 8'300}, {.runs = 100, .quantile = 0.5});
  ASSERT_OK(wide);
  ASSERT_OK(close);
  EXPECT_LT(*wide, 500U);
  EXPECT_GT(*close, 5 * *wide);
  EXPECT_EQ(*polling_sample_size(o, {.zero = 10'000, .half = 0, .upper = 10'000}, {.risk_limit = 0.0001, .runs = 5}), 20'000U)
      << "a tie needs every card";
  EXPECT_FALSE(polling_sample_size(o, {.zero = 1, .half = 0, .upper = 1}, {}).has_value());
  std::vector<double> seen(100, 1);
  for (int i = 0; i < 100; i += 3) seen[static_cast<std::size_t>(i)] = 0;
  const auto more = continued_sample_size(o, seen, {.risk_limit = 0.0001});
  ASSERT_OK(more);
  EXPECT_GT(*more, 100U);
  EXPECT_LT(*more, 1000U);
}

TEST(SampleSize, RefusesNonsense) {
  EXPECT_FALSE(comparison_sample_sizes(std::vector{comparison(0.1, 100), comparison(0.1, 200)}, 0, 0, {}).has_value());
  EXPECT_FALSE(comparison_sample_sizes(std::vector{comparison(0.1, 100)}, -1, 0, {}).has_value());
  EXPECT_FALSE(comparison_sample_sizes(std::vector{comparison(0.1, 100)}, 0, 0, {.runs = 0}).has_value());
  EXPECT_FALSE(continued_sample_size({}, std::vector<double>{1}, {}).has_value()) << "no population";
}

}  // namespace
}  // namespace entente::measures::p3_elections::risk
