// Measures an SBOM against BSI TR-03183-2. The graph gives what all formats share; the rest is read from the document's JSON form, in one
// walk that pairs every component of the graph with its JSON object (siblings are cached by their parent, so the walk is linear).
#include "measures/p6_supply/bsi.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "measures/p6_supply/licence_expression.h"
#include "measures/p6_supply/quality.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::array<std::string_view, kBsiFieldCount> kBsiNames{
    "sbom_creator",      "sbom_timestamp", "sbom_uri",     "primary_component",    "creator",         "name",
    "version",           "filename",       "dependencies", "distribution_licence", "deployable_hash", "executable",
    "archive",           "structured",     "source_uri",   "deployable_uri",       "identifier",      "original_licence",
    "effective_licence", "source_hash",    "security_txt"};

BsiFields bsi_required() {
  BsiFields bits = 0;
  for (std::size_t f = 0; f < kBsiFieldCount; ++f)
    if (bsi_level(static_cast<BsiField>(f)) == BsiLevel::required) bits |= BsiFields{1} << f;
  return bits;
}
constexpr BsiFields kBsiOfDocument = (BsiFields{1} << kBsiDocumentFields) - 1;

// Something before the @, a dot inside what follows it, no blanks: enough to tell an address from a name.
bool is_bsi_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.find('.');
  return dot != std::string_view::npos && dot > 0 && !domain.ends_with('.') && text.find_first_of(" \t\r\n<>()") == std::string_view::npos;
}

// An absolute URI with an authority.
bool is_bsi_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  return colon != std::string_view::npos && colon > 0 && text.size() > colon + 3 && text[colon + 3] != '/' &&
         text.find_first_of(" \t\r\n") == std::string_view::npos;
}

bool is_bsi_licence(std::string_view text) { return licence_clarity(text) <= LicenceClarity::custom; }

// A CycloneDX organizationalEntity, or the list of contacts it and "authors" hold.
bool bsi_contacts_reach(JsonView holder, std::string_view key) {
  const auto contacts = json_array(holder, key);
  return contacts && std::any_of(contacts->begin(), contacts->end(),
                                 [](JsonView contact) { return is_bsi_email(json_string(contact, "email").value_or("")); });
}
bool bsi_entity_reaches(JsonView holder, std::string_view key) {
  const auto entity = json_get(holder, key);
  if (!entity) return false;
  if (bsi_contacts_reach(*entity, "contact")) return true;
  const auto urls = json_array(*entity, "url");
  return urls && std::any_of(urls->begin(), urls->end(), [](JsonView url) { return is_bsi_url(as_string(url).value_or("")); });
}
bool bsi_maker_reaches(JsonView holder) {
  return bsi_entity_reaches(holder, "manufacturer") || bsi_entity_reaches(holder, "manufacture") || bsi_contacts_reach(holder, "authors") ||
         bsi_entity_reaches(holder, "supplier");
}

enum class BsiHash : std::uint8_t { sha512, any_strong };
bool bsi_has_hash(JsonView holder, BsiHash wanted) {
  const auto hashes = json_array(holder, "hashes");
  return hashes && std::any_of(hashes->begin(), hashes->end(), [&](JsonView hash) {
           const auto algorithm = json_string(hash, "alg").value_or("");
           if (json_string(hash, "content").value_or("").empty()) return false;
           return wanted == BsiHash::sha512 ? algorithm == "SHA-512" : algorithm != "MD5" && algorithm != "SHA-1";
         });
}

// TR-03183-2's taxonomy of CycloneDX properties; older tools wrote the names without "component".
BsiFields bsi_property(std::string_view name, std::string_view value) {
  if (name.starts_with("bsi:component:"))
    name.remove_prefix(14);
  else
    return 0;
  const auto is_flag = [&](std::string_view yes, std::string_view no) {
    return value == yes || value == no || value == "true" || value == "false";
  };
  if (name == "filename") return value.empty() ? 0 : bsi_bit(BsiField::filename);
  if (name == "executable") return is_flag("executable", "non-executable") ? bsi_bit(BsiField::executable) : 0;
  if (name == "archive") return is_flag("archive", "no archive") ? bsi_bit(BsiField::archive) : 0;
  if (name == "structured") return is_flag("structured", "unstructured") ? bsi_bit(BsiField::structured) : 0;
  if (name == "effectiveLicense" || name == "effectiveLicence") return is_bsi_licence(value) ? bsi_bit(BsiField::effective_licence) : 0;
  return 0;
}

