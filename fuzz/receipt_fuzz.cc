// Receipts on arbitrary bytes: what parses is written back byte for byte, and holds a checkpoint that parses too. A receipt
// can verify only if its checkpoint does.
#include <cstdlib>

#include "core/digest.h"
#include "merkle/note.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const keys::SigningKey log = *keys::SigningKey::from_seed("log.example", keys::KeyType::ed25519, sha256("fuzz").view());
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto receipt = merkle::Receipt::parse(input);
  if (!receipt) {
    if (receipt.error().what.empty()) std::abort();
    return 0;
  }
  if (receipt->str() != input || receipt->proof.size() > merkle::kMaxProofHashes) std::abort();
  const auto note = merkle::Note::parse(receipt->checkpoint);
  if (!note || !merkle::Checkpoint::parse(note->text)) std::abort();
  const auto verified = merkle::verify_receipt(*receipt, as_bytes("entry"), log.verifier());
  if (verified && !merkle::verify_checkpoint(receipt->checkpoint, log.verifier())) std::abort();
  // Signed by our own key, arithmetic on any index, size and proof must not crash either.
  if (const auto checkpoint = merkle::Checkpoint::parse(note->text))
    (void)merkle::verify_inclusion(receipt->index, checkpoint->size, merkle::leaf_hash(as_bytes("entry")), receipt->proof,
                                   checkpoint->root);
  return 0;
}
