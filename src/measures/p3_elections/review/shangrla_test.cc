// Reviews of small audits of our own: two contests sampled by style with phantoms, sampling without style, polling, and what a log may
// lack.
#include "measures/p3_elections/review/shangrla.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <map>

#include "core/progress.h"
#include "measures/p3_elections/review/shangrla_record.h"
#include "measures/p3_elections/sampling/consistent_cards.h"
#include "test_support.h"

namespace entente::measures::p3_elections::review {
namespace {

constexpr const char* kSeed = "30871946205518273649";

// 3,000 cards of ten batches: everybody votes for the mayor (A, B, C), every third card has the clerk (X, Y) too.
struct Town {
  std::string raire = "2\nContest,mayor,3,A,B,C\nContest,clerk,2,X,Y\n", manifest = "Tabulator,Batch,Cards\n";
  std::vector<std::map<std::string, std::string>> votes;  // by card
  std::vector<std::string> ids;
  Town() {
    for (int i = 0; i < 3000; ++i) {
      const std::string id = "7_" + std::to_string(i / 300 + 1) + "_" + std::to_string(i % 300 + 1);
      const char* mayor = i % 10 < 6 ? "A" : i % 10 < 9 ? "B" : "C";
      raire += "mayor," + id + "," + mayor + "\n";
      votes.push_back({{"mayor", mayor}});
      if (i % 3 == 0) {
        const char* clerk = i % 4 != 0 ? "X" : "Y";
        raire += "clerk," + id + "," + clerk + "\n";
        votes.back()["clerk"] = clerk;
      }
      ids.push_back(shangrla_id(id));
    }
    for (int b = 1; b <= 10; ++b) manifest += "7," + std::to_string(b) + ",300\n";
  }
  [[nodiscard]] Json paper(std::uint32_t card) const {
    Json contests = Json::object();
    for (const auto& [contest, choice] : votes[card]) contests[contest] = {{choice, true}};
    return {{"id", ids[card]}, {"votes", contests}};
  }
};

Json log_of(bool style) {
  Json log;
  log["Audit"] = {{"election", "Example Town"},
                  {"seed", kSeed},
                  {"cvr_file", {"town.raire"}},
                  {"manifest_file", "manifest.csv"},
                  {"sample_file", "sample.csv"},
                  {"mvr_file", "mvr.json"},
                  {"strata",
                   {{"all",
                     {{"max_cards", 3000},
                      {"use_style", style},
                      {"test", "alpha_mart"},
                      {"estimator", "shrink_trunc"},
                      {"test_kwargs", {{"d", 10}}}}}}}};
  log["contests"]["mayor"] = {{"risk_limit", 0.1}, {"cards", 3000},    {"choice_function", "PLURALITY"}, {"candidates", {"A", "B", "C"}},
                              {"winner", {"A"}},   {"sample_size", 60}};
  log["contests"]["clerk"] = {
      {"risk_limit", 0.1}, {"cards", 1000},    {"choice_function", "SUPERMAJORITY"}, {"share_to_win", 0.6}, {"candidates", {"X", "Y"}},
      {"winner", {"X"}},   {"sample_size", 50}};
  return log;
}

class ShangrlaReview : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("entente-shangrla-unit");
    ASSERT_OK(made);
    folder_ = std::make_unique<TemporaryFolder>(std::move(*made));
    put("town.raire", town_.raire);
    put("manifest.csv", town_.manifest);
  }
  void put(const char* name, const std::string& text) const { test::spit(folder_->path() / name, text); }

