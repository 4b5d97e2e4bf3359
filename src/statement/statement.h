// in-toto Statement v1 (https://in-toto.io/Statement/v1) in DSSE envelopes (https://github.com/secure-systems-lab/dsse), signed
// with Ed25519. What is verified is exactly the bytes received: the payload is decoded once, its PAE verified, and only
// then parsed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/data.h"
#include "core/digest.h"
#include "core/json.h"
#include "keys/keys.h"

namespace entente::statement {

inline constexpr std::string_view kPayloadType = "application/vnd.in-toto+json";
inline constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
inline constexpr std::string_view kPredicateBase = "https://entente.example/predicate/";  // + "assessment/v1" …
inline constexpr std::size_t kMaxEnvelopeBytes = std::size_t{16} << 20;

// DSSE v1 pre-authentication encoding: "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body.
[[nodiscard]] std::string pae(std::string_view payload_type, std::string_view payload);

struct EnvelopeSignature {
  std::string keyid;  // a hint, never trusted
  Bytes sig;
};

// A parsed envelope; nothing verified yet.
struct Envelope {
  std::string payload_type;
  std::string payload;  // decoded
  std::vector<EnvelopeSignature> signatures;

  // Accepts standard and URL-safe base64 (DSSE allows both), padded. Unknown members are an error.
  [[nodiscard]] static Result<Envelope> parse(std::string_view json, std::string name);
  [[nodiscard]] std::string str() const;  // compact JSON with standard base64: the bytes Entente stores in a ledger
};

struct Subject {
  std::string name;
  Digest sha256;
};

// What a verified envelope says.
struct Statement {
  std::vector<Subject> subjects;  // at least one
  std::string predicate_type;
  Json predicate;

  [[nodiscard]] static Result<Statement> parse(std::string_view payload, std::string name);
  [[nodiscard]] std::string str() const;  // compact JSON payload
};

[[nodiscard]] Envelope sign(const Statement& statement, const keys::SigningKey& key);

struct VerifiedStatement {
  Statement statement;
  std::vector<keys::VerifierKey> signed_by;  // distinct trusted keys whose signature verified
  std::vector<std::string> unverified;       // what is in the envelope but authenticated by nothing: keyids, foreign signatures
};
// At least one signature of a key in `trusted` must verify; payload type must be in-toto's.
[[nodiscard]] Result<VerifiedStatement> verify(const Envelope& envelope, const std::vector<keys::VerifierKey>& trusted, std::string name);

// Checks a predicate against data/schemas/predicate/<kind>.json, e.g. "assessment/v1" → "predicate/assessment-v1.json".
// A predicate type outside kPredicateBase, or one without a schema, is an error that says so.
[[nodiscard]] Result<void> check_predicate(const Statement& statement, const DataSet& data);

}  // namespace entente::statement