BsiFields bsi_reference(JsonView reference) {
  const auto type = json_string(reference, "type").value_or("");
  if (!is_bsi_url(json_string(reference, "url").value_or(""))) return 0;
  if (type == "vcs") return bsi_bit(BsiField::source_uri);
  if (type == "source-distribution")
    return bsi_bit(BsiField::source_uri) | (bsi_has_hash(reference, BsiHash::any_strong) ? bsi_bit(BsiField::source_hash) : 0);
  if (type == "distribution" || type == "distribution-intake")
    return bsi_bit(BsiField::deployable_uri) | (bsi_has_hash(reference, BsiHash::sha512) ? bsi_bit(BsiField::deployable_hash) : 0);
  return type == "rfc-9116" ? bsi_bit(BsiField::security_txt) : 0;
}

// Every licence of a kind must be clear. One without "acknowledgement" (there is none before CycloneDX 1.6) counts as of distribution.
BsiFields bsi_cyclonedx_licences(JsonView component) {
  const auto licences = json_array(component, "licenses");
  if (!licences) return 0;
  BsiFields found = 0;
  BsiFields bad = 0;
  for (const JsonView choice : *licences) {
    const auto licence = json_get(choice, "license");
    const JsonView holder = licence ? *licence : choice;
    const auto expression = json_string(choice, "expression");
    const auto id = json_string(holder, "id");
    const BsiFields bit =
        bsi_bit(json_string(holder, "acknowledgement") == "declared" ? BsiField::original_licence : BsiField::distribution_licence);
    // A licence by name only is no identifier TR-03183-2 takes, unless it is a LicenseRef.
    const std::string_view text = expression ? *expression : id ? *id : json_string(holder, "name").value_or("");
    const bool clear = id ? is_listed_licence(*id) : is_bsi_licence(text);
    (clear ? found : bad) |= bit;
  }
  return found & ~bad;
}

BsiFields bsi_cyclonedx_component(JsonView view, const Component& component) {
  BsiFields bits = bsi_maker_reaches(view) ? bsi_bit(BsiField::creator) : 0;
  bits |= bsi_cyclonedx_licences(view);
  if (const auto references = json_array(view, "externalReferences"))
    for (const JsonView reference : *references) bits |= bsi_reference(reference);
  if (const auto properties = json_array(view, "properties"))
    for (const JsonView property : *properties)
      bits |= bsi_property(json_string(property, "name").value_or(""), json_string(property, "value").value_or(""));
  if (identifier_problem(component).empty() || json_get(view, "swid")) bits |= bsi_bit(BsiField::identifier);
  return bits;
}

// "Organization: Acme (mail@acme.example)"
bool bsi_spdx_maker_reaches(std::string_view text) {
  if (text.starts_with("Tool:")) return false;
  const std::size_t open = text.rfind('(');
  if (open == std::string_view::npos || !text.ends_with(')')) return false;
  const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
  return is_bsi_email(inside) || is_bsi_url(inside);
}

BsiFields bsi_spdx_component(JsonView view, const Component& component) {
  BsiFields bits = 0;
  if (bsi_spdx_maker_reaches(json_string(view, "supplier").value_or("")) ||
      bsi_spdx_maker_reaches(json_string(view, "originator").value_or("")))
    bits |= bsi_bit(BsiField::creator);
  if (!json_string(view, "packageFileName").value_or("").empty()) bits |= bsi_bit(BsiField::filename);
  if (is_bsi_licence(json_string(view, "licenseConcluded").value_or(""))) bits |= bsi_bit(BsiField::distribution_licence);
  if (is_bsi_licence(json_string(view, "licenseDeclared").value_or(""))) bits |= bsi_bit(BsiField::original_licence);
  if (is_bsi_url(json_string(view, "downloadLocation").value_or(""))) bits |= bsi_bit(BsiField::deployable_uri);
  if (is_bsi_url(json_string(view, "sourceInfo").value_or(""))) bits |= bsi_bit(BsiField::source_uri);
  const auto checksums = json_array(view, "checksums");
  if (checksums && std::any_of(checksums->begin(), checksums->end(), [](JsonView c) { return json_string(c, "algorithm") == "SHA512"; }))
    bits |= bsi_bit(BsiField::deployable_hash);
  if (identifier_problem(component).empty()) bits |= bsi_bit(BsiField::identifier);
  return bits;
}

