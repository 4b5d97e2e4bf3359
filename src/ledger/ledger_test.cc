// The log through its public face, on a real folder.
#include "ledger/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <atomic>
#include <thread>

#include "core/file.h"
#include "ledger/io.h"
#include "ledger/test_log.h"

namespace entente::ledger {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LedgerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::make("entente-ledger");
    ASSERT_OK(folder);
    folder_.emplace(std::move(*folder));
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_->path() / "log"; }
  std::optional<TemporaryFolder> folder_;
  keys::SigningKey key_ = test::log_key();
};

TEST_F(LedgerTest, NewLogIsEmptyAndSigned) {
  ASSERT_OK(Ledger::init(path(), key_));
  const auto log = Ledger::open_read(path());
  ASSERT_OK(log);
  EXPECT_EQ(log->size(), 0U);
  EXPECT_EQ(log->verifier(), key_.verifier());
  const auto note = log->checkpoint();
  ASSERT_OK(note);
  EXPECT_THAT(*note,
              ::testing::StartsWith("log.example/test\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u2014 log.example/test "));
  const auto checkpoint = merkle::verify_checkpoint(*note, key_.verifier());
  ASSERT_OK(checkpoint);
  EXPECT_EQ(checkpoint->checkpoint.root, merkle::empty_root());
  EXPECT_FALSE(log->entry(0));
  EXPECT_FALSE(log->receipt(0));
  EXPECT_FALSE(log->tile(0, 0, 1));
  EXPECT_OK(log->consistency(0, 0));
  EXPECT_EQ(test::text_of(test::must_fsck(posix_io(path()), key_.verifier())), "");
}

// The journal's first record is chained to the key's text, which for a name of ten letters has as many bytes as a record.
TEST_F(LedgerTest, NamesOfEveryLength) {
  for (std::size_t length = 1; length <= 24; ++length) {
    const keys::SigningKey key = test::log_key(std::string(length, 'n'));
    const auto folder = folder_->path() / std::to_string(length);
    ASSERT_OK(Ledger::init(folder, key));
    for (int round = 0; round < 3; ++round) {
      auto log = Ledger::open_write(folder);
      ASSERT_OK(log);
      EXPECT_OK(log->append(test::make_entries(static_cast<std::uint64_t>(round), 1), key));
    }
    EXPECT_EQ(test::text_of(test::must_fsck(posix_io(folder), key.verifier())), "") << length;
  }
}

TEST_F(LedgerTest, InitRefusesAFolderWithContentAndAWitnessKey) {
  ASSERT_OK(make_folders(path()));
  ASSERT_OK(Ledger::init(path(), key_));  // an empty folder is fine
  const auto again = Ledger::init(path(), key_);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().what, HasSubstr("not empty"));
  EXPECT_FALSE(Ledger::init(folder_->path() / "w", test::log_key("w.example", 1, keys::KeyType::cosignature_v1)));
  EXPECT_FALSE(std::filesystem::exists(folder_->path() / "w"));
}

TEST_F(LedgerTest, OpeningWhatIsNoLogSaysSo) {
  const auto read = Ledger::open_read(folder_->path());
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().str(), HasSubstr("no log here"));
  const auto write = Ledger::open_write(folder_->path() / "absent");
  ASSERT_FALSE(write);
  EXPECT_THAT(write.error().str(), HasSubstr("no log here"));
}

TEST_F(LedgerTest, AppendsAcrossTileBoundariesWithReceiptsForAll) {
  auto log = Ledger::init(path(), key_);
  ASSERT_OK(log);
  const auto entries = test::make_entries(0, 600);
  std::vector<std::string> checkpoints{*log->checkpoint()};
  std::size_t at = 0;
  for (const std::size_t to : {1U, 2U, 5U, 255U, 256U, 257U, 511U, 512U, 513U, 600U}) {
    const auto indices = log->append(std::span(entries).subspan(at, to - at), key_);
    ASSERT_OK(indices);
    ASSERT_EQ(indices->size(), to - at);
    for (std::size_t i = 0; i < indices->size(); ++i) EXPECT_EQ((*indices)[i], at + i);
    at = to;
    EXPECT_EQ(log->size(), at);
    checkpoints.push_back(*log->checkpoint());
    const auto checkpoint = merkle::verify_checkpoint(checkpoints.back(), key_.verifier());
    ASSERT_OK(checkpoint);
    EXPECT_EQ(checkpoint->checkpoint.root, test::reference_root(entries, at));
  }
  const auto opened = Ledger::open_read(path());
  ASSERT_OK(opened);
  for (const auto& reader : {std::cref(*log), std::cref(*opened)}) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      ASSERT_EQ(reader.get().entry(i).value_or("?"), entries[i]);
      const auto receipt = reader.get().receipt(i);
      ASSERT_OK(receipt);
      ASSERT_OK(merkle::verify_receipt(*receipt, as_bytes(entries[i]), key_.verifier()));
      ASSERT_OK(merkle::Receipt::parse(receipt->str()));
    }
    for (const std::string& note : checkpoints) test::expect_consistent(reader.get(), note);
    EXPECT_FALSE(reader.get().entry(600));
    EXPECT_FALSE(reader.get().inclusion(5, 601));
    EXPECT_FALSE(reader.get().inclusion(5, 5));
    EXPECT_FALSE(reader.get().consistency(6, 5));
    EXPECT_FALSE(reader.get().consistency(6, 601));
  }
  EXPECT_EQ(test::text_of(test::must_fsck(posix_io(path()), key_.verifier())), "");
}

