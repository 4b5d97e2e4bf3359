// Tree arithmetic against a naive reference: the recursive definitions of RFC 6962 sections 2.1, 2.1.1 and 2.1.2, written
// here word for word over lists of leaf hashes. All small trees are compared, every proof is mutated, and trees of nearly
// 2^63 entries are walked with a reader that makes hashes up.
#include "merkle/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <bit>
#include <map>

#include "test_support.h"

namespace entente::merkle {
namespace {
using testing::HasSubstr;

constexpr TreeSize kMaxSize = (TreeSize{1} << 63) - 1;
constexpr TreeSize kInclusionSizes = 260;
constexpr TreeSize kConsistencySizes = 130;

using Leaves = std::span<const Digest>;

std::size_t split(std::size_t n) { return std::bit_floor(n - 1); }  // largest power of two below n

Digest naive_root(Leaves d) {
  if (d.empty()) return sha256("");
  if (d.size() == 1) return d[0];
  const std::size_t k = split(d.size());
  return node_hash(naive_root(d.first(k)), naive_root(d.subspan(k)));
}

Proof naive_path(std::size_t m, Leaves d) {
  if (d.size() == 1) return {};
  const std::size_t k = split(d.size());
  Proof p = m < k ? naive_path(m, d.first(k)) : naive_path(m - k, d.subspan(k));
  p.push_back(m < k ? naive_root(d.subspan(k)) : naive_root(d.first(k)));
  return p;
}

enum class Known { yes, no };  // whether the verifier knows the subtree's hash already
Proof naive_subproof(std::size_t m, Leaves d, Known known) {
  if (m == d.size()) return known == Known::yes ? Proof{} : Proof{naive_root(d)};
  const std::size_t k = split(d.size());
  Proof p = m <= k ? naive_subproof(m, d.first(k), known) : naive_subproof(m - k, d.subspan(k), Known::no);
  p.push_back(m <= k ? naive_root(d.subspan(k)) : naive_root(d.first(k)));
  return p;
}

// Leaves and every complete node over them, collected by RightEdge as the tree grows.
struct Grown {
  std::vector<Digest> leaves;
  std::map<std::pair<unsigned, std::uint64_t>, Digest> nodes;
  std::vector<Digest> roots;  // by size

