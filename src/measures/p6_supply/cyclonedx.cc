// The reader of CycloneDX's JSON form (ECMA-424; versions 1.2 to 1.7). One walk over the parsed document: components are flattened in
// document order, parents before their nested ones, with views into the document for every text; the `dependencies` array is
// resolved at the end, when all bom-refs are known. What is not needed for the graph, its quality or matching is not looked at.
#include <algorithm>
#include <array>

#include "measures/p6_supply/sbom_reader.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::array<std::string_view, 6> kVersions{"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"};
constexpr std::array<std::string_view, 3> kScopes{"required", "optional", "excluded"};

template <std::size_t N>
bool one_of(std::string_view value, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), value) != words.end();
}

// "urn:uuid:" and a lower-case UUID.
bool is_serial_number(std::string_view text) {
  constexpr std::string_view shape = "urn:uuid:hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
  if (text.size() != shape.size() || !text.starts_with("urn:uuid:")) return false;
  for (std::size_t i = 9; i < shape.size(); ++i) {
    const char c = text[i];
    const bool fits = shape[i] == '-' ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (!fits) return false;
  }
  return true;
}

class CycloneDxReader : SbomReader {
 public:
  explicit CycloneDxReader(Sbom& sbom) : SbomReader(sbom) {}

  Result<void> read() {
    if (read_document()) return {};
    return fail(std::move(*error_));
  }

 private:
  bool read_document();
  bool read_header(simdjson::dom::object root);
  bool read_metadata(JsonView value);
  bool read_tools(JsonView value);
  bool read_lifecycles(JsonView value);
  void add_service(JsonView value);
  bool read_tool_list(JsonView value, const std::string& pointer);
  bool read_organisations(JsonView value, const std::string& pointer);
  bool read_components(JsonView value, std::uint32_t parent);
  bool read_component(JsonView value, ComponentOrigin origin, std::uint32_t parent, std::uint32_t position);
  void check_component(const Component& c, std::uint32_t index);
  bool read_hashes(Component& c, JsonView value, std::uint32_t index);
  bool read_licences(Component& c, JsonView value, std::uint32_t index);
  bool read_supplier(Component& c, SupplierField field, JsonView value, std::uint32_t index, std::string_view key);
  void set_supplier(Component& c, SupplierField field, std::string_view name);
  bool read_other_refs(JsonView value, const std::string& pointer);
  bool read_dependencies(JsonView value);

  // A bom-ref that stands in /dependencies, resolved together with others (RefTable::find_all) in document order.
  struct Mention {
    enum class Role : std::uint8_t { entry, depends_on, provides };
    std::string_view id;
    std::uint32_t position = 0;  // of the entry
    std::uint32_t item = 0;      // of the target within the entry's field
    Role role = Role::entry;
  };
  static std::string_view field_of(Mention::Role role) { return role == Mention::Role::provides ? "provides" : "dependsOn"; }
  bool read_targets(JsonView value, Mention::Role role, std::uint32_t position);
  bool mention(const Mention& m);
  bool resolve_mentions();
  void begin_entry(const Mention& m, std::uint32_t from);
  bool add_edge(const Mention& m, std::uint32_t to);

  bool component_array(JsonView value, std::uint32_t index, std::string_view key, simdjson::dom::array& out) {
    return array(value, out, [&] { return sbom_.pointer(index) + "/" + std::string(key); });
  }
  void add_ref(std::string_view ref, std::uint32_t value, std::string pointer) {
    if (ref.empty() || refs_.insert(ref, value)) return;
    issue(IssueLevel::error, std::move(pointer), fmt::format("the bom-ref \"{}\" is used twice", clip(ref)));
  }

  std::uint64_t version_number_ = 0;         // the part after "1."
  std::vector<Mention> mentions_;            // not yet resolved, at most RefTable::kBatch
  std::uint32_t entry_ = RefTable::kAbsent;  // the component whose targets are being resolved
  std::vector<bool> has_entry_;              // by component
};

