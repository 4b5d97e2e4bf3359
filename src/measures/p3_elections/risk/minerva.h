// Minerva and Athena: ballot-polling tests that decide at the end of a round (Zagórski, McClearn, Morin, McBurnett, Vora, "Minerva – An
// Efficient Risk-Limiting Ballot Polling Audit", USENIX Security 2021, and "The Athena Class of Risk-Limiting Ballot Polling Audits",
// arXiv:2008.02315), and BRAVO read at the end of a round, which they call "arlo". Exact: the distribution of the winner's votes among the
// ballots of a pair is convolved round by round, under the reported share and under a tie, and cut where the audit would have stopped.
//
// Such a p-value is not valid at any time: it counts only at rounds whose sizes were fixed before the sample was seen, or drawn with fresh
// randomness (arlo issue 1812). Ballots for neither of the two are passed over. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "measures/p3_elections/risk/bravo.h"
#include "measures/p3_elections/risk/contest.h"

namespace entente::measures::p3_elections::risk {

// With A(k) and N(k) the probabilities of k votes for the winner as reported and in a tie, ΣA and ΣN their upper tails from k: the audit
// stops at the smallest k with  minerva: ΣN ≤ limit·ΣA;  athena: besides N ≤ delta·A;  bravo: N ≤ limit·A.
enum class RoundTest { minerva, athena, bravo };

struct RoundRule {
  RoundTest test = RoundTest::minerva;
  double limit = 0.1;
  double delta = 1;  // of Athena
};

// Probabilities of `first`, `first` + 1, … votes for the winner; what is below 1e-300 is left out.
struct VoteDistribution {
  std::int64_t first = 0;
  std::vector<double> mass{1.0};
  [[nodiscard]] double at(std::int64_t k) const;
  [[nodiscard]] double tail(std::int64_t k) const;  // from k upwards
  [[nodiscard]] static VoteDistribution binomial(std::int64_t n, double share);
  [[nodiscard]] VoteDistribution after(const VoteDistribution& draws) const;  // convolved
  void cut(std::int64_t k);                                                   // forget k and more
};

// The rounds of one pair.
class PairRounds {
 public:
  struct Round {
    std::int64_t size = 0;                  // ballots for either of the two so far
    std::optional<std::int64_t> kmin = {};  // votes for the winner that stop; nullopt: none does
    double stop_probability = 0, risk = 0;  // of this round, as reported and in a tie
  };
  // `share`: the winner's reported part of the pair's votes, ½ < share < 1.
  PairRounds(RoundRule rule, double share);
  [[nodiscard]] double share() const { return share_; }

  // `size` must grow. What stops in an earlier round is cut off before.
  const Round& add(std::int64_t size);
  [[nodiscard]] std::span<const Round> rounds() const { return rounds_; }
  // ΣN/ΣA at k votes for the winner in the last round: the p-value; may exceed 1.
  [[nodiscard]] double p_value(std::int64_t k) const;

  // Of a round of `size` after those added.
  [[nodiscard]] std::optional<std::int64_t> next_kmin(std::int64_t size) const;
  // That it stops, given `observed` votes for the winner so far (first round: 0).
  [[nodiscard]] double next_stop_probability(std::int64_t size, std::int64_t observed) const;
  // The size of the next round (ballots of the pair, all rounds) to stop with `probability`, by the search of Zagórski's athena package:
  // bisection, though the probability is not monotone, and the normal approximation for margins below 1.5 %.
  [[nodiscard]] std::int64_t next_size(double probability, std::int64_t observed) const;

 private:
  void convolve(std::int64_t size, VoteDistribution& reported, VoteDistribution& tie) const;
  [[nodiscard]] std::optional<std::int64_t> first_kmin(std::int64_t size) const;

  RoundRule rule_;
  double share_;
  std::vector<Round> rounds_;
  VoteDistribution reported_, tie_;            // after the last round, cut
  VoteDistribution last_reported_, last_tie_;  // before the cut
};

// The smallest size of a first round that stops with `probability`, and the smallest from which on all do (up to `most`).
struct FirstRoundSizes {
  std::int64_t smallest = 0, from_then_on = 0;
};
[[nodiscard]] FirstRoundSizes first_round_sizes(const RoundRule& rule, double share, double probability, std::int64_t most);
// kmin and stopping probability of a first round, without tables.
[[nodiscard]] PairRounds::Round first_round(const RoundRule& rule, double share, std::int64_t size);

struct PolledRound {
  std::int64_t ballots = 0;          // drawn in this round
  std::vector<std::uint64_t> votes;  // found in this round, by choice
};

struct RoundRisk {
  double p = 1;            // the largest over the pairs not confirmed in an earlier round; may exceed 1
  bool confirmed = false;  // all pairs are
};
// Errors: more votes than ballots in a round, a round after the audit was over, no pair, a pair without a margin.
[[nodiscard]] Result<RoundRisk> minerva_risk(const RoundRule& rule, const Contest& contest, std::span<const PolledRound> rounds);
// Sizes Arlo offers before the first round (70, 80, 90 %), scaled to all ballots: -1 where nobody lost, all ballots for a tie, 4 where
// losers have no votes.
[[nodiscard]] std::vector<SampleSize> minerva_first_sizes(const RoundRule& rule, const Contest& contest);
// The next round's size for pair rounds so far, scaled; the largest over the pairs not confirmed yet.
[[nodiscard]] Result<std::int64_t> minerva_next_size(const RoundRule& rule, const Contest& contest, std::span<const PolledRound> rounds,
                                                     double probability);
// Arlo's fixed schedule: the first size times 1.5 to the power of rounds + 1, rounded down.
[[nodiscard]] std::int64_t arlo_minerva_round(std::int64_t first, int rounds);

}  // namespace entente::measures::p3_elections::risk
