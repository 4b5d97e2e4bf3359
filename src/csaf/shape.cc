// Builds the tree from the schema's `properties`, `items`, `$ref`, `allOf`, `anyOf` and `oneOf`; a reference met again leads to the node
// made the first time, so recursive definitions end. Walking a document is one look-up a member.
#include "csaf/shape.h"

#include <algorithm>

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

// The walks keep the way to where they are as a pointer they lengthen and cut again.
struct Way {
  std::string pointer;
  template <class Visit>
  void member(std::string_view key, Visit visit) {
    const std::size_t size = pointer.size();
    pointer += '/';
    if (key.find_first_of("~/") == std::string_view::npos)
      pointer += key;
    else
      pointer += pointer_segment(key);
    visit();
    pointer.resize(size);
  }
  template <class Visit>
  void item(std::size_t index, Visit visit) {
    const std::size_t size = pointer.size();
    pointer += '/';
    pointer += std::to_string(index);
    visit();
    pointer.resize(size);
  }
};

void walk_order(JsonView value, Way& way, const std::function<void(std::string, std::string_view)>& report) {
  if (const auto object = as_object(value)) {
    std::string_view last;
    bool told = false;
    for (const auto field : *object) {
      if (!told && field.key < last) {
        report(way.pointer, field.key);
        told = true;
      }
      last = field.key;
      if (field.value.is_object() || field.value.is_array()) way.member(field.key, [&] { walk_order(field.value, way, report); });
    }
  } else if (const auto array = as_array(value)) {
    std::size_t i = 0;
    for (const JsonView item : *array) {
      if (item.is_object() || item.is_array()) way.item(i, [&] { walk_order(item, way, report); });
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

void Shape::unknown_members(JsonView document, const std::function<void(std::string)>& report) const {
  Way way;
  const std::function<void(JsonView, const Node&)> walk = [&](JsonView value, const Node& node) {
    if (const auto object = as_object(value); object && node.object) {
      for (const auto field : *object) {
        const auto at = std::lower_bound(node.members.begin(), node.members.end(), field.key,
                                         [](const auto& m, std::string_view name) { return m.first < name; });
        const bool known = at != node.members.end() && at->first == field.key;
        if (known && !field.value.is_object() && !field.value.is_array()) continue;
        way.member(field.key, [&] { known ? walk(field.value, nodes_[at->second]) : report(way.pointer); });
      }
    } else if (const auto array = as_array(value); array && node.items != 0) {
      std::size_t i = 0;
      for (const JsonView item : *array) {
        if (item.is_object() || item.is_array()) way.item(i, [&] { walk(item, nodes_[node.items]); });
        ++i;
      }
    }
  };
  walk(document, nodes_[1]);
}

void Shape::unsorted_members(JsonView document, const std::function<void(std::string, std::string_view)>& report) {
  Way way;
  walk_order(document, way, report);
}

}  // namespace entente::csaf
