// Sums from batch to county to state to what was published, and the sources of the audit against each other.
#include <algorithm>

#include "measures/p3_elections/review/corla_record.h"

namespace entente::measures::p3_elections::review {

namespace {

void corla_state_sums(const CorlaRecord& record, Review& review) {
  if (!record.state || !record.county) return;
  const records::ResultsCheck check = records::check_sums(*record.state, *record.county);
  review.checks.push_back({.name = "state totals that are the sum of the counties", .good = check.good, .of = check.of});
  std::vector<Row> rows;
  for (const records::ResultsFinding& f : check.findings) rows.push_back({f.file, f.line, f.text});
  std::string summary = counted(rows.size(), "state total is", "state totals are") + " not the sum of the counties.";
  add_finding(review, kReconcile, Severity::failure, "", std::move(summary), std::move(rows));
}

// A contest's votes cannot be more than its cards hold, nor its cards more than all.
void corla_capacities(const CorlaRecord& record, Review& review) {
  const CorlaRound* last = record.last_round();
  if (last == nullptr || !record.state) return;
  std::vector<Row> rows;
  Check check{.name = "contests with no more votes than their cards hold", .good = 0, .of = 0};
  for (const CorlaContestRow& row : last->rows) {
    const records::ReportedContest* contest = record.state->contest(row.contest);
    if (contest == nullptr) {
      rows.push_back({last->file, row.line, std::string(row.contest) + ": no votes in " + record.state->file});
      continue;
    }
    std::uint64_t votes = 0;
    for (const records::ReportedCount& c : contest->counts) votes += c.votes;
    ++check.of;
    const std::uint64_t cards = row.contest_cards != 0 ? row.contest_cards : row.cards;
    if (cards <= row.cards && votes <= cards * row.winners_allowed) {
      ++check.good;
      continue;
    }
    rows.push_back({last->file, row.line,
                    std::string(row.contest) + ": " + std::to_string(votes) + " votes on " + std::to_string(cards) + " cards of " +
                        std::to_string(row.cards) + " in all, " + std::to_string(row.winners_allowed) + " votes a card"});
  }
  review.checks.push_back(check);
  std::string summary = counted(rows.size(), "contest has", "contests have") + " more votes than cards, or none at all.";
  add_finding(review, kReconcile, Severity::failure, "", std::move(summary), std::move(rows));
}

// Batches of the manifests by county, tabulator and name.
class CorlaBatches {
 public:
  explicit CorlaBatches(const CorlaRecord& record) : record_(record) {
    std::size_t batches = 0;
    for (const CorlaCounty& county : record.counties)
      if (county.manifest) batches += county.manifest->batches.size();
    index_.reserve(batches);
    for (std::size_t c = 0; c < record.counties.size(); ++c) {
      if (!record.counties[c].manifest) continue;
      for (const records::ManifestBatch& b : record.counties[c].manifest->batches) index_.try_emplace(key(c, b.tabulator, b.batch), c, &b);
    }
  }

  void run(Review& review) {
    Check same{.name = "batches with as many cards in the manifest as vote records", .good = 0, .of = record_.batches.size()};
    std::vector<Row> differences = batch_count_differences(record_.batches, record_.batch_file);
    same.good = same.of - differences.size();
    review.checks.push_back(same);
    std::string summary =
        counted(differences.size(), "batch has", "batches have") + " another number of vote records than cards in the manifest.";
    add_finding(review, kReconcile, Severity::failure, "", std::move(summary), std::move(differences));

    Check listed{.name = "batches of the comparison that are in the manifests with that count", .good = 0, .of = 0};
    std::vector<Row> rows;
    for (const BatchCount& b : record_.batches) compare(b, listed, rows);
    for (const auto& [unused, batch] : index_) {
      if (seen_.contains(batch.second)) continue;
      ++listed.of;
      rows.push_back({record_.counties[batch.first].manifest_file, batch.second->line,
                      record_.counties[batch.first].name + ' ' + std::string(batch.second->tabulator) + '-' +
                          std::string(batch.second->batch) + ": not in " + record_.batch_file});
    }
    std::ranges::sort(rows, [](const Row& a, const Row& b) { return std::tie(a.file, a.line, a.text) < std::tie(b.file, b.line, b.text); });
    review.checks.push_back(listed);
    summary = counted(rows.size(), "batch differs", "batches differ") + " between the manifests and " + record_.batch_file + '.';
    add_finding(review, kManifest, Severity::failure, "", std::move(summary), std::move(rows));
  }

