// A supporter's life, played with the real program, real name servers and a real PostgreSQL: pledge, challenge, proof, approval,
// assessment, dispute, renewal, rotation, withdrawal. Then the tables are rebuilt from the ledger in both databases, and a second server on
// the PostgreSQL must answer every reading route with the bytes of the first.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "keys/keys.h"
#include "live_registry.h"
#include "merkle/note.h"
#include "name_server.h"
#include "postgres.h"

namespace entente {
namespace {

using registry::fixture::dig;
using registry::fixture::key;
using registry::fixture::org;
using test::LiveRegistry;
using testing::HasSubstr;

constexpr const char* kDomain = "alpha.example";
constexpr const char* kPublicUrl = "https://registry.example";

test::NameServer::Zones zones_with(const std::string& value) {
  return {{kDomain, test::zone_text(kDomain, "_entente-challenge IN TXT \"" + value + "\"\n@ IN A 127.0.0.77\n")}};
}
// Two name servers that carry the value: two vantage points.
struct TwoPlaces {
  explicit TwoPlaces(const std::string& north_value, const std::string& south_value)
      : north(zones_with(north_value)), south(zones_with(south_value)) {}
  [[nodiscard]] bool ready() const { return north.ready(kDomain) && south.ready(kDomain); }
  [[nodiscard]] std::vector<std::string> options() const {
    return {"--public-url", kPublicUrl,
            "--vantage",    "north=127.0.0.1:" + std::to_string(north.port()),
            "--vantage",    "south=127.0.0.1:" + std::to_string(south.port())};
  }
  test::NameServer north, south;
};

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  for (const auto& file : std::filesystem::directory_iterator(folder)) out.push_back(file.path());
  return out;
}
mode_t mode_of(const std::filesystem::path& path) {
  struct stat info{};
  EXPECT_EQ(::stat(path.c_str(), &info), 0);
  return info.st_mode & 0777U;
}

class RegistryLife : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_program("nsd")) GTEST_SKIP() << "no nsd: install Debian's package nsd";
    ASSERT_TRUE(live.start({"--public-url", kPublicUrl})) << live.errors();
  }
  // The answer to asking for a challenge.
  Json challenge(unsigned expected) {
    const auto response = live.post("/supporters/alpha/challenges", R"({"domain":"alpha.example"})");
    EXPECT_EQ(response.status, expected) << response.body;
    return LiveRegistry::json(response);
  }
  http::ClientResponse prove(const char* method = "dns-txt") {
    return live.post("/supporters/alpha/proofs", std::string(R"({"domain":"alpha.example","method":")") + method + "\"}");
  }
  Json signup() { return LiveRegistry::json(live.get("/supporters/alpha/signup")); }
  // Restarts with two name servers that carry what the challenge says, and proves.
  void prove_with(const std::string& value) {
    const TwoPlaces places(value, value);
    ASSERT_TRUE(places.ready()) << places.north.output();
    ASSERT_EQ(live.stop(), 0) << live.errors();
    ASSERT_TRUE(live.start(places.options())) << live.errors();
    EXPECT_EQ(challenge(200)["dns-txt"]["value"], value) << "a restart keeps the challenge";
    const auto proven = prove();
    ASSERT_EQ(proven.status, 201U) << proven.body << live.errors();
    EXPECT_EQ(LiveRegistry::json(proven)["vantages"].size(), 2U);
    EXPECT_EQ(prove().status, 409U) << "a challenge is good once";
  }
  void prove_by_page(const std::string& value);
  void apply_and_prove();
  void be_approved();
  void be_assessed_and_dispute();
  void renew();
  void rotate_and_withdraw();
  std::string rebuilt(const std::string& database) {
    const auto result = test::run_entente({"registry", "rebuild", live.log(), "--database", database, "--json"});
    EXPECT_EQ(result.code, 0) << result.err;
    return LiveRegistry::text(Json::parse(result.out, nullptr, false), "digest");
  }
  std::vector<std::string> reading_routes();
  void check_counter(const std::string& note);

  LiveRegistry live;
  std::string pledge, assessment;
};

