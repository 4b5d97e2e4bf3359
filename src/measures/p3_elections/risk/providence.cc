// Tails are incomplete beta functions, likelihood ratios logarithms: nothing is tabulated.
#include "measures/p3_elections/risk/providence.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "measures/p3_elections/risk/binomial.h"

namespace entente::measures::p3_elections::risk {
namespace {

struct ProvidencePair {
  double share, null;                    // null: ⌊ballots/2⌋/ballots, of sizes only
  std::int64_t k = 0, n = 0, drawn = 0;  // votes of the pair; all ballots
  double limit;

  // ln of null/reported for what was seen.
  [[nodiscard]] double seen() const {
    return static_cast<double>(k) * std::log(null / share) + static_cast<double>(n - k) * std::log((1 - null) / (1 - share));
  }
  // Probability that a round up to `size` ballots stops, given the votes so far.
  [[nodiscard]] double stop_probability(std::int64_t size) const {
    const std::int64_t draws = n == 0 && drawn == 0 ? size : size - drawn;
    if (draws < 0) return 0;
    const double ratio = std::exp(seen());
    const auto holds = [&](std::int64_t votes) {  // `votes` more for the winner stop
      return limit * binomial_tail(votes - 1, draws, share) >= ratio * binomial_tail(votes - 1, draws, null);
    };
    // R2B2 looks from the middle of its table upwards, and finds nothing where less would do.
    std::int64_t low = (k + draws + 1) / 2 - k;
    if (low > draws || holds(std::max<std::int64_t>(low, 0) - 1)) return 0;
    low = std::max<std::int64_t>(low, 0);
    std::int64_t high = draws;
    if (!holds(high)) return 0;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (holds(middle))
        high = middle;
      else
        low = middle + 1;
    }
    return binomial_tail(low - 1, draws, share);
  }
};

std::int64_t providence_bisect(const ProvidencePair& pair, std::int64_t low, std::int64_t high, double probability) {
  while (true) {
    if (low > high) return 0;
    const std::int64_t middle = (low + high) / 2;
    const bool enough = pair.stop_probability(middle) >= probability;
    if (high - low <= 1) {
      if (enough) return middle;
      return pair.stop_probability(middle + 1) >= probability ? middle + 1 : 0;
    }
    if (enough)
      high = middle;
    else
      low = middle;
  }
}

std::int64_t providence_pair_size(const ProvidencePair& pair, double probability) {
  std::int64_t top = 10;
  while (pair.drawn > 0 && top <= pair.n + 1) top *= 10;
  const std::int64_t first_top = top;
  if (pair.stop_probability(pair.n + 1) >= probability) return pair.n + 1;
  for (; top < 10'000'000; top *= 10) {
    const std::int64_t low = top == first_top ? pair.n + 1 : top / 10;
    if (const std::int64_t found = providence_bisect(pair, low, top, probability); found > 0) return found;
  }
  return 0;
}

std::int64_t providence_votes(const PolledRound& round, std::uint32_t choice) {
  return choice < round.votes.size() ? static_cast<std::int64_t>(round.votes[choice]) : 0;
}

double providence_share(const Contest& contest, const Pair& pair) {
  const auto winner = static_cast<double>(contest.votes(pair.winner));
  return winner / (winner + static_cast<double>(contest.votes(pair.loser)));
}

}  // namespace

double providence_p(double share, std::int64_t k_before, std::int64_t n_before, std::int64_t k, std::int64_t n) {
  const double seen =
      static_cast<double>(k_before) * std::log(0.5 / share) + static_cast<double>(n_before - k_before) * std::log(0.5 / (1 - share));
  const double reported = binomial_tail(k - k_before - 1, n - n_before, share), tie = binomial_tail(k - k_before - 1, n - n_before, 0.5);
  return reported > 0 ? std::exp(seen) * (tie / reported) : 0;
}

Result<ProvidenceRisk> providence_risk(double limit, const Contest& contest, std::span<const PolledRound> rounds) {
  if (!(limit > 0 && limit < 1)) return fail("The risk-limit must be greater than zero and less than 100!");
  const auto pairs = contest.pairs();
  if (pairs.empty()) return fail("nobody lost in contest \"" + contest.totals().name + "\"");
  std::vector<double> largest(rounds.size());
  for (const Pair& pair : pairs) {
    const double share = providence_share(contest, pair);
    std::int64_t k = 0, n = 0;
    for (std::size_t i = 0; i < rounds.size(); ++i) {
      const std::int64_t winner = providence_votes(rounds[i], pair.winner), loser = providence_votes(rounds[i], pair.loser);
      largest[i] = std::max(largest[i], providence_p(share, k, n, k + winner, n + winner + loser));
      k += winner, n += winner + loser;
    }
  }
  ProvidenceRisk out;
  for (const double p : largest) out.risk = std::min(out.risk, p);
  out.confirmed = out.risk <= limit;
  return out;
}

Result<std::vector<SampleSize>> providence_sizes(double limit, const Contest& contest, std::span<const PolledRound> rounds) {
  std::vector<SampleSize> out{{"0.7", 0, 0.7}, {"0.8", 0, 0.8}, {"0.9", 0, 0.9}};
  std::int64_t drawn = 0;
  for (const PolledRound& round : rounds) drawn += round.ballots;
  for (const Pair& pair : contest.pairs()) {
    const std::int64_t both = contest.votes(pair.winner) + contest.votes(pair.loser);
    if (contest.margin(pair) <= 0 || contest.votes(pair.loser) == 0)
      return fail("contest \"" + contest.totals().name + "\" has a pair without two shares");
    ProvidencePair p{providence_share(contest, pair), static_cast<double>(both / 2) / static_cast<double>(both), 0, 0, drawn, limit};
    for (const PolledRound& round : rounds) {
      p.k += providence_votes(round, pair.winner);
      p.n += providence_votes(round, pair.winner) + providence_votes(round, pair.loser);
    }
    for (SampleSize& s : out) {
      const std::int64_t size = providence_pair_size(p, *s.probability);
      if (size == 0) return fail("no round below ten million ballots would stop with that probability");
      const double scale = static_cast<double>(contest.totals().ballots) / static_cast<double>(both);
      s.size = std::max(s.size, static_cast<std::int64_t>(std::ceil(static_cast<double>(size) * scale)));
    }
  }
  return out;
}

}  // namespace entente::measures::p3_elections::risk