bool CycloneDxReader::read_header(simdjson::dom::object root) {
  JsonView value;
  std::string_view format;
  if (root.at_key("bomFormat").get(value) != simdjson::SUCCESS || value.get_string().get(format) != simdjson::SUCCESS)
    return wrong_type("/bomFormat", "the text \"CycloneDX\"");
  if (format != "CycloneDX") return refuse(fmt::format("bomFormat is \"{}\", not \"CycloneDX\"", clip(format)), "/bomFormat");
  if (root.at_key("specVersion").get(value) != simdjson::SUCCESS)
    return refuse("\"specVersion\" is missing", "", "add the CycloneDX version, for example \"specVersion\": \"1.6\"");
  if (value.get_string().get(sbom_.spec_version) != simdjson::SUCCESS) return wrong_type("/specVersion", "a text such as \"1.6\"");
  if (!one_of(sbom_.spec_version, kVersions))
    return refuse(fmt::format("CycloneDX version \"{}\" is not known here", clip(sbom_.spec_version)), "/specVersion",
                  "versions 1.2 to 1.7 are read; export the SBOM in one of them");
  version_number_ = static_cast<std::uint64_t>(sbom_.spec_version[2] - '0');
  return true;
}

bool CycloneDxReader::read_document() {
  const simdjson::dom::object root = sbom_.document.root().get_object().value_unsafe();
  if (!read_header(root)) return false;
  std::optional<JsonView> components;
  std::optional<JsonView> dependencies;
  std::optional<JsonView> metadata;
  for (const auto field : root) {
    if (field.key == "components") {
      components = field.value;
    } else if (field.key == "dependencies") {
      dependencies = field.value;
    } else if (field.key == "metadata") {
      metadata = field.value;
    } else if (field.key == "serialNumber") {
      if (!text(field.value, sbom_.serial, [] { return std::string("/serialNumber"); })) return false;
      if (!field.value.is_null() && !is_serial_number(sbom_.serial))
        issue(IssueLevel::error, "/serialNumber", fmt::format("\"{}\" is no \"urn:uuid:\" and lower-case UUID", clip(sbom_.serial)));
    } else if (field.key == "version") {
      if (!field.value.is_int64() || field.value.get_int64().value_unsafe() < 1)
        issue(IssueLevel::error, "/version", "a whole number from 1 on belongs here");
    }
  }
  // In this order whatever the order in the document, so that component 0 is the primary one.
  if (metadata && !read_metadata(*metadata)) return false;
  if (components && !read_components(*components, kNoComponent)) return false;
  for (const std::uint32_t index : refs_.insert_all(sbom_.components))
    issue(IssueLevel::error, sbom_.pointer(index) + "/bom-ref",
          fmt::format("the bom-ref \"{}\" is used twice", clip(sbom_.components[index].ref)));
  for (const std::string_view key : {"services", "vulnerabilities"})
    if (const auto others = json_get(sbom_.document.root(), key); others && !read_other_refs(*others, "/" + std::string(key))) return false;
  if (dependencies && !read_dependencies(*dependencies)) return false;
  build_edges();
  return true;
}

bool CycloneDxReader::read_metadata(JsonView value) {
  simdjson::dom::object metadata;
  if (!object(value, metadata, [] { return std::string("/metadata"); }) || value.is_null()) return !error_;
  for (const auto field : metadata) {
    if (field.key == "timestamp") {
      std::string_view time;
      if (!text(field.value, time, [] { return std::string("/metadata/timestamp"); })) return false;
      if (!field.value.is_null()) set_timestamp(time, "/metadata/timestamp");
    } else if (field.key == "component") {
      const auto index = static_cast<std::uint32_t>(sbom_.components.size());
      if (!read_component(field.value, ComponentOrigin::primary, kNoComponent, 0)) return false;
      sbom_.roots.push_back(index);
    } else if (field.key == "tools") {
      if (!read_tools(field.value)) return false;
    } else if (field.key == "lifecycles") {
      if (!read_lifecycles(field.value)) return false;
    } else if (field.key == "authors" || field.key == "manufacture" || field.key == "manufacturer" || field.key == "supplier") {
      if (!read_organisations(field.value, "/metadata/" + std::string(field.key))) return false;
    }
  }
  return true;
}

