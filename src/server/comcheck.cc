// Whoever holds the nonce was reached, and whoever answers the question is no auto-responder. A round in progress is nobody's business, so
// a round that does not exist and a nonce that is nobody's get the same answer. Nonces are compared with all of the round's, each in
// constant time.
#include "server/comcheck.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>

#include "server/api_reading.h"

namespace entente::server {
namespace {

using http::Method;
using http::Reply;
using http::Response;
using registry::ComcheckEvent;
using registry::ComcheckEventKind;

constexpr std::uint64_t kMostAnswer = 8 << 10;
constexpr std::size_t kMostAddresses = 10'000;
constexpr std::size_t kMostRoundsHeld = 64;

Response comcheck_json(const Json& body) {
  return {.status = 200, .content_type = "application/json", .body = json_compact(body) + "\n", .headers = {{"Cache-Control", "no-store"}}};
}
Response comcheck_problem(unsigned status, std::string_view code, std::string_view what, std::string_view hint = {}) {
  Response out = problem(status, code, what, hint);
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}
Response no_such_check() {
  return comcheck_problem(404, "not-found", "there is no such check", "enter round and code as they stand in the message");
}

std::string tries_left(std::size_t tries) {
  if (tries == 0) return "this was the last try";
  return tries == 1 ? "one more try" : fmt::format("{} more tries", tries);
}

std::string form_value(const http::Request& request, std::string_view name) {
  const http::Request as_query{.query = request.body};  // the same encoding as a query's
  const auto values = parameters(as_query, name);
  return values.size() == 1 ? values.front() : std::string();
}

}  // namespace

void ComcheckAnswers::add_routes(Router& router, const std::shared_ptr<ComcheckAnswers>& answers) {
  router.add(Method::post, "/comcheck/{round}/answers", [answers](const Call& call, const Reply& reply) { reply(answers->answer(call)); });
}

std::optional<std::int64_t> ComcheckAnswers::wait_for_turn(const std::string& peer) {
  constexpr std::chrono::seconds kSpan{60};
  const Instant time = parts_.clock();
  const std::scoped_lock guard(mutex_);
  if (tries_.size() >= kMostAddresses) std::erase_if(tries_, [&](const auto& item) { return item.second.back() + kSpan <= time; });
  if (tries_.size() >= kMostAddresses && !tries_.contains(peer)) return kSpan.count();
  auto& of_peer = tries_[peer];
  while (!of_peer.empty() && of_peer.front() + kSpan <= time) of_peer.pop_front();
  if (of_peer.size() >= kAnswersPerMinute) return std::chrono::ceil<std::chrono::seconds>(of_peer.front() + kSpan - time).count();
  of_peer.push_back(time);
  return std::nullopt;
}

std::shared_ptr<const ComcheckAnswers::Round> ComcheckAnswers::find(const std::string& name) {
  const auto base = parts_.private_folder / "comcheck";
  if (parts_.private_folder.empty() || !registry::ComcheckFolder::exists(base, name)) return nullptr;
  const std::scoped_lock guard(mutex_);
  if (const auto it = rounds_.find(name); it != rounds_.end()) return it->second;
  auto folder = registry::ComcheckFolder::open(base, name, parts_.log);
  if (!folder) {
    if (parts_.api->problem) parts_.api->problem(folder.error());
    return nullptr;
  }
  const registry::ComcheckRecord& record = folder->record();
  if (!record.drawn) return nullptr;
  std::vector<std::string> nonces;
  for (const registry::AskedContact& contact : record.asked.contacts)
    nonces.push_back(registry::comcheck_nonce(record.secret, record.plan.round, contact.members.front()));
  if (rounds_.size() >= kMostRoundsHeld) rounds_.clear();
  return rounds_.emplace(name, std::make_shared<const Round>(Round{std::move(*folder), std::move(nonces)})).first->second;
}

bool ComcheckAnswers::signed_by_contact(const Round& round, std::size_t contact, const registry::SentRequest& request) const {
  const auto folder = registry::ContactFolder::open(parts_.private_folder / "contacts");
  if (!folder) return false;
  for (const registry::AskedMember& member : round.folder.record().asked.contacts[contact].members) {
    const auto document = folder->find(member.supporter);
    if (!document || !*document) continue;
    for (const registry::Contact& entry : (*document)->contacts) {
      const auto commitment = entry.commitment();
      if (commitment && *commitment == member.commitment &&
          std::ranges::any_of(entry.keys, [&](const keys::VerifierKey& key) { return request.signed_by(key); }))
        return true;
    }
  }
  return false;
}

Response ComcheckAnswers::judge(const Round& round, std::size_t contact, const Given& given) const {
  const registry::ComcheckRecord& record = round.folder.record();
  const registry::AskedContact& asked = record.asked.contacts[contact];
  const auto drawn = registry::draw(record.drawn->seed.seed, record.plan, asked.members.front(), record.questions.list.size());
  const bool right = registry::is_right_answer(record.questions.list[drawn.question], given.answer);
  const Instant time = std::chrono::floor<std::chrono::seconds>(parts_.clock());
  std::optional<Response> out;
  const auto accepted = [&](Instant sent, Instant answered) {
    return comcheck_json(
        Json{{"round", record.plan.round}, {"class", registry::latency_class(sent, answered)}, {"received_at", format_time(answered)}});
  };
  const auto done = round.folder.update([&](const std::vector<ComcheckEvent>& events) -> Result<std::vector<ComcheckEvent>> {
    const auto progress = registry::comcheck_progress(events);
    const auto it = progress.find(asked.id());
    const auto sent = it == progress.end() ? std::nullopt : it->second.sent ? it->second.sent : it->second.intended;
    std::vector<ComcheckEvent> more;
    if (!sent) {
      out = no_such_check();
    } else if (it->second.answered) {
      out = right ? accepted(*sent, *it->second.answered) : comcheck_problem(409, "closed", "this check was answered");
    } else if (registry::closed_at(events)) {
      out = comcheck_problem(409, "closed", "the round is closed: answers are not counted any more");
    } else if (it->second.wrong >= registry::kMostComcheckTries) {
      out = comcheck_problem(409, "closed", "there were too many wrong answers to this check");
    } else if (!right) {
      more.push_back({.kind = ComcheckEventKind::wrong, .at = time, .contact = asked.id()});
      out =
          comcheck_problem(422, "wrong-answer", "this is not the answer", tries_left(registry::kMostComcheckTries - it->second.wrong - 1));
    } else {
      more.push_back(
          {.kind = ComcheckEventKind::answered, .at = time, .contact = asked.id(), .detail = given.request ? "signature" : "form"});
      out = accepted(*sent, time);
    }
    return more;
  });
  if (done) return *out;
  if (parts_.api->problem) parts_.api->problem(done.error());
  return comcheck_problem(503, "unavailable", "the answer could not be kept", "the operator was told; try again later");
}

Response ComcheckAnswers::answer(const Call& call) {
  if (!parts_.api->submit) return comcheck_problem(405, "read-only", "this server takes no answers", "answer at the registry itself");
  if (const auto seconds = wait_for_turn(call.request.peer)) {
    Response out = comcheck_problem(429, "too-many", "too many answers from this address");
    out.headers.emplace_back("Retry-After", std::to_string(*seconds));
    return out;
  }
  Given given;
  const std::string_view type = call.request.header("Content-Type");
  if (type.starts_with("application/x-www-form-urlencoded")) {
    if (call.request.body.size() > kMostAnswer) return comcheck_problem(400, "malformed", "the answer is too long");
    given = {.nonce = form_value(call.request, "nonce"), .answer = form_value(call.request, "answer")};
  } else if (type.starts_with("application/vnd.dsse.envelope.v1+json")) {
    auto request = registry::SentRequest::parse(call.request.body);
    if (!request) return comcheck_problem(400, "malformed", request.error().what, request.error().hint);
    if (request->request.kind != registry::RequestKind::comcheck_answer || request->request.by != call.values[0] ||
        request->request.origin != parts_.log.name())
      return comcheck_problem(422, "not-allowed", "the signed answer is to another check, round or registry");
    given = {.nonce = request->request.nonce, .answer = request->request.about, .request = std::move(*request)};
  } else {
    const auto document = JsonDocument::parse(call.request.body, "request", {.max_bytes = kMostAnswer, .max_depth = 2});
    if (!document) return comcheck_problem(400, "malformed", document.error().what, R"(send {"nonce":"…","answer":"…"})");
    given = {.nonce = std::string(json_string(document->root(), "nonce").value_or("")),
             .answer = std::string(json_string(document->root(), "answer").value_or(""))};
  }
  if (given.nonce.empty() || given.answer.empty())
    return comcheck_problem(400, "malformed", "round, code and answer are needed", R"(send {"nonce":"…","answer":"…"})");
  const auto round = find(call.values[0]);
  if (!round) return no_such_check();
  std::optional<std::size_t> contact;
  for (std::size_t i = 0; i < round->nonces.size(); ++i) {
    const std::string& nonce = round->nonces[i];
    if (nonce.size() == given.nonce.size() && CRYPTO_memcmp(nonce.data(), given.nonce.data(), nonce.size()) == 0) contact = i;
  }
  if (!contact) return no_such_check();
  if (given.request && !signed_by_contact(*round, *contact, *given.request))
    return comcheck_problem(403, "not-entitled", "no key of the contact's entry signed this");
  return judge(*round, *contact, given);
}

}  // namespace entente::server
