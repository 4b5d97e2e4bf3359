// Boost.Math underneath; the quantile is corrected by the distribution function itself, so that it is the smallest k whatever the rounding.
#include "measures/p3_elections/risk/binomial.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>

namespace entente::measures::p3_elections::risk {
namespace {

namespace policies = boost::math::policies;
using BinomialPolicy =
    policies::policy<policies::promote_double<false>, policies::domain_error<policies::ignore_error>,
                     policies::overflow_error<policies::ignore_error>, policies::evaluation_error<policies::ignore_error>,
                     policies::discrete_quantile<policies::integer_round_up>>;
using Binomial = boost::math::binomial_distribution<double, BinomialPolicy>;
using Chi = boost::math::chi_squared_distribution<double, BinomialPolicy>;
using Normal = boost::math::normal_distribution<double, BinomialPolicy>;

}  // namespace

double binomial_cdf(std::int64_t k, std::int64_t n, double p) {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return boost::math::cdf(Binomial(static_cast<double>(n), p), static_cast<double>(k));
}
double binomial_tail(std::int64_t k, std::int64_t n, double p) {
  if (k < 0) return 1;
  if (k >= n) return 0;
  return boost::math::cdf(boost::math::complement(Binomial(static_cast<double>(n), p), static_cast<double>(k)));
}
double binomial_mass(std::int64_t k, std::int64_t n, double p) {
  if (k < 0 || k > n) return 0;
  return boost::math::pdf(Binomial(static_cast<double>(n), p), static_cast<double>(k));
}
std::int64_t binomial_quantile(double q, std::int64_t n, double p) {
  if (n <= 0) return 0;
  const double guess = boost::math::quantile(Binomial(static_cast<double>(n), p), q);
  auto k = std::clamp<std::int64_t>(std::isfinite(guess) ? static_cast<std::int64_t>(guess) : 0, 0, n);
  while (k > 0 && binomial_cdf(k - 1, n, p) >= q) --k;
  while (k < n && binomial_cdf(k, n, p) < q) ++k;
  return k;
}
double normal_quantile(double q) { return boost::math::quantile(Normal(), q); }
double normal_cdf(double x) { return boost::math::cdf(Normal(), x); }
double chi_squared4_cdf(double x) { return x <= 0 ? 0 : std::isinf(x) ? 1 : boost::math::cdf(Chi(4), x); }
double chi_squared4_quantile(double q) {
  if (q >= 1) return std::numeric_limits<double>::infinity();
  return q <= 0 ? 0 : boost::math::quantile(Chi(4), q);
}

}  // namespace entente::measures::p3_elections::risk
