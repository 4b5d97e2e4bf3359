// Arlo's report read piece by piece; and card audits of our own making, drawn with the samplers and then changed. (Batch audits are tested
// on Georgia's record, tests/conformance/p3/arlo_review_test.cc, and on a small one here.)
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>

#include "measures/p3_elections/review/arlo.h"
#include "measures/p3_elections/review/arlo_record.h"
#include "measures/p3_elections/risk/bravo.h"
#include "measures/p3_elections/risk/macro.h"
#include "measures/p3_elections/risk/minerva.h"
#include "measures/p3_elections/risk/providence.h"
#include "measures/p3_elections/risk/supersimple.h"
#include "measures/p3_elections/sampling/consistent_sampler.h"
#include "measures/p3_elections/sampling/ppeb.h"
#include "measures/p3_elections/sampling/python_repr.h"
#include "test_support.h"

namespace entente::measures::p3_elections::review {
namespace {

constexpr const char* kArloSeed = "06712221796172622814";

TEST(ArloVotes, NamesMayHoldColonsAndSemicolons) {
  const auto votes = parse_arlo_votes("Ada \"A: 1\" Example: 12; Bo; Jr. Example: 0; Yes: 3");
  ASSERT_OK(votes);
  ASSERT_EQ(votes->size(), 3U);
  EXPECT_EQ((*votes)[0], (risk::Choice{"Ada \"A: 1\" Example", 12}));
  EXPECT_EQ((*votes)[1], (risk::Choice{"Bo; Jr. Example", 0}));
  EXPECT_TRUE(parse_arlo_votes(" ")->empty());
  for (const char* bad : {"Ada Example", "Ada Example: ", "Ada Example: x", "Ada Example: 1234567890123456"})
    EXPECT_FALSE(parse_arlo_votes(bad)) << bad;
}

TEST(ArloTickets, ByRound) {
  const auto tickets = parse_arlo_tickets("Round 1: 0.0123, 0.97, Round 2: EXTRA");
  ASSERT_OK(tickets);
  ASSERT_EQ(tickets->size(), 2U);
  EXPECT_EQ((*tickets)[0].tickets, (std::vector<std::string>{"0.0123", "0.97"}));
  EXPECT_TRUE((*tickets)[1].extra);
  for (const char* bad : {"0.0123", "Round : 0.1", "Round 1 0.1", "Round 1: 1.5", "Round 1: 0.", "Round 0: 0.1", "Round 1: 0.1,0.2"})
    EXPECT_FALSE(parse_arlo_tickets(bad)) << bad;
}

TEST(ArloTickets, WhatIsNoneIsKeptAsPrinted) {
  const auto wrong = read_arlo_tickets("Round 1: 1.0123, 0.97");
  ASSERT_EQ(wrong.size(), 1U);
  EXPECT_EQ(wrong[0].round, 1);
  EXPECT_EQ(wrong[0].tickets, (std::vector<std::string>{"1.0123", "0.97"}));
  for (const char* roundless : {"0.0123", "Round : 0.1", "Round 1 0.1", "Round 0: EXTRA", "EXTRA", "Round 99999999999: 0.1"}) {
    const auto tickets = read_arlo_tickets(roundless);
    ASSERT_EQ(tickets.size(), 1U) << roundless;
    EXPECT_EQ(tickets[0].round, 0) << roundless;
    EXPECT_FALSE(tickets[0].extra) << roundless;
    EXPECT_EQ(tickets[0].tickets, std::vector<std::string>{roundless});
  }
  EXPECT_TRUE(read_arlo_tickets(" ").empty());
}

TEST(ArloPrinted, NineOrTenDecimalsWithoutTrailingZeros) {
  EXPECT_TRUE(arlo_printed(0.04908372872973666, "0.049083729"));
  EXPECT_TRUE(arlo_printed(0.04908372872973666, "0.0490837287"));
  EXPECT_FALSE(arlo_printed(0.04908372872973666, "0.049083728"));
  EXPECT_FALSE(arlo_printed(0.04908372872973666, "0.0490837"));
  EXPECT_TRUE(arlo_printed(0.05, "0.05"));
  EXPECT_TRUE(arlo_printed(1, "1.0"));
  EXPECT_TRUE(arlo_printed(0, "0"));
  EXPECT_TRUE(arlo_printed(1e-12, "<0.0000000001"));
}

TEST(ArloReport, SaysWhereItCannotBeRead) {
  const std::string head = "######## ELECTION INFO ########\nOrganization,Election Name,State\nExample Office,Example Primary,XX\n\n";
  const std::string contests =
      "######## CONTESTS ########\nContest Name,Targeted?,Number of Winners,Votes Allowed,Total Ballots Cast,Vote Totals\n"
      "Mayor,Targeted,1,1,100,Ada Example: 60; Bo Example: 30\n\n";
  const std::string settings =
      "######## AUDIT SETTINGS ########\nAudit Name,Audit Type,Audit Math Type,Risk Limit,Random Seed,Online Data Entry?\n"
      "Example Audit,BATCH_COMPARISON,MACRO,10%,0671,No\n\n";
  const std::string rounds =
      "######## ROUNDS ########\nRound Number,Contest Name,Targeted?,Sample Size,Risk Limit Met?,P-Value\n"
      "1,Mayor,Targeted,5,Yes,0.01\n";
  const auto good = parse_arlo_report(head + contests + settings + rounds + "\n######## AUDIT BOARDS ########\nX\n", "r.csv");
  ASSERT_OK(good);
  EXPECT_EQ(good->seed, "0671");
  EXPECT_EQ(good->risk_percent, 10);
  EXPECT_EQ(good->other_sections, std::vector<std::string>{"AUDIT BOARDS"});
  EXPECT_FALSE(parse_arlo_report(head + settings + rounds, "r.csv"));
  auto bad =
      parse_arlo_report(head + contests + settings + "######## ROUNDS ########\nRound Number,Contest Name,P-Value\n1,Judge,0.1\n", "r.csv");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().where.line, 15U);
  EXPECT_EQ(bad.error().where.column, 2U);
  EXPECT_FALSE(parse_arlo_report(
      head + contests + "######## AUDIT SETTINGS ########\nAudit Type,Risk Limit,Random Seed\nX,five,1\n" + rounds, "r.csv"));
}

// A record of two jurisdictions in a temporary folder.
class ArloOwnRecord : public testing::Test {
 protected:
  ArloOwnRecord() : folder_(TemporaryFolder::make().value()) {}
  void write(const std::string& name, const std::string& text) { test::spit(folder_.path() / name, files_[name] = text); }
  void change(const std::string& name, const std::string& before, const std::string& after) {
    std::string text = files_[name];
    const auto at = text.find(before);
    ASSERT_NE(at, std::string::npos) << before << " in " << text;
    text.replace(at, before.size(), after);
    test::spit(folder_.path() / name, text);
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] Review review() const {
    Progress silent(Progress::Mode::silent);
    auto out = review_arlo(folder_.path(), {}, silent);
    EXPECT_OK(out);
    return out.value_or(Review{});
  }
  [[nodiscard]] static bool found(const Review& r, std::string_view code, std::string_view row = "") {
    for (const ReviewFinding& f : r.findings)
      if (f.code == code &&
          (row.empty() || std::ranges::any_of(f.rows, [&](const Row& x) { return x.text.find(row) != std::string::npos; })))
        return true;
    return false;
  }
  static void expect_clean(const Review& r) {
    for (const ReviewFinding& f : r.findings) ADD_FAILURE() << f.code << ' ' << f.summary << ' ' << (f.rows.empty() ? "" : f.rows[0].text);
    for (const Check& c : r.checks) EXPECT_EQ(c.good, c.of) << c.name;
  }
  static std::string head(std::string_view type, std::string_view math, std::string_view contest) {
    return fmt::format(
        "######## ELECTION INFO ########\nOrganization,Election Name,State\nExample Office,Example Election,XX\n\n"
        "######## CONTESTS ########\nContest Name,Targeted?,Number of Winners,Votes Allowed,Total Ballots Cast,Vote Totals\n{}\n\n"
        "######## AUDIT SETTINGS ########\nAudit Name,Audit Type,Audit Math Type,Risk Limit,Random Seed,Online Data Entry?\n"
        "Example Audit,{},{},10%,{},Yes\n\n",
        contest, type, math, kArloSeed);
  }

