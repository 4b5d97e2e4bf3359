// Evidence, assessments, and what others say of them: disputes, decisions, peer reviews. An assessment must carry one row a control, and
// the figures of its principles must be what those rows give, so that the index can be recomputed from the ledger alone. Nobody decides
// in a matter of their own.
#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "catalog/assessment.h"
#include "registry/state_impl.h"

namespace entente::registry {
namespace {

std::vector<catalog::ControlId> read_controls(JsonView predicate) {
  std::vector<catalog::ControlId> out;
  if (const auto list = json_array(predicate, "controls"))
    for (const JsonView item : *list)
      if (const auto id = catalog::ControlId::parse(as_string(item).value_or(""))) out.push_back(*id);
  return out;
}

AssessedControl read_row(JsonView item) {
  AssessedControl out;
  out.control = catalog::ControlId::parse(json_string(item, "control").value_or("")).value_or(catalog::ControlId());
  out.status = catalog::parse_status(json_string(item, "status").value_or("")).value_or(catalog::Status::not_assessed);
  out.evidence_class = catalog::parse_evidence_class(json_string(item, "class").value_or("")).value_or(catalog::EvidenceClass::declared);
  out.weight = json_number(item, "weight").value_or(0);
  out.reason = json_string(item, "reason").value_or("");
  if (const auto list = json_array(item, "evidence"))
    for (const JsonView digest : *list) out.evidence.push_back(Digest::from_hex(as_string(digest).value_or("")).value_or(Digest{}));
  out.evidence_count = static_cast<std::uint32_t>(out.evidence.size());
  if (const auto list = json_get(item, "evidence_list")) {
    out.evidence_count = static_cast<std::uint32_t>(json_int(*list, "count").value_or(0));
    out.evidence_list = Digest::from_hex(json_string(*list, "sha256").value_or("")).value_or(Digest{});
  }
  return out;
}

std::vector<AssessedControl> read_rows(JsonView predicate) {
  std::vector<AssessedControl> out;
  if (const auto list = json_array(predicate, "controls"))
    for (const JsonView item : *list) out.push_back(read_row(item));
  return out;
}

Verdict judge_rows(const std::vector<AssessedControl>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0 && !(rows[i - 1].control < rows[i].control))
      return reject(Code::not_allowed, "controls stand once each, in order of their ids", fmt::format("/predicate/controls/{}/control", i));
    if (rows[i].weight != 0 && rows[i].weight != catalog::index_weight(rows[i].evidence_class))
      return reject(Code::not_allowed,
                    fmt::format("class {} counts {} or nothing", catalog::letter(rows[i].evidence_class),
                                catalog::index_weight(rows[i].evidence_class)),
                    fmt::format("/predicate/controls/{}/weight", i));
  }
  return {};
}

// Figures are written with six decimals.
bool same_figure(double a, double b) { return std::abs(a - b) <= 1e-6; }

Verdict judge_principle(JsonView row, const catalog::PrincipleScore& made) {
  const std::string pointer = fmt::format("/predicate/principles/{}", made.principle);
  const auto wrong = [&](std::string_view member) {
    return reject(Code::not_allowed, fmt::format("\"{}\" of principle {} is not what the rows of controls give", member, made.principle),
                  fmt::format("{}/{}", pointer, member), "the figures are computed from the rows (docs/assessment.md)");
  };
  const auto counts = json_get(row, "counts");
  for (std::size_t s = 0; s < made.count.size(); ++s)
    if (!counts || json_int(*counts, catalog::to_string(static_cast<catalog::Status>(s))) != static_cast<std::int64_t>(made.count[s]))
      return wrong("counts");
  const auto score = json_number(row, "score");
  if (score.has_value() != made.score.has_value() || (score && !same_figure(*score, *made.score))) return wrong("score");
  if (!same_figure(json_number(row, "coverage").value_or(-1), made.coverage)) return wrong("coverage");
  if (!same_figure(json_number(row, "low").value_or(-1), made.low)) return wrong("low");
  if (!same_figure(json_number(row, "high").value_or(-1), made.high)) return wrong("high");
  if (json_string(row, "tier") != std::string_view(&made.tier, 1)) return wrong("tier");
  return {};
}

