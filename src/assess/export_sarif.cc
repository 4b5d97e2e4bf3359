// SARIF 2.1.0 of an assessment, one run: a rule a control (help in English, French as a translation), the principles as a taxonomy, one
// result a control. `kind` carries the five statuses: fail (not satisfied: error; partial: warning; what never counts: note), pass,
// notApplicable, open (not assessed), review (judged, but not to be relied on). A result lies where the finding says, else in the evidence
// it was judged on, else at its row of assessment.json, so that it always lies somewhere: some readers refuse results without a place.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "assess/export.h"
#include "assess/export_words.h"
#include "core/json.h"
#include "core/uri.h"

namespace entente::assess {

using catalog::Language;
using catalog::Status;

namespace {

constexpr std::string_view kSarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
constexpr std::string_view kBase = "ASSESSMENT";  // the folder `entente assess` wrote, wherever it lies
constexpr std::size_t kMostLocations = 20;
constexpr std::string_view kTaxonomy = "Paris Call";

// Literal braces are doubled (section 3.11.5), and "](" is taken apart lest it read as an embedded link (3.11.6).
std::string sarif_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '{' || c == '}') out += c;
    if (c == '(' && out.ends_with(']')) out += ' ';
    out += c;
  }
  return out;
}

Json message_of(std::string_view text) { return Json{{"text", sarif_text(text)}}; }

std::string_view kind_of(const PublishedJudgement& j) {
  if (j.unreliable()) return "review";
  switch (j.status) {
    case Status::satisfied: return "pass";
    case Status::partial:
    case Status::not_satisfied: return "fail";
    case Status::not_applicable: return "notApplicable";
    case Status::not_assessed: return "open";
  }
  return "open";
}

// Of a result that does not fail the level is "none" (section 3.27.10).
std::string_view level_of(const PublishedJudgement& j) {
  if (kind_of(j) != "fail") return "none";
  if (j.weight <= 0) return "note";
  return j.status == Status::not_satisfied ? "error" : "warning";
}

class SarifExport {
 public:
  SarifExport(const PublishedAssessment& assessment, const catalog::Catalog& catalog, const EvidenceFiles& files, SarifResults which)
      : a_(assessment), catalog_(catalog), files_(files), which_(which) {}

  Json run() {
    add_artifact("assessment.json", a_.document, Json{{"roles", Json::array({"resultFile"})}, {"mimeType", "application/json"}});
    Json results = Json::array();
    for (std::size_t i = 0; i < a_.judgements.size(); ++i)
      if (which_ == SarifResults::all || kind_of(a_.judgements[i]) == "fail") results.push_back(result(i));
    Json out = Json::object();
    out["tool"] = Json{{"driver", driver()}};
    out["language"] = "en";
    out["automationDetails"] = automation();
    out["invocations"] = Json::array({Json{{"executionSuccessful", true}}});
    out["originalUriBaseIds"][std::string(kBase)] =
        Json{{"description", message_of("the folder that entente assess wrote: assessment.json, bundle/, rows/")}};
    out["artifacts"] = std::move(artifacts_);
    out["results"] = std::move(results);
    out["taxonomies"] = Json::array({taxonomy(Language::en)});
    out["translations"] = Json::array({french_rules(), taxonomy(Language::fr)});
    out["properties"] = properties();
    return out;
  }

 private:
  Json driver() const {
    Json out = Json::object();
    out["name"] = "entente";
    out["version"] = a_.tool_version;
    out["language"] = "en";
    out["supportedTaxonomies"] = Json::array({Json{{"name", kTaxonomy}, {"index", 0}}});
    out["rules"] = Json::array();
    for (const auto& j : a_.judgements) out["rules"].push_back(rule(j));
    return out;
  }

  // What a control asks for, a line each.
  static std::string help(const catalog::Control& c, Language language) {
    const bool fr = language == Language::fr;
    const auto line = [fr](std::string_view en, std::string_view french, std::string_view value) {
      return fr ? fmt::format("{}\u00a0: {}\n", french, value) : fmt::format("{}: {}\n", en, value);
    };
    std::string out = line("Evidence", "Preuve", c.evidence.in(language));
    out += line("Test", "Test", c.test.in(language));
    out += line("Satisfied when", "Satisfait quand", c.satisfied.in(language));
    out += line("Partial when", "Partiel quand", c.partial.in(language));
    out += line("Not applicable when", "Sans objet quand", c.not_applicable.in(language));
    out += line("Rests on", "Fondé sur", c.standard);
    out += line("Evidence counts for", "La preuve vaut", fmt::format("{} {}", c.max_age_days, fr ? "jours" : "days"));
    return out;
  }

  static void put_texts(Json& out, const catalog::Control& c, Language language) {
    out["shortDescription"] = message_of(c.title.in(language));
    out["fullDescription"] = message_of(c.test.in(language));
    out["help"] = message_of(help(c, language));
  }

