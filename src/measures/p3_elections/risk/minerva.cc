// Distributions are kept as windows around their bulk. Binomial weights are found from the mode by the ratio of neighbours. For a first
// round nothing is tabulated: tails are incomplete beta functions, and the smallest k is bisected.
#include "measures/p3_elections/risk/minerva.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "measures/p3_elections/risk/binomial.h"

namespace entente::measures::p3_elections::risk {
namespace {

constexpr double kMinervaSmallest = 1e-300;
constexpr double kMinervaApproximateBelow = 0.015;  // margins; athena's approximation_threshold

// ln of the ratio N(k)/A(k) of n ballots.
double minerva_log_ratio(std::int64_t k, std::int64_t n, double share) {
  return -(static_cast<double>(k) * std::log(2 * share) + static_cast<double>(n - k) * std::log(2 * (1 - share)));
}

// The smallest k with N(k) ≤ factor·A(k): the ratio falls in k.
std::int64_t minerva_ratio_kmin(std::int64_t n, double share, double factor) {
  const double slope = std::log(share / (1 - share));
  auto k = static_cast<std::int64_t>(std::ceil((-std::log(factor) - static_cast<double>(n) * std::log(2 * (1 - share))) / slope));
  while (k > 0 && minerva_log_ratio(k - 1, n, share) <= std::log(factor)) --k;
  while (minerva_log_ratio(k, n, share) > std::log(factor)) ++k;
  return k;
}

// The smallest k of [low, high] for which `holds`, which holds from some k on.
template <class F>
std::optional<std::int64_t> minerva_bisect(std::int64_t low, std::int64_t high, const F& holds) {
  if (low > high || !holds(high)) return std::nullopt;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (holds(middle))
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

}  // namespace

double VoteDistribution::at(std::int64_t k) const {
  return k < first || k >= first + static_cast<std::int64_t>(mass.size()) ? 0 : mass[static_cast<std::size_t>(k - first)];
}
double VoteDistribution::tail(std::int64_t k) const {
  double sum = 0;
  for (auto i = static_cast<std::int64_t>(mass.size()) - 1; i >= std::max<std::int64_t>(k - first, 0); --i)
    sum += mass[static_cast<std::size_t>(i)];
  return sum;
}
void VoteDistribution::cut(std::int64_t k) {
  mass.resize(static_cast<std::size_t>(std::clamp<std::int64_t>(k - first, 0, static_cast<std::int64_t>(mass.size()))));
}

VoteDistribution VoteDistribution::binomial(std::int64_t n, double share) {
  VoteDistribution out;
  if (n <= 0) return out;
  const auto mode = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(static_cast<double>(n + 1) * share)), 0, n);
  const double at_mode = binomial_mass(mode, n, share), odds = share / (1 - share);
  std::vector<double> down;
  double p = at_mode;
  for (std::int64_t k = mode; k > 0; --k) {
    p *= static_cast<double>(k) / (static_cast<double>(n - k + 1) * odds);
    if (p < kMinervaSmallest) break;
    down.push_back(p);
  }
  out.first = mode - static_cast<std::int64_t>(down.size());
  out.mass.assign(down.rbegin(), down.rend());
  out.mass.push_back(at_mode);
  p = at_mode;
  for (std::int64_t k = mode; k < n; ++k) {
    p *= static_cast<double>(n - k) * odds / static_cast<double>(k + 1);
    if (p < kMinervaSmallest) break;
    out.mass.push_back(p);
  }
  return out;
}

VoteDistribution VoteDistribution::after(const VoteDistribution& draws) const {
  VoteDistribution out;
  out.first = first + draws.first;
  out.mass.assign(mass.empty() ? 0 : mass.size() + draws.mass.size() - 1, 0.0);
  for (std::size_t i = 0; i < mass.size(); ++i) {
    const double weight = mass[i];
    double* const to = out.mass.data() + i;
    const double* const from = draws.mass.data();
    for (std::size_t j = 0; j < draws.mass.size(); ++j) to[j] += weight * from[j];
  }
  return out;
}

PairRounds::PairRounds(RoundRule rule, double share) : rule_(rule), share_(share) {}

void PairRounds::convolve(std::int64_t size, VoteDistribution& reported, VoteDistribution& tie) const {
  const std::int64_t drawn = size - (rounds_.empty() ? 0 : rounds_.back().size);
  reported = reported_.after(VoteDistribution::binomial(drawn, share_));
  tie = tie_.after(VoteDistribution::binomial(drawn, 0.5));
}

