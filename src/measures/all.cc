// The table of engines, in the order of the principles.
#include "measures/all.h"

#include <array>

#include "measures/p3_elections/measure_elections.h"
#include "measures/p6_supply/measure_supply.h"

namespace entente::measures {

std::span<const Measure* const> all() {
  static const std::array<const Measure*, 2> table{&p3_elections::elections_measure(), &p6_supply::supply_measure()};
  return table;
}

}  // namespace entente::measures
