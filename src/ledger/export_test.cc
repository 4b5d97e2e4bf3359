// Static export: every tile and bundle of the checkpoint's tree, and nothing but what is new the second time.
#include "ledger/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/file.h"
#include "ledger/test_log.h"

namespace entente::ledger {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ExportTest : public ::testing::Test {
 protected:
  void grow(std::uint64_t to) {
    auto log = fs::exists(path()) ? Ledger::open_write(path()) : Ledger::init(path(), key_);
    ASSERT_OK(log);
    ASSERT_OK(log->append(test::make_entries(log->size(), to - log->size()), key_));
  }
  Result<Exported> run() {
    ENTENTE_TRY(const Ledger log, Ledger::open_read(path()));
    Progress silent(Progress::Mode::silent);
    return export_static(log, out(), silent);
  }
  // The files there are, and their content, are exactly those of the log's size (older partials may be left beside the current ones).
  void expect_exported(bool older_partials) {
    const auto log = Ledger::open_read(path());
    ASSERT_OK(log);
    std::map<std::string, std::string> want{{"checkpoint", *log->checkpoint()}};
    for (unsigned l = 0; l < kTileLevels; ++l)
      for (std::uint64_t n = 0; n * kTileWidth < hashes_at(log->size(), l); ++n) {
        const auto width = static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, hashes_at(log->size(), l) - n * kTileWidth));
        want[tile_path(l, n, width)] = log->tile(l, n, width).value();
        if (l == 0) want[bundle_path(n, width)] = log->entry_bundle(n, width).value();
      }
    const auto files = list_files(out());
    ASSERT_OK(files);
    for (const auto& [name, bytes] : want) EXPECT_EQ(read_file(out() / name).value_or("absent"), bytes) << name;
    if (!older_partials) { EXPECT_EQ(files->size(), want.size()); }
    for (const std::string& name : *files) EXPECT_THAT(name, ::testing::Not(HasSubstr(".tmp")));
  }
  [[nodiscard]] fs::path path() const { return folder_.path() / "log"; }
  [[nodiscard]] fs::path out() const { return folder_.path() / "www"; }
  TemporaryFolder folder_ = TemporaryFolder::make("entente-export").value();
  keys::SigningKey key_ = test::log_key();
};

TEST_F(ExportTest, WritesWhatTheTreeHolds) {
  grow(600);
  const auto first = run();
  ASSERT_OK(first);
  EXPECT_EQ(first->size, 600U);
  EXPECT_EQ(first->kept, 0U);
  expect_exported(false);
}

TEST_F(ExportTest, TheSecondTimeOnlyWhatIsNew) {
  grow(600);
  ASSERT_OK(run());
  const auto same = run();
  ASSERT_OK(same);
  EXPECT_EQ(same->kept, 7U);  // two full tiles, two full bundles, the partial ones
  EXPECT_EQ(same->written, 0U);
  grow(700);
  ASSERT_OK(run());
  EXPECT_TRUE(fs::exists(out() / "tile/0/002.p/88"));  // what an older checkpoint needs is still served
  expect_exported(true);
  grow(800);
  const auto third = run();
  ASSERT_OK(third);
  EXPECT_EQ(third->removed, 2U);
  EXPECT_FALSE(fs::exists(out() / "tile/0/002.p"));
  EXPECT_FALSE(fs::exists(out() / "tile/entries/002.p"));
  expect_exported(true);
}

TEST_F(ExportTest, AnEmptyLogIsACheckpoint) {
  ASSERT_OK(Ledger::init(path(), key_));
  ASSERT_OK(run());
  expect_exported(false);
}

TEST_F(ExportTest, RefusesAnotherLogsFolderAndAnotherHistory) {
  grow(10);
  ASSERT_OK(run());
  auto other = Ledger::init(folder_.path() / "other", test::log_key("other.example", 4));
  ASSERT_OK(other);
  Progress silent(Progress::Mode::silent);
  EXPECT_FALSE(export_static(*other, out(), silent));
  auto fork = Ledger::init(folder_.path() / "fork", key_);
  ASSERT_OK(fork);
  EXPECT_FALSE(export_static(*fork, out(), silent));  // fewer entries
  ASSERT_OK(fork->append(test::make_entries(100, 20), key_));
  const auto refused = export_static(*fork, out(), silent);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("another history"));
}

}  // namespace
}  // namespace entente::ledger
