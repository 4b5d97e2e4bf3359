// Redraws the sample of every targeted contest and follows its risk draw by draw. Each draw must fall on a card that was really audited;
// the discrepancies reported of those cards, counted as often as they were drawn, must be the ones the risk was computed from.
#include <algorithm>
#include <cmath>

#include "core/ascii.h"
#include "measures/p3_elections/review/corla_record.h"
#include "measures/p3_elections/sampling/corla.h"

namespace entente::measures::p3_elections::review {

namespace {

constexpr std::uint64_t kCorlaMaxDraws = 20'000'000;  // of all contests; Colorado's whole state has some thousands
constexpr std::uint64_t kCorlaMaxLater = 20'000;      // of one contest after those audited

std::string corla_reason(std::string_view reason) {
  if (reason == "state_wide_contest") return "state-wide contest";
  if (reason == "county_wide_contest") return "county-wide contest";
  if (reason == "opportunistic_benefits") return "opportunistic";
  return std::string(reason);
}

struct CorlaDraw {
  std::size_t county = 0;  // index in CorlaRecord::counties
  const records::ManifestBatch* batch = nullptr;
  std::uint64_t card = 0;
  [[nodiscard]] std::string imprinted() const {
    return std::string(batch->tabulator) + '-' + std::string(batch->batch) + '-' + std::to_string(card);
  }
};

std::string corla_type_text(int type) {
  const int votes = type < 0 ? -type : type;
  return std::to_string(votes) + (votes == 1 ? " vote " : " votes ") + (type > 0 ? "overstatement" : "understatement");
}

class CorlaSamples {
 public:
  CorlaSamples(const CorlaRecord& record, const CorlaOptions& options, Review& review)
      : record_(record), options_(options), review_(review), round_(*record.last_round()) {
    for (const CorlaCounty& county : record.counties) keys_.push_back(county_key(county.name));
    for (const CorlaDiscrepancyRow& d : record.discrepancies.rows)
      discrepancies_[std::string(d.contest) + '\n' + county_key(d.county) + ' ' + std::string(d.card)] = &d;
    for (const BatchCount& b : record.batches)
      if (b.records < b.manifest)
        short_batches_[county_key(b.county) + ' ' + std::string(b.scanner) + '-' + std::string(b.batch)] = b.records;
    for (const CorlaReportRow& r : record.report.rows) published_.try_emplace(r.contest, &r);
    for (const auto& [number, file] : record.selections)
      for (const CorlaSelectionRow& s : file.rows) selections_[s.contest].emplace_back(&file.file, &s);
  }

  void run() {
    for (const bool targeted : {true, false})
      for (const CorlaContestRow& row : round_.rows)
        if (row.targeted() == targeted) contest(row);
    finish();
  }

 private:
  void contest(const CorlaContestRow& row) {
    ContestReview out;
    out.name = row.contest;
    out.reason = corla_reason(row.reason);
    out.method = "ballot-level comparison, Kaplan–Markov";
    out.winners = row.winners;
    for (const auto& [votes, name] : corla_votes(record_, row.contest))
      if (std::ranges::find(row.winners, name) == row.winners.end()) out.losers.emplace_back(name);
    out.margin_votes = row.audit.margin;
    out.cards = row.audit.cards;
    out.diluted_margin = row.audit.cards == 0 ? 0 : static_cast<double>(row.audit.margin) / static_cast<double>(row.audit.cards);
    out.risk_limit = static_cast<double>(row.risk_limit_e8) / static_cast<double>(risk::kE8);
    out.draws = row.audit.draws;
    out.over2 = row.audit.over2, out.over1 = row.audit.over1, out.under1 = row.audit.under1, out.under2 = row.audit.under2;
    published(row, out);
    if (row.targeted()) {
      ++targeted_;
      decide(row, out);
      draw(row, out);
    }
    review_.contests.push_back(std::move(out));
  }

  void published(const CorlaContestRow& row, ContestReview& out) const {
    const auto found = published_.find(row.contest);
    if (found == published_.end()) return;
    const CorlaReportRow& report = *found->second;
    out.published_risk_text = std::string(report.risk) + " %";
    if (report.audit.draws != row.audit.draws) {
      out.published_risk_text += " after " + std::to_string(report.audit.draws) + " draws";
      return;
    }
    if (report.risk == "100.0")
      out.published_risk = 1;
    else if (const auto percent = risk::parse_e8(report.risk))
      out.published_risk = static_cast<double>(*percent) / (100 * static_cast<double>(risk::kE8));
  }