// A signed counter against the ledger; one that is altered, or that is signed for other numbers, is found out.
void RegistryLife::check_counter(const std::string& note) {
  const std::string file = live.path("counter.note");
  const auto check = [&](const std::string& text) {
    test::spit(file, text);
    return test::run_entente({"registry", "counters", live.folder() + "/log", "--check", file});
  };
  const auto good = check(note);
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_THAT(good.out, testing::StartsWith("good: signed by registry.example/ledger"));
  std::string altered = note;
  altered.insert(altered.find("\"supporters\":") + 13, "1");
  EXPECT_EQ(check(altered).code, 1) << "a signature that does not hold is a finding";
  const auto key = keys::read_key_file(live.folder() + "/keys/log.key", {});
  ASSERT_OK(key);
  const auto lie = merkle::sign_note(altered.substr(0, altered.find("\n\n") + 1), {&*key});
  ASSERT_OK(lie);
  const auto bad = check(*lie);
  EXPECT_EQ(bad.code, 1) << bad.out << bad.err;
  EXPECT_THAT(bad.out, testing::StartsWith("BAD"));
}

// The page on OpenSSL's TLS server at the address the name servers give, at the port of HTTPS.
void RegistryLife::prove_by_page(const std::string& value) {
  const std::filesystem::path site = live.path("site");
  test::spit(site / ".well-known/entente/challenge", value);
  const std::string make = "cd '" + site.string() +
                           "' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem "
                           "-days 2 -subj /CN=alpha.example -addext subjectAltName=DNS:alpha.example >/dev/null 2>&1";
  ASSERT_EQ(std::system(make.c_str()), 0);
  const test::ChildProcess web(
      {"openssl", "s_server", "-quiet", "-WWW", "-cert", "cert.pem", "-key", "key.pem", "-accept", "127.0.0.77:443"}, site);
  const TwoPlaces places("no challenge", "no challenge");
  ASSERT_TRUE(places.ready()) << places.north.output();
  std::vector<std::string> options = places.options();
  options.insert(options.end(), {"--allow-private-proof-addresses", "--proof-certificates", (site / "cert.pem").string()});
  ASSERT_EQ(live.stop(), 0) << live.errors();
  ASSERT_TRUE(live.start(options)) << live.errors();
  EXPECT_EQ(challenge(200)["https-well-known"]["body"], value);
  EXPECT_EQ(prove().status, 422U) << "it is on the page, not in DNS";
  const auto proven = test::run_entente({"registry", "prove", live.url(), "alpha", kDomain, "--method", "https-well-known", "--json"});
  ASSERT_EQ(proven.code, 0) << proven.out << proven.err << read_file(site / "output").value_or("");
  EXPECT_THAT(proven.out, HasSubstr("https-well-known"));
}

void RegistryLife::apply_and_prove() {
  pledge = live.put(LiveRegistry::makers().pledge("alpha"));
  EXPECT_EQ(signup()["pledge"]["sha256"], pledge);
  EXPECT_EQ(signup()["domains"][0]["challenge"], nullptr);
  const Json given = challenge(201);
  EXPECT_EQ(given["dns-txt"]["name"], "_entente-challenge.alpha.example");
  EXPECT_EQ(given["https-well-known"]["url"], "https://alpha.example/.well-known/entente/challenge");
  EXPECT_EQ(given["stage"], "apply");
  EXPECT_EQ(given["key"], registry::fixture::vkey("alpha"));
  EXPECT_EQ(challenge(200)["dns-txt"]["value"], given["dns-txt"]["value"]) << "asking again makes nothing void";
  EXPECT_EQ(signup()["domains"][0]["challenge"]["stage"], "apply");
  EXPECT_EQ(prove().status, 409U) << "no vantage points";

  const auto files = files_in(live.folder() + "/private/challenges");
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(mode_of(files[0]), 0600U);
  EXPECT_EQ(mode_of(files[0].parent_path()), 0700U);
  EXPECT_EQ(mode_of(live.folder() + "/private"), 0700U);
  EXPECT_EQ(mode_of(live.folder() + "/private/evidence"), 0700U);
  prove_with(given["dns-txt"]["value"]);
  EXPECT_TRUE(files_in(live.folder() + "/private/challenges").empty());
  EXPECT_EQ(files_in(live.folder() + "/private/evidence").size(), 1U);
  EXPECT_EQ(signup()["domains"][0]["challenge"], nullptr);
  EXPECT_EQ(signup()["domains"][0]["proof"]["method"], "dns-txt");
}

