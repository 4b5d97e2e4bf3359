// Dominion's CSV: a row with the election's name and the version, one with the contest of each vote column, one with the choice, one with
// the names of the other columns, then a row a card. A cell is empty where the contest is not on the card, 0 or 1 for no mark and a mark.
//
// Rows are read by cvr_dominion_scan.h where it can; a row it declines goes through the plain reader, which is also the reference the tests
// compare with. Cards of one style have the same cells filled, so which contests stand on a card is looked up by that pattern.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "core/utf8.h"
#include "measures/p3_elections/records/cvr_build.h"
#include "measures/p3_elections/records/cvr_dominion_scan.h"

namespace entente::measures::p3_elections::records {

namespace {

using tables::CsvReader;
using tables::CsvRow;
using tables::trimmed;
using tables::without_formula;

std::string_view dominion_cell(std::string_view cell) {
  const auto plain = [](char c) { return c > ' ' && c != '='; };  // signed: bytes beyond ASCII are not plain
  if (!cell.empty() && plain(cell.front()) && plain(cell.back())) return cell;
  return trimmed(without_formula(trimmed(cell)));
}

enum class DominionField { cvr_number, tabulator, batch, record, imprinted_id, unique_id, counting_group, precinct, ballot_type, unknown };

DominionField dominion_field(std::string_view header) {
  static constexpr std::pair<std::string_view, DominionField> kFields[] = {{"cvrnumber", DominionField::cvr_number},
                                                                           {"tabulatornum", DominionField::tabulator},
                                                                           {"batchid", DominionField::batch},
                                                                           {"recordid", DominionField::record},
                                                                           {"imprintedid", DominionField::imprinted_id},
                                                                           {"uniquevotingidentifier", DominionField::unique_id},
                                                                           {"countinggroup", DominionField::counting_group},
                                                                           {"precinctportion", DominionField::precinct},
                                                                           {"ballottype", DominionField::ballot_type}};
  const std::string lower = lower_ascii(header);
  for (const auto& [name, field] : kFields)
    if (lower == name) return field;
  return DominionField::unknown;
}

struct ContestTitle {
  std::string name;
  std::uint32_t votes_allowed = 1, ranks = 0;
  bool said = false;
};

std::optional<std::uint32_t> number_after(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint32_t value = 0;
  const char* from = text.data() + at + key.size();
  const auto [end, ec] = std::from_chars(from, text.data() + text.size(), value);
  if (ec != std::errc() || end == from || value == 0 || value > 1000) return std::nullopt;
  return value;
}

// "Mayor (Vote For=1)", "Mayor\n(Vote For=1)", "Mayor (Number of positions=1, Number of ranks=4)".
ContestTitle contest_title(std::string_view cell) {
  ContestTitle out;
  const std::size_t votes = cell.rfind("(Vote For="), positions = cell.rfind("(Number of positions=");
  const std::size_t at = votes != std::string_view::npos ? votes : positions;
  out.name = std::string(trimmed(at != std::string_view::npos ? cell.substr(0, at) : cell));
  for (char& c : out.name)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  if (at == std::string_view::npos) return out;
  const auto n =
      votes != std::string_view::npos ? number_after(cell.substr(at), "(Vote For=") : number_after(cell.substr(at), "Number of positions=");
  out.said = n.has_value();
  out.votes_allowed = n.value_or(1);
  if (votes == std::string_view::npos) {
    const auto ranks = number_after(cell.substr(at), "Number of ranks=");
    out.ranks = ranks.value_or(0);
    out.said = out.said && ranks;
    out.votes_allowed = out.ranks;
  }
  return out;
}

// Contests on a card of one pattern of filled cells.
struct DominionSpan {
  std::uint32_t contest = 0, first = 0, count = 0;  // vote columns, from 0
  std::uint32_t votes_allowed = 1;
  bool ranked = false;
};
struct DominionPattern {
  std::vector<std::uint64_t> filled;
  std::vector<DominionSpan> present;
};

struct DominionLayout {
  std::vector<DominionField> fields;                  // of the columns before the votes
  std::size_t columns = 0;                            // of votes
  std::vector<CvrMark> mark;                          // what a mark in a vote column is
  std::vector<std::uint32_t> contest;                 // of a vote column
  std::vector<DominionSpan> spans;                    // in order of the columns
  bool contiguous = true;                             // no contest in two places
  std::vector<std::vector<DominionSpan>> by_contest;  // the spans of each, in order of their first
};

class DominionCsv {
 public:
  DominionCsv(CvrBuilder& b, std::string_view text, const std::string& name) : b_(b), text_(text), name_(name), reader_(text, name) {}

