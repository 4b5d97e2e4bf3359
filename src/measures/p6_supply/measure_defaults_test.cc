// P6-08 from real bundles: who tested, what failed, which product has no report; and the schema of the report.
#include <fmt/format.h>

#include "measures/p6_supply/safe_defaults.h"
#include "measures/p6_supply/test_measure.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Json defaults_document(std::string_view product = "Till", std::string_view tester = "outside_lab", std::string_view date = "2026-10-01") {
  Json out{{"type", "https://entente.example/safe-defaults/v1"},
           {"product", {{"name", product}, {"version", product == "Scale" ? "1" : "2.4"}}},
           {"tester", {{"kind", tester}, {"name", tester == "self" ? "Shop" : "Lab of the Example"}}},
           {"date", date},
           {"report_sha256", sha256("the report").hex()},
           {"tests", Json::object()},
           {"provisions", Json::object()}};
  if (tester == "self") out["config_sha256"] = sha256("the configuration").hex();
  for (const char* test : {"no_universal_default_password", "services_closed_by_default", "mfa_offered", "logging_free_of_charge"})
    out["tests"][test] = {{"result", "pass"}};
  for (int i = 1; i <= 13; ++i) out["provisions"][fmt::format("5.{}", i)] = {{"result", "pass"}};
  return out;
}

class SafeDefaultsMeasureTest : public MeasureTest {
 protected:
  static Profile shop() {
    Profile profile;
    profile.name = "Shop";
    profile.id = "shop";
    profile.domains = {"shop.example"};
    profile.products.push_back({.name = "till", .version = "2.4", .sboms = {}});
    return profile;
  }
  static File report(const Json& document, std::string path = "defaults.json") {
    return {"safe-defaults", std::move(path), document.dump()};
  }
  Finding judged(const std::vector<File>& files, const Profile& profile = shop()) { return finding(kSafeDefaults, files, profile); }
};

TEST_F(SafeDefaultsMeasureTest, AnOutsideReportWithoutAFailure) {
  const Finding f = judged({report(defaults_document())});
  EXPECT_EQ(f.status, Status::satisfied) << f.summary;
  EXPECT_EQ(f.summary,
            "1 of 1 product tested by an outside laboratory without a failure, 0 by the maker, 0 without a report; 0 tests failed.");
  EXPECT_EQ(f.rows[0]["tested_version"], "2.4");
  EXPECT_EQ(f.rows[0]["version"], "2.4");
  ASSERT_EQ(f.own_dates.size(), 1u);
  EXPECT_EQ(f.own_dates[0], std::pair(digests_["defaults.json"], *parse_date("2026-10-01")));
  EXPECT_EQ(f.detail["full_reports_in_bundle"], 0);
  EXPECT_EQ(judged({report(defaults_document()), {"attestation", "report.pdf", "the report"}}).detail["full_reports_in_bundle"], 1);
}

TEST_F(SafeDefaultsMeasureTest, TheMakersOwnTestIsPartialWhateverItCallsItself) {
  EXPECT_EQ(judged({report(defaults_document("Till", "self"))}).status, Status::partial);
  for (const char* name :
       {"SHOP", "shop", "shop.example", "shop.", "Shop Security Lab", "SHOP-Lab", "Lab of shop.example", "shopexample"}) {
    Json document = defaults_document();
    document["tester"]["name"] = name;
    EXPECT_EQ(judged({report(document)}).status, Status::partial) << name;
  }
}

TEST_F(SafeDefaultsMeasureTest, AnotherNameIsOutside) {
  for (const char* name : {"Workshop House", "Lab of the Example", "Shopping Lab"}) {
    Json document = defaults_document();
    document["tester"]["name"] = name;
    EXPECT_EQ(judged({report(document)}).status, Status::satisfied) << name;
  }
  Profile longer = shop();
  longer.name = "Example Tills";
  Json document = defaults_document();
  document["tester"]["name"] = "ExampleTillsLab";
  EXPECT_EQ(judged({report(document)}, longer).status, Status::partial) << "a longer name also where it is written together";
}

TEST_F(SafeDefaultsMeasureTest, AnotherVersionThanTheOneShippedIsPartial) {
  Json document = defaults_document();
  for (const char* version : {"0.1", "2.3", ""}) {
    document["product"].erase("version");
    if (*version != 0) document["product"]["version"] = version;
    const Finding f = judged({report(document)});
    EXPECT_EQ(f.status, Status::partial) << version;
    EXPECT_THAT(f.summary, HasSubstr("of 1 product another version was tested than is shipped"));
    EXPECT_THAT(f.fix, HasSubstr("have the version shipped of till tested, 2.4"));
  }
  document["product"]["version"] = "v2.4";
  EXPECT_EQ(judged({report(document)}).status, Status::satisfied);
}

TEST_F(SafeDefaultsMeasureTest, MostlyNotApplicableIsPartial) {
  const Json none = {{"result", "not-applicable"}, {"note", "x"}};
  Json two = defaults_document();
  two["tests"]["mfa_offered"] = two["tests"]["services_closed_by_default"] = none;
  EXPECT_EQ(judged({report(two)}).status, Status::satisfied) << "half of them";
  two["tests"]["logging_free_of_charge"] = none;
  const Finding f = judged({report(two)});
  EXPECT_EQ(f.status, Status::partial);
  EXPECT_THAT(f.summary, HasSubstr("of 1 product most tests are called not applicable"));
  Json provisions = defaults_document();
  for (auto& [name, result] : provisions["provisions"].items()) result = none;
  EXPECT_EQ(judged({report(provisions)}).status, Status::partial);
}