 private:
  TemporaryFolder folder_;
  std::map<std::string, std::string> files_;
};

// Cards of both kinds of audit: jurisdictions A'dams (a name with an apostrophe) and Baker.
class ArloOwnCards : public ArloOwnRecord {
 protected:
  // `first`: draws of the first of two rounds; there are 60 in all.
  void make(std::string_view type, std::string_view math, bool tabulators, std::size_t first_round = 40) {
    std::vector<sampling::NumberedObjects> groups;
    const std::vector<std::tuple<std::string, std::string, std::uint64_t>> batches{
        {"A'dams", "B 1", 150}, {"A'dams", "B 2", 50}, {"Baker", "B 1", 200}};
    for (const auto& [j, b, n] : batches) {
      std::vector<sampling::PythonItem> key{j};
      if (tabulators) key.emplace_back(sampling::PythonNone{});
      key.emplace_back(b);
      groups.push_back({"(" + sampling::python_tuple(key).value() + ", ", ")", 1, n});
    }
    write("manifests/A'dams/m.csv", "Batch Name,Number of Ballots\nB 1,150\nB 2,50\n");
    write("manifests/Baker/m.csv", "Batch Name,Number of Ballots\nB 1,200\n");
    const auto drawn = sampling::consistent_sample(kArloSeed, groups, {.take = 60});
    std::map<std::tuple<std::string, std::string, std::uint64_t>, std::array<std::vector<std::string>, 2>> rows;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      std::uint64_t object = drawn[i].object;
      std::size_t g = 0;
      while (object >= groups[g].count) object -= groups[g++].count;
      rows[{std::get<0>(batches[g]), std::get<1>(batches[g]), object + 1}][i < first_round ? 0 : 1].push_back(drawn[i].ticket);
    }
    const bool comparison = type == "BALLOT_COMPARISON";
    const auto contest =
        risk::Contest::make({.name = "Mayor", .ballots = 400, .choices = {{"Ada Example", 250}, {"Bo Example", 120}}}).value();
    std::string sample = fmt::format(
        "######## SAMPLED BALLOTS ########\nJurisdiction Name,Batch Name,Ballot Position,Ticket Numbers: Mayor,Audited?,Audit Result: "
        "Mayor{}\n",
        comparison ? ",CVR Result: Mayor,Discrepancy: Mayor" : "");
    std::array<std::array<std::uint64_t, 2>, 2> votes{};
    std::array<std::vector<risk::ComparedError>, 2> errors;
    for (auto& [place, tickets] : rows) {
      for (auto& t : tickets) std::ranges::sort(t);
      const auto& [j, b, position] = place;
      const bool ada = position % 3 != 0, first = position == std::get<2>(rows.begin()->first) && j == "A'dams" && b == "B 1";
      std::string printed;
      for (std::size_t r = 0; r < 2; ++r)
        if (!tickets[r].empty()) printed += fmt::format("{}Round {}: {}", printed.empty() ? "" : ", ", r + 1, fmt::join(tickets[r], ", "));
      for (std::size_t r = 0; r < 2; ++r) votes[r][ada ? 0 : 1] += tickets[r].size();
      // The first card: the record says Ada, the board Bo (or the other way round).
      const bool record_ada = first ? !ada : ada;
      const int over = record_ada == ada ? 0 : record_ada ? 2 : -2;
      for (std::size_t r = 0; r < 2; ++r) {
        const std::uint64_t times = tickets[0].size() + (r == 1 ? tickets[1].size() : 0);
        if (times > 0) errors[r].push_back({over > 0 ? risk::Decimal(over) / risk::Decimal(130) : risk::Decimal(), times});
      }
      sample += fmt::format("{},{},{},\"{}\",AUDITED,{}", j, b, position, printed, ada ? "Ada Example" : "Bo Example; COMMENT: smudged");
      if (comparison) sample += fmt::format(",{},{}", record_ada ? "Ada Example" : "Bo Example", over == 0 ? "" : std::to_string(over));
      sample += '\n';
      if (first) first_ = fmt::format("{},{},{},", j, b, position);
    }
    std::string rounds =
        "######## ROUNDS ########\nRound Number,Contest Name,Targeted?,Sample Size,Risk Limit Met?,P-Value,Start Time,End Time,Audited "
        "Votes\n";
    std::vector<std::uint64_t> sum(2);
    for (std::size_t r = 0; r < 2; ++r) {
      for (std::size_t v = 0; v < 2; ++v) sum[v] += votes[r][v];
      const auto polling = risk::bravo_risk(risk::percent_limit(10), contest, sum);
      const auto compared = risk::comparison_risk(risk::percent_limit(10), risk::ComparisonMargin::of(contest), errors[r]);
      double risk = comparison ? compared.risk : polling.risk();
      bool confirmed = comparison ? compared.confirmed : polling.confirmed;
      std::vector<risk::PolledRound> rounds_so_far;
      for (std::size_t i = 0; i <= r; ++i)
        rounds_so_far.push_back({static_cast<std::int64_t>(i == 0 ? first_round : 60 - first_round), {votes[i][0], votes[i][1]}});
      if (math == "MINERVA") risk = risk::minerva_risk({.limit = 0.1}, contest, rounds_so_far).value().p, confirmed = risk <= 0.1;
      if (math == "PROVIDENCE") risk = risk::providence_risk(0.1, contest, rounds_so_far).value().risk, confirmed = risk <= 0.1;
      std::string p = fmt::format("{:.10f}", risk);
      while (p.ends_with('0')) p.pop_back();
      rounds += fmt::format("{},Mayor,Targeted,{},{},{},2026-05-0{}T00:00:00,2026-05-0{}T12:00:00,Ada Example: {}; Bo Example: {}\n", r + 1,
                            r == 0 ? first_round : 60 - first_round, confirmed ? "Yes" : "No", p, r + 1, r + 1, votes[r][0], votes[r][1]);
    }
    write("report.csv", head(type, math, "Mayor,Targeted,1,1,400,Ada Example: 250; Bo Example: 120") + rounds + "\n" + sample);
  }
  std::string first_;
};

