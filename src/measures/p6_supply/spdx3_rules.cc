// An SPDX 3 document against the rules of data/sbom/spdx-3.json: which members a class has, how often, of which type and with which words.
// The table is read once and its inheritance laid flat. Then one walk over the graph: each element by its class, objects inside it by
// theirs, and references last, because they may lead forward. Classes of profiles that are not read here are held to what every element
// must have.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/ascii.h"
#include "core/data.h"
#include "core/utf8.h"
#include "measures/p6_supply/sbom_reader.h"

namespace entente::measures::p6_supply {
namespace {

enum class Spdx3Type : std::uint8_t { text, iri, uri, id, time, version, element, creation, object, word };
enum class Spdx3Count : std::uint8_t { optional, one, any, some };
struct Spdx3Member {
  Spdx3Type type = Spdx3Type::text;
  Spdx3Count count = Spdx3Count::optional;
  std::string of;  // the class of an object, the vocabulary of a word
};
using Spdx3Class = std::map<std::string, Spdx3Member, std::less<>>;
using Spdx3Words = std::set<std::string, std::less<>>;

struct Spdx3Rules {
  std::vector<std::string> contexts, profiles;
  std::map<std::string, Spdx3Words, std::less<>> words;
  std::map<std::string, Spdx3Class, std::less<>> classes;  // with what they inherit
};

constexpr std::array<std::pair<std::string_view, Spdx3Type>, 10> kSpdx3Types{{{"text", Spdx3Type::text},
                                                                              {"iri", Spdx3Type::iri},
                                                                              {"uri", Spdx3Type::uri},
                                                                              {"id", Spdx3Type::id},
                                                                              {"time", Spdx3Type::time},
                                                                              {"version", Spdx3Type::version},
                                                                              {"element", Spdx3Type::element},
                                                                              {"creation", Spdx3Type::creation},
                                                                              {"object", Spdx3Type::object},
                                                                              {"word", Spdx3Type::word}}};

// "word:HashAlgorithm!"
std::optional<Spdx3Member> spdx3_member(std::string_view text) {
  Spdx3Member out;
  if (text.ends_with('!')) out.count = Spdx3Count::one;
  if (text.ends_with('*')) out.count = Spdx3Count::any;
  if (text.ends_with('+')) out.count = Spdx3Count::some;
  if (out.count != Spdx3Count::optional) text.remove_suffix(1);
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) out.of = text.substr(colon + 1);
  const auto type = std::find_if(kSpdx3Types.begin(), kSpdx3Types.end(), [&](const auto& t) { return t.first == text.substr(0, colon); });
  if (type == kSpdx3Types.end()) return std::nullopt;
  out.type = type->second;
  return out;
}

std::vector<std::string> spdx3_texts(JsonView object, std::string_view key) {
  std::vector<std::string> out;
  if (const auto list = json_array(object, key))
    for (const JsonView item : *list) out.emplace_back(as_string(item).value_or(""));
  return out;
}

Result<Spdx3Rules> load_spdx3_rules() {
  constexpr std::string_view kFile = "sbom/spdx-3.json";
  const DataSet& data = DataSet::embedded();
  ENTENTE_TRY(const std::string_view text, data.file(kFile));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, data.display_name(kFile)));
  const auto words = json_object(document.root(), "words"), classes = json_object(document.root(), "classes");
  if (!words || !classes) return fail("\"words\" or \"classes\" is missing", document.where(""));
  Spdx3Rules out{spdx3_texts(document.root(), "contexts"), spdx3_texts(document.root(), "profiles"), {}, {}};
  for (const auto& [name, unused] : *words) {
    const auto list = spdx3_texts(*json_get(document.root(), "words"), name);
    out.words.emplace(name, Spdx3Words(list.begin(), list.end()));
  }
  // A class stands behind the one it inherits from.
  for (const auto& [name, rules] : *classes) {
    const auto parent = json_string(rules, "is");
    const auto members = json_object(rules, "members");
    if (!members || (parent && !out.classes.contains(*parent)))
      return fail("a class without members, or before its parent", document.where(""));
    Spdx3Class all = parent ? out.classes.find(*parent)->second : Spdx3Class();
    for (const auto& [key, value] : *members) {
      const auto member = spdx3_member(as_string(value).value_or(""));
      if (!member) return fail(fmt::format("\"{}\" has a type that is none", std::string_view(key)), document.where(""));
      all.insert_or_assign(std::string(key), *member);
    }
    out.classes.emplace(name, std::move(all));
  }
  return out;
}

