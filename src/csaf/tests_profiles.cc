// Tests 6.1.26 and 6.1.27.1 to 6.1.27.11: what each profile (document category) demands.
#include <algorithm>

#include "csaf/checks.h"

namespace entente::csaf {
namespace {

// In lower case without dashes, white space and underscores.
std::string squeezed(Text text) {
  std::string out;
  for (const char ch : text) {
    if (ch == '-' || ch == '_' || ch == ' ' || (ch >= '\t' && ch <= '\r')) continue;
    out += ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch;
  }
  return out;
}

void test_category_name(Check& c) {
  if (c.is({"csaf_base", "csaf_security_incident_response", "csaf_informational_advisory", "csaf_security_advisory", "csaf_vex"})) return;
  const std::string name = squeezed(c.document.category);
  bool prohibited = false;
  for (const Text profile : {"securityincidentresponse", "informationaladvisory", "securityadvisory", "vex"})
    prohibited = prohibited || name == profile || name == "csaf" + std::string(profile);
  const Text category = c.document.category;
  const bool reserved =
      category.size() > 4 && squeezed(category.substr(0, 4)) == "csaf" && (category[4] == '_' || category[4] == '-' || category[4] == ' ');
  if (prohibited || reserved)
    c.fail("/document/category",
           fmt::format("{} is {}", in_quotes(category),
                       reserved ? "in the reserved name space csaf_" : "the name of a profile in another spelling"),
           "use the profile's own value, or another name");
}

void test_document_notes(Check& c) {
  if (!c.is({"csaf_informational_advisory", "csaf_security_incident_response"})) return;
  for (const Text category : c.document.note_categories)
    if (category == "description" || category == "details" || category == "general" || category == "summary") return;
  c.fail("/document/notes", "no note of the category description, details, general or summary", "add one");
}

void test_document_references(Check& c) {
  if (!c.is({"csaf_informational_advisory", "csaf_security_incident_response"})) return;
  for (const Reference& r : c.document.references)
    if (r.category == "external") return;
  c.fail("/document/references", "no reference of the category external", "add one");
}

void test_no_vulnerabilities(Check& c) {
  if (c.is({"csaf_informational_advisory"}) && c.document.has_vulnerabilities)
    c.fail("/vulnerabilities", "an informational advisory has no vulnerabilities", "remove them, or use the category csaf_base");
}

void test_product_tree(Check& c) {
  if (c.is({"csaf_security_advisory", "csaf_vex"}) && !c.document.has_product_tree)
    c.fail("/product_tree", "there is no product tree", "add the products concerned");
}

template <class Holds>
void each_vulnerability(Check& c, const char* member, const char* what, const char* repair, Holds holds) {
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v)
    if (!holds(c.document.vulnerabilities[v])) c.fail(fmt::format("/vulnerabilities/{}{}", v, member), what, repair);
}

void test_vulnerability_notes(Check& c) {
  if (c.is({"csaf_security_advisory", "csaf_vex"}))
    each_vulnerability(c, "/notes", "the vulnerability has no notes", "add a note", [](const Vulnerability& v) { return v.has_notes; });
}

void test_product_status(Check& c) {
  if (c.is({"csaf_security_advisory"}))
    each_vulnerability(c, "/product_status", "the vulnerability has no product_status", "say which products are affected or fixed",
                       [](const Vulnerability& v) { return v.has_status; });
}

void test_vex_status(Check& c) {
  if (c.is({"csaf_vex"}))
    each_vulnerability(c, "/product_status", "none of fixed, known_affected, known_not_affected and under_investigation is present",
                       "add the one that holds", [](const Vulnerability& v) {
                         return !v.of(Status::fixed).empty() || !v.of(Status::known_affected).empty() ||
                                !v.of(Status::known_not_affected).empty() || !v.of(Status::under_investigation).empty();
                       });
}

void test_vulnerability_id(Check& c) {
  if (c.is({"csaf_vex"}))
    each_vulnerability(c, "", "the vulnerability has neither cve nor ids", "add its CVE or another ID",
                       [](const Vulnerability& v) { return !v.cve.empty() || v.has_ids; });
}

// Products of `status` that none of `spoken_of` holds.
void demand_statement(Check& c, std::size_t v, Status status, const ProductSet& spoken_of, const char* kind, const char* repair) {
  const auto& products = c.document.vulnerabilities[v].of(status);
  for (std::size_t i = 0; i < products.size(); ++i)
    if (!spoken_of.contains(products[i]))
      c.fail(fmt::format("/vulnerabilities/{}/product_status/{}/{}", v, status_name(status), i),
             fmt::format("there is no {} statement for {}", kind, in_quotes(products[i])), repair);
}

void test_impact_statements(Check& c) {
  if (!c.is({"csaf_vex"})) return;
  ProductSet spoken_of(c.document);
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    spoken_of.clear();
    for (const Flag& f : c.document.vulnerabilities[v].flags)
      c.document.each_product_of(f.scope, [&](ProductId p) { spoken_of.insert(p); });
    for (const Threat& t : c.document.vulnerabilities[v].threats)
      if (t.category == "impact") c.document.each_product_of(t.scope, [&](ProductId p) { spoken_of.insert(p); });
    demand_statement(c, v, Status::known_not_affected, spoken_of, "impact",
                     "add a flag, or a threat of the category impact, for the product");
  }
}

void test_action_statements(Check& c) {
  if (!c.is({"csaf_vex"})) return;
  ProductSet spoken_of(c.document);
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    spoken_of.clear();
    for (const Remediation& r : c.document.vulnerabilities[v].remediations)
      c.document.each_product_of(r.scope, [&](ProductId p) { spoken_of.insert(p); });
    demand_statement(c, v, Status::known_affected, spoken_of, "action", "add a remediation for the product");
  }
}

void test_vulnerabilities_exist(Check& c) {
  if (c.is({"csaf_security_advisory", "csaf_vex"}) && !c.document.has_vulnerabilities)
    c.fail("/vulnerabilities", "there are no vulnerabilities", "add those the document is about");
}

}  // namespace

const std::vector<TestEntry>& profile_tests() {
  static const std::vector<TestEntry> tests = {
      {{"6.1.26", "Prohibited Document Category Name", Group::mandatory}, test_category_name},
      {{"6.1.27.1", "Document Notes", Group::mandatory}, test_document_notes},
      {{"6.1.27.2", "Document References", Group::mandatory}, test_document_references},
      {{"6.1.27.3", "Vulnerabilities", Group::mandatory}, test_no_vulnerabilities},
      {{"6.1.27.4", "Product Tree", Group::mandatory}, test_product_tree},
      {{"6.1.27.5", "Vulnerability Notes", Group::mandatory}, test_vulnerability_notes},
      {{"6.1.27.6", "Product Status", Group::mandatory}, test_product_status},
      {{"6.1.27.7", "VEX Product Status", Group::mandatory}, test_vex_status},
      {{"6.1.27.8", "Vulnerability ID", Group::mandatory}, test_vulnerability_id},
      {{"6.1.27.9", "Impact Statement", Group::mandatory}, test_impact_statements},
      {{"6.1.27.10", "Action Statement", Group::mandatory}, test_action_statements},
      {{"6.1.27.11", "Vulnerabilities", Group::mandatory}, test_vulnerabilities_exist},
  };
  return tests;
}

}  // namespace entente::csaf
