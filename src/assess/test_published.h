// For tests: a published assessment with every status, made by hand.
#pragma once

#include <string>

#include "assess/export.h"
#include "catalog/profile.h"

namespace entente::assess::testing {

struct Row {
  const char* control;
  catalog::Status status;
  const char* text;  // summary, or reason where nothing was judged
  const char* fix = "";
  bool relied_on = true;  // false: weight 0 whatever the class
};

// The document of an organisation whose controls were judged so. Each has one place in the evidence "sbom", the third as a line, and the
// evidence classes are those of the catalogue.
inline std::string document_with(const catalog::Catalog& catalog, const std::vector<Row>& rows, const std::string& name = "Example & Söhne",
                                 Instant at = parse_time("2026-11-24T12:00:00Z").value()) {
  catalog::Assessment a;
  a.tool_version = "0.1.0";
  a.catalog_version = catalog.version();
  a.data_digest = catalog.digest();
  a.bundle_digest = sha256("manifest");
  a.at = at;
  a.profile.name = name;
  a.profile.id = "example";
  a.profile.category = "private-sector";
  a.profile.country = "FRA";
  a.profile.roles = {"private-sector", "software-producer"};
  a.profile.domains = {"org.example"};
  for (const Row& row : rows) {
    catalog::Judgement j;
    j.control = catalog::ControlId::parse(row.control).value();
    j.status = row.status;
    const catalog::Control* control = catalog.find(j.control);
    if (control != nullptr) j.evidence_class = control->evidence_class;
    j.weight = row.relied_on ? catalog::index_weight(j.evidence_class) : 0;
    const bool judged = row.status != catalog::Status::not_applicable && row.status != catalog::Status::not_assessed;
    (judged ? j.summary : j.reason) = row.text;
    j.finding.fix = row.fix;
    if (judged) {
      j.engine = "supply";
      j.evidence_from = parse_time("2026-11-20T00:00:00Z").value();
      j.finding.evidence = {sha256("sbom"), sha256("vex")};
      j.finding.places = {{sha256("sbom"), a.judgements.size() == 3 ? "line 12" : "/components/3"}};
    }
    a.judgements.push_back(std::move(j));
  }
  a.principles = catalog::score(a.judgements);
  return json_pretty(catalog::to_json(a, catalog));
}

inline const std::vector<Row>& every_status() {
  static const std::vector<Row> rows{
      {"P1-07", catalog::Status::satisfied, "all 3 contacts answered"},
      {"P3-07", catalog::Status::satisfied, "attested by nobody we know", "", false},
      {"P4-06", catalog::Status::not_satisfied, "declared: no", "declare it"},
      {"P6-01", catalog::Status::partial, "1 of 2 SBOMs is complete {really} [x](y)", "complete lib_x <1.0>"},
      {"P6-02", catalog::Status::not_satisfied, "2 open \"critical\"\nflaws in \u202ecorn\u00a0", "entente supply scan"},
      {"P6-03", catalog::Status::not_applicable, "declared: no software"},
      {"P6-04", catalog::Status::not_assessed, "no evidence"}};
  return rows;
}

inline EvidenceFiles two_files() {
  const Instant when = parse_time("2026-11-20T00:00:00Z").value();
  return {{sha256("sbom"), {"bundle/evidence/sbom.cyclonedx/a b.json", "sbom.cyclonedx", "application/vnd.cyclonedx+json", 1234, when}},
          {sha256("vex"), {"bundle/evidence/vex.openvex/v.json", "vex.openvex", "application/json", 99, when}}};
}

}  // namespace entente::assess::testing
