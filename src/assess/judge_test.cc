// How a control is judged: roles, exclusions, ages, side files; and that the document is the same bytes on any number of threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "assess/assess.h"
#include "assess/test_organisation.h"
#include "core/parallel.h"
#include "schema/schema.h"
#include "test_support.h"

namespace entente::assess {
namespace {

using ::testing::HasSubstr;
using namespace ::entente::assess::testing;
using catalog::Status;

Outcome judged(Organisation& organisation, std::string_view at = "2026-11-24") {
  auto outcome = organisation.judge(at);
  if (!outcome) ADD_FAILURE() << outcome.error().str();
  return std::move(*outcome);
}

TEST(Judge, EveryControlIsThereOnceAndHasAReasonWhereItNeedsOne) {
  Organisation organisation;
  const Outcome outcome = judged(organisation);
  ASSERT_EQ(outcome.assessment.judgements.size(), the_catalog().controls().size());
  std::set<catalog::ControlId> seen;
  for (const auto& j : outcome.assessment.judgements) {
    EXPECT_TRUE(seen.insert(j.control).second) << j.control.str();
    const bool open = j.status == Status::not_applicable || j.status == Status::not_assessed;
    EXPECT_TRUE(open) << j.control.str() << " without evidence";
    EXPECT_FALSE(j.reason.empty()) << j.control.str();
    EXPECT_FALSE(outcome.reasons.at(j.control).fr.empty()) << j.control.str();
    EXPECT_EQ(j.status == Status::not_assessed, outcome.next.contains(j.control)) << j.control.str();
  }
  EXPECT_TRUE(to_fix(outcome).empty());
}

TEST(Judge, RolesDecideWhatApplies) {
  Organisation organisation;
  const Outcome outcome = judged(organisation);
  const auto& routes = judgement(outcome, "P2-01");  // network-operator only
  EXPECT_EQ(routes.status, Status::not_applicable);
  EXPECT_THAT(routes.reason, HasSubstr("role: applies to network-operator; the organisation is software-producer, private-sector"));
  EXPECT_EQ(routes.engine, "profile");
  Organisation operators(R"("network-operator")");
  EXPECT_EQ(judgement(judged(operators), "P2-01").status, Status::not_assessed);
}

TEST(Judge, AnExclusionNeedsTheCataloguesLeave) {
  Organisation organisation;
  organisation.toml +=
      "[[not_applicable]]\ncontrol = \"P4-03\"\nreason = \"no repositories\"\n[[not_applicable]]\ncontrol = \"P1-05\"\nreason = \"we plan "
      "nothing\"\n";
  const Outcome outcome = judged(organisation);
  EXPECT_EQ(judgement(outcome, "P4-03").status, Status::not_applicable);
  EXPECT_EQ(judgement(outcome, "P4-03").reason, "declared: no repositories");
  const auto& plan = judgement(outcome, "P1-05");  // "never"
  EXPECT_EQ(plan.status, Status::not_assessed);
  EXPECT_THAT(plan.reason, HasSubstr("no exclusion"));
  EXPECT_EQ(plan.finding.detail.at("ignored").at(0).at("claim"), "we plan nothing");
}

TEST(Judge, IdentityIsLeftToTheRegistry) {
  Organisation organisation;
  organisation.attest("P0-03", "satisfied", "2026-10-01", key_of("register.example", 1));
  const Outcome outcome = judged(organisation);
  EXPECT_THAT(judgement(outcome, "P0-01").reason, HasSubstr("registry"));
  EXPECT_EQ(judgement(outcome, "P0-03").status, Status::satisfied);
}

TEST(Judge, MeasuresSbomsAndAdvisories) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(20), "2026-11-20");
  organisation.evidence("advisories.osv", "osv.jsonl", advisories(2), "2026-11-20");
  const Outcome outcome = judged(organisation);
  EXPECT_EQ(judgement(outcome, "P6-01").status, Status::satisfied) << judgement(outcome, "P6-01").summary;
  const auto& open = judgement(outcome, "P6-02");
  EXPECT_EQ(open.status, Status::not_satisfied) << open.summary;
  EXPECT_EQ(open.engine, "supply");
  EXPECT_EQ(open.weight, 1.0);
  EXPECT_EQ(open.evidence_from, time_of("2026-11-20"));
  EXPECT_FALSE(open.finding.evidence.empty());
  EXPECT_EQ(to_fix(outcome).front()->status, Status::not_satisfied);
}

