// Sources of advisories: every kind gives the same records; bad records are named with file and line, and counted.
#include "measures/p6_supply/advisory_source.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include "core/file.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string record(int n) {
  return R"({"id":"EX-)" + std::to_string(n) +
         R"(","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"p)" + std::to_string(n) + R"("}}]})";
}

struct Read {
  std::vector<std::string> ids;
  Result<ReadReport> report;
};
Read read(const AdvisorySource& source, const SourceLimits& limits = {}) {
  std::vector<std::string> ids;
  Progress progress(Progress::Mode::silent);
  auto report = read_advisories(source, [&](OsvRecord&& r) { ids.push_back(r.id); }, progress, limits);
  return {std::move(ids), std::move(report)};
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string zip(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out(1 << 20, '\0');
  std::size_t used = 0;
  archive* a = archive_write_new();
  archive_write_set_format_zip(a);
  archive_write_open_memory(a, out.data(), out.size(), &used);
  for (const auto& [name, text] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(a, entry);
    archive_write_data(a, text.data(), text.size());
    archive_entry_free(entry);
  }
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
}

TEST(AdvisorySource, EveryKindGivesTheSameRecords) {
  const std::string lines = record(1) + "\n\n" + record(2) + "\r\n" + record(3);
  EXPECT_THAT(read(AdvisorySource::memory("a.jsonl", lines)).ids, ElementsAre("EX-1", "EX-2", "EX-3"));
  EXPECT_THAT(read(AdvisorySource::memory("a.jsonl.zst", zstd(lines))).ids, ElementsAre("EX-1", "EX-2", "EX-3"));
  EXPECT_THAT(read(AdvisorySource::memory("two frames", zstd(record(1) + "\n") + zstd(record(2)))).ids, ElementsAre("EX-1", "EX-2"));
  EXPECT_THAT(read(AdvisorySource::memory("a.json", "[" + record(1) + ",\n" + record(2) + "]")).ids, ElementsAre("EX-1", "EX-2"));
  EXPECT_THAT(read(AdvisorySource::memory("one.json", record(7))).ids, ElementsAre("EX-7"));
  EXPECT_THAT(read(AdvisorySource::memory("pretty.json", "{\n  \"id\": \"EX-8\",\n  \"modified\": \"2024-01-01T00:00:00Z\"\n}\n")).ids,
              ElementsAre("EX-8"));
  EXPECT_THAT(read(AdvisorySource::memory("a.zip", zip({{"npm/EX-1.json", record(1)}, {"README.md", "no"}, {"EX-2.json", record(2)}}))).ids,
              ElementsAre("EX-1", "EX-2"));
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  ASSERT_OK(make_folders(folder->path() / "sub"));
  ASSERT_OK(write_file_atomic(folder->path() / "sub/b.json", record(2)));
  ASSERT_OK(write_file_atomic(folder->path() / "a.json", record(1)));
  ASSERT_OK(write_file_atomic(folder->path() / "notes.txt", "no"));
  EXPECT_THAT(read(AdvisorySource::file(folder->path())).ids, ElementsAre("EX-1", "EX-2"));
  ASSERT_OK(write_file_atomic(folder->path() / "c.jsonl.zst", zstd(lines)));
  EXPECT_THAT(read(AdvisorySource::file(folder->path() / "c.jsonl.zst")).ids, ElementsAre("EX-1", "EX-2", "EX-3"));
}

TEST(AdvisorySource, LongStreamsKeepTheirOrder) {
  std::string lines;
  for (int i = 0; i < 30000; ++i) lines += record(i) + "\n";
  for (const std::string& bytes : {lines, zstd(lines)}) {
    const Read result = read(AdvisorySource::memory("long", bytes));
    ASSERT_OK(result.report);
    ASSERT_EQ(result.ids.size(), 30000U);
    for (int i = 0; i < 30000; ++i) ASSERT_EQ(result.ids[static_cast<std::size_t>(i)], "EX-" + std::to_string(i));
  }
}

TEST(AdvisorySource, BadRecordsAreNamedAndCounted) {
  const Read result = read(AdvisorySource::memory("a.jsonl", record(1) + "\n{\"id\":\n\n" + record(2) + "\n{\"id\":\"EX-3\"}\n"));
  ASSERT_OK(result.report);
  EXPECT_THAT(result.ids, ElementsAre("EX-1", "EX-2"));
  EXPECT_EQ(result.report->read, 2U);
  EXPECT_EQ(result.report->bad, 2U);
  ASSERT_EQ(result.report->first_errors.size(), 2U);
  EXPECT_EQ(result.report->first_errors[0].where.file, "a.jsonl");
  EXPECT_EQ(result.report->first_errors[0].where.line, 2U);
  EXPECT_EQ(result.report->first_errors[1].where.line, 5U);

  const Read zipped = read(AdvisorySource::memory("a.zip", zip({{"x/1.json", record(1)}, {"x/2.json", "{"}})));
  ASSERT_OK(zipped.report);
  ASSERT_EQ(zipped.report->bad, 1U);
  EXPECT_EQ(zipped.report->first_errors[0].where.file, "a.zip:x/2.json");

  const Read list = read(AdvisorySource::memory("a.json", "[" + record(1) + ",{\"id\":5}]"));
  ASSERT_OK(list.report);
  ASSERT_EQ(list.report->bad, 1U);
  EXPECT_EQ(list.report->first_errors[0].where.pointer, "/1/id");
}

TEST(AdvisorySource, AllBadIsAnError) {
  const Read result = read(AdvisorySource::memory("a.jsonl", "{\"x\":1}\n{\"y\":2}\n"));
  ASSERT_FALSE(result.report.has_value());
  EXPECT_THAT(result.report.error().what, HasSubstr("no usable advisory among 2"));
  EXPECT_EQ(result.report.error().where.line, 1U);
}

TEST(AdvisorySource, BrokenContainers) {
  const auto error = [](const std::string& bytes) {
    const Read result = read(AdvisorySource::memory("broken", bytes));
    EXPECT_FALSE(result.report.has_value());
    return result.report ? std::string() : result.report.error().what;
  };
  EXPECT_THAT(error(""), HasSubstr("empty"));
  EXPECT_THAT(error("id: yaml\n"), HasSubstr("neither"));
  const std::string packed = zstd(record(1) + "\n" + record(2));
  EXPECT_THAT(error(packed.substr(0, packed.size() - 3)), HasSubstr("middle of a frame"));
  std::string flipped = zstd(std::string(5000, 'x'));
  flipped[6] = '\x7f';
  EXPECT_NE(error(flipped), "");
  EXPECT_NE(error(zip({{"1.json", record(1)}}).substr(0, 40)), "");
  EXPECT_NE(error("["), "");
  EXPECT_FALSE(read(AdvisorySource::file("/nonexistent/advisories")).report.has_value());
}

TEST(AdvisorySource, Limits) {
  SourceLimits limits;
  limits.max_record_bytes = 200;
  const std::string lines =
      record(1) + "\n" + R"({"id":"EX-2","modified":"2024-01-01T00:00:00Z","details":")" + std::string(300, 'x') + "\"}\n";
  const Read capped = read(AdvisorySource::memory("a.jsonl", lines), limits);
  ASSERT_OK(capped.report);
  EXPECT_EQ(capped.report->bad, 1U);
  EXPECT_EQ(capped.report->first_errors[0].where.line, 2U);
  limits.max_records = 1;
  EXPECT_FALSE(read(AdvisorySource::memory("a.jsonl", record(1) + "\n" + record(2) + "\n"), limits).report.has_value());
  limits = {};
  limits.max_bytes = 100;
  EXPECT_FALSE(read(AdvisorySource::memory("a.jsonl", record(1) + "\n" + record(2) + "\n"), limits).report.has_value());
}

}  // namespace
}  // namespace entente::measures::p6_supply
