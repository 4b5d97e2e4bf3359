// Sequential tests of a mean. Every test multiplies M by a factor a draw whose expectation under the null is at most 1. ALPHA: the factor
// is (x·eta/m + (u-x)(u-eta)/(u-m))/u, where m is the mean of what is left if the null is just true and eta a guess made before the draw;
// betting: 1 + lambda·(x-m); Kaplan–Wald: (1-g)x/t + g; Kaplan–Markov: (x+g)/(t+g); Kaplan–Kolmogorov: (x+g)/m. Products are kept as
// mantissa and exponent, so that no length of sample leaves the range, and an M of 0 stays 0. Evaluated in the order of SHANGRLA's numpy
// expressions, so that figures agree to the last bits.
#include "measures/p3_elections/risk/nonneg_mean.h"

#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>

namespace entente::measures::p3_elections::risk {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kTolerance = 2 * kEpsilon;

// numpy's isclose(0, m, atol=2 eps) and isclose(u, m, atol=2 eps, rtol=1e-6).
bool nonneg_near_zero(double m) { return std::abs(m) <= kTolerance + 1e-5 * std::abs(m); }
bool nonneg_near_upper(double u, double m) { return std::abs(u - m) <= kTolerance + 1e-6 * std::abs(m); }

std::string nonneg_key(std::string_view name) {
  std::string key;
  for (char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) key.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  return key;
}

Result<void> nonneg_check(const TestOptions& o) {
  if (!(o.upper > 0) || !std::isfinite(o.upper)) return fail("the upper bound of a test must be positive and finite");
  if (!(o.null_mean > 0) || !(o.null_mean < o.upper)) return fail("the mean tested must be above 0 and below the upper bound");
  if (o.population && *o.population == 0) return fail("the population of a test is empty");
  if (o.population && *o.population > (std::uint64_t{1} << 53)) return fail("the population of a test is larger than 2^53");
  if (o.eta && !(*o.eta > o.null_mean && *o.eta <= o.upper))
    return fail("the alternative eta must be above the mean tested and at most the upper bound");
  if (!(o.g >= 0) || !(o.g < 1)) return fail("the padding g must be in [0, 1)");
  if (!(o.d >= 0) || !(o.f >= 0) || !(o.min_sd > 0)) return fail("d and f must not be negative, the least deviation must be positive");
  if (o.c && !(*o.c >= 0)) return fail("c must not be negative");
  if (!(o.error_rate_2 >= 0) || !(o.error_rate_2 < 1)) return fail("the rate of two-vote overstatements must be in [0, 1)");
  if (!(o.lambda >= 0) || !(o.lambda * o.null_mean <= 1)) return fail("the bet lambda must be in [0, 1/t]");
  if (!(o.grapa_0 >= 0) || !(o.grapa_0 < 1) || !(o.grapa_max >= 0) || !(o.grapa_max < 1) || !(o.grapa_grow >= 0))
    return fail("aGRAPA's limits must be in [0, 1), its growth not negative");
  if (o.estimator == Estimator::optimal_comparison && o.function == RiskFunction::alpha && o.upper == 1)
    return fail("optimal_comparison is for overstatements, whose bound is not 1", {}, "use shrink_trunc in a polling audit");
  return {};
}

}  // namespace

void ScaledNumber::set(double value) {
  int e = 0;
  mantissa_ = std::frexp(value, &e);
  exponent_ = std::isfinite(value) && value != 0 ? e : 0;
}

void ScaledNumber::multiply(double factor) {
  if (mantissa_ == 0) return;  // 0 stays 0, whatever comes
  const std::int64_t before = exponent_;
  set(mantissa_ * factor);
  exponent_ += before;
}

double ScaledNumber::reciprocal() const {
  if (mantissa_ == 0) return kInfinity;
  if (std::isinf(mantissa_)) return 0;
  const std::int64_t e = std::clamp<std::int64_t>(-exponent_, -4000, 4000);
  return std::ldexp(1 / mantissa_, static_cast<int>(e));
}

double ScaledNumber::log() const { return std::log(mantissa_) + static_cast<double>(exponent_) * 0.693147180559945309417232121458; }

bool ScaledNumber::operator<(const ScaledNumber& other) const {
  if (zero() || other.zero()) return zero() && !other.zero();
  if (std::isinf(mantissa_) || std::isinf(other.mantissa_)) return !std::isinf(mantissa_);
  return exponent_ != other.exponent_ ? exponent_ < other.exponent_ : mantissa_ < other.mantissa_;
}

