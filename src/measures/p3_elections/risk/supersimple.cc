// p = Π over cards ((1 − 1/U) / (1 − e·V/2γ))^times, U = 2γ/μ, μ the diluted margin, V the margin in votes, e the card's relative
// overstatement (0 if understated). Sample sizes solve the same with expected numbers of discrepancies.
#include "measures/p3_elections/risk/supersimple.h"

#include <algorithm>
#include <numeric>

namespace entente::measures::p3_elections::risk {
namespace {

int supersimple_votes(const CardReading& reading, std::uint32_t choice) {
  return reading.has_contest && choice < reading.votes.size() ? reading.votes[choice] : 0;
}

int supersimple_overstatement(const Pair& pair, const CardReading& reported, const CardReading& audited) {
  if (!reported.found || !audited.found) return 2;
  const int winner = supersimple_votes(audited, pair.winner), loser = supersimple_votes(audited, pair.loser);
  const int marks = audited.has_contest ? std::accumulate(audited.votes.begin(), audited.votes.end(), 0) : 0;
  // A record that says "overvote" is right if the board saw two marks; else it is taken as a vote for each.
  if (reported.special == CardReading::Special::overvote) return marks > 1 ? 0 : loser - winner;
  if (reported.special == CardReading::Special::undervote) return marks < 1 ? 0 : loser - winner;
  return (supersimple_votes(reported, pair.winner) - winner) - (supersimple_votes(reported, pair.loser) - loser);
}

struct SupersimpleLogs {
  Decimal over1, over2, under1, under2;
};
const SupersimpleLogs& supersimple_logs() {
  static const SupersimpleLogs logs = [] {
    const Decimal& g = error_inflator();
    const Decimal one = 1, two = 2;
    return SupersimpleLogs{(one - one / (two * g)).ln(), (one - one / g).ln(), (one + one / (two * g)).ln(), (one + one / g).ln()};
  }();
  return logs;
}

struct SupersimpleRates {
  Decimal over1, over2, under1, under2;
};

SupersimpleRates supersimple_rates(const DiscrepancyCounts& seen) {
  if (seen.sampled > 0) {  // understatements are left out, to be conservative
    const Decimal n = seen.sampled;
    return {Decimal(seen.over1) / n, Decimal(seen.over2) / n, Decimal(0), Decimal(0)};
  }
  const Decimal one = Decimal::from_double(0.001), two = Decimal::from_double(0.0001);
  return {one, two, one, two};
}

// ln of the expected factor of one card; the test never stops where it is not negative.
Decimal supersimple_drift(const ComparisonMargin& margin, const SupersimpleRates& r) {
  const SupersimpleLogs& l = supersimple_logs();
  return (Decimal(1) - margin.diluted / (Decimal(2) * error_inflator())).ln() - r.over1 * l.over1 - r.over2 * l.over2 -
         r.under1 * l.under1 - r.under2 * l.under2;
}

}  // namespace

const Decimal& error_inflator() {
  static const Decimal gamma = Decimal::from_double(1.03905);
  return gamma;
}

ComparisonMargin ComparisonMargin::of(const Contest& contest) {
  const double diluted = contest.diluted_margin();
  return {Decimal::from_double(diluted * static_cast<double>(contest.totals().ballots)), Decimal::from_double(diluted),
          contest.totals().ballots};
}
ComparisonMargin ComparisonMargin::exact(std::int64_t votes, std::int64_t ballots) {
  return {Decimal(votes), Decimal(votes) / Decimal(ballots), ballots};
}

std::optional<Discrepancy> pair_discrepancy(const Contest& contest, const Pair& pair, const CardReading& reported,
                                            const CardReading& audited) {
  const int votes = supersimple_overstatement(pair, reported, audited);
  if (votes == 0) return std::nullopt;
  const std::int64_t margin = contest.margin(pair);
  return Discrepancy{votes, margin > 0 ? Decimal(votes) / Decimal(margin) : Decimal::infinity()};
}

std::optional<Discrepancy> card_discrepancy(const Contest& contest, const CardReading& reported, const CardReading& audited) {
  std::optional<Discrepancy> worst;
  for (const std::uint32_t winner : contest.winners())
    for (const std::uint32_t loser : contest.losers()) {
      auto found = pair_discrepancy(contest, {winner, loser}, reported, audited);
      if (found && (!worst || found->votes > worst->votes)) worst = std::move(found);
    }
  return worst;
}

ComparisonRisk comparison_risk(const Decimal& limit, const ComparisonMargin& margin, std::span<const ComparedError> errors,
                               std::vector<double>* path) {
  ComparisonRisk out;
  std::uint64_t draws = 0;
  const bool tie = margin.diluted.is_zero();
  const Decimal two_gamma = Decimal(2) * error_inflator();
  const Decimal clean = tie ? Decimal(1) : Decimal(1) - Decimal(1) / (two_gamma / margin.diluted);
  const Decimal scale = tie ? Decimal(1) : two_gamma / margin.votes;
  for (const ComparedError& error : errors) {
    draws += error.times;
    if (!tie) {
      const bool none = error.relative.is_negative() || error.relative.is_zero();
      const Decimal factor = none ? clean : clean / (Decimal(1) - error.relative / scale);
      out.p *= factor.pow(error.times);
    }
    if (path != nullptr) path->push_back(std::min(out.p.to_double(), 1.0));
  }
  if (draws >= static_cast<std::uint64_t>(margin.ballots)) return {0, 0, true};  // a full hand tally
  out.risk = std::min(out.p.to_double(), 1.0);
  out.confirmed = out.p > Decimal(0) && out.p < limit;
  return out;
}

ComparisonRisk comparison_risk(const Decimal& limit, const Contest& contest, std::span<const ComparedCard> cards,
                               std::vector<double>* path) {
  std::vector<ComparedError> errors;
  errors.reserve(cards.size());
  for (const ComparedCard& card : cards) {
    auto found = card_discrepancy(contest, card.reported, card.audited);
    errors.push_back({found ? std::move(found->relative) : Decimal(), card.times});
  }
  return comparison_risk(limit, ComparisonMargin::of(contest), errors, path);
}

Decimal minimum_sample(const Decimal& limit, const ComparisonMargin& margin, const Decimal& over1, const Decimal& over2,
                       const Decimal& under1, const Decimal& under2) {
  const SupersimpleLogs& l = supersimple_logs();
  const Decimal sum = limit.ln() + over1 * l.over1 + over2 * l.over2 + under1 * l.under1 + under2 * l.under2;
  const Decimal needed = (Decimal(-2) * error_inflator() * sum / margin.diluted).ceil();
  const Decimal seen = over1 + over2 + under1 + under2;
  return seen > needed ? seen : needed;
}

std::int64_t comparison_sample_size(const Decimal& limit, const Contest& contest, const DiscrepancyCounts& seen) {
  const std::int64_t ballots = contest.totals().ballots;
  if (limit.is_zero()) return ballots;
  const ComparisonMargin margin = ComparisonMargin::of(contest);
  const SupersimpleRates r = supersimple_rates(seen);
  const Decimal drift = supersimple_drift(margin, r);
  std::int64_t stop = ballots;
  if (drift < Decimal(0)) {
    const Decimal n = (limit.ln() / drift).ceil();
    const Decimal size = minimum_sample(limit, margin, (r.over1 * n).ceil(), (r.over2 * n).round_half_up(), (r.under1 * n).ceil(),
                                        (r.under2 * n).round_half_up());
    stop = std::min(size.floor(), ballots);
  }
  return std::max<std::int64_t>(stop - seen.sampled, 0);
}

std::int64_t irv_sample_size(const Decimal& limit, const ComparisonMargin& margin, const DiscrepancyCounts& seen) {
  if (limit.is_zero()) return margin.ballots;
  const SupersimpleRates r = supersimple_rates(seen);
  const Decimal drift = supersimple_drift(margin, r);
  std::int64_t stop = margin.ballots;
  if (drift < Decimal(0)) {
    const Decimal n = (limit.ln() / drift).ceil();
    stop = std::min(minimum_sample(limit, margin, (r.over1 * n).ceil(), r.over2, (r.under1 * n).ceil(), r.under2).floor(), margin.ballots);
  }
  return std::max<std::int64_t>(stop - seen.sampled, 0);
}

}  // namespace entente::measures::p3_elections::risk
