// URIs and IRIs by the grammar of RFC 3986 appendix A and RFC 3987 section 2.2, URI templates by RFC 6570 section 2. The
// text is taken apart first (schema/uri.h), then each part is tested against the characters it may hold.
#include <array>
#include <cstdint>

#include "core/ascii.h"
#include "core/utf8.h"
#include "schema/formats.h"
#include "schema/uri.h"

namespace entente::schema {
namespace {

enum class Presence { required, optional };

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }
bool is_unreserved(char c) { return is_alnum(c) || is_one_of(c, "-._~"); }
bool is_sub_delim(char c) { return is_one_of(c, "!$&'()*+,;="); }

// The code point at `at` of valid UTF-8, and its length.
std::uint32_t decode(std::string_view s, std::size_t at, std::size_t& length) {
  const auto b0 = static_cast<unsigned char>(s[at]);
  length = b0 < 0xe0 ? 2 : b0 < 0xf0 ? 3 : 4;
  std::uint32_t c = length == 2 ? b0 & 0x1fu : length == 3 ? b0 & 0x0fu : b0 & 0x07u;
  for (std::size_t k = 1; k < length; ++k) c = c << 6 | (static_cast<unsigned char>(s[at + k]) & 0x3fu);
  return c;
}

// `ucschar` of RFC 3987: no surrogates, private use or non-characters.
bool is_ucschar(std::uint32_t c) {
  if (c < 0xa0) return false;
  if (c < 0x10000) return c <= 0xd7ff || (c >= 0xf900 && c <= 0xfdcf) || (c >= 0xfdf0 && c <= 0xffef);
  return c <= 0xefffd && (c & 0xffff) <= 0xfffd && !(c >= 0xe0000 && c < 0xe1000);
}
bool is_iprivate(std::uint32_t c) { return (c >= 0xe000 && c <= 0xf8ff) || (c >= 0xf0000 && (c & 0xffff) <= 0xfffd); }

// unreserved, percent-encoded, sub-delims, `extra`, and what the alphabet adds.
bool has_only(std::string_view part, std::string_view extra, Alphabet alphabet, Presence private_use = Presence::required) {
  for (std::size_t i = 0; i < part.size();) {
    const char c = part[i];
    std::size_t length = 1;
    if (static_cast<unsigned char>(c) >= 0x80) {
      const std::uint32_t point = decode(part, i, length);
      if (alphabet == Alphabet::ascii) return false;
      if (!is_ucschar(point) && !(private_use == Presence::optional && is_iprivate(point))) return false;
    } else if (c == '%') {
      if (i + 2 >= part.size() || !is_hex_digit(part[i + 1]) || !is_hex_digit(part[i + 2])) return false;
      length = 3;
    } else if (!is_unreserved(c) && !is_sub_delim(c) && !is_one_of(c, extra)) {
      return false;
    }
    i += length;
  }
  return true;
}

bool is_ip_literal(std::string_view inside) {
  if (!inside.starts_with('v') && !inside.starts_with('V')) return is_ipv6(inside);
  const std::size_t dot = inside.find('.');
  if (dot == std::string_view::npos || dot == 1 || dot + 1 == inside.size()) return false;
  for (const char c : inside.substr(1, dot - 1))
    if (!is_hex_digit(c)) return false;
  for (const char c : inside.substr(dot + 1))
    if (!is_unreserved(c) && !is_sub_delim(c) && c != ':') return false;
  return true;
}

bool is_authority(std::string_view authority, Alphabet alphabet) {
  if (const std::size_t at = authority.find('@'); at != std::string_view::npos) {
    if (!has_only(authority.substr(0, at), ":", alphabet)) return false;
    authority.remove_prefix(at + 1);
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos || !is_ip_literal(authority.substr(1, end - 1))) return false;
    port = authority.substr(end + 1);
    if (!port.empty() && port[0] != ':') return false;
  } else {
    const std::size_t colon = authority.find(':');
    if (!has_only(authority.substr(0, colon), "", alphabet)) return false;
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  for (const char c : port.substr(port.empty() ? 0 : 1))
    if (c < '0' || c > '9') return false;
  return true;
}

bool is_identifier(std::string_view text, Alphabet alphabet, Presence scheme) {
  if (!is_valid_utf8(text)) return false;
  const UriParts parts = split_uri(text);
  if (scheme == Presence::required && !parts.scheme) return false;
  if (parts.authority && !is_authority(*parts.authority, alphabet)) return false;
  if (!has_only(parts.path, ":@/", alphabet)) return false;
  // Without a scheme the first segment must not look like one (path-noscheme).
  if (!parts.scheme && !parts.authority && parts.path.substr(0, parts.path.find('/')).find(':') != std::string_view::npos) return false;
  if (parts.query && !has_only(*parts.query, ":@/?", alphabet, Presence::optional)) return false;
  return !parts.fragment || has_only(*parts.fragment, ":@/?", alphabet);
}

// scheme:path or scheme://host/path of characters that stand for themselves: what nearly all URIs are. Anything else is is_identifier()'s.
bool is_ordinary_uri(std::string_view text) {
  enum : std::uint8_t { in_scheme = 1, in_host = 2, in_path = 4 };
  static constexpr auto kClasses = [] {
    std::array<std::uint8_t, 256> classes{};
    for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"))
      classes[static_cast<unsigned char>(c)] = in_scheme | in_host | in_path;
    for (const char c : std::string_view("_~!$&'()*,;=:@/")) classes[static_cast<unsigned char>(c)] = in_path;
    classes[static_cast<unsigned char>('+')] = in_scheme | in_path;
    return classes;
  }();
  const auto skip = [&](std::size_t at, std::uint8_t what) {
    while (at < text.size() && (kClasses[static_cast<unsigned char>(text[at])] & what) != 0) ++at;
    return at;
  };
  if (text.empty() || !is_alnum(text[0]) || is_one_of(text[0], "0123456789")) return false;
  std::size_t at = skip(1, in_scheme);
  if (at == text.size() || text[at] != ':') return false;
  ++at;
  if (text.substr(at).starts_with("//")) {
    at = skip(at + 2, in_host);
    if (at < text.size() && text[at] != '/') return false;
  }
  return skip(at, in_path) == text.size();
}

// varname *(["."] varname): letters, digits, '_' and percent-encoded bytes.
bool is_variable_name(std::string_view name) {
  if (name.empty() || name.front() == '.' || name.back() == '.' || name.find("..") != std::string_view::npos) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '%') {
      if (i + 2 >= name.size() || !is_hex_digit(name[i + 1]) || !is_hex_digit(name[i + 2])) return false;
      i += 2;
    } else if (!is_alnum(name[i]) && name[i] != '_' && name[i] != '.') {
      return false;
    }
  }
  return true;
}

