// The findings for P6-04 and P6-05 from real bundles: statuses at their edges, evidence that lacks or cannot be read.
#include <gmock/gmock.h>

#include "csaf_provider_world.h"
#include "measures/p6_supply/cvd.h"
#include "measures/p6_supply/finding_disclosure.h"
#include "measures/p6_supply/measure_supply.h"
#include "measures/p6_supply/own_cves.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using test::CsafWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DisclosureFindingTest : public ::testing::Test {
 protected:
  struct File {
    std::string kind, path, content, source = "";
  };

  std::optional<Finding> finding(ControlId control, const std::vector<File>& files) {
    auto folder = TemporaryFolder::make();
    std::vector<evidence::Item> items;
    for (const File& f : files) {
      test::spit(folder->path() / "in" / f.path, f.content);
      items.push_back({f.kind, folder->path() / "in" / f.path, f.path, "application/octet-stream", at_, f.source});
    }
    Progress progress(Progress::Mode::silent);
    const auto bundle = evidence::create(folder->path() / "bundle", items, progress);
    EXPECT_OK(bundle);
    const auto all = supply_measure().assess(profile_, *bundle, at_, progress);
    EXPECT_OK(all);
    for (const Finding& f : *all)
      if (f.control == control) return f;
    return std::nullopt;
  }

  std::vector<File> provider() {
    std::vector<File> out;
    int i = 0;
    for (const auto& [url, body] : world_.answers)
      out.push_back({std::string(csaf::evidence_kind(CsafWorld::purpose_of(url))), fmt::format("p/{}", i++), body, url});
    out.push_back({"csaf.fetch-log", "p/log.json", json_pretty(world_.log(at_).json()), "vendor.example"});
    return out;
  }
  std::vector<File> provider_and(std::string own_cves) {
    auto out = provider();
    out.push_back({"cves.own", "own", std::move(own_cves)});
    return out;
  }
  std::optional<Finding> advisories(const std::vector<File>& files) { return finding(kAdvisoriesMachineReadable, files); }
  std::optional<Finding> finders(const std::vector<File>& files) { return finding(kFindersHeard, files); }

  static File contact(std::string expires = "2027-06-01T00:00:00Z") {
    return {"security.txt", "security.txt",
            "Contact: mailto:security@org.example\nExpires: " + expires + "\nPolicy: https://org.example/policy\n"};
  }
  static File policy(
      std::string text = "<h2>Scope</h2>All of org.example is in scope. <p>We offer <b>safe</b> harbor to research in good faith.") {
    return {"cvd.policy", "policy.html", std::move(text)};
  }
  // Sent on Monday 2026-11-02.
  static File report(std::string acknowledged, std::string more = "") {
    const std::string answered =
        acknowledged.empty() ? "" : fmt::format(R"(,"acknowledged":"{}","reply":"We got test-7f3a9c0d51e2.")", acknowledged);
    return {"cvd.test-report", "report.json",
            fmt::format(
                R"({{"type":"{}","nonce":"test-7f3a9c0d51e2","channel":"mailto:security@org.example","sent":"2026-11-02T09:00:00Z"{}{}}})",
                kCvdTestReportType, answered, more)};
  }

  static Profile profile_of(std::vector<std::string> domains) {
    Profile out;
    out.domains = std::move(domains);
    return out;
  }

  CsafWorld world_;
  Profile profile_ = profile_of({"vendor.example", "org.example"});
  Instant at_ = now();  // the key is made now, so a fixed day would be before it
};

TEST_F(DisclosureFindingTest, AProviderWithAllItsCvesCoveredSatisfies) {
  const std::string day = format_date(at_ - std::chrono::hours(24 * 30));
  const auto f =
      advisories(provider_and(fmt::format("cve,published\nCVE-2026-1001,{0}\nCVE-2026-1002,{0}\nCVE-2019-0001,2019-01-01\n", day)));
  ASSERT_TRUE(f);
  EXPECT_EQ(f->status, Status::satisfied) << f->summary << "\n" << json_pretty(f->detail);
  EXPECT_THAT(f->summary, HasSubstr("CSAF trusted provider: 2 of 2 advisories valid; 2 of 2 own CVE numbers"));
  EXPECT_EQ(f->fix, "");
  EXPECT_EQ(f->rows.size(), 20U);
  ASSERT_EQ(f->detail["working_group_6_actions"].size(), 2U);
  EXPECT_EQ(f->detail["working_group_6_actions"][1]["id"], "A17");
}

