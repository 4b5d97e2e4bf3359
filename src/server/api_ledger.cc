// The ledger as the registry knows it: its name and key, the latest checkpoint with who cosigned it, what is in it by kind and by month.
// Figures are of the entries that checkpoint covers. A checkpoint, or a cosignature on it, may come without a write: the answer is kept
// under its note.
#include <fmt/format.h>
#include <algorithm>

#include "merkle/checkpoint.h"
#include "registry/ledger_summary.h"
#include "server/api_reading.h"
#include "server/api_views.h"

namespace entente::server {
namespace {

// The latest checkpoint; nothing where this copy knows of none.
struct LatestCheckpoint {
  std::string text;
  merkle::Note note;
  merkle::Checkpoint checkpoint;
};

Result<std::optional<LatestCheckpoint>> latest_checkpoint(const ApiContext& context) {
  if (!context.checkpoint) return std::nullopt;
  LatestCheckpoint out;
  ENTENTE_TRY(out.text, context.checkpoint());
  ENTENTE_TRY(out.note, merkle::Note::parse(out.text));
  ENTENTE_TRY(out.checkpoint, merkle::Checkpoint::parse(out.note.text));
  return std::optional(std::move(out));
}

std::vector<const registry::RosterKey*> witnesses_named(const registry::Rules* rules) {
  std::vector<const registry::RosterKey*> out;
  if (rules == nullptr) return out;
  for (const registry::RosterKey& key : rules->roster)
    if (key.role == registry::Role::witness) out.push_back(&key);
  return out;
}

// When the key cosigned the note; nothing where it did not, or what stands there under its name does not verify.
std::optional<Instant> cosigned_at(const std::optional<LatestCheckpoint>& latest, const keys::VerifierKey& key) {
  if (!latest) return std::nullopt;
  const auto verified = merkle::verify_note(latest->text, {key});
  if (!verified || verified->cosigned.empty()) return std::nullopt;
  return verified->cosigned.front().second;
}

Json witness_json(const std::optional<LatestCheckpoint>& latest, const registry::RosterKey& witness) {
  const auto time = cosigned_at(latest, witness.key);
  return {{"person", witness.person},
          {"name", witness.key.name()},
          {"vkey", witness.key.str()},
          {"cosigned", time.has_value()},
          {"cosigned_at", time ? Json(format_time(*time)) : Json()}};
}

// Signatures on the note of keys the rules do not name: not checked here.
Json other_signatures(const ApiContext& context, const std::optional<LatestCheckpoint>& latest,
                      const std::vector<const registry::RosterKey*>& witnesses) {
  Json out = Json::array();
  if (!latest) return out;
  for (const merkle::NoteSignature& line : latest->note.signatures) {
    const auto of = [&](const keys::VerifierKey& key) { return key.name() == line.name && key.id() == line.key_id; };
    const auto log = keys::VerifierKey::parse(context.log_key);
    const bool of_log = log ? of(*log) : line.name == latest->checkpoint.origin;
    if (!of_log && std::ranges::none_of(witnesses, [&](const registry::RosterKey* w) { return of(w->key); }))
      out.push_back(Json{{"name", line.name}, {"key_id", fmt::format("{:08x}", line.key_id)}});
  }
  return out;
}

Json witnessed_in_ledger(const registry::State& state, registry::Leaf size) {
  const auto& all = state.witnessed();
  const auto last = std::find_if(all.rbegin(), all.rend(), [&](const registry::WitnessedCheckpoint& w) { return w.leaf < size; });
  if (last == all.rend()) return nullptr;
  return {{"leaf", last->leaf}, {"at", format_time(last->at)}, {"size", last->size}, {"root", last->root.hex()}};
}

void put_summary(Json& out, const registry::LedgerSummary& summary) {
  out["entries"] = summary.entries;
  out["statements_by_kind"] = summary.kinds;
  out["dispositions"] = summary.dispositions;
  Json& growth = out["growth"] = Json::array();
  std::uint64_t total = summary.without_time;
  for (const auto& [month, entries] : summary.months)
    growth.push_back(Json{{"month", month}, {"entries", entries}, {"total", total += entries}});
}

Result<Made> ledger_view(const ApiContext& context, const Call&) {
  const registry::State& state = context.projection->state();
  const registry::Rules* rules = state.rules();
  ENTENTE_TRY(const auto latest, latest_checkpoint(context));
  const registry::Leaf size = latest ? latest->checkpoint.size : state.next_leaf();
  const registry::LedgerSummary summary = registry::summarise_ledger(state, size);
  const std::string origin = latest ? latest->checkpoint.origin : rules != nullptr ? rules->log : std::string();
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  Json out{{"origin", text_or_null(origin)}, {"vkey", text_or_null(context.log_key)}, {"size", size}};
  out["root"] = latest ? Json(latest->checkpoint.root.hex()) : Json();
  out["time"] = format_time(summary.time);
  out["checkpoint"] = latest ? Json(latest->text) : Json();
  const auto witnesses = witnesses_named(rules);
  out["witnesses_needed"] = rules != nullptr && !witnesses.empty() ? rules->witnesses_needed() : 0;
  Json& list = out["witnesses"] = Json::array();
  for (const registry::RosterKey* witness : witnesses) list.push_back(witness_json(latest, *witness));
  out["other_signatures"] = other_signatures(context, latest, witnesses);
  out["witnessed"] = witnessed_in_ledger(state, size);
  put_summary(out, summary);
  return json_made(out);
}

// What the answer hangs on besides the entries.
std::string checkpoint_now(const ApiContext& context) {
  if (!context.checkpoint) return {};
  const auto note = context.checkpoint();
  return note ? sha256(*note).hex() : std::string();
}

}  // namespace

void add_ledger_view(Router& router, const std::shared_ptr<const ApiContext>& context) {
  router.add(http::Method::get, "/ledger", reading(context, ledger_view, checkpoint_now));
}

}  // namespace entente::server