  Json rule(const PublishedJudgement& j) const {
    const unsigned principle = j.control.principle();
    const catalog::Control* control = catalog_.find(j.control);
    Json out = Json::object();
    out["id"] = j.control.str();
    if (control != nullptr)
      put_texts(out, *control, Language::en);
    else
      out["shortDescription"] = message_of(export_title(j, catalog_));
    out["defaultConfiguration"] = Json{{"level", catalog::index_weight(j.evidence_class) > 0 ? "error" : "note"}};
    if (principle < catalog_.principles().size())
      out["relationships"] = Json::array({Json{{"target", Json{{"id", catalog_.principle(principle).id},
                                                               {"index", principle},
                                                               {"toolComponent", Json{{"name", kTaxonomy}, {"index", 0}}}}},
                                               {"kinds", Json::array({"superset"})}}});
    Json& bag = out["properties"];
    bag["tags"] =
        Json::array({fmt::format("principle-{}", principle), fmt::format("evidence-class-{}", catalog::letter(j.evidence_class))});
    if (control == nullptr) return out;
    bag["roles"] = control->roles;
    bag["maxAgeDays"] = control->max_age_days;
    bag["norms"] = control->hooks;
    return out;
  }

  // Rules stand at the same indexes as in the driver; one the catalogue does not know has no translation.
  Json french_rules() const {
    Json out = Json::object();
    out["name"] = "entente (français)";
    out["language"] = "fr";
    out["contents"] = Json::array({"localizedData"});
    out["associatedComponent"] = Json{{"name", "entente"}};
    out["translationMetadata"] = Json{{"name", "français"}};
    out["rules"] = Json::array();
    for (const auto& j : a_.judgements) {
      Json one{{"id", j.control.str()}};
      if (const catalog::Control* control = catalog_.find(j.control)) put_texts(one, *control, Language::fr);
      out["rules"].push_back(std::move(one));
    }
    return out;
  }

  Json taxonomy(Language language) const {
    Json out = Json::object();
    out["name"] = kTaxonomy;
    out["language"] = language == Language::fr ? "fr" : "en";
    if (language == Language::fr) {
      out["contents"] = Json::array({"localizedData"});
      out["associatedComponent"] = Json{{"name", kTaxonomy}, {"index", 0}};
      out["translationMetadata"] = Json{{"name", "français"}};
    } else {
      out["version"] = catalog_.version();
      out["isComprehensive"] = true;
    }
    out["taxa"] = Json::array();
    for (const auto& p : catalog_.principles())
      out["taxa"].push_back(
          Json{{"id", p.id}, {"shortDescription", message_of(p.title.in(language))}, {"fullDescription", message_of(p.text.in(language))}});
    return out;
  }

  Json automation() const {
    Json out = Json::object();
    out["id"] = fmt::format("entente/assess/{}/{}", a_.organisation_id, format_time(a_.at));
    out["description"] = message_of(fmt::format("Assessment of {} by entente", export_line(a_.organisation_name)));
    out["guid"] = export_uuid("sarif-run", a_, "").str();
    return out;
  }

  Json properties() const {
    Json out = Json::object();
    out["organisation"] = Json{{"id", a_.organisation_id}, {"name", export_line(a_.organisation_name)}};
    out["at"] = format_time(a_.at);
    out["source"] = a_.source == PublishedAssessment::Source::document ? "assessment document" : "signed statement";
    out["assessment"] = a_.document.str();
    out["bundle"] = a_.bundle_digest.str();
    out["catalog"] = Json{{"version", a_.catalog_version}, {"digest", a_.data_digest.str()}};
    out["principles"] = Json::array();
    for (const auto& p : a_.principles) {
      const auto number = [](const std::optional<double>& x) { return x ? Json(*x) : Json(nullptr); };
      out["principles"].push_back(Json{{"principle", p.principle},
                                       {"tier", p.tier},
                                       {"score", number(p.score)},
                                       {"coverage", p.coverage},
                                       {"low", number(p.low)},
                                       {"high", number(p.high)}});
    }
    return out;
  }

  // The index of an artifact; each stands once.
  std::size_t add_artifact(const std::string& path, const Digest& digest, const Json& more) {
    Json artifact{{"location", Json{{"uri", uri_of_path(path)}, {"uriBaseId", kBase}}}};
    artifact.update(more);
    artifact["hashes"] = Json{{"sha-256", digest.hex()}};
    artifacts_.push_back(std::move(artifact));
    return artifacts_.size() - 1;
  }

  std::size_t evidence_artifact(const Digest& digest) {
    const auto [it, fresh] = indexes_.try_emplace(digest, artifacts_.size());
    if (!fresh) return it->second;
    const auto file = files_.find(digest);
    if (file == files_.end()) {
      artifacts_.push_back(Json{{"location", Json{{"uri", uri_of_digest(digest)}}}, {"hashes", Json{{"sha-256", digest.hex()}}}});
      return it->second;
    }
    Json more{{"length", file->second.size}, {"mimeType", file->second.media_type}, {"roles", Json::array({"analysisTarget"})}};
    more["properties"] = Json{{"kind", file->second.kind}, {"collectedAt", format_time(file->second.collected_at)}};
    return add_artifact(file->second.path, digest, more);
  }

