// Equality of texts of the same length without a call: two or four overlapping words for up to 32 bytes, which is what the keys and IDs of
// documents mostly have. memcmp is a call that costs more than that. Nothing beyond either text is read.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace entente {

namespace text_words {

template <class Word>
[[nodiscard]] inline Word load(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

template <class Word>
[[nodiscard]] inline bool equal_at(const char* a, const char* b, std::size_t at) {
  return load<Word>(a + at) == load<Word>(b + at);
}

template <class Word>
[[nodiscard]] inline bool ends_equal(const char* a, const char* b, std::size_t size) {
  const std::size_t last = size - sizeof(Word);
  return ((load<Word>(a) ^ load<Word>(b)) | (load<Word>(a + last) ^ load<Word>(b + last))) == 0;
}

}  // namespace text_words

// What a == b says.
[[nodiscard]] inline bool same_text(std::string_view a, std::string_view b) {
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  if (size > 32) return std::memcmp(a.data(), b.data(), size) == 0;
  if (size > 16)  // the outer eight bytes of both ends, then the sixteen between, which may overlap
    return text_words::ends_equal<std::uint64_t>(a.data(), b.data(), size) && text_words::equal_at<std::uint64_t>(a.data(), b.data(), 8) &&
           text_words::equal_at<std::uint64_t>(a.data(), b.data(), size - 16);
  if (size >= 8) return text_words::ends_equal<std::uint64_t>(a.data(), b.data(), size);
  if (size >= 4) return text_words::ends_equal<std::uint32_t>(a.data(), b.data(), size);
  if (size >= 2) return text_words::ends_equal<std::uint16_t>(a.data(), b.data(), size);
  return size == 0 || a[0] == b[0];
}

}  // namespace entente
