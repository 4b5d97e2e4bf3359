// Reading an SBOM of any form. A form that is not JSON is first written as the JSON form of the same document, with a map of places; the
// JSON is parsed with all checks, the format told by its marks, the format's reader walks the parsed values once, and the whole is held
// against the format's schema. Also what needs only the graph: pointers, names, and the breadth-first walk from the roots.
#include "measures/p6_supply/sbom.h"

#include <fmt/format.h>
#include <array>

#include "core/utf8.h"
#include "measures/p6_supply/sbom_form.h"
#include "measures/p6_supply/sbom_reader.h"

namespace entente::measures::p6_supply {

std::string_view to_string(SbomFormat format) { return format == SbomFormat::cyclonedx ? "CycloneDX" : "SPDX"; }

std::string_view to_string(SbomForm form) {
  constexpr std::array<std::string_view, 7> names{"CycloneDX JSON", "CycloneDX XML", "SPDX JSON",     "SPDX tag-value",
                                                  "SPDX YAML",      "SPDX XML",      "SPDX 3 JSON-LD"};
  return names[static_cast<std::size_t>(form)];
}

Where Sbom::where(std::string_view at) const {
  const Where json = document.where(at);
  return source.lines.empty() ? json : source.where(json.file, json.offset.value_or(0), at);
}

Where Sbom::where(const Issue& issue) const {
  if (issue.line == 0) return where(issue.pointer);
  return {.file = document.name(), .line = issue.line, .column = issue.column, .pointer = issue.pointer};
}

std::string Sbom::pointer(std::uint32_t component) const {
  if (component >= components.size()) return {};
  const Component& c = components[component];
  switch (c.origin) {
    case ComponentOrigin::primary: return "/metadata/component";
    case ComponentOrigin::components: return fmt::format("/components/{}", c.position);
    case ComponentOrigin::packages: return fmt::format("/packages/{}", c.position);
    case ComponentOrigin::graph: return fmt::format("/@graph/{}", c.position);
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

constexpr std::string_view kFormatsHint =
    "Entente reads CycloneDX 1.2 to 1.7 (JSON, XML), SPDX 2.2 and 2.3 (JSON, tag-value, YAML, XML) and SPDX 3.0 (JSON-LD)";

Result<SbomForm> json_form(const JsonDocument& document) {
  const JsonView root = document.root();
  if (!root.is_object()) return fail("not an SBOM: the document is no JSON object", document.where(""), std::string(kFormatsHint));
  if (json_get(root, "bomFormat")) return SbomForm::cyclonedx_json;
  if (json_get(root, "spdxVersion")) return SbomForm::spdx_json;
  if (json_get(root, "specVersion") && (json_get(root, "components") || json_get(root, "metadata")))
    return fail("not a valid CycloneDX document: \"bomFormat\" is missing", document.where(""),
                "add \"bomFormat\": \"CycloneDX\" or export the SBOM again");
  if (json_get(root, "@context") && json_get(root, "@graph")) return SbomForm::spdx3_json;
  if (json_get(root, "SPDXID") || json_get(root, "documentNamespace"))
    return fail("not a valid SPDX document: \"spdxVersion\" is missing", document.where(""),
                "add \"spdxVersion\": \"SPDX-2.3\" or export the SBOM again");
  return fail("not an SBOM: neither \"bomFormat\" (CycloneDX) nor \"spdxVersion\" (SPDX) is there", document.where(""),
              std::string(kFormatsHint));
}

// Commas and colons bound what the parser will hold: a document that is hardly anything else takes many times its size. Of small ones that
// is little.
constexpr std::size_t kMarksMatterFrom = std::size_t{12} << 20;
Result<void> check_marks(std::string_view json, const std::string& name) {
  if (json.size() < kMarksMatterFrom) return {};
  std::uint64_t marks = 0;
  // In runs whose sum fits a byte, which the compiler turns into vector instructions.
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t end = std::min(at + 128, json.size());
    std::uint8_t run = 0;
    for (; at < end; ++at) run = static_cast<std::uint8_t>(run + (json[at] == ',' ? 1 : 0) + (json[at] == ':' ? 1 : 0));
    marks += run;
  }
  const std::uint64_t most = SizeBudget(json.size()).marks();
  if (marks <= most) return {};
  return fail(fmt::format("more than {} values, out of proportion to the size of the document", most), {.file = name},
              "this is not how SBOMs look; if it is a real one, please report it");
}

// The form as written, its JSON form, and how to find places.
struct Prepared {
  std::string json;  // made; else the source itself is used
  SourceMap source;
  XmlForm xml;
};

// The bytes as given, and who holds them if they may be let go once they were read: a large document is never held three times.
struct SbomBytes {
  std::string_view text;
  std::string* owner = nullptr;
  void release() {
    text = {};
    if (owner != nullptr) std::string().swap(*owner);
  }
};

Result<std::string> converted(SbomBytes& bytes, RecognisedForm form, const std::string& name, const SbomOptions& options, Prepared& out) {
  const std::string_view text = bytes.text;
  if (text.size() >= UINT32_MAX) return fail("the file is too large", {.file = name});
  JsonFormWriter writer;
  out.source.lines = line_starts(text);
  switch (form) {
    case RecognisedForm::spdx_tag_value: {
      out.xml.form = SbomForm::spdx_tag_value;
      ENTENTE_CHECK(spdx_tag_value_to_json(text, name, options.limits.max_depth, writer));
      break;
    }
    case RecognisedForm::spdx_yaml: {
      out.xml.form = SbomForm::spdx_yaml;
      ENTENTE_CHECK(spdx_yaml_to_json(text, name, options.limits.max_depth, writer));
      break;
    }
    default: {
      std::string own(text);
      bytes.release();
      ENTENTE_TRY(out.xml, sbom_xml_to_json(std::move(own), name, options, writer));
      break;
    }
  }
  out.source.places = writer.take_places();
  return writer.take_json();
}

Result<Sbom> read_graph(Sbom sbom, SchemaCheck check) {
  sbom.format = sbom.form == SbomForm::cyclonedx_json || sbom.form == SbomForm::cyclonedx_xml ? SbomFormat::cyclonedx : SbomFormat::spdx;
  if (sbom.form == SbomForm::spdx3_json)
    ENTENTE_CHECK(read_spdx3(sbom));
  else if (sbom.format == SbomFormat::cyclonedx)
    ENTENTE_CHECK(read_cyclonedx(sbom));
  else
    ENTENTE_CHECK(read_spdx(sbom));
  // The XML form of CycloneDX has rules of its own, checked when it was read; SPDX 3 is checked as far as it is read.
  if (check == SchemaCheck::on && sbom.form != SbomForm::cyclonedx_xml)
    ENTENTE_CHECK(sbom.form == SbomForm::spdx3_json ? check_spdx3_rules(sbom) : check_sbom_schema(sbom));
  return sbom;
}

// The XML rules' findings stand first: a finding of the reader in the same place is theirs already, so those win.
void put_first(Sbom& sbom, XmlForm xml) {
  sbom.error_count += xml.error_count;
  for (Issue& issue : sbom.issues)
    if (xml.issues.size() < kMaxIssues) xml.issues.push_back(std::move(issue));
  sbom.issues = std::move(xml.issues);
}

Result<Sbom> from_json(SbomBytes bytes, const std::string& name, const SbomOptions& options) {
  ENTENTE_CHECK(check_marks(bytes.text, name));
  ENTENTE_TRY(JsonDocument document, JsonDocument::parse(bytes.text, name, options.limits));
  bytes.release();
  ENTENTE_TRY(const SbomForm form, json_form(document));
  Sbom sbom(std::move(document));
  sbom.form = form;
  return read_graph(std::move(sbom), options.schema);
}

Result<Sbom> from_other(SbomBytes bytes, RecognisedForm form, const std::string& name, const SbomOptions& options) {
  if (bytes.text.size() > options.limits.max_bytes)
    return fail(fmt::format("larger than the limit of {} bytes", options.limits.max_bytes), {.file = name});
  if (!is_valid_utf8(bytes.text)) return fail("not UTF-8", {.file = name}, "save the file as UTF-8 or UTF-16");
  Prepared prepared;
  ENTENTE_TRY(std::string json, converted(bytes, form, name, options, prepared));
  bytes.release();
  JsonLimits limits = options.limits;
  limits.max_bytes = std::max<std::uint64_t>(limits.max_bytes, json.size());
  ENTENTE_CHECK(check_marks(json, name));
  auto document = JsonDocument::parse(json, name, limits);
  if (!document) {
    Error error = std::move(document).error();
    if (error.where.offset) error.where = prepared.source.where_next(name, *error.where.offset, error.where.pointer);
    return fail(std::move(error));
  }
  std::string().swap(json);
  Sbom sbom(std::move(*document));
  sbom.form = prepared.xml.form;
  sbom.source = std::move(prepared.source);
  auto read = read_graph(std::move(sbom), options.schema);
  if (read) {
    put_first(*read, std::move(prepared.xml));
  } else if (!prepared.xml.issues.empty()) {
    // What could not be read follows from what breaks the XML form's rules, and those say it in the document's own terms.
    const Issue& first = prepared.xml.issues.front();
    return fail(first.message, {.file = name, .line = first.line, .column = first.column, .pointer = first.pointer}, read.error().hint);
  }
  return read;
}

std::string_view name_of(RecognisedForm form) {
  switch (form) {
    case RecognisedForm::json: return "JSON";
    case RecognisedForm::xml: return "XML";
    case RecognisedForm::spdx_tag_value: return "SPDX tag-value";
    case RecognisedForm::spdx_yaml: return "SPDX YAML";
    case RecognisedForm::unknown: break;
  }
  return "unknown";
}

}  // namespace

std::string_view known_but_unread_format(std::string_view text) {
  std::string held;
  const auto utf8 = as_utf8(text.substr(0, 4096), "", held);
  if (!utf8 || recognise_form(*utf8) != RecognisedForm::xml) return {};
  return utf8->find("http://spdx.org/rdf/") != std::string_view::npos && utf8->find("RDF") != std::string_view::npos ? "SPDX RDF" : "";
}

namespace {

Result<Sbom> parse_bytes(SbomBytes bytes, std::string name, const SbomOptions& options) {
  std::string held;
  ENTENTE_TRY(bytes.text, as_utf8(bytes.text, name, held));
  if (!held.empty()) {
    const std::string_view transcoded = held;
    bytes.release();
    bytes = {transcoded, &held};
  }
  const RecognisedForm form = recognise_form(bytes.text);
  if (form == RecognisedForm::unknown)
    return fail("not an SBOM: neither JSON, XML, nor SPDX's tag-value or YAML form", {.file = name}, std::string(kFormatsHint));
  auto sbom = form == RecognisedForm::json ? from_json(bytes, name, options) : from_other(bytes, form, name, options);
  if (sbom) return sbom;
  Error error = std::move(sbom).error();
  if (form != RecognisedForm::json) error.what = fmt::format("{}: {}", name_of(form), error.what);
  return fail(std::move(error));
}

}  // namespace

Result<Sbom> parse_sbom(std::string_view text, std::string name, const SbomOptions& options) {
  return parse_bytes({text, nullptr}, std::move(name), options);
}

Result<Sbom> read_sbom(const std::filesystem::path& path, const SbomOptions& options) {
  ENTENTE_TRY(std::string text, read_file(path, options.limits.max_bytes));
  return parse_bytes({text, &text}, path.string(), options);
}

}  // namespace entente::measures::p6_supply
