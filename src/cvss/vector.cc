// Reads a vector field by field. Metrics mostly stand in the order of the specification, so the search for a key begins behind the one
// found before. Then each base metric is demanded. Names and severities stand here too.
#include <fmt/format.h>

#include "core/same_text.h"
#include "cvss/formulas.h"

namespace entente::cvss {
namespace {

constexpr std::size_t kMaxBytes = 512;  // all 32 metrics of 4.0 take less than 200

// Text of the input as an error shows it.
std::string shown(std::string_view text) { return fmt::format("\"{}\"", text.substr(0, 40)); }

struct VectorReader {
  Vector& vector;
  std::span<const Metric> table;
  std::size_t next = 0;  // behind the metric read last

  [[nodiscard]] std::size_t find(std::string_view key) const {
    for (std::size_t i = 0, m = next; i < table.size(); ++i, ++m) {
      if (m >= table.size()) m = 0;
      if (same_text(table[m].key, key)) return m;
    }
    return table.size();
  }

  Result<void> take(std::string_view field, std::size_t offset) {
    std::size_t colon = field.size();
    for (std::size_t i = 0; i < field.size() && colon == field.size(); ++i)
      if (field[i] == ':') colon = i;
    const std::size_t m = colon == field.size() ? table.size() : find(field.substr(0, colon));
    if (m == table.size()) return fail(fmt::format("CVSS {}: unknown metric {}", version_name(vector.version), shown(field)), at(offset));
    const Metric& metric = table[m];
    if (vector.chosen[m] >= 0) return fail(fmt::format("CVSS: metric {} is given twice", metric.key), at(offset));
    if (vector.version == Version::v40 && m < next)
      return fail(fmt::format("CVSS 4.0: metric {} must stand before {}", metric.key, table[next - 1].key), at(offset),
                  "write the metrics in the order of the specification, section 7");
    const std::string_view letter = field.substr(colon + 1);
    for (std::size_t i = 0; i < metric.values.size() && !metric.values[i].letter.empty(); ++i)
      if (same_text(metric.values[i].letter, letter)) vector.chosen[m] = static_cast<std::int8_t>(i);
    if (vector.chosen[m] < 0)
      return fail(fmt::format("CVSS {}: metric {} has no value {}", version_name(vector.version), metric.key, shown(letter)),
                  at(offset + colon + 1));
    next = m + 1;
    return {};
  }

  [[nodiscard]] Result<void> complete() const {
    for (std::size_t m = 0; m < table.size(); ++m)
      if (table[m].group == Group::base && vector.chosen[m] < 0)
        return fail(fmt::format("CVSS {}: base metric {} is missing", version_name(vector.version), table[m].key));
    return {};
  }

  static Where at(std::size_t offset) { return {.offset = offset}; }
};

}  // namespace

Result<Vector> parse(std::string_view text) {
  if (text.size() > kMaxBytes) return fail(fmt::format("CVSS: vector longer than {} bytes", kMaxBytes));
  Vector v;
  v.chosen.fill(-1);
  std::size_t at = 0, end = text.size();
  if (text.starts_with("CVSS:")) {
    v.version = text.starts_with("CVSS:3.1/") ? Version::v31 : text.starts_with("CVSS:3.0/") ? Version::v30 : Version::v40;
    if (v.version == Version::v40 && !text.starts_with("CVSS:4.0/"))
      return fail(fmt::format("CVSS: unknown version in {}", shown(text)), {.offset = 5});
    at = 9;
  } else {
    v.version = Version::v2;
    if (text.size() >= 2 && text.front() == '(' && text.back() == ')') ++at, --end;
  }
  VectorReader reader{v, metrics(v.version)};
  while (true) {
    std::size_t slash = at;
    while (slash < end && text[slash] != '/') ++slash;
    ENTENTE_CHECK(reader.take(text.substr(at, slash - at), at));
    if (slash == end) break;
    at = slash + 1;
  }
  ENTENTE_CHECK(reader.complete());
  return v;
}

std::string_view Vector::letter(std::size_t metric) const {
  if (chosen[metric] < 0) return {};
  const Metric::Value& value = metrics(version)[metric].values[static_cast<std::size_t>(chosen[metric])];
  return value.letter == "X" || value.letter == "ND" ? std::string_view{} : value.letter;
}

std::string_view version_name(Version version) {
  static constexpr std::array<std::string_view, 4> kNames{"2.0", "3.0", "3.1", "4.0"};
  return kNames[static_cast<std::size_t>(version)];
}

Scores score(const Vector& v) { return v.version == Version::v2 ? score_2(v) : v.version == Version::v40 ? score_4(v) : score_3(v); }

Severity severity(Score score) {
  if (score.tenths <= 0) return Severity::none;
  if (score.tenths < 40) return Severity::low;
  if (score.tenths < 70) return Severity::medium;
  return score.tenths < 90 ? Severity::high : Severity::critical;
}

std::string_view severity_name(Severity severity) {
  static constexpr std::array<std::string_view, 5> kNames{"none", "low", "medium", "high", "critical"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string_view severity_schema_name(Severity severity) {
  static constexpr std::array<std::string_view, 5> kNames{"NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL"};
  return kNames[static_cast<std::size_t>(severity)];
}

Result<Rating> rate(std::string_view vector) {
  ENTENTE_TRY(const Vector v, parse(vector));
  const Scores s = score(v);
  return Rating{v.version, v.version == Version::v40 ? s.environmental : s.base};
}

}  // namespace entente::cvss
