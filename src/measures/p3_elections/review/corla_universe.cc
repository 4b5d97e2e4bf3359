// What Colorado's samples are drawn from: the manifests of all counties that hold the contest, one after another by county id. The number
// of cards must be the one the audit used as the denominator of its diluted margin.
#include <algorithm>

#include "measures/p3_elections/review/corla_record.h"

namespace entente::measures::p3_elections::review {

namespace {

std::string batch_name(const records::ManifestBatch& b) {
  return std::string(b.tabulator) + (b.tabulator.empty() ? "" : "-") + std::string(b.batch);
}

void corla_manifests(const CorlaRecord& record, Review& review) {
  std::vector<Row> missing, twice;
  std::uint64_t present = 0;
  for (const CorlaCounty& county : record.counties) {
    if (!county.manifest) {
      missing.push_back({record.counties_file, 0, county.name});
      continue;
    }
    ++present;
    for (const auto& [first, later] : county.manifest->duplicates()) {
      const records::ManifestBatch& b = county.manifest->batches[later];
      twice.push_back({county.manifest_file, b.line,
                       county.name + ' ' + batch_name(b) + ": also on line " + std::to_string(county.manifest->batches[first].line)});
    }
  }
  review.checks.push_back({.name = "manifests of the counties that hold a contest", .good = present, .of = record.counties.size()});
  std::string summary = "There is no ballot manifest of " + counted(missing.size(), "county", "counties") + '.';
  add_finding(review, kMissingFile, Severity::failure, "", std::move(summary), std::move(missing));
  summary = counted(twice.size(), "batch is", "batches are") + " in a manifest twice.";
  add_finding(review, kManifest, Severity::failure, "", std::move(summary), std::move(twice));
}

}  // namespace

std::optional<std::uint64_t> corla_universe(const CorlaRecord& record, std::string_view contest, records::ManifestChain* chain) {
  const auto counties = record.contest_counties.find(contest);
  if (counties == record.contest_counties.end()) return std::nullopt;
  std::uint64_t cards = 0;
  for (const std::size_t index : counties->second) {
    const CorlaCounty& county = record.counties[index];
    if (!county.manifest) return std::nullopt;
    cards += county.manifest->cards();
    if (chain != nullptr) chain->add(*county.manifest);
  }
  return cards;
}

void review_corla_universes(const CorlaRecord& record, Review& review) {
  if (!record.counties_file.empty()) corla_manifests(record, review);
  const CorlaRound* round = record.last_round();
  if (round == nullptr || record.counties_file.empty()) return;
  Check check{.name = "contests whose population is the cards of the manifests", .good = 0, .of = 0};
  std::vector<Row> different, unknown;
  for (const CorlaContestRow& row : round->rows) {
    const auto counties = record.contest_counties.find(row.contest);
    if (counties == record.contest_counties.end()) {
      unknown.push_back({round->file, row.line, std::string(row.contest)});
      continue;
    }
    const std::optional<std::uint64_t> cards = corla_universe(record, row.contest, nullptr);
    if (!cards) continue;  // a manifest is missing: said above
    ++check.of;
    if (*cards == row.cards) {
      ++check.good;
      continue;
    }
    std::string text = std::string(row.contest) + ": " + std::to_string(row.cards) + " cards published, " + std::to_string(*cards) + " in ";
    text += counties->second.size() == 1 ? record.counties[counties->second.front()].manifest_file
                                         : "the manifests of " + std::to_string(counties->second.size()) + " counties";
    different.push_back({round->file, row.line, std::move(text)});
  }
  review.checks.push_back(check);
  std::string summary =
      "The manifests have another number of cards than " + counted(different.size(), "contest was", "contests were") + " audited with.";
  add_finding(review, kManifest, Severity::failure, "", std::move(summary), std::move(different));
  summary = record.counties_file + " does not say which counties hold " + counted(unknown.size(), "contest.", "contests.");
  add_finding(review, kReconcile, Severity::failure, "", std::move(summary), std::move(unknown));
}

}  // namespace entente::measures::p3_elections::review
