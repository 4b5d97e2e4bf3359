// Attacks on a registry served by the real program: each gets the right status, and the ledger and the counters are afterwards what they
// were before.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "ledger/ledger.h"
#include "live_registry.h"
#include "name_server.h"
#include "raw_client.h"

namespace entente {
namespace {

using registry::fixture::dig;
using registry::fixture::key;
using registry::fixture::org;
using registry::fixture::sha;
using test::LiveRegistry;
using test::RawClient;
using testing::HasSubstr;

constexpr std::string_view kEnvelopeType = "application/vnd.dsse.envelope.v1+json";

class RegistryAttack : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(live.start()) << live.errors();
    pledge = live.put(LiveRegistry::makers().pledge("alpha"));
    first_vote = LiveRegistry::makers().approval("alpha", pledge, {live.key("officer-1")});
    live.put(first_vote);
    live.put(LiveRegistry::makers().pledge("beta"));
    before = trace();
  }
  void TearDown() override {
    if (!before.empty()) EXPECT_TRUE(trace() == before) << "an attack left a trace: " << trace() << "\nbefore: " << before;
  }
  // What an attack must not change: the size of the ledger on disk (once all is published), the counters, the queue, every statement.
  std::string trace() {
    const std::string counters = live.get("/counters").body;
    const Json told = Json::parse(counters, nullptr, false);
    std::uint64_t size = 0;
    for (int i = 0; i < 200 && size != told["ledger"]["size"]; ++i) {
      if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(25));
      const auto log = ledger::Ledger::open_read(live.log());
      EXPECT_OK(log);
      size = log ? log->size() : 0;
    }
    return fmt::format("{} entries\n{}{}{}{}", size, counters, live.get("/queue").body, live.get("/statements").body,
                       live.get("/supporters?include=all").body);
  }
  // The status of a request sent as it is; 0 if the connection ended without an answer.
  unsigned raw_status(const std::string& request) {
    RawClient client(live.port());
    EXPECT_TRUE(client.connected());
    return status_of(client.ask(request));
  }
  static unsigned status_of(const std::string& answer) {
    return answer.starts_with("HTTP/1.1 ") ? static_cast<unsigned>(std::stoul(answer.substr(9, 3))) : 0;
  }
  unsigned raw_get(const std::string& target) { return raw_status("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n"); }

  LiveRegistry live;
  std::string pledge, first_vote, before;
};

TEST_F(RegistryAttack, ReplayedStatements) {
  EXPECT_EQ(live.refusal(first_vote), "409 replay");
  // The same payload in another envelope: signed once more by the same key.
  auto respelled = statement::Envelope::parse(first_vote, "vote").value();
  respelled.signatures.push_back(respelled.signatures.front());
  EXPECT_EQ(live.refusal(respelled.str()), "401 bad-signature");
  EXPECT_EQ(live.refusal(first_vote + "\n"), "400 malformed") << "not the canonical form";
}

