// The index arithmetic, by hand-computed cases and by properties over random judgements with fixed seeds; the document against its schema.
#include "catalog/assessment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "core/data.h"
#include "schema/schema.h"
#include "test_support.h"

namespace entente::catalog {
namespace {

Judgement judged(ControlId id, EvidenceClass evidence_class, Status status) {
  Judgement j;
  j.control = id;
  j.evidence_class = evidence_class;
  j.status = status;
  j.weight = index_weight(evidence_class);
  if (status == Status::not_applicable || status == Status::not_assessed) j.reason = "a reason";
  return j;
}

constexpr auto M = EvidenceClass::measured;
constexpr auto V = EvidenceClass::verified;
constexpr auto A = EvidenceClass::attested;
constexpr auto D = EvidenceClass::declared;

PrincipleScore score_of(std::vector<std::pair<EvidenceClass, Status>> list) {
  std::vector<Judgement> judgements;
  for (const auto& [c, s] : list) judgements.push_back(judged(ControlId(6, static_cast<unsigned>(judgements.size()) + 1), c, s));
  return score(judgements)[6];
}

TEST(Score, WorkedExample) {
  // M satisfied 1, V partial ½, V not satisfied 0, A satisfied ½·1, V unknown, D satisfied (never counted), one not applicable.
  const PrincipleScore p = score_of({{M, Status::satisfied},
                                     {V, Status::partial},
                                     {V, Status::not_satisfied},
                                     {A, Status::satisfied},
                                     {V, Status::not_assessed},
                                     {D, Status::satisfied},
                                     {V, Status::not_applicable}});
  EXPECT_EQ(p.applicable, 6U);
  EXPECT_DOUBLE_EQ(p.weight_applicable, 4.5);
  EXPECT_DOUBLE_EQ(p.weight_assessed, 3.5);
  EXPECT_DOUBLE_EQ(p.coverage, 3.5 / 4.5);
  EXPECT_DOUBLE_EQ(p.score.value(), 2.0 / 3.5);
  EXPECT_DOUBLE_EQ(p.low, 2.0 / 4.5);
  EXPECT_DOUBLE_EQ(p.high, 3.0 / 4.5);
  EXPECT_EQ(p.tier, 'C');
  EXPECT_THAT(p.count, ::testing::ElementsAre(3, 1, 1, 1, 1));
}

TEST(Score, TiersAtTheirEdges) {
  const auto tier = [](int satisfied, int partial, int failed) {
    std::vector<std::pair<EvidenceClass, Status>> list;
    list.insert(list.end(), static_cast<std::size_t>(satisfied), {M, Status::satisfied});
    list.insert(list.end(), static_cast<std::size_t>(partial), {M, Status::partial});
    list.insert(list.end(), static_cast<std::size_t>(failed), {M, Status::not_satisfied});
    return score_of(list).tier;
  };
  EXPECT_EQ(tier(9, 0, 1), 'A');   // exactly 90 %
  EXPECT_EQ(tier(17, 1, 2), 'B');  // 87.5 %
  EXPECT_EQ(tier(3, 0, 1), 'B');   // exactly 75 %
  EXPECT_EQ(tier(7, 0, 3), 'C');
  EXPECT_EQ(tier(0, 2, 0), 'C');  // exactly 50 %
  EXPECT_EQ(tier(1, 0, 2), 'D');
}

TEST(Score, TooLittleKnownIsAQuestionMark) {
  EXPECT_EQ(score_of({{V, Status::satisfied}, {V, Status::not_assessed}}).tier, 'A');  // exactly half is enough
  EXPECT_EQ(score_of({{V, Status::satisfied}, {V, Status::not_assessed}, {A, Status::not_assessed}}).tier, '?');
}

TEST(Score, NothingAssessedIsNeitherZeroNorOne) {
  const PrincipleScore p = score_of({{V, Status::not_assessed}, {M, Status::not_assessed}});
  EXPECT_FALSE(p.score.has_value());
  EXPECT_EQ(p.coverage, 0);
  EXPECT_EQ(p.low, 0);
  EXPECT_EQ(p.high, 1);
  EXPECT_EQ(p.tier, '?');
}

TEST(Score, OnlyDeclaredOrNotApplicableHasNoScore) {
  const PrincipleScore declared = score_of({{D, Status::satisfied}, {D, Status::not_satisfied}});
  EXPECT_FALSE(declared.score.has_value());
  EXPECT_EQ(declared.applicable, 2U);
  EXPECT_EQ(declared.weight_applicable, 0);
  EXPECT_EQ(declared.tier, '?');
  EXPECT_EQ(score_of({{M, Status::not_applicable}}).applicable, 0U);
}

TEST(Score, UnverifiedAttestationCountsAsUnknown) {
  std::vector<Judgement> judgements = {judged(ControlId(1, 1), V, Status::not_satisfied), judged(ControlId(1, 5), A, Status::satisfied)};
  judgements[1].weight = 0;
  const PrincipleScore p = score(judgements)[1];
  EXPECT_DOUBLE_EQ(p.weight_assessed, 1);
  EXPECT_DOUBLE_EQ(p.score.value(), 0);
  EXPECT_DOUBLE_EQ(p.high, 0.5 / 1.5);
}

TEST(Score, AlwaysTenRowsInOrder) {
  const auto rows = score({});
  ASSERT_EQ(rows.size(), 10U);
  for (unsigned i = 0; i < 10; ++i) EXPECT_EQ(rows[i].principle, i);
}

std::vector<Judgement> random_judgements(std::mt19937& random) {
  std::vector<Judgement> out;
  const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  for (unsigned n = pick(12); n > 0; --n) {
    out.push_back(judged(ControlId(3, n), static_cast<EvidenceClass>(pick(4)), static_cast<Status>(pick(5))));
    if (pick(4) == 0) out.back().weight = 0;
  }
  return out;
}

bool same(const PrincipleScore& a, const PrincipleScore& b) {
  return a.count == b.count && a.applicable == b.applicable && a.coverage == b.coverage && a.score == b.score && a.low == b.low &&
         a.high == b.high && a.tier == b.tier;
}

class ScoreProperties : public ::testing::TestWithParam<unsigned> {};

TEST_P(ScoreProperties, IntervalHoldsTheScore) {
  std::mt19937 random(GetParam());
  for (int i = 0; i < 500; ++i) {
    const PrincipleScore p = score(random_judgements(random))[3];
    EXPECT_LE(0, p.low);
    EXPECT_LE(p.low, p.high);
    EXPECT_LE(p.high, 1);
    EXPECT_GE(p.coverage, 0);
    EXPECT_LE(p.coverage, 1);
    EXPECT_LE(p.weight_assessed, p.weight_applicable);
    if (p.score) {
      EXPECT_LE(p.low, *p.score);
      EXPECT_LE(*p.score, p.high);
    }
    if (p.weight_applicable > 0) { EXPECT_NEAR(p.high - p.low, 1 - p.coverage, 1e-12); }
    if (p.coverage == 1) { EXPECT_TRUE(p.low == p.high && p.low == p.score); }
  }
}

TEST_P(ScoreProperties, OrderDoesNotMatter) {
  std::mt19937 random(GetParam());
  for (int i = 0; i < 200; ++i) {
    std::vector<Judgement> judgements = random_judgements(random);
    const PrincipleScore before = score(judgements)[3];
    std::shuffle(judgements.begin(), judgements.end(), random);
    EXPECT_TRUE(same(before, score(judgements)[3]));
  }
}

TEST_P(ScoreProperties, DeclarationsNeverMoveAnything) {
  std::mt19937 random(GetParam());
  for (int i = 0; i < 200; ++i) {
    std::vector<Judgement> judgements = random_judgements(random);
    const PrincipleScore before = score(judgements)[3];
    judgements.push_back(judged(ControlId(3, 50), D, random() % 2 == 0 ? Status::satisfied : Status::not_satisfied));
    const PrincipleScore after = score(judgements)[3];
    EXPECT_TRUE(before.score == after.score && before.low == after.low && before.high == after.high && before.coverage == after.coverage);
  }
}

TEST_P(ScoreProperties, LearningNarrowsAndImprovingRaises) {
  std::mt19937 random(GetParam());
  for (int i = 0; i < 500; ++i) {
    std::vector<Judgement> judgements = random_judgements(random);
    if (judgements.empty()) continue;
    Judgement& j = judgements[random() % judgements.size()];
    if (j.status == Status::not_applicable || j.weight == 0) continue;
    j.status = Status::not_assessed;
    const PrincipleScore unknown = score(judgements)[3];
    for (const Status s : {Status::not_satisfied, Status::partial, Status::satisfied}) {
      j.status = s;
      const PrincipleScore known = score(judgements)[3];
      EXPECT_LE(unknown.low, known.low);
      EXPECT_GE(unknown.high, known.high);
      EXPECT_GT(known.coverage, unknown.coverage);
    }
    j.status = Status::partial;
    const PrincipleScore partial = score(judgements)[3];
    j.status = Status::satisfied;
    EXPECT_GT(score(judgements)[3].score.value(), partial.score.value());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ScoreProperties, ::testing::Values(1U, 2U, 3U, 20181112U));

// A document that uses every field: side file, places, evidence, all statuses.
Assessment sample(const Catalog& rules) {
  Assessment a;
  a.tool_version = "0.1.0";
  a.catalog_version = rules.version();
  a.data_digest = rules.digest();
  a.bundle_digest = sha256("bundle");
  a.at = *parse_time("2026-11-24T12:00:00.25Z");
  a.profile.name = "Exemple Coopérative";
  a.profile.id = "exemple-coop";
  a.profile.category = "civil-society";
  a.profile.roles = {"operator", "civil-society"};
  a.profile.domains = {"coop.example"};
  a.profile.asns = {64496};
  a.profile.products = {{.name = "Relay", .version = "1.0", .sboms = {}}};
  for (const Control& c : rules.controls()) a.judgements.push_back(judged(c.id, c.evidence_class, static_cast<Status>(c.id.number() % 5)));
  Judgement& rich = a.judgements[20];
  rich.engine = "supply";
  rich.evidence_from = *parse_date("2026-11-01");
  rich.finding.detail["components"] = 1234;
  rich.finding.places = {{sha256("a"), "/components/3"}};
  rich.finding.evidence = {sha256("a"), sha256("b")};
  rich.finding.fix = "entente supply scan bom.json";
  for (int i = 0; i < 250; ++i) rich.finding.rows.push_back(Json{{"row", i}});
  rich.rows_digest = sha256("rows");
  rich.rows_path = "rows/" + rich.control.str() + ".jsonl";
  rich.rows_count = 250;
  a.principles = score(a.judgements);
  return a;
}

TEST(Document, ValidatesAgainstItsSchema) {
  const auto rules = Catalog::load(DataSet::embedded());
  ASSERT_OK(rules);
  const auto text = DataSet::embedded().file("schemas/assessment-v1.json");
  ASSERT_OK(text);
  const auto schema = schema::Schema::compile(*text, "assessment-v1.json");
  ASSERT_OK(schema);
  Json json = to_json(sample(*rules), *rules);
  const auto document = JsonDocument::parse(json_pretty(json), "sample.json");
  ASSERT_OK(document);
  for (const auto& v : schema->validate(document->root())) ADD_FAILURE() << v.instance << ": " << v.message;

  // And the schema is not empty words: each of these is refused.
  const std::vector<std::function<void(Json&)>> breaches = {
      [](Json& d) { d["extra"] = 1; },
      [](Json& d) { d["type"] = "https://entente.example/assessment/v2"; },
      [](Json& d) { d["bundle"]["digest"] = "sha256:00"; },
      [](Json& d) { d["at"] = "2026-11-24"; },
      [](Json& d) { d["principles"].erase(0); },
      [](Json& d) { std::swap(d["principles"][0], d["principles"][1]); },
      [](Json& d) { d["identity"]["principle"] = 1; },
      [](Json& d) { d["principles"][3]["score"] = 1.5; },
      [](Json& d) { d["principles"][3]["tier"] = "E"; },
      [](Json& d) { d["judgements"][0]["status"] = "passed"; },
      [](Json& d) { d["judgements"][0]["weight"] = 2; },
      [](Json& d) { d["judgements"][20]["rows"].push_back(1); },
      [](Json& d) { d["judgements"][20]["rows_file"]["path"] = "../rows/P6-02.jsonl"; },
      [](Json& d) { d["judgements"][2]["reason"] = ""; },
      [](Json& d) { d["organisation"]["id"] = "Exemple"; },
  };
  for (std::size_t i = 0; i < breaches.size(); ++i) {
    Json broken = json;
    breaches[i](broken);
    const auto parsed = JsonDocument::parse(json_pretty(broken), "broken.json");
    ASSERT_OK(parsed);
    EXPECT_FALSE(schema->is_valid(parsed->root())) << "breach " << i;
  }
}

TEST(Document, IsReproducibleAndReadable) {
  const auto rules = Catalog::load(DataSet::embedded());
  ASSERT_OK(rules);
  const std::string once = json_pretty(to_json(sample(*rules), *rules));
  EXPECT_EQ(once, json_pretty(to_json(sample(*rules), *rules)));
  const Json d = Json::parse(once);
  EXPECT_EQ(d["at"], "2026-11-24T12:00:00.25Z");
  EXPECT_EQ(d["organisation"]["country"], nullptr);
  EXPECT_EQ(d["judgements"].size(), 74U);
  EXPECT_EQ(d["judgements"][20]["rows"].size(), kInlineRows);
  EXPECT_EQ(d["judgements"][20]["rows_file"]["count"], 250);
  EXPECT_EQ(d["judgements"][20]["title"], rules->controls()[20].title.en);
  EXPECT_EQ(d["judgements"][0]["rows_file"], nullptr);
  EXPECT_EQ(d["identity"]["id"], "entente.p0");
  EXPECT_EQ(d["principles"][8]["id"], "paris-call.p9");
}

TEST(Document, ScoresHaveSixDecimals) {
  const auto rules = Catalog::load(DataSet::embedded());
  ASSERT_OK(rules);
  Assessment a = sample(*rules);
  a.judgements = {judged(ControlId(6, 1), V, Status::satisfied), judged(ControlId(6, 2), V, Status::satisfied),
                  judged(ControlId(6, 3), V, Status::not_satisfied)};
  a.principles = score(a.judgements);
  const std::string text = json_compact(to_json(a, *rules)["principles"][5]);
  EXPECT_THAT(text, ::testing::HasSubstr(R"("coverage":1.0,"score":0.666667,"interval":{"low":0.666667,"high":0.666667},"tier":"C")"));
  EXPECT_THAT(json_compact(to_json(a, *rules)["principles"][0]), ::testing::HasSubstr(R"("score":null,"interval":null,"tier":"?")"));
}

}  // namespace
}  // namespace entente::catalog
