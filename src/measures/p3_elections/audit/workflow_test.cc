// The audit's steps: the whole way on the example election, every step out of turn, everything a record of the board can have wrong, an
// interruption between any two writes, and a verifier that names whatever was altered.
#include "measures/p3_elections/audit/workflow.h"

#include <fmt/format.h>

#include "measures/p3_elections/audit/report_html.h"
#include "measures/p3_elections/audit/test_audit.h"

namespace entente::measures::p3_elections::audit {
namespace {

using review::ContestReview;
using review::Review;

std::string codes(const Review& review) {
  std::string out;
  for (const auto& f : review.findings) out += f.code + " " + f.rows.at(0).file + "; ";
  return out;
}

TEST(AuditWorkflow, WholeWayOnTheExampleElection) {
  const TestAudit audit;
  const std::uint32_t rounds = audit.run();
  ASSERT_GE(rounds, 1U);
  const auto certificate = certify_audit(audit.folder());
  ASSERT_TRUE(certificate) << certificate.error().str();
  EXPECT_EQ(certificate->path, "certificate.json");
  EXPECT_EQ(certificate->digest, sha256(test::slurp(audit.folder() / "certificate.json")));
  EXPECT_EQ(certificate->content["confirmed"], 3);
  const auto review = verify_certificate(audit.folder());
  ASSERT_TRUE(review) << review.error().str();
  EXPECT_TRUE(review->findings.empty()) << codes(*review);
  EXPECT_EQ(review->seed, kTestSeed);
  ASSERT_EQ(review->contests.size(), 3U);
  for (const ContestReview& contest : review->contests) {
    EXPECT_EQ(contest.outcome, ContestReview::Outcome::confirmed) << contest.name;
    EXPECT_LE(*contest.recomputed_risk, 0.05);
    EXPECT_EQ(contest.path.size(), contest.draws);
    EXPECT_EQ(contest.drawn.size(), contest.draws);
    EXPECT_EQ(contest.cards, 480U);
  }
  EXPECT_EQ(review->checks.at(0).good, 4U) << "plan, manifest, records, assertions";
  EXPECT_EQ(review->checks.at(1).good, review->checks.at(1).of);
  const std::string page = report_html(*review, {});
  EXPECT_NE(page.find("What was checked agrees."), std::string::npos);
  EXPECT_NE(page.find("(printf &#39;%s,&#39;") == std::string::npos ? page.find("(printf '%s,' '06712345092834761520'") : 0,
            std::string::npos);
}

TEST(AuditWorkflow, TheSameInputsGiveTheSameBytes) {
  const TestAudit a;
  const TestAudit b;
  ASSERT_EQ(a.run(20), b.run(20));
  const auto files = list_files(a.folder()).value();
  for (const auto& path : files) EXPECT_EQ(test::slurp(a.folder() / path), test::slurp(b.folder() / path)) << path;
}

TEST(AuditWorkflow, LaterRoundsAppend) {
  const TestAudit audit;
  EXPECT_GE(audit.run(10), 2U);
  const Json one = Json::parse(test::slurp(audit.folder() / "round-1/sample.json"));
  const Json two = Json::parse(test::slurp(audit.folder() / "round-2/sample.json"));
  EXPECT_EQ(one["last"], 10);
  EXPECT_EQ(two["first"], 11);
  // One long sample from the same seed is the two after one another.
  const auto loaded = load_audit(audit.folder()).value();
  const auto all = draw_units(loaded.inputs, kTestSeed, two["last"].get<std::uint64_t>()).value();
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(i < 10 ? one["draws"][i] : two["draws"][i - 10], unit_name(loaded.inputs, all[i])) << i;
}

TEST(AuditWorkflow, EveryStepRefusesOutOfTurn) {
  const TestAudit audit;
  const auto refused = [&](const auto& result, std::string_view what) {
    ASSERT_FALSE(result) << what;
    EXPECT_FALSE(result.error().hint.empty()) << what;
  };
  const auto all_but = [&](Step step) {
    if (step != Step::commit) refused(commit_audit(audit.folder()), "commit");
    if (step != Step::seed) refused(audit.seed(), "seed");
    if (step != Step::sample) refused(sample_audit(audit.folder(), 5), "sample");
    if (step != Step::record) refused(audit.record("card,status\n"), "record");
    if (step != Step::risk) refused(risk_audit(audit.folder()), "risk");
    if (step != Step::certify) refused(certify_audit(audit.folder()), "certify");
    if (step != Step::init) refused(audit.init(), "init");
  };
  all_but(Step::init);
  ASSERT_TRUE(audit.init());
  all_but(Step::commit);
  ASSERT_TRUE(audit.commit());
  all_but(Step::seed);
  ASSERT_TRUE(audit.seed());
  all_but(Step::sample);
  ASSERT_TRUE(sample_audit(audit.folder(), 5));
  all_but(Step::record);
  ASSERT_TRUE(audit.record(audit.read_paper(1)));
  all_but(Step::risk);
  ASSERT_TRUE(risk_audit(audit.folder()));
  EXPECT_EQ(audit_state(audit.folder())->next, Step::sample) << "five cards confirm nothing";
  all_but(Step::sample);
  const auto error = sample_audit(audit.folder(), 0).error();
  EXPECT_EQ(error.what, "no contest can be confirmed by a sample");
}

TEST(AuditWorkflow, TheSeedIsATextOfTwentyDigits) {
  const TestAudit audit;
  ASSERT_TRUE(audit.init());
  ASSERT_TRUE(audit.commit());
  EXPECT_FALSE(audit.seed("1234567890123456789"));
  EXPECT_FALSE(audit.seed("6.71222E+18"));
  EXPECT_FALSE(audit.seed(" 06712345092834761520"));
  ASSERT_TRUE(audit.seed());
  EXPECT_EQ(Json::parse(test::slurp(audit.folder() / "seed.json"))["seed"], kTestSeed) << "the leading zero stays";
}

TEST(AuditWorkflow, RecordsAreReadStrictly) {
  const TestAudit audit;
  ASSERT_TRUE(audit.init());
  ASSERT_TRUE(audit.commit());
  ASSERT_TRUE(audit.seed());
  ASSERT_TRUE(sample_audit(audit.folder(), 12));
  const std::string good = audit.read_paper(1);
  const auto refused = [&](const std::string& csv, std::string_view what, std::uint64_t line) {
    const auto result = audit.record(csv);
    ASSERT_FALSE(result) << what;
    EXPECT_NE(result.error().what.find(what), std::string::npos) << result.error().str();
    EXPECT_EQ(result.error().where.line.value_or(0), line) << result.error().str();
    EXPECT_FALSE(std::filesystem::exists(audit.folder() / "round-1/interpretations.json"));
  };
  const std::size_t second = good.find('\n') + 1;
  const std::size_t third = good.find('\n', second) + 1;
  const std::string card = good.substr(second, good.find(',', second) - second);
  refused(good + good.substr(second, third - second), "is there twice, first in line 2", 14);
  refused(good.substr(0, second) + good.substr(third), "of the 12 drawn is missing", 0);
  std::string other = "1-1-1";
  for (int k = 1; good.find("\n" + other + ",") != std::string::npos; ++k) other = fmt::format("1-1-{}", k);
  refused(good + other + ",found,Ada Example,Yes,-,\n", "was not drawn in this round", 14);
  refused(good + "9-9-9,found,Ada Example,Yes,-,\n", "is not in the manifests", 14);
  refused(good + "1-1-61,found,Ada Example,Yes,-,\n", "is not in the manifests", 14);
  refused("card,status,Mayor,Measure 1\n", "no column for the contest \"Library seat\"", 1);
  refused("card,status,Mayor,Measure 1,Library seat,Library seat\n", "is there twice", 1);
  refused("card,status,Mayor,Measure 1,Library seat,Sherriff\n", "is no contest of the plan", 1);
  refused("card,Mayor,Measure 1,Library seat\n", "no column \"status\"", 1);
  refused("", "the file is empty", 0);
  const auto with = [&](std::string_view cells) {
    return good.substr(0, second) + card + "," + std::string(cells) + "\n" + good.substr(third);
  };
  refused(with("found,Ada Exampel,Yes,-,"), "is no choice of the contest", 2);
  refused(with("found,,Yes,-,"), "an empty cell", 2);
  refused(with("found,Ada Example|Ada Example,Yes,-,"), "marked twice", 2);
  refused(with("seen,Ada Example,Yes,-,"), "neither \"found\" nor \"not found\"", 2);
  refused(with("not found,Ada Example,,,"), "has no votes", 2);
  refused(with("found,Ada Example,Yes,-,,more"), "more cells than the header", 2);
  ASSERT_TRUE(audit.record(good));
}

TEST(AuditWorkflow, ACardNotFoundCountsAgainstTheWinner) {
  const TestAudit audit;
  ASSERT_TRUE(audit.init());
  ASSERT_TRUE(audit.commit());
  ASSERT_TRUE(audit.seed());
  ASSERT_TRUE(sample_audit(audit.folder(), 30));
  std::string csv = audit.read_paper(1);
  const std::size_t second = csv.find('\n') + 1;
  const std::size_t third = csv.find('\n', second) + 1;
  csv = csv.substr(0, second) + csv.substr(second, csv.find(',', second) - second) + ",not found,,,,\n" + csv.substr(third);
  const auto recorded = audit.record(csv);
  ASSERT_TRUE(recorded) << recorded.error().str();
  EXPECT_EQ(recorded->content["not_found"], 1);
  ASSERT_TRUE(risk_audit(audit.folder()));
  const Json risk = Json::parse(test::slurp(audit.folder() / "round-1/risk.json"));
  int against = 0;
  for (const Json& contest : risk["contests"])
    against += contest["discrepancies"]["over2"].get<int>() + contest["discrepancies"]["over1"].get<int>();
  EXPECT_GE(against, 1);
  EXPECT_EQ(codes(verify_certificate(audit.folder()).value()), "P3-LIMIT-NOT-MET round-1/risk.json; P3-PHANTOM ; ")
      << "it costs one contest its confirmation, too";
}

TEST(AuditWorkflow, AnInterruptionAnywhereLosesNothing) {
  // What may lie there after a kill: the files of a step without its document, and a temporary file. The step is done again.
  const TestAudit audit;
  const TestAudit whole;
  ASSERT_GE(whole.run(20), 1U);
  ASSERT_TRUE(certify_audit(whole.folder()) || certify_audit(whole.folder(), {"Mayor"}));
  const auto cut = [&](const std::string& path) { std::filesystem::remove(audit.folder() / path); };
  ASSERT_TRUE(audit.init());
  cut("audit.json");
  ASSERT_TRUE(audit.init());
  ASSERT_TRUE(audit.commit());
  cut("commitment.json");
  ASSERT_TRUE(audit.commit());
  ASSERT_TRUE(audit.seed());
  ASSERT_TRUE(sample_audit(audit.folder(), 20));
  cut("round-1/sample.json");
  EXPECT_EQ(audit_state(audit.folder())->next, Step::sample);
  ASSERT_TRUE(sample_audit(audit.folder(), 20));
  ASSERT_TRUE(audit.record(audit.read_paper(1)));
  cut("round-1/interpretations.json");
  EXPECT_EQ(audit_state(audit.folder())->next, Step::record);
  ASSERT_TRUE(audit.record(audit.read_paper(1)));
  ASSERT_TRUE(risk_audit(audit.folder()));
  cut("round-1/risk.json");
  ASSERT_TRUE(risk_audit(audit.folder()));
  for (const char* path : {"audit.json", "assertions.json", "commitment.json", "seed.json", "round-1/sample.json",
                           "round-1/interpretations.json", "round-1/risk.json"})
    EXPECT_EQ(test::slurp(audit.folder() / path), test::slurp(whole.folder() / path)) << path;
}

// Every file of a finished audit, altered in one place: the verifier fails and names that file.
TEST(AuditWorkflow, WhateverIsAlteredIsNamed) {
  const TestAudit audit;
  ASSERT_GE(audit.run(20), 1U);
  ASSERT_TRUE(certify_audit(audit.folder()));
  const auto files = list_files(audit.folder()).value();
  EXPECT_GE(files.size(), 12U);
  std::size_t altered = 0;
  for (const auto& path : files) {
    const std::string good = test::slurp(audit.folder() / path);
    for (std::size_t at = good.size() / 7; at < good.size(); at += good.size() / 3 + 1) {
      std::string bad = good;
      const std::size_t place = bad.find_first_of("0123456789aeo", at);
      if (place == std::string::npos) continue;
      bad[place] = bad[place] == '3' ? '4' : '3';
      test::spit(audit.folder() / path, bad);
      const auto review = verify_certificate(audit.folder());
      ASSERT_TRUE(review) << path;
      EXPECT_FALSE(review->findings.empty()) << path << " at " << place;
      bool named = false;
      for (const auto& f : review->findings)
        for (const auto& row : f.rows) named = named || row.file.find(path) != std::string::npos;
      EXPECT_TRUE(named) << path << " at " << place << ": " << codes(*review);
      ++altered;
    }
    std::filesystem::remove(audit.folder() / path);
    const auto review = verify_certificate(audit.folder());
    if (path != "certificate.json") {
      ASSERT_TRUE(review) << path;
      EXPECT_FALSE(review->findings.empty()) << path << " removed";
    }
    test::spit(audit.folder() / path, good);
  }
  EXPECT_GE(altered, 30U);
  EXPECT_TRUE(verify_certificate(audit.folder())->findings.empty());
}

// Members of another type than they should have, in every document: a finding, never a crash.
TEST(AuditWorkflow, MembersOfAnyTypeAreJudged) {
  const TestAudit audit;
  ASSERT_GE(audit.run(20), 1U);
  ASSERT_TRUE(certify_audit(audit.folder()));
  const Json kOther[] = {Json(5), Json("x"), Json::array({1}), Json{{"sha256", 7}}, Json(nullptr)};
  std::size_t turn = 0;
  for (const char* path : {"audit.json", "assertions.json", "commitment.json", "seed.json", "round-1/sample.json",
                           "round-1/interpretations.json", "round-1/risk.json", "certificate.json"}) {
    const std::string good = test::slurp(audit.folder() / path);
    const Json document = Json::parse(good);
    for (auto it = document.begin(); it != document.end(); ++it) {
      Json bad = document;
      bad[it.key()] = kOther[turn++ % std::size(kOther)];
      if (bad == document) continue;
      test::spit(audit.folder() / path, json_pretty(bad));
      const auto review = verify_certificate(audit.folder());
      ASSERT_TRUE(review) << path << " " << it.key();
      EXPECT_FALSE(review->findings.empty()) << path << " " << it.key();
      (void)audit_state(audit.folder());
      (void)certify_audit(audit.folder());
      (void)report_html(*review, {});
    }
    test::spit(audit.folder() / path, good);
  }
}

TEST(AuditWorkflow, NoStepGoesOnFromAlteredFiles) {
  const TestAudit audit;
  ASSERT_TRUE(audit.init());
  ASSERT_TRUE(audit.commit());
  const std::string records = test::slurp(audit.folder() / "records/vote-records.csv");
  test::spit(audit.folder() / "records/vote-records.csv", records + "\n");
  const auto refused = audit.seed();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "the files are not those that were committed to");
  test::spit(audit.folder() / "records/vote-records.csv", records);
  ASSERT_TRUE(audit.seed());
  ASSERT_TRUE(sample_audit(audit.folder(), 12));
  std::string sample = test::slurp(audit.folder() / "round-1/sample.json");
  sample.replace(sample.find("\"draws\": [\n    \"") + 16, 1, "2");
  test::spit(audit.folder() / "round-1/sample.json", sample);
  const auto recorded = audit.record(audit.read_paper(1));
  ASSERT_FALSE(recorded);
  EXPECT_NE(recorded.error().what.find("round-1/sample.json is not what follows"), std::string::npos) << recorded.error().str();
}

TEST(AuditWorkflow, ContestsThatAreNotConfirmedGoToAFullCount) {
  const TestAudit audit;
  ASSERT_TRUE(audit.init());
  ASSERT_TRUE(audit.commit());
  ASSERT_TRUE(audit.seed());
  ASSERT_TRUE(sample_audit(audit.folder(), 3));
  ASSERT_TRUE(audit.record(audit.read_paper(1)));
  ASSERT_TRUE(risk_audit(audit.folder()));
  EXPECT_FALSE(certify_audit(audit.folder()));
  EXPECT_FALSE(certify_audit(audit.folder(), {"Mayor"}));
  EXPECT_FALSE(certify_audit(audit.folder(), {"Mayor", "Measure 1", "Library seat", "Sheriff"}));
  ASSERT_TRUE(certify_audit(audit.folder(), {"Mayor", "Measure 1", "Library seat"}));
  const auto review = verify_certificate(audit.folder());
  EXPECT_TRUE(review->findings.empty()) << codes(*review);
  for (const auto& contest : review->contests) EXPECT_EQ(contest.outcome, ContestReview::Outcome::full_count);
  EXPECT_FALSE(sample_audit(audit.folder(), 3)) << "nothing follows a certificate";
}

// What is above the limit is said even before there is a certificate, and the page is not green.
TEST(AuditWorkflow, AboveTheLimitIsAWarningBeforeTheCertificate) {
  const TestAudit audit;
  ASSERT_TRUE(audit.init());
  ASSERT_TRUE(audit.commit());
  ASSERT_TRUE(audit.seed());
  EXPECT_NE(report_html(verify_certificate(audit.folder()).value(), {}).find("verdict mid"), std::string::npos) << "nothing drawn yet";
  ASSERT_TRUE(sample_audit(audit.folder(), 5));
  ASSERT_TRUE(audit.record(audit.read_paper(1)));
  ASSERT_TRUE(risk_audit(audit.folder()));
  const auto review = verify_certificate(audit.folder());
  ASSERT_TRUE(review) << review.error().str();
  EXPECT_TRUE(review->good());
  EXPECT_EQ(codes(*review), "P3-LIMIT-NOT-MET round-1/risk.json; P3-LIMIT-NOT-MET round-1/risk.json; P3-LIMIT-NOT-MET round-1/risk.json; ");
  const std::string page = report_html(*review, {});
  EXPECT_NE(page.find("verdict mid"), std::string::npos);
  EXPECT_NE(page.find("3 contests are not confirmed."), std::string::npos);
}

TEST(AuditWorkflow, ALimitAboveATenthIsRefusedAndFound) {
  for (const char* limit : {"0.11", "0.2", "0.99999"}) {
    const TestAudit audit([&](Json& plan) { plan["risk_limit"] = limit; });
    const auto refused = audit.init();
    ASSERT_FALSE(refused) << limit;
    EXPECT_NE(refused.error().what.find("is too high: at most 0.1"), std::string::npos) << refused.error().str();
    EXPECT_FALSE(std::filesystem::exists(audit.folder() / "audit.json"));
  }
  // Whoever writes the plan past init is told by the verifier.
  const TestAudit audit([](Json& plan) { plan["risk_limit"] = "0.1"; });
  ASSERT_TRUE(audit.init());
  EXPECT_TRUE(audit.commit());
  EXPECT_EQ(codes(verify_certificate(audit.folder()).value()), "");
  std::filesystem::remove(audit.folder() / "commitment.json");
  std::string plan = test::slurp(audit.folder() / "audit.json");
  plan.replace(plan.find("\"0.1\""), 5, "\"0.99\"");
  test::spit(audit.folder() / "audit.json", plan);
  ASSERT_TRUE(audit.commit());
  ASSERT_TRUE(audit.seed());
  ASSERT_TRUE(sample_audit(audit.folder(), 1));
  ASSERT_TRUE(audit.record(audit.read_paper(1)));
  ASSERT_TRUE(risk_audit(audit.folder()));
  ASSERT_TRUE(certify_audit(audit.folder()));
  const auto review = verify_certificate(audit.folder());
  ASSERT_EQ(codes(*review), "P3-LIMIT-HIGH audit.json; ");
  EXPECT_EQ(review->findings[0].severity, review::Severity::warning);
  EXPECT_NE(report_html(*review, {}).find("verdict mid"), std::string::npos) << "nothing green about 99 %";
}

// Nothing in the lists people open, fill in and give back is a formula.
TEST(AuditWorkflow, NoNameIsAFormula) {
  for (const char* name : {"=cmd|' /C calc'!A0", "+Ada", "-Ada", "@Ada"}) {
    const TestAudit choice([&](Json& plan) {
      plan["contests"][0]["choices"][0]["name"] = name;
      plan["contests"][0]["winners"][0] = name;
    });
    EXPECT_FALSE(choice.init()) << name;
    const TestAudit contest([&](Json& plan) { plan["contests"][0]["name"] = name; });
    const auto refused = contest.init();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("a contest's name must not begin with"), std::string::npos) << refused.error().str();
  }
  const auto renamed = [](std::string_view path) {
    std::string text = test::slurp(example_elections() / path);
    for (const std::string_view from : {"\n1,1,", "\n1-1-"})
      for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += 2) text.insert(at + 1, "=");
    return text;
  };
  const TestAudit batch([](Json&) {}, {{"records/manifest.csv", renamed("records/manifest.csv")},
                                       {"records/vote-records.csv", renamed("records/vote-records.csv")}});
  const auto refused = batch.init();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("makes a formula of it"), std::string::npos) << refused.error().str();
  EXPECT_FALSE(std::filesystem::exists(batch.folder() / "audit.json"));
  EXPECT_TRUE(begins_formula("\r=1") && begins_formula("\t1") && !begins_formula("A=1") && !begins_formula(""));
}

