// OSCAL 1.2.2 assessment results of an assessment (https://pages.nist.gov/OSCAL). Every control gives one observation: what was looked at,
// how, and with which evidence. What was judged gives a finding on the catalogue's criterion too, and what was found wanting and counts, a
// risk. A control that does not apply, was not assessed, or must not be relied on has no finding: OSCAL's target knows only satisfied and
// not-satisfied, and "unknown" is neither. UUIDs are made from names (version 5), so that the same assessment gives the same bytes.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "assess/export.h"
#include "assess/export_words.h"
#include "core/json.h"

namespace entente::assess {

using catalog::EvidenceClass;
using catalog::Status;

namespace {

constexpr std::string_view kOurNamespace = "https://entente.example/ns";

// A line as OSCAL's markup, a subset of CommonMark with insertions: what would be markup is escaped, and at the start what would make a
// list or a heading of it.
std::string markup(std::string_view text) {
  const std::string line = export_line(text);
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool anywhere = std::string_view("\\`*_[]<>&~^{}#|$").find(line[i]) != std::string_view::npos;
    const bool at_start = (i == 0 && std::string_view("-+=").find(line[i]) != std::string_view::npos) ||
                          (i == digits && i > 0 && (line[i] == '.' || line[i] == ')'));
    if (anywhere || at_start) out += '\\';
    out += line[i];
  }
  return out;
}

Json prop(std::string_view name, std::string_view value, std::string_view of_class = {}) {
  Json out{{"name", name}, {"ns", kOurNamespace}, {"value", export_line(value)}};
  if (!of_class.empty()) out["class"] = of_class;
  return out;
}

// How an observation of this class is made, in the terms of NIST SP 800-53A: an outside measurement exercises the thing, everything else
// reads a document.
std::string_view method_of(const PublishedJudgement& j) {
  if (!j.judged()) return "UNKNOWN";
  return j.evidence_class == EvidenceClass::measured ? "TEST" : "EXAMINE";
}

std::string reference_to(const Uuid& uuid) { return "#" + uuid.str(); }

class OscalExport {
 public:
  OscalExport(const PublishedAssessment& assessment, const catalog::Catalog& catalog, const EvidenceFiles& files)
      : a_(assessment), catalog_(catalog), files_(files) {}

  Json document() {
    Json out = Json::object();
    out["uuid"] = export_uuid("assessment-results", a_, "").str();
    out["metadata"] = metadata();
    out["import-ap"] = Json{{"href", reference_to(plan_uuid())},
                            {"remarks", "There is no OSCAL assessment plan: the resource says what takes its place."}};
    out["results"] = Json::array({result()});
    out["back-matter"] = Json{{"resources", resources()}};
    return Json{{"assessment-results", std::move(out)}};
  }

 private:
  Uuid organisation_uuid() const { return export_uuid("organisation", a_.organisation_id); }
  Uuid tool_uuid() const { return export_uuid("tool", a_.tool_version); }
  Uuid plan_uuid() const { return export_uuid("plan", a_.bundle_digest.str()); }
  Uuid rules_uuid() const { return export_uuid("rules", a_.data_digest.str()); }
  Uuid source_uuid() const { return export_uuid("assessment", a_.document.str()); }
  static Uuid evidence_uuid(const Digest& digest) { return export_uuid("evidence", digest.str()); }
  Uuid of_control(std::string_view what, const PublishedJudgement& j) const { return export_uuid(what, a_, j.control.str()); }

  Json metadata() const {
    Json out = Json::object();
    out["title"] = markup("Assessment of " + a_.organisation_name);
    out["last-modified"] = format_time(a_.at);
    out["version"] = a_.document.hex().substr(0, 16);
    out["oscal-version"] = "1.2.2";
    out["props"] = Json::array({prop("assessment", a_.document.str()), prop("evidence-bundle", a_.bundle_digest.str()),
                                prop("catalog-version", a_.catalog_version), prop("data-digest", a_.data_digest.str())});
    Json party{{"uuid", organisation_uuid().str()}, {"type", "organization"}, {"name", export_line(a_.organisation_name)}};
    party["props"] = Json::array({prop("organisation-id", a_.organisation_id)});
    if (!a_.category.empty()) party["props"].push_back(prop("category", a_.category));
    if (!a_.country.empty()) party["props"].push_back(prop("country", a_.country));
    for (const auto& role : a_.roles) party["props"].push_back(prop("role", role));
    for (const auto& domain : a_.domains) party["props"].push_back(prop("domain", domain));
    out["parties"] = Json::array({std::move(party)});
    if (a_.source == PublishedAssessment::Source::statement)
      out["remarks"] = "Made from the signed statement: it has statuses and digests, not the sentences, places and dates of the document.";
    return out;
  }

