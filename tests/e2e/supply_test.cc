// `entente supply` as a user runs it: an index that is built, brought up to date and asked; the exit codes, formats and the portfolio.
#include <gmock/gmock.h>
#include <thread>

#include "core/file.h"
#include "core/file_lock.h"
#include "core/json.h"
#include "measures/p6_supply/test_provenance.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente::test {
namespace {

using ::testing::HasSubstr;

class SupplyCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("supply-e2e");
    ASSERT_OK(made);
    folder.emplace(std::move(*made));
    put("one.jsonl",
        R"({"id":"EX-1","modified":"2026-01-01T00:00:00Z","aliases":["CVE-2026-0001"],"affected":[{"package":{"ecosystem":"npm","name":"a"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.5.0"}]}]}]})");
    put("two.jsonl",
        R"({"id":"EX-2","modified":"2026-02-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"b"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]}]})");
    put("bom.json",
        R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","version":"1.0.0","purl":"pkg:npm/a@1.0.0"},{"type":"library","name":"b","version":"1.0.0","purl":"pkg:npm/b@1.0.0"},{"type":"library","name":"c","version":"1","purl":"pkg:generic/c@1"}]})");
    put("unknown.json",
        R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"c","version":"1","purl":"pkg:generic/c@1"}]})");
  }
  void put(const std::string& name, std::string_view text) { ASSERT_OK(write_file_atomic(folder->path() / name, text)); }
  std::string at(const std::string& name) const { return (folder->path() / name).string(); }
  std::optional<TemporaryFolder> folder;
};

TEST_F(SupplyCommands, UpdateGivesTheBytesOfAFullBuild) {
  EXPECT_EQ(run_entente({"supply", "db", "build", "--updatable", "-o", at("a.idx"), at("one.jsonl")}).code, 0);
  const auto before = run_entente({"supply", "scan", at("bom.json"), "--db", at("a.idx"), "--json"});
  EXPECT_EQ(before.code, 1);
  EXPECT_THAT(before.out, testing::Not(HasSubstr("EX-2")));
  EXPECT_EQ(run_entente({"supply", "db", "update", at("a.idx"), at("two.jsonl")}).code, 0);
  EXPECT_EQ(run_entente({"supply", "db", "build", "-o", at("full.idx"), at("two.jsonl"), at("one.jsonl")}).code, 0);
  EXPECT_EQ(read_file(at("a.idx")).value(), read_file(at("full.idx")).value());
  EXPECT_THAT(run_entente({"supply", "scan", at("bom.json"), "--db", at("a.idx"), "--json"}).out, HasSubstr("EX-2"));
  EXPECT_EQ(run_entente({"supply", "db", "update", at("full.idx"), at("two.jsonl")}).code, 2) << "its records were not kept";
}