Verdict judge_figures(JsonView predicate, const std::vector<AssessedControl>& rows) {
  std::vector<catalog::Judgement> judgements;
  judgements.reserve(rows.size());
  for (const AssessedControl& row : rows) {
    catalog::Judgement j;
    j.control = row.control;
    j.status = row.status;
    j.evidence_class = row.evidence_class;
    j.weight = row.weight;
    judgements.push_back(std::move(j));
  }
  const auto scores = catalog::score(judgements);
  const auto list = json_array(predicate, "principles");
  std::size_t n = 0;
  if (list)
    for (const JsonView row : *list) {
      if (n == scores.size()) break;
      ENTENTE_JUDGE(judge_principle(row, scores[n++]));
    }
  return {};
}

const Assessment* find_assessment(const State::Impl& state, const Digest& envelope) {
  const auto it = state.assessments.find(envelope);
  return it == state.assessments.end() ? nullptr : &it->second;
}

// Persons behind the signatures, whatever the roles of their keys.
std::set<std::string> persons_behind(const State::Impl& state, const Reading& reading) {
  std::set<std::string> out;
  for (const Signer& signer : reading.signers)
    if (const KnownKey* known = state.known_of(signer); known != nullptr && !known->person.empty()) out.insert(known->person);
  return out;
}

bool has_open_dispute(const State::Impl& state, const Dispute& like, const Supporter& supporter) {
  return std::any_of(supporter.detail().disputes.begin(), supporter.detail().disputes.end(), [&](const Digest& digest) {
    const Dispute& d = state.disputes.at(digest);
    return d.state == DisputeState::open && d.assessment == like.assessment && d.control == like.control && d.by == like.by &&
           d.by_person == like.by_person;
  });
}

Dispute read_dispute(const State::Impl& state, const Reading& reading) {
  Dispute out{.leaf = reading.leaf,
              .envelope = reading.envelope,
              .at = reading.at,
              .supporter = reading.supporter,
              .assessment = reading.digest("assessment"),
              .control = reading.text("control"),
              .by = reading.id_of("by"),
              .reason = reading.text("reason")};
  if (const auto persons = persons_behind(state, reading); out.by.empty() && !persons.empty()) out.by_person = *persons.begin();
  return out;
}

}  // namespace

Verdict judge_evidence(const State::Impl& state, const Reading& reading) {
  const auto supporter = want_supporter(state, reading.supporter, "/predicate/organisation/id", {Status::approved});
  if (!supporter) return tl::unexpected(supporter.error());
  ENTENTE_JUDGE(signed_by_supporter(state, reading, **supporter));
  if (reading.time_of("collected_at") > reading.at)
    return reject(Code::not_allowed, "collected after it was signed", "/predicate/collected_at");
  return want_order(reading, (*supporter)->last_own, "the last statement of this supporter");
}

void effect_evidence(State::Impl& /*state*/, const Reading& reading, Effects& effects) {
  Supporter& supporter = effects.changed(reading.supporter);
  supporter.last_own = reading.at;
  supporter.edit().evidence.push_back({.leaf = reading.leaf,
                                       .at = reading.at,
                                       .document = reading.digest("document"),
                                       .kind = reading.text("kind"),
                                       .media_type = reading.text("media_type"),
                                       .url = reading.text("url"),
                                       .controls = read_controls(reading.predicate())});
}

