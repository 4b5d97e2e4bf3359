// The day it signed, by the record or by its pledge; else the day it appeared; else the day an import held it already.
#include "registry/record_day.h"

#include <array>

namespace entente::registry {

std::string_view name(DayKind kind) {
  constexpr std::array<std::string_view, 4> names{"", "signed-on", "published-on", "signed-no-later-than"};
  return names.at(static_cast<std::size_t>(kind));
}

RecordDay record_day(const Supporter& s) {
  if (!s.dates.signed_on.empty()) return {s.dates.signed_on, DayKind::signed_on};
  if (s.pledge.envelope != Digest()) return {format_date(s.pledge.at), DayKind::signed_on};
  if (!s.dates.published_on.empty()) return {s.dates.published_on, DayKind::published_on};
  if (!s.dates.signed_no_later_than.empty()) return {s.dates.signed_no_later_than, DayKind::signed_no_later_than};
  return {};
}

}  // namespace entente::registry
