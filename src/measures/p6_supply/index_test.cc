// The advisory index: look-ups of every verdict, determinism of the bytes, aliases, and files someone else wrote.
#include "measures/p6_supply/index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <cstring>
#include <random>

#include "core/file.h"
#include "core/json.h"
#include "core/parallel.h"
#include "measures/p6_supply/index_format.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Json entry(const std::string& ecosystem, const std::string& name, Json ranges, Json versions = Json::array()) {
  return {{"package", {{"ecosystem", ecosystem}, {"name", name}}}, {"ranges", std::move(ranges)}, {"versions", std::move(versions)}};
}
Json range(const std::string& type, const std::vector<std::pair<std::string, std::string>>& events) {
  Json list = Json::array();
  for (const auto& [kind, version] : events) list.push_back({{kind, version}});
  return Json::array({{{"type", type}, {"events", std::move(list)}}});
}
Json record(const std::string& id, Json affected, Json more = Json::object()) {
  Json out{{"id", id}, {"modified", "2024-01-01T00:00:00Z"}, {"summary", "About " + id}, {"affected", Json::array({std::move(affected)})}};
  out.update(more);
  return out;
}

std::string build(const std::vector<Json>& records, BuildReport* report = nullptr) {
  std::string lines;
  for (const Json& r : records) lines += json_compact(r) + "\n";
  Progress progress(Progress::Mode::silent);
  const std::vector<AdvisorySource> sources{AdvisorySource::memory("test.jsonl", lines)};
  auto built = AdvisoryIndex::build_bytes(sources, progress);
  EXPECT_OK(built);
  if (!built) return {};
  if (report != nullptr) *report = built->report;
  return built->bytes;
}
AdvisoryIndex index(const std::vector<Json>& records) { return AdvisoryIndex::from_memory(build(records)).value(); }

std::vector<std::string> ids(const AdvisoryIndex& index, const Answer& answer) {
  std::vector<std::string> out;
  for (const Match& m : answer.matches) out.emplace_back(index.record(m.record).id);
  return out;
}

