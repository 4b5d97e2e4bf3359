// What is the same for reviews of every kind: their order, their verdict, and their form as JSON.
#include "measures/p3_elections/review/review.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "core/utf8.h"

namespace entente::measures::p3_elections::review {

namespace {

Json review_rows_json(const std::vector<Row>& rows) {
  Json out = Json::array();
  for (const Row& row : rows) {
    Json r = Json::object();
    r["file"] = row.file;
    if (row.line != 0) r["line"] = row.line;
    r["text"] = row.text;
    out.push_back(std::move(r));
  }
  return out;
}

Json review_finding_json(const ReviewFinding& finding) {
  Json f = Json::object();
  f["code"] = finding.code;
  f["severity"] = to_string(finding.severity);
  if (!finding.contest.empty()) f["contest"] = finding.contest;
  f["summary"] = finding.summary;
  f["rows"] = review_rows_json(finding.rows);
  return f;
}

Json review_changes_json(const BatchChanges& changes) {
  Json c = Json::object();
  c["batches"] = changes.batches;
  c["changed"] = changes.changed;
  c["votesMore"] = changes.votes_more;
  c["votesFewer"] = changes.votes_fewer;
  c["marginOver"] = changes.margin_over;
  c["marginUnder"] = changes.margin_under;
  return c;
}

Json review_contest_json(const ContestReview& contest) {
  Json c = Json::object();
  c["name"] = contest.name;
  if (!contest.reason.empty()) c["reason"] = contest.reason;
  c["method"] = contest.method;
  c["outcome"] = to_string(contest.outcome);
  c["winners"] = contest.winners;
  c["losers"] = contest.losers;
  c["marginVotes"] = contest.margin_votes;
  c["cards"] = contest.cards;
  c["dilutedMargin"] = contest.diluted_margin;
  c["riskLimit"] = contest.risk_limit;
  if (contest.published_risk) c["publishedRisk"] = *contest.published_risk;
  if (!contest.published_risk_text.empty()) c["publishedRiskAsPrinted"] = contest.published_risk_text;
  if (contest.recomputed_risk) c["recomputedRisk"] = *contest.recomputed_risk;
  c["draws"] = contest.draws;
  c["distinct"] = contest.distinct;
  if (contest.compared == ContestReview::Compared::cards)
    c["discrepancies"] = {{"over2", contest.over2}, {"over1", contest.over1}, {"under1", contest.under1}, {"under2", contest.under2}};
  if (contest.compared == ContestReview::Compared::batches) c["batchChanges"] = review_changes_json(contest.batch_changes);
  if (!contest.path.empty()) {
    Json path = Json::array();
    for (const RiskStep& step : contest.path) path.push_back({{"draws", step.draws}, {"risk", step.risk}});
    c["path"] = std::move(path);
  }
  if (!contest.drawn.empty()) {
    Json drawn = Json::array();
    for (const DrawnItem& item : contest.drawn) drawn.push_back({{"position", item.position}, {"name", item.name}, {"note", item.note}});
    c["drawn"] = std::move(drawn);
  }
  if (!contest.certificate.empty()) c["certificate"] = contest.certificate;
  return c;
}

// With a limit of 99 % every outcome is "confirmed" by one draw: whoever reads only the outcome must be told.
void review_high_limits(Review& review) {
  if (std::ranges::any_of(review.findings, [](const ReviewFinding& f) { return f.code == kLimitHigh; })) return;
  std::vector<Row> rows;
  for (const ContestReview& c : review.contests)
    if (c.outcome != ContestReview::Outcome::not_audited && c.risk_limit > kHighestLimit * (1 + 1e-9))
      rows.push_back({{}, 0, fmt::format("{}: risk limit {:g}", printable(c.name, 200), c.risk_limit)});
  if (rows.empty()) return;
  std::string summary =
      fmt::format("{} above 10 %: an outcome may be called confirmed on little evidence.",
                  rows.size() == 1 ? "The risk limit of one contest is" : fmt::format("The risk limits of {} contests are", rows.size()));
  review.findings.push_back({std::string(kLimitHigh), Severity::warning, {}, std::move(summary), std::move(rows)});
}

}  // namespace

Row Row::of(std::string file, const Error& error) {
  Row row{.file = std::move(file), .line = error.where.line.value_or(0), .text = {}};
  if (!error.where.file.empty() && error.where.file != row.file) row.text = error.where.file + ": ";
  row.text += error.what;
  if (error.where.line && error.where.column) row.text += " (column " + std::to_string(*error.where.column) + ')';
  if (!error.where.line && error.where.offset) row.text += " (byte " + std::to_string(*error.where.offset) + ')';
  if (!error.where.pointer.empty()) row.text += " (at " + error.where.pointer + ')';
  if (!error.hint.empty()) row.text += "; " + error.hint;
  std::ranges::replace_if(row.text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return row;
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::failure: return "failure";
    case Severity::warning: return "warning";
    case Severity::note: return "note";
  }
  return "failure";
}

std::string_view to_string(ContestReview::Outcome outcome) {
  switch (outcome) {
    case ContestReview::Outcome::confirmed: return "confirmed";
    case ContestReview::Outcome::not_confirmed: return "not confirmed";
    case ContestReview::Outcome::full_count: return "full count";
    case ContestReview::Outcome::not_audited: return "not audited";
  }
  return "not audited";
}

bool Review::good() const {
  return std::ranges::none_of(findings, [](const ReviewFinding& f) { return f.severity == Severity::failure; });
}

void put_in_order(Review& review) {
  std::ranges::stable_sort(review.files, {}, &RecordFile::path);
  const auto twice = std::ranges::unique(review.files, {}, &RecordFile::path);
  review.files.erase(twice.begin(), twice.end());
  review_high_limits(review);
  std::ranges::stable_sort(review.findings, [](const ReviewFinding& a, const ReviewFinding& b) {
    return std::tie(a.severity, a.code, a.contest) < std::tie(b.severity, b.code, b.contest);
  });
}

Json to_json(const Review& review) {
  Json out = Json::object();
  out["kind"] = review.kind;
  out["title"] = review.title;
  out["good"] = review.good();
  out["seed"] = review.seed;
  out["cards"] =
      review.cards
          ? Json{{"manifest", review.cards->manifest}, {"reported", review.cards->reported}, {"differing", review.cards->differing}}
          : Json(nullptr);
  Json files = Json::array();
  for (const RecordFile& f : review.files)
    files.push_back({{"path", f.path}, {"role", f.role}, {"size", f.size}, {"digest", f.sha256.str()}});
  out["files"] = std::move(files);
  Json checks = Json::array();
  for (const Check& c : review.checks) checks.push_back({{"name", c.name}, {"good", c.good}, {"of", c.of}});
  out["checks"] = std::move(checks);
  Json findings = Json::array();
  for (const ReviewFinding& f : review.findings) findings.push_back(review_finding_json(f));
  out["findings"] = std::move(findings);
  Json contests = Json::array();
  for (const ContestReview& c : review.contests) contests.push_back(review_contest_json(c));
  out["contests"] = std::move(contests);
  out["notChecked"] = review.not_checked;
  return out;
}

}  // namespace entente::measures::p3_elections::review
