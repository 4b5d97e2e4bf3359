// `entente registry check` and `entente registry import` on the real binary: exit codes, the three outputs, and the envelopes' way into a
// ledger.
#include "core/file.h"
#include "core/json.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente {
namespace {

using test::run_entente;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

constexpr const char* kClean = R"([{"id": "a", "name": "Example Bank", "category": "private-sector", "nature": "company", "country": "FRA",
  "date_signed": "2020-01-02", "domain": "bank.example"}])";
constexpr const char* kDefective = "name,category,nationality\n\"Example, Inc\",undefined,BTN\nExample \xC2\xA0Two,state,ROM\n";

class RegistryImportCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    test::spit(path("clean.json"), kClean);
    test::spit(path("list.csv"), kDefective);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_->path() / name).string(); }
  std::string key() {
    const auto r = run_entente({"keygen", "importer.example", "--out", path("importer.key")});
    EXPECT_EQ(r.code, 0) << r.err;
    return path("importer.key");
  }
  Result<TemporaryFolder> folder_ = TemporaryFolder::make();
};

TEST_F(RegistryImportCommand, CheckTellsByItsExitCode) {
  EXPECT_EQ(run_entente({"registry", "check", path("clean.json")}).code, 0);
  const auto found = run_entente({"registry", "check", path("list.csv")});
  EXPECT_EQ(found.code, 1);
  EXPECT_THAT(found.out, HasSubstr("2 records from 1 file (csv)"));
  EXPECT_THAT(found.out, HasSubstr("country-ambiguous"));
  EXPECT_THAT(found.out, HasSubstr("country-not-iso"));
  const auto absent = run_entente({"registry", "check", path("absent.json")});
  EXPECT_EQ(absent.code, 2);
  EXPECT_THAT(absent.err, HasSubstr("no such file"));
  EXPECT_EQ(run_entente({"registry", "check", path("list.csv"), "--only", "no-such-code"}).code, 2);
  EXPECT_EQ(run_entente({"registry"}).code, 2);
}

TEST_F(RegistryImportCommand, CheckInOtherForms) {
  const auto json = run_entente({"registry", "check", path("list.csv"), "--json"});
  EXPECT_EQ(json.code, 1);
  const Json document = Json::parse(json.out);
  EXPECT_EQ(document["records"], 2);
  EXPECT_EQ(document["found"].size(), 2u);
  const auto csv = run_entente({"registry", "check", path("list.csv"), "--csv"});
  EXPECT_EQ(csv.code, 1);
  EXPECT_THAT(csv.out, HasSubstr("\r\ncountry-ambiguous,error,"));
  EXPECT_EQ(run_entente({"registry", "check", path("list.csv"), "--csv", "--json"}).code, 2);
  // Without the official site's rows, BTN is Bhutan.
  EXPECT_EQ(run_entente({"registry", "check", path("list.csv"), "--country-list", "none"}).out.find("country-ambiguous"),
            std::string::npos);
}

TEST_F(RegistryImportCommand, EnvelopesGoIntoALedger) {
  const std::string importer = key();
  const auto made =
      run_entente({"registry", "import", path("list.csv"), "--key", importer, "--name", "Example list", "--out", path("out")});
  ASSERT_EQ(made.code, 0) << made.err;
  const std::string part = path("out/import-001-of-001.dsse.json");
  ASSERT_EQ(run_entente({"keygen", "log.example", "--out", path("log.key")}).code, 0);
  ASSERT_EQ(run_entente({"ledger", "init", path("log"), "--key", path("log.key")}).code, 0);
  const auto appended = run_entente({"ledger", "append", path("log"), "--key", path("log.key"), part});
  EXPECT_EQ(appended.code, 0) << appended.err;
  EXPECT_EQ(run_entente({"verify", part, "--key", importer + ".vkey"}).code, 0);
  // A second import does not mix with the first.
  EXPECT_EQ(run_entente({"registry", "import", path("list.csv"), "--key", importer, "--name", "x", "--out", path("out")}).code, 2);
  EXPECT_EQ(run_entente({"registry", "import", path("list.csv"), "--key", importer, "--out", path("out2")}).code, 2);  // no name
  EXPECT_EQ(run_entente({"registry", "import", path("list.csv"), "--key", importer, "--name", "x"}).code, 2);  // neither --out nor --print
  const std::vector<std::string> printed = {"registry", "import", path("list.csv"),       "--key",  importer, "--name",
                                            "x",        "--at",   "2026-11-27T12:00:00Z", "--print"};
  EXPECT_EQ(run_entente(printed).out, run_entente(printed).out);
  EXPECT_THAT(run_entente(printed).out, HasSubstr("{\"payload\":\""));
}

}  // namespace
}  // namespace entente
