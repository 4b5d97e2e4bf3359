// Group commit with many callers; faults in the middle of it; publication with and without cosignatures. Run under ThreadSanitizer.
#include "ledger/appender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <atomic>
#include <condition_variable>
#include <future>
#include <random>
#include <thread>

#include "core/file.h"
#include "ledger/fault_io.h"
#include "ledger/io.h"
#include "ledger/test_log.h"

namespace entente::ledger {
namespace {

using ::testing::HasSubstr;
using Wait = Appender::Wait;

std::shared_ptr<const keys::SigningKey> shared_key() { return std::make_shared<const keys::SigningKey>(test::log_key()); }

// add(), waited for.
Result<Appender::Added> add(Appender& appender, std::vector<std::string> entries, Wait wait = Wait::integrated) {
  std::promise<Result<Appender::Added>> promise;
  appender.add(std::move(entries), wait, [&](Result<Appender::Added> added) { promise.set_value(std::move(added)); });
  return promise.get_future().get();
}

// Holds back every sync while it is closed.
class Gate {
 public:
  void close() { set(true); }
  void open() { set(false); }
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !closed_; });
  }
  void wait_for_arrival() {
    std::unique_lock lock(mutex_);
    const unsigned before = arrived_;
    changed_.wait(lock, [&] { return arrived_ > before || (closed_ && arrived_ > 0); });
  }

 private:
  void set(bool closed) {
    const std::scoped_lock lock(mutex_);
    closed_ = closed;
    arrived_ = 0;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  unsigned arrived_ = 0;
};

class GatedFile final : public File {
 public:
  GatedFile(std::unique_ptr<File> file, Gate& gate) : file_(std::move(file)), gate_(gate) {}
  Result<std::uint64_t> size() const override { return file_->size(); }
  Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const override { return file_->read(offset, out); }
  Result<void> write(std::uint64_t offset, ByteView bytes) override { return file_->write(offset, bytes); }
  Result<void> sync() override {
    gate_.pass();
    return file_->sync();
  }
  Result<void> truncate(std::uint64_t size) override { return file_->truncate(size); }
  void forget_cached(std::uint64_t offset) override { file_->forget_cached(offset); }

 private:
  std::unique_ptr<File> file_;
  Gate& gate_;
};

class GatedIo final : public Io {
 public:
  GatedIo(std::shared_ptr<Io> io, Gate& gate) : io_(std::move(io)), gate_(gate) {}
  Result<std::unique_ptr<File>> open(std::string_view name, OpenMode mode) override {
    ENTENTE_TRY(auto file, io_->open(name, mode));
    if (name != kEntriesFile && name != kWalFile) return file;
    return std::make_unique<GatedFile>(std::move(file), gate_);
  }
  Result<bool> exists(std::string_view name) override { return io_->exists(name); }
  Result<void> rename(std::string_view from, std::string_view to) override { return io_->rename(from, to); }
  Result<void> remove(std::string_view name) override { return io_->remove(name); }
  Result<void> sync_folder() override { return io_->sync_folder(); }
  Result<void> make_empty_folder() override { return io_->make_empty_folder(); }
  Result<std::unique_ptr<WriterLock>> try_lock(std::string_view name) override { return io_->try_lock(name); }
  std::string display(std::string_view name) const override { return io_->display(name); }

 private:
  std::shared_ptr<Io> io_;
  Gate& gate_;
};

class AppenderTest : public ::testing::Test {
 protected:
  std::unique_ptr<Appender> start(Appender::Options options = {}, Appender::Cosign cosign = {}) {
    auto log = made_ ? Ledger::open_write(io_) : Ledger::init(io_, *key_);
    made_ = true;
    EXPECT_OK(log);
    auto appender = Appender::start(std::move(*log), key_, options, std::move(cosign));
    EXPECT_OK(appender);
    return std::move(*appender);
  }
  void expect_whole(std::uint64_t entries) {
    const auto log = Ledger::open_read(io_);
    ASSERT_OK(log);
    EXPECT_EQ(log->size(), entries);
    EXPECT_EQ(test::text_of(test::must_fsck(io_, key_->verifier())), "");
  }
  SimulatedDisk disk_{1};
  Gate gate_;
  std::shared_ptr<Io> io_ = std::make_shared<GatedIo>(disk_.mount(), gate_);
  std::shared_ptr<const keys::SigningKey> key_ = shared_key();
  bool made_ = false;
};

