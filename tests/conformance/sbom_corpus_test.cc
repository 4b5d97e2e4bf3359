// SBOMs others published: the specification's own valid and invalid documents, real BOMs, and the fixtures of sbomqs. Valid ones
// must be read without an error-level issue; invalid ones must not crash, and what is noticed of them is counted (the rest is the
// business of schema validation).
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdio>
#include <set>

#include "core/file.h"
#include "measures/p6_supply/quality.h"
#include "measures/p6_supply/sbom.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

std::vector<std::filesystem::path> json_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  std::error_code ec;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ec))
    if (entry.is_regular_file() && entry.path().extension() == ".json") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

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

TEST(CycloneDxSpecification, ValidDocumentsAreReadWithoutError) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t read = 0;
  for (const char* version : {"1.4", "1.5", "1.6"})
    for (const auto& path : json_files(shared / "conformance/p6_supply/sbom-cyclonedx/spec" / version)) {
      if (!path.filename().string().starts_with("valid-")) continue;
      const auto sbom = read_sbom(path);
      ASSERT_OK(sbom);
      EXPECT_EQ(first_error(*sbom), "") << path;
      EXPECT_EQ(sbom->format, SbomFormat::cyclonedx);
      (void)measure_quality(*sbom);
      ++read;
    }
  std::printf("valid CycloneDX documents read: %zu\n", read);
  EXPECT_GT(read, 80u);
}

TEST(CycloneDxSpecification, InvalidDocumentsDoNoHarm) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t refused = 0;
  std::size_t noticed = 0;
  std::vector<std::string> unnoticed;
  for (const char* version : {"1.4", "1.5", "1.6"})
    for (const auto& path : json_files(shared / "conformance/p6_supply/sbom-cyclonedx/spec" / version)) {
      if (!path.filename().string().starts_with("invalid-")) continue;
      const auto sbom = read_sbom(path);
      if (!sbom)
        ++refused;
      else if (!sbom->valid())
        ++noticed;
      else
        unnoticed.push_back(path.filename().string());
    }
  std::printf("invalid CycloneDX documents: %zu refused, %zu read and found invalid, %zu not noticed (left to schema validation):\n",
              refused, noticed, unnoticed.size());
  for (const std::string& name : unnoticed) std::printf("  %s\n", name.c_str());
  EXPECT_GT(refused, 0u);
  EXPECT_GT(noticed, refused);
}

TEST(CycloneDxExamples, RealBomsAreRead) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = unpacked(shared / "conformance/p6_supply/sbom-cyclonedx/bom-examples.tar.zst");
  ASSERT_OK(folder);
  std::size_t read = 0;
  std::uint64_t components = 0;
  std::vector<std::string> refused;
  for (const auto& path : json_files(folder->path())) {
    const auto sbom = read_sbom(path);
    if (!sbom) {
      refused.push_back(sbom.error().str());
      continue;
    }
    ++read;
    components += sbom->components.size();
    const Quality q = measure_quality(*sbom);
    EXPECT_EQ(q.counted + q.not_counted, sbom->components.size()) << path;
  }
  std::printf("real CycloneDX BOMs read: %zu with %llu components; refused: %zu\n", read, static_cast<unsigned long long>(components),
              refused.size());
  for (const std::string& error : refused) std::printf("  %s\n", error.c_str());
  EXPECT_GT(read, 50u);
  EXPECT_EQ(refused.size(), 0u);
}

TEST(SpdxSpecification, TheExampleOfTheSpecificationIsRead) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto sbom = read_sbom(shared / "conformance/p6_supply/sbom-spdx/spec-2.3/SPDXJSONExample-v2.3.spdx.json");
  ASSERT_OK(sbom);
  EXPECT_EQ(sbom->spec_version, "2.3");
  EXPECT_EQ(sbom->components.size(), 4u);
  EXPECT_EQ(sbom->files, 5u);
  EXPECT_FALSE(sbom->roots.empty());
  EXPECT_EQ(first_error(*sbom), "");
}

TEST(SpdxExamples, Version2DocumentsAreReadAndVersion3IsNamed) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = unpacked(shared / "conformance/p6_supply/sbom-spdx/spdx-examples.tar.zst");
  ASSERT_OK(folder);
  std::size_t read = 0;
  std::size_t third = 0;
  for (const auto& path : json_files(folder->path())) {
    const auto sbom = read_sbom(path);
    if (sbom) {
      ++read;
      continue;
    }
    const bool is_third = sbom.error().what.find("SPDX 3") != std::string::npos;
    if (is_third)
      ++third;
    else
      std::printf("  %s\n", sbom.error().str().c_str());
    EXPECT_FALSE(sbom.error().hint.empty()) << sbom.error().str();
  }
  std::printf("SPDX examples: %zu version 2 documents read, %zu of version 3 named as such\n", read, third);
  EXPECT_GT(read, 10u);
  EXPECT_GT(third, 5u);
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
  for (const std::string& text : refused) {
    if (text.starts_with("spdx3-")) continue;
    std::printf("  %s\n", text.c_str());
  }
  EXPECT_GT(read, 20u);
}

}  // namespace
}  // namespace entente::measures::p6_supply
