// COSE receipts. Layout: 18([protected, {396: {-1: [proof]}}, null, signature]) with protected = {1: -8, 4: kid, 15: {1: origin}, 395: 1,
// -65537: [size, index]} and proof = [size, index, [hash…]]. The signature is over ["Signature1", protected, '', root] (RFC 9052
// section 4.4); the root is not in the receipt, so a verifier must compute it from the entry.
#include "merkle/cose_receipt.h"

#include <fmt/format.h>
#include <algorithm>
#include <functional>
#include <optional>

#include "core/utf8.h"
#include "merkle/cbor.h"

namespace entente::merkle {
namespace {

// Header labels and values: RFC 9052, RFC 9053, RFC 9597, RFC 9942.
constexpr std::int64_t kAlg = 1, kCrit = 2, kKid = 4, kCwtClaims = 15, kVds = 395, kVdp = 396;
constexpr std::int64_t kPlace = -65537;  // of the private range: [tree size, leaf index]
constexpr std::int64_t kEdDsa = -8;
constexpr std::int64_t kRfc9162Sha256 = 1;
constexpr std::int64_t kInclusionProofs = -1;
constexpr std::int64_t kIssuer = 1;
constexpr std::uint64_t kSign1Tag = 18;
constexpr std::uint64_t kMaxHeaders = 32;

Digest key_digest(const keys::VerifierKey& key) {
  const std::uint8_t middle[] = {'\n', static_cast<std::uint8_t>(key.type())};
  return sha256_of({as_bytes(key.name()), middle, key.key()});
}

Bytes protected_header(const keys::VerifierKey& log, LeafIndex index, TreeSize size) {
  CborWriter out;
  out.map(5);
  out.integer(kAlg);
  out.integer(kEdDsa);
  out.integer(kKid);
  out.bytes(key_digest(log).view());
  out.integer(kCwtClaims);
  out.map(1);
  out.integer(kIssuer);
  out.text(log.name());
  out.integer(kVds);
  out.integer(kRfc9162Sha256);
  out.integer(kPlace);
  out.array(2);
  out.unsigned_integer(size);
  out.unsigned_integer(index);
  return out.take();
}

Bytes signed_bytes(ByteView header, const Digest& root) {
  CborWriter out;
  out.array(4);
  out.text("Signature1");
  out.bytes(header);
  out.bytes({});
  out.bytes(root.view());
  return out.take();
}

Bytes encode_proof(LeafIndex index, TreeSize size, const Proof& proof) {
  CborWriter out;
  out.array(3);
  out.unsigned_integer(size);
  out.unsigned_integer(index);
  out.array(proof.size());
  for (const Digest& hash : proof) out.bytes(hash.view());
  return out.take();
}

// Each pair of a map with integer keys to `take`, which reads the value or returns false to have it skipped. Other keys are skipped.
Result<void> each_pair(CborReader& in, const std::function<Result<bool>(std::int64_t key)>& take) {
  ENTENTE_TRY(const std::uint64_t pairs, in.map(kMaxHeaders));
  std::vector<std::int64_t> seen;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    if (!in.next_is_integer()) {
      ENTENTE_CHECK(in.skip());
      ENTENTE_CHECK(in.skip());
      continue;
    }
    ENTENTE_TRY(const std::int64_t key, in.integer());
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) return fail(fmt::format("header {} is there twice", key));
    seen.push_back(key);
    ENTENTE_TRY(const bool taken, take(key));
    if (!taken) ENTENTE_CHECK(in.skip());
  }
  return {};
}

Result<std::string> read_issuer(CborReader& in) {
  std::optional<std::string> issuer;
  ENTENTE_CHECK(each_pair(in, [&](std::int64_t key) -> Result<bool> {
    if (key != kIssuer) return false;
    ENTENTE_TRY(issuer, in.text());
    return true;
  }));
  if (!issuer) return fail("the receipt's claims name no issuer");
  return std::move(*issuer);
}

struct InclusionProof {
  TreeSize size = 0;
  LeafIndex index = 0;
  Proof path;
};

Result<void> read_place(CborReader& in, const InclusionProof& proof) {
  ENTENTE_TRY(const std::uint64_t parts, in.array(2));
  if (parts != 2) return fail("the receipt's place has two parts");
  ENTENTE_TRY(const std::uint64_t size, in.unsigned_integer());
  ENTENTE_TRY(const std::uint64_t index, in.unsigned_integer());
  if (size == proof.size && index == proof.index) return {};
  return fail(
      fmt::format("the signed place (entry {} of {}) is not that of the proof (entry {} of {})", index, size, proof.index, proof.size));
}

