// RAIRE: assertions that together prove the winner of an instant-runoff contest, such that the hardest of them is as easy to audit as can
// be (Blom, Stuckey, Teague: "RAIRE: Risk-Limiting Audits for IRV Elections", arXiv:1903.08804). Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/irv/assertion.h"
#include "measures/p3_elections/irv/difficulty.h"

namespace entente::measures::p3_elections::irv {

struct RaireOptions {
  Difficulty difficulty;
  // The search may stop where the hardest assertion is at most so much above the least possible, in the difficulty's unit. 0: the least.
  // audit-irv-cp's "agap" is this as a share of the cards.
  double gap = 0;
  // Bounds of work: sets of standing candidates whose votes are counted, some 100 bytes each. A contest of n candidates has 2^n.
  std::uint64_t max_sets = 1'000'000;
  // Asked every few milliseconds; true ends the search with an error. May be empty.
  std::function<bool()> stop;
  // Assertions that the others make needless are taken out, hardest first.
  enum class Redundant { removed, kept };
  Redundant redundant = Redundant::removed;
};

struct RaireResult {
  enum class Outcome {
    assertions,    // they prove the winner
    wrong_winner,  // by these ballots another candidate wins: no assertions; a full hand count must decide
    tie,           // the winner depends on how a tie falls: the same
  };
  Outcome outcome = Outcome::assertions;
  CandidateSet possible_winners = 0;  // by these ballots, over all ways in which ties can fall (one of them where there are too many ways)
  std::vector<RatedAssertion> assertions;  // hardest first; none for an uncontested contest
  double max_difficulty = 0;               // of the assertions; infinity where there are none to be had
  double least_difficulty = 0;             // no set of assertions has a smaller maximum. Equal to max_difficulty where the gap is 0
  std::vector<Candidate> other_order;      // wrong winner or tie: an order of elimination these ballots allow that another candidate wins
  std::uint64_t sets = 0;                  // whose votes were counted
};

// `winner` is the reported one. Errors: a winner that is no candidate, a risk limit or γ out of range, the bounds of work reached, stopped.
[[nodiscard]] Result<RaireResult> find_assertions(const GroupedRankings& rankings, Candidate winner, const RaireOptions& options = {});

}  // namespace entente::measures::p3_elections::irv
