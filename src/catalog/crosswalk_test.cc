// Inference on a small crosswalk of our own, on all combinations of statuses against a model of sets, and on the embedded one.
#include "catalog/crosswalk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "core/data.h"
#include "core/json.h"
#include "test_support.h"

namespace entente::catalog {
namespace {

const Catalog& crosswalk_rules() {
  static const Catalog catalog = Catalog::load(DataSet::embedded()).value();
  return catalog;
}
const Norms& embedded_norms() {
  static const Norms norms = Norms::load(DataSet::embedded(), crosswalk_rules()).value();
  return norms;
}

struct EdgeText {
  std::vector<std::string> sources;
  std::string relation;
  std::vector<std::string> targets;
  bool incompatible = false;
};

// The embedded instruments with other edges.
Norms norms_with(const std::vector<EdgeText>& edges) {
  Json crosswalk = {{"version", "test"}, {"note", "test"}, {"licence", "EUPL-1.2"}, {"edges", Json::array()}};
  for (const EdgeText& e : edges) {
    Json edge = {{"sources", e.sources}, {"relation", e.relation}, {"targets", e.targets}, {"confidence", 50}, {"rationale", "semantic"}};
    if (e.incompatible) edge["incompatible"] = true;
    crosswalk["edges"].push_back(std::move(edge));
  }
  const DataSet& data = DataSet::embedded();
  const std::string text = json_pretty(crosswalk);
  return Norms::parse({.instruments = {*data.file(Norms::kInstrumentsPath), "instruments"},
                       .crosswalk = {text, "crosswalk"},
                       .rules = {*data.file(Norms::kRulesPath), "rules"},
                       .stability = {*data.file(Norms::kStabilityPath), "stability"}},
                      crosswalk_rules())
      .value();
}

KnownStatuses statuses(const Norms& norms, const std::vector<std::pair<std::string, Status>>& known) {
  KnownStatuses out;
  for (const auto& [id, status] : known) out.emplace(norms.item(id).value(), status);
  return out;
}

std::optional<Inferred> about(const Norms& norms, const Inference& inference, std::string_view id) {
  for (const Inferred& item : inference.items)
    if (norms.items()[item.item].id == id) return item;
  return std::nullopt;
}

constexpr Bounds kNothing{};

TEST(Crosswalk, SubsetSatisfiedIsAtLeastPartialNeverSatisfied) {
  const Norms norms = norms_with({{{"gge-2015.a"}, "subset-of", {"paris-call.p1"}}});
  const auto met = about(norms, infer(norms, statuses(norms, {{"gge-2015.a", Status::satisfied}})), "paris-call.p1");
  ASSERT_TRUE(met.has_value());
  EXPECT_EQ(met->bounds, (Bounds{Level::partial, Level::satisfied}));
  const auto failed = about(norms, infer(norms, statuses(norms, {{"gge-2015.a", Status::not_satisfied}})), "paris-call.p1");
  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->bounds, (Bounds{Level::not_satisfied, Level::partial}));
}

TEST(Crosswalk, SupersetNotSatisfiedSaysNothing) {
  const Norms norms = norms_with({{{"gcsc.n8"}, "superset-of", {"paris-call.p8"}}});
  EXPECT_FALSE(about(norms, infer(norms, statuses(norms, {{"gcsc.n8", Status::not_satisfied}})), "paris-call.p8").has_value());
  const auto met = about(norms, infer(norms, statuses(norms, {{"gcsc.n8", Status::satisfied}})), "paris-call.p8");
  ASSERT_TRUE(met.has_value());
  EXPECT_EQ(met->bounds, (Bounds{Level::satisfied, Level::satisfied}));
  // And back: the part is met, so the whole is at least in part.
  const auto back = about(norms, infer(norms, statuses(norms, {{"paris-call.p8", Status::satisfied}})), "gcsc.n8");
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->bounds, (Bounds{Level::partial, Level::satisfied}));
}

TEST(Crosswalk, NoRelationshipAndAbsenceSayNothing) {
  const Norms norms = norms_with({{{"gge-2015.a"}, "no-relationship", {"paris-call.p1"}}});
  for (const Status s : {Status::satisfied, Status::partial, Status::not_satisfied, Status::not_applicable, Status::not_assessed})
    EXPECT_TRUE(infer(norms, statuses(norms, {{"gge-2015.a", s}, {"gge-2015.b", s}})).items.empty());
}

