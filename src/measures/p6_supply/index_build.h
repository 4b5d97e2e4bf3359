// The steps of a build, which an update takes too. Private to index_build.cc and index_update.cc.
#pragma once

#include <span>
#include <vector>

#include "measures/p6_supply/index.h"
#include "measures/p6_supply/osv.h"

namespace entente::measures::p6_supply {

// Appends all records; the counts go to `report`. With BadSource::leave_out a source of which nothing could be read counts as one bad
// record, as long as another gives records; one that is absent, or breaks off in the middle, is an error all the same.
[[nodiscard]] Result<void> read_sources(std::span<const AdvisorySource> sources, Progress& progress, std::vector<OsvRecord>& records,
                                        BuildReport& report, BadSource bad = BadSource::refuse);
// Sorted by id; of each id the record modified last, also if it is withdrawn. Depends on the set of records only.
void keep_newest(std::vector<OsvRecord>& records, BuildReport& report);
// The index of what keep_newest() left, without the withdrawn.
[[nodiscard]] Result<AdvisoryIndex::Built> compile_index(std::vector<OsvRecord> newest, BuildReport report);

}  // namespace entente::measures::p6_supply
