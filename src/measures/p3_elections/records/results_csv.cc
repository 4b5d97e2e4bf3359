// Reported results as CSV, told apart by their header: Colorado's tabulate.csv and tabulateCounty.csv, Clarity's summary, and statements of
// votes by precinct, where a row repeats the totals of its contest and precinct (they must agree).
#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_set>

#include "core/ascii.h"
#include "measures/p3_elections/records/results_internal.h"
#include "measures/p3_elections/tables/csv.h"

namespace entente::measures::p3_elections::records {

namespace {

using tables::CsvReader;
using tables::CsvRow;

enum class ResultsCsvField : std::size_t { contest, choice, votes, unit, party, ballots, undervotes, overvotes, count_ };

struct ResultsCsvLayout {
  std::string_view format, unit_kind;
  std::array<std::string_view, static_cast<std::size_t>(ResultsCsvField::count_)> headers;  // lower case; empty: not in this format
};

// contest, choice, votes, unit, party, ballots, undervotes, overvotes. The first whose headers are all there counts.
constexpr ResultsCsvLayout kResultsCsvLayouts[] = {
    {"statement of votes",
     "precinct",
     {"contest title", "choice name", "total votes", "precinct code", "", "total ballots", "total undervotes", "total overvotes"}},
    {"Clarity summary", "", {"contest name", "choice name", "total votes", "", "party name", "", "under votes", "over votes"}},
    {"tabulateCounty", "county", {"contest_name", "choice", "votes", "county_name", "", "", "", ""}},
    {"tabulate", "", {"contest_name", "choice", "votes", "", "", "", "", ""}},
};

struct ResultsCsvColumns {
  const ResultsCsvLayout* layout = nullptr;
  std::array<std::size_t, static_cast<std::size_t>(ResultsCsvField::count_)> at{};
  [[nodiscard]] bool has(ResultsCsvField f) const { return !layout->headers[static_cast<std::size_t>(f)].empty(); }
  [[nodiscard]] std::size_t column(ResultsCsvField f) const { return at[static_cast<std::size_t>(f)]; }
  [[nodiscard]] std::string_view cell(const CsvRow& row, ResultsCsvField f) const {
    return has(f) ? tables::trimmed(tables::without_formula(tables::trimmed(row.cell(column(f))))) : std::string_view();
  }
  // As written: there have been contests that differ in trailing blanks alone.
  [[nodiscard]] std::string_view name(const CsvRow& row, ResultsCsvField f) const { return tables::without_formula(row.cell(column(f))); }
};

std::optional<ResultsCsvColumns> results_csv_columns(const CsvRow& row) {
  std::vector<std::string> headers;
  for (const std::string_view cell : row.cells) headers.push_back(lower(tables::trimmed(cell)));
  for (const ResultsCsvLayout& layout : kResultsCsvLayouts) {
    ResultsCsvColumns columns;
    columns.layout = &layout;
    bool all = true;
    for (std::size_t i = 0; i < layout.headers.size() && all; ++i) {
      if (layout.headers[i].empty()) continue;
      const auto found = std::ranges::find(headers, layout.headers[i]);
      all = found != headers.end();
      columns.at[i] = static_cast<std::size_t>(found - headers.begin());
    }
    if (all) return columns;
  }
  return std::nullopt;
}

// "State Senator (Vote For 2)" is State Senator, of two votes.
std::string_view results_without_vote_for(std::string_view name, std::uint32_t& votes_allowed) {
  constexpr std::string_view kMark = " (Vote For ";
  const std::size_t at = name.rfind(kMark);
  if (at == std::string_view::npos || !name.ends_with(')')) return name;
  const std::string_view number = name.substr(at + kMark.size(), name.size() - 1 - at - kMark.size());
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size() || value == 0 || value > 1000) return name;
  votes_allowed = value;
  return name.substr(0, at);
}

class ResultsCsv {
 public:
  ResultsCsv(ReportedResults& results, const ResultsCsvColumns& columns) : results_(results), columns_(columns) {
    results.format = columns.layout->format;
  }

