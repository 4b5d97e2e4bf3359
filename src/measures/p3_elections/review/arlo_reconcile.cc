// The sums of a batch comparison, from the bottom up: a batch's votes against its cards, all batches against the contest's totals, every
// row of the sample against the totals by batch, what the report prints as changes against the counts it prints, and the sums of the
// sample.
#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "measures/p3_elections/review/arlo_batches.h"

namespace entente::measures::p3_elections::review {

namespace {

using ArloSums = std::vector<std::int64_t>;

void arlo_votes_within_cards(const ArloRecord& record, const ArloBatches& batches, Review& review) {
  Check check{"batches with no more votes than cards allow"};
  std::vector<Row> rows;
  for (const ArloBatch& b : batches.batches) {
    bool good = true;
    for (std::size_t c = 0; c < b.tallies.size(); ++c) {
      double votes = 0;
      for (const double v : b.tallies[c].votes) votes += v;
      const double most = static_cast<double>(b.cards) * record.report.contests[c].votes_allowed;
      if (votes <= most) continue;
      good = false;
      rows.push_back({b.file, b.line,
                      fmt::format("{}, {}: {:g} votes for {} on {}", b.key.jurisdiction, b.key.batch, votes, record.report.contests[c].name,
                                  arlo_counted(b.cards, "card", "cards"))});
    }
    ++check.of;
    check.good += good ? 1 : 0;
  }
  if (!rows.empty())
    arlo_add(review, {kReconcile, Severity::failure, "", "Batches hold more votes than their cards allow.", std::move(rows)});
  review.checks.push_back(std::move(check));
}

// Cards of the jurisdictions that have the contest.
std::int64_t arlo_cards_of(const ArloBatches& batches, std::size_t contest) {
  std::set<std::string_view> in;
  for (const ArloBatch& b : batches.batches)
    if (b.tallies[contest].has_contest) in.insert(b.key.jurisdiction);
  std::uint64_t cards = 0;
  for (const auto& [jurisdiction, n] : batches.cards)
    if (in.contains(jurisdiction)) cards += n;
  return static_cast<std::int64_t>(cards);
}

// Totals of a contest: batches → "Vote Totals from Batches" → "Vote Totals"; cards → "Total Ballots Cast".
void arlo_contest_sums(const ArloRecord& record, const ArloBatches& batches, Check& check, Review& review) {
  for (std::size_t c = 0; c < record.report.contests.size(); ++c) {
    const ArloContest& contest = record.report.contests[c];
    std::vector<Row> wrong, missing;
    const auto from_batches = contest.votes_in_batches.empty() ? std::nullopt : arlo_in_order(contest, contest.votes_in_batches);
    for (std::size_t v = 0; v < contest.votes.size(); ++v) {
      double sum = 0;
      for (const ArloBatch& b : batches.batches)
        if (b.tallies[c].has_contest) sum += b.tallies[c].votes[v];
      const auto total = static_cast<std::int64_t>(sum);
      const risk::Choice& choice = contest.votes[v];
      ++check.of;
      const bool batch_good = !from_batches || (*from_batches)[v] == total;
      if (!batch_good)
        wrong.push_back({record.report_file, contest.line,
                         fmt::format("{}: batches add up to {}, the report has {} from batches", choice.name, total, (*from_batches)[v])});
      if (total > choice.votes)
        wrong.push_back({record.report_file, contest.line,
                         fmt::format("{}: batches add up to {}, more than the total {}", choice.name, total, choice.votes)});
      else if (total < choice.votes)
        missing.push_back(
            {record.report_file, contest.line, fmt::format("{}: batches add up to {} of {}", choice.name, total, choice.votes)});
      if (batch_good && total == choice.votes) ++check.good;
    }
    if (!wrong.empty())
      arlo_add(review,
               {kReconcile, Severity::failure, contest.name, "The batches do not add up to the totals of the report.", std::move(wrong)});
    if (!missing.empty())
      arlo_add(review,
               {kReconcile, Severity::warning, contest.name,
                "Votes of the total are in no batch: they cannot be drawn, and count as if they were for the losers.", std::move(missing)});
    ++check.of;
    const std::int64_t cards = arlo_cards_of(batches, c);
    if (cards == contest.ballots)
      ++check.good;
    else
      arlo_add(review, {kReconcile,
                        cards > contest.ballots ? Severity::failure : Severity::warning,
                        contest.name,
                        fmt::format("The manifests list {} cards, the report {}.", cards, contest.ballots),
                        {{record.report_file, contest.line, fmt::format("Total Ballots Cast {}", contest.ballots)}}});
  }
}

// "Ada Example: +1; Bo Example: -2": reported less audited, where they differ.
std::string arlo_change_text(const ArloContest& contest, const ArloSums& reported, const ArloSums& audited) {
  std::string out;
  for (std::size_t v = 0; v < reported.size(); ++v)
    if (const std::int64_t change = reported[v] - audited[v]; change != 0)
      out += fmt::format("{}{}: {:+}", out.empty() ? "" : "; ", contest.votes[v].name, change);
  return out;
}

class ArloSampleRows {
 public:
  ArloSampleRows(const ArloRecord& record, const ArloBatches& batches, Review& review)
      : record_(record), batches_(batches), review_(review) {
    for (const ArloContest& c : record.report.contests) {
      auto outcome = risk::Contest::make(arlo_totals(c));
      outcomes_.push_back(outcome ? std::optional(std::move(*outcome)) : std::nullopt);
    }
  }
  void check() {
    for (std::size_t r = 0; r < record_.report.batches.size(); ++r) row(r);
    report(kReconcile, "Rows of the sample do not show the reported votes and cards of their batches.", reported_);
    report(kReconcile, "Changes printed are not the differences of the votes printed beside them.", changes_);
    if (!uncounted_.empty())
      arlo_add(review_, {kSampleShort, Severity::failure, "",
                         fmt::format("{} of the sample {} no count.", arlo_counted(uncounted_.size(), "batch", "batches"),
                                     uncounted_.size() == 1 ? "has" : "have"),
                         std::move(uncounted_)});
    review_.checks.push_back(std::move(votes_));
    review_.checks.push_back(std::move(printed_));
    totals();
    rounds();
  }

