// SBOMs others published: the specifications' own valid and invalid documents in every form, real BOMs, and the fixtures of sbomqs. Each
// document of CycloneDX's corpus is found valid or not as its file name says; forms of one document give one and the same graph.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdio>
#include <map>
#include <set>

#include "core/file.h"
#include "measures/p6_supply/quality.h"
#include "measures/p6_supply/sbom.h"
#include "sbom_graph.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

std::vector<std::filesystem::path> files_with(const std::filesystem::path& folder, std::set<std::string> extensions) {
  std::vector<std::filesystem::path> out;
  std::error_code ec;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ec))
    if (entry.is_regular_file() && extensions.contains(entry.path().extension().string())) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}
std::vector<std::filesystem::path> json_files(const std::filesystem::path& folder) { return files_with(folder, {".json"}); }

std::string first_error(const Sbom& sbom) {
  for (const Issue& issue : sbom.issues)
    if (issue.level == IssueLevel::error) return issue.pointer + ": " + issue.message;
  return {};
}

Result<TemporaryFolder> unpacked(const std::filesystem::path& archive) {
  ENTENTE_TRY(TemporaryFolder folder, TemporaryFolder::make("sbom-corpus"));
  const std::string command = fmt::format("tar --zstd -xf '{}' -C '{}'", archive.string(), folder.path().string());
  if (std::system(command.c_str()) != 0) return fail("tar cannot unpack it", {.file = archive.string()});
  return folder;
}

TEST(CycloneDxSpecification, EveryDocumentIsWhatItsNameSays) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::map<std::string, std::size_t> judged;
  for (const char* version : {"1.4", "1.5", "1.6"})
    for (const auto& path : files_with(shared / "conformance/p6_supply/sbom-cyclonedx/spec" / version, {".json", ".xml"})) {
      const bool valid = path.filename().string().starts_with("valid-");
      ASSERT_TRUE(valid || path.filename().string().starts_with("invalid-")) << path;
      const auto sbom = read_sbom(path);
      if (valid) {
        ASSERT_OK(sbom);
        EXPECT_EQ(first_error(*sbom), "") << path;
        EXPECT_EQ(sbom->format, SbomFormat::cyclonedx);
        (void)measure_quality(*sbom);
      } else if (sbom) {
        EXPECT_FALSE(sbom->valid()) << path;
        for (const Issue& issue : sbom->issues) EXPECT_TRUE(sbom->where(issue).line.has_value()) << path << ": " << issue.message;
      } else {
        EXPECT_FALSE(sbom.error().what.empty());
      }
      ++judged[std::string(version) + path.extension().string() + (valid ? " valid" : " invalid")];
    }
  std::size_t all = 0;
  for (const auto& [kind, count] : judged) {
    std::printf("  %-20s %zu\n", kind.c_str(), count);
    all += count;
  }
  EXPECT_EQ(judged.size(), 12u);
  EXPECT_EQ(all, 370u);
}

