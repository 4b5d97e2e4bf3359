// RFC 3339 times by hand-written fixed-width parsing over std::chrono's calendar: strptime knows no fractions, and
// C++20's chrono::parse is missing from GCC 12.
#include "core/time.h"

#include <fmt/format.h>

namespace entente {
namespace {

using namespace std::chrono;

struct Cursor {
  std::string_view text;
  std::size_t at = 0;

  // Exactly `width` digits.
  bool number(int width, int& out) {
    if (at + static_cast<std::size_t>(width) > text.size()) return false;
    out = 0;
    for (int i = 0; i < width; ++i) {
      const char c = text[at];
      if (c < '0' || c > '9') return false;
      out = out * 10 + (c - '0');
      ++at;
    }
    return true;
  }
  bool literal(char c) {
    if (at >= text.size() || text[at] != c) return false;
    ++at;
    return true;
  }
};

tl::unexpected<Error> bad(std::string_view text, std::size_t at) {
  return fail(fmt::format("not an RFC 3339 time: \"{}\"", text.substr(0, 64)), {.offset = at}, "write it like 2026-11-24T11:03:16Z");
}

bool read_date(Cursor& c, sys_days& out) {
  int y = 0, m = 0, d = 0;
  if (!c.number(4, y) || !c.literal('-') || !c.number(2, m) || !c.literal('-') || !c.number(2, d)) return false;
  const year_month_day ymd{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  if (!ymd.ok()) return false;
  out = sys_days{ymd};
  return true;
}

bool read_fraction(Cursor& c, microseconds& out) {
  out = microseconds{0};
  if (!c.literal('.')) return true;
  std::size_t digits = 0;
  std::int64_t value = 0;
  while (c.at < c.text.size() && c.text[c.at] >= '0' && c.text[c.at] <= '9') {
    if (digits < 6) value = value * 10 + (c.text[c.at] - '0');
    ++digits;
    ++c.at;
  }
  if (digits == 0) return false;
  for (std::size_t i = digits; i < 6; ++i) value *= 10;
  out = microseconds{value};
  return true;
}

bool read_offset(Cursor& c, minutes& out) {
  out = minutes{0};
  if (c.literal('Z') || c.literal('z')) return true;
  const bool east = c.literal('+');
  if (!east && !c.literal('-')) return false;
  int h = 0, m = 0;
  if (!c.number(2, h) || !c.literal(':') || !c.number(2, m) || h > 23 || m > 59) return false;
  out = minutes{(h * 60 + m) * (east ? 1 : -1)};
  return true;
}

}  // namespace

Result<Instant> parse_time(std::string_view text) {
  Cursor c{text};
  sys_days date;
  int h = 0, m = 0, s = 0;
  microseconds fraction{0};
  minutes offset{0};
  if (!read_date(c, date) || !(c.literal('T') || c.literal('t') || c.literal(' ')) || !c.number(2, h) || !c.literal(':') ||
      !c.number(2, m) || !c.literal(':') || !c.number(2, s) || h > 23 || m > 59 || s > 60 || !read_fraction(c, fraction) ||
      !read_offset(c, offset) || c.at != text.size())
    return bad(text, c.at);
  return Instant{date} + hours{h} + minutes{m} + seconds{s} + fraction - offset;
}

Result<Instant> parse_date(std::string_view text) {
  Cursor c{text};
  sys_days date;
  if (!read_date(c, date) || c.at != text.size())
    return fail(fmt::format("not a date: \"{}\"", text.substr(0, 64)), {.offset = c.at}, "write it like 2026-11-24");
  return Instant{date};
}

Result<Instant> parse_time_or_date(std::string_view text) { return text.size() == 10 ? parse_date(text) : parse_time(text); }

std::string format_date(Instant t) {
  const year_month_day ymd{floor<days>(t)};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                     static_cast<unsigned>(ymd.day()));
}

std::string format_time(Instant t) {
  const auto day = floor<days>(t);
  const hh_mm_ss<microseconds> clock{t - day};
  std::string out =
      fmt::format("{}T{:02}:{:02}:{:02}", format_date(t), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) {
    std::string digits = fmt::format("{:06}", clock.subseconds().count());
    while (digits.back() == '0') digits.pop_back();
    out += "." + digits;
  }
  return out + "Z";
}

Instant now() { return floor<microseconds>(system_clock::now()); }

std::int64_t days_between(Instant from, Instant to) { return floor<days>(to - from).count(); }

}  // namespace entente
