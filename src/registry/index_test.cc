// The index on small registries made of signed statements: what counts and what does not, that every figure can be followed, that doubt
// widens intervals and lifts nothing, and that the same ledger gives the same bytes.
#include "registry/index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "registry/test_assessments.h"

namespace entente::registry {
namespace {

using namespace fixture;
using catalog::ControlId;
using catalog::EvidenceClass;

ControlId first_of(EvidenceClass c) {
  for (const auto& control : test_catalog().controls())
    if (control.evidence_class == c && control.id.principle() != 0) return control.id;
  return {};
}

const IndexRow& row_in(const SupporterIndex& index, ControlId id) {
  return *std::find_if(index.rows.begin(), index.rows.end(), [&](const IndexRow& r) { return r.control == id; });
}

SupporterIndex only(const World& world, std::string_view id, std::optional<Instant> at = std::nullopt) {
  const LedgerTimes times(world.state);
  auto made = index_of(world.state, test_catalog(), times, id, at.value_or(world.state.ledger_time()));
  EXPECT_TRUE(made.has_value());
  return std::move(*made);
}

class IndexOf : public ::testing::Test {
 protected:
  void SetUp() override {
    world.found();
    world.supporter("bank");
  }
  World world;
};

TEST_F(IndexOf, WithoutAssessmentThereAreNoFigures) {
  const auto made = only(world, "bank");
  EXPECT_EQ(made.assessment, nullptr);
  const Json document = supporter_index_json(made, IndexDetail::findings);
  EXPECT_TRUE(document["assessment"].is_null());
  EXPECT_TRUE(document["principles"].empty());
  for (const IndexRow& row : made.rows) EXPECT_TRUE(row.control.principle() == 0 || row.ground == Ground::left_out);
}

TEST_F(IndexOf, MeasuredAndVerifiedCountOneAttestedHalfDeclaredNever) {
  world.append(assessment_of(world, "bank", all_rows(catalog::Status::satisfied)));
  const auto made = only(world, "bank");
  for (const IndexRow& row : made.rows) {
    if (row.control.principle() == 0) continue;
    const double want = row.evidence_class == EvidenceClass::declared ? 0 : row.evidence_class == EvidenceClass::attested ? 0.5 : 1;
    EXPECT_EQ(row.weight, want) << row.control.str();
    EXPECT_EQ(row.ground, want == 0 ? Ground::declared : Ground::counted);
  }
  for (const auto& p : made.principles) {
    if (p.principle == 0) continue;
    EXPECT_EQ(p.score, 1.0);
    EXPECT_EQ(p.coverage, 1.0);
    EXPECT_EQ(p.tier, 'A');
    EXPECT_EQ(p.low, 1.0);
    EXPECT_EQ(p.high, 1.0);
  }
}

TEST_F(IndexOf, DeclaredNeverLiftsAScoreWhateverTheStatementSaysOfItsClass) {
  const ControlId declared = first_of(EvidenceClass::declared);
  auto rows = all_rows(catalog::Status::not_satisfied);
  row_of(rows, declared) = {declared, catalog::Status::satisfied, EvidenceClass::measured};  // claims to be measured
  world.append(assessment_of(world, "bank", rows));
  const auto made = only(world, "bank");
  EXPECT_EQ(row_in(made, declared).ground, Ground::declared);
  EXPECT_EQ(row_in(made, declared).weight, 0);
  for (const auto& p : made.principles) EXPECT_TRUE(p.principle == 0 || p.score == 0.0);
}

TEST_F(IndexOf, WeakerClassAndUnreliableEvidenceAreUnknown) {
  const ControlId measured = first_of(EvidenceClass::measured), attested = first_of(EvidenceClass::attested);
  auto rows = all_rows(catalog::Status::satisfied);
  row_of(rows, measured).evidence_class = EvidenceClass::attested;
  row_of(rows, attested).weight = 0;
  world.append(assessment_of(world, "bank", rows));
  const auto made = only(world, "bank");
  EXPECT_EQ(row_in(made, measured).ground, Ground::weaker_class);
  EXPECT_EQ(row_in(made, attested).ground, Ground::unreliable);
  EXPECT_EQ(row_in(made, measured).counted, catalog::Status::not_assessed);
  const auto& p = made.principles[measured.principle()];
  EXPECT_EQ(p.score, 1.0);
  EXPECT_LT(p.coverage, 1.0);
  EXPECT_LT(p.low, 1.0);
}

TEST_F(IndexOf, WhatIsLeftOutIsUnknownAndForeignRowsAreNamed) {
  auto rows = all_rows(catalog::Status::satisfied);
  const ControlId dropped = rows[10].control;
  rows.erase(rows.begin() + 10);
  rows.push_back({ControlId(9, 88), catalog::Status::satisfied, EvidenceClass::measured});
  world.append(assessment_of(world, "bank", rows));
  const auto made = only(world, "bank");
  EXPECT_EQ(row_in(made, dropped).ground, Ground::left_out);
  EXPECT_EQ(made.unknown, std::vector<ControlId>{ControlId(9, 88)});
  EXPECT_EQ(made.rows.size(), test_catalog().controls().size());
}

TEST_F(IndexOf, NotApplicableIsRefusedWhereTheCatalogueSaysNever) {
  ControlId never, sometimes;
  for (const auto& c : test_catalog().controls()) {
    if (c.id.principle() == 0) continue;
    const bool all = c.roles == std::vector<std::string>{"all"};
    if (all && c.not_applicable.en == "never" && never == ControlId()) never = c.id;
    if (c.not_applicable.en != "never" && sometimes == ControlId()) sometimes = c.id;
  }
  ASSERT_NE(never, ControlId());
  auto rows = all_rows(catalog::Status::satisfied);
  row_of(rows, never).status = catalog::Status::not_applicable;
  row_of(rows, sometimes).status = catalog::Status::not_applicable;
  world.append(assessment_of(world, "bank", rows));
  const auto made = only(world, "bank");
  EXPECT_EQ(row_in(made, never).ground, Ground::never_excluded);
  EXPECT_EQ(row_in(made, never).counted, catalog::Status::not_assessed);
  EXPECT_EQ(row_in(made, sometimes).ground, Ground::not_applicable);
  EXPECT_LT(made.principles[never.principle()].coverage, 1.0);
}

TEST_F(IndexOf, EverybodyNotApplicableIsNoTierA) {
  world.append(assessment_of(world, "bank", all_rows(catalog::Status::not_applicable)));
  for (const auto& p : only(world, "bank").principles) {
    if (p.principle == 0) continue;
    EXPECT_EQ(p.tier, '?');
    EXPECT_FALSE(p.score.has_value());
  }
}

TEST_F(IndexOf, EvidenceOlderThanTheControlAllowsDoesNotCount) {
  const ControlId id = first_of(EvidenceClass::measured);
  const auto max_age = std::chrono::days(test_catalog().find(id)->max_age_days);
  const auto publish = [&](const char* what) {
    Json p{{"document", dig(sha(what))}, {"kind", "scan"}, {"media_type", "application/json"}, {"collected_at", world.now()}};
    p["organisation"] = org("bank");
    p["at"] = world.now();
    world.append(entry("evidence", sha(what), p, {&key("bank")}));
  };
  publish("old scan");
  world.pass(max_age + std::chrono::days(1));
  auto rows = all_rows(catalog::Status::satisfied);
  row_of(rows, id).evidence = {sha("old scan")};
  world.append(assessment_of(world, "bank", rows));
  const auto old = only(world, "bank");
  EXPECT_EQ(row_in(old, id).ground, Ground::too_old);
  ASSERT_TRUE(row_in(old, id).evidence_at.has_value());
  // Said again, it is as old as the latest statement of it.
  publish("old scan");
  world.append(assessment_of(world, "bank", rows));
  EXPECT_EQ(row_in(only(world, "bank"), id).ground, Ground::counted);
}

TEST_F(IndexOf, AnAssessmentDoesNotCountForEver) {
  world.append(assessment_of(world, "bank", all_rows(catalog::Status::satisfied)));
  const Instant assessed = only(world, "bank").assessed_at;
  const ControlId id = first_of(EvidenceClass::measured);
  const auto max_age = std::chrono::days(test_catalog().find(id)->max_age_days);
  EXPECT_EQ(row_in(only(world, "bank", assessed + max_age), id).ground, Ground::counted);
  EXPECT_EQ(row_in(only(world, "bank", assessed + max_age + std::chrono::days(1)), id).ground, Ground::expired);
}

TEST_F(IndexOf, TimeIsAParameter) {
  const Instant before = world.state.ledger_time();
  world.append(assessment_of(world, "bank", all_rows(catalog::Status::satisfied)));
  const Leaf first = world.log.size() - 1;
  world.pass(std::chrono::hours(1));
  world.append(assessment_of(world, "bank", all_rows(catalog::Status::partial)));
  EXPECT_EQ(only(world, "bank", before).assessment, nullptr);
  EXPECT_EQ(only(world, "bank", before + std::chrono::minutes(30)).assessment->leaf, first);
  EXPECT_EQ(only(world, "bank").assessment->leaf, first + 1);
}

TEST_F(IndexOf, ThePledgeIsJudgedFromTheLedgerNotFromTheAssessment) {
  const ControlId domain(0, 1), signature(0, 2), renewal(0, 4), record(0, 5);
  world.append(assessment_of(world, "bank", all_rows(catalog::Status::satisfied)));
  const auto claimed = only(world, "bank");
  EXPECT_EQ(row_in(claimed, domain).ground, Ground::not_assessed);
  EXPECT_EQ(row_in(claimed, signature).ground, Ground::not_assessed);
  EXPECT_EQ(row_in(claimed, renewal).counted, catalog::Status::satisfied);
  EXPECT_EQ(row_in(claimed, record).counted, catalog::Status::partial);  // no contact points
  world.append(world.domain_proof("bank", "bank", {&key("verifier")}));
  const Leaf proof = world.log.size() - 1;
  const Instant now = world.state.ledger_time();
  const auto proved = only(world, "bank");
  EXPECT_EQ(row_in(proved, domain).counted, catalog::Status::satisfied);
  EXPECT_EQ(row_in(proved, domain).leaves, std::vector<Leaf>{proof});
  EXPECT_EQ(row_in(proved, signature).counted, catalog::Status::partial);
  EXPECT_EQ(row_in(only(world, "bank", now + std::chrono::days(91)), domain).counted, catalog::Status::partial);
  EXPECT_EQ(row_in(only(world, "bank", now + std::chrono::days(366)), domain).ground, Ground::not_assessed);
  EXPECT_EQ(row_in(only(world, "bank", now + std::chrono::days(800)), renewal).counted, catalog::Status::partial);
  EXPECT_EQ(row_in(only(world, "bank", now + std::chrono::days(1200)), renewal).counted, catalog::Status::not_satisfied);
  // Before it was proved it was not.
  EXPECT_EQ(row_in(only(world, "bank", now - std::chrono::seconds(30)), domain).ground, Ground::not_assessed);
}

// P0-05 of a record as the whole index has it.
catalog::Status record_status(const World& world, std::string_view id) {
  const Index index = index_at(world.state, test_catalog(), world.state.ledger_time());
  for (const SupporterIndex& row : index.supporters)
    if (row.supporter->identity.id == id) {
      const LedgerTimes times(world.state);
      const auto alone = index_of(world.state, test_catalog(), times, id, world.state.ledger_time(), OtherRecords::looked_at);
      EXPECT_EQ(supporter_index_json(*alone, IndexDetail::findings), supporter_index_json(row, IndexDetail::findings)) << id;
      return row_in(row, ControlId(0, 5)).counted;
    }
  ADD_FAILURE() << id;
  return {};
}

TEST_F(IndexOf, ARecordIsWellFormedAndNobodysDouble) {
  const auto joins = [&](const std::string& id, const std::string& name, const std::vector<std::string>& domains) {
    Json p = world.pledge_predicate(id);
    p["organisation"]["name"] = name;
    p["domains"] = domains;
    const std::string digest = world.put(entry("pledge", sha("the call"), p, {&key(id)}));
    world.append(world.approval(id, digest, {&key("anna"), &key("ben")}));
    Json contacts{{"organisation", org(id)}, {"commitment", dig(sha("contacts of " + id))}};
    contacts["contacts"] = Json::array({Json{
        {"role", "duty"}, {"commitment", dig(sha("duty of " + id))}, {"channels", 1}, {"languages", {"en"}}, {"audience", "supporters"}}});
    contacts["at"] = world.now();
    world.append(entry("contact-set", sha("contacts of " + id), contacts, {&key(id)}));
  };
  joins("club", "Club of Clubs", {"club.example"});
  joins("far", "Club of clubs", {"far.example"});
  joins("shop", "Shop", {"club.example"});
  EXPECT_EQ(record_status(world, "club"), catalog::Status::satisfied) << "neither the name alone nor the domain alone makes a double";
  EXPECT_EQ(record_status(world, "bank"), catalog::Status::partial) << "no contact points";
  joins("again", "CLUB OF CLUBS", {"www.club.example"});
  EXPECT_EQ(record_status(world, "club"), catalog::Status::partial) << "a double: the same folded name and domain";
  EXPECT_EQ(record_status(world, "again"), catalog::Status::partial);
  EXPECT_EQ(record_status(world, "far"), catalog::Status::satisfied);
  EXPECT_EQ(record_status(world, "shop"), catalog::Status::satisfied);
  const LedgerTimes times(world.state);
  const auto without = index_of(world.state, test_catalog(), times, "club", world.state.ledger_time());
  EXPECT_EQ(row_in(*without, ControlId(0, 5)).counted, catalog::Status::satisfied) << "rows of tables look at no other record";
  joins("mixed", "P\u0430ypal", {"mixed.example"});
  EXPECT_EQ(record_status(world, "mixed"), catalog::Status::partial) << "a letter of another script";
  joins("marked", "Marked *", {"marked.example"});
  EXPECT_EQ(record_status(world, "marked"), catalog::Status::partial) << "a footnote's mark";
  joins("accents", "Société d’Études – Zürich", {"accents.example"});
  EXPECT_EQ(record_status(world, "accents"), catalog::Status::satisfied);
}

TEST_F(IndexOf, ARenewalMakesThePledgeYoungAgain) {
  world.pass(std::chrono::days(750));
  Json p{{"pledge", dig(sha(world.log[1]))}, {"organisation", org("bank")}, {"until", format_time(world.clock + std::chrono::days(700))}};
  p["at"] = world.now();
  const Instant before = world.clock - std::chrono::seconds(1);
  EXPECT_EQ(row_in(only(world, "bank", before), ControlId(0, 4)).counted, catalog::Status::partial);
  world.append(entry("renewal", sha(world.log[1]), p, {&key("bank")}));
  EXPECT_EQ(row_in(only(world, "bank"), ControlId(0, 4)).counted, catalog::Status::satisfied);
  EXPECT_EQ(row_in(only(world, "bank", before), ControlId(0, 4)).counted, catalog::Status::partial);
}

class Disputed : public IndexOf {
 protected:
  void SetUp() override {
    IndexOf::SetUp();
    assessment = world.put(assessment_of(world, "bank", all_rows(catalog::Status::not_satisfied)));
    before = world.state.ledger_time();
    Json p{{"organisation", org("bank")}, {"assessment", dig(assessment)}, {"control", id.str()}, {"by", org("bank")}};
    p["reason"] = "The scan met another host.";
    p["at"] = world.now();
    dispute = world.put(entry("finding-dispute", assessment, p, {&key("bank")}));
  }
  void decide(const char* decision) {
    Json p{{"dispute", dig(dispute)}, {"organisation", org("bank")}, {"decision", decision}, {"reason", "Looked at again."}};
    p["at"] = world.now();
    world.append(entry("dispute-decision", dispute, p, {&key("emil")}));
  }
  ControlId id = first_of(EvidenceClass::measured);
  std::string assessment, dispute;
  Instant before;
};

TEST_F(Disputed, VisibleAndNotCounted) {
  const auto made = only(world, "bank");
  const IndexRow& row = row_in(made, id);
  EXPECT_EQ(row.ground, Ground::disputed);
  EXPECT_EQ(row.claimed, catalog::Status::not_satisfied);
  EXPECT_EQ(row.counted, catalog::Status::not_assessed);
  ASSERT_EQ(row.disputes.size(), 1U);
  EXPECT_GT(made.principles[id.principle()].high, 0.0);
  EXPECT_EQ(made.principles[id.principle()].score, 0.0);
  // Before the dispute it counted.
  EXPECT_EQ(row_in(only(world, "bank", before), id).ground, Ground::counted);
}

TEST_F(Disputed, DecidedBySomebodyElse) {
  const Instant open = world.state.ledger_time();
  decide("rejected");
  EXPECT_EQ(row_in(only(world, "bank"), id).ground, Ground::counted);
  EXPECT_EQ(row_in(only(world, "bank", open), id).ground, Ground::disputed);
}

TEST_F(Disputed, AnUpheldDisputeStrikesTheFinding) {
  decide("upheld");
  const auto made = only(world, "bank");
  EXPECT_EQ(row_in(made, id).ground, Ground::struck);
  EXPECT_EQ(row_in(made, id).counted, catalog::Status::not_assessed);
}

TEST_F(Disputed, ALaterAssessmentStartsAnew) {
  world.append(assessment_of(world, "bank", all_rows(catalog::Status::satisfied)));
  EXPECT_EQ(row_in(only(world, "bank"), id).ground, Ground::counted);
  EXPECT_TRUE(row_in(only(world, "bank"), id).disputes.empty());
}

TEST_F(IndexOf, EveryFigureCanBeFollowed) {
  auto rows = all_rows(catalog::Status::satisfied);
  for (TestRow& r : rows) r.evidence = {sha("evidence of " + r.control.str())};
  const std::string bytes = assessment_of(world, "bank", rows);
  world.append(bytes);
  const Json document = supporter_index_json(only(world, "bank"), IndexDetail::findings);
  // Back from the document: the leaf is the entry, the pointer names the row, the row the evidence.
  const auto leaf = document["assessment"]["leaf"].get<std::size_t>();
  ASSERT_EQ(world.log.at(leaf), bytes);
  EXPECT_EQ(document["assessment"]["envelope"], "sha256:" + sha(bytes));
  const auto envelope = statement::Envelope::parse(world.log[leaf], "entry");
  const auto read = statement::Statement::parse(envelope->payload, "payload");
  ASSERT_OK(read);
  const Json whole{{"predicate", read->predicate}};
  ASSERT_EQ(document["findings"].size(), rows.size());
  for (const Json& finding : document["findings"]) {
    if (!finding.contains("pointer")) {  // judged from the ledger
      EXPECT_TRUE(finding["control"].get<std::string>().starts_with("P0-"));
      for (const Json& other : finding.value("leaves", Json::array())) EXPECT_LT(other.get<std::size_t>(), world.log.size());
      continue;
    }
    const Json& row = whole[Json::json_pointer(finding["pointer"].get<std::string>())];
    EXPECT_EQ(row["control"], finding["control"]);
    EXPECT_EQ("sha256:" + row["evidence"][0].get<std::string>(), finding["evidence"][0].get<std::string>());
    EXPECT_EQ(finding["leaf"], leaf);
  }
  // And the grounds add up to the controls.
  std::size_t controls = 0;
  for (const auto& [ground, count] : document["identity"]["controls"].items()) controls += count.get<std::size_t>();
  for (const Json& p : document["principles"])
    for (const auto& [ground, count] : p["controls"].items()) controls += count.get<std::size_t>();
  EXPECT_EQ(controls, test_catalog().controls().size());
}

TEST_F(IndexOf, OnlyWhatCountsIsListedById) {
  world.supporter("alpha");
  const std::string gone = world.supporter("zeta");
  world.append(world.pledge("waiting"));
  world.append(world.about("withdrawal", "pledge", gone, "zeta", {{"by", "organisation"}}, {&key("zeta")}));
  const Index index = index_at(world.state, test_catalog(), world.state.ledger_time());
  std::vector<std::string> ids;
  for (const auto& row : index.supporters) ids.push_back(row.supporter->identity.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"alpha", "bank"}));
  const LedgerTimes times(world.state);
  EXPECT_FALSE(index_of(world.state, test_catalog(), times, "zeta", world.state.ledger_time()).has_value());
  EXPECT_FALSE(index_of(world.state, test_catalog(), times, "nobody", world.state.ledger_time()).has_value());
}

