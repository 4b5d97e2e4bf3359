// Header fields are unfolded and compared without regard to case. Only the outermost header section decides what the message is; the body
// is looked at as text, with quoted-printable undone, and base64 where it is the whole body's encoding: it is only searched.
#include "registry/received_mail.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "core/ascii.h"
#include "core/bytes.h"
#include "core/utf8.h"
#include "registry/mail_text.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMaxFields = 500;
constexpr std::size_t kMaxHeaderSection = 128 << 10;

using MailFields = std::vector<std::pair<std::string, std::string>>;  // names in lower case

std::string_view next_mail_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes the header section and the empty line off `rest`.
Result<MailFields> read_fields(std::string_view& rest) {
  MailFields out;
  std::size_t bytes = 0;
  while (!rest.empty()) {
    const std::string_view line = next_mail_line(rest);
    if (line.empty()) return out;
    bytes += line.size();
    if (bytes > kMaxHeaderSection) return fail("the message's header section is too long");
    if (line.front() == ' ' || line.front() == '\t') {
      if (out.empty()) return fail("the message begins with a folded line");
      out.back().second += " " + std::string(trimmed(line));
      continue;
    }
    if (out.empty() && line.starts_with("From ")) continue;  // of the mbox format
    const std::size_t colon = line.find(':');
    const std::string_view field = trimmed(line.substr(0, std::min(colon, line.size())));
    const bool good = std::ranges::all_of(field, [](char c) { return c > 0x20 && c < 0x7f; });
    if (colon == std::string_view::npos || field.empty() || !good) return fail("this is no mail message: a header field is none");
    if (out.size() >= kMaxFields) return fail("the message has too many header fields");
    out.emplace_back(lower(field), std::string(trimmed(line.substr(colon + 1))));
  }
  return out;
}

std::optional<std::string> field_of(const MailFields& fields, std::string_view name) {
  const auto it = std::ranges::find(fields, name, &MailFields::value_type::first);
  return it == fields.end() ? std::nullopt : std::optional(it->second);
}

// A field that stands several times says whatever one of them says: who adds one must not silence another.
template <typename Says>
const std::string* any_field(const MailFields& fields, std::string_view name, Says says) {
  const auto it = std::ranges::find_if(fields, [&](const MailFields::value_type& f) { return f.first == name && says(f.second); });
  return it == fields.end() ? nullptr : &it->second;
}

std::string first_word(std::string_view value) { return lower(trimmed(value.substr(0, value.find_first_of(";( \t")))); }

bool is_null_sender(const std::string& value) { return trimmed(value) == "<>"; }

bool is_report(const std::string& type) { return lower(type).starts_with("multipart/report"); }

bool is_delivery_report(const std::string& type) {
  return is_report(type) && lower(type).find("disposition-notification") == std::string::npos;
}

bool is_mass_mail(const std::string& precedence) {
  const std::string word = first_word(precedence);
  return word == "bulk" || word == "auto_reply" || word == "auto-reply" || word == "junk" || word == "list";
}

std::optional<std::string> why_bounce(const MailFields& fields) {
  if (any_field(fields, "content-type", is_delivery_report) != nullptr) return "Content-Type: multipart/report";
  const auto by_daemon = [](const std::string& from) { return lower(from).find("mailer-daemon@") != std::string::npos; };
  if (any_field(fields, "return-path", is_null_sender) != nullptr &&
      (any_field(fields, "from", by_daemon) != nullptr || field_of(fields, "x-failed-recipients")))
    return "Return-Path: <> from mailer-daemon";
  return std::nullopt;
}

std::optional<std::string> why_automatic(const MailFields& fields) {
  if (const auto* value = any_field(fields, "auto-submitted", [](const std::string& v) { return first_word(v) != "no"; }))
    return "Auto-Submitted: " + printable(*value, 60);
  if (const auto* value = any_field(fields, "precedence", is_mass_mail)) return "Precedence: " + first_word(*value);
  constexpr std::array<std::string_view, 6> kMarks{"x-auto-response-suppress", "x-autoreply",       "x-autorespond",
                                                   "x-autoresponder",          "x-auto-reply-from", "x-mail-autoreply"};
  for (const std::string_view mark : kMarks)
    if (field_of(fields, mark)) return std::string(mark);
  if (any_field(fields, "content-type", is_report) != nullptr) return "Content-Type: multipart/report";  // a receipt that it was opened
  if (any_field(fields, "return-path", is_null_sender) != nullptr) return "Return-Path: <>";
  return std::nullopt;
}

}  // namespace

std::string_view name(ReceivedKind kind) {
  constexpr std::array<std::string_view, 3> kNames{"reply", "automatic", "bounce"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<ReceivedMail> ReceivedMail::parse(std::string_view message) {
  if (message.size() > kMaxReceivedMail) return fail("a message has at most 1 MiB");
  std::string_view body = message;
  ENTENTE_TRY(const MailFields fields, read_fields(body));
  if (fields.empty()) return fail("this is no mail message: it has no header");
  ReceivedMail out;
  if (const auto bounced = why_bounce(fields)) {
    out.kind = ReceivedKind::bounce;
    out.why = *bounced;
  } else if (const auto automatic = why_automatic(fields)) {
    out.kind = ReceivedKind::automatic;
    out.why = *automatic;
  }
  for (const auto& [field, value] : fields) out.text += fmt::format("{}: {}\n", field, value);
  out.text += body;
  out.text += "\n" + without_quoted_printable(body);
  if (any_field(fields, "content-transfer-encoding", [](const std::string& v) { return first_word(v) == "base64"; }) != nullptr)
    out.text += "\n" + without_base64(body);
  return out;
}

}  // namespace entente::registry
