// Levenshtein distance by the two-row dynamic programme; inputs are bounded to 64 bytes, so quadratic time is small.
#include "catalog/nearest.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace entente::catalog {

namespace {

constexpr std::size_t kMaxWord = 64;

std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::size_t, kMaxWord + 1> row{};
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates, std::size_t max) {
  std::vector<std::pair<std::size_t, std::string_view>> ranked;
  if (word.size() > kMaxWord) return {};
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kMaxWord) continue;
    const std::size_t d = distance(word, candidate);
    if (d <= std::max<std::size_t>(2, std::max(word.size(), candidate.size()) / 3)) ranked.emplace_back(d, candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < std::min(max, ranked.size()); ++i) out.push_back(ranked[i].second);
  return out;
}

std::string join_or(std::span<const std::string_view> words, Quotes quotes) {
  const std::string mark = quotes == Quotes::around ? "\"" : "";
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += mark + std::string(words[i]) + mark;
  }
  return out;
}

}  // namespace entente::catalog
