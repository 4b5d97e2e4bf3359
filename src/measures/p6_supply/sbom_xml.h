// XML as SBOMs use it: pugixml's tree behind a scan that refuses what the tree must never see (not for other rooms).
#pragma once

#include <cstdint>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "measures/p6_supply/sbom_form.h"

namespace entente::measures::p6_supply {

// XML 1.0 with namespaces. Refused, with line and column: a document type declaration (so no entities but the five of XML itself), nesting
// beyond `max_depth`, more elements than SizeBudget allows, more than 256 attributes of one element or two of one name, text beside the
// root element, a character XML does not allow, and what is not well-formed.
inline constexpr std::size_t kMaxXmlAttributes = 256;
[[nodiscard]] Result<void> scan_xml(std::string_view text, const std::string& name, std::uint32_t max_depth);

// The tree in the bytes it was parsed from. Not movable: nodes point into it.
class XmlTree {
 public:
  [[nodiscard]] static Result<std::unique_ptr<XmlTree>> parse(std::string text, const std::string& name, std::uint32_t max_depth);
  [[nodiscard]] pugi::xml_node root() const { return document_.document_element(); }
  // Byte offset in the text of an element's name.
  [[nodiscard]] static std::uint64_t offset(pugi::xml_node node) { return static_cast<std::uint64_t>(node.offset_debug()); }
  [[nodiscard]] Where where(const std::string& name, std::uint64_t offset) const;

 private:
  XmlTree() = default;
  std::string buffer_;  // changed by the parser: entities are decoded in place
  std::vector<std::uint32_t> lines_;
  pugi::xml_document document_;
};

// Which elements belong to one namespace, on the way down the tree.
class XmlScope {
 public:
  explicit XmlScope(std::string_view ns) : namespace_(ns) {}
  // The scope inside `node`, after its own declarations.
  [[nodiscard]] XmlScope inside(pugi::xml_node node) const;
  // Whether the element, seen in its own scope, is in the namespace.
  [[nodiscard]] bool owns(pugi::xml_node node) const;

 private:
  std::string_view namespace_;
  bool default_ = false;
  std::string_view prefix_;  // one prefix is enough: further ones for the same namespace are read, the last one winning
};
[[nodiscard]] std::string_view local_name(pugi::xml_node node);
// All character data directly in the element, joined.
[[nodiscard]] std::string_view xml_text(pugi::xml_node node, std::string& held);
[[nodiscard]] std::string_view xml_trimmed(std::string_view text);

// CycloneDX XML into the JSON form; `minor` of version 1.<minor>.
void cyclonedx_xml_to_json(const XmlTree& tree, XmlScope scope, int minor, JsonFormWriter& out);
// Against the rules of data/sbom/cyclonedx-1.<minor>-xml.json.
[[nodiscard]] Result<void> check_cyclonedx_xml(const XmlTree& tree, const std::string& name, int minor, XmlForm& out);
// SPDX's XML form (root element Document) into the JSON form.
void spdx_xml_to_json(const XmlTree& tree, JsonFormWriter& out);

}  // namespace entente::measures::p6_supply
