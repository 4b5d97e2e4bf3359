// Measures the completeness of an SBOM. Each component gets one byte, a bit for each field it lacks, written in parallel to its
// own place; the sums are then taken in document order. Reaching a component from the roots is one breadth-first walk.
#include "measures/p6_supply/quality.h"

#include <algorithm>

#include "core/parallel.h"
#include "measures/p6_supply/purl.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::array<std::string_view, kFieldCount> kFieldNames{"name", "version", "identifier", "supplier", "hash", "relationship"};

// CPE 2.3 formatted string: "cpe:2.3:" and eleven parts, ':' inside a part written "\:"; or a CPE 2.2 URI.
bool is_cpe(std::string_view text) {
  if (text.starts_with("cpe:/")) return text.size() > 6 && std::string_view("aho").find(text[5]) != std::string_view::npos;
  if (!text.starts_with("cpe:2.3:")) return false;
  text.remove_prefix(8);
  if (text.empty() || std::string_view("aho*-").find(text[0]) == std::string_view::npos) return false;
  std::size_t parts = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == ':')
      ++parts;
  }
  return parts == 11;
}

bool has_identifier(const Component& c) { return is_cpe(c.cpe) || (!c.purl.empty() && Purl::parse(c.purl).has_value()); }

std::uint8_t lacking_of(const Component& c, bool reached) {
  std::uint8_t bits = 0;
  const auto lacks = [&](Field field) { bits = static_cast<std::uint8_t>(bits | 1u << static_cast<unsigned>(field)); };
  if (c.name.empty()) lacks(Field::name);
  if (c.version.empty()) lacks(Field::version);
  if (!has_identifier(c)) lacks(Field::identifier);
  if (c.supplier.empty()) lacks(Field::supplier);
  if (c.hashes.count == 0) lacks(Field::hash);
  if (!reached) lacks(Field::relationship);
  return bits;
}

bool is_weak(std::string_view algorithm) {
  constexpr std::array<std::string_view, 7> weak{"MD5", "SHA-1", "SHA1", "MD2", "MD4", "MD6", "ADLER32"};
  return std::find(weak.begin(), weak.end(), algorithm) != weak.end();
}

bool only_weak(std::span<const ComponentHash> hashes) {
  return !hashes.empty() && std::all_of(hashes.begin(), hashes.end(), [](const ComponentHash& h) { return is_weak(h.algorithm); });
}

}  // namespace

std::string_view field_name(Field field) { return kFieldNames[static_cast<std::size_t>(field)]; }

bool is_software(const Component& component) {
  constexpr std::array<std::string_view, 7> others{"file", "data",  "device", "cryptographic-asset", "machine-learning-model",
                                                   "FILE", "DEVICE"};
  return std::find(others.begin(), others.end(), component.type) == others.end();
}

Quality measure_quality(const Sbom& sbom) {
  const std::size_t n = sbom.components.size();
  const std::vector<std::uint32_t> reached = reach(sbom);
  std::vector<std::uint8_t> lacking(n);
  parallel_for(n, [&](std::size_t i) { lacking[i] = lacking_of(sbom.components[i], reached[i] != kNoComponent); }, 512);

  Quality q;
  q.valid = sbom.valid();
  q.has_author = !sbom.authors.empty() || !sbom.tools.empty();
  q.has_timestamp = sbom.timestamp.has_value();
  q.has_root = !sbom.roots.empty();
  for (std::uint32_t i = 0; i < n; ++i) {
    const Component& c = sbom.components[i];
    if (!is_software(c)) {
      ++q.not_counted;
      continue;
    }
    ++q.counted;
    for (std::size_t field = 0; field < kFieldCount; ++field)
      if ((lacking[i] >> field & 1) == 0) ++q.present[field];
    if (only_weak(sbom.hashes_of(c))) ++q.weak_hash_only;
    if (lacking[i] == 0)
      ++q.complete;
    else
      q.incomplete.push_back({i, lacking[i]});
  }
  return q;
}

std::vector<std::string_view> lacking_names(const Incomplete& incomplete) {
  std::vector<std::string_view> names;
  for (std::size_t f = 0; f < kFieldCount; ++f)
    if (incomplete.lacks(static_cast<Field>(f))) names.push_back(field_name(static_cast<Field>(f)));
  return names;
}

Json quality_json(std::string_view name, const Sbom& sbom, const Quality& q) {
  return {{"sbom", name},
          {"format", to_string(sbom.format)},
          {"spec_version", sbom.spec_version},
          {"grade", grade_name(grade(q))},
          {"valid", q.valid},
          {"errors", sbom.error_count},
          {"warnings", sbom.warning_count},
          {"has_author", q.has_author},
          {"has_timestamp", q.has_timestamp},
          {"has_primary_component", q.has_root},
          {"components_counted", q.counted},
          {"components_not_counted", q.not_counted},
          {"components_complete", q.complete}};
}

Grade grade(const Quality& q) {
  const auto at_least = [&](std::uint64_t percent) { return q.counted > 0 && q.complete * 100 >= percent * q.counted; };
  if (q.valid && q.has_author && q.has_timestamp && at_least(95)) return Grade::good;
  return at_least(75) ? Grade::fair : Grade::poor;
}

std::string_view grade_name(Grade grade) {
  switch (grade) {
    case Grade::good: return "good";
    case Grade::fair: return "fair";
    case Grade::poor: break;
  }
  return "poor";
}

std::string identifier_problem(const Component& component) {
  if (has_identifier(component)) return {};
  if (!component.purl.empty()) return "not a purl: " + Purl::parse(component.purl).error().what;
  return component.cpe.empty() ? "no purl or CPE" : "not a CPE 2.3 or 2.2 name";
}

}  // namespace entente::measures::p6_supply
