// P6-06 from real bundles: products with and without a told end, dependencies at the edge of 180 days, what has no record.
#include <fmt/format.h>

#include "measures/p6_supply/test_measure.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SupportMeasureTest : public MeasureTest {
 protected:
  static Profile shop(int products = 1) {
    Profile profile;
    for (int i = 0; i < products; ++i) profile.products.push_back({.name = fmt::format("Till {}", i), .version = "2.3", .sboms = {}});
    return profile;
  }
  // A record of one product with one cycle; `end` as endoflife.date writes it.
  static File record(std::string_view slug, std::string_view end, std::string_view identifier = "", std::string_view cycle = "2") {
    const std::string ids = identifier.empty() ? "" : fmt::format("identifiers:\n  - purl: {}\n", identifier);
    return {"eol", fmt::format("{}.md", slug),
            fmt::format("---\ntitle: {0}\npermalink: /{0}\n{1}releases:\n  - releaseCycle: \"{2}\"\n    eol: {3}\n---\n", slug, ids, cycle,
                        end)};
  }
  static File bom(std::string_view components = R"({"type":"library","name":"lib","version":"1.0","purl":"pkg:npm/lib@1.0"})") {
    return {
        "sbom.cyclonedx", "bom.json",
        fmt::format(
            R"({{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{{"component":{{"type":"application","name":"till","version":"2.3","purl":"pkg:generic/till@2.3"}}}},"components":[{}]}})",
            components)};
  }
  static File library(std::string_view end) { return record("lib", end, "pkg:npm/lib", "1"); }
  Status status(const std::vector<File>& files, const Profile& profile = shop()) { return finding(kEndOfSupport, files, profile).status; }
};

TEST_F(SupportMeasureTest, AToldEndAndSupportedDependencies) {
  const Finding f = finding(kEndOfSupport, {record("till-0", "2027-06-30"), library("2028-01-01"), bom()}, shop());
  EXPECT_EQ(f.status, Status::satisfied) << f.summary;
  EXPECT_EQ(
      f.summary,
      "1 of 1 product with an end of support that is told; 0 of 1 component with a lifecycle record past the end by more than 180 days.");
  EXPECT_EQ(f.rows[0]["state"], "end of support told");
  EXPECT_EQ(f.rows[0]["end_of_support"], "2027-06-30");
  EXPECT_EQ(f.detail["working_group_6_actions"][0]["id"], "A15");
  EXPECT_THAT(f.evidence, ElementsAre(digests_["lib.md"], digests_["till-0.md"], digests_["bom.json"]));
}

TEST_F(SupportMeasureTest, WhatAProductsRecordMustSay) {
  const auto with = [&](std::string_view end, std::string_view cycle = "2") {
    return status({record("till-0", end, "", cycle), library("2028-01-01"), bom()});
  };
  EXPECT_EQ(with("2026-11-20"), Status::satisfied) << "the last day still counts";
  EXPECT_EQ(with("2026-11-19"), Status::not_satisfied) << "over, and the record does not say so";
  EXPECT_EQ(with("true"), Status::satisfied) << "marked as ended";
  EXPECT_EQ(with("false"), Status::not_satisfied) << "no end is told";
  EXPECT_EQ(with("2027-06-30", "3"), Status::not_satisfied) << "another version's";
  EXPECT_EQ(status({library("2028-01-01"), bom()}), Status::not_satisfied) << "not listed";
}

TEST_F(SupportMeasureTest, TheApisFlagMarksADayThatIsOver) {
  const auto answer = [](std::string_view flag) {
    return File{
        "lifecycle.endoflife", "till.json",
        fmt::format(R"({{"result":{{"name":"till-0","label":"Till 0","releases":[{{"name":"2","isEol":{},"eolFrom":"2026-01-01"}}]}}}})",
                    flag)};
  };
  EXPECT_EQ(status({answer("true"), library("2028-01-01"), bom()}), Status::satisfied);
  EXPECT_EQ(status({answer("false"), library("2028-01-01"), bom()}), Status::not_satisfied);
}

TEST_F(SupportMeasureTest, DependenciesAtTheEdge) {
  const auto with = [&](std::string_view end) {
    return finding(kEndOfSupport, {record("till-0", "2027-06-30"), library(end), bom()}, shop());
  };
  // 180 whole days before 20 November 2026 is 24 May; a day belongs to the stage it ends.
  EXPECT_EQ(with("2026-05-23").status, Status::satisfied);
  const Finding f = with("2026-05-22");
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_EQ(f.detail["dependencies_expired"], 1);
  ASSERT_EQ(f.rows.size(), 2u);
  EXPECT_EQ(f.rows[1]["days_past_end"], 181);
  EXPECT_EQ(f.fix, "replace lib 1.0 in bom.json: its support ended 181 days ago");
  EXPECT_THAT(f.places, ElementsAre(catalog::Place{digests_["bom.json"], "/components/0"}));
  EXPECT_EQ(with("true").detail["dependencies_expired"], 1) << "ended, and nobody knows since when";
}

TEST_F(SupportMeasureTest, SharesAtTheirEdges) {
  std::vector<File> files{bom(), library("2028-01-01")};
  for (int i = 0; i < 9; ++i) files.push_back(record(fmt::format("till-{}", i), "2027-06-30"));
  EXPECT_EQ(status(files, shop(9)), Status::satisfied);
  EXPECT_EQ(status(files, shop(10)), Status::partial);
  EXPECT_EQ(status(files, shop(11)), Status::not_satisfied);
  EXPECT_THAT(finding(kEndOfSupport, files, shop(10)).fix, HasSubstr("lifecycle record of Till 9"));
}

