// Type-I error of every test of a mean: the share of simulated elections with a TRUE null that it rejects at 5 %, and whether that is
// within 0.05 + 3 standard errors. Populations at the border of the null (mean exactly t), where a test is most easily fooled: coins, a
// rare value beside many halves, overstatements of a comparison. ENTENTE_RUNS sets the runs (10^6 as a soak; 10^5 by default). Prints its
// own table.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <vector>

#include "measures/p3_elections/risk/nonneg_mean.h"

namespace {

using namespace entente::measures::p3_elections::risk;

class Random {
 public:
  std::uint64_t below(std::uint64_t n) {
    state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
    __extension__ typedef unsigned __int128 Wide;
    return static_cast<std::uint64_t>((Wide{state_ * 0x2545F4914F6CDD1DULL} * n) >> 64);
  }

 private:
  std::uint64_t state_ = 88172645463325252ULL;
};

// Values and how many cards have them; the mean is t.
struct Population {
  const char* name;
  double upper;
  std::vector<std::pair<double, std::uint64_t>> values;
};

struct Case {
  const char* name;
  TestOptions options;
  bool replacement;
};

std::vector<Population> populations() {
  // u of a comparison at the margin 0.1: no error 1/1.9, overstatements of two votes 0, understatements of two votes 2/1.9, in numbers that
  // give a mean of 1/2: 19 parts of 20 without error.
  return {{"coins", 1, {{0, 100}, {1, 100}}},
          {"halves and few votes", 1, {{0, 10}, {0.5, 180}, {1, 10}}},
          {"overstatements", 2 / 1.9, {{0, 10}, {1 / 1.9, 190}}}};
}

std::vector<Case> cases() {
  std::vector<Case> list;
  const auto add = [&](const char* name, bool replacement, auto change) {
    TestOptions o;
    change(o);
    list.push_back({name, o, replacement});
  };
  for (bool replacement : {false, true}) {
    add("ALPHA, shrink-trunc d=10", replacement, [](TestOptions& o) { o.d = 10, o.eta = 0.6; });
    add("ALPHA, shrink-trunc f=0.1", replacement, [](TestOptions& o) { o.d = 100, o.f = 0.1; });
    add("ALPHA, fixed alternative", replacement, [](TestOptions& o) { o.estimator = Estimator::fixed_alternative, o.eta = 0.6; });
    add("Wald SPRT", replacement, [](TestOptions& o) { o.function = RiskFunction::wald_sprt, o.eta = 0.7; });
    add("betting, fixed", replacement, [](TestOptions& o) { o.function = RiskFunction::betting, o.lambda = 1; });
    add("betting, aGRAPA", replacement, [](TestOptions& o) {
      o.function = RiskFunction::betting, o.bet = Bet::agrapa, o.grapa_0 = 0.6, o.grapa_max = 0.9, o.grapa_grow = 2;
    });
    add("Kaplan-Kolmogorov", replacement, [](TestOptions& o) { o.function = RiskFunction::kaplan_kolmogorov, o.g = 0.1; });
  }
  add("Kaplan-Markov", true, [](TestOptions& o) { o.function = RiskFunction::kaplan_markov, o.g = 0.1; });
  add("Kaplan-Wald", true, [](TestOptions& o) { o.function = RiskFunction::kaplan_wald, o.g = 0.1; });
  return list;
}

// Runs that rejected at 5 %.
std::uint64_t rejections(Case c, const Population& population, std::uint64_t runs, Random& random) {
  std::uint64_t cards = 0, rejected = 0;
  for (const auto& [value, count] : population.values) cards += count;
  c.options.upper = population.upper;
  if (c.options.eta && *c.options.eta > population.upper) c.options.eta = population.upper;
  if (!c.replacement) c.options.population = cards;
  for (std::uint64_t run = 0; run < runs; ++run) {
    auto test = NonnegMean::make(c.options).value();
    auto left = population.values;
    std::uint64_t all = cards;
    for (std::uint64_t i = 0; i < 150 && test.p() > 0.05; ++i) {
      std::uint64_t at = random.below(all);
      std::size_t k = 0;
      while (at >= left[k].second) at -= left[k++].second;
      if (!c.replacement) --left[k].second, --all;
      (void)test.add(left[k].first);
    }
    rejected += test.p() <= 0.05 ? 1 : 0;
  }
  return rejected;
}

}  // namespace

int main() {
  const char* env = std::getenv("ENTENTE_RUNS");
  const std::uint64_t runs = env != nullptr ? std::strtoull(env, nullptr, 10) : 100'000;
  const double most = 0.05 + 3 * std::sqrt(0.05 * 0.95 / static_cast<double>(runs));
  fmt::print("type-I error at 5 % over {} runs; at most {:.5f}\n", runs, most);
  Random random;
  int bad = 0;
  for (const Case& c : cases()) {
    for (const Population& p : populations()) {
      const double share = static_cast<double>(rejections(c, p, runs, random)) / static_cast<double>(runs);
      const bool good = share <= most;
      bad += good ? 0 : 1;
      fmt::print("  {:<28} {:<20} {:<22} {:.5f} {}\n", c.name, c.replacement ? "with replacement" : "without replacement", p.name, share,
                 good ? "" : "TOO MANY");
    }
  }
  return bad == 0 ? 0 : 1;
}
