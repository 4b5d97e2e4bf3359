// Thin: routes to Witness and words its answers as HTTP. A checkpoint is persisted on the connection's thread (about a millisecond).
#include "ledger/witness_service.h"

#include "merkle/witness_protocol.h"

namespace entente::ledger {
namespace {

http::Response to_response(Answer answer) {
  http::Response out;
  out.status = answer.status;
  out.content_type = std::move(answer.content_type);
  out.body = std::move(answer.body);
  return out;
}

}  // namespace

http::Handler witness_handler(std::shared_ptr<Witness> witness, std::function<Instant()> clock) {
  return [witness = std::move(witness), clock = std::move(clock)](const http::Request& request, const http::Reply& reply) {
    constexpr std::string_view kAdd = "/add-checkpoint";
    const bool add = request.path == kAdd;
    if (add && request.method == http::Method::post) return reply(to_response(witness->add_checkpoint(request.body, clock())));
    if (!add && (request.method == http::Method::get || request.method == http::Method::head)) {
      http::Response response = to_response(witness->get(request.path));
      response.headers.emplace_back("Cache-Control", "no-cache");
      response.headers.emplace_back("Access-Control-Allow-Origin", "*");
      return reply(std::move(response));
    }
    http::Response refused = http::plain(405, "method not allowed");
    refused.headers.emplace_back("Allow", add ? "POST" : "GET, HEAD");
    reply(std::move(refused));
  };
}

std::size_t witness_body_limit() { return merkle::kMaxAddCheckpointBytes; }

}  // namespace entente::ledger
