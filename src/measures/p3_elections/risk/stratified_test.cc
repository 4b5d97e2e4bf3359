// Union–intersection tests: one stratum is the plain test, the bound is never below what a fine grid finds, and a true null is seldom
// rejected.
#include "measures/p3_elections/risk/stratified.h"

#include <gtest/gtest.h>
#include <cmath>

#include "test_support.h"

namespace entente::measures::p3_elections::risk {
namespace {

class Draws {
 public:
  double unit() {
    state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
    return static_cast<double>((state_ * 0x2545F4914F6CDD1DULL) >> 11) * 0x1p-53;
  }
  std::vector<double> coins(int n, double theta) {
    std::vector<double> x;
    for (int i = 0; i < n; ++i) x.push_back(unit() < theta ? 1 : 0);
    return x;
  }

 private:
  std::uint64_t state_ = 7;
};

Stratum stratum(std::uint64_t cards, std::vector<double> values, double lambda = 0.4) {
  Stratum s;
  s.cards = cards;
  s.test.function = RiskFunction::betting;
  s.test.lambda = lambda;
  s.values = std::move(values);
  return s;
}

double log_m(const Stratum& s, double theta) {
  if (theta <= 0) {
    for (double x : s.values)
      if (x > 0) return INFINITY;
    return 0;
  }
  if (theta >= 1) return 0;
  TestOptions o = s.test;
  o.null_mean = theta;
  o.lambda = std::min(o.lambda, 1 / theta);
  auto test = NonnegMean::make(o).value();
  for (double x : s.values) (void)test.add(x);
  return test.log_m();
}

TEST(Stratified, OneStratumIsThePlainTest) {
  Draws draws;
  const Stratum s = stratum(5000, draws.coins(200, 0.7));
  const auto risk = stratified_risk(std::span(&s, 1), Combination::product);
  ASSERT_OK(risk);
  EXPECT_NEAR(std::log(risk->p), -log_m(s, 0.5), 1e-9);
  EXPECT_LT(risk->p, 0.01);
}

TEST(Stratified, BoundsTheGrid) {
  Draws draws;
  const std::vector<Stratum> strata{stratum(6000, draws.coins(300, 0.62), 0.2), stratum(4000, draws.coins(150, 0.75), 0.2)};
  const auto risk = stratified_risk(strata, Combination::product);
  ASSERT_OK(risk);
  double worst = INFINITY;
  for (int i = 1; i < 4000; ++i) {
    const double first = i / 4000.0 * (0.5 / 0.6), second = (0.5 - 0.6 * first) / 0.4;
    if (second < 0 || second > 1) continue;
    worst = std::min(worst, log_m(strata[0], first) + log_m(strata[1], second));
  }
  EXPECT_GE(risk->p, std::exp(-worst) * (1 - 1e-9)) << "never below the truth";
  // And no further than the gap asked for from a split that is really there.
  const double there =
      log_m(strata[0], std::min(risk->worst_means[0], 1 - 1e-15)) + log_m(strata[1], std::min(risk->worst_means[1], 1 - 1e-15));
  EXPECT_NEAR(std::log(risk->p_found), -there, 1e-9);
  EXPECT_LE(risk->p, risk->p_found * std::exp(1.001e-3));
  EXPECT_NEAR(0.6 * risk->worst_means[0] + 0.4 * risk->worst_means[1], 0.5, 1e-12);
  const auto fisher = stratified_risk(strata, Combination::fisher);
  ASSERT_OK(fisher);
  EXPECT_GT(fisher->p, 0);
  EXPECT_LT(fisher->p, 1);
  // Three strata, the third without a draw: it may hide as much as it has cards.
  std::vector<Stratum> three = strata;
  three.push_back(stratum(100, {}));
  const auto hidden = stratified_risk(three, Combination::product, {.log_gap = 0.02});
  ASSERT_OK(hidden);
  EXPECT_GE(hidden->p, risk->p * 0.999);
}

// A comparison stratum: values of overstatements about a reported mean. Without errors and with the whole margin there, it is rejected.
TEST(Stratified, HybridOfComparisonAndPolling) {
  Draws draws;
  Stratum cards = stratum(8000, std::vector<double>(200, 0.5), 0.9);
  cards.offset = (1 - 0.6) / 2;  // reported mean 0.6
  cards.slope = 0.5;
  const std::vector<Stratum> strata{cards, stratum(2000, draws.coins(150, 0.6), 0.1)};
  const auto risk = stratified_risk(strata, Combination::product);
  ASSERT_OK(risk);
  EXPECT_LT(risk->p, 0.05);
  std::vector<Stratum> wrong = strata;
  for (std::size_t i = 0; i < wrong[0].values.size(); i += 4) wrong[0].values[i] = 0;  // two-vote overstatements
  const auto caught = stratified_risk(wrong, Combination::product);
  ASSERT_OK(caught);
  EXPECT_GT(caught->p, 0.5);
}

TEST(Stratified, TrueNullsAreSeldomRejected) {
  Draws draws;
  int product = 0, fisher = 0;
  constexpr int kRuns = 400;
  for (int run = 0; run < kRuns; ++run) {
    // Means 0.6 and 0.35 with weights 0.6 and 0.4: one half over all.
    const std::vector<Stratum> strata{stratum(6000, draws.coins(60, 0.6)), stratum(4000, draws.coins(40, 0.35))};
    const StratifiedLimits coarse{.log_gap = 0.05};
    product += stratified_risk(strata, Combination::product, coarse)->p <= 0.05 ? 1 : 0;
    fisher += stratified_risk(strata, Combination::fisher, coarse)->p <= 0.05 ? 1 : 0;
  }
  const double most = kRuns * 0.05 + 3 * std::sqrt(kRuns * 0.05 * 0.95);
  EXPECT_LE(product, most);
  EXPECT_LE(fisher, most);
}

TEST(Stratified, RefusesWhatItCannotBound) {
  Stratum s = stratum(10, {1});
  s.test.function = RiskFunction::alpha;
  EXPECT_FALSE(stratified_risk(std::span(&s, 1), Combination::product).has_value());
  s = stratum(0, {1});
  EXPECT_FALSE(stratified_risk(std::span(&s, 1), Combination::product).has_value());
  EXPECT_FALSE(stratified_risk({}, Combination::product).has_value());
}

}  // namespace
}  // namespace entente::measures::p3_elections::risk
