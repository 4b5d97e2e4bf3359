// The web pages with the real program: `entente serve --web` on the wire, and `entente publish --web`, whose pages a real node makes with a
// small bundle of the tests' own (tests/support/web_bundle_fixture.h).
#include <gmock/gmock.h>

#include <fstream>

#include "live_registry.h"
#include "name_server.h"
#include "server/test_service.h"
#include "verify/publication.h"
#include "web_bundle_fixture.h"

namespace entente {
namespace {

namespace fs = std::filesystem;
namespace made = registry::fixture;
using test::LiveRegistry;
using test::run_entente;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(WebServing, PagesOnTheWire) {
  LiveRegistry live;
  const fs::path web = test::make_web_bundle(live.path("web"));
  ASSERT_TRUE(live.start({"--web", web.string()})) << live.errors();
  http::Client client({.private_addresses = http::PrivateAddresses::allow});
  const auto page = client.get(live.url() + "/fr/supporters");
  ASSERT_OK(page);
  EXPECT_EQ(page->status, 200U);
  EXPECT_THAT(page->body, HasSubstr("<html lang=\"fr\""));
  EXPECT_THAT(page->header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_EQ(client.get(live.url() + "/fr/none").value().status, 404U);
  const auto script = client.get(live.url() + "/assets/app-0a1b2c3d.js").value();
  EXPECT_EQ(script.body, test::slurp(web / "client/assets/app-0a1b2c3d.js")) << "as a client that asks for no coding gets it";
  EXPECT_EQ(client.get(live.url() + "/signup").value().status, 200U);
  EXPECT_THAT(live.errors(), Not(HasSubstr("not built")));
  EXPECT_EQ(live.stop(), 0);
}

TEST(WebServing, WithoutPagesItSaysHowToGetThem) {
  LiveRegistry live;
  ASSERT_TRUE(live.start()) << live.errors();
  ASSERT_EQ(live.stop(), 0);
  EXPECT_THAT(live.errors(), Not(HasSubstr("not built"))) << "none were wanted";
  // A program alone in its folder finds none.
  const fs::path alone = fs::path(live.path("alone")) / "bin";
  fs::create_directories(alone);
  std::error_code other_disk;
  fs::create_hard_link(ENTENTE_BINARY, alone / "entente", other_disk);
  if (other_disk) fs::copy_file(ENTENTE_BINARY, alone / "entente");
  const auto run = [&](const char* more) {
    fs::remove(live.path("alone.err"));
    test::BackgroundBinary server({"serve", live.folder(), "--listen", "127.0.0.1:0", more}, live.path("alone.err"),
                                  (alone / "entente").string());
    EXPECT_NE(server.line(), "");
    server.signal(SIGTERM);
    EXPECT_EQ(server.exit_code(), 0);
    return test::slurp(live.path("alone.err"));
  };
  EXPECT_THAT(run("--rate=0"), HasSubstr("not built: ./dev web"));
  EXPECT_THAT(run("--quiet"), Not(HasSubstr("not built")));
  // Where a package puts them they are found.
  test::make_web_bundle(alone.parent_path() / "share/entente/web");
  EXPECT_THAT(run("--rate=0"), Not(HasSubstr("not built")));
  const auto broken = run_entente({"serve", live.path("other"), "--web", live.path("nothing")});
  EXPECT_EQ(broken.code, 2);
  EXPECT_THAT(broken.err, AllOf(HasSubstr("nothing"), HasSubstr("--no-web")));
  EXPECT_FALSE(fs::exists(live.path("other"))) << "and no registry was made";
  EXPECT_EQ(run_entente({"serve", live.path("other"), "--web", "x", "--no-web"}).code, 2);
}

class WebPublishing : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_program("node")) GTEST_SKIP() << "node is not installed: ./dev setup installs it";
    server::fixture::live(world);
    server::fixture::make_folder(registry(), world);
    test::make_web_bundle(web());
    fs::create_directories(temporary());
  }
  void TearDown() override {
    if (fs::exists(temporary())) EXPECT_TRUE(fs::is_empty(temporary())) << "nothing is left behind";
  }
  [[nodiscard]] fs::path temporary() const { return folder_.path() / "tmp"; }
  [[nodiscard]] fs::path registry() const { return folder_.path() / "registry"; }
  [[nodiscard]] fs::path out() const { return folder_.path() / "public"; }
  [[nodiscard]] fs::path web() const { return folder_.path() / "web"; }
  [[nodiscard]] static std::string vkey() { return server::fixture::log_key().verifier().str(); }
  test::RunResult publish(const std::string& environment = {}, std::vector<std::string> pages = {}) {
    if (pages.empty()) pages = {"--web", web().string()};
    std::vector<std::string> words{"publish", out().string(), "--registry", registry().string(), "--public-url", "https://registry.example",
                                   "--json"};
    words.insert(words.end(), pages.begin(), pages.end());
    return run_entente(words, "TMPDIR=" + test::shell_quote(temporary().string()) + " " + environment);
  }
  test::RunResult check(const std::string& environment = {}) {
    return run_entente({"publish", out().string(), "--check", "--log", vkey(), "--web", web().string()}, environment);
  }
  [[nodiscard]] bool verifies() const { return run_entente({"verify", out().string(), "--log", vkey()}).code == 0; }
  [[nodiscard]] std::string slurp(const std::string& path) const { return read_file(out() / path).value_or(""); }
  static Json json(const test::RunResult& run) {
    EXPECT_EQ(run.code, 0) << run.err;
    return Json::parse(run.out, nullptr, false);
  }
  // A PATH on which there is nothing called node, or what `script` says.
  [[nodiscard]] std::string path_with_node(const std::string& script = {}) const {
    const fs::path bin = folder_.path() / "bin";
    fs::remove_all(bin);
    fs::create_directories(bin);
    if (!script.empty()) {
      test::spit(bin / "node", "#!/bin/sh\n" + script + "\n");
      fs::permissions(bin / "node", fs::perms::owner_all);
    }
    return "PATH=" + test::shell_quote(bin.string());
  }