TEST_F(DisclosureFindingTest, NineteenOfTwentyAreEnoughAndEighteenAreNot) {
  for (const int missing : {1, 2}) {
    Json own = Json::array();
    const std::string day = format_date(at_ - std::chrono::hours(24 * 30));
    for (int i = 1; i <= 20; ++i) own.push_back({{"id", fmt::format("CVE-2026-1{:03}", i)}, {"published", day}});
    std::string& text = world_.answers[CsafWorld::base() + "2026/va-2026-0001.json"];
    text = CsafWorld::advisory("VA-2026-0001", "2026-03-02T09:00:00Z", "CVE-2026-1001");
    std::string more = R"({"cve":"CVE-2026-1001"})";
    for (int i = 3; i <= 20 - missing; ++i) more += fmt::format(R"(,{{"cve":"CVE-2026-1{:03}"}})", i);
    text.replace(text.find(R"({"cve")"), std::string(R"({"cve":"CVE-2026-1001"})").size(), more);
    world_.attest(CsafWorld::base() + "2026/va-2026-0001.json");
    const auto f = advisories(provider_and(json_compact(own)));
    ASSERT_TRUE(f);
    EXPECT_EQ(f->status, missing == 1 ? Status::satisfied : Status::partial) << f->summary;
    if (missing == 2) EXPECT_EQ(f->fix, "publish an advisory for CVE-2026-1019");
  }
}

TEST_F(DisclosureFindingTest, WithoutTheListOfOwnCvesItIsPartial) {
  const auto f = advisories(provider());
  ASSERT_TRUE(f);
  EXPECT_EQ(f->status, Status::partial);
  EXPECT_THAT(f->fix, HasSubstr("cves.own"));
}

TEST_F(DisclosureFindingTest, ValidDocumentsAloneArePartialAndInvalidOnesNotSatisfied) {
  const File good{"csaf.advisory", "a.json", CsafWorld::advisory("A-1", "2026-01-01T00:00:00Z", "CVE-2026-1001"),
                  "https://v.example/a-1.json"};
  const auto partial = advisories({good});
  ASSERT_TRUE(partial);
  EXPECT_EQ(partial->status, Status::partial) << partial->summary;
  EXPECT_THAT(partial->summary, HasSubstr("the role of a CSAF provider is not shown to be filled: 1 of 1"));
  const auto bad = advisories({good, {"csaf.advisory", "b.json", "{}", ""}});
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->status, Status::not_satisfied);
  ASSERT_EQ(bad->places.size(), 1U);
  EXPECT_FALSE(bad->fix.empty());
}

TEST_F(DisclosureFindingTest, AListOfCvesThatCannotBeReadIsNamed) {
  const auto f = advisories(provider_and("id,date\nCVE-2026-1001,yesterday\n"));
  ASSERT_TRUE(f);
  EXPECT_EQ(f->status, Status::not_satisfied);
  EXPECT_THAT(f->summary, HasSubstr("own cannot be read"));
  EXPECT_THAT(f->fix, HasSubstr("\"yesterday\" is neither a time nor a date"));
}

TEST_F(DisclosureFindingTest, APartOfTheAdvisoriesIsPartialAtMost) {
  auto files = provider_and("[]");
  EXPECT_EQ(advisories(files)->status, Status::satisfied);
  for (const bool stopped : {true, false}) {
    auto log = world_.log(at_);
    if (stopped)
      log.stopped = "there are more than 1 advisories";
    else
      log.since = at_ - std::chrono::hours(24);
    for (File& f : files)
      if (f.kind == "csaf.fetch-log") f.content = json_pretty(log.json());
    const auto f = advisories(files);
    EXPECT_EQ(f->status, Status::partial) << f->summary;
    EXPECT_THAT(f->fix, HasSubstr("was not tested"));
  }
}

