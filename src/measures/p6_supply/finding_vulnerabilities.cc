// The finding for control P6-02 (open vulnerabilities are known and answered). One row is one component with one vulnerability, worst
// first over all SBOMs; what could not be evaluated follows as rows of its own, because silence would read as "clean".
#include <algorithm>
#include <array>
#include <map>

#include "core/utf8.h"
#include "measures/p6_supply/findings.h"

namespace entente::measures::p6_supply {

std::optional<std::int64_t> age_days(const Advisory& advisory, Instant at) {
  if (!advisory.published) return std::nullopt;
  return days_between(*advisory.published, at);
}

std::string_view limit_exceeded(const Advisory& advisory, Instant at) {
  // An advisory that does not say when it was published counts as older than any limit.
  const auto older = [&](std::int64_t days) { return !advisory.published || days_between(*advisory.published, at) > days; };
  if (advisory.kev != nullptr) {
    // The KEV clock cannot start before the entry was listed.
    const Instant listed = advisory.kev->date_added;
    const Instant start = advisory.published ? std::max(listed, *advisory.published) : listed;
    if (days_between(start, at) > kKevLimitDays) return "kev";
  }
  const auto severity = advisory.severity();
  if (severity == Severity::critical && older(kCriticalLimitDays)) return "critical";
  if (severity == Severity::high && older(kHighLimitDays)) return "high";
  if (!severity && older(kUnscoredLimitDays)) return "unscored";
  return {};
}

namespace {

Json optional_days(std::optional<std::int64_t> days) { return days ? Json(*days) : Json(nullptr); }
// Every row of P6-02 has these keys, in this order.
Json vulnerability_row(const FoundMatch& match, const Inputs& inputs, Instant at) {
  const SbomInput& input = *match.input;
  const Vulnerability& v = *match.vulnerability;
  const ScanResult& r = *input.scanned;
  const Advisory& a = r.advisories[v.advisory];
  const RecordMatch& first = r.records_of(v).front();
  Json records = Json::array();
  for (const RecordMatch& m : r.records_of(v)) records.push_back(inputs.indexes[m.index].record(m.match.record).id);
  return {{"state", match.settled() ? "settled" : "affected"},
          {"sbom", input.evidence->path},
          {"pointer", input.sbom.pointer(v.component)},
          {"component", input.sbom.display(v.component)},
          {"purl", printable(input.sbom.components[v.component].purl, 400)},
          {"id", a.name},
          {"records", std::move(records)},
          {"aliases", a.aliases},
          {"severity", severity_word(a)},
          {"cvss", a.score ? Json(a.score->score.value()) : Json(nullptr)},
          {"kev_due", a.kev != nullptr ? Json(format_date(a.kev->due_date)) : Json(nullptr)},
          {"published", optional_time(a.published)},
          {"age_days", optional_days(age_days(a, at))},
          {"over_limit", match.settled() ? std::string_view() : limit_exceeded(a, at)},
          {"vex", vex_word(match)},
          {"range", first.match.range()},
          {"fixed", v.fixed},
          {"path", path_json(input.sbom, r, v.component)},
          {"note", printable(a.summary, 200)}};
}

Json unknown_row(std::string_view state, const SbomInput& input, std::uint32_t component, std::string_view id, std::string note) {
  return {{"state", state},
          {"sbom", input.evidence->path},
          {"pointer", input.sbom.pointer(component)},
          {"component", input.sbom.display(component)},
          {"purl", printable(input.sbom.components[component].purl, 400)},
          {"id", id},
          {"records", Json::array()},
          {"aliases", Json::array()},
          {"severity", ""},
          {"cvss", nullptr},
          {"kev_due", nullptr},
          {"published", nullptr},
          {"age_days", nullptr},
          {"over_limit", ""},
          {"vex", "none"},
          {"range", ""},
          {"fixed", ""},
          {"path", path_json(input.sbom, *input.scanned, component)},
          {"note", std::move(note)}};
}

void add_rows(Finding& finding, const Inputs& inputs, Instant at) {
  for (const FoundMatch& m : worst_first(inputs)) {
    finding.rows.push_back(vulnerability_row(m, inputs, at));
    if (finding.places.size() < kMaxPlaces)
      finding.places.push_back({m.input->evidence->sha256, m.input->sbom.pointer(m.vulnerability->component)});
  }
  for (const SbomInput& input : inputs.sboms) {
    if (!input.scanned) continue;
    const ScanResult& r = *input.scanned;
    for (const NotEvaluated& n : r.not_evaluated)
      finding.rows.push_back(
          unknown_row("not-evaluated", input, n.component, "", std::string(why_text(n.why)) + (n.detail.empty() ? "" : ": " + n.detail)));
    for (const UndecidedRecord& u : r.undecided)
      finding.rows.push_back(unknown_row("undecided", input, u.component, inputs.indexes[u.index].record(u.undecided.record).id,
                                         std::string(why_text(u.undecided.why))));
  }
}

// Most of the matches whose limit has run out that may be left open for a partial pass, in percent.
constexpr std::uint64_t kOverPercent = 5;

// P6-02. Every match must have an answer by VEX to be satisfied; what VEX settles is over no limit. The denominator of the catalogue's 5 %
// are the matches whose limit has run out, settled or not. Matches whose limit still runs, or that have none, are in no denominator: a
// vulnerability more must never make a share smaller.
Status judge(const Totals& t, const Inputs& inputs, const Doubts& doubted) {
  if (t.components > 0 && t.evaluated == 0) return Status::not_assessed;
  const bool whole = t.enough_evaluated() && inputs.bad_records == 0 && t.undecided == 0 && doubted.fix.empty();
  if (t.over == 0) return whole && t.answered == t.matches ? Status::satisfied : Status::partial;
  return t.over * 100 <= kOverPercent * (t.over + t.settled_expired) ? Status::partial : Status::not_satisfied;
}

std::string answered_clause(const Totals& t) {
  if (t.answered == 0) return "none answered by VEX";
  return fmt::format("{} answered by VEX, {} of them settled", t.answered, t.settled);
}

std::string summarise(const Totals& t, const Inputs& inputs, const Doubts& doubted, Status status, Instant at) {
  if (status == Status::not_assessed) return nothing_evaluated(t);
  if (t.matches == 0) {
    std::string text = fmt::format("No known vulnerability in {}", plural(t.evaluated, "evaluated component")) + not_evaluated_clause(t);
    if (t.undecided > 0) text += fmt::format("; {} could not be decided", plural(t.undecided, "advisory match"));
    if (inputs.bad_records > 0) text += fmt::format("; {} could not be read", plural(inputs.bad_records, "advisory record"));
    return text + not_yet_published_clause(t, at) + doubted.clauses + ".";
  }
  std::string text =
      fmt::format("{} in {} of {} components, {} over the time limit ({} on KEV, {} critical, {} high, {} without a score), {}",
                  plural(t.matches, "match"), t.affected, t.components, t.over, t.over_kev, t.over_critical, t.over_high, t.over_unscored,
                  answered_clause(t));
  if (t.unscored_young > 0) text += fmt::format("; {} without a score, not over {} days old", t.unscored_young, kUnscoredLimitDays);
  text += not_evaluated_clause(t);
  if (!inputs.kev) text += "; without a KEV snapshot its 14-day limit was not checked";
  return text + not_yet_published_clause(t, at) + doubted.clauses + ".";
}

}  // namespace

Finding vulnerabilities_finding(const Inputs& inputs, Instant at) {
  Finding finding;
  finding.control = kOpenVulnerabilities;
  list_evidence(finding, inputs);
  const Totals t = sum(inputs, at);
  Json severity = Json::object();
  for (const std::string_view word : {"critical", "high", "medium", "low", "none", "unknown"})
    severity[std::string(word)] = t.severity.at(word);
  finding.detail = {
      {"components", t.components},
      {"components_evaluated", t.evaluated},
      {"components_affected", t.affected},
      {"components_not_evaluated", not_evaluated_detail(t)},
      {"matches", t.matches},
      {"matches_by_severity", std::move(severity)},
      {"matches_on_kev", t.kev},
      {"matches_over_limit",
       {{"total", t.over}, {"kev", t.over_kev}, {"critical", t.over_critical}, {"high", t.over_high}, {"unscored", t.over_unscored}}},
      {"matches_unscored_within_limit", t.unscored_young},
      {"matches_answered_by_vex", t.answered},
      {"matches_settled_by_vex", t.settled},
      {"matches_not_yet_published", t.not_yet_published},
      {"records_undecided", t.undecided},
      {"limits_days",
       {{"kev", kKevLimitDays}, {"critical", kCriticalLimitDays}, {"high", kHighLimitDays}, {"unscored", kUnscoredLimitDays}}},
      {"judged_at", format_time(at)},
      {"advisories", advisories_detail(inputs)},
      {"kev", kev_detail(inputs)},
      {"vex", vex_detail(inputs)}};
  if (unreadable(finding, inputs)) return finding;
  add_rows(finding, inputs, at);
  const Doubts doubted = doubts(inputs, at);
  finding.status = judge(t, inputs, doubted);
  finding.summary = summarise(t, inputs, doubted, finding.status, at);
  const bool only_doubted = t.enough_evaluated() && t.matches == t.settled && t.undecided == 0 && !doubted.fix.empty();
  if (finding.status != Status::satisfied) finding.fix = only_doubted ? doubted.fix : advice(inputs, t);
  if (finding.status == Status::partial && t.over == 0 && t.answered < t.matches && t.matches > t.settled && t.answered > 0)
    finding.fix +=
        fmt::format("; {} no answer yet: say in a VEX document what is known of each",
                    t.matches - t.answered == 1 ? std::string("1 match has") : fmt::format("{} matches have", t.matches - t.answered));
  leave_open(finding, inputs);
  return finding;
}

}  // namespace entente::measures::p6_supply
