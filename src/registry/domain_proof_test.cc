// The judging half, with observations written by hand; tests/e2e/domain_proof_test.cc looks at real servers.
#include "registry/domain_proof.h"

#include <gmock/gmock.h>

#include "test_support.h"

namespace entente::registry {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Instant kProofTime = std::chrono::sys_days{std::chrono::year{2026} / 11 / 27} + std::chrono::microseconds{1};

Challenge proof_challenge(std::string_view domain = "pledge.example") {
  auto key = keys::SigningKey::from_seed("pledge.example", keys::KeyType::ed25519, Bytes(32, 1)).value().verifier();
  return Challenge::issue(std::move(key), "log.example", "pledge-works", dns::Domain::parse(domain).value(), Stage::apply, kProofTime)
      .value();
}
const dns::PublicSuffixList& proof_suffixes() {
  static const auto list = dns::PublicSuffixList::builtin().value();
  return list;
}
Bytes txt_record(std::string_view text) {
  Bytes out;
  for (; text.size() > 255; text.remove_prefix(255)) {
    out.push_back(255);
    out.insert(out.end(), text.begin(), text.begin() + 255);
  }
  out.push_back(static_cast<std::uint8_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
  return out;
}
AskedName asked_txt(std::string name, const std::vector<std::string>& texts, dns::Dnssec dnssec = dns::Dnssec::secure) {
  dns::Answer answer{
      .name = name, .type = dns::Type::txt, .rcode = texts.empty() ? dns::kNxDomain : dns::kNoError, .ttl = 60, .dnssec = dnssec};
  for (const auto& text : texts) answer.records.push_back(txt_record(text));
  if (texts.empty()) answer.negative_ttl = 300, answer.negative_zone = "pledge.example";
  return {{name, dns::Type::txt}, answer};
}
const std::string kCanaryLabel(32, 'c');
const std::string kCanary = kCanaryLabel + ".pledge.example";
Observation seen_dns(const std::string& vantage, const std::vector<std::string>& texts, const std::string& domain = "pledge.example") {
  return {.vantage = vantage,
          .resolver = vantage + "'s",
          .names = {asked_txt("_entente-challenge." + domain, texts), asked_txt("_entente-challenge-" + kCanaryLabel + "." + domain, {}),
                    asked_txt(kCanaryLabel + "." + domain, {})}};
}
Observation seen_web(const std::string& vantage, Result<FetchedPage> page, Result<FetchedPage> canary = FetchedPage{.status = 404}) {
  dns::Answer four{.name = "pledge.example", .type = dns::Type::a, .records = {{192, 0, 2, 1}}, .ttl = 60, .dnssec = dns::Dnssec::insecure};
  dns::Answer six{.name = "pledge.example", .type = dns::Type::aaaa, .dnssec = dns::Dnssec::insecure};
  return {.vantage = vantage,
          .resolver = vantage + "'s",
          .names = {{{"pledge.example", dns::Type::a}, four}, {{"pledge.example", dns::Type::aaaa}, six}},
          .pages = {{"https://pledge.example/.well-known/entente/challenge", std::move(page)},
                    {"https://pledge.example/.well-known/entente/challenge-" + kCanaryLabel, std::move(canary)}}};
}
Result<DomainProof> judged(const Challenge& challenge, const std::vector<Observation>& seen, ProofMethod method = ProofMethod::dns_txt) {
  return judge(challenge, seen, method, kProofTime, proof_suffixes());
}

TEST(DomainProof, WhatAllVantagePointsSawIsAProof) {
  const Challenge c = proof_challenge();
  auto second = seen_dns("south", {"v=spf1 -all", c.text()});
  second.names.front().answer->dnssec = dns::Dnssec::insecure;
  const auto proof = judged(c, {seen_dns("north", {c.text()}), second});
  ASSERT_OK(proof);
  EXPECT_EQ(proof->dnssec, dns::Dnssec::insecure);  // the weakest
  EXPECT_EQ(proof->at, std::chrono::floor<std::chrono::seconds>(kProofTime));
  EXPECT_EQ(proof->until - proof->at, std::chrono::days{90});
  EXPECT_EQ(proof->evidence_digest, sha256(proof->evidence));

  const Json predicate = proof->predicate();
  EXPECT_EQ(predicate["organisation"]["id"], "pledge-works");
  EXPECT_EQ(predicate["challenge"], to_base64(c.token));
  EXPECT_EQ(predicate["vantages"][0]["dnssec"], "secure");
  EXPECT_EQ(predicate["vantages"][1]["dnssec"], "insecure");
  EXPECT_EQ(predicate["evidence"]["sha256"], proof->evidence_digest.hex());
  EXPECT_EQ(predicate["until"], "2027-02-25T00:00:00Z");
}

TEST(DomainProof, EvidenceIsDeterministicAndHoldsWhatWasSeen) {
  const Challenge c = proof_challenge();
  const std::vector<Observation> seen{seen_dns("north", {c.text()}), seen_dns("south", {c.text(), "b\xff"})};
  const auto proof = judged(c, seen);
  ASSERT_OK(proof);
  EXPECT_EQ(proof->evidence, judged(c, seen)->evidence);
  const auto document = JsonDocument::parse(proof->evidence, "evidence");
  ASSERT_OK(document);
  const Json evidence = to_json(document->root());
  EXPECT_EQ(evidence["format"], kEvidenceFormat);
  EXPECT_EQ(evidence["text"], c.text());
  EXPECT_EQ(evidence["vantages"][0]["names"][0]["records"][0], c.text());
  EXPECT_EQ(evidence["vantages"][0]["names"][1]["rcode"], "NXDOMAIN");
  EXPECT_EQ(evidence["vantages"][1]["names"][0]["records"][1]["base64"], "Yv8=");
  // Each vantage point's digest in the statement is that of its part.
  EXPECT_EQ(proof->vantages[1].answer, sha256(json_compact(evidence["vantages"][1])));
  // The challenge of the record is the one that was asked for: its text can be computed again from it.
  EXPECT_EQ(Challenge::from(document->root())->text(), c.text());
}

TEST(DomainProof, EachVantagePointIsTold) {
  const Challenge c = proof_challenge();
  const auto refused = judged(c, {seen_dns("north", {c.text()}), seen_dns("south", {})});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what,
              HasSubstr("north (north's): the challenge was seen; south (south's): _entente-challenge.pledge.example does not exist"));
  EXPECT_THAT(refused.error().what, HasSubstr("(proven by DNSSEC)"));
  EXPECT_THAT(refused.error().hint, HasSubstr("300 s"));
}

TEST(DomainProof, OtherTextsAreShownButNeverATerminalsCommands) {
  const Challenge c = proof_challenge();
  const auto refused = judged(c, {seen_dns("north", {"v=spf1\x1b[2J"}), seen_dns("south", {"entente-challenge=v1 token=wrong"})});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("none is the challenge: \"v=spf1\\x1b[2J\""));
  EXPECT_THAT(refused.error().what, HasSubstr("no challenge"));
}

