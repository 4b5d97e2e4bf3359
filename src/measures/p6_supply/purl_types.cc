// The rules of purl types as data: the table is read from data/supply/purl-types.json at first use, sorted by type, and applied to parsed
// parts by one function that knows the kinds of rule, but no type.
#include "measures/p6_supply/purl_types.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <algorithm>
#include <array>

#include "core/ascii.h"
#include "core/data.h"
#include "core/json.h"

namespace entente::measures::p6_supply {
namespace {

constexpr std::string_view kPurlTypesFile = "supply/purl-types.json";

void fold_purl_part(std::string& text) {
  for (char& c : text) c = lower(c);
}

std::shared_ptr<const re2::RE2> purl_pattern(JsonView rules, std::string_view key) {
  const auto text = json_string(rules, key);
  return text ? std::make_shared<const re2::RE2>(re2::StringPiece(text->data(), text->size()), re2::RE2::Quiet) : nullptr;
}

std::optional<NamespaceRule> namespace_rule(std::string_view word) {
  if (word == "optional") return NamespaceRule::optional;
  if (word == "expected") return NamespaceRule::expected;
  if (word == "required") return NamespaceRule::required;
  if (word == "prohibited") return NamespaceRule::prohibited;
  return std::nullopt;
}

// The strings of an array; other elements are passed over, for the file is our own.
std::vector<std::string> purl_words(JsonView rules, std::string_view key) {
  std::vector<std::string> out;
  const auto list = json_array(rules, key);
  if (!list) return out;
  for (const JsonView word : *list)
    if (const auto text = as_string(word)) out.emplace_back(*text);
  return out;
}

Result<PurlType> read_purl_type(std::string_view type, JsonView rules, const JsonDocument& document) {
  const auto wrong = [&](const std::string& what) { return fail(what, document.where("/types/" + pointer_segment(type))); };
  PurlType out;
  out.type = type;
  const auto ns = namespace_rule(json_string(rules, "namespace").value_or(""));
  if (!ns) return wrong("\"namespace\" must be optional, expected, required or prohibited");
  out.ns = *ns;
  for (const std::string& part : purl_words(rules, "lower")) {
    if (part != "namespace" && part != "name" && part != "version") return wrong("\"lower\" names an unknown part");
    (part == "namespace" ? out.lower_ns : part == "name" ? out.lower_name : out.lower_version) = true;
  }
  if (const auto replace = json_object(rules, "replace")) {
    for (const auto& field : *replace) {
      const auto by = as_string(field.value);
      if (field.key.size() != 1 || !by || by->size() != 1) return wrong("\"replace\" maps single characters");
      out.replace.emplace_back(field.key[0], (*by)[0]);
    }
  }
  if (const auto others = json_string(rules, "replace_others"); others && others->size() == 1) out.replace_others = (*others)[0];
  out.name_is_path = json_bool(rules, "name_is_path").value_or(false);
  out.name_without = json_string(rules, "name_without").value_or("");
  out.lower_name_at = json_string(rules, "lower_name_at").value_or("");
  out.qualifiers = purl_words(rules, "qualifiers");
  out.name = purl_pattern(rules, "name_pattern");
  out.version = purl_pattern(rules, "version_pattern");
  for (const auto& pattern : {out.name, out.version})
    if (pattern && !pattern->ok()) return wrong("a pattern is no regular expression: " + pattern->error());
  out.more_than_folding = out.name_is_path || out.replace_others != 0 || !out.name_without.empty() || !out.lower_name_at.empty() ||
                          !out.qualifiers.empty() || out.name || out.version;
  return out;
}

void normalise_purl_name(const PurlType& rules, Purl& purl) {
  if (rules.lower_name) fold_purl_part(purl.name);
  if (!rules.lower_name_at.empty()) {
    const auto url = purl.qualifier("repository_url");
    if (url && url->find(rules.lower_name_at) != std::string_view::npos) fold_purl_part(purl.name);
  }
  for (const auto& [from, to] : rules.replace) std::replace(purl.name.begin(), purl.name.end(), from, to);
  if (rules.replace_others != 0)
    std::replace_if(purl.name.begin(), purl.name.end(), [](char c) { return !is_lower(c) && !is_digit(c); }, rules.replace_others);
}

}  // namespace

Result<std::vector<PurlType>> read_purl_types(std::string_view json, std::string name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(json, std::move(name)));
  const auto types = json_object(document.root(), "types");
  if (!types) return fail("not a table of purl types: no object \"types\"", document.where(""));
  std::vector<PurlType> out;
  for (const auto& field : *types) {
    ENTENTE_TRY(PurlType type, read_purl_type(field.key, field.value, document));
    out.push_back(std::move(type));
  }
  std::sort(out.begin(), out.end(), [](const PurlType& a, const PurlType& b) { return a.type < b.type; });
  return out;
}

