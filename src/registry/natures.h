// The code lists of what a supporter is: categories (the Call's own) and natures. Data: data/catalog/registry/{categories,natures}.json.
// Immutable once loaded; thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data.h"
#include "core/error.h"
#include "core/json.h"
#include "registry/supporter.h"

namespace entente::registry {

struct CodeName {
  std::string code;    // [a-z0-9-]
  std::string en, fr;  // labels
  bool label = false;  // kept because a source uses it as one, though it is none ("UE" as a nature)
};

class CodeList {
 public:
  // A file with the member `list`: [{"code","names":{"en","fr"},"also":[…]}], and `nothing`: what sources write for "not said".
  [[nodiscard]] static Result<CodeList> load(const DataSet& data, std::string_view path, std::string_view list);

  [[nodiscard]] const std::vector<CodeName>& all() const { return codes_; }
  [[nodiscard]] const CodeName* find(std::string_view code) const;
  // The code a source means: its code, label or one of the known spellings, compared folded. nullptr if none.
  [[nodiscard]] const CodeName* match(std::string_view text) const;
  [[nodiscard]] bool says_nothing(std::string_view text) const;  // empty, white space, "undefined", "n/a" …

 private:
  CodeList() = default;
  std::vector<CodeName> codes_;
  std::map<std::string, std::size_t, std::less<>> by_spelling_;  // folded
  std::vector<std::string> nothing_;                             // folded
};

[[nodiscard]] Result<CodeList> load_natures(const DataSet& data);
[[nodiscard]] Result<CodeList> load_categories(const DataSet& data);  // the codes are exactly those of registry::Category

}  // namespace entente::registry
