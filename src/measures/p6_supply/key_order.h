// The order of version keys: that of their bytes, as std::string's own <, but eight at a time without leaving the loop. A call of memcmp
// costs more than comparing the few words a key has, above all where the first one already decides.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace entente::measures::p6_supply {

namespace key_order {

// Eight bytes as a number that is greater where the bytes are.
inline std::uint64_t word_at(const char* at) {
  static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big);
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}

}  // namespace key_order

// What a.compare(b) says, as an order.
[[nodiscard]] inline std::strong_ordering compare_keys(std::string_view a, std::string_view b) {
  using key_order::word_at;
  const std::size_t common = a.size() < b.size() ? a.size() : b.size();
  if (common < 8) return a <=> b;
  // The first word decides most comparisons of versions that lie far apart.
  if (const std::uint64_t x = word_at(a.data()), y = word_at(b.data()); x != y) return x <=> y;
  for (std::size_t at = 8; at + 8 <= common; at += 8)
    if (const std::uint64_t x = word_at(a.data() + at), y = word_at(b.data() + at); x != y) return x <=> y;
  // The last, incomplete word overlaps the one before, whose bytes are equal.
  if (const std::uint64_t x = word_at(a.data() + common - 8), y = word_at(b.data() + common - 8); x != y) return x <=> y;
  return a.size() <=> b.size();
}

[[nodiscard]] inline bool key_less(std::string_view a, std::string_view b) { return compare_keys(a, b) < 0; }

}  // namespace entente::measures::p6_supply
