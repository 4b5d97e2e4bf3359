// Names and titles from statements as text inside other formats. They may hold anything Unicode has: markup, control characters, direction
// overrides that would reorder what stands beside them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace entente::registry {

// One code point of UTF-8 at `pos`, which moves behind it; U+FFFD for every byte that is not part of one. `pos` < text.size().
[[nodiscard]] char32_t next_code_point(std::string_view text, std::size_t& pos);
void append_utf8(std::string& out, char32_t c);
// Embedding, override and isolate characters of the bidirectional algorithm (UAX #9).
[[nodiscard]] bool turns_text(char32_t c);

// One line: valid UTF-8, control characters (C0, C1, line and paragraph separators) as spaces, and no embedding, override or isolate
// characters of the bidirectional algorithm (UAX #9).
[[nodiscard]] std::string plain_line(std::string_view text);
// The same between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE, if it has characters beyond ASCII: a name in a right-to-left script
// then leaves the order of the words around it alone.
[[nodiscard]] std::string isolated_line(std::string_view text);

// For XML 1.0 text and quoted attributes: & < > " ' as references; what XML 1.0 allows in no document (section 2.2) becomes U+FFFD. Tab,
// line feed and carriage return are written as references, so that attributes keep them.
[[nodiscard]] std::string xml_text(std::string_view text);

}  // namespace entente::registry
