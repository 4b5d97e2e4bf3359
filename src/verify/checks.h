// The single checks that verify_path puts together. Internal to the room.
#pragma once

#include <string>
#include <vector>

#include "evidence/bundle.h"
#include "statement/statement.h"
#include "verify/verify.h"

namespace entente::verify {

void add_good(Report& report, std::string subject, std::string what);
void add_bad(Report& report, std::string subject, std::string what, std::string hint = {});
void add_bad(Report& report, std::string subject, const Error& error);
void add_unverified(Report& report, std::string subject, std::string what);

// Folder of a bundle: every difference from its manifest. Returns whether it is sound.
bool check_bundle(Report& report, const std::string& subject, const std::filesystem::path& folder, Progress& progress);
void check_archive(Report& report, const std::filesystem::path& archive, Progress& progress);

// An envelope: signature by a trusted key, statement's form, predicate's schema. Returns the statement if all of it is good.
std::optional<statement::Statement> check_envelope(Report& report, const std::string& subject, const std::string& bytes,
                                                   const Options& options, const DataSet& data);
// A receipt for exactly these entry bytes.
void check_receipt(Report& report, const std::string& subject, const std::string& receipt, const std::string& entry,
                   const Options& options);
void check_cose_receipt(Report& report, const std::string& subject, const std::string& receipt, const std::string& entry,
                        const Options& options);
// Two signed checkpoints said to contradict each other.
void check_fork_proof(Report& report, const std::string& subject, const std::string& text, const Options& options);
// A log's static files as tlog-tiles publishes them.
void check_tile_log(Report& report, const std::filesystem::path& folder, const Options& options, Progress& progress);
// The log's key: the one given, or the only one the policy names.
[[nodiscard]] std::optional<keys::VerifierKey> log_key(const Options& options);
void add_finding(Report& report, std::string subject, std::string what, std::string hint = {});
void check_ledger(Report& report, const std::filesystem::path& folder, const Options& options, Progress& progress);

// A registry published as static files (publication.h): manifest, every file, and the log's tiles up to the signed root.
void check_published_registry(Report& report, const std::filesystem::path& folder, const Options& options, Progress& progress);

// An assessment document: its schema; with a bundle, that running it again gives the same bytes, side files and reports.
void check_assessment(Report& report, const std::string& subject, const std::string& document, const evidence::Bundle* bundle,
                      const std::filesystem::path& folder, const DataSet& data, Progress& progress);

}  // namespace entente::verify
