// The reader of SPDX 2's JSON form (ISO/IEC 5962; versions 2.2 and 2.3). Packages become components. Ids of packages, files and snippets go
// into one table; then the relationships are resolved, each read in the direction "depends on" or "contains" whichever way round
// it was written. The shortcuts `documentDescribes` and `hasFiles` equal DESCRIBES and CONTAINS relationships.
#include <algorithm>
#include <array>

#include "measures/p6_supply/sbom_reader.h"
#include "measures/p6_supply/spdx_relations.h"

namespace entente::measures::p6_supply {

namespace {

// SPDX's words for "nothing is said" and "there is none".
bool says_nothing(std::string_view text) { return text == "NOASSERTION" || text == "NONE"; }

// "Organization: Example Ltd (info@ex.example)" → "Example Ltd (info@ex.example)".
std::string_view without_role(std::string_view actor) {
  for (const std::string_view role : {"Organization:", "Person:", "Tool:"})
    if (actor.starts_with(role)) actor.remove_prefix(role.size());
  const std::size_t start = actor.find_first_not_of(" \t");
  return start == std::string_view::npos ? std::string_view() : actor.substr(start);
}

// referenceType is a word of SPDX's list or its full URI.
std::string_view last_segment(std::string_view type) {
  constexpr std::string_view base = "http://spdx.org/rdf/references/";
  return type.starts_with(base) ? type.substr(base.size()) : type;
}

class SpdxReader : SbomReader {
 public:
  explicit SpdxReader(Sbom& sbom) : SbomReader(sbom) {}

  Result<void> read() {
    if (read_document()) return {};
    return fail(std::move(*error_));
  }

 private:
  bool read_document();
  bool read_version(simdjson::dom::object root);
  bool read_header(simdjson::dom::object root);
  bool read_creation(JsonView value);
  bool read_packages(JsonView value);
  bool read_package(JsonView value, std::uint32_t position);
  void set_supplier(Component& c, SupplierField field, std::string_view actor);
  void check_package(Component& c, std::uint32_t index, bool has_location);
  bool read_checksums(Component& c, JsonView value, std::uint32_t index);
  bool read_external_refs(Component& c, JsonView value, std::uint32_t index);
  void add_licence(Component& c, std::string_view expression);
  bool read_elements(JsonView value, std::string_view key);
  bool add_file(JsonView item, std::uint32_t position);
  void own_file(std::uint32_t component, std::string_view id);
  bool read_external_documents(JsonView value);
  bool read_described(JsonView value);
  bool read_files_of(JsonView value, std::uint32_t index);
  bool read_relationships(JsonView value);
  bool read_relationship(JsonView value, std::uint32_t position);
  bool relate(std::string_view from, std::string_view type, std::string_view to, std::uint32_t position);
  std::optional<std::uint32_t> resolve(std::string_view id, std::uint32_t position, std::string_view key);
  void find_roots();
  bool add_root(std::uint32_t component) {
    roots_.push_back(component);
    return true;
  }

