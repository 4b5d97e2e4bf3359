// Domain proofs against real servers: two NSD processes as the two vantage points' name servers (with different answers where a case needs
// that), zones signed by ldns-signzone below a signed parent, our own HTTP server and OpenSSL's TLS server on loopback.
#include "registry/domain_proof.h"

#include <gmock/gmock.h>

#include "http/server.h"
#include "name_server.h"
#include "raw_client.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using testing::HasSubstr;
using testing::Not;

Challenge fresh_challenge(const std::string& domain, Stage stage = Stage::apply) {
  auto key = keys::SigningKey::from_seed("office." + domain, keys::KeyType::ed25519, Bytes(32, 7)).value().verifier();
  return Challenge::issue(std::move(key), "log.example/entente", "an-organisation", dns::Domain::parse(domain).value(), stage, now())
      .value();
}
const dns::PublicSuffixList& builtin_suffixes() {
  static const auto list = dns::PublicSuffixList::builtin().value();
  return list;
}
std::string txt(const std::string& owner, const std::string& text) { return owner + " IN TXT \"" + text + "\"\n"; }

// One set of servers for all tests: made when the first test runs.
class DomainProofs : public testing::Test {
 protected:
  enum class Side { north, south };

  // The records of each organisation's zone, as one side's server has them.
  static test::NameServer::Zones zones(Side side) {
    const bool north = side == Side::north;
    const std::string at = "_entente-challenge";
    test::NameServer::Zones out;
    const auto put = [&](const std::string& domain, const std::string& records) { out[domain] = test::zone_text(domain, records, 77); };
    put("right.example", txt(at, text("right.example")));
    const std::string split = text("several.example");
    put("several.example", txt("_ENTENTE-Challenge", "v=spf1 -all") + at + " IN TXT \"" + split.substr(0, 50) + "\" \"" + split.substr(50) +
                               "\"\n" + at + " IN TXT \"" + std::string(255, 'a') + "\" \"" + std::string(255, 'b') + "\" \"c\"\n");
    put("wrong.example", txt(at, text("right.example")));
    put("missing.example", "");
    put("differs.example", txt(at, north ? text("differs.example") : text("right.example")));
    put("half.example", north ? txt(at, text("half.example")) : "");
    put("wild.example", txt("*", text("wild.example")));
    put("beside.example", txt(at, text("beside.example")) + txt("*", text("beside.example")));
    put("harmless.example", txt(at, text("harmless.example")) + txt("*", "v=spf1 -all"));
    put("alias.example", at + " IN CNAME proof.alias.example.\n" + txt("proof", text("alias.example")));
    put("away.example", at + " IN CNAME away.right.example.\n");
    out["right.example"] += txt("away", text("away.example"));
    put("stage.example", txt(at, fresh_text_of_another_stage));
    put("diplomatie.gouv.fr", txt(at, text("diplomatie.gouv.fr")));
    for (const std::string site : {"web.example", "moved.example", "big.example", "other.example", "everywhere.example", "tls.example",
                                   "name.example", "line.example"})
      put(site, "@ IN A 127.0.0.1\n");
    put("split.example", north ? "@ IN A 127.0.0.1\n" : "@ IN A 127.0.0.2\n");
    return out;
  }

  // Adds signed.example and bogus.example, signed, and their parent, signed with delegations to all.
  static void add_signed(test::NameServer::Zones& served, std::string& anchor) {
    std::string parent;
    for (const auto& [name, zone_records] : served)
      if (name.ends_with(".example")) parent += name + ". IN NS ns." + name + ".\nns." + name + ". IN A 127.0.0.1\n";
    for (const std::string name : {"signed.example", "bogus.example"}) {
      test::SignedZone zone = test::sign_zone(name, test::zone_text(name, txt("_entente-challenge", text(name)), 77));
      const std::string good = text(name);
      if (name == "bogus.example") {  // altered after it was signed, on both servers
        const std::size_t place = zone.text.find(good);
        if (place != std::string::npos) zone.text[place + good.size() - 2] ^= 1;  // a digit of the expiry
      }
      served[name] = zone.text;
      parent += name + ". IN NS ns." + name + ".\nns." + name + ". IN A 127.0.0.1\n" + zone.ds;
    }
    const test::SignedZone zone = test::sign_zone("example", test::zone_text("example", parent));
    served["example"] = zone.text;
    anchor = zone.ds;
  }

