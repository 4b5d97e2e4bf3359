// The norms as documents: instruments, one instrument with its items, the matrix, what belongs to a principle or a control. Members stand
// in one fixed order. Every list that could be read as "all there is" says beside it what is not mapped.
#include <algorithm>

#include "catalog/norms.h"

namespace entente::catalog {
namespace {

Json id_list(const Norms& norms, std::span<const ItemIndex> items) {
  Json out = Json::array();
  for (const ItemIndex item : items) out.push_back(norms.items()[item].id);
  return out;
}

Json control_list(std::span<const ControlId> controls) {
  Json out = Json::array();
  for (const ControlId id : controls) out.push_back(id.str());
  return out;
}

Json edges_json(const Norms& norms, std::span<const EdgeIndex> edges) {
  Json out = Json::array();
  for (const EdgeIndex e : edges) out.push_back(edge_json(norms, norms.edges()[e]));
  return out;
}

Json instrument_head(const Norms& norms, const Instrument& instrument) {
  Json out = Json::object();
  out["id"] = instrument.id;
  out["title"] = instrument.title;
  out["issuer"] = instrument.issuer;
  out["date"] = instrument.date;
  out["symbol"] = instrument.symbol;
  out["status"] = instrument.status;
  out["addressees"] = instrument.addressees;
  out["url"] = instrument.url;
  out["provenance"] = to_string(instrument.provenance);
  std::uint32_t mapped = 0;
  for (ItemIndex i = instrument.first; i < instrument.first + instrument.count; ++i) mapped += norms.edges_of(i).empty() ? 0 : 1;
  out["items"] = instrument.count;
  out["items_mapped"] = mapped;
  return out;
}

Json item_head(const NormItem& item) {
  Json out = Json::object();
  out["id"] = item.id;
  out["ref"] = item.ref;
  out["paraphrase"] = item.paraphrase;
  out["kind"] = to_string(item.kind);
  return out;
}

bool is_call(const Norms& norms, ItemIndex item) {
  const auto first = norms.principle(1);
  return first && norms.items()[item].instrument == norms.items()[*first].instrument;
}

// The column of the matrix an item of the Call stands in: its principle, or 0 for the rest of the Call (preamble, follow-up).
unsigned call_column(const Norms& norms, ItemIndex item) {
  for (unsigned n = 1; n <= 9; ++n)
    if (norms.principle(n) == item) return n;
  return 0;
}

Json matrix_entry(const Norms& norms, const Edge& edge, ItemIndex item, ItemIndex call_item, Relation relation) {
  Json entry = Json::object();
  entry["item"] = norms.items()[item].id;
  entry["relation"] = to_string(relation);
  entry["target"] = norms.items()[call_item].id;
  entry["confidence"] = edge.confidence;
  entry["incompatible"] = edge.incompatible;
  // More than one item on a side: the relation is the union's, not this item's own.
  entry["sources"] = edge.sources.size();
  entry["targets"] = edge.targets.size();
  return entry;
}

Json matrix_row(const Norms& norms, const Instrument& instrument) {
  std::array<Json, 10> cells;
  cells.fill(Json::array());
  Json unmapped = Json::array();
  for (ItemIndex i = instrument.first; i < instrument.first + instrument.count; ++i) {
    if (norms.edges_of(i).empty()) unmapped.push_back(norms.items()[i].id);
    for (const EdgeIndex e : norms.edges_of(i)) {
      const Edge& edge = norms.edges()[e];
      const bool as_source = std::binary_search(edge.sources.begin(), edge.sources.end(), i);
      for (const ItemIndex other : as_source ? edge.targets : edge.sources)
        if (is_call(norms, other))
          cells.at(call_column(norms, other))
              .push_back(matrix_entry(norms, edge, i, other, as_source ? edge.relation : inverse(edge.relation)));
    }
  }
  Json row = Json::object();
  row["instrument"] = instrument.id;
  row["title"] = instrument.title;
  row["provenance"] = to_string(instrument.provenance);
  for (unsigned n = 1; n <= 9; ++n) row["p" + std::to_string(n)] = std::move(cells[n]);
  row["preamble"] = std::move(cells[0]);
  row["unmapped"] = std::move(unmapped);
  return row;
}

}  // namespace

Json edge_json(const Norms& norms, const Edge& edge) {
  Json out = Json::object();
  out["sources"] = id_list(norms, edge.sources);
  out["relation"] = to_string(edge.relation);
  out["targets"] = id_list(norms, edge.targets);
  out["confidence"] = edge.confidence;
  out["incompatible"] = edge.incompatible;
  out["rationale"] = edge.rationale;
  out["note"] = edge.note;
  return out;
}

Json instruments_json(const Norms& norms) {
  Json out = Json::array();
  for (const Instrument& instrument : norms.instruments()) out.push_back(instrument_head(norms, instrument));
  return out;
}

Json instrument_json(const Norms& norms, const Instrument& instrument) {
  Json out = instrument_head(norms, instrument);
  out["items"] = Json::array();
  for (ItemIndex i = instrument.first; i < instrument.first + instrument.count; ++i) {
    Json item = item_head(norms.items()[i]);
    item["edges"] = edges_json(norms, norms.edges_of(i));
    item["controls"] = control_list(norms.controls_of(i));
    out["items"].push_back(std::move(item));
  }
  return out;
}

Json matrix_json(const Norms& norms) {
  Json out = Json::array();
  const auto call = norms.principle(1);
  for (InstrumentIndex i = 0; i < norms.instruments().size(); ++i)
    if (!call || norms.items()[*call].instrument != i) out.push_back(matrix_row(norms, norms.instruments()[i]));
  return out;
}

Json principle_norms_json(const Norms& norms, const Catalog& catalog, unsigned principle) {
  const auto item = norms.principle(principle);
  Json out = Json::object();
  out["principle"] = principle;
  out["id"] = catalog.principle(principle).id;
  out["title"] = catalog.principle(principle).title.en;
  out["edges"] = item ? edges_json(norms, norms.edges_of(*item)) : Json::array();
  // Instruments none of whose items is related to the principle: not mapped, which is not the same as no relationship.
  Json silent = Json::array();
  for (const Instrument& instrument : norms.instruments()) {
    const bool own = item && norms.items()[*item].instrument == static_cast<InstrumentIndex>(&instrument - norms.instruments().data());
    const auto names = [&](ItemIndex i) { return i >= instrument.first && i < instrument.first + instrument.count; };
    const bool related = item && std::ranges::any_of(norms.edges_of(*item), [&](EdgeIndex e) {
                           const Edge& edge = norms.edges()[e];
                           return std::ranges::any_of(edge.sources, names) || std::ranges::any_of(edge.targets, names);
                         });
    if (!own && !related) silent.push_back(instrument.id);
  }
  out["not_mapped"] = std::move(silent);
  Json controls = Json::array();
  for (const Control& control : catalog.controls())
    if (control.id.principle() == principle) controls.push_back(control.id.str());
  out["controls"] = std::move(controls);
  return out;
}

Json control_norms_json(const Norms& norms, const Control& control) {
  Json out = Json::object();
  out["control"] = control.id.str();
  out["principle"] = control.id.principle();
  const auto principle = norms.principle(control.id.principle());
  out["items"] = Json::array();
  for (const ItemIndex i : norms.items_of(control)) {
    Json item = item_head(norms.items()[i]);
    item["instrument"] = norms.instruments()[norms.items()[i].instrument].id;
    std::vector<EdgeIndex> shared;
    if (principle)
      for (const EdgeIndex e : norms.edges_of(i))
        if (std::ranges::binary_search(norms.edges_of(*principle), e)) shared.push_back(e);
    item["edges_to_principle"] = edges_json(norms, shared);
    out["items"].push_back(std::move(item));
  }
  Json notes = Json::array();
  for (const std::string& hook : control.hooks)
    if (!norms.item(hook)) notes.push_back(hook);
  out["other_hooks"] = std::move(notes);
  return out;
}

Json stability_json(const Norms& norms, const Catalog& catalog) {
  const StabilityIndex& index = norms.stability();
  Json out = Json::object();
  out["source"] = index.source;
  out["note"] = index.note;
  out["definition"] = index.definition;
  out["selection_criteria"] = index.selection_criteria;
  out["findings"] = index.findings;
  out["categories"] = Json::array();
  for (const StabilityCategory& category : index.categories) {
    Json row = Json::object();
    row["id"] = category.id;
    row["title"] = category.title;
    row["indicators"] = category.indicators;
    row["sources"] = category.sources;
    row["note"] = category.note;
    row["controls"] = Json::array();
    for (const ControlId id : category.controls) {
      const Control* control = catalog.find(id);
      row["controls"].push_back(Json{{"control", id.str()}, {"title", control == nullptr ? "" : control->title.en}});
    }
    out["categories"].push_back(std::move(row));
  }
  return out;
}

}  // namespace entente::catalog
