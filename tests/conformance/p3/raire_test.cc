// RAIRE and its neighbours against published contests: 14 American IRV contests of audit-irv-cp with its expected polls and assertions,
// Arlo's Berkeley 2010 and Aspen 2009, the worked examples of raire-rs, and the assertions San Francisco published for its 2019 audit.
#include <gtest/gtest.h>
#include <algorithm>
#include <cmath>
#include <iostream>

#include "measures/p3_elections/irv/assertions_json.h"
#include "measures/p3_elections/irv/ballots_text.h"
#include "measures/p3_elections/irv/cover.h"
#include "measures/p3_elections/irv/raire.h"
#include "measures/p3_elections/irv/tabulate.h"
#include "measures/p3_elections/tables/container.h"
#include "test_support.h"

namespace {

using namespace entente;
using namespace entente::measures::p3_elections::irv;
namespace tables = entente::measures::p3_elections::tables;

constexpr std::string_view kData = "conformance/p3_elections/raire";

// That a set proves the winner and that each of its assertions holds on the ballots; the smallest margin.
std::int64_t proved_margin(const GroupedRankings& rankings, Candidate winner, const std::vector<Assertion>& assertions) {
  const auto cover = check_cover(rankings.candidates, winner, assertions);
  EXPECT_OK(cover);
  EXPECT_TRUE(cover && cover->complete);
  EXPECT_FALSE(cover && cover->contradictory);
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const Assertion& a : assertions) {
    const AssertionVotes votes = assertion_votes(rankings, a);
    least = std::min(least, static_cast<std::int64_t>(votes.winner) - static_cast<std::int64_t>(votes.loser));
  }
  return least;
}

std::vector<Assertion> plain(const RaireResult& result) {
  std::vector<Assertion> out;
  for (const RatedAssertion& r : result.assertions) out.push_back(r.assertion);
  return out;
}

// "Oakland_2010_Mayor.txt" → "Oak2010Mayor.json"
std::string expected_name(std::string name) {
  std::erase(name, '_');
  if (name.starts_with("Oakland")) name.erase(3, 4);
  if (name.starts_with("Berkeley")) name.erase(4, 4);
  return name.substr(0, name.find(".txt")) + ".json";
}

// The peer's program prints ⌈cards · (polls / cards)⌉ in double, which is sometimes one more than the polls (243 of 2,544 become 244).
double as_printed(double polls, std::uint64_t cards) {
  return std::ceil(static_cast<double>(cards) * (polls / static_cast<double>(cards)));
}

// Its documented command: -r 0.05 -gamma 1.1 -lambda 0.01 -agap 0.005.
constexpr double kPeerGap = 0.005;

TEST(Raire, fourteen_american_contests_have_the_expected_polls) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t contests = 0;
  std::size_t exact = 0;
  std::size_t covers = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared / kData / "USIRV")) {
    const std::string file = entry.path().filename().string();
    SCOPED_TRACE(file);
    const auto contest = read_usirv(test::slurp(entry.path()), file);
    ASSERT_OK(contest);
    const GroupedRankings& ballots = contest->rankings;
    const auto count = count_irv(ballots);
    ASSERT_OK(count);
    ASSERT_TRUE(count->winner.has_value());
    const std::filesystem::path golden = shared / kData / "USIRV-expected" / expected_name(file);
    const auto published = read_assertions(test::slurp(golden), golden.string(), [&](std::string_view) { return ballots.names; });
    ASSERT_OK(published);
    const double expected = published->front().expected_polls.value_or(0);
    ++contests;

    // As the peer ran: its expected polls to the digit.
    const auto gapped = find_assertions(ballots, *count->winner,
                                        {.difficulty = irv_audit_difficulty(), .gap = kPeerGap * static_cast<double>(ballots.ballots)});
    ASSERT_OK(gapped);
    EXPECT_EQ(as_printed(gapped->max_difficulty, ballots.ballots), expected);
    exact += as_printed(gapped->max_difficulty, ballots.ballots) == expected ? 1 : 0;
    EXPECT_LE(gapped->max_difficulty - gapped->least_difficulty, kPeerGap * static_cast<double>(ballots.ballots));

    // Without a gap: the least possible, never above the peer's.
    const auto least = find_assertions(ballots, *count->winner, {.difficulty = irv_audit_difficulty()});
    ASSERT_OK(least);
    ASSERT_EQ(least->outcome, RaireResult::Outcome::assertions);
    EXPECT_EQ(least->max_difficulty, least->least_difficulty);
    EXPECT_GE(least->max_difficulty, gapped->least_difficulty);

    // All three sets prove the winner; every assertion holds on the ballots.
    const std::int64_t theirs = proved_margin(ballots, *count->winner, published->front().assertions);
    const std::int64_t with_gap = proved_margin(ballots, *count->winner, plain(*gapped));
    const std::int64_t ours = proved_margin(ballots, *count->winner, plain(*least));
    covers += 3;
    EXPECT_EQ(with_gap, gapped->assertions.front().margin());
    EXPECT_EQ(ours, least->assertions.front().margin());
    EXPECT_GE(ours, theirs);
    const Rating rating(irv_audit_difficulty(), ballots.ballots);
    EXPECT_EQ(as_printed(rating.of(static_cast<std::uint64_t>(theirs), 0), ballots.ballots), expected);  // "max difficulty the same"
    std::cout << file << ": " << ballots.candidates << " candidates, " << ballots.ballots << " ballots, " << ballots.groups.size()
              << " rankings; expected polls " << expected << ", least possible " << least->max_difficulty << "; assertions "
              << published->front().assertions.size() << " theirs, " << gapped->assertions.size() << " ours as they ran, "
              << least->assertions.size() << " ours at the least; " << least->sets << " sets counted\n";
  }
  EXPECT_EQ(contests, 14U);
  std::cout << exact << " of " << contests << " expected polls exact; " << covers << " of " << 3 * contests
            << " sets of assertions proved to cover\n";
}

