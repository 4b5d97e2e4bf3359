// Simulated audits. A run stops where the p-value first reaches the risk limit; most stop after hundreds of draws, so only numpy mode,
// which must pass over every draw SHANGRLA made, is slower than the draws needed. numpy's legacy choice: words of MT19937, masked to the
// bits of the largest index, those above it thrown away.
#include "measures/p3_elections/risk/sample_size.h"

#include <fmt/format.h>
#include <algorithm>
#include <bit>
#include <cmath>
#include <random>

namespace entente::measures::p3_elections::risk {
namespace {

// xoshiro256** (Blackman and Vigna 2018), started by splitmix64.
class SizeRandom {
 public:
  explicit SizeRandom(std::uint64_t seed) {
    for (std::uint64_t& s : state_) {
      seed += 0x9E3779B97F4A7C15ULL;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
      s = z ^ (z >> 31);
    }
  }
  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9, t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  std::uint64_t below(std::uint64_t n) {  // by multiplication (Lemire 2019), the bias below 2^-64·n
    __extension__ typedef unsigned __int128 Wide;
    return static_cast<std::uint64_t>((Wide{next()} * n) >> 64);
  }

 private:
  std::uint64_t state_[4];
};

class SizeNumpy {
 public:
  explicit SizeNumpy(std::uint64_t seed) : words_(static_cast<std::mt19937::result_type>(seed)) {}
  std::uint32_t below(std::uint64_t n) {
    if (n <= 1) return 0;
    const auto largest = static_cast<std::uint32_t>(n - 1);
    const std::uint32_t mask = std::bit_ceil(std::uint64_t{largest} + 1) - 1 > 0xFFFFFFFFU
                                   ? 0xFFFFFFFFU
                                   : static_cast<std::uint32_t>(std::bit_ceil(std::uint64_t{largest} + 1) - 1);
    std::uint32_t word = 0;
    do word = static_cast<std::uint32_t>(words_()) & mask;
    while (word > largest);
    return word;
  }

