#include "measures/p3_elections/risk/kaplan_markov.h"

#include <cmath>

#include "test_support.h"

namespace entente::measures::p3_elections::risk {
namespace {

KaplanMarkov audit(std::uint64_t margin, std::uint64_t cards, std::uint64_t draws) {
  KaplanMarkov a;
  a.margin = margin;
  a.cards = cards;
  a.draws = draws;
  return a;
}

TEST(KaplanMarkov, StarksTable) {
  // Stark 2010, Table 3: margin 2 %, 500 draws, γ 1.01.
  KaplanMarkov a = audit(2, 100, 500);
  a.gamma_e8 = 101'000'000;
  EXPECT_EQ(kaplan_markov_thousandths(a), 7u);
  a.over1 = 3;
  EXPECT_EQ(kaplan_markov_thousandths(a), 54u);
}

// Figures computed with 200 bits by mpmath from the formulas in the header.
TEST(KaplanMarkov, RiskSizeAndBounds) {
  KaplanMarkov a = audit(17761, 468858, 194);
  const auto risk = kaplan_markov_risk(a);
  ASSERT_OK(risk);
  EXPECT_NEAR(risk->risk, 0.028183196939627358, 1e-15);
  EXPECT_LE(risk->low, std::log(0.028183196939627358181874));
  EXPECT_GE(risk->high, std::log(0.028183196939627358181874));
  EXPECT_LT(risk->high - risk->low, 1e-13);
  EXPECT_EQ(kaplan_markov_thousandths(a), 28u);
  EXPECT_EQ(kaplan_markov_size(audit(17761, 468858, 0), 3'000'000), 193u);
  EXPECT_EQ(kaplan_markov_size(audit(1, 1'000'000, 0), 5'000'000), 6225432u);
  EXPECT_EQ(kaplan_markov_size(audit(5, 100, 0), 50'000'000), 29u);
  EXPECT_EQ(kaplan_markov_meets(a, 3'000'000), true);
  EXPECT_EQ(kaplan_markov_meets(a, 2'800'000), false);

  a = audit(30, 1000, 200);
  a.over2 = 1, a.over1 = 2, a.under1 = 3, a.under2 = 4;
  EXPECT_NEAR(kaplan_markov_risk(a)->risk, 0.11193313868590266721, 1e-15);
  EXPECT_EQ(kaplan_markov_size(a, 4'000'000), 273u);
  // So many understatements that no draw is needed: not fewer than the discrepancies themselves.
  a.over2 = a.over1 = 0, a.under1 = 3, a.under2 = 40;
  EXPECT_EQ(kaplan_markov_size(a, 4'000'000), 43u);
  // A risk is never above 1.
  a = audit(100, 1453, 107);
  a.over2 = 2;
  EXPECT_EQ(kaplan_markov_risk(a)->risk, 1.0);
  EXPECT_EQ(kaplan_markov_thousandths(a), 1000u);
}

TEST(KaplanMarkov, TiesNeedMoreThanASample) {
  EXPECT_EQ(kaplan_markov_size(audit(0, 1000, 0), 3'000'000), 0u);  // ColoradoRLA's way to say "not auditable"
  EXPECT_EQ(kaplan_markov_thousandths(audit(0, 1000, 999)), 1000u);
  EXPECT_EQ(kaplan_markov_meets(audit(0, 1000, 999), 3'000'000), false);
}

TEST(KaplanMarkov, TheEdgesAreExact) {
  // One draw of a margin of 0.103905: the risk is 1 - 0.103905 / 2.0781 = 0.95 exactly, which doubles cannot tell from its neighbours.
  const KaplanMarkov equal = audit(103'905, 1'000'000, 1);
  EXPECT_EQ(kaplan_markov_meets(equal, 95'000'000), true);
  EXPECT_EQ(kaplan_markov_meets(equal, 94'999'999), false);
  EXPECT_EQ(kaplan_markov_meets(audit(103'904, 1'000'000, 1), 95'000'000), false);
  // 0.5285 exactly: halves go up.
  EXPECT_EQ(kaplan_markov_thousandths(audit(97'982'415, 100'000'000, 1)), 529u);
  EXPECT_EQ(kaplan_markov_thousandths(audit(97'982'416, 100'000'000, 1)), 528u);
  // A limit of 1 needs no draw.
  EXPECT_EQ(kaplan_markov_size(audit(5, 100, 0), kE8), 0u);
}

TEST(KaplanMarkov, Estimated) {
  KaplanMarkov a = audit(897, 11642, 100);
  EXPECT_EQ(kaplan_markov_estimated(99, a, 7), 99u);  // no overstatements: as it is
  a.over1 = 1;
  EXPECT_EQ(kaplan_markov_estimated(99, a, 0), 99u);
  EXPECT_EQ(kaplan_markov_estimated(99, a, 1), 100u);
  EXPECT_EQ(kaplan_markov_estimated(100, a, 2), 102u);
  a.draws = 0;
  EXPECT_EQ(kaplan_markov_estimated(99, a, 1), 99u);
}

TEST(KaplanMarkov, RefusesNonsense) {
  EXPECT_FALSE(kaplan_markov_risk(audit(101, 100, 1)));
  EXPECT_FALSE(kaplan_markov_risk(audit(0, 0, 1)));
  KaplanMarkov a = audit(1, 100, 1);
  a.gamma_e8 = kE8;
  EXPECT_FALSE(kaplan_markov_risk(a));
  EXPECT_FALSE(kaplan_markov_size(audit(1, 100, 1), 0));
  EXPECT_FALSE(kaplan_markov_size(audit(1, 100, 1), kE8 + 1));
}

TEST(KaplanMarkov, DecimalsAndPrinting) {
  EXPECT_EQ(parse_e8("1.03905000"), kCorlaGammaE8);
  EXPECT_EQ(parse_e8("1.03905"), kCorlaGammaE8);
  EXPECT_EQ(parse_e8("0.0300000000"), 3'000'000u);
  EXPECT_EQ(parse_e8("3"), 3 * kE8);
  for (const char* bad : {"", ".", "1.", "-1", "0.030000001", "1e-2", "1.0.0", "100", "99999999999"}) EXPECT_FALSE(parse_e8(bad)) << bad;
  EXPECT_EQ(corla_percent(28), "2.8");
  EXPECT_EQ(corla_percent(1000), "100.0");
  EXPECT_EQ(corla_percent(9), "0.9");
  EXPECT_EQ(corla_diluted_margin(17761, 468858), "3.78814100");
  EXPECT_EQ(corla_diluted_margin(0, 4719), "0E-8");
  EXPECT_EQ(corla_diluted_margin(1, 20000), "0.00500000");
}

}  // namespace
}  // namespace entente::measures::p3_elections::risk
