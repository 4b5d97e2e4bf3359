// in-toto statements of other systems (v0.1 and v1, https://github.com/in-toto/attestation) and what SLSA provenance v0.2 and v1
// (https://slsa.dev/spec) says of a build. Only to be read after the envelope was verified. (Entente's own statements: src/statement.)
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "measures/p6_supply/provenance_artifact.h"
#include "measures/p6_supply/sigstore_bundle.h"

namespace entente::measures::p6_supply::provenance {

inline constexpr std::string_view kInTotoPayload = "application/vnd.in-toto+json";
inline constexpr std::string_view kSlsaV02 = "https://slsa.dev/provenance/v0.2";
inline constexpr std::string_view kSlsaV1 = "https://slsa.dev/provenance/v1";
inline constexpr std::string_view kSummaryV1 = "https://slsa.dev/verification_summary/v1";

struct AttestedSubject {
  std::string name;
  std::vector<std::pair<std::string, std::string>> digests;  // algorithm, value as written
};

struct Attestation {
  static constexpr std::size_t kMaxSubjects = 100'000;
  static constexpr std::size_t kMaxDigests = 64;  // of one subject

  std::string statement_type, predicate_type;
  std::vector<AttestedSubject> subjects;
  JsonDocument document;
  JsonView predicate;  // of `document`; an object

  [[nodiscard]] static Outcome<Attestation> parse(std::string_view payload_type, std::string_view payload);
};

// The subject whose digest is the artefact's: at least one strong digest is equal, and none that both have differs. `more_algorithms` are
// accepted beside SHA-256, SHA-384 and SHA-512.
[[nodiscard]] Outcome<std::size_t> find_subject(const Attestation& attestation, const Artifact& artifact,
                                                const std::vector<std::string>& more_algorithms);

// What a build says of itself, from either version of SLSA provenance.
struct BuildFacts {
  std::string builder_id, build_type;
  std::vector<std::string> sources;           // URIs as written: where the build was configured, and its first material or dependency
  std::string source_digest;                  // of the first of them, "gitCommit:…"; empty if the provenance gives none
  std::string ref;                            // "refs/tags/v1.2.3"; empty if nothing says
  std::optional<std::string> base_branch;     // "main", where the event that started the build of a tag names one
  std::map<std::string, std::string> inputs;  // of a workflow started by hand
};
[[nodiscard]] Outcome<BuildFacts> build_facts(const Attestation& attestation);

}  // namespace entente::measures::p6_supply::provenance
