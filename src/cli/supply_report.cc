// Scan and quality results as JSON and as one sentence. Rows are built in the order of worst_first(), with a fixed set of keys.
#include "cli/supply_report.h"

#include <fmt/format.h>
#include <map>

#include "core/utf8.h"
#include "measures/p6_supply/explain.h"
#include "measures/p6_supply/json_stream.h"
#include "measures/p6_supply/purl.h"

namespace entente::cli {

using namespace measures::p6_supply;

std::string scan_summary(const ScanResult& r, std::uint64_t settled) {
  const std::string by_vex =
      settled == 0 ? "" : fmt::format(" VEX settled {}.", settled == 1 ? "1 match" : fmt::format("{} matches", settled));
  if (r.vulnerabilities.empty()) {
    if (r.evaluated == 0) return "Nothing could be evaluated.";
    const std::string among = r.evaluated == 1 ? "the 1 component that" : fmt::format("the {} components that", r.evaluated);
    return fmt::format("No {} vulnerability in {} could be evaluated.{}", settled == 0 ? "known" : "open", among, by_vex);
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
  return text + ": " + parts + "." + by_vex;
}

namespace {

class ScanWriter {
 public:
  ScanWriter(std::FILE* stream, const ScanReport& scan, Explain explain)
      : out_(stream),
        scan_(scan),
        explain_(explain),
        sbom_(scan.sbom),
        system_(operating_system(scan.sbom)),
        r_(scan.result),
        indexes_(scan.indexes),
        at_(scan.at),
        names_(scan.sbom.components.size()),
        component_rows_(scan.sbom.components.size()),
        advisory_rows_(scan.result.advisories.size()) {}

  void write() {
    out_.key("sbom", "{");
    out_.text(is_valid_utf8(scan_.path) ? scan_.path : printable(scan_.path, 4096));
    out_.field("format", to_string(sbom_.format));
    out_.field("spec_version", sbom_.spec_version);
    out_.field("components", r_.components);
    out_.field("evaluated", r_.evaluated);
    if (scan_.vex == nullptr)
      write_open(r_);
    else
      write_open(without_settled(scan_));
    out_.list("vulnerabilities", worst_first(r_), [&](std::uint32_t i) { write_vulnerability(i); });
    out_.list("not_evaluated", r_.not_evaluated, [&](const NotEvaluated& n) {
      write_component(n.component);
      out_.field("why", why_text(n.why));
      out_.field("detail", n.detail);
      out_.raw("}");
      out_.flush();
    });
    out_.list("undecided", r_.undecided, [&](const UndecidedRecord& u) {
      write_component(u.component);
      out_.field("id", indexes_[u.index].record_id(u.undecided.record));
      out_.field("why", why_text(u.undecided.why));
      out_.raw("}");
      out_.flush();
    });
    if (scan_.vex != nullptr) write_vex();
    out_.raw("}");
  }

 private:
  // Names are asked for again and again along paths.
  const std::string& name(std::uint32_t component) {
    std::string& name = names_[component];
    if (name.empty()) name = sbom_.display(component);
    return name;
  }

  // Opens a row with what tells the component; the same for each row about it, so it is written out once.
  void write_component(std::uint32_t component) {
    std::string& row = component_rows_[component];
    if (row.empty()) {
      JsonText text;
      text.key("component", "\n{");
      text.text(name(component));
      text.field("purl", sbom_.components[component].purl);
      text.field("pointer", sbom_.pointer(component));
      row = text.take();
    }
    out_.raw(row);
  }

  // How many components still have an open vulnerability, and what would help most.
  void write_open(const ScanResult& open) {
    out_.field("affected", open.affected);
    out_.key("best_upgrade");
    const auto best = best_upgrade(sbom_, indexes_, open);
    if (!best) return out_.raw("null");
    out_.key("component", "{");
    out_.text(name(best->component));
    out_.field("version", best->version);
    out_.field("removes", best->removes);
    out_.field("removes_kev", best->removes_kev);
    out_.raw("}");
  }

  void write_kev(const Advisory& a, JsonText& out) const {
    out.key("kev");
    if (a.kev == nullptr) return out.raw("null");
    out.key("cve", "{");
    out.text(a.kev_cve);
    out.field("date_added", format_date(a.kev->date_added));
    out.field("due_date", format_date(a.kev->due_date));
    out.field("days_overdue", static_cast<std::uint64_t>(days_overdue(*a.kev, at_)));
    out.field("ransomware", a.kev->ransomware == RansomwareUse::known ? "known" : "unknown");
    out.raw("}");
  }

  // Only what was asked for: without an EPSS table there is no "epss", and a score always has its date.
  void write_priority(std::uint32_t advisory, JsonText& out) const {
    if (scan_.priorities.empty()) return;
    const Priority& p = scan_.priorities[advisory];
    if (scan_.epss != nullptr) {
      out.key("epss");
      if (p.epss)
        out.raw(fmt::format(R"({{"cve":"{}","probability":{:.5f},"percentile":{:.5f},"score_date":"{}"}})", p.epss_cve, p.epss->probability,
                            p.epss->percentile, format_date(scan_.epss->score_date())));
      else
        out.raw("null");
    }
    if (scan_.bod) out.list("bod_26_04", p.bod, [&](const BodOutcome& outcome) { out.text(bod_text(outcome)); });
  }

  // What a row says of the vulnerability, whichever component has it.
  const std::string& advisory_row(std::uint32_t advisory) {
    std::string& row = advisory_rows_[advisory];
    if (!row.empty()) return row;
    const Advisory& a = r_.advisories[advisory];
    JsonText text;
    text.field("id", a.name);
    text.list("aliases", a.aliases, [&](std::string_view alias) { text.text(alias); });
    text.field("severity", severity_word(a));
    text.key("cvss");
    text.raw(a.score ? fmt::format("{:.1f}", a.score->score.value()) : "null");
    text.key("cvss_version");
    if (a.score)
      text.text(cvss::version_name(a.score->version));
    else
      text.raw("null");
    write_kev(a, text);
    text.key("published");
    if (a.published)
      text.text(format_time(*a.published));
    else
      text.raw("null");
    write_priority(advisory, text);
    return row = text.take();
  }

  void write_vulnerability(std::uint32_t match) {
    const Vulnerability& v = r_.vulnerabilities[match];
    write_component(v.component);
    out_.raw(advisory_row(v.advisory));
    out_.field("fixed", v.fixed);
    const AskedPackage asked = explain_ == Explain::yes ? asked_package(sbom_.components[v.component], system_) : AskedPackage();
    out_.list("records", r_.records_of(v), [&](const RecordMatch& m) {
      out_.key("id", "{");
      out_.text(indexes_[m.index].record_id(m.match.record));
      out_.field("range", m.match.range());
      out_.field("fixed", m.match.fixed());
      if (explain_ == Explain::yes) out_.field("why", explain_match(m.match, asked.version, asked.ecosystem));
      out_.raw("}");
    });
    out_.list("path", path_to(r_.reached, v.component), [&](std::uint32_t step) { out_.text(name(step)); });
    out_.field("summary", r_.advisories[v.advisory].summary);
    if (scan_.vex != nullptr) write_verdict(scan_.verdict(match));
    out_.raw("}");
    out_.flush();
  }

  void write_statement(const VexRef& ref) {
    const VexDocument& document = scan_.vex_documents[ref.document];
    const VexStatement& s = document.statements[ref.statement];
    out_.key("status", "{");
    out_.text(to_string(s.status));
    out_.field("document", printable(document.name, 4096));
    out_.field("pointer", s.pointer);
    out_.field("author", printable(document.author, 400));
    out_.list("signed_by", document.signed_by, [&](const auto& key) { out_.text(key.name()); });
    out_.field("at", format_time(s.at));
    out_.field("justification", s.justification);
    if (!s.action.empty()) out_.field("action", s.action);
  }

  void write_verdict(const VexVerdict* verdict) {
    out_.key("vex");
    if (verdict == nullptr) return out_.raw("null");
    write_statement(verdict->statement);
    out_.raw(verdict->suppressed ? ",\"suppressed\":true" : ",\"suppressed\":false");
    out_.list("contradicted_by", verdict->contradicted_by, [&](const VexRef& ref) {
      write_statement(ref);
      out_.raw("}");
    });
    out_.raw("}");
  }

  // Statements that suppressed nothing, and why; what was missing from the documents.
  void write_vex() {
    out_.key("vex");
    out_.key("suppressed", "{");
    out_.raw(fmt::format("{}", scan_.vex->suppressed));
    out_.field("contradicted", scan_.vex->contradicted);
    out_.list("unused", scan_.vex->unused, [&](const UnusedStatement& unused) {
      const VexStatement& s = scan_.statement(unused.statement);
      write_statement(unused.statement);
      out_.field("vulnerability", s.vulnerabilities[0]);
      out_.field("product", s.product.display());
      out_.field("why", why_text(unused.why));
      out_.raw("}");
      out_.flush();
    });
    std::vector<const Error*> problems;
    for (const VexDocument& document : scan_.vex_documents)
      for (const Error& error : document.problems) problems.push_back(&error);
    out_.list("problems", problems, [&](const Error* error) {
      out_.key("where", "{");
      out_.text(error->where.str());
      out_.field("what", error->what);
      out_.raw("}");
    });
    out_.raw("}");
  }

  JsonStream out_;
  const ScanReport& scan_;
  Explain explain_;
  const Sbom& sbom_;
  std::string system_;  // of the SBOM, for packages that name none
  const ScanResult& r_;
  std::span<const AdvisoryIndex> indexes_;
  Instant at_;
  std::vector<std::string> names_, component_rows_, advisory_rows_;  // made when first needed
};

}  // namespace

void write_scan_json(std::FILE* stream, const ScanReport& scan, Explain explain) { ScanWriter(stream, scan, explain).write(); }

Json quality_report(const std::string& path, const Sbom& sbom, const Quality& q) {
  Json present = Json::object();
  for (std::size_t f = 0; f < kFieldCount; ++f) present[std::string(field_name(static_cast<Field>(f)))] = q.present[f];
  Json incomplete = Json::array();
  for (const Incomplete& i : q.incomplete)
    incomplete.push_back({{"component", sbom.display(i.component)}, {"pointer", sbom.pointer(i.component)}, {"lacking", lacking_names(i)}});
  Json issues = Json::array();
  for (const Issue& issue : sbom.issues) {
    Json one = {{"level", issue.level == IssueLevel::error ? "error" : "warning"}, {"pointer", issue.pointer}, {"message", issue.message}};
    // Finding a line reads the document up to there.
    constexpr std::size_t kMaxPlaces = 100;
    if (issues.size() < kMaxPlaces) {
      const Where where = sbom.where(issue);
      one["line"] = where.line.value_or(1);
      one["column"] = where.column.value_or(1);
    }
    issues.push_back(std::move(one));
  }
  Json out = quality_json(path, sbom, q);
  out["form"] = to_string(sbom.form);
  out["completeness"] = q.completeness();
  out["present"] = std::move(present);
  out["weak_hash_only"] = q.weak_hash_only;
  out["issues"] = std::move(issues);
  out["incomplete"] = std::move(incomplete);
  return out;
}

}  // namespace entente::cli
