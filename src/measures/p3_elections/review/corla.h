// Re-checks a risk-limiting audit as Colorado publishes it: redraws every sample from the seed and the ballot manifests, recomputes every
// sample size and risk, and adds up the counts from batch to county to state to what was published. Thread-safe; reads only the folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "measures/p3_elections/review/review.h"

namespace entente::measures::p3_elections::review {

struct CorlaOptions {
  std::uint64_t max_file_bytes = std::uint64_t{256} << 20;  // of one file, unpacked
  std::size_t max_files = 10'000;
  std::size_t path_steps = 400;  // of a contest's risk over its draws; a longer path is thinned, the first and last step stay
};

// `folder` holds (anywhere below it, known by their names): seed.csv, *BallotManifest.csv or .xlsx, contestsByCounty.csv,
// roundN-contest.csv (or round_N/contest.csv); and where there are: roundN-contestSelection.csv, ResultsReportSummary.csv,
// contestComparison.csv (or audited_imprinted_ids.csv and *DiscrepancyReport.csv, which go before it), *batchCountComparison.csv(.xz),
// tabulate.csv, tabulateCounty.csv. What is missing or unreadable is a finding.
// Error: the folder cannot be read or holds none of these.
[[nodiscard]] Result<Review> review_corla(const std::filesystem::path& folder, const CorlaOptions& options, Progress& progress);

// A row of batchCountComparison.csv: how many cards of a batch the manifest and the vote records have.
struct BatchCount {
  std::string_view county, scanner, batch;  // point into the text
  std::uint64_t manifest = 0, records = 0;
  std::int64_t difference = 0;  // as written: manifest − records
  std::uint64_t line = 0;
};

// `text` must outlive the rows. Errors with line and column: other columns than county_name, scanner_id, batch_id, count_per_manifest,
// count_per_cvr_file and difference, a count that is none.
[[nodiscard]] Result<std::vector<BatchCount>> parse_batch_counts(std::string_view text, const std::string& name);
// The rows where the counts or the written difference do not agree, in the file's order, with what is wrong.
[[nodiscard]] std::vector<Row> batch_count_differences(const std::vector<BatchCount>& batches, const std::string& file);

}  // namespace entente::measures::p3_elections::review
