// The bound: p = Π over draws (1 − 1/U) / (1 − e_p/u_p), e_p the relative overstatement found in the batch drawn, u_p the largest it could
// hold, U = Σ u_p. In a runoff contest further "pairs" are asserted: the first choice against all others together (it has more than
// half), or, for each of the two that go on, all others against it (neither has).
#include "measures/p3_elections/risk/macro.h"

#include <algorithm>
#include <cmath>

namespace entente::measures::p3_elections::risk {
namespace {

enum class MacroSide { winner, loser, neither };

// One assertion: the choices of one side have more votes than those of the other.
struct MacroAssertion {
  std::vector<std::uint32_t> more, fewer;
};

std::vector<MacroAssertion> macro_assertions(const Contest& contest) {
  std::vector<MacroAssertion> out;
  for (const Pair& pair : contest.pairs()) out.push_back({{pair.winner}, {pair.loser}});
  if (contest.totals().rule != WinRule::runoff) return out;
  const bool majority = contest.winners().size() == 1;
  for (const std::uint32_t winner : contest.winners()) {
    std::vector<std::uint32_t> others;
    for (std::uint32_t i = 0; i < contest.totals().choices.size(); ++i)
      if (i != winner) others.push_back(i);
    if (majority)
      out.push_back({{winner}, std::move(others)});
    else
      out.push_back({std::move(others), {winner}});
  }
  return out;
}

double macro_difference(const MacroAssertion& assertion, const BatchTally& tally) {
  double out = 0;
  for (const std::uint32_t i : assertion.more) out += i < tally.votes.size() ? tally.votes[i] : 0;
  for (const std::uint32_t i : assertion.fewer) out -= i < tally.votes.size() ? tally.votes[i] : 0;
  return out;
}

// What is left of the reported margin when pending and unauditable ballots all go against it.
std::int64_t macro_margin(const MacroAssertion& assertion, const Contest& contest, std::int64_t unauditable) {
  std::int64_t out = -contest.totals().pending - unauditable;
  for (const std::uint32_t i : assertion.more) out += contest.votes(i);
  for (const std::uint32_t i : assertion.fewer) out -= contest.votes(i);
  return out;
}

// The reported tally of a batch, or of all batches counted together with it.
BatchTally macro_reported(std::span<const BatchTally> reported, const BatchSample& sample, std::uint32_t batch) {
  for (const auto& group : sample.combined) {
    if (std::ranges::find(group, batch) == group.end()) continue;
    BatchTally sum;
    sum.votes.resize(reported[batch].votes.size());
    for (const std::uint32_t part : group) {
      for (std::size_t i = 0; i < std::min(sum.votes.size(), reported[part].votes.size()); ++i) sum.votes[i] += reported[part].votes[i];
      sum.ballots += reported[part].ballots;
    }
    return sum;
  }
  return reported[batch];
}

Result<void> macro_check(std::span<const BatchTally> reported, const BatchSample& sample) {
  std::vector<bool> counted(reported.size());
  for (const AuditedBatch& a : sample.audited) {
    if (a.batch >= reported.size()) return fail("a counted batch is not among the reported ones");
    // Else one batch, given often enough, would look like a full hand count.
    if (counted[a.batch]) return fail("batch " + std::to_string(a.batch + 1) + " is given as counted twice");
    counted[a.batch] = true;
  }
  for (const BatchDraw& d : sample.draws)
    if (d.batch >= reported.size()) return fail("a drawn batch is not among the reported ones");
  for (const auto& group : sample.combined)
    for (const std::uint32_t part : group)
      if (part >= reported.size()) return fail("a part of a combined batch is not among the reported batches");
  return {};
}

}  // namespace

std::int64_t unauditable_ballots(const Contest& contest, std::span<const BatchTally> reported) {
  double missing = 0;
  for (std::uint32_t i = 0; i < contest.totals().choices.size(); ++i) missing += static_cast<double>(contest.votes(i));
  for (const BatchTally& batch : reported)
    if (batch.has_contest)
      for (const double votes : batch.votes) missing -= votes;
  return static_cast<std::int64_t>(std::clamp(std::ceil(missing / contest.totals().votes_allowed), 0.0, 0x1p53));
}

std::optional<BatchError> batch_error(const Contest& contest, const BatchTally& reported, const BatchTally& counted,
                                      std::int64_t unauditable) {
  if (!reported.has_contest) return std::nullopt;
  std::optional<BatchError> worst;
  for (const MacroAssertion& assertion : macro_assertions(contest)) {
    const double votes = macro_difference(assertion, reported) - macro_difference(assertion, counted);
    if (votes == 0) continue;
    const std::int64_t margin = macro_margin(assertion, contest, unauditable);
    BatchError error{votes, margin > 0 ? Decimal::from_double(votes) / Decimal(margin) : Decimal::infinity()};
    if (!worst || error.relative > worst->relative) worst = std::move(error);
  }
  return worst;
}

Decimal batch_error_bound(const Contest& contest, const BatchTally& reported, std::int64_t unauditable) {
  Decimal worst;
  if (!reported.has_contest) return worst;
  for (const MacroAssertion& assertion : macro_assertions(contest)) {
    const std::int64_t margin = macro_margin(assertion, contest, unauditable);
    if (margin <= 0) return Decimal::infinity();
    Decimal bound = Decimal::from_double(macro_difference(assertion, reported) + reported.ballots) / Decimal(margin);
    if (bound > worst) worst = std::move(bound);
  }
  return worst;
}

Decimal total_error_bound(const Contest& contest, std::span<const BatchTally> reported) {
  const std::int64_t unauditable = unauditable_ballots(contest, reported);
  Decimal total;
  for (const BatchTally& batch : reported) total += batch_error_bound(contest, batch, unauditable);
  return total;
}

Result<BatchRisk> batch_risk(const Decimal& limit, const Contest& contest, std::span<const BatchTally> reported, const BatchSample& sample,
                             std::vector<double>* path) {
  ENTENTE_CHECK(macro_check(reported, sample));
  if (sample.audited.size() == reported.size()) return BatchRisk{0, 0, true};  // a full hand count
  const std::int64_t unauditable = unauditable_ballots(contest, reported);
  const Decimal total = total_error_bound(contest, reported);
  std::vector<const BatchTally*> counted(reported.size());
  for (const AuditedBatch& a : sample.audited) counted[a.batch] = &a.counted;
  std::vector<BatchDraw> draws = sample.draws;
  std::ranges::stable_sort(draws, {}, &BatchDraw::ticket);
  const Decimal clean = Decimal(1) - Decimal(1) / total;
  BatchRisk out;
  for (const BatchDraw& draw : draws) {
    if (counted[draw.batch] == nullptr) return fail("batch " + std::to_string(draw.batch + 1) + " was drawn but not counted");
    if (!counted[draw.batch]->has_contest) continue;
    const auto error = batch_error(contest, macro_reported(reported, sample, draw.batch), *counted[draw.batch], unauditable);
    const Decimal found = error && error->votes > 0 ? error->relative : Decimal();
    const Decimal bound = batch_error_bound(contest, reported[draw.batch], unauditable);
    if (found.is_infinite() || bound.is_infinite()) return BatchRisk{Decimal::infinity(), 1, false};  // only a full hand count helps
    const Decimal taint = bound.is_zero() ? Decimal(found.is_zero() ? 0 : 1) : found / bound;
    if (taint >= Decimal(1))
      out.p = Decimal::infinity();
    else if (!out.p.is_infinite())
      out.p *= clean / (Decimal(1) - taint);
    if (path != nullptr) path->push_back(std::min(out.p.to_double(), 1.0));
  }
  out.risk = std::min(out.p.to_double(), 1.0);
  out.confirmed = out.p <= limit;
  return out;
}

Result<std::int64_t> batch_sample_size(const Decimal& limit, const Contest& contest, std::span<const BatchTally> reported,
                                       const BatchSample& sample) {
  const auto all = static_cast<std::int64_t>(reported.size());
  if (sample.audited.size() == reported.size()) return fail("All ballots have already been counted!");
  const Decimal total = total_error_bound(contest, reported);
  if (total.is_infinite()) return all;  // tied: a full hand count
  ENTENTE_TRY(const BatchRisk now, batch_risk(limit, contest, reported, sample));
  if (now.confirmed) return 0;
  const Decimal clean = Decimal(1) - Decimal(1) / total;
  if (!(clean > Decimal(0)) || limit.is_zero()) return std::min<std::int64_t>(limit.is_zero() ? all : 1, all);
  const Decimal size = (limit.ln() - Decimal::from_double(now.risk).ln()) / clean.ln();
  return std::min(size.ceil() + 1, all);
}

}  // namespace entente::measures::p3_elections::risk
