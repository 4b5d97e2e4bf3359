// The SPDX 3.0 reader (JSON-LD as the specification serialises it: one flat @graph). A first walk numbers the packages and files and notes
// every element by its id; then agents and licence expressions, which are elements of their own there, are looked up, and relationships
// become edges. Packages and relationships are read; profiles beyond (AI, data, security, build) only as far as their packages go.
#include <algorithm>
#include <array>

#include "measures/p6_supply/sbom_reader.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::array<std::string_view, 3> kPackageTypes{"software_Package", "ai_AIPackage", "dataset_DatasetPackage"};

struct Spdx3Algorithm {
  std::string_view name;
  std::string_view spdx2;
};
// SPDX 3.0 Core/HashAlgorithm, as far as SPDX 2 knows it.
constexpr std::array<Spdx3Algorithm, 17> kSpdx3Algorithms{{{"sha256", "SHA256"},
                                                           {"sha1", "SHA1"},
                                                           {"sha512", "SHA512"},
                                                           {"sha384", "SHA384"},
                                                           {"sha224", "SHA224"},
                                                           {"md5", "MD5"},
                                                           {"sha3_256", "SHA3-256"},
                                                           {"sha3_384", "SHA3-384"},
                                                           {"sha3_512", "SHA3-512"},
                                                           {"blake2b256", "BLAKE2b-256"},
                                                           {"blake2b384", "BLAKE2b-384"},
                                                           {"blake2b512", "BLAKE2b-512"},
                                                           {"blake3", "BLAKE3"},
                                                           {"md2", "MD2"},
                                                           {"md4", "MD4"},
                                                           {"md6", "MD6"},
                                                           {"adler32", "ADLER32"}}};

RelationKind spdx3_relation(std::string_view type) {
  constexpr std::array<std::string_view, 7> depends{"dependsOn",       "hasDynamicLink",        "hasStaticLink", "hasOptionalDependency",
                                                    "hasPrerequisite", "hasProvidedDependency", "usesTool"};
  if (std::find(depends.begin(), depends.end(), type) != depends.end()) return RelationKind::depends_on;
  return type == "contains" || type == "hasOptionalComponent" ? RelationKind::contains : RelationKind::other;
}

bool is_spdx3_nothing(std::string_view id) {
  return id.ends_with("NoAssertionElement") || id.ends_with("NoneElement") || id.ends_with("NoAssertionLicense") ||
         id.ends_with("NoneLicense");
}

class Spdx3Reader : SbomReader {
 public:
  explicit Spdx3Reader(Sbom& sbom) : SbomReader(sbom) {}

  Result<void> read() {
    if (read_graph()) return {};
    return fail(std::move(*error_));
  }

 private:
  bool read_graph();
  bool number_element(JsonView element, std::uint32_t position);
  bool add_package(JsonView element, std::string_view type, std::uint32_t position);
  bool add_file3(JsonView element, std::uint32_t position);
  template <class Owner>
  void read_hashes(JsonView element, Owner& owner, std::uint32_t position);
  void read_identifiers(JsonView element, Component& c, std::uint32_t position);
  bool find_version();
  void read_creation(JsonView creation);
  bool relate_all();
  bool relate(JsonView element, std::uint32_t position);
  bool relate_one(std::string_view from, std::string_view type, std::string_view to);
  void find_roots3();
  void add_roots_of(JsonView element, int depth);
  void gather_licences();

  // The element with this id; nullopt if it is not in the graph.
  std::optional<JsonView> element(std::string_view id) const {
    const std::uint32_t at = elements_.find(id);
    return at < graph_.size() ? std::optional(graph_[at]) : std::nullopt;
  }
  std::string_view agent_name(std::string_view id) const {
    const auto agent = element(id);
    return agent ? json_string(*agent, "name").value_or("") : std::string_view();
  }
  static std::string_view id_of(JsonView element) {
    auto id = json_string(element, "spdxId");
    if (!id) id = json_string(element, "@id");
    return id.value_or("");
  }
  static std::string_view type_of(JsonView element) {
    auto type = json_string(element, "type");
    if (!type) type = json_string(element, "@type");
    return type.value_or("");
  }

