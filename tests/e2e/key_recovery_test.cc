// Who lost the key proves the domain again with a new one, at the stage recover-key: the whole way with the real program and real name
// servers, and what must not work on it.
#include <gmock/gmock.h>

#include "live_registry.h"
#include "name_server.h"

namespace entente {
namespace {

using registry::fixture::key;
using registry::fixture::vkey;
using test::LiveRegistry;
using testing::HasSubstr;

constexpr const char* kDomain = "alpha.example";

test::NameServer::Zones zones_with(const std::string& value) {
  return {{kDomain, test::zone_text(kDomain, "_entente-challenge IN TXT \"" + value + "\"\n")}};
}

class KeyRecovery : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_program("nsd")) GTEST_SKIP() << "no nsd: install Debian's package nsd";
    ASSERT_TRUE(live.start()) << live.errors();
    pledge = live.put(LiveRegistry::makers().pledge("alpha"));
    live.put(LiveRegistry::makers().approval("alpha", pledge, {live.key("officer-1"), live.key("officer-2")}));
  }
  // Publishes the value at two places and restarts with them as vantage points.
  void publish(const std::string& value) {
    north = std::make_unique<test::NameServer>(zones_with(value));
    south = std::make_unique<test::NameServer>(zones_with(value));
    ASSERT_TRUE(north->ready(kDomain) && south->ready(kDomain)) << north->output();
    ASSERT_EQ(live.stop(), 0) << live.errors();
    ASSERT_TRUE(live.start(
        {"--vantage", "north=127.0.0.1:" + std::to_string(north->port()), "--vantage", "south=127.0.0.1:" + std::to_string(south->port())}))
        << live.errors();
  }
  Json challenge(const std::string& new_key) {
    const auto answer = live.post("/supporters/alpha/challenges",
                                  json_compact(Json{{"domain", kDomain}, {"stage", "recover-key"}, {"key", vkey(new_key)}}));
    EXPECT_EQ(answer.status, 201U) << answer.body;
    return LiveRegistry::json(answer);
  }
  std::string prove(Json more) {
    more["domain"] = kDomain;
    more["method"] = "dns-txt";
    return LiveRegistry::status_and_code(live.post("/supporters/alpha/proofs", json_compact(more)));
  }

  LiveRegistry live;
  std::unique_ptr<test::NameServer> north, south;
  std::string pledge;
};

TEST_F(KeyRecovery, ANewKeyStandsOnTheDomainAndWaitsInPublic) {
  test::spit(live.path("new.vkey"), vkey("alpha/new") + "\n");
  const auto asked =
      test::run_entente({"registry", "challenge", live.url(), "alpha", kDomain, "--new-key", live.path("new.vkey"), "--json"});
  ASSERT_EQ(asked.code, 0) << asked.err;
  const Json given = Json::parse(asked.out);
  EXPECT_EQ(given["stage"], "recover-key");
  EXPECT_EQ(given["key"], vkey("alpha/new"));
  const std::string expires = given["expires"];
  // Strangers ask with keys of their own: nothing of the first is made void.
  for (const char* stranger : {"thief", "thief-2", "thief-3"})
    EXPECT_NE(challenge(stranger)["dns-txt"]["value"], given["dns-txt"]["value"]);
  ASSERT_NO_FATAL_FAILURE(publish(given["dns-txt"]["value"]));

  EXPECT_EQ(prove({{"stage", "recover-key"}, {"key", vkey("thief")}, {"expires", expires}}), "422 not-proven") << "bound to the other key";
  EXPECT_EQ(prove({{"stage", "recover-key"}, {"key", vkey("alpha/new")}, {"expires", "2026-01-01T00:00:00Z"}}), "409 no-challenge");
  EXPECT_EQ(prove({{"stage", "renew"}}), "409 no-challenge") << "no other stage takes it";
  EXPECT_EQ(prove({{"stage", "recover-key"}}), "422 schema");
  EXPECT_EQ(prove({{"key", vkey("alpha/new")}}), "422 schema");
  EXPECT_EQ(prove({{"stage", "recover-key"}, {"key", vkey("alpha")}, {"expires", expires}}), "409 key-taken");
  EXPECT_EQ(prove({{"stage", "recover-key"}, {"key", vkey("alpha/new")}}), "422 schema") << "which challenge?";

  const auto proven = test::run_entente(
      {"registry", "prove", live.url(), "alpha", kDomain, "--new-key", live.path("new.vkey"), "--expires", expires, "--json"});
  ASSERT_EQ(proven.code, 0) << proven.out << proven.err;
  const std::string proof = Json::parse(proven.out)["statement"]["sha256"];

  const auto key_set = [&](const char* new_key, const registry::fixture::Signers& signers) {
    return LiveRegistry::makers().key_set("alpha", pledge, {new_key}, signers, proof);
  };
  EXPECT_EQ(live.refusal(key_set("alpha/new", {live.key("officer-1"), &key("alpha/new")})), "403 needs-second-person");
  EXPECT_EQ(live.refusal(key_set("thief", {live.key("officer-1"), live.key("officer-2"), &key("thief")})), "409 needs-domain-proof");
  live.put(key_set("alpha/new", {live.key("officer-1"), live.key("officer-2"), &key("alpha/new")}));

  const Json keys = LiveRegistry::json(live.get("/supporters/alpha"))["keys"];
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0]["ended"], "lost");
  const auto waits = parse_time(keys[1]["from"].get<std::string>()).value() - now();
  EXPECT_GT(waits, std::chrono::hours(24 * 7 - 1)) << "seven days in public";
  const auto withdrawal = [&](const char* by) {
    return LiveRegistry::makers().about("withdrawal", "pledge", pledge, "alpha", {{"by", "organisation"}}, {&key(by)});
  };
  EXPECT_EQ(live.refusal(withdrawal("alpha/new")), "401 unknown-key") << "it does not count yet";
  // Meanwhile whoever still has the old key calls it off.
  live.put(LiveRegistry::makers().revocation("alpha/new", "alpha", "holder", {&key("alpha")}));
  EXPECT_EQ(LiveRegistry::json(live.get("/supporters/alpha"))["keys"][0].contains("ended"), false) << "the old key stays";
}

TEST_F(KeyRecovery, WithoutAKeyThatCountsItStillWorks) {
  live.put(LiveRegistry::makers().revocation("alpha", "alpha", "holder", {&key("alpha")}));
  EXPECT_EQ(LiveRegistry::status_and_code(live.post("/supporters/alpha/challenges", R"({"domain":"alpha.example"})")), "409 wrong-status");
  const Json given = challenge("alpha/new");
  ASSERT_NO_FATAL_FAILURE(publish(given["dns-txt"]["value"]));
  EXPECT_EQ(prove({{"stage", "recover-key"}, {"key", vkey("alpha/new")}, {"expires", given["expires"]}}), "201 ");
}

}  // namespace
}  // namespace entente
