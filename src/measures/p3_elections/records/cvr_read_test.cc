#include "measures/p3_elections/records/cvr_read.h"

#include <gtest/gtest.h>

#include "measures/p3_elections/records/tabulate.h"
#include "measures/p3_elections/records/test_dump.h"
#include "measures/p3_elections/tables/test_packed.h"
#include "test_support.h"

namespace entente::measures::p3_elections::records {
namespace {

using test_dump::dump;
using test_dump::read_text;

std::string error_of(std::string_view bytes) {
  const auto read = read_text(bytes);
  return read ? std::string("read") : read.error().str();
}

constexpr std::string_view kEss =
    "Unknown,Cast Vote Record,Precinct,Ballot Style,Mayor,Council,,Judge 1st Choice,Judge 2nd Choice\n"
    "x,1,p,bs,Ada,Cleo,Dan,Eve,Fay\nx,2,p,bs,overvote,undervote,undervote,overvote,Fay\nx,3,p,bs,,Cleo,write-in,undervote,undervote\n";
constexpr std::string_view kEssBallots =
    "Ballots,,\nGEN,,\n\"Example County, Example State\",,\n,,\nCast Vote Record,Batch,Ballot Status,Reporting Group,Tabulator CVR\n"
    "1,B1,Not Reviewed,Mail,0001000415\n2,B1,Not Reviewed,Mail,0001000416\n4,B2,Not Reviewed,Mail,0001000417\nTotal : 4,,\n";

TEST(EssCvr, JoinsItsBallotsAndReadsItsWords) {
  const std::vector<CvrSource> sources{{"cvr.csv", kEss}, {"ballots.csv", kEssBallots}};
  const auto read = read_cvrs(sources);
  ASSERT_OK(read);
  EXPECT_EQ(dump(read->table),
            "\n"
            "contest Mayor n=1: [Ada]\n"
            "contest Council n=2: [Cleo] [Dan] [write-in*]\n"
            "contest Judge n=2 ranked: [Eve] [Fay]\n"
            "0001/B1/1/0001000415 bs|p|Mail s1 @0:2 0: 0(1) 1: 0(1) 1(1) 2: 0(1) 1(2)\n"
            "0001/B1/2/0001000416 bs|p|Mail s1 @0:3 0!1: 1: 2: 1(2)\n"
            "//3/ bs|p| s1 @0:4 1: 0(1) 2(1) 2:\n");
  EXPECT_EQ(read->report.count(CvrProblemKind::unknown_column), 1U);
  EXPECT_EQ(read->report.count(CvrProblemKind::unmatched_row), 2U);
  EXPECT_EQ(read->report.count(CvrProblemKind::count_mismatch), 1U);
  EXPECT_EQ(read->report.count(CvrProblemKind::overvote), 1U);
}

TEST(EssCvr, FaultsNameTheCell) {
  EXPECT_NE(error_of("Cast Vote Record,Mayor\n1,Ada,Ben\n").find("votes:2:3"), std::string::npos);
  EXPECT_NE(error_of("Cast Vote Record,Mayor\n,Ada\n").find("votes:2:1"), std::string::npos);
  EXPECT_NE(error_of("Cast Vote Record,,Mayor\n1,a,b\n").find("without a contest"), std::string::npos);
  EXPECT_NE(error_of(kEssBallots).find("ballots file, not a vote record"), std::string::npos);
}

TEST(ClearBallotCvr, ContestsRulesAndRanks) {
  const auto read = read_text(
      "RowNumber,BoxID,BoxPosition,BallotID,PrecinctID,BallotStyleID,PrecinctStyleName,ScanComputerName,Status,Remade,"
      "Choice_1_1:Measure 1: Yes or No:Vote For 1:Yes:Non-Partisan,Choice_2_1:Measure 1: Yes or No:Vote For 1:No:Non-Partisan,"
      "RcvChoice_3_1:Mayor:1:RCV:Ada:,RcvChoice_4_1:Mayor:1:RCV:Ben:,RcvChoice_3_2:Mayor:2:RCV:Ada:,RcvChoice_4_2:Mayor:2:RCV:Ben:\n"
      "1,BOX1,1,1-1-1,p,bs,ps,T1,s,r,1,0,0,1,1,0\n2,BOX1,2,1-1-2,p,bs,ps,T1,s,r,1,1,,,,\n");
  ASSERT_OK(read);
  EXPECT_EQ(dump(read->table),
            "\ncontest Measure 1: Yes or No n=1: [Yes] [No]\ncontest Mayor n=2 ranked: [Ada] [Ben]\n"
            "T1/BOX1/1/1-1-1 bs|p| s1 @0:2 0: 0(1) 1: 1(1) 0(2)\nT1/BOX1/2/1-1-2 bs|p| s1 @0:3 0!1: 0(1) 1(1)\n");
  EXPECT_NE(error_of("BoxID,BallotID,Choice_1:Mayor:Ada\n1,2,0\n").find("votes:1:3"), std::string::npos);
  EXPECT_NE(error_of("BoxID,BallotID,Choice_1:M:Vote For 1:Ada:\n1,2,7\n").find("votes:2:3"), std::string::npos);
}

std::string hart_card(std::string_view guid, std::string_view contests) {
  return fmt::format(
      "<?xml version=\"1.0\"?><Cvr xmlns=\"http://tempuri.org/CVRDesign.xsd\"><Contests>{}</Contests><BatchSequence>4</BatchSequence>"
      "<SheetNumber>2</SheetNumber><PrecinctSplit><Name>P1</Name><Id>x</Id></PrecinctSplit><BatchNumber>22</BatchNumber><CvrGuid>{}</"
      "CvrGuid></Cvr>",
      contests, guid);
}

TEST(HartCvr, CardsScansAndWriteIns) {
  const std::string one =
      hart_card("g1",
                "<Contest><Name>Mayor</Name><Options><Option><Name>Ada</Name><Value>1</Value></Option></Options></Contest>"
                "<Contest><Name>Council</Name><Options><Option><Name>Cleo</Name><Value>1</Value></Option></Options><Undervotes>1</"
                "Undervotes></Contest>");
  const std::string two =
      hart_card("g2",
                "<Contest><Name>Mayor</Name><Options/><Overvotes>1</Overvotes></Contest>"
                "<Contest><Name>Council</Name><Options><Option><Value>1</Value><WriteInData><WriteInDataStatus>Rejected</WriteInDataStatus>"
                "</WriteInData></Option></Options></Contest>");
  const std::vector<CvrSource> sources{
      {"1.xml", one},
      {"2.xml", two},
      {"scans.csv", "#FormatVersion 1\n#CvrId,UniqueIdentifier,Workstation\n\"g1\",\"id-1\",\"W1\"\n\"g3\",\"id-3\",\"W1\"\n"}};
  const auto read = read_cvrs(sources);
  ASSERT_OK(read);
  EXPECT_EQ(dump(read->table),
            "\ncontest Mayor n=1: [Ada]\ncontest Council n=2: [Cleo]\n"
            "W1/22/4/id-1 |P1| s2 @0:1 0: 0(1) 1: 0(1)\n/22/4/g2 |P1| s2 @1:1 0!1: 1:\n");
  EXPECT_EQ(read->report.count(CvrProblemKind::unmatched_row), 2U);
  EXPECT_NE(error_of(hart_card("", "")).find("without CvrGuid"), std::string::npos);
  EXPECT_NE(error_of(hart_card("g", "<Contest><Name>M</Name><Overvotes>x</Overvotes></Contest>")).find("Overvotes is no number"),
            std::string::npos);
  EXPECT_NE(error_of("<?xml version=\"1.0\"?><!DOCTYPE Cvr [<!ENTITY a 'b'>]><Cvr></Cvr>").find("document type"), std::string::npos);
}

constexpr std::string_view kNistXml =
    R"(<?xml version="1.0"?><cdf:CastVoteRecordReport xmlns:cdf="http://itl.nist.gov/ns/voting/1500-103/v1">
<cdf:CVR><cdf:BallotAuditId>A-1</cdf:BallotAuditId><cdf:BatchId>B</cdf:BatchId><cdf:CurrentSnapshotId>s2</cdf:CurrentSnapshotId>
 <cdf:CVRSnapshot ObjectId="s1"><cdf:CVRContest><cdf:ContestId>c1</cdf:ContestId></cdf:CVRContest></cdf:CVRSnapshot>
 <cdf:CVRSnapshot ObjectId="s2"><cdf:CVRContest><cdf:ContestId>c1</cdf:ContestId>
  <cdf:CVRContestSelection><cdf:ContestSelectionId>k1</cdf:ContestSelectionId><cdf:SelectionPosition><cdf:HasIndication>yes</cdf:HasIndication><cdf:IsAllocable>yes</cdf:IsAllocable><cdf:NumberVotes>1</cdf:NumberVotes></cdf:SelectionPosition></cdf:CVRContestSelection>
  <cdf:CVRContestSelection><cdf:SelectionPosition><cdf:CVRWriteIn/><cdf:HasIndication>yes</cdf:HasIndication><cdf:IsAllocable>unknown</cdf:IsAllocable><cdf:NumberVotes>1</cdf:NumberVotes></cdf:SelectionPosition></cdf:CVRContestSelection>
 </cdf:CVRContest><cdf:CVRContest><cdf:ContestId>c2</cdf:ContestId>
  <cdf:CVRContestSelection><cdf:ContestSelectionId>r1</cdf:ContestSelectionId><cdf:Rank>2</cdf:Rank><cdf:SelectionPosition><cdf:HasIndication>yes</cdf:HasIndication><cdf:NumberVotes>1</cdf:NumberVotes></cdf:SelectionPosition></cdf:CVRContestSelection>
  <cdf:CVRContestSelection><cdf:ContestSelectionId>r2</cdf:ContestSelectionId><cdf:SelectionPosition><cdf:HasIndication>yes</cdf:HasIndication><cdf:NumberVotes>1</cdf:NumberVotes><cdf:Rank>1</cdf:Rank></cdf:SelectionPosition></cdf:CVRContestSelection>
 </cdf:CVRContest></cdf:CVRSnapshot></cdf:CVR>
<cdf:Election ObjectId="e"><cdf:Candidate ObjectId="a"><cdf:Name>Ada</cdf:Name></cdf:Candidate><cdf:Candidate ObjectId="b"><cdf:Name>Ben</cdf:Name></cdf:Candidate>
 <cdf:Contest ObjectId="c1"><cdf:ContestSelection ObjectId="k1"><cdf:CandidateIds>a b</cdf:CandidateIds></cdf:ContestSelection><cdf:Name>President</cdf:Name><cdf:VoteVariation>plurality</cdf:VoteVariation><cdf:VotesAllowed>1</cdf:VotesAllowed></cdf:Contest>
 <cdf:Contest ObjectId="c2"><cdf:ContestSelection ObjectId="r1"><cdf:CandidateIds>a</cdf:CandidateIds></cdf:ContestSelection><cdf:ContestSelection ObjectId="r2"><cdf:CandidateIds>b</cdf:CandidateIds></cdf:ContestSelection><cdf:Name>Mayor</cdf:Name><cdf:VoteVariation>rcv</cdf:VoteVariation><cdf:VotesAllowed>2</cdf:VotesAllowed></cdf:Contest>
 <cdf:Name>Example</cdf:Name></cdf:Election><cdf:Version>1.0.0</cdf:Version></cdf:CastVoteRecordReport>)";
constexpr std::string_view kNistJson =
    R"({"@type":"CVR.CastVoteRecordReport","Version":"1.0.0","CVR":[{"@type":"CVR.CVR","BallotAuditId":"A-1","BatchId":"B","CurrentSnapshotId":"s2","CVRSnapshot":[
 {"@id":"s1","CVRContest":[{"ContestId":"c1"}]},{"@id":"s2","CVRContest":[{"ContestId":"c1","CVRContestSelection":[
  {"ContestSelectionId":"k1","SelectionPosition":[{"HasIndication":"yes","IsAllocable":"yes","NumberVotes":1}]},{"SelectionPosition":[{"CVRWriteIn":{},"HasIndication":"yes","IsAllocable":"unknown","NumberVotes":1}]}]},
 {"ContestId":"c2","CVRContestSelection":[{"ContestSelectionId":"r1","Rank":2,"SelectionPosition":[{"HasIndication":"yes","NumberVotes":1}]},
  {"ContestSelectionId":"r2","SelectionPosition":[{"HasIndication":"yes","NumberVotes":1,"Rank":1}]}]}]}]}],
 "Election":[{"Name":"Example","Candidate":[{"@id":"a","Name":"Ada"},{"@id":"b","Name":"Ben"}],"Contest":[
  {"@id":"c1","Name":"President","VoteVariation":"plurality","VotesAllowed":1,"ContestSelection":[{"@id":"k1","CandidateIds":["a","b"]}]},
  {"@id":"c2","Name":"Mayor","VoteVariation":"rcv","VotesAllowed":2,"ContestSelection":[{"@id":"r1","CandidateIds":["a"]},{"@id":"r2","CandidateIds":["b"]}]}]}]})";

