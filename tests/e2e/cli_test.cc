// The command line's manners, on the real binary: help with examples for every command, exit codes, errors that say what, where and what to
// do, JSON that parses, no colours where no terminal is.
#include <map>
#include <set>
#include <sstream>

#include "core/json.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente {
namespace {

using test::run_entente;
using ::testing::HasSubstr;
using ::testing::Not;

using Command = std::vector<std::string>;

const std::string& help_of(const Command& command) {
  static std::map<Command, std::string> asked;
  const auto [it, added] = asked.try_emplace(command);
  if (!added) return it->second;
  Command arguments = command;
  arguments.emplace_back("--help");
  const auto r = run_entente(arguments);
  EXPECT_EQ(r.code, 0) << testing::PrintToString(command);
  EXPECT_EQ(r.err, "") << testing::PrintToString(command);
  return it->second = r.out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

// What --help lists under "Subcommands:": lines of two spaces, a name, a description.
std::vector<std::string> subcommands_in(const std::string& help) {
  std::vector<std::string> out;
  bool listed = false;
  for (const std::string& line : lines_of(help)) {
    if (line == "Subcommands:")
      listed = true;
    else if (line.empty())
      listed = false;
    else if (listed && line.starts_with("  ") && line[2] != ' ')
      out.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return out;
}

// Every command and group, found by asking each for its subcommands.
void walk(const Command& command, std::vector<Command>& found) {
  found.push_back(command);
  for (const std::string& name : subcommands_in(help_of(command))) {
    Command below = command;
    below.push_back(name);
    walk(below, found);
  }
}

std::string joined(const Command& command) {
  std::string out = "entente";
  for (const std::string& word : command) out += " " + word;
  return out;
}

TEST(Cli, EveryCommandHasHelpWithExamplesOfItself) {
  std::vector<Command> found;
  walk({}, found);
  EXPECT_GE(found.size(), 38U);
  for (const Command& must : std::vector<Command>{{"assess"}, {"supply", "db", "build"}, {"ledger", "witness"}, {"controls", "show"}})
    EXPECT_THAT(found, testing::Contains(must));
  const std::set<Command> known(found.begin(), found.end());
  for (const Command& command : found) {
    SCOPED_TRACE(joined(command));
    const std::string help = help_of(command);
    EXPECT_THAT(help, HasSubstr("--json"));
    EXPECT_THAT(help, Not(HasSubstr("\x1b[")));
    const std::size_t at = help.find("\nExamples:\n");
    ASSERT_NE(at, std::string::npos);
    std::size_t examples = 0, own = 0;
    for (const std::string& line : lines_of(help.substr(at))) {
      const std::size_t word = line.find_first_not_of(' ');
      if (word == std::string::npos || line.compare(word, 8, "entente ") != 0) continue;
      ++examples;
      // The longest command the example's words spell: it exists, and takes the options shown.
      std::istringstream words(line.substr(word + 8));
      Command spelt;
      for (std::string w; words >> w;) {
        Command longer = spelt;
        longer.push_back(w);
        if (known.contains(longer))
          spelt = longer;
        else if (w.starts_with("--") && w.size() > 2)
          EXPECT_THAT(help_of(spelt), HasSubstr(w.substr(0, w.find('=')))) << line;
      }
      EXPECT_FALSE(spelt.empty()) << "not a command: " << line;
      if (std::equal(command.begin(), command.end(), spelt.begin(),
                     spelt.begin() + static_cast<std::ptrdiff_t>(std::min(command.size(), spelt.size()))))
        ++own;
    }
    EXPECT_GT(examples, 0U);
    EXPECT_GT(own, 0U) << "no example of the command itself";
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

TEST(Cli, ThePublicKeyIsNotTakenForThePrivateOne) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const std::string key = (folder->path() / "org.key").string();
  ASSERT_EQ(run_entente({"keygen", "works.example", "--out", key}).code, 0);
  const auto r = run_entente({"ledger", "init", (folder->path() / "log").string(), "--key", key + ".vkey"});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("org.key.vkey: this is a public key (works.example), a private one is expected"));
  EXPECT_THAT(r.err, HasSubstr("hint: the private key is the file beside it: " + key + "\n"));
  EXPECT_FALSE(std::filesystem::exists(folder->path() / "log"));
}

TEST(Cli, HelpIsAWordTooAndNamesValuesPlainly) {
  EXPECT_EQ(run_entente({"help"}).out, help_of({}));
  EXPECT_EQ(run_entente({"help", "supply", "scan"}).out, help_of({"supply", "scan"}));
  EXPECT_EQ(run_entente({"help", "nothing-like-it"}).code, 2);
  EXPECT_THAT(help_of({}), Not(HasSubstr("UINT")));
  EXPECT_THAT(help_of({}), HasSubstr("--threads N "));
  EXPECT_THAT(help_of({}), HasSubstr("from 0 to 1024"));
  EXPECT_THAT(help_of({}), HasSubstr("--color WHEN "));
  EXPECT_THAT(help_of({"registry", "comcheck", "answer"}), HasSubstr("ADDR[:PORT]")) << "a colon of the word's own";
  EXPECT_THAT(help_of({"ledger", "serve"}), HasSubstr("ADDR:PORT"));
}

TEST(Cli, AMisspeltCommandGetsAHint) {
  EXPECT_THAT(run_entente({"asses"}).err, HasSubstr("did you mean \"assess\"?"));
  const auto below = run_entente({"ledger", "apend"});
  EXPECT_EQ(below.code, 2);
  EXPECT_THAT(below.err, HasSubstr("did you mean \"append\"?"));
}

TEST(Cli, AReaderThatHasSeenEnoughIsNoError) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const std::string err = (folder->path() / "err").string();
  for (const char* command : {" controls list --json", " controls list", " --help"}) {
    // `true` reads nothing and is gone before anything is written.
    const std::string line = "{ sleep 0.2; " + test::shell_quote(ENTENTE_BINARY) + command + " 2>" + test::shell_quote(err) + "; } | true";
    EXPECT_EQ(std::system(line.c_str()), 0);
    EXPECT_EQ(read_file(err).value_or("?"), "") << command;
  }
}

TEST(Cli, VerifyOfAKeySaysWhatToGiveInstead) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const std::string key = (folder->path() / "org.key").string();
  ASSERT_EQ(run_entente({"keygen", "works.example", "--out", key}).code, 0);
  const auto r = run_entente({"verify", key + ".vkey"});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("this is a public key (works.example)"));
  EXPECT_THAT(r.err, HasSubstr("--key"));
  EXPECT_THAT(run_entente({"verify", "x", "--key", (folder->path() / "org.vkey").string()}).err,
              HasSubstr("did you mean " + key + ".vkey?"));
}

TEST(Cli, VersionIsPrinted) {
  const auto r = run_entente({"--version"});
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.out, HasSubstr("entente "));
}

}  // namespace
}  // namespace entente
