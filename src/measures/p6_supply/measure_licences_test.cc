// P4-07 from real bundles: shares at their edges, deny-lists with choices, and what every finding of this engine names.
#include <fmt/format.h>

#include "measures/p6_supply/licence_policy.h"
#include "measures/p6_supply/test_measure.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class LicencesMeasureTest : public MeasureTest {
 protected:
  // `known` components with `licence`, then `unknown` without.
  static File parts(int known, int unknown, std::string_view licence = "MIT", std::string path = "bom.json") {
    std::string list;
    for (int i = 0; i < known + unknown; ++i)
      list += fmt::format(R"({}{{"type":"library","name":"p{}","version":"1"{}}})", i == 0 ? "" : ",", i,
                          i < known ? fmt::format(R"(,"licenses":[{{"expression":"{}"}}])", licence) : "");
    return {"sbom.cyclonedx", std::move(path), fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}})", list)};
  }
  static File denying(std::string_view list, std::string_view more = {}) {
    return {"licence.policy", "policy.json", fmt::format(R"({{"denied":[{}]{}}})", list, more)};
  }
  Status status(const std::vector<File>& files) { return finding(kLicencesKnown, files).status; }
  Status status_of(std::string_view licence, std::string_view denied, std::string_view more = {}) {
    return status({parts(1, 0, licence), denying(denied, more)});
  }
};

TEST_F(LicencesMeasureTest, SharesAtTheirEdges) {
  const File none_denied = denying("");
  EXPECT_EQ(status({parts(98, 2), none_denied}), Status::satisfied);
  EXPECT_EQ(status({parts(97, 3), none_denied}), Status::partial);
  EXPECT_EQ(status({parts(90, 10), none_denied}), Status::partial);
  EXPECT_EQ(status({parts(89, 11), none_denied}), Status::not_satisfied);
  EXPECT_EQ(status({parts(0, 0), none_denied}), Status::not_satisfied) << "nothing is listed, so nothing is known";
  EXPECT_EQ(status({parts(1, 0, "NOASSERTION"), none_denied}), Status::not_satisfied);
}

TEST_F(LicencesMeasureTest, ASmallSbomIsNotHiddenByALargeOne) {
  const Finding f = finding(kLicencesKnown, {parts(1000, 0), parts(1, 1, "MIT", "small.json"), denying("")});
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_EQ(f.summary,
            "1001 of 1002 components (99.9 %) have a known licence in 2 readable SBOMs; the lowest is small.json with 50.0 %; 0 on the "
            "deny-list of "
            "0.");
  EXPECT_EQ(f.fix, "give the licence of 1 component in small.json as an SPDX expression, first of p1 1 at /components/1");
  ASSERT_EQ(f.rows.size(), 1u);
  EXPECT_EQ(f.rows[0]["problem"], "no licence");
  EXPECT_EQ(f.places.at(0), (catalog::Place{digests_["small.json"], "/components/1"}));
  EXPECT_THAT(f.evidence, ElementsAre(digests_["bom.json"], digests_["small.json"], digests_["policy.json"]));
}

TEST_F(LicencesMeasureTest, WithoutADenyListTheOtherHalfOfTheTestIsOpen) {
  const Finding f = finding(kLicencesKnown, {parts(10, 0)});
  EXPECT_EQ(f.status, Status::partial);
  EXPECT_THAT(f.summary, HasSubstr("no deny-list is given"));
  EXPECT_THAT(f.fix, HasSubstr("licence.policy"));
}

TEST_F(LicencesMeasureTest, OrIsAChoiceAndAndBinds) {
  constexpr std::string_view kGpl = R"("GPL-3.0-only")";
  EXPECT_EQ(status_of("GPL-3.0-only OR MIT", kGpl), Status::satisfied);
  EXPECT_EQ(status_of("GPL-3.0-only AND MIT", kGpl), Status::partial);
  EXPECT_EQ(status_of("MIT AND (Apache-2.0 OR GPL-3.0-only)", kGpl), Status::satisfied);
  EXPECT_EQ(status_of("(MIT AND GPL-3.0-only) OR (GPL-3.0-only AND Zlib)", kGpl), Status::partial);
  EXPECT_EQ(status_of("gpl-3.0-only", kGpl), Status::partial) << "identifiers have no case";
  EXPECT_EQ(status_of("GPL-3.0", kGpl), Status::partial) << "the old name";
  EXPECT_EQ(status_of("GPL-3.0-or-later", kGpl), Status::satisfied) << "a later version may be chosen";
  EXPECT_EQ(status_of("GPL-3.0+", R"("GPL-3.0-or-later")"), Status::partial) << "two names of one licence";
  EXPECT_EQ(status_of("GPL-2.0-only WITH Classpath-exception-2.0", R"("GPL-2.0-only")"), Status::partial);
  EXPECT_EQ(
      status_of("GPL-2.0-only WITH Classpath-exception-2.0", R"("GPL-2.0-only")", R"(,"accepted_exceptions":["Classpath-exception-2.0"])"),
      Status::satisfied);
  EXPECT_EQ(status_of("LicenseRef-house", R"("LicenseRef-house")"), Status::partial);
}

TEST_F(LicencesMeasureTest, ADeniedLicenceStandsFirst) {
  const Finding f =
      finding(kLicencesKnown, {parts(0, 1, "", "a.json"), parts(1, 0, "AGPL-3.0-only AND MIT", "z.json"), denying(R"("AGPL-3.0-only")")});
  ASSERT_EQ(f.rows.size(), 2u);
  EXPECT_EQ(f.rows[0]["problem"], "denied");
  EXPECT_EQ(f.rows[0]["denied"], "AGPL-3.0-only");
  EXPECT_EQ(f.fix, "replace p0 1 in z.json: its licence AGPL-3.0-only is on the deny-list");
  EXPECT_EQ(f.detail["denied"], 1);
}

