// Results by control: that they are the index added up, that every supporter looked at is in exactly one count, and who is listed.
#include "registry/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/identity.h"
#include "registry/ledger_summary.h"
#include "registry/test_assessments.h"

namespace entente::registry {
namespace {

using namespace fixture;
using catalog::ControlId;

class ResultsOf : public ::testing::Test {
 protected:
  void SetUp() override {
    world.found();
    for (const char* id : {"bank", "firm", "shop"}) world.supporter(id);
    world.append(world.import({{"club", "Club"}, {"ngo", "Old list"}}, {&key("importer")}));
    const std::string bank = world.put(assessment_of(world, "bank", all_rows(catalog::Status::satisfied)));
    auto rows = all_rows(catalog::Status::not_satisfied);
    row_of(rows, ControlId(6, 1)).status = catalog::Status::not_applicable;
    std::erase_if(rows, [](const TestRow& r) { return r.control == ControlId(2, 1); });
    world.append(assessment_of(world, "firm", rows));
    Json dispute{{"organisation", org("bank")}, {"assessment", dig(bank)}, {"control", "P5-01"}, {"by", org("bank")}};
    dispute["reason"] = "The scan met another host.";
    dispute["at"] = world.now();
    world.append(entry("finding-dispute", bank, dispute, {&key("bank")}));
    const std::string gone = world.supporter("gone");
    world.append(assessment_of(world, "gone", all_rows(catalog::Status::satisfied)));
    world.append(world.about("withdrawal", "pledge", gone, "gone", {{"by", "organisation"}}, {&key("gone")}));
  }
  [[nodiscard]] Json all() const { return results_json(results_at(world.state, test_catalog(), world.state.ledger_time())); }
  [[nodiscard]] Json of(ControlId id) const {
    return control_results_json(world.state, test_catalog(), *test_catalog().find(id), world.state.ledger_time());
  }
  World world;
};

TEST_F(ResultsOf, AddUpTheIndex) {
  const Json results = all();
  EXPECT_EQ(results["supporters"], 5);
  EXPECT_EQ(results["assessed"], 2);
  ASSERT_EQ(results["controls"].size(), test_catalog().controls().size());
  const Index index = index_at(world.state, test_catalog(), world.state.ledger_time());
  for (std::size_t c = 0; c < results["controls"].size(); ++c) {
    const Json& control = results["controls"][c];
    SCOPED_TRACE(control["control"]);
    std::map<std::string, int> counts{{"satisfied", 0}, {"partial", 0}, {"not-satisfied", 0}, {"not-applicable", 0}, {"unknown", 0}};
    std::map<std::string, int> grounds;
    for (const SupporterIndex& supporter : index.supporters) {
      const IndexRow& row = supporter.rows[c];
      if (supporter.assessment == nullptr && !judged_from_ledger(row.control)) continue;
      ++counts[row.counted == catalog::Status::not_assessed ? "unknown" : std::string(catalog::to_string(row.counted))];
      ++grounds[std::string(name(row.ground))];
    }
    EXPECT_EQ((control["counts"].get<std::map<std::string, int>>()), counts);
    EXPECT_EQ((control["grounds"].get<std::map<std::string, int>>()), grounds);
    int sum = 0, by_category = 0;
    for (const Json& count : control["counts"]) sum += count.get<int>();
    for (const Json& category : control["categories"]) by_category += category["of"].get<int>();
    EXPECT_EQ(control["of"], sum);
    EXPECT_EQ(control["of"], by_category);
    EXPECT_EQ(control["of"], judged_from_ledger(*ControlId::parse(control["control"].get<std::string>())) ? 5 : 2);
  }
}

TEST_F(ResultsOf, OneControlNamesItsSupportersById) {
  const Json every = all();
  for (const catalog::Control& c : test_catalog().controls()) {
    const Json one = of(c.id);
    std::vector<std::string> ids;
    for (const Json& item : one["items"]) ids.push_back(item["supporter"]);
    EXPECT_TRUE(std::ranges::is_sorted(ids));
    EXPECT_EQ(ids.size(), one["of"].get<std::size_t>()) << c.id.str();
    for (const Json& whole : every["controls"])
      if (whole["control"] == c.id.str()) {
        EXPECT_EQ(one["counts"], whole["counts"]);
        EXPECT_EQ(one["categories"], whole["categories"]);
      }
  }
  const Json disputed = of(ControlId(5, 1));
  EXPECT_EQ(disputed["items"][0]["supporter"], "bank");
  EXPECT_EQ(disputed["items"][0]["ground"], "disputed");
  EXPECT_EQ(disputed["items"][0]["claimed"], "satisfied");
  EXPECT_EQ(disputed["items"][0]["counted_as"], "not-assessed");
  EXPECT_EQ(disputed["items"][0]["leaf"], world.state.supporter("bank")->detail().assessments.back());
  const Json left_out = of(ControlId(2, 1));
  EXPECT_EQ(left_out["items"][1]["ground"], "left-out");
  EXPECT_FALSE(left_out["items"][1].contains("leaf"));
  EXPECT_EQ(of(ControlId(6, 1))["counts"]["not-applicable"], 1);
}

TEST_F(ResultsOf, TheAgeOfEvidenceWhereTheLedgerKnowsIt) {
  Json evidence{{"organisation", org("shop")}, {"document", dig(sha("scan"))}, {"kind", "policy"}};
  evidence["media_type"] = "application/pdf";
  evidence["controls"] = {"P5-01"};
  evidence["collected_at"] = evidence["at"] = world.now();
  world.append(entry("evidence", sha("scan"), evidence, {&key("shop")}));
  world.pass(std::chrono::days(3));
  auto rows = all_rows(catalog::Status::satisfied);
  row_of(rows, ControlId(5, 1)).evidence = {sha("scan")};
  world.append(assessment_of(world, "shop", rows));
  const Json items = of(ControlId(5, 1))["items"];
  EXPECT_EQ(items[2]["supporter"], "shop");
  EXPECT_EQ(items[2]["evidence_age_days"], 3);
  EXPECT_FALSE(items[0].contains("evidence_at"));
}

TEST(ResultsOfMany, PledgesAreCountedNotListed) {
  World world;
  world.found();
  std::size_t made = 0;
  while (made <= kMostListedPledges) {
    std::vector<std::pair<std::string, std::string>> records;
    for (int i = 0; i < 150; ++i, ++made) records.emplace_back(fmt::format("org-{}", made), fmt::format("Organisation {}", made));
    world.append(world.import(records, {&key("importer")}));
  }
  const auto of = [&](ControlId id) {
    return control_results_json(world.state, test_catalog(), *test_catalog().find(id), world.state.ledger_time());
  };
  EXPECT_EQ(of(ControlId(0, 5))["of"], made);
  EXPECT_TRUE(of(ControlId(0, 5))["items"].is_null());
  EXPECT_TRUE(of(ControlId(0, 3))["items"].empty()) << "only an assessment speaks of it";
  EXPECT_TRUE(of(ControlId(6, 1))["items"].empty());
}

TEST_F(ResultsOf, TheLedgersSummaryIsOfItsFirstEntries) {
  const LedgerSummary all = summarise_ledger(world.state, 1'000);
  EXPECT_EQ(all.entries, world.log.size());
  EXPECT_EQ(all.kinds.at("pledge"), 4U);
  EXPECT_EQ(all.kinds.at("assessment"), 3U);
  EXPECT_EQ(all.time, world.state.ledger_time());
  std::uint64_t kinds = 0, months = 0;
  for (const auto& [kind, count] : all.kinds) kinds += count;
  for (const auto& [month, count] : all.months) months += count;
  EXPECT_EQ(kinds, all.entries);
  EXPECT_EQ(months + all.without_time, all.entries);
  const LedgerSummary some = summarise_ledger(world.state, 2);
  EXPECT_EQ(some.entries, 2U);
  EXPECT_EQ(some.kinds, (std::map<std::string, std::uint64_t>{{"pledge", 1}, {"registry-rules", 1}}));
  world.append(assessment_of(world, "shop", all_rows(catalog::Status::satisfied)));
  EXPECT_EQ(summarise_ledger(world.state, some.entries).time, some.time);
}

}  // namespace
}  // namespace entente::registry
