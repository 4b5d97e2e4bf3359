// Lifecycle records of every form, the tests of OpenEoX, and components against them.
#include "measures/p6_supply/lifecycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measures/p6_supply/openeox.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kPage = R"(---
title: Widget
category: framework
permalink: /widget
identifiers:
  - purl: pkg:npm/%40widget/core
  - cpe: cpe:/a:example:widget
auto:
  methods:
    - git: https://git.example/widget
releases:
  - releaseCycle: "3.1"
    eol: 2027-06-30
    latest: "3.1.4"
  - releaseCycle: "3"
    eoas: 2024-01-01
    eol: 2025-06-30
    eoes: 2027-01-01
  - releaseCycle: "2"
    eol: true
  - releaseCycle: "1"
    eol: false
---
> text
)";

EolRecords widget() {
  EolRecords records;
  auto product = parse_eol_page(kPage, "widget.md");
  EXPECT_TRUE(product) << product.error().str();
  if (product) records.add(*product);
  return records;
}

Instant day(std::string_view text) { return parse_date(text).value(); }

TEST(EolPage, TakesWhatMattersAndLeavesTheRest) {
  const auto product = parse_eol_page(kPage, "widget.md");
  ASSERT_TRUE(product) << product.error().str();
  EXPECT_EQ(product->slug, "widget");
  EXPECT_EQ(product->title, "Widget");
  EXPECT_EQ(product->purls, std::vector<std::string>{"pkg:npm/%40widget/core"});
  ASSERT_EQ(product->releases.size(), 4U);
  EXPECT_EQ(product->releases[0].latest, "3.1.4");
  EXPECT_EQ(product->releases[2].security.kind, LifeStage::Kind::over);
  EXPECT_EQ(product->releases[3].security.kind, LifeStage::Kind::running);
}

TEST(EolPage, RefusesWhatItCannotTrust) {
  const auto refused = [](std::string_view text) {
    const auto product = parse_eol_page(text, "x.md");
    return product ? std::string("accepted") : product.error().str();
  };
  EXPECT_THAT(refused("title: x\n"), HasSubstr("no front matter"));
  EXPECT_THAT(refused("---\na: &b 1\nc: *b\n---\n"), HasSubstr("an alias"));
  EXPECT_THAT(refused("---\n" + std::string(2000, '[') + "\n---\n"), HasSubstr("x.md:2"));
  EXPECT_THAT(refused("---\na: " + std::string(20, '[') + std::string(20, ']') + "\n---\n"), HasSubstr("too deep"));
  EXPECT_THAT(refused("---\n- a\n---\n"), HasSubstr("no mapping"));
  EXPECT_THAT(refused("---\ntitle: a\npermalink: /a\nreleases:\n  - eol: true\n---\n"), HasSubstr("x.md:5"));
  EXPECT_THAT(refused("---\ntitle: a\npermalink: /a\nreleases:\n  - releaseCycle: '1'\n    eol: soon\n---\n"),
              HasSubstr("eol: neither a day"));
  EXPECT_THAT(refused("---\ntitle: a\n---\n"), HasSubstr("permalink"));
  EXPECT_THAT(refused("---\ntitle: \xff\n---\n"), HasSubstr("UTF-8"));
  std::string flood = "---\na:\n";
  for (int i = 0; i < 100'100; ++i) flood += " - 1\n";
  EXPECT_THAT(refused(flood + "---\n"), HasSubstr("too many values"));
}

TEST(EolApi, ReadsBothVersions) {
  const auto v0 =
      parse_eol_api(R"([{"cycle":"3","eol":"2025-06-30","support":true,"latest":"3.9"},{"cycle":"2","eol":true}])", "dir/widget.json");
  ASSERT_TRUE(v0) << v0.error().str();
  EXPECT_EQ(v0->at(0).slug, "widget");
  EXPECT_EQ(v0->at(0).releases.at(0).active.kind, LifeStage::Kind::over);
  EXPECT_EQ(v0->at(0).releases.at(1).security.kind, LifeStage::Kind::over);

  constexpr std::string_view product =
      R"({"name":"widget","label":"Widget","identifiers":[{"type":"purl","id":"pkg:npm/widget"}],
          "releases":[{"name":"3","isEol":false,"eolFrom":"2027-06-30","latest":{"name":"3.9"}},{"name":"2","isEol":true,"eolFrom":null}]})";
  const auto v1 = parse_eol_api(fmt::format(R"({{"schema_version":"1.2.0","result":{}}})", product), "a.json");
  ASSERT_TRUE(v1) << v1.error().str();
  EXPECT_EQ(v1->at(0).releases.at(0).latest, "3.9");
  EXPECT_EQ(format_date(v1->at(0).releases.at(0).security.last), "2027-06-30");
  EXPECT_EQ(v1->at(0).releases.at(1).security.kind, LifeStage::Kind::over);
  EXPECT_EQ(parse_eol_api(fmt::format(R"({{"result":[{0},{0}]}})", product), "a.json")->size(), 2U);

  EXPECT_THAT(parse_eol_api(R"({"result":{"name":"x","releases":[{}]}})", "a.json").error().str(), HasSubstr("/result/releases/0"));
  EXPECT_THAT(parse_eol_api(R"({"a":1})", "a.json").error().str(), HasSubstr("neither"));
  EXPECT_FALSE(parse_eol_api(R"([{"cycle":"3","eol":"2025-13-30"}])", "a.json"));
}

std::string eox(std::string_view more) {
  return fmt::format(R"({{"$schema":"{}","last_updated":"2025-01-01T00:00:00Z",{}}})", kEoxCoreSchema, more);
}

