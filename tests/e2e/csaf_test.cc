// `entente csaf validate` on the real binary: exit codes, presets, folders, JSON.
#include "core/json.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente {
namespace {

using test::run_entente;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kGood =
    R"({"document":{"category":"csaf_base","csaf_version":"2.0","publisher":{"category":"vendor","name":"Example","namespace":"https://example.com"},
  "title":"An advisory","tracking":{"current_release_date":"2026-01-01T00:00:00Z","id":"EX-1","initial_release_date":"2026-01-01T00:00:00Z",
  "revision_history":[{"date":"2026-01-01T00:00:00Z","number":"1","summary":"First."}],"status":"final","version":"1"}}})";

class CsafCommand : public ::testing::Test {
 protected:
  CsafCommand() : folder_(TemporaryFolder::make("csaf").value()) {
    test::spit(at("good.json"), kGood);
    std::string bad(kGood);
    bad.replace(bad.find("\"version\":\"1\""), 13, "\"version\":\"2\"");
    test::spit(at("bad.json"), bad);
    test::spit(at("broken.json"), std::string(kGood) + " x");
  }
  std::string at(const char* name) const { return (folder_.path() / name).string(); }
  TemporaryFolder folder_;
};

TEST_F(CsafCommand, ExitCodeSaysWhetherTheDocumentIsValid) {
  EXPECT_EQ(run_entente({"csaf", "validate", at("good.json")}).code, 0);
  const auto bad = run_entente({"csaf", "validate", at("bad.json")});
  EXPECT_EQ(bad.code, 1) << bad.err;
  EXPECT_THAT(bad.out, HasSubstr("6.1.16 /document/tracking/version"));
  EXPECT_EQ(run_entente({"csaf", "validate", at("broken.json")}).code, 2);
  EXPECT_EQ(run_entente({"csaf", "validate", folder_.path().string()}).code, 2);
}

TEST_F(CsafCommand, PresetsAndSingleTests) {
  const auto mandatory = run_entente({"csaf", "validate", at("good.json"), "--mandatory"});
  EXPECT_THAT(mandatory.out, Not(HasSubstr("6.2.")));
  EXPECT_THAT(run_entente({"csaf", "validate", at("good.json"), "--optional"}).out, HasSubstr("6.2.12"));
  EXPECT_EQ(run_entente({"csaf", "validate", at("good.json"), "--test", "6.2.12"}).code, 1);
  EXPECT_EQ(run_entente({"csaf", "validate", at("bad.json"), "--test", "6.1.7"}).code, 0);
  const auto unknown = run_entente({"csaf", "validate", at("good.json"), "--test", "6.9.9"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("no test \"6.9.9\""));
}

// Validity is the schema and every mandatory test; what was not asked must not be said.
TEST_F(CsafCommand, PartOfTheTestsDoesNotMakeADocumentValid) {
  const auto valid = [&](const char* file, std::vector<std::string> more) {
    std::vector<std::string> arguments{"csaf", "validate", at(file), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Json::parse(run_entente(arguments).out)["documents"][0]["valid"];
  };
  EXPECT_EQ(valid("good.json", {"--mandatory"}), Json(true));
  EXPECT_TRUE(valid("good.json", {"--optional"}).is_null());
  EXPECT_TRUE(valid("good.json", {"--informative"}).is_null());
  EXPECT_TRUE(valid("bad.json", {"--test", "6.1.7"}).is_null());
  EXPECT_EQ(valid("bad.json", {"--test", "6.1.16"}), Json(false));
  EXPECT_THAT(run_entente({"csaf", "validate", at("good.json"), "--informative"}).out, HasSubstr("the schema among what was not"));
}

TEST_F(CsafCommand, AnotherDocumentIsNoCsaf) {
  test::spit(at("bom.json"), R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[]})");
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--optional"}, {"--test", "6.1.7"}}) {
    std::vector<std::string> arguments{"csaf", "validate", at("bom.json")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto r = run_entente(arguments);
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.out, HasSubstr("a CycloneDX document, no CSAF document"));
    EXPECT_THAT(r.out, Not(HasSubstr("6.2.")));
  }
}

TEST_F(CsafCommand, CollectRefusesOptionsThatCannotWorkBeforeItWrites) {
  const std::string bundle = at("bundle");
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"http://vendor.example"}, {"localhost"}, {"vendor.example", "--certificates", at("good.json")}}) {
    std::vector<std::string> arguments{"csaf", "collect", "-o", bundle};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const auto r = run_entente(arguments);
    EXPECT_EQ(r.code, 2) << wrong[0];
    EXPECT_THAT(r.err, HasSubstr("hint:"));
    EXPECT_FALSE(std::filesystem::exists(bundle));
  }
}

TEST_F(CsafCommand, JsonNamesTestPointerAndRepairAndWhatWasSkipped) {
  const auto r = run_entente({"csaf", "validate", at("bad.json"), at("good.json"), "--json"});
  EXPECT_EQ(r.code, 1);
  const Json document = Json::parse(r.out);
  ASSERT_EQ(document["documents"].size(), 2u);
  EXPECT_FALSE(document["documents"][0]["valid"].get<bool>());
  const Json& first = document["documents"][0]["findings"][0];
  EXPECT_EQ(first["test"], "6.1.16");
  EXPECT_EQ(first["pointer"], "/document/tracking/version");
  EXPECT_FALSE(first["repair"].get<std::string>().empty());
  EXPECT_TRUE(document["documents"][1]["valid"].get<bool>());
  EXPECT_EQ(document["documents"][1]["skipped"][0]["test"], "6.3.6");
}

}  // namespace
}  // namespace entente
