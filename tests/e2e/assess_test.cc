// `entente assess`, `reproduce` and `attest` as a user runs them, over the sample organisation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/file.h"
#include "core/json.h"
#include "core/time.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class Assess : public ::testing::Test {
 protected:
  std::string in(const std::string& name) const { return (folder.path() / name).string(); }
  std::string sample() const { return (source_dir() / "examples/org.toml").string(); }
  RunResult assess(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"assess", sample(), "-o", in("out"), "--at", "2026-11-24T12:00:00Z"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_entente(arguments);
  }
  void keygen(const std::string& name, const std::string& file) const {
    const auto made = run_entente({"keygen", name, "-o", in(file)});
    ASSERT_EQ(made.code, 0) << made.err;
  }
  TemporaryFolder folder = TemporaryFolder::make("entente-e2e").value();
};

TEST_F(Assess, SampleHasContentInAllNineRows) {
  const auto run = assess();
  ASSERT_EQ(run.code, 1) << run.out << run.err;
  for (const char* file : {"assessment.json", "report.html", "report.fr.html", "bundle/manifest.json"})
    EXPECT_TRUE(fs::exists(folder.path() / "out" / file)) << file;
  const auto document = JsonDocument::read(folder.path() / "out/assessment.json");
  ASSERT_OK(document);
  const Json json = to_json(document->root());
  ASSERT_EQ(json["principles"].size(), 9U);
  for (const auto& row : json["principles"]) {
    const auto& c = row["controls"];
    EXPECT_GT(c["satisfied"].get<int>() + c["partial"].get<int>() + c["not-satisfied"].get<int>(), 0) << row["id"];
  }
  EXPECT_THAT(run.out, HasSubstr("What to fix first"));
  EXPECT_THAT(run.out, HasSubstr("Where everything lies"));
}

TEST_F(Assess, TwiceGivesTheSameBytesAndReproduces) {
  ASSERT_EQ(assess({"--threads", "1"}).code, 1);
  const std::string first = read_file(in("out/assessment.json")).value();
  ASSERT_EQ(assess({"--threads", "8"}).code, 1);
  EXPECT_EQ(read_file(in("out/assessment.json")).value(), first);
  auto again = run_entente({"reproduce", in("out")});
  EXPECT_EQ(again.code, 0) << again.out << again.err;
  EXPECT_THAT(again.out, HasSubstr("equal"));
  std::string changed = first;
  const std::size_t at = changed.find("\"not-satisfied\"", changed.find("\"judgements\""));
  ASSERT_NE(at, std::string::npos);
  changed.replace(at, 15, "\"satisfied\"");
  ASSERT_OK(write_file_atomic(in("changed.json"), changed));
  again = run_entente({"reproduce", in("changed.json"), "--bundle", in("out/bundle")});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.out, HasSubstr("/status"));
  again = run_entente({"reproduce", in("changed.json"), "--bundle", in("out/bundle"), "--json"});
  EXPECT_EQ(again.code, 1);
  const auto json = JsonDocument::parse(again.out, "out");
  ASSERT_OK(json);
  EXPECT_EQ(json_bool(json->root(), "equal"), false);
}

TEST_F(Assess, SignsAppendsAndVerifies) {
  keygen("coop.example", "org.key");
  keygen("log.example", "log.key");
  const auto run = assess({"--key", in("org.key"), "--ledger", in("ledger"), "--ledger-key", in("log.key"), "--json"});
  ASSERT_EQ(run.code, 1) << run.err;
  const auto json = JsonDocument::parse(run.out, "out");
  ASSERT_OK(json);
  EXPECT_EQ(json_int(json->root(), "ledger_index"), 0);
  const auto verified = run_entente({"verify", in("out"), "--key", in("org.key.vkey"), "--log", in("log.key.vkey")});
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  // The same assessment again is the same statement: the ledger does not grow.
  const auto twice = assess({"--key", in("org.key"), "--ledger", in("ledger"), "--ledger-key", in("log.key"), "--json"});
  ASSERT_EQ(twice.code, 1) << twice.err;
  const auto second = JsonDocument::parse(twice.out, "out");
  ASSERT_OK(second);
  EXPECT_EQ(json_int(second->root(), "ledger_index"), 0);
}