TEST_F(ArloOwnCards, Polling) {
  make("BALLOT_POLLING", "BRAVO", true);
  const Review r = review();
  expect_clean(r);
  ASSERT_EQ(r.contests.size(), 1U);
  EXPECT_EQ(r.contests[0].draws, 60U);
  EXPECT_EQ(r.contests[0].path.size(), 2U);
  EXPECT_EQ(r.contests[0].outcome, ContestReview::Outcome::confirmed);
  EXPECT_EQ(r.contests[0].drawn.size(), 60U);
}

TEST_F(ArloOwnCards, PollingWithTheOlderIdentifiers) {
  make("BALLOT_POLLING", "BRAVO", false);
  expect_clean(review());
}

TEST_F(ArloOwnCards, PollingByRoundsWarnsOfOneSeedForAll) {
  for (const char* math : {"MINERVA", "PROVIDENCE"}) {
    make("BALLOT_POLLING", math, true, 10);  // too few to stop
    const Review r = review();
    ASSERT_EQ(r.findings.size(), 1U) << math;
    EXPECT_EQ(r.findings[0].code, kSeedReused);
    EXPECT_TRUE(r.good());
    for (const Check& c : r.checks) EXPECT_EQ(c.good, c.of) << c.name;
    EXPECT_EQ(r.contests[0].outcome, ContestReview::Outcome::confirmed);
  }
}

