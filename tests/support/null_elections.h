// Elections whose reported winner did not win, audited again and again: how often does a test confirm them? Each function plays `runs`
// audits of one test at risk limit 0.05 or 0.1 under a null at the edge (a tie: the hardest) and gives how many confirmed the wrong outcome
// at any look the test allows. Used by the bench (10^6 runs) and, with few, by a unit test.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "measures/p3_elections/risk/bravo.h"
#include "measures/p3_elections/risk/exact.h"
#include "measures/p3_elections/risk/macro.h"
#include "measures/p3_elections/risk/minerva.h"
#include "measures/p3_elections/risk/nonneg_mean.h"
#include "measures/p3_elections/risk/providence.h"
#include "measures/p3_elections/risk/stratified.h"
#include "measures/p3_elections/risk/suite.h"
#include "measures/p3_elections/risk/supersimple.h"

namespace entente::test::null_elections {

namespace risk = measures::p3_elections::risk;

// xoshiro256++ (Blackman, Vigna), seeded by splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (std::uint64_t& s : state_) {
      std::uint64_t z = (seed += 0x9e3779b97f4a7c15);
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      s = z ^ (z >> 31);
    }
  }
  std::uint64_t bits() {
    const std::uint64_t out = std::rotl(state_[0] + state_[3], 23) + state_[0], t = state_[1] << 17;
    state_[2] ^= state_[0], state_[3] ^= state_[1], state_[1] ^= state_[2], state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return out;
  }
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  std::uint64_t below(std::uint64_t n) { return static_cast<std::uint64_t>(uniform() * static_cast<double>(n)); }
  // Heads of n fair coins.
  std::int64_t heads(std::int64_t n) {
    std::int64_t out = 0;
    for (; n >= 64; n -= 64) out += std::popcount(bits());
    return n > 0 ? out + std::popcount(bits() >> (64 - n)) : out;
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

struct Played {
  std::string test, null;
  double limit = 0.05;
  std::uint64_t runs = 0, confirmed = 0;
  [[nodiscard]] double rate() const { return static_cast<double>(confirmed) / static_cast<double>(runs); }
  // Three standard deviations above the limit.
  [[nodiscard]] double bound() const { return limit + 3 * std::sqrt(limit * (1 - limit) / static_cast<double>(runs)); }
  [[nodiscard]] bool good() const { return rate() <= bound(); }
};

// BRAVO after every ballot, 2,000 at most; reported 55 to 45.
inline Played bravo_each_ballot(std::uint64_t runs, std::uint64_t seed) {
  Played out{"BRAVO, after every ballot", "a tie, reported 55 : 45", 0.05, runs};
  constexpr std::int64_t kBallots = 2000;
  std::vector<std::int64_t> kmin(kBallots + 1);
  for (std::int64_t n = 1; n <= kBallots; ++n) kmin[static_cast<std::size_t>(n)] = risk::bravo_kmin(0.05, 0.55, n);
  Random random(seed);
  for (std::uint64_t run = 0; run < runs; ++run) {
    std::int64_t k = 0;
    std::uint64_t coins = 0;
    for (std::int64_t n = 1; n <= kBallots; ++n, coins >>= 1) {
      if (n % 64 == 1) coins = random.bits();
      k += static_cast<std::int64_t>(coins & 1);
      if (k >= kmin[static_cast<std::size_t>(n)]) {
        ++out.confirmed;
        break;
      }
    }
  }
  return out;
}

// A test by rounds: stops where the votes reach kmin.
inline Played by_rounds(const char* name, risk::RoundTest test, std::uint64_t runs, std::uint64_t seed) {
  Played out{name, "a tie, reported 60 : 40, rounds of 100, 200, 400, 800", 0.1, runs};
  risk::PairRounds pair({test, 0.1, 1.0}, 0.6);
  std::vector<risk::PairRounds::Round> rounds;
  for (const std::int64_t size : {100, 200, 400, 800}) rounds.push_back(pair.add(size));
  Random random(seed);
  for (std::uint64_t run = 0; run < runs; ++run) {
    std::int64_t k = 0, n = 0;
    for (const auto& round : rounds) {
      k += random.heads(round.size - n);
      n = round.size;
      if (round.kmin && k >= *round.kmin) {
        ++out.confirmed;
        break;
      }
    }
  }
  return out;
}

// Providence with an adversary who takes small rounds after a lucky one and large ones after an unlucky one.
inline Played providence(std::uint64_t runs, std::uint64_t seed) {
  Played out{"Providence, sizes chosen after each round", "a tie, reported 60 : 40", 0.1, runs};
  std::map<std::array<std::int64_t, 4>, double> known;
  Random random(seed);
  for (std::uint64_t run = 0; run < runs; ++run) {
    std::int64_t k = 0, n = 0;
    for (int round = 0; round < 4; ++round) {
      const std::int64_t size = round == 0 ? 50 : 2 * k > n + n / 20 ? 20 : 100;
      const std::int64_t heads = random.heads(size);
      const auto [it, fresh] = known.try_emplace({k, n, heads, size});
      if (fresh) it->second = risk::providence_p(0.6, k, n, k + heads, n + size);
      k += heads, n += size;
      if (it->second <= 0.1) {
        ++out.confirmed;
        break;
      }
    }
  }
  return out;
}

// Kaplan–Markov on cards, after every card: reported margin 4 %, wiped out by cards that hide one or two votes.
inline Played comparison_each_card(const char* name, int overstatement, risk::Understatements understatements, std::uint64_t runs,
                                   std::uint64_t seed) {
  const double margin = 0.04, understated = understatements == risk::Understatements::credited ? 0.002 : 0;
  Played out{name, overstatement == 2 ? "4 % reported, 2 % of cards off by two votes" : "4 % reported, 4 % of cards off by one vote", 0.05,
             runs};
  const auto factors = risk::kaplan_markov_factors(4000, 100'000, {1, 1, 1, 1, 1}, understatements).value();
  std::array<double, 5> log{};
  for (std::size_t i = 0; i < factors.size(); ++i)
    log[i] = std::log(static_cast<double>(factors[i].numerator) / static_cast<double>(factors[i].denominator));
  const double rate = (margin + understated) / overstatement, target = std::log(0.05);
  Random random(seed);
  for (std::uint64_t run = 0; run < runs; ++run) {
    double p = 0;
    for (int n = 0; n < 400; ++n) {
      const double x = random.uniform();
      p += log[0];
      if (x < rate)
        p += log[static_cast<std::size_t>(overstatement)];
      else if (x < rate + understated)
        p += log[3];
      if (p <= target) {
        ++out.confirmed;
        break;
      }
    }
  }
  return out;
}

// MACRO after every draw: 40 batches of 60 : 40 of which 20 % hide all the error they can, so that the truth is a tie.
inline Played macro_each_draw(std::uint64_t runs, std::uint64_t seed) {
  Played out{"MACRO batch comparison, after every draw", "60 : 40 reported in 40 batches, a tie in truth", 0.1, runs};
  const auto contest = risk::Contest::make({"c", 4000, 1, 1, 0, risk::WinRule::plurality, {{"A", 2400}, {"B", 1600}}}).value();
  const std::vector<risk::BatchTally> reported(40, {true, {60, 40}, 100});
  const double bound = risk::batch_error_bound(contest, reported[0], 0).to_double(),
               total = risk::total_error_bound(contest, reported).to_double();
  std::vector<double> log(40);
  for (std::size_t i = 0; i < 40; ++i) {
    // 800 votes of overstatement in all: 70 in each of ten batches, 10 in each of ten more.
    const double hidden = i < 10 ? 70 : i < 20 ? 10 : 0;
    const risk::BatchTally counted{true, {60 - hidden / 2, 40 + hidden / 2}, 0};
    const auto error = risk::batch_error(contest, reported[i], counted, 0);
    log[i] = std::log((1 - 1 / total) / (1 - (error ? error->relative.to_double() : 0) / bound));
  }
  Random random(seed);
  const double target = std::log(0.1);
  for (std::uint64_t run = 0; run < runs; ++run) {
    double p = 0;
    for (int n = 0; n < 60; ++n) {
      p += log[random.below(40)];  // equal bounds: equal chances
      if (p <= target) {
        ++out.confirmed;
        break;
      }
    }
  }
  return out;
}

// SUITE, one look: 60 ballots polled, 16 cards compared; the truth is a tie, all the error lies in the comparison stratum. (Its p-values
// are far from uniform: they are the worst over every way the error could be split.)
inline Played suite_once(std::uint64_t runs, std::uint64_t seed) {
  Played out{"SUITE, one look", "70 : 30 reported in two strata, a tie in truth", 0.1, runs};
  const auto contest = risk::Contest::make({"c", 10'000, 1, 1, 0, risk::WinRule::plurality, {{"A", 7000}, {"B", 3000}}}).value();
  const risk::PollingStratum polling{4000, {2800, 1200}, {0, 0}, 60};
  const risk::ComparisonStratum comparison{6000, {4200, 1800}, {{}}, 16};
  std::map<std::array<std::int64_t, 2>, bool> known;
  Random random(seed);
  for (std::uint64_t run = 0; run < runs; ++run) {
    std::int64_t winner = 0, twos = 0;
    for (std::int64_t i = 0; i < 60; ++i)
      winner += random.uniform() < static_cast<double>(2800 - winner) / static_cast<double>(4000 - i) ? 1 : 0;
    for (int i = 0; i < 16; ++i) twos += random.uniform() < 2000.0 / 6000 ? 1 : 0;  // 2,000 cards of two votes
    const auto [it, fresh] = known.try_emplace({winner, twos}, false);
    if (fresh) {
      risk::PollingStratum p = polling;
      p.sample = {winner, 60 - winner};
      it->second = risk::fisher_maximum(0.1, contest, p, comparison, {0, 1}, {0, twos, 0, 0}).value() <= 0.1;
    }
    out.confirmed += it->second ? 1 : 0;
  }
  return out;
}

// A test of a mean, after every draw: values of a population whose mean is exactly the null mean.
inline Played mean_each_draw(const char* name, const char* null, const risk::TestOptions& options, const std::vector<double>& population,
                             int draws, std::uint64_t runs, std::uint64_t seed) {
  Played out{name, null, 0.05, runs};
  Random random(seed);
  std::vector<double> left = population;
  for (std::uint64_t run = 0; run < runs; ++run) {
    auto test = risk::NonnegMean::make(options).value();
    for (int n = 0; n < draws; ++n) {
      std::size_t pick = random.below(population.size());
      if (options.population) {  // without replacement: shuffle as we go
        pick = static_cast<std::size_t>(n) + random.below(population.size() - static_cast<std::size_t>(n));
        std::swap(left[static_cast<std::size_t>(n)], left[pick]);
        pick = static_cast<std::size_t>(n);
      }
      if (!test.add(left[pick])) break;
      if (test.p() <= 0.05) {
        ++out.confirmed;
        break;
      }
    }
  }
  return out;
}

// Union-intersection of two polled strata, one look at 24 and 40 ballots; the second hides that the contest was a tie.
inline Played union_intersection_once(std::uint64_t runs, std::uint64_t seed) {
  Played out{"Union-intersection of strata, one look", "a tie: 70 % and 30 % in two strata", 0.05, runs};
  std::map<std::array<std::size_t, 2>, bool> known;
  Random random(seed);
  for (std::uint64_t run = 0; run < runs; ++run) {
    std::array<std::size_t, 2> votes{};
    for (int i = 0; i < 24; ++i) votes[0] += random.uniform() < 0.7 ? 1 : 0;
    for (int i = 0; i < 40; ++i) votes[1] += random.uniform() < 0.3 ? 1 : 0;
    const auto [it, fresh] = known.try_emplace(votes, false);
    if (fresh) {
      std::vector<risk::Stratum> strata(2);
      for (std::size_t s = 0; s < 2; ++s) {
        strata[s].cards = 1000;
        strata[s].test.function = risk::RiskFunction::kaplan_wald;
        strata[s].test.g = 0.7;
        strata[s].values.assign(s == 0 ? 24 : 40, 0.0);
        std::fill_n(strata[s].values.begin(), votes[s], 1.0);
      }
      it->second = risk::stratified_risk(strata, risk::Combination::product).value().p <= 0.05;
    }
    out.confirmed += it->second ? 1 : 0;
  }
  return out;
}

inline std::vector<double> tied_ballots(std::size_t n) {
  std::vector<double> out(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) out[i] = i < 2 * n / 5 ? 1 : i < 4 * n / 5 ? 0 : 0.5;  // two fifths each, one fifth for neither
  return out;
}
// Overstatement values of a reported margin v, u_A = 1, with two-vote overstatements of v/2: mean 1/2.
inline std::vector<double> overstated_cards(std::size_t n, double v) {
  std::vector<double> out(n, 1 / (2 - v));
  for (std::size_t i = 0; i < static_cast<std::size_t>(std::llround(static_cast<double>(n) * v / 2)); ++i) out[i] = 0;
  return out;
}

// ONEAudit: 400 cards with right records (60 % for the winner), a pool of 100 reported as 60 % that holds 10 such ballots: a tie in truth.
inline std::vector<double> pooled_cards() {
  std::vector<double> out(400, 1 / 1.8);
  out.insert(out.end(), 10, 1.4 / 1.8);
  out.insert(out.end(), 90, 0.4 / 1.8);
  return out;
}

inline std::vector<Played> play_all(std::uint64_t runs, std::uint64_t seed) {
  using risk::RiskFunction;
  std::vector<Played> out{
      bravo_each_ballot(runs, seed),
      by_rounds("BRAVO at the end of rounds", risk::RoundTest::bravo, runs, seed + 1),
      by_rounds("Minerva", risk::RoundTest::minerva, runs, seed + 2),
      by_rounds("Athena", risk::RoundTest::athena, runs, seed + 3),
      providence(runs, seed + 4),
      comparison_each_card("Kaplan-Markov (Colorado), after every card", 2, risk::Understatements::credited, runs, seed + 5),
      comparison_each_card("SuperSimple (Arlo), after every card", 1, risk::Understatements::ignored, runs, seed + 6),
      macro_each_draw(runs, seed + 7),
      suite_once(runs, seed + 8)};
  const auto ballots = tied_ballots(500);
  const auto cards = overstated_cards(500, 0.2);
  risk::TestOptions o;
  o.population = 500;
  o.eta = 0.55;
  out.push_back(mean_each_draw("ALPHA, shrink_trunc, without replacement", "a tie of 500 ballots", o, ballots, 100, runs, seed + 9));
  o.population = std::nullopt;
  out.push_back(mean_each_draw("ALPHA, shrink_trunc, with replacement", "a tie", o, ballots, 100, runs, seed + 10));
  o.population = 500;
  o.function = RiskFunction::betting;
  o.bet = risk::Bet::agrapa;
  out.push_back(mean_each_draw("Betting, aGRAPA, without replacement", "a tie of 500 ballots", o, ballots, 100, runs, seed + 11));
  risk::TestOptions c;
  c.upper = 2 / (2 - 0.2);
  c.population = 500;
  c.estimator = risk::Estimator::optimal_comparison;
  out.push_back(
      mean_each_draw("ALPHA, optimal_comparison, cards", "20 % reported, 10 % of 500 cards off by two", c, cards, 60, runs, seed + 12));
  risk::TestOptions k;
  k.upper = 2 / (2 - 0.2);
  k.g = 0.1;
  k.function = RiskFunction::kaplan_markov;
  out.push_back(mean_each_draw("Kaplan-Markov of a mean", "20 % reported, 10 % of cards off by two", k, cards, 60, runs, seed + 13));
  k.function = RiskFunction::kaplan_wald;
  out.push_back(mean_each_draw("Kaplan-Wald of a mean", "20 % reported, 10 % of cards off by two", k, cards, 60, runs, seed + 14));
  k.population = 500;
  k.function = RiskFunction::kaplan_kolmogorov;
  out.push_back(mean_each_draw("Kaplan-Kolmogorov, without replacement", "20 % reported, 10 % of 500 cards off by two", k, cards, 60, runs,
                               seed + 15));
  risk::TestOptions p;
  p.upper = 2 / (2 - 0.2);
  p.population = 500;
  p.function = RiskFunction::betting;
  p.bet = risk::Bet::agrapa;
  out.push_back(mean_each_draw("ONEAudit, betting, without replacement", "a pool of 100 of 500 cards hides a tie", p, pooled_cards(), 80,
                               runs, seed + 16));
  out.push_back(union_intersection_once(runs, seed + 17));
  return out;
}

}  // namespace entente::test::null_elections
