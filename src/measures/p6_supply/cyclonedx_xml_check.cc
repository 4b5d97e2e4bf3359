// Holds CycloneDX XML against the rule tables: one walk down the tree, at each element its attributes, its text, and its children against
// the content model. Models of XML Schema are deterministic: the next child's name alone decides which part of the model it belongs to, so
// the match runs forward without ever going back.
#include <algorithm>

#include "core/utf8.h"
#include "measures/p6_supply/cyclonedx_xml_rules.h"
#include "measures/p6_supply/sbom_xml.h"

namespace entente::measures::p6_supply {

namespace {

using pugi::xml_node;

struct XmlChild {
  xml_node node;
  std::string_view name;
  bool ours = false;
  std::optional<std::uint32_t> type;  // once matched
};

// Whether particles may match nothing, and whether they may begin with a child.
bool may_be_empty(const XmlParticle& p) {
  if (p.least == 0) return true;
  if (p.kind == ParticleKind::sequence) return std::all_of(p.parts.begin(), p.parts.end(), may_be_empty);
  if (p.kind == ParticleKind::choice) return p.parts.empty() || std::any_of(p.parts.begin(), p.parts.end(), may_be_empty);
  return false;
}
bool may_begin(const XmlParticle& p, const XmlChild& child) {
  if (p.kind == ParticleKind::element) return child.ours && child.name == p.name;
  if (p.kind == ParticleKind::any) return !child.ours;
  for (const XmlParticle& part : p.parts) {
    if (may_begin(part, child)) return true;
    if (p.kind == ParticleKind::sequence && !may_be_empty(part)) return false;
  }
  return false;
}
// What has to stand first, for messages: of a choice, any of these.
void required_names(const XmlParticle& p, std::vector<std::string_view>& out) {
  if (p.kind == ParticleKind::element) out.push_back(p.name);
  for (const XmlParticle& part : p.parts) {
    if (p.kind == ParticleKind::sequence && may_be_empty(part)) continue;
    required_names(part, out);
    if (p.kind == ParticleKind::sequence) return;
  }
}

// One element's children against one model.
class ModelMatch {
 public:
  explicit ModelMatch(std::vector<XmlChild>& children) : children_(children) {}
  // Empty if all fits; else what is missing before children_[at()].
  std::vector<std::string_view> run(const XmlParticle& model) {
    (void)repeat(model);
    return std::move(missing_);
  }
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  bool next_begins(const XmlParticle& p) const { return at_ < children_.size() && may_begin(p, children_[at_]); }
  bool repeat(const XmlParticle& p) {
    std::uint32_t count = 0;
    while (count < p.most && next_begins(p)) {
      const std::size_t before = at_;
      if (!once(p)) return false;
      ++count;
      if (at_ == before) break;
    }
    if (count >= p.least || may_be_empty(p)) return true;
    required_names(p, missing_);
    return false;
  }
  bool once(const XmlParticle& p) {
    switch (p.kind) {
      case ParticleKind::element: children_[at_++].type = p.type; return true;
      case ParticleKind::any: ++at_; return true;
      case ParticleKind::sequence:
        return std::all_of(p.parts.begin(), p.parts.end(), [&](const XmlParticle& part) { return repeat(part); });
      case ParticleKind::choice: break;
    }
    for (const XmlParticle& part : p.parts)
      if (next_begins(part)) return repeat(part);
    return true;
  }
  std::vector<XmlChild>& children_;
  std::size_t at_ = 0;
  std::vector<std::string_view> missing_;
};

class CycloneDxXmlCheck {
 public:
  CycloneDxXmlCheck(const XmlRules& rules, const XmlTree& tree, const std::string& name, XmlForm& out)
      : rules_(rules), tree_(tree), name_(name), out_(out) {}

  void run() {
    const xml_node root = tree_.root();
    element(root, rules_.types[rules_.root], XmlScope(rules_.name_space));
  }

 private:
  void note(xml_node node, std::string message) {
    ++out_.error_count;
    if (out_.issues.size() >= kMaxIssues) return;
    const Where where = tree_.where(name_, XmlTree::offset(node));
    out_.issues.push_back({IssueLevel::error, path(node), std::move(message), where.line.value_or(1), where.column.value_or(1)});
  }

