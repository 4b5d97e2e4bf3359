// Reading an SBOM of either format: parse the JSON with all checks, tell the format by its marks, let the format's reader walk
// the parsed values once. Also what needs only the graph: pointers, names, and the breadth-first walk from the roots.
#include "measures/p6_supply/sbom.h"

#include <fmt/format.h>

#include "core/utf8.h"
#include "measures/p6_supply/sbom_reader.h"

namespace entente::measures::p6_supply {

std::string_view to_string(SbomFormat format) { return format == SbomFormat::cyclonedx ? "CycloneDX" : "SPDX"; }

std::string Sbom::pointer(std::uint32_t component) const {
  if (component >= components.size()) return {};
  const Component& c = components[component];
  switch (c.origin) {
    case ComponentOrigin::primary: return "/metadata/component";
    case ComponentOrigin::components: return fmt::format("/components/{}", c.position);
    case ComponentOrigin::packages: return fmt::format("/packages/{}", c.position);
    case ComponentOrigin::nested: break;
  }
  // As deep as the document, which the reader bounds.
  return fmt::format("{}/components/{}", pointer(c.parent), c.position);
}

std::string Sbom::display(std::uint32_t component) const {
  if (component >= components.size()) return {};
  const Component& c = components[component];
  std::string out;
  if (!c.group.empty()) out += printable(c.group, 200) + "/";
  out += c.name.empty() ? "(no name)" : printable(c.name, 200);
  if (!c.version.empty()) out += " " + printable(c.version, 200);
  return out;
}

std::vector<std::uint32_t> reach(const Sbom& sbom) {
  std::vector<std::uint32_t> from(sbom.components.size(), kNoComponent);
  std::vector<std::uint32_t> queue;
  queue.reserve(sbom.components.size());
  for (const std::uint32_t root : sbom.roots) {
    if (from[root] != kNoComponent) continue;
    from[root] = root;
    queue.push_back(root);
  }
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const std::uint32_t at = queue[head];
    for (const std::uint32_t child : sbom.children(at)) {
      if (from[child] != kNoComponent) continue;
      from[child] = at;
      queue.push_back(child);
    }
  }
  return from;
}

std::vector<std::uint32_t> path_to(std::span<const std::uint32_t> reached, std::uint32_t component) {
  std::vector<std::uint32_t> path;
  if (component >= reached.size() || reached[component] == kNoComponent) return path;
  for (std::uint32_t at = component;; at = reached[at]) {
    path.push_back(at);
    if (reached[at] == at) break;
  }
  return {path.rbegin(), path.rend()};
}

namespace {

constexpr std::string_view kFormatsHint = "Entente reads CycloneDX 1.2 to 1.7 and SPDX 2.2 and 2.3, both as JSON";

Result<SbomFormat> detect(const JsonDocument& document) {
  const JsonView root = document.root();
  if (!root.is_object()) return fail("not an SBOM: the document is no JSON object", document.where(""), std::string(kFormatsHint));
  if (json_get(root, "bomFormat")) return SbomFormat::cyclonedx;
  if (json_get(root, "spdxVersion")) return SbomFormat::spdx;
  if (json_get(root, "specVersion") && (json_get(root, "components") || json_get(root, "metadata")))
    return fail("not a valid CycloneDX document: \"bomFormat\" is missing", document.where(""),
                "add \"bomFormat\": \"CycloneDX\" or export the SBOM again");
  if (json_get(root, "@context") && json_get(root, "@graph"))
    return fail("SPDX 3 (JSON-LD) cannot be read yet", document.where("/@context"), "export the SBOM as SPDX 2.3 or CycloneDX JSON");
  if (json_get(root, "SPDXID") || json_get(root, "documentNamespace"))
    return fail("not a valid SPDX document: \"spdxVersion\" is missing", document.where(""),
                "add \"spdxVersion\": \"SPDX-2.3\" or export the SBOM again");
  return fail("not an SBOM: neither \"bomFormat\" (CycloneDX) nor \"spdxVersion\" (SPDX) is there", document.where(""),
              std::string(kFormatsHint));
}

Result<Sbom> from_document(JsonDocument document) {
  ENTENTE_TRY(const SbomFormat format, detect(document));
  Sbom sbom(std::move(document));
  sbom.format = format;
  ENTENTE_CHECK(format == SbomFormat::cyclonedx ? read_cyclonedx(sbom) : read_spdx(sbom));
  return sbom;
}

// People hand in XML and tag-value files under any name: say so instead of "invalid JSON at byte 0".
Error explain_foreign(std::string_view text, Error error) {
  const std::size_t start = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (start == std::string_view::npos) return error;
  const std::string_view head = text.substr(start, 12);
  if (head.starts_with("<"))
    error = {"this is XML, and only the JSON form of an SBOM can be read yet", {.file = error.where.file}, std::string(kFormatsHint)};
  else if (head.starts_with("SPDXVersion") || head.starts_with("##"))
    error = {"this is SPDX tag-value, and only the JSON form can be read yet", {.file = error.where.file}, std::string(kFormatsHint)};
  return error;
}

}  // namespace

std::string_view known_but_unread_format(std::string_view text, JsonLimits limits) {
  const std::string_view head = text.substr(0, 4096);
  const std::size_t start = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (start == std::string_view::npos) return {};
  const auto holds = [&](std::string_view part) { return head.find(part) != std::string_view::npos; };
  if (head[start] == '<') {
    if (holds("http://cyclonedx.org/schema/bom/")) return "CycloneDX XML";
    return holds("http://spdx.org/rdf/terms") ? "SPDX RDF" : "";
  }
  if (head.substr(start).starts_with("SPDXVersion:")) return "SPDX tag-value";
  if (head[start] != '{') return {};
  const auto document = JsonDocument::parse(text, "", limits);
  if (!document || !document->root().is_object()) return {};
  const auto context = json_string(document->root(), "@context");
  return context && context->starts_with("https://spdx.org/rdf/3.") && json_get(document->root(), "@graph") ? "SPDX 3" : "";
}

Result<Sbom> parse_sbom(std::string_view text, std::string name, JsonLimits limits) {
  auto document = JsonDocument::parse(text, std::move(name), limits);
  if (!document) return fail(explain_foreign(text, std::move(document).error()));
  return from_document(std::move(*document));
}

Result<Sbom> read_sbom(const std::filesystem::path& path, JsonLimits limits) {
  ENTENTE_TRY(const std::string text, read_file(path, limits.max_bytes));
  return parse_sbom(text, path.string(), limits);
}

}  // namespace entente::measures::p6_supply
