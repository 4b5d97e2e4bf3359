// Completeness of an SBOM by BSI TR-03183-2 (Cyber Resilience Requirements, part 2: SBOM), version 2: sections 5.2 (required fields),
// "additional" ones (to be given where they exist) and optional ones, of the document and of each component. docs/lifecycle.md lists from
// where in each format a field is taken.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "measures/p6_supply/sbom.h"

namespace entente::measures::p6_supply {

enum class BsiField : std::uint8_t {
  // of the document
  sbom_creator,       // e-mail address or URL of who made it
  sbom_timestamp,     // date and time
  sbom_uri,           // serialNumber, documentNamespace
  primary_component,  // what the document is about
  // of each component
  creator,  // e-mail address or URL
  name,
  version,
  filename,
  dependencies,  // the document says what it depends on, be it nothing
  distribution_licence,
  deployable_hash,  // SHA-512 of the deployable form
  executable,
  archive,
  structured,
  source_uri,
  deployable_uri,
  identifier,  // purl, CPE or SWID
  original_licence,
  effective_licence,
  source_hash,
  security_txt,
};
inline constexpr std::size_t kBsiFieldCount = 21;
inline constexpr std::size_t kBsiDocumentFields = 4;  // the first ones

enum class BsiLevel : std::uint8_t { required, additional, optional };
[[nodiscard]] std::string_view bsi_field_name(BsiField field);  // "distribution_licence"
[[nodiscard]] BsiLevel bsi_level(BsiField field);
[[nodiscard]] std::string_view to_string(BsiLevel level);

using BsiFields = std::uint32_t;  // bit i: BsiField(i)
[[nodiscard]] constexpr BsiFields bsi_bit(BsiField field) { return BsiFields{1} << static_cast<unsigned>(field); }

struct BsiComponent {
  std::uint32_t component = 0;
  BsiFields present = 0;
};

struct BsiQuality {
  BsiFields document = 0;                             // fields the document has
  BsiFields inexpressible = 0;                        // fields its format has no place for: never held against it
  std::vector<BsiComponent> components;               // software ones, in document order
  std::array<std::uint64_t, kBsiFieldCount> count{};  // components that have the field; of document fields, 0 or 1

  // Required fields a component, or the document, lacks.
  [[nodiscard]] BsiFields lacking(const BsiComponent& component) const;
  [[nodiscard]] BsiFields lacking_of_document() const;
  // No required field is lacking anywhere, and there is a component.
  [[nodiscard]] bool complete() const;
};

// CycloneDX of every form, SPDX 2. Error: SPDX 3, whose fields this program does not read to this depth.
[[nodiscard]] Result<BsiQuality> measure_bsi(const Sbom& sbom);

// {"complete","document":{"lacking"},"fields":[{"field","level","components"}],"components":[{"pointer","component","lacking"}]}
[[nodiscard]] Json bsi_json(const Sbom& sbom, const BsiQuality& quality);

}  // namespace entente::measures::p6_supply
