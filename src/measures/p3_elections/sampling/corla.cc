// Draws as Colorado does. The message is built once per seed and its counter rewritten in place; the 256-bit number is reduced word by word
// (r = (r·2^64 + word) mod N), which needs no big integers.
#include "measures/p3_elections/sampling/corla.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "core/ascii.h"
#include "core/digest.h"

namespace entente::measures::p3_elections::sampling {

namespace {

__extension__ using CorlaWide = unsigned __int128;

std::uint64_t corla_reduced(const Digest& digest, std::uint64_t cards) {
  std::uint64_t rest = 0;
  for (std::size_t word = 0; word < 4; ++word) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8 | digest.bytes[word * 8 + i];
    rest = static_cast<std::uint64_t>(((static_cast<CorlaWide>(rest) << 64) | value) % cards);
  }
  return rest;
}

}  // namespace

std::vector<std::uint64_t> corla_draws(std::string_view seed, std::uint64_t first_counter, std::uint64_t count, std::uint64_t cards) {
  std::vector<std::uint64_t> out;
  out.reserve(count);
  std::string message(seed);
  message += ',';
  const std::size_t prefix = message.size();
  for (std::uint64_t i = 0; i < count; ++i) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, first_counter + i).ptr;
    message.resize(prefix);
    message.append(digits, end);
    out.push_back(corla_reduced(sha256(message), cards) + 1);
  }
  return out;
}

std::uint64_t corla_draw(std::string_view seed, std::uint64_t counter, std::uint64_t cards) {
  return corla_draws(seed, counter, 1, cards).front();
}

std::size_t corla_seed_digits(std::string_view seed) { return std::ranges::all_of(seed, is_digit) ? seed.size() : 0; }

}  // namespace entente::measures::p3_elections::sampling
