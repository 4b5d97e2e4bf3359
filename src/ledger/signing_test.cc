// Never sign a fork: the signing journal and what it refuses, the fencing epoch, and what happens when either is damaged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/epoch.h"
#include "ledger/fault_io.h"
#include "ledger/signing_journal.h"
#include "ledger/test_log.h"

namespace entente::ledger {
namespace {

using ::testing::HasSubstr;

const std::string kLogVkey = test::log_key().verifier().str();

std::map<std::string, Bytes> snapshot(SimulatedDisk& disk) {
  std::map<std::string, Bytes> out;
  for (const std::string& name : disk.names()) out[name] = disk.content(name);
  return out;
}
void restore(SimulatedDisk& disk, const std::map<std::string, Bytes>& files) {
  for (const auto& [name, bytes] : files) disk.set_content(name, bytes);
}

struct Apart {
  SimulatedDisk disk{1}, other{2};
  keys::SigningKey key = test::log_key();
  WriteOptions options() { return {.signing_journal = {}, .signing_io = other.mount(), .signing_name = "log.signed"}; }
  Result<void> append(std::uint64_t first, std::uint64_t count) {
    ENTENTE_TRY(Ledger log, Ledger::open_write(disk.mount(), options()));
    ENTENTE_CHECK(log.append(test::make_entries(first, count), key));
    return {};
  }
};

TEST(SigningJournal, IsARingThatKnowsItsLatest) {
  SimulatedDisk disk(1);
  auto journal = SigningJournal::create({.io = disk.mount(), .name = "s"}, kLogVkey);
  ASSERT_OK(journal);
  for (std::uint64_t i = 1; i <= 200; ++i) {
    ASSERT_OK(journal->record(3 * i, sha256(std::to_string(i))));
    const auto state = parse_signing_journal(disk.content("s"), kLogVkey);
    ASSERT_OK(state);
    EXPECT_EQ(state->latest.number, i);
    EXPECT_EQ(state->latest.size, 3 * i);
    EXPECT_EQ(state->latest.root, sha256(std::to_string(i)));
    EXPECT_FALSE(state->interrupted);
    EXPECT_TRUE(state->damaged.empty());
  }
  EXPECT_EQ(disk.content("s").size(), kSigningBytes);
  ASSERT_OK(journal->record(600, sha256("200")));  // the latest again: nothing is written
  EXPECT_EQ(journal->latest().number, 200U);
  EXPECT_FALSE(parse_signing_journal(disk.content("s"), test::log_key("other.example").verifier().str()));
  EXPECT_FALSE(parse_signing_journal(ByteView(disk.content("s")).first(kSigningBytes - 1), kLogVkey));
}

TEST(SigningJournal, EveryFlippedBitIsSeenInItsRecord) {
  for (const std::uint64_t records : {1U, 5U, 16U, 17U, 40U}) {
    SimulatedDisk disk(records);
    auto journal = SigningJournal::create({.io = disk.mount(), .name = "s"}, kLogVkey);
    ASSERT_OK(journal);
    for (std::uint64_t i = 1; i < records; ++i) ASSERT_OK(journal->record(i, sha256(std::to_string(i))));
    Bytes& bytes = disk.content("s");
    for (std::size_t bit = 0; bit < 8 * bytes.size(); bit += test::soak() ? 1 : 7) {
      bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      const auto state = parse_signing_journal(bytes, kLogVkey);
      bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      if (!state) {
        EXPECT_EQ(records, 1U);
        continue;
      }
      const std::size_t slot = bit / 8 / sizeof(Record);
      if (state->interrupted)
        EXPECT_EQ((state->latest.number + 1) % kSigningRecords, slot);
      else
        EXPECT_THAT(state->damaged, ::testing::ElementsAre(slot * sizeof(Record)));
    }
  }
}

// A disk put back to an older state: every file of the log agrees with every other, only the journal elsewhere knows better.
TEST(Rollback, IsRefusedAtStart) {
  Apart apart;
  ASSERT_OK(Ledger::init(apart.disk.mount(), apart.key, apart.options()));
  ASSERT_OK(apart.append(0, 5));
  const auto old = snapshot(apart.disk);
  ASSERT_OK(apart.append(5, 3));
  const auto newer = snapshot(apart.disk);
  restore(apart.disk, old);
  const auto refused = apart.append(5, 1);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("a checkpoint of 8 entries was signed, but the log holds 5"));
  EXPECT_EQ(refused.error().where.file, "log.signed");
  EXPECT_EQ(apart.disk.content("checkpoint"), old.at("checkpoint"));
  EXPECT_EQ(apart.disk.content("entries"), old.at("entries"));  // and nothing was cut off or written
  Progress silent(Progress::Mode::silent);
  const auto problems = fsck(apart.disk.mount(), apart.key.verifier(), silent, apart.options());
  ASSERT_OK(problems);
  EXPECT_THAT(test::text_of(*problems), HasSubstr("put back to an older state"));
  restore(apart.disk, newer);
  ASSERT_OK(apart.append(8, 1));
}

// Put back, and another history grown to more entries than were signed: the root at the signed size gives it away.
TEST(Rollback, AnotherHistoryOfTheSameSizeIsRefused) {
  Apart apart;
  ASSERT_OK(Ledger::init(apart.disk.mount(), apart.key, apart.options()));
  ASSERT_OK(apart.append(0, 5));
  const auto old = snapshot(apart.disk);
  const auto old_signed = snapshot(apart.other);
  ASSERT_OK(apart.append(5, 3));
  const auto signed_after = snapshot(apart.other);
  restore(apart.disk, old);
  restore(apart.other, old_signed);
  ASSERT_OK(apart.append(100, 4));  // 9 entries, another history
  restore(apart.other, signed_after);
  restore(apart.disk, [&] {
    auto files = snapshot(apart.disk);
    files["checkpoint"] = old.at("checkpoint");  // as if that were the latest published
    return files;
  }());
  const auto refused = apart.append(200, 1);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("does not have the root that was signed"));
}