TEST_F(AppenderTest, ManyCallersGetTheRightIndices) {
  auto appender = start({.max_batch_entries = 64, .publish_every = std::chrono::milliseconds(5)});
  std::mutex mutex;
  std::map<std::string, merkle::LeafIndex> known;
  std::vector<std::thread> callers;
  for (unsigned t = 0; t < 4; ++t)
    callers.emplace_back([&, t] {
      for (unsigned i = 0; i < 100; ++i) {
        // Every second entry is given by all callers: it must have one index.
        const std::string entry = i % 2 == 0 ? "shared " + std::to_string(i) : "own " + std::to_string(t) + " " + std::to_string(i);
        const auto added = add(*appender, {entry, "pair of " + entry}, i % 10 == 0 ? Wait::published : Wait::integrated);
        ASSERT_OK(added);
        ASSERT_EQ(added->indices.size(), 2U);
        ASSERT_LT(added->indices[1], added->size);
        if (i % 10 == 0) {
          const auto checkpoint = merkle::verify_checkpoint(added->checkpoint, key_->verifier());
          ASSERT_OK(checkpoint);
          ASSERT_GT(checkpoint->checkpoint.size, std::max(added->indices[0], added->indices[1]));
        }
        const std::scoped_lock lock(mutex);
        ASSERT_EQ(known.emplace(entry, added->indices[0]).first->second, added->indices[0]);
        ASSERT_EQ(known.emplace("pair of " + entry, added->indices[1]).first->second, added->indices[1]);
      }
    });
  for (std::thread& t : callers) t.join();
  ASSERT_OK(appender->stop());
  EXPECT_EQ(appender->published(), known.size());
  ASSERT_EQ(known.size(), 2U * (50 + 4 * 50));
  const auto log = Ledger::open_read(io_);
  ASSERT_OK(log);
  for (const auto& [entry, index] : known) ASSERT_EQ(log->entry(index).value_or("?"), entry);
  expect_whole(known.size());
}

TEST_F(AppenderTest, WhatArrivesDuringACommitSharesTheNext) {
  auto appender = start();
  gate_.close();
  std::atomic<unsigned> answered = 0;
  const auto one = [&](unsigned i) {
    appender->add({"entry " + std::to_string(i)}, Wait::integrated, [&](const Result<Appender::Added>& added) {
      EXPECT_OK(added);
      ++answered;
    });
  };
  one(0);
  gate_.wait_for_arrival();  // its commit is being synced
  for (unsigned i = 1; i <= 100; ++i) one(i);
  EXPECT_EQ(answered, 0U);
  gate_.open();
  ASSERT_OK(appender->stop());
  EXPECT_EQ(answered, 101U);
  const auto log = Ledger::open_read(io_);
  ASSERT_OK(log);
  EXPECT_EQ(log->size(), 101U);
  EXPECT_LE(log->stats()->commits, 3U);
  expect_whole(101);
}

