// The pages with a real browser (Debian's chromium, driven by tests/browser/pages.mjs), a real SMTP server and real name servers: somebody
// signs up with a key made in the browser, by domain and by mail, and no page loads or leaks anything.
#include <gmock/gmock.h>

#include <thread>

#include "browser.h"
#include "live_registry.h"
#include "mail_receiver.h"
#include "name_server.h"

namespace entente {
namespace {

using test::LiveRegistry;
using testing::HasSubstr;

const std::string kText(64, 'a');

class PagesInABrowser : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_browser()) GTEST_SKIP() << "no chromium or no node: ./dev setup installs them";
    ASSERT_TRUE(start()) << live.errors();
  }
  [[nodiscard]] bool start(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--public-url", "http://registry.example", "--smtp", "127.0.0.1:" + std::to_string(receiver.port()),
                             "--smtp-tls", "none", "--mail-from", "registry@registry.example"});
    return live.start(more);
  }
  Json browse(const std::string& task, const Json& argument) {
    return test::browse(live, live.path("browser-" + std::to_string(++runs)), task, argument);
  }

  test::MailReceiver receiver;
  LiveRegistry live;
  int runs = 0;
};

TEST_F(PagesInABrowser, SignUpByMailWithAKeyMadeThere) {
  const Json signed_up = browse("mail", Json{{"id", "club"},
                                             {"name", "Club of <b>music</b> & \"more\""},
                                             {"category", "civil-society"},
                                             {"country", "FRA"},
                                             {"text", kText},
                                             {"address", "office@mail.example"}});
  ASSERT_TRUE(signed_up.contains("result"));
  EXPECT_THAT(signed_up["result"]["status"].get<std::string>(), HasSubstr("on its way"));
  // The key that was given to be kept is one of ours, and the one the pledge brings.
  ASSERT_EQ(signed_up["keys"].size(), 1U);
  const std::string text = signed_up["keys"][0];
  const auto kept = keys::SigningKey::parse(text.substr(0, text.find('\n')));
  ASSERT_OK(kept);
  const Json record = LiveRegistry::json(live.get("/supporters/club"));
  EXPECT_EQ(record["keys"][0]["vkey"], kept->verifier().str());
  const std::string link = "/confirm#" + receiver.wait_for(1).token();

  const Json opened = browse("confirm", Json{{"link", link}, {"press", false}});
  EXPECT_EQ(opened["result"]["token"], link.substr(9)) << "put into the form";
  EXPECT_EQ(opened["result"]["address"].get<std::string>().find("entente-mail"), std::string::npos) << "and out of the address";
  EXPECT_EQ(opened["posts"], Json::array());
  EXPECT_EQ(LiveRegistry::json(live.get("/supporters/club/signup"))["mailbox"], nullptr) << "opening the link changes nothing";

  const Json pressed = browse("confirm", Json{{"link", link}, {"press", true}});
  EXPECT_THAT(pressed["result"]["text"].get<std::string>(), HasSubstr("The mailbox is confirmed"));
  EXPECT_EQ(LiveRegistry::json(live.get("/supporters/club/signup"))["mailbox"]["stage"], "apply");
  const Json again = browse("confirm", Json{{"link", link}, {"press", true}});
  EXPECT_THAT(again.dump(), HasSubstr("used before"));
  const std::string pledge = LiveRegistry::json(live.get("/supporters/club/signup"))["pledge"]["sha256"];
  live.put(LiveRegistry::makers().approval("club", pledge, {live.key("officer-1"), live.key("officer-2")}));
  EXPECT_EQ(LiveRegistry::json(live.get("/counters"))["records"]["approved"], 1);
}

