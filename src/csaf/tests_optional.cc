// Optional tests 6.2.1 to 6.2.20: a failure is a warning.
#include <algorithm>

#include "csaf/checks.h"

namespace entente::csaf {
namespace {

constexpr std::array kAffected = {Status::first_affected, Status::known_affected, Status::last_affected};

void test_unused_products(Check& c) {
  if (c.is({"csaf_informational_advisory"})) return;
  ProductSet used(c.document);
  const auto take = [&](const std::vector<ProductId>& ids) {
    for (const ProductId id : ids) used.insert(id);
  };
  for (const ProductGroup& g : c.document.groups) take(g.products);
  for (const Relationship& r : c.document.relationships) used.insert(r.product), used.insert(r.relates_to);
  for (const Vulnerability& v : c.document.vulnerabilities) {
    for (const auto& list : v.status) take(list);
    if (used.size() == c.document.product_numbers()) return;  // nothing is left that could be unused
    for (const Flag& f : v.flags) take(f.scope.products);
    for (const Threat& t : v.threats) take(t.scope.products);
    for (const Remediation& r : v.remediations) take(r.scope.products);
    for (const Score& s : v.scores) take(s.products);
  }
  for (const Product& p : c.document.products)
    if (!used.contains(p.id))
      c.fail(c.document.product_pointer(p) + "/product_id", fmt::format("{} is defined but never used", in_quotes(p.id)),
             "remove the product, or say what holds for it");
}

void test_missing_remediation(Check& c) {
  ProductSet covered(c.document);
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    covered.clear();
    for (const Remediation& r : c.document.vulnerabilities[v].remediations)
      c.document.each_product_of(r.scope, [&](ProductId p) { covered.insert(p); });
    for (const Status s : {Status::first_affected, Status::known_affected, Status::last_affected, Status::under_investigation}) {
      const auto& products = c.document.vulnerabilities[v].of(s);
      for (std::size_t i = 0; i < products.size(); ++i)
        if (!covered.contains(products[i]))
          c.fail(fmt::format("/vulnerabilities/{}/product_status/{}/{}", v, status_name(s), i),
                 fmt::format("there is no remediation for {}", in_quotes(products[i])),
                 "add one, if only of the category none_available or no_fix_planned");
    }
  }
}

void test_missing_score(Check& c) {
  ProductSet covered(c.document);
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    covered.clear();
    for (const Score& s : c.document.vulnerabilities[v].scores)
      for (const ProductId p : s.products) covered.insert(p);
    for (const Status s : kAffected) {
      const auto& products = c.document.vulnerabilities[v].of(s);
      for (std::size_t i = 0; i < products.size(); ++i)
        if (!covered.contains(products[i]))
          c.fail(fmt::format("/vulnerabilities/{}/product_status/{}/{}", v, status_name(s), i),
                 fmt::format("there is no score for {}", in_quotes(products[i])), "add a score for the product");
    }
  }
}

void test_build_metadata(Check& c) {
  for (std::size_t i = 0; i < c.document.revisions.size(); ++i)
    if (const auto v = parse_version(c.document.revisions[i].number); v && !v->build.empty())
      c.fail(fmt::format("/document/tracking/revision_history/{}/number", i),
             fmt::format("{} has build metadata", c.document.revisions[i].number), "remove the part behind the \"+\"");
}

// The oldest and the newest instant of the history.
std::optional<std::pair<Instant, Instant>> history_span(const Document& d) {
  std::optional<std::pair<Instant, Instant>> span;
  for (const Revision& r : d.revisions) {
    const auto date = parse_time(r.date);
    if (!date) continue;
    if (!span) span = {*date, *date};
    span = {std::min(span->first, *date), std::max(span->second, *date)};
  }
  return span;
}

void test_initial_date(Check& c) {
  const auto span = history_span(c.document);
  if (const auto date = parse_time(c.document.initial_release_date); date && span && *date < span->first)
    c.fail("/document/tracking/initial_release_date",
           fmt::format("it is older than the oldest entry of the history ({})", format_time(span->first)),
           "correct the date, or add the first entry");
}