TEST_F(Assess, LeavesForeignFoldersAlone) {
  ASSERT_OK(make_folders(folder.path() / "out"));
  ASSERT_OK(write_file_atomic(in("out/thesis.txt"), "years of work"));
  auto run = assess();
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("did not write: thesis.txt"));
  EXPECT_EQ(read_file(in("out/thesis.txt")).value(), "years of work");
  run = assess({"--force"});
  EXPECT_EQ(run.code, 1);
  EXPECT_FALSE(fs::exists(in("out/thesis.txt")));
  // Nothing temporary is left behind.
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path())) ++entries;
  EXPECT_EQ(entries, 1U);
}

// An attack by fresh eyes: the output folder is replaced as a whole, so nothing else may lie in it.
TEST_F(Assess, NeverReplacesWhatItReadsOrWhatOthersPutThere) {
  ASSERT_EQ(run_entente({"keygen", "org.example", "--out", in("k")}).code, 0);
  const auto inside = assess({"--key", in("k"), "--ledger", in("out/ledger"), "--force"});
  EXPECT_EQ(inside.code, 2);
  EXPECT_THAT(inside.err, HasSubstr("the ledger lies in the output folder"));
  ASSERT_EQ(assess().code, 1);
  ASSERT_OK(write_file_atomic(in("out/notes.txt"), "mine"));
  EXPECT_EQ(assess().code, 2);
  EXPECT_EQ(read_file(in("out/notes.txt")).value(), "mine");
}

// Whoever forges an assessment can leave the signature out; whoever verifies with a key expects one.
TEST_F(Assess, AMissingSignatureIsNotVerified) {
  ASSERT_EQ(assess().code, 1);
  ASSERT_EQ(run_entente({"keygen", "org.example", "--out", in("k")}).code, 0);
  ASSERT_EQ(run_entente({"keygen", "log.example", "--out", in("l")}).code, 0);
  EXPECT_EQ(run_entente({"verify", in("out")}).code, 0) << "without keys it is shown as unsigned";
  const auto with_key = run_entente({"verify", in("out"), "--key", in("k.vkey")});
  EXPECT_EQ(with_key.code, 1);
  EXPECT_THAT(with_key.out, HasSubstr("nobody has signed this assessment"));
  EXPECT_EQ(run_entente({"verify", in("out"), "--log", in("l.vkey")}).code, 1);
  EXPECT_EQ(run_entente({"verify", in("out/bundle"), "--key", in("k.vkey")}).code, 1);
}

TEST_F(Assess, AFailureLeavesTheEarlierOutput) {
  ASSERT_EQ(assess().code, 1);
  const std::string before = read_file(in("out/assessment.json")).value();
  ASSERT_OK(write_file_atomic(in("bad.toml"),
                              "name = \"x\"\nid = \"xx\"\ncategory = \"private-sector\"\nroles = [\"operator\"]\n[[evidence]]\nkind = "
                              "\"kev\"\npath = \"none.json\"\n"));
  const auto run = run_entente({"assess", in("bad.toml"), "-o", in("out")});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("none.json"));
  EXPECT_THAT(run.err, HasSubstr("hint"));
  EXPECT_EQ(read_file(in("out/assessment.json")).value(), before);
}

TEST_F(Assess, JudgesABundleThatSomebodyElseCollected) {
  ASSERT_EQ(assess().code, 1);
  const auto run = run_entente({"assess", "--bundle", in("out/bundle"), "-o", in("again"), "--at", "2026-11-24T12:00:00Z", "-q"});
  ASSERT_EQ(run.code, 1) << run.err;
  EXPECT_EQ(read_file(in("out/assessment.json")).value(), read_file(in("again/assessment.json")).value());
}

