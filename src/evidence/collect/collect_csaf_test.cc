// A provider in memory is collected, and the bundle judged: every requirement, and each of them broken in turn; a collection that is broken
// off and goes on; what is not asked at all.
#include "evidence/collect/collect_csaf.h"

#include <gmock/gmock.h>

#include <functional>

#include "core/data.h"
#include "csaf/provider_check.h"
#include "csaf_provider_world.h"
#include "test_support.h"

namespace entente::evidence {
namespace {

using csaf::Verdict;
using test::CsafWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CollectCsafTest : public ::testing::Test {
 protected:
  CollectCsafTest() : folder_(TemporaryFolder::make().value()) {}

  CsafCollection wanted(std::string asked = "vendor.example") {
    CsafCollection out{.asked = std::move(asked), .bundle = folder_.path() / "bundle"};
    out.limits.pause = std::chrono::milliseconds(0);
    out.clock = [] { return now(); };
    out.web = [this]() -> WebGet {
      return [this](const std::string& url) -> Result<WebAnswer> {
        ++asked_;
        if (asked_ > breaks_after_) return fail("the line is dead");
        if (const auto to = moved_.find(url); to != moved_.end()) return WebAnswer{.status = 301, .location = to->second};
        if (const auto status = world_.statuses.find(url); status != world_.statuses.end()) return WebAnswer{.status = status->second};
        const auto at = world_.answers.find(url);
        if (at == world_.answers.end()) return WebAnswer{.status = 404};
        return WebAnswer{.status = 200, .content_type = "application/json", .body = at->second};
      };
    };
    return out;
  }

  csaf::FetchLog collect(const CsafCollection& w) {
    std::filesystem::remove_all(w.bundle);
    Progress progress(Progress::Mode::silent);
    auto out = collect_csaf(w, progress);
    EXPECT_OK(out);
    return out ? out->log : csaf::FetchLog{};
  }

  csaf::ProviderReport judged(const CsafCollection& w) {
    (void)collect(w);
    const auto bundle = Bundle::open(w.bundle);
    EXPECT_OK(bundle);
    files_.clear();
    for (const Evidence& e : bundle->entries()) files_.push_back({e.kind, e.path, e.source, bundle->read(e).value(), e.sha256});
    return judged_again();
  }
  csaf::ProviderReport judged_again() {
    static const auto validator = csaf::Validator::load(DataSet::embedded()).value();
    auto out = csaf::check_provider(files_, validator, now());
    EXPECT_OK(out);
    return std::move(*out);
  }
  csaf::ProviderReport judged() { return judged(wanted()); }

  static std::string told(const csaf::ProviderReport& r) {
    std::string out;
    for (const auto& row : r.requirements) out += fmt::format("{} {} {}\n", row.number, csaf::name(row.verdict), row.reason);
    return out;
  }
  static std::vector<unsigned> failing(const csaf::ProviderReport& r) {
    std::vector<unsigned> out;
    for (const auto& row : r.requirements)
      if (row.verdict == Verdict::failed) out.push_back(row.number);
    return out;
  }

  CsafWorld world_;
  std::map<std::string, std::string> moved_;
  std::atomic<int> asked_{0};
  int breaks_after_ = 1'000'000;
  TemporaryFolder folder_;
  std::vector<csaf::ProviderFile> files_;
};

TEST_F(CollectCsafTest, AProviderThatDoesAllOfItIsATrustedProvider) {
  const auto report = judged();
  EXPECT_THAT(failing(report), IsEmpty()) << told(report);
  for (const auto& row : report.requirements) EXPECT_EQ(row.verdict, Verdict::held) << row.number << ": " << row.reason;
  EXPECT_EQ(report.reached(), "csaf_trusted_provider");
  EXPECT_EQ(report.advisories.size(), 2U);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "bundle.partial"));
}

