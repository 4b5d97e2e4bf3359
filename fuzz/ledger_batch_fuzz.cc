// The body of POST /add-batch: what is accepted is written again byte for byte.
#include <cstdint>
#include <cstdlib>

#include "ledger/batch_stream.h"
#include "ledger/format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const auto entries = entente::ledger::parse_batch(stream);
  if (!entries) {
    if (entries.error().what.empty() || entries.error().where.offset.value_or(0) > size) std::abort();
    return 0;
  }
  if (entries->empty() || entries->size() > entente::ledger::kMaxBatchEntries) std::abort();
  if (entente::ledger::write_batch_stream(*entries) != stream) std::abort();
  return 0;
}