TEST_F(AppenderTest, DuplicatesInFlightGetOneIndexAndNoEarlyAnswer) {
  auto appender = start();
  gate_.close();
  std::atomic<unsigned> answered = 0;
  std::vector<merkle::LeafIndex> indices(3);
  for (unsigned i = 0; i < 3; ++i)
    appender->add({std::string(300'000 / 5, 'x')}, Wait::integrated, [&, i](const Result<Appender::Added>& added) {
      ASSERT_OK(added);
      indices[i] = added->indices.front();
      ++answered;
    });
  gate_.wait_for_arrival();
  EXPECT_EQ(answered, 0U);
  gate_.open();
  ASSERT_OK(appender->stop());
  EXPECT_THAT(indices, ::testing::Each(0U));
  expect_whole(1);
}

TEST_F(AppenderTest, AFullQueueRefusesAndSaysSo) {
  auto appender = start({.max_pending_bytes = 1000});
  gate_.close();
  appender->add({"first"}, Wait::integrated, [](const Result<Appender::Added>& added) { EXPECT_OK(added); });
  gate_.wait_for_arrival();
  unsigned full = 0;
  std::atomic<unsigned> answered = 0;
  // 1,000 bytes may be queued, and as many may lie in each of two batches that wait behind the first.
  for (unsigned i = 0; i < 60; ++i)
    appender->add({std::to_string(i) + std::string(98, '.')}, Wait::integrated, [&](const Result<Appender::Added>& added) {
      if (added) {
        ++answered;
      } else {
        EXPECT_TRUE(is_full(added.error()));
        EXPECT_THAT(added.error().hint, HasSubstr("try again"));
        ++full;
      }
    });
  EXPECT_GE(full, 60U - 3 * 10);
  EXPECT_LT(full, 60U);
  gate_.open();
  ASSERT_OK(appender->stop());
  EXPECT_EQ(answered + full, 60U);
  expect_whole(1 + answered);
}

TEST_F(AppenderTest, OneBadEntryFailsItsOwnCallOnly) {
  auto appender = start();
  const auto bad = add(*appender, {"good company", std::string(65'536, 'x')});
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().what, HasSubstr("at most 65535"));
  EXPECT_FALSE(is_full(bad.error()));
  ASSERT_OK(add(*appender, {std::string(65'535, 'x')}));
  const auto none = add(*appender, {});
  ASSERT_OK(none);
  EXPECT_TRUE(none->indices.empty());
  ASSERT_OK(appender->stop());
  const auto late = add(*appender, {"late"});
  ASSERT_FALSE(late);
  EXPECT_THAT(late.error().what, HasSubstr("stopped"));
  expect_whole(1);
}

TEST_F(AppenderTest, StopDrainsAndStartGoesOn) {
  for (unsigned round = 0; round < 3; ++round) {
    auto appender = start({.max_batch_entries = 10, .publish_every = std::chrono::hours(1)});
    std::atomic<unsigned> good = 0;
    for (unsigned i = 0; i < 50; ++i)
      appender->add({std::to_string(round) + " " + std::to_string(i)}, i % 2 == 0 ? Wait::published : Wait::integrated,
                    [&](const Result<Appender::Added>& added) { good += added ? 1 : 0; });
    ASSERT_OK(appender->stop());
    EXPECT_EQ(good, 50U);
    EXPECT_EQ(appender->published(), 50U * (round + 1));
    ASSERT_OK(appender->stop());
  }
  expect_whole(150);
}

TEST_F(AppenderTest, PublishesWithCosignaturesOrNotAtAll) {
  unsigned asked = 0;
  std::vector<merkle::TreeSize> previous;
  const keys::SigningKey witness = test::log_key("witness.example", 3, keys::KeyType::cosignature_v1);
  auto appender = start({.publish_every = std::chrono::milliseconds(1)},
                        [&](const std::string& note, merkle::TreeSize published, const ConsistencyReader& proofs) -> Result<std::string> {
                          const auto checkpoint = merkle::verify_checkpoint(note, key_->verifier());
                          EXPECT_OK(checkpoint);
                          EXPECT_OK(proofs(published, checkpoint->checkpoint.size));
                          previous.push_back(published);
                          if (++asked <= 3) return fail("too few witnesses");
                          const auto line =
                              merkle::cosign_note(merkle::Note::parse(note)->text, witness, Instant(std::chrono::seconds(1'000'000)));
                          EXPECT_OK(line);
                          return note + *line;
                        });
  const auto added = add(*appender, {"a"}, Wait::published);
  ASSERT_OK(added);
  EXPECT_GE(asked, 4U);
  EXPECT_THAT(added->checkpoint, HasSubstr("witness.example"));
  EXPECT_OK(merkle::verify_checkpoint(added->checkpoint, key_->verifier(), {witness.verifier()}));
  ASSERT_OK(add(*appender, {"b"}, Wait::published));
  ASSERT_OK(appender->stop());
  EXPECT_EQ(previous.front(), 0U);
  EXPECT_EQ(previous.back(), 1U);
  EXPECT_THAT(*Ledger::open_read(io_)->checkpoint(), HasSubstr("witness.example"));
}

TEST_F(AppenderTest, APolicyThatIsNeverMetFailsThoseWhoWaitForIt) {
  auto appender =
      start({.publish_every = std::chrono::milliseconds(1)},
            [](const std::string&, merkle::TreeSize, const ConsistencyReader&) -> Result<std::string> { return fail("no quorum"); });
  ASSERT_OK(add(*appender, {"a"}));
  std::promise<Result<Appender::Added>> promise;
  appender->add({"b"}, Wait::published, [&](Result<Appender::Added> added) { promise.set_value(std::move(added)); });
  const auto stopped = appender->stop();
  ASSERT_FALSE(stopped);
  EXPECT_THAT(stopped.error().what, HasSubstr("no quorum"));
  EXPECT_THAT(promise.get_future().get().error().what, HasSubstr("no quorum"));
  EXPECT_EQ(appender->integrated(), 2U);
  EXPECT_EQ(appender->published(), 0U);
  auto log = Ledger::open_write(io_);  // the entries are there all the same
  ASSERT_OK(log);
  ASSERT_OK(log->publish(*key_));
  EXPECT_EQ(log->size(), 2U);
}

TEST_F(AppenderTest, ThoseWhoWaitTooLongForACheckpointGetTheirIndicesWithoutIt) {
  std::atomic<bool> met = false;
  auto appender = start({.publish_patience = std::chrono::milliseconds(5), .publish_every = std::chrono::milliseconds(1)},
                        [&](const std::string& note, merkle::TreeSize, const ConsistencyReader&) -> Result<std::string> {
                          if (!met) return fail("no quorum");
                          return note;
                        });
  const auto late = add(*appender, {"a", "b"}, Wait::published);
  ASSERT_OK(late);
  EXPECT_THAT(late->indices, ::testing::ElementsAre(0, 1));
  EXPECT_EQ(late->checkpoint, "");
  ASSERT_TRUE(appender->publication_problem());
  EXPECT_THAT(appender->publication_problem()->what, HasSubstr("no quorum"));
  EXPECT_FALSE(appender->failure());
  met = true;
  const auto again = add(*appender, {"b"}, Wait::published);
  ASSERT_OK(again);
  EXPECT_THAT(again->indices, ::testing::ElementsAre(1));
  EXPECT_FALSE(appender->publication_problem());
  ASSERT_OK(appender->stop());
}

TEST_F(AppenderTest, ADamagedRightEdgeStopsEverything) {
  auto appender = start({.publish_every = std::chrono::hours(1)});
  ASSERT_OK(add(*appender, {"a", "b", "c"}, Wait::published));
  const Bytes before = disk_.content("checkpoint");
  disk_.content("level-0")[40] ^= 1;
  const auto refused = add(*appender, {"d"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where.file, "level-0");
  ASSERT_TRUE(appender->failure().has_value());
  EXPECT_FALSE(add(*appender, {"e"}));
  EXPECT_FALSE(appender->stop());
  EXPECT_EQ(appender->published(), 3U);
  EXPECT_EQ(disk_.content("checkpoint"), before);
}

// The power fails, or the disk reports errors, with several callers at work: what was answered is there, whatever may have been signed is
// continued.
TEST(AppenderCrash, LosesNothingItAnswered) {
  const auto key = shared_key();
  const std::uint64_t seeds = test::soak() ? 1000 : 12;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    std::mt19937_64 rng(seed);
    SimulatedDisk disk(seed, seed % 2 == 0 ? 512 : 4096);
    ASSERT_OK(Ledger::init(disk.mount(), *key));
    std::mutex mutex;
    std::map<std::string, merkle::LeafIndex> answered;
    for (int event = 0; event < 3; ++event) {
      auto log = Ledger::open_write(disk.mount(), test::random_wal(rng));
      ASSERT_OK(log);
      const Fault fault = std::array{Fault::power_cut, Fault::io_error, Fault::no_space, Fault::short_write}[rng() % 4];
      disk.plan(fault, 1 + rng() % 80);
      auto appender = Appender::start(std::move(*log), key,
                                      {.max_batch_entries = 16,
                                       .large_batch_bytes = seed % 2 == 0 ? std::size_t{1} : std::size_t{1} << 20,
                                       .reserve_bytes = 3000,
                                       .publish_every = std::chrono::milliseconds(1)});
      ASSERT_OK(appender);
      std::vector<std::thread> callers;
      for (unsigned t = 0; t < 2; ++t)
        callers.emplace_back([&, t] {
          for (unsigned i = 0; i < 40; ++i) {
            const std::string entry = fmt::format("{} {} {} {}", seed, event, i % 5 == 0 ? 9 : t, i);
            const auto added = add(**appender, {entry}, i % 7 == 0 ? Wait::published : Wait::integrated);
            if (!added) return;
            const std::scoped_lock lock(mutex);
            ASSERT_EQ(answered.emplace(entry, added->indices.front()).first->second, added->indices.front());
          }
        });
      for (std::thread& t : callers) t.join();
      (void)(*appender)->stop();
      appender->reset();
      disk.no_plan();
      if (disk.power_is_off() || rng() % 2 == 0)
        disk.power_cut();
      else
        disk.kill_process();
      auto again = Ledger::open_write(disk.mount());
      ASSERT_OK(again);
      ASSERT_OK(again->publish(*key));
      for (const auto& [entry, index] : answered) ASSERT_EQ(again->entry(index).value_or("?"), entry) << seed;
      for (const std::string& note : disk.signed_notes())
        if (merkle::verify_checkpoint(note, key->verifier())) test::expect_consistent(*again, note);
      ASSERT_FALSE(::testing::Test::HasFailure()) << seed;
    }
    ASSERT_EQ(test::text_of(test::must_fsck(disk.mount(), key->verifier())), "") << seed;
  }
}

TEST(AppenderStart, NeedsAWriterAndItsKey) {
  SimulatedDisk disk(1);
  const auto key = shared_key();
  ASSERT_OK(Ledger::init(disk.mount(), *key));
  EXPECT_FALSE(Appender::start(std::move(*Ledger::open_read(disk.mount())), key, {}));
  EXPECT_FALSE(Appender::start(std::move(*Ledger::open_write(disk.mount())),
                               std::make_shared<const keys::SigningKey>(test::log_key("log.example/test", 8)), {}));
  EXPECT_TRUE(Appender::start(std::move(*Ledger::open_write(disk.mount())), key, {}));
}

}  // namespace
}  // namespace entente::ledger