  Result<void> read() {
    ENTENTE_CHECK(header());
    b_.add_file(name_);
    const bool fast = b_.options().scanner == CvrReadOptions::Scanner::fastest && vote_scan_available() && layout_.contiguous;
    const std::size_t start = reader_.bytes_read(), first_card = b_.table.cards.size();
    bool reserved = false;
    for (CsvRow row;;) {
      bool taken = false;
      if (fast) { ENTENTE_TRY(taken, fast_row()); }
      if (!taken) {
        ENTENTE_TRY(const bool more, reader_.next(row));
        if (!more) return {};
        ENTENTE_CHECK(plain_row(row));
      }
      if (!reserved && b_.table.cards.size() - first_card == 256) {
        reserve(start, first_card);
        reserved = true;
      }
    }
  }

 private:
  tl::unexpected<Error> bad_cell(const CsvRow& row, std::size_t column, std::string what, std::string hint = {}) const {
    return fail(std::move(what), reader_.where(row, column), std::move(hint));
  }

  Result<CsvRow> header_row(std::vector<std::string>& kept) {
    CsvRow row;
    ENTENTE_TRY(const bool more, reader_.next(row));
    if (!more) return fail("a Dominion export of fewer than four header rows", {.file = name_});
    kept.assign(row.cells.begin(), row.cells.end());
    return row;
  }

  Result<void> header() {
    std::vector<std::string> title, contests, choices, names;
    ENTENTE_TRY([[maybe_unused]] const CsvRow title_row, header_row(title));
    ENTENTE_TRY(const CsvRow contest_row, header_row(contests));
    ENTENTE_TRY(const CsvRow choice_row, header_row(choices));
    ENTENTE_TRY(const CsvRow name_row, header_row(names));
    b_.table.election = std::string(dominion_cell(title[0]));
    if (title.size() > 1) b_.report.version = std::string(dominion_cell(title[1]));
    const auto first = static_cast<std::size_t>(
        std::find_if(contests.begin(), contests.end(), [](const std::string& c) { return !dominion_cell(c).empty(); }) - contests.begin());
    if (first == contests.size()) return bad_cell(contest_row, 0, "no contest in the second row", "is it a vote record of Dominion?");
    for (std::size_t c = 0; c < first; ++c) {
      const std::string_view name = dominion_cell(c < names.size() ? std::string_view(names[c]) : std::string_view());
      layout_.fields.push_back(dominion_field(name));
      if (layout_.fields.back() == DominionField::unknown && !name.empty())
        b_.problem(CvrProblemKind::unknown_column, reader_.where(name_row, c),
                   fmt::format("column \"{}\" passed over", printable(name, 60)));
    }
    if (std::count(layout_.fields.begin(), layout_.fields.end(), DominionField::cvr_number) != 1)
      return bad_cell(name_row, 0, "no column CvrNumber before the contests", "the four header rows of the export are needed");
    return vote_columns(contest_row, contests, choice_row, choices, first);
  }

  Result<void> vote_columns(const CsvRow& contest_row, const std::vector<std::string>& contests, const CsvRow& choice_row,
                            const std::vector<std::string>& choices, std::size_t first) {
    std::size_t end = contests.size();
    while (end > first && dominion_cell(contests[end - 1]).empty()) --end;
    std::vector<bool> seen;
    for (std::size_t c = first; c < end; ++c) {
      const ContestTitle title = contest_title(dominion_cell(contests[c]));
      const std::string_view choice_name = dominion_cell(c < choices.size() ? std::string_view(choices[c]) : std::string_view());
      if (title.name.empty()) return bad_cell(contest_row, c, "a vote column without a contest");
      if (choice_name.empty()) return bad_cell(choice_row, c, "a vote column without a choice");
      ENTENTE_TRY(const std::uint32_t contest, vote_contest(contest_row, c, title, seen));
      ENTENTE_CHECK(vote_choice(choice_row, c, contest, choice_name));
    }
    layout_.columns = end - first;
    std::vector<std::size_t> group(b_.table.contests.size(), SIZE_MAX);
    for (const DominionSpan& span : layout_.spans) {
      if (group[span.contest] == SIZE_MAX) {
        group[span.contest] = layout_.by_contest.size();
        layout_.by_contest.emplace_back();
      }
      layout_.by_contest[group[span.contest]].push_back(span);
    }
    return {};
  }

