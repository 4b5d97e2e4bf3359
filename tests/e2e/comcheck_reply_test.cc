// Replies by mail to a communication check with the real program: the key looked up by DNS from a real name server, what counts and what
// does not, and what of it stands in the party's file afterwards.
#include <gmock/gmock.h>

#include <ctime>

#include "dkim_signer.h"
#include "live_registry.h"
#include "mail_receiver.h"
#include "name_server.h"
#include "registry/comcheck.h"
#include "registry/received_mail.h"

namespace entente {
namespace {

using registry::fixture::key;
using test::DkimSigner;
using test::LiveRegistry;
using test::run_entente;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kRound = "2026-q4";
constexpr const char* kPublicUrl = "https://registry.example";

class ComcheckMailReplies : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_program("nsd")) GTEST_SKIP() << "no nsd";
    ASSERT_TRUE(live.start({"--public-url", kPublicUrl})) << live.errors();
    auto makers = LiveRegistry::makers();
    const std::string pledge = live.put(makers.pledge("alpha"));
    live.put(makers.approval("alpha", pledge, {live.key("officer-1"), live.key("officer-2")}));
    ASSERT_TRUE(keys::write_key_file(live.path("alpha.key"), key("alpha")).has_value());
    Json contact{{"role", "duty"}, {"name", "Dora Duty"}, {"channels", Json::array()}};
    contact["channels"].push_back(Json{{"kind", "email"}, {"address", "duty@alpha.example"}});
    contact["languages"] = {"en"};
    contact["tlp"] = "TLP:GREEN";
    test::spit(live.path("alpha.json"), Json{{"organisation", {{"id", "alpha"}}}, {"contacts", Json::array({contact})}}.dump());
    const std::string opened = live.path("alpha.opened.json");
    ASSERT_EQ(run({"registry", "contacts", "make", live.path("alpha.json"), "--key", live.path("alpha.key"), "--out", opened}).code, 0);
    ASSERT_EQ(run({"registry", "contacts", "send", live.url(), opened}).code, 0);
  }
  static test::RunResult run(std::vector<std::string> arguments) { return run_entente(arguments); }
  test::RunResult comcheck(const char* step, std::vector<std::string> more = {}) {
    std::vector<std::string> out{"registry", "comcheck", step, live.folder(), kRound};
    out.insert(out.end(), more.begin(), more.end());
    return run(out);
  }
  std::string round_file(const std::string& name) { return live.folder() + "/private/comcheck/" + kRound + "/" + name; }
  // Planned, drawn and sent; what the message says is in `text`, `code` and `right`.
  void ask() {
    const Instant start = std::chrono::floor<std::chrono::seconds>(now()) + std::chrono::seconds(5);
    const auto planned =
        comcheck("plan", {"--start", format_time(start), "--end", format_time(start + std::chrono::hours(2)), "--spread", "1s",
                          "--public-url", kPublicUrl, "--key", live.folder() + "/keys/officer-1.key", "--send", live.url()});
    ASSERT_EQ(planned.code, 0) << planned.err;
    ASSERT_EQ(comcheck("draw").code, 0);
    for (int i = 0; i < 100 && sink.mails().empty(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      ASSERT_EQ(comcheck("send", {"--replies", "--smtp", "127.0.0.1:" + std::to_string(sink.port()), "--smtp-tls", "none", "--mail-from",
                                  "check@registry.example"})
                    .code,
                0);
    }
    ASSERT_EQ(sink.mails().size(), 1U);
    text = sink.mails().front().text();
    const std::string mark = std::string(kPublicUrl) + "/comcheck#" + kRound + ".";
    code = text.substr(text.find(mark) + mark.size(), 22);
    for (const auto& question : registry::comcheck_questions().list)
      if (text.find(question.english) != std::string::npos) right = question.answers.front();
    ASSERT_FALSE(right.empty());
  }
  [[nodiscard]] std::string reply(const std::string& said, const std::string& more = {}) const {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::array<char, 64> date{};
    std::strftime(date.data(), date.size(), "%a, %d %b %Y %H:%M:%S +0000", std::gmtime(&seconds));
    std::string out = "From: \"Duty, Dora\" <dora@alpha.example>\r\nTo: check@registry.example\r\nSubject: Re: EXERCISE\r\nDate: " +
                      std::string(date.data()) + "\r\nMessage-ID: <r1@alpha.example>\r\n" + more + "\r\n" + said + "\r\n\r\n";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) out += "> " + line + "\r\n";
    return out;
  }
  test::RunResult answer(const std::string& mail, std::uint16_t port, std::vector<std::string> more = {}) {
    test::spit(live.path("back.eml"), mail);
    more.insert(more.begin(), {"--mail", live.path("back.eml"), "--resolver", "127.0.0.1:" + std::to_string(port)});
    return comcheck("answer", more);
  }
  // As a zone file takes it: strings of at most 255 octets.
  static std::string txt(std::string record) {
    std::string out;
    for (; !record.empty(); record.erase(0, 200)) out += " \"" + record.substr(0, 200) + "\"";
    return out;
  }

  LiveRegistry live;
  test::MailReceiver sink;
  std::string text, code, right;
};