TEST(Crosswalk, NothingIsGuessedOverTwoSteps) {
  const Norms norms = norms_with({{{"gge-2015.a"}, "equal-to", {"gge-2015.b"}}, {{"gge-2015.b"}, "equal-to", {"gge-2015.c"}}});
  const Inference made = infer(norms, statuses(norms, {{"gge-2015.a", Status::satisfied}}));
  EXPECT_TRUE(about(norms, made, "gge-2015.b").has_value());
  EXPECT_FALSE(about(norms, made, "gge-2015.c").has_value());
}

TEST(Crosswalk, OneSourceOfASetOfTargets) {
  // The source lies within the union of the two; which of them it meets, it does not say.
  const Norms norms = norms_with({{{"nis2.21c"}, "subset-of", {"paris-call.p1", "paris-call.p7"}}});
  const Inference made = infer(norms, statuses(norms, {{"nis2.21c", Status::satisfied}}));
  EXPECT_TRUE(made.items.empty());
  ASSERT_EQ(made.sets.size(), 1U);
  EXPECT_EQ(made.sets[0].bounds, (Bounds{Level::partial, Level::satisfied}));
  EXPECT_EQ(made.sets[0].items.size(), 2U);
  // A satisfied superset satisfies each part of the set.
  const Norms over = norms_with({{{"nis2.21c"}, "superset-of", {"paris-call.p1", "paris-call.p7"}}});
  const Inference all = infer(over, statuses(over, {{"nis2.21c", Status::satisfied}}));
  EXPECT_EQ(about(over, all, "paris-call.p1")->bounds.lower, Level::satisfied);
  EXPECT_EQ(about(over, all, "paris-call.p7")->bounds.lower, Level::satisfied);
}

TEST(Crosswalk, SeveralSourcesTogetherMeetWhatNoneMeetsAlone) {
  const Norms norms = norms_with({{{"gge-2015.a", "gge-2015.b"}, "superset-of", {"paris-call.p1"}}});
  const auto both =
      about(norms, infer(norms, statuses(norms, {{"gge-2015.a", Status::satisfied}, {"gge-2015.b", Status::satisfied}})), "paris-call.p1");
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ(both->bounds.lower, Level::satisfied);
  EXPECT_FALSE(about(norms, infer(norms, statuses(norms, {{"gge-2015.a", Status::satisfied}})), "paris-call.p1").has_value());
}

TEST(Crosswalk, ConflictIsShownWithItsReasons) {
  const Norms norms = norms_with({{{"gge-2015.a"}, "equal-to", {"paris-call.p1"}}, {{"gge-2015.b"}, "subset-of", {"paris-call.p1"}}});
  const auto item = about(norms, infer(norms, statuses(norms, {{"gge-2015.a", Status::satisfied}, {"gge-2015.b", Status::not_satisfied}})),
                          "paris-call.p1");
  ASSERT_TRUE(item.has_value());
  EXPECT_TRUE(item->bounds.conflict());
  EXPECT_EQ(item->lower_by, std::vector<EdgeIndex>{0});
  EXPECT_EQ(item->upper_by, (std::vector<EdgeIndex>{1}));
  // A given status is one more bound.
  const auto given = about(
      norms, infer(norms, statuses(norms, {{"paris-call.p1", Status::not_satisfied}, {"gge-2015.a", Status::satisfied}})), "paris-call.p1");
  EXPECT_TRUE(given->bounds.conflict());
}

TEST(Crosswalk, IncompatibleItemsEarnNothing) {
  const Norms norms = norms_with({{{"sco-2015.8"}, "subset-of", {"paris-call.p2"}, true}});
  const auto met = about(norms, infer(norms, statuses(norms, {{"sco-2015.8", Status::satisfied}})), "paris-call.p2");
  ASSERT_TRUE(met.has_value());
  EXPECT_EQ(met->bounds, kNothing);
  EXPECT_EQ(met->against, std::vector<EdgeIndex>{0});
  const auto unmet = about(norms, infer(norms, statuses(norms, {{"sco-2015.8", Status::not_satisfied}})), "paris-call.p2");
  ASSERT_TRUE(unmet.has_value());
  EXPECT_TRUE(unmet->against.empty());
}

