// Reads what an assessment was published as. The JSON Schema decides the form first, so that the look-ups after it find what they ask for;
// the schema cannot say that a control stands once and that times and digests parse, so that is checked here.
#include <fmt/format.h>

#include <set>

#include "assess/export.h"
#include "core/json.h"
#include "schema/schema.h"

namespace entente::assess {

namespace {

constexpr std::string_view kDocumentSchema = "schemas/assessment-v1.json";

Result<Digest> published_digest(std::string_view text) {
  if (text.starts_with("sha256:")) text.remove_prefix(7);
  return Digest::from_hex(text);
}

std::vector<std::string> strings_of(JsonView object, std::string_view key) {
  std::vector<std::string> out;
  if (const auto array = json_array(object, key)) {
    const simdjson::dom::array items = *array;
    for (const JsonView item : items)
      if (const auto text = as_string(item)) out.emplace_back(*text);
  }
  return out;
}

std::string string_of(JsonView object, std::string_view key) { return std::string(json_string(object, key).value_or("")); }

Result<std::vector<Digest>> digests_of(JsonView object, std::string_view key) {
  std::vector<Digest> out;
  for (const std::string& text : strings_of(object, key)) {
    ENTENTE_TRY(const Digest digest, published_digest(text));
    out.push_back(digest);
  }
  return out;
}

PublishedPrinciple principle_of(JsonView row) {
  PublishedPrinciple out;
  out.principle = static_cast<unsigned>(json_int(row, "principle").value_or(0));
  out.tier = string_of(row, "tier");
  out.coverage = json_number(row, "coverage").value_or(0);
  out.score = json_number(row, "score");
  // The document has the two as `interval`, the statement beside the score.
  const JsonView interval = json_get(row, "interval").value_or(row);
  out.low = json_number(interval, "low");
  out.high = json_number(interval, "high");
  return out;
}

// What document and statement say alike of a control.
Result<PublishedJudgement> judgement_of(JsonView row, std::string_view class_key) {
  PublishedJudgement out;
  ENTENTE_TRY(out.control, catalog::ControlId::parse(json_string(row, "control").value_or("")));
  const auto status = catalog::parse_status(json_string(row, "status").value_or(""));
  const auto evidence_class = catalog::parse_evidence_class(json_string(row, class_key).value_or(""));
  if (!status || !evidence_class) return fail(fmt::format("{} has no status or class", out.control.str()));
  out.status = *status;
  out.evidence_class = *evidence_class;
  out.weight = json_number(row, "weight").value_or(0);
  out.reason = string_of(row, "reason");
  ENTENTE_TRY(out.evidence, digests_of(row, "evidence"));
  return out;
}

Result<PublishedJudgement> document_judgement(JsonView row) {
  ENTENTE_TRY(PublishedJudgement out, judgement_of(row, "evidence_class"));
  out.title = string_of(row, "title");
  out.summary = string_of(row, "summary");
  out.fix = string_of(row, "fix");
  out.engine = string_of(row, "engine");
  if (const auto from = json_string(row, "evidence_from")) { ENTENTE_TRY(out.evidence_from, parse_time(*from)); }
  if (const auto places = json_array(row, "places")) {
    const simdjson::dom::array items = *places;
    for (const JsonView item : items) {
      ENTENTE_TRY(const Digest digest, published_digest(json_string(item, "evidence").value_or("")));
      out.places.push_back({digest, string_of(item, "pointer")});
    }
  }
  if (const auto file = json_get(row, "rows_file"); file && as_object(*file)) {
    out.rows_path = string_of(*file, "path");
    ENTENTE_TRY(out.rows_digest, published_digest(json_string(*file, "sha256").value_or("")));
    out.rows_count = static_cast<std::uint64_t>(json_int(*file, "count").value_or(0));
  }
  return out;
}

Result<PublishedJudgement> statement_judgement(JsonView row) {
  ENTENTE_TRY(PublishedJudgement out, judgement_of(row, "class"));
  if (const auto list = json_get(row, "evidence_list"))
    out.evidence_count = static_cast<std::uint64_t>(json_int(*list, "count").value_or(0));
  return out;
}

// Both forms list controls; a control that stands twice would make two findings of one name.
template <class One>
Result<void> read_judgements(const JsonDocument& document, std::string_view pointer, JsonView list, One&& one, PublishedAssessment& out) {
  const auto array = as_array(list);
  if (!array) return fail("a list of controls is expected", document.where(pointer));
  const simdjson::dom::array rows = *array;
  std::set<catalog::ControlId> seen;
  for (const JsonView row : rows) {
    const std::size_t number = out.judgements.size();
    const std::string at = fmt::format("{}/{}", pointer, number);
    Result<PublishedJudgement> judgement = one(row);
    if (!judgement) return fail(judgement.error().what, document.where(at));
    if (!seen.insert(judgement->control).second) return fail(fmt::format("{} stands twice", judgement->control.str()), document.where(at));
    judgement->row = number;
    out.judgements.push_back(std::move(*judgement));
  }
  std::sort(out.judgements.begin(), out.judgements.end(), [](const auto& a, const auto& b) { return a.control < b.control; });
  return {};
}

void read_principles(JsonView list, PublishedAssessment& out) {
  if (const auto array = as_array(list)) {
    const simdjson::dom::array rows = *array;
    for (const JsonView row : rows) out.principles.push_back(principle_of(row));
  }
}

}  // namespace

bool PublishedJudgement::judged() const { return status != catalog::Status::not_applicable && status != catalog::Status::not_assessed; }

bool PublishedJudgement::unreliable() const { return judged() && weight <= 0 && catalog::index_weight(evidence_class) > 0; }

Result<PublishedAssessment> read_document(std::string_view text, std::string name, const DataSet& data) {
  ENTENTE_TRY(const std::string_view form, data.file(kDocumentSchema));
  ENTENTE_TRY(const schema::Schema compiled, schema::Schema::compile(form, data.display_name(kDocumentSchema)));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, std::move(name)));
  ENTENTE_CHECK(schema::check(compiled, document));
  const JsonView root = document.root();
  PublishedAssessment out;
  out.document = sha256(text);
  const auto part = [&](std::string_view key) { return json_get(root, key).value_or(root); };
  out.tool_version = string_of(part("tool"), "version");
  out.catalog_version = string_of(part("catalog"), "version");
  ENTENTE_TRY(out.data_digest, published_digest(string_of(part("catalog"), "digest")));
  ENTENTE_TRY(out.bundle_digest, published_digest(string_of(part("bundle"), "digest")));
  const auto at = parse_time(string_of(root, "at"));
  if (!at) return fail(at.error().what, document.where("/at"));
  out.at = *at;
  const JsonView organisation = part("organisation");
  out.organisation_id = string_of(organisation, "id");
  out.organisation_name = string_of(organisation, "name");
  out.category = string_of(organisation, "category");
  out.country = string_of(organisation, "country");
  out.roles = strings_of(organisation, "roles");
  out.domains = strings_of(organisation, "domains");
  out.principles.push_back(principle_of(part("identity")));
  read_principles(part("principles"), out);
  ENTENTE_CHECK(read_judgements(document, "/judgements", part("judgements"), document_judgement, out));
  return out;
}