TEST_F(LedgerTest, ProofsBetweenAllPairsOfSizesVerify) {
  auto log = Ledger::init(path(), key_);
  ASSERT_OK(log);
  const auto entries = test::make_entries(0, 40);
  ASSERT_OK(log->append(entries, key_));
  for (std::size_t second = 0; second <= 40; ++second) {
    for (std::size_t first = 0; first <= second; ++first) {
      const auto proof = log->consistency(first, second);
      ASSERT_OK(proof);
      ASSERT_OK(
          merkle::verify_consistency(first, second, test::reference_root(entries, first), test::reference_root(entries, second), *proof));
    }
    for (std::size_t index = 0; index < second; ++index) {
      const auto proof = log->inclusion(index, second);
      ASSERT_OK(proof);
      ASSERT_OK(merkle::verify_inclusion(index, second, merkle::leaf_hash(as_bytes(entries[index])), *proof,
                                         test::reference_root(entries, second)));
    }
  }
}

TEST_F(LedgerTest, SameBytesHaveOneIndex) {
  std::string after_first;
  {
    auto log = Ledger::init(path(), key_);
    ASSERT_OK(log);
    const std::vector<std::string> batch{"a", "b", "a", "", "b", ""};
    const auto indices = log->append(batch, key_);
    ASSERT_OK(indices);
    EXPECT_THAT(*indices, ElementsAre(0, 1, 0, 2, 1, 2));
    EXPECT_EQ(log->size(), 3U);
    after_first = *log->checkpoint();
  }
  auto log = Ledger::open_write(path());  // rebuilt from the log
  ASSERT_OK(log);
  const std::vector<std::string> known{"", "a"};
  EXPECT_THAT(*log->append(known, key_), ElementsAre(2, 0));
  EXPECT_EQ(*log->checkpoint(), after_first);
  const std::vector<std::string> mixed{"b", "c", "a", "c"};
  EXPECT_THAT(*log->append(mixed, key_), ElementsAre(1, 3, 0, 3));
  EXPECT_EQ(log->size(), 4U);
  EXPECT_EQ(*log->find(as_bytes("c")), std::optional<merkle::LeafIndex>(3));
  EXPECT_EQ(*log->find(as_bytes("d")), std::nullopt);
  const auto reader = Ledger::open_read(path());
  ASSERT_OK(reader);
  EXPECT_EQ(*reader->find(as_bytes("")), std::optional<merkle::LeafIndex>(2));
}

