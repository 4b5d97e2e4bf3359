// Putting a damaged log right, as far as the entries, or a copy of them, allow.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "ledger/ledger.h"
#include "ledger/source.h"

namespace entente::ledger {

struct RepairOptions {
  // The log's public key from elsewhere: writes log.vkey anew if that is damaged. Without it log.vkey must be good.
  std::optional<keys::VerifierKey> vkey;
  // The log's private key: signs a checkpoint anew if that is damaged.
  const keys::SigningKey* key = nullptr;
  WriteOptions where;
  // Make a signing journal where there is none. Only for who is sure that the folder was not put back to an older state: nothing else would
  // notice.
  bool new_signing_journal = false;
  // A copy of the log: entries that are damaged or missing here are taken from it, and its checkpoint if that is the later one. Unset:
  // entries are never changed.
  Fetch from;
};

struct Repaired {
  std::vector<std::string> done;   // one sentence each
  std::vector<Problem> remaining;  // what fsck still finds: damaged entries, say, which only a copy can bring back
};

// Checks, then writes anew what can be computed: level hashes and index from the entries, the journal from the entries and the checkpoint,
// epoch and settled mark. Hashes are written only if the entries have the committed root. The signing journal is set to the last commit, so
// that nothing smaller can be signed. Needs the writer's lock.
[[nodiscard]] Result<Repaired> repair(const std::filesystem::path& folder, const RepairOptions& options, Progress& progress);
[[nodiscard]] Result<Repaired> repair(std::shared_ptr<Io> io, const RepairOptions& options, Progress& progress);

}  // namespace entente::ledger
