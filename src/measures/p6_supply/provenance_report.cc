// Files that hold several bundles, and the report as JSON.
#include "core/json.h"
#include "measures/p6_supply/provenance.h"

namespace entente::measures::p6_supply::provenance {
namespace {

constexpr std::size_t kMaxBundles = 10'000;

std::string_view state_name(Step::State state) {
  return state == Step::State::held ? "held" : state == Step::State::failed ? "failed" : "skipped";
}

// npm's answer to "attestations of this package".
Result<std::vector<std::string>> registry_bundles(const JsonDocument& doc) {
  std::vector<std::string> out;
  const auto items = json_array(doc.root(), "attestations");
  std::size_t index = 0;
  for (const JsonView item : *items) {
    const auto bundle = json_get(item, "bundle");
    const std::string pointer = fmt::format("/attestations/{}", index++);
    if (!bundle || !as_object(*bundle)) return fail("an attestation without a \"bundle\"", doc.where(pointer));
    if (out.size() == kMaxBundles) return fail("more than 10,000 attestations", doc.where(pointer));
    out.emplace_back(simdjson::minify(*bundle));
  }
  if (out.empty()) return fail("the list of attestations is empty", doc.where("/attestations"));
  return out;
}

}  // namespace

Result<std::vector<std::string>> split_bundles(std::string_view text, const std::string& name) {
  const auto whole = JsonDocument::parse(text, name, {.max_bytes = Bundle::kMaxBytes});
  if (whole && json_array(whole->root(), "attestations")) return registry_bundles(*whole);
  if (whole) return std::vector<std::string>{std::string(text)};
  // JSON lines: more than one line, each a value that starts like an object. Otherwise the error above is the one to tell.
  std::vector<std::string> out;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    const std::string_view line = text.substr(from, end - from);
    from = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (!line.starts_with('{') || !line.substr(0, line.find_last_not_of(" \t\r") + 1).ends_with('}')) return tl::unexpected(whole.error());
    if (out.size() == kMaxBundles) return fail("more than 10,000 lines", {.file = name});
    out.emplace_back(line);
  }
  if (out.size() < 2) return tl::unexpected(whole.error());
  return out;
}

std::string_view to_string(Report::Signer signer) {
  switch (signer) {
    case Report::Signer::key: return "key";
    case Report::Signer::certificate: return "certificate";
    case Report::Signer::builder: return "builder";
    case Report::Signer::nobody: break;
  }
  return "nobody";
}

Json to_json(const Report& report) {
  Json out{{"accepted", report.accepted}};
  if (report.refusal) {
    out["reject"] = reject_name(report.refusal->reject);
    out["why"] = report.refusal->why;
  }
  Json steps = Json::array();
  for (const Step& step : report.steps) steps.push_back({{"step", step.name}, {"state", state_name(step.state)}, {"text", step.text}});
  out["steps"] = std::move(steps);
  Json times = Json::array();
  for (const Instant t : report.times) times.push_back(format_time(t));
  out["signed_at"] = std::move(times);
  for (const auto& [key, value] :
       {std::pair{"identity", &report.identity}, std::pair{"issuer", &report.issuer}, std::pair{"predicate_type", &report.predicate_type},
        std::pair{"builder", &report.builder}, std::pair{"source", &report.source}, std::pair{"source_digest", &report.source_digest},
        std::pair{"ref", &report.ref}})
    if (!value->empty()) out[key] = *value;
  if (report.signer != Report::Signer::nobody) out["signed_by"] = to_string(report.signer);
  out["subjects"] = report.subjects;
  return out;
}

}  // namespace entente::measures::p6_supply::provenance
