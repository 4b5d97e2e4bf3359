// How many supporters there are, of which kinds, and how that came to be. A record counts while it is approved or imported; a tombstone
// leaves the counters and stays in the ledger. Dates of different kinds are never added up: growth by the ledger's own time and growth by
// each kind of date a record bears are series of their own, each saying how many records have no such date.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "registry/ledger_times.h"
#include "registry/state.h"

namespace entente::registry {

struct Counters {
  Leaf ledger_size = 0;
  Instant ledger_time;
  std::uint32_t supporters = 0;             // all that count; the sum of `categories`, and of `countries`
  std::array<std::uint32_t, 7> statuses{};  // all records, by Status
  // Only those that count; empty key: not known. Categories always has all five.
  std::map<std::string, std::uint32_t> categories, countries, natures;
  std::map<std::string, std::map<std::string, std::uint32_t>> countries_by_category;  // country → category → how many
  std::uint32_t proven_domain = 0;                                                    // with a domain proof that holds at ledger_time
  std::uint32_t assessed = 0;
  std::uint32_t with_reservations = 0;
};
[[nodiscard]] Counters count_supporters(const State& state);
[[nodiscard]] Json counters_json(const Counters& counters);

// What a registry signs for others to embed: origin of the ledger, its size, and the few numbers people look at. One line of JSON, compact,
// in fixed order. Whoever has the first `size` entries gets the same text.
[[nodiscard]] std::string counter_to_sign(const Counters& counters, std::string_view origin);

struct GrowthMonth {
  std::string month;  // "2026-11"
  std::uint32_t joined = 0, left = 0, total = 0;
};
struct DateSeries {
  std::string kind;                             // "signed-on", "published-on", "signed-no-later-than"
  std::map<std::string, std::uint32_t> months;  // month → records that count and bear such a date
  std::uint32_t without = 0;                    // records that count and bear none
};
struct Growth {
  std::vector<GrowthMonth> ledger;  // by ledger time of the approval or import, and of the end; months with a change only
  std::array<DateSeries, 3> dates;
};
[[nodiscard]] Growth growth(const State& state, const LedgerTimes& times);
[[nodiscard]] Json growth_json(const Growth& growth);

}  // namespace entente::registry
