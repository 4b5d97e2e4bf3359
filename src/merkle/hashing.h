// RFC 6962 hashes of many leaves or nodes at once. One result does not depend on how many are computed together: leaf_hash() and
// node_hash() (merkle/tree.h) are the plain reference. On CPUs with SHA-NI several hashes run interleaved on one core; elsewhere, and with
// ENTENTE_PLAIN_HASHING=1 in the environment, the plain path runs. Thread-safe; starts no threads of its own.
#pragma once

#include <span>
#include <vector>

#include "core/bytes.h"
#include "core/digest.h"

namespace entente::merkle {

// out[i] = leaf_hash(entries[i]). `out` has as many places as there are entries.
void leaf_hashes(std::span<const ByteView> entries, std::span<Digest> out);

// out[i] = node_hash(children[2i], children[2i + 1]). `children` has twice as many places as `out`; `out` may be the front half of
// `children` itself.
void node_hashes(std::span<const Digest> children, std::span<Digest> out);

// The root over 2^k neighbouring hashes (1 ≤ hashes.size(), a power of two).
[[nodiscard]] Digest subtree_root(std::span<const Digest> hashes);

}  // namespace entente::merkle
