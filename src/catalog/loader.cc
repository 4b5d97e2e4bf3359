// Loads the rules: the nine principles from catalog/paris-call.json, then the controls from catalog/entente-controls.json, both OSCAL
// 1.2.2 catalogues in the layout that docs/catalog.md describes. One pass over each document; every reference (group → principle,
// control → group, role, status, evidence class) is resolved at once, and the first fault is returned with file, line and pointer.
#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "catalog/control.h"
#include "catalog/finding.h"
#include "catalog/nearest.h"
#include "catalog/oscal_node.h"
#include "core/json.h"
#include "core/time.h"
#include "core/utf8.h"

namespace entente::catalog {

namespace {

constexpr JsonLimits kLimits{.max_bytes = std::uint64_t{16} << 20, .max_depth = 16};
constexpr std::string_view kPrinciplesFile = "paris-call.json";
constexpr std::uint32_t kMaxAgeDays = 3'650;

// "gge-2015.k", "WG4-P1", "cra.a2.1": letters, digits and hyphens, in parts joined by dots.
bool is_hook(std::string_view text) {
  char before = '.';
  for (const char c : text) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!word && !((c == '-' || c == '.') && before != '-' && before != '.')) return false;
    before = c;
  }
  return !text.empty() && text.size() <= 64 && before != '-' && before != '.';
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if ((i == 8 || i == 13 || i == 18 || i == 23) ? c != '-' : !hex) return false;
  }
  return true;
}

// Where the text of one language goes.
Result<std::string*> slot(const OscalNode& node, std::string_view language, Text& text) {
  const auto parsed = parse_language(language);
  if (!parsed) return node.wrong("a text without a known language", "its class must be \"en\" or \"fr\"");
  return *parsed == Language::fr ? &text.fr : &text.en;
}

}  // namespace

class Loader {
 public:
  static Result<Catalog> load(const Catalog::Source& source);

 private:
  Result<void> read_principles(const JsonDocument& document);
  Result<void> read_principle(const OscalNode& node);
  Result<void> read_controls(const JsonDocument& document);
  Result<void> read_metadata_props(const OscalNode& metadata);
  Result<void> read_group(const OscalNode& node);
  Result<unsigned> group_number(const OscalNode& node);
  Result<void> read_own_principle(const OscalNode& node);
  Result<void> check_reference(const OscalNode& node, const Principle& principle) const;
  Result<void> read_control(const OscalNode& node, unsigned principle);
  static Result<void> read_control_props(const OscalNode& node, Control& control);
  static Result<void> read_control_parts(const OscalNode& node, Control& control);
  Result<void> check_whole(const OscalNode& root) const;

  Catalog catalog_;
  std::array<bool, 10> groups_{};
};

namespace {

// {"catalog": {uuid, metadata, groups}} with the metadata both files share; returns the catalogue object.
Result<OscalNode> open_catalog(const JsonDocument& document, std::string& version) {
  constexpr std::array<std::string_view, 1> top = {"catalog"};
  constexpr std::array<std::string_view, 3> keys = {"uuid", "metadata", "groups"};
  constexpr std::array<std::string_view, 6> metadata_keys = {"title", "last-modified", "version", "oscal-version", "props", "remarks"};
  const OscalNode root(document, document.root(), "");
  ENTENTE_CHECK(root.only(top));
  ENTENTE_TRY(OscalNode catalog, root.member("catalog"));
  ENTENTE_CHECK(catalog.only(keys));
  ENTENTE_TRY(const std::string uuid, catalog.text("uuid"));
  if (!is_uuid(uuid)) return catalog.wrong_at("uuid", "not a UUID", "36 characters, lower case");
  ENTENTE_TRY(const OscalNode metadata, catalog.member("metadata"));
  ENTENTE_CHECK(metadata.only(metadata_keys));
  ENTENTE_CHECK(metadata.text("title"));
  ENTENTE_CHECK(metadata.optional_text("remarks"));
  ENTENTE_TRY(const std::string modified, metadata.text("last-modified"));
  if (!parse_time(modified)) return metadata.wrong_at("last-modified", "not a time", "RFC 3339: 2026-11-24T00:00:00Z");
  ENTENTE_TRY(version, metadata.text("version"));
  ENTENTE_CHECK(metadata.fixed("oscal-version", "1.2.2"));
  return catalog;
}

Result<void> read_title(const OscalNode& node, const std::vector<OscalProp>& props, Text& title) {
  ENTENTE_TRY(title.en, node.text("title"));
  for (const OscalProp& p : props) {
    if (!p.ours("title")) continue;
    if (p.klass != "fr" || !title.fr.empty())
      return p.node.wrong("a second title", "one title prop, class \"fr\"; the English title is the title itself");
    title.fr = p.value;
  }
  return {};
}

tl::unexpected<Error> unknown_prop(const OscalProp& p, std::string_view known) {
  return p.node.wrong("unknown prop \"" + printable(p.name, 80) + "\"" + (p.ns.empty() ? " outside our namespace" : ""),
                      "known here: " + std::string(known));
}

}  // namespace

