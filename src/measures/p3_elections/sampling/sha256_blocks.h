// SHA-256 (FIPS 180-4) block by block, for samplers that hash millions of short texts with a common beginning: a midstate kept, one block
// more for each. Two backends with the same results: the processor's SHA instructions where it has them, plain C++ elsewhere.
// For whole files use core/digest.h.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/digest.h"

namespace entente::measures::p3_elections::sampling {

struct Sha256State {
  std::array<std::uint32_t, 8> h{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  bool operator==(const Sha256State&) const = default;
};

inline constexpr std::size_t kSha256Block = 64;
inline constexpr std::size_t kSha256OneBlock = 55;  // so many bytes of a text's end fit in one block with the padding

enum class Sha256Backend { reference, instructions };
// Whether this processor has the SHA instructions.
[[nodiscard]] bool has_sha_instructions();
// The backend in use: `instructions` where there are any. For tests and benches it may be set; not thread-safe.
[[nodiscard]] Sha256Backend sha256_backend();
void set_sha256_backend(Sha256Backend backend);

// Takes `blocks` blocks of 64 bytes in.
void sha256_compress(Sha256State& state, const std::uint8_t* data, std::size_t blocks = 1);
// One block each into two states that do not depend on one another: the two run interleaved, which takes little longer than one.
void sha256_compress_pair(Sha256State& a, const std::uint8_t* block_a, Sha256State& b, const std::uint8_t* block_b);

[[nodiscard]] Digest to_digest(const Sha256State& state);

// The end of a message, padded: its last `size` bytes (fewer than 64) are already at the front of `block` (128 bytes); `total` is the
// message's whole length in bytes. Gives the number of blocks, 1 or 2.
std::size_t sha256_pad(std::span<std::uint8_t, 2 * kSha256Block> block, std::size_t size, std::uint64_t total);

// SHA-256(prefix || text) for many texts: the prefix's whole blocks are taken in once. Immutable after construction; thread-safe.
class Sha256Prefix {
 public:
  explicit Sha256Prefix(std::string_view prefix);
  [[nodiscard]] Digest operator()(std::string_view text) const { return to_digest(state_of(text)); }
  // The same without making bytes of it; h[0] holds the first four, big-endian.
  [[nodiscard]] Sha256State state_of(std::string_view text) const;
  // Two texts at once.
  void states_of(std::string_view a, std::string_view b, Sha256State& of_a, Sha256State& of_b) const;

 private:
  Sha256State midstate_;
  std::array<std::uint8_t, kSha256Block> rest_{};  // of the prefix, behind its last whole block
  std::size_t rest_size_ = 0;
  std::uint64_t prefix_size_ = 0;
};

}  // namespace entente::measures::p3_elections::sampling
