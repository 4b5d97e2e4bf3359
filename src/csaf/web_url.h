// http:// and https:// URLs as far as collecting advisories needs them: their parts, and references resolved against a base.
// RFC 3986, sections 3 and 5.2.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace entente::csaf {

inline constexpr std::size_t kMaxUrlBytes = 2'048;

struct WebUrl {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 address keeps its brackets
  std::string port;    // digits; empty: the scheme's own
  std::string path;    // begins with '/', no dot segments; without query and fragment
  std::string query;   // with its '?'; empty if there is none

  [[nodiscard]] std::string origin() const;  // "https://host:port"
  [[nodiscard]] std::string str() const;
  [[nodiscard]] bool operator==(const WebUrl&) const = default;
};
// nullopt: another scheme, no host, a user name, control characters or blanks, or more than kMaxUrlBytes.
[[nodiscard]] std::optional<WebUrl> parse_web_url(std::string_view text);
// `reference` as seen from the document at `base`; blanks in it are percent-encoded. nullopt as above.
[[nodiscard]] std::optional<WebUrl> resolve_url(const WebUrl& base, std::string_view reference);

[[nodiscard]] std::string_view last_segment(std::string_view url);  // "a.json" of "https://x.example/2026/a.json"
// With its final slash: "https://x.example/2026/".
[[nodiscard]] std::string folder_of(std::string_view url);
[[nodiscard]] bool is_loopback(const WebUrl& url);  // by its spelling: localhost, 127.0.0.0/8, [::1]
// Any scheme: a letter, then letters, digits, '+', '-', '.', a colon, and something without blanks behind it.
[[nodiscard]] bool is_uri(std::string_view text);

}  // namespace entente::csaf
