// Assorters by pattern. Marks of a vote are few, so ranks and points are found by looking through them. A vote with more marks than allowed
// is no vote (1/2). Sums over patterns are counts times values: exact for the values 0, 1/2 and 1 of most contests.
#include "measures/p3_elections/risk/assorter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace entente::measures::p3_elections::risk {
namespace {

using records::CvrMark;

std::uint64_t assorter_hash(std::span<const CvrMark> marks) {
  std::uint64_t h = 0x9E3779B97F4A7C15ULL * (marks.size() + 1);
  for (const CvrMark& m : marks) {
    h ^= (std::uint64_t{m.choice} << 32) | m.rank;
    h *= 0xD6E8FEB86659FD93ULL;
    h ^= h >> 29;
  }
  return h;
}

bool assorter_same(std::span<const CvrMark> a, std::span<const CvrMark> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const CvrMark& x, const CvrMark& y) { return x.choice == y.choice && x.rank == y.rank; });
}

// The best rank, or the points, of a choice; 0: not marked.
std::uint32_t assorter_rank(std::span<const CvrMark> marks, std::uint32_t choice) {
  for (const CvrMark& m : marks)
    if (m.choice == choice && m.rank > 0) return m.rank;
  return 0;
}

// Votes for choices of the contest.
std::uint32_t assorter_votes(const Assertion& a, std::span<const CvrMark> marks) {
  std::uint32_t n = 0;
  for (const CvrMark& m : marks)
    if (m.choice < a.choices) n += m.rank > 0 ? 1 : 0;
  return n;
}

double assorter_between(bool winner, bool loser) { return (static_cast<double>(winner) - static_cast<double>(loser) + 1) / 2; }

// The first of those still standing, if only one has that rank; else `choices`.
std::uint32_t assorter_first_standing(const Assertion& a, std::span<const CvrMark> marks) {
  std::uint32_t best = std::numeric_limits<std::uint32_t>::max(), who = a.choices;
  for (const CvrMark& m : marks) {
    if (m.rank == 0 || m.choice >= a.choices) continue;
    if (std::find(a.eliminated.begin(), a.eliminated.end(), m.choice) != a.eliminated.end()) continue;
    if (m.rank < best) {
      best = m.rank;
      who = m.choice;
    } else if (m.rank == best && m.choice != who) {
      who = a.choices;
    }
  }
  return who;
}

double assorter_share(const Assertion& a, std::span<const CvrMark> marks) {
  if (assorter_votes(a, marks) != 1) return 0.5;  // not a valid vote
  if (a.kind == AssorterKind::above_share) return assorter_rank(marks, a.winner) > 0 ? a.upper : 0;
  return assorter_rank(marks, a.loser) > 0 ? 0 : a.upper;
}

double assorter_averages(const Assertion& a, std::span<const CvrMark> marks) {
  double value = 0.5;
  const double c = a.loser_divisor / 2;
  if (assorter_rank(marks, a.winner) > 0) value += c / a.winner_divisor;
  if (assorter_rank(marks, a.loser) > 0) value -= c / a.loser_divisor;
  return value;
}

double assorter_borda_points(const Assertion& a, std::span<const CvrMark> marks, std::uint32_t choice) {
  const std::uint32_t rank = assorter_rank(marks, choice);
  return rank == 0 || rank > a.choices ? 0 : static_cast<double>(a.choices - rank);
}

}  // namespace

VotePatterns::VotePatterns() : first_{0, 0, 0}, hashes_{0, 0}, slots_(64, 0) {}

void VotePatterns::grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (std::uint32_t p = 2; p < size(); ++p) {
    std::size_t at = hashes_[p] & (slots_.size() - 1);
    while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = p + 1;
  }
}

std::uint32_t VotePatterns::intern(std::span<const CvrMark> marks, bool overvoted) {
  if (overvoted) marks = {};
  const std::uint64_t hash = assorter_hash(marks);
  std::size_t at = hash & (slots_.size() - 1);
  for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
    const std::uint32_t p = slots_[at] - 1;
    if (hashes_[p] == hash && assorter_same(this->marks(p), marks)) return p;
  }
  const std::uint32_t pattern = size();
  slots_[at] = pattern + 1;
  hashes_.push_back(hash);
  marks_.insert(marks_.end(), marks.begin(), marks.end());
  first_.push_back(static_cast<std::uint32_t>(marks_.size()));
  if (std::size_t{pattern} * 2 > slots_.size()) grow();
  return pattern;
}

std::uint64_t ContestCards::on_card() const {
  std::uint64_t n = 0;
  for (std::size_t p = 1; p < counts.size(); ++p) n += counts[p];
  return n;
}

void ContestCards::add_phantoms(std::uint64_t cards) {
  card.resize(card.size() + cards, VotePatterns::kPhantom);
  counts[VotePatterns::kPhantom] += cards;
}

ContestCards contest_cards(const records::CvrTable& table, std::uint32_t contest) {
  ContestCards out;
  out.card.reserve(table.cards.size());
  out.counts.assign(out.patterns.size(), 0);
  // What a card's system calls overvoted is void, except in ranked contests, where the ranks before it still count and the reader kept them
  // alone.
  const bool ranked = contest < table.contests.size() && table.contests[contest].ranked;
  for (const records::CvrCard& c : table.cards) {
    const records::CvrCardContest* on = table.contest_on(c, contest);
    const std::uint32_t p = on == nullptr ? VotePatterns::kAbsent : out.patterns.intern(table.marks_of(*on), on->overvotes > 0 && !ranked);
    out.card.push_back(p);
    if (p >= out.counts.size()) out.counts.resize(p + 1, 0);
    ++out.counts[p];
  }
  return out;
}

