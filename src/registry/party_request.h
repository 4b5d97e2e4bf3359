// What a party asks of the registry under its signature, without the ledger: to read contacts, to erase its own, to answer a communication
// check. A DSSE envelope whose payload type is no in-toto statement's, so that no ledger of ours takes it and no statement passes for it
// (docs/contacts.md). Plain values; thread-safe.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/error.h"
#include "core/time.h"
#include "keys/keys.h"

namespace entente::registry {

enum class RequestKind : std::uint8_t { contact_read, contact_erase, comcheck_answer };
[[nodiscard]] std::string_view name(RequestKind kind);  // "contact-read/v1"

inline constexpr std::chrono::seconds kRequestFreshness = std::chrono::minutes{5};
inline constexpr std::size_t kMaxPartyRequest = 8 << 10;

struct PartyRequest {
  RequestKind kind = RequestKind::contact_read;
  std::string origin;  // of the ledger: a request to one registry is worth nothing at another
  std::string by;      // id of the supporter that asks; for an answer, the round
  std::string about;   // id of the supporter whose contacts they are; for an answer, the answer
  std::string nonce;   // 16 random bytes in base64url without padding; for an answer, the nonce of the check
  Instant at;
  bool operator==(const PartyRequest&) const = default;
};

// Payload: {"type":"contact-read/v1","registry":…,"by":…,"about":…,"nonce":…,"at":…}, media type
// "application/vnd.entente.party-request+json".
[[nodiscard]] std::string sign_request(const PartyRequest& request, const keys::SigningKey& key);
[[nodiscard]] std::string fresh_nonce();

// Read and not yet verified.
struct SentRequest {
  PartyRequest request;
  Digest payload;  // SHA-256: the same for whoever signed it
  // Exactly one signature, canonical envelope, every member of its form.
  [[nodiscard]] static Result<SentRequest> parse(std::string_view text);
  [[nodiscard]] bool signed_by(const keys::VerifierKey& key) const;

 private:
  std::string message_;
  Bytes signature_;
};

}  // namespace entente::registry
