// Do published totals follow from published votes? Vote records, counted under each contest's rule, against reported results. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "measures/p3_elections/records/cvr_read.h"
#include "measures/p3_elections/records/results.h"
#include "measures/p3_elections/records/tabulate.h"

namespace entente::measures::p3_elections {

struct TotalsRow {
  enum class State {
    equal,
    different,
    only_in_votes,
    only_in_results,
    write_in,   // only in the votes, marked as a write-in there, and with no more votes than any choice the results list: no difference
    name_twice  // which of two of nearly one name is meant cannot be said
  } state = State::equal;
  std::string contest, choice;  // as the results call them, where they are there
  std::uint64_t from_votes = 0, reported = 0;
  std::uint64_t line = 0;  // in the results
};
[[nodiscard]] std::string_view to_string(TotalsRow::State state);
[[nodiscard]] bool is_difference(TotalsRow::State state);

struct TotalsComparison {
  std::vector<TotalsRow> rows;                         // in the order of the results, then what only the votes have
  std::uint64_t contests = 0, choices = 0, votes = 0;  // compared; votes as reported
  std::uint64_t differing = 0;                         // rows that are a difference
  std::uint64_t difference = 0;                        // votes: sum of absolute differences
  // The results against themselves: units that do not add up to what they are part of, and numbers given twice that are not equal.
  std::vector<std::string> contradictions;  // the first 10,000
  std::uint64_t contradicting = 0;          // all
  [[nodiscard]] bool good() const { return differing == 0 && contradicting == 0; }
};

// Reported is the count of the whole; where a file has counts of units only, the sum over those that are part of no other. Names match if
// they are the same, and else if they are the same but for case and runs of blanks and no other is; a choice without a vote in the votes
// may be absent from the results. Of a ranked contest first choices are compared. Write-ins the results do not list are listed, and are a
// difference where they have more votes than a choice that is listed. Overvotes and undervotes of a contest that is not ranked are
// compared where the results have any
// (overvotes as ballots or as votes; rows with the choice "overvotes" or "undervotes").
[[nodiscard]] TotalsComparison compare_totals(const records::CvrTable& votes, const std::vector<records::ContestTally>& tallies,
                                              const records::ReportedResults& results);

// Each record of a card that had one already (P3-CVR-DUPLICATE), as far as the report keeps them; its count says how many there are. Both
// are counted, so totals that are equal to such votes were counted with them too.
[[nodiscard]] std::vector<const records::CvrProblem*> duplicate_cards(const records::CvrReport& report);

}  // namespace entente::measures::p3_elections
