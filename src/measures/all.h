// The table of engines.
#pragma once

#include <span>

#include "measures/measure.h"

namespace entente::measures {

[[nodiscard]] std::span<const Measure* const> all();

}  // namespace entente::measures
