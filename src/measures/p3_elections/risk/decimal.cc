// Coefficients are GMP integers with a decimal exponent. Sums, products and quotients are formed exactly (quotients with a sticky digit)
// and rounded once; ln, exp and sqrt are taken by MPFR with 320 bits and rounded once, which is correct rounding unless the true value lies
// within 1e-60 of a tie.
#include "measures/p3_elections/risk/decimal.h"

#include <mpfr.h>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace entente::measures::p3_elections::risk {
namespace {

constexpr mpfr_prec_t kDecimalBits = 320;

std::int64_t decimal_digits(const mpz_t value) {
  if (mpz_sgn(value) == 0) return 1;
  const std::size_t guess = mpz_sizeinbase(value, 10);  // exact or one too many
  mpz_t power;
  mpz_init(power);
  mpz_ui_pow_ui(power, 10, guess - 1);
  const bool too_many = mpz_cmpabs(value, power) < 0;
  mpz_clear(power);
  return static_cast<std::int64_t>(guess) - (too_many ? 1 : 0);
}

void decimal_shift_left(mpz_t value, std::uint64_t digits) {
  mpz_t power;
  mpz_init(power);
  mpz_ui_pow_ui(power, 10, digits);
  mpz_mul(value, value, power);
  mpz_clear(power);
}

struct DecimalReal {  // an MPFR number
  mpfr_t value;
  DecimalReal() { mpfr_init2(value, kDecimalBits); }
  ~DecimalReal() { mpfr_clear(value); }
  DecimalReal(const DecimalReal&) = delete;
  DecimalReal& operator=(const DecimalReal&) = delete;
};

}  // namespace

Decimal::Decimal(std::int64_t value) : negative_(value < 0) {
  mpz_init(coefficient_);
  mpz_set_si(coefficient_, value);
  mpz_abs(coefficient_, coefficient_);
}
Decimal::Decimal(const Decimal& other) : exponent_(other.exponent_), negative_(other.negative_), kind_(other.kind_) {
  mpz_init_set(coefficient_, other.coefficient_);
}
Decimal::Decimal(Decimal&& other) noexcept : exponent_(other.exponent_), negative_(other.negative_), kind_(other.kind_) {
  mpz_init(coefficient_);
  mpz_swap(coefficient_, other.coefficient_);
}
Decimal& Decimal::operator=(const Decimal& other) {
  if (this != &other) {
    mpz_set(coefficient_, other.coefficient_);
    exponent_ = other.exponent_, negative_ = other.negative_, kind_ = other.kind_;
  }
  return *this;
}
Decimal& Decimal::operator=(Decimal&& other) noexcept {
  mpz_swap(coefficient_, other.coefficient_);
  exponent_ = other.exponent_, negative_ = other.negative_, kind_ = other.kind_;
  return *this;
}

Decimal Decimal::infinity() {
  Decimal out;
  out.kind_ = Kind::infinite;
  return out;
}
Decimal Decimal::nan() {
  Decimal out;
  out.kind_ = Kind::nan;
  return out;
}

Decimal Decimal::from_double(double value) {
  if (std::isnan(value)) return nan();
  Decimal out;
  out.negative_ = std::signbit(value);
  if (std::isinf(value)) {
    out.kind_ = Kind::infinite;
    return out;
  }
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(value), &exponent);
  auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
  exponent -= 53;
  if (mantissa == 0) return out;
  while ((mantissa & 1) == 0) mantissa >>= 1, ++exponent;
  mpz_set_ui(out.coefficient_, mantissa);
  if (exponent >= 0) {
    mpz_mul_2exp(out.coefficient_, out.coefficient_, static_cast<mp_bitcnt_t>(exponent));
    return out;
  }
  mpz_t power;  // m / 2^k = m · 5^k / 10^k
  mpz_init(power);
  mpz_ui_pow_ui(power, 5, static_cast<unsigned long>(-exponent));
  mpz_mul(out.coefficient_, out.coefficient_, power);
  mpz_clear(power);
  out.exponent_ = exponent;
  return out;
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal out;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    out.negative_ = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text == "Infinity") {
    out.kind_ = Kind::infinite;
    return out;
  }
  if (text == "NaN") return nan();
  std::string digits;
  std::size_t at = 0;
  bool point = false;
  for (; at < text.size() && digits.size() < 4096; ++at) {
    if (text[at] >= '0' && text[at] <= '9') {
      digits += text[at];
      if (point) --out.exponent_;
    } else if (text[at] == '.' && !point) {
      point = true;
    } else {
      break;
    }
  }
  if (digits.empty()) return std::nullopt;
  if (at < text.size()) {
    if (text[at] != 'E' && text[at] != 'e') return std::nullopt;
    const std::string exponent(text.substr(at + 1));
    char* end = nullptr;
    const long value = std::strtol(exponent.c_str(), &end, 10);
    if (exponent.empty() || *end != '\0' || std::labs(value) > 1'000'000'000) return std::nullopt;
    out.exponent_ += value;
  }
  mpz_set_str(out.coefficient_, digits.c_str(), 10);
  return out;
}

