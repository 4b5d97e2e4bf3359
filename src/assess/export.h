// Assessments in the formats other tools read: SARIF 2.1.0 (OASIS) and OSCAL 1.2.2 assessment results (NIST). Both are made from what was
// published, the assessment document or the signed statement, so that whoever received one can export it without judging anything again.
// What goes where is written in docs/reports.md. All functions are pure and thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/assessment.h"
#include "catalog/control.h"
#include "core/data.h"
#include "core/error.h"
#include "evidence/bundle.h"
#include "statement/statement.h"

namespace entente::assess {

// The names of the two files in a folder that `entente assess` writes.
inline constexpr std::string_view kSarifName = "assessment.sarif";
inline constexpr std::string_view kOscalName = "assessment-results.oscal.json";

// One row of a published assessment. What the source does not say is empty.
struct PublishedJudgement {
  catalog::ControlId control;
  std::size_t row = 0;  // in the source's list of controls
  std::string title;
  catalog::Status status = catalog::Status::not_assessed;
  std::string reason, summary, fix, engine;
  catalog::EvidenceClass evidence_class = catalog::EvidenceClass::verified;
  double weight = 0;
  std::optional<Instant> evidence_from;
  std::vector<catalog::Place> places;
  std::vector<Digest> evidence;
  // Of a statement: how many pieces of evidence there were, where it names them only by the digest of their list.
  std::optional<std::uint64_t> evidence_count;
  std::string rows_path;  // of the side file with all rows; empty if there is none
  Digest rows_digest;
  std::uint64_t rows_count = 0;

  // Judged satisfied, partial or not satisfied.
  [[nodiscard]] bool judged() const;
  // Judged, but not to be relied on: a class that counts with weight 0. The index takes it for not assessed.
  [[nodiscard]] bool unreliable() const;
};

struct PublishedPrinciple {
  unsigned principle = 0;  // 0…9
  std::string tier;        // A, B, C, D, ?
  double coverage = 0;     // 0…1
  std::optional<double> score;
  std::optional<double> low, high;
};

struct PublishedAssessment {
  enum class Source { document, statement };
  Source source = Source::document;
  Digest document;  // SHA-256 of assessment.json
  std::string tool_version, catalog_version;
  Digest data_digest, bundle_digest;
  Instant at{};
  std::string organisation_id, organisation_name;
  std::string category, country;               // empty if unknown
  std::vector<std::string> roles, domains;     // empty if unknown
  std::vector<PublishedPrinciple> principles;  // 0…9
  std::vector<PublishedJudgement> judgements;  // by control, each once
};

// Reads assessment.json. It must have the form data/schemas/assessment-v1.json asks for, and name no control twice; errors carry file, line
// and pointer. Whether it is what the evidence gives is not checked: that is `entente verify`.
[[nodiscard]] Result<PublishedAssessment> read_document(std::string_view text, std::string name, const DataSet& data);
// The same from a statement of type "assessment/v1" whose signature has been verified. It has no sentences, places, or dates of evidence.
[[nodiscard]] Result<PublishedAssessment> read_statement(const statement::Statement& statement, const DataSet& data);

// What is known of a piece of evidence besides its digest.
struct EvidenceFile {
  std::string path;  // from the assessment's folder: "bundle/evidence/…"
  std::string kind, media_type;
  std::uint64_t size = 0;  // bytes
  Instant collected_at{};
};
using EvidenceFiles = std::map<Digest, EvidenceFile>;
// Of equal files the first by path.
[[nodiscard]] EvidenceFiles evidence_files(const evidence::Bundle& bundle);

// Which results a SARIF file holds: all controls with their `kind`, or those that fail alone, for readers that know no `kind`.
enum class SarifResults { all, problems };

// Two-space indented JSON with a final newline. The same assessment, catalogue and evidence files give the same bytes. Texts of a control
// come from `catalog`; one it does not know keeps the title the document gives.
[[nodiscard]] std::string to_sarif(const PublishedAssessment& assessment, const catalog::Catalog& catalog, const EvidenceFiles& files,
                                   SarifResults results = SarifResults::all);
// Error: a time before 1900 or after 2999, which OSCAL cannot write.
[[nodiscard]] Result<std::string> to_oscal(const PublishedAssessment& assessment, const catalog::Catalog& catalog,
                                           const EvidenceFiles& files);

}  // namespace entente::assess
