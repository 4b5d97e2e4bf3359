// Fork proofs: portable evidence that a log signed two checkpoints which cannot both be true. A format of Entente's own, byte by byte in
// docs/mirror-and-monitor.md. Whoever has the log's public key can confirm one without a network. Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "merkle/checkpoint.h"
#include "merkle/receipt.h"

namespace entente::merkle {

inline constexpr std::size_t kMaxForkProofBytes = 2 * kMaxNoteBytes + 64 * 64;
inline constexpr std::string_view kForkProofMagic = "entente fork proof v1";

// What a list of hashes says of a tree of `size` entries: its root, and the root its first `prefix` entries had.
struct PrefixRoots {
  Digest prefix_root;
  Digest root;
};
// `hashes`: as a consistency proof from `prefix` to `size` (RFC 9162 2.1.4.1), but always with the largest complete subtree that ends with
// entry `prefix` − 1 as its first hash, also where `prefix` is a power of two. 0 < prefix < size.
[[nodiscard]] Result<PrefixRoots> prefix_roots(TreeSize prefix, TreeSize size, const Proof& hashes);
[[nodiscard]] Result<Proof> prefix_proof(TreeSize prefix, TreeSize size, const NodeReader& read);

struct ForkProof {
  std::string smaller, larger;  // signed checkpoints of the log, verbatim; sizes ascending or equal
  Proof hashes;                 // prefix_proof() of the larger tree; empty if the sizes are equal

  // Checks the form and verifies nothing. What it accepts, str() writes again.
  [[nodiscard]] static Result<ForkProof> parse(std::string_view text);
  [[nodiscard]] std::string str() const;
  bool operator==(const ForkProof&) const = default;
};

struct Fork {
  Checkpoint smaller, larger;
  Digest root_in_larger;  // of the larger tree's first smaller.size entries: not the root the log signed for that size
};
// Confirms that the log's key signed both and that they contradict each other. An error: this file proves nothing, and why.
[[nodiscard]] Result<Fork> confirm_fork(const ForkProof& proof, const keys::VerifierKey& log);

// The proof that two signed checkpoints contradict each other, if they do. `read` gives nodes of the larger one's tree (unused for equal
// sizes). Both notes must be signed by the log. A proof this returns is confirmed by confirm_fork().
[[nodiscard]] Result<std::optional<ForkProof>> find_fork(const std::string& one, const std::string& other, const keys::VerifierKey& log,
                                                         const NodeReader& read);

}  // namespace entente::merkle
