// Reads the four files of norms strictly: a closed set of keys, every id resolved, every word from its list. The rules of inference are
// data, so they are held to logic before anything is inferred with them: all there, never a lower bound above an upper one, and a better
// status of the sources never a worse bound for the targets.
#include "catalog/norms.h"

#include <algorithm>
#include <set>

#include "catalog/nearest.h"
#include "catalog/oscal_node.h"
#include "core/utf8.h"

namespace entente::catalog {
namespace {

constexpr JsonLimits kNormLimits{.max_bytes = std::uint64_t{32} << 20, .max_depth = 16};
constexpr std::array<std::string_view, 5> kItemKinds = {"restraint", "duty", "cooperate", "transparency", "principle"};
constexpr std::array<std::string_view, 2> kProvenances = {"seen", "recall"};
constexpr std::array<std::string_view, kRelations> kRelationNames = {"equal-to",    "equivalent-to",   "subset-of",
                                                                     "superset-of", "intersects-with", "no-relationship"};
constexpr std::array<std::string_view, 3> kLevels = {"not-satisfied", "partial", "satisfied"};
constexpr std::array<std::string_view, 3> kRationales = {"syntactic", "semantic", "functional"};

std::optional<std::size_t> word_index(std::span<const std::string_view> words, std::string_view word) {
  const auto it = std::find(words.begin(), words.end(), word);
  if (it == words.end()) return std::nullopt;
  return static_cast<std::size_t>(it - words.begin());
}

// The member's text as an index into a closed list of words.
Result<std::size_t> norm_word(const OscalNode& node, std::string_view key, std::span<const std::string_view> words) {
  ENTENTE_TRY(const std::string text, node.text(key));
  if (const auto index = word_index(words, text)) return *index;
  return node.wrong_at(key, "\"" + std::string(key) + "\" is \"" + printable(text, 80) + "\"", "one of: " + join_or(words));
}

struct NormText {
  OscalNode node;
  std::string text;
};

Result<std::vector<NormText>> norm_texts(const OscalNode& owner, std::string_view key) {
  std::vector<NormText> out;
  ENTENTE_TRY(const std::vector<OscalNode> nodes, owner.items(key));
  for (const OscalNode& node : nodes) {
    const auto text = as_string(node.view());
    if (!text || text->empty() || text->size() > 1000) return node.wrong("a text of 1 to 1,000 bytes is expected here");
    out.push_back({node, std::string(*text)});
  }
  return out;
}

Result<std::vector<std::string>> norm_lines(const OscalNode& owner, std::string_view key) {
  ENTENTE_TRY(std::vector<NormText> texts, norm_texts(owner, key));
  std::vector<std::string> out;
  for (NormText& t : texts) out.push_back(std::move(t.text));
  return out;
}

}  // namespace

std::string_view to_string(ItemKind kind) { return kItemKinds[static_cast<std::size_t>(kind)]; }
std::string_view to_string(Provenance provenance) { return kProvenances[static_cast<std::size_t>(provenance)]; }
std::string_view to_string(Relation relation) { return kRelationNames[static_cast<std::size_t>(relation)]; }
std::string_view to_string(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

std::optional<Relation> parse_relation(std::string_view text) {
  const auto index = word_index(kRelationNames, text);
  return index ? std::optional(static_cast<Relation>(*index)) : std::nullopt;
}

Relation inverse(Relation relation) {
  if (relation == Relation::subset_of) return Relation::superset_of;
  if (relation == Relation::superset_of) return Relation::subset_of;
  return relation;
}

class NormsLoader {
 public:
  explicit NormsLoader(const Catalog& catalog) : catalog_(catalog) {}
  Result<Norms> load(const Norms::Source& source);

 private:
  using Reader = Result<void> (NormsLoader::*)(const OscalNode&);
  Result<void> read(const Norms::Text& source, Reader reader);
  Result<void> read_instruments(const OscalNode& root);
  Result<void> read_instrument(const OscalNode& node);
  Result<void> read_item(const OscalNode& node, const std::string& instrument);
  Result<void> seal_items(const OscalNode& root);
  Result<void> read_crosswalk(const OscalNode& root);
  Result<void> read_edge(const OscalNode& node);
  Result<std::vector<ItemIndex>> item_set(const OscalNode& node, std::string_view key) const;
  Result<void> read_rules(const OscalNode& root);
  Result<void> read_transfer(const OscalNode& root);
  Result<void> read_composition(const OscalNode& root);
  Result<void> read_stability(const OscalNode& root);
  Result<void> read_category(const OscalNode& node);

  const Catalog& catalog_;
  Norms norms_;
  std::set<std::tuple<std::vector<ItemIndex>, std::vector<ItemIndex>>> seen_edges_;
};

Result<void> NormsLoader::read(const Norms::Text& source, Reader reader) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(source.text, source.name, kNormLimits));
  return (this->*reader)(OscalNode(document, document.root(), ""));
}