TEST_F(RegistryAttack, ReorderedStatements) {
  auto earlier = LiveRegistry::makers();
  earlier.pass(-std::chrono::seconds(3'600));
  EXPECT_EQ(live.refusal(earlier.approval("alpha", pledge, {live.key("officer-2")})), "409 out-of-order")
      << "before the pledge it is about";
  const auto late =
      LiveRegistry::makers().about("renewal", "pledge", pledge, "alpha", {{"until", "2027-06-01T00:00:00Z"}}, {&key("alpha")});
  EXPECT_EQ(live.refusal(late), "409 wrong-status") << "renewed before it is approved";
  EXPECT_EQ(live.refusal(LiveRegistry::makers().approval("alpha", sha("no such pledge"), {live.key("officer-2")})),
            "409 no-such-statement");
}

TEST_F(RegistryAttack, ForgedStatements) {
  const std::string good = LiveRegistry::makers().approval("alpha", pledge, {live.key("officer-2")});
  auto altered = statement::Envelope::parse(good, "vote").value();
  altered.payload.replace(altered.payload.find("approved"), 8, "refused\"");
  EXPECT_EQ(live.refusal(altered.str()).substr(0, 1), "4");
  auto flipped = statement::Envelope::parse(good, "vote").value();
  flipped.signatures[0].sig[10] ^= 1;
  EXPECT_EQ(live.refusal(flipped.str()), "401 bad-signature");
  auto renamed = statement::Envelope::parse(good, "vote").value();
  renamed.signatures[0].keyid = statement::Envelope::parse(first_vote, "vote")->signatures[0].keyid;
  EXPECT_EQ(live.refusal(renamed.str()), "401 bad-signature") << "one officer's signature under the other's name";
  EXPECT_EQ(live.refusal("{}"), "400 malformed");
  EXPECT_EQ(live.refusal(std::string("\0\xff\xfe", 3)), "400 malformed");
  EXPECT_EQ(live.post("/statements", "", kEnvelopeType).status, 400U);
}

TEST_F(RegistryAttack, ExpiredAndFutureStatements) {
  auto old = LiveRegistry::makers();
  old.pass(-std::chrono::hours(25));
  EXPECT_EQ(live.refusal(old.pledge("gamma")), "422 stale");
  auto future = LiveRegistry::makers();
  future.pass(std::chrono::hours(1));
  EXPECT_EQ(live.refusal(future.pledge("gamma")), "422 from-the-future");
}

TEST_F(RegistryAttack, ForeignKeys) {
  EXPECT_EQ(live.refusal(LiveRegistry::makers().approval("alpha", pledge, {&key("stranger")})), "401 unknown-key");
  EXPECT_EQ(live.refusal(LiveRegistry::makers().approval("alpha", pledge, {live.key("assessor")})), "403 not-entitled");
  EXPECT_EQ(live.refusal(LiveRegistry::makers().approval("alpha", pledge, {&key("alpha")})), "403 not-entitled") << "its own approval";
  const auto withdrawal = LiveRegistry::makers().about("withdrawal", "pledge", pledge, "alpha", {{"by", "organisation"}}, {&key("beta")});
  EXPECT_EQ(live.refusal(withdrawal), "403 not-entitled") << "somebody else's record";
  EXPECT_EQ(live.refusal(LiveRegistry::makers().domain_proof("alpha", "alpha", {&key("alpha")})), "403 not-entitled");
  auto taken = LiveRegistry::makers().pledge_predicate("gamma");
  taken["key"] = registry::fixture::vkey("beta");
  EXPECT_EQ(live.refusal(registry::fixture::entry("pledge", sha("the call"), taken, {&key("beta")})), "409 key-taken");
  EXPECT_EQ(live.refusal(LiveRegistry::makers().pledge("alpha")).substr(0, 3), "409");
}

TEST_F(RegistryAttack, AnApprovalSignedTwiceByOnePerson) {
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));  // another statement, not a replay
  EXPECT_EQ(live.refusal(LiveRegistry::makers().approval("alpha", pledge, {live.key("officer-1")})), "403 needs-second-person");
  EXPECT_EQ(live.refusal(LiveRegistry::makers().approval("alpha", pledge, {live.key("officer-1"), live.key("officer-1")})),
            "401 bad-signature");
}

