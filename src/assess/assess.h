// From profile to assessment. collect() is the left side (reads files, makes the bundle); judge() is pure.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "catalog/assessment.h"
#include "catalog/control.h"
#include "core/error.h"
#include "core/progress.h"
#include "core/time.h"
#include "evidence/bundle.h"
#include "keys/keys.h"
#include "statement/statement.h"

namespace entente::assess {

// Reads org.toml and every file it names, and makes the bundle in `folder` (which must not exist or be empty). The profile itself is in it
// as profile.toml (kind "profile"); a file of [[evidence]] as evidence/<kind>/<path>, one of [[attestation]] as
// evidence/attestation/<path>, with <path> as written relative to org.toml. `now` is the collection time of files whose [[evidence]] gives
// none. Errors: a pattern without a match, a path or link that leaves the profile's folder, an attested file whose digest is another.
[[nodiscard]] Result<evidence::Bundle> collect(const std::filesystem::path& org_toml, const std::filesystem::path& folder, Instant now,
                                               Progress& progress);

struct Outcome {
  catalog::Assessment assessment;
  std::string document;                                 // the JSON bytes: what is signed and compared
  std::map<std::string, std::string> side_files;        // path → content, e.g. "rows/P6-02.jsonl"
  std::map<Digest, std::string> evidence_paths;         // of the bundle; of equal files the first by path
  std::map<catalog::ControlId, catalog::Text> reasons;  // why a control is not-applicable or not-assessed, in both languages
  std::map<catalog::ControlId, catalog::Text> next;     // for a control not assessed: the command or evidence that would assess it
  // Summary and fix where the judge wrote them (attestations), in both languages. What an engine wrote is English (docs/assessment.md).
  std::map<catalog::ControlId, catalog::Text> summaries, fixes;
};
// Pure: same bundle, catalogue, version and instant → byte-identical document, on any number of threads. How a control is judged is
// written in docs/judging.md. Errors: a bundle without exactly one profile, a file that is not what the manifest says, an engine that
// failed.
[[nodiscard]] Result<Outcome> judge(const evidence::Bundle& bundle, const catalog::Catalog& catalog, Instant at, Progress& progress);

// Writes assessment.json, side files, report.html and report.fr.html below `folder`.
[[nodiscard]] Result<void> write(const Outcome& outcome, const catalog::Catalog& catalog, const std::filesystem::path& folder);

// The statement an assessment is published as: subjects are assessment.json and the bundle's manifest; predicate "assessment/v1" holds
// digests, organisation, time, scores, and one row a control from which the scores can be recomputed. Fits a ledger entry (65,535 bytes).
[[nodiscard]] statement::Statement to_statement(const Outcome& outcome);

// Reports. The scorecard is for standard output: `width` columns (at least 60; 0 asks the terminal), colours only where it takes them.
[[nodiscard]] std::string scorecard(const Outcome& outcome, const catalog::Catalog& catalog, catalog::Language language, int width = 0);
[[nodiscard]] std::string html_report(const Outcome& outcome, const catalog::Catalog& catalog,
                                      catalog::Language language);  // self-contained

// What needs work, worst first: not-satisfied before partial, what counts before what does not, then by control.
[[nodiscard]] std::vector<const catalog::Judgement*> to_fix(const Outcome& outcome);

// Re-runs an assessment from its bundle, at the time the document names. Equal → nullopt, else the first difference (JSON pointer,
// published value, recomputed value).
struct Difference {
  std::string pointer;
  std::string published;
  std::string recomputed;
};
[[nodiscard]] Result<std::optional<Difference>> reproduce(std::string_view document, const evidence::Bundle& bundle,
                                                          const catalog::Catalog& catalog, Progress& progress);

}  // namespace entente::assess
