#include "merkle/fork_proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <bit>

#include "merkle/witness_protocol.h"
#include "test_support.h"

namespace entente::merkle {
namespace {

using ::testing::HasSubstr;

const keys::SigningKey& log_key() {
  static const keys::SigningKey key = std::move(keys::SigningKey::from_seed("log.example", keys::KeyType::ed25519, Bytes(32, 1)).value());
  return key;
}

// A tree whose leaf i is `i`, or something else from `changed` on.
class Tree {
 public:
  explicit Tree(TreeSize size, TreeSize changed = ~TreeSize{0}) {
    std::vector<Digest> row;
    for (TreeSize i = 0; i < size; ++i) row.push_back(leaf_hash(as_bytes((i < changed ? "leaf " : "other ") + std::to_string(i))));
    while (true) {
      levels_.push_back(row);
      if (row.size() < 2) break;
      std::vector<Digest> up;
      for (std::size_t i = 0; i + 1 < row.size(); i += 2) up.push_back(node_hash(row[i], row[i + 1]));
      row = std::move(up);
    }
    size_ = size;
  }
  NodeReader reader() const {
    return [this](unsigned level, std::uint64_t index) -> Result<Digest> { return levels_.at(level).at(index); };
  }
  std::string note(TreeSize size) const {
    const Checkpoint checkpoint{.origin = "log.example", .size = size, .root = root(size, reader()).value()};
    return sign_note(checkpoint.str(), {&log_key()}).value();
  }
  std::string note() const { return note(size_); }

