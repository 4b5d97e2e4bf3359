// Provenance against what others published: the bundle cases of the sigstore conformance suite (accept, or the reason that fits the case),
// DSSE's worked example and the examples of in-toto's predicates. slsa-verifier's expectations: provenance_slsa_verifier_test.cc.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "measures/p6_supply/provenance.h"
#include "test_support.h"

namespace entente::measures::p6_supply::provenance {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBeacon =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main";
constexpr std::string_view kGithubActions = "https://token.actions.githubusercontent.com";

fs::path provenance_dir(const fs::path& shared) { return shared / "conformance/p6_supply/provenance"; }

std::string optional_file(const fs::path& path, std::string_view otherwise) {
  if (!fs::exists(path)) return std::string(otherwise);
  std::string text = test::slurp(path);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

// Why each refused case must be refused: the reasons that name its fault.
const std::map<std::string, std::set<Reject>>& sigstore_reasons() {
  using enum Reject;
  static const std::map<std::string, std::set<Reject>> kReasons{
      {"bundle-empty-certificate-chain_fail", {malformed_bundle}},
      {"bundle-from-wrong-instance_fail", {log_unknown}},
      {"bundle-invalid-base64-signature_fail", {malformed_bundle}},
      {"bundle-malformed-json_fail", {malformed_bundle}},
      {"bundle-negative-log-index_fail", {malformed_bundle}},
      {"bundle-unknown-version_fail", {unsupported_bundle}},
      {"bundle-with-root-cert_fail", {root_in_bundle}},
      {"checkpoint-bad-keyhint_fail", {checkpoint_invalid}},
      {"checkpoint-wrong-roothash_fail", {checkpoint_invalid}},
      {"dsse-invalid-sig_fail", {signature_invalid}},
      {"dsse-mismatch-envelope_fail", {log_entry_mismatch, signature_invalid}},
      {"dsse-mismatch-sig_fail", {log_entry_mismatch}},
      {"inclusion-proof-corrupted-hash_fail", {inclusion_proof_invalid}},
      {"incorrect-public-key_fail", {log_entry_mismatch, inclusion_promise_invalid}},
      {"integrated-time-in-future_fail", {certificate_outside_validity}},
      {"intoto-expired-certificate_fail", {authority_outside_validity, certificate_outside_validity}},
      {"intoto-log-entry-mismatch_fail", {log_entry_mismatch}},
      {"intoto-missing-inclusion-proof_fail", {inclusion_proof_missing}},
      {"intoto-set-outside-signing-cert-validity_fail", {certificate_outside_validity}},
      {"intoto-tsa-timestamp-outside-cert-validity_fail", {certificate_outside_validity}},
      {"invalid-checkpoint-signature_fail", {checkpoint_invalid}},
      {"invalid-ct-key_fail", {sct_missing}},
      {"invalid-inclusion-proof_fail", {inclusion_proof_missing}},  // it has no checkpoint
      {"managed-key-no-key_fail", {key_missing}},
      {"managed-key-wrong-key_fail", {key_missing}},  // the key is no point of its curve
      {"message-digest-mismatch_fail", {artifact_mismatch}},
      {"set-invalid-signature_fail", {inclusion_promise_invalid}},
      {"signature-mismatch_fail", {signature_invalid, log_entry_mismatch}},
      {"trust-root-tlog-missing-validity-start_fail", {malformed_trust_root}},
      {"wrong-hashedrekord-artifact_fail", {log_entry_mismatch}},
      {"wrong-hashedrekord-cert-and-sig_fail", {log_entry_mismatch}},
      {"wrong-hashedrekord-entry_fail", {log_entry_mismatch}},
      {"wrong-material_fail", {artifact_mismatch, signature_invalid}}};
  return kReasons;
}

Report run_sigstore_case(const fs::path& folder, const fs::path& default_root) {
  const fs::path own_root = folder / "trusted_root.json";
  const auto trust = TrustRoot::parse(test::slurp(fs::exists(own_root) ? own_root : default_root), "trusted_root.json");
  if (!trust) return {.refusal = Refusal{Reject::malformed_trust_root, trust.error().str()}};
  const fs::path own_artifact = folder / "artifact";
  const std::string artifact = test::slurp(fs::exists(own_artifact) ? own_artifact : folder.parent_path() / "a.txt");
  Policy policy;
  if (fs::exists(folder / "key.pub")) {
    auto key = PublicKey::from_pem(test::slurp(folder / "key.pub"));
    if (!key) return {.refusal = Refusal{Reject::key_missing, key.error().what}};
    policy.keys.push_back(std::move(*key));
  } else
    policy.identities.push_back({optional_file(folder / "identity", kBeacon), optional_file(folder / "issuer", kGithubActions)});
  return verify(test::slurp(folder / "bundle.sigstore.json"), "bundle.sigstore.json", {Artifact::of_bytes(artifact)}, policy, *trust);
}

TEST(ProvenanceConformance, SigstoreBundles) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path cases = provenance_dir(shared) / "sigstore-conformance/test/assets/bundle-verify";
  ASSERT_TRUE(fs::is_directory(cases));
  std::size_t accepted = 0, refused = 0, unnamed = 0;
  for (const auto& entry : fs::directory_iterator(cases)) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename();
    const Report report = run_sigstore_case(entry.path(), provenance_dir(shared) / "sigstore-trusted_root-npm-seed.json");
    const std::string got = report.refusal ? std::string(reject_name(report.refusal->reject)) + ": " + report.refusal->why : "accepted";
    if (!name.ends_with("_fail")) {
      EXPECT_TRUE(report.accepted) << name << ": " << got;
      accepted += report.accepted ? 1 : 0;
      continue;
    }
    ASSERT_FALSE(report.accepted) << name;
    ++refused;
    const auto reasons = sigstore_reasons().find(name);
    if (reasons == sigstore_reasons().end()) {
      ++unnamed;
      std::printf("  no reason on record for %s (%s)\n", name.c_str(), got.c_str());
    } else {
      EXPECT_TRUE(reasons->second.contains(report.refusal->reject)) << name << ": " << got;
    }
  }
  std::printf("sigstore-conformance: %zu accepted, %zu refused as they must be, %zu of those without a reason on record\n", accepted,
              refused, unnamed);
  EXPECT_GE(accepted, 10u);
  EXPECT_GE(refused, 30u);
}