TEST_F(ArloOwnCards, PollingChanged) {
  make("BALLOT_POLLING", "BRAVO", true);
  change("report.csv", "Round 1: 0.", "Round 1: 0.1");
  EXPECT_TRUE(found(review(), kDrawMismatch));
  change("report.csv", kArloSeed, "06712221796172622815");
  EXPECT_TRUE(found(review(), kDrawMismatch));
  change("report.csv", "Bo Example; COMMENT: smudged", "Ada Example; COMMENT: smudged");
  EXPECT_TRUE(found(review(), kReconcile));
  change("report.csv", "AUDITED", "NOT_AUDITED");
  EXPECT_TRUE(found(review(), kSampleShort));
  change("report.csv", ",Yes,0.", ",Yes,0.1");
  EXPECT_TRUE(found(review(), kRiskMismatch));
  change("report.csv", "BRAVO", "MINERVA");
  EXPECT_TRUE(found(review(), kSeedReused));
  change("report.csv", kArloSeed, "0671222");
  EXPECT_TRUE(found(review(), kSeedShort));
}

TEST_F(ArloOwnCards, ATicketThatIsNoneIsNamedAndTheReviewGoesOn) {
  make("BALLOT_COMPARISON", "SUPERSIMPLE", true);
  change("report.csv", "Round 1: 0.", "Round 1: 1.");
  const Review r = review();
  EXPECT_TRUE(found(r, kDrawMismatch, "printed 1."));
  EXPECT_FALSE(found(r, kRiskMismatch));  // how often the card was drawn is printed all the same
  change("report.csv", "Round 1: 0.", "Round 3: 0.");
  EXPECT_TRUE(found(review(), kDrawMismatch, " of round 3, which the report does not have"));
}

