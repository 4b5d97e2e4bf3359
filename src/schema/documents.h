// The documents a schema is made of: which resources ($id), anchors and dynamic anchors they hold, and what a reference
// means from a given place. Documents are loaded when first referred to. Internal to the room; used by one compile().
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.h"

namespace entente::schema {

enum class Draft : std::uint8_t { draft4, draft6, draft7, draft2020 };

// Which keywords mean something: the draft, and for 2020-12 the vocabularies of the meta-schema.
struct Dialect {
  Draft draft = Draft::draft2020;
  bool applicator = true;
  bool unevaluated = true;
  bool validation = true;
  bool format_assertion = false;
};

using LocationId = std::uint32_t;
using ResourceId = std::uint32_t;

// One schema within a document.
struct Location {
  std::uint32_t document = 0;
  std::string pointer;  // from the document's root
  JsonView element;
  ResourceId resource = 0;
};

// A schema with an identity of its own: a document's root, or a subschema with $id.
struct Resource {
  std::string uri;  // absolute, no fragment; "" for a root document without $id
  LocationId root = 0;
  Dialect dialect;
  std::map<std::string, LocationId, std::less<>> anchors;  // $anchor, $dynamicAnchor, draft-07's "$id": "#name"
  std::map<std::string, LocationId, std::less<>> dynamic_anchors;
};

class Documents {
 public:
  explicit Documents(const CompileOptions& options) : options_(options) {}

  // The root schema of the text, as document 0.
  [[nodiscard]] Result<LocationId> add_root(std::string_view text, std::string name);
  // What `reference`, the value of `keyword` at `from`, points to.
  [[nodiscard]] Result<LocationId> resolve(LocationId from, std::string_view keyword, std::string_view reference);
  // The location of a subschema of `parent` reached by `steps` ("/properties/a").
  [[nodiscard]] LocationId child(LocationId parent, const std::string& steps, JsonView element);

  [[nodiscard]] const Location& location(LocationId id) const { return locations_[id]; }
  [[nodiscard]] const Resource& resource(ResourceId id) const { return resources_[id]; }
  [[nodiscard]] std::size_t locations() const { return locations_.size(); }
  // File, line and column of a keyword of a location ("" for the schema itself).
  [[nodiscard]] Where where(LocationId id, std::string_view steps) const;
  // How violations name a location.
  [[nodiscard]] std::string display(LocationId id) const;
  [[nodiscard]] std::vector<JsonDocument> take_documents() &&;

 private:
  struct Document {
    JsonDocument json;
    std::string uri;  // retrieved from
  };
  // Who refers: its place is looked up only for an error.
  struct Reference {
    LocationId from;
    std::string_view keyword;
  };

  Result<LocationId> add_document(JsonDocument json, std::string uri);
  Result<Dialect> dialect_of(std::uint32_t document, std::string pointer, JsonView root, const Dialect* inherited);
  Result<Dialect> custom_dialect(std::string_view uri, std::uint32_t document, const std::string& pointer);
  Result<LocationId> index(std::uint32_t document, std::string pointer, JsonView element, ResourceId resource, const std::string* base);
  Result<void> index_identity(LocationId id, const std::string& base);
  Result<void> index_anchors(LocationId id);
  Result<void> index_children(LocationId id);
  Result<bool> load(const std::string& uri);
  Result<void> load_all();
  Result<LocationId> follow(ResourceId resource, std::string_view fragment, const Reference& reference);
  Result<LocationId> follow_pointer(ResourceId resource, std::string_view pointer, const Reference& reference);
  [[nodiscard]] tl::unexpected<Error> bad(const Reference& reference, std::string what, std::string hint = {}) const;

  const CompileOptions& options_;
  std::vector<Document> documents_;
  std::vector<Location> locations_;
  std::vector<Resource> resources_;
  std::map<std::pair<std::uint32_t, std::string>, LocationId> by_pointer_;
  std::map<std::string, ResourceId, std::less<>> by_uri_;
  std::map<std::string, LocationId, std::less<>> loaded_;  // by the URI a document was retrieved from
  bool loaded_all_ = false;
  std::size_t pointer_bytes_ = 0;
  int metaschemas_ = 0;  // how deep in a chain of custom meta-schemas
};

// "/" + the escaped key.
[[nodiscard]] std::string step(std::string_view key);
[[nodiscard]] std::string step(std::string_view key, std::string_view member);
[[nodiscard]] std::string step(std::string_view key, std::size_t index);

}  // namespace entente::schema
