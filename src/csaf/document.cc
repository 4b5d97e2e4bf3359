// Reads a CSAF document in one walk over simdjson's tape: branches are flattened into an array with parent links (parents first), every
// full product name becomes one Product, product IDs are numbered through one hash table, and each vulnerability keeps views of its lists.
#include "csaf/document.h"

#include <fmt/format.h>

#include "core/file.h"

namespace entente::csaf {
namespace {

constexpr std::array<Text, kStatusCount> kStatusNames = {"first_affected",     "first_fixed",   "fixed",       "known_affected",
                                                         "known_not_affected", "last_affected", "recommended", "under_investigation"};

Text document_text(JsonView object, Text key) { return json_string(object, key).value_or(Text{}); }

void document_texts(JsonView object, Text key, std::vector<Text>& out) {
  const auto array = json_array(object, key);
  if (!array) return;
  out.reserve(array->size());
  for (const JsonView item : *array)
    if (const auto text = as_string(item))
      out.push_back(*text);
    else
      out.emplace_back();  // keeps indices those of the document
}

template <class Visit>
void document_members(JsonView object, Visit visit) {
  const auto members = as_object(object);
  if (!members) return;
  for (const auto field : *members) visit(field.key, field.value);
}

template <class Visit>
void document_each(JsonView object, Text key, Visit visit) {
  const auto array = json_array(object, key);
  if (!array) return;
  for (const JsonView item : *array) visit(item);
}

}  // namespace

void Document::read_product_ids(JsonView object, Text key, std::vector<ProductId>& out) {
  const auto array = json_array(object, key);
  if (!array) return;
  out.reserve(array->size());
  for (const JsonView item : *array) out.push_back(product_id(as_string(item).value_or(Text{})));  // keeps indices those of the document
}

Scope Document::read_scope(JsonView item) {
  Scope scope;
  read_product_ids(item, "product_ids", scope.products);
  document_texts(item, "group_ids", scope.groups);
  return scope;
}

void Document::read_statements(JsonView node, Vulnerability& v) {
  document_each(node, "flags",
                [&](JsonView f) { v.flags.push_back({document_text(f, "label"), document_text(f, "date"), read_scope(f)}); });
  document_each(node, "threats", [&](JsonView t) {
    v.threats.push_back({document_text(t, "category"), document_text(t, "details"), document_text(t, "date"), read_scope(t)});
  });
  document_each(node, "remediations", [&](JsonView r) {
    v.remediations.push_back(
        {document_text(r, "category"), document_text(r, "details"), document_text(r, "url"), document_text(r, "date"), read_scope(r)});
  });
  document_each(node, "scores", [&](JsonView s) {
    Score& score = v.scores.emplace_back();
    read_product_ids(s, "products", score.products);
    score.cvss_v2 = json_get(s, "cvss_v2");
    score.cvss_v3 = json_get(s, "cvss_v3");
  });
}

Vulnerability Document::read_vulnerability(JsonView node) {
  Vulnerability v;
  v.cve = document_text(node, "cve");
  v.title = document_text(node, "title");
  if (const auto cwe = json_get(node, "cwe")) {
    v.has_cwe = true;
    v.cwe_id = document_text(*cwe, "id");
    v.cwe_name = document_text(*cwe, "name");
  }
  v.has_notes = json_get(node, "notes").has_value();
  v.has_ids = json_get(node, "ids").has_value();
  document_each(node, "ids", [&](JsonView i) { v.ids.push_back({document_text(i, "system_name"), document_text(i, "text")}); });
  if (const auto status = json_get(node, "product_status")) {
    v.has_status = true;
    for (std::size_t s = 0; s < kStatusCount; ++s) read_product_ids(*status, kStatusNames[s], v.status[s]);
  }
  read_statements(node, v);
  document_each(node, "involvements", [&](JsonView i) {
    v.involvements.push_back({document_text(i, "party"), document_text(i, "status"), document_text(i, "date")});
  });
  return v;
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
  Product p;
  p.origin = origin;
  p.position = position;
  Text id_text;
  document_members(node, [&](Text key, JsonView value) {
    if (same_text(key, "name"))
      p.name = as_string(value).value_or(Text{});
    else if (same_text(key, "product_id"))
      id_text = as_string(value).value_or(Text{});
    else if (same_text(key, "product_identification_helper"))
      p.helper = value;
  });
  p.id = product_id(id_text);
  if (p.helper)
    document_members(*p.helper, [&](Text key, JsonView value) {
      if (same_text(key, "purl"))
        p.purl = as_string(value).value_or(Text{});
      else if (same_text(key, "cpe"))
        p.cpe = as_string(value).value_or(Text{});
      else if (same_text(key, "hashes"))
        p.has_hashes = true;
      else if (same_text(key, "sbom_urls") || same_text(key, "x_generic_uris"))
        p.has_urls = true;
    });
  if (product_of_number_.size() <= p.id.number) product_of_number_.resize(p.id.number + 1, kNoProduct);
  std::uint32_t& first = product_of_number_[p.id.number];
  if (first == kNoProduct) first = static_cast<std::uint32_t>(products.size());
  products.push_back(p);
}

// Depth is bounded by the JSON reader.
void Document::read_branches(JsonView list, std::uint32_t parent_index) {
  std::uint32_t position = 0;
  const auto array = as_array(list);
  if (!array) return;
  for (const JsonView node : *array) {
    const auto index = static_cast<std::uint32_t>(branches.size());
    Branch branch{parent_index, position++, {}, {}};
    std::optional<JsonView> product_node, below;
    document_members(node, [&](Text key, JsonView value) {
      if (same_text(key, "category"))
        branch.category = as_string(value).value_or(Text{});
      else if (same_text(key, "name"))
        branch.name = as_string(value).value_or(Text{});
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
    read_product_ids(g, "product_ids", group.products);
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
    document_each(root, "vulnerabilities", [&](JsonView v) { d.vulnerabilities.push_back(d.read_vulnerability(v)); });
  }
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

const Product* Document::product(ProductId product_id) const {
  if (product_id.number >= product_of_number_.size()) return nullptr;
  const std::uint32_t index = product_of_number_[product_id.number];
  return index == kNoProduct ? nullptr : &products[index];
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
