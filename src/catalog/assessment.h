// The assessment document: what an assessment says, as a value and as JSON (docs/assessment.md, data/schemas/assessment-v1.json).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/finding.h"
#include "catalog/profile.h"

namespace entente::catalog {

inline constexpr std::size_t kInlineRows = 100;

// One line of the assessment: a control as judged for this organisation.
struct Judgement {
  ControlId control;
  Status status = Status::not_assessed;
  std::string reason;  // of not-applicable and not-assessed; else empty
  std::string summary;
  EvidenceClass evidence_class = EvidenceClass::verified;
  std::string engine;                    // which engine judged it; "attestation", "profile" or empty
  double weight = 0;                     // what it counts in the index: index_weight(evidence_class), or 0 if it must not count
  std::optional<Instant> evidence_from;  // collection time of the oldest evidence used
  Finding finding;                       // empty detail where there is none
  std::optional<Digest> rows_digest;     // of the side file, if there is one
  std::string rows_path;                 // "rows/P6-02.jsonl"
  std::uint64_t rows_count = 0;
};

// What a control of this class can count: M and V 1, A 0.5, D 0.
[[nodiscard]] double index_weight(EvidenceClass c);

// The index arithmetic of one principle (docs/assessment.md): score = Σ w·s / Σ w over assessed controls, coverage = Σ w assessed / Σ w
// applicable, interval = [all unknown fail, all unknown pass]; tier A ≥ 90 %, B ≥ 75 %, C ≥ 50 %, D below, "?" where coverage < 50 %.
// A judgement with weight 0 in a class that counts (an attestation whose signature does not verify) counts as not assessed.
struct PrincipleScore {
  unsigned principle = 0;                // 0…9
  std::array<std::uint32_t, 5> count{};  // by Status
  std::uint32_t applicable = 0;          // controls
  double weight_applicable = 0;          // Σ index_weight over applicable controls
  double weight_assessed = 0;            // Σ w over assessed ones
  double coverage = 0;                   // 0…1; 0 if weight_applicable is 0
  std::optional<double> score;           // 0…1; none if nothing was assessed
  double low = 0, high = 0;              // 0…1; [0, 1] if weight_applicable is 0
  char tier = '?';
};

struct Assessment {
  std::string tool_version;
  std::string catalog_version;
  Digest data_digest;    // DataSet::digest
  Digest bundle_digest;  // Bundle::digest
  Instant at{};
  Profile profile;                         // as in the bundle
  std::vector<Judgement> judgements;       // all controls of the catalogue, by id
  std::vector<PrincipleScore> principles;  // 0…9
};

// Scores from judgements alone; always ten rows, principles 0…9. Exact: all weights are multiples of 1/4.
[[nodiscard]] std::vector<PrincipleScore> score(const std::vector<Judgement>& judgements);

inline constexpr std::string_view kAssessmentType = "https://entente.example/assessment/v1";

// The document. Deterministic: same value → same bytes (json_pretty). Judgements beyond the first of an id are not expected.
// At most kInlineRows rows a judgement are in the document; the rest is in the side file its rows_path names.
[[nodiscard]] Json to_json(const Assessment& assessment, const Catalog& catalog);

}  // namespace entente::catalog
