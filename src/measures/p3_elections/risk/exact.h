// Decides at the stopping edge. Risks of Kaplan–Markov, Kaplan–Wald and BRAVO are products of rational factors; whether such a product is
// below, at or above a limit is decided by sums of logarithms in doubles with a bound of their error where that is safe, else by MPFR
// intervals of growing precision, at last by integers, which alone can tell a tie. What was decided, and how, is a certificate that
// findings carry: anyone can check it with a pocket calculator of enough digits. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "measures/p3_elections/risk/contest.h"
#include "measures/p3_elections/risk/decimal.h"

namespace entente::measures::p3_elections::risk {

struct Rational {
  std::int64_t numerator = 0, denominator = 1;  // denominator > 0
  bool operator==(const Rational&) const = default;
};
// "0.05", "5e-2" is not read; at most 18 digits. Error: no such number, or not between 0 and 1.
[[nodiscard]] Result<Rational> parse_limit(std::string_view text);

// (numerator / denominator)^times of a p-value; both ≥ 0. A denominator of 0 means that the test martingale fell to 0: p is 1 for ever.
struct Factor {
  std::int64_t numerator = 1, denominator = 1;
  std::uint64_t times = 1;
};

enum class Understatements { credited, ignored };  // Colorado credits them, Arlo does not

// Kaplan–Markov with error inflator γ = 1.03905 (Stark 2010; Colorado's rule 25): the margin in votes, the ballots it is diluted by, the
// cards drawn and their discrepancies. Error: numbers too large, no ballots, a negative margin.
struct ComparedDraws {
  std::int64_t drawn = 0, over1 = 0, over2 = 0, under1 = 0, under2 = 0;
};
[[nodiscard]] Result<std::vector<Factor>> kaplan_markov_factors(std::int64_t margin, std::int64_t ballots, const ComparedDraws& draws,
                                                                Understatements understatements);
// BRAVO, one pair: reported votes and votes in the sample.
[[nodiscard]] Result<std::vector<Factor>> bravo_factors(std::int64_t winner, std::int64_t loser, std::uint64_t winner_sampled,
                                                        std::uint64_t loser_sampled);
// Kaplan–Wald with replacement, one draw: 1 / ((1−g)·x/t + g), x the assorter's value, t the mean under the null, 0 ≤ g < 1.
[[nodiscard]] Result<Factor> kaplan_wald_factor(const Rational& x, const Rational& t, const Rational& g);

enum class Decided { doubles, decimals, intervals, integers, not_decided };
[[nodiscard]] std::string_view to_string(Decided by);

struct Certificate {
  std::string limit;         // as a fraction: "1/20"
  std::string lower, upper;  // of p, decimal, rounded outwards; "0", "1" and "inf" stand for themselves
  std::int64_t margin = 0;   // votes; 0 where it does not apply
  std::int64_t ballots = 0;
  std::uint64_t draws = 0;
  int order = 1;  // −1: p < limit, 0: equal, 1: above
  StopRule rule = StopRule::at_or_below;
  bool stops = false;
  Decided by = Decided::not_decided;
};
// Keys: limit, lower, upper, order, rule, stops, decided_by; margin, ballots, draws where not 0.
[[nodiscard]] Json to_json(const Certificate& certificate);

// p is the product of all factors, 1 if a denominator is 0. Not decided (and not stopped) only where the integers would need more than
// some hundred million bits.
[[nodiscard]] Certificate decide(std::span<const Factor> factors, const Rational& limit, StopRule rule);
// Of a p-value that `operations` rounded operations of 28 digits made (batch and ballot comparison as Arlo has them): each errs by at most
// half a unit of its 28th digit. Not decided, and not stopped, where the limit lies within that. An infinite p is 1.
[[nodiscard]] Certificate decide(const Decimal& p, std::uint64_t operations, const Rational& limit, StopRule rule);
// The first number of factors, in the order drawn, after which the product stops: sequential tests look after each draw. nullopt: none.
[[nodiscard]] std::optional<std::size_t> first_stop(std::span<const Factor> factors, const Rational& limit, StopRule rule);

}  // namespace entente::measures::p3_elections::risk
