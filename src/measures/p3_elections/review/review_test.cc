#include "measures/p3_elections/review/review.h"

#include <gtest/gtest.h>

namespace entente::measures::p3_elections::review {
namespace {

ReviewFinding finding(std::string_view code, Severity severity, std::string contest) {
  return {.code = std::string(code),
          .severity = severity,
          .contest = std::move(contest),
          .summary = "A sentence.",
          .rows = {{"a.csv", 3, "row"}}};
}

TEST(Review, OrderAndVerdict) {
  Review review;
  EXPECT_TRUE(review.good());
  review.files = {{.path = "b", .size = 1, .sha256 = {}, .role = "seed"}, {.path = "a", .size = 2, .sha256 = {}, .role = "manifest"}};
  review.findings = {finding(kTie, Severity::warning, "B"), finding(kTie, Severity::note, "A"), finding(kTie, Severity::warning, "A")};
  EXPECT_TRUE(review.good());
  review.findings.push_back(finding(kRiskMismatch, Severity::failure, "Z"));
  review.findings.push_back(finding(kDrawMismatch, Severity::failure, "Z"));
  EXPECT_FALSE(review.good());
  put_in_order(review);
  EXPECT_EQ(review.files.front().path, "a");
  ASSERT_EQ(review.findings.size(), 5u);
  EXPECT_EQ(review.findings[0].code, kDrawMismatch);
  EXPECT_EQ(review.findings[1].code, kRiskMismatch);
  EXPECT_EQ(review.findings[2].contest, "A");
  EXPECT_EQ(review.findings[3].contest, "B");
  EXPECT_EQ(review.findings[4].severity, Severity::note);
}

TEST(Review, ARowOfAnErrorIsOneLineWithItsPlaceOnce) {
  const Error error = fail("Cards is not a count: \"9\"", {.file = "a.csv", .line = 2, .column = 4}, "write a whole number").value();
  EXPECT_EQ(Row::of("a.csv", error), (Row{"a.csv", 2, "Cards is not a count: \"9\" (column 4); write a whole number"}));
  const Error inside = fail("no\nnumber", {.file = "m.zip!b.csv", .pointer = "/a"}).value();
  EXPECT_EQ(Row::of("m.zip", inside), (Row{"m.zip", 0, "m.zip!b.csv: no number (at /a)"}));
}

TEST(Review, JsonSaysWhatWasCompared) {
  Review review;
  ContestReview contest;
  contest.over1 = 2;
  review.contests = {contest, contest, contest};
  review.contests[1].compared = ContestReview::Compared::batches;
  review.contests[1].batch_changes = {.batches = 9, .changed = 2, .votes_more = 3, .votes_fewer = 1, .margin_over = 4, .margin_under = 0};
  review.contests[2].compared = ContestReview::Compared::nothing;
  const Json json = to_json(review)["contests"];
  EXPECT_EQ(json[0]["discrepancies"]["over1"], 2);
  EXPECT_FALSE(json[0].contains("batchChanges"));
  EXPECT_FALSE(json[1].contains("discrepancies"));
  EXPECT_EQ(json[1]["batchChanges"],
            Json({{"batches", 9}, {"changed", 2}, {"votesMore", 3}, {"votesFewer", 1}, {"marginOver", 4}, {"marginUnder", 0}}));
  EXPECT_FALSE(json[2].contains("discrepancies") || json[2].contains("batchChanges"));
}

TEST(Review, LimitsAboveATenthAreFoundOnce) {
  Review review;
  const auto contest = [](std::string name, double limit, ContestReview::Outcome outcome) {
    ContestReview c;
    c.name = std::move(name);
    c.risk_limit = limit;
    c.outcome = outcome;
    return c;
  };
  review.contests = {contest("A", 0.1, ContestReview::Outcome::confirmed), contest("B", 0.5, ContestReview::Outcome::not_audited)};
  put_in_order(review);
  EXPECT_TRUE(review.findings.empty());
  review.contests.push_back(contest("C", 0.99, ContestReview::Outcome::confirmed));
  put_in_order(review);
  put_in_order(review);
  ASSERT_EQ(review.findings.size(), 1u);
  EXPECT_EQ(review.findings[0].code, kLimitHigh);
  EXPECT_EQ(review.findings[0].severity, Severity::warning);
  EXPECT_EQ(review.findings[0].rows, (std::vector<Row>{{{}, 0, "C: risk limit 0.99"}}));
  EXPECT_TRUE(review.good());
}

TEST(Review, JsonHasWhatThereIs) {
  Review review;
  review.kind = "corla";
  review.seed = "007";
  review.checks = {{.name = "draws", .good = 2, .of = 3}};
  review.findings = {finding(kTie, Severity::warning, "")};
  ContestReview contest;
  contest.name = "Example Mayor";
  contest.path = {{.draws = 1, .risk = 0.5}};
  contest.outcome = ContestReview::Outcome::not_confirmed;
  review.contests.push_back(contest);
  const Json json = to_json(review);
  EXPECT_EQ(json["seed"], "007");
  EXPECT_EQ(json["good"], true);
  EXPECT_EQ(json["checks"][0]["of"], 3);
  EXPECT_EQ(json["findings"][0]["rows"][0]["line"], 3);
  EXPECT_FALSE(json["findings"][0].contains("contest"));
  EXPECT_EQ(json["contests"][0]["outcome"], "not confirmed");
  EXPECT_EQ(json["contests"][0]["path"][0]["risk"], 0.5);
  EXPECT_FALSE(json["contests"][0].contains("publishedRisk"));
  EXPECT_EQ(to_json(review).dump(), json.dump());
}

}  // namespace
}  // namespace entente::measures::p3_elections::review
