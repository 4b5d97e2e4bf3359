// The audit report that Arlo (VotingWorks) writes at the end of an audit: one CSV of several sections, "######## ROUNDS ########" above
// each, of batch-comparison, ballot-polling and ballot-comparison audits. Plain data with the line of every row; parsing is thread-safe.
// The columns have changed over the years: they are found by their names, and what is absent is empty.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/risk/contest.h"

namespace entente::measures::p3_elections::review {

// "Ada Example: 12; Bo Example: 7". Names may hold colons and semicolons: a pair ends with ": ", digits, and "; " or the end.
[[nodiscard]] Result<std::vector<risk::Choice>> parse_arlo_votes(std::string_view cell);

struct ArloContest {
  std::string name;
  bool targeted = false;
  int winners = 1, votes_allowed = 1;
  std::int64_t ballots = 0, pending = 0;
  std::vector<risk::Choice> votes;             // in the report's order
  std::vector<risk::Choice> votes_in_batches;  // "Vote Totals from Batches"; empty in older reports
  bool runoff_law = false;
  std::string runoff_result;  // "No majority, runoff required"
  std::uint64_t line = 0;
};

struct ArloRound {
  int number = 0;
  std::string contest;
  bool targeted = false;
  std::optional<std::uint64_t> sample_size;  // draws of this round
  std::string limit_met, p_value;            // as printed
  std::string start, end;
  std::vector<risk::Choice> audited, reported;  // sums over the sample
  std::optional<std::uint64_t> batches, ballots;
  std::uint64_t line = 0;
};

// "Round 1: 0.01, 0.97, Round 2: EXTRA".
struct ArloTickets {
  int round = 0;                     // 0: what stands there names no round; `tickets` is then that text
  std::vector<std::string> tickets;  // as printed, ascending
  bool extra = false;                // audited beside the sample, without weight in the risk
};
// A cell as it is printed, tickets or not: one that no draw gives is a difference from the draw, not the end of the review.
[[nodiscard]] std::vector<ArloTickets> read_arlo_tickets(std::string_view cell);
// "0.", then digits.
[[nodiscard]] bool is_arlo_ticket(std::string_view text);
// The same of a cell that must hold nothing but tickets with their rounds.
[[nodiscard]] Result<std::vector<ArloTickets>> parse_arlo_tickets(std::string_view cell);

// What a row of the sample says of one contest.
struct ArloBatchContest {
  std::string contest;
  std::vector<ArloTickets> tickets;
  std::vector<risk::Choice> reported, audited;
  std::string change, margin_change;  // as printed
};
struct ArloBatchRow {
  std::string jurisdiction, batch;
  std::uint64_t ballots = 0;
  bool audited = false;
  std::vector<ArloBatchContest> contests;
  std::string combines;  // "A, B": names of the batches counted together; empty: just this one. A name may hold ", "
  std::uint64_t line = 0;
};

struct ArloBallotContest {
  std::string contest;
  bool sampled_for = false;  // there is a column of tickets for it
  std::vector<ArloTickets> tickets;
  std::string audit_result, cvr_result, discrepancy;  // as printed
};
struct ArloBallotRow {
  std::string jurisdiction, container, tabulator, batch, imprinted_id, audited;
  std::uint64_t position = 0;
  std::vector<ArloBallotContest> contests;
  std::uint64_t line = 0;
};

struct ArloReport {
  std::string organisation, election, state;
  std::string audit_name, audit_type, math_type, seed;
  std::string risk_limit;  // "5%"
  std::int64_t risk_percent = 0;
  std::uint64_t settings_line = 0;
  std::vector<ArloContest> contests;
  std::vector<ArloRound> rounds;  // in the report's order
  std::vector<ArloBatchRow> batches;
  std::optional<ArloBatchRow> batch_totals;  // the row "Totals"
  std::vector<ArloBallotRow> ballots;
  std::vector<std::string> other_sections;  // read over

  [[nodiscard]] const ArloContest* contest(std::string_view name) const;
};

// Whether a file's beginning is that of such a report.
[[nodiscard]] bool looks_like_arlo_report(std::string_view bytes);
// Errors with line and column: no table, sections missing (contests, audit settings, rounds), columns missing, a count that is none, votes
// that cannot be read, a sample row of an unknown contest.
[[nodiscard]] Result<ArloReport> parse_arlo_report(std::string_view bytes, const std::string& name);

}  // namespace entente::measures::p3_elections::review
