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

// The comparison of batches against the manifests, both ways.
class CorlaBatches {
 public:
  explicit CorlaBatches(const CorlaRecord& record) : record_(record), counties_(record.counties.size()) {
    for (std::size_t c = 0; c < counties_.size(); ++c) {
      if (!record.counties[c].manifest) continue;
      counties_[c].index.emplace(*record.counties[c].manifest);
      counties_[c].seen.resize(record.counties[c].manifest->batches.size());
    }
  }

  void run(Review& review) {
    Check same{.name = "batches with as many cards in the manifest as vote records", .good = 0, .of = record_.batches.size()};
    std::vector<Row> differences = batch_count_differences(record_.batches, record_.batch_file);
    same.good = same.of - differences.size();
    if (!record_.batches.empty()) {
      CardTotals cards;
      for (const BatchCount& b : record_.batches) {
        cards.manifest += b.manifest;
        cards.reported += b.records;
        cards.differing += b.manifest > b.records ? b.manifest - b.records : b.records - b.manifest;
      }
      review.cards = cards;
    }
    review.checks.push_back(same);
    std::string summary =
        counted(differences.size(), "batch has", "batches have") + " another number of vote records than cards in the manifest.";
    add_finding(review, kReconcile, Severity::failure, "", std::move(summary), std::move(differences));

    for (const BatchCount& b : record_.batches) compare(b);
    for (std::size_t c = 0; c < counties_.size(); ++c) unlisted(c);
    review.checks.push_back(listed_);
    summary = counted(rows_.size(), "batch differs", "batches differ") + " between the manifests and " + record_.batch_file + '.';
    add_finding(review, kManifest, Severity::failure, "", std::move(summary), std::move(rows_));
  }

 private:
  struct County {
    std::optional<records::ManifestIndex> index;
    std::vector<bool> seen;
  };

  void compare(const BatchCount& b) {
    if (b.county != county_name_) {
      county_name_ = b.county;
      const auto found = record_.county_index.find(county_key(b.county));
      county_ = found == record_.county_index.end() ? counties_.size() : found->second;
    }
    const auto problem = [&](const std::string& what) {
      rows_.push_back(
          {record_.batch_file, b.line, std::string(b.county) + ' ' + std::string(b.scanner) + '-' + std::string(b.batch) + ": " + what});
    };
    if (county_ < counties_.size() && !counties_[county_].index) return;  // a missing manifest is said elsewhere
    ++listed_.of;
    const auto found = county_ < counties_.size() ? counties_[county_].index->find(b.scanner, b.batch) : std::nullopt;
    if (!found) return problem("in no manifest");
    if (counties_[county_].seen[*found]) return problem("a second row");
    counties_[county_].seen[*found] = true;
    const records::ManifestBatch& batch = record_.counties[county_].manifest->batches[*found];
    if (batch.cards != b.manifest)
      return problem(std::to_string(b.manifest) + " cards, " + std::to_string(batch.cards) + " in " +
                     record_.counties[county_].manifest_file + " line " + std::to_string(batch.line));
    ++listed_.good;
  }

  void unlisted(std::size_t c) {
    for (std::size_t i = 0; i < counties_[c].seen.size(); ++i) {
      if (counties_[c].seen[i]) continue;
      const CorlaCounty& county = record_.counties[c];
      const records::ManifestBatch& batch = county.manifest->batches[i];
      ++listed_.of;
      rows_.push_back(
          {county.manifest_file, batch.line,
           county.name + ' ' + std::string(batch.tabulator) + '-' + std::string(batch.batch) + ": not in " + record_.batch_file});
    }
  }

  const CorlaRecord& record_;
  std::vector<County> counties_;
  std::string_view county_name_;
  std::size_t county_ = ~std::size_t{0};
  Check listed_{.name = "batches of the comparison that are in the manifests with that count", .good = 0, .of = 0};
  std::vector<Row> rows_;
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
