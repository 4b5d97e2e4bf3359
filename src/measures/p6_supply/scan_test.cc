// The join of SBOM, advisories and KEV: aliases drawn together, paths, upgrades that are looked up again, and everything that
// must not be called clean.
#include "measures/p6_supply/scan.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/file.h"
#include "core/parallel.h"
#include "measures/p6_supply/test_sbom.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

AdvisoryIndex index_of(const std::vector<AdvisorySource>& sources) {
  Progress progress(Progress::Mode::silent);
  auto built = AdvisoryIndex::build_bytes(sources, progress);
  if (!built) throw std::runtime_error(built.error().str());
  auto index = AdvisoryIndex::from_memory(std::move(built->bytes));
  if (!index) throw std::runtime_error(index.error().str());
  return std::move(*index);
}

Sbom sbom_of(std::string_view components) {
  auto sbom = parse_sbom(fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}})", components), "x.json");
  if (!sbom) throw std::runtime_error(sbom.error().str());
  return std::move(*sbom);
}

class ShopScan : public ::testing::Test {
 protected:
  void SetUp() override {
    auto read = read_sbom(sbom_data("shop.cdx.json"));
    ASSERT_OK(read);
    sbom.emplace(std::move(*read));
    indexes.push_back(index_of({AdvisorySource::file(sbom_data("advisories.jsonl"))}));
    auto catalog = KevCatalog::read(sbom_data("kev.json"));
    ASSERT_OK(catalog);
    kev = std::move(*catalog);
    result = scan(*sbom, indexes, &kev);
  }
  std::optional<Sbom> sbom;
  std::vector<AdvisoryIndex> indexes;
  KevCatalog kev;
  ScanResult result;
};

TEST_F(ShopScan, CountsWhatWasLookedAt) {
  EXPECT_EQ(result.components, 4u) << "not the product itself, which no database knows, and not the README file";
  EXPECT_EQ(result.evaluated, 3u);
  EXPECT_EQ(result.affected, 3u);
  ASSERT_EQ(result.not_evaluated.size(), 1u);
  EXPECT_EQ(sbom->display(result.not_evaluated[0].component), "loose 0.1");
  EXPECT_EQ(result.not_evaluated[0].why, NotEvaluatedWhy::no_purl);
}

TEST_F(ShopScan, OneVulnerabilityUnderAllItsNames) {
  ASSERT_EQ(result.vulnerabilities.size(), 3u);
  const Vulnerability& crypto = result.vulnerabilities[2];
  EXPECT_EQ(sbom->display(crypto.component), "crypto 2.0.0");
  const Advisory& a = result.advisories[crypto.advisory];
  EXPECT_EQ(a.name, "CVE-2026-0003");
  EXPECT_THAT(a.aliases, ElementsAre("GHSA-gggg-hhhh-jjjj", "PYSEC-2026-7"));
  EXPECT_EQ(result.records_of(crypto).size(), 2u) << "the GHSA and the PYSEC record";
  EXPECT_EQ(severity_word(a), "high") << "only one of the two records has a score";
  EXPECT_EQ(format_date(*a.published), "2026-11-01") << "the earlier of the two";
  EXPECT_EQ(crypto.fixed, "2.1");
}

TEST_F(ShopScan, KevIsJoinedByCveAndComesFirst) {
  const auto order = worst_first(result);
  std::vector<std::string_view> names;
  for (const std::uint32_t i : order) names.push_back(result.advisories[result.vulnerabilities[i].advisory].name);
  EXPECT_THAT(names, ElementsAre("CVE-2026-0001", "CVE-2026-0003", "CVE-2026-0002"));
  const Advisory& worst = result.advisories[result.vulnerabilities[order[0]].advisory];
  ASSERT_NE(worst.kev, nullptr);
  EXPECT_EQ(worst.kev_cve, "CVE-2026-0001");
  EXPECT_EQ(worst.kev->ransomware, RansomwareUse::known);
  EXPECT_THAT(path_to(result.reached, result.vulnerabilities[order[0]].component), ElementsAre(0, 1, 2));
}

TEST_F(ShopScan, TheBestUpgradeIsLookedUpAgain) {
  const auto upgrade = best_upgrade(*sbom, indexes, result);
  ASSERT_TRUE(upgrade);
  EXPECT_EQ(sbom->display(upgrade->component), "template 0.9.0") << "the one on KEV";
  EXPECT_EQ(upgrade->version, "0.9.1");
  EXPECT_EQ(upgrade->removes, 1u);
  EXPECT_EQ(upgrade->removes_kev, 1u);
}

