// Contests and choices are matched by their names, then by folded names where these leave no doubt; then every reported number is held
// against the count, and the numbers of the results against each other.
#include "measures/p3_elections/totals.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

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

// By reported name.
struct NameMatch {
  std::optional<std::size_t> counted;
  bool twice = false;  // a second of one folded name
};

std::vector<NameMatch> match_names(const std::vector<std::string_view>& counted, const std::vector<std::string_view>& reported) {
  std::map<std::string_view, std::size_t> exact;
  for (std::size_t i = 0; i < counted.size(); ++i) exact.emplace(counted[i], i);
  std::vector<NameMatch> out(reported.size());
  std::vector<bool> taken(counted.size(), false);
  for (std::size_t i = 0; i < reported.size(); ++i) {
    const auto found = exact.find(reported[i]);
    if (found == exact.end()) continue;
    out[i].twice = taken[found->second];
    if (!out[i].twice) out[i].counted = found->second;
    taken[found->second] = true;
  }
  struct Folded {
    std::vector<std::size_t> counted, reported;
    bool any_taken = false;
  };
  std::map<std::string, Folded> left;
  for (std::size_t i = 0; i < counted.size(); ++i) {
    Folded& one = left[folded(counted[i])];
    if (taken[i])
      one.any_taken = true;
    else
      one.counted.push_back(i);
  }
  for (std::size_t i = 0; i < reported.size(); ++i)
    if (!out[i].counted && !out[i].twice) left[folded(reported[i])].reported.push_back(i);
  for (const auto& [name, one] : left) {
    if (one.reported.size() == 1 && one.counted.size() == 1) {
      out[one.reported[0]].counted = one.counted[0];
    } else if (!one.counted.empty() || one.any_taken || one.reported.size() > 1) {
      for (const std::size_t i : one.reported) out[i].twice = true;
    }
  }
  return out;
}

// Sums of numbers anybody may have written stay at the greatest rather than begin again at 0.
void add_votes(std::uint64_t& sum, std::uint64_t votes) {
  if (__builtin_add_overflow(sum, votes, &sum)) sum = std::numeric_limits<std::uint64_t>::max();
}

std::vector<bool> parts_of_others(const records::ReportedResults& results) {
  std::vector<bool> out(results.units.size(), false);
  for (std::size_t u = 1; u < results.units.size(); ++u)
    for (const std::uint32_t part : results.units[u].parts) out[part] = true;
  return out;
}

struct ReportedVotes {
  std::uint64_t votes = 0, line = 0;
  bool whole = false, any = false;

  void take(std::uint32_t unit, std::uint64_t n, std::uint64_t at, bool is_part) {
    any = true;
    if (unit == records::kWholeUnit) {
      votes = n, line = at, whole = true;
    } else if (!whole && !is_part) {
      add_votes(votes, n);
      if (line == 0) line = at;
    }
  }
};

// By choice: the count of the whole if there is one, else the sum over the units that are part of no other.
std::vector<ReportedVotes> reported_votes(const std::vector<bool>& is_part, const records::ReportedContest& contest) {
  std::vector<ReportedVotes> out(contest.choices.size());
  for (const records::ReportedCount& count : contest.counts)
    out[count.choice].take(count.unit, count.votes, count.line, is_part[count.unit]);
  return out;
}

void add_row(TotalsComparison& out, TotalsRow row) {
  if (is_difference(row.state)) {
    ++out.differing;
    add_votes(out.difference, row.from_votes > row.reported ? row.from_votes - row.reported : row.reported - row.from_votes);
  }
  out.rows.push_back(std::move(row));
}

template <class Named>
std::vector<std::string_view> names_of(const std::vector<Named>& list) {
  std::vector<std::string_view> out;
  for (const Named& one : list) out.push_back(one.name);
  return out;
}

// What only the votes have. `least`: the fewest votes of a choice the results list that is no write-in.
void add_unlisted(TotalsComparison& out, const records::CvrContest& counted, const records::ContestTally& tally,
                  const std::string& contest_name, const std::vector<bool>& seen, std::optional<std::uint64_t> least) {
  for (std::size_t i = 0; i < counted.choices.size(); ++i) {
    if (seen[i] || tally.votes[i] == 0) continue;
    const bool write_in = i < counted.write_in.size() && counted.write_in[i] && least && tally.votes[i] <= *least;
    add_row(out, {write_in ? TotalsRow::State::write_in : TotalsRow::State::only_in_votes, contest_name, counted.choices[i], tally.votes[i],
                  0, 0});
  }
}

