// Logarithms are summed pairwise, as NumPy sums, so that results agree with Arlo's to the last few bits.
#include "measures/p3_elections/risk/suite.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "measures/p3_elections/risk/binomial.h"
#include "measures/p3_elections/risk/decimal.h"
#include "measures/p3_elections/risk/supersimple.h"

namespace entente::measures::p3_elections::risk {
namespace {

// Σ f(i), i from `first`: NumPy's pairwise summation, eight running sums in blocks of 128.
template <class F>
double suite_sum(const F& f, std::int64_t first, std::int64_t n) {
  if (n < 8) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += f(first + i);
    return sum;
  }
  if (n <= 128) {
    double r[8];
    for (std::int64_t j = 0; j < 8; ++j) r[j] = f(first + j);
    std::int64_t i = 8;
    for (; i < n - n % 8; i += 8)
      for (std::int64_t j = 0; j < 8; ++j) r[j] += f(first + i + j);
    double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (; i < n; ++i) sum += f(first + i);
    return sum;
  }
  std::int64_t half = n / 2;
  half -= half % 8;
  return suite_sum(f, first, half) + suite_sum(f, first + half, n - half);
}
// ln(top) + ln(top − 1) + … of n factors.
double suite_log_falling(double top, std::int64_t n) {
  return suite_sum([&](std::int64_t i) { return std::log(top - static_cast<double>(i)); }, 0, n);
}
double suite_inverse_falling(double top, std::int64_t n) {
  return suite_sum([&](std::int64_t i) { return 1 / (top - static_cast<double>(i)); }, 0, n);
}

// A root of f between a and b, which have opposite signs (or one is a root).
template <class F>
double suite_root(const F& f, double a, double b) {
  double fa = f(a);
  if (fa == 0) return a;
  if (f(b) == 0) return b;
  for (int i = 0; i < 200; ++i) {
    const double middle = a + (b - a) / 2;
    if (middle == a || middle == b) break;
    const double fm = f(middle);
    if (fm == 0) return middle;
    if ((fm < 0) == (fa < 0))
      a = middle, fa = fm;
    else
      b = middle;
  }
  return a + (b - a) / 2;
}

std::int64_t suite_at(const std::vector<std::int64_t>& values, std::uint32_t i) { return i < values.size() ? values[i] : 0; }

// The values NumPy's arange gives.
std::vector<double> suite_grid(double from, double to, double step) {
  const double length = std::ceil((to - from) / step);
  std::vector<double> out;
  if (!(length > 0) || length > 1e6) return out;
  const double delta = (from + step) - from;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(length); ++i) out.push_back(from + static_cast<double>(i) * delta);
  return out;
}

double suite_fisher(double p1, double p2) {
  if (p1 == 0 || p2 == 0) return 0;
  return 1 - chi_squared4_cdf(-2 * (std::log(p1) + std::log(p2)));
}

Misstatements suite_seen(const ComparisonStratum& stratum, std::size_t pair) {
  return pair < stratum.misstatements.size() ? stratum.misstatements[pair] : Misstatements{};
}

}  // namespace

std::size_t pair_index(const Contest& contest, const Pair& pair) {
  const auto pairs = contest.pairs();
  return static_cast<std::size_t>(std::ranges::find(pairs, pair) - pairs.begin());
}

double polling_stratum_p(const PollingStratum& stratum, const Pair& pair, std::int64_t margin, double lambda) {
  if (stratum.sampled == 0 || margin == 0) return 1;
  const std::int64_t n_w = suite_at(stratum.sample, pair.winner), n_l = suite_at(stratum.sample, pair.loser),
                     n_u = stratum.sampled - n_w - n_l;
  const std::int64_t v_w = suite_at(stratum.votes, pair.winner), v_l = suite_at(stratum.votes, pair.loser),
                     v_u = stratum.ballots - v_w - v_l;
  if (v_w < n_w || v_l < n_l || v_u < n_u) return 1;  // the sample contradicts the report
  const auto ballots = static_cast<double>(stratum.ballots);
  const double null_margin = static_cast<double>(v_w - v_l) - lambda * static_cast<double>(margin);
  const double reported = suite_log_falling(static_cast<double>(v_w), n_w) + suite_log_falling(static_cast<double>(v_l), n_l) +
                          suite_log_falling(static_cast<double>(v_u), n_u);
  const auto null = [&](double w) {
    return (n_w > 0 ? suite_log_falling(w, n_w) : 0) + (n_l > 0 ? suite_log_falling(w - null_margin, n_l) : 0) +
           (n_u > 0 ? suite_log_falling(ballots - 2 * w + null_margin, n_u) : 0);
  };
  const auto slope = [&](double w) {
    return suite_inverse_falling(w, n_w) + suite_inverse_falling(w - null_margin, n_l) -
           2 * suite_inverse_falling(ballots - 2 * w + null_margin, n_u);
  };
  const double most = (ballots - static_cast<double>(n_u) + null_margin) / 2;
  const double least = std::max(static_cast<double>(n_w), static_cast<double>(n_l) + null_margin);
  if (most < static_cast<double>(n_w) || most - null_margin < static_cast<double>(n_l)) return 0;  // impossible under the null
  const double at_most = slope(most), at_least = slope(least);
  double w = least;
  if (at_most * at_least > 0)
    w = null(most) >= null(least) ? most : least;
  else
    w = suite_root(slope, least, most);
  const double ratio = std::exp(reported - null(w));
  return std::min(1 / ratio, 1.0);
}

