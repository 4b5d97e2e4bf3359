// Colorado's official records: sample sizes 2018–2022, the whole general election of 2024, and what single changes to it do.
#include <algorithm>
#include <cstdio>

#include "measures/p3_elections/records/manifest.h"
#include "measures/p3_elections/review/corla.h"
#include "measures/p3_elections/risk/kaplan_markov.h"
#include "measures/p3_elections/sampling/corla.h"
#include "measures/p3_elections/tables/container.h"
#include "measures/p3_elections/tables/csv.h"
#include "test_support.h"

namespace entente::measures::p3_elections {
namespace {

std::filesystem::path corla_dir(const std::filesystem::path& shared) { return shared / "conformance/p3_elections/corla"; }

review::Review reviewed(const std::filesystem::path& folder) {
  Progress silent(Progress::Mode::silent);
  auto result = review::review_corla(folder, {}, silent);
  EXPECT_OK(result);
  return result ? std::move(*result) : review::Review{};
}

const review::Check& check(const review::Review& review, std::string_view name) {
  const auto found = std::ranges::find_if(review.checks, [&](const review::Check& c) { return c.name.find(name) != std::string::npos; });
  static const review::Check none{.name = "no such check", .good = 0, .of = 0};
  EXPECT_NE(found, review.checks.end()) << name;
  return found == review.checks.end() ? none : *found;
}

bool fails_with(const review::Review& review, std::string_view code, std::string_view text) {
  return !review.good() && std::ranges::any_of(review.findings, [&](const review::ReviewFinding& f) {
    return f.code == code && f.severity == review::Severity::failure &&
           std::ranges::any_of(f.rows, [&](const review::Row& row) { return (row.file + ' ' + row.text).find(text) != std::string::npos; });
  });
}

TEST(CorlaSizes, AllOfficialRows) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const std::string text = test::slurp(corla_dir(shared) / "km_rows_2018_2022.csv");
  tables::CsvReader reader(text, "km_rows_2018_2022.csv");
  tables::CsvRow row;
  ASSERT_TRUE(reader.next(row).value());  // election,round_file,contest_name,winners_allowed,ballot_card_count,contest_ballot_card_count,…
  ASSERT_EQ(row.cell(16), "estimated_samples_to_audit");
  std::size_t rows = 0, good = 0;
  while (reader.next(row).value()) {
    const auto number = [&](std::size_t column) { return tables::plain_count(row.cell(column)).value(); };
    risk::KaplanMarkov a;
    a.cards = number(4);
    a.margin = number(6);
    a.gamma_e8 = risk::parse_e8(row.cell(8)).value();
    a.over2 = number(9), a.over1 = number(10), a.under1 = number(11), a.under2 = number(12);
    a.draws = number(13);
    const auto optimistic = risk::kaplan_markov_size(a, risk::parse_e8(row.cell(7)).value());
    ASSERT_OK(optimistic);
    ++rows;
    // The column `overstatements`, which the extract leaves out, is 0 in every published row.
    good += *optimistic == number(15) && risk::kaplan_markov_estimated(*optimistic, a, 0) == number(16);
  }
  std::printf("sample sizes: %zu of %zu official rows\n", good, rows);
  EXPECT_EQ(rows, 13'084u);
  EXPECT_EQ(good, rows);
}

TEST(CorlaSampler, PublishedVector) {
  // golden/sampler_vectors.json: corla_seed_53417960661093690826_1_4746866_repl_100, the first of them.
  EXPECT_EQ(sampling::corla_draws("53417960661093690826", 1, 5, 4'746'866),
            (std::vector<std::uint64_t>{950'139, 2'630'014, 3'592'308, 4'200'671, 4'182'544}));
}

TEST(Corla2024, TheWholeElection) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const review::Review review = reviewed(corla_dir(shared) / "2024general");
  for (const review::Check& c : review.checks)
    std::printf("%s: %llu of %llu\n", c.name.c_str(), static_cast<unsigned long long>(c.good), static_cast<unsigned long long>(c.of));
  EXPECT_TRUE(review.good());
  for (const review::Check& c : review.checks) EXPECT_EQ(c.good, c.of) << c.name;
  EXPECT_EQ(review.seed, "53417960661093690826");
  EXPECT_EQ(check(review, "manifests of the counties").of, 63u);
  EXPECT_EQ(check(review, "population").of, 725u);
  EXPECT_EQ(check(review, "published risks recomputed").of, 613u);
  EXPECT_EQ(check(review, "without a margin").of, 112u);
  EXPECT_EQ(check(review, "sample sizes").of, 1'450u);
  EXPECT_EQ(check(review, "sum of the counties").of, 1'495u);
  EXPECT_EQ(check(review, "vote records").of, 54'049u);
  EXPECT_EQ(check(review, "draws of 65 targeted contests").of, 4'988u);
  EXPECT_EQ(check(review, "audited cards that were drawn").of, 4'897u);
  EXPECT_EQ(check(review, "whose discrepancies").of, 65u);
  EXPECT_EQ(check(review, "selections").of, 65u);
  EXPECT_EQ(review.contests.size(), 725u);
  // Two-vote overstatements of one card drawn twice count twice: the audit of this contest was not at its end.
  const auto dolores = std::ranges::find(review.contests, "Dove Creek Ambulance District Ballot Issue 6A", &review::ContestReview::name);
  ASSERT_NE(dolores, review.contests.end());
  EXPECT_EQ(dolores->draws, 107u);
  EXPECT_EQ(dolores->distinct, 102u);
  EXPECT_EQ(dolores->over2, 2u);
  EXPECT_EQ(dolores->outcome, review::ContestReview::Outcome::not_confirmed);
  // Findings of a good record: what it leaves open.
  for (const review::ReviewFinding& f : review.findings) {
    EXPECT_NE(f.severity, review::Severity::failure);
    std::printf("%s (%s) %s\n", f.code.c_str(), std::string(to_string(f.severity)).c_str(), f.summary.c_str());
  }
}

TEST(CorlaReconcile, DiscrepanciesAreListedExactly) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto rows_of = [&](const std::string& name, std::size_t expected_batches) {
    const std::string text = tables::read_packed(corla_dir(shared) / name).value();
    const auto batches = review::parse_batch_counts(text, name);
    EXPECT_OK(batches);
    if (!batches) return std::vector<std::string>{};
    EXPECT_EQ(batches->size(), expected_batches);
    std::vector<std::string> out;
    for (const review::Row& row : review::batch_count_differences(*batches, name)) out.push_back(row.text);
    std::printf("%s: %zu of %zu batches differ\n", name.c_str(), out.size(), batches->size());
    return out;
  };
  EXPECT_EQ(rows_of("reconcile/2018G-batchCountComparison.csv.xz", 49'110),
            (std::vector<std::string>{"Archuleta, scanner 1, batch 206: 24 cards in the manifest, 23 vote records",
                                      "Jefferson, scanner 2, batch 75: 200 cards in the manifest, 196 vote records",
                                      "Jefferson, scanner 2, batch 76: 196 cards in the manifest, 200 vote records",
                                      "Summit, scanner 1, batch 277: 25 cards in the manifest, 24 vote records",
                                      "Summit, scanner 1, batch 450: 25 cards in the manifest, 26 vote records"}));
  EXPECT_EQ(rows_of("reconcile/2019-batchCountComparison.csv.xz", 22'713),
            (std::vector<std::string>{"Fremont, scanner 101, batch 370: 25 cards in the manifest, 50 vote records"}));
  EXPECT_TRUE(rows_of("2024general/batchCountComparison.csv.xz", 54'049).empty());
}

// A copy of the real record with one thing changed: the review fails and names it.
class Corla2024Changed : public testing::Test {
 protected:
  void SetUp() override {
    const auto shared = test::shared_dir();
    if (!shared) GTEST_SKIP() << "no shared data: put ../shared beside the checkout or set ENTENTE_SHARED";
    for (const auto& entry : std::filesystem::directory_iterator(corla_dir(*shared) / "2024general"))
      test::spit(folder() / entry.path().filename(), test::slurp(entry.path()));
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return temporary_.path(); }
  void change(const std::string& file, const std::string& from, const std::string& to) {
    std::string text = test::slurp(folder() / file);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from << " in " << file;
    before_ = text;
    test::spit(folder() / file, text.replace(at, from.size(), to));
  }
  void restore(const std::string& file) { test::spit(folder() / file, before_); }

 private:
  TemporaryFolder temporary_ = TemporaryFolder::make().value();
  std::string before_;
};

TEST_F(Corla2024Changed, EachIsNamed) {
  const auto expect = [&](const std::string& file, const std::string& from, const std::string& to, std::string_view code,
                          std::string_view text) {
    change(file, from, to);
    EXPECT_TRUE(fails_with(reviewed(folder()), code, text)) << file << ": " << from << " → " << to;
    restore(file);
  };
  expect("seed.csv", "53417960661093690826", "53417960661093690827", review::kDrawMismatch, "draw 1: ");
  expect("tabulateCounty.csv", "Kamala D. Harris / Tim Walz,124050", "Kamala D. Harris / Tim Walz,124051", review::kReconcile,
         "Presidential Electors, Kamala D. Harris / Tim Walz");
  expect("tabulate.csv", "No/Against,142021", "No/Against,142022", review::kReconcile, "17th Judicial District Ballot Question 7B");
  expect("AdamsBallotManifest.csv", "Adams,101,1,100,", "Adams,101,1,101,", review::kManifest, "Adams 101-1: 100 cards, 101 in");
  expect("ResultsReportSummary.csv", "\"Lynn Baca\",\"Yes\",\"2.8\"", "\"Lynn Baca\",\"Yes\",\"2.7\"", review::kRiskMismatch,
         "Adams County Commissioner - District 5: the risk in percent is published as 2.7, but is 2.8");
  expect("round3-contest.csv", ",1.03905000,0,193,193", ",1.03905000,0,192,193", review::kRiskMismatch,
         "Adams County Commissioner - District 5");
  expect("audited_imprinted_ids.csv", "1,Adams,101-101-7", "1,Adams,101-101-8", review::kDrawMismatch,
         "Adams 101-101-7, not among the audited cards");
  expect("contestsByCounty.csv", "1,Adams,Adams County Commissioner - District 5,", "2,Alamosa,Adams County Commissioner - District 5,",
         review::kManifest, "Adams County Commissioner - District 5: 468858 cards published");
}

TEST(CorlaManifests, AllAreReadWithTheirCards) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::uint64_t cards = 0, batches = 0, files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corla_dir(shared) / "2024general")) {
    if (!entry.path().filename().string().ends_with("BallotManifest.csv")) continue;
    const auto manifest = records::read_manifest(entry.path());
    ASSERT_OK(manifest);
    ++files;
    cards += manifest->cards();
    batches += manifest->batches.size();
    EXPECT_TRUE(manifest->has_county && manifest->has_tabulator && manifest->has_location) << entry.path();
    EXPECT_TRUE(manifest->duplicates().empty());
  }
  std::printf("manifests: %llu with %llu batches and %llu cards\n", static_cast<unsigned long long>(files),
              static_cast<unsigned long long>(batches), static_cast<unsigned long long>(cards));
  EXPECT_EQ(files, 63u);
  EXPECT_EQ(cards, 4'746'866u);
  EXPECT_EQ(batches, 54'049u);
}

TEST(OtherManifests, WorkbooksArchivesAndTheZoo) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const std::filesystem::path root = shared / "conformance/p3_elections";
  const auto cards = [&](const std::filesystem::path& path) {
    const auto manifest = records::read_manifest(path);
    EXPECT_OK(manifest);
    return manifest ? manifest->cards() : 0;
  };
  EXPECT_EQ(cards(root / "shangrla/SFDA2019/N19 ballot manifest with WH location for RLA Upload VBM 11-14.xlsx"), 293'555u);
  EXPECT_EQ(cards(root / "cvr/shangrla-tests/Hart_manifest.xlsx"), 1'141'765u);
  EXPECT_GT(cards(root / "shangrla/OC_full_manifest.xlsx"), 1'000'000u);
  EXPECT_EQ(cards(root / "cvr/dominion-csv-corla/zoo/arapahoe-unsorted-manifest.csv"), 165u);
  EXPECT_EQ(cards(root / "cvr/arlo-fixtures/small-election/Kendall Park - ballot manifest.csv"), 500u);
  const auto members = tables::read_members(root / "georgia/2026-05-19-primary/manifests.zip");
  ASSERT_OK(members);
  std::size_t read = 0;
  for (const tables::Member& member : *members) {
    const auto manifest = records::parse_manifest(member.content, member.name);
    EXPECT_OK(manifest);
    read += manifest && manifest->has_container;
  }
  std::printf("Georgia 2026: %zu of %zu manifests read\n", read, members->size());
  EXPECT_EQ(read, 159u);
}

}  // namespace
}  // namespace entente::measures::p3_elections
