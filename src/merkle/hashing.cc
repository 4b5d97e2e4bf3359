// Chooses once how many leaves and nodes are hashed: interleaved where the CPU can, else one after the other with OpenSSL.
#include "merkle/hashing.h"

#include <cstdlib>
#include <string_view>

#include "merkle/hashing_paths.h"
#include "merkle/tree.h"

namespace entente::merkle {
namespace {

bool use_interleaved() {
  static const bool chosen = [] {
    const char* plain = std::getenv("ENTENTE_PLAIN_HASHING");
    return interleaved::available() && (plain == nullptr || std::string_view(plain) != "1");
  }();
  return chosen;
}

}  // namespace

void plain::leaf_hashes(std::span<const ByteView> entries, std::span<Digest> out) {
  for (std::size_t i = 0; i < entries.size(); ++i) out[i] = leaf_hash(entries[i]);
}

void plain::node_hashes(std::span<const Digest> children, std::span<Digest> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = node_hash(children[2 * i], children[2 * i + 1]);
}

void leaf_hashes(std::span<const ByteView> entries, std::span<Digest> out) {
  if (use_interleaved()) return interleaved::leaf_hashes(entries, out);
  plain::leaf_hashes(entries, out);
}

void node_hashes(std::span<const Digest> children, std::span<Digest> out) {
  if (use_interleaved()) return interleaved::node_hashes(children, out);
  plain::node_hashes(children, out);
}

Digest subtree_root(std::span<const Digest> hashes) {
  if (hashes.size() == 1) return hashes.front();
  std::vector<Digest> row(hashes.size() / 2);
  node_hashes(hashes, row);
  for (std::size_t n = row.size() / 2; n > 0; n /= 2) node_hashes(std::span(row).first(2 * n), std::span(row).first(n));
  return row.front();
}

}  // namespace entente::merkle
