// OSV's range evaluation: written cases, and random ranges held against the pseudocode of the schema.
#include "measures/p6_supply/intervals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using Kind = OsvEvent::Kind;

bool inside(const std::vector<KeyInterval>& intervals, const std::string& key) {
  return std::any_of(intervals.begin(), intervals.end(),
                     [&](const KeyInterval& i) { return i.low <= key && (i.high.empty() || key < i.high); });
}

// Which of the versions are affected, by intervals; the pseudocode must say the same.
std::vector<std::string> affected(Scheme scheme, const OsvRange& range, const std::vector<std::string>& versions) {
  const auto intervals = range_intervals(scheme, range);
  EXPECT_OK(intervals);
  std::vector<std::string> out;
  for (const std::string& version : versions) {
    const bool hit = intervals && inside(*intervals, version_key(scheme, version).value());
    EXPECT_EQ(included_in_range(scheme, version, range).value(), hit) << version;
    if (hit) out.push_back(version);
  }
  return out;
}

OsvRange range(std::vector<OsvEvent> events) { return {OsvRange::Type::semver, std::move(events)}; }

TEST(Intervals, IntroducedZeroIsBeforeEverything) {
  EXPECT_THAT(affected(Scheme::semver, range({{Kind::introduced, "0"}, {Kind::fixed, "0.1.0"}}),
                       {"0.0.0-20200101000000-abcdefabcdef", "0.0.0-0", "0.0.0", "0.1.0-rc", "0.1.0", "1.0.0"}),
              testing::ElementsAre("0.0.0-20200101000000-abcdefabcdef", "0.0.0-0", "0.0.0", "0.1.0-rc"));
  // A fix below every release leaves releases alone.
  EXPECT_THAT(affected(Scheme::semver, range({{Kind::introduced, "0"}, {Kind::fixed, "0.0.0-20200529191333-ae2bb2f6d4d4"}}),
                       {"0.0.0-20190101000000-aaaaaaaaaaaa", "0.0.0-20200529191333-ae2bb2f6d4d4", "0.53.0"}),
              testing::ElementsAre("0.0.0-20190101000000-aaaaaaaaaaaa"));
}

TEST(Intervals, ManyPairsInAnyOrder) {
  const std::vector<std::string> versions{"0.9.0", "1.0.0", "1.5.0", "1.6.0", "2.0.0", "2.1.0", "3.0.0"};
  const std::vector<OsvEvent> events{
      {Kind::fixed, "2.1.0"}, {Kind::introduced, "2.0.0"}, {Kind::fixed, "1.6.0"}, {Kind::introduced, "1.0.0"}};
  EXPECT_THAT(affected(Scheme::semver, range(events), versions), testing::ElementsAre("1.0.0", "1.5.0", "2.0.0"));
  const auto intervals = range_intervals(Scheme::semver, range(events)).value();
  ASSERT_EQ(intervals.size(), 2U);
  EXPECT_EQ(intervals[0].low_text, "1.0.0");
  EXPECT_EQ(intervals[0].high_text, "1.6.0");
  EXPECT_EQ(intervals[0].upper, Upper::fixed);
}

TEST(Intervals, FixedAndIntroducedAgainAtOneVersionStaysAffected) {
  const OsvRange r = range({{Kind::introduced, "0"}, {Kind::fixed, "0.13.0"}, {Kind::introduced, "0.13.0"}, {Kind::fixed, "0.14.0"}});
  EXPECT_THAT(affected(Scheme::pep440, r, {"0.12", "0.13.0", "0.13.3", "0.14.0"}), testing::ElementsAre("0.12", "0.13.0", "0.13.3"));
}

TEST(Intervals, IntroducedAndFixedAtOneVersionIsAnEmptyInterval) {
  const OsvRange r = range({{Kind::introduced, "0"}, {Kind::fixed, "0.7.1"}, {Kind::introduced, "0.10.0"}, {Kind::fixed, "0.10.0"}});
  EXPECT_THAT(affected(Scheme::semver, r, {"0.7.0", "0.7.1", "0.10.0", "0.11.0"}), testing::ElementsAre("0.7.0"));
  const OsvRange three = range({{Kind::introduced, "0"},
                                {Kind::fixed, "3.1.1"},
                                {Kind::introduced, "3.2.0"},
                                {Kind::fixed, "3.2.2"},
                                {Kind::introduced, "3.1.1"},
                                {Kind::fixed, "3.2.0"}});
  EXPECT_THAT(affected(Scheme::pep440, three, {"3.1.0", "3.1.1", "3.2.0", "3.2.1", "3.2.2"}),
              testing::ElementsAre("3.1.0", "3.1.1", "3.2.0", "3.2.1"));
}

