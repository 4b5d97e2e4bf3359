// The engine "supply" (P6 lifecycle and supply chain; and P1-03, which needs the same join): judges controls P6-01, P6-02 and P1-03
// from SBOMs, advisories and the KEV catalogue. docs/supply.md says what is read and how each status is reached.
#pragma once

#include "measures/measure.h"

namespace entente::measures::p6_supply {

[[nodiscard]] const Measure& supply_measure();

}  // namespace entente::measures::p6_supply
