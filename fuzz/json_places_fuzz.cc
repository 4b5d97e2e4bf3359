// Places of many JSON values found in one pass: for a valid document the same offsets and lines as the reference scanner gives one by one;
// any other text ends the walk without reading outside it.
#include <cstdlib>

#include "core/json.h"
#include "core/json_places.h"
#include "core/json_scan.h"

namespace {

using entente::Json;

void pointers_of(const Json& value, const std::string& at, std::vector<std::string>& out) {
  if (out.size() > 60) return;
  out.push_back(at);
  out.push_back(at + "/x");
  if (value.is_object())
    for (const auto& [key, child] : value.items()) pointers_of(child, at + "/" + entente::pointer_segment(key), out);
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i) pointers_of(value[i], at + "/" + std::to_string(i), out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> pointers{"/a/0", "/b", "/0/0", "/a", "", "/a/b/c"};
  const auto document = entente::JsonDocument::parse(text, "fuzz");
  if (document) {
    pointers.clear();
    pointers_of(entente::to_json(document->root()), "", pointers);
  }
  const auto offsets = entente::json_offsets(text, pointers);
  const auto lines = entente::lines_of(text, offsets);
  if (!document) return 0;
  for (std::size_t i = 0; i < pointers.size(); ++i) {
    if (offsets[i] != entente::find_json_pointer(text, pointers[i])) std::abort();
    if (lines[i] != entente::line_column(text, offsets[i]).line) std::abort();
  }
  return 0;
}
