// One digest over everything State says, in fixed order: every string with its length, every list with its size, so that no two different
// States feed the same bytes. Written by hand, field by field: a field that is missing here is a field a projection could get wrong unseen.
#include <bit>
#include <type_traits>

#include "registry/state_impl.h"

namespace entente::registry {
namespace {

class StateHasher {
 public:
  StateHasher& add(std::uint64_t value) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    sha_.update(bytes);
    return *this;
  }
  template <class E>
    requires std::is_enum_v<E>
  StateHasher& add(E value) {
    return add(static_cast<std::uint64_t>(value));
  }
  StateHasher& add(double value) { return add(std::bit_cast<std::uint64_t>(value)); }
  StateHasher& add(Instant value) { return add(static_cast<std::uint64_t>(value.time_since_epoch().count())); }
  StateHasher& add(std::string_view value) {
    add(value.size());
    sha_.update(value);
    return *this;
  }
  StateHasher& add(const std::string& value) { return add(std::string_view(value)); }
  StateHasher& add(const Digest& value) {
    sha_.update(value.view());
    return *this;
  }
  StateHasher& add(const keys::PublicKeyBytes& value) {
    sha_.update(ByteView(value));
    return *this;
  }
  StateHasher& add(const keys::VerifierKey& value) { return add(value.str()); }
  StateHasher& add(catalog::ControlId value) { return add(std::uint64_t{value.principle()} * 256 + value.number()); }
  template <class T>
  StateHasher& add(const std::optional<T>& value) {
    add(std::uint64_t{value.has_value()});
    return value ? add(*value) : *this;
  }
  template <class T>
  StateHasher& add(const std::vector<T>& list) {
    add(list.size());
    for (const T& item : list) add(item);
    return *this;
  }
  template <class A, class B>
  StateHasher& add(const std::pair<A, B>& value) {
    return add(value.first).add(value.second);
  }
  template <class K, class V, class C>
  StateHasher& add(const std::map<K, V, C>& table) {
    add(table.size());
    for (const auto& [key, value] : table) add(key).add(value);
    return *this;
  }

