#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "measures/p3_elections/records/cvr_dominion_scan.h"
#include "measures/p3_elections/records/tabulate.h"
#include "measures/p3_elections/records/test_dump.h"
#include "test_support.h"

namespace entente::measures::p3_elections::records {
namespace {

using test_dump::dump;
using test_dump::read_text;

constexpr std::string_view kDominion =
    "Example County General,5.17.17.1,,,,,,,,,,\n"
    ",,,,,,,\"Mayor\n(Vote For=1)\",\"Mayor\n(Vote For=1)\",Council (Vote For=2),Council (Vote For=2),Council (Vote For=2)\n"
    ",,,,,,,Ada Example,Ben Sample,Cleo Test,Write-In,Dan Trial\n"
    "CvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId,PrecinctPortion,BallotType,REP,DEM,,,\n"
    "1,7,1,1,7-1-1,P 1,A,1,0,1,1,0\n"
    "=\"2\",=\"7\",=\"1\",=\"2\",=\"7-1-2\",P 1,A,1,1,0,0,0\n"
    "\"3\",\"7\",\"2\",\"1\",\"7-2-1\",\"P, 2\",\"B\",\"\",\"\",\"1\",\"1\",\"1\"\n"
    "4,7,2,2,7-2-2,P 2,B,,,0,0,1\n";

TEST(DominionCsv, ReadsCardsContestsAndMarks) {
  const auto read = read_text(kDominion);
  ASSERT_OK(read);
  EXPECT_EQ(read->report.format, CvrFormat::dominion_csv);
  EXPECT_EQ(read->report.version, "5.17.17.1");
  EXPECT_EQ(dump(read->table),
            "Example County General\n"
            "contest Mayor n=1: [Ada Example] [Ben Sample]\n"
            "contest Council n=2: [Cleo Test] [Write-In*] [Dan Trial]\n"
            "7/1/1/7-1-1 A|P 1| s1 @0:7 0: 0(1) 1: 0(1) 1(1)\n"
            "7/1/2/7-1-2 A|P 1| s1 @0:8 0!1: 0(1) 1(1) 1:\n"
            "7/2/1/7-2-1 B|P, 2| s1 @0:9 1!1: 0(1) 1(1) 2(1)\n"
            "7/2/2/7-2-2 B|P 2| s1 @0:10 1: 2(1)\n");
  EXPECT_EQ(read->report.count(CvrProblemKind::overvote), 2U);
  const auto tally = tabulate(read->table);
  EXPECT_EQ(tally[0].votes, (std::vector<std::uint64_t>{1, 0}));
  EXPECT_EQ(tally[0].cards, 2U);
  EXPECT_EQ(tally[0].overvoted, 1U);
  EXPECT_EQ(tally[1].votes, (std::vector<std::uint64_t>{1, 1, 1}));
  EXPECT_EQ(tally[1].undervotes, 3U);
  EXPECT_EQ(tally[1].blank, 1U);
}

TEST(DominionCsv, RanksAreInTheChoicesNames) {
  const auto read = read_text(
      "E,5.17\n,,\"Mayor (Number of positions=1, Number of ranks=2)\",\"Mayor (Number of positions=1, Number of ranks=2)\","
      "\"Mayor (Number of positions=1, Number of ranks=2)\",\"Mayor (Number of positions=1, Number of ranks=2)\"\n"
      ",,Ada(1),Ben(1),Ada(2),Ben(2)\nCvrNumber,ImprintedId,,,,\n1,a,0,1,1,0\n2,b,1,1,0,0\n3,c,0,0,0,1\n4,d,,,,\n");
  ASSERT_OK(read);
  EXPECT_EQ(dump(read->table),
            "E\ncontest Mayor n=2 ranked: [Ada] [Ben]\n"
            "///a || s1 @0:5 0: 1(1) 0(2)\n///b || s1 @0:6 0: 0(1) 1(1)\n///c || s1 @0:7 0: 1(2)\n///d || s1 @0:8\n");
  const auto tally = tabulate(read->table);
  EXPECT_EQ(tally[0].votes, (std::vector<std::uint64_t>{0, 2}));  // a skipped first rank moves up
  EXPECT_EQ(tally[0].overvoted, 1U);
}

TEST(DominionCsv, DuplicatesAreReportedAndKept) {
  std::string text(kDominion);
  text += "5,7,1,1,7-1-1,P 1,A,1,0,1,1,0\n";
  const auto read = read_text(text);
  ASSERT_OK(read);
  EXPECT_EQ(read->table.cards.size(), 5U);
  ASSERT_EQ(read->report.count(CvrProblemKind::duplicate_card), 1U);
  for (const CvrProblem& p : read->report.problems)
    if (p.kind == CvrProblemKind::duplicate_card) EXPECT_EQ(p.where.line, 11U);
}

// The same paper again: under another number of the export, its id left out, changed, or written another way.
TEST(DominionCsv, ACardIsKnownByTabulatorBatchAndRecordWhateverItsId) {
  for (const std::string_view again : {"7,1,1,", "7,1,1,9-9-9", "7,1,1,7_1_1", "7,1,1,7-1-01", "07,01, 001,", "07,1,1,7-1-1x"}) {
    const auto read = read_text(fmt::format("{}99,{},P 1,A,1,0,1,1,0\n", kDominion, again));
    ASSERT_OK(read);
    ASSERT_EQ(read->report.count(CvrProblemKind::duplicate_card), 1U) << again;
    const auto found = std::ranges::find(read->report.problems, CvrProblemKind::duplicate_card, &CvrProblem::kind);
    EXPECT_EQ(found->where.line, 11U);
    EXPECT_NE(found->what.find("7-1-1 in votes:7"), std::string::npos) << found->what;
  }
  for (const std::string_view other : {"7,1,3,7-1-3", "8,1,1,8-1-1", "7,3,1,7-3-1", "7,1,X,", "7,1,X,7-1-X", "7,,,"}) {
    const auto read = read_text(fmt::format("{}99,{},P 1,A,1,0,1,1,0\n", kDominion, other));
    ASSERT_OK(read);
    EXPECT_EQ(read->report.count(CvrProblemKind::duplicate_card), 0U) << other;
  }
}

TEST(DominionCsv, AnIdAloneIsTheSameWithOtherDashesAndZeros) {
  const std::string_view head = "E,5.17\n,,Mayor (Vote For=1)\n,,Ada\nCvrNumber,ImprintedId,\n";
  const auto read = read_text(fmt::format("{}1,1-1-1,1\n2,1_1_01,1\n3,1-1-2,1\n4,1-11,1\n5,a-1,1\n6,a_1,1\n", head));
  ASSERT_OK(read);
  EXPECT_EQ(read->report.count(CvrProblemKind::duplicate_card), 1U);
}

// Many cards, so that the table of keys has collisions: as many are found as there are, each once.
TEST(DominionCsv, EachOfManyDuplicatesIsFoundOnce) {
  std::string text = "E,5.17\n,,,,,Mayor (Vote For=1)\n,,,,,Ada\nCvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId,\n";
  for (int i = 0; i < 5000; ++i) text += fmt::format("{},{},{},{},{}-x,1\n", i, i % 3, i / 300, i % 300, i);
  for (int i = 0; i < 5000; i += 7)
    text += fmt::format("{},{},{},{},{},1\n", i, i % 3, i / 300, i % 300, i % 2 == 0 ? "" : fmt::format("{}-x", i));
  const auto read = read_text(text);
  ASSERT_OK(read);
  EXPECT_EQ(read->report.count(CvrProblemKind::duplicate_card), 715U);
}

TEST(DominionCsv, FaultsNameTheCell) {
  const std::string text(kDominion);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    const auto read = read_text(changed);
    return read ? std::string("read") : read.error().str();
  };
  EXPECT_NE(with("P 2,B,,,0,0,1", "P 2,B,,,0,x,1").find("votes:10:11"), std::string::npos) << with("P 2,B,,,0,0,1", "P 2,B,,,0,x,1");
  EXPECT_NE(with("P 2,B,,,0,0,1", "P 2,B,,,0,0,1,1").find("votes:10:13"), std::string::npos);
  EXPECT_NE(with("Dan Trial", "").find("without a choice"), std::string::npos);
  EXPECT_NE(with("CvrNumber", "Number").find("not a vote record"), std::string::npos);
  EXPECT_NE(with("Council (Vote For=2),Council (Vote For=2),", "Council (Vote For=2),Council (Vote For=3),").find("two rules"),
            std::string::npos);
  EXPECT_NE(with("7-2-2,P 2", "7-2-2,\"P 2").find("does not end"), std::string::npos);
  EXPECT_EQ(with("P 2,B,,,0,0,1", "P 2,B,,,0,0"), "read");  // an empty last cell some programs leave out
}

TEST(DominionCsv, OtherEncodingsAreReadAndNoted) {
  std::string text(kDominion);
  text.replace(text.find("Ben Sample"), 10, "Ren\xE9 Sample");
  const auto read = read_text(text);
  ASSERT_OK(read);
  EXPECT_EQ(read->table.contests[0].choices[1], "Ren\xC3\xA9 Sample");
  EXPECT_EQ(read->report.count(CvrProblemKind::encoding), 1U);
  EXPECT_EQ(dump(read_text("\xEF\xBB\xBF" + std::string(kDominion))->table), dump(read_text(kDominion)->table));
}

TEST(DominionCsv, VectorScannerTakesPlainAndQuotedRows) {
  if (!vote_scan_available()) GTEST_SKIP() << "this processor has no AVX2 and BMI2";
  const std::string padding(64, '\n');
  VoteBits bits;
  std::size_t end = 0;
  const auto taken = [&](std::string row, std::size_t columns) { return scan_votes(row + padding, 0, columns, bits, end); };
  ASSERT_TRUE(taken("1,,0,1", 4));
  EXPECT_EQ(end, 6U);
  EXPECT_EQ(bits.filled[0], 0b1101U);
  EXPECT_EQ(bits.ones[0], 0b1001U);
  ASSERT_TRUE(taken(R"("1","","0","1")", 4));
  EXPECT_EQ(bits.filled[0], 0b1101U);
  EXPECT_EQ(bits.ones[0], 0b1001U);
  std::string wide = "1";
  for (int i = 1; i < 130; ++i) wide += i % 2 != 0 ? "," : ",1";
  ASSERT_TRUE(taken(wide, 130));
  EXPECT_EQ(bits.ones[0], 0x5555555555555555U);
  EXPECT_EQ(bits.ones[2], 1U);
  for (const char* row : {"1,,0", "1,,0,1,", "1,,0,11", "2,,,", "1, ,0,1", R"("1",0,"0","1")", R"("1","","0","1)", R"("1",",","1")",
                          R"("1""","","0",")", R"(",",",",)"})
    EXPECT_FALSE(taken(row, 4)) << row;
}

// The same result, or the same error, as by the plain reader.
void expect_same(const std::string& text) {
  const auto fast = read_text(text, {.max_problems = 50});
  const auto plain = read_text(text, {.max_problems = 50, .scanner = CvrReadOptions::Scanner::plain});
  ASSERT_EQ(fast.has_value(), plain.has_value()) << text;
  if (!fast) {
    ASSERT_EQ(fast.error().str(), plain.error().str()) << text;
    return;
  }
  ASSERT_EQ(dump(fast->table), dump(plain->table)) << text;
  ASSERT_EQ(fast->report.counts, plain->report.counts) << text;
}

// Rows of `columns` vote columns; some quoted, some ragged.
std::string random_export(std::mt19937& random, std::size_t columns, bool quoted) {
  const std::string q = quoted ? "\"" : "";
  std::string contests = ",,", choices = ",,", names = "CvrNumber,ImprintedId,BallotType";
  for (std::size_t c = 0; c < columns; ++c) {
    contests += fmt::format(",C{} (Vote For={})", c / 3, 1 + c / 3 % 2);
    choices += fmt::format(",K{}", c);
    names += ",";
  }
  std::string out = "E,5.2\n" + contests + "\n" + choices + "\n" + names + "\n";
  const std::size_t rows = 1 + random() % 8;
  for (std::size_t r = 0; r < rows; ++r) {
    out += fmt::format("{0}{1}{0},{0}1-1-{2}{0},{0}s{0}", q, r, random() % 6);
    for (std::size_t c = 0; c < columns; ++c) out += "," + q + (random() % 4 == 0 ? "" : random() % 3 == 0 ? "1" : "0") + q;
    out += random() % 5 == 0 ? "\r\n" : "\n";
  }
  return out;
}

TEST(DominionCsv, VectorScannerAgreesWithThePlainReader) {
  if (!vote_scan_available()) GTEST_SKIP() << "this processor has no AVX2 and BMI2";
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i)
    expect_same(random_export(random, 1 + random() % 200, i % 2 == 0) + std::string(i % 3 == 0 ? 0 : 200, '\n'));
}

TEST(DominionCsv, VectorScannerAgreesOnMutations) {
  if (!vote_scan_available()) GTEST_SKIP() << "this processor has no AVX2 and BMI2";
  std::mt19937 random(2);
  constexpr std::string_view kBytes = "\",01\n\r2x= \xE9";
  for (int i = 0; i < 2000; ++i) {
    std::string text = random_export(random, 1 + random() % 90, i % 2 == 0);
    const std::size_t body = text.find("CvrNumber");
    text += std::string(100, '\n');
    for (std::size_t k = 0, n = 1 + random() % 3; k < n; ++k) {
      const std::size_t at = body + 100 < text.size() - 100 ? body + 60 + random() % (text.size() - body - 160) : body;
      switch (random() % 3) {
        case 0: text[at] = kBytes[random() % kBytes.size()]; break;
        case 1: text.insert(at, 1, kBytes[random() % kBytes.size()]); break;
        default: text.erase(at, 1); break;
      }
    }
    expect_same(text);
    if (HasFatalFailure()) return;
  }
}

constexpr std::string_view kExport510 = R"({"Version":"5.10.50.85","ElectionId":"Example","Sessions":[
 {"TabulatorId":1,"BatchId":2,"RecordId":"X","CountingGroupId":2,"ImageMask":"D:\\Images\\00001_00002_000013*.*",
  "Original":{"PrecinctPortionId":23,"BallotTypeId":3,"IsCurrent":false,"Cards":[{"Id":9,"PaperIndex":0,"Contests":[
     {"Id":1,"Overvotes":0,"Marks":[{"CandidateId":5,"Rank":1,"IsAmbiguous":false,"IsVote":true}]}]}]},
  "Modified":{"PrecinctPortionId":23,"BallotTypeId":3,"IsCurrent":true,"Cards":[
     {"Id":9,"PaperIndex":0,"Contests":[{"Id":1,"Overvotes":1,"Marks":[{"CandidateId":5,"Rank":1,"IsAmbiguous":true,"IsVote":false}]}]},
     {"Id":10,"PaperIndex":1,"Contests":[{"Id":2,"Overvotes":0,"Marks":[{"CandidateId":8,"Rank":2,"IsAmbiguous":false,"IsVote":true},
        {"CandidateId":9,"Rank":1,"IsAmbiguous":false,"IsVote":true}]}]}]}},
 {"TabulatorId":1,"BatchId":2,"RecordId":14,"CountingGroupId":1,
  "Original":{"PrecinctPortionId":23,"BallotTypeId":3,"IsCurrent":true,"Contests":[{"Id":1,"Marks":[{"CandidateId":6,"Rank":1,"IsAmbiguous":false,"IsVote":true}]}]}}]})";
constexpr std::string_view kContests =
    R"({"Version":"5.10","List":[{"Description":"Mayor","Id":1,"VoteFor":1,"NumOfRanks":0},{"Description":"Council","Id":2,"VoteFor":1,"NumOfRanks":3}]})";
constexpr std::string_view kCandidates =
    R"({"Version":"5.10","List":[{"Description":"Ada","Id":5,"ContestId":1,"Type":"Regular"},{"Description":"Ben","Id":6,"ContestId":1,"Type":"Regular"},
        {"Description":"Cleo","Id":8,"ContestId":2,"Type":"Regular"},{"Description":"Other","Id":9,"ContestId":2,"Type":"WriteIn"}]})";

TEST(DominionJson, CurrentSnapshotCardsAndNames) {
  const std::vector<CvrSource> sources{
      {"CvrExport_0.json", kExport510}, {"ContestManifest.json", kContests}, {"CandidateManifest.json", kCandidates}};
  const auto read = read_cvrs(sources);
  ASSERT_OK(read);
  EXPECT_EQ(dump(read->table),
            "Example\n"
            "contest Mayor n=1: [Ada] [Ben]\n"
            "contest Council n=3 ranked: [Cleo] [Other*]\n"
            "1/2/X/1-2-13 3|23|2 s1 @0:1 0!1:\n"
            "1/2/X/1-2-13 3|23|2 s2 @0:1 1: 0(2) 1(1)\n"
            "1/2/14/1-2-14 3|23|1 s1 @0:2 0: 1(1)\n");
  EXPECT_EQ(read->report.count(CvrProblemKind::unresolved_mark), 1U);
  EXPECT_EQ(read->report.count(CvrProblemKind::duplicate_card), 0U);
}

TEST(DominionJson, WithoutManifestsAndWithFaults) {
  const auto read = read_text(kExport510);
  ASSERT_OK(read);
  EXPECT_EQ(read->table.contests[1].name, "2");
  EXPECT_TRUE(read->table.contests[1].ranked);
  for (const CvrProblem& p : read->report.problems) EXPECT_FALSE(p.where.str().empty()) << p.what;
  EXPECT_EQ(read->report.count(CvrProblemKind::assumed), 1U);
  const auto broken = read_text(
      R"({"Version":"5","Sessions":[{"TabulatorId":1,"BatchId":1,"RecordId":1,"Original":{"IsCurrent":true,"Contests":[{"Id":1}]}}]})");
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().where.pointer, "/Sessions/0/Original");
  EXPECT_TRUE(broken.error().where.line.has_value());
  EXPECT_FALSE(read_text(std::string(kExport510.substr(0, 900))).has_value());
  EXPECT_FALSE(read_text(R"({"Sessions":7})").has_value());
}

}  // namespace
}  // namespace entente::measures::p3_elections::records
