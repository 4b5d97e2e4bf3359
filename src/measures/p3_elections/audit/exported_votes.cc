// One pass over the cards of an export. What a plan does not know is an error, not left out: an unknown choice may be the vote that voids
// or decides.
#include "measures/p3_elections/audit/exported_votes.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "core/utf8.h"
#include "measures/p3_elections/irv/ballot_rules.h"

namespace entente::measures::p3_elections::audit {

using records::CvrTable;

namespace {

constexpr std::uint32_t kUnknownChoice = ~std::uint32_t{0};

// A contest of the plan in the table: its number there, and by choice of the table the choice of the plan.
struct ExportedContest {
  std::uint32_t index = 0;
  std::vector<std::uint32_t> choices;
};

Result<std::vector<ExportedContest>> exported_contests(const CvrTable& table, const AuditPlan& plan) {
  std::vector<ExportedContest> out;
  for (const PlanContest& c : plan.contests) {
    ExportedContest contest{table.contest_index(c.contest.name), {}};
    if (contest.index >= table.contests.size())
      return fail(fmt::format("the vote records have no contest \"{}\"", printable(c.contest.name, 100)),
                  {.file = table.files.empty() ? std::string() : table.files[0]}, "names must be written as in the export");
    for (const std::string& name : table.contests[contest.index].choices) {
      const auto found = std::find(c.contest.choices.begin(), c.contest.choices.end(), name);
      contest.choices.push_back(found == c.contest.choices.end() ? kUnknownChoice
                                                                 : static_cast<std::uint32_t>(found - c.contest.choices.begin()));
    }
    out.push_back(std::move(contest));
  }
  return out;
}

Where card_place(const CvrTable& table, const records::CvrCard& card) {
  return {.file = card.source_file < table.files.size() ? table.files[card.source_file] : std::string(),
          .line = card.source_line == 0 ? std::nullopt : std::optional(card.source_line)};
}

std::string exported_name(const CvrTable& table, const records::CvrCard& card) {
  const std::string_view imprinted = table.text(card.imprinted_id);
  if (!imprinted.empty()) return std::string(imprinted);
  return fmt::format("{}-{}-{}", table.text(card.tabulator), table.text(card.batch), table.text(card.record));
}

Result<std::uint32_t> exported_vote(const CvrTable& table, const records::CvrCard& card, const PlanContest& plan,
                                    const ExportedContest& contest, risk::VotePatterns& patterns) {
  const records::CvrCardContest* there = table.contest_on(card, contest.index);
  if (there == nullptr) return risk::VotePatterns::kAbsent;
  std::vector<records::CvrMark> marks;
  if (there->overvotes != 0 && !plan.ranked()) return patterns.intern(marks, true);
  std::vector<irv::RankMark> ranks;
  for (const records::CvrMark& mark : table.marks_of(*there)) {
    const std::uint32_t choice = contest.choices[mark.choice];
    if (choice == kUnknownChoice)
      return fail(fmt::format("a mark for \"{}\", which is no choice of \"{}\" in the plan",
                              printable(table.contests[contest.index].choices[mark.choice], 100), printable(plan.contest.name, 100)),
                  card_place(table, card), "write-ins and withdrawn choices that were marked belong in the plan too");
    if (plan.ranked()) {
      ranks.push_back({static_cast<irv::Candidate>(choice), mark.rank});
      continue;
    }
    if (!plan.scored() && mark.rank != 1)
      return fail(fmt::format("\"{}\" has {} votes on one card", printable(plan.contest.choices[choice], 100), mark.rank),
                  card_place(table, card), "cumulative voting is not audited here");
    marks.push_back({choice, mark.rank});
  }
  if (plan.ranked())
    for (const irv::Candidate c : irv::ranking_of(ranks, irv::san_francisco_rules()))
      marks.push_back({c, static_cast<std::uint32_t>(marks.size() + 1)});
  std::sort(marks.begin(), marks.end(),
            [&](const auto& a, const auto& b) { return plan.ranked() ? a.rank < b.rank : a.choice < b.choice; });
  return patterns.intern(marks, plan.voided(marks.size()));
}

}  // namespace

bool is_own_card_file(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.starts_with('"')) text.remove_prefix(1);
  return text.starts_with("card,") || text.starts_with("card\"") || text.starts_with("card ");
}

Result<CardVotes> exported_card_votes(std::span<const records::CvrSource> files, const AuditPlan& plan, const Population& population,
                                      Patterns& patterns) {
  ENTENTE_TRY(const records::CvrRead read, records::read_cvrs(files));
  const CvrTable& table = read.table;
  ENTENTE_TRY(const auto contests, exported_contests(table, plan));
  CardVotes out;
  std::unordered_map<std::uint64_t, std::uint64_t> seen;
  for (const records::CvrCard& card : table.cards) {
    const std::string name = exported_name(table, card);
    const auto position = population.position_of(name);
    if (!position)
      return fail(fmt::format("the card \"{}\" is not in the manifests", printable(name, 100)), card_place(table, card),
                  "more records than cards must be explained, not drawn from");
    if (!seen.emplace(*position, card.source_line).second)
      return fail(fmt::format("two vote records of the card \"{}\"", printable(name, 100)), card_place(table, card));
    out.positions.push_back(*position);
    out.lines.push_back(card.source_line);
    out.found.push_back(true);
    for (std::size_t c = 0; c < contests.size(); ++c) {
      ENTENTE_TRY(const std::uint32_t vote, exported_vote(table, card, plan.contests[c], contests[c], patterns[c]));
      out.votes.push_back(vote);
    }
  }
  return out;
}

}  // namespace entente::measures::p3_elections::audit
