// CVSS base scores from vectors: version 2.0, 3.0 and 3.1 (FIRST). Version 4.0 vectors are recognised but not scored here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/error.h"
#include "measures/p6_supply/index.h"

namespace entente::measures::p6_supply {

enum class Severity : std::uint8_t { none, low, medium, high, critical };  // the qualitative scale of CVSS 3.1 section 5
[[nodiscard]] std::string_view severity_name(Severity severity);           // "none" … "critical"
[[nodiscard]] Severity severity_of_score(double score);                    // 0, 0.1–3.9, 4.0–6.9, 7.0–8.9, 9.0–10.0

struct CvssScore {
  double score = 0;          // 0.0–10.0, one decimal
  std::string_view version;  // "2.0", "3.0", "3.1"
  [[nodiscard]] Severity severity() const { return severity_of_score(score); }
};

// "CVSS:3.1/AV:N/…" or a version 2 vector, with or without parentheses. All base metrics once each; temporal and
// environmental metrics are checked for form and left out of the score. Errors name the metric.
[[nodiscard]] Result<CvssScore> cvss_base_score(std::string_view vector);

// The highest of a record's vectors that can be scored, newer CVSS versions first; nullopt if there is none.
[[nodiscard]] std::optional<CvssScore> best_score(std::span<const SeverityView> severity);

}  // namespace entente::measures::p6_supply
