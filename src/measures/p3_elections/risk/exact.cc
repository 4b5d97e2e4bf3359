// ln p = Σ times·ln(numerator/denominator). A quotient near 1 goes through log1p of the exact difference, so that the error of each term is
// a few units of its own last place; the bound adds them up generously (8 units each, and one for every addition).
#include "measures/p3_elections/risk/exact.h"

#include <gmp.h>
#include <mpfr.h>
#include <cmath>
#include <limits>

namespace entente::measures::p3_elections::risk {
namespace {

constexpr double kExactUnit = 0x1p-53;
constexpr double kExactMostBits = 2e8;  // of the integers compared at last
constexpr mpfr_prec_t kExactPrecisions[] = {128, 512, 2048};

struct ExactSum {  // of logarithms, with a bound of its error
  double value = 0, error = 0;
  void add(const Factor& f) {
    const auto n = static_cast<double>(f.numerator), d = static_cast<double>(f.denominator);
    const double difference = static_cast<double>(f.numerator - f.denominator);  // numbers below 2^63: each conversion errs by one unit
    const double log = std::fabs(difference) < d / 2 ? std::log1p(difference / d) : std::log(n / d);
    const double term = static_cast<double>(f.times) * log;
    value += term;
    error += std::fabs(term) * 8 * kExactUnit + static_cast<double>(f.times) * 8 * kExactUnit * std::min(1.0, std::fabs(log)) +
             std::fabs(value) * kExactUnit;
  }
};

double exact_log(const Rational& r) { return std::log(static_cast<double>(r.numerator)) - std::log(static_cast<double>(r.denominator)); }

struct ExactInterval {  // [low, high] of Σ logs
  mpfr_t low, high, term;
  explicit ExactInterval(mpfr_prec_t bits) {
    mpfr_inits2(bits, low, high, term, nullptr);
    mpfr_set_zero(low, 1);
    mpfr_set_zero(high, 1);
  }
  ~ExactInterval() { mpfr_clears(low, high, term, nullptr); }
  ExactInterval(const ExactInterval&) = delete;
  ExactInterval& operator=(const ExactInterval&) = delete;

