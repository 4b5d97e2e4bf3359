// The simulation tables of the ALPHA paper (alpha-tables/*.json): mean sample sizes of ALPHA and of Wald's SPRT (BRAVO), by Monte Carlo,
// each within four standard errors of the difference. Few runs here; ENTENTE_SOAK=1 does the whole tables with as many as the paper's.
#include <cmath>
#include <cstdio>

#include "core/json.h"
#include "measures/p3_elections/risk/nonneg_mean.h"
#include "test_support.h"

namespace entente::measures::p3_elections::risk {
namespace {

bool soak() { return std::getenv("ENTENTE_SOAK") != nullptr; }

class Random {
 public:
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  std::uint64_t below(std::uint64_t n) { return static_cast<std::uint64_t>(unit() * static_cast<double>(n)); }

 private:
  std::uint64_t next() {
    state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
    return state_ * 0x2545F4914F6CDD1DULL;
  }
  std::uint64_t state_ = 20220401;
};

// A population of ones, halves and zeros, drawn without replacement; or for ever, of ones with probability theta.
struct Urn {
  double theta = 0.5;
  std::uint64_t ones = 0, halves = 0, zeros = 0;
  double draw(Random& random) {
    const std::uint64_t left = ones + halves + zeros;
    if (left == 0) return random.unit() < theta ? 1 : 0;
    const std::uint64_t at = random.below(left);
    if (at < ones) return --ones, 1;
    if (at < ones + zeros) return --zeros, 0;
    return --halves, 0.5;
  }
};

struct Mean {
  double mean = 0, variance = 0;
};

Mean simulate(const TestOptions& options, const Urn& urn, int runs, Random& random) {
  double sum = 0, squares = 0;
  for (int run = 0; run < runs; ++run) {
    auto test = NonnegMean::make(options);
    Urn left = urn;
    std::uint64_t n = 0;
    do {
      if (options.population && n == *options.population) break;
      (void)test->add(left.draw(random));
      ++n;
    } while (test->p_now() > 0.05 && n < 10'000'000);
    sum += static_cast<double>(n);
    squares += static_cast<double>(n) * static_cast<double>(n);
  }
  return {.mean = sum / runs, .variance = (squares - sum * sum / runs) / (runs - 1)};
}

struct Tally {
  int good = 0, of = 0;
  double worst = 0;
  void compare(const std::string& name, const Mean& ours, int runs, double published, int published_runs) {
    const double sigma = std::sqrt(ours.variance * (1.0 / runs + 1.0 / published_runs));
    const double away = std::abs(ours.mean - published) / sigma;
    ++of;
    worst = std::max(worst, away);
    if (away <= 4)
      ++good;
    else
      ADD_FAILURE() << name << ": " << ours.mean << ", published " << published << ": " << away << " standard errors away";
  }
  void print(const char* table) const {
    std::printf("%s: %d of %d entries, the worst %.1f standard errors away\n", table, good, of, worst);
    EXPECT_GT(of, 0);
  }
};

JsonDocument table(const std::filesystem::path& shared, const char* name) {
  auto text = read_file(shared / "conformance/p3_elections/alpha-tables" / name).value();
  for (std::size_t at; (at = text.find("Infinity")) != std::string::npos;) text.replace(at, 8, "null");  // Python's JSON
  return JsonDocument::parse(text, name).value();
}

double number(JsonView v) {
  return v.is_double() ? v.get_double().value_unsafe() : v.is_null() ? NAN : static_cast<double>(v.get_int64().value_unsafe());
}
double key(std::string_view text) { return std::strtod(std::string(text).c_str(), nullptr); }

TestOptions alpha_options(double eta, double c, double d) {
  TestOptions o;
  o.eta = eta;
  o.c = c;
  o.d = d;
  return o;
}

TEST(AlphaTables, WithReplacement) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const JsonDocument a = table(shared, "results_a-replace.json"), w = table(shared, "results_w-replace.json");
  const double least = soak() ? 0.505 : 0.55;
  const int runs = soak() ? 1000 : 150;
  Random random;
  Tally alpha, sprt;
  const auto thetas = *as_object(a.root());
  for (auto [theta_key, by_eta] : thetas) {
    const double theta = key(theta_key);
    if (theta < least) continue;
    const auto etas = *as_object(by_eta);
    for (auto [eta_key, by_d] : etas) {
      const double eta = key(eta_key);
      const std::string name = std::string(theta_key) + " " + std::string(eta_key);
      const auto ds = *as_object(by_d);
      for (auto [d_key, value] : ds) {
        const Mean ours = simulate(alpha_options(eta, 0.5 * (eta - 0.5), key(d_key)), {.theta = theta}, runs, random);
        alpha.compare(name + " d " + std::string(d_key), ours, runs, number(value), 1000);
      }
      const double published = number(*json_get(*json_get(w.root(), theta_key), eta_key));
      if (std::isnan(published)) continue;  // in one run at least it never stopped
      TestOptions o;
      o.function = RiskFunction::wald_sprt;
      o.eta = eta;
      sprt.compare(name + " SPRT", simulate(o, {.theta = theta}, runs, random), runs, published, 1000);
    }
  }
  alpha.print("ALPHA, with replacement");
  sprt.print("Wald SPRT (BRAVO), with replacement");
}

TEST(AlphaTables, WithoutReplacement) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const JsonDocument a = table(shared, "results_a.json");
  const int runs = soak() ? 10'000 : 150;
  Random random;
  Tally tally;
  const auto thetas = *as_object(a.root());
  for (auto [theta_key, by_eta] : thetas) {
    const double theta = key(theta_key);
    if (!soak() && theta < 0.55) continue;
    const auto ones = static_cast<std::uint64_t>(20'000 * theta);
    const auto etas = *as_object(by_eta);
    for (auto [eta_key, by_d] : etas) {
      const auto ds = *as_object(by_d);
      for (auto [d_key, value] : ds) {
        TestOptions o = alpha_options(key(eta_key), 0.5 * (key(eta_key) - 0.5), key(d_key));
        o.population = 20'000;
        const Mean ours = simulate(o, {.ones = ones, .halves = 0, .zeros = 20'000 - ones}, runs, random);
        tally.compare(std::string(theta_key) + " " + std::string(eta_key) + " d " + std::string(d_key), ours, runs,
                      *json_number(value, "rej_N"), 100'000);
      }
    }
  }
  tally.print("ALPHA, 20,000 cards without replacement");
}

TEST(AlphaTables, WithoutReplacementAndBlanks) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const JsonDocument a = table(shared, "results_a_b.json");
  const int runs = soak() ? 1000 : 60;
  Random random;
  Tally tally;
  const auto thetas = *as_object(a.root());
  for (auto [theta_key, by_n] : thetas) {
    const double theta = key(theta_key);
    if (!soak() && theta < 0.6) continue;
    const auto ns = *as_object(by_n);
    for (auto [n_key, by_blank] : ns) {
      const double n = key(n_key);
      if (!soak() && n > 10'000) continue;
      const auto blanks = *as_object(by_blank);
      for (auto [blank_key, by_eta] : blanks) {
        const auto valid = static_cast<std::uint64_t>(n * (1 - key(blank_key))),
                   ones = static_cast<std::uint64_t>(static_cast<double>(valid) * theta);
        const Urn urn{.ones = ones, .halves = static_cast<std::uint64_t>(n) - valid, .zeros = valid - ones};
        const auto etas = *as_object(by_eta);
        for (auto [eta_key, by_d] : etas) {
          const double eta = key(eta_key), shrunk = (static_cast<double>(valid) * eta + (n - static_cast<double>(valid)) / 2) / n;
          const auto ds = *as_object(by_d);
          for (auto [d_key, value] : ds) {
            TestOptions o = alpha_options(shrunk, 0.5 * (eta - 0.5), key(d_key));
            o.population = static_cast<std::uint64_t>(n);
            tally.compare(
                std::string(theta_key) + " blank " + std::string(blank_key) + " " + std::string(eta_key) + " d " + std::string(d_key),
                simulate(o, urn, runs, random), runs, *json_number(value, "rej_N"), 1000);
          }
        }
      }
    }
  }
  tally.print("ALPHA, blank votes, without replacement");
}

}  // namespace
}  // namespace entente::measures::p3_elections::risk
