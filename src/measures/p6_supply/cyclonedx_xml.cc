// CycloneDX XML written as the JSON form of the same document. Element names are JSON's names almost everywhere; what differs is in a few
// tables: which elements wrap a list, which hold a value beside attributes, which are numbers. What belongs to other namespaces is left
// out.
#include <algorithm>
#include <array>
#include <optional>

#include "measures/p6_supply/sbom_xml.h"

namespace entente::measures::p6_supply {

namespace {

using pugi::xml_node;

template <std::size_t N>
bool is_among(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Elements whose children are the items of an array, whatever the children's name.
constexpr std::array<std::string_view, 36> kWrappers{"components",      "services",    "hashes",       "externalReferences",
                                                     "properties",      "authors",     "lifecycles",   "dependencies",
                                                     "vulnerabilities", "ratings",     "cwes",         "advisories",
                                                     "affects",         "versions",    "compositions", "assemblies",
                                                     "annotations",     "formulation", "tags",         "responses",
                                                     "references",      "patches",     "commits",      "ancestors",
                                                     "descendants",     "variants",    "occurrences",  "frames",
                                                     "endpoints",       "aliases",     "notes",        "resolves",
                                                     "identities",      "workflows",   "standards",    "subjects"};
// Objects even where they are empty.
constexpr std::array<std::string_view, 12> kObjects{"metadata", "component", "service",  "supplier", "manufacturer", "manufacture",
                                                    "provider", "pedigree",  "evidence", "swid",     "releaseNotes", "organization"};
constexpr std::array<std::string_view, 3> kBooleans{"modified", "authenticated", "x-trust-boundary"};

// The name of the value beside an element's attributes.
std::string_view value_name(std::string_view element) {
  return element == "property" ? "value" : element == "expression" ? "expression" : "content";
}
std::string_view attribute_name(std::string_view name) { return name == "content-type" ? "contentType" : name; }

class CycloneDxXmlWriter {
 public:
  CycloneDxXmlWriter(int minor, JsonFormWriter& out) : minor_(minor), out_(out) {}

  void write(xml_node root, const XmlScope& outer) {
    const XmlScope scope = outer.inside(root);
    out_.begin_object(XmlTree::offset(root));
    out_.member("bomFormat", "CycloneDX", XmlTree::offset(root));
    out_.member("specVersion", fmt::format("1.{}", minor_), XmlTree::offset(root));
    if (const auto serial = root.attribute("serialNumber")) out_.member("serialNumber", serial.value(), XmlTree::offset(root));
    if (const auto version = root.attribute("version")) {
      out_.key("version");
      number(xml_trimmed(version.value()), XmlTree::offset(root));
    }
    members(root, scope);
    out_.end_object();
  }

 private:
  // A JSON number if it is one (digits only, or digits with one point), else text, which the reader will name as wrong.
  void number(std::string_view text, std::uint64_t at) {
    const bool digits = !text.empty() && text.size() <= 15 && (text[0] != '0' || text.size() == 1 || text[1] == '.') &&
                        text.find_first_not_of("0123456789.") == std::string_view::npos && std::count(text.begin(), text.end(), '.') <= 1 &&
                        text.front() != '.' && text.back() != '.';
    if (digits)
      out_.literal(text, at);
    else
      out_.text(text, at);
  }

  // The element's children in the namespace, as members; those of one name that stand more than once become an array in the first's place.
  void members(xml_node node, const XmlScope& scope) {
    struct Member {
      std::string_view name;
      xml_node node;
    };
    std::vector<Member> all;
    for (const xml_node child : node.children())
      if (child.type() == pugi::node_element && scope.inside(child).owns(child)) all.push_back({local_name(child), child});
    std::stable_sort(all.begin(), all.end(), [](const Member& a, const Member& b) { return a.name < b.name; });
    for (std::size_t i = 0; i < all.size();) {
      std::size_t end = i + 1;
      while (end < all.size() && all[end].name == all[i].name) ++end;
      out_.key(all[i].name);
      if (end == i + 1) {
        value(all[i].node, scope);
      } else {
        out_.begin_array(XmlTree::offset(all[i].node));
        for (std::size_t n = i; n < end; ++n) value(all[n].node, scope);
        out_.end_array();
      }
      i = end;
    }
  }

  template <class Each>
  void each_child(xml_node node, const XmlScope& scope, Each&& each) {
    for (const xml_node child : node.children())
      if (child.type() == pugi::node_element && scope.inside(child).owns(child)) each(child);
  }

  template <class Each>
  void list(xml_node node, const XmlScope& scope, Each&& each) {
    out_.begin_array(XmlTree::offset(node));
    each_child(node, scope, each);
    out_.end_array();
  }

  void value(xml_node node, const XmlScope& outer) {
    const XmlScope scope = outer.inside(node);
    const std::string_view name = local_name(node);
    if (name == "licenses") return list(node, scope, [&](xml_node one) { licence(one, scope); });
    if (name == "dependencies") return list(node, scope, [&](xml_node one) { dependency(one, scope); });
    if (name == "tools" && !tools_are_components(node, scope)) return list(node, scope, [&](xml_node one) { value(one, scope); });
    if (name == "assemblies") return list(node, scope, [&](xml_node one) { reference(one); });
    if (is_among(name, kWrappers)) return list(node, scope, [&](xml_node one) { value(one, scope); });
    if (is_leaf(node)) return leaf(node);
    object(node, scope);
  }

  static bool is_leaf(xml_node node) {
    if (is_among(local_name(node), kObjects)) return false;
    for (const auto attribute : node.attributes())
      if (!std::string_view(attribute.name()).starts_with("xml")) return false;
    for (const xml_node child : node.children())
      if (child.type() == pugi::node_element) return false;
    return true;
  }

  void leaf(xml_node node) {
    const std::string_view name = local_name(node);
    std::string held;
    const std::string_view word = xml_trimmed(xml_text(node, held));  // indented XML puts line breaks around values
    if (is_among(name, kBooleans) && (word == "true" || word == "false" || word == "1" || word == "0"))
      return out_.literal(word == "true" || word == "1" ? "true" : "false", XmlTree::offset(node));
    if (name == "cwe" || name == "score") return number(word, XmlTree::offset(node));
    out_.text(word, XmlTree::offset(node));
  }

  void object(xml_node node, const XmlScope& scope) {
    out_.begin_object(XmlTree::offset(node));
    attributes(node);
    bool has_elements = false;
    for (const xml_node child : node.children()) has_elements = has_elements || child.type() == pugi::node_element;
    if (has_elements) {
      members(node, scope);
    } else {
      std::string held;
      const std::string_view text = xml_trimmed(xml_text(node, held));
      if (!text.empty()) out_.member(value_name(local_name(node)), text, XmlTree::offset(node));
    }
    out_.end_object();
  }

  void attributes(xml_node node) {
    for (const auto attribute : node.attributes()) {
      const std::string_view name = attribute.name();
      // Attributes of other namespaces are no members of the document. An element of the same name wins over an attribute.
      if (name.starts_with("xmlns") || name.find(':') != std::string_view::npos || node.child(attribute.name())) continue;
      out_.key(attribute_name(name));
      const std::string_view text = attribute.value();
      if (name == "isExternal" && (text == "true" || text == "false"))
        out_.literal(text, XmlTree::offset(node));
      else
        out_.text(text, XmlTree::offset(node));
    }
  }

  // JSON wraps what XML lists plainly.
  void licence(xml_node node, const XmlScope& outer) {
    const XmlScope scope = outer.inside(node);
    if (local_name(node) == "expression" && !is_leaf(node)) return object(node, scope);
    out_.begin_object(XmlTree::offset(node));
    out_.key(local_name(node));
    if (local_name(node) == "license")
      object(node, scope);
    else
      value(node, outer);
    out_.end_object();
  }

  void dependency(xml_node node, const XmlScope& outer) {
    const XmlScope scope = outer.inside(node);
    out_.begin_object(XmlTree::offset(node));
    if (const auto ref = node.attribute("ref")) out_.member("ref", ref.value(), XmlTree::offset(node));
    targets(node, scope, "dependency", "dependsOn");
    targets(node, scope, "provides", "provides");
    out_.end_object();
  }

  void targets(xml_node node, const XmlScope& scope, std::string_view element, std::string_view key) {
    bool open = false;
    each_child(node, scope, [&](xml_node target) {
      if (local_name(target) != element) return;
      if (!open) {
        out_.key(key);
        out_.begin_array(XmlTree::offset(target));
        open = true;
      }
      reference(target);
    });
    if (open) out_.end_array();
  }

  void reference(xml_node node) { out_.text(node.attribute("ref").value(), XmlTree::offset(node)); }

  bool tools_are_components(xml_node node, const XmlScope& scope) {
    bool found = false;
    each_child(node, scope, [&](xml_node one) { found = found || local_name(one) == "components" || local_name(one) == "services"; });
    return found;
  }

  int minor_;
  JsonFormWriter& out_;
};

}  // namespace

void cyclonedx_xml_to_json(const XmlTree& tree, XmlScope scope, int minor, JsonFormWriter& out) {
  CycloneDxXmlWriter(minor, out).write(tree.root(), scope);
}

}  // namespace entente::measures::p6_supply
