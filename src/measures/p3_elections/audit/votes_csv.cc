// The two CSV readers of an audit. A header names the columns, in any order of the contests; every cell must say something, because an
// empty one could be a card nobody looked at.
#include "measures/p3_elections/audit/votes_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/ascii.h"
#include "core/utf8.h"
#include "measures/p3_elections/irv/ballot_rules.h"
#include "measures/p3_elections/tables/csv.h"

namespace entente::measures::p3_elections::audit {

using records::CvrMark;
using tables::CsvReader;
using tables::CsvRow;
using tables::trimmed;

namespace {

constexpr std::string_view kNotOnCard = "-";
constexpr std::string_view kNoVote = "[no vote]";
constexpr std::string_view kOvervote = "[overvote]";
constexpr std::uint32_t kMaxRanks = 64;

std::string quoted_cell(std::string_view cell) { return fmt::format("\"{}\"", printable(cell, 100)); }

using ChoiceIndex = std::unordered_map<std::string_view, std::uint32_t>;

std::vector<ChoiceIndex> choice_indexes(const AuditPlan& plan) {
  std::vector<ChoiceIndex> out;
  for (const auto& c : plan.contests) {
    ChoiceIndex& index = out.emplace_back();
    for (std::size_t i = 0; i < c.contest.choices.size(); ++i) index.emplace(c.contest.choices[i], static_cast<std::uint32_t>(i));
  }
  return out;
}

// The columns of a file of cards.
struct CardColumns {
  std::size_t card = 0;
  std::optional<std::size_t> status;
  std::vector<std::size_t> contests;  // by contest of the plan
};

Result<CardColumns> card_columns(const CsvReader& reader, const CsvRow& header, CardFile kind, const AuditPlan& plan) {
  std::unordered_map<std::string_view, std::size_t> at;
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    const std::string_view name = trimmed(header.cells[i]);
    if (!at.emplace(name, i).second) return fail(fmt::format("the column {} is there twice", quoted_cell(name)), reader.where(header, i));
  }
  const auto take = [&](std::string_view name) -> std::optional<std::size_t> {
    const auto found = at.find(name);
    if (found == at.end()) return std::nullopt;
    const std::size_t column = found->second;
    at.erase(found);
    return column;
  };
  CardColumns out;
  const auto card = take("card");
  if (!card)
    return fail("the header has no column \"card\"", reader.where(header, 0), "the first line names the columns: card, the contests");
  out.card = *card;
  if (kind == CardFile::interpretations) {
    out.status = take("status");
    if (!out.status) return fail("the header has no column \"status\"", reader.where(header, 0), "write \"found\" or \"not found\" in it");
    (void)take("note");
  }
  for (const auto& c : plan.contests) {
    const auto column = take(c.contest.name);
    if (!column)
      return fail(fmt::format("the header has no column for the contest {}", quoted_cell(c.contest.name)), reader.where(header, 0));
    out.contests.push_back(*column);
  }
  if (!at.empty()) {
    const auto& [name, column] = *std::min_element(at.begin(), at.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return fail(fmt::format("the column {} is no contest of the plan", quoted_cell(name)), reader.where(header, column));
  }
  return out;
}

// One contest's cell becomes the number of its vote.
class CellReader {
 public:
  CellReader(const PlanContest& contest, const ChoiceIndex& choices, risk::VotePatterns& patterns)
      : contest_(contest), choices_(choices), patterns_(patterns) {}

  Result<std::uint32_t> read(std::string_view cell, const Where& where) {
    if (cell == kNotOnCard) return risk::VotePatterns::kAbsent;
    marks_.clear();
    if (cell == kNoVote) return patterns_.intern(marks_);
    if (cell == kOvervote) return patterns_.intern(marks_, true);
    if (cell.empty())
      return fail("an empty cell", where, "write \"-\" where the contest is not on the card, \"[no vote]\" where nothing is marked");
    std::uint32_t rank = 1;
    for (std::size_t from = 0; from <= cell.size(); ++rank) {
      const std::size_t to = std::min(cell.find('|', from), cell.size());
      if (rank > kMaxRanks && contest_.ranked()) return fail(fmt::format("more than {} ranks", kMaxRanks), where);
      ENTENTE_CHECK(segment(cell.substr(from, to - from), rank, where));
      from = to + 1;
    }
    if (contest_.ranked()) return ranking();
    // One number for one vote, in whatever order the choices were written.
    std::sort(marks_.begin(), marks_.end(), [](const CvrMark& a, const CvrMark& b) { return a.choice < b.choice; });
    return patterns_.intern(marks_, contest_.voided(marks_.size()));
  }

 private:
  Result<void> segment(std::string_view text, std::uint32_t rank, const Where& where) {
    if (!contest_.ranked()) return mark(trimmed(text), 1, where);
    if (trimmed(text).empty()) return {};  // a rank left out
    for (std::size_t from = 0; from <= text.size();) {
      const std::size_t to = std::min(text.find(';', from), text.size());
      ENTENTE_CHECK(mark(trimmed(text.substr(from, to - from)), rank, where));
      from = to + 1;
    }
    return {};
  }