// Half to even at `digits` significant digits.
Decimal& Decimal::rounded(int digits) {
  if (kind_ != Kind::finite) return *this;
  const std::int64_t have = decimal_digits(coefficient_);
  if (have <= digits) return *this;
  const auto drop = static_cast<std::uint64_t>(have - digits);
  mpz_t power, rest;
  mpz_inits(power, rest, nullptr);
  mpz_ui_pow_ui(power, 10, drop);
  mpz_tdiv_qr(coefficient_, rest, coefficient_, power);
  mpz_mul_2exp(rest, rest, 1);
  const int half = mpz_cmp(rest, power);
  if (half > 0 || (half == 0 && mpz_odd_p(coefficient_) != 0)) mpz_add_ui(coefficient_, coefficient_, 1);
  exponent_ += static_cast<std::int64_t>(drop);
  if (decimal_digits(coefficient_) > digits) {  // 99…9 became 100…0
    mpz_divexact_ui(coefficient_, coefficient_, 10);
    ++exponent_;
  }
  mpz_clears(power, rest, nullptr);
  return *this;
}

Decimal Decimal::negated() const {
  Decimal out = *this;
  out.negative_ = !negative_;
  return out;
}

Decimal operator+(const Decimal& a, const Decimal& b) {
  if (a.is_nan() || b.is_nan()) return Decimal::nan();
  if (a.is_infinite() || b.is_infinite()) {
    if (a.is_infinite() && b.is_infinite() && a.negative_ != b.negative_) return Decimal::nan();
    return a.is_infinite() ? a : b;
  }
  const Decimal& big = a.exponent_ >= b.exponent_ ? a : b;
  const Decimal& small = a.exponent_ >= b.exponent_ ? b : a;
  Decimal out = big, other = small;
  // A summand below every digit the result can have counts as "a little".
  const std::int64_t reach = std::max<std::int64_t>(Decimal::kDigits, decimal_digits(big.coefficient_)) + 3;
  if (!big.is_zero() && !small.is_zero() &&
      small.exponent_ + decimal_digits(small.coefficient_) < big.exponent_ + decimal_digits(big.coefficient_) - reach - Decimal::kDigits) {
    mpz_set_ui(other.coefficient_, 1);
    other.exponent_ = big.exponent_ + decimal_digits(big.coefficient_) - reach - Decimal::kDigits;
    other.exponent_ = std::min(other.exponent_, big.exponent_);
  }
  if (!big.is_zero()) decimal_shift_left(out.coefficient_, static_cast<std::uint64_t>(big.exponent_ - other.exponent_));
  out.exponent_ = other.exponent_;
  if (out.negative_) mpz_neg(out.coefficient_, out.coefficient_);
  if (other.negative_) mpz_neg(other.coefficient_, other.coefficient_);
  mpz_add(out.coefficient_, out.coefficient_, other.coefficient_);
  const int sign = mpz_sgn(out.coefficient_);
  out.negative_ = sign < 0 || (sign == 0 && a.negative_ && b.negative_);
  mpz_abs(out.coefficient_, out.coefficient_);
  return out.rounded(Decimal::kDigits);
}
Decimal operator-(const Decimal& a, const Decimal& b) { return a + b.negated(); }

Decimal Decimal::multiplied(const Decimal& a, const Decimal& b, int digits) {
  if (a.is_nan() || b.is_nan() || (a.is_infinite() && b.is_zero()) || (a.is_zero() && b.is_infinite())) return nan();
  Decimal out;
  out.negative_ = a.negative_ != b.negative_;
  if (a.is_infinite() || b.is_infinite()) {
    out.kind_ = Kind::infinite;
    return out;
  }
  mpz_mul(out.coefficient_, a.coefficient_, b.coefficient_);
  out.exponent_ = a.exponent_ + b.exponent_;
  return out.rounded(digits);
}
Decimal operator*(const Decimal& a, const Decimal& b) { return Decimal::multiplied(a, b, Decimal::kDigits); }