  Result<std::uint32_t> vote_contest(const CsvRow& row, std::size_t column, const ContestTitle& title, std::vector<bool>& seen) {
    const bool known = b_.has_contest(title.name);
    const std::uint32_t contest = b_.contest(title.name);
    CvrContest& c = b_.table.contests[contest];
    if (!known) {
      c.votes_allowed = title.votes_allowed;
      c.ranked = title.ranks > 0;
      if (!title.said)
        b_.problem(CvrProblemKind::assumed, reader_.where(row, column),
                   fmt::format("contest \"{}\" does not say how many votes: 1 assumed", printable(title.name, 80)));
    } else if (c.votes_allowed != title.votes_allowed || c.ranked != (title.ranks > 0)) {
      return bad_cell(row, column, fmt::format("contest \"{}\" with two rules", printable(title.name, 80)));
    }
    if (!layout_.spans.empty() && layout_.spans.back().contest == contest) {
      ++layout_.spans.back().count;
      return contest;
    }
    if (seen.size() <= contest) seen.resize(contest + 1);
    if (seen[contest]) {
      layout_.contiguous = false;
      b_.problem(CvrProblemKind::repeated_contest, reader_.where(row, column),
                 fmt::format("contest \"{}\" in two places of the header: taken as one", printable(title.name, 80)));
    }
    seen[contest] = true;
    layout_.spans.push_back({contest, static_cast<std::uint32_t>(layout_.mark.size()), 1, title.votes_allowed, title.ranks > 0});
    return contest;
  }

  Result<void> vote_choice(const CsvRow& row, std::size_t column, std::uint32_t contest, std::string_view name) {
    std::uint32_t rank = 1;
    if (b_.table.contests[contest].ranked) {
      const std::size_t open = name.ends_with(')') ? name.rfind('(') : std::string_view::npos;
      const auto number = open == std::string_view::npos ? std::nullopt : number_after(name.substr(open), "(");
      if (!number || *number > b_.table.contests[contest].votes_allowed)
        return bad_cell(row, column, fmt::format("\"{}\" names no rank of the contest", printable(name, 60)), "as in \"Ada Example(2)\"");
      rank = *number;
      name = trimmed(name.substr(0, open));
    }
    layout_.contest.push_back(contest);
    layout_.mark.push_back({b_.choice(contest, name), rank});
    return {};
  }

  // After some rows: room for as many more as the rest of the file will have, so that the vectors do not grow by copying.
  void reserve(std::size_t start, std::size_t first_card) {
    CvrTable& t = b_.table;
    const std::size_t rows = t.cards.size() - first_card, at = reader_.bytes_read();
    const double more = static_cast<double>(text_.size() - at) / static_cast<double>(at - start + 1) * 1.05;
    const double a_card = static_cast<double>(t.card_contests.size()) / static_cast<double>(t.cards.size());
    const double marks = static_cast<double>(t.marks.size()) / static_cast<double>(t.cards.size());
    const double cards = std::min(static_cast<double>(rows) * more, static_cast<double>(b_.options().max_cards));
    t.reserve_texts(static_cast<std::size_t>(std::min(cards, 20e6)));
    t.cards.reserve(t.cards.size() + static_cast<std::size_t>(cards));
    t.card_contests.reserve(t.card_contests.size() + static_cast<std::size_t>(cards * a_card));
    t.marks.reserve(t.marks.size() + static_cast<std::size_t>(cards * marks));
  }

  void set_field(CvrCard& card, std::size_t column, std::string_view cell) {
    switch (layout_.fields[column]) {
      case DominionField::tabulator: card.tabulator = text_index(column, cell); break;
      case DominionField::batch: card.batch = text_index(column, cell); break;
      case DominionField::record: card.record = text_index(column, cell); break;
      case DominionField::imprinted_id: card.imprinted_id = b_.table.intern(cell); break;
      case DominionField::unique_id:
        if (card.imprinted_id == 0) card.imprinted_id = b_.table.intern(cell);
        break;
      case DominionField::counting_group: card.counting_group = text_index(column, cell); break;
      case DominionField::precinct: card.precinct = text_index(column, cell); break;
      case DominionField::ballot_type: card.style = text_index(column, cell); break;
      default: break;
    }
  }

