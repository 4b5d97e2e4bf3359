// Parts are cut at their boundary lines, four levels deep at most; each level looks at its own part of the text once.
#include "registry/mail_text.h"

#include <algorithm>
#include <optional>

#include "core/ascii.h"
#include "registry/mail_address.h"

namespace entente::registry {
namespace {

constexpr unsigned kMostMimeDepth = 4;
constexpr std::size_t kMostMimeParts = 50;
constexpr std::size_t kMostMimeBoundary = 200;
constexpr std::size_t kMostMimeParameters = 20;
constexpr std::size_t kMostMimeParameterName = 60;

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (!is_hex_digit(c)) return -1;
  return lower(c) - 'a' + 10;
}

std::string_view mime_trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// "text/plain" of "text/plain; charset=utf-8".
std::string first_token(std::string_view value) { return lower(mime_trimmed(value.substr(0, value.find(';')))); }

// A value from the front of `rest`, which is moved behind it: a quoted string, its escapes undone, or a token (RFC 2045 section 5.1).
std::string take_mime_value(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
  if (!rest.starts_with('"')) {
    const std::string_view token = rest.substr(0, rest.find_first_of("; \t\r\n"));
    rest.remove_prefix(token.size());
    return std::string(token);
  }
  std::string out;
  std::size_t at = 1;
  for (; at < rest.size() && rest[at] != '"'; ++at) {
    if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
    out += rest[at];
  }
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return out;
}

// Goes over the value once, and not beyond its first parameters.
std::string mime_parameter(std::string_view value, std::string_view wanted) {
  std::string_view rest = value;
  for (std::size_t count = 0; count < kMostMimeParameters; ++count) {
    rest.remove_prefix(std::min(rest.find(';'), rest.size()));
    if (rest.empty()) return {};
    rest.remove_prefix(1);
    const std::size_t stop = rest.find_first_of("=;");
    if (stop == std::string_view::npos) return {};
    if (rest[stop] == ';') continue;
    const std::string_view name = mime_trimmed(rest.substr(0, stop));
    if (name.size() > kMostMimeParameterName) return {};
    rest.remove_prefix(stop + 1);
    std::string text = take_mime_value(rest);
    if (lower(name) == wanted) return text;
  }
  return {};
}

// Between the lines "--boundary" (RFC 2046 section 5.1.1).
std::vector<std::string_view> mime_parts(std::string_view body, const std::string& boundary) {
  std::vector<std::string_view> out;
  if (boundary.empty() || boundary.size() > kMostMimeBoundary) return out;
  const std::string mark = "--" + boundary;
  std::optional<std::size_t> start;
  for (std::size_t at = 0; at < body.size() && out.size() < kMostMimeParts;) {
    const std::size_t end = std::min(body.find("\r\n", at), body.size());
    const std::string_view line = body.substr(at, end - at);
    const std::size_t next = std::min(end + 2, body.size());
    if (line.starts_with(mark)) {
      const std::string_view after = line.substr(mark.size());
      const bool last = after.starts_with("--");
      if (last || mime_trimmed(after).empty()) {
        if (start) out.push_back(body.substr(*start, at - *start));
        start = next;
        if (last) return out;
      }
    }
    at = next;
  }
  return out;
}

// Its first line that is not empty opens a part, its last one ends the last: the text itself says that it is in parts.
bool bears_out_boundary(std::string_view body, const std::string& boundary) {
  if (boundary.empty() || boundary.size() > kMostMimeBoundary) return false;
  const std::string_view text = mime_trimmed(body);
  const std::size_t first_end = text.find('\n'), last_begin = text.rfind('\n');
  if (first_end == std::string_view::npos) return false;
  return mime_trimmed(text.substr(0, first_end)) == "--" + boundary && text.substr(last_begin + 1) == "--" + boundary + "--";
}

std::optional<std::string> plain_text_in(const DkimMessage& message, unsigned depth) {
  const std::string type = message.only("content-type").value_or("text/plain");
  const std::string word = first_token(type);
  if (word.starts_with("multipart/")) {
    if (depth >= kMostMimeDepth) return std::nullopt;
    for (const std::string_view part : mime_parts(message.body, mime_parameter(type, "boundary"))) {
      // A part without fields begins with the empty line that ends them.
      const auto inner = part.starts_with("\r\n") ? DkimMessage{.fields = {}, .body = std::string(part.substr(2))}
                                                  : DkimMessage::parse(part).value_or(DkimMessage{});
      if (auto text = plain_text_in(inner, depth + 1)) return text;
    }
    return std::nullopt;
  }
  if (word != "text/plain" || first_token(message.only("content-disposition").value_or("")) == "attachment") return std::nullopt;
  const std::string encoding = first_token(message.only("content-transfer-encoding").value_or(""));
  if (encoding == "quoted-printable") return without_quoted_printable(message.body);
  if (encoding == "base64") return without_base64(message.body);
  return message.body;
}

// A From field from left to right: what stands before "<", between "<" and ">", and behind. Comments count as a blank, so that nothing
// joins over them.
class MailboxReader {
 public:
  Result<void> read(std::string_view from) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      const char c = from[i];
      if ((quoted_ || comment_ > 0) && c == '\\') {
        ++i;
      } else if (quoted_) {
        quoted_ = c != '"';
      } else if (c == '(') {
        ++comment_;
        part() += ' ';
      } else if (comment_ > 0) {
        comment_ -= c == ')' ? 1 : 0;
      } else {
        ENTENTE_CHECK(read_plain(c));
      }
    }
    if (quoted_ || comment_ > 0 || place_ == Place::angle) return fail("From is cut short");
    return {};
  }
  // Of what was read, without blanks around.
  [[nodiscard]] Result<std::string_view> address() const {
    if (place_ == Place::before) {
      if (had_quotes_) return fail("From quotes a part of its address");
      return mime_trimmed(before_);
    }
    if (!mime_trimmed(behind_).empty()) return fail("From has text behind its address");
    if (before_.find('@') != std::string::npos) return fail("From has an @ in a name without quotes");
    return mime_trimmed(angle_);
  }

 private:
  enum class Place : std::uint8_t { before, angle, behind };

  // Outside of quotes and comments.
  Result<void> read_plain(char c) {
    if (c == ',' || c == ';' || c == ':') return fail("From names several mailboxes, or a group");
    if (c == ')') return fail("From ends a comment that did not begin");
    if (c == '<') {
      if (place_ != Place::before) return fail("From names several mailboxes");
      place_ = Place::angle;
    } else if (c == '>') {
      if (place_ != Place::angle) return fail("From ends an address that did not begin");
      place_ = Place::behind;
    } else if (c == '"' && place_ == Place::before) {
      quoted_ = had_quotes_ = true;
    } else {
      part() += c;
    }
    return {};
  }
  std::string& part() { return place_ == Place::before ? before_ : place_ == Place::angle ? angle_ : behind_; }

  std::string before_, angle_, behind_;
  Place place_ = Place::before;
  bool quoted_ = false, had_quotes_ = false;
  int comment_ = 0;
};

}  // namespace

