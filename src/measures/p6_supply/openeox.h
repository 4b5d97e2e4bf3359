// OpenEoX core 1.0 (OASIS, CSD of 2025): one JSON object with the days a product leaves sale, security support and life. The schema's
// demands and the tests of section 7 of the specification: mandatory (7.1), recommended (7.2), informative (7.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace entente::measures::p6_supply {

enum class EoxGroup : std::uint8_t { schema, mandatory, recommended, informative };
[[nodiscard]] std::string_view to_string(EoxGroup group);

struct EoxFault {
  EoxGroup group = EoxGroup::schema;
  std::string test;     // "7.1.1"; empty for the schema
  std::string pointer;  // RFC 6901, "/end_of_life"
  std::string message;  // one clause
};

// A stage: absent, "to be announced", or the instant it is reached.
struct EoxStage {
  enum class State : std::uint8_t { absent, tba, known } state = State::absent;
  Instant at{};
};

struct EoxCore {
  EoxStage end_of_life;
  EoxStage end_of_sales;
  EoxStage end_of_security_support;
  EoxStage general_availability;
  std::optional<Instant> last_updated;
  std::vector<EoxFault> faults;

  // No fault of the schema or of a mandatory test: what the specification calls valid.
  [[nodiscard]] bool valid() const;
};

inline constexpr std::string_view kEoxCoreSchema = "https://docs.oasis-open.org/openeox/v1.0/schema/core.json";

// Error: not JSON, above 64 KiB, or not an object. All else is a fault of the record. Times that only break 7.1.2 (a small "t" or "z", a
// space, a leap second) are still understood, so that the tests of order see them. Pure, thread-safe.
[[nodiscard]] Result<EoxCore> parse_openeox(std::string_view text, std::string name);

}  // namespace entente::measures::p6_supply