const Result<Spdx3Rules>& spdx3_rules() {
  static const Result<Spdx3Rules> rules = load_spdx3_rules();
  return rules;
}

// YYYY-MM-DDThh:mm:ssZ, a date that exists.
bool is_spdx3_time(std::string_view text) {
  return text.size() == 20 && text.back() == 'Z' && text[10] == 'T' && parse_time(text).has_value();
}

bool is_spdx3_version(std::string_view text) {
  int dots = 0;
  for (std::size_t i = 0; i < text.size() && text[i] != '-' && text[i] != '+'; ++i) {
    if (text[i] != '.' && !is_digit(text[i])) return false;
    dots += text[i] == '.' ? 1 : 0;
  }
  return dots == 2 && is_digit(text.front());
}

// What XML Schema's anyURI takes: also a relative one ("NOASSERTION" is in common use).
bool is_uri(std::string_view text) { return text.find_first_of(" \t\r\n<>\"{}|\\^`") == std::string_view::npos; }
bool is_iri(std::string_view text) { return text.find(':') + 1 > 1 && is_alpha(text.front()) && is_uri(text); }
bool is_blank_node(std::string_view id) { return id.starts_with("_:"); }

std::string_view spdx3_id(JsonView element) {
  const auto id = json_string(element, "spdxId");
  return id ? *id : json_string(element, "@id").value_or("");
}
std::string_view spdx3_type(JsonView element) {
  const auto type = json_string(element, "type");
  return type ? *type : json_string(element, "@type").value_or("");
}

// Where a value stands; written out only when something is wrong there.
struct Spdx3Place {
  static constexpr std::size_t kNoIndex = SIZE_MAX;
  const Spdx3Place* parent = nullptr;
  std::string_view key;  // of a member; else `index`
  std::size_t index = kNoIndex;

  [[nodiscard]] Spdx3Place member(std::string_view name) const { return {this, name, kNoIndex}; }
  [[nodiscard]] Spdx3Place item(std::size_t number) const { return {this, {}, number}; }
  [[nodiscard]] std::string str() const {
    const std::string before = parent == nullptr ? std::string() : parent->str();
    if (index != kNoIndex) return fmt::format("{}/{}", before, index);
    return parent == nullptr ? before : before + "/" + pointer_segment(key);
  }
};

class Spdx3Checker : SbomReader {
 public:
  Spdx3Checker(Sbom& sbom, const Spdx3Rules& rules) : SbomReader(sbom), rules_(rules) {
    for (const Issue& issue : sbom.issues) noted_.insert(issue.pointer);
  }

  void run() {
    context();
    const auto graph = json_array(sbom_.document.root(), "@graph");
    if (!graph) return;
    for (const JsonView element : *graph) know(element);
    const Spdx3Place root, place = root.member("@graph");
    std::size_t i = 0, documents = 0;
    for (const JsonView element : *graph) {
      const Spdx3Place here = place.item(i++);
      if (spdx3_type(element) == "SpdxDocument" && ++documents == 2) error(here, "a second SpdxDocument: a graph has one");
      check_element(element, here);
    }
  }

 private:
  void error(const Spdx3Place& place, std::string message) {
    std::string pointer = place.str();
    if (!noted_.contains(pointer)) issue(IssueLevel::error, std::move(pointer), std::move(message));
  }
  void warning(const Spdx3Place& place, std::string message) { issue(IssueLevel::warning, place.str(), std::move(message)); }

