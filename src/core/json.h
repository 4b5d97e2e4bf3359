// JSON, RFC 8259. Reading: simdjson's DOM after a check of the whole document (UTF-8, syntax, depth, duplicate keys,
// trailing bytes), with file, line and column in every error. Building and writing: nlohmann::ordered_json, whose keys
// keep the order in which they were written, so that documents are deterministic.
#pragma once

#include <simdjson.h>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace entente {

using Json = nlohmann::ordered_json;      // for building
using JsonView = simdjson::dom::element;  // for reading; valid as long as its JsonDocument

struct JsonLimits {
  std::uint64_t max_bytes = std::uint64_t{256} << 20;
  std::uint32_t max_depth = 128;  // of nested arrays and objects; the top value has depth 1
};

// A parsed document with the bytes it was parsed from. Movable; views stay valid when it is moved. Reading from several
// threads is safe.
class JsonDocument {
 public:
  // `name` is what errors call the input. Never throws. Errors carry file, line, column and offset. Refused: anything
  // RFC 8259 does not allow, invalid UTF-8, a byte order mark, duplicate keys in one object, nesting beyond the limit,
  // numbers outside what int64, uint64 or a finite double can hold, bytes after the value.
  [[nodiscard]] static Result<JsonDocument> parse(std::string_view text, std::string name, JsonLimits limits = {});
  [[nodiscard]] static Result<JsonDocument> read(const std::filesystem::path& path, JsonLimits limits = {});

  [[nodiscard]] JsonView root() const;
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] const std::string& name() const;
  // The place of the value a JSON pointer names: file, line, column, offset and the pointer. If the pointer does not
  // resolve, the place of the deepest part that does. Slow (scans the text): for error messages.
  [[nodiscard]] Where where(std::string_view pointer) const;

 private:
  struct State;
  explicit JsonDocument(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// The view as the given type, nullopt if it is another. Bind the result to a name before a range-for: C++20 does not
// prolong the life of what `*as_array(v)` or simdjson's own `v.get_array().value_unsafe()` return there.
[[nodiscard]] std::optional<simdjson::dom::array> as_array(JsonView view);
[[nodiscard]] std::optional<simdjson::dom::object> as_object(JsonView view);
[[nodiscard]] std::optional<std::string_view> as_string(JsonView view);

// Typed look-ups on a view that may be of any type: nullopt if absent, of another type, or `object` is no object.
[[nodiscard]] std::optional<JsonView> json_get(JsonView object, std::string_view key);
[[nodiscard]] std::optional<std::string_view> json_string(JsonView object, std::string_view key);
[[nodiscard]] std::optional<std::int64_t> json_int(JsonView object, std::string_view key);  // integers only
[[nodiscard]] std::optional<double> json_number(JsonView object, std::string_view key);
[[nodiscard]] std::optional<bool> json_bool(JsonView object, std::string_view key);
[[nodiscard]] std::optional<simdjson::dom::array> json_array(JsonView object, std::string_view key);
[[nodiscard]] std::optional<simdjson::dom::object> json_object(JsonView object, std::string_view key);

// A copy as a building value. Depth is bounded by the document's limit.
[[nodiscard]] Json to_json(JsonView view);

// `key` as one segment of a JSON pointer: '~' → "~0", '/' → "~1".
[[nodiscard]] std::string pointer_segment(std::string_view key);

// Two-space indented with a final newline: what Entente writes to files people read. Invalid UTF-8 in strings is
// replaced by U+FFFD rather than throwing.
[[nodiscard]] std::string json_pretty(const Json& value);
// One line, no spaces, no newline: what is signed and hashed.
[[nodiscard]] std::string json_compact(const Json& value);

}  // namespace entente