// [{"phase"}] or [{"name", "description"}].
bool CycloneDxReader::read_lifecycles(JsonView value) {
  simdjson::dom::array items;
  if (!array(value, items, [] { return std::string("/metadata/lifecycles"); }) || value.is_null()) return !error_;
  for (const JsonView item : items) {
    auto phase = json_string(item, "phase");
    if (!phase) phase = json_string(item, "name");
    if (phase && !phase->empty() && sbom_.lifecycles.size() < kMaxNamed) sbom_.lifecycles.push_back(*phase);
  }
  return true;
}

// One contact or organisation, or an array of them: {"name", "email"}.
bool CycloneDxReader::read_organisations(JsonView value, const std::string& pointer) {
  const auto add = [&](JsonView one) {
    const auto name = json_string(one, "name");
    const auto email = json_string(one, "email");
    if (sbom_.authors.size() >= kMaxNamed) return;
    if (name && !name->empty())
      sbom_.authors.emplace_back(*name);
    else if (email && !email->empty())
      sbom_.authors.emplace_back(*email);
  };
  if (value.is_null()) {
    issue(IssueLevel::error, pointer, "null where a name belongs");
  } else if (value.is_array()) {
    const simdjson::dom::array items = value.get_array().value_unsafe();
    for (const JsonView item : items) add(item);
  } else if (value.is_object()) {
    add(value);
  } else {
    return wrong_type(pointer, "an object with a name");
  }
  return true;
}

// Up to 1.4 an array of {vendor, name, version}; from 1.5 on also {"components": […], "services": […]}.
bool CycloneDxReader::read_tools(JsonView value) {
  const std::string pointer = "/metadata/tools";
  if (!value.is_object()) return read_tool_list(value, pointer);
  for (const std::string_view key : {"components", "services"})
    if (const auto list = json_get(value, key); list && !read_tool_list(*list, pointer + "/" + std::string(key))) return false;
  return true;
}

bool CycloneDxReader::read_tool_list(JsonView value, const std::string& pointer) {
  simdjson::dom::array items;
  if (!array(value, items, [&] { return pointer; }) || value.is_null()) return !error_;
  std::uint32_t position = 0;
  for (const JsonView item : items) {
    std::string tool;
    for (const std::string_view key : {"vendor", "group", "name", "version"})
      if (const auto part = json_string(item, key); part && !part->empty()) tool += (tool.empty() ? "" : " ") + std::string(*part);
    if (!tool.empty() && sbom_.tools.size() < kMaxNamed) sbom_.tools.push_back(std::move(tool));
    if (const auto ref = json_string(item, "bom-ref")) add_ref(*ref, RefTable::kElsewhere, fmt::format("{}/{}/bom-ref", pointer, position));
    ++position;
  }
  return true;
}

bool CycloneDxReader::read_components(JsonView value, std::uint32_t parent) {
  const bool nested = parent != kNoComponent;
  simdjson::dom::array items;
  if (!array(value, items, [&] { return (nested ? sbom_.pointer(parent) : std::string()) + "/components"; }) || value.is_null())
    return !error_;
  if (!nested) {
    const std::uint64_t expected = std::min<std::uint64_t>(items.size() + sbom_.components.size(), budget_.components());
    sbom_.components.reserve(expected);
    sbom_.hashes.reserve(expected);
    sbom_.licences.reserve(expected);
  }
  std::uint32_t position = 0;
  for (const JsonView item : items)
    if (!read_component(item, nested ? ComponentOrigin::nested : ComponentOrigin::components, parent, position++)) return false;
  return true;
}

