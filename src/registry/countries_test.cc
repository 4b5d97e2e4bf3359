// Countries and code lists: every country by every way to write it, and what is not certain stays open.
#include "registry/countries.h"

#include <gmock/gmock.h>

#include <set>

#include "registry/natures.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Countries& iso_countries() {
  static const Countries loaded = Countries::load(DataSet::embedded()).value();
  return loaded;
}

constexpr std::string_view kOfficial = "pariscall.international";

TEST(CountryCodes, AllOfIsoAndKosovo) {
  EXPECT_EQ(iso_countries().all().size(), 250u);
  std::set<std::string> seen;
  for (const Country& c : iso_countries().all()) {
    EXPECT_TRUE(seen.insert(c.alpha_3).second && seen.insert(c.alpha_2).second) << c.alpha_3;
    EXPECT_FALSE(c.en.empty() || c.fr.empty()) << c.alpha_3;
    EXPECT_EQ(iso_countries().resolve(c.alpha_3).code, c.alpha_3);
    EXPECT_EQ(iso_countries().resolve(c.alpha_2).code, c.alpha_3) << c.alpha_2;
    EXPECT_EQ(iso_countries().by_name(c.en), c.alpha_3) << c.en;
    EXPECT_EQ(iso_countries().by_name(c.fr), c.alpha_3) << c.fr;
    if (!c.user_assigned) EXPECT_EQ(iso_countries().resolve(c.numeric).code, c.alpha_3);
  }
}

TEST(CountryCodes, HowSureAMatchIs) {
  const auto match = [](std::string_view text) { return iso_countries().resolve(text).match; };
  EXPECT_EQ(match("FRA"), CountryMatch::code);
  EXPECT_EQ(match(" FRA "), CountryMatch::code);
  EXPECT_EQ(match("fra"), CountryMatch::other_form);
  EXPECT_EQ(match("FR"), CountryMatch::other_form);
  EXPECT_EQ(match("250"), CountryMatch::other_form);
  EXPECT_EQ(match("Corée du Sud"), CountryMatch::other_form);
  EXPECT_EQ(iso_countries().resolve("cote d ivoire").code, "CIV");
  EXPECT_EQ(match("XKX"), CountryMatch::user_assigned);
  EXPECT_EQ(match("ROM"), CountryMatch::alias);
  EXPECT_EQ(iso_countries().resolve("ROM").code, "ROU");
  EXPECT_EQ(iso_countries().resolve("MTG").code, "MNE");
  EXPECT_EQ(iso_countries().resolve("BUR").code, "MMR");
  EXPECT_EQ(iso_countries().resolve("UK").code, "GBR");
  EXPECT_EQ(match("SCG"), CountryMatch::ambiguous);
  EXPECT_THAT(iso_countries().resolve("SCG").candidates, ElementsAre("MNE", "SRB"));
  EXPECT_EQ(iso_countries().resolve("SCG").code, "");
  EXPECT_EQ(match("EU"), CountryMatch::no_country);
  EXPECT_EQ(match(""), CountryMatch::no_country);
  EXPECT_EQ(match("PCZ"), CountryMatch::withdrawn);  // Panama Canal Zone
  EXPECT_EQ(match("QQQ"), CountryMatch::unknown);
  EXPECT_EQ(match("Atlantis"), CountryMatch::unknown);
}

// A foreign list's row means what its names say; if they name two countries, nothing is certain.
TEST(CountryCodes, RowsOfAnotherList) {
  EXPECT_EQ(iso_countries().resolve("BTN").code, "BTN");
  const CountryFound doubtful = iso_countries().resolve("BTN", kOfficial);
  EXPECT_EQ(doubtful.match, CountryMatch::ambiguous);
  EXPECT_THAT(doubtful.candidates, ElementsAre("BTN", "CYP"));
  EXPECT_EQ(doubtful.code, "");
  EXPECT_THAT(doubtful.because, HasSubstr("Cyprus"));
  const CountryFound serbia = iso_countries().resolve("SCG", kOfficial);
  EXPECT_EQ(serbia.match, CountryMatch::alias);
  EXPECT_EQ(serbia.code, "SRB");
  EXPECT_EQ(iso_countries().resolve("FRA", kOfficial).match, CountryMatch::code);
  EXPECT_TRUE(iso_countries().knows_list(kOfficial));
  EXPECT_FALSE(iso_countries().knows_list("another"));
}

TEST(CodeLists, CategoriesAndNatures) {
  const auto categories = load_categories(DataSet::embedded());
  ASSERT_OK(categories);
  EXPECT_EQ(categories->all().size(), 5u);
  EXPECT_EQ(categories->match("Société civile")->code, "civil-society");
  EXPECT_EQ(categories->match("private-sector")->code, "private-sector");
  EXPECT_EQ(categories->match("undefined"), nullptr);
  EXPECT_TRUE(categories->says_nothing("undefined"));
  EXPECT_TRUE(categories->says_nothing("\u00A0"));
  EXPECT_FALSE(categories->says_nothing("state"));
  const auto natures = load_natures(DataSet::embedded());
  ASSERT_OK(natures);
  EXPECT_EQ(natures->match("université ")->code, "university");
  EXPECT_EQ(natures->match("Centre d'excellence")->code, "centre-of-excellence");
  EXPECT_TRUE(natures->match("UE")->label);
  EXPECT_EQ(natures->match("Circus"), nullptr);
  EXPECT_EQ(natures->find("ngo")->en, "Non-governmental organisation");
}

}  // namespace
}  // namespace entente::registry
