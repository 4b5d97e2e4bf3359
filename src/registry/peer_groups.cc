// Peer groups are counted in one pass over the index. Quartiles are values that occur (nearest rank), not interpolated ones, and rest on
// members whose coverage allows a tier.
#include "registry/peer_groups.h"

#include <algorithm>

namespace entente::registry {
namespace {

struct GroupScores {
  PeerGroup group;
  std::array<PeerDistribution, 10> principles;
  std::array<std::vector<double>, 10> scores;
};

void add_member(GroupScores& into, const SupporterIndex& row) {
  ++into.group.members;
  if (row.assessment == nullptr) return;
  ++into.group.assessed;
  for (const catalog::PrincipleScore& p : row.principles) {
    PeerDistribution& d = into.principles.at(p.principle);
    ++d.tiers.at(std::min(kTiers.find(p.tier), kTiers.size() - 1));
    if (p.tier == '?') continue;
    ++d.scored;
    into.scores.at(p.principle).push_back(*p.score);
  }
}

// The smallest value that at least `share` of 4 quarters of the sorted values do not exceed.
double nearest_rank(const std::vector<double>& sorted, std::size_t quarters) { return sorted[(sorted.size() * quarters + 3) / 4 - 1]; }

PeerGroup close_group(GroupScores& made) {
  for (std::size_t p = 0; p < made.principles.size(); ++p) {
    auto& scores = made.scores[p];
    if (scores.size() < kMinGroup) continue;
    std::sort(scores.begin(), scores.end());
    made.principles[p].quartiles = {nearest_rank(scores, 1), nearest_rank(scores, 2), nearest_rank(scores, 3)};
  }
  if (made.group.assessed >= kMinGroup && made.group.key.category) made.group.principles = made.principles;
  return std::move(made.group);
}

Json distribution_json(std::size_t principle, const PeerDistribution& d) {
  Json out = Json::object();
  out["principle"] = principle;
  Json& tiers = out["tiers"] = Json::object();
  for (std::size_t t = 0; t < kTiers.size(); ++t) tiers[std::string(1, kTiers[t])] = d.tiers[t];
  out["scored"] = d.scored;
  if (d.quartiles)
    out["quartiles"] = Json::array({index_figure((*d.quartiles)[0]), index_figure((*d.quartiles)[1]), index_figure((*d.quartiles)[2])});
  else
    out["quartiles"] = nullptr;
  return out;
}

}  // namespace

PeerGroupKey peer_group_of(const Supporter& supporter, const Sizes& sizes) {
  const auto size = sizes.find(supporter.identity.id);
  return {supporter.identity.category, supporter.identity.nature, size == sizes.end() ? std::string() : size->second};
}

std::vector<PeerGroup> peer_groups(const Index& index, const Sizes& sizes) {
  std::map<PeerGroupKey, GroupScores> made;
  for (const SupporterIndex& row : index.supporters) {
    const PeerGroupKey key = peer_group_of(*row.supporter, sizes);
    GroupScores& group = made[key];
    group.group.key = key;
    add_member(group, row);
  }
  std::vector<PeerGroup> out;
  for (auto& [key, group] : made) out.push_back(close_group(group));
  return out;
}

Json peer_group_json(const PeerGroup& group) {
  Json out = Json::object();
  out["category"] = group.key.category ? Json(name(*group.key.category)) : Json(nullptr);
  out["nature"] = group.key.nature.empty() ? Json(nullptr) : Json(group.key.nature);
  out["size"] = group.key.size.empty() ? Json(nullptr) : Json(group.key.size);
  out["members"] = group.members;
  out["assessed"] = group.assessed;
  out["published"] = group.principles.has_value();
  Json& principles = out["principles"] = nullptr;
  if (group.principles) {
    principles = Json::array();
    for (std::size_t p = 0; p < group.principles->size(); ++p) principles.push_back(distribution_json(p, (*group.principles)[p]));
  }
  return out;
}

Json peer_groups_json(const std::vector<PeerGroup>& groups, const Index& index) {
  Json out = Json::object();
  out["at"] = format_time(index.at);
  out["ledger"] = Json{{"size", index.ledger_size}, {"time", format_time(index.ledger_time)}};
  out["smallest"] = kMinGroup;
  Json& list = out["groups"] = Json::array();
  for (const PeerGroup& group : groups) list.push_back(peer_group_json(group));
  return out;
}

}  // namespace entente::registry
