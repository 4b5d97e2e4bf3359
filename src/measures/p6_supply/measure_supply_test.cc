// The adapter: findings for P6-01, P6-02 and P1-03 from a real bundle on disk, statuses at their edges, evidence that cannot be read.
#include "measures/p6_supply/measure_supply.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>
#include <set>

#include "core/file.h"
#include "core/parallel.h"
#include "measures/p6_supply/index.h"
#include "measures/p6_supply/test_measure.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

constexpr ControlId kGood{6, 1};
constexpr ControlId kOpen{6, 2};
constexpr ControlId kExploited{1, 3};

std::filesystem::path data(std::string_view name) { return test::source_dir() / "src/measures/p6_supply/testdata/sbom" / name; }

class SupplyMeasureTest : public MeasureTest {
 protected:
  static File file(std::string kind, std::string_view name) {
    auto content = read_file(data(name));
    if (!content) throw std::runtime_error(content.error().str());
    return {std::move(kind), std::string(name), std::move(*content)};
  }
  static File shop() { return file("sbom.cyclonedx", "shop.cdx.json"); }
  static File advisories() { return file("advisories.osv", "advisories.jsonl"); }
  static File kev() { return file("kev", "kev.json"); }
  // Knows of nothing that affects the shop.
  static File calm() {
    std::string text;
    for (const char* ecosystem : {"npm", "PyPI"})
      text += fmt::format(
          R"({{"id":"X-{0}","modified":"2026-11-10T00:00:00Z","affected":[{{"package":{{"ecosystem":"{0}","name":"other"}},"versions":["1"],"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"1.0.1"}}]}}]}}]}})"
          "\n",
          ecosystem);
    return {"advisories.osv", "calm.jsonl", text};
  }
  static constexpr std::string_view kCritical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  static constexpr std::string_view kHigh = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";
  static constexpr std::string_view kLow = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";
  // One OSV record: npm package `name` below 2.0.0. Without `vector` it has no score, without `published` no date; `more` are further
  // members, each with a comma before it.
  static std::string record(std::string_view id, std::string_view name, std::string_view vector, std::string_view published,
                            std::string_view more = {}) {
    const std::string severity = vector.empty() ? "" : fmt::format(R"(,"severity":[{{"type":"CVSS_V3","score":"{}"}}])", vector);
    const std::string date = published.empty() ? "" : fmt::format(R"(,"published":"{}")", published);
    return fmt::format(
        R"({{"id":"{}","modified":"2026-11-10T00:00:00Z"{}{}{},"affected":[{{"package":{{"ecosystem":"npm","name":"{}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"2.0.0"}}]}}]}}]}})"
        "\n",
        id, date, severity, more, name);
  }
  static File small(std::string components, std::string path = "small.json") {
    return {"sbom.cyclonedx", std::move(path),
            fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}})", components)};
  }
};

TEST_F(SupplyMeasureTest, NamesWhatItMeasures) {
  EXPECT_EQ(supply_measure().name(), "supply");
  EXPECT_THAT(supply_measure().controls(), IsSupersetOf({kExploited, kGood, kOpen}));
  EXPECT_TRUE(std::is_sorted(supply_measure().controls().begin(), supply_measure().controls().end()));
  EXPECT_THAT(supply_measure().evidence_kinds(),
              IsSupersetOf({"sbom.cyclonedx", "sbom.spdx", "advisories.osv", "advisories.index", "kev", "vex"}));
}

TEST_F(SupplyMeasureTest, WithoutItsEvidenceAControlGetsNoFinding) {
  EXPECT_THAT(findings({}), IsEmpty());
  EXPECT_THAT(findings({advisories(), kev()}), IsEmpty());
  EXPECT_THAT(controls_of(findings({shop()})), ElementsAre(kLicencesKnown, kGood));
  EXPECT_THAT(controls_of(findings({shop(), advisories()})), ElementsAre(kLicencesKnown, kGood, kOpen));
  EXPECT_THAT(controls_of(findings({shop(), kev()})), ElementsAre(kLicencesKnown, kGood)) << "KEV can only be joined through advisories";
  EXPECT_THAT(controls_of(findings({shop(), advisories(), kev()})), ElementsAre(kExploited, kLicencesKnown, kGood, kOpen));
}

