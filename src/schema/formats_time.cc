// Dates, times and durations of RFC 3339, by a cursor over the text. core/time.h is not used here: it is lenient where
// JSON Schema's test suite is strict (leap seconds) and has a smaller range of years.
#include "schema/formats.h"

namespace entente::schema {
namespace {

struct Cursor {
  std::string_view rest;

  bool take(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  // Exactly `digits` digits; -1 if there are fewer.
  int number(std::size_t digits) {
    if (rest.size() < digits) return -1;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest[i] < '0' || rest[i] > '9') return -1;
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(digits);
    return value;
  }
  bool digits() {  // one or more
    std::size_t n = 0;
    while (n < rest.size() && rest[n] >= '0' && rest[n] <= '9') ++n;
    rest.remove_prefix(n);
    return n > 0;
  }
};

int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[month - 1];
}

bool take_date(Cursor& c) {
  const int year = c.number(4);
  if (year < 0 || !c.take('-')) return false;
  const int month = c.number(2);
  if (month < 1 || month > 12 || !c.take('-')) return false;
  const int day = c.number(2);
  return day >= 1 && day <= days_in_month(year, month);
}

bool take_time(Cursor& c) {
  const int hour = c.number(2);
  if (hour < 0 || hour > 23 || !c.take(':')) return false;
  const int minute = c.number(2);
  if (minute < 0 || minute > 59 || !c.take(':')) return false;
  const int second = c.number(2);
  if (second < 0 || second > 60) return false;
  if (c.take('.') && !c.digits()) return false;
  int offset = 0;
  if (!c.take('Z') && !c.take('z')) {
    const int sign = c.take('+') ? 1 : c.take('-') ? -1 : 0;
    const int hours = c.number(2);
    if (sign == 0 || hours < 0 || hours > 23 || !c.take(':')) return false;
    const int minutes = c.number(2);
    if (minutes < 0 || minutes > 59) return false;
    offset = sign * (hours * 60 + minutes);
  }
  if (second < 60) return true;
  const int utc = (hour * 60 + minute - offset + 2 * 1440) % 1440;
  return utc == 23 * 60 + 59;
}

// Units in the order given, each at most once and none left out between two that are there (appendix A).
bool take_units(Cursor& c, std::string_view units) {
  std::size_t next = 0;
  bool any = false;
  while (!c.rest.empty() && c.rest[0] != 'T') {
    if (!c.digits() || c.rest.empty()) return false;
    const std::size_t unit = units.find(c.rest[0]);
    if (unit == std::string_view::npos || unit < next || (any && unit != next)) return false;
    next = unit + 1;
    any = true;
    c.rest.remove_prefix(1);
  }
  return any;
}

}  // namespace

bool is_date(std::string_view text) {
  Cursor c{text};
  return take_date(c) && c.rest.empty();
}

bool is_time(std::string_view text) {
  Cursor c{text};
  return take_time(c) && c.rest.empty();
}

bool is_date_time(std::string_view text) {
  Cursor c{text};
  return take_date(c) && (c.take('T') || c.take('t')) && take_time(c) && c.rest.empty();
}

bool is_duration(std::string_view text) {
  Cursor c{text};
  if (!c.take('P')) return false;
  if (text.ends_with('W')) return c.digits() && c.rest == "W";
  const bool date = !c.rest.starts_with('T');
  if (date && !take_units(c, "YMD")) return false;
  if (c.rest.empty()) return date;
  return c.take('T') && take_units(c, "HMS") && c.rest.empty();
}

}  // namespace entente::schema
