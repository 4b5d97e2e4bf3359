// A tree that grows by many leaves at once, and what a batch of them adds to the log's files. Private to the room.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "ledger/format.h"
#include "merkle/tree.h"

namespace entente::ledger {

using LevelHashes = std::array<std::vector<Digest>, kTileLevels>;

// merkle::RightEdge for batches: runs of leaves that fill a subtree are hashed together.
class GrowingTree {
 public:
  GrowingTree() = default;
  explicit GrowingTree(const merkle::RightEdge& edge) : size_(edge.size()), edge_(edge.edge()) {}
  // Adds leaves. Hashes of subtrees of 256, 256² … leaves that this completes are appended to `completed` from level 1 on.
  void add(std::span<const Digest> leaves, LevelHashes& completed);
  [[nodiscard]] merkle::TreeSize size() const { return size_; }
  [[nodiscard]] Digest root() const;

 private:
  merkle::TreeSize size_ = 0;
  std::vector<Digest> edge_;  // complete subtrees, largest first
};

// What one commit adds to the files, computed before anything is written.
struct Batch {
  Commit before, after;
  std::string segment;                       // bundle bytes from before.segment_bytes on
  std::vector<std::uint64_t> bundle_starts;  // of bundles that begin in this batch
  LevelHashes hashes;                        // appended to each level file; [0] are the leaves
  [[nodiscard]] bool empty() const { return after.size == before.size; }
};
// `tree` stands at `before` and is moved on.
[[nodiscard]] Batch make_batch(const Commit& before, GrowingTree& tree, std::span<const ByteView> entries, std::vector<Digest> leaves);

}  // namespace entente::ledger
