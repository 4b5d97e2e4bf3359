// cryptorandom's generator and its methods of sampling without replacement (R. Durstenfeld's Fisher-Yates; permute-indices-and-keep-k;
// Cormen et al.'s recursive one; A. Waterman's Algorithm R in Knuth 3.4.2; J. S. Vitter's Algorithm X, "Random Sampling with a
// Reservoir", ACM TOMS 1985). Each asks the generator in the order the library does, which is what makes the draws the same.
#include "measures/p3_elections/sampling/cryptorandom.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

namespace entente::measures::p3_elections::sampling {

namespace {

constexpr std::uint64_t kCryptoMaxPopulation = std::uint64_t{1} << 32;

std::array<std::uint64_t, 4> crypto_limbs(const Sha256State& s) {  // least significant first
  std::array<std::uint64_t, 4> out;
  for (std::size_t i = 0; i < 4; ++i) out[i] = std::uint64_t{s.h[6 - 2 * i]} << 32 | s.h[7 - 2 * i];
  return out;
}

std::array<std::uint64_t, 4> crypto_limbs(const Digest& digest) {
  Sha256State s;
  for (std::size_t i = 0; i < 8; ++i)
    s.h[i] = std::uint32_t{digest.bytes[4 * i]} << 24 | std::uint32_t{digest.bytes[4 * i + 1]} << 16 |
             std::uint32_t{digest.bytes[4 * i + 2]} << 8 | digest.bytes[4 * i + 3];
  return crypto_limbs(s);
}

std::uint64_t crypto_modulo(const std::array<std::uint64_t, 4>& limbs, std::uint64_t n) {
  std::uint64_t rest = 0;
  for (std::size_t i = 4; i-- > 0;) {
    __extension__ typedef unsigned __int128 Wide;
    rest = static_cast<std::uint64_t>((Wide{rest} << 64 | limbs[i]) % n);
  }
  return rest;
}

}  // namespace

double unit_double(const Digest& digest) {
  const auto limbs = crypto_limbs(digest);
  std::size_t top = 3;
  while (top > 0 && limbs[top] == 0) --top;
  const int zeros = std::countl_zero(limbs[top]);
  if (limbs[top] == 0) return 0;
  // 64 significant bits; a bit further down that is set makes the last one odd, so that the rounding to 53 bits sees it.
  std::uint64_t mantissa = limbs[top] << zeros;
  bool sticky = false;
  if (top > 0) {
    if (zeros > 0) mantissa |= limbs[top - 1] >> (64 - zeros);
    sticky = zeros > 0 ? limbs[top - 1] << zeros != 0 : limbs[top - 1] != 0;
    for (std::size_t i = 0; i + 1 < top; ++i) sticky = sticky || limbs[i] != 0;
  }
  if (sticky) mantissa |= 1;
  return std::ldexp(static_cast<double>(mantissa), static_cast<int>(64 * top) - zeros - 256);
}

CryptoRandom::CryptoRandom(std::string_view seed) {
  const std::string text = std::string(seed) + ",";
  seed_size_ = text.size();
  const std::size_t whole = text.size() / kSha256Block;
  sha256_compress(midstate_, reinterpret_cast<const std::uint8_t*>(text.data()), whole);
  rest_size_ = text.size() % kSha256Block;
  std::memcpy(rest_.data(), text.data() + whole * kSha256Block, rest_size_);
}

void CryptoRandom::grow(std::uint64_t zeros) {
  position_ += zeros;
  while (zeros > 0) {  // rest_ behind rest_size_ is zero already
    const std::uint64_t take = std::min<std::uint64_t>(zeros, kSha256Block - rest_size_);
    rest_size_ += take;
    zeros -= take;
    if (rest_size_ < kSha256Block) return;
    sha256_compress(midstate_, rest_.data());
    rest_ = {};
    rest_size_ = 0;
  }
}

Sha256State CryptoRandom::value() const {
  Sha256State state = midstate_;
  std::array<std::uint8_t, 2 * kSha256Block> block;
  std::memcpy(block.data(), rest_.data(), rest_size_);
  sha256_compress(state, block.data(), sha256_pad(block, rest_size_, seed_size_ + position_));
  return state;
}

Digest CryptoRandom::next() {
  const Digest out = to_digest(value());
  grow(1);
  return out;
}

void CryptoRandom::skip(std::uint64_t values) { grow(values); }

void CryptoRandom::fill(std::span<Sha256State> out) {
  std::size_t i = 0;
  while (i < out.size()) {
    if (i + 1 == out.size() || rest_size_ + 1 > kSha256OneBlock) {
      out[i++] = value();
      grow(1);
      continue;
    }
    std::array<std::uint8_t, 2 * kSha256Block> first, second;
    std::memcpy(first.data(), rest_.data(), rest_size_);
    std::memcpy(second.data(), rest_.data(), rest_size_);
    second[rest_size_] = 0;
    sha256_pad(first, rest_size_, seed_size_ + position_);
    sha256_pad(second, rest_size_ + 1, seed_size_ + position_ + 1);
    out[i] = out[i + 1] = midstate_;
    sha256_compress_pair(out[i], first.data(), out[i + 1], second.data());
    i += 2;
    grow(2);
  }
}

std::int64_t CryptoRandom::randint_trunc(std::int64_t low, std::int64_t high) {
  const auto limbs = crypto_limbs(value());
  grow(1);
  return low + static_cast<std::int64_t>(crypto_modulo(limbs, static_cast<std::uint64_t>(high - low)));
}

// 256 new bits above those left (fewer than 64).
void CryptoRandom::refill() {
  const auto limbs = crypto_limbs(value());
  grow(1);
  const unsigned shift = bits_left_;
  if (shift == 0)
    bits_ = {limbs[0], limbs[1], limbs[2], limbs[3], 0};
  else {
    bits_[0] |= limbs[0] << shift;  // nothing is set above the bits left
    for (unsigned i = 1; i < 4; ++i) bits_[i] = limbs[i - 1] >> (64 - shift) | limbs[i] << shift;
    bits_[4] = limbs[3] >> (64 - shift);
  }
  bits_left_ += 256;
}

std::uint64_t CryptoRandom::take_bits(unsigned count) {
  if (!bits_begun_ || count > bits_left_) refill();  // the first call takes a value even for no bits, as the library does
  bits_begun_ = true;
  if (count == 0) return 0;
  const std::uint64_t out = count == 64 ? bits_[0] : bits_[0] & ((std::uint64_t{1} << count) - 1);
  for (unsigned i = 0; i < 5; ++i) {
    const std::uint64_t above = i + 1 < 5 ? bits_[i + 1] : 0;
    bits_[i] = count == 64 ? above : bits_[i] >> count | above << (64 - count);
  }
  bits_left_ -= count;
  return out;
}

std::int64_t CryptoRandom::randint(std::int64_t low, std::int64_t high) {
  const auto n = static_cast<std::uint64_t>(high - low);
  const auto count = static_cast<unsigned>(std::bit_width(n - 1));
  std::uint64_t out = take_bits(count);
  while (out >= n) out = take_bits(count);
  return low + static_cast<std::int64_t>(out);
}

namespace {

using CryptoDraw = std::vector<std::uint64_t>;

// A population as an array whose untouched places hold their own numbers: memory for what moved only.
class CryptoPopulation {
 public:
  [[nodiscard]] std::uint64_t at(std::uint64_t place) const {
    const auto it = moved_.find(place);
    return it == moved_.end() ? place : it->second;
  }
  void set(std::uint64_t place, std::uint64_t value) { moved_[place] = value; }

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> moved_;
};

CryptoDraw crypto_by_index(CryptoRandom& random, std::uint64_t n, std::uint64_t k) {
  CryptoPopulation left;
  CryptoDraw out;
  for (std::uint64_t size = n; size > n - k; --size) {
    const auto w = static_cast<std::uint64_t>(random.randint(1, static_cast<std::int64_t>(size) + 1));
    out.push_back(left.at(w));
    if (w < size) left.set(w, left.at(size));
  }
  return out;
}

CryptoDraw crypto_pikk(CryptoRandom& random, std::uint64_t n, std::uint64_t k) {
  std::vector<double> keys(n);
  for (double& key : keys) key = random.random();
  CryptoDraw order(n);
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
                    [&](std::uint64_t a, std::uint64_t b) { return keys[a] != keys[b] ? keys[a] < keys[b] : a < b; });
  order.resize(k);
  for (std::uint64_t& place : order) ++place;
  return order;
}

CryptoDraw crypto_fisher_yates(CryptoRandom& random, std::uint64_t n, std::uint64_t k) {
  CryptoPopulation cards;
  CryptoDraw out;
  for (std::uint64_t i = 0; i < k; ++i) {
    const double left = static_cast<double>(n - i);
    const double step = random.random() * left;  // rounded before the sum, as numpy does
    const auto j = static_cast<std::uint64_t>(static_cast<double>(i) + step);
    const std::uint64_t drawn = cards.at(j + 1);
    cards.set(j + 1, cards.at(i + 1));
    cards.set(i + 1, drawn);
    out.push_back(drawn);
  }
  return out;
}

CryptoDraw crypto_recursive(CryptoRandom& random, std::uint64_t n, std::uint64_t k) {
  CryptoDraw out;
  std::unordered_set<std::uint64_t> in;
  for (std::uint64_t size = n - k + 1; out.size() < k; ++size) {
    const auto i = static_cast<std::uint64_t>(random.randint(1, static_cast<std::int64_t>(size) + 1));
    out.push_back(in.contains(i) ? size : i);
    in.insert(out.back());
  }
  return out;
}

CryptoDraw crypto_waterman(CryptoRandom& random, std::uint64_t n, std::uint64_t k) {
  CryptoDraw out(k);
  std::iota(out.begin(), out.end(), std::uint64_t{1});
  for (std::uint64_t t = k + 1; t <= n; ++t) {
    const auto i = static_cast<std::uint64_t>(random.randint(1, static_cast<std::int64_t>(t) + 1));
    if (i <= k) out[i - 1] = t;
  }
  return out;
}

Result<CryptoDraw> crypto_vitter(CryptoRandom& random, std::uint64_t n, std::uint64_t k) {
  if (k == 0) return CryptoDraw();
  if (n > 22 * k) return fail("Vitter's Algorithm Z cannot be followed bit for bit beyond a population of 22 times the sample");
  CryptoDraw out(k);
  std::iota(out.begin(), out.end(), std::uint64_t{1});
  for (std::uint64_t t = k; t < n;) {  // Algorithm X: how many records to pass over
    const double v = random.random();
    double numerator = static_cast<double>(t + 1 - k), denominator = static_cast<double>(t + 1);
    double quotient = numerator / denominator;
    std::uint64_t skip = 0;
    for (; quotient > v && t + skip < n; ++skip) {
      numerator += 1;
      denominator += 1;
      quotient *= numerator / denominator;
    }
    if (t + skip + 1 <= n) out[static_cast<std::size_t>(random.randint(0, static_cast<std::int64_t>(k)))] = t + skip + 1;
    t += skip + 1;
  }
  return out;
}

}  // namespace

Result<std::vector<std::uint64_t>> crypto_sample(CryptoRandom& random, std::uint64_t population, std::uint64_t size, SampleMethod method) {
  if (population > kCryptoMaxPopulation) return fail("a population of more than 2^32");
  if (size > population) return fail("a sample larger than its population cannot be drawn without replacement");
  switch (method) {
    case SampleMethod::by_index: return crypto_by_index(random, population, size);
    case SampleMethod::pikk: return crypto_pikk(random, population, size);
    case SampleMethod::fisher_yates: return crypto_fisher_yates(random, population, size);
    case SampleMethod::recursive: return crypto_recursive(random, population, size);
    case SampleMethod::waterman_r: return crypto_waterman(random, population, size);
    case SampleMethod::vitter_z: break;
  }
  return crypto_vitter(random, population, size);
}

}  // namespace entente::measures::p3_elections::sampling
