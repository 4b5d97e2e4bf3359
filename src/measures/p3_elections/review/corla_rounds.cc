// The contest files of the rounds against each other. A contest, its cards, its margin and its limit are fixed before the first card is
// drawn: they are the same in every round. Draws and discrepancies only grow, and a card has at most one discrepancy in a contest.
#include "measures/p3_elections/review/corla_record.h"

namespace entente::measures::p3_elections::review {

namespace {

std::string corla_joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

// What changed between a contest's row of an earlier round and that of the last; empty: nothing that may not.
std::string corla_changed(const CorlaContestRow& before, const CorlaContestRow& after) {
  std::string out;
  const auto add = [&](std::string_view what, const std::string& was, const std::string& is) {
    if (was != is) out += (out.empty() ? "" : "; ") + std::string(what) + ' ' + was + ", later " + is;
  };
  const auto number = [&](std::string_view what, std::uint64_t was, std::uint64_t is) {
    add(what, std::to_string(was), std::to_string(is));
  };
  const auto grows = [&](std::string_view what, std::uint64_t was, std::uint64_t is) {
    if (was > is) number(what, was, is);
  };
  add("audit_reason", std::string(before.reason), std::string(after.reason));
  number("winners_allowed", before.winners_allowed, after.winners_allowed);
  number("ballot_card_count", before.cards, after.cards);
  number("contest_ballot_card_count", before.contest_cards, after.contest_cards);
  add("winners", corla_joined(before.winners), corla_joined(after.winners));
  number("min_margin", before.audit.margin, after.audit.margin);
  number("risk_limit in 10^-8", before.risk_limit_e8, after.risk_limit_e8);
  number("gamma in 10^-8", before.audit.gamma_e8, after.audit.gamma_e8);
  grows("audited_sample_count", before.audit.draws, after.audit.draws);
  grows("two_vote_over_count", before.audit.over2, after.audit.over2);
  grows("one_vote_over_count", before.audit.over1, after.audit.over1);
  grows("one_vote_under_count", before.audit.under1, after.audit.under1);
  grows("two_vote_under_count", before.audit.under2, after.audit.under2);
  return out;
}

void corla_rounds_agree(const CorlaRecord& record, Review& review) {
  if (record.rounds.size() < 2) return;
  const CorlaRound& last = record.rounds.back();
  Check check{.name = "contests of earlier rounds that are the same in the last", .good = 0, .of = 0};
  std::vector<Row> rows;
  for (const CorlaRound& round : record.rounds) {
    if (&round == &last) continue;
    for (const CorlaContestRow& row : round.rows) {
      ++check.of;
      const CorlaContestRow* after = last.find(row.contest);
      const std::string changed = after == nullptr ? "not in " + last.file : corla_changed(row, *after);
      if (changed.empty())
        ++check.good;
      else
        rows.push_back({round.file, row.line, std::string(row.contest) + ": " + changed});
    }
    for (const CorlaContestRow& row : last.rows)
      if (round.find(row.contest) == nullptr)
        ++check.of, rows.push_back({last.file, row.line, std::string(row.contest) + ": not in " + round.file});
  }
  review.checks.push_back(check);
  std::string summary = counted(rows.size(), "contest is not the same", "contests are not the same") + " in all rounds.";
  add_finding(review, kReconcile, Severity::failure, "", std::move(summary), std::move(rows));
}

void corla_discrepancies_of_draws(const CorlaRecord& record, Review& review) {
  Check check{.name = "contests with no more discrepancies than draws", .good = 0, .of = 0};
  std::vector<Row> rows;
  for (const CorlaRound& round : record.rounds) {
    for (const CorlaContestRow& row : round.rows) {
      ++check.of;
      const risk::KaplanMarkov& a = row.audit;
      // Counts are below 2^53: sums do not run over.
      const bool fits = a.over2 + a.over1 + a.under1 + a.under2 <= a.draws && row.overstatements <= 2 * a.draws;
      if (fits)
        ++check.good;
      else
        rows.push_back({round.file, row.line,
                        std::string(row.contest) + ": " + std::to_string(a.over2) + ", " + std::to_string(a.over1) + ", " +
                            std::to_string(a.under1) + ", " + std::to_string(a.under2) + " discrepancies of +2, +1, -1 and -2 votes and " +
                            std::to_string(row.overstatements) + " overstatements in " + counted(a.draws, "draw", "draws")});
    }
  }
  if (check.of != 0) review.checks.push_back(check);
  std::string summary = counted(rows.size(), "contest has", "contests have") + " more discrepancies than draws.";
  add_finding(review, kReconcile, Severity::failure, "", std::move(summary), std::move(rows));
}

// Disagreements within a board, as the last round and the risk report count them; an earlier report may have fewer.
void corla_disagreements(const CorlaRecord& record, Review& review) {
  const CorlaRound* last = record.last_round();
  if (last == nullptr) return;
  Check check{.name = "disagreements of the risk report", .good = 0, .of = 0};
  std::vector<Row> rows;
  for (const CorlaReportRow& row : record.report.rows) {
    const CorlaContestRow* contest = last->find(row.contest);
    if (contest == nullptr || row.audit.draws < contest->audit.draws || row.disagreements.empty() || contest->disagreements.empty())
      continue;
    ++check.of;
    if (row.disagreements == contest->disagreements)
      ++check.good;
    else
      rows.push_back({record.report.file, row.line,
                      std::string(row.contest) + ": disagreements are published as " + std::string(row.disagreements) + ", in " +
                          last->file + " as " + std::string(contest->disagreements)});
  }
  if (check.of != 0) review.checks.push_back(check);
  std::string summary = "The disagreements of " + counted(rows.size(), "contest differ", "contests differ") + " between report and round.";
  add_finding(review, kReconcile, Severity::failure, "", std::move(summary), std::move(rows));
}

}  // namespace

void review_corla_rounds(const CorlaRecord& record, Review& review) {
  corla_rounds_agree(record, review);
  corla_discrepancies_of_draws(record, review);
  corla_disagreements(record, review);
}

}  // namespace entente::measures::p3_elections::review
