// The simulated disk. Each file has what reading shows (the cache), what is on the disk, and the changes between the two, split into
// blocks; a sync moves all of them, a power cut or a failed sync any subset. Names work the same way, with sync_folder().
#include "ledger/fault_io.h"

#include <gtest/gtest.h>
#include <algorithm>

#include "test_support.h"

namespace entente::ledger {
namespace {
tl::unexpected<Error> simulated(std::string_view what) { return fail("simulated: " + std::string(what)); }
}  // namespace

void SimulatedDisk::apply(const Change& change, Bytes& bytes) {
  const std::uint64_t end = change.truncate ? change.offset : change.offset + change.bytes.size();
  if (change.truncate || bytes.size() < end) bytes.resize(static_cast<std::size_t>(end));
  std::ranges::copy(change.bytes, bytes.begin() + static_cast<std::ptrdiff_t>(change.truncate ? 0 : change.offset));
}

void SimulatedDisk::apply(const NameChange& change, Names& names) {
  if (!change.from.empty()) names.erase(change.from);
  if (!change.to.empty()) names[change.to] = change.inode;
}

void SimulatedDisk::change(Inode& inode, Change change) {
  apply(change, inode.cache);
  if (change.truncate) {
    inode.pending.push_back(std::move(change));
    return;
  }
  for (std::size_t i = 0; i < change.bytes.size();) {
    const std::uint64_t at = change.offset + i;
    const std::size_t n = std::min<std::size_t>(change.bytes.size() - i, block_ - static_cast<std::size_t>(at % block_));
    inode.pending.push_back(
        {.offset = at,
         .bytes = Bytes(change.bytes.begin() + static_cast<std::ptrdiff_t>(i), change.bytes.begin() + static_cast<std::ptrdiff_t>(i + n))});
    i += n;
  }
}

void SimulatedDisk::change_names(NameChange change) {
  apply(change, cached_);
  pending_names_.push_back(std::move(change));
}

void SimulatedDisk::persist_some(Inode& inode) {
  for (const Change& c : inode.pending) {
    if (keep())
      apply(c, inode.disk);
    else if (!c.truncate)
      inode.lost.emplace_back(c.offset, c.bytes.size());
  }
  inode.pending.clear();
}

void SimulatedDisk::persist_some_names() {
  for (const NameChange& c : pending_names_)
    if (keep()) apply(c, durable_);
  pending_names_.clear();
}

void SimulatedDisk::power_cut() {
  keep_quarters_ = static_cast<unsigned>(rng_() % 5);  // from "nothing survives" to "everything survives"
  persist_some_names();
  for (const auto& inode : inodes_) {
    persist_some(*inode);
    inode->cache = inode->disk;
    inode->lost.clear();
  }
  cached_ = durable_;
  locked_.clear();
  off_ = false;
  fault_at_ = 0;
}

void SimulatedDisk::plan(Fault fault, std::uint64_t n) {
  fault_ = fault;
  fault_at_ = operations_ + n;
}

std::optional<Fault> SimulatedDisk::strike() {
  if (++operations_ != fault_at_) return std::nullopt;
  keep_quarters_ = static_cast<unsigned>(rng_() % 5);
  if (fault_ == Fault::power_cut) off_ = true;
  return fault_;
}

std::vector<std::string> SimulatedDisk::names() const {
  std::vector<std::string> out;
  for (const auto& [name, inode] : cached_) out.push_back(name);
  return out;
}

Bytes& SimulatedDisk::content(const std::string& name) { return cached_.at(name)->cache; }

void SimulatedDisk::set_content(const std::string& name, Bytes bytes) {
  auto inode = std::make_shared<Inode>();
  inode->cache = inode->disk = std::move(bytes);
  inodes_.push_back(inode);
  cached_[name] = durable_[name] = inode;
}

void SimulatedDisk::erase(const std::string& name) {
  cached_.erase(name);
  durable_.erase(name);
}

class SimulatedFile final : public File {
 public:
  SimulatedFile(SimulatedDisk& disk, std::shared_ptr<SimulatedDisk::Inode> inode, std::string name)
      : disk_(disk), inode_(std::move(inode)), name_(std::move(name)) {}

