// The integrity of the pledge, principle 0, judged from the ledger: no assessment is believed about what the ledger itself shows. Rules:
// docs/index-and-scoreboard.md; the texts are the catalogue's.
#pragma once

#include <optional>
#include <vector>

#include "catalog/finding.h"
#include "registry/state.h"

namespace entente::registry {

struct IdentityFinding {
  catalog::Status status = catalog::Status::not_assessed;
  std::vector<Leaf> leaves;  // statements it rests on, in order; empty where nothing was found
};

// As of `at`: what was said later is not looked at. Nothing for controls the ledger cannot judge (P0-03, and all beyond principle 0).
[[nodiscard]] std::optional<IdentityFinding> judge_identity(const State& state, const Supporter& supporter, catalog::ControlId control,
                                                            Instant at);

}  // namespace entente::registry