void RegistryLife::be_approved() {
  const auto shown = test::run_entente({"registry", "signup", live.url(), "alpha"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, testing::AllOf(HasSubstr("alpha.example: proven until"), HasSubstr("0 for, 0 against, 2 needed")));
  const auto refused = test::run_entente({"registry", "challenge", live.url(), "alpha", "beta.example"});
  EXPECT_EQ(refused.code, 1) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("no domain the pledge names"));
  EXPECT_EQ(signup()["approval"]["needed"], 2);
  live.put(LiveRegistry::makers().approval("alpha", pledge, {live.key("officer-1")}));
  EXPECT_EQ(signup()["approval"]["for"], 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));  // so that it is another statement, not a replay
  EXPECT_EQ(live.refusal(LiveRegistry::makers().approval("alpha", pledge, {live.key("officer-1")})), "403 needs-second-person");
  EXPECT_EQ(signup()["status"], "applied");
  live.put(LiveRegistry::makers().approval("alpha", pledge, {live.key("officer-2")}));
  EXPECT_EQ(signup()["status"], "approved");
  EXPECT_EQ(signup()["approval"]["done"], true);
}

void RegistryLife::be_assessed_and_dispute() {
  assessment = live.put(LiveRegistry::makers().assessment("alpha", {live.key("assessor")}));
  const std::string dispute =
      live.put(LiveRegistry::makers().about("finding-dispute", "assessment", assessment, "alpha",
                                            {{"control", "P6-01"}, {"by", org("alpha")}, {"reason", "It was done."}}, {&key("alpha")}));
  const auto decision = [&](const char* by) {
    return LiveRegistry::makers().about("dispute-decision", "dispute", dispute, "alpha", {{"decision", "upheld"}, {"reason", "It was."}},
                                        {live.key(by)});
  };
  EXPECT_EQ(live.refusal(decision("assessor")), "403 interest");
  live.put(decision("officer-1"));
  EXPECT_THAT(live.get("/disputes").body, HasSubstr("\"upheld\""));
}

void RegistryLife::renew() {
  const auto asked = test::run_entente({"registry", "challenge", live.url(), "alpha", "alpha.example"});
  EXPECT_EQ(asked.code, 0) << asked.err;
  const Json given = challenge(200);
  EXPECT_EQ(given["stage"], "renew");
  EXPECT_THAT(asked.out, HasSubstr(given["dns-txt"]["value"].get<std::string>()));
  if (test::has_program("openssl") && ::geteuid() == 0)  // who else may listen at port 443
    prove_by_page(given["dns-txt"]["value"]);
  else
    prove_with(given["dns-txt"]["value"]);
  const std::string until = format_time(std::chrono::floor<std::chrono::seconds>(now()) + std::chrono::days(365));
  live.put(LiveRegistry::makers().about("renewal", "pledge", pledge, "alpha", {{"until", until}}, {&key("alpha")}));
  EXPECT_THAT(live.get("/supporters/alpha").body, HasSubstr(until));
}