Result<void> NormsLoader::read_instruments(const OscalNode& root) {
  ENTENTE_CHECK(root.only(std::array<std::string_view, 4>{"version", "note", "licence", "instruments"}));
  ENTENTE_TRY(const std::vector<OscalNode> list, root.items("instruments"));
  for (const OscalNode& node : list) ENTENTE_CHECK(read_instrument(node));
  return seal_items(root);
}

Result<void> NormsLoader::read_instrument(const OscalNode& node) {
  ENTENTE_CHECK(node.only(
      std::array<std::string_view, 10>{"id", "title", "issuer", "date", "symbol", "status", "addressees", "url", "provenance", "items"}));
  Instrument made;
  for (const auto& [key, into] : std::array<std::pair<std::string_view, std::string*>, 7>{{{"id", &made.id},
                                                                                           {"title", &made.title},
                                                                                           {"issuer", &made.issuer},
                                                                                           {"date", &made.date},
                                                                                           {"symbol", &made.symbol},
                                                                                           {"status", &made.status},
                                                                                           {"url", &made.url}}}) {
    ENTENTE_TRY(*into, node.text(key));
  }
  if (norms_.instrument(made.id) != nullptr) return node.wrong_at("id", "the instrument \"" + printable(made.id, 80) + "\" stands twice");
  if (!made.url.starts_with("https://")) return node.wrong_at("url", "the address does not start with https://");
  ENTENTE_TRY(const std::vector<NormText> addressees, norm_texts(node, "addressees"));
  for (const NormText& a : addressees) {
    if (!word_index(known_categories(), a.text))
      return a.node.wrong("unknown category \"" + printable(a.text, 80) + "\"", "one of: " + join_or(known_categories()));
    made.addressees.push_back(a.text);
  }
  ENTENTE_TRY(const std::size_t provenance, norm_word(node, "provenance", kProvenances));
  made.provenance = static_cast<Provenance>(provenance);
  made.first = static_cast<ItemIndex>(norms_.items_.size());
  ENTENTE_TRY(const std::vector<OscalNode> items, node.items("items"));
  for (const OscalNode& item : items) ENTENTE_CHECK(read_item(item, made.id));
  made.count = static_cast<std::uint32_t>(norms_.items_.size() - made.first);
  norms_.instruments_.push_back(std::move(made));
  return {};
}

Result<void> NormsLoader::read_item(const OscalNode& node, const std::string& instrument) {
  ENTENTE_CHECK(node.only(std::array<std::string_view, 4>{"id", "ref", "paraphrase", "kind"}));
  NormItem made;
  made.instrument = static_cast<InstrumentIndex>(norms_.instruments_.size());
  ENTENTE_TRY(made.id, node.text("id"));
  if (!made.id.starts_with(instrument + ".") || made.id.size() == instrument.size() + 1)
    return node.wrong_at("id", "\"" + printable(made.id, 80) + "\" is no item of \"" + instrument + "\"", instrument + ".<word>");
  ENTENTE_TRY(made.ref, node.text("ref"));
  ENTENTE_TRY(made.paraphrase, node.text("paraphrase"));
  ENTENTE_TRY(const std::size_t kind, norm_word(node, "kind", kItemKinds));
  made.kind = static_cast<ItemKind>(kind);
  norms_.by_id_.emplace_back(made.id, static_cast<ItemIndex>(norms_.items_.size()));
  norms_.items_.push_back(std::move(made));
  return {};
}

