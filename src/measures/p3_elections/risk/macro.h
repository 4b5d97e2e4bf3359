// Batch comparison: one contest audited by hand-counting whole batches drawn with probability proportional to the error they could hide
// (PPEB), with the Kaplan–Markov bound of Stark's MACRO ("Efficient post-election audits of multiple contests: 2009 California tests",
// §4) as Arlo applies it: understatements count as no error; the error of a batch is its largest RELATIVE overstatement over the pairs;
// pending ballots and votes no batch holds make every margin smaller. Pure; thread-safe.
//
// Arithmetic is Arlo's (decimal.h), so risks agree to every digit printed. Where Arlo would return a wrong or negative number it is not
// followed: a taint of more than 1 (possible in combined batches) makes p infinite like a taint of 1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measures/p3_elections/risk/contest.h"
#include "measures/p3_elections/risk/decimal.h"

namespace entente::measures::p3_elections::risk {

// Votes of one batch for one contest. Fractions come from tallies split by estimate.
struct BatchTally {
  bool has_contest = true;    // false: the contest was on no ballot of the batch
  std::vector<double> votes;  // by index of the contest's choices
  double ballots = 0;         // cards in the batch; of hand counts not looked at
};

struct BatchDraw {
  std::string ticket;       // the draw's number; draws count in the order of these texts
  std::uint32_t batch = 0;  // index in the reported batches
};

struct AuditedBatch {
  std::uint32_t batch = 0;  // index in the reported batches
  BatchTally counted;       // of a combined batch: the hand count of all its parts
};

struct BatchSample {
  std::vector<AuditedBatch> audited;                      // each batch once
  std::vector<BatchDraw> draws;                           // a batch drawn twice is here twice
  std::vector<std::vector<std::uint32_t>> combined = {};  // batches that were counted together, by index
};

struct BatchError {
  double votes = 0;  // the overstatement of the margin, in votes; negative: understated
  Decimal relative;  // votes / margin; infinite for a tie
};

// Votes of the totals that no batch holds, as ballots: ⌈(reported − Σ batches) / votes allowed⌉, at least 0.
[[nodiscard]] std::int64_t unauditable_ballots(const Contest& contest, std::span<const BatchTally> reported);
// nullopt: no error, or the contest is not in the batch.
[[nodiscard]] std::optional<BatchError> batch_error(const Contest& contest, const BatchTally& reported, const BatchTally& counted,
                                                    std::int64_t unauditable);
// u_p: the largest relative overstatement the batch could hold; infinite for a tie (or a margin eaten up by pending ballots).
[[nodiscard]] Decimal batch_error_bound(const Contest& contest, const BatchTally& reported, std::int64_t unauditable);
// U: the sum of all u_p.
[[nodiscard]] Decimal total_error_bound(const Contest& contest, std::span<const BatchTally> reported);

struct BatchRisk {
  Decimal p = 1;  // before it is cut at 1; infinite where a taint was 1
  double risk = 1;
  bool confirmed = false;
};
// `path`, if given, gets the risk after each draw. Errors: an index out of range, an audited batch missing for a draw.
[[nodiscard]] Result<BatchRisk> batch_risk(const Decimal& limit, const Contest& contest, std::span<const BatchTally> reported,
                                           const BatchSample& sample, std::vector<double>* path = nullptr);
// How many draws more, if no error turns up, confirm; one is added for small errors (as Arlo does), never more than there are batches.
// Error: every batch is counted already.
[[nodiscard]] Result<std::int64_t> batch_sample_size(const Decimal& limit, const Contest& contest, std::span<const BatchTally> reported,
                                                     const BatchSample& sample);

// Arlo's risk limits are whole per cents: Decimal(percent) / 100.
[[nodiscard]] inline Decimal percent_limit(std::int64_t percent) { return Decimal(percent) / Decimal(100); }

}  // namespace entente::measures::p3_elections::risk
