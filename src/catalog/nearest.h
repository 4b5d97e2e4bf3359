// "Did you mean …?": the known words closest to an unknown one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entente::catalog {

// Up to `max` candidates by Levenshtein distance (bytes), nearest first, ties in the candidates' order; only such as differ in
// at most a third of the longer word, but always those at distance 1 and 2. Words longer than 64 bytes have no neighbours.
[[nodiscard]] std::vector<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates,
                                                    std::size_t max = 3);

// "a, b or c"; each quoted if `quoted`.
enum class Quotes { none, around };
[[nodiscard]] std::string join_or(std::span<const std::string_view> words, Quotes quotes = Quotes::none);

}  // namespace entente::catalog