  Json artifact_location(std::size_t index) const {
    Json out = artifacts_[index]["location"];
    out["index"] = index;
    return out;
  }

  Json location(std::size_t artifact, std::string_view pointer) const {
    Json physical{{"artifactLocation", artifact_location(artifact)}};
    const auto number_after = [&](std::string_view word) -> std::optional<std::uint64_t> {
      std::uint64_t n = 0;
      if (!pointer.starts_with(word)) return std::nullopt;
      const std::string_view digits = pointer.substr(word.size());
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
      return error == std::errc{} && end == digits.data() + digits.size() && n <= INT32_MAX ? std::optional(n) : std::nullopt;
    };
    const auto line = number_after("line "), byte = number_after("byte ");
    const bool is_line = line && *line > 0;
    if (is_line)
      physical["region"] = Json{{"startLine", *line}};
    else if (byte)
      physical["region"] = Json{{"byteOffset", *byte}};
    Json out{{"physicalLocation", std::move(physical)}};
    if (!is_line && !byte && !pointer.empty()) out["logicalLocations"] = Json::array({Json{{"fullyQualifiedName", export_line(pointer)}}});
    return out;
  }

  Json locations(std::size_t index) {
    const PublishedJudgement& j = a_.judgements[index];
    Json out = Json::array();
    for (const auto& place : j.places)
      if (out.size() < kMostLocations) out.push_back(location(evidence_artifact(place.evidence), place.pointer));
    if (out.empty())
      for (const Digest& digest : j.evidence)
        if (out.size() < kMostLocations) out.push_back(location(evidence_artifact(digest), ""));
    if (out.empty()) {
      // A statement names the document; where in it a control stands, only the document shows.
      const bool known = a_.source == PublishedAssessment::Source::document;
      out.push_back(location(0, known ? fmt::format("/judgements/{}", j.row) : std::string()));
    }
    return out;
  }

  Json result(std::size_t index) {
    const PublishedJudgement& j = a_.judgements[index];
    const bool problem = kind_of(j) == "fail";
    std::string text = export_sentence(j);
    if (problem && !j.fix.empty())
      text += fmt::format("{} Next step: {}", text.find_last_of(".!?") == text.size() - 1 ? "" : ".", export_line(j.fix));
    Json out = Json::object();
    out["ruleId"] = j.control.str();
    out["ruleIndex"] = index;
    out["kind"] = kind_of(j);
    out["level"] = level_of(j);
    out["message"] = message_of(text);
    out["locations"] = locations(index);
    out["guid"] = export_uuid("sarif-result", a_, j.control.str()).str();
    out["partialFingerprints"] =
        Json{{"organisationAndControl/v1", sha256(fmt::format("{}\n{}", a_.organisation_id, j.control.str())).hex().substr(0, 32)}};
    if (!j.rows_path.empty()) {
      const std::size_t rows =
          add_artifact(j.rows_path, j.rows_digest, Json{{"roles", Json::array({"attachment"})}, {"mimeType", "application/jsonl"}});
      out["attachments"] = Json::array({Json{{"description", message_of(fmt::format("all {} rows, one JSON value a line", j.rows_count))},
                                             {"artifactLocation", artifact_location(rows)}}});
    }
    out["properties"] = result_properties(j);
    return out;
  }

  static Json result_properties(const PublishedJudgement& j) {
    Json out = Json::object();
    out["status"] = catalog::to_string(j.status);
    out["evidenceClass"] = std::string(1, catalog::letter(j.evidence_class));
    out["weight"] = j.weight;
    if (!j.engine.empty()) out["engine"] = export_line(j.engine);
    if (j.evidence_from) out["evidenceFrom"] = format_time(*j.evidence_from);
    if (j.evidence_count) out["evidenceCount"] = *j.evidence_count;
    if (!j.fix.empty()) out["nextStep"] = export_line(j.fix);
    if (j.evidence.empty()) return out;
    out["evidence"] = Json::array();
    for (const Digest& digest : j.evidence) out["evidence"].push_back(digest.str());
    return out;
  }

  const PublishedAssessment& a_;
  const catalog::Catalog& catalog_;
  const EvidenceFiles& files_;
  const SarifResults which_;
  Json artifacts_ = Json::array();
  std::map<Digest, std::size_t> indexes_;
};

}  // namespace

std::string to_sarif(const PublishedAssessment& assessment, const catalog::Catalog& catalog, const EvidenceFiles& files,
                     SarifResults results) {
  Json out = Json::object();
  out["$schema"] = kSarifSchema;
  out["version"] = "2.1.0";
  out["runs"] = Json::array({SarifExport(assessment, catalog, files, results).run()});
  return json_pretty(out);
}

}  // namespace entente::assess
