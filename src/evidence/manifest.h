// manifest.json of an evidence bundle, as text and as entries. Internal to the room; format in docs/evidence-bundle.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/bundle.h"

namespace entente::evidence {

// What keeps a list of entries from being a bundle's.
struct EntryFault {
  std::size_t index = 0;
  std::string_view member;  // "path", "size" …
  std::string what;
  std::string hint;
};
// The first fault of entries (in the order given, which must be byte order of path): unsafe or clashing paths, bad kinds and media
// types, sizes beyond the limits.
[[nodiscard]] std::optional<EntryFault> find_fault(const std::vector<Evidence>& entries, const BundleLimits& limits);

struct Manifest {
  std::vector<Evidence> entries;
  // What is wrong with the text although the entries could be read: the seal does not hold, or the spelling is not canonical.
  std::vector<Error> complaints;
};
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text, std::string name, const BundleLimits& limits);
// The one canonical text of these entries.
[[nodiscard]] std::string manifest_text(const std::vector<Evidence>& entries);

}  // namespace entente::evidence
