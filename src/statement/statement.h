// in-toto Statement v1 (https://in-toto.io/Statement/v1) in DSSE envelopes (https://github.com/secure-systems-lab/dsse,
// protocol 1.0.2), signed with Ed25519. What is verified is exactly the bytes received: the payload is decoded once, its PAE
// verified, and only then parsed. Formats, limits and the places where Entente is stricter than the two specifications:
// docs/statements.md. All functions are thread-safe; the types are plain values.
#pragma once

#include <memory>
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
inline constexpr std::size_t kMaxSignatures = 64;
inline constexpr std::size_t kMaxKeyidBytes = 1024;
inline constexpr std::size_t kMaxSubjects = 10'000;

// DSSE v1 pre-authentication encoding: "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body.
[[nodiscard]] std::string pae(std::string_view payload_type, std::string_view payload);

struct EnvelopeSignature {
  std::string keyid;  // a hint, never trusted
  Bytes sig;          // any length: other systems sign with other algorithms
  bool operator==(const EnvelopeSignature&) const = default;
};

// A parsed envelope; nothing verified yet.
struct Envelope {
  std::string payload_type;
  std::string payload;  // decoded
  std::vector<EnvelopeSignature> signatures;

  // Accepts standard and URL-safe base64 (DSSE allows both; not mixed in one value), padded. Unknown members, no signature, more
  // than kMaxSignatures or more than kMaxEnvelopeBytes of JSON are errors. `name` is what errors call the input.
  [[nodiscard]] static Result<Envelope> parse(std::string_view json, std::string name);
  // The same, and the text must be byte for byte what str() writes: for places that store envelopes by digest, such as a ledger.
  [[nodiscard]] static Result<Envelope> parse_canonical(std::string_view json, std::string name);
  // {"payload":…,"payloadType":…,"signatures":[{"keyid":…,"sig":…}]}: compact, standard base64, keyid written even if empty.
  [[nodiscard]] std::string str() const;
  bool operator==(const Envelope&) const = default;
};

struct Subject {
  std::string name;  // may be empty: in-toto allows a subject without a name
  Digest sha256;
  bool operator==(const Subject&) const = default;
};

// What a verified envelope says.
struct Statement {
  std::vector<Subject> subjects;  // at least one; names, where set, are distinct
  std::string predicate_type;     // a URI, RFC 3986, with a lower-case scheme
  Json predicate;                 // an object

  // Unknown members, another `_type`, a subject without exactly one sha256 digest of 64 lower-case hex digits are errors, with
  // file, line, column and JSON pointer.
  [[nodiscard]] static Result<Statement> parse(std::string_view payload, std::string name);
  [[nodiscard]] std::string str() const;  // compact JSON payload
  bool operator==(const Statement&) const = default;
};

// The same, read in place: `predicate` and `predicate_type` are views into `document`. For readers of whole ledgers.
struct StatementView {
  JsonDocument document;
  std::vector<Subject> subjects;
  std::string_view predicate_type;
  JsonView predicate;

  [[nodiscard]] static Result<StatementView> parse(std::string_view payload, std::string name);
};

// One signature by `key`, whose keyid is "<name>+<8 hex digits>" of its vkey. The key must be of type KeyType::ed25519: signatures
// of other types are made by this function but refused by verify(), so that a witness key never speaks for an organisation.
[[nodiscard]] Envelope sign(const Statement& statement, const keys::SigningKey& key);
// One more signature over the same payload.
void add_signature(Envelope& envelope, const keys::SigningKey& key);

struct VerifiedStatement {
  Statement statement;
  std::vector<keys::VerifierKey> signed_by;  // distinct trusted keys whose signature verified, in the order of the signatures
  std::vector<std::string> unverified;       // what is in the envelope but authenticated by nothing: keyids, foreign signatures
};
// At least one signature of a key in `trusted` must verify; payload type must be exactly in-toto's. The keyid only decides which
// key is tried first. A public key counts once, however often it is listed or has signed. Keys of another type than
// KeyType::ed25519 are passed over. The predicate is not checked: see check_predicate.
[[nodiscard]] Result<VerifiedStatement> verify(const Envelope& envelope, const std::vector<keys::VerifierKey>& trusted, std::string name);

// Checks a predicate against data/schemas/predicate/<kind>-<version>.json, e.g. "assessment/v1" → "assessment-v1.json", and that
// the digest by which the predicate names its object is a subject of the statement (the schema's member "x-entente-subject" is the
// JSON pointer of that digest). A predicate type outside kPredicateBase, or one without a schema, is an error that says so. Error
// pointers are relative to the statement: "/predicate/at".
[[nodiscard]] Result<void> check_predicate(const Statement& statement, const DataSet& data);

// The same for one kind, looked up once: for readers of whole ledgers. Immutable, thread-safe, cheap to copy.
class PredicateRule {
 public:
  // `kind` is "pledge/v1" …
  [[nodiscard]] static Result<PredicateRule> find(std::string_view kind, const DataSet& data);
  [[nodiscard]] Result<void> check(const std::vector<Subject>& subjects, JsonView predicate) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

// The salted commitment of docs/statements.md, scheme "salted-sha256/v1": SHA-256("entente commitment v1\n" ‖ salt ‖ content),
// where `content` is the SHA-256 of what is committed to and the salt has kSaltBytes random bytes (else an error).
inline constexpr std::size_t kSaltBytes = 32;
[[nodiscard]] Result<Digest> commitment(ByteView salt, const Digest& content);

}  // namespace entente::statement
