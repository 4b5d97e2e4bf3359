// SARIF 2.1.0: rules are the vulnerabilities that matched, in order of their names; results stand worst first.
#include <fmt/format.h>

#include "core/digest.h"
#include "core/json_places.h"
#include "core/uri.h"
#include "core/utf8.h"
#include "core/version.h"
#include "measures/p6_supply/explain.h"
#include "measures/p6_supply/json_stream.h"
#include "measures/p6_supply/scan_report.h"

namespace entente::measures::p6_supply {
namespace {

// What nobody rated is not known to be harmless.
std::string_view sarif_level(const Advisory& a) {
  if (a.kev != nullptr) return "error";
  const auto severity = a.severity();
  if (!severity || severity == Severity::medium) return "warning";
  return *severity == Severity::critical || *severity == Severity::high ? "error" : "note";
}

// The line of each affected component in the file as given, by component; 0 for those no vulnerability names.
std::vector<std::uint64_t> component_lines(const Sbom& sbom, const ScanResult& result) {
  std::vector<std::uint64_t> out(sbom.components.size());
  for (const Vulnerability& v : result.vulnerabilities) out[v.component] = 1;
  std::vector<std::uint32_t> affected;
  std::vector<std::string> pointers;
  for (std::uint32_t c = 0; c < out.size(); ++c) {
    if (out[c] == 0) continue;
    affected.push_back(c);
    pointers.push_back(sbom.pointer(c));
  }
  const std::vector<std::uint64_t> offsets = json_offsets(sbom.document.text(), pointers);
  const bool is_json = sbom.source.lines.empty();
  const std::vector<std::uint64_t> lines = is_json ? lines_of(sbom.document.text(), offsets) : std::vector<std::uint64_t>();
  for (std::size_t i = 0; i < affected.size(); ++i)
    out[affected[i]] = is_json ? lines[i] : sbom.source.where(sbom.document.name(), offsets[i], {}).line.value_or(1);
  return out;
}

class SarifRun {
 public:
  SarifRun(JsonStream& out, const ScanReport& scan)
      : out_(out), scan_(scan), r_(scan.result), uri_(uri_of_path(scan.path)), lines_(component_lines(scan.sbom, scan.result)) {}

  void write() {
    out_.raw("\n{\"tool\":{\"driver\":{\"name\":\"entente\",\"version\":");
    out_.text(version());
    out_.list("rules", r_.advisories, [&](const Advisory& a) { rule(a); });
    out_.raw("}}");
    invocation();
    out_.key("artifacts");
    out_.raw("[{\"location\":");
    location();
    out_.raw("}]");
    out_.list("results", worst_first(r_), [&](std::uint32_t i) { one_result(i); });
    out_.raw("}");
  }

 private:
  void message(std::string_view key, std::string_view text, std::string_view before = ",") {
    out_.key(key, before);
    out_.key("text", "{");
    out_.text(text);
    out_.raw("}");
  }
  void location() {
    out_.key("uri", "{");
    out_.text(uri_);
    out_.raw("}");
  }

  void rule(const Advisory& a) {
    out_.key("id", "\n{");
    out_.text(a.name);
    message("shortDescription", a.summary.empty() ? a.name : a.summary);
    if (const std::string url = advisory_url(a.name); !url.empty()) out_.field("helpUri", url);
    out_.raw(",\"defaultConfiguration\":{\"level\":");
    out_.text(sarif_level(a));
    out_.raw("}");
    out_.key("properties");
    out_.raw("{\"tags\":[\"security\",\"vulnerability\"");
    if (a.kev != nullptr) out_.raw(",\"kev\"");
    out_.raw("]");
    if (a.score) out_.field("security-severity", fmt::format("{:.1f}", a.score->score.value()));
    out_.list("aliases", a.aliases, [&](std::string_view alias) { out_.text(alias); });
    out_.raw("}}");
  }

