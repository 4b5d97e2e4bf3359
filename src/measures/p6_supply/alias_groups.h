// Which advisory ids name one vulnerability: the symmetric, transitive closure of `aliases` (and of nothing else: `related`
// and `upstream` are other relations, see OsvRecord::related).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "measures/p6_supply/osv.h"

namespace entente::measures::p6_supply {

struct AliasGroup {
  std::string_view name;                  // the smallest CVE id, else the smallest GHSA id, else the smallest id
  std::vector<std::string_view> members;  // all ids, in byte order
};
struct AliasGroups {
  std::vector<AliasGroup> groups;        // in order of their least record
  std::vector<std::uint32_t> of_record;  // index into groups, for each record
};

// Views into the records. Union-find, near linear. The result depends on the set of records only, not on the order of aliases.
[[nodiscard]] AliasGroups alias_groups(std::span<const OsvRecord> records);

}  // namespace entente::measures::p6_supply
