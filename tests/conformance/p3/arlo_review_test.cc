// Georgia's audit of the primary of 19 May 2026, from what was published of it: every batch drawn again, both risks to every printed digit.
// Then one thing changed at a time: the review must fail and name it.
#include <gtest/gtest.h>
#include <cstdio>
#include <map>
#include <optional>

#include "measures/p3_elections/review/arlo.h"
#include "measures/p3_elections/tables/container.h"
#include "test_support.h"

namespace {

using namespace entente::measures::p3_elections::review;

Review reviewed(const std::filesystem::path& folder) {
  entente::Progress silent(entente::Progress::Mode::silent);
  auto out = review_arlo(folder, {}, silent);
  EXPECT_TRUE(out.has_value()) << out.error().str();
  return out.value_or(Review{});
}

const ReviewFinding* finding(const Review& r, std::string_view code, std::string_view contest = "") {
  for (const ReviewFinding& f : r.findings)
    if (f.code == code && (contest.empty() || f.contest == contest)) return &f;
  return nullptr;
}

bool has_row(const ReviewFinding* f, std::string_view text) {
  if (f == nullptr) return false;
  for (const Row& row : f->rows)
    if (row.text.find(text) != std::string::npos) return true;
  return false;
}

TEST(Georgia2026, IsReproduced) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Review r = reviewed(shared / "conformance/p3_elections/georgia/2026-05-19-primary");
  for (const Check& c : r.checks)
    std::printf("Georgia 2026, %s: %llu of %llu\n", c.name.c_str(), static_cast<unsigned long long>(c.good),
                static_cast<unsigned long long>(c.of));
  for (const ReviewFinding& f : r.findings) ADD_FAILURE() << f.code << ' ' << f.contest << ' ' << f.summary;
  for (const Check& c : r.checks) EXPECT_EQ(c.good, c.of) << c.name;
  const auto of = [&](std::string_view name) {
    for (const Check& c : r.checks)
      if (c.name == name) return c.of;
    return std::uint64_t{0};
  };
  EXPECT_EQ(of("batches redrawn: US Senate - Rep"), 134U);
  EXPECT_EQ(of("tickets as printed: US Senate - Rep"), 138U);
  EXPECT_EQ(of("batches redrawn: Governor - Dem"), 18U);
  EXPECT_EQ(of("risks recomputed to the printed digit"), 2U);
  EXPECT_EQ(of("batches in both manifest and totals"), 5640U);
  ASSERT_EQ(r.contests.size(), 2U);
  const ContestReview& senate = r.contests[0];
  EXPECT_EQ(senate.published_risk_text, "0.049083729");
  EXPECT_NEAR(*senate.recomputed_risk, 0.049083729, 5e-10);
  EXPECT_EQ(senate.winners, (std::vector<std::string>{"Mike Collins", "Derek Dooley"}));  // the two of the runoff
  EXPECT_EQ(senate.outcome, ContestReview::Outcome::confirmed);
  EXPECT_EQ(senate.draws, 138U);
  EXPECT_EQ(senate.distinct, 134U);
  EXPECT_EQ(senate.path.size(), 138U);
  EXPECT_EQ(senate.drawn.size(), 138U);
  EXPECT_EQ(senate.cards, 2081564U);
  // Changes of the batches drawn, each once; added up by hand from the report's columns.
  const auto changes = [](const ContestReview& c) {
    const BatchChanges& b = c.batch_changes;
    return std::vector<std::uint64_t>{b.batches, b.changed, b.votes_more, b.votes_fewer, b.margin_over, b.margin_under};
  };
  EXPECT_EQ(senate.compared, ContestReview::Compared::batches);
  EXPECT_EQ(changes(senate), (std::vector<std::uint64_t>{134, 15, 10, 38, 30, 0}));
  EXPECT_EQ(changes(r.contests[1]), (std::vector<std::uint64_t>{18, 3, 4, 0, 4, 0}));
  EXPECT_EQ(senate.drawn[5].name, "BARTOW, ED-Hamilton Crossing ICP 2 - 0");
  EXPECT_EQ(senate.drawn[5].note,
            "ticket 0.854501807041964803: the hand count found Mike Collins +1, Derek Dooley -1; the margin was overstated by 1");
  EXPECT_EQ(r.contests[1].published_risk_text, "0.041726014");
  EXPECT_NEAR(*r.contests[1].recomputed_risk, 0.041726014, 5e-10);
  EXPECT_EQ(r.contests[1].draws, 18U);
  EXPECT_EQ(r.seed, "06712221796172622814");
  EXPECT_TRUE(r.good());
  ASSERT_EQ(r.not_checked.size(), 2U);  // what is bound by nothing
  EXPECT_NE(r.not_checked[0].find("558 batches counted beside the sample (EXTRA)"), std::string::npos) << r.not_checked[0];
  EXPECT_NE(r.not_checked[1].find("times"), std::string::npos);
  EXPECT_EQ(entente::json_compact(to_json(r)),
            entente::json_compact(to_json(reviewed(shared / "conformance/p3_elections/georgia/2026-05-19-primary"))));
}