  std::vector<std::uint32_t> roots_;
  RefTable file_numbers_;
  std::vector<std::pair<std::uint32_t, JsonView>> has_files_;
  std::vector<std::string_view> external_documents_;
};

bool SpdxReader::read_version(simdjson::dom::object root) {
  JsonView value;
  if (root.at_key("spdxVersion").get(value) != simdjson::SUCCESS) return refuse("\"spdxVersion\" is missing", "");
  std::string_view version;
  if (value.get_string().get(version) != simdjson::SUCCESS) return wrong_type("/spdxVersion", "a text such as \"SPDX-2.3\"");
  if (version != "SPDX-2.2" && version != "SPDX-2.3")
    return refuse(fmt::format("SPDX version \"{}\" is not read here", clip(version)), "/spdxVersion",
                  "SPDX-2.2 and SPDX-2.3 are read; export the SBOM in one of them");
  sbom_.spec_version = version.substr(5);
  return true;
}

bool SpdxReader::read_header(simdjson::dom::object root) {
  std::string_view id;
  std::string_view licence;
  bool created = false;
  for (const auto field : root) {
    const auto here = [&] { return "/" + pointer_segment(field.key); };
    bool read = true;
    if (field.key == "SPDXID") {
      read = text(field.value, id, here);
    } else if (field.key == "name") {
      read = text(field.value, sbom_.name, here);
    } else if (field.key == "documentNamespace") {
      read = text(field.value, sbom_.serial, here);
    } else if (field.key == "dataLicense") {
      read = text(field.value, licence, here);
    } else if (field.key == "creationInfo") {
      created = true;
      read = read_creation(field.value);
    }
    if (!read) return false;
  }
  if (id != "SPDXRef-DOCUMENT") issue(IssueLevel::error, "/SPDXID", "the document's SPDXID must be \"SPDXRef-DOCUMENT\"");
  if (sbom_.name.empty()) issue(IssueLevel::error, "/name", "the document has no name");
  if (sbom_.serial.empty()) issue(IssueLevel::error, "/documentNamespace", "the document has no namespace");
  if (licence.empty()) issue(IssueLevel::error, "/dataLicense", "the document has no dataLicense");
  if (!created) issue(IssueLevel::error, "/creationInfo", "the document has no creationInfo");
  (void)refs_.insert(id.empty() ? "SPDXRef-DOCUMENT" : id, RefTable::kDocument);
  return true;
}

bool SpdxReader::read_creation(JsonView value) {
  simdjson::dom::object fields;
  if (!object(value, fields, [] { return std::string("/creationInfo"); }) || value.is_null()) return !error_;
  std::string_view created;
  if (const auto time = json_get(value, "created")) {
    if (!text(*time, created, [] { return std::string("/creationInfo/created"); })) return false;
  }
  if (created.empty())
    issue(IssueLevel::error, "/creationInfo", "the document has no creation time");
  else
    set_timestamp(created, "/creationInfo/created");
  const auto creators = json_get(value, "creators");
  simdjson::dom::array items;
  if (creators && !array(*creators, items, [] { return std::string("/creationInfo/creators"); })) return false;
  if (!creators || creators->is_null()) {
    issue(IssueLevel::error, "/creationInfo", "the document names no creator");
    return true;
  }
  std::uint32_t position = 0;
  for (const JsonView item : items) {
    std::string_view creator;
    if (!text(item, creator, [&] { return fmt::format("/creationInfo/creators/{}", position); })) return false;
    const std::string_view name = without_role(creator);
    if (!name.empty() && !says_nothing(name)) (creator.starts_with("Tool:") ? sbom_.tools : sbom_.authors).emplace_back(name);
    ++position;
  }
  return true;
}

bool SpdxReader::read_document() {
  const simdjson::dom::object root = sbom_.document.root().get_object().value_unsafe();
  if (!read_version(root) || !read_header(root)) return false;
  const JsonView whole = sbom_.document.root();
  if (const auto v = json_get(whole, "externalDocumentRefs"); v && !read_external_documents(*v)) return false;
  if (const auto v = json_get(whole, "packages"); v && !read_packages(*v)) return false;
  for (const std::string_view key : {"files", "snippets"})
    if (const auto v = json_get(whole, key); v && !read_elements(*v, key)) return false;
  if (const auto v = json_get(whole, "documentDescribes"); v && !read_described(*v)) return false;
  for (const auto& [index, files] : has_files_)
    if (!read_files_of(files, index)) return false;
  if (const auto v = json_get(whole, "relationships"); v && !read_relationships(*v)) return false;
  find_roots();
  build_edges();
  return true;
}

bool SpdxReader::read_packages(JsonView value) {
  simdjson::dom::array items;
  if (!array(value, items, [] { return std::string("/packages"); }) || value.is_null()) return !error_;
  sbom_.components.reserve(std::min<std::uint64_t>(items.size(), budget_.components()));
  std::uint32_t position = 0;
  for (const JsonView item : items)
    if (!read_package(item, position++)) return false;
  for (const std::uint32_t index : refs_.insert_all(sbom_.components))
    issue(IssueLevel::error, sbom_.pointer(index) + "/SPDXID",
          fmt::format("the SPDXID \"{}\" is used twice", clip(sbom_.components[index].ref)));
  return true;
}

bool SpdxReader::read_package(JsonView value, std::uint32_t position) {
  if (!room_for_component()) return false;
  const auto index = static_cast<std::uint32_t>(sbom_.components.size());
  Component& c = sbom_.components.emplace_back();
  c.origin = ComponentOrigin::packages;
  c.position = position;
  c.hashes.first = static_cast<std::uint32_t>(sbom_.hashes.size());
  c.licences.first = static_cast<std::uint32_t>(sbom_.licences.size());
  simdjson::dom::object fields;
  if (value.get_object().get(fields) != simdjson::SUCCESS)
    return wrong_type(fmt::format("/packages/{}", position), "a package (an object)");
  std::string_view key;
  std::string_view supplier;
  std::string_view originator;
  std::string_view concluded;
  std::string_view declared;
  std::string_view location;
  std::optional<bool> analysed;
  bool has_code = false;
  const auto here = [&] { return fmt::format("/packages/{}/{}", position, pointer_segment(key)); };
  for (const auto field : fields) {
    key = field.key;
    bool read = true;
    if (key == "name")
      read = text(field.value, c.name, here);
    else if (key == "SPDXID")
      read = text(field.value, c.ref, here);
    else if (key == "versionInfo")
      read = text(field.value, c.version, here);
    else if (key == "supplier")
      read = text(field.value, supplier, here);
    else if (key == "originator")
      read = text(field.value, originator, here);
    else if (key == "externalRefs")
      read = read_external_refs(c, field.value, index);
    else if (key == "checksums")
      read = read_checksums(c, field.value, index);
    else if (key == "licenseConcluded")
      read = text(field.value, concluded, here);
    else if (key == "licenseDeclared")
      read = text(field.value, declared, here);
    else if (key == "primaryPackagePurpose")
      read = text(field.value, c.type, here);
    else if (key == "downloadLocation")
      read = text(field.value, location, here);
    else if (key == "filesAnalyzed")
      analysed = field.value.is_bool() ? std::optional(field.value.get_bool().value_unsafe()) : std::nullopt;
    else if (key == "packageVerificationCode")
      has_code = true;
    else if (key == "hasFiles")
      has_files_.emplace_back(index, field.value);
    if (!read) return false;
  }
  if (says_nothing(c.version)) c.version = {};
  set_supplier(c, SupplierField::supplier, supplier);
  set_supplier(c, SupplierField::originator, originator);
  add_licence(c, concluded);
  if (declared != concluded) add_licence(c, declared);
  check_package(c, index, !location.empty());
  // Clause 7.9: the code is over the files, which were not looked at.
  if (analysed == false && has_code)
    issue(IssueLevel::error, fmt::format("/packages/{}/packageVerificationCode", position),
          "a package whose files were not analysed (filesAnalyzed false) must have no verification code");
  return true;
}

void SpdxReader::set_supplier(Component& c, SupplierField field, std::string_view actor) {
  const std::string_view name = without_role(actor);
  if (name.empty() || says_nothing(name) || c.supplier_field != SupplierField::none) return;
  c.supplier = name;
  c.supplier_field = field;
}

void SpdxReader::add_licence(Component& c, std::string_view expression) {
  if (expression.empty() || says_nothing(expression)) return;
  sbom_.licences.push_back(expression);
  c.licences.count++;
}

void SpdxReader::check_package(Component& c, std::uint32_t index, bool has_location) {
  if (c.name.empty()) issue(IssueLevel::error, sbom_.pointer(index), "the package has no name");
  if (!has_location) issue(IssueLevel::error, sbom_.pointer(index), "the package has no downloadLocation");
  if (c.ref.empty()) issue(IssueLevel::error, sbom_.pointer(index), "the package has no SPDXID");
}

bool SpdxReader::read_checksums(Component& c, JsonView value, std::uint32_t index) {
  simdjson::dom::array items;
  if (!array(value, items, [&] { return sbom_.pointer(index) + "/checksums"; }) || value.is_null()) return !error_;
  std::uint32_t position = 0;
  for (const JsonView item : items) {
    const auto here = [&] { return fmt::format("{}/checksums/{}", sbom_.pointer(index), position); };
    simdjson::dom::object fields;
    if (item.get_object().get(fields) != simdjson::SUCCESS) return wrong_type(here(), "a checksum (an object)");
    std::string_view algorithm;
    std::string_view content;
    for (const auto field : fields) {
      if (field.key == "algorithm" && !text(field.value, algorithm, [&] { return here() + "/algorithm"; })) return false;
      if (field.key == "checksumValue" && !text(field.value, content, [&] { return here() + "/checksumValue"; })) return false;
    }
    add_hash(c, algorithm, content, here);
    ++position;
  }
  return true;
}

// purl and CPE: category PACKAGE-MANAGER (2.3), PACKAGE_MANAGER (2.2's schema) or SECURITY; the type decides.
bool SpdxReader::read_external_refs(Component& c, JsonView value, std::uint32_t index) {
  simdjson::dom::array items;
  if (!array(value, items, [&] { return sbom_.pointer(index) + "/externalRefs"; }) || value.is_null()) return !error_;
  std::uint32_t position = 0;
  for (const JsonView item : items) {
    const auto here = [&] { return fmt::format("{}/externalRefs/{}", sbom_.pointer(index), position); };
    simdjson::dom::object fields;
    if (item.get_object().get(fields) != simdjson::SUCCESS) return wrong_type(here(), "an external reference (an object)");
    std::string_view type;
    std::string_view locator;
    for (const auto field : fields) {
      if (field.key == "referenceType" && !text(field.value, type, [&] { return here() + "/referenceType"; })) return false;
      if (field.key == "referenceLocator" && !text(field.value, locator, [&] { return here() + "/referenceLocator"; })) return false;
    }
    type = last_segment(type);
    if (type == "purl") {
      if (c.purl.empty())
        c.purl = locator;
      else if (c.purl != locator)
        issue(IssueLevel::warning, here(), "a second purl for one package; the first one counts");
    } else if ((type == "cpe23Type" || type == "cpe22Type") && c.cpe.empty()) {
      c.cpe = locator;
    }
    ++position;
  }
  return true;
}

// Files and snippets are no components, but relationships may name them.
bool SpdxReader::read_elements(JsonView value, std::string_view key) {
  simdjson::dom::array items;
  if (!array(value, items, [&] { return "/" + std::string(key); }) || value.is_null()) return !error_;
  std::uint32_t position = 0;
  for (const JsonView item : items) {
    if (!item.is_object()) return wrong_type(fmt::format("/{}/{}", key, position), "an object");
    const auto id = json_string(item, "SPDXID");
    if (!id || id->empty())
      issue(IssueLevel::error, fmt::format("/{}/{}", key, position), "the element has no SPDXID");
    else if (!refs_.insert(*id, RefTable::kElsewhere))
      issue(IssueLevel::error, fmt::format("/{}/{}/SPDXID", key, position), fmt::format("the SPDXID \"{}\" is used twice", clip(*id)));
    if (key == "files" && !add_file(item, position)) return false;
    ++position;
  }
  return true;
}

bool SpdxReader::add_file(JsonView item, std::uint32_t position) {
  if (!has_room(sbom_.files.size(), budget_.components(), "files")) return false;
  SbomFile& file = sbom_.files.emplace_back();
  file.ref = json_string(item, "SPDXID").value_or("");
  file.name = json_string(item, "fileName").value_or("");
  file.licence = json_string(item, "licenseConcluded").value_or("");
  if (says_nothing(file.licence)) file.licence = {};
  file.hashes.first = static_cast<std::uint32_t>(sbom_.hashes.size());
  const auto checksums = json_array(item, "checksums");
  if (!checksums) return true;
  std::uint32_t n = 0;
  for (const JsonView checksum : *checksums) {
    add_hash(file, json_string(checksum, "algorithm").value_or(""), json_string(checksum, "checksumValue").value_or(""),
             [&] { return fmt::format("/files/{}/checksums/{}", position, n); });
    ++n;
  }
  return true;
}

// Files by number, for those relationships that say which package holds them.
void SpdxReader::own_file(std::uint32_t component, std::string_view id) {
  if (file_numbers_.empty())
    for (std::uint32_t i = 0; i < sbom_.files.size(); ++i) (void)file_numbers_.insert(sbom_.files[i].ref, i);
  const std::uint32_t at = file_numbers_.find(id);
  if (at < sbom_.files.size() && sbom_.files[at].owner == kNoComponent) sbom_.files[at].owner = component;
}

bool SpdxReader::read_external_documents(JsonView value) {
  simdjson::dom::array items;
  if (!array(value, items, [] { return std::string("/externalDocumentRefs"); }) || value.is_null()) return !error_;
  for (const JsonView item : items)
    if (const auto id = json_string(item, "externalDocumentId")) external_documents_.push_back(*id);
  std::sort(external_documents_.begin(), external_documents_.end());
  return true;
}

bool SpdxReader::read_described(JsonView value) {
  simdjson::dom::array items;
  if (!array(value, items, [] { return std::string("/documentDescribes"); }) || value.is_null()) return !error_;
  std::uint32_t position = 0;
  for (const JsonView item : items) {
    const std::string here = fmt::format("/documentDescribes/{}", position++);
    std::string_view id;
    if (item.get_string().get(id) != simdjson::SUCCESS) return wrong_type(here, "an SPDXID (a text)");
    const std::uint32_t found = refs_.find(id);
    if (found < sbom_.components.size())
      add_root(found);
    else if (found == RefTable::kAbsent)
      issue(IssueLevel::warning, here, fmt::format("no element has the SPDXID \"{}\"", clip(id)));
  }
  return true;
}

bool SpdxReader::read_files_of(JsonView value, std::uint32_t index) {
  simdjson::dom::array items;
  const auto here = [&] { return sbom_.pointer(index) + "/hasFiles"; };
  if (!array(value, items, here) || value.is_null()) return !error_;
  std::uint32_t position = 0;
  for (const JsonView item : items) {
    std::string_view id;
    if (item.get_string().get(id) != simdjson::SUCCESS) return wrong_type(fmt::format("{}/{}", here(), position), "an SPDXID (a text)");
    const std::uint32_t found = refs_.find(id);
    if (found == RefTable::kAbsent)
      issue(IssueLevel::warning, fmt::format("{}/{}", here(), position), fmt::format("no element has the SPDXID \"{}\"", clip(id)));
    else if (found == RefTable::kElsewhere)
      own_file(index, id);
    else if (found < sbom_.components.size() && !add_relationship({index, found, RelationKind::contains, "CONTAINS"}))
      return false;
    ++position;
  }
  return true;
}

bool SpdxReader::read_relationships(JsonView value) {
  simdjson::dom::array items;
  if (!array(value, items, [] { return std::string("/relationships"); }) || value.is_null()) return !error_;
  sbom_.relationships.reserve(std::min<std::uint64_t>(items.size(), budget_.relationships()));
  std::uint32_t position = 0;
  for (const JsonView item : items)
    if (!read_relationship(item, position++)) return false;
  return true;
}

bool SpdxReader::read_relationship(JsonView value, std::uint32_t position) {
  simdjson::dom::object fields;
  if (value.get_object().get(fields) != simdjson::SUCCESS)
    return wrong_type(fmt::format("/relationships/{}", position), "a relationship (an object)");
  std::string_view from;
  std::string_view to;
  std::string_view type;
  for (const auto field : fields) {
    const auto here = [&] { return fmt::format("/relationships/{}/{}", position, pointer_segment(field.key)); };
    bool read = true;
    if (field.key == "spdxElementId")
      read = text(field.value, from, here);
    else if (field.key == "relatedSpdxElement")
      read = text(field.value, to, here);
    else if (field.key == "relationshipType")
      read = text(field.value, type, here);
    if (!read) return false;
  }
  if (from.empty() || to.empty() || type.empty())
    issue(IssueLevel::error, fmt::format("/relationships/{}", position),
          "a relationship needs spdxElementId, relationshipType and relatedSpdxElement");
  else
    return relate(from, type, to, position);
  return true;
}

// The component, kDocument or kElsewhere behind an id; nullopt (and an issue where it is one) if it names nothing here.
std::optional<std::uint32_t> SpdxReader::resolve(std::string_view id, std::uint32_t position, std::string_view key) {
  if (says_nothing(id)) return std::nullopt;
  const auto here = [&] { return fmt::format("/relationships/{}/{}", position, key); };
  if (id.starts_with("DocumentRef-")) {
    ++sbom_.external_references;
    const std::string_view document = id.substr(0, id.find(':'));
    if (!std::binary_search(external_documents_.begin(), external_documents_.end(), document))
      issue(IssueLevel::warning, here(), fmt::format("\"{}\" is not among externalDocumentRefs", clip(document)));
    return std::nullopt;
  }
  const std::uint32_t found = refs_.find(id);
  if (found != RefTable::kAbsent) return found;
  issue(IssueLevel::warning, here(), fmt::format("no element has the SPDXID \"{}\"", clip(id)));
  return std::nullopt;
}

bool SpdxReader::relate(std::string_view from, std::string_view type, std::string_view to, std::uint32_t position) {
  const SpdxRelation* known = find_spdx_relation(type);
  if (known == nullptr)
    issue(IssueLevel::error, fmt::format("/relationships/{}/relationshipType", position),
          fmt::format("\"{}\" is no relationship type", clip(type)));
  auto a = resolve(from, position, "spdxElementId");
  auto b = resolve(to, position, "relatedSpdxElement");
  if (!a || !b) return true;
  const auto n = static_cast<std::uint32_t>(sbom_.components.size());
  if (type == "DESCRIBES" && *a == RefTable::kDocument && *b < n) return add_root(*b);
  if (type == "DESCRIBED_BY" && *b == RefTable::kDocument && *a < n) return add_root(*a);
  if (type == "CONTAINS" && *a < n && *b == RefTable::kElsewhere) own_file(*a, to);
  if (type == "CONTAINED_BY" && *b < n && *a == RefTable::kElsewhere) own_file(*b, from);
  if (*a >= n || *b >= n) return true;
  if (known != nullptr && known->direction == Direction::backward) std::swap(a, b);
  // The table's text where there is one: it outlives everything.
  return add_relationship({*a, *b, known != nullptr ? known->kind : RelationKind::other, known != nullptr ? known->name : type});
}

void SpdxReader::find_roots() {
  // SPDX 2.3, clause 11.1: with a single package DESCRIBES may be left out.
  if (!set_roots(roots_))
    issue(IssueLevel::warning, "", "the document does not say which package it describes (no DESCRIBES relationship)");
}

}  // namespace

Result<void> read_spdx(Sbom& sbom) { return SpdxReader(sbom).read(); }

}  // namespace entente::measures::p6_supply