  Result<void> mark(std::string_view text, std::uint32_t value, const Where& where) {
    if (contest_.scored()) {
      const auto equals = text.rfind('=');
      const std::string_view digits = equals == std::string_view::npos ? std::string_view() : trimmed(text.substr(equals + 1));
      if (digits.empty() || digits.size() > 4 || !std::all_of(digits.begin(), digits.end(), is_digit))
        return fail(fmt::format("{} has no points", quoted_cell(text)), where, "write \"Ada Example=5|Bob Example=3\"");
      value = 0;
      for (const char c : digits) value = value * 10 + static_cast<std::uint32_t>(c - '0');
      if (value > contest_.contest.max_score)
        return fail(fmt::format("{} has more than {} points", quoted_cell(text), contest_.contest.max_score), where);
      text = trimmed(text.substr(0, equals));
    }
    const auto found = choices_.find(text);
    if (found == choices_.end())
      return fail(fmt::format("{} is no choice of the contest {}", quoted_cell(text), quoted_cell(contest_.contest.name)), where,
                  "names must be written as in the plan, separated by '|'");
    if (!contest_.ranked())
      for (const CvrMark& m : marks_)
        if (m.choice == found->second) return fail(fmt::format("{} is marked twice", quoted_cell(text)), where);
    marks_.push_back({found->second, value});
    return {};
  }

  // By San Francisco's rules (irv/ballot_rules.h), the same for records and paper.
  std::uint32_t ranking() {
    std::vector<irv::RankMark> ranks;
    for (const CvrMark& m : marks_) ranks.push_back({static_cast<irv::Candidate>(m.choice), m.rank});
    marks_.clear();
    for (const irv::Candidate c : irv::ranking_of(ranks, irv::san_francisco_rules()))
      marks_.push_back({c, static_cast<std::uint32_t>(marks_.size() + 1)});
    return patterns_.intern(marks_);
  }

  const PlanContest& contest_;
  const ChoiceIndex& choices_;
  risk::VotePatterns& patterns_;
  std::vector<CvrMark> marks_;
};

Result<bool> found_cell(std::string_view cell, const Where& where) {
  if (cell == "found") return true;
  if (cell == "not found") return false;
  return fail(fmt::format("the status {} is neither \"found\" nor \"not found\"", quoted_cell(cell)), where);
}

}  // namespace

Result<CardVotes> parse_card_votes(std::string_view text, const std::string& name, CardFile kind, const AuditPlan& plan,
                                   const Population& population, Patterns& patterns) {
  CsvReader reader(text, name);
  CsvRow row;
  ENTENTE_TRY(const bool any, reader.next(row));
  if (!any) return fail("the file is empty", {.file = name}, "the first line names the columns");
  ENTENTE_TRY(const CardColumns columns, card_columns(reader, row, kind, plan));
  const std::size_t width = row.cells.size();
  const std::vector<ChoiceIndex> choices = choice_indexes(plan);
  std::vector<CellReader> cells;
  for (std::size_t i = 0; i < plan.contests.size(); ++i) cells.emplace_back(plan.contests[i], choices[i], patterns[i]);
  CardVotes out;
  std::unordered_map<std::uint64_t, std::uint64_t> seen;  // position → line
  while (true) {
    ENTENTE_TRY(const bool more, reader.next(row));
    if (!more) return out;
    if (row.cells.size() > width) return fail("a row with more cells than the header", reader.where(row, width));
    const std::string_view card = trimmed(tables::without_formula(row.cell(columns.card)));
    const auto position = population.position_of(card);
    if (!position)
      return fail(
          fmt::format("the card {} is not in the manifests", quoted_cell(card)), reader.where(row, columns.card),
          "a card's name is its batch's and its place in it: \"3-17-42\"; more records than cards must be explained, not drawn from");
    if (const auto [first, fresh] = seen.emplace(*position, row.line); !fresh)
      return fail(fmt::format("the card {} is there twice, first in line {}", quoted_cell(card), first->second),
                  reader.where(row, columns.card));
    bool found = true;
    if (columns.status) { ENTENTE_TRY(found, found_cell(trimmed(row.cell(*columns.status)), reader.where(row, *columns.status))); }
    out.positions.push_back(*position);
    out.lines.push_back(row.line);
    out.found.push_back(found);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string_view cell = trimmed(row.cell(columns.contests[i]));
      if (!found) {
        if (!cell.empty() && cell != kNotOnCard)
          return fail("a card that was not found has no votes", reader.where(row, columns.contests[i]),
                      "leave the cell empty, or write \"-\"");
        out.votes.push_back(risk::VotePatterns::kPhantom);
        continue;
      }
      ENTENTE_TRY(const std::uint32_t vote, cells[i].read(cell, reader.where(row, columns.contests[i])));
      out.votes.push_back(vote);
    }
  }
}

