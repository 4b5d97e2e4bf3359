// Damaged entries brought back from a copy of the log that is not trusted. Private to the room.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/progress.h"
#include "ledger/mirror.h"
#include "ledger/storage.h"

namespace entente::ledger {

// A root that a file of the damaged log states for its first `size` entries.
struct KnownRoot {
  merkle::TreeSize size = 0;
  Digest root;
  std::string file;
};

struct Restored {
  std::uint64_t bundles = 0;  // that were written
  std::uint64_t entries = 0;  // in them
};

// Writes the source's entries over those of the first source.size that the log lacks or holds otherwise, and syncs them. `source` is the
// source's verified checkpoint. Nothing is written before the source's tree is shown to have every root in `known`, or to be the beginning
// of a tree that has it; each bundle is checked up to the source's root before it is written, at the place the entries before it set. So
// whatever interrupts this, what was right stays right.
[[nodiscard]] Result<Restored> restore_entries(const Storage& storage, const Fetch& fetch, const merkle::Checkpoint& source,
                                               std::span<const KnownRoot> known, Progress& progress);

}  // namespace entente::ledger