  struct LicenceLink {
    std::uint32_t component;
    std::string_view expression;
  };
  std::vector<JsonView> graph_;
  RefTable elements_;  // id → position in the graph
  RefTable file_numbers_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> packages_;  // component, position
  std::vector<LicenceLink> licence_links_;
  std::vector<std::uint32_t> roots_;
};

bool Spdx3Reader::read_graph() {
  const auto graph = json_array(sbom_.document.root(), "@graph");
  if (!graph) return wrong_type("/@graph", "an array of elements");
  const simdjson::dom::array items = *graph;
  for (const JsonView item : items) graph_.push_back(item);
  for (std::uint32_t i = 0; i < graph_.size(); ++i)
    if (!number_element(graph_[i], i)) return false;
  if (!find_version()) return false;
  for (const auto& [component, position] : packages_) {
    Component& c = sbom_.components[component];
    if (const auto supplier = json_string(graph_[position], "suppliedBy")) {
      c.supplier = agent_name(*supplier);
      if (!c.supplier.empty()) c.supplier_field = SupplierField::supplier;
    }
    const auto originators = json_array(graph_[position], "originatedBy");
    if (c.supplier.empty() && originators && originators->size() > 0) {
      c.supplier = agent_name(as_string(originators->at(0).value_unsafe()).value_or(""));
      if (!c.supplier.empty()) c.supplier_field = SupplierField::originator;
    }
  }
  if (!relate_all()) return false;
  gather_licences();
  find_roots3();
  build_edges();
  return true;
}

bool Spdx3Reader::number_element(JsonView element, std::uint32_t position) {
  const auto here = [&] { return fmt::format("/@graph/{}", position); };
  if (!element.is_object()) return wrong_type(here(), "an element (an object)");
  const std::string_view id = id_of(element);
  const std::string_view type = type_of(element);
  if (id.empty())
    issue(IssueLevel::error, here(), "the element has no spdxId");
  else if (!elements_.insert(id, position))
    issue(IssueLevel::error, here() + "/spdxId", fmt::format("the spdxId \"{}\" is used twice", clip(id)));
  if (type.empty()) issue(IssueLevel::error, here(), "the element has no type");
  if (std::find(kPackageTypes.begin(), kPackageTypes.end(), type) != kPackageTypes.end()) return add_package(element, type, position);
  if (type == "software_File") return add_file3(element, position);
  return true;
}

bool Spdx3Reader::add_package(JsonView element, std::string_view type, std::uint32_t position) {
  if (!room_for_component()) return false;
  const auto index = static_cast<std::uint32_t>(sbom_.components.size());
  Component& c = sbom_.components.emplace_back();
  c.origin = ComponentOrigin::graph;
  c.position = position;
  c.ref = id_of(element);
  c.name = json_string(element, "name").value_or("");
  c.version = json_string(element, "software_packageVersion").value_or("");
  c.purl = json_string(element, "software_packageUrl").value_or("");
  c.type = json_string(element, "software_primaryPurpose").value_or("");
  if (c.type.empty() && type == "ai_AIPackage") c.type = "machine-learning-model";
  if (c.type.empty() && type == "dataset_DatasetPackage") c.type = "data";
  c.hashes.first = static_cast<std::uint32_t>(sbom_.hashes.size());
  read_hashes(element, c, position);
  read_identifiers(element, c, position);
  if (c.name.empty()) issue(IssueLevel::error, fmt::format("/@graph/{}", position), "the package has no name");
  if (!c.ref.empty()) (void)refs_.insert(c.ref, index);
  packages_.emplace_back(index, position);
  return true;
}

bool Spdx3Reader::add_file3(JsonView element, std::uint32_t position) {
  if (!has_room(sbom_.files.size(), budget_.components(), "files")) return false;
  const auto index = static_cast<std::uint32_t>(sbom_.files.size());
  SbomFile& file = sbom_.files.emplace_back();
  file.ref = id_of(element);
  file.name = json_string(element, "name").value_or("");
  file.hashes.first = static_cast<std::uint32_t>(sbom_.hashes.size());
  read_hashes(element, file, position);
  if (!file.ref.empty()) (void)file_numbers_.insert(file.ref, index);
  return true;
}

