// The JSON reader. simdjson checks syntax and UTF-8 at gigabytes a second; what it does not check (duplicate keys) is
// checked in one walk over its tape (json_keys.cc). When anything fails, the slow reference scanner in json_scan.cc
// reads the text again to say exactly what and where.
#include "core/json.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/file.h"
#include "core/json_keys.h"
#include "core/json_scan.h"

namespace entente {

struct JsonDocument::State {
  std::string text;  // with SIMDJSON_PADDING spare bytes of capacity behind it
  std::string name;
  simdjson::dom::parser parser;
  simdjson::dom::element root;
};

namespace {

Error explain(const std::string& text, const std::string& name, std::uint32_t max_depth, std::string_view fallback) {
  const auto fault = scan_json(text, max_depth);
  if (!fault) return {std::string(fallback), {.file = name}, {}};
  const LineColumn lc = line_column(text, fault->offset);
  return {fault->what,
          {.file = name, .line = lc.line, .column = lc.column, .offset = fault->offset, .pointer = fault->pointer},
          "mend the file, or export it again"};
}

}  // namespace

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::string name, JsonLimits limits) {
  if (text.size() > limits.max_bytes || text.size() > 0xffff'0000u)
    return fail(fmt::format("the document has {} bytes, the limit here is {}", text.size(), limits.max_bytes), {.file = std::move(name)});
  auto state = std::make_shared<State>();
  state->text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  state->text.assign(text);
  state->name = std::move(name);
  // simdjson's depth counts one more than ours.
  const auto allocated = state->parser.allocate(std::max<std::size_t>(text.size(), 64), limits.max_depth + 1);
  if (allocated != simdjson::SUCCESS) return fail("not enough memory to parse the document", {.file = state->name});
  const auto error = state->parser.parse(state->text.data(), state->text.size(), false).get(state->root);
  if (error != simdjson::SUCCESS) return fail(explain(state->text, state->name, limits.max_depth, simdjson::error_message(error)));
  if (const TapeFault f = check_tape(state->parser.doc, limits.max_depth); f != TapeFault::none)
    return fail(explain(state->text, state->name, limits.max_depth, f == TapeFault::too_deep ? "nested too deep" : "duplicate key"));
  return JsonDocument(std::move(state));
}

Result<JsonDocument> JsonDocument::read(const std::filesystem::path& path, JsonLimits limits) {
  ENTENTE_TRY(const std::string text, read_file(path, limits.max_bytes));
  return parse(text, path.string(), limits);
}

JsonView JsonDocument::root() const { return state_->root; }
std::string_view JsonDocument::text() const { return state_->text; }
const std::string& JsonDocument::name() const { return state_->name; }

Where JsonDocument::where(std::string_view pointer) const {
  const std::uint64_t offset = find_json_pointer(state_->text, pointer);
  const LineColumn lc = line_column(state_->text, offset);
  return {.file = state_->name, .line = lc.line, .column = lc.column, .offset = offset, .pointer = std::string(pointer)};
}

std::optional<simdjson::dom::array> as_array(JsonView view) {
  if (!view.is_array()) return std::nullopt;
  return view.get_array().value_unsafe();
}

std::optional<simdjson::dom::object> as_object(JsonView view) {
  if (!view.is_object()) return std::nullopt;
  return view.get_object().value_unsafe();
}

std::optional<std::string_view> as_string(JsonView view) {
  std::string_view out;
  if (view.get_string().get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

std::optional<JsonView> json_get(JsonView object, std::string_view key) {
  JsonView out;
  if (!object.is_object() || object.get_object().value_unsafe().at_key(key).get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

std::optional<std::string_view> json_string(JsonView object, std::string_view key) {
  const auto v = json_get(object, key);
  std::string_view out;
  if (!v || v->get_string().get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

std::optional<std::int64_t> json_int(JsonView object, std::string_view key) {
  const auto v = json_get(object, key);
  std::int64_t out = 0;
  if (!v || v->get_int64().get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

std::optional<double> json_number(JsonView object, std::string_view key) {
  const auto v = json_get(object, key);
  double out = 0;
  if (!v || v->get_double().get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

std::optional<bool> json_bool(JsonView object, std::string_view key) {
  const auto v = json_get(object, key);
  bool out = false;
  if (!v || v->get_bool().get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

std::optional<simdjson::dom::array> json_array(JsonView object, std::string_view key) {
  const auto v = json_get(object, key);
  return v ? as_array(*v) : std::nullopt;
}

std::optional<simdjson::dom::object> json_object(JsonView object, std::string_view key) {
  const auto v = json_get(object, key);
  return v ? as_object(*v) : std::nullopt;
}

Json to_json(JsonView view) {
  using simdjson::dom::element_type;
  switch (view.type()) {
    case element_type::OBJECT: {
      Json out = Json::object();
      // push_back by hand: ordered_json's operator[] is a linear search, and duplicates were already refused.
      const simdjson::dom::object fields = view.get_object().value_unsafe();
      for (const auto field : fields) out.get_ref<Json::object_t&>().emplace_back(std::string(field.key), to_json(field.value));
      return out;
    }
    case element_type::ARRAY: {
      Json out = Json::array();
      const simdjson::dom::array items = view.get_array().value_unsafe();
      for (const JsonView item : items) out.push_back(to_json(item));
      return out;
    }
    case element_type::STRING: return std::string(view.get_string().value_unsafe());
    case element_type::INT64: return view.get_int64().value_unsafe();
    case element_type::UINT64: return view.get_uint64().value_unsafe();
    case element_type::DOUBLE: return view.get_double().value_unsafe();
    case element_type::BOOL: return view.get_bool().value_unsafe();
    case element_type::NULL_VALUE: return nullptr;
  }
  return nullptr;
}

std::string pointer_segment(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

std::string json_pretty(const Json& value) { return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }
std::string json_compact(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace entente
