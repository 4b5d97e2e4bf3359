// Counting votes as the contest's rule says: an overvoted contest counts nothing, "vote for n" counts up to n, of a ranked contest the
// first choices. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "measures/p3_elections/records/cvr.h"

namespace entente::measures::p3_elections::records {

struct ContestTally {
  std::vector<std::uint64_t> votes;  // by choice, as CvrContest::choices
  std::uint64_t cards = 0;           // with the contest on them
  std::uint64_t overvoted = 0;       // of these, cards whose marks do not count
  std::uint64_t blank = 0;           // cards without a mark
  std::uint64_t undervotes = 0;      // votes not given on cards that are not overvoted
  // votes + undervotes + overvoted × n = cards × n, where n is votes_allowed (1 of a ranked contest).
};

// By contest, as CvrTable::contests. The first choice of a ranked card is the one of the lowest rank it has; two of that rank are an
// overvote.
[[nodiscard]] std::vector<ContestTally> tabulate(const CvrTable& table);

struct BatchTally {
  std::uint32_t tabulator = 0, batch = 0;  // indexes in the table's texts
  std::uint64_t cards = 0;
  std::vector<ContestTally> contests;  // by contest
};
// By tabulator and batch, in the order of their first cards.
[[nodiscard]] std::vector<BatchTally> tabulate_batches(const CvrTable& table);

}  // namespace entente::measures::p3_elections::records