namespace {

// Types by a hash of their length and ends: open addressing, so that a look-up in a hot loop is one comparison.
class TypeTable {
 public:
  TypeTable() {
    const DataSet& data = DataSet::embedded();
    const auto text = data.file(kPurlTypesFile);
    auto types = text ? read_purl_types(*text, data.display_name(kPurlTypesFile)) : std::vector<PurlType>();
    if (types) types_ = std::move(*types);  // a test holds that the embedded table reads
    if (types_.size() > slots_.size() / 2) types_.resize(slots_.size() / 2);
    for (const PurlType& type : types_) {
      std::size_t slot = place(type.type);
      while (slots_[slot] != nullptr) slot = (slot + 1) % slots_.size();
      slots_[slot] = &type;
    }
  }
  [[nodiscard]] const PurlType* find(std::string_view type) const {
    for (std::size_t slot = place(type); slots_[slot] != nullptr; slot = (slot + 1) % slots_.size())
      if (slots_[slot]->type == type) return slots_[slot];
    return nullptr;
  }

 private:
  static std::size_t place(std::string_view type) {
    if (type.empty()) return 0;
    return (type.size() * 5 + static_cast<unsigned char>(type.front()) * 31 + static_cast<unsigned char>(type.back()) * 7) % 256;
  }
  std::vector<PurlType> types_;
  std::array<const PurlType*, 256> slots_{};
};

}  // namespace

const PurlType* purl_type(std::string_view type) {
  static const TypeTable kTypes;
  return kTypes.find(type);
}

Result<void> apply_purl_type(const PurlType& rules, Purl& purl) {
  if (const std::size_t slash = purl.ns.find('/'); rules.name_is_path && slash != std::string::npos) {
    purl.name = purl.ns.substr(slash + 1) + "/" + purl.name;
    purl.ns.resize(slash);
  }
  if (rules.ns == NamespaceRule::prohibited && !purl.ns.empty()) return fail("the type " + purl.type + " has no namespace");
  if (rules.ns == NamespaceRule::required && purl.ns.empty()) return fail("the type " + purl.type + " needs a namespace");
  if (rules.lower_ns) fold_purl_part(purl.ns);
  if (rules.lower_version) fold_purl_part(purl.version);
  normalise_purl_name(rules, purl);
  if (!rules.name_without.empty() && purl.name.find(rules.name_without) != std::string::npos)
    return fail(fmt::format("a name of type {} holds no \"{}\"", purl.type, rules.name_without));
  for (const std::string& key : rules.qualifiers)
    if (!purl.qualifier(key)) return fail(fmt::format("the type {} needs the qualifier {}", purl.type, key));
  if (rules.name && !re2::RE2::FullMatch(purl.name, *rules.name))
    return fail(fmt::format("a name of type {} must match {}", purl.type, rules.name->pattern()));
  if (rules.version && !purl.version.empty() && !re2::RE2::FullMatch(purl.version, *rules.version))
    return fail(fmt::format("a version of type {} must match {}", purl.type, rules.version->pattern()));
  return {};
}

}  // namespace entente::measures::p6_supply
