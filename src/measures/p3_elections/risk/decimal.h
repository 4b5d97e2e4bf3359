// Decimal numbers of 28 significant digits, rounded half to even: the arithmetic of the General Decimal Arithmetic specification (Cowlishaw
// 1.70) in the context Python's decimal module starts with. Arlo computes its risks in it, so whoever re-checks an Arlo audit to the last
// printed digit has to as well. Constructors keep every digit; only operations round. Immutable values; no shared state.
#pragma once

#include <gmp.h>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace entente::measures::p3_elections::risk {

class Decimal {
 public:
  static constexpr int kDigits = 28;

  Decimal() { mpz_init(coefficient_); }
  Decimal(std::int64_t value);  // NOLINT(google-explicit-constructor): numbers mix with decimals
  Decimal(int value) : Decimal(static_cast<std::int64_t>(value)) {}
  Decimal(const Decimal& other);
  Decimal(Decimal&& other) noexcept;
  Decimal& operator=(const Decimal& other);
  Decimal& operator=(Decimal&& other) noexcept;
  ~Decimal() { mpz_clear(coefficient_); }

  // Every bit of the double: 0.1 is 0.1000000000000000055511151231257827021181583404541015625. Not a number, infinities: as such.
  [[nodiscard]] static Decimal from_double(double value);
  // "0.1", "-3", "1.5E-7", "Infinity"; nullopt for anything else.
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);
  [[nodiscard]] static Decimal infinity();
  [[nodiscard]] static Decimal nan();

  [[nodiscard]] bool is_infinite() const { return kind_ == Kind::infinite; }
  [[nodiscard]] bool is_nan() const { return kind_ == Kind::nan; }
  [[nodiscard]] bool is_zero() const { return kind_ == Kind::finite && mpz_sgn(coefficient_) == 0; }
  [[nodiscard]] bool is_negative() const { return negative_; }
  // As the specification's to-scientific-string, trailing zeros kept: "21.000", "1.2E-7".
  [[nodiscard]] std::string str() const;
  // The nearest double.
  [[nodiscard]] double to_double() const;

  // Numeric order; unordered if either is not a number.
  friend std::partial_ordering operator<=>(const Decimal& a, const Decimal& b);
  friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }

  friend Decimal operator+(const Decimal& a, const Decimal& b);
  friend Decimal operator-(const Decimal& a, const Decimal& b);
  friend Decimal operator*(const Decimal& a, const Decimal& b);
  // Division by zero gives an infinity (0/0: not a number) where Python raises: callers ask before.
  friend Decimal operator/(const Decimal& a, const Decimal& b);
  [[nodiscard]] Decimal negated() const;
  Decimal& operator+=(const Decimal& b) { return *this = *this + b; }
  Decimal& operator*=(const Decimal& b) { return *this = *this * b; }

  // Correctly rounded. ln of zero is minus infinity, of a negative number not a number.
  [[nodiscard]] Decimal ln() const;
  [[nodiscard]] Decimal exp() const;
  [[nodiscard]] Decimal sqrt() const;
  // Binary powering with a few digits more, then rounded: digit for digit what libmpdec does.
  [[nodiscard]] Decimal pow(std::uint64_t exponent) const;
  // The integer part rounded up (towards +infinity), down or to nearest with halves away from zero; saturated to int64.
  [[nodiscard]] std::int64_t ceil() const;
  [[nodiscard]] std::int64_t floor() const;
  [[nodiscard]] std::int64_t round_half_up() const;

 private:
  enum class Kind : std::uint8_t { finite, infinite, nan };
  Decimal& rounded(int digits);
  [[nodiscard]] static Decimal multiplied(const Decimal& a, const Decimal& b, int digits);
  [[nodiscard]] Decimal analytic(int which) const;

  mpz_t coefficient_;  // magnitude
  std::int64_t exponent_ = 0;
  bool negative_ = false;
  Kind kind_ = Kind::finite;
};

}  // namespace entente::measures::p3_elections::risk
