// `entente assess --sarif --oscal` and `entente assessment export` as a user runs them, over the sample organisation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/digest.h"
#include "core/file.h"
#include "core/json.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class AssessmentExport : public ::testing::Test {
 protected:
  std::string in(const std::string& name) const { return (folder.path() / name).string(); }
  RunResult assess(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{
        "assess", (source_dir() / "examples/org.toml").string(), "-o", in("out"), "--at", "2026-11-24T12:00:00Z"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_entente(arguments);
  }
  RunResult exported(std::vector<std::string> more) const {
    std::vector<std::string> arguments{"assessment", "export"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_entente(arguments);
  }
  std::string content(const std::string& name) const { return read_file(in(name)).value(); }
  TemporaryFolder folder = TemporaryFolder::make("entente-e2e").value();
};

TEST_F(AssessmentExport, BothCommandsWriteTheSameBytes) {
  const auto run = assess({"--sarif", in("a.sarif"), "--oscal", in("a.oscal.json"), "--json"});
  ASSERT_EQ(run.code, 1) << run.err;
  const auto json = JsonDocument::parse(run.out, "out");
  ASSERT_OK(json);
  EXPECT_EQ(json_string(json->root(), "sarif"), in("a.sarif"));
  EXPECT_EQ(json_string(json->root(), "oscal"), in("a.oscal.json"));
  for (const auto& [format, file] : {std::pair{"sarif", "a.sarif"}, std::pair{"oscal", "a.oscal.json"}}) {
    const auto again = exported({in("out"), "--format", format});
    ASSERT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(again.out, content(file)) << format;
    const auto written = exported({in("out/assessment.json"), "--format", format, "-o", in("b.json"), "--json"});
    ASSERT_EQ(written.code, 0) << written.err;
    EXPECT_EQ(content("b.json"), content(file)) << format;
    const auto said = JsonDocument::parse(written.out, "out");
    ASSERT_OK(said);
    EXPECT_EQ(json_string(said->root(), "digest"), sha256(content(file)).str());
  }
}

TEST_F(AssessmentExport, InTheOutputFolderTheyAreVerified) {
  const std::vector<std::string> both{"--sarif", in("out/assessment.sarif"), "--oscal", in("out/assessment-results.oscal.json")};
  ASSERT_EQ(assess(both).code, 1);
  ASSERT_EQ(assess(both).code, 1) << "an earlier assessment with the two files is replaced";
  auto verified = run_entente({"verify", in("out")});
  EXPECT_EQ(verified.code, 0) << verified.out;
  EXPECT_THAT(verified.out, HasSubstr("assessment.sarif: equals what the assessment says"));
  EXPECT_THAT(verified.out, HasSubstr("assessment-results.oscal.json: equals what the assessment says"));
  std::string changed = content("out/assessment-results.oscal.json");
  const std::size_t at = changed.find("\"not-satisfied\"");
  ASSERT_NE(at, std::string::npos);
  changed.replace(at, 15, "\"satisfied\"");
  ASSERT_OK(write_file_atomic(in("out/assessment-results.oscal.json"), changed));
  verified = run_entente({"verify", in("out")});
  EXPECT_EQ(verified.code, 1);
  EXPECT_THAT(verified.out, HasSubstr("differs from what the assessment says"));
}

TEST_F(AssessmentExport, OtherPlacesInTheOutputFolderAndInputsAreRefused) {
  const auto inside = assess({"--sarif", in("out/x.sarif")});
  EXPECT_EQ(inside.code, 2);
  EXPECT_THAT(inside.err, HasSubstr("there it is called assessment.sarif"));
  EXPECT_FALSE(fs::exists(in("out")));
  EXPECT_EQ(assess({"--sarif", in("x"), "--oscal", in("x")}).code, 2);
  EXPECT_EQ(assess({"--oscal", in("no/such/folder/x.json")}).code, 2);
  EXPECT_EQ(assess({"--oscal", in("")}).code, 2) << "a folder";
  ASSERT_OK(write_file_atomic(in("k"), "not a key"));
  EXPECT_EQ(assess({"--key", in("k"), "--oscal", in("k")}).code, 2);
  EXPECT_EQ(content("k"), "not a key");
  ASSERT_EQ(assess().code, 1);
  const std::string document = content("out/assessment.json");
  EXPECT_EQ(exported({in("out"), "--format", "oscal", "-o", in("out/assessment.json")}).code, 2);
  EXPECT_EQ(content("out/assessment.json"), document);
  EXPECT_EQ(exported({in("out"), "--format", "oscal", "-o", in("out/bundle/x.json")}).code, 2);
}

// Evidence is what an assessment is made from: no output may take its place, by whatever name it is called.
TEST_F(AssessmentExport, EvidenceIsNeverOverwritten) {
  const std::string bom = R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[]})";
  fs::create_directories(in("org/sboms"));
  ASSERT_OK(write_file_atomic(in("org/sboms/a.json"), bom));
  ASSERT_OK(write_file_atomic(in("org/said.txt"), "we do\n"));
  ASSERT_OK(write_file_atomic(in("org/org.toml"),
                              "name = \"Example\"\nid = \"example\"\ncategory = \"private-sector\"\nroles = [\"operator\"]\n"
                              "[[evidence]]\nkind = \"sbom.cyclonedx\"\npath = \"sboms/*.json\"\n"
                              "[[attestation]]\ncontrol = \"P1-01\"\nfile = \"" +
                                  sha256("we do\n").str() + "\"\nfile_path = \"said.txt\"\ndate = 2026-11-01\n"));
  fs::create_symlink(in("org/sboms/a.json"), in("link.json"));
  const auto run = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"assess", in("org/org.toml"), "-o", in("out"), "--at", "2026-11-24T12:00:00Z"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_entente(arguments);
  };
  ASSERT_EQ(run({}).code, 1) << run({}).err;
  for (const std::string option : {"--sarif", "--oscal"})
    for (const std::string file : {"org/sboms/a.json", "org/../org/said.txt", "link.json"}) {
      const auto refused = run({option, in(file)});
      EXPECT_EQ(refused.code, 2) << option << " " << file;
      EXPECT_THAT(refused.err, HasSubstr("is evidence of the profile"));
    }
  const auto folder_of_evidence =
      run_entente({"assess", in("org/org.toml"), "-o", in("org/sboms"), "--force", "--at", "2026-11-24T12:00:00Z"});
  EXPECT_EQ(folder_of_evidence.code, 2);
  EXPECT_THAT(folder_of_evidence.err, HasSubstr("lies in the output folder"));
  EXPECT_EQ(content("org/sboms/a.json"), bom);
  EXPECT_EQ(content("org/said.txt"), "we do\n");
}

