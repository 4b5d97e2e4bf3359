// Suggestions: what is found, what must not be, and that an order of records changes nothing.
#include "registry/duplicates.h"

#include <gmock/gmock.h>

#include "test_support.h"

namespace entente::registry {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Countries& duplicate_countries() {
  static const Countries loaded = Countries::load(DataSet::embedded()).value();
  return loaded;
}

Identity some_organisation(std::string name, std::string country, std::string website = {}) {
  Identity out;
  out.id = name;
  out.name = std::move(name);
  out.country = std::move(country);
  out.website = std::move(website);
  return out;
}

std::vector<Suggestion> suggested(const std::vector<Identity>& identities, std::vector<std::vector<std::string>> former = {}) {
  former.resize(identities.size());
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < identities.size(); ++i) candidates.push_back({&identities[i], former[i]});
  return suggest_duplicates(candidates, duplicate_countries());
}

TEST(Duplicates, ComparableNames) {
  const auto key = [](std::string_view name) { return comparable_name(name, duplicate_countries()); };
  EXPECT_EQ(key("The Example Company, Ltd."), "example");
  EXPECT_EQ(key("EXAMPLE S.R.O."), key("Example"));
  EXPECT_EQ(key("Alliance pour l’Exemple (APE)"), key("APE (Alliance pour l’Exemple)"));
  EXPECT_EQ(key("EXASOFT - Associação Portuguesa de Exemplos"), key("Associação Portuguesa de Exemplos (EXASOFT)"));
  EXPECT_EQ(key("American Chamber of Commerce (AmCham) in Example"), key("American Chamber of Commerce in Example"));
  EXPECT_NE(key("Example (France)"), key("Example (Italy)"));
  EXPECT_NE(key("Example (USA)"), key("Example (UK)"));
  EXPECT_EQ(key("Ltd"), "ltd");  // nothing else is left
}

TEST(Duplicates, WhatIsFound) {
  const auto same = suggested({some_organisation("Example Bank", "FRA"), some_organisation("EXAMPLE BANK", "FRA")});
  ASSERT_EQ(same.size(), 1u);
  EXPECT_THAT(same[0].reasons, Contains(SameReason::name));
  EXPECT_GE(same[0].score, 90);
  // Abroad it is less likely.
  const auto abroad = suggested({some_organisation("Example Bank", "FRA"), some_organisation("Example Bank", "DEU")});
  ASSERT_EQ(abroad.size(), 1u);
  EXPECT_LT(abroad[0].score, same[0].score);

  EXPECT_THAT(suggested({some_organisation("One", "FRA", "www.one.example"), some_organisation("Two", "FRA", "one.example")})[0].reasons,
              ElementsAre(SameReason::host));
  EXPECT_THAT(
      suggested({some_organisation("One", "FRA", "www.example.org"), some_organisation("Two", "FRA", "branch.example.org")})[0].reasons,
      ElementsAre(SameReason::domain));
  EXPECT_THAT(suggested({some_organisation("Example", "FRA"), some_organisation("Exаmple", "FRA")})[0].reasons,
              ElementsAre(SameReason::looks));
  EXPECT_THAT(suggested({some_organisation("Examplary Security", "FRA"), some_organisation("Exemplary Security", "FRA")})[0].reasons,
              ElementsAre(SameReason::spelling));
  EXPECT_THAT(suggested({some_organisation("New Name", "FRA"), some_organisation("Old Name", "FRA")}, {{"The Old Name"}})[0].reasons,
              ElementsAre(SameReason::former_name));
  std::vector<Identity> identified = {some_organisation("One", "FRA"), some_organisation("Two", "DEU")};
  identified[0].lei = identified[1].lei = "5493001KJTIIGC8Y1R12";
  EXPECT_THAT(suggested(identified)[0].reasons, ElementsAre(SameReason::identifier));
  EXPECT_EQ(suggested(identified)[0].score, 95);
}

TEST(Duplicates, WhatMustNotBe) {
  // Chambers that differ by a word, also by a letter of a country's name.
  EXPECT_THAT(suggested({some_organisation("American Chamber of Commerce in Ireland", "IRL"),
                         some_organisation("American Chamber of Commerce in Iceland", "ISL"),
                         some_organisation("American Chamber of Commerce in Italy", "ITA"),
                         some_organisation("American Chamber of Commerce in Ireland", "")}),
              ::testing::SizeIs(1));  // only the one with the same name
  EXPECT_THAT(suggested({some_organisation("American Chamber of Commerce Ireland", "USA"),
                         some_organisation("American Chamber of Commerce Iceland", "USA")}),
              IsEmpty());
  EXPECT_THAT(suggested({some_organisation("Example Region North", "FRA"), some_organisation("Example Region South", "FRA")}), IsEmpty());
  EXPECT_THAT(suggested({some_organisation("Example Branch2001", "FRA"), some_organisation("Example Branch2002", "FRA")}), IsEmpty());
  // Near spellings only within one country.
  EXPECT_THAT(suggested({some_organisation("Examplary Security", "FRA"), some_organisation("Exemplary Security", "DEU")}), IsEmpty());
  // A page on a shared host is nobody's domain.
  EXPECT_THAT(suggested({some_organisation("One", "FRA", "web.archive.org"), some_organisation("Two", "FRA", "web.archive.org")}),
              IsEmpty());
  EXPECT_TRUE(is_shared_host("www.facebook.com"));
  EXPECT_FALSE(is_shared_host("notfacebook.com"));
  // Names of nothing but signs do not meet in an empty name.
  EXPECT_THAT(suggested({some_organisation("!", "FRA"), some_organisation("?", "FRA")}), IsEmpty());
}

TEST(Duplicates, TheOrderOfRecordsChangesNothing) {
  const std::vector<Identity> forth = {some_organisation("Example Bank", "FRA", "example.org"), some_organisation("Another", "FRA"),
                                       some_organisation("Example Bank SA", "FRA", "www.example.org"),
                                       some_organisation("Exemple Bank", "FRA")};
  const std::vector<Identity> back(forth.rbegin(), forth.rend());
  const auto a = suggested(forth), b = suggested(back);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].score, b[i].score);
    EXPECT_EQ(a[i].reasons, b[i].reasons);
  }
  EXPECT_THAT(a[0].reasons, ElementsAre(SameReason::name, SameReason::host));
  EXPECT_EQ(a[0].score, 90);
}

}  // namespace
}  // namespace entente::registry