TEST_F(LicencesMeasureTest, ATextIsNoKnownLicence) {
  EXPECT_EQ(status_of("see file COPYING", R"("GPL-3.0-only")"), Status::not_satisfied);
  const Finding f = finding(kLicencesKnown, {parts(95, 0), parts(1, 0, "unknown", "z.json"), denying("")});
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_THAT(f.summary, HasSubstr("; 1 only as a text that is no SPDX identifier"));
  EXPECT_EQ(f.rows.at(0)["problem"], "not an SPDX identifier");
  EXPECT_EQ(f.rows.at(0)["licence"], "unknown");
  EXPECT_EQ(status_of("LicenseRef-house", ""), Status::satisfied);
  EXPECT_EQ(status_of("No-Such-Licence-1.0", ""), Status::not_satisfied) << "well formed, and on no list";
}

TEST_F(LicencesMeasureTest, AFileWithAPurlCounts) {
  const auto with = [&](std::string_view purl) {
    return finding(
        kLicencesKnown,
        {{"sbom.cyclonedx", "bom.json",
          fmt::format(
              R"({{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{{"type":"library","name":"a","licenses":[{{"expression":"MIT"}}]}},{{"type":"file","name":"f","version":"1"{},"licenses":[{{"expression":"AGPL-3.0-only"}}]}}]}})",
              purl)},
         denying(R"("AGPL-3.0-only")")});
  };
  EXPECT_EQ(with(R"(,"purl":"pkg:npm/f@1")").status, Status::partial) << "its licence is denied";
  EXPECT_EQ(with("").status, Status::satisfied) << "data, not a component";
}

TEST_F(LicencesMeasureTest, OfSpdxTheConclusionHolds) {
  const auto document = [](std::string_view concluded) {
    return File{
        "sbom.spdx", "bom.spdx.json",
        fmt::format(
            R"({{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"d","documentNamespace":"https://d.example/1","creationInfo":{{"created":"2026-11-01T00:00:00Z","creators":["Tool: t-1"]}},"packages":[{{"name":"p","SPDXID":"SPDXRef-p","downloadLocation":"NOASSERTION","licenseConcluded":"{}","licenseDeclared":"GPL-3.0-only"}}]}})",
            concluded)};
  };
  EXPECT_EQ(status({document("MIT"), denying(R"("GPL-3.0-only")")}), Status::satisfied);
  EXPECT_EQ(status({document("NOASSERTION"), denying(R"("GPL-3.0-only")")}), Status::partial);
}

TEST_F(LicencesMeasureTest, AProductWithoutAnSbomAndAPolicyThatCannotBeRead) {
  Profile profile;
  profile.products.push_back({.name = "till", .version = "2"});
  const Finding f = finding(kLicencesKnown, {parts(1, 0), denying("")}, profile);
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_THAT(f.fix, HasSubstr("make an SBOM of till 2"));
  const Finding misspelt = finding(kLicencesKnown, {parts(1, 0), denying(R"("GPL-3")")});
  EXPECT_EQ(misspelt.status, Status::not_satisfied);
  EXPECT_THAT(misspelt.summary, HasSubstr("\"GPL-3\" is not an identifier of the SPDX list"));
}

TEST(LicencePolicy, RefusesWhatWouldSilentlyDenyNothing) {
  for (const char* text : {"", "[]", "{}", R"({"denied":"MIT"})", R"({"denied":[1]})", R"({"denied":["MIT OR Zlib"]})",
                           R"({"denied":["GPL-3.0 only"]})", R"({"denied":[],"allow":[]})", R"({"denied":["NOASSERTION"]})"})
    EXPECT_FALSE(LicencePolicy::parse(text, "p.json")) << text;
  const auto policy = LicencePolicy::parse(R"({"denied":["GPL-2.0","Apache-1.0+"]})", "p.json");
  ASSERT_OK(policy);
  EXPECT_TRUE(policy->denies("GPL-2.0-only", ""));
  EXPECT_FALSE(policy->denies("Apache-1.0", ""));
}

TEST(FindingRules, EveryOneNamesAnActionOfWorkingGroup6AndAStandard) {
  for (const FindingRule& rule : finding_rules()) {
    Finding finding;
    name_basis(finding, rule);
    EXPECT_THAT(finding.detail["working_group_6_actions"], Not(IsEmpty())) << rule.control.str();
    for (const Json& action : finding.detail["working_group_6_actions"])
      EXPECT_NE(action["title"], "") << rule.control.str() << " " << action["id"];
    EXPECT_FALSE(rule.standard.empty()) << rule.control.str();
  }
}

TEST_F(LicencesMeasureTest, TheFindingSaysWhatItRestsOn) {
  const Finding f = finding(kGoodSbom, {parts(1, 0)});
  ASSERT_EQ(f.detail["working_group_6_actions"].size(), 1u);
  EXPECT_EQ(f.detail["working_group_6_actions"][0]["id"], "A4");
  EXPECT_EQ(f.detail["working_group_6_actions"][0]["title"], "Increasing and providing transparency on traceability");
  EXPECT_THAT(f.detail["standard"].get<std::string>(), HasSubstr("BSI TR-03183-2"));
}

}  // namespace
}  // namespace entente::measures::p6_supply
