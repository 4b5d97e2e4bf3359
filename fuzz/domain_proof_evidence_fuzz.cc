// Evidence of domain proofs on arbitrary bytes: never crashes, and what is judged a proof is exactly its own evidence.
#include <cstdlib>

#include "registry/domain_proof.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto suffixes = dns::PublicSuffixList::builtin().value();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto proof = registry::judge_evidence(input, suffixes);
  if (!proof) {
    if (proof.error().what.empty()) std::abort();
    return 0;
  }
  if (proof->evidence != input || proof->evidence_digest != sha256(input) || proof->vantages.size() < 2) std::abort();
  return 0;
}
