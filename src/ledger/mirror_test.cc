// Mirrors and monitors: a copy that is itself a log, forged sources, interruptions, forks.
#include "ledger/mirror.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/fault_io.h"
#include "ledger/monitor.h"
#include "ledger/remote_tree.h"
#include "ledger/resource.h"
#include "ledger/test_log.h"

namespace entente::ledger {
namespace {

using ::testing::HasSubstr;
using Outcome = Round::Outcome;

// A log on a simulated disk, and what it serves, so that tests can lie on its behalf.
class Served {
 public:
  explicit Served(std::uint64_t seed = 1, std::uint8_t key_seed = 7) : disk_(seed), key_(test::log_key("log.example/test", key_seed)) {
    auto made = Ledger::init(disk_.mount(), key_);
    if (!made) throw std::runtime_error(made.error().str());
    log_.emplace(std::move(*made));
  }
  void append(const std::vector<std::string>& entries) {
    ASSERT_OK(log_->append(entries, key_));
    checkpoints_.push_back(log_->checkpoint().value());
  }
  void grow(std::uint64_t size, std::uint64_t first = 0) { append(test::make_entries(first + log_->size(), size - log_->size())); }
  // Replaced resources win; `fetches` counts what was asked for.
  Fetch fetch() {
    return [this](std::string_view path, std::size_t max) -> Result<std::optional<std::string>> {
      ++fetches[std::string(path)];
      if (fail_after && --*fail_after == 0) return fail("the connection broke");
      if (const auto it = lies.find(path); it != lies.end()) return it->second;
      std::optional<std::string> out;
      if (path == "checkpoint") {
        out = log_->checkpoint().value();
      } else if (const auto name = parse_resource(path)) {
        const auto got =
            name->kind == Resource::Kind::tile ? log_->tile(name->level, name->n, name->width) : log_->entry_bundle(name->n, name->width);
        if (got) out = *got;
      }
      if (out && out->size() > max) return fail("too large");
      return out;
    };
  }
  const Ledger& log() const { return *log_; }
  const keys::SigningKey& key() const { return key_; }
  const std::vector<std::string>& checkpoints() const { return checkpoints_; }

  std::map<std::string, std::optional<std::string>, std::less<>> lies;
  std::map<std::string, unsigned> fetches;
  std::optional<unsigned> fail_after;

 private:
  SimulatedDisk disk_;
  keys::SigningKey key_;
  std::optional<Ledger> log_;
  std::vector<std::string> checkpoints_;
};

class MirrorTest : public ::testing::Test {
 protected:
  Result<Round> update(MirrorOptions options = {}) {
    disk->kill_process();
    ENTENTE_TRY(Mirror mirror, Mirror::open(disk->mount(), source.key().verifier(), std::move(options)));
    return mirror.update(source.fetch(), silent);
  }
  // The copy is a log: readable, sound, and every resource is the source's, byte for byte.
  void expect_same_log() {
    disk->kill_process();
    const auto copy = Ledger::open_read(disk->mount());
    ASSERT_OK(copy);
    ASSERT_EQ(copy->size(), source.log().size());
    EXPECT_EQ(copy->checkpoint().value(), source.log().checkpoint().value());
    for (unsigned level = 0; level < 3; ++level)
      for (std::uint64_t n = 0; n * kTileWidth < hashes_at(copy->size(), level); ++n) {
        const auto width = static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, hashes_at(copy->size(), level) - n * kTileWidth));
        EXPECT_EQ(copy->tile(level, n, width).value(), source.log().tile(level, n, width).value());
        if (level == 0) { EXPECT_EQ(copy->entry_bundle(n, width).value(), source.log().entry_bundle(n, width).value()); }
      }
    if (copy->size() > 0) { EXPECT_OK(copy->receipt(copy->size() / 2)); }
    EXPECT_EQ(test::text_of(test::must_fsck(disk->mount(), source.key().verifier())), "");
  }
  Served source;
  std::unique_ptr<SimulatedDisk> disk = std::make_unique<SimulatedDisk>(2);
  Progress silent{Progress::Mode::silent};
};

TEST_F(MirrorTest, FollowsALogAndIsOne) {
  for (const std::uint64_t size : {0, 1, 2, 255, 256, 257, 300, 512, 700, 1500}) {
    if (size > 0) source.grow(size);
    const auto round = update();
    ASSERT_OK(round);
    EXPECT_EQ(round->outcome, Outcome::grown);
    EXPECT_EQ(round->now, size);
    expect_same_log();
  }
  const auto again = update();
  ASSERT_OK(again);
  EXPECT_EQ(again->outcome, Outcome::unchanged);
}