  void add_log(std::int64_t n, std::uint64_t times, bool minus) {
    mpfr_set_si(term, n, MPFR_RNDN);  // exact: 128 bits or more
    for (const bool up : {false, true}) {
      mpfr_t log;
      mpfr_init2(log, mpfr_get_prec(low));
      mpfr_log(log, term, up != minus ? MPFR_RNDU : MPFR_RNDD);
      mpfr_mul_ui(log, log, times, up != minus ? MPFR_RNDU : MPFR_RNDD);
      mpfr_t& to = up ? high : low;
      if (minus)
        mpfr_sub(to, to, log, up ? MPFR_RNDU : MPFR_RNDD);
      else
        mpfr_add(to, to, log, up ? MPFR_RNDU : MPFR_RNDD);
      mpfr_clear(log);
    }
  }
  void add(std::span<const Factor> factors) {
    for (const Factor& f : factors)
      if (f.numerator != f.denominator) add_log(f.numerator, f.times, false), add_log(f.denominator, f.times, true);
  }
};

std::string exact_text(const mpfr_t log, mpfr_rnd_t direction) {
  mpfr_t value;
  mpfr_init2(value, mpfr_get_prec(log));
  mpfr_exp(value, log, direction);
  char text[64];
  mpfr_snprintf(text, sizeof text, direction == MPFR_RNDD ? "%.17RDe" : "%.17RUe", value);
  mpfr_clear(value);
  return text;
}

// Π numerator^times · limit's denominator against Π denominator^times · limit's numerator.
std::optional<int> exact_integers(std::span<const Factor> factors, const Rational& limit) {
  double bits = 0;
  for (const Factor& f : factors)
    if (f.numerator != f.denominator)
      bits += static_cast<double>(f.times) * std::log2(static_cast<double>(std::max(f.numerator, f.denominator)));
  if (bits > kExactMostBits) return std::nullopt;
  mpz_t left, right, power;
  mpz_inits(left, right, power, nullptr);
  mpz_set_si(left, limit.denominator);
  mpz_set_si(right, limit.numerator);
  for (const Factor& f : factors) {
    if (f.numerator == f.denominator) continue;
    mpz_ui_pow_ui(power, static_cast<unsigned long>(f.numerator), f.times);
    mpz_mul(left, left, power);
    mpz_ui_pow_ui(power, static_cast<unsigned long>(f.denominator), f.times);
    mpz_mul(right, right, power);
  }
  const int order = mpz_cmp(left, right);
  mpz_clears(left, right, power, nullptr);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

// order of the product against the limit, all parts positive.
int exact_order(std::span<const Factor> factors, const Rational& limit, Decided& by) {
  ExactSum sum;
  for (const Factor& f : factors) sum.add(f);
  const double distance = sum.value - exact_log(limit), doubt = sum.error + 64 * kExactUnit * (1 + std::fabs(exact_log(limit)));
  if (std::fabs(distance) > doubt) {
    by = Decided::doubles;
    return distance < 0 ? -1 : 1;
  }
  by = Decided::intervals;
  for (const mpfr_prec_t bits : kExactPrecisions) {
    ExactInterval interval(bits);
    interval.add(factors);
    interval.add_log(limit.numerator, 1, true);
    interval.add_log(limit.denominator, 1, false);
    if (mpfr_sgn(interval.high) < 0) return -1;
    if (mpfr_sgn(interval.low) > 0) return 1;
  }
  const auto order = exact_integers(factors, limit);
  by = order ? Decided::integers : Decided::not_decided;
  return order.value_or(1);
}

bool exact_stops(StopRule rule, int order, bool zero) { return rule == StopRule::below_and_positive ? order < 0 && !zero : order <= 0; }

// A product of two numbers, or nothing where it does not fit.
std::optional<std::int64_t> exact_product(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  if (__builtin_mul_overflow(a, b, &out)) return std::nullopt;
  return out;
}

}  // namespace

std::string_view to_string(Decided by) {
  switch (by) {
    case Decided::doubles: return "doubles";
    case Decided::decimals: return "decimals";
    case Decided::intervals: return "intervals";
    case Decided::integers: return "integers";
    case Decided::not_decided: break;
  }
  return "not decided";
}

Result<Rational> parse_limit(std::string_view text) {
  Rational out{0, 1};
  bool point = false, digit = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9' || out.denominator >= 100'000'000'000'000'000 || out.numerator >= 100'000'000'000'000'000)
      return fail("\"" + std::string(text.substr(0, 40)) + "\" is no risk limit", {}, "write it like 0.05");
    digit = true;
    out.numerator = out.numerator * 10 + (c - '0');
    if (point) out.denominator *= 10;
  }
  if (!digit || out.numerator <= 0 || out.numerator >= out.denominator)
    return fail("\"" + std::string(text.substr(0, 40)) + "\" is no risk limit between 0 and 1", {}, "write it like 0.05");
  return out;
}

Result<std::vector<Factor>> kaplan_markov_factors(std::int64_t margin, std::int64_t ballots, const ComparedDraws& d,
                                                  Understatements understatements) {
  // 2γ = 20781/10000. Without discrepancy 1 − V/(2γN); an overstatement of one vote divides by 1 − 1/2γ, of two by 1 − 1/γ.
  constexpr std::int64_t kGamma = 20781, kScale = 10000;
  if (ballots <= 0 || margin < 0 || margin > 2 * ballots)
    return fail("a margin of " + std::to_string(margin) + " votes in " + std::to_string(ballots) + " ballots");
  if (d.drawn < 0 || d.over1 < 0 || d.over2 < 0 || d.under1 < 0 || d.under2 < 0) return fail("a negative number of discrepancies");
  const auto all = exact_product(kGamma, ballots), lost = exact_product(kScale, margin);
  if (!all || !lost) return fail("more ballots than can be counted exactly");
  std::vector<Factor> out{{*all - *lost, *all, static_cast<std::uint64_t>(d.drawn)},
                          {kGamma, kGamma - kScale, static_cast<std::uint64_t>(d.over1)},
                          {kGamma, kGamma - 2 * kScale, static_cast<std::uint64_t>(d.over2)}};
  if (understatements == Understatements::credited) {
    out.push_back({kGamma, kGamma + kScale, static_cast<std::uint64_t>(d.under1)});
    out.push_back({kGamma, kGamma + 2 * kScale, static_cast<std::uint64_t>(d.under2)});
  }
  return out;
}

Result<std::vector<Factor>> bravo_factors(std::int64_t winner, std::int64_t loser, std::uint64_t winner_sampled,
                                          std::uint64_t loser_sampled) {
  constexpr std::int64_t kMost = std::int64_t{1} << 60;
  if (winner <= 0 || loser < 0 || winner > kMost || loser > winner)
    return fail("a pair needs a winner with votes and a loser with no more");
  return std::vector<Factor>{{winner + loser, 2 * winner, winner_sampled}, {winner + loser, 2 * loser, loser_sampled}};
}

Result<Factor> kaplan_wald_factor(const Rational& x, const Rational& t, const Rational& g) {
  if (x.numerator < 0 || t.numerator <= 0 || g.numerator < 0 || g.numerator >= g.denominator)
    return fail("Kaplan–Wald needs x ≥ 0, t > 0 and 0 ≤ g < 1");
  // 1/((1−g)x/t + g) = gd·xd·tn / ((gd−gn)·xn·td + gn·xd·tn)
  const auto xt = exact_product(x.denominator, t.numerator), tx = exact_product(x.numerator, t.denominator);
  if (!xt || !tx) return fail("numbers too large for an exact factor");
  const auto top = exact_product(g.denominator, *xt), a = exact_product(g.denominator - g.numerator, *tx),
             b = exact_product(g.numerator, *xt);
  std::int64_t bottom = 0;
  if (!top || !a || !b || __builtin_add_overflow(*a, *b, &bottom)) return fail("numbers too large for an exact factor");
  return Factor{*top, bottom, 1};
}

Certificate decide(std::span<const Factor> all, const Rational& limit, StopRule rule) {
  Certificate out;
  out.limit = std::to_string(limit.numerator) + "/" + std::to_string(limit.denominator);
  out.rule = rule;
  std::vector<Factor> factors;
  bool zero = false, stuck = false;
  for (const Factor& f : all) {
    if (f.times == 0) continue;
    if (f.denominator <= 0)
      stuck = true;
    else if (f.numerator <= 0)
      zero = true;
    else
      factors.push_back(f);
  }
  if (stuck || zero) {  // a martingale at 0 stays there; an infinite one rejects
    out.lower = out.upper = stuck ? "1" : "0";
    out.order = stuck ? 1 : -1;
    out.by = Decided::integers;
    out.stops = exact_stops(rule, out.order, zero && !stuck);
    return out;
  }
  ExactInterval interval(128);
  interval.add(factors);
  out.lower = exact_text(interval.low, MPFR_RNDD);
  out.upper = exact_text(interval.high, MPFR_RNDU);
  out.order = exact_order(factors, limit, out.by);
  out.stops = out.by != Decided::not_decided && exact_stops(rule, out.order, false);
  return out;
}

Certificate decide(const Decimal& p, std::uint64_t operations, const Rational& limit, StopRule rule) {
  Certificate out;
  out.limit = std::to_string(limit.numerator) + "/" + std::to_string(limit.denominator);
  out.rule = rule;
  if (p.is_infinite() || p.is_nan() || p.is_negative()) {
    out.lower = out.upper = "1";
    out.by = Decided::decimals;
    return out;
  }
  // Twice the sum of the errors, and a unit for the bounds' own rounding.
  const Decimal doubt = p * Decimal(static_cast<std::int64_t>(operations + 2)) * Decimal::parse("1E-27").value();
  const Decimal low = p - doubt, high = p + doubt, edge = Decimal(limit.numerator) / Decimal(limit.denominator);
  const Decimal edge_doubt = edge * Decimal::parse("1E-27").value();
  out.lower = low.str(), out.upper = high.str();
  out.order = high < edge - edge_doubt ? -1 : 1;
  const bool decided = out.order < 0 || low > edge + edge_doubt;
  out.by = decided ? Decided::decimals : Decided::not_decided;
  out.stops = decided && exact_stops(rule, out.order, p.is_zero());
  return out;
}

std::optional<std::size_t> first_stop(std::span<const Factor> factors, const Rational& limit, StopRule rule) {
  const double target = exact_log(limit);
  ExactSum sum;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const Factor& f = factors[i];
    if (f.times == 0) continue;
    if (f.denominator <= 0) return std::nullopt;
    if (f.numerator <= 0) return rule == StopRule::at_or_below ? std::optional(i + 1) : std::nullopt;
    sum.add(f);
    const double doubt = sum.error + 64 * kExactUnit * (1 + std::fabs(target)), distance = sum.value - target;
    if (distance > doubt) continue;
    if (distance < -doubt || decide(factors.first(i + 1), limit, rule).stops) return i + 1;
  }
  return std::nullopt;
}

Json to_json(const Certificate& c) {
  Json out = Json::object();
  out["limit"] = c.limit;
  if (c.margin != 0) out["margin"] = c.margin;
  if (c.ballots != 0) out["ballots"] = c.ballots;
  if (c.draws != 0) out["draws"] = c.draws;
  out["lower"] = c.lower;
  out["upper"] = c.upper;
  out["order"] = c.order;
  out["rule"] = c.rule == StopRule::at_or_below ? "p <= limit" : "0 < p < limit";
  out["stops"] = c.stops;
  out["decided_by"] = std::string(to_string(c.by));
  return out;
}

}  // namespace entente::measures::p3_elections::risk
