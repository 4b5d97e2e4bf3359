// Tests of "the mean of these non-negative numbers is at most t", draw by draw: the engine of every assertion-based audit. Each is one over
// a supermartingale M that starts at 1, so that 1/max M is a p-value at whatever draw one stops (Ville's inequality). Sources: Stark, "Sets
// of half-average nulls generate risk-limiting audits" (2020), sections 4.2–4.4 (Kaplan–Wald, Kaplan–Markov, Kaplan–Kolmogorov); Stark,
// "ALPHA" (2022), sections 2–3; Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (2024), section B.3
// (aGRAPA). Values are plain; an object is not thread-safe, different objects are independent.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::measures::p3_elections::risk {

// A positive number far outside what a double holds: mantissa in [0.5, 1) times 2^exponent; 0 and infinity too. Products of up to 2^60
// doubles neither underflow nor overflow, and round as the plain products do.
class ScaledNumber {
 public:
  ScaledNumber(double value = 1) { set(value); }  // NOLINT(google-explicit-constructor): a number is one
  void multiply(double factor);
  [[nodiscard]] double reciprocal() const;  // as a double: 0 where it underflows, infinity where it overflows
  [[nodiscard]] double log() const;         // natural
  [[nodiscard]] bool zero() const { return mantissa_ == 0; }
  bool operator<(const ScaledNumber& other) const;

 private:
  void set(double value);
  double mantissa_ = 0.5;
  std::int64_t exponent_ = 1;
};

enum class RiskFunction { alpha, betting, kaplan_markov, kaplan_wald, kaplan_kolmogorov, wald_sprt };
// How ALPHA guesses the mean before each draw.
enum class Estimator { fixed_alternative, shrink_trunc, optimal_comparison };
enum class Bet { fixed, agrapa };
// `valid`: guesses and bets are kept where M is a supermartingale for every mean up to t (between the null mean and the bound).
// `as_published`: as SHANGRLA computes them, to re-check what it printed: its fixed alternatives may leave that range, and
// optimal_comparison may bet for the null.
enum class Limits { valid, as_published };

struct TestOptions {
  RiskFunction function = RiskFunction::alpha;
  Estimator estimator = Estimator::shrink_trunc;
  Bet bet = Bet::fixed;
  Limits limits = Limits::valid;
  double null_mean = 0.5;                   // t
  double upper = 1;                         // u: no value is larger
  std::optional<std::uint64_t> population;  // N: drawn without replacement from so many; absent: with replacement
  std::optional<double> eta;  // the mean guessed before the first draw; absent: just below u (fixed_alternative: half-way between t and u)
  std::optional<double> c;    // shrink_trunc: guesses keep c/sqrt(d+j-1) from the null mean and from u; absent: (eta-t)/2
  double d = 100;             // shrink_trunc: eta weighs as much as d draws
  double f = 0;               // shrink_trunc: pull towards u, over the standard deviation
  double min_sd = 1e-6;
  double error_rate_2 = 1e-5;                                     // optimal_comparison: two-vote overstatements a card
  double lambda = 0.5;                                            // betting: the fixed, or the first, bet
  double grapa_0 = 1 - std::numeric_limits<double>::epsilon();    // aGRAPA: bets stay below c/t, c from grapa_0 …
  double grapa_max = 1 - std::numeric_limits<double>::epsilon();  // … to grapa_max …
  double grapa_grow = 0;                                          // … as 1-1/(1+grow·sqrt(j))
  double g = 0;                                                   // Kaplan's: what is added so that a 0 does not ruin the test, in [0, 1)
};

// "alpha", "betting", "kaplan_markov" …, as SHANGRLA calls them ("ALPHA MART", "alpha_mart" too); nullopt: none such.
[[nodiscard]] std::optional<RiskFunction> risk_function_named(std::string_view name);
[[nodiscard]] std::optional<Estimator> estimator_named(std::string_view name);
[[nodiscard]] std::string_view to_string(RiskFunction function);
[[nodiscard]] std::string_view to_string(Estimator estimator);

class NonnegMean {
 public:
  // Errors: u or t not positive, t not below u, parameters outside their ranges, a population of 0.
  [[nodiscard]] static Result<NonnegMean> make(const TestOptions& options);

  // The next value drawn, in the order of the draw. Errors: negative, not finite, above u by more than rounding (Kaplan's tests need no u),
  // more draws than the population has. Nothing changes then.
  [[nodiscard]] Result<void> add(double x);

  [[nodiscard]] std::uint64_t draws() const { return draws_; }
  // After the draws so far: min(1, 1/max M), and 0 where their sum alone is above N·t (then the null is certainly false).
  [[nodiscard]] double p() const;
  [[nodiscard]] double log_p() const;                  // natural; finite where p() underflows to 0
  [[nodiscard]] double p_now() const { return now_; }  // min(1, 1/M) of the last draw alone: what SHANGRLA's history shows
  [[nodiscard]] double log_m() const;  // natural, of M after the last draw, not of its largest; for products of independent samples
  [[nodiscard]] bool certain() const;  // the sum alone is above N·t
  // What the next draw's value is compared with: the mean of what is left if the null is just true.
  [[nodiscard]] double null_mean_left() const;

 private:
  explicit NonnegMean(const TestOptions& options);
  [[nodiscard]] double guess(double m) const;  // ALPHA's eta
  [[nodiscard]] double shrink_trunc(double m) const;
  [[nodiscard]] double next_bet(double m) const;
  [[nodiscard]] double factor(double x, double m) const;
  [[nodiscard]] double slack(double sum) const;
  void note(double x, double m);

  TestOptions options_;
  double eta_ = 1, c_ = 0, optimal_ = 1;
  std::uint64_t draws_ = 0;
  double sum_ = 0;                              // of the draws, with g for Kaplan–Kolmogorov
  double raw_sum_ = 0;                          // of the draws
  double mean_ = 0, squares_ = 0, last_m_ = 0;  // Welford's; the null mean before the last draw
  ScaledNumber m_, best_;
  bool surely_false_ = false, surely_true_ = false;
  double now_ = 1;
};

// The whole sequence at once. `history` is p_now() of each draw; the last shows 0 where the sum is above N·t.
struct TestPath {
  double p = 1, log_p = 0;
  std::vector<double> history;
};
[[nodiscard]] Result<TestPath> measure_risk(const TestOptions& options, std::span<const double> values);

}  // namespace entente::measures::p3_elections::risk