template <class Owner>
void Spdx3Reader::read_hashes(JsonView element, Owner& owner, std::uint32_t position) {
  const auto methods = json_array(element, "verifiedUsing");
  if (!methods) return;
  std::uint32_t n = 0;
  for (const JsonView method : *methods) {
    const std::uint32_t at = n++;
    const auto algorithm = json_string(method, "algorithm");
    const auto value = json_string(method, "hashValue");
    if (!algorithm || !value) continue;  // a verification code or a signature
    const auto known =
        std::find_if(kSpdx3Algorithms.begin(), kSpdx3Algorithms.end(), [&](const Spdx3Algorithm& a) { return a.name == *algorithm; });
    if (known == kSpdx3Algorithms.end()) continue;  // SPDX 3 names more than can be checked here
    add_hash(owner, known->spdx2, *value, [&] { return fmt::format("/@graph/{}/verifiedUsing/{}", position, at); });
  }
}

void Spdx3Reader::read_identifiers(JsonView element, Component& c, std::uint32_t position) {
  // The plural is what some writers make of it.
  for (const std::string_view key : {"externalIdentifier", "externalIdentifiers"}) {
    const auto identifiers = json_array(element, key);
    if (!identifiers) continue;
    std::uint32_t n = 0;
    for (const JsonView one : *identifiers) {
      const std::uint32_t at = n++;
      const auto type = json_string(one, "externalIdentifierType");
      const auto value = json_string(one, "identifier");
      if (!type || !value) continue;
      if (*type == "packageUrl" || *type == "purl") {
        if (c.purl.empty())
          c.purl = *value;
        else if (c.purl != *value)
          issue(IssueLevel::warning, fmt::format("/@graph/{}/{}/{}", position, key, at),
                "a second purl for one package; the first one counts");
      } else if ((*type == "cpe23" || *type == "cpe22") && c.cpe.empty()) {
        c.cpe = *value;
      }
    }
  }
}

bool Spdx3Reader::find_version() {
  std::optional<JsonView> creation;
  for (const JsonView e : graph_) {
    if (type_of(e) == "SpdxDocument") {
      sbom_.serial = id_of(e);
      sbom_.name = json_string(e, "name").value_or("");
      if (const auto id = json_string(e, "creationInfo")) {
        if (const auto found = element(*id)) creation = *found;
      } else if (const auto inner = json_get(e, "creationInfo"); inner && inner->is_object()) {
        creation = *inner;
      }
      break;
    }
  }
  for (const JsonView e : graph_)
    if (!creation && type_of(e) == "CreationInfo") creation = e;
  const auto version = creation ? json_string(*creation, "specVersion") : std::nullopt;
  if (!version)
    return refuse("this looks like SPDX 3, but no CreationInfo says which version (specVersion)", "/@graph", "export the SBOM again");
  if (!version->starts_with("3.0"))
    return refuse(fmt::format("SPDX version \"{}\" is not read here", clip(*version)), "/@graph", "SPDX 2.2, 2.3 and 3.0 are read");
  sbom_.spec_version = *version;
  if (sbom_.serial.empty()) issue(IssueLevel::error, "/@graph", "no SpdxDocument is in the graph");
  read_creation(*creation);
  return true;
}

void Spdx3Reader::read_creation(JsonView creation) {
  if (const auto created = json_string(creation, "created"))
    set_timestamp(*created, "/@graph");
  else
    issue(IssueLevel::error, "/@graph", "the CreationInfo gives no time");
  const auto gather = [&](std::string_view key, std::vector<std::string>& out) {
    const auto ids = json_array(creation, key);
    if (!ids) return;
    for (const JsonView id : *ids)
      if (const std::string_view name = agent_name(as_string(id).value_or("")); !name.empty() && out.size() < kMaxNamed)
        out.emplace_back(name);
  };
  gather("createdBy", sbom_.authors);
  gather("createdUsing", sbom_.tools);
}

bool Spdx3Reader::relate_all() {
  for (std::uint32_t i = 0; i < graph_.size(); ++i)
    if (type_of(graph_[i]).ends_with("Relationship") && !relate(graph_[i], i)) return false;
  return true;
}

