// COSE receipts and the CBOR under them.
#include "merkle/cose_receipt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "merkle/cbor.h"
#include "test_support.h"

namespace entente::merkle {
namespace {

using ::testing::HasSubstr;

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// RFC 8949 appendix A, the types written here.
TEST(Cbor, IntegersAndStringsOfTheRfc) {
  const std::vector<std::pair<std::int64_t, std::string>> integers = {{0, "00"},
                                                                      {23, "17"},
                                                                      {24, "1818"},
                                                                      {100, "1864"},
                                                                      {1000, "1903e8"},
                                                                      {1000000, "1a000f4240"},
                                                                      {1000000000000, "1b000000e8d4a51000"},
                                                                      {-1, "20"},
                                                                      {-10, "29"},
                                                                      {-100, "3863"},
                                                                      {-1000, "3903e7"},
                                                                      {std::numeric_limits<std::int64_t>::min(), "3b7fffffffffffffff"}};
  for (const auto& [value, expected] : integers) {
    CborWriter out;
    out.integer(value);
    const Bytes bytes = out.take();
    EXPECT_EQ(to_hex(bytes), expected);
    EXPECT_EQ(CborReader(bytes).integer().value(), value);
  }
  CborWriter out;
  out.tag(18);
  out.array(2);
  out.map(1);
  out.text("IETF");
  out.bytes(hex("01020304"));
  out.null();
  EXPECT_EQ(to_hex(out.take()),
            "d282a16449455446"
            "4401020304"
            "f6");
}

TEST(Cbor, OnlyTheShortestFormIsRead) {
  for (const char* longer :
       {"1817", "190017", "1900ff", "1a0000ffff", "1b00000000ffffffff", "580141", "7f6161ff", "5f4161ff", "1c", "1f", "18", "19ff", ""})
    EXPECT_FALSE(CborReader(hex(longer)).skip()) << longer;
  const Bytes beyond = hex("3bffffffffffffffff");
  EXPECT_FALSE(CborReader(beyond).integer());
  const Bytes huge = hex("5b7fffffffffffffff00");
  EXPECT_FALSE(CborReader(huge).bytes());
  EXPECT_FALSE(CborReader(huge).skip());
  const Bytes many = hex("9b0000000100000000");
  EXPECT_FALSE(CborReader(many).skip());
  Bytes deep(40, 0x81);
  deep.push_back(0);
  EXPECT_FALSE(CborReader(deep).skip());
  const Bytes fine = hex("a26161820102616283f4f5fb3ff199999999999a");
  CborReader reader(fine);
  EXPECT_OK(reader.skip());
  EXPECT_TRUE(reader.at_end());
}

class CoseReceiptTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (std::uint64_t i = 0; i < 20; ++i) leaves.push_back(leaf_hash(as_bytes("entry " + std::to_string(i))));
  }
  NodeReader reader() const {
    return [this](unsigned level, std::uint64_t index) -> Result<Digest> {
      if (level == 0) return leaves.at(index);
      return node_hash(reader()(level - 1, 2 * index).value(), reader()(level - 1, 2 * index + 1).value());
    };
  }
  Result<Bytes> receipt(LeafIndex index, TreeSize size) const {
    return sign_cose_receipt(index, size, leaves.at(index), inclusion_proof(index, size, reader()).value(), root(size, reader()).value(),
                             log);
  }
  std::string entry(LeafIndex index) const { return "entry " + std::to_string(index); }
  std::vector<Digest> leaves;
  keys::SigningKey log = std::move(keys::SigningKey::from_seed("log.example", keys::KeyType::ed25519, Bytes(32, 1)).value());
};

TEST_F(CoseReceiptTest, ProvesEveryEntryOfEveryTree) {
  for (TreeSize size = 1; size <= 20; ++size)
    for (LeafIndex index = 0; index < size; ++index) {
      const auto made = receipt(index, size);
      ASSERT_OK(made);
      const auto verified = verify_cose_receipt(*made, as_bytes(entry(index)), log.verifier());
      ASSERT_OK(verified);
      EXPECT_EQ(verified->index, index);
      EXPECT_EQ(verified->size, size);
      EXPECT_EQ(verified->root, root(size, reader()).value());
      EXPECT_FALSE(verify_cose_receipt(*made, as_bytes(entry(index + 1)), log.verifier()));
    }
}