  // "/bom/components/component[3]": numbered where an element has siblings of its name.
  static std::string path(xml_node node) {
    std::vector<std::string> steps;
    for (; node.type() == pugi::node_element; node = node.parent()) {
      std::size_t before = 0;
      for (xml_node s = node.previous_sibling(node.name()); s; s = s.previous_sibling(node.name())) ++before;
      const bool alone = before == 0 && !node.next_sibling(node.name());
      steps.push_back(alone ? printable(local_name(node), 80) : fmt::format("{}[{}]", printable(local_name(node), 80), before + 1));
    }
    std::string out;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) out += "/" + *step;
    return out;
  }

  void element(xml_node node, const XmlType& type, const XmlScope& outer) {
    if (type.anything) return;
    const XmlScope scope = outer.inside(node);
    attributes(node, type);
    std::vector<XmlChild> children;
    for (const xml_node child : node.children())
      if (child.type() == pugi::node_element) children.push_back({child, local_name(child), scope.inside(child).owns(child), std::nullopt});
    text(node, type, !children.empty());
    content(node, type, children);
    for (const XmlChild& child : children)
      if (child.type) element(child.node, rules_.types[*child.type], scope);
  }

  void attributes(xml_node node, const XmlType& type) {
    for (const auto attribute : node.attributes()) {
      const std::string_view key = attribute.name();
      if (key.starts_with("xmlns") || key.starts_with("xml:") || key.starts_with("xsi:")) continue;
      if (key.find(':') != std::string_view::npos) {
        if (type.foreign == ForeignAttributes::none) note(node, fmt::format("no attribute \"{}\" is allowed here", printable(key, 60)));
        continue;
      }
      const auto rule = type.attributes.find(key);
      if (rule == type.attributes.end()) {
        if (type.foreign != ForeignAttributes::any) note(node, fmt::format("no attribute \"{}\" is allowed here", printable(key, 60)));
        continue;
      }
      if (const std::string wrong = rules_.fault(rule->second.simple, attribute.value()); !wrong.empty())
        note(node, fmt::format("attribute \"{}\": {}", key, wrong));
      if (rules_.unique.contains(key) && !seen_.emplace(attribute.value()).second)
        note(node, fmt::format("the {} \"{}\" is used twice", key, printable(attribute.value(), 60)));
    }
    for (const auto& [key, rule] : type.attributes)
      if (rule.required && !node.attribute(key.c_str())) note(node, fmt::format("the attribute \"{}\" is missing", key));
  }

  void text(xml_node node, const XmlType& type, bool has_elements) {
    std::string held;
    const std::string_view value = xml_text(node, held);
    if (type.text) {
      if (const std::string wrong = rules_.fault(*type.text, value); !wrong.empty()) note(node, wrong);
      return;
    }
    if (!type.mixed && !xml_trimmed(value).empty())
      note(node, has_elements ? "text between elements is not allowed here" : "elements belong here, not text");
  }

  void content(xml_node node, const XmlType& type, std::vector<XmlChild>& children) {
    if (!type.model) {
      if (!children.empty()) note(children[0].node, fmt::format("no element is allowed in \"{}\"", printable(local_name(node), 60)));
      return;
    }
    ModelMatch match(children);
    const std::vector<std::string_view> missing = match.run(*type.model);
    if (!missing.empty()) {
      std::string names;
      for (std::size_t i = 0; i < missing.size() && i < 6; ++i) names += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", missing[i]);
      if (missing.size() > 6) names += " …";
      const bool at_end = match.at() >= children.size();
      note(at_end ? node : children[match.at()].node,
           fmt::format("{}{} missing{}", missing.size() == 1 ? "the element " : "one of the elements ", names + " is",
                       at_end ? "" : " before this one"));
    } else if (match.at() < children.size()) {
      note(children[match.at()].node, fmt::format("the element \"{}\" is not allowed here", printable(children[match.at()].name, 60)));
    }
  }

  const XmlRules& rules_;
  const XmlTree& tree_;
  const std::string& name_;
  XmlForm& out_;
  std::set<std::string_view> seen_;
};

}  // namespace

Result<void> check_cyclonedx_xml(const XmlTree& tree, const std::string& name, int minor, XmlForm& out) {
  ENTENTE_TRY(const XmlRules* rules, XmlRules::of_minor(minor));
  CycloneDxXmlCheck(*rules, tree, name, out).run();
  return {};
}

}  // namespace entente::measures::p6_supply