TEST_F(ShopScan, DueDatesAreOverWhenTheDayIsOver) {
  const KevEntry& entry = *kev.find("CVE-2026-0001");
  EXPECT_EQ(days_overdue(entry, *parse_time("2026-11-10T23:59:59Z")), 0);
  EXPECT_EQ(days_overdue(entry, *parse_time("2026-11-11T00:00:00Z")), 1);
  EXPECT_EQ(days_overdue(entry, *parse_time("2026-11-20T00:00:00Z")), 10);
}

TEST_F(ShopScan, SplitOverTwoIndexesTheAnswersAreJoined) {
  const auto text = read_file(sbom_data("advisories.jsonl"));
  ASSERT_OK(text);
  std::string halves[2];
  std::size_t line = 0;
  for (std::size_t at = 0; at < text->size(); ++line) {
    const std::size_t end = text->find('\n', at) + 1;
    halves[line % 2] += text->substr(at, end - at);
    at = end;
  }
  const std::vector<AdvisoryIndex> two{index_of({AdvisorySource::memory("a", halves[0])}),
                                       index_of({AdvisorySource::memory("b", halves[1])})};
  const ScanResult r = scan(*sbom, two, &kev);
  ASSERT_EQ(r.vulnerabilities.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(r.advisories[r.vulnerabilities[i].advisory].name, result.advisories[result.vulnerabilities[i].advisory].name);
  EXPECT_EQ(r.evaluated, 3u);
}

TEST(Scan, NothingUnknownIsCalledClean) {
  const std::vector<AdvisoryIndex> indexes{index_of({AdvisorySource::file(sbom_data("advisories.jsonl"))})};
  const Sbom sbom = sbom_of(R"(
    {"type":"library","name":"a","version":"1"},
    {"type":"library","name":"b","purl":"pkg:npm"},
    {"type":"library","name":"c","purl":"pkg:generic/c@1"},
    {"type":"library","name":"d","purl":"pkg:golang/example.org/d@v1.0.0"},
    {"type":"library","name":"e","purl":"pkg:npm/template"},
    {"type":"library","name":"f","purl":"pkg:npm/template@latest"},
    {"type":"library","name":"g","version":"0.9.0","purl":"pkg:npm/template"},
    {"type":"library","name":"h","version":"9","purl":"pkg:npm/template@0.9.1"},
    {"type":"file","name":"i"})");
  const ScanResult r = scan(sbom, indexes, nullptr);
  std::vector<std::pair<std::string, NotEvaluatedWhy>> why;
  for (const NotEvaluated& n : r.not_evaluated) why.emplace_back(sbom.components[n.component].name, n.why);
  EXPECT_THAT(why, ElementsAre(std::pair("a", NotEvaluatedWhy::no_purl), std::pair("b", NotEvaluatedWhy::bad_purl),
                               std::pair("c", NotEvaluatedWhy::no_ecosystem), std::pair("d", NotEvaluatedWhy::ecosystem_not_in_index),
                               std::pair("e", NotEvaluatedWhy::no_version), std::pair("f", NotEvaluatedWhy::version_not_understood)));
  EXPECT_EQ(r.components, 8u);
  EXPECT_EQ(r.evaluated, 2u);
  ASSERT_EQ(r.vulnerabilities.size(), 1u);
  EXPECT_EQ(sbom.components[r.vulnerabilities[0].component].name, "g")
      << "the component's version where the purl has none; else the purl's";
  EXPECT_EQ(r.advisories[0].kev, nullptr);
}

TEST(Scan, AnUpgradeCountsOnlyWhatItRemoves) {
  // 2.0.0 repairs the first, but brings the third.
  const std::string records =
      R"({"id":"A-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"p"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.5.0"}]}]}]})"
      "\n"
      R"({"id":"A-2","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"p"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]}]})"
      "\n"
      R"({"id":"A-3","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"p"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]})"
      "\n";
  const std::vector<AdvisoryIndex> indexes{index_of({AdvisorySource::memory("x", records)})};
  const Sbom sbom = sbom_of(R"({"type":"library","name":"p","purl":"pkg:npm/p@1.0.0"})");
  const ScanResult r = scan(sbom, indexes, nullptr);
  ASSERT_EQ(r.vulnerabilities.size(), 3u);
  const auto upgrade = best_upgrade(sbom, indexes, r);
  ASSERT_TRUE(upgrade);
  EXPECT_EQ(upgrade->version, "2.0.0");
  EXPECT_EQ(upgrade->removes, 2u);
  EXPECT_EQ(upgrade->removes_kev, 0u);
}

