// SeedSequence (M. E. O'Neill's seed_seq_fe with four words of pool), PCG64 (O'Neill, "PCG", 2014: 128-bit state, XSL-RR) and MT19937
// (Matsumoto, Nishimura 1998) as numpy composes them. Sums of probabilities are plain running sums: numpy's cumsum does not sum in pairs.
#include "measures/p3_elections/sampling/numpy_random.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace entente::measures::p3_elections::sampling {

namespace {

constexpr std::size_t kSeedPool = 4;

class SeedHash {
 public:
  SeedHash(std::uint32_t constant, std::uint32_t factor) : constant_(constant), factor_(factor) {}
  std::uint32_t operator()(std::uint32_t value) {
    value ^= constant_;
    constant_ *= factor_;
    value *= constant_;
    return value ^ value >> 16;
  }

 private:
  std::uint32_t constant_, factor_;
};

std::uint32_t seed_mix(std::uint32_t x, std::uint32_t y) {
  const std::uint32_t mixed = x * 0xca01f9ddU - y * 0x4973f715U;
  return mixed ^ mixed >> 16;
}

}  // namespace

std::vector<std::uint32_t> seed_sequence_state(std::span<const std::uint32_t> entropy, std::size_t words) {
  SeedHash hash(0x43b0d7e5U, 0x931e8875U);
  std::array<std::uint32_t, kSeedPool> pool;
  for (std::size_t i = 0; i < kSeedPool; ++i) pool[i] = hash(i < entropy.size() ? entropy[i] : 0);
  for (std::size_t from = 0; from < kSeedPool; ++from)
    for (std::size_t to = 0; to < kSeedPool; ++to)
      if (from != to) pool[to] = seed_mix(pool[to], hash(pool[from]));
  for (std::size_t i = kSeedPool; i < entropy.size(); ++i)
    for (std::uint32_t& word : pool) word = seed_mix(word, hash(entropy[i]));
  SeedHash output(0x8b51f9ddU, 0x58f38dedU);
  std::vector<std::uint32_t> out(words);
  for (std::size_t i = 0; i < words; ++i) out[i] = output(pool[i % kSeedPool]);
  return out;
}

void Pcg64::seed_words(std::span<const std::uint32_t> entropy) {
  const std::vector<std::uint32_t> words = seed_sequence_state(entropy, 8);
  const auto word64 = [&](std::size_t i) { return std::uint64_t{words[2 * i + 1]} << 32 | words[2 * i]; };
  const Wide initial = Wide{word64(0)} << 64 | word64(1), sequence = Wide{word64(2)} << 64 | word64(3);
  increment_ = sequence << 1 | 1;
  state_ = 0;
  (void)next();
  state_ += initial;
  (void)next();
}

Pcg64::Pcg64(std::uint64_t seed) {
  const std::array<std::uint32_t, 2> words{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
  seed_words(std::span(words).first(words[1] == 0 ? 1 : 2));
}

Pcg64::Pcg64(const Digest& seed) {
  std::array<std::uint32_t, 8> words;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::uint8_t* p = seed.bytes.data() + 4 * (7 - i);
    words[i] = std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
  }
  std::size_t count = 8;
  while (count > 1 && words[count - 1] == 0) --count;
  seed_words(std::span(words).first(count));
}

std::uint64_t Pcg64::next() {
  state_ = state_ * (Wide{2549297995355413924U} << 64 | 4865540595714422341U) + increment_;
  const auto high = static_cast<std::uint64_t>(state_ >> 64), low = static_cast<std::uint64_t>(state_);
  return std::rotr(high ^ low, static_cast<int>(high >> 58));
}

Pcg64::State Pcg64::state() const {
  return {{static_cast<std::uint64_t>(state_ >> 64), static_cast<std::uint64_t>(state_)},
          {static_cast<std::uint64_t>(increment_ >> 64), static_cast<std::uint64_t>(increment_)}};
}

Result<std::vector<std::uint64_t>> numpy_choice(Pcg64& generator, std::uint64_t size, std::span<const double> p) {
  if (p.empty()) return fail("nothing to choose from");
  std::vector<double> sums(p.size());
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!(p[i] >= 0)) return fail("a probability that is negative or no number");
    sums[i] = sum += p[i];
  }
  if (!(std::fabs(sum - 1) <= 1.5e-8)) return fail("the probabilities do not add up to 1");
  for (double& s : sums) s /= sum;
  std::vector<std::uint64_t> out(size);
  for (std::uint64_t& place : out)
    place = static_cast<std::uint64_t>(std::upper_bound(sums.begin(), sums.end(), generator.random()) - sums.begin());
  return out;
}

RandomState::RandomState(std::uint32_t seed) {
  words_[0] = seed;
  for (std::uint32_t i = 1; i < words_.size(); ++i) words_[i] = 1812433253U * (words_[i - 1] ^ words_[i - 1] >> 30) + i;
}

std::uint32_t RandomState::next() {
  constexpr std::size_t n = 624, m = 397;
  if (at_ == n) {
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint32_t y = (words_[i] & 0x80000000U) | (words_[(i + 1) % n] & 0x7fffffffU);
      words_[i] = words_[(i + m) % n] ^ y >> 1 ^ ((y & 1) != 0 ? 0x9908b0dfU : 0U);
    }
    at_ = 0;
  }
  std::uint32_t y = words_[at_++];
  y ^= y >> 11;
  y ^= y << 7 & 0x9d2c5680U;
  y ^= y << 15 & 0xefc60000U;
  return y ^ y >> 18;
}

double RandomState::random() {
  const std::uint32_t high = next() >> 5, low = next() >> 6;
  return (static_cast<double>(high) * 67108864.0 + static_cast<double>(low)) / 9007199254740992.0;
}

std::uint64_t RandomState::below_or_equal(std::uint64_t most) {
  if (most == 0) return 0;
  const std::uint64_t mask = std::bit_ceil(most) == most ? (most << 1) - 1 : std::bit_ceil(most) - 1;
  const auto draw = [&]() -> std::uint64_t {
    if (most <= 0xffffffffU) return next() & mask;
    const std::uint64_t high = next();
    return (high << 32 | next()) & mask;
  };
  std::uint64_t out = draw();
  while (out > most) out = draw();
  return out;
}

std::int64_t RandomState::randint(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(below_or_equal(static_cast<std::uint64_t>(high - low) - 1));
}

std::vector<std::uint64_t> RandomState::choice(std::uint64_t n, std::uint64_t size) {
  std::vector<std::uint64_t> out(size);
  for (std::uint64_t& value : out) value = below_or_equal(n - 1);
  return out;
}

std::vector<std::uint64_t> RandomState::permutation(std::uint64_t n) {
  std::vector<std::uint64_t> out(n);
  std::iota(out.begin(), out.end(), std::uint64_t{0});
  for (std::uint64_t i = n; i-- > 1;) std::swap(out[i], out[below_or_equal(i)]);
  return out;
}

}  // namespace entente::measures::p3_elections::sampling
