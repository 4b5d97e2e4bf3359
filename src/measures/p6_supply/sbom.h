// Software bills of materials: CycloneDX 1.2 to 1.7 (ECMA-424) as JSON and XML, SPDX 2.2 and 2.3 (ISO/IEC 5962) as JSON, tag-value, YAML
// and XML, and SPDX 3.0 as JSON-LD, read from any producer into one graph. docs/sbom-intake.md says what is read and how it maps.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/time.h"

namespace entente::measures::p6_supply {

enum class SbomFormat : std::uint8_t { cyclonedx, spdx };
[[nodiscard]] std::string_view to_string(SbomFormat format);  // "CycloneDX", "SPDX"

enum class SbomForm : std::uint8_t { cyclonedx_json, cyclonedx_xml, spdx_json, spdx_tag_value, spdx_yaml, spdx_xml, spdx3_json };
[[nodiscard]] std::string_view to_string(SbomForm form);  // "CycloneDX XML", "SPDX tag-value"

inline constexpr std::uint32_t kNoComponent = 0xffff'ffff;

// A part [first, first + count) of one of the Sbom's flat arrays.
struct Slice {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

struct ComponentHash {
  std::string_view algorithm;  // as written: "SHA-256" (CycloneDX), "SHA256" (SPDX)
  std::string_view value;      // as written
};

// Which field of the document named the supplier. NTIA's "supplier" is the entity that creates, defines and identifies a
// component, so a manufacturer, publisher or author serves where no supplier is given; the reader takes the first of this order.
enum class SupplierField : std::uint8_t { none, supplier, manufacturer, publisher, author, originator };

// Where a component stands in its document.
enum class ComponentOrigin : std::uint8_t {
  primary,     // CycloneDX /metadata/component
  components,  // CycloneDX /components/N
  nested,      // CycloneDX <parent>/components/N
  packages,    // SPDX /packages/N
  graph,       // SPDX 3 /@graph/N
};

// One component (CycloneDX) or package (SPDX). All texts are views into the Sbom's document, as written there; empty if absent.
// SPDX's NOASSERTION and NONE are read as absent.
struct Component {
  std::string_view ref;  // bom-ref, SPDXID
  std::string_view name;
  std::string_view group;  // CycloneDX only
  std::string_view version;
  std::string_view purl;  // text; parse with Purl::parse. The first one, if a package has several
  std::string_view cpe;
  std::string_view supplier;            // SPDX: without "Organization: " or "Person: "
  std::string_view type;                // CycloneDX type; SPDX primaryPackagePurpose
  std::string_view scope;               // CycloneDX: "required", "optional", "excluded"
  Slice hashes;                         // of Sbom::hashes; only those that can be right: known algorithm, hex digits of its length
  Slice licences;                       // of Sbom::licences
  std::uint32_t parent = kNoComponent;  // the component it is nested in
  std::uint32_t position = 0;           // index in the array that holds it
  ComponentOrigin origin = ComponentOrigin::components;
  SupplierField supplier_field = SupplierField::none;
};

// How one component stands to another, read in one direction: `from` depends on, holds, or is otherwise related to, `to`.
enum class RelationKind : std::uint8_t { depends_on, contains, other };
struct Relationship {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  RelationKind kind = RelationKind::other;
  std::string_view type;  // as written ("DEV_DEPENDENCY_OF"); "dependsOn", "provides", "components" for CycloneDX
};

// A file an SPDX document lists. Texts as in Component.
struct SbomFile {
  std::string_view ref;   // SPDXID
  std::string_view name;  // its path within the package
  Slice hashes;           // of Sbom::hashes
  std::string_view licence;
  std::uint32_t owner = kNoComponent;  // the first component that says it contains the file
};

// A service a CycloneDX document lists; nested ones follow theirs.
struct SbomService {
  std::string_view ref;
  std::string_view group;
  std::string_view name;
  std::string_view version;
  std::string_view provider;
};

// A deviation from the format that does not keep the document from being read.
enum class IssueLevel : std::uint8_t {
  error,    // the format forbids it: the document is not valid
  warning,  // allowed or common, but information is lost (a reference to nothing …)
};
struct Issue {
  IssueLevel level = IssueLevel::warning;
  std::string pointer;  // RFC 6901, in the document's JSON form (which is how Sbom::where finds the place)
  std::string message;
  // Where the rules of the XML form are broken: the place itself; `pointer` is then the element's path ("/bom/components/component[3]").
  std::uint64_t line = 0;
  std::uint64_t column = 0;
};
inline constexpr std::size_t kMaxIssues = 1'000;  // kept; further ones are only counted

// For forms that are not JSON: from bytes of the JSON form back to bytes of the source. Offsets are 32 bits wide; inputs are below 4 GiB.
struct SourcePlace {
  std::uint32_t json = 0;
  std::uint32_t source = 0;
};
struct SourceMap {
  std::vector<SourcePlace> places;   // of every value, ascending
  std::vector<std::uint32_t> lines;  // start of each line of the source; empty: the source is the JSON itself
  // The value a byte of the JSON lies in or behind.
  [[nodiscard]] Where where(const std::string& name, std::uint64_t json_offset, std::string_view pointer) const;
  // The value at or behind a byte: of a key, its value.
  [[nodiscard]] Where where_next(const std::string& name, std::uint64_t json_offset, std::string_view pointer) const;
};

// Immutable once read; thread-safe. Movable: views stay valid.
struct Sbom {
  explicit Sbom(JsonDocument read_document) : document(std::move(read_document)) {}

