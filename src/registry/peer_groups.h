// Peer groups: supporters of one category, one nature and, where it is known, one size. There is no group of all, and no order within a
// group: a group shows how its members are spread over the tiers, and only where at least five of them have an assessment.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/index.h"

namespace entente::registry {

inline constexpr std::uint32_t kMinGroup = 5;
inline constexpr std::string_view kTiers = "ABCD?";

struct PeerGroupKey {
  std::optional<Category> category;  // none: not known, a group of its own that is never published
  std::string nature;                // may be empty: not said
  std::string size;                  // may be empty: not known
  auto operator<=>(const PeerGroupKey&) const = default;
};

struct PeerDistribution {
  std::array<std::uint32_t, 5> tiers{};  // members by tier, in the order of kTiers
  std::uint32_t scored = 0;              // members with a tier other than '?'
  // Lower quartile, median, upper quartile of the scores of those (nearest rank), where there are at least kMinGroup.
  std::optional<std::array<double, 3>> quartiles;
};

struct PeerGroup {
  PeerGroupKey key;
  std::uint32_t members = 0;
  std::uint32_t assessed = 0;                                  // of them, with an assessment
  std::optional<std::array<PeerDistribution, 10>> principles;  // by principle; nothing where the group is too small
};

using Sizes = std::map<std::string, std::string, std::less<>>;  // supporter id → size class; the ledger itself knows no sizes

[[nodiscard]] PeerGroupKey peer_group_of(const Supporter& supporter, const Sizes& sizes = {});
// By key.
[[nodiscard]] std::vector<PeerGroup> peer_groups(const Index& index, const Sizes& sizes = {});
[[nodiscard]] Json peer_group_json(const PeerGroup& group);
[[nodiscard]] Json peer_groups_json(const std::vector<PeerGroup>& groups, const Index& index);

}  // namespace entente::registry
