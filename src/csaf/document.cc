// Reads a CSAF document in one walk over simdjson's tape: branches are flattened into an array with parent links (parents first), every
// full product name becomes one Product, product IDs are numbered through one hash table, and each vulnerability keeps views of its lists.
#include "csaf/document.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/file.h"

namespace entente::csaf {
namespace {

constexpr std::array<Text, kStatusCount> kStatusNames = {"first_affected",     "first_fixed",   "fixed",       "known_affected",
                                                         "known_not_affected", "last_affected", "recommended", "under_investigation"};

Text document_string(JsonView value) { return value.is_string() ? value.get_string().value_unsafe() : Text{}; }
Text document_text(JsonView object, Text key) { return json_string(object, key).value_or(Text{}); }

void document_texts(JsonView list, std::vector<Text>& out) {
  const auto array = as_array(list);
  if (!array) return;
  out.reserve(array->size());
  for (const JsonView item : *array) out.push_back(document_string(item));  // keeps indices those of the document
}

void take_category(Branch& branch, Text category) {
  branch.category = category;
  branch.kind = same_text(category, "product_version")         ? Branch::Kind::product_version
                : same_text(category, "product_version_range") ? Branch::Kind::product_version_range
                : same_text(category, "product_name")          ? Branch::Kind::product_name
                : same_text(category, "vendor")                ? Branch::Kind::vendor
                                                               : Branch::Kind::other;
}

// If `key` is `wanted`, takes the value's text.
bool document_take(Text key, JsonView value, Text wanted, Text& out) {
  if (!same_text(key, wanted)) return false;
  out = document_string(value);
  return true;
}

template <class Visit>
void document_items(JsonView list, Visit visit) {
  const auto array = as_array(list);
  if (!array) return;
  for (const JsonView item : *array) visit(item);
}

// Room for so many more, at least doubling what there is, so that many small lists do not move the items again and again.
template <class Item>
void document_reserve(std::vector<Item>& items, std::size_t more) {
  if (items.capacity() - items.size() < more) items.reserve(std::max(items.size() + more, items.capacity() * 2));
}

template <class Visit>
void document_members(JsonView object, Visit visit) {
  if (!object.is_object()) return;
  const simdjson::dom::object members = object.get_object().value_unsafe();
  for (const auto field : members) visit(field.key, field.value);
}

template <class Visit>
void document_each(JsonView object, Text key, Visit visit) {
  const auto array = json_array(object, key);
  if (!array) return;
  for (const JsonView item : *array) visit(item);
}

}  // namespace

std::uint32_t ProductNumbers::add_unforeseen(Text text) {
  const std::uint32_t number = table_.add(text).number;
  if (number == followers_.size()) followers_.push_back(number + 1);
  if (last_ < followers_.size()) followers_[last_] = number;
  return last_ = number;
}

// Keeps indices those of the document: what is no string is an empty ID.
void Document::read_product_ids(JsonView list, std::vector<ProductId>& out) {
  if (!list.is_array()) return;
  const simdjson::dom::array array = list.get_array().value_unsafe();
  out.reserve(array.size());
  for (const JsonView item : array) out.push_back(product_id(document_string(item)));
}

// Takes a member of an item that says something of products.
bool Document::read_scope_member(Text key, JsonView value, Scope& scope) {
  if (same_text(key, "product_ids"))
    read_product_ids(value, scope.products);
  else if (same_text(key, "group_ids"))
    document_texts(value, scope.groups);
  else
    return false;
  return true;
}

void Document::read_statements(Text key, JsonView list, Vulnerability& v) {
  if (same_text(key, "flags"))
    document_items(list, [&](JsonView item) {
      Flag& f = v.flags.emplace_back();
      document_members(item, [&](Text name, JsonView value) {
        read_scope_member(name, value, f.scope) || document_take(name, value, "label", f.label) ||
            document_take(name, value, "date", f.date);
      });
    });
  else if (same_text(key, "threats"))
    document_items(list, [&](JsonView item) {
      Threat& t = v.threats.emplace_back();
      document_members(item, [&](Text name, JsonView value) {
        read_scope_member(name, value, t.scope) || document_take(name, value, "category", t.category) ||
            document_take(name, value, "details", t.details) || document_take(name, value, "date", t.date);
      });
    });
  else if (same_text(key, "remediations"))
    document_items(list, [&](JsonView item) {
      Remediation& r = v.remediations.emplace_back();
      document_members(item, [&](Text name, JsonView value) {
        read_scope_member(name, value, r.scope) || document_take(name, value, "category", r.category) ||
            document_take(name, value, "details", r.details) || document_take(name, value, "url", r.url) ||
            document_take(name, value, "date", r.date);
      });
    });
  else if (same_text(key, "scores"))
    document_items(list, [&](JsonView item) {
      Score& s = v.scores.emplace_back();
      document_members(item, [&](Text name, JsonView value) {
        if (same_text(name, "products"))
          read_product_ids(value, s.products);
        else if (same_text(name, "cvss_v2"))
          s.cvss_v2 = value;
        else if (same_text(name, "cvss_v3"))
          s.cvss_v3 = value;
      });
    });
}

void Document::read_vulnerability(JsonView node, Vulnerability& v) {
  document_members(node, [&](Text key, JsonView value) {
    if (document_take(key, value, "cve", v.cve) || document_take(key, value, "title", v.title)) return;
    if (same_text(key, "cwe")) {
      v.has_cwe = true;
      v.cwe_id = document_text(value, "id");
      v.cwe_name = document_text(value, "name");
    } else if (same_text(key, "notes")) {
      v.has_notes = true;
    } else if (same_text(key, "ids")) {
      v.has_ids = true;
      document_items(value, [&](JsonView i) { v.ids.push_back({document_text(i, "system_name"), document_text(i, "text")}); });
    } else if (same_text(key, "product_status")) {
      v.has_status = true;
      document_members(value, [&](Text status, JsonView list) {
        for (std::size_t s = 0; s < kStatusCount; ++s)
          if (same_text(status, kStatusNames[s])) read_product_ids(list, v.status[s]);
      });
    } else if (same_text(key, "involvements")) {
      document_items(value, [&](JsonView i) {
        v.involvements.push_back({document_text(i, "party"), document_text(i, "status"), document_text(i, "date")});
      });
    } else {
      read_statements(key, value, v);
    }
  });
}

Text status_name(Status status) { return kStatusNames[static_cast<std::size_t>(status)]; }

void Document::read_header(JsonView root) {
  const auto document = json_get(root, "document");
  if (!document) return;
  category = document_text(*document, "category");
  lang = document_text(*document, "lang");
  source_lang = document_text(*document, "source_lang");
  title = document_text(*document, "title");
  document_each(*document, "notes", [&](JsonView n) { note_categories.push_back(document_text(n, "category")); });
  document_each(*document, "references",
                [&](JsonView r) { references.push_back({json_string(r, "category").value_or("external"), document_text(r, "url")}); });
  if (const auto publisher = json_get(*document, "publisher")) {
    publisher_category = document_text(*publisher, "category");
    publisher_name = document_text(*publisher, "name");
    publisher_namespace = document_text(*publisher, "namespace");
  }
  if (const auto distribution = json_get(*document, "distribution"))
    if (const auto tlp = json_get(*distribution, "tlp")) tlp_label = document_text(*tlp, "label");
  const auto tracking = json_get(*document, "tracking");
  if (!tracking) return;
  id = document_text(*tracking, "id");
  document_status = document_text(*tracking, "status");
  version = document_text(*tracking, "version");
  initial_release_date = document_text(*tracking, "initial_release_date");
  current_release_date = document_text(*tracking, "current_release_date");
  document_each(*tracking, "revision_history",
                [&](JsonView r) { revisions.push_back({document_text(r, "date"), document_text(r, "number")}); });
}

void Document::add_product(JsonView node, Product::Origin origin, std::uint32_t position) {
  Product& p = products.emplace_back();
  p.origin = origin;
  p.position = position;
  Text id_text;
  document_members(node, [&](Text key, JsonView value) {
    if (same_text(key, "name"))
      p.name = document_string(value);
    else if (same_text(key, "product_id"))
      id_text = document_string(value);
    else if (same_text(key, "product_identification_helper"))
      p.helper = value;
  });
  p.id = product_id(id_text);
  if (p.helper)
    document_members(*p.helper, [&](Text key, JsonView value) {
      if (same_text(key, "purl"))
        p.purl = document_string(value);
      else if (same_text(key, "cpe"))
        p.cpe = document_string(value);
      else if (same_text(key, "hashes"))
        p.has_hashes = true;
      else if (same_text(key, "sbom_urls") || same_text(key, "x_generic_uris"))
        p.has_urls = true;
    });
  while (product_of_number_.size() <= p.id.number) product_of_number_.push_back(kNoProduct);
  std::uint32_t& first = product_of_number_[p.id.number];
  if (first == kNoProduct) first = static_cast<std::uint32_t>(products.size() - 1);
}

// Depth is bounded by the JSON reader.
void Document::read_branches(JsonView list, std::uint32_t parent_index) {
  std::uint32_t position = 0;
  const auto array = as_array(list);
  if (!array) return;
  document_reserve(branches, array->size());
  if (parent_index != Branch::kRoot) {
    document_reserve(products, array->size());
    product_ids_.reserve_more(array->size());
  }
  for (const JsonView node : *array) {
    const auto index = static_cast<std::uint32_t>(branches.size());
    Branch branch{parent_index, position++, {}, {}, Branch::Kind::other};
    std::optional<JsonView> product_node, below;
    document_members(node, [&](Text key, JsonView value) {
      if (same_text(key, "category"))
        take_category(branch, document_string(value));
      else if (same_text(key, "name"))
        branch.name = document_string(value);
      else if (same_text(key, "product"))
        product_node = value;
      else if (same_text(key, "branches"))
        below = value;
    });
    branches.push_back(branch);
    if (product_node) add_product(*product_node, Product::Origin::branch, index);
    if (below) read_branches(*below, index);
  }
}

void Document::read_tree(JsonView tree) {
  if (const auto list = json_get(tree, "branches")) read_branches(*list, Branch::kRoot);
  std::uint32_t position = 0;
  document_each(tree, "full_product_names", [&](JsonView p) { add_product(p, Product::Origin::full_product_name, position++); });
  position = 0;
  document_each(tree, "relationships", [&](JsonView r) {
    Relationship& relation = relationships.emplace_back();
    relation.category = document_text(r, "category");
    relation.product = product_id(document_text(r, "product_reference"));
    relation.relates_to = product_id(document_text(r, "relates_to_product_reference"));
    relation.combined = product_id({});
    if (const auto name = json_get(r, "full_product_name")) {
      add_product(*name, Product::Origin::relationship, position);
      relation.combined = products.back().id;
    }
    ++position;
  });
  document_each(tree, "product_groups", [&](JsonView g) {
    ProductGroup& group = groups.emplace_back();
    group.id = document_text(g, "group_id");
    group.summary = document_text(g, "summary");
    if (const auto list = json_get(g, "product_ids")) read_product_ids(*list, group.products);
    group_by_id.emplace(group.id, static_cast<std::uint32_t>(groups.size() - 1));
  });
}

Result<Document> Document::parse(std::string_view text, std::string name) {
  ENTENTE_TRY(JsonDocument json, JsonDocument::parse(text, std::move(name)));
  Document d(std::move(json));
  const JsonView root = d.json.root();
  d.read_header(root);
  if (const auto tree = json_get(root, "product_tree")) {
    d.has_product_tree = true;
    d.read_tree(*tree);
  }
  if (const auto list = json_get(root, "vulnerabilities")) {
    d.has_vulnerabilities = true;
    if (const auto items = as_array(*list)) d.vulnerabilities.reserve(items->size());
    document_items(*list, [&](JsonView v) { d.read_vulnerability(v, d.vulnerabilities.emplace_back()); });
  }
  // As many products as IDs, and none without a product: so each has one.
  const auto& first = d.product_of_number_;
  d.is_each_id_defined_once = d.products.size() == d.product_numbers() && first.size() == d.products.size() &&
                              std::find(first.begin(), first.end(), kNoProduct) == first.end();
  return d;
}

Result<Document> Document::read(const std::filesystem::path& path) {
  ENTENTE_TRY(const std::string text, read_file(path, JsonLimits{}.max_bytes));
  return parse(text, path.string());
}

const Product* Document::product(Text product_id) const {
  const auto number = product_ids_.find(product_id);
  return number ? product(ProductId{product_id, *number}) : nullptr;
}

std::vector<ProductId> Document::products_of(const Scope& scope) const {
  std::vector<ProductId> out;
  each_product_of(scope, [&](ProductId p) { out.push_back(p); });
  return out;
}

std::string Document::branch_pointer(std::uint32_t branch) const {
  std::string out;
  for (; branch != Branch::kRoot; branch = branches[branch].parent) out = fmt::format("/branches/{}", branches[branch].position) + out;
  return "/product_tree" + out;
}

std::string Document::product_pointer(const Product& p) const {
  if (p.origin == Product::Origin::branch) return branch_pointer(p.position) + "/product";
  if (p.origin == Product::Origin::full_product_name) return fmt::format("/product_tree/full_product_names/{}", p.position);
  return fmt::format("/product_tree/relationships/{}/full_product_name", p.position);
}

std::string file_name_of(Text tracking_id) {
  std::string out;
  bool replaced = false;
  for (char c : tracking_id) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
    if (kept)
      out += c;
    else if (!replaced)
      out += '_';
    replaced = !kept;
  }
  return out + ".json";
}

}  // namespace entente::csaf
