// Puts an assessment on disk and into the form it is published in. The document goes last, so that a folder with assessment.json is
// complete.
#include <cmath>

#include "assess/assess.h"

#include <fmt/format.h>
#include <algorithm>
#include "core/file.h"
#include "core/utf8.h"

namespace entente::assess {

namespace {

constexpr std::size_t kEvidenceInline = 4;

double rounded(double x) { return std::round(x * 1e6) / 1e6; }  // as in the document

Json principle_row(const catalog::PrincipleScore& p) {
  Json counts = Json::object();
  for (std::size_t s = 0; s < p.count.size(); ++s) counts[std::string(catalog::to_string(static_cast<catalog::Status>(s)))] = p.count[s];
  Json row = Json::object();
  row["principle"] = p.principle;
  row["tier"] = std::string(1, p.tier);
  row["coverage"] = rounded(p.coverage);
  row["score"] = p.score ? Json(rounded(*p.score)) : Json(nullptr);
  row["low"] = rounded(p.low);
  row["high"] = rounded(p.high);
  row["counts"] = std::move(counts);
  return row;
}

// Digests of the evidence behind a judgement; of more than kEvidenceInline only their number and the digest of their list, so that a
// statement with all controls fits a ledger entry.
void put_evidence(Json& row, std::vector<Digest> evidence) {
  std::sort(evidence.begin(), evidence.end());
  evidence.erase(std::unique(evidence.begin(), evidence.end()), evidence.end());
  if (evidence.empty()) return;
  if (evidence.size() <= kEvidenceInline) {
    for (const Digest& digest : evidence) row["evidence"].push_back(digest.hex());
    return;
  }
  std::string list;
  for (const Digest& digest : evidence) list += digest.hex() + "\n";
  row["evidence_list"] = Json{{"count", evidence.size()}, {"sha256", sha256(list).hex()}};
}

constexpr std::size_t kMostReasonBytes = 300;  // the document has it whole

// What the index needs of one control (docs/statements.md, "assessment/v1").
Json control_row(const catalog::Judgement& j) {
  Json row = Json::object();
  row["control"] = j.control.str();
  row["status"] = catalog::to_string(j.status);
  if (j.status == catalog::Status::not_applicable) row["reason"] = printable(j.reason, kMostReasonBytes);
  row["class"] = std::string(1, catalog::letter(j.evidence_class));
  row["weight"] = j.weight > 0 ? Json(catalog::index_weight(j.evidence_class)) : Json(0);
  put_evidence(row, j.finding.evidence);
  return row;
}

}  // namespace

statement::Statement to_statement(const Outcome& outcome) {
  const catalog::Assessment& a = outcome.assessment;
  const Digest document = sha256(outcome.document);
  statement::Statement out;
  out.subjects = {{"assessment.json", document}, {"bundle/manifest.json", a.bundle_digest}};
  out.predicate_type = fmt::format("{}assessment/v1", statement::kPredicateBase);
  Json& p = out.predicate;
  p = Json::object();
  p["document"] = Json{{"sha256", document.hex()}};
  p["bundle"] = Json{{"sha256", a.bundle_digest.hex()}};
  p["catalog"] = Json{{"version", a.catalog_version}, {"sha256", a.data_digest.hex()}};
  p["tool"] = Json{{"name", "entente"}, {"version", a.tool_version}};
  p["organisation"] = Json{{"id", a.profile.id}, {"name", a.profile.name}};
  p["at"] = format_time(a.at);
  p["principles"] = Json::array();
  for (const auto& principle : a.principles) p["principles"].push_back(principle_row(principle));
  p["controls"] = Json::array();
  for (const auto& judgement : a.judgements) p["controls"].push_back(control_row(judgement));
  return out;
}

Result<void> write(const Outcome& outcome, const catalog::Catalog& catalog, const std::filesystem::path& folder) {
  ENTENTE_CHECK(make_folders(folder));
  for (const auto& [path, content] : outcome.side_files) {
    ENTENTE_CHECK(make_folders((folder / path).parent_path()));
    ENTENTE_CHECK(write_file_atomic(folder / path, content));
  }
  ENTENTE_CHECK(write_file_atomic(folder / "report.html", html_report(outcome, catalog, catalog::Language::en)));
  ENTENTE_CHECK(write_file_atomic(folder / "report.fr.html", html_report(outcome, catalog, catalog::Language::fr)));
  return write_file_atomic(folder / "assessment.json", outcome.document);
}

}  // namespace entente::assess
