// Ed25519 verification by one rule (docs/ed25519.md): check the encodings of S, R and A ourselves by comparing little-endian
// numbers with L, p and the seven y-coordinates that belong to points of small order, then let libsodium decide the
// cofactorless equation. libsodium 1.0.18 makes the same checks in its default build, but they are neither documented nor
// made by a build with ED25519_COMPAT, so the rule is not left to the library.
#include <sodium.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "keys/ed25519_rule.h"
#include "keys/keys.h"

namespace entente::keys {
namespace {

using Number = std::array<std::uint8_t, 32>;  // little-endian

// 2^252 + 27742317777372353535851937790883648493
constexpr Number kOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                           0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

// 2^255 − 19 + offset, for offsets that carry no further than the lowest byte.
constexpr Number prime_plus(int offset) {
  Number n{};
  n.fill(0xff);
  n.front() = static_cast<std::uint8_t>(0xed + offset);
  n.back() = 0x7f;
  return n;
}
constexpr Number small(std::uint8_t value) {
  Number n{};
  n.front() = value;
  return n;
}
constexpr Number kPrime = prime_plus(0);

// y of the points of order 8; the other two are their negatives modulo p.
constexpr Number kOrder8 = {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
                            0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05};
constexpr Number kOrder8Negative = {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
                                    0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a};

constexpr std::array<Number, 7> kSmallOrderY = {
    small(0),         // order 4
    small(1),         // order 1
    prime_plus(-1),   // order 2
    kOrder8,          //
    kOrder8Negative,  //
    kPrime,           // 0 again, not canonical
    prime_plus(1),    // 1 again, not canonical
};

bool less(Encoded a, const Number& b) { return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend()); }

Number y_of(Encoded point) {
  Number y;
  std::copy(point.begin(), point.end(), y.begin());
  y.back() &= 0x7f;
  return y;
}

}  // namespace

void require_sodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) {
    std::fputs("entente: libsodium cannot start on this machine (no source of random numbers)\n", stderr);
    std::abort();
  }
}

bool is_canonical_scalar(Encoded scalar) { return less(scalar, kOrder); }

bool is_canonical_point(Encoded point) {
  const Number y = y_of(point);
  if (!less(y, kPrime)) return false;
  const bool negative = (point.back() & 0x80) != 0;
  const bool x_is_zero = y == small(1) || y == prime_plus(-1);
  return !(negative && x_is_zero);
}

bool is_small_order_point(Encoded point) { return std::find(kSmallOrderY.begin(), kSmallOrderY.end(), y_of(point)) != kSmallOrderY.end(); }

bool verify_ed25519(const PublicKeyBytes& key, ByteView message, const Signature& signature) {
  require_sodium();
  const std::span<const std::uint8_t, 64> whole(signature);
  const Encoded r = whole.first<32>();
  const Encoded s = whole.last<32>();
  if (!is_canonical_scalar(s)) return false;
  if (!is_canonical_point(r) || is_small_order_point(r)) return false;
  if (!is_canonical_point(key) || is_small_order_point(key)) return false;
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

bool verify_ed25519(const PublicKeyBytes& key, ByteView message, ByteView signature) {
  Signature fixed;
  if (signature.size() != fixed.size()) return false;
  std::copy(signature.begin(), signature.end(), fixed.begin());
  return verify_ed25519(key, message, fixed);
}

void random_bytes(std::span<std::uint8_t> out) {
  require_sodium();
  randombytes_buf(out.data(), out.size());
}

}  // namespace entente::keys
