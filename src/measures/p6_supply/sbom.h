// Software bills of materials: CycloneDX JSON 1.2 to 1.7 (ECMA-424) and SPDX JSON 2.2 and 2.3 (ISO/IEC 5962), read from any
// producer into one graph of components. docs/supply.md says which parts are read and how they map.
#pragma once

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

// A deviation from the format that does not keep the document from being read.
enum class IssueLevel : std::uint8_t {
  error,    // the format forbids it: the document is not valid
  warning,  // allowed or common, but information is lost (a reference to nothing …)
};
struct Issue {
  IssueLevel level = IssueLevel::warning;
  std::string pointer;  // RFC 6901
  std::string message;
};
inline constexpr std::size_t kMaxIssues = 1'000;  // kept; further ones are only counted

// Immutable once read; thread-safe. Movable: views stay valid.
struct Sbom {
  explicit Sbom(JsonDocument read_document) : document(std::move(read_document)) {}

  JsonDocument document;  // owns every text below
  SbomFormat format = SbomFormat::cyclonedx;
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
  std::vector<Relationship> relationships;  // between components of this document, in document order
  std::uint64_t files = 0;                  // SPDX files, counted only
  std::uint64_t external_references = 0;    // relationships to other documents (DocumentRef-…, urn:cdx:…)
  std::vector<Issue> issues;                // in document order, at most kMaxIssues
  std::uint64_t error_count = 0;            // all of them, also those not kept
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

// Reads an SBOM; the format is told by content. `name` is what errors call it. Errors (never a crash, never an exception): not
// JSON (see JsonDocument), not an SBOM, a version or format not read here, a value of a wrong type; with line, column, pointer.
inline constexpr JsonLimits kSbomLimits{.max_bytes = kMaxFileBytes, .max_depth = 128};
// The name of an SBOM format that this program knows and cannot read yet ("SPDX 3"), if `text` is one; else empty. Such a file is a limit
// of this program, not a fault of whoever made it.
[[nodiscard]] std::string_view known_but_unread_format(std::string_view text, JsonLimits limits = kSbomLimits);

[[nodiscard]] Result<Sbom> parse_sbom(std::string_view text, std::string name, JsonLimits limits = kSbomLimits);
[[nodiscard]] Result<Sbom> read_sbom(const std::filesystem::path& path, JsonLimits limits = kSbomLimits);

}  // namespace entente::measures::p6_supply
