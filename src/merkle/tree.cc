// Merkle tree arithmetic (RFC 6962 section 2.1, RFC 9162 section 2.1) without recursion. A node is (level, index); it covers
// leaves [index·2^level, (index+1)·2^level). Proofs walk from a leaf (or the largest subtree that ends where the old tree
// ends) up to the root, shifting the index and the last node's index right once a level: an odd index has its sibling to the
// left, an even one to the right, unless it is the level's last node, which then moves up alone. Only the last node of a
// level can be incomplete; its hash is folded from the complete subtrees under it, smallest first.
#include "merkle/tree.h"

#include <fmt/format.h>
#include <bit>
#include <optional>
#include <utility>

namespace entente::merkle {
namespace {

constexpr TreeSize kMaxSize = (TreeSize{1} << 63) - 1;
constexpr std::uint8_t kLeafPrefix = 0;
constexpr std::uint8_t kNodePrefix = 1;

// The hash over leaves [begin, end), where begin is a multiple of a power of two not smaller than end − begin.
Result<Digest> range_hash(LeafIndex begin, LeafIndex end, const NodeReader& read) {
  std::optional<Digest> hash;
  while (end > begin) {
    // begin is aligned, so the lowest bit of the length names the last complete subtree.
    const unsigned level = static_cast<unsigned>(std::countr_zero(end - begin));
    ENTENTE_TRY(const Digest part, read(level, (end >> level) - 1));
    hash = hash ? node_hash(part, *hash) : part;
    end -= TreeSize{1} << level;
  }
  return *hash;
}

// Appends the siblings on the way from node `node` at `level` to the root of the tree with `size` leaves.
Result<void> path_to_root(unsigned level, std::uint64_t node, TreeSize size, const NodeReader& read, Proof& proof) {
  for (std::uint64_t last = (size - 1) >> level; last > 0; ++level, node >>= 1, last >>= 1) {
    if ((node & 1) != 0) {
      ENTENTE_TRY(const Digest left, read(level, node - 1));
      proof.push_back(left);
    } else if (node + 1 < last) {
      ENTENTE_TRY(const Digest right, read(level, node + 1));
      proof.push_back(right);
    } else if (node < last) {
      ENTENTE_TRY(const Digest right, range_hash(last << level, size, read));
      proof.push_back(right);
    }
  }
  return {};
}

// How many hashes lie on that way.
std::size_t path_length(std::uint64_t node, std::uint64_t last) {
  std::size_t n = 0;
  for (; last > 0; node >>= 1, last >>= 1) n += (node & 1) != 0 || node < last ? 1 : 0;
  return n;
}

Result<void> check_size(TreeSize size) {
  if (size > kMaxSize) return fail(fmt::format("tree size {} is larger than 2^63 - 1", size));
  return {};
}

}  // namespace

Digest leaf_hash(ByteView entry) { return sha256_of({{&kLeafPrefix, 1}, entry}); }
Digest node_hash(const Digest& left, const Digest& right) { return sha256_of({{&kNodePrefix, 1}, left.view(), right.view()}); }
Digest empty_root() { return sha256(ByteView{}); }

Result<Digest> root(TreeSize size, const NodeReader& read) {
  ENTENTE_CHECK(check_size(size));
  if (size == 0) return empty_root();
  return range_hash(0, size, read);
}

Result<Proof> inclusion_proof(LeafIndex index, TreeSize size, const NodeReader& read) {
  ENTENTE_CHECK(check_size(size));
  if (index >= size) return fail(fmt::format("no entry {} in a tree of {} entries", index, size));
  Proof proof;
  ENTENTE_CHECK(path_to_root(0, index, size, read, proof));
  return proof;
}

Result<Proof> consistency_proof(TreeSize first, TreeSize second, const NodeReader& read) {
  ENTENTE_CHECK(check_size(second));
  if (first > second) return fail(fmt::format("a tree of {} entries cannot come before one of {}", first, second));
  Proof proof;
  if (first == 0 || first == second) return proof;
  // The largest complete subtree that ends with the old tree's last leaf. Where it is the whole old tree, the verifier
  // knows its hash already.
  const unsigned level = static_cast<unsigned>(std::countr_zero(first));
  const std::uint64_t node = (first >> level) - 1;
  if (node != 0) {
    ENTENTE_TRY(const Digest start, read(level, node));
    proof.push_back(start);
  }
  ENTENTE_CHECK(path_to_root(level, node, second, read, proof));
  return proof;
}

Result<Digest> root_from_inclusion(LeafIndex index, TreeSize size, const Digest& leaf, const Proof& proof) {
  ENTENTE_CHECK(check_size(size));
  if (index >= size) return fail(fmt::format("no entry {} in a tree of {} entries", index, size));
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  if (const std::size_t expected = path_length(node, last); proof.size() != expected)
    return fail(fmt::format("inclusion proof of entry {} in {} has {} hashes, {} are needed", index, size, proof.size(), expected));
  Digest hash = leaf;
  auto next = proof.begin();
  for (; last > 0; node >>= 1, last >>= 1) {
    if ((node & 1) != 0)
      hash = node_hash(*next++, hash);
    else if (node < last)
      hash = node_hash(hash, *next++);
  }
  return hash;
}

Result<void> verify_inclusion(LeafIndex index, TreeSize size, const Digest& leaf, const Proof& proof, const Digest& root) {
  ENTENTE_TRY(const Digest hash, root_from_inclusion(index, size, leaf, proof));
  if (hash != root)
    return fail(fmt::format("inclusion proof of entry {} in {} leads to root {}, not to {}", index, size, hash.hex(), root.hex()), {},
                "the entry, its index, the proof or the checkpoint was altered");
  return {};
}

Result<void> verify_consistency(TreeSize first, TreeSize second, const Digest& first_root, const Digest& second_root, const Proof& proof) {
  ENTENTE_CHECK(check_size(second));
  if (first > second) return fail(fmt::format("a tree of {} entries cannot come before one of {}", first, second));
  if (first == 0 || first == second) {
    if (first == 0 && first_root != empty_root()) return fail("the root of a tree without entries must be SHA-256 of nothing");
    if (!proof.empty())
      return fail(fmt::format("consistency proof from {} to {} must be empty, it has {} hashes", first, second, proof.size()));
    if (first == second && first_root != second_root)
      return fail(fmt::format("two roots for the same size {}: {} and {}", first, first_root.hex(), second_root.hex()), {},
                  "the log shows different trees to different readers (a fork)");
    return {};
  }
  const unsigned level = static_cast<unsigned>(std::countr_zero(first));
  std::uint64_t node = (first >> level) - 1;
  std::uint64_t last = (second - 1) >> level;
  const bool starts_with_hash = node != 0;
  if (const std::size_t expected = path_length(node, last) + (starts_with_hash ? 1 : 0); proof.size() != expected)
    return fail(fmt::format("consistency proof from {} to {} has {} hashes, {} are needed", first, second, proof.size(), expected));
  auto next = proof.begin();
  Digest old_hash = starts_with_hash ? *next++ : first_root;
  Digest new_hash = old_hash;
  for (; last > 0; node >>= 1, last >>= 1) {
    if ((node & 1) != 0) {
      old_hash = node_hash(*next, old_hash);
      new_hash = node_hash(*next++, new_hash);
    } else if (node < last) {
      new_hash = node_hash(new_hash, *next++);
    }
  }
  if (old_hash != first_root)
    return fail(
        fmt::format("consistency proof from {} to {} gives the old root {}, not {}", first, second, old_hash.hex(), first_root.hex()), {},
        "the proof was altered, or the log rewrote its past (a fork)");
  if (new_hash != second_root)
    return fail(
        fmt::format("consistency proof from {} to {} gives the new root {}, not {}", first, second, new_hash.hex(), second_root.hex()), {},
        "the proof was altered, or the log rewrote its past (a fork)");
  return {};
}

Result<RightEdge> RightEdge::from(TreeSize size, std::vector<Digest> hashes) {
  ENTENTE_CHECK(check_size(size));
  if (hashes.size() != static_cast<std::size_t>(std::popcount(size)))
    return fail(fmt::format("the right edge of {} entries has {} hashes, not {}", size, std::popcount(size), hashes.size()));
  RightEdge out;
  out.size_ = size;
  out.edge_ = std::move(hashes);
  return out;
}

void RightEdge::append(const Digest& leaf, const std::function<void(unsigned, std::uint64_t, const Digest&)>& completed) {
  Digest hash = leaf;
  std::uint64_t index = size_;
  if (completed) completed(0, index, hash);
  // Like adding one in binary: each set bit at the bottom is a subtree that the new one closes.
  for (unsigned level = 1; (index & 1) != 0; ++level) {
    hash = node_hash(edge_.back(), hash);
    edge_.pop_back();
    index >>= 1;
    if (completed) completed(level, index, hash);
  }
  edge_.push_back(hash);
  ++size_;
}

Digest RightEdge::root() const {
  if (edge_.empty()) return empty_root();
  Digest hash = edge_.back();
  for (auto it = edge_.rbegin() + 1; it != edge_.rend(); ++it) hash = node_hash(*it, hash);
  return hash;
}

}  // namespace entente::merkle
