// VERS ranges: what is canonical, what a range contains, and a round trip over random ranges.
#include "measures/p6_supply/vers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

std::string refusal(std::string_view text) {
  const auto vers = Vers::parse(text);
  return vers ? "none" : vers.error().what;
}

bool holds(std::string_view vers, std::string_view version) { return Vers::parse(vers).value().contains(version).value(); }

TEST(VersRange, RefusesWhatIsNotCanonical) {
  for (const char* text : {"",
                           "vers:",
                           "vers:npm",
                           "vers:npm/",
                           "vers:/1",
                           "VERS:npm/1.0.0",
                           "vers:NPM/1.0.0",
                           "vers:unheard-of/1",
                           "vers:npm/>=",
                           "vers:npm/|1.0.0",
                           "vers:npm/1.0.0|",
                           "vers:npm/1.0.0||2.0.0",
                           "vers:npm/1.0.0| 2.0.0",
                           "vers:npm/2.0.0|1.0.0",
                           "vers:npm/1.0.0|1.0.0",
                           "vers:npm/1.0|1.0.0",
                           "vers:npm/1.0.0%",
                           "vers:npm/1.0.0%2",
                           "vers:npm/1.0.0%zz",
                           "vers:npm/1.0.0%2f",
                           "vers:npm/1.0.0%41",
                           "vers:npm/*|1.0.0",
                           "vers:npm/=1.0.0",
                           "vers:npm/>latest",
                           "vers:all/1",
                           "vers:npm/1.0.0\xc3\xa4"})
    EXPECT_NE(refusal(text), "none") << text;
  EXPECT_THAT(refusal("vers:npm/>=2.0.0|<1.0.0"), testing::HasSubstr("not sorted"));
  EXPECT_THAT(refusal("vers:npm/" + std::string(70'000, '1')), testing::HasSubstr("longer"));
  std::string many = "vers:intdot/0";
  for (int i = 1; i < 5000; ++i) many += "|" + std::to_string(i);
  EXPECT_THAT(refusal(many), testing::HasSubstr("too many"));
}

TEST(VersRange, Contains) {
  const char* npm = "vers:npm/1.2.3|>=2.0.0|!=2.5.0|<5.0.0";
  for (const char* in : {"1.2.3", "2.0.0", "2.5.1", "4.99.0", "5.0.0-rc.1"}) EXPECT_TRUE(holds(npm, in)) << in;
  for (const char* out : {"1.2.4", "0.1.0", "2.0.0-rc.1", "2.5.0", "5.0.0", "6.0.0"}) EXPECT_FALSE(holds(npm, out)) << out;
  EXPECT_TRUE(holds("vers:deb/<1.0-1", "1.0~rc1-1"));
  EXPECT_FALSE(holds("vers:deb/<1.0-1", "1:0.1"));
  EXPECT_TRUE(holds("vers:maven/>=1.0.0-beta1|<=1.7.5|>=7.0.0-M1|<=7.0.7", "7.0.0-M2"));
  EXPECT_FALSE(holds("vers:maven/>=1.0.0-beta1|<=1.7.5|>=7.0.0-M1|<=7.0.7", "2.0"));
  EXPECT_FALSE(holds("vers:pypi/!=1.0", "1.0"));
  EXPECT_TRUE(holds("vers:pypi/<1.0|>2.0", "3"));
  EXPECT_FALSE(holds("vers:pypi/<1.0|>2.0", "1.5"));
  EXPECT_TRUE(holds("vers:gem/>1|>=2|<3|<=4", "1.5")) << "of lower bounds in a row the first counts";
  EXPECT_TRUE(holds("vers:gem/>1|>=2|<3|<=4", "4"));
  EXPECT_FALSE(holds("vers:gem/>1|>=2|<3|<=4", "5"));
  EXPECT_TRUE(holds("vers:all/*", "anything"));
  EXPECT_FALSE(holds("vers:none/*", "anything"));
  EXPECT_TRUE(holds("vers:rpm/*", "1"));
  EXPECT_FALSE(Vers::parse("vers:npm/1.0.0").value().contains("latest").has_value());
  EXPECT_TRUE(holds("vers:lexicographic/a%7Cb", "a|b"));
}

TEST(VersRange, Normalises) {
  EXPECT_EQ(Vers::normalise("vers:npm/<5.0.0|1.2.3|>=2.0.0").value().str(), "vers:npm/1.2.3|>=2.0.0|<5.0.0");
  EXPECT_FALSE(Vers::normalise("vers:npm/1.0.0|2.0.0|1.0").has_value()) << "1.0.0 and 1.0 are one version";
  EXPECT_EQ(Vers::parse("vers:lexicographic/a%7Cb%25").value().str(), "vers:lexicographic/a%7Cb%25");
}

TEST(VersRange, RandomRangesRoundTripAndAgreeWithACount) {
  std::mt19937 random(20261128);
  static constexpr const char* kSigns[] = {"", "!=", "<", "<=", ">", ">="};
  for (int n = 0; n < 2000; ++n) {
    std::string text = "vers:intdot/";
    for (int i = 0; i < 10; ++i) {
      if (random() % 3 == 0) text += kSigns[random() % 6] + std::to_string(i) + "|";
    }
    if (text.back() != '|') continue;
    text.pop_back();
    const auto vers = Vers::parse(text);
    ASSERT_OK(vers);
    EXPECT_EQ(vers->str(), text);
    EXPECT_EQ(Vers::normalise(text).value().str(), text);
    // Between two signposts a version is in if the nearest bound on its left opens, or the nearest on its right closes.
    for (int i = 0; i < 10; ++i) {
      Comparator left = Comparator::equal, right = Comparator::equal;
      for (const VersConstraint& c : vers->constraints()) {
        if (c.comparator == Comparator::equal || c.comparator == Comparator::not_equal) continue;
        if (std::stoi(c.version) <= i) {
          left = c.comparator;
        } else if (right == Comparator::equal) {
          right = c.comparator;
        }
      }
      const bool expected =
          left == Comparator::greater || left == Comparator::greater_equal || right == Comparator::less || right == Comparator::less_equal;
      EXPECT_EQ(vers->contains(std::to_string(i) + ".5").value(), expected) << text << " " << i << ".5";
    }
  }
}

}  // namespace
}  // namespace entente::measures::p6_supply
