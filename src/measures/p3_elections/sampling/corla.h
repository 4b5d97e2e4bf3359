// Colorado's sampler: draw k of a contest is the card at position 1 + (SHA-256("seed,k") mod N), k from 1, the hash read as a big-endian
// number (8 CCR 1505-1, rule 25.2; "Rivest's sampler"). With replacement: a card may be drawn again and then counts again. The seed is a
// text: its leading zeros count. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace entente::measures::p3_elections::sampling {

inline constexpr std::size_t kCorlaSeedDigits = 20;  // of the rule: at least so many decimal digits

// Position of draw `counter` among `cards` cards, from 1. Precondition: cards > 0.
[[nodiscard]] std::uint64_t corla_draw(std::string_view seed, std::uint64_t counter, std::uint64_t cards);
// Draws first_counter … first_counter + count - 1, in order. Precondition: cards > 0 or count 0.
[[nodiscard]] std::vector<std::uint64_t> corla_draws(std::string_view seed, std::uint64_t first_counter, std::uint64_t count,
                                                     std::uint64_t cards);

// How many decimal digits the seed has; 0 where it holds anything else.
[[nodiscard]] std::size_t corla_seed_digits(std::string_view seed);

}  // namespace entente::measures::p3_elections::sampling
