// The elections commands as people use them: an audit of the sample election from plan to certificate with a real ledger, its verification
// by somebody who has only the folder and two keys, and what happens when anything in it is altered or done in another order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "core/json.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente {
namespace {

namespace fs = std::filesystem;
using test::run_entente;
using ::testing::HasSubstr;

// Three cards of one contest, as Dominion exports them.
std::string small_cvr() {
  return "Example election,5.10\n,,,,,,\"Mayor (Vote For=1)\",\"Mayor (Vote For=1)\"\n,,,,,,Ada,Bob\n"
         "CvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId,BallotType,,\n1,1,1,1,1-1-1,1,1,0\n2,1,1,2,1-1-2,1,0,1\n3,1,1,3,1-1-3,1,1,"
         "0\n";
}

class ElectionsTest : public ::testing::Test {
 protected:
  TemporaryFolder folder = TemporaryFolder::make("entente-elections").value();
  [[nodiscard]] std::string at(const std::string& name) const { return (folder.path() / name).string(); }

  void SetUp() override {
    ASSERT_EQ(run_entente({"keygen", "county.example", "-o", at("county.key"), "-q"}).code, 0);
    ASSERT_EQ(run_entente({"keygen", "log.example", "-o", at("log.key"), "-q"}).code, 0);
  }
  [[nodiscard]] std::vector<std::string> logged(std::vector<std::string> arguments) const {
    for (const std::string& one :
         {std::string("--key"), at("county.key"), std::string("--ledger"), at("log"), std::string("--ledger-key"), at("log.key")})
      arguments.push_back(one);
    return arguments;
  }
  [[nodiscard]] test::RunResult audit(const std::string& step, std::vector<std::string> rest = {}) const {
    std::vector<std::string> arguments{"elections", "audit", step, at("county")};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    return run_entente(arguments);
  }
  [[nodiscard]] test::RunResult verify(std::vector<std::string> rest = {}) const {
    std::vector<std::string> arguments{"elections",           "verify", "--record",         at("county"), "--receipts",
                                       at("county/receipts"), "--log",  at("log.key.vkey"), "--signer",   at("county.key.vkey")};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    return run_entente(arguments);
  }
  // What an audit board that reads the paper of the sample election writes: the rows of paper.csv for the cards to pull.
  void fill_in() const {
    std::map<std::string, std::string> paper;
    std::istringstream rows(test::slurp(test::source_dir() / "examples/elections/paper.csv"));
    std::string line, header;
    std::getline(rows, header);
    while (std::getline(rows, line)) paper[line.substr(0, line.find(','))] = line;
    std::istringstream pull(test::slurp(folder.path() / "county/round-1/pull-list.csv"));
    std::getline(pull, line);
    std::string seen = header + "\n";
    while (std::getline(pull, line)) seen += paper.at(line.substr(0, line.find(','))) + "\n";
    test::spit(folder.path() / "seen.csv", seen);
  }
  // From plan to certificate, every step logged.
  void whole_audit() const {
    const std::string plan = (test::source_dir() / "examples/elections/plan.json").string();
    ASSERT_EQ(audit("init", {"--plan", plan}).code, 0);
    for (const auto& [step, rest] : std::vector<std::pair<std::string, std::vector<std::string>>>{
             {"commit", {}}, {"seed", {"--seed", "06712395840217364985", "--source", "dice, county hall"}}, {"sample", {}}}) {
      const auto done = audit(step, logged(rest));
      ASSERT_EQ(done.code, 0) << step << ": " << done.err;
    }
    fill_in();
    for (const auto& [step, rest] :
         std::vector<std::pair<std::string, std::vector<std::string>>>{{"record", {at("seen.csv")}}, {"risk", {}}, {"certify", {}}}) {
      const auto done = audit(step, logged(rest));
      ASSERT_EQ(done.code, 0) << step << ": " << done.err << done.out;
    }
  }
  void replace(const std::string& name, const std::string& from, const std::string& to) const {
    std::string text = test::slurp(folder.path() / name);
    const std::size_t place = text.find(from);
    ASSERT_NE(place, std::string::npos) << from << " in " << name;
    text.replace(place, from.size(), to);
    test::spit(folder.path() / name, text);
  }
};

TEST_F(ElectionsTest, AnAuditFromPlanToCertificateVerifiesOffline) {
  whole_audit();
  const auto good =
      verify({"--html", at("report.html"), "--output", at("review"), "--key", at("county.key"), "--ledger", at("monitor-log")});
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_THAT(good.out, HasSubstr("HOLDS"));
  EXPECT_THAT(good.out, HasSubstr("4 of 4         files fixed in a log before the seed"));
  EXPECT_THAT(test::slurp(at("report.html")), HasSubstr("Ada Example"));
  // The statement of the review, and its receipt, hold by the general verifier.
  const auto statement = run_entente({"verify", at("review/review.dsse.json"), "--key", at("county.key.vkey")});
  EXPECT_EQ(statement.code, 0) << statement.out << statement.err;
  const auto receipt =
      run_entente({"verify", at("review/review.tlog-proof"), "--entry", at("review/review.dsse.json"), "--log", at("county.key.vkey")});
  EXPECT_EQ(receipt.code, 0) << receipt.out << receipt.err;
  // The same bytes in JSON, whoever asks.
  const auto json = verify({"--json"});
  EXPECT_EQ(json.out, test::slurp(at("review/review.json")));
}

TEST_F(ElectionsTest, WhateverIsAlteredIsNamed) {
  whole_audit();
  const std::string copy = at("copy");
  struct Change {
    std::string file, from, to, code;
  };
  for (const Change& change : std::vector<Change>{{"county/records/manifest.csv", "Box 11", "Box 12", "P3-COMMIT-MISMATCH"},
                                                  {"county/round-1/interpretations.csv", "Ada Example", "Bob Sample", "round-1"},
                                                  {"county/seed.json", "06712395840217364985", "06712395840217364986", "P3-"},
                                                  {"county/round-1/sample.json", "1-1-", "1-2-", "sample.json"},
                                                  {"county/certificate.json", "confirmed", "confirmeD", "certificate.json"}}) {
    fs::copy(at("county"), copy, fs::copy_options::recursive);
    replace(change.file, change.from, change.to);
    const auto bad = verify();
    EXPECT_EQ(bad.code, 1) << change.file << "\n" << bad.out << bad.err;
    EXPECT_THAT(bad.out, HasSubstr("DOES NOT HOLD")) << change.file;
    EXPECT_THAT(bad.out, HasSubstr(change.code)) << change.file;
    fs::remove_all(at("county"));
    fs::rename(copy, at("county"));
  }
  EXPECT_EQ(verify().code, 0);
}

// Whoever takes a receipt away, or recomputes everything after a changed reading, does not get past what is in the log.
TEST_F(ElectionsTest, TheLogRemembers) {
  whole_audit();
  fs::copy(at("county"), at("copy"), fs::copy_options::recursive);
  fs::remove(at("county/receipts/01-commitment.dsse.json"));
  fs::remove(at("county/receipts/01-commitment.tlog-proof"));
  const auto without = verify();
  EXPECT_EQ(without.code, 1);
  EXPECT_THAT(without.out, HasSubstr("P3-NO-COMMITMENT"));

  fs::remove_all(at("county"));
  fs::copy(at("copy"), at("county"), fs::copy_options::recursive);
  for (const char* ending : {".json", ".dsse.json", ".tlog-proof"}) fs::remove(at("county/receipts/03-round-0001-risk") + ending);
  const auto hidden = verify();
  EXPECT_EQ(hidden.code, 1);
  EXPECT_THAT(hidden.out, HasSubstr("round-1/risk.json: no receipt of its step"));

  // The same plan, seed and sample, other readings: a folder that agrees with itself.
  fs::remove_all(at("county"));
  const std::string plan = (test::source_dir() / "examples/elections/plan.json").string();
  ASSERT_EQ(audit("init", {"--plan", plan}).code, 0);
  ASSERT_EQ(audit("commit").code, 0);
  ASSERT_EQ(audit("seed", {"--seed", "06712395840217364985", "--source", "dice, county hall", "--without-ledger"}).code, 0);
  ASSERT_EQ(audit("sample").code, 0);
  std::string seen = test::slurp(at("seen.csv"));
  const std::size_t place = seen.find("Bob Sample");
  ASSERT_NE(place, std::string::npos);
  test::spit(at("seen.csv"), seen.replace(place, 10, "Ada Example"));
  ASSERT_EQ(audit("record", {at("seen.csv")}).code, 0);
  ASSERT_LE(audit("risk").code, 1);
  fs::copy(at("copy/receipts"), at("county/receipts"), fs::copy_options::recursive);
  const auto redone = verify();
  EXPECT_EQ(redone.code, 1) << redone.out;
  EXPECT_THAT(redone.out, HasSubstr("Documents in the log are not those of the record"));
}

// The engine: the same audit as evidence of an election office, with its receipts, and vote records beside published totals.
TEST_F(ElectionsTest, AnAssessmentMeasuresTheAudit) {
  whole_audit();
  const auto first_line = [](std::string text) { return text.substr(0, text.find('\n')); };
  test::spit(at("trust.policy"), "log " + first_line(test::slurp(at("log.key.vkey"))) + "\nquorum none\n");
  test::spit(at("signers.txt"), first_line(test::slurp(at("county.key.vkey"))) + "\n");
  test::spit(at("cvr.csv"), small_cvr());
  test::spit(at("results.csv"), "contest_name,choice,votes\nMayor,Ada,2\nMayor,Bob,1\n");
  std::string profile =
      "name = \"Example Election Office\"\nid = \"example-office\"\ncategory = \"public-authority\"\nroles = "
      "[\"election-authority\"]\ndomains = "
      "[\"vote.example\"]\n";
  for (const auto& [kind, path] : std::vector<std::pair<std::string, std::string>>{{"elections.audit", "county/*.json"},
                                                                                   {"elections.audit", "county/records/*"},
                                                                                   {"elections.audit", "county/round-1/*"},
                                                                                   {"elections.receipts", "county/receipts/*"},
                                                                                   {"elections.policy", "trust.policy"},
                                                                                   {"elections.signers", "signers.txt"},
                                                                                   {"elections.cvr", "cvr.csv"},
                                                                                   {"elections.results", "results.csv"}})
    profile += "[[evidence]]\nkind = \"" + kind + "\"\npath = \"" + path + "\"\n";
  test::spit(at("org.toml"), profile);
  const auto assessed = run_entente({"assess", at("org.toml"), "--output", at("assessment")});
  ASSERT_LE(assessed.code, 1) << assessed.out << assessed.err;
  const Json document = Json::parse(test::slurp(at("assessment/assessment.json")));
  std::map<std::string, std::string> status;
  const std::string text = document.dump();
  for (const Json& judgement : document.at("judgements"))
    status[judgement.at("control").get<std::string>()] = judgement.at("status").get<std::string>();
  EXPECT_EQ(status.at("P3-01"), "satisfied") << text.substr(0, 4000);
  EXPECT_EQ(status.at("P3-02"), "satisfied");
  EXPECT_EQ(status.at("P3-03"), "satisfied");
  EXPECT_EQ(status.at("P3-06"), "not-assessed");
}

TEST_F(ElectionsTest, TheSeedWaitsForTheCommitmentsReceipt) {
  const std::string plan = (test::source_dir() / "examples/elections/plan.json").string();
  ASSERT_EQ(audit("init", {"--plan", plan}).code, 0);
  const std::vector<std::string> seed{"--seed", "06712395840217364985", "--source", "dice"};
  EXPECT_THAT(audit("seed", logged(seed)).err, HasSubstr("commit"));
  ASSERT_EQ(audit("commit").code, 0);
  const auto early = audit("seed", logged(seed));
  EXPECT_EQ(early.code, 2);
  EXPECT_THAT(early.err, HasSubstr("the commitment is in no log"));
  ASSERT_EQ(audit("log", logged({})).code, 0);
  EXPECT_EQ(audit("seed", seed).code, 2) << "the seed itself must be logged";
  const auto done = audit("seed", logged(seed));
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(audit("seed", logged(seed)).code, 2) << "once";
}

TEST_F(ElectionsTest, FilesOfAnAuditRunByOthersAreFixedBeforeTheirSeed) {
  test::spit(at("manifest.csv"), "Batch,Number of Ballots\nA,10\n");
  ASSERT_EQ(run_entente(logged({"elections", "commit", "--output", at("receipts"), at("manifest.csv")})).code, 0);
  const auto seed = run_entente(logged({"elections", "commit", "--output", at("receipts"), "--seed", "53417960661093690826", "--json"}));
  ASSERT_EQ(seed.code, 0) << seed.err;
  EXPECT_EQ(Json::parse(seed.out).at("index"), 1);
  EXPECT_TRUE(fs::exists(at("receipts/01-commitment.tlog-proof")));
  EXPECT_TRUE(fs::exists(at("receipts/02-seed.tlog-proof")));
  const auto late = run_entente(logged({"elections", "commit", "--output", at("receipts"), at("manifest.csv")}));
  EXPECT_EQ(late.code, 2);
  EXPECT_THAT(late.err, HasSubstr("the seed is there already"));
  EXPECT_EQ(run_entente(logged({"elections", "commit", "--output", at("other"), "--seed", " 123 "})).code, 2);
}

TEST_F(ElectionsTest, TotalsAreHeldAgainstTheVotes) {
  test::spit(at("cvr.csv"), small_cvr());
  test::spit(at("good.csv"), "contest_name,choice,votes\nMayor,Ada,2\nMayor,Bob,1\n");
  test::spit(at("bad.csv"), "contest_name,choice,votes\nMayor,Ada,3\nMayor,Bob,1\n");
  const auto good = run_entente({"elections", "tabulate", at("cvr.csv"), "--results", at("good.csv")});
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  const auto bad = run_entente({"elections", "tabulate", at("cvr.csv"), "--results", at("bad.csv")});
  EXPECT_EQ(bad.code, 1) << bad.out << bad.err;
  EXPECT_THAT(bad.out, HasSubstr("Mayor, Ada: 2 in the votes, 3 reported (different, line 2)"));
}

TEST_F(ElectionsTest, StuffedVotesAreAFindingThoughTheTotalsAreEqual) {
  test::spit(at("cvr.csv"),
             "Example election,5.10\n,,,,,,\"Mayor (Vote For=1)\",\"Mayor (Vote For=1)\"\n,,,,,,Ada,Bob\n"
             "CvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId,BallotType,,\n1,1,1,1,1-1-1,1,1,0\n2,1,1,2,1-1-2,1,0,1\n"
             "3,1,1,2,1-1-2,1,0,1\n");
  test::spit(at("equal.csv"), "contest_name,choice,votes\nMayor,Ada,1\nMayor,Bob,2\n");
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--results", at("equal.csv")}, {"-q"}}) {
    std::vector<std::string> words{"elections", "tabulate", at("cvr.csv")};
    words.insert(words.end(), more.begin(), more.end());
    const auto run = run_entente(words);
    EXPECT_EQ(run.code, 1) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("P3-CVR-DUPLICATE"));
    EXPECT_THAT(run.out, HasSubstr("cvr.csv:7"));
    EXPECT_EQ(run.out.find("all equal"), std::string::npos) << run.out;
  }
  const auto json = run_entente({"elections", "tabulate", at("cvr.csv"), "--json"});
  EXPECT_EQ(json.code, 1);
  const Json document = Json::parse(json.out);
  EXPECT_EQ(document["duplicate_cards"], 1);
  EXPECT_EQ(document["findings"][0]["code"], "P3-CVR-DUPLICATE");
  EXPECT_THAT(run_entente({"elections", "tabulate", at("")}).err, HasSubstr("name the files in it"));
}

