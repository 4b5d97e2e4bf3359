// Values of protobuf's JSON form, for the readers of bundles and trust roots: 64-bit numbers come as strings or numbers, bytes in either
// base64 alphabet, an absent member as null or not at all. Private to the provenance readers.
#pragma once

#include <charconv>
#include <optional>

#include "core/bytes.h"
#include "core/json.h"

namespace entente::measures::p6_supply::provenance {

[[nodiscard]] inline std::optional<JsonView> member(JsonView object, std::string_view key) {
  auto value = json_get(object, key);
  return value && value->is_null() ? std::nullopt : value;
}

[[nodiscard]] inline std::optional<Bytes> base64_text(std::string_view text) {
  const bool url = text.find_first_of("-_") != std::string_view::npos;
  auto bytes = from_base64(text, url ? Base64Alphabet::url : Base64Alphabet::standard);
  return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
}

[[nodiscard]] inline std::optional<Bytes> bytes_member(JsonView object, std::string_view key) {
  const auto text = json_string(object, key);
  return text ? base64_text(*text) : std::nullopt;
}

// Not negative.
[[nodiscard]] inline std::optional<std::uint64_t> number_member(JsonView object, std::string_view key) {
  if (const auto number = json_int(object, key)) return *number < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(*number));
  const auto text = json_string(object, key);
  std::uint64_t out = 0;
  if (!text || text->empty() || text->size() > 19) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
  return error == std::errc() && end == text->data() + text->size() ? std::optional(out) : std::nullopt;
}

}  // namespace entente::measures::p6_supply::provenance