TEST(AuditWorkflow, RefusalsNameACommandThatExists) {
  const TestAudit audit;
  ASSERT_TRUE(audit.init());
  ASSERT_TRUE(audit.commit());
  const std::string assertions = test::slurp(audit.folder() / "assertions.json");
  Json other = Json::parse(assertions);
  other["format"] = "x";
  test::spit(audit.folder() / "assertions.json", json_pretty(other));
  const auto refused = audit.seed();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().hint.find("entente elections verify --record " + audit.folder().string()), std::string::npos)
      << refused.error().hint;
}

// audit.json with a newline too many: with the commitment it is a file that was altered, and the page has a title and files; without, there
// is nothing to hold it against, and it cannot be read.
TEST(AuditWorkflow, APlanThatCannotBeRead) {
  const TestAudit audit;
  ASSERT_TRUE(audit.init());
  const std::string plan = test::slurp(audit.folder() / "audit.json");
  test::spit(audit.folder() / "audit.json", plan + "\n");
  EXPECT_FALSE(verify_certificate(audit.folder())) << "not one finding, but an error";
  test::spit(audit.folder() / "audit.json", plan);
  ASSERT_TRUE(audit.commit());
  test::spit(audit.folder() / "audit.json", plan + "\n");
  const auto review = verify_certificate(audit.folder());
  ASSERT_TRUE(review) << review.error().str();
  EXPECT_EQ(codes(*review), "P3-COMMIT-MISMATCH audit.json; ");
  EXPECT_EQ(review->title, Json::parse(plan)["election"].get<std::string>());
  EXPECT_EQ(review->files.size(), 4U);
  std::filesystem::remove(audit.folder() / "audit.json");
  const auto missing = verify_certificate(audit.folder());
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().what.find("audit.json is missing"), std::string::npos);
}

}  // namespace
}  // namespace entente::measures::p3_elections::audit
