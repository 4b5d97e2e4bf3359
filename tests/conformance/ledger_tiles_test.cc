// Our log of the reference log's 70,000 entries must have its roots at all 15 sizes it signed, and its tiles and entry bundles, full and
// partial, byte for byte (C2SP tlog-tiles; the reference was made with another implementation).
#include <gtest/gtest.h>
#include <array>
#include <charconv>
#include <cstdlib>

#include "core/file.h"
#include "ledger/ledger.h"
#include "test_support.h"

namespace entente::ledger {
namespace {

constexpr std::array<std::uint64_t, 15> kSizes{0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 4096, 65535, 65536, 65537, 70000};

std::string reference_entry(std::uint64_t i) {
  return "entry " + std::to_string(i) + " " + std::string(static_cast<std::size_t>(i % 7), 'x');
}

struct TileName {
  std::optional<unsigned> level;  // nullopt: an entry bundle
  std::uint64_t n = 0;
  unsigned width = kTileWidth;
};

// "tile/1/x001/234.p/17" as tlog-tiles defines it.
std::optional<TileName> parse_tile_path(std::string_view path) {
  const auto number = [](std::string_view text, auto& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  };
  TileName name;
  if (!path.starts_with("tile/")) return std::nullopt;
  path.remove_prefix(5);
  const std::string_view level = path.substr(0, path.find('/'));
  path.remove_prefix(level.size() + 1);
  if (level != "entries" && !number(level, name.level.emplace())) return std::nullopt;
  if (const auto partial = path.find(".p/"); partial != std::string_view::npos) {
    if (!number(path.substr(partial + 3), name.width)) return std::nullopt;
    path = path.substr(0, partial);
  }
  while (!path.empty()) {
    if (path.front() == 'x') path.remove_prefix(1);
    unsigned group = 0;
    if (!number(path.substr(0, 3), group)) return std::nullopt;
    name.n = name.n * 1000 + group;
    path.remove_prefix(std::min<std::size_t>(path.size(), 4));
  }
  return name;
}

class ReferenceLog : public ::testing::Test {
 protected:
  void SetUp() override {
    ENTENTE_SHARED_OR_SKIP(shared);
    const auto archive = shared / "conformance/ledger/tessera-70k.tar.xz";
    if (!std::filesystem::exists(archive)) GTEST_SKIP() << "no " << archive;
    auto folder = TemporaryFolder::make("entente-70k");
    ASSERT_OK(folder);
    folder_.emplace(std::move(*folder));
    const std::string command = "tar -xJf '" + archive.string() + "' -C '" + folder_->path().string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    reference_ = folder_->path() / "t70k";
    auto key = keys::SigningKey::from_seed("ours.example/70k", keys::KeyType::ed25519, Bytes(32, 5));
    ASSERT_OK(key);
    key_.emplace(std::move(*key));
    auto log = Ledger::init(folder_->path() / "ours", *key_);
    ASSERT_OK(log);
    log_.emplace(std::move(*log));
  }
  void append_up_to(std::uint64_t size) {
    std::vector<std::string> batch;
    for (std::uint64_t i = log_->size(); i < size; ++i) batch.push_back(reference_entry(i));
    ASSERT_OK(log_->append(batch, *key_));
    ASSERT_EQ(log_->size(), size);
  }
  std::optional<TemporaryFolder> folder_;
  std::filesystem::path reference_;
  std::optional<keys::SigningKey> key_;
  std::optional<Ledger> log_;
};

TEST_F(ReferenceLog, RootsTilesAndBundlesAreItsByteForByte) {
  std::vector<Digest> roots;
  for (const std::uint64_t size : kSizes) {
    append_up_to(size);
    const auto theirs_text = read_file(reference_ / ("checkpoint." + std::to_string(size)));
    ASSERT_OK(theirs_text);
    const auto theirs_note = merkle::Note::parse(*theirs_text);
    ASSERT_OK(theirs_note);
    const auto theirs = merkle::Checkpoint::parse(theirs_note->text);
    ASSERT_OK(theirs);
    const auto ours = merkle::verify_checkpoint(*log_->checkpoint(), log_->verifier());
    ASSERT_OK(ours);
    EXPECT_EQ(ours->checkpoint.size, theirs->size);
    EXPECT_EQ(ours->checkpoint.root.hex(), theirs->root.hex()) << size;
    roots.push_back(theirs->root);
  }

  const auto files = list_files(reference_);
  ASSERT_OK(files);
  unsigned tiles = 0;
  unsigned bundles = 0;
  for (const std::string& file : *files) {
    if (!file.starts_with("tile/")) continue;
    const auto name = parse_tile_path(file);
    ASSERT_TRUE(name.has_value()) << file;
    ASSERT_EQ(name->level ? tile_path(*name->level, name->n, name->width) : bundle_path(name->n, name->width), file);
    const auto theirs = read_file(reference_ / file);
    ASSERT_OK(theirs);
    const auto ours = name->level ? log_->tile(*name->level, name->n, name->width) : log_->entry_bundle(name->n, name->width);
    ASSERT_OK(ours);
    EXPECT_TRUE(*ours == *theirs) << file;
    (name->level ? tiles : bundles) += 1;
  }
  EXPECT_GE(tiles, 275U);  // at least all full ones of a log of 70,000
  EXPECT_GE(bundles, 274U);

  unsigned pairs = 0;
  for (std::size_t second = 0; second < kSizes.size(); ++second) {
    for (std::size_t first = 0; first < second; ++first, ++pairs) {
      const auto proof = log_->consistency(kSizes[first], kSizes[second]);
      ASSERT_OK(proof);
      EXPECT_OK(merkle::verify_consistency(kSizes[first], kSizes[second], roots[first], roots[second], *proof));
    }
  }
  EXPECT_EQ(pairs, 105U);
}

TEST_F(ReferenceLog, OneBatchGivesTheSameTreeAndFsckAgrees) {
  append_up_to(70'000);
  const auto theirs = merkle::Note::parse(*read_file(reference_ / "checkpoint"));
  ASSERT_OK(theirs);
  const auto ours = merkle::verify_checkpoint(*log_->checkpoint(), log_->verifier());
  ASSERT_OK(ours);
  EXPECT_EQ(ours->checkpoint.root, merkle::Checkpoint::parse(theirs->text)->root);
  Progress silent(Progress::Mode::silent);
  const auto problems = fsck(folder_->path() / "ours", log_->verifier(), silent);
  ASSERT_OK(problems);
  EXPECT_TRUE(problems->empty()) << problems->front().what;
  for (const std::uint64_t index :
       {std::uint64_t{0}, std::uint64_t{255}, std::uint64_t{256}, std::uint64_t{65'535}, std::uint64_t{65'536}, std::uint64_t{69'999}}) {
    const auto receipt = log_->receipt(index);
    ASSERT_OK(receipt);
    EXPECT_OK(merkle::verify_receipt(*receipt, as_bytes(reference_entry(index)), log_->verifier()));
    EXPECT_EQ(log_->find(as_bytes(reference_entry(index)))->value_or(1), index);
  }
}

}  // namespace
}  // namespace entente::ledger
