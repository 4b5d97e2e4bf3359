// Walks the ledger backwards from its end (or from one record's statements) and says of each statement what it did.
#include "registry/changes.h"

#include <fmt/format.h>
#include <algorithm>

#include "registry/feed_text.h"

namespace entente::registry {
namespace {

std::string_view what_happened(Kind kind) {
  switch (kind) {
    case Kind::registry_rules: return "rules of the registry";
    case Kind::pledge: return "pledge";
    case Kind::approval: return "pledge approved";
    case Kind::renewal: return "pledge renewed";
    case Kind::correction: return "record corrected";
    case Kind::succession: return "succeeded by another organisation";
    case Kind::withdrawal: return "pledge withdrawn";
    case Kind::removal: return "record removed";
    case Kind::key_set: return "new keys";
    case Kind::key_revocation: return "key revoked";
    case Kind::domain_proof: return "domain proved";
    case Kind::contact_set: return "contact points set";
    case Kind::comcheck_round: return "communication check held";
    case Kind::evidence: return "evidence published";
    case Kind::assessment: return "assessment published";
    case Kind::finding_dispute: return "finding disputed";
    case Kind::dispute_decision: return "dispute decided";
    case Kind::peer_review: return "peer review published";
    case Kind::event: return "event announced";
    case Kind::instrument_membership: return "membership in another instrument";
    case Kind::catalogue_release: return "catalogue released";
    case Kind::commitment: return "commitment made";
    case Kind::reveal: return "commitment revealed";
    case Kind::disclosure: return "disclosure recorded";
    case Kind::imported: return "records imported";
    case Kind::mail_proof: return "mailbox confirmed";
    case Kind::witnessed_checkpoint: return "checkpoint witnessed";
  }
  return "statement";
}

class ChangeReader {
 public:
  ChangeReader(const State& state, const LedgerTimes& times) : state_(state), times_(times) {}

  [[nodiscard]] std::optional<Change> read(Leaf leaf) {
    const auto entry = state_.entry(leaf);
    if (!entry || !entry->kind || entry->disposition == Disposition::ignored || entry->disposition == Disposition::pending)
      return std::nullopt;
    Change out{.leaf = leaf,
               .envelope = entry->envelope,
               .kind = *entry->kind,
               .disposition = entry->disposition,
               .at = entry->at,
               .ledger_time = times_.at(leaf),
               .supporter = entry->supporter};
    const Supporter* supporter = state_.supporter(entry->supporter);
    if (supporter != nullptr) out.name = supporter->identity.name;
    out.title = title(out, supporter);
    return out;
  }

 private:
  std::string title(const Change& change, const Supporter* supporter) {
    if (change.kind == Kind::imported) return fmt::format("Records imported: {}", imported_by(change.leaf));
    if (change.kind == Kind::event)
      if (const auto* event = event_of(change.envelope))
        return fmt::format("{}: {}", event->cancelled ? "Event cancelled" : "Event", isolated_line(event->title));
    std::string_view what = what_happened(change.kind);
    if (change.kind == Kind::approval && supporter != nullptr && supporter->status == Status::refused &&
        supporter->status_leaf == change.leaf)
      what = "pledge refused";
    if (supporter == nullptr) return fmt::format("Registry: {}", what);
    return fmt::format("{}: {}", isolated_line(supporter->identity.name), what);
  }

  // Only an event's latest statement is kept by the state.
  [[nodiscard]] const Event* event_of(const Digest& envelope) const {
    for (const auto& [uid, event] : state_.events())
      if (event.envelope == envelope) return &event;
    return nullptr;
  }

  std::uint32_t imported_by(Leaf leaf) {
    if (!imports_) {
      imports_.emplace();
      for (const auto& [id, s] : state_.supporters()) ++(*imports_)[s.record_leaf];
    }
    const auto it = imports_->find(leaf);
    return it == imports_->end() ? 0 : it->second;
  }

  const State& state_;
  const LedgerTimes& times_;
  std::optional<std::map<Leaf, std::uint32_t>> imports_;  // record leaf → records
};

}  // namespace

std::vector<Change> latest_changes(const State& state, const LedgerTimes& times, const ChangesQuery& query) {
  std::vector<Change> out;
  ChangeReader reader(state, times);
  const std::size_t limit = std::min(query.limit, kMaxChanges);
  const Leaf end = std::min(query.before.value_or(state.next_leaf()), state.next_leaf());
  const auto take = [&](Leaf leaf) {
    if (auto change = reader.read(leaf)) out.push_back(std::move(*change));
  };
  if (!query.supporter.empty()) {
    const Supporter* supporter = state.supporter(query.supporter);
    if (supporter == nullptr) return out;
    for (auto leaf = supporter->statements.rbegin(); leaf != supporter->statements.rend() && out.size() < limit; ++leaf)
      if (*leaf < end) take(*leaf);
    return out;
  }
  for (Leaf leaf = end; leaf > 0 && out.size() < limit; --leaf) take(leaf - 1);
  return out;
}

Json change_json(const Change& change) {
  Json out = Json::object();
  out["leaf"] = change.leaf;
  out["envelope"] = change.envelope.str();
  out["kind"] = name(change.kind);
  out["disposition"] = name(change.disposition);
  out["at"] = format_time(change.at);
  out["ledger_time"] = format_time(change.ledger_time);
  out["supporter"] = change.supporter.empty() ? Json(nullptr) : Json(change.supporter);
  out["name"] = change.name.empty() ? Json(nullptr) : Json(change.name);
  out["title"] = change.title;
  return out;
}

}  // namespace entente::registry
