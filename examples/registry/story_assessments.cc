// Evidence, assessments and what others say of them. The rows are drawn, the figures are computed from the rows by the arithmetic of every
// assessment (catalog::score); what an organisation gets better at, it gets better at control by control.
#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "catalog/assessment.h"
#include "chance.h"
#include "core/version.h"
#include "story.h"

namespace entente::example {
namespace {

using catalog::EvidenceClass;
using catalog::Status;
using std::chrono::days;
using std::chrono::hours;
using Member = std::shared_ptr<Organisation>;

// How likely a control is known about, and satisfied if it is, in percent.
struct Bent {
  unsigned known, satisfied, partial;
};
Bent bent_of(Quality quality, std::uint32_t times_before) {
  const unsigned better = std::min(times_before, 4U) * 5;
  switch (quality) {
    case Quality::good: return {96, std::min(90 + better / 2, 98U), 7};
    case Quality::middling: return {84, std::min(64 + better, 92U), 22};
    case Quality::poor: return {78, std::min(34 + better, 80U), 26};
    case Quality::sparse: return {24 + better, std::min(60 + better, 90U), 20};
  }
  return {};
}

std::vector<std::string> all_roles(const Organisation& o) {
  std::vector<std::string> out = o.roles;
  if (o.identity.category) out.emplace_back(name(*o.identity.category));
  return out;
}

struct Row {
  const catalog::Control* control = nullptr;
  Status status = Status::not_assessed;
  EvidenceClass evidence_class = EvidenceClass::measured;
  double weight = 0;
  std::vector<Digest> evidence;
};

// Whether a control falls to an organisation's strengths does not change from one assessment to the next; whether it is strong enough does.
Row drawn_row(const Chronicle& chronicle, const Organisation& o, const catalog::Control& control) {
  Row row{.control = &control, .evidence_class = control.evidence_class, .weight = catalog::index_weight(control.evidence_class)};
  Chance steady(chronicle.seed(), fmt::format("{} and {}", o.id(), control.id.str()));
  Chance fresh(chronicle.seed(), fmt::format("{} and {}, time {}", o.id(), control.id.str(), o.assessments));
  const Bent bent = bent_of(o.quality, o.assessments);
  if (control.id.principle() == 0 && control.id.number() != 3) return row;  // the registry judges these itself
  if (!control.applies_to(all_roles(o))) {
    row.status = Status::not_applicable;
    return row;
  }
  if (steady.below(100) >= bent.known) return row;
  const std::uint64_t draw = steady.below(100);
  row.status = draw < bent.satisfied ? Status::satisfied : draw < bent.satisfied + bent.partial ? Status::partial : Status::not_satisfied;
  if (fresh.percent(3)) row.status = Status::partial;
  if (control.evidence_class == EvidenceClass::declared) row.status = Status::satisfied;
  const bool counts = row.weight == 1;
  if (counts && fresh.percent(3)) {
    row.evidence_class = EvidenceClass::attested;  // somebody's word for what can be measured
    row.weight = catalog::index_weight(row.evidence_class);
  } else if (counts && fresh.percent(2)) {
    row.weight = 0;  // evidence that does not hold
  }
  for (std::uint64_t i = 0; i <= fresh.below(2); ++i)
    row.evidence.push_back(
        chronicle.stand_in(fmt::format("evidence of {} for {}, {} of time {}", o.id(), control.id.str(), i, o.assessments)));
  return row;
}

std::vector<Row> drawn_rows(const Chronicle& chronicle, const Organisation& o, const catalog::Catalog& catalog) {
  std::vector<Row> out;
  for (const catalog::Control& control : catalog.controls()) out.push_back(drawn_row(chronicle, o, control));
  return out;
}

Json row_json(const Row& row) {
  Json out{{"control", row.control->id.str()},
           {"status", catalog::to_string(row.status)},
           {"class", std::string(1, catalog::letter(row.evidence_class))},
           {"weight", row.weight}};
  if (row.status == Status::not_applicable) out["reason"] = "It has none of the roles this control is for.";
  for (const Digest& digest : row.evidence) out["evidence"].push_back(digest.hex());
  return out;
}

Json figures_json(const std::vector<Row>& rows) {
  std::vector<catalog::Judgement> judged;
  for (const Row& row : rows) {
    catalog::Judgement j;
    j.control = row.control->id;
    j.status = row.status;
    j.evidence_class = row.evidence_class;
    j.weight = row.weight;
    judged.push_back(std::move(j));
  }
  Json out = Json::array();
  for (const catalog::PrincipleScore& s : catalog::score(judged)) {
    Json counts;
    for (std::size_t i = 0; i < s.count.size(); ++i) counts[std::string(catalog::to_string(static_cast<Status>(i)))] = s.count[i];
    out.push_back(Json{{"principle", s.principle},
                       {"tier", std::string(1, s.tier)},
                       {"coverage", s.coverage},
                       {"score", s.score ? Json(*s.score) : Json()},
                       {"low", s.low},
                       {"high", s.high},
                       {"counts", std::move(counts)}});
  }
  return out;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kKinds{{{"sbom.cyclonedx", "application/json"},
                                                                               {"scan.web", "application/json"},
                                                                               {"scan.mail", "application/json"},
                                                                               {"security.txt", "text/plain"},
                                                                               {"policy", "application/pdf"},
                                                                               {"exercise.report", "application/pdf"}}};

// Some of the evidence is published by its digest, so that the ledger knows its age: what is said months before an assessment is old by
// then.
Result<void> publish_evidence(Chronicle& chronicle, const Organisation& o, const catalog::Catalog& catalog, bool early) {
  Chance chance(chronicle.seed(), fmt::format("evidence of {} at {}", o.id(), chronicle.now_text()));
  for (const Row& row : drawn_rows(chronicle, o, catalog)) {
    if (row.evidence.empty() || !chance.percent(early ? 2 : 8)) continue;
    const auto& [kind, media_type] = chance.pick(kKinds);
    Json predicate{{"organisation", id_json(o.id())},
                   {"document", digest_json(row.evidence[0])},
                   {"kind", kind},
                   {"media_type", media_type},
                   {"controls", {row.control->id.str()}},
                   {"collected_at", format_time(chronicle.now() - hours(chance.between(1, 20)))}};
    if (chance.percent(30)) predicate["url"] = fmt::format("https://{}/evidence/{}", o.domain(), row.evidence[0].hex().substr(0, 12));
    ENTENTE_CHECK(chronicle.say(Kind::evidence, std::move(predicate), {o.key}));
  }
  return {};
}

Result<void> assess(Chronicle& chronicle, Organisation& o, const catalog::Catalog& catalog) {
  const std::string topic = fmt::format("assessment {} of {}", o.assessments, o.id());
  Chance chance(chronicle.seed(), topic);
  const std::vector<Row> rows = drawn_rows(chronicle, o, catalog);
  Json predicate{{"document", digest_json(chronicle.stand_in(topic))}, {"bundle", digest_json(chronicle.stand_in(topic + ", bundle"))}};
  predicate["catalog"] = {{"version", catalog.version()}, {"sha256", catalog.digest().hex()}};
  predicate["tool"] = {{"name", "entente"}, {"version", version()}};
  predicate["organisation"] = {{"id", o.id()}, {"name", o.identity.name}};
  predicate["principles"] = figures_json(rows);
  for (const Row& row : rows) predicate["controls"].push_back(row_json(row));
  o.assessed_by_itself = (!o.imported || o.claims) && chance.percent(45);
  ENTENTE_TRY(o.assessment, chronicle.say(Kind::assessment, std::move(predicate),
                                          {o.assessed_by_itself ? o.key : assessor(static_cast<int>(chance.between(1, 2)))}));
  ++o.assessments;
  return {};
}

void plan_assessed(Chronicle& chronicle, const Member& o, const catalog::Catalog& catalog) {
  Chance chance(chronicle.seed(), "assessments of " + o->id());
  const Instant earliest = std::max(o->joined + days(40), moment(2023, 2, 1));
  // Most are fresh, some fade, a few are of last year.
  const std::uint64_t draw = chance.below(100);
  Instant t = the_end() -
              days(draw < 60   ? chance.between(2, 5)
                   : draw < 85 ? chance.between(8, 60)
                               : chance.between(90, 400)) -
              hours(chance.between(1, 12));
  if (t < earliest) t = the_end() - days(2) - hours(chance.between(1, 12));
  const std::int64_t wanted = o->quality == Quality::good ? chance.between(2, 4) : chance.between(1, 3);
  for (std::int64_t n = 0; n < wanted && t > earliest; ++n, t -= days(chance.between(150, 360))) {
    const bool early = chance.percent(35) && t - days(100) > o->joined + days(25);
    chronicle.plan(t, [&chronicle, o, &catalog] { return assess(chronicle, *o, catalog); });
    if (o->imported && !o->claims) continue;
    chronicle.plan(t - hours(30), [&chronicle, o, &catalog] { return publish_evidence(chronicle, *o, catalog, false); });
    // Before the assessment it is for, but after the one before: the evidence is of that time.
    if (early) chronicle.plan(t - days(100), [&chronicle, o, &catalog] { return publish_evidence(chronicle, *o, catalog, true); });
  }
}

// ---- disputes and reviews

constexpr std::array<std::string_view, 4> kDisputed{
    "The scan met a host that left us last year.", "The report was read before its annex was added.",
    "The component was replaced before the assessment.", "Another organisation of a like name was measured."};

// The first row of the latest assessment that could be disputed.
std::optional<catalog::ControlId> disputable(const Chronicle& chronicle, const Organisation& o, std::size_t number) {
  if (!o.assessment) return std::nullopt;
  std::vector<catalog::ControlId> found;
  for (const registry::AssessedControl& c : chronicle.state().assessments().at(*o.assessment).controls)
    if (c.status == Status::not_satisfied || c.status == Status::partial) found.push_back(c.control);
  if (found.empty()) return std::nullopt;
  return found[number % found.size()];
}

Result<Digest> dispute(Chronicle& chronicle, const Organisation& o, catalog::ControlId control, std::size_t number) {
  Json predicate{{"organisation", id_json(o.id())},
                 {"assessment", digest_json(*o.assessment)},
                 {"control", control.str()},
                 {"reason", kDisputed.at(number % kDisputed.size())},
                 {"evidence", {chronicle.stand_in(fmt::format("objection {} of {}", number, o.id())).hex()}}};
  // Who assessed does not dispute: then the monitor does.
  if (!o.assessed_by_itself) predicate["by"] = id_json(o.id());
  return chronicle.say(Kind::finding_dispute, std::move(predicate), {o.assessed_by_itself ? std::string(kMonitor) : o.key});
}

enum class Outcome { open, upheld, rejected };

void plan_dispute(Chronicle& chronicle, const Member& o, std::size_t number, Instant at, Outcome outcome) {
  const auto digest = std::make_shared<std::optional<Digest>>();
  chronicle.plan(at, [&chronicle, o, number, digest]() -> Result<void> {
    const auto control = disputable(chronicle, *o, number);
    if (!control || chronicle.state().assessments().at(*o->assessment).at > chronicle.now()) return {};
    ENTENTE_TRY(*digest, dispute(chronicle, *o, *control, number));
    return {};
  });
  if (outcome == Outcome::open) return;
  chronicle.plan(at + hours(12 + static_cast<int>(number)), [&chronicle, o, digest, outcome]() -> Result<void> {
    if (!*digest) return {};
    ENTENTE_CHECK(chronicle.say(Kind::dispute_decision,
                                {{"dispute", digest_json(**digest)},
                                 {"organisation", id_json(o->id())},
                                 {"decision", outcome == Outcome::upheld ? "upheld" : "rejected"},
                                 {"reason", outcome == Outcome::upheld ? "What was brought forward shows it."
                                                                       : "What was brought forward does not change the finding."}},
                                {officer(2)}));
    return {};
  });
}

Result<void> review(Chronicle& chronicle, const Organisation& reviewed, const Organisation& reviewer, const catalog::Catalog& catalog) {
  const std::string topic = fmt::format("review of {} by {}", reviewed.id(), reviewer.id());
  Chance chance(chronicle.seed(), topic);
  Json predicate{{"organisation", id_json(reviewed.id())},
                 {"reviewer", id_json(reviewer.id())},
                 {"report", digest_json(chronicle.stand_in(topic))},
                 {"url", fmt::format("https://{}/reviews/{}", reviewer.domain(), reviewed.id())}};
  if (reviewed.assessment) predicate["assessment"] = digest_json(*reviewed.assessment);
  const std::int64_t principle = chance.between(1, 9);
  for (const catalog::Control& control : catalog.controls())
    if (control.id.principle() == static_cast<unsigned>(principle)) predicate["controls"].push_back(control.id.str());
  if (chance.percent(50)) predicate["answer"] = digest_json(chronicle.stand_in(topic + ", answer"));
  ENTENTE_CHECK(chronicle.say(Kind::peer_review, std::move(predicate), {reviewer.key}));
  return {};
}

// How many of a group of category and nature are assessed: three in four, and at least five where there are so many.
std::size_t assessed_of(std::size_t members) { return std::min(members, std::max<std::size_t>(5, members * 3 / 4)); }

}  // namespace

void plan_assessments(Chronicle& chronicle, const catalog::Catalog& catalog, const Members& members) {
  std::map<std::pair<int, std::string>, Members> groups;
  for (const Member& o : members) groups[{static_cast<int>(*o->identity.category), o->identity.nature}].push_back(o);
  Members assessed;
  for (const auto& [group, of_group] : groups) {
    const std::size_t wanted = assessed_of(of_group.size());
    // Spread over the years of joining.
    for (std::size_t i = 0; i < of_group.size(); ++i)
      if ((i + 1) * wanted / of_group.size() > i * wanted / of_group.size()) assessed.push_back(of_group[i]);
  }
  for (const Member& o : assessed) plan_assessed(chronicle, o, catalog);
  for (std::size_t n = 0; n < 15; ++n) {
    const Member o = assessed.at((7 * n + 2) % assessed.size());
    if (o->imported && !o->claims) continue;
    const Outcome outcome = n % 5 == 4 ? Outcome::open : n % 2 == 0 ? Outcome::upheld : Outcome::rejected;
    // Most after the latest assessments; some of earlier weeks, of which one that stays open is late by now.
    const Instant at =
        n < 9 ? moment(2026, 11, 26, 12) + hours(3 * static_cast<int>(n)) : moment(2026, 10, 2) + days(3 * static_cast<int>(n - 9));
    plan_dispute(chronicle, o, n, at, outcome);
  }
  for (std::size_t n = 0; n < 14; ++n) {
    const Member reviewed = assessed.at((11 * n + 5) % assessed.size()), reviewer = assessed.at((13 * n + 1) % assessed.size());
    if (reviewed == reviewer || (reviewer->imported && !reviewer->claims)) continue;
    chronicle.plan(moment(2026, 8, 3) + days(7 * static_cast<int>(n)), [&chronicle, &catalog, reviewed, reviewer]() -> Result<void> {
      const registry::Supporter* by = chronicle.state().supporter(reviewer->id());
      const registry::Supporter* of = chronicle.state().supporter(reviewed->id());
      if (by == nullptr || of == nullptr || by->status != registry::Status::approved || of->status != registry::Status::approved) return {};
      return review(chronicle, *reviewed, *reviewer, catalog);
    });
  }
}

}  // namespace entente::example