// The JSON object of each component.
class BsiViews {
 public:
  explicit BsiViews(const Sbom& sbom) : sbom_(sbom), views_(sbom.components.size()) {}
  std::optional<JsonView> of(std::uint32_t i) {
    const Component& c = sbom_.components[i];
    const JsonView root = sbom_.document.root();
    switch (c.origin) {
      case ComponentOrigin::primary:
        if (const auto metadata = json_get(root, "metadata")) views_[i] = json_get(*metadata, "component");
        break;
      case ComponentOrigin::components: views_[i] = item(kNoComponent, root, "components", c.position); break;
      case ComponentOrigin::packages: views_[i] = item(kNoComponent, root, "packages", c.position); break;
      case ComponentOrigin::nested:
        if (c.parent < i && views_[c.parent]) views_[i] = item(c.parent, *views_[c.parent], "components", c.position);
        break;
      case ComponentOrigin::graph: break;
    }
    return views_[i];
  }

 private:
  std::optional<JsonView> item(std::uint32_t parent, JsonView holder, std::string_view key, std::uint32_t position) {
    const auto [it, fresh] = siblings_.try_emplace(parent);
    if (fresh)
      if (const auto array = json_array(holder, key)) it->second.assign(array->begin(), array->end());
    return position < it->second.size() ? std::optional(it->second[position]) : std::nullopt;
  }
  const Sbom& sbom_;
  std::vector<std::optional<JsonView>> views_;
  std::unordered_map<std::uint32_t, std::vector<JsonView>> siblings_;
};

// Components whose dependencies the document states: with an entry of their own in CycloneDX, be it empty; in SPDX as an end of a
// relationship, or as related to NONE.
std::unordered_set<std::string_view> bsi_stated_refs(const Sbom& sbom) {
  std::unordered_set<std::string_view> refs;
  const JsonView root = sbom.document.root();
  const bool cyclonedx = sbom.format == SbomFormat::cyclonedx;
  if (const auto entries = json_array(root, cyclonedx ? "dependencies" : "relationships")) {
    for (const JsonView entry : *entries) {
      if (const auto ref = json_string(entry, cyclonedx ? "ref" : "spdxElementId")) refs.insert(*ref);
      if (const auto other = json_string(entry, "relatedSpdxElement"); !cyclonedx && other) refs.insert(*other);
    }
  }
  return refs;
}

BsiFields bsi_document(const Sbom& sbom) {
  const JsonView root = sbom.document.root();
  BsiFields bits = 0;
  if (sbom.timestamp) bits |= bsi_bit(BsiField::sbom_timestamp);
  if (!sbom.serial.empty()) bits |= bsi_bit(BsiField::sbom_uri);
  if (!sbom.roots.empty()) bits |= bsi_bit(BsiField::primary_component);
  bool reached = false;
  if (sbom.format == SbomFormat::cyclonedx) {
    const auto metadata = json_get(root, "metadata");
    reached = metadata && bsi_maker_reaches(*metadata);
  } else if (const auto info = json_get(root, "creationInfo")) {
    const auto creators = json_array(*info, "creators");
    reached = creators && std::any_of(creators->begin(), creators->end(),
                                      [](JsonView creator) { return bsi_spdx_maker_reaches(as_string(creator).value_or("")); });
  }
  return bits | (reached ? bsi_bit(BsiField::sbom_creator) : 0);
}

Json bsi_names(BsiFields bits) {
  Json names = Json::array();
  for (std::size_t f = 0; f < kBsiFieldCount; ++f)
    if ((bits >> f & 1) != 0) names.push_back(kBsiNames[f]);
  return names;
}

}  // namespace

