// Informative tests 6.3.1 to 6.3.11. The two that ask the network and the spell check work through functions the caller gives; without
// them they are reported as skipped, after what can be said without: a name below ".invalid" never resolves (RFC 6761 section 6.4).
#include <algorithm>

#include "csaf/checks.h"

namespace entente::csaf {
namespace {

void test_only_cvss_2(Check& c) {
  const auto only_old = [](const Score& s) { return s.cvss_v2 && !s.cvss_v3; };
  if (std::none_of(c.document.vulnerabilities.begin(), c.document.vulnerabilities.end(),
                   [&](const Vulnerability& v) { return std::any_of(v.scores.begin(), v.scores.end(), only_old); }))
    return;
  ProductSet newer(c.document);
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    newer.clear();
    const auto& scores = c.document.vulnerabilities[v].scores;
    for (const Score& s : scores)
      if (s.cvss_v3)
        for (const ProductId p : s.products) newer.insert(p);
    for (std::size_t s = 0; s < scores.size(); ++s) {
      if (!only_old(scores[s])) continue;
      if (!std::all_of(scores[s].products.begin(), scores[s].products.end(), [&](ProductId p) { return newer.contains(p); }) ||
          scores[s].products.empty())
        c.fail(fmt::format("/vulnerabilities/{}/scores/{}", v, s), "CVSS 2 is the only score", "add a CVSS 3.1 score");
    }
  }
}

void test_cvss_30(Check& c) {
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v)
    for (std::size_t s = 0; s < c.document.vulnerabilities[v].scores.size(); ++s)
      if (const auto& cvss = c.document.vulnerabilities[v].scores[s].cvss_v3)
        if (json_string(*cvss, "version").value_or("") == "3.0" || json_string(*cvss, "vectorString").value_or("").starts_with("CVSS:3.0"))
          c.fail(fmt::format("/vulnerabilities/{}/scores/{}/cvss_v3/version", v, s), "CVSS 3.0 is used", "upgrade to CVSS 3.1");
}

void test_cve_given(Check& c) {
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v)
    if (c.document.vulnerabilities[v].cve.empty())
      c.fail(fmt::format("/vulnerabilities/{}", v), "the vulnerability has no CVE", "get one assigned");
}

void test_cwe_given(Check& c) {
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v)
    if (!c.document.vulnerabilities[v].has_cwe)
      c.fail(fmt::format("/vulnerabilities/{}", v), "the vulnerability has no CWE", "name the weakness");
}

void test_short_hash(Check& c) {
  each_file_hashes(c.document, [&](auto pointer, simdjson::dom::array list) {
    std::size_t i = 0;
    for (const JsonView hash : list) {
      const Text value = json_string(hash, "value").value_or("");
      if (value.size() < 64)
        c.fail(fmt::format("{}/{}/value", pointer(), i), fmt::format("the hash has {} digits, fewer than 64", value.size()),
               "use SHA-256 or longer");
      ++i;
    }
  });
}

// URLs of one object's members and lists, by the names CSAF has for them. A place is a function that spells its pointer; the document's
// products are many and their URLs few.
template <class Place, class Visit>
void visit_url(JsonView object, const char* member, const Place& place, const Visit& visit) {
  if (const auto url = json_string(object, member)) visit([&] { return place() + "/" + member; }, *url, false);
}
template <class Place, class Visit>
void visit_urls(JsonView object, const char* list, const char* member, const Place& place, const Visit& visit) {
  const auto array = json_array(object, list);
  if (!array) return;
  std::size_t i = 0;
  for (const JsonView item : *array) {
    const auto at = [&, i] { return fmt::format("{}/{}/{}", place(), list, i); };
    ++i;
    if (member == nullptr) {
      if (const auto url = as_string(item)) visit(at, *url, false);
    } else if (const auto url = json_string(item, member)) {
      const bool self = std::string_view(list) == "references" && json_string(item, "category").value_or("") == "self";
      visit([&] { return at() + "/" + member; }, *url, self);
    }
  }
}

