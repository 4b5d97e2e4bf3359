// The values of `format` that Entente asserts, each a pure test of a string. What each accepts, and its source, is listed
// in docs/schema.md. Strings only: `format` says nothing of other types.
#pragma once

#include <optional>
#include <string_view>

namespace entente::schema {

using FormatTest = bool (*)(std::string_view text);

// Whether a format takes only ASCII or, in its international form, the rest of Unicode as well.
enum class Alphabet { ascii, unicode };

struct Format {
  std::string_view name;         // "date-time"
  std::string_view description;  // "an RFC 3339 date-time", as violations name it
  FormatTest test;
};

// nullptr for a format that is only an annotation here.
[[nodiscard]] const Format* find_format(std::string_view name);

// RFC 3339 section 5.6 and appendix A; leap seconds only at 23:59:60 UTC.
[[nodiscard]] bool is_date_time(std::string_view text);
[[nodiscard]] bool is_date(std::string_view text);
[[nodiscard]] bool is_time(std::string_view text);
[[nodiscard]] bool is_duration(std::string_view text);
// RFC 5321 section 4.1.2 "Mailbox"; the idn form takes RFC 6531's UTF-8.
[[nodiscard]] bool is_email(std::string_view text);
[[nodiscard]] bool is_idn_email(std::string_view text);
// RFC 1123 section 2.1: labels of 1 to 63 letters, digits and inner hyphens, 253 in all, no trailing dot.
[[nodiscard]] bool is_hostname(std::string_view text);
[[nodiscard]] bool is_ipv4(std::string_view text);  // RFC 2673 section 3.2: four decimal numbers without leading zeros
[[nodiscard]] bool is_ipv6(std::string_view text);  // RFC 4291 section 2.2, no zone
[[nodiscard]] bool is_uri(std::string_view text);   // RFC 3986, with a scheme
[[nodiscard]] bool is_uri_reference(std::string_view text);
[[nodiscard]] bool is_iri(std::string_view text);  // RFC 3987
[[nodiscard]] bool is_iri_reference(std::string_view text);
[[nodiscard]] bool is_uri_template(std::string_view text);           // RFC 6570
[[nodiscard]] bool is_uuid(std::string_view text);                   // RFC 4122
[[nodiscard]] bool is_json_pointer(std::string_view text);           // RFC 6901 section 5
[[nodiscard]] bool is_relative_json_pointer(std::string_view text);  // draft-handrews-relative-json-pointer
[[nodiscard]] bool is_regex(std::string_view text);                  // see schema/regex.h

}  // namespace entente::schema
