// Signed notes and verifier keys against the examples of C2SP and the vectors of golang.org/x/mod.
#include <gtest/gtest.h>

#include "core/file.h"
#include "core/json.h"
#include "keys/keys.h"
#include "merkle/note.h"
#include "test_support.h"

namespace entente {
namespace {

TEST(SignedNoteConformance, ValidNotesAndKeys) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto doc = JsonDocument::read(shared / "conformance/ledger/signed-note/vectors.json");
  ASSERT_OK(doc);
  const auto valid = json_array(doc->root(), "valid");
  ASSERT_TRUE(valid);
  std::size_t notes = 0;
  std::size_t signed_again = 0;
  for (const JsonView c : *valid) {
    const std::string_view vkey = *json_string(c, "vkey");
    const std::string_view note = *json_string(c, "note");
    SCOPED_TRACE(std::string(vkey));
    const auto key = keys::VerifierKey::parse(vkey);
    ASSERT_OK(key);
    EXPECT_EQ(key->str(), vkey);
    const auto verified = merkle::verify_note(note, {*key});
    ASSERT_OK(verified);
    EXPECT_EQ(verified->verified_by, std::vector{*key});
    EXPECT_TRUE(verified->unverified.empty());
    const auto parsed = merkle::Note::parse(note);
    ASSERT_OK(parsed);
    EXPECT_EQ(parsed->str(), note);
    EXPECT_EQ(parsed->text, verified->text);
    for (std::size_t i = 0; i < note.size(); ++i) {
      std::string bad(note);
      bad[i] = static_cast<char>(bad[i] ^ 1);
      EXPECT_FALSE(merkle::verify_note(bad, {*key})) << i;
    }
    if (const auto skey = json_string(c, "skey")) {
      const auto signer = keys::SigningKey::parse(*skey);
      ASSERT_OK(signer);
      EXPECT_EQ(signer->verifier(), *key);
      EXPECT_EQ(signer->str(), *skey);
      EXPECT_EQ(merkle::sign_note(verified->text, {&*signer}), std::string(note));
      ++signed_again;
    }
    ++notes;
  }
  EXPECT_EQ(notes, 3u);
  EXPECT_EQ(signed_again, 1u);
}

TEST(SignedNoteConformance, TwoSignersOfOneText) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto doc = JsonDocument::read(shared / "conformance/ledger/signed-note/vectors.json");
  ASSERT_OK(doc);
  const auto valid = json_array(doc->root(), "valid");
  ASSERT_TRUE(valid);
  // Vectors 1 and 2 are two people's signatures of the same text: their lines together are one note.
  const auto first = merkle::Note::parse(*json_string(valid->at(1).value_unsafe(), "note"));
  const auto second = merkle::Note::parse(*json_string(valid->at(2).value_unsafe(), "note"));
  ASSERT_OK(first);
  ASSERT_OK(second);
  ASSERT_EQ(first->text, second->text);
  merkle::Note both = *first;
  both.signatures.push_back(second->signatures[0]);
  const auto key1 = keys::VerifierKey::parse(*json_string(valid->at(1).value_unsafe(), "vkey"));
  const auto key2 = keys::VerifierKey::parse(*json_string(valid->at(2).value_unsafe(), "vkey"));
  ASSERT_OK(key1);
  ASSERT_OK(key2);
  const auto verified = merkle::verify_note(both.str(), {*key2, *key1});
  ASSERT_OK(verified);
  EXPECT_EQ(verified->verified_by, (std::vector{*key1, *key2}));
  const auto one = merkle::verify_note(both.str(), {*key2});
  ASSERT_OK(one);
  EXPECT_EQ(one->unverified.size(), 1u);
}

TEST(SignedNoteConformance, InvalidKeys) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto doc = JsonDocument::read(shared / "conformance/ledger/signed-note/vectors.json");
  ASSERT_OK(doc);
  const auto invalid = json_array(doc->root(), "invalid_vkeys");
  ASSERT_TRUE(invalid);
  std::size_t count = 0;
  for (const JsonView v : *invalid) {
    EXPECT_FALSE(keys::VerifierKey::parse(*as_string(v))) << *as_string(v);
    ++count;
  }
  EXPECT_EQ(count, 2u);
}

// The checkpoint with a cosignature that tlog-cosignature prints: its keys are not published, its form is.
TEST(SignedNoteConformance, SpecificationExampleParses) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto text = read_file(shared / "conformance/ledger/c2sp-specs/tlog-cosignature.md");
  ASSERT_OK(text);
  const std::size_t begin = text->find("```\nexample.com/behind-the-sofa\n") + 4;
  const std::size_t end = text->find("```", begin);
  ASSERT_NE(end, std::string::npos);
  const std::string note = text->substr(begin, end - begin);
  const auto parsed = merkle::Note::parse(note);
  ASSERT_OK(parsed);
  EXPECT_EQ(parsed->str(), note);
  ASSERT_EQ(parsed->signatures.size(), 2u);
  EXPECT_EQ(parsed->signatures[0].blob.size(), 64u);
  EXPECT_EQ(parsed->signatures[1].name, "witness.example.com/w1");
  EXPECT_EQ(parsed->signatures[1].blob.size(), 72u);
  const auto checkpoint = merkle::Checkpoint::parse(parsed->text);
  ASSERT_OK(checkpoint);
  EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint->size, 20852163u);
  EXPECT_EQ(checkpoint->str(), parsed->text);
}

}  // namespace
}  // namespace entente
