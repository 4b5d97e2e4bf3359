// Keys and the domains that back them. Rotation is signed by a key that counts; after a loss the secretariat's quorum signs, a fresh domain
// proof bound to a new key stands behind it, and the new keys wait in public before they count: until then any key that still counts can
// call the change off, by rotating or by revoking the keys that wait. New keys always sign too, so nobody registers a key that is not
// theirs.
#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "registry/pledge_reading.h"
#include "registry/state_impl.h"

namespace entente::registry {
namespace {

bool lists_key(const Reading& reading, const keys::VerifierKey& key) {
  return std::any_of(reading.introduced.begin(), reading.introduced.end(), [&](const auto& k) { return k.key() == key.key(); });
}

const OwnKey* find_own(const Supporter& supporter, const keys::VerifierKey& key) {
  const auto it = std::find_if(supporter.keys.begin(), supporter.keys.end(), [&](const OwnKey& k) { return k.key.key() == key.key(); });
  return it == supporter.keys.end() ? nullptr : &*it;
}

bool has_signed(const Reading& reading, const keys::VerifierKey& key) {
  return std::any_of(reading.signers.begin(), reading.signers.end(), [&](const Signer& s) { return s.key.key() == key.key(); });
}

// Each listed key: one that counts or waits already, or a new one nobody else has and which signs here.
Verdict judge_new_keys(const State::Impl& state, const Reading& reading, const Supporter& supporter) {
  std::set<keys::PublicKeyBytes> seen;
  for (std::size_t i = 0; i < reading.introduced.size(); ++i) {
    const keys::VerifierKey& key = reading.introduced[i];
    const std::string pointer = fmt::format("/predicate/keys/{}", i);
    if (key.type() != keys::KeyType::ed25519)
      return reject(Code::not_allowed, "this type of key signs no statements", pointer, "use a plain Ed25519 key");
    if (!seen.insert(key.key()).second) return reject(Code::not_allowed, "the same key twice", pointer);
    if (const OwnKey* own = find_own(supporter, key)) {
      if (!(own->key == key)) return reject(Code::not_allowed, "the same key under another name", pointer);
      if (own->until && (own->end != KeyEnd::lost || *own->until <= reading.time))
        return reject(Code::key_taken, "a key that has ended does not come back", pointer, "make a new key");
      continue;
    }
    if (state.key_index(key) != kNone || key.name() == state.rules->log)
      return reject(Code::key_taken, "this key belongs to somebody already", pointer, "make a new key");
    if (!has_signed(reading, key))
      return reject(Code::not_entitled, "the new key has not signed", pointer,
                    "each new key signs too: it shows that its holder wants this");
  }
  return {};
}

Verdict judge_rotation(const State::Impl& state, const Reading& reading, const Supporter& supporter) {
  if (!is_own_signer(state, reading, supporter)) ENTENTE_JUDGE(signed_by_supporter(state, reading, supporter));
  for (std::size_t i = 0; i < reading.signers.size(); ++i) {
    const Signer& signer = reading.signers[i];
    if (state.own_key(supporter, signer, reading.time) == nullptr && !lists_key(reading, signer.key))
      return reject(Code::not_entitled, "only keys of the organisation, old and new, sign its key set", fmt::format("/signatures/{}", i));
  }
  return want_order(reading, supporter.last_own, "the last statement of this supporter");
}

Verdict judge_loss(const State::Impl& state, const Reading& reading, const Supporter& supporter) {
  ENTENTE_JUDGE(signed_by_quorum(state, reading, state.rules->quorum.keys));
  ENTENTE_JUDGE(want_order(reading, supporter.pledge.at, "the pledge"));
  const auto leaf = state.leaves.find(reading.digest("proof"));
  const auto& domains = supporter.detail().domains;
  const auto proof = leaf == state.leaves.end()
                         ? domains.end()
                         : std::find_if(domains.begin(), domains.end(), [&](const ProvenDomain& d) { return d.leaf == leaf->second; });
  if (proof == domains.end() || proof->at > reading.time || reading.time >= proof->until)
    return reject(Code::needs_domain_proof, "no domain proof of this organisation that counts has this digest", "/predicate/proof/sha256",
                  "prove a domain again, with the challenge bound to a new key");
  if (!says_domain(supporter.pledge, supporter.identity, proof->domain))
    return reject(Code::needs_domain_proof, fmt::format("\"{}\" is no domain the pledge names", proof->domain), "/predicate/proof/sha256",
                  "prove a domain the organisation said was its own while it had its keys");
  const bool bound = std::any_of(reading.introduced.begin(), reading.introduced.end(),
                                 [&](const auto& key) { return key.str() == proof->key && find_own(supporter, key) == nullptr; });
  if (!bound) return reject(Code::needs_domain_proof, "the domain proof is not bound to one of the new keys", "/predicate/proof/sha256");
  return {};
}

void end_key(OwnKey& key, KeyEnd end, Instant until, Leaf leaf) {
  key.end = end;
  key.until = until;
  key.ended = leaf;
}

// Keys of a loss that still wait never count; the keys they were to replace stay.
void call_off_waiting(Supporter& supporter, const Reading& reading) {
  for (OwnKey& key : supporter.keys) {
    if (key.end == KeyEnd::none && key.from > reading.time && !(reading.kind == Kind::key_set && lists_key(reading, key.key)))
      end_key(key, KeyEnd::cancelled, key.from, reading.leaf);
    if (key.end == KeyEnd::lost && key.until && *key.until > reading.time) {
      key.end = KeyEnd::none;
      key.until.reset();
      key.ended = 0;
    }
  }
}

Verdict judge_own_revocation(const State::Impl& state, const Reading& reading, const keys::VerifierKey& key) {
  const auto supporter = want_supporter(state, reading.supporter, "/predicate/organisation/id", {Status::applied, Status::approved});
  if (!supporter) return tl::unexpected(supporter.error());
  const OwnKey* own = find_own(**supporter, key);
  if (own == nullptr || !(own->key == key))
    return reject(Code::no_such_statement, fmt::format("this is no key of \"{}\"", reading.supporter), "/predicate/key");
  if (own->until && *own->until <= reading.time) return reject(Code::wrong_status, "this key has ended already", "/predicate/key");
  if (reading.text("by") == "registry") return signed_by_quorum(state, reading, state.rules->quorum.keys);
  ENTENTE_JUDGE(signed_by_supporter(state, reading, **supporter));
  return want_order(reading, (*supporter)->last_own, "the last statement of this supporter");
}

// A roster key. Its holder may end it with any key that person has; so may the secretariat's quorum. The quorums must stay within reach.
Verdict judge_roster_revocation(const State::Impl& state, const Reading& reading, const keys::VerifierKey& key) {
  const std::uint32_t index = state.key_index(key);
  if (index == kNone || state.known[index].supporter != kNone || state.known[index].roles == 0 || !(state.known[index].key == key))
    return reject(Code::no_such_statement, "no roster lists this key", "/predicate/key");
  if (reading.text("by") == "registry") {
    ENTENTE_JUDGE(signed_by_quorum(state, reading, state.rules->quorum.rules));
  } else {
    for (std::size_t i = 0; i < reading.signers.size(); ++i) {
      const KnownKey* known = state.known_of(reading.signers[i]);
      if (known == nullptr || known->roles == 0 || known->person != state.known[index].person)
        return reject(Code::not_entitled, "only the person whose key it is may end it alone", fmt::format("/signatures/{}", i));
    }
  }
  Rules left = *state.rules;
  std::erase_if(left.roster, [&](const RosterKey& k) { return k.key.key() == key.key(); });
  const Quorum& q = left.quorum;
  if (left.persons(Role::secretariat) < std::max({q.approval, q.removal, q.keys, q.rules}))
    return reject(Code::not_allowed, "without this key no quorum could be met again", "/predicate/key",
                  "publish new rules that replace it");
  return {};
}

Result<keys::VerifierKey> revoked_key(const Reading& reading) { return keys::VerifierKey::parse(reading.text("key")); }

Verdict judge_vantages(const Reading& reading) {
  // From best to worst; the statement must not claim more than its weakest place saw.
  constexpr std::array<std::string_view, 4> order = {"secure", "insecure", "indeterminate", "not-checked"};
  const auto rank = [&](std::string_view status) { return std::find(order.begin(), order.end(), status) - order.begin(); };
  std::set<std::string_view> names;
  std::ptrdiff_t weakest = 0;
  std::size_t i = 0;
  const auto list = json_array(reading.predicate(), "vantages");
  if (!list) return reject(Code::schema, "a domain proof lists its vantage points", "/predicate/vantages");
  for (const JsonView item : *list) {
    if (!names.insert(json_string(item, "name").value_or("")).second)
      return reject(Code::not_allowed, "the same vantage point twice", fmt::format("/predicate/vantages/{}/name", i),
                    "at least two places must see it");
    weakest = std::max(weakest, rank(json_string(item, "dnssec").value_or("")));
    ++i;
  }
  if (rank(reading.text("dnssec")) != weakest)
    return reject(Code::not_allowed, fmt::format("the weakest vantage point says \"{}\"", order.at(static_cast<std::size_t>(weakest))),
                  "/predicate/dnssec");
  if (reading.text("method") == "dns-txt" && reading.text("canary") != "no-answer")
    return reject(Code::not_allowed, "a TXT record proves nothing unless a random name beside it has none", "/predicate/canary");
  return {};
}

DnssecStatus dnssec_from(std::string_view text) {
  if (text == "secure") return DnssecStatus::secure;
  if (text == "insecure") return DnssecStatus::insecure;
  return text == "indeterminate" ? DnssecStatus::indeterminate : DnssecStatus::not_checked;
}

const ProvenDomain* find_domain(const Supporter& supporter, std::string_view domain) {
  const auto& list = supporter.detail().domains;
  const auto it = std::find_if(list.begin(), list.end(), [&](const ProvenDomain& d) { return d.domain == domain; });
  return it == list.end() ? nullptr : &*it;
}

}  // namespace

Verdict judge_key_set(const State::Impl& state, const Reading& reading) {
  const auto supporter = want_supporter(state, reading.supporter, "/predicate/organisation/id", {Status::applied, Status::approved});
  if (!supporter) return tl::unexpected(supporter.error());
  if (reading.digest("record") != (*supporter)->pledge.envelope)
    return reject(Code::no_such_statement,
                  fmt::format("the pledge of \"{}\" is {}", reading.supporter, (*supporter)->pledge.envelope.hex()),
                  "/predicate/record/sha256");
  if (reading.text("cause") == "loss")
    ENTENTE_JUDGE(judge_loss(state, reading, **supporter));
  else
    ENTENTE_JUDGE(judge_rotation(state, reading, **supporter));
  return judge_new_keys(state, reading, **supporter);
}

void effect_key_set(State::Impl& state, const Reading& reading, Effects& effects) {
  Supporter& supporter = effects.changed(reading.supporter);
  const bool loss = reading.text("cause") == "loss";
  const Instant from = loss ? reading.time + state.rules->windows.key_loss_wait : reading.time;
  call_off_waiting(supporter, reading);
  for (OwnKey& key : supporter.keys)
    if (key.end == KeyEnd::none && !lists_key(reading, key.key)) end_key(key, loss ? KeyEnd::lost : KeyEnd::rotated, from, reading.leaf);
  for (const keys::VerifierKey& key : reading.introduced) {
    if (find_own(supporter, key) != nullptr) continue;
    supporter.keys.push_back({.key = key, .added = reading.leaf, .from = from});
    state.introduce(key, supporter.ordinal);
  }
  if (!loss) supporter.last_own = reading.at;
  effects.touch(Table::keys);
}

Verdict judge_key_revocation(const State::Impl& state, const Reading& reading) {
  const auto key = revoked_key(reading);
  if (!key) return reject(Code::schema, "not a vkey: " + key.error().what, "/predicate/key", key.error().hint);
  if (sha256(reading.text("key")) != reading.digest("fingerprint"))
    return reject(Code::schema, "the fingerprint is not the SHA-256 of the key's text", "/predicate/fingerprint/sha256");
  if (reading.time_of("since") > reading.at)
    return reject(Code::not_allowed, "a revocation does not begin later than it is said", "/predicate/since");
  return reading.supporter.empty() ? judge_roster_revocation(state, reading, *key) : judge_own_revocation(state, reading, *key);
}

void effect_key_revocation(State::Impl& state, const Reading& reading, Effects& effects) {
  const keys::VerifierKey key = revoked_key(reading).value();
  const std::uint32_t index = state.key_index(key);
  effects.touch(Table::keys);
  if (reading.supporter.empty()) {
    state.known[index].roles = 0;
    std::erase_if(state.rules->roster, [&](const RosterKey& k) { return k.key.key() == key.key(); });
    effects.touch(Table::rules);
  } else {
    Supporter& supporter = effects.changed(reading.supporter);
    auto& own = *std::find_if(supporter.keys.begin(), supporter.keys.end(), [&](const OwnKey& k) { return k.key.key() == key.key(); });
    const bool waiting = own.from > reading.time;
    if (waiting) call_off_waiting(supporter, reading);
    end_key(own, KeyEnd::revoked, std::max(own.from, reading.time), reading.leaf);
    own.doubtful_since = reading.time_of("since");
    if (reading.text("by") == "holder") supporter.last_own = reading.at;
  }
  const std::string cause = reading.text("cause");
  if (cause != "compromised" && cause != "lost") return;
  const Instant since = reading.time_of("since");
  for (Leaf leaf = 0; leaf < state.entries.size(); ++leaf) {
    const EntryRow& row = state.entries[leaf];
    if (row.disposition == Disposition::applied && row.at >= since &&
        std::find(row.signers.begin(), row.signers.end(), index) != row.signers.end())
      effects.disposition(leaf, Disposition::questioned);
  }
}

Verdict judge_domain_proof(const State::Impl& state, const Reading& reading) {
  ENTENTE_JUDGE(signed_by_role(state, reading, {Role::verifier, Role::secretariat}));
  const auto supporter =
      want_supporter(state, reading.supporter, "/predicate/organisation/id", {Status::applied, Status::approved, Status::imported});
  if (!supporter) return tl::unexpected(supporter.error());
  ENTENTE_JUDGE(judge_vantages(reading));
  const Instant until = reading.time_of("until");
  if (until <= reading.at) return reject(Code::not_allowed, "it would end before it begins", "/predicate/until");
  if (until > reading.at + state.rules->windows.domain_proof)
    return reject(Code::not_allowed, fmt::format("a domain proof counts at most {} days", state.rules->windows.domain_proof.count()),
                  "/predicate/until");
  if (const ProvenDomain* earlier = find_domain(**supporter, reading.text("domain")))
    return want_order(reading, earlier->at, "the last proof of this domain");
  return {};
}

void effect_domain_proof(State::Impl& /*state*/, const Reading& reading, Effects& effects) {
  Supporter& supporter = effects.changed(reading.supporter);
  const auto vantages = json_array(reading.predicate(), "vantages");
  ProvenDomain proof{.domain = reading.text("domain"),
                     .leaf = reading.leaf,
                     .at = reading.at,
                     .until = reading.time_of("until"),
                     .method = reading.text("method"),
                     .dnssec = dnssec_from(reading.text("dnssec")),
                     .vantages = static_cast<std::uint32_t>(vantages ? vantages->size() : 0),
                     .key = reading.text("key"),
                     .evidence = reading.digest("evidence")};
  auto& list = supporter.edit().domains;
  const auto it = std::lower_bound(list.begin(), list.end(), proof.domain,
                                   [](const ProvenDomain& d, const std::string& name) { return d.domain < name; });
  if (it != list.end() && it->domain == proof.domain) {
    effects.disposition(it->leaf, Disposition::superseded);
    *it = std::move(proof);
  } else {
    list.insert(it, std::move(proof));
  }
  effects.touch(Table::domains);
}

}  // namespace entente::registry
