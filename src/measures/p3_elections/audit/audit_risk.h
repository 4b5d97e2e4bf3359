// The risk of every contest after the draws made: each assertion's p-value draw by draw, the largest of them being the contest's, and
// whether it meets the limit. Every test here may be looked at after each draw (Ville's inequality), so the smallest p-value so far counts.
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "measures/p3_elections/audit/assertions.h"
#include "measures/p3_elections/audit/sample.h"
#include "measures/p3_elections/review/review.h"

namespace entente::measures::p3_elections::audit {

// γ of Kaplan–Markov and the bet 2/γ of the betting test: a card that overstates by two votes costs a factor of 1/(1 - 1/γ) = 26.6.
inline constexpr double kGamma = 1.03905;

// What was read from the paper: of cards the patterns by contest, of batches the votes. A unit that was not found has found = false.
struct Interpretations {
  std::unordered_map<Unit, std::size_t> row;  // by unit
  CardVotes cards;                            // card comparison and polling
  BatchVotes batches;                         // batch comparison
};

struct AssertionRisk {
  double log_risk = 0;                // natural logarithm of the smallest p-value so far, at most 0
  std::uint64_t best_draw = 0;        // the draw that gave it; 0: none did better than 1
  bool met = false;                   // at most the risk limit, beyond doubt of rounding
  std::optional<std::uint64_t> more;  // draws that would be needed besides if they bring no error; absent: more than there are
};

enum class Decision { confirmed, another_round, full_count };
[[nodiscard]] std::string_view to_string(Decision decision);

struct ContestRisk {
  std::vector<AssertionRisk> assertions;
  std::vector<review::RiskStep> path;  // after each draw the contest's risk
  double risk = 1;                     // the largest of the assertions'
  double log_risk = 0;
  Decision decision = Decision::another_round;
  std::uint64_t more = 0;                                      // of another round: draws it should have, an estimate
  std::uint64_t over2 = 0, over1 = 0, under1 = 0, under2 = 0;  // comparison: draws by their worst discrepancy over the assertions
  std::vector<std::string> notes;                              // by draw: "matches", "the record says …, the paper …"
  Json certificate = Json::object();                           // what decides the comparison with the limit
};

// Errors: a draw without an interpretation.
[[nodiscard]] Result<std::vector<ContestRisk>> measure_contests(const AuditInputs& inputs, const std::vector<Unit>& draws,
                                                                const Interpretations& interpretations);
// Before any draw: how many draws each contest should need if no error turns up; absent where only a full count will do.
[[nodiscard]] Result<std::vector<std::optional<std::uint64_t>>> estimate_draws(const AuditInputs& inputs);

}  // namespace entente::measures::p3_elections::audit