TEST_F(ArloOwnCards, AManifestChanged) {
  make("BALLOT_POLLING", "BRAVO", true);
  change("manifests/Baker/m.csv", "B 1,200", "B 1,201");
  const Review r = review();
  EXPECT_TRUE(found(r, kReconcile));  // 401 cards, 400 in the report
  EXPECT_FALSE(r.good());
}

TEST_F(ArloOwnCards, Comparison) {
  make("BALLOT_COMPARISON", "SUPERSIMPLE", true);
  const Review r = review();
  expect_clean(r);
  EXPECT_EQ(r.contests[0].over2 + r.contests[0].under2, 1U);
  EXPECT_FALSE(r.contests[0].path.empty());
}

TEST_F(ArloOwnCards, ComparisonChanged) {
  make("BALLOT_COMPARISON", "SUPERSIMPLE", true);
  // The record's cell of a card that agreed: the discrepancy printed is no longer the cells'.
  change("report.csv", ",Ada Example,Ada Example,\n", ",Ada Example,Bo Example,\n");
  EXPECT_TRUE(found(review(), kRiskMismatch, "discrepancy printed \"\""));
  change("report.csv", ",Ada Example,Ada Example,\n", ",Ada Example,,2\n");
  const Review r = review();
  EXPECT_TRUE(found(r, kPhantom, "no vote record"));
  EXPECT_TRUE(found(r, kRiskMismatch, "recomputed"));  // one more overstatement
}

