// Mandatory tests 6.1.1 to 6.1.7, 6.1.11 to 6.1.13, 6.1.15, 6.1.23 to 6.1.25 and 6.1.28 to 6.1.33. Sets of product IDs are hash tables over
// views, so each test is linear in the document.
#include <algorithm>

#include "csaf/checks.h"

namespace entente::csaf {
namespace {

template <class Visit>
void each_reference(const Document& d, Visit visit) {
  const auto list = [&](const std::vector<ProductId>& ids, auto pointer) {
    for (std::size_t i = 0; i < ids.size(); ++i) visit(ids[i], [&, i] { return fmt::format("{}/{}", pointer(), i); });
  };
  for (std::size_t g = 0; g < d.groups.size(); ++g)
    list(d.groups[g].products, [g] { return fmt::format("/product_tree/product_groups/{}/product_ids", g); });
  for (std::size_t r = 0; r < d.relationships.size(); ++r) {
    visit(d.relationships[r].product, [r] { return fmt::format("/product_tree/relationships/{}/product_reference", r); });
    visit(d.relationships[r].relates_to, [r] { return fmt::format("/product_tree/relationships/{}/relates_to_product_reference", r); });
  }
  for (std::size_t v = 0; v < d.vulnerabilities.size(); ++v) {
    const Vulnerability& x = d.vulnerabilities[v];
    for (std::size_t s = 0; s < kStatusCount; ++s)
      list(x.status[s], [v, s] { return fmt::format("/vulnerabilities/{}/product_status/{}", v, status_name(static_cast<Status>(s))); });
    const auto scopes = [&](const auto& items, const char* member) {
      for (std::size_t i = 0; i < items.size(); ++i)
        list(items[i].scope.products, [v, i, member] { return fmt::format("/vulnerabilities/{}/{}/{}/product_ids", v, member, i); });
    };
    scopes(x.flags, "flags");
    scopes(x.remediations, "remediations");
    scopes(x.threats, "threats");
    for (std::size_t s = 0; s < x.scores.size(); ++s)
      list(x.scores[s].products, [v, s] { return fmt::format("/vulnerabilities/{}/scores/{}/products", v, s); });
  }
}

void test_missing_products(Check& c) {
  if (c.document.is_each_id_defined_once) return;
  each_reference(c.document, [&](ProductId id, auto pointer) {
    if (!id.text.empty() && c.document.product(id) == nullptr)
      c.fail(pointer(), fmt::format("product ID {} is not defined in the product tree", in_quotes(id)),
             "define the product, or correct the ID");
  });
}

void test_repeated_products(Check& c) {
  if (c.document.is_each_id_defined_once) return;
  for (std::size_t i = 0; i < c.document.products.size(); ++i) {
    const Product& p = c.document.products[i];
    if (!p.id.text.empty() && c.document.product(p.id) != &p)
      c.fail(c.document.product_pointer(p) + "/product_id", fmt::format("product ID {} is defined twice", in_quotes(p.id)),
             "give each product an ID of its own");
  }
}

// Depth-first over relationships with colours: a relationship met again while its own references are being followed closes a circle.
void test_circular_products(Check& c) {
  const auto& relations = c.document.relationships;
  if (relations.empty()) return;
  std::unordered_multimap<Text, std::size_t> by_product;
  for (std::size_t i = 0; i < relations.size(); ++i) by_product.emplace(relations[i].combined, i);
  enum : std::uint8_t { unseen, open, done };
  std::vector<std::uint8_t> state(relations.size(), unseen);
  struct Step {
    std::size_t relation;
    std::vector<std::size_t> next;
  };
  const auto next_of = [&](std::size_t r) {
    std::vector<std::size_t> out;
    for (const Text id : {relations[r].product, relations[r].relates_to}) {
      const auto [from, to] = by_product.equal_range(id);
      for (auto it = from; it != to; ++it) out.push_back(it->second);
    }
    return out;
  };
  for (std::size_t start = 0; start < relations.size(); ++start) {
    if (state[start] != unseen) continue;
    std::vector<Step> stack{{start, next_of(start)}};
    state[start] = open;
    while (!stack.empty()) {
      if (stack.back().next.empty()) {
        state[stack.back().relation] = done;
        stack.pop_back();
        continue;
      }
      const std::size_t to = stack.back().next.back();
      stack.back().next.pop_back();
      if (state[to] == open)
        c.fail(fmt::format("/product_tree/relationships/{}/full_product_name/product_id", to),
               fmt::format("the definition of {} leads back to itself", in_quotes(relations[to].combined)),
               "refer to products that do not depend on this one");
      if (state[to] != unseen) continue;
      state[to] = open;
      stack.push_back({to, next_of(to)});
    }
  }
}

void test_missing_groups(Check& c) {
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    const auto scopes = [&](const auto& items, const char* member) {
      for (std::size_t i = 0; i < items.size(); ++i)
        for (std::size_t g = 0; g < items[i].scope.groups.size(); ++g)
          if (const Text id = items[i].scope.groups[g]; !id.empty() && !c.document.group_by_id.contains(id))
            c.fail(fmt::format("/vulnerabilities/{}/{}/{}/group_ids/{}", v, member, i, g),
                   fmt::format("product group ID {} is not defined in the product tree", in_quotes(id)),
                   "define the group, or correct the ID");
    };
    scopes(c.document.vulnerabilities[v].flags, "flags");
    scopes(c.document.vulnerabilities[v].remediations, "remediations");
    scopes(c.document.vulnerabilities[v].threats, "threats");
  }
}

void test_repeated_groups(Check& c) {
  for (std::size_t i = 0; i < c.document.groups.size(); ++i)
    if (const Text id = c.document.groups[i].id; !id.empty() && c.document.group_by_id.at(id) != i)
      c.fail(fmt::format("/product_tree/product_groups/{}/group_id", i), fmt::format("product group ID {} is defined twice", in_quotes(id)),
             "give each group an ID of its own");
}

// Contradicting groups of 6.1.6; `recommended` contradicts none.
int status_side(Status s) {
  switch (s) {
    case Status::first_affected:
    case Status::known_affected:
    case Status::last_affected: return 1;
    case Status::known_not_affected: return 2;
    case Status::first_fixed:
    case Status::fixed: return 3;
    case Status::under_investigation: return 4;
    case Status::recommended: return 0;
  }
  return 0;
}

void test_contradicting_status(Check& c) {
  ProductMap<Status> seen(c.document);
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    seen.clear();
    for (std::size_t s = 0; s < kStatusCount; ++s) {
      const auto status = static_cast<Status>(s);
      const auto& products = c.document.vulnerabilities[v].status[s];
      if (status_side(status) == 0) continue;
      for (std::size_t i = 0; i < products.size(); ++i)
        if (const auto [first, is_new] = seen.add(products[i], status); !is_new && status_side(first) != status_side(status))
          c.fail(fmt::format("/vulnerabilities/{}/product_status/{}/{}", v, status_name(status), i),
                 fmt::format("{} is in {} and in {}", in_quotes(products[i]), status_name(first), status_name(status)),
                 "leave the product in one of the two");
    }
  }
}

