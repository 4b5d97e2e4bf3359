// From the marks on a ballot of a ranked contest to the ranking that counts. Places differ: whether an overvoted rank ends the ballot or is
// passed over, whether it is judged on the marks as they stand or after candidates already ranked are taken off, how many blank ranks end a
// ballot, and what a candidate ranked twice does. Cast vote records and what auditors read from paper go through the same rules.
//
// Not expressed: rules that depend on the round of the count in which a rank is reached, such as an overvoted rank of which only one
// candidate still stands (21-A M.R.S. §723-A looks at the highest continuing ranking); overvoted_later() says on which ballots that
// could matter.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "measures/p3_elections/irv/rankings.h"

namespace entente::measures::p3_elections::irv {

enum class OvervotedRank {
  ends_ballot,  // this rank and all later ones count for nothing
  passed_over,  // only this rank counts for nothing
};
enum class OvervoteJudged {
  on_marks,          // a rank with two marks is overvoted, whoever they are for
  after_duplicates,  // marks for candidates with a better rank are taken off first
};
enum class DuplicateCandidate {
  later_ignored,  // the best rank counts
  ends_ballot,    // from the second mark on nothing counts
};

struct BallotRules {
  OvervotedRank overvote = OvervotedRank::ends_ballot;
  OvervoteJudged judged = OvervoteJudged::on_marks;
  DuplicateCandidate duplicate = DuplicateCandidate::later_ignored;
  // So many blank ranks in a row are passed over; one more ends the ballot. Ranks after the last mark do not matter.
  unsigned blank_ranks_passed = std::numeric_limits<unsigned>::max();
};

// San Francisco (Charter §13.102): an overvoted rank ends the ballot, blanks and repeated candidates are passed over. Arlo and SHANGRLA
// count so by default.
[[nodiscard]] BallotRules san_francisco_rules();
// Maine (21-A M.R.S. §723-A): as San Francisco, but two blank ranks in a row end the ballot.
[[nodiscard]] BallotRules maine_rules();
// Minneapolis (Code of Ordinances §167.60): overvoted and blank ranks are passed over.
[[nodiscard]] BallotRules minneapolis_rules();

struct RankMark {
  Candidate candidate = 0;
  std::uint32_t rank = 1;  // 1: most wanted; 0 is no mark
};

// The candidates in the order in which the ballot counts for them. `marks` may stand in any order.
[[nodiscard]] std::vector<Candidate> ranking_of(std::span<const RankMark> marks, const BallotRules& rules);

// Whether the ballot could count otherwise under a rule that looks at overvoted ranks only when they are reached: it has an overvoted rank
// after a valid one.
[[nodiscard]] bool overvoted_later(std::span<const RankMark> marks, const BallotRules& rules);

}  // namespace entente::measures::p3_elections::irv
