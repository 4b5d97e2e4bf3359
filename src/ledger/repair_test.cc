// Damage at rest and what repair makes of it: everything but the entries comes back, and what cannot is named.
#include "ledger/repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/fault_io.h"
#include "ledger/resource.h"
#include "ledger/test_log.h"

namespace entente::ledger {
namespace {

using ::testing::HasSubstr;

struct Damaged {
  explicit Damaged(std::uint64_t size, std::uint64_t step = 100) {
    auto log = Ledger::init(disk.mount(), key);
    const auto entries = test::make_entries(0, size);
    for (std::uint64_t at = 0; log && at < size; at += step)
      if (const auto done = log->append(std::span(entries).subspan(at, std::min(step, size - at)), key); !done) log = fail(done.error());
    if (!log) throw std::runtime_error(log.error().str());
  }
  Repaired repair(RepairOptions options = {}) {
    Progress silent(Progress::Mode::silent);
    auto done = ledger::repair(disk.mount(), options, silent);
    EXPECT_OK(done);
    return done ? std::move(*done) : Repaired{};
  }
  // What a mirror of it would serve.
  Fetch fetch() {
    return [this](std::string_view path, std::size_t) -> Result<std::optional<std::string>> {
      if (++fetches == fail_at) return fail("the connection broke");
      ENTENTE_TRY(const Ledger log, Ledger::open_read(disk.mount()));
      if (path == kCheckpointFile) return std::optional(log.checkpoint().value());
      const auto name = parse_resource(path);
      if (!name) return std::nullopt;
      auto got = name->kind == Resource::Kind::tile ? log.tile(name->level, name->n, name->width) : log.entry_bundle(name->n, name->width);
      return got ? std::optional(std::move(*got)) : std::nullopt;
    };
  }
  Result<Repaired> repair_from(Damaged& copy, RepairOptions options = {}) {
    options.from = copy.fetch();
    Progress silent(Progress::Mode::silent);
    disk.kill_process();
    return ledger::repair(disk.mount(), options, silent);
  }
  std::map<std::string, Bytes> files() {
    std::map<std::string, Bytes> out;
    for (const std::string& name : disk.names())
      if (name != kLockFile && name != kEpochFile) out[name] = disk.content(name);
    return out;
  }
  Result<void> append() {
    ENTENTE_TRY(Ledger log, Ledger::open_write(disk.mount()));
    ENTENTE_CHECK(log.append(test::make_entries(90'000, 3), key));
    return {};
  }
  unsigned fetches = 0, fail_at = 0;
  SimulatedDisk disk{3};
  keys::SigningKey key = test::log_key();
};

TEST(Repair, LeavesAWholeLogAsItIs) {
  Damaged log(300);
  const Bytes before = log.disk.content("level-0");
  const auto done = log.repair();
  EXPECT_TRUE(done.done.empty()) << done.done.front();
  EXPECT_TRUE(done.remaining.empty());
  EXPECT_EQ(log.disk.content("level-0"), before);
}

TEST(Repair, BringsBackHashesAndIndexByteForByte) {
  for (const std::string name : {"level-0", "level-1", "entries.index"}) {
    Damaged log(700);
    const Bytes before = log.disk.content(name);
    for (std::size_t at = 3; at < before.size(); at += before.size() / 7 + 1) {
      log.disk.content(name)[at] ^= 0x20;
      const auto done = log.repair();
      EXPECT_THAT(done.done, ::testing::ElementsAre(HasSubstr("level hashes and index"))) << name << " " << at;
      EXPECT_EQ(test::text_of(done.remaining), "") << name << " " << at;
      ASSERT_EQ(log.disk.content(name), before) << name << " " << at;
    }
    log.disk.content(name).resize(5);
    EXPECT_EQ(test::text_of(log.repair().remaining), "");
    EXPECT_EQ(log.disk.content(name), before);
    EXPECT_OK(log.append());
  }
}

// One flipped bit in any file: the log is named damaged, and after repair (with the keys) it is whole, or the entries are named.
TEST(Repair, AnyFlippedBitIsRepairedOrNamed) {
  std::mt19937_64 rng(5);
  Damaged log(260, 100);
  std::map<std::string, Bytes> whole;
  for (const std::string& name : log.disk.names()) whole[name] = log.disk.content(name);
  const RepairOptions options{.vkey = log.key.verifier(), .key = &log.key};
  const unsigned rounds = test::soak() ? 400 : 3;
  for (const auto& [name, bytes] : whole) {
    if (bytes.empty()) continue;
    for (unsigned round = 0; round < rounds; ++round) {
      for (const auto& [other, content] : whole) log.disk.set_content(other, content);
      const std::size_t at = rng() % bytes.size();
      log.disk.content(name)[at] ^= static_cast<std::uint8_t>(1U << rng() % 8);
      const auto found = test::must_fsck(log.disk.mount(), log.key.verifier());
      ASSERT_FALSE(found.empty()) << name << " " << at;
      EXPECT_EQ(found.front().file, name);
      const auto done = log.repair(options);
      if (name == "entries") {
        ASSERT_FALSE(done.remaining.empty()) << at;
        EXPECT_EQ(done.remaining.front().file, "entries");
        EXPECT_TRUE(done.done.empty());
      } else {
        ASSERT_EQ(test::text_of(done.remaining), "") << name << " " << at;
        ASSERT_FALSE(done.done.empty());
        ASSERT_OK(log.append());
        ASSERT_EQ(test::text_of(test::must_fsck(log.disk.mount(), log.key.verifier())), "") << name << " " << at;
      }
    }
  }
}

TEST(Repair, NeverBuildsHashesOnDamagedEntries) {
  Damaged log(300);
  const Bytes before = log.disk.content("level-0");
  log.disk.content("entries")[100] ^= 1;
  log.disk.content("level-0")[40] ^= 1;
  const Bytes damaged = log.disk.content("level-0");
  const auto done = log.repair();
  EXPECT_TRUE(done.done.empty());
  EXPECT_THAT(test::text_of(done.remaining), HasSubstr("entries @"));
  EXPECT_EQ(log.disk.content("level-0"), damaged);
}

// Acknowledged, not yet signed, and its commit record damaged: found again from the entries behind the commit before.
TEST(Repair, FindsADamagedLastCommitAgain) {
  for (std::size_t bit = 0; bit < 8 * kCommitBytes; bit += test::soak() ? 1 : 37) {
    Damaged log(300);
    {
      auto writer = Ledger::open_write(log.disk.mount());
      ASSERT_OK(writer);
      ASSERT_OK(writer->commit(test::make_entries(300, 20)));
    }
    log.disk.content("journal")[4 * kCommitBytes + bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    ASSERT_FALSE(Ledger::open_write(log.disk.mount())) << bit;
    const auto done = log.repair();
    EXPECT_EQ(test::text_of(done.remaining), "") << bit;
    EXPECT_THAT(done.done, ::testing::Contains(HasSubstr("one commit of 320 entries"))) << bit;
    auto writer = Ledger::open_write(log.disk.mount());
    ASSERT_OK(writer);
    EXPECT_EQ(writer->committed_size(), 320U);
    ASSERT_OK(writer->publish(log.key));
    EXPECT_EQ(writer->entry(319).value_or("?"), test::make_entries(319, 1).front());
  }
}

TEST(Repair, ALostSigningJournalNeedsTheUsersWord) {
  Damaged log(50);
  log.disk.erase("signing-journal");
  ASSERT_FALSE(log.append());
  log.repair();
  ASSERT_FALSE(log.append());
  EXPECT_THAT(log.repair({.new_signing_journal = true}).done, ::testing::ElementsAre(HasSubstr("nothing smaller than 50")));
  EXPECT_OK(log.append());
}

TEST(Repair, DoesNotHideThatTheLogWasPutBack) {
  Damaged log(50);
  std::map<std::string, Bytes> old;
  for (const std::string& name : log.disk.names())
    if (name != "signing-journal") old[name] = log.disk.content(name);
  ASSERT_OK(log.append());
  for (const auto& [name, bytes] : old) log.disk.set_content(name, bytes);
  const auto done = log.repair({.key = &log.key});
  EXPECT_THAT(test::text_of(done.remaining), HasSubstr("put back to an older state"));
  EXPECT_FALSE(log.append());
}

TEST(Repair, NeedsTheLockAndALog) {
  Damaged log(5);
  Progress silent(Progress::Mode::silent);
  auto writer = Ledger::open_write(log.disk.mount());
  ASSERT_OK(writer);
  EXPECT_FALSE(repair(log.disk.mount(), {}, silent));
  SimulatedDisk empty(1);
  EXPECT_FALSE(repair(empty.mount(), {}, silent));
}

TEST(RepairFrom, BringsBackEntriesByteForByte) {
  for (const std::uint64_t ahead : {0U, 300U}) {
    Damaged log(700), copy(700 + ahead);
    const Bytes before = log.disk.content("entries");
    const Bytes whole = copy.disk.content("entries");
    for (std::size_t at = 0; at < before.size(); at += before.size() / 41 + 1) {
      log.disk.content("entries")[at] ^= 0x40;
      const auto done = log.repair_from(copy);
      ASSERT_OK(done);
      EXPECT_EQ(test::text_of(done->remaining), "") << at;
      EXPECT_THAT(done->done, ::testing::Contains(HasSubstr("brought back")));
      ASSERT_EQ(log.disk.content("entries"), whole) << at;
    }
    for (const std::size_t left : {std::size_t{0}, std::size_t{1}, before.size() / 2}) {
      log.disk.content("entries").resize(left);
      const auto done = log.repair_from(copy);
      ASSERT_OK(done);
      EXPECT_EQ(test::text_of(done->remaining), "") << left;
      ASSERT_EQ(log.disk.content("entries"), whole);
    }
    EXPECT_OK(log.append());
  }
}

TEST(RepairFrom, LeavesAWholeLogAsItIs) {
  Damaged log(700), copy(700), older(300);
  const auto before = log.files();
  for (Damaged* source : {&copy, &older}) {
    const auto done = log.repair_from(*source);
    ASSERT_OK(done);
    EXPECT_TRUE(done->done.empty()) << done->done.front();
    EXPECT_TRUE(done->remaining.empty());
    EXPECT_EQ(log.files(), before);
  }
  EXPECT_LT(copy.fetches + older.fetches, 30U);  // not the whole log
}

// A mirror that lags behind: what it has comes back, the rest is named.
TEST(RepairFrom, AnOlderCopyHelpsAsFarAsItGoes) {
  const Bytes whole = Damaged(700).disk.content("entries");
  for (const bool hashes_too : {false, true}) {
    Damaged log(700), copy(500);
    if (hashes_too) log.disk.content("level-0").resize(32);
    log.disk.content("entries")[100] ^= 1;
    log.disk.content("entries")[copy.disk.content("entries").size() - 3] ^= 1;
    const auto done = log.repair_from(copy);
    ASSERT_OK(done);
    EXPECT_EQ(test::text_of(done->remaining), "");
    EXPECT_EQ(log.disk.content("entries"), whole);

    log.disk.content("entries")[100] ^= 1;
    log.disk.content("entries")[whole.size() - 3] ^= 1;
    const auto rest = log.repair_from(copy);
    ASSERT_OK(rest);
    EXPECT_THAT(test::text_of(rest->remaining), HasSubstr("entries @"));
    EXPECT_EQ(log.disk.content("entries")[100], whole[100]);
  }
}

TEST(RepairFrom, ALogPutBackComesForwardAgain) {
  Damaged log(400), copy(700);
  log.disk.set_content("signing-journal", Bytes(copy.disk.content("signing-journal")));
  EXPECT_FALSE(log.append());
  const auto done = log.repair_from(copy);
  ASSERT_OK(done);
  EXPECT_EQ(test::text_of(done->remaining), "");
  EXPECT_THAT(done->done, ::testing::Contains(HasSubstr("checkpoint of 700")));
  EXPECT_EQ(log.disk.content("entries"), copy.disk.content("entries"));
  EXPECT_EQ(log.disk.content("checkpoint"), copy.disk.content("checkpoint"));
  EXPECT_OK(log.append());
}

TEST(RepairFrom, AnEmptyFolderAndTheKeyAreEnough) {
  Damaged log(0), copy(700);
  for (const std::string& name : log.disk.names()) log.disk.erase(name);
  EXPECT_FALSE(log.repair_from(copy));
  const auto done = log.repair_from(copy, {.vkey = log.key.verifier(), .new_signing_journal = true});
  ASSERT_OK(done);
  EXPECT_EQ(test::text_of(done->remaining), "");
  EXPECT_OK(log.append());
}

TEST(RepairFrom, AnotherHistoryIsRefusedAndNothingChanged) {
  for (const std::uint64_t size : {300U, 700U, 900U}) {
    Damaged log(700), other(0);
    {
      auto forked = Ledger::open_write(other.disk.mount());
      ASSERT_OK(forked);
      ASSERT_OK(forked->append(test::make_entries(5'000, size), other.key));
    }
    log.disk.content("entries")[1000] ^= 1;
    const auto before = log.files();
    const auto done = log.repair_from(other);
    ASSERT_FALSE(done) << size;
    EXPECT_THAT(done.error().what, HasSubstr("does not fit")) << size;
    EXPECT_EQ(log.files(), before);
  }
}

TEST(RepairFrom, AnotherKeyAndForgedEntriesAreRefused) {
  Damaged log(700), copy(700);
  log.disk.content("entries")[1000] ^= 1;
  const auto before = log.files();
  const Fetch honest = copy.fetch();
  RepairOptions options;
  Progress silent(Progress::Mode::silent);
  options.from = [&](std::string_view path, std::size_t max) {
    auto got = honest(path, max);
    if (path.starts_with("tile/entries/") && got && *got) (*got)->back() ^= 1;
    return got;
  };
  EXPECT_FALSE(ledger::repair(log.disk.mount(), options, silent));
  EXPECT_EQ(log.files(), before);
  log.disk.kill_process();
  Damaged stranger(700);
  stranger.disk.set_content("checkpoint", [&] {
    const auto key = test::log_key("log.example/test", 9);
    const std::string note = merkle::sign_note(merkle::Checkpoint{.origin = "log.example/test", .size = 700}.str(), {&key}).value();
    return Bytes(note.begin(), note.end());
  }());
  options.from = [&](std::string_view path, std::size_t max) -> Result<std::optional<std::string>> {
    if (path == kCheckpointFile) return std::optional(std::string(as_text(stranger.disk.content("checkpoint"))));
    return honest(path, max);
  };
  EXPECT_FALSE(ledger::repair(log.disk.mount(), options, silent));
  EXPECT_EQ(log.files(), before);
}

// Whatever interrupts it: what was right stays right, and the next attempt succeeds.
TEST(RepairFrom, MayBeInterruptedAnywhere) {
  const Bytes whole = Damaged(700).disk.content("entries");
  const auto damaged = [&](Damaged& log) {
    Bytes entries = log.disk.content("entries");
    for (const std::size_t at : {std::size_t{7}, whole.size() / 2, whole.size() - 5}) entries[at] ^= 0x11;
    log.disk.set_content("entries", std::move(entries));  // on the disk, not in the cache alone
  };
  const auto expect_repairable = [&](Damaged& log, Damaged& copy) {
    const Bytes now = log.disk.content("entries");
    const auto wrong = [&](std::size_t i) { return now[i] != whole[i]; };
    for (std::size_t i = 0; i < whole.size(); ++i)
      if (wrong(i)) { ASSERT_TRUE(i == 7 || i == whole.size() / 2 || i == whole.size() - 5) << i; }
    const auto done = log.repair_from(copy);
    ASSERT_OK(done);
    ASSERT_EQ(test::text_of(done->remaining), "");
    log.disk.power_cut();
    ASSERT_EQ(log.disk.content("entries"), whole);
  };
  for (unsigned fetch = 1; fetch < 30; ++fetch) {
    Damaged log(700), copy(700);
    damaged(log);
    copy.fail_at = fetch;
    if (log.repair_from(copy)) break;
    expect_repairable(log, copy);
  }
  for (const Fault fault : {Fault::power_cut, Fault::io_error, Fault::no_space, Fault::short_write})
    for (std::uint64_t step = 1; step < 60; ++step) {
      Damaged log(700), copy(700);
      damaged(log);
      log.disk.plan(fault, step);
      const auto done = log.repair_from(copy);
      log.disk.no_plan();
      if (done && done->remaining.empty()) break;
      if (log.disk.power_is_off()) log.disk.power_cut();
      expect_repairable(log, copy);
      if (HasFatalFailure()) return;
    }
}

}  // namespace
}  // namespace entente::ledger
