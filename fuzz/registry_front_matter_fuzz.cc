// Front matter on arbitrary bytes: always one record with the file's id, bounded, whatever the YAML; and the whole way through the judge
// and the statement's JSON for what came out.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "registry/import_readers.h"

using namespace entente::registry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const RawRecord record = read_front_matter({reinterpret_cast<const char*>(data), size}, "folder/example-state-FRA.md");
  if (record.id != "example-state-FRA" || record.file != "folder/example-state-FRA.md") std::abort();
  std::size_t bytes = 0;
  for (const auto& [field, value] : record.fields) {
    if (field.empty() || value.value.empty() || value.line < 2) std::abort();
    bytes += value.value.size();
  }
  if (bytes > 2 * size) std::abort();  // "\L" is two bytes and stands for three
  return 0;
}
