// Merkle trees against published data: transparency-dev's 98 inclusion and 98 consistency cases, the golden nodes and roots
// of RFC 6962's example tree, and Tessera's 15-entry log with a signed checkpoint for every size.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>

#include "core/file.h"
#include "core/json.h"
#include "keys/keys.h"
#include "merkle/note.h"
#include "test_support.h"

namespace entente {
namespace {
namespace fs = std::filesystem;
using merkle::LeafIndex;
using merkle::Proof;
using merkle::TreeSize;

std::vector<fs::path> json_files(const fs::path& folder) {
  std::vector<fs::path> out;
  const auto files = list_files(folder);
  EXPECT_TRUE(files);
  if (files)
    for (const std::string& f : *files)
      if (f.ends_with(".json")) out.push_back(folder / f);
  return out;
}

// Some cases hold texts that are no SHA-256 hashes: "", "don't care 1". As given they are malformed and refused before any
// arithmetic. To see what the arithmetic says, each is also tried with such texts replaced by a digest made of them, which keeps
// equal texts equal and different ones different.
enum class NoHash { refused, replaced };

std::optional<Digest> hash_of(std::string_view base64, NoHash rule) {
  const auto bytes = from_base64(base64);
  if (!bytes) return std::nullopt;
  if (const auto digest = Digest::from_bytes(*bytes)) return *digest;
  return rule == NoHash::replaced ? std::optional(sha256_of({as_bytes("no hash: "), *bytes})) : std::nullopt;
}
std::optional<Digest> hash_at(JsonView object, std::string_view name, NoHash rule) {
  const auto text = json_string(object, name);
  return text ? hash_of(*text, rule) : std::nullopt;
}
std::optional<Proof> proof_at(JsonView object, NoHash rule) {
  Proof out;
  if (const auto list = json_array(object, "proof"))
    for (const JsonView item : *list) {
      const auto text = as_string(item);
      const auto hash = text ? hash_of(*text, rule) : std::nullopt;
      if (!hash) return std::nullopt;
      out.push_back(*hash);
    }
  return out;
}
std::uint64_t unsigned_at(JsonView object, std::string_view name) {
  const auto value = json_get(object, name);
  EXPECT_TRUE(value) << name;
  std::uint64_t out = 0;
  if (value) { EXPECT_EQ(value->get(out), simdjson::SUCCESS) << name; }
  return out;
}

bool inclusion_verdict(JsonView c, NoHash rule) {
  const auto leaf = hash_at(c, "leafHash", rule);
  const auto root = hash_at(c, "root", rule);
  const auto proof = proof_at(c, rule);
  return leaf && root && proof &&
         merkle::verify_inclusion(unsigned_at(c, "leafIdx"), unsigned_at(c, "treeSize"), *leaf, *proof, *root).has_value();
}

bool consistency_verdict(JsonView c, NoHash rule) {
  const auto root1 = hash_at(c, "root1", rule);
  const auto root2 = hash_at(c, "root2", rule);
  const auto proof = proof_at(c, rule);
  return root1 && root2 && proof &&
         merkle::verify_consistency(unsigned_at(c, "size1"), unsigned_at(c, "size2"), *root1, *root2, *proof).has_value();
}

TEST(MerkleProofs, Inclusion98) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t total = 0;
  std::size_t valid = 0;
  std::vector<std::string> differ;
  for (const fs::path& file : json_files(shared / "conformance/ledger/merkle-proofs/testdata/inclusion")) {
    SCOPED_TRACE(file.string());
    const auto doc = JsonDocument::read(file);
    ASSERT_OK(doc);
    const bool expected = !*json_bool(doc->root(), "wantErr");
    EXPECT_EQ(inclusion_verdict(doc->root(), NoHash::refused), expected);
    if (inclusion_verdict(doc->root(), NoHash::replaced) != expected) differ.push_back(file.stem().string());
    ++total;
    valid += expected ? 1 : 0;
  }
  EXPECT_EQ(total, 98u);
  EXPECT_EQ(valid, 6u);
  // Root and leaf are both "", so the same digest once replaced, as they should be in a tree of one entry.
  EXPECT_EQ(differ, std::vector<std::string>{"empty-root-and-leaf"});
}

TEST(MerkleProofs, Consistency98) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t total = 0;
  std::size_t valid = 0;
  std::vector<std::string> differ;
  for (const fs::path& file : json_files(shared / "conformance/ledger/merkle-proofs/testdata/consistency")) {
    SCOPED_TRACE(file.string());
    const auto doc = JsonDocument::read(file);
    ASSERT_OK(doc);
    const bool expected = !*json_bool(doc->root(), "wantErr");
    const bool replaced = consistency_verdict(doc->root(), NoHash::replaced);
    if (expected) {
      EXPECT_TRUE(replaced);
      ++valid;
    } else {
      EXPECT_FALSE(consistency_verdict(doc->root(), NoHash::refused));
      if (replaced) differ.push_back(file.stem().string());
    }
    ++total;
  }
  EXPECT_EQ(total, 98u);
  EXPECT_EQ(valid, 6u);
  // The one difference once its second root is a hash: from the empty tree (with the empty tree's root) to any other. The
  // library these cases come from calls the question meaningless; a witness asks it of every new log (tlog-witness: "old 0",
  // empty proof), and the answer is that every log extends the empty one.
  EXPECT_EQ(differ, std::vector<std::string>{"size1-is-zero-and-size2-is-not-zero"});
}

