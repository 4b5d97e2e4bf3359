// The power fails, the disk fills up, a sync reports an error: at every operation, with every outcome for what was not synced. After each
// such event the log is opened again, and must hold every acknowledged entry at its index and be consistent with every checkpoint that may
// ever have been signed.
#include <gtest/gtest.h>
#include <random>

#include "ledger/fault_io.h"
#include "ledger/repair.h"
#include "ledger/storage.h"
#include "ledger/test_log.h"

namespace entente::ledger {
namespace {

// Lives a test gives a log, for each kind of fault.
std::uint64_t seeds() { return test::soak() ? 2000 : 12; }

// What the outside world knows of a log.
struct Witnessed {
  std::map<std::string, merkle::LeafIndex> acknowledged;
};

// Commits random batches (new entries, some known ones, some twice), publishing after some, until one step fails or `batches` are done.
// What is committed is acknowledged, whether it was signed or not.
void work(Ledger& log, const keys::SigningKey& key, std::mt19937_64& rng, Witnessed& world, unsigned batches) {
  for (unsigned b = 0; b < batches; ++b) {
    std::vector<std::string> batch;
    const std::uint64_t count = rng() % 5 == 0 ? rng() % 400 : rng() % 6;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t kind = rng() % 10;
      if (kind == 0 && !batch.empty()) {
        batch.push_back(batch[rng() % batch.size()]);
      } else if (kind == 1 && !world.acknowledged.empty()) {
        batch.push_back(world.acknowledged.begin()->first);
      } else {
        batch.push_back(std::to_string(rng()) + std::string(static_cast<std::size_t>(rng() % 50), 'e'));
      }
    }
    const bool publish = rng() % 3 != 0;
    const auto indices = publish && rng() % 2 == 0 ? log.append(batch, key) : log.commit(batch);
    if (!indices) return;
    if (publish && !log.publish(key)) b = batches;
    ASSERT_EQ(indices->size(), batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto [it, fresh] = world.acknowledged.emplace(batch[i], (*indices)[i]);
      ASSERT_EQ(it->second, (*indices)[i]);  // the same bytes never get another index
    }
  }
}

void expect_nothing_lost(const Ledger& log, const Witnessed& world, const SimulatedDisk& disk) {
  ASSERT_EQ(log.size(), log.committed_size());  // published by now
  for (const auto& [entry, index] : world.acknowledged) {
    const auto held = log.entry(index);
    ASSERT_OK(held);
    ASSERT_EQ(*held, entry);
  }
  for (const std::string& note : disk.signed_notes()) {
    if (!merkle::verify_checkpoint(note, log.verifier())) continue;  // no signature that anybody could hold against us
    test::expect_consistent(log, note);
    if (::testing::Test::HasFailure()) return;
  }
}

// A log with its signing journal on another disk, both in one machine.
struct Machine {
  Machine(std::uint64_t seed, std::size_t block) : disk(seed, block), other(seed + 1, block), wal_rng(seed) {}
  [[nodiscard]] WriteOptions options() {
    WriteOptions options = test::random_wal(wal_rng);
    options.signing_io = other.mount();
    options.signing_name = "signed";
    return options;
  }
  // Opens, which may fail while faults strike, and publishes what a crash left unsigned.
  std::optional<Ledger> reopen(const keys::SigningKey& key) {
    auto log = Ledger::open_write(disk.mount(), options());
    if (!log) {
      why = log.error().str();
      return std::nullopt;
    }
    if (const auto done = log->append({}, key); !done) {
      why = done.error().str();
      return std::nullopt;
    }
    return std::move(*log);
  }
  void power_cut() {
    disk.power_cut();
    other.power_cut();
  }
  SimulatedDisk disk, other;
  std::mt19937_64 wal_rng;
  std::string why;
};

// One life of a log: several events of `fault` at random operations, then peace and a full check.
void live(Fault fault, std::uint64_t seed) {
  std::mt19937_64 rng(seed);
  Machine machine(seed, std::array<std::size_t, 3>{64, 512, 4096}[seed % 3]);
  const keys::SigningKey key = test::log_key();
  Witnessed world;
  {
    auto log = Ledger::init(machine.disk.mount(), key, machine.options());
    ASSERT_OK(log);
  }
  for (int event = 0; event < 4; ++event) {
    {
      SimulatedDisk& struck = rng() % 8 == 0 ? machine.other : machine.disk;
      struck.plan(fault, 1 + rng() % (&struck == &machine.disk ? 60 : 8));  // may strike in recovery as well
      if (auto log = machine.reopen(key)) {
        work(*log, key, rng, world, 5);
        // The power goes for both disks.
        if (fault == Fault::power_cut) machine.disk.plan(fault, 1), machine.other.plan(fault, 1);
      }
    }
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
    if (fault == Fault::power_cut || rng() % 2 == 0) {
      machine.power_cut();
    } else {
      machine.disk.no_plan();
      machine.other.no_plan();
      machine.disk.kill_process();
    }
    auto log = machine.reopen(key);
    ASSERT_TRUE(log.has_value()) << "seed " << seed << ": " << machine.why;
    expect_nothing_lost(*log, world, machine.disk);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << " event " << event;
  }
  auto log = machine.reopen(key);
  ASSERT_TRUE(log.has_value());
  work(*log, key, rng, world, 3);
  ASSERT_OK(log->publish(key));
  expect_nothing_lost(*log, world, machine.disk);
  log.reset();  // without a writer, fsck lists leftovers too
  Progress silent(Progress::Mode::silent);
  const auto problems = fsck(machine.disk.mount(), key.verifier(), silent, machine.options());
  ASSERT_OK(problems);
  ASSERT_EQ(test::text_of(*problems), "") << "seed " << seed;
}

TEST(Crash, PowerCutsLoseNothingAcknowledged) {
  for (std::uint64_t seed = 0; seed < seeds(); ++seed) {
    live(Fault::power_cut, seed);
    if (HasFailure()) return;
  }
}

TEST(Crash, IoErrorsLoseNothingAcknowledged) {
  for (std::uint64_t seed = 0; seed < seeds(); ++seed) {
    live(Fault::io_error, 1000 + seed);
    if (HasFailure()) return;
  }
}

TEST(Crash, FullDisksLoseNothingAcknowledged) {
  for (std::uint64_t seed = 0; seed < seeds() / 2; ++seed) {
    live(Fault::no_space, 2000 + seed);
    live(Fault::short_write, 3000 + seed);
    if (HasFailure()) return;
  }
}

template <class Ways>
std::vector<std::pair<Fault, WalLimits>> every_pair(std::initializer_list<Fault> faults, const Ways& ways) {
  std::vector<std::pair<Fault, WalLimits>> out;
  for (const Fault fault : faults)
    for (const WalLimits& way : ways) out.emplace_back(fault, way);
  return out;
}

// The same short script with each fault at each of its operations.
TEST(Crash, EveryOperationOfAnAppendMayFail) {
  const keys::SigningKey key = test::log_key();
  const auto entries = test::make_entries(0, 260);
  // The long way; through the write-ahead file; through one that is full then.
  const std::array<WalLimits, 3> ways{{{.batch_bytes = 0}, {}, {.batch_bytes = 1 << 20, .file_bytes = 9000}}};
  for (const auto& [fault, way] : every_pair({Fault::power_cut, Fault::io_error, Fault::no_space, Fault::short_write}, ways)) {
    WriteOptions options;
    options.wal = way;
    for (std::uint64_t n = 1;; ++n) {
      SimulatedDisk disk(n, 512);
      bool acknowledged = false;
      {
        auto log = Ledger::init(disk.mount(), key, options);
        ASSERT_OK(log);
        ASSERT_OK(log->append(std::span(entries).first(250), key));
        disk.plan(fault, n);
        const auto before = disk.operations();
        acknowledged = log->append(std::span(entries).subspan(250), key).has_value();
        if (disk.operations() < before + n) break;  // beyond the last operation
        if (!acknowledged && !disk.power_is_off()) {
          const auto again = log->append(std::span(entries).subspan(250), key);
          ASSERT_FALSE(again) << "an object whose storage failed must not write on";
        }
      }
      disk.power_cut();
      auto log = Ledger::open_write(disk.mount());
      ASSERT_OK(log);
      ASSERT_OK(log->append({}, key));
      ASSERT_TRUE(log->size() == 250 || log->size() == 260) << log->size();
      if (acknowledged) { ASSERT_EQ(log->size(), 260U); }
      for (const std::string& note : disk.signed_notes())
        if (merkle::verify_checkpoint(note, key.verifier())) test::expect_consistent(*log, note);
      const auto retried = log->append(std::span(entries).subspan(250), key);
      ASSERT_OK(retried);
      EXPECT_EQ(retried->front(), 250U);
      EXPECT_EQ(log->size(), 260U);
      log = fail("closed");
      ASSERT_EQ(test::text_of(test::must_fsck(disk.mount(), key.verifier())), "") << n;
      ASSERT_FALSE(HasFailure()) << "fault " << static_cast<int>(fault) << " at operation " << n;
    }
  }
}

// Making a log: interrupted, it is either no log (and says so) or a whole one.
TEST(Crash, InterruptedInitIsNoLogOrAWholeOne) {
  const keys::SigningKey key = test::log_key();
  for (std::uint64_t n = 1; n < 60; ++n) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      SimulatedDisk disk(seed * 100 + n);
      disk.plan(Fault::power_cut, n);
      const bool made = Ledger::init(disk.mount(), key).has_value();
      disk.power_cut();
      auto log = Ledger::open_write(disk.mount());
      if (made) { ASSERT_OK(log); }
      if (!log) continue;
      const std::vector<std::string> one{"x"};
      ASSERT_OK(log->append(one, key));
      log = fail("closed");
      ASSERT_EQ(test::text_of(test::must_fsck(disk.mount(), key.verifier())), "");
    }
  }
}

