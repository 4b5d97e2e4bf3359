// OSV records: what is read, and what is refused with its place.
#include "measures/p6_supply/osv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using testing::HasSubstr;

TEST(Osv, ReadsARecord) {
  const auto record =
      parse_osv(R"({"schema_version":"1.7.0","id":"EX-1","modified":"2024-02-03T04:05:06Z","published":"2024-01-01T00:00:00Z",
    "aliases":["CVE-2024-0001"],"related":["EX-9"],"summary":"A  title\nand more","unknown":{"x":[1]},
    "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected":[{"package":{"ecosystem":"npm","name":"@s/n","purl":"pkg:npm/%40s/n"},"versions":["1.0.0"],
      "ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.1"}]},{"type":"GIT","repo":"https://example.org/r","events":[{"introduced":"0"},{"limit":"abc"}]}]},
      {"ranges":[{"type":"GIT","repo":"https://example.org/r","events":[{"introduced":"0"}]}]}]})",
                "x.json");
  ASSERT_OK(record);
  EXPECT_EQ(record->id, "EX-1");
  EXPECT_EQ(format_time(record->modified), "2024-02-03T04:05:06Z");
  EXPECT_EQ(format_time(*record->published), "2024-01-01T00:00:00Z");
  EXPECT_FALSE(record->withdrawn);
  EXPECT_THAT(record->aliases, testing::ElementsAre("CVE-2024-0001"));
  EXPECT_EQ(record->summary, "A  title");
  ASSERT_EQ(record->affected.size(), 2U);
  EXPECT_EQ(record->affected[0].name, "@s/n");
  ASSERT_EQ(record->affected[0].ranges.size(), 2U);
  EXPECT_EQ(record->affected[0].ranges[0].events[1].kind, OsvEvent::Kind::fixed);
  EXPECT_EQ(record->affected[0].ranges[1].type, OsvRange::Type::git);
  EXPECT_EQ(record->affected[1].ecosystem, "");
}

TEST(Osv, SummaryFallsBackToDetailsAndIsCut) {
  const auto record = parse_osv(R"({"id":"E","modified":"2024-01-01T00:00:00Z","details":"\n# Heading\nText"})", "x");
  ASSERT_OK(record);
  EXPECT_EQ(record->summary, "Heading");
  const auto longer = parse_osv(R"({"id":"E","modified":"2024-01-01T00:00:00Z","summary":")" + std::string(196, 'a') + "ééééé\"}", "x");
  ASSERT_OK(longer);
  EXPECT_EQ(longer->summary, std::string(196, 'a') + "…") << "cut before a whole character";
}

TEST(Osv, RefusesWithThePlace) {
  const auto error = [](const std::string& body) {
    const auto record = parse_osv(R"({"id":"E","modified":"2024-01-01T00:00:00Z",)" + body + "}", "bad.json");
    EXPECT_FALSE(record.has_value()) << body;
    return record ? Error{} : record.error();
  };
  EXPECT_EQ(error(R"("aliases":["a",1])").where.pointer, "/aliases/1");
  EXPECT_EQ(error(R"("aliases":{})").where.pointer, "/aliases");
  EXPECT_EQ(error(R"("affected":[{"package":{"ecosystem":"npm"}}])").where.pointer, "/affected/0/package");
  EXPECT_EQ(error(R"("affected":[{"package":"npm"}])").where.pointer, "/affected/0/package");
  EXPECT_EQ(error(R"("affected":[7])").where.pointer, "/affected/0");
  const Error two = error(R"("affected":[{"ranges":[{"type":"SEMVER","events":[{"introduced":"0","fixed":"1"}]}]}])");
  EXPECT_EQ(two.where.pointer, "/affected/0/ranges/0/events/0");
  EXPECT_THAT(two.what, HasSubstr("not two"));
  EXPECT_EQ(two.where.file, "bad.json");
  EXPECT_EQ(two.where.line, 1U);
  EXPECT_THAT(error(R"("affected":[{"ranges":[{"type":"SEMVER","events":[{}]}]}])").what, HasSubstr("event"));
  EXPECT_THAT(error(R"("affected":[{"ranges":[{"type":"SEMVER","events":[{"fixed":""}]}]}])").what, HasSubstr("empty"));
  EXPECT_THAT(error(R"("affected":[{"ranges":[{"type":"SEMVER","events":[]}]}])").what, HasSubstr("needs events"));
  EXPECT_EQ(error(R"("affected":[{"ranges":[{"type":"DATE","events":[{"fixed":"1"}]}]}])").where.pointer, "/affected/0/ranges/0/type");
  EXPECT_EQ(error(R"("affected":[{"versions":[1]}])").where.pointer, "/affected/0/versions/0");
  EXPECT_EQ(error(R"("withdrawn":"yesterday")").where.pointer, "/withdrawn");
  EXPECT_EQ(error(R"("severity":[{"type":3}])").where.pointer, "/severity/0/type");
  EXPECT_THAT(parse_osv("[]", "x").error().what, HasSubstr("object"));
  EXPECT_THAT(parse_osv(R"({"id":"E"})", "x").error().what, HasSubstr("modified"));
  EXPECT_THAT(parse_osv(R"({"modified":"2024-01-01T00:00:00Z"})", "x").error().what, HasSubstr("id"));
  EXPECT_FALSE(parse_osv(R"({"id":"E","id":"F","modified":"2024-01-01T00:00:00Z"})", "x").has_value()) << "duplicate keys";
  EXPECT_FALSE(parse_osv(std::string(500, '['), "x").has_value());
  EXPECT_FALSE(parse_osv("", "x").has_value());
}

}  // namespace
}  // namespace entente::measures::p6_supply
