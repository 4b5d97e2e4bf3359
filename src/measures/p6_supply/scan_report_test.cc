// Reports other tools read, EPSS and BOD 26-04: that what is written is JSON or CSV, holds what the scan found, and hides neither what was
// not evaluated nor the age of a score.
#include "measures/p6_supply/scan_report.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/json.h"
#include "measures/p6_supply/explain.h"
#include "measures/p6_supply/test_sbom.h"
#include "stream_text.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kEpssCsv =
    "#model_version:v2025.03.14,score_date:2026-11-24T12:55:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.91,0.99\nCVE-2026-0003,0.00043,0."
    "1\n";

class Reports : public ::testing::Test {
 protected:
  void SetUp() override {
    auto read = read_sbom(sbom_data("shop.cdx.json"));
    ASSERT_OK(read);
    sbom.emplace(std::move(*read));
    const AdvisorySource source = AdvisorySource::file(sbom_data("advisories.jsonl"));
    Progress progress(Progress::Mode::silent);
    auto built = AdvisoryIndex::build_bytes(std::span(&source, 1), progress);
    ASSERT_OK(built);
    auto index = AdvisoryIndex::from_memory(built->bytes);
    ASSERT_OK(index);
    indexes.push_back(std::move(*index));
    auto catalog = KevCatalog::read(sbom_data("kev.json"));
    ASSERT_OK(catalog);
    kev = std::move(*catalog);
    auto scores = EpssScores::parse(kEpssCsv, "epss.csv");
    ASSERT_OK(scores);
    epss = std::move(*scores);
    auto table = SsvcTable::parse("cve,automatable,technical_impact\nCVE-2026-0001,yes,total\nCVE-2026-0003,,total\n", "ssvc.csv");
    ASSERT_OK(table);
    ssvc = std::move(*table);
    result = scan(*sbom, indexes, &kev);
    priority = priorities(result, {.kev = &kev, .epss = &epss, .ssvc = &ssvc, .exposed = Known::yes});
  }
  ScanReport report() const {
    return {.path = "a folder/shop:1.json",
            .sbom = *sbom,
            .result = result,
            .indexes = indexes,
            .priorities = priority,
            .epss = &epss,
            .bod = true,
            .at = parse_time("2026-11-28T00:00:00Z").value()};
  }
  const Priority& priority_of(std::string_view name) const {
    const auto it = std::find_if(result.advisories.begin(), result.advisories.end(), [&](const Advisory& a) { return a.name == name; });
    return priority[static_cast<std::size_t>(it - result.advisories.begin())];
  }

  std::optional<Sbom> sbom;
  std::vector<AdvisoryIndex> indexes;
  KevCatalog kev;
  EpssScores epss;
  SsvcTable ssvc;
  ScanResult result;
  std::vector<Priority> priority;
};

TEST_F(Reports, PrioritiesJoinByCve) {
  const Priority& worst = priority_of("CVE-2026-0001");
  ASSERT_TRUE(worst.epss.has_value());
  EXPECT_FLOAT_EQ(worst.epss->probability, 0.91F);
  EXPECT_THAT(worst.bod, ElementsAre(BodOutcome{3, true}));
  EXPECT_FALSE(priority_of("CVE-2026-0002").epss.has_value());
  EXPECT_THAT(priority_of("CVE-2026-0003").bod, ElementsAre(BodOutcome{3, false}, BodOutcome{14, false}))
      << "automatable is unknown: both outcomes";
}

