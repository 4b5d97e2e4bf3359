// The two ways hashing.h computes: private to the room, so that tests hold one against the other.
#pragma once

#include <span>

#include "merkle/hashing.h"

namespace entente::merkle {

namespace plain {
void leaf_hashes(std::span<const ByteView> entries, std::span<Digest> out);
void node_hashes(std::span<const Digest> children, std::span<Digest> out);
}  // namespace plain

namespace interleaved {
[[nodiscard]] bool available();  // this CPU has SHA-NI, SSSE3 and SSE4.1; the two below need it
void leaf_hashes(std::span<const ByteView> entries, std::span<Digest> out);
void node_hashes(std::span<const Digest> children, std::span<Digest> out);
}  // namespace interleaved

}  // namespace entente::merkle