  StateHasher& add(const Identity& v) { return add(v.id).add(json_compact(v.json())); }
  StateHasher& add(const RecordDates& v) { return add(v.signed_on).add(v.published_on).add(v.signed_no_later_than); }
  StateHasher& add(const Reservation& v) { return add(std::uint64_t{v.principle}).add(v.text); }
  StateHasher& add(const Pledge& v) {
    return add(v.leaf)
        .add(v.envelope)
        .add(v.at)
        .add(v.language)
        .add(v.version)
        .add(v.text)
        .add(std::uint64_t{v.principles})
        .add(v.reservations)
        .add(v.why)
        .add(v.why_language)
        .add(v.domains);
  }
  StateHasher& add(const OwnKey& v) {
    return add(v.key).add(v.added).add(v.from).add(v.until).add(v.doubtful_since).add(v.ended).add(v.end);
  }
  StateHasher& add(const ProvenDomain& v) {
    return add(v.domain)
        .add(v.leaf)
        .add(v.at)
        .add(v.until)
        .add(v.method)
        .add(v.dnssec)
        .add(std::uint64_t{v.vantages})
        .add(v.key)
        .add(v.evidence);
  }
  StateHasher& add(const ConfirmedMailbox& v) { return add(v.leaf).add(v.at).add(v.until).add(v.stage).add(v.key).add(v.commitment); }
  StateHasher& add(const Membership& v) {
    return add(v.instrument).add(v.basis).add(v.since).add(std::uint64_t{v.ended}).add(v.url).add(v.proof).add(v.leaf);
  }
  StateHasher& add(const PeerReview& v) {
    return add(v.leaf).add(v.envelope).add(v.at).add(v.reviewer).add(v.assessment).add(v.report).add(v.url).add(v.controls).add(v.answer);
  }
  StateHasher& add(const ContactEntry& v) {
    return add(v.role).add(v.commitment).add(std::uint64_t{v.channels}).add(v.languages).add(v.audience);
  }
  StateHasher& add(const ContactSet& v) { return add(v.leaf).add(v.at).add(v.commitment).add(v.contacts); }
  StateHasher& add(const EvidenceItem& v) {
    return add(v.leaf).add(v.at).add(v.document).add(v.kind).add(v.media_type).add(v.url).add(v.controls);
  }
  StateHasher& add(const SupporterDetail& v) {
    add(v.former_names)
        .add(v.memberships)
        .add(v.domains)
        .add(v.assessments)
        .add(v.assessment)
        .add(v.disputes)
        .add(v.reviews)
        .add(v.contacts);
    add(v.evidence).add(v.reason).add(v.successor).add(v.predecessors).add(v.source).add(v.mailbox);
    add(std::uint64_t{v.claim != nullptr});
    return v.claim ? add(v.claim->pledge).add(v.claim->identity).add(v.claim->key) : *this;
  }
  StateHasher& add(const Supporter& v) {
    add(std::uint64_t{v.ordinal})
        .add(v.status)
        .add(v.identity)
        .add(v.dates)
        .add(v.pledge)
        .add(v.approved_at)
        .add(v.renewed_until)
        .add(v.ended_at);
    add(v.record_leaf).add(v.record).add(v.identity_leaf).add(v.status_leaf).add(v.changed_leaf).add(v.last_own);
    return add(v.keys).add(v.statements).add(v.detail());
  }
  StateHasher& add(const AssessedControl& v) {
    return add(v.control)
        .add(v.status)
        .add(v.evidence_class)
        .add(v.weight)
        .add(v.reason)
        .add(v.evidence)
        .add(std::uint64_t{v.evidence_count})
        .add(v.evidence_list);
  }
  StateHasher& add(const Assessment& v) {
    add(v.leaf).add(v.envelope).add(v.supporter).add(v.at).add(v.document).add(v.bundle).add(v.catalog_version).add(v.catalog);
    return add(v.signer).add(v.person).add(v.controls);
  }
  StateHasher& add(const Dispute& v) {
    add(v.leaf).add(v.envelope).add(v.at).add(v.supporter).add(v.assessment).add(v.control).add(v.by).add(v.by_person).add(v.reason);
    return add(v.state).add(v.decided).add(v.decision_reason);
  }
  StateHasher& add(const Event& v) {
    add(v.leaf).add(v.envelope).add(v.at).add(v.uid).add(std::uint64_t{v.sequence}).add(v.kind).add(v.title).add(v.language).add(v.url);
    add(v.place).add(v.country).add(v.openness).add(v.supporter).add(v.starts).add(v.ends).add(v.happened_at);
    return add(std::uint64_t{v.cancelled}).add(v.document);
  }
  StateHasher& add(const ComcheckRound& v) {
    return add(v.leaf).add(v.at).add(v.drawn_at).add(v.round).add(v.checkpoint).add(v.tree_size).add(v.merkle_root).add(v.classes);
  }
  StateHasher& add(const WitnessedCheckpoint& v) { return add(v.leaf).add(v.at).add(v.size).add(v.root); }
  StateHasher& add(const CallTextRule& v) { return add(v.language).add(v.version).add(v.sha256); }
  StateHasher& add(const CatalogueRelease& v) { return add(v.leaf).add(v.at).add(v.version).add(v.sha256).add(v.controls); }
  StateHasher& add(const Commitment& v) {
    return add(v.leaf).add(v.at).add(v.commitment).add(v.kind).add(v.holder).add(v.reveal_by).add(v.revealed).add(v.content);
  }
  StateHasher& add(const Vote& v) { return add(v.person).add(v.key).add(v.leaf).add(v.at); }
  StateHasher& add(const Pending& v) {
    return add(v.what).add(v.supporter).add(v.about).add(v.since).add(v.leaf).add(v.for_it).add(v.against);
  }
  StateHasher& add(const RosterKey& v) { return add(v.role).add(v.person).add(v.key); }
  StateHasher& add(const Rules& v) {
    add(v.leaf).add(v.envelope).add(v.at).add(v.log).add(v.registry).add(v.text);
    for (const std::uint32_t n : {v.quorum.approval, v.quorum.removal, v.quorum.keys, v.quorum.rules}) add(std::uint64_t{n});
    const Windows& w = v.windows;
    for (const auto seconds : {w.past, w.future}) add(static_cast<std::uint64_t>(seconds.count()));
    for (const auto days : {w.assessment, w.key_loss_wait, w.renewal, w.domain_proof}) add(static_cast<std::uint64_t>(days.count()));
    return add(std::uint64_t{v.quorum.witnesses}).add(v.texts).add(v.roster);
  }
  StateHasher& add(const Rejection& v) { return add(v.code).add(v.what).add(v.pointer).add(v.hint); }
  StateHasher& add(const EntryRow& v) {
    add(v.envelope).add(v.at).add(std::uint64_t{v.supporter}).add(v.kind).add(v.disposition).add(v.signers.size());
    for (const std::uint32_t index : v.signers) add(std::uint64_t{index});
    return *this;
  }
  StateHasher& add(const KnownKey& v) { return add(v.key).add(std::uint64_t{v.supporter}).add(v.person).add(std::uint64_t{v.roles}); }

  [[nodiscard]] Digest finish() { return sha_.finish(); }

 private:
  Sha256 sha_;
};

}  // namespace

Digest State::digest() const {
  const Impl& s = *impl_;
  StateHasher h;
  h.add(s.clock).add(s.rules).add(s.supporters).add(s.known).add(s.entries).add(s.ignored).add(s.pending).add(s.assessments);
  h.add(s.disputes).add(s.events).add(s.event_holders).add(s.comchecks).add(s.catalogue).add(s.commitments);
  h.add(s.witnessed).add(std::vector(s.texts.begin(), s.texts.end())).add(s.last_pledge).add(s.roots.size());
  return h.finish();
}

}  // namespace entente::registry
