// SPDX's XML form (one element for each JSON member, repeated for each item of a list) written as its JSON form.
#include <algorithm>

#include "measures/p6_supply/sbom_xml.h"
#include "measures/p6_supply/spdx_fields.h"

namespace entente::measures::p6_supply {

namespace {

using pugi::xml_node;

void write_spdx_object(xml_node node, JsonFormWriter& out);

void write_spdx_value(xml_node node, JsonFormWriter& out) {
  const auto is_element = [](xml_node child) { return child.type() == pugi::node_element; };
  if (std::any_of(node.begin(), node.end(), is_element)) return write_spdx_object(node, out);
  std::string held;
  const std::string_view text = xml_text(node, held);
  const std::string_view literal = spdx_literal(node.name(), xml_trimmed(text));
  if (literal.empty())
    out.text(text, XmlTree::offset(node));
  else
    out.literal(literal, XmlTree::offset(node));
}

// As deep as the tree, which the scan bounds.
void write_spdx_object(xml_node node, JsonFormWriter& out) {
  std::vector<xml_node> members;
  for (const xml_node child : node.children())
    if (child.type() == pugi::node_element) members.push_back(child);
  std::stable_sort(members.begin(), members.end(),
                   [](xml_node a, xml_node b) { return std::string_view(a.name()) < std::string_view(b.name()); });
  out.begin_object(XmlTree::offset(node));
  for (std::size_t i = 0; i < members.size();) {
    const std::string_view name = members[i].name();
    std::size_t end = i + 1;
    while (end < members.size() && name == members[end].name()) ++end;
    out.key(name);
    const bool list = is_spdx_list(name) || end > i + 1;
    if (list) out.begin_array(XmlTree::offset(members[i]));
    for (; i < end; ++i) write_spdx_value(members[i], out);
    if (list) out.end_array();
  }
  out.end_object();
}

}  // namespace

void spdx_xml_to_json(const XmlTree& tree, JsonFormWriter& out) { write_spdx_object(tree.root(), out); }

}  // namespace entente::measures::p6_supply