TEST_F(MirrorTest, CosignsWhatItHolds) {
  const auto key = std::make_shared<const keys::SigningKey>(test::log_key("mirror.example", 9, keys::KeyType::cosignature_v1));
  const auto note = [&] {
    disk->kill_process();
    return Ledger::open_read(disk->mount()).value().checkpoint().value();
  };
  const auto cosigned = [&] {
    return merkle::verify_checkpoint(note(), source.key().verifier(), {key->verifier()})->note.cosigned.size() == 1;
  };
  source.grow(300);
  ASSERT_OK(update());
  EXPECT_FALSE(cosigned());
  ASSERT_OK(update({.key = key}));  // nothing new but the key
  EXPECT_TRUE(cosigned());
  const std::string first = note();
  ASSERT_OK(update({.key = key}));
  EXPECT_EQ(note(), first) << "cosigned once";
  source.grow(600);
  ASSERT_OK(update({.key = key}));
  EXPECT_TRUE(cosigned());
  EXPECT_EQ(test::text_of(test::must_fsck(disk->mount(), source.key().verifier())), "");
}

TEST_F(MirrorTest, FetchesOnlyWhatIsNew) {
  source.grow(1000);
  ASSERT_OK(update());
  source.fetches.clear();
  source.grow(1100);
  ASSERT_OK(update());
  for (const auto& [path, count] : source.fetches) {
    if (path.starts_with("tile/entries/")) { EXPECT_TRUE(path == "tile/entries/003" || path == "tile/entries/004.p/76") << path; }
    EXPECT_EQ(count, 1U) << path;
  }
}

TEST_F(MirrorTest, UsesTheFullTileWhereThePartialOneIsGone) {
  source.grow(700);
  const std::string old_note = source.log().checkpoint().value();
  source.grow(1100);
  source.lies["checkpoint"] = old_note;  // a cached checkpoint; the partials of 700 were deleted since
  for (const char* gone : {"tile/0/002.p/188", "tile/entries/002.p/188"}) source.lies[gone] = std::nullopt;
  const auto round = update();
  ASSERT_OK(round);
  EXPECT_EQ(round->now, 700U);
  EXPECT_EQ(source.fetches["tile/0/002"], 1U);
  source.lies.clear();
  ASSERT_OK(update());
  expect_same_log();
}

TEST_F(MirrorTest, EveryForgedByteIsRejectedAndNothingOfItKept) {
  source.grow(256 * 3 + 40);
  const std::vector<std::string> resources = {"checkpoint",     "tile/0/000",       "tile/0/002",       "tile/0/003.p/40",
                                              "tile/1/000.p/3", "tile/entries/000", "tile/entries/001", "tile/entries/003.p/40"};
  for (const std::string& path : resources) {
    source.lies.clear();
    const std::string honest = source.fetch()(path, 1 << 25).value().value();
    for (std::size_t i = 0; i < honest.size(); i += honest.size() / 23 + 1) {
      std::string forged = honest;
      forged[i] = static_cast<char>(forged[i] ^ 4);
      source.lies[path] = forged;
      disk = std::make_unique<SimulatedDisk>(3);
      EXPECT_FALSE(update()) << path << " byte " << i;
      disk->kill_process();
      EXPECT_FALSE(Ledger::open_read(disk->mount())) << path << " byte " << i;  // no checkpoint was installed
    }
    source.lies[path] = honest.substr(0, honest.size() - 1);
    EXPECT_FALSE(update()) << path;
    source.lies[path] = honest + "x";
    EXPECT_FALSE(update()) << path;
    source.lies[path] = std::nullopt;
    disk = std::make_unique<SimulatedDisk>(3);
    EXPECT_FALSE(update()) << path;
  }
  source.lies.clear();
  ASSERT_OK(update());  // what the lies left behind does no harm
  expect_same_log();
}

