// DSSE envelopes: any bytes give an envelope or an error with a name. What was read comes back from its canonical text unchanged,
// and verifying it with a key that never signed anything fails.
#include <cstdlib>

#include "statement/statement.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

const entente::keys::VerifierKey& stranger() {
  static const auto key =
      entente::keys::SigningKey::from_seed("stranger.example", entente::keys::KeyType::ed25519, entente::Bytes(32, 1)).value().verifier();
  return key;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using entente::statement::Envelope;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = Envelope::parse(text, "fuzz");
  if (!read) {
    require(!read.error().what.empty() && read.error().where.file == "fuzz");
    return 0;
  }
  const std::string canonical = read->str();
  const auto again = Envelope::parse_canonical(canonical, "fuzz");
  require(again.has_value() && *again == *read && again->str() == canonical);
  require(Envelope::parse_canonical(text, "fuzz").has_value() == (text == canonical));
  require(!entente::statement::verify(*read, {stranger()}, "fuzz").has_value());
  return 0;
}