bool CycloneDxReader::read_component(JsonView value, ComponentOrigin origin, std::uint32_t parent, std::uint32_t position) {
  if (!room_for_component()) return false;
  const auto index = static_cast<std::uint32_t>(sbom_.components.size());
  Component& c = sbom_.components.emplace_back();  // stays where it is until its nested components are read
  c.origin = origin;
  c.parent = parent;
  c.position = position;
  c.hashes.first = static_cast<std::uint32_t>(sbom_.hashes.size());
  c.licences.first = static_cast<std::uint32_t>(sbom_.licences.size());

  simdjson::dom::object fields;
  if (value.get_object().get(fields) != simdjson::SUCCESS) return wrong_type(sbom_.pointer(index), "a component (an object)");
  std::optional<JsonView> nested;
  std::string_view key;
  const auto here = [&] { return sbom_.pointer(index) + "/" + std::string(key); };
  for (const auto field : fields) {
    key = field.key;
    bool read = true;
    if (is_key(key, "name"))
      read = text(field.value, c.name, here);
    else if (is_key(key, "version"))
      read = text(field.value, c.version, here);
    else if (is_key(key, "purl"))
      read = text(field.value, c.purl, here);
    else if (is_key(key, "bom-ref"))
      read = text(field.value, c.ref, here);
    else if (is_key(key, "type"))
      read = text(field.value, c.type, here);
    else if (is_key(key, "group"))
      read = text(field.value, c.group, here);
    else if (is_key(key, "hashes"))
      read = read_hashes(c, field.value, index);
    else if (is_key(key, "licenses"))
      read = read_licences(c, field.value, index);
    else if (is_key(key, "scope"))
      read = text(field.value, c.scope, here);
    else if (is_key(key, "cpe"))
      read = text(field.value, c.cpe, here);
    else if (is_key(key, "supplier"))
      read = read_supplier(c, SupplierField::supplier, field.value, index, key);
    else if (is_key(key, "manufacturer"))
      read = read_supplier(c, SupplierField::manufacturer, field.value, index, key);
    else if (is_key(key, "publisher"))
      read = read_supplier(c, SupplierField::publisher, field.value, index, key);
    else if (is_key(key, "author") || is_key(key, "authors"))
      read = read_supplier(c, SupplierField::author, field.value, index, key);
    else if (is_key(key, "components"))
      nested = field.value;
    if (!read) return false;
  }
  check_component(c, index);
  if (parent != kNoComponent && !add_relationship({parent, index, RelationKind::contains, "components"})) return false;
  return !nested || read_components(*nested, index);
}

void CycloneDxReader::check_component(const Component& c, std::uint32_t index) {
  if (c.name.empty()) issue(IssueLevel::error, sbom_.pointer(index), "the component has no name");
  if (c.type.empty())
    issue(IssueLevel::error, sbom_.pointer(index), "the component has no type");
  else if (!one_of(c.type, kCyclonedxTypes))
    issue(IssueLevel::error, sbom_.pointer(index) + "/type", fmt::format("\"{}\" is no component type", clip(c.type)));
  if (c.version.empty() && version_number_ < 4)
    issue(IssueLevel::error, sbom_.pointer(index), "the component has no version, which CycloneDX before 1.4 requires");
  if (!c.scope.empty() && !one_of(c.scope, kScopes))
    issue(IssueLevel::error, sbom_.pointer(index) + "/scope", fmt::format("\"{}\" is no scope", clip(c.scope)));
}

bool CycloneDxReader::read_hashes(Component& c, JsonView value, std::uint32_t index) {
  simdjson::dom::array items;
  if (!component_array(value, index, "hashes", items) || value.is_null()) return !error_;
  std::uint32_t position = 0;
  for (const JsonView item : items) {
    const auto here = [&] { return fmt::format("{}/hashes/{}", sbom_.pointer(index), position); };
    simdjson::dom::object fields;
    if (item.get_object().get(fields) != simdjson::SUCCESS) return wrong_type(here(), "a hash (an object)");
    std::string_view algorithm;
    std::string_view content;
    for (const auto field : fields) {
      if (is_key(field.key, "alg") && !text(field.value, algorithm, [&] { return here() + "/alg"; })) return false;
      if (is_key(field.key, "content") && !text(field.value, content, [&] { return here() + "/content"; })) return false;
    }
    add_hash(c, algorithm, content, here);
    ++position;
  }
  return true;
}