std::string without_quoted_printable(std::string_view body) {
  std::string out;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '=') {
      out += body[i];
      continue;
    }
    if (body.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else if (body.substr(i + 1, 1) == "\n") {
      i += 1;
    } else if (i + 2 < body.size() && hex_value(body[i + 1]) >= 0 && hex_value(body[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(body[i + 1]) * 16 + hex_value(body[i + 2]));
      i += 2;
    } else {
      out += '=';
    }
  }
  return out;
}

std::string without_base64(std::string_view body) {
  std::string letters;
  for (const char c : body)
    if (c != '\r' && c != '\n' && c != ' ') letters += c;
  const auto bytes = from_base64(letters);
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

std::string mail_plain_text(const DkimMessage& message) { return plain_text_in(message, 0).value_or(""); }

std::vector<std::string_view> mail_fields_that_decide_reading(const DkimMessage& message) {
  std::vector<std::string_view> out;
  const std::string type = message.only("content-type").value_or("text/plain");
  const std::string word = first_token(type);
  const bool in_parts = word.starts_with("multipart/");
  if (in_parts ? !bears_out_boundary(message.body, mime_parameter(type, "boundary")) : word != "text/plain")
    out.emplace_back("content-type");
  if (in_parts) return out;  // of which the other two are not read
  const std::string encoding = first_token(message.only("content-transfer-encoding").value_or(""));
  if (encoding == "quoted-printable" || encoding == "base64") out.emplace_back("content-transfer-encoding");
  if (first_token(message.only("content-disposition").value_or("")) == "attachment") out.emplace_back("content-disposition");
  return out;
}

Result<std::string> mailbox_domain(std::string_view from) {
  MailboxReader reader;
  ENTENTE_CHECK(reader.read(from));
  ENTENTE_TRY(const std::string_view address, reader.address());
  ENTENTE_TRY(const MailAddress parsed, MailAddress::parse(address));
  return parsed.domain();
}

}  // namespace entente::registry
