// Contests and the assertions that together imply their outcome: each says that the mean of an assorter (assorter.h) over all cards is
// above 1/2. Sources by kind: Stark (2020), "Sets of half-average nulls", section 2 (plurality, approval, supermajority, scores and Borda,
// STAR); Blom, Stuckey and Teague (2019) and Stark (2020), section 2.6 (IRV: "winner only", NEB, and "IRV elimination", NEN); Blom et al.
// (2021), "Assertion-based approaches to auditing complex elections", section 4 (highest averages, thresholds). Plain data; functions are
// pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/risk/dhondt.h"

namespace entente::measures::p3_elections::risk {

enum class ChoiceFunction {
  plurality,         // the `seats` choices with the most votes win
  approval,          // the same with as many marks as one likes
  supermajority,     // the winner has at least `share` of the valid votes; no winner: nobody has
  score,             // points 0 … max_score a choice; most points win
  borda,             // ranks; the first of n choices gets n-1 points, the last 0
  star,              // points; the two with the most are finalists, the one more voters gave more points wins
  irv,               // assertions are given, or made by irv/
  highest_averages,  // lists win seats by divisors, over a threshold
  threshold,         // every list with at least `share` passes
  runoff,            // over half of the valid votes wins; else the two first go on
};

struct AssertedContest {
  std::string name;
  ChoiceFunction function = ChoiceFunction::plurality;
  std::vector<std::string> choices;
  std::uint32_t seats = 1;
  std::uint32_t votes_allowed = 1;  // more marks void the vote (plurality, supermajority, lists)
  double share = 0.5;               // supermajority, threshold; highest averages: 0 for none
  double max_score = 5;             // score, star
  Divisors divisors = Divisors::dhondt;
};

// What was reported. Indexes in AssertedContest::choices.
struct ReportedOutcome {
  std::vector<std::uint32_t>
      winners;  // of supermajority: one or none; of threshold: all that passed; of a runoff: one, or the two that go on
  std::vector<std::uint32_t> finalists;   // star: the two, the winner among them
  std::vector<std::uint64_t> tally;       // by choice: highest averages
  std::vector<std::uint32_t> list_seats;  // by choice: highest averages
};

enum class AssorterKind {
  pairwise,         // winner's vote 1, loser's 0, else 1/2
  above_share,      // of a valid vote: for the winner 1/(2·share), for another 0; else 1/2. u = 1/(2·share)
  below_share,      // of a valid vote: for the loser 0, for another 1/(2·(1-share)); else 1/2
  score,            // (points of winner - points of loser + max)/(2·max)
  borda,            // the same with points from ranks
  more_points,      // 1 where the winner has more points than the loser, 0 where fewer, else 1/2
  winner_only,      // IRV NEB: 1 where the winner is first, 0 where the loser is ranked and the winner is not above it, else 1/2
  irv_elimination,  // IRV NEN: 1 (0) where the winner (loser) is the first of those not eliminated, else 1/2
  averages,         // 1/2 + c/d_w for the winner's list, 1/2 - c/d_l for the loser's, c = d_l/2. u = (1 + d_l/d_w)/2
};

struct Assertion {
  AssorterKind kind = AssorterKind::pairwise;
  std::string name;                       // "15 v 16 elim 17 45": SHANGRLA's
  std::uint32_t winner = 0, loser = 0;    // above_share has no loser, below_share no winner
  std::vector<std::uint32_t> eliminated;  // irv_elimination
  std::uint32_t choices = 0;              // of the contest: marks of others are not votes
  std::uint32_t votes_allowed = 0;        // 0: any number of marks is valid
  double share = 0.5;
  double max_score = 1;
  double winner_divisor = 1, loser_divisor = 1;
  double upper = 1;  // u_A: the assorter's largest value; the smallest is 0
};

// The assertions that imply the outcome. IRV is not among them: its come from a file or from irv/. Errors: an outcome that does not fit the
// contest, a share outside (0, 1).
[[nodiscard]] Result<std::vector<Assertion>> assertions_for(const AssertedContest& contest, const ReportedOutcome& outcome);

[[nodiscard]] Assertion winner_only(const AssertedContest& contest, std::uint32_t winner, std::uint32_t loser);
[[nodiscard]] Assertion irv_elimination(const AssertedContest& contest, std::uint32_t winner, std::uint32_t loser,
                                        std::vector<std::uint32_t> eliminated);
[[nodiscard]] Assertion above_share(const AssertedContest& contest, std::uint32_t choice, double share);
[[nodiscard]] Assertion below_share(const AssertedContest& contest, std::uint32_t choice, double share);

}  // namespace entente::measures::p3_elections::risk