Verdict judge_assessment(const State::Impl& state, const Reading& reading) {
  const auto supporter = want_supporter(state, reading.supporter, "/predicate/organisation/id", {Status::approved, Status::imported});
  if (!supporter) return tl::unexpected(supporter.error());
  if (!is_own_signer(state, reading, **supporter))
    ENTENTE_JUDGE(signed_by_role(state, reading, {Role::assessor}));
  else
    ENTENTE_JUDGE(signed_by_supporter(state, reading, **supporter));
  if (reading.signers.size() != 1) return reject(Code::not_entitled, "one key answers for an assessment", "/signatures/1");
  if ((*supporter)->detail().assessment && reading.at <= state.assessments.at(*(*supporter)->detail().assessment).at)
    return reject(Code::out_of_order, "a later assessment is in the ledger", "/predicate/at");
  const auto rows = read_rows(reading.predicate());
  ENTENTE_JUDGE(judge_rows(rows));
  return judge_figures(reading.predicate(), rows);
}

void effect_assessment(State::Impl& state, const Reading& reading, Effects& effects) {
  Supporter& supporter = effects.changed(reading.supporter);
  Assessment made{.leaf = reading.leaf,
                  .envelope = reading.envelope,
                  .supporter = reading.supporter,
                  .at = reading.at,
                  .document = reading.digest("document"),
                  .bundle = reading.digest("bundle"),
                  .catalog = reading.digest("catalog"),
                  .signer = reading.signers.front().keyid(),
                  .controls = read_rows(reading.predicate())};
  if (const auto catalog = json_get(reading.predicate(), "catalog")) made.catalog_version = json_string(*catalog, "version").value_or("");
  if (const auto persons = persons_behind(state, reading); !persons.empty()) made.person = *persons.begin();
  SupporterDetail& detail = supporter.edit();
  if (detail.assessment) effects.disposition(state.assessments.at(*detail.assessment).leaf, Disposition::superseded);
  detail.assessment = reading.envelope;
  detail.assessments.push_back(reading.leaf);
  state.assessments.insert_or_assign(reading.envelope, std::move(made));
  effects.touch(Table::assessments);
}

Verdict judge_finding_dispute(const State::Impl& state, const Reading& reading) {
  const auto supporter = want_supporter(state, reading.supporter, "/predicate/organisation/id", {Status::approved, Status::imported});
  if (!supporter) return tl::unexpected(supporter.error());
  const Dispute dispute = read_dispute(state, reading);
  if (dispute.by.empty()) {
    ENTENTE_JUDGE(signed_by_role(state, reading, {Role::assessor, Role::monitor}));
    if (persons_behind(state, reading).size() != 1) return reject(Code::not_entitled, "one person answers for a dispute", "/signatures");
  } else {
    const auto by = want_supporter(state, dispute.by, "/predicate/by/id", {Status::approved});
    if (!by) return tl::unexpected(by.error());
    ENTENTE_JUDGE(signed_by_supporter(state, reading, **by));
    ENTENTE_JUDGE(want_order(reading, (*by)->last_own, "the last statement of this supporter"));
  }
  const Assessment* assessment = find_assessment(state, dispute.assessment);
  if (assessment == nullptr || assessment->supporter != reading.supporter)
    return reject(Code::no_such_statement, fmt::format("no assessment of \"{}\" has this digest", reading.supporter),
                  "/predicate/assessment/sha256");
  const bool judged = std::any_of(assessment->controls.begin(), assessment->controls.end(),
                                  [&](const AssessedControl& c) { return c.control.str() == dispute.control; });
  if (!judged)
    return reject(Code::no_such_statement, fmt::format("the assessment has no row for {}", dispute.control), "/predicate/control");
  const auto persons = persons_behind(state, reading);
  if (!assessment->person.empty() && persons.contains(assessment->person))
    return reject(Code::interest, "whoever assessed does not dispute the same assessment", "/signatures", "publish a new assessment");
  if (has_open_dispute(state, dispute, **supporter))
    return reject(Code::wrong_status, "this dispute is open already", "/predicate/control");
  return {};
}

