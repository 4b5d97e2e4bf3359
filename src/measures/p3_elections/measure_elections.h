// The engine of principle 3, electoral processes: controls P3-01 to P3-07 (docs/elections.md).
#pragma once

#include "measures/measure.h"

namespace entente::measures::p3_elections {

[[nodiscard]] const Measure& elections_measure();

}  // namespace entente::measures::p3_elections
