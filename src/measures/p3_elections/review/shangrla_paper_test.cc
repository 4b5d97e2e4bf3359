// Small audits of one contest whose records look right and whose paper, bounds or log do not: none may pass.
#include <gtest/gtest.h>
#include <set>

#include "core/progress.h"
#include "measures/p3_elections/review/shangrla.h"
#include "measures/p3_elections/sampling/consistent_cards.h"
#include "test_support.h"

namespace entente::measures::p3_elections::review {
namespace {

constexpr const char* kVillageSeed = "30871946205518273649";

// Cards 1-1-1 … 1-1-n with one mark each, all of them drawn and read unless `size` says fewer.
struct Village {
  std::vector<std::string> records, papers;
  Json log, ballots = Json::array(), sample = Json::array();
  std::string raire, manifest, assertions;

  Village(std::vector<std::string> of_records, std::vector<std::string> of_papers, std::size_t size = 0)
      : records(std::move(of_records)), papers(std::move(of_papers)) {
    const std::size_t n = records.size();
    raire = "1\nContest,1,3,A,B,C\n";
    for (std::size_t i = 0; i < n; ++i) raire += "1,1_1_" + std::to_string(i + 1) + "," + records[i] + "\n";
    manifest = "Tabulator,Batch,Cards\n1,1," + std::to_string(n) + "\n";
    const auto order = sampling::CardOrder::make(kVillageSeed, n, sampling::CardNumbers::cryptorandom).value();
    if (size == 0) size = n;
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint32_t card = order.order()[i];
      const std::string id = "1-1-" + std::to_string(card + 1);
      sample.push_back(id);
      ballots.push_back({{"id", id}, {"votes", {{"1", {{papers[card], 1}}}}}});
    }
    log["Audit"] = {{"election", "Example Village"},
                    {"seed", kVillageSeed},
                    {"cvr_file", "village.raire"},
                    {"manifest_file", "manifest.csv"},
                    {"sample_file", "sample.json"},
                    {"mvr_file", "mvr.json"},
                    {"strata", {{"all", {{"max_cards", n}, {"use_style", true}}}}}};
    log["contests"]["1"] = {{"name", "Mayor"},      {"risk_limit", 0.05},
                            {"cards", n},           {"choice_function", "PLURALITY"},
                            {"n_winners", 1},       {"candidates", {"A", "B", "C"}},
                            {"winner", {"A"}},      {"audit_type", "CARD_COMPARISON"},
                            {"test", "ALPHA_MART"}, {"estim", "OPTIMAL_COMPARISON"},
                            {"sample_size", size}};
  }
  Json& contest() { return log["contests"]["1"]; }
  Json& stratum() { return log["Audit"]["strata"]["all"]; }