TEST_F(Assess, UsageErrorsSayWhatToDo) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"assess"}, "either a profile or --bundle"},
      {{"assess", sample(), "--bundle", "x"}, "either a profile or --bundle"},
      {{"assess", sample(), "--ledger", in("l")}, "only a signed assessment"},
      {{"assess", sample(), "--at", "yesterday", "-o", in("o")}, "--at: not an RFC 3339 time: \"yesterday\""},
      {{"assess", in("absent.toml"), "-o", in("o")}, "absent.toml"},
      {{"reproduce", in("absent")}, "absent"},
      {{"attest", sample(), "--control", "P6-02", "--date", "2026-11-01", "--text", "x"}, "no attestation can stand for it"},
      {{"attest", sample(), "--control", "P1-05", "--date", "1.11.2026", "--text", "x"}, "--date: not a date: \"1.11.2026\""},
      {{"supply", "scan", sample(), "--db", sample(), "--at", "2026-13-01"}, "--at: not a date"},
      {{"attest", sample(), "--control", "P1-05", "--date", "2026-11-01"}, "either --text or --file"},
      {{"attest", sample(), "--control", "P1-05", "--date", "2026-11-01", "--file", "../x"}, "unsafe path"},
  };
  for (const auto& [arguments, message] : cases) {
    const auto run = run_entente(arguments);
    EXPECT_EQ(run.code, 2) << message;
    EXPECT_THAT(run.err, HasSubstr(message));
    EXPECT_THAT(run.err, HasSubstr("error:"));
  }
}

TEST_F(Assess, AnAttestationMadeWithAttestCounts) {
  keygen("auditor.example", "auditor.key");
  const std::string profile =
      "name = \"Org\"\nid = \"org\"\ncategory = \"private-sector\"\nroles = [\"operator\"]\ndomains = [\"org.example\"]\n";
  ASSERT_OK(write_file_atomic(in("org.toml"), profile));
  ASSERT_OK(write_file_atomic(in("report.txt"), "exercise went well\n"));
  const auto block = run_entente(
      {"attest", in("org.toml"), "--control", "P1-05", "--date", "2026-10-01", "--file", "report.txt", "--key", in("auditor.key")});
  ASSERT_EQ(block.code, 0) << block.err;
  ASSERT_OK(write_file_atomic(in("org.toml"), profile + "\n" + block.out));
  const auto run = run_entente({"assess", in("org.toml"), "-o", in("out"), "--at", "2026-11-24"});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_THAT(read_file(in("out/assessment.json")).value(), HasSubstr("Attested by auditor.example on 2026-10-01: satisfied"));
  // The organisation cannot sign its assessment with the attester's key.
  const auto same = run_entente({"assess", in("org.toml"), "-o", in("out"), "--at", "2026-11-24", "--key", in("auditor.key")});
  EXPECT_EQ(same.code, 2);
  EXPECT_THAT(same.err, HasSubstr("nobody attests for themselves"));
}

TEST_F(Assess, AttestFromInsideTheFolderAndWithNotes) {
  keygen("auditor.example", "auditor.key");
  keygen("org.example", "own.key");
  ASSERT_OK(write_file_atomic(
      in("org.toml"),
      "name = \"Org\"\nid = \"org\"\ncategory = \"private-sector\"\nroles = [\"operator\"]\ndomains = [\"org.example\"]\n"));
  ASSERT_OK(write_file_atomic(in("report.txt"), "exercise went well\n"));
  const std::string inside = "cd " + shell_quote(folder.path().string()) + " &&";
  const std::string today = format_date(now());
  const std::vector<std::string> attest{"attest", "org.toml", "--control", "P1-05", "--date"};
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> all = attest;
    all.insert(all.end(), more.begin(), more.end());
    return run_entente(all, inside);
  };
  const auto good = with({today, "--file", "report.txt", "--key", "auditor.key"});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_EQ(good.err, "");
  const auto absent = with({today, "--file", "absent.txt", "--key", "auditor.key"});
  EXPECT_EQ(absent.code, 2);
  EXPECT_THAT(absent.err, HasSubstr("cannot open"));
  EXPECT_THAT(absent.err, Not(HasSubstr("symbolic link")));
  const auto own = with({today, "--text", "x", "--key", "own.key"});
  EXPECT_EQ(own.code, 0);
  EXPECT_THAT(own.err, HasSubstr("will not count: attested by the organisation's own key (org.example)"));
  EXPECT_THAT(with({today, "--text", "x"}).err, HasSubstr("class A needs the signature of another party"));
  EXPECT_THAT(with({"2999-01-01", "--text", "x", "--key", "auditor.key"}).err, HasSubstr("lies in the future"));
  EXPECT_THAT(with({"2001-01-01", "--text", "x", "--key", "auditor.key"}).err, HasSubstr("days old, limit"));
}