std::string_view bsi_field_name(BsiField field) { return kBsiNames[static_cast<std::size_t>(field)]; }

BsiLevel bsi_level(BsiField field) {
  switch (field) {
    case BsiField::sbom_uri:
    case BsiField::source_uri:
    case BsiField::deployable_uri:
    case BsiField::identifier:
    case BsiField::original_licence: return BsiLevel::additional;
    case BsiField::effective_licence:
    case BsiField::source_hash:
    case BsiField::security_txt: return BsiLevel::optional;
    default: return BsiLevel::required;
  }
}

std::string_view to_string(BsiLevel level) {
  switch (level) {
    case BsiLevel::required: return "required";
    case BsiLevel::additional: return "additional";
    case BsiLevel::optional: break;
  }
  return "optional";
}

BsiFields BsiQuality::lacking(const BsiComponent& component) const {
  return bsi_required() & ~kBsiOfDocument & ~component.present & ~inexpressible;
}
BsiFields BsiQuality::lacking_of_document() const { return bsi_required() & kBsiOfDocument & ~document & ~inexpressible; }
bool BsiQuality::complete() const {
  return lacking_of_document() == 0 && !components.empty() &&
         std::all_of(components.begin(), components.end(), [&](const BsiComponent& c) { return lacking(c) == 0; });
}

Result<BsiQuality> measure_bsi(const Sbom& sbom) {
  if (sbom.form == SbomForm::spdx3_json)
    return fail("the fields of BSI TR-03183-2 are not read from SPDX 3", {.file = sbom.document.name()},
                "export CycloneDX 1.6 or SPDX 2.3");
  BsiQuality quality;
  quality.document = bsi_document(sbom);
  const bool spdx = sbom.format == SbomFormat::spdx;
  if (spdx)
    quality.inexpressible = bsi_bit(BsiField::executable) | bsi_bit(BsiField::archive) | bsi_bit(BsiField::structured) |
                            bsi_bit(BsiField::effective_licence) | bsi_bit(BsiField::source_hash) | bsi_bit(BsiField::security_txt);
  const auto stated = bsi_stated_refs(sbom);
  BsiViews views(sbom);
  for (std::uint32_t i = 0; i < sbom.components.size(); ++i) {
    const Component& component = sbom.components[i];
    const auto view = views.of(i);
    if (!is_software(component)) continue;
    BsiComponent one{.component = i};
    if (view) one.present = spdx ? bsi_spdx_component(*view, component) : bsi_cyclonedx_component(*view, component);
    if (!component.name.empty()) one.present |= bsi_bit(BsiField::name);
    if (!component.version.empty()) one.present |= bsi_bit(BsiField::version);
    if (stated.contains(component.ref)) one.present |= bsi_bit(BsiField::dependencies);
    quality.components.push_back(one);
    for (std::size_t f = kBsiDocumentFields; f < kBsiFieldCount; ++f) quality.count[f] += one.present >> f & 1;
  }
  for (std::size_t f = 0; f < kBsiDocumentFields; ++f) quality.count[f] = quality.document >> f & 1;
  return quality;
}

Json bsi_json(const Sbom& sbom, const BsiQuality& quality) {
  Json fields = Json::array();
  for (std::size_t f = 0; f < kBsiFieldCount; ++f)
    fields.push_back({{"field", kBsiNames[f]},
                      {"level", to_string(bsi_level(static_cast<BsiField>(f)))},
                      {"of", f < kBsiDocumentFields ? "document" : "component"},
                      {"present", quality.count[f]},
                      {"expressible", (quality.inexpressible >> f & 1) == 0}});
  Json components = Json::array();
  for (const BsiComponent& one : quality.components)
    if (const BsiFields lacking = quality.lacking(one); lacking != 0)
      components.push_back(
          {{"pointer", sbom.pointer(one.component)}, {"component", sbom.display(one.component)}, {"lacking", bsi_names(lacking)}});
  return {{"complete", quality.complete()},
          {"document", {{"lacking", bsi_names(quality.lacking_of_document())}}},
          {"components_counted", quality.components.size()},
          {"fields", std::move(fields)},
          {"components", std::move(components)}};
}

}  // namespace entente::measures::p6_supply
