// What a supporter says of its own record: renewal, correction, withdrawal; and succession, by which one record passes on to another.
// A correction is applied to the pledge as it stands, and the result must satisfy the pledge's schema as a whole.
#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "registry/pledge_reading.h"
#include "registry/state_impl.h"

namespace entente::registry {
namespace {

// What a correction may touch: "/x" is the member itself, "/x/" anything below it. Never id, key, text, time.
constexpr std::array<std::string_view, 14> kCorrectable = {"/organisation/name",
                                                           "/organisation/names/",
                                                           "/organisation/category",
                                                           "/organisation/nature",
                                                           "/organisation/country",
                                                           "/organisation/website",
                                                           "/organisation/lei",
                                                           "/organisation/ror",
                                                           "/organisation/wikidata",
                                                           "/organisation/register_number",
                                                           "/domains/",
                                                           "/principles/",
                                                           "/reservations/",
                                                           "/why/"};

bool is_correctable(std::string_view pointer) {
  return std::any_of(kCorrectable.begin(), kCorrectable.end(), [&](std::string_view rule) {
    return rule.ends_with('/') ? pointer.starts_with(rule) && pointer.size() > rule.size() : pointer == rule;
  });
}

Verdict check_own_pledge(const State::Impl& state, const Reading& reading, std::initializer_list<Status> statuses) {
  const auto supporter = want_supporter(state, reading.supporter, "/predicate/organisation/id", statuses);
  if (!supporter) return tl::unexpected(supporter.error());
  ENTENTE_JUDGE(signed_by_supporter(state, reading, **supporter));
  const std::string_view member = reading.kind == Kind::correction ? "corrects" : "pledge";
  if (reading.digest(member) != (*supporter)->pledge.envelope)
    return reject(Code::no_such_statement,
                  fmt::format("the pledge of \"{}\" is {}", reading.supporter, (*supporter)->pledge.envelope.hex()),
                  fmt::format("/predicate/{}/sha256", member));
  return want_order(reading, (*supporter)->last_own, "the last statement of this supporter");
}

// Splits "/a/b~1c" into its unescaped segments.
std::vector<std::string> pointer_path(std::string_view pointer) {
  std::vector<std::string> out;
  while (!pointer.empty()) {
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    std::string segment(pointer.substr(1, end - 1));
    for (std::size_t at = 0; (at = segment.find('~', at)) != std::string::npos; ++at)
      segment.replace(at, 2, segment[at + 1] == '1' ? "/" : "~");
    out.push_back(std::move(segment));
    pointer.remove_prefix(end);
  }
  return out;
}

// An array's index, or its size for "-". Nothing if the segment is no index of it.
std::optional<std::size_t> array_index(const Json& array, const std::string& segment) {
  if (segment == "-") return array.size();
  if (segment.empty() || segment.size() > 4 || (segment.size() > 1 && segment[0] == '0')) return std::nullopt;
  if (!std::all_of(segment.begin(), segment.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  const std::size_t index = std::stoul(segment);
  return index < array.size() ? std::optional(index) : std::nullopt;
}

// Sets or removes one member or element. False: there is nothing at that place to set or remove.
bool change_member(Json& document, const std::vector<std::string>& path, Json value) {
  Json* at = &document;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    if (at->is_array()) {
      const auto index = array_index(*at, path[i]);
      if (!index || *index == at->size()) return false;
      at = &(*at)[*index];
    } else {
      // "domains" and the like may be absent and begin with their first element.
      if (!at->contains(path[i])) (*at)[path[i]] = path[i + 1] == "-" ? Json::array() : Json::object();
      at = &(*at)[path[i]];
    }
    if (!at->is_structured()) return false;
  }
  if (at->is_array()) {
    const auto index = array_index(*at, path.back());
    if (!index || (value.is_null() && *index == at->size())) return false;
    if (value.is_null())
      at->erase(*index);
    else if (*index == at->size())
      at->push_back(std::move(value));
    else
      (*at)[*index] = std::move(value);
    return true;
  }
  if (!value.is_null()) {
    (*at)[path.back()] = std::move(value);
    return true;
  }
  return at->erase(path.back()) == 1;
}

// An object or array that lost its last member leaves with it: the schema has no empty ones.
void drop_empty_members(Json& document) {
  for (const char* member : {"domains", "principles", "reservations", "why"})
    if (document.contains(member) && document[member].empty()) document.erase(member);
  if (Json& organisation = document["organisation"]; organisation.contains("names") && organisation["names"].empty())
    organisation.erase("names");
}

// The pledge as it will stand, or why it cannot.
tl::expected<PledgeContent, Rejection> corrected_pledge(const State::Impl& state, const Reading& reading, const Supporter& supporter) {
  Json document = pledge_json(supporter);
  const auto list = json_array(reading.predicate(), "changes");
  std::size_t i = 0;
  if (list) {
    for (const JsonView item : *list) {
      const std::string at = fmt::format("/predicate/changes/{}/pointer", i++);
      const std::string pointer(json_string(item, "pointer").value_or(""));
      if (!is_correctable(pointer))
        return reject(Code::not_allowed, fmt::format("\"{}\" cannot be corrected", pointer), at,
                      "id, key, text and time of a pledge stay as they were signed; use key-set, succession or a new pledge");
      const auto value = json_get(item, "to");
      if (!change_member(document, pointer_path(pointer), value ? to_json(*value) : Json()))
        return reject(Code::not_allowed, fmt::format("the pledge has nothing at \"{}\"", pointer), at,
                      "the pledge as it stands, after earlier corrections, counts");
    }
  }
  drop_empty_members(document);
  const auto parsed = JsonDocument::parse(json_compact(document), "corrected pledge");
  if (!parsed) return reject(Code::not_allowed, parsed.error().what, "/predicate/changes");
  const std::vector<statement::Subject> subjects = {{"", supporter.pledge.text}};
  if (const auto sound = state.schemas[static_cast<std::size_t>(Kind::pledge)]->check(subjects, parsed->root()); !sound)
    return reject(Code::not_allowed, "the corrected pledge would be wrong: " + sound.error().what, "/predicate/changes",
                  fmt::format("at {} of the pledge", sound.error().where.pointer));
  auto content = read_pledge(parsed->root(), state.known_countries());
  if (!content) return reject(Code::not_allowed, content.error().what, "/predicate/changes", content.error().hint);
  return std::move(*content);
}

// One side of a succession must sign: its own key if it has one that counts, else the secretariat's quorum.
bool has_live_key(const Supporter& supporter, Instant time) {
  return std::any_of(supporter.keys.begin(), supporter.keys.end(), [&](const OwnKey& k) { return k.counts_at(time); });
}

Verdict judge_succession_signers(const State::Impl& state, const Reading& reading, const Supporter& from, const Supporter& to) {
  for (std::size_t i = 0; i < reading.signers.size(); ++i) {
    const Signer& signer = reading.signers[i];
    const KnownKey* known = state.known_of(signer);
    const bool officer = known != nullptr && known->has(Role::secretariat);
    if (!officer && state.own_key(from, signer, reading.time) == nullptr && state.own_key(to, signer, reading.time) == nullptr)
      return reject(Code::not_entitled, "only the two organisations and the secretariat sign a succession",
                    fmt::format("/signatures/{}", i));
  }
  const bool quorum = persons_signed(state, reading).size() >= state.rules->quorum.keys;
  if (has_live_key(to, reading.time) && !is_own_signer(state, reading, to))
    return reject(Code::not_entitled, fmt::format("\"{}\" has not signed that it takes over", to.identity.id), "/signatures",
                  "the successor signs too");
  if (is_own_signer(state, reading, from) && (quorum || has_live_key(to, reading.time))) return {};
  if (quorum) return {};
  if (!persons_signed(state, reading).empty())
    return reject(Code::needs_second_person, "for an organisation that does not sign, a quorum of the secretariat must", "/signatures");
  return reject(Code::not_entitled, fmt::format("neither \"{}\" nor a quorum of the secretariat signed", from.identity.id), "/signatures");
}

}  // namespace

Verdict judge_renewal(const State::Impl& state, const Reading& reading) {
  ENTENTE_JUDGE(check_own_pledge(state, reading, {Status::approved}));
  const Instant until = reading.time_of("until");
  if (until <= reading.at) return reject(Code::not_allowed, "it would end before it begins", "/predicate/until");
  if (until > reading.at + state.rules->windows.renewal)
    return reject(Code::not_allowed, fmt::format("a renewal reaches at most {} days", state.rules->windows.renewal.count()),
                  "/predicate/until");
  return {};
}

void effect_renewal(State::Impl& /*state*/, const Reading& reading, Effects& effects) {
  Supporter& supporter = effects.changed(reading.supporter);
  supporter.renewed_until = reading.time_of("until");
  supporter.last_own = reading.at;
}

Verdict judge_correction(const State::Impl& state, const Reading& reading) {
  ENTENTE_JUDGE(check_own_pledge(state, reading, {Status::applied, Status::approved}));
  const auto content = corrected_pledge(state, reading, *state.find(reading.supporter));
  if (!content) return tl::unexpected(content.error());
  return {};
}

void effect_correction(State::Impl& state, const Reading& reading, Effects& effects) {
  Supporter& supporter = effects.changed(reading.supporter);
  PledgeContent content = corrected_pledge(state, reading, supporter).value();
  if (content.identity.name != supporter.identity.name) supporter.edit().former_names.push_back(supporter.identity.name);
  if (!(content.identity == supporter.identity)) supporter.identity_leaf = reading.leaf;
  supporter.identity = std::move(content.identity);
  content.pledge.leaf = supporter.pledge.leaf;
  content.pledge.envelope = supporter.pledge.envelope;
  supporter.pledge = std::move(content.pledge);
  supporter.last_own = reading.at;
  // Who voted, voted on the pledge as it was.
  const auto pending = state.pending.find({Pending::What::approval, reading.supporter});
  if (pending == state.pending.end()) return;
  for (std::vector<Vote>* votes : {&pending->second.for_it, &pending->second.against}) {
    for (const Vote& vote : *votes) effects.disposition(vote.leaf, Disposition::superseded);
    votes->clear();
  }
  effects.touch(Table::pending);
}

Verdict judge_withdrawal(const State::Impl& state, const Reading& reading) {
  if (reading.text("by") == "registry")
    return reject(Code::not_allowed, "the registry does not withdraw in a supporter's name", "/predicate/by", "use a removal statement");
  return check_own_pledge(state, reading, {Status::applied, Status::approved});
}

void effect_withdrawal(State::Impl& /*state*/, const Reading& reading, Effects& effects) {
  Supporter& supporter = effects.changed(reading.supporter);
  supporter.last_own = reading.at;
  effects.end_record(supporter, Status::withdrawn, reading.text("reason"));
}

Verdict judge_succession(const State::Impl& state, const Reading& reading) {
  const std::string successor = reading.id_of("successor");
  const auto from = want_supporter(state, reading.supporter, "/predicate/organisation/id", {Status::approved, Status::imported});
  if (!from) return tl::unexpected(from.error());
  const auto to = want_supporter(state, successor, "/predicate/successor/id", {Status::approved, Status::imported});
  if (!to) return tl::unexpected(to.error());
  if (successor == reading.supporter)
    return reject(Code::not_allowed, "an organisation does not succeed itself", "/predicate/successor/id", "a new name is a correction");
  if (reading.digest("record") != (*from)->record)
    return reject(Code::no_such_statement, fmt::format("the record \"{}\" was created by {}", reading.supporter, (*from)->record.hex()),
                  "/predicate/record/sha256");
  ENTENTE_JUDGE(judge_succession_signers(state, reading, **from, **to));
  ENTENTE_JUDGE(want_order(reading, (*from)->last_own, "the last statement of the predecessor"));
  return want_order(reading, (*to)->last_own, "the last statement of the successor");
}

void effect_succession(State::Impl& state, const Reading& reading, Effects& effects) {
  const std::string successor = reading.id_of("successor");
  Supporter& from = effects.changed(reading.supporter);
  Supporter& to = effects.changed(successor);
  if (is_own_signer(state, reading, from)) from.last_own = reading.at;
  if (is_own_signer(state, reading, to)) to.last_own = reading.at;
  from.edit().successor = successor;
  to.edit().predecessors.push_back(reading.supporter);
  effects.end_record(from, Status::succeeded, reading.text("reason"));
}

}  // namespace entente::registry
