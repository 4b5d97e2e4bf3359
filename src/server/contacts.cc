// A document is taken only if it opens the commitments its owner signed into the ledger, so whoever brings it, it is the owner's. What is
// not public is shown to who signs for it; a request is good for five minutes, once, and not if it is older than this process, which has
// forgotten what it heard before. Nothing here is cached, by us or on the way.
#include "server/contacts.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/file.h"
#include "server/api_reading.h"
#include "server/challenge_book.h"

namespace entente::server {
namespace fs = std::filesystem;
namespace {

using http::Method;
using http::Reply;
using http::Response;
using registry::ContactDocument;
using registry::RequestKind;

Response contacts_json(unsigned status, const Json& body) {
  return {
      .status = status, .content_type = "application/json", .body = json_compact(body) + "\n", .headers = {{"Cache-Control", "no-store"}}};
}
Response contacts_problem(unsigned status, std::string_view code, std::string_view what, std::string_view hint = {},
                          std::string_view pointer = {}) {
  Response out = problem(status, code, what, hint, pointer);
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}
Response read_only_answer() { return contacts_problem(405, "read-only", "this server keeps no contacts", "ask the registry itself"); }

// What the ledger says of one contact, as everybody may know it.
Json row_json(const registry::ContactEntry& row) {
  Json out{{"role", row.role}, {"commitment", row.commitment.hex()}, {"channels", row.channels}};
  if (!row.languages.empty()) out["languages"] = row.languages;
  out["audience"] = row.audience;
  return out;
}

}  // namespace

Contacts::Contacts(Parts parts) : parts_(std::move(parts)) {}

Result<std::shared_ptr<Contacts>> Contacts::open(Parts parts) {
  const fs::path base = parts.private_folder;
  const bool writable = static_cast<bool>(parts.api->submit);
  std::shared_ptr<Contacts> out(new Contacts(std::move(parts)));
  if (base.empty() || !writable) return out;
  ENTENTE_CHECK(make_private_folder(base));
  auto heard = registry::SpentFile::open(base / "heard-requests", out->parts_.clock());
  if (!heard) {
    Error error = heard.error();
    if (error.where.line)
      error.hint = "move the file away; a request to read or erase contacts of the last minutes could then be answered once more";
    return fail(std::move(error));
  }
  out->heard_ = std::move(*heard);
  ENTENTE_TRY(out->folder_, registry::ContactFolder::open(base / "contacts"));
  ENTENTE_CHECK(out->folder_->remove_leftovers());
  std::vector<Error> broken;
  ENTENTE_TRY(const auto documents, out->folder_->all_but_broken(broken));
  for (const Error& error : broken) {
    out->broken_.insert(fs::path(error.where.file).stem().string());
    out->tell(error);
  }
  const std::shared_lock lock(*out->parts_.api->lock);
  // Nobody can tell what is in a broken file, so it may not outlive the record it was of.
  if (!broken.empty())
    for (const auto& [id, supporter] : out->parts_.api->projection->state().supporters())
      if (is_tombstone(supporter.status) && out->broken_.contains(sha256(id).hex())) ENTENTE_CHECK(out->drop(id));
  for (const ContactDocument& document : documents) {
    if (registry::stands(document, out->parts_.api->projection->state()))
      out->deposited_.insert(document.organisation);
    else
      ENTENTE_CHECK(out->folder_->remove(document.organisation));
  }
  return out;
}

void Contacts::add_routes(Router& router, const std::shared_ptr<Contacts>& contacts) {
  // What a newer set, a withdrawal or a removal put an end to must not be shown once that statement was answered.
  const auto route = [&](Method method, std::string_view pattern, std::function<Response(const Call&)> answer) {
    router.add(method, pattern, [contacts, answer = std::move(answer)](const Call& call, const Reply& reply) {
      if (contacts->parts_.api->catch_up) contacts->parts_.api->catch_up();
      reply(answer(call));
    });
  };
  route(Method::get, "/supporters/{id}/contacts",
        [c = contacts.get()](const Call& call) { return c->show(call.values[0], Sees::everybody); });
  route(Method::post, "/supporters/{id}/contacts", [c = contacts.get()](const Call& call) { return c->deposit(call); });
  route(Method::post, "/supporters/{id}/contacts/read", [c = contacts.get()](const Call& call) { return c->read(call); });
  route(Method::post, "/supporters/{id}/contacts/erase", [c = contacts.get()](const Call& call) { return c->erase(call); });
}

void Contacts::tell(const Error& error) const {
  if (parts_.api->problem) parts_.api->problem(error);
}

// Under the mutex.
Result<void> Contacts::drop(const std::string& id) {
  ENTENTE_CHECK(folder_->remove(id));
  deposited_.erase(id);
  broken_.erase(sha256(id).hex());
  return {};
}

std::size_t Contacts::broken_files() const {
  const std::scoped_lock guard(mutex_);
  return broken_.size();
}

void Contacts::ledger_changed(const std::vector<registry::SupporterRow>& supporters) {
  if (!folder_) return;
  const std::scoped_lock guard(mutex_);
  for (const registry::SupporterRow& row : supporters) {
    if (broken_.contains(sha256(row.id).hex())) {
      const registry::Supporter* s = parts_.api->projection->state().supporter(row.id);
      if (s == nullptr || !is_tombstone(s->status)) continue;
      if (const auto dropped = drop(row.id); !dropped) tell(dropped.error());
      continue;
    }
    if (!deposited_.contains(row.id)) continue;
    const auto document = folder_->find(row.id);
    if (document && *document && registry::stands(**document, parts_.api->projection->state())) continue;
    if (const auto dropped = drop(row.id); !dropped) tell(dropped.error());
  }
}

Response Contacts::deposit(const Call& call) {
  if (!parts_.api->submit) return read_only_answer();
  if (!folder_) return contacts_problem(409, "not-configured", "this server keeps no contacts");
  const std::string& id = call.values[0];
  const auto document = ContactDocument::parse(call.request.body, "contacts", *parts_.api->data);
  if (!document) return contacts_problem(422, "schema", document.error().what, document.error().hint, document.error().where.pointer);
  if (document->organisation != id)
    return contacts_problem(422, "not-allowed", "these are another organisation's contacts", {}, "/organisation/id");
  const std::shared_lock lock(*parts_.api->lock);  // so that no newer contact set comes between the question and the file
  const registry::State& state = parts_.api->projection->state();
  if (state.supporter(id) == nullptr) return contacts_problem(404, "not-found", "there is no supporter " + shown(id));
  if (const auto allowed = registry::stands(*document, state); !allowed)
    return contacts_problem(409, "not-opened", allowed.error().what, allowed.error().hint, allowed.error().where.pointer);
  const std::scoped_lock guard(mutex_);
  if (const auto kept = folder_->keep(*document); !kept) {
    tell(kept.error());
    return contacts_problem(503, "unavailable", "the contacts could not be kept", "the operator was told; try again later");
  }
  deposited_.insert(id);
  broken_.erase(sha256(id).hex());
  Json body{{"supporter", id}, {"leaf", state.supporter(id)->detail().contacts->leaf}, {"contacts", document->contacts.size()}};
  body["warnings"] = document->warnings();
  return contacts_json(201, body);
}

Response Contacts::show(const std::string& id, Sees sees) const {
  const std::shared_lock lock(*parts_.api->lock);
  const registry::Supporter* s = parts_.api->projection->state().supporter(id);
  if (s == nullptr) return contacts_problem(404, "not-found", "there is no supporter " + shown(id));
  Json out{{"supporter", id}, {"set", nullptr}, {"deposited", false}, {"contacts", Json::array()}};
  const auto& set = s->detail().contacts;
  if (!set || is_tombstone(s->status)) return contacts_json(200, out);
  out["set"] = Json{{"leaf", set->leaf}, {"at", format_time(set->at)}, {"commitment", set->commitment.hex()}};
  std::optional<ContactDocument> document;
  if (folder_) {
    const std::scoped_lock guard(mutex_);
    auto found = folder_->find(id);
    if (!found) tell(found.error());
    if (found && *found && registry::opens(**found, *set)) document = std::move(**found);
  }
  out["deposited"] = document.has_value();
  for (std::size_t i = 0; i < set->contacts.size(); ++i) {
    Json row = row_json(set->contacts[i]);
    if (document && static_cast<unsigned>(document->contacts[i].tlp) <= static_cast<unsigned>(sees))
      row["contact"] = document->contacts[i].json();
    out["contacts"].push_back(std::move(row));
  }
  return contacts_json(200, out);
}

tl::expected<registry::PartyRequest, Response> Contacts::heard(const Call& call, RequestKind kind) {
  const auto refused = [](unsigned status, std::string_view code, std::string_view what, std::string_view hint = {}) {
    return tl::unexpected<Response>(contacts_problem(status, code, what, hint));
  };
  const auto sent = registry::SentRequest::parse(call.request.body);
  if (!sent) return refused(400, "malformed", sent.error().what, sent.error().hint);
  const registry::PartyRequest& request = sent->request;
  if (request.kind != kind || request.origin != parts_.origin || request.about != call.values[0])
    return refused(422, "not-allowed", "the request is for something else, of somebody else, or at another registry");
  const Instant time = parts_.clock();
  if (request.at < time - registry::kRequestFreshness || request.at > time + registry::kRequestFreshness)
    return refused(422, "stale", "the request was not made just now", "sign a new one; check the clock");
  {
    const std::shared_lock lock(*parts_.api->lock);
    const registry::State& state = parts_.api->projection->state();
    const registry::Supporter* by = state.supporter(request.by);
    const bool known =
        by != nullptr && by->status == registry::Status::approved && std::ranges::any_of(by->keys, [&](const registry::OwnKey& key) {
          return key.counts_at(state.ledger_time()) && sent->signed_by(key.key);
        });
    if (!known) return refused(403, "not-entitled", "no current key of an approved supporter of that id signed this");
  }
  registry::MailNonce once{};
  std::copy_n(sent->payload.bytes.begin(), once.size(), once.begin());
  const auto fresh = heard_->spend(once, request.at + registry::kRequestFreshness);
  if (!fresh) return refused(503, "unavailable", fresh.error().what);
  if (!*fresh) return refused(409, "replay", "this request was answered already", "sign a new one");
  return request;
}

Response Contacts::read(const Call& call) {
  if (!parts_.api->submit) return read_only_answer();
  if (!folder_) return contacts_problem(409, "not-configured", "this server keeps no contacts");
  const auto request = heard(call, RequestKind::contact_read);
  if (!request) return request.error();
  Sees sees = Sees::supporters;
  {
    const std::shared_lock lock(*parts_.api->lock);
    const registry::Supporter* by = parts_.api->projection->state().supporter(request->by);
    if (by != nullptr && by->identity.category == registry::Category::state) sees = Sees::states;
  }
  return show(call.values[0], request->by == call.values[0] ? Sees::states : sees);
}

Response Contacts::erase(const Call& call) {
  if (!parts_.api->submit) return read_only_answer();
  if (!folder_) return contacts_problem(409, "not-configured", "this server keeps no contacts");
  const auto request = heard(call, RequestKind::contact_erase);
  if (!request) return request.error();
  if (request->by != call.values[0]) return contacts_problem(403, "not-entitled", "a supporter has its own contacts erased, nobody else's");
  const std::scoped_lock guard(mutex_);
  const bool was_there = deposited_.contains(request->by) || broken_.contains(sha256(request->by).hex());
  if (const auto dropped = drop(request->by); !dropped) {
    tell(dropped.error());
    return contacts_problem(503, "unavailable", "the contacts could not be erased", "the operator was told; try again later");
  }
  return contacts_json(200, Json{{"supporter", request->by}, {"erased", was_there}});
}

}  // namespace entente::server