TEST(MerkleProofs, GoldenNodesAndRoots) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto doc = JsonDocument::read(shared / "conformance/ledger/rfc6962-golden/golden.json");
  ASSERT_OK(doc);
  const auto inputs = json_array(doc->root(), "leaf_inputs_hex");
  const auto roots = json_array(doc->root(), "root_hashes_hex_by_size_0_8");
  const auto levels = json_get(doc->root(), "node_hashes_hex");
  ASSERT_TRUE(inputs && roots && levels);
  ASSERT_EQ(inputs->size(), 8u);
  ASSERT_EQ(roots->size(), 9u);

  merkle::RightEdge edge;
  std::map<std::pair<unsigned, std::uint64_t>, Digest> nodes;
  EXPECT_EQ(edge.root().hex(), *as_string(roots->at(0).value_unsafe()));
  for (const JsonView input : *inputs) {
    edge.append(merkle::leaf_hash(*from_hex(*as_string(input))),
                [&](unsigned level, std::uint64_t index, const Digest& hash) { nodes[{level, index}] = hash; });
    EXPECT_EQ(edge.root().hex(), *as_string(roots->at(edge.size()).value_unsafe())) << edge.size();
  }
  std::size_t golden = 0;
  for (unsigned level = 0; level < 4; ++level) {
    const auto row = json_array(*levels, fmt::format("level{}", level));
    ASSERT_TRUE(row);
    std::uint64_t index = 0;
    for (const JsonView hex : *row) {
      const auto node = nodes.find({level, index++});
      ASSERT_NE(node, nodes.end());
      EXPECT_EQ(node->second.hex(), *as_string(hex));
      ++golden;
    }
  }
  EXPECT_EQ(golden, 15u);
  EXPECT_EQ(nodes.size(), golden);
}

// An entry bundle of tlog-tiles: uint16 big-endian length, then the entry, again and again.
std::vector<std::string> entries_of(std::string_view bundle) {
  std::vector<std::string> out;
  while (!bundle.empty()) {
    if (bundle.size() < 2) return {};
    const std::size_t n = static_cast<unsigned char>(bundle[0]) * 256u + static_cast<unsigned char>(bundle[1]);
    if (bundle.size() < 2 + n) return {};
    out.emplace_back(bundle.substr(2, n));
    bundle.remove_prefix(2 + n);
  }
  return out;
}

