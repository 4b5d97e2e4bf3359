// Rules from a registry-rules predicate. The schema has checked the form; what is checked here is what no schema can say: that keys are
// keys, that one key belongs to one person, that the quorums can be met.
#include "registry/rules.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <set>

namespace entente::registry {
namespace {

constexpr std::array<std::string_view, kRoles> kRoleNames = {"secretariat", "verifier", "importer", "assessor", "witness", "monitor"};

std::optional<Role> role_from(std::string_view name) {
  const auto it = std::find(kRoleNames.begin(), kRoleNames.end(), name);
  return it == kRoleNames.end() ? std::nullopt : std::optional(static_cast<Role>(it - kRoleNames.begin()));
}

std::int64_t rules_number(JsonView object, std::string_view group, std::string_view member) {
  const auto inner = json_get(object, group);
  return inner ? json_int(*inner, member).value_or(0) : 0;
}

Quorum read_quorum(JsonView predicate) {
  const auto n = [&](std::string_view member) { return static_cast<std::uint32_t>(rules_number(predicate, "quorum", member)); };
  return {.approval = n("approval"), .removal = n("removal"), .keys = n("keys"), .rules = n("rules"), .witnesses = n("witnesses")};
}

Windows read_windows(JsonView predicate) {
  const auto n = [&](std::string_view member) { return rules_number(predicate, "windows", member); };
  Windows out;
  out.past = std::chrono::seconds(n("past"));
  out.future = std::chrono::seconds(n("future"));
  out.assessment = std::chrono::days(n("assessment"));
  out.key_loss_wait = std::chrono::days(n("key_loss_wait"));
  out.renewal = std::chrono::days(n("renewal"));
  out.domain_proof = std::chrono::days(n("domain_proof"));
  return out;
}

Result<std::vector<RosterKey>> read_roster(JsonView predicate) {
  std::vector<RosterKey> out;
  std::map<keys::PublicKeyBytes, std::string> persons;
  const auto list = json_array(predicate, "roster");
  if (!list) return fail("the rules have no roster", {.pointer = "/roster"});
  for (const JsonView item : *list) {
    const std::string at = fmt::format("/roster/{}", out.size());
    const auto role = role_from(json_string(item, "role").value_or(""));
    if (!role) return fail("no such role", {.pointer = at + "/role"});
    auto key = keys::VerifierKey::parse(json_string(item, "key").value_or(""));
    if (!key) return fail("not a vkey: " + key.error().what, {.pointer = at + "/key"});
    if (key->type() != keys::KeyType::ed25519 && *role != Role::witness)
      return fail("this type of key signs no statements", {.pointer = at + "/key"}, "use a plain Ed25519 key");
    std::string person(json_string(item, "person").value_or(""));
    if (const auto [it, added] = persons.emplace(key->key(), person); !added && it->second != person)
      return fail(fmt::format("this key is also listed for \"{}\"", it->second), {.pointer = at + "/person"},
                  "a key belongs to one person");
    out.push_back({*role, std::move(person), std::move(*key)});
  }
  return out;
}

Result<std::vector<CallTextRule>> read_texts(JsonView predicate) {
  std::vector<CallTextRule> out;
  const auto list = json_array(predicate, "texts");
  if (!list) return out;
  for (const JsonView item : *list) {
    CallTextRule text{.language = std::string(json_string(item, "language").value_or("")),
                      .version = std::string(json_string(item, "version").value_or(""))};
    ENTENTE_TRY(text.sha256, Digest::from_hex(json_string(item, "sha256").value_or("")));
    out.push_back(std::move(text));
  }
  return out;
}

}  // namespace

std::string_view name(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

std::size_t Rules::persons(Role role) const {
  std::set<std::string_view> seen;
  for (const RosterKey& key : roster)
    if (key.role == role) seen.insert(key.person);
  return seen.size();
}

std::size_t Rules::witnesses_needed() const { return quorum.witnesses > 0 ? quorum.witnesses : persons(Role::witness) / 2 + 1; }

Result<Rules> Rules::from(JsonView predicate) {
  Rules out;
  out.registry = json_string(predicate, "registry").value_or("");
  out.log = json_string(predicate, "log").value_or("");
  ENTENTE_TRY(out.at, parse_time(json_string(predicate, "at").value_or("")));
  const auto text = json_get(predicate, "text");
  ENTENTE_TRY(out.text, Digest::from_hex(text ? json_string(*text, "sha256").value_or("") : ""));
  out.quorum = read_quorum(predicate);
  out.windows = read_windows(predicate);
  ENTENTE_TRY(out.texts, read_texts(predicate));
  ENTENTE_TRY(out.roster, read_roster(predicate));
  const std::size_t persons = out.persons(Role::secretariat);
  for (const std::uint32_t needed : {out.quorum.approval, out.quorum.removal, out.quorum.keys, out.quorum.rules})
    if (needed > persons)
      return fail(fmt::format("a quorum of {} is more than the {} persons of the secretariat", needed, persons), {.pointer = "/quorum"});
  if (out.quorum.witnesses > out.persons(Role::witness))
    return fail(fmt::format("a quorum of {} is more than the {} witnesses", out.quorum.witnesses, out.persons(Role::witness)),
                {.pointer = "/quorum/witnesses"});
  return out;
}

}  // namespace entente::registry
