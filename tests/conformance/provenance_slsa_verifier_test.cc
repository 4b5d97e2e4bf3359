// Provenance against slsa-verifier's own regression tests: its attestations and a table of what it expects of them (accept, or the reason
// its error stands for). What cannot be used is counted, with the reason, in the output.
#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>

#include "measures/p6_supply/provenance.h"
#include "test_support.h"

namespace entente::measures::p6_supply::provenance {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGithubActions = "https://token.actions.githubusercontent.com";

fs::path provenance_dir(const fs::path& shared) { return shared / "conformance/p6_supply/provenance"; }

// slsa-verifier's test data, unpacked into memory: path below testdata/ → content.
using Files = std::map<std::string, std::string>;

Files unpack_testdata(const fs::path& path) {
  Files out;
  struct archive* reader = archive_read_new();
  archive_read_support_filter_zstd(reader);
  archive_read_support_format_tar(reader);
  if (archive_read_open_filename(reader, path.c_str(), 1 << 16) == ARCHIVE_OK) {
    struct archive_entry* entry = nullptr;
    while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
      if (archive_entry_filetype(entry) != AE_IFREG) continue;
      std::string name = archive_entry_pathname(entry);
      constexpr std::string_view kBelow = "cli/slsa-verifier/testdata/";
      const auto at = name.find(kBelow);
      if (at == std::string::npos) continue;
      std::string content(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
      if (archive_read_data(reader, content.data(), content.size()) < 0) continue;
      out.emplace(name.substr(at + kBelow.size()), std::move(content));
    }
  }
  archive_read_free(reader);
  return out;
}

// Which of our reasons an error of slsa-verifier stands for.
const std::map<std::string, std::set<Reject>>& slsa_reasons() {
  using enum Reject;
  static const std::map<std::string, std::set<Reject>> kReasons{
      {"ErrorUntrustedReusableWorkflow", {builder_mismatch, builder_untrusted, policy_incomplete}},
      {"ErrorMismatchBranch", {branch_mismatch}},
      {"ErrorMismatchSource", {source_mismatch}},
      {"ErrorInvalidRef", {ref_invalid}},
      {"ErrorMismatchTag", {tag_mismatch}},
      {"ErrorMismatchVersionedTag", {versioned_tag_mismatch}},
      {"ErrorMismatchHash", {artifact_mismatch}},
      {"ErrorRekorSearch", {log_entry_missing}},
      {"ErrorMismatchWorkflowInputs", {inputs_mismatch}},
      {"ErrorInvalidBuilderID", {policy_incomplete, builder_mismatch}},  // none given, or not in full
      {"ErrorMismatchBuilderID", {builder_mismatch}},
      {"ErrorNotSupported", {builder_mismatch}},  // a builder slsa-verifier has no rules for
      {"ErrorMismatchPackageName", {package_name_mismatch}},
      {"ErrorMismatchPackageVersion", {package_version_mismatch}},
      {"ErrorInvalidSignature", {signature_invalid, log_entry_mismatch}},
      {"ErrorNoValidSignature", {signature_invalid}}};
  return kReasons;
}

constexpr std::string_view kGenerator = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/";

class SlsaVerifier : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto shared = test::shared_dir();
    if (!shared) GTEST_SKIP() << "no shared data: put ../shared beside the checkout or set ENTENTE_SHARED";
    const fs::path folder = provenance_dir(*shared);
    files_ = unpack_testdata(folder / "slsa-verifier-testdata.tar.zst");
    ASSERT_GT(files_.size(), 400u);
    table_ = Json::parse(test::slurp(folder / "slsa-verifier-expected.json"));
    trust_ = TrustRoot::parse(test::slurp(folder / "sigstore-trusted_root-npm-seed.json"), "trusted_root.json").value();
  }
  void TearDown() override {
    if (ran_ + unusable_.size() == 0) return;
    std::printf("slsa-verifier: %zu expectations held in %zu runs, %zu not usable\n", ran_, runs_, unusable_.size());
    std::map<std::string, std::size_t> reasons;
    for (const auto& [name, why] : unusable_) ++reasons[why];
    for (const auto& [why, count] : reasons) std::printf("  %zu: %s\n", count, why.c_str());
  }

  static std::string text(const Json& row, const char* key) { return row.contains(key) ? row[key].get<std::string>() : std::string(); }
  // The table was taken from Go's source: pointerTo("x") stands for x.
  static std::string go_text(const Json& row, const char* key) {
    const std::string value = text(row, key);
    const auto from = value.find('"'), to = value.rfind('"');
    return from == std::string::npos ? value : value.substr(from + 1, to - from - 1);
  }

  // The version folders of builders, "gha_go/v1.2.0", after `min` and up to `max`.
  std::vector<std::string> versions(const std::vector<std::string>& builders, const std::string& min, const std::string& max) const {
    std::set<std::string> out;
    const auto number = [](std::string_view v) {
      std::array<int, 3> n{};
      std::sscanf(std::string(v).c_str(), "v%d.%d.%d", &n[0], &n[1], &n[2]);
      return n;
    };
    for (const auto& [path, content] : files_) {
      for (const std::string& builder : builders) {
        if (!path.starts_with(builder + "/v")) continue;
        const std::string version = path.substr(builder.size() + 1, path.find('/', builder.size() + 1) - builder.size() - 1);
        if ((min.empty() || number(min) < number(version)) && (max.empty() || number(version) <= number(max)))
          out.insert(builder + "/" + version);
      }
    }
    return {out.begin(), out.end()};
  }

  Policy policy_of(const Json& row) const {
    Policy policy;
    policy.root_in_bundle = Policy::RootInBundle::ignore;
    policy.builder_need = Policy::BuilderNeed::required;
    if (const auto source = text(row, "source"); !source.empty()) policy.sources = {source};
    if (row.contains("pbranch")) policy.branch = text(row, "pbranch");
    if (row.contains("ptag")) policy.tag = text(row, "ptag");
    if (row.contains("pversiontag")) policy.versioned_tag = text(row, "pversiontag");
    if (row.contains("noversion")) policy.builder_ref = Policy::BuilderRef::any;  // slsa-verifier's own test repositories build at head
    return policy;
  }

  // Judges one run against the row's expectation.
  void expect(const std::string& function, const Json& row, const std::string& where, const Report& report) {
    ++runs_;
    const std::string got = report.refusal ? std::string(reject_name(report.refusal->reject)) + ": " + report.refusal->why : "accepted";
    const std::string name = function + " / " + text(row, "name") + " / " + where;
    if (!row.contains("err")) {
      EXPECT_TRUE(report.accepted) << name << ": " << got;
      return;
    }
    const std::string err = text(row, "err");
    ASSERT_FALSE(report.accepted) << name << ": must be " << err;
    ASSERT_TRUE(slsa_reasons().contains(err)) << name << ": " << err;
    EXPECT_TRUE(slsa_reasons().at(err).contains(report.refusal->reject)) << name << ": must be " << err << ", is " << got;
  }
  void unusable(const Json& row, std::string why) { unusable_.emplace_back(text(row, "name"), std::move(why)); }

  Files files_;
  Json table_;
  TrustRoot trust_;
  std::size_t ran_ = 0, runs_ = 0;
  std::vector<std::pair<std::string, std::string>> unusable_;
};