TEST_F(SupplyCommands, OneChangesAFileAtATime) {
  EXPECT_EQ(run_entente({"supply", "db", "build", "--updatable", "-o", at("a.idx"), at("one.jsonl")}).code, 0);
  EXPECT_EQ(run_entente({"supply", "portfolio", "add", at("all.portfolio"), at("bom.json")}).code, 0);
  const std::vector<std::vector<std::string>> commands{{"supply", "db", "build", "-o", at("a.idx"), at("one.jsonl")},
                                                       {"supply", "db", "update", at("a.idx"), at("two.jsonl")},
                                                       {"supply", "portfolio", "add", at("all.portfolio"), at("unknown.json")},
                                                       {"supply", "portfolio", "remove", at("all.portfolio"), "bom"}};
  const std::string index = read_file(at("a.idx")).value(), portfolio = read_file(at("all.portfolio")).value();
  {
    const auto first = FileLock::take(at("a.idx"), WhenLocked::fail), second = FileLock::take(at("all.portfolio"), WhenLocked::fail);
    ASSERT_OK(first);
    ASSERT_OK(second);
    for (const auto& command : commands) {
      const auto r = run_entente(command);
      EXPECT_EQ(r.code, 2) << command[2];
      EXPECT_THAT(r.err, HasSubstr("--wait"));
    }
    EXPECT_EQ(run_entente({"supply", "scan", at("bom.json"), "--db", at("a.idx")}).code, 1) << "reading asks for no lock";
  }
  EXPECT_EQ(read_file(at("a.idx")).value(), index);
  EXPECT_EQ(read_file(at("all.portfolio")).value(), portfolio);
  for (const std::size_t waiting : {1U, 2U}) {
    auto held = FileLock::take(commands[waiting][3], WhenLocked::fail);
    ASSERT_OK(held);
    std::vector<std::string> command = commands[waiting];
    command.emplace_back("--wait");
    std::thread other([&] { EXPECT_EQ(run_entente(command).code, 0); });
    held = fail("let go");
    other.join();
  }
  EXPECT_THAT(run_entente({"supply", "portfolio", "list", at("all.portfolio")}).out, HasSubstr("unknown"));
  EXPECT_EQ(run_entente({"supply", "db", "update", at("absent.idx"), at("two.jsonl")}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(at("absent.idx.lock")));
}

TEST_F(SupplyCommands, NotEvaluatedIsNeverClean) {
  const auto nothing = run_entente({"supply", "scan", at("unknown.json"), "--db", at("one.jsonl")});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("not \"clean\""));
  EXPECT_EQ(run_entente({"supply", "scan", at("bom.json"), "--db", at("one.jsonl"), "--fail-on", "kev"}).code, 0);
  EXPECT_EQ(run_entente({"supply", "scan", at("bom.json"), "--db", at("one.jsonl"), "--fail-on", "not-evaluated"}).code, 1);
  for (const char* format : {"table", "json", "sarif", "cyclonedx-vdr", "csv"}) {
    const auto r = run_entente({"supply", "scan", at("bom.json"), "--db", at("one.jsonl"), "--format", format});
    EXPECT_EQ(r.code, 1) << format;
    EXPECT_THAT(r.out, testing::ContainsRegex("[Nn]ot.evaluated")) << format;
  }
  EXPECT_EQ(run_entente({"supply", "scan", at("bom.json"), at("unknown.json"), "--db", at("one.jsonl"), "--format", "cyclonedx-vdr"}).code,
            2);
}

TEST_F(SupplyCommands, VexSettlesAMatchAndHidesNothing) {
  put("vex.json",
      R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"Maker","timestamp":"2026-11-05T00:00:00Z","version":1,"statements":[
      {"vulnerability":{"name":"CVE-2026-0001"},"products":[{"@id":"pkg:npm/a@1.0.0"}],"status":"not_affected","justification":"component_not_present"},
      {"vulnerability":{"name":"CVE-2026-0001"},"products":[{"@id":"pkg:npm/a@1.0.1"}],"status":"fixed"}]})");
  const auto scanned = [&](std::vector<std::string> more) {
    std::vector<std::string> args{"supply", "scan", at("bom.json"), "--db", at("one.jsonl"), "--vex", at("vex.json")};
    args.insert(args.end(), more.begin(), more.end());
    return run_entente(args);
  };
  const auto table = scanned({});
  EXPECT_EQ(table.code, 0) << "the one match is settled";
  EXPECT_THAT(table.out, HasSubstr("No open vulnerability in the 2 components"));
  EXPECT_THAT(table.out, HasSubstr("VEX settled 1 match."));
  EXPECT_THAT(table.out, testing::Not(HasSubstr("Next:"))) << "nothing open is left to repair";
  EXPECT_THAT(table.out, HasSubstr("Settled by VEX (1)"));
  EXPECT_THAT(table.out, HasSubstr("not_affected: component_not_present (Maker, 2026-11-05)"));
  EXPECT_THAT(table.out, HasSubstr("1  the SBOM holds it in another version"));
  const auto json = nlohmann::json::parse(scanned({"--json"}).out).at("sboms").at(0);
  EXPECT_EQ(json.at("vulnerabilities").at(0).at("vex").at("suppressed"), true);
  EXPECT_EQ(json.at("vex").at("unused").size(), 1u);
  EXPECT_TRUE(json.at("best_upgrade").is_null());
  EXPECT_EQ(json.at("affected"), 0);
  const auto sarif = nlohmann::json::parse(scanned({"--format", "sarif"}).out);
  EXPECT_EQ(sarif.at("runs").at(0).at("results").at(0).at("suppressions").at(0).at("kind"), "external");
  const auto vdr = nlohmann::json::parse(scanned({"--format", "cyclonedx-vdr"}).out);
  EXPECT_EQ(vdr.at("vulnerabilities").at(0).at("analysis").at("state"), "not_affected");
  EXPECT_EQ(vdr.at("vulnerabilities").at(0).at("affects").at(0).at("versions").at(0).at("status"), "unaffected");
  EXPECT_FALSE(vdr.at("vulnerabilities").at(0).contains("recommendation"));
  EXPECT_THAT(scanned({"--format", "csv"}).out, HasSubstr("\"not_affected\",\"CVE-2026-0001\""));
  // Where a key is demanded, a document without a signature settles nothing.
  ASSERT_EQ(run_entente({"keygen", "maker.example/vex", "-o", at("maker.key")}).code, 0);
  const auto unsigned_vex = scanned({"--vex-key", at("maker.key.vkey")});
  EXPECT_EQ(unsigned_vex.code, 1);
  EXPECT_THAT(unsigned_vex.out, HasSubstr("2  not signed by a key you trust"));
  EXPECT_EQ(run_entente({"supply", "scan", at("bom.json"), "--db", at("one.jsonl"), "--vex", at("one.jsonl")}).code, 2);
  const auto no_statement = run_entente({"supply", "scan", at("bom.json"), "--db", at("one.jsonl"), "--vex", at("bom.json")});
  EXPECT_EQ(no_statement.code, 1);
  EXPECT_THAT(no_statement.err, HasSubstr("no statement about a vulnerability"));
}