TEST_F(PagesInABrowser, SignUpByDomain) {
  const Json fields{{"id", "alpha"},    {"name", "Alpha <b>bold</b>"}, {"category", "private-sector"},
                    {"country", "FRA"}, {"domain", "alpha.example"},   {"text", kText}};
  const bool looks = test::has_program("nsd");
  const std::uint16_t north_port = test::free_port(), south_port = test::free_port();
  ASSERT_EQ(live.stop(), 0);
  ASSERT_TRUE(
      start({"--vantage", "north=127.0.0.1:" + std::to_string(north_port), "--vantage", "south=127.0.0.1:" + std::to_string(south_port)}))
      << live.errors();
  // Publishes what the page shows, as its reader would.
  const std::filesystem::path folder = live.path("browser-1");
  std::unique_ptr<test::NameServer> north, south;
  std::thread publisher([&] {
    for (int i = 0; i < 1'200 && !std::filesystem::exists(folder / "value"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const std::string value = read_file(folder / "value").value_or("");
    const test::NameServer::Zones zones{
        {"alpha.example", test::zone_text("alpha.example", "_entente-challenge IN TXT \"" + value + "\"\n")}};
    if (looks) {
      north = std::make_unique<test::NameServer>(zones, north_port);
      south = std::make_unique<test::NameServer>(zones, south_port);
      EXPECT_TRUE(north->ready("alpha.example") && south->ready("alpha.example"));
    }
    test::spit(folder / "published", "");
  });
  const Json done = browse("domain", fields);
  publisher.join();
  ASSERT_TRUE(done.contains("result"));
  EXPECT_EQ(done["result"]["name"], "_entente-challenge.alpha.example");
  EXPECT_THAT(done["result"]["value"].get<std::string>(), HasSubstr("entente-challenge=v1 token="));
  if (looks) EXPECT_THAT(done["result"]["looked"].get<std::string>(), HasSubstr("The domain is proven until"));
  EXPECT_EQ(done["result"]["bold"], 0) << "a name is text";
  const Json state = LiveRegistry::json(live.get("/supporters/alpha/signup"));
  EXPECT_EQ(state["status"], "applied");
  if (looks) EXPECT_EQ(state["domains"][0]["proof"]["method"], "dns-txt");
}

// What the API refuses is told on a French page in French, by the scripts too.
TEST_F(PagesInABrowser, AFrenchPageSaysNoEnglish) {
  const Json unknown = browse("answer", Json{{"link", "/comcheck?lang=fr#2026-q4.AAAAAAAAAAAAAAAAAAAAAA"}, {"answer", "onze"}});
  EXPECT_THAT(unknown["result"]["status"].get<std::string>(), HasSubstr("Il n'y a rien de ce nom"));
  EXPECT_EQ(unknown["result"]["kind"], "message bad");
  const Json english = browse("answer", Json{{"link", "/comcheck?lang=en#2026-q4.AAAAAAAAAAAAAAAAAAAAAA"}, {"answer", "onze"}});
  EXPECT_THAT(english["result"]["status"].get<std::string>(), HasSubstr("there is no such check"));
}

TEST_F(PagesInABrowser, EveryPageFitsAndIsLabelled) {
  const Json pages = Json::array({"/?lang=en", "/?lang=fr", "/signup?lang=en", "/confirm?lang=fr", "/comcheck?lang=en", "/comcheck?lang=fr",
                                  "/signup?lang=fr&id=club&name=Club&category=civil-society&text=" + kText});
  const Json seen = browse("look", pages);
  ASSERT_TRUE(seen.contains("result"));
  EXPECT_EQ(seen["result"].size(), pages.size() * 3);
  for (const auto& [page, found] : seen["result"].items()) {
    EXPECT_EQ(found["overflow"], false) << page;
    EXPECT_EQ(found["h1"], 1) << page;
    EXPECT_EQ(found["unlabelled"], 0) << page;
    EXPECT_EQ(found["inline"], 0) << page;
    EXPECT_THAT(page, HasSubstr("lang=" + found["lang"].get<std::string>()));
  }
}

}  // namespace
}  // namespace entente
