// Norm instruments, their items, and the crosswalk between them and the Call: data/catalog/norms/, docs/crosswalk.md. Relations are those
// of NIST IR 8477 and OSCAL 1.2's mapping model, and hold between *sets* of items: the union of the sources relative to the union of the
// targets. That no edge names two items says nothing about them; "no-relationship" does.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/control.h"
#include "catalog/finding.h"
#include "core/data.h"

namespace entente::catalog {

enum class ItemKind : std::uint8_t { restraint, duty, cooperate, transparency, principle };
[[nodiscard]] std::string_view to_string(ItemKind kind);

// seen: wording or excerpt read while writing; recall: from general knowledge, to be checked by a person.
enum class Provenance : std::uint8_t { seen, recall };
[[nodiscard]] std::string_view to_string(Provenance provenance);

using ItemIndex = std::uint32_t;        // into Norms::items()
using InstrumentIndex = std::uint32_t;  // into Norms::instruments()
using EdgeIndex = std::uint32_t;        // into Norms::edges()

struct NormItem {
  std::string id;   // "gge-2015.j": instrument, a dot, a word
  std::string ref;  // where in the instrument: "13(j)"
  std::string paraphrase;
  ItemKind kind = ItemKind::duty;
  InstrumentIndex instrument = 0;
};

struct Instrument {
  std::string id, title, issuer, date, symbol, status, url;
  std::vector<std::string> addressees;  // known_categories()
  Provenance provenance = Provenance::recall;
  ItemIndex first = 0;  // its items stand together
  std::uint32_t count = 0;
};

// The sources relative to the targets; the order is that of the file of rules.
enum class Relation : std::uint8_t { equal_to, equivalent_to, subset_of, superset_of, intersects_with, no_relationship };
inline constexpr std::size_t kRelations = 6;
[[nodiscard]] std::string_view to_string(Relation relation);  // "subset-of"
[[nodiscard]] std::optional<Relation> parse_relation(std::string_view text);
[[nodiscard]] Relation inverse(Relation relation);  // targets relative to sources

struct Edge {
  std::vector<ItemIndex> sources, targets;  // in index order, at least one each
  Relation relation = Relation::intersects_with;
  std::uint8_t confidence = 0;  // percent
  bool incompatible = false;    // who meets the one works, in part, against the other
  std::string rationale;        // syntactic, semantic, functional
  std::string note;
};

// What a status of the sources says about the targets: at least, at most. Only the first three statuses occur.
enum class Level : std::uint8_t { not_satisfied, partial, satisfied };
[[nodiscard]] std::string_view to_string(Level level);
struct Bounds {
  Level lower = Level::not_satisfied;
  Level upper = Level::satisfied;
  [[nodiscard]] bool conflict() const { return lower > upper; }  // to be shown, never averaged
  bool operator==(const Bounds&) const = default;
};

struct InferenceRules {
  std::array<std::array<Bounds, 3>, kRelations> transfer;                             // by relation, by the sources' Level
  std::array<std::array<std::vector<Relation>, kRelations>, kRelations> composition;  // empty: unknown; several: any of them
};

// One of the five categories of the Call's working group 5, with the controls that could feed it.
struct StabilityCategory {
  std::string id, title, note;
  std::vector<std::string> indicators, sources;
  std::vector<ControlId> controls;
};
struct StabilityIndex {
  std::string source, note, definition;
  std::vector<std::string> selection_criteria, findings;
  std::vector<StabilityCategory> categories;
};

// Immutable; thread-safe.
class Norms {
 public:
  static constexpr std::string_view kInstrumentsPath = "catalog/norms/instruments.json";
  static constexpr std::string_view kCrosswalkPath = "catalog/norms/crosswalk.json";
  static constexpr std::string_view kRulesPath = "catalog/norms/inference-rules.json";
  static constexpr std::string_view kStabilityPath = "catalog/norms/stability-index.json";

  // Unknown keys, ids that nothing defines (in edges, in hooks of the catalogue's controls, in the stability index), duplicate items,
  // values outside their list, rules that are not there or claim too much are errors with file, line and pointer.
  [[nodiscard]] static Result<Norms> load(const DataSet& data, const Catalog& catalog);
  struct Text {
    std::string_view text;
    std::string name;  // what errors call it
  };
  struct Source {
    Text instruments, crosswalk, rules, stability;
  };
  [[nodiscard]] static Result<Norms> parse(const Source& source, const Catalog& catalog);

  [[nodiscard]] std::span<const Instrument> instruments() const { return instruments_; }
  [[nodiscard]] std::span<const NormItem> items() const { return items_; }
  [[nodiscard]] std::span<const NormItem> items(const Instrument& instrument) const {
    return std::span(items_).subspan(instrument.first, instrument.count);
  }
  [[nodiscard]] std::span<const Edge> edges() const { return edges_; }
  [[nodiscard]] const InferenceRules& rules() const { return rules_; }
  [[nodiscard]] const StabilityIndex& stability() const { return stability_; }

  [[nodiscard]] const Instrument* instrument(std::string_view id) const;  // nullptr if there is none
  [[nodiscard]] std::optional<ItemIndex> item(std::string_view id) const;
  [[nodiscard]] std::optional<ItemIndex> principle(unsigned number) const { return principles_.at(number); }  // 1 … 9; 0 has no item
  // Edges that name the item, as source or as target, in order.
  [[nodiscard]] std::span<const EdgeIndex> edges_of(ItemIndex item) const { return edges_of_.at(item); }
  // Items a control serves by its hooks; hooks that name an instrument as a whole, or no norm, are not among them.
  [[nodiscard]] std::vector<ItemIndex> items_of(const Control& control) const;
  // Controls that serve the item, by id.
  [[nodiscard]] std::span<const ControlId> controls_of(ItemIndex item) const { return controls_of_.at(item); }

 private:
  Norms() = default;
  std::vector<Instrument> instruments_;
  std::vector<NormItem> items_;
  std::vector<std::pair<std::string, ItemIndex>> by_id_;  // sorted
  std::array<std::optional<ItemIndex>, 10> principles_;
  std::vector<Edge> edges_;
  std::vector<std::vector<EdgeIndex>> edges_of_;
  std::vector<std::vector<ControlId>> controls_of_;
  InferenceRules rules_;
  StabilityIndex stability_;
  friend class NormsLoader;
};

// Documents for the API and the pages; members in fixed order.
[[nodiscard]] Json instruments_json(const Norms& norms);                               // without items, with how much of each is mapped
[[nodiscard]] Json instrument_json(const Norms& norms, const Instrument& instrument);  // with items, their edges and controls
// Instruments × principles: for each cell which items have which relation. `preamble` gathers the edges to other parts of the Call; items
// that no edge names are listed apart: nothing is said of them.
[[nodiscard]] Json matrix_json(const Norms& norms);
[[nodiscard]] Json edge_json(const Norms& norms, const Edge& edge);
[[nodiscard]] Json principle_norms_json(const Norms& norms, const Catalog& catalog, unsigned principle);  // 1 … 9
// The items its hooks name, and what the crosswalk says of each of them and the control's own principle.
[[nodiscard]] Json control_norms_json(const Norms& norms, const Control& control);
[[nodiscard]] Json stability_json(const Norms& norms, const Catalog& catalog);

}  // namespace entente::catalog
