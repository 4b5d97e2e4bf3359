// The records the ledger's statements add up to: supporters with everything said by and of them, and what concerns the whole registry
// (events, rounds of communication checks, releases of the catalogue). Plain values; each says which leaf it comes from, so that every
// figure shown can be followed to a statement. Only State changes them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/finding.h"
#include "core/digest.h"
#include "core/time.h"
#include "keys/keys.h"
#include "registry/kind.h"
#include "registry/rules.h"
#include "registry/supporter.h"

namespace entente::registry {

enum class Status : std::uint8_t {
  applied,    // pledged, not decided on
  approved,   // counts
  imported,   // taken over from an earlier list; counts, but nobody has proved anything
  refused,    // tombstones from here on: the id is used up, the record leaves the counters
  withdrawn,  // by the supporter
  removed,    // by the registry
  succeeded,  // by another organisation
};
[[nodiscard]] std::string_view name(Status status);  // "approved"
[[nodiscard]] constexpr bool counts(Status status) { return status == Status::approved || status == Status::imported; }
[[nodiscard]] constexpr bool is_tombstone(Status status) { return status >= Status::refused; }

struct Reservation {
  std::uint8_t principle = 0;  // 1 … 9; 0: the whole text
  std::string text;
  bool operator==(const Reservation&) const = default;
};

// What was pledged. Empty digest where the record is imported and unclaimed.
struct Pledge {
  Leaf leaf = 0;
  Digest envelope;  // by which approval, renewal, correction … refer to it
  Instant at;
  std::string language;              // of the text that was signed: "en"
  std::string version;               // of the text: "2018-11-12"; empty: not said
  Digest text;                       // SHA-256 of the text
  std::uint16_t principles = 0x3FE;  // bit n = principle n is supported; all nine unless said otherwise
  std::vector<Reservation> reservations;
  std::string why, why_language;     // "why we sign" and its BCP 47 tag; both may be empty
  std::vector<std::string> domains;  // said to be its own; proved by domain proofs
};

enum class KeyEnd : std::uint8_t { none, rotated, revoked, lost, cancelled };
[[nodiscard]] std::string_view name(KeyEnd end);

// A key that speaks, spoke or will speak for a supporter.
struct OwnKey {
  keys::VerifierKey key;
  Leaf added = 0;                         // pledge or key-set that introduced it
  Instant from;                           // counts from then (ledger time); later than `added` after a loss
  std::optional<Instant> until;           // counts until then, exclusive
  std::optional<Instant> doubtful_since;  // revocation says so: statements since then are marked questioned
  Leaf ended = 0;                         // statement that ended it; meaningful where end != none
  KeyEnd end = KeyEnd::none;
  [[nodiscard]] bool counts_at(Instant t) const { return from <= t && (!until || t < *until); }
};

enum class DnssecStatus : std::uint8_t { secure, insecure, indeterminate, not_checked };
[[nodiscard]] std::string_view name(DnssecStatus status);

struct ProvenDomain {
  std::string domain;
  Leaf leaf = 0;
  Instant at, until;
  std::string method;  // "dns-txt", "https-well-known"
  DnssecStatus dnssec = DnssecStatus::indeterminate;
  std::uint32_t vantages = 0;  // how many places saw it
  std::string key;             // vkey the challenge was bound to; empty: not said
  Digest evidence;
};

// The latest confirmation by mail: that whoever holds the key could read a mailbox (level L1). The address is in no statement.
struct ConfirmedMailbox {
  Leaf leaf = 0;
  Instant at, until;
  std::string stage;  // "apply", "renew"
  std::string key;    // vkey that asked for it
  Digest commitment;  // salted, to the address
};

struct Membership {  // of an alliance, or in another instrument (Tech Accord, MANRS …)
  enum class Basis : std::uint8_t { imported, declared, confirmed };
  std::string instrument;  // slug
  Basis basis = Basis::declared;
  std::string since;  // "YYYY-MM-DD"; may be empty
  bool ended = false;
  std::string url;
  std::optional<Digest> proof;
  Leaf leaf = 0;
};
[[nodiscard]] std::string_view name(Membership::Basis basis);

// One control in an assessment, as in docs/assessment.md.
struct AssessedControl {
  catalog::ControlId control;
  catalog::Status status = catalog::Status::not_assessed;
  catalog::EvidenceClass evidence_class = catalog::EvidenceClass::declared;
  double weight = 0;                 // what it counts in the index: 0, 0.5 or 1
  std::string reason;                // of not-applicable; else empty
  std::vector<Digest> evidence;      // where there are at most four
  std::uint32_t evidence_count = 0;  // else their number,
  Digest evidence_list;              // and the digest of their list (docs/statements.md)
  bool operator==(const AssessedControl&) const = default;
};

struct Assessment {
  Leaf leaf = 0;
  Digest envelope;
  std::string supporter;  // who was assessed
  Instant at;             // evidence ages are judged at that time
  Digest document, bundle;
  std::string catalog_version;
  Digest catalog;
  std::string signer;                     // keyid
  std::string person;                     // of the roster key that signed; empty: the organisation's own key
  std::vector<AssessedControl> controls;  // by id
};

enum class DisputeState : std::uint8_t { open, upheld, rejected };  // upheld: the finding does not stand
[[nodiscard]] std::string_view name(DisputeState state);
struct Dispute {
  Leaf leaf = 0;
  Digest envelope;
  Instant at;
  std::string supporter;      // whose finding it is
  Digest assessment;          // envelope
  std::string control;        // "P2-04"
  std::string by, by_person;  // id of the disputing supporter, or person of a roster key
  std::string reason;
  DisputeState state = DisputeState::open;
  std::optional<Leaf> decided;
  std::string decision_reason;
  // Until when somebody should have decided. After that it is late, and still not counted: doubt does not end by waiting.
  [[nodiscard]] Instant due() const { return at + std::chrono::days(30); }
};

struct PeerReview {
  Leaf leaf = 0;
  Digest envelope;
  Instant at;
  std::string reviewer;              // supporter id
  std::optional<Digest> assessment;  // envelope of the assessment reviewed
  Digest report;
  std::string url;
  std::vector<catalog::ControlId> controls;
  std::optional<Digest> answer;
};

struct ContactEntry {
  std::string role;  // policy, technical, duty, press, victim-support
  Digest commitment;
  std::uint32_t channels = 0;
  std::vector<std::string> languages;
  std::string audience;  // public, supporters, states
};
struct ContactSet {
  Leaf leaf = 0;
  Instant at;
  Digest commitment;
  std::vector<ContactEntry> contacts;
};

struct EvidenceItem {
  Leaf leaf = 0;
  Instant at;
  Digest document;
  std::string kind, media_type, url;
  std::vector<catalog::ControlId> controls;
};

// A vote of one person of the secretariat in a decision that takes several.
struct Vote {
  std::string person;
  keys::PublicKeyBytes key{};
  Leaf leaf = 0;
  Instant at;
  bool operator==(const Vote&) const = default;
};

// A pledge for an imported record and what it would bring.
struct Claim {
  Pledge pledge;
  Identity identity;
  keys::VerifierKey key;
};

// Seldom filled parts of a supporter, kept apart so that a million imported records stay small.
struct SupporterDetail {
  std::vector<std::string> former_names;  // oldest first
  std::vector<Membership> memberships;    // by instrument
  std::vector<ProvenDomain> domains;      // by name; the latest proof of each
  std::optional<ConfirmedMailbox> mailbox;
  std::vector<Leaf> assessments;     // history, oldest first
  std::optional<Digest> assessment;  // envelope of the latest: State::assessments()
  std::vector<Digest> disputes;      // envelopes, oldest first
  std::vector<PeerReview> reviews;
  std::optional<ContactSet> contacts;
  std::vector<EvidenceItem> evidence;
  std::string reason;                     // of refusal, withdrawal, removal, succession
  std::string successor;                  // id
  std::vector<std::string> predecessors;  // ids
  std::string source;                     // where an imported record came from
  std::unique_ptr<Claim> claim;           // a pledge for an imported record, waiting for approval; else null
};

struct Supporter {
  std::uint32_t ordinal = 0;  // order of first appearance in the ledger, from 0
  Status status = Status::applied;
  Identity identity;
  RecordDates dates;
  Pledge pledge;
  std::optional<Instant> approved_at, renewed_until, ended_at;
  Leaf record_leaf = 0;          // statement that created the record: pledge or import
  Digest record;                 // its envelope
  Leaf identity_leaf = 0;        // statement the identity block comes from
  Leaf status_leaf = 0;          // statement that gave the present status
  Leaf changed_leaf = 0;         // last statement that changed anything
  Instant last_own;              // `at` of the last statement it signed itself
  std::vector<OwnKey> keys;      // oldest first
  std::vector<Leaf> statements;  // all applied or pending statements about it, in order

