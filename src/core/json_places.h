// Where many values of one JSON document stand, in one pass over its text: JsonDocument::where() reads the text once for each.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

// For each JSON pointer (RFC 6901) the byte offset of its value, as find_json_pointer() gives it: of a pointer that does not resolve, that
// of the deepest part that does. `text` must be a document JsonDocument::parse accepts. Time: O(text + pointers).
[[nodiscard]] std::vector<std::uint64_t> json_offsets(std::string_view text, std::span<const std::string> pointers);

// The 1-based line of each offset, in the order given. Time: O(text) and a sort of the offsets.
[[nodiscard]] std::vector<std::uint64_t> lines_of(std::string_view text, std::span<const std::uint64_t> offsets);

}  // namespace entente
