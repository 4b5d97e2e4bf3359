// Tokens sent by mail to those who have no domain: whoever returns one has read the mailbox. A token is good for one stage, one recipient,
// until its expiry, once. It is redeemed by POST only: link scanners open every link of a mail (docs/domain-proof.md).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "core/bytes.h"
#include "core/error.h"
#include "core/time.h"
#include "registry/challenge.h"
#include "registry/mail_address.h"

namespace entente::registry {

using MailNonce = std::array<std::uint8_t, 16>;
using MailSecret = std::array<std::uint8_t, 32>;  // the server's; whoever has it can make tokens

// "entente-mail-v1.<nonce>.<expiry>.<mac>": nonce (16 bytes) and MAC (32 bytes) as base64url without padding, expiry as decimal seconds
// since 1970. Safe in a URL, and in one line of a mail.
struct MailToken {
  MailNonce nonce{};
  Instant expires;  // whole seconds, 1970 to 9999
  Digest mac;       // HMAC-SHA256

  // Strict: exactly what str() writes; at most 128 bytes. Says nothing on whether the MAC holds.
  [[nodiscard]] static Result<MailToken> parse(std::string_view text);
  [[nodiscard]] std::string str() const;
  bool operator==(const MailToken&) const = default;
};

// Notes a nonce as used, and says whether this was the first time. Must be atomic and durable: it is what makes a token one-time. May
// forget a nonce after `expires`.
using SpendNonce = std::function<Result<bool>(const MailNonce& nonce, Instant expires)>;

// Pure but for the random nonce. Thread-safe.
class MailConfirmation {
 public:
  // `about`: what else its tokens are good for and nothing else, such as a supporter's id and key; never sent.
  explicit MailConfirmation(const MailSecret& secret, std::string about = {}) : secret_(secret), about_(std::move(about)) {}
  // A fresh token. Error: a lifetime outside one minute … thirty days.
  [[nodiscard]] Result<MailToken> issue(Stage stage, const MailAddress& recipient, Instant now,
                                        std::chrono::seconds lifetime = std::chrono::hours{24}) const;
  // HMAC-SHA256 of the secret over the label "entente mail token v1" and stage, recipient, expiry, nonce and `about`, each behind its
  // length; compared in constant time. Errors: not a token, of another stage or recipient or secret or matter, expired, used before. Only a
  // token that is good is spent.
  [[nodiscard]] Result<void> redeem(std::string_view token, Stage stage, const MailAddress& recipient, Instant now,
                                    const SpendNonce& spend) const;

 private:
  [[nodiscard]] Digest mac(Stage stage, const MailAddress& recipient, const MailToken& token) const;
  MailSecret secret_;
  std::string about_;
};

}  // namespace entente::registry
