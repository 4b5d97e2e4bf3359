// Assorters by hand: one example a kind, and that the assertions of an outcome hold exactly where it is right.
#include <gtest/gtest.h>

#include "measures/p3_elections/risk/assorter.h"
#include "test_support.h"

namespace entente::measures::p3_elections::risk {
namespace {

using records::CvrMark;
using Marks = std::vector<CvrMark>;

AssertedContest contest(ChoiceFunction function, std::uint32_t choices = 3) {
  AssertedContest c;
  c.name = "Example";
  c.function = function;
  for (std::uint32_t i = 0; i < choices; ++i) c.choices.push_back(std::string(1, static_cast<char>('A' + i)));
  return c;
}

TEST(Assorter, PluralityAndOvervotes) {
  const auto list = assertions_for(contest(ChoiceFunction::plurality), {.winners = {1}, .finalists = {}, .tally = {}, .list_seats = {}});
  ASSERT_OK(list);
  ASSERT_EQ(list->size(), 2U);
  const Assertion& a = (*list)[0];
  EXPECT_EQ(a.name, "B v A");
  EXPECT_EQ(assort(a, Marks{{1, 1}}), 1);
  EXPECT_EQ(assort(a, Marks{{0, 1}}), 0);
  EXPECT_EQ(assort(a, Marks{{2, 1}}), 0.5);
  EXPECT_EQ(assort(a, Marks{}), 0.5);
  EXPECT_EQ(assort(a, Marks{{1, 1}, {2, 1}}), 0.5) << "two marks where one is allowed void the vote";
  AssertedContest two = contest(ChoiceFunction::plurality);
  two.votes_allowed = 2;
  two.seats = 2;
  const auto pairs = assertions_for(two, {.winners = {0, 1}, .finalists = {}, .tally = {}, .list_seats = {}});
  ASSERT_OK(pairs);
  ASSERT_EQ(pairs->size(), 2U);
  EXPECT_EQ(assort((*pairs)[0], Marks{{0, 1}, {1, 1}}), 1);
  EXPECT_EQ(assort((*pairs)[0], Marks{{0, 1}, {2, 1}}), 0.5);
}

TEST(Assorter, Shares) {
  AssertedContest c = contest(ChoiceFunction::supermajority);
  c.share = 2.0 / 3;
  const auto won = assertions_for(c, {.winners = {0}, .finalists = {}, .tally = {}, .list_seats = {}});
  ASSERT_OK(won);
  ASSERT_EQ(won->size(), 1U);
  EXPECT_DOUBLE_EQ(won->front().upper, 0.75);
  EXPECT_DOUBLE_EQ(assort(won->front(), Marks{{0, 1}}), 0.75);
  EXPECT_EQ(assort(won->front(), Marks{{1, 1}}), 0);
  EXPECT_EQ(assort(won->front(), Marks{{0, 1}, {1, 1}}), 0.5);
  const auto lost = assertions_for(c, {});
  ASSERT_OK(lost);
  ASSERT_EQ(lost->size(), 3U) << "nobody has two thirds: one assertion a choice";
  EXPECT_DOUBLE_EQ(lost->front().upper, 1.5);
  EXPECT_EQ(assort(lost->front(), Marks{{0, 1}}), 0);
  EXPECT_DOUBLE_EQ(assort(lost->front(), Marks{{2, 1}}), 1.5);
  // 80 of 100 valid votes and 20 blank ones: v = q(p/f - 1).
  const std::vector<std::uint64_t> tally{80, 15, 5};
  const auto margin = margin_from_tally(won->front(), tally, 120);
  ASSERT_OK(margin);
  EXPECT_NEAR(*margin, 100.0 / 120 * (0.8 * 1.5 - 1), 1e-15);
}

TEST(Assorter, ScoreBordaStar) {
  AssertedContest c = contest(ChoiceFunction::star);
  c.max_score = 5;
  const auto star = assertions_for(c, {.winners = {2}, .finalists = {0, 2}, .tally = {}, .list_seats = {}});
  ASSERT_OK(star);
  ASSERT_EQ(star->size(), 3U) << "both finalists over the third, and the winner over the other";
  const Marks vote{{0, 5}, {1, 1}, {2, 4}};
  EXPECT_DOUBLE_EQ(assort((*star)[0], vote), (5.0 - 1 + 5) / 10);
  EXPECT_DOUBLE_EQ(assort((*star)[1], vote), (4.0 - 1 + 5) / 10);
  EXPECT_EQ(assort((*star)[2], vote), 0);
  const auto borda = assertions_for(contest(ChoiceFunction::borda), {.winners = {0}, .finalists = {}, .tally = {}, .list_seats = {}});
  ASSERT_OK(borda);
  EXPECT_DOUBLE_EQ(assort((*borda)[0], Marks{{0, 1}, {1, 2}, {2, 3}}), (2.0 - 1 + 2) / 4);
  EXPECT_EQ(assort((*borda)[1], Marks{{0, 1}}), 1);
  EXPECT_FALSE(assertions_for(c, {.winners = {1}, .finalists = {0, 2}, .tally = {}, .list_seats = {}}).has_value());
}

TEST(Assorter, InstantRunoff) {
  const AssertedContest c = contest(ChoiceFunction::irv, 4);
  const Assertion neb = winner_only(c, 0, 1);
  EXPECT_EQ(assort(neb, Marks{{0, 1}, {1, 2}}), 1);
  EXPECT_EQ(assort(neb, Marks{{2, 1}, {0, 2}, {1, 3}}), 0.5) << "the winner stands before, but not first";
  EXPECT_EQ(assort(neb, Marks{{2, 1}, {1, 2}}), 0) << "the loser is there, the winner not";
  EXPECT_EQ(assort(neb, Marks{{1, 1}, {0, 2}}), 0);
  const Assertion nen = irv_elimination(c, 0, 1, {2});
  EXPECT_EQ(nen.name, "A v B elim C");
  EXPECT_EQ(assort(nen, Marks{{2, 1}, {0, 2}}), 1);
  EXPECT_EQ(assort(nen, Marks{{3, 1}, {0, 2}}), 0.5);
  EXPECT_EQ(assort(nen, Marks{{2, 1}, {1, 2}, {0, 3}}), 0);
  EXPECT_EQ(assort(nen, Marks{{0, 1}, {1, 1}}), 0.5) << "an overvoted rank is nobody's";
}

// For every small election: all assertions hold exactly where the seats are right.
TEST(Assorter, HighestAveragesImplyTheSeats) {
  AssertedContest c = contest(ChoiceFunction::highest_averages);
  c.share = 0;
  int right = 0, wrong = 0;
  for (std::uint64_t x = 1; x < 30; x += 4)
    for (std::uint64_t y = 2; y < 30; y += 5)
      for (std::uint64_t z = 3; z < 30; z += 7) {
        const std::vector<std::uint64_t> tally{x, y, z};
        const auto truth = allocate_seats(tally, 5, Divisors::dhondt);
        ASSERT_OK(truth);
        for (std::uint32_t a = 0; a <= 5; ++a)
          for (std::uint32_t b = 0; a + b <= 5; ++b) {
            const std::vector<std::uint32_t> claimed{a, b, 5 - a - b};
            const auto list = assertions_for(c, {.winners = {}, .finalists = {}, .tally = tally, .list_seats = claimed});
            ASSERT_OK(list);
            bool holds = true;
            for (const Assertion& assertion : *list) {
              VotePatterns patterns;
              std::vector<std::uint64_t> counts(2, 0);
              for (std::uint32_t i = 0; i < 3; ++i) {
                patterns.intern(Marks{{i, 1}});
                counts.push_back(tally[i]);
              }
              const auto values = assort_patterns(assertion, patterns);
              for (double v : values) EXPECT_TRUE(v >= 0 && v <= assertion.upper + 1e-12);
              const AssorterMean mean = assorter_mean(values, counts, CardStyle::used);
              const auto margin = margin_from_tally(assertion, tally, x + y + z);
              ASSERT_OK(margin);
              EXPECT_NEAR(mean.margin, *margin, 1e-12);
              holds = holds && mean.mean > 0.5 + 1e-12;
            }
            if (truth->tie) continue;
            EXPECT_EQ(holds, claimed == truth->seats);
            (holds ? right : wrong)++;
          }
      }
  EXPECT_GT(right, 50);
  EXPECT_GT(wrong, 1000);
}

TEST(Assorter, PatternsPhantomsPoolsAndStyle) {
  records::CvrTable table;
  table.contests.push_back({.name = "Example", .votes_allowed = 1, .ranked = false, .choices = {"A", "B"}, .write_in = {false, false}});
  const auto card = [&](std::initializer_list<CvrMark> marks, bool on, std::uint16_t overvotes = 0) {
    records::CvrCard c;
    c.first_contest = static_cast<std::uint32_t>(table.card_contests.size());
    if (on) {
      c.contests = 1;
      table.card_contests.push_back({.contest = 0,
                                     .first_mark = static_cast<std::uint32_t>(table.marks.size()),
                                     .marks = static_cast<std::uint16_t>(marks.size()),
                                     .overvotes = overvotes});
      table.marks.insert(table.marks.end(), marks);
    }
    table.cards.push_back(c);
  };
  for (int i = 0; i < 6; ++i) card({{0, 1}}, true);
  for (int i = 0; i < 2; ++i) card({{1, 1}}, true);
  card({{1, 1}}, true, 1);  // overvoted: nobody's
  card({}, false);
  ContestCards cards = contest_cards(table, 0);
  cards.add_phantoms(1);
  EXPECT_EQ(cards.on_card(), 10U);
  const auto list = assertions_for(contest(ChoiceFunction::plurality, 2), {.winners = {0}, .finalists = {}, .tally = {}, .list_seats = {}});
  ASSERT_OK(list);
  const auto values = assort_patterns(list->front(), cards.patterns);
  const AssorterMean with = assorter_mean(values, cards.counts, CardStyle::used),
                     without = assorter_mean(values, cards.counts, CardStyle::unused);
  EXPECT_NEAR(with.margin, 4.0 / 10, 1e-15);
  EXPECT_NEAR(without.margin, 4.0 / 11, 1e-15);
  const OverstatementAssorter over{.upper_a = 1, .margin = with.margin};
  EXPECT_DOUBLE_EQ(over.upper(), 2 / (2 - 0.4));
  const std::uint32_t a = cards.card[0], b = cards.card[6];
  EXPECT_DOUBLE_EQ(over.value(values[a], paper_value(values, a, CardStyle::used)), 1 / 1.6);
  EXPECT_DOUBLE_EQ(over.value(values[a], paper_value(values, b, CardStyle::used)), 0) << "a two-vote overstatement";
  EXPECT_DOUBLE_EQ(over.value(values[b], paper_value(values, a, CardStyle::used)), over.upper()) << "the largest there is";
  EXPECT_DOUBLE_EQ(over.value(values[a], paper_value(values, VotePatterns::kAbsent, CardStyle::used)), 0) << "zombie";
  EXPECT_DOUBLE_EQ(over.value(values[a], paper_value(values, VotePatterns::kAbsent, CardStyle::unused)), 0.5 / 1.6);
  EXPECT_DOUBLE_EQ(over.value(values[VotePatterns::kPhantom], paper_value(values, VotePatterns::kPhantom, CardStyle::unused)), 0.5 / 1.6);
  const std::vector<std::uint32_t> pools{0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 1};
  const auto means = pool_means(values, cards.card, pools, 3, CardStyle::used);
  EXPECT_DOUBLE_EQ(means[0], 6.0 / 7);
  EXPECT_DOUBLE_EQ(means[1], 1.0 / 3);
  EXPECT_TRUE(std::isnan(means[2]));
}

// ONEAudit: where the totals of the pools are right, the overstatement assorter has the mean it has without pools and errors, 1/(2 -
// v/u_A), although hardly any card agrees with its pool's mean; and where a pool's total is wrong by the margin, the mean is 1/2.
TEST(Assorter, PooledCardsKeepTheMean) {
  const auto list = assertions_for(contest(ChoiceFunction::plurality, 2), {.winners = {0}, .finalists = {}, .tally = {}, .list_seats = {}});
  ASSERT_OK(list);
  VotePatterns patterns;
  const std::uint32_t a = patterns.intern(Marks{{0, 1}}), b = patterns.intern(Marks{{1, 1}}), none = patterns.intern(Marks{});
  const auto values = assort_patterns(list->front(), patterns);
  std::vector<std::uint32_t> cards, pools;
  std::vector<std::uint64_t> counts(patterns.size(), 0);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    cards.push_back(i % 10 < 5 ? a : i % 10 < 9 ? b : none);
    pools.push_back(i % 3);
    ++counts[cards.back()];
  }
  const auto mean_over = [&](const std::vector<std::uint32_t>& paper) {
    const OverstatementAssorter over{.upper_a = 1, .margin = assorter_mean(values, counts, CardStyle::used).margin};
    const auto means = pool_means(values, cards, pools, 3, CardStyle::used);
    double sum = 0;
    for (std::size_t i = 0; i < cards.size(); ++i) {
      const double x = over.value(means[pools[i]], paper_value(values, paper[i], CardStyle::used));
      EXPECT_TRUE(x >= 0 && x <= over.upper());
      sum += x;
    }
    return sum / static_cast<double>(cards.size());
  };
  EXPECT_NEAR(mean_over(cards), 1 / (2 - 0.1), 1e-12);
  std::vector<std::uint32_t> wrong = cards;  // fifty votes of the winner are the loser's on paper: a tie
  for (std::size_t i = 0, moved = 0; moved < 50; ++i)
    if (wrong[i] == a) wrong[i] = b, ++moved;
  EXPECT_NEAR(mean_over(wrong), 0.5, 1e-12);
}

}  // namespace
}  // namespace entente::measures::p3_elections::risk