TEST_F(Assess, NamesWhatTheUserNamed) {
  ASSERT_OK(write_file_atomic(in("kev.json"), "{}\n"));
  ASSERT_EQ(run_entente({"evidence", "create", in("b"), "--item", "kev=" + in("kev.json")}).code, 0);
  ASSERT_EQ(run_entente({"evidence", "pack", in("b"), in("b.tar.zst")}).code, 0);
  const auto bundle = run_entente({"assess", "--bundle", in("b.tar.zst"), "-o", in("out")});
  EXPECT_EQ(bundle.code, 2);
  EXPECT_THAT(bundle.err, HasSubstr(in("b.tar.zst") + ": the bundle holds 0 profiles"));
  const auto folder_given = run_entente({"assess", in(""), "-o", in("out")});
  EXPECT_EQ(folder_given.code, 2);
  EXPECT_THAT(folder_given.err, HasSubstr("this is a folder, a profile is a file"));
}

TEST_F(Assess, WhatCannotBeCheckedIsSaid) {
  ASSERT_EQ(assess().code, 1);
  fs::remove(folder.path() / "out/report.fr.html");
  const auto note = run_entente({"verify", in("out")});
  EXPECT_EQ(note.code, 0) << note.out;
  EXPECT_THAT(note.out, HasSubstr("report.fr.html: not in this folder"));
  const std::string document = read_file(in("out/assessment.json")).value();
  fs::remove(folder.path() / "out/assessment.json");
  const auto none = run_entente({"verify", in("out")});
  EXPECT_EQ(none.code, 1) << none.err;
  EXPECT_THAT(none.out, HasSubstr("assessment.json: missing"));
  EXPECT_THAT(none.out, HasSubstr("report.html: not checked, because"));
  ASSERT_OK(write_file_atomic(in("out/assessment.json"), document));
  ASSERT_OK(write_file_atomic(in("out/bundle/extra"), "x"));
  const auto bad = run_entente({"verify", in("out")});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.out, HasSubstr("assessment.json: not checked, because the bundle"));
}

TEST_F(Assess, WarnsOfEvidenceNobodyReads) {
  const std::string head =
      "name = \"Org\"\nid = \"org\"\ncategory = \"private-sector\"\nroles = [\"software-producer\"]\ndomains = [\"org.example\"]\n";
  ASSERT_OK(write_file_atomic(in("bom.json"), "{}\n"));
  ASSERT_OK(write_file_atomic(in("org.toml"), head + "[[evidence]]\nkind = \"sbom.cyclondx\"\npath = \"bom.json\"\n"));
  const std::string warning =
      "no engine of this version reads evidence of kind \"sbom.cyclondx\", so "
      "evidence/sbom.cyclondx/bom.json is not judged; did you mean \"sbom.cyclonedx\"?";
  for (const char* chatter : {"--color=never", "--quiet"}) {
    const auto run = run_entente({"assess", in("org.toml"), "-o", in("out"), "--at", "2026-11-24", chatter});
    EXPECT_EQ(run.code, 1) << run.err;
    EXPECT_THAT(run.err, HasSubstr("warning: " + warning)) << chatter;
  }
  const auto json = run_entente({"assess", "--bundle", in("out/bundle"), "-o", in("again"), "--at", "2026-11-24", "--json"});
  EXPECT_EQ(json.code, 1);
  const auto document = JsonDocument::parse(json.out, "stdout");
  ASSERT_OK(document);
  EXPECT_EQ(to_json(document->root())["warnings"], Json::array({warning}));
  // Nothing close: the kinds there are.
  const auto made = run_entente({"evidence", "create", in("b"), "--item", "zone=" + in("bom.json")});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("warning: no engine of this version reads evidence of kind \"zone\""));
  EXPECT_THAT(made.err, HasSubstr("sbom.spdx"));
}

TEST_F(Assess, SpeaksFrenchAndKeepsColoursOutOfPipes) {
  const auto run = assess({"--lang", "fr"});
  EXPECT_THAT(run.out, HasSubstr("À corriger d’abord"));
  EXPECT_THAT(run.out, Not(HasSubstr("\x1b[")));
}

}  // namespace
}  // namespace entente::test
