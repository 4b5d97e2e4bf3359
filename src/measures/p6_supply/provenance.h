// Provenance of software: was this artefact signed by whom we trust, and built by a trusted builder from the expected source? Everything is
// decided offline, from a bundle (or envelope), a trust root and a policy; nothing is fetched, no clock is asked. Formats, steps and what
// each refusal means: docs/provenance.md. Thread-safe; the types are plain values.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "measures/p6_supply/provenance_artifact.h"
#include "measures/p6_supply/provenance_reject.h"
#include "measures/p6_supply/provenance_statement.h"
#include "measures/p6_supply/sigstore_bundle.h"
#include "measures/p6_supply/sigstore_trust_root.h"

namespace entente::measures::p6_supply::provenance {

// Whose certificate is acceptable. An empty issuer accepts any (then any issuer the authority knows can name that identity).
struct IdentityRule {
  enum class Match { exact, prefix };
  std::string identity;  // a URI or mail address of the certificate's subject alternative names
  std::string issuer;    // the OIDC issuer, "https://token.actions.githubusercontent.com"
  Match match = Match::exact;
};

// What a SLSA verification summary (VSA) must say; empty members are not asked for.
struct SummaryRule {
  std::string verifier_id, resource_uri;
  std::vector<std::string> levels;  // each must be reached: SLSA_BUILD_LEVEL_3 also satisfies SLSA_BUILD_LEVEL_2
};

struct Policy {
  // Signed by whom. With neither identities nor keys, the list of builders decides, and only builders that sign themselves are accepted.
  std::vector<IdentityRule> identities;
  std::vector<PublicKey> keys;
  std::optional<std::string> keyid;  // only signatures with this key id are looked at (an envelope signed with keys)

  // What must speak for the time and publicity of the signature. `not_needed`: a certificate is then judged at the moment it was issued,
  // which proves nothing about when it was used; every report says so.
  enum class Log { required, not_needed };
  Log log = Log::required;
  std::size_t witnesses = 0;  // cosignatures by the trust root's witnesses a checkpoint needs
  // Old npm and Rekor clients put the whole chain into bundles; the root among it is never used, but the format forbids it.
  enum class RootInBundle { refuse, ignore };
  RootInBundle root_in_bundle = RootInBundle::refuse;

  enum class ArtifactNeed { required, not_needed };
  ArtifactNeed artifact = ArtifactNeed::required;
  std::vector<std::string> more_digest_algorithms;  // names beside sha256, sha384, sha512 that identify a subject, "gce_image_id"

  std::vector<std::string> predicate_types;  // allowed; empty: any
  // Allow-list of builders: "https://…/builder.yml" accepts any release tag, "…@v1.2.3" or "…@refs/tags/v1.2.3" that one.
  std::vector<std::string> builders;
  enum class BuilderRef { release_tag, any };
  BuilderRef builder_ref = BuilderRef::release_tag;  // which refs of a builder named without one are accepted
  enum class BuilderNeed { optional, required };     // required: provenance without an allow-list of builders is refused
  BuilderNeed builder_need = BuilderNeed::optional;
  std::vector<std::string> sources;  // allow-list: "github.com/org/repository", with or without scheme
  std::optional<std::string> branch, tag, versioned_tag;
  std::map<std::string, std::string> inputs;
  std::optional<std::string> package_name, package_version;  // of the matching subject, which must then be a purl
  std::optional<SummaryRule> summary;
};

struct Step {
  enum class State { held, failed, skipped };
  std::string name;  // "bundle", "log", "timestamp", "certificate", "transparency", "identity", "signature", "entry", "artifact" …
  State state = State::held;
  std::string text;  // a sentence
};

struct Report {
  bool accepted = false;
  std::optional<Refusal> refusal;
  std::vector<Step> steps;  // in order; the last one failed if not accepted
  // What was learnt until then, all of it verified.
  std::string identity, issuer;
  std::vector<Instant> times;
  std::string predicate_type, builder, source, source_digest, ref;
  // Who signed build provenance: `builder` if the certificate is that of the builder the statement names, or of a workflow that ran on
  // GitHub's own machines as it says; nothing else shows that the platform signed and not one of its users. `nobody`: not verified so far.
  enum class Signer { nobody, key, certificate, builder };
  Signer signer = Signer::nobody;
  std::vector<std::string> subjects;  // names of those that are the given artefacts
};

// Every artefact given must be a subject (or, for a plain signature, the one thing signed).
[[nodiscard]] Report verify(const Bundle& bundle, const std::vector<Artifact>& artifacts, const Policy& policy, const TrustRoot& trust);
// The same from text; what cannot be parsed is a report with the refusal.
[[nodiscard]] Report verify(std::string_view json, const std::string& name, const std::vector<Artifact>& artifacts, const Policy& policy,
                            const TrustRoot& trust);

// A file may hold one bundle or envelope, several as JSON lines, or npm's {"attestations":[{"bundle":…}]}: the texts of each.
[[nodiscard]] Result<std::vector<std::string>> split_bundles(std::string_view text, const std::string& name);

[[nodiscard]] std::string_view to_string(Report::Signer signer);  // "nobody" …
[[nodiscard]] Json to_json(const Report& report);

}  // namespace entente::measures::p6_supply::provenance
