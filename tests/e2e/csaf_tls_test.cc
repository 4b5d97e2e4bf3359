// The program against a provider of advisories that is real down to its certificates: HTTPS on loopback under an authority made for the
// test, all three ways to find the metadata, keys made by librnp, and a server without TLS beside it that may or may not give things away.
#include <gmock/gmock.h>

#include <atomic>

#include "core/json.h"
#include "csaf_provider_world.h"
#include "http/server.h"
#include "run_binary.h"
#include "test_support.h"
#include "tls_server.h"

namespace entente {
namespace {

namespace fs = std::filesystem;
using test::CsafWorld;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kDnsHost = "csaf.data.security.vendor.example";
const std::string kFirst = CsafWorld::base() + "2026/va-2026-0001.json";

// What port 80 does.
enum class Plain { redirects_to_https, serves_all, shows_a_page, refuses };

class CsafTls : public ::testing::Test {
 protected:
  void serve(const std::vector<std::string>& hosts = {"vendor.example", kDnsHost}, Plain plain = Plain::redirects_to_https) {
    tls_ = std::make_unique<test::TlsServer>(
        authority_.issue(hosts), [this](const std::string& host, const std::string& path) { return answer("https://" + host + path); });
    ASSERT_NE(tls_->port(), 0);
    if (plain == Plain::refuses) return;
    plain_ = http::Server::start({.threads = 1}, [this, plain](http::Request request, http::Reply reply) {
               ++asked_plainly_;
               const std::string secure = "https://vendor.example" + request.path;
               if (plain == Plain::serves_all) return reply(answer(secure));
               if (plain == Plain::shows_a_page) return reply({.content_type = "text/html", .body = "<p>This way, please.</p>"});
               reply({.status = 301, .headers = {{"Location", secure}}});
             }).value();
  }

  http::Response answer(const std::string& url) {
    if (const auto to = moved_.find(url); to != moved_.end()) return {.status = 302, .headers = {{"Location", to->second}}};
    const auto at = world_.answers.find(url);
    if (at == world_.answers.end()) return http::plain(404, "not found");
    return {.content_type = url.ends_with('/') ? "text/html" : "application/json", .body = at->second};
  }

  // All the provider's names lead to this machine.
  [[nodiscard]] std::vector<std::string> collect_command(const std::string& bundle) const {
    std::vector<std::string> out{"csaf", "collect", "vendor.example", "-o", in(bundle), "--timeout", "20"};
    for (const char* host : {"vendor.example", kDnsHost})
      out.insert(out.end(), {"--resolve", fmt::format("{}:443:127.0.0.1:{}", host, tls_->port())});
    const std::uint16_t plain = plain_ ? plain_->port() : closed_port_;
    out.insert(out.end(), {"--resolve", fmt::format("vendor.example:80:127.0.0.1:{}", plain)});
    return out;
  }
  test::RunResult collect(const std::string& bundle, std::vector<std::string> more = {}) {
    test::spit(folder_.path() / "ca.pem", authority_.pem());
    std::vector<std::string> command = collect_command(bundle);
    if (more.empty()) more = {"--ca", in("ca.pem"), "--json"};
    command.insert(command.end(), more.begin(), more.end());
    return test::run_entente(command);
  }
  [[nodiscard]] Json judged(const std::string& bundle, int code) const {
    const auto run = test::run_entente({"csaf", "provider", in(bundle), "--json"});
    EXPECT_EQ(run.code, code) << run.out << run.err;
    return Json::parse(run.out, nullptr, false);
  }
  static std::vector<int> failing(const Json& verdict) {
    std::vector<int> out;
    for (const auto& row : verdict["requirements"])
      if (row["verdict"] == "failed") out.push_back(row["number"]);
    return out;
  }
  [[nodiscard]] Json log_of(const std::string& bundle) const {
    for (const auto& entry : fs::directory_iterator(in(bundle) + "/csaf.fetch-log")) return Json::parse(test::slurp(entry.path()));
    return {};
  }
  [[nodiscard]] std::string in(const std::string& name) const { return (folder_.path() / name).string(); }

