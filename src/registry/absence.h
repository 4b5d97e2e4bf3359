// Countries whose organisations support the Call while the state does not. A fact of the register, without blame: nothing is said of why.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "registry/counters.h"

namespace entente::registry {

struct AbsentState {
  std::string country;                              // ISO 3166-1 alpha-3
  std::uint32_t supporters = 0;                     // of a known category: the sum of `categories`
  std::map<std::string, std::uint32_t> categories;  // none of them "state"
  std::uint32_t unknown_category = 0;               // records that might be anything, a state too: shown, not counted
};

struct Absence {
  std::vector<AbsentState> countries;      // by code; each with at least one supporter of a known category
  std::uint32_t supporters = 0;            // in them
  std::uint32_t countries_with_state = 0;  // countries whose state supports
  std::uint32_t undecided = 0;             // countries of which only records without a category are known: in neither list
  std::uint32_t without_country = 0;       // supporters whose country is not known or who have none: in neither list
};

[[nodiscard]] Absence absence(const Counters& counters);
[[nodiscard]] Json absence_json(const Absence& absence);

}  // namespace entente::registry