// Each case breaks one thing, and the requirement that names it fails.
TEST_F(CollectCsafTest, EachRequirementFailsWhenItIsBroken) {
  const std::string base = CsafWorld::base(), first = base + "2026/va-2026-0001.json", metadata(CsafWorld::kMetadata);
  const std::map<std::string, std::string> good = world_.answers;
  struct Case {
    unsigned number;
    const char* what;
    std::function<void(std::map<std::string, std::string>&)> breaks;
  };
  const std::vector<Case> cases{
      {1, "an advisory breaks the schema",
       [&](auto& w) {
         w[first].replace(w[first].find("csaf_base"), 9, "");
         w[first + ".sha256"] = sha256(w[first]).hex();
       }},
      {1, "trailing garbage", [&](auto& w) { w[first] += "garbage"; }},
      {2, "another file name",
       [&](auto& w) {
         w[base + "2026/other.json"] = w[first];
         w[base + "index.txt"] += "2026/other.json\n";
       }},
      {7, "the metadata lacks its publisher",
       [&](auto& w) {
         w[metadata].replace(w[metadata].find("\"publisher\""), 11, "\"publishes\"");
         w.erase("https://csaf.data.security.vendor.example/");
       }},
      {8, "no CSAF field", [&](auto& w) { w["https://vendor.example/.well-known/security.txt"] = "Contact: mailto:a@vendor.example\n"; }},
      {9, "nothing at the well-known path",
       [&](auto& w) {
         w["https://vendor.example/.well-known/security.txt"] = "CSAF: https://csaf.data.security.vendor.example/\n";
         w.erase(metadata);
       }},
      {10, "no DNS path", [&](auto& w) { w.erase("https://csaf.data.security.vendor.example/"); }},
      {11, "another year",
       [&](auto& w) {
         w[base + "2025/va-2026-0003.json"] = CsafWorld::advisory("VA-2026-0003", "2026-06-01T00:00:00Z", "CVE-2026-1003");
         w[base + "index.txt"] += "2025/va-2026-0003.json\n";
       }},
      {12, "an unlisted advisory", [&](auto& w) { w[base + "index.txt"] = "2026/va-2026-0001.json\n"; }},
      {13, "a heading", [&](auto& w) { w[base + "changes.csv"] = "file,date\n" + w[base + "changes.csv"]; }},
      {13, "the oldest first",
       [&](auto& w) {
         w[base + "changes.csv"] =
             "\"2026/va-2026-0001.json\",\"2026-03-02T09:00:00Z\"\n\"2026/va-2026-0002.json\",\"2026-05-04T09:00:00Z\"\n";
       }},
      {14, "no listing", [&](auto& w) { w.erase(base + "2026/"); }},
      {15, "no feed", [&](auto& w) { w.erase(base + "feed.json"); }},
      {15, "an entry leads nowhere", [&](auto& w) { w.erase(first); }},
      {16, "the service document is none", [&](auto& w) { w[base + "service.json"] = "{}"; }},
      {18, "another hash", [&](auto& w) { w[first + ".sha256"][0] = w[first + ".sha256"][0] == '0' ? '1' : '0'; }},
      {18, "no hash", [&](auto& w) { w.erase(first + ".sha256"); }},
      {19, "the signature of another file", [&](auto& w) { w[first + ".asc"] = w[base + "2026/va-2026-0002.json.asc"]; }},
      {19, "no signature", [&](auto& w) { w.erase(first + ".asc"); }},
      {19, "a key the metadata names by another fingerprint",
       [&](auto& w) {
         const std::size_t at = w[metadata].find("\"fingerprint\":\"") + 15;
         w[metadata].replace(at, 8, "00000000");
       }},
      {20, "no key", [&](auto& w) { w.erase(base + "key.asc"); }},
  };
  for (const Case& one : cases) {
    world_.answers = good;
    one.breaks(world_.answers);
    const auto report = judged();
    EXPECT_THAT(failing(report), ::testing::Contains(one.number)) << one.what << "\n" << told(report);
    EXPECT_NE(report.requirements[one.number - 1].reason, "") << one.what;
  }
}

TEST_F(CollectCsafTest, WhatIsLabelledAmberMustBeProtected) {
  std::string& text = world_.answers[CsafWorld::base() + "2026/va-2026-0001.json"];
  text.replace(text.find("WHITE"), 5, "AMBER");
  EXPECT_THAT(failing(judged()), ::testing::Contains(5U));
}

