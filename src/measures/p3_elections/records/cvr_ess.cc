// ES&S: a table with a row a vote record — "Cast Vote Record" (its number), "Precinct", "Ballot Style", perhaps more, then a column a
// contest with the name of what was voted, or the words overvote and undervote — and "Ballots" tables that say for the same numbers in
// which batch and on which tabulator the card was read. These have rows of titles above (or none) and a "Total : n" below. Either may be
// CSV or .xlsx.
//
// A contest with several votes or ranks has several columns: with the same name, with no name after the first, or "Mayor 1st Choice",
// "Mayor 2nd Choice" …, which makes it ranked.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "core/utf8.h"
#include "measures/p3_elections/records/cvr_build.h"
#include "measures/p3_elections/tables/xlsx.h"

namespace entente::measures::p3_elections::records {

namespace {

using tables::CsvReader;
using tables::CsvRow;
using tables::trimmed;

// Rows of a CSV or of a workbook's first sheet, by one interface.
class EssRows {
 public:
  static Result<EssRows> open(CvrBuilder& b, const std::string& name, std::string_view bytes) {
    EssRows out(name);
    if (tables::looks_like_xlsx(bytes)) {
      ENTENTE_TRY(std::vector<tables::Sheet> sheets, tables::read_xlsx(bytes, name));
      if (!sheets.empty()) out.sheet_ = std::move(sheets.front());
      out.workbook_ = true;
    } else {
      ENTENTE_TRY(tables::DecodedText text, cvr_text(b, name, bytes));
      out.text_ = std::make_unique<tables::DecodedText>(std::move(text));
      out.reader_ = std::make_unique<CsvReader>(out.text_->text(), name);
    }
    return out;
  }

  Result<bool> next(CsvRow& row) {
    if (!workbook_) return reader_->next(row);
    if (at_ == sheet_.rows.size()) return false;
    const tables::SheetRow& source = sheet_.rows[at_++];
    cells_.assign(source.cells.begin(), source.cells.end());
    row.line = source.row;
    row.cells = cells_;
    return true;
  }
  [[nodiscard]] Where where(const CsvRow& row, std::size_t column) const { return {.file = name_, .line = row.line, .column = column + 1}; }

 private:
  explicit EssRows(std::string name) : name_(std::move(name)) {}
  std::string name_;
  bool workbook_ = false;
  tables::Sheet sheet_;
  std::size_t at_ = 0;
  std::vector<std::string_view> cells_;
  std::unique_ptr<tables::DecodedText> text_;
  std::unique_ptr<CsvReader> reader_;
};

enum class EssField { record, precinct, style, batch, tabulator_cvr, machine, group, other, unknown };

EssField ess_field(std::string_view header) {
  static constexpr std::pair<std::string_view, EssField> kFields[] = {{"cast vote record", EssField::record},
                                                                      {"precinct", EssField::precinct},
                                                                      {"ballot style", EssField::style},
                                                                      {"batch", EssField::batch},
                                                                      {"batch name", EssField::batch},
                                                                      {"tabulator cvr", EssField::tabulator_cvr},
                                                                      {"machine", EssField::machine},
                                                                      {"tabulator", EssField::machine},
                                                                      {"reporting group", EssField::group},
                                                                      {"ballot status", EssField::other},
                                                                      {"original ballot exception", EssField::other},
                                                                      {"remaining ballot exception", EssField::other},
                                                                      {"write-in type", EssField::other},
                                                                      {"results report", EssField::other},
                                                                      {"audit number", EssField::other},
                                                                      {"type", EssField::other},
                                                                      {"poll place", EssField::other},
                                                                      {"poll place id", EssField::other},
                                                                      {"precinct id", EssField::other},
                                                                      {"adjudicated by", EssField::other}};
  const std::string lower = lower_ascii(trimmed(header));
  for (const auto& [name, field] : kFields)
    if (lower == name) return field;
  return EssField::unknown;
}

struct EssBallot {
  std::string batch, tabulator, tabulator_cvr, group, precinct, style;
  Where where;
  bool used = false;
};

struct EssColumn {
  std::uint32_t contest = 0, rank = 0;  // rank 0: not ranked
};

class Ess {
 public:
  explicit Ess(CvrBuilder& b) : b_(b) {}

