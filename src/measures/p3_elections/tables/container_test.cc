#include "measures/p3_elections/tables/container.h"

#include <gtest/gtest.h>

#include "measures/p3_elections/tables/test_packed.h"
#include "test_support.h"

namespace entente::measures::p3_elections::tables {
namespace {

using test_packed::Kind;
using test_packed::packed;

TEST(Container, ReadsAPackedFileAndAPlainOne) {
  const auto folder = TemporaryFolder::make().value();
  test::spit(folder.path() / "a.xz", packed(Kind::xz, {{"data", "some text"}}));
  test::spit(folder.path() / "a.txt", "plain");
  test::spit(folder.path() / "empty", "");
  EXPECT_EQ(read_packed(folder.path() / "a.xz").value(), "some text");
  EXPECT_EQ(read_packed(folder.path() / "a.txt").value(), "plain");
  EXPECT_EQ(read_packed(folder.path() / "empty").value(), "");
  EXPECT_FALSE(read_packed(folder.path() / "absent").has_value());
  EXPECT_FALSE(read_packed(folder.path()).has_value());
  EXPECT_FALSE(read_packed(folder.path() / "a.txt", 4).has_value());
}

TEST(Container, SmallFilesDoNotUnfoldWithoutEnd) {
  const std::string bomb = packed(Kind::xz, {{"data", std::string(500'000, 'x')}});
  ASSERT_LT(bomb.size(), 2'000U);
  EXPECT_TRUE(unpacked(bomb, "bomb.xz", 500'000).has_value());
  const auto refused = unpacked(bomb, "bomb.xz", 499'999);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().what.find("more than 499999"), std::string::npos);
  const std::string zip = packed(Kind::zip, {{"a", std::string(300'000, 'x')}, {"b", std::string(300'000, 'x')}});
  EXPECT_TRUE(members_of(zip, "z", {.max_bytes = 600'000}).has_value());
  EXPECT_FALSE(members_of(zip, "z", {.max_bytes = 599'999}).has_value());
  EXPECT_FALSE(members_of(zip, "z", {.max_member_bytes = 299'999}).has_value());
  EXPECT_FALSE(members_of(zip, "z", {.max_members = 1}).has_value());
}

TEST(Container, ReadsArchivesInTheirOrder) {
  for (const Kind kind : {Kind::zip, Kind::tar_xz}) {
    const auto members = members_of(packed(kind, {{"z/one.csv", "1"}, {"a.csv", "2"}, {"\xC3\xA9.csv", "3"}}), "x");
    ASSERT_OK(members);
    ASSERT_EQ(members->size(), 3U);
    EXPECT_EQ((*members)[0].name, "z/one.csv");
    EXPECT_EQ((*members)[1].content, "2");
  }
}

TEST(Container, RefusesUnsafeAndRepeatedNames) {
  for (const Kind kind : {Kind::zip, Kind::tar_xz}) {
    for (const char* name : {"../a", "/etc/passwd", "a/../b"}) {
      const auto r = members_of(packed(kind, {{name, "x"}}), "x");
      ASSERT_FALSE(r.has_value()) << name;
      EXPECT_NE(r.error().what.find("unsafe path"), std::string::npos) << r.error().str();
    }
    EXPECT_FALSE(members_of(packed(kind, {{"a", "1"}, {"a", "2"}}), "x").has_value());
  }
  EXPECT_FALSE(members_of(packed(Kind::tar_xz, {{"a\\b", "x"}}), "x").has_value());  // of a zip libarchive makes it "a/b"
  EXPECT_FALSE(members_of("no archive at all", "x").has_value());
}

TEST(Container, DamageIsAnErrorWithTheFilesName) {
  std::string bytes = packed(Kind::xz, {{"data", "some text that is a little longer"}});
  bytes[bytes.size() / 2] ^= 0x40;
  const auto r = unpacked(bytes, "votes.xz");
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().where.file, "votes.xz");
  bytes.resize(bytes.size() / 2);
  EXPECT_FALSE(unpacked(bytes, "votes.xz").has_value());
}

}  // namespace
}  // namespace entente::measures::p3_elections::tables