void effect_finding_dispute(State::Impl& state, const Reading& reading, Effects& effects) {
  Dispute dispute = read_dispute(state, reading);
  if (!dispute.by.empty()) effects.changed(dispute.by).last_own = reading.at;
  effects.changed(reading.supporter).edit().disputes.push_back(reading.envelope);
  state.disputes.insert_or_assign(reading.envelope, std::move(dispute));
  effects.touch(Table::disputes);
}

Verdict judge_dispute_decision(const State::Impl& state, const Reading& reading) {
  ENTENTE_JUDGE(signed_by_role(state, reading, {Role::secretariat, Role::assessor}));
  const auto it = state.disputes.find(reading.digest("dispute"));
  if (it == state.disputes.end() || it->second.supporter != reading.supporter)
    return reject(Code::no_such_statement, fmt::format("no dispute about \"{}\" has this digest", reading.supporter),
                  "/predicate/dispute/sha256");
  const Dispute& dispute = it->second;
  if (dispute.state != DisputeState::open)
    return reject(Code::wrong_status, fmt::format("the dispute was decided: {}", name(dispute.state)), "/predicate/dispute/sha256");
  const Assessment& assessment = state.assessments.at(dispute.assessment);
  for (const std::string& person : persons_behind(state, reading))
    if (person == assessment.person || person == dispute.by_person)
      return reject(Code::interest,
                    fmt::format("{} {}", person, person == assessment.person ? "made the assessment" : "raised the dispute"), "/signatures",
                    "somebody else decides");
  return want_order(reading, dispute.at, "the dispute");
}

void effect_dispute_decision(State::Impl& state, const Reading& reading, Effects& effects) {
  Dispute& dispute = state.disputes.at(reading.digest("dispute"));
  dispute.state = reading.text("decision") == "upheld" ? DisputeState::upheld : DisputeState::rejected;
  dispute.decided = reading.leaf;
  dispute.decision_reason = reading.text("reason");
  effects.changed(reading.supporter);
  effects.touch(Table::disputes);
}

Verdict judge_peer_review(const State::Impl& state, const Reading& reading) {
  const std::string reviewer = reading.id_of("reviewer");
  const auto supporter = want_supporter(state, reading.supporter, "/predicate/organisation/id", {Status::approved, Status::imported});
  if (!supporter) return tl::unexpected(supporter.error());
  if (reviewer == reading.supporter) return reject(Code::interest, "nobody reviews themselves", "/predicate/reviewer/id");
  const auto by = want_supporter(state, reviewer, "/predicate/reviewer/id", {Status::approved});
  if (!by) return tl::unexpected(by.error());
  ENTENTE_JUDGE(signed_by_supporter(state, reading, **by));
  if (const auto digest = reading.maybe_digest("assessment")) {
    const Assessment* assessment = find_assessment(state, *digest);
    if (assessment == nullptr || assessment->supporter != reading.supporter)
      return reject(Code::no_such_statement, fmt::format("no assessment of \"{}\" has this digest", reading.supporter),
                    "/predicate/assessment/sha256");
  }
  return want_order(reading, (*by)->last_own, "the last statement of the reviewer");
}

void effect_peer_review(State::Impl& /*state*/, const Reading& reading, Effects& effects) {
  const std::string reviewer = reading.id_of("reviewer");
  effects.changed(reviewer).last_own = reading.at;
  effects.changed(reading.supporter)
      .edit()
      .reviews.push_back({.leaf = reading.leaf,
                          .envelope = reading.envelope,
                          .at = reading.at,
                          .reviewer = reviewer,
                          .assessment = reading.maybe_digest("assessment"),
                          .report = reading.digest("report"),
                          .url = reading.text("url"),
                          .controls = read_controls(reading.predicate()),
                          .answer = reading.maybe_digest("answer")});
  effects.touch(Table::assessments);
}

}  // namespace entente::registry