TEST_F(SupplyMeasureTest, TheShop) {
  const auto all = findings({shop(), advisories(), kev()});
  const Finding* open = find(all, kOpen);
  ASSERT_NE(open, nullptr);
  EXPECT_EQ(open->status, Status::not_satisfied);
  EXPECT_EQ(open->summary,
            "3 matches in 3 of 4 components, 1 over the time limit (1 on KEV, 0 critical, 0 high, 0 without a score), none answered by "
            "VEX; 1 of 4 components "
            "could not be evaluated; the newest change in the advisories is of 2026-11-03, 17 days before: they may be stale.");
  EXPECT_EQ(open->fix, "update template 0.9.0 to 0.9.1 in shop.cdx.json: removes 1 of 3 matches, 1 on KEV");
  EXPECT_THAT(open->evidence, ElementsAre(digests_["shop.cdx.json"], digests_["advisories.jsonl"], digests_["kev.json"]));
  ASSERT_EQ(open->rows.size(), 4u);
  EXPECT_EQ(open->rows[0]["id"], "CVE-2026-0001");
  EXPECT_EQ(open->rows[0]["over_limit"], "kev");
  EXPECT_EQ(open->rows[0]["path"], Json({"shop 4.0.0", "@example/web 1.2.3", "template 0.9.0"}));
  EXPECT_EQ(open->rows[1]["records"], Json({"GHSA-gggg-hhhh-jjjj", "PYSEC-2026-7"}));
  EXPECT_EQ(open->rows[3]["state"], "not-evaluated");
  for (const Json& row : open->rows) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : row.items()) keys.push_back(key);
    std::vector<std::string> first;
    for (const auto& [key, value] : open->rows[0].items()) first.push_back(key);
    EXPECT_EQ(keys, first);
  }

  const Finding* exploited = find(all, kExploited);
  ASSERT_NE(exploited, nullptr);
  EXPECT_EQ(exploited->status, Status::partial);
  EXPECT_EQ(exploited->summary,
            "1 match on CISA's list of known exploited vulnerabilities, 1 past the due date (the longest by 10 days); 1 of 4 components "
            "could not be evaluated; the newest change in the advisories is of 2026-11-03, 17 days before: they may be stale.");
  EXPECT_EQ(exploited->fix, "update template 0.9.0 to 0.9.1 in shop.cdx.json (CVE-2026-0001, due 2026-11-10)");
  ASSERT_EQ(exploited->rows.size(), 1u);
  EXPECT_EQ(exploited->rows[0]["days_overdue"], 10);

  const Finding* good = find(all, kGood);
  ASSERT_NE(good, nullptr);
  EXPECT_EQ(good->status, Status::partial);
  EXPECT_EQ(good->summary, "4 of 5 components complete (80.0 %) in 1 readable SBOM.");
  EXPECT_EQ(good->detail["sboms"][0]["present"]["hash_percent"], 80.0);
  EXPECT_THAT(good->evidence, ElementsAre(digests_["shop.cdx.json"]));
  ASSERT_EQ(good->rows.size(), 1u);
  EXPECT_EQ(good->rows[0]["pointer"], "/components/2");
  EXPECT_EQ(good->rows[0]["lacking"], Json({"identifier", "supplier", "hash", "relationship"}));
  EXPECT_EQ(good->fix, "add the identifier of 1 component to shop.cdx.json");
}