// The bytes, spelled out from RFC 9052 and RFC 9942 by hand for a tree of two entries.
TEST_F(CoseReceiptTest, ItsBytesAreThoseOfTheSpecification) {
  const Bytes made = receipt(1, 2).value();
  const std::string name = to_hex(as_bytes("log.example"));
  const std::string kid = sha256_of({as_bytes("log.example\n\x01"), log.verifier().key()}).hex();
  const std::string header = "a5" + std::string("0127") + "045820" + kid + "0fa1016b" + name + "19018b01" + "3a00010000820201";
  const std::string proof = "83" + std::string("02") + "01" + "81" + "5820" + leaves[0].hex();
  const std::string signed_part =
      "846a5369676e617475726531" + std::string("5841") + header + "40" + "5820" + root(2, reader()).value().hex();
  ASSERT_EQ(hex(header).size(), 0x41U);
  ASSERT_EQ(hex(proof).size(), 0x26U);
  const keys::Signature signature = log.sign(hex(signed_part));
  EXPECT_EQ(to_hex(made), "d2845841" + header + "a119018ca120815826" + proof + "f65840" + to_hex(signature));
  EXPECT_EQ(kid.substr(0, 8), log.verifier().id_hex());
}

TEST_F(CoseReceiptTest, EveryFlippedBitOfWhatCountsIsNoticed) {
  const Bytes made = receipt(5, 13).value();
  for (std::size_t i = 0; i < made.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      Bytes flipped = made;
      flipped[i] = static_cast<std::uint8_t>(flipped[i] ^ (1 << bit));
      EXPECT_FALSE(verify_cose_receipt(flipped, as_bytes(entry(5)), log.verifier())) << i << " " << bit;
    }
  for (std::size_t length = 0; length < made.size(); ++length)
    EXPECT_FALSE(verify_cose_receipt(ByteView(made).first(length), as_bytes(entry(5)), log.verifier()));
  Bytes longer = made;
  longer.push_back(0);
  EXPECT_FALSE(verify_cose_receipt(longer, as_bytes(entry(5)), log.verifier()));
}

TEST_F(CoseReceiptTest, ItIsBoundToTheLog) {
  const Bytes made = receipt(5, 13).value();
  // The same secret under another name: the bare root would verify, the issuer does not.
  const auto renamed = std::move(keys::SigningKey::from_seed("other.example", keys::KeyType::ed25519, Bytes(32, 1)).value());
  EXPECT_THAT(verify_cose_receipt(made, as_bytes(entry(5)), renamed.verifier()).error().what, HasSubstr("not by the log other.example"));
  const auto other = std::move(keys::SigningKey::from_seed("log.example", keys::KeyType::ed25519, Bytes(32, 2)).value());
  EXPECT_THAT(verify_cose_receipt(made, as_bytes(entry(5)), other.verifier()).error().what, HasSubstr("names another key"));
  const auto witness = std::move(keys::SigningKey::from_seed("log.example", keys::KeyType::cosignature_v1, Bytes(32, 1)).value());
  EXPECT_FALSE(verify_cose_receipt(made, as_bytes(entry(5)), witness.verifier()));
}

TEST_F(CoseReceiptTest, OnlyAProofThatLeadsToTheRootIsSigned) {
  Proof proof = inclusion_proof(5, 13, reader()).value();
  const Digest tree = root(13, reader()).value();
  EXPECT_FALSE(sign_cose_receipt(6, 13, leaves[5], proof, tree, log));
  EXPECT_FALSE(sign_cose_receipt(5, 8, leaves[5], proof, tree, log));
  EXPECT_FALSE(sign_cose_receipt(5, 13, leaves[6], proof, tree, log));
  EXPECT_FALSE(sign_cose_receipt(5, 13, leaves[5], proof, sha256("x"), log));
  proof.pop_back();
  EXPECT_FALSE(sign_cose_receipt(5, 13, leaves[5], proof, tree, log));
}

