// The KEV catalogue, and which of a record's CVSS vectors counts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measures/p6_supply/kev.h"
#include "measures/p6_supply/record_rating.h"
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

// Newer versions before older ones, then the higher score; what cannot be scored does not count.
TEST(RecordRating, WhichOfSeveralVectorsCounts) {
  const SeverityView v2{"CVSS_V2", "AV:N/AC:L/Au:N/C:C/I:C/A:C"};
  const SeverityView v30{"CVSS_V3", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"};
  const SeverityView v31{"CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"};
  const SeverityView v31_low{"CVSS_V3", "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"};
  const SeverityView v4{"CVSS_V4", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:L/SA:N"};
  const SeverityView broken{"CVSS_V4", "CVSS:4.0/AV:N"};
  const SeverityView words{"Ubuntu", "high"};
  const auto tenths = [](const std::vector<SeverityView>& severity) {
    const auto rating = rate_record(severity);
    return rating ? rating->score.tenths : -1;
  };
  EXPECT_EQ(tenths({v2, v30, v31, v4, broken, words}), 69);
  EXPECT_EQ(tenths({v30, v2, v31_low, v31}), 61) << "3.1 before 3.0, of two the higher";
  EXPECT_EQ(tenths({v2, v30, broken}), 98);
  EXPECT_EQ(tenths({words, v2}), 100);
  EXPECT_EQ(tenths({broken, words}), -1);
  EXPECT_EQ(severity_name(rate_record(std::vector{v4})->severity()), "medium");
}

}  // namespace
}  // namespace entente::measures::p6_supply
