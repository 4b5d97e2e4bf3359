// The SHA-256 generator of cryptorandom (statlab/cryptorandom; SHANGRLA and Stark's audit tools draw with it), bit for bit. Its n-th value,
// counted from 0, is SHA-256(seed "," and n zero bytes): the text hashed grows by a byte a call, so that the whole blocks are taken in once
// and kept. Values are 256-bit integers, big-endian, and must be compared as such: as doubles some are equal that are not.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/sampling/sha256_blocks.h"

namespace entente::measures::p3_elections::sampling {

// A 256-bit integer over 2^256, as Python's int · 2⁻²⁵⁶: rounded to the nearest double, halves to even; may be 1.
[[nodiscard]] double unit_double(const Digest& digest);

// The generator itself: values in order, or from any place of the sequence on. Not thread-safe; copies are independent.
class CryptoRandom {
 public:
  explicit CryptoRandom(std::string_view seed);

  // The next value; the sequence goes on.
  [[nodiscard]] Digest next();
  // The next `out.size()` values, as states (h[0] the most significant): the fast path, two hashes at a time.
  void fill(std::span<Sha256State> out);
  void skip(std::uint64_t values);
  [[nodiscard]] std::uint64_t position() const { return position_; }  // of the next value, from 0

  [[nodiscard]] double random() { return unit_double(next()); }
  // low + value mod (high - low). low < high ≤ 2^63.
  [[nodiscard]] std::int64_t randint_trunc(std::int64_t low, std::int64_t high);
  // In [low, high) without bias: as many bits as high - low - 1 has, the LOW bits of the value first, again while too large; bits left over
  // serve the next call. low < high.
  [[nodiscard]] std::int64_t randint(std::int64_t low, std::int64_t high);

 private:
  [[nodiscard]] std::uint64_t take_bits(unsigned count);  // at most 64
  void refill();
  [[nodiscard]] Sha256State value() const;  // at position_
  void grow(std::uint64_t zeros);           // the text by so many zero bytes

  Sha256State midstate_;                           // of the whole blocks
  std::array<std::uint8_t, kSha256Block> rest_{};  // behind them
  std::size_t rest_size_ = 0;
  std::uint64_t seed_size_ = 0, position_ = 0;
  std::array<std::uint64_t, 5> bits_{};  // least significant first
  unsigned bits_left_ = 0;
  bool bits_begun_ = false;
};

// Simple random samples of `size` out of 1 … population, without replacement, in the order drawn: cryptorandom's random_sample() by the
// names of its methods (which counts from 0: take 1 off).
enum class SampleMethod { by_index, pikk, fisher_yates, recursive, waterman_r, vitter_z };
// Errors: a sample larger than the population; a population above 2^32; vitter_z beyond a population of 22 times the sample, where the
// published algorithm turns to floating-point factorials that no two versions of the library compute alike.
[[nodiscard]] Result<std::vector<std::uint64_t>> crypto_sample(CryptoRandom& random, std::uint64_t population, std::uint64_t size,
                                                               SampleMethod method);

}  // namespace entente::measures::p3_elections::sampling
