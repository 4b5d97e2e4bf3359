// CVSS versions 2.0, 3.0, 3.1 and 4.0: vectors, scores, severities (FIRST: v2 guide section 3.2; v3.0 and v3.1 specification sections 6
// to 8; v4.0 specification sections 6 to 8), and the words their JSON schemas have for each letter of a vector. Pure; thread-safe.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/error.h"

namespace entente::cvss {

enum class Version : std::uint8_t { v2, v30, v31, v40 };       // older before newer
[[nodiscard]] std::string_view version_name(Version version);  // "2.0" … "4.0"

// `threat` is called temporal in versions 2 and 3. Supplemental metrics (4.0 only) change no score.
enum class Group : std::uint8_t { base, threat, environmental, supplemental };

// A metric: its letters in a vector and the words the JSON schema has for them. The word of 'X' ("ND" in version 2) is NOT_DEFINED.
struct Metric {
  std::string_view key;       // "AV"
  std::string_view property;  // "attackVector"
  Group group = Group::base;
  struct Value {
    std::string_view letter, word;
  };
  std::array<Value, 6> values;  // empty letters at the end
};
inline constexpr std::size_t kMaxMetrics = 32;
[[nodiscard]] std::span<const Metric> metrics(Version version);  // in the order of the specification's vector string

// Which value each metric of metrics() has: an index into Metric::values, or -1 where the vector does not name it.
struct Vector {
  Version version = Version::v31;
  std::array<std::int8_t, kMaxMetrics> chosen{};
  [[nodiscard]] std::string_view letter(std::size_t metric) const;  // empty: not named, or not defined
};

// "CVSS:4.0/AV:N/…", "CVSS:3.1/…", "CVSS:3.0/…", or a version 2 vector with or without parentheses. Errors name the metric and carry the
// offset: an unknown version, metric or value, a metric twice, a base metric missing, or (4.0 only, whose order is fixed) out of place.
[[nodiscard]] Result<Vector> parse(std::string_view vector);

// 0.0 to 10.0 in whole tenths, so that scores compare and print exactly.
struct Score {
  std::int16_t tenths = 0;
  [[nodiscard]] double value() const { return tenths / 10.0; }  // the double nearest to the decimal
  friend auto operator<=>(const Score&, const Score&) = default;
};

// By the groups that count: base alone; base and threat; base, threat and environmental. For 4.0 these are CVSS-B, CVSS-BT and CVSS-BTE.
struct Scores {
  Score base, temporal, environmental;
};
[[nodiscard]] Scores score(const Vector& vector);

// The qualitative scale of 3.x and 4.0 (section 5 and section 6): 0.0, to 3.9, to 6.9, to 8.9, to 10.0. Version 2 has none of its own and
// gets the same.
enum class Severity : std::uint8_t { none, low, medium, high, critical };
[[nodiscard]] Severity severity(Score score);
[[nodiscard]] std::string_view severity_name(Severity severity);         // "none" … "critical"
[[nodiscard]] std::string_view severity_schema_name(Severity severity);  // "NONE" … "CRITICAL", as in the JSON schemas

// What a published vector says of its vulnerability. 2.0 and 3.x: the base score, whatever else the vector names. 4.0 has one score, that
// of the vector as given; without threat metrics that supposes attacks.
struct Rating {
  Version version = Version::v31;
  Score score;
  [[nodiscard]] Severity severity() const { return cvss::severity(score); }
};
[[nodiscard]] Result<Rating> rate(std::string_view vector);

}  // namespace entente::cvss
