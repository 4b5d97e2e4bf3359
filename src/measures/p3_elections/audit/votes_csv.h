// What is on cards and in batches, as an audit's own CSV files say it: one row a card with a column a contest (vote records, and what the
// audit board reads from the paper), or one row a batch, contest and choice (tallies). Plain columns for a spreadsheet, read strictly: the
// forms are in docs/elections-audit.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/audit/plan.h"
#include "measures/p3_elections/audit/population.h"
#include "measures/p3_elections/risk/assorter.h"

namespace entente::measures::p3_elections::audit {

// The distinct votes of each contest of a plan, shared by all files so that their numbers mean the same.
using Patterns = std::vector<risk::VotePatterns>;

enum class CardFile {
  vote_records,     // columns: card, one a contest
  interpretations,  // the same, and "status" ("found" or "not found") after the card; a column "note" is allowed and kept out
};

struct CardVotes {
  std::vector<std::uint64_t> positions;  // by row: the card's position in the population
  std::vector<std::uint64_t> lines;      // by row
  std::vector<std::uint32_t> votes;      // row-major, a contest a column of the plan: the pattern; of a card not found kPhantom
  std::vector<bool> found;               // by row

  [[nodiscard]] std::size_t rows() const { return positions.size(); }
};

// A contest's cell: "-" the contest is not on the card; "[no vote]"; "[overvote]" marks that do not count; else the choices marked,
// separated by '|'. Ranked: in the order of ranks, a rank left out is empty ("A||B"), several at one rank are separated by ';'. Points:
// "A=5|B=3". Errors, with the place: a column that is missing, twice or unknown, an empty cell, a card the population does not have or that
// comes twice, a choice the contest does not have or that is marked twice.
[[nodiscard]] Result<CardVotes> parse_card_votes(std::string_view text, const std::string& name, CardFile kind, const AuditPlan& plan,
                                                 const Population& population, Patterns& patterns);

struct BatchVotes {
  std::vector<std::size_t> batches;  // by row: index in the population, in the order of their first line
  // By row, by contest of the plan: votes by choice; nullopt where the contest is not in the batch.
  std::vector<std::vector<std::optional<std::vector<std::uint64_t>>>> votes;
};

// Columns batch, contest, choice, votes. Errors: a batch, contest or choice that is unknown or twice, a contest of which a batch has some
// choices and not all, a count that is none, more votes than the batch's cards can hold.
[[nodiscard]] Result<BatchVotes> parse_batch_votes(std::string_view text, const std::string& name, const AuditPlan& plan,
                                                   const Population& population);

}  // namespace entente::measures::p3_elections::audit
