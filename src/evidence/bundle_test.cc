// Bundles on disk: what is created, what every kind of difference is called, and that no byte can change unnoticed.
#include "evidence/bundle.h"

#include <sys/stat.h>

#include "core/file.h"
#include "core/parallel.h"
#include "evidence/folder.h"
#include "evidence/manifest.h"
#include "test_support.h"

namespace entente::evidence {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = Problem::Kind;

using test::slurp;
using test::spit;

class BundleTest : public testing::Test {
 protected:
  void TearDown() override { set_thread_limit(0); }
  void SetUp() override {
    spit(root() / "in/org.toml", "name = \"Example Bank\"\n");
    spit(root() / "in/bom.json", R"({"bomFormat":"CycloneDX"})");
    spit(root() / "in/empty", "");
  }
  fs::path root() const { return folder_.path(); }
  Item item(std::string kind, std::string from, std::string path) const {
    return {std::move(kind),
            root() / "in" / from,
            std::move(path),
            "",
            parse_time("2026-11-01T08:00:00Z").value(),
            "https://build.example/" + from};
  }
  std::vector<Item> items() const {
    return {item("profile", "org.toml", "org.toml"), item("sbom.cyclonedx", "bom.json", "sbom/app/bom.json"),
            item("other", "empty", "sbom/Ünïcode empty.txt")};
  }
  Bundle make(const std::string& name = "b") {
    auto made = create(root() / name, items(), progress_);
    EXPECT_OK(made);
    return *made;
  }
  std::vector<Problem> problems(const std::string& name = "b") {
    auto found = verify(root() / name, progress_);
    EXPECT_OK(found);
    return found.value_or(std::vector<Problem>{});
  }
  // "kind path" of each problem.
  std::vector<std::string> kinds(const std::string& n = "b") {
    std::vector<std::string> out;
    for (const Problem& p : problems(n)) out.push_back(std::string(name(p.kind)) + " " + p.path);
    return out;
  }

  TemporaryFolder folder_ = TemporaryFolder::make("evidence-test").value();
  Progress progress_{Progress::Mode::silent};
};

TEST_F(BundleTest, CreatesVerifiesReads) {
  const Bundle bundle = make();
  EXPECT_THAT(problems(), testing::IsEmpty());
  ASSERT_EQ(bundle.entries().size(), 3u);
  EXPECT_EQ(bundle.entries()[0].path, "org.toml");
  EXPECT_EQ(bundle.entries()[0].media_type, "application/toml");
  EXPECT_EQ(bundle.entries()[1].media_type, "application/vnd.cyclonedx+json");
  EXPECT_EQ(bundle.entries()[2].size, 0u);
  EXPECT_EQ(bundle.digest(), sha256(slurp(root() / "b/manifest.json")));
  ASSERT_EQ(bundle.of_kind("sbom.cyclonedx").size(), 1u);
  EXPECT_EQ(bundle.read(*bundle.of_kind("sbom.cyclonedx")[0]).value(), slurp(root() / "in/bom.json"));
  const auto again = Bundle::open(root() / "b");
  ASSERT_OK(again);
  EXPECT_EQ(again->entries(), bundle.entries());
  struct stat st{};
  ASSERT_EQ(::stat((root() / "b/org.toml").c_str(), &st), 0);
  EXPECT_EQ(st.st_nlink, 1u) << "a copy, never a hard link to the source";
}

TEST_F(BundleTest, SameBytesInAnyOrderOnAnyNumberOfThreads) {
  const Bundle one = make("one");
  auto reversed = items();
  std::reverse(reversed.begin(), reversed.end());
  set_thread_limit(1);
  const auto two = create(root() / "two", reversed, progress_);
  set_thread_limit(0);
  ASSERT_OK(two);
  EXPECT_EQ(slurp(root() / "one/manifest.json"), slurp(root() / "two/manifest.json"));
  EXPECT_EQ(one.digest(), two->digest());
}

TEST_F(BundleTest, AnEmptyBundleIsABundle) {
  ASSERT_OK(create(root() / "none", {}, progress_));
  EXPECT_THAT(problems("none"), testing::IsEmpty());
}

TEST_F(BundleTest, NamesEveryDifference) {
  make();
  spit(root() / "b/org.toml", "name = \"Exampla Bank\"\n");
  fs::remove(root() / "b/sbom/app/bom.json");
  spit(root() / "b/sbom/new.json", "{}");
  fs::create_directory(root() / "b/hollow");
  fs::create_symlink("/etc/passwd", root() / "b/link");
  ASSERT_EQ(::mkfifo((root() / "b/pipe").c_str(), 0600), 0);
  EXPECT_THAT(kinds(), ElementsAre("extra hollow", "unsafe path link", "changed org.toml", "unsafe path pipe", "missing sbom/app/bom.json",
                                   "extra sbom/new.json"));
}

TEST_F(BundleTest, AFileThatBecameALinkOrAFolderIsNamed) {
  make();
  fs::remove(root() / "b/org.toml");
  fs::create_symlink(root() / "in/org.toml", root() / "b/org.toml");  // same content
  fs::remove(root() / "b/sbom/app/bom.json");
  fs::create_directory(root() / "b/sbom/app/bom.json");
  EXPECT_THAT(kinds(), ElementsAre("unsafe path org.toml", "changed sbom/app/bom.json"));
}

TEST_F(BundleTest, AFolderThatBecameALinkDoesNotLeadOut) {
  const Bundle bundle = make();
  fs::rename(root() / "b/sbom", root() / "outside");
  fs::create_symlink(root() / "outside", root() / "b/sbom");
  EXPECT_THAT(kinds(), ElementsAre("unsafe path sbom", "missing sbom/app/bom.json", "missing sbom/Ünïcode empty.txt"));
  const auto read = bundle.read(bundle.entries()[1]);
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().str(), HasSubstr("symbolic link"));
}

