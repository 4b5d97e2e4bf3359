// SUITE, the stratified audit of Ottoboni, Stark, Lindeman and McBurnett ("Risk-Limiting Audits by Stratified Union-Intersection Tests of
// Elections", E-Vote-ID 2018, arXiv:1809.04235): one stratum by ballot polling (no records), one by ballot comparison. Fisher's combination
// of the two p-values is maximised over λ, the part of the margin the error in the comparison stratum eats (§3, and CORLA18's notebooks,
// whose grid Arlo uses). Pure; thread-safe.
//
// Only for strata of which neither was counted in full. Where one was, Arlo raises an error that carries a number made with the risk limit
// in the place of the margin; that number is not reproduced here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "measures/p3_elections/risk/contest.h"

namespace entente::measures::p3_elections::risk {

// Ballots without records.
struct PollingStratum {
  std::int64_t ballots = 0;
  std::vector<std::int64_t> votes;   // reported, by choice
  std::vector<std::int64_t> sample;  // votes in the sample, by choice, all rounds
  std::int64_t sampled = 0;          // ballots in the sample
};

struct Misstatements {
  std::int64_t over1 = 0, over2 = 0, under1 = 0, under2 = 0;
};
struct ComparisonStratum {
  std::int64_t ballots = 0;
  std::vector<std::int64_t> votes;
  std::vector<Misstatements> misstatements;  // by pair, in the order of Contest::pairs()
  std::int64_t sampled = 0;
};

// p of "the margin in this stratum is at most what λ leaves": the tri-hypergeometric likelihood ratio, maximised over the nuisance
// parameter (how many voted for the winner); without replacement.
[[nodiscard]] double polling_stratum_p(const PollingStratum& stratum, const Pair& pair, std::int64_t margin, double lambda);
// Kaplan–Markov with error inflator, as in supersimple.h, for an overstatement of λ times the margin.
[[nodiscard]] double comparison_stratum_p(const ComparisonStratum& stratum, const Misstatements& seen, std::int64_t margin, double lambda);

// The largest combined p over λ; a grid that is refined until its modulus of continuity shows that the truth lies on the same side of the
// limit. Where it is above the limit the search stops: the value is then a lower bound. `step` is the first grid's.
// Error: the strata's margins do not add up to the contest's.
[[nodiscard]] Result<double> fisher_maximum(double limit, const Contest& contest, const PollingStratum& polling,
                                            const ComparisonStratum& comparison, const Pair& pair, const Misstatements& seen,
                                            double step = 0.05);

struct HybridRisk {
  double risk = 1;
  bool confirmed = false;
};
// Error: a stratum was counted in full.
[[nodiscard]] Result<HybridRisk> hybrid_risk(double limit, const Contest& contest, const PollingStratum& polling,
                                             const ComparisonStratum& comparison);

struct HybridSize {
  std::int64_t polling = 0, comparison = 0;
  bool operator==(const HybridSize&) const = default;
};
// Total sizes, in proportion to the strata, that confirm if what was seen so far goes on. Error: a stratum would have to be counted in
// full.
[[nodiscard]] Result<HybridSize> hybrid_sample_size(double limit, const Contest& contest, const PollingStratum& polling,
                                                    const ComparisonStratum& comparison);

// The index of a pair in Contest::pairs().
[[nodiscard]] std::size_t pair_index(const Contest& contest, const Pair& pair);

}  // namespace entente::measures::p3_elections::risk