  // The cards drawn by style and their paper, by the rule and not by the review: in ascending order of their numbers, a card while one of
  // its contests wants more.
  std::vector<std::uint32_t> draw(std::uint32_t universe, std::map<std::string, int> wanted, std::uint32_t phantom_clerks) {
    const auto order = sampling::CardOrder::make(kSeed, universe, sampling::CardNumbers::cryptorandom).value();
    std::vector<std::uint32_t> cards;
    for (std::uint32_t card : order.order()) {
      bool take = false;
      std::vector<std::string> on;
      if (card < 3000) {
        for (const auto& [contest, choice] : town_.votes[card]) on.push_back(contest);
      } else if (card - 3000 < phantom_clerks) {
        on.emplace_back("clerk");
      }
      for (const std::string& c : on) take = take || wanted[c] > 0;
      if (!take) continue;
      cards.push_back(card);
      for (const std::string& c : on) wanted[c] -= wanted[c] > 0 ? 1 : 0;
    }
    return cards;
  }
  void publish(const std::vector<std::uint32_t>& cards, const Json& log) {
    std::vector<std::string> lines;
    Json ballots = Json::array();
    for (std::uint32_t card : cards) {
      if (card >= 3000) continue;
      lines.push_back("cart 1,tray 2," + town_.ids[card]);
      ballots.push_back(town_.paper(card));
    }
    std::sort(lines.begin(), lines.end());  // as SHANGRLA writes them: by place, not by draw
    std::string csv = "cart,tray,imprint\n";
    for (const std::string& line : lines) csv += line + "\n";
    put("sample.csv", csv);
    put("mvr.json", Json{{"ballots", ballots}}.dump());
    put("audit.json", log.dump());
  }
  Review reviewed() const {
    Progress progress(Progress::Mode::silent);
    auto review = review_shangrla(folder_->path(), {}, progress);
    EXPECT_TRUE(review.has_value()) << (review ? "" : review.error().str());
    return review ? *review : Review{};
  }
  static std::string findings(const Review& r) {
    std::string out;
    for (const ReviewFinding& f : r.findings) out += f.code + " " + f.contest + ": " + f.summary + "\n";
    return out;
  }

  Town town_;
  std::unique_ptr<TemporaryFolder> folder_;
};

TEST_F(ShangrlaReview, TwoContestsByStyle) {
  publish(draw(3000, {{"mayor", 60}, {"clerk", 50}}, 0), log_of(true));
  const Review r = reviewed();
  EXPECT_EQ(findings(r), "");
  ASSERT_EQ(r.contests.size(), 2U);
  EXPECT_EQ(r.contests[0].draws, 60U) << "cards drawn for the clerk alone do not count for the mayor";
  EXPECT_EQ(r.contests[1].draws, 50U);
  EXPECT_EQ(r.contests[0].margin_votes, 900U);
  EXPECT_EQ(r.contests[0].outcome, ContestReview::Outcome::confirmed);
  EXPECT_EQ(r.contests[1].cards, 1000U);
  EXPECT_EQ(r.title, "Example Town");
  EXPECT_EQ(r.files.size(), 5U);
  EXPECT_EQ(r.contests[0].path.size(), 60U);
  EXPECT_EQ(r.contests[0].path.back().risk, *r.contests[0].recomputed_risk);
}

TEST_F(ShangrlaReview, PhantomsAreTheWorst) {
  Json log = log_of(true);
  log["contests"]["clerk"]["cards"] = 1040;  // forty cards nobody has a record of
  log["Audit"]["strata"]["all"]["max_cards"] = 3040;
  const auto cards = draw(3040, {{"mayor", 60}, {"clerk", 50}}, 40);
  const auto phantoms =
      static_cast<std::uint64_t>(std::count_if(cards.begin(), cards.end(), [](std::uint32_t card) { return card >= 3000; }));
  ASSERT_GT(phantoms, 0U) << "the seed draws one";
  publish(cards, log);
  const Review r = reviewed();
  ASSERT_EQ(r.contests.size(), 2U);
  EXPECT_EQ(r.contests[1].draws, 50U);
  EXPECT_EQ(r.contests[1].cards, 1040U);
  EXPECT_EQ(r.contests[1].over1, phantoms) << "1/2 by the record, 0 by the paper";
  EXPECT_EQ(r.contests[0].over1 + r.contests[0].over2, 0U);
  EXPECT_THAT(findings(r), testing::HasSubstr("P3-PHANTOM"));
}

TEST_F(ShangrlaReview, WithoutStyleAllCardsCount) {
  Json log = log_of(false);
  log["contests"]["clerk"]["sample_size"] = 60;
  log["contests"]["clerk"]["choice_function"] = "PLURALITY";
  // Without style the first cards of the order are the sample, whatever is on them.
  const auto order = sampling::CardOrder::make(kSeed, 3000, sampling::CardNumbers::cryptorandom).value();
  publish(std::vector<std::uint32_t>(order.order().begin(), order.order().begin() + 60), log);
  const Review r = reviewed();
  ASSERT_EQ(r.contests.size(), 2U) << findings(r);
  EXPECT_EQ(r.contests[1].draws, 60U);
  EXPECT_EQ(r.contests[1].cards, 3000U);
  EXPECT_NEAR(r.contests[1].diluted_margin, 500.0 / 3000, 1e-12);
}

