// What a hostile provider may make a collection ask, hold and remove: each list once, each limit obeyed, no folder of others touched.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <mutex>

#include "evidence/collect/advisory_list.h"
#include "evidence/collect/collect_csaf.h"
#include "test_support.h"

namespace entente::evidence {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CollectBoundsTest : public ::testing::Test {
 protected:
  static constexpr const char* kMetadataUrl = "https://a.example/csaf/provider-metadata.json";

  CollectBoundsTest() : folder_(TemporaryFolder::make().value()) {}

  CsafCollection wanted() {
    CsafCollection out{.asked = kMetadataUrl, .bundle = folder_.path() / "bundle"};
    out.limits.pause = std::chrono::milliseconds(0);
    out.web = [this]() -> WebGet {
      return [this](const std::string& url) -> Result<WebAnswer> {
        const std::scoped_lock lock(mutex_);
        ++asked_[url];
        if (large_.contains(url)) return WebAnswer{.dropped = 1'000};
        const auto at = answers_.find(url);
        if (at == answers_.end()) return WebAnswer{.status = 404};
        return WebAnswer{.status = 200, .body = at->second};
      };
    };
    return out;
  }
  csaf::FetchLog collect(const CsafCollection& w) {
    Progress progress(Progress::Mode::silent);
    auto out = collect_csaf(w, progress);
    EXPECT_OK(out);
    return out ? out->log : csaf::FetchLog{};
  }
  void name_distributions(const Json& distributions, const Json& keys = Json::array()) {
    answers_[kMetadataUrl] = json_compact(
        Json{{"canonical_url", kMetadataUrl}, {"role", "csaf_provider"}, {"distributions", distributions}, {"public_openpgp_keys", keys}});
  }
  [[nodiscard]] std::size_t asked_for(csaf::Purpose purpose, const csaf::FetchLog& log) const {
    std::size_t out = 0;
    for (const auto& record : log.requests) out += record.purpose == purpose && asked_.contains(record.url) ? 1 : 0;
    return out;
  }

  std::map<std::string, std::string> answers_;
  std::set<std::string> large_;
  std::map<std::string, int> asked_;
  std::mutex mutex_;
  TemporaryFolder folder_;
};

TEST_F(CollectBoundsTest, ADirectoryNamedAThousandTimesIsReadOnce) {
  Json distributions = Json::array();
  for (int i = 0; i < 1'000; ++i) distributions.push_back({{"directory_url", "https://a.example/d/"}, {"x", i}});
  name_distributions(distributions);
  std::string index;
  for (int i = 0; i < 5'000; ++i) index += fmt::format("2026/a-{}.json\n", i);
  answers_["https://a.example/d/index.txt"] = index;
  CsafCollection w = wanted();
  w.max_advisories = 10;
  const auto log = collect(w);
  EXPECT_EQ(log.stopped, "there are more than 10 advisories");
  EXPECT_EQ(asked_for(csaf::Purpose::advisory, log), 10U);
  EXPECT_EQ(log.requests.size(), 1U + 3U + 1U + 10U * 4U) << "metadata, three lists, a folder's page, advisories and what lies beside them";
  for (const auto& [url, times] : asked_) EXPECT_EQ(times, 1) << url;
}

TEST_F(CollectBoundsTest, FeedsAreNamedOnceAndNotMoreThanTheLimit) {
  Json distributions = Json::array();
  for (int d = 0; d < 30; ++d) {
    Json feeds = Json::array();
    for (int i = 0; i < 100; ++i)
      feeds.push_back({{"url", i % 2 == 0 ? "https://a.example/f.json" : fmt::format("https://h{}.example/f{}.json", d * 100 + i, i)},
                       {"tlp_label", "WHITE"},
                       {"summary", fmt::format("{}", i)}});
    distributions.push_back({{"rolie", {{"feeds", feeds}}}});
  }
  Json keys = Json::array();
  for (int i = 0; i < 1'000; ++i) keys.push_back({{"url", fmt::format("https://k.example/{}", i)}});
  name_distributions(distributions, keys);
  answers_["https://a.example/f.json"] = R"({"feed":{"entry":[{"link":[{"rel":"self","href":"a.json"}]}]}})";
  const auto log = collect(wanted());
  EXPECT_THAT(log.stopped, HasSubstr("the provider metadata names more than 100 keys"));
  EXPECT_EQ(asked_for(csaf::Purpose::key, log), 100U);
  std::set<std::string> hosts;
  for (const auto& [url, times] : asked_) hosts.insert(url.substr(0, url.find('/', 8)));
  EXPECT_LE(hosts.size(), 32U + 1U) << "and the keys'";
  EXPECT_LE(asked_.size(), 100U + 500U + 10U);
  EXPECT_EQ(asked_["https://a.example/f.json"], 1);
  EXPECT_EQ(asked_["https://a.example/a.json"], 1);
}

TEST_F(CollectBoundsTest, NoListIsReadWhenTheTimeIsOver) {
  name_distributions(Json::array({{{"directory_url", "https://a.example/d/"}}}));
  answers_["https://a.example/d/index.txt"] = "2026/a.json\n";
  CsafCollection w = wanted();
  w.limits.total_bytes = answers_[kMetadataUrl].size() + 5;  // reached by the index
  const auto log = collect(w);
  EXPECT_THAT(log.stopped, HasSubstr("bytes were received"));
  EXPECT_EQ(asked_for(csaf::Purpose::advisory, log), 0U);
  std::filesystem::remove_all(w.bundle);
  w.limits.total_bytes = 1'000'000;
  w.limits.time = std::chrono::seconds(-1);
  asked_.clear();
  EXPECT_EQ(collect(w).stopped, "the time limit was reached");
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(CollectBoundsTest, SinceGoesByTheNewestLineOfAPath) {
  name_distributions(Json::array({{{"directory_url", "https://a.example/d/"}}}));
  answers_["https://a.example/d/changes.csv"] =
      "\"b.json\",\"2026-03-01T00:00:00Z\"\n\"a.json\",\"2025-02-01T00:00:00Z\"\n\"b.json\",\"2025-01-01T00:00:00Z\"\n";
  answers_["https://a.example/d/index.txt"] = "a.json\nb.json\nc.json\n";
  CsafCollection w = wanted();
  w.since = parse_time("2026-01-01T00:00:00Z").value();
  (void)collect(w);
  EXPECT_FALSE(asked_.contains("https://a.example/d/a.json")) << "old by changes.csv";
  EXPECT_TRUE(asked_.contains("https://a.example/d/b.json"));
  EXPECT_TRUE(asked_.contains("https://a.example/d/c.json")) << "of an unknown date";
}

TEST_F(CollectBoundsTest, ABodyThatIsTooLargeIsAskedForOnceAndCounted) {
  Json keys = Json::array();
  for (int i = 0; i < 20; ++i) {
    keys.push_back({{"url", fmt::format("https://a.example/k{}", i)}});
    large_.insert(fmt::format("https://a.example/k{}", i));
  }
  name_distributions(Json::array(), keys);
  CsafCollection w = wanted();
  w.limits.threads = 1;
  w.limits.total_bytes = 5'500;
  const auto log = collect(w);
  EXPECT_THAT(log.stopped, HasSubstr("more than 5500 bytes"));
  EXPECT_LE(asked_.size(), 1U + 6U);
  for (const auto& [url, times] : asked_) EXPECT_EQ(times, 1) << url;
  EXPECT_THAT(log.requests[1].error, HasSubstr("larger than the 1000 bytes"));
}

TEST_F(CollectBoundsTest, AFolderOfOthersIsRefusedAndLeftAsItIs) {
  name_distributions(Json::array());
  const std::filesystem::path partial = folder_.path() / "bundle.partial", thesis = partial / "thesis.txt";
  Progress progress(Progress::Mode::silent);
  const auto refused = [&] {
    const auto out = collect_csaf(wanted(), progress);
    return !out && out.error().what.find("no collection") != std::string::npos;
  };
  std::filesystem::create_directories(partial);
  test::spit(thesis, "years");
  EXPECT_TRUE(refused());
  test::spit(partial / "journal.jsonl", "dear diary\n");
  EXPECT_TRUE(refused());
  std::filesystem::remove(partial / "journal.jsonl");
  std::filesystem::create_directories(partial / "blobs");
  EXPECT_TRUE(refused());
  EXPECT_EQ(test::slurp(thesis), "years");
  EXPECT_THAT(asked_, IsEmpty());
  std::filesystem::remove(thesis);
  (void)collect(wanted());  // an empty "blobs" is what a crash may leave
  EXPECT_FALSE(std::filesystem::exists(partial));
}

TEST_F(CollectBoundsTest, WhatWasPutIntoTheFolderOfACollectionStays) {
  name_distributions(Json::array());
  const std::filesystem::path partial = folder_.path() / "bundle.partial";
  std::filesystem::create_directories(partial);
  test::spit(partial / "journal.jsonl", "{\"subject\":\"another\"}\n");
  test::spit(partial / "thesis.txt", "years");
  (void)collect(wanted());
  EXPECT_EQ(test::slurp(partial / "thesis.txt"), "years");
  EXPECT_FALSE(std::filesystem::exists(partial / "journal.jsonl"));
  EXPECT_FALSE(std::filesystem::exists(partial / "blobs"));
}

TEST(AdvisoryList, FilesBesideAreKeptWithinBounds) {
  AdvisoryList list(2);
  EXPECT_TRUE(list.add("https://a.example/a.json", {"https://a.example/a.json.sha256", "https://a.example/sig/a.asc"}));
  std::vector<FetchJob> jobs;
  list.add_jobs(0, jobs);
  std::vector<std::string> urls;
  for (const FetchJob& job : jobs) urls.push_back(job.url);
  EXPECT_THAT(urls, ElementsAre("https://a.example/a.json", "https://a.example/sig/a.asc", "https://a.example/a.json.sha256",
                                "https://a.example/a.json.sha512"));
  EXPECT_EQ(jobs[1].purpose, csaf::Purpose::signature);
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(list.add("https://a.example/a.json", {fmt::format("https://a.example/{}.sha256", i)}));
  EXPECT_EQ(list.files(), 1U + 3U + kMaxBeside);
  EXPECT_TRUE(list.add("https://a.example/b.json", {}));
  EXPECT_FALSE(list.add("https://a.example/c.json", {}));
  EXPECT_EQ(list.size(), 2U);
  EXPECT_EQ(list.stopped(), "there are more than 2 advisories");
}

TEST(AdvisoryList, LongAddressesFillIt) {
  AdvisoryList list(1'000);
  std::size_t taken = 0;
  while (taken < 1'000 && list.add(fmt::format("https://a.example/{}{}.json", std::string(2'000, 'a'), taken), {})) ++taken;
  EXPECT_LT(taken, 600U);
  EXPECT_THAT(list.stopped(), HasSubstr("too long"));
}

}  // namespace
}  // namespace entente::evidence