// Systems say overvotes as ballots or as the votes these would have had. All 0 in a contest is a column nobody filled in. Of ranked
// contests each system has an idea of its own.
void compare_not_counted(TotalsComparison& out, const records::CvrContest& counted, const records::ContestTally& tally,
                         const std::vector<bool>& is_part, const records::ReportedContest& reported) {
  if (counted.ranked) return;
  ReportedVotes over, under;
  for (const records::ReportedTotals& totals : reported.totals) {
    if (totals.overvotes) over.take(totals.unit, *totals.overvotes, totals.line, is_part[totals.unit]);
    if (totals.undervotes) under.take(totals.unit, *totals.undervotes, totals.line, is_part[totals.unit]);
  }
  if (over.votes == 0 && under.votes == 0) return;
  const std::uint64_t allowed = counted.votes_allowed;
  if (over.any && over.votes != tally.overvoted && over.votes != tally.overvoted * allowed)
    add_row(out, {TotalsRow::State::different, reported.name, "overvotes", tally.overvoted, over.votes, over.line});
  if (under.any && under.votes != tally.undervotes)
    add_row(out, {TotalsRow::State::different, reported.name, "undervotes", tally.undervotes, under.votes, under.line});
}

void compare_contest(TotalsComparison& out, const records::CvrContest& counted, const records::ContestTally& tally,
                     const std::vector<bool>& is_part, const records::ReportedContest& reported) {
  const std::vector<NameMatch> matches = match_names({counted.choices.begin(), counted.choices.end()}, names_of(reported.choices));
  std::vector<bool> seen(counted.choices.size(), false);
  const std::vector<ReportedVotes> votes = reported_votes(is_part, reported);
  std::optional<std::uint64_t> least;
  ++out.contests;
  for (std::size_t i = 0; i < reported.choices.size(); ++i) {
    TotalsRow row{TotalsRow::State::only_in_results, reported.name, reported.choices[i].name, 0, votes[i].votes, votes[i].line};
    if (!matches[i].counted) {
      if (votes[i].votes == 0) continue;
      if (matches[i].twice) row.state = TotalsRow::State::name_twice;
    } else {
      const std::size_t choice = *matches[i].counted;
      seen[choice] = true;
      row.from_votes = tally.votes[choice];
      row.state = row.from_votes == row.reported ? TotalsRow::State::equal : TotalsRow::State::different;
      const bool write_in = choice < counted.write_in.size() && counted.write_in[choice];
      if (!write_in) least = std::min(least.value_or(row.from_votes), row.from_votes);
    }
    ++out.choices;
    add_votes(out.votes, row.reported);
    add_row(out, std::move(row));
  }
  add_unlisted(out, counted, tally, reported.name, seen, least);
  compare_not_counted(out, counted, tally, is_part, reported);
}

void add_contradictions(TotalsComparison& out, const records::ReportedResults& results) {
  constexpr std::size_t kMost = 10'000;
  const auto add = [&](std::string text) {
    ++out.contradicting;
    if (out.contradictions.size() < kMost) out.contradictions.push_back(std::move(text));
  };
  for (const std::string& one : results.contradictions) add(one);
  for (records::ResultsFinding& one : records::check_sums(results).findings) add(std::move(one.text));
}

}  // namespace

std::string_view to_string(TotalsRow::State state) {
  switch (state) {
    case TotalsRow::State::equal: return "equal";
    case TotalsRow::State::different: return "different";
    case TotalsRow::State::only_in_votes: return "only in the votes";
    case TotalsRow::State::write_in: return "a write-in, only in the votes";
    case TotalsRow::State::name_twice: return "a name that is there twice but for case and blanks";
    case TotalsRow::State::only_in_results: break;
  }
  return "only in the results";
}

bool is_difference(TotalsRow::State state) { return state != TotalsRow::State::equal && state != TotalsRow::State::write_in; }

std::vector<const records::CvrProblem*> duplicate_cards(const records::CvrReport& report) {
  std::vector<const records::CvrProblem*> out;
  for (const records::CvrProblem& one : report.problems)
    if (one.kind == records::CvrProblemKind::duplicate_card) out.push_back(&one);
  return out;
}

TotalsComparison compare_totals(const records::CvrTable& votes, const std::vector<records::ContestTally>& tallies,
                                const records::ReportedResults& results) {
  TotalsComparison out;
  const std::vector<NameMatch> matches = match_names(names_of(votes.contests), names_of(results.contests));
  const std::vector<bool> is_part = parts_of_others(results);
  std::vector<bool> seen(votes.contests.size(), false);
  for (std::size_t c = 0; c < results.contests.size(); ++c) {
    const records::ReportedContest& reported = results.contests[c];
    if (!matches[c].counted) {
      std::uint64_t sum = 0, line = 0;
      for (const ReportedVotes& one : reported_votes(is_part, reported)) {
        add_votes(sum, one.votes);
        if (line == 0) line = one.line;
      }
      add_row(out, {matches[c].twice ? TotalsRow::State::name_twice : TotalsRow::State::only_in_results, reported.name, "", 0, sum, line});
      continue;
    }
    seen[*matches[c].counted] = true;
    compare_contest(out, votes.contests[*matches[c].counted], tallies[*matches[c].counted], is_part, reported);
  }
  for (std::size_t i = 0; i < votes.contests.size(); ++i) {
    if (seen[i]) continue;
    std::uint64_t sum = 0;
    for (const std::uint64_t n : tallies[i].votes) sum += n;
    if (sum > 0) add_row(out, {TotalsRow::State::only_in_votes, votes.contests[i].name, "", sum, 0, 0});
  }
  add_contradictions(out, results);
  return out;
}

}  // namespace entente::measures::p3_elections