TEST(DomainProof, AWildcardThatAnswersTheChallengeIsRefusedAndOneThatDoesNotIsNot) {
  const Challenge c = proof_challenge();
  auto wild = seen_dns("south", {c.text()});
  wild.names[2] = asked_txt(kCanary, {"v=spf1 -all"});
  EXPECT_TRUE(judged(c, {seen_dns("north", {c.text()}), wild}));
  wild.names[2] = asked_txt(kCanary, {"v=spf1 -all", c.text()});
  const auto refused = judged(c, {seen_dns("north", {c.text()}), wild});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("random name " + kCanary + " answers the challenge too"));
}

TEST(DomainProof, ACanaryThatCouldNotBeAskedForProvesNothing) {
  const Challenge c = proof_challenge();
  auto deaf = seen_dns("south", {c.text()});
  deaf.names[1].answer = fail("no answer for TXT records within 5 ms", {.file = kCanary});
  EXPECT_FALSE(judged(c, {seen_dns("north", {c.text()}), deaf}));
}

TEST(DomainProof, AliasesStayWithinTheOrganisationsDomain) {
  const Challenge c = proof_challenge("www.pledge.example");
  const auto north = seen_dns("north", {c.text()}, "www.pledge.example");
  auto aliased = seen_dns("south", {c.text()}, "www.pledge.example");
  aliased.names.front().answer->chain = {"proof.pledge.example"};
  const auto proof = judged(c, {north, aliased});
  ASSERT_OK(proof);
  EXPECT_THAT(proof->evidence, HasSubstr(R"("cname":["proof.pledge.example"])"));
  aliased.names.front().answer->chain = {"proof.pledge.example", "tenant.host.example"};
  const auto refused = judged(c, {north, aliased});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("alias (CNAME) of tenant.host.example, which is outside pledge.example"));
}

