// Checks anything Entente publishes, trusting nothing but the keys it is given.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/data.h"
#include "core/error.h"
#include "core/json.h"
#include "core/progress.h"
#include "keys/keys.h"
#include "merkle/policy.h"

namespace entente::verify {

struct Options {
  std::vector<keys::VerifierKey> trusted;    // signers of statements
  std::optional<keys::VerifierKey> log;      // the log's key
  std::vector<keys::VerifierKey> witnesses;  // cosigners of checkpoints, each of which must have signed
  std::optional<merkle::Policy> policy;      // which logs are accepted and which witnesses a checkpoint needs
  std::filesystem::path entry;               // the logged bytes, for a receipt that stands alone
  std::filesystem::path bundle;              // the evidence, for an assessment that stands alone
};

// One thing that was looked at.
struct Check {
  // unverified: bytes that the specifications leave unauthenticated, or that nobody signed; shown, not judged.
  // finding: the file is what it claims to be, and shows that somebody did wrong (a confirmed fork proof).
  enum class Outcome { good, bad, unverified, finding };
  Outcome outcome = Outcome::bad;
  std::string subject;  // "statement.dsse.json", "bundle/evidence/kev.json"
  std::string what;     // "signed by bank.example+0a1b2c3d"
  std::string hint;
};

struct Report {
  std::vector<Check> checks;

  [[nodiscard]] bool good() const;  // at least one good check, no bad one and no finding
  [[nodiscard]] Json to_json() const;
};

// What a path holds is found by looking at it:
//   a folder with log/checkpoint and api/v1        a registry as static files (publication.h): manifest, files, tiles up to the root
//   a folder with manifest.json, or a .tar.zst     an evidence bundle
//   a folder with assessment.json                  what `entente assess` published: bundle, assessment, statement, receipt, each
//                                                  checked, and that they belong together; the assessment is re-run
//   a folder with log.vkey                         a ledger, recomputed from its entries
//   a folder with checkpoint and tile/             a log's static files (tlog-tiles), every tile and entry up to the signed root
//   *.tlog-proof                                   a receipt (needs options.entry)
//   a COSE receipt (RFC 9942)                      by its first bytes (needs options.entry)
//   a fork proof                                   by its first line; confirmed, it is a finding
//   a DSSE envelope, an assessment document        by their JSON
// A signature that no given key can check is a bad check: nothing is trusted because it came along. A key given for what is not there (no
// statement, no receipt, no cosignature) is a bad check too: leaving a signature out must not help whoever forged the rest.
// The error is for what cannot be looked at at all. Thread-safe.
[[nodiscard]] Result<Report> verify_path(const std::filesystem::path& path, const Options& options, const DataSet& data,
                                         Progress& progress);

}  // namespace entente::verify
