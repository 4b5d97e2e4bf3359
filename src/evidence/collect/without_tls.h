// Whether advisories that came by TLS are to be had without it as well: requirement 3 of CSAF 2.0, section 7.1.3, forbids that. Internal to
// the collectors.
#pragma once

#include <vector>

#include "core/progress.h"
#include "csaf/fetch_log.h"
#include "evidence/collect/collect_csaf.h"

namespace entente::evidence {

// One advisory of each host that gave one at https:// and its own port, asked for by http:// once; at most 50 hosts. Nothing is kept but
// the digest of what came.
[[nodiscard]] std::vector<csaf::FetchRecord> ask_without_tls(const std::vector<csaf::FetchRecord>& collected, const CsafCollection& wanted,
                                                             Progress& progress);

}  // namespace entente::evidence
