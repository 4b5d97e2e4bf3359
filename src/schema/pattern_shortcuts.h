// Matchers written by hand for some patterns of published schemas (CSAF 2.0, CVSS 3.0 and 3.1): they decide what nearly all documents hold
// in one pass and leave the rest to the Sequence or to RE2, which stays the reference (verdict_test.cc compares the two).
#pragma once

#include <string_view>

#include "schema/sequence.h"

namespace entente::schema {

using PatternShortcut = Sequence::Answer (*)(std::string_view text);

// By the pattern's exact text; nullptr: there is none. Thread-safe.
[[nodiscard]] PatternShortcut pattern_shortcut(std::string_view pattern);

// The patterns there is one for.
[[nodiscard]] std::string_view shortcut_pattern(std::size_t number);  // empty behind the last one

}  // namespace entente::schema
