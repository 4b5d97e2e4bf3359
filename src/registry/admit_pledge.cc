// Pledges, and the secretariat's decisions on records: approval, refusal, removal. A pledge brings the key that signs it; an approval
// takes persons (decisions.cc). A pledge under the id of an imported record is a claim: it waits beside the record, changes nothing of
// it, and needs a domain proof bound to its key before it can be approved.
#include <fmt/format.h>
#include <algorithm>

#include "registry/pledge_reading.h"
#include "registry/state_impl.h"

namespace entente::registry {
namespace {

const Pledge& pledge_at_stake(const Supporter& supporter) {
  return supporter.detail().claim ? supporter.detail().claim->pledge : supporter.pledge;
}

const Pending* find_pending(const State::Impl& state, Pending::What what, const std::string& id) {
  const auto it = state.pending.find({what, id});
  return it == state.pending.end() ? nullptr : &it->second;
}

Verdict judge_id(const State::Impl& state, const Reading& reading) {
  const Supporter* found = state.find(reading.supporter);
  if (found == nullptr) return {};
  const std::string pointer = "/predicate/organisation/id";
  if (is_tombstone(found->status))
    return reject(Code::id_taken,
                  fmt::format("\"{}\" belonged to a record that was {}; ids are never used again", reading.supporter, name(found->status)),
                  pointer, "choose another id");
  if (found->status != Status::imported)
    return reject(Code::id_taken, fmt::format("\"{}\" belongs to another record, which is {}", reading.supporter, name(found->status)),
                  pointer, "choose another id, or correct the record with its own key");
  if (found->detail().claim)
    return reject(Code::id_taken, fmt::format("a claim for \"{}\" is waiting for its decision", reading.supporter), pointer,
                  "it must be decided on first");
  return {};
}

Verdict judge_claim_proof(const Reading& reading, const Supporter& supporter) {
  const SupporterDetail& detail = supporter.detail();
  const Claim& claim = *detail.claim;
  const std::string key = claim.key.str();
  const bool proved = std::any_of(detail.domains.begin(), detail.domains.end(), [&](const ProvenDomain& d) {
    return d.key == key && d.at <= reading.time && reading.time < d.until && says_domain(claim.pledge, claim.identity, d.domain);
  });
  if (proved) return {};
  return reject(Code::needs_domain_proof, fmt::format("no domain proof bound to the claim's key counts for \"{}\"", supporter.identity.id),
                "/predicate/pledge/sha256",
                "an imported record is claimed by a pledge, a proof of a domain that pledge names, bound to its key, and approval");
}

void accept_claim(const Reading& reading, Supporter& supporter) {
  SupporterDetail& detail = supporter.edit();
  const std::unique_ptr<Claim> claim = std::move(detail.claim);
  if (claim->identity.name != supporter.identity.name && !supporter.identity.name.empty())
    detail.former_names.push_back(supporter.identity.name);
  supporter.identity = std::move(claim->identity);
  supporter.pledge = std::move(claim->pledge);
  supporter.identity_leaf = supporter.pledge.leaf;
  supporter.last_own = supporter.pledge.at;
  supporter.keys.push_back({.key = claim->key, .added = supporter.pledge.leaf, .from = reading.time});
}

void decide_pledge(const Reading& reading, Effects& effects, Supporter& supporter, bool approved) {
  const bool claim = supporter.detail().claim != nullptr;
  effects.touch(Table::keys);
  if (!approved && claim) {
    effects.drop_claim(supporter);
    return;
  }
  if (!approved) {
    effects.end_record(supporter, Status::refused, reading.text("reason"));
    return;
  }
  if (claim) accept_claim(reading, supporter);
  supporter.status = Status::approved;
  supporter.status_leaf = reading.leaf;
  supporter.approved_at = reading.at;
  if (supporter.dates.published_on.empty()) supporter.dates.published_on = format_date(reading.at);
}

}  // namespace

Verdict judge_pledge(const State::Impl& state, const Reading& reading) {
  ENTENTE_JUDGE(judge_id(state, reading));
  const keys::VerifierKey& key = reading.introduced.front();
  if (key.type() != keys::KeyType::ed25519)
    return reject(Code::not_allowed, "this type of key signs no statements", "/predicate/key", "use a plain Ed25519 key");
  if (state.key_index(key) != kNone || key.name() == state.rules->log)
    return reject(Code::key_taken, "this key belongs to somebody already", "/predicate/key", "make a new key for this organisation");
  if (reading.signers.size() != 1 || reading.signers.front().key.key() != key.key())
    return reject(Code::not_entitled, "a pledge is signed by the key it brings, and by no other", "/signatures");
  const auto content = read_pledge(reading.predicate(), state.known_countries());
  if (!content) return reject(Code::schema, content.error().what, "/predicate" + content.error().where.pointer, content.error().hint);
  return {};
}

void effect_pledge(State::Impl& state, const Reading& reading, Effects& effects) {
  PledgeContent content = read_pledge(reading.predicate()).value();
  content.pledge.leaf = reading.leaf;
  content.pledge.envelope = reading.envelope;
  const keys::VerifierKey& key = reading.introduced.front();
  const bool claim = state.find(reading.supporter) != nullptr;
  Supporter& supporter = effects.changed(reading.supporter);
  state.introduce(key, supporter.ordinal);
  if (claim) {
    supporter.edit().claim = std::make_unique<Claim>(Claim{std::move(content.pledge), std::move(content.identity), key});
  } else {
    supporter.identity = std::move(content.identity);
    supporter.pledge = std::move(content.pledge);
    supporter.dates.signed_on = format_date(reading.at);
    supporter.record_leaf = supporter.identity_leaf = supporter.status_leaf = reading.leaf;
    supporter.record = reading.envelope;
    supporter.last_own = reading.at;
    supporter.keys.push_back({.key = key, .added = reading.leaf, .from = reading.at});
  }
  Pending& pending = state.pending[{Pending::What::approval, reading.supporter}];
  pending = {.what = Pending::What::approval,
             .supporter = reading.supporter,
             .about = reading.envelope,
             .since = reading.at,
             .leaf = reading.leaf};
  state.last_pledge = reading.leaf;
  effects.touch(Table::keys);
  effects.touch(Table::pending);
}

Verdict judge_approval(const State::Impl& state, const Reading& reading) {
  ENTENTE_JUDGE(signed_by_role(state, reading, {Role::secretariat}));
  const Supporter* supporter = state.find(reading.supporter);
  if (supporter == nullptr)
    return reject(Code::no_such_supporter, fmt::format("there is no record \"{}\"", reading.supporter), "/predicate/organisation/id");
  const Pending* pending = find_pending(state, Pending::What::approval, reading.supporter);
  if (pending == nullptr)
    return reject(Code::wrong_status,
                  fmt::format("\"{}\" is {}; no pledge of it waits for a decision", reading.supporter, name(supporter->status)),
                  "/predicate/organisation/id");
  if (reading.digest("pledge") != pending->about)
    return reject(Code::no_such_statement, fmt::format("the pledge of \"{}\" that waits is {}", reading.supporter, pending->about.hex()),
                  "/predicate/pledge/sha256", "approve the pledge that is in the ledger");
  ENTENTE_JUDGE(want_order(reading, pending->since, "the pledge"));
  // What is approved is the pledge with its corrections: an approval from before the last of them is of something else.
  if (!supporter->detail().claim) ENTENTE_JUDGE(want_order(reading, supporter->last_own, "the last correction of the pledge"));
  const bool approve = reading.text("decision") == "approved";
  if (approve && supporter->detail().claim) ENTENTE_JUDGE(judge_claim_proof(reading, *supporter));
  return adds_a_person(state, reading, approve ? &pending->for_it : &pending->against, state.rules->quorum.approval);
}

void effect_approval(State::Impl& state, const Reading& reading, Effects& effects) {
  const bool approve = reading.text("decision") == "approved";
  Supporter& supporter = effects.changed(reading.supporter);
  Pending& pending = state.pending.at({Pending::What::approval, reading.supporter});
  std::vector<Vote>& votes = approve ? pending.for_it : pending.against;
  std::vector<Vote>& others = approve ? pending.against : pending.for_it;
  const auto persons = persons_signed(state, reading);
  for (const Vote& vote : others)  // somebody may change their mind
    if (persons.contains(vote.person)) effects.disposition(vote.leaf, Disposition::superseded);
  std::erase_if(others, [&](const Vote& v) { return persons.contains(v.person); });
  add_votes(state, reading, votes);
  effects.own_disposition(Disposition::pending);
  effects.touch(Table::pending);
  if (votes_that_count(state, votes) < state.rules->quorum.approval) return;
  close_decision(effects, pending, approve);
  effects.own_disposition(Disposition::applied);
  state.pending.erase({Pending::What::approval, reading.supporter});
  decide_pledge(reading, effects, supporter, approve);
}

Verdict judge_removal(const State::Impl& state, const Reading& reading) {
  ENTENTE_JUDGE(signed_by_role(state, reading, {Role::secretariat}));
  const auto supporter =
      want_supporter(state, reading.supporter, "/predicate/organisation/id", {Status::applied, Status::approved, Status::imported});
  if (!supporter) return tl::unexpected(supporter.error());
  if (reading.digest("record") != (*supporter)->record)
    return reject(Code::no_such_statement,
                  fmt::format("the record \"{}\" was created by {}", reading.supporter, (*supporter)->record.hex()),
                  "/predicate/record/sha256");
  ENTENTE_JUDGE(want_order(reading, pledge_at_stake(**supporter).at, "the pledge"));
  const Pending* pending = find_pending(state, Pending::What::removal, reading.supporter);
  return adds_a_person(state, reading, pending != nullptr ? &pending->for_it : nullptr, state.rules->quorum.removal);
}

void effect_removal(State::Impl& state, const Reading& reading, Effects& effects) {
  Supporter& supporter = effects.changed(reading.supporter);
  Pending& pending = state.pending[{Pending::What::removal, reading.supporter}];
  if (pending.supporter.empty())
    pending = {.what = Pending::What::removal,
               .supporter = reading.supporter,
               .about = supporter.record,
               .since = reading.at,
               .leaf = reading.leaf};
  add_votes(state, reading, pending.for_it);
  effects.own_disposition(Disposition::pending);
  effects.touch(Table::pending);
  if (votes_that_count(state, pending.for_it) < state.rules->quorum.removal) return;
  close_decision(effects, pending, true);
  effects.own_disposition(Disposition::applied);
  effects.end_record(supporter, Status::removed, reading.text("reason"));
}

}  // namespace entente::registry