TEST(DomainProof, RefusedBeforeAnythingIsAsked) {
  const std::vector<Vantage> two{{"north", {.forwarders = {{"192.0.2.1"}}}}, {"south", {.forwarders = {{"192.0.2.2"}}}}};
  const auto refusal = [&](const Challenge& c, Stage stage, const std::vector<Vantage>& vantages, Instant at) {
    const auto proof = prove(c, stage, vantages, ProofMethod::dns_txt, at, proof_suffixes());
    return proof ? "proven" : proof.error().what;
  };
  const Challenge c = proof_challenge();
  EXPECT_THAT(refusal(c, Stage::renew, two, kProofTime), HasSubstr("stage \"apply\", not \"renew\""));
  EXPECT_THAT(refusal(c, Stage::apply, two, c.expires), HasSubstr("expired"));
  EXPECT_THAT(refusal(proof_challenge("gouv.fr"), Stage::apply, two, kProofTime), HasSubstr("public suffix"));
  EXPECT_THAT(refusal(c, Stage::apply, {two[0]}, kProofTime), HasSubstr("2 vantage points are needed, 1"));
  EXPECT_THAT(refusal(c, Stage::apply, {two[0], {"south", two[0].resolver}}, kProofTime), HasSubstr("same resolver"));
  EXPECT_THAT(refusal(c, Stage::apply, {two[0], {"north", two[1].resolver}}, kProofTime), HasSubstr("are called north"));
  EXPECT_THAT(refusal(c, Stage::apply, {two[0], {"South", two[1].resolver}}, kProofTime), HasSubstr("lower-case"));
  EXPECT_THAT(refusal(c, Stage::apply, std::vector<Vantage>(17, two[0]), kProofTime), HasSubstr("at most 16"));
}

TEST(DomainProof, ThePageHoldsTheChallengeAndNothingElse) {
  const Challenge c = proof_challenge();
  const auto page = [](std::string body, unsigned status = 200) { return FetchedPage{.status = status, .body = std::move(body)}; };
  const auto seen = [&](const Result<FetchedPage>& one) {
    return judged(c, {seen_web("north", page(c.text())), seen_web("south", one)}, ProofMethod::https_well_known);
  };
  ASSERT_OK(seen(page(c.text())));
  EXPECT_EQ(seen(page(c.text()))->dnssec, dns::Dnssec::insecure);
  EXPECT_TRUE(seen(page(c.text() + "\n")));
  EXPECT_TRUE(seen(page(c.text() + "\r\n")));
  EXPECT_FALSE(seen(page(c.text() + "\n\n")));
  EXPECT_FALSE(seen(page("<p>" + c.text())));
  EXPECT_FALSE(seen(page(c.text(), 404)));
  EXPECT_FALSE(seen(fail("the response is larger than 4096 bytes")));
  const auto moved = seen(FetchedPage{.status = 301, .body = c.text(), .location = "https://www.pledge.example/"});
  ASSERT_FALSE(moved);
  EXPECT_THAT(moved.error().what, HasSubstr("redirects to https://www.pledge.example/; redirects are not followed"));
}

TEST(DomainProof, APageAtEveryPathIsRefused) {
  const Challenge c = proof_challenge();
  const FetchedPage good{.status = 200, .body = c.text()};
  EXPECT_FALSE(judged(c, {seen_web("north", good), seen_web("south", good, good)}, ProofMethod::https_well_known));
  EXPECT_TRUE(judged(c, {seen_web("north", good), seen_web("south", good, fail("the response is larger than 4096 bytes"))},
                     ProofMethod::https_well_known));
  EXPECT_FALSE(judged(c, {seen_web("north", good), seen_web("south", good, fail("no response"))}, ProofMethod::https_well_known));
}