Decimal operator/(const Decimal& a, const Decimal& b) {
  if (a.is_nan() || b.is_nan() || (a.is_infinite() && b.is_infinite()) || (a.is_zero() && b.is_zero())) return Decimal::nan();
  Decimal out;
  out.negative_ = a.negative_ != b.negative_;
  if (a.is_infinite() || b.is_zero()) {
    out.kind_ = Decimal::Kind::infinite;
    return out;
  }
  if (b.is_infinite()) return out;
  const std::int64_t ideal = a.exponent_ - b.exponent_;
  const std::int64_t shift =
      std::max<std::int64_t>(decimal_digits(b.coefficient_) - decimal_digits(a.coefficient_) + Decimal::kDigits + 1, 0);
  mpz_t rest;
  mpz_init(rest);
  mpz_set(out.coefficient_, a.coefficient_);
  decimal_shift_left(out.coefficient_, static_cast<std::uint64_t>(shift));
  mpz_tdiv_qr(out.coefficient_, rest, out.coefficient_, b.coefficient_);
  out.exponent_ = ideal - shift;
  if (mpz_sgn(rest) != 0) {  // a sticky digit breaks ties
    mpz_mul_ui(out.coefficient_, out.coefficient_, 10);
    mpz_add_ui(out.coefficient_, out.coefficient_, 1);
    --out.exponent_;
  } else {
    while (out.exponent_ < ideal && mpz_sgn(out.coefficient_) != 0 && mpz_divisible_ui_p(out.coefficient_, 10) != 0) {
      mpz_divexact_ui(out.coefficient_, out.coefficient_, 10);
      ++out.exponent_;
    }
    if (mpz_sgn(out.coefficient_) == 0) out.exponent_ = ideal;
  }
  mpz_clear(rest);
  return out.rounded(Decimal::kDigits);
}

std::partial_ordering operator<=>(const Decimal& a, const Decimal& b) {
  if (a.is_nan() || b.is_nan()) return std::partial_ordering::unordered;
  const auto sign = [](const Decimal& d) { return d.is_zero() ? 0 : d.negative_ ? -1 : 1; };
  const int sa = sign(a), sb = sign(b);
  if (sa != sb) return sa <=> sb;
  if (sa == 0) return std::partial_ordering::equivalent;
  int magnitude = 0;
  if (a.is_infinite() || b.is_infinite()) {
    magnitude = static_cast<int>(a.is_infinite()) - static_cast<int>(b.is_infinite());
  } else {
    const std::int64_t top_a = a.exponent_ + decimal_digits(a.coefficient_), top_b = b.exponent_ + decimal_digits(b.coefficient_);
    if (top_a != top_b) {
      magnitude = top_a < top_b ? -1 : 1;
    } else {
      Decimal x = a, y = b;
      const std::int64_t low = std::min(a.exponent_, b.exponent_);
      decimal_shift_left(x.coefficient_, static_cast<std::uint64_t>(a.exponent_ - low));
      decimal_shift_left(y.coefficient_, static_cast<std::uint64_t>(b.exponent_ - low));
      magnitude = mpz_cmp(x.coefficient_, y.coefficient_);
    }
  }
  return sa > 0 ? magnitude <=> 0 : 0 <=> magnitude;
}

std::string Decimal::str() const {
  if (kind_ == Kind::nan) return "NaN";
  const std::string sign = negative_ ? "-" : "";
  if (kind_ == Kind::infinite) return sign + "Infinity";
  std::string digits(mpz_sizeinbase(coefficient_, 10) + 2, '\0');
  mpz_get_str(digits.data(), 10, coefficient_);
  digits.resize(std::strlen(digits.c_str()));
  const std::int64_t left = exponent_ + static_cast<std::int64_t>(digits.size());  // digits before the point
  if (exponent_ <= 0 && left > -6) {
    if (exponent_ == 0) return sign + digits;
    if (left > 0) return sign + digits.insert(static_cast<std::size_t>(left), ".");
    return sign + "0." + std::string(static_cast<std::size_t>(-left), '0') + digits;
  }
  if (digits.size() > 1) digits.insert(1, ".");
  const std::int64_t adjusted = left - 1;
  return sign + digits + "E" + (adjusted < 0 ? "-" : "+") + std::to_string(std::abs(adjusted));
}

double Decimal::to_double() const {
  if (kind_ == Kind::nan) return std::numeric_limits<double>::quiet_NaN();
  if (kind_ == Kind::infinite) return negative_ ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  return std::strtod(str().c_str(), nullptr);  // correctly rounded by the C library
}