TEST_F(SupplyMeasureTest, TimeMovesTheStatus) {
  const std::vector<File> files{shop(), advisories(), kev()};
  // KEV listed on 20 October: within its 14 days on 3 November; the critical one, published on 1 October, is over its 30 days then.
  const auto early = findings(files, "2026-10-31T00:00:00Z");
  EXPECT_EQ(find(early, kOpen)->status, Status::partial);
  EXPECT_EQ(find(early, kOpen)->detail["matches_over_limit"]["total"], 0);
  const auto critical = findings(files, "2026-11-01T00:00:00Z");
  EXPECT_EQ(find(critical, kOpen)->detail["matches_over_limit"]["critical"], 1);
  EXPECT_EQ(find(critical, kOpen)->status, Status::not_satisfied);
  EXPECT_EQ(find(critical, kExploited)->detail["overdue"], 0);
  EXPECT_EQ(find(critical, kExploited)->status, Status::partial) << "one of four components could not be evaluated";
  const auto high = findings(files, "2027-01-31T00:00:00Z");
  EXPECT_EQ(find(high, kOpen)->detail["matches_over_limit"]["high"], 1) << "91 days";
  EXPECT_EQ(find(high, kExploited)->status, Status::not_satisfied) << "more than 30 days overdue";
}

TEST_F(SupplyMeasureTest, NoMatchIsSatisfiedOnlyIfEnoughWasEvaluated) {
  std::string twenty;
  for (int i = 0; i < 19; ++i) twenty += fmt::format(R"({{"type":"library","name":"c{0}","purl":"pkg:npm/c{0}@1.0.0"}},)", i);
  const auto enough = findings({small(twenty + R"({"type":"library","name":"unknown"})"), calm(), kev()});
  EXPECT_EQ(find(enough, kOpen)->status, Status::satisfied);
  EXPECT_EQ(find(enough, kOpen)->summary, "No known vulnerability in 19 evaluated components; 1 of 20 components could not be evaluated.");
  EXPECT_EQ(find(enough, kOpen)->fix, "");
  EXPECT_EQ(find(enough, kExploited)->status, Status::satisfied);

  const auto less = findings(
      {small(twenty + R"({"type":"library","name":"u"},{"type":"library","name":"v","purl":"pkg:cargo/v@1.0.0"})"), calm(), kev()});
  EXPECT_EQ(find(less, kOpen)->status, Status::partial);
  EXPECT_EQ(find(less, kOpen)->fix,
            "add the advisories of crates.io as evidence of kind advisories.osv: 1 component could not be evaluated");
  EXPECT_EQ(find(less, kExploited)->status, Status::partial);

  const auto nothing = findings({small(R"({"type":"library","name":"v","purl":"pkg:cargo/v@1.0.0"})"), calm(), kev()});
  EXPECT_EQ(find(nothing, kOpen)->status, Status::not_assessed);
  EXPECT_EQ(find(nothing, kExploited)->status, Status::not_assessed);
  EXPECT_EQ(find(nothing, kOpen)->summary, "None of 1 component could be evaluated: the advisories at hand do not cover them.");
}

TEST_F(SupplyMeasureTest, OneMatchOverTheLimitIsNotDilutedByOthers) {
  // 1 high and many low ones, all published long ago.
  std::string text = record("H-1", "p", kHigh, "2020-01-01T00:00:00Z");
  for (int i = 1; i <= 40; ++i) text += record(fmt::format("L-{}", i), "p", kLow, "2020-01-01T00:00:00Z");
  const File sbom = small(R"({"type":"library","name":"p","purl":"pkg:npm/p@1.0.0"})");
  EXPECT_EQ(find(findings({sbom, {"advisories.osv", "a.jsonl", text}}), kOpen)->status, Status::not_satisfied);
  text.erase(0, text.find('\n') + 1);
  const auto all = findings({sbom, {"advisories.osv", "a.jsonl", text}});
  EXPECT_EQ(find(all, kOpen)->status, Status::partial) << "low and medium ones have no limit";
  EXPECT_THAT(find(all, kOpen)->summary, HasSubstr("without a KEV snapshot its 14-day limit was not checked"));
}

TEST_F(SupplyMeasureTest, AMatchWithoutAScoreHasTheLongestLimit) {
  const File sbom = small(R"({"type":"library","name":"p","purl":"pkg:npm/p@1.0.0"})");
  const auto status = [&](std::string_view published) {
    return *find(findings({sbom, {"advisories.osv", "a.jsonl", record("U-1", "p", "", published)}}), kOpen);
  };
  const Finding young = status("2026-08-22T00:00:00Z");  // 90 days
  EXPECT_EQ(young.status, Status::partial);
  EXPECT_EQ(young.detail["matches_unscored_within_limit"], 1);
  EXPECT_THAT(young.summary, HasSubstr("1 without a score, not over 90 days old"));
  for (const char* old : {"2026-08-21T00:00:00Z", ""}) {
    const Finding finding = status(old);
    EXPECT_EQ(finding.status, Status::not_satisfied) << old;
    EXPECT_EQ(finding.rows.at(0)["over_limit"], "unscored");
    EXPECT_EQ(finding.detail["matches_over_limit"]["unscored"], 1);
  }
}