std::vector<Json> sample() {
  return {
      record("EX-1",
             entry("npm", "@s/left",
                   range("SEMVER", {{"introduced", "1.0.0"}, {"fixed", "1.6.0"}, {"introduced", "2.0.0"}, {"last_affected", "2.3.1"}})),
             {{"aliases", {"CVE-2024-0001"}},
              {"severity", {{{"type", "CVSS_V3"}, {"score", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}}},
              {"published", "2023-05-06T00:00:00Z"}}),
      record("EX-2",
             entry("PyPI", "Zope.Interface", range("ECOSYSTEM", {{"introduced", "0"}, {"fixed", "5.0"}}), {"0.1-legacy", "4.0", "6.0rc1"})),
      record("EX-3",
             entry("Go", "example.org/Mod", range("SEMVER", {{"introduced", "0"}, {"fixed", "0.0.0-20200529191333-ae2bb2f6d4d4"}}))),
      record("EX-4", entry("Go", "stdlib", range("SEMVER", {{"introduced", "1.21.0-0"}, {"fixed", "1.21.4"}}))),
      record("EX-5", entry("crates.io", "thing", range("GIT", {{"introduced", "0"}}))),
      record("EX-6", entry("crates.io", "thing", range("SEMVER", {{"introduced", "0.0.0-0"}}))),
      record("EX-7", entry("Root:12", "curl", range("ECOSYSTEM", {{"introduced", "0"}, {"fixed", "8.0-1"}}), {"7.88-10"})),
      record("EX-8", entry("npm", "odd", range("SEMVER", {{"introduced", "0"}, {"fixed", "tomorrow"}}))),
      record("EX-9", entry("npm", "gone", range("SEMVER", {{"introduced", "0"}})), {{"withdrawn", "2024-02-01T00:00:00Z"}}),
      record("EX-A", entry("npm", "empty", Json::array())),
  };
}

TEST(Index, RangesAndTheirWords) {
  const AdvisoryIndex db = index(sample());
  Answer answer = db.lookup("npm", "@s/left", "1.5.9");
  EXPECT_EQ(answer.verdict, Verdict::affected);
  ASSERT_THAT(ids(db, answer), ElementsAre("EX-1"));
  EXPECT_EQ(answer.matches[0].how, How::range);
  EXPECT_EQ(answer.matches[0].range(), ">=1.0.0, <1.6.0");
  EXPECT_EQ(answer.matches[0].fixed(), "1.6.0");
  answer = db.lookup("npm", "@s/left", "2.3.1");
  ASSERT_EQ(answer.matches.size(), 1U);
  EXPECT_EQ(answer.matches[0].range(), ">=2.0.0, <=2.3.1");
  EXPECT_EQ(answer.matches[0].fixed(), "");
  EXPECT_THAT(db.fixed_versions("npm", "@s/left", answer.matches[0].record), ElementsAre("1.6.0"));
  for (const char* clean : {"0.9.9", "1.0.0-rc.1", "1.6.0", "1.9.0", "2.0.0-0", "2.3.2", "99999999999999999999999.0.0"}) {
    EXPECT_EQ(db.lookup("npm", "@s/left", clean).verdict, Verdict::clean) << clean;
  }
  EXPECT_EQ(db.lookup("crates.io", "thing", "0.0.0").matches.at(0).range(), ">=0.0.0-0");
  EXPECT_EQ(db.lookup("PyPI", "zope_interface", "4.9").matches.at(0).range(), "<5.0");
}

TEST(Index, EnumeratedVersions) {
  const AdvisoryIndex db = index(sample());
  const Answer listed = db.lookup("PyPI", "zope-interface", "6.0-RC-1");
  ASSERT_EQ(listed.matches.size(), 1U);
  EXPECT_EQ(listed.matches[0].how, How::enumerated);
  EXPECT_EQ(listed.matches[0].range(), "listed");
  EXPECT_EQ(db.lookup("PyPI", "zope-interface", "6.0").verdict, Verdict::clean);
  EXPECT_EQ(db.lookup("PyPI", "zope-interface", "4.0").matches.at(0).how, How::range) << "a range says more than a list";
  const Answer legacy = db.lookup("PyPI", "zope-interface", "0.1-legacy");
  EXPECT_EQ(legacy.verdict, Verdict::affected);
  EXPECT_EQ(legacy.form, VersionForm::legacy);
}

TEST(Index, GoVersions) {
  const AdvisoryIndex db = index(sample());
  EXPECT_EQ(db.lookup("Go", "example.org/Mod", "v0.0.0-20190101000000-aaaaaaaaaaaa").verdict, Verdict::affected);
  EXPECT_EQ(db.lookup("Go", "example.org/Mod", "v0.53.0").verdict, Verdict::clean);
  EXPECT_EQ(db.lookup("Go", "example.org/mod", "v0.0.0-20190101000000-aaaaaaaaaaaa").verdict, Verdict::clean)
      << "module paths are case sensitive";
  for (const char* release : {"go1.21", "1.21.0", "go1.21rc2", "v1.21.3", "v1.21.0-rc.2", "1.21.0-0"})
    EXPECT_EQ(db.lookup("Go", "stdlib", release).verdict, Verdict::affected) << release;
  for (const char* release : {"go1.20.9", "go1.21.4", "1.22beta1", "v1.22.0-rc.1"})
    EXPECT_EQ(db.lookup("Go", "stdlib", release).verdict, Verdict::clean) << release;
}

TEST(Index, NothingUnknownIsEverClean) {
  const AdvisoryIndex db = index(sample());
  EXPECT_EQ(db.lookup("Maven", "a:b", "1").verdict, Verdict::ecosystem_not_evaluated);
  EXPECT_EQ(db.lookup("Root", "a", "1").verdict, Verdict::ecosystem_not_evaluated);
  EXPECT_EQ(db.lookup("", "", "").verdict, Verdict::ecosystem_not_evaluated);
  EXPECT_EQ(db.lookup("npm", "unheard-of", "1.0.0").verdict, Verdict::clean);

  for (const char* version : {"latest", "", "1.x"}) {
    const Answer answer = db.lookup("npm", "@s/left", version);
    EXPECT_EQ(answer.verdict, Verdict::version_not_understood) << version;
    ASSERT_EQ(answer.undecided.size(), 1U);
    EXPECT_EQ(answer.undecided[0].why, Undecided::Why::asked_version);
  }
  const Answer git = db.lookup("crates.io", "thing", "1.0.0");
  EXPECT_THAT(ids(db, git), ElementsAre("EX-6"));
  ASSERT_EQ(git.undecided.size(), 1U);
  EXPECT_EQ(db.record(git.undecided[0].record).id, "EX-5");
  EXPECT_EQ(git.undecided[0].why, Undecided::Why::git_only);

  const Answer odd = db.lookup("npm", "odd", "1.0.0");
  EXPECT_EQ(odd.verdict, Verdict::clean);
  ASSERT_EQ(odd.undecided.size(), 1U);
  EXPECT_EQ(odd.undecided[0].why, Undecided::Why::advisory_range);
  EXPECT_EQ(db.lookup("npm", "empty", "1.0.0").undecided.at(0).why, Undecided::Why::no_versions);

  const Answer echo = db.lookup("Root:12", "curl", "7.87-1");
  EXPECT_EQ(echo.verdict, Verdict::ecosystem_not_evaluated);
  EXPECT_EQ(echo.undecided.at(0).why, Undecided::Why::no_order);
  EXPECT_EQ(db.lookup("Root:12", "curl", "7.88-10").verdict, Verdict::affected) << "a listed version needs no order";
}

TEST(Index, ReleasesOfDistributions) {
  Json debian = record("EX-1", entry("Debian:12", "curl", range("ECOSYSTEM", {{"introduced", "0"}, {"fixed", "7.88.1-10+deb12u5"}})));
  debian.at("affected").push_back(entry("Debian:11", "curl", range("ECOSYSTEM", {{"introduced", "0"}, {"fixed", "7.74.0-1.3+deb11u11"}})));
  const AdvisoryIndex db = index({
      debian,
      record("EX-2", entry("Debian", "curl", range("ECOSYSTEM", {{"introduced", "0"}, {"fixed", "7.80-1"}}))),
      record("EX-3", entry("Rocky Linux:9", "curl", range("ECOSYSTEM", {{"introduced", "0"}, {"fixed", "0:7.76.1-26.el9_3.3"}}))),
      record("EX-4", entry("Alpine:v3.19", "musl", range("ECOSYSTEM", {{"introduced", "0"}, {"fixed", "1.2.4-r2"}}))),
      record("EX-5", entry("Maven", "org.example:a", range("ECOSYSTEM", {{"introduced", "4.0.0"}, {"fixed", "4.1.0.Final"}}))),
  });
  EXPECT_THAT(ids(db, db.lookup("Debian:12", "curl", "7.88.1-10+deb12u4")), ElementsAre("EX-1"));
  EXPECT_THAT(ids(db, db.lookup("Debian:12", "curl", "7.79-1")), ElementsAre("EX-1", "EX-2"));
  EXPECT_EQ(db.lookup("Debian:12", "curl", "7.88.1-10+deb12u5").verdict, Verdict::clean);
  EXPECT_THAT(ids(db, db.lookup("Debian:11", "curl", "7.74.0-1.3+deb11u11")), ElementsAre("EX-2")) << "repaired in this release";
  EXPECT_THAT(ids(db, db.lookup("Debian", "curl", "7.79-1")), ElementsAre("EX-2"));
  EXPECT_EQ(db.lookup("Ubuntu:22.04:LTS", "curl", "7.81.0-1").verdict, Verdict::ecosystem_not_evaluated);
  EXPECT_EQ(db.lookup("Debian:12", "other", "1").verdict, Verdict::clean);
  EXPECT_EQ(db.lookup("Debian:12", "curl", "a b").verdict, Verdict::version_not_understood);
  EXPECT_EQ(db.lookup("Rocky Linux:9", "curl", "7.76.1-26.el9_3.2").verdict, Verdict::affected);
  EXPECT_EQ(db.lookup("Rocky Linux:9", "curl", "1:7.76.1-26.el9_3.2").verdict, Verdict::clean);
  EXPECT_EQ(db.lookup("Alpine:v3.19", "musl", "1.2.4_git20230717-r4").verdict, Verdict::clean) << "1.2.4 < 1.2.4-r2 < 1.2.4_git…";
  EXPECT_EQ(db.lookup("Maven", "org.example:a", "4.1.0.Beta1").verdict, Verdict::affected);
  EXPECT_EQ(db.lookup("Maven:https://maven.example", "org.example:a", "4.1.0").verdict, Verdict::clean);
  EXPECT_THAT(db.fixed_versions("Debian:11", "curl", db.lookup("Debian:11", "curl", "1").matches.at(0).record),
              ElementsAre("7.74.0-1.3+deb11u11"));
}

TEST(Index, WithdrawnAndSuperseded) {
  std::vector<Json> records = sample();
  records.push_back(
      record("EX-1", entry("npm", "@s/left", range("SEMVER", {{"introduced", "9.0.0"}})), {{"modified", "2025-01-01T00:00:00Z"}}));
  records.push_back(record("EX-6", entry("crates.io", "thing", range("SEMVER", {{"introduced", "0"}})),
                           {{"modified", "2025-01-01T00:00:00Z"}, {"withdrawn", "2025-01-01T00:00:00Z"}}));
  BuildReport report;
  const AdvisoryIndex db = AdvisoryIndex::from_memory(build(records, &report)).value();
  EXPECT_EQ(report.read, 12U);
  EXPECT_EQ(report.superseded, 2U);
  EXPECT_EQ(report.withdrawn, 2U);
  EXPECT_EQ(report.info.records, 8U);
  EXPECT_EQ(db.lookup("npm", "@s/left", "1.5.0").verdict, Verdict::clean);
  EXPECT_EQ(db.lookup("npm", "@s/left", "9.5.0").verdict, Verdict::affected);
  EXPECT_EQ(db.lookup("npm", "gone", "1.0.0").verdict, Verdict::clean);
  EXPECT_EQ(db.lookup("crates.io", "thing", "1.0.0").matches.size(), 0U) << "withdrawn later";
}

TEST(Index, AliasesAreSymmetricAndTransitive) {
  const auto one = [](const char* id, Json aliases, Json related = Json::array()) {
    return record(id, entry("npm", "p", range("SEMVER", {{"introduced", "0"}})),
                  {{"aliases", std::move(aliases)}, {"related", std::move(related)}});
  };
  const AdvisoryIndex db = index({one("GHSA-aaaa-bbbb-cccc", {"CVE-2024-0002"}), one("EX-1", {"CVE-2024-0002", "CVE-2024-0001"}),
                                  one("EX-2", {"EX-1"}), one("EX-3", {"CVE-2024-0009"}, {"EX-1"})});
  const Answer answer = db.lookup("npm", "p", "1.0.0");
  ASSERT_THAT(ids(db, answer), ElementsAre("EX-1", "EX-2", "EX-3", "GHSA-aaaa-bbbb-cccc"));
  const RecordView ex2 = db.record(answer.matches[1].record);
  EXPECT_THAT(ex2.aliases, ElementsAre("CVE-2024-0001", "CVE-2024-0002", "EX-1", "GHSA-aaaa-bbbb-cccc"));
  EXPECT_THAT(ex2.cves, ElementsAre("CVE-2024-0001", "CVE-2024-0002"));
  EXPECT_EQ(ex2.group, "CVE-2024-0001");
  EXPECT_EQ(db.record(answer.matches[3].record).group, "CVE-2024-0001");
  EXPECT_EQ(db.record(answer.matches[2].record).group, "CVE-2024-0009") << "related is no alias";
  EXPECT_EQ(db.info().alias_groups, 2U);
}

TEST(Index, RecordFields) {
  const AdvisoryIndex db = index(sample());
  const RecordView r = db.record(db.lookup("npm", "@s/left", "1.0.0").matches.at(0).record);
  EXPECT_EQ(r.summary, "About EX-1");
  EXPECT_EQ(format_time(r.modified), "2024-01-01T00:00:00Z");
  EXPECT_EQ(format_time(*r.published), "2023-05-06T00:00:00Z");
  ASSERT_EQ(r.severity.size(), 1U);
  EXPECT_EQ(r.severity[0].type, "CVSS_V3");
  EXPECT_FALSE(db.record(db.lookup("crates.io", "thing", "1.0.0").matches.at(0).record).published);
  EXPECT_EQ(db.info().ecosystems.at("npm").packages, 3U);
  EXPECT_TRUE(db.info().ecosystems.at("npm").ordered);
  EXPECT_FALSE(db.info().ecosystems.at("Root:12").ordered);
}

TEST(Index, SameRecordsSameBytes) {
  std::vector<Json> records = sample();
  const std::string bytes = build(records);
  std::mt19937 random(7);
  for (int n = 0; n < 5; ++n) {
    std::shuffle(records.begin(), records.end(), random);
    set_thread_limit(static_cast<std::size_t>(n % 2 + 1));
    EXPECT_TRUE(build(records) == bytes);
  }
  records.push_back(records[0]);
  EXPECT_TRUE(build(records) == bytes) << "the same record twice";
  set_thread_limit(0);
}

TEST(Index, FileAndMemoryAgree) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const auto path = folder->path() / "a.idx";
  ASSERT_OK(write_file_atomic(path, build(sample())));
  const auto db = AdvisoryIndex::open(path);
  ASSERT_OK(db);
  EXPECT_EQ(db->lookup("npm", "@s/left", "1.5.9").verdict, Verdict::affected);
  EXPECT_EQ(db->info().digest, sha256(read_file(path).value()));
  EXPECT_FALSE(AdvisoryIndex::open(folder->path() / "none").has_value());
  EXPECT_FALSE(AdvisoryIndex::open(folder->path()).has_value());
  ASSERT_OK(write_file_atomic(folder->path() / "empty", ""));
  EXPECT_FALSE(AdvisoryIndex::open(folder->path() / "empty").has_value());
}