Result<void> Loader::read_principles(const JsonDocument& document) {
  constexpr std::array<std::string_view, 3> keys = {"id", "title", "controls"};
  std::string version;
  ENTENTE_TRY(const OscalNode root, open_catalog(document, version));
  ENTENTE_TRY(const OscalNode metadata, root.member("metadata"));
  ENTENTE_TRY(const std::vector<OscalProp> props, oscal_props(metadata));
  for (const OscalProp& p : props)
    if (!p.ours("source") && !p.ours("licence")) return unknown_prop(p, "source, licence");
  ENTENTE_TRY(const std::vector<OscalNode> groups, root.items("groups"));
  if (groups.size() != 1) return root.wrong("one group is expected, of the nine principles");
  ENTENTE_CHECK(groups[0].only(keys));
  ENTENTE_CHECK(groups[0].fixed("id", "paris-call"));
  ENTENTE_CHECK(groups[0].text("title"));
  ENTENTE_TRY(const std::vector<OscalNode> principles, groups[0].items("controls"));
  for (const OscalNode& node : principles) ENTENTE_CHECK(read_principle(node));
  if (principles.size() != 9)
    return groups[0].wrong(std::to_string(principles.size()) + " principles instead of nine", "paris-call.p1 to paris-call.p9, in order");
  return {};
}

Result<void> Loader::read_principle(const OscalNode& node) {
  constexpr std::array<std::string_view, 5> keys = {"id", "class", "title", "props", "parts"};
  ENTENTE_CHECK(node.only(keys));
  Principle p;
  p.number = static_cast<unsigned>(catalog_.principles_.size());
  p.id = "paris-call.p" + std::to_string(p.number);
  ENTENTE_CHECK(node.fixed("id", p.id));
  ENTENTE_CHECK(node.fixed("class", "principle"));
  ENTENTE_TRY(const std::vector<OscalProp> props, oscal_props(node));
  ENTENTE_CHECK(read_title(node, props, p.title));
  bool labelled = false;
  for (const OscalProp& prop : props) {
    if (prop.ours("title")) continue;
    if (prop.name != "label" || !prop.ns.empty()) return unknown_prop(prop, "label, title");
    ENTENTE_CHECK(prop.node.fixed("value", std::to_string(p.number)));
    labelled = true;
  }
  if (!labelled) return node.wrong("the label is missing", "a prop \"label\" with the number of the principle");
  ENTENTE_TRY(const std::vector<OscalPart> parts, oscal_parts(node, p.id));
  for (const OscalPart& part : parts) {
    if (part.name != "statement" || !part.ns.empty())
      return part.node.wrong("unknown part \"" + printable(part.name, 80) + "\"", "known here: statement");
    ENTENTE_TRY(std::string* const text, slot(part.node, part.klass, p.text));
    *text = part.prose;
  }
  if (p.text.en.empty()) return node.wrong("the English statement is missing");
  catalog_.principles_.push_back(std::move(p));
  return {};
}

Result<void> Loader::read_controls(const JsonDocument& document) {
  ENTENTE_TRY(const OscalNode root, open_catalog(document, catalog_.version_));
  ENTENTE_TRY(const OscalNode metadata, root.member("metadata"));
  ENTENTE_CHECK(read_metadata_props(metadata));
  ENTENTE_TRY(const std::vector<OscalNode> groups, root.items("groups"));
  for (const OscalNode& node : groups) ENTENTE_CHECK(read_group(node));
  return check_whole(root);
}

