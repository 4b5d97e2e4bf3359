// What parties say that stands by itself: contact sets, memberships, commitments and what they reveal, disclosures. No personal data: a
// contact set holds salted commitments, and a commitment is known by its digest until its holder opens it.
#include <fmt/format.h>
#include <algorithm>

#include "registry/state_impl.h"

namespace entente::registry {
namespace {

// Who holds a commitment: the one supporter, or the one person of the rosters, all of whose keys signed. Empty: several, or none.
std::string said_by(const State::Impl& state, const Reading& reading) {
  std::string out;
  for (const Signer& signer : reading.signers) {
    const KnownKey* known = state.known_of(signer);
    if (known == nullptr) return {};
    std::string holder;
    if (known->supporter != kNone) {
      const Supporter& supporter = *state.by_ordinal[known->supporter];
      if (supporter.status != Status::approved || state.own_key(supporter, signer, reading.time) == nullptr) return {};
      holder = supporter.identity.id;
    } else if (known->roles != 0) {
      holder = "person:" + known->person;
    }
    if (holder.empty() || (!out.empty() && out != holder)) return {};
    out = std::move(holder);
  }
  return out;
}

tl::expected<std::string, Rejection> want_holder(const State::Impl& state, const Reading& reading) {
  std::string holder = said_by(state, reading);
  if (holder.empty())
    return reject(Code::not_entitled, "signed by no key, or by keys of several parties, that count", "/signatures",
                  "an approved supporter or one person of the rosters signs it");
  return holder;
}

void note_holder(const State::Impl& state, const Reading& reading, Effects& effects) {
  const std::string holder = said_by(state, reading);
  if (state.find(holder) != nullptr) effects.changed(holder).last_own = reading.at;
}

Verdict want_holder_order(const State::Impl& state, const Reading& reading, const std::string& holder) {
  const Supporter* supporter = state.find(holder);
  return supporter == nullptr ? Verdict() : want_order(reading, supporter->last_own, "the last statement of this supporter");
}

Verdict judge_own_statement(const State::Impl& state, const Reading& reading) {
  const auto supporter = want_supporter(state, reading.supporter, "/predicate/organisation/id", {Status::approved});
  if (!supporter) return tl::unexpected(supporter.error());
  ENTENTE_JUDGE(signed_by_supporter(state, reading, **supporter));
  return want_order(reading, (*supporter)->last_own, "the last statement of this supporter");
}

ContactSet read_contacts(const Reading& reading) {
  ContactSet out{.leaf = reading.leaf, .at = reading.at, .commitment = reading.digest("commitment")};
  const auto list = json_array(reading.predicate(), "contacts");
  if (!list) return out;
  for (const JsonView item : *list) {
    ContactEntry entry{.role = std::string(json_string(item, "role").value_or("")),
                       .channels = static_cast<std::uint32_t>(json_int(item, "channels").value_or(0)),
                       .audience = std::string(json_string(item, "audience").value_or(""))};
    if (const auto digest = json_get(item, "commitment"))
      entry.commitment = Digest::from_hex(json_string(*digest, "sha256").value_or("")).value_or(Digest{});
    if (const auto languages = json_array(item, "languages"))
      for (const JsonView language : *languages) entry.languages.emplace_back(as_string(language).value_or(""));
    out.contacts.push_back(std::move(entry));
  }
  return out;
}

}  // namespace

Verdict judge_contact_set(const State::Impl& state, const Reading& reading) { return judge_own_statement(state, reading); }

void effect_contact_set(State::Impl& /*state*/, const Reading& reading, Effects& effects) {
  Supporter& supporter = effects.changed(reading.supporter);
  supporter.last_own = reading.at;
  SupporterDetail& detail = supporter.edit();
  if (detail.contacts) effects.disposition(detail.contacts->leaf, Disposition::superseded);
  detail.contacts = read_contacts(reading);
  effects.touch(Table::contacts);
}

Verdict judge_instrument_membership(const State::Impl& state, const Reading& reading) {
  const auto supporter = want_supporter(state, reading.supporter, "/predicate/organisation/id", {Status::approved, Status::imported});
  if (!supporter) return tl::unexpected(supporter.error());
  if (is_own_signer(state, reading, **supporter)) return judge_own_statement(state, reading);
  ENTENTE_JUDGE(signed_by_role(state, reading, {Role::verifier}));
  for (const Membership& m : (*supporter)->detail().memberships)
    if (m.instrument == reading.text("instrument") && m.leaf < state.entries.size())
      return want_order(reading, state.entries[m.leaf].at, "the last statement on this membership");
  return {};
}

void effect_instrument_membership(State::Impl& state, const Reading& reading, Effects& effects) {
  Supporter& supporter = effects.changed(reading.supporter);
  const bool own = is_own_signer(state, reading, supporter);
  if (own) supporter.last_own = reading.at;
  Membership made{.instrument = reading.text("instrument"),
                  .basis = own ? Membership::Basis::declared : Membership::Basis::confirmed,
                  .since = reading.text("since"),
                  .ended = reading.text("status") == "ended",
                  .url = reading.text("url"),
                  .proof = reading.digest("proof"),
                  .leaf = reading.leaf};
  auto& list = supporter.edit().memberships;
  const auto it = std::lower_bound(list.begin(), list.end(), made.instrument,
                                   [](const Membership& m, const std::string& name) { return m.instrument < name; });
  if (it != list.end() && it->instrument == made.instrument) {
    if (it->basis != Membership::Basis::imported) effects.disposition(it->leaf, Disposition::superseded);
    *it = std::move(made);
  } else {
    list.insert(it, std::move(made));
  }
  effects.touch(Table::memberships);
}

Verdict judge_commitment(const State::Impl& state, const Reading& reading) {
  const auto holder = want_holder(state, reading);
  if (!holder) return tl::unexpected(holder.error());
  if (state.commitments.contains(reading.digest("commitment")))
    return reject(Code::id_taken, "this commitment is in the ledger", "/predicate/commitment/sha256", "draw a new salt");
  return want_holder_order(state, reading, *holder);
}

void effect_commitment(State::Impl& state, const Reading& reading, Effects& effects) {
  Commitment made{.leaf = reading.leaf,
                  .at = reading.at,
                  .commitment = reading.digest("commitment"),
                  .kind = reading.text("kind"),
                  .holder = said_by(state, reading)};
  if (json_string(reading.predicate(), "reveal_by")) made.reveal_by = reading.time_of("reveal_by");
  note_holder(state, reading, effects);
  state.commitments.insert_or_assign(made.commitment, std::move(made));
  effects.touch(Table::commitments);
}

Verdict judge_reveal(const State::Impl& state, const Reading& reading) {
  const auto holder = want_holder(state, reading);
  if (!holder) return tl::unexpected(holder.error());
  const auto it = state.commitments.find(reading.digest("commitment"));
  if (it == state.commitments.end())
    return reject(Code::no_such_statement, "the ledger has no such commitment", "/predicate/commitment/sha256");
  if (it->second.holder != *holder)
    return reject(Code::not_entitled, "somebody else made this commitment", "/signatures", "its holder reveals it");
  if (it->second.revealed) return reject(Code::wrong_status, "it was revealed already", "/predicate/commitment/sha256");
  ENTENTE_JUDGE(want_order(reading, it->second.at, "the commitment"));
  return want_holder_order(state, reading, *holder);
}

void effect_reveal(State::Impl& state, const Reading& reading, Effects& effects) {
  Commitment& commitment = state.commitments.at(reading.digest("commitment"));
  commitment.revealed = reading.leaf;
  commitment.content = reading.digest("content");
  note_holder(state, reading, effects);
  effects.touch(Table::commitments);
}

Verdict judge_disclosure(const State::Impl& state, const Reading& reading) {
  const auto holder = want_holder(state, reading);
  if (!holder) return tl::unexpected(holder.error());
  return want_holder_order(state, reading, *holder);
}

void effect_disclosure(State::Impl& state, const Reading& reading, Effects& effects) { note_holder(state, reading, effects); }

}  // namespace entente::registry
