// Grouping of equal rankings: a hash table with linear probing over 64-bit keys. A ranking of up to ten candidates is its own key; a longer
// one is hashed (FNV-1a) and compared candidate by candidate.
#include "measures/p3_elections/irv/rankings.h"

#include <algorithm>
#include <utility>

namespace entente::measures::p3_elections::irv {
namespace {

constexpr unsigned kPackedRanks = 10;
constexpr std::uint64_t kLongKey = std::uint64_t{15} << 60U;  // no packed key has it: its top bits are a length of at most ten

std::uint64_t ranking_key(std::span<const Candidate> ranking) {
  if (ranking.size() <= kPackedRanks) {
    std::uint64_t key = 0;
    for (const Candidate c : ranking) key = (key << 6U) | c;
    return key | (std::uint64_t{ranking.size()} << 60U);
  }
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const Candidate c : ranking) hash = (hash ^ c) * 0x100000001b3U;
  return hash | kLongKey;
}

std::size_t ranking_slot(std::uint64_t key, std::size_t mask) { return ((key * 0x9e3779b97f4a7c15U) >> 32U) & mask; }

}  // namespace

RankingGrouper::RankingGrouper(unsigned candidates) : slots_(1024) { rankings_.candidates = candidates; }

void RankingGrouper::add(std::span<const Candidate> ranking, std::uint64_t ballots) {
  const std::uint64_t key = ranking_key(ranking);
  rankings_.ballots += ballots;
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = ranking_slot(key, mask);
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    const std::uint32_t group = slots_[at] - 1;
    if (keys_[group] != key) continue;
    if (key >= kLongKey && !std::ranges::equal(rankings_.ranking(rankings_.groups[group]), ranking)) continue;
    rankings_.groups[group].ballots += ballots;
    return;
  }
  const auto first = static_cast<std::uint32_t>(rankings_.ranks.size());
  rankings_.ranks.insert(rankings_.ranks.end(), ranking.begin(), ranking.end());
  rankings_.groups.push_back({.first = first, .length = static_cast<std::uint8_t>(ranking.size()), .ballots = ballots});
  keys_.push_back(key);
  slots_[at] = static_cast<std::uint32_t>(keys_.size());
  if (keys_.size() * 2 > slots_.size()) grow();
}

void RankingGrouper::grow() {
  slots_.assign(slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t group = 0; group < keys_.size(); ++group) {
    std::size_t at = ranking_slot(keys_[group], mask);
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = group + 1;
  }
}

GroupedRankings RankingGrouper::take(std::vector<std::string> names) {
  GroupedRankings out = std::exchange(rankings_, GroupedRankings{.candidates = rankings_.candidates});
  out.names = std::move(names);
  keys_.clear();
  slots_.assign(1024, 0);
  return out;
}

}  // namespace entente::measures::p3_elections::irv