TEST_F(RegistryAttack, AChallengeOfAnotherStage) {
  const auto ask = [&](const char* resource, const char* body) { return LiveRegistry::status_and_code(live.post(resource, body)); };
  EXPECT_EQ(ask("/supporters/alpha/challenges", R"({"domain":"alpha.example","stage":"renew"})"), "409 wrong-stage");
  EXPECT_EQ(ask("/supporters/alpha/challenges", R"({"domain":"alpha.example","stage":"nonsense"})"), "422 schema");
  EXPECT_EQ(ask("/supporters/alpha/challenges", R"({"domain":"beta.example"})"), "422 not-allowed") << "not its domain";
  EXPECT_EQ(ask("/supporters/nobody/challenges", R"({"domain":"alpha.example"})"), "404 not-found");
  for (const char* body :
       {"", "[]", "{", R"({"domain":"alpha.example","domain":"beta.example"})", R"({"domain":"alpha.example","more":1})"})
    EXPECT_EQ(ask("/supporters/alpha/challenges", body), "400 malformed") << body;
  for (const char* domain : {"127.0.0.1", "localhost", "http://alpha.example", "*.example", "alpha.example/../beta.example", ""})
    EXPECT_EQ(ask("/supporters/alpha/challenges", (R"({"domain":")" + std::string(domain) + "\"}").c_str()).substr(0, 3), "422") << domain;
}

TEST_F(RegistryAttack, AChallengeOfOneStageIsNoneAtTheNext) {
  ASSERT_EQ(live.stop(), 0);
  ASSERT_TRUE(live.start({"--vantage", "north=127.0.0.1:9", "--vantage", "south=127.0.0.2:9"})) << live.errors();
  const auto response = live.post("/supporters/alpha/challenges", R"({"domain":"alpha.example"})");
  ASSERT_EQ(response.status, 201U) << response.body;
  live.put(LiveRegistry::makers().approval("alpha", pledge, {live.key("officer-2")}));
  before = trace();
  const auto proof = live.post("/supporters/alpha/proofs", R"({"domain":"alpha.example","method":"dns-txt"})");
  EXPECT_EQ(LiveRegistry::status_and_code(proof), "409 wrong-stage") << proof.body;
}