// The words every control is judged by: the four evidence classes and the five statuses, each exactly once.
Result<void> Loader::read_metadata_props(const OscalNode& metadata) {
  std::set<std::string> statuses;
  ENTENTE_TRY(const std::vector<OscalProp> props, oscal_props(metadata));
  for (const OscalProp& p : props) {
    if (p.ours("status-value")) {
      if (!parse_status(p.value))
        return p.node.wrong_at("value", "unknown status \"" + printable(p.value, 80) + "\"",
                               "satisfied, partial, not-satisfied, not-applicable or not-assessed");
      statuses.insert(p.value);
    } else if (p.ours("evidence-class")) {
      const auto parsed = parse_evidence_class(p.value);
      if (!parsed) return p.node.wrong_at("value", "unknown evidence class \"" + printable(p.value, 80) + "\"", "M, V, A or D");
      ENTENTE_TRY(std::string* const text, slot(p.node, p.klass, catalog_.class_texts_[static_cast<std::size_t>(*parsed)]));
      if (p.remarks.empty()) return p.node.wrong("an evidence class without remarks", "say in remarks what the class means");
      *text = p.remarks;
    } else {
      return unknown_prop(p, "status-value, evidence-class");
    }
  }
  if (statuses.size() != 5) return metadata.wrong("not all five statuses are listed", "one prop status-value each");
  for (const Text& text : catalog_.class_texts_)
    if (text.en.empty())
      return metadata.wrong("not all four evidence classes are explained", "one prop evidence-class each for M, V, A, D, class \"en\"");
  return {};
}

Result<unsigned> Loader::group_number(const OscalNode& node) {
  ENTENTE_TRY(const std::string id, node.text("id"));
  if (id.size() != 2 || id[0] != 'P' || id[1] < '0' || id[1] > '9')
    return node.wrong_at("id", "\"" + printable(id, 80) + "\" is not a group", "P0 to P9");
  const auto number = static_cast<unsigned>(id[1] - '0');
  if (groups_[number]) return node.wrong_at("id", "the group " + id + " stands twice", "each principle has one group");
  groups_[number] = true;
  return number;
}

Result<void> Loader::read_group(const OscalNode& node) {
  constexpr std::array<std::string_view, 5> own_keys = {"id", "title", "props", "parts", "controls"};
  constexpr std::array<std::string_view, 4> keys = {"id", "title", "links", "controls"};
  ENTENTE_TRY(const unsigned number, group_number(node));
  if (number == 0) {
    ENTENTE_CHECK(node.only(own_keys));
    ENTENTE_CHECK(read_own_principle(node));
  } else {
    ENTENTE_CHECK(node.only(keys));
    ENTENTE_CHECK(check_reference(node, catalog_.principles_[number]));
  }
  ENTENTE_TRY(const std::vector<OscalNode> controls, node.items("controls"));
  for (const OscalNode& control : controls) ENTENTE_CHECK(read_control(control, number));
  return {};
}

// Group P0 is its own principle: the integrity of the pledge, which the Call's text presumes.
Result<void> Loader::read_own_principle(const OscalNode& node) {
  Principle& p = catalog_.principles_[0];
  ENTENTE_TRY(const std::vector<OscalProp> props, oscal_props(node));
  ENTENTE_CHECK(read_title(node, props, p.title));
  for (const OscalProp& prop : props)
    if (!prop.ours("title")) return unknown_prop(prop, "title");
  ENTENTE_TRY(const std::vector<OscalPart> parts, oscal_parts(node, "P0"));
  for (const OscalPart& part : parts) {
    if (part.name != "statement" || part.ns != kNamespace)
      return part.node.wrong("unknown part \"" + printable(part.name, 80) + "\"", "known here: statement, in our namespace");
    ENTENTE_TRY(std::string* const text, slot(part.node, part.klass, p.text));
    *text = part.prose;
  }
  if (p.text.en.empty()) return node.wrong("the English statement is missing");
  return {};
}

