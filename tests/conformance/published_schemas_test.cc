// Schemas that standards bodies publish, over documents they publish: CycloneDX (each document's name says whether it is
// valid), CSAF 2.0 with the CVSS schemas it refers to (draft-04), OSCAL, STIX 2.1, CISA's KEV catalogue.
#include <fmt/format.h>

#include "core/file.h"
#include "schema/schema.h"
#include "schema_documents.h"
#include "test_support.h"

namespace entente::schema {
namespace {

namespace fs = std::filesystem;

Result<Schema> compile_file(const fs::path& file, const CompileOptions& options = {}) {
  ENTENTE_TRY(const std::string text, read_file(file));
  return Schema::compile(text, file.filename().string(), options);
}

int expect_all_valid(const Schema& schema, const fs::path& folder, std::string_view part_of_name = {}) {
  int seen = 0;
  const auto files = list_files(folder);
  if (!files) return 0;
  for (const std::string& file : *files) {
    if (!file.ends_with(".json") || file.find(part_of_name) == std::string::npos) continue;
    const auto document = JsonDocument::read(folder / file);
    EXPECT_OK(document);
    if (!document) continue;
    ++seen;
    EXPECT_OK(check(schema, *document));
  }
  return seen;
}

TEST(PublishedSchemas, CycloneDxVerdictsAreThoseInTheNames) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path root = shared / "conformance/p6_supply/sbom-cyclonedx";
  if (!fs::is_directory(root / "spec")) GTEST_SKIP() << "no " << root / "spec";
  const CompileOptions options = test::schema_documents(root / "schema");
  int seen = 0;
  for (const char* version : {"1.4", "1.5", "1.6"}) {
    const auto schema = compile_file(root / "schema" / fmt::format("bom-{}.schema.json", version), options);
    ASSERT_OK(schema);
    const auto files = list_files(root / "spec" / version);
    ASSERT_OK(files);
    for (const std::string& file : *files) {
      const bool valid = file.starts_with("valid-");
      if (!file.ends_with(".json") || (!valid && !file.starts_with("invalid-"))) continue;
      const auto document = JsonDocument::read(root / "spec" / version / file);
      ASSERT_OK(document);
      ++seen;
      const auto verdict = check(*schema, *document);
      EXPECT_EQ(verdict.has_value(), valid) << file << ": " << (verdict ? "accepted" : verdict.error().str());
    }
  }
  EXPECT_GE(seen, 150);
}

TEST(PublishedSchemas, CsafExamplesAreValidAndABrokenOneIsNot) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path root = shared / "conformance/p6_supply/csaf/oasis";
  if (!fs::is_directory(root / "json_schema")) GTEST_SKIP() << "no " << root / "json_schema";
  CompileOptions options;
  for (const char* version : {"2.0", "3.0", "3.1"}) {
    auto text = read_file(root / "referenced_schema/first" / fmt::format("cvss-v{}.json", version));
    ASSERT_OK(text);
    options.documents.emplace(fmt::format("https://www.first.org/cvss/cvss-v{}.json", version), std::move(*text));
  }
  const auto schema = compile_file(root / "json_schema/csaf_json_schema.json", options);
  ASSERT_OK(schema);
  EXPECT_GE(expect_all_valid(*schema, root / "examples/csaf"), 10);
  const auto broken = JsonDocument::parse("{\n\"document\": {\"category\": \"\"}}", "broken.json");
  ASSERT_OK(broken);
  const auto verdict = check(*schema, *broken);
  ASSERT_FALSE(verdict.has_value());
  EXPECT_EQ(verdict.error().where.line, 2u);
}

TEST(PublishedSchemas, OscalDocumentsAreValid) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path root = shared / "conformance/oscal";
  if (!fs::exists(root / "schemas/oscal_complete_schema-1-1-3.json")) GTEST_SKIP() << "no OSCAL schema in " << root;
  const auto schema = compile_file(root / "schemas/oscal_complete_schema-1-1-3.json");
  ASSERT_OK(schema);
  EXPECT_GE(expect_all_valid(*schema, root / "content/nist.gov"), 3);
}

TEST(PublishedSchemas, StixSchemasCompileAndBundlesAreValid) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path root = shared / "conformance/p1_p5_threats/stix21-json-schemas";
  if (!fs::is_directory(root / "schemas")) GTEST_SKIP() << "no " << root / "schemas";
  const CompileOptions options = test::schema_documents(root / "schemas");
  const auto files = list_files(root / "schemas");
  ASSERT_OK(files);
  for (const std::string& file : *files)
    if (file.ends_with(".json")) EXPECT_OK(compile_file(root / "schemas" / file, options));
  const auto bundle = compile_file(root / "schemas/common/bundle.json", options);
  ASSERT_OK(bundle);
  EXPECT_GE(expect_all_valid(*bundle, root / "examples", "ind"), 3);
}

}  // namespace
}  // namespace entente::schema
