// Reading statements leniently where in-toto asks for it (unknown members are ignored) and strictly where a careless reader can be led
// astray: the exact types, every subject, digests by algorithm.
#include "measures/p6_supply/provenance_statement.h"

#include <algorithm>

#include "core/utf8.h"
#include "measures/p6_supply/provenance_json.h"
#include "measures/p6_supply/provenance_policy.h"

namespace entente::measures::p6_supply::provenance {
namespace {

constexpr std::uint32_t kStatementDepth = 100;

tl::unexpected<Refusal> unsound(std::string_view what) { return refuse(Reject::statement_malformed, "{}", what); }

Outcome<AttestedSubject> read_subject(JsonView item) {
  AttestedSubject out;
  out.name = json_string(item, "name").value_or("");
  const auto digests = json_object(item, "digest");
  if (!digests || digests->size() == 0) return unsound("a subject needs a digest");
  for (const auto field : *digests) {
    const auto value = as_string(field.value);
    if (!value || out.digests.size() == Attestation::kMaxDigests) return unsound("a subject's digests are strings, at most 64");
    out.digests.emplace_back(field.key, *value);
  }
  return out;
}

std::string text_at(JsonView view, std::initializer_list<std::string_view> path) {
  for (const std::string_view key : path) {
    const auto next = member(view, key);
    if (!next) return {};
    view = *next;
  }
  return std::string(as_string(view).value_or(""));
}

std::optional<JsonView> value_at(JsonView view, std::initializer_list<std::string_view> path) {
  for (const std::string_view key : path) {
    const auto next = member(view, key);
    if (!next) return std::nullopt;
    view = *next;
  }
  return view;
}

void add_first_uri(std::optional<simdjson::dom::array> items, std::vector<std::string>& out) {
  if (!items || items->begin() == items->end()) return;
  if (auto uri = text_at(*items->begin(), {"uri"}); !uri.empty()) out.push_back(std::move(uri));
}

// The first digest a resource descriptor gives, if it is of `source`.
std::string digest_of(std::optional<JsonView> item, std::string_view source) {
  if (!item || plain_source(text_at(*item, {"uri"})) != plain_source(source)) return {};
  const auto digests = json_object(*item, "digest");
  if (!digests) return {};
  for (const auto field : *digests)
    if (const auto value = as_string(field.value); value && !value->empty()) return fmt::format("{}:{}", field.key, *value);
  return {};
}

// Which state of the source was built: where it was configured says it, or the list of what went in.
std::string source_digest(const BuildFacts& facts, std::optional<JsonView> configured, std::optional<simdjson::dom::array> inputs) {
  if (facts.sources.empty()) return {};
  if (std::string digest = digest_of(configured, facts.sources.front()); !digest.empty()) return digest;
  if (!inputs) return {};
  for (const JsonView item : *inputs)
    if (std::string digest = digest_of(item, facts.sources.front()); !digest.empty()) return digest;
  return {};
}

// GitHub's event: the branch a tag was made from, and the inputs of a workflow started by hand.
void read_event(std::optional<JsonView> event, BuildFacts& out) {
  if (!event) return;
  if (const std::string base = text_at(*event, {"base_ref"}); base.starts_with("refs/heads/")) out.base_branch = base.substr(11);
  const auto inputs = json_object(*event, "inputs");
  if (!inputs) return;
  for (const auto field : *inputs) {
    const auto text = as_string(field.value);
    out.inputs.emplace(field.key, text ? std::string(*text) : std::string(simdjson::minify(field.value)));
  }
}

BuildFacts facts_v02(JsonView predicate) {
  BuildFacts out;
  out.builder_id = text_at(predicate, {"builder", "id"});
  out.build_type = text_at(predicate, {"buildType"});
  if (auto uri = text_at(predicate, {"invocation", "configSource", "uri"}); !uri.empty()) out.sources.push_back(std::move(uri));
  add_first_uri(json_array(predicate, "materials"), out.sources);
  out.source_digest = source_digest(out, value_at(predicate, {"invocation", "configSource"}), json_array(predicate, "materials"));
  const auto environment = value_at(predicate, {"invocation", "environment"});
  if (environment) {
    out.ref = text_at(*environment, {"github_ref"});
    if (out.ref.empty()) out.ref = text_at(*environment, {"GITHUB_REF"});
    read_event(value_at(*environment, {"github_event_payload"}), out);
  }
  return out;
}

BuildFacts facts_v1(JsonView predicate) {
  BuildFacts out;
  out.builder_id = text_at(predicate, {"runDetails", "builder", "id"});
  out.build_type = text_at(predicate, {"buildDefinition", "buildType"});
  for (const auto& path : {std::initializer_list<std::string_view>{"buildDefinition", "externalParameters", "workflow", "repository"},
                           std::initializer_list<std::string_view>{"buildDefinition", "externalParameters", "source", "uri"},
                           std::initializer_list<std::string_view>{"buildDefinition", "externalParameters", "source"}})
    if (auto uri = text_at(predicate, path); !uri.empty()) out.sources.push_back(std::move(uri));
  const auto definition = value_at(predicate, {"buildDefinition"});
  if (definition) {
    const auto inputs = json_array(*definition, "resolvedDependencies");
    add_first_uri(inputs, out.sources);
    out.source_digest = source_digest(out, value_at(*definition, {"externalParameters", "source"}), inputs);
  }
  out.ref = text_at(predicate, {"buildDefinition", "internalParameters", "GITHUB_REF"});
  if (out.ref.empty()) out.ref = text_at(predicate, {"buildDefinition", "externalParameters", "workflow", "ref"});
  read_event(value_at(predicate, {"buildDefinition", "internalParameters", "GITHUB_EVENT_PAYLOAD"}), out);
  return out;
}

}  // namespace

Outcome<Attestation> Attestation::parse(std::string_view payload_type, std::string_view payload) {
  if (payload_type != kInTotoPayload) return unsound("the envelope's payload type is not in-toto's");
  auto doc = JsonDocument::parse(payload, "statement", {.max_bytes = Bundle::kMaxBytes, .max_depth = kStatementDepth});
  if (!doc) return refuse(Reject::statement_malformed, "{}: {}", doc.error().where.str(), doc.error().what);
  Attestation out{.document = std::move(*doc)};
  const JsonView root = out.document.root();
  out.statement_type = json_string(root, "_type").value_or("");
  if (out.statement_type != "https://in-toto.io/Statement/v1" && out.statement_type != "https://in-toto.io/Statement/v0.1")
    return refuse(Reject::statement_malformed, "\"_type\" is \"{}\": not an in-toto statement of version 0.1 or 1",
                  printable(out.statement_type, 80));
  out.predicate_type = json_string(root, "predicateType").value_or("");
  if (out.predicate_type.empty()) return unsound("the statement has no predicateType");
  const auto subjects = json_array(root, "subject");
  if (!subjects) return unsound("the statement has no subject");
  for (const JsonView item : *subjects) {
    if (out.subjects.size() == kMaxSubjects) return unsound("a statement of more than 100,000 subjects");
    auto subject = read_subject(item);
    if (!subject) return tl::unexpected(subject.error());
    out.subjects.push_back(std::move(*subject));
  }
  if (out.subjects.empty()) return unsound("the statement has no subject");
  const auto predicate = json_get(root, "predicate");
  if (!predicate || !as_object(*predicate)) return unsound("the statement has no predicate");
  out.predicate = *predicate;
  return out;
}

Outcome<std::size_t> find_subject(const Attestation& attestation, const Artifact& artifact,
                                  const std::vector<std::string>& more_algorithms) {
  bool any_strong = false;
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < attestation.subjects.size() && !found; ++i) {
    std::size_t equal = 0, different = 0;
    for (const auto& [algorithm, value] : attestation.subjects[i].digests) {
      if (!hash_by_name(algorithm) && std::ranges::find(more_algorithms, algorithm) == more_algorithms.end()) continue;
      any_strong = true;
      const auto ours = artifact.digest(algorithm);
      if (ours) ++(*ours == value ? equal : different);
    }
    if (equal > 0 && different == 0) found = i;
  }
  if (found) return *found;
  if (!any_strong) return refuse(Reject::weak_digest, "no subject has a digest better than those that are broken (SHA-1, MD5) or unknown");
  return refuse(Reject::artifact_mismatch, "none of the {} subjects has the digest {}", attestation.subjects.size(), artifact.str());
}

Outcome<BuildFacts> build_facts(const Attestation& attestation) {
  BuildFacts out;
  if (attestation.predicate_type == kSlsaV02)
    out = facts_v02(attestation.predicate);
  else if (attestation.predicate_type == kSlsaV1)
    out = facts_v1(attestation.predicate);
  else
    return refuse(Reject::predicate_mismatch, "\"{}\" is not SLSA provenance of version 0.2 or 1",
                  printable(attestation.predicate_type, 120));
  if (out.builder_id.empty()) return unsound("the provenance names no builder");
  if (out.ref.empty()) {
    for (const std::string& source : out.sources)
      if (const auto at = source.rfind("@refs/"); at != std::string::npos && out.ref.empty()) out.ref = source.substr(at + 1);
  }
  return out;
}

}  // namespace entente::measures::p6_supply::provenance
