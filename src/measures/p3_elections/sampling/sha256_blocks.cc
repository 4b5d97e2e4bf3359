// The compression function of SHA-256 (FIPS 180-4, 6.2.2) as written there, padding (5.1.1), and hashing with a kept prefix. Which backend
// runs is decided once, from what the processor says of itself; sha256_instructions.cc has the other.
#include "measures/p3_elections/sampling/sha256_blocks.h"

#include <bit>
#include <cstring>

#include "measures/p3_elections/sampling/sha256_instructions.h"

namespace entente::measures::p3_elections::sampling {

namespace {

std::uint32_t sha_load_big(const std::uint8_t* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

void sha_reference_block(Sha256State& state, const std::uint8_t* block) {
  std::array<std::uint32_t, 64> w;
  for (std::size_t t = 0; t < 16; ++t) w[t] = sha_load_big(block + 4 * t);
  for (std::size_t t = 16; t < 64; ++t) {
    const std::uint32_t s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ w[t - 15] >> 3;
    const std::uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state.h;
  for (std::size_t t = 0; t < 64; ++t) {
    const std::uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t t1 = h + sum1 + ((e & f) ^ (~e & g)) + kSha256Constants[t] + w[t];
    const std::uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  const std::array<std::uint32_t, 8> add{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state.h[i] += add[i];
}

Sha256Backend sha_backend = has_sha_instructions() ? Sha256Backend::instructions : Sha256Backend::reference;

}  // namespace

Sha256Backend sha256_backend() { return sha_backend; }
void set_sha256_backend(Sha256Backend backend) { sha_backend = has_sha_instructions() ? backend : Sha256Backend::reference; }

void sha256_compress(Sha256State& state, const std::uint8_t* data, std::size_t blocks) {
  if (sha_backend == Sha256Backend::instructions) return sha256_instructions(state, data, blocks);
  for (; blocks > 0; --blocks, data += kSha256Block) sha_reference_block(state, data);
}

void sha256_compress_pair(Sha256State& a, const std::uint8_t* block_a, Sha256State& b, const std::uint8_t* block_b) {
  if (sha_backend == Sha256Backend::instructions) return sha256_instructions_pair(a, block_a, b, block_b);
  sha_reference_block(a, block_a);
  sha_reference_block(b, block_b);
}

Digest to_digest(const Sha256State& state) {
  Digest out;
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t k = 0; k < 4; ++k) out.bytes[4 * i + k] = static_cast<std::uint8_t>(state.h[i] >> (24 - 8 * k));
  return out;
}

std::size_t sha256_pad(std::span<std::uint8_t, 2 * kSha256Block> block, std::size_t size, std::uint64_t total) {
  const std::size_t blocks = size <= kSha256OneBlock ? 1 : 2;
  block[size] = 0x80;
  std::memset(block.data() + size + 1, 0, blocks * kSha256Block - 8 - size - 1);
  const std::uint64_t bits = total * 8;
  for (std::size_t k = 0; k < 8; ++k) block[blocks * kSha256Block - 8 + k] = static_cast<std::uint8_t>(bits >> (56 - 8 * k));
  return blocks;
}

Sha256Prefix::Sha256Prefix(std::string_view prefix) : prefix_size_(prefix.size()) {
  const std::size_t whole = prefix.size() / kSha256Block;
  sha256_compress(midstate_, reinterpret_cast<const std::uint8_t*>(prefix.data()), whole);
  rest_size_ = prefix.size() % kSha256Block;
  std::memcpy(rest_.data(), prefix.data() + whole * kSha256Block, rest_size_);
}

Sha256State Sha256Prefix::state_of(std::string_view text) const {
  Sha256State state = midstate_;
  std::array<std::uint8_t, 2 * kSha256Block> block;
  std::memcpy(block.data(), rest_.data(), rest_size_);
  std::size_t filled = rest_size_;
  const std::uint64_t total = prefix_size_ + text.size();
  while (filled + text.size() >= kSha256Block) {
    const std::size_t take = kSha256Block - filled;
    std::memcpy(block.data() + filled, text.data(), take);
    sha256_compress(state, block.data());
    text.remove_prefix(take);
    filled = 0;
  }
  std::memcpy(block.data() + filled, text.data(), text.size());
  sha256_compress(state, block.data(), sha256_pad(block, filled + text.size(), total));
  return state;
}

void Sha256Prefix::states_of(std::string_view a, std::string_view b, Sha256State& of_a, Sha256State& of_b) const {
  if (rest_size_ + a.size() > kSha256OneBlock || rest_size_ + b.size() > kSha256OneBlock) {
    of_a = state_of(a);
    of_b = state_of(b);
    return;
  }
  std::array<std::uint8_t, 2 * kSha256Block> block_a, block_b;
  std::memcpy(block_a.data(), rest_.data(), rest_size_);
  std::memcpy(block_b.data(), rest_.data(), rest_size_);
  std::memcpy(block_a.data() + rest_size_, a.data(), a.size());
  std::memcpy(block_b.data() + rest_size_, b.data(), b.size());
  sha256_pad(block_a, rest_size_ + a.size(), prefix_size_ + a.size());
  sha256_pad(block_b, rest_size_ + b.size(), prefix_size_ + b.size());
  of_a = of_b = midstate_;
  sha256_compress_pair(of_a, block_a.data(), of_b, block_b.data());
}

}  // namespace entente::measures::p3_elections::sampling
