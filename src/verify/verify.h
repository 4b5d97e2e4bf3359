// Checks anything Entente publishes, trusting nothing but the keys it is given.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/progress.h"
#include "keys/keys.h"

namespace entente::verify {

struct Options {
  std::vector<keys::VerifierKey> trusted;  // signers of statements
  std::optional<keys::VerifierKey> log;    // the log's key
  std::vector<keys::VerifierKey> witnesses;
};

struct Check {
  enum class Outcome { good, bad, unverified };  // unverified: bytes the specifications leave unauthenticated
  Outcome outcome;
  std::string what;  // "signature by example.org+…: good"
  Where where;
};

struct Report {
  std::vector<Check> checks;
  [[nodiscard]] bool good() const;  // at least one check, none bad
};

// What a path holds is found by looking at it: a bundle folder or .tar.zst, assessment.json, a DSSE envelope, a ledger folder, a
// .tlog-proof receipt (with the entry beside it or given), or a folder `assess` published (bundle, assessment, statement, receipt: all of
// them and how they fit together).
[[nodiscard]] Result<Report> verify_path(const std::filesystem::path& path, const Options& options, Progress& progress);

}  // namespace entente::verify