void test_repeated_scores(Check& c) {
  ProductMap<std::uint32_t> first_version(c.document);  // of each product, as a number of `versions`
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    TextTable versions;
    std::unordered_set<std::uint64_t> further;  // product number and version number, from a product's second version on
    first_version.clear();
    const auto& scores = c.document.vulnerabilities[v].scores;
    // The schema lets a product stand in a list once.
    if (c.schema_valid && scores.size() == 1 && !(scores[0].cvss_v2 && scores[0].cvss_v3)) continue;
    for (std::size_t s = 0; s < scores.size(); ++s)
      for (const auto& object : {scores[s].cvss_v2, scores[s].cvss_v3}) {
        if (!object) continue;
        const Text version = json_string(*object, "version").value_or("");
        const std::uint32_t number = versions.add(version).number;
        for (std::size_t i = 0; i < scores[s].products.size(); ++i) {
          const ProductId product = scores[s].products[i];
          const auto [first, is_new] = first_version.add(product, number);
          if (!is_new && (first == number || !further.insert(std::uint64_t{product.number} << 32 | number).second))
            c.fail(fmt::format("/vulnerabilities/{}/scores/{}/products/{}", v, s, i),
                   fmt::format("{} has two scores of CVSS {}", in_quotes(product), version), "keep the one that applies to the product");
        }
      }
  }
}

void test_cwe(Check& c) {
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    const Vulnerability& x = c.document.vulnerabilities[v];
    if (!x.has_cwe) continue;
    const auto* names = c.state.weaknesses.names(x.cwe_id);
    if (names == nullptr)
      c.fail(fmt::format("/vulnerabilities/{}/cwe/id", v), fmt::format("there is no weakness {}", in_quotes(x.cwe_id)),
             "use an ID of the CWE list");
    else if (std::find(names->begin(), names->end(), x.cwe_name) == names->end())
      c.fail(fmt::format("/vulnerabilities/{}/cwe/name", v), fmt::format("{} is not called {}", x.cwe_id, in_quotes(x.cwe_name)),
             fmt::format("its name is {}", in_quotes(names->front())));
  }
}

