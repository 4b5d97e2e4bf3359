// The marks are sorted by rank and read once from the best rank on; a ballot's few marks need no better way.
#include "measures/p3_elections/irv/ballot_rules.h"

#include <algorithm>
#include <bit>

namespace entente::measures::p3_elections::irv {
namespace {

struct RankReading {
  std::vector<Candidate> ranking;
  bool overvoted_after_valid = false;
};

// The candidates of one rank, each once; those in `without` left out.
CandidateSet rank_candidates(std::span<const RankMark> marks, CandidateSet without) {
  CandidateSet set = 0;
  for (const RankMark& m : marks) set |= set_of(m.candidate);
  return set & ~without;
}

bool is_several(CandidateSet set) { return (set & (set - 1)) != 0; }

RankReading read_ranks(std::span<const RankMark> unsorted, const BallotRules& rules) {
  std::vector<RankMark> marks;
  for (const RankMark& m : unsorted)
    if (m.rank != 0 && m.candidate < kMaxCandidates) marks.push_back(m);
  std::ranges::stable_sort(marks, {}, &RankMark::rank);
  RankReading out;
  CandidateSet seen = 0;
  std::uint32_t before = 0;  // the marked rank before this one
  for (std::size_t at = 0; at < marks.size();) {
    const std::uint32_t rank = marks[at].rank;
    std::size_t end = at;
    while (end < marks.size() && marks[end].rank == rank) ++end;
    const auto of_rank = std::span(marks).subspan(at, end - at);
    at = end;
    if (rank - before - 1 > rules.blank_ranks_passed) break;
    before = rank;
    const CandidateSet all = rank_candidates(of_rank, 0);
    const CandidateSet fresh = all & ~seen;
    if (is_several(rules.judged == OvervoteJudged::on_marks ? all : fresh)) {
      out.overvoted_after_valid |= !out.ranking.empty();
      if (rules.overvote == OvervotedRank::ends_ballot) break;
      continue;
    }
    if (fresh != all && rules.duplicate == DuplicateCandidate::ends_ballot) break;
    if (fresh == 0) continue;
    out.ranking.push_back(static_cast<Candidate>(std::countr_zero(fresh)));
    seen |= fresh;
  }
  return out;
}

}  // namespace

BallotRules san_francisco_rules() { return {}; }
BallotRules maine_rules() { return {.blank_ranks_passed = 1}; }
BallotRules minneapolis_rules() { return {.overvote = OvervotedRank::passed_over}; }

std::vector<Candidate> ranking_of(std::span<const RankMark> marks, const BallotRules& rules) { return read_ranks(marks, rules).ranking; }

bool overvoted_later(std::span<const RankMark> marks, const BallotRules& rules) { return read_ranks(marks, rules).overvoted_after_valid; }

}  // namespace entente::measures::p3_elections::irv
