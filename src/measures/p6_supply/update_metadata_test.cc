// TUF metadata made and signed here: fresh, expired, rolled back, forked, short of signatures.
#include "measures/p6_supply/update_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bytes.h"
#include "core/json.h"

namespace entente::measures::p6_supply {
namespace {

using keys::SigningKey;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

SigningKey tuf_key(std::uint8_t seed) { return SigningKey::from_seed("k", keys::KeyType::ed25519, Bytes(32, seed)).value(); }
std::string tuf_public(const SigningKey& key) { return to_hex(ByteView(key.verifier().key())); }

// `body` must be written in canonical form: it is what is signed.
TufDocument tuf_signed(const std::string& body, std::initializer_list<std::uint8_t> seeds) {
  std::string signatures;
  for (const std::uint8_t seed : seeds)
    signatures += fmt::format(R"({}{{"keyid":"k{}","sig":"{}"}})", signatures.empty() ? "" : ",", seed,
                              to_hex(ByteView(tuf_key(seed).sign(as_bytes(body)))));
  auto document = parse_tuf(fmt::format(R"({{ "signatures" : [{}], "signed" : {} }})", signatures, body), "x.json");
  EXPECT_TRUE(document) << document.error().str();
  return std::move(*document);
}
std::string tuf_root_body(int version) {
  return fmt::format(
      R"({{"_type":"root","expires":"2027-01-01T00:00:00Z","keys":{{"k1":{{"keytype":"ed25519","keyval":{{"public":"{0}"}},"scheme":"ed25519"}},"k2":{{"keytype":"ed25519","keyval":{{"public":"{1}"}},"scheme":"ed25519"}},"k9":{{"keytype":"ed25519","keyval":{{"public":"{0}"}},"scheme":"ed25519"}}}},"roles":{{"root":{{"keyids":["k1","k2","k9"],"threshold":2}},"snapshot":{{"keyids":["k1"],"threshold":1}},"targets":{{"keyids":["k1"],"threshold":1}},"timestamp":{{"keyids":["k1"],"threshold":1}}}},"spec_version":"1.0.31","version":{2}}})",
      tuf_public(tuf_key(1)), tuf_public(tuf_key(2)), version);
}
std::string tuf_listing(std::string_view type, std::string_view lists, int listed, int version) {
  return fmt::format(R"({{"_type":"{}","expires":"2027-01-01T00:00:00Z","meta":{{"{}.json":{{"version":{}}}}},"version":{}}})", type, lists,
                     listed, version);
}
TufSet tuf_set(int version) {
  TufSet set;
  set[0] = tuf_signed(tuf_root_body(1), {1, 2});
  set[1] = tuf_signed(tuf_listing("timestamp", "snapshot", version, version), {1});
  set[2] = tuf_signed(tuf_listing("snapshot", "targets", version, version), {1});
  set[3] = tuf_signed(fmt::format(R"({{"_type":"targets","expires":"2026-06-01T00:00:00Z","targets":{{}},"version":{}}})", version), {1});
  return set;
}
std::vector<std::string> tuf_said(const TufSet& current, const TufSet* previous, std::string_view at = "2026-01-01") {
  std::vector<std::string> out;
  for (const TufProblem& p : judge_tuf(current, previous, parse_date(at).value()))
    out.push_back(fmt::format("{} {}", to_string(p.role), to_string(p.fault)));
  return out;
}

TEST(UpdateMetadata, FreshAndSignedIsWithoutProblem) {
  const TufSet old = tuf_set(3);
  const TufSet current = tuf_set(4);
  EXPECT_THAT(tuf_said(current, nullptr), IsEmpty());
  EXPECT_THAT(tuf_said(current, &old), IsEmpty());
  EXPECT_THAT(tuf_said(current, &current), IsEmpty());
}

TEST(UpdateMetadata, ExpiryIsTheInstantItself) {
  EXPECT_THAT(tuf_said(tuf_set(3), nullptr, "2026-05-31"), IsEmpty());
  EXPECT_THAT(tuf_said(tuf_set(3), nullptr, "2026-06-01"), ElementsAre("targets expired"));
}

TEST(UpdateMetadata, ARollbackIsSeenInVersionsAndInWhatIsListed) {
  const TufSet newer = tuf_set(4);
  EXPECT_THAT(tuf_said(tuf_set(3), &newer),
              ElementsAre("timestamp rollback", "timestamp rollback", "snapshot rollback", "snapshot rollback", "targets rollback"));
}

TEST(UpdateMetadata, TwoContentsOfOneVersionAreAFork) {
  const TufSet old = tuf_set(4);
  TufSet current = tuf_set(4);
  current[3] = tuf_signed(R"({"_type":"targets","expires":"2026-07-01T00:00:00Z","targets":{},"version":4})", {1});
  EXPECT_THAT(tuf_said(current, &old), ElementsAre("targets fork"));
}

TEST(UpdateMetadata, AThresholdCountsKeysNotSignatures) {
  TufSet set = tuf_set(3);
  set[0] = tuf_signed(tuf_root_body(1), {1});
  EXPECT_THAT(tuf_said(set, nullptr), ElementsAre("root unsigned"));
  set[0]->signatures.push_back({"k9", set[0]->signatures[0].bytes});  // the same key by another name
  set[0]->signatures.push_back(set[0]->signatures[0]);
  EXPECT_THAT(tuf_said(set, nullptr), ElementsAre("root unsigned"));
  set = tuf_set(3);
  set[3]->canonical += " ";
  EXPECT_THAT(tuf_said(set, nullptr), ElementsAre("targets unsigned"));
}

TEST(UpdateMetadata, ANewRootNeedsTheOldOnesKeys) {
  const TufSet old = tuf_set(3);
  TufSet current = tuf_set(3);
  current[0] = tuf_signed(tuf_root_body(2), {1, 2});
  EXPECT_THAT(tuf_said(current, &old), IsEmpty());
  current[0] = tuf_signed(tuf_root_body(4), {1, 2});
  EXPECT_THAT(tuf_said(current, &old), ElementsAre("root mismatch"));
}

TEST(UpdateMetadata, FilesThatDoNotBelongTogether) {
  TufSet set = tuf_set(3);
  set[2] = tuf_set(4)[2];
  EXPECT_THAT(tuf_said(set, nullptr), ElementsAre("snapshot mismatch", "targets mismatch"));
  set = tuf_set(3);
  set[1]->meta["snapshot.json"].sha256 = std::string(64, '0');
  EXPECT_THAT(tuf_said(set, nullptr), ElementsAre("snapshot mismatch"));
  set[1].reset();
  EXPECT_THAT(tuf_said(set, nullptr), ElementsAre("timestamp absent"));
}

TEST(UpdateMetadata, RefusesWhatIsNoMetadata) {
  for (const char* text : {"", "[]", R"({"signed":{}})", R"({"signed":{"_type":"mirrors","version":1,"expires":"2027-01-01T00:00:00Z"}})",
                           R"({"signed":{"_type":"root","version":0,"expires":"2027-01-01T00:00:00Z"}})",
                           R"({"signed":{"_type":"root","version":1,"expires":"soon"}})",
                           R"({"signed":{"_type":"root","version":1,"expires":"2027-01-01T00:00:00Z","x":1.5}})"})
    EXPECT_FALSE(parse_tuf(text, "x.json")) << text;
  const auto with_signatures = [](int count, bool same_id) {
    std::string list;
    for (int i = 0; i < count; ++i) list += fmt::format(R"({}{{"keyid":"k{}","sig":"00"}})", i == 0 ? "" : ",", same_id ? 0 : i);
    return parse_tuf(fmt::format(R"({{"signatures":[{}],"signed":{{"_type":"root","version":1,"expires":"2027-01-01T00:00:00Z"}}}})", list),
                     "x");
  };
  EXPECT_TRUE(with_signatures(100, false));
  EXPECT_FALSE(with_signatures(101, false));
  EXPECT_FALSE(with_signatures(2, true));
  const auto escaped =
      parse_tuf(R"({"signed":{"version":1,"_type":"root","expires":"2027-01-01T00:00:00Z","b":"\"\\\n","a":[true,null,-1]}})", "x");
  ASSERT_TRUE(escaped);
  EXPECT_EQ(escaped->canonical,
            "{\"_type\":\"root\",\"a\":[true,null,-1],\"b\":\"\\\"\\\\\n\",\"expires\":\"2027-01-01T00:00:00Z\",\"version\":1}");
}

}  // namespace
}  // namespace entente::measures::p6_supply
