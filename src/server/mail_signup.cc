// What is asked is answered the same whatever the address is: who has had enough mails for this hour gets none more, and nobody is told; a
// mail server's refusal goes to the operator only. Order at the return of a token: the MAC holds, the token is spent (on disk), what the
// commitment opens to is kept, the statement is submitted. A crash in between loses the token, never uses it twice.
#include "server/mail_signup.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/file.h"
#include "registry/make_statement.h"
#include "server/api_reading.h"
#include "server/challenge_book.h"
#include "statement/statement.h"

namespace entente::server {
namespace {

using http::Reply;
using http::Response;
using registry::MailNonce;
using registry::Stage;

constexpr std::size_t kMostReturned = 4 << 10;
constexpr std::size_t kMostWaitingTokens = 64;

Response mail_json(unsigned status, const Json& body) {
  return {
      .status = status, .content_type = "application/json", .body = json_compact(body) + "\n", .headers = {{"Cache-Control", "no-store"}}};
}
tl::unexpected<Response> mail_refusal(unsigned status, std::string_view code, std::string_view what, std::string_view hint = {},
                                      std::string_view pointer = {}) {
  return tl::unexpected<Response>(problem(status, code, what, hint, pointer));
}
Response mail_too_many(std::int64_t seconds, std::string_view what) {
  Response out = problem(429, "too-many", what);
  out.headers.emplace_back("Retry-After", std::to_string(seconds));
  return out;
}
Response mail_unavailable(std::string_view what) {
  Response out = problem(503, "unavailable", what, "try again in a minute");
  out.headers.emplace_back("Retry-After", "60");
  return out;
}

// A request that comes again is known by its payload; its digest is as good as random, so it meets no token's nonce.
MailNonce request_nonce(const registry::OpenedMailRequest& asked) {
  MailNonce out{};
  std::copy_n(asked.payload.bytes.begin(), out.size(), out.begin());
  return out;
}

Response request_fault(const registry::MailRequestError& why) {
  const Error& e = why.error;
  switch (why.fault) {
    case registry::MailRequestFault::malformed:
      return problem(400, "malformed", e.what, "send a confirmation-request/v1 in a DSSE envelope: entente registry confirm makes one");
    case registry::MailRequestFault::signature:
      return problem(401, "bad-signature", e.what, "a key of the supporter that counts signs the request");
    case registry::MailRequestFault::schema: break;
  }
  return problem(422, "schema", e.what, e.hint, e.where.pointer);
}

}  // namespace

MailSignup::MailSignup(Parts parts, Files files)
    : parts_(std::move(parts)),
      files_(std::move(files)),
      in_all_(parts_.options.mails_per_hour),
      redeemers_(1, kMostWaitingTokens),
      mailers_(kMailThreads, kMostWaitingMails) {}

Result<std::shared_ptr<MailSignup>> MailSignup::open(Parts parts) {
  Files files;
  const auto& folder = parts.options.private_folder;
  if (parts.mail && !parts.page.empty() && !folder.empty() && parts.options.verifier_key && parts.api->submit) {
    ENTENTE_CHECK(make_private_folder(folder));
    ENTENTE_CHECK(make_private_folder(folder / "mailboxes"));
    ENTENTE_TRY(files.secret, registry::mail_secret_file(folder / "server-secret"));
    ENTENTE_TRY(files.spent, registry::SpentFile::open(folder / "spent-tokens", parts.clock()));
    ENTENTE_TRY(files.open, OpenConfirmations::open(folder / "confirmations", parts.clock()));
  }
  return std::shared_ptr<MailSignup>(new MailSignup(std::move(parts), std::move(files)));
}

void MailSignup::stop() {
  mailers_.stop();
  redeemers_.stop();
}

void MailSignup::tell(const Error& error) const {
  if (parts_.api->problem) parts_.api->problem(error);
}

void MailSignup::add_routes(Router& router, const std::shared_ptr<MailSignup>& signup) {
  router.add(http::Method::post, "/supporters/{id}/confirmations",
             [signup](const Call& call, const Reply& reply) { signup->ask(call, reply); });
  router.add(http::Method::post, "/confirmations", [signup](const Call& call, const Reply& reply) {
    auto returned = read_returned(call.request);
    if (!returned) return reply(problem(400, "malformed", returned.error().what, returned.error().hint));
    signup->confirm(std::move(*returned), reply);
  });
}

registry::MailConfirmation MailSignup::tokens_of(const std::string& id, const keys::VerifierKey& key) const {
  return registry::MailConfirmation(files_.secret, id + "\n" + key.str());
}

MailSignup::OrRefusal<MailSignup::Standing> MailSignup::standing(const std::string& id) const {
  const std::shared_lock lock(*parts_.api->lock);
  const registry::State& state = parts_.api->projection->state();
  const registry::Supporter* s = state.supporter(id);
  if (s == nullptr)
    return mail_refusal(404, "not-found", "there is no supporter " + shown(id), "send the pledge first: it brings the key that asks");
  if (s->status != registry::Status::applied && s->status != registry::Status::approved)
    return mail_refusal(409, "wrong-status", fmt::format("the record is {}: nothing is to be confirmed by mail for it", name(s->status)),
                        s->status == registry::Status::imported ? "an imported record is claimed with the proof of a domain" : "");
  if (!s->pledge.domains.empty() || !s->identity.website.empty())
    return mail_refusal(422, "not-allowed", "the record names a domain: prove that instead", "entente registry challenge tells how");
  Standing out{.stage = s->status == registry::Status::applied ? Stage::apply : Stage::renew,
               .pledge = s->pledge.envelope,
               .name = s->identity.name,
               .longest = state.rules()->windows.domain_proof};
  for (const registry::OwnKey& key : s->keys)
    if (key.counts_at(state.ledger_time())) out.keys.push_back(key.key);
  if (out.keys.empty()) return mail_refusal(409, "wrong-status", "the supporter has no key that counts");
  return out;
}

// ---- asking for the mail

MailSignup::OrRefusal<registry::OpenedMailRequest> MailSignup::read_request(const Call& call, const Standing& standing) const {
  auto asked = registry::open_mail_request(call.request.body, standing.keys, *parts_.api->data);
  if (!asked) return tl::unexpected<Response>(request_fault(asked.error()));
  const registry::MailRequest& request = asked->request;
  if (request.organisation != call.values[0])
    return mail_refusal(422, "not-allowed", "the request is for another supporter", {}, "/predicate/organisation/id");
  if (request.pledge != standing.pledge)
    return mail_refusal(409, "no-such-statement", "the supporter's pledge is " + standing.pledge.hex(), {}, "/predicate/pledge/sha256");
  if (request.stage != standing.stage)
    return mail_refusal(409, "wrong-stage", fmt::format("the supporter is at the stage \"{}\"", name(standing.stage)), {},
                        "/predicate/stage");
  const Instant at = parts_.clock();
  if (request.at + kMailRequestPast < at)
    return mail_refusal(422, "stale", "the request was signed too long ago", "sign it again; it is good for ten minutes", "/predicate/at");
  if (request.at > at + kMailRequestFuture)
    return mail_refusal(422, "from-the-future", "the request is dated ahead", "is the clock right?", "/predicate/at");
  if (files_.spent->is_spent(request_nonce(*asked))) return mail_refusal(409, "replay", "this request was made before", "sign a new one");
  return std::move(*asked);
}

void MailSignup::ask(const Call& call, const Reply& reply) {
  if (!parts_.api->submit) return reply(problem(405, "read-only", "this server takes no statements", "ask the registry itself"));
  if (!is_configured())
    return reply(problem(409, "not-configured", "this server sends no mail",
                         "its operator starts it with --smtp, --mail-from, --public-url and a verifier key"));
  auto found = standing(call.values[0]);
  if (!found) return reply(found.error());
  auto asked = read_request(call, *found);
  if (!asked) return reply(asked.error());
  // Before anything is counted: a refusal must not use up the mails of an address that is somebody else's.
  if (const auto fit = registry::check_name_for_mail(found->name); !fit)
    return reply(problem(422, "not-allowed", fit.error().what, fit.error().hint));
  const Instant at = parts_.clock();
  if (const auto seconds = by_supporter_.take(call.values[0], at))
    return reply(mail_too_many(*seconds, fmt::format("at most {} mails an hour for one supporter", kMailsAnHourForSupporter)));
  if (const auto seconds = in_all_.take("", at)) return reply(mail_too_many(*seconds, "too many mails were asked for this hour"));
  const Delivery delivery = by_address_.take(asked->request.address.str(), at) ? Delivery::silent : Delivery::send;
  if (!mailers_.take(
          [this, asked = std::move(*asked), found = std::move(*found), delivery, reply] { prepare(asked, found, delivery, reply); }))
    reply(mail_unavailable("too many mails are waiting"));
}

// On a worker's thread.
void MailSignup::prepare(const registry::OpenedMailRequest& asked, const Standing& standing, Delivery delivery, const Reply& reply) {
  const registry::MailRequest& request = asked.request;
  const Instant at = parts_.clock();
  const auto token = tokens_of(request.organisation, asked.key).issue(request.stage, request.address, at, kMailTokenLife);
  if (!token) return reply(problem(503, "unavailable", token.error().what));
  const registry::ConfirmationMail mail{.from = parts_.mail->from,
                                        .from_name = {},
                                        .to = request.address,
                                        .organisation = standing.name,
                                        .stage = request.stage,
                                        .token = *token,
                                        .page = parts_.page + (request.language == registry::MailLanguage::french ? "?lang=fr" : ""),
                                        .date = at,
                                        .language = request.language};
  const auto message = registry::confirmation(mail);
  if (!message) return reply(problem(422, "not-allowed", message.error().what, message.error().hint));
  const auto first = files_.spent->spend(request_nonce(asked), request.at + kMailRequestPast + kMailRequestFuture);
  const OpenConfirmation open{.nonce = token->nonce,
                              .supporter = request.organisation,
                              .stage = request.stage,
                              .key = asked.key,
                              .address = request.address,
                              .expires = token->expires};
  const auto kept = !first ? Result<void>(fail(first.error())) : delivery == Delivery::send ? files_.open->keep(open, at) : Result<void>();
  if (!kept) {
    tell(kept.error());
    return reply(mail_unavailable("the request could not be kept: the operator was told"));
  }
  if (!*first) return reply(problem(409, "replay", "this request was made before", "sign a new one"));
  reply(mail_json(
      202,
      Json{{"supporter", request.organisation}, {"stage", std::string(name(request.stage))}, {"expires", format_time(token->expires)}}));
  if (delivery == Delivery::send) send(mail, *message);
}

void MailSignup::send(const registry::ConfirmationMail& mail, const registry::MailMessage& message) {
  const auto text = registry::compose(message);
  auto sent = text ? registry::send_mail(parts_.mail->server, mail.from, mail.to, *text) : Result<void>(fail(text.error()));
  if (sent) return;
  // The operator's log is no place for addresses, and mail servers repeat them.
  Error error = sent.error();
  for (std::size_t at = 0; (at = error.what.find(mail.to.str(), at)) != std::string::npos;)
    error.what.replace(at, mail.to.str().size(), "…");
  tell(error);
  if (const auto removed = files_.open->remove(mail.token.nonce); !removed) tell(removed.error());
}

// ---- the token comes back

Result<MailSignup::Returned> MailSignup::read_returned(const http::Request& request) {
  if (request.body.size() > kMostReturned) return fail("the request is too large");
  Returned out;
  if (request.header("Content-Type").starts_with("application/x-www-form-urlencoded")) {
    const http::Request form{.query = request.body};
    const auto field = [&](std::string_view name) {
      const auto values = parameters(form, name);
      return values.empty() ? std::string() : values.front();
    };
    out = {.token = field("token"), .supporter = field("supporter"), .stage = field("stage")};
  } else {
    ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(request.body, "request", {.max_bytes = kMostReturned, .max_depth = 2}));
    const auto object = as_object(document.root());
    if (!object) return fail("the request is no JSON object", {}, R"(send {"token":"entente-mail-v1.…"})");
    for (const auto field : *object) {
      const auto value = as_string(field.value);
      std::string* member = field.key == "token"       ? &out.token
                            : field.key == "supporter" ? &out.supporter
                            : field.key == "stage"     ? &out.stage
                                                       : nullptr;
      if (member == nullptr || !value)
        return fail("the request has another member than token, supporter and stage, or one that is no text");
      *member = *value;
    }
  }
  // A person copies it with what is around it.
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!out.token.empty() && blank(out.token.back())) out.token.pop_back();
  out.token.erase(out.token.begin(), std::ranges::find_if_not(out.token, blank));
  if (out.token.empty()) return fail("the request has no token", {}, "it is in the mail");
  return out;
}