TEST_F(DisclosureFindingTest, AnAdvisoryBesideTheLogCountsToo) {
  for (const std::string bad : {"{", R"({"document":{"category":"csaf_base","title":"x"}})"}) {
    auto files = provider_and("[]");
    files.push_back({"csaf.advisory", "more/bad.json", bad, ""});
    const auto f = advisories(files);
    EXPECT_EQ(f->status, Status::not_satisfied) << f->summary;
    EXPECT_THAT(f->summary, HasSubstr("2 of 3 advisories valid"));
    EXPECT_THAT(f->fix, HasSubstr("requirement 1 "));
  }
  // A valid one covers no CVE number, since nobody can find it.
  auto files = provider_and(fmt::format("CVE-2026-1009,{}\n", format_date(at_ - std::chrono::hours(24 * 30))));
  files.push_back({"csaf.advisory", "more/good.json", CsafWorld::advisory("VA-9", "2026-06-01T00:00:00Z", "CVE-2026-1009"), ""});
  EXPECT_EQ(advisories(files)->status, Status::partial);
}

TEST_F(DisclosureFindingTest, OnlyTheOrganisationsOwnProviderCounts) {
  const auto files = provider_and("[]");
  profile_ = profile_of({"VENDOR.example"});
  EXPECT_EQ(advisories(files)->status, Status::satisfied);
  for (const auto& domains : {std::vector<std::string>{"org.example"}, {"endor.example"}, {"www.vendor.example"}, {}}) {
    profile_ = profile_of(domains);
    const auto f = advisories(files);
    EXPECT_EQ(f->status, Status::not_assessed) << f->summary;
    EXPECT_THAT(f->fix, HasSubstr("the organisation's own provider"));
  }
  profile_ = profile_of({"example"});
  EXPECT_EQ(advisories(files)->status, Status::satisfied);
}

TEST_F(DisclosureFindingTest, ATestOnLoopbackIsNoProvider) {
  auto log = world_.log(at_);
  log.loopback = true;
  auto files = provider_and("[]");
  for (File& f : files)
    if (f.kind == "csaf.fetch-log") f.content = json_pretty(log.json());
  const auto f = advisories(files);
  EXPECT_EQ(f->status, Status::partial);
  EXPECT_THAT(f->summary, HasSubstr("loopback"));
}

TEST_F(DisclosureFindingTest, ALogThatCannotBeReadDecidesAndItsDateIsTheAge) {
  auto files = provider_and("[]");
  const auto good = advisories(files);
  ASSERT_EQ(good->own_dates.size(), 1U);
  EXPECT_EQ(format_time(good->own_dates[0].second), format_time(at_));
  files.push_back({"csaf.fetch-log", "p/second.json", "{", ""});
  const auto f = advisories(files);
  EXPECT_EQ(f->status, Status::not_satisfied);
  EXPECT_THAT(f->summary, HasSubstr("p/second.json cannot be read"));
  std::erase_if(files, [](const File& one) { return one.path == "p/log.json"; });
  EXPECT_EQ(advisories(files)->status, Status::not_satisfied);
}

TEST_F(DisclosureFindingTest, WithoutALogNoFileIsToBeRenamed) {
  const auto f = advisories({{"csaf.advisory", "csaf.advisory/4c20912b9723e80e-a-1.json",
                              CsafWorld::advisory("A-1", "2026-01-01T00:00:00Z", "CVE-2026-1001"), "security team"}});
  EXPECT_EQ(f->status, Status::partial);
  EXPECT_THAT(f->fix, HasSubstr("entente csaf collect DOMAIN"));
  EXPECT_THAT(f->fix, Not(HasSubstr("should be called")));
}

TEST_F(DisclosureFindingTest, WithoutEvidenceThereIsNoFinding) {
  EXPECT_FALSE(advisories({policy()}));
  EXPECT_FALSE(finders({{"csaf.advisory", "a.json", "{}"}}));
}

