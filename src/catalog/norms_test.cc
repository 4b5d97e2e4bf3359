// The norms as embedded, and the same files with one thing broken at a time.
#include "catalog/norms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/data.h"
#include "core/json.h"
#include "test_support.h"

namespace entente::catalog {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const Catalog& rules() {
  static const Catalog catalog = Catalog::load(DataSet::embedded()).value();
  return catalog;
}

struct Files {
  Json instruments = Json::parse(*DataSet::embedded().file(Norms::kInstrumentsPath));
  Json crosswalk = Json::parse(*DataSet::embedded().file(Norms::kCrosswalkPath));
  Json transfer = Json::parse(*DataSet::embedded().file(Norms::kRulesPath));
  Json stability = Json::parse(*DataSet::embedded().file(Norms::kStabilityPath));

  [[nodiscard]] Result<Norms> parse() const {
    const std::string i = json_pretty(instruments), c = json_pretty(crosswalk), t = json_pretty(transfer), s = json_pretty(stability);
    return Norms::parse(
        {.instruments = {i, "instruments"}, .crosswalk = {c, "crosswalk"}, .rules = {t, "rules"}, .stability = {s, "stability"}}, rules());
  }
};

void expect_norm_fault(const std::function<void(Files&)>& edit, std::string_view what, std::string_view file, std::string_view pointer) {
  Files files;
  edit(files);
  const auto loaded = files.parse();
  ASSERT_FALSE(loaded.has_value()) << what;
  EXPECT_THAT(loaded.error().what, HasSubstr(std::string(what)));
  EXPECT_EQ(loaded.error().where.file, file) << loaded.error().str();
  EXPECT_EQ(loaded.error().where.pointer, pointer) << loaded.error().str();
  EXPECT_TRUE(loaded.error().where.line.has_value());
}

TEST(Norms, EmbeddedAreWhole) {
  const auto norms = Norms::load(DataSet::embedded(), rules());
  ASSERT_OK(norms);
  EXPECT_EQ(norms->instruments().size(), 22U);
  EXPECT_EQ(norms->items().size(), 180U);
  EXPECT_EQ(norms->edges().size(), 211U);
  EXPECT_EQ(norms->stability().categories.size(), 5U);
  std::array<std::size_t, kRelations> by_relation{};
  for (const Edge& e : norms->edges()) ++by_relation[static_cast<std::size_t>(e.relation)];
  EXPECT_EQ(by_relation, (std::array<std::size_t, kRelations>{0, 5, 59, 1, 144, 2}));
  // By principle: elections and intellectual property are the thin ends.
  std::array<std::size_t, 10> by_principle{};
  for (unsigned n = 1; n <= 9; ++n) by_principle[n] = norms->edges_of(norms->principle(n).value()).size();
  EXPECT_EQ(by_principle, (std::array<std::size_t, 10>{0, 31, 16, 5, 5, 16, 43, 17, 10, 33}));
}

TEST(Norms, ItemsAndControlsFindEachOther) {
  const auto norms = Norms::load(DataSet::embedded(), rules());
  ASSERT_OK(norms);
  const auto item = norms->item("gge-2015.d");
  ASSERT_TRUE(item.has_value());
  EXPECT_EQ(norms->items()[*item].ref, "13(d)");
  for (const ControlId id : norms->controls_of(*item)) {
    const auto items = norms->items_of(*rules().find(id));
    EXPECT_THAT(items, Contains(*item)) << id.str();
  }
  EXPECT_FALSE(norms->controls_of(*item).empty());
  EXPECT_FALSE(norms->item("gge-2015.zz").has_value());
  EXPECT_FALSE(norms->item("").has_value());
  EXPECT_EQ(norms->instrument("gge"), nullptr);
  for (ItemIndex i = 0; i < norms->items().size(); ++i) {
    const Instrument& owner = norms->instruments()[norms->items()[i].instrument];
    EXPECT_TRUE(i >= owner.first && i < owner.first + owner.count);
    EXPECT_EQ(norms->item(norms->items()[i].id), i);
  }
}

TEST(Norms, UnknownIdsAreErrors) {
  expect_norm_fault([](Files& f) { f.crosswalk["edges"][0]["sources"][0] = "gge-2015.aa"; }, "no instrument has an item \"gge-2015.aa\"",
                    "crosswalk", "/edges/0/sources/0");
  expect_norm_fault([](Files& f) { f.crosswalk["edges"][3]["targets"].push_back("paris-call.p10"); }, "no instrument has an item",
                    "crosswalk", "/edges/3/targets/1");
  expect_norm_fault([](Files& f) { f.stability["categories"][0]["controls"][0] = "P1-99"; }, "no control \"P1-99\"", "stability",
                    "/categories/0/controls/0");
  // An item that controls hook onto vanishes; so does a principle.
  expect_norm_fault([](Files& f) { f.instruments["instruments"][1]["items"][3]["id"] = "gge-2015.dd"; }, "hooks onto \"gge-2015.d\"",
                    "instruments", "");
  expect_norm_fault([](Files& f) { f.instruments["instruments"][0]["items"][2]["id"] = "paris-call.p33"; },
                    "\"paris-call.p3\" is not among", "instruments", "");
}

TEST(Norms, WordsComeFromTheirLists) {
  expect_norm_fault([](Files& f) { f.crosswalk["edges"][0]["relation"] = "intersects"; }, "\"relation\" is \"intersects\"", "crosswalk",
                    "/edges/0/relation");
  expect_norm_fault([](Files& f) { f.crosswalk["edges"][0]["rationale"] = "gut"; }, "\"rationale\"", "crosswalk", "/edges/0/rationale");
  expect_norm_fault([](Files& f) { f.instruments["instruments"][2]["provenance"] = "heard"; }, "\"provenance\"", "instruments",
                    "/instruments/2/provenance");
  expect_norm_fault([](Files& f) { f.instruments["instruments"][2]["items"][0]["kind"] = "hope"; }, "\"kind\"", "instruments",
                    "/instruments/2/items/0/kind");
  expect_norm_fault([](Files& f) { f.instruments["instruments"][2]["addressees"][0] = "planet"; }, "unknown category", "instruments",
                    "/instruments/2/addressees/0");
  expect_norm_fault([](Files& f) { f.instruments["instruments"][2]["url"] = "javascript:alert(1)"; }, "https", "instruments",
                    "/instruments/2/url");
  expect_norm_fault([](Files& f) { f.crosswalk["edges"][0]["confidence"] = 101; }, "0 … 100", "crosswalk", "/edges/0/confidence");
  expect_norm_fault([](Files& f) { f.crosswalk["edges"][0]["confidence"] = 0.8; }, "0 … 100", "crosswalk", "/edges/0/confidence");
  expect_norm_fault([](Files& f) { f.crosswalk["edges"][0]["weight"] = 1; }, "unknown key \"weight\"", "crosswalk", "/edges/0/weight");
}

TEST(Norms, NothingStandsTwice) {
  expect_norm_fault([](Files& f) { f.crosswalk["edges"].push_back(f.crosswalk["edges"][0]); }, "related twice", "crosswalk", "/edges/211");
  expect_norm_fault([](Files& f) { f.instruments["instruments"].push_back(f.instruments["instruments"][5]); }, "stands twice",
                    "instruments", "/instruments/22/id");
  expect_norm_fault([](Files& f) { f.instruments["instruments"][3]["items"].push_back(f.instruments["instruments"][3]["items"][0]); },
                    "stands twice", "instruments", "");
  expect_norm_fault([](Files& f) { f.crosswalk["edges"][0]["targets"] = f.crosswalk["edges"][0]["sources"]; }, "on both sides", "crosswalk",
                    "/edges/0");
  expect_norm_fault([](Files& f) { f.crosswalk["edges"][0]["sources"].push_back(f.crosswalk["edges"][0]["sources"][0]); }, "stands twice",
                    "crosswalk", "/edges/0/sources/1");
}

TEST(Norms, RulesOfInferenceAreHeldToLogic) {
  expect_norm_fault([](Files& f) { f.transfer["transfer"].erase(4); }, "a rule is missing", "rules", "/transfer");
  expect_norm_fault([](Files& f) { f.transfer["transfer"][0]["upper"] = "partial"; }, "above the upper", "rules", "/transfer/0");
  // Not assessed, yet something follows.
  expect_norm_fault([](Files& f) { f.transfer["transfer"][4]["lower"] = "partial"; }, "nothing follows", "rules", "/transfer/4");
  // intersects-with, satisfied: nothing; partial: at least in part.
  expect_norm_fault(
      [](Files& f) {
        for (Json& r : f.transfer["transfer"])
          if (r["relation"] == "intersects-with" && r["status"] == "satisfied") r["lower"] = "not-satisfied";
        for (Json& r : f.transfer["transfer"])
          if (r["relation"] == "intersects-with" && r["status"] == "partial") r["lower"] = "partial";
      },
      "worse bound under intersects-with", "rules", "/transfer");
}

TEST(Norms, MatrixHoldsEveryEdgeOnceAndNamesWhatIsNotMapped) {
  const auto norms = Norms::load(DataSet::embedded(), rules());
  ASSERT_OK(norms);
  const Json matrix = matrix_json(*norms);
  ASSERT_EQ(matrix.size(), 21U);  // all but the Call itself
  std::size_t entries = 0, unmapped = 0, incompatible = 0;
  for (const Json& row : matrix) {
    for (const auto& column : {"p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "preamble"})
      for (const Json& entry : row[column]) {
        ++entries;
        incompatible += entry["incompatible"].get<bool>() ? 1 : 0;
      }
    unmapped += row["unmapped"].size();
  }
  EXPECT_EQ(entries, 211U);
  EXPECT_EQ(incompatible, 6U);
  std::size_t without = 0;
  for (ItemIndex i = 0; i < norms->items().size(); ++i)
    if (norms->items()[i].instrument != 0 && norms->edges_of(i).empty()) ++without;
  EXPECT_EQ(unmapped, without);
}

TEST(Norms, DocumentsOfInstrumentPrincipleAndControl) {
  const auto norms = Norms::load(DataSet::embedded(), rules());
  ASSERT_OK(norms);
  EXPECT_EQ(instruments_json(*norms).size(), 22U);
  const Json gge = instrument_json(*norms, *norms->instrument("gge-2015"));
  EXPECT_EQ(gge["items"].size(), 11U);
  EXPECT_EQ(gge["items"][1]["id"], "gge-2015.b");
  EXPECT_EQ(gge["items"][1]["edges"].size(), 2U);
  const Json p3 = principle_norms_json(*norms, rules(), 3);
  EXPECT_EQ(p3["edges"].size(), 5U);
  for (const Json& id : p3["not_mapped"]) EXPECT_NE(id, "gge-2015");
  EXPECT_THAT(p3["not_mapped"], Contains(Json("manrs")));
  const Json control = control_norms_json(*norms, *rules().find(ControlId(1, 1)));
  EXPECT_EQ(control["control"], "P1-01");
  EXPECT_FALSE(control["items"].empty());
  for (const Json& item : control["items"])
    for (const Json& edge : item["edges_to_principle"]) EXPECT_THAT(edge["targets"], Contains(Json("paris-call.p1")));
  EXPECT_EQ(stability_json(*norms, rules())["categories"].size(), 5U);
}

}  // namespace
}  // namespace entente::catalog