// Whatever is matched already: one match more, of any severity and age, in a component that was there or in a new one, never gives a
// better status.
TEST_F(SupplyMeasureTest, AMatchMoreNeverImprovesTheStatus) {
  const auto rank = [](Status s) { return s == Status::satisfied ? 2 : s == Status::partial ? 1 : 0; };
  std::mt19937 random(20261124);
  const auto any = [&](std::initializer_list<std::string_view> list) { return list.begin()[random() % list.size()]; };
  const auto library = [](std::string_view name) {
    return fmt::format(R"({{"type":"library","name":"{0}","purl":"pkg:npm/{0}@1.0.0"}})", name);
  };
  std::set<Status> seen;
  for (int run = 0; run < 6; ++run) {
    std::string components = library("clean");
    std::string text = record("C-0", "elsewhere", kLow, "2020-01-01T00:00:00Z");
    int before = 2;
    for (int i = 0; i < 12; ++i) {
      if (i > 0) {
        const bool fresh = i == 1 || random() % 2 == 0;
        const std::string name = fmt::format("p{}", fresh ? i : 1);
        if (fresh) components += "," + library(name);
        // Later in a run, so that matches without a limit come first and there is something to dilute.
        const std::string_view vector = i < 4 ? any({kLow, ""}) : any({kLow, "", kHigh, kCritical});
        const std::string_view date =
            i < 4 ? any({"2026-11-19T00:00:00Z"}) : any({"2026-11-19T00:00:00Z", "2026-10-01T00:00:00Z", "2020-01-01T00:00:00Z"});
        text += record(fmt::format("R-{}", i), name, vector, date);
      }
      const auto all = findings({small(components), {"advisories.osv", "a.jsonl", text}});
      const Finding* open = find(all, kOpen);
      ASSERT_NE(open, nullptr);
      EXPECT_LE(rank(open->status), before) << open->summary;
      before = rank(open->status);
      seen.insert(open->status);
    }
  }
  EXPECT_EQ(seen.size(), 3u) << "the property must have been tried on every status";
}

TEST_F(SupplyMeasureTest, TheNextStepIsTheUpgradeThatRemovesMostKevThenScoreThenCount) {
  const std::string many = record("M-1", "many", "", "2026-11-01T00:00:00Z") + record("M-2", "many", "", "2026-11-01T00:00:00Z") +
                           record("M-3", "many", "", "2026-11-01T00:00:00Z");
  const std::string severe = record("S-1", "severe", kHigh, "2026-11-01T00:00:00Z");
  const File a = small(R"({"type":"library","name":"many","purl":"pkg:npm/many@1.0.0"})", "a.json");
  const File z = small(R"({"type":"library","name":"severe","purl":"pkg:npm/severe@1.0.0"})", "z.json");
  const auto all = findings({a, z, {"advisories.osv", "a.jsonl", many + severe}});
  EXPECT_EQ(find(all, kOpen)->fix, "update severe to 2.0.0 in z.json: removes 1 of 4 matches");
}

