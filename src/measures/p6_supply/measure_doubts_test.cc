// What keeps "nothing was found" from being a pass (P6-01, P6-02, P1-03): a KEV snapshot that hides another, a product without an SBOM or
// with that of something else, statements and records from the future, stale advisories. All from real bundles.
#include <fmt/format.h>

#include "measures/p6_supply/test_measure.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DoubtsTest : public MeasureTest {
 protected:
  static File sbom(std::string_view library = "p", std::string path = "bom.json", std::string_view version = "2.3") {
    return {
        "sbom.cyclonedx", std::move(path),
        fmt::format(
            R"({{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{{"component":{{"type":"application","name":"till","version":"{}"}}}},"components":[{{"type":"library","name":"{}","version":"1.0.0","purl":"pkg:npm/{}@1.0.0"}}]}})",
            version, library, library)};
  }
  // Below 2.0.0 of the npm package p is affected.
  static File advisory(std::string_view modified = "2026-11-10T00:00:00Z", std::string path = "osv.json") {
    return {
        "advisories.osv", std::move(path),
        fmt::format(
            R"({{"id":"X-1","modified":"{}","published":"2026-10-20T00:00:00Z","aliases":["CVE-2026-0001"],"severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"}}],"affected":[{{"package":{{"ecosystem":"npm","name":"p"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"2.0.0"}}]}}]}}]}})",
            modified)};
  }
  static File kev(std::string_view released, std::string_view due = "2026-10-30", std::string path = "kev.json") {
    const std::string entry = due.empty() ? "" : fmt::format(R"({{"cveID":"CVE-2026-0001","dateAdded":"2026-10-20","dueDate":"{}"}})", due);
    return {"kev", std::move(path), fmt::format(R"({{"dateReleased":"{}T00:00:00Z","vulnerabilities":[{}]}})", released, entry)};
  }
  static File vex(std::string_view at) {
    return {
        "vex", "vex.json",
        fmt::format(
            R"({{"@context":"https://openvex.dev/ns/v0.2.0","author":"Shop","timestamp":"{}","statements":[{{"vulnerability":{{"name":"CVE-2026-0001"}},"products":[{{"@id":"pkg:npm/p@1.0.0"}}],"status":"not_affected","justification":"component_not_present"}}]}})",
            at)};
  }
  static Profile shipping(std::vector<catalog::Product> products) {
    Profile profile;
    profile.products = std::move(products);
    return profile;
  }
  static catalog::Product till(std::vector<std::string> sboms = {"bom.json"}, std::string version = "2.3") {
    return {.name = "Till", .version = std::move(version), .sboms = std::move(sboms)};
  }
};

TEST_F(DoubtsTest, AShorterKevSnapshotHidesNothing) {
  EXPECT_EQ(finding(kKnownExploited, {sbom(), advisory(), kev("2026-11-01")}).detail["overdue"], 1);
  for (const char* path : {"a.json", "z.json"})
    for (const char* released : {"2026-11-01", "2026-11-15"}) {
      const Finding f = finding(kKnownExploited, {sbom(), advisory(), kev("2026-11-01"), kev(released, "", path)});
      EXPECT_EQ(f.detail["overdue"], 1) << path << released;
      EXPECT_EQ(f.detail["kev"]["snapshots"], 2);
    }
  const Finding moved = finding(kKnownExploited, {sbom(), advisory(), kev("2026-11-01"), kev("2026-11-15", "2027-01-01", "z.json")});
  EXPECT_EQ(moved.detail["overdue"], 1) << "the earlier due date holds";
  ASSERT_EQ(moved.own_dates.size(), 1u);
  EXPECT_EQ(moved.own_dates[0].second, *parse_date("2026-11-15"));
}

TEST_F(DoubtsTest, AKevSnapshotFromTheFutureIsNoPass) {
  EXPECT_EQ(finding(kKnownExploited, {sbom("q"), advisory(), kev("2026-11-20")}).status, Status::satisfied);
  const Finding f = finding(kKnownExploited, {sbom("q"), advisory(), kev("2026-11-21", "")});
  EXPECT_EQ(f.status, Status::partial);
  EXPECT_THAT(f.summary, HasSubstr("1 snapshot of KEV dated after 2026-11-20T00:00:00Z"));
  EXPECT_TRUE(f.own_dates.empty());
  EXPECT_THAT(f.fix, HasSubstr("KEV catalogue as CISA published it by then"));
  EXPECT_EQ(finding(kKnownExploited, {sbom(), advisory(), kev("2026-11-21")}).detail["overdue"], 1) << "but what it lists counts";
  EXPECT_EQ(finding(kKnownExploited, {sbom("q"), advisory(), kev("2026-11-19"), kev("2026-11-21", "", "z.json")}).status, Status::satisfied)
      << "another one is of the day";
}

TEST_F(DoubtsTest, AProductWithoutAnSbomIsNoPass) {
  const std::vector<File> files{sbom("q"), advisory(), kev("2026-11-19")};
  EXPECT_EQ(finding(kOpenVulnerabilities, files, shipping({till()})).status, Status::satisfied);
  for (const std::vector<std::string>& none : {std::vector<std::string>{}, std::vector<std::string>{"left-out.json"}}) {
    const Profile profile = shipping({till(), {.name = "Scale", .version = "1", .sboms = none}});
    for (const ControlId control : {kOpenVulnerabilities, kKnownExploited}) {
      const Finding f = finding(control, files, profile);
      EXPECT_EQ(f.status, Status::partial) << control.str();
      EXPECT_THAT(f.summary, HasSubstr("; 1 product without an SBOM, of which nothing is known"));
      EXPECT_EQ(f.fix, "make an SBOM of Scale 1 and name it under [[product]] in org.toml");
    }
    EXPECT_EQ(finding(kGoodSbom, files, profile).status, Status::not_satisfied);
  }
}

