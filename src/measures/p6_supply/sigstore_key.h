// Public keys other systems sign with: ECDSA on P-256, P-384 and P-521, Ed25519 (RFC 8032), RSA PKCS#1 v1.5 (RFC 8017), through
// OpenSSL. (Entente's own signatures are Ed25519 alone: keys/keys.h.) Immutable, cheap to copy, thread-safe.
#pragma once

#include <memory>
#include <string_view>

#include "core/bytes.h"
#include "core/digest.h"
#include "core/error.h"

struct evp_pkey_st;

namespace entente::measures::p6_supply::provenance {

enum class KeyKind : std::uint8_t { p256, p384, p521, ed25519, rsa };
enum class HashKind : std::uint8_t { sha256, sha384, sha512 };

// "sha256", "SHA2_256" …; nullopt for anything else, the weak ones included.
[[nodiscard]] std::optional<HashKind> hash_by_name(std::string_view name);
[[nodiscard]] std::string_view hash_name(HashKind kind);  // "sha256" …
[[nodiscard]] std::size_t hash_bytes(HashKind kind);
[[nodiscard]] Bytes hash(HashKind kind, ByteView data);

class PublicKey {
 public:
  static constexpr std::size_t kMaxBytes = 16'384;  // of DER or PEM; RSA keys above 8,192 bits and below 2,048 are refused

  [[nodiscard]] static Result<PublicKey> from_spki(ByteView der);         // SubjectPublicKeyInfo, RFC 5280 4.1.2.7
  [[nodiscard]] static Result<PublicKey> from_pem(std::string_view pem);  // "-----BEGIN PUBLIC KEY-----"
  [[nodiscard]] static Result<PublicKey> from_native(evp_pkey_st* key);   // takes a reference of its own

  [[nodiscard]] KeyKind kind() const { return kind_; }
  [[nodiscard]] std::string_view kind_name() const;
  [[nodiscard]] const Bytes& spki() const { return state_->spki; }
  [[nodiscard]] const Digest& id() const { return state_->id; }  // SHA-256 of the SPKI: the id of RFC 6962 logs
  [[nodiscard]] HashKind usual_hash() const;                     // the one that fits the curve; SHA-256 for RSA
  [[nodiscard]] Bytes raw_ed25519() const;                       // 32 bytes; empty for other kinds

  // Over the message, by usual_hash(). ECDSA signatures are DER.
  [[nodiscard]] bool verify(ByteView message, ByteView signature) const;
  // Over a digest made with `hash`. False for Ed25519, which signs messages and not digests.
  [[nodiscard]] bool verify_digest(HashKind hash, ByteView digest, ByteView signature) const;
  // An ECDSA signature written as r ‖ s (IEEE P1363), in DER; empty if the length or the kind of key does not fit.
  [[nodiscard]] Bytes der_signature(ByteView r_and_s) const;
  [[nodiscard]] evp_pkey_st* native() const { return state_->key.get(); }

 private:
  struct State {
    std::shared_ptr<evp_pkey_st> key;
    Bytes spki;
    Digest id;
  };
  std::shared_ptr<const State> state_;
  KeyKind kind_ = KeyKind::p256;
};

}  // namespace entente::measures::p6_supply::provenance
