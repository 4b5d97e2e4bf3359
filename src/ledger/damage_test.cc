// Damage at rest: every flipped bit is named by fsck, a damaged right edge is never signed, lost hashes are rebuilt from the entries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/fault_io.h"
#include "ledger/test_log.h"

namespace entente::ledger {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// A log of `size` entries on a simulated disk, made in commits of at most `step`.
struct TestLog {
  explicit TestLog(std::uint64_t size, std::uint64_t step = 64) : TestLog(test::make_entries(0, size), step) {}
  TestLog(std::vector<std::string> these, std::uint64_t step) : entries(std::move(these)) {
    const std::uint64_t size = entries.size();
    auto log = Ledger::init(disk.mount(), key);
    if (!log) throw std::runtime_error(log.error().str());
    for (std::uint64_t at = 0; at < size; at += step) {
      const auto done = log->append(std::span(entries).subspan(at, std::min(step, size - at)), key);
      if (!done) throw std::runtime_error(done.error().str());
    }
  }
  [[nodiscard]] std::vector<Problem> check() { return test::must_fsck(disk.mount(), key.verifier()); }
  [[nodiscard]] Result<std::vector<merkle::LeafIndex>> append_one(const std::string& entry) {
    auto log = Ledger::open_write(disk.mount());
    if (!log) return fail(log.error());
    const std::vector<std::string> one{entry};
    return log->append(one, key);
  }
  SimulatedDisk disk{1};
  keys::SigningKey key = test::log_key();
  std::vector<std::string> entries;
};

// The length of the records a file is made of; 0 if it has none.
std::size_t record_length(const std::string& name) {
  if (name == "journal" || name == "settled" || name == "signing-journal" || name == "epoch") return kCommitBytes;
  if (name == "entries.index") return 8;
  return name.starts_with("level-") ? kHashBytes : 0;
}

// Flips `bits` bits in every byte of every file. Each must be found, in the file it is in and in no other, and where files consist of
// records, at the record it is in.
// Every `step`-th byte of the larger files (a prime, so that all places in a record come up).
void flip_everything(TestLog& log, unsigned bits, std::size_t step) {
  ASSERT_EQ(test::text_of(log.check()), "");
  for (const std::string& name : log.disk.names()) {
    Bytes& content = log.disk.content(name);
    const std::size_t record = record_length(name);
    for (std::size_t i = 0; i < content.size(); i += content.size() > 200 ? step : 1) {
      for (unsigned b = 0; b < bits; ++b) {
        const auto mask = static_cast<std::uint8_t>(1U << (i * 5 + b) % 8);
        content[i] ^= mask;
        const auto problems = log.check();
        content[i] ^= mask;
        const std::string seen = fmt::format("{} byte {} mask {}\n{}", name, i, mask, test::text_of(problems));
        ASSERT_FALSE(problems.empty()) << seen;
        for (const Problem& p : problems) ASSERT_EQ(p.file, name) << seen;
        ASSERT_TRUE(problems.front().offset.has_value()) << seen;
        if (record != 0) { ASSERT_EQ(*problems.front().offset, i / record * record) << seen; }
        if (name == "entries") { ASSERT_LE(*problems.front().offset, i) << seen; }
      }
    }
  }
  ASSERT_EQ(test::text_of(log.check()), "");
}

TEST(Fsck, NamesEveryFlippedBitOfASmallLog) {
  TestLog log(5, 2);
  flip_everything(log, test::soak() ? 8 : 1, test::soak() ? 1 : 13);
}

TEST(Fsck, NamesAFlippedBitInEveryByteOfALogWithFullTiles) {
  std::vector<std::string> entries;
  for (int i = 0; i < 258; ++i) entries.push_back(fmt::format("{:x}", i));
  TestLog log(entries, 129);
  flip_everything(log, 1, test::soak() ? 1 : 37);
}

TEST(Fsck, NamesWhatIsMissingAndWhatIsTooMuch) {
  for (const std::string name : {"entries", "entries.index", "journal", "level-0", "level-1"}) {
    TestLog log(300);
    log.disk.content(name).pop_back();
    const auto shorter = log.check();
    ASSERT_FALSE(shorter.empty()) << name;
    EXPECT_EQ(shorter.front().file, name) << test::text_of(shorter);
    log.disk.content(name).push_back(0);
    log.disk.content(name).push_back(0);
    const auto longer = log.check();
    ASSERT_FALSE(longer.empty()) << name;
    EXPECT_TRUE(std::ranges::any_of(longer, [&](const Problem& p) { return p.file == name; })) << test::text_of(longer);
  }
  for (const std::string name : {"entries", "entries.index", "level-0", "level-5", "checkpoint", "log.vkey"}) {
    TestLog log(5);
    log.disk.erase(name);
    const auto problems = log.check();
    ASSERT_FALSE(problems.empty()) << name;
    EXPECT_THAT(test::text_of(problems), HasSubstr(name));
  }
}

TEST(Fsck, ComparesWithTheKeyItWasGiven) {
  TestLog log(5);
  const auto problems = test::must_fsck(log.disk.mount(), test::log_key("log.example/test", 9).verifier());
  EXPECT_THAT(test::text_of(problems), HasSubstr("log.vkey"));
  EXPECT_THAT(test::text_of(problems), HasSubstr("checkpoint"));
}

TEST(Fsck, ListsABoundedNumber) {
  TestLog log(2000, 2000);
  for (std::size_t i = 0; i < log.disk.content("level-0").size(); i += kHashBytes) log.disk.content("level-0")[i] ^= 1;
  const auto problems = log.check();
  ASSERT_EQ(problems.size(), kMaxProblems + 1);
  EXPECT_THAT(problems.back().what, HasSubstr("more problems"));
}

// A consistent lie: entry, leaf hash and all hashes above are changed together. Only the signed root can tell.
TEST(Fsck, FindsARewrittenHistory) {
  TestLog log(300, 300);
  TestLog other(0);
  auto lie = log.entries;
  lie[10][0] = 'E';
  {
    auto writer = Ledger::open_write(other.disk.mount());
    ASSERT_OK(writer);
    ASSERT_OK(writer->append(lie, other.key));
  }
  for (const std::string name : {"entries", "level-0", "level-1"}) log.disk.set_content(name, other.disk.content(name));
  const auto problems = log.check();
  EXPECT_THAT(test::text_of(problems), HasSubstr("checkpoint"));
  EXPECT_THAT(test::text_of(problems), HasSubstr("journal"));
  const auto refused = log.append_one("next");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().str(), HasSubstr("fsck"));
}

