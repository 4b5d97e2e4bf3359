// The server puts a checkpoint its witnesses cosigned into its own ledger, once a pledge gives reason to, and no more often.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "merkle/note.h"
#include "server/test_service.h"
#include "test_support.h"

namespace entente::server {
namespace {

using fixture::TestService;
using testing::HasSubstr;
namespace made = registry::fixture;

keys::SigningKey witness_key(const std::string& name) {
  return keys::SigningKey::from_seed(name, keys::KeyType::cosignature_v1, sha256("witness " + name).view()).value();
}

class WitnessedLedger : public testing::Test {
 protected:
  // A service whose checkpoints these witnesses cosign.
  static TestService::Adjust cosigned_by(std::vector<std::string> names) {
    return [names = std::move(names)](RegistryOptions& options, const std::filesystem::path& folder) {
      options.signup.private_folder = folder / "private";
      options.signup.verifier_key = {std::shared_ptr<void>(), &made::key("verifier")};  // not owned
      options.witnessed_pause = std::chrono::milliseconds(20);
      options.cosign = [names](const std::string& note, merkle::TreeSize, const ledger::ConsistencyReader&) -> Result<std::string> {
        std::string out = note;
        const std::string text = merkle::Note::parse(note).value().text;
        for (const std::string& name : names) out += merkle::cosign_note(text, witness_key(name), now()).value();
        return out;
      };
    };
  }
  // New rules that name two witnesses, and a text.
  static std::string rules(const TestService& s) {
    Json p = s.world.rules_predicate();
    std::erase_if(p["roster"].get_ref<Json::array_t&>(), [](const Json& k) { return k["role"] == "witness"; });
    for (const char* name : {"ngo", "state"})
      p["roster"].push_back(Json{{"role", "witness"}, {"person", name}, {"key", witness_key(name).verifier().str()}});
    p["texts"] = Json::array({Json{{"language", "en"}, {"sha256", made::sha("the call")}}});
    p["previous"] = made::dig(made::sha(s.world.log[0]));
    return made::entry("registry-rules", made::sha("rules"), p, {&made::key("anna"), &made::key("ben")});
  }
  static Json witnessed(TestService& s) { return Json::parse(s.api("/statements?kind=witnessed-checkpoint").body)["items"]; }
  template <class F>
  static bool comes(const F& is_so) {
    for (int i = 0; i < 500; ++i) {
      if (is_so()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }
};

TEST_F(WitnessedLedger, HoldsACosignedCheckpointOverEachPledge) {
  TestService s(TestService::Mode::writable, 4096, cosigned_by({"ngo", "state"}));
  ASSERT_EQ(s.post(rules(s)).status, 201U);
  ASSERT_TRUE(comes([&] { return witnessed(s).size() == 1; })) << "the pledges before are covered";
  EXPECT_EQ(witnessed(s)[0]["disposition"], "applied");
  const auto finding = [&] {
    const Json index = Json::parse(s.api("/index/bank?detail=findings").body);
    for (const Json& row : index["findings"])
      if (row["control"] == "P0-02") return row;
    return Json();
  };
  EXPECT_EQ(finding()["counted_as"], "satisfied") << finding();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(witnessed(s).size(), 1U) << "its own leaf is no reason for another";
  const Json ledger = Json::parse(s.api("/ledger").body);
  EXPECT_EQ(ledger["witnesses_needed"], 2);
  ASSERT_EQ(ledger["witnesses"].size(), 2U);
  for (const Json& witness : ledger["witnesses"]) {
    EXPECT_EQ(witness["vkey"], witness_key(witness["name"]).verifier().str());
    EXPECT_EQ(witness["cosigned"], true) << ledger;
    EXPECT_TRUE(parse_time(witness["cosigned_at"].get<std::string>()).has_value());
  }
  EXPECT_TRUE(ledger["other_signatures"].empty());
  EXPECT_EQ(ledger["witnessed"]["leaf"], witnessed(s)[0]["leaf"]);
  ASSERT_TRUE(s.service->stop().has_value());
}

TEST_F(WitnessedLedger, CosignaturesOfOthersAreNamedNotChecked) {
  TestService s(TestService::Mode::writable, 4096, cosigned_by({"ngo", "stranger"}));
  ASSERT_EQ(s.post(rules(s), "?wait=published").status, 201U);
  const Json ledger = Json::parse(s.api("/ledger").body);
  EXPECT_EQ(ledger["witnesses"][0]["cosigned"], true) << ledger;
  EXPECT_EQ(ledger["witnesses"][1]["cosigned"], false);
  EXPECT_TRUE(ledger["witnesses"][1]["cosigned_at"].is_null());
  EXPECT_EQ(ledger["other_signatures"], Json::array({Json{{"name", "stranger"}, {"key_id", witness_key("stranger").verifier().id_hex()}}}));
  ASSERT_TRUE(s.service->stop().has_value());
}

TEST_F(WitnessedLedger, SaysOnceWhyThereIsNone) {
  std::atomic<int> told = 0;
  TestService s(TestService::Mode::writable, 4096, [&](RegistryOptions& options, const std::filesystem::path& folder) {
    cosigned_by({"ngo"})(options, folder);
    options.problem = [&](const Error& error) {
      if (error.what.find("1 of the 2 witnesses") != std::string::npos) ++told;
    };
  });
  ASSERT_EQ(s.post(rules(s)).status, 201U);
  ASSERT_TRUE(comes([&] { return told > 0; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(told, 1) << "tried again, told once";
  EXPECT_EQ(witnessed(s).size(), 0U);
  ASSERT_TRUE(s.service->stop().has_value());
}

}  // namespace
}  // namespace entente::server
