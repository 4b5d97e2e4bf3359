// The registry as static files that any web server or USB stick can carry: snapshots of the API, the ledger's tiles, web pages, and a
// manifest of digests (verify/publication.h). docs/publish.md.
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
  std::uint64_t pages = 0;    // of `files`, those of the web pages
  std::string pages_note;     // why the pages are not made beforehand; empty: they are, or none were asked for
};

// Writes the registry whose ledger is in `log` below `out` (made if absent), as of the ledger's latest checkpoint. What is there already
// and right is kept; each other file is replaced in one step; the manifest is written when everything else is durable, then the files only
// the manifest before names are removed. Interrupted, it leaves a folder that does not verify, and the next run completes it. Refused: a
// folder whose manifest.json is something else, or that holds another log or more entries.
// `web` is the folder of the web pages (web_bundle.h), empty for none: node, if it is on PATH, makes a page of every record; else the app
// is put there, which makes them in the reader's browser.
[[nodiscard]] Result<Published> publish(const std::filesystem::path& log, const std::filesystem::path& out, const SnapshotOptions& options,
                                        const std::filesystem::path& web, Progress& progress);

// What publish() would have written from the entries the folder itself holds, compared byte by byte.
struct PublicationCheck {
  struct Difference {
    std::string path, what;
  };
  merkle::TreeSize entries = 0;
  std::uint64_t compared = 0;  // snapshots
  std::uint64_t pages = 0;     // compared too
  std::string pages_note;      // why pages were not compared; empty: they were, or there are none
  std::vector<Difference> differences;
};
// Entries are authenticated up to the folder's checkpoint, the checkpoint by `key` if there is one. `options.public_url` is the manifest's.
// Pages are made again by the bundle in `web` if its digest is the manifest's. Errors: no sound manifest, tiles that do not lead to the
// root, other data files than it was published with.
[[nodiscard]] Result<PublicationCheck> check_publication(const std::filesystem::path& folder, const std::optional<keys::VerifierKey>& key,
                                                         SnapshotOptions options, const std::filesystem::path& web, Progress& progress);

}  // namespace entente::server
