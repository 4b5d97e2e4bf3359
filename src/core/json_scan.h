// A strict, non-recursive JSON scanner: the plain reference beside simdjson. It is slow and exact, and used only to say
// where a fault lies and where a JSON pointer points; tests check that it accepts exactly what the fast path accepts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace entente {

struct JsonFault {
  std::string what;
  std::uint64_t offset = 0;
  std::string pointer;  // of the enclosing value
};

// The first fault of `text` by RFC 8259 and Entente's rules (see JsonDocument::parse), or nullopt if there is none.
[[nodiscard]] std::optional<JsonFault> scan_json(std::string_view text, std::uint32_t max_depth);

// Byte offset of the value that `pointer` names; for a pointer that does not resolve, of the deepest part that does.
// `text` must be a document scan_json accepts.
[[nodiscard]] std::uint64_t find_json_pointer(std::string_view text, std::string_view pointer);

// 1-based line and column (bytes) of an offset.
struct LineColumn {
  std::uint64_t line = 1;
  std::uint64_t column = 1;
};
[[nodiscard]] LineColumn line_column(std::string_view text, std::uint64_t offset);

}  // namespace entente
