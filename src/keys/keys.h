// Ed25519 keys (RFC 8032), their files, and their public form as C2SP verifier keys ("vkeys"):
// https://c2sp.org/signed-note. Verification follows one rule, written in docs/ed25519.md: S < L, A and R in canonical
// encoding and not of small order, cofactorless equation [S]B = R + [k]A (what libsodium 1.0.18 decides).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"

namespace entente::keys {

using Signature = std::array<std::uint8_t, 64>;  // R ‖ S
using PublicKeyBytes = std::array<std::uint8_t, 32>;

// Plain RFC 8032 verification by the rule above. Thread-safe.
[[nodiscard]] bool verify_ed25519(const PublicKeyBytes& key, ByteView message, const Signature& signature);
[[nodiscard]] bool verify_ed25519(const PublicKeyBytes& key, ByteView message, ByteView signature);  // false unless 64 bytes

// Signature types of vkeys; only these are known. Others are kept apart as unknown.
enum class KeyType : std::uint8_t { ed25519 = 0x01, cosignature_v1 = 0x04 };

// A C2SP vkey: name+hex8(key id)+base64(type ‖ public key). Immutable value.
class VerifierKey {
 public:
  // Strict: name non-empty UTF-8 without Unicode space or '+', 8 lower-case hex digits, standard base64; the key id must be
  // the one computed from name, type and key.
  [[nodiscard]] static Result<VerifierKey> parse(std::string_view vkey);
  [[nodiscard]] static Result<VerifierKey> make(std::string name, KeyType type, const PublicKeyBytes& key);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint32_t id() const { return id_; }  // SHA-256(name ‖ 0A ‖ type ‖ key)[:4], big-endian
  [[nodiscard]] std::string id_hex() const;               // 8 digits
  [[nodiscard]] KeyType type() const { return type_; }
  [[nodiscard]] const PublicKeyBytes& key() const { return key_; }
  [[nodiscard]] std::string str() const;  // the vkey text
  bool operator==(const VerifierKey&) const = default;

  // Raw Ed25519 over `message` (no note or cosignature framing).
  [[nodiscard]] bool verify(ByteView message, ByteView signature) const { return verify_ed25519(key_, message, signature); }

 private:
  VerifierKey() = default;
  std::string name_;
  std::uint32_t id_ = 0;
  KeyType type_ = KeyType::ed25519;
  PublicKeyBytes key_{};
};

[[nodiscard]] bool is_valid_key_name(std::string_view name);

// A private key. The seed lives in memory libsodium locks and wipes. Movable, not copyable; signing is thread-safe.
class SigningKey {
 public:
  [[nodiscard]] static Result<SigningKey> generate(std::string name, KeyType type = KeyType::ed25519);
  [[nodiscard]] static Result<SigningKey> from_seed(std::string name, KeyType type, ByteView seed32);
  // C2SP signer key text: "PRIVATE+KEY+name+hex8+base64(type ‖ seed)".
  [[nodiscard]] static Result<SigningKey> parse(std::string_view skey);
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  [[nodiscard]] const VerifierKey& verifier() const;
  [[nodiscard]] Signature sign(ByteView message) const;  // raw Ed25519, deterministic
  [[nodiscard]] std::string str() const;                 // the signer key text; secret

 private:
  struct Secret;
  explicit SigningKey(Secret* secret) : secret_(secret) {}
  Secret* secret_;
};

// Key files. A private key file holds one line, mode 0600: the C2SP signer key, or, with a passphrase,
// "ENCRYPTED+KEY+v1+<base64 salt>+<base64 nonce>+<base64 box>" (Argon2id interactive limits, XSalsa20-Poly1305; see
// docs/keys.md). The public key goes beside it as <path>.vkey. Existing files are never overwritten.
[[nodiscard]] Result<void> write_key_file(const std::filesystem::path& path, const SigningKey& key, std::string_view passphrase = {});
// Refuses files that group or others can read. Says so if a passphrase is needed or wrong.
[[nodiscard]] Result<SigningKey> read_key_file(const std::filesystem::path& path, std::string_view passphrase = {});
[[nodiscard]] Result<bool> key_file_needs_passphrase(const std::filesystem::path& path);
// A vkey given as text, or as the path of a file that holds one.
[[nodiscard]] Result<VerifierKey> read_verifier_key(std::string_view text_or_path);

// Cryptographically random bytes.
void random_bytes(std::span<std::uint8_t> out);

}  // namespace entente::keys
