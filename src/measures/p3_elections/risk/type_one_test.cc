// The short version of bench/type_one_bench.cc: a few thousand elections with a fixed seed.
#include <gtest/gtest.h>

#include "null_elections.h"

namespace entente::test::null_elections {
namespace {

TEST(TypeOne, NoTestConfirmsWrongOutcomesMoreOftenThanItsLimit) {
  for (const Played& p : play_all(1000, 7))
    EXPECT_TRUE(p.good()) << p.test << ": " << p.confirmed << " of " << p.runs << ", limit " << p.limit;
}

TEST(TypeOne, AHarnessThatSeesABrokenTest) {
  // BRAVO that forgets the loser's votes would confirm nearly always: the harness must say so.
  Played broken{"broken", "a tie", 0.05, 1000};
  Random random(1);
  for (int run = 0; run < 1000; ++run)
    if (risk::bravo_log_ratio_with_replacement(0.6, random.heads(100), 0) >= -std::log(0.05)) ++broken.confirmed;
  EXPECT_FALSE(broken.good());
}

TEST(TypeOne, FairCoins) {
  Random random(3);
  double sum = 0;
  for (int i = 0; i < 1000; ++i) sum += static_cast<double>(random.heads(101));
  EXPECT_NEAR(sum / 1000, 50.5, 0.6);
}

}  // namespace
}  // namespace entente::test::null_elections
