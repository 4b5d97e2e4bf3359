// `entente supply provenance verify` as a user runs it, against a small Sigstore of our own: what is accepted, what is refused and why, and
// the exit codes.
#include <gmock/gmock.h>

#include "core/file.h"
#include "measures/p6_supply/test_provenance.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente::test {
namespace {

using measures::p6_supply::provenance::test::slsa_statement;
using measures::p6_supply::provenance::test::TinySigstore;
using ::testing::HasSubstr;

constexpr std::string_view kArtifact = "an artefact\n";
constexpr const char* kBuilder = "https://github.com/example/app/.github/workflows/release.yml@refs/tags/v1.2.3";

class ProvenanceCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("provenance-e2e");
    ASSERT_OK(made);
    folder.emplace(std::move(*made));
    put("app", kArtifact);
    put("other", "another artefact\n");
    put("root.json", sigstore.trust_json());
    put("message.json", sigstore.message_bundle(kArtifact, sigstore.times()).dump());
    put("built.json", sigstore.statement_bundle(slsa_statement(kArtifact, kBuilder), sigstore.times()).dump());
  }
  void put(const std::string& name, std::string_view text) { ASSERT_OK(write_file_atomic(folder->path() / name, text)); }
  std::string at(const std::string& name) const { return (folder->path() / name).string(); }
  RunResult verify(const std::string& bundle, std::vector<std::string> more) const {
    std::vector<std::string> arguments{"supply", "provenance", "verify", "--bundle", at(bundle)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_entente(arguments);
  }
  // The same with the artefact and the trust root.
  RunResult verify_app(const std::string& bundle, std::vector<std::string> more, const std::string& artifact = "app") const {
    more.insert(more.end(), {"--artifact", at(artifact), "--trust-root", at("root.json")});
    return verify(bundle, more);
  }

  const std::vector<std::string> by_identity{"--identity", TinySigstore::kIdentity, "--issuer", TinySigstore::kIssuer};
  const std::vector<std::string> by_builder{"--builder", "https://github.com/example/app/.github/workflows/release.yml", "--source",
                                            "github.com/example/app"};
  TinySigstore sigstore;
  std::optional<TemporaryFolder> folder;
};

TEST_F(ProvenanceCommand, AcceptsASignatureAndShowsTheSteps) {
  const auto r = verify_app("message.json", by_identity);
  EXPECT_EQ(r.code, 0) << r.out << r.err;
  EXPECT_THAT(r.out, HasSubstr("accepted"));
  EXPECT_THAT(r.out, HasSubstr("held"));
  EXPECT_THAT(r.out, HasSubstr(TinySigstore::kIdentity));
  const std::vector<std::string> by_prefix{"--identity-prefix", "https://github.com/example/", "--issuer", TinySigstore::kIssuer};
  EXPECT_EQ(verify_app("message.json", by_prefix).code, 0);
  std::vector<std::string> by_digest = by_identity;
  by_digest.insert(by_digest.end(), {"--digest", sha256(kArtifact).str(), "--trust-root", at("root.json")});
  EXPECT_EQ(verify("message.json", by_digest).code, 0);
}

TEST_F(ProvenanceCommand, RefusesWithTheReason) {
  const auto other = verify_app("message.json", by_identity, "other");
  EXPECT_EQ(other.code, 1) << other.err;
  EXPECT_THAT(other.out, HasSubstr("refused"));
  EXPECT_THAT(other.out, HasSubstr("FAILED"));
  EXPECT_THAT(other.out, HasSubstr("reason:"));
  const auto stranger =
      verify_app("message.json", {"--identity", "https://github.com/someone/else", "--issuer", TinySigstore::kIssuer, "--json"});
  EXPECT_EQ(stranger.code, 1) << stranger.err;
  const auto report = nlohmann::json::parse(stranger.out);
  EXPECT_EQ(report.at("accepted"), false);
  EXPECT_EQ(report.at("bundles").size(), 1U);
  // Another Sigstore's root: the same names, other keys.
  put("stranger.json", TinySigstore().trust_json());
  std::vector<std::string> arguments = by_identity;
  arguments.insert(arguments.end(), {"--artifact", at("app"), "--trust-root", at("stranger.json")});
  EXPECT_EQ(verify("message.json", arguments).code, 1);
}

TEST_F(ProvenanceCommand, HoldsTheBuildAgainstThePolicy) {
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), by_builder.begin(), by_builder.end());
    return verify_app("built.json", more);
  };
  const auto good = with({"--versioned-tag", "v1", "--package", "@example/app", "--package-version", "1.2.3"});
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_EQ(with({"--versioned-tag", "v2"}).code, 1);
  EXPECT_EQ(with({"--package", "@example/other"}).code, 1);
  EXPECT_EQ(with({"--branch", "main"}).code, 1);
  EXPECT_EQ(verify_app("built.json", {"--builder", "https://github.com/example/app/.github/workflows/other.yml"}).code, 1);
}

TEST_F(ProvenanceCommand, OneOfSeveralBundlesIsEnough) {
  const std::string stranger = TinySigstore().message_bundle(kArtifact, sigstore.times()).dump();
  put("two.jsonl", stranger + "\n" + sigstore.message_bundle(kArtifact, sigstore.times()).dump() + "\n");
  put("none.jsonl", stranger + "\n" + stranger + "\n");
  std::vector<std::string> json = by_identity;
  json.emplace_back("--json");
  const auto two = verify_app("two.jsonl", json);
  EXPECT_EQ(two.code, 0) << two.out << two.err;
  EXPECT_EQ(nlohmann::json::parse(two.out).at("bundles").size(), 2U);
  EXPECT_EQ(verify_app("none.jsonl", json).code, 1);
}

TEST_F(ProvenanceCommand, AskedWrongItExitsWithTwo) {
  EXPECT_EQ(verify("message.json", by_identity).code, 2) << "no trust root";
  std::vector<std::string> no_artifact = by_identity;
  no_artifact.insert(no_artifact.end(), {"--trust-root", at("root.json")});
  EXPECT_EQ(verify("message.json", no_artifact).code, 2);
  EXPECT_EQ(verify_app("message.json", {"--issuer", TinySigstore::kIssuer}).code, 2) << "an issuer without an identity";
  EXPECT_EQ(verify_app("absent.json", by_identity).code, 2);
  std::vector<std::string> bad_root = by_identity;
  bad_root.insert(bad_root.end(), {"--artifact", at("app"), "--trust-root", at("app")});
  EXPECT_EQ(verify("message.json", bad_root).code, 2);
}

TEST_F(ProvenanceCommand, ABrokenBundleIsNeverAccepted) {
  const std::string bundle = sigstore.message_bundle(kArtifact, sigstore.times()).dump();
  for (const std::size_t at_byte : {bundle.size() / 7, bundle.size() / 3, bundle.size() / 2, bundle.size() - 20}) {
    std::string broken = bundle;
    broken[at_byte] = broken[at_byte] == 'A' ? 'B' : 'A';
    put("broken.json", broken);
    const auto r = verify_app("broken.json", by_identity);
    EXPECT_TRUE(r.code == 1 || r.code == 2) << at_byte << r.out << r.err;
  }
}

}  // namespace
}  // namespace entente::test
