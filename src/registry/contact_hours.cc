// Hours are told on the contact's own clock, so the weekday and the minute are taken from there: ICU knows the offset of each zone at each
// moment, daylight saving included. A fixed offset is reckoned here.
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "core/ascii.h"
#include "registry/contacts.h"

namespace entente::registry {
namespace {

// "+05:30" → 330; nothing for another text or more than 14 hours.
std::optional<int> fixed_offset(std::string_view text) {
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  for (const std::size_t i : {1, 2, 4, 5})
    if (!is_digit(text[i])) return std::nullopt;
  const int minutes = (text[1] - '0') * 600 + (text[2] - '0') * 60 + (text[4] - '0') * 10 + (text[5] - '0');
  if (minutes > 14 * 60 || text[4] > '5') return std::nullopt;
  return text[0] == '-' ? -minutes : minutes;
}

std::unique_ptr<icu::TimeZone> named_zone(const std::string& name) {
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  if (!zone || *zone == icu::TimeZone::getUnknown()) return nullptr;
  return zone;
}

std::chrono::minutes offset_at(const std::string& name, Instant t) {
  if (name == "UTC") return std::chrono::minutes(0);
  if (const auto fixed = fixed_offset(name)) return std::chrono::minutes(*fixed);
  const auto zone = named_zone(name);
  std::int32_t raw = 0, saving = 0;
  UErrorCode status = U_ZERO_ERROR;
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch()).count();
  if (zone) zone->getOffset(static_cast<UDate>(milliseconds), static_cast<UBool>(false), raw, saving, status);
  return std::chrono::floor<std::chrono::minutes>(std::chrono::milliseconds(raw + saving));
}

}  // namespace

bool is_time_zone(const std::string& name) {
  if (name == "UTC" || fixed_offset(name)) return true;
  // ICU takes more than IANA's names: "GMT+3", abbreviations of three letters. A name of an area has a slash.
  const bool shape = name.size() <= 64 && name.find('/') != std::string::npos && is_alpha(name.front()) &&
                     std::ranges::all_of(name, [](char c) { return is_alnum(c) || c == '/' || c == '_' || c == '-' || c == '+'; });
  return shape && named_zone(name) != nullptr;
}

bool within(const ContactHours& hours, Instant t) {
  const Instant local = t + offset_at(hours.time_zone, t);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto minute = std::chrono::floor<std::chrono::minutes>(local - day).count();
  const unsigned weekday = std::chrono::weekday(day).iso_encoding() - 1;
  return std::ranges::any_of(hours.weekly,
                             [&](const WeeklySpan& s) { return (s.days >> weekday & 1U) != 0 && s.from <= minute && minute < s.to; });
}

}  // namespace entente::registry
