// `entente serve` as a program: what it leaves behind when it does not start, what it says of wrong keys and damaged files, how it words
// refusals on the wire, and the text of the Call it publishes; and that the example of `registry sign --help` runs as it stands.
#include <gmock/gmock.h>

#include "live_registry.h"

namespace entente {
namespace {

using test::LiveRegistry;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

class Serving : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  [[nodiscard]] static test::RunResult serve(std::vector<std::string> more) {
    std::vector<std::string> words{"serve"};
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(), {"--listen", "127.0.0.1:0"});
    return test::run_entente(words);
  }
  TemporaryFolder folder = TemporaryFolder::make("serve").value();
};

TEST_F(Serving, OptionsThatCannotBeUsedLeaveNoRegistryBehind) {
  const std::vector<std::vector<std::string>> bad = {
      {"--vantage", "own=192.0.2.1"},
      {"--smtp", "mail.example:587", "--mail-from", "a@b.example"},
      {"--call-text", "english"},
      {"--call-text", "en=" + path("none.txt")},
      {"--verifier-key", path("none.key")},
      {"--policy", path("none.policy")},
      {"--public-suffixes", path("none.dat")},
      {"--database", "mysql://nowhere"},
  };
  for (const auto& options : bad) {
    std::vector<std::string> words{path("registry")};
    words.insert(words.end(), options.begin(), options.end());
    const auto run = serve(words);
    EXPECT_EQ(run.code, 2) << options[0] << run.err;
    EXPECT_THAT(run.err, Not(HasSubstr("made a registry")));
    EXPECT_FALSE(fs::exists(path("registry"))) << options[0];
  }
  fs::create_directory(path("mine"));
  test::spit(path("mine/notes.txt"), "mine");
  EXPECT_EQ(serve({path("mine")}).code, 2);
  EXPECT_EQ(test::slurp(path("mine/notes.txt")), "mine") << "nor is anything taken away that was there";
}

TEST(ServingLive, WrongKeysAndDamagedFilesAreNamed) {
  LiveRegistry live;
  ASSERT_TRUE(live.start()) << live.errors();
  std::vector<std::string> files;
  for (const auto& file : fs::directory_iterator(live.folder() + "/keys")) files.push_back(file.path().filename().string());
  EXPECT_THAT(files, testing::Contains("log.key.vkey"));
  EXPECT_THAT(files, Not(testing::Contains("log.vkey"))) << "one form of each key";
  ASSERT_EQ(live.stop(), 0);
  const auto again = [&] { return test::run_entente({"serve", live.folder(), "--listen", "127.0.0.1:0"}); };
  const std::string key_file = live.folder() + "/keys/log.key", key = test::slurp(key_file);
  for (const std::string& wrong : {key.substr(0, 30), std::string("garbage\n")}) {
    fs::remove(key_file);
    test::spit(key_file, wrong);
    const auto run = again();
    EXPECT_EQ(run.code, 2);
    EXPECT_THAT(run.err, AllOf(HasSubstr(key_file), HasSubstr("put back the key this registry's log was made with")));
  }
  fs::remove(key_file);
  EXPECT_THAT(again().err, HasSubstr("put back the key"));
  const auto other = keys::SigningKey::generate("registry.example/ledger").value();
  fs::remove(key_file + ".vkey");
  ASSERT_TRUE(keys::write_key_file(key_file, other).has_value());
  EXPECT_THAT(again().err, AllOf(HasSubstr("is not the log's"), HasSubstr(key_file), HasSubstr("put back the key")));
  fs::remove(key_file);
  test::spit(key_file, key);
  fs::permissions(key_file, fs::perms::owner_read | fs::perms::owner_write);
  test::spit(live.folder() + "/private/heard-requests", "\x01\x02");
  const auto damaged = again();
  EXPECT_EQ(damaged.code, 2);
  EXPECT_THAT(damaged.err, AllOf(HasSubstr("heard-requests"), HasSubstr("damaged"), HasSubstr("move the file away")));
}

TEST(ServingLive, RefusalsOnTheWireAreWordedByPath) {
  LiveRegistry live;
  ASSERT_TRUE(live.start()) << live.errors();
  const auto large = live.post("/statements", std::string(200'000, 'x'));
  EXPECT_EQ(large.status, 413U);
  EXPECT_EQ(large.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(LiveRegistry::json(large)["code"], "too-large");
  http::Client client({.private_addresses = http::PrivateAddresses::allow});
  const auto page = client.post(live.url() + "/signup", "text/plain", std::string(200'000, 'x')).value();
  EXPECT_EQ(page.status, 413U);
  EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.body, AllOf(HasSubstr("too large"), HasSubstr("<html lang=\"en\">")));
  const auto long_head = client.get(live.url() + "/signup?lang=fr&name=" + std::string(20'000, 'a')).value();
  EXPECT_EQ(long_head.status, 431U);
  EXPECT_EQ(long_head.header("Content-Type"), "text/html; charset=utf-8");
}

TEST(ServingLive, TheExampleOfSignRunsAsTyped) {
  LiveRegistry live;
  const std::string call = live.path("call.txt");
  test::spit(call, "The Call, as you read it.\n");
  ASSERT_TRUE(live.start({"--call-text", "en@2018-11-12=" + call})) << live.errors();
  const Json texts = LiveRegistry::json(live.get("/texts"));
  EXPECT_EQ(texts["accepted"][0]["version"], "2018-11-12");
  EXPECT_EQ(live.get("/texts/" + texts["accepted"][0]["sha256"].get<std::string>()).body, test::slurp(call));
  // The lines of the help that are commands, up to the one that sends, with this server's address.
  const std::string help = test::run_entente({"registry", "sign", "--help"}).out;
  const std::string script = live.path("example.sh");
  std::string commands = "set -eu\ncd " + test::shell_quote(live.path("")) + "\n";
  std::istringstream lines(help.substr(help.find("Examples:")));
  for (std::string line; std::getline(lines, line);) {
    if (line.find("approval.json") != std::string::npos) break;
    if (line.starts_with("  ") && !line.starts_with("   ")) commands += line + "\n";
  }
  const std::string address = "http://127.0.0.1:8080";
  ASSERT_NE(commands.find(address), std::string::npos);
  commands.replace(commands.find(address), address.size(), live.url());
  test::spit(script, "entente() { " + test::shell_quote(std::string(ENTENTE_BINARY)) + " \"$@\"; }\n" + commands);
  EXPECT_EQ(std::system(("sh " + test::shell_quote(script) + " >" + test::shell_quote(script + ".out") + " 2>&1").c_str()), 0)
      << commands << test::slurp(script + ".out");
  EXPECT_EQ(LiveRegistry::json(live.get("/supporters/alpha"))["status"], "applied");
}

}  // namespace
}  // namespace entente
