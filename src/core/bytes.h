// Bytes, and their text forms: lower-case hex and RFC 4648 base64. Decoders are strict: what they accept, the encoder
// would have written (so a digest or signature has exactly one spelling).
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// Views over the same memory, no copy; the caller keeps the memory alive.
[[nodiscard]] inline ByteView as_bytes(std::string_view s) { return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()}; }
[[nodiscard]] inline std::string_view as_text(ByteView b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }
[[nodiscard]] inline Bytes to_bytes(std::string_view s) { return {s.begin(), s.end()}; }
[[nodiscard]] inline bool all_zero(ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t b) { return b == 0; });
}

[[nodiscard]] std::string to_hex(ByteView bytes);             // lower case
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);  // lower case only, even length

enum class Base64Alphabet { standard, url };                                                              // RFC 4648 section 4, section 5
[[nodiscard]] std::string to_base64(ByteView bytes, Base64Alphabet alphabet = Base64Alphabet::standard);  // padded
// Strict: padding required, no white space, unused trailing bits zero. The error carries the byte offset.
[[nodiscard]] Result<Bytes> from_base64(std::string_view text, Base64Alphabet alphabet = Base64Alphabet::standard);

}  // namespace entente
