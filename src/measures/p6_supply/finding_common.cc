// What the findings about vulnerabilities share: sums over all SBOMs, the description of the databases used, the next step, and the
// finding that evidence which cannot be read leads to.
#include <algorithm>
#include <tuple>

#include "catalog/profile_checks.h"
#include "core/utf8.h"
#include "measures/p6_supply/findings.h"
#include "measures/p6_supply/scan_report.h"

namespace entente::measures::p6_supply {

std::string_view path_in_profile(const evidence::Evidence& entry) {
  const std::string prefix = "evidence/" + entry.kind + "/";
  return std::string_view(entry.path).substr(entry.path.starts_with(prefix) ? prefix.size() : 0);
}

bool is_sbom_of(const catalog::Product& product, const evidence::Evidence& entry) {
  return std::ranges::any_of(product.sboms, [&](const std::string& p) { return catalog::path_matches(p, path_in_profile(entry)); });
}

std::string decimal(double value) { return fmt::format("{:.1f}", value); }

std::string plural(std::uint64_t n, std::string_view one) {
  if (n == 1) return fmt::format("1 {}", one);
  return fmt::format("{} {}{}", n, one, one.ends_with("ch") ? "es" : "s");
}

std::string clause(const Unreadable& u) {
  std::string place = u.error.where.line ? fmt::format(" (line {})", *u.error.where.line) : std::string();
  return fmt::format("{} cannot be read: {}{}", u.evidence->path, u.error.what, place);
}

Json path_json(const Sbom& sbom, const ScanResult& scanned, std::uint32_t component) {
  Json path = Json::array();
  for (const std::uint32_t step : path_to(scanned.reached, component)) path.push_back(sbom.display(step));
  return path;
}

Json optional_time(std::optional<Instant> t) { return t ? Json(format_time(*t)) : Json(nullptr); }

std::vector<FoundMatch> worst_first(const Inputs& inputs) {
  std::vector<FoundMatch> out;
  for (const SbomInput& input : inputs.sboms) {
    if (!input.scanned) continue;
    for (const Vulnerability& v : input.scanned->vulnerabilities) out.push_back({&input, &v});
  }
  std::stable_sort(out.begin(), out.end(), [](const FoundMatch& a, const FoundMatch& b) {
    if (a.settled() != b.settled()) return b.settled();
    return is_worse(a.advisory(), b.advisory());
  });
  return out;
}

Totals sum(const Inputs& inputs, Instant at) {
  Totals t;
  for (const SbomInput& input : inputs.sboms) {
    if (!input.scanned) continue;
    const ScanResult& r = *input.scanned;
    t.components += r.components;
    t.evaluated += r.evaluated;
    t.affected += r.affected;
    t.matches += r.vulnerabilities.size();
    t.undecided += r.undecided.size();
    t.not_yet_published += r.not_yet_published;
    for (const NotEvaluated& n : r.not_evaluated) {
      ++t.not_evaluated[static_cast<std::size_t>(n.why)];
      if (n.why == NotEvaluatedWhy::ecosystem_not_in_index) ++t.missing_ecosystems[n.detail];
    }
    for (const Vulnerability& v : r.vulnerabilities) {
      const FoundMatch match{&input, &v};
      const Advisory& a = match.advisory();
      const std::string_view over = limit_exceeded(a, at);
      ++t.severity[severity_word(a)];
      if (match.verdict() != nullptr) ++t.answered;
      if (match.settled()) {
        ++t.settled;
        if (!over.empty()) ++t.settled_expired;
        continue;
      }
      if (a.kev != nullptr) ++t.kev;
      if (over.empty()) {
        if (!a.score) ++t.unscored_young;
        continue;
      }
      ++t.over;
      ++(over == "kev" ? t.over_kev : over == "critical" ? t.over_critical : over == "high" ? t.over_high : t.over_unscored);
    }
  }
  return t;
}

namespace {

std::optional<Instant> newest_change(const Inputs& inputs) {
  std::optional<Instant> newest;
  for (const AdvisoryIndex& index : inputs.indexes)
    if (index.info().records > 0 && (!newest || *newest < index.info().newest_modified)) newest = index.info().newest_modified;
  return newest;
}

}  // namespace

std::string quiet_advisories_clause(const Inputs& inputs, Instant at) {
  const auto newest = newest_change(inputs);
  const std::int64_t days = newest ? days_between(*newest, at) : 0;
  if (days <= kQuietDays) return {};
  return fmt::format("; the newest change in the advisories is of {}, {} days before: they may be stale", format_date(*newest), days);
}

Doubts doubts(const Inputs& inputs, Instant at) {
  Doubts out;
  const auto doubt = [&](std::string fix) {
    if (out.fix.empty()) out.fix = std::move(fix);
  };
  if (!inputs.without_sbom.empty()) {
    out.clauses += fmt::format("; {} without an SBOM, of which nothing is known", plural(inputs.without_sbom.size(), "product"));
    doubt(fmt::format("make an SBOM of {} and name it under [[product]] in org.toml", printable(inputs.without_sbom.front(), 200)));
  }
  if (const std::string quiet = quiet_advisories_clause(inputs, at); !quiet.empty()) {
    out.clauses += quiet;
    doubt("fetch the advisories anew and add them as evidence of kind advisories.osv");
  }
  if (const auto newest = newest_change(inputs); newest && *newest > at) {
    out.clauses += fmt::format("; the newest change in the advisories is of {}, after the instant judged", format_time(*newest));
    doubt("take advisories as they were published: no record can be changed after the instant judged");
  }
  if (inputs.kev_later > 0) {
    out.clauses += fmt::format("; {} of KEV dated after {}", plural(inputs.kev_later, "snapshot"), format_time(at));
    if (inputs.kev_from == nullptr) doubt("add the KEV catalogue as CISA published it by then as evidence of kind kev");
  }
  if (inputs.vex_later > 0)
    out.clauses += fmt::format("; {} of VEX dated after {} {} not count", plural(inputs.vex_later, "statement"), format_time(at),
                               inputs.vex_later == 1 ? "does" : "do");
  return out;
}

Json advisories_detail(const Inputs& inputs) {
  std::uint64_t records = 0;
  Json ecosystems = Json::array();
  std::map<std::string, EcosystemInfo> all;
  for (const AdvisoryIndex& index : inputs.indexes) {
    records += index.info().records;
    for (const auto& [name, info] : index.info().ecosystems) all.emplace(name, info);
  }
  for (const auto& [name, info] : all) ecosystems.push_back({{"ecosystem", name}, {"version_order_known", info.ordered}});
  return {{"records", records},
          {"records_unreadable", inputs.bad_records},
          {"newest_modified", optional_time(newest_change(inputs))},
          {"ecosystems", std::move(ecosystems)}};
}

Json kev_detail(const Inputs& inputs) {
  if (!inputs.kev) return nullptr;
  return {{"version", inputs.kev->version},
          {"released", optional_time(inputs.kev->released)},
          {"entries", inputs.kev->entries.size()},
          {"snapshots", inputs.kev_evidence.size()},
          {"snapshots_dated_later", inputs.kev_later}};
}

Json vex_detail(const Inputs& inputs) {
  if (inputs.vex_evidence.empty()) return nullptr;
  std::uint64_t statements = 0, incomplete = 0, contradicted = 0;
  for (const VexDocument& document : inputs.vex) {
    statements += document.statements.size();
    incomplete += document.problems.size();
  }
  for (const SbomInput& input : inputs.sboms)
    if (input.vex) contradicted += input.vex->contradicted;
  return {{"documents", inputs.vex.size()},
          {"statements", statements},
          {"statements_incomplete", incomplete},
          {"statements_dated_later", inputs.vex_later},
          {"matches_contradicted", contradicted}};
}

std::string_view vex_word(const FoundMatch& match) {
  const VexVerdict* verdict = match.verdict();
  return verdict == nullptr ? std::string_view("none") : to_string(verdict->status);
}

Json not_evaluated_detail(const Totals& t) {
  Json out = Json::object();
  for (std::size_t i = 0; i < kNotEvaluatedReasons; ++i)
    if (t.not_evaluated[i] != 0) out[std::string(why_text(static_cast<NotEvaluatedWhy>(i)))] = t.not_evaluated[i];
  return out;
}

std::string advice(const Inputs& inputs, const Totals& t) {
  const SbomInput* where = nullptr;
  Upgrade best;
  for (const SbomInput& input : inputs.sboms) {
    if (!input.scanned) continue;
    // What VEX settled needs no upgrade.
    const ScanResult open = without_settled({.path = input.evidence->path,
                                             .sbom = input.sbom,
                                             .result = *input.scanned,
                                             .indexes = inputs.indexes,
                                             .priorities = {},
                                             .vex_documents = inputs.vex,
                                             .vex = input.vex ? &*input.vex : nullptr,
                                             .unreadable = {}});
    const auto upgrade = best_upgrade(input.sbom, inputs.indexes, open);
    const auto worth = [](const Upgrade& u) { return std::tie(u.removes_kev, u.removes_score, u.removes); };
    if (!upgrade || (where != nullptr && worth(*upgrade) <= worth(best))) continue;
    where = &input;
    best = *upgrade;
  }
  if (where != nullptr && best.removes > 0) {
    std::string text = fmt::format("update {} to {} in {}: removes {} of {}", where->sbom.display(best.component), best.version,
                                   where->evidence->path, best.removes, plural(t.matches - t.settled, "match"));
    if (best.removes_kev > 0) text += fmt::format(", {} on KEV", best.removes_kev);
    return text;
  }
  if (t.matches > t.settled)
    return "no matched advisory knows a repaired version: replace the components or mitigate, and say so in a VEX statement";
  if (!t.missing_ecosystems.empty()) {
    const auto most = std::max_element(t.missing_ecosystems.begin(), t.missing_ecosystems.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return fmt::format("add the advisories of {} as evidence of kind advisories.osv: {} could not be evaluated", most->first,
                       plural(most->second, "component"));
  }
  return "give the components that could not be evaluated a purl with a version in the SBOM";
}

std::string not_evaluated_clause(const Totals& t) {
  const std::uint64_t left = t.components - t.evaluated;
  return left == 0 ? std::string() : fmt::format("; {} of {} components could not be evaluated", left, t.components);
}

std::string not_yet_published_clause(const Totals& t, Instant at) {
  if (t.not_yet_published == 0) return {};
  return fmt::format("; {} published after {} {} not count", plural(t.not_yet_published, "match"), format_time(at),
                     t.not_yet_published == 1 ? "does" : "do");
}

bool unreadable(Finding& finding, const Inputs& inputs) {
  std::vector<const Unreadable*> bad;
  for (const auto* group : {&inputs.bad_sboms, &inputs.bad_advisories, &inputs.bad_kev, &inputs.bad_vex})
    for (const Unreadable& one : *group) bad.push_back(&one);
  return unreadable(finding, bad);
}

bool unreadable(Finding& finding, const std::vector<const Unreadable*>& bad) {
  if (bad.empty()) return false;
  const Unreadable* const first = bad.front();
  for (const Unreadable* one : bad)
    if (finding.places.size() < kMaxPlaces) finding.places.push_back({one->evidence->sha256, one->error.where.pointer});
  finding.status = Status::not_satisfied;
  finding.summary = clause(*first) + (bad.size() > 1 ? fmt::format(" (and {} more)", bad.size() - 1) : "") + ".";
  finding.detail["evidence_unreadable"] = bad.size();
  finding.detail["error"] = first->error.str();
  finding.fix = first->error.hint.empty() ? fmt::format("replace {} by a readable file", first->evidence->path)
                                          : fmt::format("{}: {}", first->evidence->path, first->error.hint);
  return true;
}

void leave_open(Finding& finding, const Inputs& inputs) {
  if (inputs.unread_sboms.empty()) return;
  const Unreadable& first = inputs.unread_sboms.front();
  std::string text = fmt::format("{}: {}", first.evidence->path, first.error.what);
  if (inputs.unread_sboms.size() > 1) text += fmt::format(" (and {} more)", inputs.unread_sboms.size() - 1);
  finding.detail["sboms_of_unread_format"] = inputs.unread_sboms.size();
  if (finding.status == Status::not_satisfied) {
    finding.summary += fmt::format(" Not counted: {}.", text);
    return;
  }
  finding.status = Status::not_assessed;
  finding.summary = text + ".";
  finding.fix = first.error.hint;
}

std::string nothing_evaluated(const Totals& t) {
  return fmt::format("None of {} could be evaluated: the advisories at hand do not cover them.", plural(t.components, "component"));
}

void list_evidence(Finding& finding, const Inputs& inputs) {
  for (const auto* list : {&inputs.sbom_evidence, &inputs.advisory_evidence, &inputs.kev_evidence, &inputs.vex_evidence})
    for (const auto* e : *list) finding.evidence.push_back(e->sha256);
  if (inputs.kev_from != nullptr && inputs.kev->released) finding.own_dates.emplace_back(inputs.kev_from->sha256, *inputs.kev->released);
}

}  // namespace entente::measures::p6_supply
