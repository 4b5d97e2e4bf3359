// A JSON value with the place where it stands, so that every refusal says where. Inside the room only.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/json.h"

namespace entente::measures::p3_elections::e2e {

inline constexpr std::size_t kMaxRecordList = 1U << 20;

struct RecordValue {
  JsonView view;
  std::string pointer;

  [[nodiscard]] tl::unexpected<Error> refuse(std::string what) const { return fail(std::move(what), {.pointer = pointer}); }
  [[nodiscard]] bool is_null() const { return view.is_null(); }
  [[nodiscard]] Result<RecordValue> at(std::string_view key) const {
    const auto found = json_get(view, key);
    if (!found) return refuse(fmt::format("\"{}\" is missing", key));
    return RecordValue{*found, pointer + "/" + pointer_segment(key)};
  }
  // An object without other members than these. Nothing binds a member the format does not have, yet another reader may show it.
  [[nodiscard]] Result<void> only(std::initializer_list<std::string_view> keys) const {
    const auto object = as_object(view);
    if (!object) return refuse("must be an object");
    for (const auto& [key, inner] : *object)
      if (std::ranges::find(keys, key) == keys.end())
        return RecordValue{inner, pointer + "/" + pointer_segment(key)}.refuse("not a member of this format: nothing binds it");
    return {};
  }
  [[nodiscard]] Result<std::string> text() const {
    const auto found = as_string(view);
    if (!found) return refuse("must be a string");
    return std::string(*found);
  }
  [[nodiscard]] Result<std::string> text(std::string_view key) const {
    ENTENTE_TRY(const RecordValue value, at(key));
    return value.text();
  }
  // A whole number, written as a number or as a string of digits.
  [[nodiscard]] Result<std::uint64_t> whole() const {
    std::uint64_t number = 0;
    if (const auto digits = as_string(view)) {
      const auto end = digits->data() + digits->size();
      const auto parsed = std::from_chars(digits->data(), end, number);
      if (parsed.ec != std::errc{} || parsed.ptr != end) return refuse("must be a whole number");
      return number;
    }
    if (view.get_uint64().get(number) != simdjson::SUCCESS) return refuse("must be a whole number");
    return number;
  }
  [[nodiscard]] Result<std::uint64_t> whole(std::string_view key) const {
    ENTENTE_TRY(const RecordValue value, at(key));
    return value.whole();
  }
  // Each element of a list; the index is the last part of the pointer.
  template <class T, class Read>
  [[nodiscard]] Result<std::vector<T>> list(Read read) const {
    const auto array = as_array(view);
    if (!array) return refuse("must be a list");
    std::vector<T> out;
    for (const JsonView element : *array) {
      if (out.size() == kMaxRecordList) return refuse("the list is too long");
      ENTENTE_TRY(T item, read(RecordValue{element, fmt::format("{}/{}", pointer, out.size())}));
      out.push_back(std::move(item));
    }
    return out;
  }
  template <class T, class Read>
  [[nodiscard]] Result<std::vector<T>> list(std::string_view key, Read read) const {
    ENTENTE_TRY(const RecordValue value, at(key));
    return value.list<T>(std::move(read));
  }
  // The members of an object, in the document's order.
  template <class T, class Read>
  [[nodiscard]] Result<std::vector<T>> members(std::string_view key, Read read) const {
    ENTENTE_TRY(const RecordValue value, at(key));
    const auto object = as_object(value.view);
    if (!object) return value.refuse("must be an object");
    std::vector<T> out;
    for (const auto& [name, element] : *object) {
      if (out.size() == kMaxRecordList) return value.refuse("the object has too many members");
      ENTENTE_TRY(T item, read(std::string(name), RecordValue{element, value.pointer + "/" + pointer_segment(name)}));
      out.push_back(std::move(item));
    }
    return out;
  }
};

}  // namespace entente::measures::p3_elections::e2e
