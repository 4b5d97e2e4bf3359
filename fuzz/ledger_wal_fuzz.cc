// Any bytes as a write-ahead file: read without harm, and what is given out fits the records.
#include <algorithm>
#include <cstdlib>

#include "ledger/wal.h"

using namespace entente;

namespace {

// One file in memory, under every name.
class MemoryFile final : public ledger::File {
 public:
  explicit MemoryFile(Bytes& bytes) : bytes_(bytes) {}
  Result<std::uint64_t> size() const override { return bytes_.size(); }
  Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    if (offset > bytes_.size() || out.size() > bytes_.size() - offset) return fail("the file ends too early");
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return {};
  }
  Result<void> write(std::uint64_t offset, ByteView bytes) override {
    bytes_.resize(std::max<std::size_t>(bytes_.size(), static_cast<std::size_t>(offset) + bytes.size()));
    std::ranges::copy(bytes, bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
    return {};
  }
  Result<void> sync() override { return {}; }
  Result<void> truncate(std::uint64_t size) override {
    bytes_.resize(static_cast<std::size_t>(size));
    return {};
  }
  void forget_cached(std::uint64_t) override {}

 private:
  Bytes& bytes_;
};

class MemoryIo final : public ledger::Io {
 public:
  explicit MemoryIo(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
  Result<std::unique_ptr<ledger::File>> open(std::string_view, ledger::OpenMode) override { return std::make_unique<MemoryFile>(bytes_); }
  Result<bool> exists(std::string_view) override { return true; }
  Result<void> rename(std::string_view, std::string_view) override { return {}; }
  Result<void> remove(std::string_view) override { return {}; }
  Result<void> sync_folder() override { return {}; }
  Result<void> make_empty_folder() override { return {}; }
  Result<std::unique_ptr<ledger::WriterLock>> try_lock(std::string_view) override { return nullptr; }
  std::string display(std::string_view name) const override { return std::string(name); }

 private:
  Bytes bytes_;
};

void walk(const ledger::Wal& wal) {
  std::uint64_t last = 0;
  (void)wal.replay({}, [&](const ledger::Commit& before, const ledger::Commit& after, ByteView bytes) -> Result<bool> {
    if (before.size != last || after.size <= before.size || after.segment_bytes - before.segment_bytes != bytes.size()) std::abort();
    last = after.size;
    return true;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  MemoryIo io(ByteView(data, size));
  auto wal = ledger::Wal::open(io, "log.example/wal+00000000+AQ==", ledger::OpenMode::write);
  if (!wal) std::abort();
  walk(*wal);
  (void)wal->mend();
  walk(*wal);
  return 0;
}
