// The payload is written from the value and must read back as the same bytes, so a request has one spelling and its digest can stand for
// it where requests are remembered.
#include "registry/party_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/ascii.h"
#include "core/json.h"
#include "statement/statement.h"

namespace entente::registry {
namespace {

constexpr std::string_view kRequestType = "application/vnd.entente.party-request+json";
constexpr std::array<std::string_view, 3> kRequestKinds{"contact-read/v1", "contact-erase/v1", "comcheck-answer/v1"};

std::string request_payload(const PartyRequest& r) {
  return json_compact(Json{
      {"type", name(r.kind)}, {"registry", r.origin}, {"by", r.by}, {"about", r.about}, {"nonce", r.nonce}, {"at", format_time(r.at)}});
}

bool is_nonce_text(std::string_view text) {
  return text.size() == 22 && std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '-' || c == '_'; });
}

Result<PartyRequest> read_payload(std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, "request", {.max_bytes = kMaxPartyRequest, .max_depth = 2}));
  const auto member = [&](std::string_view key) { return std::string(json_string(document.root(), key).value_or("")); };
  const auto kind = std::ranges::find(kRequestKinds, member("type"));
  if (kind == kRequestKinds.end()) return fail("there is no such request", {.pointer = "/type"});
  PartyRequest out{.kind = static_cast<RequestKind>(kind - kRequestKinds.begin()),
                   .origin = member("registry"),
                   .by = member("by"),
                   .about = member("about"),
                   .nonce = member("nonce")};
  ENTENTE_TRY(out.at, parse_time(member("at")));
  if (!is_nonce_text(out.nonce)) return fail("a nonce is 16 bytes in base64url without padding", {.pointer = "/nonce"});
  if (request_payload(out) != text) return fail("the request is not in its canonical form", {}, "see docs/contacts.md");
  return out;
}

}  // namespace

std::string_view name(RequestKind kind) { return kRequestKinds[static_cast<std::size_t>(kind)]; }

std::string fresh_nonce() {
  std::array<std::uint8_t, 16> bytes{};
  keys::random_bytes(bytes);
  std::string out = to_base64(bytes, Base64Alphabet::url);
  while (out.ends_with('=')) out.pop_back();
  return out;
}

std::string sign_request(const PartyRequest& request, const keys::SigningKey& key) {
  statement::Envelope envelope{.payload_type = std::string(kRequestType), .payload = request_payload(request)};
  const keys::Signature signature = key.sign(as_bytes(statement::pae(envelope.payload_type, envelope.payload)));
  envelope.signatures.push_back(
      {.keyid = fmt::format("{}+{}", key.verifier().name(), key.verifier().id_hex()), .sig = Bytes(signature.begin(), signature.end())});
  return envelope.str();
}

Result<SentRequest> SentRequest::parse(std::string_view text) {
  if (text.size() > kMaxPartyRequest) return fail("the request is too long");
  ENTENTE_TRY(statement::Envelope envelope, statement::Envelope::parse_canonical(text, "request"));
  if (envelope.payload_type != kRequestType)
    return fail(fmt::format("the payload type must be \"{}\"", kRequestType), {.pointer = "/payloadType"});
  if (envelope.signatures.size() != 1) return fail("a request has one signature", {.pointer = "/signatures"});
  SentRequest out;
  ENTENTE_TRY(out.request, read_payload(envelope.payload));
  out.payload = sha256(envelope.payload);
  out.message_ = statement::pae(envelope.payload_type, envelope.payload);
  out.signature_ = std::move(envelope.signatures.front().sig);
  return out;
}

bool SentRequest::signed_by(const keys::VerifierKey& key) const {
  return key.type() == keys::KeyType::ed25519 && key.verify(as_bytes(message_), signature_);
}

}  // namespace entente::registry