TEST_F(Reports, Sarif) {
  const ScanReport one = report();
  const std::string sarif = test::stream_text([&](std::FILE* f) { write_sarif(f, std::span(&one, 1)); });
  const auto document = JsonDocument::parse(sarif, "sarif");
  ASSERT_OK(document);
  const auto json = nlohmann::json::parse(sarif);
  const auto& run = json.at("runs").at(0);
  EXPECT_EQ(run.at("results").size(), result.vulnerabilities.size());
  EXPECT_EQ(run.at("tool").at("driver").at("rules").size(), result.advisories.size());
  const auto& first = run.at("results").at(0);
  EXPECT_EQ(first.at("ruleId"), "CVE-2026-0001");
  EXPECT_EQ(run.at("tool").at("driver").at("rules").at(first.at("ruleIndex").get<std::size_t>()).at("id"), "CVE-2026-0001");
  EXPECT_EQ(first.at("level"), "error");
  EXPECT_EQ(first.at("locations").at(0).at("physicalLocation").at("artifactLocation").at("uri"), "a%20folder/shop%3A1.json");
  for (const auto& one_result : run.at("results")) {
    const std::string pointer = one_result.at("properties").at("pointer");
    EXPECT_EQ(one_result.at("locations").at(0).at("physicalLocation").at("region").at("startLine"), sbom->where(pointer).line.value());
  }
  EXPECT_EQ(first.at("properties").at("epssScoreDate"), "2026-11-24");
  EXPECT_THAT(run.at("invocations").at(0).at("toolExecutionNotifications").at(0).at("message").at("text").get<std::string>(),
              HasSubstr("not evaluated: loose 0.1"));
}

TEST_F(Reports, Vdr) {
  const std::string vdr = test::stream_text([&](std::FILE* f) { write_vdr(f, report()); });
  ASSERT_OK(JsonDocument::parse(vdr, "vdr"));
  const auto json = nlohmann::json::parse(vdr);
  ASSERT_EQ(json.at("vulnerabilities").size(), 3U);
  EXPECT_EQ(json.at("vulnerabilities").at(0).at("id"), "CVE-2026-0001");
  std::set<std::string> refs{json.at("metadata").at("component").at("bom-ref")};
  for (const auto& component : json.at("components")) refs.insert(component.at("bom-ref").get<std::string>());
  for (const auto& v : json.at("vulnerabilities"))
    for (const auto& affects : v.at("affects")) EXPECT_TRUE(refs.contains(affects.at("ref").get<std::string>())) << affects;
  EXPECT_THAT(vdr, HasSubstr("entente:not-evaluated"));
  const auto again = parse_sbom(vdr, "vdr");
  ASSERT_OK(again);
  EXPECT_EQ(again->error_count, 0U) << "our own reader finds nothing wrong with it";
}

TEST_F(Reports, CsvNamesWhatWasNotEvaluated) {
  const ScanReport one = report();
  const std::string csv = test::stream_text([&](std::FILE* f) { write_scan_csv(f, std::span(&one, 1)); });
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 3 + 1);
  EXPECT_THAT(csv, HasSubstr("\"not evaluated\""));
  EXPECT_THAT(csv, HasSubstr("\"2026-11-24\"")) << "the date of the scores";
}

TEST_F(Reports, CsvFormulasAreNeutralised) {
  auto bad = parse_sbom(R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[
    {"type":"library","name":"=cmd|' /C calc'!A0","version":"+1","purl":"@x"},{"type":"library","name":"  -2\"quoted\"","version":"1"}]})",
                        "x");
  ASSERT_OK(bad);
  const ScanResult scanned = scan(*bad, indexes, nullptr);
  const ScanReport one{.path = "-x.json", .sbom = *bad, .result = scanned, .indexes = indexes, .priorities = {}};
  const std::string csv = test::stream_text([&](std::FILE* f) { write_scan_csv(f, std::span(&one, 1)); });
  EXPECT_THAT(csv, HasSubstr("\"'=cmd|"));
  EXPECT_THAT(csv, HasSubstr("\"'+1\""));
  EXPECT_THAT(csv, HasSubstr("\"'@x\""));
  EXPECT_THAT(csv, HasSubstr("\"'-x.json\""));
  EXPECT_THAT(csv, HasSubstr("\"'  -2\"\"quoted\"\"\""));
}