  // The risk at the last draw, and what it says of the limit.
  void decide(const CorlaContestRow& row, ContestReview& out) {
    const auto risk = risk::kaplan_markov_risk(row.audit);
    const auto meets = risk::kaplan_markov_meets(row.audit, row.risk_limit_e8);
    if (!risk || !meets) return;  // nonsense is a finding of the sizes
    out.recomputed_risk = risk->risk;
    out.certificate = {{"margin", row.audit.margin},
                       {"cards", row.audit.cards},
                       {"gammaE8", row.audit.gamma_e8},
                       {"draws", row.audit.draws},
                       {"over2", row.audit.over2},
                       {"over1", row.audit.over1},
                       {"under1", row.audit.under1},
                       {"under2", row.audit.under2},
                       {"riskLimitE8", row.risk_limit_e8},
                       {"logRisk", {risk->low, risk->high}},
                       {"logLimit", std::log(static_cast<double>(row.risk_limit_e8) / static_cast<double>(risk::kE8))},
                       {"meets", *meets}};
    const std::string status = lower(row.status);
    if (*meets) {
      out.outcome = ContestReview::Outcome::confirmed;
      return;
    }
    if (status.find("hand_count") != std::string::npos || status.find("full") != std::string::npos) {
      out.outcome = ContestReview::Outcome::full_count;
      return;
    }
    out.outcome = ContestReview::Outcome::not_confirmed;
    const bool claimed = status == "risk_limit_achieved" || status == "ended";
    char percent[32];
    std::snprintf(percent, sizeof percent, "%.1f", risk->risk * 100);
    add_finding(review_, kLimitNotMet, claimed ? Severity::failure : Severity::warning, out.name,
                "After " + counted(row.audit.draws, "draw", "draws") + " the risk is " + percent + " %, above the limit; " +
                    (claimed ? "yet the status is " : "no later round or full count is among the files (status: ") +
                    std::string(row.status) + (claimed ? "." : ")."),
                {{round_.file, row.line, out.name}});
  }

  void draw(const CorlaContestRow& row, ContestReview& out) {
    if (record_.seed.empty()) return;
    records::ManifestChain chain;
    const auto cards = corla_universe(record_, row.contest, &chain);
    if (!cards || *cards == 0) {
      review_.not_checked.push_back("The sample of " + out.name + " could not be redrawn: a manifest is missing.");
      return;
    }
    const std::vector<std::size_t>& counties = record_.contest_counties.find(row.contest)->second;
    const auto selections = selections_.find(row.contest);
    std::uint64_t count = row.audit.draws;
    if (selections != selections_.end())
      for (const auto& [file, s] : selections->second) count = std::max(count, s->chosen);
    // Cards of a later round may be among the audited. ColoradoRLA takes one draw more than the size it computes.
    count = std::max(count, std::min(std::max(row.optimistic, row.estimated) + 1, count + kCorlaMaxLater));
    if (count > budget_) {
      review_.not_checked.push_back("The sample of " + out.name + " was not redrawn: with " + std::to_string(count) +
                                    " draws the record asks for more than 20 million.");
      return;
    }
    budget_ -= count;
    const std::vector<std::uint64_t> positions = sampling::corla_draws(record_.seed, 1, count, *cards);
    std::vector<CorlaDraw> draws;
    draws.reserve(positions.size());
    for (const std::uint64_t position : positions) {
      const auto [manifest, place] = chain.place_of(position);
      draws.push_back({counties[manifest], &chain.manifest(manifest).batches[place.batch], place.card});
    }
    sample(row, draws, positions, out);
    if (selections != selections_.end()) compare_selections(row, positions, selections->second);
  }

