// What the purl specification asks of each type, from data/supply/purl-types.json. Private to purl.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "measures/p6_supply/purl.h"

namespace re2 {
class RE2;
}

namespace entente::measures::p6_supply {

enum class NamespaceRule : std::uint8_t {
  optional,
  expected,  // the specification requires it, daily use does not: not insisted on
  required,
  prohibited,
};

struct PurlType {
  std::string type;
  NamespaceRule ns = NamespaceRule::optional;
  bool lower_ns = false, lower_name = false, lower_version = false;
  bool name_is_path = false;                      // the namespace is one segment, the name all the others
  std::vector<std::pair<char, char>> replace;     // in the name: first by second
  char replace_others = 0;                        // in the name: for what is neither a-z, 0-9 nor itself; 0: kept
  std::string name_without;                       // must not stand in the name
  std::string lower_name_at;                      // the name is lower case where repository_url holds this
  std::vector<std::string> qualifiers;            // must be there
  std::shared_ptr<const re2::RE2> name, version;  // what they must match as a whole, after folding; nullptr: anything
  bool more_than_folding = false;                 // any rule but `ns`, the three `lower_…` and `replace`
};

// Parses the data file; errors carry the pointer. Types come in byte order.
[[nodiscard]] Result<std::vector<PurlType>> read_purl_types(std::string_view json, std::string name);

// nullptr for types the specification does not know, which have no rules. The table is read once, from the embedded data.
[[nodiscard]] const PurlType* purl_type(std::string_view type);

// Folds the parts and checks them against the rules. The error is a sentence without position.
[[nodiscard]] Result<void> apply_purl_type(const PurlType& rules, Purl& purl);

}  // namespace entente::measures::p6_supply