Result<void> check_protected(ByteView header, const keys::VerifierKey& log, const InclusionProof& proof) {
  CborReader in(header);
  std::optional<std::int64_t> alg, vds;
  std::optional<std::string> issuer;
  std::optional<ByteView> kid;
  bool place = false;
  ENTENTE_CHECK(each_pair(in, [&](std::int64_t key) -> Result<bool> {
    if (key == kCrit) return fail("the receipt has critical headers, which Entente does not know");
    if (key == kAlg) {
      ENTENTE_TRY(alg, in.integer());
    } else if (key == kVds) {
      ENTENTE_TRY(vds, in.integer());
    } else if (key == kKid) {
      ENTENTE_TRY(kid, in.bytes());
    } else if (key == kCwtClaims) {
      ENTENTE_TRY(issuer, read_issuer(in));
    } else if (key == kPlace) {
      const auto same = read_place(in, proof);
      if (!same) return fail(same.error());
      place = true;
    } else {
      return false;
    }
    return true;
  }));
  ENTENTE_CHECK(in.end());
  if (alg != kEdDsa) return fail("the receipt is not signed with EdDSA (-8)");
  if (vds != kRfc9162Sha256) return fail("the receipt is not about an RFC 9162 tree (vds 1)");
  if (issuer != log.name())
    return fail(fmt::format("the receipt is by \"{}\", not by the log {}", printable(issuer.value_or(""), 100), printable(log.name())));
  if (!kid || !std::ranges::equal(*kid, key_digest(log).view())) return fail("the receipt names another key than this log's");
  if (!place) return fail("the receipt's signature does not cover its tree size and leaf index");
  return {};
}

Result<InclusionProof> read_proof(ByteView encoded) {
  CborReader in(encoded);
  InclusionProof out;
  ENTENTE_TRY(const std::uint64_t parts, in.array(3));
  if (parts != 3) return fail("an inclusion proof has three parts");
  ENTENTE_TRY(out.size, in.unsigned_integer());
  ENTENTE_TRY(out.index, in.unsigned_integer());
  ENTENTE_TRY(const std::uint64_t hashes, in.array(kMaxProofHashes));
  for (std::uint64_t i = 0; i < hashes; ++i) {
    ENTENTE_TRY(const ByteView bytes, in.bytes());
    ENTENTE_TRY(const Digest hash, Digest::from_bytes(bytes));
    out.path.push_back(hash);
  }
  ENTENTE_CHECK(in.end());
  return out;
}

Result<InclusionProof> read_unprotected(CborReader& in) {
  std::optional<ByteView> encoded;
  const auto take_proof = [&](std::int64_t kind) -> Result<bool> {
    if (kind != kInclusionProofs) return false;
    ENTENTE_TRY(const std::uint64_t proofs, in.array(1));
    if (proofs != 1) return fail("the receipt holds no inclusion proof");
    ENTENTE_TRY(encoded, in.bytes());
    return true;
  };
  const auto take_proofs = [&](std::int64_t header) -> Result<bool> {
    if (header != kVdp) return false;
    ENTENTE_CHECK(each_pair(in, take_proof));
    return true;
  };
  ENTENTE_CHECK(each_pair(in, take_proofs));
  if (!encoded) return fail("the receipt holds no inclusion proof");
  return read_proof(*encoded);
}

}  // namespace

Result<Bytes> sign_cose_receipt(LeafIndex index, TreeSize size, const Digest& leaf, const Proof& proof, const Digest& root,
                                const keys::SigningKey& log) {
  if (log.verifier().type() != keys::KeyType::ed25519) return fail("COSE receipts are signed with the log's key, not a witness's");
  ENTENTE_CHECK(verify_inclusion(index, size, leaf, proof, root));
  const Bytes header = protected_header(log.verifier(), index, size);
  CborWriter out;
  out.tag(kSign1Tag);
  out.array(4);
  out.bytes(header);
  out.map(1);
  out.integer(kVdp);
  out.map(1);
  out.integer(kInclusionProofs);
  out.array(1);
  out.bytes(encode_proof(index, size, proof));
  out.null();
  out.bytes(log.sign(signed_bytes(header, root)));
  return out.take();
}

Result<CoseReceipt> verify_cose_receipt(ByteView receipt, ByteView entry, const keys::VerifierKey& log) {
  if (receipt.size() > kMaxCoseReceiptBytes)
    return fail(fmt::format("COSE receipt of {} bytes, at most {} are read", receipt.size(), kMaxCoseReceiptBytes));
  if (log.type() != keys::KeyType::ed25519) return fail("this is no log's key");
  CborReader in(receipt);
  ENTENTE_CHECK(in.tag(kSign1Tag));
  ENTENTE_TRY(const std::uint64_t parts, in.array(4));
  if (parts != 4) return fail("a COSE_Sign1 has four parts");
  ENTENTE_TRY(const ByteView header, in.bytes());
  ENTENTE_TRY(const InclusionProof proof, read_unprotected(in));
  ENTENTE_CHECK(in.null());
  ENTENTE_TRY(const ByteView signature, in.bytes());
  ENTENTE_CHECK(in.end());
  ENTENTE_CHECK(check_protected(header, log, proof));
  CoseReceipt out{.index = proof.index, .size = proof.size, .root = {}};
  ENTENTE_TRY(out.root, root_from_inclusion(proof.index, proof.size, leaf_hash(entry), proof.path));
  if (!log.verify(signed_bytes(header, out.root), signature))
    return fail("the signature does not cover the root this proof leads to", {}, "the entry, the proof or the receipt was altered");
  return out;
}

}  // namespace entente::merkle
