// Eight Montgomery products at a time with AVX-512 IFMA (52-bit multiply-add). Each 512-bit register holds one limb of eight numbers, so
// there is nothing to shuffle: the loop is operand scanning in which every limb sum stays far below 2^64 (four terms below 2^52 a round,
// at most 80 rounds), and carries are swept once at the end.
#include "measures/p3_elections/e2e/group_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace entente::measures::p3_elections::e2e {

#if defined(__x86_64__)

bool lanes_supported() {
  static const bool supported = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512ifma") != 0;
  return supported;
}

__attribute__((target("avx512f,avx512ifma"))) void lanes_product(const Kernel& kernel, Block& out, const Block& a, const Block& b) {
  const std::size_t n = kernel.limbs;
  const __m512i zero = _mm512_setzero_si512();
  const __m512i mask = _mm512_set1_epi64((std::int64_t{1} << 52) - 1);
  const __m512i k0 = _mm512_set1_epi64(static_cast<std::int64_t>(kernel.k0));
  __m512i t[kMaxLimbs];
  __m512i p[kMaxLimbs];
  for (std::size_t j = 0; j < n; ++j) {
    t[j] = zero;
    p[j] = _mm512_set1_epi64(static_cast<std::int64_t>(kernel.p[j]));
  }
  for (std::size_t i = 0; i < n; ++i) {
    const __m512i bi = _mm512_load_si512(&b.word[i * 8]);
    __m512i a_before = _mm512_load_si512(&a.word[0]);
    __m512i p_before = p[0];
    const __m512i low = _mm512_madd52lo_epu64(t[0], a_before, bi);
    const __m512i m = _mm512_madd52lo_epu64(zero, low, k0);
    __m512i carry = _mm512_srli_epi64(_mm512_madd52lo_epu64(low, m, p_before), 52);
    for (std::size_t j = 1; j < n; ++j) {
      const __m512i aj = _mm512_load_si512(&a.word[j * 8]);
      const __m512i pj = p[j];
      __m512i left = _mm512_madd52hi_epu64(carry, a_before, bi);
      __m512i right = _mm512_madd52hi_epu64(t[j], m, p_before);
      left = _mm512_madd52lo_epu64(left, aj, bi);
      right = _mm512_madd52lo_epu64(right, m, pj);
      t[j - 1] = _mm512_add_epi64(left, right);
      carry = zero;
      a_before = aj;
      p_before = pj;
    }
    t[n - 1] = _mm512_madd52hi_epu64(_mm512_madd52hi_epu64(carry, a_before, bi), m, p_before);
  }
  __m512i carry = zero;
  for (std::size_t j = 0; j < n; ++j) {
    const __m512i sum = _mm512_add_epi64(t[j], carry);
    _mm512_store_si512(&out.word[j * 8], _mm512_and_si512(sum, mask));
    carry = _mm512_srli_epi64(sum, 52);
  }
}

#else

bool lanes_supported() { return false; }
void lanes_product(const Kernel&, Block&, const Block&, const Block&) {}

#endif

}  // namespace entente::measures::p3_elections::e2e
