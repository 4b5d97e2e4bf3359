// Regular expressions of JSON Schema (ECMA-262 with the `u` flag, unanchored) in RE2, which answers in time linear in the
// text whatever the pattern. What RE2 cannot do (look-around, back-references) is an error, never a silent difference.
#pragma once

#include <re2/re2.h>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::schema {

// Memory one compiled pattern may take, RE2's automata included.
inline constexpr std::int64_t kMaxRegexMemory = std::int64_t{8} << 20;
inline constexpr std::size_t kMaxRegexBytes = 16384;

// The pattern in RE2's syntax. Error: what is wrong; where.offset is the byte offset inside the pattern, and what names
// the pattern. Beyond ECMA-262, as browsers do without the `u` flag: any ASCII punctuation may be escaped; '{', '}' and ']'
// that begin or end nothing stand for themselves.
[[nodiscard]] Result<std::string> translate_regex(std::string_view pattern);

// Thread-safe to match with. Use RE2::PartialMatch.
[[nodiscard]] Result<std::unique_ptr<const re2::RE2>> compile_regex(std::string_view pattern);

}  // namespace entente::schema