  void sample(const CorlaContestRow& row, const std::vector<CorlaDraw>& draws, const std::vector<std::uint64_t>& positions,
              ContestReview& out) {
    const std::size_t audited_draws = std::min<std::size_t>(row.audit.draws, draws.size());
    std::unordered_map<std::uint64_t, std::size_t> first;
    std::vector<Row> strangers, phantoms;
    std::vector<int> types(audited_draws, 0);
    for (std::size_t i = 0; i < draws.size(); ++i) {
      const CorlaDraw& d = draws[i];
      const std::string card = keys_[d.county] + ' ' + d.imprinted();
      const auto audited = record_.audited.find(card);
      if (audited != record_.audited.end()) (i < audited_draws ? drawn_ : foreseen_).insert(audited->second);
      if (i >= audited_draws) continue;
      const auto [before, fresh] = first.try_emplace(positions[i], i);
      DrawnItem item{.position = i + 1, .name = record_.counties[d.county].name + ' ' + d.imprinted(), .note = {}};
      const std::string where = "draw " + std::to_string(i + 1) + ": " + item.name;
      if (record_.audited_file.empty()) {
        item.note = "not compared";
      } else {
        ++draws_.of;
        if (audited != record_.audited.end()) {
          ++draws_.good;
          item.note = "audited";
        } else {
          strangers.push_back({record_.counties[d.county].manifest_file, d.batch->line, where + ", not among the audited cards"});
          item.note = "not among the audited cards";
        }
      }
      if (const auto found = discrepancies_.find(out.name + '\n' + card); found != discrepancies_.end()) {
        types[i] = type_of(*found->second, out);
        if (types[i] != 0) item.note = corla_type_text(types[i]);
      }
      if (!fresh) item.note += ", drawn before as " + std::to_string(before->second + 1);
      if (is_phantom(d, card)) phantoms.push_back({record_.batch_file, 0, where + ", a batch with fewer vote records"});
      out.drawn.push_back(std::move(item));
    }
    out.distinct = first.size();
    std::string summary = counted(strangers.size(), "draw falls", "draws fall") + " on cards that were not audited, of " +
                          std::to_string(audited_draws) + '.';
    add_finding(review_, kDrawMismatch, Severity::failure, out.name, std::move(summary), std::move(strangers));
    summary = counted(phantoms.size(), "draw falls", "draws fall") + " on a card without a vote record.";
    add_finding(review_, kPhantom, Severity::warning, out.name, std::move(summary), std::move(phantoms));
    follow(row, types, out);
  }

  [[nodiscard]] bool is_phantom(const CorlaDraw& d, const std::string& card) const {
    if (short_batches_.empty()) return false;
    const auto found = short_batches_.find(card.substr(0, card.rfind('-')));
    return found != short_batches_.end() && d.card > found->second;
  }

  // The overstatement of a card: the most, over a winner and a loser, by which the vote record favours the winner more than the card does.
  static int type_of(const CorlaDiscrepancyRow& d, const ContestReview& contest) {
    const auto choices = [](std::string_view text) { return text == "N/A" ? std::vector<std::string>() : corla_names(text); };
    const std::vector<std::string> record = choices(d.record_choice), board = choices(d.board_choice);
    const auto has = [](const std::vector<std::string>& names, const std::string& name) {
      return std::ranges::find(names, name) != names.end() ? 1 : 0;
    };
    int most = -3;
    for (const std::string& winner : contest.winners)
      for (const std::string& loser : contest.losers)
        most = std::max(most, has(record, winner) - has(record, loser) - has(board, winner) + has(board, loser));
    return most < -2 ? 0 : most;
  }

  // The risk over the draws; known only where the reported discrepancies are the counted ones.
  void follow(const CorlaContestRow& row, const std::vector<int>& types, ContestReview& out) {
    const auto count = [&](int type) { return static_cast<std::uint64_t>(std::ranges::count(types, type)); };
    const bool same =
        count(2) == row.audit.over2 && count(1) == row.audit.over1 && count(-1) == row.audit.under1 && count(-2) == row.audit.under2;
    if (record_.discrepancies.present()) {
      ++counts_.of;
      if (same) {
        ++counts_.good;
      } else {
        counts_rows_.push_back({round_.file, row.line,
                                out.name + ": the cards drawn have " + std::to_string(count(2)) + ", " + std::to_string(count(1)) + ", " +
                                    std::to_string(count(-1)) + ", " + std::to_string(count(-2)) +
                                    " discrepancies of +2, +1, -1 and -2 votes; counted were " + std::to_string(row.audit.over2) + ", " +
                                    std::to_string(row.audit.over1) + ", " + std::to_string(row.audit.under1) + ", " +
                                    std::to_string(row.audit.under2)});
      }
    }
    if (!out.recomputed_risk) return;
    if (!same) {
      out.path.push_back({row.audit.draws, *out.recomputed_risk});
      return;
    }
    risk::KaplanMarkov at = row.audit;
    at.over2 = at.over1 = at.under1 = at.under2 = 0;
    const std::size_t every = options_.path_steps < 2 ? types.size() : (types.size() + options_.path_steps - 2) / (options_.path_steps - 1);
    for (std::size_t i = 0; i < types.size(); ++i) {
      at.draws = i + 1;
      at.over2 += types[i] == 2, at.over1 += types[i] == 1, at.under1 += types[i] == -1, at.under2 += types[i] == -2;
      if (i != 0 && i + 1 != types.size() && (i % every) != 0) continue;
      if (const auto risk = risk::kaplan_markov_risk(at)) out.path.push_back({at.draws, risk->risk});
    }
  }

