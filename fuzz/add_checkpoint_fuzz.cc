// Witness messages on arbitrary bytes: a body that parses is written back byte for byte; as an answer, no bytes make a cosignature that
// the witness's key did not make.
#include <cstdlib>

#include "core/digest.h"
#include "merkle/note.h"
#include "merkle/witness_protocol.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const keys::SigningKey witness =
      *keys::SigningKey::from_seed("witness.example", keys::KeyType::cosignature_v1, sha256("fuzz").view());
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto body = merkle::AddCheckpoint::parse(input)) {
    if (body->str() != input || body->proof.size() > merkle::kMaxProofHashes) std::abort();
    const auto note = merkle::Note::parse(body->note);
    if (!note || !merkle::Checkpoint::parse(note->text)) std::abort();
    const auto checkpoint = merkle::Checkpoint::parse(note->text);
    (void)merkle::verify_consistency(body->old_size, checkpoint->size, sha256("a"), checkpoint->root, body->proof);
  } else if (body.error().what.empty()) {
    std::abort();
  }
  if (const auto n = merkle::parse_size_answer(input); n && std::to_string(*n) + "\n" != input) std::abort();
  const std::string text = merkle::Checkpoint{.origin = "log.example", .size = 3, .root = sha256("r")}.str();
  if (merkle::read_cosignature(text, input, witness.verifier())) std::abort();
  return 0;
}
