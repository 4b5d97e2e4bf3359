// Readers of ballots and assertions: what is read, and what is refused with its place.
#include <gtest/gtest.h>

#include "measures/p3_elections/irv/assertions_json.h"
#include "measures/p3_elections/irv/ballots_text.h"
#include "test_support.h"

namespace entente::measures::p3_elections::irv {
namespace {

using Names = std::vector<std::string>;

TEST(ReadRaire, two_contests_on_one_ballot) {
  const auto read = read_raire(
      "2\r\nContest,1,3,15,16,45,winner,16\r\nContest,mayor,2,a,b,order,b,a,winner,a,informal,3\r\n1,b1,16,15\r\nmayor,b1,a\r\n1,b2,16,15,"
      "16\r\n1,b3,\r\n\r\n1,b4\r\n",
      "x.raire");
  ASSERT_OK(read);
  EXPECT_EQ(read->ballots, 4U);
  ASSERT_EQ(read->contests.size(), 2U);
  const BallotContest& first = read->contests[0];
  EXPECT_EQ(first.id, "1");
  EXPECT_EQ(first.winner, std::optional<Candidate>(1));
  EXPECT_EQ(first.rankings.names, (Names{"15", "16", "45"}));
  EXPECT_EQ(first.rankings.ballots, 4U);
  ASSERT_EQ(first.rankings.groups.size(), 2U);  // b1 = b2 (the repeated 16 is passed over); b3 = b4 without a rank
  EXPECT_EQ(first.rankings.groups[0].ballots, 2U);
  EXPECT_EQ(first.rankings.groups[1].length, 0);
  EXPECT_EQ(first.auditable, std::optional<std::uint64_t>(4));
  EXPECT_EQ(read->contests[1].winner, std::optional<Candidate>(0));
}

TEST(ReadRaire, refused_with_the_place) {
  const auto where = [](std::string_view text) {
    const auto read = read_raire(text, "x.raire");
    return read ? std::string("read") : read.error().where.str();
  };
  EXPECT_EQ(where(""), "x.raire");
  EXPECT_EQ(where("many\n"), "x.raire:1");
  EXPECT_EQ(where("99999999\n"), "x.raire:1");
  EXPECT_EQ(where("2\nContest,1,1,a\n"), "x.raire:2");
  EXPECT_EQ(where("1\nKontest,1,1,a\n"), "x.raire:2:1");
  EXPECT_EQ(where("1\nContest,1,0\n"), "x.raire:2:11");
  EXPECT_EQ(where("1\nContest,1,65\n"), "x.raire:2:11");
  EXPECT_EQ(where("1\nContest,1,2,a,a\n"), "x.raire:2:15");
  EXPECT_EQ(where("1\nContest,1,2,a,b,winner,c\n"), "x.raire:2:24");
  EXPECT_EQ(where("1\nContest,1,2,a,b\n2,b1,a\n"), "x.raire:3:1");
  EXPECT_EQ(where("1\nContest,1,2,a,b\n1,b1,a,x\n"), "x.raire:3:8");
  EXPECT_EQ(where("1\nContest,1,2,a,b\n1,b1,a\n1,b1,b\n"), "x.raire:4");
  EXPECT_EQ(where("1\nContest,1,2,a,b\n1\n"), "x.raire:3");
  EXPECT_EQ(where("2\nContest,1,1,a\nContest,1,1,a\n"), "x.raire:3");
}

TEST(ReadUsirv, rankings_with_counts) {
  const auto read = read_usirv("1, 2, 39\n-+-+-\n(1, 39) : 12\n(2,) : 3\n() : 4\n(39, 2, 1) : 0\n(1,39):1\n", "x.txt");
  ASSERT_OK(read);
  EXPECT_EQ(read->rankings.names, (Names{"1", "2", "39"}));
  EXPECT_EQ(read->rankings.ballots, 20U);
  ASSERT_EQ(read->rankings.groups.size(), 3U);
  EXPECT_EQ(read->rankings.groups[0].ballots, 13U);
}

TEST(ReadUsirv, refused_with_the_place) {
  const auto where = [](std::string_view text) {
    const auto read = read_usirv(text, "x.txt");
    return read ? std::string("read") : read.error().where.str();
  };
  EXPECT_EQ(where("1, 2\n(1) : 3\n"), "x.txt:2");
  EXPECT_EQ(where("1, 1\n"), "x.txt:1:4");
  EXPECT_EQ(where("1, 2\n-+-\n1 : 3\n"), "x.txt:3:1");
  EXPECT_EQ(where("1, 2\n-+-\n(3) : 3\n"), "x.txt:3:2");
  EXPECT_EQ(where("1, 2\n-+-\n(1) 3\n"), "x.txt:3:5");
  EXPECT_EQ(where("1, 2\n-+-\n(1) : many\n"), "x.txt:3:7");
  EXPECT_EQ(where("1, 2\n-+-\n(1) : 99999999999999\n"), "x.txt:3:7");
  EXPECT_EQ(where("1, 2\n-+-\n(1) : 900000000000\n(2) : 900000000000\n"), "x.txt:4:7");
}

TEST(ReadRaireProblem, votes_winner_and_audit) {
  const auto read = read_raire_problem(
      R"({"metadata":{"candidates":["Ada Example","Bo Example"]},"num_candidates":2,"votes":[{"n":5,"prefs":[1,0]},{"n":3,"prefs":[]}],)"
      R"("winner":1,"audit":{"type":"OneOnMargin","total_auditable_ballots":9}})",
      "p.json");
  ASSERT_OK(read);
  EXPECT_EQ(read->rankings.names, (Names{"Ada Example", "Bo Example"}));
  EXPECT_EQ(read->rankings.ballots, 8U);
  EXPECT_EQ(read->winner, std::optional<Candidate>(1));
  EXPECT_EQ(read->auditable, std::optional<std::uint64_t>(9));
  for (const char* bad : {R"({"num_candidates":0,"votes":[]})", R"({"num_candidates":65,"votes":[]})", R"({"num_candidates":2})",
                          R"({"num_candidates":2,"votes":[{"n":-1,"prefs":[]}]})", R"({"num_candidates":2,"votes":[{"n":1,"prefs":[2]}]})",
                          R"({"num_candidates":2,"votes":[{"n":1,"prefs":["0"]}]})", R"({"num_candidates":2,"votes":[],"winner":2})"})
    EXPECT_FALSE(read_raire_problem(bad, "p.json").has_value()) << bad;
}

TEST(ReadAssertions, raire_with_two_spellings_of_nobody) {
  const auto read = read_assertions(
      R"x({"seed":93686630803205229070,"audits":[{"contest":"339","winner":"15","eliminated":["16","45"],"Expected Polls (#)":"35","assertions":[
         {"winner":"15","loser":"45","already_eliminated":"","assertion_type":"WINNER_ONLY"},
         {"winner":"15","loser":"16","already_eliminated":["45"],"assertion_type":"IRV_ELIMINATION"},
         {"winner":"15","loser":"16","already_eliminated":[],"assertion_type":"IRV_ELIMINATION"}]}]})x",
      "a.json");
  ASSERT_OK(read);
  ASSERT_EQ(read->size(), 1U);
  const PublishedAssertions& a = read->front();
  EXPECT_EQ(a.candidates, (Names{"15", "16", "45"}));
  EXPECT_FALSE(a.candidates_complete);
  EXPECT_EQ(a.expected_polls, std::optional<double>(35));
  ASSERT_EQ(a.assertions.size(), 3U);
  EXPECT_EQ(a.assertions[0], (Assertion{AssertionKind::not_eliminated_before, 0, 2, 0}));
  EXPECT_EQ(a.assertions[1], (Assertion{AssertionKind::not_eliminated_next, 0, 1, 3}));
  EXPECT_EQ(a.assertions[2], (Assertion{AssertionKind::not_eliminated_next, 0, 1, 7}));
}