TEST_F(SupplyMeasureTest, RowsAndPlacesAreWorstFirstOverAllSboms) {
  std::string text = record("S-1", "severe", kCritical, "2026-11-01T00:00:00Z") + record("L-1", "many", kLow, "2026-11-01T00:00:00Z");
  for (int i = 0; i < 30; ++i) text += record(fmt::format("M-{}", i), "many", "", "2026-11-01T00:00:00Z");
  const File a = small(R"({"type":"library","name":"many","purl":"pkg:npm/many@1.0.0"},{"type":"library","name":"u"})", "a.json");
  const File z = small(R"({"type":"library","name":"severe","purl":"pkg:npm/severe@1.0.0"})", "z.json");
  const auto all = findings({a, z, {"advisories.osv", "a.jsonl", text}});
  const auto& rows = find(all, kOpen)->rows;
  ASSERT_EQ(rows.size(), 33u);
  EXPECT_EQ(rows[0]["id"], "S-1");
  EXPECT_EQ(rows[1]["id"], "L-1");
  EXPECT_EQ(rows[2]["severity"], "unknown");
  EXPECT_EQ(rows[32]["state"], "not-evaluated") << "after all matches";
  EXPECT_EQ(find(all, kOpen)->places.at(0).evidence, digests_["z.json"]);
}

TEST_F(SupplyMeasureTest, WhatWasPublishedAfterTheInstantDoesNotCount) {
  const std::vector<File> files{shop(), advisories(), kev()};
  // Only CVE-2026-0001 (1 October) was published by then, and KEV had not listed it yet.
  const auto all = findings(files, "2026-10-15T00:00:00Z");
  const Finding* open = find(all, kOpen);
  EXPECT_EQ(open->detail["matches"], 1);
  EXPECT_EQ(open->detail["components_affected"], 1);
  EXPECT_EQ(open->detail["matches_not_yet_published"], 2);
  EXPECT_THAT(open->summary, HasSubstr("; 2 matches published after 2026-10-15T00:00:00Z do not count"));
  EXPECT_EQ(open->rows.size(), 2u) << "one match, one component that could not be evaluated";
  EXPECT_EQ(find(all, kExploited)->detail["matches_on_kev"], 0);
  const auto listed = findings(files, "2026-10-20T00:00:00Z");
  EXPECT_EQ(find(listed, kExploited)->detail["matches_on_kev"], 1);
  const auto none = findings(files, "2026-09-30T23:59:59Z");
  EXPECT_EQ(find(none, kOpen)->detail["matches"], 0);
}

// Statements of a maker about the shop's parts; `third` is what it says of crypto.
std::string shop_vex(std::string_view template_status, std::string_view third) {
  return fmt::format(
      R"({{"@context":"https://openvex.dev/ns/v0.2.0","author":"Shop","timestamp":"2026-11-15T00:00:00Z","statements":[
      {{"vulnerability":{{"name":"CVE-2026-0001"}},"products":[{{"@id":"pkg:npm/template@0.9.0"}}],"status":"{}","justification":"component_not_present"}},
      {{"vulnerability":{{"name":"CVE-2026-0002"}},"products":[{{"@id":"pkg:npm/%40example/web"}}],"status":"under_investigation"}}{}]}})",
      template_status, third);
}

TEST_F(SupplyMeasureTest, WhatVexSettlesIsOverNoLimitAndStaysVisible) {
  constexpr std::string_view kCrypto =
      R"(,{"vulnerability":{"name":"CVE-2026-0003"},"products":[{"@id":"pkg:pypi/crypto@2.0.0"}],"status":"not_affected","justification":"vulnerable_code_not_present"})";
  const auto all = findings({shop(), advisories(), kev(), {"vex", "vex.json", shop_vex("not_affected", kCrypto)}});
  const Finding* open = find(all, kOpen);
  ASSERT_NE(open, nullptr);
  EXPECT_EQ(open->status, Status::partial) << "every match is answered and none over its limit, but one component is not evaluated";
  EXPECT_THAT(open->summary, HasSubstr("3 matches in 3 of 4 components, 0 over the time limit"));
  EXPECT_THAT(open->summary, HasSubstr("3 answered by VEX, 2 of them settled"));
  EXPECT_EQ(open->detail["matches_answered_by_vex"], 3);
  EXPECT_EQ(open->detail["matches_settled_by_vex"], 2);
  EXPECT_EQ(open->detail["vex"]["statements"], 3);
  ASSERT_EQ(open->rows.size(), 4u);
  EXPECT_EQ(open->rows[0]["id"], "CVE-2026-0002") << "what is open stands first";
  EXPECT_EQ(open->rows[0]["vex"], "under_investigation");
  EXPECT_EQ(open->rows[1]["state"], "settled");
  EXPECT_EQ(open->rows[1]["vex"], "not_affected");
  EXPECT_EQ(open->rows[1]["over_limit"], "");
  EXPECT_THAT(open->evidence, Contains(digests_["vex.json"]));
  const Finding* exploited = find(all, kExploited);
  ASSERT_NE(exploited, nullptr);
  EXPECT_EQ(exploited->detail["overdue"], 0);
  EXPECT_EQ(exploited->detail["matches_settled_by_vex"], 1);
  EXPECT_THAT(exploited->summary, HasSubstr("0 matches on CISA's list"));
  EXPECT_THAT(exploited->summary, HasSubstr("1 settled by VEX"));
  ASSERT_EQ(exploited->rows.size(), 1u);
  EXPECT_EQ(exploited->rows[0]["relation"], "settled by VEX");
}

