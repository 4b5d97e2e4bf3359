// Fork proofs on arbitrary bytes: what parses is written back byte for byte and accuses nobody who did not sign; arithmetic on any sizes
// and hashes must not crash.
#include <cstdlib>

#include "core/digest.h"
#include "merkle/fork_proof.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const keys::SigningKey log = *keys::SigningKey::from_seed("log.example", keys::KeyType::ed25519, sha256("fuzz").view());
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto proof = merkle::ForkProof::parse(input);
  if (!proof) {
    if (proof.error().what.empty()) std::abort();
    return 0;
  }
  if (proof->str() != input) std::abort();
  const auto smaller = merkle::Checkpoint::parse(merkle::Note::parse(proof->smaller)->text);
  const auto larger = merkle::Checkpoint::parse(merkle::Note::parse(proof->larger)->text);
  if (!smaller || !larger || smaller->size > larger->size) std::abort();
  (void)merkle::prefix_roots(smaller->size, larger->size, proof->hashes);
  if (const auto fork = merkle::confirm_fork(*proof, log.verifier()))
    if (fork->smaller.size == fork->larger.size ? fork->smaller.root == fork->larger.root : fork->root_in_larger == fork->smaller.root)
      std::abort();
  return 0;
}
