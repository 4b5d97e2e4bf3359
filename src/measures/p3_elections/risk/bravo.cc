// With s the winner's share of a pair, a vote for the winner multiplies T by 2s, one for the loser by 2(1−s); p = 1/T. Sizes: Wald's
// expected sample number, and for quantiles the n at which the (1−probability) quantile of the winner's votes meets the stopping line.
#include "measures/p3_elections/risk/bravo.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "measures/p3_elections/risk/binomial.h"

namespace entente::measures::p3_elections::risk {
namespace {

std::uint64_t bravo_votes(std::span<const std::uint64_t> sample, std::uint32_t choice) {
  return choice < sample.size() ? sample[choice] : 0;
}

// The logarithms of the two factors and how far ln T still is from ln(1/limit).
struct BravoLine {
  Decimal winner_share, loser_share;  // of the pair
  Decimal plus, minus, threshold, both;
};
BravoLine bravo_line(const Decimal& limit, const Decimal& winner, const Decimal& loser, std::uint64_t sample_winner,
                     std::uint64_t sample_loser) {
  const Decimal half = Decimal::from_double(0.5), one = 1;
  BravoLine l;
  l.both = winner + loser;
  l.winner_share = winner / l.both;
  l.loser_share = one - l.winner_share;
  l.plus = (l.winner_share / half).ln();
  l.minus = (l.loser_share / half).ln();
  const auto count = [](std::uint64_t n) { return Decimal(static_cast<std::int64_t>(n)); };
  l.threshold = (one / limit).ln() - (count(sample_winner) * l.plus + count(sample_loser) * l.minus);
  return l;
}

// Python's round(x, 2).
double bravo_two_decimals(double x) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2f", x);
  return std::strtod(text, nullptr);
}

}  // namespace

Decimal bravo_statistic(double pair_share, std::uint64_t winner_votes, std::uint64_t loser_votes) {
  Decimal t = 1;
  if (winner_votes > 0) t *= Decimal::from_double(pair_share / 0.5).pow(winner_votes);
  if (loser_votes > 0) t *= Decimal::from_double((1 - pair_share) / 0.5).pow(loser_votes);
  return t;
}

double bravo_log_ratio_without_replacement(std::int64_t winner, std::int64_t loser, std::int64_t winner_votes, std::int64_t loser_votes) {
  const double half = static_cast<double>(winner + loser) / 2;
  double sum = 0;
  for (std::int64_t i = 0; i < winner_votes; ++i) sum += std::log(static_cast<double>(winner - i) / (half - static_cast<double>(i)));
  for (std::int64_t j = 0; j < loser_votes; ++j) sum += std::log(static_cast<double>(loser - j) / (half - static_cast<double>(j)));
  return sum;
}

double bravo_log_ratio_with_replacement(double pair_share, std::int64_t winner_votes, std::int64_t loser_votes) {
  return static_cast<double>(winner_votes) * std::log(2 * pair_share) + static_cast<double>(loser_votes) * std::log(2 * (1 - pair_share));
}

std::int64_t bravo_kmin(double limit, double pair_share, std::int64_t n) {
  const double up = std::log(2 * pair_share), down = std::log(2 * (1 - pair_share));
  return static_cast<std::int64_t>(std::ceil((-std::log(limit) - static_cast<double>(n) * down) / (up - down)));
}

double PollingRisk::risk() const {
  double worst = pairs.empty() && !full_count ? 1 : 0;
  for (const PairRisk& p : pairs) worst = std::max(worst, p.risk);
  return worst;
}

PollingRisk bravo_risk(const Decimal& limit, const Contest& contest, std::span<const std::uint64_t> sample) {
  PollingRisk out;
  out.confirmed = true;
  const std::uint64_t votes = std::accumulate(sample.begin(), sample.end(), std::uint64_t{0});
  const bool all = out.full_count = votes >= static_cast<std::uint64_t>(contest.totals().ballots);
  for (const Pair& pair : contest.pairs()) {
    if (all) {
      out.pairs.push_back({pair, 0});
      continue;
    }
    const Decimal t = bravo_statistic(contest.pair_share(pair), bravo_votes(sample, pair.winner), bravo_votes(sample, pair.loser));
    const Decimal p = t > Decimal(0) ? Decimal(1) / t : Decimal(1);
    out.pairs.push_back({pair, std::min(p.to_double(), 1.0)});
    if (p > limit) out.confirmed = false;
  }
  if (out.pairs.empty() && !all) out.confirmed = Decimal(1) <= limit;  // nobody lost: T stays 1
  return out;
}

double bravo_probability(const Decimal& limit, const Decimal& winner, const Decimal& loser, std::uint64_t sample_winner,
                         std::uint64_t sample_loser, std::int64_t size) {
  const BravoLine l = bravo_line(limit, winner, loser, sample_winner, sample_loser);
  if (l.threshold <= Decimal(0)) return 0;
  const Decimal n = Decimal(size) * l.both;
  const Decimal needed = (l.threshold - l.minus * n) / (l.plus - l.minus);
  const Decimal z = (needed - n * l.winner_share) / (n * l.winner_share * l.loser_share).sqrt();
  return bravo_two_decimals(normal_cdf(-z.to_double()));
}

