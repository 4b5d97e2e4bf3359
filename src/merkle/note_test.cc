// Signed notes, checkpoints and receipts: round trips with keys made here, then each way in which bytes, lines, keys and
// signatures can be wrong.
#include "merkle/note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_support.h"

namespace entente::merkle {
namespace {
using keys::KeyType;
using keys::SigningKey;
using keys::VerifierKey;
using testing::HasSubstr;

SigningKey key(std::string name, KeyType type = KeyType::ed25519, std::string_view seed = "seed") {
  return *SigningKey::from_seed(name, type, sha256(fmt::format("{} {}", seed, name)).view());
}

struct Keys {
  SigningKey log = key("log.example/a");
  SigningKey other = key("other.example");
  SigningKey witness = key("witness.example/w1", KeyType::cosignature_v1);
};
const Keys& k() {
  static const Keys keys;
  return keys;
}

std::string signed_by(std::string_view text, std::vector<const SigningKey*> signers) {
  auto note = sign_note(text, signers);
  EXPECT_TRUE(note) << note.error().str();
  return *note;
}

std::string parse_error(std::string_view note) {
  const auto parsed = Note::parse(note);
  return parsed ? "accepted" : parsed.error().str();
}

Instant at(std::string_view time) { return *parse_time(time); }

// ---- notes ----

TEST(SignedNote, SignAndVerify) {
  const std::string note = signed_by("text\n", {&k().log, &k().other});
  EXPECT_TRUE(note.starts_with("text\n\n\u2014 log.example/a "));
  const auto verified = verify_note(note, {k().other.verifier(), k().log.verifier()});
  ASSERT_OK(verified);
  EXPECT_EQ(verified->text, "text\n");
  EXPECT_EQ(verified->verified_by, (std::vector{k().log.verifier(), k().other.verifier()}));
  EXPECT_TRUE(verified->unverified.empty());
  EXPECT_TRUE(verified->cosigned.empty());
  EXPECT_EQ(Note::parse(note)->str(), note);
}

TEST(SignedNote, UnknownKeysAreListedNotTrusted) {
  const std::string note = signed_by("text\n", {&k().log, &k().other});
  const auto verified = verify_note(note, {k().log.verifier()});
  ASSERT_OK(verified);
  ASSERT_EQ(verified->unverified.size(), 1u);
  EXPECT_EQ(verified->unverified[0].name, "other.example");
  EXPECT_EQ(verified->unverified[0].key_id, k().other.verifier().id());
  EXPECT_TRUE(note.ends_with(verified->unverified[0].line + "\n"));

  const auto none = verify_note(note, {key("third.example").verifier()});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().what, HasSubstr("no signature by a known key"));
  EXPECT_FALSE(verify_note(note, {}));
}

TEST(SignedNote, SameNameOrSameIdAloneIsUnknown) {
  const std::string note = signed_by("text\n", {&k().log, &k().other});
  const SigningKey namesake = key("other.example", KeyType::ed25519, "another seed");
  const auto verified = verify_note(note, {k().log.verifier(), namesake.verifier()});
  ASSERT_OK(verified);
  EXPECT_EQ(verified->unverified.size(), 1u);
  // The id of a known key under another name.
  std::string renamed = note;
  renamed.replace(renamed.find("other.example"), 13, "ether.example");
  const auto second = verify_note(renamed, {k().log.verifier(), k().other.verifier()});
  ASSERT_OK(second);
  EXPECT_EQ(second->unverified.size(), 1u);
}

TEST(SignedNote, KnownKeyThatFailsSpoilsTheNote) {
  const std::string note = signed_by("text\n", {&k().log, &k().other});
  std::string bad = note;
  const std::size_t last = bad.size() - 4;  // inside the base64 of the second signature
  bad[last] = bad[last] == 'A' ? 'B' : 'A';
  const auto verified = verify_note(bad, {k().log.verifier(), k().other.verifier()});
  ASSERT_FALSE(verified);
  EXPECT_THAT(verified.error().what, HasSubstr("other.example"));
  EXPECT_OK(verify_note(bad, {k().log.verifier()}));  // to whom the second key is unknown

  // A good line does not make up for a bad one of the same key, in either order.
  const std::string good_line = Note::parse(signed_by("text\n", {&k().log}))->signatures[0].line + "\n";
  const std::string wrong_line = Note::parse(signed_by("txet\n", {&k().log}))->signatures[0].line + "\n";
  EXPECT_FALSE(verify_note("text\n\n" + good_line + wrong_line, {k().log.verifier()}));
  EXPECT_FALSE(verify_note("text\n\n" + wrong_line + good_line, {k().log.verifier()}));
  const auto twice = verify_note("text\n\n" + good_line + good_line, {k().log.verifier()});
  ASSERT_OK(twice);
  EXPECT_EQ(twice->verified_by.size(), 1u);
}

TEST(SignedNote, AmbiguousKnownKeysAreAnError) {
  // A second key of the same name and id cannot be found in a test's time, but the same key twice is harmless.
  const std::string note = signed_by("text\n", {&k().log});
  const auto verified = verify_note(note, {k().log.verifier(), k().log.verifier()});
  ASSERT_OK(verified);
  EXPECT_EQ(verified->verified_by.size(), 1u);
}

TEST(SignedNote, SplitAtTheLastBlankLine) {
  for (const std::string text : {"a\n\nb\n", "a\n\n", "\n", "\n\n\n", "a\n\n\u2014 log.example/a AAAAAAA=\n"}) {
    const std::string note = signed_by(text, {&k().log});
    const auto parsed = Note::parse(note);
    ASSERT_OK(parsed);
    EXPECT_EQ(parsed->text, text);
    EXPECT_EQ(parsed->signatures.size(), 1u);
    EXPECT_OK(verify_note(note, {k().log.verifier()}));
  }
}

TEST(SignedNote, EveryByteMatters) {
  const std::string note = signed_by("a text\nof two lines\n", {&k().log});
  for (std::size_t i = 0; i < note.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = note;
      bad[i] = static_cast<char>(bad[i] ^ 1 << bit);
      EXPECT_FALSE(verify_note(bad, {k().log.verifier()})) << "byte " << i << " bit " << bit;
    }
  for (std::size_t n = 0; n < note.size(); ++n) EXPECT_FALSE(verify_note(note.substr(0, n), {k().log.verifier()})) << n;
  EXPECT_FALSE(verify_note(note + "\n", {k().log.verifier()}));
  EXPECT_FALSE(verify_note("\n" + note, {k().log.verifier()}));
}

TEST(SignedNote, MalformedBytes) {
  const std::string sig = "\u2014 a AAAAAAA=\n";
  EXPECT_EQ(parse_error("t\n\n" + sig), "accepted");
  EXPECT_THAT(parse_error(""), HasSubstr("no blank line"));
  EXPECT_THAT(parse_error("t\n"), HasSubstr("no blank line"));
  EXPECT_THAT(parse_error("\n" + sig), HasSubstr("no blank line"));
  EXPECT_THAT(parse_error("t\n\n"), HasSubstr("without a signature"));
  EXPECT_THAT(parse_error("t\r\n\r\n" + sig), HasSubstr("0x0d"));
  EXPECT_THAT(parse_error("t\tt\n\n" + sig), HasSubstr("0x09"));
  EXPECT_THAT(parse_error(std::string("t\0\n\n", 4) + sig), HasSubstr("0x00"));
  EXPECT_THAT(parse_error("t\xff\n\n" + sig), HasSubstr("UTF-8"));
  EXPECT_THAT(parse_error("t\n\n\u2014 a\xc0\x80 AAAAAAA=\n"), HasSubstr("UTF-8"));
  EXPECT_THAT(parse_error("t\n\n" + sig.substr(0, sig.size() - 1)), HasSubstr("no newline"));
}

TEST(SignedNote, MalformedSignatureLines) {
  const auto with = [](std::string_view line) { return parse_error(fmt::format("t\nu\n\n{}\n", line)); };
  EXPECT_THAT(with("- a AAAAAAA="), HasSubstr("em dash"));
  EXPECT_THAT(with("\u2013 a AAAAAAA="), HasSubstr("em dash"));
  EXPECT_THAT(with("\u2014a AAAAAAA="), HasSubstr("em dash"));
  EXPECT_THAT(with(" \u2014 a AAAAAAA="), HasSubstr("em dash"));
  EXPECT_THAT(with("\u2014 a"), HasSubstr("without a signature"));
  EXPECT_THAT(with("\u2014  AAAAAAA="), HasSubstr("no key name"));
  EXPECT_THAT(with("\u2014 a+b AAAAAAA="), HasSubstr("no key name"));
  EXPECT_THAT(with("\u2014 a\u00a0b AAAAAAA="), HasSubstr("no key name"));
  EXPECT_THAT(with("\u2014 a "), HasSubstr("too short"));
  EXPECT_THAT(with("\u2014 a AAAAAA=="), HasSubstr("too short"));
  EXPECT_THAT(with("\u2014 a AAAAAAA"), HasSubstr("base64"));
  EXPECT_THAT(with("\u2014 a AAAAAAB="), HasSubstr("base64"));  // unused bits set
  EXPECT_THAT(with("\u2014 a AAAA-AA="), HasSubstr("base64"));
  EXPECT_THAT(with("\u2014 a b AAAAAAA="), HasSubstr("base64"));
  EXPECT_THAT(with("\u2014 a AAAAAAA= "), HasSubstr("base64"));
  const auto error = Note::parse("t\nu\n\n\u2014 a AAAAAAA=\nrubbish\n").error();
  EXPECT_EQ(error.where.line, 5u);
}

TEST(SignedNote, Limits) {
  std::string note = "t\n\n";
  for (std::size_t i = 0; i < kMaxNoteSignatures; ++i) note += fmt::format("\u2014 name{} AAAAAAA=\n", i);
  EXPECT_EQ(parse_error(note), "accepted");
  EXPECT_THAT(parse_error(note + "\u2014 name AAAAAAA=\n"), HasSubstr("more than 100 signatures"));
  EXPECT_THAT(parse_error(std::string(kMaxNoteBytes, 'a') + "\n\n\u2014 a AAAAAAA=\n"), HasSubstr("at most"));
  // Sixteen signatures of five thousand bytes must be read.
  note = "t\n\n";
  for (int i = 0; i < 16; ++i) note += fmt::format("\u2014 pq{} {}\n", i, to_base64(Bytes(5000, 7)));
  EXPECT_EQ(parse_error(note), "accepted");
}

TEST(SignedNote, WhatCannotBeSigned) {
  const auto error = [](std::string_view text, std::vector<const SigningKey*> signers) {
    const auto note = sign_note(text, signers);
    return note ? "signed" : note.error().what;
  };
  EXPECT_EQ(error("t\n", {&k().log}), "signed");
  EXPECT_THAT(error("t", {&k().log}), HasSubstr("end with a newline"));
  EXPECT_THAT(error("", {&k().log}), HasSubstr("end with a newline"));
  EXPECT_THAT(error("t\r\n", {&k().log}), HasSubstr("control character"));
  EXPECT_THAT(error("\xff\n", {&k().log}), HasSubstr("UTF-8"));
  EXPECT_THAT(error("t\n", {}), HasSubstr("needs a signer"));
  EXPECT_THAT(error("t\n", {&k().log, &k().log}), HasSubstr("twice"));
  EXPECT_THAT(error("t\n", {&k().witness}), HasSubstr("cosignature key"));
  EXPECT_THAT(error(std::string(kMaxNoteBytes - 10, 'a') + "\n", {&k().log}), HasSubstr("limit"));
}

// ---- checkpoints and cosignatures ----

Checkpoint checkpoint(TreeSize size = 42, std::vector<std::string> extensions = {}) {
  return {.origin = "log.example/a", .size = size, .root = sha256("root"), .extensions = std::move(extensions)};
}

TEST(Checkpoint, RoundTrip) {
  for (const Checkpoint& c : {checkpoint(), checkpoint(0), checkpoint((TreeSize{1} << 63) - 1), checkpoint(7, {"one", "two words"})}) {
    const auto again = Checkpoint::parse(c.str());
    ASSERT_OK(again);
    EXPECT_EQ(*again, c);
    EXPECT_EQ(again->str(), c.str());
  }
  EXPECT_EQ(checkpoint().str(), fmt::format("log.example/a\n42\n{}\n", to_base64(sha256("root").bytes)));
}

TEST(Checkpoint, Malformed) {
  const std::string root_line = to_base64(sha256("root").bytes);
  const auto error = [](std::string_view text) {
    const auto parsed = Checkpoint::parse(text);
    return parsed ? "accepted" : parsed.error().what;
  };
  const auto with_size = [&](std::string_view size) { return error(fmt::format("o\n{}\n{}\n", size, root_line)); };
  EXPECT_EQ(with_size("0"), "accepted");
  EXPECT_EQ(with_size("9223372036854775807"), "accepted");
  for (const std::string_view bad : {"", "00", "01", "+5", "-5", " 5", "5 ", "5.", "0x5", "1e3", "\u0665", "9223372036854775808",
                                     "18446744073709551615", "18446744073709551616", "99999999999999999999999999999"})
    EXPECT_NE(with_size(bad), "accepted") << bad;
  const auto with_root = [&](std::string_view text) { return error(fmt::format("o\n5\n{}\n", text)); };
  EXPECT_EQ(with_root(root_line), "accepted");
  EXPECT_THAT(with_root(to_base64(Bytes(31))), HasSubstr("31 bytes"));
  EXPECT_THAT(with_root(to_base64(Bytes(33))), HasSubstr("33 bytes"));
  EXPECT_THAT(with_root(root_line.substr(0, 43)), HasSubstr("base64"));
  EXPECT_THAT(with_root(sha256("root").hex()), HasSubstr("48 bytes"));
  EXPECT_THAT(with_root(" " + root_line), HasSubstr("base64"));
  EXPECT_THAT(error(""), HasSubstr("newline"));
  EXPECT_THAT(error("o\n"), HasSubstr("three lines"));
  EXPECT_THAT(error("o\n5\n"), HasSubstr("three lines"));
  EXPECT_THAT(error("o\n5\n" + root_line), HasSubstr("newline"));
  EXPECT_THAT(error("\n5\n" + root_line + "\n"), HasSubstr("empty line"));
  EXPECT_THAT(error("o\n5\n" + root_line + "\n\n"), HasSubstr("empty line"));
  EXPECT_THAT(error("o\n5\n" + root_line + "\n\nx\n"), HasSubstr("empty line"));
  EXPECT_THAT(error("o\n5\n" + root_line + "\nx\ty\n"), HasSubstr("control"));
  EXPECT_THAT(error("\xff\n5\n" + root_line + "\n"), HasSubstr("UTF-8"));
  EXPECT_EQ(error("an origin + spaces\n5\n" + root_line + "\n"), "accepted");  // only a recommendation forbids them
}

TEST(Checkpoint, VerifyBindsOriginAndKey) {
  const std::string note = signed_by(checkpoint().str(), {&k().log, &k().other});
  const auto verified = verify_checkpoint(note, k().log.verifier());
  ASSERT_OK(verified);
  EXPECT_EQ(verified->checkpoint, checkpoint());
  EXPECT_EQ(verified->note.unverified.size(), 1u);

  const auto other_log = verify_checkpoint(note, k().other.verifier());
  ASSERT_FALSE(other_log);
  EXPECT_THAT(other_log.error().what, HasSubstr("is of log"));

  const std::string unsigned_by_log = signed_by(checkpoint().str(), {&k().other});
  const auto no_log = verify_checkpoint(unsigned_by_log, k().log.verifier(), {k().other.verifier()});
  ASSERT_FALSE(no_log);
  EXPECT_THAT(no_log.error().what, HasSubstr("not signed by the log's key"));

  EXPECT_FALSE(verify_checkpoint(signed_by("log.example/a\n1\n", {&k().log}), k().log.verifier()));

  const auto empty = verify_checkpoint(signed_by(checkpoint(0).str(), {&k().log}), k().log.verifier());
  ASSERT_FALSE(empty);
  EXPECT_THAT(empty.error().what, HasSubstr("empty log"));
  Checkpoint right = checkpoint(0);
  right.root = empty_root();
  EXPECT_OK(verify_checkpoint(signed_by(right.str(), {&k().log}), k().log.verifier()));
}

TEST(Cosignature, RoundTrip) {
  const std::string text = checkpoint(42, {"extension"}).str();
  const auto line = cosign_note(text, k().witness, at("2026-11-24T11:03:16.75Z"));
  ASSERT_OK(line);
  const std::string note = signed_by(text, {&k().log}) + *line;
  const auto verified = verify_checkpoint(note, k().log.verifier(), {k().witness.verifier()});
  ASSERT_OK(verified);
  ASSERT_EQ(verified->note.cosigned.size(), 1u);
  EXPECT_EQ(verified->note.cosigned[0].first, k().witness.verifier());
  EXPECT_EQ(verified->note.cosigned[0].second, at("2026-11-24T11:03:16Z"));
  EXPECT_EQ(verified->note.verified_by.size(), 2u);
  EXPECT_EQ(verified->checkpoint.extensions, std::vector<std::string>{"extension"});
  // The bytes by their definition: u64 time, then Ed25519 over header, time line and text.
  const Note parsed = *Note::parse(note);
  const Bytes& blob = parsed.signatures[1].blob;
  ASSERT_EQ(blob.size(), 72u);
  const std::string message = "cosignature/v1\ntime 1795518196\n" + text;
  EXPECT_TRUE(k().witness.verifier().verify(as_bytes(message), ByteView(blob).subspan(8)));
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < 8; ++i) time = time << 8 | blob[i];
  EXPECT_EQ(time, 1795518196u);
}