std::optional<RiskFunction> risk_function_named(std::string_view name) {
  const std::string key = nonneg_key(name);
  if (key == "alpha" || key == "alphamart") return RiskFunction::alpha;
  if (key == "betting" || key == "bettingmart") return RiskFunction::betting;
  if (key == "kaplanmarkov") return RiskFunction::kaplan_markov;
  if (key == "kaplanwald") return RiskFunction::kaplan_wald;
  if (key == "kaplankolmogorov") return RiskFunction::kaplan_kolmogorov;
  if (key == "waldsprt") return RiskFunction::wald_sprt;
  return std::nullopt;
}

std::optional<Estimator> estimator_named(std::string_view name) {
  const std::string key = nonneg_key(name);
  if (key == "fixedalternative" || key == "fixedalternativemean") return Estimator::fixed_alternative;
  if (key == "shrinktrunc") return Estimator::shrink_trunc;
  if (key == "optimalcomparison") return Estimator::optimal_comparison;
  return std::nullopt;
}

std::string_view to_string(RiskFunction function) {
  switch (function) {
    case RiskFunction::alpha: return "ALPHA";
    case RiskFunction::betting: return "betting";
    case RiskFunction::kaplan_markov: return "Kaplan-Markov";
    case RiskFunction::kaplan_wald: return "Kaplan-Wald";
    case RiskFunction::kaplan_kolmogorov: return "Kaplan-Kolmogorov";
    case RiskFunction::wald_sprt: return "Wald SPRT";
  }
  return "";
}

std::string_view to_string(Estimator estimator) {
  switch (estimator) {
    case Estimator::fixed_alternative: return "fixed alternative";
    case Estimator::shrink_trunc: return "shrink-trunc";
    case Estimator::optimal_comparison: return "optimal comparison";
  }
  return "";
}

NonnegMean::NonnegMean(const TestOptions& options) : options_(options) {
  const double u = options_.upper, t = options_.null_mean;
  const bool fixed = options_.function == RiskFunction::alpha && options_.estimator == Estimator::fixed_alternative;
  eta_ = options_.eta.value_or(fixed ? t + (u - t) / 2 : u * (1 - kEpsilon));
  c_ = options_.c.value_or(std::max(0.0, (eta_ - t) / 2 - kEpsilon));
  if (u - c_ < t + c_) c_ = (u - c_) / 2;  // the limits would contradict each other
  const double right = u * (1 - options_.error_rate_2);
  optimal_ = (1 - right) / (2 - 2 * u) + right - 0.5;
}

Result<NonnegMean> NonnegMean::make(const TestOptions& options) {
  ENTENTE_CHECK(nonneg_check(options));
  return NonnegMean(options);
}

double NonnegMean::null_mean_left() const {
  const bool padded = options_.function == RiskFunction::kaplan_kolmogorov;
  const double t = options_.null_mean + (padded ? options_.g : 0);
  if (!options_.population) return t;
  const auto n = static_cast<double>(*options_.population);
  return (n * t - sum_) / (n - static_cast<double>(draws_ + 1) + 1);
}

double NonnegMean::shrink_trunc(double m) const {
  const double u = options_.upper, weight = options_.d + static_cast<double>(draws_ + 1) - 1;
  const double sd = draws_ < 2 ? 1 : std::max(std::sqrt(squares_ / static_cast<double>(draws_)), options_.min_sd);
  const double weighted = ((options_.d * eta_ + raw_sum_) / weight + u * options_.f / sd) / (1 + options_.f / sd);
  const double room = c_ / std::sqrt(weight);
  return std::min(u * (1 - kEpsilon) - room, std::max(weighted, m * (1 + kEpsilon) + room));
}

double NonnegMean::guess(double m) const {
  const double u = options_.upper;
  double eta = optimal_;
  if (options_.function == RiskFunction::wald_sprt || options_.estimator == Estimator::fixed_alternative) {
    const auto n = static_cast<double>(options_.population.value_or(0));
    eta = options_.population ? (n * eta_ - raw_sum_) / (n - static_cast<double>(draws_ + 1) + 1) : eta_;
  } else if (options_.estimator == Estimator::shrink_trunc) {
    eta = shrink_trunc(m);
  }
  return options_.limits == Limits::valid ? std::clamp(eta, m, u) : eta;
}

double NonnegMean::next_bet(double m) const {
  const double highest = options_.limits == Limits::valid && m > 0 ? 1 / m : kInfinity;
  if (options_.bet == Bet::fixed) return std::min(options_.lambda, highest);
  double bet = options_.lambda;
  if (draws_ > 0) {
    const double away = last_m_ - mean_, spread = squares_ / static_cast<double>(draws_) + away * away;
    bet = spread == 0 ? 0 : (mean_ - last_m_) / spread;  // nothing learnt yet: no bet
  }
  const double grown = 1 - 1 / (1 + options_.grapa_grow * std::sqrt(static_cast<double>(draws_)));
  const double c = options_.grapa_0 + (options_.grapa_max - options_.grapa_0) * grown;
  return std::max(0.0, std::min(c / m, bet));
}