template <class Place, class Visit>
void visit_acknowledgments(JsonView object, const Place& place, const Visit& visit) {
  const auto array = json_array(object, "acknowledgments");
  if (!array) return;
  std::size_t i = 0;
  for (const JsonView item : *array) {
    visit_urls(item, "urls", nullptr, [&, i] { return fmt::format("{}/acknowledgments/{}", place(), i); }, visit);
    ++i;
  }
}

// Calls visit(pointer as a function, url, whether it is a reference to the document itself) for each URL.
template <class Visit>
void each_url(const Document& d, const Visit& visit) {
  const JsonView root = d.json.root();
  const auto at = [](const char* pointer) { return [pointer] { return std::string(pointer); }; };
  if (const auto document = json_get(root, "document")) {
    visit_acknowledgments(*document, at("/document"), visit);
    if (const auto severity = json_get(*document, "aggregate_severity"))
      visit_url(*severity, "namespace", at("/document/aggregate_severity"), visit);
    if (const auto distribution = json_get(*document, "distribution"))
      if (const auto tlp = json_get(*distribution, "tlp")) visit_url(*tlp, "url", at("/document/distribution/tlp"), visit);
    if (const auto publisher = json_get(*document, "publisher")) visit_url(*publisher, "namespace", at("/document/publisher"), visit);
    visit_urls(*document, "references", "url", at("/document"), visit);
  }
  for (const Product& p : d.products) {
    if (!p.has_urls) continue;
    const auto helper = [&] { return d.product_pointer(p) + "/product_identification_helper"; };
    visit_urls(*p.helper, "sbom_urls", nullptr, helper, visit);
    visit_urls(*p.helper, "x_generic_uris", "namespace", helper, visit);
    visit_urls(*p.helper, "x_generic_uris", "uri", helper, visit);
  }
  if (const auto vulnerabilities = json_array(root, "vulnerabilities")) {
    std::size_t v = 0;
    for (const JsonView item : *vulnerabilities) {
      const auto place = [v] { return fmt::format("/vulnerabilities/{}", v); };
      ++v;
      visit_acknowledgments(item, place, visit);
      visit_urls(item, "references", "url", place, visit);
      visit_urls(item, "remediations", "url", place, visit);
    }
  }
}

// "https://host.invalid/…": such a name never resolves.
bool never_resolves(Text url) {
  const auto scheme = url.find("://");
  if (scheme == Text::npos) return false;
  Text host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const auto at = host.rfind('@'); at != Text::npos) host.remove_prefix(at + 1);
  host = host.substr(0, host.find(':'));
  return host == "invalid" || host.ends_with(".invalid");
}

enum class UrlKind : std::uint8_t { self, other };

void probe_urls(Check& c, UrlKind kind) {
  bool unknown = false;
  each_url(c.document, [&](auto pointer, Text url, bool self) {
    if (self != (kind == UrlKind::self)) return;
    const std::optional<bool> answers = never_resolves(url) ? std::optional(false)
                                        : c.selection.probe ? c.selection.probe(url)
                                                            : std::nullopt;
    if (!answers)
      unknown = true;
    else if (!*answers)
      c.fail(pointer(), fmt::format("{} does not resolve", in_quotes(url)), "correct or remove the URL");
  });
  if (unknown) c.skip("offline: URLs were not asked");
}
void test_other_urls(Check& c) { probe_urls(c, UrlKind::other); }
void test_own_urls(Check& c) { probe_urls(c, UrlKind::self); }

// Members whose text people read (6.3.8), wherever they stand.
bool spelt_member(Text key) {
  for (const Text k :
       {"summary", "text", "title", "details", "audience", "issuing_authority", "organization", "name", "names", "entitlements"})
    if (key == k) return true;
  return false;
}