TEST(DomainProof, ADomainWithoutAddressHasNoPage) {
  const Challenge c = proof_challenge();
  auto nowhere = seen_web("south", FetchedPage{});
  nowhere.pages.clear();
  const auto refused = judged(c, {seen_web("north", FetchedPage{.status = 200, .body = c.text()}), nowhere}, ProofMethod::https_well_known);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("no address"));
}

TEST(DomainProof, RecordedEvidenceIsJudgedAgainToTheSameProof) {
  const Challenge c = proof_challenge();
  auto south = seen_dns("south", {std::string(600, 'x'), c.text(), "b\xff", ""});
  south.names.front().answer->chain = {"proof.pledge.example"};
  const FetchedPage good{.status = 200, .body = c.text() + "\n"};
  for (const auto& proof : {judged(c, {seen_dns("north", {c.text()}), south}),
                            judged(c, {seen_web("north", good), seen_web("south", good, fail("the response is larger than 4096 bytes"))},
                                   ProofMethod::https_well_known)}) {
    ASSERT_OK(proof);
    const auto again = judge_evidence(proof->evidence, proof_suffixes());
    ASSERT_OK(again);
    EXPECT_EQ(again->evidence_digest, proof->evidence_digest);
    EXPECT_EQ(again->predicate(), proof->predicate());
    EXPECT_FALSE(judge_evidence(proof->evidence, proof_suffixes(), {.minimum_vantages = 3}));
  }
}

TEST(DomainProof, AlteredEvidenceIsNoProof) {
  const Challenge c = proof_challenge();
  const std::string evidence = judged(c, {seen_dns("north", {c.text()}), seen_dns("south", {c.text()})})->evidence;
  const Json whole = to_json(JsonDocument::parse(evidence, "evidence")->root());
  const auto refused = [](const Json& altered) { return !judge_evidence(json_compact(altered) + "\n", proof_suffixes()); };
  ASSERT_FALSE(refused(whole));
  for (const auto& [member, value] : whole.items()) {
    Json without = whole;
    without.erase(member);
    EXPECT_TRUE(refused(without)) << member;
  }
  const auto with = [&](const std::string& pointer, const Json& value) {
    Json out = whole;
    out[Json::json_pointer(pointer)] = value;
    return out;
  };
  EXPECT_TRUE(refused(with("/organisation", "another")));
  EXPECT_TRUE(refused(with("/domain", "other.example")));
  EXPECT_TRUE(refused(with("/stage", "renew")));
  EXPECT_TRUE(refused(with("/at", "2027-01-01T00:00:00Z")));
  EXPECT_TRUE(refused(with("/more", 1)));
  EXPECT_TRUE(refused(with("/vantages/1/name", "north")));
  EXPECT_TRUE(refused(with("/vantages/1/more", 1)));
  EXPECT_TRUE(refused(with("/vantages/0/names/0/name", "_entente-challenge.other.example")));
  EXPECT_TRUE(refused(with("/vantages/0/names/0/records/0", "else")));
  EXPECT_TRUE(refused(with("/vantages/0/names/1/records", Json{c.text()})));
  EXPECT_TRUE(refused(with("/vantages/0/names/0/error", "late")));
  EXPECT_FALSE(judge_evidence(evidence + "\n", proof_suffixes()));
  EXPECT_FALSE(judge_evidence("{}", proof_suffixes()));
}

TEST(ProofTargets, CanariesAreRandomNeighbours) {
  const auto domain = dns::Domain::parse("pledge.example").value();
  const auto one = ProofTargets::of(domain, {}).value(), two = ProofTargets::of(domain, {}).value();
  EXPECT_EQ(one.challenge_name, "_entente-challenge.pledge.example");
  EXPECT_EQ(one.challenge_url, "https://pledge.example/.well-known/entente/challenge");
  EXPECT_THAT(one.canary_names, testing::SizeIs(2));
  EXPECT_NE(one.canary_names, two.canary_names);
  EXPECT_NE(one.canary_url, two.canary_url);
  EXPECT_THAT(one.canary_url, testing::StartsWith(one.challenge_url + "-"));
  const std::string label(63, 'a');
  EXPECT_FALSE(
      ProofTargets::of(dns::Domain::parse(label + "." + label + "." + label + ".a" + std::string(20, 'b') + ".example").value(), {}));
}

}  // namespace
}  // namespace entente::registry