// A group of the Call: one link to its principle, and the principle's own title, so that the two files cannot drift apart.
Result<void> Loader::check_reference(const OscalNode& node, const Principle& principle) const {
  constexpr std::array<std::string_view, 2> keys = {"href", "rel"};
  ENTENTE_TRY(const std::vector<OscalNode> links, node.items("links"));
  if (links.size() != 1) return node.wrong("one link is expected, to the principle", "rel \"reference\"");
  ENTENTE_CHECK(links[0].only(keys));
  ENTENTE_CHECK(links[0].fixed("rel", "reference"));
  ENTENTE_CHECK(links[0].fixed("href", std::string(kPrinciplesFile) + "#" + principle.id));
  return node.fixed("title", principle.title.en);
}

Result<void> Loader::read_control(const OscalNode& node, unsigned principle) {
  constexpr std::array<std::string_view, 4> keys = {"id", "title", "props", "parts"};
  ENTENTE_CHECK(node.only(keys));
  Control c;
  ENTENTE_TRY(const std::string id, node.text("id"));
  const auto parsed = ControlId::parse(id);
  if (!parsed) return node.wrong_at("id", parsed.error().what, parsed.error().hint);
  c.id = *parsed;
  if (c.id.principle() != principle || c.id.number() == 0)
    return node.wrong_at("id", id + " does not belong into group P" + std::to_string(principle),
                         "ids in a group start with its id and count from 01");
  if (std::any_of(catalog_.controls_.begin(), catalog_.controls_.end(), [&](const Control& other) { return other.id == c.id; }))
    return node.wrong_at("id", "the id " + id + " stands twice", "ids are never reused");
  ENTENTE_CHECK(read_control_props(node, c));
  ENTENTE_CHECK(read_control_parts(node, c));
  catalog_.controls_.push_back(std::move(c));
  return {};
}

namespace {

Result<void> read_role(const OscalProp& p, Control& c) {
  const auto roles = known_roles();
  if (p.value != "all" && std::find(roles.begin(), roles.end(), p.value) == roles.end()) {
    const auto close = nearest(p.value, roles, 1);
    return p.node.wrong_at("value", "unknown role \"" + printable(p.value, 80) + "\"",
                           (close.empty() ? "all, " : "did you mean \"" + std::string(close[0]) + "\"? Known: all, ") + join_or(roles));
  }
  c.roles.push_back(p.value);
  if (c.roles.size() > 1 && std::find(c.roles.begin(), c.roles.end(), "all") != c.roles.end())
    return p.node.wrong("\"all\" beside another role", "all means everyone: keep it alone, or name roles");
  return {};
}

Result<void> read_max_age(const OscalProp& p, Control& c) {
  const char* const end = p.value.data() + p.value.size();
  const auto [rest, ec] = std::from_chars(p.value.data(), end, c.max_age_days);
  if (ec != std::errc() || rest != end || p.value.front() == '0' || c.max_age_days > kMaxAgeDays)
    return p.node.wrong_at("value", "not a number of days", "1 to " + std::to_string(kMaxAgeDays));
  return {};
}

}  // namespace

Result<void> Loader::read_control_props(const OscalNode& node, Control& c) {
  bool labelled = false, classed = false, aged = false;
  ENTENTE_TRY(const std::vector<OscalProp> props, oscal_props(node));
  ENTENTE_CHECK(read_title(node, props, c.title));
  const auto once = [](const OscalProp& p, bool& seen) -> Result<void> {
    if (std::exchange(seen, true)) return p.node.wrong("a second " + p.name, "remove one of the two");
    return {};
  };
  for (const OscalProp& p : props) {
    if (p.name == "label" && p.ns.empty()) {
      ENTENTE_CHECK(once(p, labelled));
      ENTENTE_CHECK(p.node.fixed("value", c.id.str()));
    } else if (p.ours("evidence-class")) {
      ENTENTE_CHECK(once(p, classed));
      const auto parsed = parse_evidence_class(p.value);
      if (!parsed) return p.node.wrong_at("value", "unknown evidence class \"" + printable(p.value, 80) + "\"", "M, V, A or D");
      c.evidence_class = *parsed;
    } else if (p.ours("max-age-days")) {
      ENTENTE_CHECK(once(p, aged));
      ENTENTE_CHECK(read_max_age(p, c));
    } else if (p.ours("role")) {
      ENTENTE_CHECK(read_role(p, c));
    } else if (p.ours("hook")) {
      if (!is_hook(p.value))
        return p.node.wrong_at("value", "\"" + printable(p.value, 80) + "\" is not a hook",
                               "the id of an item, such as gge-2015.k or WG4-P1");
      c.hooks.push_back(p.value);
    } else if (!p.ours("title")) {
      return unknown_prop(p, "label; in our namespace title, evidence-class, max-age-days, role, hook");
    }
  }
  if (!labelled) return node.wrong("the prop label is missing");
  if (!classed) return node.wrong("the prop evidence-class is missing");
  if (!aged) return node.wrong("the prop max-age-days is missing");
  if (c.roles.empty()) return node.wrong("no role", "a prop role with the value \"all\", or one for each role");
  return {};
}