TEST(Index, EmptyIsAnIndexToo) {
  const AdvisoryIndex db =
      AdvisoryIndex::from_memory(
          build({record("EX-9", entry("npm", "gone", range("SEMVER", {{"introduced", "0"}})), {{"withdrawn", "2024-02-01T00:00:00Z"}})}))
          .value();
  EXPECT_EQ(db.info().records, 0U);
  EXPECT_EQ(db.lookup("npm", "gone", "1.0.0").verdict, Verdict::ecosystem_not_evaluated);
}

TEST(Index, EveryFlippedByteIsNoticed) {
  const std::string bytes = build(sample());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string bad = bytes;
    bad[i] = static_cast<char>(bad[i] ^ 0x41);
    ASSERT_FALSE(AdvisoryIndex::from_memory(std::move(bad)).has_value()) << i;
  }
  for (std::size_t n = 0; n < bytes.size(); n += 7) ASSERT_FALSE(AdvisoryIndex::from_memory(bytes.substr(0, n)).has_value()) << n;
  EXPECT_THAT(AdvisoryIndex::from_memory(std::string(1000, 'x')).error().what, HasSubstr("not an advisory index"));
}

// With the checksum put right again, a changed word must still never lead outside (run under ASan).
TEST(Index, HostileWordsNeverLeadOutside) {
  const std::string bytes = build(sample());
  std::mt19937 random(11);
  std::size_t accepted = 0;
  for (std::size_t at = 8; at + 4 <= bytes.size() - format::kChecksumBytes; at += 4) {
    for (const std::uint32_t word : {0xffffffffU, 0x80000000U, 1U, static_cast<std::uint32_t>(random() % 64)}) {
      std::string bad = bytes;
      std::memcpy(bad.data() + at, &word, 4);
      const std::string_view body = std::string_view(bad).substr(0, bad.size() - format::kChecksumBytes);
      const Digest digest = sha256(body);
      std::memcpy(bad.data() + body.size(), digest.bytes.data(), digest.bytes.size());
      const auto db = AdvisoryIndex::from_memory(std::move(bad));
      if (!db) continue;
      ++accepted;
      for (const auto& [ecosystem, name] :
           {std::pair{"npm", "@s/left"}, {"PyPI", "zope.interface"}, {"crates.io", "thing"}, {"Root:12", "curl"}}) {
        for (const char* version : {"1.5.9", "4.0", "latest", "7.88-10"}) {
          const Answer answer = db->lookup(ecosystem, name, version);
          for (const Match& m : answer.matches) EXPECT_LE(db->record(m.record).id.size() + m.range().size(), bytes.size());
          for (const Undecided& u : answer.undecided) EXPECT_LE(db->record(u.record).aliases.size(), bytes.size());
        }
      }
    }
  }
  EXPECT_GT(accepted, 0U) << "some words (texts, times) may be anything";
}

}  // namespace
}  // namespace entente::measures::p6_supply