// 0: ln, 1: exp, 2: sqrt.
Decimal Decimal::analytic(int which) const {
  DecimalReal x;
  mpfr_set_str(x.value, str().c_str(), 10, MPFR_RNDN);
  if (which == 0) mpfr_log(x.value, x.value, MPFR_RNDN);
  if (which == 1) mpfr_exp(x.value, x.value, MPFR_RNDN);
  if (which == 2) mpfr_sqrt(x.value, x.value, MPFR_RNDN);
  if (mpfr_zero_p(x.value) != 0) return {};
  Decimal out;
  mpfr_exp_t exponent = 0;
  char* digits = mpfr_get_str(nullptr, &exponent, 10, kDigits, x.value, MPFR_RNDN);
  out.negative_ = digits[0] == '-';
  mpz_set_str(out.coefficient_, digits + (out.negative_ ? 1 : 0), 10);
  out.exponent_ = exponent - kDigits;
  mpfr_free_str(digits);
  return out;
}

Decimal Decimal::ln() const {
  if (kind_ == Kind::nan || (negative_ && !is_zero())) return nan();
  if (kind_ == Kind::infinite) return *this;
  if (is_zero()) return infinity().negated();
  return analytic(0);
}
Decimal Decimal::exp() const {
  if (kind_ == Kind::nan) return *this;
  if (kind_ == Kind::infinite) return negative_ ? Decimal() : *this;
  if (is_zero()) return 1;
  return analytic(1);
}
Decimal Decimal::sqrt() const {
  if (kind_ == Kind::nan || (negative_ && !is_zero())) return nan();
  if (kind_ == Kind::infinite || is_zero()) return *this;
  return analytic(2);
}

Decimal Decimal::pow(std::uint64_t exponent) const {
  if (exponent == 0 || *this == Decimal(1)) return 1;
  if (kind_ == Kind::nan) return *this;
  const int digits = kDigits + static_cast<int>(std::to_string(exponent).size()) + 2;
  Decimal out = *this;
  int bit = 63;
  while ((exponent >> bit & 1) == 0) --bit;
  for (--bit; bit >= 0; --bit) {
    out = multiplied(out, out, digits);
    if ((exponent >> bit & 1) != 0) out = multiplied(out, *this, digits);
  }
  return out.rounded(kDigits);
}

namespace {

enum class DecimalTowards { down, up, nearest };

std::int64_t decimal_integer(const mpz_t coefficient, std::int64_t exponent, bool negative, DecimalTowards towards) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (mpz_sgn(coefficient) == 0) return 0;
  if (exponent > 20) return negative ? -kMost : kMost;
  mpz_t value, rest, power;
  mpz_inits(value, rest, power, nullptr);
  mpz_set(value, coefficient);
  if (negative) mpz_neg(value, value);
  if (exponent >= 0) {
    decimal_shift_left(value, static_cast<std::uint64_t>(exponent));
  } else if (-exponent > decimal_digits(coefficient) + 1) {
    const bool up = towards == DecimalTowards::up && !negative, down = towards == DecimalTowards::down && negative;
    mpz_set_si(value, up ? 1 : down ? -1 : 0);
  } else {
    mpz_ui_pow_ui(power, 10, static_cast<unsigned long>(-exponent));
    if (towards == DecimalTowards::up) mpz_cdiv_q(value, value, power);
    if (towards == DecimalTowards::down) mpz_fdiv_q(value, value, power);
    if (towards == DecimalTowards::nearest) {
      mpz_tdiv_qr(value, rest, value, power);
      mpz_mul_2exp(rest, rest, 1);
      if (mpz_cmpabs(rest, power) >= 0) negative ? mpz_sub_ui(value, value, 1) : mpz_add_ui(value, value, 1);
    }
  }
  const std::int64_t out = mpz_fits_slong_p(value) != 0 ? mpz_get_si(value) : negative ? -kMost : kMost;
  mpz_clears(value, rest, power, nullptr);
  return out;
}

}  // namespace

std::int64_t Decimal::ceil() const {
  if (kind_ != Kind::finite) return negative_ ? -std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::max();
  return decimal_integer(coefficient_, exponent_, negative_, DecimalTowards::up);
}
std::int64_t Decimal::floor() const {
  if (kind_ != Kind::finite) return negative_ ? -std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::max();
  return decimal_integer(coefficient_, exponent_, negative_, DecimalTowards::down);
}
std::int64_t Decimal::round_half_up() const {
  if (kind_ != Kind::finite) return negative_ ? -std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::max();
  return decimal_integer(coefficient_, exponent_, negative_, DecimalTowards::nearest);
}

}  // namespace entente::measures::p3_elections::risk
