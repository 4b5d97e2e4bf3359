// A vulnerability disclosure report as CycloneDX 1.6: matches are turned round, from "component, its vulnerabilities" to "vulnerability,
// the components it affects".
#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <set>

#include "core/utf8.h"
#include "core/version.h"
#include "measures/p6_supply/explain.h"
#include "measures/p6_supply/json_stream.h"
#include "measures/p6_supply/scan_report.h"

namespace entente::measures::p6_supply {
namespace {

std::string_view cyclonedx_method(cvss::Version version) {
  static constexpr std::array<std::string_view, 4> kMethods{"CVSSv2", "CVSSv3", "CVSSv31", "CVSSv4"};
  return kMethods[static_cast<std::size_t>(version)];
}

// CycloneDX's own types; SPDX has other words.
std::string_view cyclonedx_type(std::string_view type) {
  return std::find(kCyclonedxTypes.begin(), kCyclonedxTypes.end(), type) == kCyclonedxTypes.end() ? "library" : type;
}

std::string_view cyclonedx_state(VexStatus status) {
  switch (status) {
    case VexStatus::not_affected: return "not_affected";
    case VexStatus::fixed: return "resolved";
    case VexStatus::affected: return "exploitable";
    case VexStatus::under_investigation: return "in_triage";
  }
  return "";
}

class VdrWriter {
 public:
  VdrWriter(std::FILE* stream, const ScanReport& scan) : out_(stream), scan_(scan), sbom_(scan.sbom), r_(scan.result) {
    std::map<std::string_view, int> uses;
    for (const Component& c : sbom_.components) ++uses[c.ref];
    refs_.reserve(sbom_.components.size());
    for (std::uint32_t i = 0; i < sbom_.components.size(); ++i) {
      const std::string_view ref = sbom_.components[i].ref;
      refs_.push_back(ref.empty() || uses[ref] > 1 ? "entente:" + sbom_.pointer(i) : std::string(ref));
    }
  }

  void write() {
    out_.raw("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1,\"metadata\":{\"timestamp\":");
    out_.text(format_time(scan_.at));
    out_.raw(",\"tools\":{\"components\":[{\"type\":\"application\",\"name\":\"entente\",\"version\":");
    out_.text(version());
    out_.raw("}]}");
    const bool has_subject = sbom_.roots.size() == 1;
    if (has_subject) {
      out_.key("component");
      component(sbom_.roots[0]);
    }
    unevaluated();
    out_.raw("}");
    std::vector<std::uint32_t> affected;
    for (const Vulnerability& v : r_.vulnerabilities)
      if ((affected.empty() || affected.back() != v.component) && !(has_subject && v.component == sbom_.roots[0]))
        affected.push_back(v.component);
    out_.list("components", affected, [&](std::uint32_t c) { component(c); });
    vulnerabilities();
    out_.raw("}\n");
  }

 private:
  void property(std::string_view name, std::string_view value, std::string_view before) {
    out_.key("name", before);
    out_.text(name);
    out_.field("value", value);
    out_.raw("}");
  }

  void unevaluated() {
    out_.raw(",\"properties\":[");
    property("entente:components", fmt::format("{}", r_.components), "{");
    property("entente:evaluated", fmt::format("{}", r_.evaluated), ",{");
    for (const NotEvaluated& n : r_.not_evaluated)
      property("entente:not-evaluated", fmt::format("{}: {}", sbom_.display(n.component), why_text(n.why)), ",\n{");
    for (const UndecidedRecord& u : r_.undecided)
      property("entente:not-decided",
               fmt::format("{} for {}: {}", scan_.indexes[u.index].record_id(u.undecided.record), sbom_.display(u.component),
                           why_text(u.undecided.why)),
               ",\n{");
    for (const Error& error : scan_.unreadable)
      property("entente:advisory-not-read", fmt::format("{}: {}", printable(error.where.str(), 4096), printable(error.what, 4096)), ",\n{");
    out_.raw("]");
  }

  void component(std::uint32_t i) {
    const Component& c = sbom_.components[i];
    out_.key("type", "\n{");
    out_.text(cyclonedx_type(c.type));
    out_.field("bom-ref", refs_[i]);
    if (!c.group.empty()) out_.field("group", c.group);
    out_.field("name", c.name.empty() ? std::string_view("unnamed") : c.name);
    if (!c.version.empty()) out_.field("version", c.version);
    if (!c.purl.empty()) out_.field("purl", c.purl);
    out_.raw("}");
    out_.flush();
  }

