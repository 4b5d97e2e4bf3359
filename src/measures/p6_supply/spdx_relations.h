// SPDX's relationship types and how each is read as an edge of the graph (not for others).
#pragma once

#include <cstdint>
#include <string_view>

#include "measures/p6_supply/sbom.h"

namespace entente::measures::p6_supply {

enum class Direction : std::uint8_t { forward, backward };  // backward: the related element depends on, or contains, the first
struct SpdxRelation {
  std::string_view name;
  RelationKind kind = RelationKind::other;
  Direction direction = Direction::forward;
};

// nullptr: no relationship type of SPDX 2.3.
[[nodiscard]] const SpdxRelation* find_spdx_relation(std::string_view name);

}  // namespace entente::measures::p6_supply