  Json origin() const { return Json::array({Json{{"actors", Json::array({Json{{"type", "tool"}, {"actor-uuid", tool_uuid().str()}}})}}}); }

  Json result() {
    Json out = Json::object();
    out["uuid"] = export_uuid("result", a_, "").str();
    out["title"] = markup("Assessment of " + a_.organisation_name);
    out["description"] = markup(fmt::format("{} judged by entente {} on the controls of catalogue {}; ages of evidence as of {}.",
                                            a_.organisation_name, a_.tool_version, a_.catalog_version, format_time(a_.at)));
    out["start"] = format_time(a_.at);
    out["end"] = format_time(a_.at);
    for (const auto& p : a_.principles) {
      if (p.principle >= catalog_.principles().size()) continue;
      Json tier = prop("tier", p.tier, catalog_.principle(p.principle).id);
      tier["remarks"] = principle_remark(p);
      out["props"].push_back(std::move(tier));
    }
    out["local-definitions"] = tools();
    out["reviewed-controls"] = reviewed_controls();
    for (const auto& j : a_.judgements) {
      out["observations"].push_back(observation(j));
      if (!j.judged() || j.unreliable()) continue;
      if (is_risk(j)) out["risks"].push_back(risk(j));
      out["findings"].push_back(finding(j));
    }
    return out;
  }

  static std::string principle_remark(const PublishedPrinciple& p) {
    std::string out = fmt::format("coverage {:.6g}", p.coverage);
    if (p.score) out += fmt::format(", score {:.6g}", *p.score);
    if (p.low && p.high) out += fmt::format(", interval {:.6g} to {:.6g}", *p.low, *p.high);
    return out;
  }

  Json tools() const {
    Json component{{"uuid", tool_uuid().str()}, {"type", "software"}, {"title", "entente"}};
    component["description"] = "The program that judged; the same evidence, rules and time give the same assessment.";
    component["props"] = Json::array({Json{{"name", "version"}, {"value", export_line(a_.tool_version)}}});
    component["status"] = Json{{"state", "operational"}};
    Json platform{{"uuid", export_uuid("platform", a_.tool_version).str()}, {"title", "entente"}};
    platform["uses-components"] = Json::array({Json{{"component-uuid", tool_uuid().str()}}});
    return Json{{"assessment-assets",
                 Json{{"components", Json::array({std::move(component)})}, {"assessment-platforms", Json::array({std::move(platform)})}}}};
  }

  // The controls that have a finding; the others are observations that say why not.
  Json reviewed_controls() const {
    Json reviewed = Json::array(), left_out = Json::array();
    for (const auto& j : a_.judgements)
      (j.judged() && !j.unreliable() ? reviewed : left_out).push_back(Json{{"control-id", j.control.str()}});
    Json selection = Json::object();
    if (!reviewed.empty()) {
      selection["description"] = "Controls with a finding. Observations say why the others have none: not applicable, or not assessed.";
      selection["include-controls"] = std::move(reviewed);
    } else {
      selection["description"] = "No control could be judged; the observations say why.";
      selection["include-all"] = Json::object();
      if (!left_out.empty()) selection["exclude-controls"] = std::move(left_out);
    }
    Json out = Json::object();
    out["links"] = Json::array({Json{{"href", reference_to(rules_uuid())}, {"rel", "catalog"}}});
    out["control-selections"] = Json::array({std::move(selection)});
    return out;
  }

  Json judgement_props(const PublishedJudgement& j) const {
    Json out = Json::array({prop("control-id", j.control.str()), prop("status", catalog::to_string(j.status)),
                            prop("evidence-class", std::string(1, catalog::letter(j.evidence_class))),
                            prop("weight", fmt::format("{}", j.weight))});
    if (!j.engine.empty()) out.push_back(prop("engine", j.engine));
    return out;
  }

  std::string heading(const PublishedJudgement& j) const {
    return markup(fmt::format("{} {}", j.control.str(), export_title(j, catalog_)));
  }