const PairRounds::Round& PairRounds::add(std::int64_t size) {
  convolve(size, last_reported_, last_tie_);
  Round round{size};
  // From the top down: the smallest k from which on the rule holds.
  const std::int64_t lowest = size / 2;
  double a = 0, n = 0;
  for (std::int64_t k = size; k >= lowest; --k) {
    const double at = last_reported_.at(k), at_tie = last_tie_.at(k);
    a += at, n += at_tie;
    const bool sum = rule_.test == RoundTest::bravo || rule_.limit * a >= n;
    const bool ratio = rule_.test == RoundTest::minerva || (rule_.test == RoundTest::bravo ? rule_.limit : rule_.delta) * at >= at_tie;
    if (!sum || !ratio) {
      if (a > 0 || n > 0) break;
      continue;
    }
    round.kmin = k;
    round.stop_probability = a, round.risk = n;
  }
  reported_ = last_reported_, tie_ = last_tie_;
  if (round.kmin) reported_.cut(*round.kmin), tie_.cut(*round.kmin);
  rounds_.push_back(round);
  return rounds_.back();
}

double PairRounds::p_value(std::int64_t k) const {
  if (rounds_.empty()) return 1;
  const double a = last_reported_.tail(k), n = last_tie_.tail(k);
  if (a > 0) return n / a;
  return rounds_.back().kmin && *rounds_.back().kmin < k ? 0 : std::numeric_limits<double>::infinity();
}

std::optional<std::int64_t> PairRounds::first_kmin(std::int64_t size) const {
  if (size <= 0) return std::nullopt;
  std::int64_t low = size / 2;
  if (rule_.test == RoundTest::bravo) {
    low = std::max(low, minerva_ratio_kmin(size, share_, rule_.limit));
    return low <= size ? std::optional(low) : std::nullopt;
  }
  if (rule_.test == RoundTest::athena) low = std::max(low, minerva_ratio_kmin(size, share_, rule_.delta));
  return minerva_bisect(
      low, size, [&](std::int64_t k) { return rule_.limit * binomial_tail(k - 1, size, share_) >= binomial_tail(k - 1, size, 0.5); });
}

std::optional<std::int64_t> PairRounds::next_kmin(std::int64_t size) const {
  if (rounds_.empty()) return first_kmin(size);
  PairRounds copy(rule_, share_);
  copy.rounds_ = {rounds_.back()};
  copy.reported_ = reported_, copy.tie_ = tie_;
  return copy.add(size).kmin;
}

double PairRounds::next_stop_probability(std::int64_t size, std::int64_t observed) const {
  const auto kmin = next_kmin(size);
  if (!kmin) return 0;
  if (rounds_.empty()) return binomial_tail(*kmin - 1, size, share_);
  return binomial_tail(*kmin - observed - 1, size - rounds_.back().size, share_);
}

std::int64_t PairRounds::next_size(double probability, std::int64_t observed) const {
  const double margin = 2 * share_ - 1;
  if (margin < kMinervaApproximateBelow) {
    const double a = -normal_quantile(probability), b = -normal_quantile(rule_.limit * probability);
    const double root = (a * std::sqrt(share_ * (1 - share_)) - .5 * b) / (share_ - .5);
    return static_cast<std::int64_t>(std::ceil(root * root));
  }
  const std::int64_t before = rounds_.empty() ? 0 : rounds_.back().size;
  std::int64_t high = before < 10'000 ? 10'000 : 2 * before;
  while (high < (std::int64_t{1} << 40) && next_stop_probability(high, observed) < probability) high *= 2;
  std::int64_t low = before + 1;
  while (high - low > 1) {
    const std::int64_t middle = (high + low) / 2;
    if (next_stop_probability(middle, observed) <= probability)
      low = middle;
    else
      high = middle;
  }
  return high;
}

PairRounds::Round first_round(const RoundRule& rule, double share, std::int64_t size) {
  PairRounds::Round out{size, PairRounds(rule, share).next_kmin(size)};
  if (!out.kmin) return out;
  out.stop_probability = binomial_tail(*out.kmin - 1, size, share);
  out.risk = binomial_tail(*out.kmin - 1, size, 0.5);
  return out;
}

FirstRoundSizes first_round_sizes(const RoundRule& rule, double share, double probability, std::int64_t most) {
  FirstRoundSizes out;
  std::optional<std::int64_t> before;  // with one ballot more kmin stays or grows by one
  for (std::int64_t n = 1; n <= most; ++n) {
    std::optional<std::int64_t> kmin;
    if (before && rule.test == RoundTest::minerva) {
      const bool stays = rule.limit * binomial_tail(*before - 1, n, share) >= binomial_tail(*before - 1, n, 0.5);
      kmin = stays ? before : std::optional(*before + 1);
    } else {
      kmin = PairRounds(rule, share).next_kmin(n);
    }
    const bool enough = kmin && binomial_tail(*kmin - 1, n, share) >= probability;
    if (enough && out.smallest == 0) out.smallest = n;
    if (!enough) out.from_then_on = n + 1;
    before = kmin;
  }
  return out;
}

}  // namespace entente::measures::p3_elections::risk
