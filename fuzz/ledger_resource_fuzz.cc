// Paths of tiles and bundles: whatever is accepted has exactly one spelling, so it is what path() writes; and the arithmetic a server does
// on it cannot overflow.
#include <cstdint>
#include <cstdlib>

#include "ledger/format.h"
#include "ledger/resource.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using entente::ledger::Resource;
  const std::string_view path(reinterpret_cast<const char*>(data), size);
  const auto parsed = entente::ledger::parse_resource(path);
  if (!parsed) {
    if (parsed.error().what.empty() || parsed.error().where.offset.value_or(0) > size) std::abort();
    return 0;
  }
  if (parsed->path() != path) std::abort();
  if (parsed->width < 1 || parsed->width > entente::ledger::kTileWidth || parsed->level > 63) std::abort();
  if (parsed->n > UINT64_MAX / entente::ledger::kTileWidth - 1) std::abort();
  return 0;
}