// The code block after `heading` in a page.
std::string block_after(const std::string& page, std::string_view heading) {
  const std::size_t from = page.find('\n', page.find("```", page.find(heading))) + 1;
  return page.substr(from, page.find("\n```", from) - from);
}

// The key of DSSE's worked example, given there as two decimal numbers.
PublicKey key_of_example(const std::string& page) {
  Bytes spki = from_hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004").value();
  for (const char* name : {"\nX: ", "\nY: "}) {
    const std::size_t from = page.find(name) + 4;
    BIGNUM* number = nullptr;
    BN_dec2bn(&number, page.substr(from, page.find('\n', from) - from).c_str());
    Bytes bytes(32);
    BN_bn2binpad(number, bytes.data(), 32);
    BN_free(number);
    spki.insert(spki.end(), bytes.begin(), bytes.end());
  }
  return PublicKey::from_spki(spki).value();
}

TEST(ProvenanceConformance, DsseWorkedExample) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const std::string page = test::slurp(provenance_dir(shared) / "dsse/protocol.md");
  const std::string vectors = page.substr(page.find("## Test Vectors"));
  const std::string json = block_after(vectors, "Result (using");
  const auto bundle = Bundle::parse(json, "protocol.md");
  ASSERT_TRUE(bundle.has_value()) << bundle.error().why;
  const auto& envelope = std::get<SignedEnvelope>(bundle->content);
  const PublicKey key = key_of_example(vectors);
  const std::string pae = block_after(vectors, "\nPAE:");
  EXPECT_TRUE(key.verify(as_bytes(pae), key.der_signature(envelope.signatures.front().signature)));
  EXPECT_FALSE(key.verify(as_bytes(pae + " "), key.der_signature(envelope.signatures.front().signature)));
  // The whole way: the signature holds, and the payload is then found to be no in-toto statement.
  Policy policy;
  policy.keys = {key};
  policy.log = Policy::Log::not_needed;
  const Report report = verify(*bundle, {}, policy, TrustRoot{});
  ASSERT_TRUE(report.refusal.has_value());
  EXPECT_EQ(report.refusal->reject, Reject::statement_malformed);
}

TEST(ProvenanceConformance, ExamplesOfTheInTotoPredicates) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t read = 0, weak = 0, not_json = 0;
  for (const auto& file : fs::recursive_directory_iterator(provenance_dir(shared) / "in-toto-attestation/spec")) {
    if (file.path().extension() != ".md") continue;
    const std::string page = test::slurp(file.path());
    for (std::size_t at = page.find("```json"); at != std::string::npos; at = page.find("```json", at + 1)) {
      const std::size_t from = page.find('\n', at) + 1;
      const std::string block = page.substr(from, page.find("```", from) - from);
      const Json value = Json::parse(block, nullptr, false);
      if (block.find("\"_type\"") == std::string::npos) continue;
      if (value.is_discarded() || !value.is_object()) {
        ++not_json;  // with comments or left-out parts
        continue;
      }
      const auto attestation = Attestation::parse(kInTotoPayload, block);
      ASSERT_TRUE(attestation.has_value()) << file.path() << ": " << attestation.error().why;
      ++read;
      const auto& [algorithm, digest] = attestation->subjects.front().digests.front();
      const auto artifact = Artifact::of_digest(algorithm + ":" + digest);
      if (!artifact) continue;  // a shortened digest
      const auto found = find_subject(*attestation, *artifact, {});
      if (hash_by_name(algorithm)) {
        EXPECT_TRUE(found.has_value()) << file.path() << ": " << found.error().why;
      } else {
        ASSERT_FALSE(found.has_value());
        EXPECT_EQ(found.error().reject, Reject::weak_digest);
        ++weak;
      }
    }
  }
  std::printf("in-toto: %zu examples read, %zu of them with weak digests only; %zu are not JSON as printed\n", read, weak, not_json);
  EXPECT_GE(read, 6u);
}

}  // namespace
}  // namespace entente::measures::p6_supply::provenance