// Each byte of each right-edge hash in turn: nothing may be signed over it (the fork a peer signs in this case).
TEST(RightEdge, DamagedIsNeverSigned) {
  TestLog log(259, 259);
  const Bytes checkpoint = log.disk.content("checkpoint");
  for (const auto& [name, first, last] : {std::tuple{"level-0", 256U, 259U}, std::tuple{"level-1", 0U, 1U}}) {
    for (std::size_t i = first * kHashBytes; i < last * kHashBytes; i += test::soak() ? 1 : 3) {
      log.disk.content(name)[i] ^= 0x10;
      const auto refused = log.append_one("new " + std::to_string(i));
      log.disk.content(name)[i] ^= 0x10;
      ASSERT_FALSE(refused) << name << " " << i;
      EXPECT_EQ(refused.error().where.file, name);
      EXPECT_EQ(refused.error().where.offset, i / kHashBytes * kHashBytes);
      EXPECT_THAT(refused.error().hint, HasSubstr("entente ledger fsck"));
      ASSERT_EQ(log.disk.content("checkpoint"), checkpoint);
    }
  }
  ASSERT_OK(log.append_one("new"));
  EXPECT_EQ(test::text_of(log.check()), "");
}

TEST(RightEdge, IsCheckedBeforeEveryCommitNotOnlyAtOpening) {
  TestLog log(5);
  auto writer = Ledger::open_write(log.disk.mount());
  ASSERT_OK(writer);
  const std::vector<std::string> first{"one more"};
  ASSERT_OK(writer->append(first, log.key));
  const Bytes checkpoint = log.disk.content("checkpoint");
  log.disk.content("level-0")[3] ^= 1;
  const std::vector<std::string> second{"and another"};
  ASSERT_FALSE(writer->append(second, log.key));
  EXPECT_EQ(log.disk.content("checkpoint"), checkpoint);
  log.disk.content("level-0")[3] ^= 1;  // repaired: the same object goes on
  ASSERT_OK(writer->append(second, log.key));
}

