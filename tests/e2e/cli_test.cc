// The command line's manners, on the real binary: help with examples for every command, exit codes, errors that say what, where and what to
// do, JSON that parses, no colours where no terminal is.
#include "core/json.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente {
namespace {

using test::run_entente;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::vector<std::string>>& commands() {
  static const std::vector<std::vector<std::string>> list{{"assess"},
                                                          {"attest"},
                                                          {"controls"},
                                                          {"controls", "list"},
                                                          {"controls", "show"},
                                                          {"evidence"},
                                                          {"evidence", "create"},
                                                          {"evidence", "verify"},
                                                          {"evidence", "list"},
                                                          {"evidence", "pack"},
                                                          {"evidence", "unpack"},
                                                          {"keygen"},
                                                          {"ledger"},
                                                          {"ledger", "init"},
                                                          {"ledger", "append"},
                                                          {"ledger", "proof"},
                                                          {"ledger", "fsck"},
                                                          {"reproduce"},
                                                          {"supply"},
                                                          {"supply", "scan"},
                                                          {"supply", "check"},
                                                          {"supply", "db"},
                                                          {"supply", "db", "build"},
                                                          {"supply", "db", "info"},
                                                          {"verify"}};
  return list;
}

TEST(Cli, EveryCommandHasHelpWithExamples) {
  for (std::vector<std::string> command : commands()) {
    const std::string name = testing::PrintToString(command);
    command.push_back("--help");
    const auto r = run_entente(command);
    EXPECT_EQ(r.code, 0) << name;
    EXPECT_THAT(r.out, HasSubstr("Examples:")) << name;
    EXPECT_THAT(r.out, HasSubstr("entente ")) << name;
    EXPECT_THAT(r.out, HasSubstr("--json")) << name;
    EXPECT_THAT(r.out, Not(HasSubstr("\x1b["))) << name;
    EXPECT_EQ(r.err, "") << name;
  }
}

TEST(Cli, UsageErrorsAreTwoAndSayWhereToLook) {
  for (const std::vector<std::string>& bad : std::vector<std::vector<std::string>>{{},
                                                                                   {"no-such-command"},
                                                                                   {"verify"},
                                                                                   {"controls", "--no-such-option"},
                                                                                   {"controls", "list", "--class", "X"},
                                                                                   {"supply"},
                                                                                   {"ledger"}}) {
    const auto r = run_entente(bad);
    EXPECT_EQ(r.code, 2) << testing::PrintToString(bad);
    EXPECT_THAT(r.err, HasSubstr("error:")) << testing::PrintToString(bad);
    EXPECT_THAT(r.err, HasSubstr("hint:")) << testing::PrintToString(bad);
  }
}

TEST(Cli, InputErrorsNameTheFile) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const std::string broken = (folder->path() / "broken.json").string();
  ASSERT_OK(write_file_atomic(broken, "{\"bomFormat\": \"CycloneDX\",\n \"a\": 1, \"a\": 2}"));
  const auto r = run_entente({"supply", "check", broken});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("broken.json:2:"));
  EXPECT_THAT(r.err, HasSubstr("duplicate key"));
  for (const std::vector<std::string>& bad : std::vector<std::vector<std::string>>{{"verify", "/no/such/path"},
                                                                                   {"assess", "/no/such/org.toml"},
                                                                                   {"evidence", "verify", "/no/such/bundle"},
                                                                                   {"ledger", "fsck", "/no/such/ledger"},
                                                                                   {"reproduce", "/no/such/assessment"},
                                                                                   {"supply", "db", "info", "/no/such/index"}}) {
    const auto e = run_entente(bad);
    EXPECT_EQ(e.code, 2) << testing::PrintToString(bad) << e.out << e.err;
    EXPECT_THAT(e.err, HasSubstr("/no/such/")) << testing::PrintToString(bad);
  }
}

TEST(Cli, JsonIsOneDocument) {
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"controls", "--json"}, {"--json", "controls", "list", "--principle", "6"}, {"controls", "show", "P6-02", "--json"}}) {
    const auto r = run_entente(command);
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_OK(JsonDocument::parse(r.out, "stdout"));
  }
  const auto r = run_entente({"verify", "/no/such/path", "--json"});
  const auto doc = JsonDocument::parse(r.out, "stdout");
  ASSERT_OK(doc);
  EXPECT_TRUE(json_get(doc->root(), "error").has_value());
}

TEST(Cli, ControlsShowsAllSeventyFour) {
  const auto r = run_entente({"controls", "list", "--json"});
  const auto doc = JsonDocument::parse(r.out, "stdout");
  ASSERT_OK(doc);
  const auto text = run_entente({"controls"});
  EXPECT_EQ(text.code, 0);
  for (const char* id : {"P0-01", "P1-08", "P2-08", "P3-07", "P4-07", "P5-08", "P6-08", "P7-08", "P8-07", "P9-08"}) {
    EXPECT_THAT(text.out, HasSubstr(id));
    EXPECT_THAT(r.out, HasSubstr(id));
  }
  const auto french = run_entente({"controls", "show", "P8-01", "--lang", "fr"});
  EXPECT_EQ(french.code, 0);
  const auto unknown = run_entente({"controls", "show", "P6-99"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("P6-0"));
}

TEST(Cli, ColoursOnlyWhereAsked) {
  EXPECT_THAT(run_entente({"controls"}).out, Not(HasSubstr("\x1b[")));
  EXPECT_THAT(run_entente({"controls", "--color", "always"}).out, HasSubstr("\x1b["));
}

TEST(Cli, KeygenKeepsSecretsPrivateAndNeverOverwrites) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const std::string key = (folder->path() / "key").string();
  const auto made = run_entente({"keygen", "works.example", "--out", key});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(std::filesystem::status(key).permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const std::string before = read_file(key).value();
  EXPECT_EQ(run_entente({"keygen", "works.example", "--out", key}).code, 2);
  EXPECT_EQ(read_file(key).value(), before);
  EXPECT_THAT(read_file(key + ".vkey").value(), HasSubstr("works.example+"));
  EXPECT_THAT(made.out, Not(HasSubstr("PRIVATE")));
}

TEST(Cli, VersionIsPrinted) {
  const auto r = run_entente({"--version"});
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.out, HasSubstr("entente "));
}

}  // namespace
}  // namespace entente
