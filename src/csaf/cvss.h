// CVSS version 2.0, 3.0 and 3.1 in full: base, temporal and environmental scores (FIRST; v2 guide section 3.2, v3.x specification
// section 7 and 8), and the words of their JSON schemas for each letter of a vector. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace entente::csaf {

// A metric: its letters in a vector and the words the JSON schema has for them. The word of 'X' ("ND" in version 2) is NOT_DEFINED.
struct CvssMetric {
  std::string_view key;       // "AV"
  std::string_view property;  // "attackVector"
  bool base = false;
  struct Value {
    std::string_view letter, word;
  };
  std::array<Value, 6> values;  // empty letters at the end
};

inline constexpr std::size_t kMaxCvssMetrics = 22;

enum class CvssKind : std::uint8_t { v2, v30, v31 };

// Which value each metric of metrics() has: an index into CvssMetric::values, or -1 where the vector does not name it.
struct CvssVector {
  CvssKind kind = CvssKind::v31;
  std::array<std::int8_t, kMaxCvssMetrics> chosen{};
  [[nodiscard]] std::span<const CvssMetric> metrics() const;
  [[nodiscard]] std::string_view letter(std::size_t metric) const;  // empty: not named or not defined
};

// nullopt: not a vector of any of the three, a metric twice, or a base metric missing.
[[nodiscard]] std::optional<CvssVector> parse_cvss(std::string_view vector);

struct CvssScores {
  double base = 0, temporal = 0, environmental = 0;  // one decimal
};
[[nodiscard]] CvssScores score(const CvssVector& vector);
[[nodiscard]] std::string_view cvss_severity(double score);  // "NONE" … "CRITICAL", v3.1 section 5

}  // namespace entente::csaf
