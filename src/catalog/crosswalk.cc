// One pass over the edges. For each edge and direction the given statuses of one side become bounds of its union, the rule of the relation
// turns them into bounds of the other side's union, and these are narrowed into bounds of single items only as far as that is sound: a
// union that is satisfied satisfies all its parts; a union that is met in part, or not met, says nothing of one part among several.
// Lower bounds then take the highest, upper bounds the lowest; where they cross there is a conflict.
#include "catalog/crosswalk.h"

#include <algorithm>

namespace entente::catalog {
namespace {

Bounds known_bounds(const KnownStatuses& known, ItemIndex item) {
  const auto it = known.find(item);
  if (it == known.end()) return {};
  switch (it->second) {
    case Status::satisfied: return {Level::satisfied, Level::satisfied};
    case Status::partial: return {Level::partial, Level::partial};
    case Status::not_satisfied: return {Level::not_satisfied, Level::not_satisfied};
    case Status::not_applicable:
    case Status::not_assessed: break;
  }
  return {};
}

class CrosswalkInference {
 public:
  CrosswalkInference(const Norms& norms, const KnownStatuses& known) : norms_(norms), known_(known), items_(norms.items().size()) {}

  Inference run() {
    for (EdgeIndex e = 0; e < norms_.edges().size(); ++e) {
      const Edge& edge = norms_.edges()[e];
      follow(e, edge.sources, edge.targets, edge.relation);
      follow(e, edge.targets, edge.sources, inverse(edge.relation));
    }
    for (ItemIndex i = 0; i < items_.size(); ++i) {
      Inferred& item = items_[i];
      if (item.lower_by.empty() && item.upper_by.empty() && item.against.empty()) continue;
      item.item = i;
      const Bounds given = known_bounds(known_, i);
      item.bounds.lower = std::max(item.bounds.lower, given.lower);
      item.bounds.upper = std::min(item.bounds.upper, given.upper);
      out_.items.push_back(std::move(item));
    }
    return std::move(out_);
  }

 private:
  void follow(EdgeIndex e, const std::vector<ItemIndex>& from, const std::vector<ItemIndex>& to, Relation relation) {
    std::vector<Bounds> parts;
    for (const ItemIndex item : from) parts.push_back(known_bounds(known_, item));
    const Bounds sources = union_bounds(parts);
    Bounds made = transfer(norms_.rules(), relation, sources);
    if (norms_.edges()[e].incompatible) {
      // Whoever meets the one may work against the other: nothing is earned by it.
      made.lower = Level::not_satisfied;
      if (sources.lower != Level::not_satisfied)
        for (const ItemIndex item : to) items_[item].against.push_back(e);
    }
    if (made == Bounds{}) return;
    if (to.size() > 1) {
      out_.sets.push_back({e, to, made});
      if (made.lower == Level::satisfied)
        for (const ItemIndex item : to) raise(items_[item], made.lower, e);
      return;
    }
    raise(items_[to.front()], made.lower, e);
    press(items_[to.front()], made.upper, e);
  }

  static void raise(Inferred& item, Level lower, EdgeIndex e) {
    if (lower == Level::not_satisfied || lower < item.bounds.lower) return;
    if (lower > item.bounds.lower) item.lower_by.clear();
    item.bounds.lower = lower;
    item.lower_by.push_back(e);
  }

  static void press(Inferred& item, Level upper, EdgeIndex e) {
    if (upper == Level::satisfied || upper > item.bounds.upper) return;
    if (upper < item.bounds.upper) item.upper_by.clear();
    item.bounds.upper = upper;
    item.upper_by.push_back(e);
  }

  const Norms& norms_;
  const KnownStatuses& known_;
  std::vector<Inferred> items_;
  Inference out_;
};

Json edge_list(const Norms& norms, const std::vector<EdgeIndex>& edges) {
  Json out = Json::array();
  for (const EdgeIndex e : edges) out.push_back(edge_json(norms, norms.edges()[e]));
  return out;
}

void put_bounds(Json& out, Bounds bounds) {
  out["lower"] = to_string(bounds.lower);
  out["upper"] = to_string(bounds.upper);
  out["conflict"] = bounds.conflict();
}

}  // namespace

Bounds union_bounds(const std::vector<Bounds>& parts) {
  if (parts.empty()) return {};
  const auto combine = [&](auto level_of) {
    Level least = Level::satisfied, most = Level::not_satisfied;
    for (const Bounds& part : parts) {
      least = std::min(least, level_of(part));
      most = std::max(most, level_of(part));
    }
    // All alike is that; a mixture is met in part.
    return least == most ? least : Level::partial;
  };
  return {combine([](const Bounds& b) { return b.lower; }), combine([](const Bounds& b) { return b.upper; })};
}

Bounds transfer(const InferenceRules& rules, Relation relation, Bounds sources) {
  const auto& row = rules.transfer[static_cast<std::size_t>(relation)];
  // The rules are monotone (checked when they are loaded), so the ends of the sources' range give the ends of the targets'.
  return {row[static_cast<std::size_t>(sources.lower)].lower, row[static_cast<std::size_t>(sources.upper)].upper};
}

std::optional<Relation> compose(const InferenceRules& rules, Relation first, Relation second) {
  const auto& results = rules.composition[static_cast<std::size_t>(first)][static_cast<std::size_t>(second)];
  return results.size() == 1 ? std::optional(results.front()) : std::nullopt;
}

Inference infer(const Norms& norms, const KnownStatuses& known) { return CrosswalkInference(norms, known).run(); }

Json inference_json(const Norms& norms, const Inference& inference) {
  Json out = Json::object();
  out["items"] = Json::array();
  for (const Inferred& item : inference.items) {
    Json row = Json::object();
    row["item"] = norms.items()[item.item].id;
    put_bounds(row, item.bounds);
    row["lower_by"] = edge_list(norms, item.lower_by);
    row["upper_by"] = edge_list(norms, item.upper_by);
    row["against"] = edge_list(norms, item.against);
    out["items"].push_back(std::move(row));
  }
  out["sets"] = Json::array();
  for (const InferredSet& set : inference.sets) {
    Json row = Json::object();
    row["items"] = Json::array();
    for (const ItemIndex item : set.items) row["items"].push_back(norms.items()[item].id);
    put_bounds(row, set.bounds);
    row["edge"] = edge_json(norms, norms.edges()[set.edge]);
    out["sets"].push_back(std::move(row));
  }
  return out;
}

}  // namespace entente::catalog
