// The JSON reader on arbitrary bytes: never crashes, and simdjson plus our walk accept exactly what the reference scanner accepts. What is
// accepted survives writing and reading again.
#include <cstdlib>

#include "core/json.h"
#include "core/json_scan.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = JsonDocument::parse(text, "fuzz", {.max_bytes = 1 << 20, .max_depth = 32});
  const auto fault = scan_json(text, 32);
  if (document.has_value() == fault.has_value()) std::abort();
  if (!document) return 0;
  const std::string once = json_compact(to_json(document->root()));
  const auto again = JsonDocument::parse(once, "again", {.max_bytes = 8 << 20, .max_depth = 32});
  if (!again || json_compact(to_json(again->root())) != once) std::abort();
  return 0;
}