TEST(NistCvr, XmlAndJsonSayTheSame) {
  const auto xml = read_text(kNistXml), json = read_text(kNistJson);
  ASSERT_OK(xml);
  ASSERT_OK(json);
  EXPECT_EQ(
      dump(xml->table),
      "Example\ncontest President n=1: [Ada / Ben]\ncontest Mayor n=2 ranked: [Ada] [Ben]\n/B//A-1 || s1 @0:1 0: 0(1) 1: 0(2) 1(1)\n");
  EXPECT_EQ(dump(json->table), dump(xml->table));
  EXPECT_EQ(xml->report.count(CvrProblemKind::unresolved_mark), 1U);
  EXPECT_EQ(json->report.counts, xml->report.counts);
  std::string wrong(kNistXml);
  wrong.replace(wrong.find(">s2<"), 4, ">s9<");
  EXPECT_NE(error_of(wrong).find("names no snapshot"), std::string::npos);
  EXPECT_NE(error_of(wrong).find("/CVR[1]"), std::string::npos);
  EXPECT_NE(error_of(std::string(kNistXml.substr(0, 900))).find("not well-formed"), std::string::npos);
}

TEST(RaireCvr, GathersTheContestsOfABallot) {
  const auto read = read_text("2\nContest,7,2,1,2,winner,1\nContest,8,3,a,b,c\n7,10_2_1,2,1\n7,10_2_2\n8,10_2_1,c\n7,10_2_1,1\n");
  ASSERT_OK(read);
  EXPECT_EQ(dump(read->table),
            "\ncontest 7 n=2 ranked: [1] [2]\ncontest 8 n=3 ranked: [a] [b] [c]\n"
            "10/2/1/10_2_1 || s1 @0:4 0: 1(1) 0(2) 1: 2(1)\n10/2/2/10_2_2 || s1 @0:5 0:\n10/2/1/10_2_1 || s1 @0:7 0: 0(1)\n");
  EXPECT_EQ(read->report.count(CvrProblemKind::duplicate_card), 1U);
  EXPECT_NE(error_of("1\nContest,7,2,1,2\n7,x,3\n").find("votes:3:3"), std::string::npos);
  EXPECT_NE(error_of("1\nContest,7,2,1,2\n9,x,1\n").find("votes:3:1"), std::string::npos);
  EXPECT_NE(error_of("2\nContest,7,2,1,2\n7,x,1\n").find("fewer contests"), std::string::npos);
}

