// CSAF 2.0 as VEX (section 4.5 and the product tree of 3.2.2). Products stand in three places of the tree, and relationships make further
// ones of two: such a product is its `product_reference` as a subcomponent of what it relates to. Each group of product_status is one
// status; product groups are spelt out where flags and threats name them.
#include <fmt/format.h>
#include <map>
#include <set>

#include "core/utf8.h"
#include "measures/p6_supply/vex_readers.h"

namespace entente::measures::p6_supply {
namespace {

constexpr std::size_t kMaxCsafProducts = 1'000'000;
constexpr int kMaxChain = 16;  // relationships of relationships

struct CsafRelation {
  std::string part, whole;
};
struct CsafProducts {
  std::map<std::string, VexSoftware, std::less<>> plain;
  std::map<std::string, CsafRelation, std::less<>> composite;
  std::map<std::string, std::vector<std::string>, std::less<>> groups;
};

std::string csaf_text(JsonView object, std::string_view member) { return std::string(json_string(object, member).value_or("")); }

VexSoftware csaf_software(JsonView product) {
  VexSoftware out{.id = csaf_text(product, "product_id")};
  const auto helper = json_get(product, "product_identification_helper");
  if (!helper) return out;
  if (const auto purl = json_string(*helper, "purl")) out.purl = purl_of(*purl);
  out.cpe = csaf_text(*helper, "cpe");
  if (const auto hashes = json_array(*helper, "hashes"))
    for (const JsonView file : *hashes)
      if (const auto list = json_array(file, "file_hashes"))
        for (const JsonView hash : *list) add_vex_hash(out.hashes, csaf_text(hash, "algorithm"), csaf_text(hash, "value"));
  return out;
}

void take_product(JsonView product, CsafProducts& out) {
  VexSoftware software = csaf_software(product);
  if (!software.id.empty() && out.plain.size() < kMaxCsafProducts) out.plain.emplace(software.id, std::move(software));
}

void take_branches(JsonView parent, CsafProducts& out) {  // as deep as the document's limit allows
  const auto branches = json_array(parent, "branches");
  if (!branches) return;
  for (const JsonView branch : *branches) {
    if (const auto product = json_get(branch, "product")) take_product(*product, out);
    take_branches(branch, out);
  }
}

CsafProducts products_of(JsonView tree) {
  CsafProducts out;
  take_branches(tree, out);
  if (const auto names = json_array(tree, "full_product_names"))
    for (const JsonView product : *names) take_product(product, out);
  if (const auto relationships = json_array(tree, "relationships"))
    for (const JsonView r : *relationships)
      if (const auto product = json_get(r, "full_product_name"))
        out.composite.emplace(csaf_text(*product, "product_id"),
                              CsafRelation{csaf_text(r, "product_reference"), csaf_text(r, "relates_to_product_reference")});
  if (const auto groups = json_array(tree, "product_groups"))
    for (const JsonView group : *groups)
      if (const auto ids = json_array(group, "product_ids"))
        for (const JsonView id : *ids)
          if (const auto text = as_string(id)) out.groups[csaf_text(group, "group_id")].emplace_back(*text);
  return out;
}

// The outermost whole, and the innermost part in it; false if the tree does not say what the id is.
bool resolve(const CsafProducts& products, std::string id, VexStatement& out) {
  std::string part;
  for (int i = 0; i < kMaxChain; ++i) {
    const auto composite = products.composite.find(id);
    if (composite == products.composite.end()) break;
    if (part.empty()) part = composite->second.part;
    id = composite->second.whole;
  }
  for (int i = 0; i < kMaxChain && !part.empty(); ++i) {
    const auto composite = products.composite.find(part);
    if (composite == products.composite.end()) break;
    part = composite->second.part;
  }
  const auto whole = products.plain.find(id);
  if (whole == products.plain.end()) return false;
  out.product = whole->second;
  if (part.empty()) return true;
  const auto inner = products.plain.find(part);
  if (inner == products.plain.end()) return false;
  out.subcomponents = {inner->second};
  return true;
}

// What flags and threats (category "impact") say of each product: the reason for "not affected". Under "" what they say of all.
std::map<std::string, std::string, std::less<>> reasons_of(JsonView vulnerability, const CsafProducts& products) {
  std::map<std::string, std::string, std::less<>> out;
  const auto take = [&](JsonView item, const std::string& reason) {
    bool any = false;
    if (const auto ids = json_array(item, "product_ids"))
      for (const JsonView id : *ids)
        if (const auto text = as_string(id)) out.emplace(*text, reason), any = true;
    if (const auto ids = json_array(item, "group_ids"))
      for (const JsonView id : *ids)
        if (const auto text = as_string(id); text && products.groups.contains(*text))
          for (const std::string& member : products.groups.find(*text)->second) out.emplace(member, reason), any = true;
    if (!any) out.emplace("", reason);
  };
  if (const auto flags = json_array(vulnerability, "flags"))
    for (const JsonView flag : *flags) take(flag, csaf_text(flag, "label"));
  if (const auto threats = json_array(vulnerability, "threats"))
    for (const JsonView threat : *threats)
      if (csaf_text(threat, "category") == "impact") take(threat, csaf_text(threat, "details"));
  return out;
}

std::vector<std::string> csaf_names(JsonView vulnerability) {
  std::vector<std::string> out;
  if (const auto cve = json_string(vulnerability, "cve")) out.emplace_back(*cve);
  if (const auto ids = json_array(vulnerability, "ids"))
    for (const JsonView id : *ids)
      if (const auto text = json_string(id, "text")) out.emplace_back(*text);
  return out;
}

struct CsafGroup {
  const char* member;
  VexStatus status;
};
// "recommended" is advice, not a status.
constexpr CsafGroup kCsafGroups[] = {{"known_not_affected", VexStatus::not_affected},
                                     {"fixed", VexStatus::fixed},
                                     {"first_fixed", VexStatus::fixed},
                                     {"known_affected", VexStatus::affected},
                                     {"first_affected", VexStatus::affected},
                                     {"last_affected", VexStatus::affected},
                                     {"under_investigation", VexStatus::under_investigation}};

}  // namespace

Result<void> VexReader::csaf(JsonView root) {
  out_.format = VexFormat::csaf;
  const auto meta = json_get(root, "document");
  const auto tracking = json_get(*meta, "tracking");
  if (!tracking) return broken("/document/tracking", "the tracking of the document is missing");
  out_.id = csaf_text(*tracking, "id");
  if (const auto publisher = json_get(*meta, "publisher")) out_.author = csaf_text(*publisher, "name");
  ENTENTE_TRY(out_.at, time(*tracking, "/document/tracking", "current_release_date"));
  if (csaf_text(*tracking, "status") == "draft")
    return broken("/document/tracking/status", "this document is a draft", "a draft is nothing to rely on (CSAF 2.0, 3.2.1.12.7)");
  const auto tree = json_get(root, "product_tree");
  const CsafProducts products = tree ? products_of(*tree) : CsafProducts();
  const auto vulnerabilities = json_array(root, "vulnerabilities");
  if (!vulnerabilities) return {};
  std::size_t v = 0;
  for (const JsonView vulnerability : *vulnerabilities) {
    const std::string at = fmt::format("/vulnerabilities/{}", v++);
    const auto names = csaf_names(vulnerability);
    const auto status = json_get(vulnerability, "product_status");
    if (!status) continue;
    if (names.empty()) {
      problem(at, "this vulnerability has neither a CVE nor another id");
      continue;
    }
    const auto reasons = reasons_of(vulnerability, products);
    for (const CsafGroup& group : kCsafGroups) {
      const auto ids = json_array(*status, group.member);
      if (!ids) continue;
      std::size_t i = 0;
      for (const JsonView id : *ids) {
        VexStatement one{.vulnerabilities = names, .status = group.status, .at = out_.at};
        one.pointer = fmt::format("{}/product_status/{}/{}", at, group.member, i++);
        const std::string product(as_string(id).value_or(""));
        if (!resolve(products, product, one)) {
          problem(one.pointer, fmt::format("the product tree has no product \"{}\"", printable(product, 100)));
          continue;
        }
        if (const auto own = reasons.find(product); own != reasons.end())
          one.justification = own->second;
        else if (const auto all = reasons.find(""); all != reasons.end())
          one.justification = all->second;
        if (one.status == VexStatus::not_affected && one.justification.empty()) {
          problem(one.pointer, "\"known not affected\" without a flag or an impact statement cannot be relied on (CSAF 2.0, 4.5)");
          continue;
        }
        ENTENTE_CHECK(add(std::move(one)));
      }
    }
  }
  return {};
}

}  // namespace entente::measures::p6_supply