  static void SetUpTestSuite() {
    if (!test::has_program("nsd")) return;
    fresh_text_of_another_stage = [] {
      Challenge renewal = challenge("stage.example");
      renewal.stage = Stage::renew;
      return renewal.text();
    }();
    auto north = zones(Side::north), south = zones(Side::south);
    if (test::has_program("ldns-signzone") && test::has_program("ldns-keygen")) {
      std::string anchor;
      folder = new TemporaryFolder(TemporaryFolder::make("anchor").value());
      add_signed(north, anchor);
      for (const std::string name : {"signed.example", "bogus.example", "example"}) south[name] = north[name];
      test::spit(folder->path() / "example.ds", anchor);
      has_dnssec = !anchor.empty();
    }
    north_server = new test::NameServer(north);
    south_server = new test::NameServer(south);
    auto started =
        http::Server::start({.threads = 1}, [](const http::Request& request, const http::Reply& reply) { reply(page(request)); });
    web = started.value().release();
  }
  static void TearDownTestSuite() {
    delete web;
    delete north_server;
    delete south_server;
    delete folder;
  }
  void SetUp() override {
    if (north_server == nullptr) GTEST_SKIP() << "no /usr/sbin/nsd: install Debian's package nsd";
    static const bool up = north_server->ready("right.example") && south_server->ready("right.example");
    ASSERT_TRUE(up) << north_server->output() << south_server->output();
  }

  static http::Response page(const http::Request& request) {
    const std::string host = std::string(request.header("Host")).substr(0, request.header("Host").find(':'));
    const bool place = request.path == "/.well-known/entente/challenge";
    if (host == "everywhere.example") return http::plain(200, text(host));
    if (!place) return http::plain(404, "not here");
    if (host == "moved.example") return {.status = 302, .headers = {{"Location", "http://web.example/.well-known/entente/challenge"}}};
    if (host == "big.example") return {.body = text(host) + std::string(5000, '\n')};
    if (host == "other.example") return {.body = text("web.example")};
    return {.content_type = "application/x-anything", .body = text(host) + (host == "line.example" ? "\n" : "")};
  }

  // One challenge a domain for the whole run.
  static const Challenge& challenge(const std::string& domain) {
    static auto* made = new std::map<std::string, Challenge>();
    auto found = made->find(domain);
    if (found == made->end()) found = made->emplace(domain, fresh_challenge(domain)).first;
    return found->second;
  }
  static std::string text(const std::string& domain) { return challenge(domain).text(); }

  enum class Validation { off, on };
  static std::vector<Vantage> vantages(Validation validation = Validation::off) {
    std::vector<Vantage> out;
    for (const auto& [name, server] : {std::pair{"north", north_server}, std::pair{"south", south_server}}) {
      Vantage vantage{.name = name};
      for (const std::string zone : {"example", "gouv.fr"})
        if (zone != "example" || has_dnssec) vantage.resolver.stubs.push_back({zone, {{"127.0.0.1", server->port()}}});
      if (!has_dnssec)
        for (const auto& [domain, records] : zones(Side::north))
          vantage.resolver.stubs.push_back({domain, {{"127.0.0.1", server->port()}}});
      if (validation == Validation::on) vantage.resolver.trust_anchors = folder->path() / "example.ds";
      out.push_back(std::move(vantage));
    }
    return out;
  }
  static ProofOptions local_web() {
    return {.web = {.scheme = WebScheme::http, .port = web->port(), .private_addresses = http::PrivateAddresses::allow}};
  }
  static Result<DomainProof> by_dns(const std::string& domain, Validation validation = Validation::off) {
    return prove(challenge(domain), Stage::apply, vantages(validation), ProofMethod::dns_txt, now(), builtin_suffixes());
  }
  static Result<DomainProof> by_web(const std::string& domain, const ProofOptions& options = local_web()) {
    return prove(challenge(domain), Stage::apply, vantages(), ProofMethod::https_well_known, now(), builtin_suffixes(), options);
  }
  static void expect_refused(const Result<DomainProof>& proof, const std::string& why) {
    ASSERT_FALSE(proof) << proof->evidence;
    EXPECT_THAT(proof.error().str(), HasSubstr(why));
  }

  static inline std::string fresh_text_of_another_stage;
  static inline test::NameServer* north_server = nullptr;
  static inline test::NameServer* south_server = nullptr;
  static inline http::Server* web = nullptr;
  static inline TemporaryFolder* folder = nullptr;
  static inline bool has_dnssec = false;
};