TEST_F(SupportMeasureTest, WhatNobodyLookedAtIsNotCalledSupported) {
  const File told = record("till-0", "2027-06-30");
  const Finding no_sbom = finding(kEndOfSupport, {told}, shop());
  EXPECT_EQ(no_sbom.status, Status::partial);
  EXPECT_THAT(no_sbom.summary, HasSubstr("no SBOM, so no dependency was looked at"));
  const Finding no_record = finding(kEndOfSupport, {told, bom()}, shop());
  EXPECT_EQ(no_record.status, Status::partial);
  EXPECT_THAT(no_record.summary, HasSubstr("1 of 1 dependencies have no record"));
  EXPECT_EQ(status({told, bom("")}), Status::satisfied) << "it depends on nothing";
}

TEST_F(SupportMeasureTest, AProductIsAlsoKnownByThePurlOfItsSbom) {
  Profile profile;
  profile.products.push_back({.name = "The Till", .version = "2.3", .sboms = {"bom.json"}});
  const File eox{
      "lifecycle.openeox", "pkg%3Ageneric%2Ftill%402.3.openeox.json",
      R"({"$schema":"https://docs.oasis-open.org/openeox/v1.0/schema/core.json","end_of_life":"2028-01-01T00:00:00Z","end_of_security_support":"2027-12-01T00:00:00Z","last_updated":"2026-02-01T00:00:00Z"})"};
  const Finding f = finding(kEndOfSupport, {eox, bom("")}, profile);
  EXPECT_EQ(f.status, Status::satisfied) << f.summary;
  ASSERT_EQ(f.own_dates.size(), 1u);
  EXPECT_EQ(f.own_dates[0].second, *parse_time("2026-02-01T00:00:00Z"));
  const Finding from_sbom = finding(kEndOfSupport, {eox, bom("")});
  EXPECT_EQ(from_sbom.status, Status::satisfied) << "without products in the profile: what the SBOMs are about";
  EXPECT_EQ(from_sbom.detail["products_from"], "sbom");
  EXPECT_EQ(finding(kEndOfSupport, {eox}).status, Status::not_assessed);
}

TEST_F(SupportMeasureTest, OfTwoRecordsOfAProductTheWorseCounts) {
  auto second = record("till-0", "2026-11-19");
  second.path = "a.md";
  auto later = record("till-0", "2026-11-19");
  later.path = "z.md";
  const std::vector<File> rest{record("till-0", "2027-06-30"), library("2028-01-01"), bom()};
  for (const File& one : {second, later}) {
    auto files = rest;
    files.push_back(one);
    EXPECT_EQ(status(files), Status::not_satisfied) << one.path << ": one says that it is over";
  }
  auto other = record("till-0", "2026-01-01", "", "1");
  other.path = "z.md";
  auto files = rest;
  files.push_back(other);
  EXPECT_EQ(status(files), Status::satisfied) << "a record of another version only says nothing of this one";
  files.back().path = "a.md";
  EXPECT_EQ(status(files), Status::satisfied) << "in either order";
}

TEST_F(SupportMeasureTest, ADayBeyondFiftyYearsIsNone) {
  const auto with = [&](std::string_view end) {
    return finding(kEndOfSupport, {record("till-0", end), library("2028-01-01"), bom()}, shop());
  };
  EXPECT_EQ(with("2076-01-01").status, Status::satisfied);
  const Finding f = with("9999-12-31");
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_EQ(f.rows[0]["state"], "no end of support given");
  EXPECT_EQ(
      finding(kEndOfSupport, {record("till-0", "2027-06-30"), library("9999-12-31"), bom()}, shop()).detail["dependencies_with_record"], 0);
}

TEST_F(SupportMeasureTest, ARecordFromTheFutureDoesNotCount) {
  Profile profile;
  profile.products.push_back({.name = "The Till", .version = "2.3", .sboms = {"bom.json"}});
  const auto eox = [](std::string_view updated) {
    return File{
        "lifecycle.openeox", "pkg%3Ageneric%2Ftill%402.3.openeox.json",
        fmt::format(
            R"({{"$schema":"https://docs.oasis-open.org/openeox/v1.0/schema/core.json","end_of_life":"2028-01-01T00:00:00Z","end_of_security_support":"2027-12-01T00:00:00Z","last_updated":"{}T00:00:00Z"}})",
            updated)};
  };
  EXPECT_EQ(finding(kEndOfSupport, {eox("2026-11-20"), bom("")}, profile).status, Status::satisfied);
  const Finding f = finding(kEndOfSupport, {eox("2026-11-21"), bom("")}, profile);
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_THAT(f.summary, HasSubstr("1 record dated after 2026-11-20T00:00:00Z does not count"));
}

TEST_F(SupportMeasureTest, ARecordThatCannotBeReadDecides) {
  const Finding f = finding(kEndOfSupport, {{"eol", "x.json", "{}"}, bom()}, shop());
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_THAT(f.summary, HasSubstr("x.json cannot be read"));
}

}  // namespace
}  // namespace entente::measures::p6_supply
