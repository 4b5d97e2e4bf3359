// Several SHA-256 computations interleaved on one core. The SHA-NI round instruction takes four cycles to give its result but a new one can
// start every second cycle, so a single message leaves the unit idle half the time; three independent messages fill it. A node's message is
// 65 bytes, two blocks of which the second is nearly constant: both are put together in registers. Leaves of different lengths share the
// lanes: a lane that has finished its message takes the next one. FIPS 180-4; RFC 6962 section 2.1 for the prefixes.
#include "merkle/hashing_paths.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <algorithm>
#include <array>
#include <cstring>

#define ENTENTE_SHANI [[gnu::target("sha,ssse3,sse4.1")]]

namespace entente::merkle::interleaved {
namespace {

constexpr std::size_t kBlock = 64;
constexpr int kLanes = 3;

alignas(16) constexpr std::uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The eight working words as the instructions want them: (A, B, E, F) and (C, D, G, H), highest lane first.
struct State {
  __m128i abef, cdgh;
};

ENTENTE_SHANI inline State initial() {
  return {_mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f, static_cast<int>(0x9b05688c)),
          _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19)};
}

ENTENTE_SHANI inline __m128i swap_words(__m128i v) { return _mm_shuffle_epi8(v, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203)); }

ENTENTE_SHANI inline __m128i load(const std::uint8_t* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }

// One block for each of N messages; `w` holds the 16 message words of each, in the CPU's byte order, and is used up.
template <int N>
ENTENTE_SHANI inline void compress(State (&state)[N], __m128i (&w)[N][4]) {
  State start[N];
#pragma GCC unroll 4
  for (int n = 0; n < N; ++n) start[n] = state[n];
#pragma GCC unroll 16
  for (int step = 0; step < 16; ++step) {
    const __m128i k = _mm_load_si128(reinterpret_cast<const __m128i*>(kRound + 4 * step));
#pragma GCC unroll 4
    for (int n = 0; n < N; ++n) {
      __m128i(&m)[4] = w[n];
      if (step >= 4) {
        const __m128i before = m[(step + 3) % 4];
        const __m128i sum =
            _mm_add_epi32(_mm_sha256msg1_epu32(m[step % 4], m[(step + 1) % 4]), _mm_alignr_epi8(before, m[(step + 2) % 4], 4));
        m[step % 4] = _mm_sha256msg2_epu32(sum, before);
      }
      const __m128i mk = _mm_add_epi32(m[step % 4], k);
      state[n].cdgh = _mm_sha256rnds2_epu32(state[n].cdgh, state[n].abef, mk);
      state[n].abef = _mm_sha256rnds2_epu32(state[n].abef, state[n].cdgh, _mm_shuffle_epi32(mk, 0x0E));
    }
  }
#pragma GCC unroll 4
  for (int n = 0; n < N; ++n) state[n] = {_mm_add_epi32(state[n].abef, start[n].abef), _mm_add_epi32(state[n].cdgh, start[n].cdgh)};
}