  Result<void> ballots(const std::string& name, std::string_view bytes) {
    ENTENTE_TRY(EssRows rows, EssRows::open(b_, name, bytes));
    CsvRow row;
    for (int above = 0;; ++above) {
      ENTENTE_TRY(const bool more, rows.next(row));
      if (!more || above == 20) return fail("no header row with \"Cast Vote Record\"", {.file = name});
      if (lower_ascii(trimmed(row.cell(0))) == "cast vote record") break;
    }
    std::vector<EssField> fields;
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      fields.push_back(ess_field(row.cells[c]));
      if (fields.back() == EssField::unknown && !trimmed(row.cells[c]).empty())
        b_.problem(CvrProblemKind::unknown_column, rows.where(row, c),
                   fmt::format("column \"{}\" passed over", printable(row.cells[c], 60)));
    }
    have_ballots_ = true;
    std::uint64_t count = 0;
    for (;;) {
      ENTENTE_TRY(const bool more, rows.next(row));
      if (!more) return {};
      const std::string_view first = trimmed(row.cell(0));
      if (lower_ascii(first).starts_with("total")) return total(rows, row, first, count);
      if (std::all_of(row.cells.begin(), row.cells.end(), [](std::string_view c) { return trimmed(c).empty(); })) continue;
      ENTENTE_CHECK(ballot(rows, row, fields));
      ++count;
    }
  }

  Result<void> records(const std::string& name, std::string_view bytes) {
    ENTENTE_TRY(EssRows rows, EssRows::open(b_, name, bytes));
    CsvRow row;
    ENTENTE_TRY(const bool more, rows.next(row));
    if (!more) return fail("no rows", {.file = name});
    ENTENTE_CHECK(header(rows, row));
    b_.add_file(name);
    for (;;) {
      ENTENTE_TRY(const bool another, rows.next(row));
      if (!another) return {};
      if (std::all_of(row.cells.begin(), row.cells.end(), [](std::string_view c) { return trimmed(c).empty(); })) continue;
      ENTENTE_CHECK(record(rows, row));
    }
  }

  void finish() {
    for (const auto& [number, ballot] : ballots_)
      if (!ballot.used)
        b_.problem(CvrProblemKind::unmatched_row, ballot.where, fmt::format("ballot {} has no vote record", printable(number, 40)));
  }

 private:
  Result<void> total(const EssRows& rows, const CsvRow& row, std::string_view cell, std::uint64_t count) {
    const auto digits = cell.find_first_of("0123456789");
    if (digits == std::string_view::npos) return {};
    ENTENTE_TRY(const std::uint64_t said, tables::parse_count(cell.substr(digits), "the total", rows.where(row, 0)));
    if (said != count)
      b_.problem(CvrProblemKind::count_mismatch, rows.where(row, 0), fmt::format("the file says {} ballots and lists {}", said, count));
    return {};
  }

  Result<void> ballot(const EssRows& rows, const CsvRow& row, const std::vector<EssField>& fields) {
    EssBallot ballot{.where = rows.where(row, 0)};
    std::string number;
    for (std::size_t c = 0; c < fields.size(); ++c) {
      const std::string cell(trimmed(row.cell(c)));
      switch (fields[c]) {
        case EssField::record: number = cell; break;
        case EssField::batch: ballot.batch = cell; break;
        case EssField::machine: ballot.tabulator = cell; break;
        case EssField::tabulator_cvr: ballot.tabulator_cvr = cell; break;
        case EssField::group: ballot.group = cell; break;
        case EssField::precinct: ballot.precinct = cell; break;
        case EssField::style: ballot.style = cell; break;
        default: break;
      }
    }
    if (number.empty()) return fail("a ballot without the number of its vote record", rows.where(row, 0));
    const auto [it, made] = ballots_.try_emplace(number, std::move(ballot));
    if (!made)
      b_.problem(CvrProblemKind::duplicate_card, rows.where(row, 0),
                 fmt::format("ballot {} again, as at {}", printable(number, 40), it->second.where.str()));
    return {};
  }

