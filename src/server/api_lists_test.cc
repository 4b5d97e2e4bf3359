// Routes that pages live on: whole lists by page, the directory, the ledger itself, and who measures a control.
#include <gmock/gmock.h>
#include <set>

#include "measures/all.h"
#include "merkle/note.h"
#include "registry/identity.h"
#include "server/test_service.h"
#include "test_support.h"

namespace entente::server {
namespace {

using fixture::TestService;
using ::testing::HasSubstr;

Json asked(TestService& s, const std::string& target) {
  const http::Response answer = s.api(target);
  EXPECT_EQ(answer.status, 200U) << target << " " << answer.body;
  return answer.status == 200 ? Json::parse(answer.body) : Json();
}

TEST(ApiPages, AreTheListsInSteps) {
  TestService s;
  EXPECT_EQ(s.api("/pages/supporters/0.json").body, s.api("/supporters?include=all&limit=500&offset=0").body);
  EXPECT_EQ(s.api("/pages/statements/0.json").body, s.api("/statements?limit=500&from=0").body);
  for (const char* target :
       {"/pages/supporters/500.json", "/pages/supporters/1.json", "/pages/supporters/00.json", "/pages/supporters/x.json",
        "/pages/supporters/.json", "/pages/supporters/0", "/pages/supporters/-500.json", "/pages/statements/500.json",
        "/pages/statements/7.json", "/pages/statements/99999999999999999500.json", "/pages/norms/0.json"})
    EXPECT_EQ(s.api(target).status, 404U) << target;
  EXPECT_TRUE(s.problems.empty());
}

TEST(ApiPages, ASecondPageComesWithThe501stEntry) {
  TestService s;
  s.service.reset();
  std::size_t size = s.world.log.size();
  {
    auto ledger = ledger::Ledger::open_write(s.folder() / "log").value();
    std::vector<std::string> entries;
    for (; size <= 502; ++size) entries.push_back(fmt::format("no statement {}", size));
    ASSERT_TRUE(ledger.append(entries, fixture::log_key()).has_value());
  }
  s.start(TestService::Mode::read_only);
  const Json second = asked(s, "/pages/statements/500.json");
  EXPECT_EQ(second["items"].size(), size - 500);
  EXPECT_EQ(second["items"][0]["leaf"], 500);
  EXPECT_EQ(asked(s, "/pages/statements/0.json")["next_from"], 500);
  EXPECT_EQ(s.api("/pages/statements/1000.json").status, 404U);
}

TEST(ApiDirectory, FollowsAWrite) {
  TestService s;
  const auto ids = [&] {
    std::set<std::string> out;
    for (const Json document = asked(s, "/directory"); const Json& row : document["rows"]) out.insert(row[0]);
    return out;
  };
  std::set<std::string> expected;
  for (const auto& [id, supporter] : s.world.state.supporters())
    if (supporter.status != registry::Status::applied) expected.insert(id);
  EXPECT_EQ(ids(), expected);
  const std::string pledge = s.world.pledge("fresh");
  ASSERT_EQ(s.post(pledge).status, 201U);
  EXPECT_EQ(ids(), expected) << "an application";
  ASSERT_EQ(s.post(s.world.approval("fresh", sha256(pledge).hex(), {&fixture::made::key("anna"), &fixture::made::key("ben")})).status,
            201U);
  expected.insert("fresh");
  EXPECT_EQ(ids(), expected);
}

TEST(ApiLedger, IsThatOfTheLatestCheckpoint) {
  TestService s;
  const Json ledger = asked(s, "/ledger");
  EXPECT_EQ(ledger["origin"], "registry.example/ledger");
  EXPECT_EQ(ledger["vkey"], fixture::log_key().verifier().str());
  EXPECT_EQ(ledger["size"], s.world.log.size());
  EXPECT_EQ(ledger["entries"], s.world.log.size());
  EXPECT_EQ(ledger["checkpoint"], s.get("/log/checkpoint").body);
  const auto verified = merkle::verify_checkpoint(ledger["checkpoint"].get<std::string>(), fixture::log_key().verifier());
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(ledger["root"], verified->checkpoint.root.hex());
  std::map<std::string, std::uint64_t> kinds;
  for (registry::Leaf leaf = 0; leaf < s.world.log.size(); ++leaf) {
    const auto entry = s.world.state.entry(leaf).value();
    ++kinds[entry.kind ? std::string(name(*entry.kind)) : "unreadable"];
  }
  EXPECT_EQ(ledger["statements_by_kind"], Json(kinds));
  EXPECT_EQ(ledger["growth"].back()["total"], s.world.log.size());
  EXPECT_TRUE(ledger["other_signatures"].empty());
  EXPECT_EQ(ledger["witnesses"][0]["cosigned"], false);
  EXPECT_TRUE(ledger["witnessed"].is_null());
}

TEST(ApiLedger, ACheckpointThatComesLaterIsShown) {
  TestService s;
  const std::uint64_t before = asked(s, "/ledger")["size"];
  ASSERT_EQ(s.post(s.world.pledge("fresh")).status, 201U);
  (void)asked(s, "/ledger");  // perhaps kept with the checkpoint before
  ASSERT_EQ(s.post(s.world.pledge("another"), "?wait=published").status, 201U);
  const Json after = asked(s, "/ledger");
  EXPECT_EQ(after["size"], before + 2);
  EXPECT_EQ(after["checkpoint"], s.get("/log/checkpoint").body);
}

TEST(ApiControls, SayWhoMeasuresThem) {
  TestService s;
  std::map<std::string, Json> measured;
  for (const Json document = asked(s, "/controls"); const Json& c : document["controls"]) measured[c["id"]] = c["measured"];
  std::set<std::string> by_engine;
  for (const measures::Measure* engine : measures::all())
    for (const catalog::ControlId id : engine->controls()) {
      by_engine.insert(id.str());
      EXPECT_EQ(measured[id.str()], (Json{{"by", engine->name()}, {"command", engine->command(id)}}));
    }
  EXPECT_FALSE(by_engine.empty());
  for (const catalog::Control& c : registry::fixture::test_catalog().controls()) {
    EXPECT_EQ(asked(s, "/controls/" + c.id.str())["measured"], measured[c.id.str()]);
    if (by_engine.contains(c.id.str())) continue;
    const std::string id = c.id.str();
    if (id == "P0-01" || id == "P0-02" || id == "P0-04" || id == "P0-05") {
      EXPECT_EQ(measured[id], (Json{{"by", "registry"}}));
      continue;
    }
    EXPECT_TRUE(measured[id]["by"].is_null());
    const char* why = c.evidence_class == catalog::EvidenceClass::declared   ? "declared"
                      : c.evidence_class == catalog::EvidenceClass::attested ? "attested"
                                                                             : "no-engine-yet";
    EXPECT_EQ(measured[id]["why"], why) << id;
  }
  const Json engines = asked(s, "/measures")["items"];
  ASSERT_EQ(engines.size(), measures::all().size());
  for (std::size_t i = 0; i < engines.size(); ++i) {
    EXPECT_EQ(engines[i]["name"], measures::all()[i]->name());
    EXPECT_EQ(engines[i]["controls"].size(), measures::all()[i]->controls().size());
    EXPECT_EQ(engines[i]["evidence_kinds"].size(), measures::all()[i]->evidence_kinds().size());
    for (const Json& control : engines[i]["controls"]) EXPECT_FALSE(control["needs"].empty()) << control;
  }
}

}  // namespace
}  // namespace entente::server
