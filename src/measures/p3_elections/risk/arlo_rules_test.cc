// What differs between tools, and what must never happen: ties, zero votes, taints of 1, full hand counts, order of draws.
#include <gtest/gtest.h>
#include <cmath>

#include "measures/p3_elections/risk/bravo.h"
#include "measures/p3_elections/risk/contest.h"
#include "measures/p3_elections/risk/irv_comparison.h"
#include "measures/p3_elections/risk/macro.h"
#include "measures/p3_elections/risk/minerva.h"
#include "measures/p3_elections/risk/providence.h"
#include "measures/p3_elections/risk/suite.h"
#include "measures/p3_elections/risk/supersimple.h"

namespace entente::measures::p3_elections::risk {
namespace {

const Decimal kTenPercent = percent_limit(10);

Contest contest(std::int64_t ballots, std::vector<Choice> choices, int winners = 1, WinRule rule = WinRule::plurality,
                std::int64_t pending = 0) {
  return Contest::make({"Example", ballots, winners, 1, pending, rule, std::move(choices)}).value();
}

TEST(Contest, WinnersByVotesAndTheSmallestMargin) {
  const Contest c = contest(1000, {{"Ada", 300}, {"Bo", 400}, {"Cy", 100}}, 2);
  EXPECT_EQ(std::vector<std::uint32_t>(c.winners().begin(), c.winners().end()), (std::vector<std::uint32_t>{1, 0}));
  EXPECT_EQ(c.smallest_margin(), 200);
  EXPECT_EQ(c.pairs().size(), 2U);
  EXPECT_FALSE(c.tied());
  EXPECT_TRUE(contest(10, {{"Ada", 5}, {"Bo", 5}}).tied());
  EXPECT_EQ(contest(10, {{"Ada", 5}}).diluted_margin(), -1);
}

TEST(Contest, NonsenseIsRefused) {
  EXPECT_FALSE(Contest::make({"c", 0, 1, 1, 0, WinRule::plurality, {{"Ada", 1}}}));
  EXPECT_FALSE(Contest::make({"c", 10, 1, 1, 0, WinRule::plurality, {{"Ada", 0}}}));
  EXPECT_FALSE(Contest::make({"c", 10, 1, 1, 0, WinRule::plurality, {{"Ada", -1}}}));
  EXPECT_FALSE(Contest::make({"c", 10, 0, 1, 0, WinRule::plurality, {{"Ada", 1}}}));
}

TEST(Contest, ARunoffHasOneWinnerOrTwo) {
  EXPECT_EQ(contest(100, {{"Ada", 51}, {"Bo", 49}}, 1, WinRule::runoff).winners().size(), 1U);
  EXPECT_EQ(contest(100, {{"Ada", 50}, {"Bo", 30}, {"Cy", 20}}, 1, WinRule::runoff).winners().size(), 2U);
}

// Four batches of Ada 60, Bo 40; the fourth stays uncounted.
struct FourBatches {
  Contest c = contest(400, {{"Ada", 240}, {"Bo", 160}});
  std::vector<BatchTally> reported = std::vector<BatchTally>(4, {true, {60, 40}, 100});
  BatchSample sample;
  FourBatches() {
    for (std::uint32_t i = 0; i < 3; ++i) {
      sample.audited.push_back({i, reported[i]});
      sample.draws.push_back({std::to_string(i), i});
    }
  }
};

TEST(Macro, ATaintOfOneOrMoreNeverConfirms) {
  FourBatches f;
  f.sample.audited[0].counted.votes = {0, 100};  // everything the batch can hide: a taint of 1
  const BatchRisk one = batch_risk(kTenPercent, f.c, f.reported, f.sample).value();
  EXPECT_TRUE(one.p.is_infinite());
  EXPECT_EQ(one.risk, 1);
  EXPECT_FALSE(one.confirmed);
  f.sample.combined = {{0, 1}};  // counted together: more error than the drawn part can hold
  f.sample.audited[0].counted.votes = f.sample.audited[1].counted.votes = {0, 200};
  EXPECT_FALSE(batch_risk(kTenPercent, f.c, f.reported, f.sample)->confirmed);
}

TEST(Macro, UnderstatementsDoNotHelp) {
  FourBatches f;
  const double clean = batch_risk(kTenPercent, f.c, f.reported, f.sample)->risk;
  f.sample.audited[1].counted.votes = {80, 20};
  EXPECT_EQ(batch_risk(kTenPercent, f.c, f.reported, f.sample)->risk, clean);
}

TEST(Macro, ARepeatedDrawCountsAgainAndAllBatchesAreAHandCount) {
  FourBatches f;
  const double three = batch_risk(kTenPercent, f.c, f.reported, f.sample)->risk;
  f.sample.draws.push_back({"3", 0});
  EXPECT_LT(batch_risk(kTenPercent, f.c, f.reported, f.sample)->risk, three);
  f.sample.audited.push_back({3, {true, {0, 100}, 0}});
  EXPECT_EQ(batch_risk(kTenPercent, f.c, f.reported, f.sample)->risk, 0);
  EXPECT_FALSE(batch_sample_size(kTenPercent, f.c, f.reported, f.sample));
}

TEST(Macro, TiesAndPendingBallots) {
  FourBatches f;
  f.c = contest(400, {{"Ada", 200}, {"Bo", 200}});
  EXPECT_TRUE(total_error_bound(f.c, f.reported).is_infinite());
  EXPECT_EQ(batch_sample_size(kTenPercent, f.c, f.reported, {}).value(), 4);
  f.c = contest(400, {{"Ada", 240}, {"Bo", 160}}, 1, WinRule::plurality, 90);  // more than the margin is pending
  EXPECT_FALSE(batch_risk(kTenPercent, f.c, f.reported, f.sample)->confirmed);
}

TEST(Macro, WrongIndexesAreErrors) {
  FourBatches f;
  f.sample.draws.push_back({"9", 9});
  EXPECT_FALSE(batch_risk(kTenPercent, f.c, f.reported, f.sample));
  f.sample.draws.back() = {"9", 3};  // drawn, not counted
  EXPECT_FALSE(batch_risk(kTenPercent, f.c, f.reported, f.sample));
  f.sample.draws.pop_back();
  EXPECT_TRUE(batch_risk(kTenPercent, f.c, f.reported, f.sample));
  f.sample.audited.push_back(f.sample.audited[0]);  // four counts of three batches are no hand count of four
  EXPECT_FALSE(batch_risk(kTenPercent, f.c, f.reported, f.sample));
}

TEST(SuperSimple, AMissingCardIsTwoVotesAndTheStopIsStrict) {
  const Contest c = contest(1000, {{"Ada", 600}, {"Bo", 400}});
  CardReading gone;
  gone.found = false;
  const CardReading good{true, true, CardReading::Special::none, {1, 0}};
  EXPECT_EQ(card_discrepancy(c, good, gone)->votes, 2);
  EXPECT_EQ(card_discrepancy(c, gone, good)->votes, 2);
  EXPECT_FALSE(card_discrepancy(c, good, good));
  EXPECT_TRUE(stops(StopRule::at_or_below, 0.1, 0.1));
  EXPECT_FALSE(stops(StopRule::below_and_positive, 0.1, 0.1));
  EXPECT_FALSE(stops(StopRule::below_and_positive, 0, 0.1));
}

TEST(SuperSimple, TheLargestByVotesNotByShare) {
  // Over Bo (margin 10) one vote, over Cy (margin 500) two: two votes count, with the small share.
  const Contest c = contest(1000, {{"Ada", 505}, {"Bo", 495}, {"Cy", 5}});
  const auto d =
      card_discrepancy(c, {true, true, CardReading::Special::none, {1, 0, 0}}, {true, true, CardReading::Special::none, {0, 0, 1}});
  ASSERT_TRUE(d);
  EXPECT_EQ(d->votes, 2);
  EXPECT_EQ(d->relative.str(), "0.004");
}

TEST(SuperSimple, DrawsAreComparedWithBallotsAndTiesNeverConfirm) {
  const Contest c = contest(10, {{"Ada", 6}, {"Bo", 4}});
  const std::vector<ComparedError> all{{Decimal(1), 10}};
  EXPECT_TRUE(comparison_risk(kTenPercent, ComparisonMargin::of(c), all).confirmed);  // a full hand tally, whatever was found
  const Contest tie = contest(1000, {{"Ada", 500}, {"Bo", 500}});
  const std::vector<ComparedError> some{{Decimal(), 900}};
  EXPECT_EQ(comparison_risk(kTenPercent, ComparisonMargin::of(tie), some).risk, 1);
  EXPECT_EQ(comparison_sample_size(kTenPercent, tie), 1000);
}

TEST(Irv, OvervotedRanksEndTheBallot) {
  EXPECT_EQ(normalised(std::vector<int>{2, 4, 5}), (Ranks{1, 2, 3}));
  EXPECT_EQ(normalised(std::vector<int>{1, 2, 2, 3}), (Ranks{1, 0, 0, 0}));
  const IrvAssertion neb{IrvAssertion::Kind::not_eliminated_before, 0, 1};
  EXPECT_EQ(neb.winner_vote(std::vector<int>{2, 1}), 0);  // only first ranks count for the winner
  EXPECT_EQ(neb.loser_vote(std::vector<int>{2, 1}), 1);
  const IrvAssertion nen{IrvAssertion::Kind::not_eliminated_next, 0, 1, {false, false, true}};
  EXPECT_EQ(nen.winner_vote(std::vector<int>{2, 3, 1}), 1);
}

TEST(Bravo, TiesZeroVotesAndHandCounts) {
  EXPECT_FALSE(bravo_expected_size(kTenPercent, contest(10, {{"Ada", 5}, {"Bo", 5}}), {}));
  EXPECT_EQ(bravo_sample_sizes(kTenPercent, contest(10, {{"Ada", 5}, {"Bo", 5}}), {}, 0)->front().kind, "all-ballots");
  const Contest landslide = contest(100, {{"Ada", 100}, {"Bo", 0}});
  EXPECT_EQ(bravo_sample_sizes(kTenPercent, landslide, {}, 0)->front().size, 1);
  // One vote for a loser without reported votes: T is 0 for ever.
  const std::vector<std::uint64_t> sample{50, 1};
  EXPECT_EQ(bravo_risk(kTenPercent, landslide, sample).risk(), 1);
  EXPECT_FALSE(bravo_risk(kTenPercent, landslide, sample).confirmed);
  const std::vector<std::uint64_t> all{50, 50};
  EXPECT_EQ(bravo_risk(kTenPercent, landslide, all).risk(), 0);
}

TEST(Minerva, RoundsOfAPairAddUp) {
  PairRounds pair({RoundTest::minerva, 0.1}, 0.6);
  double spent = 0;
  for (const std::int64_t size : {100, 200, 400, 800}) spent += pair.add(size).risk;
  EXPECT_LE(spent, 0.1);  // the risk of all rounds together keeps the limit
  EXPECT_FALSE(minerva_risk({}, contest(10, {{"Ada", 5}, {"Bo", 5}}), std::vector<PolledRound>{{5, {3, 2}}}));
  EXPECT_EQ(minerva_first_sizes({}, contest(10, {{"Ada", 10}}))[0].size, -1);
}

TEST(Minerva, TheDistributionIsTheBinomial) {
  const VoteDistribution d = VoteDistribution::binomial(40, 0.55).after(VoteDistribution::binomial(60, 0.55));
  const VoteDistribution whole = VoteDistribution::binomial(100, 0.55);
  for (std::int64_t k = 0; k <= 100; ++k) EXPECT_NEAR(d.at(k), whole.at(k), 1e-14);
}

TEST(Providence, OneRoundIsMinerva) {
  PairRounds pair({RoundTest::minerva, 0.1}, 0.6);
  pair.add(100);
  EXPECT_NEAR(providence_p(0.6, 0, 0, 57, 100), pair.p_value(57), 1e-13);
}

TEST(Suite, AStratumWithoutRecordsOrBallots) {
  const Contest c = contest(1000, {{"Ada", 700}, {"Bo", 300}});
  const PollingStratum polling{1000, {700, 300}, {140, 60}, 200};
  const ComparisonStratum none{0, {0, 0}, {{}}, 0};
  const auto risk = hybrid_risk(0.1, c, polling, none);
  ASSERT_TRUE(risk) << risk.error().str();
  EXPECT_GT(risk->risk, 0);
  EXPECT_LE(risk->risk, 1);
  EXPECT_TRUE(risk->confirmed);
  EXPECT_EQ(polling_stratum_p(PollingStratum{10, {6, 4}, {0, 0}, 0}, {0, 1}, 2, 0.5), 1);  // nothing sampled
  EXPECT_EQ(comparison_stratum_p(ComparisonStratum{10, {6, 4}, {{}}, 10}, {}, 2, 1), 0);   // all of it
  EXPECT_EQ(fisher_maximum(0.1, contest(10, {{"Ada", 5}, {"Bo", 5}}), {5, {2, 3}, {0, 0}, 0}, {5, {3, 2}, {{}}, 0}, {0, 1}, {}).value(), 1);
}

}  // namespace
}  // namespace entente::measures::p3_elections::risk
