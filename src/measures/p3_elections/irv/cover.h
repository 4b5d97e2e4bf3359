// Whether assertions prove an outcome: they do if every order of elimination that ends with another winner contradicts one of them. Checked
// without regard to who made them or how, and against the ballots if these are at hand. Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/irv/assertion.h"

namespace entente::measures::p3_elections::irv {

struct Cover {
  bool complete = false;
  // Not complete: an order (first to go out first, the last is the winner) that no assertion contradicts.
  std::vector<Candidate> counter_example;
  // Complete, and yet no order at all is left, not even one with the reported winner: the assertions contradict one another.
  bool contradictory = false;
  std::uint64_t sets = 0;  // of standing candidates looked at: the size of the proof
};

struct CoverLimits {
  std::uint64_t max_sets = 10'000'000;  // up to 32 bytes each
};

// Errors: a candidate out of range, an assertion with winner = loser or whose `continuing` lacks one of them, more sets than the limit.
[[nodiscard]] Result<Cover> check_cover(unsigned candidates, Candidate winner, std::span<const Assertion> assertions,
                                        CoverLimits limits = {});

// The votes of both sides of an assertion, ballot group by ballot group as its definition says.
struct AssertionVotes {
  std::uint64_t winner = 0;
  std::uint64_t loser = 0;
};
[[nodiscard]] AssertionVotes assertion_votes(const GroupedRankings& rankings, const Assertion& assertion);
// The assorter's two questions for one ballot: 1 if it is a vote for the winner's side, −1 for the loser's, 0 else.
[[nodiscard]] int assertion_vote(std::span<const Candidate> ranking, const Assertion& assertion);

// "NEN 3 over 5 of {2, 3, 5}"; with names if there are any.
[[nodiscard]] std::string describe(const Assertion& assertion, std::span<const std::string> names);

}  // namespace entente::measures::p3_elections::irv
