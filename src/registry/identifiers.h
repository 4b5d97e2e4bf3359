// Identifiers of organisations that carry check digits, and web addresses as DNS names. Pure functions, thread-safe. An accepted value has
// one spelling, which is what is returned; errors say which rule failed.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::registry {

// ISO 17442 Legal Entity Identifier: 18 letters or digits and two check digits by ISO/IEC 7064 MOD 97-10. Upper case.
[[nodiscard]] Result<std::string> parse_lei(std::string_view text);

// ROR id, bare or as https://ror.org/…: '0', six characters of Crockford's base32, two digits of ISO/IEC 7064 MOD 97-10 over the number the
// six characters are (https://ror.readme.io/docs/ror-identifier-pattern). Lower case, bare.
[[nodiscard]] Result<std::string> parse_ror(std::string_view text);

// Wikidata item, bare or as https://www.wikidata.org/wiki/Q…: "Q" and a number without leading zeros. It has no check digit.
[[nodiscard]] Result<std::string> parse_wikidata(std::string_view text);

// The DNS name of a web address or bare host, in ASCII (UTS 46, non-transitional), lower case, without final dot. Refused: other schemes,
// user names, IP addresses, single labels, what UTS 46 or RFC 1123 do not allow.
[[nodiscard]] Result<std::string> parse_website(std::string_view text);

// The part of a DNS name its owner registered, by the Public Suffix List of libpsl ("www.example.co.uk" → "example.co.uk"); the name itself
// where it is a public suffix.
[[nodiscard]] std::string registrable_domain(const std::string& host);

}  // namespace entente::registry
