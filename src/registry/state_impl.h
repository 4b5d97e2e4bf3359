// Inside of State: the tables, an entry as read, and the two functions each kind of statement has. Not for other rooms.
//
// Every kind is split into a judge, which is const and decides, and an effect, which runs only after the judge agreed and cannot fail.
// So admission and replay decide by the same code, and a rejected entry leaves no trace but its own row.
#pragma once

#include <array>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "registry/countries.h"
#include "registry/recent_roots.h"
#include "registry/state.h"
#include "statement/statement.h"

namespace entente::registry {

inline constexpr std::size_t kMaxStatementBytes = 65'535;  // of a C2SP tlog-tiles entry bundle
inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// A key the ledger has introduced, in the order in which it did. Never forgotten (but for keys of a refused claim), so that no key
// ever passes from one holder to another.
struct KnownKey {
  keys::VerifierKey key;
  std::uint32_t supporter = kNone;  // ordinal; kNone: of the rosters
  std::string person;               // of a roster key
  std::uint8_t roles = 0;           // bits of Role the rules give it now
  [[nodiscard]] bool has(Role role) const { return (roles >> static_cast<unsigned>(role) & 1U) != 0; }
  [[nodiscard]] std::string keyid() const { return key.name() + "+" + key.id_hex(); }
};

// One signature of the entry at hand that verified.
struct Signer {
  keys::VerifierKey key;
  std::uint32_t known = kNone;  // index into known keys; kNone: introduced by this very statement
  [[nodiscard]] std::string keyid() const { return key.name() + "+" + key.id_hex(); }
};

// A signature tried under a key before its turn.
struct TriedSignature {
  std::size_t index = 0;  // in the envelope
  keys::PublicKeyBytes key{};
  bool good = false;
};

// An entry as read, before it is judged.
struct Reading {
  Leaf leaf = 0;
  Digest envelope;
  Digest leaf_hash;  // of the Merkle tree
  Digest payload;    // SHA-256 of the signed bytes
  Kind kind = Kind::pledge;
  Instant at;             // the statement's
  Instant time;           // ledger time if it is applied
  std::string supporter;  // id of predicate.organisation; empty if it has none
  std::vector<statement::EnvelopeSignature> signatures;
  std::string message;  // what was signed: the envelope's pre-authentication encoding
  std::optional<statement::StatementView> statement;
  std::vector<keys::VerifierKey> introduced;  // keys the statement itself brings
  std::vector<Signer> signers;
  std::vector<TriedSignature> tried;

  [[nodiscard]] JsonView predicate() const { return statement->predicate; }
  // Members the schema has checked; empty, epoch or zero where they are absent.
  [[nodiscard]] std::string text(std::string_view member) const;
  [[nodiscard]] Instant time_of(std::string_view member) const;
  [[nodiscard]] Digest digest(std::string_view member) const;  // of {"sha256": …}
  [[nodiscard]] std::optional<Digest> maybe_digest(std::string_view member) const;
  [[nodiscard]] std::string id_of(std::string_view member) const;  // of {"id": …}
};

struct EntryRow {
  Digest envelope;
  Instant at;
  std::uint32_t supporter = kNone;
  std::optional<Kind> kind;
  Disposition disposition = Disposition::ignored;
  std::vector<std::uint32_t> signers;  // known keys
};

using PendingKey = std::pair<Pending::What, std::string>;

using Schemas = std::array<std::optional<statement::PredicateRule>, kKinds>;

struct State::Impl {
  std::optional<Countries> countries;  // unset where the data files lack the table
  [[nodiscard]] const Countries* known_countries() const { return countries ? &*countries : nullptr; }
  Schemas schemas;  // never changed after construction
  Instant clock;    // ledger time
  std::optional<Rules> rules;
  std::map<std::string, Supporter, std::less<>> supporters;
  std::vector<Supporter*> by_ordinal;
  std::vector<KnownKey> known;
  std::map<keys::PublicKeyBytes, std::uint32_t> key_by_bytes;
  std::unordered_multimap<std::uint32_t, std::uint32_t> key_by_id;  // vkey id → known
  std::vector<EntryRow> entries;
  std::map<Leaf, Rejection> ignored;
  std::unordered_map<Digest, Leaf> leaves;  // by envelope
  std::unordered_set<Digest> said;          // SHA-256(payload digest ‖ public key) of what counted
  std::map<PendingKey, Pending> pending;
  std::map<Digest, Assessment> assessments;
  std::map<Digest, Dispute> disputes;
  std::map<std::string, Event> events;
  std::map<std::string, std::string> event_holders;  // uid → supporter id; empty: the registry
  std::vector<ComcheckRound> comchecks;
  std::vector<CatalogueRelease> catalogue;
  std::map<Digest, Commitment> commitments;
  RecentRoots roots;
  std::vector<WitnessedCheckpoint> witnessed;
  std::set<std::pair<std::string, Digest>> texts;  // language, SHA-256
  std::optional<Leaf> last_pledge;

