// Instants and their RFC 3339 spelling. The pure part of Entente never asks for "now": time is a parameter.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/error.h"

namespace entente {

// Microseconds since 1970-01-01T00:00:00Z, no leap seconds (wide enough for year 1 to 9999, which advisories do contain).
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

// RFC 3339 section 5.6 "date-time": "2026-11-24T11:03:16Z", fraction and numeric offset allowed, `t`/`z` in either case.
// A leap second (:60) is accepted and counted as the next second. More than six fraction digits are cut.
[[nodiscard]] Result<Instant> parse_time(std::string_view text);
// "2026-11-24" as midnight UTC.
[[nodiscard]] Result<Instant> parse_date(std::string_view text);
// Either of the two.
[[nodiscard]] Result<Instant> parse_time_or_date(std::string_view text);

// Always UTC with `Z`; a fraction only if it is not zero, without trailing zeros.
[[nodiscard]] std::string format_time(Instant t);
[[nodiscard]] std::string format_date(Instant t);  // "2026-11-24", UTC

// The only clock. Outside `cli`, `ledger`, `http`, `server` and `evidence/collect` nobody calls it.
[[nodiscard]] Instant now();

// Whole days from `from` to `to` (floor); negative if `to` is earlier.
[[nodiscard]] std::int64_t days_between(Instant from, Instant to);

}  // namespace entente
