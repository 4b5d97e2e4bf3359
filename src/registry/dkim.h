// DKIM: whether a domain vouches for a mail message. RFC 6376 with RFC 8301 (no SHA-1, no RSA below 1024 bits) and RFC 8463 (Ed25519).
// Stricter than these where a signature leaves room for what it does not cover: a body length (l=) is refused, and so are keys marked as
// being tested (t=y). Pure but for the look-up it is given; nothing throws; thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/time.h"

namespace entente::registry {

inline constexpr std::size_t kMaxDkimMessage = 1 << 20;
inline constexpr std::size_t kMaxDkimKeyRecord = 4'096;
inline constexpr std::size_t kMostDkimSignatures = 5;  // of one message; more are not looked at

enum class DkimAlgorithm : std::uint8_t { rsa_sha256, ed25519_sha256 };
[[nodiscard]] std::string_view name(DkimAlgorithm algorithm);  // "rsa-sha256"
enum class DkimForm : std::uint8_t { simple, relaxed };        // canonicalisation, RFC 6376 section 3.4

// A message cut into header fields and body, line ends made CRLF. A line "From " of the mbox format before the first field is dropped.
struct DkimMessage {
  struct Field {
    std::string name;                              // lower case
    std::string whole;                             // as sent, folding included, without the final CRLF
    [[nodiscard]] std::string_view value() const;  // behind the colon, as sent
  };
  std::vector<Field> fields;
  std::string body;
  // Errors: too long, no header, a field that is none, too many.
  [[nodiscard]] static Result<DkimMessage> parse(std::string_view message);
  [[nodiscard]] std::vector<const Field*> all(std::string_view name) const;
  // The value of the one field of that name, unfolded and trimmed. Nothing if there is none, or more than one.
  [[nodiscard]] std::optional<std::string> only(std::string_view name) const;
};
[[nodiscard]] std::string canonical_field(const DkimMessage::Field& field, DkimForm form);  // without a final CRLF
[[nodiscard]] std::string canonical_body(std::string_view body, DkimForm form);

// A DKIM-Signature field's tags (section 3.5).
struct DkimSignature {
  DkimAlgorithm algorithm = DkimAlgorithm::rsa_sha256;
  DkimForm header = DkimForm::simple, body = DkimForm::simple;
  std::string domain, selector;     // d=, s=; lower case
  std::string identity_domain;      // of i=; d= where it is left out
  std::vector<std::string> fields;  // h=; lower case, in order
  Digest body_hash;
  Bytes signature;
  std::optional<Instant> signed_at, expires;  // t=, x=

  // Errors: a tag that is missing, stands twice or says what section 3.5 does not allow; an algorithm that is not one of the two; l=.
  [[nodiscard]] static Result<DkimSignature> parse(std::string_view value);
  [[nodiscard]] bool covers(std::string_view field) const;
  [[nodiscard]] std::string key_name() const;  // "sel._domainkey.alpha.example"
};

// A key record (section 3.6.1) for one algorithm.
struct DkimKey {
  DkimAlgorithm algorithm = DkimAlgorithm::rsa_sha256;
  Bytes key;                      // of RSA SubjectPublicKeyInfo, of Ed25519 its 32 bytes
  bool same_domain_only = false;  // t=s: i= must name d= itself
  // Errors: revoked (empty p=), of another algorithm, for other services than mail, being tested, no key.
  [[nodiscard]] static Result<DkimKey> parse(std::string_view record, DkimAlgorithm wanted);
};

// TXT records at a name, each joined to one text; empty: there are none.
using DkimLookup = std::function<Result<std::vector<std::string>>(const std::string& name)>;

struct DkimVerdict {
  std::optional<DkimSignature> signature;  // unset: it could not be read
  std::string key_record;                  // as looked up
  std::string failed;                      // why it does not hold; empty: it holds
};
// One for each DKIM-Signature field, in their order.
[[nodiscard]] std::vector<DkimVerdict> verify_dkim(const DkimMessage& message, const DkimLookup& lookup, Instant now);

// What a signature is over, up to the hash: the fields it names and itself with an empty b= (section 3.7). For signing in tests.
[[nodiscard]] std::string dkim_signed_text(const DkimMessage& message, const DkimSignature& signature, const DkimMessage::Field& own);

}  // namespace entente::registry
