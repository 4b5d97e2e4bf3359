// ElectionGuard records: 0.95.0 as electionguard-python 1.4 writes them (verified by the numbers of specification 1.0/1.1), and 2.0.0 as
// egk-ec writes them in JSON (verified by the boxes of specification 2.0.0). docs/elections-e2e.md lists both, and where the
// implementations differ from the text.
#pragma once

#include "measures/p3_elections/e2e/record_check.h"

namespace entente::measures::p3_elections::e2e {

enum class ElectionGuardKind { none, version_1, version_2 };
[[nodiscard]] ElectionGuardKind electionguard_kind(const std::vector<RecordFile>& files);
// The names of `files` begin at the record's own folder (constants.json lies at the top).
[[nodiscard]] RecordCheck check_electionguard_1(const std::vector<RecordFile>& files, const RecordOptions& options, Progress& progress,
                                                const PinnedGroups& groups);
[[nodiscard]] RecordCheck check_electionguard_2(const std::vector<RecordFile>& files, const RecordOptions& options, Progress& progress,
                                                const PinnedGroups& groups);

}  // namespace entente::measures::p3_elections::e2e
