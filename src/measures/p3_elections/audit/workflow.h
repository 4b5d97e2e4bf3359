// The steps of an audit over its folder: init, commit, seed, sample, record, risk (the last three once a round), certify. Each step reads
// what lies there, refuses if it is not its turn or if anything fixed earlier was altered, and writes one document of its own, last and
// atomically: a step that was interrupted is simply done again. Every document names the digest of the one before it, so that they form a
// chain from the plan to the certificate. No clock and no network: times are parameters. docs/elections-audit.md has the files.
//
// One folder is worked on by one process at a time; different folders are independent.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "measures/p3_elections/audit/audit_risk.h"

namespace entente::measures::p3_elections::audit {

enum class Step { init, commit, seed, sample, record, risk, certify };
[[nodiscard]] std::string_view to_string(Step step);

// What a step yields. The caller signs a statement election-step/v1 (docs/statements.md) of the document, with the digest of audit.json,
// the document's own "previous" and, of the seed, its "seed"; of init there is none, since nothing is fixed yet.
struct StepDocument {
  Step step = Step::init;
  std::string path;  // relative to the folder: "round-1/risk.json"
  Digest digest;     // of that file
  Json content;      // figures for people: cards, draws, contests confirmed …
};

struct AuditState {
  bool planned = false, committed = false, certified = false;
  std::optional<std::string> seed;
  std::uint32_t round = 0;                  // the last one begun; 0: none
  bool recorded = false, measured = false;  // of that round
  bool confirmed = false;                   // after the last risk: no contest needs another round
  Step next = Step::init;                   // what is to be done now
};
// Errors: a document that cannot be read or is not in its one spelling.
[[nodiscard]] Result<AuditState> audit_state(const std::filesystem::path& folder);

// Makes the folder from a plan (plan.h); files the plan names are taken from beside it and copied in. Errors: the folder is there and not
// empty; a plan that is wrong; a file that is missing or cannot be read.
[[nodiscard]] Result<StepDocument> init_audit(const std::filesystem::path& folder, const std::filesystem::path& plan);

// Fixes plan, files and assertions by digest: commitment.json and assertions.json. It must be in the ledger before anybody knows the seed.
[[nodiscard]] Result<StepDocument> commit_audit(const std::filesystem::path& folder);

struct SeedInput {
  std::string seed;    // at least 20 decimal digits; a text, leading zeros count
  std::string source;  // "twenty ten-sided dice, county hall"
  Instant at;
};
[[nodiscard]] Result<StepDocument> seed_audit(const std::filesystem::path& folder, const SeedInput& input);

// The next round's draws: `draws` new ones, or as many as the estimate says. round-N/sample.json with sample.csv and pull-list.csv.
[[nodiscard]] Result<StepDocument> sample_audit(const std::filesystem::path& folder, std::optional<std::uint64_t> draws = std::nullopt);

// What the audit board read, from a CSV (votes_csv.h): exactly the cards of the round that were not seen before.
[[nodiscard]] Result<StepDocument> record_audit(const std::filesystem::path& folder, const std::filesystem::path& csv);
// The CSV to fill in: its header and a row for each card to be read, by batch.
[[nodiscard]] Result<std::string> interpretation_form(const std::filesystem::path& folder);

[[nodiscard]] Result<StepDocument> risk_audit(const std::filesystem::path& folder);

// Ends the audit. Contests that are not confirmed must be named in `full_count`: they are to be counted whole. Errors: one that is neither.
[[nodiscard]] Result<StepDocument> certify_audit(const std::filesystem::path& folder, const std::vector<std::string>& full_count = {});

}  // namespace entente::measures::p3_elections::audit
