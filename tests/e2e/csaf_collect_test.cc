// The program against a real server on loopback: a provider found from its origin, a collection broken off by Ctrl-C and gone on with, and
// what the assessment makes of the bundle.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "core/json.h"
#include "csaf_provider_world.h"
#include "http/server.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente {
namespace {

namespace fs = std::filesystem;
using test::CsafWorld;
using ::testing::HasSubstr;

// The world's lists with this server's addresses in them; advisories stay as they were signed.
class ServedWorld {
 public:
  explicit ServedWorld(std::chrono::milliseconds delay = {}) : delay_(delay) {
    server_ =
        http::Server::start({.threads = 1}, [this](http::Request request, http::Reply reply) { reply(answer(request.path)); }).value();
  }
  [[nodiscard]] std::string url() const { return server_->url(); }
  [[nodiscard]] int asked() const { return asked_; }

 private:
  http::Response answer(const std::string& path) {
    ++asked_;
    std::this_thread::sleep_for(delay_);
    const std::string from(CsafWorld::kOrigin);
    const auto at = world_.answers.find(from + path);
    if (at == world_.answers.end()) return http::plain(404, "not found");
    http::Response out;
    out.body = at->second;
    const csaf::Purpose purpose = CsafWorld::purpose_of(at->first);
    if (purpose == csaf::Purpose::metadata || purpose == csaf::Purpose::feed || purpose == csaf::Purpose::service ||
        purpose == csaf::Purpose::security_txt)
      for (std::size_t i = 0; (i = out.body.find(from, i)) != std::string::npos; i += url().size()) out.body.replace(i, from.size(), url());
    out.content_type = "application/octet-stream";
    return out;
  }

  CsafWorld world_;
  std::chrono::milliseconds delay_;
  std::atomic<int> asked_{0};
  std::unique_ptr<http::Server> server_;
};

TEST(CsafCollect, AProviderIsFoundFromItsOriginAndJudged) {
  const ServedWorld world;
  const auto folder = TemporaryFolder::make("csaf").value();
  const fs::path bundle = folder.path() / "bundle";
  const auto collected = test::run_entente({"csaf", "collect", world.url(), "-o", bundle.string(), "--insecure-loopback", "--json"});
  ASSERT_EQ(collected.code, 0) << collected.err;
  const Json told = Json::parse(collected.out);
  EXPECT_EQ(told["requests"]["advisory"]["got"], 2);
  EXPECT_EQ(told["discovery"].size(), 2U) << "an address has no DNS path";
  EXPECT_EQ(test::run_entente({"evidence", "verify", bundle.string()}).code, 0);
  const auto judged = test::run_entente({"csaf", "provider", bundle.string(), "--json"});
  EXPECT_EQ(judged.code, 1);
  const Json verdict = Json::parse(judged.out);
  for (const auto& row : verdict["requirements"]) {
    const int number = row["number"];
    const bool by_tls_alone = number == 3 || (number >= 8 && number <= 10);  // plain HTTP here, and an address has no DNS path
    EXPECT_EQ(row["verdict"], by_tls_alone ? "not-tested" : "held") << row.dump();
  }
  EXPECT_EQ(test::run_entente({"csaf", "collect", world.url(), "-o", bundle.string(), "--insecure-loopback"}).code, 2)
      << "the bundle is there";
  const auto human = test::run_entente({"csaf", "provider", bundle.string()});
  EXPECT_THAT(human.out, HasSubstr("19  held        Signatures: all 2 advisories"));
  EXPECT_THAT(human.out, HasSubstr("declared: csaf_trusted_provider; filled: none; 2 advisories, 2 valid"));
}

TEST(CsafCollect, CtrlCLosesNothing) {
  const ServedWorld world(std::chrono::milliseconds(60));
  const auto folder = TemporaryFolder::make("csaf").value();
  const std::string bundle = (folder.path() / "bundle").string(), url = world.url();
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(ENTENTE_BINARY, ENTENTE_BINARY, "csaf", "collect", url.c_str(), "-o", bundle.c_str(), "--insecure-loopback", "--quiet",
            "--jobs", "1", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  for (int i = 0; i < 1'000 && world.asked() < 6; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ::kill(child, SIGINT);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(fs::exists(bundle));
  ASSERT_TRUE(fs::exists(bundle + ".partial/journal.jsonl"));
  const auto again = test::run_entente({"csaf", "collect", url, "-o", bundle, "--insecure-loopback", "--json"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_GE(Json::parse(again.out)["reused"].get<int>(), 3);
  EXPECT_FALSE(fs::exists(bundle + ".partial"));
  EXPECT_EQ(test::run_entente({"evidence", "verify", bundle}).code, 0);
}

TEST(CsafCollect, AnAssessmentReadsTheBundleThroughTheProfile) {
  const ServedWorld world;
  const auto folder = TemporaryFolder::make("csaf").value();
  const fs::path at = folder.path();
  ASSERT_EQ(test::run_entente({"csaf", "collect", world.url(), "-o", (at / "vendor").string(), "--insecure-loopback", "--quiet"}).code, 0);
  std::string profile =
      "name = \"Org\"\nid = \"org\"\ncategory = \"private-sector\"\nroles = [\"software-producer\"]\ndomains = [\"org.example\"]\n";
  for (const auto& entry : fs::directory_iterator(at / "vendor"))
    if (entry.is_directory())
      profile += fmt::format("[[evidence]]\nkind = \"{0}\"\npath = \"vendor/{0}/*\"\n", entry.path().filename().string());
  profile += "[[evidence]]\nkind = \"cves.own\"\npath = \"own.csv\"\n";
  test::spit(at / "own.csv", "CVE-2026-1001," + format_date(now() - std::chrono::hours(48)) + "\n");
  test::spit(at / "org.toml", profile);
  const auto assessed = test::run_entente({"assess", (at / "org.toml").string(), "-o", (at / "out").string(), "--json"});
  ASSERT_NE(assessed.code, 2) << assessed.err;
  EXPECT_THAT(assessed.err, ::testing::Not(HasSubstr("no engine")));
  // A provider on this machine is not the organisation's own, which the finding says beside what it read.
  const std::string document = test::slurp(at / "out/assessment.json");
  EXPECT_THAT(document, HasSubstr("2 of 2 advisories valid; 1 of 1 own CVE numbers"));
  EXPECT_THAT(document, HasSubstr("is none of the profile's domains"));
}

}  // namespace
}  // namespace entente