  Result<std::uint64_t> size() const override {
    const std::scoped_lock guard(disk_.mutex_);
    if (disk_.off_) return simulated("power is off");
    return inode_->cache.size();
  }
  Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    const std::scoped_lock guard(disk_.mutex_);
    if (disk_.off_) return simulated("power is off");
    if (offset + out.size() > inode_->cache.size()) return fail("the file ends too early", {.file = name_, .offset = inode_->cache.size()});
    std::copy_n(inode_->cache.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return {};
  }
  Result<void> write(std::uint64_t offset, ByteView bytes) override {
    const std::scoped_lock guard(disk_.mutex_);
    if (disk_.off_) return simulated("power is off");
    if (name_ == "checkpoint.tmp") disk_.signed_.emplace_back(as_text(bytes));
    const auto fault = disk_.strike();
    std::size_t n = bytes.size();
    if (fault == Fault::io_error) n = static_cast<std::size_t>(disk_.rng_() % (n + 1));
    if (fault == Fault::no_space) n = 0;
    if (fault == Fault::short_write) n /= 2;
    if (n > 0) disk_.change(*inode_, {.offset = offset, .bytes = Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n))});
    if (fault) return simulated("write fails");
    return {};
  }
  Result<void> sync() override {
    const std::scoped_lock guard(disk_.mutex_);
    if (disk_.off_) return simulated("power is off");
    const auto fault = disk_.strike();
    if (fault == Fault::io_error) disk_.persist_some(*inode_);
    if (fault == Fault::io_error || fault == Fault::power_cut) return simulated("sync fails");
    for (const auto& c : inode_->pending) SimulatedDisk::apply(c, inode_->disk);
    inode_->pending.clear();
    return {};
  }
  Result<void> truncate(std::uint64_t size) override {
    const std::scoped_lock guard(disk_.mutex_);
    if (disk_.off_) return simulated("power is off");
    const auto fault = disk_.strike();
    if (fault == Fault::io_error) return simulated("truncate fails");
    disk_.change(*inode_, {.truncate = true, .offset = size});
    if (fault == Fault::power_cut) return simulated("power is off");
    return {};
  }
  // What a failed sync forgot is read from the disk again, where it was not written since.
  void forget_cached(std::uint64_t offset) override {
    const std::scoped_lock guard(disk_.mutex_);
    if (disk_.off_) return;
    Bytes& cache = inode_->cache;
    for (const auto& [from, count] : inode_->lost)
      for (std::size_t i = static_cast<std::size_t>(std::max(from, offset)); i < std::min<std::size_t>(from + count, cache.size()); ++i)
        cache[i] = i < inode_->disk.size() ? inode_->disk[i] : 0;
    for (const auto& c : inode_->pending)
      if (!c.truncate) SimulatedDisk::apply(c, cache);
    inode_->lost.clear();
  }

 private:
  SimulatedDisk& disk_;
  std::shared_ptr<SimulatedDisk::Inode> inode_;
  std::string name_;
};

class SimulatedLock final : public WriterLock {
 public:
  SimulatedLock(SimulatedDisk& disk, std::string name) : disk_(disk), name_(std::move(name)) {}
  ~SimulatedLock() override {
    const std::scoped_lock guard(disk_.mutex_);
    disk_.locked_[name_] = false;
  }

 private:
  SimulatedDisk& disk_;
  std::string name_;
};

class SimulatedIo final : public Io {
 public:
  explicit SimulatedIo(SimulatedDisk& disk) : disk_(disk) {}

