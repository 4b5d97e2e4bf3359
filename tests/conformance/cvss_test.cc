// CVSS vectors with the scores Red Hat's library gives: every base vector of 3.0 and 3.1 with all three scores, and those of 4.0. And the
// whole KEV catalogue.
#include <gtest/gtest.h>
#include <zstd.h>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "core/file.h"
#include "cvss/cvss.h"
#include "measures/p6_supply/kev.h"
#include "test_support.h"

namespace entente {
namespace {

// Calls check(vector, the text of its scores) for each line "VECTOR - (9.2, …)"; the number of lines, 0 if there is no such file.
template <class Check>
std::size_t each_vector(const std::filesystem::path& path, Check check) {
  std::ifstream file(path);
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    const std::size_t gap = line.find(" - (");
    if (gap == std::string::npos) {
      ADD_FAILURE() << path << ": " << line;
      break;
    }
    const auto vector = cvss::parse(std::string_view(line).substr(0, gap));
    EXPECT_TRUE(vector) << line;
    if (vector) check(*vector, line.c_str() + gap + 4, line);
  }
  return lines;
}

long tenths(double score) { return std::lround(score * 10); }

TEST(CvssVectors, Version3WithAllThreeScores) {
  ENTENTE_SHARED_OR_SKIP(shared);
  for (const char* name : {"vectors_simple3", "vectors_simple31"}) {
    const std::size_t lines =
        each_vector(shared / "conformance/p6_supply/cvss" / name, [](const cvss::Vector& v, const char* text, const std::string& line) {
          double base = 0, temporal = 0, environmental = 0;
          ASSERT_EQ(std::sscanf(text, "%lf, %lf, %lf)", &base, &temporal, &environmental), 3) << line;
          const cvss::Scores s = cvss::score(v);
          EXPECT_EQ(s.base.tenths, tenths(base)) << line;
          EXPECT_EQ(s.temporal.tenths, tenths(temporal)) << line;
          EXPECT_EQ(s.environmental.tenths, tenths(environmental)) << line;
        });
    EXPECT_EQ(lines, 2592U) << name;
  }
}

TEST(CvssVectors, Version4) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const std::size_t lines = each_vector(shared / "conformance/p6_supply/cvss/vectors_simple4",
                                        [](const cvss::Vector& v, const char* text, const std::string& line) {
                                          double expected = 0;
                                          ASSERT_EQ(std::sscanf(text, "%lf,)", &expected), 1) << line;
                                          const cvss::Scores s = cvss::score(v);
                                          EXPECT_EQ(s.base.tenths, tenths(expected)) << line;
                                          EXPECT_EQ(s.environmental.tenths, tenths(expected)) << line;  // no other metrics: the same
                                        });
  EXPECT_EQ(lines, 1058U);
}

TEST(KevCatalogue, AsPublished) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto packed = read_file(shared / "conformance/p6_supply/kev/known_exploited_vulnerabilities.json.zst");
  ASSERT_OK(packed);
  std::string text(16 << 20, '\0');
  const std::size_t size = ZSTD_decompress(text.data(), text.size(), packed->data(), packed->size());
  ASSERT_EQ(ZSTD_isError(size), 0U);
  text.resize(size);
  const auto kev = measures::p6_supply::KevCatalog::parse(text, "kev.json");
  ASSERT_OK(kev);
  EXPECT_EQ(kev->entries.size(), 1404U);
  EXPECT_EQ(kev->version, "2025.08.25");
  ASSERT_NE(kev->find("CVE-2025-48384"), nullptr);
  EXPECT_EQ(format_date(kev->find("CVE-2025-48384")->due_date), "2025-09-15");
  std::size_t ransomware = 0;
  for (const auto& [cve, entry] : kev->entries) ransomware += entry.ransomware == measures::p6_supply::RansomwareUse::known ? 1 : 0;
  EXPECT_GT(ransomware, 200U);
}

}  // namespace
}  // namespace entente