 private:
  std::vector<std::vector<Digest>> levels_;
  TreeSize size_ = 0;
};

TEST(PrefixRoots, AgreeWithTheTreeForAllSizes) {
  const Tree tree(40);
  for (TreeSize size = 2; size <= 40; ++size)
    for (TreeSize prefix = 1; prefix < size; ++prefix) {
      const auto proof = prefix_proof(prefix, size, tree.reader());
      ASSERT_OK(proof);
      const auto roots = prefix_roots(prefix, size, *proof);
      ASSERT_OK(roots);
      EXPECT_EQ(roots->root, root(size, tree.reader()).value()) << prefix << " " << size;
      EXPECT_EQ(roots->prefix_root, root(prefix, tree.reader()).value()) << prefix << " " << size;
      Proof longer = *proof;
      longer.push_back(sha256("x"));
      EXPECT_FALSE(prefix_roots(prefix, size, longer));
      longer.resize(proof->size() - 1);
      EXPECT_FALSE(prefix_roots(prefix, size, longer));
    }
  EXPECT_FALSE(prefix_roots(0, 5, {sha256("x")}));
  EXPECT_FALSE(prefix_roots(5, 5, {sha256("x")}));
  EXPECT_FALSE(prefix_roots(1, TreeSize{1} << 63, {sha256("x")}));
  EXPECT_FALSE(prefix_proof(0, 5, tree.reader()));
}

// Histories that part at leaf `changed`: a fork is found exactly where the smaller checkpoint saw the changed leaf.
TEST(ForkProof, FoundAndConfirmedExactlyWhereHistoriesPart) {
  const Tree honest(24);
  for (TreeSize changed = 0; changed < 24; changed += 5) {
    const Tree forged(24, changed);
    for (TreeSize a = 0; a <= 24; a += 3)
      for (TreeSize b = a; b <= 24; ++b) {
        const auto found = find_fork(honest.note(a), forged.note(b), log_key().verifier(), forged.reader());
        ASSERT_OK(found);
        EXPECT_EQ(found->has_value(), a > changed) << changed << " " << a << " " << b;
        if (!*found) continue;
        EXPECT_EQ(find_fork(forged.note(b), honest.note(a), log_key().verifier(), forged.reader()).value()->hashes, (*found)->hashes);
        const auto fork = confirm_fork(**found, log_key().verifier());
        ASSERT_OK(fork);
        EXPECT_EQ(fork->smaller.size, a);
        EXPECT_EQ(fork->larger.size, b);
        EXPECT_NE(fork->root_in_larger, fork->smaller.root);
        const auto parsed = ForkProof::parse((*found)->str());
        ASSERT_OK(parsed);
        EXPECT_EQ(*parsed, **found);
      }
  }
}

TEST(ForkProof, NothingIsProvenAgainstAnHonestLog) {
  const Tree tree(24);
  const Tree other(24, 3);
  for (TreeSize a = 1; a <= 24; ++a)
    for (TreeSize b = a + 1; b <= 24; ++b) {
      EXPECT_EQ(find_fork(tree.note(a), tree.note(b), log_key().verifier(), tree.reader()).value(), std::nullopt);
      // Hashes of a tree the log never signed, and right hashes: neither makes a fork.
      ForkProof proof{.smaller = tree.note(a), .larger = tree.note(b), .hashes = prefix_proof(a, b, other.reader()).value()};
      if (b > 3) { EXPECT_FALSE(confirm_fork(proof, log_key().verifier())) << a << " " << b; }
      proof.hashes = prefix_proof(a, b, tree.reader()).value();
      EXPECT_THAT(confirm_fork(proof, log_key().verifier()).error().what, HasSubstr("only grew"));
    }
  const ForkProof same{.smaller = tree.note(), .larger = tree.note(), .hashes = {}};
  EXPECT_THAT(confirm_fork(same, log_key().verifier()).error().what, HasSubstr("do not contradict"));
  const ForkProof empty{.smaller = tree.note(0), .larger = tree.note(5), .hashes = {sha256("x")}};
  EXPECT_FALSE(confirm_fork(empty, log_key().verifier()));
  // A reader that lies about the tree is noticed, not turned into an accusation.
  EXPECT_THAT(find_fork(tree.note(9), tree.note(20), log_key().verifier(), other.reader()).error().what, HasSubstr("nothing can be said"));
}

TEST(ForkProof, NeedsBothSignaturesOfTheLog) {
  const Tree honest(9), forged(12, 4);
  const auto proof = find_fork(honest.note(), forged.note(), log_key().verifier(), forged.reader()).value();
  ASSERT_TRUE(proof);
  const auto other = keys::SigningKey::from_seed("log.example", keys::KeyType::ed25519, Bytes(32, 2)).value().verifier();
  EXPECT_FALSE(confirm_fork(*proof, other));
  EXPECT_FALSE(find_fork(honest.note(), forged.note(), other, forged.reader()));
  ForkProof swapped{.smaller = proof->larger, .larger = proof->smaller, .hashes = proof->hashes};
  EXPECT_FALSE(confirm_fork(swapped, log_key().verifier()));
  EXPECT_FALSE(ForkProof::parse(swapped.str()));
}

TEST(ForkProof, EveryFlippedByteIsNoticed) {
  const Tree honest(9), forged(13, 4);
  const std::string text = find_fork(honest.note(), forged.note(), log_key().verifier(), forged.reader()).value()->str();
  for (std::size_t i = 0; i < text.size(); ++i)
    for (const int bit : {1, 2, 16, 32, 128}) {
      std::string flipped = text;
      flipped[i] = static_cast<char>(flipped[i] ^ bit);
      const auto parsed = ForkProof::parse(flipped);
      EXPECT_TRUE(!parsed || !confirm_fork(*parsed, log_key().verifier())) << i << " " << bit;
    }
  for (std::size_t length = 0; length < text.size(); ++length) EXPECT_FALSE(ForkProof::parse(text.substr(0, length))) << length;
  EXPECT_FALSE(ForkProof::parse(text + "\n"));
}

// A submission's consistency proof can itself be the evidence: what the witness keeps when one leads to the new root only.
TEST(ForkProof, AConsistencyProofOfAForkedTreeIsEvidence) {
  const Tree honest(11), forged(20, 6);
  const Proof sent = consistency_proof(11, 20, forged.reader()).value();
  const ForkProof proof{.smaller = honest.note(), .larger = forged.note(), .hashes = sent};
  EXPECT_OK(confirm_fork(proof, log_key().verifier()));
}

}  // namespace
}  // namespace entente::merkle
