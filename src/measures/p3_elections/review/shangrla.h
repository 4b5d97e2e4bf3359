// Re-checks an audit run with SHANGRLA (or any assertion-based audit logged as it logs): reads the vote records, evaluates every assertion
// on them, shows that the assertions imply the reported winner, draws the sample again from the seed, compares the paper with the records
// and computes every p-value anew. Thread-safe; reads only the folder.
//
// SHANGRLA publishes no fixed record. The folder holds `audit.json` in the shape of the log SHANGRLA writes, which may be dropped in as it
// is (docs/elections-assertions.md has a whole example):
//   {"Audit": {"election": …, "seed": "12345678901234567890", "cvr_file": …, "manifest_file": …, "sample_file": …, "mvr_file": …,
//              "strata": {"stratum_1": {"max_cards": 293555, "use_style": true, "replacement": false, "test_kwargs": {…}}}},
//    "contests": {"339": {"name": "DA", "risk_limit": 0.05, "cards": 146662, "choice_function": "IRV", "n_winners": 1, "candidates": ["15",
//    …],
//              "winner": ["15"], "assertion_file": …, "audit_type": "CARD_COMPARISON", "test": "ALPHA_MART", "estim": "OPTIMAL_COMPARISON",
//              "sample_size": 369, "margins": {"15 v 45": 0.29…, …}, "p_values": {…}}}}
// Files are named relative to the folder; one that is not where its path says is looked for by its name alone, and with ".xz".
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/error.h"
#include "core/progress.h"
#include "measures/p3_elections/review/review.h"

namespace entente::measures::p3_elections::review {

struct ShangrlaOptions {
  std::uint64_t max_file_bytes = std::uint64_t{4} << 30;  // of one file, unpacked
  std::size_t path_steps = 400;                           // of a contest's risk over its draws
  double tolerance = 1e-9;                                // relative, of published margins and p-values
};

// What is missing, unreadable or contradictory is a finding. Error: no audit.json, or one without seed and contests.
[[nodiscard]] Result<Review> review_shangrla(const std::filesystem::path& folder, const ShangrlaOptions& options, Progress& progress);

}  // namespace entente::measures::p3_elections::review