TEST(Cosignature, AlteredTimeOrLengthFails) {
  const std::string text = checkpoint().str();
  const std::string log_note = signed_by(text, {&k().log});
  const Note good = *Note::parse(log_note + *cosign_note(text, k().witness, at("2026-11-24T11:03:16Z")));
  const auto with_blob = [&](Bytes blob) {
    Bytes bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(k().witness.verifier().id() >> shift));
    bytes.insert(bytes.end(), blob.begin(), blob.end());
    return verify_note(log_note + fmt::format("\u2014 witness.example/w1 {}\n", to_base64(bytes)),
                       {k().log.verifier(), k().witness.verifier()});
  };
  const Bytes blob = good.signatures[1].blob;
  EXPECT_OK(with_blob(blob));
  Bytes bad = blob;
  bad[7] ^= 1;
  EXPECT_FALSE(with_blob(bad));
  bad = blob;
  bad.push_back(0);
  EXPECT_FALSE(with_blob(bad));
  bad.resize(64);
  EXPECT_FALSE(with_blob(bad));
  // A plain signature over the text by the same key is no cosignature.
  const keys::Signature plain = k().witness.sign(as_bytes(text));
  EXPECT_FALSE(with_blob(Bytes(plain.begin(), plain.end())));
  // A time that no calendar holds, correctly signed.
  for (const std::uint64_t time : {std::uint64_t{253'402'300'800}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    Bytes late;
    for (int shift = 56; shift >= 0; shift -= 8) late.push_back(static_cast<std::uint8_t>(time >> shift));
    const keys::Signature s = k().witness.sign(as_bytes(fmt::format("cosignature/v1\ntime {}\n{}", time, text)));
    late.insert(late.end(), s.begin(), s.end());
    const auto verdict = with_blob(late);
    ASSERT_FALSE(verdict);
    EXPECT_THAT(verdict.error().what, HasSubstr("9999"));
  }
}

TEST(Cosignature, TwoByOneWitnessCountOnceWithTheLaterTime) {
  const std::string text = checkpoint().str();
  const std::string early = *cosign_note(text, k().witness, at("2026-11-24T11:00:00Z"));
  const std::string late = *cosign_note(text, k().witness, at("2026-11-24T12:00:00Z"));
  for (const std::string& lines : {early + late, late + early}) {
    const auto verified = verify_checkpoint(signed_by(text, {&k().log}) + lines, k().log.verifier(), {k().witness.verifier()});
    ASSERT_OK(verified);
    ASSERT_EQ(verified->note.cosigned.size(), 1u);
    EXPECT_EQ(verified->note.cosigned[0].second, at("2026-11-24T12:00:00Z"));
  }
}

TEST(Cosignature, WhatCannotBeCosigned) {
  EXPECT_FALSE(cosign_note(checkpoint().str(), k().log, at("2026-11-24T11:00:00Z")));
  EXPECT_FALSE(cosign_note("no checkpoint\n", k().witness, at("2026-11-24T11:00:00Z")));
  EXPECT_FALSE(cosign_note(checkpoint().str(), k().witness, at("1969-12-31T23:59:59Z")));
  EXPECT_OK(cosign_note(checkpoint().str(), k().witness, at("1970-01-01T00:00:00Z")));
}

// ---- receipts ----

struct Logged {
  std::vector<std::string> entries;
  Receipt receipt;
};

// A log of `n` entries and the receipt of entry `index`.
Logged logged(TreeSize n, LeafIndex index) {
  Logged out;
  RightEdge edge;
  std::map<std::pair<unsigned, std::uint64_t>, Digest> nodes;
  for (TreeSize i = 0; i < n; ++i) {
    out.entries.push_back(fmt::format("entry {}", i));
    edge.append(leaf_hash(as_bytes(out.entries.back())),
                [&](unsigned level, std::uint64_t node, const Digest& hash) { nodes[{level, node}] = hash; });
  }
  const Checkpoint c{.origin = "log.example/a", .size = n, .root = edge.root()};
  out.receipt.index = index;
  out.receipt.proof =
      *inclusion_proof(index, n, [&](unsigned level, std::uint64_t node) -> Result<Digest> { return nodes.at({level, node}); });
  out.receipt.checkpoint = signed_by(c.str(), {&k().log}) + *cosign_note(c.str(), k().witness, at("2026-11-24T11:00:00Z"));
  return out;
}

TEST(Receipt, RoundTripAndVerify) {
  for (const TreeSize n : {1u, 2u, 7u, 8u, 9u}) {
    for (LeafIndex i = 0; i < n; ++i) {
      Logged log = logged(n, i);
      if (i % 2 == 0) log.receipt.extra = to_bytes("context \xff\n\n");
      const std::string text = log.receipt.str();
      const auto again = Receipt::parse(text);
      ASSERT_OK(again);
      EXPECT_EQ(*again, log.receipt);
      EXPECT_EQ(again->str(), text);
      const auto verified = verify_receipt(*again, as_bytes(log.entries[i]), k().log.verifier(), {k().witness.verifier()});
      ASSERT_OK(verified);
      EXPECT_EQ(verified->note.cosigned.size(), 1u);
      EXPECT_FALSE(verify_receipt(*again, as_bytes(log.entries[i] + "x"), k().log.verifier()));
      EXPECT_FALSE(verify_receipt(*again, as_bytes(log.entries[i]), k().other.verifier()));
    }
  }
}

TEST(Receipt, EveryAuthenticatedByteMatters) {
  const Logged log = logged(5, 2);
  Receipt receipt = log.receipt;
  receipt.extra = to_bytes("extra");
  const std::string text = receipt.str();
  const std::size_t extra = text.find("extra ");
  const std::size_t extra_end = text.find('\n', extra);
  const std::size_t witness = text.find("\u2014 witness.example/w1");
  std::size_t free_bytes = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = text;
      bad[i] = static_cast<char>(bad[i] ^ 1 << bit);
      const auto parsed = Receipt::parse(bad);
      const bool good = parsed && verify_receipt(*parsed, as_bytes("entry 2"), k().log.verifier(), {k().witness.verifier()});
      if (!good) continue;
      ++free_bytes;
      // Only the data of `extra`, and a witness line that became one of an unknown key, are not authenticated.
      const bool in_extra = i > extra && i < extra_end;
      const bool in_witness_line = i > witness && parsed->checkpoint != receipt.checkpoint;
      EXPECT_TRUE(in_extra || in_witness_line) << "byte " << i << " bit " << bit;
    }
  EXPECT_GT(free_bytes, 0u);
  for (std::size_t n = 0; n < text.size(); ++n) {
    const auto cut = Receipt::parse(text.substr(0, n));
    // What is left after cutting a whole signature line is a receipt with fewer signatures.
    EXPECT_TRUE(!cut || n == witness || !verify_receipt(*cut, as_bytes("entry 2"), k().log.verifier())) << n;
  }
}

