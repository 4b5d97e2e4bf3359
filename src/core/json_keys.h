// What simdjson leaves unchecked of a parsed document: duplicate keys and the exact depth. Private to json.cc.
#pragma once

#include <simdjson.h>
#include <cstdint>

namespace entente {

enum class TapeFault : std::uint8_t { none, duplicate_key, too_deep };

// The first fault on the tape of a document that simdjson has parsed. Time is linear in the tape, whatever the keys; memory is bounded by
// the keys of the objects open at one time.
[[nodiscard]] TapeFault check_tape(const simdjson::dom::document& document, std::uint32_t max_depth);

}  // namespace entente
