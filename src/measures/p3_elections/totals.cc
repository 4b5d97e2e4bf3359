// Contests and choices are matched by folded names; then every reported number is held against the count.
#include "measures/p3_elections/totals.h"

#include <algorithm>
#include <map>

namespace entente::measures::p3_elections {

namespace {

// Lower case of ASCII, one blank for a run of them, none at the ends.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

struct ReportedVotes {
  std::uint64_t votes = 0, line = 0;
  bool whole = false;
};

// By choice: the count of the whole if there is one, else the sum over the units that are part of no other.
std::vector<ReportedVotes> reported_votes(const records::ReportedResults& results, const records::ReportedContest& contest) {
  std::vector<bool> part_of_another(results.units.size(), false);
  for (std::size_t u = 1; u < results.units.size(); ++u)
    for (const std::uint32_t part : results.units[u].parts) part_of_another[part] = true;
  std::vector<ReportedVotes> out(contest.choices.size());
  for (const records::ReportedCount& count : contest.counts) {
    ReportedVotes& votes = out[count.choice];
    if (count.unit == records::kWholeUnit) {
      votes = {count.votes, count.line, true};
    } else if (!votes.whole && !part_of_another[count.unit]) {
      votes.votes += count.votes;
      if (votes.line == 0) votes.line = count.line;
    }
  }
  return out;
}

void add_row(TotalsComparison& out, TotalsRow row) {
  if (row.state != TotalsRow::State::equal) {
    ++out.differing;
    out.difference += row.from_votes > row.reported ? row.from_votes - row.reported : row.reported - row.from_votes;
  }
  out.rows.push_back(std::move(row));
}

void compare_contest(TotalsComparison& out, const records::CvrContest& counted, const records::ContestTally& tally,
                     const records::ReportedResults& results, const records::ReportedContest& reported) {
  std::map<std::string, std::size_t> choice_of;
  for (std::size_t i = 0; i < counted.choices.size(); ++i) choice_of.emplace(folded(counted.choices[i]), i);
  std::vector<bool> seen(counted.choices.size(), false);
  const std::vector<ReportedVotes> votes = reported_votes(results, reported);
  ++out.contests;
  for (std::size_t i = 0; i < reported.choices.size(); ++i) {
    TotalsRow row{TotalsRow::State::only_in_results, reported.name, reported.choices[i].name, 0, votes[i].votes, votes[i].line};
    const auto found = choice_of.find(folded(row.choice));
    if (found == choice_of.end()) {
      if (votes[i].votes == 0) continue;
    } else {
      seen[found->second] = true;
      row.from_votes = tally.votes[found->second];
      row.state = row.from_votes == row.reported ? TotalsRow::State::equal : TotalsRow::State::different;
    }
    ++out.choices;
    out.votes += row.reported;
    add_row(out, std::move(row));
  }
  for (std::size_t i = 0; i < counted.choices.size(); ++i) {
    const bool write_in = i < counted.write_in.size() && counted.write_in[i];
    if (seen[i] || write_in || tally.votes[i] == 0) continue;
    add_row(out, {TotalsRow::State::only_in_votes, reported.name, counted.choices[i], tally.votes[i], 0, 0});
  }
}

}  // namespace

std::string_view to_string(TotalsRow::State state) {
  switch (state) {
    case TotalsRow::State::equal: return "equal";
    case TotalsRow::State::different: return "different";
    case TotalsRow::State::only_in_votes: return "only in the votes";
    case TotalsRow::State::only_in_results: break;
  }
  return "only in the results";
}

TotalsComparison compare_totals(const records::CvrTable& votes, const std::vector<records::ContestTally>& tallies,
                                const records::ReportedResults& results) {
  TotalsComparison out;
  std::map<std::string, std::size_t> contest_of;
  for (std::size_t i = 0; i < votes.contests.size(); ++i) contest_of.emplace(folded(votes.contests[i].name), i);
  std::vector<bool> seen(votes.contests.size(), false);
  for (const records::ReportedContest& reported : results.contests) {
    const auto found = contest_of.find(folded(reported.name));
    if (found == contest_of.end()) {
      std::uint64_t sum = 0, line = 0;
      for (const ReportedVotes& one : reported_votes(results, reported)) {
        sum += one.votes;
        if (line == 0) line = one.line;
      }
      add_row(out, {TotalsRow::State::only_in_results, reported.name, "", 0, sum, line});
      continue;
    }
    seen[found->second] = true;
    compare_contest(out, votes.contests[found->second], tallies[found->second], results, reported);
  }
  for (std::size_t i = 0; i < votes.contests.size(); ++i) {
    if (seen[i]) continue;
    std::uint64_t sum = 0;
    for (const std::uint64_t n : tallies[i].votes) sum += n;
    if (sum > 0) add_row(out, {TotalsRow::State::only_in_votes, votes.contests[i].name, "", sum, 0, 0});
  }
  return out;
}

}  // namespace entente::measures::p3_elections
