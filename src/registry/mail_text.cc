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

std::string mime_parameter(std::string_view value, std::string_view wanted) {
  for (std::size_t at = value.find(';'); at != std::string_view::npos; at = value.find(';', at + 1)) {
    const std::string_view item = value.substr(at + 1);
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) return {};
    if (lower(mime_trimmed(item.substr(0, equals))) != wanted) continue;
    const std::string_view text = mime_trimmed(item.substr(equals + 1));
    if (text.starts_with('"')) return std::string(text.substr(1, text.find('"', 1) - 1));
    return std::string(mime_trimmed(text.substr(0, text.find(';'))));
  }
  return {};
}

// Between the lines "--boundary" (RFC 2046 section 5.1.1).
std::vector<std::string_view> mime_parts(std::string_view body, const std::string& boundary) {
  std::vector<std::string_view> out;
  if (boundary.empty() || boundary.size() > 200) return out;
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

Result<std::string> mailbox_domain(std::string_view from) {
  std::string bare, angle;  // outside of quotes and comments; between < and >
  bool quoted = false, in_angle = false, had_angle = false;
  int comment = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const char c = from[i];
    if ((quoted || comment > 0) && c == '\\') {
      ++i;
    } else if (quoted) {
      quoted = c != '"';
    } else if (c == '(') {
      ++comment;
    } else if (comment > 0) {
      comment -= c == ')' ? 1 : 0;
    } else if (c == '"' && !in_angle) {
      quoted = true;
    } else if (c == ',' || c == ';') {
      return fail("From names several mailboxes");
    } else if (c == '<') {
      if (had_angle) return fail("From names several mailboxes");
      in_angle = had_angle = true;
    } else if (c == '>') {
      in_angle = false;
    } else {
      (in_angle ? angle : bare) += c;
    }
  }
  if (quoted || comment > 0 || in_angle) return fail("From is cut short");
  ENTENTE_TRY(const MailAddress address, MailAddress::parse(mime_trimmed(had_angle ? angle : bare)));
  return address.domain();
}

}  // namespace entente::registry