// A committed batch that was acknowledged but not yet signed, then damage while the machine was off: never taken for a torn write.
struct Unsigned {
  explicit Unsigned(const WalLimits& wal) { options.wal = wal; }
  void make(SimulatedDisk& disk) const {
    auto log = Ledger::init(disk.mount(), key, options);
    ASSERT_OK(log);
    ASSERT_OK(log->append(std::span(entries).first(5), key));
    ASSERT_OK(log->commit(std::span(entries).subspan(5)));
    disk.plan(Fault::power_cut, 1);  // the destructor's work is lost
  }
  const keys::SigningKey key = test::log_key();
  const std::vector<std::string> entries = test::make_entries(0, 12);
  WriteOptions options;
};

TEST(Crash, DamageOfTheLastCommitIsNotATornOne) {
  const Unsigned unsigned_log({.batch_bytes = 0});
  SimulatedDisk reference(1);
  unsigned_log.make(reference);
  reference.power_cut();
  const Bytes whole = reference.content("entries");
  std::size_t used = 0;
  for (const auto& e : unsigned_log.entries) used += 2 + e.size();
  const std::size_t first = static_cast<std::size_t>(std::string(as_text(whole)).find("entry 5")) - 2;
  const std::size_t journal = 2 * kCommitBytes;
  for (std::size_t at = 0; at < used - first + kCommitBytes; at += test::soak() ? 1 : 5) {
    SimulatedDisk disk(at);
    unsigned_log.make(disk);
    disk.power_cut();
    Bytes& content = disk.content(at < used - first ? "entries" : "journal");
    content[at < used - first ? first + at : journal + at - (used - first)] ^= static_cast<std::uint8_t>(1U << at % 8);
    const auto refused = Ledger::open_write(disk.mount());
    ASSERT_FALSE(refused) << at;
    EXPECT_TRUE(refused.error().where.file == "entries" || refused.error().where.file == "journal") << refused.error().str();
  }
}