TEST_F(SupplyMeasureTest, AnAnswerThatSettlesNothingChangesNoLimit) {
  const auto all = findings({shop(), advisories(), kev(), {"vex", "vex.json", shop_vex("affected", "")}});
  const Finding* open = find(all, kOpen);
  ASSERT_NE(open, nullptr);
  EXPECT_EQ(open->status, Status::not_satisfied);
  EXPECT_THAT(open->summary, HasSubstr("1 over the time limit (1 on KEV"));
  EXPECT_THAT(open->summary, HasSubstr("2 answered by VEX, 0 of them settled"));
  EXPECT_EQ(find(all, kExploited)->detail["overdue"], find(findings({shop(), advisories(), kev()}), kExploited)->detail["overdue"]);
}

TEST_F(SupplyMeasureTest, EveryMatchAnsweredAndAllEvaluatedIsSatisfied) {
  const std::string part = R"({"type":"library","name":"p","version":"1.0.0","purl":"pkg:npm/p@1.0.0"})";
  const File advisory{"advisories.osv", "a.jsonl", record("X-1", "p", kCritical, "2026-01-01T00:00:00Z")};
  const auto status_with = [&](std::string_view status) {
    const std::string vex = fmt::format(
        R"({{"@context":"https://openvex.dev/ns/v0.2.0","author":"P","timestamp":"2026-11-15T00:00:00Z","statements":[{{"vulnerability":{{"name":"X-1"}},"products":[{{"@id":"pkg:npm/p@1.0.0"}}],"status":"{}","justification":"inline_mitigations_already_exist"}}]}})",
        status);
    return find(findings({small(part), advisory, {"vex", "vex.json", vex}}), kOpen)->status;
  };
  EXPECT_EQ(status_with("not_affected"), Status::satisfied);
  EXPECT_EQ(status_with("affected"), Status::not_satisfied) << "long over its limit";
}

TEST_F(SupplyMeasureTest, VexThatCannotBeReadDecides) {
  const auto all = findings({shop(), advisories(), {"vex", "vex.json", "{}"}});
  EXPECT_EQ(find(all, kOpen)->status, Status::not_satisfied);
  EXPECT_THAT(find(all, kOpen)->summary, HasSubstr("vex.json cannot be read: not a VEX document"));
}

