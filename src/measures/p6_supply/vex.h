// VEX: what makers say about vulnerabilities in their products. OpenVEX 0.2.0 (and 0.0.1), plain or as the predicate of an in-toto
// statement in a DSSE envelope; CSAF 2.0 (profile VEX, or any advisory with product_status); CycloneDX 1.4 and later (vulnerabilities with
// an analysis). One shape for all three, and one judgement of which statement applies to which match of a scan. docs/vex.md says how. All
// functions are thread-safe; the types are plain values.
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
#include "keys/keys.h"
#include "measures/p6_supply/purl.h"
#include "measures/p6_supply/scan.h"

namespace entente::measures::p6_supply {

enum class VexFormat : std::uint8_t { openvex, csaf, cyclonedx };
[[nodiscard]] std::string_view to_string(VexFormat format);  // "OpenVEX", "CSAF", "CycloneDX"

enum class VexStatus : std::uint8_t { not_affected, fixed, affected, under_investigation };
[[nodiscard]] std::string_view to_string(VexStatus status);  // OpenVEX's labels
// not_affected and fixed: nothing is left to do about the match.
[[nodiscard]] constexpr bool settles(VexStatus status) { return status == VexStatus::not_affected || status == VexStatus::fixed; }

struct VexHash {
  std::string algorithm;  // lower case letters and digits only: "sha256"
  std::string value;      // lower-case hex
};

// How a statement names a piece of software. Any of these may be missing.
struct VexSoftware {
  std::optional<Purl> purl;
  std::string id;      // as written: an IRI, a product id, a bom-ref
  std::string serial;  // CycloneDX: of the document a BOM-link points to (without "urn:uuid:"); with `id` its bom-ref
  std::string cpe;
  std::vector<VexHash> hashes;
  // CycloneDX: affects.versions. Empty: whatever version the rest names.
  std::vector<std::string> versions;
  std::vector<std::string> ranges;  // VERS

  [[nodiscard]] std::string display() const;
};

// One vulnerability, one product.
struct VexStatement {
  std::vector<std::string> vulnerabilities;  // all names of the one vulnerability, the main one first; at least one
  VexSoftware product;
  std::vector<VexSoftware> subcomponents;  // empty: wherever in the product the vulnerability comes from
  VexStatus status = VexStatus::under_investigation;
  std::string justification;  // a label of the format, or its free text
  std::string action;
  Instant at;
  std::string pointer;  // where it stands in the document
};

struct VexDocument {
  VexFormat format = VexFormat::openvex;
  std::string name;    // as errors call it
  std::string id;      // @id, tracking id, serial number; may be empty
  std::string author;  // may be empty (CycloneDX)
  Instant at;
  std::vector<::entente::keys::VerifierKey> signed_by;  // trusted keys whose signature over it verified
  bool in_envelope = false;
  std::vector<VexStatement> statements;
  std::vector<Error> problems;  // what the format demands and is missing: statements left out for it, or a time
};

inline constexpr std::size_t kMaxVexStatements = 200'000;  // a document with more is refused
inline constexpr std::size_t kMaxVexSubcomponents = 100'000;

// `trusted`: keys under which envelopes are verified. An envelope that none of them signed is an error if `trusted` is not empty, else it
// is read without the signature meaning anything. Errors: syntax, none of the formats, a time or a status that is none. A document without
// a time is read, its statements being older than any other.
[[nodiscard]] Result<VexDocument> parse_vex(std::string_view text, std::string name,
                                            std::span<const ::entente::keys::VerifierKey> trusted = {});
[[nodiscard]] Result<VexDocument> read_vex(const std::filesystem::path& path, std::span<const ::entente::keys::VerifierKey> trusted = {});

// Which statement, of which document.
struct VexRef {
  std::uint32_t document = 0;
  std::uint32_t statement = 0;
  bool operator==(const VexRef&) const = default;
};

// Why a statement changed nothing.
enum class VexUnused : std::uint8_t {
  no_such_match,     // the scan found this vulnerability nowhere in the SBOM
  product_absent,    // the SBOM holds no component this product names
  other_version,     // it holds one of this name, in another version
  other_qualifiers,  // … with other purl qualifiers (architecture, distribution)
  not_in_product,    // product and vulnerable component are there, but not one within the other, or not all ways lead through the product
  subcomponent_absent,
  superseded,     // the same author said something later about the same product and vulnerability
  less_specific,  // a statement about a product nearer the document's subject decides
  contradicted,   // others who speak of the same product say otherwise: nothing is suppressed
  not_trusted,    // keys are demanded, and the document bears no signature of one of them
  fixed_where,    // says "fixed", but of no version: the fix may be in another than this one
  says_open,      // applies, and says that the match stands (affected, under investigation)
};
[[nodiscard]] std::string_view why_text(VexUnused why);

struct UnusedStatement {
  VexRef statement;
  VexUnused why = VexUnused::no_such_match;
};

// What VEX says of one match of the scan.
struct VexVerdict {
  VexRef statement;  // the one that decides
  VexStatus status = VexStatus::under_investigation;
  bool suppressed = false;  // it is settled, and nobody of equal standing contradicts
  std::vector<VexRef> contradicted_by;
};

struct VexOutcome {
  std::vector<std::optional<VexVerdict>> verdicts;  // of each of ScanResult::vulnerabilities
  std::vector<UnusedStatement> unused;              // every statement that suppressed nothing, with the nearest it came to doing so
  std::uint64_t suppressed = 0;
  std::uint64_t contradicted = 0;
};

enum class VexTrust : std::uint8_t {
  given,  // whoever gave the documents answers for them
  keys,   // only documents with VexDocument::signed_by
};

// Applies the documents to a scan of `sbom`. For each match: the statements whose product is the affected component, or holds it on every
// way that leads to it, and whose subcomponents, if any, name it. A statement about a product nearer the document's subject decides over
// one about a component; for the same product the author's latest; authors who disagree suppress nothing, unless one of them is the
// product's supplier as the SBOM names it. docs/vex.md.
[[nodiscard]] VexOutcome apply_vex(const Sbom& sbom, const ScanResult& scan, std::span<const VexDocument> documents,
                                   VexTrust trust = VexTrust::given);

}  // namespace entente::measures::p6_supply
