// Adding leaves to a right edge works like binary addition: a subtree of 2^k leaves that stands at a multiple of 2^k is folded by itself
// (in one go, where the hashing code can interleave), then carried upwards as long as it has a left neighbour.
#include "ledger/growing_tree.h"

#include <algorithm>
#include <bit>

#include "merkle/hashing.h"

namespace entente::ledger {

void GrowingTree::add(std::span<const Digest> leaves, LevelHashes& completed) {
  while (!leaves.empty()) {
    const auto aligned = static_cast<unsigned>(std::countr_zero(size_));  // 64 for an empty tree
    const auto fits = static_cast<unsigned>(std::bit_width(leaves.size()) - 1);
    unsigned level = std::min({aligned, fits, kTileHeight});
    const std::size_t n = std::size_t{1} << level;
    Digest hash = fold(leaves.first(n));
    std::uint64_t index = size_ >> level;
    if (level == kTileHeight) completed[1].push_back(hash);
    while ((index & 1) != 0) {
      hash = merkle::node_hash(edge_.back(), hash);
      edge_.pop_back();
      index >>= 1;
      if (++level % kTileHeight == 0) completed[level / kTileHeight].push_back(hash);
    }
    edge_.push_back(hash);
    size_ += n;
    leaves = leaves.subspan(n);
  }
}

Digest GrowingTree::root() const {
  if (edge_.empty()) return merkle::empty_root();
  Digest hash = edge_.back();
  for (auto it = edge_.rbegin() + 1; it != edge_.rend(); ++it) hash = merkle::node_hash(*it, hash);
  return hash;
}

Batch make_batch(const Commit& before, GrowingTree& tree, std::span<const ByteView> entries, std::vector<Digest> leaves) {
  Batch batch{.before = before};
  std::size_t bytes = 0;
  for (const ByteView entry : entries) bytes += 2 + entry.size();
  batch.segment.reserve(bytes);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if ((before.size + i) % kTileWidth == 0) batch.bundle_starts.push_back(before.segment_bytes + batch.segment.size());
    append_to_bundle(batch.segment, entries[i]);
  }
  tree.add(leaves, batch.hashes);
  batch.hashes[0] = std::move(leaves);
  batch.after = {.size = before.size + entries.size(), .segment_bytes = before.segment_bytes + bytes, .root = tree.root()};
  return batch;
}

}  // namespace entente::ledger