// The Go database's way: GO-2023-2153 names CVE-2023-44487, which is on KEV, as related and not as an alias.
TEST_F(SupplyMeasureTest, WhatIsRelatedToAKevEntryIsToBeJudged) {
  const File sbom = small(R"({"type":"library","name":"p","purl":"pkg:npm/p@1.0.0"})");
  const auto exploited = [&](std::string_view more, const std::string& others = {}) {
    const auto all = findings({sbom, {"advisories.osv", "a.jsonl", record("GO-1", "p", "", "2026-10-01T00:00:00Z", more) + others}, kev()});
    return *find(all, kExploited);
  };
  EXPECT_EQ(exploited("").status, Status::satisfied);
  EXPECT_EQ(exploited(R"(,"related":["CVE-2026-7777"])").status, Status::satisfied) << "not on KEV";
  const std::string through = record("GHSA-x", "elsewhere", "", "2026-10-01T00:00:00Z", R"(,"aliases":["CVE-2026-0001"])");
  for (const auto& [more, others] : std::vector<std::pair<std::string, std::string>>{
           {R"(,"related":["CVE-2026-0001"])", ""}, {R"(,"upstream":["CVE-2026-0001"])", ""}, {R"(,"related":["GHSA-x"])", through}}) {
    const Finding finding = exploited(more, others);
    EXPECT_EQ(finding.status, Status::partial) << more;
    EXPECT_EQ(finding.summary,
              "0 matches on CISA's list of known exploited vulnerabilities, 0 past the due date; 1 more match related to an entry of it, "
              "to be judged.");
    EXPECT_EQ(finding.fix,
              "look whether p in small.json carries CVE-2026-0001, which is on KEV: GO-1, which affects it, names that as related; "
              "if it does, update to 2.0.0");
    EXPECT_EQ(finding.detail["overdue"], 0);
    EXPECT_EQ(finding.detail["matches_related_to_kev"], 1);
    ASSERT_EQ(finding.rows.size(), 1u);
    EXPECT_EQ(finding.rows[0]["relation"], "related, to be judged");
    EXPECT_EQ(finding.rows[0]["days_overdue"], nullptr);
  }
  const Finding alias = exploited(R"(,"aliases":["CVE-2026-0001"],"related":["CVE-2026-0001"])");
  EXPECT_EQ(alias.detail["matches_related_to_kev"], 0) << "listed itself";
  EXPECT_EQ(alias.detail["overdue"], 1);
}

TEST_F(SupplyMeasureTest, AnAdvisoryWithoutADateIsOverItsLimit) {
  const std::string text =
      R"({"id":"U-1","modified":"2026-01-01T00:00:00Z","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affected":[{"package":{"ecosystem":"npm","name":"p"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]})";
  const auto all = findings({small(R"({"type":"library","name":"p","purl":"pkg:npm/p@1.0.0"})"), {"advisories.osv", "a.json", text}});
  EXPECT_EQ(find(all, kOpen)->rows[0]["over_limit"], "critical");
  EXPECT_EQ(find(all, kOpen)->rows[0]["age_days"], nullptr);
}

TEST_F(SupplyMeasureTest, UnreadableEvidenceIsANotSatisfiedFinding) {
  const File broken{"sbom.cyclonedx", "broken.json", "{\"bomFormat\": \"CycloneDX\",\n \"specVersion\": 9}"};
  const auto all = findings({broken, shop(), advisories(), kev()});
  ASSERT_EQ(all.size(), 4u);
  for (const Finding& f : all) {
    EXPECT_EQ(f.status, Status::not_satisfied) << f.control.str();
    EXPECT_THAT(f.summary, HasSubstr("broken.json cannot be read: a text such as \"1.6\" belongs here (line 2)"));
    EXPECT_FALSE(f.fix.empty());
    EXPECT_EQ(f.places.at(0).evidence, digests_["broken.json"]);
  }
  const auto bad_kev = findings({shop(), advisories(), {"kev", "kev.json", "{}"}});
  EXPECT_EQ(find(bad_kev, kExploited)->status, Status::not_satisfied);
  EXPECT_THAT(find(bad_kev, kExploited)->summary, HasSubstr("kev.json cannot be read"));
  EXPECT_EQ(find(bad_kev, kGood)->status, Status::partial) << "the SBOM is not to blame";
  const auto bad_index = findings({shop(), {"advisories.index", "a.idx", "no index"}, kev()});
  EXPECT_EQ(find(bad_index, kOpen)->status, Status::not_satisfied);
  EXPECT_THAT(find(bad_index, kOpen)->summary, HasSubstr("a.idx cannot be read"));
  const auto bad_osv = findings({shop(), {"advisories.osv", "a.jsonl", "not json\n"}, kev()});
  EXPECT_EQ(find(bad_osv, kOpen)->status, Status::not_satisfied);
  EXPECT_THAT(find(bad_osv, kOpen)->summary, HasSubstr("a.jsonl"));
}

