// What violations say of values: never more than a line, never a byte that could move a terminal's cursor.
#include "schema/messages.h"

#include <fmt/format.h>

#include "core/utf8.h"

namespace entente::schema {
namespace {

constexpr std::size_t kExcerptBytes = 60;

constexpr std::pair<TypeSet, std::string_view> kTypeNames[] = {{kNull, "null"},     {kBoolean, "boolean"}, {kInteger, "integer"},
                                                               {kNumber, "number"}, {kString, "string"},   {kArray, "array"},
                                                               {kObject, "object"}};

}  // namespace

TypeSet types_of(JsonView value) {
  switch (value.type()) {
    case simdjson::dom::element_type::STRING: return kString;
    case simdjson::dom::element_type::OBJECT: return kObject;
    case simdjson::dom::element_type::ARRAY: return kArray;
    case simdjson::dom::element_type::INT64:
    case simdjson::dom::element_type::UINT64: return kInteger | kNumber;
    case simdjson::dom::element_type::DOUBLE: return is_integral(to_number(value)) ? kInteger | kNumber : kNumber;
    case simdjson::dom::element_type::BOOL: return kBoolean;
    default: return kNull;
  }
}

std::string count_of(std::uint64_t n, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", n, n == 1 ? singular : plural);
}

std::string describe_text(std::string_view text) { return '"' + printable(text, kExcerptBytes) + '"'; }

std::string describe(JsonView value) {
  switch (value.type()) {
    case simdjson::dom::element_type::STRING: return describe_text(value.get_string().value_unsafe());
    case simdjson::dom::element_type::OBJECT:
      return "an object of " + count_of(value.get_object().value_unsafe().size(), "member", "members");
    case simdjson::dom::element_type::ARRAY: return "an array of " + count_of(value.get_array().value_unsafe().size(), "item", "items");
    case simdjson::dom::element_type::BOOL: return value.get_bool().value_unsafe() ? "true" : "false";
    case simdjson::dom::element_type::NULL_VALUE: return "null";
    default: return spell(to_number(value));
  }
}

std::string describe_type_of(JsonView value) {
  switch (value.type()) {
    case simdjson::dom::element_type::STRING: return "a string";
    case simdjson::dom::element_type::OBJECT: return "an object";
    case simdjson::dom::element_type::ARRAY: return "an array";
    case simdjson::dom::element_type::BOOL: return "a boolean";
    case simdjson::dom::element_type::NULL_VALUE: return "null";
    default: return "the number " + describe(value);
  }
}

std::string describe_types(TypeSet types) {
  std::vector<std::string_view> names;
  for (const auto& [bit, name] : kTypeNames)
    if (types & bit) names.push_back(name);
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += names[i];
  }
  return out;
}

std::string join_some(const std::vector<std::string>& parts, std::size_t max_bytes) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0 && out.size() + parts[i].size() > max_bytes) return out + fmt::format(" and {} more", parts.size() - i);
    if (i > 0) out += ", ";
    out += parts[i];
  }
  return out;
}

}  // namespace entente::schema
