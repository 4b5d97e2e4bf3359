// Each rule of attested and declared evidence, one by one.
#include "assess/attestation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assess/test_organisation.h"
#include "test_support.h"

namespace entente::assess {
namespace {

using ::testing::HasSubstr;
using namespace ::entente::assess::testing;
using catalog::Status;

constexpr std::string_view kAt = "2026-11-24T12:00:00Z";

Outcome judged_whole(Organisation& organisation) {
  auto outcome = organisation.judge(kAt);
  if (!outcome) ADD_FAILURE() << outcome.error().str();
  return std::move(*outcome);
}

TEST(Attestation, OfAnotherPartyCountsHalf) {
  Organisation organisation;
  organisation.attest("P1-05", "satisfied", "2026-10-01", key_of("auditor.example", 1));
  const Outcome outcome = judged_whole(organisation);
  const auto& j = judgement(outcome, "P1-05");
  EXPECT_EQ(j.status, Status::satisfied);
  EXPECT_EQ(j.weight, 0.5);
  EXPECT_EQ(j.engine, "attestation");
  EXPECT_EQ(j.evidence_from, time_of("2026-10-01"));
  EXPECT_THAT(j.summary, HasSubstr("auditor.example"));
  EXPECT_EQ(outcome.assessment.principles[1].score, 1.0);
}

TEST(Attestation, PartialStaysPartial) {
  Organisation organisation;
  organisation.attest("P1-05", "partial", "2026-10-01", key_of("auditor.example", 1));
  const Outcome outcome = judged_whole(organisation);
  EXPECT_EQ(judgement(outcome, "P1-05").status, Status::partial);
  EXPECT_FALSE(judgement(outcome, "P1-05").finding.fix.empty());
  ASSERT_EQ(to_fix(outcome).size(), 1U);
}

// What makes an attestation not count, and the reason that is shown.
void expect_refused(Organisation& organisation, std::string_view control, std::string_view reason) {
  const Outcome outcome = judged_whole(organisation);
  const auto& j = judgement(outcome, control);
  EXPECT_EQ(j.status, Status::not_assessed);
  EXPECT_THAT(j.reason, HasSubstr(std::string(reason)));
  EXPECT_NE(outcome.reasons.at(j.control).fr, outcome.reasons.at(j.control).en);
  EXPECT_FALSE(outcome.next.at(j.control).en.empty());
  EXPECT_EQ(j.finding.detail.at("ignored").at(0).at("what"), "attestation");
}

TEST(Attestation, WithAForgedSignatureDoesNotCount) {
  Organisation organisation;
  organisation.attest("P1-05", "satisfied", "2026-10-01", key_of("auditor.example", 1));
  // The text is other than the one that was signed.
  organisation.toml.replace(organisation.toml.find("seen and checked"), 4, "SEEN");
  expect_refused(organisation, "P1-05", "signature of auditor.example does not verify");
}

TEST(Attestation, OfAnotherDateControlClaimOrOrganisationDoesNotCount) {
  const std::pair<std::string, std::string> changes[] = {
      {"2026-10-01", "2026-10-02"}, {"claims = \"partial\"", "claims = \"satisfied\""}, {"id = \"org\"", "id = \"other\""}};
  for (const auto& [from, to] : changes) {
    Organisation organisation;
    organisation.attest("P1-05", "partial", "2026-10-01", key_of("auditor.example", 1));
    organisation.toml.replace(organisation.toml.find(from), from.size(), to);
    expect_refused(organisation, "P1-05", "does not verify");
  }
  Organisation organisation;
  organisation.attest("P1-05", "satisfied", "2026-10-01", key_of("auditor.example", 1));
  organisation.toml.replace(organisation.toml.find("P1-05"), 5, "P4-05");
  expect_refused(organisation, "P4-05", "does not verify");
}

TEST(Attestation, WithoutASignatureDoesNotCount) {
  Organisation organisation;
  organisation.toml += fmt::format("[[attestation]]\ncontrol = \"P1-05\"\ndate = 2026-10-01\ntext = \"x\"\nattester = \"{}\"\n",
                                   key_of("auditor.example", 1).verifier().str());
  expect_refused(organisation, "P1-05", "not signed");
}

TEST(Attestation, ByTheOrganisationItselfDoesNotCount) {
  Organisation declared;
  declared.declare("P1-05", "2026-10-01");
  expect_refused(declared, "P1-05", "declared by the organisation itself");
  for (const char* name : {"org.example", "ORG.example", "audit.org.example", "org.example/audit", "org", "Org"}) {
    Organisation organisation;
    organisation.attest("P1-05", "satisfied", "2026-10-01", key_of(name, 1));
    expect_refused(organisation, "P1-05", fmt::format("own key ({})", name));
    EXPECT_THAT(judged_whole(organisation).reasons.at(catalog::ControlId(1, 5)).fr, HasSubstr(fmt::format("({})", name)));
  }
}

TEST(Attestation, OwnKeyNamesAreToldFromOthers) {
  const auto profile =
      catalog::Profile::parse(
          "name = \"Org\"\nid = \"org\"\ncategory = \"private-sector\"\nroles = [\"operator\"]\ndomains = [\"org.example\"]\n", "t")
          .value();
  for (const char* other : {"notorg.example", "org.example.net", "example", "auditor.example/org.example", "org2"}) {
    EXPECT_FALSE(is_own_key_name(profile, other)) << other;
  }
  EXPECT_TRUE(is_own_key_name(profile, "a.b.org.example/x"));
}

TEST(Attestation, AgeIsJudgedToTheDay) {
  // P1-05 allows 365 days.
  Organisation last_day;
  last_day.attest("P1-05", "satisfied", "2025-11-24", key_of("auditor.example", 1));
  EXPECT_EQ(judgement(judged_whole(last_day), "P1-05").status, Status::satisfied);
  Organisation too_old;
  too_old.attest("P1-05", "satisfied", "2025-11-23", key_of("auditor.example", 1));
  expect_refused(too_old, "P1-05", "attestation of 2025-11-23 is 366 days old, limit 365");
  Organisation future;
  future.attest("P1-05", "satisfied", "2026-11-25", key_of("auditor.example", 1));
  expect_refused(future, "P1-05", "lies in the future");
}

TEST(Attestation, CannotStandForWhatIsMeasured) {
  for (const char* control : {"P6-02", "P7-01"}) {
    Organisation organisation;
    organisation.attest(control, "satisfied", "2026-10-01", key_of("auditor.example", 1));
    expect_refused(organisation, control, "is measured, not attested");
  }
}

TEST(Attestation, OfSeveralTheNewestHoldsAndOnOneDayTheLowerClaim) {
  const auto auditor = key_of("auditor.example", 1);
  Organisation newest;
  newest.attest("P1-05", "partial", "2026-10-01", auditor);
  newest.attest("P1-05", "satisfied", "2026-11-01", auditor);
  newest.attest("P1-05", "partial", "2024-01-01", auditor);
  const Outcome outcome = judged_whole(newest);
  EXPECT_EQ(judgement(outcome, "P1-05").status, Status::satisfied);
  EXPECT_EQ(judgement(outcome, "P1-05").finding.detail.at("ignored").size(), 1U);
  Organisation one_day;
  one_day.attest("P1-05", "satisfied", "2026-10-01", auditor);
  one_day.attest("P1-05", "partial", "2026-10-01", key_of("second.example", 2));
  EXPECT_EQ(judgement(judged_whole(one_day), "P1-05").status, Status::partial);
}

TEST(Declaration, IsShownAndNeverCounted) {
  Organisation organisation;
  organisation.declare("P8-01", "2026-06-01");
  const Outcome outcome = judged_whole(organisation);
  const auto& j = judgement(outcome, "P8-01");
  EXPECT_EQ(j.status, Status::satisfied);
  EXPECT_EQ(j.weight, 0.0);
  EXPECT_FALSE(outcome.assessment.principles[8].score.has_value());
  EXPECT_EQ(outcome.assessment.principles[8].low, 0.0);
}

TEST(Declaration, WithABadSignatureOrDateIsNotShownAsSatisfied) {
  Organisation signed_badly;
  signed_badly.attest("P8-01", "satisfied", "2026-06-01", key_of("org.example", 1));
  EXPECT_EQ(judgement(judged_whole(signed_badly), "P8-01").status, Status::satisfied);  // own key is fine for a declaration
  signed_badly.toml.replace(signed_badly.toml.find("seen and checked"), 4, "SEEN");
  expect_refused(signed_badly, "P8-01", "does not verify");
  Organisation old;
  old.declare("P8-01", "2024-11-01");
  expect_refused(old, "P8-01", "days old, limit 730");
}

TEST(Attestation, OfAFileNeedsTheFileWithItsSignedDigest) {
  const auto auditor = key_of("auditor.example", 1);
  Organisation organisation;
  organisation.file("report.txt", "all well\n");
  const auto profile = catalog::Profile::parse(organisation.toml, "t").value();
  catalog::Attestation a;
  a.control = catalog::ControlId(1, 5);
  a.file = sha256("all well\n");
  a.attester = auditor.verifier().str();
  a.date = time_of("2026-10-01");
  organisation.toml += fmt::format(
      "[[attestation]]\ncontrol = \"P1-05\"\ndate = 2026-10-01\nfile = \"{}\"\nfile_path = \"report.txt\"\nattester = \"{}\"\nsignature = "
      "\"{}\"\n",
      a.file->str(), a.attester, to_base64(auditor.sign(as_bytes(catalog::attestation_message(profile, a)))));
  const Outcome outcome = judged_whole(organisation);
  EXPECT_EQ(judgement(outcome, "P1-05").status, Status::satisfied);
  EXPECT_EQ(judgement(outcome, "P1-05").finding.detail.at("file_in_bundle"), "evidence/attestation/report.txt");

  organisation.file("report.txt", "all well?\n");
  const auto changed = organisation.judge(kAt);
  ASSERT_FALSE(changed.has_value());
  EXPECT_THAT(changed.error().what, HasSubstr("is not the file that was attested"));
  EXPECT_FALSE(changed.error().hint.empty());
}

}  // namespace
}  // namespace entente::assess
