#include "merkle/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_support.h"

namespace entente::merkle {
namespace {

using ::testing::HasSubstr;

keys::SigningKey key_of(std::string name, std::uint8_t seed, keys::KeyType type) {
  return std::move(keys::SigningKey::from_seed(std::move(name), type, Bytes(32, seed)).value());
}
keys::SigningKey witness_key(std::uint8_t seed) {
  return key_of("witness" + std::to_string(seed) + ".example", seed, keys::KeyType::cosignature_v1);
}
std::string witness_line(const std::string& name, std::uint8_t seed, const std::string& more = "") {
  return "witness " + name + " " + witness_key(seed).verifier().str() + more + "\n";
}
std::vector<keys::VerifierKey> keys_of(std::initializer_list<std::uint8_t> seeds) {
  std::vector<keys::VerifierKey> out;
  for (const std::uint8_t seed : seeds) out.push_back(witness_key(seed).verifier());
  return out;
}
std::string error_of(const std::string& text) {
  const auto policy = Policy::parse(text);
  return policy ? "accepted" : policy.error().str();
}

// The specification's own example: 2 of three witnesses of one operator, and any of three of another.
std::string two_operators() {
  std::string text = "# two operators\n\n";
  text += "log " + key_of("log.example", 100, keys::KeyType::ed25519).verifier().str() + "\thttps://log.example/\n";
  for (std::uint8_t i = 1; i <= 3; ++i) text += witness_line("X" + std::to_string(i), i, " https://x.example/" + std::to_string(i));
  text += "group X-witnesses 2 X1 X2 X3\n";
  for (std::uint8_t i = 4; i <= 6; ++i) text += "  " + witness_line("Y" + std::to_string(i - 3), i);
  return text + "\t group  Y-witnesses any Y1\tY2 Y3 \ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n";
}

TEST(Policy, TheExampleOfTheSpecification) {
  const auto policy = Policy::parse(two_operators());
  ASSERT_OK(policy);
  ASSERT_EQ(policy->logs.size(), 1U);
  EXPECT_EQ(policy->logs[0].url, "https://log.example/");
  ASSERT_EQ(policy->witnesses.size(), 6U);
  EXPECT_EQ(policy->witnesses[1].url, "https://x.example/2");
  EXPECT_EQ(policy->witnesses[5].url, "");
  EXPECT_EQ(policy->quorum_text(), "all of (2 of (X1, X2, X3), any of (Y1, Y2, Y3))");
  EXPECT_TRUE(policy->satisfied_by(keys_of({1, 2, 4})));
  EXPECT_TRUE(policy->satisfied_by(keys_of({6, 3, 1})));
  EXPECT_FALSE(policy->satisfied_by(keys_of({1, 2, 3})));
  EXPECT_FALSE(policy->satisfied_by(keys_of({1, 4, 5, 6})));
  EXPECT_FALSE(policy->satisfied_by(keys_of({1, 1, 4})));  // one witness counts once
  EXPECT_FALSE(policy->satisfied_by(keys_of({7, 8, 9})));  // strangers never
  EXPECT_FALSE(policy->satisfied_by({}));
}

// Every subset of five witnesses, for every threshold, against counting by hand.
TEST(Policy, ThresholdsCount) {
  for (int k = 1; k <= 5; ++k) {
    std::string text;
    for (std::uint8_t i = 1; i <= 5; ++i) text += witness_line("w" + std::to_string(i), i);
    text += "group g " + std::to_string(k) + " w1 w2 w3 w4 w5\nquorum g\n";
    const auto policy = Policy::parse(text);
    ASSERT_OK(policy);
    for (unsigned set = 0; set < 32; ++set) {
      std::vector<keys::VerifierKey> cosigners;
      for (std::uint8_t i = 0; i < 5; ++i)
        if ((set >> i & 1U) != 0) cosigners.push_back(witness_key(static_cast<std::uint8_t>(i + 1)).verifier());
      EXPECT_EQ(policy->satisfied_by(cosigners), static_cast<int>(cosigners.size()) >= k) << k << " " << set;
    }
  }
}

TEST(Policy, NoneAsksForNothingAndASingleWitnessIsAQuorum) {
  const auto none = Policy::parse("quorum none\n");
  ASSERT_OK(none);
  EXPECT_TRUE(none->satisfied_by({}));
  EXPECT_EQ(none->quorum_text(), "none");
  const auto one = Policy::parse(witness_line("w", 1) + witness_line("v", 2) + "quorum w\n");
  ASSERT_OK(one);
  EXPECT_TRUE(one->satisfied_by(keys_of({1})));
  EXPECT_FALSE(one->satisfied_by(keys_of({2})));
}

TEST(Policy, WhatTheSpecificationForbidsIsRefusedWithItsLine) {
  const std::string w = witness_line("w", 1);
  const std::string v = witness_line("v", 2);
  EXPECT_THAT(error_of(""), HasSubstr("no quorum line"));
  EXPECT_THAT(error_of(w), HasSubstr("no quorum line"));
  EXPECT_THAT(error_of("quorum none"), HasSubstr("no newline"));
  EXPECT_THAT(error_of("quorum none\nquorum none\n"), HasSubstr("line 2"));
  EXPECT_THAT(error_of("quorum w\n" + w), HasSubstr("not defined above"));
  EXPECT_THAT(error_of(w + w + "quorum w\n"), HasSubstr("public key is listed already"));
  EXPECT_THAT(error_of(w + witness_line("w", 2) + "quorum w\n"), HasSubstr("defined already"));
  EXPECT_THAT(error_of(witness_line("none", 1) + "quorum none\n"), HasSubstr("cannot be defined"));
  EXPECT_THAT(error_of(w + "group none any w\nquorum none\n"), HasSubstr("cannot be defined"));
  EXPECT_THAT(error_of(w + "group g any none\nquorum g\n"), HasSubstr("cannot be a member"));
  EXPECT_THAT(error_of(w + "group g any w w\nquorum g\n"), HasSubstr("member of a group already"));
  EXPECT_THAT(error_of(w + v + "group g any w\ngroup h all w v\nquorum h\n"), HasSubstr("member of a group already"));
  EXPECT_THAT(error_of(w + "group g any h\ngroup h any w\nquorum g\n"), HasSubstr("not defined above"));
  EXPECT_THAT(error_of(w + "group g any g\nquorum g\n"), HasSubstr("not defined above"));
  EXPECT_THAT(error_of(w + "group w any w\nquorum w\n"), HasSubstr("defined already"));
  EXPECT_THAT(error_of(w + "group g any\nquorum w\n"), HasSubstr("a group line is"));
  for (const char* k : {"0", "2", "-1", "+1", "1.0", "01", "ANY", "18446744073709551617"})
    EXPECT_NE(error_of(w + "group g " + k + " w\nquorum g\n"), "accepted") << k;
  EXPECT_THAT(error_of("witness w\nquorum none\n"), HasSubstr("a witness line is"));
  EXPECT_THAT(error_of(witness_line("w", 1, " url more") + "quorum w\n"), HasSubstr("a witness line is"));
  EXPECT_THAT(error_of("log\nquorum none\n"), HasSubstr("a log line is"));
  EXPECT_THAT(error_of("Quorum none\n"), HasSubstr("begins no policy line"));
  EXPECT_THAT(error_of("quorum none w\n"), HasSubstr("a quorum line is"));
  EXPECT_THAT(error_of("quorum none # why\n"), HasSubstr("a quorum line is"));
}

TEST(Policy, OctetsOutsideTheAllowedOnesAreRefused) {
  for (int octet = 0; octet < 256; ++octet) {
    const std::string text = std::string("# ") + static_cast<char>(octet) + "\nquorum none\n";
    const bool allowed = octet == 9 || octet == 10 || (octet >= 0x20 && octet <= 0x7e) || octet >= 0x80;
    EXPECT_EQ(Policy::parse(text).has_value(), allowed) << octet;
  }
  // Names are octets, not characters: K and the Kelvin sign are two names.
  const auto policy = Policy::parse(witness_line("K", 1) + witness_line("\xe2\x84\xaa", 2) + "quorum \xe2\x84\xaa\n");
  ASSERT_OK(policy);
  EXPECT_TRUE(policy->satisfied_by(keys_of({2})));
  EXPECT_FALSE(policy->satisfied_by(keys_of({1})));
  EXPECT_OK(Policy::parse(witness_line("\xff\xfe", 1) + "quorum \xff\xfe\n"));
}

TEST(Policy, KeysAreTheSameByTheirPublicKeyAndOfATypeThatFits) {
  const std::string log_one = key_of("a.example", 9, keys::KeyType::ed25519).verifier().str();
  const std::string log_two = key_of("b.example", 9, keys::KeyType::ed25519).verifier().str();
  EXPECT_THAT(error_of("log " + log_one + "\nlog " + log_two + "\nquorum none\n"), HasSubstr("public key is listed already"));
  const std::string w1 = key_of("one.example", 3, keys::KeyType::cosignature_v1).verifier().str();
  const std::string w2 = key_of("two.example", 3, keys::KeyType::cosignature_v1).verifier().str();
  EXPECT_THAT(error_of("witness a " + w1 + "\nwitness b " + w2 + "\nquorum a\n"), HasSubstr("public key is listed already"));
  EXPECT_THAT(error_of("log " + w1 + "\nquorum none\n"), HasSubstr("cannot be an Ed25519 cosignature key"));
  EXPECT_THAT(error_of("witness a " + log_one + "\nquorum a\n"), HasSubstr("cannot be of type 0x01"));
  std::string altered = w1;
  altered[altered.find('+') + 1] = altered[altered.find('+') + 1] == '0' ? '1' : '0';
  EXPECT_THAT(error_of("witness a " + altered + "\nquorum a\n"), HasSubstr("key id"));
}

TEST(Policy, AKeyTypeOfLaterNeverCounts) {
  Bytes material(1313, 0x42);
  material[0] = 0x06;  // ML-DSA-44
  const std::string vkey = "pq.example+01020304+" + to_base64(material);
  const auto policy = Policy::parse("log " + vkey + "\nwitness pq " + vkey + "\n" + witness_line("w", 1) + "group g any pq w\nquorum g\n");
  ASSERT_OK(policy);
  EXPECT_EQ(policy->witness_keys().size(), 1U);
  EXPECT_TRUE(policy->log_keys().empty());
  EXPECT_TRUE(policy->satisfied_by(keys_of({1})));
  EXPECT_FALSE(policy->satisfied_by({}));
  EXPECT_THAT(error_of("witness a " + vkey + "\nwitness b x+00000000+" + to_base64(material) + "\nquorum a\n"),
              HasSubstr("listed already"));
}

TEST(Policy, HoldsAtLeast32OfEach) {
  std::string text, groups, last;
  for (std::uint8_t i = 1; i <= 64; ++i) {
    text += "log " + key_of("log" + std::to_string(i), i, keys::KeyType::ed25519).verifier().str() + "\n";
    text += witness_line("w" + std::to_string(i), i);
    text += "group g" + std::to_string(i) + " any w" + std::to_string(i) + (last.empty() ? "" : " " + last) + "\n";
    last = "g" + std::to_string(i);
  }
  const auto policy = Policy::parse(text + "quorum " + last + "\n");
  ASSERT_OK(policy);
  EXPECT_EQ(policy->logs.size(), 64U);
  EXPECT_TRUE(policy->satisfied_by(keys_of({1})));  // through 64 groups of groups
  EXPECT_FALSE(policy->quorum_text().empty());
  std::string many;
  for (int i = 0; i < 2'000; ++i) many += "group g" + std::to_string(i) + " any w\n";
  EXPECT_NE(error_of(witness_line("w", 1) + many + "quorum w\n"), "accepted");
}

class PolicyCheckpoint : public ::testing::Test {
 protected:
  std::string cosigned(std::initializer_list<std::uint8_t> seeds) const {
    const Checkpoint checkpoint{.origin = "log.example", .size = 5, .root = sha256("root")};
    std::string note = sign_note(checkpoint.str(), {&log}).value();
    for (const std::uint8_t seed : seeds)
      note += cosign_note(checkpoint.str(), witness_key(seed), Instant(std::chrono::seconds(1))).value();
    return note;
  }
  keys::SigningKey log = key_of("log.example", 100, keys::KeyType::ed25519);
};

TEST_F(PolicyCheckpoint, NeedsALogOfThePolicyAndItsQuorum) {
  const auto policy = Policy::parse(two_operators());
  ASSERT_OK(policy);
  const auto good = verify_checkpoint(cosigned({1, 3, 5, 9}), *policy);
  ASSERT_OK(good);
  EXPECT_EQ(good->checkpoint.size, 5U);
  EXPECT_EQ(good->note.cosigned.size(), 3U);
  EXPECT_EQ(good->note.unverified.size(), 1U);
  const auto few = verify_checkpoint(cosigned({1, 2}), *policy);
  ASSERT_FALSE(few);
  EXPECT_THAT(few.error().what,
              HasSubstr("asks for all of (2 of (X1, X2, X3), any of (Y1, Y2, Y3)), and witness1.example, witness2.example"));
  EXPECT_THAT(verify_checkpoint(cosigned({}), *policy).error().what, HasSubstr("none of its witnesses"));

  std::string forged = cosigned({1, 2, 4});
  forged[forged.size() - 6] = forged[forged.size() - 6] == 'A' ? 'B' : 'A';
  EXPECT_THAT(verify_checkpoint(forged, *policy).error().what, HasSubstr("does not verify"));

  const auto other = Policy::parse("log " + key_of("other.example", 101, keys::KeyType::ed25519).verifier().str() + "\nquorum none\n");
  ASSERT_OK(other);
  EXPECT_THAT(verify_checkpoint(cosigned({1}), *other).error().what, HasSubstr("accepts no log called \"log.example\""));
  EXPECT_FALSE(verify_checkpoint(cosigned({1}), *other, {log.verifier()}));  // its logs are the only ones
  const auto open = Policy::parse("quorum none\n");
  ASSERT_OK(open);
  EXPECT_OK(verify_checkpoint(cosigned({}), *open, {log.verifier()}));
  EXPECT_FALSE(verify_checkpoint(cosigned({}), *open));
}

TEST_F(PolicyCheckpoint, ReceiptsNeedTheQuorumToo) {
  const auto policy = Policy::parse(two_operators());
  ASSERT_OK(policy);
  const Checkpoint checkpoint{.origin = "log.example", .size = 1, .root = leaf_hash(as_bytes("entry"))};
  const auto receipt = [&](std::initializer_list<std::uint8_t> seeds) {
    Receipt out;
    out.checkpoint = sign_note(checkpoint.str(), {&log}).value();
    for (const std::uint8_t seed : seeds)
      out.checkpoint += cosign_note(checkpoint.str(), witness_key(seed), Instant(std::chrono::seconds(1))).value();
    return out;
  };
  EXPECT_OK(verify_receipt(receipt({1, 2, 4}), as_bytes("entry"), *policy));
  EXPECT_FALSE(verify_receipt(receipt({1, 2}), as_bytes("entry"), *policy));
  EXPECT_FALSE(verify_receipt(receipt({1, 2, 4}), as_bytes("other"), *policy));
}

}  // namespace
}  // namespace entente::merkle
