// The review of an Arlo audit: reads the record, then seed, draws, risks and sums; and what its parts share.
#include "measures/p3_elections/review/arlo.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "measures/p3_elections/review/arlo_record.h"
#include "measures/p3_elections/sampling/seed.h"

namespace entente::measures::p3_elections::review {

namespace {

// Winners the report claims (runoff law) against its own totals.
void arlo_outcomes(const ArloRecord& record, Review& review) {
  for (const ArloContest& c : record.report.contests) {
    const auto outcome = risk::Contest::make(arlo_totals(c));
    if (!outcome) {
      arlo_add(review, {kWrongOutcome,
                        Severity::failure,
                        c.name,
                        "The reported totals make no outcome.",
                        {{record.report_file, c.line, outcome.error().what}}});
      continue;
    }
    if (outcome->tied())
      arlo_add(review, {kTie,
                        Severity::failure,
                        c.name,
                        "A winner and a loser have equally many votes: only a full hand count decides.",
                        {{record.report_file, c.line, c.name}}});
    if (!c.runoff_law) continue;
    const bool majority = outcome->winners().size() == 1;
    const bool claims_runoff = c.runoff_result.starts_with("No majority");
    if (!c.runoff_result.empty() && majority == claims_runoff)
      arlo_add(review, {kWrongOutcome,
                        Severity::failure,
                        c.name,
                        majority ? "The report says that a runoff is required, but the first has more than half of the votes."
                                 : "The report says that somebody has a majority, but nobody has more than half of the votes.",
                        {{record.report_file, c.line, c.runoff_result}}});
  }
}

// "2026-05-28T15:49:15.244237+00:00" as texts sort; rounds must not begin before the one before ended.
void arlo_round_order(const ArloRecord& record, Review& review) {
  std::map<int, std::pair<std::string, std::string>> times;
  std::map<std::pair<std::string, int>, std::uint64_t> seen;
  std::vector<Row> rows;
  for (const ArloRound& r : record.report.rounds) {
    times.emplace(r.number, std::pair(r.start, r.end));
    if (!seen.emplace(std::pair(r.contest, r.number), r.line).second)
      rows.push_back({record.report_file, r.line, fmt::format("round {} of {} stands here twice", r.number, r.contest)});
  }
  int expected = 1;
  const std::pair<std::string, std::string>* before = nullptr;
  for (const auto& [number, time] : times) {
    if (number != expected++)
      rows.push_back({record.report_file, 0, fmt::format("round {} is missing", expected - 1)}), expected = number + 1;
    if (before != nullptr && !time.first.empty() && !before->second.empty() && time.first < before->second)
      rows.push_back({record.report_file, 0, fmt::format("round {} begins before the round before it ended", number)});
    before = &time;
  }
  if (!rows.empty())
    arlo_add(review, {kReconcile, Severity::failure, "", "The rounds of the report do not follow one another.", std::move(rows)});
}

// What no draw was compared with: tickets without a round or of a round the report does not have, and, of contests that were not drawn
// again, texts that cannot be tickets.
class ArloStrayTickets {
 public:
  ArloStrayTickets(const ArloRecord& record, std::size_t contest, const Review& review)
      : file_(record.report_file), name_(record.report.contests[contest].name) {
    drawn_ = std::ranges::any_of(review.contests, [&](const ContestReview& c) { return c.name == name_ && c.draws > 0; });
    for (const ArloRound& r : record.report.rounds) {
      rounds_.insert(r.number);
      if (!drawn_ || r.contest == name_) own_rounds_.insert(r.number);
    }
    for (const ArloBatchRow& row : record.report.batches)
      take(row.contests[contest].tickets, row.line, row.jurisdiction + ", " + row.batch);
    for (const ArloBallotRow& row : record.report.ballots)
      take(row.contests[contest].tickets, row.line, fmt::format("{}, {}, card {}", row.jurisdiction, row.batch, row.position));
  }
  void report(Review& review) {
    if (!rows_.empty())
      arlo_add(review, {kDrawMismatch, Severity::failure, name_, "The sample shows tickets that belong to no draw of the report.",
                        std::move(rows_)});
  }

 private:
  void take(const std::vector<ArloTickets>& tickets, std::uint64_t line, const std::string& what) {
    for (const ArloTickets& t : tickets) {
      const std::string printed = t.tickets.empty() ? "EXTRA" : fmt::format("{}", fmt::join(t.tickets, ", "));
      if (t.round == 0)
        rows_.push_back({file_, line, what + ": printed " + printed + ", which names no round"});
      else if (!(t.tickets.empty() ? rounds_ : own_rounds_).contains(t.round))
        rows_.push_back({file_, line, fmt::format("{}: printed {} of round {}, which the report does not have", what, printed, t.round)});
      else if (!drawn_ && !std::ranges::all_of(t.tickets, is_arlo_ticket))
        rows_.push_back({file_, line, what + ": printed " + printed + ", not the number of a ticket"});
    }
  }

