// Keeping an index up to date: the records behind it are kept beside it, cut to what matching needs, so that an update reads only what is
// new. The result is the same, byte by byte, as a build from everything.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "measures/p6_supply/index.h"

namespace entente::measures::p6_supply {

// "<index>.records.jsonl.zst": OSV records, one a line, withdrawn ones too (an older copy of one must not bring it back).
[[nodiscard]] std::filesystem::path record_store_path(const std::filesystem::path& index);

// Like AdvisoryIndex::build(), and writes the records beside the index.
[[nodiscard]] Result<BuildReport> build_updatable(std::span<const AdvisorySource> sources, const std::filesystem::path& out,
                                                  Progress& progress, BadSource bad = BadSource::refuse);

struct UpdateReport {
  BuildReport build;                                    // read, bad: of the new sources
  std::uint64_t added = 0, changed = 0, withdrawn = 0;  // withdrawn: since the last build or update
  std::uint64_t kept = 0;                               // records that stayed as they were
};
// Merges the sources into an index that build_updatable() made: of one id the record with the later `modified` stays. Both files are
// replaced, each at once, the records first: a crash in between leaves a valid, older index, and the next update catches up.
[[nodiscard]] Result<UpdateReport> update_index(const std::filesystem::path& index, std::span<const AdvisorySource> sources,
                                                Progress& progress, BadSource bad = BadSource::refuse);

// A record as OSV JSON on one line, with what OsvRecord holds: parse_osv() of it gives the same record.
[[nodiscard]] std::string osv_json(const OsvRecord& record);

}  // namespace entente::measures::p6_supply