 private:
  void report(std::string_view code, std::string summary, std::vector<Row>& rows) {
    if (!rows.empty()) arlo_add(review_, {code, Severity::failure, "", std::move(summary), std::move(rows)});
  }
  Row at(const ArloBatchRow& row, std::string text) const {
    return {record_.report_file, row.line, row.jurisdiction + ", " + row.batch + ": " + std::move(text)};
  }

  void row(std::size_t r) {
    const ArloBatchRow& row = record_.report.batches[r];
    const auto& parts = batches_.parts[r];
    bool good = !parts.empty();
    std::uint64_t cards = 0;
    for (const std::uint32_t part : parts) cards += batches_.batches[part].cards;
    if (good && row.ballots != 0 && row.ballots != cards)
      good = false, reported_.push_back(at(row, fmt::format("{} ballots printed, {} in the manifest", row.ballots, cards)));
    if (!row.audited) uncounted_.push_back(at(row, "Audited? No"));
    for (std::size_t c = 0; c < row.contests.size(); ++c) good = contest(row, parts, c) && good;
    ++votes_.of;
    votes_.good += good ? 1 : 0;
  }

  bool contest(const ArloBatchRow& row, const std::vector<std::uint32_t>& parts, std::size_t c) {
    const ArloContest& contest = record_.report.contests[c];
    const ArloBatchContest& printed = row.contests[c];
    if (printed.reported.empty() && printed.audited.empty()) return true;
    const auto reported = arlo_in_order(contest, printed.reported), audited = arlo_in_order(contest, printed.audited);
    bool good = true;
    if (reported && !parts.empty()) {
      ArloSums sums(contest.votes.size());
      for (const std::uint32_t part : parts)
        for (std::size_t v = 0; v < sums.size(); ++v) sums[v] += static_cast<std::int64_t>(batches_.batches[part].tallies[c].votes[v]);
      if (sums != *reported) {
        good = false;
        reported_.push_back(at(row, fmt::format("{} printed {}; the totals by batch have {}", contest.name,
                                                arlo_votes_text(contest, *reported), arlo_votes_text(contest, sums))));
      }
    }
    if ((!printed.reported.empty() && !reported) || (!printed.audited.empty() && !audited)) {
      good = false;
      reported_.push_back(at(row, "other choices than those of " + contest.name));
    }
    if (reported && audited) changes(row, c, *reported, *audited);
    return good;
  }

  void changes(const ArloBatchRow& row, std::size_t c, const ArloSums& reported, const ArloSums& audited) {
    const ArloContest& contest = record_.report.contests[c];
    const ArloBatchContest& printed = row.contests[c];
    const std::string text = arlo_change_text(contest, reported, audited);
    ++printed_.of;
    bool good = text == printed.change;
    if (!good)
      changes_.push_back(at(row, fmt::format("{}: change printed \"{}\"; the votes give \"{}\"", contest.name, printed.change, text)));
    if (outcomes_[c]) {
      const risk::BatchTally before{.has_contest = true, .votes = {reported.begin(), reported.end()}},
          after{.has_contest = true, .votes = {audited.begin(), audited.end()}};
      const auto error = risk::batch_error(*outcomes_[c], before, after, unauditable(c));
      const std::string margin = error ? fmt::format("{:g}", error->votes) : "";
      if (margin != printed.margin_change) {
        good = false;
        changes_.push_back(at(
            row, fmt::format("{}: change in margin printed \"{}\"; the votes give \"{}\"", contest.name, printed.margin_change, margin)));
      }
    }
    printed_.good += good ? 1 : 0;
  }

  [[nodiscard]] std::int64_t unauditable(std::size_t c) {
    if (unauditable_.empty()) unauditable_.resize(outcomes_.size());
    if (!unauditable_[c]) {
      std::vector<risk::BatchTally> tallies;
      for (const ArloBatch& b : batches_.batches) tallies.push_back(b.tallies[c]);
      unauditable_[c] = risk::unauditable_ballots(*outcomes_[c], tallies);
    }
    return *unauditable_[c];
  }

