// Sample sizes of SUITE: a hypothetical sample that looks like what was seen (or reported) is grown until its risk is below the limit, then
// bisected.
#include <algorithm>
#include <cmath>

#include "measures/p3_elections/risk/suite.h"

namespace entente::measures::p3_elections::risk {
namespace {

constexpr std::int64_t kSuiteSmallestSample = 5;

struct SuiteTrial {
  double limit;
  const Contest* contest;
  const PollingStratum* polling;
  const ComparisonStratum* comparison;
  Pair pair;
  Misstatements seen;
  double ratio;  // the comparison stratum's part of all ballots
};

std::int64_t suite_votes(const std::vector<std::int64_t>& values, std::uint32_t i) { return i < values.size() ? values[i] : 0; }

// `more` ballots of the polling stratum that look like those seen, or like the report: rounded down for the winner, up for the loser.
std::int64_t suite_expected(const SuiteTrial& t, std::int64_t n, std::uint32_t choice, bool winner) {
  const PollingStratum& s = *t.polling;
  const bool first = s.sampled == 0;
  const std::int64_t more = first ? n : n - s.sampled;
  const double of = static_cast<double>(first ? s.ballots : s.sampled);
  const double share = of == 0 ? 0 : static_cast<double>(first ? suite_votes(s.votes, choice) : suite_votes(s.sample, choice)) / of;
  const double votes = static_cast<double>(more) * share;
  return std::min(static_cast<std::int64_t>(winner ? votes : std::ceil(votes)), suite_votes(s.votes, choice));
}

Result<double> suite_try(const SuiteTrial& t, std::int64_t n) {
  const auto compared = static_cast<std::int64_t>(std::ceil(t.ratio * static_cast<double>(n)));
  const std::int64_t polled = n - compared, before = t.comparison->sampled;
  if (compared < before || polled < t.polling->sampled) return 1.0;
  const auto grown = [&](std::int64_t count, bool up) {
    const double rate = before == 0 ? 0 : static_cast<double>(count) / static_cast<double>(before);
    const double more = rate * static_cast<double>(n - before);
    return static_cast<std::int64_t>(up ? std::ceil(more) : std::floor(more)) + count;
  };
  const Misstatements expected{grown(t.seen.over1, true), grown(t.seen.over2, true), grown(t.seen.under1, false),
                               grown(t.seen.under2, false)};
  ComparisonStratum comparison = *t.comparison;
  comparison.sampled = compared;
  PollingStratum polling = *t.polling;
  polling.sample.resize(t.contest->totals().choices.size());
  polling.sample[t.pair.winner] += suite_expected(t, polled, t.pair.winner, true);
  polling.sample[t.pair.loser] += suite_expected(t, polled, t.pair.loser, false);
  polling.sampled = std::min(polling.ballots, polled);
  return fisher_maximum(t.limit, *t.contest, polling, comparison, t.pair, expected);
}

Result<HybridSize> suite_pair_size(const SuiteTrial& t) {
  const bool first = t.polling->sampled == 0 && t.comparison->sampled == 0;
  const double growth = first ? 2.0 : 1.1;  // CORLA18's first estimate and its escalation
  const auto split = [&](std::int64_t n) {
    const auto compared = static_cast<std::int64_t>(std::ceil(t.ratio * static_cast<double>(n)));
    return HybridSize{n - compared, compared};
  };
  std::int64_t n = std::max(kSuiteSmallestSample, t.comparison->sampled + t.polling->sampled);
  for (double p = 1; p > t.limit;) {
    n = std::max(static_cast<std::int64_t>(growth * static_cast<double>(n)), n);
    if (n > t.contest->totals().ballots) return split(t.contest->totals().ballots);
    if (growth < 2 && static_cast<std::int64_t>(growth * static_cast<double>(n)) == n) ++n;  // never stand still
    ENTENTE_TRY(p, suite_try(t, n));
  }
  double low = static_cast<double>(n) / growth;
  std::int64_t high = n;
  for (double p = 1; p > t.limit || p < 0.8 * t.limit;) {
    const auto middle = static_cast<std::int64_t>(std::floor((low + static_cast<double>(high)) / 2));
    if (static_cast<double>(middle) == low || middle == high) break;
    ENTENTE_TRY(p, suite_try(t, middle));
    if (p <= t.limit)
      high = middle;
    else
      low = static_cast<double>(middle);
  }
  return split(high);
}

}  // namespace

Result<HybridSize> hybrid_sample_size(double limit, const Contest& contest, const PollingStratum& polling,
                                      const ComparisonStratum& comparison) {
  const auto pairs = contest.pairs();
  if (pairs.empty()) return fail("contest \"" + contest.totals().name + "\" has no loser");
  if (polling.ballots + comparison.ballots <= 0) return fail("the strata have no ballots");
  const double ratio = static_cast<double>(comparison.ballots) / static_cast<double>(comparison.ballots + polling.ballots);
  const bool first = polling.sampled == 0 && comparison.sampled == 0;
  HybridSize largest;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    // Before anything was seen the closest pair decides.
    if (first && (pairs[i].winner != contest.winners().back() || pairs[i].loser != contest.losers().front())) continue;
    const Misstatements seen = i < comparison.misstatements.size() ? comparison.misstatements[i] : Misstatements{};
    ENTENTE_TRY(const HybridSize size, suite_pair_size({limit, &contest, &polling, &comparison, pairs[i], seen, ratio}));
    if (size.polling + size.comparison > largest.polling + largest.comparison) largest = size;
  }
  if (largest.comparison == comparison.ballots || largest.polling == polling.ballots)
    return fail("One or both strata need to be recounted.");
  return largest;
}

}  // namespace entente::measures::p3_elections::risk