TEST(Receipt, Malformed) {
  const Receipt receipt = logged(2, 1).receipt;
  const std::string hash = to_base64(receipt.proof[0].bytes) + "\n";
  const std::string& c = receipt.checkpoint;
  const std::string magic = "c2sp.org/tlog-proof@v1\n";
  const auto error = [](std::string_view text) {
    const auto parsed = Receipt::parse(text);
    return parsed ? "accepted" : parsed.error().str();
  };
  EXPECT_EQ(error(magic + "index 1\n" + hash + "\n" + c), "accepted");
  EXPECT_EQ(error(magic + "index 1\n\n" + c), "accepted");
  EXPECT_EQ(error(magic + "extra AA==\nindex 1\n\n" + c), "accepted");
  EXPECT_THAT(error(""), HasSubstr("not a receipt"));
  EXPECT_THAT(error("c2sp.org/tlog-proof@v2\nindex 1\n\n" + c), HasSubstr("not a receipt"));
  EXPECT_THAT(error("\n" + magic + "index 1\n\n" + c), HasSubstr("not a receipt"));
  EXPECT_THAT(error(magic), HasSubstr("\"index N\""));
  EXPECT_THAT(error(magic + "index 1"), HasSubstr("\"index N\""));
  EXPECT_THAT(error(magic + "index  1\n\n" + c), HasSubstr("index"));
  EXPECT_THAT(error(magic + "index 01\n\n" + c), HasSubstr("leading zero"));
  EXPECT_THAT(error(magic + "index -1\n\n" + c), HasSubstr("only digits"));
  EXPECT_THAT(error(magic + "index 9223372036854775808\n\n" + c), HasSubstr("2^63"));
  EXPECT_THAT(error(magic + "Index 1\n\n" + c), HasSubstr("expected here"));
  EXPECT_THAT(error(magic + "index 1\nextra AA==\n\n" + c), HasSubstr("base64"));
  EXPECT_THAT(error(magic + "extra AA==\nextra AA==\nindex 1\n\n" + c), HasSubstr("expected here"));
  EXPECT_THAT(error(magic + "extra \nindex 1\n\n" + c), HasSubstr("empty extra"));
  EXPECT_THAT(error(magic + "extra A\nindex 1\n\n" + c), HasSubstr("base64"));
  EXPECT_THAT(error(magic + "index 1\nAAAA\n\n" + c), HasSubstr("32 bytes"));
  EXPECT_THAT(error(magic + "index 1\n" + hash), HasSubstr("a hash of the proof or an empty line"));
  EXPECT_THAT(error(magic + "index 1\n" + hash + "\n"), HasSubstr("checkpoint"));
  EXPECT_THAT(error(magic + "index 1\r\n\n" + c), HasSubstr("only digits"));
  EXPECT_THAT(error(magic + "index 1\n\n\n" + c), HasSubstr("empty line in a checkpoint"));
  std::string many = magic + "index 1\n";
  for (int i = 0; i < 63; ++i) many += hash;
  EXPECT_EQ(error(many + "\n" + c), "accepted");
  EXPECT_THAT(error(many + hash + "\n" + c), HasSubstr("at most 63"));
  EXPECT_THAT(error(std::string(kMaxReceiptBytes + 1, 'a')), HasSubstr("at most"));
}

