// The batches of an Arlo batch comparison: manifest and reported votes joined. Internal to review/arlo*.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measures/p3_elections/review/arlo_record.h"
#include "measures/p3_elections/risk/macro.h"
#include "measures/p3_elections/sampling/ppeb.h"

namespace entente::measures::p3_elections::review {

struct ArloBatch {
  sampling::BatchKey key;
  std::uint64_t cards = 0;
  std::string file;  // of the totals
  std::uint64_t line = 0;
  std::vector<risk::BatchTally> tallies;  // by contest of the report
};

struct ArloBatches {
  std::vector<ArloBatch> batches;  // jurisdictions by name, batches in the order of the totals: the order of the draw
  std::map<std::string, std::map<std::string, std::uint32_t, std::less<>>> by_key;
  std::map<std::string, std::uint64_t> cards;      // of manifests, by jurisdiction
  std::vector<std::vector<std::uint32_t>> parts;   // by row of the sample: the batches it stands for; empty: unknown
  std::vector<std::optional<std::size_t>> row_of;  // by batch: its row of the sample
};

[[nodiscard]] ArloBatches read_arlo_batches(const ArloRecord& record, Review& review);
// Adds up: votes against cards, batches against contest totals, rows of the sample against the totals by batch, changes as printed, sums of
// the sample.
void reconcile_arlo_batches(const ArloRecord& record, const ArloBatches& batches, Review& review);

}  // namespace entente::measures::p3_elections::review
