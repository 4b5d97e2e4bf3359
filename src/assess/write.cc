// Puts an assessment on disk and into the form it is published in. The document goes last, so that a folder with assessment.json is
// complete.
#include <cmath>

#include "assess/assess.h"

#include <fmt/format.h>
#include "core/file.h"

namespace entente::assess {

namespace {

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