void MailSignup::confirm(Returned returned, const Reply& reply) {
  if (!parts_.api->submit) return reply(problem(405, "read-only", "this server takes no statements", "send it to the registry itself"));
  if (!is_configured()) return reply(problem(409, "not-configured", "this server sends no mail, so it has no tokens"));
  if (!redeemers_.take([this, returned = std::move(returned), reply] { redeem(returned, reply); }))
    reply(mail_unavailable("too many tokens are waiting"));
}

MailSignup::OrRefusal<OpenConfirmation> MailSignup::spend(const Returned& returned, Standing& now_standing) {
  constexpr std::string_view kAgain = "ask for a new mail";
  const auto token = registry::MailToken::parse(returned.token);
  if (!token) return mail_refusal(403, "bad-token", token.error().what, token.error().hint);
  if (files_.spent->is_spent(token->nonce))
    return mail_refusal(409, "token-used", "this token was used before", "nothing needs to be done if that was you");
  auto open = files_.open->find(token->nonce);
  if (!open) return mail_refusal(403, "bad-token", "no confirmation is open for this token", kAgain);
  if ((!returned.supporter.empty() && returned.supporter != open->supporter) ||
      (!returned.stage.empty() && returned.stage != name(open->stage)))
    return mail_refusal(403, "bad-token", "the token is for another supporter or stage", kAgain);
  auto found = standing(open->supporter);
  if (!found) return tl::unexpected<Response>(found.error());
  if (std::ranges::find(found->keys, open->key) == found->keys.end())
    return mail_refusal(403, "bad-token", "the key that asked for the mail has ended", kAgain);
  // The stage is the present one, not the one it was sent for: a token of another stage has another MAC.
  bool kept = true;
  const auto redeemed =
      tokens_of(open->supporter, open->key)
          .redeem(returned.token, found->stage, open->address, parts_.clock(), [&](const MailNonce& nonce, Instant expires) {
            auto first = files_.spent->spend(nonce, expires);
            kept = first.has_value();
            return first;
          });
  if (!kept) {
    tell(redeemed.error());
    return tl::unexpected<Response>(mail_unavailable("the token could not be noted as used: the operator was told"));
  }
  if (!redeemed) return mail_refusal(403, "bad-token", redeemed.error().what, redeemed.error().hint);
  now_standing = std::move(*found);
  return *open;
}

