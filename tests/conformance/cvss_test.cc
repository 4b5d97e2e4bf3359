// CVSS vectors with the scores Red Hat's library gives: every version 3.0 and 3.1 base score. And the whole KEV catalogue.
#include <gtest/gtest.h>
#include <zstd.h>
#include <cmath>
#include <fstream>

#include "core/file.h"
#include "measures/p6_supply/cvss.h"
#include "measures/p6_supply/kev.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

TEST(CvssVectors, Version3BaseScores) {
  ENTENTE_SHARED_OR_SKIP(shared);
  for (const char* name : {"vectors_simple3", "vectors_simple31"}) {
    std::ifstream file(shared / "conformance/p6_supply/cvss" / name);
    std::size_t checked = 0;
    for (std::string line; std::getline(file, line);) {
      const std::size_t space = line.find(" - (");
      ASSERT_NE(space, std::string::npos) << line;
      const double expected = std::stod(line.substr(space + 4));
      const auto score = cvss_base_score(std::string_view(line).substr(0, space));
      ASSERT_OK(score);
      ASSERT_EQ(std::lround(score->score * 10), std::lround(expected * 10)) << line;
      ++checked;
    }
    EXPECT_EQ(checked, 2592U) << name;
  }
}

TEST(KevCatalogue, AsPublished) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto packed = read_file(shared / "conformance/p6_supply/kev/known_exploited_vulnerabilities.json.zst");
  ASSERT_OK(packed);
  std::string text(16 << 20, '\0');
  const std::size_t size = ZSTD_decompress(text.data(), text.size(), packed->data(), packed->size());
  ASSERT_EQ(ZSTD_isError(size), 0U);
  text.resize(size);
  const auto kev = KevCatalog::parse(text, "kev.json");
  ASSERT_OK(kev);
  EXPECT_EQ(kev->entries.size(), 1404U);
  EXPECT_EQ(kev->version, "2025.08.25");
  ASSERT_NE(kev->find("CVE-2025-48384"), nullptr);
  EXPECT_EQ(format_date(kev->find("CVE-2025-48384")->due_date), "2025-09-15");
  std::size_t ransomware = 0;
  for (const auto& [cve, entry] : kev->entries) ransomware += entry.ransomware == RansomwareUse::known ? 1 : 0;
  EXPECT_GT(ransomware, 200U);
}

}  // namespace
}  // namespace entente::measures::p6_supply
