#include "measures/p3_elections/risk/decimal.h"

#include <gtest/gtest.h>
#include <limits>

namespace entente::measures::p3_elections::risk {
namespace {

Decimal d(std::string_view text) { return Decimal::parse(text).value(); }

TEST(Decimal, DoublesKeepEveryBit) {
  EXPECT_EQ(Decimal::from_double(0.1).str(), "0.1000000000000000055511151231257827021181583404541015625");
  EXPECT_EQ(Decimal::from_double(0.5).str(), "0.5");
  EXPECT_EQ(Decimal::from_double(-3).str(), "-3");
  EXPECT_TRUE(Decimal::from_double(0.1) > d("0.1"));  // why limits must not come from doubles
  EXPECT_TRUE(Decimal::from_double(std::numeric_limits<double>::infinity()).is_infinite());
}

TEST(Decimal, ResultsHave28Digits) {
  EXPECT_EQ((d("1") / d("3")).str(), "0.3333333333333333333333333333");
  EXPECT_EQ((d("2") / d("3")).str(), "0.6666666666666666666666666667");
  EXPECT_EQ((d("1") / d("4")).str(), "0.25");
  EXPECT_EQ((d("10") / d("2")).str(), "5");
  EXPECT_EQ((d("1.20") * d("3")).str(), "3.60");
  EXPECT_EQ((d("9999999999999999999999999999") + d("1")).str(), "1.000000000000000000000000000E+28");
  EXPECT_EQ((d("1E+30") + d("1")).str(), "1.000000000000000000000000000E+30");
  EXPECT_EQ((d("1") + d("1E-40")).str(), "1.000000000000000000000000000");
}

TEST(Decimal, HalvesGoToEven) {
  EXPECT_EQ((d("1000000000000000000000000000.5") + d("0")).str(), "1000000000000000000000000000");
  EXPECT_EQ((d("1000000000000000000000000001.5") + d("0")).str(), "1000000000000000000000000002");
}

TEST(Decimal, FunctionsAreCorrectlyRounded) {
  EXPECT_EQ(d("10").ln().str(), "2.302585092994045684017991455");
  EXPECT_EQ(d("1").exp().str(), "2.718281828459045235360287471");
  EXPECT_EQ(d("2").sqrt().str(), "1.414213562373095048801688724");
  EXPECT_EQ(d("1.1").pow(20).str(), "6.72749994932560009201");
  EXPECT_EQ(d("1.2").pow(1000).str(), "1.517910089172301966772471569E+79");
  EXPECT_TRUE(d("0").ln().is_infinite());
  EXPECT_TRUE(d("-1").ln().is_nan());
  EXPECT_EQ(d("7").pow(0), Decimal(1));
}

TEST(Decimal, IntegersOfEitherSign) {
  EXPECT_EQ(d("2.1").ceil(), 3);
  EXPECT_EQ(d("-2.1").ceil(), -2);
  EXPECT_EQ(d("2.9").floor(), 2);
  EXPECT_EQ(d("-2.1").floor(), -3);
  EXPECT_EQ(d("2.5").round_half_up(), 3);
  EXPECT_EQ(d("-2.5").round_half_up(), -3);
  EXPECT_EQ(d("1E-60").ceil(), 1);
  EXPECT_EQ(d("1E+60").floor(), INT64_MAX);
}

TEST(Decimal, OrderAndSpecials) {
  EXPECT_TRUE(d("1E+100") > d("9E+99"));
  EXPECT_TRUE(d("-1") < d("0"));
  EXPECT_TRUE(d("1.0") == d("1"));
  EXPECT_TRUE(Decimal::infinity() > d("1E+1000"));
  EXPECT_FALSE(Decimal::nan() == Decimal::nan());
  EXPECT_TRUE((Decimal(1) / Decimal(0)).is_infinite());
  EXPECT_TRUE((Decimal::infinity() - Decimal::infinity()).is_nan());
  for (const char* bad : {"", "x", "1e", "1.2.3", "--1"}) EXPECT_FALSE(Decimal::parse(bad)) << bad;
}

TEST(Decimal, BackToTheNearestDouble) {
  EXPECT_EQ(d("0.1").to_double(), 0.1);
  EXPECT_EQ(d("1E-400").to_double(), 0);
  EXPECT_EQ(Decimal::from_double(0x1.24783caed1429p-4).to_double(), 0x1.24783caed1429p-4);
}

}  // namespace
}  // namespace entente::measures::p3_elections::risk
