// Strict reading of the part of OSCAL's catalogue model that Entente uses. It is a closed subset on purpose: a key the loader
// would ignore is a rule that someone wrote and nobody applies.
#include "catalog/oscal_node.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "catalog/nearest.h"
#include "catalog/profile_checks.h"
#include "core/utf8.h"

namespace entente::catalog {

namespace {
constexpr std::size_t kMaxTextBytes = 4'096;
}

tl::unexpected<Error> OscalNode::wrong(std::string what, std::string hint) const {
  return fail(std::move(what), document_->where(pointer_), std::move(hint));
}

tl::unexpected<Error> OscalNode::wrong_at(std::string_view key, std::string what, std::string hint) const {
  return fail(std::move(what), document_->where(pointer_ + "/" + pointer_segment(key)), std::move(hint));
}

Result<void> OscalNode::only(std::span<const std::string_view> keys) const {
  const auto object = as_object(view_);
  if (!object) return wrong("an object is expected here");
  const simdjson::dom::object fields = *object;
  for (const auto field : fields) {
    if (std::find(keys.begin(), keys.end(), field.key) != keys.end()) continue;
    const auto close = nearest(field.key, keys, 1);
    return wrong_at(field.key, "unknown key \"" + printable(field.key, 80) + "\"",
                    (close.empty() ? "known here: " : "did you mean \"" + std::string(close[0]) + "\"? Known here: ") + join_or(keys));
  }
  return {};
}

Result<OscalNode> OscalNode::member(std::string_view key) const {
  const auto value = json_get(view_, key);
  if (!value) return wrong("\"" + std::string(key) + "\" is missing");
  return OscalNode(*document_, *value, pointer_ + "/" + pointer_segment(key));
}

Result<std::string> OscalNode::text(std::string_view key) const {
  ENTENTE_TRY(const OscalNode node, member(key));
  const auto value = as_string(node.view_);
  if (!value) return node.wrong("\"" + std::string(key) + "\" is not a string");
  if (const auto fault = check_line(*value, kMaxTextBytes)) return node.wrong("\"" + std::string(key) + "\": " + fault->what, fault->hint);
  return std::string(*value);
}

Result<std::string> OscalNode::optional_text(std::string_view key) const {
  if (!has(key)) return std::string();
  return text(key);
}

Result<void> OscalNode::fixed(std::string_view key, std::string_view wanted) const {
  ENTENTE_TRY(const std::string value, text(key));
  if (value != wanted)
    return wrong_at(key, "\"" + std::string(key) + "\" is \"" + printable(value, 80) + "\"", "must be \"" + std::string(wanted) + "\"");
  return {};
}

Result<std::vector<OscalNode>> OscalNode::items(std::string_view key) const {
  std::vector<OscalNode> out;
  if (!has(key)) return out;
  ENTENTE_TRY(const OscalNode node, member(key));
  const auto array = as_array(node.view_);
  if (!array) return node.wrong("\"" + std::string(key) + "\" is not an array");
  const simdjson::dom::array elements = *array;
  for (const JsonView element : elements) out.emplace_back(*document_, element, node.pointer_ + "/" + std::to_string(out.size()));
  if (out.empty()) return node.wrong("\"" + std::string(key) + "\" is empty", "leave the key out");
  return out;
}

Result<std::vector<OscalProp>> oscal_props(const OscalNode& owner) {
  constexpr std::array<std::string_view, 5> keys = {"name", "ns", "class", "value", "remarks"};
  std::vector<OscalProp> out;
  std::set<std::tuple<std::string, std::string, std::string, std::string>> seen;
  ENTENTE_TRY(const std::vector<OscalNode> nodes, owner.items("props"));
  for (const OscalNode& node : nodes) {
    ENTENTE_CHECK(node.only(keys));
    OscalProp p{.node = node};
    ENTENTE_TRY(p.name, node.text("name"));
    ENTENTE_TRY(p.ns, node.optional_text("ns"));
    ENTENTE_TRY(p.klass, node.optional_text("class"));
    ENTENTE_TRY(p.value, node.text("value"));
    ENTENTE_TRY(p.remarks, node.optional_text("remarks"));
    if (!p.ns.empty() && p.ns != kNamespace) return node.wrong_at("ns", "unknown namespace", "ours is " + std::string(kNamespace));
    if (!seen.emplace(p.name, p.ns, p.klass, p.value).second)
      return node.wrong("the prop " + p.name + " = \"" + printable(p.value, 80) + "\" stands twice", "remove one of the two");
    out.push_back(std::move(p));
  }
  return out;
}

Result<std::vector<OscalPart>> oscal_parts(const OscalNode& owner, std::string_view owner_id) {
  constexpr std::array<std::string_view, 5> keys = {"id", "name", "ns", "class", "prose"};
  std::vector<OscalPart> out;
  std::set<std::pair<std::string, std::string>> seen;
  ENTENTE_TRY(const std::vector<OscalNode> nodes, owner.items("parts"));
  for (const OscalNode& node : nodes) {
    ENTENTE_CHECK(node.only(keys));
    OscalPart p{.node = node};
    ENTENTE_TRY(p.name, node.text("name"));
    ENTENTE_TRY(p.ns, node.optional_text("ns"));
    ENTENTE_TRY(p.klass, node.optional_text("class"));
    ENTENTE_TRY(p.prose, node.text("prose"));
    if (!p.ns.empty() && p.ns != kNamespace) return node.wrong_at("ns", "unknown namespace", "ours is " + std::string(kNamespace));
    if (!seen.emplace(p.name, p.klass).second)
      return node.wrong("the part " + p.name + (p.klass.empty() ? "" : " in " + p.klass) + " stands twice", "remove one of the two");
    ENTENTE_CHECK(node.fixed("id", std::string(owner_id) + "_" + p.name + (p.klass.empty() ? "" : "." + p.klass)));
    out.push_back(std::move(p));
  }
  return out;
}

}  // namespace entente::catalog