TEST(Rollback, AJournalThatIsOlderThanTheCheckpointIsRefused) {
  Apart apart;
  ASSERT_OK(Ledger::init(apart.disk.mount(), apart.key, apart.options()));
  ASSERT_OK(apart.append(0, 5));
  const auto old_signed = snapshot(apart.other);
  ASSERT_OK(apart.append(5, 3));
  restore(apart.other, old_signed);
  const auto refused = apart.append(8, 1);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("the signing journal ends at 5"));
  apart.other.erase("log.signed");
  const auto absent = apart.append(8, 1);
  ASSERT_FALSE(absent);
  EXPECT_THAT(absent.error().what, HasSubstr("no signing journal"));
}

TEST(SigningOrder, IsDurableBeforeTheSignature) {
  // Cut the power at every operation of an append: whatever checkpoint may have left the process, the signing journal knows it.
  const keys::SigningKey key = test::log_key();
  for (std::uint64_t n = 1;; ++n) {
    SimulatedDisk disk(n), other(n);
    const WriteOptions options{.signing_journal = {}, .signing_io = other.mount(), .signing_name = "s"};
    {
      auto log = Ledger::init(disk.mount(), key, options);
      ASSERT_OK(log);
      const auto before = disk.operations();
      disk.plan(Fault::power_cut, n);
      (void)log->append(test::make_entries(0, 3), key);
      if (disk.operations() < before + n) break;
    }
    disk.power_cut();
    other.power_cut();
    const auto state = SigningJournal::read({.io = other.mount(), .name = "s"}, key.verifier().str());
    ASSERT_OK(state);
    for (const std::string& note : disk.signed_notes())
      if (const auto checkpoint = merkle::verify_checkpoint(note, key.verifier())) {
        EXPECT_LE(checkpoint->checkpoint.size, state->latest.size) << n;
      }
  }
}

// The lock was lost (a network file system, say) and somebody else opened the log: the first writer notices before it writes or signs.
TEST(Fencing, AWriterThatLostItsLockStops) {
  SimulatedDisk disk(1);
  const keys::SigningKey key = test::log_key();
  auto first = Ledger::init(disk.mount(), key);
  ASSERT_OK(first);
  ASSERT_OK(first->append(test::make_entries(0, 2), key));
  ASSERT_FALSE(Ledger::open_write(disk.mount()));
  disk.kill_process();  // its lock is gone; it does not know
  auto second = Ledger::open_write(disk.mount());
  ASSERT_OK(second);
  ASSERT_OK(second->append(test::make_entries(2, 2), key));
  const auto before = snapshot(disk);
  const auto refused = first->append(test::make_entries(4, 2), key);
  ASSERT_FALSE(refused);
  const auto commit_refused = first->commit(test::make_entries(4, 2));
  ASSERT_FALSE(commit_refused);
  EXPECT_THAT(commit_refused.error().what, HasSubstr("another writer took over"));
  first = fail("closed");  // and its end changes nothing either
  for (const auto& [name, bytes] : before) EXPECT_EQ(disk.content(name), bytes) << name;
  ASSERT_OK(second->append(test::make_entries(4, 2), key));
  second = fail("closed");
  EXPECT_EQ(test::text_of(test::must_fsck(disk.mount(), key.verifier())), "");
}

TEST(Fencing, EveryOpeningRaisesTheEpoch) {
  SimulatedDisk disk(1);
  const keys::SigningKey key = test::log_key();
  ASSERT_OK(Ledger::init(disk.mount(), key));
  for (std::uint64_t n = 2; n < 5; ++n) {
    ASSERT_OK(Ledger::open_write(disk.mount()));
    EXPECT_EQ(Epoch::read(*disk.mount(), key.verifier().str())->first, n);
  }
  disk.content("epoch")[5] ^= 1;
  const auto refused = Ledger::open_write(disk.mount());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where.file, "epoch");
}

TEST(Commit, IsIntegratedBeforeItIsSigned) {
  SimulatedDisk disk(1);
  const keys::SigningKey key = test::log_key();
  auto log = Ledger::init(disk.mount(), key);
  ASSERT_OK(log);
  const auto entries = test::make_entries(0, 300);
  ASSERT_OK(log->commit(std::span(entries).first(200)));
  EXPECT_EQ(log->committed_size(), 200U);
  EXPECT_EQ(log->size(), 0U);
  EXPECT_FALSE(log->entry(0));  // readers see what is signed
  ASSERT_OK(log->commit(std::span(entries).subspan(100)));
  EXPECT_EQ(log->committed_size(), 300U);
  ASSERT_OK(log->publish(key));
  EXPECT_EQ(log->size(), 300U);
  EXPECT_EQ(merkle::verify_checkpoint(*log->checkpoint(), key.verifier())->checkpoint.root, test::reference_root(entries, 300));
  ASSERT_OK(log->publish(key));  // nothing new: nothing signed
  EXPECT_FALSE(log->publish(test::log_key("log.example/test", 8)));
}

}  // namespace
}  // namespace entente::ledger
