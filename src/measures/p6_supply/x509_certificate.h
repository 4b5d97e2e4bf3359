// X.509 certificates as Fulcio and time-stamping authorities issue them (RFC 5280; Fulcio's extensions:
// https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md), read with OpenSSL. Immutable, cheap to copy, thread-safe.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "measures/p6_supply/sigstore_key.h"

struct x509_st;

namespace entente::measures::p6_supply::provenance {

// Fulcio's extensions by the last number of 1.3.6.1.4.1.57264.1.<n>; those this program asks for.
enum class FulcioField : int {
  issuer_v1 = 1,
  workflow_trigger_v1 = 2,
  workflow_sha_v1 = 3,
  workflow_repository_v1 = 5,
  workflow_ref_v1 = 6,
  issuer_v2 = 8,
  build_signer_uri = 9,
  runner_environment = 11,
  source_repository_uri = 12,
  source_repository_digest = 13,
  source_repository_ref = 14,
  build_trigger = 20
};

// A signed certificate timestamp (RFC 6962 3.3) from a certificate; nothing verified yet.
struct Sct {
  Digest log_id;
  std::uint64_t milliseconds = 0;  // since 1970
  Bytes extensions;
  std::uint8_t hash = 0, algorithm = 0;  // TLS 1.2 SignatureAndHashAlgorithm: 4 = SHA-256; 1 = RSA, 3 = ECDSA
  Bytes signature;
};

class Certificate {
 public:
  static constexpr std::size_t kMaxBytes = 65'536;

  [[nodiscard]] static Result<Certificate> from_der(ByteView der);
  [[nodiscard]] static Result<Certificate> from_pem(std::string_view pem);  // the first one in the text

  [[nodiscard]] const Bytes& der() const { return state_->der; }
  [[nodiscard]] const PublicKey& key() const { return state_->key; }
  [[nodiscard]] Instant not_before() const { return state_->not_before; }
  [[nodiscard]] Instant not_after() const { return state_->not_after; }  // inclusive
  [[nodiscard]] bool valid_at(Instant t) const { return not_before() <= t && t <= not_after(); }
  // Subject alternative names that say who: URIs, mail addresses, Fulcio's otherName.
  [[nodiscard]] const std::vector<std::string>& identities() const { return state_->identities; }
  [[nodiscard]] const std::vector<Sct>& scts() const { return state_->scts; }
  // A Fulcio extension as text; nullopt if absent.
  [[nodiscard]] std::optional<std::string> field(FulcioField field) const;
  // The OIDC issuer: extension 8, else 1.
  [[nodiscard]] std::optional<std::string> oidc_issuer() const;

  [[nodiscard]] bool is_authority() const { return state_->authority; }  // basicConstraints CA, and keyCertSign where key usage is given
  [[nodiscard]] bool is_self_issued() const { return state_->self_issued; }
  [[nodiscard]] std::optional<long> path_length() const { return state_->path_length; }
  // What keeps it from being a code-signing leaf: wrong key usage, extended key usage, an unknown critical extension; empty if nothing.
  [[nodiscard]] const std::string& leaf_fault() const { return state_->leaf_fault; }
  // Names and key ids fit and the signature verifies. (Not validity, not constraints.)
  [[nodiscard]] bool issued_by(const Certificate& issuer) const;
  // The to-be-signed part without the list of SCTs: what a log signed (RFC 6962 3.2).
  [[nodiscard]] Bytes precertificate_tbs() const;
  [[nodiscard]] x509_st* native() const { return state_->x509.get(); }

 private:
  struct State {
    std::shared_ptr<x509_st> x509;
    Bytes der;
    PublicKey key;
    Instant not_before, not_after;
    std::vector<std::string> identities;
    std::map<int, std::string> fields;
    std::vector<Sct> scts;
    bool authority = false, self_issued = false;
    std::optional<long> path_length;
    std::string leaf_fault;
  };
  std::shared_ptr<const State> state_;
};

}  // namespace entente::measures::p6_supply::provenance