TEST_F(RegistryAttack, FetchingLinksChangesNothing) {
  ASSERT_EQ(live.post("/supporters/alpha/challenges", R"({"domain":"alpha.example"})").status, 201U);
  const std::string signup = live.get("/supporters/alpha/signup").body;
  for (const std::string method : {"GET", "HEAD"})
    for (const std::string resource :
         {"challenges", "proofs", "challenges?domain=alpha.example", "proofs?domain=alpha.example&method=dns-txt"}) {
      RawClient client(live.port());
      ASSERT_TRUE(client.send(method + " /api/v1/supporters/alpha/" + resource + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
      EXPECT_EQ(status_of(client.rest()), 405U) << method << " " << resource;
    }
  EXPECT_EQ(live.get("/supporters/alpha/signup").body, signup);
  EXPECT_THAT(signup, testing::Not(HasSubstr("token="))) << "the state of a sign-up tells no value";
}

TEST_F(RegistryAttack, OddPaths) {
  for (const std::string target : {"/api/v1/%2e%2e/%2e%2e/etc/passwd",
                                   "/api/v1/../../etc/passwd",
                                   "/api/v1//supporters",
                                   "//api/v1/supporters",
                                   "/api/v1/supporters/alpha%2fsignup",
                                   "/api/v1/supporters/%2e%2e",
                                   "/api/v1/supporters/..",
                                   "/api/v1/supporters/alpha%00",
                                   "/api/v1/supporters/%ff%fe",
                                   "/api/v1/supporters/%zz",
                                   "/api/v1/supporters/",
                                   "/api/v1/supporters/alpha/",
                                   "/api/v1./supporters",
                                   "/log/../registry.sqlite",
                                   "/log/%2e%2e/keys/log.key",
                                   "/log/tile/../../keys/log.key",
                                   "/log//tile",
                                   "/private/challenges",
                                   "/keys/log.key",
                                   "/api/v1/supporters/alpha%0d%0aX-Evil:%201"}) {
    const unsigned status = raw_get(target);
    EXPECT_TRUE(status == 404U || status == 400U) << target << " " << status;
  }
  EXPECT_EQ(raw_status(std::string("GET /api/v1/supporters/a\0b HTTP/1.1\r\nHost: a\r\n\r\n", 54)), 400U);
  EXPECT_EQ(raw_get("/api/v1/statements/99999999999999999999999"), 404U);
  EXPECT_EQ(raw_get("/api/v1/statements/-1"), 404U);
  EXPECT_EQ(raw_get("/api/v1/supporters?limit=-1"), 400U);
  EXPECT_EQ(raw_get("/api/v1/supporters?offset=1e9"), 400U);
}

TEST_F(RegistryAttack, HeaderTricks) {
  const std::string body = R"({"domain":"alpha.example"})";
  const std::string start = "POST /api/v1/statements HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(raw_status(start + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x"), 400U);
  EXPECT_EQ(raw_status(start + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"), 400U) << "request smuggling";
  EXPECT_EQ(raw_status(start + "Content-Length: -2\r\n\r\n{}"), 400U);
  EXPECT_EQ(raw_status(start + "Content Length: 2\r\n\r\n{}"), 400U);
  EXPECT_EQ(raw_status("GET /api/v1/counters HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n"), 431U);
  // Method overrides are not known; a GET stays one.
  EXPECT_EQ(raw_status("GET /api/v1/supporters/alpha/challenges HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: POST\r\n\r\n"), 405U);
  EXPECT_EQ(raw_status("DELETE /api/v1/supporters/alpha HTTP/1.1\r\nHost: a\r\n\r\n"), 405U);
  EXPECT_EQ(raw_status("PUT /api/v1/supporters/alpha HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"), 405U);
  EXPECT_EQ(raw_status("GET /api/v1/counters HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n\r\n"), 200U);
}

TEST_F(RegistryAttack, LargeBodies) {
  for (const std::string resource : {"/api/v1/statements", "/api/v1/supporters/alpha/challenges", "/api/v1/supporters/alpha/proofs"}) {
    RawClient client(live.port());
    ASSERT_TRUE(client.send("POST " + resource + " HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760\r\n\r\n"));
    EXPECT_EQ(status_of(client.response()), 413U) << resource;
    RawClient chunked(live.port());
    ASSERT_TRUE(chunked.send("POST " + resource + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    for (int i = 0; i < 160 && chunked.send(chunk); ++i) {}
    const unsigned status = status_of(chunked.response());
    EXPECT_TRUE(status == 413U || (status == 0U && chunked.closed())) << resource << " " << status;
  }
  EXPECT_EQ(live.refusal(std::string(65'600, 'x')), "400 too-large") << "below the limit of bodies, above a statement's";
  EXPECT_EQ(live.post("/supporters/alpha/challenges", R"({"domain":")" + std::string(30'000, 'a') + "\"}").status, 400U);
}

TEST_F(RegistryAttack, SlowClientsAreCutOff) {
  RawClient client(live.port());
  ASSERT_TRUE(client.send("POST /api/v1/statements HTTP/1.1\r\nHost: a\r\nX: "));
  std::string answer;
  for (int i = 0; i < 60 && answer.empty() && !client.closed(); ++i) {
    if (!client.send("a")) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    if (i % 26 == 25) answer = client.response();  // the head may take ten seconds in all
  }
  const unsigned status = status_of(answer);
  EXPECT_TRUE(status == 408U || (status == 0U && client.closed())) << answer;
  EXPECT_EQ(live.get("/counters").status, 200U) << "the others are served meanwhile";
}

// SQL and HTML in a name are only text: kept as it is, given back as data.
TEST_F(RegistryAttack, MetaCharactersAreData) {
  const std::string name = R"(Robert'); DROP TABLE supporters;-- <script>alert(1)</script> "%_\ =1+1)";
  auto predicate = LiveRegistry::makers().pledge_predicate("mallory");
  predicate["organisation"]["name"] = name;
  predicate["why"] = Json{{"text", "<img src=x onerror=alert(1)>"}, {"language", "en"}};
  const std::string entry = live.put(registry::fixture::entry("pledge", sha("the call"), predicate, {&key("mallory")}));
  live.put(LiveRegistry::makers().approval("mallory", entry, {live.key("officer-1"), live.key("officer-2")}));
  before = trace();
  const auto record = live.get("/supporters/mallory");
  EXPECT_EQ(record.status, 200U);
  EXPECT_EQ(record.content_type, "application/json");
  EXPECT_EQ(record.header("X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(record.body, HasSubstr(json_compact(Json(name))));
  for (const std::string query : {"%27%20OR%201%3D1--", "%25", "_", "%22%29%3B%20DROP%20TABLE%20supporters%3B--", "%3Cscript%3E", "%00"}) {
    const auto found = live.get("/supporters?include=all&q=" + query);
    EXPECT_EQ(found.status, 200U) << query << found.body;
  }
  EXPECT_EQ(LiveRegistry::json(live.get("/supporters?include=all&q=robert%20drop"))["total"], 1) << "its words are found";
  for (const std::string id : {"mallory%27--", "%27%20OR%20%271%27%3D%271", "%3Cscript%3E"}) {
    const auto absent = live.get("/supporters/" + id);
    EXPECT_EQ(absent.status, 404U) << id;
    EXPECT_EQ(absent.content_type, "application/problem+json");
  }
  EXPECT_THAT(live.get("/supporters/mallory/badge.svg").body, testing::Not(HasSubstr("<script")));
  const std::string feed = live.get("/changes.atom").body;
  EXPECT_THAT(feed, testing::AllOf(testing::Not(HasSubstr("<script")), HasSubstr("&lt;script&gt;")));
  EXPECT_THAT(live.get("/supporters.csv").body, HasSubstr("\"\"%_")) << "quotation marks are doubled";
}

// Pages at private and loopback addresses are refused unless the operator of a test allows them.
TEST_F(RegistryAttack, ProofPagesAtPrivateAddresses) {
  if (!test::has_program("nsd")) GTEST_SKIP() << "no nsd: install Debian's package nsd";
  for (const std::string address : {"A 127.0.0.1", "A 10.0.0.1", "A 169.254.169.254", "AAAA ::1", "AAAA ::ffff:127.0.0.1", "A 0.0.0.0"}) {
    const test::NameServer::Zones zones{{"alpha.example", test::zone_text("alpha.example", "@ IN " + address + "\n")}};
    const test::NameServer north(zones), south(zones);
    ASSERT_TRUE(north.ready("alpha.example") && south.ready("alpha.example"));
    ASSERT_EQ(live.stop(), 0);
    ASSERT_TRUE(live.start(
        {"--vantage", "north=127.0.0.1:" + std::to_string(north.port()), "--vantage", "south=127.0.0.1:" + std::to_string(south.port())}))
        << live.errors();
    ASSERT_LE(live.post("/supporters/alpha/challenges", R"({"domain":"alpha.example"})").status, 201U);
    const auto proof = live.post("/supporters/alpha/proofs", R"({"domain":"alpha.example","method":"https-well-known"})");
    EXPECT_EQ(LiveRegistry::status_and_code(proof), "422 not-proven") << address;
    EXPECT_THAT(proof.body, HasSubstr("not a public address")) << address;
  }
}

TEST(ServeOptions, VantagesThatAreOneAreRefusedAtOnce) {
  const auto folder = TemporaryFolder::make("serve").value();
  const std::string registry = (folder.path() / "registry").string();
  const auto refused = test::run_entente({"serve", registry, "--vantage", "a=root", "--vantage", "b=root"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, testing::HasSubstr("same resolver"));
  EXPECT_EQ(test::run_entente({"serve", registry, "--vantage", "a=root", "--vantage", "a=192.0.2.1"}).code, 2);
  test::spit(folder.path() / "other/letter.txt", "Dear …");
  const auto foreign = test::run_entente({"serve", (folder.path() / "other").string()});
  EXPECT_EQ(foreign.code, 2);
  EXPECT_THAT(foreign.err, testing::HasSubstr("other things"));
}

}  // namespace
}  // namespace entente
