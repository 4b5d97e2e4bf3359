// Reads Arlo's audit report: rows are grouped by the "########" lines, the first row of a group names its columns, and each section takes
// the columns it knows by name.
#include "measures/p3_elections/review/arlo_report.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "core/ascii.h"
#include "measures/p3_elections/tables/csv.h"
#include "measures/p3_elections/tables/table.h"

namespace entente::measures::p3_elections::review {

namespace {

using tables::Table;
using tables::TableRow;
using tables::trimmed;

// A section's rows below its header.
struct ArloSection {
  const Table* table = nullptr;
  std::string name;
  const TableRow* header = nullptr;
  std::vector<const TableRow*> rows;
  std::unordered_map<std::string_view, std::size_t> columns;  // by title; of two alike the first

  void take_header(const TableRow& row) {
    header = &row;
    for (std::size_t i = 0; i < row.cells.size(); ++i) columns.emplace(trimmed(row.cells[i]), i);
  }
  [[nodiscard]] std::optional<std::size_t> column(std::string_view title) const {
    const auto it = columns.find(title);
    return it == columns.end() ? std::nullopt : std::optional(it->second);
  }
  // Not trimmed: blanks in names of batches count.
  [[nodiscard]] std::string_view cell(const TableRow& row, std::string_view title) const {
    const auto at = column(title);
    return at ? row.cell(*at) : std::string_view();
  }
  [[nodiscard]] Where where(const TableRow& row, std::string_view title) const { return table->where(row, column(title).value_or(0)); }
  [[nodiscard]] Result<void> need(std::string_view title) const {
    if (column(title)) return {};
    return fail("the section " + name + " has no column \"" + std::string(title) + "\"",
                {.file = table->file, .line = header != nullptr ? std::optional(header->line) : std::nullopt});
  }
};

Error arlo_at(Error error, Where where) {
  error.where = std::move(where);
  return error;
}

Result<std::vector<risk::Choice>> arlo_votes(const ArloSection& s, const TableRow& row, std::string_view title) {
  auto votes = parse_arlo_votes(s.cell(row, title));
  if (!votes) return fail(arlo_at(votes.error(), s.where(row, title)));
  return votes;
}

// An empty cell is nothing.
Result<std::optional<std::uint64_t>> arlo_count(const ArloSection& s, const TableRow& row, std::string_view title) {
  const std::string_view cell = trimmed(s.cell(row, title));
  if (cell.empty()) return std::optional<std::uint64_t>();
  ENTENTE_TRY(const std::uint64_t n, tables::parse_count(cell, title, s.where(row, title)));
  return std::optional(n);
}

Result<std::int64_t> arlo_small_count(const ArloSection& s, const TableRow& row, std::string_view title, std::int64_t otherwise,
                                      std::int64_t most) {
  ENTENTE_TRY(const auto n, arlo_count(s, row, title));
  if (!n) return otherwise;
  if (*n > static_cast<std::uint64_t>(most)) return fail("the number is too large", s.where(row, title));
  return static_cast<std::int64_t>(*n);
}

constexpr std::int64_t kArloMaxVotes = std::int64_t{1} << 40;

Result<void> arlo_contests(const ArloSection& s, ArloReport& out) {
  ENTENTE_CHECK(s.need("Contest Name"));
  const std::string_view totals = s.column("Vote Totals") ? "Vote Totals" : "Tabulated Votes";
  ENTENTE_CHECK(s.need(totals));
  for (const TableRow* row : s.rows) {
    ArloContest c;
    c.line = row->line;
    c.name = s.cell(*row, "Contest Name");
    c.targeted = trimmed(s.cell(*row, "Targeted?")) == "Targeted";
    ENTENTE_TRY(const auto winners, arlo_small_count(s, *row, "Number of Winners", 1, 1'000));
    ENTENTE_TRY(const auto allowed, arlo_small_count(s, *row, "Votes Allowed", 1, 1'000));
    ENTENTE_TRY(c.ballots, arlo_small_count(s, *row, "Total Ballots Cast", 0, kArloMaxVotes));
    ENTENTE_TRY(c.pending, arlo_small_count(s, *row, "Pending Ballots", 0, kArloMaxVotes));
    ENTENTE_TRY(c.votes, arlo_votes(s, *row, totals));
    ENTENTE_TRY(c.votes_in_batches, arlo_votes(s, *row, "Vote Totals from Batches"));
    if (winners == 0 || allowed == 0) return fail("a contest with no winner or no vote", s.where(*row, "Number of Winners"));
    if (c.votes.size() > 10'000) return fail("a contest with more than 10,000 choices", s.where(*row, totals));
    if (out.contests.size() == 1'000) return fail("more than 1,000 contests", s.where(*row, "Contest Name"));
    if (out.contest(c.name) != nullptr) return fail("the contest \"" + c.name + "\" stands here twice", s.where(*row, "Contest Name"));
    c.winners = static_cast<int>(winners);
    c.votes_allowed = static_cast<int>(allowed);
    c.runoff_law = trimmed(s.cell(*row, "Runoff Law")) == "Subject to runoff law";
    c.runoff_result = trimmed(s.cell(*row, "Reported Runoff Results"));
    out.contests.push_back(std::move(c));
  }
  return {};
}

Result<void> arlo_settings(const ArloSection& s, ArloReport& out) {
  for (const char* title : {"Audit Type", "Risk Limit", "Random Seed"}) ENTENTE_CHECK(s.need(title));
  if (s.rows.size() != 1) return fail("the section AUDIT SETTINGS should have one row", {.file = s.table->file});
  const TableRow& row = *s.rows.front();
  out.settings_line = row.line;
  out.audit_name = s.cell(row, "Audit Name");
  out.audit_type = trimmed(s.cell(row, "Audit Type"));
  out.math_type = trimmed(s.cell(row, "Audit Math Type"));
  out.seed = s.cell(row, "Random Seed");
  out.risk_limit = trimmed(s.cell(row, "Risk Limit"));
  const char* const begin = out.risk_limit.data();
  const char* const end = begin + out.risk_limit.size();
  const auto [stop, error] = std::from_chars(begin, end, out.risk_percent);
  if (error != std::errc() || std::string_view(stop, static_cast<std::size_t>(end - stop)) != "%" || out.risk_percent < 0 ||
      out.risk_percent >= 100)
    return fail("the risk limit is not a whole per cent below 100", s.where(row, "Risk Limit"));
  return {};
}

Result<void> arlo_rounds(const ArloSection& s, ArloReport& out) {
  for (const char* title : {"Round Number", "Contest Name", "P-Value"}) ENTENTE_CHECK(s.need(title));
  for (const TableRow* row : s.rows) {
    ArloRound r;
    r.line = row->line;
    ENTENTE_TRY(const auto number, arlo_small_count(s, *row, "Round Number", 0, 10'000));
    if (number == 0) return fail("a round without a number", s.where(*row, "Round Number"));
    r.number = static_cast<int>(number);
    r.contest = s.cell(*row, "Contest Name");
    if (out.contest(r.contest) == nullptr) return fail("\"" + r.contest + "\" is not among the contests", s.where(*row, "Contest Name"));
    r.targeted = trimmed(s.cell(*row, "Targeted?")) == "Targeted";
    ENTENTE_TRY(r.sample_size, arlo_count(s, *row, "Sample Size"));
    r.limit_met = trimmed(s.cell(*row, "Risk Limit Met?"));
    r.p_value = trimmed(s.cell(*row, "P-Value"));
    r.start = trimmed(s.cell(*row, "Start Time"));
    r.end = trimmed(s.cell(*row, "End Time"));
    ENTENTE_TRY(r.audited, arlo_votes(s, *row, "Audited Votes"));
    ENTENTE_TRY(r.reported, arlo_votes(s, *row, "Reported Votes"));
    ENTENTE_TRY(r.batches, arlo_count(s, *row, "Batches Sampled"));
    ENTENTE_TRY(r.ballots, arlo_count(s, *row, "Ballots Sampled"));
    out.rounds.push_back(std::move(r));
  }
  return {};
}

// The columns of a sample's section that belong to one contest: "Ticket Numbers: X"; a contest alone may stand without its name.
struct ArloContestColumns {
  std::optional<std::size_t> tickets, reported, audited, change, margin, audit_result, cvr_result, discrepancy;
};

std::vector<ArloContestColumns> arlo_contest_columns(const ArloSection& s, const ArloReport& report) {
  const auto targeted = std::ranges::count_if(report.contests, [](const ArloContest& c) { return c.targeted; });
  std::vector<ArloContestColumns> out;
  for (const ArloContest& contest : report.contests) {
    const bool alone = report.contests.size() == 1 || (contest.targeted && targeted == 1);
    const auto find = [&](std::initializer_list<std::string_view> titles) {
      std::optional<std::size_t> at;
      for (const std::string_view title : titles) {
        if (!at) at = s.column(std::string(title) + ": " + contest.name);
        if (!at && alone) at = s.column(title);
      }
      return at;
    };
    out.push_back({.tickets = find({"Ticket Numbers"}),
                   .reported = find({"Reported Results"}),
                   .audited = find({"Audit Results", "Audit Result"}),
                   .change = find({"Change in Results"}),
                   .margin = find({"Change in Margin"}),
                   .audit_result = find({"Audit Result"}),
                   .cvr_result = find({"CVR Result"}),
                   .discrepancy = find({"Discrepancy", "Change in Results"})});
  }
  return out;
}

std::string_view arlo_cell(const TableRow& row, std::optional<std::size_t> at) { return at ? trimmed(row.cell(*at)) : std::string_view(); }

// What `parse` reads of a cell, an error with its place.
template <class Parse>
auto arlo_parsed(const ArloSection& s, const TableRow& row, std::optional<std::size_t> at, Parse parse) {
  auto out = parse(arlo_cell(row, at));
  if (!out) out = fail(arlo_at(out.error(), s.table->where(row, at.value_or(0))));
  return out;
}

Result<void> arlo_sample_size(const ArloSection& s, const ArloReport& report) {
  constexpr std::size_t kMost = 5'000'000;
  if (s.rows.size() * std::max<std::size_t>(1, report.contests.size()) <= kMost) return {};
  return fail("the section " + s.name + " has more than five million rows times contests", {.file = s.table->file});
}

// "Combines A, B": the names are told apart by the manifests, as a name may hold a comma; here the text is kept whole.
constexpr std::string_view kArloCombines = "Combines ";

Result<void> arlo_batches(const ArloSection& s, ArloReport& out) {
  for (const char* title : {"Jurisdiction Name", "Batch Name"}) ENTENTE_CHECK(s.need(title));
  ENTENTE_CHECK(arlo_sample_size(s, out));
  const std::vector<ArloContestColumns> columns = arlo_contest_columns(s, out);
  for (const TableRow* row : s.rows) {
    ArloBatchRow b;
    b.line = row->line;
    b.jurisdiction = s.cell(*row, "Jurisdiction Name");
    b.batch = s.cell(*row, "Batch Name");
    ENTENTE_TRY(const auto ballots, arlo_count(s, *row, "Ballots in Batch"));
    b.ballots = ballots.value_or(0);
    b.audited = trimmed(s.cell(*row, "Audited?")) == "Yes";
    for (std::size_t i = 0; i < columns.size(); ++i) {
      ArloBatchContest c{.contest = out.contests[i].name};
      c.tickets = read_arlo_tickets(arlo_cell(*row, columns[i].tickets));
      ENTENTE_TRY(c.reported, arlo_parsed(s, *row, columns[i].reported, parse_arlo_votes));
      ENTENTE_TRY(c.audited, arlo_parsed(s, *row, columns[i].audited, parse_arlo_votes));
      c.change = arlo_cell(*row, columns[i].change);
      c.margin_change = arlo_cell(*row, columns[i].margin);
      b.contests.push_back(std::move(c));
    }
    const std::string_view combined = trimmed(s.cell(*row, "Combined Batch"));
    if (combined.starts_with(kArloCombines)) b.combines = combined.substr(kArloCombines.size());
    if (b.jurisdiction == "Totals" && b.batch.empty())
      out.batch_totals = std::move(b);
    else
      out.batches.push_back(std::move(b));
  }
  return {};
}

Result<void> arlo_ballots(const ArloSection& s, ArloReport& out) {
  for (const char* title : {"Jurisdiction Name", "Batch Name", "Ballot Position"}) ENTENTE_CHECK(s.need(title));
  ENTENTE_CHECK(arlo_sample_size(s, out));
  const std::vector<ArloContestColumns> columns = arlo_contest_columns(s, out);
  for (const TableRow* row : s.rows) {
    ArloBallotRow b;
    b.line = row->line;
    b.jurisdiction = s.cell(*row, "Jurisdiction Name");
    b.container = s.cell(*row, "Container");
    b.tabulator = s.cell(*row, "Tabulator");
    b.batch = s.cell(*row, "Batch Name");
    b.imprinted_id = s.cell(*row, "Imprinted ID");
    b.audited = trimmed(s.cell(*row, "Audited?"));
    ENTENTE_TRY(const auto position, arlo_count(s, *row, "Ballot Position"));
    if (!position) return fail("a card without a position in its batch", s.where(*row, "Ballot Position"));
    b.position = *position;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      ArloBallotContest c{.contest = out.contests[i].name};
      c.sampled_for = columns[i].tickets.has_value();
      c.tickets = read_arlo_tickets(arlo_cell(*row, columns[i].tickets));
      c.audit_result = arlo_cell(*row, columns[i].audit_result);
      c.cvr_result = arlo_cell(*row, columns[i].cvr_result);
      c.discrepancy = arlo_cell(*row, columns[i].discrepancy);
      b.contests.push_back(std::move(c));
    }
    out.ballots.push_back(std::move(b));
  }
  return {};
}

std::vector<ArloSection> arlo_sections(const Table& table) {
  std::vector<ArloSection> out;
  for (const TableRow& row : table.rows) {
    const std::string_view first = trimmed(row.cell(0));
    if (first.starts_with("########") && first.ends_with("########") && first.size() > 17) {
      out.push_back({.table = &table, .name = std::string(trimmed(first.substr(8, first.size() - 16)))});
      continue;
    }
    if (std::ranges::all_of(row.cells, [](const std::string& c) { return trimmed(c).empty(); })) continue;
    if (out.empty()) continue;  // above the first section: nothing Arlo writes
    if (out.back().header == nullptr)
      out.back().take_header(row);
    else
      out.back().rows.push_back(&row);
  }
  return out;
}

}  // namespace

const ArloContest* ArloReport::contest(std::string_view name) const {
  const auto found = std::ranges::find(contests, name, &ArloContest::name);
  return found == contests.end() ? nullptr : &*found;
}

Result<std::vector<risk::Choice>> parse_arlo_votes(std::string_view cell) {
  std::vector<risk::Choice> out;
  cell = trimmed(cell);
  while (!cell.empty()) {
    // The first ": digits" that the end or "; " follows.
    std::size_t at = 0, digits = 0;
    for (at = cell.find(": "); at != cell.npos; at = cell.find(": ", at + 1)) {
      digits = at + 2;
      while (digits < cell.size() && is_digit(cell[digits])) ++digits;
      if (digits > at + 2 && (digits == cell.size() || cell.substr(digits, 2) == "; ")) break;
    }
    std::int64_t votes = 0;
    if (at == cell.npos || digits - at - 2 > 15) return fail("these are no votes by choice (\"Ada Example: 12; Bo Example: 7\")");
    std::from_chars(cell.data() + at + 2, cell.data() + digits, votes);
    out.push_back({std::string(cell.substr(0, at)), votes});
    cell.remove_prefix(std::min(cell.size(), digits + 2));
  }
  return out;
}

std::vector<ArloTickets> read_arlo_tickets(std::string_view cell) {
  constexpr std::string_view kRound = "Round ";
  std::vector<ArloTickets> out;
  cell = trimmed(cell);
  while (!cell.empty()) {
    const std::size_t comma = std::min(cell.find(", "), cell.size());
    std::string_view item = cell.substr(0, comma);
    cell.remove_prefix(std::min(cell.size(), comma + 2));
    if (item.starts_with(kRound)) {
      const std::string_view number = item.substr(kRound.size());
      int round = 0;
      const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), round);
      const std::string_view rest = number.substr(static_cast<std::size_t>(stop - number.data()));
      const bool good = error == std::errc() && round >= 1 && rest.starts_with(": ");
      out.push_back({.round = good ? round : 0});
      if (good) item = rest.substr(2);
    }
    if (out.empty()) out.emplace_back();
    if (item == "EXTRA" && out.back().round > 0)
      out.back().extra = true;
    else
      out.back().tickets.emplace_back(item);
  }
  return out;
}

bool is_arlo_ticket(std::string_view text) {
  return text.starts_with("0.") && text.size() > 2 && std::ranges::all_of(text.substr(2), is_digit);
}

Result<std::vector<ArloTickets>> parse_arlo_tickets(std::string_view cell) {
  std::vector<ArloTickets> out = read_arlo_tickets(cell);
  for (const ArloTickets& t : out) {
    if (t.round == 0) return fail("tickets without a round (\"Round 1: 0.0123\")");
    for (const std::string& ticket : t.tickets)
      if (!is_arlo_ticket(ticket)) return fail("\"" + ticket.substr(0, 60) + "\" is no ticket number");
  }
  return out;
}

bool looks_like_arlo_report(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (bytes.starts_with('"')) bytes.remove_prefix(1);
  return bytes.starts_with("######## ELECTION INFO ########");
}

Result<ArloReport> parse_arlo_report(std::string_view bytes, const std::string& name) {
  ENTENTE_TRY(const Table table, tables::parse_table(bytes, name));
  const std::vector<ArloSection> sections = arlo_sections(table);
  const auto section = [&](std::string_view wanted) -> const ArloSection* {
    const auto found = std::ranges::find(sections, wanted, &ArloSection::name);
    return found == sections.end() || found->header == nullptr ? nullptr : &*found;
  };
  ArloReport out;
  if (const ArloSection* info = section("ELECTION INFO"); info != nullptr && !info->rows.empty()) {
    out.organisation = info->cell(*info->rows.front(), "Organization");
    out.election = info->cell(*info->rows.front(), "Election Name");
    out.state = info->cell(*info->rows.front(), "State");
  }
  for (const char* wanted : {"CONTESTS", "AUDIT SETTINGS", "ROUNDS"})
    if (section(wanted) == nullptr) return fail("the report has no section " + std::string(wanted), {.file = name});
  ENTENTE_CHECK(arlo_contests(*section("CONTESTS"), out));
  ENTENTE_CHECK(arlo_settings(*section("AUDIT SETTINGS"), out));
  ENTENTE_CHECK(arlo_rounds(*section("ROUNDS"), out));
  if (const ArloSection* batches = section("SAMPLED BATCHES")) ENTENTE_CHECK(arlo_batches(*batches, out));
  if (const ArloSection* ballots = section("SAMPLED BALLOTS")) ENTENTE_CHECK(arlo_ballots(*ballots, out));
  for (const ArloSection& s : sections)
    if (s.name != "ELECTION INFO" && s.name != "CONTESTS" && s.name != "AUDIT SETTINGS" && s.name != "ROUNDS" &&
        s.name != "SAMPLED BATCHES" && s.name != "SAMPLED BALLOTS")
      out.other_sections.push_back(s.name);
  return out;
}

}  // namespace entente::measures::p3_elections::review
