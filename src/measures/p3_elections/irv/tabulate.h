// The count of an instant-runoff contest: in each round the standing candidate with the fewest votes goes out, down to one. Stopping at a
// majority, at two candidates, or taking several out at once gives the same winner; the rounds are counted to the end here. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/irv/rankings.h"

namespace entente::measures::p3_elections::irv {

// How a tie for the last place is broken.
struct TieBreak {
  enum class Rule {
    none,             // by lot: every choice is possible
    previous_rounds,  // who had fewest in the nearest earlier round in which the tied differed; if never, as none
    drawn_order,      // `order` was drawn: of the tied, the one that stands first in it goes out
  };
  Rule rule = Rule::none;
  std::vector<Candidate> order;
};

struct IrvRound {
  CandidateSet standing = 0;
  std::vector<std::uint64_t> votes;  // by candidate; 0 where not standing
  std::uint64_t exhausted = 0;       // ballots that count for nobody, those without a valid ranking among them
  Candidate eliminated = 0;          // in the last round, of one candidate: the winner
  CandidateSet tied = 0;             // those with the fewest votes, if several; the eliminated one is among them
  bool tie_open = false;             // and the rule does not decide between them
};

struct IrvCount {
  std::vector<IrvRound> rounds;              // where a tie is open, as if its first candidate went out
  std::vector<Candidate> order;              // of elimination; the last is the winner of these rounds
  CandidateSet possible_winners = 0;         // over every way in which open ties can fall
  std::optional<Candidate> winner;           // only where there is one possible winner
  std::vector<std::vector<Candidate>> ways;  // for each possible winner one order of elimination that leads there
};

// Errors: no candidates; so many open ties that their ways cannot be followed (more than a million different sets of standing candidates);
// a drawn order that does not name every candidate once.
[[nodiscard]] Result<IrvCount> count_irv(const GroupedRankings& rankings, const TieBreak& tie_break = {});

}  // namespace entente::measures::p3_elections::irv
