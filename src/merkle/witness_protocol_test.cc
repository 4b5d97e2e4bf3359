#include "merkle/witness_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "merkle/checkpoint.h"
#include "test_support.h"

namespace entente::merkle {
namespace {

using ::testing::HasSubstr;

keys::SigningKey key_from(std::string name, std::uint8_t seed, keys::KeyType type) {
  return std::move(keys::SigningKey::from_seed(std::move(name), type, Bytes(32, seed)).value());
}

class WitnessProtocol : public ::testing::Test {
 protected:
  std::string error_of(const std::string& body) const {
    const auto parsed = AddCheckpoint::parse(body);
    return parsed ? "accepted" : parsed.error().str();
  }
  Instant at(int second) const { return Instant(std::chrono::seconds(second)); }
  keys::SigningKey log = key_from("log.example", 1, keys::KeyType::ed25519);
  keys::SigningKey witness = key_from("witness.example", 2, keys::KeyType::cosignature_v1);
  std::string text = Checkpoint{.origin = "log.example", .size = 9, .root = sha256("root")}.str();
  std::string note = sign_note(text, {&log}).value();
  std::string hash = to_base64(sha256("h").view()) + "\n";
};

TEST_F(WitnessProtocol, BodiesAreReadAndWrittenByteForByte) {
  for (const std::string& body :
       {"old 0\n\n" + note, "old 7\n" + hash + "\n" + note, "old 9223372036854775807\n" + hash + hash + "\n" + note}) {
    const auto parsed = AddCheckpoint::parse(body);
    ASSERT_OK(parsed);
    EXPECT_EQ(parsed->str(), body);
  }
  std::string most = "old 3\n";
  for (int i = 0; i < 63; ++i) most += hash;
  EXPECT_OK(AddCheckpoint::parse(most + "\n" + note));
  EXPECT_THAT(error_of(most + hash + "\n" + note), HasSubstr("more than 63"));
}

TEST_F(WitnessProtocol, MalformedBodiesAreRefused) {
  EXPECT_THAT(error_of(""), HasSubstr("old <size>"));
  EXPECT_THAT(error_of(note), HasSubstr("old <size>"));
  for (const char* first : {"old", "old ", "old 07", "old +7", "old -1", "old 7 ", "old  7", "Old 7", "old 9223372036854775808", "old 7\r"})
    EXPECT_NE(error_of(std::string(first) + "\n\n" + note), "accepted") << first;
  EXPECT_NE(error_of("old 7\n" + hash + note), "accepted");
  EXPECT_NE(error_of("old 7\nAAAA\n\n" + note), "accepted");
  EXPECT_NE(error_of("old 7\n" + hash.substr(0, hash.size() - 2) + "\n\n" + note), "accepted");
  EXPECT_NE(error_of("old 7\n\n"), "accepted");
  EXPECT_NE(error_of("old 7\n\n\n" + note), "accepted");
  EXPECT_NE(error_of("old 7\n\nno checkpoint\n\n" + note.substr(note.find("\n\n") + 2)), "accepted");
  EXPECT_THAT(error_of("old 7\n\n" + note + "x\n"), HasSubstr("line 8"));
}

TEST_F(WitnessProtocol, SizeAnswers) {
  EXPECT_EQ(parse_size_answer("0\n").value(), 0U);
  EXPECT_EQ(parse_size_answer("20852163\n").value(), 20852163U);
  for (const char* bad : {"", "\n", "7", "07\n", "7\n\n", " 7\n", "7\n8\n", "9223372036854775808\n"})
    EXPECT_FALSE(parse_size_answer(bad)) << bad;
}

TEST_F(WitnessProtocol, OnlyAValidLineOfTheWitnessCounts) {
  const std::string line = cosign_note(text, witness, at(1000)).value();
  const auto found = read_cosignature(text, line, witness.verifier());
  ASSERT_OK(found);
  EXPECT_EQ(found->line + "\n", line);
  EXPECT_EQ(found->time, at(1000));

  const keys::SigningKey other = key_from("other.example", 3, keys::KeyType::cosignature_v1);
  const std::string others = cosign_note(text, other, at(1)).value();
  const std::string later = cosign_note(text, witness, at(2000)).value();
  EXPECT_EQ(read_cosignature(text, "nonsense\n" + others + later + line + "\n\n", witness.verifier()).value().time, at(2000));

  EXPECT_THAT(read_cosignature(text, others, witness.verifier()).error().what, HasSubstr("no cosignature by its key"));
  EXPECT_FALSE(read_cosignature(text, "", witness.verifier()));
  EXPECT_FALSE(read_cosignature(text, line.substr(0, line.size() - 1), witness.verifier()));
  const std::string other_text = Checkpoint{.origin = "log.example", .size = 8, .root = sha256("root")}.str();
  EXPECT_THAT(read_cosignature(text, cosign_note(other_text, witness, at(1)).value(), witness.verifier()).error().what,
              HasSubstr("does not verify"));
  EXPECT_FALSE(read_cosignature(text, line + cosign_note(other_text, witness, at(1)).value(), witness.verifier()));
  EXPECT_THAT(read_cosignature(text, cosign_note(text, witness, at(0)).value(), witness.verifier()).error().what, HasSubstr("no time"));
  // The same secret under a plain key's name and id proves nothing about a time.
  const keys::SigningKey plain = key_from("witness.example", 2, keys::KeyType::ed25519);
  EXPECT_FALSE(read_cosignature(text, sign_note(text, {&plain}).value().substr(text.size() + 1), witness.verifier()));
  // Any flipped character of the line makes it worthless.
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::string flipped = line;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_FALSE(read_cosignature(text, flipped, witness.verifier())) << i;
  }
}

}  // namespace
}  // namespace entente::merkle
