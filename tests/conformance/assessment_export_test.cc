// SARIF and OSCAL of assessments, held against the schemas their standards publish, and against what those schemas cannot say: that every
// reference leads somewhere and no UUID stands twice. Once for an assessment made by hand with every status, once for the sample
// organisation as the judge judges it.
#include <fmt/format.h>

#include <set>

#include "assess/assess.h"
#include "assess/export.h"
#include "assess/test_published.h"
#include "catalog/control.h"
#include "core/file.h"
#include "schema/schema.h"
#include "test_support.h"

namespace entente::assess {
namespace {

namespace fs = std::filesystem;
using testing::document_with;
using testing::every_status;
using testing::two_files;

const catalog::Catalog& rules() {
  static const catalog::Catalog loaded = catalog::Catalog::load(DataSet::embedded()).value();
  return loaded;
}

struct Made {
  std::string sarif, problems, oscal;
};

Made made_of(const PublishedAssessment& assessment, const EvidenceFiles& files) {
  return {to_sarif(assessment, rules(), files), to_sarif(assessment, rules(), files, SarifResults::problems),
          to_oscal(assessment, rules(), files).value()};
}

Made by_hand(const std::vector<testing::Row>& rows, const EvidenceFiles& files) {
  const auto read = read_document(document_with(rules(), rows), "assessment.json", DataSet::embedded());
  if (!read) ADD_FAILURE() << read.error().str();
  return made_of(read.value(), files);
}

Made sample() {
  const auto folder = TemporaryFolder::make("entente-export-test").value();
  Progress progress(Progress::Mode::silent);
  const Instant at = parse_time("2026-11-24T12:00:00Z").value();
  const auto bundle = collect(test::source_dir() / "examples/org.toml", folder.path() / "bundle", at, progress);
  if (!bundle) ADD_FAILURE() << bundle.error().str();
  const auto outcome = judge(bundle.value(), rules(), at, progress);
  if (!outcome) ADD_FAILURE() << outcome.error().str();
  const auto read = read_document(outcome->document, "assessment.json", DataSet::embedded());
  if (!read) ADD_FAILURE() << read.error().str();
  return made_of(read.value(), evidence_files(*bundle));
}

Result<schema::Schema> schema_at(const fs::path& file) {
  ENTENTE_TRY(const std::string text, read_file(file));
  return schema::Schema::compile(text, file.filename().string());
}

void expect_form(const schema::Schema& schema, const std::string& text, const char* name) {
  const auto document = JsonDocument::parse(text, name);
  ASSERT_OK(document);
  EXPECT_OK(check(schema, *document));
}

// Every assessment the tests look at, each with a name.
std::vector<std::pair<const char*, Made>> assessments() {
  std::vector<std::pair<const char*, Made>> out;
  out.emplace_back("every status", by_hand(every_status(), two_files()));
  out.emplace_back("without the bundle", by_hand(every_status(), {}));
  out.emplace_back("nothing judged", by_hand({{"P6-04", catalog::Status::not_assessed, "no evidence"}}, {}));
  out.emplace_back("the sample organisation", sample());
  return out;
}

TEST(AssessmentExport, SarifHasThePublishedForm) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path file = shared / "conformance/p4_leaks/sarif/sarif-schema-2.1.0.json";
  if (!fs::exists(file)) GTEST_SKIP() << "no " << file;
  const auto schema = schema_at(file);
  ASSERT_OK(schema);
  for (const auto& [name, made] : assessments()) {
    expect_form(*schema, made.sarif, name);
    expect_form(*schema, made.problems, name);
  }
  Json broken = Json::parse(by_hand(every_status(), {}).sarif);
  broken["runs"][0]["results"][0]["kind"] = "partial";
  const std::string broken_text = broken.dump();
  EXPECT_FALSE(check(*schema, *JsonDocument::parse(broken_text, "broken")).has_value());
}

TEST(AssessmentExport, OscalHasThePublishedForm) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path file = shared / "conformance/oscal/schemas/oscal_complete_schema-1-2-2.json";
  if (!fs::exists(file)) GTEST_SKIP() << "no " << file;
  const auto schema = schema_at(file);
  ASSERT_OK(schema);
  for (const auto& [name, made] : assessments()) expect_form(*schema, made.oscal, name);
  Json broken = Json::parse(by_hand(every_status(), {}).oscal);
  broken["assessment-results"]["results"][0]["findings"][0]["target"]["status"]["state"] = "partial";
  const std::string broken_text = broken.dump();
  EXPECT_FALSE(check(*schema, *JsonDocument::parse(broken_text, "broken")).has_value());
}

// All strings that stand under a key of that name, anywhere.
void collect_strings(const Json& value, const std::string& key, std::vector<std::string>& out) {
  if (value.is_object())
    for (const auto& [name, child] : value.items()) {
      if (name == key && child.is_string()) out.push_back(child);
      collect_strings(child, key, out);
    }
  if (value.is_array())
    for (const Json& child : value) collect_strings(child, key, out);
}

std::vector<std::string> strings_under(const Json& value, const std::string& key) {
  std::vector<std::string> out;
  collect_strings(value, key, out);
  return out;
}

TEST(AssessmentExport, OscalReferencesLeadSomewhere) {
  for (const auto& [name, made] : assessments()) {
    const Json document = Json::parse(made.oscal);
    const auto uuids = strings_under(document, "uuid");
    const std::set<std::string> known(uuids.begin(), uuids.end());
    EXPECT_EQ(known.size(), uuids.size()) << name << ": a UUID stands twice";
    for (const char* key : {"actor-uuid", "subject-uuid", "observation-uuid", "risk-uuid", "component-uuid"})
      for (const auto& uuid : strings_under(document, key)) EXPECT_TRUE(known.contains(uuid)) << name << ": " << key << " " << uuid;
    for (const auto& href : strings_under(document, "href"))
      if (href.starts_with('#')) EXPECT_TRUE(known.contains(href.substr(1))) << name << ": " << href;
  }
}

TEST(AssessmentExport, OscalNamesControlsAndCriteriaOfOurCatalogue) {
  const Json catalogue = Json::parse(DataSet::embedded().file(catalog::Catalog::kControlsPath).value());
  const auto all = strings_under(catalogue, "id");
  const std::set<std::string> ids(all.begin(), all.end());
  std::size_t seen = 0;
  for (const auto& [name, made] : assessments()) {
    const Json document = Json::parse(made.oscal);
    for (const char* key : {"control-id", "target-id"})
      for (const auto& id : strings_under(document, key)) {
        ++seen;
        EXPECT_TRUE(ids.contains(id)) << name << ": " << id;
      }
  }
  EXPECT_GE(seen, 40U);
}

TEST(AssessmentExport, SarifIndexesFit) {
  for (const auto& [name, made] : assessments()) {
    const Json run = Json::parse(made.sarif)["runs"][0];
    const auto& artifacts = run["artifacts"];
    for (const Json& result : run["results"]) {
      ASSERT_FALSE(result["locations"].empty()) << name << ": some readers refuse a result without a place";
      for (const Json& place : result["locations"]) {
        const Json& at = place["physicalLocation"]["artifactLocation"];
        const auto index = at["index"].get<std::size_t>();
        ASSERT_LT(index, artifacts.size()) << name;
        EXPECT_EQ(artifacts[index]["location"]["uri"], at["uri"]) << name;
      }
      EXPECT_EQ(run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"], result["ruleId"]) << name;
    }
  }
}

}  // namespace
}  // namespace entente::assess
