#include "dns/public_suffix.h"

#include <gtest/gtest.h>

#include "test_support.h"

namespace entente::dns {
namespace {

Domain suffix_domain(std::string_view text) { return Domain::parse(text).value(); }

TEST(PublicSuffix, BuiltInListKnowsWhereStrangersRegister) {
  const auto list = PublicSuffixList::builtin();
  ASSERT_OK(list);
  for (const auto* name : {"gouv.fr", "co.uk", "github.io", "xn--55qx5d.cn"}) {
    EXPECT_TRUE(list->is_public_suffix(suffix_domain(name))) << name;
    EXPECT_EQ(list->registrable_domain(suffix_domain(name)), "") << name;
  }
  for (const auto* name : {"diplomatie.gouv.fr", "pledge.example", "www.pledge.example"})
    EXPECT_FALSE(list->is_public_suffix(suffix_domain(name))) << name;
  EXPECT_EQ(list->registrable_domain(suffix_domain("www.diplomatie.gouv.fr")), "diplomatie.gouv.fr");
  EXPECT_EQ(list->registrable_domain(suffix_domain("a.b.pledge.example")), "pledge.example");
}

TEST(PublicSuffix, AFileReplacesTheList) {
  const auto folder = TemporaryFolder::make("psl").value();
  test::spit(folder.path() / "list.dat",
             "// ===BEGIN ICANN DOMAINS===\nexample\nstate.example\n*.town.example\n!hall.town.example\n// ===END ICANN DOMAINS===\n");
  const auto list = PublicSuffixList::from_file(folder.path() / "list.dat");
  ASSERT_OK(list);
  EXPECT_TRUE(list->is_public_suffix(suffix_domain("state.example")));
  EXPECT_FALSE(list->is_public_suffix(suffix_domain("ministry.state.example")));
  EXPECT_TRUE(list->is_public_suffix(suffix_domain("east.town.example")));
  EXPECT_EQ(list->registrable_domain(suffix_domain("www.hall.town.example")), "hall.town.example");
  EXPECT_FALSE(list->is_public_suffix(suffix_domain("gouv.fr")));
}

TEST(PublicSuffix, UnreadableAndEmptyFilesAreErrors) {
  EXPECT_FALSE(PublicSuffixList::from_file("/nonexistent/list.dat"));
  const auto folder = TemporaryFolder::make("psl").value();
  test::spit(folder.path() / "empty.dat", "// nothing\n");
  EXPECT_FALSE(PublicSuffixList::from_file(folder.path() / "empty.dat"));
}

}  // namespace
}  // namespace entente::dns