  Json observation(const PublishedJudgement& j) {
    Json out = Json::object();
    out["uuid"] = of_control("observation", j).str();
    out["title"] = heading(j);
    out["description"] = markup(export_sentence(j));
    out["props"] = judgement_props(j);
    out["methods"] = Json::array({method_of(j)});
    out["types"] = Json::array({"control-objective"});
    out["origins"] = origin();
    out["subjects"] = Json::array({Json{{"subject-uuid", organisation_uuid().str()}, {"type", "party"}}});
    if (Json evidence = relevant_evidence(j); !evidence.empty()) out["relevant-evidence"] = std::move(evidence);
    out["collected"] = format_time(j.evidence_from.value_or(a_.at));
    if (const catalog::Control* control = catalog_.find(j.control); control != nullptr && j.evidence_from)
      put_expiry(out, *j.evidence_from + std::chrono::days(control->max_age_days));
    if (!j.fix.empty()) out["remarks"] = markup("Next step: " + j.fix);
    return out;
  }

  static void put_expiry(Json& observation, Instant expires) {
    if (std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(expires)).year() < std::chrono::year(3000))
      observation["expires"] = format_time(expires);
  }

  // A piece of evidence once, with all places in it.
  Json relevant_evidence(const PublishedJudgement& j) {
    std::vector<Digest> order = j.evidence;
    for (const auto& place : j.places) order.push_back(place.evidence);
    if (!j.rows_path.empty()) order.push_back(j.rows_digest);
    std::set<Digest> seen;
    Json out = Json::array();
    for (const Digest& digest : order) {
      if (!seen.insert(digest).second) continue;
      const bool rows = !j.rows_path.empty() && digest == j.rows_digest;
      if (rows)
        rows_.emplace(digest, j.rows_path);
      else
        evidence_.insert(digest);
      const auto file = files_.find(digest);
      const std::string name = rows ? j.rows_path : file == files_.end() ? digest.str() : file->second.path;
      Json one{{"href", reference_to(evidence_uuid(digest))}, {"description", markup(name)}};
      if (rows) one["description"] = markup(fmt::format("{}: all {} rows, one JSON value a line", j.rows_path, j.rows_count));
      for (const auto& place : j.places)
        if (place.evidence == digest && !place.pointer.empty()) one["props"].push_back(prop("place", place.pointer));
      out.push_back(std::move(one));
    }
    return out;
  }

  // What counts in the index and is not satisfied. What is only declared is shown as a finding.
  static bool is_risk(const PublishedJudgement& j) { return j.status != Status::satisfied && j.weight > 0; }

  Json finding(const PublishedJudgement& j) const {
    Json out = Json::object();
    out["uuid"] = of_control("finding", j).str();
    out["title"] = heading(j);
    out["description"] = markup(export_sentence(j));
    out["props"] = judgement_props(j);
    out["origins"] = origin();
    out["target"] = target(j);
    out["related-observations"] = Json::array({Json{{"observation-uuid", of_control("observation", j).str()}}});
    if (is_risk(j)) out["related-risks"] = Json::array({Json{{"risk-uuid", of_control("risk", j).str()}}});
    return out;
  }

  // The target is the part of the control that says when it is satisfied. OSCAL has no "partial": it is not satisfied, for a reason of its
  // own, and implemented in part.
  Json target(const PublishedJudgement& j) const {
    Json out{{"type", "objective-id"}, {"target-id", j.control.str() + "_satisfied.en"}};
    if (const catalog::Control* control = catalog_.find(j.control)) out["description"] = markup("Satisfied when: " + control->satisfied.en);
    Json status{{"state", j.status == Status::satisfied ? "satisfied" : "not-satisfied"}};
    switch (j.status) {
      case Status::satisfied: status["reason"] = "pass"; break;
      case Status::partial:
        status["reason"] = "other";
        status["remarks"] = "partial: satisfied in part";
        break;
      default: status["reason"] = "fail";
    }
    out["status"] = std::move(status);
    if (j.status == Status::partial) out["implementation-status"] = Json{{"state", "partial"}};
    return out;
  }