TEST_F(AssessmentExport, AStatementNeedsItsKey) {
  ASSERT_EQ(run_entente({"keygen", "coop.example", "-o", in("org.key")}).code, 0);
  ASSERT_EQ(run_entente({"keygen", "other.example", "-o", in("other.key")}).code, 0);
  ASSERT_EQ(assess({"--key", in("org.key")}).code, 1);
  const std::string statement = in("out/statement.dsse.json");
  const auto without = exported({statement, "--format", "oscal"});
  EXPECT_EQ(without.code, 2);
  EXPECT_THAT(without.err, HasSubstr("no key is given"));
  EXPECT_EQ(exported({statement, "--format", "oscal", "--key", in("other.key.vkey")}).code, 2);
  const auto good = exported({statement, "--format", "oscal", "--key", in("org.key.vkey")});
  ASSERT_EQ(good.code, 0) << good.err;
  const auto json = JsonDocument::parse(good.out, "out");
  ASSERT_OK(json);
  EXPECT_THAT(good.out, HasSubstr("Made from the signed statement"));
  const auto document = exported({in("out"), "--format", "oscal", "--key", in("org.key.vkey")});
  EXPECT_EQ(document.code, 2) << "a key that checks nothing must not seem to";
}

TEST_F(AssessmentExport, WithoutTheBundleDigestsStandForTheEvidence) {
  ASSERT_EQ(assess().code, 1);
  ASSERT_OK(write_file_atomic(in("alone.json"), content("out/assessment.json")));
  const auto alone = exported({in("alone.json"), "--format", "sarif"});
  ASSERT_EQ(alone.code, 0) << alone.err;
  EXPECT_THAT(alone.out, HasSubstr("ni:///sha-256;"));
  const auto named = exported({in("alone.json"), "--format", "sarif", "--bundle", in("out/bundle")});
  ASSERT_EQ(named.code, 0) << named.err;
  EXPECT_THAT(named.out, Not(HasSubstr("ni:///sha-256;")));
  ASSERT_EQ(run_entente({"evidence", "create", in("other"), "--item", "kev=" + in("alone.json")}).code, 0);
  const auto other = exported({in("alone.json"), "--format", "sarif", "--bundle", in("other")});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("made from another bundle"));
}

TEST_F(AssessmentExport, UsageErrors) {
  ASSERT_OK(write_file_atomic(in("x.json"), "{\"type\":1}"));
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{in("x.json"), "--format", "sarif"},
                                                {in("none.json"), "--format", "sarif"},
                                                {in("x.json")},
                                                {in("x.json"), "--format", "pdf"},
                                                {in("x.json"), "--format", "oscal", "--results", "problems"}}) {
    const auto run = exported(wrong);
    EXPECT_EQ(run.code, 2);
    EXPECT_FALSE(run.err.empty());
  }
}

TEST_F(AssessmentExport, ProblemsOnly) {
  ASSERT_EQ(assess().code, 1);
  const auto run = exported({in("out"), "--format", "sarif", "--results", "problems"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("\"kind\": \"fail\""));
  EXPECT_THAT(run.out, Not(HasSubstr("\"kind\": \"pass\"")));
  EXPECT_THAT(run.out, Not(HasSubstr("\"kind\": \"open\"")));
}

}  // namespace
}  // namespace entente::test
