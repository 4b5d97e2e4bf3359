// OSV's range evaluation, done once: the events of a range become half-open intervals of version keys.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "measures/p6_supply/index.h"
#include "measures/p6_supply/osv.h"

namespace entente::measures::p6_supply {

// Affected: low <= key < high (as bytes). An empty `low` is −∞; an empty `high` is no end.
struct KeyInterval {
  std::string low, high;
  std::string low_text, high_text;  // as the advisory spells them; low_text "0" for −∞
  Upper upper = Upper::none;

  auto operator<=>(const KeyInterval&) const = default;
};

// The set of versions the schema's pseudocode calls vulnerable, in ascending order, disjoint. The schema is silent on `introduced` and
// `fixed` at one version; here they cancel, whatever their order: PYSEC-2022-42972 (fixed, and introduced again, at 0.13.0) stays
// affected across it, RUSTSEC-2022-0012 (introduced and fixed at 0.10.0) is an empty interval and leaves 0.10.0 on alone.
// `last_affected` v ends at the least key above v. Several limits: the highest counts. Errors: a version the scheme does not
// understand; no `introduced` event.
[[nodiscard]] Result<std::vector<KeyInterval>> range_intervals(Scheme scheme, const OsvRange& range);

// The pseudocode itself, word for word, over compare_versions(): the reference for tests.
[[nodiscard]] Result<bool> included_in_range(Scheme scheme, std::string_view version, const OsvRange& range);

}  // namespace entente::measures::p6_supply