  Json risk(const PublishedJudgement& j) const {
    Json out = Json::object();
    out["uuid"] = of_control("risk", j).str();
    out["title"] = heading(j);
    out["description"] = markup(export_sentence(j));
    const catalog::Control* control = catalog_.find(j.control);
    const unsigned principle = j.control.principle();
    const std::string_view met = j.status == Status::partial ? "met only in part" : "not met";
    std::string statement = principle < catalog_.principles().size()
                                ? fmt::format("The control serves \"{}\" and is {}.", catalog_.principle(principle).title.en, met)
                                : fmt::format("The control is {}.", met);
    if (control != nullptr) statement += fmt::format(" It is satisfied when: {}", control->satisfied.en);
    out["statement"] = markup(statement);
    out["props"] = judgement_props(j);
    out["status"] = "open";
    out["origins"] = origin();
    if (!j.fix.empty())
      out["remediations"] = Json::array({Json{{"uuid", of_control("remediation", j).str()},
                                              {"lifecycle", "recommendation"},
                                              {"title", "Next step"},
                                              {"description", markup(j.fix)},
                                              {"origins", origin()}}});
    out["related-observations"] = Json::array({Json{{"observation-uuid", of_control("observation", j).str()}}});
    return out;
  }

  static Json link_to(std::string_view href, std::string_view media_type, const Digest& digest) {
    Json out{{"href", href}};
    if (!media_type.empty()) out["media-type"] = media_type;
    out["hashes"] = Json::array({Json{{"algorithm", "SHA-256"}, {"value", digest.hex()}}});
    return out;
  }

  Json resources() const {
    Json out = Json::array();
    Json plan{{"uuid", plan_uuid().str()}, {"title", "What was to be assessed"}};
    plan["description"] =
        "Instead of an assessment plan: the organisation's profile and the evidence, named by this manifest, and the rules of the "
        "catalogue.";
    plan["rlinks"] = Json::array({link_to("bundle/manifest.json", "application/json", a_.bundle_digest)});
    out.push_back(std::move(plan));
    Json rules{{"uuid", rules_uuid().str()}, {"title", "Entente control catalogue for the Paris Call"}};
    rules["description"] = "The OSCAL catalogue catalog/entente-controls.json of the data set with this digest.";
    rules["props"] = Json::array({prop("data-digest", a_.data_digest.str())});
    rules["citation"] = Json{{"text", markup("Entente control catalogue, version " + a_.catalog_version)}};
    out.push_back(std::move(rules));
    Json source{{"uuid", source_uuid().str()}, {"title", "The assessment as published"}};
    source["rlinks"] = Json::array({link_to("assessment.json", "application/json", a_.document)});
    out.push_back(std::move(source));
    for (const Digest& digest : evidence_) out.push_back(evidence_resource(digest));
    for (const auto& [digest, path] : rows_) {
      Json rows{{"uuid", evidence_uuid(digest).str()}, {"title", markup(path)}};
      rows["rlinks"] = Json::array({link_to(path, "application/jsonl", digest)});
      if (!evidence_.contains(digest)) out.push_back(std::move(rows));
    }
    return out;
  }

  Json evidence_resource(const Digest& digest) const {
    const auto file = files_.find(digest);
    const bool known = file != files_.end();
    Json out{{"uuid", evidence_uuid(digest).str()}, {"title", markup(known ? file->second.path : digest.str())}};
    if (known) {
      out["props"] = Json::array({prop("evidence-kind", file->second.kind), prop("collected-at", format_time(file->second.collected_at)),
                                  prop("size-bytes", fmt::format("{}", file->second.size))});
    }
    out["rlinks"] = Json::array({link_to(evidence_uri(digest, files_), known ? file->second.media_type : "", digest)});
    return out;
  }

  const PublishedAssessment& a_;
  const catalog::Catalog& catalog_;
  const EvidenceFiles& files_;
  std::set<Digest> evidence_;           // named so far
  std::map<Digest, std::string> rows_;  // side files named so far
};

// OSCAL's times: 1900 to 2999.
Result<void> check_time(std::string_view what, Instant time) {
  const int year = static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(time)).year());
  if (year >= 1900 && year <= 2999) return {};
  return fail(fmt::format("{} is {}, and OSCAL has no such time", what, format_time(time)), {}, "its times lie between 1900 and 2999");
}

}  // namespace

Result<std::string> to_oscal(const PublishedAssessment& assessment, const catalog::Catalog& catalog, const EvidenceFiles& files) {
  ENTENTE_CHECK(check_time("the time of the assessment", assessment.at));
  for (const auto& j : assessment.judgements)
    if (j.evidence_from) ENTENTE_CHECK(check_time("the date of the evidence of " + j.control.str(), *j.evidence_from));
  return json_pretty(OscalExport(assessment, catalog, files).document());
}

}  // namespace entente::assess