  [[nodiscard]] const SupporterDetail& detail() const;  // an empty one where nothing is there
  [[nodiscard]] SupporterDetail& edit();                // for State

 private:
  std::unique_ptr<SupporterDetail> detail_;
};

struct Event {
  Leaf leaf = 0;
  Digest envelope;
  Instant at;
  std::string uid;             // the later statement of the same uid and signer replaces the earlier
  std::uint32_t sequence = 0;  // how often it was replaced (RFC 5545 SEQUENCE)
  std::string kind, title, language, url, place, country, openness;
  std::string supporter;  // id; empty: the registry's
  std::optional<Instant> starts, ends, happened_at;
  bool cancelled = false;
  Digest document;
};

struct ComcheckRound {
  Leaf leaf = 0;
  Instant at, drawn_at;
  std::string round;  // slug
  Digest checkpoint;  // SHA-256 of the checkpoint text the times were drawn from
  std::uint64_t tree_size = 0;
  Digest merkle_root;
  std::vector<std::pair<std::string, std::uint64_t>> classes;  // latency class → how many
};

// A checkpoint of this ledger with witnesses' cosignatures, carried by a later leaf of it.
struct WitnessedCheckpoint {
  Leaf leaf = 0;
  Instant at;              // ledger time of that leaf
  std::uint64_t size = 0;  // leaves below it are in the tree the witnesses saw
  Digest root;
};

struct CatalogueRelease {
  Leaf leaf = 0;
  Instant at;
  std::string version;
  Digest sha256;    // over all data files: what assessments name
  Digest controls;  // of the file of controls
};

struct Commitment {
  Leaf leaf = 0;
  Instant at;
  Digest commitment;
  std::string kind;
  std::string holder;  // supporter id, or "person:<slug>"
  std::optional<Instant> reveal_by;
  std::optional<Leaf> revealed;
  std::optional<Digest> content;  // once revealed
};

}  // namespace entente::registry
