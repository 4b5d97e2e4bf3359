// The CSV reader on arbitrary bytes: never crashes; what it accepts has a record for each row it read, in ascending order of lines, each
// with the whole row kept where its length was wrong.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "registry/import_readers.h"

using namespace entente::registry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = read_csv({reinterpret_cast<const char*>(data), size}, "fuzz.csv");
  if (!source) {
    if (source.error().what.empty()) std::abort();
    return 0;
  }
  if (source->records.empty()) std::abort();
  std::uint64_t line = 1;
  for (const RawRecord& record : source->records) {
    if (record.line <= line) std::abort();
    line = record.line;
    const bool wrong = std::ranges::any_of(record.defects, [](const Defect& d) { return d.code == DefectCode::row_length; });
    if (wrong != record.fields.contains("row")) std::abort();
  }
  return 0;
}