// The record as loose files, so that one of them can be changed. They are made once; a test puts back what it changed.
class ChangedRecord : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto shared = entente::test::shared_dir();
    if (!shared) return;
    const auto from = *shared / "conformance/p3_elections/georgia/2026-05-19-primary";
    folder_.emplace(entente::TemporaryFolder::make().value());
    entente::test::spit(path("final_audit_report.csv"), entente::test::slurp(from / "final_audit_report.csv"));
    for (const std::string archive : {"manifests", "candidate_totals"}) {
      const auto members = entente::measures::p3_elections::tables::read_members(from / (archive + ".zip"));
      ASSERT_OK(members);
      for (const auto& m : *members) entente::test::spit(path(archive + "/" + m.name), m.content);
    }
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override {
    if (!folder_) GTEST_SKIP() << "no shared data: put ../shared beside the checkout or set ENTENTE_SHARED";
  }
  void TearDown() override {
    for (const auto& [name, text] : before_) entente::test::spit(path(name), text);
  }
  [[nodiscard]] static std::filesystem::path path(const std::string& name) { return folder_->path() / name; }
  // The text of a file, which the test may then write anew.
  [[nodiscard]] std::string text_of(const std::string& name) {
    return before_.emplace(name, entente::test::slurp(path(name))).first->second;
  }
  // The first `before` in the file becomes `after`.
  void change(const std::string& name, const std::string& before, const std::string& after) {
    std::string text = text_of(name);
    const auto at = text.find(before);
    ASSERT_NE(at, std::string::npos) << before;
    text.replace(at, before.size(), after);
    entente::test::spit(path(name), text);
  }
  [[nodiscard]] static Review review() { return reviewed(folder_->path()); }
  static constexpr const char* kReport = "final_audit_report.csv";
  static constexpr const char* kBaker =
      "candidate_totals/BAKER/candidate-totals-by-batch-BAKER-May-19-2026-General-Primary-Election-2026-05-27T1945Z.csv";
  static constexpr const char* kBakerManifest =
      "manifests/BAKER/ballot-manifest-BAKER-May-19-2026-General-Primary-Election-2026-05-27T1944Z.csv";

 private:
  static inline std::optional<entente::TemporaryFolder> folder_;
  std::map<std::string, std::string> before_;
};

TEST_F(ChangedRecord, LooseFilesAreTheSameRecord) {
  const Review r = review();
  EXPECT_TRUE(r.findings.empty());
  for (const Check& c : r.checks) EXPECT_EQ(c.good, c.of) << c.name;
}

TEST_F(ChangedRecord, OneVoteOfOneBatch) {
  change(kBaker, "AV-Elections Office ICP 1 - 0,31,34,0,25,1", "AV-Elections Office ICP 1 - 0,31,35,0,25,1");
  const Review r = review();
  EXPECT_FALSE(r.good());
  EXPECT_TRUE(has_row(finding(r, kReconcile, "US Senate - Rep"), "Mike Collins: batches add up to 369639"));
  bool named = false;
  for (const ReviewFinding& f : r.findings)
    named = named || (f.code == kReconcile && has_row(&f, "BAKER, AV-Elections Office ICP 1 - 0: US Senate - Rep printed"));
  EXPECT_TRUE(named);
}

TEST_F(ChangedRecord, OneRowOfAManifestGone) {
  std::string text = text_of(kBakerManifest);
  const auto second = text.find('\n', text.find('\n') + 1), first = text.find('\n');
  const std::string gone = text.substr(first + 1, second - first - 1);
  text.erase(first, second - first);
  entente::test::spit(path(kBakerManifest), text);
  const Review r = review();
  EXPECT_FALSE(r.good());
  EXPECT_TRUE(has_row(finding(r, kManifest), "BAKER, ")) << gone;
  EXPECT_NE(finding(r, kReconcile), nullptr);  // cards too few
}

TEST_F(ChangedRecord, TwoRowsOfTheTotalsExchanged) {
  std::string text = text_of(kBaker);
  const auto header = text.find('\n') + 1, second = text.find('\n', header) + 1, third = text.find('\n', second) + 1;
  text = text.substr(0, header) + text.substr(second, third - second) + text.substr(header, second - header) + text.substr(third);
  entente::test::spit(path(kBaker), text);
  // Sums stay as they are; whether the draw feels it depends on where its numbers fall. It must not be read as another record.
  const Review r = review();
  EXPECT_EQ(finding(r, kReconcile), nullptr);
  EXPECT_EQ(finding(r, kManifest), nullptr);
}

