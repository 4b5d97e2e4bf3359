// Finding what references mean. A document is walked once when it is loaded: every place where the draft expects a
// schema is recorded with the resource it belongs to, so that an $id or $anchor inside a const or an unknown keyword has
// no effect. A JSON pointer that leads elsewhere (into an unknown keyword) makes that place a schema on demand. The walk
// recurses as deep as the JSON nests, which the reader bounds.
#include "schema/documents.h"

#include <fmt/format.h>
#include <array>
#include <charconv>

#include "core/data.h"
#include "core/utf8.h"
#include "schema/formats.h"
#include "schema/uri.h"

namespace entente::schema {
namespace {

constexpr std::string_view kDraft4 = "http://json-schema.org/draft-04/schema";
constexpr std::string_view kDraft6 = "http://json-schema.org/draft-06/schema";
constexpr std::string_view kDraft7 = "http://json-schema.org/draft-07/schema";
constexpr std::string_view kDraft2020 = "https://json-schema.org/draft/2020-12/schema";
constexpr std::string_view kVocabulary = "https://json-schema.org/draft/2020-12/vocab/";
constexpr int kMaxMetaschemas = 8;
// Every schema's pointer is kept; many schemas below one very long key would multiply its length.
constexpr std::size_t kMaxPointerBytes = std::size_t{128} << 20;

// Meta-schemas compiled in, by URI.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kMeta{{
    {kDraft4, "schemas/meta/draft-04.json"},
    {kDraft6, "schemas/meta/draft-06.json"},
    {kDraft7, "schemas/meta/draft-07.json"},
    {kDraft2020, "schemas/meta/draft2020-12/schema.json"},
    {"https://json-schema.org/draft/2020-12/meta/core", "schemas/meta/draft2020-12/core.json"},
    {"https://json-schema.org/draft/2020-12/meta/applicator", "schemas/meta/draft2020-12/applicator.json"},
    {"https://json-schema.org/draft/2020-12/meta/unevaluated", "schemas/meta/draft2020-12/unevaluated.json"},
    {"https://json-schema.org/draft/2020-12/meta/validation", "schemas/meta/draft2020-12/validation.json"},
    {"https://json-schema.org/draft/2020-12/meta/meta-data", "schemas/meta/draft2020-12/meta-data.json"},
    {"https://json-schema.org/draft/2020-12/meta/format-annotation", "schemas/meta/draft2020-12/format-annotation.json"},
    {"https://json-schema.org/draft/2020-12/meta/format-assertion", "schemas/meta/draft2020-12/format-assertion.json"},
    {"https://json-schema.org/draft/2020-12/meta/content", "schemas/meta/draft2020-12/content.json"},
}};

enum Shape : std::uint8_t { one = 1, list = 2, map = 4 };
struct Applicator {
  std::string_view keyword;
  std::uint8_t shapes7;     // up to draft-07; 0: not of it
  std::uint8_t shapes2020;  // 0: not of 2020-12
};
// Where the drafts expect schemas. Members of a map that are arrays (`dependencies`) are no schemas.
constexpr std::array<Applicator, 22> kApplicators{{{"$defs", 0, map},
                                                   {"additionalItems", one, 0},
                                                   {"additionalProperties", one, one},
                                                   {"allOf", list, list},
                                                   {"anyOf", list, list},
                                                   {"contains", one, one},
                                                   {"contentSchema", 0, one},
                                                   {"definitions", map, map},
                                                   {"dependencies", map, map},
                                                   {"dependentSchemas", 0, map},
                                                   {"else", one, one},
                                                   {"if", one, one},
                                                   {"items", one | list, one},
                                                   {"not", one, one},
                                                   {"oneOf", list, list},
                                                   {"patternProperties", map, map},
                                                   {"prefixItems", 0, list},
                                                   {"properties", map, map},
                                                   {"propertyNames", one, one},
                                                   {"then", one, one},
                                                   {"unevaluatedItems", 0, one},
                                                   {"unevaluatedProperties", 0, one}}};

