// The embedded catalogue, and the same catalogue with one thing broken at a time: every breach must be refused at its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/control.h"
#include "catalog/finding.h"
#include "core/data.h"
#include "core/file.h"
#include "core/json.h"
#include "test_support.h"

namespace entente::catalog {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

Json controls_json() { return Json::parse(*DataSet::embedded().file(Catalog::kControlsPath)); }
Json principles_json() { return Json::parse(*DataSet::embedded().file(Catalog::kPrinciplesPath)); }

Result<Catalog> load(const Json& controls, const Json& principles = principles_json()) {
  const std::string c = json_pretty(controls), p = json_pretty(principles);
  return Catalog::parse({.controls = c, .controls_name = "controls.json", .principles = p, .principles_name = "principles.json"});
}

// Breaks the controls with `edit` and expects an error that says `what` at `pointer`.
void expect_fault(const std::function<void(Json&)>& edit, std::string_view what, std::string_view pointer) {
  Json document = controls_json();
  edit(document["catalog"]);
  const auto loaded = load(document);
  ASSERT_FALSE(loaded.has_value()) << what;
  const Error& e = loaded.error();
  EXPECT_THAT(e.what, HasSubstr(std::string(what)));
  EXPECT_EQ(e.where.pointer, pointer) << e.str();
  EXPECT_EQ(e.where.file, "controls.json");
  EXPECT_TRUE(e.where.line.has_value() && e.where.column.has_value()) << e.str();
}

void expect_principle_fault(const std::function<void(Json&)>& edit, std::string_view what, std::string_view pointer) {
  Json document = principles_json();
  edit(document["catalog"]);
  const auto loaded = load(controls_json(), document);
  ASSERT_FALSE(loaded.has_value()) << what;
  EXPECT_THAT(loaded.error().what, HasSubstr(std::string(what)));
  EXPECT_EQ(loaded.error().where.pointer, pointer) << loaded.error().str();
  EXPECT_EQ(loaded.error().where.file, "principles.json");
}

Json& control(Json& catalog, std::size_t group, std::size_t index) { return catalog["groups"][group]["controls"][index]; }
Json& prop(Json& owner, std::string_view name) {
  for (Json& p : owner["props"])
    if (p["name"] == name) return p;
  throw std::runtime_error("no such prop");
}

TEST(Loader, EmbeddedCatalogueIsComplete) {
  const auto rules = Catalog::load(DataSet::embedded());
  ASSERT_OK(rules);
  EXPECT_EQ(rules->controls().size(), 74U);
  EXPECT_EQ(rules->principles().size(), 10U);
  EXPECT_EQ(rules->principle(0).id, "entente.p0");
  EXPECT_EQ(rules->principle(0).title.en, "Pledge integrity");
  EXPECT_EQ(rules->principle(6).id, "paris-call.p6");
  EXPECT_EQ(rules->digest(), DataSet::embedded().digest());
  EXPECT_EQ(rules->find(ControlId(6, 1))->title.en, "Every release has a good SBOM");
  EXPECT_EQ(rules->find(ControlId(6, 99)), nullptr);
  for (const EvidenceClass c : {EvidenceClass::measured, EvidenceClass::verified, EvidenceClass::attested, EvidenceClass::declared}) {
    EXPECT_EQ(rules->text(c).en, describe(c));
    EXPECT_FALSE(rules->text(c).fr.empty());
  }
}

TEST(Loader, EveryTextIsTranslated) {
  const auto rules = Catalog::load(DataSet::embedded());
  ASSERT_OK(rules);
  for (const Principle& p : rules->principles()) {
    EXPECT_FALSE(p.title.fr.empty()) << p.number;
    EXPECT_FALSE(p.text.fr.empty()) << p.number;
  }
  for (const Control& c : rules->controls()) {
    for (const Text* t : {&c.title, &c.evidence, &c.test, &c.satisfied, &c.partial, &c.not_applicable})
      EXPECT_FALSE(t->fr.empty()) << c.id.str();
    EXPECT_NE(c.title.fr, c.title.en) << c.id.str();
  }
}

TEST(Loader, RolesOfTheCatalogueAreTheKnownRoles) {
  const auto rules = Catalog::load(DataSet::embedded());
  ASSERT_OK(rules);
  std::set<std::string> used;
  for (const Control& c : rules->controls()) used.insert(c.roles.begin(), c.roles.end());
  used.erase("all");
  const auto known = known_roles();
  EXPECT_TRUE(std::equal(used.begin(), used.end(), known.begin(), known.end()));
}

TEST(Loader, NearIds) {
  const auto rules = Catalog::load(DataSet::embedded());
  ASSERT_OK(rules);
  EXPECT_THAT(rules->near("P6-11"), Contains("P6-01"));
  EXPECT_TRUE(rules->near("something else").empty());
}

TEST(Loader, ControlsMayStandInAnyOrder) {
  Json document = controls_json();
  Json& list = document["catalog"]["groups"][6]["controls"];
  std::reverse(list.begin(), list.end());
  const auto rules = load(document);
  ASSERT_OK(rules);
  EXPECT_TRUE(
      std::is_sorted(rules->controls().begin(), rules->controls().end(), [](const Control& a, const Control& b) { return a.id < b.id; }));
}

TEST(Loader, RefusesUnknownKeys) {
  expect_fault([](Json& c) { c["foo"] = 1; }, "unknown key \"foo\"", "/catalog/foo");
  expect_fault([](Json& c) { c["metadata"]["titel"] = "x"; }, "unknown key \"titel\"", "/catalog/metadata/titel");
  expect_fault([](Json& c) { c["groups"][3]["parts"] = Json::array(); }, "unknown key \"parts\"", "/catalog/groups/3/parts");
  expect_fault([](Json& c) { control(c, 6, 0)["class"] = "x"; }, "unknown key \"class\"", "/catalog/groups/6/controls/0/class");
  expect_fault([](Json& c) { control(c, 6, 0)["props"][2]["valeu"] = "V"; }, "unknown key \"valeu\"",
               "/catalog/groups/6/controls/0/props/2/valeu");
  expect_fault([](Json& c) { control(c, 6, 0)["parts"][0]["parts"] = Json::array(); }, "unknown key",
               "/catalog/groups/6/controls/0/parts/0/parts");
}

TEST(Loader, RefusesDuplicates) {
  expect_fault([](Json& c) { control(c, 6, 1)["id"] = "P6-01"; }, "the id P6-01 stands twice", "/catalog/groups/6/controls/1/id");
  expect_fault([](Json& c) { c["groups"][5] = c["groups"][4]; }, "the group P4 stands twice", "/catalog/groups/5/id");
  expect_fault([](Json& c) { control(c, 1, 0)["props"].push_back(prop(control(c, 1, 0), "role")); }, "stands twice",
               "/catalog/groups/1/controls/0/props/14");
  expect_fault([](Json& c) { control(c, 1, 0)["parts"].push_back(control(c, 1, 0)["parts"][1]); }, "the part evidence in en stands twice",
               "/catalog/groups/1/controls/0/parts/11");
  expect_fault(
      [](Json& c) {
        Json second = prop(control(c, 1, 0), "evidence-class");
        second["value"] = "M";
        control(c, 1, 0)["props"].push_back(second);
      },
      "a second evidence-class", "/catalog/groups/1/controls/0/props/14");
}

TEST(Loader, RefusesDanglingReferences) {
  expect_fault([](Json& c) { prop(control(c, 1, 0), "role")["value"] = "csirts"; }, "unknown role \"csirts\"",
               "/catalog/groups/1/controls/0/props/4/value");
  expect_fault([](Json& c) { c["groups"][4]["links"][0]["href"] = "paris-call.json#paris-call.p5"; }, "\"href\" is",
               "/catalog/groups/4/links/0/href");
  expect_fault([](Json& c) { c["groups"][4]["title"] = "Defend"; }, "\"title\" is \"Defend\"", "/catalog/groups/4/title");
  expect_fault([](Json& c) { control(c, 4, 0)["id"] = "P5-01"; }, "P5-01 does not belong into group P4", "/catalog/groups/4/controls/0/id");
  expect_fault([](Json& c) { c["groups"].erase(9); }, "the group P9 is missing", "/catalog");
  expect_fault([](Json& c) { c["metadata"]["props"].erase(0); }, "not all five statuses", "/catalog/metadata");
  expect_principle_fault([](Json& c) { c["groups"][0]["controls"].erase(4); }, "\"id\" is \"paris-call.p6\"",
                         "/catalog/groups/0/controls/4/id");
  expect_principle_fault([](Json& c) { c["groups"][0]["controls"].erase(8); }, "8 principles instead of nine", "/catalog/groups/0");
}

TEST(Loader, RefusesBadValues) {
  expect_fault([](Json& c) { prop(control(c, 1, 0), "evidence-class")["value"] = "X"; }, "unknown evidence class \"X\"",
               "/catalog/groups/1/controls/0/props/2/value");
  for (const char* days : {"0", "007", "-1", "90 days", "1e2", "3651", "99999999999999999999"})
    expect_fault([&](Json& c) { prop(control(c, 1, 0), "max-age-days")["value"] = days; }, "not a number of days",
                 "/catalog/groups/1/controls/0/props/3/value");
  for (const char* hook : {"gge 2015", ".k", "a..b", "a.-b", "é", "a.", "-a"})
    expect_fault([&](Json& c) { prop(control(c, 0, 0), "hook")["value"] = hook; }, "is not a hook",
                 "/catalog/groups/0/controls/0/props/5/value");
  expect_fault([](Json& c) { prop(control(c, 1, 0), "role")["value"] = "all"; }, "\"all\" beside another role",
               "/catalog/groups/1/controls/0/props/5");
  expect_fault([](Json& c) { control(c, 1, 0)["id"] = "P1-1"; }, "is not a control id", "/catalog/groups/1/controls/0/id");
  expect_fault([](Json& c) { c["metadata"]["oscal-version"] = "1.1.2"; }, "\"oscal-version\" is \"1.1.2\"",
               "/catalog/metadata/oscal-version");
  expect_fault([](Json& c) { c["metadata"]["last-modified"] = "yesterday"; }, "not a time", "/catalog/metadata/last-modified");
  expect_fault([](Json& c) { c["uuid"] = "1"; }, "not a UUID", "/catalog/uuid");
  expect_fault([](Json& c) { control(c, 1, 0)["title"] = " x"; }, "white space", "/catalog/groups/1/controls/0/title");
  expect_fault([](Json& c) { control(c, 1, 0)["title"] = "a\u0007"; }, "control character", "/catalog/groups/1/controls/0/title");
  expect_fault([](Json& c) { control(c, 1, 0)["title"] = 7; }, "is not a string", "/catalog/groups/1/controls/0/title");
  expect_fault([](Json& c) { control(c, 1, 0)["props"] = Json::array(); }, "is empty", "/catalog/groups/1/controls/0/props");
  expect_fault([](Json& c) { control(c, 1, 0)["props"][2]["ns"] = "https://other.example/ns"; }, "unknown namespace",
               "/catalog/groups/1/controls/0/props/2/ns");
}

TEST(Loader, RefusesBadParts) {
  expect_fault([](Json& c) { control(c, 1, 0)["parts"][1]["id"] = "P1-02_evidence.en"; }, "\"id\" is",
               "/catalog/groups/1/controls/0/parts/1/id");
  expect_fault(
      [](Json& c) {
        control(c, 1, 0)["parts"][1]["class"] = "de";
        control(c, 1, 0)["parts"][1]["id"] = "P1-01_evidence.de";
      },
      "without a known language", "/catalog/groups/1/controls/0/parts/1");
  expect_fault([](Json& c) { control(c, 1, 0)["parts"].erase(1); }, "the part evidence is missing in English",
               "/catalog/groups/1/controls/0");
  expect_fault([](Json& c) { control(c, 1, 0)["parts"].erase(0); }, "the part standard is missing", "/catalog/groups/1/controls/0");
  expect_fault([](Json& c) { c["groups"][0]["parts"].erase(0); }, "the English statement is missing", "/catalog/groups/0");
}

TEST(Loader, FrenchMayBeMissing) {
  Json document = controls_json();
  Json& c = control(document["catalog"], 1, 0);
  c["parts"].erase(2);
  const auto rules = load(document);
  ASSERT_OK(rules);
  const Text& evidence = rules->find(ControlId(1, 1))->evidence;
  EXPECT_TRUE(evidence.fr.empty());
  EXPECT_EQ(evidence.in(Language::fr), evidence.en);
}

TEST(Loader, BrokenJsonHasItsPlace) {
  const auto rules =
      Catalog::parse({.controls = "{", .controls_name = "c.json", .principles = "{\"catalog\":\n 1 2}", .principles_name = "p.json"});
  ASSERT_FALSE(rules.has_value());
  EXPECT_EQ(rules.error().where.file, "p.json");
  EXPECT_EQ(rules.error().where.line, 2U);
}

TEST(Loader, AbsentFilesAreNamed) {
  auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  ASSERT_OK(write_file_atomic(folder->path() / "readme", "x"));
  const auto data = DataSet::from_folder(folder->path());
  ASSERT_OK(data);
  const auto rules = Catalog::load(*data);
  ASSERT_FALSE(rules.has_value());
  EXPECT_THAT(rules.error().where.file, HasSubstr("catalog/entente-controls.json"));
}

}  // namespace
}  // namespace entente::catalog