TEST_F(ElectionsTest, RankedContestsAndTheirAssertions) {
  test::spit(at("b.raire"), "1\nContest,1,3,A,B,C,winner,A\n1,b1,A,B\n1,b2,A\n1,b3,A,C\n1,b4,B,A\n1,b5,C,B\n");
  const auto found = run_entente({"elections", "assertions", at("b.raire"), "--output", at("assertions.json")});
  EXPECT_EQ(found.code, 0) << found.out << found.err;
  EXPECT_EQ(run_entente({"elections", "assertions", at("b.raire"), "--check", at("assertions.json")}).code, 0);
  ASSERT_EQ(std::system(("xz -k '" + at("b.raire") + "' '" + at("assertions.json") + "'").c_str()), 0);
  EXPECT_EQ(run_entente({"elections", "assertions", at("b.raire.xz"), "--check", at("assertions.json.xz")}).code, 0);
  const auto wrong = run_entente({"elections", "assertions", at("b.raire"), "--winner", "B"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.out, HasSubstr("these ballots have another winner"));
}

TEST_F(ElectionsTest, ErrorsSayWhatAndWhere) {
  EXPECT_THAT(run_entente({"elections", "verify", "--record", at("nowhere")}).err, HasSubstr("nowhere"));
  test::spit(at("empty/readme.txt"), "nothing");
  const auto none = run_entente({"elections", "verify", "--record", at("empty")});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("no audit this program knows"));
  test::spit(at("x.bel"), "not an archive");
  EXPECT_EQ(run_entente({"elections", "e2e", at("x.bel")}).code, 2);
  test::spit(at("m.csv"), "Batch,Number of Ballots\nA,10\nB,1O\n");
  EXPECT_THAT(run_entente({"elections", "manifest", at("m.csv")}).err, HasSubstr("m.csv:3:2"));
}

}  // namespace
}  // namespace entente