 private:
  void compare(const BatchCount& b, Check& check, std::vector<Row>& rows) {
    if (b.county != county_name_) {
      county_name_ = b.county;
      const auto found = record_.county_index.find(county_key(b.county));
      county_ = found == record_.county_index.end() ? record_.counties.size() : found->second;
    }
    const bool known = county_ < record_.counties.size();
    if (known && !record_.counties[county_].manifest) return;  // a missing manifest is said elsewhere
    ++check.of;
    const auto found = known ? index_.find(key(county_, b.scanner, b.batch)) : index_.end();
    const std::string name = std::string(b.county) + ' ' + std::string(b.scanner) + '-' + std::string(b.batch);
    if (found == index_.end()) {
      rows.push_back({record_.batch_file, b.line, name + ": in no manifest"});
      return;
    }
    if (!seen_.insert(found->second.second).second) {
      rows.push_back({record_.batch_file, b.line, name + ": a second row"});
    } else if (found->second.second->cards != b.manifest) {
      rows.push_back({record_.batch_file, b.line,
                      name + ": " + std::to_string(b.manifest) + " cards, " + std::to_string(found->second.second->cards) + " in " +
                          record_.counties[county_].manifest_file + " line " + std::to_string(found->second.second->line)});
    } else {
      ++check.good;
    }
  }

  const std::string& key(std::size_t county, std::string_view tabulator, std::string_view batch) {
    key_.assign(std::to_string(county)).append(1, '\0').append(tabulator).append(1, '\0').append(batch);
    return key_;
  }

  const CorlaRecord& record_;
  std::unordered_map<std::string, std::pair<std::size_t, const records::ManifestBatch*>> index_;
  std::unordered_set<const records::ManifestBatch*> seen_;
  std::string key_;
  std::string_view county_name_;
  std::size_t county_ = ~std::size_t{0};
};

// Discrepancies are of cards that were audited, and of contests there are.
void corla_discrepancy_rows(const CorlaRecord& record, Review& review) {
  const CorlaRound* last = record.last_round();
  if (!record.discrepancies.present() || last == nullptr) return;
  Check check{.name = "discrepancies of audited cards and known contests", .good = 0, .of = record.discrepancies.rows.size()};
  std::vector<Row> rows;
  for (const CorlaDiscrepancyRow& d : record.discrepancies.rows) {
    const bool audited = record.audited_file.empty() || record.audited.contains(county_key(d.county) + ' ' + std::string(d.card));
    if (audited && last->find(d.contest) != nullptr) {
      ++check.good;
      continue;
    }
    rows.push_back({record.discrepancies.file, d.line,
                    std::string(d.county) + ' ' + std::string(d.card) + ", " + std::string(d.contest) +
                        (audited ? ": no such contest" : ": not among the audited cards")});
  }
  review.checks.push_back(check);
  std::string summary = counted(rows.size(), "discrepancy is", "discrepancies are") + " of no audited card or no contest.";
  add_finding(review, kReconcile, Severity::failure, "", std::move(summary), std::move(rows));
}

}  // namespace

void review_corla_reconcile(const CorlaRecord& record, Review& review) {
  corla_state_sums(record, review);
  corla_capacities(record, review);
  if (!record.batch_file.empty()) CorlaBatches(record).run(review);
  corla_discrepancy_rows(record, review);
}

}  // namespace entente::measures::p3_elections::review