TEST_F(ChangedRecord, OneDigitOfTheSeed) {
  change(kReport, "06712221796172622814", "06712221796172622815");
  const Review r = review();
  EXPECT_NE(finding(r, kDrawMismatch, "US Senate - Rep"), nullptr);
  EXPECT_NE(finding(r, kDrawMismatch, "Governor - Dem"), nullptr);
}

TEST_F(ChangedRecord, TheSeedsLeadingZeroLost) {
  change(kReport, "06712221796172622814", "6712221796172622814");
  const Review r = review();
  EXPECT_NE(finding(r, kDrawMismatch), nullptr);
  EXPECT_NE(finding(r, kSeedShort), nullptr);
}

TEST_F(ChangedRecord, OneDigitOfARisk) {
  change(kReport, "0.049083729", "0.049083728");
  const Review r = review();
  ASSERT_EQ(r.findings.size(), 1U);
  EXPECT_EQ(r.findings[0].code, kRiskMismatch);
  EXPECT_EQ(r.findings[0].contest, "US Senate - Rep");
  EXPECT_EQ(r.findings[0].rows[0].line, 16U);
}

TEST_F(ChangedRecord, OneDigitOfATicket) {
  change(kReport, "0.427297706310130710", "0.427297706310130711");
  const Review r = review();
  ASSERT_EQ(r.findings.size(), 1U);
  EXPECT_EQ(r.findings[0].code, kDrawMismatch);
  ASSERT_EQ(r.findings[0].rows.size(), 1U);
  EXPECT_TRUE(
      has_row(&r.findings[0], "BALDWIN, ED-North Baldwin ICP 1 - 0: printed 0.427297706310130711; the draw gives 0.427297706310130710"));
}

TEST_F(ChangedRecord, ATicketThatIsNone) {
  change(kReport, "0.427297706310130710", "1.427297706310130710");
  const Review r = review();
  ASSERT_EQ(r.findings.size(), 1U);
  EXPECT_EQ(r.findings[0].code, kDrawMismatch);
  EXPECT_TRUE(
      has_row(&r.findings[0], "BALDWIN, ED-North Baldwin ICP 1 - 0: printed 1.427297706310130710; the draw gives 0.427297706310130710"));
}

TEST_F(ChangedRecord, TheRoundOfAnExtraBatch) {
  change(kReport, "Round 1: EXTRA", "Round 4: EXTRA");
  const Review r = review();
  ASSERT_EQ(r.findings.size(), 1U);
  EXPECT_TRUE(has_row(finding(r, kDrawMismatch, "US Senate - Rep"),
                      "APPLING, AV-Elections Office ICP 1 - 0: printed EXTRA of round 4, which the report does not have"));
}

TEST_F(ChangedRecord, OneVoteOfAHandCount) {
  // Terrell, ED-Dawson ICP 1: its count moves the risk.
  std::string text = text_of(kReport);
  const auto row = text.find("TERRELL,ED-Dawson ICP 1 - 0");
  ASSERT_NE(row, std::string::npos);
  const auto second = text.find("Carter: 28", row) + 9;  // 28 becomes 29
  text[second] = text[second] == '9' ? '8' : static_cast<char>(text[second] + 1);
  entente::test::spit(path(kReport), text);
  const Review r = review();
  EXPECT_NE(finding(r, kRiskMismatch, "US Senate - Rep"), nullptr);
  EXPECT_TRUE(has_row(finding(r, kReconcile), "TERRELL, ED-Dawson ICP 1 - 0: US Senate - Rep: change printed"));
}

TEST_F(ChangedRecord, ADrawnBatchNotInTheReport) {
  std::string text = text_of(kReport);
  const auto row = text.find("BALDWIN,ED-North Baldwin ICP 1 - 0");
  text.erase(row, text.find('\n', row) + 1 - row);
  entente::test::spit(path(kReport), text);
  const Review r = review();
  EXPECT_TRUE(has_row(finding(r, kDrawMismatch, "US Senate - Rep"),
                      "BALDWIN, ED-North Baldwin ICP 1 - 0: drawn with ticket 0.427297706310130710, not in the report"));
  EXPECT_NE(finding(r, kRiskMismatch), nullptr);
  EXPECT_NE(finding(r, kReconcile), nullptr);  // the sums of the last row
}

TEST_F(ChangedRecord, AManifestGone) {
  (void)text_of(kBakerManifest);
  std::filesystem::remove(path(kBakerManifest));
  const Review r = review();
  EXPECT_TRUE(has_row(finding(r, kMissingFile), "BAKER: no manifest"));
}

}  // namespace