// [{"license": {"id" or "name"}}] or [{"expression": …}].
bool CycloneDxReader::read_licences(Component& c, JsonView value, std::uint32_t index) {
  simdjson::dom::array items;
  if (!component_array(value, index, "licenses", items) || value.is_null()) return !error_;
  for (const JsonView item : items) {
    auto name = json_string(item, "expression");
    if (const auto licence = json_get(item, "license"); licence && !name) {
      name = json_string(*licence, "id");
      if (!name) name = json_string(*licence, "name");
    }
    if (!name || name->empty()) continue;
    sbom_.licences.push_back(*name);
    c.licences.count++;
  }
  return true;
}

void CycloneDxReader::set_supplier(Component& c, SupplierField field, std::string_view name) {
  // White space alone names nobody.
  if (name.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
  if (c.supplier_field != SupplierField::none && c.supplier_field <= field) return;
  c.supplier = name;
  c.supplier_field = field;
}

bool CycloneDxReader::read_supplier(Component& c, SupplierField field, JsonView value, std::uint32_t index, std::string_view key) {
  const auto here = [&] { return sbom_.pointer(index) + "/" + std::string(key); };
  if (key == "publisher" || key == "author") {
    std::string_view name;
    if (!text(value, name, here)) return false;
    set_supplier(c, field, name);
    return true;
  }
  if (key == "authors") {
    simdjson::dom::array persons;
    if (!array(value, persons, here) || value.is_null()) return !error_;
    for (const JsonView person : persons)
      if (const auto name = json_string(person, "name")) set_supplier(c, field, *name);
    return true;
  }
  simdjson::dom::object organisation;
  if (!object(value, organisation, here) || value.is_null()) return !error_;
  if (const auto name = json_string(value, "name")) set_supplier(c, field, *name);
  return true;
}

// bom-refs of services (with nested ones) and vulnerabilities: a dependency may point to them, and they share one name space.
bool CycloneDxReader::read_other_refs(JsonView value, const std::string& pointer) {
  simdjson::dom::array items;
  if (!array(value, items, [&] { return pointer; }) || value.is_null()) return !error_;
  std::uint32_t position = 0;
  for (const JsonView item : items) {
    const auto here = [&] { return fmt::format("{}/{}", pointer, position); };
    if (!item.is_object()) return wrong_type(here(), "an object");
    if (const auto ref = json_string(item, "bom-ref")) add_ref(*ref, RefTable::kElsewhere, here() + "/bom-ref");
    if (pointer.ends_with("/services")) add_service(item);
    // As deep as the document at most, which the JSON reader bounds.
    if (const auto nested = json_get(item, "services"); nested && !read_other_refs(*nested, here() + "/services")) return false;
    ++position;
  }
  return true;
}

void CycloneDxReader::add_service(JsonView value) {
  if (sbom_.services.size() >= budget_.components()) return;
  SbomService& s = sbom_.services.emplace_back();
  s.ref = json_string(value, "bom-ref").value_or("");
  s.group = json_string(value, "group").value_or("");
  s.name = json_string(value, "name").value_or("");
  s.version = json_string(value, "version").value_or("");
  if (const auto provider = json_get(value, "provider")) s.provider = json_string(*provider, "name").value_or("");
}

bool CycloneDxReader::read_dependencies(JsonView value) {
  simdjson::dom::array items;
  if (!array(value, items, [] { return std::string("/dependencies"); }) || value.is_null()) return !error_;
  has_entry_.assign(sbom_.components.size(), false);
  mentions_.reserve(RefTable::kBatch);
  sbom_.relationships.reserve(sbom_.relationships.size() + std::min<std::uint64_t>(items.size(), budget_.relationships()));
  std::uint32_t position = 0;
  for (const JsonView item : items) {
    const auto here = [&] { return fmt::format("/dependencies/{}", position); };
    simdjson::dom::object fields;
    if (item.get_object().get(fields) != simdjson::SUCCESS) return wrong_type(here(), "a dependency (an object)");
    std::string_view ref;
    std::optional<JsonView> targets;
    std::optional<JsonView> provides;
    for (const auto field : fields) {
      if (is_key(field.key, "ref") && !text(field.value, ref, [&] { return here() + "/ref"; })) return false;
      if (is_key(field.key, "dependsOn")) targets = field.value;
      if (is_key(field.key, "provides")) provides = field.value;
    }
    if (!mention({ref, position, 0, Mention::Role::entry})) return false;
    if (targets && !read_targets(*targets, Mention::Role::depends_on, position)) return false;
    if (provides && !read_targets(*provides, Mention::Role::provides, position)) return false;
    ++position;
  }
  return resolve_mentions();
}

bool CycloneDxReader::read_targets(JsonView value, Mention::Role role, std::uint32_t position) {
  simdjson::dom::array items;
  if (!array(value, items, [&] { return fmt::format("/dependencies/{}/{}", position, field_of(role)); }) || value.is_null()) return !error_;
  std::uint32_t item = 0;
  for (const JsonView one : items) {
    std::string_view target;
    if (one.get_string().get(target) != simdjson::SUCCESS)
      return wrong_type(fmt::format("/dependencies/{}/{}/{}", position, field_of(role), item), "a bom-ref (a text)");
    if (!mention({target, position, item++, role})) return false;
  }
  return true;
}

bool CycloneDxReader::mention(const Mention& m) {
  mentions_.push_back(m);
  return mentions_.size() < RefTable::kBatch || resolve_mentions();
}

bool CycloneDxReader::resolve_mentions() {
  std::array<std::string_view, RefTable::kBatch> ids;
  std::array<std::uint32_t, RefTable::kBatch> numbers{};
  const std::size_t count = mentions_.size();
  for (std::size_t i = 0; i < count; ++i) ids[i] = mentions_[i].id;
  refs_.find_all(std::span(ids).first(count), std::span(numbers).first(count));
  for (std::size_t i = 0; i < count; ++i) {
    if (mentions_[i].role == Mention::Role::entry)
      begin_entry(mentions_[i], numbers[i]);
    else if (!add_edge(mentions_[i], numbers[i]))
      return false;
  }
  mentions_.clear();
  return true;
}

void CycloneDxReader::begin_entry(const Mention& m, std::uint32_t from) {
  const auto here = [&] { return fmt::format("/dependencies/{}", m.position); };
  entry_ = m.id.empty() ? RefTable::kAbsent : from;
  if (m.id.empty()) {
    issue(IssueLevel::error, here(), "the dependency has no \"ref\"");
  } else if (from == RefTable::kAbsent) {
    issue(IssueLevel::warning, here() + "/ref", fmt::format("no component has the bom-ref \"{}\"", clip(m.id)));
  } else if (from < has_entry_.size()) {
    if (has_entry_[from])
      issue(IssueLevel::warning, here() + "/ref", fmt::format("a second entry for \"{}\"; their targets are joined", clip(m.id)));
    has_entry_[from] = true;
  }
}

bool CycloneDxReader::add_edge(const Mention& m, std::uint32_t to) {
  if (to == RefTable::kAbsent) {
    // A BOM-Link names an element of another document.
    if (m.id.starts_with("urn:cdx:"))
      ++sbom_.external_references;
    else
      issue(IssueLevel::warning, fmt::format("/dependencies/{}/{}/{}", m.position, field_of(m.role), m.item),
            fmt::format("no component has the bom-ref \"{}\"", clip(m.id)));
    return true;
  }
  const auto n = static_cast<std::uint32_t>(sbom_.components.size());
  if (entry_ >= n || to >= n) return true;  // a service's dependency, or one whose source is unknown
  const bool depends = m.role == Mention::Role::depends_on;
  return add_relationship({entry_, to, depends ? RelationKind::depends_on : RelationKind::other, field_of(m.role)});
}

}  // namespace

Result<void> read_cyclonedx(Sbom& sbom) { return CycloneDxReader(sbom).read(); }

}  // namespace entente::measures::p6_supply