class ArloOwnBatches : public ArloOwnRecord {
 protected:
  void make(std::string_view contest_row, bool tied = false) {
    std::vector<sampling::BatchKey> keys;
    std::vector<risk::BatchTally> tallies;
    std::string manifest = "Container,Batch Name,Number of Ballots\n", totals = "Batch Name,Mayor - Ada Example,Mayor - Bo Example\n";
    for (int i = 0; i < 40; ++i) {
      keys.push_back({"Example County", fmt::format("Box {}, tray", i)});  // a comma in the name
      tallies.push_back({.votes = {60.0, tied ? 60.0 : 30.0 + i % 5}, .ballots = 120});
      manifest += fmt::format("C,\"Box {}, tray\",120\n", i);
      totals += fmt::format("\"Box {}, tray\",60,{}\n", i, tied ? 60 : 30 + i % 5);
    }
    write("Example County/manifest.csv", manifest);
    write("Example County/totals.csv", totals);
    const std::int64_t bo = tied ? 2400 : 1280;
    const auto contest =
        risk::Contest::make({.name = "Mayor", .ballots = 4800, .choices = {{"Ada Example", 2400}, {"Bo Example", bo}}}).value();
    const auto total = risk::total_error_bound(contest, tallies);
    std::vector<double> weights;
    for (const auto& t : tallies) weights.push_back(tied ? 1.0 / 40 : (risk::batch_error_bound(contest, t, 0) / total).to_double());
    const auto drawn = sampling::ppeb_sample(kArloSeed, keys, weights, 12).value();
    std::map<std::uint64_t, std::vector<std::string>> by_batch;
    risk::BatchSample sample;
    for (const auto& d : drawn) {
      by_batch[d.batch].push_back(d.ticket);
      sample.draws.push_back({d.ticket, static_cast<std::uint32_t>(d.batch)});
    }
    std::string rows =
        "######## SAMPLED BATCHES ########\nJurisdiction Name,Batch Name,Ballots in Batch,Ticket Numbers,Audited?,Audit Results,Reported "
        "Results,Change in Results,Change in Margin,Combined Batch\n";
    for (auto& [b, tickets] : by_batch) {
      std::ranges::sort(tickets);
      sample.audited.push_back({static_cast<std::uint32_t>(b), tallies[b]});
      const std::string votes = fmt::format("Ada Example: 60; Bo Example: {}", static_cast<int>(tallies[b].votes[1]));
      rows += fmt::format("Example County,\"Box {}, tray\",120,\"Round 1: {}\",Yes,{},{},,,\n", b, fmt::join(tickets, ", "), votes, votes);
    }
    const auto risk = risk::batch_risk(risk::percent_limit(10), contest, tallies, sample).value();
    std::string p = fmt::format("{:.9f}", risk.risk);
    while (p.ends_with('0') && !p.ends_with(".0")) p.pop_back();
    write("report.csv", head("BATCH_COMPARISON", "MACRO", contest_row) +
                            fmt::format("######## ROUNDS ########\nRound Number,Contest Name,Targeted?,Sample Size,Risk Limit "
                                        "Met?,P-Value\n1,Mayor,Targeted,12,{},{}\n\n",
                                        risk.confirmed ? "Yes" : "No", p) +
                            rows);
  }
};

TEST_F(ArloOwnBatches, OneContestWithoutItsNameInTheColumns) {
  make("Mayor,Targeted,1,1,4800,Ada Example: 2400; Bo Example: 1280");
  const Review r = review();
  expect_clean(r);
  EXPECT_EQ(r.contests[0].draws, 12U);
  EXPECT_EQ(r.contests[0].outcome, ContestReview::Outcome::confirmed);
  EXPECT_EQ(r.contests[0].certificate["draws"], 12);
}