// On a worker's thread.
void MailSignup::redeem(const Returned& returned, const Reply& reply) {
  Standing found;
  const auto confirmed = spend(returned, found);
  if (!confirmed) return reply(confirmed.error());
  record(*confirmed, found, reply);
  if (const auto removed = files_.open->remove(confirmed->nonce); !removed) tell(removed.error());
}

void MailSignup::record(const OpenConfirmation& confirmed, const Standing& standing, const Reply& reply) {
  Bytes salt(statement::kSaltBytes);
  keys::random_bytes(salt);
  const auto commitment = statement::commitment(salt, sha256(confirmed.address.str()));
  const Instant at = std::chrono::floor<std::chrono::seconds>(parts_.clock());
  const Instant until = at + std::min(kMailProofLife, standing.longest);
  const auto make = [&]() -> Result<std::string> {
    ENTENTE_CHECK(commitment);
    // What the commitment opens to is kept before the ledger names it. Removing the file forgets the address.
    const Json opening{{"address", confirmed.address.str()}, {"salt", to_base64(salt)}};
    ENTENTE_CHECK(write_file_atomic(parts_.options.private_folder / "mailboxes" / (commitment->hex() + ".json"),
                                    json_compact(opening) + "\n", FileMode::secret));
    const Json predicate{{"organisation", {{"id", confirmed.supporter}}},
                         {"stage", std::string(name(confirmed.stage))},
                         {"key", confirmed.key.str()},
                         {"scheme", "salted-sha256/v1"},
                         {"commitment", {{"sha256", commitment->hex()}}},
                         {"at", format_time(at)},
                         {"until", format_time(until)}};
    return registry::make_statement(registry::Kind::mail_proof, predicate, {parts_.options.verifier_key.get()}, *parts_.api->data);
  };
  const auto entry = make();
  if (!entry) {
    tell(entry.error());
    return reply(problem(503, "unavailable", "the confirmation could not be recorded: the operator was told", "ask for a new mail later"));
  }
  Json body{{"supporter", confirmed.supporter},
            {"stage", std::string(name(confirmed.stage))},
            {"until", format_time(until)},
            {"commitment", {{"sha256", commitment->hex()}}},
            {"salt", to_base64(salt)}};
  parts_.api->submit(*entry, ledger::Appender::Wait::integrated, [body = std::move(body), reply](Result<RegistryService::Outcome> outcome) {
    if (!outcome) return reply(problem(503, "unavailable", outcome.error().what, "the token is used up: ask for a new mail"));
    if (!*outcome) {
      const registry::Rejection& why = outcome->error();
      return reply(problem(static_cast<unsigned>(registry::http_status(why.code)), name(why.code),
                           "the mailbox is confirmed, but the statement was not taken: " + why.what, why.hint, why.pointer));
    }
    Json answer = body;
    answer["leaf"] = (*outcome)->leaf;
    Response out = mail_json(201, answer);
    out.headers.emplace_back("Location", fmt::format("{}/statements/{}", kApiPrefix, (*outcome)->leaf));
    reply(std::move(out));
  });
}

}  // namespace entente::server