bool Spdx3Reader::relate(JsonView element, std::uint32_t position) {
  const auto from = json_string(element, "from");
  const auto type = json_string(element, "relationshipType");
  const auto to = json_get(element, "to");
  if (!from || !type || !to || !(to->is_array() || to->is_string())) {
    issue(IssueLevel::error, fmt::format("/@graph/{}", position), "a relationship needs from, relationshipType and to");
    return true;
  }
  if (const auto one = as_string(*to)) return relate_one(*from, *type, *one);
  std::uint32_t n = 0;
  const simdjson::dom::array targets = to->get_array().value_unsafe();
  for (const JsonView target : targets) {
    const auto id = as_string(target);
    if (!id)
      issue(IssueLevel::error, fmt::format("/@graph/{}/to/{}", position, n), "an element's id belongs here");
    else if (!relate_one(*from, *type, *id))
      return false;
    ++n;
  }
  return true;
}

bool Spdx3Reader::relate_one(std::string_view from, std::string_view type, std::string_view to) {
  const std::uint32_t a = refs_.find(from);
  const std::uint32_t b = refs_.find(to);
  if (type == "hasConcludedLicense" || type == "hasDeclaredLicense") {
    const auto licence = element(to);
    if (a == RefTable::kAbsent || !licence) return true;
    auto text = json_string(*licence, "simplelicensing_licenseExpression");
    if (!text) text = json_string(*licence, "licenseExpression");
    if (!text) text = json_string(*licence, "name");
    if (text && !text->empty() && *text != "NOASSERTION" && *text != "NONE") licence_links_.push_back({a, *text});
    return true;
  }
  if (type == "describes") {
    const auto source = element(from);
    const std::string_view kind = source ? type_of(*source) : std::string_view();
    if (b != RefTable::kAbsent && (kind == "SpdxDocument" || kind == "software_Sbom")) roots_.push_back(b);
  }
  const auto known = [&](std::string_view id) { return elements_.find(id) != RefTable::kAbsent || is_spdx3_nothing(id); };
  if (!known(from) || !known(to)) ++sbom_.external_references;  // of another document, by its URI
  if (type == "contains" && a != RefTable::kAbsent) {
    const std::uint32_t file = file_numbers_.find(to);
    if (file < sbom_.files.size() && sbom_.files[file].owner == kNoComponent) sbom_.files[file].owner = a;
  }
  if (a == RefTable::kAbsent || b == RefTable::kAbsent) return true;
  return add_relationship({a, b, spdx3_relation(type), type});
}

// Each component's expressions side by side, each once.
void Spdx3Reader::gather_licences() {
  std::stable_sort(licence_links_.begin(), licence_links_.end(),
                   [](const LicenceLink& a, const LicenceLink& b) { return a.component < b.component; });
  for (const LicenceLink& link : licence_links_) {
    Component& c = sbom_.components[link.component];
    if (c.licences.count == 0) c.licences.first = static_cast<std::uint32_t>(sbom_.licences.size());
    const auto mine = sbom_.licences_of(c);
    if (std::find(mine.begin(), mine.end(), link.expression) != mine.end()) continue;
    sbom_.licences.push_back(link.expression);
    ++c.licences.count;
  }
}

void Spdx3Reader::add_roots_of(JsonView owner, int depth) {
  const auto ids = json_array(owner, "rootElement");
  if (!ids || depth > 4) return;
  for (const JsonView item : *ids) {
    const std::string_view id = as_string(item).value_or("");
    if (const std::uint32_t component = refs_.find(id); component != RefTable::kAbsent)
      roots_.push_back(component);
    else if (const auto inner = element(id))
      add_roots_of(*inner, depth + 1);
  }
}

void Spdx3Reader::find_roots3() {
  for (const JsonView e : graph_)
    if (type_of(e) == "SpdxDocument") add_roots_of(e, 0);
  if (!set_roots(roots_)) issue(IssueLevel::warning, "", "the document does not say which package it is about (no rootElement)");
}

}  // namespace

Result<void> read_spdx3(Sbom& sbom) { return Spdx3Reader(sbom).read(); }

}  // namespace entente::measures::p6_supply
