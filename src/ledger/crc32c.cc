// The plain path divides bit by bit, over a table of the 256 remainders of a byte; the fast one uses the processor's instruction (SSE 4.2),
// eight bytes at a time.
#include "ledger/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace entente::ledger {
namespace {

constexpr std::uint32_t kReversedPolynomial = 0x82F63B78;

constexpr std::array<std::uint32_t, 256> kRemainders = [] {
  std::array<std::uint32_t, 256> out{};
  for (std::uint32_t byte = 0; byte < out.size(); ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? kReversedPolynomial : 0);
    out[byte] = rest;
  }
  return out;
}();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(ByteView bytes) {
  std::uint64_t rest = 0xFFFFFFFF;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    rest = _mm_crc32_u64(rest, word);
  }
  auto low = static_cast<std::uint32_t>(rest);
  for (const std::uint8_t byte : bytes) low = _mm_crc32_u8(low, byte);
  return ~low;
}
#endif

}  // namespace

std::uint32_t crc32c_plain(ByteView bytes) {
  std::uint32_t rest = 0xFFFFFFFF;
  for (const std::uint8_t byte : bytes) rest = (rest >> 8) ^ kRemainders[(rest ^ byte) & 0xFF];
  return ~rest;
}

std::uint32_t crc32c(ByteView bytes) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return crc32c_sse42(bytes);
#endif
  return crc32c_plain(bytes);
}

}  // namespace entente::ledger