TEST(Append, RefusesALogThatChangedUnderIt) {
  TestLog log(5);
  const Bytes old_checkpoint = log.disk.content("checkpoint");
  auto writer = Ledger::open_write(log.disk.mount());
  ASSERT_OK(writer);
  const std::vector<std::string> one{"x"};
  ASSERT_OK(writer->append(one, log.key));
  log.disk.set_content("checkpoint", old_checkpoint);  // a valid signature, but an old one
  const std::vector<std::string> two{"y"};
  const auto refused = writer->append(two, log.key);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("changed by someone else"));
}

TEST(Reading, NeverGivesOutDamagedEntriesOrProofs) {
  TestLog log(300);
  const auto reader = Ledger::open_read(log.disk.mount());
  ASSERT_OK(reader);
  const std::string whole(as_text(log.disk.content("entries")));
  log.disk.content("entries")[whole.find("entry 17") + 2] ^= 1;
  const auto entry = reader->entry(17);
  ASSERT_FALSE(entry);
  EXPECT_EQ(entry.error().where.file, "entries");
  EXPECT_EQ(entry.error().where.offset, whole.find("entry 17") - 2);
  EXPECT_FALSE(reader->receipt(17));
  EXPECT_OK(reader->receipt(18));
  log.disk.content("level-0")[40 * kHashBytes] ^= 1;
  EXPECT_FALSE(reader->receipt(40));
  EXPECT_FALSE(reader->inclusion(41, 300));  // its proof would hold the damaged hash
  EXPECT_OK(reader->inclusion(299, 300));
}

TEST(Recovery, RebuildsHashesAndIndexFromTheEntries) {
  for (const std::string name : {"level-0", "level-1", "entries.index", "level-7"}) {
    for (const std::size_t keep : {0U, 1U, 31U, 33U, 100U, 8192U, 8200U, 100'000U}) {
      TestLog log(600);
      const Bytes whole = log.disk.content(name);
      if (keep == 100'000U) {
        log.disk.erase(name);
      } else if (keep < whole.size()) {
        log.disk.content(name).resize(keep);
      }
      ASSERT_OK(log.append_one("next"));
      EXPECT_EQ(test::text_of(log.check()), "") << name << " " << keep;
      ASSERT_GE(log.disk.content(name).size(), whole.size());
      EXPECT_TRUE(std::equal(whole.begin(), whole.end(), log.disk.content(name).begin()));
    }
  }
}

TEST(Recovery, DoesNotRebuildFromDamagedEntries) {
  TestLog log(600);
  log.disk.content("level-0").resize(0);
  log.disk.content("entries")[5] ^= 1;
  const auto refused = log.append_one("next");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("do not have the root their commit recorded"));
}

// Nothing is known to be settled: levels and index are computed anew from the first entry on, whatever they hold.
TEST(Recovery, WithoutASettledMarkEverythingIsComputedAgain) {
  for (const bool erased : {true, false}) {
    TestLog log(700);
    const Bytes before = log.disk.content("level-0");
    log.disk.content("level-0")[40] ^= 1;
    if (erased)
      log.disk.erase("settled");
    else
      for (std::uint8_t& byte : log.disk.content("settled")) byte ^= 1;
    ASSERT_OK(Ledger::open_write(log.disk.mount()));
    EXPECT_EQ(log.disk.content("level-0"), before);
    EXPECT_EQ(test::text_of(log.check()), "");
  }
}

TEST(Recovery, LostEntriesOrCommitsAreNeverPassedOver) {
  for (const std::string name : {"entries", "journal"}) {
    TestLog log(100);
    log.disk.content(name).pop_back();
    const auto refused = log.append_one("next");
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().where.file, name);
  }
}

TEST(Recovery, CutsOffWhatNoCommitCovers) {
  TestLog log(300);
  for (const std::string name : {"entries", "entries.index", "level-0", "level-1", "level-2", "journal"})
    log.disk.content(name).insert(log.disk.content(name).end(), 40, 0xab);
  EXPECT_EQ(log.check().size(), 6U);
  ASSERT_OK(Ledger::open_read(log.disk.mount()));
  ASSERT_OK(log.append_one("next"));
  EXPECT_EQ(test::text_of(log.check()), "");
}

}  // namespace
}  // namespace entente::ledger
