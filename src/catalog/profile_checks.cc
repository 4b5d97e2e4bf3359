// Checks of single values, written as plain scans over ASCII: what a profile may say is narrower than what TOML can carry.
#include "catalog/profile_checks.h"

#include <algorithm>

#include "core/ascii.h"
#include "core/bytes.h"
#include "core/file.h"
#include "core/utf8.h"

namespace entente::catalog {

namespace {

constexpr std::size_t kMaxDots = 64;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string quoted(std::string_view text) { return "\"" + printable(text, 80) + "\""; }

enum class Breaks { forbidden, allowed };

std::optional<Fault> check_text(std::string_view text, std::size_t max_bytes, Breaks breaks) {
  if (text.empty()) return Fault{"the text is empty", ""};
  if (text.size() > max_bytes) return Fault{"the text is longer than " + std::to_string(max_bytes) + " bytes", ""};
  if (is_space(text.front()) || is_space(text.back())) return Fault{"white space at the start or end of " + quoted(text), "remove it"};
  std::string visible(text);
  if (breaks == Breaks::allowed) std::replace_if(visible.begin(), visible.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  // What printable() would have to spell out could hide or reorder text in a report.
  if (printable(visible, visible.size() + 1) != visible)
    return Fault{"a control character or direction mark in " + quoted(text), "remove it"};
  return std::nullopt;
}

std::optional<Fault> check_label(std::string_view label, std::string_view domain) {
  const std::string hint = "write a lower-case host name such as \"widgets.example\"; international names as xn-- labels";
  if (label.empty()) return Fault{"an empty label in the domain " + quoted(domain), hint};
  if (label.size() > 63) return Fault{"a label longer than 63 bytes in the domain " + quoted(domain), hint};
  if (label.front() == '-' || label.back() == '-')
    return Fault{"a label of the domain " + quoted(domain) + " starts or ends with a hyphen", hint};
  if (!std::all_of(label.begin(), label.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; }))
    return Fault{quoted(domain) + " is not a domain name in lower-case letters, digits and hyphens", hint};
  return std::nullopt;
}

}  // namespace

std::optional<Fault> check_line(std::string_view text, std::size_t max_bytes) { return check_text(text, max_bytes, Breaks::forbidden); }

std::optional<Fault> check_paragraph(std::string_view text, std::size_t max_bytes) { return check_text(text, max_bytes, Breaks::allowed); }

std::optional<Fault> check_slug(std::string_view text) {
  const std::string hint = "2 to 64 lower-case letters, digits and single hyphens between them, such as \"example-widgets\"";
  const bool letters = std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
  if (text.size() < 2 || text.size() > 64 || !letters || text.front() == '-' || text.back() == '-' || text.find("--") != text.npos)
    return Fault{quoted(text) + " is not an id", hint};
  return std::nullopt;
}

std::optional<Fault> check_domain(std::string_view text) {
  const std::string hint = "write a host name such as \"widgets.example\", without scheme, port, path or final dot";
  if (text.size() > 253) return Fault{"the domain is longer than 253 bytes", hint};
  std::size_t labels = 0;
  std::string_view last;
  for (std::size_t start = 0; start <= text.size(); ++labels) {
    const std::size_t end = std::min(text.find('.', start), text.size());
    last = text.substr(start, end - start);
    if (auto fault = check_label(last, text)) return fault;
    start = end + 1;
  }
  if (labels < 2) return Fault{quoted(text) + " has no dot, so it is no domain an organisation can own", hint};
  if (std::all_of(last.begin(), last.end(), is_digit)) return Fault{quoted(text) + " is an address, not a domain", hint};
  return std::nullopt;
}

std::optional<Fault> check_country(std::string_view text) {
  if (text.size() != 3 || !std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
    return Fault{quoted(text) + " is not an ISO 3166-1 alpha-3 code",
                 "three capital letters, such as \"FRA\"; leave the key out if no country fits"};
  return std::nullopt;
}

std::optional<Fault> check_asn(std::int64_t value) {
  const std::string number = std::to_string(value);
  if (value < 1 || value > 4'294'967'294) return Fault{number + " is not an AS number", "1 to 4294967294, as an integer: asns = [64496]"};
  if (value == 23456 || value == 65535)
    return Fault{number + " is reserved and cannot be an organisation's AS number", "see RFC 6793 and RFC 7300"};
  return std::nullopt;
}

std::optional<Fault> check_kind(std::string_view text) {
  const bool letters =
      std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '.' || c == '-' || c == '_'; });
  if (text.empty() || text.size() > 64 || !letters || !is_lower(text.front()) || text.back() == '.' || text.find("..") != text.npos)
    return Fault{quoted(text) + " is not a kind of evidence", "lower-case words joined by dots, such as \"sbom.cyclonedx\" or \"kev\""};
  return std::nullopt;
}

std::optional<Fault> check_path(std::string_view text, Wildcards wildcards) {
  if (!is_safe_relative_path(text))
    return Fault{quoted(text) + " is not a path inside the folder of the profile",
                 "a relative path with '/' between its parts; no \"..\", \".\", backslash or leading '/'"};
  const std::size_t wild = text.find_first_of("*?");
  if (wild == text.npos) return std::nullopt;
  if (wildcards == Wildcards::forbidden) return Fault{"* and ? are not allowed in " + quoted(text), "name one file"};
  if (text.find('/', wild) != text.npos)
    return Fault{"* and ? are allowed in the last part of a path only: " + quoted(text), "name the folder in full"};
  return std::nullopt;
}

std::optional<Fault> check_vkey(std::string_view text) {
  const std::string hint = "a verifier key is one line, name+hex+base64, as entente keygen writes to <key>.vkey";
  Fault fault{quoted(text) + " is not a verifier key", hint};
  const std::size_t first = text.find('+');
  if (first == text.npos || first == 0 || text.size() > 1024 || check_line(text, 1024)) return fault;
  if (text.substr(0, first).find(' ') != text.npos) return fault;
  const std::string_view rest = text.substr(first + 1);
  if (rest.size() < 10 || rest[8] != '+') return fault;
  if (!from_hex(rest.substr(0, 8))) return fault;
  const auto key = from_base64(rest.substr(9));
  if (!key || key->size() != 33 || key->front() != 0x01) return fault;
  return std::nullopt;
}

std::optional<Fault> check_signature(std::string_view text) {
  const auto bytes = from_base64(text.substr(0, 1024));
  if (text.size() > 1024 || !bytes || bytes->size() != 64)
    return Fault{quoted(text) + " is not a signature",
                 "base64 (RFC 4648, with padding) of the 64 bytes of an Ed25519 signature; entente attest makes it"};
  return std::nullopt;
}

bool path_matches(std::string_view pattern, std::string_view path) {
  // The usual two-finger match: on a mismatch go back to the last '*' and let it eat one byte more. Linear memory, no recursion.
  std::size_t p = 0, t = 0, star = pattern.npos, resume = 0;
  while (t < path.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == path[t] || (pattern[p] == '?' && path[t] != '/'))) {
      ++p;
      ++t;
    } else if (star != pattern.npos && path[resume] != '/') {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::optional<Trap> find_trap(std::string_view s) {
  std::size_t dots = 0;
  for (std::size_t i = s.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; i < s.size();) {
    const char c = s[i];
    if (c == '#') {
      i = std::min(s.find('\n', i), s.size());
    } else if (c == '"' || c == '\'') {
      const bool triple = s.substr(i, 3) == std::string(3, c);
      i += triple ? 3 : 1;
      // To the closing delimiter; a malformed string is toml++'s to report, at this very place, before any later key.
      while (i < s.size() && (triple ? s.substr(i, 3) != std::string(3, c) : s[i] != c && s[i] != '\n'))
        i += c == '"' && s[i] == '\\' ? 2 : 1;
      i += triple ? 3 : 1;
      // A long string may end in up to five quotes, the first two of which are text.
      for (int extra = 0; triple && extra < 2 && i < s.size() && s[i] == c; ++extra) ++i;
    } else {
      if (static_cast<unsigned char>(c) >= 0x80)
        return Trap{i, {"a character beyond ASCII outside quotes", "put names and texts in quotes"}};
      if (c == '.' && ++dots > kMaxDots)
        return Trap{i, {"a key has more than 64 parts", "the keys of a profile are single words; see docs/profile.md"}};
      if (c == '\n' || c == '=' || c == ',' || c == '{' || c == '[') dots = 0;
      ++i;
    }
  }
  return std::nullopt;
}

}  // namespace entente::catalog
