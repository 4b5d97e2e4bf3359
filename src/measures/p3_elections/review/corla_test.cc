#include "measures/p3_elections/review/corla.h"

#include <algorithm>
#include <regex>

#include "measures/p3_elections/review/corla_mini_record.h"

namespace entente::measures::p3_elections::review {
namespace {

class CorlaReview : public testing::Test {
 protected:
  void SetUp() override { mini::write(folder()); }
  [[nodiscard]] std::filesystem::path folder() const { return temporary_.path() / "record"; }
  [[nodiscard]] Review run() const {
    Progress silent(Progress::Mode::silent);
    auto review = review_corla(folder(), {}, silent);
    EXPECT_OK(review);
    return review ? std::move(*review) : Review{};
  }
  // Replaces the first `from` in a file; the test fails where there is none.
  void change(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = test::slurp(folder() / file);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from << " in " << file;
    text.replace(at, from.size(), to);
    test::spit(folder() / file, text);
  }
  static const ReviewFinding* find(const Review& review, std::string_view code, std::string_view contest = {}) {
    const auto found =
        std::ranges::find_if(review.findings, [&](const ReviewFinding& f) { return f.code == code && f.contest == contest; });
    return found == review.findings.end() ? nullptr : &*found;
  }
  static std::string all_rows(const Review& review) {
    std::string out;
    for (const ReviewFinding& f : review.findings) {
      out += f.code + " [" + f.contest + "] " + f.summary + '\n';
      for (const Row& row : f.rows) out += "  " + row.file + ':' + std::to_string(row.line) + ' ' + row.text + '\n';
    }
    return out;
  }
  // The review fails, with a finding of the code that has `text` in one of its rows.
  void expect_failure(std::string_view code, const std::string& text) const {
    const Review review = run();
    EXPECT_FALSE(review.good());
    const bool named = std::ranges::any_of(review.findings, [&](const ReviewFinding& f) {
      return f.code == code && f.severity == Severity::failure &&
             std::ranges::any_of(f.rows, [&](const Row& row) { return (row.file + ' ' + row.text).find(text) != std::string::npos; });
    });
    EXPECT_TRUE(named) << code << ' ' << text << " not in\n" << all_rows(review);
  }

