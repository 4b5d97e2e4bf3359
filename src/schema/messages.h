// Short, safe descriptions of values for messages. Internal to the room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/program.h"

namespace entente::schema {

// "\"text\"" (cut), "12.5", "null", "an array of 3 items", "an object of 1 member".
[[nodiscard]] std::string describe(JsonView value);
[[nodiscard]] std::string describe_text(std::string_view text);
// "string or null".
[[nodiscard]] std::string describe_types(TypeSet types);
// "a string" … of one instance.
[[nodiscard]] std::string describe_type_of(JsonView value);
// "1 item", "3 items".
[[nodiscard]] std::string count_of(std::uint64_t n, std::string_view singular, std::string_view plural);
// "a, b, c and 4 more", at most about `max_bytes`.
[[nodiscard]] std::string join_some(const std::vector<std::string>& parts, std::size_t max_bytes);

[[nodiscard]] TypeSet types_of(JsonView value);

}  // namespace entente::schema
