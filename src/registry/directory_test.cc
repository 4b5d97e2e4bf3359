// The directory's rows: who is in it, what stands in each column, and that it sorts and says what search sorts and says.
#include "registry/directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/projection.h"
#include "registry/record_day.h"
#include "registry/test_assessments.h"

namespace entente::registry {
namespace {

using namespace fixture;

// The rows a projection of that ledger gives, in a search index.
SearchIndex searched(const World& world) {
  auto projection = Projection::open(Store::open("sqlite::memory:").value()).value();
  EXPECT_TRUE(projection.apply(world.log).has_value());
  std::vector<SupporterRow> rows;
  EXPECT_TRUE(projection.store()
                  .each_supporter([&](SupporterRow row) -> Result<void> {
                    rows.push_back(std::move(row));
                    return {};
                  })
                  .has_value());
  SearchIndex out;
  out.put(rows);
  return out;
}

class DirectoryRows : public ::testing::Test {
 protected:
  void SetUp() override {
    world.found();
    Json p = world.pledge_predicate("aurora");
    p["organisation"]["name"] = "Éclair & \"Fils\"";
    p["organisation"]["names"] = {{"el", "Αστραπή"}, {"en", "Lightning and Sons"}, {"fr", "Éclair & \"Fils\""}};
    p["principles"] = {1, 5, 9};
    const std::string aurora = world.put(entry("pledge", sha("the call"), p, {&key("aurora")}));
    world.append(world.approval("aurora", aurora, {&key("anna"), &key("ben")}));
    const std::string bank = world.supporter("bank");
    world.append(assessment_of(world, "bank", all_rows(catalog::Status::satisfied)));
    world.append(world.about("correction", "corrects", bank, "bank",
                             {{"changes", {{{"pointer", "/organisation/name"}, {"to", "Zonda Bank"}}}}, {"reason", "Renamed."}},
                             {&key("bank")}));
    world.append(world.import({{"club", "Club"}}, {&key("importer")}));
    const std::string gone = world.supporter("gone");
    world.append(world.about("withdrawal", "pledge", gone, "gone", {{"by", "organisation"}}, {&key("gone")}));
    const std::string refused = world.put(world.pledge("refused"));
    world.append(world.approval("refused", refused, {&key("anna"), &key("ben")}, false));
    world.append(world.pledge("waiting"));
    search = searched(world);
    document = Json::parse(directory_json(world.state, search));
    for (const Json& row : document["rows"]) rows[row[0]] = row;
  }
  World world;
  SearchIndex search;
  Json document;
  std::map<std::string, Json> rows;
};

TEST_F(DirectoryRows, EverybodyButOpenApplicationsInTheOrderOfSearch) {
  std::vector<std::string> ids, found;
  for (const Json& row : document["rows"]) ids.push_back(row[0]);
  for (const std::string& id : search.find({.counted = Counted::all}).ids)
    if (id != "waiting") found.push_back(id);
  EXPECT_EQ(ids, found);
  EXPECT_THAT(ids, ::testing::ElementsAre("club", "aurora", "gone", "refused", "bank"));
  EXPECT_EQ(document["columns"].size(), document["rows"][0].size());
  EXPECT_EQ(document["ledger"]["size"], world.log.size());
}

TEST_F(DirectoryRows, EachColumnSaysWhatTheRecordSays) {
  EXPECT_EQ(rows["aurora"], Json::parse(R"(["aurora", "Éclair & \"Fils\"", "private-sector", "FRA", null, "approved", "2026-11-24",
      "signed-on", [1, 5, 9], "----------", 2, ["Αστραπή", "Lightning and Sons"]])"));
  EXPECT_EQ(rows["club"], Json::parse(R"(["club", "Club", "civil-society", null, null, "imported", "2019-09-16", "signed-no-later-than",
      null, "----------", 7, []])"));
  EXPECT_EQ(rows["gone"][5], "withdrawn");
  EXPECT_EQ(rows["refused"][5], "refused");
  EXPECT_EQ(rows["bank"][11], Json({"Organisation bank"})) << "its former name";
}

TEST_F(DirectoryRows, TiersAreThoseSearchFiltersBy) {
  const std::string tiers = rows["bank"][9];
  ASSERT_EQ(tiers.size(), 10U);
  for (std::size_t p = 0; p < tiers.size(); ++p)
    EXPECT_THAT(search.find({.tiers = {fmt::format("{}{}", p, tiers[p])}}).ids, ::testing::Contains("bank")) << p;
  EXPECT_EQ(tiers[6], 'A');
}

TEST(RecordDay, TheKindsStayApart) {
  Supporter s;
  EXPECT_EQ(record_day(s).kind, DayKind::none);
  s.dates.signed_no_later_than = "2019-09-16";
  EXPECT_EQ(record_day(s).kind, DayKind::signed_no_later_than);
  s.dates.published_on = "2019-01-02";
  EXPECT_EQ(record_day(s).day, "2019-01-02");
  EXPECT_EQ(name(record_day(s).kind), "published-on");
  s.dates.signed_on = "2018-11-12";
  EXPECT_EQ(record_day(s).day, "2018-11-12");
  EXPECT_EQ(name(record_day(s).kind), "signed-on");
}

}  // namespace
}  // namespace entente::registry