  Review reviewed() const {
    const auto folder = TemporaryFolder::make("entente-shangrla-village").value();
    test::spit(folder.path() / "audit.json", log.dump());
    test::spit(folder.path() / "village.raire", raire);
    test::spit(folder.path() / "manifest.csv", manifest);
    test::spit(folder.path() / "sample.json", sample.dump());
    test::spit(folder.path() / "mvr.json", Json{{"ballots", ballots}}.dump());
    if (!assertions.empty()) test::spit(folder.path() / "assertions.json", assertions);
    Progress progress(Progress::Mode::silent);
    auto review = review_shangrla(folder.path(), {}, progress);
    EXPECT_TRUE(review.has_value()) << (review ? "" : review.error().str());
    return review ? *review : Review{};
  }
};

std::vector<std::string> votes(std::initializer_list<std::pair<const char*, std::size_t>> parts) {
  std::vector<std::string> out;
  for (const auto& [choice, count] : parts) out.insert(out.end(), count, choice);
  return out;
}

std::string village_findings(const Review& r) {
  std::string out;
  for (const ReviewFinding& f : r.findings) out += std::string(to_string(f.severity)) + " " + f.code + ": " + f.summary + "\n";
  return out;
}
bool village_fails(const Review& r, std::string_view code) {
  return std::any_of(r.findings.begin(), r.findings.end(),
                     [&](const ReviewFinding& f) { return f.severity == Severity::failure && f.code == code; });
}
bool village_warns(const Review& r, std::string_view code) {
  return std::any_of(r.findings.begin(), r.findings.end(),
                     [&](const ReviewFinding& f) { return f.severity == Severity::warning && f.code == code; });
}
using Outcome = ContestReview::Outcome;

TEST(ShangrlaFullCount, PaperThatBearsTheWinnerOut) {
  const Review r = Village(votes({{"A", 14}, {"B", 6}}), votes({{"A", 13}, {"B", 7}})).reviewed();
  EXPECT_TRUE(r.good()) << village_findings(r);
  EXPECT_EQ(r.contests.at(0).outcome, Outcome::full_count);
}

TEST(ShangrlaFullCount, PaperThatContradictsTheWinner) {
  for (const char* type : {"CARD_COMPARISON", "POLLING"}) {
    Village v(votes({{"A", 14}, {"B", 6}}), votes({{"B", 20}}));
    v.contest()["audit_type"] = type;
    if (type == std::string_view("POLLING")) v.contest()["estim"] = "SHRINK_TRUNC";
    const Review r = v.reviewed();
    EXPECT_TRUE(village_fails(r, kWrongOutcome)) << type << "\n" << village_findings(r);
    EXPECT_EQ(r.contests.at(0).outcome, Outcome::not_confirmed) << type;
  }
}

TEST(ShangrlaFullCount, TieOnThePaper) {
  const Review r = Village(votes({{"A", 14}, {"B", 6}}), votes({{"A", 10}, {"B", 10}})).reviewed();
  EXPECT_TRUE(village_fails(r, kTie)) << village_findings(r);
}

TEST(ShangrlaFullCount, MissingPaperThatCouldDecide) {
  Village v(votes({{"A", 11}, {"B", 9}}), votes({{"A", 11}, {"B", 9}}));
  for (std::size_t i = 0; i < 2; ++i) v.ballots[i]["phantom"] = true;
  const Review r = v.reviewed();
  EXPECT_TRUE(village_fails(r, kLimitNotMet)) << village_findings(r);
  EXPECT_FALSE(village_fails(r, kWrongOutcome));
}

// B beats A as the last two on paper, but C goes out first with C's votes for A: the assertion "A v B" fails, the outcome stands.
TEST(ShangrlaFullCount, RunoffIsCountedOnThePaper) {
  const auto irv = [](const char* first, std::size_t of_a, std::size_t of_b) {
    Village v(votes({{"A", 12}, {"B", 6}, {"C", 2}}), votes({{first, of_a}, {"B", of_b}, {"C", 20 - of_a - of_b}}));
    v.contest()["choice_function"] = "IRV";
    v.contest()["assertion_file"] = "assertions.json";
    v.assertions =
        R"({"audits":[{"contest":"1","winner":"A","eliminated":["B","C"],"assertions":[
            {"winner":"A","loser":"B","already_eliminated":"","assertion_type":"WINNER_ONLY"},
            {"winner":"A","loser":"C","already_eliminated":"","assertion_type":"WINNER_ONLY"}]}]})";
    for (Json& ballot : v.ballots)
      if (ballot["votes"]["1"].contains("C")) ballot["votes"]["1"] = {{"C", 1}, {"B", 3}, {"A", 2}};
    return v.reviewed();
  };
  const Review stands = irv("A", 7, 8);
  EXPECT_FALSE(village_fails(stands, kWrongOutcome)) << village_findings(stands);
  EXPECT_EQ(stands.contests.at(0).outcome, Outcome::full_count);
  const Review falls = irv("B", 15, 0);
  EXPECT_TRUE(village_fails(falls, kWrongOutcome)) << village_findings(falls);
}

TEST(ShangrlaPaper, ChoiceThatNobodyLists) {
  const Village all(votes({{"A", 700}, {"B", 500}}), votes({{"A", 594}, {"W", 606}}), 1000);
  const Review r = all.reviewed();
  EXPECT_TRUE(village_fails(r, kAssertions)) << village_findings(r);
  EXPECT_EQ(r.contests.at(0).outcome, Outcome::not_confirmed);
  Village one(votes({{"A", 1000}, {"B", 200}}), votes({{"A", 1000}, {"B", 200}}), 200);
  EXPECT_TRUE(one.reviewed().good()) << village_findings(one.reviewed());
  one.ballots[3]["votes"]["1"] = {{"W", 1}};
  EXPECT_TRUE(village_fails(one.reviewed(), kAssertions));
}

TEST(ShangrlaPaper, ContestTwiceOnOnePaper) {
  Village v(votes({{"A", 1000}, {"B", 200}}), votes({{"A", 1000}, {"B", 200}}), 200);
  v.ballots[3]["votes"]["Mayor"] = {{"B", 1}};
  const Review r = v.reviewed();
  EXPECT_TRUE(village_fails(r, kReconcile)) << village_findings(r);
  EXPECT_EQ(r.contests.at(0).over2 + r.contests.at(0).over1, 1U) << "it counts as the worst";
}

TEST(ShangrlaPaper, AssertionsOfAnotherContest) {
  Village v(votes({{"A", 14}, {"B", 6}}), votes({{"A", 14}, {"B", 6}}));
  v.contest()["choice_function"] = "IRV";
  v.contest()["assertion_file"] = "assertions.json";
  v.assertions =
      R"({"audits":[{"contest":"777","winner":"A","eliminated":["B","C"],"assertions":[
          {"winner":"A","loser":"B","already_eliminated":"","assertion_type":"WINNER_ONLY"},
          {"winner":"A","loser":"C","already_eliminated":"","assertion_type":"WINNER_ONLY"}]}]})";
  const Review r = v.reviewed();
  EXPECT_TRUE(village_fails(r, kAssertions)) << village_findings(r);
}

