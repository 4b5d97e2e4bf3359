// SHA-256 by the x86 SHA extensions: four rounds a step (two SHA256RNDS2), the message schedule by SHA256MSG1/MSG2. The instructions want
// the state as the two halves ABEF and CDGH. The pair function does the same step for two states in turn: a step waits for the one before
// it, so that the second state's step fills the wait. Compiled for these instructions whatever the machine the program is built for, and
// called only where CPUID announces them.
#include "measures/p3_elections/sampling/sha256_instructions.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace entente::measures::p3_elections::sampling {

#if defined(__x86_64__)

#define ENTENTE_SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))

namespace {

struct ShaHalves {
  __m128i abef, cdgh;
};

ENTENTE_SHA_TARGET inline ShaHalves sha_halves(const Sha256State& state) {
  const __m128i abcd = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.h.data()));
  const __m128i efgh = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.h.data() + 4));
  const __m128i badc = _mm_shuffle_epi32(abcd, 0xB1), hgfe = _mm_shuffle_epi32(efgh, 0x1B);
  return {_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xF0)};
}

ENTENTE_SHA_TARGET inline void sha_whole(const ShaHalves& halves, Sha256State& state) {
  const __m128i feba = _mm_shuffle_epi32(halves.abef, 0x1B), dchg = _mm_shuffle_epi32(halves.cdgh, 0xB1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.h.data()), _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.h.data() + 4), _mm_alignr_epi8(dchg, feba, 8));
}

ENTENTE_SHA_TARGET inline __m128i sha_words(const std::uint8_t* data) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  return _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data)), big_endian);
}

// Rounds 4·step … 4·step + 3; `m` holds the last sixteen words of the schedule, m[step % 4] the ones these rounds take.
template <int step>
ENTENTE_SHA_TARGET inline void sha_four_rounds(ShaHalves& s, __m128i (&m)[4]) {
  if constexpr (step >= 4) {
    __m128i& next = m[step % 4];  // w[t-16 …]
    const __m128i middle = _mm_alignr_epi8(m[(step + 3) % 4], m[(step + 2) % 4], 4);
    next = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(next, m[(step + 1) % 4]), middle), m[(step + 3) % 4]);
  }
  const __m128i k = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kSha256Constants.data() + 4 * step));
  const __m128i wk = _mm_add_epi32(m[step % 4], k);
  s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, wk);
  s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, _mm_shuffle_epi32(wk, 0x0E));
}

template <int... steps>
ENTENTE_SHA_TARGET inline void sha_rounds(ShaHalves& s, __m128i (&m)[4], std::integer_sequence<int, steps...>) {
  (sha_four_rounds<steps>(s, m), ...);
}

template <int... steps>
ENTENTE_SHA_TARGET inline void sha_rounds_pair(ShaHalves& a, __m128i (&ma)[4], ShaHalves& b, __m128i (&mb)[4],
                                               std::integer_sequence<int, steps...>) {
  ((sha_four_rounds<steps>(a, ma), sha_four_rounds<steps>(b, mb)), ...);
}

}  // namespace

bool has_sha_instructions() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSE4_1) == 0 || (c & bit_SSSE3) == 0) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

ENTENTE_SHA_TARGET void sha256_instructions(Sha256State& state, const std::uint8_t* data, std::size_t blocks) {
  ShaHalves s = sha_halves(state);
  for (; blocks > 0; --blocks, data += kSha256Block) {
    const ShaHalves before = s;
    __m128i m[4] = {sha_words(data), sha_words(data + 16), sha_words(data + 32), sha_words(data + 48)};
    sha_rounds(s, m, std::make_integer_sequence<int, 16>());
    s.abef = _mm_add_epi32(s.abef, before.abef);
    s.cdgh = _mm_add_epi32(s.cdgh, before.cdgh);
  }
  sha_whole(s, state);
}

ENTENTE_SHA_TARGET void sha256_instructions_pair(Sha256State& a, const std::uint8_t* block_a, Sha256State& b, const std::uint8_t* block_b) {
  ShaHalves sa = sha_halves(a), sb = sha_halves(b);
  const ShaHalves before_a = sa, before_b = sb;
  __m128i ma[4] = {sha_words(block_a), sha_words(block_a + 16), sha_words(block_a + 32), sha_words(block_a + 48)};
  __m128i mb[4] = {sha_words(block_b), sha_words(block_b + 16), sha_words(block_b + 32), sha_words(block_b + 48)};
  sha_rounds_pair(sa, ma, sb, mb, std::make_integer_sequence<int, 16>());
  sha_whole({_mm_add_epi32(sa.abef, before_a.abef), _mm_add_epi32(sa.cdgh, before_a.cdgh)}, a);
  sha_whole({_mm_add_epi32(sb.abef, before_b.abef), _mm_add_epi32(sb.cdgh, before_b.cdgh)}, b);
}

#undef ENTENTE_SHA_TARGET

#else

bool has_sha_instructions() { return false; }
void sha256_instructions(Sha256State&, const std::uint8_t*, std::size_t) {}
void sha256_instructions_pair(Sha256State&, const std::uint8_t*, Sha256State&, const std::uint8_t*) {}

#endif

}  // namespace entente::measures::p3_elections::sampling
