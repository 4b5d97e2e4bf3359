// Batches of leaves against merkle::RightEdge, one leaf at a time; the table of duplicates against a map.
#include "ledger/growing_tree.h"

#include <gtest/gtest.h>
#include <random>
#include <unordered_map>

#include "ledger/dedup.h"
#include "test_support.h"

namespace entente::ledger {
namespace {

TEST(GrowingTree, IsTheTreeOfItsLeavesInAnyBatches) {
  std::mt19937_64 rng(1);
  std::vector<Digest> leaves(70'000);
  LevelHashes expected;
  merkle::RightEdge reference;
  std::vector<Digest> roots{reference.root()};
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    leaves[i] = sha256(std::to_string(i));
    reference.append(leaves[i], [&](unsigned level, std::uint64_t, const Digest& hash) {
      if (level > 0 && level % kTileHeight == 0) expected[level / kTileHeight].push_back(hash);
    });
    roots.push_back(reference.root());
  }
  for (int round = 0; round < 20; ++round) {
    GrowingTree tree;
    LevelHashes completed;
    while (tree.size() < leaves.size()) {
      const std::uint64_t most = std::array<std::uint64_t, 4>{3, 300, 5000, 70'000}[rng() % 4];
      const std::uint64_t n = std::min<std::uint64_t>(rng() % most + 1, leaves.size() - tree.size());
      tree.add(std::span(leaves).subspan(static_cast<std::size_t>(tree.size()), static_cast<std::size_t>(n)), completed);
      ASSERT_EQ(tree.root(), roots[static_cast<std::size_t>(tree.size())]);
    }
    ASSERT_EQ(completed, expected);
  }
}

TEST(DedupIndex, FindsTheFirstOfEveryHash) {
  DedupIndex index;
  std::vector<Digest> leaves;
  std::unordered_map<Digest, merkle::LeafIndex> first;
  const auto find = [&](const Digest& leaf) {
    return index.find(leaf, [&](merkle::LeafIndex i) -> Result<bool> { return leaves[static_cast<std::size_t>(i)] == leaf; });
  };
  EXPECT_EQ(*find(sha256("x")), std::nullopt);
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    leaves.push_back(sha256(std::to_string(i % 7 == 6 ? i / 2 : i)));  // some twice
    first.emplace(leaves.back(), i);
    index.add(leaves.back(), i);
  }
  for (const auto& [leaf, i] : first) ASSERT_EQ(*find(leaf), std::optional(i));
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(*find(sha256("absent " + std::to_string(i))), std::nullopt);
  EXPECT_LE(index.memory_bytes(), 24 * leaves.size());
  index.clear();
  EXPECT_EQ(*find(leaves[0]), std::nullopt);
}

}  // namespace
}  // namespace entente::ledger
