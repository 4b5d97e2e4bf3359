// Code lists: each code with every spelling that is known to mean it, all compared in their folded form, so that case, accents and white
// space of a source do not matter.
#include "registry/natures.h"

#include <fmt/format.h>
#include <algorithm>

#include "registry/names.h"

namespace entente::registry {

Result<CodeList> CodeList::load(const DataSet& data, std::string_view path, std::string_view list) {
  ENTENTE_TRY(const std::string_view text, data.file(path));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, data.display_name(path)));
  CodeList out;
  const auto rows = json_array(document.root(), list);
  if (!rows) return fail("no such list", {.file = document.name(), .pointer = "/" + std::string(list)});
  for (const auto row : *rows) {
    CodeName code{std::string(json_string(row, "code").value_or("")), {}, {}, json_bool(row, "label").value_or(false)};
    if (code.code.empty()) return fail("an entry without a code", {.file = document.name(), .pointer = "/" + std::string(list)});
    if (const auto names = json_get(row, "names")) {
      code.en = json_string(*names, "en").value_or("");
      code.fr = json_string(*names, "fr").value_or("");
    }
    std::vector<std::string> spellings = {code.code, code.en, code.fr};
    if (const auto also = json_array(row, "also"))
      for (const auto spelling : *also) spellings.emplace_back(as_string(spelling).value_or(""));
    for (const std::string& spelling : spellings) {
      const auto [it, fresh] = out.by_spelling_.emplace(fold(spelling), out.codes_.size());
      if (!fresh && it->second != out.codes_.size())
        return fail(fmt::format("\"{}\" would mean two codes", spelling), {.file = document.name(), .pointer = "/" + std::string(list)});
    }
    out.codes_.push_back(std::move(code));
  }
  if (const auto nothing = json_array(document.root(), "nothing"))
    for (const auto word : *nothing) out.nothing_.push_back(fold(as_string(word).value_or("")));
  return out;
}

const CodeName* CodeList::find(std::string_view code) const {
  const auto it = std::ranges::find(codes_, code, &CodeName::code);
  return it == codes_.end() ? nullptr : &*it;
}

const CodeName* CodeList::match(std::string_view text) const {
  const auto it = by_spelling_.find(fold(text));
  return it == by_spelling_.end() ? nullptr : &codes_[it->second];
}

bool CodeList::says_nothing(std::string_view text) const {
  const std::string folded = fold(text);
  return folded.empty() || std::ranges::find(nothing_, folded) != nothing_.end();
}

Result<CodeList> load_natures(const DataSet& data) { return CodeList::load(data, "catalog/registry/natures.json", "natures"); }

Result<CodeList> load_categories(const DataSet& data) {
  ENTENTE_TRY(CodeList out, CodeList::load(data, "catalog/registry/categories.json", "categories"));
  for (const CodeName& code : out.all())
    if (!category_from(code.code))
      return fail(fmt::format("\"{}\" is no category of supporters", code.code),
                  {.file = data.display_name("catalog/registry/categories.json")});
  return out;
}

}  // namespace entente::registry
