// JSON values as JSON Schema compares them: numbers by their mathematical value (1 equals 1.0), objects without regard to
// the order of members, strings by code points. Pure functions over views; depth is bounded by the JSON reader.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/json.h"

namespace entente::schema {

// A JSON number as simdjson holds it: exact if integral and within int64 or uint64, else the nearest double.
struct Number {
  enum class Kind : std::uint8_t { signed_integer, unsigned_integer, real } kind = Kind::signed_integer;
  std::int64_t i = 0;
  std::uint64_t u = 0;
  double d = 0;
};

// `view` must be a number.
[[nodiscard]] Number to_number(JsonView view);
// True for 3, 3.0 and 3e2.
[[nodiscard]] bool is_integral(const Number& n);
// Exact: -1, 0 or 1.
[[nodiscard]] int compare(const Number& a, const Number& b);
// Exact over the shortest decimal spelling of both: 0.0075 is a multiple of 0.0001. `divisor` must be greater than zero.
[[nodiscard]] bool is_multiple(const Number& n, const Number& divisor);
// Shortest spelling that reads back as the same number.
[[nodiscard]] std::string spell(const Number& n);

[[nodiscard]] bool deep_equal(JsonView a, JsonView b);

// Equal values have equal hashes. SipHash-1-3 under a key drawn once per process, so that an input cannot be made to
// collide; results never depend on the key.
[[nodiscard]] std::uint64_t deep_hash(JsonView value);

// Unicode code points of valid UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

}  // namespace entente::schema
