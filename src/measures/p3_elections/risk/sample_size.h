// How many cards an audit may need: the sequential test run on simulated samples, and a quantile of where it stops. Two ways to draw: our
// own generator, fast; or numpy's RandomState(seed).choice (MT19937, masked rejection) in the order SHANGRLA calls it, so that a published
// size can be re-computed exactly. Pure: the same seed gives the same sizes. Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/risk/assorter.h"
#include "measures/p3_elections/risk/nonneg_mean.h"

namespace entente::measures::p3_elections::risk {

enum class SimulatedDraws { own, numpy };

struct Simulation {
  double risk_limit = 0.05;
  std::uint32_t runs = 100;
  double quantile = 0.8;  // of the runs that have stopped by the size returned; linear between runs
  std::uint64_t seed = 314159265;
  SimulatedDraws draws = SimulatedDraws::own;
};

// One assertion of a ballot-level comparison.
struct ComparisonTest {
  TestOptions test;  // with its population and upper bound
  OverstatementAssorter assorter;
};

// Sizes, one an assertion, where a share `rate_1` of the cards are one-vote overstatements and `rate_2` two-vote ones. All tests must have
// the same population; a run that never stops counts as the whole population. numpy mode places the errors as SHANGRLA does, every
// int(1/rate)-th card, and shares one sequence of draws among the assertions, because SHANGRLA starts each from the same seed. Errors: no
// population, different ones, rates outside [0, 1], no runs, more than 10^10 draws in all.
[[nodiscard]] Result<std::vector<std::uint64_t>> comparison_sample_sizes(std::span<const ComparisonTest> tests, double rate_1,
                                                                         double rate_2, const Simulation& simulation);

// The size where the values seen so far come first and the rest is drawn from them again, with replacement.
[[nodiscard]] Result<std::uint64_t> continued_sample_size(const TestOptions& test, std::span<const double> seen,
                                                          const Simulation& simulation);

// Ballot polling: a population of so many cards with the value 0, 1/2 and u, drawn without replacement; own generator only.
struct PollingCounts {
  std::uint64_t zero = 0, half = 0, upper = 0;
};
[[nodiscard]] Result<std::uint64_t> polling_sample_size(const TestOptions& test, const PollingCounts& counts, const Simulation& simulation);

}  // namespace entente::measures::p3_elections::risk