// A vulnerability in what could not be read is overlooked: each format tells, or the command does.
TEST_F(SupplyCommands, WhatCouldNotBeReadIsTold) {
  ASSERT_OK(make_folders(folder->path() / "mix"));
  put("mix/good.json", read_file(at("one.jsonl")).value());
  put("mix/bad.json", "{");
  const auto scanned = [&](const std::string& format) {
    return run_entente({"supply", "scan", at("bom.json"), "--db", at("mix"), "--fail-on", "never", "--format", format});
  };
  const auto sarif = scanned("sarif");
  EXPECT_EQ(sarif.code, 1);
  const auto invocation = nlohmann::json::parse(sarif.out).at("runs").at(0).at("invocations").at(0);
  EXPECT_EQ(invocation.at("executionSuccessful"), false);
  const auto& last = invocation.at("toolExecutionNotifications").back();
  EXPECT_EQ(last.at("level"), "error");
  EXPECT_THAT(last.at("message").at("text").get<std::string>(), HasSubstr("mix/bad.json"));
  EXPECT_THAT(scanned("cyclonedx-vdr").out, HasSubstr("entente:advisory-not-read"));
  for (const char* format : {"csv", "cyclonedx-vdr", "table"}) {
    const auto r = scanned(format);
    EXPECT_EQ(r.code, 1) << format;
    EXPECT_THAT(r.err, HasSubstr("mix/bad.json")) << format;
  }
  put("empty.json", R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[]})");
  EXPECT_EQ(run_entente({"supply", "scan", at("empty.json"), "--db", at("one.jsonl")}).code, 2) << "nothing could be judged";
}

TEST_F(SupplyCommands, ABadSourceBesideGoodOnesIsLeftOut) {
  put("bad.json", R"({"not":"a record"})");
  for (const std::string bad : {"bad.json", "bom.json"}) {
    const auto built = run_entente({"supply", "db", "build", "-o", at("a.idx"), at(bad), at("one.jsonl")});
    EXPECT_EQ(built.code, 1) << bad;
    EXPECT_THAT(built.err, HasSubstr(bad));
    EXPECT_EQ(run_entente({"supply", "scan", at("bom.json"), "--db", at("a.idx")}).code, 1);
  }
  EXPECT_EQ(run_entente({"supply", "db", "build", "-o", at("b.idx"), at("bad.json")}).code, 2) << "nothing is left";
  EXPECT_EQ(run_entente({"supply", "db", "build", "-o", at("b.idx"), at("absent.json"), at("one.jsonl")}).code, 2) << "misspelt";
  EXPECT_FALSE(std::filesystem::exists(at("b.idx")));
}

