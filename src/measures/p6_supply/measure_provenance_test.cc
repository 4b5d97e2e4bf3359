// P6-03 from real bundles, with a small Sigstore of our own: levels, sources, allow-lists, shares at their edges; and the two files it
// reads besides, policies and lists of digests.
#include <fmt/format.h>

#include "measures/p6_supply/artifact_digests.h"
#include "measures/p6_supply/provenance_policy_file.h"
#include "measures/p6_supply/test_measure.h"
#include "measures/p6_supply/test_provenance.h"

namespace entente::measures::p6_supply {
namespace {

using provenance::test::TinySigstore;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ProvenanceMeasureTest : public MeasureTest {
 protected:
  static constexpr const char* kBuilder = "https://github.com/example/app/.github/workflows/release.yml";

  static Json statement_of(std::string_view artifact, const std::string& builder = TinySigstore::kIdentity) {
    Json out = provenance::test::slsa_statement(artifact, builder);
    out["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"] = {{"gitCommit", std::string(40, 'a')}};
    return out;
  }
  std::string signed_by_builder(const Json& statement) { return sigstore_.statement_bundle(statement, sigstore_.times()).dump(); }
  // What `count` artefacts "app 0" … are, by sha256sum.
  static File digests(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += fmt::format("{}  app-{}.tar.gz\n", sha256(fmt::format("app {}", i)).hex(), i);
    return {"artifacts.digests", "artifacts.sha256", text};
  }
  static File policy(std::string text = "{}") {
    if (text == "{}") text = fmt::format(R"({{"builders":["{}"],"sources":["github.com/example/app"]}})", kBuilder);
    return {"provenance.policy", "policy.json", std::move(text)};
  }
  File trust() const { return {"trust-root", "trusted_root.json", sigstore_.trust_json()}; }
  // Provenance of the first `count`, one bundle a line.
  File built(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += signed_by_builder(statement_of(fmt::format("app {}", i))) + "\n";
    return {"provenance", "builds.jsonl", text};
  }

  TinySigstore sigstore_;
};

TEST_F(ProvenanceMeasureTest, EveryArtefactBuiltAndSignedByThePlatform) {
  const Finding f = finding(kBuildProvenance, {built(2), digests(2), policy(), trust()});
  EXPECT_EQ(f.status, Status::satisfied) << f.summary << f.fix;
  EXPECT_EQ(f.summary, "2 of 2 artefacts (100.0 %) prove at SLSA Build L2 where they come from.");
  EXPECT_TRUE(f.fix.empty());
  ASSERT_EQ(f.rows.size(), 2u);
  EXPECT_EQ(f.rows[0]["slsa_build_level"], 2);
  EXPECT_EQ(f.rows[0]["signed_by"], "builder");
  EXPECT_EQ(f.rows[0]["source"], "https://github.com/example/app");
  EXPECT_EQ(f.rows[0]["source_digest"], "gitCommit:" + std::string(40, 'a'));
  EXPECT_EQ(f.detail["working_group_6_actions"][0]["id"], "A12");
  EXPECT_EQ(f.evidence.size(), 4u);
}

TEST_F(ProvenanceMeasureTest, SharesAtTheirEdges) {
  const auto status = [&](int with) { return finding(kBuildProvenance, {built(with), digests(10), policy(), trust()}).status; };
  EXPECT_EQ(status(9), Status::partial);
  EXPECT_EQ(status(8), Status::partial);
  EXPECT_EQ(status(7), Status::not_satisfied);
}

TEST_F(ProvenanceMeasureTest, TheWorstArtefactStandsFirst) {
  const Finding f = finding(kBuildProvenance, {built(1), digests(2), policy(), trust()});
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_EQ(f.rows[0]["artifact"], "app-1.tar.gz");
  EXPECT_EQ(f.rows[0]["state"], "no provenance");
  EXPECT_THAT(f.places, ElementsAre(catalog::Place{digests_["artifacts.sha256"], "line 2"}));
  EXPECT_THAT(f.fix, HasSubstr("app-1.tar.gz"));
  EXPECT_THAT(f.summary, HasSubstr("1 of 2 artefacts (50.0 %)"));
}

TEST_F(ProvenanceMeasureTest, TheArtefactItselfMayBeTheEvidence) {
  const Finding f = finding(kBuildProvenance, {built(1), {"artifact", "app.bin", "app 0"}, policy(), trust()});
  EXPECT_EQ(f.status, Status::satisfied) << f.summary;
  EXPECT_EQ(f.rows[0]["artifact"], "app.bin");
}

TEST_F(ProvenanceMeasureTest, AUsersCertificateOrKeyIsLevelOne) {
  const std::string user = "https://login.example/dev";
  const File by_user{"provenance", "user.json", sigstore_.statement_bundle(statement_of("app 0"), sigstore_.times(), user).dump()};
  const File vouched = policy(fmt::format(R"({{"builders":["{}"],"identities":[{{"identity":"{}"}}]}})", kBuilder, user));
  const Finding f = finding(kBuildProvenance, {by_user, digests(1), vouched, trust()});
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_EQ(f.rows[0]["state"], "Build L1");
  EXPECT_EQ(f.rows[0]["signed_by"], "certificate");
  EXPECT_THAT(f.fix, HasSubstr("Build L1"));

  const auto key = provenance::test::new_p256();
  const std::string payload = statement_of("app 0").dump();
  const Json envelope{
      {"payloadType", provenance::kInTotoPayload},
      {"payload", to_base64(as_bytes(payload))},
      {"signatures", Json::array({Json{{"sig", to_base64(provenance::test::sign(key, statement::pae(provenance::kInTotoPayload, payload)))},
                                       {"keyid", ""}}})}};
  const std::string pem = provenance::test::pem("PUBLIC KEY", provenance::PublicKey::from_native(key.get())->spki());
  const File keyed = policy(Json{{"builders", {kBuilder}}, {"keys", {pem}}, {"log", "not-needed"}}.dump());
  const Finding by_key = finding(kBuildProvenance, {{"provenance", "key.json", envelope.dump()}, digests(1), keyed});
  EXPECT_EQ(by_key.rows[0]["state"], "Build L1") << by_key.rows[0];
  EXPECT_EQ(by_key.rows[0]["signed_by"], "key");
}

TEST_F(ProvenanceMeasureTest, TheSourceNeedsADigest) {
  const File without{"provenance", "p.json", signed_by_builder(provenance::test::slsa_statement("app 0", TinySigstore::kIdentity))};
  const Finding f = finding(kBuildProvenance, {without, digests(1), policy(), trust()});
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_EQ(f.rows[0]["state"], "source not named");
}

TEST_F(ProvenanceMeasureTest, BuilderAndSourceMustBeOnTheList) {
  const auto reject = [&](const std::string& text) {
    const Finding f = finding(kBuildProvenance, {built(1), digests(1), policy(text), trust()});
    EXPECT_EQ(f.status, Status::not_satisfied);
    EXPECT_EQ(f.rows[0]["state"], "refused");
    return f.rows[0]["reject"].get<std::string>();
  };
  EXPECT_EQ(reject(R"({"builders":["https://builder.example/other"]})"), "builder-mismatch");
  EXPECT_EQ(reject(fmt::format(R"({{"builders":["{}"],"sources":["github.com/example/other"]}})", kBuilder)), "source-mismatch");
  EXPECT_EQ(reject(R"({"builders":[]})"), "policy-incomplete");
  EXPECT_EQ(reject(fmt::format(R"({{"identities":[{{"identity":"{}"}}]}})", TinySigstore::kIdentity)), "policy-incomplete")
      << "an identity alone names no builder";
}

TEST_F(ProvenanceMeasureTest, OnePolicyOfSeveralIsEnough) {
  const File other{"provenance.policy", "a.json", R"({"builders":["https://builder.example/other"]})"};
  EXPECT_EQ(finding(kBuildProvenance, {built(1), digests(1), other, policy(), trust()}).status, Status::satisfied);
}

TEST_F(ProvenanceMeasureTest, WithoutATrustRootNothingIsTrusted) {
  const Finding f = finding(kBuildProvenance, {built(1), digests(1), policy()});
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_THAT(f.summary, HasSubstr("no trust root is given"));
  EXPECT_THAT(f.fix, HasSubstr("trust-root"));
}

TEST_F(ProvenanceMeasureTest, ASignatureOverTheArtefactIsNoProvenance) {
  const File plain{"provenance", "p.json", sigstore_.message_bundle("app 0", sigstore_.times()).dump()};
  const Finding f = finding(kBuildProvenance, {plain, digests(1), policy(), trust()});
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_NE(f.rows[0]["state"], "Build L2");
}

TEST_F(ProvenanceMeasureTest, OneStatementMaySpeakOfSeveralArtefacts) {
  Json statement = statement_of("app 0");
  for (const char* name : {"app 1", "app 2"})
    statement["subject"].push_back({{"name", name}, {"digest", {{"sha256", sha256(name).hex()}}}});
  const File one{"provenance", "p.json", signed_by_builder(statement)};
  EXPECT_EQ(finding(kBuildProvenance, {one, digests(3), policy(), trust()}).status, Status::satisfied);
  const Finding f = finding(kBuildProvenance, {one, digests(4), policy(), trust()});
  EXPECT_EQ(f.detail["build_l2"], 3);
  EXPECT_EQ(f.status, Status::not_satisfied);
}

TEST_F(ProvenanceMeasureTest, ASignatureOfSomebodyElseDoesNotCount) {
  TinySigstore other;
  const File forged{"provenance", "p.json", other.statement_bundle(statement_of("app 0"), other.times()).dump()};
  const Finding f = finding(kBuildProvenance, {forged, digests(1), policy(), trust()});
  EXPECT_EQ(f.rows[0]["state"], "refused");
  EXPECT_EQ(f.status, Status::not_satisfied);
}

TEST_F(ProvenanceMeasureTest, EvidenceThatCannotBeReadAndEvidenceThatIsMissing) {
  const Finding f = finding(kBuildProvenance, {{"provenance", "p.json", "{}"}, digests(1), policy(), trust()});
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_THAT(f.summary, HasSubstr("p.json cannot be read"));
  const Finding bad_policy = finding(kBuildProvenance, {built(1), digests(1), policy(R"({"builder":"x"})"), trust()});
  EXPECT_THAT(bad_policy.summary, HasSubstr("unknown member \"builder\""));
  EXPECT_EQ(find(findings({built(1), digests(1), trust()}), kBuildProvenance), nullptr) << "no policy";
  EXPECT_EQ(find(findings({built(1), policy(), trust()}), kBuildProvenance), nullptr) << "nothing shipped is named";
}

TEST(ProvenancePolicyFile, TakesEveryRuleAndRefusesWhatItDoesNotKnow) {
  const auto file = provenance::PolicyFile::parse(
      R"({"identities":[{"prefix":"https://a.example/owner/","issuer":"https://i.example"},{"identity":"b"}],"keyid":"k","builders":["x"],
          "builder_at_any_ref":true,"sources":["s"],"predicate_types":["t"],"branch":"main","tag":"v1","versioned_tag":"v1","inputs":{"a":"b"},
          "package":"p","package_version":"1","log":"not-needed","witnesses":[],"witnesses_needed":0,"ignore_root_in_bundle":true,
          "more_digest_algorithms":["gce"],"keys":[]})",
      "p.json");
  ASSERT_OK(file);
  EXPECT_EQ(file->policy.identities.size(), 2u);
  EXPECT_EQ(file->policy.identities[0].match, provenance::IdentityRule::Match::prefix);
  EXPECT_EQ(file->policy.identities[0].issuer, "https://i.example");
  EXPECT_EQ(file->policy.branch, "main");
  EXPECT_EQ(file->policy.log, provenance::Policy::Log::not_needed);
  EXPECT_EQ(file->policy.builder_ref, provenance::Policy::BuilderRef::any);
  EXPECT_EQ(file->policy.inputs.at("a"), "b");
  for (const char* text :
       {"[]", R"({"builders":"x"})", R"({"builders":[""]})", R"({"identities":[{"issuer":"i"}]})", R"({"identities":[{}]})",
        R"({"identities":[{"identity":"a","prefix":"b"}]})", R"({"keys":["no pem"]})", R"({"log":"maybe"})", R"({"witnesses_needed":1})",
        R"({"witnesses_needed":-1})", R"({"witnesses":["x"]})", R"({"allow":[]})", R"({"builder_at_any_ref":"yes"})",
        R"({"inputs":{"a":1}})", R"({"identities":[{"prefix":"h"}]})", R"({"identities":[{"prefix":"https:"}]})",
        R"({"identities":[{"prefix":"https://a.example"}]})", R"({"identities":[{"prefix":"https://a.example/"}]})",
        R"({"identities":[{"prefix":"https:///x"}]})"})
    EXPECT_FALSE(provenance::PolicyFile::parse(text, "p.json")) << text;
}

TEST(ArtifactDigests, ReadsWhatShaSumsWrite) {
  const std::string h256(64, 'A'), h512(128, 'b');
  const auto list = parse_digest_list(h256 + "  app one\r\n\n" + h512 + " *b.bin\n\\" + h256 + "  a\\\\b\\nc\n", "s");
  ASSERT_OK(list);
  ASSERT_EQ(list->size(), 3u);
  EXPECT_EQ((*list)[0].digest, "sha256:" + std::string(64, 'a'));
  EXPECT_EQ((*list)[0].name, "app one");
  EXPECT_EQ((*list)[1].digest, "sha512:" + h512);
  EXPECT_EQ((*list)[1].line, 3u);
  EXPECT_EQ((*list)[2].name, "a\\b\nc");
  for (const std::string& text : {std::string(), std::string("\n"), std::string(40, 'a') + "  sha1", std::string(32, 'a') + "  md5", h256,
                                  h256 + " x", std::string(64, 'g') + "  x", "SHA256 (x) = " + h256})
    EXPECT_FALSE(parse_digest_list(text, "s")) << text;
  std::string many;
  for (int i = 0; i < 10'001; ++i) many += h256 + "  x\n";
  EXPECT_FALSE(parse_digest_list(many, "s"));
}

}  // namespace
}  // namespace entente::measures::p6_supply