TEST(Epss, ReadsAndRefuses) {
  const auto scores = EpssScores::parse(kEpssCsv, "e");
  ASSERT_OK(scores);
  EXPECT_EQ(scores->size(), 2U);
  EXPECT_EQ(format_date(scores->score_date()), "2026-11-24");
  EXPECT_EQ(scores->model(), "v2025.03.14");
  EXPECT_FALSE(scores->find("CVE-2026-0002").has_value());
  EXPECT_FALSE(scores->find("GHSA-x").has_value());
  const std::string head = "#model_version:v1,score_date:2026-11-24\ncve,epss,percentile\n";
  EXPECT_OK(EpssScores::parse(head, "e"));
  for (const std::string& bad : {std::string(), std::string("cve,epss,percentile\n"), std::string("#x\ncve,epss,percentile\n"),
                                 head + "CVE-2026-1,0.1,0.1\n", head + "CVE-2026-0001,1.1,0.1\n", head + "CVE-2026-0001,nan,0.1\n",
                                 head + "CVE-2026-0001,0.1\n", head + "CVE-2026-0001,0.1,0.1\nCVE-2026-0001,0.2,0.1\n"})
    EXPECT_FALSE(EpssScores::parse(bad, "e").has_value()) << bad;
  EXPECT_EQ(EpssScores::parse(head + "x,1,1\n", "e").error().where.line, 3U);
}

TEST(Bod2604, AllSixteenRowsAndWhatIsUnknown) {
  std::size_t rows = 0;
  for (const Known kev : {Known::no, Known::yes})
    for (const Known exposed : {Known::no, Known::yes})
      for (const Known automatable : {Known::no, Known::yes})
        for (const TechnicalImpact impact : {TechnicalImpact::partial, TechnicalImpact::total}) {
          EXPECT_EQ(bod_outcomes({kev, exposed, automatable, impact}).size(), 1U);
          ++rows;
        }
  EXPECT_EQ(rows, 16U);
  EXPECT_THAT(bod_outcomes({Known::no, Known::no, Known::no, TechnicalImpact::total}), ElementsAre(BodOutcome{std::nullopt, false}));
  EXPECT_THAT(bod_outcomes({Known::no, Known::yes, Known::yes, TechnicalImpact::unknown}),
              ElementsAre(BodOutcome{3, false}, BodOutcome{14, false}));
  EXPECT_THAT(bod_outcomes({Known::yes, Known::yes, Known::no, TechnicalImpact::unknown}),
              ElementsAre(BodOutcome{3, true}, BodOutcome{14, false}));
  EXPECT_EQ(bod_text({3, true}), "3 days and forensics");
  EXPECT_EQ(bod_text({std::nullopt, false}), "with the next upgrade");
}

TEST(SsvcTable, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(SsvcTable::parse("", "s").has_value());
  EXPECT_FALSE(SsvcTable::parse("cve,x\n", "s").has_value());
  const std::string head = "cve,automatable,technical_impact\n";
  EXPECT_FALSE(SsvcTable::parse(head + "CVE-2026-0001,maybe,total\n", "s").has_value());
  EXPECT_FALSE(SsvcTable::parse(head + "CVE-2026-0001,yes,some\n", "s").has_value());
  EXPECT_FALSE(SsvcTable::parse(head + "CVE-2026-0001,yes,total\nCVE-2026-0001,yes,total\n", "s").has_value());
  EXPECT_EQ(SsvcTable::parse(head + "\nx,,\n", "s").error().where.line, 3U);
}

TEST(Explain, SaysWhyAndWhere) {
  Match m{.introduced = "1.0", .upper = Upper::fixed, .upper_version = "1.6"};
  EXPECT_EQ(explain_match(m, "1.5", "npm"), "1.5 is not below 1.0 and is below 1.6, which repairs it (order: semver)");
  m.introduced = "0";
  m.upper = Upper::last_affected;
  EXPECT_EQ(explain_match(m, "1.5", "Bitnami"),
            "1.5 is not above 1.6, the last affected; there is no first affected version (order: semver)");
  m.upper = Upper::none;
  EXPECT_EQ(explain_match(m, "1.5", "PyPI"), "every version is affected, 1.5 too (order: pep440)");
  m.how = How::enumerated;
  EXPECT_THAT(explain_match(m, "1.5", "PyPI"), HasSubstr("list of affected versions"));
  EXPECT_EQ(advisory_url("GO-2024-1"), "https://pkg.go.dev/vuln/GO-2024-1");
  EXPECT_EQ(advisory_url("OURS-1"), "");
  EXPECT_EQ(advisory_url("CVE-2024-1\" onclick"), "");
}

}  // namespace
}  // namespace entente::measures::p6_supply