Result<PublishedAssessment> read_statement(const statement::Statement& statement, const DataSet& data) {
  const std::string type = fmt::format("{}assessment/v1", statement::kPredicateBase);
  if (statement.predicate_type != type)
    return fail(fmt::format("the statement is no assessment but {}", statement.predicate_type), {}, "only assessments are exported");
  ENTENTE_CHECK(statement::check_predicate(statement, data));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(json_compact(statement.predicate), "statement"));
  const JsonView root = document.root();
  const auto part = [&](std::string_view key) { return json_get(root, key).value_or(root); };
  PublishedAssessment out;
  out.source = PublishedAssessment::Source::statement;
  ENTENTE_TRY(out.document, published_digest(string_of(part("document"), "sha256")));
  ENTENTE_TRY(out.bundle_digest, published_digest(string_of(part("bundle"), "sha256")));
  out.tool_version = string_of(part("tool"), "version");
  out.catalog_version = string_of(part("catalog"), "version");
  ENTENTE_TRY(out.data_digest, published_digest(string_of(part("catalog"), "sha256")));
  ENTENTE_TRY(out.at, parse_time(string_of(root, "at")));
  out.organisation_id = string_of(part("organisation"), "id");
  out.organisation_name = string_of(part("organisation"), "name");
  read_principles(part("principles"), out);
  ENTENTE_CHECK(read_judgements(document, "/controls", part("controls"), statement_judgement, out));
  return out;
}

EvidenceFiles evidence_files(const evidence::Bundle& bundle) {
  EvidenceFiles out;
  for (const evidence::Evidence& e : bundle.entries())
    out.emplace(e.sha256, EvidenceFile{"bundle/" + e.path, e.kind, e.media_type, e.size, e.collected_at});
  return out;
}

}  // namespace entente::assess