TEST_F(LedgerTest, TooLongAnEntryFailsTheWholeCallBeforeAnythingIsWritten) {
  auto log = Ledger::init(path(), key_);
  ASSERT_OK(log);
  const std::vector<std::string> batch{"good", std::string(65'536, 'x')};
  const auto refused = log->append(batch, key_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("entry 2 of the 2"));
  EXPECT_EQ(std::filesystem::file_size(path() / "entries"), 0U);
  const std::vector<std::string> longest{std::string(65'535, 'x')};
  ASSERT_OK(log->append(longest, key_));  // and the log goes on
  EXPECT_EQ(log->entry(0)->size(), 65'535U);
}

TEST_F(LedgerTest, WrongKeyReaderAndSecondWriterAreRefused) {
  auto log = Ledger::init(path(), key_);
  ASSERT_OK(log);
  const std::vector<std::string> one{"x"};
  EXPECT_FALSE(log->append(one, test::log_key("log.example/test", 8)));
  EXPECT_FALSE(log->append(one, test::log_key("log.example/other", 7)));
  auto reader = Ledger::open_read(path());
  ASSERT_OK(reader);
  EXPECT_FALSE(reader->append(one, key_));
  const auto second = Ledger::open_write(path());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().what, HasSubstr("another process is writing"));
  ASSERT_OK(log->append(one, key_));
  EXPECT_EQ(reader->size(), 0U);
  ASSERT_OK(reader->refresh());
  EXPECT_EQ(reader->size(), 1U);
  EXPECT_EQ(reader->entry(0).value_or("?"), "x");
}

TEST_F(LedgerTest, TilesAndBundlesArePrefixes) {
  auto log = Ledger::init(path(), key_);
  ASSERT_OK(log);
  const auto entries = test::make_entries(0, 300);
  ASSERT_OK(log->append(entries, key_));
  std::string leaves;
  std::string bundle;
  for (unsigned i = 0; i < 300; ++i) {
    if (i == 256) leaves.clear(), bundle.clear();
    leaves += as_text(merkle::leaf_hash(as_bytes(entries[i])).view());
    append_to_bundle(bundle, as_bytes(entries[i]));
    ASSERT_EQ(log->tile(0, i / 256, i % 256 + 1).value_or("?"), leaves);
    ASSERT_EQ(log->entry_bundle(i / 256, i % 256 + 1).value_or("?"), bundle);
  }
  EXPECT_EQ(log->tile(1, 0, 1).value_or("?"), as_text(test::reference_root(entries, 256).view()));
  for (const auto& absent :
       {log->tile(0, 0, 0), log->tile(0, 0, 257), log->tile(0, 1, 45), log->tile(0, 2, 1), log->tile(1, 0, 2), log->tile(2, 0, 1),
        log->tile(8, 0, 1), log->tile(64, 0, 1), log->tile(0, ~std::uint64_t{0}, 1), log->entry_bundle(0, 0), log->entry_bundle(1, 45),
        log->entry_bundle(2, 1), log->entry_bundle(~std::uint64_t{0}, 256)})
    EXPECT_FALSE(absent);
}

TEST_F(LedgerTest, WalksARangeInOrder) {
  auto log = Ledger::init(path(), key_);
  ASSERT_OK(log);
  const auto entries = test::make_entries(0, 600);
  ASSERT_OK(log->append(entries, key_));
  const auto count = [&](std::uint64_t first, std::uint64_t n) {
    std::uint64_t next = first;
    const auto done = log->each_entry(first, n, [&](merkle::LeafIndex i, ByteView e) -> Result<void> {
      EXPECT_EQ(i, next++);
      EXPECT_EQ(as_text(e), entries[static_cast<std::size_t>(i)]);
      return {};
    });
    EXPECT_OK(done);
    return next - first;
  };
  EXPECT_EQ(count(0, 600), 600U);
  EXPECT_EQ(count(250, 20), 20U);
  EXPECT_EQ(count(590, ~std::uint64_t{0}), 10U);
  EXPECT_EQ(count(600, 5), 0U);
  EXPECT_EQ(count(~std::uint64_t{0}, 5), 0U);
  EXPECT_FALSE(log->each_entry(0, 5, [](merkle::LeafIndex i, ByteView) -> Result<void> {
    if (i == 2) return fail("enough");
    return {};
  }));
}

TEST_F(LedgerTest, StatsCountWhatLiesThere) {
  auto log = Ledger::init(path(), key_);
  ASSERT_OK(log);
  const std::vector<std::string> batch{"abc", "de"};
  ASSERT_OK(log->append(batch, key_));
  const auto stats = log->stats();
  ASSERT_OK(stats);
  EXPECT_EQ(stats->size, 2U);
  EXPECT_EQ(stats->commits, 1U);
  EXPECT_EQ(stats->payload_bytes, 5U);
  std::uint64_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(path())) bytes += file.file_size();
  EXPECT_EQ(stats->disk_bytes, bytes);
}

TEST_F(LedgerTest, SameEntriesGiveTheSameFilesInAnyBatches) {
  const auto entries = test::make_entries(0, 300);
  for (const auto& [name, step] : {std::pair{"one", 300U}, std::pair{"many", 7U}}) {
    auto log = Ledger::init(folder_->path() / name, key_);
    ASSERT_OK(log);
    for (std::size_t at = 0; at < 300; at += step)
      ASSERT_OK(log->append(std::span(entries).subspan(at, std::min<std::size_t>(step, 300 - at)), key_));
  }
  for (const char* file : {"checkpoint", "entries", "entries.index", "level-0", "level-1", "level-2", "log.vkey"})
    EXPECT_EQ(*read_file(folder_->path() / "one" / file), *read_file(folder_->path() / "many" / file)) << file;
}

// One object a thread, beside a writer in another thread (run under ThreadSanitizer).
TEST_F(LedgerTest, ReadersBesideAWriterSeeWholeLogs) {
  auto log = Ledger::init(path(), key_);
  ASSERT_OK(log);
  const auto entries = test::make_entries(0, 300);
  std::atomic<bool> done = false;
  const auto read = [&] {
    auto reader = Ledger::open_read(path());
    ASSERT_OK(reader);
    std::uint64_t rounds = 0;
    do {
      ASSERT_OK(reader->refresh());
      if (reader->size() == 0) continue;
      const merkle::LeafIndex i = rounds * 31 % reader->size();
      const auto receipt = reader->receipt(i);
      ASSERT_OK(receipt);
      ASSERT_OK(merkle::verify_receipt(*receipt, as_bytes(entries[static_cast<std::size_t>(i)]), key_.verifier()));
      ++rounds;
    } while (!done);
    ASSERT_OK(reader->refresh());
    EXPECT_EQ(reader->size(), 300U);
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) readers.emplace_back(read);
  for (std::size_t at = 0; at < 300; at += 10) {
    EXPECT_OK(log->append(std::span(entries).subspan(at, 10), key_));
    if (at % 100 == 0) {
      const auto problems = test::must_fsck(posix_io(path()), key_.verifier());
      EXPECT_EQ(test::text_of(problems), "");
    }
  }
  done = true;
  for (auto& t : readers) t.join();
}

}  // namespace
}  // namespace entente::ledger