// "NEN,Winner,380,Loser,378,Eliminated,379,381,79"
std::vector<Assertion> arlo_output(std::string_view text, std::string_view contest, const std::vector<std::string>& names) {
  std::vector<Assertion> out;
  const auto index = [&](std::string_view name) { return static_cast<Candidate>(std::ranges::find(names, name) - names.begin()); };
  bool here = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("CONTEST ")) {
      here = line.substr(8) == contest;
      continue;
    }
    if (!here || line.empty()) continue;
    std::vector<std::string_view> cells;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t comma = std::min(line.find(',', at), line.size());
      cells.push_back(line.substr(at, comma - at));
      at = comma + 1;
    }
    Assertion a{.winner = index(cells.at(2)), .loser = index(cells.at(4))};
    if (cells.at(0) == "NEN") {
      a.kind = AssertionKind::not_eliminated_next;
      a.continuing = all_of(static_cast<unsigned>(names.size()));
      for (std::size_t i = 6; i < cells.size(); ++i) a.continuing &= ~set_of(index(cells[i]));
    }
    out.push_back(a);
  }
  return out;
}

TEST(Raire, arlo_berkeley_2010) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto ballots = read_raire(test::slurp(shared / kData / "arlo/Berkeley_2010.raire"), "Berkeley_2010.raire");
  ASSERT_OK(ballots);
  ASSERT_EQ(ballots->contests.size(), 4U);
  const std::string output = test::slurp(shared / kData / "arlo/output/Berkeley_2010.raire.out");
  std::size_t proved = 0;
  for (const BallotContest& contest : ballots->contests) {
    SCOPED_TRACE(contest.id);
    ASSERT_TRUE(contest.winner.has_value());
    // Arlo rates by 1 / margin over all ballots of the file.
    const auto result = find_assertions(contest.rankings, *contest.winner,
                                        {.difficulty = {.measure = Difficulty::Measure::one_over_margin, .cards = ballots->ballots}});
    ASSERT_OK(result);
    ASSERT_EQ(result->outcome, RaireResult::Outcome::assertions);
    const auto theirs = arlo_output(output, contest.id, contest.rankings.names);
    ASSERT_FALSE(theirs.empty());
    EXPECT_EQ(proved_margin(contest.rankings, *contest.winner, plain(*result)), proved_margin(contest.rankings, *contest.winner, theirs));
    proved += 2;
    std::cout << "contest " << contest.id << ": margin " << result->assertions.front().margin() << ", assertions " << theirs.size()
              << " theirs, " << result->assertions.size() << " ours\n";
  }
  std::cout << proved << " of 8 sets of assertions proved to cover\n";
}

