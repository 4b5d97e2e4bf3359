// COSE receipts on arbitrary bytes, as the receipt of a fixed entry: only what the log's key signed may verify, and reading any CBOR ends.
#include <cstdlib>

#include "merkle/cbor.h"
#include "merkle/cose_receipt.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const keys::SigningKey log = *keys::SigningKey::from_seed("log.example", keys::KeyType::ed25519, sha256("fuzz").view());
  static const Digest leaf = merkle::leaf_hash(as_bytes("entry"));
  const ByteView input(data, size);
  merkle::CborReader reader(input);
  while (!reader.at_end())
    if (!reader.skip()) break;
  const auto verified = merkle::verify_cose_receipt(input, as_bytes("entry"), log.verifier());
  if (!verified) {
    if (verified.error().what.empty()) std::abort();
    return 0;
  }
  // A seed this key did sign: for a tree of one entry, which is the only one it ever signs here.
  if (verified->index != 0 || verified->size != 1 || verified->root != leaf) std::abort();
  return 0;
}
