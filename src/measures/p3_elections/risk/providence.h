// Providence (called Minerva 2 in R2B2), the ballot-polling test of Broadrick, Vora and Zagórski ("Providence: a Flexible Round-by-Round
// Risk-Limiting Audit", USENIX Security 2023, arXiv:2210.08717): a round's size may depend on what was seen, but not on its own seed. The
// p-value of a round is the likelihood ratio of all earlier rounds times the ratio of tails of this one. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "measures/p3_elections/risk/minerva.h"

namespace entente::measures::p3_elections::risk {

// Of one pair: k_before votes for the winner in n_before ballots of earlier rounds, k in n with this one.
[[nodiscard]] double providence_p(double share, std::int64_t k_before, std::int64_t n_before, std::int64_t k, std::int64_t n);

struct ProvidenceRisk {
  double risk = 1;  // the smallest over the rounds of the largest over the pairs
  bool confirmed = false;
};
// Errors: a limit not between 0 and 1, no pair.
[[nodiscard]] Result<ProvidenceRisk> providence_risk(double limit, const Contest& contest, std::span<const PolledRound> rounds);

// Ballots of the next round, all rounds together, to stop with 70, 80 and 90 %. The search is R2B2's: decades, then bisection, though the
// probability is not monotone; and as there, a pair's next draw is counted from all ballots drawn so far, also those for others.
[[nodiscard]] Result<std::vector<SampleSize>> providence_sizes(double limit, const Contest& contest, std::span<const PolledRound> rounds);

}  // namespace entente::measures::p3_elections::risk