TEST_F(ComcheckMailReplies, CountIfTheContactsDomainSignedThem) {
  const auto rsa = DkimSigner::rsa(), stranger = DkimSigner::rsa(), ed = DkimSigner::ed25519();
  const test::NameServer names(
      {{"alpha.example", test::zone_text("alpha.example", "desk._domainkey IN TXT" + txt(rsa.record()) + "\ned._domainkey IN TXT" +
                                                              txt(ed.record()) + "\n")}});
  ASSERT_TRUE(names.ready("alpha.example")) << names.output();
  ask();
  if (HasFatalFailure()) return;
  EXPECT_THAT(text, HasSubstr("DKIM")) << "--replies says that a reply counts";
  const auto refused = [&](const std::string& mail, const char* why) {
    const auto done = answer(mail, names.port());
    EXPECT_EQ(done.code, 1) << done.out << done.err;
    EXPECT_THAT(done.out, HasSubstr(why));
  };
  refused(reply(right), "no DKIM signature");
  refused(stranger.sign(reply(right), {}), "does not fit");
  refused(rsa.sign(reply(right), {.selector = "none"}), "there is no key at none._domainkey.alpha.example");
  refused(rsa.sign(reply(right), {.fields = "from:date"}), "does not cover Subject");
  refused(rsa.sign(reply(right), {}) + "\r\nadded on the way\r\n", "the body is not the one that was signed");
  const auto automatic = answer(rsa.sign(reply(right, "Auto-Submitted: auto-replied\r\n"), {}), names.port());
  EXPECT_EQ(automatic.code, 0);
  EXPECT_THAT(automatic.out, HasSubstr("not an answer")) << "whoever signed it";
  const auto unasked = answer(rsa.sign(reply(right), {}), 1);
  EXPECT_EQ(unasked.code, 2) << "nobody answers there: nothing is known of the key";
  EXPECT_THAT(unasked.err, HasSubstr("nothing was noted: try again"));
  refused(rsa.sign(reply("no idea"), {}), "noted as a wrong one");
  EXPECT_THAT(comcheck("show").out, HasSubstr("auto-reply"));
  const std::string good = ed.sign(reply(right), {.selector = "ed"});
  const auto counted = answer(good, names.port(), {"--keep", "--json"});
  ASSERT_EQ(counted.code, 0) << counted.out << counted.err;
  EXPECT_EQ(Json::parse(counted.out), (Json{{"kind", "reply"}, {"why", ""}, {"noted", true}, {"counted", true}}));
  refused(rsa.sign(reply(right), {}), "answered before");
  const std::string digest = sha256(good).hex();
  EXPECT_EQ(test::slurp(round_file("replies/" + digest + ".eml")), good);
  const auto closed =
      comcheck("close", {"--key", live.folder() + "/keys/officer-1.key", "--now", "--reason", "a test", "--send", live.url(), "--json"});
  ASSERT_EQ(closed.code, 0) << closed.err;
  EXPECT_EQ(Json::parse(closed.out)["classes"], (Json{{"within-1h", 1}}));
  const std::string file = round_file("closed/parties/alpha.json");
  const Json entry = Json::parse(Json::parse(test::slurp(file))["entries"][0]["entry"].get<std::string>());
  EXPECT_EQ(entry["how"], "mail");
  EXPECT_EQ(entry["proof"], "d=alpha.example; s=ed; a=ed25519-sha256; message=" + digest + "; key=" + ed.record());
  EXPECT_THAT(test::slurp(file), Not(HasSubstr("dora@")));
  EXPECT_EQ(run({"registry", "comcheck", "verify", file, "--log", live.log()}).code, 0);
}

}  // namespace
}  // namespace entente
