// Sizes and risks as published against those of exact arithmetic, and the figures they were computed from against the votes.
#include <algorithm>

#include "measures/p3_elections/review/corla_record.h"

namespace entente::measures::p3_elections::review {

namespace {

using risk::KaplanMarkov;

struct CorlaMismatches {
  Check check;
  std::vector<Row> rows;
  void compare(const std::string& file, std::uint64_t line, std::string_view contest, std::string_view what, std::string_view published,
               std::string_view ours) {
    ++check.of;
    if (published == ours) {
      ++check.good;
      return;
    }
    rows.push_back(
        {file, line,
         std::string(contest) + ": " + std::string(what) + " is published as " + std::string(published) + ", but is " + std::string(ours)});
  }
  void compare(const std::string& file, std::uint64_t line, std::string_view contest, std::string_view what, std::uint64_t published,
               std::uint64_t ours) {
    compare(file, line, contest, what, std::to_string(published), std::to_string(ours));
  }
};

void corla_sizes_of(const CorlaRound& round, CorlaMismatches& sizes, std::vector<Row>& nonsense) {
  for (const CorlaContestRow& row : round.rows) {
    const auto optimistic = risk::kaplan_markov_size(row.audit, row.risk_limit_e8);
    if (!optimistic) {
      nonsense.push_back({round.file, row.line, std::string(row.contest) + ": " + optimistic.error().what});
      continue;
    }
    // One row is one comparison, of both sizes.
    const std::uint64_t estimated = risk::kaplan_markov_estimated(*optimistic, row.audit, row.overstatements);
    sizes.compare(round.file, row.line, row.contest, "the number of draws (optimistic/estimated)",
                  std::to_string(row.optimistic) + '/' + std::to_string(row.estimated),
                  std::to_string(*optimistic) + '/' + std::to_string(estimated));
  }
}

// The margin and the winners that follow from the votes.
void corla_outcome_of(const CorlaRecord& record, const CorlaRound& round, const CorlaContestRow& row, CorlaMismatches& margins,
                      std::vector<Row>& wrong, Review& review) {
  const auto votes = corla_votes(record, row.contest);
  if (votes.empty()) return;
  const std::size_t seats = row.winners_allowed;
  const std::uint64_t margin = votes.size() > seats && seats > 0 ? votes[seats - 1].first - votes[seats].first : 0;
  margins.compare(round.file, row.line, row.contest, "the smallest margin", row.audit.margin, margin);
  if (margin == 0 && votes.size() > seats) {
    add_finding(review, kTie, Severity::warning, std::string(row.contest),
                std::string(votes[seats - 1].second) + " and " + std::string(votes[seats].second) + " are tied at " +
                    std::to_string(votes[seats].first) + " votes; no sample can confirm a winner.",
                {{round.file, row.line, std::string(row.contest)}});
    return;
  }
  if (row.winners.empty()) return;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < std::min(seats, votes.size()); ++i) expected.emplace_back(votes[i].second);
  std::vector<std::string> published = row.winners;
  std::ranges::sort(expected);
  std::ranges::sort(published);
  if (expected == published) return;
  std::string text = std::string(row.contest) + ": the votes give ";
  for (const std::string& name : expected) text += name + ", ";
  text += "published are ";
  for (const std::string& name : published) text += name + ", ";
  text.resize(text.size() - 2);
  wrong.push_back({round.file, row.line, std::move(text)});
}

// "not_auditable" is a margin of 0, "risk_limit_achieved" as many draws as the size asks for. Other statuses say nothing of either.
void corla_status_of(const CorlaRound& round, CorlaMismatches& statuses) {
  for (const CorlaContestRow& row : round.rows) {
    const bool no_margin = row.audit.margin == 0;
    if (no_margin || row.status == "not_auditable")
      statuses.compare(round.file, row.line, row.contest, "the status", row.status, no_margin ? "not_auditable" : "not \"not_auditable\"");
    else if (row.status == "risk_limit_achieved")
      statuses.compare(round.file, row.line, row.contest, "the status", row.status,
                       row.audit.draws >= row.optimistic ? row.status : "\"in_progress\" (fewer draws than the size)");
  }
}

class CorlaReport {
 public:
  CorlaReport(const CorlaRecord& record, Review& review) : record_(record), review_(review) {}

