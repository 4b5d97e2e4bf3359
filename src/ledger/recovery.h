// Bringing the files of a log to exactly what its last commit says. Private to the room.
#pragma once

#include "ledger/settled.h"
#include "ledger/storage.h"
#include "ledger/wal.h"

namespace entente::ledger {

// Cuts off what no commit covers, computes level hashes and index again from the entries where they are missing or not known to be on the
// disk, and gives the right edge, whose root is the last commit's. Nothing is written before the entries are seen to have that root. An
// error names the file and place that do not fit.
[[nodiscard]] Result<merkle::RightEdge> settle_files(Storage& storage, const JournalEnd& end, SettledMark& settled);

// Walks the commits that the write-ahead file holds behind `journal_end`, whose edge is `edge`, as Wal::replay does; their roots are
// checked.
using TakeCommit = std::function<Result<void>(const Commit& before, const Commit& after, ByteView bundle_bytes)>;
[[nodiscard]] Result<void> walk_wal(const Wal& wal, const Commit& journal_end, const merkle::RightEdge& edge, const TakeCommit& take);
// Those commits moved to where they belong: their entries are written to the entries file, synced, and one record for
// all of them to the journal, synced. `edge` is that of the journal's last commit. Gives the journal's new end; settle_files() comes next.
[[nodiscard]] Result<JournalEnd> replay_wal(Storage& storage, const Wal& wal, const JournalEnd& end, const merkle::RightEdge& edge);

// Computes all of levels and index from the entries of `commit` and writes them, synced, if they have its root (repair).
[[nodiscard]] Result<void> rebuild_all(Storage& storage, const Commit& commit);

}  // namespace entente::ledger
