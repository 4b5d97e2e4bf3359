// Damage at rest and what repair makes of it: everything but the entries comes back, and what cannot is named.
#include "ledger/repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/fault_io.h"
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
  Result<void> append() {
    ENTENTE_TRY(Ledger log, Ledger::open_write(disk.mount()));
    ENTENTE_CHECK(log.append(test::make_entries(90'000, 3), key));
    return {};
  }
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

}  // namespace
}  // namespace entente::ledger
