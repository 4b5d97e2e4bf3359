// Checks the published record of an end-to-end verifiable election: every proof, every hash, every sum is computed again, from the record's
// bytes and pinned group parameters alone. One shape of answer for every system (docs/elections-e2e.md lists what is checked by number).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "measures/p3_elections/e2e/pinned_groups.h"

namespace entente::measures::p3_elections::e2e {

// Codes of findings.
inline constexpr std::string_view kFormat = "P3-E2E-FORMAT";            // cannot be read, or contradicts itself
inline constexpr std::string_view kGroup = "P3-E2E-GROUP";              // other parameters than the pinned ones, or no member of the group
inline constexpr std::string_view kKey = "P3-E2E-KEY";                  // of trustees, guardians or the election
inline constexpr std::string_view kProof = "P3-E2E-PROOF";              // a proof or signature does not hold
inline constexpr std::string_view kChain = "P3-E2E-CHAIN";              // a hash, a confirmation code or a link of a chain
inline constexpr std::string_view kTally = "P3-E2E-TALLY";              // a sum, a decryption or a published count
inline constexpr std::string_view kDuplicate = "P3-E2E-DUPLICATE";      // two ballots, credentials, names where one is allowed
inline constexpr std::string_view kIncomplete = "P3-E2E-INCOMPLETE";    // a part without which the record proves nothing is missing
inline constexpr std::string_view kSecret = "P3-E2E-SECRET";            // published though it opens votes
inline constexpr std::string_view kUnsupported = "P3-E2E-UNSUPPORTED";  // valid perhaps, but this program cannot check it

struct CheckCount {
  std::string name;  // "EG1-4.B …": the verification's number in its specification and what it is
  std::uint64_t good = 0, of = 0;
};

struct RecordFinding {
  std::string code;
  std::string message;  // a sentence without full stop
  std::string place;    // "submitted_ballots/x.json: contest c, selection s, proof_zero_challenge"
};

struct OptionVotes {
  std::string option;
  std::int64_t votes = 0;
};
struct ContestTally {
  std::string contest;
  std::vector<OptionVotes> options;
};

struct RecordCheck {
  std::string system;                   // "ElectionGuard", "Belenios"
  std::string version;                  // of the record's format
  std::string title;                    // of the election, as the record has it
  std::uint64_t ballots = 0;            // counted in the tally
  std::vector<CheckCount> checks;       // in the order of the specification
  std::vector<RecordFinding> findings;  // in the order of the record; at most max_findings
  std::uint64_t more_findings = 0;      // not kept
  std::vector<ContestTally> tallies;    // as published; proven if there are no findings

  // A record of which nothing was checked proves nothing, whatever was not found in it.
  [[nodiscard]] bool good() const;
};

struct RecordOptions {
  std::uint64_t max_bytes = std::uint64_t{4} << 30;  // of all files, unpacked
  std::size_t max_findings = 1000;
};

struct RecordFile {
  std::string name;  // relative, '/' between folders
  std::string content;
};

// A .bel archive, a .tar or .tar.xz or .zip, or a folder. The kind is known by its content. Errors: unreadable, or no record of a known
// system; whatever is wrong inside a known record is a finding. Uses every thread core/parallel.h allows; the answer does not depend on
// them.
[[nodiscard]] Result<RecordCheck> check_record(const std::filesystem::path& path, const RecordOptions& options, Progress& progress);
// Of files in memory; `name` is what errors call the record. `groups` is another one only in tests.
[[nodiscard]] Result<RecordCheck> check_record_files(const std::vector<RecordFile>& files, const std::string& name,
                                                     const RecordOptions& options, Progress& progress, const PinnedGroups& groups = {});
[[nodiscard]] Result<std::vector<RecordFile>> read_record(const std::filesystem::path& path, const RecordOptions& options = {});
// Of an archive in memory.
[[nodiscard]] Result<std::vector<RecordFile>> read_record_bytes(std::string_view bytes, const std::string& name,
                                                                const RecordOptions& options = {});

}  // namespace entente::measures::p3_elections::e2e
