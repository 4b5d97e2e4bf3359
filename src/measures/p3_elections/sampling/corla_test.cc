#include "measures/p3_elections/sampling/corla.h"

#include <gtest/gtest.h>

namespace entente::measures::p3_elections::sampling {
namespace {

// Figures from Python's hashlib and big integers: int(sha256("seed,k"), big-endian) % N + 1.
TEST(CorlaSampler, KnownDraws) {
  EXPECT_EQ(corla_draw("01234567890123456789", 1, 1000), 835u);
  EXPECT_EQ(corla_draw("01234567890123456789", 2, 1000), 309u);
  EXPECT_EQ(corla_draw("01234567890123456789", 1, 4746866), 2845197u);
  EXPECT_EQ(corla_draw("1234567890123456789", 1, 1000), 720u);  // the leading zero counts
  EXPECT_EQ(corla_draw("99999999999999999999", 1000000, std::uint64_t{1} << 40), 184633307103u);
  EXPECT_EQ(corla_draw("53", 12, 1), 1u);
}

TEST(CorlaSampler, ARangeIsItsDraws) {
  const std::vector<std::uint64_t> all = corla_draws("01234567890123456789", 1, 25, 997);
  ASSERT_EQ(all.size(), 25u);
  for (std::uint64_t k = 1; k <= 25; ++k) {
    EXPECT_EQ(all[k - 1], corla_draw("01234567890123456789", k, 997));
    EXPECT_GE(all[k - 1], 1u);
    EXPECT_LE(all[k - 1], 997u);
  }
  EXPECT_EQ(corla_draws("01234567890123456789", 9, 3, 997), std::vector<std::uint64_t>(all.begin() + 8, all.begin() + 11));
  EXPECT_TRUE(corla_draws("1", 1, 0, 0).empty());
}

TEST(CorlaSampler, SeedDigits) {
  EXPECT_EQ(corla_seed_digits("00000000000000000000"), kCorlaSeedDigits);
  EXPECT_EQ(corla_seed_digits("1234"), 4u);
  EXPECT_EQ(corla_seed_digits("1234 "), 0u);
  EXPECT_EQ(corla_seed_digits(""), 0u);
}

}  // namespace
}  // namespace entente::measures::p3_elections::sampling
