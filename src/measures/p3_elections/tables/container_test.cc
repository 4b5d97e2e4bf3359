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
  const auto a_folder = read_packed(folder.path());
  ASSERT_FALSE(a_folder.has_value());
  EXPECT_NE(a_folder.error().what.find("a folder"), std::string::npos) << a_folder.error().str();
  EXPECT_FALSE(a_folder.error().hint.empty());
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

TEST(Container, ThePackedSizeBoundsWhatComesOutOfIt) {
  EXPECT_EQ(unfolded_limit(0, kMaxFileBytes), std::uint64_t{64} << 20);
  EXPECT_EQ(unfolded_limit(1'000'000, kMaxFileBytes), (std::uint64_t{64} << 20) + 250'000'000);
  EXPECT_EQ(unfolded_limit(~std::uint64_t{0}, kMaxFileBytes), kMaxFileBytes);
  EXPECT_EQ(unfolded_limit(10, 5), 5U);
  // 70 MB of some 12 kB: every way in refuses it, whatever the caller would allow.
  const auto folder = TemporaryFolder::make().value();
  const std::vector<Member> members{{"data", std::string(70'000'000, '0')}};
  const std::string xz = packed(Kind::xz, members), tar = packed(Kind::tar_xz, members);
  ASSERT_LT(xz.size(), 20'000U);
  test::spit(folder.path() / "bomb.xz", xz);
  test::spit(folder.path() / "bomb.tar.xz", tar);
  const auto expect_refused = [](const auto& read) {
    ASSERT_FALSE(read.has_value());
    EXPECT_NE(read.error().what.find("unpacks to more than"), std::string::npos) << read.error().str();
    EXPECT_NE(read.error().hint.find("unpack it"), std::string::npos) << read.error().str();
  };
  expect_refused(FileText::open(folder.path() / "bomb.xz", std::uint64_t{16} << 30));
  expect_refused(unpacked(xz, "bomb.xz"));
  expect_refused(read_members(folder.path() / "bomb.tar.xz"));
}

// The limit of the caller, not the packed size, decides: the plain file would be refused as well, so unpacking it is no advice.
TEST(Container, WhatIsLargerThanTheCallerAllowsIsRefusedWithAHint) {
  const auto folder = TemporaryFolder::make().value();
  test::spit(folder.path() / "large.xz", packed(Kind::xz, {{"data", std::string(3'000, '0')}}));
  test::spit(folder.path() / "large", std::string(3'000, '0'));
  for (const char* name : {"large.xz", "large"}) {
    const auto read = read_packed(folder.path() / name, 2'000);
    ASSERT_FALSE(read.has_value());
    EXPECT_NE(read.error().what.find("more than 2000 bytes"), std::string::npos) << read.error().str();
    EXPECT_NE(read.error().hint.find("right one"), std::string::npos) << read.error().str();
  }
}

TEST(Container, PlainTextIsUnpackedOrSaidToBePacked) {
  EXPECT_EQ(plain_text("1\nContest\n", "a").value(), "1\nContest\n");
  EXPECT_EQ(plain_text(packed(Kind::xz, {{"data", "1\nContest\n"}}), "a.raire.xz").value(), "1\nContest\n");
  for (const std::string& bytes : {packed(Kind::zip, {{"a", "x"}}), packed(Kind::tar_xz, {{"a", "x"}}),
                                   packed(Kind::xz, {{"data", packed(Kind::zip, {{"a", "x"}})}})}) {
    const auto refused = plain_text(bytes, "a.zip");
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().what.find("packed file"), std::string::npos) << refused.error().str();
    EXPECT_EQ(refused.error().where.file, "a.zip");
  }
  EXPECT_FALSE(plain_text("12345", "a", 4).has_value());
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