TEST(Judge, SaysWhichKindOfEvidenceIsMissing) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(5), "2026-11-20");
  const catalog::ControlId exploited(1, 3);
  const Outcome only_sbom = judged(organisation);
  EXPECT_EQ(judgement(only_sbom, "P1-03").reason, "no evidence of kind advisories.osv or advisories.index, and none of kind kev");
  EXPECT_EQ(judgement(only_sbom, "P6-02").reason, "no evidence of kind advisories.osv or advisories.index");
  organisation.evidence("advisories.osv", "osv.jsonl", advisories(1), "2026-11-23");
  const Outcome no_kev = judged(organisation);
  EXPECT_EQ(judgement(no_kev, "P1-03").reason, "no evidence of kind kev");
  EXPECT_EQ(no_kev.reasons.at(exploited).fr, "aucune preuve de type kev");
  EXPECT_THAT(no_kev.next.at(exploited).en, HasSubstr("add [[evidence]] of kind kev to org.toml"));
}

TEST(Judge, TheOldestEvidenceDecidesTheAge) {
  // P6-02 allows 14 days, P6-01 180: the same SBOM is fresh for one and stale for the other.
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(5), "2026-11-01");
  organisation.evidence("advisories.osv", "osv.jsonl", advisories(1), "2026-11-23");
  const Outcome outcome = judged(organisation);
  const auto& stale = judgement(outcome, "P6-02");
  EXPECT_EQ(stale.status, Status::not_assessed);
  EXPECT_THAT(stale.reason, HasSubstr("evidence of 2026-11-01 is 23 days old, limit 14"));
  EXPECT_THAT(stale.reason, HasSubstr("evidence/sbom.cyclonedx/bom.json"));
  EXPECT_EQ(stale.finding.detail.at("measured_but_not_used"), "not-satisfied");
  EXPECT_EQ(judgement(outcome, "P6-01").status, Status::satisfied);
  EXPECT_EQ(judgement(judged(organisation, "2026-11-15"), "P6-02").status, Status::not_assessed);  // advisories are from the future then
}

TEST(Judge, AnOldKevCatalogueIsOldWheneverItWasCollected) {
  const auto kev = [](std::string_view released) {
    return fmt::format(R"({{"catalogVersion":"1","dateReleased":"{}","count":0,"vulnerabilities":[]}})", released);
  };
  const auto outcome_with = [&](std::string_view released) {
    Organisation organisation;
    organisation.evidence("sbom.cyclonedx", "bom.json", sbom(5), "2026-11-20");
    organisation.evidence("advisories.osv", "osv.jsonl", advisories(1), "2026-11-23");
    organisation.evidence("kev", "kev.json", kev(released), "2026-11-23");
    return judged(organisation);
  };
  const Outcome last_day = outcome_with("2026-11-10T00:00:00Z");
  EXPECT_EQ(judgement(last_day, "P6-02").status, Status::not_satisfied) << judgement(last_day, "P6-02").reason;
  EXPECT_THAT(judgement(last_day, "P6-02").summary, HasSubstr("the newest change in the advisories is of 2026-11-01, 23 days before"));
  const Outcome outcome = outcome_with("2026-11-08T23:59:59Z");
  for (const char* control : {"P1-03", "P6-02"}) {
    const auto& j = judgement(outcome, control);
    EXPECT_EQ(j.status, Status::not_assessed) << control;
    EXPECT_EQ(j.reason, "evidence of 2026-11-08 by its own date is 15 days old, limit 14 (evidence/kev/kev.json, collected on 2026-11-23)");
    EXPECT_EQ(j.evidence_from, time_of("2026-11-08T23:59:59Z"));
  }
  EXPECT_THAT(outcome.reasons.at(catalog::ControlId(1, 3)).fr, HasSubstr("recueillie le 2026-11-23"));
}

TEST(Judge, EvidenceFromTheFutureDoesNotCount) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(5), "2026-11-25");
  const Outcome outcome = judged(organisation);
  const auto& j = judgement(outcome, "P6-01");
  EXPECT_EQ(j.status, Status::not_assessed);
  EXPECT_THAT(j.reason, HasSubstr("evidence of 2026-11-25T00:00:00Z lies in the future"));
}