 private:
  TemporaryFolder temporary_ = TemporaryFolder::make().value();
};

TEST_F(CorlaReview, AGoodRecordIsGood) {
  const Review review = run();
  EXPECT_TRUE(review.good()) << all_rows(review);
  EXPECT_EQ(review.seed, mini::kSeed);
  for (const Check& check : review.checks) {
    EXPECT_EQ(check.good, check.of) << check.name;
    EXPECT_GT(check.of, 0u) << check.name;
  }
  // A tie is a warning, and an uncontested contest is none.
  ASSERT_NE(find(review, kTie, "Gamma Question"), nullptr) << all_rows(review);
  EXPECT_EQ(review.findings.size(), 1u) << all_rows(review);

  ASSERT_EQ(review.contests.size(), 5u);
  const ContestReview& governor = review.contests[0];
  EXPECT_EQ(governor.name, "Governor of Example");
  EXPECT_EQ(governor.reason, "state-wide contest");
  EXPECT_EQ(governor.outcome, ContestReview::Outcome::confirmed);
  EXPECT_EQ(governor.winners, std::vector<std::string>{"Ada Example"});
  EXPECT_EQ(governor.losers, std::vector<std::string>{"Ben \"Bo\" Example"});
  EXPECT_EQ(governor.margin_votes, 300u);
  EXPECT_EQ(governor.drawn.size(), governor.draws);
  EXPECT_EQ(governor.path.size(), governor.draws);
  EXPECT_EQ(governor.path.back().risk, *governor.recomputed_risk);
  EXPECT_LE(*governor.recomputed_risk, governor.risk_limit);
  EXPECT_NEAR(*governor.published_risk, *governor.recomputed_risk, 0.0005);
  EXPECT_EQ(governor.certificate["margin"], 300);
  EXPECT_EQ(governor.certificate["meets"], true);
  EXPECT_EQ(review.contests[1].over2, 1u);
  EXPECT_EQ(review.contests[4].outcome, ContestReview::Outcome::not_audited);
  EXPECT_TRUE(
      std::ranges::any_of(review.contests[1].drawn, [](const DrawnItem& d) { return d.note.starts_with("2 votes overstatement"); }));
  // The same record gives the same bytes.
  EXPECT_EQ(to_json(review).dump(), to_json(run()).dump());
}

TEST_F(CorlaReview, FlippingOneVoteOfACounty) {
  change("tabulateCounty.csv", "Beta Hills,\"Governor of Example\",\"Ada Example\",190",
         "Beta Hills,\"Governor of Example\",\"Ada Example\",191");
  expect_failure(kReconcile, "Governor of Example, Ada Example: 570 stated, the parts add up to 571");
}

TEST_F(CorlaReview, FlippingOneVoteOfTheState) {
  change("tabulate.csv", "\"Cy Example\",220", "\"Cy Example\",219");
  expect_failure(kReconcile, "Alpha Sheriff: the smallest margin is published as 160, but is 159");
}

TEST_F(CorlaReview, AnotherWinner) {
  change("tabulate.csv", "\"Cy Example\",220", "\"Cy Example\",20");
  expect_failure(kWrongOutcome, "Alpha Sheriff: the votes give Di Example, published are Cy Example");
}

TEST_F(CorlaReview, OneCardOfOneBatch) {
  change("AlphaBallotManifest.csv", ",101,8,22,", ",101,8,23,");
  expect_failure(kManifest, "Alpha 101-8: 22 cards, 23 in AlphaBallotManifest.csv line 2");
  expect_failure(kManifest, "Alpha Sheriff: 330 cards published, 331 in AlphaBallotManifest.csv");
}

TEST_F(CorlaReview, TwoRowsChangePlaces) {
  change("AlphaBallotManifest.csv", ",101,8,22,", ",101,X,22,");
  change("AlphaBallotManifest.csv", ",101,1,33,", ",101,8,22,");
  change("AlphaBallotManifest.csv", ",101,X,22,", ",101,1,33,");
  expect_failure(kDrawMismatch, "not among the audited cards");
}

TEST_F(CorlaReview, ARowIsLost) {
  const std::string text = test::slurp(folder() / "GammaBallotManifest.csv");
  const std::size_t at = text.find("Gamma ,164,3,");
  ASSERT_NE(at, std::string::npos);
  test::spit(folder() / "GammaBallotManifest.csv", text.substr(0, at) + text.substr(text.find('\n', at) + 1));
  expect_failure(kManifest, "Gamma 164-3: in no manifest");
}

TEST_F(CorlaReview, ABatchTwice) {
  change("BetaHillsBallotManifest.csv", ",102,8,", ",102,3,");
  expect_failure(kManifest, "Beta Hills 102-3: also on line");
}

TEST_F(CorlaReview, OneDigitOfTheSeed) {
  change("seed.csv", "00423142135623730950488", "00423142135623730950487");
  expect_failure(kDrawMismatch, "draw 1: ");
  // Its leading zeros count.
  change("seed.csv", "00423142135623730950487", "423142135623730950488");
  expect_failure(kDrawMismatch, "draw 1: ");
}

TEST_F(CorlaReview, AShortSeed) {
  change("seed.csv", "00423142135623730950488", "0042314213562373095");
  expect_failure(kSeedShort, "0042314213562373095");
  change("seed.csv", "0042314213562373095", "twenty digits");
  expect_failure(kSeedShort, "twenty digits");
}

TEST_F(CorlaReview, OneDigitOfARisk) {
  const std::string text = test::slurp(folder() / "ResultsReportSummary.csv");
  std::smatch match;
  ASSERT_TRUE(std::regex_search(text, match, std::regex("\"Governor of Example\",Yes,\"Ada Example\",Yes,\"(\\d\\.\\d)\"")));
  const std::string changed = match[1] == "2.8" ? "2.7" : "2.8";
  change("ResultsReportSummary.csv", "\"Governor of Example\",Yes,\"Ada Example\",Yes,\"" + match[1].str(),
         "\"Governor of Example\",Yes,\"Ada Example\",Yes,\"" + changed);
  expect_failure(kRiskMismatch, "Governor of Example: the risk in percent is published as " + changed + ", but is " + match[1].str());
}

TEST_F(CorlaReview, ASampleSizeAndAMargin) {
  change("round1-contest.csv", ",160,0.03000000,", ",161,0.03000000,");
  expect_failure(kReconcile, "Alpha Sheriff: the smallest margin is published as 161, but is 160");
}

TEST_F(CorlaReview, AStatusThatDoesNotFollow) {
  change("round1-contest.csv", "\"Beta Clerk\",opportunistic_benefits,not_auditable",
         "\"Beta Clerk\",opportunistic_benefits,risk_limit_achieved");
  expect_failure(kRiskMismatch, "Beta Clerk: the status is published as risk_limit_achieved, but is not_auditable");
}

TEST_F(CorlaReview, AnAuditedCardIsGone) {
  std::string text = test::slurp(folder() / "audited_imprinted_ids.csv");
  const std::size_t line = text.find('\n') + 1;
  const std::string card = text.substr(line, text.find('\n', line) - line);
  test::spit(folder() / "audited_imprinted_ids.csv", text.substr(0, line) + text.substr(line + card.size() + 1));
  expect_failure(kDrawMismatch, card.substr(card.rfind(',') + 1) + ", not among the audited cards");
}

// What the cards' comparison says: the file Colorado publishes for every round.
TEST_F(CorlaReview, TheComparisonOfCards) {
  std::string text =
      "county_name,contest_name,imprinted_id,ballot_type,choice_per_voting_computer,audit_board_selection,consensus,record_type,"
      "audit_board_comment,timestamp,cvr_id,audit_reason\n";
  const std::string ids = test::slurp(folder() / "audited_imprinted_ids.csv");
  for (std::size_t at = ids.find('\n') + 1; at < ids.size();) {
    const std::size_t end = ids.find('\n', at), county = ids.find(',', at) + 1, card = ids.find(',', county) + 1;
    text += ids.substr(county, card - county) + "Governor of Example," + ids.substr(card, end - card) +
            ",6,\"\"\"Ada Example\"\"\",\"\"\"Ada Example\"\"\",YES,uploaded,\"\",2026-11-19 09:55:14,7,\n";
    at = end + 1;
  }
  const std::string report = test::slurp(folder() / "ExampleDiscrepancyReport.csv");
  std::smatch row;
  ASSERT_TRUE(std::regex_search(report, row, std::regex("Alpha,\"Alpha Sheriff\",([0-9-]+),")));
  const std::string differs =
      "Alpha,Alpha Sheriff," + row[1].str() + ",6,\"\"\"Cy Example\"\"\",\"\"\"Di Example\"\"\",YES,uploaded,\"\",2026-11-19 09:55:14,7,\n";
  const std::string not_audited = "Alpha,Alpha Sheriff,101-1-999,6,\"\"\"Cy Example\"\"\",,,uploaded,,,8,\n";
  std::filesystem::remove(folder() / "audited_imprinted_ids.csv");
  std::filesystem::remove(folder() / "ExampleDiscrepancyReport.csv");
  test::spit(folder() / "round_1/contestComparison.csv", text + differs + not_audited);
  Review review = run();
  EXPECT_TRUE(review.good()) << all_rows(review);
  EXPECT_EQ(review.findings.size(), 1u) << all_rows(review);
  for (const Check& check : review.checks) EXPECT_EQ(check.good, check.of) << check.name;
  // A later round's file goes before it.
  test::spit(folder() / "round_2/contestComparison.csv", text + not_audited);
  review = run();
  EXPECT_FALSE(review.good());
  EXPECT_NE(all_rows(review).find("Alpha Sheriff: the cards drawn have 0, 0, 0, 0 discrepancies"), std::string::npos) << all_rows(review);
  EXPECT_TRUE(std::ranges::any_of(
      review.not_checked, [](const std::string& s) { return s.starts_with("round_1/contestComparison.csv is of an earlier round"); }));
}

TEST_F(CorlaReview, ACardNobodyDrew) {
  test::spit(folder() / "audited_imprinted_ids.csv", test::slurp(folder() / "audited_imprinted_ids.csv") + "9,Alpha,101-1-999\n");
  const Review review = run();
  EXPECT_TRUE(review.good());
  const ReviewFinding* finding = find(review, kDrawMismatch);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::warning);
  ASSERT_EQ(finding->rows.size(), 1u);
  EXPECT_NE(finding->rows[0].text.find("101-1-999"), std::string::npos);
}

TEST_F(CorlaReview, BatchesWithFewerVoteRecordsAreListedExactly) {
  change("batchCountComparison.csv", "Gamma,164,8,25,25,0", "Gamma,164,8,25,22,3");
  const Review review = run();
  EXPECT_FALSE(review.good());
  const ReviewFinding* finding = find(review, kReconcile);
  ASSERT_NE(finding, nullptr) << all_rows(review);
  ASSERT_EQ(finding->rows.size(), 1u);
  EXPECT_EQ(finding->rows[0].text, "Gamma, scanner 164, batch 8: 25 cards in the manifest, 22 vote records");
}

TEST_F(CorlaReview, DiscrepanciesThatAreNotCounted) {
  std::string text = test::slurp(folder() / "ExampleDiscrepancyReport.csv");
  text = std::regex_replace(text, std::regex("\"\"\"Di Example\"\"\""), "N/A");
  test::spit(folder() / "ExampleDiscrepancyReport.csv", text);
  expect_failure(kReconcile, "Alpha Sheriff: the cards drawn have 0, 1, 0, 0 discrepancies");
}

TEST_F(CorlaReview, AClaimAboveTheLimit) {
  // The limit of the record is a lower one: the risk is above it, the status says otherwise.
  change("round1-contest.csv", ",0.03000000,", ",0.01000000,");
  const Review review = run();
  EXPECT_FALSE(review.good());
  EXPECT_NE(find(review, kLimitNotMet, "Governor of Example"), nullptr) << all_rows(review);
}

TEST_F(CorlaReview, MissingFilesAreSaid) {
  std::filesystem::remove(folder() / "GammaBallotManifest.csv");
  std::filesystem::remove(folder() / "tabulate.csv");
  const Review review = run();
  EXPECT_FALSE(review.good());
  ASSERT_NE(find(review, kMissingFile), nullptr);
  EXPECT_NE(all_rows(review).find("Gamma"), std::string::npos);
  EXPECT_TRUE(std::ranges::any_of(
      review.not_checked, [](const std::string& s) { return s.find("Governor of Example could not be redrawn") != std::string::npos; }));
  std::filesystem::remove(folder() / "seed.csv");
  EXPECT_FALSE(run().good());
}

TEST_F(CorlaReview, UnreadableFilesAreSaidWithTheirPlace) {
  change("AlphaBallotManifest.csv", ",101,8,22,", ",101,8,many,");
  expect_failure(kUnreadable, "AlphaBallotManifest.csv:2:4");
  change("AlphaBallotManifest.csv", ",101,8,many,", ",101,8,22,");
  test::spit(folder() / "tabulate.csv", "nothing\n");
  expect_failure(kUnreadable, "tabulate.csv");
}

TEST_F(CorlaReview, OtherFilesDoNoHarm) {
  for (const char* name : {"round5.csv", "round.csv", "round99999999999-contest.csv.txt", "notes.txt", ".csv", "photos/round_3/x.jpg.gz"})
    test::spit(folder() / name, "anything\n");
  const Review review = run();
  EXPECT_TRUE(review.good()) << all_rows(review);
  EXPECT_EQ(std::ranges::count(review.files, "other", &RecordFile::role), 6);
}

TEST_F(CorlaReview, NoRecordAtAll) {
  Progress silent(Progress::Mode::silent);
  const TemporaryFolder empty = TemporaryFolder::make().value();
  test::spit(empty.path() / "readme.txt", "hello\n");
  EXPECT_FALSE(review_corla(empty.path(), {}, silent));
  EXPECT_FALSE(review_corla(empty.path() / "absent", {}, silent));
}

TEST(CorlaBatchCounts, TheWrittenDifferenceIsComparedToo) {
  const std::string text =
      "county_name,scanner_id,batch_id,count_per_manifest,count_per_cvr_file,difference\nA,1,1,5,5,0\nA,1,2,5,6,-1\nA,1,3,5,5,1\n";
  const auto batches = parse_batch_counts(text, "b.csv");
  ASSERT_OK(batches);
  const std::vector<Row> rows = batch_count_differences(*batches, "b.csv");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].line, 3u);
  EXPECT_EQ(rows[1].line, 4u);
  EXPECT_FALSE(parse_batch_counts("a,b\n", "b.csv"));
  EXPECT_FALSE(
      parse_batch_counts("county_name,scanner_id,batch_id,count_per_manifest,count_per_cvr_file,difference\nA,1,1,5,x,0\n", "b.csv"));
}

}  // namespace
}  // namespace entente::measures::p3_elections::review