  made::World world;
  TemporaryFolder folder_ = TemporaryFolder::make("web-publish").value();
};

TEST_F(WebPublishing, PagesBelongToThePublication) {
  const Json done = json(publish());
  EXPECT_EQ(done["pages"], 8 + 5) << "eight pages, five files of the client";
  EXPECT_EQ(done["pages_note"], "");
  const std::string supporters = std::to_string(Json::parse(slurp("api/v1/counters/index.json"))["supporters"].get<int>());
  EXPECT_EQ(slurp("fr/supporters/index.html"), "<html lang=\"fr\"><p>" + supporters + " at https://registry.example</p></html>\n");
  EXPECT_EQ(slurp("assets/app-0a1b2c3d.js"), test::slurp(web() / "client/assets/app-0a1b2c3d.js"));
  EXPECT_EQ(slurp("sitemap.xml"), "<urlset>LANG,TZ</urlset>\n") << "node sees no more of the environment than it needs";
  for (const char* absent : {"shell.html", ".vite/manifest.json", "server/prerender.js", "web.json"})
    EXPECT_FALSE(fs::exists(out() / absent)) << absent;
  const auto manifest = verify::Publication::parse(slurp("manifest.json"), "manifest.json");
  ASSERT_OK(manifest);
  EXPECT_TRUE(manifest->web.has_value());
  EXPECT_TRUE(manifest->files.contains("en/index.html") && manifest->files.contains("404.html"));
  EXPECT_TRUE(verifies());
  const auto checked = check();
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, AllOf(HasSubstr("13 files of pages"), Not(HasSubstr("not compared"))));
  // The same again writes nothing; other surroundings give the same.
  const std::string before = slurp("manifest.json");
  EXPECT_EQ(json(publish())["written"], 0);
  EXPECT_EQ(json(publish("LANG=fr_FR.UTF-8 TZ=Asia/Tokyo NODE_OPTIONS=--no-such-option HOME=/nowhere"))["written"], 0);
  EXPECT_EQ(slurp("manifest.json"), before);
  EXPECT_TRUE(fs::is_empty(temporary())) << "nothing is left behind";
  // Without pages they go, and what they were is no part of it any more.
  const Json without = json(publish({}, {"--no-pages"}));
  EXPECT_EQ(without["pages"], 0);
  EXPECT_GE(without["removed"], 13);
  EXPECT_FALSE(fs::exists(out() / "fr"));
  EXPECT_EQ(slurp("manifest.json").find("\"web\""), std::string::npos);
  EXPECT_TRUE(verifies());
}

TEST_F(WebPublishing, AChangedPageIsFound) {
  json(publish());
  const std::string page = slurp("en/index.html"), forged = page + "<p>more</p>";
  test::spit(out() / "en/index.html", forged);
  EXPECT_FALSE(verifies()) << "the digest";
  auto publication = verify::Publication::parse(slurp("manifest.json"), "manifest.json").value();
  const auto reseal = [&] { test::spit(out() / "manifest.json", publication.text()); };
  publication.files["en/index.html"] = {forged.size(), sha256(forged)};
  reseal();
  EXPECT_TRUE(verifies()) << "digests cannot tell";
  const auto changed = check();
  EXPECT_EQ(changed.code, 1);
  EXPECT_THAT(changed.out, HasSubstr("BAD  en/index.html: is not the page"));
  test::spit(out() / "en/index.html", page);
  publication.files["en/index.html"] = {page.size(), sha256(page)};
  // A page that is none.
  test::spit(out() / "en/extra/index.html", forged);
  publication.files["en/extra/index.html"] = {forged.size(), sha256(forged)};
  reseal();
  EXPECT_THAT(check().out, HasSubstr("BAD  en/extra/index.html: is none of the pages"));
  // Leaving the bundle's name out does not help.
  publication.web.reset();
  reseal();
  EXPECT_THAT(check().out, HasSubstr("BAD  en/extra/index.html: is listed, but"));
}

