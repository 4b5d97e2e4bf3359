// Builds the tree from the schema's `properties`, `items`, `$ref`, `allOf`, `anyOf` and `oneOf`; a reference met again leads to the node
// made the first time, so recursive definitions end. Walking a document is one look-up a member.
#include "csaf/shape.h"

#include <algorithm>

#include "core/same_text.h"

namespace entente::csaf {

struct Shape::Builder {
  std::vector<Node>& nodes;
  const std::map<std::string, JsonView>& documents;
  JsonView root;
  std::map<std::string, std::uint32_t, std::less<>> references;

  std::uint32_t make() {
    nodes.emplace_back();
    return static_cast<std::uint32_t>(nodes.size() - 1);
  }

  std::uint32_t follow(std::string_view reference, JsonView base) {
    if (const auto seen = references.find(reference); seen != references.end()) return seen->second;
    const std::uint32_t node = make();
    references.emplace(std::string(reference), node);
    if (reference.starts_with("#/")) {
      JsonView target;
      if (base.at_pointer(reference.substr(1)).get(target) == simdjson::SUCCESS) merge(node, target, base);
    } else if (const auto other = documents.find(std::string(reference)); other != documents.end()) {
      merge(node, other->second, other->second);
    }
    return node;
  }

  void merge(std::uint32_t node, JsonView schema, JsonView base) {
    if (const auto reference = json_string(schema, "$ref")) {
      // References inside the CVSS schemas lead to enumerations, which have no members.
      if (reference->starts_with("#/definitions/")) return;
      const std::uint32_t target = follow(*reference, base);
      const Node copy = nodes[target];
      for (const auto& [name, child] : copy.members) add(node, name, child);
      if (copy.object) nodes[node].object = true;
      if (copy.items != 0) nodes[node].items = copy.items;
    }
    for (const char* keyword : {"allOf", "anyOf", "oneOf"})
      if (const auto list = json_array(schema, keyword))
        for (const JsonView one : *list) merge(node, one, base);
    if (const auto properties = json_object(schema, "properties")) {
      nodes[node].object = true;
      for (const auto field : *properties) add(node, std::string(field.key), child_of(field.value, base));
    }
    if (const auto items = json_get(schema, "items")) {
      const std::uint32_t child = child_of(*items, base);
      nodes[node].items = child;
    }
  }

  std::uint32_t child_of(JsonView schema, JsonView base) {
    if (const auto reference = json_string(schema, "$ref"); reference && !reference->starts_with("#/definitions/"))
      return follow(*reference, base);
    const std::uint32_t node = make();
    merge(node, schema, base);
    return node;
  }

  void add(std::uint32_t node, const std::string& name, std::uint32_t child) {
    auto& members = nodes[node].members;
    const auto at = std::lower_bound(members.begin(), members.end(), name, [](const auto& m, const std::string& n) { return m.first < n; });
    if (at == members.end() || at->first != name) members.emplace(at, name, child);
  }
};

namespace {

// Where a walk is, as a list from the leaf to the root on the C++ stack; spelt out only when something is reported.
struct Way {
  const Way* parent = nullptr;
  std::string_view key;
  std::size_t index = 0;
  bool is_item = false;

  [[nodiscard]] std::string pointer() const {
    if (parent == nullptr) return {};
    return parent->pointer() + "/" + (is_item ? std::to_string(index) : pointer_segment(key));
  }
};

bool is_container(JsonView value) { return value.is_object() || value.is_array(); }

void walk_order(JsonView value, const Way& way, const std::function<void(std::string, std::string_view)>& report) {
  if (const auto object = as_object(value)) {
    std::string_view last;
    bool told = false;
    for (const auto field : *object) {
      if (!told && field.key < last) {
        report(way.pointer(), field.key);
        told = true;
      }
      last = field.key;
      if (is_container(field.value)) walk_order(field.value, {&way, field.key}, report);
    }
  } else if (const auto array = as_array(value)) {
    std::size_t i = 0;
    for (const JsonView item : *array) {
      if (is_container(item)) walk_order(item, {&way, {}, i, true}, report);
      ++i;
    }
  }
}

}  // namespace

Shape Shape::of(JsonView schema, const std::map<std::string, JsonView>& documents) {
  Shape shape;
  Builder builder{shape.nodes_, documents, schema, {}};
  builder.make();  // 0: nothing known
  const std::uint32_t root = builder.make();
  builder.merge(root, schema, schema);
  return shape;
}

struct Shape::UnknownWalk {
  const std::vector<Node>& nodes;
  const std::function<void(std::string pointer)>& report;