// The digest an attestation gives its first subject: stands in for artefacts too large for the data set.
std::optional<Artifact> attested_artifact(const std::string& json) {
  const auto bundle = Bundle::parse(json, "attestation");
  const auto* envelope = bundle ? std::get_if<SignedEnvelope>(&bundle->content) : nullptr;
  const auto attestation = envelope != nullptr ? Attestation::parse(envelope->payload_type, envelope->payload)
                                               : Outcome<Attestation>(refuse(Reject::statement_malformed, "none"));
  if (!attestation) return std::nullopt;
  const auto& [algorithm, value] = attestation->subjects.front().digests.front();
  auto artifact = Artifact::of_digest(algorithm + ":" + value);
  return artifact ? std::optional(*artifact) : std::nullopt;
}

TEST_F(SlsaVerifier, GithubBuilders) {
  for (const Json& row : table_["Test_runVerifyGHAArtifactPath"]) {
    std::vector<std::string> builders{"gha_go", "gha_generic"};
    if (row.contains("builders")) builders = row["builders"].get<std::vector<std::string>>();
    std::vector<std::string> folders{""};
    if (!row.contains("noversion")) folders = versions(builders, "", "");
    bool used = false;
    for (const std::string& folder : folders) {
      const std::string base = folder.empty() ? "" : folder + "/";
      const auto artifacts = row["artifacts"].get<std::vector<std::string>>();
      const std::string path = base + (row.contains("provenancePath") ? text(row, "provenancePath") : artifacts[0] + ".intoto.jsonl");
      if (!files_.contains(path)) continue;
      const auto bundle = Bundle::parse(files_[path], path);
      ASSERT_TRUE(bundle.has_value()) << path << bundle.error().why;
      if (bundle->certificates.empty()) continue;  // up to v1.1.0 the certificate was in Rekor only
      std::vector<Artifact> given;
      for (const std::string& artifact : artifacts) {
        if (files_.contains(base + artifact))
          given.push_back(Artifact::of_bytes(files_[base + artifact]));
        else if (files_.contains(base + artifact + ".intoto.jsonl"))
          given.push_back(attested_artifact(files_[base + artifact + ".intoto.jsonl"]).value());
      }
      ASSERT_EQ(given.size(), artifacts.size()) << path;
      Policy policy = policy_of(row);
      const std::string builder = text(row, "pBuilderID");
      policy.builders = builder.empty() ? std::vector<std::string>{std::string(kGenerator) + "builder_go_slsa3.yml",
                                                                   std::string(kGenerator) + "generator_generic_slsa3.yml"}
                                        : std::vector<std::string>{builder};
      if (row.contains("inputs")) {
        // The table lost the values; these are the ones of slsa-verifier's test.
        policy.inputs = {{"release_version", "(for example, 0.1.0)"}, {"some_bool", "true"}};
        const std::string name = text(row, "name");
        policy.inputs[name == "workflow inputs missing field" ? "missing_field" : "some_integer"] =
            name == "workflow inputs mismatch" ? "321" : "123";
      }
      // Envelopes (not the bundles of v2.1.0) bring no log entry: slsa-verifier asks Rekor for it. Offline they are refused for that; what
      // slsa-verifier decides after it had the entry is asked without one.
      const Report strict = verify(*bundle, given, policy, trust_);
      if (bundle->entries.empty() && text(row, "err") != "ErrorRekorSearch") {
        ASSERT_FALSE(strict.accepted) << path;
        EXPECT_EQ(strict.refusal->reject, Reject::log_entry_missing) << path;
        policy.log = Policy::Log::not_needed;
        if (bundle->certificates.front().scts().empty()) {
          // Until the summer of 2022 Fulcio gave its certificate timestamps apart from the certificate.
          const Report old = verify(*bundle, given, policy, trust_);
          ASSERT_TRUE(old.refusal.has_value()) << path;
          EXPECT_EQ(old.refusal->reject, Reject::sct_missing) << path;
          continue;
        }
        expect("GHA", row, path, verify(*bundle, given, policy, trust_));
      } else {
        expect("GHA", row, path, strict);
      }
      used = true;
    }
    if (used)
      ++ran_;
    else
      unusable(row, "the envelope is not among the data, or has no certificate");
  }
  EXPECT_GT(ran_, 50u);
}

