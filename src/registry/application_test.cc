// What stands in the way of a pledge: each fault with its field, its value and what to do, in English and French.
#include "registry/application.h"

#include <gmock/gmock.h>

#include "dns/public_suffix.h"
#include "registry/test_registry.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using namespace fixture;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Applying : public ::testing::Test {
 protected:
  void SetUp() override {
    world.found();
    world.supporter("bank");
    const std::string gone = world.supporter("gone");
    world.append(world.about("withdrawal", "pledge", gone, "gone", {{"by", "organisation"}}, {&key("gone")}));
    world.append(world.import({{"ngo", "Old name"}}, {&key("importer")}));
    facts.state = &world.state;
    facts.countries = &countries;
    facts.is_public_suffix = [](std::string_view domain) { return domain == "gouv.fr"; };
    facts.proven_by_other = [](const std::string& domain) {
      return domain == "bank.example" ? std::optional<std::string>("bank") : std::nullopt;
    };
  }
  [[nodiscard]] std::vector<ApplicationProblem> check(const std::function<void(Json&)>& change) const {
    Json p{{"organisation", {{"id", "club"}, {"name", "Club"}, {"category", "civil-society"}}}, {"text", {{"language", "en"}}}};
    p["text"]["sha256"] = sha("the call");
    change(p);
    const auto document = JsonDocument::parse(json_compact(p), "test").value();
    return check_application(Application::of(document.root()), facts);
  }
  World world;
  const Countries countries = Countries::load(DataSet::embedded()).value();
  ApplicationFacts facts;
};

TEST_F(Applying, NothingIsInTheWayOfASoundOne) {
  EXPECT_THAT(check([](Json&) {}), IsEmpty());
  EXPECT_THAT(check([](Json& p) {
                p["organisation"]["country"] = "FRA";
                p["domains"] = {"club.example", "club.gouv.fr"};
                p["organisation"]["names"] = {{"fr", "Le Club"}, {"ar", "نادي"}};
              }),
              IsEmpty());
  EXPECT_THAT(check([](Json& p) { p["organisation"]["id"] = "ngo"; }), IsEmpty()) << "a pledge of that id claims the imported record";
  EXPECT_THAT(check_application(Application::of(JsonDocument::parse("{}", "test").value().root()), facts), IsEmpty());
}

TEST_F(Applying, EachFaultNamesFieldValueAndRepair) {
  struct Case {
    std::function<void(Json&)> change;
    ApplicationFault fault;
    const char *pointer, *value, *repair, *french;
  };
  const std::vector<Case> cases = {
      {[](Json& p) { p["organisation"]["id"] = "bank"; }, ApplicationFault::id_taken, "/organisation/id", "\"bank\"", "choose another",
       "choisissez"},
      {[](Json& p) { p["organisation"]["id"] = "gone"; }, ApplicationFault::id_ended, "/organisation/id", "\"gone\"", "choose another",
       "choisissez"},
      {[](Json& p) { p["organisation"]["country"] = "ROM"; }, ApplicationFault::country_unknown, "/organisation/country", "\"ROM\"",
       "write ROU", "écrivez ROU"},
      {[](Json& p) { p["organisation"]["country"] = "QQQ"; }, ApplicationFault::country_unknown, "/organisation/country", "\"QQQ\"",
       "ISO 3166-1", "ISO 3166-1"},
      {[](Json& p) { p["domains"] = {"club.example", "gouv.fr"}; }, ApplicationFault::public_suffix, "/domains/1", "\"gouv.fr\"",
       "below it", "suffixe public"},
      {[](Json& p) { p["organisation"]["website"] = "bank.example"; }, ApplicationFault::domain_taken, "/organisation/website",
       "\"bank.example\"", "of your own", "autre soutien"},
      {[](Json& p) { p["organisation"]["name"] = "Club \u202Eelpmaxe"; }, ApplicationFault::name_unclear, "/organisation/name", "U+202E",
       "write \"Club elpmaxe\"", "caractère 6"},
      {[](Json& p) { p["organisation"]["name"] = "Cl\u200Bub"; }, ApplicationFault::name_unclear, "/organisation/name", "U+200B",
       "write \"Club\"", "écrivez « Club »"},
      {[](Json& p) { p["organisation"]["names"] = {{"fr", "Cl\u0443b"}}; }, ApplicationFault::name_unclear, "/organisation/names/fr",
       "different scripts", "one script", "écritures différentes"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.value);
    const auto found = check(c.change);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].fault, c.fault);
    EXPECT_EQ(found[0].pointer, c.pointer);
    EXPECT_THAT(found[0].english.what, HasSubstr(c.value));
    EXPECT_THAT(found[0].english.repair, HasSubstr(c.repair));
    EXPECT_THAT(found[0].french.what + found[0].french.repair, HasSubstr(c.french));
    EXPECT_NE(found[0].french.what, found[0].english.what);
  }
  EXPECT_EQ(check([](Json& p) {
              p["organisation"]["id"] = "bank";
              p["domains"] = {"gouv.fr", "bank.example"};
            }).size(),
            3U)
      << "all at once, so that a form is filled in again once only";
}

TEST_F(Applying, ATextThatIsNotPublishedIsRefusedWhereSomeAre) {
  const std::vector<CallText> texts{{.language = "fr", .version = "2018-11-12", .sha256 = sha256("l'appel"), .content = "l'appel"}};
  facts.texts = texts;
  const auto found = check([](Json&) {});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].fault, ApplicationFault::text_unknown);
  EXPECT_THAT(found[0].english.repair, HasSubstr(sha("l'appel") + " (fr, 2018-11-12)"));
  EXPECT_THAT(check([](Json& p) { p["text"]["sha256"] = sha("l'appel"); }), IsEmpty());
}

TEST(CallTexts, AreGivenAsFileOrDigest) {
  const TemporaryFolder folder = TemporaryFolder::make("texts").value();
  const auto file = folder.path() / "call.txt";
  test::spit(file, "The Call.\n");
  const CallText read = read_call_text("en@2018-11-12=" + file.string()).value();
  EXPECT_EQ(read.language, "en");
  EXPECT_EQ(read.version, "2018-11-12");
  EXPECT_EQ(read.sha256, sha256("The Call.\n"));
  EXPECT_EQ(read.content, "The Call.\n");
  const CallText named = read_call_text("fr=" + sha("x")).value();
  EXPECT_EQ(named.sha256, sha256("x"));
  EXPECT_EQ(named.version + named.content, "");
  for (const std::string& bad :
       std::vector<std::string>{"", "en", "=x", "english=" + sha("x"), "en@=" + sha("x"), "en@.1=" + sha("x"), "EN=" + sha("x")})
    EXPECT_FALSE(read_call_text(bad).has_value()) << bad;
  EXPECT_FALSE(read_call_text("en=" + (folder.path() / "none").string()).has_value());
  test::spit(file, "");
  EXPECT_FALSE(read_call_text("en=" + file.string()).has_value());
}

TEST(DisplayNames, WhatIsHiddenOrTurnedIsRefused) {
  for (const std::string good :
       {"Club", "<b>Club</b> & Co", "Société Générale", "نادي الكتاب", "क्‍ष", "Яндекс Pay", "株式会社テスト"})
    EXPECT_TRUE(check_display_name(good).has_value()) << good;
  for (const std::string bad : {"Cl\u202Eub", "Club\u200E", "Cl\u200Bub", "Cl\u00ADub", "Cl\x07ub", "P\u0430ypal", "\xFF"})
    EXPECT_FALSE(check_display_name(bad).has_value()) << bad;
}

}  // namespace
}  // namespace entente::registry
