// UTF-8 (RFC 3629): validity, and safe display of text that an input supplied.
#pragma once

#include <string>
#include <string_view>

namespace entente {

[[nodiscard]] bool is_valid_utf8(std::string_view text);
// For terminals and logs: control characters (C0, C1, DEL), bidirectional and invisible formatting characters and invalid bytes become \xNN
// or
// \u{N}; a line from an input can then neither move the cursor nor hide text. At most `max_bytes`, cut with "…".
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 400);

}  // namespace entente
