// What the files of `entente elections` share.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "measures/p3_elections/commitments.h"
#include "measures/p3_elections/review/review.h"

namespace entente::cli {

// Options by which statements of an audit are signed and logged, and by which those of others are checked.
struct StepSigning {
  std::string key, ledger, ledger_key;
};
void add_signing_options(CLI::App& command, StepSigning& given);

struct StepTrustOptions {
  std::vector<std::string> signers, logs;
  std::string policy;
  [[nodiscard]] bool any() const { return !signers.empty() || !logs.empty() || !policy.empty(); }
};
void add_trust_options(CLI::App& command, StepTrustOptions& given);
[[nodiscard]] Result<measures::p3_elections::StepTrust> read_step_trust(const StepTrustOptions& given);

// Where a document went: "<folder>/<stem>.dsse.json" if it was signed, "<folder>/<stem>.tlog-proof" if it was logged too.
struct LoggedDocument {
  std::string statement, receipt;
  std::optional<std::uint64_t> index;
};
// Signs a statement of kind `predicate_kind` ("election-step/v1") about the document whose digest is `document`, and appends it to the
// ledger of the options. Nothing is done where no key is given. A statement that is there already is not made again.
[[nodiscard]] Result<LoggedDocument> sign_and_log(const StepSigning& given, std::string_view predicate_kind,
                                                  const std::string& subject_name, const Digest& document, const Json& predicate,
                                                  const std::filesystem::path& folder, const std::string& stem);

// Every .json and .tlog-proof file of a folder.
[[nodiscard]] Result<std::vector<measures::p3_elections::NamedBytes>> read_step_files(const std::filesystem::path& folder);

// The review for a terminal: checks, contests, findings (rows up to `max_rows` each), what was not checked.
void print_review(const measures::p3_elections::review::Review& review, std::size_t max_rows);

// Commands of the group, each set in a file of its own.
void add_elections_verify(CLI::App& group, Context& context);    // verify
void add_elections_e2e(CLI::App& group, Context& context);       // e2e
void add_elections_tabulate(CLI::App& group, Context& context);  // tabulate, manifest
void add_elections_irv(CLI::App& group, Context& context);       // assertions
void add_elections_audit(CLI::App& group, Context& context);     // audit …
void add_elections_commit(CLI::App& group, Context& context);    // commit

}  // namespace entente::cli