std::string_view without_empty_fragment(std::string_view uri) { return uri.ends_with('#') ? uri.substr(0, uri.size() - 1) : uri; }

bool is_schema(JsonView v) { return v.is_object() || v.is_bool(); }

// Up to draft-07, nothing counts beside $ref.
bool is_bare_ref(const Dialect& dialect, JsonView element) {
  return dialect.draft != Draft::draft2020 && json_string(element, "$ref").has_value();
}

std::optional<std::string> unescape_token(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out += token[i];
      continue;
    }
    if (++i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
    out += token[i] == '0' ? '~' : '/';
  }
  return out;
}

std::optional<JsonView> descend(JsonView at, const std::string& token) {
  if (at.is_object()) return json_get(at, token);
  const auto items = as_array(at);
  std::size_t index = 0;
  const auto end = std::from_chars(token.data(), token.data() + token.size(), index);
  if (!items || token.empty() || (token.size() > 1 && token[0] == '0') || end.ec != std::errc{} || end.ptr != token.data() + token.size())
    return std::nullopt;
  JsonView out;
  if (items->at(index).get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

}  // namespace

std::string step(std::string_view key) { return "/" + pointer_segment(key); }
std::string step(std::string_view key, std::string_view member) { return step(key) + step(member); }
std::string step(std::string_view key, std::size_t index) { return fmt::format("{}/{}", step(key), index); }

Where Documents::where(LocationId id, std::string_view steps) const {
  const Location& l = locations_[id];
  return documents_[l.document].json.where(l.pointer + std::string(steps));
}

std::string Documents::display(LocationId id) const {
  const Location& l = locations_[id];
  return l.document == 0 ? l.pointer : documents_[l.document].uri + "#" + l.pointer;
}

std::vector<JsonDocument> Documents::take_documents() && {
  std::vector<JsonDocument> out;
  for (Document& d : documents_) out.push_back(std::move(d.json));
  return out;
}

Result<LocationId> Documents::add_root(std::string_view text, std::string name) {
  ENTENTE_TRY(JsonDocument json, JsonDocument::parse(text, std::move(name)));
  return add_document(std::move(json), "");
}

Result<LocationId> Documents::add_document(JsonDocument json, std::string uri) {
  const auto document = static_cast<std::uint32_t>(documents_.size());
  const JsonView root = json.root();
  documents_.push_back({std::move(json), uri});
  if (!is_schema(root)) return fail("a schema is an object, true or false", documents_[document].json.where(""));
  ENTENTE_TRY(const LocationId id, index(document, "", root, 0, &uri));
  if (!uri.empty()) {
    by_uri_.emplace(uri, locations_[id].resource);
    loaded_.emplace(uri, id);
  }
  return id;
}

// `base` is given where a resource begins: a document's root.
Result<LocationId> Documents::index(std::uint32_t document, std::string pointer, JsonView element, ResourceId resource,
                                    const std::string* base) {
  const auto id = static_cast<LocationId>(locations_.size());
  pointer_bytes_ += pointer.size();
  if (pointer_bytes_ > kMaxPointerBytes) return fail("the schema is too large", {.file = documents_[document].json.name()});
  by_pointer_.emplace(std::pair{document, pointer}, id);
  locations_.push_back({document, std::move(pointer), element, resource});
  if (base != nullptr) {
    ENTENTE_TRY(const Dialect dialect, dialect_of(document, locations_[id].pointer, element, nullptr));
    locations_[id].resource = static_cast<ResourceId>(resources_.size());
    resources_.push_back({*base, id, dialect, {}, {}});
    if (base->empty()) by_uri_.emplace("", locations_[id].resource);
  }
  if (!element.is_object()) return id;
  ENTENTE_CHECK(index_identity(id, base != nullptr ? *base : resources_[resource].uri));
  ENTENTE_CHECK(index_anchors(id));
  ENTENTE_CHECK(index_children(id));
  return id;
}

Result<void> Documents::index_identity(LocationId id, const std::string& base) {
  const JsonView element = locations_[id].element;
  const ResourceId outer = locations_[id].resource;
  const std::string_view keyword = resources_[outer].dialect.draft == Draft::draft4 ? "id" : "$id";
  const auto value = json_get(element, keyword);
  if (!value || is_bare_ref(resources_[outer].dialect, element)) return {};
  const auto text = as_string(*value);
  if (!text) return fail(fmt::format("\"{}\" must be a string", keyword), where(id, step(keyword)));
  const std::string_view relative = without_fragment(*text);
  if (!is_uri_reference(*text)) return fail(fmt::format("\"{}\" is not a URI reference", printable(*text, 100)), where(id, step(keyword)));
  const std::string_view fragment = fragment_of(*text);
  if (!fragment.empty()) {
    if (resources_[outer].dialect.draft == Draft::draft2020)
      return fail("\"$id\" must have no fragment; use \"$anchor\"", where(id, step(keyword)));
    resources_[outer].anchors.emplace(fragment, id);
  }
  if (relative.empty()) return {};
  const std::string uri = resolve_uri(base, relative);
  const bool is_root = resources_[outer].root == id;
  if (is_root) {
    resources_[outer].uri = uri;
  } else {
    const Dialect inherited = resources_[outer].dialect;
    ENTENTE_TRY(const Dialect dialect, dialect_of(locations_[id].document, locations_[id].pointer, element, &inherited));
    locations_[id].resource = static_cast<ResourceId>(resources_.size());
    resources_.push_back({uri, id, dialect, {}, {}});
  }
  const auto [at, fresh] = by_uri_.emplace(uri, locations_[id].resource);
  if (!fresh && at->second != locations_[id].resource && locations_[resources_[at->second].root].document == locations_[id].document)
    return fail(fmt::format("two schemas have the $id {}", printable(uri, 200)), where(id, step(keyword)));
  return {};
}

Result<void> Documents::index_anchors(LocationId id) {
  const JsonView element = locations_[id].element;
  Resource& resource = resources_[locations_[id].resource];
  if (resource.dialect.draft != Draft::draft2020) return {};
  for (const std::string_view keyword : {"$anchor", "$dynamicAnchor"}) {
    const auto value = json_get(element, keyword);
    if (!value) continue;
    const auto name = as_string(*value);
    if (!name || name->empty() || name->find_first_of("/#%") != std::string_view::npos)
      return fail(fmt::format("\"{}\" must be a name", keyword), where(id, step(keyword)));
    const auto [at, fresh] = resource.anchors.emplace(*name, id);
    if (!fresh && at->second != id) return fail(fmt::format("a second anchor \"{}\"", printable(*name, 60)), where(id, step(keyword)));
    if (keyword == "$dynamicAnchor") resource.dynamic_anchors.emplace(*name, id);
  }
  return {};
}

Result<void> Documents::index_children(LocationId id) {
  const Location here = locations_[id];  // a copy: the vector grows below
  const Draft draft = resources_[here.resource].dialect.draft;
  for (const Applicator& applicator : kApplicators) {
    const std::uint8_t shapes = draft == Draft::draft2020 ? applicator.shapes2020 : applicator.shapes7;
    if (shapes == 0) continue;
    const auto value = json_get(here.element, applicator.keyword);
    if (!value) continue;
    if ((shapes & one) && is_schema(*value)) {
      ENTENTE_CHECK(index(here.document, here.pointer + step(applicator.keyword), *value, here.resource, nullptr));
    } else if ((shapes & list) && value->is_array()) {
      std::size_t i = 0;
      const simdjson::dom::array items = value->get_array().value_unsafe();
      for (const JsonView item : items) {
        const std::string pointer = here.pointer + step(applicator.keyword, i++);
        if (is_schema(item)) ENTENTE_CHECK(index(here.document, pointer, item, here.resource, nullptr));
      }
    } else if ((shapes & map) && value->is_object()) {
      const simdjson::dom::object fields = value->get_object().value_unsafe();
      for (const auto field : fields)
        if (is_schema(field.value))
          ENTENTE_CHECK(index(here.document, here.pointer + step(applicator.keyword, field.key), field.value, here.resource, nullptr));
    }
  }
  return {};
}

Result<Dialect> Documents::dialect_of(std::uint32_t document, std::string pointer, JsonView root, const Dialect* inherited) {
  const auto value = json_get(root, "$schema");
  if (!value && inherited != nullptr) return *inherited;
  std::string_view uri = options_.default_draft;
  if (value) {
    pointer += "/$schema";
    const auto text = as_string(*value);
    if (!text) return fail("\"$schema\" must be a string", documents_[document].json.where(pointer));
    uri = *text;
  }
  uri = without_empty_fragment(uri);
  // http and https, as both are found in the wild.
  const auto bare = [](std::string_view u) { return u.starts_with("https://") ? u.substr(8) : u.starts_with("http://") ? u.substr(7) : u; };
  if (bare(uri) == bare(kDraft2020)) return Dialect{};
  if (bare(uri) == bare(kDraft7)) return Dialect{Draft::draft7, true, false, true, false};
  if (bare(uri) == bare(kDraft6)) return Dialect{Draft::draft6, true, false, true, false};
  if (bare(uri) == bare(kDraft4)) return Dialect{Draft::draft4, true, false, true, false};
  return custom_dialect(uri, document, pointer);
}

// A meta-schema among the documents given: what its $vocabulary says, on top of the draft it is written in.
Result<Dialect> Documents::custom_dialect(std::string_view uri, std::uint32_t document, const std::string& pointer) {
  const std::string key(uri);
  const auto refuse = [&](std::string what, std::string hint = {}) {
    return fail(std::move(what), documents_[document].json.where(pointer), std::move(hint));
  };
  if (!by_uri_.contains(key)) {
    if (metaschemas_ == kMaxMetaschemas) return refuse("a meta-schema that is written in itself");
    ++metaschemas_;
    const Result<bool> known = load(key);
    --metaschemas_;
    if (!known) return fail(known.error());
  }
  const auto at = by_uri_.find(key);
  if (at == by_uri_.end())
    return refuse(fmt::format("unknown JSON Schema draft or meta-schema {}", printable(uri, 200)),
                  "known are draft-04, draft-06, draft-07 and 2020-12; another meta-schema must be among the documents given");
  Dialect dialect = resources_[at->second].dialect;
  const auto vocabularies = json_object(locations_[resources_[at->second].root].element, "$vocabulary");
  if (!vocabularies || dialect.draft != Draft::draft2020) return dialect;
  dialect = {Draft::draft2020, false, false, false, false};
  for (const auto field : *vocabularies) {
    const std::string_view name = field.key;
    const bool ours = name.starts_with(kVocabulary);
    const std::string_view last = ours ? name.substr(kVocabulary.size()) : name;
    dialect.applicator |= ours && last == "applicator";
    dialect.unevaluated |= ours && last == "unevaluated";
    dialect.validation |= ours && last == "validation";
    dialect.format_assertion |= ours && last == "format-assertion";
    bool required = false;
    if (!ours && field.value.get_bool().get(required) == simdjson::SUCCESS && required)
      return refuse(
          fmt::format("the meta-schema {} needs the vocabulary {}, which is not known here", printable(uri, 200), printable(name, 200)));
  }
  return dialect;
}

// True if there is a document of that URI, now loaded.
Result<bool> Documents::load(const std::string& uri) {
  if (loaded_.contains(uri)) return true;
  for (const auto& [meta, path] : kMeta) {
    if (meta != uri) continue;
    ENTENTE_TRY(const std::string_view text, DataSet::embedded().file(path));
    ENTENTE_TRY(JsonDocument json, JsonDocument::parse(text, DataSet::embedded().display_name(path)));
    ENTENTE_CHECK(add_document(std::move(json), uri));
    return true;
  }
  auto given = options_.documents.find(uri);
  if (given == options_.documents.end()) given = options_.documents.find(uri + "#");
  if (given == options_.documents.end()) return false;
  ENTENTE_TRY(JsonDocument json, JsonDocument::parse(given->second, uri));
  ENTENTE_CHECK(add_document(std::move(json), uri));
  return true;
}

// For a reference by an $id that is not the name a document was given under. A document that cannot be read is passed over:
// the reference that needs it then fails, and one that names it directly says why.
Result<void> Documents::load_all() {
  if (loaded_all_) return {};
  loaded_all_ = true;
  for (const auto& [uri, text] : options_.documents) {
    const Result<bool> ignored = load(std::string(without_empty_fragment(uri)));
    static_cast<void>(ignored);
  }
  return {};
}

tl::unexpected<Error> Documents::bad(const Reference& reference, std::string what, std::string hint) const {
  return fail(std::move(what), where(reference.from, step(reference.keyword)), std::move(hint));
}

Result<LocationId> Documents::resolve(LocationId from, std::string_view keyword, std::string_view reference) {
  const Reference by{from, keyword};
  if (!is_uri_reference(reference)) return bad(by, fmt::format("\"{}\" is not a URI reference", printable(reference, 200)));
  const std::string uri = resolve_uri(resources_[locations_[from].resource].uri, reference);
  const std::string document(without_fragment(uri));
  auto found = by_uri_.find(document);
  if (found == by_uri_.end()) {
    ENTENTE_TRY(const bool known, load(document));
    if (!known) ENTENTE_CHECK(load_all());
    found = by_uri_.find(document);
  }
  if (found == by_uri_.end())
    return bad(by, fmt::format("\"{}\" refers to {}, which is not among the schemas given", keyword, printable(document, 200)),
               "nothing is fetched from the network; give the document to the compiler under this URI");
  return follow(found->second, fragment_of(uri), by);
}

Result<LocationId> Documents::follow(ResourceId resource, std::string_view fragment, const Reference& by) {
  const auto decoded = percent_decode(fragment);
  if (!decoded) return bad(by, fmt::format("\"{}\" is not percent-encoded correctly", printable(fragment, 200)));
  if (decoded->empty()) return resources_[resource].root;
  if (decoded->front() == '/') return follow_pointer(resource, *decoded, by);
  const auto anchor = resources_[resource].anchors.find(*decoded);
  if (anchor == resources_[resource].anchors.end())
    return bad(by, fmt::format("there is no anchor \"{}\" in {}", printable(*decoded, 100),
                               resources_[resource].uri.empty() ? "this schema" : printable(resources_[resource].uri, 200)));
  return anchor->second;
}

Result<LocationId> Documents::follow_pointer(ResourceId resource, std::string_view pointer, const Reference& by) {
  LocationId at = resources_[resource].root;  // the innermost schema passed
  const std::uint32_t document = locations_[at].document;
  std::string path = locations_[at].pointer;
  JsonView element = locations_[at].element;
  const std::string_view whole = pointer;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    const auto key = unescape_token(token);
    const auto next = key ? descend(element, *key) : std::nullopt;
    if (!next)
      return bad(by, fmt::format("the reference leads to {}, which does not exist (there is no \"{}\")", printable(whole, 200),
                                 printable(token, 60)));
    element = *next;
    path += step(*key);
    if (const auto known = by_pointer_.find({document, path}); known != by_pointer_.end()) at = known->second;
  }
  if (locations_[at].pointer == path) return at;
  if (!is_schema(element)) return bad(by, fmt::format("the reference leads to {}, which is not a schema", printable(whole, 200)));
  return index(document, path, element, locations_[at].resource, nullptr);
}

LocationId Documents::child(LocationId parent, const std::string& steps, JsonView element) {
  const Location& p = locations_[parent];
  const auto known = by_pointer_.find({p.document, p.pointer + steps});
  if (known != by_pointer_.end()) return known->second;
  // Only below a place that became a schema after its document was walked and is not indexed as one: record it alone.
  const auto id = static_cast<LocationId>(locations_.size());
  Location location{p.document, p.pointer + steps, element, p.resource};
  by_pointer_.emplace(std::pair{location.document, location.pointer}, id);
  locations_.push_back(std::move(location));
  return id;
}

}  // namespace entente::schema
