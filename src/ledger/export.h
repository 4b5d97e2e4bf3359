// A log as static files that any web server can serve: C2SP tlog-tiles.
#pragma once

#include "core/progress.h"
#include "ledger/ledger.h"

namespace entente::ledger {

struct Exported {
  merkle::TreeSize size = 0;
  std::uint64_t written = 0;  // files
  std::uint64_t kept = 0;     // full tiles and bundles an earlier export wrote
  std::uint64_t removed = 0;  // folders of partial tiles that are full now
};

// Writes checkpoint, full tiles and bundles, and the partial ones of the checkpoint's size, below `out` (made if absent). A second run
// writes only what is new. The checkpoint is written last, when everything it needs is durable; partial tiles are removed once the full one
// is there and published. Refused: a folder with a checkpoint of another log, or of more entries.
[[nodiscard]] Result<Exported> export_static(const Ledger& log, const std::filesystem::path& out, Progress& progress);

}  // namespace entente::ledger