namespace {

struct BatchColumns {
  std::size_t batch = 0, contest = 0, choice = 0, votes = 0;
};

Result<BatchColumns> batch_columns(const CsvReader& reader, const CsvRow& header) {
  BatchColumns out;
  struct Wanted {
    std::string_view name;
    std::size_t BatchColumns::* at;
  };
  static constexpr Wanted kWanted[] = {{"batch", &BatchColumns::batch},
                                       {"contest", &BatchColumns::contest},
                                       {"choice", &BatchColumns::choice},
                                       {"votes", &BatchColumns::votes}};
  if (header.cells.size() != std::size(kWanted)) return fail("the header must be: batch,contest,choice,votes", reader.where(header, 0));
  for (const auto& wanted : kWanted) {
    std::size_t hits = 0;
    for (std::size_t i = 0; i < header.cells.size(); ++i) {
      if (trimmed(header.cells[i]) != wanted.name) continue;
      out.*wanted.at = i;
      ++hits;
    }
    if (hits != 1) return fail(fmt::format("the header needs one column \"{}\"", wanted.name), reader.where(header, 0));
  }
  return out;
}

// A batch's votes while its lines are read: kUnset where a choice has none yet.
constexpr std::uint64_t kUnset = ~std::uint64_t{0};

Result<void> complete_batches(BatchVotes& out, const std::string& name, const AuditPlan& plan, const Population& population) {
  for (std::size_t row = 0; row < out.batches.size(); ++row) {
    for (std::size_t c = 0; c < plan.contests.size(); ++c) {
      const auto& votes = out.votes[row][c];
      if (!votes) continue;
      const auto& contest = plan.contests[c].contest;
      const CardBatch& batch = population.batches()[out.batches[row]];
      const std::uint64_t marks = contest.function == risk::ChoiceFunction::approval ? contest.choices.size() : contest.votes_allowed;
      std::uint64_t sum = 0;
      for (std::size_t k = 0; k < votes->size(); ++k) {
        if ((*votes)[k] == kUnset)
          return fail(fmt::format("the batch {} has no votes for {} of {}", quoted_cell(batch.name), quoted_cell(contest.choices[k]),
                                  quoted_cell(contest.name)),
                      {.file = name}, "a batch has all choices of a contest or none");
        sum += (*votes)[k];
      }
      if (sum > batch.cards * marks)
        return fail(fmt::format("the batch {} has {} votes in {}, more than its {} cards can hold", quoted_cell(batch.name), sum,
                                quoted_cell(contest.name), batch.cards),
                    {.file = name});
    }
  }
  return {};
}

}  // namespace

Result<BatchVotes> parse_batch_votes(std::string_view text, const std::string& name, const AuditPlan& plan, const Population& population) {
  CsvReader reader(text, name);
  CsvRow row;
  ENTENTE_TRY(const bool any, reader.next(row));
  if (!any) return fail("the file is empty", {.file = name}, "the first line is: batch,contest,choice,votes");
  ENTENTE_TRY(const BatchColumns columns, batch_columns(reader, row));
  const std::vector<ChoiceIndex> choices = choice_indexes(plan);
  std::unordered_map<std::string_view, std::size_t> contests;
  for (std::size_t i = 0; i < plan.contests.size(); ++i) contests.emplace(plan.contests[i].contest.name, i);
  BatchVotes out;
  std::unordered_map<std::size_t, std::size_t> rows;
  while (true) {
    ENTENTE_TRY(const bool more, reader.next(row));
    if (!more) break;
    const std::string_view batch_cell = trimmed(tables::without_formula(row.cell(columns.batch)));
    const auto batch = population.batch_named(batch_cell);
    if (!batch) return fail(fmt::format("the batch {} is not in the manifests", quoted_cell(batch_cell)), reader.where(row, columns.batch));
    const std::string_view contest_cell = trimmed(row.cell(columns.contest));
    const auto contest = contests.find(contest_cell);
    if (contest == contests.end())
      return fail(fmt::format("{} is no contest of the plan", quoted_cell(contest_cell)), reader.where(row, columns.contest));
    const std::string_view choice_cell = trimmed(row.cell(columns.choice));
    const auto choice = choices[contest->second].find(choice_cell);
    if (choice == choices[contest->second].end())
      return fail(fmt::format("{} is no choice of {}", quoted_cell(choice_cell), quoted_cell(contest_cell)),
                  reader.where(row, columns.choice));
    ENTENTE_TRY(const std::uint64_t votes, tables::parse_count(row.cell(columns.votes), "votes", reader.where(row, columns.votes)));
    const auto [at, fresh] = rows.emplace(*batch, out.batches.size());
    if (fresh) {
      out.batches.push_back(*batch);
      out.votes.emplace_back(plan.contests.size());
    }
    auto& tally = out.votes[at->second][contest->second];
    if (!tally) tally.emplace(plan.contests[contest->second].contest.choices.size(), kUnset);
    if ((*tally)[choice->second] != kUnset)
      return fail(fmt::format("the batch {} has {} twice", quoted_cell(batch_cell), quoted_cell(choice_cell)),
                  reader.where(row, columns.choice));
    (*tally)[choice->second] = votes;
  }
  ENTENTE_CHECK(complete_batches(out, name, plan, population));
  return out;
}

}  // namespace entente::measures::p3_elections::audit