TEST(ReadAssertions, the_callers_candidates_come_first) {
  const std::string text =
      R"({"Expected Polls":"97","Assertions":[{"Winner":"b","Loser":"c","Already-Eliminated":["a"],"Winner-Only":"false"}]})";
  const auto read = read_assertions(text, "a.json", [](std::string_view) { return Names{"a", "b", "c", "d"}; });
  ASSERT_OK(read);
  EXPECT_TRUE(read->front().candidates_complete);
  EXPECT_EQ(read->front().assertions[0], (Assertion{AssertionKind::not_eliminated_next, 1, 2, 14}));
  const auto unknown = read_assertions(text, "a.json", [](std::string_view) { return Names{"a", "b"}; });
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().where.pointer, "/Assertions/0");
}

TEST(ReadAssertions, a_refusal_of_raire_rs) {
  const auto read = read_assertions(R"({"metadata":{"candidates":["a","b"]},"solution":{"Err":{"TiedWinners":[0,1]}}})", "a.json");
  ASSERT_OK(read);
  EXPECT_EQ(read->front().refusal, R"({"TiedWinners":[0,1]})");
  EXPECT_TRUE(read->front().assertions.empty());
}

TEST(ReadAssertions, refused) {
  const auto rs = [](std::string_view assertion) {
    return R"({"solution":{"Ok":{"num_candidates":3,"winner":0,"assertions":[{"assertion":)" + std::string(assertion) + "}]}}}";
  };
  EXPECT_OK(read_assertions(rs(R"({"type":"NEN","winner":0,"loser":1,"continuing":[0,1]})"), "a"));
  for (
      const std::string& bad : {
          std::string("[]"),
          std::string("{}"),
          std::string("{"),
          rs(R"({"type":"NEB","winner":0,"loser":3})"),
          rs(R"({"type":"NEB","winner":0,"loser":0})"),
          rs(R"({"type":"NEN","winner":0,"loser":1})"),
          rs(R"({"type":"NEN","winner":0,"loser":1,"continuing":[0,2]})"),
          rs(R"({"type":"XXX","winner":0,"loser":1})"),
          rs("{}"),
          std::string(R"({"solution":{}})"),
          std::string(R"({"solution":{"Ok":{"num_candidates":70,"assertions":[]}}})"),
          std::string(R"({"audits":[{"contest":"1","assertions":[]}]})"),
          std::string(R"({"audits":[{"contest":"1","winner":"a"}]})"),
          std::string(
              R"({"audits":[{"winner":"a","assertions":[{"winner":"a","loser":"b","already_eliminated":"c","assertion_type":"WINNER_ONLY"}]}]})"),
          std::string(
              R"({"audits":[{"winner":"a","assertions":[{"winner":"a","loser":"b","already_eliminated":["b"],"assertion_type":"IRV_ELIMINATION"}]}]})"),
          std::string(
              R"({"audits":[{"winner":"a","assertions":[{"winner":"a","loser":"b","already_eliminated":["c"],"assertion_type":"WINNER_ONLY"}]}]})"),
          std::string(R"({"audits":[{"winner":"a","assertions":[{"winner":"a","loser":"b","already_eliminated":""}]}]})"),
          std::string(R"({"contests":{"1":{"candidates":["a"],"reported_winners":["b"]}}})"),
          std::string(R"({"contests":{"1":{"candidates":["a","b"],"reported_winners":["a","b"]}}})"),
      })
    EXPECT_FALSE(read_assertions(bad, "a.json").has_value()) << bad;
}

