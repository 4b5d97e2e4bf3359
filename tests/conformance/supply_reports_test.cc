// What `supply scan` writes for other tools, held against the schemas their standards publish: SARIF 2.1.0 and CycloneDX 1.6.
#include <fmt/format.h>

#include "core/file.h"
#include "measures/p6_supply/scan_report.h"
#include "schema/schema.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

namespace fs = std::filesystem;

// Every JSON file below `folder` that has an $id, so that schemas find what they refer to.
schema::CompileOptions documents_below(const fs::path& folder) {
  schema::CompileOptions options;
  const auto files = list_files(folder);
  if (!files) return options;
  for (const std::string& file : *files) {
    if (!file.ends_with(".json")) continue;
    auto text = read_file(folder / file);
    const auto document = text ? JsonDocument::parse(*text, file) : Result<JsonDocument>(fail(text.error()));
    const auto id = document ? json_string(document->root(), "$id") : std::nullopt;
    if (id) options.documents.emplace(std::string(id->substr(0, id->find('#'))), std::move(*text));
  }
  return options;
}

// 400 components of the Go and PyPI advisories' own packages, some that no purl names, a few with hostile names.
std::string made_sbom() {
  std::string components;
  for (int i = 0; i < 400; ++i) {
    const auto [type, name] = i % 2 == 0 ? std::pair("golang", "golang.org/x/net") : std::pair("pypi", "django");
    const std::string version = fmt::format("{}.{}.{}", i % 2 == 0 ? 0 : 1 + i % 4, i % 12, i % 7);
    components += fmt::format(R"({{"type":"library","bom-ref":"c{}","name":"{}","version":"{}","purl":"pkg:{}/{}@{}"}},)", i, name, version,
                              type, name, version);
  }
  components += R"({"type":"library","name":"no \"purl\"\u0001","version":"1"},{"type":"library","bom-ref":"c0","name":"twice"})";
  return R"({"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","bom-ref":"root","name":"shop"}},"components":[)" +
         components + "]}";
}

class WrittenReports : public ::testing::Test {
 protected:
  void load(const fs::path& shared) {
    auto read = parse_sbom(made_sbom(), "made.cdx.json");
    ASSERT_OK(read);
    sbom.emplace(std::move(*read));
    std::vector<AdvisorySource> sources;
    for (const char* name : {"Go", "PyPI"})
      sources.push_back(AdvisorySource::file(shared / "conformance/p6_supply/osv" / (std::string(name) + ".jsonl.zst")));
    Progress progress(Progress::Mode::silent);
    auto built = AdvisoryIndex::build_bytes(sources, progress);
    ASSERT_OK(built);
    auto index = AdvisoryIndex::from_memory(built->bytes);
    ASSERT_OK(index);
    indexes.push_back(std::move(*index));
    result = scan(*sbom, indexes, nullptr);
    ASSERT_GT(result.vulnerabilities.size(), 1000U);
    priority = priorities(result, {.exposed = Known::yes});
  }
  void expect_valid(const fs::path& schema_file, const std::string& written) {
    const auto text = read_file(schema_file);
    ASSERT_OK(text);
    const auto compiled = schema::Schema::compile(*text, schema_file.filename().string(), documents_below(schema_file.parent_path()));
    ASSERT_OK(compiled);
    const auto document = JsonDocument::parse(written, "written");
    ASSERT_OK(document);
    EXPECT_OK(schema::check(*compiled, *document));
  }
  ScanReport report() const {
    return {.path = "made.cdx.json",
            .sbom = *sbom,
            .result = result,
            .indexes = indexes,
            .priorities = priority,
            .bod = true,
            .at = parse_date("2026-11-28").value()};
  }
  template <class Write>
  static std::string text(Write&& write) {
    char* data = nullptr;
    std::size_t size = 0;
    std::FILE* stream = open_memstream(&data, &size);
    write(stream);
    std::fclose(stream);
    std::string out(data, size);
    std::free(data);
    return out;
  }
  std::optional<Sbom> sbom;
  std::vector<AdvisoryIndex> indexes;
  ScanResult result;
  std::vector<Priority> priority;
};

TEST_F(WrittenReports, SarifIsValid) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path schema = shared / "conformance/p4_leaks/sarif/sarif-schema-2.1.0.json";
  if (!fs::exists(schema)) GTEST_SKIP() << "no " << schema;
  load(shared);
  if (HasFatalFailure()) return;
  const ScanReport reports[] = {report(), report()};
  expect_valid(schema, text([&](std::FILE* f) { write_sarif(f, reports); }));
}

TEST_F(WrittenReports, VdrIsValid) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path schema = shared / "conformance/p6_supply/sbom-cyclonedx/schema/bom-1.6.schema.json";
  if (!fs::exists(schema)) GTEST_SKIP() << "no " << schema;
  load(shared);
  if (HasFatalFailure()) return;
  expect_valid(schema, text([&](std::FILE* f) { write_vdr(f, report()); }));
}

}  // namespace
}  // namespace entente::measures::p6_supply
