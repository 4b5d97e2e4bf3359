// The state of a sign-up is what the ledger says, and the challenges that are open: nothing else is kept of anybody. Anyone may ask for a
// challenge, since only who holds the domain can publish it and only the pledge's key is proven by it; asking again gives the same one, so
// that a stranger cannot make void what was published. Looking for it takes seconds and is done by threads of its own.
#include "server/signup.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/file.h"
#include "core/utf8.h"
#include "registry/make_statement.h"
#include "server/api_reading.h"

namespace entente::server {
namespace {

using http::Method;
using http::Reply;
using http::Response;
using registry::Challenge;
using registry::Stage;

constexpr std::uint64_t kMostQuestion = 4 << 10;

Response signup_json(unsigned status, const Json& body) {
  return {
      .status = status, .content_type = "application/json", .body = json_compact(body) + "\n", .headers = {{"Cache-Control", "no-store"}}};
}
tl::unexpected<Response> refuse(unsigned status, std::string_view code, std::string_view what, std::string_view hint = {},
                                std::string_view pointer = {}) {
  return tl::unexpected<Response>(problem(status, code, what, hint, pointer));
}

const registry::OwnKey* newest_key(const registry::Supporter& supporter, Instant time) {
  const auto it = std::ranges::find_if(supporter.keys.rbegin(), supporter.keys.rend(),
                                       [&](const registry::OwnKey& key) { return key.counts_at(time); });
  return it == supporter.keys.rend() ? nullptr : &*it;
}

std::vector<std::string> stated_domains(const registry::Pledge& pledge, const registry::Identity& identity) {
  std::vector<std::string> out = pledge.domains;
  if (!identity.website.empty() && std::ranges::find(out, identity.website) == out.end()) out.push_back(identity.website);
  return out;
}

Json publish_json(const Challenge& challenge, const dns::PublicSuffixList& suffixes) {
  Json out{{"supporter", challenge.organisation},
           {"domain", challenge.domain.str()},
           {"stage", std::string(name(challenge.stage))},
           {"key", challenge.key.str()},
           {"expires", format_time(challenge.expires)}};
  const auto targets = registry::ProofTargets::of(challenge.domain, {});
  if (!targets) return out;
  out["dns-txt"] = {{"name", targets->challenge_name}, {"value", challenge.text()}};
  out["https-well-known"] = {{"url", targets->challenge_url}, {"body", challenge.text()}};
  out["registrable_domain"] = suffixes.registrable_domain(challenge.domain);
  return out;
}

// What the ledger says of the supporter's domains, and whether a challenge is open.
Json domain_steps(const ChallengeBook& book, const registry::Supporter& s, const std::vector<std::string>& domains, Instant at) {
  Json out = Json::array();
  for (const std::string& domain : domains) {
    Json step{{"domain", domain}, {"challenge", nullptr}, {"proof", nullptr}};
    for (const Challenge& c : book.of(s.identity.id, domain))
      if (at < c.expires) step["challenge"] = {{"stage", std::string(name(c.stage))}, {"expires", format_time(c.expires)}};
    for (const registry::ProvenDomain& proven : s.detail().domains)
      if (proven.domain == domain)
        step["proof"] = {{"leaf", proven.leaf},
                         {"at", format_time(proven.at)},
                         {"until", format_time(proven.until)},
                         {"method", proven.method},
                         {"key", proven.key}};
    out.push_back(std::move(step));
  }
  return out;
}

Json approval_step(const registry::State& state, const registry::Supporter& s) {
  Json out{{"done", s.status == registry::Status::approved}};
  for (const registry::Pending& p : state.pending()) {
    if (p.supporter != s.identity.id || p.what != registry::Pending::What::approval) continue;
    out["done"] = false;
    out["needed"] = p.needed;
    out["for"] = p.for_it.size();
    out["against"] = p.against.size();
    return out;
  }
  if (s.approved_at) out["at"] = format_time(*s.approved_at);
  return out;
}

}  // namespace

Signup::Signup(Parts parts, ChallengeBook book, registry::MailSecret secret, dns::PublicSuffixList suffixes)
    : parts_(std::move(parts)),
      book_(std::move(book)),
      secret_(secret),
      suffixes_(std::move(suffixes)),
      workers_(kProofThreads, kMostWaitingProofs) {}

Result<std::shared_ptr<Signup>> Signup::open(Parts parts) {
  const auto& folder = parts.options.private_folder;
  registry::MailSecret secret{};
  if (!folder.empty()) {
    ENTENTE_CHECK(make_private_folder(folder));
    ENTENTE_CHECK(make_private_folder(folder / "evidence"));
    ENTENTE_TRY(secret, registry::mail_secret_file(folder / "server-secret"));
  }
  ENTENTE_TRY(ChallengeBook book, ChallengeBook::open(folder.empty() ? folder : folder / "challenges"));
  ENTENTE_TRY(dns::PublicSuffixList suffixes, parts.options.public_suffixes.empty()
                                                  ? dns::PublicSuffixList::builtin()
                                                  : dns::PublicSuffixList::from_file(parts.options.public_suffixes));
  return std::shared_ptr<Signup>(new Signup(std::move(parts), std::move(book), secret, std::move(suffixes)));
}

void Signup::stop() { workers_.stop(); }

void Signup::tell(const Error& error) const {
  if (parts_.api->problem) parts_.api->problem(error);
}

void Signup::add_routes(Router& router, const std::shared_ptr<Signup>& signup) {
  router.add(Method::get, "/supporters/{id}/signup", [signup](const Call& call, const Reply& reply) { reply(signup->state(call)); });
  router.add(Method::post, "/supporters/{id}/challenges",
             [signup](const Call& call, const Reply& reply) { reply(signup->challenge(call)); });
  router.add(Method::post, "/supporters/{id}/proofs", [signup](const Call& call, const Reply& reply) { signup->proof(call, reply); });
}

// ---- what is asked, and what the supporter may ask for

Signup::OrRefusal<Signup::Asked> Signup::read(const http::Request& request, bool with_method) const {
  if (!parts_.api->submit) return refuse(405, "read-only", "this server takes no statements", "ask the registry itself");
  const auto document = JsonDocument::parse(request.body, "request", {.max_bytes = kMostQuestion, .max_depth = 4});
  if (!document) return refuse(400, "malformed", document.error().what, R"(send JSON: {"domain":"pledge.example"})");
  const auto object = as_object(document->root());
  if (!object) return refuse(400, "malformed", "the request is no JSON object", R"(send {"domain":"pledge.example"})");
  for (const auto field : *object)
    if (field.key != "domain" && field.key != "stage" && field.key != "key" &&
        ((field.key != "method" && field.key != "expires") || !with_method))
      return refuse(400, "malformed", fmt::format("\"{}\" is not asked for", printable(field.key, 40)));
  const auto domain = dns::Domain::parse(json_string(document->root(), "domain").value_or(""));
  if (!domain) return refuse(422, "schema", domain.error().what, domain.error().hint, "/domain");
  Asked out{.domain = *domain};
  if (json_get(document->root(), "stage")) {
    out.stage = registry::stage_from(json_string(document->root(), "stage").value_or(""));
    if (!out.stage) return refuse(422, "schema", "there is no such stage", R"("apply", "renew" or "recover-key")", "/stage");
  }
  if (auto recovery = read_recovery(document->root(), out); !recovery) return tl::unexpected<Response>(std::move(recovery).error());
  if (!with_method) return out;
  out.method = registry::method_from(json_string(document->root(), "method").value_or(""));
  if (!out.method) return refuse(422, "schema", "the method must be \"dns-txt\" or \"https-well-known\"", {}, "/method");
  return out;
}

Signup::OrRefusal<void> Signup::read_recovery(JsonView object, Asked& out) const {
  const bool recovers = out.stage == Stage::recover_key, has_key = json_get(object, "key").has_value();
  if (recovers != has_key)
    return refuse(422, "schema", "the stage \"recover-key\", and no other, is asked for with a new key", {}, recovers ? "/key" : "/stage");
  if (!recovers) return {};
  auto key = keys::VerifierKey::parse(json_string(object, "key").value_or(""));
  if (!key) return refuse(422, "schema", key.error().what, key.error().hint, "/key");
  out.key = std::move(*key);
  if (!json_get(object, "expires")) return {};
  const auto expires = parse_time(json_string(object, "expires").value_or(""));
  if (!expires) return refuse(422, "schema", expires.error().what, "as the challenge said it", "/expires");
  out.expires = *expires;
  return {};
}

Signup::OrRefusal<Signup::Standing> Signup::recovery(const std::string& id, const keys::VerifierKey& key) const {
  const std::shared_lock lock(*parts_.api->lock);
  const registry::Supporter* s = parts_.api->projection->state().supporter(id);
  if (s == nullptr) return refuse(404, "not-found", "there is no supporter " + shown(id));
  if (s->status != registry::Status::applied && s->status != registry::Status::approved)
    return refuse(409, "wrong-status", fmt::format("the record is {}: it has no keys to recover", name(s->status)));
  if (std::ranges::any_of(s->keys, [&](const registry::OwnKey& own) { return own.key.key() == key.key(); }))
    return refuse(409, "key-taken", "this is, or was, a key of the supporter", "make a new key", "/key");
  return Standing{.stage = Stage::recover_key, .key = key, .domains = stated_domains(s->pledge, s->identity)};
}

Signup::OrRefusal<Signup::Standing> Signup::standing(const std::string& id) const {
  const std::shared_lock lock(*parts_.api->lock);
  const registry::State& state = parts_.api->projection->state();
  const registry::Supporter* s = state.supporter(id);
  if (s == nullptr)
    return refuse(404, "not-found", "there is no supporter " + shown(id), "send the pledge first: it brings the key that is proven");
  const registry::SupporterDetail& detail = s->detail();
  if (s->status == registry::Status::imported && detail.claim)
    return Standing{
        .stage = Stage::apply, .key = detail.claim->key, .domains = stated_domains(detail.claim->pledge, detail.claim->identity)};
  if (s->status != registry::Status::applied && s->status != registry::Status::approved)
    return refuse(409, "wrong-status", fmt::format("the record is {}: nothing is to be proven for it", name(s->status)),
                  s->status == registry::Status::imported ? "claim it by a pledge under the same id" : "");
  const registry::OwnKey* key = newest_key(*s, state.ledger_time());
  if (key == nullptr) return refuse(409, "wrong-status", "the supporter has no key that counts", "see docs/registry.md, \"Keys\"");
  return Standing{.stage = s->status == registry::Status::applied ? Stage::apply : Stage::renew,
                  .key = key->key,
                  .domains = stated_domains(s->pledge, s->identity)};
}

Signup::OrRefusal<Signup::Standing> Signup::fitting(const std::string& id, const Asked& asked) const {
  auto found = asked.key ? recovery(id, *asked.key) : standing(id);
  if (!found) return found;
  if (asked.stage && *asked.stage != found->stage)
    return refuse(409, "wrong-stage",
                  fmt::format("the supporter is at the stage \"{}\", not \"{}\"", name(found->stage), name(*asked.stage)),
                  "leave \"stage\" out, or send the statement that leads there first", "/stage");
  if (std::ranges::find(found->domains, asked.domain.str()) == found->domains.end())
    return refuse(422, "not-allowed", fmt::format("{} is no domain the pledge names", asked.domain.str()),
                  "add it to the pledge by a correction", "/domain");
  if (suffixes_.is_public_suffix(asked.domain))
    return refuse(422, "not-allowed", asked.domain.str() + " is a public suffix: strangers register names below it",
                  "prove the name below it that is yours", "/domain");
  return found;
}

// ---- the three routes

Response Signup::challenge(const Call& call) {
  const auto asked = read(call.request, false);
  if (!asked) return asked.error();
  const auto found = fitting(call.values[0], *asked);
  if (!found) return found.error();
  if (parts_.options.private_folder.empty()) return problem(409, "not-configured", "this server gives no challenges");
  if (asked->key) {
    // Not kept: it could be asked for with any number of keys, and none of them may push out another.
    const auto derived = Challenge::derive(secret_, found->key, parts_.origin, call.values[0], asked->domain, found->stage,
                                           parts_.clock() + std::chrono::days(7));
    if (!derived) return problem(422, "not-allowed", derived.error().what, derived.error().hint, "/key");
    return signup_json(201, publish_json(*derived, suffixes_));
  }
  const auto fresh = Challenge::issue(found->key, parts_.origin, call.values[0], asked->domain, found->stage, parts_.clock());
  if (!fresh) return problem(422, "not-allowed", fresh.error().what, fresh.error().hint);
  const auto kept = book_.keep(*fresh, parts_.clock());
  if (!kept) {
    tell(kept.error());
    return problem(503, "unavailable", "the challenge could not be kept", "the operator was told; try again later");
  }
  return signup_json(kept->fresh ? 201 : 200, publish_json(kept->challenge, suffixes_));
}

Response Signup::state(const Call& call) const {
  const std::shared_lock lock(*parts_.api->lock);
  const registry::State& state = parts_.api->projection->state();
  const registry::Supporter* s = state.supporter(call.values[0]);
  if (s == nullptr) return problem(404, "not-found", "there is no supporter " + shown(call.values[0]));
  const registry::SupporterDetail& detail = s->detail();
  const registry::Claim* const claim = detail.claim.get();
  const registry::Pledge& pledge = claim != nullptr ? claim->pledge : s->pledge;
  const bool pledged = claim != nullptr || pledge.envelope != Digest{};
  Json out{{"supporter", s->identity.id}, {"status", std::string(name(s->status))}, {"claim", claim != nullptr}};
  out["pledge"] = pledged ? Json{{"leaf", pledge.leaf}, {"at", format_time(pledge.at)}, {"sha256", pledge.envelope.hex()}} : Json();
  out["domains"] = domain_steps(book_, *s, stated_domains(pledge, claim != nullptr ? claim->identity : s->identity), parts_.clock());
  out["mailbox"] = nullptr;
  if (const auto& m = detail.mailbox)
    out["mailbox"] = {
        {"leaf", m->leaf}, {"at", format_time(m->at)}, {"until", format_time(m->until)}, {"stage", m->stage}, {"key", m->key}};
  out["approval"] = approval_step(state, *s);
  return signup_json(200, out);
}

Signup::OrRefusal<Challenge> Signup::open_challenge(const std::string& id, const Asked& asked, const Standing& standing) const {
  const std::string hint = fmt::format("POST {}/supporters/{}/challenges gives one", kApiPrefix, id);
  if (asked.key) {
    if (!asked.expires) return refuse(422, "schema", "which challenge? Its expiry is missing", "as the challenge said it", "/expires");
    auto derived = Challenge::derive(secret_, standing.key, parts_.origin, id, asked.domain, standing.stage, *asked.expires);
    if (!derived) return refuse(422, "not-allowed", derived.error().what, derived.error().hint, "/key");
    if (parts_.clock() >= derived->expires)
      return refuse(409, "no-challenge", "the challenge expired at " + format_time(derived->expires), hint);
    return std::move(*derived);
  }
  const auto challenge = book_.find(id, asked.domain.str(), standing.stage);
  if (!challenge) {
    const auto others = book_.of(id, asked.domain.str());
    if (others.empty()) return refuse(409, "no-challenge", "no challenge was given for this domain", hint);
    return refuse(409, "wrong-stage",
                  fmt::format("the challenge was given for the stage \"{}\", not \"{}\"", name(others.front().stage), name(standing.stage)),
                  hint);
  }
  if (challenge->key != standing.key) return refuse(409, "no-challenge", "the challenge was given for an earlier key", hint);
  if (parts_.clock() >= challenge->expires)
    return refuse(409, "no-challenge", "the challenge expired at " + format_time(challenge->expires), hint);
  return *challenge;
}

std::optional<std::int64_t> Signup::wait_for_turn(const std::string& id) {
  const Instant at = parts_.clock(), hour_ago = at - std::chrono::hours(1);
  const std::scoped_lock lock(mutex_);
  if (attempts_.size() > 10'000)
    std::erase_if(attempts_, [&](const auto& of) { return of.second.empty() || of.second.back() <= hour_ago; });
  std::deque<Instant>& past = attempts_[id];
  while (!past.empty() && past.front() <= hour_ago) past.pop_front();
  if (past.size() >= parts_.options.proofs_per_hour) return std::chrono::ceil<std::chrono::seconds>(past.front() - hour_ago).count();
  past.push_back(at);
  return std::nullopt;
}

void Signup::proof(const Call& call, const Reply& reply) {
  const std::string& id = call.values[0];
  const auto asked = read(call.request, true);
  if (!asked) return reply(asked.error());
  const auto found = fitting(id, *asked);
  if (!found) return reply(found.error());
  if (parts_.options.vantages.empty() || !parts_.options.verifier_key)
    return reply(problem(409, "not-configured", "this server does not look for proofs",
                         "its operator starts it with --vantage (twice or more) and a verifier key; or a verifier sends the statement"));
  const auto challenge = open_challenge(id, *asked, *found);
  if (!challenge) return reply(challenge.error());
  const std::string what = id + "\n" + asked->domain.str();
  {
    const std::scoped_lock lock(mutex_);
    if (!running_.insert(what).second) return reply(problem(409, "in-progress", "this domain is being looked at already"));
  }
  // Whoever is answered may ask again at once.
  const Reply answer = [this, what, reply](Response response) {
    {
      const std::scoped_lock lock(mutex_);
      running_.erase(what);
    }
    reply(std::move(response));
  };
  if (const auto seconds = wait_for_turn(id)) {
    Response out = problem(429, "too-many", fmt::format("at most {} proofs an hour for one supporter", parts_.options.proofs_per_hour));
    out.headers.emplace_back("Retry-After", std::to_string(*seconds));
    return answer(std::move(out));
  }
  if (workers_.take([this, challenge = *challenge, method = *asked->method, answer] { run(challenge, method, answer); })) return;
  Response out = problem(503, "unavailable", "too many proofs are waiting", "try again in a minute");
  out.headers.emplace_back("Retry-After", "60");
  answer(std::move(out));
}

// On a worker's thread.
void Signup::run(const Challenge& challenge, registry::ProofMethod method, const Reply& reply) {
  const auto& options = parts_.options;
  const registry::ProofOptions how{.web = {.private_addresses = options.private_addresses, .ca_file = options.web_certificates}};
  const auto proof = registry::prove(challenge, challenge.stage, options.vantages, method, parts_.clock(), suffixes_, how);
  if (!proof) return reply(problem(422, "not-proven", proof.error().what, proof.error().hint));
  record(challenge, *proof, reply);
}

void Signup::record(const Challenge& challenge, const registry::DomainProof& proof, const Reply& reply) {
  // The evidence is kept before the ledger names its digest: what the statement refers to can always be shown.
  const auto kept = write_file_atomic(parts_.options.private_folder / "evidence" / (proof.evidence_digest.hex() + ".json"), proof.evidence,
                                      FileMode::secret);
  const auto entry = kept ? registry::make_statement(registry::Kind::domain_proof, proof.predicate(), {parts_.options.verifier_key.get()},
                                                     *parts_.api->data)
                          : Result<std::string>(fail(kept.error()));
  if (!entry) {
    tell(entry.error());
    return reply(problem(503, "unavailable", "the proof could not be recorded", "the operator was told; try again later"));
  }
  parts_.api->submit(*entry, ledger::Appender::Wait::integrated,
                     [this, challenge, proof, statement = sha256(*entry), reply](Result<RegistryService::Outcome> outcome) {
                       if (!outcome) return reply(problem(503, "unavailable", outcome.error().what, outcome.error().hint));
                       if (!*outcome) {
                         const registry::Rejection& why = outcome->error();
                         return reply(problem(static_cast<unsigned>(registry::http_status(why.code)), name(why.code),
                                              "the domain is proven, but the statement was not taken: " + why.what, why.hint, why.pointer));
                       }
                       if (const auto removed = book_.remove(challenge); !removed) tell(removed.error());
                       Json body{{"leaf", (*outcome)->leaf},
                                 {"domain", proof.domain},
                                 {"method", std::string(name(proof.method))},
                                 {"dnssec", std::string(dns::name(proof.dnssec))},
                                 {"until", format_time(proof.until)},
                                 {"evidence", {{"sha256", proof.evidence_digest.hex()}}},
                                 {"statement", {{"sha256", statement.hex()}}}};
                       body["vantages"] = Json::array();
                       for (const registry::SeenFrom& seen : proof.vantages)
                         body["vantages"].push_back(
                             {{"name", seen.vantage}, {"resolver", seen.resolver}, {"dnssec", std::string(dns::name(seen.dnssec))}});
                       Response out = signup_json(201, body);
                       out.headers.emplace_back("Location", fmt::format("{}/statements/{}", kApiPrefix, (*outcome)->leaf));
                       reply(std::move(out));
                     });
}

}  // namespace entente::server