TEST_F(BundleTest, ReadRefusesWhatChanged) {
  const Bundle bundle = make();
  const Evidence& entry = bundle.entries()[0];
  for (const std::string& text :
       {std::string("name = \"Exampla Bank\"\n"), std::string("name = \"Example Bank\"\n\n"), std::string("name")}) {
    spit(root() / "b/org.toml", text);
    const auto read = bundle.read(entry);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_THAT(read.error().str(), HasSubstr("org.toml"));
  }
  Evidence outside = entry;
  outside.path = "../in/org.toml";
  EXPECT_FALSE(bundle.read(outside).has_value());
}

TEST_F(BundleTest, WithoutAManifestItIsNoBundle) {
  make();
  fs::remove(root() / "b/manifest.json");
  EXPECT_THAT(kinds(), ElementsAre("missing manifest.json"));
  EXPECT_FALSE(Bundle::open(root() / "b").has_value());
  EXPECT_FALSE(verify(root() / "nowhere", progress_).has_value());
  fs::create_symlink(root() / "in/org.toml", root() / "b/manifest.json");
  EXPECT_THAT(kinds(), ElementsAre("manifest manifest.json"));
}

TEST_F(BundleTest, CreateRefuses) {
  const auto error = [&](std::vector<Item> list, BundleLimits limits = {}) {
    const auto made = create(root() / "new", std::move(list), progress_, limits);
    EXPECT_FALSE(made.has_value());
    EXPECT_FALSE(fs::exists(root() / "new")) << "nothing may be left behind";
    return made ? "" : made.error().str();
  };
  EXPECT_THAT(error({item("profile", "org.toml", "../x")}), HasSubstr("unsafe path"));
  EXPECT_THAT(error({item("profile", "org.toml", "/x")}), HasSubstr("unsafe path"));
  EXPECT_THAT(error({item("profile", "org.toml", "manifest.json")}), HasSubstr("cannot list itself"));
  EXPECT_THAT(error({item("profile", "org.toml", "manifest.json/x")}), HasSubstr("cannot hold"));
  EXPECT_THAT(error({item("profile", "org.toml", "a"), item("kev", "bom.json", "a")}), HasSubstr("listed twice"));
  EXPECT_THAT(error({item("profile", "org.toml", "a"), item("kev", "bom.json", "a-b"), item("kev", "bom.json", "a/b")}),
              HasSubstr("cannot hold"));
  EXPECT_THAT(error({item("Bad Kind", "org.toml", "a")}), HasSubstr("bad kind"));
  EXPECT_THAT(error({item("profile", "absent", "a")}), HasSubstr("absent"));
  EXPECT_THAT(error({item("profile", "", "a")}), HasSubstr("not a regular file"));
  EXPECT_THAT(error(items(), {.max_files = 2}), HasSubstr("more than 2 files"));
  EXPECT_THAT(error(items(), {.max_file_bytes = 10}), HasSubstr("more than 10 bytes"));
  EXPECT_THAT(error(items(), {.max_total_bytes = 30}), HasSubstr("30 bytes together"));
  std::string deep = "a";
  for (std::size_t i = 0; i < kMaxPathDepth; ++i) deep += "/a";
  EXPECT_THAT(error({item("profile", "org.toml", deep)}), HasSubstr("more than 32 parts"));
}

