// The paths of tlog-tiles resources (https://c2sp.org/tlog-tiles), parsed: what tile_path() and bundle_path() write, and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::ledger {

struct Resource {
  enum class Kind { tile, entries };
  Kind kind = Kind::tile;
  unsigned level = 0;    // of a tile: 0 … 63
  std::uint64_t n = 0;   // below 2^55, so that 256·n and its end fit
  unsigned width = 256;  // 1 … 255 for a partial one, 256 for a full one

  bool operator==(const Resource&) const = default;
  [[nodiscard]] std::string path() const;
};

// Of "tile/<L>/<N>[.p/<W>]" or "tile/entries/<N>[.p/<W>]", without a leading '/'. Strict: every resource has one spelling, so that caches
// hold it once. The error carries the offset.
[[nodiscard]] Result<Resource> parse_resource(std::string_view path);

}  // namespace entente::ledger
