// SARIF and OSCAL of assessments made by hand, with every status. Whether the files have the published forms is tested in
// tests/conformance/assessment_export_test.cc; here, that they say what the assessment says.
#include "assess/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assess/export_words.h"
#include "assess/test_organisation.h"
#include "assess/test_published.h"

namespace entente::assess {
namespace {

using catalog::Status;
using testing::document_with;
using ::testing::ElementsAre;
using testing::every_status;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::the_catalog;
using testing::two_files;

PublishedAssessment published(const std::vector<testing::Row>& rows = every_status()) {
  auto read = read_document(document_with(the_catalog(), rows), "assessment.json", DataSet::embedded());
  if (!read) ADD_FAILURE() << read.error().str();
  return read.value();
}

Json sarif_run(const PublishedAssessment& assessment, const EvidenceFiles& files = two_files(), SarifResults which = SarifResults::all) {
  return Json::parse(to_sarif(assessment, the_catalog(), files, which)).at("runs").at(0);
}

Json oscal_of(const PublishedAssessment& assessment, const EvidenceFiles& files = two_files()) {
  return Json::parse(to_oscal(assessment, the_catalog(), files).value()).at("assessment-results");
}

const Json& titled(const Json& list, const std::string& control) {
  for (const Json& one : list)
    if (one.at("title").get<std::string>().starts_with(control)) return one;
  ADD_FAILURE() << "nothing of " << control;
  return list.at(0);
}

TEST(ExportRead, TakesTheDocumentAsItStands) {
  const PublishedAssessment a = published();
  EXPECT_EQ(a.organisation_name, "Example & Söhne");
  EXPECT_EQ(a.document, sha256(document_with(the_catalog(), every_status())));
  ASSERT_EQ(a.judgements.size(), 7U);
  EXPECT_EQ(a.principles.size(), 10U);
  EXPECT_EQ(a.principles[6].principle, 6U);
  ASSERT_TRUE(a.principles[6].score.has_value());
  EXPECT_DOUBLE_EQ(*a.principles[6].score, 0.25);
  EXPECT_DOUBLE_EQ(a.principles[6].low.value(), 0.166667);
  EXPECT_TRUE(a.judgements[1].unreliable());
  EXPECT_FALSE(a.judgements[2].unreliable());  // class D never counts, but says what it says
  EXPECT_EQ(a.judgements[3].places.at(0).pointer, "line 12");
}

TEST(ExportRead, RefusesWhatIsNoAssessmentOrNamesAControlTwice) {
  const DataSet& data = DataSet::embedded();
  for (const char* text : {"", "[]", "{}", "{\"type\":\"https://entente.example/assessment/v1\"}"})
    EXPECT_FALSE(read_document(text, "x.json", data).has_value()) << text;
  auto rows = every_status();
  rows.push_back(rows.front());
  const auto twice = read_document(document_with(the_catalog(), rows), "x.json", data);
  ASSERT_FALSE(twice.has_value());
  EXPECT_THAT(twice.error().str(), HasSubstr("P1-07 stands twice"));
  EXPECT_EQ(twice.error().where.pointer, "/judgements/7");
}

TEST(ExportSarif, KindAndLevelOfEveryStatus) {
  const Json run = sarif_run(published());
  const auto& results = run.at("results");
  std::vector<std::string> said;
  for (const Json& r : results) said.push_back(r.at("kind").get<std::string>() + " " + r.at("level").get<std::string>());
  EXPECT_THAT(said, ElementsAre("pass none", "review none", "fail note", "fail warning", "fail error", "notApplicable none", "open none"));
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i]["ruleIndex"], i);
    EXPECT_EQ(run["tool"]["driver"]["rules"][i]["id"], results[i]["ruleId"]);
    EXPECT_FALSE(results[i]["locations"].empty());
  }
}

TEST(ExportSarif, ProblemsAloneKeepTheirRules) {
  const Json run = sarif_run(published(), two_files(), SarifResults::problems);
  ASSERT_EQ(run["results"].size(), 3U);
  for (const Json& r : run["results"]) EXPECT_EQ(run["tool"]["driver"]["rules"][r["ruleIndex"].get<std::size_t>()]["id"], r["ruleId"]);
}

TEST(ExportSarif, PlacesAreLinesPointersOrTheRowOfTheDocument) {
  const Json run = sarif_run(published());
  const Json& line = run["results"][3]["locations"][0];
  EXPECT_EQ(line["physicalLocation"]["region"]["startLine"], 12);
  EXPECT_FALSE(line.contains("logicalLocations"));
  const Json& pointer = run["results"][4]["locations"][0];
  EXPECT_EQ(pointer["logicalLocations"][0]["fullyQualifiedName"], "/components/3");
  const Json& artifact = pointer["physicalLocation"]["artifactLocation"];
  EXPECT_EQ(artifact["uri"], "bundle/evidence/sbom.cyclonedx/a%20b.json");
  const Json& file = run["artifacts"][artifact["index"].get<std::size_t>()];
  EXPECT_EQ(file["hashes"]["sha-256"], sha256("sbom").hex());
  EXPECT_EQ(file["location"]["uri"], artifact["uri"]);
  const Json& row = run["results"][6]["locations"][0];
  EXPECT_EQ(row["physicalLocation"]["artifactLocation"]["uri"], "assessment.json");
  EXPECT_EQ(row["logicalLocations"][0]["fullyQualifiedName"], "/judgements/6");
}

