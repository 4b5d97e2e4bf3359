// Packed bundles: same bytes every time, and nothing hostile comes out. Hostile archives are built here with libarchive, entry by
// entry.
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>

#include "core/file.h"
#include "evidence/archive.h"
#include "evidence/bundle.h"
#include "evidence/manifest.h"
#include "test_support.h"

namespace entente::evidence {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

using test::slurp;
using test::spit;

// One entry of a hand-made archive.
struct Entry {
  std::string path;
  std::string content;
  unsigned type = AE_IFREG;
  std::string link;
  enum class Link { none, symbolic, hard } link_kind = Link::none;
};

void write_archive(const fs::path& path, const std::vector<Entry>& entries, bool zstd = true) {
  const Utf8Locale locale;
  archive* tar = archive_write_new();
  archive_write_set_format_pax_restricted(tar);
  if (zstd) archive_write_add_filter_zstd(tar);
  ASSERT_EQ(archive_write_open_filename(tar, path.c_str()), ARCHIVE_OK);
  for (const Entry& e : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, e.path.c_str());
    archive_entry_set_filetype(entry, e.type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(e.content.size()));
    if (e.link_kind == Entry::Link::symbolic) archive_entry_set_symlink(entry, e.link.c_str());
    if (e.link_kind == Entry::Link::hard) archive_entry_set_hardlink(entry, e.link.c_str());
    ASSERT_EQ(archive_write_header(tar, entry), ARCHIVE_OK) << archive_error_string(tar);
    if (!e.content.empty()) { ASSERT_GE(archive_write_data(tar, e.content.data(), e.content.size()), 0); }
    archive_entry_free(entry);
  }
  ASSERT_EQ(archive_write_close(tar), ARCHIVE_OK);
  archive_write_free(tar);
}

Evidence listed(std::string path, const std::string& content) {
  return {"kev", std::move(path), "application/json", sha256(content), content.size(), parse_time("2026-11-01T08:00:00Z").value(), ""};
}

