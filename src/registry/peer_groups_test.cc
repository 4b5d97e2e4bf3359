// Peer groups: who is with whom, what is published, and what is not.
#include "registry/peer_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/test_assessments.h"

namespace entente::registry {
namespace {

using namespace fixture;

std::string member(World& world, const std::string& id, const char* category) {
  Json p = world.pledge_predicate(id);
  p["organisation"]["category"] = category;
  const std::string digest = world.put(entry("pledge", sha("the call"), p, {&key(id)}));
  world.append(world.approval(id, digest, {&key("anna"), &key("ben")}));
  return digest;
}

const PeerGroup& group_of(const std::vector<PeerGroup>& groups, Category category, std::string_view size = "") {
  return *std::find_if(groups.begin(), groups.end(), [&](const PeerGroup& g) { return g.key.category == category && g.key.size == size; });
}

class PeerGroups : public ::testing::Test {
 protected:
  void SetUp() override {
    world.found();
    for (int i = 0; i < 6; ++i) {
      const std::string id = "firm-" + std::to_string(i);
      member(world, id, "private-sector");
      auto rows = all_rows(catalog::Status::satisfied);
      for (std::size_t r = 0; r < rows.size(); ++r)
        if (r % 6 < static_cast<std::size_t>(i)) rows[r].status = catalog::Status::not_satisfied;
      if (i < 5) world.append(assessment_of(world, id, rows));
    }
    for (int i = 0; i < 4; ++i) {
      const std::string id = "ngo-" + std::to_string(i);
      member(world, id, "civil-society");
      world.append(assessment_of(world, id, all_rows(catalog::Status::satisfied)));
    }
  }
  [[nodiscard]] Index index() const { return index_at(world.state, test_catalog(), world.state.ledger_time()); }
  World world;
};

TEST_F(PeerGroups, FiveAssessedMembersArePublishedFourAreNot) {
  const Index made = index();
  const auto groups = peer_groups(made);
  ASSERT_EQ(groups.size(), 2U);
  const PeerGroup& firms = group_of(groups, Category::private_sector);
  EXPECT_EQ(firms.members, 6U);
  EXPECT_EQ(firms.assessed, 5U);
  ASSERT_TRUE(firms.principles.has_value());
  const PeerGroup& ngos = group_of(groups, Category::civil_society);
  EXPECT_EQ(ngos.members, 4U);
  EXPECT_FALSE(ngos.principles.has_value());
  const Json document = peer_groups_json(groups, made);
  for (const Json& group : document["groups"]) EXPECT_EQ(group["published"].get<bool>(), group["assessed"].get<int>() >= 5);
  // No document orders or names members.
  const std::string text = json_compact(document);
  EXPECT_EQ(text.find("firm-"), std::string::npos);
  EXPECT_EQ(text.find("rank"), std::string::npos);
}

TEST_F(PeerGroups, DistributionsCountEveryAssessedMemberOnce) {
  const Index made = index();
  const auto groups = peer_groups(made);
  for (const PeerDistribution& d : *group_of(groups, Category::private_sector).principles) {
    std::uint32_t sum = 0;
    for (const auto n : d.tiers) sum += n;
    EXPECT_EQ(sum, 5U);
    EXPECT_EQ(d.scored + d.tiers[4], 5U);
    if (d.quartiles) {
      EXPECT_LE((*d.quartiles)[0], (*d.quartiles)[1]);
      EXPECT_LE((*d.quartiles)[1], (*d.quartiles)[2]);
    } else {
      EXPECT_LT(d.scored, kMinGroup);
    }
  }
}

TEST_F(PeerGroups, SizeSplitsAGroupAndHidesWhatGetsTooSmall) {
  const Index made = index();
  const Sizes sizes = {{"firm-0", "large"}, {"firm-1", "large"}};
  const auto groups = peer_groups(made, sizes);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(group_of(groups, Category::private_sector, "large").members, 2U);
  for (const PeerGroup& g : groups) EXPECT_FALSE(g.principles.has_value());
}

}  // namespace
}  // namespace entente::registry