double assort(const Assertion& a, std::span<const CvrMark> marks) {
  if (a.votes_allowed > 0 && assorter_votes(a, marks) > a.votes_allowed) return 0.5;
  switch (a.kind) {
    case AssorterKind::pairwise: return assorter_between(assorter_rank(marks, a.winner) > 0, assorter_rank(marks, a.loser) > 0);
    case AssorterKind::above_share:
    case AssorterKind::below_share: return assorter_share(a, marks);
    case AssorterKind::score: {
      const double w = std::min<double>(assorter_rank(marks, a.winner), a.max_score),
                   l = std::min<double>(assorter_rank(marks, a.loser), a.max_score);
      return (w - l + a.max_score) / (2 * a.max_score);
    }
    case AssorterKind::borda:
      return (assorter_borda_points(a, marks, a.winner) - assorter_borda_points(a, marks, a.loser) + a.max_score) / (2 * a.max_score);
    case AssorterKind::more_points: {
      const std::uint32_t w = assorter_rank(marks, a.winner), l = assorter_rank(marks, a.loser);
      return assorter_between(w > l, l > w);
    }
    case AssorterKind::winner_only: {
      const std::uint32_t w = assorter_rank(marks, a.winner), l = assorter_rank(marks, a.loser);
      return assorter_between(w == 1, l > 0 && (w == 0 || l < w));
    }
    case AssorterKind::irv_elimination: {
      const std::uint32_t first = assorter_first_standing(a, marks);
      return assorter_between(first == a.winner, first == a.loser);
    }
    case AssorterKind::averages: return assorter_averages(a, marks);
  }
  return 0.5;
}

std::vector<double> assort_patterns(const Assertion& assertion, const VotePatterns& patterns) {
  std::vector<double> values(patterns.size(), 0.5);
  for (std::uint32_t p = VotePatterns::kPhantom + 1; p < patterns.size(); ++p) values[p] = assort(assertion, patterns.marks(p));
  return values;
}

AssorterMean assorter_mean(std::span<const double> values, std::span<const std::uint64_t> counts, CardStyle style) {
  AssorterMean result;
  double sum = 0;
  for (std::size_t p = style == CardStyle::used ? VotePatterns::kPhantom : VotePatterns::kAbsent; p < counts.size(); ++p) {
    sum += values[p] * static_cast<double>(counts[p]);
    result.cards += counts[p];
  }
  if (result.cards > 0) result.mean = sum / static_cast<double>(result.cards);
  result.margin = 2 * result.mean - 1;
  return result;
}

Result<double> margin_from_tally(const Assertion& a, std::span<const std::uint64_t> tally, std::uint64_t cards) {
  if (a.winner >= tally.size() || a.loser >= tally.size() || cards == 0) return fail("the totals lack a choice, or there are no cards");
  const auto votes = [&](std::uint32_t choice) { return static_cast<double>(tally[choice]); };
  const auto n = static_cast<double>(cards);
  double valid = 0;
  for (std::uint64_t v : tally) valid += static_cast<double>(v);
  switch (a.kind) {
    case AssorterKind::pairwise: return (votes(a.winner) - votes(a.loser)) / n;
    case AssorterKind::score:
    case AssorterKind::borda: return (votes(a.winner) - votes(a.loser)) / (a.max_score * n);
    case AssorterKind::above_share: return valid / n * (votes(a.winner) / (valid * a.share) - 1);
    case AssorterKind::below_share: return valid / n * ((valid - votes(a.loser)) / (valid * (1 - a.share)) - 1);
    case AssorterKind::averages: return a.loser_divisor * (votes(a.winner) / a.winner_divisor - votes(a.loser) / a.loser_divisor) / n;
    case AssorterKind::more_points:
    case AssorterKind::winner_only:
    case AssorterKind::irv_elimination: break;
  }
  return fail("totals do not decide \"" + a.name + "\"", {}, "take the margin from cast vote records");
}

double paper_value(std::span<const double> values, std::uint32_t mvr_pattern, CardStyle style) {
  if (mvr_pattern == VotePatterns::kPhantom) return 0;
  if (mvr_pattern == VotePatterns::kAbsent) return style == CardStyle::used ? 0 : 0.5;
  return values[mvr_pattern];
}

std::vector<double> pool_means(std::span<const double> values, std::span<const std::uint32_t> cards, std::span<const std::uint32_t> pools,
                               std::uint32_t pool_count, CardStyle style) {
  std::vector<double> sums(pool_count, 0);
  std::vector<std::uint64_t> counts(pool_count, 0);
  for (std::size_t i = 0; i < cards.size() && i < pools.size(); ++i) {
    if (pools[i] >= pool_count || (style == CardStyle::used && cards[i] == VotePatterns::kAbsent)) continue;
    sums[pools[i]] += values[cards[i]];
    ++counts[pools[i]];
  }
  for (std::uint32_t p = 0; p < pool_count; ++p)
    sums[p] = counts[p] == 0 ? std::numeric_limits<double>::quiet_NaN() : sums[p] / static_cast<double>(counts[p]);
  return sums;
}

void assort_cards(std::span<const double> values, std::span<const std::uint32_t> cards, std::span<double> out) {
  const double* table = values.data();
  for (std::size_t i = 0; i < cards.size(); ++i) out[i] = table[cards[i]];
}

}  // namespace entente::measures::p3_elections::risk