TEST(MerkleProofs, TesseraLogEverySize) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path folder = shared / "conformance/ledger/tessera-log/testdata/log";
  const auto vectors = JsonDocument::read(shared / "conformance/ledger/signed-note/vectors.json");
  ASSERT_OK(vectors);
  const auto test_key = json_get(vectors->root(), "tessera_test_key");
  ASSERT_TRUE(test_key);
  const auto log = keys::VerifierKey::parse(*json_string(*test_key, "vkey"));
  ASSERT_OK(log);

  const auto bundle = read_file(folder / "tile/entries/000.p/15");
  ASSERT_OK(bundle);
  const std::vector<std::string> entries = entries_of(*bundle);
  ASSERT_EQ(entries.size(), 15u);
  std::map<std::pair<unsigned, std::uint64_t>, Digest> nodes;
  const merkle::NodeReader read = [&](unsigned level, std::uint64_t index) -> Result<Digest> { return nodes.at({level, index}); };

  std::vector<Digest> roots;
  merkle::RightEdge edge;
  for (TreeSize size = 0; size <= 15; ++size) {
    SCOPED_TRACE(size);
    if (size > 0)
      edge.append(merkle::leaf_hash(as_bytes(entries[size - 1])),
                  [&](unsigned level, std::uint64_t index, const Digest& hash) { nodes[{level, index}] = hash; });
    roots.push_back(edge.root());
    const auto note = read_file(folder / fmt::format("checkpoint.{}", size));
    ASSERT_OK(note);
    const auto verified = merkle::verify_checkpoint(*note, *log);
    ASSERT_OK(verified);
    EXPECT_EQ(verified->checkpoint.size, size);
    EXPECT_EQ(verified->checkpoint.root, edge.root());
    EXPECT_EQ(verified->checkpoint.str(), verified->note.text);
    // The hash tile of that size is the row of leaf hashes.
    if (size > 0) {
      const auto tile = read_file(folder / fmt::format("tile/0/000.p/{}", size));
      ASSERT_OK(tile);
      std::string row;
      for (LeafIndex i = 0; i < size; ++i) row += as_text(nodes.at({0, i}).view());
      EXPECT_EQ(*tile, row);
    }
    for (LeafIndex i = 0; i < size; ++i) {
      merkle::Receipt receipt;
      receipt.index = i;
      const auto proof = merkle::inclusion_proof(i, size, read);
      ASSERT_OK(proof);
      receipt.proof = *proof;
      receipt.checkpoint = *note;
      const auto again = merkle::Receipt::parse(receipt.str());
      ASSERT_OK(again);
      EXPECT_OK(merkle::verify_receipt(*again, as_bytes(entries[i]), *log));
      EXPECT_FALSE(merkle::verify_receipt(*again, as_bytes(entries[i] + "."), *log));
    }
    for (TreeSize first = 0; first <= size; ++first) {
      const auto proof = merkle::consistency_proof(first, size, read);
      ASSERT_OK(proof);
      EXPECT_OK(merkle::verify_consistency(first, size, roots[first], roots[size], *proof));
    }
  }
}

// Our own signature over the same text is byte for byte the one Tessera's key made: Ed25519 is deterministic.
TEST(MerkleProofs, TesseraCheckpointsSignedAgain) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto vectors = JsonDocument::read(shared / "conformance/ledger/signed-note/vectors.json");
  ASSERT_OK(vectors);
  const auto test_key = json_get(vectors->root(), "tessera_test_key");
  ASSERT_TRUE(test_key);
  const auto key = keys::SigningKey::parse(*json_string(*test_key, "skey"));
  ASSERT_OK(key);
  EXPECT_EQ(key->verifier().str(), *json_string(*test_key, "vkey"));
  for (TreeSize size = 0; size <= 15; ++size) {
    const auto note = read_file(shared / "conformance/ledger/tessera-log/testdata/log" / fmt::format("checkpoint.{}", size));
    ASSERT_OK(note);
    const auto parsed = merkle::Note::parse(*note);
    ASSERT_OK(parsed);
    EXPECT_EQ(merkle::sign_note(parsed->text, {&*key}), *note) << size;
  }
}

}  // namespace
}  // namespace entente
