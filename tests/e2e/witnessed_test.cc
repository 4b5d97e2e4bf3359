// P0-02 with the real programs: a registry whose checkpoints a real witness cosigns puts one of them into its ledger, and whoever has a
// copy of the ledger computes the same from it.
#include <gmock/gmock.h>

#include <thread>

#include "live_registry.h"

namespace entente {
namespace {

using registry::fixture::dig;
using registry::fixture::key;
using registry::fixture::sha;
using test::LiveRegistry;
using test::run_entente;

std::string state_of_signature(const Json& index) {
  for (const Json& row : index["findings"])
    if (row["control"] == "P0-02") return row["counted_as"];
  return "missing";
}

TEST(WitnessedRegistry, APledgeUnderAWitnessedCheckpointIsSatisfied) {
  LiveRegistry live;
  ASSERT_TRUE(live.start()) << live.errors();
  const Json rules = LiveRegistry::json(live.get("/rules"));
  ASSERT_EQ(live.stop(), 0);
  ASSERT_EQ(run_entente({"keygen", "witness.example/w1", "--type", "cosignature", "-o", live.path("w.key")}).code, 0);
  const std::string log_key = live.folder() + "/keys/log.key.vkey", witness_key = test::slurp(live.path("w.key.vkey"));
  test::BackgroundBinary witness(
      {"ledger", "witness", live.path("state"), "--key", live.path("w.key"), "--log", log_key, "--listen", "127.0.0.1:0"});
  const std::string told = witness.line();
  ASSERT_NE(told.find("http://"), std::string::npos) << told;
  const std::string vkey = witness_key.substr(0, witness_key.find('\n'));
  const std::string log_vkey = test::slurp(log_key);
  test::spit(live.path("policy"), "log " + log_vkey.substr(0, log_vkey.find('\n')) + "\nwitness w1 " + vkey + " " +
                                      told.substr(told.find("http://")) + "\nquorum w1\n");
  ASSERT_TRUE(live.start({"--policy", live.path("policy")})) << live.errors();

  auto makers = LiveRegistry::makers();
  const std::string pledge = live.put(makers.pledge("alpha"));
  live.put(makers.approval("alpha", pledge, {live.key("officer-1"), live.key("officer-2")}));
  live.put(makers.domain_proof("alpha", "alpha", {live.key("verifier")}));
  const auto finding = [&] { return state_of_signature(LiveRegistry::json(live.get("/index/alpha?detail=findings"))); };
  EXPECT_EQ(finding(), "partial") << "the rules name no witness yet";

  Json next = makers.rules_predicate();
  for (const char* member : {"registry", "log"}) next[member] = rules[member];
  next["text"] = dig(rules["text"].get<std::string>());
  next["previous"] = dig(rules["envelope"].get<std::string>());
  next["texts"] = Json::array({Json{{"language", "en"}, {"sha256", sha("the call")}}});
  next["roster"] = Json::array({Json{{"role", "witness"}, {"person", "w1"}, {"key", vkey}}});
  for (const Json& k : rules["roster"]) next["roster"].push_back(Json{{"role", k["role"]}, {"person", k["person"]}, {"key", k["vkey"]}});
  next["at"] = format_time(std::chrono::floor<std::chrono::seconds>(now()));
  live.put(registry::fixture::entry("registry-rules", rules["text"], next, {live.key("officer-1"), live.key("officer-2")}));
  for (int i = 0; i < 150 && finding() != "satisfied"; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(finding(), "satisfied") << live.errors();
  ASSERT_EQ(live.stop(), 0);
  const auto computed = run_entente({"registry", "index", live.log(), "--findings", "--json"});
  ASSERT_EQ(computed.code, 0) << computed.err;
  EXPECT_EQ(state_of_signature(Json::parse(computed.out)["supporters"][0]), "satisfied") << "from the ledger alone";
}

}  // namespace
}  // namespace entente
