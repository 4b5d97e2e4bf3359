// VEX documents are told apart by a member only one of the formats has. What the minimum requirements for VEX (CISA, April 2023) ask of a
// statement (a vulnerability, a product, a status, and for "not affected" a reason) is asked here of all three formats: a statement without
// one of them is left out and named, for it cannot be acted on; the rest of its document is read.
#include <fmt/format.h>
#include <algorithm>

#include "core/digest.h"
#include "core/utf8.h"
#include "measures/p6_supply/sbom_form.h"
#include "measures/p6_supply/vex_readers.h"
#include "statement/statement.h"

namespace entente::measures::p6_supply {
namespace {

constexpr JsonLimits kVexLimits{.max_bytes = std::uint64_t{64} << 20, .max_depth = 64};
constexpr std::string_view kOpenVexContext = "https://openvex.dev/ns";
constexpr std::string_view kInTotoTypes[] = {"https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"};

std::optional<VexStatus> openvex_status(std::string_view label) {
  for (const VexStatus s : {VexStatus::not_affected, VexStatus::fixed, VexStatus::affected, VexStatus::under_investigation})
    if (label == to_string(s)) return s;
  return std::nullopt;
}

std::string text_of(JsonView object, std::string_view member) { return std::string(json_string(object, member).value_or("")); }

VexSoftware openvex_software(JsonView component) {
  VexSoftware out;
  if (const auto text = as_string(component)) {  // 0.0.1: a plain string
    out.id = *text;
    out.purl = purl_of(*text);
    return out;
  }
  out.id = text_of(component, "@id");
  out.purl = purl_of(out.id);
  if (const auto identifiers = json_get(component, "identifiers")) {
    if (const auto purl = json_string(*identifiers, "purl")) out.purl = purl_of(*purl);
    for (const char* kind : {"cpe23", "cpe22"})
      if (out.cpe.empty()) out.cpe = text_of(*identifiers, kind);
  }
  if (const auto hashes = json_object(component, "hashes"))
    for (const auto& [algorithm, value] : *hashes)
      if (const auto hex = as_string(value)) add_vex_hash(out.hashes, algorithm, *hex);
  return out;
}

// The name and what else it is called; 0.0.1 has a plain string.
std::vector<std::string> openvex_names(JsonView statement) {
  std::vector<std::string> out;
  const auto vulnerability = json_get(statement, "vulnerability");
  if (!vulnerability) return out;
  if (const auto name = as_string(*vulnerability)) {
    if (!name->empty()) out.emplace_back(*name);
    return out;
  }
  if (const auto name = json_string(*vulnerability, "name"); name && !name->empty()) out.emplace_back(*name);
  if (const auto aliases = json_array(*vulnerability, "aliases"))
    for (const JsonView alias : *aliases)
      if (const auto text = as_string(alias); text && !text->empty()) out.emplace_back(*text);
  return out;
}

struct OpenedEnvelope {
  std::string payload;
  std::vector<::entente::keys::VerifierKey> signed_by;
};

Result<OpenedEnvelope> open_envelope(std::string_view text, const std::string& name,
                                     std::span<const ::entente::keys::VerifierKey> trusted) {
  ENTENTE_TRY(statement::Envelope envelope, statement::Envelope::parse(text, name));
  if (envelope.payload_type != statement::kPayloadType)
    return fail(fmt::format("the envelope holds \"{}\", not an in-toto statement", printable(envelope.payload_type, 100)), {.file = name});
  OpenedEnvelope out;
  const std::string message = statement::pae(envelope.payload_type, envelope.payload);
  for (const ::entente::keys::VerifierKey& key : trusted)
    if (std::any_of(envelope.signatures.begin(), envelope.signatures.end(),
                    [&](const auto& s) { return key.type() == ::entente::keys::KeyType::ed25519 && key.verify(as_bytes(message), s.sig); }))
      out.signed_by.push_back(key);
  if (!trusted.empty() && out.signed_by.empty())
    return fail("none of the keys given has signed this document", {.file = name},
                "give its author's key, or leave the keys away to read it without knowing who said it");
  out.payload = std::move(envelope.payload);
  return out;
}

// OpenVEX in in-toto (ATTESTING.md): the subjects are the products of statements that name none.
Result<void> read_in_toto(const JsonDocument& document, VexDocument& out) {
  const auto type = json_string(document.root(), "_type");
  if (!type || std::find(std::begin(kInTotoTypes), std::end(kInTotoTypes), *type) == std::end(kInTotoTypes))
    return fail("not an in-toto statement", document.where("/_type"));
  const auto predicate_type = json_string(document.root(), "predicateType");
  if (!predicate_type || !predicate_type->starts_with(kOpenVexContext))
    return fail("the statement's predicate is not OpenVEX", document.where("/predicateType"),
                fmt::format("its predicateType begins with {}", kOpenVexContext));
  std::vector<VexSoftware> subjects;
  if (const auto list = json_array(document.root(), "subject"))
    for (const JsonView subject : *list) {
      VexSoftware s{.purl = purl_of(text_of(subject, "name")), .id = text_of(subject, "name")};
      if (const auto digests = json_object(subject, "digest"))
        for (const auto& [algorithm, value] : *digests)
          if (const auto hex = as_string(value)) add_vex_hash(s.hashes, algorithm, *hex);
      subjects.push_back(std::move(s));
    }
  const auto predicate = json_get(document.root(), "predicate");
  if (!predicate) return fail("the statement has no predicate", document.where(""));
  return VexReader(document, out).openvex(*predicate, "/predicate", subjects);
}

Result<void> read_plain(const JsonDocument& document, VexDocument& out) {
  const JsonView root = document.root();
  VexReader reader(document, out);
  if (const auto context = json_string(root, "@context"); context && context->starts_with(kOpenVexContext))
    return reader.openvex(root, "", {});
  if (json_string(root, "bomFormat") == "CycloneDX") return reader.cyclonedx(root);
  if (const auto meta = json_get(root, "document"); meta && json_get(*meta, "csaf_version")) return reader.csaf(root);
  return fail("not a VEX document",
              {.file = document.name(), .line = std::nullopt, .column = std::nullopt, .offset = std::nullopt, .pointer = {}},
              "OpenVEX has \"@context\": \"https://openvex.dev/ns…\", CSAF /document/csaf_version, CycloneDX \"bomFormat\"");
}

// CycloneDX XML, by way of the JSON form of the same document: the readers below know one shape.
Result<void> read_xml(std::string_view text, const std::string& name, VexDocument& out) {
  if (text.size() > kVexLimits.max_bytes)
    return fail(fmt::format("larger than the limit of {} bytes", kVexLimits.max_bytes), {.file = name});
  if (!is_valid_utf8(text)) return fail("not UTF-8", {.file = name}, "save the file as UTF-8 or UTF-16");
  SourceMap source;
  source.lines = line_starts(text);
  JsonFormWriter writer;
  const SbomOptions options{.limits = kVexLimits, .schema = SchemaCheck::off};
  ENTENTE_TRY(const XmlForm form, sbom_xml_to_json(std::string(text), name, options, writer));
  if (form.form != SbomForm::cyclonedx_xml)
    return fail("not a VEX document", {.file = name}, "of the XML formats only CycloneDX holds VEX");
  source.places = writer.take_places();
  const std::string json = writer.take_json();
  JsonLimits limits = kVexLimits;
  limits.max_bytes = std::max<std::uint64_t>(limits.max_bytes, json.size());
  auto document = JsonDocument::parse(json, name, limits);
  if (!document) {
    Error error = std::move(document).error();
    if (error.where.offset) error.where = source.where_next(name, *error.where.offset, error.where.pointer);
    return fail(std::move(error));
  }
  return VexReader(*document, out, &source).cyclonedx(document->root());
}

}  // namespace

std::string_view to_string(VexFormat format) {
  switch (format) {
    case VexFormat::openvex: return "OpenVEX";
    case VexFormat::csaf: return "CSAF";
    case VexFormat::cyclonedx: return "CycloneDX";
  }
  return "";
}

std::string_view to_string(VexStatus status) {
  switch (status) {
    case VexStatus::not_affected: return "not_affected";
    case VexStatus::fixed: return "fixed";
    case VexStatus::affected: return "affected";
    case VexStatus::under_investigation: return "under_investigation";
  }
  return "";
}

std::string VexSoftware::display() const {
  if (purl) return purl->str();
  if (!id.empty()) return id;
  if (!cpe.empty()) return cpe;
  return hashes.empty() ? "(unnamed)" : hashes.front().algorithm + ":" + hashes.front().value;
}

std::optional<Purl> purl_of(std::string_view text) {
  if (!text.starts_with("pkg:")) return std::nullopt;
  auto purl = Purl::parse(text);
  return purl ? std::optional(std::move(*purl)) : std::nullopt;
}

void add_vex_hash(std::vector<VexHash>& hashes, std::string_view algorithm, std::string_view value) {
  VexHash hash;
  for (const char c : algorithm)
    if (c != '-' && c != '_') hash.algorithm += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  for (const char c : value) hash.value += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (!hash.algorithm.empty() && !hash.value.empty()) hashes.push_back(std::move(hash));
}

Where VexReader::where(std::string_view pointer) const {
  Where out = document_.where(pointer);
  return source_ == nullptr || !out.offset ? out : source_->where(document_.name(), *out.offset, pointer);
}

Result<void> VexReader::add(VexStatement statement) {
  if (out_.statements.size() == kMaxVexStatements)
    return fail(fmt::format("more than {} statements", kMaxVexStatements), where(statement.pointer), "split the document");
  if (statement.subcomponents.size() > kMaxVexSubcomponents)
    return fail(fmt::format("more than {} subcomponents", kMaxVexSubcomponents), where(statement.pointer));
  out_.statements.push_back(std::move(statement));
  return {};
}

void VexReader::problem(const std::string& pointer, std::string what, std::string hint) {
  out_.problems.push_back({.what = std::move(what), .where = where(pointer), .hint = std::move(hint)});
}

tl::unexpected<Error> VexReader::broken(const std::string& pointer, std::string what, std::string hint) const {
  return fail(std::move(what), where(pointer), std::move(hint));
}

Result<Instant> VexReader::time(JsonView object, const std::string& pointer, std::string_view member) const {
  const auto text = json_string(object, member);
  const std::string at = pointer + "/" + std::string(member);
  if (!text) return broken(at, "a time is missing here", "an RFC 3339 time: without it nobody knows which statement is the latest");
  auto read = parse_time(*text);
  if (!read) return broken(at, read.error().what, read.error().hint);
  return *read;
}

Result<void> VexReader::openvex(JsonView root, const std::string& pointer, const std::vector<VexSoftware>& inherited) {
  out_.format = VexFormat::openvex;
  out_.id = text_of(root, "@id");
  out_.author = text_of(root, "author");
  if (json_get(root, "timestamp")) {
    ENTENTE_TRY(out_.at, time(root, pointer, "timestamp"));
  } else {
    problem(pointer + "/timestamp", "the document has no timestamp: its statements count as older than any other");
  }
  if (json_get(root, "last_updated")) {
    ENTENTE_TRY(const Instant updated, time(root, pointer, "last_updated"));
    out_.at = std::max(out_.at, updated);
  }
  const auto statements = json_array(root, "statements");
  if (!statements) return broken(pointer + "/statements", "a list of statements is missing");
  std::size_t i = 0;
  for (const JsonView statement : *statements)
    ENTENTE_CHECK(openvex_statement(statement, fmt::format("{}/statements/{}", pointer, i++), out_.at, inherited));
  return {};
}

Result<void> VexReader::openvex_statement(JsonView statement, const std::string& pointer, Instant at,
                                          const std::vector<VexSoftware>& inherited) {
  VexStatement out{.vulnerabilities = openvex_names(statement), .at = at, .pointer = pointer};
  if (out.vulnerabilities.empty()) return problem(pointer, "this statement names no vulnerability"), Result<void>();
  const auto label = json_string(statement, "status");
  const auto status = label ? openvex_status(*label) : std::nullopt;
  if (!status)
    return broken(pointer + "/status", label ? fmt::format("\"{}\" is no status", printable(*label, 60)) : "the status is missing",
                  "not_affected, affected, fixed or under_investigation");
  out.status = *status;
  if (json_get(statement, "timestamp")) { ENTENTE_TRY(out.at, time(statement, pointer, "timestamp")); }
  if (json_get(statement, "last_updated")) {
    ENTENTE_TRY(const Instant updated, time(statement, pointer, "last_updated"));
    out.at = std::max(out.at, updated);
  }
  out.justification = text_of(statement, "justification");
  if (out.justification.empty()) out.justification = text_of(statement, "impact_statement");
  out.action = text_of(statement, "action_statement");
  if (out.status == VexStatus::not_affected && out.justification.empty())
    return problem(pointer, "\"not_affected\" without a justification or an impact_statement cannot be relied on"), Result<void>();
  std::vector<VexSoftware> shared;  // 0.0.1: subcomponents beside the products
  if (const auto list = json_array(statement, "subcomponents"))
    for (const JsonView s : *list) shared.push_back(openvex_software(s));
  bool any = false;
  if (const auto products = json_array(statement, "products"))
    for (const JsonView product : *products) {
      VexStatement one = out;
      one.product = openvex_software(product);
      one.subcomponents = shared;
      if (const auto list = json_array(product, "subcomponents"))
        for (const JsonView s : *list) one.subcomponents.push_back(openvex_software(s));
      ENTENTE_CHECK(add(std::move(one)));
      any = true;
    }
  for (std::size_t i = 0; !any && i < inherited.size(); ++i) {
    VexStatement one = out;
    one.product = inherited[i];
    ENTENTE_CHECK(add(std::move(one)));
  }
  if (!any && inherited.empty()) problem(pointer, "this statement names no product");
  return {};
}

Result<VexDocument> parse_vex(std::string_view text, std::string name, std::span<const ::entente::keys::VerifierKey> trusted) {
  VexDocument out{.name = name};
  std::string held;
  if (const auto utf8 = as_utf8(text, name, held); utf8 && recognise_form(*utf8) == RecognisedForm::xml) {
    ENTENTE_CHECK(read_xml(*utf8, name, out));
    return out;
  }
  ENTENTE_TRY(JsonDocument document, JsonDocument::parse(text, name, kVexLimits));
  if (json_get(document.root(), "payloadType")) {
    ENTENTE_TRY(OpenedEnvelope opened, open_envelope(text, name, trusted));
    out.in_envelope = true;
    out.signed_by = std::move(opened.signed_by);
    ENTENTE_TRY(document, JsonDocument::parse(opened.payload, name, kVexLimits));
  }
  const bool in_toto = json_get(document.root(), "_type").has_value();
  ENTENTE_CHECK(in_toto ? read_in_toto(document, out) : read_plain(document, out));
  return out;
}

Result<VexDocument> read_vex(const std::filesystem::path& path, std::span<const ::entente::keys::VerifierKey> trusted) {
  ENTENTE_TRY(const std::string text, read_file(path, kVexLimits.max_bytes));
  return parse_vex(text, path.string(), trusted);
}

}  // namespace entente::measures::p6_supply
