// Judges a bundle, in three passes. First every engine that has evidence of its kinds runs, all in parallel, each writing to its own slot.
// Then, in one thread and in the catalogue's order, each control is decided by the rules of docs/judging.md: not applicable, attested,
// measured, or not assessed and why. Last the index is computed and the document written. Nothing here asks the clock, the network or
// the number of threads, so the bytes of the document depend on bundle, catalogue, version and instant alone.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "assess/assess.h"
#include "assess/attestation.h"
#include "assess/guidance.h"
#include "assess/words.h"
#include "core/parallel.h"
#include "core/utf8.h"
#include "core/version.h"
#include "measures/all.h"

namespace entente::assess {

using catalog::Control;
using catalog::ControlId;
using catalog::EvidenceClass;
using catalog::Finding;
using catalog::Judgement;
using catalog::Profile;
using catalog::Status;
using catalog::Text;
using evidence::Bundle;
using evidence::Evidence;

namespace {

struct Measured {
  std::string engine;
  Finding finding;
};
using MeasuredByControl = std::map<ControlId, Measured>;

Result<Profile> read_profile(const Bundle& bundle) {
  const auto profiles = bundle.of_kind("profile");
  if (profiles.size() != 1) {
    return fail(fmt::format("the bundle holds {} profiles, one is needed", profiles.size()), {.file = bundle.folder().string()},
                "make the bundle with `entente assess org.toml`");
  }
  ENTENTE_TRY(const auto text, bundle.read(*profiles[0]));
  return Profile::parse(text, profiles[0]->path);
}

bool has_evidence_for(const measures::Measure& measure, const Bundle& bundle) {
  const auto kinds = measure.evidence_kinds();
  return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) { return kind != "profile" && !bundle.of_kind(kind).empty(); });
}

// A finding for a control the engine never claimed, or for one another engine has judged, is a fault of the program: better an
// error than an assessment that depends on the order of a table.
Result<void> take(const measures::Measure& measure, std::vector<Finding> findings, MeasuredByControl& out) {
  const auto controls = measure.controls();
  for (Finding& finding : findings) {
    const std::string id = finding.control.str();
    if (std::find(controls.begin(), controls.end(), finding.control) == controls.end()) {
      return fail(fmt::format("engine \"{}\" judged {}, which it does not claim to measure", measure.name(), id));
    }
    const ControlId key = finding.control;
    if (!out.emplace(key, Measured{std::string(measure.name()), std::move(finding)}).second)
      return fail(fmt::format("{} was judged twice", id));
  }
  return {};
}

Result<MeasuredByControl> measure_all(const Profile& profile, const Bundle& bundle, Instant at, Progress& progress) {
  std::vector<const measures::Measure*> running;
  for (const measures::Measure* measure : measures::all()) {
    if (has_evidence_for(*measure, bundle)) running.push_back(measure);
  }
  std::vector<Result<std::vector<Finding>>> results(running.size(), std::vector<Finding>{});
  parallel_for(running.size(), [&](std::size_t i) { results[i] = running[i]->assess(profile, bundle, at, progress); });
  MeasuredByControl out;
  for (std::size_t i = 0; i < running.size(); ++i) {
    if (!results[i]) {
      Error error = std::move(results[i]).error();
      error.what = fmt::format("engine \"{}\": {}", running[i]->name(), error.what);
      return fail(std::move(error));
    }
    ENTENTE_CHECK(take(*running[i], std::move(*results[i]), out));
  }
  return out;
}

// Decides one control after another.
class Judge {
 public:
  Judge(const Profile& profile, const Bundle& bundle, Instant at, MeasuredByControl measured)
      : profile_(profile), bundle_(bundle), at_(at), measured_(std::move(measured)) {
    for (const Evidence& entry : bundle.entries()) {
      const auto [it, added] = by_digest_.emplace(entry.sha256, &entry);
      // The same bytes under two names count as old as the older.
      if (!added && entry.collected_at < it->second->collected_at) it->second = &entry;
    }
  }

