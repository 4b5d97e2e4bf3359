// The right edge at the start of each block of 1,024 leaves, and the leaves behind it: a root of an earlier size is the edge of its block
// with the first leaves of it added again. What is older than 64 blocks goes, so memory does not grow with the ledger.
#include "registry/recent_roots.h"

namespace entente::registry {
namespace {

constexpr std::size_t kLeavesInABlock = 1'024;
constexpr std::size_t kBlocksHeld = RecentRoots::kLeast / kLeavesInABlock + 1;

}  // namespace

void RecentRoots::add(const Digest& leaf_hash) {
  if (blocks_.empty() || blocks_.back().leaves.size() == kLeavesInABlock) {
    blocks_.push_back({.before = edge_, .leaves = {}});
    if (blocks_.size() > kBlocksHeld) blocks_.pop_front();
  }
  blocks_.back().leaves.push_back(leaf_hash);
  edge_.append(leaf_hash);
  ++size_;
}

std::optional<Digest> RecentRoots::root_at(merkle::TreeSize size) const {
  if (size == size_) return edge_.root();
  if (size > size_ || blocks_.empty() || size < blocks_.front().before.size()) return std::nullopt;
  const std::size_t block = static_cast<std::size_t>((size - blocks_.front().before.size()) / kLeavesInABlock);
  merkle::RightEdge edge = blocks_[block].before;
  for (std::size_t i = 0; edge.size() < size; ++i) edge.append(blocks_[block].leaves[i]);
  return edge.root();
}

}  // namespace entente::registry
