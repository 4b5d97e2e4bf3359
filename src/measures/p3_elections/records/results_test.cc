#include "measures/p3_elections/records/results.h"

#include <algorithm>

#include "test_support.h"

namespace entente::measures::p3_elections::records {
namespace {

std::uint64_t votes(const ReportedResults& results, std::string_view contest, std::string_view choice, std::string_view unit) {
  const ReportedContest* c = results.contest(contest);
  if (c == nullptr) return ~0ull;
  for (const ReportedCount& count : c->counts)
    if (c->choices[count.choice].name == choice && results.units[count.unit].name == unit) return count.votes;
  return ~0ull;
}

Error error_of(std::string_view text) {
  const auto results = parse_results(text, "r");
  return results ? Error{.what = "read", .where = {}, .hint = {}} : results.error();
}

TEST(Results, ColoradoStateAndCounties) {
  const auto state =
      parse_results("contest_name,choice,votes\nMayor,Ada Example,30\nMayor,\"Ben \"\"Bo\"\" Example\",12\n", "tabulate.csv");
  const auto county = parse_results(
      "county_name,contest_name,choice,votes\nAlpha,Mayor,Ada Example,10\nAlpha,Mayor,\"Ben \"\"Bo\"\" Example\",12\nBeta,Mayor,Ada "
      "Example,20\n",
      "county.csv");
  ASSERT_OK(state);
  ASSERT_OK(county);
  EXPECT_EQ(votes(*state, "Mayor", "Ben \"Bo\" Example", ""), 12u);
  EXPECT_EQ(votes(*county, "Mayor", "Ada Example", "Beta"), 20u);
  ResultsCheck check = check_sums(*state, *county);
  EXPECT_EQ(check.good, 2u);
  EXPECT_EQ(check.of, 2u);
  const auto wrong = parse_results("contest_name,choice,votes\nMayor,Ada Example,31\nMayor,Cy Example,1\n", "tabulate.csv");
  check = check_sums(*wrong, *county);
  EXPECT_EQ(check.good, 0u);
  ASSERT_EQ(check.findings.size(), 3u);
  EXPECT_EQ(check.findings[0].text, "Mayor, Ada Example: 31 stated, the parts add up to 30");
  EXPECT_EQ(check.findings[0].line, 2u);
  EXPECT_EQ(check.findings[1].kind, ResultsFinding::Kind::missing);
  EXPECT_EQ(check.findings[2].text, "Mayor, Ben \"Bo\" Example: in county.csv, not in tabulate.csv");
}

TEST(Results, ContestsMayDifferInTrailingBlanksAlone) {
  const auto results = parse_results("contest_name,choice,votes\nDistrict 1,Ada Example,30\nDistrict 1  ,Ada Example,12\n", "tabulate.csv");
  ASSERT_OK(results);
  EXPECT_EQ(results->contests.size(), 2u);
  EXPECT_EQ(votes(*results, "District 1  ", "Ada Example", ""), 12u);
}

constexpr std::string_view kStatement =
    "\"Precinct Code\",\"Precinct Number\",\"Active Voters\",\"Contest Title\",\"Choice Name\",\"Total Ballots\",\"Total Votes\",\"Total "
    "Undervotes\","
    "\"Total Overvotes\"\n"
    "\"001\",1,\"1,900\",\"Council\",\"Ada Example\",\"1,000\",\"1,100\",100,2\n"
    "\"001\",1,\"1,900\",\"Council\",\"Ben Example\",\"1,000\",796,100,2\n"
    "\"002\",2,9,\"Council\",\"Ada Example\",10,12,3,0\n"
    "\"002\",2,9,\"Council\",\"Ben Example\",10,5,3,0\n";

TEST(Results, StatementOfVotesAndItsIdentity) {
  const auto results = parse_results(kStatement, "sov.csv");
  ASSERT_OK(results);
  EXPECT_EQ(votes(*results, "Council", "Ada Example", "001"), 1100u);
  ASSERT_EQ(results->contests[0].totals.size(), 2u);
  EXPECT_EQ(results->contests[0].totals[0].ballots, 1000u);
  // 1,896 votes + 100 undervotes + 2 overvoted ballots × 2 = 1,000 × 2.
  ResultsCheck check = check_identity(*results);
  EXPECT_EQ(check.good, 2u);
  EXPECT_EQ(check.of, 2u);
  std::string changed(kStatement);
  changed.replace(changed.find(",796,"), 5, ",797,");
  check = check_identity(*parse_results(changed, "sov.csv"));
  EXPECT_EQ(check.good, 1u);
  ASSERT_EQ(check.findings.size(), 1u);
  EXPECT_EQ(check.findings[0].unit, "001");
  EXPECT_NE(check.findings[0].text.find("1000 ballots with 2 votes each"), std::string::npos);
  changed.replace(changed.find("10,5,3,0"), 8, "10,5,4,0");
  EXPECT_NE(error_of(changed).what.find("differ from those of the same contest"), std::string::npos);
  EXPECT_EQ(error_of(changed).where.line, 5u);
}

TEST(Results, ClaritySummaryInWindows1252) {
  const auto results = parse_results(
      "\"line number\",\"contest name\",\"choice name\",\"party name\",\"total votes\",\"percent of votes\",\"over votes\",\"under "
      "votes\"\n"
      "1,\"Council (Vote For 2)\",\"Jos\xE9 Example\",\"IND\",7,70.0,\"1\",\"3\"\n2,\"Council (Vote For 2)\",\"Ada "
      "Example\",\"\",3,30.0,\"1\",\"3\"\n",
      "summary.csv");
  ASSERT_OK(results);
  const ReportedContest* contest = results->contest("Council");
  ASSERT_NE(contest, nullptr);
  EXPECT_EQ(contest->votes_allowed, 2u);
  EXPECT_EQ(contest->choices[0].name, "Jos\xC3\xA9 Example");
  EXPECT_EQ(contest->choices[0].party, "IND");
  EXPECT_EQ(contest->totals[0].undervotes, 3u);
}

TEST(Results, ClarityDetail) {
  const std::string text =
      "<?xml version=\"1.0\"?><!-- made --><ElectionResult><ElectionName>Example</ElectionName><Contest key=\"1\" text=\"Mayor\" "
      "voteFor=\"1\">\n"
      "<ParticipatingCounties><County name=\"Alpha\"/></ParticipatingCounties>\n"
      "<VoteType name=\"Undervotes\" votes=\"5\"><County name=\"Alpha\" votes=\"5\"/></VoteType>\n"
      "<Choice key=\"1\" text=\"Ada Example\" party=\"IND\" totalVotes=\"30\"><VoteType name=\"Early\" votes=\"10\"><County name=\"Alpha\" "
      "votes=\"4\"/>"
      "<County name=\"Beta\" votes=\"6\"/></VoteType>\n"
      "<VoteType name=\"Mail\" votes=\"20\"><County name=\"Alpha\" votes=\"20\"/><County name=\"Beta\" "
      "votes=\"0\"/></VoteType></Choice></Contest></ElectionResult>";
  const auto results = parse_results(text, "detail.xml");
  ASSERT_OK(results);
  EXPECT_EQ(results->title, "Example");
  EXPECT_EQ(votes(*results, "Mayor", "Ada Example", ""), 30u);
  EXPECT_EQ(votes(*results, "Mayor", "Ada Example", "Alpha"), 24u);
  EXPECT_TRUE(results->contradictions.empty());
  EXPECT_EQ(results->contests[0].totals.size(), 2u);
  ResultsCheck check = check_sums(*results);
  EXPECT_EQ(check.good, 1u);
  EXPECT_EQ(check.of, 1u);
  std::string changed = text;
  changed.replace(changed.find("votes=\"6\""), 9, "votes=\"7\"");
  check = check_sums(*parse_results(changed, "detail.xml"));
  ASSERT_EQ(check.findings.size(), 1u);
  EXPECT_EQ(check.findings[0].summed, 31u);
  changed.replace(changed.find("votes=\"20\""), 10, "votes=\"21\"");
  EXPECT_EQ(parse_results(changed, "detail.xml")->contradictions.size(), 1u);
  changed.replace(changed.find("votes=\"21\""), 10, "votes=\"x1\"");
  EXPECT_EQ(error_of(changed).where.line, 5u);
}

constexpr std::string_view kErrXml =
    R"(<ElectionReport xmlns="http://itl.nist.gov/ns/voting/1500-100/v2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<Election><Candidate ObjectId="c1"><BallotName><Text Language="en">Ada Example</Text></BallotName></Candidate>
<Candidate ObjectId="c2"><BallotName><Text Language="en">Ben Example</Text></BallotName></Candidate>
<Contest ObjectId="k1" xsi:type="CandidateContest"><ContestSelection ObjectId="s1" xsi:type="CandidateSelection">
<VoteCounts><GpUnitId>state</GpUnitId><Type>total</Type><Count>30</Count></VoteCounts>
<VoteCounts><GpUnitId>a</GpUnitId><Type>early</Type><Count>4</Count></VoteCounts>
<VoteCounts><GpUnitId>a</GpUnitId><Type>election-day</Type><Count>6.0</Count></VoteCounts>
<VoteCounts><GpUnitId>b</GpUnitId><Type>total</Type><Count>20</Count></VoteCounts>
<CandidateIds>c1 c2</CandidateIds><EndorsementPartyIds>p1</EndorsementPartyIds></ContestSelection>
<ElectionDistrictId>state</ElectionDistrictId><Name>Governor</Name>
<OtherCounts><GpUnitId>a</GpUnitId><Overvotes>1</Overvotes><Undervotes>2</Undervotes></OtherCounts><VotesAllowed>1</VotesAllowed></Contest>
<Contest ObjectId="k2" xsi:type="BallotMeasureContest"><ContestSelection ObjectId="s2" xsi:type="BallotMeasureSelection">
<VoteCounts><GpUnitId>b</GpUnitId><Type>total</Type><Count>7</Count></VoteCounts><Selection><Text Language="en">Yes</Text></Selection></ContestSelection>
<ElectionDistrictId>b</ElectionDistrictId><Name>Question 1</Name></Contest>
<ElectionScopeId>state</ElectionScopeId><Name><Text Language="en">Example Election</Text></Name></Election>
<GpUnit ObjectId="state" xsi:type="ReportingUnit"><ComposingGpUnitIds>a b</ComposingGpUnitIds><Type>state</Type></GpUnit>
<GpUnit ObjectId="a" xsi:type="ReportingUnit"><Name><Text Language="en">Alpha</Text></Name><Type>county</Type></GpUnit>
<GpUnit ObjectId="b" xsi:type="ReportingUnit"><Name><Text Language="en">Beta</Text></Name><Type>county</Type></GpUnit>
<Party ObjectId="p1"><Abbreviation><Text Language="en">EXP</Text></Abbreviation><Name><Text Language="en">Example Party</Text></Name></Party>
</ElectionReport>)";

constexpr std::string_view kErrJson = R"({"@type":"ElectionResults.ElectionReport","Election":[{"@type":"ElectionResults.Election",
"Candidate":[{"@id":"c1","BallotName":{"Text":[{"Content":"Ada Example","Language":"en"}]}},{"@id":"c2","BallotName":{"Text":[{"Content":"Ben Example"}]}}],
"Contest":[{"@id":"k1","@type":"ElectionResults.CandidateContest","Name":"Governor","VotesAllowed":1,"ContestSelection":[{"CandidateIds":["c1","c2"],
"EndorsementPartyIds":["p1"],"VoteCounts":[{"GpUnitId":"state","Type":"total","Count":30},{"GpUnitId":"a","Type":"early","Count":4},
{"GpUnitId":"a","Type":"election-day","Count":6.0},{"GpUnitId":"b","Type":"total","Count":20}]}],"OtherCounts":[{"GpUnitId":"a","Overvotes":1,"Undervotes":2}]},
{"@id":"k2","Name":"Question 1","ContestSelection":[{"Selection":{"Text":[{"Content":"Yes"}]},"VoteCounts":[{"GpUnitId":"b","Type":"total","Count":7}]}]}],
"ElectionScopeId":"state","Name":{"Text":[{"Content":"Example Election"}]}}],
"GpUnit":[{"@id":"state","ComposingGpUnitIds":["a","b"],"Type":"state"},{"@id":"a","Name":{"Text":[{"Content":"Alpha"}]},"Type":"county"},
{"@id":"b","Name":{"Text":[{"Content":"Beta"}]},"Type":"county"}],"Party":[{"@id":"p1","Abbreviation":{"Text":[{"Content":"EXP"}]},"Name":{"Text":[{"Content":"Example Party"}]}}]})";