void test_languages(Check& c) {
  for (const auto& [tag, pointer] :
       {std::pair{c.document.lang, "/document/lang"}, std::pair{c.document.source_lang, "/document/source_lang"}}) {
    if (tag.empty()) continue;
    const auto [verdict, culprit] = c.state.languages.judge(tag);
    if (verdict == LanguageVerdict::malformed || verdict == LanguageVerdict::unknown)
      c.fail(pointer,
             fmt::format("{} is no language: \"{}\" is {}", in_quotes(tag), culprit,
                         verdict == LanguageVerdict::unknown ? "not registered here" : "malformed"),
             "use a tag of BCP 47, such as \"en-US\"");
  }
}

void test_purls(Check& c) {
  for (const Product& p : c.document.products)
    if (!p.purl.empty())
      if (const std::string why = check_purl(p.purl); !why.empty())
        c.fail(c.document.product_pointer(p) + "/product_identification_helper/purl",
               fmt::format("{} is no package URL: {}", in_quotes(p.purl), why), "write it as pkg:type/namespace/name@version");
}

void test_translator(Check& c) {
  if (c.document.publisher_category == "translator" && c.document.source_lang.empty())
    c.fail("/document/source_lang", "a translator publishes the document, but source_lang is missing", "name the language translated from");
}

void test_repeated_cves(Check& c) {
  TextTable seen;
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v)
    if (const Text cve = c.document.vulnerabilities[v].cve; !cve.empty() && !seen.add(cve).is_new)
      c.fail(fmt::format("/vulnerabilities/{}/cve", v), fmt::format("{} is used by two vulnerabilities", cve), "join the two items");
}

void test_repeated_involvements(Check& c) {
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    const auto& list = c.document.vulnerabilities[v].involvements;
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto date = parse_time(list[i].date);  // one instant may be spelt in two ways
      if (!seen.insert(std::string(list[i].party) + "\n" + (date ? format_time(*date) : std::string(list[i].date))).second)
        c.fail(fmt::format("/vulnerabilities/{}/involvements/{}", v, i),
               fmt::format("{} is involved twice at one date", in_quotes(list[i].party)), "keep one of the items");
    }
  }
}

void test_repeated_hashes(Check& c) {
  each_file_hashes(c.document, [&](auto pointer, simdjson::dom::array list) {
    std::unordered_set<Text> seen;
    std::size_t i = 0;
    for (const JsonView hash : list) {
      const Text algorithm = json_string(hash, "algorithm").value_or("");
      if (!seen.insert(algorithm).second)
        c.fail(fmt::format("{}/{}", pointer(), i), fmt::format("two hashes by {}", in_quotes(algorithm)),
               "keep one hash of each algorithm");
      ++i;
    }
  });
}

void test_translation(Check& c) {
  if (!c.document.lang.empty() && c.document.lang == c.document.source_lang)
    c.fail("/document/source_lang", fmt::format("lang and source_lang are both {}", in_quotes(c.document.lang)), "remove source_lang");
}

void test_remediation_scope(Check& c) {
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v)
    for (std::size_t i = 0; i < c.document.vulnerabilities[v].remediations.size(); ++i)
      if (c.document.vulnerabilities[v].remediations[i].scope.empty())
        c.fail(fmt::format("/vulnerabilities/{}/remediations/{}", v, i), "the remediation names no product and no group",
               "add product_ids or group_ids");
}

void test_flag_scope(Check& c) {
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v)
    for (std::size_t i = 0; i < c.document.vulnerabilities[v].flags.size(); ++i)
      if (c.document.vulnerabilities[v].flags[i].scope.empty())
        c.fail(fmt::format("/vulnerabilities/{}/flags/{}", v, i), "the flag names no product and no group", "add product_ids or group_ids");
}

// The words count as tokens between white space: "after-eight" is a name (known issue 825 of the TC).
bool names_range(Text name) {
  bool letters = false;
  for (const char ch : name) {
    if (ch == '<' || ch == '>') return true;
    letters = letters || (ch | 0x20) >= 'a';
  }
  if (!letters) return false;  // "1.2.3" holds none of the words
  std::string token;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    const char ch = i < name.size() ? name[i] : ' ';
    if (ch != ' ' && ch != '\t' && ch != '\n' && ch != '\r') {
      token += ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch;
      continue;
    }
    for (const Text word : {"after", "all", "before", "earlier", "later", "prior", "versions"})
      if (token == word) return true;
    token.clear();
  }
  return false;
}

void test_version_ranges(Check& c) {
  for (std::uint32_t b = 0; b < c.document.branches.size(); ++b)
    if (const Branch& branch = c.document.branches[b]; branch.kind == Branch::Kind::product_version && names_range(branch.name))
      c.fail(c.document.branch_pointer(b) + "/name", fmt::format("{} is a range, not a version", in_quotes(branch.name)),
             "use the category product_version_range");
}