  // A reader that knows no `not evaluated` still sees it: as warnings of the tool.
  void invocation() {
    out_.raw(",\"invocations\":[{\"executionSuccessful\":");
    out_.raw(r_.evaluated == 0 || !scan_.unreadable.empty() ? "false" : "true");
    out_.field("endTimeUtc", format_time(scan_.at));
    std::vector<std::string> notes;
    for (const NotEvaluated& n : r_.not_evaluated)
      notes.push_back(fmt::format("not evaluated: {}: {}{}{}", scan_.sbom.display(n.component), why_text(n.why),
                                  n.detail.empty() ? "" : ": ", n.detail));
    for (const UndecidedRecord& u : r_.undecided)
      notes.push_back(fmt::format("not decided: {} for {}: {}", scan_.indexes[u.index].record_id(u.undecided.record),
                                  scan_.sbom.display(u.component), why_text(u.undecided.why)));
    const std::size_t warnings = notes.size();
    for (const Error& error : scan_.unreadable)
      notes.push_back(fmt::format("advisory left out: {}: {}", printable(error.where.str(), 4096), printable(error.what, 4096)));
    std::size_t at = 0;
    out_.list("toolExecutionNotifications", notes, [&](const std::string& note) {
      out_.raw(at++ < warnings ? "\n{\"level\":\"warning\"" : "\n{\"level\":\"error\"");
      message("message", note);
      out_.raw("}");
      out_.flush();
    });
    out_.raw("}]");
  }

  void one_result(std::uint32_t match) {
    const Vulnerability& v = r_.vulnerabilities[match];
    const Advisory& a = r_.advisories[v.advisory];
    const Component& c = scan_.sbom.components[v.component];
    const std::string name = scan_.sbom.display(v.component);
    out_.key("ruleId", "\n{");
    out_.text(a.name);
    out_.field("ruleIndex", std::uint64_t{v.advisory});
    out_.field("level", sarif_level(a));
    message("message",
            fmt::format("{} is affected by {} ({}){}", name, a.name, ranges_text(scan_, v),
                        v.fixed.empty() ? std::string("; no repaired version is known") : fmt::format("; repaired in {}", v.fixed)));
    out_.raw(",\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":");
    out_.text(uri_);
    out_.raw(",\"index\":0},\"region\":{\"startLine\":");
    out_.number(lines_[v.component]);
    out_.raw("}},\"logicalLocations\":[{\"kind\":\"module\",\"name\":");
    out_.text(name);
    out_.field("fullyQualifiedName", c.purl.empty() ? std::string_view(name) : c.purl);
    out_.raw("}]}],\"partialFingerprints\":{\"componentAndVulnerability/v1\":");
    out_.text(sha256(fmt::format("{}\n{}", c.purl.empty() ? std::string_view(name) : c.purl, a.name)).hex().substr(0, 32));
    out_.raw("}");
    if (scan_.suppressed(match)) {
      out_.raw(",\"suppressions\":[{\"kind\":\"external\",\"status\":\"accepted\"");
      out_.field("justification", vex_text(scan_, match));
      out_.raw("}]");
    }
    properties(v, a, vex_text(scan_, match));
    out_.raw("}");
    out_.flush();
  }

  void properties(const Vulnerability& v, const Advisory& a, const std::string& vex) {
    out_.key("properties");
    out_.key("pointer", "{");
    out_.text(scan_.sbom.pointer(v.component));
    out_.field("severity", severity_word(a));
    if (!v.fixed.empty()) out_.field("fixed", v.fixed);
    if (a.kev != nullptr) out_.field("kevDueDate", format_date(a.kev->due_date));
    if (!scan_.priorities.empty() && scan_.priorities[v.advisory].epss) {
      out_.field("epss", fmt::format("{:.5f}", scan_.priorities[v.advisory].epss->probability));
      if (scan_.epss != nullptr) out_.field("epssScoreDate", format_date(scan_.epss->score_date()));
    }
    if (const std::string bod = bod_column(scan_, v); !bod.empty()) out_.field("bod2604", bod);
    if (const std::string path = path_text(scan_, v); !path.empty()) out_.field("path", path);
    if (!vex.empty()) out_.field("vex", vex);
    out_.raw("}");
  }

  JsonStream& out_;
  const ScanReport& scan_;
  const ScanResult& r_;
  std::string uri_;
  std::vector<std::uint64_t> lines_;
};

}  // namespace

void write_sarif(std::FILE* stream, std::span<const ScanReport> scans) {
  JsonStream out(stream);
  out.raw(
      "{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json\",\"version\":\"2.1.0\"");
  out.list("runs", scans, [&](const ScanReport& scan) { SarifRun(out, scan).write(); });
  out.raw("}\n");
}

}  // namespace entente::measures::p6_supply
