// The interleaved path against the plain one, and both against the published vectors of one-at-a-time hashing in tree_test.cc.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "merkle/hashing.h"
#include "merkle/hashing_paths.h"
#include "merkle/tree.h"

namespace entente::merkle {
namespace {

std::vector<Bytes> random_entries(std::mt19937_64& rng, std::size_t count, std::size_t max_size) {
  std::vector<Bytes> out(count);
  for (Bytes& entry : out) {
    entry.resize(rng() % (max_size + 1));
    for (auto& byte : entry) byte = static_cast<std::uint8_t>(rng());
  }
  return out;
}

std::vector<Digest> random_digests(std::mt19937_64& rng, std::size_t count) {
  std::vector<Digest> out(count);
  for (Digest& d : out)
    for (auto& byte : d.bytes) byte = static_cast<std::uint8_t>(rng());
  return out;
}

void expect_leaves(const std::vector<Bytes>& entries) {
  std::vector<ByteView> views(entries.begin(), entries.end());
  std::vector<Digest> out(entries.size());
  leaf_hashes(views, out);
  for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(out[i], leaf_hash(entries[i])) << i << ", " << entries[i].size() << " bytes";
  if (!interleaved::available()) return;
  std::vector<Digest> again(entries.size());
  interleaved::leaf_hashes(views, again);
  EXPECT_EQ(again, out);
}

TEST(Hashing, LeavesOfEveryLengthAroundTheBlockBoundaries) {
  std::vector<Bytes> entries;
  for (std::size_t size = 0; size <= 200; ++size) entries.emplace_back(size, static_cast<std::uint8_t>(size));
  entries.emplace_back(65'535, std::uint8_t{7});
  expect_leaves(entries);
  std::reverse(entries.begin(), entries.end());
  expect_leaves(entries);
}

TEST(Hashing, LeavesInGroupsOfEveryNumber) {
  std::mt19937_64 rng(1);
  for (std::size_t count = 0; count <= 20; ++count) expect_leaves(random_entries(rng, count, 300));
}

TEST(Hashing, NodesInGroupsOfEveryNumberAndInPlace) {
  std::mt19937_64 rng(2);
  for (std::size_t count = 0; count <= 40; ++count) {
    std::vector<Digest> children = random_digests(rng, 2 * count);
    std::vector<Digest> expected(count);
    for (std::size_t i = 0; i < count; ++i) expected[i] = node_hash(children[2 * i], children[2 * i + 1]);
    std::vector<Digest> out(count);
    node_hashes(children, out);
    EXPECT_EQ(out, expected);
    plain::node_hashes(children, out);
    EXPECT_EQ(out, expected);
    if (interleaved::available())
      interleaved::node_hashes(children, std::span(children).first(count));
    else
      plain::node_hashes(children, std::span(children).first(count));
    children.resize(count);
    EXPECT_EQ(children, expected);
  }
}

TEST(Hashing, SubtreeRootIsTheRootOfItsLeaves) {
  std::mt19937_64 rng(3);
  for (std::size_t size = 1; size <= 512; size *= 2) {
    const std::vector<Digest> leaves = random_digests(rng, size);
    RightEdge edge;
    for (const Digest& leaf : leaves) edge.append(leaf);
    EXPECT_EQ(subtree_root(leaves), edge.root()) << size;
  }
}

}  // namespace
}  // namespace entente::merkle
