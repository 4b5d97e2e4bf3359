// For tests of this room: an organisation in a temporary folder, its evidence, and attesters with keys of their own.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "assess/assess.h"
#include "core/data.h"
#include "core/file.h"
#include "keys/keys.h"

namespace entente::assess::testing {

inline Instant time_of(std::string_view text) { return parse_time_or_date(text).value(); }

inline const catalog::Catalog& the_catalog() {
  static const auto loaded = catalog::Catalog::load(DataSet::embedded());
  if (!loaded) ADD_FAILURE() << loaded.error().str();
  return *loaded;
}

inline keys::SigningKey key_of(std::string name, std::uint8_t seed_byte) {
  const std::array<std::uint8_t, 32> seed = [&] {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(seed_byte);
    return bytes;
  }();
  return keys::SigningKey::from_seed(std::move(name), keys::KeyType::ed25519, seed).value();
}

class Organisation {
 public:
  explicit Organisation(std::string roles = R"("software-producer", "private-sector")", std::string name = "Org")
      : folder_(TemporaryFolder::make("entente-assess-test").value()) {
    toml =
        fmt::format("name = \"{}\"\nid = \"org\"\ncategory = \"private-sector\"\nroles = [{}]\ndomains = [\"org.example\"]\n", name, roles);
  }

  std::string toml;

  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "org"; }
  void file(const std::string& name, std::string_view content) const {
    ASSERT_TRUE(make_folders((path() / name).parent_path()));
    ASSERT_TRUE(write_file_atomic(path() / name, content));
  }
  void evidence(const std::string& kind, const std::string& name, std::string_view content, std::string_view collected) {
    file(name, content);
    toml += fmt::format("[[evidence]]\nkind = \"{}\"\npath = \"{}\"\ncollected_at = {}\n", kind, name, collected);
  }
  // A text attestation signed by `key` over what the profile so far says of the organisation.
  void attest(std::string_view control, std::string_view claims, std::string_view date, const keys::SigningKey& key) {
    const auto profile = catalog::Profile::parse(toml, "org.toml").value();
    catalog::Attestation a;
    a.control = catalog::ControlId::parse(control).value();
    a.text = "seen and checked";
    a.attester = key.verifier().str();
    a.date = time_of(date);
    a.claims = *catalog::parse_status(claims);
    const auto signature = to_base64(key.sign(as_bytes(catalog::attestation_message(profile, a))));
    toml +=
        fmt::format("[[attestation]]\ncontrol = \"{}\"\nclaims = \"{}\"\ndate = {}\ntext = \"{}\"\nattester = \"{}\"\nsignature = \"{}\"\n",
                    control, claims, date, a.text, a.attester, signature);
  }
  void declare(std::string_view control, std::string_view date) {
    toml += fmt::format("[[attestation]]\ncontrol = \"{}\"\ndate = {}\ntext = \"so declared\"\n", control, date);
  }

  [[nodiscard]] Result<evidence::Bundle> collect(std::string_view now = "2026-11-24") {
    file("org.toml", toml);
    Progress progress(Progress::Mode::silent);
    return assess::collect(path() / "org.toml", folder_.path() / fmt::format("bundle-{}", ++bundles_), time_of(now), progress);
  }
  [[nodiscard]] Result<Outcome> judge(std::string_view at = "2026-11-24") {
    auto bundle = collect(at);
    if (!bundle) return fail(bundle.error());
    Progress progress(Progress::Mode::silent);
    return assess::judge(*bundle, the_catalog(), time_of(at), progress);
  }

 private:
  TemporaryFolder folder_;
  int bundles_ = 0;
};

inline const catalog::Judgement& judgement(const Outcome& outcome, std::string_view control) {
  const auto id = catalog::ControlId::parse(control).value();
  for (const auto& j : outcome.assessment.judgements) {
    if (j.control == id) return j;
  }
  ADD_FAILURE() << "no judgement of " << control;
  return outcome.assessment.judgements.front();
}

// A small CycloneDX document whose components are npm packages "example-p<i>" of version 1.0.0.
inline std::string sbom(std::size_t components) {
  std::string list, edges;
  for (std::size_t i = 0; i < components; ++i) {
    list += fmt::format(
        R"({}{{"type":"library","bom-ref":"p{}","name":"example-p{}","version":"1.0.0","purl":"pkg:npm/example-p{}@1.0.0","supplier":{{"name":"Example"}},"hashes":[{{"alg":"SHA-256","content":"{}"}}]}})",
        i == 0 ? "" : ",", i, i, i, sha256(fmt::format("p{}", i)).hex());
    edges += fmt::format("{}\"p{}\"", i == 0 ? "" : ",", i);
  }
  return fmt::format(
      R"({{"bomFormat":"CycloneDX","specVersion":"1.5","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":1,"metadata":{{"timestamp":"2026-11-20T00:00:00Z","supplier":{{"name":"Org"}},"component":{{"type":"application","bom-ref":"root","name":"app","version":"1","purl":"pkg:generic/app@1","supplier":{{"name":"Org"}},"hashes":[{{"alg":"SHA-256","content":"{}"}}]}}}},"components":[{}],"dependencies":[{{"ref":"root","dependsOn":[{}]}}]}})",
      sha256("app").hex(), list, edges);
}

// One OSV record a line: every version of example-p0 … example-p<n-1> below 2.0.0 is affected.
inline std::string advisories(std::size_t packages) {
  std::string out;
  for (std::size_t i = 0; i < packages; ++i) {
    out +=
        fmt::format(
            R"({{"schema_version":"1.6.0","id":"ENT-2026-{:04}","modified":"2026-11-01T00:00:00Z","published":"2026-09-01T00:00:00Z","summary":"fictional","severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],"affected":[{{"package":{{"ecosystem":"npm","name":"example-p{}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"2.0.0"}}]}}]}}]}})",
            i + 1, i) +
        "\n";
  }
  return out;
}

}  // namespace entente::assess::testing