  [[nodiscard]] const Supporter* find(std::string_view id) const;
  [[nodiscard]] Supporter& at(std::string_view id);                           // must be there
  [[nodiscard]] std::uint32_t key_index(const keys::VerifierKey& key) const;  // kNone if the ledger has not introduced it
  std::uint32_t introduce(const keys::VerifierKey& key, std::uint32_t supporter);
  void release(const keys::VerifierKey& key);
  [[nodiscard]] const KnownKey* known_of(const Signer& signer) const { return signer.known == kNone ? nullptr : &known[signer.known]; }
  // The signer's key in `supporter`, if it counts at that time.
  [[nodiscard]] const OwnKey* own_key(const Supporter& supporter, const Signer& signer, Instant time) const;
};

[[nodiscard]] inline tl::unexpected<Rejection> reject(Code code, std::string what, std::string pointer = {}, std::string hint = {}) {
  return tl::unexpected(Rejection{code, std::move(what), std::move(pointer), std::move(hint)});
}

#define ENTENTE_JUDGE(expr)                                                            \
  do {                                                                                 \
    auto entente_verdict_ = (expr);                                                    \
    if (!entente_verdict_) return tl::unexpected(std::move(entente_verdict_).error()); \
  } while (false)

// Reading: bytes → Reading, without looking at what the ledger says; leaves `time` (reading.cc).
[[nodiscard]] Verdict read_entry(const Schemas& schemas, std::string_view bytes, Reading& out);
// Signatures: fills signers; each must verify under the key its keyid names (signatures.cc).
[[nodiscard]] Verdict check_signatures(const State::Impl& state, Reading& reading);
// The keys the signatures may be of, as the ledger knows them now.
struct KeyToTry {
  std::size_t index = 0;  // of the signature
  keys::VerifierKey key;
};
[[nodiscard]] std::vector<KeyToTry> keys_to_try(const State::Impl& state, const Reading& reading);

// Who signed (signatures.cc). Each demands that every signer is entitled, so that no signature stands there for nothing.
[[nodiscard]] Verdict signed_by_supporter(const State::Impl& state, const Reading& reading, const Supporter& supporter);
[[nodiscard]] Verdict signed_by_role(const State::Impl& state, const Reading& reading, std::initializer_list<Role> roles);
// At least `needed` persons of the secretariat; signers introduced by the statement may stand beside them.
[[nodiscard]] Verdict signed_by_quorum(const State::Impl& state, const Reading& reading, std::uint32_t needed);
[[nodiscard]] bool is_own_signer(const State::Impl& state, const Reading& reading, const Supporter& supporter);
[[nodiscard]] std::set<std::string> persons_signed(const State::Impl& state, const Reading& reading);

// The record the statement is about, in one of the wanted states.
[[nodiscard]] tl::expected<const Supporter*, Rejection> want_supporter(const State::Impl& state, std::string_view id, std::string pointer,
                                                                       std::initializer_list<Status> statuses);
[[nodiscard]] Verdict want_order(const Reading& reading, Instant earlier, std::string_view what);

// What an effect reports and changes beside its own tables (effects.cc).
class Effects {
 public:
  Effects(State::Impl& state, const Reading& reading, Applied& applied) : state_(state), reading_(reading), applied_(applied) {}
  void touch(Table table) { applied_.tables |= static_cast<std::uint16_t>(table); }
  // The record changed by this statement; `own`: it is among the record's statements.
  Supporter& changed(std::string_view id);
  // Its row is to be written anew, though no statement is about it.
  void shown_otherwise(const Supporter& supporter);
  void disposition(Leaf leaf, Disposition disposition);
  // A claim ends without effect; its key is free again.
  void drop_claim(Supporter& supporter);
  // The record becomes a tombstone: its pending decisions and claims end with it.
  void end_record(Supporter& supporter, Status status, std::string reason);
  void own_disposition(Disposition disposition) { applied_.disposition = disposition; }

 private:
  State::Impl& state_;
  const Reading& reading_;
  Applied& applied_;
};

struct KindRule {
  Verdict (*judge)(const State::Impl&, const Reading&);
  void (*effect)(State::Impl&, const Reading&, Effects&);
};
[[nodiscard]] const KindRule& rule_of(Kind kind);

// One pair a kind, in admit_*.cc.
#define ENTENTE_KIND(kind)                                                \
  [[nodiscard]] Verdict judge_##kind(const State::Impl&, const Reading&); \
  void effect_##kind(State::Impl&, const Reading&, Effects&)
ENTENTE_KIND(registry_rules);
ENTENTE_KIND(pledge);
ENTENTE_KIND(approval);
ENTENTE_KIND(renewal);
ENTENTE_KIND(correction);
ENTENTE_KIND(succession);
ENTENTE_KIND(withdrawal);
ENTENTE_KIND(removal);
ENTENTE_KIND(key_set);
ENTENTE_KIND(key_revocation);
ENTENTE_KIND(domain_proof);
ENTENTE_KIND(contact_set);
ENTENTE_KIND(comcheck_round);
ENTENTE_KIND(evidence);
ENTENTE_KIND(assessment);
ENTENTE_KIND(finding_dispute);
ENTENTE_KIND(dispute_decision);
ENTENTE_KIND(peer_review);
ENTENTE_KIND(event);
ENTENTE_KIND(instrument_membership);
ENTENTE_KIND(catalogue_release);
ENTENTE_KIND(commitment);
ENTENTE_KIND(reveal);
ENTENTE_KIND(disclosure);
ENTENTE_KIND(imported);
ENTENTE_KIND(mail_proof);
ENTENTE_KIND(witnessed_checkpoint);
#undef ENTENTE_KIND

// Decisions of several persons (decisions.cc).
[[nodiscard]] std::uint32_t votes_that_count(const State::Impl& state, const std::vector<Vote>& votes);
// A vote by somebody who has not voted the same way yet (or, after new rules, one vote more where `needed` have voted already).
[[nodiscard]] Verdict adds_a_person(const State::Impl& state, const Reading& reading, const std::vector<Vote>* votes, std::uint32_t needed);
void add_votes(const State::Impl& state, const Reading& reading, std::vector<Vote>& votes);
// The decision is made: votes for what was decided count, the others are superseded.
void close_decision(Effects& effects, Pending& pending, bool carried);

}  // namespace entente::registry
