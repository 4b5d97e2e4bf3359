// First and last byte of the word are compared at sixteen places with two vector instructions each; where both agree the rest is compared.
#include "registry/search_scan.h"

#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace entente::registry {
namespace {

std::size_t find_word_plain(std::string_view text, std::string_view word, std::size_t from) {
  if (from >= text.size()) return std::string_view::npos;
  const void* found = ::memmem(text.data() + from, text.size() - from, word.data(), word.size());
  return found == nullptr ? std::string_view::npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

#ifdef __SSE2__
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  constexpr std::size_t kWidth = 16;
  const std::size_t last = word.size() - 1;
  const __m128i first_byte = _mm_set1_epi8(word.front()), last_byte = _mm_set1_epi8(word.back());
  const auto load = [&](std::size_t at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at)); };
  for (; from + last + kWidth <= text.size(); from += kWidth) {
    const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(load(from), first_byte), _mm_cmpeq_epi8(load(from + last), last_byte));
    for (auto places = static_cast<unsigned>(_mm_movemask_epi8(both)); places != 0; places &= places - 1) {
      const std::size_t at = from + static_cast<std::size_t>(std::countr_zero(places));
      if (last < 2 || std::memcmp(text.data() + at + 1, word.data() + 1, last - 1) == 0) return at;
    }
  }
  return find_word_plain(text, word, from);
}
#else
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) { return find_word_plain(text, word, from); }
#endif

}  // namespace entente::registry