  void context() {
    const auto value = json_get(sbom_.document.root(), "@context");
    const auto list = value ? as_array(*value) : std::nullopt;
    bool known = false;
    const auto look = [&](JsonView one) {
      const auto text = as_string(one);
      known = known || (text && std::find(rules_.contexts.begin(), rules_.contexts.end(), *text) != rules_.contexts.end());
    };
    if (list) {
      for (const JsonView one : *list) look(one);
    } else if (value) {
      look(*value);
    }
    const Spdx3Place place;
    if (!known) error(place.member("@context"), "the context is not that of SPDX 3.0 (https://spdx.org/rdf/3.0.1/spdx-context.jsonld)");
    const auto root = as_object(sbom_.document.root());
    if (!root) return;
    for (const auto& field : *root)
      if (field.key != "@context" && field.key != "@graph")
        warning(place.member(field.key), "only @context and @graph belong here; this is not read");
  }

  void know(JsonView element) {
    if (const std::string_view id = spdx3_id(element); !id.empty()) {
      (void)ids_.insert(id, spdx3_type(element) == "SpdxDocument" ? RefTable::kDocument : RefTable::kElsewhere);
    }
    if (const auto maps = json_array(element, "import"))
      for (const JsonView map : *maps)
        if (const auto id = json_string(map, "externalSpdxId")) (void)ids_.insert(*id, RefTable::kElsewhere);
  }

  // By its class; one of a profile that is not read here, as any element.
  void check_element(JsonView element, const Spdx3Place& here) {
    const std::string_view type = spdx3_type(element);
    if (!element.is_object() || type.empty()) return;  // the reader said so
    const auto of = rules_.classes.find(type);
    if (of != rules_.classes.end()) return check_object(element, of->second, here, Unknown::told);
    const bool profile = type.find(':') != std::string_view::npos || std::any_of(rules_.profiles.begin(), rules_.profiles.end(),
                                                                                 [&](const std::string& p) { return type.starts_with(p); });
    if (!profile) return error(here.member("type"), fmt::format("\"{}\" is no class of SPDX 3.0", clip(type)));
    const bool package = type == "ai_AIPackage" || type == "dataset_DatasetPackage";
    const std::string_view base = package ? "software_Package" : type.ends_with("Relationship") ? "Relationship" : "Element";
    check_object(element, rules_.classes.find(base)->second, here, Unknown::passed_over);
  }

  enum class Unknown : std::uint8_t { told, passed_over };  // members the class does not have
  void check_object(JsonView object, const Spdx3Class& rules, const Spdx3Place& here, Unknown unknown) {
    const auto members = as_object(object);
    if (!members) return;
    for (const auto& field : *members) {
      const auto rule = rules.find(field.key);
      if (rule != rules.end()) {
        check_member(field.value, rule->second, here.member(field.key));
      } else if (unknown == Unknown::told && !is_general(field.key)) {
        warning(here.member(field.key), "no member of this class; it is not read");
      }
    }
    for (const auto& [key, rule] : rules)
      if ((rule.count == Spdx3Count::one || rule.count == Spdx3Count::some) && !json_get(object, key) && !said_by_reader(key))
        error(here, fmt::format("\"{}\" is missing", key));
    collection(object, here);
  }

  static bool is_general(std::string_view key) {
    return key.starts_with('@') || key == "type" || key == "spdxId" || key.find(':') != std::string_view::npos;
  }
  // The reader asks for these itself, in words of its own.
  static bool said_by_reader(std::string_view key) { return key == "to"; }

  void check_member(JsonView value, const Spdx3Member& rule, const Spdx3Place& here) {
    const bool many = rule.count == Spdx3Count::any || rule.count == Spdx3Count::some;
    const auto list = as_array(value);
    if (!list) return check_value(value, rule, here);  // one of many may stand alone
    if (!many) return error(here, "a single value belongs here, not a list");
    std::size_t i = 0;
    for (const JsonView one : *list) check_value(one, rule, here.item(i++));
    if (i == 0 && rule.count == Spdx3Count::some) error(here, "at least one value belongs here");
  }

