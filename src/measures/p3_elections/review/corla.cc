// The review of a Colorado audit: reads the record, then the parts one after another. The parts are corla_universe.cc (what is drawn from),
// corla_draws.cc (samples and the risk over the draws), corla_risks.cc (sizes and the official report) and corla_reconcile.cc (sums).
#include "measures/p3_elections/review/corla.h"

#include <algorithm>

#include "measures/p3_elections/review/corla_record.h"
#include "measures/p3_elections/review/corla_table.h"
#include "measures/p3_elections/sampling/corla.h"

namespace entente::measures::p3_elections::review {

namespace {

void corla_missing(Review& review, bool absent, Severity severity, std::string_view file, std::string_view consequence) {
  if (!absent) return;
  add_finding(review, kMissingFile, severity, "", "There is no " + std::string(file) + ": " + std::string(consequence) + '.',
              {{std::string(file), 0, "missing"}});
  review.not_checked.push_back("Without " + std::string(file) + ", " + std::string(consequence) + '.');
}

void corla_missing_files(const CorlaRecord& record, Review& review) {
  corla_missing(review, record.seed_file.empty(), Severity::failure, "seed.csv", "no sample can be redrawn");
  corla_missing(review, record.counties_file.empty(), Severity::failure, "contestsByCounty.csv",
                "it is not known which cards a contest is drawn from");
  corla_missing(review, record.rounds.empty(), Severity::failure, "roundN-contest.csv", "margins, sizes and discrepancies are not known");
  corla_missing(review, record.audited_file.empty(), Severity::warning, "contestComparison.csv or audited_imprinted_ids.csv",
                "it cannot be seen whether the cards drawn were looked at");
  corla_missing(review, !record.report.present(), Severity::warning, "ResultsReportSummary.csv", "there are no published risks to compare");
  corla_missing(review, !record.state, Severity::warning, "tabulate.csv", "margins and winners cannot be compared with the votes");
  corla_missing(review, !record.county, Severity::warning, "tabulateCounty.csv",
                "the state's totals cannot be compared with the counties'");
  corla_missing(review, record.batch_file.empty(), Severity::warning, "batchCountComparison.csv",
                "the manifests cannot be compared with the vote records batch by batch");
  corla_missing(review, record.selections.empty(), Severity::note, "roundN-contestSelection.csv",
                "the system's own selections cannot be compared");
  corla_missing(review, !record.discrepancies.present(), Severity::note, "contestComparison.csv or *DiscrepancyReport.csv",
                "it is not known at which draw a discrepancy came");
}

void corla_seed(const CorlaRecord& record, Review& review) {
  review.seed = record.seed;
  if (record.seed_file.empty()) return;
  const std::size_t digits = sampling::corla_seed_digits(record.seed);
  const bool good = digits >= sampling::kCorlaSeedDigits;
  review.checks.push_back({.name = "seed of at least 20 decimal digits", .good = good, .of = 1});
  if (good) return;
  add_finding(review, kSeedShort, Severity::failure, "",
              digits == 0 ? "The seed is not a decimal number."
                          : "The seed has " + std::to_string(digits) + " decimal digits; the rule asks for at least 20.",
              {{record.seed_file, record.seed_line, record.seed}});
}

}  // namespace

void add_finding(Review& review, std::string_view code, Severity severity, std::string contest, std::string summary,
                 std::vector<Row> rows) {
  if (rows.empty()) return;
  review.findings.push_back({.code = std::string(code),
                             .severity = severity,
                             .contest = std::move(contest),
                             .summary = std::move(summary),
                             .rows = std::move(rows)});
}

std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + ' ' + std::string(n == 1 ? one : many);
}

Result<std::vector<BatchCount>> parse_batch_counts(std::string_view text, const std::string& name) {
  std::deque<std::string> made;
  CorlaTable t(text, name, made);
  ENTENTE_CHECK(t.columns({"county_name", "scanner_id", "batch_id", "count_per_manifest", "count_per_cvr_file", "difference"}));
  std::vector<BatchCount> out;
  out.reserve(text.size() / 20);
  for (;;) {
    ENTENTE_TRY(const bool more, t.next());
    if (!more) return out;
    BatchCount b{.county = t.word(0), .scanner = t.word(1), .batch = t.word(2), .line = t.line()};
    if (!made.empty()) return fail("a quote in the name of a county, scanner or batch", t.where(0));
    ENTENTE_TRY(b.manifest, t.count(3));
    ENTENTE_TRY(b.records, t.count(4));
    std::string_view difference = t.word(5);
    const bool negative = difference.starts_with('-');
    if (negative) difference.remove_prefix(1);
    std::uint64_t size = 0;
    if (const auto plain = tables::plain_count(difference)) {
      size = *plain;
    } else {
      ENTENTE_TRY(size, tables::parse_count(difference, "difference", t.where(5)));
    }
    b.difference = negative ? -static_cast<std::int64_t>(size) : static_cast<std::int64_t>(size);
    out.push_back(b);
  }
}

std::vector<Row> batch_count_differences(const std::vector<BatchCount>& batches, const std::string& file) {
  std::vector<Row> rows;
  for (const BatchCount& b : batches) {
    const std::int64_t difference = static_cast<std::int64_t>(b.manifest) - static_cast<std::int64_t>(b.records);
    if (difference == 0 && b.difference == 0) continue;
    std::string text = std::string(b.county) + ", scanner " + std::string(b.scanner) + ", batch " + std::string(b.batch) + ": " +
                       std::to_string(b.manifest) + " cards in the manifest, " + std::to_string(b.records) + " vote records";
    if (difference != b.difference) text += "; the difference is written as " + std::to_string(b.difference);
    rows.push_back({file, b.line, std::move(text)});
  }
  return rows;
}

Result<Review> review_corla(const std::filesystem::path& folder, const CorlaOptions& options, Progress& progress) {
  Review review;
  review.kind = "corla";
  review.title = "Colorado risk-limiting audit";
  progress.step("Reading the record");
  ENTENTE_TRY(const CorlaRecord record, read_corla_record(folder, options, review));
  corla_missing_files(record, review);
  corla_seed(record, review);
  progress.step("Adding up the counts");
  review_corla_universes(record, review);
  review_corla_reconcile(record, review);
  progress.step("Recomputing sizes and risks");
  review_corla_sizes(record, review);
  review_corla_report(record, review);
  progress.step("Redrawing the samples");
  review_corla_contests(record, options, review);
  if (record.audited_file != record.discrepancies.file)
    review.not_checked.emplace_back("The audit boards' readings of the cards are not in these files, only their discrepancies.");
  put_in_order(review);
  progress.done();
  return review;
}

}  // namespace entente::measures::p3_elections::review
