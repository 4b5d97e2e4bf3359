// The texts the reports share, and the CSV report.
#include "measures/p6_supply/scan_report.h"

#include <fmt/format.h>
#include <array>

#include "core/utf8.h"

namespace entente::measures::p6_supply {
namespace {

// Appends one cell: always quoted, quotes doubled. A spreadsheet takes a cell that begins with one of these for a formula, also behind
// spaces and in full width, and would run it.
void csv_cell(std::string& out, std::string_view text) {
  constexpr std::array<std::string_view, 11> kFormulas{
      "=", "+", "-", "@", "\t", "\r", "\n", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
  if (!out.empty() && out.back() != '\n') out += ',';
  out += '"';
  const std::string_view rest = text.substr(std::min(text.find_first_not_of(' '), text.size()));
  for (const std::string_view start : kFormulas)
    if (rest.starts_with(start)) {
      out += '\'';
      break;
    }
  for (const char c : text) {
    if (c == '"') out += '"';
    if (c != '\0') out += c;
  }
  out += '"';
}

void csv_vulnerability(std::string& out, const ScanReport& scan, std::uint32_t match) {
  const Vulnerability& v = scan.result.vulnerabilities[match];
  const Advisory& a = scan.result.advisories[v.advisory];
  const Component& c = scan.sbom.components[v.component];
  std::string aliases;
  for (const std::string_view alias : a.aliases) (aliases += aliases.empty() ? "" : " ") += alias;
  const auto epss = scan.priorities.empty() ? std::nullopt : scan.priorities[v.advisory].epss;
  csv_cell(out, scan.path);
  csv_cell(out, c.group.empty() ? std::string(c.name) : fmt::format("{}/{}", c.group, c.name));
  csv_cell(out, c.version);
  csv_cell(out, c.purl);
  csv_cell(out, scan.suppressed(match) ? to_string(scan.verdict(match)->status) : std::string_view("affected"));
  csv_cell(out, a.name);
  csv_cell(out, aliases);
  csv_cell(out, severity_word(a));
  csv_cell(out, a.score ? fmt::format("{:.1f}", a.score->score.value()) : std::string());
  csv_cell(out, a.score ? cvss::version_name(a.score->version) : std::string_view());
  csv_cell(out, a.kev == nullptr ? std::string() : format_date(a.kev->due_date));
  csv_cell(out, a.kev == nullptr ? std::string() : fmt::format("{}", days_overdue(*a.kev, scan.at)));
  csv_cell(out, epss ? fmt::format("{:.5f}", epss->probability) : std::string());
  csv_cell(out, epss && scan.epss != nullptr ? format_date(scan.epss->score_date()) : std::string());
  csv_cell(out, bod_column(scan, v));
  csv_cell(out, v.fixed);
  csv_cell(out, ranges_text(scan, v));
  csv_cell(out, path_text(scan, v));
  csv_cell(out, a.summary);
  csv_cell(out, vex_text(scan, match));
  out += "\r\n";
}

}  // namespace

std::string ranges_text(const ScanReport& scan, const Vulnerability& v) {
  std::string out;
  for (const RecordMatch& m : scan.result.records_of(v))
    out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", scan.indexes[m.index].record_id(m.match.record), m.match.range());
  return out;
}

std::string path_text(const ScanReport& scan, const Vulnerability& v) {
  std::string out;
  for (const std::uint32_t step : path_to(scan.result.reached, v.component)) (out += out.empty() ? "" : " > ") += scan.sbom.display(step);
  return out;
}

std::string vex_author(const VexDocument& document) {
  if (!document.signed_by.empty()) return document.signed_by[0].name();
  return printable(document.author.empty() ? document.name : document.author, 200);
}

std::string vex_text(const ScanReport& scan, std::uint32_t match) {
  const VexVerdict* verdict = scan.verdict(match);
  if (verdict == nullptr) return {};
  const VexStatement& s = scan.statement(verdict->statement);
  std::string out(to_string(verdict->status));
  if (!s.justification.empty()) out += ": " + printable(s.justification, 400);
  out += fmt::format(" ({}, {})", vex_author(scan.vex_documents[verdict->statement.document]), format_date(s.at));
  for (const VexRef& other : verdict->contradicted_by)
    out += fmt::format("; {} says {}", vex_author(scan.vex_documents[other.document]), to_string(scan.statement(other).status));
  return out;
}

ScanResult without_settled(const ScanReport& scan) {
  ScanResult out = scan.result;
  if (scan.vex == nullptr) return out;
  out.vulnerabilities.clear();
  out.affected = 0;
  for (std::uint32_t i = 0; i < scan.result.vulnerabilities.size(); ++i) {
    if (scan.suppressed(i)) continue;
    const Vulnerability& v = scan.result.vulnerabilities[i];
    if (out.vulnerabilities.empty() || out.vulnerabilities.back().component != v.component) ++out.affected;
    out.vulnerabilities.push_back(v);
  }
  return out;
}

std::string bod_column(const ScanReport& scan, const Vulnerability& v) {
  std::string out;
  if (!scan.bod || scan.priorities.empty()) return out;
  for (const BodOutcome& outcome : scan.priorities[v.advisory].bod) (out += out.empty() ? "" : ", or ") += bod_text(outcome);
  return out;
}

void write_scan_csv(std::FILE* stream, std::span<const ScanReport> scans) {
  std::string out =
      "sbom,component,version,purl,state,vulnerability,aliases,severity,cvss,cvss_version,kev_due_date,kev_days_overdue,epss,"
      "epss_score_date,bod_26_04,fixed,ranges,path,summary,vex\r\n";
  const auto flush = [&](std::size_t least) {
    if (out.size() < least) return;
    std::fwrite(out.data(), 1, out.size(), stream);
    out.clear();
  };
  for (const ScanReport& scan : scans) {
    for (const std::uint32_t i : worst_first(scan.result)) {
      csv_vulnerability(out, scan, i);
      flush(std::size_t{1} << 20);
    }
    for (const NotEvaluated& n : scan.result.not_evaluated) {
      const Component& c = scan.sbom.components[n.component];
      csv_cell(out, scan.path);
      csv_cell(out, c.group.empty() ? std::string(c.name) : fmt::format("{}/{}", c.group, c.name));
      csv_cell(out, c.version);
      csv_cell(out, c.purl);
      csv_cell(out, "not evaluated");
      for (int empty = 0; empty < 12; ++empty) csv_cell(out, "");
      csv_cell(out, n.detail.empty() ? std::string(why_text(n.why)) : fmt::format("{}: {}", why_text(n.why), n.detail));
      csv_cell(out, "");
      out += "\r\n";
      flush(std::size_t{1} << 20);
    }
  }
  flush(0);
}

}  // namespace entente::measures::p6_supply