  void compare_selections(const CorlaContestRow& row, const std::vector<std::uint64_t>& positions,
                          const std::vector<std::pair<const std::string*, const CorlaSelectionRow*>>& selections) {
    for (const auto& [file, s] : selections) {
      ++selected_.of;
      std::vector<std::uint64_t> own(positions.begin(),
                                     positions.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(s->chosen, positions.size())));
      std::ranges::sort(own);
      const auto distinct = static_cast<std::uint64_t>(std::ranges::unique(own).begin() - own.begin());
      if (distinct == s->distinct && s->margin == row.audit.margin) {
        ++selected_.good;
        continue;
      }
      selected_rows_.push_back({*file, s->line,
                                std::string(row.contest) + ": " + std::to_string(s->distinct) + " cards among " +
                                    std::to_string(s->chosen) + " chosen, margin " + std::to_string(s->margin) + "; the draw gives " +
                                    std::to_string(distinct) + " cards, the contest a margin of " + std::to_string(row.audit.margin)});
    }
  }

  void finish() {
    if (!record_.audited_file.empty() && !record_.seed.empty()) {
      review_.checks.push_back(
          {.name = "draws of " + counted(targeted_, "targeted contest", "targeted contests") + " that fall on audited cards",
           .good = draws_.good,
           .of = draws_.of});
      unexplained();
    }
    if (record_.discrepancies.present())
      review_.checks.push_back(
          {.name = "targeted contests whose discrepancies are those of the cards drawn", .good = counts_.good, .of = counts_.of});
    std::string summary =
        "The discrepancies of " + counted(counts_rows_.size(), "contest", "contests") + " are not those of the cards drawn.";
    add_finding(review_, kReconcile, Severity::failure, "", std::move(summary), std::move(counts_rows_));
    if (selected_.of != 0)
      review_.checks.push_back({.name = "selections with as many different cards as the draw", .good = selected_.good, .of = selected_.of});
    summary = counted(selected_rows_.size(), "selection is", "selections are") + " not what the draw gives.";
    add_finding(review_, kDrawMismatch, Severity::failure, "", std::move(summary), std::move(selected_rows_));
  }

  // Cards audited that no draw explains.
  void unexplained() {
    std::vector<Row> rows;
    std::uint64_t later = 0;
    for (const auto& [card, line] : record_.audited) {
      if (drawn_.contains(line)) continue;
      if (foreseen_.contains(line))
        ++later;
      else
        rows.push_back({record_.audited_file, line, card + ": audited, but not drawn for any contest"});
    }
    review_.checks.push_back(
        {.name = "audited cards that were drawn", .good = record_.audited.size() - rows.size(), .of = record_.audited.size()});
    if (later != 0)
      review_.not_checked.push_back(counted(later, "audited card is", "audited cards are") + " of draws after those of " + round_.file +
                                    "; their contests' later figures are not among the files.");
    std::ranges::sort(rows, {}, &Row::line);
    std::string summary = counted(rows.size(), "card was", "cards were") + " audited without being drawn.";
    add_finding(review_, kDrawMismatch, Severity::warning, "", std::move(summary), std::move(rows));
  }

  const CorlaRecord& record_;
  const CorlaOptions& options_;
  Review& review_;
  const CorlaRound& round_;
  std::vector<std::string> keys_;                                              // county_key by index
  std::unordered_map<std::string, const CorlaDiscrepancyRow*> discrepancies_;  // contest, county and card
  std::unordered_map<std::string, std::uint64_t> short_batches_;               // with fewer vote records than cards
  std::unordered_map<std::string_view, std::vector<std::pair<const std::string*, const CorlaSelectionRow*>>> selections_;
  std::unordered_map<std::string_view, const CorlaReportRow*> published_;
  std::unordered_set<std::uint64_t> drawn_, foreseen_;  // lines of the audited cards
  Check draws_, counts_, selected_;
  std::vector<Row> counts_rows_, selected_rows_;
  std::uint64_t targeted_ = 0, budget_ = kCorlaMaxDraws;
};

}  // namespace

void review_corla_contests(const CorlaRecord& record, const CorlaOptions& options, Review& review) {
  if (record.last_round() != nullptr) CorlaSamples(record, options, review).run();
}

}  // namespace entente::measures::p3_elections::review