TEST_F(DomainProofs, TheRightRecordIsAProof) {
  const auto proof = by_dns("right.example");
  ASSERT_OK(proof);
  EXPECT_EQ(proof->domain, "right.example");
  EXPECT_EQ(proof->dnssec, dns::Dnssec::not_checked);
  ASSERT_EQ(proof->vantages.size(), 2U);
  EXPECT_THAT(proof->vantages[0].resolver, HasSubstr("127.0.0.1@" + std::to_string(north_server->port())));
  EXPECT_THAT(proof->evidence, HasSubstr(text("right.example")));
  EXPECT_EQ(sha256(proof->evidence), proof->evidence_digest);
  EXPECT_EQ(proof->predicate()["challenge"], to_base64(challenge("right.example").token));
  const auto again = judge_evidence(proof->evidence, builtin_suffixes());
  ASSERT_OK(again);
  EXPECT_EQ(again->predicate(), proof->predicate());
}

TEST_F(DomainProofs, SeveralRecordsSplitStringsAndCapitalsAreFine) {
  const auto proof = by_dns("several.example");
  ASSERT_OK(proof);
  EXPECT_THAT(proof->evidence, HasSubstr(std::string(255, 'a') + std::string(255, 'b') + "c"));
  EXPECT_THAT(proof->evidence, HasSubstr("v=spf1 -all"));
}

TEST_F(DomainProofs, AWrongValueIsShown) { expect_refused(by_dns("wrong.example"), "is another one"); }

TEST_F(DomainProofs, AMissingRecordIsToldWithTheTimeItIsRemembered) {
  const auto proof = by_dns("missing.example");
  expect_refused(proof, "_entente-challenge.missing.example does not exist");
  EXPECT_THAT(proof.error().hint, HasSubstr("77 s (the SOA of missing.example)"));
}

TEST_F(DomainProofs, OneVantagePointThatDiffersIsEnough) {
  const auto differs = by_dns("differs.example");
  expect_refused(differs, "north (");
  EXPECT_THAT(differs.error().what, HasSubstr("): the challenge was seen; south ("));
  EXPECT_THAT(differs.error().what, HasSubstr("is another one"));
  expect_refused(by_dns("half.example"), "does not exist");
}

TEST_F(DomainProofs, WildcardsThatAnswerTheChallengeAreRefused) {
  expect_refused(by_dns("wild.example"), "answers the challenge too");
  expect_refused(by_dns("beside.example"), "answers the challenge too");
  EXPECT_TRUE(by_dns("harmless.example"));
}

TEST_F(DomainProofs, AliasesWithinTheDomainAreRecordedAndOthersRefused) {
  const auto proof = by_dns("alias.example");
  ASSERT_OK(proof);
  EXPECT_THAT(proof->evidence, HasSubstr(R"("cname":["proof.alias.example"])"));
  expect_refused(by_dns("away.example"), "alias (CNAME) of away.right.example, which is outside away.example");
}

TEST_F(DomainProofs, AnotherStageExpiryOrPublicSuffixIsRefused) {
  expect_refused(by_dns("stage.example"), "for the stage \"renew\", not \"apply\"");
  const Challenge& right = challenge("right.example");
  expect_refused(prove(right, Stage::renew, vantages(), ProofMethod::dns_txt, now(), builtin_suffixes()), "not \"renew\"");
  expect_refused(prove(right, Stage::apply, vantages(), ProofMethod::dns_txt, right.expires, builtin_suffixes()), "expired");
  expect_refused(by_dns("gouv.fr"), "public suffix");
  EXPECT_TRUE(by_dns("diplomatie.gouv.fr"));
}