// A cosign attestation in an OCI layout: the envelope is a layer, certificate and Rekor's promise are annotations. As a bundle of version
// 0.1.
std::optional<std::string> bundle_of_image(const Files& files, const std::string& folder) {
  const Json index = Json::parse(files.at(folder + "/index.json"));
  for (const Json& manifest : index["manifests"]) {
    if (manifest.value("annotations", Json::object()).value("kind", "") != "dev.cosignproject.cosign/atts") continue;
    const auto blob = [&](const Json& item) { return files.at(folder + "/blobs/sha256/" + item["digest"].get<std::string>().substr(7)); };
    const Json layer = Json::parse(blob(manifest))["layers"][0];
    const Json annotations = layer["annotations"], rekor = Json::parse(annotations["dev.sigstore.cosign/bundle"].get<std::string>());
    const Json payload = rekor["Payload"];
    const auto certificate = Certificate::from_pem(annotations["dev.sigstore.cosign/certificate"].get<std::string>());
    if (!certificate) return std::nullopt;
    const auto id = from_hex(payload["logID"].get<std::string>());
    const Json entry{{"logIndex", payload["logIndex"]},
                     {"logId", {{"keyId", to_base64(*id)}}},
                     {"integratedTime", payload["integratedTime"]},
                     {"inclusionPromise", {{"signedEntryTimestamp", rekor["SignedEntryTimestamp"]}}},
                     {"canonicalizedBody", payload["body"]}};
    return Json{{"mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.1"},
                {"verificationMaterial",
                 {{"x509CertificateChain", {{"certificates", Json::array({Json{{"rawBytes", to_base64(certificate->der())}}})}}},
                  {"tlogEntries", Json::array({entry})}}},
                {"dsseEnvelope", Json::parse(blob(layer))}}
        .dump();
  }
  return std::nullopt;
}