bool is_varspec(std::string_view spec) {
  if (spec.ends_with('*')) return is_variable_name(spec.substr(0, spec.size() - 1));
  const std::size_t colon = spec.find(':');
  if (colon == std::string_view::npos) return is_variable_name(spec);
  const std::string_view length = spec.substr(colon + 1);  // 1 to 9999, no leading zero
  if (length.empty() || length.size() > 4 || length[0] == '0') return false;
  for (const char c : length)
    if (c < '0' || c > '9') return false;
  return is_variable_name(spec.substr(0, colon));
}

bool is_expression(std::string_view inside) {
  if (!inside.empty() && is_one_of(inside[0], "+#./;?&=,!@|")) {
    if (is_one_of(inside[0], "=,!@|")) return false;  // reserved for extensions
    inside.remove_prefix(1);
  }
  for (;;) {
    const std::size_t comma = inside.find(',');
    if (!is_varspec(inside.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    inside.remove_prefix(comma + 1);
  }
}

}  // namespace

bool is_uri(std::string_view text) { return is_ordinary_uri(text) || is_identifier(text, Alphabet::ascii, Presence::required); }
bool is_uri_reference(std::string_view text) { return is_identifier(text, Alphabet::ascii, Presence::optional); }
bool is_iri(std::string_view text) { return is_identifier(text, Alphabet::unicode, Presence::required); }
bool is_iri_reference(std::string_view text) { return is_identifier(text, Alphabet::unicode, Presence::optional); }

bool is_uri_template(std::string_view text) {
  if (!is_valid_utf8(text)) return false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '{') {
      const std::size_t end = text.find('}', i);
      if (end == std::string_view::npos || !is_expression(text.substr(i + 1, end - i - 1))) return false;
      i = end + 1;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      std::size_t length = 0;
      const std::uint32_t point = decode(text, i, length);
      if (!is_ucschar(point) && !is_iprivate(point)) return false;
      i += length;
    } else if (c == '%') {
      if (i + 2 >= text.size() || !is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2])) return false;
      i += 3;
    } else {
      if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || is_one_of(c, "\"<>\\^`|}")) return false;
      ++i;
    }
  }
  return true;
}

}  // namespace entente::schema