TEST_F(DomainProofs, ADeadResolverProvesNothing) {
  auto two = vantages();
  two[1].resolver = {.forwarders = {{"127.0.0.1", test::free_port()}}, .timeout = std::chrono::milliseconds(2'000)};
  const auto proof = prove(challenge("right.example"), Stage::apply, two, ProofMethod::dns_txt, now(), builtin_suffixes());
  ASSERT_FALSE(proof);
  EXPECT_THAT(proof.error().what, HasSubstr("no answer for TXT records"));
  EXPECT_THAT(proof.error().what, HasSubstr("north ("));
}

TEST_F(DomainProofs, DnssecSecureInsecureAndBogusAreTold) {
  if (!has_dnssec) GTEST_SKIP() << "no ldns-signzone: install Debian's package ldnsutils";
  const auto secure = by_dns("signed.example", Validation::on);
  ASSERT_OK(secure);
  EXPECT_EQ(secure->dnssec, dns::Dnssec::secure);
  EXPECT_EQ(secure->predicate()["vantages"][1]["dnssec"], "secure");
  const auto insecure = by_dns("right.example", Validation::on);
  ASSERT_OK(insecure);
  EXPECT_EQ(insecure->dnssec, dns::Dnssec::insecure);
  const auto bogus = by_dns("bogus.example", Validation::on);
  expect_refused(bogus, "(bogus)");
  EXPECT_THAT(bogus.error().what, Not(HasSubstr("does not exist")));
  // Without validation the altered record is just a value that does not fit.
  expect_refused(by_dns("bogus.example"), "expiry was altered");
  EXPECT_EQ(by_dns("signed.example")->dnssec, dns::Dnssec::not_checked);
}

TEST_F(DomainProofs, AbsenceInASignedZoneIsProven) {
  if (!has_dnssec) GTEST_SKIP() << "no ldns-signzone: install Debian's package ldnsutils";
  auto resolver = dns::Resolver::make(vantages(Validation::on)[0].resolver);
  ASSERT_OK(resolver);
  const auto absent = resolver->query({"nothing.signed.example", dns::Type::txt});
  ASSERT_OK(absent);
  EXPECT_EQ(absent->rcode, dns::kNxDomain);
  EXPECT_EQ(absent->dnssec, dns::Dnssec::secure);
  const auto no_data = resolver->query({"_entente-challenge.signed.example", dns::Type::a});
  ASSERT_OK(no_data);
  EXPECT_EQ(no_data->rcode, dns::kNoError);
  EXPECT_TRUE(no_data->records.empty());
}

TEST_F(DomainProofs, TheRightPageIsAProof) {
  const auto proof = by_web("web.example");
  ASSERT_OK(proof);
  EXPECT_EQ(proof->predicate()["method"], "https-well-known");
  EXPECT_THAT(proof->evidence, HasSubstr("127.0.0.1"));
  EXPECT_TRUE(by_web("line.example"));
  const auto again = judge_evidence(proof->evidence, builtin_suffixes(), local_web());
  ASSERT_OK(again);
  EXPECT_EQ(again->predicate(), proof->predicate());
  expect_refused(judge_evidence(proof->evidence, builtin_suffixes()), "other names or pages");  // http: on some port is no proof
}

TEST_F(DomainProofs, LoopbackIsRefusedByDefault) {
  ProofOptions strict = local_web();
  strict.web.private_addresses = http::PrivateAddresses::refuse;
  expect_refused(by_web("web.example", strict), "127.0.0.1 is not a public address");
}

TEST_F(DomainProofs, PagesThatAreNotTheChallengeAreRefused) {
  expect_refused(by_web("moved.example"), "redirects to http://web.example/");
  expect_refused(by_web("big.example"), "larger than 4096 bytes");
  expect_refused(by_web("other.example"), "is another one");
  expect_refused(by_web("everywhere.example"), "random page");
  expect_refused(by_web("right.example"), "has no address");
}

TEST_F(DomainProofs, EachVantagePointsAddressesAreUsed) {
  const auto proof = by_web("split.example");  // nobody listens at the address the south is given
  ASSERT_FALSE(proof);
  EXPECT_THAT(proof.error().what, HasSubstr("): the challenge was seen; south ("));
}

TEST_F(DomainProofs, HttpsAsksForTheDomainsCertificate) {
  if (!test::has_program("openssl")) GTEST_SKIP() << "no openssl program";
  const auto site = TemporaryFolder::make("tls").value();
  test::spit(site.path() / ".well-known/entente/challenge", text("tls.example"));
  const std::string make =
      "cd '" + site.path().string() +
      "' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 2 -subj "
      "/CN=tls.example -addext subjectAltName=DNS:tls.example >/dev/null 2>&1";
  ASSERT_EQ(std::system(make.c_str()), 0);
  const std::uint16_t port = test::free_port();
  const test::ChildProcess server(
      {"openssl", "s_server", "-quiet", "-WWW", "-cert", "cert.pem", "-key", "key.pem", "-accept", "127.0.0.1:" + std::to_string(port)},
      site.path());
  for (int i = 0; i < 100 && !test::RawClient(port).connected(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ProofOptions options{.web = {.port = port, .private_addresses = http::PrivateAddresses::allow, .ca_file = site.path() / "cert.pem"}};
  const auto proof = by_web("tls.example", options);
  ASSERT_OK(proof);
  EXPECT_THAT(proof->evidence, HasSubstr("https://tls.example:" + std::to_string(port) + "/.well-known/entente/challenge"));
  expect_refused(by_web("name.example", options), "certificate does not hold");  // another's name
  options.web.ca_file.clear();
  expect_refused(by_web("tls.example", options), "certificate does not hold");  // nobody vouches for it
}

}  // namespace
}  // namespace entente::registry
