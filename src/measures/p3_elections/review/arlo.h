// Re-checks an audit run with Arlo (VotingWorks) from what was published of it: draws the sample again from the seed and the manifests,
// compares every ticket number, recomputes every risk to the printed digit, and adds up the counts from batch to jurisdiction to contest.
// Thread-safe; reads only the folder.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/error.h"
#include "core/progress.h"
#include "measures/p3_elections/review/review.h"

namespace entente::measures::p3_elections::review {

struct ArloOptions {
  std::uint64_t max_file_bytes = std::uint64_t{256} << 20;  // of one file, and of all members of one archive, unpacked
  std::size_t max_files = 10'000;
  std::uint64_t max_cards = 100'000'000;  // of all manifests: cards are drawn by hashing every one of them
  std::size_t path_steps = 400;           // of a contest's risk over its draws; a longer path is thinned, first and last stay
};

// `folder` holds, anywhere below it and known by their content: one audit report (CSV); ballot manifests (CSV or XLSX, a file a
// jurisdiction); for batch comparison the candidate totals by batch (the same). Manifests and totals may lie in zip or tar archives; the
// folder a file lies in names its jurisdiction ("BEN-HILL/" is BEN HILL), else the file's name does. Audits: BATCH_COMPARISON by MACRO,
// BALLOT_POLLING by BRAVO, MINERVA and PROVIDENCE, BALLOT_COMPARISON by SUPERSIMPLE. What is missing or unreadable is a finding.
// Error: the folder cannot be read, or holds no report or several.
[[nodiscard]] Result<Review> review_arlo(const std::filesystem::path& folder, const ArloOptions& options, Progress& progress);

}  // namespace entente::measures::p3_elections::review