  explicit Grown(TreeSize n) {
    RightEdge edge;
    roots.push_back(edge.root());
    for (TreeSize i = 0; i < n; ++i) {
      leaves.push_back(leaf_hash(as_bytes(fmt::format("entry {}", i))));
      edge.append(leaves.back(), [&](unsigned level, std::uint64_t index, const Digest& hash) {
        EXPECT_TRUE(nodes.emplace(std::pair(level, index), hash).second) << level << " " << index;
      });
      roots.push_back(edge.root());
      EXPECT_EQ(edge.size(), i + 1);
    }
  }
  // Only nodes complete in a tree of `size` may be asked for.
  [[nodiscard]] NodeReader reader(TreeSize size) const {
    return [this, size](unsigned level, std::uint64_t index) -> Result<Digest> {
      if (((index + 1) << level) > size) return fail(fmt::format("node {}/{} is not complete in {}", level, index, size));
      return nodes.at({level, index});
    };
  }
};

const Grown& grown() {
  static const Grown g(kInclusionSizes);
  return g;
}

Digest flipped(Digest d, std::size_t bit) {
  d.bytes[bit / 8 % 32] ^= static_cast<std::uint8_t>(1 << bit % 8);
  return d;
}

TEST(Tree, HashesByDefinition) {
  EXPECT_EQ(empty_root().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(leaf_hash({}), sha256(std::string_view("\0", 1)));
  const Digest a = sha256("a");
  const Digest b = sha256("b");
  Bytes joined = {1};
  joined.insert(joined.end(), a.bytes.begin(), a.bytes.end());
  joined.insert(joined.end(), b.bytes.begin(), b.bytes.end());
  EXPECT_EQ(node_hash(a, b), sha256(joined));
}

TEST(Tree, RootsMatchTheReference) {
  const Grown& g = grown();
  for (TreeSize n = 0; n <= kInclusionSizes; ++n) {
    const Digest expected = naive_root(Leaves(g.leaves).first(n));
    EXPECT_EQ(g.roots[n], expected) << n;
    const auto r = root(n, g.reader(n));
    ASSERT_OK(r);
    EXPECT_EQ(*r, expected) << n;
  }
}

TEST(Tree, EveryInclusionProof) {
  const Grown& g = grown();
  std::size_t count = 0;
  for (TreeSize n = 1; n <= kInclusionSizes; ++n) {
    const NodeReader read = g.reader(n);
    for (LeafIndex i = 0; i < n; ++i) {
      const auto proof = inclusion_proof(i, n, read);
      ASSERT_OK(proof);
      ASSERT_EQ(*proof, naive_path(i, Leaves(g.leaves).first(n))) << i << " of " << n;
      ASSERT_OK(verify_inclusion(i, n, g.leaves[i], *proof, g.roots[n]));
      ++count;
    }
  }
  EXPECT_EQ(count, kInclusionSizes * (kInclusionSizes + 1) / 2);
}

TEST(Tree, EveryConsistencyProof) {
  const Grown& g = grown();
  std::size_t count = 0;
  for (TreeSize second = 0; second <= kConsistencySizes; ++second) {
    const NodeReader read = g.reader(second);
    for (TreeSize first = 0; first <= second; ++first) {
      const auto proof = consistency_proof(first, second, read);
      ASSERT_OK(proof);
      const Proof expected = first == 0 ? Proof{} : naive_subproof(first, Leaves(g.leaves).first(second), Known::yes);
      ASSERT_EQ(*proof, expected) << first << " to " << second;
      ASSERT_OK(verify_consistency(first, second, g.roots[first], g.roots[second], *proof));
      ++count;
    }
  }
  EXPECT_EQ(count, (kConsistencySizes + 1) * (kConsistencySizes + 2) / 2);
}

TEST(Tree, MutatedInclusionProofsAreRejected) {
  const Grown& g = grown();
  std::size_t bit = 0;
  for (TreeSize n = 1; n <= 70; ++n) {
    for (LeafIndex i = 0; i < n; ++i) {
      const Proof good = *inclusion_proof(i, n, g.reader(n));
      const auto rejects = [&](LeafIndex index, TreeSize size, const Digest& leaf, const Proof& proof, const Digest& r) {
        ASSERT_FALSE(verify_inclusion(index, size, leaf, proof, r)) << index << " of " << size << ", was " << i << " of " << n;
      };
      rejects(i, n, flipped(g.leaves[i], ++bit), good, g.roots[n]);
      rejects(i, n, g.leaves[i], good, flipped(g.roots[n], ++bit));
      rejects(i, 0, g.leaves[i], good, g.roots[n]);
      rejects(n, n, g.leaves[i], good, g.roots[n]);
      rejects(i + (LeafIndex{1} << 62), n, g.leaves[i], good, g.roots[n]);
      if (i > 0) rejects(i - 1, n, g.leaves[i], good, g.roots[n]);
      if (i + 1 < n) rejects(i + 1, n, g.leaves[i], good, g.roots[n]);
      for (std::size_t k = 0; k < good.size(); ++k) {
        Proof bad = good;
        bad[k] = flipped(bad[k], ++bit);
        rejects(i, n, g.leaves[i], bad, g.roots[n]);
        bad = good;
        bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(k));
        rejects(i, n, g.leaves[i], bad, g.roots[n]);
        bad = good;
        bad.insert(bad.begin() + static_cast<std::ptrdiff_t>(k), g.leaves[i]);
        rejects(i, n, g.leaves[i], bad, g.roots[n]);
        if (k > 0) {
          bad = good;
          std::swap(bad[k], bad[k - 1]);
          rejects(i, n, g.leaves[i], bad, g.roots[n]);
        }
      }
      Proof longer = good;
      longer.push_back(g.roots[n]);
      rejects(i, n, g.leaves[i], longer, g.roots[n]);
    }
  }
}

TEST(Tree, MutatedConsistencyProofsAreRejected) {
  const Grown& g = grown();
  std::size_t bit = 0;
  for (TreeSize second = 1; second <= 70; ++second) {
    for (TreeSize first = 1; first <= second; ++first) {
      const Proof good = *consistency_proof(first, second, g.reader(second));
      const auto rejects = [&](TreeSize a, TreeSize b, const Digest& ra, const Digest& rb, const Proof& proof) {
        ASSERT_FALSE(verify_consistency(a, b, ra, rb, proof)) << a << " to " << b << ", was " << first << " to " << second;
      };
      const Digest& ra = g.roots[first];
      const Digest& rb = g.roots[second];
      rejects(first, second, flipped(ra, ++bit), rb, good);
      rejects(first, second, ra, flipped(rb, ++bit), good);
      if (first != second) rejects(first, second, rb, ra, good);
      if (first != second) rejects(second, first, rb, ra, good);
      rejects(0, second, ra, rb, good);
      rejects(first, 0, ra, rb, good);
      for (std::size_t k = 0; k < good.size(); ++k) {
        Proof bad = good;
        bad[k] = flipped(bad[k], ++bit);
        rejects(first, second, ra, rb, bad);
        bad = good;
        bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(k));
        rejects(first, second, ra, rb, bad);
        bad = good;
        bad.insert(bad.begin() + static_cast<std::ptrdiff_t>(k), ra);
        rejects(first, second, ra, rb, bad);
      }
      Proof longer = good;
      longer.push_back(rb);
      rejects(first, second, ra, rb, longer);
    }
  }
}

TEST(Tree, ConsistencyFromTheEmptyTree) {
  const Grown& g = grown();
  EXPECT_OK(verify_consistency(0, 0, empty_root(), empty_root(), {}));
  EXPECT_OK(verify_consistency(0, 9, empty_root(), g.roots[9], {}));
  EXPECT_FALSE(verify_consistency(0, 9, empty_root(), g.roots[9], {g.roots[9]}));
  EXPECT_FALSE(verify_consistency(0, 9, g.roots[1], g.roots[9], {}));
  EXPECT_FALSE(verify_consistency(0, 0, empty_root(), g.roots[1], {}));
  EXPECT_FALSE(verify_consistency(0, 0, g.roots[1], g.roots[1], {}));
}

// A tree too large to exist: node hashes are made of level and index where complete, so proofs can be checked by walking.
TEST(Tree, SizesUpToTheLargest) {
  std::size_t reads = 0;
  for (const TreeSize size : {kMaxSize, kMaxSize - 1, (TreeSize{1} << 62) + 1, TreeSize{1} << 62, (TreeSize{1} << 62) - 1}) {
    const NodeReader read = [&](unsigned level, std::uint64_t index) -> Result<Digest> {
      EXPECT_LT(level, 63u);
      EXPECT_LE(index, (size >> level) - 1);
      ++reads;
      return sha256(fmt::format("{}/{}", level, index));
    };
    const auto whole = root(size, read);
    ASSERT_OK(whole);
    for (const LeafIndex i : {LeafIndex{0}, LeafIndex{1}, size / 2, size - 2, size - 1}) {
      const auto proof = inclusion_proof(i, size, read);
      ASSERT_OK(proof);
      EXPECT_LE(proof->size(), 63u);
      // The made-up hashes do not chain up, so the proof must fail by its root and not by its length.
      const auto verdict = verify_inclusion(i, size, sha256("x"), *proof, *whole);
      ASSERT_FALSE(verdict);
      EXPECT_THAT(verdict.error().what, HasSubstr("leads to root"));
    }
    for (const TreeSize first : {TreeSize{1}, TreeSize{2}, size / 3, size / 2, size - 1}) {
      const auto proof = consistency_proof(first, size, read);
      ASSERT_OK(proof);
      const auto verdict = verify_consistency(first, size, sha256("x"), *whole, *proof);
      ASSERT_FALSE(verdict);
      EXPECT_THAT(verdict.error().what, HasSubstr("gives the"));
    }
  }
  EXPECT_GT(reads, 1000u);
}

// The last leaf of a tree of 2^63 − 1 has a real proof: only the right edge is needed to know all its siblings.
TEST(Tree, LastEntryOfTheLargestTree) {
  std::vector<Digest> edge_hashes;
  for (unsigned i = 0; i < 62; ++i) edge_hashes.push_back(sha256(fmt::format("edge {}", i)));
  const auto before = RightEdge::from(kMaxSize - 1, edge_hashes);
  ASSERT_OK(before);
  RightEdge edge = *before;
  const Digest last = leaf_hash(as_bytes("the last entry there can be"));
  edge.append(last);
  EXPECT_EQ(edge.size(), kMaxSize);
  const NodeReader read = [&](unsigned level, std::uint64_t) -> Result<Digest> { return edge.edge()[62 - level]; };
  const auto proof = inclusion_proof(kMaxSize - 1, kMaxSize, read);
  ASSERT_OK(proof);
  EXPECT_EQ(proof->size(), 62u);
  EXPECT_OK(verify_inclusion(kMaxSize - 1, kMaxSize, last, *proof, edge.root()));
  const auto consistency = consistency_proof(kMaxSize - 1, kMaxSize, read);
  ASSERT_OK(consistency);
  EXPECT_OK(verify_consistency(kMaxSize - 1, kMaxSize, before->root(), edge.root(), *consistency));
}

TEST(Tree, SizesBeyondTheLargestAreRefused) {
  const NodeReader read = [](unsigned, std::uint64_t) -> Result<Digest> { return Digest{}; };
  for (const TreeSize size : {kMaxSize + 1, ~TreeSize{0}}) {
    EXPECT_FALSE(root(size, read));
    EXPECT_FALSE(inclusion_proof(0, size, read));
    EXPECT_FALSE(consistency_proof(1, size, read));
    EXPECT_FALSE(verify_inclusion(0, size, {}, {}, {}));
    EXPECT_FALSE(verify_consistency(1, size, {}, {}, {}));
    EXPECT_FALSE(verify_consistency(size, size, {}, {}, {}));
    EXPECT_FALSE(RightEdge::from(size, {}));
  }
  EXPECT_FALSE(inclusion_proof(5, 5, read));
  EXPECT_FALSE(inclusion_proof(0, 0, read));
  EXPECT_FALSE(consistency_proof(6, 5, read));
}

TEST(Tree, ReaderErrorsArePassedOn) {
  const NodeReader read = [](unsigned level, std::uint64_t index) -> Result<Digest> {
    return fail(fmt::format("tile with {}/{} is unreadable", level, index));
  };
  EXPECT_EQ(root(3, read).error().what, "tile with 0/2 is unreadable");
  EXPECT_EQ(inclusion_proof(0, 2, read).error().what, "tile with 0/1 is unreadable");
  EXPECT_EQ(consistency_proof(1, 3, read).error().what, "tile with 0/1 is unreadable");
}

TEST(RightEdge, ContinuesFromItsHashes) {
  const Grown& g = grown();
  RightEdge edge;
  for (TreeSize n = 0; n < 200; ++n) {
    auto resumed = RightEdge::from(edge.size(), edge.edge());
    ASSERT_OK(resumed);
    EXPECT_EQ(resumed->root(), g.roots[n]);
    resumed->append(g.leaves[n]);
    EXPECT_EQ(resumed->root(), g.roots[n + 1]);
    edge.append(g.leaves[n]);
    EXPECT_EQ(edge.edge(), resumed->edge());
    EXPECT_EQ(edge.edge().size(), static_cast<std::size_t>(std::popcount(n + 1)));
  }
  EXPECT_FALSE(RightEdge::from(3, {Digest{}}));
  EXPECT_FALSE(RightEdge::from(0, {Digest{}}));
  EXPECT_OK(RightEdge::from(0, {}));
}

}  // namespace
}  // namespace entente::merkle
