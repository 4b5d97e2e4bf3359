// The formulas of the header, in double; whole numbers of votes up to 10^12 are exact in it.
#include "measures/p3_elections/irv/difficulty.h"

#include <cmath>
#include <limits>

namespace entente::measures::p3_elections::irv {

using Measure = Difficulty::Measure;

Rating::Rating(const Difficulty& difficulty, std::uint64_t universe)
    : measure_(difficulty.measure),
      cards_(static_cast<double>(difficulty.cards != 0 ? difficulty.cards : universe)),
      log_limit_(-std::log(difficulty.risk_limit)),
      factor_(1) {
  if (measure_ == Measure::comparison_cards) {
    const double odd = 1.0 / (2.0 * difficulty.gamma);
    factor_ = log_limit_ / (odd + difficulty.lambda * std::log(1.0 - odd));
  } else if (measure_ == Measure::comparison_estimate) {
    factor_ = 2.0 * difficulty.gamma * cards_;
  }
}

double Rating::of(std::uint64_t winner_votes, std::uint64_t loser_votes) const {
  if (winner_votes <= loser_votes) return std::numeric_limits<double>::infinity();
  const auto votes = static_cast<double>(winner_votes - loser_votes);
  switch (measure_) {
    case Measure::comparison_cards: return std::ceil(factor_ / (votes / cards_));
    case Measure::comparison_estimate: return log_limit_ * (factor_ / votes);
    case Measure::one_over_margin: return cards_ / votes;
    case Measure::one_over_margin_squared: return cards_ / votes * (cards_ / votes);
    case Measure::polling_bravo: {
      const auto w = static_cast<double>(winner_votes);
      const auto l = static_cast<double>(loser_votes);
      const double twice = 2.0 * (w / (w + l));
      const double log_twice = std::log(twice);
      const double losing = loser_votes == 0 ? 0.0 : l * std::log(2.0 - twice);
      return (0.5 * log_twice + log_limit_) / ((w * log_twice + losing) / cards_);
    }
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace entente::measures::p3_elections::irv
