// Colorado's risk of a ballot-level comparison audit: the Kaplan–Markov bound of Stark's "Super-simple simultaneous single-ballot
// risk-limiting audits" (EVT/WOTE 2010, section 2 and Table 3), as ColoradoRLA computes it: understatements are credited. With the diluted
// margin m = margin / cards, γ > 1, n draws and o1, o2, u1, u2 draws with over- and understatements of one and two votes,
//   risk = min(1, (1 − m/2γ)^n · (1 − 1/2γ)^−o1 · (1 − 1/γ)^−o2 · (1 + 1/2γ)^−u1 · (1 + 1/γ)^−u2),
//   size = max(⌈−2γ · (ln α + o1 ln(1 − 1/2γ) + o2 ln(1 − 1/γ) + u1 ln(1 + 1/2γ) + u2 ln(1 + 1/γ)) / m⌉, o1 + o2 + u1 + u2).
// `cards` is the whole population drawn from, never only the cards that hold the contest. Draws count, not distinct cards: a card drawn
// twice has its discrepancy twice. Every rounded result is the one of exact arithmetic: doubles decide where their error bound lets them,
// MPFR where it does not. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::measures::p3_elections::risk {

// γ and the risk limit are decimals of eight places in ColoradoRLA's tables; kept as whole numbers of 10^-8 they are exact.
inline constexpr std::uint64_t kE8 = 100'000'000;
inline constexpr std::uint64_t kCorlaGammaE8 = 103'905'000;  // 1.03905

// "0.03000000" or "1.03905" in units of 10^-8. Error: no decimal, or more than eight places that are not zeros, or 100 and more.
[[nodiscard]] Result<std::uint64_t> parse_e8(std::string_view text);

struct KaplanMarkov {
  std::uint64_t margin = 0;  // votes, the smallest between a winner and a loser
  std::uint64_t cards = 0;   // of the population drawn from
  std::uint64_t gamma_e8 = kCorlaGammaE8;
  std::uint64_t draws = 0;
  std::uint64_t over2 = 0, over1 = 0, under1 = 0, under2 = 0;
};

// The logarithm of the unbounded product lies in [low, high]; risk is exp of it, at most 1.
struct KaplanMarkovRisk {
  double low = 0, high = 0;  // natural logarithms
  double risk = 1;
};

// Errors of all: γ not above 1, no cards, margin above the cards, counts above 2^40. A margin of 0 (a tie, or nobody to beat) has risk 1.
[[nodiscard]] Result<KaplanMarkovRisk> kaplan_markov_risk(const KaplanMarkov& audit);
// Whether the exact risk is at most the limit.
[[nodiscard]] Result<bool> kaplan_markov_meets(const KaplanMarkov& audit, std::uint64_t risk_limit_e8);
// The risk in thousandths, halves up: what ColoradoRLA keeps. 28 is 2.8 %.
[[nodiscard]] Result<std::uint64_t> kaplan_markov_thousandths(const KaplanMarkov& audit);

// The number of draws after which the risk meets the limit if no more discrepancies come ("optimistic"). ColoradoRLA's 0 for a margin of
// 0. Error besides the above: a risk limit of 0 or above 1, a size above 2^53.
[[nodiscard]] Result<std::uint64_t> kaplan_markov_size(const KaplanMarkov& audit, std::uint64_t risk_limit_e8);
// ColoradoRLA's "estimated": the optimistic size grown by the share of overstatements among the draws, ⌈size·(1 + overstatements/draws)⌉,
// only where the audit has overstatements. `overstatements` is the column of that name, which its published rows leave at 0 throughout.
[[nodiscard]] std::uint64_t kaplan_markov_estimated(std::uint64_t optimistic, const KaplanMarkov& audit, std::uint64_t overstatements);

// As the official report prints: thousandths 28 is "2.8", and the diluted margin in percent with eight places, halves up ("3.78814100";
// zero is Java's "0E-8").
[[nodiscard]] std::string corla_percent(std::uint64_t thousandths);
[[nodiscard]] std::string corla_diluted_margin(std::uint64_t margin, std::uint64_t cards);

}  // namespace entente::measures::p3_elections::risk
