// What the registry says of itself: its rules, releases of the catalogue, rounds of communication checks; and events, which a supporter or
// the registry announces. The founding rules are signed by the quorum they name; later ones by the quorum of the rules before them.
#include <fmt/format.h>
#include <algorithm>

#include "registry/state_impl.h"

namespace entente::registry {
namespace {

// No roster may list a supporter's key: whoever speaks for the registry never speaks for a supporter.
Verdict judge_roster(const State::Impl& state, const Rules& rules) {
  for (std::size_t i = 0; i < rules.roster.size(); ++i) {
    const std::uint32_t index = state.key_index(rules.roster[i].key);
    if (index == kNone) continue;
    const KnownKey& known = state.known[index];
    const std::string pointer = fmt::format("/predicate/roster/{}/key", i);
    if (known.supporter != kNone)
      return reject(Code::key_taken, fmt::format("this is a key of \"{}\"", state.by_ordinal[known.supporter]->identity.id), pointer,
                    "nobody speaks for the registry and a supporter with one key");
    if (known.person != rules.roster[i].person)
      return reject(Code::key_taken, fmt::format("this key is {}'s", known.person), pointer, "a key never passes to another person");
    if (!(known.key == rules.roster[i].key)) return reject(Code::key_taken, "the ledger knows this key under another name", pointer);
  }
  return {};
}

Verdict judge_founding(const Reading& reading, const Rules& rules) {
  if (reading.maybe_digest("previous"))
    return reject(Code::no_such_statement, "there are no rules before the founding ones", "/predicate/previous");
  std::set<std::string_view> persons;
  for (std::size_t i = 0; i < reading.signers.size(); ++i) {
    const auto& key = reading.signers[i].key;
    const auto it = std::find_if(rules.roster.begin(), rules.roster.end(),
                                 [&](const RosterKey& k) { return k.role == Role::secretariat && k.key.key() == key.key(); });
    if (it == rules.roster.end())
      return reject(Code::not_entitled, "only the secretariat it names signs the founding statement", fmt::format("/signatures/{}", i));
    persons.insert(it->person);
  }
  if (persons.size() < rules.quorum.rules)
    return reject(Code::needs_second_person,
                  fmt::format("{} of the {} different persons needed signed", persons.size(), rules.quorum.rules), "/signatures",
                  "all must sign the same envelope; a person counts once, whatever keys they have");
  return {};
}

std::vector<std::pair<std::string, std::uint64_t>> read_classes(JsonView predicate) {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  if (const auto list = json_array(predicate, "classes"))
    for (const JsonView item : *list)
      out.emplace_back(json_string(item, "class").value_or(""), static_cast<std::uint64_t>(json_int(item, "count").value_or(0)));
  return out;
}

std::string event_uid(const Reading& reading) {
  std::string uid = reading.text("uid");
  return uid.empty() ? reading.envelope.hex() : uid;
}

// Who announces: the supporter whose key signed, or the registry (empty).
std::string event_holder(const State::Impl& state, const Reading& reading) {
  const Supporter* supporter = state.find(reading.supporter);
  return supporter != nullptr && is_own_signer(state, reading, *supporter) ? reading.supporter : std::string();
}

std::optional<Instant> maybe_time(const Reading& reading, std::string_view member) {
  return json_string(reading.predicate(), member) ? std::optional(reading.time_of(member)) : std::nullopt;
}

Event read_event(const Reading& reading) {
  Event out{.leaf = reading.leaf,
            .envelope = reading.envelope,
            .at = reading.at,
            .uid = event_uid(reading),
            .kind = reading.text("kind"),
            .title = reading.text("title"),
            .language = reading.text("language"),
            .url = reading.text("url"),
            .openness = reading.text("openness"),
            .supporter = reading.supporter,
            .starts = maybe_time(reading, "starts"),
            .ends = maybe_time(reading, "ends"),
            .happened_at = maybe_time(reading, "happened_at"),
            .cancelled = reading.text("status") == "cancelled",
            .document = reading.digest("document")};
  if (const auto place = json_get(reading.predicate(), "place")) {
    out.place = json_string(*place, "name").value_or("");
    out.country = json_string(*place, "country").value_or("");
  }
  return out;
}

}  // namespace

Verdict judge_registry_rules(const State::Impl& state, const Reading& reading) {
  const auto rules = Rules::from(reading.predicate());
  if (!rules) return reject(Code::schema, rules.error().what, "/predicate" + rules.error().where.pointer, rules.error().hint);
  ENTENTE_JUDGE(judge_roster(state, *rules));
  if (!state.rules) return judge_founding(reading, *rules);
  if (reading.maybe_digest("previous") != state.rules->envelope)
    return reject(Code::no_such_statement, fmt::format("the rules in force are {}", state.rules->envelope.hex()), "/predicate/previous",
                  "new rules name the ones they replace");
  if (rules->log != state.rules->log)
    return reject(Code::not_allowed, fmt::format("this ledger is \"{}\"", state.rules->log), "/predicate/log");
  ENTENTE_JUDGE(signed_by_quorum(state, reading, state.rules->quorum.rules));
  return want_order(reading, state.rules->at, "the rules in force");
}

void effect_registry_rules(State::Impl& state, const Reading& reading, Effects& effects) {
  Rules rules = Rules::from(reading.predicate()).value();
  rules.leaf = reading.leaf;
  rules.envelope = reading.envelope;
  if (state.rules) effects.disposition(state.rules->leaf, Disposition::superseded);
  for (KnownKey& known : state.known) known.roles = 0;
  for (const RosterKey& key : rules.roster) {
    KnownKey& known = state.known[state.introduce(key.key, kNone)];
    known.person = key.person;
    known.roles = static_cast<std::uint8_t>(known.roles | 1U << static_cast<unsigned>(key.role));
  }
  for (const CallTextRule& text : rules.texts) state.texts.emplace(text.language, text.sha256);
  state.rules = std::move(rules);
  effects.touch(Table::rules);
  effects.touch(Table::keys);
}

Verdict judge_catalogue_release(const State::Impl& state, const Reading& reading) {
  ENTENTE_JUDGE(signed_by_quorum(state, reading, state.rules->quorum.rules));
  const std::string version = reading.text("version");
  if (std::any_of(state.catalogue.begin(), state.catalogue.end(), [&](const CatalogueRelease& r) { return r.version == version; }))
    return reject(Code::id_taken, fmt::format("version \"{}\" was released", version), "/predicate/version", "a version is released once");
  if (!state.catalogue.empty()) return want_order(reading, state.catalogue.back().at, "the last release");
  return {};
}

void effect_catalogue_release(State::Impl& state, const Reading& reading, Effects& effects) {
  state.catalogue.push_back({.leaf = reading.leaf,
                             .at = reading.at,
                             .version = reading.text("version"),
                             .sha256 = reading.digest("catalog"),
                             .controls = reading.digest("controls")});
  effects.touch(Table::catalogue);
}

Verdict judge_comcheck_round(const State::Impl& state, const Reading& reading) {
  ENTENTE_JUDGE(signed_by_role(state, reading, {Role::secretariat, Role::monitor}));
  const std::string round = reading.text("round");
  if (std::any_of(state.comchecks.begin(), state.comchecks.end(), [&](const ComcheckRound& r) { return r.round == round; }))
    return reject(Code::id_taken, fmt::format("round \"{}\" is in the ledger", round), "/predicate/round", "a round is published once");
  const auto from = json_get(reading.predicate(), "drawn_from");
  if (!from || json_string(*from, "origin") != state.rules->log)
    return reject(Code::not_allowed, fmt::format("times are drawn from a checkpoint of \"{}\"", state.rules->log),
                  "/predicate/drawn_from/origin");
  if (reading.time_of("drawn_at") > reading.at) return reject(Code::not_allowed, "drawn after it was signed", "/predicate/drawn_at");
  std::set<std::string> names;
  std::uint64_t sum = 0;
  for (const auto& [name, count] : read_classes(reading.predicate())) {
    if (!names.insert(name).second) return reject(Code::not_allowed, fmt::format("class \"{}\" stands twice", name), "/predicate/classes");
    sum += count;
  }
  const std::int64_t entries = json_int(reading.predicate(), "entries").value_or(0);
  if (sum != static_cast<std::uint64_t>(entries))
    return reject(Code::not_allowed, fmt::format("the classes add up to {}, not {}", sum, entries), "/predicate/entries");
  return {};
}

void effect_comcheck_round(State::Impl& state, const Reading& reading, Effects& effects) {
  ComcheckRound round{.leaf = reading.leaf,
                      .at = reading.at,
                      .drawn_at = reading.time_of("drawn_at"),
                      .round = reading.text("round"),
                      .merkle_root = reading.digest("merkle_root"),
                      .classes = read_classes(reading.predicate())};
  if (const auto from = json_get(reading.predicate(), "drawn_from")) {
    round.tree_size = static_cast<std::uint64_t>(json_int(*from, "size").value_or(0));
    round.checkpoint = reading.digest("drawn_from");
  }
  state.comchecks.push_back(std::move(round));
  effects.touch(Table::comchecks);
}

Verdict judge_event(const State::Impl& state, const Reading& reading) {
  std::string holder;
  if (!reading.supporter.empty()) {
    const auto supporter = want_supporter(state, reading.supporter, "/predicate/organisation/id",
                                          {Status::approved, Status::imported, Status::withdrawn, Status::removed, Status::succeeded});
    if (!supporter) return tl::unexpected(supporter.error());
    holder = event_holder(state, reading);
    if (!holder.empty()) {
      if (is_tombstone((*supporter)->status))
        return reject(Code::wrong_status, fmt::format("\"{}\" is {}", holder, name((*supporter)->status)), "/predicate/organisation/id");
      ENTENTE_JUDGE(signed_by_supporter(state, reading, **supporter));
      ENTENTE_JUDGE(want_order(reading, (*supporter)->last_own, "the last statement of this supporter"));
    }
  }
  if (holder.empty()) ENTENTE_JUDGE(signed_by_role(state, reading, {Role::secretariat}));
  const Event event = read_event(reading);
  if (event.starts && event.ends && *event.ends < *event.starts)
    return reject(Code::not_allowed, "it ends before it starts", "/predicate/ends");
  const auto earlier = state.events.find(event.uid);
  if (earlier == state.events.end()) return {};
  if (state.event_holders.at(event.uid) != holder || earlier->second.supporter != event.supporter)
    return reject(Code::id_taken, fmt::format("event \"{}\" was announced by somebody else", event.uid), "/predicate/uid",
                  "choose another uid");
  return want_order(reading, earlier->second.at, "the last statement on this event");
}

void effect_event(State::Impl& state, const Reading& reading, Effects& effects) {
  Event event = read_event(reading);
  const std::string holder = event_holder(state, reading);
  if (const auto earlier = state.events.find(event.uid); earlier != state.events.end()) {
    event.sequence = earlier->second.sequence + 1;
    effects.disposition(earlier->second.leaf, Disposition::superseded);
  }
  if (!event.supporter.empty()) effects.changed(event.supporter);
  if (!holder.empty()) effects.changed(holder).last_own = reading.at;
  state.event_holders[event.uid] = holder;
  const std::string uid = event.uid;
  state.events.insert_or_assign(uid, std::move(event));
  effects.touch(Table::events);
}

}  // namespace entente::registry