void test_current_date(Check& c) {
  const auto span = history_span(c.document);
  if (const auto date = parse_time(c.document.current_release_date); date && span && *date < span->second)
    c.fail("/document/tracking/current_release_date",
           fmt::format("it is older than the newest entry of the history ({})", format_time(span->second)),
           "set it to the date of the newest entry");
}

void test_involvement_date(Check& c) {
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v)
    for (std::size_t i = 0; i < c.document.vulnerabilities[v].involvements.size(); ++i)
      if (c.document.vulnerabilities[v].involvements[i].date.empty())
        c.fail(fmt::format("/vulnerabilities/{}/involvements/{}", v, i), "the involvement has no date", "add the date");
}

void only_hash(Check& c, Text algorithm) {
  each_file_hashes(c.document, [&](auto pointer, simdjson::dom::array list) {
    bool any = false;
    for (const JsonView hash : list) {
      if (json_string(hash, "algorithm").value_or("") != algorithm) return;
      any = true;
    }
    if (any) c.fail(pointer(), fmt::format("{} is the only hash of the file", algorithm), "add a SHA-256 or SHA-512 hash");
  });
}
void test_only_md5(Check& c) { only_hash(c, "md5"); }
void test_only_sha1(Check& c) { only_hash(c, "sha1"); }

void test_tlp(Check& c) {
  for (const Text label : {"WHITE", "GREEN", "AMBER", "RED"})
    if (c.document.tlp_label == label) return;
  c.fail("/document/distribution/tlp/label",
         c.document.tlp_label.empty() ? "there is no TLP label" : fmt::format("{} is no TLP label", in_quotes(c.document.tlp_label)),
         "use WHITE, GREEN, AMBER or RED");
}

void test_canonical_url(Check& c) {
  const std::string name = "/" + file_name_of(c.document.id);
  for (const Reference& r : c.document.references)
    if (r.category == "self" && r.url.starts_with("https://") && r.url.ends_with(name)) return;
  c.fail("/document/references", "no reference of the category self is an https URL that ends with the document's file name",
         fmt::format("add the document's own URL, ending with {}", in_quotes(name)));
}

void test_language_given(Check& c) {
  if (c.document.lang.empty()) c.fail("/document/lang", "the document's language is not given", "add lang, such as \"en\"");
}

void test_sorting(Check& c) {
  if (c.is_tidy()) return;
  Shape::unsorted_members(c.document.json.root(), [&](std::string pointer, std::string_view member) {
    c.fail(std::move(pointer), fmt::format("{} is not in alphabetical order", in_quotes(member)), "sort the members by name");
  });
}

void test_private_language(Check& c) {
  for (const auto& [tag, pointer] :
       {std::pair{c.document.lang, "/document/lang"}, std::pair{c.document.source_lang, "/document/source_lang"}})
    if (!tag.empty())
      if (const auto [verdict, culprit] = c.state.languages.judge(tag); verdict == LanguageVerdict::private_use)
        c.fail(pointer, fmt::format("\"{}\" of {} is set aside for private use", culprit, in_quotes(tag)), "use a registered language");
}

void test_default_language(Check& c) {
  for (const auto& [tag, pointer] :
       {std::pair{c.document.lang, "/document/lang"}, std::pair{c.document.source_lang, "/document/source_lang"}})
    if (tag.size() == 9 && (tag[0] == 'i' || tag[0] == 'I') && tag.substr(1) == "-default")
      c.fail(pointer, "the language is i-default", "name the language, or remove the member");
}

void test_helper_missing(Check& c) {
  for (const Product& p : c.document.products)
    if (!p.helper)
      c.fail(c.document.product_pointer(p), fmt::format("{} has no product_identification_helper", in_quotes(p.id)),
             "add a purl, CPE, hash or SBOM URL");
}

