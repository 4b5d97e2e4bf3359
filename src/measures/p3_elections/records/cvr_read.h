// Reading cast vote records of every system in use: what a file is shows its content. One call reads all files of one export (several CSVs,
// the files of an archive, records with their manifests) into one table. Thread-safe.
//
//   Dominion CSV      four header rows; "(Vote For=n)", "(Number of positions=n, Number of ranks=r)" with choices "Ada Example(2)"
//   Dominion JSON     CvrExport*.json of 5.2 to 5.10.x with ContestManifest.json, CandidateManifest.json … for the names
//   ES&S              cast-vote-record table (CSV or .xlsx) with or without "Ballots" tables
//   Hart              one XML a card (or a zip of them), "Scanned Ballot Information" CSV
//   ClearBallot       CSV, "Choice_1_1:Contest:Vote For 1:Choice:Party", "RcvChoice_1_1:Contest:Rank:Rule:Choice:Party"
//   NIST SP 1500-103  version 1, XML and JSON
//   RAIRE             "Contest,id,n,…" and ballots of ranks
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/records/cvr.h"

namespace entente::measures::p3_elections::records {

enum class CvrFormat { dominion_csv, dominion_json, ess, hart, clearballot, nist_xml, nist_json, raire };
[[nodiscard]] std::string_view to_string(CvrFormat format);  // "Dominion CSV", …

// What was found and is no error: the table is as the export says, and this is what a person should know about it.
enum class CvrProblemKind {
  duplicate_card,    // two records of one card; both are in the table
  overvote,          // more marked than the contest allows; the marks are in the table, `overvotes` is not 0
  unknown_column,    // a column passed over
  unused_file,       // a file of an archive passed over
  unmatched_row,     // a ballot without a vote record, or the other way round
  repeated_contest,  // a contest twice on one card, or in two places of the header
  unresolved_mark,   // an indication nobody decided on (write-ins to be adjudicated): not counted
  assumed,           // something the export does not say: votes allowed, names, which snapshot is current
  count_mismatch,    // a total the file states is not the number of its rows
  encoding,          // the text was not UTF-8
};
inline constexpr std::size_t kCvrProblemKinds = 10;
[[nodiscard]] std::string_view to_string(CvrProblemKind kind);  // "duplicate card", …

struct CvrProblem {
  CvrProblemKind kind = CvrProblemKind::assumed;
  Where where;
  std::string what;
};

struct CvrReport {
  CvrFormat format = CvrFormat::dominion_csv;
  std::string version;               // of the exporting system, where it says so
  std::vector<CvrProblem> problems;  // in the order found; of each kind at most CvrReadOptions::max_problems
  std::array<std::uint64_t, kCvrProblemKinds> counts{};
  [[nodiscard]] std::uint64_t count(CvrProblemKind kind) const { return counts[static_cast<std::size_t>(kind)]; }
};

struct CvrReadOptions {
  std::uint64_t max_bytes = std::uint64_t{16} << 30;  // of all files, unpacked
  std::uint64_t max_cards = 50'000'000;
  std::size_t max_problems = 1000;
  // The rows of a Dominion CSV: with vector instructions where the processor has them, or by the plain reader alone, which the tests hold
  // the other against.
  enum class Scanner { fastest, plain } scanner = Scanner::fastest;
};

struct CvrSource {
  std::string name;        // what errors call it
  std::string_view bytes;  // plain, .xz or .gz, or a zip or tar of such files
};

struct CvrRead {
  CvrTable table;
  CvrReport report;
};

// Errors: a file that is no vote record of the above (said which it looks like), files of two systems, a cell or value that cannot be read
// (with file, row and column, or the path inside), more than the limits.
[[nodiscard]] Result<CvrRead> read_cvrs(std::span<const std::filesystem::path> paths, const CvrReadOptions& options = {});
[[nodiscard]] Result<CvrRead> read_cvrs(std::span<const CvrSource> sources, const CvrReadOptions& options = {});

}  // namespace entente::measures::p3_elections::records
