// Verifying an audit's folder offline: everything is made again from plan, files, seed and interpretations, and compared with what lies
// there. What it finds is a Review, the same as of an audit somebody else published, and makes the same report.
#pragma once

#include <filesystem>

#include "core/error.h"
#include "measures/p3_elections/review/review.h"

namespace entente::measures::p3_elections::audit {

// Of a finished audit or one under way (then `not_checked` says so). Findings name the file that does not fit: P3-COMMIT-MISMATCH an input
// that is not the one committed to, P3-DRAW-MISMATCH, P3-RISK-MISMATCH, P3-MISSING-FILE, P3-UNREADABLE, P3-SEED-SHORT, P3-SAMPLE-SHORT,
// P3-LIMIT-NOT-MET, P3-TIE, P3-PHANTOM, P3-NO-COMMITMENT. Whether the commitment was public before the seed only a ledger can say. Error:
// no audit lies there.
[[nodiscard]] Result<review::Review> verify_certificate(const std::filesystem::path& folder);

}  // namespace entente::measures::p3_elections::audit
