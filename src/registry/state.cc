// The state machine's frame: an entry is read, its signatures checked, judged by the rule of its kind, and only then takes effect. What is
// common to all kinds stands here: the founding statement comes first, nothing is said twice, fresh means fresh by the caller's clock.
#include "registry/state.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "registry/state_impl.h"

namespace entente::registry {
namespace {

constexpr std::array<KindRule, kKinds> kRules = {{
    {judge_registry_rules, effect_registry_rules},
    {judge_pledge, effect_pledge},
    {judge_approval, effect_approval},
    {judge_renewal, effect_renewal},
    {judge_correction, effect_correction},
    {judge_succession, effect_succession},
    {judge_withdrawal, effect_withdrawal},
    {judge_removal, effect_removal},
    {judge_key_set, effect_key_set},
    {judge_key_revocation, effect_key_revocation},
    {judge_domain_proof, effect_domain_proof},
    {judge_contact_set, effect_contact_set},
    {judge_comcheck_round, effect_comcheck_round},
    {judge_evidence, effect_evidence},
    {judge_assessment, effect_assessment},
    {judge_finding_dispute, effect_finding_dispute},
    {judge_dispute_decision, effect_dispute_decision},
    {judge_peer_review, effect_peer_review},
    {judge_event, effect_event},
    {judge_instrument_membership, effect_instrument_membership},
    {judge_catalogue_release, effect_catalogue_release},
    {judge_commitment, effect_commitment},
    {judge_reveal, effect_reveal},
    {judge_disclosure, effect_disclosure},
    {judge_imported, effect_imported},
    {judge_mail_proof, effect_mail_proof},
    {judge_witnessed_checkpoint, effect_witnessed_checkpoint},
}};

Digest said_key(const Reading& reading, const Signer& signer) { return sha256_of({reading.payload.view(), signer.key.key()}); }

// The same bytes, or a payload that all who sign it have signed before.
Verdict judge_replay(const State::Impl& state, const Reading& reading) {
  if (const auto it = state.leaves.find(reading.envelope); it != state.leaves.end())
    return reject(Code::replay, fmt::format("the ledger has this entry, as leaf {}", it->second));
  const bool said = std::all_of(reading.signers.begin(), reading.signers.end(),
                                [&](const Signer& s) { return state.said.contains(said_key(reading, s)); });
  if (said) return reject(Code::replay, "the ledger has this statement, signed by the same keys");
  return {};
}

Verdict judge_freshness(const State::Impl& state, const Reading& reading, Instant now) {
  std::chrono::seconds past{86'400}, future{300};  // for the founding statement, before any rules say otherwise
  if (state.rules) {
    past = state.rules->windows.past;
    future = state.rules->windows.future;
    if (reading.kind == Kind::assessment) past = state.rules->windows.assessment;
  }
  if (reading.at < now - past)
    return reject(Code::stale,
                  fmt::format("{} is more than {} seconds before now, {}", format_time(reading.at), past.count(), format_time(now)),
                  "/predicate/at", "sign it again with the time of now");
  if (reading.at > now + future)
    return reject(Code::from_the_future,
                  fmt::format("{} is more than {} seconds after now, {}", format_time(reading.at), future.count(), format_time(now)),
                  "/predicate/at", "set the clock");
  return {};
}

// All there is to decide of an entry that could be read, but freshness; fills the reading as far as it comes.
Verdict judge_reading(const State::Impl& state, Reading& reading) {
  reading.leaf = state.entries.size();
  reading.time = std::max(state.clock, reading.at);
  if (!state.rules && reading.kind != Kind::registry_rules)
    return reject(Code::no_rules, "the ledger has no founding statement yet", "", "the first entry is a registry-rules statement");
  ENTENTE_JUDGE(check_signatures(state, reading));
  ENTENTE_JUDGE(judge_replay(state, reading));
  return rule_of(reading.kind).judge(state, reading);
}

Verdict judge_entry(const State::Impl& state, std::string_view bytes, Reading& reading) {
  ENTENTE_JUDGE(read_entry(state.schemas, bytes, reading));
  return judge_reading(state, reading);
}

void store_row(State::Impl& state, const Reading& reading, const Applied& applied) {
  EntryRow& row = state.entries.back();
  row.disposition = applied.disposition;
  for (const Signer& signer : reading.signers) {
    const std::uint32_t index = state.key_index(signer.key);
    if (index != kNone) row.signers.push_back(index);
  }
  if (applied.disposition == Disposition::ignored) return;
  if (const Supporter* supporter = state.find(reading.supporter)) row.supporter = supporter->ordinal;
  for (const Signer& signer : reading.signers) state.said.insert(said_key(reading, signer));
}

// The entry becomes the ledger's next, with or without effect.
Applied enter(State::Impl& state, Reading& reading, const Verdict& verdict) {
  Applied out{.envelope = reading.envelope};
  const Leaf leaf = state.entries.size();
  const bool readable = reading.statement.has_value();
  state.entries.push_back({.envelope = reading.envelope, .at = readable ? reading.at : Instant{}});
  if (readable) state.entries.back().kind = reading.kind;
  state.leaves.emplace(reading.envelope, leaf);
  state.roots.add(reading.leaf_hash);
  if (verdict) {
    out.disposition = Disposition::applied;
    Effects effects(state, reading, out);
    rule_of(reading.kind).effect(state, reading, effects);
    state.clock = reading.time;
  } else {
    out.ignored = verdict.error();
    state.ignored.emplace(leaf, verdict.error());
  }
  store_row(state, reading, out);
  out.tables |= static_cast<std::uint16_t>(Table::statements);
  out.statements.push_back(leaf);
  std::sort(out.statements.begin(), out.statements.end());
  out.statements.erase(std::unique(out.statements.begin(), out.statements.end()), out.statements.end());
  std::sort(out.supporters.begin(), out.supporters.end());
  out.supporters.erase(std::unique(out.supporters.begin(), out.supporters.end()), out.supporters.end());
  return out;
}

}  // namespace

const KindRule& rule_of(Kind kind) { return kRules[static_cast<std::size_t>(kind)]; }

std::string_view name(Disposition disposition) {
  constexpr std::array<std::string_view, 5> names = {"applied", "ignored", "pending", "superseded", "questioned"};
  return names[static_cast<std::size_t>(disposition)];
}

const Supporter* State::Impl::find(std::string_view id) const {
  const auto it = supporters.find(id);
  return it == supporters.end() ? nullptr : &it->second;
}

Supporter& State::Impl::at(std::string_view id) { return supporters.find(id)->second; }

std::uint32_t State::Impl::key_index(const keys::VerifierKey& key) const {
  const auto it = key_by_bytes.find(key.key());
  return it == key_by_bytes.end() ? kNone : it->second;
}

std::uint32_t State::Impl::introduce(const keys::VerifierKey& key, std::uint32_t supporter) {
  if (const std::uint32_t index = key_index(key); index != kNone) return index;
  const auto index = static_cast<std::uint32_t>(known.size());
  known.push_back({.key = key, .supporter = supporter});
  key_by_bytes.emplace(key.key(), index);
  key_by_id.emplace(key.id(), index);
  return index;
}

void State::Impl::release(const keys::VerifierKey& key) {
  const std::uint32_t index = key_index(key);
  if (index == kNone) return;
  key_by_bytes.erase(key.key());
  const auto [first, last] = key_by_id.equal_range(key.id());
  for (auto it = first; it != last; ++it) {
    if (it->second != index) continue;
    key_by_id.erase(it);
    return;
  }
}

const OwnKey* State::Impl::own_key(const Supporter& supporter, const Signer& signer, Instant time) const {
  const KnownKey* known_key = known_of(signer);
  if (known_key == nullptr || known_key->supporter != supporter.ordinal) return nullptr;
  for (const OwnKey& own : supporter.keys)
    if (own.key.key() == signer.key.key() && own.counts_at(time)) return &own;
  return nullptr;
}

Supporter& Effects::changed(std::string_view id) {
  auto it = state_.supporters.find(id);
  if (it == state_.supporters.end()) {
    it = state_.supporters.emplace(std::string(id), Supporter()).first;
    it->second.ordinal = static_cast<std::uint32_t>(state_.by_ordinal.size());
    state_.by_ordinal.push_back(&it->second);
  }
  Supporter& supporter = it->second;
  supporter.changed_leaf = reading_.leaf;
  if (supporter.statements.empty() || supporter.statements.back() != reading_.leaf) {
    supporter.statements.push_back(reading_.leaf);
    applied_.supporters.emplace_back(id);
  }
  touch(Table::supporters);
  return supporter;
}

void Effects::shown_otherwise(const Supporter& supporter) {
  applied_.supporters.push_back(supporter.identity.id);
  touch(Table::supporters);
}

void Effects::disposition(Leaf leaf, Disposition disposition) {
  if (leaf == reading_.leaf) return;  // its own is set when the effect is done
  state_.entries[leaf].disposition = disposition;
  applied_.statements.push_back(leaf);
}

void Effects::drop_claim(Supporter& supporter) {
  const std::unique_ptr<Claim> claim = std::move(supporter.edit().claim);
  if (!claim) return;
  disposition(claim->pledge.leaf, Disposition::superseded);
  state_.release(claim->key);
}

void Effects::end_record(Supporter& supporter, Status status, std::string reason) {
  supporter.status = status;
  supporter.status_leaf = reading_.leaf;
  supporter.ended_at = reading_.at;
  SupporterDetail& detail = supporter.edit();
  detail.reason = std::move(reason);
  drop_claim(supporter);
  for (const Pending::What what : {Pending::What::approval, Pending::What::removal}) {
    const auto it = state_.pending.find({what, supporter.identity.id});
    if (it == state_.pending.end()) continue;
    const bool carried = what == Pending::What::removal && status == Status::removed;
    if (!carried)
      for (const std::vector<Vote>* votes : {&it->second.for_it, &it->second.against})
        for (const Vote& vote : *votes) disposition(vote.leaf, Disposition::superseded);
    state_.pending.erase(it);
    touch(Table::pending);
  }
}

State::State(const DataSet& data) : impl_(std::make_unique<Impl>()) {
  if (auto countries = Countries::load(data)) impl_->countries = std::move(*countries);
  for (std::size_t k = 0; k < kKinds; ++k) {
    auto rule = statement::PredicateRule::find(fmt::format("{}/v1", registry::name(static_cast<Kind>(k))), data);
    if (rule) impl_->schemas[k] = std::move(*rule);
  }
}

State::~State() = default;
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;

struct Submission::Parts {
  Verdict read;  // whether it could be
  Reading reading;
  std::vector<KeyToTry> keys;
};
Submission::Submission(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Submission::Submission(Submission&&) noexcept = default;
Submission& Submission::operator=(Submission&&) noexcept = default;
Submission::~Submission() = default;

void Submission::try_signatures() {
  Reading& reading = parts_->reading;
  for (const KeyToTry& k : parts_->keys) {
    const bool good = k.key.verify(as_bytes(reading.message), reading.signatures[k.index].sig);
    reading.tried.push_back({.index = k.index, .key = k.key.key(), .good = good});
  }
  parts_->keys.clear();
}

const Digest& Submission::envelope() const { return parts_->reading.envelope; }

std::optional<JsonView> Submission::pledge() const {
  if (!parts_->read || parts_->reading.kind != Kind::pledge) return std::nullopt;
  return parts_->reading.predicate();
}

Submission State::read(std::string_view entry) const {
  auto parts = std::make_unique<Submission::Parts>();
  parts->read = read_entry(impl_->schemas, entry, parts->reading);
  return Submission(std::move(parts));
}

void State::find_keys(Submission& submission) const {
  if (submission.parts_->read) submission.parts_->keys = keys_to_try(*impl_, submission.parts_->reading);
}

tl::expected<Applied, Rejection> State::admit(Submission& submission, Instant now) {
  ENTENTE_JUDGE(submission.parts_->read);
  Reading& reading = submission.parts_->reading;
  reading.signers.clear();
  ENTENTE_JUDGE(judge_reading(*impl_, reading));
  ENTENTE_JUDGE(judge_freshness(*impl_, reading, now));
  return enter(*impl_, reading, {});
}

Verdict State::check(std::string_view entry, Instant now) const {
  Reading reading;
  ENTENTE_JUDGE(judge_entry(*impl_, entry, reading));
  return judge_freshness(*impl_, reading, now);
}

Applied State::apply(Leaf leaf, std::string_view entry) {
  Applied out;
  if (leaf != next_leaf()) {
    out.ignored = Rejection{Code::out_of_order, fmt::format("leaf {} comes after leaf {}", next_leaf(), leaf), "", ""};
    return out;
  }
  Reading reading;
  const Verdict verdict = judge_entry(*impl_, entry, reading);
  return enter(*impl_, reading, verdict);
}

Leaf State::next_leaf() const { return impl_->entries.size(); }
Instant State::ledger_time() const { return impl_->clock; }
const Rules* State::rules() const { return impl_->rules ? &*impl_->rules : nullptr; }
const Supporter* State::supporter(std::string_view id) const { return impl_->find(id); }
const std::map<std::string, Supporter, std::less<>>& State::supporters() const { return impl_->supporters; }

std::optional<Entry> State::entry(Leaf leaf) const {
  if (leaf >= impl_->entries.size()) return std::nullopt;
  const EntryRow& row = impl_->entries[leaf];
  Entry out{.leaf = leaf, .envelope = row.envelope, .kind = row.kind, .disposition = row.disposition, .at = row.at};
  if (row.supporter != kNone) out.supporter = impl_->by_ordinal[row.supporter]->identity.id;
  for (const std::uint32_t index : row.signers) out.signers.push_back(impl_->known[index].keyid());
  if (const auto it = impl_->ignored.find(leaf); it != impl_->ignored.end()) out.ignored = it->second;
  return out;
}

std::optional<Leaf> State::leaf_of(const Digest& envelope) const {
  const auto it = impl_->leaves.find(envelope);
  return it == impl_->leaves.end() ? std::nullopt : std::optional(it->second);
}

std::vector<Pending> State::pending() const {
  std::vector<Pending> out;
  for (const auto& [key, pending] : impl_->pending) {
    out.push_back(pending);
    out.back().needed = pending.what == Pending::What::approval ? impl_->rules->quorum.approval : impl_->rules->quorum.removal;
  }
  std::sort(out.begin(), out.end(), [](const Pending& a, const Pending& b) { return a.leaf < b.leaf; });
  return out;
}

const std::map<Digest, Assessment>& State::assessments() const { return impl_->assessments; }
const std::map<Digest, Dispute>& State::disputes() const { return impl_->disputes; }
const std::map<std::string, Event>& State::events() const { return impl_->events; }
const std::vector<ComcheckRound>& State::comchecks() const { return impl_->comchecks; }
const std::vector<CatalogueRelease>& State::catalogue() const { return impl_->catalogue; }
const std::map<Digest, Commitment>& State::commitments() const { return impl_->commitments; }
const std::vector<WitnessedCheckpoint>& State::witnessed() const { return impl_->witnessed; }
bool State::published_text(std::string_view language, const Digest& text) const {
  return impl_->texts.contains({std::string(language), text});
}
std::optional<Leaf> State::last_pledge() const { return impl_->last_pledge; }

}  // namespace entente::registry
