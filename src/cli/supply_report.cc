// Scan and quality results as JSON and as one sentence. Rows are built in the order of worst_first(), with a fixed set of keys.
#include "cli/supply_report.h"

#include <fmt/format.h>
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

// Appends JSON to a buffer that is written out whenever it is large.
class JsonStream {
 public:
  explicit JsonStream(std::FILE* stream) : stream_(stream) { out_.reserve(kFlushBytes + 4096); }
  ~JsonStream() { std::fwrite(out_.data(), 1, out_.size(), stream_); }
  JsonStream(const JsonStream&) = delete;
  JsonStream& operator=(const JsonStream&) = delete;

  void raw(std::string_view text) { out_ += text; }
  void number(std::uint64_t value) { fmt::format_to(std::back_inserter(out_), "{}", value); }
  void text(std::string_view value) {
    out_ += '"';
    std::size_t plain = 0;  // start of what can be copied as it is
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto c = static_cast<unsigned char>(value[i]);
      if (c >= 0x20 && c != '"' && c != '\\') continue;
      out_ += value.substr(plain, i - plain);
      plain = i + 1;
      if (c == '"' || c == '\\')
        (out_ += '\\') += static_cast<char>(c);
      else
        fmt::format_to(std::back_inserter(out_), "\\u{:04x}", c);
    }
    out_ += value.substr(plain);
    out_ += '"';
  }
  // `"key": `, with a comma before it unless it is the first of its object.
  void key(std::string_view name, std::string_view before = ",") {
    (out_ += before) += '"';
    (out_ += name) += "\":";
  }
  void field(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  void field(std::string_view name, std::uint64_t value) {
    key(name);
    number(value);
  }
  template <class List, class One>
  void list(std::string_view name, const List& items, One&& one) {
    key(name);
    out_ += '[';
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_ += ',';
      first = false;
      one(item);
    }
    out_ += ']';
  }
  void flush() {
    if (out_.size() < kFlushBytes) return;
    std::fwrite(out_.data(), 1, out_.size(), stream_);
    out_.clear();
  }

 private:
  static constexpr std::size_t kFlushBytes = std::size_t{1} << 20;
  std::FILE* stream_;
  std::string out_;
};

class ScanWriter {
 public:
  ScanWriter(std::FILE* stream, const Sbom& sbom, const ScanResult& result, std::span<const AdvisoryIndex> indexes, Instant at)
      : out_(stream), sbom_(sbom), r_(result), indexes_(indexes), at_(at), names_(sbom.components.size()) {}

  void write(const std::string& path) {
    out_.key("sbom", "{");
    out_.text(is_valid_utf8(path) ? path : printable(path, 4096));
    out_.field("format", to_string(sbom_.format));
    out_.field("spec_version", sbom_.spec_version);
    out_.field("components", r_.components);
    out_.field("evaluated", r_.evaluated);
    out_.field("affected", r_.affected);
    write_upgrade();
    out_.list("vulnerabilities", worst_first(r_), [&](std::uint32_t i) { write_vulnerability(r_.vulnerabilities[i]); });
    out_.list("not_evaluated", r_.not_evaluated, [&](const NotEvaluated& n) {
      write_component(n.component);
      out_.field("why", why_text(n.why));
      out_.field("detail", n.detail);
      out_.raw("}");
      out_.flush();
    });
    out_.list("undecided", r_.undecided, [&](const UndecidedRecord& u) {
      write_component(u.component);
      out_.field("id", indexes_[u.index].record(u.undecided.record).id);
      out_.field("why", why_text(u.undecided.why));
      out_.raw("}");
      out_.flush();
    });
    out_.raw("}");
  }

 private:
  // Names are asked for again and again along paths.
  const std::string& name(std::uint32_t component) {
    std::string& name = names_[component];
    if (name.empty()) name = sbom_.display(component);
    return name;
  }

  // Opens a row with what tells the component.
  void write_component(std::uint32_t component) {
    out_.key("component", "\n{");
    out_.text(name(component));
    out_.field("purl", sbom_.components[component].purl);
    out_.field("pointer", sbom_.pointer(component));
  }

  void write_upgrade() {
    out_.key("best_upgrade");
    const auto best = best_upgrade(sbom_, indexes_, r_);
    if (!best) return out_.raw("null");
    out_.key("component", "{");
    out_.text(name(best->component));
    out_.field("version", best->version);
    out_.field("removes", best->removes);
    out_.field("removes_kev", best->removes_kev);
    out_.raw("}");
  }

  void write_kev(const Advisory& a) {
    out_.key("kev");
    if (a.kev == nullptr) return out_.raw("null");
    out_.key("cve", "{");
    out_.text(a.kev_cve);
    out_.field("date_added", format_date(a.kev->date_added));
    out_.field("due_date", format_date(a.kev->due_date));
    out_.field("days_overdue", static_cast<std::uint64_t>(days_overdue(*a.kev, at_)));
    out_.field("ransomware", a.kev->ransomware == RansomwareUse::known ? "known" : "unknown");
    out_.raw("}");
  }

  void write_vulnerability(const Vulnerability& v) {
    const Advisory& a = r_.advisories[v.advisory];
    write_component(v.component);
    out_.field("id", a.name);
    out_.list("aliases", a.aliases, [&](std::string_view alias) { out_.text(alias); });
    out_.field("severity", severity_word(a));
    out_.key("cvss");
    out_.raw(a.score ? fmt::format("{:.1f}", a.score->score) : "null");
    write_kev(a);
    out_.key("published");
    if (a.published)
      out_.text(format_time(*a.published));
    else
      out_.raw("null");
    out_.field("fixed", v.fixed);
    out_.list("records", r_.records_of(v), [&](const RecordMatch& m) {
      out_.key("id", "{");
      out_.text(indexes_[m.index].record(m.match.record).id);
      out_.field("range", m.match.range());
      out_.field("fixed", m.match.fixed());
      out_.raw("}");
    });
    out_.list("path", path_to(r_.reached, v.component), [&](std::uint32_t step) { out_.text(name(step)); });
    out_.field("summary", a.summary);
    out_.raw("}");
    out_.flush();
  }

  JsonStream out_;
  const Sbom& sbom_;
  const ScanResult& r_;
  std::span<const AdvisoryIndex> indexes_;
  Instant at_;
  std::vector<std::string> names_;
};

}  // namespace

void write_scan_json(std::FILE* stream, const std::string& path, const Sbom& sbom, const ScanResult& result,
                     std::span<const AdvisoryIndex> indexes, Instant at) {
  ScanWriter(stream, sbom, result, indexes, at).write(path);
}

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
