// What the controls about builds and updates (P6-03, P6-07) read of a bundle of evidence: artefacts, policies, trust roots, and signed
// documents, each read once. Not for others.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "measures/p6_supply/findings.h"
#include "measures/p6_supply/provenance_policy_file.h"

namespace entente::measures::p6_supply {

// Something that is shipped.
struct ReleaseArtifact {
  std::string name;
  std::string digest;  // "sha256:…"
  const evidence::Evidence* evidence = nullptr;
  std::string pointer;  // "line 3" of a list of digests
};

// One Sigstore bundle or DSSE envelope; a file may hold several.
struct SignedDocument {
  const evidence::Evidence* evidence = nullptr;
  std::size_t index = 0;  // in its file
  provenance::Bundle bundle;
  std::vector<std::pair<std::string, std::string>> claimed;  // ("sha256", hex) of its subjects, not yet verified: a hint what it is about

  [[nodiscard]] std::string name() const;     // "evidence/provenance/app.jsonl, bundle 2"
  [[nodiscard]] std::string pointer() const;  // "line 2"; empty for the first
};

struct ProvenanceInputs {
  std::vector<const evidence::Evidence*> evidence;  // all that was looked at, in order of kind and path
  std::vector<ReleaseArtifact> artifacts;           // by digest no two
  std::vector<provenance::PolicyFile> policies;
  std::vector<std::string> policy_names;
  provenance::TrustRoot trust;  // all given ones together
  bool has_trust = false;
  std::vector<SignedDocument> documents;
  std::vector<Unreadable> bad;

  [[nodiscard]] std::vector<const Unreadable*> unreadable() const;
};

inline constexpr std::size_t kMaxReleaseArtifacts = 10'000;
inline constexpr std::size_t kMaxProvenancePolicies = 64;

// Artefacts are evidence of kind artifact (the file's digest is the manifest's; the file is not read again) and the lines of those of kind
// artifacts.digests. `documents`: the kind of the signed documents.
[[nodiscard]] ProvenanceInputs read_provenance_inputs(const Bundle& bundle, std::string_view documents);

// Of which artefacts each document claims to speak, by index into `artifacts`.
[[nodiscard]] std::vector<std::vector<std::size_t>> claimed_artifacts(const ProvenanceInputs& inputs,
                                                                      std::span<const ReleaseArtifact> artifacts);

}  // namespace entente::measures::p6_supply
