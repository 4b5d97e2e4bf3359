// What `supply scan` writes for other tools, held against the schemas their standards publish: SARIF 2.1.0 and CycloneDX 1.6.
#include <fmt/format.h>

#include "core/file.h"
#include "measures/p6_supply/scan_report.h"
#include "schema/schema.h"
#include "schema_documents.h"
#include "stream_text.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

namespace fs = std::filesystem;

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
    std::string statements;
    for (int i = 0; i < 4; ++i) {  // each status, of the vulnerabilities of one version each
      constexpr const char* kSays[] = {R"("not_affected","justification":"component_not_present")", R"("fixed")", R"("affected")",
                                       R"("under_investigation")"};
      const Vulnerability& v = result.vulnerabilities[static_cast<std::size_t>(i) * 50];
      statements += fmt::format(R"({}{{"vulnerability":{{"name":"{}"}},"products":[{{"@id":"{}"}}],"status":{}}})", i == 0 ? "" : ",",
                                result.advisories[v.advisory].name, sbom->components[v.component].purl, kSays[i]);
    }
    auto document = parse_vex(
        R"({"@context":"https://openvex.dev/ns/v0.2.0","author":"a \"maker\"","timestamp":"2026-11-27T00:00:00Z","statements":[)" +
            statements + "]}",
        "vex.json");
    ASSERT_OK(document);
    vex_documents.push_back(std::move(*document));
    vex = apply_vex(*sbom, result, vex_documents);
    ASSERT_GE(vex->suppressed, 2U);
  }
  void expect_valid(const fs::path& schema_file, const std::string& written) {
    const auto text = read_file(schema_file);
    ASSERT_OK(text);
    const auto compiled =
        schema::Schema::compile(*text, schema_file.filename().string(), test::schema_documents(schema_file.parent_path()));
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
            .at = parse_date("2026-11-28").value(),
            .vex_documents = vex_documents,
            .vex = &*vex};
  }
  std::optional<Sbom> sbom;
  std::vector<AdvisoryIndex> indexes;
  ScanResult result;
  std::vector<Priority> priority;
  std::vector<VexDocument> vex_documents;
  std::optional<VexOutcome> vex;
};

TEST_F(WrittenReports, SarifIsValid) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path schema = shared / "conformance/p4_leaks/sarif/sarif-schema-2.1.0.json";
  if (!fs::exists(schema)) GTEST_SKIP() << "no " << schema;
  load(shared);
  if (HasFatalFailure()) return;
  const ScanReport reports[] = {report(), report()};
  expect_valid(schema, test::stream_text([&](std::FILE* f) { write_sarif(f, reports); }));
}

TEST_F(WrittenReports, VdrIsValid) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path schema = shared / "conformance/p6_supply/sbom-cyclonedx/schema/bom-1.6.schema.json";
  if (!fs::exists(schema)) GTEST_SKIP() << "no " << schema;
  load(shared);
  if (HasFatalFailure()) return;
  expect_valid(schema, test::stream_text([&](std::FILE* f) { write_vdr(f, report()); }));
}

}  // namespace
}  // namespace entente::measures::p6_supply
