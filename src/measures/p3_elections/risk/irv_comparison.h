// Ballot comparison of IRV contests by RAIRE assertions (Blom, Stuckey, Teague, "RAIRE: Risk-limiting audits for IRV elections", 2019, §3),
// as Arlo evaluates them: what an assertion counts on a ranked ballot, and the discrepancy of a card. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "measures/p3_elections/risk/supersimple.h"

namespace entente::measures::p3_elections::risk {

// Ranks by candidate, 1 first, 0 not ranked.
using Ranks = std::vector<int>;

// not_eliminated_before ("winner only"): first ranks of the winner against every ballot that prefers the loser to the winner.
// not_eliminated_next: both count where they come first once `eliminated` are struck out.
struct IrvAssertion {
  enum class Kind { not_eliminated_before, not_eliminated_next };
  Kind kind = Kind::not_eliminated_before;
  std::uint32_t winner = 0, loser = 0;
  std::vector<bool> eliminated = {};  // by candidate

  [[nodiscard]] int winner_vote(std::span<const int> ranks) const;
  [[nodiscard]] int loser_vote(std::span<const int> ranks) const;
};

// Two candidates of one rank: that rank and all below it are struck out; then ranks are closed up to 1, 2, 3, …
[[nodiscard]] Ranks normalised(std::span<const int> ranks);

// Σ winner votes − Σ loser votes, of the ballots as recorded (not normalised).
[[nodiscard]] std::int64_t irv_margin(const IrvAssertion& assertion, std::span<const Ranks> ballots);

// nullopt for a missing record or paper: an overstatement of two.
[[nodiscard]] std::optional<Discrepancy> irv_discrepancy(const IrvAssertion& assertion, const std::optional<Ranks>& reported,
                                                         const std::optional<Ranks>& audited, std::int64_t margin);

}  // namespace entente::measures::p3_elections::risk