TEST_F(CollectCsafTest, RedirectsAreFollowedRecordedAndAllowed) {
  const std::string url = CsafWorld::base() + "2026/va-2026-0001.json";
  world_.answers[CsafWorld::base() + "elsewhere.json"] = world_.answers[url];
  moved_[url] = "../elsewhere.json";
  const auto report = judged();
  EXPECT_EQ(report.requirements[5].verdict, Verdict::held);
  EXPECT_THAT(report.requirements[5].reason, HasSubstr("are redirected"));
  EXPECT_EQ(report.reached(), "csaf_trusted_provider") << told(report);
}

TEST_F(CollectCsafTest, OtherHostsAndPlainHttpAreNotAsked) {
  std::string& feed = world_.answers[CsafWorld::base() + "feed.json"];
  const std::string url = CsafWorld::base() + "2026/va-2026-0001.json";
  for (const char* bad :
       {"https://other.example/a.json", "http://vendor.example/a.json", "file:///etc/passwd", "https://127.0.0.1/a.json"}) {
    const std::string before = feed;
    for (std::size_t at; (at = feed.find("\"" + url + "\"")) != std::string::npos;) feed.replace(at + 1, url.size(), bad);
    const auto log = collect(wanted());
    for (const auto& record : log.requests)
      if (record.url == bad) EXPECT_EQ(record.status, 0U) << bad;
    EXPECT_TRUE(std::ranges::none_of(log.requests, [&](const auto& r) { return r.url == bad && r.ok(); })) << bad;
    feed = before;
  }
}

TEST_F(CollectCsafTest, ABrokenOffCollectionGoesOnWhereItStopped) {
  CsafCollection w = wanted();
  w.limits.threads = 1;
  w.limits.attempts = 1;
  breaks_after_ = 10;
  // What a killed program leaves: the folder with a part of the files.
  Progress progress(Progress::Mode::silent);
  {
    auto pool = FetchPool::open(folder_.path() / "bundle.partial", w.asked, w.web, w.limits, w.loopback, w.clock);
    ASSERT_OK(pool);
    const auto got = pool->run({{csaf::Purpose::metadata, std::string(CsafWorld::kMetadata)},
                                {csaf::Purpose::feed, CsafWorld::base() + "feed.json"},
                                {csaf::Purpose::advisory, CsafWorld::base() + "2026/va-2026-0001.json"}},
                               progress);
    ASSERT_EQ(got.size(), 3U);
    for (const auto& record : got) EXPECT_TRUE(record.ok()) << record.error;
  }
  test::spit(folder_.path() / "bundle.partial/journal.jsonl",
             test::slurp(folder_.path() / "bundle.partial/journal.jsonl") + "{\"purpose\":\"adv");  // cut off by a crash
  breaks_after_ = 1'000'000;
  asked_ = 0;
  const auto collected = collect_csaf(w, progress);
  ASSERT_OK(collected);
  EXPECT_EQ(collected->reused, 3U);
  ASSERT_TRUE(collected->log.without_tls);
  EXPECT_EQ(static_cast<std::size_t>(asked_) + 3, collected->log.requests.size() + collected->log.without_tls->size());
}

TEST_F(CollectCsafTest, ADeadLineIsRecordedNotAnError) {
  breaks_after_ = 0;
  const auto log = collect(wanted());
  ASSERT_EQ(log.discovery.size(), 3U);
  for (const auto& step : log.discovery) EXPECT_THAT(step.note, HasSubstr("the line is dead"));
  const auto report = judged();
  EXPECT_EQ(report.reached(), "");
  for (const unsigned n : {5U, 6U}) EXPECT_EQ(report.requirements[n - 1].verdict, Verdict::not_tested) << n;
  EXPECT_EQ(report.requirements[6].verdict, Verdict::failed);
}

