// Assertions about an instant-runoff contest (Blom, Stuckey, Teague: "RAIRE: Risk-Limiting Audits for IRV Elections", arXiv:1903.08804):
// what an audit checks instead of the outcome. Plain data shared by those who make assertions, read them and check them.
#pragma once

#include <cstdint>

#include "measures/p3_elections/irv/rankings.h"

namespace entente::measures::p3_elections::irv {

enum class AssertionKind : std::uint8_t {
  // NEB, "winner only": the first ranks of `winner` alone are more than all ballots on which `loser` stands and `winner` not before; so
  // `winner` cannot go out while `loser` stands, whoever else does.
  not_eliminated_before,
  // NEN, "IRV elimination": where exactly `continuing` stand, `winner` has more votes than `loser`; so `winner` is not the next to go out.
  not_eliminated_next,
};

struct Assertion {
  AssertionKind kind = AssertionKind::not_eliminated_before;
  Candidate winner = 0;
  Candidate loser = 0;
  CandidateSet continuing = 0;  // of NEN, with winner and loser; 0 of NEB
  bool operator==(const Assertion&) const = default;
};

struct RatedAssertion {
  Assertion assertion;
  std::uint64_t winner_votes = 0;
  std::uint64_t loser_votes = 0;
  double difficulty = 0;  // as the Difficulty says

  [[nodiscard]] std::int64_t margin() const { return static_cast<std::int64_t>(winner_votes) - static_cast<std::int64_t>(loser_votes); }
};

}  // namespace entente::measures::p3_elections::irv