TEST_F(WebPublishing, WhatCannotBeComparedIsSaid) {
  json(publish());
  const auto no_node = check(path_with_node());
  EXPECT_EQ(no_node.code, 1) << "nobody looked at the pages";
  EXPECT_THAT(no_node.out, HasSubstr("pages were not compared: there is no node on PATH"));
  const auto none = run_entente({"publish", out().string(), "--check", "--log", vkey(), "--no-pages"});
  EXPECT_EQ(none.code, 0);
  EXPECT_THAT(none.out, HasSubstr("pages were not compared: the web pages they were made by are not here"));
  test::spit(web() / "client/theme.js", "another");
  const auto other = check();
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.out, HasSubstr("pages were not compared: they were made by other web pages"));
}

TEST_F(WebPublishing, WithoutNodeTheAppIsPublished) {
  const auto run = publish(path_with_node());
  const Json done = json(run);
  EXPECT_THAT(run.err, HasSubstr("there is no node on PATH: instead of pages the app was published"));
  EXPECT_EQ(done["pages"], 5 + 5);
  EXPECT_THAT(slurp("ar/index.html"), HasSubstr(R"(<html lang="ar" dir="rtl" data-lang="ar" data-mode="static">)"));
  EXPECT_THAT(slurp("404.html"), HasSubstr("data-mode=\"static\""));
  EXPECT_THAT(slurp("index.html"), HasSubstr("url=/en/"));
  EXPECT_EQ(slurp("theme.js"), test::slurp(web() / "client/theme.js"));
  EXPECT_TRUE(verifies());
  EXPECT_THAT(check().out, AllOf(HasSubstr("10 files of pages"), HasSubstr("all are what"))) << "compared by what it is";
  EXPECT_EQ(json(publish(path_with_node()))["written"], 0);
  const auto old = publish(path_with_node("echo v16.20.2"));
  EXPECT_THAT(old.err, HasSubstr("is version 16.20.2, and the pages need 18"));
  EXPECT_EQ(json(old)["written"], 0);
  EXPECT_THAT(publish(path_with_node("exit 1")).err, HasSubstr("does not say its version"));
  EXPECT_EQ(json(publish())["pages"], 8 + 5) << "and with node there are pages again";
  EXPECT_FALSE(fs::exists(out() / "ar"));
}

TEST_F(WebPublishing, WhatNodeDoesWrongIsToldAndLeavesNothing) {
  const std::string version = "[ \"$1\" = --version ] && { echo v20.0.0; exit; }\nOUT=$5\n";
  const std::vector<std::pair<std::string, const char*>> cases{
      {"echo 'TypeError: \033[31mboom' >&2; exit 3", "node ended with 3: TypeError: \\x1b[31mboom"},
      {"echo progress 1 2", "ended with 0 before it was done"},
      {"echo done 1; echo and more", "before it was done"},
      {"kill -9 $$", "ended with 137"},
      {"/bin/ln -s /etc/hostname \"$OUT/page.html\"; echo done 1", "symbolic link"},
      {"/bin/mkdir -p \"$OUT/api/v1\"; echo x >\"$OUT/api/v1/x.json\"; echo done 1", "\"api/v1/x.json\" is no name a page may have"},
      {"echo x >\"$OUT/manifest.json\"; echo done 1", "is no name a page may have"},
      {"echo x >\"$OUT/theme.js\"; echo done 1", "is no name a page may have"},
      {"echo x >\"$OUT/.htaccess\"; echo done 1", "is no name a page may have"},
  };
  for (const auto& [script, why] : cases) {
    const auto run = publish(path_with_node(version + script));
    EXPECT_EQ(run.code, 2) << script;
    EXPECT_THAT(run.err, HasSubstr(why)) << script;
    EXPECT_FALSE(fs::exists(out() / "manifest.json"));
  }
  fs::remove(web() / "server/prerender.js");
  EXPECT_EQ(publish().code, 2);
}

// Ctrl-C and its kin: node ends with the program, and the folder of its pages goes.
TEST_F(WebPublishing, AnInterruptLeavesNothing) {
  test::spit(web() / "server/prerender.js",
             "import { writeFileSync } from 'node:fs';\nwriteFileSync(process.env.TMPDIR + '/pid', String(process.pid));\nsetInterval(() "
             "=> {}, 1000);\n");
  ASSERT_EQ(::setenv("TMPDIR", temporary().c_str(), 1), 0);
  test::BackgroundBinary publisher({"publish", out().string(), "--registry", registry().string(), "--web", web().string()});
  ::unsetenv("TMPDIR");
  std::string pid;
  for (int i = 0; i < 600 && pid.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    pid = read_file(temporary() / "pid").value_or("");
  }
  ASSERT_NE(pid, "");
  publisher.signal(SIGTERM);
  EXPECT_EQ(publisher.exit_code(), 128 + SIGTERM);
  // Ended, if perhaps nobody asked for its exit code yet.
  const auto ended = [&] {
    std::string stat;
    std::getline(std::ifstream("/proc/" + pid + "/stat"), stat);
    return stat.empty() || stat.find(") Z ") != std::string::npos;
  };
  for (int i = 0; i < 200 && !ended(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(ended());
  fs::remove(temporary() / "pid");
  EXPECT_FALSE(fs::exists(out() / "manifest.json"));
}

}  // namespace
}  // namespace entente