TEST_F(SupplyMeasureTest, AFormatThisProgramCannotReadYetIsNotHeldAgainstAnybody) {
  const File rdf{"sbom.spdx", "shop.rdf",
                 R"(<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"/>)"};
  const auto all = findings({rdf, calm(), kev()});
  ASSERT_EQ(all.size(), 4u);
  for (const Finding& f : all) {
    EXPECT_EQ(f.status, Status::not_assessed) << f.control.str();
    EXPECT_EQ(f.summary, "shop.rdf: SPDX RDF cannot be read by this version.");
    EXPECT_THAT(f.fix, HasSubstr("as SPDX 2.3 or CycloneDX JSON"));
  }
  const File xml{"sbom.cyclonedx", "bom.xml", R"(<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5"/>)"};
  EXPECT_EQ(find(findings({xml}), kGood)->status, Status::not_satisfied) << "read, and empty";
  const File html{"sbom.cyclonedx", "bom.html", "<!DOCTYPE html><p>404"};
  EXPECT_EQ(find(findings({html}), kGood)->status, Status::not_satisfied);
  // What the readable ones show already stands.
  const auto with_shop = findings({rdf, file("sbom.spdx", "shop.spdx.json"), advisories(), kev()});
  EXPECT_EQ(find(with_shop, kGood)->status, Status::not_satisfied) << "25 % complete";
  EXPECT_THAT(find(with_shop, kGood)->summary, HasSubstr("Not counted: shop.rdf: SPDX RDF"));
}

TEST_F(SupplyMeasureTest, ADeclaredKindThatIsNotTheContentIsSaid) {
  File file = shop();
  file.kind = "sbom.spdx";
  const auto all = findings({file});
  ASSERT_NE(find(all, kGood), nullptr);
  EXPECT_EQ(find(all, kGood)->status, Status::not_satisfied);
  EXPECT_THAT(find(all, kGood)->summary, HasSubstr("declared as sbom.spdx, but the content is CycloneDX"));
}

TEST_F(SupplyMeasureTest, ACompiledIndexGivesTheSameFindingAsItsRecords) {
  Progress progress(Progress::Mode::silent);
  const AdvisorySource source = AdvisorySource::file(data("advisories.jsonl"));
  const auto built = AdvisoryIndex::build_bytes(std::span(&source, 1), progress);
  ASSERT_OK(built);
  const auto raw = findings({shop(), advisories(), kev()});
  const auto compiled = findings({shop(), {"advisories.index", "a.idx", built->bytes}, kev()});
  ASSERT_EQ(compiled.size(), 4u);
  EXPECT_EQ(find(raw, kOpen)->rows, find(compiled, kOpen)->rows);
  EXPECT_EQ(find(raw, kOpen)->summary, find(compiled, kOpen)->summary);
}

TEST_F(SupplyMeasureTest, TheWorstSbomAndEveryProductDecide) {
  const auto with_spdx = findings({shop(), file("sbom.spdx", "shop.spdx.json")});
  EXPECT_EQ(find(with_spdx, kGood)->status, Status::not_satisfied);
  EXPECT_THAT(find(with_spdx, kGood)->summary, HasSubstr("the least complete is shop.spdx.json with 25.0 %"));
  Profile profile;
  profile.products.push_back({.name = "till", .version = "2"});
  const auto missing = findings({shop()}, "2026-11-20T00:00:00Z", profile);
  EXPECT_EQ(find(missing, kGood)->status, Status::not_satisfied);
  EXPECT_THAT(find(missing, kGood)->summary, HasSubstr("1 product without an SBOM"));
}

TEST_F(SupplyMeasureTest, ByteIdenticalOnAnyNumberOfThreads) {
  const auto text = [&] {
    std::string out;
    for (const Finding& f : findings({shop(), file("sbom.spdx", "shop.spdx.json"), advisories(), kev()})) {
      out += f.control.str() + f.summary + f.fix + json_compact(f.detail);
      for (const Json& row : f.rows) out += json_compact(row);
    }
    return out;
  };
  set_thread_limit(1);
  const std::string one = text();
  set_thread_limit(0);
  EXPECT_EQ(one, text());
}

}  // namespace
}  // namespace entente::measures::p6_supply