  Result<std::unique_ptr<File>> open(std::string_view name, OpenMode mode) override {
    const std::scoped_lock guard(disk_.mutex_);
    if (disk_.off_) return simulated("power is off");
    auto it = disk_.cached_.find(name);
    if (it == disk_.cached_.end()) {
      if (mode != OpenMode::create) return fail("cannot open: No such file or directory", {.file = std::string(name)});
      const auto fault = disk_.strike();
      if (fault && fault != Fault::power_cut) return simulated("create fails");
      auto inode = std::make_shared<SimulatedDisk::Inode>();
      disk_.inodes_.push_back(inode);
      disk_.change_names({.from = {}, .to = std::string(name), .inode = inode});
      if (fault) return simulated("power is off");
      it = disk_.cached_.find(name);
    }
    return std::make_unique<SimulatedFile>(disk_, it->second, std::string(name));
  }
  Result<bool> exists(std::string_view name) override {
    const std::scoped_lock guard(disk_.mutex_);
    if (disk_.off_) return simulated("power is off");
    return disk_.cached_.contains(name);
  }
  Result<void> rename(std::string_view from, std::string_view to) override {
    const std::scoped_lock guard(disk_.mutex_);
    const auto it = disk_.cached_.find(from);
    if (disk_.off_ || it == disk_.cached_.end()) return simulated("power is off, or no such file");
    return named({.from = std::string(from), .to = std::string(to), .inode = it->second});
  }
  Result<void> remove(std::string_view name) override {
    const std::scoped_lock guard(disk_.mutex_);
    if (disk_.off_) return simulated("power is off");
    if (!disk_.cached_.contains(name)) return {};
    return named({.from = std::string(name), .to = {}, .inode = nullptr});
  }
  Result<void> sync_folder() override {
    const std::scoped_lock guard(disk_.mutex_);
    if (disk_.off_) return simulated("power is off");
    const auto fault = disk_.strike();
    if (fault == Fault::io_error) disk_.persist_some_names();
    if (fault == Fault::io_error || fault == Fault::power_cut) return simulated("fsync of the folder fails");
    for (const auto& c : disk_.pending_names_) SimulatedDisk::apply(c, disk_.durable_);
    disk_.pending_names_.clear();
    return {};
  }
  Result<void> make_empty_folder() override {
    const std::scoped_lock guard(disk_.mutex_);
    if (!disk_.cached_.empty()) return fail("the folder is not empty");
    return {};
  }
  Result<std::unique_ptr<WriterLock>> try_lock(std::string_view name) override {
    const std::scoped_lock guard(disk_.mutex_);
    if (disk_.off_) return simulated("power is off");
    if (disk_.locked_[std::string(name)]) return std::unique_ptr<WriterLock>();
    disk_.locked_[std::string(name)] = true;
    return std::make_unique<SimulatedLock>(disk_, std::string(name));
  }
  std::string display(std::string_view name) const override { return std::string(name); }

 private:
  Result<void> named(SimulatedDisk::NameChange change) {
    const auto fault = disk_.strike();
    if (fault == Fault::io_error) return simulated("changing a name fails");
    disk_.change_names(std::move(change));
    if (fault == Fault::power_cut) return simulated("power is off");
    return {};
  }
  SimulatedDisk& disk_;
};

std::shared_ptr<Io> SimulatedDisk::mount() { return std::make_shared<SimulatedIo>(*this); }

namespace {

TEST(SimulatedDisk, SyncedBytesSurviveUnsyncedOnesInPart) {
  unsigned lost = 0;
  unsigned kept = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SimulatedDisk disk(seed, 512);
    const auto io = disk.mount();
    const auto file = io->open("f", OpenMode::create);
    ASSERT_OK(file);
    ASSERT_OK((*file)->write(0, Bytes(2000, 1)));
    ASSERT_OK((*file)->sync());
    ASSERT_OK(io->sync_folder());
    ASSERT_OK((*file)->write(1000, Bytes(2000, 2)));
    disk.power_cut();
    const Bytes& now = disk.content("f");
    ASSERT_GE(now.size(), 2000U);
    EXPECT_TRUE(std::all_of(now.begin(), now.begin() + 1000, [](std::uint8_t b) { return b == 1; }));
    (now.size() == 3000 && now.back() == 2 ? kept : lost) += 1;
  }
  EXPECT_GT(lost, 5U);
  EXPECT_GT(kept, 5U);
}

TEST(SimulatedDisk, FailedSyncForgetsDirtyPages) {
  unsigned lost = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SimulatedDisk disk(seed);
    const auto io = disk.mount();
    const auto file = io->open("f", OpenMode::create);
    ASSERT_OK(file);
    ASSERT_OK(io->sync_folder());
    ASSERT_OK((*file)->write(0, Bytes(10, 7)));
    disk.plan(Fault::io_error, 1);
    EXPECT_FALSE((*file)->sync());
    EXPECT_EQ(disk.content("f"), Bytes(10, 7));    // reading still shows it
    ASSERT_OK((*file)->sync());                    // and the second try claims success
    if (seed % 2 == 0) (*file)->forget_cached(0);  // now reading shows what the disk has
    Bytes now(10);
    ASSERT_OK((*file)->read(0, now));
    const bool shown = now == Bytes(10, 7);
    disk.power_cut();
    if (seed % 2 == 0) { EXPECT_EQ(shown, disk.content("f") == Bytes(10, 7)); }
    lost += disk.content("f") == Bytes(10, 7) ? 0 : 1;
  }
  EXPECT_GT(lost, 5U);
}

TEST(SimulatedDisk, NamesNeedTheFolderSynced) {
  unsigned absent = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SimulatedDisk disk(seed);
    ASSERT_OK(disk.mount()->open("f", OpenMode::create));
    disk.power_cut();
    absent += disk.names().empty() ? 1 : 0;
  }
  EXPECT_GT(absent, 5U);
  EXPECT_LT(absent, 45U);
}

}  // namespace
}  // namespace entente::ledger
