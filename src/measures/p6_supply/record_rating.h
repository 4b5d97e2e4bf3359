// Which of a record's CVSS vectors counts.
#pragma once

#include <optional>
#include <span>

#include "cvss/cvss.h"
#include "measures/p6_supply/index.h"

namespace entente::measures::p6_supply {

using cvss::Severity;
using cvss::severity_name;

// Of the entries whose type begins with "CVSS_V" and whose vector can be scored: the newest CVSS version (4.0 before 3.1 before 3.0 before
// 2.0), and of several vectors of that version the highest score. nullopt if there is none.
[[nodiscard]] std::optional<cvss::Rating> rate_record(std::span<const SeverityView> severity);

}  // namespace entente::measures::p6_supply