  Result<void> control(const Control& control, Outcome& out) {
    Judgement judgement;
    judgement.control = control.id;
    judgement.finding.control = control.id;
    judgement.evidence_class = control.evidence_class;
    judgement.weight = catalog::index_weight(control.evidence_class);
    notes_ = Json::array();
    reason_ = {};
    next_ = {};
    summary_ = {};
    fix_ = {};
    ENTENTE_CHECK(decide(control, judgement));
    if (!summary_.en.empty()) out.summaries.emplace(control.id, summary_);
    if (!fix_.en.empty()) out.fixes.emplace(control.id, fix_);
    Json& detail = judgement.finding.detail;
    if (!detail.is_object()) detail = Json{{"value", std::move(detail)}};
    if (!notes_.empty()) detail["ignored"] = notes_;
    judgement.finding.status = judgement.status;
    if (judgement.status == Status::not_applicable || judgement.status == Status::not_assessed) {
      judgement.reason = reason_.en;
      out.reasons.emplace(control.id, reason_);
    }
    if (judgement.status == Status::not_assessed) {
      if (next_.en.empty()) next_ = how_to_assess(control, engine_for(control.id, bundle_));
      out.next.emplace(control.id, next_);
    }
    move_rows(judgement, out);
    out.assessment.judgements.push_back(std::move(judgement));
    return {};
  }

 private:
  Result<void> decide(const Control& control, Judgement& judgement) {
    if (not_applicable(control, judgement)) return {};
    const bool attested = from_attestations(control, judgement);
    const auto found = measured_.find(control.id);
    if (!attested && found != measured_.end()) return from_measure(control, found->second, judgement);
    if (!attested) {
      judgement.status = Status::not_assessed;
      if (reason_.en.empty()) reason_ = why_not_assessed(control, engine_for(control.id, bundle_));
    }
    return {};
  }

  bool not_applicable(const Control& control, Judgement& judgement) {
    if (!control.applies_to(profile_.roles)) {
      const std::string theirs = joined(control.roles);
      const std::string ours = joined(profile_.roles);
      reason_ = {fmt::format("role: applies to {}; the organisation is {}", theirs, ours),
                 fmt::format("rôle : s’applique à {} ; l’organisation est {}", theirs, ours)};
      judgement.status = Status::not_applicable;
      judgement.engine = "profile";
      return true;
    }
    const auto claim = std::find_if(profile_.not_applicable.begin(), profile_.not_applicable.end(),
                                    [&](const catalog::NotApplicable& n) { return n.control == control.id; });
    if (claim == profile_.not_applicable.end()) return false;
    if (control.not_applicable.en == "never") {
      ignore("not-applicable", claim->reason, "the catalogue allows no exclusion of this control");
      reason_ = {"declared not applicable, but the catalogue allows no exclusion of this control",
                 "déclaré non applicable, mais le catalogue n’admet aucune exclusion de ce contrôle"};
      return false;
    }
    reason_ = {fmt::format("declared: {}", claim->reason), fmt::format("déclaré : {}", claim->reason)};
    judgement.status = Status::not_applicable;
    judgement.engine = "profile";
    return true;
  }

  void ignore(std::string_view what, std::string_view claim, std::string_view why) {
    notes_.push_back(Json{{"what", what}, {"claim", claim}, {"why", why}});
  }

  // Of several accepted attestations the newest holds; on one day the lower claim. True if one decided the control.
  bool from_attestations(const Control& control, Judgement& judgement) {
    const catalog::Attestation* best = nullptr;
    AttestationVerdict best_verdict;
    for (const auto& attestation : profile_.attestations) {
      if (attestation.control != control.id) continue;
      AttestationVerdict verdict = check_attestation(profile_, attestation, control, bundle_, at_);
      if (!verdict.accepted) {
        ignore("attestation", attestation.text.empty() ? attestation.file_path : attestation.text, verdict.reason.en);
        if (reason_.en.empty()) reason_ = std::move(verdict.reason);
        continue;
      }
      const bool better =
          best == nullptr || attestation.date > best->date || (attestation.date == best->date && attestation.claims > best->claims);
      if (better) {
        best = &attestation;
        best_verdict = std::move(verdict);
      }
    }
    if (best == nullptr) return false;
    use_attestation(control, *best, best_verdict, judgement);
    return true;
  }

