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
#include "core/same_text.h"
#include "core/text_table.h"

namespace entente::csaf {

using Text = std::string_view;  // empty: absent

// A product ID as it stands in the document, with the number the document has for this text: equal numbers, equal texts. Tests work on
// the numbers, through ProductMap.
struct ProductId {
  Text text;
  std::uint32_t number = 0;
  operator Text() const { return text; }  // NOLINT(google-explicit-constructor): it is that text
};

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
  enum class Kind : std::uint8_t { other, vendor, product_name, product_version, product_version_range };
  Kind kind = Kind::other;  // the category, where tests ask for it
};

// A full_product_name_t, wherever in the product tree it stands.
struct Product {
  enum class Origin : std::uint8_t { branch, full_product_name, relationship };
  Origin origin = Origin::full_product_name;
  std::uint32_t position = 0;  // index of the branch, list item or relationship
  ProductId id;
  Text name;
  std::optional<JsonView> helper;  // product_identification_helper
  Text purl, cpe;
  bool has_hashes = false, has_urls = false;  // the helper has `hashes`; it has `sbom_urls` or `x_generic_uris`
};

struct Relationship {
  Text category;                  // "default_component_of", "installed_on", …
  ProductId product, relates_to;  // the component, and what it is part of or installed on
  ProductId combined;             // the product ID this relationship defines
};

struct ProductGroup {
  Text id, summary;
  std::vector<ProductId> products;
};

// Which products something is said of; products_of() resolves the groups.
struct Scope {
  std::vector<ProductId> products;
  std::vector<Text> groups;
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
  std::vector<ProductId> products;
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
  std::array<std::vector<ProductId>, kStatusCount> status;
  std::vector<Flag> flags;
  std::vector<Threat> threats;
  std::vector<Remediation> remediations;
  std::vector<Score> scores;
  std::vector<Involvement> involvements;

  [[nodiscard]] const std::vector<ProductId>& of(Status s) const { return status[static_cast<std::size_t>(s)]; }
};

struct Revision {
  Text date, number;
};

struct Reference {
  Text category, url;  // a missing category is "external", as the schema's default says
};

// Numbers product IDs. A document says several things of the same products in the same order, so the ID that followed the last one before
// is tried first; only where it is another one is the table asked.
class ProductNumbers {
 public:
  [[nodiscard]] std::uint32_t size() const { return table_.size(); }
  [[nodiscard]] std::optional<std::uint32_t> find(Text text) const { return table_.find(text); }
  std::uint32_t add(Text text) {
    const std::uint32_t guess = last_ < followers_.size() ? followers_[last_] : 0;
    if (guess < table_.size() && same_text(table_.text(guess), text)) return last_ = guess;
    return add_unforeseen(text);
  }
  void reserve_more(std::size_t count) { table_.reserve(table_.size() + count); }

 private:
  std::uint32_t add_unforeseen(Text text);
  TextTable table_;
  std::vector<std::uint32_t> followers_;  // of each number, the one that came behind it last
  std::uint32_t last_ = 0xFFFFFFFF;
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
  bool is_each_id_defined_once = false;  // each product ID that stands anywhere in the document is that of one product, and of no second

  std::vector<Branch> branches;  // parents before children
  std::vector<Product> products;
  std::vector<Relationship> relationships;
  std::vector<ProductGroup> groups;
  std::vector<Vulnerability> vulnerabilities;

  std::unordered_map<Text, std::uint32_t> group_by_id;  // first definition of a group ID, as an index into groups

  [[nodiscard]] const Product* product(Text product_id) const;        // first definition; nullptr: none
  [[nodiscard]] const Product* product(ProductId product_id) const {  // the same, without a search
    if (product_id.number >= product_of_number_.size()) return nullptr;
    const std::uint32_t index = product_of_number_[product_id.number];
    return index == kNoProduct ? nullptr : &products[index];
  }
  [[nodiscard]] std::uint32_t product_numbers() const { return product_ids_.size(); }
  // Product IDs of a scope with its groups resolved, in order, with repetitions; unknown groups add nothing.
  [[nodiscard]] std::vector<ProductId> products_of(const Scope& scope) const;
  template <class Visit>
  void each_product_of(const Scope& scope, Visit visit) const {
    for (const ProductId p : scope.products) visit(p);
    for (const Text group : scope.groups)
      if (const auto found = group_by_id.find(group); found != group_by_id.end())
        for (const ProductId p : groups[found->second].products) visit(p);
  }
  [[nodiscard]] std::string branch_pointer(std::uint32_t branch) const;  // "/product_tree/branches/0/branches/2"
  [[nodiscard]] std::string product_pointer(const Product& product) const;

 private:
  explicit Document(JsonDocument parsed) : json(std::move(parsed)) {}
  void read_header(JsonView root);
  void read_tree(JsonView tree);
  void read_branches(JsonView list, std::uint32_t parent_index);
  void add_product(JsonView node, Product::Origin origin, std::uint32_t position);
  void read_vulnerability(JsonView node, Vulnerability& v);
  void read_statements(Text key, JsonView list, Vulnerability& v);
  bool read_scope_member(Text key, JsonView value, Scope& scope);
  ProductId product_id(Text text) { return {text, product_ids_.add(text)}; }
  void read_product_ids(JsonView list, std::vector<ProductId>& out);

  ProductNumbers product_ids_;
  std::vector<std::uint32_t> product_of_number_;  // index into products, or kNoProduct; may be shorter than product_ids_
  static constexpr std::uint32_t kNoProduct = 0xFFFFFFFF;
};

// A value for each product ID of a document; forgetting all of them takes one step.
template <class T>
class ProductMap {
 public:
  explicit ProductMap(const Document& document) : slots_(document.product_numbers()) {}
  void clear() { ++now_; }
  [[nodiscard]] const T* find(ProductId id) const { return slots_[id.number].set == now_ ? &slots_[id.number].value : nullptr; }
  // The value, and whether it was set just now (to `first`).
  std::pair<T&, bool> add(ProductId id, T first) {
    Slot& slot = slots_[id.number];
    const bool is_new = slot.set != now_;
    if (is_new) slot = {now_, first};
    return {slot.value, is_new};
  }

 private:
  struct Slot {
    std::uint32_t set = 0;
    T value{};
  };
  std::vector<Slot> slots_;
  std::uint32_t now_ = 1;
};

class ProductSet {
 public:
  explicit ProductSet(const Document& document) : map_(document) {}
  void clear() {
    map_.clear();
    size_ = 0;
  }
  bool insert(ProductId id) {  // false: it was in
    const bool is_new = map_.add(id, {}).second;
    size_ += is_new ? 1 : 0;
    return is_new;
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool contains(ProductId id) const { return map_.find(id) != nullptr; }

 private:
  struct Nothing {};
  ProductMap<Nothing> map_;
  std::size_t size_ = 0;
};

// The file name section 5.1 demands for a tracking ID.
[[nodiscard]] std::string file_name_of(Text tracking_id);

}  // namespace entente::csaf
