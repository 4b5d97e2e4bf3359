// Bringing the files of a log to exactly what its last commit says. Private to the room.
#pragma once

#include "ledger/settled.h"
#include "ledger/storage.h"

namespace entente::ledger {

// Cuts off what no commit covers, computes level hashes and index again from the entries where they are missing or not known to be on the
// disk, and gives the right edge, whose root is the last commit's. Nothing is written before the entries are seen to have that root. An
// error names the file and place that do not fit.
[[nodiscard]] Result<merkle::RightEdge> settle_files(Storage& storage, const JournalEnd& end, SettledMark& settled);

// Computes all of levels and index from the entries of `commit` and writes them, synced, if they have its root (repair).
[[nodiscard]] Result<void> rebuild_all(Storage& storage, const Commit& commit);

}  // namespace entente::ledger