Result<void> Loader::read_control_parts(const OscalNode& node, Control& c) {
  ENTENTE_TRY(const std::vector<OscalPart> parts, oscal_parts(node, c.id.str()));
  const std::array<std::pair<std::string_view, Text*>, 5> texts = {{{"evidence", &c.evidence},
                                                                    {"test", &c.test},
                                                                    {"satisfied", &c.satisfied},
                                                                    {"partial", &c.partial},
                                                                    {"not-applicable", &c.not_applicable}}};
  for (const OscalPart& part : parts) {
    if (part.ns != kNamespace) return part.node.wrong("a part outside our namespace", "ns: " + std::string(kNamespace));
    if (part.name == "standard" && part.klass.empty()) {
      c.standard = part.prose;
      continue;
    }
    const auto it = std::find_if(texts.begin(), texts.end(), [&](const auto& t) { return t.first == part.name; });
    if (it == texts.end())
      return part.node.wrong("unknown part \"" + printable(part.name, 80) + "\"",
                             "known here: standard (without class), evidence, test, satisfied, partial, not-applicable");
    ENTENTE_TRY(std::string* const text, slot(part.node, part.klass, *it->second));
    *text = part.prose;
  }
  if (c.standard.empty()) return node.wrong("the part standard is missing", "say what the control rests on");
  for (const auto& [name, text] : texts)
    if (text->en.empty()) return node.wrong("the part " + std::string(name) + " is missing in English");
  return {};
}

Result<void> Loader::check_whole(const OscalNode& root) const {
  for (unsigned n = 0; n < groups_.size(); ++n)
    if (!groups_[n]) return root.wrong("the group P" + std::to_string(n) + " is missing", "each principle has one group, P0 to P9");
  for (const std::string_view role : known_roles())
    if (std::none_of(catalog_.controls_.begin(), catalog_.controls_.end(),
                     [&](const Control& c) { return std::find(c.roles.begin(), c.roles.end(), role) != c.roles.end(); }))
      return root.wrong("no control names the role \"" + std::string(role) + "\"", "a role that profiles may choose must decide something");
  return {};
}

Result<Catalog> Loader::load(const Catalog::Source& source) {
  Loader loader;
  loader.catalog_.digest_ = source.digest;
  Principle own;
  own.id = "entente.p0";
  loader.catalog_.principles_.push_back(std::move(own));
  ENTENTE_TRY(const JsonDocument principles, JsonDocument::parse(source.principles, source.principles_name, kLimits));
  ENTENTE_CHECK(loader.read_principles(principles));
  ENTENTE_TRY(const JsonDocument controls, JsonDocument::parse(source.controls, source.controls_name, kLimits));
  ENTENTE_CHECK(loader.read_controls(controls));
  auto& list = loader.catalog_.controls_;
  std::sort(list.begin(), list.end(), [](const Control& a, const Control& b) { return a.id < b.id; });
  return std::move(loader.catalog_);
}

Result<Catalog> Catalog::parse(const Source& source) { return Loader::load(source); }

Result<Catalog> Catalog::load(const DataSet& data) {
  ENTENTE_TRY(const std::string_view controls, data.file(kControlsPath));
  ENTENTE_TRY(const std::string_view principles, data.file(kPrinciplesPath));
  return parse({.controls = controls,
                .controls_name = data.display_name(kControlsPath),
                .principles = principles,
                .principles_name = data.display_name(kPrinciplesPath),
                .digest = data.digest()});
}

}  // namespace entente::catalog