TEST(Results, NistXmlAndJsonAreOne) {
  for (const std::string_view text : {kErrXml, kErrJson}) {
    const auto results = parse_results(text, "err");
    ASSERT_OK(results);
    EXPECT_EQ(results->format, "NIST SP 1500-100 v2");
    EXPECT_EQ(results->title, "Example Election");
    ASSERT_EQ(results->contests.size(), 2u);
    EXPECT_EQ(results->contests[0].votes_allowed, 1u);
    EXPECT_EQ(results->contests[0].choices[0].party, "EXP");
    EXPECT_EQ(votes(*results, "Governor", "Ada Example / Ben Example", ""), 30u);
    EXPECT_EQ(votes(*results, "Governor", "Ada Example / Ben Example", "Alpha"), 10u);
    EXPECT_EQ(votes(*results, "Question 1", "Yes", "Beta"), 7u);
    ASSERT_EQ(results->contests[0].totals.size(), 1u);
    EXPECT_EQ(results->contests[0].totals[0].undervotes, 2u);
    EXPECT_EQ(results->units[results->contests[0].totals[0].unit].kind, "county");
    const ResultsCheck check = check_sums(*results);
    EXPECT_EQ(check.good, 1u);
    EXPECT_EQ(check.of, 1u);
  }
  std::string changed(kErrXml);
  changed.replace(changed.find("<Count>20<"), 10, "<Count>21<");
  const ResultsCheck check = check_sums(*parse_results(changed, "err"));
  ASSERT_EQ(check.findings.size(), 1u);
  EXPECT_EQ(check.findings[0].text, "Governor, Ada Example / Ben Example: 30 stated, the parts add up to 31");
  EXPECT_EQ(check.findings[0].line, 5u);
}

