// A supporter without a domain, with the real program and a real SMTP server on loopback: pledge, mail, token, approval; and what must not
// work: opening the link, a second return, a token of somebody else or altered, a kill in the middle.
#include <gmock/gmock.h>

#include <sys/stat.h>

#include <thread>

#include "live_registry.h"
#include "mail_receiver.h"
#include "registry/mail_request.h"

namespace entente {
namespace {

using registry::fixture::key;
using test::LiveRegistry;
using testing::HasSubstr;
using testing::Not;

class MailLife : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(start()) << live.errors(); }
  [[nodiscard]] bool start() {
    return live.start({"--public-url", "http://registry.example", "--smtp", "127.0.0.1:" + std::to_string(receiver.port()), "--smtp-tls",
                       "none", "--mail-from", "registry@registry.example"});
  }
  // A pledge without domains; its key in a file, for the command line.
  std::string apply(const std::string& id) {
    Json p = LiveRegistry::makers().pledge_predicate(id);
    p.erase("domains");
    const std::string file = live.path(id + ".key");
    EXPECT_OK(keys::write_key_file(file, key(id)));
    return live.put(registry::fixture::entry("pledge", registry::fixture::sha("the call"), p, {&key(id)}));
  }
  test::RunResult confirm(std::vector<std::string> more) {
    std::vector<std::string> words{"registry", "confirm", live.url()};
    words.insert(words.end(), more.begin(), more.end());
    return test::run_entente(words);
  }
  // Asks by the command line, waits for the mail.
  std::string token_of(const std::string& id, const std::string& address) {
    const std::size_t before = receiver.mails().size();
    const auto asked = confirm({id, address, "--key", live.path(id + ".key")});
    EXPECT_EQ(asked.code, 0) << asked.out << asked.err << live.errors();
    return receiver.wait_for(before + 1).token();
  }
  http::ClientResponse redeem(const std::string& token) { return live.post("/confirmations", json_compact(Json{{"token", token}})); }
  Json confirmations() { return LiveRegistry::json(live.get("/statements?kind=mail-proof&limit=500"))["items"]; }
  // Every byte of the ledger.
  std::string ledger() {
    std::string out;
    for (const auto& file : std::filesystem::recursive_directory_iterator(live.log()))
      if (file.is_regular_file()) out += read_file(file.path()).value_or("");
    return out;
  }

  test::MailReceiver receiver;
  LiveRegistry live;
};

TEST_F(MailLife, FromThePledgeToApproval) {
  const std::string pledge = apply("club");
  const auto shown = test::run_entente({"registry", "signup", live.url(), "club"});
  EXPECT_THAT(shown.out, HasSubstr("entente registry confirm " + live.url() + " club"));
  const std::string token = token_of("club", "office@mail.example");
  ASSERT_FALSE(token.empty()) << receiver.wait_for(1).message;
  const std::string before = live.get("/statements").body;
  http::Client client({.private_addresses = http::PrivateAddresses::allow});
  for (const std::string& link : {"/confirm?token=", "/confirm#", "/api/v1/confirmations?token=", "/api/v1/confirmations/"})
    EXPECT_OK(client.get(live.url() + link + token));
  EXPECT_EQ(live.get("/statements").body, before) << "opening links changes nothing";

  const auto confirmed = confirm({"club", "--token", token});
  EXPECT_EQ(confirmed.code, 0) << confirmed.out << confirmed.err;
  EXPECT_THAT(confirmed.out, testing::AllOf(HasSubstr("commitment "), HasSubstr("salt ")));
  EXPECT_EQ(LiveRegistry::status_and_code(redeem(token)), "409 token-used");
  const auto again = confirm({"club", "--token", token});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("used before"));
  EXPECT_EQ(confirmations().size(), 1U);
  EXPECT_THAT(ledger(), Not(HasSubstr("office@mail.example")));
  EXPECT_THAT(live.get("/supporters/club").body, Not(HasSubstr("mail.example")));
  EXPECT_THAT(test::run_entente({"registry", "signup", live.url(), "club"}).out, HasSubstr("mailbox  confirmed until"));

  live.put(LiveRegistry::makers().approval("club", pledge, {live.key("officer-1")}));
  live.put(LiveRegistry::makers().approval("club", pledge, {live.key("officer-2")}));
  EXPECT_EQ(LiveRegistry::json(live.get("/counters"))["records"]["approved"], 1);
  EXPECT_EQ(live.stop(), 0) << live.errors();
  const auto rebuilt =
      test::run_entente({"registry", "rebuild", live.log(), "--database", "sqlite:" + live.path("again.sqlite"), "--json"});
  EXPECT_EQ(rebuilt.code, 0) << rebuilt.err;
}