// A receipt put together by hand and signed by the log's key, so that only what is under test is wrong.
class CoseHeaders : public CoseReceiptTest {
 protected:
  bool verifies(const std::vector<std::string>& header_pairs, const std::string& unprotected, const std::string& payload = "f6") const {
    CborWriter content, head;
    std::string header = to_hex(Bytes{static_cast<std::uint8_t>(0xa0 + header_pairs.size())});
    for (const std::string& pair : header_pairs) header += pair;
    content.array(4);
    content.text("Signature1");
    content.bytes(hex(header));
    content.bytes({});
    content.bytes(root(2, reader()).value().view());
    head.bytes(hex(header));
    const std::string text = "d284" + to_hex(head.take()) + unprotected + payload + "5840" + to_hex(log.sign(content.take()));
    return verify_cose_receipt(hex(text), as_bytes(entry(1)), log.verifier()).has_value();
  }
  const std::string alg = "0127", vds = "19018b01", place = "3a00010000820201";
  std::string kid = "045820" + sha256_of({as_bytes("log.example\n\x01"), log.verifier().key()}).hex();
  std::string claims = "0fa1016b" + to_hex(as_bytes("log.example"));
  std::string proof() const { return "58268302018158" + std::string("20") + leaves[0].hex(); }
  std::string plain() const { return "a119018ca12081" + proof(); }
};

// Receipts as others might write them: more headers and another order are read.
TEST_F(CoseHeaders, OtherHeadersAndOrdersAreRead) {
  EXPECT_TRUE(verifies({alg, kid, claims, vds, place}, plain()));
  EXPECT_TRUE(verifies({place, vds, claims, kid, alg}, plain()));
  EXPECT_TRUE(verifies({alg, kid, claims, "106174", vds, "6178820102", place}, plain()));  // typ, and a text label
  EXPECT_TRUE(verifies({alg, kid, "0fa203fa3f800000016b" + to_hex(as_bytes("log.example")), vds, place}, plain()));  // another claim
  EXPECT_TRUE(verifies({alg, kid, claims, vds, place}, "a204410119018ca12081" + proof()));
}

TEST_F(CoseHeaders, WhatChangesTheMeaningIsRefused) {
  EXPECT_FALSE(verifies({alg, "028101", kid, claims, vds, place}, plain()));  // crit
  EXPECT_FALSE(verifies({alg, alg, kid, claims, vds, place}, plain()));
  EXPECT_FALSE(verifies({"0126", kid, claims, vds, place}, plain()));  // ES256
  EXPECT_FALSE(verifies({alg, kid, claims, "19018b02", place}, plain()));
  EXPECT_FALSE(verifies({alg, kid, vds, place}, plain()));
  EXPECT_FALSE(verifies({alg, claims, vds, place}, plain()));
  EXPECT_FALSE(verifies({alg, kid, claims, vds}, plain()));
  EXPECT_FALSE(verifies({alg, kid, claims, vds, "3a00010000820901"}, plain()));
  EXPECT_FALSE(verifies({alg, kid, claims, vds, place}, "a0"));
  EXPECT_FALSE(verifies({alg, kid, claims, vds, place}, "a119018ca12080"));
  EXPECT_FALSE(verifies({alg, kid, claims, vds, place}, "a119018ca12082" + proof() + proof()));
  EXPECT_FALSE(verifies({alg, kid, claims, vds, place}, "a119018ca12181" + proof()));                         // a consistency proof
  EXPECT_FALSE(verifies({alg, kid, claims, vds, place}, plain(), "5820" + root(2, reader()).value().hex()));  // attached
}

// RFC 9162 proofs do not bind tree size and index to the root; the signed place does.
TEST_F(CoseHeaders, TheSameProofElsewhereIsRefused) {
  const std::string elsewhere =
      "a119018ca12081"
      "582683090881"
      "5820" +
      leaves[0].hex();  // entry 8 of 9
  EXPECT_EQ(root_from_inclusion(8, 9, leaves[1], {leaves[0]}).value(), root_from_inclusion(1, 2, leaves[1], {leaves[0]}).value());
  EXPECT_FALSE(verifies({alg, kid, claims, vds, place}, elsewhere));
}

}  // namespace
}  // namespace entente::merkle
