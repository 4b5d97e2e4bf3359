// Checkpoints on arbitrary bytes: one spelling only, so what parses is written back byte for byte; and what parses can be
// cosigned, verified with its time, and no longer verifies when the text changes.
#include <cstdlib>

#include "core/digest.h"
#include "merkle/note.h"

using namespace entente;

namespace {

const keys::SigningKey& witness() {
  static const keys::SigningKey key = *keys::SigningKey::from_seed("witness.example", keys::KeyType::cosignature_v1, sha256("fuzz").view());
  return key;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto checkpoint = merkle::Checkpoint::parse(input);
  const Instant time{std::chrono::seconds(1'795'518'196)};
  const auto line = merkle::cosign_note(input, witness(), time);
  if (line && !checkpoint) std::abort();
  if (!checkpoint) return 0;
  if (checkpoint->str() != input || checkpoint->size >= merkle::TreeSize{1} << 63) std::abort();
  if (!line) return 0;  // a text too large to sign
  const auto verified = merkle::verify_note(std::string(input) + "\n" + *line, {witness().verifier()});
  if (!verified || verified->cosigned.size() != 1 || verified->cosigned[0].second != time) std::abort();
  if (merkle::verify_note("x" + std::string(input) + "\n" + *line, {witness().verifier()})) std::abort();
  return 0;
}