// CVE-2026-56865: a forged entry whose level-0 tile was forged with it, in a tree deep enough that a reader which skips levels between the
// leaf tile and the root would accept it. Each level's tile is forged in turn, so every link of the chain must be checked.
TEST(RemoteTreeTest, AForgedTileWithAConsistentLeafIsRejectedAtEveryDepth) {
  // A tree of 256³ + 256² + 256 + 1 leaves, all alike, so that its tiles are known without holding them.
  const merkle::TreeSize size = (1ULL << 24) + (1ULL << 16) + (1ULL << 8) + 1;
  const std::string entry = "the same";
  std::vector<Digest> at_level{merkle::leaf_hash(as_bytes(entry))};
  for (unsigned level = 1; level < 4; ++level) at_level.push_back(fold(std::vector<Digest>(kTileWidth, at_level.back())));
  std::map<std::string, std::string, std::less<>> forged;
  const auto tile_of = [&](unsigned level, unsigned width) {
    std::string out;
    for (unsigned i = 0; i < width; ++i) out += as_text(at_level[level].view());
    return out;
  };
  const Fetch fetch = [&](std::string_view path, std::size_t) -> Result<std::optional<std::string>> {
    if (const auto it = forged.find(path); it != forged.end()) return it->second;
    const auto name = parse_resource(path);
    if (!name) return std::nullopt;
    if (name->kind == Resource::Kind::tile) return tile_of(name->level, name->width);
    std::string bundle;
    for (unsigned i = 0; i < name->width; ++i) append_to_bundle(bundle, as_bytes(entry));
    return bundle;
  };
  std::vector<Digest> edge;
  for (unsigned level = 4; level-- > 0;) append_edge(std::vector<Digest>(hashes_at(size, level) % kTileWidth, at_level[level]), edge);
  const Digest root = merkle::RightEdge::from(size, edge)->root();

  const auto read_first = [&]() -> Result<void> {
    ENTENTE_TRY(RemoteTree tree, RemoteTree::open(fetch, size, root));
    return tree.each_bundle(5, 6, [&](merkle::LeafIndex first, std::span<const ByteView> entries, std::span<const Digest>) -> Result<void> {
      EXPECT_EQ(first, 5U);
      EXPECT_EQ(as_text(entries[0]), entry) << "a forged entry was given out";
      return {};
    });
  };
  EXPECT_OK(read_first());

  std::string bundle;
  for (unsigned i = 0; i < kTileWidth; ++i) append_to_bundle(bundle, as_bytes(i == 5 ? "forged!!" : entry));
  forged["tile/entries/000"] = bundle;
  EXPECT_FALSE(read_first());
  // Upwards: each tile is made to agree with the forged one below it.
  Digest lie = merkle::leaf_hash(as_bytes("forged!!"));
  for (unsigned level = 0; level < 3; ++level) {
    std::vector<Digest> hashes(kTileWidth, at_level[level]);
    hashes[level == 0 ? 5 : 0] = lie;
    std::string bytes;
    for (const Digest& h : hashes) bytes += as_text(h.view());
    forged[tile_path(level, 0, kTileWidth)] = bytes;
    lie = fold(hashes);
    const auto read = read_first();
    ASSERT_FALSE(read) << level;
    EXPECT_THAT(read.error().what, HasSubstr(tile_path(level, 0, kTileWidth)));
  }
  std::string top = tile_of(3, 1);
  top = std::string(as_text(lie.view()));
  forged["tile/3/000.p/1"] = top;
  EXPECT_THAT(read_first().error().what, HasSubstr("partial tiles"));
}

TEST_F(MirrorTest, ResumesAfterAnInterruptionWithoutFetchingTwice) {
  source.grow(3000);
  MirrorOptions small{.batch_bytes = 4'000};
  source.fail_after = 15;
  const auto broken = update(small);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().what, HasSubstr("connection broke"));
  source.fail_after.reset();
  std::set<std::string> seen;
  for (const auto& [path, count] : source.fetches)
    if (path.starts_with("tile/entries/")) seen.insert(path);
  ASSERT_GE(seen.size(), 4U);
  source.fetches.clear();
  source.grow(3300);  // it grew meanwhile
  ASSERT_OK(update(small));
  unsigned twice = 0;
  for (const std::string& path : seen) twice += source.fetches.contains(path) ? 1 : 0;
  EXPECT_LE(twice, 3U);  // what had been fetched but not committed
  expect_same_log();
}

