// Counters, growth, absence and changes over one small ledger.
#include "registry/counters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/absence.h"
#include "registry/changes.h"
#include "registry/test_assessments.h"

namespace entente::registry {
namespace {

using namespace fixture;

class Counting : public ::testing::Test {
 protected:
  std::string join(const std::string& id, const char* category, const char* country, const char* nature = nullptr) {
    Json p = world.pledge_predicate(id);
    p["organisation"]["category"] = category;
    if (country == nullptr)
      p["organisation"].erase("country");
    else
      p["organisation"]["country"] = country;
    if (nature != nullptr) p["organisation"]["nature"] = nature;
    const std::string digest = world.put(entry("pledge", sha("the call"), p, {&key(id)}));
    world.append(world.approval(id, digest, {&key("anna"), &key("ben")}));
    return digest;
  }
  void SetUp() override {
    world.found();  // November 2026
    join("france", "state", "FRA");
    join("french-firm", "private-sector", "FRA");
    join("indian-firm", "private-sector", "IND");
    join("indian-ngo", "civil-society", "IND");
    join("world-body", "intergovernmental", nullptr);
    world.pass(std::chrono::days(30));
    gone = join("brazilian-firm", "private-sector", "BRA");
    world.pass(std::chrono::days(31));
    world.append(world.about("withdrawal", "pledge", gone, "brazilian-firm", {{"by", "organisation"}}, {&key("brazilian-firm")}));
    world.append(world.pledge("waiting"));
    refused = world.put(world.pledge("refused"));
    world.append(world.approval("refused", refused, {&key("anna"), &key("ben")}, false));
  }
  World world;
  std::string gone, refused;
};

TEST_F(Counting, OnlyRecordsThatCount) {
  const Counters c = count_supporters(world.state);
  EXPECT_EQ(c.supporters, 5U);
  EXPECT_EQ(c.statuses.at(static_cast<std::size_t>(Status::approved)), 5U);
  EXPECT_EQ(c.statuses.at(static_cast<std::size_t>(Status::applied)), 1U);
  EXPECT_EQ(c.statuses.at(static_cast<std::size_t>(Status::refused)), 1U);
  EXPECT_EQ(c.statuses.at(static_cast<std::size_t>(Status::withdrawn)), 1U);
  EXPECT_EQ(c.categories.at("private-sector"), 2U);
  EXPECT_EQ(c.categories.at("public-authority"), 0U);
  EXPECT_EQ(c.countries.at("IND"), 2U);
  EXPECT_EQ(c.countries.at(""), 1U);
  EXPECT_FALSE(c.countries.contains("BRA"));
  std::uint32_t by_category = 0, by_country = 0;
  for (const auto& [word, n] : c.categories) by_category += n;
  for (const auto& [word, n] : c.countries) by_country += n;
  EXPECT_EQ(by_category, c.supporters);
  EXPECT_EQ(by_country, c.supporters);
}

TEST_F(Counting, DomainProofsCountWhileTheyHold) {
  EXPECT_EQ(count_supporters(world.state).proven_domain, 0U);
  world.append(world.domain_proof("indian-firm", "indian-firm", {&key("verifier")}));
  EXPECT_EQ(count_supporters(world.state).proven_domain, 1U);
  world.pass(std::chrono::days(91));
  world.append(world.pledge("later"));  // moves the ledger's time
  EXPECT_EQ(count_supporters(world.state).proven_domain, 0U);
}

TEST_F(Counting, CounterToSignIsCompactAndNamesItsLedger) {
  const std::string text = counter_to_sign(count_supporters(world.state), "registry.example/ledger");
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const Json read = Json::parse(text);
  EXPECT_EQ(read["origin"], "registry.example/ledger");
  EXPECT_EQ(read["ledger"]["size"], world.log.size());
  EXPECT_EQ(read["supporters"], 5);
  EXPECT_EQ(read["countries"], 2);
  EXPECT_EQ(text, counter_to_sign(count_supporters(world.state), "registry.example/ledger"));
}

TEST_F(Counting, GrowthByTheLedgersTime) {
  const Growth made = growth(world.state, LedgerTimes(world.state));
  ASSERT_EQ(made.ledger.size(), 3U);
  EXPECT_EQ(made.ledger[0].month, "2026-11");
  EXPECT_EQ(made.ledger[0].joined, 5U);
  EXPECT_EQ(made.ledger[1].month, "2026-12");
  EXPECT_EQ(made.ledger[1].total, 6U);
  EXPECT_EQ(made.ledger[2].month, "2027-01");
  EXPECT_EQ(made.ledger[2].left, 1U);
  EXPECT_EQ(made.ledger[2].total, count_supporters(world.state).supporters);
  // Each kind of date is a series of its own; the one only imports have stays empty, nothing is filled in.
  EXPECT_EQ(made.dates[0].kind, "signed-on");
  EXPECT_EQ(made.dates[0].months, (std::map<std::string, std::uint32_t>{{"2026-11", 5}}));
  EXPECT_EQ(made.dates[0].without, 0U);
  EXPECT_EQ(made.dates[1].without, 0U);
  EXPECT_TRUE(made.dates[2].months.empty());
  EXPECT_EQ(made.dates[2].without, 5U);
}

TEST_F(Counting, AbsenceIsCountriesWithSupportersButNoState) {
  const Absence made = absence(count_supporters(world.state));
  ASSERT_EQ(made.countries.size(), 1U);
  EXPECT_EQ(made.countries[0].country, "IND");
  EXPECT_EQ(made.countries[0].supporters, 2U);
  EXPECT_EQ(made.countries_with_state, 1U);
  EXPECT_EQ(made.without_country, 1U);
  join("india", "state", "IND");
  EXPECT_TRUE(absence(count_supporters(world.state)).countries.empty());
}

TEST_F(Counting, ChangesNewestFirstWithoutVotesAndRefusedStatements) {
  const LedgerTimes times(world.state);
  const auto all = latest_changes(world.state, times, {});
  ASSERT_EQ(all.size(), world.log.size());
  EXPECT_EQ(all.front().title, "Organisation refused: pledge refused");
  EXPECT_EQ(all.back().title, "Registry: rules of the registry");
  for (std::size_t i = 1; i < all.size(); ++i) {
    EXPECT_LT(all[i].leaf, all[i - 1].leaf);
    EXPECT_LE(all[i].ledger_time, all[i - 1].ledger_time);
  }
  // A vote of one person changes nothing yet; an inadmissible entry never does.
  const std::string waiting = sha(world.pledge("next"));
  world.append(world.pledge("next-one"));
  const std::string digest = sha(world.log.back());
  world.append(world.approval("next-one", digest, {&key("anna")}));
  world.state.apply(world.state.next_leaf(), "no statement at all");
  const auto later = latest_changes(world.state, LedgerTimes(world.state), {});
  EXPECT_EQ(later.size(), all.size() + 1);
  EXPECT_EQ(later.front().kind, Kind::pledge);
}

TEST_F(Counting, ChangesByPageAndByRecord) {
  const LedgerTimes times(world.state);
  std::vector<Leaf> paged;
  ChangesQuery query{.limit = 4};
  for (;;) {
    const auto page = latest_changes(world.state, times, query);
    if (page.empty()) break;
    EXPECT_LE(page.size(), 4U);
    for (const Change& c : page) paged.push_back(c.leaf);
    query.before = page.back().leaf;
  }
  EXPECT_EQ(paged.size(), world.log.size());
  const auto one = latest_changes(world.state, times, {.supporter = "brazilian-firm"});
  ASSERT_EQ(one.size(), 3U);
  EXPECT_EQ(one[0].kind, Kind::withdrawal);
  EXPECT_EQ(one[2].kind, Kind::pledge);
  EXPECT_TRUE(latest_changes(world.state, times, {.supporter = "nobody"}).empty());
  const Json row = change_json(one[0]);
  EXPECT_EQ(row["envelope"], "sha256:" + sha(world.log[one[0].leaf]));
}

}  // namespace
}  // namespace entente::registry
