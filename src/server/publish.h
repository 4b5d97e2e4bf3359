// The registry as static files that any web server or USB stick can carry: snapshots of the API, the ledger's tiles, and a manifest of
// digests (verify/publication.h). docs/publish.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/data.h"
#include "core/error.h"
#include "core/progress.h"
#include "keys/keys.h"
#include "merkle/tree.h"
#include "server/snapshots.h"

namespace entente::server {

struct Published {
  merkle::TreeSize entries = 0;
  std::uint64_t files = 0;    // all that the folder holds now, without the manifest
  std::uint64_t written = 0;  // of those, new or changed
  std::uint64_t removed = 0;  // stale files of the publication before
};

// Writes the registry whose ledger is in `log` below `out` (made if absent), as of the ledger's latest checkpoint. What is there already
// and right is kept; each other file is replaced in one step; the manifest is written when everything else is durable, then the files only
// the manifest before names are removed. Interrupted, it leaves a folder that does not verify, and the next run completes it. Refused: a
// folder whose manifest.json is something else, or that holds another log or more entries.
[[nodiscard]] Result<Published> publish(const std::filesystem::path& log, const std::filesystem::path& out, const SnapshotOptions& options,
                                        Progress& progress);

// What publish() would have written from the entries the folder itself holds, compared byte by byte.
struct PublicationCheck {
  struct Difference {
    std::string path, what;
  };
  merkle::TreeSize entries = 0;
  std::uint64_t compared = 0;  // files
  std::vector<Difference> differences;
};
// Entries are authenticated up to the folder's checkpoint, the checkpoint by `key` if there is one. `options.public_url` is the manifest's.
// Errors: no sound manifest, tiles that do not lead to the root, other data files than it was published with.
[[nodiscard]] Result<PublicationCheck> check_publication(const std::filesystem::path& folder, const std::optional<keys::VerifierKey>& key,
                                                         SnapshotOptions options, Progress& progress);

}  // namespace entente::server