  // Nothing below can be unknown, for the schema names no members there.
  [[nodiscard]] static bool ends(const Node& node) { return !node.object && node.items == 0; }

  void walk(JsonView value, const Node& node, const Way& way) const {
    if (ends(node)) return;
    if (const auto object = as_object(value); object && node.object) {
      std::size_t next = 0;  // documents mostly have their members in order: look from the member found last
      for (const auto field : *object) {
        const std::size_t at = find(node, field.key, next);
        if (at == node.members.size()) {
          report(Way{&way, field.key}.pointer());
          continue;
        }
        next = at + 1;
        if (is_container(field.value)) walk(field.value, nodes[node.members[at].second], {&way, field.key});
      }
    } else if (const auto array = as_array(value); array && node.items != 0) {
      const Node& item_node = nodes[node.items];
      if (ends(item_node)) return;
      std::size_t i = 0;
      for (const JsonView item : *array) {
        if (is_container(item)) walk(item, item_node, {&way, {}, i, true});
        ++i;
      }
    }
  }

  static std::size_t find(const Node& node, std::string_view key, std::size_t next) {
    constexpr std::size_t kNear = 4;
    for (std::size_t i = next; i < std::min(next + kNear, node.members.size()); ++i)
      if (node.members[i].first == key) return i;
    const auto at = std::lower_bound(node.members.begin(), node.members.end(), key,
                                     [](const auto& m, std::string_view name) { return m.first < name; });
    return at != node.members.end() && at->first == key ? static_cast<std::size_t>(at - node.members.begin()) : node.members.size();
  }
};

// Where the schema's members and the document's are both in order, each is found by going forward, and to have found them so shows both
// that they are known and that they are sorted.
struct Shape::TidyWalk {
  const std::vector<Node>& nodes;

  bool walk(JsonView value, const Node& node) const {
    if (value.is_object()) {
      const simdjson::dom::object object = value.get_object().value_unsafe();
      return node.object ? known(object, node) : sorted(object);
    }
    const simdjson::dom::array array = value.get_array().value_unsafe();
    for (const JsonView item : array)
      if (is_container(item) && !walk(item, nodes[node.items])) return false;
    return true;
  }
  bool known(simdjson::dom::object object, const Node& node) const {
    auto at = node.members.begin();
    for (const auto field : object) {
      while (at != node.members.end() && !same_text(at->first, field.key)) ++at;
      if (at == node.members.end()) return false;
      if (is_container(field.value) && !walk(field.value, nodes[at->second])) return false;
      ++at;
    }
    return true;
  }
  bool sorted(simdjson::dom::object object) const {
    std::string_view last;
    for (const auto field : object) {
      if (field.key < last || (is_container(field.value) && !walk(field.value, nodes[0]))) return false;
      last = field.key;
    }
    return true;
  }
};

bool Shape::is_tidy(JsonView document) const { return !is_container(document) || TidyWalk{nodes_}.walk(document, nodes_[1]); }

void Shape::unknown_members(JsonView document, const std::function<void(std::string)>& report) const {
  UnknownWalk{nodes_, report}.walk(document, nodes_[1], {});
}

void Shape::unsorted_members(JsonView document, const std::function<void(std::string, std::string_view)>& report) {
  walk_order(document, {}, report);
}

}  // namespace entente::csaf
