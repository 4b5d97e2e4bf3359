// A CSAF 2.0 document as compact views over its JSON (OASIS CSAF 2.0, sections 3.1 to 3.2.3): the product tree resolved into products,
// and per vulnerability what a VEX reader needs (status, flags, threats, remediations, scores). Reading is tolerant: what is absent or
// of a wrong type is empty here, and the schema test of csaf/validator.h says so. Views live as long as the Document.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "core/json.h"

namespace entente::csaf {

using Text = std::string_view;  // empty: absent

// Groups of /vulnerabilities[]/product_status, in the order of the schema's names.
enum class Status : std::uint8_t {
  first_affected,
  first_fixed,
  fixed,
  known_affected,
  known_not_affected,
  last_affected,
  recommended,
  under_investigation
};
inline constexpr std::size_t kStatusCount = 8;
[[nodiscard]] Text status_name(Status status);

struct Branch {
  static constexpr std::uint32_t kRoot = 0xFFFFFFFF;
  std::uint32_t parent = kRoot;  // index into Document::branches
  std::uint32_t position = 0;    // in its parent's `branches`
  Text category, name;
};

// A full_product_name_t, wherever in the product tree it stands.
struct Product {
  enum class Origin : std::uint8_t { branch, full_product_name, relationship };
  Origin origin = Origin::full_product_name;
  std::uint32_t position = 0;  // index of the branch, list item or relationship
  Text id, name;
  std::optional<JsonView> helper;  // product_identification_helper
  Text purl, cpe;
};

struct Relationship {
  Text category;             // "default_component_of", "installed_on", …
  Text product, relates_to;  // product IDs: the component, and what it is part of or installed on
  Text combined;             // the product ID this relationship defines
};

struct ProductGroup {
  Text id, summary;
  std::vector<Text> products;
};

// Which products something is said of; products_of() resolves the groups.
struct Scope {
  std::vector<Text> products, groups;
  [[nodiscard]] bool empty() const { return products.empty() && groups.empty(); }
};

struct Flag {
  Text label, date;  // in CSAF 2.0 all labels are VEX justifications (3.2.3.5)
  Scope scope;
};
struct Threat {
  Text category, details, date;
  Scope scope;
};
struct Remediation {
  Text category, details, url, date;
  Scope scope;
};
struct Score {
  std::vector<Text> products;
  std::optional<JsonView> cvss_v2, cvss_v3;
};
struct Involvement {
  Text party, status, date;
};
struct VulnerabilityId {
  Text system, text;
};

struct Vulnerability {
  Text cve, title, cwe_id, cwe_name;
  bool has_cwe = false, has_notes = false, has_status = false, has_ids = false;
  std::vector<VulnerabilityId> ids;
  std::array<std::vector<Text>, kStatusCount> status;
  std::vector<Flag> flags;
  std::vector<Threat> threats;
  std::vector<Remediation> remediations;
  std::vector<Score> scores;
  std::vector<Involvement> involvements;

  [[nodiscard]] const std::vector<Text>& of(Status s) const { return status[static_cast<std::size_t>(s)]; }
};

struct Revision {
  Text date, number;
};

struct Reference {
  Text category, url;  // a missing category is "external", as the schema's default says
};

// Immutable after parse(); movable; reading from several threads is safe.
struct Document {
  // Errors are those of the JSON reader (duplicate keys, trailing bytes, depth beyond 128 …); anything else parses.
  [[nodiscard]] static Result<Document> parse(std::string_view text, std::string name);
  [[nodiscard]] static Result<Document> read(const std::filesystem::path& path);

  JsonDocument json;
  Text category, lang, source_lang, title, publisher_category, publisher_name, publisher_namespace, tlp_label;
  Text id, document_status, version, initial_release_date, current_release_date;
  std::vector<Revision> revisions;
  std::vector<Reference> references;
  std::vector<Text> note_categories;
  bool has_product_tree = false, has_vulnerabilities = false;

  std::vector<Branch> branches;  // parents before children
  std::vector<Product> products;
  std::vector<Relationship> relationships;
  std::vector<ProductGroup> groups;
  std::vector<Vulnerability> vulnerabilities;

  // First definition of a product or group ID, as an index into products or groups.
  std::unordered_map<Text, std::uint32_t> product_by_id, group_by_id;

  [[nodiscard]] const Product* product(Text product_id) const;
  // Product IDs of a scope with its groups resolved, in order, with repetitions; unknown groups add nothing.
  [[nodiscard]] std::vector<Text> products_of(const Scope& scope) const;
  [[nodiscard]] std::string branch_pointer(std::uint32_t branch) const;  // "/product_tree/branches/0/branches/2"
  [[nodiscard]] std::string product_pointer(const Product& product) const;

 private:
  explicit Document(JsonDocument parsed) : json(std::move(parsed)) {}
  void read_header(JsonView root);
  void read_tree(JsonView tree);
  void read_branches(JsonView parent, std::uint32_t parent_index);
  void add_product(JsonView node, Product::Origin origin, std::uint32_t position);
};

// The file name section 5.1 demands for a tracking ID.
[[nodiscard]] std::string file_name_of(Text tracking_id);

}  // namespace entente::csaf
