// Envelopes and statements: what is accepted, what is refused and where, and that no authenticated byte can change.
#include "statement/statement.h"

#include "core/file.h"
#include "test_support.h"

namespace entente::statement {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

keys::SigningKey key(const std::string& name, std::uint8_t seed, keys::KeyType type = keys::KeyType::ed25519) {
  const Bytes bytes(32, seed);
  return std::move(keys::SigningKey::from_seed(name, type, bytes).value());
}

Statement statement() {
  Statement out;
  out.subjects = {{"assessment.json", sha256("document")}, {"", sha256("bundle")}};
  out.predicate_type = "https://entente.example/predicate/test/v1";
  out.predicate = Json::parse(R"({"note":"é","numbers":[1,-2,0.5,1e300],"nested":{"empty":{},"null":null}})");
  return out;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(Pae, Vectors) {
  const auto doc = JsonDocument::read(test::source_dir() / "src/statement/testdata/pae.json");
  ASSERT_OK(doc);
  const auto list = as_array(doc->root());
  ASSERT_TRUE(list.has_value());
  EXPECT_GE(list->size(), 5u);
  for (const JsonView row : *list) EXPECT_EQ(pae(*json_string(row, "type"), *json_string(row, "payload")), *json_string(row, "pae"));
}

TEST(Envelope, SignAndVerify) {
  const auto acme = key("acme.example", 1);
  const Envelope envelope = sign(statement(), acme);
  EXPECT_EQ(envelope.signatures.at(0).keyid, "acme.example+" + acme.verifier().id_hex());
  EXPECT_TRUE(acme.verifier().verify(as_bytes(pae(kPayloadType, envelope.payload)), envelope.signatures[0].sig));
  const auto verified = verify(envelope, {acme.verifier()}, "x.json");
  ASSERT_OK(verified);
  EXPECT_EQ(verified->statement, statement());
  EXPECT_THAT(verified->signed_by, ElementsAre(acme.verifier()));
  EXPECT_THAT(verified->unverified, ElementsAre(HasSubstr("signatures[0].keyid")));
}

TEST(Envelope, CanonicalText) {
  const Envelope envelope{"t", "\xff\xfe\xfd", {{"", {1, 2, 3}}, {"a\"b", {0xfb, 0xff}}}};
  const std::string text = R"({"payload":"//79","payloadType":"t","signatures":[{"keyid":"","sig":"AQID"},{"keyid":"a\"b","sig":"+/8="}]})";
  EXPECT_EQ(envelope.str(), text);
  const auto read = Envelope::parse_canonical(text, "x");
  ASSERT_OK(read);
  EXPECT_EQ(*read, envelope);
}

TEST(Envelope, ReadsBothAlphabetsAndAnyOrderButOnlyOneSpellingIsCanonical) {
  const std::string url = R"({"signatures": [{"sig":"-_8="}], "payloadType":"t", "payload":"__79"})";
  const auto read = Envelope::parse(url, "x");
  ASSERT_OK(read);
  EXPECT_EQ(read->payload, "\xff\xfe\xfd");
  EXPECT_EQ(read->signatures[0].sig, (Bytes{0xfb, 0xff}));
  EXPECT_EQ(read->signatures[0].keyid, "") << "an absent keyid is an empty one";
  const auto canonical = Envelope::parse_canonical(url, "x");
  ASSERT_FALSE(canonical.has_value());
  EXPECT_THAT(canonical.error().what, HasSubstr("canonical"));
  EXPECT_OK(Envelope::parse_canonical(read->str(), "x"));
}

struct Bad {
  const char* name;
  const char* text;
  const char* what;
  const char* pointer;
};
class BadEnvelope : public testing::TestWithParam<Bad> {};
TEST_P(BadEnvelope, SaysWhatAndWhere) {
  const auto read = Envelope::parse(GetParam().text, "e.json");
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().what, HasSubstr(GetParam().what));
  EXPECT_EQ(read.error().where.file, "e.json");
  EXPECT_EQ(read.error().where.pointer, GetParam().pointer) << read.error().str();
  EXPECT_TRUE(read.error().where.line.has_value());
}
std::string case_name(const testing::TestParamInfo<Bad>& param) { return param.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Cases, BadEnvelope,
    testing::Values(
        Bad{"array", "[]", "must be a JSON object", ""}, Bad{"empty", "{}", "payloadType", "/payloadType"},
        Bad{"type_number", R"({"payload":"","payloadType":1,"signatures":[]})", "payloadType", "/payloadType"},
        Bad{"no_payload", R"({"payloadType":"t","signatures":[{"sig":"AA=="}]})", "payload", "/payload"},
        Bad{"payload_object", R"({"payload":{},"payloadType":"t","signatures":[{"sig":"AA=="}]})", "base64 string", "/payload"},
        Bad{"no_signatures", R"({"payload":"","payloadType":"t"})", "signatures", "/signatures"},
        Bad{"zero_signatures", R"({"payload":"","payloadType":"t","signatures":[]})", "no signature", "/signatures"},
        Bad{"signatures_object", R"({"payload":"","payloadType":"t","signatures":{}})", "array", "/signatures"},
        Bad{"signature_string", R"({"payload":"","payloadType":"t","signatures":["AA=="]})", "must be an object", "/signatures/0"},
        Bad{"no_sig", R"({"payload":"","payloadType":"t","signatures":[{"keyid":"k"}]})", "\"sig\" must be there", "/signatures/0/sig"},
        Bad{"empty_sig", R"({"payload":"","payloadType":"t","signatures":[{"sig":""}]})", "\"sig\" is empty", "/signatures/0/sig"},
        Bad{"keyid_number", R"({"payload":"","payloadType":"t","signatures":[{"keyid":1,"sig":"AA=="}]})", "keyid", "/signatures/0/keyid"},
        Bad{"unknown", R"({"payload":"","payloadType":"t","x":1,"signatures":[{"sig":"AA=="}]})", "unknown member \"x\"", "/x"},
        Bad{"unknown_deep", R"({"payload":"","payloadType":"t","signatures":[{"sig":"AA==","cert":"x"}]})", "unknown member \"cert\"",
            "/signatures/0/cert"},
        Bad{"unknown_slash", R"({"a/b":1})", "unknown member \"a/b\"", "/a~1b"},
        Bad{"duplicate", R"({"payload":"","payload":"","payloadType":"t","signatures":[{"sig":"AA=="}]})", "duplicate key", "/payload"},
        Bad{"unpadded", R"({"payload":"YQ","payloadType":"t","signatures":[{"sig":"AA=="}]})", "multiple of 4", "/payload"},
        Bad{"spare_bits", R"({"payload":"YR==","payloadType":"t","signatures":[{"sig":"AA=="}]})", "unused bits", "/payload"},
        Bad{"mixed", R"({"payload":"+_79","payloadType":"t","signatures":[{"sig":"AA=="}]})", "not a base64 digit", "/payload"},
        Bad{"line_break", R"({"payload":"YWFh\nYWFh","payloadType":"t","signatures":[{"sig":"AA=="}]})", "payload", "/payload"},
        Bad{"trailing", R"({"payload":"","payloadType":"t","signatures":[{"sig":"AA=="}]}x)", "after the end", ""}),
    case_name);

TEST(Envelope, LimitsHold) {
  const auto with = [](std::size_t signatures, std::size_t keyid) {
    Envelope e{"t", "p", std::vector<EnvelopeSignature>(signatures, EnvelopeSignature{std::string(keyid, 'k'), {1}})};
    return Envelope::parse(e.str(), "x");
  };
  EXPECT_OK(with(kMaxSignatures, kMaxKeyidBytes));
  EXPECT_FALSE(with(kMaxSignatures + 1, 1).has_value());
  EXPECT_FALSE(with(1, kMaxKeyidBytes + 1).has_value());
  EXPECT_FALSE(Envelope::parse(std::string(kMaxEnvelopeBytes + 1, ' '), "x").has_value());
  EXPECT_FALSE(Envelope::parse(std::string(100'000, '['), "x").has_value());
}

TEST(Verify, NeedsATrustedKey) {
  const auto acme = key("acme.example", 1), other = key("other.example", 2);
  const Envelope envelope = sign(statement(), acme);
  for (const auto& trusted : {std::vector<keys::VerifierKey>{}, std::vector{other.verifier()}}) {
    const auto verified = verify(envelope, trusted, "x.json");
    ASSERT_FALSE(verified.has_value());
    EXPECT_THAT(verified.error().what, HasSubstr("no signature verifies"));
    EXPECT_THAT(verified.error().hint, HasSubstr("acme.example+"));
  }
}

TEST(Verify, TheKeyidDecidesNothing) {
  const auto acme = key("acme.example", 1), other = key("other.example", 2);
  Envelope envelope = sign(statement(), acme);
  for (const std::string& keyid : {std::string(), std::string("nonsense"), "other.example+" + other.verifier().id_hex()}) {
    envelope.signatures[0].keyid = keyid;
    const auto verified = verify(envelope, {other.verifier(), acme.verifier()}, "x");
    ASSERT_OK(verified);
    EXPECT_THAT(verified->signed_by, ElementsAre(acme.verifier()));
    EXPECT_EQ(verified->unverified.size(), keyid.empty() ? 0u : 1u);
  }
}

TEST(Verify, AKeyCountsOnceAndForeignSignaturesAreNamed) {
  const auto acme = key("acme.example", 1), bank = key("bank.example", 2), foreign = key("foreign.example", 3);
  Envelope envelope = sign(statement(), foreign);
  add_signature(envelope, acme);
  add_signature(envelope, acme);
  add_signature(envelope, bank);
  envelope.signatures.push_back({"", Bytes(70, 7)});  // another algorithm
  for (auto& signature : envelope.signatures) signature.keyid.clear();
  const auto alias = keys::VerifierKey::make("alias.example", keys::KeyType::ed25519, acme.verifier().key()).value();
  const auto verified = verify(envelope, {bank.verifier(), acme.verifier(), acme.verifier(), alias}, "x");
  ASSERT_OK(verified);
  EXPECT_THAT(verified->signed_by, ElementsAre(acme.verifier(), bank.verifier()));
  EXPECT_THAT(verified->unverified, ElementsAre(HasSubstr("signatures[0].sig"), HasSubstr("signatures[4].sig (70 bytes)")));
}

TEST(Verify, AWitnessKeyCannotSignStatements) {
  const auto witness = key("witness.example", 1, keys::KeyType::cosignature_v1);
  const auto verified = verify(sign(statement(), witness), {witness.verifier()}, "x");
  ASSERT_FALSE(verified.has_value());
  EXPECT_THAT(verified.error().hint, HasSubstr("another key type"));
}

TEST(Verify, ThePayloadTypeIsExact) {
  const auto acme = key("acme.example", 1);
  for (const char* type :
       {"application/vnd.in-toto+JSON", "application/json", "application/vnd.in-toto+json ", "application/vnd.in-toto.slsa+json"}) {
    Envelope envelope{type, statement().str(), {}};
    add_signature(envelope, acme);
    const auto verified = verify(envelope, {acme.verifier()}, "x");
    ASSERT_FALSE(verified.has_value()) << type;
    EXPECT_EQ(verified.error().where.pointer, "/payloadType");
  }
}

TEST(Verify, ASignatureOverSomethingThatIsNoStatement) {
  const auto acme = key("acme.example", 1);
  Envelope envelope{std::string(kPayloadType), "{}", {}};
  add_signature(envelope, acme);
  const auto verified = verify(envelope, {acme.verifier()}, "x.json");
  ASSERT_FALSE(verified.has_value());
  EXPECT_EQ(verified.error().where.file, "x.json (payload)");
}

TEST(Verify, WhatIsParsedIsWhatWasSigned) {
  // A payload in an unusual spelling: the bytes stay as they are, through parse and str.
  const auto acme = key("acme.example", 1);
  Envelope envelope{std::string(kPayloadType), replaced(statement().str(), "{\"_type\"", " {\n\"_type\" "), {}};
  add_signature(envelope, acme);
  const auto read = Envelope::parse(envelope.str(), "x");
  ASSERT_OK(read);
  EXPECT_EQ(read->payload, envelope.payload);
  const auto verified = verify(*read, {acme.verifier()}, "x");
  ASSERT_OK(verified);
  EXPECT_EQ(verified->statement, statement());
}

// Flip any byte of a signed envelope: it does not verify, unless the byte belongs to a keyid's value, and then verify() says that the
// keyid is authenticated by nothing.
TEST(Verify, EveryFlippedByteIsNoticed) {
  const auto acme = key("acme.example", 1);
  const std::string original = sign(statement(), acme).str();
  const std::string keyid = "acme.example+" + acme.verifier().id_hex();
  const std::size_t keyid_from = original.find(keyid), keyid_to = keyid_from + keyid.size();
  ASSERT_NE(keyid_from, std::string::npos);
  std::size_t refused = 0, hints = 0;
  for (std::size_t i = 0; i < original.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string text = original;
      text[i] = static_cast<char>(static_cast<unsigned char>(text[i]) ^ (1u << bit));
      const auto read = Envelope::parse(text, "x");
      const auto verified = read ? verify(*read, {acme.verifier()}, "x") : Result<VerifiedStatement>(fail(read.error()));
      const bool in_keyid = i >= keyid_from && i < keyid_to;
      if (verified) {
        ASSERT_TRUE(in_keyid) << "byte " << i << " bit " << bit;
        ASSERT_THAT(verified->unverified, ElementsAre(HasSubstr("keyid"))) << i;
        ASSERT_EQ(verified->statement, statement());
        ++hints;
      } else {
        ++refused;
      }
    }
  }
  EXPECT_GT(hints, keyid.size() * 4);
  EXPECT_GE(refused, (original.size() - keyid.size()) * 8);
}

TEST(StatementTest, RoundTrip) {
  const auto read = Statement::parse(statement().str(), "s");
  ASSERT_OK(read);
  EXPECT_EQ(*read, statement());
  EXPECT_EQ(read->str(), statement().str());
}

class BadStatement : public testing::TestWithParam<Bad> {};
TEST_P(BadStatement, SaysWhatAndWhere) {
  const std::string good =
      R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"H"}}],"predicateType":"https://p.example/v1","predicate":{}})";
  const std::string with_digest = replaced(good, "\"H\"", "\"" + sha256("a").hex() + "\"");
  ASSERT_OK(Statement::parse(with_digest, "s"));
  const std::string_view change = GetParam().text;  // "from => to"
  const std::size_t arrow = change.find(" => ");
  ASSERT_NE(arrow, std::string_view::npos);
  const auto read = Statement::parse(replaced(with_digest, change.substr(0, arrow), change.substr(arrow + 4)), "s.json");
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().what, HasSubstr(GetParam().what));
  EXPECT_EQ(read.error().where.pointer, GetParam().pointer) << read.error().str();
  EXPECT_EQ(read.error().where.file, "s.json");
  EXPECT_TRUE(read.error().where.column.has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadStatement,
    testing::Values(Bad{"old_type", "Statement/v1 => Statement/v0.1", "statement type", "/_type"},
                    Bad{"type_slash", "Statement/v1 => Statement/v1/", "statement type", "/_type"},
                    Bad{"no_type", "\"_type\" => \"type\"", "_type", "/_type"},
                    Bad{"unknown", "\"predicate\":{} => \"predicate\":{},\"extra/x\":1", "unknown member", "/extra~1x"},
                    Bad{"no_subject", "\"subject\":[ => \"subjects\":[", "unknown member \"subjects\"", "/subjects"},
                    Bad{"subject_unknown", "\"name\":\"a\" => \"name\":\"a\",\"uri\":\"x\"", "unknown member \"uri\"", "/subject/0/uri"},
                    Bad{"name_empty", "\"name\":\"a\" => \"name\":\"\"", "\"name\"", "/subject/0/name"},
                    Bad{"name_number", "\"name\":\"a\" => \"name\":1", "\"name\"", "/subject/0/name"},
                    Bad{"digest_missing", "\"digest\" => \"digests\"", "unknown member", "/subject/0/digests"},
                    Bad{"digest_other", "\"sha256\" => \"sha512\"", "unknown member \"sha512\"", "/subject/0/digest/sha512"},
                    Bad{"digest_empty", "{\"sha256\": => {},\"name\":{\"sha256\":", "duplicate", "/subject/0/name"},
                    Bad{"digest_short", "\"sha256\":\"c => \"sha256\":\"", "64 hex digits", "/subject/0/digest/sha256"},
                    Bad{"digest_upper", "\"sha256\":\"c => \"sha256\":\"C", "lower-case", "/subject/0/digest/sha256"},
                    Bad{"names_twice",
                        "\"subject\":[ => \"subject\":[{\"name\":\"a\",\"digest\":{\"sha256\":"
                        "\"0000000000000000000000000000000000000000000000000000000000000000\"}},",
                        "two subjects", "/subject/1/name"},
                    Bad{"predicate_type_relative", "https://p.example/v1 => p/v1", "predicateType", "/predicateType"},
                    Bad{"predicate_type_upper", "https://p => HTTPS://p", "predicateType", "/predicateType"},
                    Bad{"predicate_type_space", "https://p.example/v1 => https://p.example/ v1", "predicateType", "/predicateType"},
                    Bad{"predicate_type_percent", "https://p.example/v1 => https://p.example/%zz", "predicateType", "/predicateType"},
                    Bad{"predicate_missing", ",\"predicate\":{} => ", "predicate", "/predicate"},
                    Bad{"predicate_array", "\"predicate\":{} => \"predicate\":[]", "predicate", "/predicate"}),
    case_name);

TEST(StatementTest, NoSubjectIsNoStatement) {
  Statement s = statement();
  s.subjects.clear();
  const auto read = Statement::parse(s.str(), "s");
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().what, HasSubstr("at least one subject"));
  s.subjects.assign(kMaxSubjects + 1, Subject{"", sha256("a")});
  EXPECT_FALSE(Statement::parse(s.str(), "s").has_value());
  s.subjects.pop_back();
  EXPECT_OK(Statement::parse(s.str(), "s"));
}

}  // namespace
}  // namespace entente::statement
