// A registry's ledger in the making: what happens is put on a timeline, and told in the order of time, each statement signed with keys
// drawn from the seed and admitted as a server would admit it at that moment.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "keys/keys.h"
#include "registry/kind.h"
#include "registry/state.h"

namespace entente::example {

using registry::Kind;
using Signers = std::vector<std::string>;  // names of keys

class Chronicle {
 public:
  explicit Chronicle(std::string seed) : seed_(std::move(seed)) {}

  // Of that name and type, from the seed: worthless by design, since anybody can make it.
  [[nodiscard]] const keys::SigningKey& key(const std::string& name, keys::KeyType type = keys::KeyType::ed25519);
  [[nodiscard]] std::string vkey(const std::string& name) { return key(name).verifier().str(); }

  using Deed = std::function<Result<void>()>;
  // To be done at that time, or a second after what was told last, if that is later.
  void plan(Instant at, Deed deed);
  // All that is planned, in the order of time; equal times in the order they were planned.
  [[nodiscard]] Result<void> tell();

  // Within a deed: signs and admits a statement of now ("at" is added); its digest.
  [[nodiscard]] Result<Digest> say(Kind kind, Json predicate, const Signers& signers);
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] std::string now_text() const { return format_time(now_); }
  [[nodiscard]] const registry::State& state() const { return state_; }
  [[nodiscard]] const std::vector<std::string>& entries() const { return entries_; }
  // A digest that stands for a document nobody wrote.
  [[nodiscard]] Digest stand_in(std::string_view what) const;
  [[nodiscard]] const std::string& seed() const { return seed_; }

 private:
  struct Planned {
    Instant at;
    std::size_t order = 0;
    Deed deed;
  };
  const std::string seed_;
  registry::State state_;
  std::vector<std::string> entries_;
  std::map<std::string, keys::SigningKey> keys_;
  std::vector<Planned> planned_;
  Instant now_;
};

[[nodiscard]] inline Json digest_json(const Digest& digest) { return {{"sha256", digest.hex()}}; }
[[nodiscard]] inline Json id_json(std::string_view id) { return {{"id", id}}; }

}  // namespace entente::example
