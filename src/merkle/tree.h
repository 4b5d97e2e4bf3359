// RFC 6962 section 2.1 / RFC 9162 section 2.1 Merkle trees over SHA-256: hashes, proofs and their verification. Pure; no disk.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/digest.h"
#include "core/error.h"

namespace entente::merkle {

using TreeSize = std::uint64_t;   // at most 2^63 − 1
using LeafIndex = std::uint64_t;  // 0-based
using Proof = std::vector<Digest>;

[[nodiscard]] Digest leaf_hash(ByteView entry);                           // SHA-256(00 ‖ entry)
[[nodiscard]] Digest node_hash(const Digest& left, const Digest& right);  // SHA-256(01 ‖ left ‖ right)
[[nodiscard]] Digest empty_root();                                        // SHA-256("")

// The hash of the complete subtree at `level` (0 = leaves) with number `index` at that level. The caller guarantees that a
// requested node is complete in its tree.
using NodeReader = std::function<Result<Digest>(unsigned level, std::uint64_t index)>;

[[nodiscard]] Result<Digest> root(TreeSize size, const NodeReader& read);
[[nodiscard]] Result<Proof> inclusion_proof(LeafIndex index, TreeSize size, const NodeReader& read);     // RFC 9162 2.1.3.1
[[nodiscard]] Result<Proof> consistency_proof(TreeSize first, TreeSize second, const NodeReader& read);  // RFC 9162 2.1.4.1

// RFC 9162 2.1.3.2 and 2.1.4.2. The error says what does not fit. first == second needs an empty proof and equal roots;
// first == 0 needs an empty proof and first_root == empty_root().
[[nodiscard]] Result<void> verify_inclusion(LeafIndex index, TreeSize size, const Digest& leaf, const Proof& proof, const Digest& root);
// The root a proof leads to from a leaf, whatever that root is worth; verify_inclusion() compares it.
[[nodiscard]] Result<Digest> root_from_inclusion(LeafIndex index, TreeSize size, const Digest& leaf, const Proof& proof);
[[nodiscard]] Result<void> verify_consistency(TreeSize first, TreeSize second, const Digest& first_root, const Digest& second_root,
                                              const Proof& proof);

// The right edge of a growing tree: the hashes of its complete subtrees, largest first. Appending costs amortised one node
// hash; memory is O(log n). Value type.
class RightEdge {
 public:
  RightEdge() = default;
  // `hashes` as edge() returns them; their number must be popcount(size).
  [[nodiscard]] static Result<RightEdge> from(TreeSize size, std::vector<Digest> hashes);
  // Adds a leaf; `completed(level, index, hash)` is told every complete subtree this makes, the leaf itself included.
  void append(const Digest& leaf, const std::function<void(unsigned level, std::uint64_t index, const Digest&)>& completed = {});
  [[nodiscard]] TreeSize size() const { return size_; }
  [[nodiscard]] Digest root() const;
  [[nodiscard]] const std::vector<Digest>& edge() const { return edge_; }

 private:
  TreeSize size_ = 0;
  std::vector<Digest> edge_;
};

}  // namespace entente::merkle