  Result<void> take(const CsvRow& row) {
    std::uint32_t allowed = 0;
    const std::string_view contest_name = results_without_vote_for(columns_.name(row, ResultsCsvField::contest), allowed);
    const std::string_view choice_name = columns_.name(row, ResultsCsvField::choice);
    if (contest_name.empty() && choice_name.empty()) return {};  // a line of notes or totals under the table
    if (contest_name.empty() || choice_name.empty())
      return fail("a row without a contest or choice",
                  where(row, contest_name.empty() ? ResultsCsvField::contest : ResultsCsvField::choice));
    ReportedContest& contest = results_.contest_of(contest_name);
    if (allowed != 0) contest.votes_allowed = allowed;
    const std::uint32_t choice = ReportedResults::choice_of(contest, choice_name);
    contest.choices[choice].party = columns_.cell(row, ResultsCsvField::party);
    std::uint32_t unit = kWholeUnit;
    if (columns_.has(ResultsCsvField::unit)) {
      const std::string_view name = columns_.cell(row, ResultsCsvField::unit);
      if (name.empty()) return fail("a row without its " + std::string(columns_.layout->unit_kind), where(row, ResultsCsvField::unit));
      unit = results_.unit_of(name, columns_.layout->unit_kind);
    }
    ENTENTE_TRY(const std::uint64_t votes, number(row, ResultsCsvField::votes, "the number of votes"));
    const auto contest_number = static_cast<std::uint64_t>(&contest - results_.contests.data());
    if (choice >= kMaxResultsChoices || unit >= (1u << 24) || contest_number >= (1u << 24))
      return fail("too many choices, units or contests", where(row, ResultsCsvField::contest));
    if (!seen_.insert(contest_number << 40 | std::uint64_t{unit} << 16 | choice).second)
      return fail("a second row of " + std::string(contest_name) + ", " + std::string(choice_name), where(row, ResultsCsvField::choice));
    if (seen_.size() > kMaxResultsCounts) return fail("more than 50 million counts", where(row, ResultsCsvField::votes));
    contest.counts.push_back({.unit = unit, .choice = choice, .votes = votes, .line = row.line});
    return take_totals(row, contest, contest_number, unit);
  }

 private:
  Result<void> take_totals(const CsvRow& row, ReportedContest& contest, std::uint64_t contest_number, std::uint32_t unit) {
    if (!columns_.has(ResultsCsvField::undervotes)) return {};
    ReportedTotals totals{.unit = unit, .ballots = {}, .undervotes = {}, .overvotes = {}, .line = row.line};
    if (columns_.has(ResultsCsvField::ballots)) {
      ENTENTE_TRY(totals.ballots, number(row, ResultsCsvField::ballots, "the number of ballots"));
    }
    ENTENTE_TRY(totals.undervotes, number(row, ResultsCsvField::undervotes, "the number of undervotes"));
    ENTENTE_TRY(totals.overvotes, number(row, ResultsCsvField::overvotes, "the number of overvotes"));
    const auto [it, fresh] = totals_.try_emplace(contest_number << 32 | unit, contest.totals.size());
    if (fresh) {
      contest.totals.push_back(totals);
      return {};
    }
    const ReportedTotals& before = contest.totals[it->second];
    if (before.ballots != totals.ballots || before.undervotes != totals.undervotes || before.overvotes != totals.overvotes)
      return fail("ballots, undervotes or overvotes differ from those of the same contest on line " + std::to_string(before.line),
                  where(row, ResultsCsvField::undervotes));
    return {};
  }

  Result<std::uint64_t> number(const CsvRow& row, ResultsCsvField field, std::string_view what) const {
    const std::string_view cell = columns_.cell(row, field);
    if (const auto plain = tables::plain_count(cell)) return *plain;
    return tables::parse_count(cell, what, where(row, field));
  }
  [[nodiscard]] Where where(const CsvRow& row, ResultsCsvField field) const {
    return {.file = results_.file, .line = row.line, .column = columns_.column(field) + 1};
  }

  ReportedResults& results_;
  const ResultsCsvColumns columns_;
  std::unordered_set<std::uint64_t> seen_;
  std::unordered_map<std::uint64_t, std::size_t> totals_;  // contest and unit → index in its totals
};

}  // namespace

Result<ReportedResults> parse_results_csv(std::string_view text, std::string name) {
  ReportedResults results;
  results.file = std::move(name);
  CsvReader reader(text, results.file);
  std::optional<ResultsCsv> rows;
  CsvRow row;
  for (std::size_t seen = 0; rows || seen < 10; ++seen) {
    ENTENTE_TRY(const bool more, reader.next(row));
    if (!more) break;
    if (rows) {
      ENTENTE_CHECK(rows->take(row));
    } else if (const auto columns = results_csv_columns(row)) {
      rows.emplace(results, *columns);
    }
  }
  if (!rows)
    return fail("no known table of results: none of the first rows names contest, choice and votes", {.file = results.file, .line = 1},
                "known are statements of votes by precinct, Clarity's summary.csv, and Colorado's tabulate.csv and tabulateCounty.csv");
  return results;
}

}  // namespace entente::measures::p3_elections::records
