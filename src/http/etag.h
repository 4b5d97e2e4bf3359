// Validators of cached answers: RFC 9110 section 8.8.3. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace entente::http {

// A strong entity tag of these bytes, quoted; without commas.
[[nodiscard]] std::string etag_of(std::string_view bytes);
// Whether If-None-Match (section 13.1.2) names the tag: weak comparison, "*" names all.
[[nodiscard]] bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace entente::http