  void use_attestation(const Control& control, const catalog::Attestation& attestation, const AttestationVerdict& verdict,
                       Judgement& judgement) {
    judgement.status = attestation.claims;
    judgement.engine = "attestation";
    judgement.evidence_from = attestation.date;
    const bool declared = control.evidence_class == EvidenceClass::declared;
    const std::string who = verdict.attester.empty() ? "the organisation" : verdict.attester;
    const std::string date = format_date(attestation.date);
    const std::string said = attestation.text.empty() ? attestation.file_path : printable(attestation.text, 240);
    summary_ = {
        fmt::format("{} by {} on {}: {}. {}", declared ? "Declared" : "Attested", who, date, catalog::to_string(attestation.claims), said),
        fmt::format("{} par {} le {} : {}. {}", declared ? "Déclaré" : "Attesté",
                    verdict.attester.empty() ? "l’organisation" : verdict.attester, date,
                    status_word(attestation.claims, catalog::Language::fr), said)};
    judgement.summary = summary_.en;
    Json& detail = judgement.finding.detail;
    detail["attested_by"] = who;
    detail["attester_key"] = attestation.attester.empty() ? Json(nullptr) : Json(attestation.attester);
    detail["signed"] = !attestation.signature.empty();
    detail["date"] = format_date(attestation.date);
    detail["claims"] = catalog::to_string(attestation.claims);
    if (!attestation.text.empty()) detail["text"] = attestation.text;
    if (attestation.file) {
      detail["file_digest"] = attestation.file->str();
      detail["file_in_bundle"] = verdict.files.empty() ? Json(nullptr) : Json(verdict.files.front()->path);
      judgement.finding.evidence.push_back(*attestation.file);
    }
    if (attestation.claims != Status::partial) return;
    using catalog::Language;
    fix_ = {fmt::format("to be satisfied: {} (test: {})", control.satisfied.en, control.test.en),
            fmt::format("pour être satisfait : {} (test : {})", control.satisfied.in(Language::fr), control.test.in(Language::fr))};
    judgement.finding.fix = fix_.en;
  }

  Result<void> from_measure(const Control& control, const Measured& measured, Judgement& judgement) {
    judgement.finding = measured.finding;
    judgement.engine = measured.engine;
    judgement.status = measured.finding.status;
    judgement.summary = measured.finding.summary;
    reason_ = {};
    if (judgement.status == Status::not_applicable || judgement.status == Status::not_assessed) {
      reason_ = {measured.finding.summary, measured.finding.summary};
      next_ = {measured.finding.fix, measured.finding.fix};
    }
    ENTENTE_TRY(auto unusable, unusable_evidence(control, measured, judgement));
    if (!unusable) return {};
    judgement.status = Status::not_assessed;
    judgement.finding.detail["measured_but_not_used"] = catalog::to_string(measured.finding.status);
    reason_ = std::move(*unusable);
    next_ = {fmt::format("collect the evidence again and give its new date ({})", control.evidence.in(catalog::Language::en)),
             fmt::format("recueillir de nouveau la preuve et donner sa nouvelle date ({})", control.evidence.in(catalog::Language::fr))};
    return {};
  }

  // A piece of evidence with the date that counts: when it was collected or, if it says so itself, of when it is, whichever is older.
  // A catalogue of last year does not become new by being fetched again.
  struct Dated {
    const Evidence* evidence = nullptr;
    Instant date;

    [[nodiscard]] bool by_itself() const { return date < evidence->collected_at; }
  };

  Result<std::optional<Dated>> dated(const Measured& measured, const Digest& digest) const {
    const auto it = by_digest_.find(digest);
    if (it == by_digest_.end())
      return fail(fmt::format("engine \"{}\" names evidence that is not in the bundle: {}", measured.engine, digest.str()));
    if (it->second->kind == "profile") return std::nullopt;  // a claim, not evidence with an age
    Dated out{it->second, it->second->collected_at};
    for (const auto& [of, date] : measured.finding.own_dates)
      if (of == digest) out.date = std::min(out.date, date);
    return out;
  }

  static Text too_old(const Dated& oldest, std::int64_t age, const Control& control) {
    const std::string& path = oldest.evidence->path;
    if (oldest.by_itself()) {
      const std::string collected = format_date(oldest.evidence->collected_at);
      return {fmt::format("evidence of {} by its own date is {} days old, limit {} ({}, collected on {})", format_date(oldest.date), age,
                          control.max_age_days, path, collected),
              fmt::format("une preuve datée elle-même du {} a {} jours, limite {} ({}, recueillie le {})", format_date(oldest.date), age,
                          control.max_age_days, path, collected)};
    }
    return {fmt::format("evidence of {} is {} days old, limit {} ({})", format_date(oldest.date), age, control.max_age_days, path),
            fmt::format("une preuve du {} a {} jours, limite {} ({})", format_date(oldest.date), age, control.max_age_days, path)};
  }