TEST(Receipt, ErrorsInTheCheckpointPointIntoTheReceipt) {
  const auto error = Receipt::parse("c2sp.org/tlog-proof@v1\nindex 1\n\no\n05\nAAAA\n\n\u2014 a AAAAAAA=\n").error();
  EXPECT_EQ(error.where.line, 5u);
  EXPECT_THAT(error.what, HasSubstr("tree size"));
  const auto note_error = Receipt::parse("c2sp.org/tlog-proof@v1\nindex 1\n\no\n5\nAAAA\n\nrubbish\n").error();
  EXPECT_EQ(note_error.where.line, 8u);
}

TEST(Receipt, WrongIndexOrProof) {
  const Logged log = logged(6, 3);
  Receipt bad = log.receipt;
  bad.index = 2;
  EXPECT_FALSE(verify_receipt(bad, as_bytes("entry 3"), k().log.verifier()));
  bad.index = 6;
  EXPECT_FALSE(verify_receipt(bad, as_bytes("entry 3"), k().log.verifier()));
  bad = log.receipt;
  bad.proof.pop_back();
  EXPECT_FALSE(verify_receipt(bad, as_bytes("entry 3"), k().log.verifier()));
  bad = log.receipt;
  bad.checkpoint = logged(7, 3).receipt.checkpoint;
  EXPECT_FALSE(verify_receipt(bad, as_bytes("entry 3"), k().log.verifier()));
}

}  // namespace
}  // namespace entente::merkle
