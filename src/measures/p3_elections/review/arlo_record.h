// The files of an Arlo audit, read and put in one place, and the parts of its review. Internal to review/arlo*.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/review/arlo.h"
#include "measures/p3_elections/review/arlo_report.h"
#include "measures/p3_elections/risk/contest.h"

namespace entente::measures::p3_elections::review {

struct ArloManifestRow {
  std::string container, tabulator, batch;
  std::uint64_t cards = 0, line = 0;
};

struct ArloTallyRow {
  std::string batch;
  std::vector<std::optional<std::int64_t>> votes;  // by column
  std::uint64_t line = 0;
};

struct ArloJurisdiction {
  std::string name;                        // as the report spells it, if it does
  std::string manifest_file, totals_file;  // relative to the record's folder, "manifests.zip!BAKER/m.csv"; empty: none
  std::vector<ArloManifestRow> manifest;   // in the file's order
  std::vector<std::string> columns;        // of the totals behind "Batch Name": "US Senate - Ada Example"
  std::vector<ArloTallyRow> totals;
};

struct ArloRecord {
  ArloReport report;
  std::string report_file;
  std::vector<ArloJurisdiction> jurisdictions;  // by name
  // From a file of contests and their jurisdictions: keys of jurisdictions by contest. A contest that is not here is in all of them.
  std::map<std::string, std::set<std::string>> universes;
};

// Letters and digits only, in lower case: "BEN-HILL" and "Ben Hill" are one jurisdiction.
[[nodiscard]] std::string arlo_jurisdiction_key(std::string_view name);

// Files that cannot be read become findings of `review`; every file is listed there with its digest.
[[nodiscard]] Result<ArloRecord> read_arlo_record(const std::filesystem::path& folder, const ArloOptions& options, Review& review);

// The parts of the review. Each adds its checks, findings and contests.
void review_arlo_seed(const ArloRecord& record, Review& review);
void review_arlo_batches(const ArloRecord& record, const ArloOptions& options, Review& review);
void review_arlo_ballots(const ArloRecord& record, const ArloOptions& options, Review& review);

// What the parts share.
struct ArloFinding {
  std::string_view code;
  Severity severity = Severity::failure;
  std::string contest, summary;
  std::vector<Row> rows;
};
void arlo_add(Review& review, ArloFinding finding);
// "1 batch", "12 batches".
[[nodiscard]] std::string arlo_counted(std::uint64_t n, std::string_view one, std::string_view many);
[[nodiscard]] risk::ContestTotals arlo_totals(const ArloContest& contest);
// A contest's beginning in the review: names, margin, limit.
[[nodiscard]] ContestReview arlo_contest_review(const ArloContest& contest, const ArloReport& report, const risk::Contest& outcome);
// Votes in the order of the contest's choices; nullopt if another set of choices is listed.
[[nodiscard]] std::optional<std::vector<std::int64_t>> arlo_in_order(const ArloContest& contest, const std::vector<risk::Choice>& votes);
// "Ada Example: 12; Bo Example: 7".
[[nodiscard]] std::string arlo_votes_text(const ArloContest& contest, const std::vector<std::int64_t>& votes);
// Whether a risk is what was printed: Arlo prints 9 or 10 decimals, trailing zeros off.
[[nodiscard]] bool arlo_printed(double risk, std::string_view printed);
// The printed risk as a number, if it is one.
[[nodiscard]] std::optional<double> arlo_printed_value(std::string_view printed);
// Compares the risk after a round with the printed row, and whether the limit was met; the last round's into `contest`.
void arlo_compare_risk(const ArloRecord& record, const ArloRound& round, double risk, bool confirmed, Check& check, ContestReview& contest,
                       Review& review);
void arlo_thin_path(std::vector<RiskStep>& path, std::size_t steps);

}  // namespace entente::measures::p3_elections::review
