// Kaplan–Markov with decisions that are exact. Each sum of logarithms is computed in doubles with a bound of its rounding error; where a
// rounding (up to a whole number, to thousandths) or a comparison falls inside the bound, the same sum is computed by MPFR with 256 bits.
#include "measures/p3_elections/risk/kaplan_markov.h"

#define MPFR_USE_INTMAX_T
#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/ascii.h"

namespace entente::measures::p3_elections::risk {

namespace {

constexpr std::uint64_t kKmMaxCount = std::uint64_t{1} << 40;
constexpr double kKmEpsilon = std::numeric_limits<double>::epsilon();
constexpr mpfr_prec_t kKmBits = 256;
__extension__ using KmWide = unsigned __int128;

Result<void> km_check(const KaplanMarkov& a) {
  if (a.gamma_e8 <= kE8) return fail("gamma is not above 1", {}, "Colorado's is 1.03905");
  if (a.gamma_e8 > 1000 * kE8) return fail("gamma is above 1000");
  if (a.cards == 0) return fail("no cards to draw from");
  if (a.margin > a.cards)
    return fail("the margin of " + std::to_string(a.margin) + " votes is more than the " + std::to_string(a.cards) + " cards");
  for (const std::uint64_t count : {a.cards, a.draws, a.over2, a.over1, a.under1, a.under2})
    if (count > kKmMaxCount) return fail("a count above 2^40");
  return {};
}

struct KmSum {
  double value = 0, error = 0;
  // A term of `count` times a logarithm that is right within a few units in the last place.
  void add(double count, double logarithm) {
    const double term = count * logarithm;
    value += term;
    error += 8 * kKmEpsilon * std::abs(term) + kKmEpsilon * std::abs(value);
  }
};

// The discrepancies' part of the logarithm of the risk, with its sign as in the risk.
void km_discrepancies(KmSum& sum, const KaplanMarkov& a) {
  const double inverse = static_cast<double>(kE8) / static_cast<double>(a.gamma_e8);
  // 1 - 1/γ loses digits where γ is near 1, so it is taken as (γ - 1)/γ of whole numbers.
  if (a.over2 != 0)
    sum.add(-static_cast<double>(a.over2), std::log(static_cast<double>(a.gamma_e8 - kE8) / static_cast<double>(a.gamma_e8)));
  if (a.over1 != 0) sum.add(-static_cast<double>(a.over1), std::log1p(-inverse / 2));
  if (a.under1 != 0) sum.add(-static_cast<double>(a.under1), std::log1p(inverse / 2));
  if (a.under2 != 0) sum.add(-static_cast<double>(a.under2), std::log1p(inverse));
}

KmSum km_log_risk(const KaplanMarkov& a) {
  KmSum sum;
  const double share =
      static_cast<double>(a.margin) * static_cast<double>(kE8) / (2 * static_cast<double>(a.cards) * static_cast<double>(a.gamma_e8));
  if (a.draws != 0) sum.add(static_cast<double>(a.draws), std::log1p(-share));
  km_discrepancies(sum, a);
  return sum;
}

// An MPFR number that frees itself.
class KmExact {
 public:
  KmExact() {
    mpfr_init2(x_, kKmBits);
    mpfr_set_zero(x_, 1);
  }
  ~KmExact() { mpfr_clear(x_); }
  KmExact(const KmExact&) = delete;
  KmExact& operator=(const KmExact&) = delete;
  mpfr_ptr get() { return x_; }