TEST(ReadAssertions, what_is_written_reads_back) {
  GroupedRankings rankings{.candidates = 3, .names = {"Ada Example", "Bo Example", "Cy Example"}};
  const std::vector<RatedAssertion> rated{
      {.assertion = {AssertionKind::not_eliminated_next, 0, 1, 3}, .winner_votes = 9, .loser_votes = 4, .difficulty = 7},
      {.assertion = {AssertionKind::not_eliminated_before, 0, 2, 0}, .winner_votes = 9, .loser_votes = 1, .difficulty = 5}};
  const auto read = read_assertions(write_assertions(rankings, 0, rated, 7), "ours");
  ASSERT_OK(read);
  EXPECT_EQ(read->front().candidates, rankings.names);
  EXPECT_EQ(read->front().winner, std::optional<Candidate>(0));
  EXPECT_EQ(read->front().expected_polls, std::optional<double>(7));
  ASSERT_EQ(read->front().assertions.size(), 2U);
  EXPECT_EQ(read->front().assertions[0], rated[0].assertion);
  EXPECT_EQ(read->front().assertions[1], rated[1].assertion);
  EXPECT_EQ(read->front().difficulties[1], std::optional<double>(5));
}

}  // namespace
}  // namespace entente::measures::p3_elections::irv
