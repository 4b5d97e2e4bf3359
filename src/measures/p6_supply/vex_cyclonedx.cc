// CycloneDX as VEX: /vulnerabilities with an analysis. A reference names a component of the same document, one of another by BOM-link
// (urn:cdx:serial/version#bom-ref), or, as tools write it, is a purl. The words of analysis.state are CycloneDX's own.
#include <fmt/format.h>
#include <map>

#include "core/utf8.h"
#include "measures/p6_supply/vex_readers.h"

namespace entente::measures::p6_supply {

// The components of the document by bom-ref.
class CyclonedxNames {
 public:
  explicit CyclonedxNames(JsonView root) {
    if (const auto metadata = json_get(root, "metadata"))
      if (const auto primary = json_get(*metadata, "component")) take(*primary);
    take_all(root);
  }
  [[nodiscard]] const VexSoftware* find(std::string_view ref) const {
    const auto it = by_ref_.find(ref);
    return it == by_ref_.end() ? nullptr : &it->second;
  }

 private:
  void take_all(JsonView parent) {  // as deep as the document's limit allows
    if (const auto components = json_array(parent, "components"))
      for (const JsonView component : *components) take(component);
  }
  void take(JsonView component) {
    if (const auto ref = json_string(component, "bom-ref")) {
      VexSoftware out{.id = std::string(*ref)};
      if (const auto purl = json_string(component, "purl")) out.purl = purl_of(*purl);
      out.cpe = std::string(json_string(component, "cpe").value_or(""));
      if (const auto hashes = json_array(component, "hashes"))
        for (const JsonView hash : *hashes)
          add_vex_hash(out.hashes, json_string(hash, "alg").value_or(""), json_string(hash, "content").value_or(""));
      by_ref_.emplace(*ref, std::move(out));
    }
    take_all(component);
  }
  std::map<std::string, VexSoftware, std::less<>> by_ref_;
};

namespace {

std::optional<VexStatus> cyclonedx_status(std::string_view state) {
  if (state == "resolved" || state == "resolved_with_pedigree") return VexStatus::fixed;
  if (state == "exploitable") return VexStatus::affected;
  if (state == "in_triage") return VexStatus::under_investigation;
  if (state == "false_positive" || state == "not_affected") return VexStatus::not_affected;
  return std::nullopt;
}

std::string cdx_text(JsonView object, std::string_view member) { return std::string(json_string(object, member).value_or("")); }

// "urn:cdx:<serial>/<version>#<bom-ref>", the bom-ref percent-encoded or not.
VexSoftware of_bom_link(std::string_view ref) {
  ref.remove_prefix(std::string_view("urn:cdx:").size());
  VexSoftware out;
  const std::size_t hash = ref.find('#');
  out.serial = std::string(ref.substr(0, std::min(ref.find('/'), hash)));
  if (hash != std::string_view::npos) out.id = std::string(ref.substr(hash + 1));
  out.purl = purl_of(out.id);
  return out;
}

VexSoftware of_reference(std::string_view ref, const CyclonedxNames& names) {
  if (ref.starts_with("urn:cdx:")) return of_bom_link(ref);
  if (const VexSoftware* own = names.find(ref)) return *own;
  return {.purl = purl_of(ref), .id = std::string(ref)};
}

std::string author_of(JsonView root) {
  const auto metadata = json_get(root, "metadata");
  if (!metadata) return {};
  for (const char* member : {"supplier", "manufacturer", "manufacture"})
    if (const auto entity = json_get(*metadata, member))
      if (const auto name = json_string(*entity, "name")) return std::string(*name);
  if (const auto authors = json_array(*metadata, "authors"))
    for (const JsonView author : *authors)
      if (const auto name = json_string(author, "name")) return std::string(*name);
  return {};
}

std::vector<std::string> cyclonedx_vulnerability_names(JsonView vulnerability) {
  std::vector<std::string> out;
  if (const auto id = json_string(vulnerability, "id"); id && !id->empty()) out.emplace_back(*id);
  if (const auto references = json_array(vulnerability, "references"))
    for (const JsonView r : *references)
      if (const auto id = json_string(r, "id"); id && !id->empty()) out.emplace_back(*id);
  return out;
}

}  // namespace

Result<void> VexReader::cyclonedx(JsonView root) {
  out_.format = VexFormat::cyclonedx;
  out_.id = cdx_text(root, "serialNumber");
  out_.author = author_of(root);
  if (const auto metadata = json_get(root, "metadata"); metadata && json_get(*metadata, "timestamp")) {
    ENTENTE_TRY(out_.at, time(*metadata, "/metadata", "timestamp"));
  }
  const CyclonedxNames names(root);
  const auto vulnerabilities = json_array(root, "vulnerabilities");
  if (!vulnerabilities) return {};
  std::size_t i = 0;
  for (const JsonView v : *vulnerabilities)
    ENTENTE_CHECK(cyclonedx_vulnerability(v, fmt::format("/vulnerabilities/{}", i++), out_.at, names));
  return {};
}

Result<void> VexReader::cyclonedx_vulnerability(JsonView vulnerability, const std::string& pointer, Instant at,
                                                const CyclonedxNames& names) {
  const auto analysis = json_get(vulnerability, "analysis");
  const auto state = analysis ? json_string(*analysis, "state") : std::nullopt;
  if (!state) return {};  // a vulnerability told of, not judged
  VexStatement one{.vulnerabilities = cyclonedx_vulnerability_names(vulnerability), .at = at};
  if (one.vulnerabilities.empty()) return problem(pointer, "this vulnerability has no id"), Result<void>();
  const auto status = cyclonedx_status(*state);
  if (!status)
    return broken(pointer + "/analysis/state", fmt::format("\"{}\" is no state", printable(*state, 60)),
                  "resolved, resolved_with_pedigree, exploitable, in_triage, false_positive or not_affected");
  one.status = *status;
  if (json_get(vulnerability, "updated")) { ENTENTE_TRY(one.at, time(vulnerability, pointer, "updated")); }
  if (json_get(*analysis, "lastUpdated")) { ENTENTE_TRY(one.at, time(*analysis, pointer + "/analysis", "lastUpdated")); }
  one.justification = cdx_text(*analysis, "justification");
  if (one.justification.empty()) one.justification = cdx_text(*analysis, "detail");
  if (one.justification.empty() && *state == "false_positive") one.justification = "false_positive";
  if (one.status == VexStatus::not_affected && one.justification.empty())
    return problem(pointer + "/analysis", "\"not_affected\" without a justification or a detail cannot be relied on"), Result<void>();
  const auto affects = json_array(vulnerability, "affects");
  if (!affects) return problem(pointer, "this vulnerability names no component it affects"), Result<void>();
  std::size_t i = 0;
  for (const JsonView affected : *affects) {
    VexStatement each = one;
    each.pointer = fmt::format("{}/affects/{}", pointer, i++);
    each.product = of_reference(json_string(affected, "ref").value_or(""), names);
    if (const auto versions = json_array(affected, "versions"))
      for (const JsonView v : *versions) {
        if (one.status == VexStatus::affected && json_string(v, "status") == "unaffected") continue;
        if (const auto version = json_string(v, "version")) each.product.versions.emplace_back(*version);
        if (const auto range = json_string(v, "range")) each.product.ranges.emplace_back(*range);
      }
    ENTENTE_CHECK(add(std::move(each)));
  }
  return {};
}

}  // namespace entente::measures::p6_supply