 private:
  mpfr_t x_;
};

// 2^-200: what is nearer than that is equal. Rational values can be equal (a risk of exactly 0.95), and the logarithms' last bits must not
// say otherwise.
struct KmNudge : KmExact {
  KmNudge() { mpfr_set_ui_2exp(get(), 1, -200, MPFR_RNDN); }
};

// sum += count · ln(numerator / denominator)
void km_add_exact(KmExact& sum, std::uint64_t count, bool negative, KmWide numerator, KmWide denominator) {
  if (count == 0) return;
  KmExact ratio, divisor;
  const auto set = [](mpfr_ptr to, KmWide value) {
    mpfr_set_uj(to, static_cast<std::uint64_t>(value >> 64), MPFR_RNDN);
    mpfr_mul_2ui(to, to, 64, MPFR_RNDN);
    KmExact low;
    mpfr_set_uj(low.get(), static_cast<std::uint64_t>(value), MPFR_RNDN);
    mpfr_add(to, to, low.get(), MPFR_RNDN);
  };
  set(ratio.get(), numerator);
  set(divisor.get(), denominator);
  mpfr_div(ratio.get(), ratio.get(), divisor.get(), MPFR_RNDN);
  mpfr_log(ratio.get(), ratio.get(), MPFR_RNDN);
  mpfr_mul_ui(ratio.get(), ratio.get(), count, MPFR_RNDN);
  (negative ? mpfr_sub : mpfr_add)(sum.get(), sum.get(), ratio.get(), MPFR_RNDN);
}

void km_exact_discrepancies(KmExact& sum, const KaplanMarkov& a) {
  const KmWide gamma = a.gamma_e8;
  km_add_exact(sum, a.over2, true, gamma - kE8, gamma);
  km_add_exact(sum, a.over1, true, 2 * gamma - kE8, 2 * gamma);
  km_add_exact(sum, a.under1, true, 2 * gamma + kE8, 2 * gamma);
  km_add_exact(sum, a.under2, true, gamma + kE8, gamma);
}

void km_exact_log_risk(KmExact& sum, const KaplanMarkov& a) {
  const KmWide whole = static_cast<KmWide>(2) * a.cards * a.gamma_e8;
  km_add_exact(sum, a.draws, false, whole - static_cast<KmWide>(a.margin) * kE8, whole);
  km_exact_discrepancies(sum, a);
}

std::uint64_t km_round_thousandths(double risk) { return static_cast<std::uint64_t>(std::floor(std::min(risk, 1.0) * 1000 + 0.5)); }

}  // namespace

Result<std::uint64_t> parse_e8(std::string_view text) {
  const auto bad = [&] { return fail("no decimal of at most eight places: \"" + std::string(text.substr(0, 40)) + '"'); };
  std::uint64_t value = 0;
  std::size_t whole = 0, places = 0;
  bool point = false;
  for (const char c : text) {
    if (c == '.') {
      if (point) return bad();
      point = true;
      continue;
    }
    if (!is_digit(c)) return bad();
    if (!point && ++whole > 10) return bad();
    if (point && places == 8) {
      if (c != '0') return bad();
      continue;
    }
    places += point;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (whole == 0 || (point && places == 0)) return bad();
  for (; places < 8; ++places) value *= 10;
  if (value >= 100 * kE8) return bad();
  return value;
}

Result<KaplanMarkovRisk> kaplan_markov_risk(const KaplanMarkov& audit) {
  ENTENTE_CHECK(km_check(audit));
  if (audit.margin == 0) return KaplanMarkovRisk{};
  const KmSum sum = km_log_risk(audit);
  return KaplanMarkovRisk{sum.value - sum.error, sum.value + sum.error, std::min(1.0, std::exp(sum.value))};
}

Result<bool> kaplan_markov_meets(const KaplanMarkov& audit, std::uint64_t risk_limit_e8) {
  ENTENTE_CHECK(km_check(audit));
  if (risk_limit_e8 >= kE8) return true;
  if (audit.margin == 0 || risk_limit_e8 == 0) return false;
  KmSum sum = km_log_risk(audit);
  sum.add(-1, std::log(static_cast<double>(risk_limit_e8) / static_cast<double>(kE8)));
  if (std::abs(sum.value) > sum.error) return sum.value < 0;
  KmExact exact;
  km_exact_log_risk(exact, audit);
  km_add_exact(exact, 1, true, risk_limit_e8, kE8);
  mpfr_sub(exact.get(), exact.get(), KmNudge().get(), MPFR_RNDN);
  return mpfr_sgn(exact.get()) <= 0;
}

Result<std::uint64_t> kaplan_markov_thousandths(const KaplanMarkov& audit) {
  ENTENTE_TRY(const KaplanMarkovRisk risk, kaplan_markov_risk(audit));
  if (audit.margin == 0) return 1000;
  // exp and the product by 1000 add an error of their own.
  const double slack = 8 * kKmEpsilon;
  const std::uint64_t low = km_round_thousandths(std::exp(risk.low) * (1 - slack));
  const std::uint64_t high = km_round_thousandths(std::exp(risk.high) * (1 + slack));
  if (low == high) return low;
  KmExact exact;
  km_exact_log_risk(exact, audit);
  if (mpfr_sgn(exact.get()) >= 0) return 1000;
  mpfr_exp(exact.get(), exact.get(), MPFR_RNDN);
  mpfr_mul_ui(exact.get(), exact.get(), 1000, MPFR_RNDN);
  mpfr_add_d(exact.get(), exact.get(), 0.5, MPFR_RNDN);
  mpfr_add(exact.get(), exact.get(), KmNudge().get(), MPFR_RNDN);
  mpfr_floor(exact.get(), exact.get());
  return mpfr_get_ui(exact.get(), MPFR_RNDN);
}

Result<std::uint64_t> kaplan_markov_size(const KaplanMarkov& audit, std::uint64_t risk_limit_e8) {
  ENTENTE_CHECK(km_check(audit));
  if (risk_limit_e8 == 0 || risk_limit_e8 > kE8) return fail("a risk limit that is 0 or above 1");
  if (audit.margin == 0) return 0;
  const std::uint64_t discrepancies = audit.over2 + audit.over1 + audit.under1 + audit.under2;
  KmSum sum;
  sum.add(1, std::log(static_cast<double>(risk_limit_e8) / static_cast<double>(kE8)));
  KmSum shift;  // the sum of the size has the opposite sign of the risk's
  km_discrepancies(shift, audit);
  sum.value -= shift.value;
  sum.error += shift.error + kKmEpsilon * std::abs(sum.value);
  const double scale = 2 * (static_cast<double>(audit.gamma_e8) / static_cast<double>(kE8)) * static_cast<double>(audit.cards) /
                       static_cast<double>(audit.margin);
  const double size = -sum.value * scale, error = sum.error * scale + 8 * kKmEpsilon * std::abs(size);
  if (size > 9e15) return fail("a sample size above 2^53");
  double ceiling = std::ceil(size);
  if (std::ceil(size - error) != std::ceil(size + error)) {
    KmExact exact, by;
    km_add_exact(exact, 1, true, risk_limit_e8, kE8);
    km_exact_discrepancies(exact, audit);
    mpfr_set_uj(by.get(), audit.gamma_e8, MPFR_RNDN);
    mpfr_mul_ui(by.get(), by.get(), 2 * audit.cards, MPFR_RNDN);
    mpfr_mul(exact.get(), exact.get(), by.get(), MPFR_RNDN);
    mpfr_set_uj(by.get(), audit.margin, MPFR_RNDN);
    mpfr_mul_ui(by.get(), by.get(), kE8, MPFR_RNDN);
    mpfr_div(exact.get(), exact.get(), by.get(), MPFR_RNDN);
    mpfr_ceil(exact.get(), exact.get());
    ceiling = mpfr_get_d(exact.get(), MPFR_RNDN);
  }
  return std::max(discrepancies, ceiling <= 0 ? 0 : static_cast<std::uint64_t>(ceiling));
}

std::uint64_t kaplan_markov_estimated(std::uint64_t optimistic, const KaplanMarkov& audit, std::uint64_t overstatements) {
  if (audit.over1 + audit.over2 == 0 || audit.draws == 0) return optimistic;
  const KmWide product = static_cast<KmWide>(optimistic) * overstatements;
  return optimistic + static_cast<std::uint64_t>((product + audit.draws - 1) / audit.draws);
}

std::string corla_percent(std::uint64_t thousandths) {
  return std::to_string(thousandths / 10) + '.' + static_cast<char>('0' + thousandths % 10);
}

std::string corla_diluted_margin(std::uint64_t margin, std::uint64_t cards) {
  if (cards == 0) return "0E-8";
  const auto e8 = static_cast<std::uint64_t>((2 * static_cast<KmWide>(margin) * kE8 + cards) / (2 * static_cast<KmWide>(cards)));
  if (e8 == 0) return "0E-8";
  const std::uint64_t percent = e8 * 100;  // in units of 10^-8
  std::string places = std::to_string(percent % kE8);
  places.insert(0, 8 - places.size(), '0');
  return std::to_string(percent / kE8) + '.' + places;
}

}  // namespace entente::measures::p3_elections::risk
