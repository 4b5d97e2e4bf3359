// The findings for controls P3-01, "ballot manifest is fixed before the draw", and P3-02, "a risk-limiting audit confirmed the outcome",
// made of the audits in the bundle, each re-checked from its record (records.cc). Of several audits the one that stands worst decides.
#include <algorithm>

#include "core/utf8.h"
#include "measures/p3_elections/findings.h"

namespace entente::measures::p3_elections {

namespace {

using review::ContestReview;
using review::Review;
using review::ReviewFinding;
using review::Severity;

constexpr double kFullLimit = 0.05, kPartialLimit = 0.10;
constexpr std::size_t kMaxRowsOfFinding = 10'000;

bool is_order_code(std::string_view code) {
  return code == review::kCommitAfterSeed || code == review::kNoCommitment || code == review::kCommitMismatch;
}

// The rows of review findings, up to a bound.
void add_review_rows(Finding& finding, const ReviewedRecord& record, const ReviewFinding& one) {
  const auto row = [&](const review::Row* r) {
    if (finding.rows.size() >= kMaxRowsOfFinding) return;
    finding.rows.push_back({{"record", printable(record.folder, 400)},
                            {"code", one.code},
                            {"severity", review::to_string(one.severity)},
                            {"contest", printable(one.contest, 200)},
                            {"file", r == nullptr ? "" : printable(r->file, 400)},
                            {"line", r == nullptr ? 0 : r->line},
                            {"text", printable(r == nullptr ? one.summary : r->text, 400)}});
  };
  if (one.rows.empty()) row(nullptr);
  for (const review::Row& r : one.rows) row(&r);
}

std::vector<UnreadEvidence> unread_records(const FindingContext& context) {
  std::vector<UnreadEvidence> out;
  for (const ReviewedRecord& record : context.records)
    if (record.error) out.push_back({record.evidence.front(), *record.error});
  return out;
}

void list_record_evidence(Finding& finding, const FindingContext& context) {
  for (const ReviewedRecord& record : context.records)
    for (const evidence::Evidence* entry : record.evidence) finding.evidence.push_back(entry->sha256);
}

const review::Check* fixed_check(const Review& r) {
  for (const review::Check& check : r.checks)
    if (check.name == "files fixed in a log before the seed") return &check;
  return nullptr;
}

}  // namespace

Finding manifest_finding(const FindingContext& context) {
  Finding finding;
  finding.control = kManifestFixed;
  list_record_evidence(finding, context);
  if (unreadable(finding, unread_records(context))) return finding;

  std::uint64_t fixed = 0, files = 0, cards = 0, differing = 0, compared = 0;
  bool order = true, hard = false, totals_known = true;
  for (const ReviewedRecord& record : context.records) {
    const Review& r = *record.review;
    const review::Check* check = fixed_check(r);
    if (check == nullptr || check->of == 0) order = false;
    if (check != nullptr) {
      fixed += check->good;
      files += check->of;
      order = order && check->good == check->of;
    }
    if (r.cards) {
      ++compared;
      cards += r.cards->manifest;
      differing += r.cards->differing;
    } else {
      totals_known = false;
    }
    for (const ReviewFinding& one : r.findings) {
      if (!is_order_code(one.code) && one.code != review::kManifest && one.code != review::kSeedShort && one.code != review::kReconcile)
        continue;
      if (is_order_code(one.code) && one.severity == Severity::failure) hard = true;
      if (one.code == review::kSeedShort) order = false;
      add_review_rows(finding, record, one);
    }
  }
  const bool totals = totals_known && differing == 0;
  const bool nearly = totals_known && differing * 1000 <= cards;
  finding.status = !order || hard ? Status::not_satisfied : totals ? Status::satisfied : nearly ? Status::partial : Status::not_satisfied;
  finding.summary = fmt::format("{} of {} that decide the draw stand in a log before the seed; ", fixed, count_of(files, "file"));
  if (compared == 0)
    finding.summary += "nothing to hold the manifests' cards against.";
  else
    finding.summary += fmt::format("manifests count {}, {} differ from what they are held against.", count_of(cards, "card"), differing);
  finding.detail = {{"files", files},
                    {"files_fixed_before_seed", fixed},
                    {"cards_in_manifests", cards},
                    {"cards_differing", differing},
                    {"audits", context.records.size()},
                    {"receipts_given", context.has_steps}};
  if (!order || hard)
    finding.fix =
        context.has_steps
            ? "commit every manifest and vote record to a log before the seed is drawn: entente elections audit commit --help"
            : "add the receipts of the commitments as evidence of kind elections.receipts, with elections.policy and elections.signers";
  else if (!totals_known)
    finding.fix = "add counts the manifests can be held against (vote records, or a comparison of batch counts)";
  else if (!totals)
    finding.fix = "explain or correct the batches whose counts differ";
  return finding;
}

Finding outcome_finding(const FindingContext& context) {
  Finding finding;
  finding.control = kOutcomeAudited;
  list_record_evidence(finding, context);
  if (unreadable(finding, unread_records(context))) return finding;

  std::uint64_t audited = 0, confirmed = 0, full = 0, open = 0, failures = 0;
  double worst = 0, limit = 0;
  std::string worst_name;
  const ReviewFinding* first = nullptr;
  for (const ReviewedRecord& record : context.records) {
    for (const ContestReview& contest : record.review->contests) {
      if (contest.outcome == ContestReview::Outcome::not_audited) continue;
      ++audited;
      if (contest.outcome == ContestReview::Outcome::full_count) {
        ++full;
        continue;
      }
      limit = std::max(limit, contest.risk_limit);
      const double risk = contest.recomputed_risk.value_or(1);
      if (contest.outcome == ContestReview::Outcome::confirmed)
        ++confirmed;
      else
        ++open;
      if (worst_name.empty() || risk > worst) {
        worst = risk;
        worst_name = contest.name;
      }
    }
    for (const ReviewFinding& one : record.review->findings) {
      if (one.severity == Severity::failure && !is_order_code(one.code)) {
        ++failures;
        if (first == nullptr) first = &one;
        add_review_rows(finding, record, one);
      }
    }
  }
  finding.status = audited == 0 || open > 0 || failures > 0  ? Status::not_satisfied
                   : std::max(worst, limit) <= kFullLimit    ? Status::satisfied
                   : std::max(worst, limit) <= kPartialLimit ? Status::partial
                                                             : Status::not_satisfied;
  finding.summary = fmt::format("{} of {} confirmed and {} counted in full, recomputed from the record; ", confirmed,
                                count_of(audited, "audited contest"), full);
  finding.summary += worst_name.empty() ? std::string("no risk was measured.")
                                        : fmt::format("highest risk {:.4g} ({}), highest limit {:.4g}; {} found.", worst,
                                                      printable(worst_name, 200), limit, count_of(failures, "contradiction"));
  finding.detail = {{"contests_audited", audited}, {"contests_confirmed", confirmed}, {"contests_counted_in_full", full},
                    {"contests_open", open},       {"highest_risk", worst},           {"highest_risk_limit", limit},
                    {"contradictions", failures}};
  if (first != nullptr)
    finding.fix = fmt::format("clear up {}: {}", first->code, printable(first->summary, 400));
  else if (open > 0)
    finding.fix = fmt::format("audit {} further, or count it in full", printable(worst_name, 200));
  else if (finding.status == Status::partial)
    finding.fix = "audit to a risk limit of 5 % or less";
  else if (audited == 0)
    finding.fix = "audit at least one contest";
  return finding;
}

}  // namespace entente::measures::p3_elections
