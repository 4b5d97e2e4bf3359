// COSE receipts: a second face of the same proof of inclusion, for verifiers of the SCITT world. A COSE_Sign1 (RFC 9052) over the tree's
// root with the RFC 9162 proof in its header, by RFC 9942 ("COSE Receipts"; header labels 395 vds, 396 vdp, as IANA registered them). Made
// with the log's private key at the moment of asking; the C2SP receipt (merkle/receipt.h) needs no key and is the form of record.
#pragma once

#include <string_view>

#include "core/bytes.h"
#include "keys/keys.h"
#include "merkle/receipt.h"

namespace entente::merkle {

inline constexpr std::size_t kMaxCoseReceiptBytes = 64 << 10;

inline constexpr std::string_view kCoseReceiptStart = "\xd2\x84";  // tag 18, an array of four

struct CoseReceipt {
  LeafIndex index = 0;
  TreeSize size = 0;
  Digest root;  // what the proof leads to and the signature covers
};

// The receipt for entry `index`, of which `leaf` is the leaf hash, in the tree of `size` entries. The proof must lead to `root`, which the
// caller has published in a signed checkpoint before: a receipt must not be the first signature over a root. The signature itself covers
// the bare root, so the log's identity is in the protected header too: CWT claim iss (15: {1: …}) is the origin, kid (4) is SHA-256(name ‖
// 0A ‖ type ‖ public key), whose first four bytes are the note key id.
// Nor does a root bind size and index: entry 1 of 2 and entry 8 of 9 have proofs that verify alike. So they are repeated, signed, in a
// header of the private range (-65537: [size, index]).
[[nodiscard]] Result<Bytes> sign_cose_receipt(LeafIndex index, TreeSize size, const Digest& leaf, const Proof& proof, const Digest& root,
                                              const keys::SigningKey& log);

// That the log with this key signed a root under which the entry is at the index the receipt says. Refused: another algorithm, tree kind,
// issuer or key id, a signed place that is not the proof's, a critical header (2), an attached payload, more than one proof. Other headers
// are ignored.
[[nodiscard]] Result<CoseReceipt> verify_cose_receipt(ByteView receipt, ByteView entry, const keys::VerifierKey& log);

}  // namespace entente::merkle