TEST_F(MirrorTest, NoCrashLeavesAnythingButAPartOfTheLog) {
  source.grow(900);
  for (const Fault fault : {Fault::power_cut, Fault::io_error, Fault::no_space}) {
    for (std::uint64_t seed = 0; seed < 80; ++seed) {
      disk = std::make_unique<SimulatedDisk>(seed, std::array<std::size_t, 3>{64, 512, 4096}[seed % 3]);
      for (int event = 0; event < 3; ++event) {
        disk->plan(fault, 1 + (seed * 7 + static_cast<std::uint64_t>(event) * 13) % 60);
        (void)update({.batch_bytes = 2'000});
        disk->no_plan();
        if (disk->power_is_off()) disk->power_cut();
      }
      const auto round = update({.batch_bytes = 2'000});
      if (!round && disk->names().size() <= 2) continue;  // the folder's very making was cut; it says so
      ASSERT_TRUE(round) << static_cast<int>(fault) << " " << seed << " " << round.error().str();
      disk->kill_process();
      const auto copy = Ledger::open_read(disk->mount());
      ASSERT_OK(copy);
      ASSERT_EQ(copy->size(), 900U);
      ASSERT_EQ(copy->checkpoint().value(), source.log().checkpoint().value());
    }
  }
  expect_same_log();
}

TEST_F(MirrorTest, AnOlderCheckpointIsSeenAsSuch) {
  source.grow(300);
  const std::string old_note = source.log().checkpoint().value();
  source.grow(600);
  ASSERT_OK(update());
  source.lies["checkpoint"] = old_note;
  const auto round = update();
  ASSERT_OK(round);
  EXPECT_EQ(round->outcome, Outcome::behind);
  source.lies.clear();
  expect_same_log();
}

TEST_F(MirrorTest, AForkIsProvenAndNotFollowed) {
  Served liar(9);
  for (Served* log : {&source, &liar}) log->grow(300);
  source.grow(600);
  ASSERT_OK(update());
  liar.grow(500, 10'000);  // the same key signs another continuation
  const auto follow = [&](Served& from) -> Result<Round> {
    disk->kill_process();
    ENTENTE_TRY(Mirror mirror, Mirror::open(disk->mount(), source.key().verifier()));
    return mirror.update(from.fetch(), silent);
  };
  for (const std::uint64_t size : {500, 600, 900}) {  // smaller, equal, larger than what is held
    if (liar.log().size() < size) liar.grow(size, 10'000);
    const auto round = follow(liar);
    ASSERT_OK(round);
    ASSERT_EQ(round->outcome, Outcome::forked) << size;
    ASSERT_TRUE(round->fork);
    EXPECT_OK(merkle::confirm_fork(*round->fork, source.key().verifier()));
    const std::string name = round->fork_file;
    EXPECT_EQ(as_text(disk->content(name.substr(name.rfind('/') + 1))), round->fork->str());
  }
  for (const std::string& name : disk->names())
    if (name.starts_with("fork-")) disk->erase(name);
  expect_same_log();
}

TEST_F(MirrorTest, AForkBetweenAnInterruptedRoundAndTheNextIsProven) {
  Served liar(9);
  for (Served* log : {&source, &liar}) log->grow(300);
  source.grow(2000);
  liar.grow(2100, 10'000);
  source.fail_after = 14;
  ASSERT_FALSE(update({.batch_bytes = 2'000}));
  disk->kill_process();
  auto mirror = Mirror::open(disk->mount(), source.key().verifier());
  ASSERT_OK(mirror);
  const auto round = mirror->update(liar.fetch(), silent);
  ASSERT_OK(round);
  ASSERT_EQ(round->outcome, Outcome::forked);
  EXPECT_EQ(merkle::confirm_fork(*round->fork, source.key().verifier()).value().smaller.size, 2000U);
}

TEST_F(MirrorTest, AMissedQuorumAndAnotherKeyAreErrors) {
  source.grow(10);
  const auto witness = test::log_key("witness.example", 50, keys::KeyType::cosignature_v1);
  auto policy = merkle::Policy::parse("witness w " + witness.verifier().str() + "\nquorum w\n");
  ASSERT_OK(policy);
  const auto round = update({.policy = *policy});
  ASSERT_FALSE(round);
  EXPECT_THAT(round.error().what, HasSubstr("quorum is not reached"));
  const std::string note = source.log().checkpoint().value();
  source.lies["checkpoint"] =
      note + merkle::cosign_note(merkle::Note::parse(note)->text, witness, Instant(std::chrono::seconds(1))).value();
  ASSERT_OK(update({.policy = *policy}));
  disk->kill_process();
  EXPECT_EQ(Ledger::open_read(disk->mount())->checkpoint().value(), *source.lies["checkpoint"]);  // with its cosignature
  disk->kill_process();
  EXPECT_FALSE(Mirror::open(disk->mount(), test::log_key("log.example/test", 99).verifier()));
}

// ---- the monitor ----

class MonitorTest : public ::testing::Test {
 protected:
  Result<Round> look(Served& from, MonitorOptions options = {}) {
    disk->kill_process();
    entries.clear();
    ENTENTE_TRY(Monitor monitor, Monitor::open(disk->mount(), source.key().verifier(), std::move(options)));
    return monitor.look(from.fetch(), [&](merkle::LeafIndex index, ByteView entry) -> Result<void> {
      if (refuse_at && index == *refuse_at) return fail("the pipe closed");
      entries.emplace(index, as_text(entry));
      return {};
    });
  }
  void expect_entries(merkle::LeafIndex first, merkle::LeafIndex end) {
    ASSERT_EQ(entries.size(), end - first);
    for (const auto& [index, entry] : entries) EXPECT_EQ(entry, source.log().entry(index).value());
    if (!entries.empty()) { EXPECT_EQ(entries.begin()->first, first); }
  }
  Served source;
  std::unique_ptr<SimulatedDisk> disk = std::make_unique<SimulatedDisk>(4);
  std::map<merkle::LeafIndex, std::string> entries;
  std::optional<merkle::LeafIndex> refuse_at;
};

TEST_F(MonitorTest, ReportsEveryNewEntryOnce) {
  source.grow(300);
  ASSERT_EQ(look(source).value().outcome, Outcome::grown);
  expect_entries(0, 300);
  ASSERT_EQ(look(source).value().outcome, Outcome::unchanged);
  EXPECT_TRUE(entries.empty());
  source.grow(800);
  ASSERT_EQ(look(source).value().outcome, Outcome::grown);
  expect_entries(300, 800);
  source.grow(900);
  refuse_at = 850;
  EXPECT_FALSE(look(source));
  refuse_at.reset();
  ASSERT_OK(look(source));  // those not handed over come again
  expect_entries(800, 900);
}

TEST_F(MonitorTest, MayStartFromNow) {
  source.grow(300);
  ASSERT_OK(look(source, {.start = MonitorOptions::Start::now}));
  EXPECT_TRUE(entries.empty());
  source.grow(301);
  ASSERT_OK(look(source, {.start = MonitorOptions::Start::now}));
  expect_entries(300, 301);
}

TEST_F(MonitorTest, ProvesAForkOfAnySizeAndKeepsItsView) {
  Served liar(9);
  for (Served* log : {&source, &liar}) log->grow(300);
  source.grow(600);
  ASSERT_OK(look(source));
  for (const std::uint64_t size : {600, 900}) {
    liar.grow(size, 10'000);
    const auto round = look(liar);
    ASSERT_OK(round);
    ASSERT_EQ(round->outcome, Outcome::forked) << size;
    EXPECT_OK(merkle::confirm_fork(*round->fork, source.key().verifier()));
    EXPECT_TRUE(entries.empty());
  }
  // A smaller one: the source would have to serve the tree of the larger it once signed; this one cannot, and nothing is claimed.
  Served short_liar(9);
  short_liar.grow(300);
  short_liar.grow(500, 10'000);
  const auto unknown = look(short_liar);
  ASSERT_OK(unknown);
  EXPECT_EQ(unknown->outcome, Outcome::behind);
  EXPECT_THAT(unknown->remark, HasSubstr("cannot be checked"));
  // With the honest tree at hand it is proven.
  source.lies["checkpoint"] = short_liar.log().checkpoint().value();
  EXPECT_EQ(look(source).value().outcome, Outcome::forked);
  source.lies.clear();
  source.grow(700);
  ASSERT_EQ(look(source).value().outcome, Outcome::grown);
  expect_entries(600, 700);
}

TEST_F(MonitorTest, ComparesWhatAWitnessShows) {
  source.grow(300);
  const std::string older = source.log().checkpoint().value();
  source.grow(600);
  ASSERT_OK(look(source));
  disk->kill_process();
  auto monitor = Monitor::open(disk->mount(), source.key().verifier());
  ASSERT_OK(monitor);
  EXPECT_EQ(monitor->compare(older, source.fetch()).value().outcome, Outcome::behind);
  EXPECT_EQ(monitor->compare(source.log().checkpoint().value(), source.fetch()).value().outcome, Outcome::unchanged);
  Served liar(9);
  liar.grow(300);
  liar.grow(500, 10'000);
  const auto fork = monitor->compare(liar.log().checkpoint().value(), source.fetch());
  ASSERT_OK(fork);
  EXPECT_EQ(fork->outcome, Outcome::forked);
  EXPECT_OK(merkle::confirm_fork(*fork->fork, source.key().verifier()));
  Served other(9, 8);
  other.grow(5);
  EXPECT_FALSE(monitor->compare(other.log().checkpoint().value(), source.fetch()));
}

}  // namespace
}  // namespace entente::ledger
