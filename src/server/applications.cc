// Who has proven a domain is kept in a table of its own, since the state is ordered by supporter: a pair is added when a proof comes and
// stays; whether it counts is asked of the state each time.
#include "server/applications.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/api_reading.h"

namespace entente::server {
namespace {

using http::Method;
using http::Response;
using registry::ApplicationFault;
using registry::ApplicationProblem;

// What admission judges itself, by the ledger alone.
bool is_for_admission(ApplicationFault fault) {
  return fault == ApplicationFault::id_taken || fault == ApplicationFault::id_ended || fault == ApplicationFault::country_unknown;
}

std::string_view code_of(ApplicationFault fault) {
  switch (fault) {
    case ApplicationFault::id_taken:
    case ApplicationFault::id_ended: return "id-taken";
    case ApplicationFault::domain_taken: return "domain-taken";
    case ApplicationFault::name_unclear:
    case ApplicationFault::country_unknown: return "schema";
    case ApplicationFault::public_suffix: return "not-allowed";
    case ApplicationFault::text_unknown: break;
  }
  return "unknown-text";
}

Json text_json(const registry::CallText& text) {
  Json out{{"language", text.language}};
  if (!text.version.empty()) out["version"] = text.version;
  out["sha256"] = text.sha256.hex();
  if (!text.content.empty()) out["url"] = fmt::format("{}/texts/{}", kApiPrefix, text.sha256.hex());
  return out;
}

// The texts the ledger's pledges name, with how many of the records that count name each.
Json pledged_texts(const registry::State& state) {
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> found;
  for (const auto& [id, supporter] : state.supporters())
    if (counts(supporter.status) && supporter.pledge.envelope != Digest{})
      ++found[{supporter.pledge.text.hex(), supporter.pledge.language, supporter.pledge.version}];
  Json out = Json::array();
  for (const auto& [key, count] : found) {
    const auto& [digest, language, version] = key;
    Json item{{"language", language}};
    if (!version.empty()) item["version"] = version;
    item["sha256"] = digest;
    item["supporters"] = count;
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace

Applications::Applications(Parts parts, dns::PublicSuffixList suffixes, registry::Countries countries)
    : parts_(std::move(parts)), suffixes_(std::move(suffixes)), countries_(std::move(countries)) {}

Result<std::shared_ptr<Applications>> Applications::open(Parts parts) {
  ENTENTE_TRY(registry::Countries countries, registry::Countries::load(*parts.api->data));
  ENTENTE_TRY(dns::PublicSuffixList suffixes,
              parts.public_suffixes.empty() ? dns::PublicSuffixList::builtin() : dns::PublicSuffixList::from_file(parts.public_suffixes));
  std::shared_ptr<Applications> out(new Applications(std::move(parts), std::move(suffixes), std::move(countries)));
  const std::unique_lock lock(*out->parts_.api->lock);
  for (const auto& [id, supporter] : out->parts_.api->projection->state().supporters()) out->take_domains(supporter);
  return out;
}

void Applications::add_routes(Router& router, const std::shared_ptr<Applications>& applications) {
  router.add(
      Method::get, "/texts", reading(applications->parts_.api, [applications](const ApiContext& context, const Call&) -> Result<Made> {
        Json accepted = Json::array();
        for (const registry::CallText& text : applications->texts_locked()) accepted.push_back(text_json(text));
        return json_made(json_compact(
            Json{{"any", accepted.empty()}, {"accepted", std::move(accepted)}, {"pledged", pledged_texts(context.projection->state())}}));
      }));
  router.add(Method::get, "/queue/related-domains",
             reading(applications->parts_.api, [applications](const ApiContext&, const Call&) -> Result<Made> {
               Json items = Json::array();
               for (const Related& r : applications->related())
                 items.push_back(Json{{"supporter", r.supporter},
                                      {"domain", r.domain},
                                      {"registrable_domain", r.registrable_domain},
                                      {"held_by", r.held_by},
                                      {"holds", r.holds}});
               return json_made(json_compact(Json{{"items", std::move(items)}}));
             }));
  router.add(Method::get, "/texts/{sha256}",
             reading(applications->parts_.api, [applications](const ApiContext&, const Call& call) -> Result<Made> {
               for (const registry::CallText& text : applications->texts_locked())
                 if (!text.content.empty() && text.sha256.hex() == call.values[0])
                   return Made{.body = text.content, .content_type = "text/plain; charset=utf-8"};
               return absent("text of the Call with that SHA-256 here");
             }));
}

std::vector<registry::CallText> Applications::texts_locked() const {
  if (!parts_.texts.empty()) return parts_.texts;
  std::vector<registry::CallText> out;
  if (const registry::Rules* rules = parts_.api->projection->state().rules())
    for (const registry::CallTextRule& text : rules->texts)
      out.push_back({.language = text.language, .version = text.version, .sha256 = text.sha256, .content = {}});
  return out;
}

std::vector<registry::CallText> Applications::texts() const {
  const std::shared_lock lock(*parts_.api->lock);
  return texts_locked();
}

// ---- what is in the way of a pledge

void Applications::take_domains(const registry::Supporter& supporter) {
  for (const registry::ProvenDomain& proven : supporter.detail().domains) {
    const auto [first, last] = holders_.equal_range(proven.domain);
    if (std::any_of(first, last, [&](const auto& pair) { return pair.second == supporter.identity.id; })) continue;
    holders_.emplace(proven.domain, supporter.identity.id);
    if (std::string family = registrable(proven.domain); !family.empty())
      families_.emplace(std::move(family), std::pair(proven.domain, supporter.identity.id));
  }
}

std::string Applications::registrable(const std::string& domain) const {
  const auto parsed = dns::Domain::parse(domain);
  return parsed ? suffixes_.registrable_domain(*parsed) : std::string();
}

void Applications::ledger_changed(const std::vector<registry::SupporterRow>& changed) {
  for (const registry::SupporterRow& row : changed)
    if (const registry::Supporter* supporter = parts_.api->projection->state().supporter(row.id)) take_domains(*supporter);
}

std::optional<std::string> Applications::proven_by_other(const std::string& domain, const std::string& id) const {
  const auto [first, last] = holders_.equal_range(domain);
  for (auto it = first; it != last; ++it)
    if (it->second != id && holds(it->second, domain)) return it->second;
  return std::nullopt;
}

// Still names it, and the proof counts now.
bool Applications::holds(const std::string& id, const std::string& domain) const {
  const registry::Supporter* holder = parts_.api->projection->state().supporter(id);
  if (holder == nullptr || is_tombstone(holder->status)) return false;
  const auto& named = holder->pledge.domains;
  if (holder->identity.website != domain && std::ranges::find(named, domain) == named.end()) return false;  // given up by a correction
  const Instant at = parts_.clock();
  return std::ranges::any_of(holder->detail().domains,
                             [&](const registry::ProvenDomain& proven) { return proven.domain == domain && at < proven.until; });
}

std::vector<Applications::Related> Applications::related() const {
  std::vector<Related> out;
  const registry::State& state = parts_.api->projection->state();
  for (const registry::Pending& pending : state.pending()) {
    const registry::Supporter* s = state.supporter(pending.supporter);
    if (s == nullptr || pending.what != registry::Pending::What::approval) continue;
    const auto& claim = s->detail().claim;
    std::vector<std::string> named = claim ? claim->pledge.domains : s->pledge.domains;
    const std::string& website = claim ? claim->identity.website : s->identity.website;
    if (!website.empty() && std::ranges::find(named, website) == named.end()) named.push_back(website);
    for (const std::string& domain : named) {
      const std::string family = registrable(domain);
      const auto [first, last] = families_.equal_range(family);
      for (auto it = family.empty() ? last : first; it != last; ++it)
        if (it->second.second != pending.supporter && holds(it->second.second, it->second.first))
          out.push_back({.supporter = pending.supporter,
                         .domain = domain,
                         .registrable_domain = family,
                         .held_by = it->second.second,
                         .holds = it->second.first});
    }
  }
  return out;
}

std::vector<ApplicationProblem> Applications::check_locked(const registry::Application& application) const {
  const std::vector<registry::CallText> texts = texts_locked();
  registry::ApplicationFacts facts{.state = &parts_.api->projection->state(), .countries = &countries_, .texts = texts};
  facts.is_public_suffix = [this](std::string_view text) {
    const auto domain = dns::Domain::parse(text);
    return domain && suffixes_.is_public_suffix(*domain);
  };
  facts.proven_by_other = [&](const std::string& domain) { return proven_by_other(domain, application.id); };
  return registry::check_application(application, facts);
}

std::vector<ApplicationProblem> Applications::check(const registry::Application& application) const {
  if (parts_.api->catch_up) parts_.api->catch_up();  // which domains are proven is read from what follows the tables
  const std::shared_lock lock(*parts_.api->lock);
  return check_locked(application);
}

std::optional<Response> Applications::refuse(const registry::Submission& submission) const {
  const auto predicate = submission.pledge();
  if (!predicate) return std::nullopt;
  const registry::Application application = registry::Application::of(*predicate);
  if (parts_.api->catch_up) parts_.api->catch_up();
  const std::shared_lock lock(*parts_.api->lock);
  if (parts_.api->projection->state().leaf_of(submission.envelope())) return std::nullopt;
  for (const ApplicationProblem& problem_found : check_locked(application)) {
    if (is_for_admission(problem_found.fault)) continue;
    return problem(problem_found.fault == ApplicationFault::domain_taken ? 409 : 422, code_of(problem_found.fault),
                   problem_found.english.what, problem_found.english.repair, "/predicate" + problem_found.pointer);
  }
  return std::nullopt;
}

}  // namespace entente::server
