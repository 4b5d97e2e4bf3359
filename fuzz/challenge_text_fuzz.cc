// Challenge texts on arbitrary bytes: what parses is written back byte for byte, and no input is taken for a challenge it was not made for.
#include <cstdlib>

#include "registry/challenge.h"

using namespace entente;

namespace {

const registry::Challenge& a_challenge() {
  static const auto challenge =
      registry::Challenge::issue(keys::SigningKey::from_seed("k.example", keys::KeyType::ed25519, Bytes(32, 1)).value().verifier(),
                                 "log.example", "a", dns::Domain::parse("pledge.example").value(), registry::Stage::apply, Instant{})
          .value();
  return challenge;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto text = registry::ChallengeText::parse(input); text && text->str() != input) std::abort();
  const auto same = a_challenge().check(input);
  if (same || same.error().what.empty()) std::abort();
  return 0;
}
