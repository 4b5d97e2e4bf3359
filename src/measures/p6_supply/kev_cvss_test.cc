// The KEV catalogue, and CVSS base scores against scores worked out by FIRST's calculators.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measures/p6_supply/cvss.h"
#include "measures/p6_supply/kev.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using testing::HasSubstr;

std::string catalog(const std::string& entries, int count) {
  return R"({"title":"t","catalogVersion":"2026.01.02","dateReleased":"2026-01-02T03:04:05.678Z","count":)" + std::to_string(count) +
         R"(,"vulnerabilities":[)" + entries + "]}";
}
constexpr const char* kEntry =
    R"({"cveID":"CVE-2024-12345","vendorProject":"Example","product":"Widget","vulnerabilityName":"Widget Overflow","dateAdded":"2025-12-31","shortDescription":"s","requiredAction":"r","dueDate":"2026-01-21","knownRansomwareCampaignUse":"Known"})";

TEST(Kev, ReadsACatalogue) {
  const auto kev = KevCatalog::parse(catalog(kEntry, 1), "kev.json");
  ASSERT_OK(kev);
  EXPECT_EQ(kev->version, "2026.01.02");
  EXPECT_EQ(format_time(*kev->released), "2026-01-02T03:04:05.678Z");
  const KevEntry* entry = kev->find("CVE-2024-12345");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(format_date(entry->date_added), "2025-12-31");
  EXPECT_EQ(format_date(entry->due_date), "2026-01-21");
  EXPECT_EQ(entry->ransomware, RansomwareUse::known);
  EXPECT_EQ(entry->name, "Widget Overflow");
  EXPECT_EQ(kev->find("CVE-2024-1234"), nullptr);
}

TEST(Kev, RefusesHalfACatalogue) {
  const auto error = [](const std::string& text) {
    const auto kev = KevCatalog::parse(text, "kev.json");
    EXPECT_FALSE(kev.has_value()) << text;
    return kev ? Error{} : kev.error();
  };
  EXPECT_THAT(error(catalog(kEntry, 2)).what, HasSubstr("not whole"));
  EXPECT_THAT(error(catalog(std::string(kEntry) + "," + kEntry, 2)).what, HasSubstr("twice"));
  EXPECT_THAT(error("{}").what, HasSubstr("not a KEV catalogue"));
  EXPECT_EQ(error(catalog(R"({"cveID":"CVE-24-1","dateAdded":"2025-12-31","dueDate":"2026-01-21"})", 1)).where.pointer,
            "/vulnerabilities/0");
  EXPECT_THAT(error(catalog(R"({"cveID":"CVE-2024-0001","dateAdded":"31.12.2025","dueDate":"2026-01-21"})", 1)).what,
              HasSubstr("dateAdded"));
  EXPECT_THAT(error(catalog(R"({"cveID":"CVE-2024-0001","dateAdded":"2025-12-31"})", 1)).what, HasSubstr("dueDate"));
  EXPECT_FALSE(KevCatalog::read("/nonexistent/kev.json").has_value());
}

TEST(Cvss, KnownScores) {
  const auto score = [](std::string_view vector) {
    const auto s = cvss_base_score(vector);
    EXPECT_OK(s);
    return s ? s->score : -1;
  };
  EXPECT_DOUBLE_EQ(score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), 9.8);
  EXPECT_DOUBLE_EQ(score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"), 10.0);
  EXPECT_DOUBLE_EQ(score("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"), 6.1);
  EXPECT_DOUBLE_EQ(score("CVSS:3.0/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:N"), 0.0);
  EXPECT_DOUBLE_EQ(score("CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N/E:P/RL:O/RC:C/MAV:P"), 9.8)
      << "any order; other groups do not count";
  EXPECT_DOUBLE_EQ(score("AV:N/AC:L/Au:N/C:N/I:N/A:C"), 7.8);
  EXPECT_DOUBLE_EQ(score("(AV:L/AC:H/Au:N/C:C/I:C/A:C)"), 6.2);
  EXPECT_DOUBLE_EQ(score("AV:N/AC:L/Au:N/C:C/I:C/A:C"), 10.0);
  EXPECT_DOUBLE_EQ(score("AV:L/AC:H/Au:M/C:N/I:N/A:N"), 0.0);
}

TEST(Cvss, RefusesWithTheMetric) {
  const auto what = [](std::string_view vector) {
    const auto s = cvss_base_score(vector);
    EXPECT_FALSE(s.has_value()) << vector;
    return s ? std::string() : s.error().what;
  };
  EXPECT_THAT(what("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H"), HasSubstr("A is missing"));
  EXPECT_THAT(what("CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), HasSubstr("AV is given twice"));
  EXPECT_THAT(what("CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), HasSubstr("AV has no value"));
  EXPECT_THAT(what("CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), HasSubstr("AV has no value"));
  EXPECT_THAT(what("CVSS:3.1/ZZ:N/AV:N"), HasSubstr("unknown metric"));
  EXPECT_THAT(what("CVSS:3.1/"), HasSubstr("unknown metric"));
  EXPECT_THAT(what("CVSS:3.2/AV:N"), HasSubstr("version"));
  EXPECT_THAT(what("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:H/VA:L/SC:N/SI:H/SA:L"), HasSubstr("version 4"));
  EXPECT_NE(what(""), "");
  EXPECT_NE(what("()"), "");
  EXPECT_NE(what("high"), "");
  EXPECT_NE(what(std::string(600, 'A')), "");
}

TEST(Cvss, WordsAndTheBestOfSeveral) {
  EXPECT_EQ(severity_of_score(0.0), Severity::none);
  EXPECT_EQ(severity_of_score(0.1), Severity::low);
  EXPECT_EQ(severity_of_score(3.9), Severity::low);
  EXPECT_EQ(severity_of_score(4.0), Severity::medium);
  EXPECT_EQ(severity_of_score(6.9), Severity::medium);
  EXPECT_EQ(severity_of_score(7.0), Severity::high);
  EXPECT_EQ(severity_of_score(8.9), Severity::high);
  EXPECT_EQ(severity_of_score(9.0), Severity::critical);
  EXPECT_EQ(severity_name(Severity::critical), "critical");
  const std::vector<SeverityView> several{{"CVSS_V2", "AV:N/AC:L/Au:N/C:C/I:C/A:C"},
                                          {"CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"},
                                          {"CVSS_V4", "CVSS:4.0/AV:N"},
                                          {"Ubuntu", "high"}};
  const auto best = best_score(several);
  ASSERT_TRUE(best);
  EXPECT_DOUBLE_EQ(best->score, 6.1) << "version 3 over version 2";
  EXPECT_FALSE(best_score(std::vector<SeverityView>{{"CVSS_V4", "CVSS:4.0/AV:N"}}));
}

}  // namespace
}  // namespace entente::measures::p6_supply