TEST(Intervals, LastAffectedIsInside) {
  const OsvRange r = range({{Kind::introduced, "1.0.0"}, {Kind::last_affected, "1.2.0"}});
  EXPECT_THAT(affected(Scheme::semver, r, {"0.9.9", "1.0.0", "1.2.0", "1.2.0+x", "1.2.1-0", "1.2.1"}),
              testing::ElementsAre("1.0.0", "1.2.0", "1.2.0+x"));
  EXPECT_THAT(affected(Scheme::pep440, r, {"1.2", "1.2.0+local", "1.2.post0", "1.2.0.1"}), testing::ElementsAre("1.2"))
      << "a local version comes after its release";
  EXPECT_THAT(affected(Scheme::semver, range({{Kind::introduced, "1.0.0"}, {Kind::last_affected, "1.0.0"}}), {"1.0.0", "1.0.1"}),
              testing::ElementsAre("1.0.0"));
}

TEST(Intervals, LimitsCut) {
  EXPECT_THAT(affected(Scheme::semver, range({{Kind::introduced, "0"}, {Kind::limit, "2.0.0"}}), {"1.0.0", "2.0.0", "3.0.0"}),
              testing::ElementsAre("1.0.0"));
  EXPECT_THAT(
      affected(Scheme::semver, range({{Kind::introduced, "0"}, {Kind::limit, "2.0.0"}, {Kind::limit, "2.5.0"}}), {"2.2.0", "2.5.0"}),
      testing::ElementsAre("2.2.0"));
  EXPECT_THAT(affected(Scheme::semver, range({{Kind::introduced, "0"}, {Kind::limit, "2.0.0"}, {Kind::limit, "*"}}), {"1.0.0", "9.0.0"}),
              testing::ElementsAre("1.0.0", "9.0.0"));
  EXPECT_THAT(
      affected(Scheme::semver, range({{Kind::introduced, "0"}, {Kind::fixed, "1.5.0"}, {Kind::limit, "2.0.0"}}), {"1.4.0", "1.5.0"}),
      testing::ElementsAre("1.4.0"));
  EXPECT_TRUE(range_intervals(Scheme::semver, range({{Kind::introduced, "3.0.0"}, {Kind::limit, "2.0.0"}})).value().empty());
}

TEST(Intervals, RefusesWhatItCannotJudge) {
  EXPECT_FALSE(range_intervals(Scheme::semver, range({{Kind::introduced, "0"}, {Kind::fixed, "next"}})).has_value());
  EXPECT_FALSE(range_intervals(Scheme::semver, range({{Kind::fixed, "1.0.0"}})).has_value());
}

TEST(Intervals, AgreeWithThePseudocodeOnRandomRanges) {
  std::mt19937 random(1);
  const std::vector<std::string> versions{"0",     "0.0.0-1", "0.1",     "0.1.0-a", "1.0.0-rc.1", "1.0.0",
                                          "1.0.1", "1.2",     "2.0.0-0", "2",       "2.0.1",      "10.0.0"};
  const int rounds = std::getenv("ENTENTE_SOAK") != nullptr ? 3000 : 800;
  for (const Scheme scheme : {Scheme::semver, Scheme::pep440}) {
    for (int n = 0; n < rounds; ++n) {
      OsvRange r = range({{Kind::introduced, versions[random() % versions.size()]}});
      const bool last = random() % 3 == 0;
      for (std::size_t events = random() % 6; events > 0; --events) {
        const Kind kind = random() % 2 == 0 ? Kind::introduced : random() % 5 == 0 ? Kind::limit : last ? Kind::last_affected : Kind::fixed;
        r.events.push_back({kind, kind == Kind::limit && random() % 4 == 0 ? "*" : versions[random() % versions.size()]});
      }
      const std::vector<std::string> hit = affected(scheme, r, versions);
      std::shuffle(r.events.begin(), r.events.end(), random);
      ASSERT_EQ(affected(scheme, r, versions), hit) << "the order of events mattered";
    }
  }
}

}  // namespace
}  // namespace entente::measures::p6_supply