// The XSD is the other witness: where xmllint is installed, both say the same of every document.
TEST(CycloneDxSpecification, XmlRulesAgreeWithTheXsd) {
  ENTENTE_SHARED_OR_SKIP(shared);
  if (std::system("xmllint --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "xmllint (libxml2-utils) is not installed";
  const auto base = shared / "conformance/p6_supply/sbom-cyclonedx";
  // The import of the licence list names a URL; beside it lies the file.
  auto folder = TemporaryFolder::make("xsd");
  ASSERT_OK(folder);
  for (const char* version : {"1.4", "1.5", "1.6"}) {
    auto xsd = read_file(base / "schema" / fmt::format("bom-{}.xsd", version));
    ASSERT_OK(xsd);
    const std::string url = "schemaLocation=\"http://cyclonedx.org/schema/spdx\"";
    if (const std::size_t at = xsd->find(url); at != std::string::npos)
      xsd->replace(at, url.size(), fmt::format("schemaLocation=\"{}\"", (base / "schema/spdx.xsd").string()));
    ASSERT_OK(write_file_atomic(folder->path() / fmt::format("{}.xsd", version), *xsd));
  }
  std::size_t compared = 0;
  for (const char* version : {"1.4", "1.5", "1.6"})
    for (const auto& path : files_with(base / "spec" / version, {".xml"})) {
      const std::string command =
          fmt::format("xmllint --nonet --noout --schema '{}/{}.xsd' '{}' >/dev/null 2>&1", folder->path().string(), version, path.string());
      const bool xsd_says = std::system(command.c_str()) == 0;
      const auto sbom = read_sbom(path);
      EXPECT_EQ(sbom && sbom->valid(), xsd_says) << path;
      ++compared;
    }
  std::printf("documents on which the rules and the XSD agree: %zu\n", compared);
  EXPECT_GT(compared, 150u);
}

TEST(CycloneDxExamples, RealBomsAreRead) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = unpacked(shared / "conformance/p6_supply/sbom-cyclonedx/bom-examples.tar.zst");
  ASSERT_OK(folder);
  std::size_t read = 0;
  std::uint64_t components = 0;
  std::vector<std::string> invalid;
  for (const auto& path : files_with(folder->path(), {".json", ".xml"})) {
    const auto sbom = read_sbom(path);
    if (!sbom) {
      EXPECT_THAT(sbom.error().what, testing::HasSubstr("CycloneDX version \"1.1\"")) << path;
      continue;
    }
    ++read;
    components += sbom->components.size();
    if (!sbom->valid()) invalid.push_back(path.lexically_relative(folder->path()).string() + ": " + first_error(*sbom));
    const Quality q = measure_quality(*sbom);
    EXPECT_EQ(q.counted + q.not_counted, sbom->components.size()) << path;
  }
  std::printf("real CycloneDX BOMs read: %zu with %llu components\n", read, static_cast<unsigned long long>(components));
  EXPECT_GT(read, 75u);
  // Two hold URLs with a "${…}" that Maven left unresolved, which is no IRI.
  EXPECT_EQ(invalid.size(), 2u);
  for (const std::string& text : invalid)
    EXPECT_THAT(text, testing::AllOf(testing::HasSubstr("OBOM/"), testing::HasSubstr("is not an IRI reference")));
}

TEST(CycloneDxExamples, XmlAndJsonOfOneBomGiveOneGraph) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = unpacked(shared / "conformance/p6_supply/sbom-cyclonedx/bom-examples.tar.zst");
  ASSERT_OK(folder);
  // Pairs written from one BOM by one run; the other pairs of the collection were made at two times, or by two tools.
  std::size_t pairs = 0;
  for (const char* base : {"laravel-7.12.0/bom", "juice-shop/via_npm/flat/bom", "juice-shop/via_npm/bare/bom"})
    for (const char* version : {"1.2", "1.3", "1.4"}) {
      const auto path = [&](const char* extension) {
        for (const auto& file : files_with(folder->path(), {extension}))
          if (file.string().ends_with(fmt::format("{}.{}{}", base, version, extension))) return file;
        return std::filesystem::path();
      };
      const auto json = read_sbom(path(".json"));
      const auto xml = read_sbom(path(".xml"));
      ASSERT_OK(json);
      ASSERT_OK(xml);
      EXPECT_GT(json->components.size(), 50u);
      EXPECT_EQ(test::sbom_graph(*json), test::sbom_graph(*xml)) << base << version;
      ++pairs;
    }
  EXPECT_EQ(pairs, 9u);
}

// The corpus's documents of one name are not all one document; these differ in what they say.
TEST(CycloneDxSpecification, XmlAndJsonOfOneNameGiveOneGraph) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const std::set<std::string> other_content{"bom",
                                            "component-ref",
                                            "compositions",
                                            "dependency",
                                            "external-reference",
                                            "license-expression",
                                            "license-id",
                                            "license-name",
                                            "machine-learning",
                                            "metadata-timestamp",
                                            "saasbom",
                                            "service"};
  std::size_t same = 0;
  for (const char* version : {"1.4", "1.5", "1.6"})
    for (const auto& path : json_files(shared / "conformance/p6_supply/sbom-cyclonedx/spec" / version)) {
      const std::string stem = path.stem().string();
      auto xml_path = path;
      xml_path.replace_extension(".xml");
      if (!stem.starts_with("valid-") || !std::filesystem::exists(xml_path)) continue;
      const auto json = read_sbom(path);
      const auto xml = read_sbom(xml_path);
      ASSERT_OK(json);
      ASSERT_OK(xml);
      const bool equal = test::sbom_graph(*json) == test::sbom_graph(*xml);
      same += equal ? 1 : 0;
      if (!other_content.contains(stem.substr(6, stem.size() - 6 - 4))) EXPECT_TRUE(equal) << path;
    }
  std::printf("pairs with one graph: %zu\n", same);
  EXPECT_GE(same, 80u);
}