TEST_F(BundleTest, CreateTakesAnEmptyFolderButNoFullOne) {
  fs::create_directory(root() / "b");
  EXPECT_FALSE(create(root() / "b", {item("profile", "absent", "deep/a")}, progress_).has_value());
  EXPECT_TRUE(fs::is_empty(root() / "b")) << "an existing folder is emptied again";
  make();
  const auto again = create(root() / "b", items(), progress_);
  ASSERT_FALSE(again.has_value());
  EXPECT_THAT(again.error().what, HasSubstr("not empty"));
  EXPECT_THAT(problems(), testing::IsEmpty());
}

TEST_F(BundleTest, PathsThatDifferOnlyInCaseAreTwoFiles) {
  ASSERT_OK(create(root() / "c", {item("profile", "org.toml", "A"), item("kev", "bom.json", "a")}, progress_));
  EXPECT_THAT(problems("c"), testing::IsEmpty());
}

// The promise of the format: flip any byte of any file, and the bundle says which file.
TEST_F(BundleTest, EveryFlippedByteIsNoticed) {
  make();
  set_thread_limit(1);  // thousands of tiny runs
  std::size_t flips = 0;
  for (const std::string& file : {std::string("manifest.json"), std::string("org.toml"), std::string("sbom/app/bom.json")}) {
    const fs::path path = root() / "b" / file;
    const std::string original = slurp(path);
    for (std::size_t i = 0; i < original.size(); ++i) {
      std::string text = original;
      text[i] = static_cast<char>(static_cast<unsigned char>(text[i]) ^ (1u << (i % 8)));
      spit(path, text);
      const auto found = problems();
      ASSERT_TRUE(std::any_of(found.begin(), found.end(), [&](const Problem& p) { return p.path == file; })) << file << " byte " << i;
      ASSERT_EQ(Bundle::open(root() / "b").has_value(), file != "manifest.json") << file << " byte " << i;
      ++flips;
    }
    spit(path, original);
  }
  EXPECT_GT(flips, 1000u);
  EXPECT_THAT(problems(), testing::IsEmpty());
}

TEST_F(BundleTest, EveryCutOfTheManifestIsNoticed) {
  make();
  set_thread_limit(1);  // thousands of tiny runs
  const std::string original = slurp(root() / "b/manifest.json");
  for (std::size_t n = 0; n < original.size(); ++n) {
    spit(root() / "b/manifest.json", original.substr(0, n));
    ASSERT_FALSE(problems().empty()) << n;
  }
  spit(root() / "b/manifest.json", original + " ");
  EXPECT_FALSE(problems().empty());
}

TEST(MediaType, ByKindAndEnding) {
  EXPECT_EQ(guess_media_type("sbom.cyclonedx", "a.json"), "application/vnd.cyclonedx+json");
  EXPECT_EQ(guess_media_type("sbom.cyclonedx", "a.XML"), "application/vnd.cyclonedx+xml");
  EXPECT_EQ(guess_media_type("sbom.spdx", "a/b.spdx"), "text/spdx");
  EXPECT_EQ(guess_media_type("kev", "kev.json"), "application/json");
  EXPECT_EQ(guess_media_type("kev", "kev.jsonl"), "application/jsonl");
  EXPECT_EQ(guess_media_type("kev", "json"), "application/octet-stream");
}

TEST(FolderTest, CreatesAndOpensWithoutFollowingLinks) {
  const auto temporary = TemporaryFolder::make("folder-test").value();
  const auto folder = Folder::open(temporary.path());
  ASSERT_OK(folder);
  fs::create_directory_symlink("/tmp", temporary.path() / "out");
  EXPECT_FALSE(folder->create_file("out/x").has_value());
  EXPECT_FALSE(folder->create_file("../x").has_value());
  ASSERT_OK(folder->create_file("a/b/c"));
  EXPECT_FALSE(folder->create_file("a/b/c").has_value()) << "never over an existing file";
  EXPECT_OK(folder->open_file("a/b/c"));
  EXPECT_FALSE(folder->open_file("a/b").has_value());
  const auto list = folder->list(10);
  ASSERT_OK(list);
  EXPECT_THAT(*list, ElementsAre(Found{"a", EntryType::folder, 0}, Found{"a/b", EntryType::folder, 0}, Found{"a/b/c", EntryType::file, 0},
                                 Found{"out", EntryType::link, 0}));
  EXPECT_FALSE(folder->list(3).has_value());
}

}  // namespace
}  // namespace entente::evidence
