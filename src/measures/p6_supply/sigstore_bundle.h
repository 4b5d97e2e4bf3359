// What was signed, in whatever file it came: a Sigstore bundle (dev.sigstore.bundle.v1.Bundle, media types 0.1 to 0.3, protobuf's JSON
// form) or a bare DSSE envelope (as slsa-github-generator writes, with a member "cert"). Parsed strictly; nothing verified.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/json.h"
#include "measures/p6_supply/provenance_reject.h"
#include "measures/p6_supply/x509_certificate.h"

namespace entente::measures::p6_supply::provenance {

// An inclusion proof of RFC 6962 with the checkpoint it leads to.
struct InclusionProof {
  std::uint64_t index = 0, size = 0;
  Bytes root;
  std::vector<Digest> hashes;
  std::string checkpoint;  // a signed note, verbatim; empty if there is none
};

struct LogEntry {
  std::uint64_t index = 0;
  std::string log_id;                    // 32 bytes
  std::string kind, version;             // "hashedrekord" "0.0.1" …; may be empty in old bundles
  std::uint64_t integrated_seconds = 0;  // since 1970; 0: none
  Bytes promise;                         // the signed entry timestamp; empty: none
  std::optional<InclusionProof> proof;
  std::string body;  // the entry as logged
};

struct ContentSignature {
  std::string keyid;
  Bytes signature;
};

// DSSE: what is signed is PAE(payload type, payload).
struct SignedEnvelope {
  std::string payload_type;
  std::string payload;
  std::vector<ContentSignature> signatures;
};
// A signature over the artefact itself.
struct SignedMessage {
  std::optional<HashKind> hash;  // of `digest`, a hint that nothing authenticates
  Bytes digest;
  Bytes signature;
};

struct Bundle {
  static constexpr std::size_t kMaxBytes = std::size_t{32} << 20;
  static constexpr std::size_t kMaxLogEntries = 32;
  static constexpr std::size_t kMaxTimestamps = 32;
  static constexpr std::size_t kMaxSignatures = 64;

  enum class Form { envelope, v0_1, v0_2, v0_3 };
  Form form = Form::envelope;
  std::vector<Certificate> certificates;  // leaf first; empty: signed with a key
  std::string key_hint;
  std::vector<LogEntry> entries;
  std::vector<Bytes> timestamps;  // RFC 3161 responses
  std::variant<SignedEnvelope, SignedMessage> content;

  // Refuses what it does not understand, by name. `name` is what messages call the input.
  [[nodiscard]] static Outcome<Bundle> parse(std::string_view json, const std::string& name);
  [[nodiscard]] static Outcome<Bundle> from_json(JsonView root);
};

}  // namespace entente::measures::p6_supply::provenance
