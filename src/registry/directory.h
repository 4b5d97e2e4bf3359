// The directory: one short row a supporter, for lists and search inside a reader's own program. Its members say what search knows
// (search.h), in the same order: by name. Not in it: applications nobody has decided on. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "registry/search.h"
#include "registry/state.h"

namespace entente::registry {

// Names of a row's values, in order (docs/api.md, Directory).
inline constexpr std::array<std::string_view, 12> kDirectoryColumns{"id",  "name",     "category",   "country", "nature",  "status",
                                                                    "day", "day_kind", "principles", "tiers",   "changed", "aliases"};

// {"ledger":{"size","time"},"columns":[…],"rows":[[…],…]} as compact JSON. `search` is of this state; what it does not hold yet is left
// out.
[[nodiscard]] std::string directory_json(const State& state, const SearchIndex& search);

}  // namespace entente::registry
