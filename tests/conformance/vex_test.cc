// The VEX documents other projects test with (OpenVEX's go-vex, Trivy, Grype; a real Red Hat advisory): all are read, and every product of
// every statement comes out as a statement or is named as a problem, counted here apart from the reader.
#include <filesystem>
#include <set>

#include "core/file.h"
#include "measures/p6_supply/vex.h"
#include "test_support.h"
#include "zstd_data.h"

namespace entente::measures::p6_supply {
namespace {

namespace fs = std::filesystem;

std::size_t count_openvex(const Json& document) {
  std::size_t out = document.contains("timestamp") ? 0 : 1;  // one problem
  for (const Json& s : document.at("statements")) out += s.contains("products") ? std::max<std::size_t>(1, s["products"].size()) : 1;
  return out;
}

std::size_t count_csaf(const Json& document) {
  std::size_t out = 0;
  for (const Json& v : document.at("vulnerabilities"))
    if (v.contains("product_status"))
      for (const auto& [group, ids] : v["product_status"].items()) out += group == "recommended" ? 0 : ids.size();
  return out;
}

// A "not affected" without a reason is one problem, however many components it names.
std::size_t count_cyclonedx(const Json& document) {
  std::size_t out = 0;
  for (const Json& v : document.at("vulnerabilities"))
    if (v.contains("analysis"))
      out += v["analysis"]["state"] == "not_affected" && !v["analysis"].contains("justification") && !v["analysis"].contains("detail")
                 ? 1
                 : v["affects"].size();
  return out;
}

TEST(Vex, TheDocumentsOfOtherProjectsAreReadWhole) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const std::set<std::string> no_vex{"index.json", "vex-repository.json", "unknown.json", "context.json", "openvex_json_schema.json"};
  std::map<VexFormat, int> read;
  for (const auto& entry : fs::recursive_directory_iterator(shared / "conformance/p6_supply/vex")) {
    const std::string name = entry.path().filename().string();
    const bool packed = name.ends_with(".json.zst");
    if (!name.ends_with(".json") && !packed) continue;
    const std::string text = packed ? test::unpacked(entry.path()) : read_file(entry.path()).value();
    const auto document = parse_vex(text, entry.path().string());
    if (no_vex.contains(name)) {
      EXPECT_FALSE(document) << entry.path();
      continue;
    }
    ASSERT_TRUE(document) << document.error().str();
    const Json json = Json::parse(text);
    const std::size_t expected = document->format == VexFormat::openvex ? count_openvex(json)
                                 : document->format == VexFormat::csaf  ? count_csaf(json)
                                                                        : count_cyclonedx(json);
    EXPECT_EQ(document->statements.size() + document->problems.size(), expected) << entry.path();
    ++read[document->format];
  }
  EXPECT_GE(read[VexFormat::openvex], 20);
  EXPECT_GE(read[VexFormat::csaf], 8);
  EXPECT_GE(read[VexFormat::cyclonedx], 1);
}

// go-vex turns its CSAF document into these OpenVEX statements.
TEST(Vex, ACsafDocumentSaysWhatItsOpenVexFormSays) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path folder = shared / "conformance/p6_supply/vex/trivy/pkg/vex/testdata";
  const auto csaf = read_vex(folder / "csaf-relationships.json");
  const auto openvex = read_vex(folder / "openvex-nested.json");
  ASSERT_OK(csaf);
  ASSERT_OK(openvex);
  ASSERT_EQ(openvex->statements.size(), 1u);
  const VexStatement& wanted = openvex->statements[0];
  const bool there = std::any_of(csaf->statements.begin(), csaf->statements.end(), [&](const VexStatement& s) {
    return s.status == wanted.status && s.product.purl == wanted.product.purl && s.subcomponents.size() == 1 &&
           s.subcomponents[0].purl == wanted.subcomponents[0].purl;
  });
  EXPECT_TRUE(there);
}

}  // namespace
}  // namespace entente::measures::p6_supply
