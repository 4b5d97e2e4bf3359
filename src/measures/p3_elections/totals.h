// Do published totals follow from published votes? Vote records, counted under each contest's rule, against reported results. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "measures/p3_elections/records/cvr.h"
#include "measures/p3_elections/records/results.h"
#include "measures/p3_elections/records/tabulate.h"

namespace entente::measures::p3_elections {

struct TotalsRow {
  enum class State { equal, different, only_in_votes, only_in_results } state = State::equal;
  std::string contest, choice;  // as the results call them, where they are there
  std::uint64_t from_votes = 0, reported = 0;
  std::uint64_t line = 0;  // in the results
};
[[nodiscard]] std::string_view to_string(TotalsRow::State state);

struct TotalsComparison {
  std::vector<TotalsRow> rows;                         // in the order of the results, then what only the votes have
  std::uint64_t contests = 0, choices = 0, votes = 0;  // compared; votes as reported
  std::uint64_t differing = 0;                         // rows that are not equal
  std::uint64_t difference = 0;                        // votes: sum of absolute differences
};

// Reported is the count of the whole; where a file has counts of units only, the sum over those that are part of no other. Names match if
// they are the same but for case and runs of blanks; a choice without a vote in the votes may be absent from the results. Of a ranked
// contest first choices are compared. Write-ins the results do not list are passed over if they are marked as such.
[[nodiscard]] TotalsComparison compare_totals(const records::CvrTable& votes, const std::vector<records::ContestTally>& tallies,
                                              const records::ReportedResults& results);

}  // namespace entente::measures::p3_elections
