// The JSON reader. simdjson checks syntax and UTF-8 at gigabytes a second; what it does not check (duplicate keys) is
// checked here in one walk over its tape: per object, the keys are hashed into a small open-addressed table. When
// anything fails, the slow reference scanner in json_scan.cc reads the text again to say exactly what and where.
#include "core/json.h"

#include <fmt/format.h>
#include <algorithm>
#include <cstring>
#include <vector>

#include "core/file.h"
#include "core/json_scan.h"

namespace entente {

struct JsonDocument::State {
  std::string text;  // with SIMDJSON_PADDING spare bytes of capacity behind it
  std::string name;
  simdjson::dom::parser parser;
  simdjson::dom::element root;
};

namespace {

// Detects duplicate keys in one object at a time; the table is reused and cleared by a generation number, so the whole
// walk allocates a few times at most.
class KeyTable {
 public:
  // True if some key of `object` occurs twice.
  bool has_duplicate(simdjson::dom::object object) {
    keys_.clear();
    // Equal keys have equal marks: where all marks differ, so do all keys.
    std::uint64_t marks = 0;
    bool marks_differ = true;
    for (const auto field : object) {
      const std::string_view key = field.key;
      const std::uint64_t bit = std::uint64_t{1} << mark(key);
      marks_differ = marks_differ && (marks & bit) == 0;
      marks |= bit;
      keys_.push_back(key);
    }
    if (keys_.size() < 2 || marks_differ) return false;
    if (keys_.size() <= 8) {
      for (std::size_t i = 1; i < keys_.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
          if (keys_[i] == keys_[j]) return true;
      return false;
    }
    std::size_t capacity = 32;
    while (capacity < keys_.size() * 2) capacity *= 2;
    if (slots_.size() < capacity) {
      slots_.assign(capacity, {});
      generation_ = 0;
    }
    ++generation_;
    const std::size_t mask = slots_.size() - 1;
    for (const std::string_view key : keys_) {
      std::size_t at = std::hash<std::string_view>{}(key)&mask;
      while (slots_[at].generation == generation_) {
        if (slots_[at].key == key) return true;
        at = (at + 1) & mask;
      }
      slots_[at] = {key, generation_};
    }
    return false;
  }

 private:
  // 0 to 63, from the length and two characters.
  static unsigned mark(std::string_view key) {
    if (key.empty()) return 0;
    const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(key[i])); };
    return (static_cast<std::uint32_t>(key.size()) * 0x9E3779B1u + at(0) * 0x85EBCA6Bu + at(key.size() - 1) * 0xC2B2AE35u) >> 26;
  }
  struct Slot {
    std::string_view key;
    std::uint64_t generation = 0;
  };
  std::vector<std::string_view> keys_;
  std::vector<Slot> slots_;
  std::uint64_t generation_ = 0;
};

enum class Fault { none, duplicate, depth };

// What simdjson leaves unchecked: duplicate keys, and the exact depth (it does not count an empty container as a level).
// Recursion is bounded by the depth limit.
Fault walk(JsonView value, KeyTable& table, std::uint32_t levels_left) {
  const bool object = value.is_object();
  if (!object && !value.is_array()) return Fault::none;
  if (levels_left == 0) return Fault::depth;
  if (object) {
    const simdjson::dom::object fields = value.get_object().value_unsafe();
    if (table.has_duplicate(fields)) return Fault::duplicate;
    for (const auto field : fields)
      if (const Fault f = walk(field.value, table, levels_left - 1); f != Fault::none) return f;
  } else {
    const simdjson::dom::array items = value.get_array().value_unsafe();  // a copy: range-for over the temporary would dangle
    for (const JsonView item : items)
      if (const Fault f = walk(item, table, levels_left - 1); f != Fault::none) return f;
  }
  return Fault::none;
}

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
  KeyTable table;
  if (const Fault f = walk(state->root, table, limits.max_depth); f != Fault::none)
    return fail(explain(state->text, state->name, limits.max_depth, f == Fault::depth ? "nested too deep" : "duplicate key"));
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