std::int64_t bravo_quantile_size(const Decimal& limit, const Decimal& winner, const Decimal& loser, std::uint64_t sample_winner,
                                 std::uint64_t sample_loser, double probability, std::int64_t ballots) {
  const BravoLine l = bravo_line(limit, winner, loser, sample_winner, sample_loser);
  if (l.threshold <= Decimal(0)) return 0;
  const Decimal z = Decimal::from_double(-normal_quantile(probability)), two = 2, four = 4;
  const Decimal d = l.winner_share * l.loser_share;
  const Decimal f = l.threshold / (l.plus - l.minus);
  const Decimal g = l.minus / (l.plus - l.minus) + l.winner_share;
  const Decimal a = g.pow(2), b = (z.pow(2) * d + two * f * g).negated(), c = f.pow(2);
  const Decimal discriminant = b.pow(2) - four * a * c;
  const Decimal root = discriminant > Decimal(0) ? discriminant.sqrt() : Decimal(0);
  const Decimal minus_b = b.negated();
  std::int64_t size = ((probability > 0.5 ? minus_b + root : minus_b - root) / (two * a)).floor();
  const double share = l.winner_share.to_double();
  // The estimate is near but no guarantee: search upwards, in extreme cases no further than all ballots.
  while (size <= 0 || size < ballots) {
    const Decimal quantile = binomial_quantile(1.0 - probability, size, share);
    if (size > 0 && quantile * l.plus + (Decimal(size) - quantile) * l.minus >= l.threshold) break;
    ++size;
  }
  return (Decimal(size) / l.both).ceil();
}

Result<SampleSize> bravo_expected_size(const Decimal& limit, const Contest& contest, std::span<const std::uint64_t> sample) {
  if (contest.tied()) return fail("Cannot compute ASN for a tied contest");
  if (contest.losers().empty()) return fail("Cannot compute ASN for a contest with no losers");
  const Decimal two = 2;
  std::int64_t size = 0;
  Pair worst;
  for (const Pair& pair : contest.pairs()) {
    const Decimal w = Decimal::from_double(contest.proportion(pair.winner)), l = Decimal::from_double(contest.proportion(pair.loser));
    if (l.is_zero()) continue;  // a loser without votes: the first ballots decide
    const Decimal t = bravo_statistic(contest.pair_share(pair), bravo_votes(sample, pair.winner), bravo_votes(sample, pair.loser));
    const Decimal share = w / (w + l), z_w = (two * share).ln(), z_l = (two - two * share).ln();
    const Decimal needed = ((Decimal(1) / limit / t).ln() + z_w / two) / (w * z_w + l * z_l);
    if (needed.ceil() > size) size = needed.ceil(), worst = pair;
  }
  if (size == 0) return fail("Sample indicates the audit is over");
  SampleSize out{"asn", size};
  if (contest.winners().size() == 1)
    out.probability = bravo_probability(limit, Decimal::from_double(contest.proportion(worst.winner)),
                                        Decimal::from_double(contest.proportion(worst.loser)), bravo_votes(sample, worst.winner),
                                        bravo_votes(sample, worst.loser), size);
  return out;
}

Result<std::vector<SampleSize>> bravo_sample_sizes(const Decimal& limit, const Contest& contest, std::span<const std::uint64_t> sample,
                                                   std::int64_t sampled) {
  const std::int64_t ballots = contest.totals().ballots;
  const std::vector<SampleSize> all{{"all-ballots", ballots}};
  if (limit.is_zero()) return all;
  if (sampled >= ballots) return fail("All ballots have already been audited!");
  if (contest.losers().empty()) return fail("Contest must have candidates who did not win!");
  if (contest.tied()) return all;
  if (contest.votes(contest.losers().front()) == 0) return std::vector<SampleSize>{{"asn", 1, 1.0}};  // nobody else got a vote
  ENTENTE_TRY(SampleSize expected, bravo_expected_size(limit, contest, sample));
  std::vector<SampleSize> out{std::move(expected)};
  if (contest.totals().winners != 1) return out;
  for (const double quantile : {0.7, 0.8, 0.9}) {
    std::int64_t size = 0;
    for (const Pair& pair : contest.pairs()) {
      const Decimal w = Decimal::from_double(contest.proportion(pair.winner)), l = Decimal::from_double(contest.proportion(pair.loser));
      if (l.is_zero()) continue;
      size = std::max(
          size, bravo_quantile_size(limit, w, l, bravo_votes(sample, pair.winner), bravo_votes(sample, pair.loser), quantile, ballots));
    }
    if (size == 0) continue;
    out.push_back({quantile == 0.7 ? "0.7" : quantile == 0.8 ? "0.8" : "0.9", size, quantile});
    if (quantile == 0.9 && ballots > 100'000 && static_cast<double>(size) >= static_cast<double>(ballots) * 0.25) return all;
  }
  return out;
}

}  // namespace entente::measures::p3_elections::risk