TEST_F(ShangrlaReview, Polling) {
  Json log = log_of(false);
  for (const char* contest : {"mayor", "clerk"}) {
    log["contests"][contest]["audit_type"] = "POLLING";
    log["contests"][contest]["sample_size"] = 400;
  }
  log["contests"].erase("clerk");
  const auto order = sampling::CardOrder::make(kSeed, 3000, sampling::CardNumbers::cryptorandom).value();
  publish(std::vector<std::uint32_t>(order.order().begin(), order.order().begin() + 400), log);
  const Review r = reviewed();
  EXPECT_EQ(findings(r), "");
  ASSERT_EQ(r.contests.size(), 1U);
  EXPECT_EQ(r.contests[0].outcome, ContestReview::Outcome::confirmed);
  EXPECT_EQ(r.contests[0].over2, 0U);
  EXPECT_EQ(r.contests[0].compared, ContestReview::Compared::nothing);
}

TEST_F(ShangrlaReview, AnUnreadableFileIsSaidOnOneLine) {
  publish(draw(3000, {{"mayor", 60}, {"clerk", 50}}, 0), log_of(true));
  put("manifest.csv", "Tabulator,Batch,Cards\n7,1,many\n");
  const Review r = reviewed();
  ASSERT_FALSE(r.findings.empty());
  EXPECT_EQ(r.findings[0].code, kUnreadable);
  ASSERT_EQ(r.findings[0].rows.size(), 1U);
  EXPECT_EQ(r.findings[0].rows[0].file, "manifest.csv");
  EXPECT_EQ(r.findings[0].rows[0].line, 2U);
  EXPECT_EQ(r.findings[0].rows[0].text, "the number of cards is not a count: \"many\" (column 3); write a whole number");
}

TEST_F(ShangrlaReview, TiesAndWrongWinners) {
  Json log = log_of(true);
  log["contests"]["mayor"]["winner"] = {"B"};
  publish(draw(3000, {{"mayor", 60}, {"clerk", 50}}, 0), log);
  EXPECT_THAT(findings(reviewed()), testing::HasSubstr("P3-WRONG-OUTCOME"));
}

TEST_F(ShangrlaReview, BatchWithMoreRecordsThanCards) {
  publish(draw(3000, {{"mayor", 60}, {"clerk", 50}}, 0), log_of(true));
  std::string manifest = town_.manifest;
  manifest.replace(manifest.find("7,4,300"), 7, "7,4,299");
  manifest.replace(manifest.find("7,5,300"), 7, "7,5,301");
  put("manifest.csv", manifest);
  const Review r = reviewed();
  ASSERT_EQ(r.findings.size(), 1U) << findings(r);
  EXPECT_EQ(r.findings[0].code, kManifest);
  ASSERT_EQ(r.findings[0].rows.size(), 1U);
  EXPECT_EQ(r.findings[0].rows[0].text, "7-4: 299 cards, 300 records");
  EXPECT_EQ(r.findings[0].rows[0].line, 5U);
}

TEST_F(ShangrlaReview, BeforeThePaperIsRead) {
  Json log = log_of(true);
  publish(draw(3000, {{"mayor", 60}, {"clerk", 50}}, 0), log);
  log["Audit"]["mvr_file"] = "";
  put("audit.json", log.dump());
  const Review r = reviewed();
  ASSERT_EQ(r.findings.size(), 1U) << findings(r);
  EXPECT_EQ(r.findings[0].code, kSampleShort);
  EXPECT_EQ(r.findings[0].severity, Severity::warning);
  ASSERT_EQ(r.contests.size(), 2U);
  EXPECT_EQ(r.contests[0].outcome, ContestReview::Outcome::not_audited);
  EXPECT_EQ(r.contests[0].winners, std::vector<std::string>{"A"});
  EXPECT_FALSE(r.contests[0].recomputed_risk);
  EXPECT_THAT(r.not_checked, testing::Contains(testing::HasSubstr("The risks")));
  EXPECT_THAT(r.not_checked, testing::Contains(testing::HasSubstr("changed after the seed")));
  EXPECT_THAT(r.not_checked, testing::Contains(testing::HasSubstr("at most 1000 of 3000 cards carry clerk")));
}

