// One pass over the cards.
#include "measures/p3_elections/records/tabulate.h"

#include <algorithm>
#include <map>

namespace entente::measures::p3_elections::records {

namespace {

void count_ranked(const CvrTable& table, const CvrCardContest& c, ContestTally& tally) {
  const CvrMark* first = nullptr;
  bool tied = false;
  for (const CvrMark& m : table.marks_of(c)) {
    if (first == nullptr || m.rank < first->rank) {
      first = &m;
      tied = false;
    } else if (m.rank == first->rank && m.choice != first->choice) {
      tied = true;
    }
  }
  if (c.overvotes != 0 || tied) {
    ++tally.overvoted;
  } else if (first == nullptr) {
    ++tally.undervotes;
  } else {
    ++tally.votes[first->choice];
  }
}

void count_votes(const CvrTable& table, const CvrCardContest& c, ContestTally& tally) {
  const CvrContest& contest = table.contests[c.contest];
  ++tally.cards;
  tally.blank += c.marks == 0 && c.overvotes == 0;
  if (contest.ranked) return count_ranked(table, c, tally);
  std::uint64_t votes = 0;
  for (const CvrMark& m : table.marks_of(c)) votes += m.rank;
  if (c.overvotes != 0 || votes > contest.votes_allowed) {
    ++tally.overvoted;
    return;
  }
  for (const CvrMark& m : table.marks_of(c)) tally.votes[m.choice] += m.rank;
  tally.undervotes += contest.votes_allowed - votes;
}

std::vector<ContestTally> empty_tallies(const CvrTable& table) {
  std::vector<ContestTally> out(table.contests.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i].votes.resize(table.contests[i].choices.size());
  return out;
}

}  // namespace

std::vector<ContestTally> tabulate(const CvrTable& table) {
  std::vector<ContestTally> out = empty_tallies(table);
  for (const CvrCard& card : table.cards)
    for (const CvrCardContest& c : table.contests_of(card)) count_votes(table, c, out[c.contest]);
  return out;
}

std::vector<BatchTally> tabulate_batches(const CvrTable& table) {
  std::vector<BatchTally> out;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> index;
  const std::vector<ContestTally> empty = empty_tallies(table);
  for (const CvrCard& card : table.cards) {
    const auto [it, made] = index.try_emplace(std::pair(card.tabulator, card.batch), out.size());
    if (made) out.push_back({card.tabulator, card.batch, 0, empty});
    BatchTally& batch = out[it->second];
    ++batch.cards;
    for (const CvrCardContest& c : table.contests_of(card)) count_votes(table, c, batch.contests[c.contest]);
  }
  return out;
}

}  // namespace entente::measures::p3_elections::records