  void run() {
    const std::string& file = record_.report.file;
    for (const CorlaReportRow& row : record_.report.rows) take(file, row);
    review_.checks.push_back({.name = "published risks recomputed", .good = risks_.check.good, .of = risks_.check.of});
    review_.checks.push_back(
        {.name = "published risks of contests without a margin", .good = no_margin_.check.good, .of = no_margin_.check.of});
    review_.checks.push_back({.name = "figures of the risk report", .good = figures_.check.good, .of = figures_.check.of});
    std::ranges::move(no_margin_.rows, std::back_inserter(risks_.rows));
    std::string summary = counted(risks_.rows.size(), "published risk is", "published risks are") + " not what the figures beside give.";
    add_finding(review_, kRiskMismatch, Severity::failure, "", std::move(summary), std::move(risks_.rows));
    summary = counted(figures_.rows.size(), "figure of the risk report differs", "figures of the risk report differ") +
              " from the contests and votes.";
    add_finding(review_, kReconcile, Severity::failure, "", std::move(summary), std::move(figures_.rows));
    summary = counted(earlier_.size(), "row of the risk report stands", "rows of the risk report stand") +
              " at an earlier draw than the last round.";
    add_finding(review_, kRiskMismatch, Severity::note, "", std::move(summary), std::move(earlier_));
  }

 private:
  void take(const std::string& file, const CorlaReportRow& row) {
    const auto thousandths = risk::kaplan_markov_thousandths(row.audit);
    if (!thousandths) {
      risks_.rows.push_back({file, row.line, std::string(row.contest) + ": " + thousandths.error().what});
      ++risks_.check.of;
      return;
    }
    // Without a draw nothing is known: the report says 100.0 then.
    CorlaMismatches& to = row.audit.margin == 0 ? no_margin_ : risks_;
    to.compare(file, row.line, row.contest, "the risk in percent", row.risk, risk::corla_percent(*thousandths));
    figures_.compare(file, row.line, row.contest, "the diluted margin in percent", row.diluted_margin,
                     risk::corla_diluted_margin(row.audit.margin, row.audit.cards));
    const CorlaRound* last = record_.last_round();
    const CorlaContestRow* contest = last == nullptr ? nullptr : last->find(row.contest);
    if (contest == nullptr) {
      if (last != nullptr) figures_.compare(file, row.line, row.contest, "the contest", "in the report", "not among those audited");
      return;
    }
    const std::uint64_t limit = contest->risk_limit_e8 / 100'000;  // in thousandths; limits are whole ones
    figures_.compare(file, row.line, row.contest, "the risk limit in percent", row.limit, risk::corla_percent(limit));
    figures_.compare(file, row.line, row.contest, "\"Risk Limit met?\"", row.limit_met, *thousandths <= limit ? "Yes" : "No");
    figures_.compare(file, row.line, row.contest, "\"targeted\"", row.targeted, contest->targeted() ? "Yes" : "No");
    figures_.compare(file, row.line, row.contest, "the margin", row.audit.margin, contest->audit.margin);
    figures_.compare(file, row.line, row.contest, "the number of cards", row.audit.cards, contest->audit.cards);
    figures_.compare(file, row.line, row.contest, "gamma (in 10^-8)", row.audit.gamma_e8, contest->audit.gamma_e8);
    take_counts(file, row, *contest, *last);
    take_votes(file, row);
  }

