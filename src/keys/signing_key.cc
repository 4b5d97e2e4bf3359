// Signing keys. The seed and the expanded key lie in one allocation of sodium_malloc: guarded pages, locked against swapping,
// left out of core dumps, wiped when freed, and made read-only once filled. Copies made on the way there are wiped.
#include <fmt/format.h>
#include <sodium.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "keys/ed25519_rule.h"
#include "keys/keys.h"
#include "keys/vkey_parts.h"

namespace entente::keys {
namespace {

constexpr std::string_view kPrivatePrefix = "PRIVATE+KEY+";
constexpr std::size_t kSecretBytes = crypto_sign_SECRETKEYBYTES;  // seed ‖ public key
static_assert(kSecretBytes == 64 && crypto_sign_SEEDBYTES == 32 && crypto_sign_PUBLICKEYBYTES == 32);

}  // namespace

struct SigningKey::Secret {
  VerifierKey verifier;
  std::uint8_t* bytes;  // kSecretBytes from sodium_malloc

  Secret(VerifierKey v, std::uint8_t* b) : verifier(std::move(v)), bytes(b) {}
  ~Secret() { sodium_free(bytes); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
};

Result<SigningKey> SigningKey::from_seed(std::string name, KeyType type, ByteView seed32) {
  require_sodium();
  if (seed32.size() != crypto_sign_SEEDBYTES)
    return fail(fmt::format("an Ed25519 private key has a seed of 32 bytes, this one has {}", seed32.size()));
  auto* bytes = static_cast<std::uint8_t*>(sodium_malloc(kSecretBytes));
  if (bytes == nullptr) return fail("no memory that can be protected for a private key");
  PublicKeyBytes key;
  crypto_sign_seed_keypair(key.data(), bytes, seed32.data());
  auto verifier = VerifierKey::make(std::move(name), type, key);
  if (!verifier) {
    sodium_free(bytes);
    return fail(std::move(verifier).error());
  }
  sodium_mprotect_readonly(bytes);
  return SigningKey(new Secret(std::move(*verifier), bytes));
}

Result<SigningKey> SigningKey::generate(std::string name, KeyType type) {
  std::array<std::uint8_t, crypto_sign_SEEDBYTES> seed;
  random_bytes(seed);
  auto key = from_seed(std::move(name), type, seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Result<SigningKey> SigningKey::parse(std::string_view skey) {
  if (!skey.starts_with(kPrivatePrefix))
    return fail("not a private key: it does not begin with PRIVATE+KEY+", {}, "make one with `entente keygen NAME --out FILE`");
  ENTENTE_TRY(KeyParts parts, split_key_text(skey.substr(kPrivatePrefix.size())));
  const auto read = [&]() -> Result<SigningKey> {
    ENTENTE_TRY(const KeyType type, known_key_type(parts.material.front()));
    ENTENTE_TRY(SigningKey key, from_seed(std::string(parts.name), type, ByteView(parts.material).subspan(1)));
    if (key.verifier().id() != parts.id)
      return fail(
          fmt::format("key id {:08x} does not belong to this name and private key, whose id is {}", parts.id, key.verifier().id_hex()), {},
          "the key file was altered; restore it from its backup");
    return key;
  };
  auto key = read();
  sodium_memzero(parts.material.data(), parts.material.size());
  return key;
}

SigningKey::~SigningKey() { delete secret_; }
SigningKey::SigningKey(SigningKey&& other) noexcept : secret_(std::exchange(other.secret_, nullptr)) {}
SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  std::swap(secret_, other.secret_);
  return *this;
}

const VerifierKey& SigningKey::verifier() const { return secret_->verifier; }

Signature SigningKey::sign(ByteView message) const {
  Signature out;
  crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), secret_->bytes);
  return out;
}

std::string SigningKey::str() const {
  std::array<std::uint8_t, 1 + crypto_sign_SEEDBYTES> material;
  material.front() = static_cast<std::uint8_t>(verifier().type());
  std::copy_n(secret_->bytes, crypto_sign_SEEDBYTES, material.begin() + 1);
  std::string text = to_base64(material);
  std::string out = fmt::format("{}{}+{}+{}", kPrivatePrefix, verifier().name(), verifier().id_hex(), text);
  sodium_memzero(material.data(), material.size());
  sodium_memzero(text.data(), text.size());
  return out;
}

}  // namespace entente::keys
