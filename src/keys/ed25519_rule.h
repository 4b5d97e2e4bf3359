// The parts of the verification rule (docs/ed25519.md) that concern encodings alone, each as a predicate of its own.
// Internal to `keys`: callers use verify_ed25519, which applies them all. Pure, thread-safe, not constant-time (public data).
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace entente::keys {

using Encoded = std::span<const std::uint8_t, 32>;  // RFC 8032 section 5.1.2: little-endian, the top bit of a point is x's sign

// S < L, the order of the base point (RFC 8032 section 5.1.7).
[[nodiscard]] bool is_canonical_scalar(Encoded scalar);
// y < p, and the sign bit is clear where x = 0 (RFC 8032 section 5.1.3). Says nothing about lying on the curve.
[[nodiscard]] bool is_canonical_point(Encoded point);
// One of the eight points whose order divides 8, in any of their 14 encodings.
[[nodiscard]] bool is_small_order_point(Encoded point);

// Calls sodium_init once for the process; ends the process if libsodium cannot work here (no entropy source).
void require_sodium();

}  // namespace entente::keys
