// The table of controls this engine judges (not for others): which kinds of evidence each needs, which it reads besides, and who writes
// its finding. A new control is a file with its judge and a line in finding_rules.cc.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "measures/p6_supply/findings.h"

namespace entente::measures::p6_supply {

// What a judge is given; all of it outlives the call.
struct FindingContext {
  const Profile& profile;
  const Bundle& bundle;
  const Inputs& inputs;  // SBOMs, advisories, KEV and VEX, read and joined once for all
  Instant at;
};

struct FindingRule {
  using Kinds = std::span<const std::string_view>;
  ControlId control;
  std::vector<Kinds> needs;  // one kind of each group must lie in the bundle, else there is no finding
  Kinds reads;               // other kinds it takes into account
  Finding (*judge)(const FindingContext&) = nullptr;
  // What the finding rests on: actions of the Paris Call's working group 6 ("A4", several with a space between), and the standard with
  // its section. Every row has both; a test looks.
  std::string_view wg6{};
  std::string_view standard{};
  std::string_view command{};  // Measure::command(), where there is one for this control
};

// Puts "working_group_6_actions" ([{"id","title"}]) and "standard" into the finding's detail.
void name_basis(Finding& finding, const FindingRule& rule);
// The action's title in the report of working group 6 (November 2021), without its examples; empty if there is no such action.
[[nodiscard]] std::string_view wg6_title(std::string_view action);

// The judges of finding_*.cc that need more than the joined inputs. The caller has seen to it that the evidence they need is there.
[[nodiscard]] Finding licences_finding(const FindingContext& context);       // P4-07
[[nodiscard]] Finding provenance_finding(const FindingContext& context);     // P6-03
[[nodiscard]] Finding lifecycle_finding(const FindingContext& context);      // P6-06
[[nodiscard]] Finding updates_finding(const FindingContext& context);        // P6-07
[[nodiscard]] Finding safe_defaults_finding(const FindingContext& context);  // P6-08

// By control, ascending.
[[nodiscard]] std::span<const FindingRule> finding_rules();

// Evidence of any of the kinds, by path.
[[nodiscard]] std::vector<const evidence::Evidence*> evidence_of_kinds(const Bundle& bundle, FindingRule::Kinds kinds);
[[nodiscard]] inline std::vector<const evidence::Evidence*> evidence_of_kind(const Bundle& bundle, std::string_view kind) {
  return evidence_of_kinds(bundle, {&kind, 1});
}

}  // namespace entente::measures::p6_supply