double comparison_stratum_p(const ComparisonStratum& stratum, const Misstatements& seen, std::int64_t margin, double lambda) {
  if (stratum.sampled == 0 || margin == 0) return 1;
  if (stratum.sampled == stratum.ballots) return 0;
  const Decimal one = 1, two = 2, gamma = error_inflator();
  const Decimal u = Decimal::from_double(static_cast<double>(2 * stratum.ballots) / static_cast<double>(margin));
  const Decimal clean = one - Decimal::from_double(lambda) / (gamma * u);
  if (clean <= Decimal(0)) return 1;  // more overstatement than the stratum can hold
  const Decimal log_p = Decimal(stratum.sampled) * clean.ln() - Decimal(seen.over1) * (one - one / (two * gamma)).ln() -
                        Decimal(seen.over2) * (one - one / gamma).ln() - Decimal(seen.under1) * (one + one / (two * gamma)).ln() -
                        Decimal(seen.under2) * (one + one / gamma).ln();
  return std::min(log_p.exp().to_double(), 1.0);
}

Result<double> fisher_maximum(double limit, const Contest& contest, const PollingStratum& polling, const ComparisonStratum& comparison,
                              const Pair& pair, const Misstatements& seen, double step) {
  const std::int64_t compared = suite_at(comparison.votes, pair.winner) - suite_at(comparison.votes, pair.loser);
  const std::int64_t polled = suite_at(polling.votes, pair.winner) - suite_at(polling.votes, pair.loser);
  const std::int64_t margin = compared + polled;
  if (margin != contest.margin(pair))
    return fail("the margins of the strata do not add up to that of contest \"" + contest.totals().name + "\"");
  if (margin == 0) return 1.0;  // a tie
  const auto v = static_cast<double>(margin);
  double low = static_cast<double>(std::max(compared - comparison.ballots, margin - (polled + polling.ballots))) / v;
  double high = static_cast<double>(std::min(compared + comparison.ballots, margin - (polled - polling.ballots))) / v;
  const std::int64_t w = suite_at(polling.sample, pair.winner), l = suite_at(polling.sample, pair.loser), u = polling.sampled - w - l;
  if (w < 0 || l < 0 || u < 0) return fail("more votes than ballots in the sample of contest \"" + contest.totals().name + "\"");
  // How far the combination can move between two points of the grid (arXiv:1809.04235, Appendix A).
  const auto modulus = [&](double delta) {
    const double compared_part = comparison.sampled == 0
                                     ? 0
                                     : 2 * static_cast<double>(comparison.sampled) *
                                           std::log(1 + v * delta / (2 * static_cast<double>(comparison.ballots) * 1.03905));
    return 2 * static_cast<double>(w) * std::log(1 + v * delta) + 2 * static_cast<double>(l) * std::log(1 + v * delta) +
           2 * static_cast<double>(u) * std::log(1 + 2 * v * delta) + compared_part;
  };
  const double at_limit = chi_squared4_quantile(1 - limit);
  double best = 0;
  for (int refinement = 0; refinement < 40; ++refinement) {
    std::vector<double> lambdas = suite_grid(low, high + step, step);
    if (lambdas.size() < 5) {
      step = (high + 1 - low) / 5;
      lambdas = suite_grid(low, high + step, step);
    }
    best = 0;
    double best_lambda = lambdas.empty() ? low : lambdas.front();
    for (const double lambda : lambdas) {
      const double p =
          suite_fisher(comparison_stratum_p(comparison, seen, margin, lambda), polling_stratum_p(polling, pair, margin, 1 - lambda));
      if (p > best) best = p, best_lambda = lambda;
    }
    if (best > limit) break;
    if (!(modulus(step) > std::fabs(chi_squared4_quantile(1 - best) - at_limit))) break;
    low = best_lambda - 2 * step;
    high = best_lambda + 2 * step;
    step /= 10;
  }
  return std::min(best, 1.0);
}

Result<HybridRisk> hybrid_risk(double limit, const Contest& contest, const PollingStratum& polling, const ComparisonStratum& comparison) {
  const bool polled = polling.ballots > 0 && polling.sampled >= polling.ballots;
  const bool compared = comparison.ballots > 0 && comparison.sampled >= comparison.ballots;
  if (polled || compared) return fail("One or both strata has already been recounted");
  double worst = 0;
  const auto pairs = contest.pairs();
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    ENTENTE_TRY(const double p, fisher_maximum(limit, contest, polling, comparison, pairs[i], suite_seen(comparison, i)));
    worst = std::max(worst, p);
  }
  return HybridRisk{worst, worst <= limit};
}

}  // namespace entente::measures::p3_elections::risk