// All items are known: sort them, find the principles, resolve the hooks of the controls.
Result<void> NormsLoader::seal_items(const OscalNode& root) {
  auto& by_id = norms_.by_id_;
  std::sort(by_id.begin(), by_id.end());
  const auto twice = std::adjacent_find(by_id.begin(), by_id.end(), [](const auto& a, const auto& b) { return a.first == b.first; });
  if (twice != by_id.end()) return root.wrong("the item \"" + printable(twice->first, 80) + "\" stands twice");
  for (const Principle& p : catalog_.principles()) {
    if (p.number == 0) continue;
    norms_.principles_.at(p.number) = norms_.item(p.id);
    if (!norms_.principles_.at(p.number)) return root.wrong("the principle \"" + p.id + "\" is not among the items");
  }
  norms_.edges_of_.resize(norms_.items_.size());
  norms_.controls_of_.resize(norms_.items_.size());
  for (const Control& control : catalog_.controls())
    for (const std::string& hook : control.hooks) {
      if (const auto item = norms_.item(hook)) {
        norms_.controls_of_[*item].push_back(control.id);
      } else if (hook.find('.') != std::string::npos) {
        return root.wrong("the control " + control.id.str() + " hooks onto \"" + printable(hook, 80) + "\", which no instrument has",
                          "words without a dot are notes, not items");
      }
    }
  return {};
}

Result<void> NormsLoader::read_crosswalk(const OscalNode& root) {
  ENTENTE_CHECK(root.only(std::array<std::string_view, 4>{"version", "note", "licence", "edges"}));
  ENTENTE_TRY(const std::vector<OscalNode> list, root.items("edges"));
  for (const OscalNode& node : list) ENTENTE_CHECK(read_edge(node));
  return {};
}