  // Sums over the rows that `take`.
  template <class Take>
  void sum(std::size_t c, Take take, ArloSums& reported, ArloSums& audited, std::uint64_t& rows, std::uint64_t& cards) const {
    reported.assign(record_.report.contests[c].votes.size(), 0);
    audited = reported;
    rows = cards = 0;
    for (const ArloBatchRow& row : record_.report.batches) {
      if (!take(row)) continue;
      ++rows;
      cards += row.ballots;
      if (const auto votes = arlo_in_order(record_.report.contests[c], row.contests[c].reported))
        for (std::size_t v = 0; v < votes->size(); ++v) reported[v] += (*votes)[v];
      if (const auto votes = arlo_in_order(record_.report.contests[c], row.contests[c].audited))
        for (std::size_t v = 0; v < votes->size(); ++v) audited[v] += (*votes)[v];
    }
  }

  void same_sum(std::string_view what, const ArloContest& contest, const std::vector<risk::Choice>& printed, const ArloSums& sums,
                std::uint64_t line, Check& check, std::vector<Row>& rows) const {
    if (printed.empty()) return;
    ++check.of;
    const auto votes = arlo_in_order(contest, printed);
    if (votes && *votes == sums)
      ++check.good;
    else
      rows.push_back({record_.report_file, line,
                      fmt::format("{}, {}: printed {}; the rows add up to {}", contest.name, what,
                                  votes ? arlo_votes_text(contest, *votes) : "other choices", arlo_votes_text(contest, sums))});
  }
  void same_count(std::string_view what, std::uint64_t printed, std::uint64_t sum, std::uint64_t line, Check& check,
                  std::vector<Row>& rows) const {
    ++check.of;
    if (printed == sum)
      ++check.good;
    else
      rows.push_back({record_.report_file, line, fmt::format("{}: printed {}; the rows add up to {}", what, printed, sum)});
  }

  void totals() {
    if (!record_.report.batch_totals) return;
    Check check{"sums of the sample's last row"};
    std::vector<Row> rows;
    const ArloBatchRow& printed = *record_.report.batch_totals;
    ArloSums reported, audited;
    std::uint64_t count = 0, cards = 0;
    for (std::size_t c = 0; c < record_.report.contests.size(); ++c) {
      sum(c, [](const ArloBatchRow&) { return true; }, reported, audited, count, cards);
      same_sum("reported", record_.report.contests[c], printed.contests[c].reported, reported, printed.line, check, rows);
      same_sum("audited", record_.report.contests[c], printed.contests[c].audited, audited, printed.line, check, rows);
    }
    same_count("ballots", printed.ballots, cards, printed.line, check, rows);
    report(kReconcile, "The row of totals is not the sum of the rows above it.", rows);
    review_.checks.push_back(std::move(check));
  }

  // The sums of a round are over the batches drawn for any contest until then, each once; extra batches are not in them.
  void rounds() {
    Check check{"sums printed with the rounds"};
    std::vector<Row> rows;
    ArloSums reported, audited;
    std::uint64_t count = 0, cards = 0;
    for (const ArloRound& r : record_.report.rounds) {
      const auto drawn = [&](const ArloBatchRow& row) {
        return std::ranges::any_of(row.contests, [&](const ArloBatchContest& c) {
          return std::ranges::any_of(c.tickets, [&](const ArloTickets& t) { return t.round <= r.number && !t.tickets.empty(); });
        });
      };
      const auto c = static_cast<std::size_t>(record_.report.contest(r.contest) - record_.report.contests.data());
      sum(c, drawn, reported, audited, count, cards);
      same_sum("audited", record_.report.contests[c], r.audited, audited, r.line, check, rows);
      same_sum("reported", record_.report.contests[c], r.reported, reported, r.line, check, rows);
      if (r.batches) same_count("batches sampled", *r.batches, count, r.line, check, rows);
      if (r.ballots) same_count("ballots sampled", *r.ballots, cards, r.line, check, rows);
    }
    report(kReconcile, "Sums printed with a round are not those of the batches drawn.", rows);
    review_.checks.push_back(std::move(check));
  }

  const ArloRecord& record_;
  const ArloBatches& batches_;
  Review& review_;
  std::vector<std::optional<risk::Contest>> outcomes_;
  std::vector<std::optional<std::int64_t>> unauditable_;
  std::vector<Row> reported_, changes_, uncounted_;
  Check votes_{"rows of the sample as reported"}, printed_{"changes as printed"};
};

}  // namespace

void reconcile_arlo_batches(const ArloRecord& record, const ArloBatches& batches, Review& review) {
  if (!batches.batches.empty()) {
    arlo_votes_within_cards(record, batches, review);
    Check sums{"totals of contests"};
    arlo_contest_sums(record, batches, sums, review);
    review.checks.push_back(std::move(sums));
  }
  ArloSampleRows(record, batches, review).check();
}

}  // namespace entente::measures::p3_elections::review