TEST(OwnCves, Forms) {
  for (const char* text :
       {R"([{"id":"CVE-2026-0001","published":"2026-01-02"}])", R"({"cves":[{"id":"CVE-2026-0001","published":"2026-01-02"}]})",
        "CVE-2026-0001,2026-01-02\n", "\"CVE-2026-0001\",\"2026-01-02\"\r\n", "cve-2026-0001,2026-01-02\n",
        "\xEF\xBB\xBF"
        "CVE-2026-0001,2026-01-02\n",
        "\xEF\xBB\xBF"
        "CVE ID,Published\nCVE-2026-0001,2026-01-02\n",
        "\xEF\xBB\xBF\n [{\"id\":\"Cve-2026-0001\",\"published\":\"2026-01-02\"}]"}) {
    const auto list = parse_own_cves(text, "own");
    ASSERT_OK(list);
    ASSERT_EQ(list->size(), 1U) << text;
    EXPECT_EQ(format_date((*list)[0].published), "2026-01-02");
    EXPECT_EQ((*list)[0].id, "CVE-2026-0001");
  }
  for (const char* text : {"[]", R"({"cves":[]})", "cve,published\n"}) {
    const auto none = parse_own_cves(text, "own");
    ASSERT_OK(none);
    EXPECT_TRUE(none->empty());
  }
  for (const char* text : {"", "\n\n", "\xEF\xBB\xBF", "foo", "foo,bar\n", "cve\n", "id,date\nid,date\n", "{}", "[1]", "CVE-2026-0001\n",
                           "CVE-1,2026-01-01\n", "CVE-2026-0001,2026-01-02\nCVE-2026-0001,2026-01-03\n"})
    EXPECT_FALSE(parse_own_cves(text, "own")) << text;
}

TEST_F(DisclosureFindingTest, AcknowledgementInWorkingDaysDecides) {
  at_ = parse_time("2026-11-28T00:00:00Z").value();
  const struct {
    const char* acknowledged;
    int days;
    Status status;
  } cases[] = {{"2026-11-02T18:00:00Z", 0, Status::satisfied},
               {"2026-11-09T23:00:00Z", 5, Status::satisfied},
               {"2026-11-10T01:00:00Z", 6, Status::partial},
               {"2026-11-16T09:00:00Z", 10, Status::partial},
               {"2026-11-17T09:00:00Z", 11, Status::not_satisfied}};
  for (const auto& one : cases) {
    const auto f = finders({contact(), policy(), report(one.acknowledged)});
    ASSERT_TRUE(f);
    EXPECT_EQ(f->status, one.status) << one.acknowledged << ": " << f->summary;
    EXPECT_EQ(f->detail["acknowledged_working_days"], one.days);
    EXPECT_EQ(f->detail["channel_is_a_contact_of_security_txt"], true);
  }
  // A holiday and a weekend do not count.
  const auto f = finders({contact(), policy(), report("2026-11-10T01:00:00Z", R"(,"holidays":["2026-11-04"])")});
  EXPECT_EQ(f->detail["acknowledged_working_days"], 5);
  EXPECT_EQ(f->status, Status::satisfied);
}

TEST_F(DisclosureFindingTest, WhatLacksKeepsItFromBeingSatisfied) {
  at_ = parse_time("2026-11-28T00:00:00Z").value();
  const File soon = report("2026-11-03T09:00:00Z");
  EXPECT_EQ(finders({contact(), soon})->status, Status::partial);
  EXPECT_EQ(finders({policy(), soon})->status, Status::partial);
  const auto expired = finders({contact("2026-01-01T00:00:00Z"), policy(), soon});
  EXPECT_EQ(expired->status, Status::partial);
  EXPECT_THAT(expired->fix, HasSubstr("expired"));
  EXPECT_EQ(finders({contact(), policy("We like reports. This is the scope."), soon})->status, Status::partial);
  EXPECT_EQ(finders({contact(), policy("safe harbour"), soon})->status, Status::partial);
  const auto untested = finders({contact(), policy()});
  EXPECT_EQ(untested->status, Status::not_assessed);
  EXPECT_THAT(untested->summary, HasSubstr("No test report was sent"));
}