TEST(OpenEox, FaultsNameTheirTestAndPlace) {
  const auto faults = [](const std::string& text) {
    std::string all;
    const auto core = parse_openeox(text, "r.json");
    if (!core) return core.error().str();
    for (const EoxFault& f : core->faults) all += fmt::format("{} {} {};", to_string(f.group), f.test, f.pointer);
    return all;
  };
  EXPECT_EQ(faults(eox(R"("end_of_life":"2026-01-01T00:00:00Z","end_of_security_support":"2025-06-01T00:00:00Z")")), "");
  EXPECT_EQ(faults(eox(R"("end_of_life":"2024-01-01T00:00:00Z","end_of_security_support":"2025-06-01T00:00:00Z")")),
            "mandatory 7.1.1 /end_of_life;");
  EXPECT_EQ(faults(eox(R"("end_of_life":"2026-01-01t00:00:00Z","end_of_security_support":"tba")")),
            "mandatory 7.1.2 /end_of_life;recommended 7.2.1 /end_of_security_support;");
  EXPECT_EQ(faults(eox(R"("end_of_life":"tba","end_of_security_support":"never","x":1)")), "schema  /end_of_security_support;schema  /x;");
  EXPECT_EQ(faults("{}"), "schema  /$schema;schema  /end_of_life;schema  /end_of_security_support;schema  /last_updated;");
  EXPECT_THAT(faults("[]"), HasSubstr("object"));
}

TEST(OpenEox, TheFileNamesTheProduct) {
  const std::string text = eox(R"("end_of_life":"2026-01-01T00:00:00Z","end_of_security_support":"2025-06-01T00:00:00Z")");
  const auto product = parse_eol_openeox(text, "records/pkg%3Anpm%2Fleft-pad%401.3.0.openeox.json");
  ASSERT_TRUE(product) << product.error().str();
  EXPECT_EQ(product->purls.at(0), "pkg:npm/left-pad");
  EXPECT_NE(release_of(*product, "1.3.0"), nullptr);
  EXPECT_EQ(release_of(*product, "1.3.0.1"), nullptr);
  EXPECT_THAT(parse_eol_openeox(text, "left-pad.openeox.json").error().str(), HasSubstr("percent-encoded"));
  EXPECT_EQ(life_status(product->releases[0], day("2025-05-01"), 10), LifeStatus::supported);
  EXPECT_EQ(life_status(product->releases[0], day("2025-08-01"), 10), LifeStatus::end_of_security_support);
  EXPECT_EQ(life_status(product->releases[0], day("2026-08-01"), 10), LifeStatus::end_of_life);
}

TEST(Lifecycle, LongestCycleAndWholeNumbersWin) {
  const EolRecords records = widget();
  const EolProduct& product = records.products()[0];
  const auto cycle = [&](std::string_view version) {
    const EolRelease* release = release_of(product, version);
    return release == nullptr ? std::string("none") : release->cycle;
  };
  EXPECT_EQ(cycle("3.1.4"), "3.1");
  EXPECT_EQ(cycle("3.10.1"), "3");
  EXPECT_EQ(cycle("3.1b1"), "3.1");
  EXPECT_EQ(cycle("v2.0"), "2");
  EXPECT_EQ(cycle("1:2-1"), "2");
  EXPECT_EQ(cycle("20.1"), "none");
  EXPECT_EQ(cycle(""), "none");
}

TEST(Lifecycle, ADayBelongsToTheStageItEnds) {
  const EolRecords records = widget();
  const EolRelease& current = *release_of(records.products()[0], "3.1");
  EXPECT_EQ(life_status(current, day("2027-06-30"), 0), LifeStatus::supported);
  EXPECT_EQ(life_status(current, day("2027-06-30"), 1), LifeStatus::ending_soon);
  EXPECT_EQ(life_status(current, day("2027-07-01"), 0), LifeStatus::end_of_life);
  const EolRelease& extended = *release_of(records.products()[0], "3.0");
  EXPECT_EQ(life_status(extended, day("2026-01-01"), 0), LifeStatus::end_of_security_support);
  EXPECT_EQ(life_status(extended, day("2027-02-01"), 0), LifeStatus::end_of_life);
}

TEST(Lifecycle, EachComponentHasARowAndNothingUnknownIsCalledSupported) {
  const auto sbom = parse_sbom(R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[
      {"type":"library","name":"core","version":"2.7","purl":"pkg:npm/%40widget/core@2.7"},
      {"type":"library","name":"w","version":"1.0","cpe":"cpe:2.3:a:example:widget:1.0:*:*:*:*:*:*:*"},
      {"type":"operating-system","name":"Widget","version":"9"},
      {"type":"library","name":"other","version":"1","purl":"pkg:npm/other@1"},
      {"type":"file","name":"f"}]})",
                               "bom.json");
  ASSERT_TRUE(sbom) << sbom.error().str();
  const EolRecords records = widget();
  const auto rows = lifecycle_of(*sbom, records, day("2026-01-01"), 30);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].status, LifeStatus::end_of_life);
  EXPECT_EQ(rows[1].status, LifeStatus::supported);
  EXPECT_EQ(rows[2].status, LifeStatus::unknown_cycle);
  EXPECT_EQ(rows[3].status, LifeStatus::unknown_product);
  const Json row = lifecycle_row_json(*sbom, records, rows[0]);
  EXPECT_EQ(row["cycle"], "2");
  EXPECT_EQ(row["end_of_life"], "ended");
  EXPECT_EQ(row["pointer"], "/components/0");
}

}  // namespace
}  // namespace entente::measures::p6_supply
