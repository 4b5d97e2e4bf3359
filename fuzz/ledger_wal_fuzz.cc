// Any bytes as a write-ahead file: read without harm, and what is given out fits the records.
#include <cstdlib>

#include "ledger/fault_io.h"
#include "ledger/wal.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ledger::SimulatedDisk disk(1);
  const auto io = disk.mount();
  {
    const auto file = io->open(ledger::kWalFile, ledger::OpenMode::create);
    if (!file || !(*file)->write(0, ByteView(data, size))) std::abort();
  }
  auto wal = ledger::Wal::open(*io, "log.example/wal+00000000+AQ==", ledger::OpenMode::write);
  if (!wal) std::abort();
  const auto walk = [&] {
    std::uint64_t last = 0;
    (void)wal->replay({}, [&](const ledger::Commit& before, const ledger::Commit& after, ByteView bytes) -> Result<bool> {
      if (before.size != last || after.size <= before.size || after.segment_bytes - before.segment_bytes != bytes.size()) std::abort();
      last = after.size;
      return true;
    });
  };
  walk();
  (void)wal->mend();
  walk();
  return 0;
}