Result<std::vector<ItemIndex>> NormsLoader::item_set(const OscalNode& node, std::string_view key) const {
  ENTENTE_TRY(const std::vector<NormText> texts, norm_texts(node, key));
  if (texts.empty()) return node.wrong("\"" + std::string(key) + "\" is missing");
  std::vector<ItemIndex> out;
  for (const NormText& t : texts) {
    const auto found = norms_.item(t.text);
    if (!found) {
      std::vector<std::string_view> known;
      for (const NormItem& item : norms_.items_) known.emplace_back(item.id);
      const auto close = nearest(t.text, known, 1);
      return t.node.wrong("no instrument has an item \"" + printable(t.text, 80) + "\"",
                          close.empty() ? "" : "did you mean \"" + std::string(close[0]) + "\"?");
    }
    if (std::find(out.begin(), out.end(), *found) != out.end()) return t.node.wrong("\"" + t.text + "\" stands twice");
    out.push_back(*found);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<void> NormsLoader::read_edge(const OscalNode& node) {
  ENTENTE_CHECK(
      node.only(std::array<std::string_view, 7>{"sources", "relation", "targets", "confidence", "rationale", "incompatible", "note"}));
  Edge made;
  ENTENTE_TRY(made.sources, item_set(node, "sources"));
  ENTENTE_TRY(made.targets, item_set(node, "targets"));
  for (const ItemIndex source : made.sources)
    if (std::find(made.targets.begin(), made.targets.end(), source) != made.targets.end())
      return node.wrong("\"" + norms_.items_[source].id + "\" is on both sides");
  if (!seen_edges_.emplace(made.sources, made.targets).second) return node.wrong("these items are related twice");
  ENTENTE_TRY(const std::size_t relation, norm_word(node, "relation", kRelationNames));
  made.relation = static_cast<Relation>(relation);
  const auto confidence = json_int(node.view(), "confidence");
  if (!confidence || *confidence < 0 || *confidence > 100) return node.wrong_at("confidence", "the confidence is no whole number 0 … 100");
  made.confidence = static_cast<std::uint8_t>(*confidence);
  if (node.has("incompatible")) {
    const auto value = json_bool(node.view(), "incompatible");
    if (!value) return node.wrong_at("incompatible", "\"incompatible\" is neither true nor false");
    made.incompatible = *value;
  }
  ENTENTE_TRY(const std::size_t rationale, norm_word(node, "rationale", kRationales));
  made.rationale = kRationales[rationale];
  ENTENTE_TRY(made.note, node.optional_text("note"));
  const auto index = static_cast<EdgeIndex>(norms_.edges_.size());
  for (const auto* side : {&made.sources, &made.targets})
    for (const ItemIndex item : *side) norms_.edges_of_[item].push_back(index);
  norms_.edges_.push_back(std::move(made));
  return {};
}

Result<void> NormsLoader::read_rules(const OscalNode& root) {
  ENTENTE_CHECK(root.only(std::array<std::string_view, 5>{"version", "note", "licence", "transfer", "composition"}));
  ENTENTE_CHECK(read_transfer(root));
  return read_composition(root);
}

Result<void> NormsLoader::read_transfer(const OscalNode& root) {
  std::set<std::pair<std::size_t, Status>> seen;
  ENTENTE_TRY(const std::vector<OscalNode> list, root.items("transfer"));
  for (const OscalNode& node : list) {
    ENTENTE_CHECK(node.only(std::array<std::string_view, 4>{"relation", "status", "lower", "upper"}));
    ENTENTE_TRY(const std::size_t relation, norm_word(node, "relation", kRelationNames));
    ENTENTE_TRY(const std::string status_text, node.text("status"));
    const auto status = parse_status(status_text);
    if (!status) return node.wrong_at("status", "unknown status \"" + printable(status_text, 80) + "\"");
    ENTENTE_TRY(const std::size_t lower, norm_word(node, "lower", kLevels));
    ENTENTE_TRY(const std::size_t upper, norm_word(node, "upper", kLevels));
    const Bounds bounds{static_cast<Level>(lower), static_cast<Level>(upper)};
    if (bounds.conflict()) return node.wrong("the lower bound is above the upper one");
    if (!seen.emplace(relation, *status).second) return node.wrong("this rule stands twice");
    if (*status == Status::not_applicable || *status == Status::not_assessed) {
      if (bounds != Bounds{}) return node.wrong("nothing follows from what is not known");
      continue;
    }
    const Level level = *status == Status::satisfied ? Level::satisfied
                        : *status == Status::partial ? Level::partial
                                                     : Level::not_satisfied;
    norms_.rules_.transfer[relation][static_cast<std::size_t>(level)] = bounds;
  }
  if (seen.size() != kRelations * 5) return root.wrong_at("transfer", "a rule is missing", "each relation × each of the five statuses");
  for (std::size_t r = 0; r < kRelations; ++r)
    for (std::size_t l = 1; l < 3; ++l) {
      const auto& row = norms_.rules_.transfer[r];
      if (row[l].lower < row[l - 1].lower || row[l].upper < row[l - 1].upper)
        return root.wrong_at("transfer", "a better status of the sources gives a worse bound under " + std::string(kRelationNames[r]));
    }
  return {};
}

Result<void> NormsLoader::read_composition(const OscalNode& root) {
  std::set<std::pair<std::size_t, std::size_t>> seen;
  ENTENTE_TRY(const std::vector<OscalNode> list, root.items("composition"));
  for (const OscalNode& node : list) {
    ENTENTE_CHECK(node.only(std::array<std::string_view, 3>{"first", "second", "results"}));
    ENTENTE_TRY(const std::size_t first, norm_word(node, "first", kRelationNames));
    ENTENTE_TRY(const std::size_t second, norm_word(node, "second", kRelationNames));
    if (!seen.emplace(first, second).second) return node.wrong("this composition stands twice");
    const auto results = json_array(node.view(), "results");
    if (!results) return node.wrong("\"results\" is missing");
    for (const JsonView view : *results) {
      const auto relation = parse_relation(as_string(view).value_or(""));
      if (!relation) return node.wrong_at("results", "a result is no relation", "of: " + join_or(kRelationNames));
      norms_.rules_.composition[first][second].push_back(*relation);
    }
  }
  return {};
}

Result<void> NormsLoader::read_stability(const OscalNode& root) {
  ENTENTE_CHECK(root.only(
      std::array<std::string_view, 7>{"version", "source", "note", "definition", "selection_criteria", "findings", "categories"}));
  StabilityIndex& made = norms_.stability_;
  ENTENTE_TRY(made.source, root.text("source"));
  ENTENTE_TRY(made.note, root.text("note"));
  ENTENTE_TRY(made.definition, root.text("definition"));
  ENTENTE_TRY(made.selection_criteria, norm_lines(root, "selection_criteria"));
  ENTENTE_TRY(made.findings, norm_lines(root, "findings"));
  ENTENTE_TRY(const std::vector<OscalNode> list, root.items("categories"));
  for (const OscalNode& node : list) ENTENTE_CHECK(read_category(node));
  return {};
}

Result<void> NormsLoader::read_category(const OscalNode& node) {
  ENTENTE_CHECK(node.only(std::array<std::string_view, 6>{"id", "title", "indicators", "sources", "note", "controls"}));
  StabilityCategory made;
  ENTENTE_TRY(made.id, node.text("id"));
  ENTENTE_TRY(made.title, node.text("title"));
  ENTENTE_TRY(made.note, node.optional_text("note"));
  ENTENTE_TRY(made.indicators, norm_lines(node, "indicators"));
  ENTENTE_TRY(made.sources, norm_lines(node, "sources"));
  ENTENTE_TRY(const std::vector<NormText> controls, norm_texts(node, "controls"));
  for (const NormText& c : controls) {
    const auto id = ControlId::parse(c.text);
    if (!id || catalog_.find(*id) == nullptr) return c.node.wrong("the catalogue has no control \"" + printable(c.text, 80) + "\"");
    made.controls.push_back(*id);
  }
  norms_.stability_.categories.push_back(std::move(made));
  return {};
}

Result<Norms> NormsLoader::load(const Norms::Source& source) {
  ENTENTE_CHECK(read(source.instruments, &NormsLoader::read_instruments));
  ENTENTE_CHECK(read(source.crosswalk, &NormsLoader::read_crosswalk));
  ENTENTE_CHECK(read(source.rules, &NormsLoader::read_rules));
  ENTENTE_CHECK(read(source.stability, &NormsLoader::read_stability));
  return std::move(norms_);
}

Result<Norms> Norms::parse(const Source& source, const Catalog& catalog) { return NormsLoader(catalog).load(source); }

Result<Norms> Norms::load(const DataSet& data, const Catalog& catalog) {
  Source source;
  for (const auto& [path, into] : std::array<std::pair<std::string_view, Text*>, 4>{{{kInstrumentsPath, &source.instruments},
                                                                                     {kCrosswalkPath, &source.crosswalk},
                                                                                     {kRulesPath, &source.rules},
                                                                                     {kStabilityPath, &source.stability}}}) {
    ENTENTE_TRY(into->text, data.file(path));
    into->name = data.display_name(path);
  }
  return parse(source, catalog);
}

const Instrument* Norms::instrument(std::string_view id) const {
  const auto it = std::find_if(instruments_.begin(), instruments_.end(), [&](const Instrument& i) { return i.id == id; });
  return it == instruments_.end() ? nullptr : &*it;
}

std::optional<ItemIndex> Norms::item(std::string_view id) const {
  const auto it =
      std::lower_bound(by_id_.begin(), by_id_.end(), id, [](const auto& entry, std::string_view want) { return entry.first < want; });
  if (it == by_id_.end() || it->first != id) return std::nullopt;
  return it->second;
}

std::vector<ItemIndex> Norms::items_of(const Control& control) const {
  std::vector<ItemIndex> out;
  for (const std::string& hook : control.hooks)
    if (const auto found = item(hook)) out.push_back(*found);
  return out;
}

}  // namespace entente::catalog