  // Most cells are the one above again.
  std::uint32_t text_index(std::size_t column, std::string_view cell) {
    if (last_.size() <= column) last_.resize(layout_.fields.size());
    std::uint32_t& last = last_[column];
    if (b_.table.text(last) != cell) last = b_.table.intern(cell);
    return last;
  }

  Result<void> plain_row(const CsvRow& row) {
    const std::size_t first = layout_.fields.size();
    if (std::all_of(row.cells.begin(), row.cells.end(), [](std::string_view c) { return trimmed(c).empty(); })) return {};
    for (std::size_t c = first + layout_.columns; c < row.cells.size(); ++c)
      if (!trimmed(row.cells[c]).empty()) return bad_cell(row, c, "a cell beyond the last contest", "does the row have a comma too many?");
    CvrCard card{.source_line = row.line};
    for (std::size_t c = 0; c < first; ++c)
      if (layout_.fields[c] != DominionField::unique_id) set_field(card, c, dominion_cell(row.cell(c)));
    for (std::size_t c = 0; c < first; ++c)
      if (layout_.fields[c] == DominionField::unique_id) set_field(card, c, dominion_cell(row.cell(c)));
    b_.begin_card(card);
    if (layout_.contiguous) {
      for (const DominionSpan& span : layout_.spans) ENTENTE_CHECK(plain_contest(row, std::span(&span, 1)));
    } else {
      for (const std::vector<DominionSpan>& spans : layout_.by_contest) ENTENTE_CHECK(plain_contest(row, spans));
    }
    b_.find_overvotes(b_.table.cards.size() - 1);
    return b_.check_card(reader_.where(row, 0));
  }

  // All columns of one contest.
  Result<void> plain_contest(const CsvRow& row, std::span<const DominionSpan> spans) {
    bool on_card = false;
    for (const DominionSpan& span : spans) {
      for (std::uint32_t v = span.first; v < span.first + span.count; ++v) {
        const std::size_t column = layout_.fields.size() + v;
        const std::string_view cell = dominion_cell(row.cell(column));
        if (cell.empty()) continue;
        std::uint32_t votes = 0;
        const auto [end, ec] = std::from_chars(cell.data(), cell.data() + cell.size(), votes);
        if (ec != std::errc() || end != cell.data() + cell.size())
          return bad_cell(row, column, fmt::format("\"{}\" is no number of votes", printable(cell, 40)), "empty, 0 or 1 is expected");
        if (!on_card) b_.begin_contest(span.contest);
        on_card = true;
        if (votes > 0) b_.mark(layout_.mark[v].choice, span.ranked ? layout_.mark[v].rank : votes);
      }
    }
    return {};
  }

  // One row by the vector scanner; false (and nothing changed) where the plain reader must take it.
  Result<bool> fast_row() {
    std::size_t at = reader_.bytes_read();
    const std::uint64_t line = reader_.line();
    CvrCard card{.source_line = line};
    std::string_view unique;
    const std::size_t first = layout_.fields.size();
    if (cells_.size() < first) cells_.resize(first);
    for (std::size_t c = 0; c < first; ++c)
      if (!fast_cell(at, cells_[c])) return false;
    std::size_t end = 0;
    if (!scan_votes(text_, at, layout_.columns, bits_, end)) return false;
    const auto empty = [](std::string_view cell) { return cell.empty(); };
    if (std::all_of(cells_.begin(), cells_.end(), empty)) return false;
    std::string_view imprinted;
    for (std::size_t c = 0; c < first; ++c) {
      const std::string_view cell = dominion_cell(cells_[c]);
      if (layout_.fields[c] == DominionField::unique_id)
        unique = cell;
      else if (layout_.fields[c] == DominionField::imprinted_id)
        imprinted = cell;
      else
        set_field(card, c, cell);
    }
    // Nearly every id is new, and its place in the hash table not in the cache: fetched while the votes are written.
    if (imprinted.empty()) imprinted = unique;
    b_.table.expect(imprinted);
    push_votes(card);
    b_.table.cards.back().imprinted_id = b_.table.intern(imprinted);
    const bool crlf = text_[end] == '\r' && end + 1 < text_.size() && text_[end + 1] == '\n';
    reader_.seek(end + (crlf ? 2 : 1), line + 1);
    ENTENTE_CHECK(b_.check_card({.file = name_, .line = line, .column = 1}));
    return true;
  }