TEST_F(DisclosureFindingTest, AnUnansweredReportIsOpenForTenWorkingDays) {
  at_ = parse_time("2026-11-16T12:00:00Z").value();
  EXPECT_EQ(finders({contact(), policy(), report("")})->status, Status::not_assessed);
  at_ = parse_time("2026-11-17T12:00:00Z").value();
  EXPECT_EQ(finders({contact(), policy(), report("")})->status, Status::not_satisfied);
  File other = report("2026-11-03T09:00:00Z");
  other.content.replace(other.content.find("We got test-7f3a"), 16, "We got test-0000");
  const auto f = finders({contact(), policy(), other});
  EXPECT_EQ(f->status, Status::not_satisfied);
  EXPECT_THAT(f->rows.back()["note"].get<std::string>(), HasSubstr("does not quote the nonce"));
}

TEST_F(DisclosureFindingTest, HolidaysShortenTheWaitByThreeDaysAtMost) {
  at_ = parse_time("2026-11-28T00:00:00Z").value();
  std::string days;
  for (int day = 3; day <= 17; ++day) days += fmt::format("{}\"2026-11-{:02}\"", days.empty() ? "" : ",", day);
  const auto f = finders({contact(), policy(), report("2026-11-17T09:00:00Z", ",\"holidays\":[" + days + "]")});
  EXPECT_EQ(f->detail["acknowledged_working_days"], 8);
  EXPECT_EQ(f->status, Status::partial);
  for (int day = 1; day <= 9; ++day) days += fmt::format(",\"2026-01-{:02}\"", day);
  const auto many = finders({contact(), policy(), report("2026-11-03T09:00:00Z", ",\"holidays\":[" + days + "]")});
  EXPECT_EQ(many->status, Status::not_satisfied);
  EXPECT_THAT(many->summary, HasSubstr("more than 20 holidays are named in 2026"));
}

TEST_F(DisclosureFindingTest, AYoungTestDoesNotHideAFailedOne) {
  at_ = parse_time("2026-11-28T00:00:00Z").value();
  File failed = report(""), young = report(""), answered = report("2026-11-06T09:00:00Z");
  failed.path = "failed.json";
  young.content.replace(young.content.find("2026-11-02"), 10, "2026-11-26");
  answered.content.replace(answered.content.find("2026-11-02"), 10, "2026-11-05");
  EXPECT_EQ(finders({contact(), policy(), young})->status, Status::not_assessed);
  EXPECT_EQ(finders({contact(), policy(), failed, young})->status, Status::not_satisfied);
  EXPECT_EQ(finders({contact(), policy(), failed, answered})->status, Status::satisfied);
}

