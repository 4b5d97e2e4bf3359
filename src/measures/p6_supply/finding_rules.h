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
};

// By control, ascending.
[[nodiscard]] std::span<const FindingRule> finding_rules();

// Evidence of any of the kinds, by path.
[[nodiscard]] std::vector<const evidence::Evidence*> evidence_of_kinds(const Bundle& bundle, FindingRule::Kinds kinds);

}  // namespace entente::measures::p6_supply
