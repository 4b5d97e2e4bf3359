// The one day lists and search sort a record by.
#pragma once

#include <string>
#include <string_view>

#include "registry/record.h"

namespace entente::registry {

// Which kind of date the day is, in the words of counters.h: growth. A pledge to this registry is signed on its day.
enum class DayKind : std::uint8_t { none, signed_on, published_on, signed_no_later_than };
[[nodiscard]] std::string_view name(DayKind kind);  // "signed-on"; none: empty

struct RecordDay {
  std::string day;  // "YYYY-MM-DD"; empty: the record bears none
  DayKind kind = DayKind::none;
};
// The first of the dates there is, in the order of what they are worth; the kinds stay apart in the record itself.
[[nodiscard]] RecordDay record_day(const Supporter& supporter);

}  // namespace entente::registry