  const std::string& file_;
  const std::string& name_;
  bool drawn_ = false;
  std::set<int> rounds_, own_rounds_;
  std::vector<Row> rows_;
};

// What can be written anew, as long as it agrees with itself.
void arlo_bound_by_nothing(const ArloReport& report, Review& review) {
  const auto extra = std::ranges::count_if(report.batches, [](const ArloBatchRow& row) {
    const auto tickets = [](const ArloBatchContest& c) { return !c.tickets.empty() || !c.audited.empty(); };
    const auto drawn = [](const ArloBatchContest& c) {
      return std::ranges::any_of(c.tickets, [](const ArloTickets& t) { return !t.tickets.empty(); });
    };
    return std::ranges::any_of(row.contests, tickets) && std::ranges::none_of(row.contests, drawn);
  });
  if (extra > 0)
    review.not_checked.push_back(
        fmt::format("The hand counts of {} counted beside the sample (EXTRA): no draw and no risk depends on them, so that a count changed "
                    "together with its printed change and the row of totals is not noticed.",
                    arlo_counted(static_cast<std::uint64_t>(extra), "batch", "batches")));
  if (std::ranges::any_of(report.rounds, [](const ArloRound& r) { return !r.start.empty() || !r.end.empty(); }))
    review.not_checked.emplace_back("The times at which rounds began and ended, beyond their order.");
}

}  // namespace

void arlo_add(Review& review, ArloFinding finding) {
  review.findings.push_back({.code = std::string(finding.code),
                             .severity = finding.severity,
                             .contest = std::move(finding.contest),
                             .summary = std::move(finding.summary),
                             .rows = std::move(finding.rows)});
}

std::string arlo_counted(std::uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

risk::ContestTotals arlo_totals(const ArloContest& contest) {
  return {.name = contest.name,
          .ballots = contest.ballots,
          .winners = contest.winners,
          .votes_allowed = contest.votes_allowed,
          .pending = contest.pending,
          .rule = contest.runoff_law ? risk::WinRule::runoff : risk::WinRule::plurality,
          .choices = contest.votes};
}

ContestReview arlo_contest_review(const ArloContest& contest, const ArloReport& report, const risk::Contest& outcome) {
  ContestReview out;
  out.name = contest.name;
  out.reason = contest.targeted ? "targeted" : "opportunistic";
  for (const std::uint32_t w : outcome.winners()) out.winners.push_back(contest.votes[w].name);
  for (const std::uint32_t l : outcome.losers()) out.losers.push_back(contest.votes[l].name);
  out.margin_votes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, outcome.smallest_margin()));
  out.cards = static_cast<std::uint64_t>(contest.ballots);
  out.diluted_margin = contest.ballots > 0 ? static_cast<double>(out.margin_votes) / static_cast<double>(contest.ballots) : 0;
  out.risk_limit = static_cast<double>(report.risk_percent) / 100;
  return out;
}

std::optional<std::vector<std::int64_t>> arlo_in_order(const ArloContest& contest, const std::vector<risk::Choice>& votes) {
  if (votes.size() != contest.votes.size()) return std::nullopt;
  std::vector<std::int64_t> out;
  for (const risk::Choice& choice : contest.votes) {
    const auto found = std::ranges::find(votes, choice.name, &risk::Choice::name);
    if (found == votes.end()) return std::nullopt;
    out.push_back(found->votes);
  }
  return out;
}

std::string arlo_votes_text(const ArloContest& contest, const std::vector<std::int64_t>& votes) {
  std::string out;
  for (std::size_t i = 0; i < votes.size(); ++i) out += fmt::format("{}{}: {}", i == 0 ? "" : "; ", contest.votes[i].name, votes[i]);
  return out;
}

bool arlo_printed(double risk, std::string_view printed) {
  for (const int decimals : {9, 10}) {
    if (risk > 0 && risk < (decimals == 9 ? 1e-9 : 1e-10) && printed == fmt::format("<{:.{}f}", decimals == 9 ? 1e-9 : 1e-10, decimals))
      return true;
    std::string text = fmt::format("{:.{}f}", risk, decimals);
    while (text.ends_with('0')) text.pop_back();
    if (text == printed || (text.ends_with('.') && (text + "0" == printed || text.substr(0, text.size() - 1) == printed))) return true;
  }
  return false;
}