TEST(Judge, ManyRowsGoToADigestedSideFile) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(150), "2026-11-20");
  organisation.evidence("advisories.osv", "osv.jsonl", advisories(150), "2026-11-20");
  const Outcome outcome = judged(organisation);
  const auto& j = judgement(outcome, "P6-02");
  ASSERT_EQ(j.rows_count, 150U);
  EXPECT_EQ(j.finding.rows.size(), catalog::kInlineRows);
  EXPECT_EQ(j.rows_path, "rows/P6-02.jsonl");
  const std::string& lines = outcome.side_files.at("rows/P6-02.jsonl");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 150);
  EXPECT_EQ(sha256(lines), j.rows_digest);
  const auto document = JsonDocument::parse(outcome.document, "document");
  ASSERT_OK(document);
  EXPECT_THAT(outcome.document, HasSubstr(j.rows_digest->hex()));
}

TEST(Judge, SameBytesOnAnyNumberOfThreads) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(300), "2026-11-20");
  organisation.evidence("advisories.osv", "osv.jsonl", advisories(200), "2026-11-20");
  organisation.attest("P1-05", "satisfied", "2026-10-01", key_of("auditor.example", 1));
  const auto bundle = organisation.collect();
  ASSERT_OK(bundle);
  const std::size_t before = thread_limit();
  std::string first;
  std::map<std::string, std::string> first_files;
  for (const std::size_t threads : {1U, 2U, 8U, 8U, 1U}) {
    set_thread_limit(threads);
    Progress progress(Progress::Mode::silent);
    const auto outcome = judge(*bundle, the_catalog(), time_of("2026-11-24"), progress);
    ASSERT_OK(outcome);
    if (first.empty()) {
      first = outcome->document;
      first_files = outcome->side_files;
      EXPECT_FALSE(first_files.empty());
    }
    EXPECT_EQ(outcome->document, first) << threads << " threads";
    EXPECT_EQ(outcome->side_files, first_files);
  }
  set_thread_limit(before);
}

TEST(Judge, TheSameFolderCollectedTwiceGivesTheSameDocument) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(5), "2026-11-20");
  EXPECT_EQ(judged(organisation).document, judged(organisation).document);
}

TEST(Judge, ABundleWithoutAProfileIsAnError) {
  const auto folder = TemporaryFolder::make().value();
  ASSERT_OK(write_file_atomic(folder.path() / "x.json", "{}"));
  Progress progress(Progress::Mode::silent);
  const auto bundle = evidence::create(folder.path() / "bundle",
                                       {{"kev", folder.path() / "x.json", "evidence/kev/x.json", "", time_of("2026-11-20"), ""}}, progress);
  ASSERT_OK(bundle);
  const auto outcome = judge(*bundle, the_catalog(), time_of("2026-11-24"), progress);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_THAT(outcome.error().what, HasSubstr("0 profiles"));
  EXPECT_FALSE(outcome.error().hint.empty());
}

TEST(Judge, AFileChangedAfterCollectionIsAnError) {
  Organisation organisation;
  const auto bundle = organisation.collect();
  ASSERT_OK(bundle);
  std::string text = read_file(bundle->folder() / "profile.toml").value();
  text[8] = text[8] == 'X' ? 'Y' : 'X';
  ASSERT_OK(write_file_atomic(bundle->folder() / "profile.toml", text));
  Progress progress(Progress::Mode::silent);
  EXPECT_FALSE(judge(*bundle, the_catalog(), time_of("2026-11-24"), progress).has_value());
}

TEST(Collect, PutsEveryFileInItsPlaceWithDateAndSource) {
  Organisation organisation;
  organisation.file("sbom/a.json", sbom(1));
  organisation.file("sbom/b.json", sbom(2));
  organisation.toml += "[[evidence]]\nkind = \"sbom.cyclonedx\"\npath = \"sbom/*.json\"\nsource = \"the build server\"\n";
  const auto bundle = organisation.collect("2026-11-22T10:00:00Z");
  ASSERT_OK(bundle);
  ASSERT_EQ(bundle->entries().size(), 3U);
  EXPECT_EQ(bundle->entries()[0].path, "evidence/sbom.cyclonedx/sbom/a.json");
  EXPECT_EQ(bundle->entries()[0].source, "the build server");
  EXPECT_EQ(bundle->entries()[0].collected_at, time_of("2026-11-22T10:00:00Z"));
  EXPECT_EQ(bundle->entries()[2].path, "profile.toml");
  EXPECT_EQ(bundle->entries()[2].kind, "profile");
}

