// P6-07 from real bundles: TUF metadata made and signed here, an earlier copy, and bundles of the update in a log of our own.
#include <fmt/format.h>

#include "keys/keys.h"
#include "measures/p6_supply/test_measure.h"
#include "measures/p6_supply/test_provenance.h"

namespace entente::measures::p6_supply {
namespace {

using provenance::test::TinySigstore;
using ::testing::HasSubstr;

class UpdatesMeasureTest : public MeasureTest {
 protected:
  static constexpr std::string_view kUpdate = "the update";

  static std::string metadata(const std::string& body, std::uint8_t seed = 7) {
    const auto key = keys::SigningKey::from_seed("k", keys::KeyType::ed25519, Bytes(32, seed)).value();
    return fmt::format(R"({{"signatures":[{{"keyid":"k","sig":"{}"}}],"signed":{}}})", to_hex(ByteView(key.sign(as_bytes(body)))), body);
  }
  static std::string root() {
    const auto key = keys::SigningKey::from_seed("k", keys::KeyType::ed25519, Bytes(32, 7)).value();
    std::string roles;
    for (const char* role : {"root", "snapshot", "targets", "timestamp"})
      roles += fmt::format(R"({}"{}":{{"keyids":["k"],"threshold":1}})", roles.empty() ? "" : ",", role);
    return metadata(fmt::format(
        R"({{"_type":"root","expires":"2028-01-01T00:00:00Z","keys":{{"k":{{"keytype":"ed25519","keyval":{{"public":"{}"}},"scheme":"ed25519"}}}},"roles":{{{}}},"version":1}})",
        to_hex(ByteView(key.verifier().key())), roles));
  }
  static std::string listing(std::string_view type, std::string_view lists, int version, std::string_view expires = "2027-01-01") {
    return fmt::format(R"({{"_type":"{}","expires":"{}T00:00:00Z","meta":{{"{}.json":{{"version":{}}}}},"version":{}}})", type, expires,
                       lists, version, version);
  }
  static std::string targets(int version, std::string_view content = kUpdate) {
    return fmt::format(
        R"({{"_type":"targets","expires":"2027-01-01T00:00:00Z","targets":{{"app.bin":{{"hashes":{{"sha256":"{}"}},"length":{}}}}},"version":{}}})",
        sha256(content).hex(), content.size(), version);
  }
  static std::vector<File> set(int version, std::string_view kind = "update.tuf", std::string_view folder = "now",
                               std::string_view expires = "2027-01-01", std::uint8_t targets_key = 7) {
    const auto path = [&](std::string_view name) { return fmt::format("{}/{}.json", folder, name); };
    const std::string k(kind);
    return {{k, path("root"), root()},
            {k, path("timestamp"), metadata(listing("timestamp", "snapshot", version, expires))},
            {k, path("snapshot"), metadata(listing("snapshot", "targets", version))},
            {k, path("targets"), metadata(targets(version), targets_key)}};
  }
  static std::vector<File> earlier(int version) { return set(version, "update.tuf.previous", "before"); }
  std::vector<File> logged() const {
    return {{"update.bundle", "app.sigstore.json", bundle_},
            {"provenance.policy", "policy.json",
             fmt::format(R"({{"identities":[{{"identity":"{}"}}],"builders":["x"]}})", TinySigstore::kIdentity)},
            {"trust-root", "trusted_root.json", sigstore_.trust_json()}};
  }
  static std::vector<File> all(std::initializer_list<std::vector<File>> groups) {
    std::vector<File> out;
    for (const auto& group : groups) out.insert(out.end(), group.begin(), group.end());
    return out;
  }

