// The verifier against a small Sigstore of its own: everything holds, and every single thing that is changed is refused for its own reason.
#include "measures/p6_supply/provenance.h"

#include <gtest/gtest.h>

#include "measures/p6_supply/provenance_policy.h"
#include "measures/p6_supply/test_provenance.h"

namespace entente::measures::p6_supply::provenance {
namespace {

using test::slsa_statement;
using test::Times;
using test::TinySigstore;

constexpr std::string_view kArtifact = "an artefact\n";
constexpr const char* kBuilder = "https://github.com/example/app/.github/workflows/release.yml@refs/tags/v1.2.3";

std::string outcome(const Report& report) {
  return report.accepted ? "accepted" : std::string(reject_name(report.refusal->reject)) + ": " + report.refusal->why;
}
void expect_reject(const Report& report, Reject reject) {
  ASSERT_FALSE(report.accepted);
  EXPECT_EQ(reject_name(report.refusal->reject), reject_name(reject)) << report.refusal->why;
  ASSERT_FALSE(report.steps.empty());
  EXPECT_EQ(report.steps.back().state, Step::State::failed);
}

class Provenance : public ::testing::Test {
 protected:
  Provenance() {
    named_.identities = {{TinySigstore::kIdentity, TinySigstore::kIssuer}};
    built_.builders = {"https://github.com/example/app/.github/workflows/release.yml"};
    built_.sources = {"github.com/example/app"};
  }
  Report judge(const Json& bundle, const Policy& policy) const { return judge(bundle, policy, tiny_.trust()); }
  static Report judge(const Json& bundle, const Policy& policy, const TrustRoot& trust) {
    return verify(bundle.dump(), "bundle", {Artifact::of_bytes(kArtifact)}, policy, trust);
  }
  Json statement_bundle(const std::string& ref = "refs/tags/v1.2.3") {
    return tiny_.statement_bundle(slsa_statement(kArtifact, kBuilder, ref), tiny_.times());
  }
  static Json& entry(Json& bundle, int i) { return bundle["verificationMaterial"]["tlogEntries"][static_cast<std::size_t>(i)]; }

