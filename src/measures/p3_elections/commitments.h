// Whether the order of an audit's steps is fixed by a log: statements of kind election-step/v1 in DSSE envelopes with receipts of a
// transparency log. The engine judges what it is given; it asks no log. Pure, thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/digest.h"
#include "core/time.h"
#include "keys/keys.h"
#include "measures/p3_elections/review/review.h"
#include "merkle/policy.h"

namespace entente::measures::p3_elections {

// Whom the steps must come from, and which logs and witnesses are believed.
struct StepTrust {
  std::vector<keys::VerifierKey> signers;  // at least one of them must have signed a step
  std::vector<keys::VerifierKey> logs;
  std::optional<merkle::Policy> policy;  // its logs too; its quorum of witnesses must be reached
};

struct NamedBytes {
  std::string name;  // path relative to the folder
  std::string bytes;
};

// One step whose envelope and receipt verified.
struct LoggedStep {
  std::string name;  // of the envelope's file
  std::string step;  // "commit", "seed", …
  std::uint64_t round = 0;
  Digest audit, document;
  std::string seed;                  // of step seed
  Instant signed_at{};               // as the signer says
  std::string origin;                // the log
  std::uint64_t index = 0;           // in the log: what decides the order
  std::optional<Instant> witnessed;  // earliest cosignature over a checkpoint that covers it
  struct File {
    std::string path;
    Digest sha256;
  };
  std::vector<File> files;  // of step commit: what its document fixes
};

struct LoggedSteps {
  std::vector<LoggedStep> steps;  // by log and index
  struct Problem {
    std::string file, what;
  };
  std::vector<Problem> problems;  // envelopes, receipts or documents that do not hold
};

// Files of one folder: "<name>.dsse.json" with "<name>.tlog-proof" (the receipt) and, of a commitment, "<name>.json" (its document, whose
// member "files" lists {"path", "sha256"}). Other names are passed over. What does not verify is a problem, never a step.
[[nodiscard]] LoggedSteps read_logged_steps(std::span<const NamedBytes> files, const StepTrust& trust);

// Whether receipts were given at all: what is missing among those that were is a failure, else a weakness that is only pointed out.
enum class ReceiptsGiven { no, yes };

// Adds to `review` what the steps show or fail to show, and a check "files fixed in a log before the seed":
//  * every file of a role that decides the draw or the risk stands with its digest in a commitment logged before the seed, in one log;
//  * no path is fixed with two digests before the seed: else one could fix many and choose afterwards;
//  * every file that was fixed is in the record;
//  * of an audit of our own (kind "audit") every step is of this plan, every logged document is the one in the record, every document of
//    the record has its receipt, and they stand in the log in the order of the steps.
void judge_commitments(review::Review& review, const LoggedSteps& steps, ReceiptsGiven given);

// Roles of files that must be fixed before the seed.
[[nodiscard]] bool must_be_fixed(std::string_view role);

}  // namespace entente::measures::p3_elections