TEST(Collect, NamesTheBlockThatIsWrong) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(1), "2026-11-20");
  organisation.toml += "[[evidence]]\nkind = \"kev\"\npath = \"feeds/*.json\"\n";
  organisation.file("feeds/readme.txt", "nothing");
  const auto bundle = organisation.collect();
  ASSERT_FALSE(bundle.has_value());
  EXPECT_THAT(bundle.error().what, HasSubstr("[[evidence]] 2: no file matches \"feeds/*.json\""));
  EXPECT_FALSE(bundle.error().hint.empty());
}

TEST(Statement, SaysWhatThePredicateSchemaAsks) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(3), "2026-11-20");
  const Outcome outcome = judged(organisation);
  const auto statement = to_statement(outcome);
  EXPECT_OK(statement::check_predicate(statement, DataSet::embedded()));
  ASSERT_EQ(statement.subjects.size(), 2U);
  EXPECT_EQ(statement.subjects[0].sha256, sha256(outcome.document));
  EXPECT_EQ(statement.subjects[1].sha256, outcome.assessment.bundle_digest);
}

// The index is recomputed from the ledger alone: the rows of the statement must give its figures.
TEST(Statement, ItsRowsGiveItsFigures) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(3), "2026-11-20");
  organisation.declare("P8-01", "2026-06-01");
  const Outcome outcome = judged(organisation);
  const Json predicate = to_statement(outcome).predicate;
  ASSERT_EQ(predicate["controls"].size(), the_catalog().controls().size());
  std::vector<catalog::Judgement> rows;
  for (const Json& row : predicate["controls"]) {
    catalog::Judgement j;
    j.control = catalog::ControlId::parse(row["control"].get<std::string>()).value();
    j.status = catalog::parse_status(row["status"].get<std::string>()).value();
    j.evidence_class = catalog::parse_evidence_class(row["class"].get<std::string>()).value();
    j.weight = row["weight"];
    rows.push_back(std::move(j));
  }
  const auto scores = catalog::score(rows);
  for (std::size_t n = 0; n < scores.size(); ++n) {
    const Json& figures = predicate["principles"][n];
    EXPECT_EQ(figures["tier"], std::string(1, scores[n].tier)) << n;
    EXPECT_NEAR(figures["coverage"].get<double>(), scores[n].coverage, 1e-6) << n;
    EXPECT_NEAR(figures["low"].get<double>(), scores[n].low, 1e-6) << n;
    EXPECT_NEAR(figures["high"].get<double>(), scores[n].high, 1e-6) << n;
    EXPECT_EQ(figures["score"].is_null(), !scores[n].score.has_value()) << n;
  }
}

TEST(Statement, FitsALedgerEntryHoweverMuchEvidenceThereIs) {
  Organisation organisation;
  Outcome outcome = judged(organisation);
  auto& judgements = outcome.assessment.judgements;
  for (const std::size_t pieces : {4U, 5U, 1000U}) {
    for (auto& judgement : judgements) {
      judgement.finding.evidence.clear();
      for (std::size_t i = 0; i < pieces; ++i)
        judgement.finding.evidence.insert(judgement.finding.evidence.end(), 2, sha256(fmt::format("{} {}", judgement.control.str(), i)));
    }
    const auto statement = to_statement(outcome);
    EXPECT_OK(statement::check_predicate(statement, DataSet::embedded()));
    const auto key = key_of("org.example/assessor/with/a/rather/long/name", 1);
    EXPECT_LT(statement::sign(statement, key).str().size(), 65'535U) << pieces;
    const Json& row = statement.predicate["controls"][0];
    EXPECT_EQ(row.contains("evidence"), pieces == 4) << "a digest stands once, however often it was judged";
    EXPECT_EQ(row.contains("evidence_list"), pieces > 4);
    if (pieces > 4) EXPECT_EQ(row["evidence_list"]["count"], pieces);
  }
}

TEST(Document, KeepsToItsSchema) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", sbom(120), "2026-11-20");
  organisation.evidence("advisories.osv", "osv.jsonl", advisories(120), "2026-11-20");
  organisation.declare("P8-01", "2026-06-01");
  const Outcome outcome = judged(organisation);
  const auto text = DataSet::embedded().file("schemas/assessment-v1.json");
  ASSERT_OK(text);
  const auto schema = schema::Schema::compile(*text, "schemas/assessment-v1.json");
  ASSERT_OK(schema);
  const auto document = JsonDocument::parse(outcome.document, "assessment.json");
  ASSERT_OK(document);
  EXPECT_OK(schema::check(*schema, *document));
}

}  // namespace
}  // namespace entente::assess