// What was left out may be what is wrong, so requirements on every advisory are not tested, and no role is filled.
TEST_F(CollectCsafTest, SinceLeavesOutWhatIsOlderAndLeavesOpenWhatThatWouldShow) {
  CsafCollection w = wanted();
  w.since = parse_time("2026-04-01T00:00:00Z").value();
  const auto report = judged(w);
  ASSERT_EQ(report.advisories.size(), 1U);
  EXPECT_EQ(report.advisories[0].id, "VA-2026-0002");
  EXPECT_THAT(failing(report), IsEmpty()) << told(report);
  for (const unsigned n : {1U, 2U, 15U, 18U, 19U}) {
    EXPECT_EQ(report.requirements[n - 1].verdict, Verdict::not_tested) << n;
    EXPECT_THAT(report.requirements[n - 1].reason, HasSubstr("left out what did not change since 2026-04-01")) << n;
  }
  EXPECT_EQ(report.reached(), "");
}

TEST_F(CollectCsafTest, ALimitedCollectionHidesNoInvalidAdvisory) {
  const std::string second = CsafWorld::base() + "2026/va-2026-0002.json";
  world_.answers[second].replace(world_.answers[second].find("csaf_base"), 9, "");
  world_.attest(second);
  EXPECT_THAT(failing(judged()), ElementsAre(1U));
  CsafCollection w = wanted();
  w.max_advisories = 1;
  const auto report = judged(w);
  for (const unsigned n : {1U, 2U, 15U, 18U, 19U}) EXPECT_NE(report.requirements[n - 1].verdict, Verdict::held) << told(report);
  EXPECT_EQ(report.reached(), "");
  ASSERT_TRUE(report.collection);
  EXPECT_THAT(report.collection->incomplete, HasSubstr("stopped early"));
}

TEST_F(CollectCsafTest, AnAdvisoryTheLogDoesNotKnowIsValidatedToo) {
  ASSERT_EQ(judged().reached(), "csaf_trusted_provider");
  const std::string good = CsafWorld::advisory("VA-2026-0009", "2026-06-01T00:00:00Z", "CVE-2026-1009");
  files_.push_back({"csaf.advisory", "more/good.json", "", good, sha256(good)});
  const auto with_good = judged_again();
  EXPECT_EQ(with_good.reached(), "csaf_trusted_provider") << told(with_good);
  ASSERT_EQ(with_good.advisories.size(), 3U);
  EXPECT_FALSE(with_good.advisories.back().logged);
  for (const std::string bad : {"{", R"({"document":{"category":"csaf_base","title":"x"}})"}) {
    files_.back() = {"csaf.advisory", "more/bad.json", "", bad, sha256(bad)};
    const auto report = judged_again();
    EXPECT_THAT(failing(report), ElementsAre(1U)) << told(report);
    EXPECT_EQ(report.reached(), "");
  }
}

TEST_F(CollectCsafTest, WithoutALogAFilesNameIsNotThePublishersDoing) {
  (void)judged();
  std::erase_if(files_, [](const csaf::ProviderFile& f) { return f.kind == csaf::kFetchLogKind; });
  for (auto& file : files_) file.source = "security team";
  const auto report = judged_again();
  EXPECT_EQ(report.requirements[1].verdict, Verdict::not_tested) << told(report);
  EXPECT_THAT(report.requirements[1].reason, HasSubstr("no log of the collection"));
}

TEST_F(CollectCsafTest, ALogThatCannotBeReadIsNamed) {
  (void)judged();
  files_.push_back({std::string(csaf::kFetchLogKind), "second.json", "", "{", sha256("{")});
  const auto report = judged_again();
  ASSERT_EQ(report.bad_logs.size(), 1U);
  EXPECT_EQ(report.bad_logs[0]->name, "second.json");
  ASSERT_TRUE(report.collection);
  EXPECT_EQ(report.collection->asked, "vendor.example");
}