TEST(Scan, WithoutIndexesNothingIsEvaluated) {
  const Sbom sbom = sbom_of(R"({"type":"library","name":"p","purl":"pkg:npm/p@1.0.0"})");
  const ScanResult r = scan(sbom, {}, nullptr);
  EXPECT_EQ(r.evaluated, 0u);
  ASSERT_EQ(r.not_evaluated.size(), 1u);
  EXPECT_THAT(r.vulnerabilities, IsEmpty());
  EXPECT_FALSE(best_upgrade(sbom, {}, r));
}

TEST(Scan, TheSameOnAnyNumberOfThreads) {
  const std::vector<AdvisoryIndex> indexes{index_of({AdvisorySource::file(sbom_data("advisories.jsonl"))})};
  std::string components;
  for (int i = 0; i < 4000; ++i)
    components += fmt::format(R"({}{{"type":"library","name":"t","purl":"pkg:npm/template@0.{}.0"}})", i == 0 ? "" : ",", i % 20);
  const Sbom sbom = sbom_of(components);
  set_thread_limit(1);
  const ScanResult one = scan(sbom, indexes, nullptr);
  set_thread_limit(0);
  const ScanResult many = scan(sbom, indexes, nullptr);
  ASSERT_EQ(one.vulnerabilities.size(), 2000u);
  ASSERT_EQ(many.vulnerabilities.size(), one.vulnerabilities.size());
  for (std::size_t i = 0; i < one.vulnerabilities.size(); ++i)
    EXPECT_EQ(one.vulnerabilities[i].component, many.vulnerabilities[i].component);
}

TEST(Scan, DistributionsAreEvaluatedByRelease) {
  std::string lines;
  const auto advisory = [&](std::string_view id, std::string_view ecosystem, std::string_view name, std::string_view fixed) {
    lines += fmt::format(R"({{"id":"{}","modified":"2026-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"{}","name":"{}"}},)"
                         R"("ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{}"}}]}}]}}]}})",
                         id, ecosystem, name, fixed) +
             "\n";
  };
  advisory("EX-1", "Debian:12", "curl", "7.88.1-10+deb12u5");
  advisory("EX-2", "Debian:11", "curl", "7.74.0-1.3+deb11u11");
  advisory("EX-3", "Rocky Linux:9", "bash", "1:5.1-9.el9");
  const Sbom sbom = sbom_of(
      R"({"type":"library","name":"libcurl4","purl":"pkg:deb/debian/libcurl4@7.88.1-10?upstream=curl&distro=debian-12"},
         {"type":"library","name":"curl","purl":"pkg:deb/debian/curl@7.74.0-1.3%2Bdeb11u11?distro=debian-11"},
         {"type":"library","name":"curl","purl":"pkg:deb/debian/curl@7.1-1"},
         {"type":"library","name":"bash","purl":"pkg:rpm/rocky/bash@5.1-8.el9?distro=rocky-9.3&epoch=1"},
         {"type":"library","name":"bash","purl":"pkg:rpm/rocky/bash@5.1-1.el9?distro=rocky-9.3&epoch=2"})");
  const std::vector<AdvisorySource> sources{AdvisorySource::memory("a.jsonl", lines)};
  std::vector<AdvisoryIndex> indexes;
  indexes.push_back(index_of(sources));
  const ScanResult result = scan(sbom, indexes, nullptr);
  EXPECT_EQ(result.components, 5u);
  EXPECT_EQ(result.evaluated, 4u);
  ASSERT_EQ(result.not_evaluated.size(), 1u) << "which Debian?";
  EXPECT_EQ(result.not_evaluated[0].component, 2u);
  EXPECT_EQ(result.not_evaluated[0].detail, "Debian");
  std::vector<std::string> affected;
  for (const Vulnerability& v : result.vulnerabilities)
    affected.push_back(fmt::format("{} {} {}", v.component, result.advisories[v.advisory].name, v.fixed));
  EXPECT_THAT(affected, UnorderedElementsAre("0 EX-1 7.88.1-10+deb12u5", "3 EX-3 1:5.1-9.el9"));
}

}  // namespace
}  // namespace entente::measures::p6_supply