void RegistryLife::rotate_and_withdraw() {
  live.put(LiveRegistry::makers().key_set("alpha", pledge, {"alpha/2"}, {&key("alpha"), &key("alpha/2")}));
  const auto withdrawal = [&](const char* by) {
    return LiveRegistry::makers().about("withdrawal", "pledge", pledge, "alpha", {{"by", "organisation"}}, {&key(by)});
  };
  EXPECT_EQ(live.refusal(withdrawal("alpha")), "401 unknown-key") << "the key was rotated out";
  live.put(withdrawal("alpha/2"));
  EXPECT_EQ(signup()["status"], "withdrawn");
  EXPECT_EQ(LiveRegistry::status_and_code(live.post("/supporters/alpha/challenges", R"({"domain":"alpha.example"})")), "409 wrong-status");
}

// Every GET of the description, or of this list where the data files have none, with values of this ledger.
std::vector<std::string> RegistryLife::reading_routes() {
  std::vector<std::string> patterns{"/supporters",
                                    "/supporters/{id}",
                                    "/supporters/{id}/statements",
                                    "/supporters/{id}/signup",
                                    "/supporters/{id}/badge.svg",
                                    "/supporters.csv",
                                    "/supporters.ndjson",
                                    "/statements",
                                    "/statements/{leaf}",
                                    "/statements/by-digest/{sha256}",
                                    "/assessments/{envelope}",
                                    "/disputes",
                                    "/events",
                                    "/events.ics",
                                    "/queue",
                                    "/rules",
                                    "/comchecks",
                                    "/catalogue-releases",
                                    "/commitments",
                                    "/principles",
                                    "/principles/{number}",
                                    "/controls",
                                    "/controls/{id}",
                                    "/norms",
                                    "/crosswalk",
                                    "/index",
                                    "/index/{id}",
                                    "/peer-groups",
                                    "/counters",
                                    "/growth",
                                    "/absence",
                                    "/changes",
                                    "/changes.atom",
                                    "/changes.json"};
  const auto described = live.get("/openapi.json");
  if (described.status == 200)
    for (const auto& [path, operations] : LiveRegistry::json(described)["paths"].items())
      if (operations.contains("get")) {
        const std::string pattern = path.starts_with("/api/v1") ? path.substr(7) : path;
        if (std::ranges::find(patterns, pattern) == patterns.end() && !pattern.starts_with("/log")) patterns.push_back(pattern);
      }
  if (described.status == 200) patterns.emplace_back("/openapi.json");
  std::vector<std::string> leaves;
  for (const Json& row : LiveRegistry::json(live.get("/statements"))["items"]) leaves.push_back(std::to_string(row["leaf"].get<int>()));
  std::map<std::string, std::vector<std::string>> values{
      {"{leaf}", leaves}, {"{sha256}", {pledge, assessment}}, {"{envelope}", {assessment}}, {"{number}", {"0", "6", "9"}}};
  std::vector<std::string> out{"/supporters?include=all&limit=1",
                               "/supporters?q=alpha&include=all",
                               "/statements?kind=pledge",
                               "/statements?from=3&limit=2",
                               "/supporters/nobody",
                               "/supporters?sort=-changed&include=all"};
  for (const std::string& pattern : patterns) {
    const std::size_t brace = pattern.find('{');
    if (brace == std::string::npos) {
      out.push_back(pattern);
      continue;
    }
    const std::string name = pattern.substr(brace, pattern.find('}') - brace + 1);
    values["{id}"] = pattern.starts_with("/controls") ? std::vector<std::string>{"P6-01"}
                     : pattern.starts_with("/norms")  ? std::vector<std::string>{"nothing"}
                                                      : std::vector<std::string>{"alpha", "beta"};
    for (const std::string& value : values[name]) out.push_back(std::string(pattern).replace(brace, name.size(), value));
  }
  return out;
}