void test_repeated_justifications(Check& c) {
  constexpr std::array<Text, 5> kJustifications = {"component_not_present", "inline_mitigations_already_exist",
                                                   "vulnerable_code_cannot_be_controlled_by_adversary",
                                                   "vulnerable_code_not_in_execute_path", "vulnerable_code_not_present"};
  const auto& all = c.document.vulnerabilities;
  if (std::all_of(all.begin(), all.end(), [](const Vulnerability& v) { return v.flags.empty(); })) return;
  ProductMap<std::size_t> flag_of(c.document);
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    flag_of.clear();
    const auto& flags = c.document.vulnerabilities[v].flags;
    for (std::size_t i = 0; i < flags.size(); ++i) {
      if (std::find(kJustifications.begin(), kJustifications.end(), flags[i].label) == kJustifications.end()) continue;
      c.document.each_product_of(flags[i].scope, [&](ProductId product) {
        if (const auto [first, is_new] = flag_of.add(product, i); !is_new && first != i)
          c.fail(fmt::format("/vulnerabilities/{}/flags/{}", v, i),
                 fmt::format("{} has two justifications (also flag {})", in_quotes(product), first), "keep the one that holds");
      });
    }
  }
}

}  // namespace

const std::vector<TestEntry>& mandatory_tests() {
  static const std::vector<TestEntry> tests = {
      {{"6.1.1", "Missing Definition of Product ID", Group::mandatory}, test_missing_products},
      {{"6.1.2", "Multiple Definition of Product ID", Group::mandatory}, test_repeated_products},
      {{"6.1.3", "Circular Definition of Product ID", Group::mandatory}, test_circular_products},
      {{"6.1.4", "Missing Definition of Product Group ID", Group::mandatory}, test_missing_groups},
      {{"6.1.5", "Multiple Definition of Product Group ID", Group::mandatory}, test_repeated_groups},
      {{"6.1.6", "Contradicting Product Status", Group::mandatory}, test_contradicting_status},
      {{"6.1.7", "Multiple Scores with same Version per Product", Group::mandatory}, test_repeated_scores},
      {{"6.1.8", "Invalid CVSS", Group::mandatory}, test_cvss_schema},
      {{"6.1.9", "Invalid CVSS computation", Group::mandatory}, test_cvss_computation},
      {{"6.1.10", "Inconsistent CVSS", Group::mandatory}, test_cvss_consistency},
      {{"6.1.11", "CWE", Group::mandatory}, test_cwe},
      {{"6.1.12", "Language", Group::mandatory}, test_languages},
      {{"6.1.13", "PURL", Group::mandatory}, test_purls},
      {{"6.1.14", "Sorted Revision History", Group::mandatory}, test_sorted_revisions},
      {{"6.1.15", "Translator", Group::mandatory}, test_translator},
      {{"6.1.16", "Latest Document Version", Group::mandatory}, test_latest_version},
      {{"6.1.17", "Document Status Draft", Group::mandatory}, test_draft_status},
      {{"6.1.18", "Released Revision History", Group::mandatory}, test_released_revisions},
      {{"6.1.19", "Revision History Entries for Pre-release Versions", Group::mandatory}, test_prerelease_revisions},
      {{"6.1.20", "Non-draft Document Version", Group::mandatory}, test_final_version},
      {{"6.1.21", "Missing Item in Revision History", Group::mandatory}, test_missing_revisions},
      {{"6.1.22", "Multiple Definition in Revision History", Group::mandatory}, test_repeated_revisions},
      {{"6.1.23", "Multiple Use of Same CVE", Group::mandatory}, test_repeated_cves},
      {{"6.1.24", "Multiple Definition in Involvements", Group::mandatory}, test_repeated_involvements},
      {{"6.1.25", "Multiple Use of Same Hash Algorithm", Group::mandatory}, test_repeated_hashes},
      {{"6.1.28", "Translation", Group::mandatory}, test_translation},
      {{"6.1.29", "Remediation without Product Reference", Group::mandatory}, test_remediation_scope},
      {{"6.1.30", "Mixed Integer and Semantic Versioning", Group::mandatory}, test_mixed_versions},
      {{"6.1.31", "Version Range in Product Version", Group::mandatory}, test_version_ranges},
      {{"6.1.32", "Flag without Product Reference", Group::mandatory}, test_flag_scope},
      {{"6.1.33", "Multiple Flags with VEX Justification Codes per Product", Group::mandatory}, test_repeated_justifications},
  };
  return tests;
}

}  // namespace entente::csaf