TEST(CvrRead, RefusesWhatIsNoVoteRecordAndSaysWhat) {
  for (const auto& [bytes, words] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"%PDF-1.4", "a PDF"},
                                                                  {"", "not a vote record"},
                                                                  {"County,Batch,Ballots\nA,1,2\n", "not a vote record"},
                                                                  {"{\"List\":[]}", "a manifest of Dominion"},
                                                                  {"\xD0\xCF\x11\xE0zzzz", "old Excel"},
                                                                  {"<html><body>", "page of HTML"}})
    EXPECT_NE(error_of(bytes).find(words), std::string::npos) << error_of(bytes);
  const std::vector<CvrSource> two{{"a", "1\nContest,7,2,1,2\n7,x,1\n"}, {"b", kEss}};
  const auto mixed = read_cvrs(two);
  ASSERT_FALSE(mixed.has_value());
  EXPECT_NE(mixed.error().what.find("two kinds"), std::string::npos);
  const std::vector<CvrSource> twice{{"a", kEss}, {"a", kEss}};
  EXPECT_FALSE(read_cvrs(twice).has_value());
  EXPECT_FALSE(read_cvrs(std::span<const CvrSource>()).has_value());
}

TEST(CvrRead, LimitsHold) {
  EXPECT_FALSE(read_text(kEss, {.max_cards = 2}).has_value());
  EXPECT_FALSE(read_text(kEss, {.max_bytes = 50}).has_value());
  const auto few = read_text(kEss, {.max_problems = 0});
  ASSERT_OK(few);
  EXPECT_TRUE(few->report.problems.empty());
  EXPECT_EQ(few->report.count(CvrProblemKind::unknown_column), 1U);
}

