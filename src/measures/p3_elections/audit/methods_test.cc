// Every method and test of an audit over the example election, their numbers against formulas written out here, what a plan may not say,
// and how often a wrong winner would be confirmed.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>

#include "measures/p3_elections/audit/test_audit.h"
#include "measures/p3_elections/tables/csv.h"

namespace entente::measures::p3_elections::audit {
namespace {

void without_irv(Json& plan) { plan["contests"].erase(2); }

// vote-records.csv or paper.csv without the column of the contest that was taken out of the plan.
std::string without_last_contest(const std::string& csv, std::size_t column) {
  tables::CsvReader reader(csv, "x");
  tables::CsvRow row;
  std::string out;
  while (reader.next(row).value()) {
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      if (i != column) out += (i == 0 ? "" : ",") + std::string(row.cells[i]);
    out += '\n';
  }
  return out;
}

LoadedAudit loaded(const TestAudit& audit) {
  const auto made = audit.init();
  EXPECT_TRUE(made) << made.error().str();
  return load_audit(audit.folder()).value();
}

// The paper of all cards as one interpretation.
Interpretations all_read(LoadedAudit& audit, const std::string& csv) {
  Interpretations out;
  out.cards =
      parse_card_votes(csv, "paper.csv", CardFile::interpretations, audit.inputs.plan, audit.inputs.population, audit.inputs.patterns)
          .value();
  for (std::size_t r = 0; r < out.cards.rows(); ++r) out.row.emplace(out.cards.positions[r], r);
  return out;
}

std::string two_contests(const std::string& file) {
  return without_last_contest(test::slurp(example_elections() / file), file == "paper.csv" ? 4 : 3);
}

TEST(AuditMethods, KaplanMarkovIsTheFormula) {
  const TestAudit audit([](Json& plan) { plan["test"] = "kaplan_markov"; });
  LoadedAudit in = loaded(audit);
  const Interpretations read = all_read(in, test::slurp(example_elections() / "paper.csv"));
  // Draws that meet every discrepancy: 1-2-17 is one vote too many for the mayor, 2-1-40 two for the measure.
  std::vector<Unit> draws;
  for (const char* card : {"1-1-1", "1-2-17", "2-1-40", "1-1-2", "1-1-3", "2-1-40"})
    draws.push_back(in.inputs.population.position_of(card).value());
  const auto risks = measure_contests(in.inputs, draws, read).value();
  const auto expected = [&](std::size_t contest, int over1, int over2) {
    const double m = static_cast<double>(in.inputs.contests[contest].smallest_margin_votes()) / 480;
    return std::pow(1 - m / (2 * 1.03905), 6) / std::pow(1 - 1 / (2 * 1.03905), over1) / std::pow(1 - 1 / 1.03905, over2);
  };
  EXPECT_EQ(risks[0].over1, 1U);
  EXPECT_EQ(risks[1].over2, 2U) << "a card drawn twice counts twice";
  EXPECT_EQ(risks[2].over1 + risks[2].over2, 0U);
  EXPECT_NEAR(risks[2].path.back().risk, expected(2, 0, 0), 1e-12);
  // Before the first discrepancy it was smaller than at the end, and what counts is the smallest so far.
  EXPECT_GT(expected(0, 1, 0), risks[0].risk);
  const double m = static_cast<double>(in.inputs.contests[0].smallest_margin_votes()) / 480;
  EXPECT_NEAR(risks[0].risk, 1 - m / (2 * 1.03905), 1e-12) << "after draw 1";
  EXPECT_EQ(risks[0].certificate["kaplan_markov"]["n"], 1);
  const double low = risks[2].certificate["kaplan_markov"]["log_risk_low"].get<double>();
  const double high = risks[2].certificate["kaplan_markov"]["log_risk_high"].get<double>();
  EXPECT_LE(low, std::log(expected(2, 0, 0)) + 1e-12);
  EXPECT_GE(high, std::log(expected(2, 0, 0)) - 1e-12);
}

TEST(AuditMethods, BettingWithoutErrorIsTheProduct) {
  const TestAudit audit;
  LoadedAudit in = loaded(audit);
  const Interpretations read = all_read(in, test::slurp(example_elections() / "paper.csv"));
  std::vector<Unit> draws;
  for (Unit u = 1; u <= 50; ++u) draws.push_back(u);
  const auto risks = measure_contests(in.inputs, draws, read).value();
  const double v = in.inputs.contests[1].smallest_margin();
  const double x = 1 / (2 - v);
  double product = 1;
  double sum = 0;
  for (int j = 1; j <= 50; ++j) {
    const double mean_left = (480 * 0.5 - sum) / (480 - j + 1);
    product *= 1 + 2 / 1.03905 * (x - mean_left);
    sum += x;
    EXPECT_NEAR(risks[1].path[static_cast<std::size_t>(j - 1)].risk, 1 / product, 1e-12) << j;
  }
  EXPECT_EQ(risks[1].over1 + risks[1].over2, 0U);
}

TEST(AuditMethods, BravoIsTheFormula) {
  const TestAudit audit([](Json& plan) {
    without_irv(plan);
    plan["contests"].erase(1);
    plan["method"] = "ballot_polling";
    plan["test"] = "bravo";
    plan["records"] = Json::array();
  });
  LoadedAudit in = loaded(audit);
  const Interpretations read = all_read(in, without_last_contest(two_contests("paper.csv"), 3));
  std::vector<Unit> draws;
  for (Unit u = 1; u <= 40; ++u) draws.push_back(u);
  const auto risks = measure_contests(in.inputs, draws, read).value();
  const auto& tally = in.inputs.plan.contests[0].reported.tally;
  const double share = static_cast<double>(tally[0]) / static_cast<double>(tally[0] + tally[1]);
  double product = 1;
  double best = 1;
  double best2 = 1;
  double product2 = 1;
  const double share2 = static_cast<double>(tally[0]) / static_cast<double>(tally[0] + tally[2]);
  for (std::size_t i = 0; i < draws.size(); ++i) {
    for (const auto& mark : in.inputs.patterns[0].marks(read.cards.votes[read.row.at(draws[i])])) {
      product *= mark.choice == 0 ? 2 * share : mark.choice == 1 ? 2 * (1 - share) : 1;
      product2 *= mark.choice == 0 ? 2 * share2 : mark.choice == 2 ? 2 * (1 - share2) : 1;
    }
    best = std::max(best, product);
    best2 = std::max(best2, product2);
    EXPECT_NEAR(risks[0].path[i].risk, std::max(1 / best, 1 / best2), 1e-12) << i;
  }
}

TEST(AuditMethods, EveryMethodConfirmsTheExample) {
  struct Case {
    const char *method, *test;
  };
  for (const Case c : {Case{"card_comparison", "kaplan_markov"}, Case{"ballot_polling", "alpha"}, Case{"ballot_polling", "bravo"}}) {
    const TestAudit audit(
        [&](Json& plan) {
          without_irv(plan);
          plan["method"] = c.method;
          plan["test"] = c.test;
          if (plan["method"] == "ballot_polling") plan["records"] = Json::array();
        },
        {{"records/vote-records.csv", two_contests("records/vote-records.csv")}});
    ASSERT_TRUE(audit.init()) << audit.init().error().str();
    ASSERT_TRUE(audit.commit());
    ASSERT_TRUE(audit.seed());
    bool done = false;
    for (std::uint32_t round = 1; round < 12 && !done; ++round) {
      const auto sample = sample_audit(audit.folder());
      ASSERT_TRUE(sample) << c.test << sample.error().str();
      const auto recorded = audit.record(without_last_contest(audit.read_paper(round), 4));
      ASSERT_TRUE(recorded) << recorded.error().str();
      ASSERT_TRUE(risk_audit(audit.folder()));
      done = audit_state(audit.folder())->next == Step::certify;
    }
    ASSERT_TRUE(done) << c.test;
    const auto certificate = certify_audit(audit.folder());
    ASSERT_TRUE(certificate) << c.test << ": " << certificate.error().str();
    const auto review = verify_certificate(audit.folder());
    EXPECT_TRUE(review->findings.empty()) << c.test;
    for (const auto& contest : review->contests) EXPECT_LE(*contest.recomputed_risk, 0.05) << c.test;
  }
}

// Tallies of vote-records.csv by batch.
std::string batch_tallies(
    const std::function<std::uint64_t(const std::string& batch, const std::string& choice, std::uint64_t votes)>& change,
    const std::string& only = "") {
  std::map<std::string, std::map<std::string, std::uint64_t>> votes;
  const std::string text = test::slurp(example_elections() / "records/vote-records.csv");
  tables::CsvReader reader(text, "x");
  tables::CsvRow row;
  (void)reader.next(row);
  while (reader.next(row).value()) {
    const std::string card(row.cell(0));
    auto& batch = votes[card.substr(0, card.rfind('-'))];
    for (const char* name : {"Ada Example", "Bob Sample", "Cyd Specimen"}) batch[name] += row.cell(1) == name ? 1 : 0;
  }
  std::string out = "batch,contest,choice,votes\n";
  for (const auto& [batch, tally] : votes)
    for (const auto& [choice, n] : tally)
      if (only.empty() || only == batch) out += fmt::format("{},Mayor,{},{}\n", batch, choice, change(batch, choice, n));
  return out;
}
std::uint64_t unchanged(const std::string&, const std::string&, std::uint64_t votes) { return votes; }

void batch_plan(Json& plan) {
  plan["contests"].erase(2);
  plan["contests"].erase(1);
  plan["method"] = "batch_comparison";
  plan["test"] = "macro";
  plan["records"] = Json::array({"records/tallies.csv"});
}

TEST(AuditMethods, MacroIsTheFormulaAndConfirms) {
  const TestAudit audit(batch_plan, {{"records/tallies.csv", batch_tallies(unchanged)}});
  ASSERT_TRUE(audit.init()) << audit.init().error().str();
  ASSERT_TRUE(audit.commit());
  ASSERT_TRUE(audit.seed());
  LoadedAudit in = load_audit(audit.folder()).value();
  double total = 0;
  for (const auto w : in.inputs.weights) total += static_cast<double>(w) / 1e9;
  const double each = 1 - 1 / total;
  const auto needed = static_cast<std::uint64_t>(std::ceil(std::log(0.05) / std::log(each))) + 1;
  const auto sample = sample_audit(audit.folder());
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->content["draws"], needed);
  // One batch drawn has two votes less for the winner than its tally: one taint.
  const Json draws = Json::parse(test::slurp(audit.folder() / "round-1/sample.json"))["draws"];
  const std::string bad = draws[0];
  std::string csv = "batch,contest,choice,votes\n";
  std::set<std::string> seen;
  std::uint64_t times = 0;
  for (const Json& name : draws) {
    times += name == bad ? 1 : 0;
    if (!seen.insert(name).second) continue;
    const std::string lines = batch_tallies([&](const std::string& batch, const std::string& choice,
                                                std::uint64_t n) { return batch == bad && choice == "Ada Example" ? n - 2 : n; },
                                            name);
    csv += lines.substr(lines.find('\n') + 1);
  }
  ASSERT_TRUE(audit.record(csv)) << audit.record(csv).error().str();
  ASSERT_TRUE(risk_audit(audit.folder()));
  const auto review = verify_certificate(audit.folder()).value();
  EXPECT_TRUE(review.findings.empty());
  const double margin = static_cast<double>(in.inputs.contests[0].smallest_margin_votes());
  const double bound = static_cast<double>(in.inputs.weights[in.inputs.population.batch_named(bad).value()]) / 1e9;
  const double expected = std::pow(each, static_cast<double>(draws.size())) / std::pow(1 - 2 / margin / bound, static_cast<double>(times));
  EXPECT_NEAR(review.contests.at(0).path.back().risk, expected, expected * 1e-9);
  EXPECT_NEAR(review.contests.at(0).drawn.at(0).note.find("favours the winner by 2 more"), 10, 1);
}

TEST(AuditMethods, NothingBeginsFromNumbersThatDoNotAgree) {
  const auto refused = [](const std::function<void(Json&)>& change, std::string_view what,
                          const std::map<std::string, std::string>& files = {}) {
    const TestAudit audit(change, files);
    const auto result = audit.init();
    ASSERT_FALSE(result) << what;
    EXPECT_NE(result.error().str().find(what), std::string::npos) << result.error().str();
    EXPECT_FALSE(std::filesystem::exists(audit.folder() / "audit.json"));
  };
  refused([](Json& p) { p["contests"][0]["choices"][1]["votes"] = 147; }, "reported 147 votes, the records have 146");
  refused([](Json& p) { p["contests"][0]["winners"] = {"Bob Sample"}; }, "does not hold in \"Mayor\"");
  refused([](Json& p) { p["contests"][2]["winners"] = {"Gus Template"}; },
          "by the records \"Library seat\" is not won by \"Gus Template\"");
  refused([](Json& p) { p["contests"][0]["winers"] = 1; }, "unknown member \"winers\"");
  refused([](Json& p) { p["risk_limit"] = "5"; }, "must lie between 0 and 1");
  refused([](Json& p) { p["risk_limit"] = 0.05; }, "\"risk_limit\" must be a text");
  refused([](Json& p) { p["test"] = "bravo"; }, "is not one for card_comparison");
  refused([](Json& p) { p["manifests"] = {"../manifest.csv"}; }, "is no path inside a folder");
  refused([](Json& p) { p["manifests"] = {"manifest.csv"}; }, "does not lie in records/");
  refused([](Json& p) { p["manifests"] = {"records/other.csv"}; }, "No such file");
  refused([](Json& p) { p["contests"][1]["name"] = "Mayor"; }, "a contest named twice");
  refused([](Json& p) { p["contests"][0]["choices"][0]["name"] = "A|B"; }, "must not hold '|'");
  refused([](Json& p) { p["contests"][0]["winners"] = {"Nobody"}; }, "is no choice of the contest");
  refused([](Json& p) { p["contests"][0]["choices"][0]["name"] = "Ada\u202e"; }, "does not show");
  refused(batch_plan, "reported 259 votes, the batches have 258",
          {{"records/tallies.csv", batch_tallies([](const std::string& b, const std::string& c, std::uint64_t n) {
              return b == "1-1" && c == "Ada Example" ? n - 1 : n;
            })}});
  const std::string records = test::slurp(example_elections() / "records/vote-records.csv");
  refused([](Json&) {}, "is not in the manifests", {{"records/vote-records.csv", records + "1-1-61,Ada Example,Yes,-\n"}});
  refused([](Json&) {}, "is there twice", {{"records/vote-records.csv", records + "1-1-60,Ada Example,Yes,-\n"}});
}

// The same votes as a voting system exports them give the same audit as in this program's own form.
TEST(AuditMethods, RecordsMayBeAnExport) {
  const std::string own =
      "card,Mayor\n1-1-1,Ada Example\n1-1-2,Bob Sample\n1-1-3,Ada Example\n1-1-4,[overvote]\n1-1-5,-\n1-1-6,Ada Example\n";
  const std::string dominion =
      "Example County 2026,5.10.50.85,,,,,,,\n,,,,,,,\"Mayor (Vote For=1)\",\"Mayor (Vote For=1)\"\n,,,,,,,Ada Example,Bob Sample\n"
      "CvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId,PrecinctPortion,BallotType,,\n"
      "1,1,1,1,1-1-1,P,B,1,0\n2,1,1,2,1-1-2,P,B,0,1\n3,1,1,3,1-1-3,P,B,1,0\n4,1,1,4,1-1-4,P,B,1,1\n5,1,1,5,1-1-5,P,B,,\n6,1,1,6,1-1-6,P,B,"
      "1,0\n";
  const auto with = [&](const std::string& records) {
    const TestAudit audit(
        [](Json& p) {
          p["contests"].erase(2);
          p["contests"].erase(1);
          p["contests"][0]["choices"] =
              Json::array({Json{{"name", "Ada Example"}, {"votes", 3}}, Json{{"name", "Bob Sample"}, {"votes", 1}}});
        },
        {{"records/manifest.csv", "Tabulator,Batch,Number of Ballots\n1,1,7\n"}, {"records/vote-records.csv", records}});
    const auto made = audit.init();
    EXPECT_TRUE(made) << made.error().str();
    if (!made) return Json();
    EXPECT_TRUE(audit.commit());
    EXPECT_EQ(Json::parse(test::slurp(audit.folder() / "commitment.json"))["population"]["cards_without_record"], 1);
    return Json::parse(test::slurp(audit.folder() / "assertions.json"));
  };
  EXPECT_EQ(with(own), with(dominion));
  const TestAudit audit([](Json& p) { p["contests"][0]["name"] = "Sheriff"; }, {{"records/vote-records.csv", dominion}});
  EXPECT_NE(audit.init().error().what.find("no contest \"Sheriff\""), std::string::npos);
}

TEST(AuditMethods, ATieNeedsAFullCount) {
  // Four cards, two votes each.
  const TestAudit audit(
      [](Json& p) {
        p["contests"].erase(2);
        p["contests"].erase(1);
        p["contests"][0]["choices"] = Json::array({Json{{"name", "A"}, {"votes", 2}}, Json{{"name", "B"}, {"votes", 2}}});
        p["contests"][0]["winners"] = {"A"};
      },
      {{"records/manifest.csv", "Tabulator,Batch,Number of Ballots\n1,1,4\n"},
       {"records/vote-records.csv", "card,Mayor\n1-1-1,A\n1-1-2,B\n1-1-3,B\n1-1-4,A\n"}});
  ASSERT_TRUE(audit.init()) << audit.init().error().str();
  ASSERT_TRUE(audit.commit());
  EXPECT_EQ(Json::parse(test::slurp(audit.folder() / "commitment.json"))["contests"][0]["draws_estimated"], "full count");
  ASSERT_TRUE(audit.seed());
  EXPECT_FALSE(sample_audit(audit.folder())) << "no estimate, and no endless loop";
  ASSERT_TRUE(sample_audit(audit.folder(), 4));
  ASSERT_TRUE(audit.record("card,status,Mayor\n1-1-1,found,A\n1-1-2,found,A\n1-1-3,found,A\n1-1-4,found,A\n"));
  ASSERT_TRUE(risk_audit(audit.folder()));
  EXPECT_FALSE(certify_audit(audit.folder()));
  ASSERT_TRUE(certify_audit(audit.folder(), {"Mayor"}));
  const auto review = verify_certificate(audit.folder()).value();
  ASSERT_EQ(review.findings.size(), 1U);
  EXPECT_EQ(review.findings[0].code, review::kTie);
  EXPECT_TRUE(review.good());
}

// A contest whose reported winner lost by nothing at all (a tie on paper): in how many of 1,000 audits of up to 60 cards would the limit of
// 10 % be met? At most one in ten, and three standard deviations.
TEST(AuditMethods, AWrongOutcomeIsSeldomConfirmed) {
  for (const std::string_view test : {"betting", "kaplan_markov"}) {
    const TestAudit audit(
        [&](Json& p) {
          p["contests"].erase(2);
          p["contests"].erase(1);
          p["test"] = test;
          p["risk_limit"] = "0.1";
          p["contests"][0]["choices"] = Json::array({Json{{"name", "A"}, {"votes", 60}}, Json{{"name", "B"}, {"votes", 40}}});
          p["contests"][0]["winners"] = {"A"};
        },
        [] {
          std::string records = "card,Mayor\n";
          for (int k = 1; k <= 100; ++k) records += fmt::format("1-1-{},{}\n", k, k <= 60 ? "A" : "B");
          return std::map<std::string, std::string>{{"records/manifest.csv", "Tabulator,Batch,Number of Ballots\n1,1,100\n"},
                                                    {"records/vote-records.csv", records}};
        }());
    LoadedAudit in = loaded(audit);
    std::string paper = "card,status,Mayor\n";
    for (int k = 1; k <= 100; ++k) paper += fmt::format("1-1-{},found,{}\n", k, k <= 50 ? "A" : "B");
    const Interpretations read = all_read(in, paper);
    int confirmed = 0;
    for (int run = 0; run < 1'000; ++run) {
      const auto draws = draw_units(in.inputs, fmt::format("{:020}", run * 7919), 60).value();
      const auto risks = measure_contests(in.inputs, draws, read).value();
      confirmed += risks[0].decision == Decision::confirmed ? 1 : 0;
    }
    EXPECT_LE(confirmed, 100 + 3 * std::sqrt(1'000 * 0.1 * 0.9)) << test;
    EXPECT_GE(confirmed, 5) << test << ": and it is not so careful as never to confirm";
  }
}

}  // namespace
}  // namespace entente::measures::p3_elections::audit