  // An unquoted cell, or a quoted one without quotes inside, and the comma after it.
  bool fast_cell(std::size_t& at, std::string_view& cell) const {
    const bool quoted = at < text_.size() && text_[at] == '"';
    const std::size_t from = at + (quoted ? 1 : 0);
    std::size_t i = tables::csv_cell_end(text_, from, quoted ? '"' : ',');
    if (i - from > 4096 || i + 1 >= text_.size() || text_[i] != (quoted ? '"' : ',')) return false;
    cell = text_.substr(from, i - from);
    if (quoted && text_[++i] != ',') return false;
    at = i + 1;
    return true;
  }

  const DominionPattern& pattern() {
    std::uint64_t hash = 0;
    for (const std::uint64_t word : bits_.filled) hash = (hash ^ word) * 0x9E3779B97F4A7C15U + (hash >> 29);
    DominionPattern& p = patterns_[hash >> 54];
    if (p.filled == bits_.filled) return p;
    p.filled = bits_.filled;
    p.present.clear();
    for (const DominionSpan& span : layout_.spans) {
      bool any = false;
      for (std::uint32_t v = span.first; v < span.first + span.count && !any; ++v) any = (bits_.filled[v >> 6] >> (v & 63) & 1) != 0;
      if (any) p.present.push_back(span);
    }
    return p;
  }

  void push_votes(CvrCard& card) {
    CvrTable& t = b_.table;
    const DominionPattern& p = pattern();
    contests_.clear();
    marks_.clear();
    const auto base = static_cast<std::uint32_t>(t.marks.size());
    bool over = false;
    for (const DominionSpan& span : p.present) {
      const auto before = static_cast<std::uint32_t>(marks_.size());
      for (std::uint32_t v = span.first, left = span.count; left > 0;) {
        const std::uint32_t shift = v & 63, n = std::min(64 - shift, left);
        std::uint64_t word = bits_.ones[v >> 6] >> shift;
        if (n < 64) word &= (std::uint64_t{1} << n) - 1;
        for (; word != 0; word &= word - 1) marks_.push_back(layout_.mark[v + static_cast<std::uint32_t>(__builtin_ctzll(word))]);
        v += n;
        left -= n;
      }
      const auto marks = static_cast<std::uint32_t>(marks_.size()) - before;
      over |= marks > span.votes_allowed && !span.ranked;
      contests_.push_back({span.contest, base + before, static_cast<std::uint16_t>(marks), 0});
    }
    card.source_file = static_cast<std::uint32_t>(t.files.size() - 1);
    card.first_contest = static_cast<std::uint32_t>(t.card_contests.size());
    card.contests = static_cast<std::uint16_t>(contests_.size());
    t.marks.insert(t.marks.end(), marks_.begin(), marks_.end());
    t.card_contests.insert(t.card_contests.end(), contests_.begin(), contests_.end());
    t.cards.push_back(card);
    if (over) b_.find_overvotes(t.cards.size() - 1);
  }

  CvrBuilder& b_;
  std::string_view text_;
  const std::string& name_;
  CsvReader reader_;
  DominionLayout layout_;
  std::vector<std::uint32_t> last_;
  std::vector<std::string_view> cells_;
  VoteBits bits_;
  std::vector<DominionPattern> patterns_ = std::vector<DominionPattern>(1024);
  std::vector<CvrCardContest> contests_;
  std::vector<CvrMark> marks_;
};

}  // namespace

Result<void> read_dominion_csv(CvrBuilder& b, const CvrFiles& files) {
  return files.each(CvrFileKind::dominion_csv, [&](const std::string& name, std::string_view bytes) -> Result<void> {
    ENTENTE_TRY(const tables::DecodedText text, cvr_text(b, name, bytes));
    return DominionCsv(b, text.text(), name).read();
  });
}

}  // namespace entente::measures::p3_elections::records
