// What an organisation publishes to show that a domain is its own: a value that is good for one key, one log, one organisation, one domain,
// one stage and until one moment (docs/domain-proof.md; draft-ietf-dnsop-domain-verification-techniques). Plain values; thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "dns/name.h"
#include "keys/keys.h"

namespace entente::registry {

// What a token or challenge is for. One of another stage is refused, whatever else fits.
enum class Stage : std::uint8_t { apply, approve, renew, correct, recover_key, withdraw, contact, comcheck };
[[nodiscard]] std::string_view name(Stage stage);  // "recover-key"
[[nodiscard]] std::optional<Stage> stage_from(std::string_view name);

inline constexpr std::size_t kTokenBytes = 32;
using Token = std::array<std::uint8_t, kTokenBytes>;

inline constexpr std::chrono::seconds kShortestChallenge = std::chrono::minutes{5};
inline constexpr std::chrono::seconds kLongestChallenge = std::chrono::days{60};

// The value as published: "entente-challenge=v1 token=<43 characters of base64url> expiry=2026-12-04T12:00:00Z".
struct ChallengeText {
  Digest token;
  Instant expires;  // whole seconds

  // Strict: exactly what str() writes; at most 256 bytes.
  [[nodiscard]] static Result<ChallengeText> parse(std::string_view text);
  [[nodiscard]] std::string str() const;
  bool operator==(const ChallengeText&) const = default;
};

struct Challenge {
  Token token{};             // random; published only in the statement of a proof that succeeded
  keys::VerifierKey key;     // the organisation's, of type ed25519
  std::string origin;        // of the log the statement is for
  std::string organisation;  // the registry's id
  dns::Domain domain;
  Stage stage = Stage::apply;
  Instant expires;  // whole seconds

  // A fresh one. Errors: an id or origin that is none, a key of another type, a lifetime outside the two limits above.
  [[nodiscard]] static Result<Challenge> issue(keys::VerifierKey key, std::string origin, std::string organisation, dns::Domain domain,
                                               Stage stage, Instant now, std::chrono::seconds lifetime = std::chrono::days{7});
  // One whose token follows from a secret of the server and everything else said here, so that it need not be kept: whoever knows what it
  // was given for makes the same again. For stages at which strangers may ask with keys of their own (recover-key).
  [[nodiscard]] static Result<Challenge> derive(ByteView secret, keys::VerifierKey key, std::string origin, std::string organisation,
                                                dns::Domain domain, Stage stage, Instant expires);
  // As json() wrote it.
  [[nodiscard]] static Result<Challenge> from(JsonView object);
  [[nodiscard]] Json json() const;

  // SHA-256 of the label "entente domain challenge v1" and token, key thumbprint, origin, organisation, domain, stage and expiry, each
  // behind its length (docs/domain-proof.md).
  [[nodiscard]] Digest binding() const { return binding_at(stage); }
  [[nodiscard]] std::string text() const;  // what is published, for DNS and HTTPS alike
  // Whether a text found is the one to be published. Compared in constant time. The error says in which way it is another: of another
  // stage, differing only in case, in quotation marks, altered expiry …
  [[nodiscard]] Result<void> check(std::string_view seen) const;
  bool operator==(const Challenge&) const = default;

 private:
  [[nodiscard]] Digest binding_at(Stage other) const;
};

// SHA-256 of type octet ‖ public key: the same for a key whatever its name.
[[nodiscard]] Digest thumbprint(const keys::VerifierKey& key);

}  // namespace entente::registry
