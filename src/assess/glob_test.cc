// Patterns of [[evidence]], and that no path leads out of the profile's folder.
#include "assess/glob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/file.h"
#include "test_support.h"

namespace entente::assess {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Pattern, MatchesAsAShellDoes) {
  const struct {
    std::string_view pattern, name;
    bool matches;
  } cases[] = {
      {"*", "a.json", true},
      {"*", ".hidden", false},
      {".*", ".hidden", true},
      {"*.json", "a.json", true},
      {"*.json", ".json", false},
      {"*.json", "a.jsonl", false},
      {"a*b*c", "aXbYc", true},
      {"a*b*c", "aXbY", false},
      {"a*", "a", true},
      {"?", "é", true},
      {"?", "ab", false},
      {"r?lay.*", "relay.spdx", true},
      {"", "", true},
      {"", "a", false},
      {"**", "abc", true},
      {"*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaa", false},
      {"a.json", "a.json", true},
      {"[a]", "a", false},
      {"*.cdx.json", "x.cdx.json.cdx.json", true},
  };
  for (const auto& c : cases) EXPECT_EQ(matches_pattern(c.pattern, c.name), c.matches) << c.pattern << " / " << c.name;
}

class Expand : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"in/sbom/b.json", "in/sbom/a.json", "in/sbom/.c.json", "in/sbom/deep/d.json", "secret.txt"}) {
      ASSERT_OK(make_folders((folder.path() / name).parent_path()));
      ASSERT_OK(write_file_atomic(folder.path() / name, name));
    }
  }
  TemporaryFolder folder = TemporaryFolder::make("entente-glob-test").value();
  std::filesystem::path root = folder.path() / "in";
};

TEST_F(Expand, GivesFilesInByteOrderAndNoFolders) {
  EXPECT_THAT(expand(root, "sbom/*").value(), ElementsAre("sbom/a.json", "sbom/b.json"));
  EXPECT_THAT(expand(root, "sbom/b.json").value(), ElementsAre("sbom/b.json"));
  EXPECT_THAT(expand(root, "sbom/deep/?.json").value(), ElementsAre("sbom/deep/d.json"));
}

TEST_F(Expand, SaysWhatIsWrongAndWhatToDo) {
  const struct {
    const char *path, *what;
  } cases[] = {{"sbom/*.xml", "no file matches"},
               {"sbom/z.json", "no file \"sbom/z.json\""},
               {"nowhere/*", "cannot read the folder"},
               {"*/a.json", "wildcard before its last part"},
               {"../secret.txt", "unsafe path"},
               {"/etc/passwd", "unsafe path"},
               {"sbom/../../secret.txt", "unsafe path"},
               {"", "unsafe path"},
               {"sbom", "not a regular file"}};
  for (const auto& c : cases) {
    const auto result = expand(root, c.path);
    ASSERT_FALSE(result.has_value()) << c.path;
    EXPECT_THAT(result.error().what, HasSubstr(c.what));
    EXPECT_FALSE(result.error().hint.empty()) << c.path;
  }
}

TEST_F(Expand, LinksMayStayInsideButNotLeave) {
  std::filesystem::create_symlink("a.json", root / "sbom" / "l.json");
  EXPECT_THAT(expand(root, "sbom/*").value(), ElementsAre("sbom/a.json", "sbom/b.json", "sbom/l.json"));
  std::filesystem::create_symlink("../../secret.txt", root / "sbom" / "out.json");
  for (const char* path : {"sbom/*", "sbom/out.json"}) {
    const auto result = expand(root, path);
    ASSERT_FALSE(result.has_value());
    EXPECT_THAT(result.error().what, HasSubstr("leads out of the profile's folder"));
  }
  std::filesystem::remove(root / "sbom" / "out.json");
  std::filesystem::create_directory_symlink("..", root / "up");
  EXPECT_FALSE(expand(root, "up/secret.txt").has_value());
  std::filesystem::create_symlink("nothing", root / "sbom" / "dangling.json");
  EXPECT_FALSE(expand(root, "sbom/*").has_value());
}

}  // namespace
}  // namespace entente::assess
