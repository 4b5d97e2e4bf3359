// How hard an assertion is to audit: an estimate of the sample needed where no error is found. Pure, thread-safe.
#pragma once

#include <cstdint>

#include "measures/p3_elections/irv/rankings.h"

namespace entente::measures::p3_elections::irv {

struct Difficulty {
  enum class Measure {
    // Cards of a ballot-level comparison by Kaplan–Markov: ⌈ρ / (margin / cards)⌉ with ρ = −ln(α) / (1/2γ + λ ln(1 − 1/2γ)) (Stark,
    // "Super-Simple Simultaneous Single-Ballot Risk-Limiting Audits", 2010). The "Expected Polls" of audit-irv-cp.
    comparison_cards,
    // −ln(α) · 2γ / (margin / cards), not rounded: raire-rs' "MACRO".
    comparison_estimate,
    one_over_margin,          // cards / margin: raire-rs' "OneOnMargin"
    one_over_margin_squared,  // its square
    // The average sample number of BRAVO ballot polling (Lindeman, Stark, Yates 2012): (½ ln 2s − ln α) · cards / (w ln 2s + l ln(2 − 2s)),
    // s = w/(w+l).
    polling_bravo,
  };
  Measure measure = Measure::comparison_cards;
  double risk_limit = 0.05;  // α, between 0 and 1
  double gamma = 1.1;        // γ, the error inflation factor, ≥ 1
  double lambda = 0;         // λ, the tolerated share of errors, 0 ≤ λ < 1
  std::uint64_t cards = 0;   // of the universe sampled from; 0: the ballots of the contest

  // Whether it depends on the margin alone (and falls as that grows); BRAVO's depends on both tallies.
  [[nodiscard]] bool of_margin() const { return measure != Measure::polling_bravo; }
};

// The "Expected Polls" audit-irv-cp printed for its published examples: α 0.05, γ 1.1, λ 0.01.
[[nodiscard]] inline Difficulty irv_audit_difficulty() { return {.lambda = 0.01}; }

// A Difficulty made ready for many calls.
class Rating {
 public:
  // `universe`: the cards where the difficulty does not say.
  Rating(const Difficulty& difficulty, std::uint64_t universe);
  // Infinity where the winner does not have more votes.
  [[nodiscard]] double of(std::uint64_t winner_votes, std::uint64_t loser_votes) const;

 private:
  Difficulty::Measure measure_;
  double cards_, log_limit_, factor_;
};

}  // namespace entente::measures::p3_elections::irv
