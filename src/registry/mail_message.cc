// Header values are refused when they hold control characters, so no value can begin a header of its own. A subject or name outside
// printable ASCII becomes encoded words in base64, cut between characters. Bodies go as quoted-printable: readable in part by everybody,
// and no line is longer than 76 characters whatever is in it.
#include "registry/mail_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/ascii.h"
#include "core/bytes.h"
#include "core/utf8.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMaxMailSubject = 400;
constexpr std::size_t kMaxMailBody = 64 << 10;
constexpr std::size_t kEncodedWordBytes = 42;  // 56 characters of base64: with "=?UTF-8?B?" and "?=" below the 75 of RFC 2047
constexpr std::size_t kMaxMailLine = 76;       // RFC 2045 section 6.7

bool is_plain_header(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }) && text.find("=?") == std::string_view::npos &&
         text.size() <= 60;
}

Result<void> check_header(std::string_view text, std::string_view what) {
  if (!is_valid_utf8(text)) return fail(fmt::format("the {} is not UTF-8", what));
  const bool control = std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (control)
    return fail(fmt::format("the {} holds a line end or another control character", what), {}, "it could add header fields to the message");
  if (text.size() > kMaxMailSubject) return fail(fmt::format("the {} is longer than {} bytes", what, kMaxMailSubject));
  return {};
}

// Encoded words separated by folding white space, which readers drop (RFC 2047 section 6.2).
std::string encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t n = std::min(text.size(), kEncodedWordBytes);
    while (n < text.size() && n > 1 && (static_cast<unsigned char>(text[n]) & 0xc0U) == 0x80U) --n;  // not inside a character
    out += fmt::format("{}=?UTF-8?B?{}?=", out.empty() ? "" : "\r\n ", to_base64(as_bytes(text.substr(0, n))));
    text.remove_prefix(n);
  }
  return out;
}

std::string header_text(std::string_view text) { return is_plain_header(text) ? std::string(text) : encoded_words(text); }

std::string sender(const MailMessage& message) {
  if (message.from_name.empty()) return message.from.str();
  if (!is_plain_header(message.from_name)) return encoded_words(message.from_name) + "\r\n <" + message.from.str() + ">";
  std::string quoted = "\"";
  for (const char c : message.from_name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\" <" + message.from.str() + ">";
}

// RFC 5322 section 3.3, whatever the locale.
std::string mail_date(Instant t) {
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(t - day));
  return fmt::format("{}, {} {} {:04} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string quoted_printable_line(std::string_view line) {
  std::string out, current;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool blank = (c == ' ' || c == '\t') && i + 1 < line.size();  // at the end of a line it would be lost
    const std::string next =
        blank || (c > 0x20 && c < 0x7f && c != '=') ? std::string(1, c) : fmt::format("={:02X}", static_cast<unsigned char>(c));
    if (current.size() + next.size() > kMaxMailLine - 1) {
      out += current + "=\r\n";
      current.clear();
    }
    current += next;
  }
  return out + current + "\r\n";
}

std::string quoted_printable(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    std::string_view line = body.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out += quoted_printable_line(line);
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return out;
}

bool is_message_id(std::string_view id) {
  return !id.empty() && id.size() <= 100 && id.front() != '.' && id.back() != '.' && id.find("..") == std::string_view::npos &&
         std::ranges::all_of(id, [](char c) { return is_alnum(c) || c == '.' || c == '-'; });
}

bool is_language_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= 35 && std::ranges::all_of(tag, [](char c) { return is_alnum(c) || c == '-'; });
}

}  // namespace

Result<std::string> compose(const MailMessage& message) {
  ENTENTE_CHECK(check_header(message.subject, "subject"));
  ENTENTE_CHECK(check_header(message.from_name, "sender's name"));
  if (!is_message_id(message.id)) return fail("a message's id has 1 to 100 letters, digits, hyphens and single dots between");
  if (!is_language_tag(message.language)) return fail("\"" + printable(message.language, 40) + "\" is no language tag");
  if (message.body.size() > kMaxMailBody) return fail("a mail's text has at most 64 KiB");
  if (!is_valid_utf8(message.body) || message.body.find('\0') != std::string::npos) return fail("a mail's text is UTF-8 without NUL bytes");
  std::string out;
  out += "Date: " + mail_date(message.date) + "\r\n";
  out += "From: " + sender(message) + "\r\n";
  out += "To: " + message.to.str() + "\r\n";
  out += "Subject: " + header_text(message.subject) + "\r\n";
  out += "Message-ID: <" + message.id + "@" + message.from.domain() + ">\r\n";
  out += "MIME-Version: 1.0\r\n";
  out += "Content-Type: text/plain; charset=utf-8\r\n";
  out += "Content-Transfer-Encoding: quoted-printable\r\n";
  out += "Content-Language: " + message.language + "\r\n";
  out += "Auto-Submitted: auto-generated\r\n\r\n";
  return out + quoted_printable(message.body);
}

}  // namespace entente::registry
