// See dedup.h: about 60 bytes of memory an entry, filled on the first append or look-up.
#include "ledger/dedup.h"

#include <algorithm>

namespace entente::ledger {

constexpr std::size_t kStep = 64 * kTileWidth;

Result<void> DedupIndex::catch_up(const Storage& storage, merkle::TreeSize size) {
  if (size <= known_) return {};
  first_.reserve(static_cast<std::size_t>(size));
  while (known_ < size) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kStep, size - known_));
    ENTENTE_TRY(const std::vector<Digest> leaves, storage.hashes(0, known_, count));
    for (const Digest& leaf : leaves) add(leaf, known_);
  }
  return {};
}

std::optional<merkle::LeafIndex> DedupIndex::find(const Digest& leaf) const {
  const auto it = first_.find(leaf);
  return it == first_.end() ? std::nullopt : std::optional(it->second);
}

void DedupIndex::add(const Digest& leaf, merkle::LeafIndex index) {
  first_.emplace(leaf, index);
  known_ = index + 1;
}

}  // namespace entente::ledger
