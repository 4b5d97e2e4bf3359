// Verification of signatures by OpenSSL. A message is hashed first and the digest verified with EVP_PKEY_verify: fetching a hash
// algorithm anew in every EVP_DigestVerifyInit costs as much as hashing a small message.
#include "measures/p6_supply/sigstore_key.h"

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace entente::measures::p6_supply::provenance {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;

const EVP_MD* key_message_digest(HashKind kind) {
  switch (kind) {
    case HashKind::sha256: return EVP_sha256();
    case HashKind::sha384: return EVP_sha384();
    case HashKind::sha512: break;
  }
  return EVP_sha512();
}

std::optional<KeyKind> kind_of_key(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519")) return KeyKind::ed25519;
  if (EVP_PKEY_is_a(key, "RSA")) {
    const int bits = EVP_PKEY_get_bits(key);
    return bits >= kMinRsaBits && bits <= kMaxRsaBits ? std::optional(KeyKind::rsa) : std::nullopt;
  }
  if (!EVP_PKEY_is_a(key, "EC")) return std::nullopt;
  char group[64] = {};
  if (EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) != 1) return std::nullopt;
  const std::string_view name = group;
  if (name == "prime256v1") return KeyKind::p256;
  if (name == "secp384r1") return KeyKind::p384;
  if (name == "secp521r1") return KeyKind::p521;
  return std::nullopt;
}

}  // namespace

std::optional<HashKind> hash_by_name(std::string_view name) {
  if (name == "sha256" || name == "SHA2_256") return HashKind::sha256;
  if (name == "sha384" || name == "SHA2_384") return HashKind::sha384;
  if (name == "sha512" || name == "SHA2_512") return HashKind::sha512;
  return std::nullopt;
}

std::string_view hash_name(HashKind kind) { return kind == HashKind::sha256 ? "sha256" : kind == HashKind::sha384 ? "sha384" : "sha512"; }

std::size_t hash_bytes(HashKind kind) { return kind == HashKind::sha256 ? 32 : kind == HashKind::sha384 ? 48 : 64; }

Bytes hash(HashKind kind, ByteView data) {
  if (kind == HashKind::sha256) {
    const Digest digest = sha256(data);
    return {digest.bytes.begin(), digest.bytes.end()};
  }
  Bytes out(hash_bytes(kind));
  EVP_Digest(data.data(), data.size(), out.data(), nullptr, key_message_digest(kind), nullptr);
  return out;
}

Result<PublicKey> PublicKey::from_native(evp_pkey_st* key) {
  const auto kind = kind_of_key(key);
  if (!kind)
    return fail("a public key of a kind that is not known here", {},
                "ECDSA P-256, P-384, P-521, Ed25519 and RSA of 2,048 to 8,192 bits are");
  auto state = std::make_shared<State>();
  EVP_PKEY_up_ref(key);
  state->key = std::shared_ptr<evp_pkey_st>(key, EVP_PKEY_free);
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) {
    ERR_clear_error();
    return fail("a public key that cannot be written again");
  }
  state->spki.assign(der, der + size);
  OPENSSL_free(der);
  state->id = sha256(state->spki);
  PublicKey out;
  out.state_ = std::move(state);
  out.kind_ = *kind;
  return out;
}

Result<PublicKey> PublicKey::from_spki(ByteView der) {
  if (der.size() > kMaxBytes) return fail("a public key of more than 16 KiB");
  const unsigned char* at = der.data();
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())), EVP_PKEY_free);
  ERR_clear_error();
  if (!key || at != der.data() + der.size()) return fail("not a public key in DER (SubjectPublicKeyInfo)");
  return from_native(key.get());
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  if (pem.size() > kMaxBytes) return fail("a public key of more than 16 KiB");
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  ERR_clear_error();
  if (!key) return fail("not a public key in PEM", {}, "it starts with -----BEGIN PUBLIC KEY-----");
  return from_native(key.get());
}

std::string_view PublicKey::kind_name() const {
  switch (kind_) {
    case KeyKind::p256: return "ECDSA P-256";
    case KeyKind::p384: return "ECDSA P-384";
    case KeyKind::p521: return "ECDSA P-521";
    case KeyKind::ed25519: return "Ed25519";
    case KeyKind::rsa: break;
  }
  return "RSA";
}

HashKind PublicKey::usual_hash() const {
  return kind_ == KeyKind::p384 ? HashKind::sha384 : kind_ == KeyKind::p521 ? HashKind::sha512 : HashKind::sha256;
}

Bytes PublicKey::raw_ed25519() const {
  if (kind_ != KeyKind::ed25519) return {};
  Bytes out(32);
  std::size_t size = out.size();
  if (EVP_PKEY_get_raw_public_key(native(), out.data(), &size) != 1) return {};
  return out;
}

bool PublicKey::verify(ByteView message, ByteView signature) const {
  if (kind_ != KeyKind::ed25519) return verify_digest(usual_hash(), hash(usual_hash(), message), signature);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool good = context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, native()) == 1 &&
                    EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
  ERR_clear_error();
  return good;
}

Bytes PublicKey::der_signature(ByteView r_and_s) const {
  const std::size_t half = kind_ == KeyKind::p256 ? 32 : kind_ == KeyKind::p384 ? 48 : kind_ == KeyKind::p521 ? 66 : 0;
  if (half == 0 || r_and_s.size() != 2 * half) return {};
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> numbers(ECDSA_SIG_new(), ECDSA_SIG_free);
  ECDSA_SIG_set0(numbers.get(), BN_bin2bn(r_and_s.data(), static_cast<int>(half), nullptr),
                 BN_bin2bn(r_and_s.data() + half, static_cast<int>(half), nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(numbers.get(), &der);
  if (size <= 0) return {};
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

bool PublicKey::verify_digest(HashKind hash, ByteView digest, ByteView signature) const {
  if (kind_ == KeyKind::ed25519 || digest.size() != hash_bytes(hash)) return false;
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new_from_pkey(nullptr, native(), nullptr),
                                                                            EVP_PKEY_CTX_free);
  bool good = context && EVP_PKEY_verify_init(context.get()) == 1;
  if (good && kind_ == KeyKind::rsa)
    good = EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context.get(), key_message_digest(hash)) == 1;
  good = good && EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace entente::measures::p6_supply::provenance
