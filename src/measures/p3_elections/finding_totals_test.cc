// The finding for P3-03 of small bundles made here: totals that follow, totals that do not, and votes stuffed with a second record of a
// card.
#include "core/file.h"
#include "measures/p3_elections/findings.h"
#include "measures/p3_elections/measure_elections.h"
#include "test_support.h"

namespace entente::measures::p3_elections {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kTotalsHead =
    "Example,5.10\n,,,,,,,,Mayor (Vote For=1),Mayor (Vote For=1)\n,,,,,,,,Ada Example,Ben Example\n"
    "CvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId,CountingGroup,PrecinctPortion,BallotType,A,B\n";
constexpr std::string_view kTotalsCards = "1,1,1,1,1-1-1,Mail,P1,T1,1,0\n2,1,1,2,1-1-2,Mail,P1,T1,0,1\n3,1,1,3,1-1-3,Mail,P1,T1,1,0\n";

std::string totals_results(int ada, int ben) {
  return fmt::format(
      "\"line number\",\"contest name\",\"choice name\",\"party name\",\"total votes\",\"percent of votes\",\"registered "
      "voters\",\"ballots "
      "cast\",\"num Precinct total\",\"num Precinct rptg\",\"over votes\",\"under votes\"\n"
      "1,\"Mayor\",\"Ada Example\",\"\",{},0,0,0,1,1,0,0\n2,\"Mayor\",\"Ben Example\",\"\",{},0,0,0,1,1,0,0\n",
      ada, ben);
}

Finding totals_of(const std::string& cards, const std::string& results) {
  const auto folder = TemporaryFolder::make();
  EXPECT_OK(folder);
  std::vector<evidence::Item> items;
  for (const auto& [kind, name, content] : {std::tuple("elections.cvr", "cvr.csv", std::string(kTotalsHead) + cards),
                                            std::tuple("elections.results", "results.csv", results)}) {
    EXPECT_OK(write_file_atomic(folder->path() / name, content));
    items.push_back({.kind = kind,
                     .from = folder->path() / name,
                     .path = fmt::format("evidence/{}/{}", kind, name),
                     .media_type = "text/csv",
                     .collected_at = *parse_time("2026-11-19T00:00:00Z"),
                     .source = "test"});
  }
  Progress progress(Progress::Mode::silent);
  const auto bundle = evidence::create(folder->path() / "bundle", items, progress);
  EXPECT_OK(bundle);
  if (!bundle) return {};
  const auto findings = elections_measure().assess({}, *bundle, *parse_time("2026-11-20T00:00:00Z"), progress);
  EXPECT_OK(findings);
  for (const Finding& one : *findings)
    if (one.control == kTotalsFollow) return one;
  ADD_FAILURE() << "no finding for P3-03";
  return {};
}

TEST(TotalsFinding, EqualTotalsSatisfyAndOthersDoNot) {
  const Finding equal = totals_of(std::string(kTotalsCards), totals_results(2, 1));
  EXPECT_EQ(equal.status, Status::satisfied) << equal.summary;
  EXPECT_TRUE(equal.rows.empty());
  EXPECT_EQ(equal.detail["duplicate_cards"], 0);
  const Finding apart = totals_of(std::string(kTotalsCards), totals_results(3, 1));
  EXPECT_EQ(apart.status, Status::not_satisfied);
  EXPECT_THAT(apart.fix, HasSubstr("Ada Example"));
}

TEST(TotalsFinding, ResultsThatContradictThemselvesAreAFailureThoughTheTotalsAreEqual) {
  const Finding one = totals_of(
      std::string(kTotalsCards),
      R"(<?xml version="1.0"?><ElectionResult><Contest key="1" text="Mayor" voteFor="1"><Choice key="1" text="Ada Example" totalVotes="2">)"
      R"(<VoteType name="Mail" votes="2"><County name="X" votes="90"/></VoteType></Choice><Choice key="2" text="Ben Example" totalVotes="1"/>)"
      R"(</Contest></ElectionResult>)");
  EXPECT_EQ(one.detail["not_equal"], 0);
  EXPECT_EQ(one.detail["contradictions"], 1);
  EXPECT_EQ(one.status, Status::not_satisfied) << one.summary;
  ASSERT_EQ(one.rows.size(), 1U);
  EXPECT_THAT(one.rows[0]["text"].get<std::string>(), HasSubstr("90"));
  EXPECT_THAT(one.fix, HasSubstr("90"));
}

TEST(TotalsFinding, ASecondRecordOfACardIsAFailureThoughTheTotalsAreEqual) {
  const Finding stuffed = totals_of(std::string(kTotalsCards) + "4,1,1,3,1-1-3,Mail,P1,T1,1,0\n", totals_results(3, 1));
  EXPECT_EQ(stuffed.detail["not_equal"], 0);
  EXPECT_EQ(stuffed.status, Status::not_satisfied) << stuffed.summary;
  EXPECT_EQ(stuffed.detail["duplicate_cards"], 1);
  EXPECT_THAT(stuffed.summary, HasSubstr("1 record of a card that has one already"));
  ASSERT_EQ(stuffed.rows.size(), 1U);
  EXPECT_EQ(stuffed.rows[0]["code"], "P3-CVR-DUPLICATE");
  EXPECT_THAT(stuffed.rows[0]["place"].get<std::string>(), HasSubstr("cvr.csv:8"));
  EXPECT_THAT(stuffed.rows[0]["text"].get<std::string>(), HasSubstr("1-1-3"));
  ASSERT_EQ(stuffed.places.size(), 1U);
  EXPECT_EQ(stuffed.places[0].pointer, "line 8");
  EXPECT_THAT(stuffed.fix, HasSubstr("1-1-3"));
}

}  // namespace
}  // namespace entente::measures::p3_elections
