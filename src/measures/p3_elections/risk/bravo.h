// BRAVO, the ballot-polling test of Lindeman, Stark and Yates ("BRAVO: Ballot-polling Risk-limiting Audits to Verify Outcomes", EVT/WOTE
// 2012): Wald's sequential ratio of the reported share against one half, for each winner over each loser. As Arlo applies it, at the end of
// a round (EoR: only the sum so far counts), in its decimals. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measures/p3_elections/risk/contest.h"
#include "measures/p3_elections/risk/decimal.h"

namespace entente::measures::p3_elections::risk {

// T for one pair: (s/½)^(votes for the winner) · ((1−s)/½)^(votes for the loser), s the winner's share of the pair.
[[nodiscard]] Decimal bravo_statistic(double pair_share, std::uint64_t winner_votes, std::uint64_t loser_votes);

// ln T after `winner_votes` and `loser_votes` were drawn WITHOUT replacement from a contest of two, reported `winner` to `loser`, against a
// tie: Σ ln((winner − i) / (half − i)) + Σ ln((loser − j) / (half − j)).
[[nodiscard]] double bravo_log_ratio_without_replacement(std::int64_t winner, std::int64_t loser, std::int64_t winner_votes,
                                                         std::int64_t loser_votes);
// ln T with replacement, in doubles.
[[nodiscard]] double bravo_log_ratio_with_replacement(double pair_share, std::int64_t winner_votes, std::int64_t loser_votes);
// The votes for the winner among n ballots of the pair that stop a ballot-by-ballot BRAVO: the smallest k with T ≥ 1/limit.
[[nodiscard]] std::int64_t bravo_kmin(double limit, double pair_share, std::int64_t n);

struct PairRisk {
  Pair pair;
  double risk = 1;  // min(1/T, 1)
};
struct PollingRisk {
  std::vector<PairRisk> pairs;  // empty if nobody lost
  bool confirmed = false;       // every 1/T ≤ limit
  bool full_count = false;      // as many votes as ballots
  [[nodiscard]] double risk() const;
};
// `sample`: votes by choice, all rounds together. A sample of as many votes as there are ballots is a full hand count: risk 0.
[[nodiscard]] PollingRisk bravo_risk(const Decimal& limit, const Contest& contest, std::span<const std::uint64_t> sample);

struct SampleSize {
  std::string kind;  // "asn", "0.7", "0.8", "0.9", "all-ballots"
  std::int64_t size = 0;
  std::optional<double> probability = {};  // of confirming with it, if the report is right
};

// Wald's approximation of the expected number of ballots, the largest over the pairs with a loser that got votes. The probability (two
// decimals) only where there is one winner. Errors: a tie, no losers, the audit is over.
[[nodiscard]] Result<SampleSize> bravo_expected_size(const Decimal& limit, const Contest& contest, std::span<const std::uint64_t> sample);
// Probability that `size` ballots confirm, by the normal approximation, rounded to two decimals.
[[nodiscard]] double bravo_probability(const Decimal& limit, const Decimal& winner, const Decimal& loser, std::uint64_t sample_winner,
                                       std::uint64_t sample_loser, std::int64_t size);
// Ballots for one round to confirm with the given probability (Lindeman's quadratic, then a search by exact binomial quantiles), never
// searched beyond `ballots`. `winner` and `loser` are proportions of the ballots.
[[nodiscard]] std::int64_t bravo_quantile_size(const Decimal& limit, const Decimal& winner, const Decimal& loser,
                                               std::uint64_t sample_winner, std::uint64_t sample_loser, double probability,
                                               std::int64_t ballots);
// What Arlo offers: the expected size and the 70, 80 and 90 % quantiles; all ballots for a tie, for a limit of 0, and where a quarter of
// more than 100,000 ballots would be needed. `sampled`: ballots drawn already. Errors: all ballots drawn, no losers, the audit is over.
[[nodiscard]] Result<std::vector<SampleSize>> bravo_sample_sizes(const Decimal& limit, const Contest& contest,
                                                                 std::span<const std::uint64_t> sample, std::int64_t sampled);

}  // namespace entente::measures::p3_elections::risk
