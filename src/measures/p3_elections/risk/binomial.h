// Binomial and normal distribution functions with SciPy's conventions. Thread-safe.
#pragma once

#include <cstdint>

namespace entente::measures::p3_elections::risk {

// P(X ≤ k), P(X > k), P(X = k) of X ~ Bin(n, p).
[[nodiscard]] double binomial_cdf(std::int64_t k, std::int64_t n, double p);
[[nodiscard]] double binomial_tail(std::int64_t k, std::int64_t n, double p);
[[nodiscard]] double binomial_mass(std::int64_t k, std::int64_t n, double p);
// The smallest k with P(X ≤ k) ≥ q.
[[nodiscard]] std::int64_t binomial_quantile(double q, std::int64_t n, double p);
[[nodiscard]] double normal_quantile(double q);
[[nodiscard]] double normal_cdf(double x);
// χ² with 4 degrees of freedom: the distribution of Fisher's combination of two p-values.
[[nodiscard]] double chi_squared4_cdf(double x);
[[nodiscard]] double chi_squared4_quantile(double q);

}  // namespace entente::measures::p3_elections::risk
