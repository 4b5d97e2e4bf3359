// Belenios archives (.bel, format version 1 with protocol version 1, as belenios-tool 2.0 writes and reads them): homomorphic questions in
// the group BELENIOS-2048, mandatory and threshold trustees, weights. Source: "Belenios specification" (S. Glondu), sections named in
// docs/elections-e2e.md, and for the archive belenios-tool's own manual.
#pragma once

#include "measures/p3_elections/e2e/record_check.h"

namespace entente::measures::p3_elections::e2e {

[[nodiscard]] bool is_belenios(const std::vector<RecordFile>& files);
[[nodiscard]] RecordCheck check_belenios(const std::vector<RecordFile>& files, const RecordOptions& options, Progress& progress,
                                         const PinnedGroups& groups);

}  // namespace entente::measures::p3_elections::e2e