TEST(Raire, arlo_aspen_2009_wrong_winner_needs_a_full_count) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto ballots =
      read_raire(test::slurp(shared / kData / "arlo/SpecialCases/Aspen_2009_wrong_winner.raire"), "Aspen_2009_wrong_winner.raire");
  ASSERT_OK(ballots);
  ASSERT_EQ(ballots->contests.size(), 2U);
  for (const BallotContest& contest : ballots->contests) {
    ASSERT_TRUE(contest.winner.has_value());
    const auto result = find_assertions(contest.rankings, *contest.winner);
    ASSERT_OK(result);
    EXPECT_EQ(result->outcome, RaireResult::Outcome::wrong_winner);
    EXPECT_TRUE(result->assertions.empty());
    ASSERT_EQ(result->other_order.size(), contest.rankings.candidates);
    EXPECT_NE(result->other_order.back(), *contest.winner);
    EXPECT_EQ(result->possible_winners, set_of(result->other_order.back()));
    const auto count = count_irv(contest.rankings);
    ASSERT_OK(count);
    EXPECT_EQ(count->winner, std::optional(result->other_order.back()));
  }
}

Difficulty raire_rs_difficulty(const BallotContest& contest) {
  Difficulty out{.measure = Difficulty::Measure::one_over_margin, .cards = contest.auditable.value_or(0)};
  EXPECT_EQ(contest.difficulty, "OneOnMargin");
  return out;
}

TEST(Raire, raire_rs_examples) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t proved = 0;
  std::size_t same = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared / kData / "raire-rs/example_input")) {
    const std::string file = entry.path().filename().string();
    SCOPED_TRACE(file);
    const auto contest = read_raire_problem(test::slurp(entry.path()), file);
    ASSERT_OK(contest);
    ASSERT_TRUE(contest->winner.has_value());
    const auto result = find_assertions(contest->rankings, *contest->winner, {.difficulty = raire_rs_difficulty(*contest)});
    ASSERT_OK(result);
    ASSERT_EQ(result->outcome, RaireResult::Outcome::assertions);
    const auto published = read_assertions(test::slurp(shared / kData / "raire-rs/example_assertions" / file), file);
    ASSERT_OK(published);
    const PublishedAssertions& theirs = published->front();
    EXPECT_EQ(theirs.winner, contest->winner);
    EXPECT_EQ(proved_margin(contest->rankings, *contest->winner, theirs.assertions), result->assertions.front().margin());
    proved_margin(contest->rankings, *contest->winner, plain(*result));
    if (theirs.expected_polls) EXPECT_EQ(result->max_difficulty, *theirs.expected_polls);  // the same double
    for (std::size_t i = 0; i < theirs.assertions.size(); ++i) {
      if (!theirs.difficulties[i]) continue;
      const AssertionVotes votes = assertion_votes(contest->rankings, theirs.assertions[i]);
      EXPECT_EQ(Rating(raire_rs_difficulty(*contest), contest->rankings.ballots).of(votes.winner, votes.loser), *theirs.difficulties[i]);
      ++same;
    }
    // What we write reads back the same.
    const auto again =
        read_assertions(write_assertions(contest->rankings, *contest->winner, result->assertions, result->max_difficulty), "ours");
    ASSERT_OK(again);
    EXPECT_EQ(again->front().assertions, plain(*result));
    EXPECT_EQ(again->front().candidates, contest->rankings.names);
    ++proved;
  }
  EXPECT_EQ(proved, 5U);
  EXPECT_EQ(same, 5U + 5U + 3U + 6U);
  std::cout << proved << " of 5 examples: same difficulty and proved to cover; " << same << " published difficulties recomputed exactly\n";
}

TEST(Raire, raire_rs_documents_without_ballots) {
  ENTENTE_SHARED_OR_SKIP(shared);
  // Slide 25 has no ballots: NEB over 1 and 3, NEN over 2 of the last two.
  const auto slide = read_assertions(test::slurp(shared / kData / "raire-rs/example_assertions/guide_to_RAIRE_slide_25.json"), "slide");
  ASSERT_OK(slide);
  const auto cover = check_cover(4, slide->front().winner.value(), slide->front().assertions);
  ASSERT_OK(cover);
  EXPECT_TRUE(cover->complete);
  // The log of San Francisco's audit: 13 assertions about 5 candidates.
  const auto log = read_assertions(test::slurp(shared / kData / "raire-rs/SHANGRLA_SF2019_log_with_write_in.json"), "log");
  ASSERT_OK(log);
  ASSERT_EQ(log->size(), 1U);
  EXPECT_EQ(log->front().contest, "339");
  EXPECT_TRUE(log->front().candidates_complete);
  ASSERT_EQ(log->front().assertions.size(), 13U);
  const auto whole = check_cover(5, log->front().winner.value(), log->front().assertions);
  ASSERT_OK(whole);
  EXPECT_TRUE(whole->complete);
  // None of the thirteen may be missing but those the rest makes needless; each gap shown is real.
  std::size_t needed = 0;
  for (std::size_t i = 0; i < 13; ++i) {
    std::vector<Assertion> rest = log->front().assertions;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    const auto without = check_cover(5, log->front().winner.value(), rest);
    ASSERT_OK(without);
    if (without->complete) continue;
    ++needed;
    ASSERT_EQ(without->counter_example.size(), 5U);
    EXPECT_NE(without->counter_example.back(), log->front().winner.value());
  }
  std::cout << needed << " of 13 assertions of the San Francisco log are needed\n";
  EXPECT_GT(needed, 0U);
}