TEST_F(DisclosureFindingTest, OfSeveralFilesTheWorstCounts) {
  at_ = parse_time("2026-11-28T00:00:00Z").value();
  const File soon = report("2026-11-03T09:00:00Z");
  File expired = contact("2026-01-01T00:00:00Z"), silent = policy("The scope is all we have."), broken = policy("\xff");
  expired.path = "a.txt";
  silent.path = "a.md";
  broken.path = "z.md";
  EXPECT_EQ(finders({expired, contact(), policy(), soon})->status, Status::partial);
  EXPECT_EQ(finders({contact(), silent, policy(), soon})->status, Status::partial);
  const auto f = finders({contact(), policy(), broken, soon});
  EXPECT_EQ(f->status, Status::partial);
  EXPECT_THAT(f->summary, HasSubstr("a policy cannot be read"));
  const File record{"cvd.policy", "record.json", R"({"policy_url":"https://org.example/p","safe_harbor":"full"})"};
  EXPECT_EQ(finders({contact(), policy(), record, soon})->status, Status::satisfied);
}

TEST_F(DisclosureFindingTest, AnothersContactsAndChannelsDoNotCount) {
  at_ = parse_time("2026-11-28T00:00:00Z").value();
  const File soon = report("2026-11-03T09:00:00Z");
  File foreign = contact(), canonical = contact(), unknown = contact(), hosted = contact();
  foreign.source = "https://other.example/.well-known/security.txt";
  canonical.content += "Canonical: https://other.example/.well-known/security.txt\n";
  for (File* f : {&unknown, &hosted}) f->content.replace(f->content.find("mailto:security@org.example"), 27, "https://bounty.example/org");
  hosted.source = "https://www.org.example/.well-known/security.txt";
  for (const File& one : {foreign, canonical, unknown}) {
    const auto f = finders({one, policy(), soon});
    EXPECT_EQ(f->status, Status::partial) << f->summary;
    EXPECT_THAT(f->summary, HasSubstr("domains"));
  }
  EXPECT_EQ(finders({hosted, policy(), soon})->status, Status::satisfied);
  File elsewhere = soon;
  elsewhere.content.replace(elsewhere.content.find("mailto:security@org.example"), 27, "https://bounty.example/org");
  EXPECT_EQ(finders({hosted, policy(), elsewhere})->status, Status::satisfied);
  const auto f = finders({contact(), policy(), elsewhere});
  EXPECT_EQ(f->status, Status::not_assessed);
  EXPECT_THAT(f->summary, HasSubstr("the test went to https://bounty.example/org"));
}

TEST_F(DisclosureFindingTest, WhyATestDoesNotCountIsSaid) {
  at_ = parse_time("2026-11-28T00:00:00Z").value();
  const auto early = finders({contact(), policy(), report("2026-11-01T09:00:00Z")});
  EXPECT_EQ(early->status, Status::not_satisfied);
  EXPECT_THAT(early->summary, HasSubstr("acknowledged before it was sent"));
  EXPECT_THAT(early->fix, HasSubstr("report.json at /acknowledged"));
  at_ = parse_time("2026-11-01T00:00:00Z").value();
  const auto future = finders({contact(), policy(), report("2026-11-03T09:00:00Z")});
  EXPECT_EQ(future->status, Status::not_assessed);
  EXPECT_THAT(future->summary, HasSubstr("dated 2026-11-02, after the assessment"));
}

TEST(CvdPolicy, WordsThatUndoSafeHarbour) {
  for (const char* text : {"All safe harbor void.", "Safe harbour is void.", "We have never heard of safe harbor; we sue.",
                           "Safe Harbour privacy programme (EU-US)", "We follow the EU-US Safe Harbour.",
                           "We follow the EU\u2011U.S. Safe Harbor.", "We do not offer a safe harbour."})
    EXPECT_EQ(CvdPolicy::parse(text, "policy")->safe_harbour, CvdPolicy::Said::no) << text;
  EXPECT_EQ(CvdPolicy::parse("We follow the EU-US Safe Harbor. Finders have safe harbour here.", "policy")->safe_harbour,
            CvdPolicy::Said::yes);
}

TEST(CvdPolicy, WordsInEnglishAndFrench) {
  using Said = CvdPolicy::Said;
  const auto read = [](std::string_view text) { return CvdPolicy::parse(text, "policy").value(); };
  const CvdPolicy french = read("<p>Le p&eacute;rim&egrave;tre : org.example.</p><p>Nous n&rsquo;engagerons pas\n de poursuites.</p>");
  EXPECT_EQ(french.safe_harbour, Said::yes);
  EXPECT_EQ(french.scope_by, "périmètre");
  EXPECT_EQ(read("We offer no safe harbour.").safe_harbour, Said::no);
  EXPECT_EQ(read("A telescope is not in the policy").scope, Said::no);
  const CvdPolicy record =
      read(R"({"program_name":"Org","policy_url":"https://org.example/p","safe_harbor":"full","public_disclosure":""})");
  EXPECT_TRUE(record.from_record);
  EXPECT_EQ(record.safe_harbour, Said::yes);
  EXPECT_EQ(record.scope, Said::no);
  EXPECT_EQ(read(R"([{"policy_url":"https://org.example/p","safe_harbor":"partial"}])").safe_harbour, Said::partly);
  EXPECT_FALSE(CvdPolicy::parse("", "policy"));
  EXPECT_FALSE(CvdPolicy::parse(R"([{"policy_url":"a"},{"policy_url":"b"}])", "policy"));
  EXPECT_FALSE(CvdPolicy::parse("\xff", "policy"));
}

}  // namespace
}  // namespace entente::measures::p6_supply