TEST(CvrRead, ArchivesAreGoneThroughAndBombsRefused) {
  const std::string zip =
      tables::test_packed::packed(tables::test_packed::Kind::zip, {{"in/cvr.csv", std::string(kEss)}, {"readme.txt", "hello"}});
  const auto read = read_text(zip, {}, "export.zip");
  ASSERT_OK(read);
  EXPECT_EQ(read->table.files, std::vector<std::string>{"export.zip:in/cvr.csv"});
  EXPECT_EQ(read->report.count(CvrProblemKind::unused_file), 1U);
  EXPECT_EQ(dump(read->table), dump(read_text(kEss)->table));
  const std::string xz = tables::test_packed::packed(tables::test_packed::Kind::xz, {{"data", std::string(kEss)}});
  EXPECT_EQ(dump(read_text(xz)->table), dump(read_text(kEss)->table));
  // 80 MB out of some 12 kB: beyond 64 MiB and a thousandfold.
  const std::string bomb = tables::test_packed::packed(tables::test_packed::Kind::xz, {{"data", std::string(80'000'000, '0')}});
  ASSERT_LT(bomb.size(), 12'800U);
  const auto refused = read_text(bomb);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().what.find("unpacks to more than"), std::string::npos) << refused.error().str();
}

TEST(CvrTableTexts, InternedOnceAndFoundAgain) {
  CvrTable table;
  EXPECT_EQ(table.intern(""), 0U);
  std::vector<std::uint32_t> ids;
  for (int i = 0; i < 5000; ++i) ids.push_back(table.intern(fmt::format("text {}", i)));
  const std::string large(100'000, 'x');
  const std::uint32_t big = table.intern(large);
  CvrTable copy = table;
  table.reserve_texts(50'000);
  for (int i = 0; i < 5000; ++i) {
    EXPECT_EQ(table.intern(fmt::format("text {}", i)), ids[static_cast<std::size_t>(i)]);
    EXPECT_EQ(copy.text(ids[static_cast<std::size_t>(i)]), fmt::format("text {}", i));
  }
  EXPECT_EQ(table.text(big), large);
  // Each goes its own way.
  const std::uint32_t mine = table.intern("mine"), theirs = copy.intern("theirs");
  EXPECT_EQ(mine, theirs);
  EXPECT_EQ(table.text(mine), "mine");
  EXPECT_EQ(copy.text(theirs), "theirs");
  EXPECT_EQ(copy.intern("text 7"), ids[7]);
}

TEST(Tabulate, VotesUndervotesAndOvervotesAddUp) {
  const auto read = read_text(
      "E,5\n,,A (Vote For=1),A (Vote For=1),B (Vote For=3),B (Vote For=3),B (Vote For=3),B (Vote For=3)\n,,x,y,k,l,m,n\nCvrNumber,BatchId\n"
      "1,1,1,0,1,1,1,1\n2,1,0,0,1,1,0,0\n3,2,1,1,,,,\n4,2,,,0,0,0,0\n5,2,0,1,3,0,0,0\n");
  ASSERT_OK(read);
  const auto tally = tabulate(read->table);
  EXPECT_EQ(tally[1].votes, (std::vector<std::uint64_t>{4, 1, 0, 0}));  // a cell of 3 is three votes, where a voter may cumulate
  for (std::size_t i = 0; i < tally.size(); ++i) {
    std::uint64_t votes = 0;
    for (const std::uint64_t v : tally[i].votes) votes += v;
    const std::uint64_t n = read->table.contests[i].votes_allowed;
    EXPECT_EQ(votes + tally[i].undervotes + tally[i].overvoted * n, tally[i].cards * n);
  }
  const auto batches = tabulate_batches(read->table);
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches[1].cards, 3U);
  EXPECT_EQ(batches[0].contests[0].votes, (std::vector<std::uint64_t>{1, 0}));
  EXPECT_EQ(batches[1].contests[0].overvoted, 1U);
}

}  // namespace
}  // namespace entente::measures::p3_elections::records