// What San Francisco published for the District Attorney's contest of 2019 proves the winner.
TEST(Raire, san_francisco_2019_assertions_cover) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t files = 0;
  std::size_t assertions = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared / "conformance/p3_elections/shangrla/SFDA2019")) {
    const std::string file = entry.path().filename().string();
    if (!file.ends_with("Assertions.json")) continue;
    SCOPED_TRACE(file);
    const auto published = read_assertions(test::slurp(entry.path()), file);
    ASSERT_OK(published);
    for (const PublishedAssertions& contest : *published) {
      const auto cover = check_cover(static_cast<unsigned>(contest.candidates.size()), contest.winner.value(), contest.assertions);
      ASSERT_OK(cover);
      EXPECT_TRUE(cover->complete);
      EXPECT_FALSE(cover->contradictory);
      assertions += contest.assertions.size();
    }
    ++files;
  }
  EXPECT_EQ(files, 5U);
  std::cout << files << " of 5 published files cover: " << assertions << " assertions\n";
}

// The ballots behind published assertions: every assertion holds on them, and ours are no harder.
void published_against_ballots(const std::filesystem::path& ballots_file, const std::vector<std::filesystem::path>& assertion_files) {
  const auto text = tables::read_packed(ballots_file, std::uint64_t{64} << 20);
  ASSERT_OK(text);
  const auto ballots = read_raire(*text, ballots_file.filename().string());
  ASSERT_OK(ballots);
  ASSERT_EQ(ballots->contests.size(), 1U);
  const BallotContest& contest = ballots->contests.front();
  const auto count = count_irv(contest.rankings);
  ASSERT_OK(count);
  ASSERT_TRUE(count->winner.has_value());
  const auto ours = find_assertions(contest.rankings, *count->winner, {.difficulty = irv_audit_difficulty()});
  ASSERT_OK(ours);
  ASSERT_EQ(ours->outcome, RaireResult::Outcome::assertions);
  const std::int64_t margin = proved_margin(contest.rankings, *count->winner, plain(*ours));
  for (const auto& file : assertion_files) {
    SCOPED_TRACE(file.filename().string());
    const auto published =
        read_assertions(test::slurp(file), file.filename().string(), [&](std::string_view) { return contest.rankings.names; });
    ASSERT_OK(published);
    EXPECT_EQ(published->front().winner, count->winner);
    const std::int64_t theirs = proved_margin(contest.rankings, *count->winner, published->front().assertions);
    EXPECT_GT(theirs, 0);
    EXPECT_GE(margin, theirs);
    // These came from a later version of the peer, whose expected polls are 1 / diluted margin, rounded up.
    const Rating rating({.measure = Difficulty::Measure::one_over_margin}, ballots->ballots);
    EXPECT_EQ(published->front().expected_polls, std::ceil(rating.of(static_cast<std::uint64_t>(theirs), 0)));
    std::cout << file.filename().string() << ": " << published->front().assertions.size() << " assertions hold on " << ballots->ballots
              << " ballots and prove " << contest.rankings.names[*count->winner] << "; smallest margin " << theirs << ", ours " << margin
              << " with " << ours->assertions.size() << " assertions\n";
  }
}

TEST(Raire, san_francisco_2019_and_albury_ballots) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const std::filesystem::path data = shared / "conformance/p3_elections/shangrla";
  const std::filesystem::path sf = data / "SFDA2019";
  published_against_ballots(
      sf / "SFDA2019_PrelimReport12VBMJustDASheets.raire.xz",
      {sf / "SFDA2019_PrelimReport12VBMJustDASheetsAssertions.json", sf / "SFDA2019_PrelimReport12VBMJustDASheetsAgap0.0005Assertions.json",
       sf / "SFDA2019_PrelimReport12VBMJustDASheetsLessOptimalAssertions.json"});
  published_against_ballots(data / "albury.raire.xz", {data / "albury.json"});
}

}  // namespace