TEST_F(CollectCsafTest, AnEntrysContentIsFollowedToo) {
  const std::string first = CsafWorld::base() + "2026/va-2026-0001.json", other = CsafWorld::base() + "mirror/va-2026-0001.json";
  std::string& feed = world_.answers[CsafWorld::base() + "feed.json"];
  const std::string src = "\"src\":\"" + first;
  ASSERT_NE(feed.find(src), std::string::npos);
  feed.replace(feed.find(src), src.size(), "\"src\":\"" + other);
  const auto gone = judged();
  EXPECT_EQ(gone.requirements[14].verdict, Verdict::held) << told(gone);
  EXPECT_THAT(gone.requirements[14].reason, HasSubstr("the content.src of va-2026-0001.json is " + other + ", and it answered 404"));
  world_.answers[other] = world_.answers[first];
  EXPECT_EQ(judged().requirements[14].verdict, Verdict::held) << told(judged());
  world_.answers[other] = CsafWorld::advisory("VA-2026-0007", "2026-03-02T09:00:00Z", "CVE-2026-1007");
  const auto misled = judged();
  EXPECT_EQ(misled.requirements[14].verdict, Verdict::failed);
  EXPECT_THAT(misled.requirements[14].reason, HasSubstr("leads to another document"));
}

TEST_F(CollectCsafTest, ADirectUrlLeavesTheThreeWaysUntested) {
  const auto report = judged(wanted(std::string(CsafWorld::kMetadata)));
  for (const unsigned n : {8U, 9U, 10U}) EXPECT_EQ(report.requirements[n - 1].verdict, Verdict::not_tested);
  EXPECT_EQ(report.reached(), "csaf_publisher") << told(report);
}

TEST_F(CollectCsafTest, LimitsStopAndSaySo) {
  CsafCollection w = wanted();
  w.max_advisories = 1;
  EXPECT_THAT(collect(w).stopped, HasSubstr("more than 1 advisories"));
  w = wanted();
  w.limits.total_bytes = 100;
  EXPECT_THAT(collect(w).stopped, HasSubstr("bytes"));
}

TEST_F(CollectCsafTest, WhatIsNoDomainIsRefused) {
  Progress progress(Progress::Mode::silent);
  for (const char* bad : {"", "a b", "ftp://vendor.example/", "vendor.example/path", "user@vendor.example"})
    EXPECT_FALSE(collect_csaf(wanted(bad), progress)) << bad;
}

// What http:// answers decides requirement 3; one request, and the redirects that stay on the host.
TEST_F(CollectCsafTest, AnAdvisoryMustNotBeThereWithoutTls) {
  const std::string secure = CsafWorld::base() + "2026/va-2026-0001.json", plain = "http" + secure.substr(5);
  const auto row = [&] { return judged().requirements[2]; };
  EXPECT_EQ(row().verdict, Verdict::held) << "404";
  world_.answers[plain] = "another page";
  EXPECT_EQ(row().verdict, Verdict::held);
  world_.answers[plain] = world_.answers[secure];
  EXPECT_EQ(row().verdict, Verdict::failed);
  world_.answers["http://vendor.example/there.json"] = world_.answers[secure];
  moved_[plain] = "/there.json";
  EXPECT_EQ(row().verdict, Verdict::failed) << "the redirect stays on the host";
  moved_[plain] = "http://www.vendor.example/there.json";
  EXPECT_EQ(row().verdict, Verdict::not_tested);
  EXPECT_THAT(row().reason, HasSubstr("which was not asked"));
  moved_[plain] = secure;
  EXPECT_EQ(row().verdict, Verdict::held);
  moved_[plain] = plain;  // in a circle
  EXPECT_EQ(row().verdict, Verdict::not_tested);
}

TEST_F(CollectCsafTest, ALogOfBeforeSaysThatItWasNotTried) {
  const auto bundle_log = collect(wanted());
  Json old = bundle_log.json();
  old.erase("without_tls");
  const auto read = csaf::FetchLog::parse(json_compact(old), "log");
  ASSERT_OK(read);
  EXPECT_FALSE(read->without_tls);
}

TEST_F(CollectCsafTest, TheLogReadsBackAsWritten) {
  CsafCollection w = wanted();
  w.resolve = {"vendor.example:443:192.0.2.7:443"};
  w.extra_certificates = sha256("PEM");
  const auto log = collect(w);
  const auto again = csaf::FetchLog::parse(json_pretty(log.json()), "log");
  ASSERT_OK(again);
  EXPECT_EQ(again->json(), log.json());
}

}  // namespace
}  // namespace entente::evidence
