// One value of an OSCAL document with its JSON pointer: strict access for the catalogue loader. Not a public header.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace entente::catalog {

// Our namespace for props and parts that OSCAL does not define.
inline constexpr std::string_view kNamespace = "https://entente.example/ns";

// Valid as long as its document. Every error carries file, line, column and pointer.
class OscalNode {
 public:
  OscalNode(const JsonDocument& document, JsonView view, std::string pointer)
      : document_(&document), view_(view), pointer_(std::move(pointer)) {}

  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] JsonView view() const { return view_; }
  [[nodiscard]] tl::unexpected<Error> wrong(std::string what, std::string hint = {}) const;
  // As wrong(), at the member `key` of this object.
  [[nodiscard]] tl::unexpected<Error> wrong_at(std::string_view key, std::string what, std::string hint = {}) const;

  // An object with no other keys than these.
  [[nodiscard]] Result<void> only(std::span<const std::string_view> keys) const;
  [[nodiscard]] bool has(std::string_view key) const { return json_get(view_, key).has_value(); }
  [[nodiscard]] Result<OscalNode> member(std::string_view key) const;  // must be there
  // A text OSCAL's StringDatatype allows: not empty, one line, no white space at its ends, at most 4,096 bytes.
  [[nodiscard]] Result<std::string> text(std::string_view key) const;
  [[nodiscard]] Result<std::string> optional_text(std::string_view key) const;  // empty if absent
  // The text must be exactly this.
  [[nodiscard]] Result<void> fixed(std::string_view key, std::string_view wanted) const;
  // The elements of an array member; none if it is absent. An empty array is an error, as in OSCAL.
  [[nodiscard]] Result<std::vector<OscalNode>> items(std::string_view key) const;

 private:
  const JsonDocument* document_;
  JsonView view_;
  std::string pointer_;
};

// OSCAL "property": name, ns, value, class, remarks.
struct OscalProp {
  OscalNode node;
  std::string name;
  std::string ns;
  std::string klass;
  std::string value;
  std::string remarks;

  [[nodiscard]] bool ours(std::string_view wanted) const { return ns == kNamespace && name == wanted; }
};
// The props of a group, control or metadata. Two that are equal in name, ns, class and value are an error.
[[nodiscard]] Result<std::vector<OscalProp>> oscal_props(const OscalNode& owner);

// OSCAL "part", flat: id, name, ns, class, prose.
struct OscalPart {
  OscalNode node;
  std::string name;
  std::string ns;
  std::string klass;
  std::string prose;
};
// The parts of a control or group. Each id must be "<owner_id>_<name>" or, with a class, "<owner_id>_<name>.<class>"; two of the same name
// and class are an error.
[[nodiscard]] Result<std::vector<OscalPart>> oscal_parts(const OscalNode& owner, std::string_view owner_id);

}  // namespace entente::catalog