TEST(ExportSarif, WithoutTheBundleEvidenceIsNamedByItsDigest) {
  const Json run = sarif_run(published(), {});
  EXPECT_THAT(run["artifacts"].dump(), HasSubstr("ni:///sha-256;"));
  EXPECT_THAT(run["artifacts"].dump(), Not(HasSubstr("bundle/")));
}

TEST(ExportSarif, MessagesAreDisarmed) {
  const Json run = sarif_run(published());
  const std::string partial = run["results"][3]["message"]["text"];
  EXPECT_THAT(partial, HasSubstr("{{really}}"));
  EXPECT_THAT(partial, HasSubstr("[x] (y)"));
  EXPECT_THAT(partial, HasSubstr(". Next step: complete lib_x <1.0>"));
  EXPECT_EQ(run["results"][4]["message"]["text"], "2 open \"critical\" flaws in \\u{{202e}}corn. Next step: entente supply scan");
}

TEST(ExportSarif, HelpIsEnglishAndFrenchIsATranslation) {
  const Json run = sarif_run(published());
  EXPECT_THAT(run["tool"]["driver"]["rules"][4]["help"]["text"].get<std::string>(), HasSubstr("Satisfied when: 0 over limit"));
  EXPECT_EQ(run["translations"][0]["language"], "fr");
  EXPECT_THAT(run["translations"][0]["rules"][4]["help"]["text"].get<std::string>(), HasSubstr("0 hors délai"));
  EXPECT_EQ(run["taxonomies"][0]["taxa"].size(), 10U);
  const Json& target = run["tool"]["driver"]["rules"][4]["relationships"][0]["target"];
  EXPECT_EQ(run["taxonomies"][0]["taxa"][target["index"].get<std::size_t>()]["id"], "paris-call.p6");
  EXPECT_EQ(target["id"], "paris-call.p6");
}

TEST(ExportSarif, FingerprintsSurviveAnotherDay) {
  const auto later = read_document(document_with(the_catalog(), every_status(), "Example", parse_time("2026-12-24T12:00:00Z").value()),
                                   "x.json", DataSet::embedded());
  ASSERT_TRUE(later.has_value()) << later.error().str();
  const Json a = sarif_run(published()), b = sarif_run(*later);
  EXPECT_EQ(a["results"][4]["partialFingerprints"], b["results"][4]["partialFingerprints"]);
  EXPECT_NE(a["results"][4]["partialFingerprints"], a["results"][3]["partialFingerprints"]);
  EXPECT_NE(a["results"][4]["guid"], b["results"][4]["guid"]);
  EXPECT_EQ(a["automationDetails"]["id"], "entente/assess/example/2026-11-24T12:00:00Z");
}

TEST(ExportOscal, OnlyWhatWasJudgedHasAFinding) {
  const Json ar = oscal_of(published());
  const Json& result = ar["results"][0];
  EXPECT_EQ(result["observations"].size(), 7U);
  ASSERT_EQ(result["findings"].size(), 4U);
  EXPECT_EQ(titled(result["findings"], "P1-07")["target"]["status"], (Json{{"state", "satisfied"}, {"reason", "pass"}}));
  const Json& partial = titled(result["findings"], "P6-01")["target"];
  EXPECT_EQ(partial["status"]["state"], "not-satisfied");
  EXPECT_EQ(partial["status"]["reason"], "other");
  EXPECT_EQ(partial["implementation-status"]["state"], "partial");
  EXPECT_EQ(partial["target-id"], "P6-01_satisfied.en");
  EXPECT_EQ(titled(result["findings"], "P6-02")["target"]["status"]["reason"], "fail");
  std::vector<std::string> reviewed;
  for (const Json& c : result["reviewed-controls"]["control-selections"][0]["include-controls"]) reviewed.push_back(c["control-id"]);
  EXPECT_THAT(reviewed, ElementsAre("P1-07", "P4-06", "P6-01", "P6-02"));
  EXPECT_EQ(titled(result["observations"], "P6-04")["methods"][0], "UNKNOWN");
  EXPECT_EQ(titled(result["observations"], "P6-04")["description"], "Not assessed: no evidence");
}

TEST(ExportOscal, RisksAreWhatCountsAndIsWanting) {
  const Json result = oscal_of(published())["results"][0];
  ASSERT_EQ(result["risks"].size(), 2U);  // not P4-06: class D is shown, never counted
  const Json& risk = titled(result["risks"], "P6-02");
  EXPECT_EQ(titled(result["findings"], "P6-02")["related-risks"][0]["risk-uuid"], risk["uuid"]);
  EXPECT_EQ(risk["remediations"][0]["description"], "entente supply scan");
  EXPECT_FALSE(titled(result["findings"], "P4-06").contains("related-risks"));
}

