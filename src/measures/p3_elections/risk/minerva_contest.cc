// Minerva over the pairs of a contest: every pair has its own rounds, of its own ballots; a pair confirmed in one round is not asked again.
#include <algorithm>
#include <cmath>
#include <limits>

#include "measures/p3_elections/risk/minerva.h"

namespace entente::measures::p3_elections::risk {
namespace {

struct MinervaPair {
  Pair pair;
  PairRounds rounds;
  std::int64_t winner = 0, loser = 0;  // votes so far
  double p = 1;
  bool confirmed = false;
};

double minerva_share(const Contest& contest, const Pair& pair) {
  // As athena forms it: the margin first.
  const auto winner = static_cast<double>(contest.votes(pair.winner)), both = winner + static_cast<double>(contest.votes(pair.loser));
  const double margin = (2 * winner - both) / both;
  return (1 + margin) / 2;
}

Result<std::vector<MinervaPair>> minerva_pairs(const RoundRule& rule, const Contest& contest, std::span<const PolledRound> rounds) {
  std::vector<MinervaPair> out;
  for (const Pair& pair : contest.pairs()) {
    if (contest.margin(pair) <= 0) return fail("contest \"" + contest.totals().name + "\" is tied");
    if (contest.votes(pair.loser) == 0) return fail("a loser of contest \"" + contest.totals().name + "\" has no votes");
    out.push_back({pair, PairRounds(rule, minerva_share(contest, pair))});
  }
  if (out.empty()) return fail("nobody lost in contest \"" + contest.totals().name + "\"");
  for (const PolledRound& round : rounds) {
    if (std::ranges::all_of(out, &MinervaPair::confirmed)) return fail("Audit already completed");
    std::int64_t votes = 0;
    for (const std::uint64_t v : round.votes) votes += static_cast<std::int64_t>(v);
    if (votes > round.ballots) return fail("Incorrect number of valid ballots entered");
    const auto of = [&](std::uint32_t choice) { return choice < round.votes.size() ? static_cast<std::int64_t>(round.votes[choice]) : 0; };
    for (MinervaPair& p : out) {
      const bool before = p.confirmed;
      p.winner += of(p.pair.winner);
      p.loser += of(p.pair.loser);
      if (before) continue;
      const auto& last = p.rounds.add(p.winner + p.loser);
      p.p = p.rounds.p_value(p.winner);
      p.confirmed = last.kmin && p.winner >= *last.kmin;
    }
  }
  return out;
}

std::int64_t minerva_scaled(const Contest& contest, const Pair& pair, std::int64_t size) {
  const auto both = static_cast<double>(contest.votes(pair.winner) + contest.votes(pair.loser));
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(size) * (static_cast<double>(contest.totals().ballots) / both)));
}

}  // namespace

Result<RoundRisk> minerva_risk(const RoundRule& rule, const Contest& contest, std::span<const PolledRound> rounds) {
  if (rounds.empty()) return RoundRisk{};
  ENTENTE_TRY(const auto before, minerva_pairs(rule, contest, rounds.first(rounds.size() - 1)));
  ENTENTE_TRY(const auto pairs, minerva_pairs(rule, contest, rounds));
  RoundRisk out{0, true};
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!before[i].confirmed) out.p = std::max(out.p, pairs[i].p);
    if (!pairs[i].confirmed) out.confirmed = false;
  }
  return out;
}

std::vector<SampleSize> minerva_first_sizes(const RoundRule& rule, const Contest& contest) {
  std::vector<SampleSize> out{{"0.7", 0, 0.7}, {"0.8", 0, 0.8}, {"0.9", 0, 0.9}};
  const auto all = [&](std::int64_t size) {
    for (SampleSize& s : out) s.size = size;
    return out;
  };
  if (contest.losers().empty()) return all(-1);
  if (contest.tied()) return all(contest.totals().ballots);
  if (contest.votes(contest.losers().back()) == 0) return all(4);
  for (SampleSize& s : out)
    for (const Pair& pair : contest.pairs())
      s.size = std::max(s.size, minerva_scaled(contest, pair, PairRounds(rule, minerva_share(contest, pair)).next_size(*s.probability, 0)));
  return out;
}

Result<std::int64_t> minerva_next_size(const RoundRule& rule, const Contest& contest, std::span<const PolledRound> rounds,
                                       double probability) {
  ENTENTE_TRY(const auto pairs, minerva_pairs(rule, contest, rounds));
  std::int64_t size = 0;
  for (const MinervaPair& p : pairs)
    if (!p.confirmed) size = std::max(size, minerva_scaled(contest, p.pair, p.rounds.next_size(probability, p.winner)));
  return size;
}

std::int64_t arlo_minerva_round(std::int64_t first, int rounds) {
  return static_cast<std::int64_t>(static_cast<double>(first) * std::pow(1.5, rounds + 1));
}

}  // namespace entente::measures::p3_elections::risk
