// The JSON list: each object of the array is a record; its members are fields. Lines are found in one walk over the text, because asking
// the document for the place of each record would read it a thousand times.
#include <fmt/format.h>

#include "core/json.h"
#include "registry/import_readers.h"

namespace entente::registry {
namespace {

// The lines on which the elements of the array at `offset` begin. `text` is valid JSON.
std::vector<std::uint64_t> element_lines(std::string_view text, std::size_t offset) {
  std::vector<std::uint64_t> out;
  std::uint64_t line = 1;
  for (std::size_t i = 0; i < offset; ++i) line += text[i] == '\n' ? 1 : 0;
  std::size_t depth = 0;
  bool expecting = false;
  for (std::size_t i = offset; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') continue;
    if (depth == 1 && expecting && c != ']') {
      out.push_back(line);
      expecting = false;
    }
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
    } else if (c == '[' || c == '{') {
      if (++depth == 1) expecting = true;
    } else if (c == ']' || c == '}') {
      if (--depth == 0) break;
    } else if (c == ',' && depth == 1) {
      expecting = true;
    }
  }
  return out;
}

void take_json_list(JsonView value, std::vector<std::string>& into) {
  if (const auto list = as_array(value)) {
    for (const auto element : *list)
      if (const auto text = as_string(element)) into.emplace_back(*text);
  } else if (const auto text = as_string(value)) {
    into.emplace_back(*text);
  }
}

void take_json_member(RawRecord& record, std::string_view key, JsonView value) {
  if (key == "id") {
    record.id = as_string(value).value_or("");
    return;
  }
  const std::string field = canonical_field(key);
  if (field.empty() || value.is_null()) return;
  if (field == "former_names") return take_json_list(value, record.former_names);
  if (field == "memberships") return take_json_list(value, record.memberships);
  const auto text = as_string(value);
  std::string written = text ? std::string(*text) : json_compact(to_json(value));
  if (!written.empty()) record.fields.emplace(field, RawField{std::move(written), record.line});
}

}  // namespace

Result<RawSource> read_json_list(std::string_view text, const std::string& path) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, path));
  const JsonView root = document.root();
  std::string at;
  auto list = as_array(root);
  if (!list) {
    list = json_array(root, "supporters");
    at = "/supporters";
  }
  if (!list) return fail("no list of supporters", {.file = path}, "an array of objects, or an object with the array \"supporters\"");
  RawSource out{std::string(json_string(root, "source").value_or("")), std::string(json_string(root, "commit").value_or("")), {}};
  const std::vector<std::uint64_t> lines = element_lines(document.text(), document.where(at).offset.value_or(0));
  std::size_t index = 0;
  for (const auto element : *list) {
    RawRecord record;
    record.file = path;
    record.pointer = fmt::format("{}/{}", at, index);
    record.line = index < lines.size() ? lines[index] : 0;
    ++index;
    if (const auto members = as_object(element))
      for (const auto& [key, value] : *members) take_json_member(record, key, value);
    else
      record.fields.emplace("row", RawField{json_compact(to_json(element)), record.line});
    out.records.push_back(std::move(record));
  }
  if (out.records.empty()) return fail("an empty list of supporters", {.file = path, .pointer = at});
  return out;
}

}  // namespace entente::registry