void spell(Check& c, JsonView value, const std::string& pointer, bool spelt, bool& supported) {
  if (!supported) return;
  if (const auto text = as_string(value)) {
    if (!spelt) return;
    const auto wrong = c.selection.spelling(c.document.lang, *text);
    if (!wrong)
      supported = false;
    else
      for (const std::string& word : *wrong) c.fail(pointer, fmt::format("{} is misspelt", in_quotes(word)), "correct the word");
  } else if (const auto object = as_object(value)) {
    for (const auto field : *object)
      if (field.key != "ids" && field.key != "cwe" && field.key != "file_hashes" && field.key != "engine")
        spell(c, field.value, pointer + "/" + pointer_segment(field.key), spelt_member(field.key), supported);
  } else if (const auto array = as_array(value)) {
    std::size_t i = 0;
    for (const JsonView item : *array) spell(c, item, fmt::format("{}/{}", pointer, i++), spelt, supported);
  }
}

void test_spelling(Check& c) {
  if (c.document.lang.empty()) return;
  if (!c.selection.spelling) return c.skip("no spell checker");
  bool supported = true;
  spell(c, c.document.json.root(), "", false, supported);
  if (!supported) c.skip(fmt::format("no dictionary for {}", c.document.lang.substr(0, 40)));
}

void test_branch_categories(Check& c) {
  using enum Branch::Kind;
  struct Wanted {
    Branch::Kind kind;
    Text name;
  };
  // From the leaf up.
  constexpr std::array kWanted = {Wanted{product_version, "product_version"}, Wanted{product_name, "product_name"},
                                  Wanted{vendor, "vendor"}};
  for (const Product& p : c.document.products) {
    if (p.origin != Product::Origin::branch) continue;
    std::size_t met = 0;
    for (std::uint32_t b = p.position; b != Branch::kRoot && met < kWanted.size(); b = c.document.branches[b].parent)
      if (c.document.branches[b].kind == kWanted[met].kind) ++met;
    if (met < kWanted.size())
      c.fail(c.document.product_pointer(p),
             fmt::format("{} lacks an ancestor of the category {} in the order vendor, product_name, product_version", in_quotes(p.id),
                         kWanted[met].name),
             "add the missing branch");
  }
}

void test_range_used(Check& c) {
  for (std::uint32_t b = 0; b < c.document.branches.size(); ++b)
    if (c.document.branches[b].kind == Branch::Kind::product_version_range)
      c.fail(c.document.branch_pointer(b) + "/category", "a version range is used", "list the versions");
}

void test_v_prefix(Check& c) {
  for (std::uint32_t b = 0; b < c.document.branches.size(); ++b) {
    const Branch& branch = c.document.branches[b];
    if (branch.kind == Branch::Kind::product_version && branch.name.size() > 1 && (branch.name[0] == 'v' || branch.name[0] == 'V') &&
        branch.name[1] >= '0' && branch.name[1] <= '9')
      c.fail(c.document.branch_pointer(b) + "/name", fmt::format("{} begins with a v", in_quotes(branch.name)), "write the version alone");
  }
}

}  // namespace

const std::vector<TestEntry>& informative_tests() {
  static const std::vector<TestEntry> tests = {
      {{"6.3.1", "Use of CVSS v2 as the only Scoring System", Group::informative}, test_only_cvss_2},
      {{"6.3.2", "Use of CVSS v3.0", Group::informative}, test_cvss_30},
      {{"6.3.3", "Missing CVE", Group::informative}, test_cve_given},
      {{"6.3.4", "Missing CWE", Group::informative}, test_cwe_given},
      {{"6.3.5", "Use of Short Hash", Group::informative}, test_short_hash},
      {{"6.3.6", "Use of non-self referencing URLs Failing to Resolve", Group::informative}, test_other_urls},
      {{"6.3.7", "Use of self referencing URLs Failing to Resolve", Group::informative}, test_own_urls},
      {{"6.3.8", "Spell check", Group::informative}, test_spelling},
      {{"6.3.9", "Branch Categories", Group::informative}, test_branch_categories},
      {{"6.3.10", "Usage of Product Version Range", Group::informative}, test_range_used},
      {{"6.3.11", "Usage of V as Version Indicator", Group::informative}, test_v_prefix},
  };
  return tests;
}

}  // namespace entente::csaf
