// Ids, evidence classes, roles, and the words that come close to a mistyped one.
#include "catalog/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/finding.h"
#include "catalog/nearest.h"

namespace entente::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ControlId, EveryIdSurvivesText) {
  for (unsigned p = 0; p < 10; ++p)
    for (unsigned n = 0; n < 100; ++n) {
      const ControlId id(p, n);
      const auto back = ControlId::parse(id.str());
      ASSERT_TRUE(back.has_value()) << id.str();
      EXPECT_EQ(*back, id);
      EXPECT_EQ(back->principle(), p);
      EXPECT_EQ(back->number(), n);
    }
}

TEST(ControlId, OnlyOneSpelling) {
  for (const std::string_view text :
       {"", "P6", "P6-1", "P6-001", "p6-01", "P6_01", "P6-0a", "PA-01", "P6-01 ", " P6-01", "P10-01", "6-01"}) {
    const auto id = ControlId::parse(text);
    ASSERT_FALSE(id.has_value()) << text;
    EXPECT_THAT(id.error().hint, ::testing::HasSubstr("P6-01"));
  }
}

TEST(ControlId, OrderIsByPrincipleThenNumber) {
  EXPECT_LT(ControlId(1, 8), ControlId(2, 1));
  EXPECT_LT(ControlId(6, 1), ControlId(6, 2));
}

TEST(EvidenceClass, LettersRoundTrip) {
  for (const EvidenceClass c : {EvidenceClass::measured, EvidenceClass::verified, EvidenceClass::attested, EvidenceClass::declared}) {
    EXPECT_EQ(parse_evidence_class(std::string(1, letter(c))), c);
    EXPECT_FALSE(describe(c).empty());
  }
  for (const std::string_view text : {"", "m", "X", "MV"}) EXPECT_EQ(parse_evidence_class(text), std::nullopt) << text;
}

TEST(Status, WordsRoundTrip) {
  for (const Status s : {Status::satisfied, Status::partial, Status::not_satisfied, Status::not_applicable, Status::not_assessed})
    EXPECT_EQ(parse_status(to_string(s)), s);
  EXPECT_EQ(to_string(Status::not_satisfied), "not-satisfied");
  for (const std::string_view text : {"", "not_satisfied", "Satisfied", "passed"}) EXPECT_EQ(parse_status(text), std::nullopt) << text;
}

TEST(Control, AppliesByRole) {
  const auto applies = [](std::vector<std::string> control, std::vector<std::string> organisation) {
    Control c;
    c.roles = std::move(control);
    return c.applies_to(organisation);
  };
  EXPECT_TRUE(applies({"all"}, {}));
  EXPECT_TRUE(applies({"state", "csirt"}, {"operator", "csirt"}));
  EXPECT_FALSE(applies({"state", "csirt"}, {"operator"}));
  EXPECT_FALSE(applies({"state"}, {}));
}

TEST(Text, FallsBackToEnglish) {
  EXPECT_EQ((Text{"a", "b"}).in(Language::fr), "b");
  EXPECT_EQ((Text{"a", ""}).in(Language::fr), "a");
  EXPECT_EQ((Text{"a", "b"}).in(Language::en), "a");
}

TEST(Roles, AreSortedAndDoNotContainAll) {
  const auto roles = known_roles();
  EXPECT_TRUE(std::is_sorted(roles.begin(), roles.end()));
  EXPECT_EQ(std::count(roles.begin(), roles.end(), "all"), 0);
}

TEST(Nearest, RanksByDistance) {
  const std::vector<std::string_view> words = {"state", "registry", "registrar", "research"};
  EXPECT_THAT(nearest("registr", words), ElementsAre("registry", "registrar"));
  EXPECT_THAT(nearest("stat", words, 1), ElementsAre("state"));
  EXPECT_THAT(nearest("zzzzzzzzzzzz", words), IsEmpty());
  EXPECT_THAT(nearest(std::string(100'000, 's'), words), IsEmpty());
  EXPECT_EQ(join_or(words, Quotes::around), "\"state\", \"registry\", \"registrar\" or \"research\"");
}

}  // namespace
}  // namespace entente::catalog