TEST_F(SlsaVerifier, ContainerImages) {
  for (const Json& row : table_["Test_runVerifyGHAArtifactImage"]) {
    bool used = false;
    for (const std::string& folder : versions({"gha_generic_container"}, text(row, "minversion"), text(row, "maxversion"))) {
      const std::string image = folder + "/" + text(row, "artifact");
      const auto bundle = bundle_of_image(files_, image);
      ASSERT_TRUE(bundle.has_value()) << image;
      Policy policy = policy_of(row);
      const std::string builder = text(row, "pBuilderID");
      policy.builders = {builder.empty() ? std::string(kGenerator) + "generator_container_slsa3.yml" : builder};
      std::string digest = files_.at(image + ".digest");
      while (digest.ends_with('\n')) digest.pop_back();
      expect("image", row, folder, verify(*bundle, image, {Artifact::of_digest(digest).value()}, policy, trust_));
      used = true;
    }
    if (used)
      ++ran_;
    else
      unusable(row, "no image of these versions among the data");
  }
  EXPECT_EQ(ran_, 13u);
}

TEST_F(SlsaVerifier, ContainerBasedBuilds) {
  for (const Json& row : table_["Test_runVerifyGHAContainerBased"]) {
    for (const std::string& folder : versions({"gha_container-based"}, "", "")) {
      const std::string artifact = folder + "/" + row["artifacts"][0].get<std::string>();
      const auto path = std::ranges::find_if(files_, [&](const auto& f) { return f.first.starts_with(artifact + ".intoto."); });
      ASSERT_NE(path, files_.end()) << artifact;
      Policy policy = policy_of(row);
      const std::string builder = text(row, "pBuilderID");
      policy.builders = {builder.empty() ? std::string(kGenerator) + "builder_container-based_slsa3.yml" : builder};
      expect("container-based", row, path->first,
             verify(path->second, path->first, {Artifact::of_bytes(files_.at(artifact))}, policy, trust_));
    }
    ++ran_;
  }
  EXPECT_EQ(ran_, 9u);
}

TEST_F(SlsaVerifier, GithubAttestations) {
  const std::map<std::string, std::string> known{
      {"bcrPublisherBuilderID", "https://github.com/bazel-contrib/publish-to-bcr/.github/workflows/publish.yaml"},
      {"bcrReleaserBuilderID", "https://github.com/bazel-contrib/.github/.github/workflows/release_ruleset.yaml"}};
  for (const Json& row : table_["Test_runVerifyGithubAttestation"]) {
    const std::string artifact = "bcr/" + text(row, "artifact");
    const std::string& json = files_.at(artifact + ".intoto.jsonl");
    const Artifact given = files_.contains(artifact) ? Artifact::of_bytes(files_.at(artifact)) : attested_artifact(json).value();
    Policy policy = policy_of(row);
    if (const auto builder = known.find(text(row, "builderID")); builder != known.end()) policy.builders = {builder->second};
    expect("GitHub attestation", row, artifact, verify(json, artifact, {given}, policy, trust_));
    ++ran_;
  }
  EXPECT_EQ(ran_, 5u);
}

