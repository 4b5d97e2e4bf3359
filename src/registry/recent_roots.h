// The Merkle tree of the ledger as a replay sees it: RFC 6962 over the entries, with the roots of the latest sizes. So that a checkpoint a
// statement carries can be held against what was replayed. Value type.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "merkle/tree.h"

namespace entente::registry {

class RecentRoots {
 public:
  // Sizes from here back that can be asked for: at least so many, whatever the size is now.
  static constexpr std::size_t kLeast = 65'536;

  void add(const Digest& leaf_hash);
  [[nodiscard]] merkle::TreeSize size() const { return size_; }
  // Nothing for sizes that lie ahead or too far back.
  [[nodiscard]] std::optional<Digest> root_at(merkle::TreeSize size) const;

 private:
  struct Block {
    merkle::RightEdge before;
    std::vector<Digest> leaves;
  };
  std::deque<Block> blocks_;
  merkle::RightEdge edge_;
  merkle::TreeSize size_ = 0;
};

}  // namespace entente::registry
