// Reported results against counted votes: names that are nearly one, write-ins left out, units that do not add up.
#include "measures/p3_elections/totals.h"

#include <fmt/format.h>

#include "test_support.h"

namespace entente::measures::p3_elections {
namespace {

using State = TotalsRow::State;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// One contest "Mayor" with a column a choice, and as many cards for each as said.
std::string votes_csv(const std::vector<std::pair<std::string, int>>& choices, std::string_view contest = "Mayor") {
  std::string contests = ",,,,", names = ",,,,", kinds = "CvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId", cards;
  for (const auto& [name, votes] : choices) {
    contests += fmt::format(",{} (Vote For=1)", contest);
    names += "," + name;
    kinds += ",";
  }
  int number = 0;
  for (std::size_t c = 0; c < choices.size(); ++c) {
    for (int i = 0; i < choices[c].second; ++i) {
      ++number;
      cards += fmt::format("{0},1,1,{0},1-1-{0}", number);
      for (std::size_t k = 0; k < choices.size(); ++k) cards += k == c ? ",1" : ",0";
      cards += "\n";
    }
  }
  return "Example,5.10\n" + contests + "\n" + names + "\n" + kinds + "\n" + cards;
}

struct Listed {
  std::string contest, choice;
  int votes = 0;
};

std::string summary_csv(const std::vector<Listed>& rows, int over = 0, int under = 0) {
  std::string out =
      "\"line number\",\"contest name\",\"choice name\",\"party name\",\"total votes\",\"percent of votes\",\"registered voters\","
      "\"ballots cast\",\"num Precinct total\",\"num Precinct rptg\",\"over votes\",\"under votes\"\n";
  for (const Listed& row : rows) out += fmt::format("1,{},{},,{},0,0,0,1,1,{},{}\n", row.contest, row.choice, row.votes, over, under);
  return out;
}

TotalsComparison compared(const std::string& votes, const std::string& results) {
  const records::CvrSource source{.name = "votes", .bytes = votes};
  const auto read = records::read_cvrs(std::span(&source, 1));
  const auto reported = records::parse_results(results, "results");
  EXPECT_OK(read);
  EXPECT_OK(reported);
  if (!read || !reported) return {};
  return compare_totals(read->table, records::tabulate(read->table), *reported);
}

std::vector<State> states(const TotalsComparison& of) {
  std::vector<State> out;
  for (const TotalsRow& row : of.rows) out.push_back(row.state);
  return out;
}

TEST(Totals, NamesMatchButForCaseAndBlanksWhereNoDoubtIsLeft) {
  const TotalsComparison one =
      compared(votes_csv({{"Ada Example", 2}, {"Ben", 1}}), summary_csv({{"MAYOR", "ada  example", 2}, {"MAYOR", "BEN", 1}}));
  EXPECT_THAT(states(one), ElementsAre(State::equal, State::equal));
  EXPECT_TRUE(one.good());
}

TEST(Totals, ExactNamesComeFirst) {
  const std::string votes = votes_csv({{"Ada", 6}, {"ADA", 3}, {"Ben", 4}});
  const TotalsComparison all = compared(votes, summary_csv({{"Mayor", "ADA", 3}, {"Mayor", "Ada", 6}, {"Mayor", "Ben", 4}}));
  EXPECT_THAT(states(all), ElementsAre(State::equal, State::equal, State::equal));
  const TotalsComparison hidden = compared(votes, summary_csv({{"Mayor", "Ada", 6}, {"Mayor", "Ben", 4}}));
  EXPECT_THAT(states(hidden), ElementsAre(State::equal, State::equal, State::only_in_votes));
  EXPECT_EQ(hidden.rows[2].from_votes, 3U);
  const TotalsComparison doubtful = compared(votes, summary_csv({{"Mayor", "ada", 6}, {"Mayor", "Ben", 4}}));
  EXPECT_EQ(states(doubtful)[0], State::name_twice);
  EXPECT_FALSE(doubtful.good());
}

TEST(Totals, ASecondResultOfNearlyOneNameIsADifference) {
  const std::string votes = votes_csv({{"Ada", 6}, {"Ben", 4}});
  const TotalsComparison choice = compared(votes, summary_csv({{"Mayor", "Ada", 6}, {"Mayor", "ADA", 6}, {"Mayor", "Ben", 4}}));
  EXPECT_THAT(states(choice), ElementsAre(State::equal, State::name_twice, State::equal));
  EXPECT_FALSE(choice.good());
  const TotalsComparison contest =
      compared(votes, summary_csv({{"Mayor", "Ada", 6}, {"Mayor", "Ben", 4}, {"MAYOR", "Ada", 6}, {"MAYOR", "Ben", 4}}));
  EXPECT_THAT(states(contest), ElementsAre(State::equal, State::equal, State::name_twice));
  EXPECT_EQ(contest.differing, 1U);
  // Neither is the votes' own spelling.
  const TotalsComparison neither = compared(votes, summary_csv({{"Mayor", "ADA", 6}, {"Mayor", "ada", 6}, {"Mayor", "Ben", 4}}));
  EXPECT_THAT(states(neither), ElementsAre(State::name_twice, State::name_twice, State::equal, State::only_in_votes));
}

TEST(Totals, AWriteInIsListedAndMayNotHaveMoreVotesThanAListedChoice) {
  const std::vector<Listed> listed{{"Mayor", "Ada", 2}, {"Mayor", "Ben", 1}};
  const TotalsComparison few = compared(votes_csv({{"Ada", 2}, {"Ben", 1}, {"Write-in Zoe", 1}}), summary_csv(listed));
  EXPECT_THAT(states(few), ElementsAre(State::equal, State::equal, State::write_in));
  EXPECT_TRUE(few.good());
  const TotalsComparison most = compared(votes_csv({{"Ada", 2}, {"Ben", 1}, {"Write-in Zoe", 9}}), summary_csv(listed));
  EXPECT_THAT(states(most), ElementsAre(State::equal, State::equal, State::only_in_votes));
  EXPECT_EQ(most.differing, 1U);
  EXPECT_EQ(most.difference, 9U);
}

TEST(Totals, OvervotesAndUndervotesAreComparedWhereTheResultsHaveAny) {
  const std::string votes = votes_csv({{"Ada", 2}, {"Ben", 1}}) + "9,1,1,9,1-1-9,1,1\n10,1,1,10,1-1-10,0,0\n";
  const std::vector<Listed> listed{{"Mayor", "Ada", 2}, {"Mayor", "Ben", 1}};
  EXPECT_TRUE(compared(votes, summary_csv(listed)).good());
  EXPECT_TRUE(compared(votes, summary_csv(listed, 1, 1)).good());
  const TotalsComparison lie = compared(votes, summary_csv(listed, 999, 1));
  EXPECT_THAT(states(lie), ElementsAre(State::equal, State::equal, State::different));
  EXPECT_EQ(lie.rows[2].choice, "overvotes");
  EXPECT_EQ(lie.rows[2].from_votes, 1U);
  EXPECT_EQ(compared(votes, summary_csv(listed, 1, 999)).rows[2].choice, "undervotes");
}

std::string clarity(std::string_view ada) {
  return fmt::format(
      R"(<?xml version="1.0"?><ElectionResult><ElectionName>E</ElectionName><Contest key="1" text="Mayor" voteFor="1">)"
      R"(<Choice key="1" text="Ada" totalVotes="6">{}</Choice><Choice key="2" text="Ben" totalVotes="4"/></Contest></ElectionResult>)",
      ada);
}

TEST(Totals, UnitsThatDoNotAddUpContradictTheResults) {
  const std::string votes = votes_csv({{"Ada", 6}, {"Ben", 4}});
  EXPECT_TRUE(
      compared(votes, clarity(R"(<VoteType name="Mail" votes="6"><County name="X" votes="2"/><County name="Y" votes="4"/></VoteType>)"))
          .good());
  const TotalsComparison counties =
      compared(votes, clarity(R"(<VoteType name="Mail" votes="6"><County name="X" votes="1"/><County name="Y" votes="90"/></VoteType>)"));
  EXPECT_EQ(counties.differing, 0U);
  EXPECT_EQ(counties.contradicting, 1U);
  EXPECT_THAT(counties.contradictions, ElementsAre(::testing::HasSubstr("91")));
  EXPECT_FALSE(counties.good());
  const TotalsComparison ways = compared(votes, clarity(R"(<VoteType name="Mail" votes="600"/>)"));
  EXPECT_EQ(ways.contradicting, 1U);
  EXPECT_FALSE(ways.good());
}

TEST(Totals, TwoTotalsOfOneUnitContradictEachOther) {
  const auto nist = [](int first, int second) {
    return fmt::format(
        R"({{"@type":"ElectionResults.ElectionReport","GpUnit":[{{"@id":"u","Type":"precinct"}}],"Election":[{{"ElectionScopeId":"u",)"
        R"("Candidate":[{{"@id":"c","BallotName":{{"Text":[{{"Language":"en","Content":"Ada"}}]}}}}],)"
        R"("Contest":[{{"@type":"ElectionResults.CandidateContest","Name":"Mayor","ContestSelection":[{{"CandidateIds":["c"],)"
        R"("VoteCounts":[{{"GpUnitId":"u","Type":"total","Count":{}}},{{"GpUnitId":"u","Type":"total","Count":{}}}]}}]}}]}}]}})",
        first, second);
  };
  const std::string votes = votes_csv({{"Ada", 6}});
  EXPECT_TRUE(compared(votes, nist(6, 6)).good());
  const TotalsComparison two = compared(votes, nist(900, 6));
  EXPECT_THAT(two.contradictions, ElementsAre(::testing::HasSubstr("two totals that differ")));
  EXPECT_FALSE(two.good());
}

}  // namespace
}  // namespace entente::measures::p3_elections
