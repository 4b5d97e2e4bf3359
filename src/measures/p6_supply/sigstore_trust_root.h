// A Sigstore trust root (trusted_root.json, dev.sigstore.trustroot.v1.TrustedRoot of https://github.com/sigstore/protobuf-specs, in
// protobuf's JSON form): whose signatures count, and in which time. Read once, then immutable and thread-safe.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "keys/keys.h"
#include "measures/p6_supply/x509_certificate.h"

namespace entente::measures::p6_supply::provenance {

// A closed interval; no end: still trusted.
struct Validity {
  Instant start;
  std::optional<Instant> end;
  [[nodiscard]] bool contains(Instant t) const { return start <= t && (!end || t <= *end); }
};

struct TrustedLog {
  std::string url;
  std::string id;             // 32 bytes: SHA-256 of the public key, or, for logs with signed-note keys, of name ‖ 0A ‖ 01 ‖ key
  std::string checkpoint_id;  // the same for its checkpoints, 4 to 32 bytes; most often the id
  PublicKey key;
  Validity valid;
};

// A chain [leaf or first authority, …, root], each issued by the next, checked when the trust root was read.
struct TrustedAuthority {
  std::string url;
  std::vector<Certificate> chain;
  Validity valid;
};

struct TrustRoot {
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20;
  static constexpr std::size_t kMaxItems = 256;  // of each kind

  std::vector<TrustedLog> logs;              // of signatures: Rekor
  std::vector<TrustedLog> certificate_logs;  // certificate transparency
  std::vector<TrustedAuthority> certificate_authorities;
  std::vector<TrustedAuthority> timestamp_authorities;
  std::vector<keys::VerifierKey> witnesses;  // not part of the file format: who may cosign checkpoints

  // Errors have line, column and pointer. A key or authority without the start of its validity is an error, not "always valid". A log
  // whose key is of a kind that is not known, or a digest other than SHA-256, is left out and named in `left_out`.
  [[nodiscard]] static Result<TrustRoot> parse(std::string_view json, std::string name);
  std::vector<std::string> left_out;
};

}  // namespace entente::measures::p6_supply::provenance