TEST_F(MailLife, AttacksFail) {
  const std::string pledge = apply("club");
  apply("other");
  const std::string token = token_of("club", "office@mail.example"), others = token_of("other", "office@mail.example");
  ASSERT_NE(token, others);
  const auto code = [&](const Json& body) { return LiveRegistry::status_and_code(live.post("/confirmations", json_compact(body))); };
  EXPECT_EQ(code({{"token", token}, {"supporter", "other"}}), "403 bad-token");
  EXPECT_EQ(code({{"token", token}, {"stage", "renew"}}), "403 bad-token");
  std::string altered = token;
  altered.back() = altered.back() == 'A' ? 'E' : 'A';
  EXPECT_EQ(code({{"token", altered}}), "403 bad-token");
  const std::size_t dot = token.find('.', 16) + 1;
  std::string longer = token;
  longer[dot + 30] = longer[dot + 30] == '9' ? '8' : '9';  // within the expiry or the MAC
  EXPECT_EQ(code({{"token", longer}}), "403 bad-token");
  // Somebody else's key does not have the supporter mailed, nor a request that was sent before.
  EXPECT_EQ(confirm({"club", "victim@mail.example", "--key", live.path("other.key")}).code, 1);
  registry::MailRequest request{.organisation = "club",
                                .pledge = Digest::from_hex(pledge).value(),
                                .address = registry::MailAddress::parse("desk@mail.example").value(),
                                .at = std::chrono::floor<std::chrono::seconds>(now())};
  const std::string once = registry::sign_mail_request(request, key("club"), DataSet::embedded()).value();
  EXPECT_EQ(live.post("/supporters/club/confirmations", once).status, 202U);
  EXPECT_EQ(LiveRegistry::status_and_code(live.post("/supporters/club/confirmations", once)), "409 replay");
  // The statement itself is refused where the server's key did not sign it, and its request is no statement.
  EXPECT_EQ(live.refusal(once), "400 unknown-kind");
  // Approved meanwhile: a token of "apply" is of another stage now.
  live.put(LiveRegistry::makers().approval("club", pledge, {live.key("officer-1"), live.key("officer-2")}));
  EXPECT_EQ(code({{"token", token}}), "403 bad-token");
  EXPECT_EQ(confirmations().size(), 0U);
  EXPECT_EQ(code({{"token", others}}), "201 ");
}

// Between the note that a token is used and the answer lies the statement. Whenever the kill comes: at most one confirmation a token.
TEST_F(MailLife, KilledInBetweenNoTokenCountsTwice) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 10; ++i) {
    const std::string id = "club-" + std::to_string(i);
    apply(id);
    tokens.push_back(token_of(id, id + "@mail.example"));
    ASSERT_FALSE(tokens.back().empty());
  }
  std::size_t answered = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string url = live.url() + "/api/v1/confirmations";
    std::thread returning([&] {
      http::Client client({.private_addresses = http::PrivateAddresses::allow});
      if (const auto response = client.post(url, "application/json", json_compact(Json{{"token", tokens[i]}})); response)
        answered += response->status == 201 ? 1U : 0U;
    });
    std::this_thread::sleep_for(std::chrono::microseconds(700 * i));
    live.kill();
    returning.join();
    ASSERT_TRUE(start()) << live.errors();
    const unsigned status = redeem(tokens[i]).status;
    EXPECT_TRUE(status == 201 || status == 409) << status;
    EXPECT_EQ(redeem(tokens[i]).status, 409U);
    std::map<std::string, int> seen;
    for (const Json& row : confirmations()) EXPECT_EQ(++seen[row["supporter"].get<std::string>()], 1);
  }
  EXPECT_GE(confirmations().size(), answered);
}

TEST(MailOptions, ThatCannotBeAreRefusedAtTheStart) {
  const auto folder = TemporaryFolder::make("smtp").value();
  const std::string registry = (folder.path() / "registry").string();
  const auto refused = [&](std::vector<std::string> more, const std::string& said) {
    std::vector<std::string> words{"serve", registry, "--listen", "127.0.0.1:0", "--public-url", "http://registry.example"};
    words.insert(words.end(), more.begin(), more.end());
    const auto result = test::run_entente(words);
    EXPECT_NE(result.code, 0);
    EXPECT_THAT(result.err, HasSubstr(said));
  };
  const std::string password = (folder.path() / "password").string();
  test::spit(password, "secret\n");
  const std::vector<std::string> from{"--mail-from", "registry@registry.example"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), from.begin(), from.end());
    return more;
  };
  refused({"--smtp", "127.0.0.1"}, "--mail-from");
  refused({"--smtp", "127.0.0.1", "--mail-from", "no address"}, "--mail-from");
  refused(with({"--smtp", "127.0.0.1:0"}), "no port");
  refused(with({"--smtp", "mail.example", "--smtp-tls", "none"}), "this machine");
  refused(with({"--smtp", "127.0.0.1", "--smtp-user", "u"}), "go together");
  ASSERT_EQ(::chmod(password.c_str(), 0644), 0);
  refused(with({"--smtp", "127.0.0.1", "--smtp-user", "u", "--smtp-password-file", password}), "others can read");
  ASSERT_EQ(::chmod(password.c_str(), 0600), 0);
  refused(with({"--smtp", "127.0.0.1", "--smtp-tls", "none", "--smtp-user", "u", "--smtp-password-file", password}), "without TLS");
}

}  // namespace
}  // namespace entente