std::optional<double> arlo_printed_value(std::string_view printed) {
  if (printed.starts_with('<')) printed.remove_prefix(1);
  double value = 0;
  const auto [stop, error] = std::from_chars(printed.data(), printed.data() + printed.size(), value);
  if (error != std::errc() || stop != printed.data() + printed.size()) return std::nullopt;
  return value;
}

void arlo_compare_risk(const ArloRecord& record, const ArloRound& round, double risk, bool confirmed, Check& check, ContestReview& contest,
                       Review& review) {
  contest.published_risk_text = round.p_value;
  contest.published_risk = arlo_printed_value(round.p_value);
  contest.recomputed_risk = risk;
  ++check.of;
  const bool limit_right = round.limit_met.empty() || (round.limit_met == "Yes") == confirmed;
  if (arlo_printed(risk, round.p_value) && limit_right) ++check.good;
  if (!arlo_printed(risk, round.p_value))
    arlo_add(review, {kRiskMismatch,
                      Severity::failure,
                      contest.name,
                      fmt::format("Round {}: the report prints the risk {}, the record gives {:.10f}.", round.number, round.p_value, risk),
                      {{record.report_file, round.line, fmt::format("P-Value {}; recomputed {:.17g}", round.p_value, risk)}}});
  if (!limit_right)
    arlo_add(review, {kRiskMismatch,
                      Severity::failure,
                      contest.name,
                      fmt::format("Round {}: the report says that the risk limit was {}met, the risk recomputed is {:.10f}.", round.number,
                                  round.limit_met == "Yes" ? "" : "not ", risk),
                      {{record.report_file, round.line, "Risk Limit Met? " + round.limit_met}}});
}

void arlo_thin_path(std::vector<RiskStep>& path, std::size_t steps) {
  if (steps < 2 || path.size() <= steps) return;
  std::vector<RiskStep> out;
  for (std::size_t i = 0; i < steps; ++i) out.push_back(path[i * (path.size() - 1) / (steps - 1)]);
  path = std::move(out);
}

void review_arlo_seed(const ArloRecord& record, Review& review) {
  const ArloReport& report = record.report;
  const Row row{record.report_file, report.settings_line, "Random Seed " + report.seed};
  if (const auto damage = sampling::seed_damage(report.seed))
    arlo_add(review, {kSeedShort, Severity::failure, "", "The seed as printed is not the one that was used: " + *damage + ".", {row}});
  const sampling::SeedReport seed = sampling::examine_seed(report.seed);
  if (!seed.long_enough)
    arlo_add(review, {kSeedShort,
                      Severity::warning,
                      "",
                      fmt::format("The seed has {}, fewer than {}: it could have been searched for.",
                                  arlo_counted(seed.digits, "digit", "digits"), sampling::kSeedDigits),
                      {row}});
  else if (seed.pattern)
    arlo_add(
        review,
        {kSeedShort, Severity::warning, "", "The seed is one digit throughout or counts through the digits: nobody rolled that.", {row}});
  int rounds = 0;
  for (const ArloRound& r : report.rounds) rounds = std::max(rounds, r.number);
  if (rounds > 1 && (report.math_type == "MINERVA" || report.math_type == "PROVIDENCE"))
    arlo_add(review, {kSeedReused,
                      Severity::warning,
                      "",
                      fmt::format("{} rounds of a test that needs fresh randomness in each were drawn with one seed.", rounds),
                      {row}});
  review.checks.push_back({"seed has at least 20 digits", seed.long_enough ? 1U : 0U, 1});
}

Result<Review> review_arlo(const std::filesystem::path& folder, const ArloOptions& options, Progress& progress) {
  Review review;
  review.kind = "arlo";
  progress.step("reading the record");
  ENTENTE_TRY(const ArloRecord record, read_arlo_record(folder, options, review));
  const ArloReport& report = record.report;
  review.title = report.election.empty() ? report.audit_name : report.election;
  review.seed = report.seed;
  progress.step("drawing and computing again");
  review_arlo_seed(record, review);
  arlo_round_order(record, review);
  arlo_outcomes(record, review);
  if (report.audit_type == "BATCH_COMPARISON")
    review_arlo_batches(record, options, review);
  else if (report.audit_type == "BALLOT_POLLING" || report.audit_type == "BALLOT_COMPARISON")
    review_arlo_ballots(record, options, review);
  else
    review.not_checked.push_back("The draws and risks of an audit of the type " + report.audit_type + ".");
  for (std::size_t i = 0; i < report.contests.size(); ++i) ArloStrayTickets(record, i, review).report(review);
  arlo_bound_by_nothing(report, review);
  for (const std::string& section : report.other_sections) review.not_checked.push_back("The report's section " + section + ".");
  put_in_order(review);
  progress.done();
  return review;
}

}  // namespace entente::measures::p3_elections::review