  // "Mayor 2nd Choice", "Mayor Choice 2", "Mayor Rank 2" → "Mayor", 2.
  static std::pair<std::string, std::uint32_t> rank_of(std::string_view name) {
    const std::string lower = lower_ascii(name);
    const auto number = [](std::string_view text) -> std::uint32_t {
      std::uint32_t value = 0;
      for (const char c : text) {
        if (c < '0' || c > '9' || value > 100) return 0;
        value = value * 10 + static_cast<std::uint32_t>(c - '0');
      }
      return value;
    };
    for (const std::string_view word : {" choice ", " rank "}) {
      const auto at = lower.rfind(word);
      if (at == std::string::npos) continue;
      if (const std::uint32_t n = number(std::string_view(lower).substr(at + word.size())); n > 0)
        return {std::string(trimmed(name.substr(0, at))), n};
    }
    if (lower.ends_with(" choice")) {
      const auto at = lower.find_last_of(' ', lower.size() - 8);
      const std::string_view ordinal =
          std::string_view(lower).substr(at == std::string::npos ? 0 : at + 1, lower.size() - 7 - (at == std::string::npos ? 0 : at + 1));
      if (at != std::string::npos && ordinal.size() > 2)
        if (const std::uint32_t n = number(ordinal.substr(0, ordinal.size() - 2)); n > 0)
          return {std::string(trimmed(name.substr(0, at))), n};
    }
    return {std::string(name), 0};
  }

  Result<void> header(const EssRows& rows, const CsvRow& row) {
    fields_.clear();
    votes_.clear();
    std::size_t first = 0;
    bool has_record = false;
    for (std::size_t c = 0; c < row.cells.size(); ++c)
      if (ess_field(row.cells[c]) != EssField::unknown) first = c + 1;
    for (std::size_t c = 0; c < first; ++c) {
      fields_.push_back(ess_field(row.cells[c]));
      has_record |= fields_.back() == EssField::record;
      if (fields_.back() == EssField::unknown && !trimmed(row.cells[c]).empty())
        b_.problem(CvrProblemKind::unknown_column, rows.where(row, c),
                   fmt::format("column \"{}\" passed over", printable(row.cells[c], 60)));
    }
    if (!has_record) return fail("no column \"Cast Vote Record\"", rows.where(row, 0));
    std::size_t end = row.cells.size();
    std::vector<std::string> names;
    std::map<std::string, std::uint32_t> ranks;  // highest of a base name
    for (std::size_t c = first; c < end; ++c) {
      std::string name(trimmed(row.cells[c]));
      if (name.empty() && names.empty()) return fail("a vote column without a contest", rows.where(row, c));
      names.push_back(name.empty() ? names.back() : std::move(name));
      const auto [base, rank] = rank_of(names.back());
      if (rank > 0) ranks[base] = std::max(ranks[base], rank);
    }
    if (names.empty()) return fail("no contest after the columns of the card", rows.where(row, first));
    std::map<std::uint32_t, std::uint32_t> columns;
    for (const std::string& name : names) {
      auto [base, rank] = rank_of(name);
      if (rank == 0 || ranks[base] < 2) {
        base = name;
        rank = 0;
      }
      const std::uint32_t contest = b_.contest(base);
      votes_.push_back({contest, rank});
      CvrContest& c = b_.table.contests[contest];
      c.ranked = rank > 0;
      c.votes_allowed = std::max(c.votes_allowed, rank > 0 ? rank : ++columns[contest]);
    }
    return {};
  }

