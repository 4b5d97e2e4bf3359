// Signed notes on arbitrary bytes: what parses is written back byte for byte; nothing verifies with a key that did not sign it;
// and the input, taken as a text to sign, either cannot be signed or gives a note that splits where it was joined.
#include <cstdlib>

#include "core/digest.h"
#include "merkle/note.h"

using namespace entente;

namespace {

const keys::SigningKey& signer() {
  static const keys::SigningKey key = *keys::SigningKey::from_seed("fuzz.example", keys::KeyType::ed25519, sha256("fuzz").view());
  return key;
}

void parse(std::string_view input) {
  const auto note = merkle::Note::parse(input);
  if (!note) {
    if (note.error().what.empty()) std::abort();
    return;
  }
  if (note->str() != input || !note->text.ends_with('\n') || note->signatures.empty()) std::abort();
  for (const merkle::NoteSignature& s : note->signatures)
    if (s.blob.empty() || !keys::is_valid_key_name(s.name)) std::abort();
  const auto verified = merkle::verify_note(input, {signer().verifier()});
  // The fuzzer cannot forge; only a seed this key did sign may verify.
  if (verified && (verified->text != note->text || verified->verified_by.size() != 1)) std::abort();
}

void sign(std::string_view text) {
  const auto note = merkle::sign_note(text, {&signer()});
  if (!note) return;
  const auto verified = merkle::verify_note(*note, {signer().verifier()});
  if (!verified || verified->text != text || !verified->unverified.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  parse(input);
  sign(input);
  return 0;
}
