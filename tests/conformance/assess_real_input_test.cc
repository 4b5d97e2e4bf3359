// The main job on real input: SBOMs and advisories that others published, collected through an org.toml in a temporary folder, judged,
// judged again on other numbers of threads, written and reproduced.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "assess/assess.h"
#include "core/data.h"
#include "core/file.h"
#include "core/parallel.h"
#include "test_support.h"
#include "zstd_data.h"

namespace entente {
namespace {

namespace fs = std::filesystem;

// The KEV catalogue is of 25 August 2025 by its own date: the instant is within its 14 days, and one test is about a later one.

constexpr std::string_view kProfile = R"(name = "Real Input"
id = "real-input"
category = "private-sector"
roles = ["private-sector", "operator", "software-producer"]
domains = ["real-input.example"]

[[evidence]]
kind = "sbom.cyclonedx"
path = "sbom/*.json"
collected_at = 2025-08-28

[[evidence]]
kind = "advisories.osv"
path = "osv/*.jsonl.zst"
collected_at = 2025-08-28

[[evidence]]
kind = "kev"
path = "kev.json"
collected_at = 2025-08-28
)";

class RealInput : public ::testing::Test {
 protected:
  // Copies only what one run needs into a folder of its own; nothing of it stays.
  void fill(const fs::path& p6, const std::vector<fs::path>& sboms) {
    ASSERT_OK(make_folders(folder.path() / "sbom"));
    ASSERT_OK(make_folders(folder.path() / "osv"));
    for (const char* name : {"Go.jsonl.zst", "PyPI.jsonl.zst", "crates.io.jsonl.zst"}) {
      ASSERT_OK(write_file_atomic(folder.path() / "osv" / name, read_file(p6 / "osv" / name).value()));
    }
    ASSERT_OK(write_file_atomic(folder.path() / "kev.json", test::unpacked(p6 / "kev/known_exploited_vulnerabilities.json.zst")));
    for (const auto& sbom : sboms) {
      const std::string content = sbom.extension() == ".zst" ? test::unpacked(sbom) : read_file(sbom).value();
      const std::string name = sbom.extension() == ".zst" ? sbom.stem().string() : sbom.filename().string();
      ASSERT_OK(write_file_atomic(folder.path() / "sbom" / name, content));
    }
    ASSERT_OK(write_file_atomic(folder.path() / "org.toml", kProfile));
  }
  assess::Outcome judge(const fs::path& bundle_folder) {
    auto bundle = assess::collect(folder.path() / "org.toml", bundle_folder, at, progress);
    if (!bundle) ADD_FAILURE() << bundle.error().str();
    auto outcome = assess::judge(*bundle, catalog, at, progress);
    if (!outcome) ADD_FAILURE() << outcome.error().str();
    return std::move(*outcome);
  }
  static const catalog::Judgement& of(const assess::Outcome& outcome, catalog::ControlId id) {
    for (const auto& j : outcome.assessment.judgements) {
      if (j.control == id) return j;
    }
    ADD_FAILURE() << id.str();
    return outcome.assessment.judgements.front();
  }

  TemporaryFolder folder = TemporaryFolder::make("entente-real").value();
  Progress progress{Progress::Mode::silent};
  catalog::Catalog catalog = catalog::Catalog::load(DataSet::embedded()).value();
  Instant at = parse_time("2025-09-01T12:00:00Z").value();
};

TEST_F(RealInput, TwentyThousandComponentsAgainstThreeEcosystems) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path p6 = shared / "conformance/p6_supply";
  fill(p6, {p6 / "matching/trivy-golden/synthetic20k-open.cdx.json.zst"});
  const assess::Outcome outcome = judge(folder.path() / "bundle");
  const auto& open = of(outcome, {6, 2});
  EXPECT_TRUE(open.status == catalog::Status::partial || open.status == catalog::Status::not_satisfied) << open.summary;
  EXPECT_FALSE(open.finding.fix.empty());
  EXPECT_GT(open.rows_count, 50'000U) << open.summary;
  EXPECT_EQ(open.finding.rows.size(), catalog::kInlineRows);
  EXPECT_EQ(outcome.side_files.at("rows/P6-02.jsonl").size() > 1'000'000, true);
  EXPECT_EQ(of(outcome, {6, 1}).engine, "supply");
  EXPECT_NE(of(outcome, {1, 3}).status, catalog::Status::not_assessed) << of(outcome, {1, 3}).reason;

  // The document stays small whatever the number of rows; the reports can be written; the whole can be reproduced.
  EXPECT_LT(outcome.document.size(), std::size_t{1} << 20);
  ASSERT_OK(assess::write(outcome, catalog, folder.path() / "out"));
  EXPECT_LT(read_file(folder.path() / "out/report.html").value().size(), std::size_t{2} << 20);
  const auto bundle = evidence::Bundle::open(folder.path() / "bundle");
  ASSERT_OK(bundle);
  const std::size_t before = thread_limit();
  for (const std::size_t threads : {1U, 8U}) {
    set_thread_limit(threads);
    const auto difference = assess::reproduce(outcome.document, *bundle, catalog, progress);
    ASSERT_OK(difference);
    EXPECT_FALSE(difference->has_value()) << threads << " threads: " << (*difference)->pointer;
  }
  set_thread_limit(before);
}

TEST_F(RealInput, ACatalogueOfLastYearIsOldWheneverItWasCollected) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path p6 = shared / "conformance/p6_supply";
  fill(p6, {p6 / "sbom-cyclonedx/spec/1.6/valid-bom-1.6.json"});
  std::string profile(kProfile);
  for (std::size_t i = 0; (i = profile.find("2025-08-28", i)) != std::string::npos;) profile.replace(i, 10, "2026-11-20");
  ASSERT_OK(write_file_atomic(folder.path() / "org.toml", profile));
  at = parse_time("2026-11-24T12:00:00Z").value();
  const assess::Outcome outcome = judge(folder.path() / "bundle");
  EXPECT_EQ(of(outcome, {1, 3}).status, catalog::Status::not_assessed);
  EXPECT_TRUE(of(outcome, {1, 3}).reason.starts_with("evidence of 2025-08-25 by its own date")) << of(outcome, {1, 3}).reason;
}

TEST_F(RealInput, TheSpecificationsOwnDocuments) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path p6 = shared / "conformance/p6_supply";
  std::vector<fs::path> sboms;
  for (const auto& entry : fs::recursive_directory_iterator(p6 / "sbom-cyclonedx/spec/1.6")) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".json") && (name.starts_with("valid-") || name.starts_with("invalid-"))) sboms.push_back(entry.path());
  }
  ASSERT_GT(sboms.size(), 50U);
  fill(p6, sboms);
  const assess::Outcome outcome = judge(folder.path() / "bundle");
  const auto& quality = of(outcome, {6, 1});
  // Some of them are broken on purpose: that must be a finding about those files, not an error of the whole.
  EXPECT_EQ(quality.status, catalog::Status::not_satisfied) << quality.summary;
  EXPECT_FALSE(quality.finding.fix.empty());
  std::set<Digest> judged(quality.finding.evidence.begin(), quality.finding.evidence.end());
  EXPECT_GT(judged.size(), 50U);
}

}  // namespace
}  // namespace entente