  CsafWorld world_;
  std::map<std::string, std::string> moved_;
  test::CertificateAuthority authority_;
  std::atomic<int> asked_plainly_{0};
  std::uint16_t closed_port_ = 1;  // nothing listens there
  TemporaryFolder folder_ = TemporaryFolder::make("csaf-tls").value();
  std::unique_ptr<http::Server> plain_;
  std::unique_ptr<test::TlsServer> tls_;
};

TEST_F(CsafTls, ATrustedProviderIsFoundByAllWaysAndFillsItsRole) {
  serve();
  const auto collected = collect("bundle");
  ASSERT_EQ(collected.code, 0) << collected.out << collected.err;
  const Json told = Json::parse(collected.out);
  ASSERT_EQ(told["discovery"].size(), 3U);
  for (const auto& step : told["discovery"]) EXPECT_NE(step["found"], "") << step.dump();
  EXPECT_EQ(told["discovery"][2]["found"], "https://csaf.data.security.vendor.example/");
  EXPECT_EQ(told["requests"]["advisory"]["got"], 2);
  EXPECT_EQ(told["stopped"], "");
  EXPECT_GT(tls_->handshakes(), 0);
  EXPECT_EQ(asked_plainly_, 1) << "one request a host";
  EXPECT_EQ(test::run_entente({"evidence", "verify", in("bundle")}).code, 0);

  const Json log = log_of("bundle");
  EXPECT_EQ(log["insecure_loopback"], false);
  ASSERT_EQ(log["without_tls"].size(), 1U);
  EXPECT_EQ(log["without_tls"][0]["url"], "http" + kFirst.substr(5));
  EXPECT_EQ(log["without_tls"][0]["redirects"][0], kFirst);
  EXPECT_EQ(log["resolve"].size(), 3U);
  EXPECT_EQ(log["extra_certificates"], sha256(authority_.pem()).hex());

  const Json verdict = judged("bundle", 0);
  EXPECT_EQ(verdict["declared_role"], "csaf_trusted_provider");
  EXPECT_EQ(verdict["reached_role"], "csaf_trusted_provider");
  ASSERT_EQ(verdict["requirements"].size(), 20U);
  for (const auto& row : verdict["requirements"]) EXPECT_EQ(row["verdict"], "held") << row.dump();
  for (const auto& role : verdict["roles"]) EXPECT_EQ(role["verdict"], "held") << role.dump();
  EXPECT_THAT(verdict["requirements"][2]["reason"].get<std::string>(),
              HasSubstr("without TLS the advisory asked for at 1 host did not come"));
  EXPECT_THAT(verdict["requirements"][2]["reason"].get<std::string>(), HasSubstr("certificates the user named"));

  const auto human = test::run_entente({"csaf", "provider", in("bundle")});
  EXPECT_EQ(human.code, 0) << human.err;
  EXPECT_THAT(human.out, HasSubstr("csaf_trusted_provider: held"));
  EXPECT_THAT(human.out, HasSubstr("declared: csaf_trusted_provider; filled: csaf_trusted_provider; 2 advisories, 2 valid"));
}

TEST_F(CsafTls, ThePackedBundleGivesTheSameVerdict) {
  serve();
  ASSERT_EQ(collect("bundle").code, 0);
  ASSERT_EQ(test::run_entente({"evidence", "pack", in("bundle"), in("bundle.tar.zst")}).code, 0);
  EXPECT_EQ(judged("bundle.tar.zst", 0), judged("bundle", 0));
}

TEST_F(CsafTls, AnAssessmentFindsItsAdvisoriesMachineReadable) {
  serve();
  ASSERT_EQ(collect("vendor").code, 0);
  std::string profile =
      "name = \"Org\"\nid = \"org\"\ncategory = \"private-sector\"\nroles = [\"software-producer\"]\ndomains = [\"vendor.example\"]\n";
  for (const auto& entry : fs::directory_iterator(in("vendor")))
    if (entry.is_directory())
      profile += fmt::format("[[evidence]]\nkind = \"{0}\"\npath = \"vendor/{0}/*\"\n", entry.path().filename().string());
  profile += "[[evidence]]\nkind = \"cves.own\"\npath = \"own.csv\"\n";
  test::spit(in("org.toml"), profile);
  const std::string lately = format_date(now() - std::chrono::hours(48));
  const auto status = [&](const std::string& own, const std::string& out) -> Json {
    test::spit(in("own.csv"), own);
    const auto run = test::run_entente({"assess", in("org.toml"), "-o", in(out), "--json"});
    EXPECT_NE(run.code, 2) << run.err;
    const Json assessment = Json::parse(test::slurp(in(out) + "/assessment.json"));
    for (const auto& judgement : assessment["judgements"])
      if (judgement["control"] == "P6-04") return judgement;
    return {};
  };
  const Json satisfied = status("CVE-2026-1001," + lately + "\nCVE-2026-1002," + lately + "\n", "out");
  EXPECT_EQ(satisfied["status"], "satisfied") << satisfied.dump(1);
  EXPECT_EQ(satisfied["detail"]["reached_role"], "csaf_trusted_provider");
  EXPECT_EQ(satisfied["detail"]["own_cves_covered"], 2);
  const Json partial = status("CVE-2026-1001," + lately + "\nCVE-2026-1999," + lately + "\n", "out2");
  EXPECT_EQ(partial["status"], "partial") << "a number without an advisory";
}

TEST_F(CsafTls, ATamperedAdvisoryFillsNoTrustedRole) {
  std::string& text = world_.answers[kFirst];
  text.replace(text.find("Advisory VA"), 8, "Avisorys");  // still a valid document, but not what was hashed and signed
  serve();
  ASSERT_EQ(collect("bundle").code, 0);
  const Json verdict = judged("bundle", 1);
  EXPECT_EQ(failing(verdict), (std::vector<int>{18, 19}));
  EXPECT_EQ(verdict["reached_role"], "csaf_provider");
  EXPECT_THAT(verdict["requirements"][18]["reason"].get<std::string>(), HasSubstr("va-2026-0001.json"));
}

TEST_F(CsafTls, AnAdvisoryThatIsThereWithoutTlsBreaksRequirementThree) {
  serve({"vendor.example", kDnsHost}, Plain::serves_all);
  ASSERT_EQ(collect("bundle").code, 0);
  const Json verdict = judged("bundle", 1);
  EXPECT_EQ(failing(verdict), std::vector<int>{3});
  EXPECT_THAT(verdict["requirements"][2]["reason"].get<std::string>(),
              HasSubstr("http://vendor.example/csaf/2026/va-2026-0001.json is served without TLS as well"));
  EXPECT_EQ(verdict["reached_role"], "");
}

TEST_F(CsafTls, APageOrNoAnswerWithoutTlsIsWell) {
  serve({"vendor.example", kDnsHost}, Plain::shows_a_page);
  ASSERT_EQ(collect("page").code, 0);
  (void)judged("page", 0);
  EXPECT_EQ(log_of("page")["without_tls"][0]["status"], 200);
  plain_.reset();
  ASSERT_EQ(collect("nobody").code, 0);
  (void)judged("nobody", 0);
  EXPECT_EQ(log_of("nobody")["without_tls"][0]["status"], 0);
}

TEST_F(CsafTls, ACertificateOfNobodyKnownIsRefused) {
  serve();
  const auto untrusted = collect("bundle", {"--json"});
  EXPECT_EQ(untrusted.code, 1) << untrusted.err;
  EXPECT_THAT(Json::parse(untrusted.out)["discovery"][0]["note"].get<std::string>(), HasSubstr("certificate does not hold"));
  test::spit(in("other.pem"), test::CertificateAuthority().pem());
  EXPECT_EQ(collect("bundle2", {"--ca", in("other.pem"), "--quiet"}).code, 1) << "another authority of the same name";
  EXPECT_EQ(collect("bundle3", {"--certificates", in("ca.pem"), "--quiet"}).code, 0) << "in place of the system's";
}

TEST_F(CsafTls, ACertificateForAnotherNameIsRefused) {
  serve({"vendor.example"});
  const auto collected = collect("bundle");
  ASSERT_EQ(collected.code, 0) << collected.err;  // found, though not by the DNS path
  const Json verdict = judged("bundle", 1);
  EXPECT_EQ(failing(verdict), (std::vector<int>{3, 10}));
}

// What --resolve allows, it allows for the host and port it names, at the address and port it names.
TEST_F(CsafTls, OtherPrivateAddressesStayRefused) {
  moved_[std::string(CsafWorld::kMetadata)] = "https://127.0.0.1/";
  serve();
  moved_["https://vendor.example/.well-known/security.txt"] = fmt::format("https://localhost:{}/", tls_->port());
  const auto collected = collect("bundle");
  EXPECT_EQ(collected.code, 0) << "the DNS path leads to it: " << collected.err;
  const Json discovery = Json::parse(collected.out)["discovery"];
  for (const int way : {0, 1}) EXPECT_EQ(discovery[way]["found"], "") << discovery.dump(1);
  EXPECT_THAT(discovery[0]["note"].get<std::string>(), HasSubstr("127.0.0.1 is not a public address"));
}

TEST_F(CsafTls, WhatIsNoCertificateOrNoRouteIsAUsageError) {
  serve();
  test::spit(in("empty.pem"), "nothing\n");
  test::spit(in("cut.pem"), authority_.pem().substr(0, 200));
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--ca", in("absent.pem")}, "absent.pem"},
      {{"--ca", in("empty.pem")}, "holds no certificate"},
      {{"--ca", in("cut.pem")}, "does not read"},
      {{"--certificates", in("empty.pem")}, "holds no certificate"},
      {{"--ca", in("ca.pem"), "--certificates", in("ca.pem")}, "excludes"},
      {{"--resolve", "vendor.example:443"}, "HOST:PORT:ADDRESS"},
      {{"--resolve", "vendor.example:443:elsewhere.example"}, "numeric"},
      {{"--resolve", "vendor.example:0:127.0.0.1"}, "port"}};
  for (const auto& [arguments, what] : cases) {
    const auto run = collect("never", arguments);
    EXPECT_EQ(run.code, 2) << what;
    EXPECT_THAT(run.err, HasSubstr(what));
    EXPECT_FALSE(fs::exists(in("never")));
  }
  const auto help = test::run_entente({"csaf", "collect", "--help"});
  EXPECT_THAT(help.out, HasSubstr("--ca inner-ca.pem --resolve vendor.example:443:10.1.2.3"));
}

}  // namespace
}  // namespace entente
