// The supply engine's findings as an assessment shows them: they decide their controls, say what they rest on, and age by their own dates.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assess/assess.h"
#include "assess/test_organisation.h"
#include "test_support.h"

namespace entente::assess {
namespace {

using ::testing::HasSubstr;
using namespace ::entente::assess::testing;
using catalog::Status;

std::string defaults_report(std::string_view date) {
  Json out{{"type", "https://entente.example/safe-defaults/v1"},
           {"product", {{"name", "app"}}},
           {"tester", {{"kind", "outside_lab"}, {"name", "Lab"}}},
           {"date", date},
           {"report_sha256", sha256("report").hex()}};
  for (const char* test : {"no_universal_default_password", "services_closed_by_default", "mfa_offered", "logging_free_of_charge"})
    out["tests"][test] = {{"result", "pass"}};
  for (int i = 1; i <= 13; ++i) out["provisions"][fmt::format("5.{}", i)] = {{"result", "pass"}};
  return out.dump();
}

Outcome supply_outcome(Organisation& organisation) {
  auto outcome = organisation.judge("2026-11-24");
  if (!outcome) ADD_FAILURE() << outcome.error().str();
  return outcome ? std::move(*outcome) : Outcome{};
}

TEST(SupplyFindings, DecideTheirControls) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(3), "2026-11-20");
  organisation.evidence("licence.policy", "licences.json", R"({"denied":[]})", "2026-11-20");
  organisation.evidence("eol", "app.md", "---\ntitle: app\npermalink: /app\nreleases:\n  - releaseCycle: \"1\"\n    eol: 2028-01-01\n---\n",
                        "2026-11-20");
  organisation.evidence("safe-defaults", "defaults.json", defaults_report("2026-10-01"), "2026-11-20");
  const Outcome outcome = supply_outcome(organisation);
  EXPECT_EQ(judgement(outcome, "P4-07").status, Status::not_satisfied) << "no component has a licence";
  EXPECT_EQ(judgement(outcome, "P6-06").status, Status::partial) << judgement(outcome, "P6-06").summary;
  EXPECT_EQ(judgement(outcome, "P6-08").status, Status::satisfied) << judgement(outcome, "P6-08").reason;
  EXPECT_EQ(judgement(outcome, "P6-08").weight, 0.5);
  EXPECT_EQ(judgement(outcome, "P6-03").reason,
            "no evidence of kind provenance, and none of kind artifacts.digests or artifact, and none of kind provenance.policy");
  EXPECT_EQ(judgement(outcome, "P6-07").reason, "no evidence of kind update.tuf");
}

TEST(SupplyFindings, SayWhatTheyRestOnInTheDocumentAndOnThePage) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(3), "2026-11-20");
  const Outcome outcome = supply_outcome(organisation);
  EXPECT_EQ(judgement(outcome, "P6-01").finding.detail.at("working_group_6_actions").at(0).at("id"), "A4");
  EXPECT_THAT(outcome.document, HasSubstr("\"working_group_6_actions\""));
  const std::string page = html_report(outcome, the_catalog(), catalog::Language::en);
  EXPECT_THAT(page, HasSubstr("Increasing and providing transparency on traceability"));
  EXPECT_THAT(page, HasSubstr("BSI TR-03183-2"));
}

TEST(SupplyFindings, AReportIsAsOldAsItSays) {
  Organisation organisation;
  organisation.evidence("safe-defaults", "defaults.json", defaults_report("2025-10-01"), "2026-11-20");
  const Outcome outcome = supply_outcome(organisation);
  EXPECT_EQ(judgement(outcome, "P6-08").status, Status::not_assessed);
  EXPECT_THAT(judgement(outcome, "P6-08").reason, HasSubstr("evidence of 2025-10-01 by its own date is 419 days old, limit 365"));
}

}  // namespace
}  // namespace entente::assess
