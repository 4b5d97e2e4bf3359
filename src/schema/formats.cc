// The table of formats, and the small ones: UUIDs, JSON pointers, regular expressions.
#include "schema/formats.h"

#include <algorithm>
#include <array>

#include "core/ascii.h"
#include "schema/regex.h"

namespace entente::schema {
namespace {

constexpr std::array<Format, 18> kFormats{{
    {"date", "an RFC 3339 date", is_date},
    {"date-time", "an RFC 3339 date-time", is_date_time},
    {"duration", "an RFC 3339 duration", is_duration},
    {"email", "an e-mail address", is_email},
    {"hostname", "a host name", is_hostname},
    {"idn-email", "an internationalised e-mail address", is_idn_email},
    {"ipv4", "an IPv4 address", is_ipv4},
    {"ipv6", "an IPv6 address", is_ipv6},
    {"iri", "an IRI", is_iri},
    {"iri-reference", "an IRI reference", is_iri_reference},
    {"json-pointer", "a JSON pointer", is_json_pointer},
    {"regex", "a regular expression", is_regex},
    {"relative-json-pointer", "a relative JSON pointer", is_relative_json_pointer},
    {"time", "an RFC 3339 time", is_time},
    {"uri", "a URI", is_uri},
    {"uri-reference", "a URI reference", is_uri_reference},
    {"uri-template", "a URI template", is_uri_template},
    {"uuid", "a UUID", is_uuid},
}};

}  // namespace

const Format* find_format(std::string_view name) {
  const auto found =
      std::lower_bound(kFormats.begin(), kFormats.end(), name, [](const Format& f, std::string_view n) { return f.name < n; });
  return found != kFormats.end() && found->name == name ? &*found : nullptr;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !is_hex_digit(text[i])) return false;
  }
  return true;
}

bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text[0] != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) return false;
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
  const std::string_view rest = text.substr(digits);
  return rest == "#" || is_json_pointer(rest);
}

bool is_regex(std::string_view text) { return compile_regex(text).has_value(); }

}  // namespace entente::schema
