// Ranked ballots and published assertions from arbitrary bytes: the readers never crash; what they accept is consistent, can be counted,
// and assertions made for it prove the winner. The first byte says which reader.
#include <algorithm>
#include <cstdlib>

#include "measures/p3_elections/irv/assertions_json.h"
#include "measures/p3_elections/irv/ballots_text.h"
#include "measures/p3_elections/irv/cover.h"
#include "measures/p3_elections/irv/raire.h"
#include "measures/p3_elections/irv/tabulate.h"

using namespace entente;
using namespace entente::measures::p3_elections::irv;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

void check_rankings(const GroupedRankings& rankings) {
  must(rankings.candidates >= 1 && rankings.candidates <= kMaxCandidates && rankings.names.size() == rankings.candidates);
  std::uint64_t ballots = 0;
  for (const RankingGroup& g : rankings.groups) {
    ballots += g.ballots;
    CandidateSet seen = 0;
    for (const Candidate c : rankings.ranking(g)) {
      must(c < rankings.candidates && !contains(seen, c));
      seen |= set_of(c);
    }
  }
  must(ballots == rankings.ballots);
  if (rankings.candidates > 8) return;  // small contests are counted and proved
  const auto count = count_irv(rankings);
  if (!count || !count->winner) return;
  const auto result = find_assertions(rankings, *count->winner);
  must(result && result->outcome == RaireResult::Outcome::assertions);
  for (const RatedAssertion& r : result->assertions) {
    const AssertionVotes votes = assertion_votes(rankings, r.assertion);
    must(votes.winner == r.winner_votes && votes.loser == r.loser_votes && r.margin() > 0);
  }
  const auto again = read_assertions(write_assertions(rankings, *count->winner, result->assertions, result->max_difficulty), "again");
  must(again && again->front().assertions.size() == result->assertions.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'r':
      if (const auto read = read_raire(text, "fuzz"))
        for (const BallotContest& contest : read->contests) check_rankings(contest.rankings);
      break;
    case 'u':
      if (const auto read = read_usirv(text, "fuzz")) check_rankings(read->rankings);
      break;
    case 'p':
      if (const auto read = read_raire_problem(text, "fuzz")) check_rankings(read->rankings);
      break;
    default:
      if (const auto read = read_assertions(text, "fuzz"))
        for (const PublishedAssertions& p : *read) {
          must(p.assertions.size() == p.difficulties.size() && p.candidates.size() <= kMaxCandidates);
          if (!p.winner || p.candidates.empty()) continue;
          const auto cover = check_cover(static_cast<unsigned>(p.candidates.size()), *p.winner, p.assertions, {.max_sets = 5000});
          if (cover && !cover->complete)
            must(cover->counter_example.size() == p.candidates.size() && cover->counter_example.back() != *p.winner);
        }
  }
  return 0;
}
