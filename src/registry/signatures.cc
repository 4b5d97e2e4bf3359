// Who signed. Every signature of an entry must verify, under a key the ledger (or the statement itself, for the keys it brings) has
// introduced, and its keyid must be that key's own: so nobody can respell a statement into a second entry by changing what a
// signature does not cover, or by hanging noise on it. One Ed25519 verification a signature: the keyid says which key to try.
#include <fmt/format.h>
#include <algorithm>

#include "core/utf8.h"
#include "registry/state_impl.h"

namespace entente::registry {
namespace {

struct KeyCandidate {
  const keys::VerifierKey* key;
  std::uint32_t known;
};

// Keys whose keyid is exactly `keyid`. More than one only if somebody ground out a collision of 32 bits.
std::vector<KeyCandidate> key_candidates(const State::Impl& state, const Reading& reading, const std::string& keyid) {
  std::vector<KeyCandidate> out;
  const std::size_t plus = keyid.rfind('+');
  if (plus == std::string::npos || keyid.size() - plus != 9) return out;
  const auto bytes = from_hex(std::string_view(keyid).substr(plus + 1));
  if (!bytes) return out;
  std::uint32_t id = 0;
  for (const std::uint8_t b : *bytes) id = id << 8 | b;
  const std::string_view name = std::string_view(keyid).substr(0, plus);
  const auto [first, last] = state.key_by_id.equal_range(id);
  for (auto it = first; it != last; ++it)
    if (state.known[it->second].key.name() == name) out.push_back({&state.known[it->second].key, it->second});
  for (const keys::VerifierKey& key : reading.introduced)
    if (key.id() == id && key.name() == name && state.key_index(key) == kNone) out.push_back({&key, kNone});
  return out;
}

bool verifies(const Reading& reading, std::size_t index, const keys::VerifierKey& key) {
  if (key.type() != keys::KeyType::ed25519) return false;
  for (const TriedSignature& t : reading.tried)
    if (t.index == index && t.key == key.key()) return t.good;
  return key.verify(as_bytes(reading.message), reading.signatures[index].sig);
}

std::string signer_words(const State::Impl& state, const Signer& signer) {
  const KnownKey* known = state.known_of(signer);
  if (known == nullptr) return "a key the statement itself brings";
  if (known->supporter != kNone) return fmt::format("a key of \"{}\"", state.by_ordinal[known->supporter]->identity.id);
  if (known->roles == 0) return fmt::format("a former key of {}", known->person);
  std::string roles;
  for (std::size_t r = 0; r < kRoles; ++r)
    if (known->has(static_cast<Role>(r))) roles += fmt::format("{}{}", roles.empty() ? "" : ", ", name(static_cast<Role>(r)));
  return fmt::format("{}, {}", known->person, roles);
}

tl::unexpected<Rejection> not_entitled(const State::Impl& state, const Reading& reading, std::size_t index, std::string hint) {
  const Signer& signer = reading.signers[index];
  return reject(
      Code::not_entitled,
      fmt::format("{} ({}) may not sign this {} statement", printable(signer.keyid(), 80), signer_words(state, signer), name(reading.kind)),
      fmt::format("/signatures/{}", index), std::move(hint));
}

bool is_introduced(const Reading& reading, const Signer& signer) {
  return std::any_of(reading.introduced.begin(), reading.introduced.end(), [&](const auto& key) { return key.key() == signer.key.key(); });
}

}  // namespace

Verdict check_signatures(const State::Impl& state, Reading& reading) {
  for (std::size_t i = 0; i < reading.signatures.size(); ++i) {
    const auto& signature = reading.signatures[i];
    const std::string pointer = fmt::format("/signatures/{}", i);
    const auto keys = key_candidates(state, reading, signature.keyid);
    if (keys.empty())
      return reject(Code::unknown_key, fmt::format("the ledger knows no key \"{}\"", printable(signature.keyid, 120)), pointer + "/keyid",
                    "a pledge or a key set makes a supporter's key known, the rules those of the registry");
    const auto good = std::find_if(keys.begin(), keys.end(), [&](const KeyCandidate& c) { return verifies(reading, i, *c.key); });
    if (good == keys.end())
      return reject(Code::bad_signature, fmt::format("the signature does not verify under \"{}\"", printable(signature.keyid, 120)),
                    pointer + "/sig", "the statement was altered after signing, or another key signed it");
    for (const Signer& earlier : reading.signers)
      if (earlier.key.key() == good->key->key())
        return reject(Code::bad_signature, fmt::format("\"{}\" signed twice", printable(signature.keyid, 120)), pointer, "sign once");
    reading.signers.push_back({*good->key, good->known});
  }
  return {};
}

std::vector<KeyToTry> keys_to_try(const State::Impl& state, const Reading& reading) {
  std::vector<KeyToTry> out;
  for (std::size_t i = 0; i < reading.signatures.size(); ++i)
    for (const KeyCandidate& c : key_candidates(state, reading, reading.signatures[i].keyid))
      if (c.key->type() == keys::KeyType::ed25519) out.push_back({.index = i, .key = *c.key});
  return out;
}

bool is_own_signer(const State::Impl& state, const Reading& reading, const Supporter& supporter) {
  return std::any_of(reading.signers.begin(), reading.signers.end(),
                     [&](const Signer& s) { return state.own_key(supporter, s, reading.time) != nullptr; });
}

Verdict signed_by_supporter(const State::Impl& state, const Reading& reading, const Supporter& supporter) {
  for (std::size_t i = 0; i < reading.signers.size(); ++i) {
    if (state.own_key(supporter, reading.signers[i], reading.time) != nullptr) continue;
    const KnownKey* known = state.known_of(reading.signers[i]);
    if (known != nullptr && known->supporter == supporter.ordinal)
      return reject(Code::unknown_key,
                    fmt::format("{} does not count for \"{}\" at {}", printable(reading.signers[i].keyid(), 80), supporter.identity.id,
                                format_time(reading.time)),
                    fmt::format("/signatures/{}", i), "the key has ended, does not count yet, or belongs to a claim that is not approved");
    return not_entitled(state, reading, i, fmt::format("only keys of \"{}\" speak for it", supporter.identity.id));
  }
  return {};
}

Verdict signed_by_role(const State::Impl& state, const Reading& reading, std::initializer_list<Role> roles) {
  for (std::size_t i = 0; i < reading.signers.size(); ++i) {
    const KnownKey* known = state.known_of(reading.signers[i]);
    if (known != nullptr && std::any_of(roles.begin(), roles.end(), [&](Role r) { return known->has(r); })) continue;
    std::string wanted;
    for (const Role r : roles) wanted += fmt::format("{}{}", wanted.empty() ? "" : " or ", name(r));
    return not_entitled(state, reading, i, "wanted: " + wanted);
  }
  return {};
}

std::set<std::string> persons_signed(const State::Impl& state, const Reading& reading) {
  std::set<std::string> out;
  for (const Signer& signer : reading.signers) {
    const KnownKey* known = state.known_of(signer);
    if (known != nullptr && known->has(Role::secretariat)) out.insert(known->person);
  }
  return out;
}

Verdict signed_by_quorum(const State::Impl& state, const Reading& reading, std::uint32_t needed) {
  for (std::size_t i = 0; i < reading.signers.size(); ++i) {
    const KnownKey* known = state.known_of(reading.signers[i]);
    const bool entitled = (known != nullptr && known->has(Role::secretariat)) || is_introduced(reading, reading.signers[i]);
    if (!entitled) return not_entitled(state, reading, i, "wanted: keys of the secretariat");
  }
  const std::size_t persons = persons_signed(state, reading).size();
  if (persons == 0) return reject(Code::not_entitled, "nobody of the secretariat signed", "/signatures", "wanted: keys of the secretariat");
  if (persons < needed)
    return reject(Code::needs_second_person, fmt::format("{} of the {} different persons needed signed", persons, needed), "/signatures",
                  "all must sign the same envelope; a person counts once, whatever keys they have");
  return {};
}

tl::expected<const Supporter*, Rejection> want_supporter(const State::Impl& state, std::string_view id, std::string pointer,
                                                         std::initializer_list<Status> statuses) {
  const Supporter* found = state.find(id);
  if (found == nullptr) return reject(Code::no_such_supporter, fmt::format("there is no record \"{}\"", id), std::move(pointer));
  if (std::find(statuses.begin(), statuses.end(), found->status) == statuses.end())
    return reject(Code::wrong_status, fmt::format("\"{}\" is {}", id, name(found->status)), std::move(pointer),
                  is_tombstone(found->status) ? "the record has ended; its id stays used up" : "");
  return found;
}

Verdict want_order(const Reading& reading, Instant earlier, std::string_view what) {
  if (reading.at < earlier)
    return reject(Code::out_of_order, fmt::format("{} is before {} ({})", format_time(reading.at), what, format_time(earlier)),
                  "/predicate/at", "statements come in the order of their times");
  return {};
}

}  // namespace entente::registry