TEST_F(ShangrlaReview, LogsThatCannotBeReviewed) {
  Progress progress(Progress::Mode::silent);
  EXPECT_FALSE(review_shangrla(folder_->path(), {}, progress).has_value()) << "no log";
  const auto refused = [&](const std::function<void(Json&)>& change) {
    Json log = log_of(true);
    change(log);
    return !parse_shangrla_record(log.dump(), "audit.json").has_value();
  };
  EXPECT_FALSE(refused([](Json&) {}));
  EXPECT_TRUE(refused([](Json& l) { l["Audit"].erase("seed"); }));
  EXPECT_TRUE(refused([](Json& l) { l.erase("contests"); }));
  EXPECT_TRUE(refused([](Json& l) { l["contests"] = Json::object(); }));
  EXPECT_TRUE(refused([](Json& l) { l["contests"]["mayor"]["winner"] = {"Z"}; }));
  EXPECT_TRUE(refused([](Json& l) { l["contests"]["mayor"]["test"] = "coin flip"; }));
  EXPECT_TRUE(refused([](Json& l) { l["contests"]["mayor"]["choice_function"] = "SORTITION"; }));
  EXPECT_TRUE(refused([](Json& l) { l["contests"]["mayor"]["cards"] = -1; }));
  EXPECT_TRUE(refused([](Json& l) { l["contests"]["mayor"]["risk_limit"] = 1; }));
  EXPECT_TRUE(refused([](Json& l) { l["contests"]["mayor"]["audit_type"] = "ONEAUDIT"; }));
  EXPECT_TRUE(refused([](Json& l) { l["Audit"]["strata"]["other"] = {{"max_cards", 1}}; }));
  EXPECT_TRUE(refused([](Json& l) { l["Audit"]["strata"]["all"]["replacement"] = true; }));
  EXPECT_FALSE(parse_shangrla_record("{", "audit.json").has_value());
}

TEST(ShangrlaTexts, SeedsNumbersAndKeys) {
  const auto number = parse_shangrla_record(
      R"({"Audit":{"seed":12345678901234567890},"contests":{"1":{"candidates":["A","B"],"winner":"A"}}})", "audit.json");
  ASSERT_OK(number);
  EXPECT_EQ(number->seed, "12345678901234567890");
  EXPECT_EQ(parse_shangrla_record(R"({"Audit":{"seed":"0671"},"contests":{"1":{"candidates":["A"],"winner":["A"]}}})", "audit.json")->seed,
            "0671");
  EXPECT_EQ(shangrla_assertion_key("18 v 17 elim 45 16 15"), "18 v 17 elim 15 16 45");
  EXPECT_EQ(shangrla_assertion_key("15 v 45"), "15 v 45");
}

TEST(ShangrlaTexts, Mvrs) {
  const auto mvrs = parse_shangrla_mvrs(
      R"({"ballots":[{"id":"7_1_2","votes":{"mayor":{"A":true,"B":"","C":0}}},{"id":9,"votes":{"irv":{"X":"2","Y":1}}},{"id":"p","phantom":true}]})",
      "mvr.json");
  ASSERT_OK(mvrs);
  ASSERT_EQ(mvrs->size(), 3U);
  EXPECT_EQ((*mvrs)[0].id, "7-1-2");
  ASSERT_EQ((*mvrs)[0].contests[0].second.size(), 1U);
  EXPECT_EQ((*mvrs)[1].contests[0].second[0].second, 2U);
  EXPECT_TRUE((*mvrs)[2].phantom);
  const auto bad = parse_shangrla_mvrs(R"({"ballots":[{"id":"1","votes":{"mayor":[]}}]})", "mvr.json");
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().where.pointer, "/ballots/0/votes/mayor");
  EXPECT_FALSE(parse_shangrla_mvrs(R"({"ballots":[{"votes":{}}]})", "mvr.json").has_value());
  EXPECT_FALSE(parse_shangrla_mvrs("{}", "mvr.json").has_value());
}

TEST(ShangrlaTexts, Samples) {
  const auto json = parse_shangrla_sample(R"(["1_2_3","4-5-6"])", "sample.json");
  ASSERT_OK(json);
  EXPECT_TRUE(json->ordered);
  EXPECT_EQ(json->ids, (std::vector<std::string>{"1-2-3", "4-5-6"}));
  const auto bare = parse_shangrla_sample("1,2,99,4,5,99-4-5,17\n1,2,99,4,6,99-4-6,18\n", "sample.csv");
  ASSERT_OK(bare);
  EXPECT_EQ(bare->ids, (std::vector<std::string>{"99-4-5", "99-4-6"}));
  EXPECT_EQ(bare->lines[1], 2U);
  const auto empty = parse_shangrla_sample("cart,imprint\n1,\n", "sample.csv");
  ASSERT_FALSE(empty.has_value());
  EXPECT_EQ(empty.error().where.line, 2U);
}

}  // namespace
}  // namespace entente::measures::p3_elections::review
