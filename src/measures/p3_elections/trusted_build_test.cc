// Hash lists and their comparison.
#include "measures/p3_elections/trusted_build.h"

#include <fmt/format.h>

#include "test_support.h"

namespace entente::measures::p3_elections {
namespace {

std::string hash_line(std::string_view content, std::string_view name) { return fmt::format("{}  {}\n", sha256(content).hex(), name); }

TEST(TrustedBuild, ReadsWhatSha256sumWrites) {
  const std::string text =
      "# machine: Scanner 12\r\n#  quarantined \n\n" + hash_line("a", "bin/scan") + sha256("b").hex() + " *lib with blank.so\n";
  const auto list = HashList::parse(text, "m.txt");
  ASSERT_OK(list);
  EXPECT_EQ(list->machine, "Scanner 12");
  EXPECT_TRUE(list->quarantined);
  ASSERT_EQ(list->files.size(), 2u);
  EXPECT_EQ(list->files.at("lib with blank.so"), sha256("b"));
}

TEST(TrustedBuild, RefusesWithTheLine) {
  for (const auto& [text, line] : std::vector<std::pair<std::string, std::uint64_t>>{{hash_line("a", "x") + "nonsense\n", 2},
                                                                                     {hash_line("a", "x") + hash_line("b", "x"), 2},
                                                                                     {std::string(64, 'g') + "  x\n", 1},
                                                                                     {sha256("a").hex() + "x\n", 1}}) {
    const auto list = HashList::parse(text, "m.txt");
    ASSERT_FALSE(list.has_value()) << text;
    EXPECT_EQ(list.error().where.line, line) << text;
  }
  EXPECT_FALSE(HashList::parse("# only words\n", "m.txt").has_value());
  EXPECT_FALSE(HashList::parse("\xff\n", "m.txt").has_value());
}

TEST(TrustedBuild, DifferencesAreOfSets) {
  const auto trusted = HashList::parse(hash_line("1", "a") + hash_line("2", "b") + hash_line("3", "c"), "t");
  const auto machine = HashList::parse(hash_line("1", "a") + hash_line("x", "b") + hash_line("4", "d"), "m");
  using Kind = HashDifference::Kind;
  EXPECT_EQ(differences(*trusted, *machine), (std::vector<HashDifference>{{Kind::changed, "b"}, {Kind::missing, "c"}, {Kind::extra, "d"}}));
  EXPECT_TRUE(differences(*trusted, *trusted).empty());
}

}  // namespace
}  // namespace entente::measures::p3_elections
