// Published results of real elections: sums between levels, and votes, undervotes and overvotes against ballots.
#include <cstdio>

#include "measures/p3_elections/records/results.h"
#include "test_support.h"

namespace entente::measures::p3_elections::records {
namespace {

void print(const char* what, const ResultsCheck& check) {
  std::printf("%s: %llu of %llu\n", what, static_cast<unsigned long long>(check.good), static_cast<unsigned long long>(check.of));
}

TEST(PublishedResults, Colorado2024CountiesAndState) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = shared / "conformance/p3_elections/corla/2024general";
  const auto state = read_results(folder / "tabulate.csv"), county = read_results(folder / "tabulateCounty.csv");
  ASSERT_OK(state);
  ASSERT_OK(county);
  EXPECT_EQ(state->contests.size(), 725u);
  const ResultsCheck check = check_sums(*state, *county);
  print("choices whose counties add up to the state", check);
  EXPECT_EQ(check.of, 1'495u);
  EXPECT_EQ(check.good, check.of);
}

TEST(PublishedResults, ClarityDetailAndSummary) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = shared / "conformance/p3_elections/reporting";
  const auto detail = read_results(folder / "co2024-clarity-detail.xml.xz"), summary = read_results(folder / "co2024-clarity-summary.csv");
  ASSERT_OK(detail);
  ASSERT_OK(summary);
  EXPECT_EQ(detail->title, "2024 General");
  EXPECT_TRUE(detail->contradictions.empty());
  EXPECT_EQ(detail->contests.size(), 295u);
  const ResultsCheck within = check_sums(*detail);
  print("choices of Clarity's detail whose counties add up", within);
  EXPECT_EQ(within.of, 602u);
  EXPECT_EQ(within.good, within.of);
  const ResultsCheck across = check_sums(*summary, *detail);
  print("choices of Clarity's summary that are the sum of its detail", across);
  for (const ResultsFinding& f : across.findings) std::printf("  %s\n", f.text.c_str());
  EXPECT_EQ(across.good, across.of);
}

TEST(PublishedResults, BoulderStatementOfVotes) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto results = read_results(shared / "conformance/p3_elections/reporting/2023C-Boulder-County-Official-Statement-of-Votes.csv.xz");
  ASSERT_OK(results);
  const ResultsCheck check = check_identity(*results);
  print("contests of precincts whose votes, undervotes and overvotes are those of the ballots", check);
  EXPECT_EQ(check.of, 1'964u);
  EXPECT_EQ(check.good, check.of);
  // How many votes a ballot has, the file does not say; the identity shows it.
  EXPECT_NE(results->contest("City of Boulder Council Candidates"), nullptr);
}

}  // namespace
}  // namespace entente::measures::p3_elections::records