// A vote less for the leader in one batch: the sum over the batches says so, and the batch in the list of what was drawn.
TEST_F(ArloOwnBatches, WhatTheCountsFoundIsSaid) {
  make("Mayor,Targeted,1,1,4800,Ada Example: 2400; Bo Example: 1280");
  const Review before = review();
  EXPECT_EQ(before.contests[0].compared, ContestReview::Compared::batches);
  EXPECT_EQ(before.contests[0].batch_changes.batches, before.contests[0].distinct);
  EXPECT_EQ(before.contests[0].batch_changes.changed, 0U);
  change("report.csv", ",Yes,Ada Example: 60; ", ",Yes,Ada Example: 59; ");
  const Review r = review();
  const BatchChanges& changes = r.contests[0].batch_changes;
  EXPECT_EQ(changes.changed, 1U);
  EXPECT_EQ(changes.votes_fewer, 1U);
  EXPECT_EQ(changes.votes_more, 0U);
  EXPECT_EQ(changes.margin_over, 1U);
  EXPECT_EQ(changes.margin_under, 0U);
  EXPECT_TRUE(std::ranges::any_of(r.contests[0].drawn, [](const DrawnItem& d) {
    return d.note.ends_with("the hand count found Ada Example -1; the margin was overstated by 1");
  }));
}

TEST_F(ArloOwnBatches, ATicketThatIsNoneIsNamedAndTheReviewGoesOn) {
  make("Mayor,Targeted,1,1,4800,Ada Example: 2400; Bo Example: 1280");
  for (const auto& [printed, row] : std::map<std::string, std::string>{{"Round 1: 1.", " 1."},
                                                                       {"Round 1: x0.", " x0."},
                                                                       {"Round 0: 0.", ", which names no round"},
                                                                       {"Rund 1: 0.", ", which names no round"},
                                                                       {"Round 2: 0.", " of round 2, which the report does not have"}}) {
    change("report.csv", "Round 1: 0.", printed);
    const Review r = review();
    EXPECT_FALSE(r.good()) << printed;
    EXPECT_EQ(r.contests[0].draws, 12U) << printed;
    EXPECT_TRUE(found(r, kDrawMismatch, row)) << printed;
  }
}

TEST_F(ArloOwnBatches, AJurisdictionWithoutTheContestIsNotInItsCards) {
  make("Mayor,Targeted,1,1,4800,Ada Example: 2400; Bo Example: 1280");
  write("Aardvark County/manifest.csv", "Batch Name,Number of Ballots\nOther,50\n");
  write("Aardvark County/totals.csv", "Batch Name,Sheriff - Cy Example\nOther,20\n");
  expect_clean(review());
}

TEST_F(ArloOwnBatches, VotesInNoBatchAreAWarning) {
  make("Mayor,Targeted,1,1,4800,Ada Example: 2401; Bo Example: 1280");
  EXPECT_TRUE(found(review(), kReconcile, "Ada Example: batches add up to 2400 of 2401"));
}

TEST_F(ArloOwnBatches, MoreVotesThanCards) {
  make("Mayor,Targeted,1,1,4800,Ada Example: 2400; Bo Example: 1280");
  change("Example County/manifest.csv", "\"Box 3, tray\",120", "\"Box 3, tray\",12");
  const Review r = review();
  EXPECT_TRUE(found(r, kReconcile, "Box 3, tray: 93 votes for Mayor on 12 cards"));
  EXPECT_FALSE(r.good());
}

TEST_F(ArloOwnBatches, ATieIsNamedAndNothingLoops) {
  make("Mayor,Targeted,1,1,4800,Ada Example: 2400; Bo Example: 2400", true);
  const Review r = review();
  EXPECT_TRUE(found(r, kTie));
  EXPECT_FALSE(r.good());
}

TEST_F(ArloOwnBatches, TwoReportsOrNone) {
  make("Mayor,Targeted,1,1,4800,Ada Example: 2400; Bo Example: 1280");
  write("again.csv", head("BATCH_COMPARISON", "MACRO", "Mayor,Targeted,1,1,10,Ada Example: 1; Bo Example: 0") +
                         "######## ROUNDS ########\nRound Number,Contest Name,P-Value\n1,Mayor,1\n");
  Progress silent(Progress::Mode::silent);
  EXPECT_FALSE(review_arlo(folder(), {}, silent));
  const TemporaryFolder empty = TemporaryFolder::make().value();
  EXPECT_FALSE(review_arlo(empty.path(), {}, silent));
}

}  // namespace
}  // namespace entente::measures::p3_elections::review
