// What the text of a disclosure policy says, by lists of words: text, HTML or Markdown, English and French. docs/disclosure.md has the
// lists. Pure functions of linear cost; internal to the room.
#pragma once

#include <string>
#include <string_view>

namespace entente::measures::p6_supply {

// Lower case, without tags, comments, scripts and style sheets. A run of blanks is one space; where a paragraph, an item of a list or a
// heading ends there is one line end instead.
[[nodiscard]] std::string plain_policy(std::string_view text);

// The words of a plain policy that promise safe harbour; empty: none do, or it is refused somewhere.
[[nodiscard]] std::string_view safe_harbour_words(std::string_view plain);
// The words that speak of the scope; empty: none do.
[[nodiscard]] std::string_view scope_words(std::string_view plain);

}  // namespace entente::measures::p6_supply