TEST_F(DoubtsTest, WhatVexSaysAfterTheInstantSettlesNothing) {
  const std::vector<File> files{sbom(), advisory(), kev("2026-11-19")};
  const auto with = [&](std::string_view at) {
    auto all = files;
    all.push_back(vex(at));
    return finding(kKnownExploited, all);
  };
  EXPECT_EQ(with("2026-11-20T00:00:00Z").status, Status::satisfied);
  const Finding f = with("2026-11-20T00:00:01Z");
  EXPECT_EQ(f.detail["overdue"], 1);
  EXPECT_EQ(f.detail["vex"]["statements_dated_later"], 1);
  EXPECT_THAT(f.summary, HasSubstr("; 1 statement of VEX dated after 2026-11-20T00:00:00Z does not count"));
}

TEST_F(DoubtsTest, ARecordChangedAfterTheInstantIsNoPass) {
  const std::vector<File> files{sbom("q"), advisory(), advisory("2036-01-01T00:00:00Z", "z.json"), kev("2026-11-19")};
  for (const ControlId control : {kOpenVulnerabilities, kKnownExploited}) {
    const Finding f = finding(control, files);
    EXPECT_EQ(f.status, Status::partial) << control.str();
    EXPECT_THAT(f.summary, HasSubstr("the newest change in the advisories is of 2036-01-01T00:00:00Z, after the instant judged"));
  }
}

TEST_F(DoubtsTest, StaleAdvisoriesAreNoPass) {
  const auto with = [&](std::string_view modified) {
    return finding(kOpenVulnerabilities, {sbom("q"), advisory(modified), kev("2026-11-19")});
  };
  EXPECT_EQ(with("2026-11-06T00:00:00Z").status, Status::satisfied) << "14 days";
  const Finding f = with("2026-11-05T00:00:00Z");
  EXPECT_EQ(f.status, Status::partial);
  EXPECT_THAT(f.summary, HasSubstr("15 days before: they may be stale"));
  EXPECT_EQ(f.fix, "fetch the advisories anew and add them as evidence of kind advisories.osv");
}

// Complete in every field, so that nothing but its subject is wrong.
std::string complete_sbom(std::string_view version, bool with_component) {
  const auto component = [](std::string_view ref, std::string_view type, std::string_view of) {
    return fmt::format(
        R"({{"bom-ref":"{0}","type":"{1}","name":"{0}","version":"{2}","purl":"pkg:npm/{0}@{2}","supplier":{{"name":"Shop"}},"hashes":[{{"alg":"SHA-256","content":"{3}"}}],"licenses":[{{"expression":"MIT"}}]}})",
        ref, type, of, std::string(64, 'a'));
  };
  return fmt::format(
      R"({{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{{"timestamp":"2026-11-01T00:00:00Z","authors":[{{"name":"Build"}}],"component":{}}},"components":[{}],"dependencies":[{}]}})",
      component("till", "application", version), with_component ? component("lib", "library", "1.0.0") : "",
      with_component ? R"({"ref":"till","dependsOn":["lib"]},{"ref":"lib"})" : R"({"ref":"till"})");
}

TEST_F(DoubtsTest, AnSbomMustBeOfTheProductsVersion) {
  const auto with = [&](std::string_view version, const catalog::Product& product) {
    return finding(kGoodSbom, {{"sbom.cyclonedx", "bom.json", complete_sbom(version, true)}}, shipping({product}));
  };
  EXPECT_EQ(with("2.3", till()).status, Status::satisfied) << with("2.3", till()).summary;
  EXPECT_EQ(with("v2.3", till()).status, Status::satisfied);
  EXPECT_EQ(with("0.0.1", till({"bom.json"}, "")).status, Status::satisfied) << "the profile names no version";
  const Finding f = with("0.0.1", till());
  EXPECT_EQ(f.status, Status::partial);
  EXPECT_THAT(f.summary, HasSubstr("; no SBOM names the version of Till 2.3 (bom.json is about till 0.0.1)"));
  EXPECT_THAT(f.fix, HasSubstr("make the SBOM of what is shipped"));
  const Finding two =
      finding(kGoodSbom,
              {{"sbom.cyclonedx", "bom.json", complete_sbom("0.0.1", true)}, {"sbom.cyclonedx", "right.json", complete_sbom("2.3", true)}},
              shipping({till({"bom.json", "right.json"})}));
  EXPECT_EQ(two.status, Status::satisfied) << "one of its parts has the version";
}

TEST_F(DoubtsTest, AnSbomOfNothingButItsSubjectIsPartial) {
  const Finding f = finding(kGoodSbom, {{"sbom.cyclonedx", "bom.json", complete_sbom("2.3", false)}});
  EXPECT_EQ(f.status, Status::partial);
  EXPECT_THAT(f.summary, HasSubstr("; bom.json lists no component"));
  EXPECT_EQ(f.fix, "list the components of the product in bom.json");
  EXPECT_THAT(finding(kGoodSbom, {{"sbom.cyclonedx", "bom.json", complete_sbom("2.3", true)}}).summary, Not(HasSubstr("lists no")));
}

}  // namespace
}  // namespace entente::measures::p6_supply
