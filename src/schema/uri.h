// URI references, RFC 3986: taking apart (section 5.2 needs the five parts), resolving against a base, percent-decoding.
// Pure functions; what they return views into their argument where the type is string_view.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace entente::schema {

// The five parts of appendix B. An absent part is nullopt, an empty one is "" ("http://h?" has an empty query).
struct UriParts {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

// Takes any text apart as appendix B does; says nothing of whether the characters are allowed.
[[nodiscard]] UriParts split_uri(std::string_view text);

// Section 5.2.2, strict. With an empty base, `reference` comes back as it is (its dot segments removed if it has a scheme).
[[nodiscard]] std::string resolve_uri(std::string_view base, std::string_view reference);

// Text before the first '#', and after it ("" where there is none).
[[nodiscard]] std::string_view without_fragment(std::string_view uri);
[[nodiscard]] std::string_view fragment_of(std::string_view uri);

// "%7E" → "~"; nullopt where a '%' is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

}  // namespace entente::schema
