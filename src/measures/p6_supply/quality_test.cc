// Completeness of SBOMs: each field, what counts as an identifier, the thresholds exactly at their edges.
#include "measures/p6_supply/quality.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/parallel.h"
#include "measures/p6_supply/test_sbom.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::ElementsAre;

// `complete` complete components and `lacking` without a hash, all reached; with author and time as asked.
Sbom made(int complete, int lacking, std::string_view metadata = R"("timestamp":"2026-01-01T00:00:00Z","authors":[{"name":"me"}],)") {
  std::string components;
  std::string refs;
  for (int i = 0; i < complete + lacking; ++i) {
    components +=
        fmt::format(R"({}{{"type":"library","bom-ref":"c{}","name":"c","version":"1","purl":"pkg:npm/c@1","publisher":"p"{}}})",
                    i == 0 ? "" : ",", i, i < complete ? R"(,"hashes":[{"alg":"MD5","content":"d41d8cd98f00b204e9800998ecf8427e"}])" : "");
    refs += fmt::format(R"({}"c{}")", i == 0 ? "" : ",", i);
  }
  auto sbom = parse_sbom(
      fmt::format(
          R"({{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{{{}"component":{{"type":"file","bom-ref":"root","name":"r"}}}},)"
          R"("components":[{}],"dependencies":[{{"ref":"root","dependsOn":[{}]}}]}})",
          metadata, components, refs),
      "made.json");
  if (!sbom) throw std::runtime_error(sbom.error().str());
  return std::move(*sbom);
}

TEST(Quality, CountsEachFieldOfTheShop) {
  const auto sbom = read_sbom(sbom_data("shop.cdx.json"));
  ASSERT_OK(sbom);
  const Quality q = measure_quality(*sbom);
  EXPECT_EQ(q.counted, 5u);
  EXPECT_EQ(q.not_counted, 1u) << "the README is a file";
  EXPECT_EQ(q.complete, 4u);
  EXPECT_THAT(q.present, ElementsAre(5, 5, 4, 4, 4, 4));
  EXPECT_EQ(q.weak_hash_only, 1u);
  ASSERT_EQ(q.incomplete.size(), 1u);
  EXPECT_EQ(sbom->pointer(q.incomplete[0].component), "/components/2");
  EXPECT_FALSE(q.incomplete[0].lacks(Field::version));
  for (const Field f : {Field::identifier, Field::supplier, Field::hash, Field::relationship})
    EXPECT_TRUE(q.incomplete[0].lacks(f)) << field_name(f);
  EXPECT_TRUE(q.valid && q.has_author && q.has_timestamp && q.has_root);
  EXPECT_EQ(grade(q), Grade::fair);
}

TEST(Quality, SpdxIsMeasuredTheSameWay) {
  const auto sbom = read_sbom(sbom_data("shop.spdx.json"));
  ASSERT_OK(sbom);
  const Quality q = measure_quality(*sbom);
  EXPECT_EQ(q.counted, 4u);
  EXPECT_THAT(q.present, ElementsAre(4, 3, 3, 2, 1, 3));
  EXPECT_EQ(q.complete, 1u);
  EXPECT_EQ(grade(q), Grade::poor);
}

TEST(Quality, ThresholdsAreExact) {
  EXPECT_EQ(grade(measure_quality(made(95, 5))), Grade::good);
  EXPECT_EQ(grade(measure_quality(made(94, 6))), Grade::fair);
  EXPECT_EQ(grade(measure_quality(made(75, 25))), Grade::fair);
  EXPECT_EQ(grade(measure_quality(made(74, 26))), Grade::poor);
  EXPECT_EQ(grade(measure_quality(made(1, 0))), Grade::good);
  EXPECT_EQ(grade(measure_quality(made(0, 0))), Grade::poor) << "nothing counted is not complete";
}

TEST(Quality, AuthorAndTimeAreNeededForGood) {
  EXPECT_EQ(grade(measure_quality(made(10, 0, R"("timestamp":"2026-01-01T00:00:00Z",)"))), Grade::fair);
  EXPECT_EQ(grade(measure_quality(made(10, 0, R"("authors":[{"name":"me"}],)"))), Grade::fair);
  EXPECT_EQ(grade(measure_quality(made(10, 0, R"("timestamp":"2026-01-01T00:00:00Z","tools":[{"name":"t"}],)"))), Grade::good)
      << "a tool is an author";
}

TEST(Quality, AnInvalidDocumentIsFairAtBest) {
  EXPECT_EQ(grade(measure_quality(made(10, 0, R"("timestamp":"soon","authors":[{"name":"me"}],)"))), Grade::fair);
}

TEST(Quality, WhatIsAnIdentifier) {
  const auto problem = [](std::string_view purl, std::string_view cpe) {
    Component c;
    c.purl = purl;
    c.cpe = cpe;
    return identifier_problem(c);
  };
  EXPECT_EQ(problem("pkg:npm/a@1", ""), "");
  EXPECT_EQ(problem("", "cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*"), "");
  EXPECT_EQ(problem("", R"(cpe:2.3:a:v:p\:q:1.0:*:*:*:*:*:*:*)"), "") << "an escaped colon does not separate";
  EXPECT_EQ(problem("", "cpe:/a:v:p:1.0"), "");
  EXPECT_EQ(problem("npm/a@1", "cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*"), "") << "one of the two is enough";
  EXPECT_EQ(problem("", ""), "no purl or CPE");
  EXPECT_THAT(problem("npm/a@1", ""), ::testing::StartsWith("not a purl: "));
  EXPECT_EQ(problem("", "cpe:2.3:a:v:p:1.0"), "not a CPE 2.3 or 2.2 name");
  EXPECT_EQ(problem("", "cpe:2.3:x:v:p:1.0:*:*:*:*:*:*:*"), "not a CPE 2.3 or 2.2 name");
}

TEST(Quality, TheSameOnAnyNumberOfThreads) {
  const Sbom sbom = made(3000, 500);
  set_thread_limit(1);
  const Quality one = measure_quality(sbom);
  set_thread_limit(0);
  const Quality many = measure_quality(sbom);
  EXPECT_EQ(one.present, many.present);
  EXPECT_EQ(one.complete, many.complete);
  EXPECT_EQ(one.incomplete.size(), many.incomplete.size());
}

}  // namespace
}  // namespace entente::measures::p6_supply