  // A report may be of an earlier round than the last; then it has fewer draws.
  void take_counts(const std::string& file, const CorlaReportRow& row, const CorlaContestRow& contest, const CorlaRound& last) {
    if (row.audit.draws < contest.audit.draws) {
      earlier_.push_back({file, row.line,
                          std::string(row.contest) + ": " + std::to_string(row.audit.draws) + " draws, " +
                              std::to_string(contest.audit.draws) + " in " + last.file});
      return;
    }
    const auto line = [](const KaplanMarkov& a) {
      return std::to_string(a.draws) + " (" + std::to_string(a.over2) + ", " + std::to_string(a.over1) + ", " + std::to_string(a.under1) +
             ", " + std::to_string(a.under2) + ')';
    };
    figures_.compare(file, row.line, row.contest, "the number of draws (and of discrepancies +2, +1, -1, -2)", line(row.audit),
                     line(contest.audit));
  }

  void take_votes(const std::string& file, const CorlaReportRow& row) {
    const auto votes = corla_votes(record_, row.contest);
    if (votes.empty()) return;
    std::uint64_t total = 0;
    for (const auto& [count, name] : votes) total += count;
    figures_.compare(file, row.line, row.contest, "the winner's votes", row.winner_votes, votes.front().first);
    figures_.compare(file, row.line, row.contest, "the votes of the second", row.runner_up,
                     votes.size() > 1 ? std::to_string(votes[1].first) : "No data");
    figures_.compare(file, row.line, row.contest, "the sum of votes", row.total_votes, total);
  }

  const CorlaRecord& record_;
  Review& review_;
  CorlaMismatches risks_, no_margin_, figures_;
  std::vector<Row> earlier_;
};

}  // namespace

CorlaVotes corla_votes(const CorlaRecord& record, std::string_view contest) {
  CorlaVotes out;
  if (!record.state) return out;
  const records::ReportedContest* found = record.state->contest(contest);
  if (found == nullptr) return out;
  for (const records::ReportedCount& c : found->counts)
    if (c.unit == records::kWholeUnit) out.emplace_back(c.votes, found->choices[c.choice].name);
  std::ranges::stable_sort(out, std::ranges::greater(), &std::pair<std::uint64_t, std::string_view>::first);
  return out;
}

void review_corla_sizes(const CorlaRecord& record, Review& review) {
  if (record.rounds.empty()) return;
  CorlaMismatches sizes, margins;
  std::vector<Row> nonsense, wrong;
  for (const CorlaRound& round : record.rounds) corla_sizes_of(round, sizes, nonsense);
  review.checks.push_back({.name = "sample sizes recomputed", .good = sizes.check.good, .of = sizes.check.of + nonsense.size()});
  std::ranges::move(nonsense, std::back_inserter(sizes.rows));
  std::string summary =
      counted(sizes.rows.size(), "sample size is", "sample sizes are") + " not what the margin and the discrepancies give.";
  add_finding(review, kRiskMismatch, Severity::failure, "", std::move(summary), std::move(sizes.rows));
  CorlaMismatches statuses;
  for (const CorlaRound& round : record.rounds) corla_status_of(round, statuses);
  review.checks.push_back({.name = "statuses that follow from margin and draws", .good = statuses.check.good, .of = statuses.check.of});
  summary = counted(statuses.rows.size(), "status does", "statuses do") + " not follow from margin and draws.";
  add_finding(review, kRiskMismatch, Severity::failure, "", std::move(summary), std::move(statuses.rows));
  if (!record.state) return;
  const CorlaRound& last = record.rounds.back();
  for (const CorlaContestRow& row : last.rows) corla_outcome_of(record, last, row, margins, wrong, review);
  review.checks.push_back({.name = "margins that follow from the votes", .good = margins.check.good, .of = margins.check.of});
  summary = counted(margins.rows.size(), "margin does", "margins do") + " not follow from the votes.";
  add_finding(review, kReconcile, Severity::failure, "", std::move(summary), std::move(margins.rows));
  summary = counted(wrong.size(), "contest has", "contests have") + " other winners than the votes give.";
  add_finding(review, kWrongOutcome, Severity::failure, "", std::move(summary), std::move(wrong));
}

void review_corla_report(const CorlaRecord& record, Review& review) {
  if (record.report.present()) CorlaReport(record, review).run();
}

}  // namespace entente::measures::p3_elections::review
