// The plain path of hashing many leaves and nodes.
#include "merkle/hashing.h"

#include "merkle/tree.h"

namespace entente::merkle {

void leaf_hashes(std::span<const ByteView> entries, std::span<Digest> out) {
  for (std::size_t i = 0; i < entries.size(); ++i) out[i] = leaf_hash(entries[i]);
}

void node_hashes(std::span<const Digest> children, std::span<Digest> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = node_hash(children[2 * i], children[2 * i + 1]);
}

Digest subtree_root(std::span<const Digest> hashes) {
  std::vector<Digest> row(hashes.begin(), hashes.end());
  for (std::size_t n = row.size() / 2; n > 0; n /= 2) node_hashes(std::span(row).first(2 * n), std::span(row).first(n));
  return row.front();
}

}  // namespace entente::merkle