TEST_F(IndexOf, SameLedgerSameBytes) {
  std::mt19937 random(11);
  for (const char* id : {"one", "two", "three"}) {
    world.supporter(id);
    auto rows = all_rows(catalog::Status::satisfied);
    for (TestRow& r : rows) r.status = static_cast<catalog::Status>(random() % 5);
    world.append(assessment_of(world, id, rows));
  }
  State again;
  for (std::size_t leaf = 0; leaf < world.log.size(); ++leaf) again.apply(leaf, world.log[leaf]);
  const Instant at = world.state.ledger_time();
  for (const IndexDetail detail : {IndexDetail::principles, IndexDetail::findings})
    EXPECT_EQ(json_compact(index_json(index_at(world.state, test_catalog(), at), detail)),
              json_compact(index_json(index_at(again, test_catalog(), at), detail)));
}

TEST_F(IndexOf, PropertiesOfRandomAssessments) {
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    auto rows = all_rows(catalog::Status::not_assessed);
    for (TestRow& r : rows) {
      r.status = static_cast<catalog::Status>(random() % 5);
      if (random() % 8 == 0) r.evidence_class = static_cast<EvidenceClass>(random() % 4);
      if (random() % 8 == 0) r.weight = 0;
    }
    world.append(assessment_of(world, "bank", rows));
    const auto made = only(world, "bank");
    for (const auto& p : made.principles) {
      EXPECT_LE(0, p.low);
      EXPECT_LE(p.low, p.high);
      EXPECT_LE(p.high, 1);
      if (p.score) {
        EXPECT_LE(p.low, *p.score);
        EXPECT_GE(p.high, *p.score);
      }
      if (p.weight_applicable > 0) EXPECT_NEAR(p.high - p.low, 1 - p.coverage, 1e-12);
      if (p.coverage < 0.5) EXPECT_EQ(p.tier, '?');
    }
    for (const IndexRow& row : made.rows) {
      if (row.evidence_class == EvidenceClass::declared) EXPECT_EQ(row.weight, 0);
      if (row.ground != Ground::counted) EXPECT_EQ(row.weight, 0);
      if (row.weight > 0) EXPECT_EQ(row.weight, catalog::index_weight(row.evidence_class));
    }
    // One unknown that becomes satisfied never lowers the low end, and never lifts the high one.
    for (TestRow& r : rows) {
      if (r.status != catalog::Status::not_assessed || random() % 3 != 0) continue;
      r.status = catalog::Status::satisfied;
      r.evidence_class.reset();
      r.weight.reset();
      world.append(assessment_of(world, "bank", rows));
      const auto better = only(world, "bank");
      const unsigned p = r.control.principle();
      EXPECT_GE(better.principles[p].low, made.principles[p].low);
      EXPECT_LE(better.principles[p].high, made.principles[p].high);
      if (test_catalog().find(r.control)->evidence_class == EvidenceClass::declared) {
        EXPECT_EQ(better.principles[p].low, made.principles[p].low);
        EXPECT_EQ(better.principles[p].score, made.principles[p].score);
      }
      break;
    }
  }
}

}  // namespace
}  // namespace entente::registry