TEST_F(SafeDefaultsMeasureTest, ANewerReportWithoutTestsDoesNotClearAFailure) {
  Json failed = defaults_document("Till", "outside_lab", "2026-09-01");
  failed["tests"]["mfa_offered"] = {{"result", "fail"}, {"note", "no"}};
  Json empty = defaults_document("Till", "self");
  for (auto& [name, result] : empty["tests"].items()) result = {{"result", "not-applicable"}, {"note", "x"}};
  EXPECT_EQ(judged({report(failed, "a.json"), report(empty, "b.json")}).status, Status::not_satisfied);
  EXPECT_EQ(judged({report(empty, "a.json"), report(failed, "b.json")}).status, Status::not_satisfied);
}

TEST_F(SafeDefaultsMeasureTest, AFailureIsNeither) {
  for (const auto& [group, name] : {std::pair{"tests", "mfa_offered"}, std::pair{"provisions", "5.6"}}) {
    Json document = defaults_document();
    document[group][name] = {{"result", "fail"}, {"note", "a debug port is open"}};
    const Finding f = judged({report(document)});
    EXPECT_EQ(f.status, Status::not_satisfied);
    EXPECT_EQ(f.fix, fmt::format("repair what failed in till, {} (a debug port is open), and have it tested again", name));
    ASSERT_EQ(f.rows.size(), 2u);
    EXPECT_EQ(f.rows[1]["test"], name);
    EXPECT_THAT(f.places, ElementsAre(catalog::Place{digests_["defaults.json"], fmt::format("/{}/{}", group, name)}));
  }
}

TEST_F(SafeDefaultsMeasureTest, NotApplicableIsNoFailureButSomethingMustHaveBeenTested) {
  Json document = defaults_document();
  document["tests"]["mfa_offered"] = {{"result", "not-applicable"}, {"note", "nobody signs in"}};
  EXPECT_EQ(judged({report(document)}).status, Status::satisfied);
  for (auto& [name, result] : document["tests"].items()) result = {{"result", "not-applicable"}, {"note", "no"}};
  EXPECT_EQ(judged({report(document)}).status, Status::not_assessed);
}

TEST_F(SafeDefaultsMeasureTest, EveryProductAndItsNewestReport) {
  Profile two = shop();
  two.products.push_back({.name = "Scale", .version = "1", .sboms = {}});
  const Finding missing = judged({report(defaults_document())}, two);
  EXPECT_EQ(missing.status, Status::not_satisfied);
  EXPECT_THAT(missing.fix, HasSubstr("defaults of Scale tested"));
  EXPECT_EQ(judged({report(defaults_document()), report(defaults_document("Scale", "self"), "b.json")}, two).status, Status::partial);
  Json failed = defaults_document("Till", "outside_lab", "2026-09-01");
  failed["tests"]["mfa_offered"] = {{"result", "fail"}, {"note", "no"}};
  EXPECT_EQ(judged({report(failed, "a.json"), report(defaults_document(), "b.json")}).status, Status::satisfied) << "repaired since";
  failed["date"] = "2026-10-01";
  EXPECT_EQ(judged({report(failed, "a.json"), report(defaults_document(), "b.json")}).status, Status::not_satisfied)
      << "of one day the worse";
  EXPECT_EQ(judged({report(defaults_document(), "a.json"), report(failed, "b.json")}).status, Status::not_satisfied);
  const Finding later = judged({report(defaults_document("Till", "outside_lab", "2026-12-01"))});
  EXPECT_EQ(later.status, Status::not_satisfied);
  EXPECT_THAT(later.summary, HasSubstr("1 report dated after"));
  EXPECT_EQ(judged({report(defaults_document())}, Profile{}).status, Status::satisfied) << "no products: what was tested";
}

TEST_F(SafeDefaultsMeasureTest, AReportThatBreaksTheSchemaDecides) {
  Json document = defaults_document();
  document["tests"].erase("mfa_offered");
  const Finding f = judged({report(document)});
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_THAT(f.summary, HasSubstr("defaults.json cannot be read"));
}

TEST(SafeDefaultsReport, IsWhatTheSchemaSays) {
  const auto refused = [](const std::function<void(Json&)>& change) {
    Json document = defaults_document();
    change(document);
    return !SafeDefaultsReport::parse(document.dump(), "d.json");
  };
  EXPECT_FALSE(refused([](Json&) {}));
  EXPECT_TRUE(refused([](Json& d) { d["provisions"].erase("5.13"); }));
  EXPECT_TRUE(refused([](Json& d) { d["provisions"]["5.14"] = {{"result", "pass"}}; }));
  EXPECT_TRUE(refused([](Json& d) { d["tests"]["mfa_offered"] = {{"result", "fail"}}; })) << "a failure needs a note";
  EXPECT_TRUE(refused([](Json& d) { d["tests"]["mfa_offered"] = {{"result", "maybe"}}; }));
  EXPECT_TRUE(refused([](Json& d) { d["tester"]["kind"] = "self"; })) << "a self test needs the configuration's digest";
  EXPECT_TRUE(refused([](Json& d) { d["date"] = "October"; }));
  EXPECT_TRUE(refused([](Json& d) { d["report_sha256"] = "00"; }));
  EXPECT_TRUE(refused([](Json& d) { d["more"] = 1; }));
  EXPECT_FALSE(SafeDefaultsReport::parse("[]", "d.json"));
  EXPECT_FALSE(SafeDefaultsReport::parse("", "d.json"));
}

}  // namespace
}  // namespace entente::measures::p6_supply
