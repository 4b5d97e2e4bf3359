// The shapes of single values in a profile, apart from TOML. Each returns what is wrong, or nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace entente::catalog {

struct Fault {
  std::string what;
  std::string hint;
};

// A line a person reads: 1…max bytes, no control characters or direction marks, no white space at either end.
[[nodiscard]] std::optional<Fault> check_line(std::string_view text, std::size_t max_bytes);
// As a line, but newlines and tabs are allowed.
[[nodiscard]] std::optional<Fault> check_paragraph(std::string_view text, std::size_t max_bytes);
// Lower-case letters, digits and single inner hyphens; starts with a letter or digit; 2…64 bytes.
[[nodiscard]] std::optional<Fault> check_slug(std::string_view text);
// Lower-case LDH host name (RFC 1123 section 2.1; IDNs as A-labels): at least two labels of 1…63, at most 253 bytes, no final dot, last
// label not all digits.
[[nodiscard]] std::optional<Fault> check_domain(std::string_view text);
// [A-Z]{3}; whether the code is assigned is the registry's question.
[[nodiscard]] std::optional<Fault> check_country(std::string_view text);
// 1…4294967294 and not reserved as "no AS": RFC 7607 (0), RFC 7300 (65535, 4294967295), RFC 6793 (23456).
[[nodiscard]] std::optional<Fault> check_asn(std::int64_t value);
// A kind of evidence: lower-case letters, digits, '.', '-'; "sbom.cyclonedx".
[[nodiscard]] std::optional<Fault> check_kind(std::string_view text);
// A relative path that stays inside; `*` and `?` in its last segment only, and only if `wildcards` says so.
enum class Wildcards { forbidden, last_segment };
[[nodiscard]] std::optional<Fault> check_path(std::string_view text, Wildcards wildcards);
// The shape of a C2SP vkey of type 1: name+8 hex digits+base64 of 33 bytes. The key id is checked where the key is used.
[[nodiscard]] std::optional<Fault> check_vkey(std::string_view text);
// Standard base64 of 64 bytes.
[[nodiscard]] std::optional<Fault> check_signature(std::string_view text);

// Whether `pattern` (with * and ?, never across '/') matches `path`.
[[nodiscard]] bool path_matches(std::string_view pattern, std::string_view path);

// What editors of Windows put before the text; toml++ skips it.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// What toml++ 3.3 must not see, outside strings and comments: a key with more than 64 dots (it builds one table a dot and frees them
// recursively), and bytes beyond ASCII (TOML 1.0 allows none there, and said here it is clearer than in toml++'s words). In malformed
// text the two may differ on what is a string: nothing dangerous may rest on this. The first of them, or nothing.
struct Trap {
  std::size_t offset = 0;
  Fault fault;
};
[[nodiscard]] std::optional<Trap> find_trap(std::string_view toml);

}  // namespace entente::catalog
