// Scan and quality results as JSON and as one sentence. Rows are built in the order of worst_first(), with a fixed set of keys.
#include "cli/supply_report.h"

#include <map>

#include "core/utf8.h"

namespace entente::cli {

using namespace measures::p6_supply;

std::string scan_summary(const ScanResult& r) {
  if (r.vulnerabilities.empty()) {
    if (r.evaluated == 0) return "Nothing could be evaluated.";
    return fmt::format("No known vulnerability in the {} components that could be evaluated.", r.evaluated);
  }
  std::uint64_t kev = 0;
  std::map<std::string_view, std::uint64_t> count;
  for (const Vulnerability& v : r.vulnerabilities) {
    const Advisory& a = r.advisories[v.advisory];
    if (a.kev != nullptr) ++kev;
    ++count[severity_word(a)];
  }
  std::string text =
      fmt::format("{} in {} of {} evaluated components",
                  r.vulnerabilities.size() == 1 ? "1 match" : fmt::format("{} matches", r.vulnerabilities.size()), r.affected, r.evaluated);
  std::string parts = kev > 0 ? fmt::format("{} on KEV", kev) : std::string();
  for (const std::string_view word : {"critical", "high", "medium", "low", "none", "unknown"}) {
    if (count[word] == 0) continue;
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", count[word], word == "unknown" ? "without a score" : word);
  }
  return text + ": " + parts + ".";
}

namespace {

Json vulnerability_json(const Sbom& sbom, const ScanResult& r, const Vulnerability& v, std::span<const AdvisoryIndex> indexes, Instant at) {
  const Advisory& a = r.advisories[v.advisory];
  Json records = Json::array();
  for (const RecordMatch& m : r.records_of(v))
    records.push_back({{"id", indexes[m.index].record(m.match.record).id}, {"range", m.match.range()}, {"fixed", m.match.fixed()}});
  Json path = Json::array();
  for (const std::uint32_t step : path_to(r.reached, v.component)) path.push_back(sbom.display(step));
  Json kev = nullptr;
  if (a.kev != nullptr)
    kev = {{"cve", a.kev_cve},
           {"date_added", format_date(a.kev->date_added)},
           {"due_date", format_date(a.kev->due_date)},
           {"days_overdue", days_overdue(*a.kev, at)},
           {"ransomware", a.kev->ransomware == RansomwareUse::known ? "known" : "unknown"}};
  return {{"id", a.name},
          {"aliases", a.aliases},
          {"severity", severity_word(a)},
          {"cvss", a.score ? Json(a.score->score) : Json(nullptr)},
          {"kev", std::move(kev)},
          {"published", a.published ? Json(format_time(*a.published)) : Json(nullptr)},
          {"component", sbom.display(v.component)},
          {"purl", sbom.components[v.component].purl},
          {"pointer", sbom.pointer(v.component)},
          {"fixed", v.fixed},
          {"records", std::move(records)},
          {"path", std::move(path)},
          {"summary", a.summary}};
}

}  // namespace

Json scan_json(const std::string& path, const Sbom& sbom, const ScanResult& r, std::span<const AdvisoryIndex> indexes, Instant at) {
  Json vulnerabilities = Json::array();
  for (const std::uint32_t i : worst_first(r)) vulnerabilities.push_back(vulnerability_json(sbom, r, r.vulnerabilities[i], indexes, at));
  Json not_evaluated = Json::array();
  for (const NotEvaluated& n : r.not_evaluated)
    not_evaluated.push_back({{"component", sbom.display(n.component)},
                             {"purl", sbom.components[n.component].purl},
                             {"pointer", sbom.pointer(n.component)},
                             {"why", why_text(n.why)},
                             {"detail", n.detail}});
  Json undecided = Json::array();
  for (const UndecidedRecord& u : r.undecided)
    undecided.push_back({{"component", sbom.display(u.component)},
                         {"pointer", sbom.pointer(u.component)},
                         {"id", indexes[u.index].record(u.undecided.record).id},
                         {"why", why_text(u.undecided.why)}});
  Json upgrade = nullptr;
  if (const auto best = best_upgrade(sbom, indexes, r))
    upgrade = {{"component", sbom.display(best->component)},
               {"version", best->version},
               {"removes", best->removes},
               {"removes_kev", best->removes_kev}};
  return {{"sbom", path},
          {"format", to_string(sbom.format)},
          {"spec_version", sbom.spec_version},
          {"components", r.components},
          {"evaluated", r.evaluated},
          {"affected", r.affected},
          {"best_upgrade", std::move(upgrade)},
          {"vulnerabilities", std::move(vulnerabilities)},
          {"not_evaluated", std::move(not_evaluated)},
          {"undecided", std::move(undecided)}};
}

Json quality_json(const std::string& path, const Sbom& sbom, const Quality& q) {
  Json present = Json::object();
  for (std::size_t f = 0; f < kFieldCount; ++f) present[std::string(field_name(static_cast<Field>(f)))] = q.present[f];
  Json incomplete = Json::array();
  for (const Incomplete& i : q.incomplete) {
    Json lacking = Json::array();
    for (std::size_t f = 0; f < kFieldCount; ++f)
      if (i.lacks(static_cast<Field>(f))) lacking.push_back(field_name(static_cast<Field>(f)));
    incomplete.push_back(
        {{"component", sbom.display(i.component)}, {"pointer", sbom.pointer(i.component)}, {"lacking", std::move(lacking)}});
  }
  Json issues = Json::array();
  for (const Issue& issue : sbom.issues)
    issues.push_back(
        {{"level", issue.level == IssueLevel::error ? "error" : "warning"}, {"pointer", issue.pointer}, {"message", issue.message}});
  return {{"sbom", path},
          {"format", to_string(sbom.format)},
          {"spec_version", sbom.spec_version},
          {"grade", grade_name(grade(q))},
          {"valid", q.valid},
          {"errors", sbom.error_count},
          {"warnings", sbom.warning_count},
          {"has_author", q.has_author},
          {"has_timestamp", q.has_timestamp},
          {"has_primary_component", q.has_root},
          {"components_counted", q.counted},
          {"components_not_counted", q.not_counted},
          {"components_complete", q.complete},
          {"completeness", q.completeness()},
          {"present", std::move(present)},
          {"weak_hash_only", q.weak_hash_only},
          {"issues", std::move(issues)},
          {"incomplete", std::move(incomplete)}};
}

}  // namespace entente::cli
