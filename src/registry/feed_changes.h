// Feeds of changes: Atom (RFC 4287) and JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). An entry's id is the digest of its statement
// as a URI of RFC 6920 ("ni:///sha-256;…"): the same on every mirror, for ever.
#pragma once

#include <span>
#include <string>

#include "registry/changes.h"

namespace entente::registry {

struct FeedInfo {
  std::string id;  // an IRI that never changes; for example the address of the first publication
  std::string title;
  std::string author;   // name of the registry
  std::string self;     // address of this feed
  std::string home;     // address of the page it belongs to
  std::string entries;  // prefix of the address of a ledger entry; the leaf follows
  Instant updated;      // used where there is no change; else the latest change's ledger time
};

[[nodiscard]] std::string atom_feed(const FeedInfo& info, std::span<const Change> changes);
[[nodiscard]] Json json_feed(const FeedInfo& info, std::span<const Change> changes);
[[nodiscard]] std::string digest_uri(const Digest& digest);  // "ni:///sha-256;" and unpadded base64url

}  // namespace entente::registry