ENTENTE_SHANI inline void store(const State& state, Digest& out) {
  const __m128i feba = _mm_shuffle_epi32(state.abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(state.cdgh, 0xB1);
  auto* at = reinterpret_cast<__m128i*>(out.bytes.data());
  _mm_storeu_si128(at, swap_words(_mm_blend_epi16(feba, dchg, 0xF0)));
  _mm_storeu_si128(at + 1, swap_words(_mm_alignr_epi8(dchg, feba, 8)));
}

// N nodes: message 01 ‖ left ‖ right, hence every byte of the children is shifted by one.
template <int N>
ENTENTE_SHANI inline void hash_nodes(const Digest* children, Digest* out) {
  State state[N];
  __m128i w[N][4], last[N];
  const __m128i prefix = _mm_set_epi64x(0x0100000000000000, 0);
#pragma GCC unroll 4
  for (int n = 0; n < N; ++n) {
    const std::uint8_t* at = children[2 * n].bytes.data();
    const __m128i a = load(at), b = load(at + 16), c = load(at + 32), d = load(at + 48);
    state[n] = initial();
    w[n][0] = swap_words(_mm_alignr_epi8(a, prefix, 15));
    w[n][1] = swap_words(_mm_alignr_epi8(b, a, 15));
    w[n][2] = swap_words(_mm_alignr_epi8(c, b, 15));
    w[n][3] = swap_words(_mm_alignr_epi8(d, c, 15));
    last[n] = d;
  }
  compress<N>(state, w);
  const __m128i end = _mm_set_epi64x(0, 0x80);            // the bit after the message
  const __m128i length = _mm_set_epi32(65 * 8, 0, 0, 0);  // in bits, as words
#pragma GCC unroll 4
  for (int n = 0; n < N; ++n) {
    w[n][0] = swap_words(_mm_alignr_epi8(end, last[n], 15));
    w[n][1] = w[n][2] = _mm_setzero_si128();
    w[n][3] = length;
  }
  compress<N>(state, w);
#pragma GCC unroll 4
  for (int n = 0; n < N; ++n) store(state[n], out[n]);
}

// The padded message 00 ‖ entry, block by block.
class LeafBlocks {
 public:
  LeafBlocks() = default;
  explicit LeafBlocks(ByteView entry) : entry_(entry), blocks_((1 + entry.size() + 9 + kBlock - 1) / kBlock) {}
  [[nodiscard]] bool done() const { return next_ == blocks_; }

  // The next block: inside the entry where it is wholly there, else put together in `buffer`.
  const std::uint8_t* take(std::uint8_t (&buffer)[kBlock]) {
    const std::size_t block = next_++;
    const std::size_t begin = block * kBlock;  // in the message; the entry's byte i is message byte i + 1
    if (block > 0 && begin + kBlock <= entry_.size() + 1) return entry_.data() + begin - 1;
    std::memset(buffer, 0, kBlock);
    const std::size_t lead = block == 0 ? 1 : 0;
    const std::size_t from = block == 0 ? 0 : begin - 1;
    if (from < entry_.size()) std::memcpy(buffer + lead, entry_.data() + from, std::min(kBlock - lead, entry_.size() - from));
    const std::size_t end = entry_.size() + 1;
    if (end >= begin && end < begin + kBlock) buffer[end - begin] = 0x80;
    if (next_ == blocks_) {
      const std::uint64_t bits = std::uint64_t{8} * end;
      for (int i = 0; i < 8; ++i) buffer[kBlock - 1 - static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(bits >> (8 * i));
    }
    return buffer;
  }

 private:
  ByteView entry_;
  std::size_t blocks_ = 0, next_ = 0;
};

struct Lane {
  State state{};
  LeafBlocks blocks;
  Digest* out = nullptr;  // nullptr: nothing to do
  alignas(16) std::uint8_t buffer[kBlock];
};

// One block on each of the first N lanes.
template <int N>
ENTENTE_SHANI inline void step_lanes(Lane* lanes) {
  State state[N];
  __m128i w[N][4];
#pragma GCC unroll 4
  for (int n = 0; n < N; ++n) {
    const std::uint8_t* at = lanes[n].blocks.take(lanes[n].buffer);
    state[n] = lanes[n].state;
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) w[n][i] = swap_words(load(at + 16 * i));
  }
  compress<N>(state, w);
#pragma GCC unroll 4
  for (int n = 0; n < N; ++n) lanes[n].state = state[n];
}

ENTENTE_SHANI void run_leaves(std::span<const ByteView> entries, std::span<Digest> out) {
  Lane lanes[kLanes];
  std::size_t next = 0;
  int busy = 0;  // lanes in use, always the first ones
  const auto fill = [&](Lane& lane) {
    lane.blocks = LeafBlocks(entries[next]);
    lane.out = &out[next++];
  };
  while (busy < kLanes && next < entries.size()) {
    lanes[busy].state = initial();
    fill(lanes[busy++]);
  }
  while (busy > 0) {
    if (busy == 3)
      step_lanes<3>(lanes);
    else if (busy == 2)
      step_lanes<2>(lanes);
    else
      step_lanes<1>(lanes);
    for (int n = busy - 1; n >= 0; --n) {
      if (!lanes[n].blocks.done()) continue;
      store(lanes[n].state, *lanes[n].out);
      if (next < entries.size()) {
        lanes[n].state = initial();
        fill(lanes[n]);
      } else if (--busy != n) {
        lanes[n] = lanes[busy];
      }
    }
  }
}

ENTENTE_SHANI void run_nodes(const Digest* children, Digest* out, std::size_t count) {
  std::size_t i = 0;
  for (; i + 3 <= count; i += 3) hash_nodes<3>(children + 2 * i, out + i);
  if (count - i == 2) hash_nodes<2>(children + 2 * i, out + i);
  if (count - i == 1) hash_nodes<1>(children + 2 * i, out + i);
}

}  // namespace

bool available() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSSE3) == 0 || (c & bit_SSE4_1) == 0) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & (1U << 29)) != 0;  // SHA extensions
}

void leaf_hashes(std::span<const ByteView> entries, std::span<Digest> out) { run_leaves(entries, out); }

void node_hashes(std::span<const Digest> children, std::span<Digest> out) { run_nodes(children.data(), out.data(), out.size()); }

}  // namespace entente::merkle::interleaved

#else

namespace entente::merkle::interleaved {
bool available() { return false; }
void leaf_hashes(std::span<const ByteView> entries, std::span<Digest> out) { plain::leaf_hashes(entries, out); }
void node_hashes(std::span<const Digest> children, std::span<Digest> out) { plain::node_hashes(children, out); }
}  // namespace entente::merkle::interleaved

#endif