bool is_cve(Text text) {
  if (!text.starts_with("CVE-") || text.size() < 13 || text[8] != '-') return false;
  for (std::size_t i = 4; i < text.size(); ++i)
    if (i != 8 && (text[i] < '0' || text[i] > '9')) return false;
  return true;
}

void test_cve_in_ids(Check& c) {
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v)
    for (std::size_t i = 0; i < c.document.vulnerabilities[v].ids.size(); ++i)
      if (const Text text = c.document.vulnerabilities[v].ids[i].text; is_cve(text))
        c.fail(fmt::format("/vulnerabilities/{}/ids/{}", v, i), fmt::format("{} stands among the other IDs", text), "move it to cve");
}

bool is_vers(Text text) {
  if (!text.starts_with("vers:")) return false;
  const Text scheme = text.substr(5, text.find('/') == Text::npos ? 0 : text.find('/') - 5);
  if (scheme.empty() || text.size() <= 6 + scheme.size() || (scheme[0] >= '0' && scheme[0] <= '9')) return false;
  return std::all_of(scheme.begin(), scheme.end(),
                     [](char ch) { return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '.' || ch == '-' || ch == '+'; });
}

void test_vers(Check& c) {
  for (std::uint32_t b = 0; b < c.document.branches.size(); ++b)
    if (const Branch& branch = c.document.branches[b]; branch.kind == Branch::Kind::product_version_range && !is_vers(branch.name))
      c.fail(c.document.branch_pointer(b) + "/name", fmt::format("{} is no vers range", in_quotes(branch.name)),
             "write it as vers:type/constraints");
}

void test_additional_members(Check& c) {
  if (c.is_tidy()) return;
  c.state.shape.unknown_members(c.document.json.root(), [&](std::string pointer) {
    c.fail(std::move(pointer), "the schema knows no such member", "remove it, or correct its name");
  });
}

}  // namespace

const std::vector<TestEntry>& optional_tests() {
  static const std::vector<TestEntry> tests = {
      {{"6.2.1", "Unused Definition of Product ID", Group::optional}, test_unused_products},
      {{"6.2.2", "Missing Remediation", Group::optional}, test_missing_remediation},
      {{"6.2.3", "Missing Score", Group::optional}, test_missing_score},
      {{"6.2.4", "Build Metadata in Revision History", Group::optional}, test_build_metadata},
      {{"6.2.5", "Older Initial Release Date than Revision History", Group::optional}, test_initial_date},
      {{"6.2.6", "Older Current Release Date than Revision History", Group::optional}, test_current_date},
      {{"6.2.7", "Missing Date in Involvements", Group::optional}, test_involvement_date},
      {{"6.2.8", "Use of MD5 as the only Hash Algorithm", Group::optional}, test_only_md5},
      {{"6.2.9", "Use of SHA-1 as the only Hash Algorithm", Group::optional}, test_only_sha1},
      {{"6.2.10", "Missing TLP label", Group::optional}, test_tlp},
      {{"6.2.11", "Missing Canonical URL", Group::optional}, test_canonical_url},
      {{"6.2.12", "Missing Document Language", Group::optional}, test_language_given},
      {{"6.2.13", "Sorting", Group::optional}, test_sorting},
      {{"6.2.14", "Use of Private Language", Group::optional}, test_private_language},
      {{"6.2.15", "Use of Default Language", Group::optional}, test_default_language},
      {{"6.2.16", "Missing Product Identification Helper", Group::optional}, test_helper_missing},
      {{"6.2.17", "CVE in field IDs", Group::optional}, test_cve_in_ids},
      {{"6.2.18", "Product Version Range without vers", Group::optional}, test_vers},
      {{"6.2.19", "CVSS for Fixed Products", Group::optional}, test_cvss_of_fixed_products},
      {{"6.2.20", "Additional Properties", Group::optional}, test_additional_members},
  };
  return tests;
}

}  // namespace entente::csaf