// npm's public key for publish attestations, https://registry.npmjs.org/-/npm/v1/keys. The bundles name it by its digest, which is
// compared.
constexpr std::string_view kNpmKey =
    "-----BEGIN PUBLIC "
    "KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1Olb3zMAFFxXKHiIkQO5cJ3Yhl5i\n6UPp+"
    "IhuteBJbuHcA5UogKo0EWtlWwW6KSaKoTNEYL7JlCQiVnkhBktUgg==\n-----END PUBLIC KEY-----\n";

constexpr std::string_view kNpmKeyId = "SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA";

TEST_F(SlsaVerifier, NpmPackages) {
  const auto npm_key = PublicKey::from_pem(kNpmKey);
  ASSERT_OK(npm_key);
  for (const Json& row : table_["Test_runVerifyNpmPackage"]) {
    const std::string artifact = "npm/gha/" + text(row, "artifact");
    const auto texts = split_bundles(files_.at(artifact + ".json"), artifact);
    ASSERT_OK(texts);
    const std::vector<Artifact> given{Artifact::of_bytes(files_.at(artifact))};
    Report last;
    // Provenance comes second in the file and is judged first.
    for (auto json = texts->rbegin(); json != texts->rend(); ++json) {
      const auto bundle = Bundle::parse(*json, artifact);
      ASSERT_TRUE(bundle.has_value()) << artifact << ": " << bundle.error().why;
      Policy policy;
      if (row.contains("pkgName")) policy.package_name = go_text(row, "pkgName");
      if (row.contains("pkgVersion")) policy.package_version = go_text(row, "pkgVersion");
      if (bundle->certificates.empty()) {
        EXPECT_EQ(bundle->key_hint, kNpmKeyId) << artifact;
        policy.keys = {*npm_key};
      } else {
        policy.root_in_bundle = Policy::RootInBundle::ignore;
        policy.builder_need = Policy::BuilderNeed::required;
        policy.sources = {text(row, "source")};
        if (row.contains("builderID")) policy.builders = {go_text(row, "builderID")};
        policy.identities = {{"https://github.com/", std::string(kGithubActions), IdentityRule::Match::prefix}};
      }
      last = verify(*bundle, given, policy, trust_);
      if (!last.accepted) break;
    }
    expect("npm", row, artifact, last);
    ++ran_;
  }
  EXPECT_EQ(ran_, 54u);
}

TEST_F(SlsaVerifier, VerificationSummaries) {
  for (const Json& row : table_["Test_runVerifyVSA"]) {
    const std::string path = "vsa/" + go_text(row, "attestationPath");
    Policy policy;
    policy.log = Policy::Log::not_needed;
    policy.keys = {PublicKey::from_pem(files_.at("vsa/" + go_text(row, "publicKeyPath"))).value()};
    policy.keyid = go_text(row, "publicKeyID");
    policy.more_digest_algorithms = {"gce_image_id"};
    std::vector<Artifact> given;
    if (const std::string digest = go_text(row, "subjectDigests"); !digest.empty())
      given.push_back(Artifact::of_digest(digest).value());
    else
      policy.artifact = Policy::ArtifactNeed::not_needed;
    policy.summary = SummaryRule{go_text(row, "verifierID"), go_text(row, "resourceURI"), {}};
    if (row.contains("verifiedLevels")) policy.summary->levels = {"BCID_L1", "SLSA_BUILD_LEVEL_2"};
    expect("VSA", row, path, verify(files_.at(path), path, given, policy, trust_));
    ++ran_;
  }
  EXPECT_EQ(ran_, 3u);
}

TEST_F(SlsaVerifier, GoogleCloudBuildIsNotUsable) {
  for (const Json& row : table_["Test_runVerifyGCBArtifactImage"])
    unusable(row, "Google Cloud Build's own format, signed with KMS keys that are not among the data");
  EXPECT_EQ(unusable_.size(), 43u);
}

}  // namespace
}  // namespace entente::measures::p6_supply::provenance