TEST_F(RegistryLife, FromPledgeToWithdrawalAndAgainFromTheLedger) {
  ASSERT_NO_FATAL_FAILURE(apply_and_prove());
  be_approved();
  be_assessed_and_dispute();
  ASSERT_NO_FATAL_FAILURE(renew());
  rotate_and_withdraw();
  const std::string beta = live.put(LiveRegistry::makers().pledge("beta"));
  live.put(LiveRegistry::makers().approval("beta", beta, {live.key("officer-1"), live.key("officer-2")}));
  live.put(LiveRegistry::makers().assessment("beta", {live.key("assessor")}));

  const std::string counter = live.get("/counters.note").body;
  EXPECT_EQ(live.stop(), 0);
  check_counter(counter);
  const std::string digest = rebuilt("sqlite:" + live.path("again.sqlite"));
  EXPECT_EQ(digest.size(), 64U);
  EXPECT_EQ(rebuilt("sqlite:" + live.folder() + "/registry.sqlite"), digest);
  const test::Postgres postgres;
  if (postgres.url().empty()) GTEST_SKIP() << "without PostgreSQL: " << postgres.why_not;
  EXPECT_EQ(rebuilt(postgres.url()), digest);

  ASSERT_TRUE(live.start({"--public-url", kPublicUrl})) << live.errors();
  test::BackgroundBinary second(
      {"serve", live.folder(), "--read-only", "--database", postgres.url(), "--listen", "127.0.0.1:0", "--public-url", kPublicUrl},
      live.path("second.err"));
  const std::string other = second.line();
  ASSERT_THAT(other, testing::StartsWith("http://")) << read_file(live.path("second.err")).value_or("");
  http::Client client({.private_addresses = http::PrivateAddresses::allow});
  std::size_t answered = 0;
  for (const std::string& route : reading_routes()) {
    const auto first = live.get(route);
    const auto again = client.get(other + "/api/v1" + route);
    ASSERT_OK(again);
    EXPECT_EQ(first.status, again->status) << route;
    EXPECT_EQ(first.body, again->body) << route;
    EXPECT_EQ(first.header("ETag"), again->header("ETag")) << route;
    const bool nothing = route.ends_with("/nobody") || route.ends_with("/nothing") || route == "/index/alpha";
    EXPECT_EQ(first.status, nothing ? 404U : 200U) << route << first.body;
    ++answered;
  }
  EXPECT_GT(answered, 45U);
  const auto refused = client.post(other + "/api/v1/supporters/beta/challenges", "application/json", R"({"domain":"beta.example"})");
  ASSERT_OK(refused);
  EXPECT_EQ(refused->status, 405U) << "a copy gives no challenges";
}

TEST_F(RegistryLife, AProofThatFailsSaysWhatEachPlaceSawAndChangesNothing) {
  pledge = live.put(LiveRegistry::makers().pledge("alpha"));
  const std::string value = challenge(201)["dns-txt"]["value"];
  const TwoPlaces places(value, "something else");
  ASSERT_TRUE(places.ready());
  ASSERT_EQ(live.stop(), 0);
  ASSERT_TRUE(live.start(places.options())) << live.errors();
  const std::string counters = live.get("/counters").body, statements = live.get("/statements").body;
  const auto response = prove();
  EXPECT_EQ(LiveRegistry::status_and_code(response), "422 not-proven");
  EXPECT_THAT(response.body, testing::AllOf(HasSubstr("north"), HasSubstr("the challenge was seen"), HasSubstr("south"),
                                            HasSubstr("none is the challenge")));
  const auto page = prove("https-well-known");
  EXPECT_EQ(LiveRegistry::status_and_code(page), "422 not-proven");
  EXPECT_THAT(page.body, HasSubstr("not a public address")) << "the domain's A record is a loopback address";
  for (int i = 0; i < 8; ++i) EXPECT_EQ(prove().status, 422U);
  const auto limited = prove();
  EXPECT_EQ(limited.status, 429U) << limited.body;
  EXPECT_FALSE(limited.header("Retry-After").empty());
  EXPECT_EQ(live.get("/counters").body, counters);
  EXPECT_EQ(live.get("/statements").body, statements);
}

}  // namespace
}  // namespace entente
