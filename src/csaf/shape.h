// The members the CSAF schema names, as a tree to walk a document along: finds members no schema knows (6.2.20) and members out of order
// (6.2.13) in one pass. Immutable; thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace entente::csaf {

class Shape {
 public:
  // `schema`: the CSAF schema; `cvss`: the schemas its references lead to, whose members are taken together.
  [[nodiscard]] static Shape of(JsonView schema, const std::map<std::string, JsonView>& documents);

  // Pointers of members the schema does not name.
  void unknown_members(JsonView document, const std::function<void(std::string pointer)>& report) const;
  // Pointers of objects whose members are not in byte order, with the first member that is out of place.
  static void unsorted_members(JsonView document, const std::function<void(std::string pointer, std::string_view member)>& report);
  // True: neither of the two would report anything, found in one walk. False: one of them may.
  [[nodiscard]] bool is_tidy(JsonView document) const;

 private:
  struct Node {
    std::vector<std::pair<std::string, std::uint32_t>> members;  // sorted by name
    std::uint32_t items = 0;                                     // 0: nothing known
    bool object = false;                                         // has `properties`
  };
  struct Builder;
  struct UnknownWalk;
  struct TidyWalk;
  std::vector<Node> nodes_;
};

}  // namespace entente::csaf
