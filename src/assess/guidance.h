// For a control that was not assessed: what would assess it. A command where there is one, else the evidence the catalogue asks for,
// and plainly that no engine measures it yet.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "catalog/control.h"
#include "evidence/bundle.h"

namespace entente::assess {

struct EngineFor {
  std::string_view name;                             // empty: no engine measures the control
  std::span<const std::string_view> evidence_kinds;  // what it reads
  // Of what the control needs, the groups of which the bundle holds nothing; one kind of each is missing. Empty if the engine does not say.
  std::vector<std::span<const std::string_view>> missing;
};

// The engine of measures::all() that can measure the control.
[[nodiscard]] EngineFor engine_for(catalog::ControlId control, const evidence::Bundle& bundle);

[[nodiscard]] bool has_engine(catalog::ControlId control);

[[nodiscard]] catalog::Text why_not_assessed(const catalog::Control& control, const EngineFor& engine);
[[nodiscard]] catalog::Text how_to_assess(const catalog::Control& control, const EngineFor& engine);

}  // namespace entente::assess
