// Pledge predicates to values and back. Written back, a pledge has the same members as its schema, so that the schema can check a
// corrected pledge as a whole.
#include "registry/pledge_reading.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "registry/identifiers.h"
#include "registry/names.h"

namespace entente::registry {
namespace {

constexpr std::uint16_t kAllPrinciples = 0x3FE;

std::vector<Reservation> read_reservations(JsonView predicate) {
  std::vector<Reservation> out;
  if (const auto list = json_array(predicate, "reservations"))
    for (const JsonView item : *list)
      out.push_back(
          {static_cast<std::uint8_t>(json_int(item, "principle").value_or(0)), std::string(json_string(item, "text").value_or(""))});
  return out;
}

std::uint16_t read_principles(JsonView predicate) {
  const auto list = json_array(predicate, "principles");
  if (!list) return kAllPrinciples;
  std::uint16_t bits = 0;
  for (const JsonView item : *list) {
    std::int64_t number = 0;
    if (item.get(number) == simdjson::SUCCESS && number >= 1 && number <= 9) bits = static_cast<std::uint16_t>(bits | 1U << number);
  }
  return bits;
}

// An identifier in its one spelling, check digits right; empty is fine.
Result<void> check_identifier(const char* member, const std::string& value, Result<std::string> (*parse)(std::string_view)) {
  if (value.empty()) return {};
  const auto right = parse(value);
  if (!right) return fail(right.error().what, {.pointer = fmt::format("/organisation/{}", member)}, right.error().hint);
  if (*right != value)
    return fail(fmt::format("the identifier is spelt \"{}\"", *right), {.pointer = fmt::format("/organisation/{}", member)});
  return {};
}

Result<void> check_identity(const Identity& identity, const Countries* countries) {
  ENTENTE_CHECK(check_identifier("lei", identity.lei, parse_lei));
  ENTENTE_CHECK(check_identifier("ror", identity.ror, parse_ror));
  ENTENTE_CHECK(check_identifier("wikidata", identity.wikidata, parse_wikidata));
  if (countries != nullptr && !identity.country.empty() && countries->find(identity.country) == nullptr)
    return fail(fmt::format("\"{}\" is no country's code", identity.country), {.pointer = "/organisation/country"},
                "ISO 3166-1 alpha-3: FRA, ROU …");
  // What a person must look at (scripts that mix, joiners of emoji) is for the server that is asked (application.h) and for the approval.
  constexpr std::array kRefused = {NameIssue::white_space, NameIssue::control,  NameIssue::bidi,
                                   NameIssue::not_nfc,     NameIssue::not_utf8, NameIssue::empty};
  const CleanName clean = clean_name(identity.name);
  for (const CleanName::Found& found : clean.found)
    if (std::ranges::find(kRefused, found.issue) != kRefused.end())
      return fail(fmt::format("the name holds what a name should not ({})", found.detail.empty() ? "white space" : found.detail),
                  {.pointer = "/organisation/name"}, fmt::format("write it as \"{}\"", clean.text));
  for (const auto& [tag, name] : identity.names)
    for (const CleanName::Found& found : clean_name(name).found)
      if (found.issue == NameIssue::control || found.issue == NameIssue::bidi)
        return fail(fmt::format("the name holds what a name should not ({})", found.detail), {.pointer = "/organisation/names/" + tag},
                    fmt::format("write it as \"{}\"", clean_name(name).text));
  return {};
}

}  // namespace

Result<PledgeContent> read_pledge(JsonView predicate, const Countries* countries) {
  ENTENTE_TRY(PledgeContent content, read_pledge(predicate));
  ENTENTE_CHECK(check_identity(content.identity, countries));
  return content;
}

Result<PledgeContent> read_pledge(JsonView predicate) {
  PledgeContent out;
  const auto organisation = json_get(predicate, "organisation");
  const auto text = json_get(predicate, "text");
  if (!organisation || !text) return fail("a pledge names an organisation and a text");
  ENTENTE_TRY(out.identity, Identity::from(*organisation));
  Pledge& p = out.pledge;
  ENTENTE_TRY(p.at, parse_time(json_string(predicate, "at").value_or("")));
  p.language = json_string(*text, "language").value_or("");
  p.version = json_string(*text, "version").value_or("");
  ENTENTE_TRY(p.text, Digest::from_hex(json_string(*text, "sha256").value_or("")));
  p.principles = read_principles(predicate);
  p.reservations = read_reservations(predicate);
  if (const auto why = json_get(predicate, "why")) {
    p.why = json_string(*why, "text").value_or("");
    p.why_language = json_string(*why, "language").value_or("");
  }
  if (const auto domains = json_array(predicate, "domains"))
    for (const JsonView domain : *domains) p.domains.emplace_back(as_string(domain).value_or(""));
  out.key = json_string(predicate, "key").value_or("");
  return out;
}

bool says_domain(const Pledge& pledge, const Identity& identity, std::string_view domain) {
  return identity.website == domain || std::find(pledge.domains.begin(), pledge.domains.end(), domain) != pledge.domains.end();
}

Json pledge_json(const Supporter& supporter) {
  const Pledge& p = supporter.pledge;
  Json out = Json::object();
  out["organisation"] = supporter.identity.json();
  out["text"] = Json{{"language", p.language}, {"sha256", p.text.hex()}};
  if (!p.version.empty()) out["text"]["version"] = p.version;
  if (p.principles != kAllPrinciples)
    for (unsigned n = 1; n <= 9; ++n)
      if ((p.principles >> n & 1U) != 0) out["principles"].push_back(n);
  for (const Reservation& reservation : p.reservations) {
    Json item = Json::object();
    if (reservation.principle != 0) item["principle"] = reservation.principle;
    item["text"] = reservation.text;
    out["reservations"].push_back(std::move(item));
  }
  if (!p.why.empty()) out["why"] = Json{{"language", p.why_language}, {"text", p.why}};
  out["key"] = supporter.keys.empty() ? std::string() : supporter.keys.front().key.str();
  for (const std::string& domain : p.domains) out["domains"].push_back(domain);
  out["at"] = format_time(p.at);
  return out;
}

}  // namespace entente::registry
