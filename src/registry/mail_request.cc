// A DSSE envelope around an in-toto statement, as the ledger's entries are, so that the same keys and tools sign it; its type is none a
// ledger takes. The signature is checked before anything of the payload is read.
#include "registry/mail_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "statement/statement.h"

namespace entente::registry {
namespace {

const std::string& mail_request_type() {
  static const std::string type = fmt::format("{}confirmation-request/v1", statement::kPredicateBase);
  return type;
}

tl::unexpected<MailRequestError> mail_fault(MailRequestFault fault, Error error) {
  return tl::unexpected(MailRequestError{.fault = fault, .error = std::move(error)});
}

std::string mail_member(const Json& predicate, const char* member) {
  const auto it = predicate.find(member);
  return it != predicate.end() && it->is_string() ? it->get<std::string>() : std::string();
}

// Of a predicate that satisfies its schema.
Result<MailRequest> read_mail_request(const Json& predicate) {
  auto address = MailAddress::parse(mail_member(predicate, "address"));
  if (!address) {
    Error error = address.error();
    error.where.pointer = "/predicate/address";
    return fail(std::move(error));
  }
  MailRequest out{.address = std::move(*address)};
  out.organisation = mail_member(predicate.at("organisation"), "id");
  ENTENTE_TRY(out.pledge, Digest::from_hex(mail_member(predicate.at("pledge"), "sha256")));
  const auto stage = stage_from(mail_member(predicate, "stage"));
  if (!stage) return fail("there is no such stage", {.pointer = "/predicate/stage"});
  out.stage = *stage;
  if (mail_member(predicate, "language") == "fr") out.language = MailLanguage::french;
  ENTENTE_TRY(const Bytes nonce, from_base64(mail_member(predicate, "nonce")));
  if (nonce.size() != out.nonce.size()) return fail("a nonce has 16 bytes", {.pointer = "/predicate/nonce"});
  std::ranges::copy(nonce, out.nonce.begin());
  ENTENTE_TRY(out.at, parse_time(mail_member(predicate, "at")));
  return out;
}

}  // namespace

Result<std::string> sign_mail_request(const MailRequest& request, const keys::SigningKey& key, const DataSet& data) {
  if (key.verifier().type() != keys::KeyType::ed25519) return fail("this type of key signs no requests");
  statement::Statement made;
  made.subjects = {{.name = {}, .sha256 = request.pledge}};
  made.predicate_type = mail_request_type();
  made.predicate = {{"pledge", {{"sha256", request.pledge.hex()}}},
                    {"organisation", {{"id", request.organisation}}},
                    {"stage", std::string(name(request.stage))},
                    {"address", request.address.str()},
                    {"language", request.language == MailLanguage::french ? "fr" : "en"},
                    {"nonce", to_base64(request.nonce)},
                    {"at", format_time(request.at)}};
  ENTENTE_CHECK(statement::check_predicate(made, data));
  return statement::sign(made, key).str();
}

tl::expected<OpenedMailRequest, MailRequestError> open_mail_request(std::string_view text, const std::vector<keys::VerifierKey>& keys,
                                                                    const DataSet& data) {
  if (text.size() > kMostMailRequest) return mail_fault(MailRequestFault::malformed, {.what = "the request is too large"});
  const auto envelope = statement::Envelope::parse_canonical(text, "request");
  if (!envelope) return mail_fault(MailRequestFault::malformed, envelope.error());
  const auto verified = statement::verify(*envelope, keys, "request");
  if (!verified) return mail_fault(MailRequestFault::signature, verified.error());
  if (envelope->signatures.size() != 1)
    return mail_fault(MailRequestFault::signature, {.what = "a request has one signature", .where = {.pointer = "/signatures"}});
  if (verified->statement.predicate_type != mail_request_type())
    return mail_fault(MailRequestFault::schema, {.what = "this is no request for a confirmation", .where = {.pointer = "/predicateType"}});
  if (const auto sound = statement::check_predicate(verified->statement, data); !sound)
    return mail_fault(MailRequestFault::schema, sound.error());
  auto request = read_mail_request(verified->statement.predicate);
  if (!request) return mail_fault(MailRequestFault::schema, request.error());
  return OpenedMailRequest{.request = std::move(*request), .key = verified->signed_by.front(), .payload = sha256(envelope->payload)};
}

}  // namespace entente::registry
