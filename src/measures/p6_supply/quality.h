// How good an SBOM is, for control P6-01: the NTIA minimum elements, component by component. docs/supply.md defines every word.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "measures/p6_supply/sbom.h"

namespace entente::measures::p6_supply {

// What a complete component has.
enum class Field : std::uint8_t {
  name,
  version,
  identifier,    // a purl or CPE that can be read
  supplier,      // who makes it: see SupplierField
  hash,          // at least one well-formed digest
  relationship,  // reached from what the document is about, over "depends on" and "contains"
};
inline constexpr std::size_t kFieldCount = 6;
[[nodiscard]] std::string_view field_name(Field field);  // "name", "version", "identifier" …

// Whether the component is software that the measure counts. Not counted: files, data, hardware devices, cryptographic assets and
// machine-learning models, for which the minimum elements were not made.
[[nodiscard]] bool is_software(const Component& component);

struct Incomplete {
  std::uint32_t component = 0;
  std::uint8_t lacking = 0;  // bit i: Field(i)
  [[nodiscard]] bool lacks(Field field) const { return (lacking >> static_cast<unsigned>(field) & 1) != 0; }
};

// The names of the fields it lacks.
[[nodiscard]] std::vector<std::string_view> lacking_names(const Incomplete& incomplete);

struct Quality {
  std::uint64_t counted = 0;                         // software components, the primary one included
  std::uint64_t not_counted = 0;                     // others
  std::uint64_t complete = 0;                        // counted ones that lack no field
  std::array<std::uint64_t, kFieldCount> present{};  // counted ones that have the field
  std::uint64_t weak_hash_only = 0;                  // counted ones whose only digests are MD5, SHA-1 or weaker
  std::vector<Incomplete> incomplete;                // in document order
  bool valid = false;                                // no error-level issue
  bool has_author = false;                           // a person, organisation or tool that made the document
  bool has_timestamp = false;
  bool has_root = false;  // says what it is about

  // 0…1; 0 if nothing is counted.
  [[nodiscard]] double completeness() const { return counted == 0 ? 0 : static_cast<double>(complete) / static_cast<double>(counted); }
};

// Runs in parallel over components; the result does not depend on the number of threads.
[[nodiscard]] Quality measure_quality(const Sbom& sbom);

// In tenths, cut and not rounded: 94.96 is not 95, and only all is 100. 0 of nothing.
[[nodiscard]] inline double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part * 1000 / whole) / 10;  // NOLINT(bugprone-integer-division)
}

// The figures as JSON, from "sbom" (the name given) to "components_complete"; who reports them adds shares and rows.
[[nodiscard]] Json quality_json(std::string_view name, const Sbom& sbom, const Quality& quality);

// The thresholds of control P6-01.
enum class Grade : std::uint8_t {
  good,  // valid, author and time given, at least 95 % complete
  fair,  // at least 75 % complete
  poor,
};
[[nodiscard]] Grade grade(const Quality& quality);
[[nodiscard]] std::string_view grade_name(Grade grade);

// What a purl or CPE lacks to be an identifier: empty if it is one, else one clause ("not a purl: …").
[[nodiscard]] std::string identifier_problem(const Component& component);

}  // namespace entente::measures::p6_supply
