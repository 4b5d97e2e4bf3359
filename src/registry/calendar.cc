// Writes content lines one by one: value escaped, line folded, CRLF. An event that begins and ends at midnight UTC is one of whole days;
// the statement's `ends` is not part of it any more, which is just what DTEND means.
#include "registry/calendar.h"

#include <fmt/format.h>

#include "registry/feed_text.h"

namespace entente::registry {
namespace {

constexpr std::size_t kFoldOctets = 75;

bool is_midnight(Instant t) { return t == std::chrono::floor<std::chrono::days>(t); }

// "2026-11-24T11:03:16Z" → "20261124T110316Z"
std::string calendar_time(Instant t) {
  std::string out;
  for (const char c : format_time(std::chrono::floor<std::chrono::seconds>(t)))
    if (c != '-' && c != ':') out += c;
  return out;
}
std::string calendar_date(Instant t) { return calendar_time(t).substr(0, 8); }

class CalendarWriter {
 public:
  void line(std::string_view text) {
    out_ += fold_line(text);
    out_ += "\r\n";
  }
  void text(std::string_view property, std::string_view value) { line(fmt::format("{}:{}", property, calendar_text(value))); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

void put_times(CalendarWriter& out, const Event& e) {
  const Instant starts = e.starts ? *e.starts : *e.happened_at;
  const bool lasts = e.starts && e.ends && *e.ends > starts;
  if (lasts && is_midnight(starts) && is_midnight(*e.ends)) {
    out.line("DTSTART;VALUE=DATE:" + calendar_date(starts));
    out.line("DTEND;VALUE=DATE:" + calendar_date(*e.ends));
    return;
  }
  out.line("DTSTART:" + calendar_time(starts));
  // Below a second nothing is left of it in this format; an end must be later than the beginning.
  if (lasts && calendar_time(*e.ends) != calendar_time(starts)) out.line("DTEND:" + calendar_time(*e.ends));
}

void put_event(CalendarWriter& out, const CalendarInfo& info, const Event& e) {
  out.line("BEGIN:VEVENT");
  out.text("UID", e.uid + "@" + info.domain);
  out.line("DTSTAMP:" + calendar_time(e.at));
  out.line("LAST-MODIFIED:" + calendar_time(e.at));
  out.line(fmt::format("SEQUENCE:{}", e.sequence));
  put_times(out, e);
  out.text(e.language.empty() ? "SUMMARY" : "SUMMARY;LANGUAGE=" + e.language, e.title);
  out.text("DESCRIPTION", fmt::format("Statement {}, leaf {} of the ledger", e.envelope.str(), e.leaf));
  if (!e.place.empty()) out.text("LOCATION", e.country.empty() ? e.place : e.place + ", " + e.country);
  if (!e.url.empty()) out.line("URL:" + plain_line(e.url));
  out.text("CATEGORIES", e.kind);
  out.line(e.cancelled ? "STATUS:CANCELLED" : "STATUS:CONFIRMED");
  out.line("TRANSP:TRANSPARENT");
  out.line("END:VEVENT");
}

// An iCalendar object needs at least one component (section 3.6); UTC as a time zone says nothing and is one.
void put_empty(CalendarWriter& out) {
  for (const std::string_view line : {"BEGIN:VTIMEZONE", "TZID:Etc/UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0000",
                                      "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE"})
    out.line(line);
}

}  // namespace

std::string fold_line(std::string_view line) {
  std::string out;
  std::size_t room = kFoldOctets;
  while (line.size() > room) {
    std::size_t cut = room;
    // Not before a byte that continues a character; a valid one has at most three of them.
    while (cut > room - 4 && (static_cast<unsigned char>(line[cut]) & 0xC0) == 0x80) --cut;
    out.append(line.substr(0, cut));
    out += "\r\n ";
    line.remove_prefix(cut);
    room = kFoldOctets - 1;  // the space counts
  }
  out.append(line);
  return out;
}

std::string calendar_text(std::string_view text) {
  std::string out;
  for (std::size_t pos = 0; pos < text.size();) {
    const char32_t c = next_code_point(text, pos);
    if (c == U'\n') {
      out += "\\n";
      continue;
    }
    if (c == U'\r') continue;
    if (c == U'\\' || c == U';' || c == U',') out += '\\';
    std::string one;
    append_utf8(one, c);
    out += plain_line(one);
  }
  return out;
}

std::string calendar(const CalendarInfo& info, const std::map<std::string, Event>& events) {
  CalendarWriter out;
  out.line("BEGIN:VCALENDAR");
  out.line("VERSION:2.0");
  out.line("PRODID:-//Entente//Registry//EN");
  out.line("CALSCALE:GREGORIAN");
  out.text("NAME", info.name);
  out.text("X-WR-CALNAME", info.name);
  bool any = false;
  for (const auto& [uid, event] : events) {
    if (!event.starts && !event.happened_at) continue;
    put_event(out, info, event);
    any = true;
  }
  if (!any) put_empty(out);
  out.line("END:VCALENDAR");
  return out.take();
}

}  // namespace entente::registry
