// Verifier and signer keys on arbitrary bytes: what parses is written back byte for byte and means the same when read again.
#include <cstdlib>

#include "keys/keys.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto key = keys::VerifierKey::parse(input)) {
    if (key->str() != input || !keys::is_valid_key_name(key->name())) std::abort();
    if (keys::VerifierKey::make(key->name(), key->type(), key->key()) != *key) std::abort();
    if (key->verify(as_bytes("message"), keys::Signature{})) std::abort();
  }
  if (const auto key = keys::SigningKey::parse(input)) {
    if (key->str() != input) std::abort();
    if (!key->verifier().verify(as_bytes("message"), key->sign(as_bytes("message")))) std::abort();
  }
  return 0;
}