  TinySigstore sigstore_;
  std::string bundle_ = sigstore_.message_bundle(kUpdate, sigstore_.times()).dump();
};

TEST_F(UpdatesMeasureTest, AllFourTestsHeld) {
  const Finding f = finding(kSafeUpdates, all({set(4), earlier(3), logged()}));
  EXPECT_EQ(f.status, Status::satisfied) << f.summary << f.fix;
  EXPECT_EQ(f.summary, "4 of 4 tests of the update metadata held.");
  EXPECT_EQ(f.detail["tests"]["logged"], "held");
  EXPECT_EQ(f.detail["update_files_logged"], 1);
  EXPECT_EQ(f.evidence.size(), 11u);
  EXPECT_EQ(f.detail["working_group_6_actions"][0]["id"], "A12");
}

TEST_F(UpdatesMeasureTest, SignedOnlyIsPartial) {
  const Finding f = finding(kSafeUpdates, set(4));
  EXPECT_EQ(f.status, Status::partial);
  EXPECT_EQ(f.detail["tests"]["signed"], "held");
  EXPECT_EQ(f.detail["tests"]["fresh"], "held");
  EXPECT_EQ(f.detail["tests"]["not rolled back"], "not tested");
  EXPECT_EQ(f.detail["tests"]["logged"], "not tested");
  EXPECT_THAT(f.fix, HasSubstr("update.tuf.previous"));
}

TEST_F(UpdatesMeasureTest, ExpiredFromTheInstantOn) {
  const auto at = [&](std::string_view expires) {
    return finding(kSafeUpdates, all({set(4, "update.tuf", "now", expires), earlier(3), logged()}));
  };
  EXPECT_EQ(at("2026-11-21").status, Status::satisfied);
  const Finding f = at("2026-11-20");
  EXPECT_EQ(f.status, Status::partial);
  EXPECT_EQ(f.detail["tests"]["fresh"], "failed");
  EXPECT_EQ(f.fix, "sign timestamp.json anew with an expiry in the future");
}

TEST_F(UpdatesMeasureTest, SignedByAnotherKeyIsNotSigned) {
  const Finding f = finding(kSafeUpdates, all({set(4, "update.tuf", "now", "2027-01-01", 8), earlier(3), logged()}));
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_EQ(f.detail["tests"]["signed"], "failed");
  EXPECT_THAT(f.fix, HasSubstr("targets.json"));
}

TEST_F(UpdatesMeasureTest, WithoutRootOrTimestampNothingIsSigned) {
  for (const std::size_t missing : {0u, 1u}) {
    auto files = set(4);
    files.erase(files.begin() + static_cast<std::ptrdiff_t>(missing));
    const Finding f = finding(kSafeUpdates, all({files, earlier(3), logged()}));
    EXPECT_EQ(f.status, Status::not_satisfied) << missing;
    EXPECT_EQ(f.detail["tests"]["signed"], "failed");
  }
}

TEST_F(UpdatesMeasureTest, ARollbackAndACopyThatIsNoEarlierOne) {
  const Finding back = finding(kSafeUpdates, all({set(4), earlier(5), logged()}));
  EXPECT_EQ(back.status, Status::partial);
  EXPECT_EQ(back.detail["tests"]["not rolled back"], "failed");
  EXPECT_THAT(back.summary, HasSubstr("version 4 after 5"));
  const Finding same = finding(kSafeUpdates, all({set(4), earlier(4), logged()}));
  EXPECT_EQ(same.detail["tests"]["not rolled back"], "not tested") << "the same bytes prove nothing";
  EXPECT_EQ(same.status, Status::partial);
  auto part = earlier(3);
  part.pop_back();  // targets
  const Finding some = finding(kSafeUpdates, all({set(4), part, logged()}));
  EXPECT_EQ(some.detail["tests"]["not rolled back"], "not tested");
}

TEST_F(UpdatesMeasureTest, AnEarlierCopyThatNobodySignedProvesNothing) {
  const Finding f = finding(kSafeUpdates, all({set(4), set(3, "update.tuf.previous", "before", "2027-01-01", 8), logged()}));
  EXPECT_EQ(f.detail["tests"]["not rolled back"], "not tested");
  EXPECT_THAT(f.summary, HasSubstr("the earlier copy is not signed"));
}

TEST_F(UpdatesMeasureTest, TheLogMustHaveTheVeryUpdate) {
  bundle_ = sigstore_.message_bundle("another file", sigstore_.times()).dump();
  const Finding other = finding(kSafeUpdates, all({set(4), earlier(3), logged()}));
  EXPECT_EQ(other.status, Status::partial);
  EXPECT_EQ(other.detail["tests"]["logged"], "failed");
  EXPECT_THAT(other.fix, HasSubstr("sign app.bin with"));
  Json without = Json::parse(sigstore_.message_bundle(kUpdate, sigstore_.times()).dump());
  without["verificationMaterial"]["tlogEntries"] = Json::array();
  bundle_ = without.dump();
  EXPECT_EQ(finding(kSafeUpdates, all({set(4), earlier(3), logged()})).detail["tests"]["logged"], "failed");
  bundle_ = TinySigstore().message_bundle(kUpdate, sigstore_.times()).dump();
  EXPECT_EQ(finding(kSafeUpdates, all({set(4), earlier(3), logged()})).detail["tests"]["logged"], "failed") << "another world's log";
}

TEST_F(UpdatesMeasureTest, EveryFileOfferedMustBeLogged) {
  // Two files are offered, one is logged. That the other is not among the artefacts given changes nothing: it can be installed.
  auto files = set(4);
  files[3].content = metadata(fmt::format(
      R"({{"_type":"targets","expires":"2027-01-01T00:00:00Z","targets":{{"app.bin":{{"hashes":{{"sha256":"{}"}},"length":1}},"old.bin":{{"hashes":{{"sha256":"{}"}},"length":1}}}},"version":4}})",
      sha256(kUpdate).hex(), sha256("old").hex()));
  EXPECT_EQ(finding(kSafeUpdates, all({files, earlier(3), logged()})).detail["update_files_logged"], 1);
  EXPECT_EQ(finding(kSafeUpdates, all({files, earlier(3), logged()})).status, Status::partial);
  const File release{"artifacts.digests", "sums", sha256(kUpdate).hex() + "  app.bin\n"};
  const Finding f = finding(kSafeUpdates, all({files, earlier(3), logged(), {release}}));
  EXPECT_EQ(f.status, Status::partial);
  EXPECT_EQ(f.detail["update_files"], 2);
  EXPECT_THAT(f.summary, HasSubstr("old.bin no bundle is about it"));
}

TEST_F(UpdatesMeasureTest, TwoSetsEachWithItsEarlierCopy) {
  const auto second = set(2, "update.tuf", "b/beta"), second_old = set(1, "update.tuf.previous", "old/beta");
  const auto first = set(4, "update.tuf", "a/main"), first_old = set(3, "update.tuf.previous", "old/main");
  const Finding f = finding(kSafeUpdates, all({first, second, first_old, second_old, logged()}));
  EXPECT_EQ(f.status, Status::satisfied) << f.summary;
  EXPECT_EQ(f.detail["sets"], 2);
  EXPECT_EQ(finding(kSafeUpdates, all({first, second, first_old, logged()})).detail["tests"]["not rolled back"], "not tested");
}

TEST_F(UpdatesMeasureTest, MetadataThatCannotBeReadDecides) {
  auto files = set(4);
  files[1].content = "{}";
  const Finding f = finding(kSafeUpdates, files);
  EXPECT_EQ(f.status, Status::not_satisfied);
  EXPECT_THAT(f.summary, HasSubstr("timestamp.json cannot be read"));
}

}  // namespace
}  // namespace entente::measures::p6_supply
