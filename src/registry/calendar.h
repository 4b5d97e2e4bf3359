// Events as an iCalendar object, RFC 5545: CRLF, lines folded at 75 octets and never inside a character, whole days as VALUE=DATE with an
// exclusive end, a UID that stays, DTSTAMP the time of the change (so the same ledger gives the same bytes), SEQUENCE counting changes.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "registry/record.h"

namespace entente::registry {

struct CalendarInfo {
  std::string name;    // of the calendar
  std::string domain;  // after the '@' of each UID: a DNS name of the registry that never changes
};

// All events that have a beginning or happened at some time, by uid. Without any there is still a valid object.
[[nodiscard]] std::string calendar(const CalendarInfo& info, const std::map<std::string, Event>& events);

// One content line (without CRLF) folded: no physical line longer than 75 octets. For tests.
[[nodiscard]] std::string fold_line(std::string_view line);
// TEXT, section 3.3.11: \\ \; \, \n; other control characters and direction overrides are left out.
[[nodiscard]] std::string calendar_text(std::string_view text);

}  // namespace entente::registry