TEST_F(SupplyCommands, ABuildDoesNotOverwriteItsSources) {
  ASSERT_OK(make_folders(folder->path() / "osv"));
  const std::string record = read_file(at("one.jsonl")).value();
  put("osv/one.json", record);
  EXPECT_EQ(run_entente({"supply", "db", "build", "-o", at("osv/one.json"), at("osv")}).code, 2);
  EXPECT_EQ(run_entente({"supply", "db", "build", "-o", at("osv/../one.jsonl"), at("one.jsonl")}).code, 2);
  EXPECT_EQ(read_file(at("osv/one.json")).value(), record);
  EXPECT_EQ(read_file(at("one.jsonl")).value(), record);
}

TEST_F(SupplyCommands, OptionsNameTheirWords) {
  const auto exposed = run_entente({"supply", "scan", at("bom.json"), "--db", at("one.jsonl"), "--exposed", "maybe"});
  EXPECT_EQ(exposed.code, 2);
  for (const char* word : {"maybe", "yes", "no", "unknown"}) EXPECT_THAT(exposed.err, HasSubstr(word));
  const auto format = run_entente({"supply", "scan", at("bom.json"), "--db", at("one.jsonl"), "--format", "xx"});
  EXPECT_EQ(format.code, 2);
  EXPECT_THAT(format.err, HasSubstr("cyclonedx-vdr"));
  EXPECT_THAT(format.err, testing::Not(HasSubstr("->")));
  EXPECT_EQ(run_entente({"supply", "scan", at("bom.json"), "--db", at("one.jsonl"), "--format", "4"}).code, 2) << "no word";
}

TEST_F(SupplyCommands, UpdateMetadataNeedsSomethingToCompareWith) {
  put("timestamp.json", R"({"signatures":[],"signed":{"_type":"timestamp","expires":"2030-01-01T00:00:00Z","version":2,"meta":{}}})");
  ASSERT_OK(make_folders(folder->path() / "kept"));
  const auto empty = run_entente({"supply", "update-metadata", at("timestamp.json"), "--previous", at("kept")});
  EXPECT_EQ(empty.code, 2);
  EXPECT_THAT(empty.err, HasSubstr("it lacks timestamp"));
}