// The same where the commit stands in the write-ahead file: damage there is refused, and repaired; damage in the entries file is healed.
TEST(Crash, DamageOfTheWriteAheadFileIsNotATornCommit) {
  const Unsigned unsigned_log({});
  SimulatedDisk reference(1);
  unsigned_log.make(reference);
  reference.power_cut();
  const auto holds_all = [&](const Ledger& log) { ASSERT_EQ(log.committed_size(), unsigned_log.entries.size()); };
  const auto file = reference.mount()->open(kWalFile, OpenMode::read);
  ASSERT_OK(file);
  const std::size_t bytes = used_bytes(**file).value_or(0);
  const std::size_t closing = (bytes - 1) / 64 * 64;  // the last unit: without content, and the commit counts without it
  ASSERT_GE(closing, 4 * 64U);
  for (std::size_t at = 0; at < closing; at += test::soak() ? 1 : 3) {
    SimulatedDisk disk(at);
    unsigned_log.make(disk);
    disk.power_cut();
    disk.content("wal")[at] ^= static_cast<std::uint8_t>(1U << at % 8);
    const auto refused = Ledger::open_write(disk.mount());
    ASSERT_FALSE(refused) << at;
    EXPECT_EQ(refused.error().where.file, "wal") << refused.error().str();
    Progress silent(Progress::Mode::silent);
    const auto repaired = repair(disk.mount(), {}, silent);
    ASSERT_OK(repaired);
    EXPECT_EQ(test::text_of(repaired->remaining), "") << at;
    auto log = Ledger::open_write(disk.mount());
    ASSERT_OK(log);
    holds_all(*log);
  }
  std::size_t signed_bytes = 0;
  for (std::size_t i = 0; i < 5; ++i) signed_bytes += 2 + unsigned_log.entries[i].size();
  for (std::size_t at = signed_bytes; at < reference.content("entries").size(); at += 7) {
    SimulatedDisk disk(at);
    unsigned_log.make(disk);
    disk.power_cut();
    Bytes& content = disk.content("entries");
    if (at >= content.size()) continue;  // this power cut left less of it
    content[at] ^= 1;
    auto log = Ledger::open_write(disk.mount());
    ASSERT_OK(log);
    holds_all(*log);
    ASSERT_OK(log->publish(unsigned_log.key));
    for (std::size_t i = 0; i < unsigned_log.entries.size(); ++i) ASSERT_EQ(log->entry(i).value_or("?"), unsigned_log.entries[i]);
  }
}

}  // namespace
}  // namespace entente::ledger