  void check_value(JsonView value, const Spdx3Member& rule, const Spdx3Place& here) {
    if (rule.type == Spdx3Type::object) return check_inner(value, rule.of, here);
    const auto text = as_string(value);
    if (rule.type == Spdx3Type::element || rule.type == Spdx3Type::creation) {
      if (value.is_object()) return check_element(value, here);
      return text ? check_reference(*text, rule.type, here) : error(here, "an element or its id belongs here");
    }
    if (!text) return error(here, "a text belongs here");
    switch (rule.type) {
      case Spdx3Type::iri:
        if (!is_iri(*text)) error(here, fmt::format("\"{}\" is no IRI", clip(*text)));
        break;
      case Spdx3Type::uri:
        if (!is_uri(*text)) error(here, fmt::format("\"{}\" is no URI", clip(*text)));
        break;
      case Spdx3Type::id:
        if (!is_iri(*text)) error(here, fmt::format("an spdxId is an IRI, \"{}\" is none", clip(*text)));
        break;
      case Spdx3Type::time:
        if (!is_spdx3_time(*text)) error(here, fmt::format("\"{}\" is no time of the form 2026-01-31T12:00:00Z", clip(*text)));
        break;
      case Spdx3Type::version:
        if (!is_spdx3_version(*text)) error(here, fmt::format("\"{}\" is no semantic version", clip(*text)));
        break;
      case Spdx3Type::word:
        if (!rules_.words.find(rule.of)->second.contains(*text)) error(here, fmt::format("\"{}\" is no {}", clip(*text), rule.of));
        break;
      default: break;
    }
  }

  void check_inner(JsonView value, const std::string& of, const Spdx3Place& here) {
    if (!value.is_object()) return error(here, "an object belongs here");
    const std::string_view type = spdx3_type(value);
    if (type.empty()) return error(here, "the object has no type");
    if (!of.empty() && type != of) return error(here.member("type"), fmt::format("a {} belongs here", of));
    const auto rules = rules_.classes.find(type);
    if (rules != rules_.classes.end()) check_object(value, rules->second, here, Unknown::told);
  }

  // A blank node is known in its document only; any other id may be another document's, which then has to be imported.
  void check_reference(std::string_view id, Spdx3Type type, const Spdx3Place& here) {
    if (ids_.find(id) != RefTable::kAbsent) return;
    if (is_blank_node(id) || type == Spdx3Type::creation) return error(here, fmt::format("\"{}\" is not in the graph", clip(id)));
    if (!is_iri(id)) return error(here, fmt::format("\"{}\" is neither an id of the graph nor an IRI", clip(id)));
    if (id.starts_with("https://spdx.org/")) return;  // individuals of the model, licences of the list
    warning(here, fmt::format("\"{}\" is neither in the graph nor imported", clip(id)));
  }

  // ElementCollection: what it is about is no document, and of elements at least one is the root.
  void collection(JsonView object, const Spdx3Place& here) {
    const auto elements = json_array(object, "element"), roots = json_array(object, "rootElement");
    if (elements && elements->size() > 0 && (!roots || roots->size() == 0)) error(here, "a collection with elements needs a rootElement");
    for (const auto& [list, key] : {std::pair(elements, "element"), std::pair(roots, "rootElement")}) {
      if (!list) continue;
      const Spdx3Place at = here.member(key);
      std::size_t i = 0;
      for (const JsonView one : *list) {
        if (ids_.find(as_string(one).value_or("")) == RefTable::kDocument) error(at.item(i), "an SpdxDocument is no part of a collection");
        ++i;
      }
    }
  }

  const Spdx3Rules& rules_;
  std::set<std::string, std::less<>> noted_;
  RefTable ids_;  // of the graph and of what it imports
};

}  // namespace

Result<void> check_spdx3_rules(Sbom& sbom) {
  const Result<Spdx3Rules>& rules = spdx3_rules();
  if (!rules) return fail(rules.error());
  Spdx3Checker(sbom, *rules).run();
  return {};
}

}  // namespace entente::measures::p6_supply