  TinySigstore tiny_;
  Policy named_, built_;
};

TEST_F(Provenance, MessageAndStatementAreAccepted) {
  const Report message = judge(tiny_.message_bundle(kArtifact, tiny_.times()), named_);
  EXPECT_TRUE(message.accepted) << outcome(message);
  EXPECT_EQ(message.identity, TinySigstore::kIdentity);
  EXPECT_EQ(message.issuer, TinySigstore::kIssuer);
  ASSERT_EQ(message.times.size(), 1u);
  EXPECT_EQ(format_time(message.times[0]), "2026-05-28T20:27:40Z");
  built_.versioned_tag = "v1";
  built_.package_name = "@example/app";
  built_.package_version = "1.2.3";
  const Report statement = judge(statement_bundle(), built_);
  EXPECT_TRUE(statement.accepted) << outcome(statement);
  EXPECT_EQ(statement.builder, kBuilder);
  EXPECT_EQ(statement.ref, "refs/tags/v1.2.3");
  EXPECT_EQ(statement.subjects, std::vector<std::string>{"pkg:npm/%40example/app@1.2.3"});
  const Json json = to_json(statement);
  EXPECT_EQ(json["accepted"], true);
  EXPECT_GE(json["steps"].size(), 10u);
}

TEST_F(Provenance, TrustRootFromJsonDecidesTheSame) {
  const auto trust = TrustRoot::parse(tiny_.trust_json(), "trusted_root.json");
  ASSERT_TRUE(trust.has_value()) << trust.error().str();
  const Report report = judge(statement_bundle(), built_, *trust);
  EXPECT_TRUE(report.accepted) << outcome(report);
}

TEST_F(Provenance, TrustRootWithoutStartOfValidityIsRefused) {
  Json root = Json::parse(tiny_.trust_json());
  root["certificateAuthorities"][0]["validFor"].erase("start");
  const auto trust = TrustRoot::parse(root.dump(), "trusted_root.json");
  ASSERT_FALSE(trust.has_value());
  EXPECT_EQ(trust.error().where.pointer, "/certificateAuthorities/0/validFor");
}

TEST_F(Provenance, EveryPartOfTheLogIsNeeded) {
  const Json good = tiny_.message_bundle(kArtifact, tiny_.times());
  const auto changed = [&](const auto& change) {
    Json bundle = good;
    change(bundle);
    return judge(bundle, named_);
  };
  using enum Reject;
  expect_reject(changed([](Json& b) { b["verificationMaterial"].erase("tlogEntries"); }), log_entry_missing);
  expect_reject(changed([](Json& b) { entry(b, 0)["logIndex"] = "8"; }), inclusion_promise_invalid);
  expect_reject(changed([](Json& b) { entry(b, 0)["integratedTime"] = "1780000061"; }), inclusion_promise_invalid);
  expect_reject(changed([](Json& b) { entry(b, 1)["inclusionProof"]["logIndex"] = "0"; }), inclusion_proof_invalid);
  expect_reject(changed([](Json& b) { entry(b, 1)["inclusionProof"]["treeSize"] = "3"; }), checkpoint_invalid);
  expect_reject(changed([](Json& b) { entry(b, 1)["logIndex"] = "-1"; }), malformed_bundle);
  expect_reject(changed([](Json& b) { entry(b, 1).erase("inclusionProof"); }), inclusion_proof_missing);
  expect_reject(changed([](Json& b) { entry(b, 1)["logId"]["keyId"] = to_base64(Digest{}.view()); }), log_unknown);
  // The other log's checkpoint over the same kind of tree.
  expect_reject(changed([](Json& b) { entry(b, 1)["inclusionProof"]["checkpoint"] = entry(b, 0)["inclusionProof"]["checkpoint"]; }),
                checkpoint_invalid);
  // With the promise gone nothing says when it was signed: the second log promises nothing.
  expect_reject(changed([](Json& b) { b["verificationMaterial"]["tlogEntries"].erase(0); }), time_missing);
}

TEST_F(Provenance, LogEntryOfAnotherSignatureIsRefused) {
  // Both are good bundles of the same artefact; the entries of one do not speak for the signature of the other.
  Json one = tiny_.message_bundle(kArtifact, tiny_.times());
  const Json other = tiny_.message_bundle(kArtifact, tiny_.times());
  one["messageSignature"] = other["messageSignature"];
  expect_reject(judge(one, named_), Reject::log_entry_mismatch);
  Json statement = statement_bundle();
  statement["verificationMaterial"]["tlogEntries"] = statement_bundle()["verificationMaterial"]["tlogEntries"];
  expect_reject(judge(statement, built_), Reject::log_entry_mismatch);
}

TEST_F(Provenance, WitnessesAreCounted) {
  const Json bundle = tiny_.message_bundle(kArtifact, tiny_.times());
  Json second_only = bundle;
  named_.witnesses = 1;
  // The first log's checkpoint has no cosignature.
  expect_reject(judge(bundle, named_), Reject::cosignatures_missing);
  second_only["verificationMaterial"]["tlogEntries"].erase(0);
  named_.log = Policy::Log::not_needed;  // for the time, which the second log does not give
  const Report report = judge(second_only, named_);
  EXPECT_TRUE(report.accepted) << outcome(report);
  named_.witnesses = 2;
  expect_reject(judge(second_only, named_), Reject::cosignatures_missing);
}

TEST_F(Provenance, CertificateMustBeTheRightOneAtTheRightTime) {
  using enum Reject;
  Times late = tiny_.times();
  late.logged = late.to + 1;
  expect_reject(judge(tiny_.message_bundle(kArtifact, late), named_), certificate_outside_validity);
  late.logged = late.to;  // the last second counts
  EXPECT_TRUE(judge(tiny_.message_bundle(kArtifact, late), named_).accepted);
  const Json good = tiny_.message_bundle(kArtifact, tiny_.times());
  Policy other = named_;
  other.identities[0].identity += "x";
  expect_reject(judge(good, other), identity_mismatch);
  other = named_;
  other.identities[0].issuer = "https://issuer.example";
  expect_reject(judge(good, other), issuer_mismatch);
  expect_reject(judge(good, Policy{}), policy_incomplete);
  TrustRoot trust = tiny_.trust();
  trust.certificate_authorities = TinySigstore().trust().certificate_authorities;  // of the same name, another key
  expect_reject(judge(good, named_, trust), certificate_untrusted);
  trust = tiny_.trust();
  trust.certificate_authorities[0].valid.end = Instant{std::chrono::seconds(tiny_.times().logged - 1)};
  expect_reject(judge(good, named_, trust), authority_outside_validity);
  trust = tiny_.trust();
  trust.certificate_logs.clear();
  expect_reject(judge(good, named_, trust), sct_missing);
  trust = tiny_.trust();
  trust.certificate_logs[0].key = trust.logs[0].key;
  expect_reject(judge(good, named_, trust), sct_invalid);
  trust = tiny_.trust();
  trust.logs[1].valid.end = Instant{std::chrono::seconds(tiny_.times().logged - 1)};
  expect_reject(judge(good, named_, trust), log_outside_validity);
}

TEST_F(Provenance, ArtefactIsCompared) {
  const Json message = tiny_.message_bundle(kArtifact, tiny_.times()), statement = statement_bundle();
  const TrustRoot trust = tiny_.trust();
  const std::vector<Artifact> wrong{Artifact::of_bytes("another")};
  expect_reject(verify(message.dump(), "m", wrong, named_, trust), Reject::artifact_mismatch);
  expect_reject(verify(statement.dump(), "s", wrong, built_, trust), Reject::artifact_mismatch);
  expect_reject(verify(statement.dump(), "s", {}, built_, trust), Reject::artifact_missing);
  const Artifact right = Artifact::of_bytes(kArtifact);
  expect_reject(verify(statement.dump(), "s", {right, wrong[0]}, built_, trust), Reject::artifact_mismatch);
  EXPECT_TRUE(verify(statement.dump(), "s", {right, right}, built_, trust).accepted);
  const auto sha1 = Artifact::of_digest("sha1:" + std::string(40, '0'));
  expect_reject(verify(statement.dump(), "s", {sha1.value()}, built_, trust), Reject::artifact_mismatch);
  EXPECT_TRUE(verify(message.dump(), "m", {Artifact::of_digest("sha256:" + sha256(kArtifact).hex()).value()}, named_, trust).accepted);
  EXPECT_FALSE(Artifact::of_digest("sha256:abc").has_value());
}

TEST_F(Provenance, WeakDigestsNameNothing) {
  Json statement = slsa_statement(kArtifact, kBuilder);
  for (Json& subject : statement["subject"]) subject["digest"] = {{"sha1", std::string(40, 'a')}, {"md5", std::string(32, 'a')}};
  expect_reject(judge(tiny_.statement_bundle(statement, tiny_.times()), built_), Reject::weak_digest);
  // One strong digest right and one wrong is wrong.
  statement = slsa_statement(kArtifact, kBuilder);
  statement["subject"][1]["digest"]["sha512"] = std::string(128, '0');
  expect_reject(judge(tiny_.statement_bundle(statement, tiny_.times()), built_), Reject::artifact_mismatch);
}

TEST_F(Provenance, BuilderSourceAndRef) {
  using enum Reject;
  const Json good = statement_bundle();
  const auto with = [&](const auto& change) {
    Policy policy = built_;
    change(policy);
    return judge(good, policy);
  };
  expect_reject(with([](Policy& p) { p.builders = {"https://github.com/example/app/.github/workflows/other.yml"}; }), builder_mismatch);
  expect_reject(with([](Policy& p) { p.builders[0] += "@v1.2.4"; }), builder_mismatch);
  EXPECT_TRUE(with([](Policy& p) { p.builders[0] += "@v1.2.3"; }).accepted);
  expect_reject(with([](Policy& p) { p.sources = {"github.com/example/ap"}; }), source_mismatch);
  expect_reject(with([](Policy& p) { p.sources = {"github.com/example/appA"}; }), source_mismatch);
  expect_reject(with([](Policy& p) { p.branch = "main"; }), ref_invalid);
  expect_reject(with([](Policy& p) { p.tag = "v1.2"; }), tag_mismatch);
  EXPECT_TRUE(with([](Policy& p) { p.tag = "v1.2.3"; }).accepted);
  expect_reject(with([](Policy& p) { p.versioned_tag = "v2"; }), versioned_tag_mismatch);
  expect_reject(with([](Policy& p) { p.inputs["x"] = "y"; }), inputs_mismatch);
  expect_reject(with([](Policy& p) { p.package_name = "app"; }), package_name_mismatch);
  expect_reject(with([](Policy& p) { p.package_version = "1.2.4"; }), package_version_mismatch);
  expect_reject(with([](Policy& p) { p.predicate_types = {"https://slsa.dev/provenance/v0.2"}; }), predicate_mismatch);
  expect_reject(with([](Policy& p) { p.summary = SummaryRule{}; }), predicate_mismatch);
  // Somebody signs and says a trusted builder did it.
  built_.builders = {"https://github.com/trusted/builder/.github/workflows/b.yml"};
  const Json lie = slsa_statement(kArtifact, "https://github.com/trusted/builder/.github/workflows/b.yml@refs/tags/v1.0.0");
  expect_reject(judge(tiny_.statement_bundle(lie, tiny_.times()), built_), builder_untrusted);
  // A builder at a branch is no release.
  built_.builders = {"https://github.com/example/app/.github/workflows/release.yml"};
  const std::string head = "https://github.com/example/app/.github/workflows/release.yml@refs/heads/main";
  const Json at_head = tiny_.statement_bundle(slsa_statement(kArtifact, head), tiny_.times(), head);
  expect_reject(judge(at_head, built_), builder_mismatch);
  built_.builder_ref = Policy::BuilderRef::any;
  EXPECT_TRUE(judge(at_head, built_).accepted);
}

TEST_F(Provenance, KeysWithoutCertificates) {
  const std::string payload = slsa_statement(kArtifact, kBuilder).dump();
  const Bytes signature = test::sign(tiny_.leaf_key(), statement::pae(kInTotoPayload, payload));
  const Json envelope{{"payload", to_base64(as_bytes(payload))},
                      {"payloadType", kInTotoPayload},
                      {"signatures", Json::array({Json{{"keyid", "nobody"}, {"sig", to_base64(as_bytes("noise"))}},
                                                  Json{{"keyid", "maker"}, {"sig", to_base64(signature)}}})}};
  Policy policy;
  policy.log = Policy::Log::not_needed;
  expect_reject(judge(envelope, policy), Reject::key_missing);
  policy.keys = {PublicKey::from_native(test::new_p256().get()).value()};
  expect_reject(judge(envelope, policy), Reject::signature_invalid);
  policy.keys.push_back(PublicKey::from_native(tiny_.leaf_key().get()).value());
  EXPECT_TRUE(judge(envelope, policy).accepted) << outcome(judge(envelope, policy));
  policy.keyid = "nobody";
  expect_reject(judge(envelope, policy), Reject::signature_invalid);
  policy.keyid = "maker";
  EXPECT_TRUE(judge(envelope, policy).accepted);
  policy.log = Policy::Log::required;
  expect_reject(judge(envelope, policy), Reject::log_entry_missing);
}

// One character of the bundle's text changed, anywhere: refused, or a part that nothing signs and that decides nothing.
TEST_F(Provenance, ChangedBundlesAreRefused) {
  const std::string good = tiny_.message_bundle(kArtifact, tiny_.times()).dump();
  const TrustRoot trust = tiny_.trust();
  const std::vector<Artifact> given{Artifact::of_bytes(kArtifact)};
  std::size_t accepted = 0, tried = 0;
  for (std::size_t i = 0; i < good.size(); i += 5) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    ++tried;
    if (!verify(changed, "changed", given, named_, trust).accepted) continue;
    ++accepted;
    // Nothing authenticates member names that then count as absent (kindVersion, messageDigest), the second entry's place in its log, or
    // lines of witnesses that are not asked for.
    const std::string around = good.substr(i < 120 ? 0 : i - 120, 240);
    EXPECT_TRUE(around.find("kind") != std::string::npos || around.find("messageDigest") != std::string::npos ||
                around.find("witness") != std::string::npos || around.find("logIndex") != std::string::npos)
        << i << ": " << around;
  }
  EXPECT_LT(accepted, tried / 10);
}

TEST(ProvenanceTags, VersionedTags) {
  EXPECT_TRUE(versioned_tag_matches("v13", "v13.0.30"));
  EXPECT_TRUE(versioned_tag_matches("v13.0", "v13.0.30"));
  EXPECT_TRUE(versioned_tag_matches("v14.0", "v14"));
  EXPECT_FALSE(versioned_tag_matches("v13.0.29", "v13.0.30"));
  EXPECT_FALSE(versioned_tag_matches("v1", "v13.0.30"));
  EXPECT_FALSE(versioned_tag_matches("v13", "13.0.30"));
  EXPECT_FALSE(versioned_tag_matches("v13", "v13.0.30.1"));
  EXPECT_FALSE(versioned_tag_matches("v1.2.3", "v1.2.3-rc1"));
  EXPECT_TRUE(versioned_tag_matches("v1.2.3-rc1", "v1.2.3-rc1"));
  EXPECT_FALSE(versioned_tag_matches("", "v1"));
}

TEST(ProvenanceTags, SourcesAndBuilders) {
  EXPECT_EQ(plain_source("git+https://github.com/org/repo@refs/heads/main"), "github.com/org/repo");
  EXPECT_EQ(plain_source("github.com/org/repo"), "github.com/org/repo");
  const std::string workflow = "https://github.com/o/r/.github/workflows/b.yml";
  using enum Policy::BuilderRef;
  EXPECT_TRUE(builder_allowed(workflow + "@refs/tags/v1.2.3", workflow, release_tag));
  EXPECT_FALSE(builder_allowed(workflow + "@refs/tags/v1.2", workflow, release_tag));
  EXPECT_FALSE(builder_allowed(workflow + "@refs/tags/v1.2.3-rc1", workflow, release_tag));
  EXPECT_FALSE(builder_allowed(workflow + "@refs/heads/v1.2.3", workflow, release_tag));
  EXPECT_FALSE(builder_allowed(workflow, workflow, release_tag));
  EXPECT_FALSE(builder_allowed(workflow + "@refs/heads/v1.2.3", workflow + "@v1.2.3", release_tag));
  EXPECT_TRUE(builder_allowed(workflow + "@refs/heads/main", workflow + "@refs/heads/main", release_tag));
  EXPECT_TRUE(
      builder_allowed("https://github.com/actions/runner/github-hosted", "https://github.com/actions/runner/github-hosted", release_tag));
}

TEST(ProvenanceFiles, SeveralBundles) {
  EXPECT_EQ(split_bundles("{\"a\":1}\n{\"b\":2}\n", "x").value().size(), 2u);
  EXPECT_EQ(split_bundles("{\"a\":\n1}\n", "x").value().size(), 1u);
  EXPECT_EQ(split_bundles(R"({"attestations":[{"bundle":{"a":1}},{"bundle":{"b":2}}]})", "x").value()[1], R"({"b":2})");
  EXPECT_FALSE(split_bundles("{\"a\":1\n", "x").has_value());
  EXPECT_FALSE(split_bundles(R"({"attestations":[{}]})", "x").has_value());
}

}  // namespace
}  // namespace entente::measures::p6_supply::provenance