TEST(Crosswalk, CompositionOnlyWhereOneRelationIsLeft) {
  const InferenceRules& rules = embedded_norms().rules();
  EXPECT_EQ(compose(rules, Relation::subset_of, Relation::subset_of), Relation::subset_of);
  EXPECT_EQ(compose(rules, Relation::equal_to, Relation::superset_of), Relation::superset_of);
  EXPECT_EQ(compose(rules, Relation::subset_of, Relation::superset_of), std::nullopt);
  EXPECT_EQ(compose(rules, Relation::superset_of, Relation::subset_of), std::nullopt);
  EXPECT_EQ(compose(rules, Relation::intersects_with, Relation::intersects_with), std::nullopt);
  EXPECT_EQ(compose(rules, Relation::no_relationship, Relation::equal_to), std::nullopt);
}

// A model: an item is a set of duties (bits), a party has met some duties; an item is satisfied if all its duties are met, partial if some
// are, else not satisfied. Whatever is inferred from the true relations and statuses must hold of the true statuses.
Level model_level(std::uint32_t item, std::uint32_t met) {
  if ((item & met) == item) return Level::satisfied;
  return (item & met) != 0 ? Level::partial : Level::not_satisfied;
}

std::optional<Relation> model_relation(std::uint32_t a, std::uint32_t b) {
  if (a == b) return Relation::equal_to;
  if ((a & b) == a) return Relation::subset_of;
  if ((a & b) == b) return Relation::superset_of;
  if ((a & b) == 0) return Relation::no_relationship;
  return Relation::intersects_with;
}

TEST(Crosswalk, TransferHoldsInEveryModelOfSets) {
  const InferenceRules& rules = embedded_norms().rules();
  std::mt19937 random(7);
  std::size_t checked = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto draw = [&] { return static_cast<std::uint32_t>(random() % 63 + 1); };
    std::vector<std::uint32_t> sources(random() % 3 + 1), targets(random() % 3 + 1);
    std::uint32_t s = 0, t = 0;
    for (auto& item : sources) s |= item = draw();
    for (auto& item : targets) t |= item = draw();
    const auto relation = model_relation(s, t);
    const std::uint32_t met = static_cast<std::uint32_t>(random() % 64);
    std::vector<Bounds> parts;
    for (const auto item : sources) {
      const Level level = model_level(item, met);
      parts.push_back(random() % 4 == 0 ? Bounds{} : Bounds{level, level});
    }
    const Bounds together = union_bounds(parts);
    const Level source_level = model_level(s, met);
    EXPECT_LE(together.lower, source_level);
    EXPECT_GE(together.upper, source_level);
    // intersects-with, satisfied: the shared duties are met, so the target is met in part. A target of which no duty is met can
    // therefore not be.
    const Bounds made = transfer(rules, *relation, together);
    const Level truth = model_level(t, met);
    EXPECT_LE(made.lower, truth) << to_string(*relation);
    EXPECT_GE(made.upper, truth) << to_string(*relation);
    ++checked;
  }
  EXPECT_EQ(checked, 20'000U);
}

TEST(Crosswalk, CompositionHoldsInEveryModelOfSets) {
  const InferenceRules& rules = embedded_norms().rules();
  for (std::uint32_t a = 1; a < 16; ++a)
    for (std::uint32_t b = 1; b < 16; ++b)
      for (std::uint32_t c = 1; c < 16; ++c)
        if (const auto made = compose(rules, *model_relation(a, b), *model_relation(b, c)))
          EXPECT_EQ(*made, *model_relation(a, c)) << a << " " << b << " " << c;
}

TEST(Crosswalk, EmbeddedNeverMarksAllAsFailed) {
  // What the naive reading gets wrong: with every source not satisfied, only what follows from the relations may be pressed.
  const Norms& norms = embedded_norms();
  KnownStatuses known;
  for (const Edge& e : norms.edges()) known.emplace(e.sources.front(), Status::not_satisfied);
  const Inference made = infer(norms, known);
  for (const Inferred& item : made.items) {
    if (known.contains(item.item)) continue;
    EXPECT_TRUE(item.lower_by.empty());
    for (const EdgeIndex e : item.upper_by) {
      const Relation r = norms.edges()[e].relation;
      EXPECT_TRUE(r == Relation::subset_of || r == Relation::equivalent_to || r == Relation::equal_to);
    }
  }
  const Json document = inference_json(norms, made);
  EXPECT_EQ(document["items"].size(), made.items.size());
}

}  // namespace
}  // namespace entente::catalog
