// What an audit checks: for each contest the assertions that together imply its reported outcome, with their margins over the whole
// population, and, of a batch comparison, how much error each batch could hide. Follows from plan, manifests and records alone. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "measures/p3_elections/audit/plan.h"
#include "measures/p3_elections/audit/population.h"
#include "measures/p3_elections/audit/votes_csv.h"
#include "measures/p3_elections/risk/assertions.h"

namespace entente::measures::p3_elections::audit {

struct AuditAssertion {
  risk::Assertion assertion;
  double margin = 0;  // the assorter's: twice its reported mean over all cards, less 1
  // Of an assorter with the values 0, 1/2 and 1: votes for it less votes against it.
  std::optional<std::int64_t> margin_votes;
};

struct ContestAssertions {
  std::vector<AuditAssertion> assertions;
  bool tied = false;  // a margin is 0: only a full count decides

  [[nodiscard]] double smallest_margin() const;               // 1 where there is nobody to beat
  [[nodiscard]] std::uint64_t smallest_margin_votes() const;  // of assertions that count votes; else the margin times the cards, rounded
};

// Vote records of all files of the plan, by card of the population.
struct AuditRecords {
  std::vector<std::uint32_t> row;  // by position - 1: the row in `votes`, kNoRecord where the card has none
  CardVotes votes;
  static constexpr std::uint32_t kNoRecord = ~std::uint32_t{0};

  // What the records say of a contest on a card; a card without one counts as a phantom.
  [[nodiscard]] std::uint32_t vote(std::uint64_t position, std::size_t contest, std::size_t contests) const {
    const std::uint32_t r = row[position - 1];
    return r == kNoRecord ? risk::VotePatterns::kPhantom : votes.votes[r * contests + contest];
  }
};

// Everything the inputs of an audit come to.
struct AuditInputs {
  AuditPlan plan;
  Population population;
  Patterns patterns;                    // by contest
  std::optional<AuditRecords> records;  // card comparison
  std::optional<BatchVotes> tallies;    // batch comparison: every batch of the population has a row
  std::vector<ContestAssertions> contests;
  std::vector<std::uint64_t> weights;  // batch comparison: by batch, its error bound in billionths of a margin, rounded up
};

// Errors: records or tallies that do not add up to the reported totals, or do not give the reported winner; a ranked contest for which no
// assertions can be found.
[[nodiscard]] Result<void> make_assertions(AuditInputs& inputs);

// The document that is committed to.
[[nodiscard]] Json assertions_json(const AuditInputs& inputs);

}  // namespace entente::measures::p3_elections::audit
