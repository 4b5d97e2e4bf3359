// Ballots of instant-runoff contests as texts: the three formats in which test data and tools of this field come.
//  * RAIRE (".raire", RAIRE by Blom, Stuckey and Teague; read by SHANGRLA and Arlo): the number of contests, a line a contest
//    "Contest,339,4,15,16,17,18,winner,15" (after "winner" also "order,…" or "informal,n", which are passed over), then a line a ballot
//    "339,99813_1_1,17,15": contest, ballot id, candidates by rank.
//  * USIRV (audit-irv-cp): the candidates "1, 2, 3", a line of "-+-+-", then "(1, 3) : 12" for each distinct ranking; "(5,)" and "()" too.
//  * raire-rs' problem in JSON: {"metadata":{"candidates":[…]}, "num_candidates":4, "votes":[{"n":5,"prefs":[0,1]}], "winner":2,
//    "audit":{"type":"OneOnMargin","total_auditable_ballots":9}}.
// Lines end with LF or CRLF. Errors name line and column. Pure functions of the text, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/irv/rankings.h"

namespace entente::measures::p3_elections::irv {

struct BallotContest {
  std::string id;                          // "339"; empty in the formats of one contest
  std::optional<Candidate> winner;         // as the file reports it
  std::optional<std::uint64_t> auditable;  // ballots or cards in the universe that is sampled from, where the file says so
  std::string difficulty;                  // raire-rs: the type of audit ("OneOnMargin"); else empty
  GroupedRankings rankings;                // names are the file's
};

struct RaireBallots {
  std::vector<BallotContest> contests;
  std::uint64_t ballots = 0;  // distinct ids: what is sampled from. A ballot may have several contests
};

// A line that names a candidate twice keeps the first. Refused: candidates or contests that were not declared, two lines of one ballot and
// contest, more than 64 candidates, lines after the number of contests that are none.
[[nodiscard]] Result<RaireBallots> read_raire(std::string_view text, std::string name);

[[nodiscard]] Result<BallotContest> read_usirv(std::string_view text, std::string name);

[[nodiscard]] Result<BallotContest> read_raire_problem(std::string_view text, std::string name);

}  // namespace entente::measures::p3_elections::irv
