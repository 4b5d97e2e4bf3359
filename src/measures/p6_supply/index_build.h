// The steps of a build, which an update takes too. Private to index_build.cc and index_update.cc.
#pragma once

#include <span>
#include <vector>

#include "measures/p6_supply/index.h"
#include "measures/p6_supply/osv.h"

namespace entente::measures::p6_supply {

// Appends all records; the counts go to `report`.
[[nodiscard]] Result<void> read_sources(std::span<const AdvisorySource> sources, Progress& progress, std::vector<OsvRecord>& records,
                                        BuildReport& report);
// Sorted by id; of each id the record modified last, also if it is withdrawn. Depends on the set of records only.
void keep_newest(std::vector<OsvRecord>& records, BuildReport& report);
// The index of what keep_newest() left, without the withdrawn.
[[nodiscard]] Result<AdvisoryIndex::Built> compile_index(std::vector<OsvRecord> newest, BuildReport report);

}  // namespace entente::measures::p6_supply