TEST(Results, ReferencesToNothingAndOtherNonsense) {
  std::string changed(kErrXml);
  changed.replace(changed.find("c1 c2"), 5, "c1 c9");
  EXPECT_NE(error_of(changed).what.find("c9"), std::string::npos);
  changed = kErrXml;
  changed.replace(changed.find("<GpUnitId>b<"), 12, "<GpUnitId>q<");
  EXPECT_NE(error_of(changed).what.find("reporting unit q"), std::string::npos);
  EXPECT_EQ(error_of(changed).where.line, 8u);
  changed = kErrJson;
  changed.replace(changed.find("\"Count\":4"), 9, "\"Count\":4.5");
  EXPECT_NE(error_of(changed).what.find("no count"), std::string::npos);
  EXPECT_NE(error_of("<html></html>").what.find("its root is html"), std::string::npos);
  EXPECT_NE(error_of("a,b,c\n1,2,3\n").what.find("no known table"), std::string::npos);
  EXPECT_NE(error_of("{\"a\":1}").what.find("no election report"), std::string::npos);
  EXPECT_EQ(error_of("contest_name,choice,votes\nA,B,1\nA,B,2\n").where.line, 3u);
  EXPECT_EQ(error_of("contest_name,choice,votes\nA,B,many\n").where.column, 3u);
}

}  // namespace
}  // namespace entente::measures::p3_elections::records
