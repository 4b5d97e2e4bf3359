// CVSS vectors and scores of all four versions: worked examples of FIRST's documents, scores of FIRST's calculators, and what is refused.
#include "cvss/cvss.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cvss/macrovectors.h"
#include "test_support.h"

namespace entente::cvss {
namespace {

using testing::HasSubstr;

Scores scores_of(std::string_view vector) {
  const auto v = parse(vector);
  EXPECT_OK(v);
  return v ? score(*v) : Scores{{-1}, {-1}, {-1}};
}
int base_of(std::string_view vector) { return scores_of(vector).base.tenths; }
int rated(std::string_view vector) {
  const auto r = rate(vector);
  EXPECT_OK(r);
  return r ? r->score.tenths : -1;
}

TEST(Cvss, BaseScoresOfVersions2And3) {
  EXPECT_EQ(base_of("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), 98);
  EXPECT_EQ(base_of("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"), 100);
  EXPECT_EQ(base_of("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"), 61);
  EXPECT_EQ(base_of("CVSS:3.1/AV:L/AC:L/PR:H/UI:R/S:U/C:H/I:H/A:H"), 65);
  EXPECT_EQ(base_of("CVSS:3.0/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:N"), 0);
  EXPECT_EQ(base_of("AV:N/AC:L/Au:N/C:N/I:N/A:C"), 78);
  EXPECT_EQ(base_of("(AV:L/AC:H/Au:N/C:C/I:C/A:C)"), 62);
  EXPECT_EQ(base_of("AV:N/AC:L/Au:N/C:C/I:C/A:C"), 100);
  EXPECT_EQ(base_of("AV:L/AC:H/Au:M/C:N/I:N/A:N"), 0);
}

TEST(Cvss, TemporalAndEnvironmental) {
  // Worked examples of the version 2 guide, section 3.3: CVE-2002-0392 and CVE-2003-0818.
  const Scores apache = scores_of("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H");
  EXPECT_EQ(apache.base.tenths, 78);
  EXPECT_EQ(apache.temporal.tenths, 64);
  EXPECT_EQ(apache.environmental.tenths, 92);
  EXPECT_EQ(scores_of("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C").temporal.tenths, 83);
  EXPECT_EQ(scores_of("CVSS:3.1/AV:L/AC:L/PR:H/UI:R/S:U/C:H/I:H/A:H/MC:N/MI:N/MA:N").environmental.tenths, 0);
  EXPECT_EQ(scores_of("AV:L/AC:H/Au:M/C:P/I:N/A:N/CR:L").environmental.tenths, 0) << "the equation itself falls below zero";
}

// Values of FIRST's calculator; the first three are its examples of CVE-2022-41741, CVE-2020-3549 and CVE-2014-0160 (Heartbleed).
TEST(Cvss, Version4) {
  EXPECT_EQ(rated("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"), 73);
  EXPECT_EQ(rated("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"), 77);
  EXPECT_EQ(rated("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A"), 87);
  EXPECT_EQ(rated("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"), 100);
  EXPECT_EQ(rated("CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N"), 0);
  const Scores all = scores_of("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U/MVC:N/MVI:N/MVA:N");
  EXPECT_EQ(all.base.tenths, 93);
  EXPECT_EQ(all.temporal.tenths, 81);
  EXPECT_EQ(all.environmental.tenths, 0);
}

TEST(Cvss, Version4CountsTheVectorAsGivenAndNoSupplementalMetric) {
  const std::string base = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
  EXPECT_EQ(rated(base), 93);
  EXPECT_EQ(rated(base + "/E:X/CR:X/MSI:X"), 93);
  EXPECT_EQ(rated(base + "/E:P"), 89);
  EXPECT_EQ(rated(base + "/MSI:S/MSA:S"), 100);
  EXPECT_EQ(rated(base + "/S:P/AU:Y/R:I/V:C/RE:H/U:Red"), 93);
  EXPECT_EQ(rate("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/MC:N")->score.tenths, 98) << "the base score in versions 2 and 3";
}

// A worse macrovector never has the lower score, class by class: a slip in the table would show.
TEST(Cvss, MacrovectorsFallInEveryDirection) {
  for (std::size_t row = 0; row < kMacrovectorTenths.size(); ++row) {
    const std::size_t eq36 = row % kPairs36, eq2 = row / kPairs36 % 2, eq1 = row / kPairs36 / 2;
    for (std::size_t column = 0; column < 9; ++column) {
      const int here = kMacrovectorTenths[row][column];
      if (eq1 < 2) EXPECT_GE(here, kMacrovectorTenths[row + 2 * kPairs36][column]) << row << " " << column;
      if (eq2 < 1) EXPECT_GE(here, kMacrovectorTenths[row + kPairs36][column]) << row << " " << column;
      if (eq36 == 0 || eq36 == 2) EXPECT_GE(here, kMacrovectorTenths[row + 1][column]) << row << " " << column;
      if (eq36 == 0 || eq36 == 1) EXPECT_GE(here, kMacrovectorTenths[row + 2][column]) << row << " " << column;
      if (eq36 == 3) EXPECT_GE(here, kMacrovectorTenths[row + 1][column]) << row << " " << column;
      if (column % 3 < 2) EXPECT_GE(here, kMacrovectorTenths[row][column + 1]) << row << " " << column;
      if (column < 6) EXPECT_GE(here, kMacrovectorTenths[row][column + 3]) << row << " " << column;
    }
  }
}

TEST(Cvss, RefusesWithTheMetricAndItsPlace) {
  const auto error = [](std::string_view vector) {
    const auto v = parse(vector);
    EXPECT_FALSE(v.has_value()) << vector;
    return v ? Error{} : v.error();
  };
  EXPECT_THAT(error("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H").what, HasSubstr("A is missing"));
  const Error twice = error("CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
  EXPECT_THAT(twice.what, HasSubstr("AV is given twice"));
  EXPECT_EQ(twice.where.offset, 14U);
  const Error value = error("CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
  EXPECT_THAT(value.what, HasSubstr("AV has no value \"Q\""));
  EXPECT_EQ(value.where.offset, 12U);
  EXPECT_THAT(error("CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").what, HasSubstr("AV has no value"));
  EXPECT_THAT(error("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/").what, HasSubstr("unknown metric"));
  EXPECT_THAT(error("CVSS:3.1/ZZ:N/AV:N").what, HasSubstr("unknown metric"));
  EXPECT_THAT(error("CVSS:3.1/").what, HasSubstr("unknown metric"));
  EXPECT_THAT(error("CVSS:3.2/AV:N").what, HasSubstr("unknown version"));
  EXPECT_THAT(error("CVSS:4.0").what, HasSubstr("unknown version"));
  EXPECT_THAT(error("AV:N/AC:L/Au:N/C:C/I:C/A:C/A:C").what, HasSubstr("A is given twice"));
  for (const char* bad : {"", "()", "high", "(", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:ND", "av:n/ac:l/au:n/c:c/i:c/a:c"}) error(bad);
  error(std::string(600, 'A'));
}

TEST(Cvss, TheOrderOfVersion4IsFixed) {
  const auto what = [](std::string_view vector) { return parse(vector).map([](auto&&) { return 0; }).error().what; };
  EXPECT_THAT(what("CVSS:4.0/AC:L/AV:N/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"), HasSubstr("AV must stand before AC"));
  EXPECT_THAT(what("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/CR:H/E:A"), HasSubstr("E must stand before CR"));
  EXPECT_THAT(what("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/E:A"), HasSubstr("SA is missing"));
  EXPECT_THAT(what("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N"), HasSubstr("SI has no value \"S\""));
  EXPECT_EQ(base_of("CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N/E:P/RL:O/RC:C/MAV:P"), 98) << "any order before 4.0";
}

TEST(Cvss, Severities) {
  for (const auto& [tenths, word] : {std::pair<std::int16_t, std::string_view>{0, "none"},
                                     {1, "low"},
                                     {39, "low"},
                                     {40, "medium"},
                                     {69, "medium"},
                                     {70, "high"},
                                     {89, "high"},
                                     {90, "critical"},
                                     {100, "critical"}})
    EXPECT_EQ(severity_name(severity({tenths})), word) << tenths;
  EXPECT_EQ(severity_schema_name(Severity::critical), "CRITICAL");
  EXPECT_EQ(Score{98}.value(), 9.8);
}

}  // namespace
}  // namespace entente::cvss
