// Updates of an index: the same bytes as a build from everything, whatever came in which order; nothing withdrawn comes back.
#include "measures/p6_supply/index_update.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>

#include "core/file.h"
#include "measures/p6_supply/osv.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

std::string update_record(int id, int day, std::string_view fixed, bool withdrawn = false) {
  return fmt::format(
      R"({{"id":"EX-{}","modified":"2026-01-{:02}T10:00:00.25Z","published":"2025-12-01T00:00:00Z",{}"aliases":["CVE-2026-{}"],"upstream":["CVE-2025-1"],"details":"# First line \"quoted\"\nsecond","references":[{{"url":"https://example.org"}}],)"
      R"("severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],"affected":[{{"package":{{"ecosystem":"npm","name":"p{}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"{}"}}]}},)"
      R"({{"type":"GIT","repo":"x","events":[{{"introduced":"0"}},{{"limit":"*"}}]}}],"versions":["0.1.0","weird version"]}},{{"ranges":[{{"type":"GIT","events":[{{"introduced":"0"}},{{"last_affected":"a"}}]}}]}}]}})",
      id, day, withdrawn ? R"("withdrawn":"2026-01-20T00:00:00Z",)" : "", 1000 + id, id % 7, fixed);
}

class IndexUpdate : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("update");
    ASSERT_OK(made);
    folder.emplace(std::move(*made));
  }
  std::filesystem::path path(std::string_view name) const { return folder->path() / name; }
  static AdvisorySource lines(const std::vector<std::string>& records) {
    std::string text;
    for (const std::string& r : records) (text += r) += '\n';
    return AdvisorySource::memory("lines.jsonl", text);
  }
  std::optional<TemporaryFolder> folder;
  Progress progress{Progress::Mode::silent};
};

TEST_F(IndexUpdate, RecordsSurviveTheStore) {
  const auto record = parse_osv(update_record(1, 3, "1.2.3"), "r");
  ASSERT_OK(record);
  const auto again = parse_osv(osv_json(*record), "again");
  ASSERT_OK(again);
  EXPECT_EQ(osv_json(*again), osv_json(*record));
  EXPECT_EQ(again->modified, record->modified);
  EXPECT_EQ(again->summary, "First line \"quoted\"");
  EXPECT_EQ(again->related, record->related);
  ASSERT_EQ(again->affected.size(), 2U);
  EXPECT_EQ(again->affected[0].ranges.size(), 2U);
  EXPECT_EQ(again->affected[0].versions, record->affected[0].versions);
}

TEST_F(IndexUpdate, SameBytesAsAFullBuild) {
  std::mt19937 random(5);
  std::vector<std::string> all;
  for (int i = 0; i < 300; ++i)
    all.push_back(update_record(static_cast<int>(random() % 120), 1 + static_cast<int>(random() % 9), fmt::format("1.{}.0", random() % 5),
                                random() % 10 == 0));
  ASSERT_OK(build_updatable(std::vector{lines({all.begin(), all.begin() + 100})}, path("a.idx"), progress));
  ASSERT_OK(update_index(path("a.idx"), std::vector{lines({all.begin() + 100, all.begin() + 200})}, progress));
  ASSERT_OK(update_index(path("a.idx"), std::vector{lines({all.begin() + 200, all.end()})}, progress));
  ASSERT_OK(AdvisoryIndex::build(std::vector{lines(all)}, path("full.idx"), progress));
  EXPECT_EQ(read_file(path("a.idx")).value(), read_file(path("full.idx")).value());
}

TEST_F(IndexUpdate, CountsAndKeepsTheLater) {
  ASSERT_OK(build_updatable(std::vector{lines({update_record(1, 5, "1.0.0"), update_record(2, 5, "1.0.0"), update_record(3, 5, "1.0.0")})},
                            path("a.idx"), progress));
  const auto report = update_index(path("a.idx"),
                                   std::vector{lines({update_record(1, 4, "9.0.0"), update_record(2, 6, "2.0.0"),
                                                      update_record(3, 7, "1.0.0", true), update_record(4, 1, "1.0.0")})},
                                   progress);
  ASSERT_OK(report);
  EXPECT_EQ(report->added, 1U);
  EXPECT_EQ(report->changed, 1U);
  EXPECT_EQ(report->withdrawn, 1U);
  EXPECT_EQ(report->kept, 1U) << "an older copy changes nothing";
  // An old copy of what was withdrawn does not bring it back.
  ASSERT_OK(update_index(path("a.idx"), std::vector{lines({update_record(3, 5, "1.0.0")})}, progress));
  const auto index = AdvisoryIndex::open(path("a.idx"));
  ASSERT_OK(index);
  EXPECT_EQ(index->info().records, 3U);
  EXPECT_EQ(index->lookup("npm", "p3", "0.5.0").verdict, Verdict::clean);
  EXPECT_EQ(index->lookup("npm", "p2", "1.5.0").verdict, Verdict::affected);
  EXPECT_EQ(index->lookup("npm", "p1", "1.5.0").verdict, Verdict::clean);
}

TEST_F(IndexUpdate, NeedsTheKeptRecordsWhole) {
  ASSERT_OK(AdvisoryIndex::build(std::vector{lines({update_record(1, 5, "1.0.0")})}, path("plain.idx"), progress));
  const auto plain = update_index(path("plain.idx"), std::vector{lines({update_record(2, 5, "1.0.0")})}, progress);
  ASSERT_FALSE(plain.has_value());
  EXPECT_THAT(plain.error().hint, ::testing::HasSubstr("--updatable"));
  ASSERT_OK(build_updatable(std::vector{lines({update_record(1, 5, "1.0.0")})}, path("a.idx"), progress));
  const std::string before = read_file(path("a.idx")).value();
  std::string store = read_file(record_store_path(path("a.idx"))).value();
  store.resize(store.size() / 2);
  ASSERT_OK(write_file_atomic(record_store_path(path("a.idx")), store));
  EXPECT_FALSE(update_index(path("a.idx"), std::vector{lines({update_record(2, 5, "1.0.0")})}, progress).has_value());
  EXPECT_EQ(read_file(path("a.idx")).value(), before);
}

}  // namespace
}  // namespace entente::measures::p6_supply
