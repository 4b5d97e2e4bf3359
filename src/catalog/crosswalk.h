// Inference over the crosswalk: what the statuses of some items say about others. It claims no more than set theory gives: one step, from
// given statuses only, never from inferred ones; relations hold between unions of items, never pair by pair; a conflict is shown, not
// averaged. Rules: data/catalog/norms/inference-rules.json, docs/crosswalk.md.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "catalog/norms.h"

namespace entente::catalog {

using KnownStatuses = std::map<ItemIndex, Status>;  // not-applicable and not-assessed tell nothing

struct Inferred {
  ItemIndex item = 0;
  Bounds bounds;
  std::vector<EdgeIndex> lower_by, upper_by;  // edges that give the bounds; empty where nothing does
  std::vector<EdgeIndex> against;             // incompatible edges to items that are met at least in part
};

// A set of items of which an edge says more than of any one of them.
struct InferredSet {
  EdgeIndex edge = 0;
  std::vector<ItemIndex> items;
  Bounds bounds;  // of their union
};

struct Inference {
  std::vector<Inferred> items;    // those something follows for (or speaks against), by index
  std::vector<InferredSet> sets;  // of more than one item, where bounds say anything, by edge
};

// Edges are used in both directions. An item with a given status is inferred about like any other, so that a claim the crosswalk
// contradicts shows as a conflict: the given status is then one more bound.
[[nodiscard]] Inference infer(const Norms& norms, const KnownStatuses& known);

// The union of several sources, each within its bounds: satisfied only if all are; partial where some are or may be.
[[nodiscard]] Bounds union_bounds(const std::vector<Bounds>& parts);
[[nodiscard]] Bounds transfer(const InferenceRules& rules, Relation relation, Bounds sources);
// a→b and b→c give a→c only where exactly one relation can hold; else nothing.
[[nodiscard]] std::optional<Relation> compose(const InferenceRules& rules, Relation first, Relation second);

[[nodiscard]] Json inference_json(const Norms& norms, const Inference& inference);

}  // namespace entente::catalog
