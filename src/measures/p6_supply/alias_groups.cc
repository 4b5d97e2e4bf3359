// Union-find over ids: records first, then aliases no record carries; path halving, union by least index, so that a group's
// root is its least record.
#include "measures/p6_supply/alias_groups.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace entente::measures::p6_supply {
namespace {

struct Forest {
  std::vector<std::uint32_t> parent;

  std::uint32_t root(std::uint32_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    parent[std::max(a, b)] = std::min(a, b);
  }
};

std::string_view group_name(const std::vector<std::string_view>& members) {
  for (const std::string_view prefix : {"CVE-", "GHSA-"}) {
    for (const std::string_view id : members) {
      if (id.starts_with(prefix)) return id;
    }
  }
  return members.front();
}

}  // namespace

AliasGroups alias_groups(std::span<const OsvRecord> records) {
  std::unordered_map<std::string_view, std::uint32_t> index;
  std::vector<std::string_view> ids;
  const auto number = [&](std::string_view id) {
    const auto [it, fresh] = index.try_emplace(id, static_cast<std::uint32_t>(ids.size()));
    if (fresh) ids.push_back(id);
    return it->second;
  };
  for (const OsvRecord& record : records) number(record.id);
  for (const OsvRecord& record : records) {
    for (const std::string& alias : record.aliases) {
      if (!alias.empty()) number(alias);
    }
  }
  Forest forest;
  forest.parent.resize(ids.size());
  std::iota(forest.parent.begin(), forest.parent.end(), 0U);
  for (const OsvRecord& record : records) {
    for (const std::string& alias : record.aliases) {
      if (!alias.empty()) forest.join(number(record.id), number(alias));
    }
  }
  AliasGroups out;
  std::vector<std::uint32_t> group_of_root(ids.size(), 0xffffffffU);
  for (const OsvRecord& record : records) {
    std::uint32_t& group = group_of_root[forest.root(number(record.id))];
    if (group == 0xffffffffU) {
      group = static_cast<std::uint32_t>(out.groups.size());
      out.groups.emplace_back();
    }
    out.of_record.push_back(group);
  }
  for (std::uint32_t i = 0; i < ids.size(); ++i) out.groups[group_of_root[forest.root(i)]].members.push_back(ids[i]);
  for (AliasGroup& group : out.groups) {
    std::sort(group.members.begin(), group.members.end());
    group.name = group_name(group.members);
  }
  return out;
}

}  // namespace entente::measures::p6_supply
