// The reference log of 70,000 entries as a mirror's source: published as static files by another implementation, it is mirrored at each of
// the 15 sizes it signed, and every tile and bundle of the copy is the reference's, byte for byte.
#include <gtest/gtest.h>
#include <array>
#include <cstdlib>

#include "core/file.h"
#include "core/json.h"
#include "ledger/ledger.h"
#include "ledger/mirror.h"
#include "ledger/monitor.h"
#include "ledger/resource.h"
#include "test_support.h"

namespace entente::ledger {
namespace {

constexpr std::array<std::uint64_t, 15> kSizes{0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 4096, 65535, 65536, 65537, 70000};

class ReferenceMirror : public ::testing::Test {
 protected:
  void SetUp() override {
    ENTENTE_SHARED_OR_SKIP(shared);
    const auto archive = shared / "conformance/ledger/tessera-70k.tar.xz";
    if (!std::filesystem::exists(archive)) GTEST_SKIP() << "no " << archive;
    auto made = TemporaryFolder::make("entente-70k-mirror");
    ASSERT_OK(made);
    folder.emplace(std::move(*made));
    const std::string command = "tar -xJf '" + archive.string() + "' -C '" + folder->path().string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    reference = folder->path() / "t70k";
    const auto vectors = JsonDocument::read(shared / "conformance/ledger/signed-note/vectors.json");
    ASSERT_OK(vectors);
    find_key(vectors->text());
    ASSERT_TRUE(key) << "no vkey of the reference log in vectors.json";
  }
  // The vkey that verifies the reference's checkpoint, wherever the vectors keep it.
  void find_key(std::string_view text) {
    const std::string note = read_file(reference / "checkpoint").value();
    for (std::size_t at = text.find('"'); at != std::string_view::npos; at = text.find('"', at + 1)) {
      const std::size_t end = text.find('"', at + 1);
      if (end == std::string_view::npos) return;
      if (auto parsed = keys::VerifierKey::parse(text.substr(at + 1, end - at - 1)); parsed && merkle::verify_checkpoint(note, *parsed))
        key = *parsed;
    }
  }
  // As the log was when it had this size. Its partial tiles of then are still there.
  Fetch at_size(std::uint64_t size) const {
    auto files = folder_source(reference).value();
    return [files, size](std::string_view path, std::size_t max) {
      return files(path == "checkpoint" ? "checkpoint." + std::to_string(size) : std::string(path), max);
    };
  }
  std::optional<TemporaryFolder> folder;
  std::filesystem::path reference;
  std::optional<keys::VerifierKey> key;
};

TEST_F(ReferenceMirror, IsMirroredAtEverySizeByteForByte) {
  const auto copy_folder = folder->path() / "copy";
  Progress silent(Progress::Mode::silent);
  for (const std::uint64_t size : kSizes) {
    auto mirror = Mirror::open(posix_io(copy_folder), *key);
    ASSERT_OK(mirror);
    const auto round = mirror->update(at_size(size), silent);
    ASSERT_OK(round);
    EXPECT_EQ(round->outcome, Round::Outcome::grown) << size;
    const auto copy = Ledger::open_read(copy_folder);
    ASSERT_OK(copy);
    EXPECT_EQ(copy->size(), size);
    EXPECT_EQ(copy->checkpoint().value(), read_file(reference / ("checkpoint." + std::to_string(size))).value());
  }
  const auto copy = Ledger::open_read(copy_folder);
  ASSERT_OK(copy);
  unsigned compared = 0;
  const auto files = list_files(reference);
  ASSERT_OK(files);
  for (const std::string& file : *files) {
    if (!file.starts_with("tile/")) continue;
    const auto name = parse_resource(file);
    ASSERT_TRUE(name) << file;
    const auto ours =
        name->kind == Resource::Kind::tile ? copy->tile(name->level, name->n, name->width) : copy->entry_bundle(name->n, name->width);
    ASSERT_OK(ours);
    EXPECT_TRUE(*ours == read_file(reference / file).value()) << file;
    ++compared;
  }
  EXPECT_GE(compared, 549U);  // 275 full and partial tiles, 274 bundles, at least
  const auto problems = fsck(copy_folder, *key, silent);
  ASSERT_OK(problems);
  for (const Problem& p : *problems) ADD_FAILURE() << p.file << ": " << p.what;
}

TEST_F(ReferenceMirror, AMonitorSeesEveryEntryOnce) {
  auto monitor = Monitor::open(posix_io(folder->path() / "watch"), *key);
  ASSERT_OK(monitor);
  std::uint64_t next = 0;
  for (const std::uint64_t size : kSizes) {
    const auto round = monitor->look(at_size(size), [&](merkle::LeafIndex index, ByteView entry) -> Result<void> {
      EXPECT_EQ(index, next++);
      if (as_text(entry) != "entry " + std::to_string(index) + " " + std::string(static_cast<std::size_t>(index % 7), 'x'))
        return fail("not the reference's entry");
      return {};
    });
    ASSERT_OK(round);
    EXPECT_EQ(next, size);
  }
  // Going back is noticed, and is no fork.
  const auto back = monitor->look(at_size(4096), [](auto, auto) -> Result<void> { return {}; });
  ASSERT_OK(back);
  EXPECT_EQ(back->outcome, Round::Outcome::behind);
}

}  // namespace
}  // namespace entente::ledger