  Result<void> record(const EssRows& rows, const CsvRow& row) {
    CvrCard card{.source_line = row.line};
    std::string number, tabulator_cvr, machine;
    for (std::size_t c = 0; c < fields_.size(); ++c) {
      const std::string_view cell = trimmed(row.cell(c));
      switch (fields_[c]) {
        case EssField::record: number = cell; break;
        case EssField::precinct: card.precinct = b_.table.intern(cell); break;
        case EssField::style: card.style = b_.table.intern(cell); break;
        case EssField::batch: card.batch = b_.table.intern(cell); break;
        case EssField::tabulator_cvr: tabulator_cvr = cell; break;
        case EssField::machine: machine = cell; break;
        case EssField::group: card.counting_group = b_.table.intern(cell); break;
        default: break;
      }
    }
    if (number.empty()) return fail("a vote record without its number", rows.where(row, 0));
    if (lower_ascii(number).starts_with("total")) return {};
    if (const auto it = ballots_.find(number); it != ballots_.end()) {
      EssBallot& ballot = it->second;
      ballot.used = true;
      if (card.batch == 0) card.batch = b_.table.intern(ballot.batch);
      if (card.precinct == 0) card.precinct = b_.table.intern(ballot.precinct);
      if (card.style == 0) card.style = b_.table.intern(ballot.style);
      if (card.counting_group == 0) card.counting_group = b_.table.intern(ballot.group);
      if (tabulator_cvr.empty()) tabulator_cvr = ballot.tabulator_cvr;
      if (machine.empty()) machine = ballot.tabulator;
    } else if (have_ballots_) {
      b_.problem(CvrProblemKind::unmatched_row, rows.where(row, 0),
                 fmt::format("vote record {} is in no ballots file", printable(number, 40)));
    }
    // "0001013415": four digits of the tabulator, six of the card in it.
    if (machine.empty() && tabulator_cvr.size() == 10 && tabulator_cvr.find_first_not_of("0123456789") == std::string::npos)
      machine = tabulator_cvr.substr(0, 4);
    card.tabulator = b_.table.intern(machine);
    card.record = b_.table.intern(number);
    card.imprinted_id = b_.table.intern(tabulator_cvr);
    b_.begin_card(card);
    ENTENTE_CHECK(votes(rows, row));
    return b_.end_card(rows.where(row, 0));
  }

  Result<void> votes(const EssRows& rows, const CsvRow& row) {
    for (std::size_t c = fields_.size() + votes_.size(); c < row.cells.size(); ++c)
      if (!trimmed(row.cells[c]).empty()) return fail("a cell beyond the last contest", rows.where(row, c));
    for (std::size_t v = 0; v < votes_.size();) {
      const std::uint32_t contest = votes_[v].contest;
      bool on_card = false;
      for (; v < votes_.size() && votes_[v].contest == contest; ++v) {
        const std::string_view cell = trimmed(row.cell(fields_.size() + v));
        if (cell.empty()) continue;
        if (!on_card) b_.begin_contest(contest);
        on_card = true;
        const std::string word = lower_ascii(cell);
        if (word == "undervote" || word == "u" || word == "blank" || word == "skipped") continue;
        if (word == "overvote" || word == "o") {
          if (votes_[v].rank == 0) {
            b_.table.card_contests.back().overvotes = 1;
            b_.count_only(CvrProblemKind::overvote);
          }
          continue;
        }
        b_.mark(b_.choice(contest, cell), votes_[v].rank > 0 ? votes_[v].rank : 1);
      }
    }
    return {};
  }

  CvrBuilder& b_;
  bool have_ballots_ = false;
  std::map<std::string, EssBallot> ballots_;
  std::vector<EssField> fields_;
  std::vector<EssColumn> votes_;
};

}  // namespace

Result<void> read_ess(CvrBuilder& b, const CvrFiles& files) {
  Ess reader(b);
  ENTENTE_CHECK(
      files.each(CvrFileKind::ess_ballots, [&](const std::string& name, std::string_view bytes) { return reader.ballots(name, bytes); }));
  ENTENTE_CHECK(
      files.each(CvrFileKind::ess_cvr, [&](const std::string& name, std::string_view bytes) { return reader.records(name, bytes); }));
  reader.finish();
  return {};
}

}  // namespace entente::measures::p3_elections::records