TEST(SpdxSpecification, TheFourFormsOfTheExampleGiveOneGraph) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = shared / "conformance/p6_supply/sbom-spdx/spec-2.3";
  const auto json = read_sbom(folder / "SPDXJSONExample-v2.3.spdx.json");
  ASSERT_OK(json);
  EXPECT_EQ(json->spec_version, "2.3");
  EXPECT_EQ(json->components.size(), 4u);
  EXPECT_EQ(json->files.size(), 5u);
  EXPECT_FALSE(json->roots.empty());
  EXPECT_EQ(first_error(*json), "");
  for (const char* name : {"SPDXTagExample-v2.3.spdx", "SPDXXMLExample-v2.3.spdx.xml", "SPDXYAMLExample-2.3.spdx.yaml"}) {
    const auto other = read_sbom(folder / name);
    ASSERT_OK(other);
    EXPECT_EQ(first_error(*other), "") << name;
    EXPECT_EQ(test::sbom_graph(*other), test::sbom_graph(*json)) << name;
  }
}

TEST(SpdxExamples, EveryVersionAndFormIsRead) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = unpacked(shared / "conformance/p6_supply/sbom-spdx/spdx-examples.tar.zst");
  ASSERT_OK(folder);
  std::map<std::string, std::size_t> read;
  for (const auto& path : files_with(folder->path(), {".json", ".spdx"})) {
    const auto sbom = read_sbom(path);
    ASSERT_OK(sbom);
    ++read[std::string(to_string(sbom->form)) + " " + std::string(sbom->spec_version)];
    // One document uses an id for two relationships.
    if (path.filename() == "simplehtr-example.json")
      EXPECT_THAT(first_error(*sbom), testing::HasSubstr("is used twice"));
    else
      EXPECT_EQ(first_error(*sbom), "") << path;
    EXPECT_TRUE(sbom->components.empty() || !sbom->roots.empty() || sbom->warning_count > 0) << path;
  }
  for (const auto& [form, count] : read) std::printf("  %-24s %zu\n", form.c_str(), count);
  std::size_t all = 0;
  for (const auto& [form, count] : read) all += count;
  EXPECT_GE(all, 55u);
  EXPECT_GE(read.size(), 4u);
}

// The fixtures' names say what they lack.
TEST(Sbomqs, EachLackIsSeen) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = shared / "conformance/p6_supply/sbom-cyclonedx/sbomqs-bsi/testdata/fixtures";
  const auto quality = [&](const char* name) -> Quality {
    const auto sbom = read_sbom(folder / name);
    EXPECT_OK(sbom);
    return sbom ? measure_quality(*sbom) : Quality{};
  };
  EXPECT_FALSE(quality("cdx-no-timestamp.json").has_timestamp);
  EXPECT_FALSE(quality("spdx-no-timestamp.json").has_timestamp);
  for (const char* name : {"cdx-no-version.json", "spdx-no-version.json"}) {
    const Quality q = quality(name);
    EXPECT_LT(q.present[static_cast<std::size_t>(Field::version)], q.counted) << name;
  }
  for (const char* name : {"cdx-no-checksums.json", "spdx-no-checksums.json"}) {
    const Quality q = quality(name);
    EXPECT_LT(q.present[static_cast<std::size_t>(Field::hash)], q.counted) << name;
  }
  const Quality unlinked = quality("cdx-no-dependencies.json");
  EXPECT_LT(unlinked.present[static_cast<std::size_t>(Field::relationship)], unlinked.counted);
  std::size_t read = 0;
  std::vector<std::string> refused;
  for (const auto& path : json_files(folder)) {
    const auto sbom = read_sbom(path);
    if (sbom)
      ++read;
    else
      refused.push_back(path.filename().string() + ": " + sbom.error().what);
  }
  std::printf("sbomqs fixtures: %zu read, %zu refused\n", read, refused.size());
  for (const std::string& text : refused) std::printf("  %s\n", text.c_str());
  EXPECT_GT(read, 20u);
}

}  // namespace
}  // namespace entente::measures::p6_supply
