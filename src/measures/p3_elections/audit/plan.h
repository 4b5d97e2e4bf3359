// The plan of an audit: what election, which contests with what was reported, how sure one wants to be, by which test, from which files. It
// is written before anything is drawn and never changes afterwards: audit.json in the audit's folder, one spelling a plan. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "measures/p3_elections/risk/assertions.h"

namespace entente::measures::p3_elections::audit {

inline constexpr std::uint64_t kMaxPlanBytes = std::uint64_t{4} << 20;
inline constexpr std::size_t kMaxPlanContests = 2'000;
inline constexpr std::size_t kMaxPlanChoices = 1'000;

enum class Method {
  card_comparison,   // each card drawn is compared with its own vote record
  ballot_polling,    // cards drawn are read; there are no vote records, or they are not used
  batch_comparison,  // whole batches drawn are counted by hand and compared with their tallies
};
enum class Test {
  betting,        // without replacement; card comparison of every kind of contest: a bet of 2/γ on the overstatement assorter
  kaplan_markov,  // with replacement; card comparison of contests counted in whole votes, as Colorado audits
  alpha,          // without replacement; ballot polling
  bravo,          // with replacement; ballot polling
  macro,          // with replacement, in proportion to the error a batch could hide; batch comparison
};
// All of them may be looked at after every draw and in rounds of any size: one seed serves every round.
// How the draws follow from the seed; a test needs one of them (docs/elections-audit.md).
enum class Sampler {
  cryptorandom,    // every card has a ticket, SHA-256 of the seed, a comma and a zero byte for each card before it; smallest tickets first
  colorado,        // draw k is SHA-256("seed,k") modulo the number of cards, plus 1
  colorado_error,  // the same over units of error bound: a batch has as many as its bound says
};

// Whether a spreadsheet would take a cell with this text for a formula. Names of contests and choices never begin so: they stand in lists
// that people open, fill in and give back.
[[nodiscard]] constexpr bool begins_formula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@\t\r\n").find(text[0]) != std::string_view::npos;
}

[[nodiscard]] std::string_view to_string(Method method);
[[nodiscard]] std::string_view to_string(Test test);
[[nodiscard]] std::string_view to_string(Sampler sampler);
[[nodiscard]] std::string_view to_string(risk::ChoiceFunction function);
[[nodiscard]] constexpr Sampler sampler_of(Test test) {
  switch (test) {
    case Test::betting:
    case Test::alpha: return Sampler::cryptorandom;
    case Test::macro: return Sampler::colorado_error;
    default: return Sampler::colorado;
  }
}

struct PlanContest {
  risk::AssertedContest contest;   // name, kind, choices, seats, …
  risk::ReportedOutcome reported;  // indexes of the choices that won; the tally by choice

  [[nodiscard]] bool ranked() const {
    return contest.function == risk::ChoiceFunction::irv || contest.function == risk::ChoiceFunction::borda;
  }
  // Whether so many marks are too many, so that none counts.
  [[nodiscard]] bool voided(std::size_t marks) const {
    switch (contest.function) {
      case risk::ChoiceFunction::plurality:
      case risk::ChoiceFunction::runoff:
      case risk::ChoiceFunction::supermajority:
      case risk::ChoiceFunction::threshold: return marks > contest.votes_allowed;
      default: return false;
    }
  }
  [[nodiscard]] bool scored() const {
    return contest.function == risk::ChoiceFunction::score || contest.function == risk::ChoiceFunction::star;
  }
};

struct AuditPlan {
  std::string election;
  std::string risk_limit;  // a decimal between 0 and 1, as written: "0.05"
  Method method = Method::card_comparison;
  Test test = Test::betting;
  std::vector<std::string> manifests;  // paths in the audit's folder; their order is part of the draw
  std::vector<std::string> records;    // vote records (card comparison) or batch tallies (batch comparison); none for polling
  std::vector<PlanContest> contests;

  [[nodiscard]] double limit() const;
  [[nodiscard]] std::uint64_t limit_e8() const;  // in units of 10^-8, exactly
};

// Strict: no unknown member, nothing missing, every name once, choices that a CSV cell can hold (no '|', ';', control character, blank at
// an end, or '[', '=', '+', '-' or '@' in front), winners among the choices, a test that fits the method and every contest. Errors name the
// place.
[[nodiscard]] Result<AuditPlan> parse_plan(std::string_view text, const std::string& name);
// The one spelling: parse_plan(json_pretty(to_json(plan))) is the plan.
[[nodiscard]] Json to_json(const AuditPlan& plan);

}  // namespace entente::measures::p3_elections::audit
