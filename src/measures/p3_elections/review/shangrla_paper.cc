// Paper of one contest. A full count evaluates each assertion on all papers; a card without a usable paper may be anything, so each sum has
// a least and a largest value. Assertions of an IRV contest are sufficient, not necessary: where one fails on the paper, the paper is
// counted round by round.
#include "measures/p3_elections/review/shangrla_paper.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_set>

#include "measures/p3_elections/irv/tabulate.h"

namespace entente::measures::p3_elections::review {
namespace {

using ShangrlaVotes = std::vector<std::pair<std::string, std::uint32_t>>;

// The contest by its id; by its name too where no other contest of the log has that as its id.
bool shangrla_is_contest(const ShangrlaRecord& log, const ShangrlaContest& contest, const std::string& key) {
  if (key == contest.id) return true;
  return key == contest.rules.name &&
         std::none_of(log.contests.begin(), log.contests.end(), [&](const ShangrlaContest& c) { return c.id == key; });
}

// The reported winner of an IRV contest wins on the papers, whatever way ties fall.
bool shangrla_irv_winner_on_paper(const ShangrlaState& state, std::span<const std::uint64_t> counts) {
  const auto n = static_cast<unsigned>(state.rules.choices.size());
  if (n == 0 || n > irv::kMaxCandidates || state.contest->winners.size() != 1) return false;
  irv::RankingGrouper grouper(n);
  for (std::uint32_t p = risk::VotePatterns::kPhantom + 1; p < counts.size(); ++p) {
    if (counts[p] == 0) continue;
    const auto on = state.cards.patterns.marks(p);
    std::vector<records::CvrMark> marks(on.begin(), on.end());
    std::stable_sort(marks.begin(), marks.end(), [](const auto& a, const auto& b) { return a.rank < b.rank; });
    std::vector<irv::Candidate> ranking;
    for (std::size_t i = 0; i < marks.size(); ++i) {
      const bool shared = (i > 0 && marks[i - 1].rank == marks[i].rank) || (i + 1 < marks.size() && marks[i + 1].rank == marks[i].rank);
      if (shared) break;  // an overvoted rank ends what the ballot says
      const auto c = static_cast<irv::Candidate>(marks[i].choice);
      if (marks[i].choice < n && std::find(ranking.begin(), ranking.end(), c) == ranking.end()) ranking.push_back(c);
    }
    grouper.add(ranking, counts[p]);
  }
  const auto count = irv::count_irv(grouper.take());
  return count && count->winner && state.rules.choices[*count->winner] == state.contest->winners[0];
}

}  // namespace

std::uint32_t shangrla_paper_pattern(const ShangrlaRecord& log, ShangrlaState& state, const ShangrlaMvr& mvr) {
  if (mvr.phantom) return risk::VotePatterns::kPhantom;
  const ShangrlaVotes* votes = nullptr;
  bool twice = false;
  for (const auto& [contest, on] : mvr.contests) {
    if (!shangrla_is_contest(log, *state.contest, contest)) continue;
    twice = twice || votes != nullptr;
    votes = &on;
  }
  if (votes == nullptr) return risk::VotePatterns::kAbsent;
  std::vector<records::CvrMark> marks;
  std::unordered_set<std::string_view> seen;
  for (const auto& [candidate, rank] : *votes) {
    const auto at = std::find(state.rules.choices.begin(), state.rules.choices.end(), candidate);
    if (at == state.rules.choices.end()) ++state.unknown_choices[candidate];
    twice = twice || !seen.insert(candidate).second;
    marks.push_back({.choice = static_cast<std::uint32_t>(at - state.rules.choices.begin()), .rank = rank});
  }
  if (twice) {
    state.ambiguous_papers.push_back(mvr.id);
    return risk::VotePatterns::kPhantom;
  }
  return state.cards.patterns.intern(marks);
}

void shangrla_paper_findings(const ShangrlaState& state, const std::string& file, Review& review) {
  const auto find = [&](std::string_view code, std::string summary, std::vector<Row> rows) {
    if (rows.size() > kShangrlaRows) rows.resize(kShangrlaRows);
    shangrla_finding(review, code, Severity::failure, state.name, std::move(summary), std::move(rows));
  };
  if (!state.unknown_choices.empty()) {
    std::vector<Row> rows;
    for (const auto& [choice, papers] : state.unknown_choices) rows.push_back({file, 0, fmt::format("\"{}\": {} papers", choice, papers)});
    find(kAssertions,
         fmt::format("The paper has votes for {} choices that neither the vote records nor the log list: no assertion is about them.",
                     state.unknown_choices.size()),
         std::move(rows));
  }
  if (!state.ambiguous_papers.empty()) {
    std::vector<Row> rows;
    for (const std::string& id : state.ambiguous_papers) rows.push_back({file, 0, id});
    find(kReconcile,
         fmt::format("{} papers have the contest, or a choice in it, twice; each counts as the worst for every assertion.",
                     state.ambiguous_papers.size()),
         std::move(rows));
  }
}

bool shangrla_full_count(const ShangrlaState& state, std::span<const ShangrlaDrawn> drawn, Review& review) {
  std::vector<std::uint64_t> counts(state.cards.patterns.size());
  for (const ShangrlaDrawn& card : drawn) ++counts[card.mvr_pattern];
  const bool style = state.style == risk::CardStyle::used;
  const std::uint64_t unknown = counts[risk::VotePatterns::kPhantom] + (style ? counts[risk::VotePatterns::kAbsent] : 0);
  const auto cards = static_cast<double>(drawn.size());
  std::vector<Row> wrong, open;
  bool tie = unknown == 0;  // nothing worse than a mean of 1/2
  for (const ShangrlaAssertion& a : state.assertions) {
    double sum = 0;  // cards without a paper as 0, the worst
    for (std::uint32_t p = 0; p < counts.size(); ++p) sum += static_cast<double>(counts[p]) * risk::paper_value(a.values, p, state.style);
    const double best = sum + static_cast<double>(unknown) * a.assertion.upper, slack = 1e-12 * cards * a.assertion.upper;
    if (sum > cards / 2 + slack) continue;
    const std::string text = fmt::format("{}: mean {:.6g} over the paper, 0.5 or less", a.assertion.name, sum / cards);
    tie = tie && sum >= cards / 2 - slack;
    (best > cards / 2 + slack ? open : wrong).push_back({"", 0, text});
  }
  if (wrong.empty() && open.empty()) return true;
  if (state.rules.function == risk::ChoiceFunction::irv && shangrla_irv_winner_on_paper(state, counts)) {
    if (unknown == 0) return true;
    std::move(wrong.begin(), wrong.end(), std::back_inserter(open));
    wrong.clear();
  }
  const std::size_t failing = wrong.size() + open.size();
  if (!wrong.empty())
    shangrla_finding(
        review, tie ? kTie : kWrongOutcome, Severity::failure, state.name,
        fmt::format("All {} cards were read, and the paper does not give the reported outcome: {} of {} assertions fail on it.",
                    drawn.size(), failing, state.assertions.size()),
        std::move(wrong));
  else
    shangrla_finding(review, kLimitNotMet, Severity::failure, state.name,
                     fmt::format("All {} cards were drawn; {} of them without a paper that has the contest could change the outcome.",
                                 drawn.size(), unknown),
                     std::move(open));
  return false;
}

}  // namespace entente::measures::p3_elections::review