TEST(ExportOscal, EvidenceIsAResourceWithItsDigest) {
  const Json ar = oscal_of(published());
  const Json& evidence = titled(ar["results"][0]["observations"], "P6-02")["relevant-evidence"];
  ASSERT_EQ(evidence.size(), 2U);
  EXPECT_EQ(evidence[0]["props"][0]["value"], "/components/3");
  const std::string uuid = evidence[0]["href"].get<std::string>().substr(1);
  bool found = false;
  for (const Json& r : ar["back-matter"]["resources"]) {
    if (r["uuid"] != uuid) continue;
    found = true;
    EXPECT_EQ(r["rlinks"][0]["href"], "bundle/evidence/sbom.cyclonedx/a%20b.json");
    EXPECT_EQ(r["rlinks"][0]["hashes"][0]["value"], sha256("sbom").hex());
  }
  EXPECT_TRUE(found);
}

TEST(ExportOscal, MarkupIsEscaped) {
  const Json result = oscal_of(published())["results"][0];
  EXPECT_EQ(titled(result["findings"], "P6-01")["description"], R"(1 of 2 SBOMs is complete \{really\} \[x\](y))");
  EXPECT_EQ(titled(result["observations"], "P6-01")["remarks"], R"(Next step: complete lib\_x \<1.0\>)");
}

TEST(ExportOscal, EvidenceExpiresWhenTheCatalogueSays) {
  const Json result = oscal_of(published())["results"][0];
  const Json& observation = titled(result["observations"], "P6-02");  // 14 days
  EXPECT_EQ(observation["collected"], "2026-11-20T00:00:00Z");
  EXPECT_EQ(observation["expires"], "2026-12-04T00:00:00Z");
}

TEST(ExportOscal, NothingJudgedIsNoFinding) {
  const Json result = oscal_of(published({{"P6-04", Status::not_assessed, "no evidence"}}))["results"][0];
  EXPECT_FALSE(result.contains("findings"));
  EXPECT_FALSE(result.contains("risks"));
  EXPECT_TRUE(result["reviewed-controls"]["control-selections"][0].contains("include-all"));
}

TEST(ExportOscal, ATimeItCannotWriteIsAnError) {
  PublishedAssessment a = published();
  a.at = parse_time("3000-01-01T00:00:00Z").value();
  EXPECT_FALSE(to_oscal(a, the_catalog(), {}).has_value());
}

TEST(Export, TheSameBytesEveryTime) {
  const PublishedAssessment a = published();
  EXPECT_EQ(to_sarif(a, the_catalog(), two_files()), to_sarif(published(), the_catalog(), two_files()));
  EXPECT_EQ(to_oscal(a, the_catalog(), two_files()).value(), to_oscal(published(), the_catalog(), two_files()).value());
}

TEST(Export, AControlTheCatalogueDoesNotKnowKeepsItsTitle) {
  PublishedAssessment a = published();
  a.judgements.back().control = catalog::ControlId(9, 99);
  a.judgements.back().title = "A control of next year";
  EXPECT_EQ(sarif_run(a)["tool"]["driver"]["rules"][6]["shortDescription"]["text"], "A control of next year");
  EXPECT_EQ(oscal_of(a)["results"][0]["observations"][6]["title"], "P9-99 A control of next year");
}

// An assessment of the judge, through its document and through its statement.
TEST(Export, TheStatementSaysTheSameStatuses) {
  testing::Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", testing::sbom(120), "2026-11-20");
  organisation.evidence("advisories.osv", "osv.jsonl", testing::advisories(120), "2026-11-20");
  const auto outcome = organisation.judge();
  ASSERT_TRUE(outcome.has_value()) << outcome.error().str();
  const auto document = read_document(outcome->document, "assessment.json", DataSet::embedded());
  const auto statement = read_statement(to_statement(*outcome), DataSet::embedded());
  ASSERT_TRUE(document.has_value()) << document.error().str();
  ASSERT_TRUE(statement.has_value()) << statement.error().str();
  EXPECT_EQ(document->document, statement->document);
  const Json a = sarif_run(*document, {}), b = sarif_run(*statement, {});
  ASSERT_EQ(a["results"].size(), b["results"].size());
  bool attached = false;
  for (std::size_t i = 0; i < a["results"].size(); ++i) {
    EXPECT_EQ(a["results"][i]["kind"], b["results"][i]["kind"]) << i;
    EXPECT_NE(a["results"][i]["guid"], b["results"][i]["guid"]) << "other content, another name";
    attached = attached || a["results"][i].contains("attachments");
  }
  EXPECT_TRUE(attached) << "120 open flaws are in a side file";
  EXPECT_EQ(oscal_of(*document, {})["results"][0]["findings"].size(), oscal_of(*statement, {})["results"][0]["findings"].size());
}

TEST(ExportWords, ALineIsOneLine) {
  EXPECT_EQ(export_line(" a\n\tb\u2003\u00a0"), "a  b");
  EXPECT_EQ(export_line("\u3000 ", "none"), "none");
  EXPECT_EQ(export_line("\x1b[31m"), "\\x1b[31m");
}

}  // namespace
}  // namespace entente::assess