  // Why the evidence behind a finding cannot carry it: none named, from the future, or too old. The oldest piece decides the age: a
  // finding is as stale as the stalest thing it rests on.
  Result<std::optional<Text>> unusable_evidence(const Control& control, const Measured& measured, Judgement& judgement) {
    std::optional<Dated> oldest;
    const Evidence* newest = nullptr;
    for (const Digest& digest : measured.finding.evidence) {
      ENTENTE_TRY(const std::optional<Dated> one, dated(measured, digest));
      if (!one) continue;
      if (!oldest || one->date < oldest->date) oldest = one;
      if (newest == nullptr || one->evidence->collected_at > newest->collected_at) newest = one->evidence;
    }
    const bool good = measured.finding.status == Status::satisfied || measured.finding.status == Status::partial;
    if (!oldest) {
      if (!good) return std::nullopt;
      return Text{"the engine named no evidence for its finding", "le moteur n’a nommé aucune preuve à l’appui de son constat"};
    }
    judgement.evidence_from = oldest->date;
    if (newest->collected_at > at_) {
      return Text{
          fmt::format("evidence of {} lies in the future at {} ({})", format_time(newest->collected_at), format_time(at_), newest->path),
          fmt::format("une preuve du {} est postérieure au {} ({})", format_time(newest->collected_at), format_time(at_), newest->path)};
    }
    const std::int64_t age = days_between(oldest->date, at_);
    if (age > static_cast<std::int64_t>(control.max_age_days)) return too_old(*oldest, age, control);
    return std::nullopt;
  }

  static void move_rows(Judgement& judgement, Outcome& out) {
    auto& rows = judgement.finding.rows;
    judgement.rows_count = rows.size();
    if (rows.size() <= catalog::kInlineRows) return;
    std::string lines;
    for (const Json& row : rows) lines += json_compact(row) + "\n";
    judgement.rows_path = fmt::format("rows/{}.jsonl", judgement.control.str());
    judgement.rows_digest = sha256(lines);
    out.side_files.emplace(judgement.rows_path, std::move(lines));
    rows.resize(catalog::kInlineRows);
  }

  const Profile& profile_;
  const Bundle& bundle_;
  const Instant at_;
  MeasuredByControl measured_;
  std::unordered_map<Digest, const Evidence*> by_digest_;
  // Of the control in hand:
  Json notes_;
  Text reason_;
  Text next_;
  Text summary_, fix_;  // where the judge writes them
};

}  // namespace

Result<Outcome> judge(const Bundle& bundle, const catalog::Catalog& catalog, Instant at, Progress& progress) {
  progress.step("judging");
  Outcome out;
  ENTENTE_TRY(out.assessment.profile, read_profile(bundle));
  out.assessment.tool_version = version();
  out.assessment.catalog_version = catalog.version();
  out.assessment.data_digest = catalog.digest();
  out.assessment.bundle_digest = bundle.digest();
  out.assessment.at = at;
  for (const Evidence& entry : bundle.entries()) out.evidence_paths.emplace(entry.sha256, entry.path);
  ENTENTE_TRY(auto measured, measure_all(out.assessment.profile, bundle, at, progress));
  Judge judge(out.assessment.profile, bundle, at, std::move(measured));
  for (const Control& control : catalog.controls()) ENTENTE_CHECK(judge.control(control, out));
  out.assessment.principles = catalog::score(out.assessment.judgements);
  out.document = json_pretty(catalog::to_json(out.assessment, catalog));
  return out;
}

std::vector<const Judgement*> to_fix(const Outcome& outcome) {
  std::vector<const Judgement*> out;
  for (const Judgement& j : outcome.assessment.judgements) {
    if (j.status == Status::not_satisfied || j.status == Status::partial) out.push_back(&j);
  }
  std::stable_sort(out.begin(), out.end(), [](const Judgement* a, const Judgement* b) {
    if (a->status != b->status) return a->status == Status::not_satisfied;
    return a->weight > b->weight;
  });
  return out;
}

}  // namespace entente::assess