double NonnegMean::factor(double x, double m) const {
  const double u = options_.upper, t = options_.null_mean, g = options_.g;
  switch (options_.function) {
    case RiskFunction::alpha:
    case RiskFunction::wald_sprt: {
      const double eta = guess(m);
      return (x * eta / m + (u - x) * (u - eta) / (u - m)) / u;
    }
    case RiskFunction::betting: return 1 + next_bet(m) * (x - m);
    case RiskFunction::kaplan_markov: return (x + g) / (t + g);
    case RiskFunction::kaplan_wald: return (1 - g) * x / t + g;
    case RiskFunction::kaplan_kolmogorov: return (x + g) / m;
  }
  return 0;
}

// What a draw teaches the guesses of the next: sums, and mean and squares by Welford's recurrence.
void NonnegMean::note(double x, double m) {
  ++draws_;
  raw_sum_ += x;
  sum_ += options_.function == RiskFunction::kaplan_kolmogorov ? x + options_.g : x;
  const double before = mean_;
  mean_ = draws_ == 1 ? x : mean_ + (x - mean_) / static_cast<double>(draws_);
  if (draws_ > 1) squares_ += (x - before) * (x - mean_);
  last_m_ = m;
}

Result<void> NonnegMean::add(double x) {
  const RiskFunction f = options_.function;
  const bool bounded = f == RiskFunction::alpha || f == RiskFunction::betting || f == RiskFunction::wald_sprt;
  if (!(x >= 0) || !std::isfinite(x)) return fail("a value drawn is negative or not a number");
  if (bounded && x > options_.upper * (1 + 1e-12))
    return fail(fmt::format("a value drawn, {}, is above the upper bound {}", x, options_.upper));
  if (options_.population && draws_ >= *options_.population) return fail("more draws than the population has");
  const double m = null_mean_left();
  const bool knows_rest = options_.population && (bounded || f == RiskFunction::kaplan_kolmogorov);  // the others know no population
  if (knows_rest && m < 0) {
    const double t = options_.null_mean + (f == RiskFunction::kaplan_kolmogorov ? options_.g : 0);
    surely_false_ = surely_false_ || sum_ > static_cast<double>(*options_.population) * t + slack(sum_);
  }
  if (bounded && m > options_.upper) surely_true_ = true;
  // At the borders of the range nothing is bet; SHANGRLA shows M = 1 there.
  const bool border = (knows_rest && m < 0) || (bounded && (nonneg_near_zero(m) || nonneg_near_upper(options_.upper, m)));
  if (surely_false_) {
    now_ = 0;
  } else if (surely_true_ || border) {
    now_ = 1;
  } else {
    m_.multiply(f == RiskFunction::kaplan_kolmogorov && m == 0 ? (x + options_.g > 0 ? kInfinity : 1) : factor(x, m));
    if (best_ < m_) best_ = m_;
    now_ = std::min(1.0, m_.reciprocal());
  }
  note(x, m);
  return {};
}

// How far a sum of so many doubles may be off. In a tie counted to the end the sum is N·t exactly, and a rounding must not decide it.
double NonnegMean::slack(double sum) const {
  return options_.limits == Limits::valid ? 4 * kEpsilon * static_cast<double>(draws_ + 2) * sum : 0;
}

bool NonnegMean::certain() const {
  if (surely_false_) return true;
  const RiskFunction f = options_.function;
  const bool total = f == RiskFunction::alpha || f == RiskFunction::betting || f == RiskFunction::wald_sprt;
  return total && options_.population && raw_sum_ > static_cast<double>(*options_.population) * options_.null_mean + slack(raw_sum_);
}

double NonnegMean::p() const { return certain() ? 0 : std::min(1.0, best_.reciprocal()); }
double NonnegMean::log_p() const { return certain() ? -kInfinity : std::min(0.0, -best_.log()); }

double NonnegMean::log_m() const { return certain() ? kInfinity : surely_true_ ? -kInfinity : m_.log(); }

Result<TestPath> measure_risk(const TestOptions& options, std::span<const double> values) {
  ENTENTE_TRY(auto test, NonnegMean::make(options));
  TestPath path;
  path.history.reserve(values.size());
  for (double x : values) {
    ENTENTE_CHECK(test.add(x));
    path.history.push_back(test.p_now());
  }
  if (!path.history.empty() && test.certain()) path.history.back() = 0;
  path.p = test.p();
  path.log_p = test.log_p();
  return path;
}

}  // namespace entente::measures::p3_elections::risk
