// The elections engine's findings as an assessment shows them: hash lists of machines, domains, preparedness; what decides each.
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

Organisation election_office() { return Organisation(R"("election-authority")", "Example Election Office"); }

Outcome elections_outcome(Organisation& office) {
  auto outcome = office.judge("2026-11-24");
  if (!outcome) ADD_FAILURE() << outcome.error().str();
  return outcome ? std::move(*outcome) : Outcome{};
}

std::string hash_list(std::initializer_list<std::pair<const char*, const char*>> files, const std::string& head = {}) {
  std::string out = head;
  for (const auto& [name, content] : files) out += fmt::format("{}  {}\n", sha256(content).hex(), name);
  return out;
}

TEST(ElectionsFindings, MachinesAreHeldAgainstTheTrustedBuild) {
  Organisation office = election_office();
  office.evidence("elections.trusted-build", "trusted.txt", hash_list({{"scan", "1"}, {"tally", "2"}}), "2026-11-20");
  office.evidence("elections.machine-hashes", "machines/a.txt", hash_list({{"scan", "1"}, {"tally", "2"}}, "# machine: A\n"), "2026-11-20");
  EXPECT_EQ(judgement(elections_outcome(office), "P3-04").status, Status::satisfied);

  office.evidence("elections.machine-hashes", "machines/b.txt", hash_list({{"scan", "1"}, {"tally", "x"}, {"more", "3"}}, "# machine: B\n"),
                  "2026-11-20");
  const Outcome outcome = elections_outcome(office);
  const catalog::Judgement& bad = judgement(outcome, "P3-04");
  EXPECT_EQ(bad.status, Status::not_satisfied);
  EXPECT_THAT(bad.finding.summary, HasSubstr("1 of 2 machines have exactly the 2 files of the trusted build; 1 that differ are in use"));
  EXPECT_THAT(bad.finding.fix, HasSubstr("take B out of use"));
  ASSERT_EQ(bad.finding.rows.size(), 2u);
  EXPECT_EQ(bad.finding.rows[0].at("difference"), "extra");
  EXPECT_EQ(bad.finding.rows[1].at("difference"), "changed");
}

TEST(ElectionsFindings, AHashListThatCannotBeReadIsNoPass) {
  Organisation office = election_office();
  office.evidence("elections.trusted-build", "trusted.txt", "nonsense\n", "2026-11-20");
  office.evidence("elections.machine-hashes", "a.txt", hash_list({{"scan", "1"}}), "2026-11-20");
  const Outcome outcome = elections_outcome(office);
  EXPECT_EQ(judgement(outcome, "P3-04").status, Status::not_satisfied);
  EXPECT_THAT(judgement(outcome, "P3-04").finding.summary, HasSubstr("trusted.txt:1"));
}

std::string domains(const std::string& result_of_registry_lock, bool login) {
  Json tests = Json::object();
  for (const char* test : {"P7-01", "P7-02", "P7-03", "P7-04", "P7-05", "P2-06", "P2-07", "dnssec"})
    tests[test] = {{"result", "pass"}, {"date", "2026-11-22"}, {"tool", "Example scanner 1.0"}};
  if (!result_of_registry_lock.empty())
    tests["registry-lock"] = {{"result", result_of_registry_lock}, {"date", "2026-11-22"}, {"tool", "Example scanner 1.0"}};
  return json_compact(Json{{"type", "https://entente.example/election-domains/v1"},
                           {"domains", {{{"name", "vote.example"}, {"login", login}, {"tests", std::move(tests)}}}}});
}

TEST(ElectionsFindings, DomainsArePartialAtMost) {
  for (const auto& [lock, status] : std::vector<std::pair<std::string, Status>>{
           {"pass", Status::partial}, {"not-applicable", Status::partial}, {"fail", Status::not_satisfied}, {"", Status::not_satisfied}}) {
    Organisation office = election_office();
    office.evidence("elections.domains", "domains.json", domains(lock, true), "2026-11-22");
    const Outcome outcome = elections_outcome(office);
    EXPECT_EQ(judgement(outcome, "P3-05").status, status) << lock;
    EXPECT_FALSE(judgement(outcome, "P3-05").finding.detail.at("measured_by_entente").get<bool>());
  }
}

Json preparedness() {
  const auto contact = [](const char* role) {
    return Json{{"role", role},
                {"organisation", "Example"},
                {"checked", {{"date", "2026-10-01"}, {"answered", true}, {"round", sha256("round").hex()}}}};
  };
  return {{"type", "https://entente.example/election-preparedness/v1"},
          {"election", {{"name", "Example election"}, {"date", "2026-11-03"}}},
          {"contacts", {contact("election-body"), contact("csirt"), contact("platform")}},
          {"exercise",
           {{"date", "2026-06-01"}, {"report_sha256", sha256("report").hex()}, {"took_part", {"election-body", "csirt", "platform"}}}}};
}

TEST(ElectionsFindings, PreparednessNeedsStatementsAndTheReport) {
  Organisation office = election_office();
  office.evidence("elections.preparedness", "prepared.json", json_compact(preparedness()), "2026-11-20");
  EXPECT_EQ(judgement(elections_outcome(office), "P3-07").status, Status::partial) << "neither statement nor report is in the bundle";
  office.evidence("statement", "round.json", "round", "2026-11-20");
  office.evidence("report", "report.txt", "report", "2026-11-20");
  const Outcome outcome = elections_outcome(office);
  EXPECT_EQ(judgement(outcome, "P3-07").status, Status::satisfied) << judgement(outcome, "P3-07").finding.summary;

  Organisation other = election_office();
  Json lone = preparedness();
  lone["contacts"].erase(2);
  other.evidence("elections.preparedness", "prepared.json", json_compact(lone), "2026-11-20");
  const Outcome second = elections_outcome(other);
  EXPECT_EQ(judgement(second, "P3-07").status, Status::not_satisfied);
  EXPECT_EQ(judgement(second, "P3-07").finding.fix, "name a point of contact of the platform");
}

TEST(ElectionsFindings, WithoutEvidenceTheControlsSayWhatTheyNeed) {
  Organisation office = election_office();
  const Outcome outcome = elections_outcome(office);
  EXPECT_EQ(judgement(outcome, "P3-01").status, Status::not_assessed);
  EXPECT_THAT(judgement(outcome, "P3-06").reason, HasSubstr("elections.e2e"));
}

}  // namespace
}  // namespace entente::assess
