// ClearBallot's CSV: one header row. Vote columns are named "Choice_1_1:Contest:Vote For 1:Choice:Party" (a contest's name may itself have
// colons: "Vote For" is looked for), of ranked contests "RcvChoice_1_1:Contest:Rank:Rule:Choice:Party". Cells are empty, 0 or 1.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/utf8.h"
#include "measures/p3_elections/records/cvr_build.h"

namespace entente::measures::p3_elections::records {

namespace {

using tables::CsvReader;
using tables::CsvRow;
using tables::trimmed;

struct ClearTitle {
  std::string_view contest, choice;
  std::uint32_t votes_allowed = 1, rank = 0;
};

std::optional<std::uint32_t> clear_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size() || value == 0 || value > 1000) return std::nullopt;
  return value;
}

std::optional<ClearTitle> clear_title(std::string_view cell) {
  const auto first = cell.find(':');
  const auto last = cell.rfind(':');
  if (first == std::string_view::npos || last == first) return std::nullopt;
  ClearTitle out;
  const std::string_view rest = cell.substr(first + 1, last - first - 1);  // without the id and the party
  if (cell.starts_with("RcvChoice_")) {
    // contest:rank:rule:choice, the rank a number
    const auto choice = rest.rfind(':');
    const auto rule = choice == std::string_view::npos || choice == 0 ? choice : rest.rfind(':', choice - 1);
    const auto rank = rule == std::string_view::npos || rule == 0 ? std::string_view::npos : rest.rfind(':', rule - 1);
    if (rank == std::string_view::npos) return std::nullopt;
    const auto number = clear_number(trimmed(rest.substr(rank + 1, rule - rank - 1)));
    if (!number) return std::nullopt;
    out = {trimmed(rest.substr(0, rank)), trimmed(rest.substr(choice + 1)), *number, *number};
  } else {
    static constexpr std::string_view kRule = ":Vote For ";
    const auto rule = rest.find(kRule);
    if (rule == std::string_view::npos) return std::nullopt;
    const auto choice = rest.find(':', rule + kRule.size());
    if (choice == std::string_view::npos) return std::nullopt;
    const auto number = clear_number(rest.substr(rule + kRule.size(), choice - rule - kRule.size()));
    if (!number) return std::nullopt;
    out = {trimmed(rest.substr(0, rule)), trimmed(rest.substr(choice + 1)), *number, 0};
  }
  if (out.contest.empty() || out.choice.empty()) return std::nullopt;
  return out;
}

class ClearBallot {
 public:
  ClearBallot(CvrBuilder& b, std::string_view text, const std::string& name) : b_(b), name_(name), reader_(text, name) {}

  Result<void> read() {
    CsvRow row;
    ENTENTE_TRY(const bool more, reader_.next(row));
    if (!more) return fail("no rows", {.file = name_});
    ENTENTE_CHECK(header(row));
    b_.add_file(name_);
    for (;;) {
      ENTENTE_TRY(const bool another, reader_.next(row));
      if (!another) return {};
      if (std::all_of(row.cells.begin(), row.cells.end(), [](std::string_view c) { return trimmed(c).empty(); })) continue;
      ENTENTE_CHECK(card(row));
    }
  }

 private:
  struct Vote {
    std::uint32_t contest = 0, choice = 0, rank = 0;
  };

  Result<void> header(const CsvRow& row) {
    static constexpr std::pair<std::string_view, std::uint32_t CvrCard::*> kFields[] = {
        {"boxid", &CvrCard::batch},         {"boxposition", &CvrCard::record},  {"ballotid", &CvrCard::imprinted_id},
        {"precinctid", &CvrCard::precinct}, {"ballotstyleid", &CvrCard::style}, {"scancomputername", &CvrCard::tabulator}};
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      const std::string_view cell = trimmed(row.cells[c]);
      if (!cell.starts_with("Choice_") && !cell.starts_with("RcvChoice_")) {
        if (!votes_.empty() && !cell.empty()) return fail("a column of another kind among the votes", reader_.where(row, c));
        if (!votes_.empty()) continue;
        fields_.push_back(nullptr);
        const std::string lower = lower_ascii(cell);
        for (const auto& [name, member] : kFields)
          if (lower == name) fields_.back() = member;
        if (fields_.back() == nullptr && lower != "rownumber" && lower != "precinctstylename" && lower != "status" && lower != "remade" &&
            !cell.empty())
          b_.problem(CvrProblemKind::unknown_column, reader_.where(row, c), fmt::format("column \"{}\" passed over", printable(cell, 60)));
        continue;
      }
      const auto title = clear_title(cell);
      if (!title)
        return fail(fmt::format("\"{}\" is no name of a vote column", printable(cell, 120)), reader_.where(row, c),
                    "as in \"Choice_1_1:Mayor:Vote For 1:Ada Example:\"");
      const std::uint32_t contest = b_.contest(title->contest);
      CvrContest& k = b_.table.contests[contest];
      k.ranked = title->rank > 0;
      k.votes_allowed = k.ranked ? std::max(k.votes_allowed, title->rank) : title->votes_allowed;
      votes_.push_back({contest, b_.choice(contest, title->choice), title->rank});
    }
    if (votes_.empty()) return fail("no vote column", reader_.where(row, 0));
    // Columns of a contest together, whatever their order.
    order_.resize(votes_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return votes_[a].contest < votes_[b].contest; });
    return {};
  }

  Result<void> card(const CsvRow& row) {
    CvrCard card{.source_line = row.line};
    for (std::size_t c = 0; c < fields_.size(); ++c)
      if (fields_[c] != nullptr) card.*fields_[c] = b_.table.intern(trimmed(row.cell(c)));
    for (std::size_t c = fields_.size() + votes_.size(); c < row.cells.size(); ++c)
      if (!trimmed(row.cells[c]).empty()) return fail("a cell beyond the last contest", reader_.where(row, c));
    b_.begin_card(card);
    std::uint32_t open = UINT32_MAX;
    for (const std::size_t v : order_) {
      const std::size_t column = fields_.size() + v;
      const std::string_view cell = trimmed(row.cell(column));
      if (cell.empty()) continue;
      if (cell != "0" && cell != "1")
        return fail(fmt::format("\"{}\" is neither 0 nor 1", printable(cell, 40)), reader_.where(row, column));
      if (votes_[v].contest != open) b_.begin_contest(open = votes_[v].contest);
      if (cell == "1") b_.mark(votes_[v].choice, std::max(votes_[v].rank, 1U));
    }
    b_.find_overvotes(b_.table.cards.size() - 1);
    return b_.end_card(reader_.where(row, 0));
  }

  CvrBuilder& b_;
  const std::string& name_;
  CsvReader reader_;
  std::vector<std::uint32_t CvrCard::*> fields_;  // nullptr: passed over
  std::vector<Vote> votes_;                       // by vote column
  std::vector<std::size_t> order_;
};

}  // namespace

Result<void> read_clearballot(CvrBuilder& b, const CvrFiles& files) {
  return files.each(CvrFileKind::clearballot, [&](const std::string& name, std::string_view bytes) -> Result<void> {
    ENTENTE_TRY(const tables::DecodedText text, cvr_text(b, name, bytes));
    return ClearBallot(b, text.text(), name).read();
  });
}

}  // namespace entente::measures::p3_elections::records