TEST(ShangrlaCards, SecondRecordsUnderAnotherSpelling) {
  for (const char* spelling : {"1-1-7", "1_01_7", "1-1-007"}) {
    Village v(votes({{"A", 1000}, {"B", 200}}), votes({{"A", 1000}, {"B", 200}}), 200);
    v.raire += std::string("1,") + spelling + ",A\n";
    v.manifest += "2,1,1\n";
    v.stratum()["max_cards"] = 1201;
    v.contest()["cards"] = 1201;
    const Review r = v.reviewed();
    EXPECT_TRUE(village_fails(r, kCvrDuplicate)) << spelling << "\n" << village_findings(r);
  }
}

TEST(ShangrlaBounds, CardsWithoutARecordAreNamed) {
  Village v(votes({{"A", 1000}, {"B", 200}}), votes({{"A", 1000}, {"B", 200}}), 200);
  v.manifest += "1,2,100000\n";
  v.stratum()["max_cards"] = 101'200;
  const Review r = v.reviewed();
  EXPECT_THAT(r.not_checked, testing::Contains(testing::HasSubstr("at most 1200 of 101200 cards carry Mayor (1) is the log's word.")));
  EXPECT_THAT(r.not_checked, testing::Contains(testing::HasSubstr("100000 cards have no vote record (100000 of them in 1 batches")));
}

TEST(ShangrlaBounds, BelowTheRecords) {
  Village v(votes({{"A", 14}, {"B", 6}}), votes({{"A", 14}, {"B", 6}}));
  v.log["Audit"].erase("manifest_file");
  EXPECT_TRUE(v.reviewed().good());
  v.stratum()["max_cards"] = 10;
  EXPECT_TRUE(village_fails(v.reviewed(), kManifest)) << "with style, without a manifest";
  v.stratum()["max_cards"] = 20;
  v.stratum()["use_style"] = false;
  v.contest()["cards"] = 10;
  EXPECT_TRUE(village_fails(v.reviewed(), kManifest)) << "the contest's bound counts without style too";
}

TEST(ShangrlaBounds, BatchListedTwice) {
  Village v(votes({{"A", 14}, {"B", 6}}), votes({{"A", 14}, {"B", 6}}));
  v.manifest += "1,1,20\n";
  v.stratum()["max_cards"] = 40;
  EXPECT_TRUE(village_fails(v.reviewed(), kManifest));
}

TEST(ShangrlaBounds, PhantomsBeyondReason) {
  Village v(votes({{"A", 14}, {"B", 6}}), votes({{"A", 14}, {"B", 6}}));
  v.contest()["cards"] = 4'000'000'000U;
  v.stratum()["max_cards"] = 4'000'000'000U;
  for (const bool style : {true, false}) {
    v.stratum()["use_style"] = style;
    const Review r = v.reviewed();
    EXPECT_TRUE(village_fails(r, kManifest)) << village_findings(r);
    ASSERT_EQ(r.contests.size(), 1U);
    EXPECT_EQ(r.contests[0].outcome, Outcome::not_audited);
  }
}

TEST(ShangrlaBounds, AssertionsBeyondReason) {
  Village v(votes({{"A", 14}, {"B", 6}}), votes({{"A", 14}, {"B", 6}}));
  for (int i = 0; i < 2000; ++i) v.contest()["candidates"].push_back("c" + std::to_string(i));
  for (int i = 0; i < 1000; ++i) v.contest()["winner"].push_back("c" + std::to_string(i));
  v.contest()["n_winners"] = 1001;
  const Review r = v.reviewed();
  EXPECT_TRUE(village_fails(r, kAssertions)) << village_findings(r);
  EXPECT_EQ(r.contests.at(0).outcome, Outcome::not_audited);
}

TEST(ShangrlaNothingAudited, IsAWarning) {
  Village all(votes({{"A", 14}, {"B", 6}}), votes({{"A", 14}, {"B", 6}}));
  all.contest()["winner"] = {"A", "B", "C"};
  all.contest()["n_winners"] = 3;
  const Review r = all.reviewed();
  EXPECT_TRUE(village_warns(r, kAssertions)) << village_findings(r);
  EXPECT_EQ(r.contests.at(0).outcome, Outcome::not_audited);
  Village unread(votes({{"A", 14}, {"B", 6}}), votes({{"A", 14}, {"B", 6}}));
  unread.log["Audit"].erase("mvr_file");
  EXPECT_TRUE(village_warns(unread.reviewed(), kSampleShort));
}

TEST(ShangrlaSupermajority, SmallShareDoesNotMakeALoserWin) {
  Village v(votes({{"A", 1000}, {"B", 200}}), votes({{"A", 1000}, {"B", 200}}), 200);
  v.contest()["choice_function"] = "SUPERMAJORITY";
  v.contest()["share_to_win"] = 0.0001;
  const Review good = v.reviewed();
  EXPECT_TRUE(good.good()) << village_findings(good);
  EXPECT_LE(good.contests.at(0).margin_votes, 1200U);
  v.contest()["winner"] = {"B"};
  EXPECT_TRUE(village_fails(v.reviewed(), kWrongOutcome));
}

}  // namespace
}  // namespace entente::measures::p3_elections::review