  void vulnerabilities() {
    std::vector<std::vector<const Vulnerability*>> of(r_.advisories.size());
    for (const Vulnerability& v : r_.vulnerabilities) of[v.advisory].push_back(&v);
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < of.size(); ++i)
      if (!of[i].empty()) order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return is_worse(r_.advisories[a], r_.advisories[b]); });
    out_.list("vulnerabilities", order, [&](std::uint32_t i) { vulnerability(r_.advisories[i], i, of[i]); });
  }

  std::uint32_t place(const Vulnerability* v) const { return static_cast<std::uint32_t>(v - r_.vulnerabilities.data()); }

  // CycloneDX has one analysis for all components a vulnerability affects: given where VEX says the same of each.
  void analysis(const std::vector<const Vulnerability*>& hits) {
    const auto verdict = [&](const Vulnerability* v) { return scan_.verdict(place(v)); };
    const VexVerdict* first = verdict(hits[0]);
    if (first == nullptr || !std::all_of(hits.begin(), hits.end(), [&](const Vulnerability* v) {
          const VexVerdict* other = verdict(v);
          return other != nullptr && other->status == first->status && other->suppressed == first->suppressed;
        }))
      return;
    out_.key("analysis");
    out_.key("state", "{");
    out_.text(cyclonedx_state(first->status));
    out_.field("detail", vex_text(scan_, place(hits[0])));
    out_.raw("}");
  }

  void source(std::string_view id) {
    out_.key("source");
    const std::string url = advisory_url(id);
    out_.key("name", "{");
    out_.text(id.substr(0, id.find('-')));
    if (!url.empty()) out_.field("url", url);
    out_.raw("}");
  }

  void vulnerability(const Advisory& a, std::uint32_t number, const std::vector<const Vulnerability*>& hits) {
    out_.key("bom-ref", "\n{");
    out_.text("vulnerability:" + std::string(a.name));
    out_.field("id", a.name);
    source(a.name);
    out_.list("references", a.aliases, [&](std::string_view alias) {
      out_.key("id", "{");
      out_.text(alias);
      source(alias);
      out_.raw("}");
    });
    ratings(hits);
    if (!a.summary.empty()) out_.field("description", a.summary);
    std::set<std::string_view> fixed;
    for (const Vulnerability* v : hits)
      if (!v->fixed.empty() && !scan_.suppressed(place(v))) fixed.insert(v->fixed);
    if (!fixed.empty()) {
      std::string versions;
      for (const std::string_view version : fixed) (versions += versions.empty() ? "" : ", ") += version;
      out_.field("recommendation", "Update to " + versions);
    }
    if (a.published) out_.field("published", format_time(*a.published));
    analysis(hits);
    out_.list("affects", hits, [&](const Vulnerability* v) {
      out_.key("ref", "{");
      out_.text(refs_[v->component]);
      if (const std::string_view version = sbom_.components[v->component].version; !version.empty()) {
        out_.raw(",\"versions\":[{\"version\":");
        out_.text(version);
        out_.field("status", scan_.suppressed(place(v)) ? "unaffected" : "affected");  // as the analysis says, where there is one
        out_.raw("}]");
      }
      out_.raw("}");
    });
    properties(a, number, *hits.front());
    out_.raw("}");
    out_.flush();
  }

  // Each vector of the matched records once, with the score worked out from it.
  void ratings(const std::vector<const Vulnerability*>& hits) {
    std::set<std::string_view> vectors;
    for (const Vulnerability* v : hits)
      for (const RecordMatch& m : r_.records_of(*v))
        for (const SeverityView& s : scan_.indexes[m.index].record(m.match.record).severity) vectors.insert(s.vector);
    std::vector<std::pair<std::string_view, cvss::Rating>> scored;
    for (const std::string_view vector : vectors)
      if (const auto rating = cvss::rate(vector)) scored.emplace_back(vector, *rating);
    out_.list("ratings", scored, [&](const auto& one) {
      out_.key("score", "{");
      out_.raw(fmt::format("{:.1f}", one.second.score.value()));
      out_.field("severity", severity_name(one.second.severity()));
      out_.field("method", cyclonedx_method(one.second.version));
      out_.field("vector", one.first);
      out_.raw("}");
    });
  }

  void properties(const Advisory& a, std::uint32_t number, const Vulnerability& any) {
    out_.raw(",\"properties\":[");
    std::string_view before = "{";
    const auto add = [&](std::string_view name, std::string_view value) {
      property(name, value, before);
      before = ",{";
    };
    if (a.kev != nullptr) {
      add("entente:kev-date-added", format_date(a.kev->date_added));
      add("entente:kev-due-date", format_date(a.kev->due_date));
    }
    if (!scan_.priorities.empty() && scan_.priorities[number].epss) {
      add("entente:epss", fmt::format("{:.5f}", scan_.priorities[number].epss->probability));
      if (scan_.epss != nullptr) add("entente:epss-score-date", format_date(scan_.epss->score_date()));
    }
    if (const std::string bod = bod_column(scan_, any); !bod.empty()) add("entente:bod-26-04", bod);
    out_.raw("]");
  }

  JsonStream out_;
  const ScanReport& scan_;
  const Sbom& sbom_;
  const ScanResult& r_;
  std::vector<std::string> refs_;
};

}  // namespace

void write_vdr(std::FILE* stream, const ScanReport& scan) { VdrWriter(stream, scan).write(); }

}  // namespace entente::measures::p6_supply