 private:
  std::mt19937 words_;
};

Result<std::uint64_t> size_population(const TestOptions& test, const Simulation& s) {
  if (!test.population) return fail("a sample size needs the size of the population");
  if (s.runs == 0 || s.runs > 1'000'000) return fail("a sample size needs between 1 and 1,000,000 simulated runs");
  if (!(s.quantile >= 0 && s.quantile <= 1)) return fail("the quantile must be between 0 and 1");
  if (!(s.risk_limit > 0 && s.risk_limit < 1)) return fail("the risk limit must be between 0 and 1");
  if (*test.population > 0xFFFFFFFFULL) return fail("the population is larger than 2^32");
  if (static_cast<double>(*test.population) * s.runs > 1e10) return fail("more than 10^10 simulated draws");
  return *test.population;
}

// numpy's quantile, linear between the two nearest. SHANGRLA cuts the fraction off; ours rounds up.
std::uint64_t size_quantile(std::vector<std::uint64_t> sizes, const Simulation& s) {
  std::sort(sizes.begin(), sizes.end());
  const double at = s.quantile * static_cast<double>(sizes.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const auto a = static_cast<double>(sizes[low]), b = static_cast<double>(sizes[std::min(low + 1, sizes.size() - 1)]);
  const double value = a + (b - a) * (at - static_cast<double>(low));
  return static_cast<std::uint64_t>(s.draws == SimulatedDraws::numpy ? value : std::ceil(value - 1e-9));
}

// Draws until the limit is reached; the population's size where it never is.
template <class Next>
Result<std::uint64_t> size_of_run(const TestOptions& options, double limit, const Next& next) {
  ENTENTE_TRY(auto test, NonnegMean::make(options));
  const std::uint64_t population = *options.population;
  for (std::uint64_t i = 0; i < population; ++i) {
    ENTENTE_CHECK(test.add(next(i)));
    if (test.p_now() <= limit || (i + 1 == population && test.certain())) return i + 1;
  }
  return population;
}

struct SizeValues {
  double none, one, two;  // of a card without error, with a one-vote, with a two-vote overstatement
};
SizeValues size_values(const OverstatementAssorter& a) {
  const double scale = 2 - a.margin / a.upper_a;
  return {.none = 1 / scale, .one = (1 - 0.5 / a.upper_a) / scale, .two = 0};
}

// Draws of one run as numpy makes them: 0 no error, 1 or 2 votes.
std::vector<std::uint8_t> size_numpy_run(SizeNumpy& random, std::uint64_t population, std::uint64_t step_1, std::uint64_t step_2) {
  std::vector<std::uint8_t> draws(population);
  for (std::uint8_t& d : draws) {
    const std::uint32_t card = random.below(population);
    d = step_2 > 0 && card % step_2 == 0 ? 2 : step_1 > 0 && card % step_1 == 0 ? 1 : 0;
  }
  return draws;
}

}  // namespace

Result<std::vector<std::uint64_t>> comparison_sample_sizes(std::span<const ComparisonTest> tests, double rate_1, double rate_2,
                                                           const Simulation& simulation) {
  if (!(rate_1 >= 0 && rate_1 <= 1 && rate_2 >= 0 && rate_2 <= 1 && rate_1 + rate_2 <= 1))
    return fail("rates of error must be between 0 and 1");
  std::vector<std::vector<std::uint64_t>> runs(tests.size());
  std::vector<std::uint64_t> sizes;
  if (tests.empty()) return sizes;
  ENTENTE_TRY(const std::uint64_t population, size_population(tests[0].test, simulation));
  for (const ComparisonTest& t : tests)
    if (t.test.population != tests[0].test.population) return fail("assertions of different populations cannot share simulated draws");
  const auto step_1 = rate_1 > 0 ? static_cast<std::uint64_t>(1 / rate_1) : 0,
             step_2 = rate_2 > 0 ? static_cast<std::uint64_t>(1 / rate_2) : 0;
  SizeNumpy numpy(simulation.seed);
  for (std::uint32_t run = 0; run < simulation.runs; ++run) {
    std::vector<std::uint8_t> draws;
    if (simulation.draws == SimulatedDraws::numpy) draws = size_numpy_run(numpy, population, step_1, step_2);
    for (std::size_t a = 0; a < tests.size(); ++a) {
      const SizeValues v = size_values(tests[a].assorter);
      SizeRandom own(simulation.seed + run);
      const auto next = [&](std::uint64_t i) {
        if (!draws.empty()) return draws[i] == 0 ? v.none : draws[i] == 1 ? v.one : v.two;
        const double x = own.unit();
        return x >= rate_1 + rate_2 ? v.none : x >= rate_2 ? v.one : v.two;
      };
      ENTENTE_TRY(const std::uint64_t size, size_of_run(tests[a].test, simulation.risk_limit, next));
      runs[a].push_back(size);
    }
  }
  for (auto& r : runs) sizes.push_back(size_quantile(std::move(r), simulation));
  return sizes;
}

Result<std::uint64_t> continued_sample_size(const TestOptions& test, std::span<const double> seen, const Simulation& simulation) {
  ENTENTE_TRY(const std::uint64_t population, size_population(test, simulation));
  if (seen.empty() || seen.size() > population) return fail("no values seen, or more than the population has");
  std::vector<std::uint64_t> runs;
  SizeNumpy numpy(simulation.seed);
  SizeRandom own(simulation.seed);
  std::vector<std::uint32_t> rest;
  for (std::uint32_t run = 0; run < simulation.runs; ++run) {
    if (simulation.draws == SimulatedDraws::numpy) {
      rest.resize(population - seen.size());
      for (std::uint32_t& r : rest) r = numpy.below(seen.size());
    }
    const auto next = [&](std::uint64_t i) {
      if (i < seen.size()) return seen[i];
      return seen[rest.empty() ? own.below(seen.size()) : rest[i - seen.size()]];
    };
    ENTENTE_TRY(const std::uint64_t size, size_of_run(test, simulation.risk_limit, next));
    runs.push_back(size);
  }
  return size_quantile(std::move(runs), simulation);
}

Result<std::uint64_t> polling_sample_size(const TestOptions& test, const PollingCounts& counts, const Simulation& simulation) {
  ENTENTE_TRY(const std::uint64_t population, size_population(test, simulation));
  if (simulation.draws != SimulatedDraws::own) return fail("polling sizes are simulated with our own draws only");
  if (counts.zero > population || counts.upper > population || counts.zero + counts.half + counts.upper != population)
    return fail(fmt::format("{} values for a population of {}", counts.zero + counts.half + counts.upper, population));
  std::vector<std::uint64_t> runs;
  SizeRandom own(simulation.seed);
  for (std::uint32_t run = 0; run < simulation.runs; ++run) {
    PollingCounts left = counts;
    const auto next = [&](std::uint64_t i) {
      std::uint64_t at = own.below(population - i);
      if (at < left.upper) return --left.upper, test.upper;
      at -= left.upper;
      if (at < left.zero) return --left.zero, 0.0;
      return --left.half, 0.5;
    };
    ENTENTE_TRY(const std::uint64_t size, size_of_run(test, simulation.risk_limit, next));
    runs.push_back(size);
  }
  return size_quantile(std::move(runs), simulation);
}

}  // namespace entente::measures::p3_elections::risk
