// The signed request for a confirmation mail, confirmation-request/v1 (docs/statements.md): signed by the key of the pledge, so that nobody
// makes the registry write to strangers in a supporter's name. It is sent to a registry and is in no ledger. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/data.h"
#include "core/error.h"
#include "registry/mail_message.h"

namespace entente::registry {

inline constexpr std::size_t kMostMailRequest = 8 << 10;  // bytes of the envelope

struct MailRequest {
  std::string organisation;  // the registry's id
  Digest pledge;             // of its envelope
  Stage stage = Stage::apply;
  MailAddress address;
  MailLanguage language = MailLanguage::english;
  MailNonce nonce{};  // makes each request another
  Instant at;
};

// The canonical envelope. Errors: a stage the schema does not know, a key that signs no statements.
[[nodiscard]] Result<std::string> sign_mail_request(const MailRequest& request, const keys::SigningKey& key, const DataSet& data);

struct OpenedMailRequest {
  MailRequest request;
  keys::VerifierKey key;  // that signed
  Digest payload;         // of the signed bytes: by which a request that comes again is known
};
enum class MailRequestFault : std::uint8_t { malformed, signature, schema };
struct MailRequestError {
  MailRequestFault fault = MailRequestFault::malformed;
  Error error;
};
// One signature, by one of `keys`. Freshness and standing are the caller's.
[[nodiscard]] tl::expected<OpenedMailRequest, MailRequestError> open_mail_request(std::string_view envelope,
                                                                                  const std::vector<keys::VerifierKey>& keys,
                                                                                  const DataSet& data);

}  // namespace entente::registry
