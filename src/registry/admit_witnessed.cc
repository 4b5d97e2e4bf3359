// A cosigned checkpoint inside the ledger it is of. Its root is held against the entries replayed so far, so that it proves every leaf
// before it to be in the tree the witnesses saw; the cosignatures are verified under the witnesses' keys the rules in force name. Whoever
// replays the ledger comes to the same verdict, with nothing but the ledger.
#include <fmt/format.h>
#include <algorithm>

#include "merkle/checkpoint.h"
#include "registry/state_impl.h"

namespace entente::registry {
namespace {

std::vector<keys::VerifierKey> witness_keys(const Rules& rules) {
  std::vector<keys::VerifierKey> out;
  for (const RosterKey& key : rules.roster)
    if (key.role == Role::witness && key.key.type() == keys::KeyType::cosignature_v1) out.push_back(key.key);
  return out;
}

// Different persons among the roster's witnesses that cosigned.
std::size_t persons_of(const Rules& rules, const merkle::VerifiedNote& note) {
  std::set<std::string_view> persons;
  for (const auto& [key, time] : note.cosigned)
    for (const RosterKey& listed : rules.roster)
      if (listed.role == Role::witness && listed.key == key) persons.insert(listed.person);
  return persons.size();
}

Verdict judge_cosignatures(const Rules& rules, const std::string& note) {
  const std::vector<keys::VerifierKey> known = witness_keys(rules);
  if (known.empty())
    return reject(Code::not_entitled, "the rules in force name no witness with a cosignature key", "/predicate/note",
                  "new rules list witnesses in the roster");
  const auto verified = merkle::verify_note(note, known);
  if (!verified) return reject(Code::bad_signature, "the witnesses' cosignatures: " + verified.error().what, "/predicate/note");
  const std::size_t persons = persons_of(rules, *verified);
  if (persons < rules.witnesses_needed())
    return reject(Code::needs_second_person, fmt::format("{} of the {} witnesses needed cosigned", persons, rules.witnesses_needed()),
                  "/predicate/note");
  return {};
}

tl::expected<merkle::Checkpoint, Rejection> read_witnessed(const Reading& reading) {
  const auto note = merkle::Note::parse(reading.text("note"));
  if (!note) return reject(Code::schema, note.error().what, "/predicate/note");
  auto checkpoint = merkle::Checkpoint::parse(note->text);
  if (!checkpoint) return reject(Code::schema, checkpoint.error().what, "/predicate/note");
  return std::move(*checkpoint);
}

}  // namespace

Verdict judge_witnessed_checkpoint(const State::Impl& state, const Reading& reading) {
  ENTENTE_JUDGE(signed_by_role(state, reading, {Role::secretariat, Role::verifier, Role::monitor}));
  const std::string note = reading.text("note");
  if (sha256(note) != reading.digest("checkpoint")) return reject(Code::schema, "the digest is not the note's", "/predicate/checkpoint");
  const auto checkpoint = read_witnessed(reading);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  if (checkpoint->origin != state.rules->log)
    return reject(Code::not_allowed, fmt::format("this ledger is \"{}\"", state.rules->log), "/predicate/note");
  const merkle::TreeSize before = state.witnessed.empty() ? 0 : state.witnessed.back().size;
  if (checkpoint->size <= before)
    return reject(Code::out_of_order, fmt::format("the ledger has a witnessed checkpoint of size {}", before), "/predicate/note",
                  "a later one covers more");
  const auto root = state.roots.root_at(checkpoint->size);
  if (!root)
    return reject(Code::not_allowed, fmt::format("a checkpoint of size {} lies ahead, or too far back", checkpoint->size),
                  "/predicate/note", fmt::format("the ledger has {} entries, and looks back {}", state.roots.size(), RecentRoots::kLeast));
  if (*root != checkpoint->root)
    return reject(Code::not_allowed, "the ledger's entries give another root for that size", "/predicate/note",
                  "one of the two histories is forged: keep both");
  return judge_cosignatures(*state.rules, note);
}

void effect_witnessed_checkpoint(State::Impl& state, const Reading& reading, Effects& effects) {
  const merkle::Checkpoint checkpoint = read_witnessed(reading).value();
  const merkle::TreeSize before = state.witnessed.empty() ? 0 : state.witnessed.back().size;
  state.witnessed.push_back({.leaf = reading.leaf, .at = reading.time, .size = checkpoint.size, .root = checkpoint.root});
  // Records whose pledge is covered for the first time: what is said of them changes, though they said nothing.
  for (Leaf leaf = before; leaf < checkpoint.size; ++leaf) {
    const EntryRow& row = state.entries[leaf];
    if (row.kind == Kind::pledge && row.supporter != kNone && row.disposition != Disposition::ignored)
      effects.shown_otherwise(*state.by_ordinal[row.supporter]);
  }
}

}  // namespace entente::registry
