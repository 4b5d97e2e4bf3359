// The quick way through the purls that are written as nearly all tools write them. Private to purl.cc, its tests and its fuzz target.
#pragma once

#include <string_view>

#include "measures/p6_supply/purl.h"

namespace entente::measures::p6_supply {

// Reads `text` into `out`, which must be empty, if it is an ordinary purl: ASCII, "pkg:" and the type in lower case, no empty path
// segment, no subpath, qualifiers in order, escapes of ASCII characters only, nothing to refuse. False: not one of those, or not a purl
// at all; `out` is then unspecified, and parse_purl_in_full() decides. Where it returns true, both give the same parts.
[[nodiscard]] bool read_ordinary_purl(std::string_view text, Purl& out);

// The plain reader of every purl, with the errors Purl::parse() documents: the reference the quick one is tested against.
[[nodiscard]] Result<Purl> parse_purl_in_full(std::string_view text);

}  // namespace entente::measures::p6_supply
