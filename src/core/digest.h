// SHA-256 (FIPS 180-4) through OpenSSL's EVP with an algorithm fetched once per process: the one-shot SHA256() of
// OpenSSL 3 fetches on every call and is five times slower on short inputs.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"

namespace entente {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Digest&) const = default;
  [[nodiscard]] std::string hex() const { return to_hex(bytes); }  // 64 lower-case digits
  [[nodiscard]] std::string str() const { return "sha256:" + hex(); }
  [[nodiscard]] ByteView view() const { return bytes; }
  [[nodiscard]] static Result<Digest> from_hex(std::string_view text);  // exactly 64 digits
  [[nodiscard]] static Result<Digest> from_bytes(ByteView bytes);       // exactly 32 bytes
};

// Incremental SHA-256. Not thread-safe; may be used again after finish(). Movable, not copyable.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256& operator=(Sha256&& other) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(ByteView data);
  void update(std::string_view data) { update(as_bytes(data)); }
  [[nodiscard]] Digest finish();  // and starts over

 private:
  void* context_;  // EVP_MD_CTX
};

// Thread-safe: uses a context of the calling thread.
[[nodiscard]] Digest sha256(ByteView data);
[[nodiscard]] inline Digest sha256(std::string_view data) { return sha256(as_bytes(data)); }
// SHA-256 of the concatenation of parts, without building it (RFC 6962 prefixes, DSSE headers).
[[nodiscard]] Digest sha256_of(std::initializer_list<ByteView> parts);

}  // namespace entente

template <>
struct std::hash<entente::Digest> {
  std::size_t operator()(const entente::Digest& d) const noexcept {
    std::size_t h = 0;
    static_assert(sizeof h <= sizeof d.bytes);
    for (std::size_t i = 0; i < sizeof h; ++i) h = h << 8 | d.bytes[i];
    return h;
  }
};