class PackTest : public testing::Test {
 protected:
  fs::path root() const { return folder_.path(); }
  Item item(const std::string& path, std::string_view content) {
    const fs::path from = root() / "in" / sha256(content).hex();
    spit(from, content);
    return {"kev", from, path, "", parse_time("2026-11-01T08:00:00Z").value(), ""};
  }
  Bundle make() {
    std::string long_path = "long";
    for (int i = 0; i < 8; ++i) long_path += "/" + std::string(60, static_cast<char>('a' + i));
    std::string noise;  // compresses badly and is longer than any buffer
    for (Digest d = sha256("seed"); noise.size() < 700'000; d = sha256(d.view())) noise += as_text(d.view());
    auto made = create(
        root() / "b",
        {item("a.json", "{}"), item("empty", ""), item("Ünïcode/日本.txt", "x"), item(long_path, "long"), item("noise", noise)}, progress_);
    EXPECT_OK(made);
    return *made;
  }
  // The error of unpacking; checks that nothing stays behind and that verify() sees a problem too.
  std::string unpack_error(const fs::path& archive, BundleLimits limits = {}) {
    const auto made = unpack(archive, root() / "out", progress_, limits);
    EXPECT_FALSE(made.has_value());
    EXPECT_FALSE(fs::exists(root() / "out"));
    const auto found = verify(archive, progress_, limits);
    if (found) {
      EXPECT_EQ(found->size(), 1u);
      for (const Problem& problem : *found) EXPECT_EQ(problem.kind, Problem::Kind::archive);
    }
    return made ? "" : made.error().str();
  }
  std::string hostile(const std::vector<Entry>& entries) {
    write_archive(root() / "h.tar.zst", entries);
    return unpack_error(root() / "h.tar.zst");
  }

  TemporaryFolder folder_ = TemporaryFolder::make("pack-test").value();
  Progress progress_{Progress::Mode::silent};
  const std::string manifest_ = manifest_text({listed("a", "aaa"), listed("b", "bbb")});
};

TEST_F(PackTest, ThereAndBack) {
  const Bundle bundle = make();
  ASSERT_OK(pack(root() / "b", root() / "b.tar.zst", progress_));
  const auto found = verify(root() / "b.tar.zst", progress_);
  ASSERT_OK(found);
  EXPECT_TRUE(found->empty());
  const auto back = unpack(root() / "b.tar.zst", root() / "back", progress_);
  ASSERT_OK(back);
  EXPECT_EQ(back->digest(), bundle.digest());
  EXPECT_EQ(back->entries(), bundle.entries());
  EXPECT_TRUE(verify(root() / "back", progress_)->empty());
  for (const auto& entry : fs::directory_iterator(root())) EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path();
}

TEST_F(PackTest, SameBytesFromACopyAndAfterARoundTrip) {
  make();
  ASSERT_OK(pack(root() / "b", root() / "1.tar.zst", progress_));
  ASSERT_OK(unpack(root() / "1.tar.zst", root() / "back", progress_));
  ASSERT_OK(pack(root() / "back", root() / "2.tar.zst", progress_));
  EXPECT_EQ(slurp(root() / "1.tar.zst"), slurp(root() / "2.tar.zst"));
  spit(root() / "1.tar.zst", "an existing archive is replaced");
  ASSERT_OK(pack(root() / "b", root() / "1.tar.zst", progress_));
  EXPECT_EQ(slurp(root() / "1.tar.zst"), slurp(root() / "2.tar.zst"));
}

TEST_F(PackTest, OpenAnyTakesBoth) {
  const Bundle bundle = make();
  ASSERT_OK(pack(root() / "b", root() / "b.tar.zst", progress_));
  fs::path unpacked;
  {
    const auto packed = open_any(root() / "b.tar.zst", progress_);
    ASSERT_OK(packed);
    EXPECT_EQ(packed->bundle.digest(), bundle.digest());
    EXPECT_EQ(packed->bundle.read(packed->bundle.entries()[0]).value(), bundle.read(bundle.entries()[0]).value());
    unpacked = packed->bundle.folder();
    EXPECT_TRUE(fs::exists(unpacked));
  }
  EXPECT_FALSE(fs::exists(unpacked));
  EXPECT_OK(open_any(root() / "b", progress_));
  EXPECT_FALSE(open_any(root() / "nothing", progress_).has_value());
}

TEST_F(PackTest, RefusesToPackWhatIsNotTheManifests) {
  make();
  spit(root() / "b/extra", "x");
  auto done = pack(root() / "b", root() / "b.tar.zst", progress_);
  ASSERT_FALSE(done.has_value());
  EXPECT_THAT(done.error().str(), HasSubstr("extra"));
  fs::remove(root() / "b/extra");
  spit(root() / "b/a.json", "[]");  // same size, other content: found while writing
  done = pack(root() / "b", root() / "b.tar.zst", progress_);
  ASSERT_FALSE(done.has_value());
  EXPECT_THAT(done.error().str(), HasSubstr("a.json"));
  spit(root() / "b/a.json", "{}");
  EXPECT_FALSE(pack(root() / "b", root() / "b/in.tar.zst", progress_).has_value()) << "an archive inside its own bundle";
  EXPECT_FALSE(pack(root() / "b", root() / "no/such/b.tar.zst", progress_).has_value());
  for (const auto& entry : fs::directory_iterator(root()))
    EXPECT_FALSE(entry.path().string().find("tar.zst") != std::string::npos) << entry.path();
  EXPECT_OK(pack(root() / "b", root() / "b.tar.zst", progress_));
}

TEST_F(PackTest, AnArchiveByOtherToolsInAnyOrderIsFine) {
  write_archive(root() / "h.tar.zst", {{"manifest.json", manifest_}, {"b", "bbb"}, {"a", "aaa"}});
  EXPECT_OK(unpack(root() / "h.tar.zst", root() / "out", progress_));
}

TEST_F(PackTest, RefusesHostileArchives) {
  const Entry m{"manifest.json", manifest_}, a{"a", "aaa"}, b{"b", "bbb"};
  EXPECT_THAT(hostile({m, a}), HasSubstr("missing"));
  EXPECT_THAT(hostile({a, b, m}), HasSubstr("must be manifest.json"));
  EXPECT_THAT(hostile({}), HasSubstr("must be manifest.json"));
  EXPECT_THAT(hostile({m, a, b, {"c", "ccc"}}), HasSubstr("does not list"));
  EXPECT_THAT(hostile({m, a, a, b}), HasSubstr("twice"));
  EXPECT_THAT(hostile({m, m, a, b}), HasSubstr("does not list"));
  EXPECT_THAT(hostile({m, {"a", "aax"}, b}), HasSubstr("sha256"));
  EXPECT_THAT(hostile({m, {"a", "aaaa"}, b}), HasSubstr("4 bytes, the manifest says 3"));
  EXPECT_THAT(hostile({m, {"a", "aa"}, b}), HasSubstr("2 bytes, the manifest says 3"));
  EXPECT_THAT(hostile({m, {"../a", "aaa"}, b}), HasSubstr("unsafe path"));
  EXPECT_THAT(hostile({m, {"/a", "aaa"}, b}), HasSubstr("unsafe path"));
  EXPECT_THAT(hostile({m, {"./a", "aaa"}, b}), HasSubstr("unsafe path"));
  EXPECT_THAT(hostile({m, {"a\\b", "aaa"}, b}), HasSubstr("unsafe path"));
  EXPECT_THAT(hostile({m, {"a", "", AE_IFLNK, "/etc/passwd", Entry::Link::symbolic}, b}), HasSubstr("a link"));
  EXPECT_THAT(hostile({m, b, {"a", "", AE_IFREG, "b", Entry::Link::hard}}), HasSubstr("a link"));
  EXPECT_THAT(hostile({m, {"a", "", AE_IFIFO}, b}), HasSubstr("no plain file"));
  EXPECT_THAT(hostile({m, {"a", "", AE_IFCHR}, b}), HasSubstr("no plain file"));
  EXPECT_THAT(hostile({m, {"a", "", AE_IFDIR}, b}), HasSubstr("unsafe path"));
  EXPECT_THAT(hostile({{"manifest.json", "{}"}, a, b}), HasSubstr("manifest.json"));
  EXPECT_THAT(hostile({{"manifest.json", manifest_ + " "}, a, b}), HasSubstr("canonical"));
  EXPECT_THAT(hostile({{"manifest.json", "", AE_IFLNK, "a", Entry::Link::symbolic}, a, b}), HasSubstr("a link"));
}

TEST_F(PackTest, StopsBeforeABombUnfolds) {
  const std::string zeros(std::size_t{64} << 20, '\0');
  EXPECT_THAT(hostile({{"manifest.json", manifest_}, {"a", zeros}}), HasSubstr("the manifest says 3"));
  EXPECT_THAT(hostile({{"zeros", zeros}}), HasSubstr("must be manifest.json"));
  const std::string big = manifest_text({listed("a", zeros)});
  write_archive(root() / "h.tar.zst", {{"manifest.json", big}, {"a", zeros}});
  EXPECT_THAT(unpack_error(root() / "h.tar.zst", {.max_file_bytes = 1000}), HasSubstr("the limit is 1000"));
  EXPECT_THAT(unpack_error(root() / "h.tar.zst", {.max_total_bytes = 1000}), HasSubstr("1000 bytes together"));
}

TEST_F(PackTest, RefusesWhatIsNoArchive) {
  spit(root() / "x", "PK\x03\x04 something else");
  EXPECT_THAT(unpack_error(root() / "x"), HasSubstr("not a packed evidence bundle"));
  EXPECT_FALSE(verify(root() / "x", progress_).has_value()) << "an input error, not a finding";
  spit(root() / "x", "");
  EXPECT_THAT(unpack_error(root() / "x"), HasSubstr("not a packed evidence bundle"));
  write_archive(root() / "x", {{"manifest.json", manifest_}}, false);
  EXPECT_THAT(unpack_error(root() / "x"), HasSubstr("not a packed evidence bundle"));
  EXPECT_FALSE(unpack(root() / "absent", root() / "out", progress_).has_value());
}

TEST_F(PackTest, BytesBehindTheEndAreNoticed) {
  ASSERT_OK(create(root() / "b", {item("a", "aaa")}, progress_));
  ASSERT_OK(pack(root() / "b", root() / "b.tar.zst", progress_));
  const std::string packed = slurp(root() / "b.tar.zst");
  spit(root() / "x", packed + "x");
  EXPECT_THAT(unpack_error(root() / "x"), HasSubstr("behind the end"));
  spit(root() / "x", packed + packed);
  EXPECT_THAT(unpack_error(root() / "x"), HasSubstr("behind the end"));
  // Inside the compressed stream, behind tar's end: a second tar.
  Fd fd = Fd(::open((root() / "y").c_str(), O_WRONLY | O_CREAT, 0600));
  auto output = ArchiveOutput::make(fd.get(), "y");
  ASSERT_OK(output);
  auto input = ArchiveInput::open(root() / "b.tar.zst");
  ASSERT_OK(input);
  std::string tar;
  while (true) {
    const auto piece = input->next();
    ASSERT_OK(piece);
    if (piece->empty()) break;
    tar += as_text(*piece);
  }
  ASSERT_OK(output->write(as_bytes(tar + tar)));
  ASSERT_OK(output->finish());
  EXPECT_THAT(unpack_error(root() / "y"), HasSubstr("behind the last file"));
}

// Flip any byte of a packed bundle: either it is refused, or what comes out is the very same bundle (a few bits of a Zstandard frame
// mean nothing, such as the window being larger than needed).
TEST_F(PackTest, NoFlippedByteChangesTheBundle) {
  const auto bundle =
      create(root() / "b", {item("a", "aaa"), item("b/c.json", R"({"some":"text that compresses, compresses, compresses"})")}, progress_);
  ASSERT_OK(bundle);
  ASSERT_OK(pack(root() / "b", root() / "b.tar.zst", progress_));
  const std::string packed = slurp(root() / "b.tar.zst");
  std::size_t refused = 0, same = 0;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    std::string text = packed;
    text[i] = static_cast<char>(static_cast<unsigned char>(text[i]) ^ (1u << (i % 8)));
    spit(root() / "x", text);
    const auto found = verify(root() / "x", progress_);
    if (!found || !found->empty()) {
      ++refused;
      continue;
    }
    ++same;
    const auto out = unpack(root() / "x", root() / "out", progress_);
    ASSERT_OK(out);
    ASSERT_EQ(out->digest(), bundle->digest()) << i;
    fs::remove_all(root() / "out");
  }
  EXPECT_GE(refused, packed.size() * 99 / 100);
  EXPECT_LE(same, 4u);
}

TEST_F(PackTest, EveryCutIsNoticed) {
  ASSERT_OK(create(root() / "b", {item("a", "aaa")}, progress_));
  ASSERT_OK(pack(root() / "b", root() / "b.tar.zst", progress_));
  const std::string packed = slurp(root() / "b.tar.zst");
  for (std::size_t n = 0; n < packed.size(); ++n) {
    spit(root() / "x", packed.substr(0, n));
    const auto found = verify(root() / "x", progress_);
    ASSERT_TRUE(!found || !found->empty()) << n;
  }
}

}  // namespace
}  // namespace entente::evidence