TEST_F(SupplyCommands, LifecycleRecordsAreExplained) {
  put("eol.json",
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","version":"1.0.0","purl":"pkg:npm/a@1.0.0"}]})");
  ASSERT_OK(make_folders(folder->path() / "records"));
  put("records/pkg%3Anpm%2Fa%401.0.0.openeox.json",
      R"({"$schema":"https://docs.oasis-open.org/openeox/v1.0/schema/core.json","end_of_life":"2030-01-01T00:00:00Z","end_of_sales":"tba",)"
      R"("end_of_security_support":"2030-01-01T00:00:00Z","last_updated":"2026-01-01T00:00:00Z"})");
  const auto r = run_entente({"supply", "eol", at("eol.json"), "--records", at("records"), "--at", "2026-11-28", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("test 7.2.1, /end_of_sales"));
  EXPECT_THAT(r.err, HasSubstr("test 7.2.1, /end_of_sales"));
  put("page.md", "# A product\n");
  const auto page = run_entente({"supply", "eol", at("eol.json"), "--records", at("page.md")});
  EXPECT_EQ(page.code, 2);
  EXPECT_THAT(page.err, HasSubstr("front matter"));
}

TEST_F(SupplyCommands, EpssAndBodColumns) {
  put("epss.csv", "#model_version:v1,score_date:2026-11-24\ncve,epss,percentile\nCVE-2026-0001,0.5,0.9\n");
  put("ssvc.csv", "cve,automatable,technical_impact\nCVE-2026-0001,yes,\n");
  const auto r = run_entente({"supply", "scan", at("bom.json"), "--db", at("one.jsonl"), "--epss", at("epss.csv"), "--ssvc", at("ssvc.csv"),
                              "--exposed", "no", "--json", "--explain"});
  EXPECT_EQ(r.code, 1);
  const auto json = nlohmann::json::parse(r.out);
  const auto& v = json.at("sboms").at(0).at("vulnerabilities").at(0);
  EXPECT_EQ(v.at("epss").at("score_date"), "2026-11-24");
  EXPECT_EQ(v.at("bod_26_04"), nlohmann::json::array({"3 days and forensics", "14 days", "60 days"})) << "neither KEV nor impact is known";
  EXPECT_EQ(v.at("records").at(0).at("why"), "1.0.0 is below 1.5.0, which repairs it; there is no first affected version (order: semver)");
}

TEST_F(SupplyCommands, Portfolio) {
  EXPECT_EQ(run_entente({"supply", "portfolio", "add", at("p"), at("bom.json"), at("unknown.json")}).code, 0);
  EXPECT_EQ(run_entente({"supply", "portfolio", "add", at("p"), at("bom.json"), "--name", "shop"}).code, 0);
  const auto list = nlohmann::json::parse(run_entente({"supply", "portfolio", "list", at("p"), "--json"}).out);
  ASSERT_EQ(list.at("sboms").size(), 3U);
  EXPECT_EQ(list.at("sboms").at(0).at("name"), "bom");
  EXPECT_EQ(list.at("sboms").at(0).at("not_evaluated"), 1);
  const auto advisory = run_entente({"supply", "portfolio", "advisory", at("p"), at("two.jsonl"), "--json"});
  EXPECT_EQ(advisory.code, 1);
  const auto answer = nlohmann::json::parse(advisory.out);
  EXPECT_EQ(answer.at("affected_sboms"), 2);
  EXPECT_EQ(answer.at("affected").at(0).at("sboms"), nlohmann::json::array({"bom", "shop"}));
  EXPECT_THAT(run_entente({"supply", "portfolio", "query", at("p"), "pkg:npm/b"}).out, HasSubstr("shop"));
  EXPECT_THAT(run_entente({"supply", "portfolio", "query", at("p"), "pkg:npm/b@v1.0"}).out, HasSubstr("shop")) << "1.0.0, spelt otherwise";
  EXPECT_THAT(run_entente({"supply", "portfolio", "query", at("p"), "pkg:npm/b@1.0.1"}).out, HasSubstr("Nobody"));
  EXPECT_EQ(run_entente({"supply", "portfolio", "remove", at("p"), "shop", "bom"}).code, 0);
  EXPECT_EQ(run_entente({"supply", "portfolio", "advisory", at("p"), at("two.jsonl")}).code, 0);
  EXPECT_EQ(run_entente({"supply", "portfolio", "remove", at("p"), "nobody"}).code, 2);
  put("p",
      "not a portfolio, but long enough to hold a header, if it were one: 0123456789012345678901234567890123456789012345678901234567890");
  EXPECT_EQ(run_entente({"supply", "portfolio", "list", at("p")}).code, 2);
}

TEST_F(SupplyCommands, AProvenancePolicyIsAFileAndOptionsAddToIt) {
  using measures::p6_supply::provenance::test::TinySigstore;
  TinySigstore sigstore;
  put("app", "the app");
  put("app.json", sigstore.message_bundle("the app", sigstore.times()).dump());
  put("root.json", sigstore.trust_json());
  put("good.json", Json{{"identities", {{{"identity", TinySigstore::kIdentity}, {"issuer", TinySigstore::kIssuer}}}}}.dump());
  put("other.json", R"({"identities":[{"identity":"https://other.example"}]})");
  put("misspelt.json", R"({"identity":["https://other.example"]})");
  const auto verify = [&](std::vector<std::string> more) {
    std::vector<std::string> command{"supply",     "provenance", "verify",       "--bundle",     at("app.json"),
                                     "--artifact", at("app"),    "--trust-root", at("root.json")};
    command.insert(command.end(), more.begin(), more.end());
    return run_entente(command);
  };
  EXPECT_EQ(verify({"--policy", at("good.json")}).code, 0);
  EXPECT_THAT(verify({"--policy", at("other.json")}).out, HasSubstr("identity-mismatch"));
  EXPECT_EQ(verify({"--policy", at("other.json"), "--identity", TinySigstore::kIdentity}).code, 0);
  const auto nobody = verify({});
  EXPECT_EQ(nobody.code, 2) << "the question is wrong, not the bundle";
  EXPECT_THAT(nobody.out, HasSubstr("policy-incomplete"));
  EXPECT_THAT(nobody.err, HasSubstr("--identity"));
  const auto misspelt = verify({"--policy", at("misspelt.json")});
  EXPECT_EQ(misspelt.code, 2);
  EXPECT_THAT(misspelt.err, HasSubstr("unknown member \"identity\""));
}

}  // namespace
}  // namespace entente::test