  JsonDocument document;  // the JSON form, made by the reader where the source is in another; owns every text below
  SbomFormat format = SbomFormat::cyclonedx;
  SbomForm form = SbomForm::cyclonedx_json;
  SourceMap source;
  std::string_view spec_version;      // "1.5", "2.3"
  std::string_view serial;            // CycloneDX serialNumber; SPDX documentNamespace
  std::string_view name;              // SPDX document name; empty for CycloneDX
  std::optional<Instant> timestamp;   // metadata.timestamp, creationInfo.created
  std::vector<std::string> authors;   // persons and organisations who made the document
  std::vector<std::string> tools;     // "syft 1.2.0"
  std::vector<Component> components;  // document order, parents before children; CycloneDX's primary component first
  std::vector<std::uint32_t> roots;   // what the document is about: metadata.component; the packages SPDX describes
  std::vector<ComponentHash> hashes;
  std::vector<std::string_view> licences;
  std::vector<Relationship> relationships;   // between components of this document, in document order
  std::vector<SbomFile> files;               // SPDX
  std::vector<SbomService> services;         // CycloneDX
  std::vector<std::string_view> lifecycles;  // CycloneDX metadata.lifecycles: "build", "operations", or a name of one's own
  std::uint64_t external_references = 0;     // relationships to other documents (DocumentRef-…, urn:cdx:…)
  std::vector<Issue> issues;                 // in document order, at most kMaxIssues
  std::uint64_t error_count = 0;             // all of them, also those not kept
  std::uint64_t warning_count = 0;

  // No error-level issue.
  [[nodiscard]] bool valid() const { return error_count == 0; }
  [[nodiscard]] std::span<const ComponentHash> hashes_of(const Component& c) const {
    return std::span(hashes).subspan(c.hashes.first, c.hashes.count);
  }
  [[nodiscard]] std::span<const std::string_view> licences_of(const Component& c) const {
    return std::span(licences).subspan(c.licences.first, c.licences.count);
  }
  // What `component` depends on or contains, ascending, without duplicates.
  [[nodiscard]] std::span<const std::uint32_t> children(std::uint32_t component) const {
    return std::span(edges_).subspan(edge_start_[component], edge_start_[component + 1] - edge_start_[component]);
  }
  // JSON pointer of a component: "/components/3/components/0".
  [[nodiscard]] std::string pointer(std::uint32_t component) const;
  // Line and column, in the file as given, of the value `at` names. Slow (see JsonDocument::where): for messages.
  [[nodiscard]] Where where(std::string_view at) const;
  [[nodiscard]] Where where(const Issue& issue) const;
  // How people name it: "group/name 1.2.3"; control characters are made visible.
  [[nodiscard]] std::string display(std::uint32_t component) const;

  // Built by the reader from `relationships`: edges of component i are edges_[edge_start_[i] … edge_start_[i+1]).
  std::vector<std::uint32_t> edge_start_;
  std::vector<std::uint32_t> edges_;
};

// Breadth-first walk from the roots over children(): for each component the one through which it is first reached, itself for a
// root, kNoComponent if it is not reached. Shortest paths; ties go to the lower index. Loops are harmless.
[[nodiscard]] std::vector<std::uint32_t> reach(const Sbom& sbom);
// From a root to `component` along what reach() returned; empty if it is not reached.
[[nodiscard]] std::vector<std::uint32_t> path_to(std::span<const std::uint32_t> reached, std::uint32_t component);

// CycloneDX 1.7 "component.type"; older versions know fewer.
inline constexpr std::array<std::string_view, 13> kCyclonedxTypes{"library",
                                                                  "application",
                                                                  "framework",
                                                                  "container",
                                                                  "platform",
                                                                  "operating-system",
                                                                  "device",
                                                                  "device-driver",
                                                                  "firmware",
                                                                  "file",
                                                                  "machine-learning-model",
                                                                  "data",
                                                                  "cryptographic-asset"};

inline constexpr JsonLimits kSbomLimits{.max_bytes = kMaxFileBytes, .max_depth = 128};

// Whether the whole document is held against the rules of its format and version, or only what the graph takes.
enum class SchemaCheck : std::uint8_t { on, off };

struct SbomOptions {
  JsonLimits limits = kSbomLimits;
  SchemaCheck schema = SchemaCheck::on;
};

// Reads an SBOM; form and version are told by content, UTF-16 and byte order marks are transcoded. `name` is what errors call it. Errors
// (never a crash, never an exception): syntax, not an SBOM, a version or form not read here, a value of a wrong type, a document out of
// proportion (nesting, or more elements than its size allows); they name the form, line, column and pointer. What breaks the format's rules
// and can still be read is an issue.
[[nodiscard]] Result<Sbom> parse_sbom(std::string_view text, std::string name, const SbomOptions& options = {});
[[nodiscard]] Result<Sbom> read_sbom(const std::filesystem::path& path, const SbomOptions& options = {});

// The name of an SBOM form that this program knows and cannot read yet ("SPDX RDF"), if `text` is one; else empty. Such a file is a limit
// of this program, not a fault of whoever made it.
[[nodiscard]] std::string_view known_but_unread_format(std::string_view text);

}  // namespace entente::measures::p6_supply
