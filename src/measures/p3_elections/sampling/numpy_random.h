// numpy's random numbers, bit for bit, as far as published audits use them: default_rng (SeedSequence, PCG64) with random() and choice(p),
// which is how Arlo draws batches with probability proportional to their error bounds (PPEB); and the old RandomState (MT19937), which
// SHANGRLA's notebooks seed. numpy 1.17 to 2: these streams are frozen. Objects are not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"

namespace entente::measures::p3_elections::sampling {

// SeedSequence of one integer, given in 32-bit words, least significant first (no zero word at the end, but for 0 itself): the words
// generate_state() gives.
[[nodiscard]] std::vector<std::uint32_t> seed_sequence_state(std::span<const std::uint32_t> entropy, std::size_t words);

// default_rng(int): O'Neill's PCG64 (128-bit LCG, XSL-RR output).
class Pcg64 {
 public:
  explicit Pcg64(std::uint64_t seed);
  explicit Pcg64(const Digest& seed);  // a 256-bit integer, big-endian: int(sha256(text).hexdigest(), 16)
  [[nodiscard]] std::uint64_t next();
  [[nodiscard]] double random() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  struct State {
    std::array<std::uint64_t, 2> state, increment;  // high, low
    bool operator==(const State&) const = default;
  };
  [[nodiscard]] State state() const;

 private:
  void seed_words(std::span<const std::uint32_t> entropy);
  __extension__ typedef unsigned __int128 Wide;
  Wide state_ = 0, increment_ = 0;
};

// Generator.choice(len(p), size, p=p), with replacement: running sums of p in double, divided by the last, and for each draw the first
// place whose sum is above a uniform number. Error: p empty, negative, not a number, or not summing to 1 within numpy's own tolerance.
[[nodiscard]] Result<std::vector<std::uint64_t>> numpy_choice(Pcg64& generator, std::uint64_t size, std::span<const double> p);

// RandomState(seed): Matsumoto and Nishimura's MT19937.
class RandomState {
 public:
  explicit RandomState(std::uint32_t seed);
  [[nodiscard]] std::uint32_t next();
  [[nodiscard]] double random();
  // randint(low, high): masked bits, again while too large. low < high.
  [[nodiscard]] std::int64_t randint(std::int64_t low, std::int64_t high);
  // choice(n, size): with replacement, one randint each.
  [[nodiscard]] std::vector<std::uint64_t> choice(std::uint64_t n, std::uint64_t size);
  // permutation(n); choice(n, size, replace=False) is its beginning.
  [[nodiscard]] std::vector<std::uint64_t> permutation(std::uint64_t n);

 private:
  [[nodiscard]] std::uint64_t below_or_equal(std::uint64_t most);
  std::array<std::uint32_t, 624> words_;
  std::size_t at_ = 624;
};

}  // namespace entente::measures::p3_elections::sampling
