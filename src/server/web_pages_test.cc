// A web bundle: what is refused when it is read, and what the service answers of it: codings and their tags, languages, sections, methods.
#include "server/web_pages.h"

#include <gmock/gmock.h>

#include "server/response_cache.h"
#include "server/test_service.h"
#include "test_support.h"
#include "web_bundle_fixture.h"

namespace entente::server {
namespace {

namespace fs = std::filesystem;
using fixture::TestService;
using http::Method;
using http::Response;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string web_field(const Response& response, std::string_view name) { return std::string(http::find_header(response.headers, name)); }

class Bundle : public testing::Test {
 protected:
  void SetUp() override { test::make_web_bundle(path()); }
  [[nodiscard]] fs::path path() const { return folder_.path() / "web"; }
  // What is wrong with it; empty: nothing.
  [[nodiscard]] std::string fault() const {
    const auto opened = WebBundle::open(path());
    return opened ? std::string() : opened.error().str();
  }

 private:
  TemporaryFolder folder_ = TemporaryFolder::make("web").value();
};

TEST_F(Bundle, IsReadWhole) {
  const auto bundle = WebBundle::open(path());
  ASSERT_OK(bundle);
  std::vector<std::string> names;
  for (const auto& [name, bytes] : (*bundle)->files()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"assets/app-0a1b2c3d.js", "assets/app-0a1b2c3d.js.br", "assets/app-0a1b2c3d.js.gz",
                                             "favicon.svg", "theme.js"}))
      << "neither the shell nor what the build keeps for itself";
  EXPECT_THAT((*bundle)->shell("ar", ShellMode::static_files),
              HasSubstr(R"(<html lang="ar" dir="rtl" data-lang="ar" data-mode="static">)"));
  EXPECT_THAT((*bundle)->shell("fr", ShellMode::live), HasSubstr(R"(<html lang="fr" dir="ltr" data-lang="fr" data-mode="live">)"));
  // The digest is what sha256sum says of sha256sum's lines.
  std::string lines;
  const auto all = list_files(path()).value();
  for (const std::string& file : all) lines += sha256(test::slurp(path() / file)).hex() + "  " + file + "\n";
  EXPECT_EQ((*bundle)->digest(), sha256(lines));
  test::spit(path() / "server/prerender.js", "// another\n");
  EXPECT_NE(WebBundle::open(path()).value()->digest(), (*bundle)->digest());
}

TEST_F(Bundle, WhatIsNoneIsRefused) {
  EXPECT_EQ(fault(), "");
  const std::string description = test::slurp(path() / "web.json"), shell = test::slurp(path() / "client/shell.html");
  const std::vector<std::pair<const char*, const char*>> descriptions{
      {"{}", "format 1"},
      {"[]", "format 1"},
      {R"({"format":2,"languages":["en"],"sections":[]})", "format 1"},
      {R"({"format":1,"sections":[]})", "no language"},
      {R"({"format":1,"languages":["en","en"]})", "/languages/1"},
      {R"({"format":1,"languages":["../en"]})", "/languages/0"},
      {R"({"format":1,"languages":["EN"]})", "/languages/0"},
      {R"({"format":1,"languages":["en-"]})", "/languages/0"},
      {R"({"format":1,"languages":["log"]})", "own paths"},
      {R"({"format":1,"languages":["api"]})", "own paths"},
      {R"({"format":1,"languages":["en"],"sections":["a/b"]})", "/sections/0"},
      {R"({"format":1,"languages":["en"],"sections":[""]})", "/sections/0"},
      {R"({"format":1,"languages":["en"],"sections":[7]})", "/sections/0"},
      {R"({"format":1,"languages":["en"],"rtl":["\u0000"]})", "/rtl/0"},
      {"not JSON", "web.json"},
  };
  for (const auto& [text, why] : descriptions) {
    test::spit(path() / "web.json", text);
    EXPECT_THAT(fault(), HasSubstr(why)) << text;
  }
  test::spit(path() / "web.json", description);
  test::spit(path() / "client/shell.html", "<html lang=\"{{lang}}\">{{title}}");
  EXPECT_THAT(fault(), HasSubstr("a placeholder nobody fills: \"title\""));
  test::spit(path() / "client/shell.html", "{{lang");
  EXPECT_THAT(fault(), HasSubstr("a placeholder nobody fills"));
  fs::remove(path() / "client/shell.html");
  EXPECT_THAT(fault(), HasSubstr("no page to start the app with"));
  test::spit(path() / "client/shell.html", shell);
  for (const char* taken : {"client/api/x.json", "client/log/checkpoint", "client/metrics", "client/en/index.html", "client/signup"}) {
    test::spit(path() / taken, "x");
    EXPECT_NE(fault(), "") << taken;
    fs::remove_all(path() / std::string(taken).substr(0, std::string(taken).find('/', 7)));
  }
  EXPECT_EQ(fault(), "");
  fs::create_symlink("/etc/hostname", path() / "client/assets/link.txt");
  EXPECT_THAT(fault(), HasSubstr("symbolic link"));
  fs::remove(path() / "client/assets/link.txt");
  fs::create_directory_symlink("/etc", path() / "client/etc");
  EXPECT_THAT(fault(), HasSubstr("symbolic link"));
  fs::remove(path() / "client/etc");
  fs::remove(path() / "web.json");
  EXPECT_THAT(fault(), AllOf(HasSubstr("no web pages are there"), HasSubstr("./dev web")));
  fs::remove_all(path());
  EXPECT_THAT(fault(), HasSubstr("./dev web"));
}

TEST_F(Bundle, IsBounded) {
  for (std::size_t i = 0; i < kMaxWebFiles; ++i) test::spit(path() / fmt::format("client/assets/{}.txt", i), "");
  EXPECT_THAT(fault(), HasSubstr("more than 2000 files"));
  fs::remove_all(path() / "client/assets");
  test::spit(path() / "client/assets/large.json", "");
  fs::resize_file(path() / "client/assets/large.json", kMaxWebBytes);
  EXPECT_THAT(fault(), HasSubstr("64 MiB in all"));
}

TEST(WebContentTypes, ByExtension) {
  EXPECT_EQ(content_type_of("assets/app-1.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(content_type_of("a.b/font.woff2"), "font/woff2");
  EXPECT_EQ(content_type_of("a.js/README"), "application/octet-stream");
  EXPECT_EQ(content_type_of(""), "application/octet-stream");
}

class WebService : public testing::Test {
 protected:
  WebService()
      : web_(test::make_web_bundle(folder_.path() / "web")),
        service(TestService::Mode::writable, 4096, [this](RegistryOptions& options, const fs::path&) { options.web = web_; }) {}

  TemporaryFolder folder_ = TemporaryFolder::make("web").value();
  fs::path web_;
  TestService service;
};

TEST_F(WebService, TheFrontDoorLeadsToALanguage) {
  const auto leads_to = [&](const std::string& target, const char* accepted) {
    const Response found = service.get(target, {{"Accept-Language", accepted}});
    EXPECT_EQ(found.status, 302U);
    EXPECT_EQ(web_field(found, "Vary"), "Accept-Language");
    return web_field(found, "Location");
  };
  EXPECT_EQ(leads_to("/", ""), "/en/");
  EXPECT_EQ(leads_to("/", "fr-CA,de;q=0.9"), "/fr/");
  EXPECT_EQ(leads_to("/", "en;q=0.1, ar;q=0.2"), "/ar/");
  EXPECT_EQ(leads_to("/", "xx\t;;,"), "/en/");
  EXPECT_EQ(leads_to("/?lang=fr", "en"), "/fr/") << "the pages without script lead here";
  EXPECT_EQ(leads_to("/?lang=//evil.example", "en"), "/en/");
  const Response moved = service.get("/fr");
  EXPECT_EQ(moved.status, 301U);
  EXPECT_EQ(web_field(moved, "Location"), "/fr/");
}

TEST_F(WebService, EveryPageIsTheShell) {
  const std::string english = service.get("/en/").body;
  EXPECT_THAT(english, AllOf(HasSubstr(R"(lang="en" dir="ltr")"), HasSubstr("data-mode=\"live\""), Not(HasSubstr("{{"))));
  EXPECT_THAT(service.get("/ar/").body, HasSubstr(R"(lang="ar" dir="rtl")"));
  for (const char* path :
       {"/en/", "/en/supporters", "/en/supporters/", "/en/supporters/bank", "/en/supporters/a%20b/x", "/en/principles/5"}) {
    const Response page = service.get(path);
    EXPECT_EQ(page.status, 200U) << path;
    EXPECT_EQ(page.body, english);
    EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(web_field(page, "Cache-Control"), "no-cache");
    EXPECT_THAT(web_field(page, "Content-Security-Policy"),
                AllOf(StartsWith("default-src 'none'"), HasSubstr("frame-ancestors 'none'"), Not(HasSubstr("unsafe"))));
    EXPECT_EQ(web_field(page, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(web_field(page, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(web_field(page, "Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(web_field(page, "Set-Cookie"), "");
  }
  for (const char* path : {"/en/nothing", "/en/supporters/x.php", "/en//supporters", "/en/supporters//x", "/en/../api/v1/supporters",
                           "/en/.", "/en/Supporters", "/fr/supporters/%2e%2e/x.y"}) {
    const Response absent = service.get(path, {{"If-None-Match", "*"}});
    EXPECT_EQ(absent.status, 404U) << path;
    EXPECT_THAT(absent.body, HasSubstr("<div id=\"app\">")) << "the app says so";
    EXPECT_EQ(web_field(absent, "ETag"), "");
    EXPECT_EQ(web_field(absent, "Cache-Control"), "no-store");
    EXPECT_THAT(web_field(absent, "Content-Security-Policy"), StartsWith("default-src 'none'"));
  }
}

TEST_F(WebService, FilesInTheCodingThatIsAccepted) {
  const std::string path = "/assets/app-0a1b2c3d.js";
  const fs::path file = web_ / "client" / path.substr(1);
  const Response plain = service.get(path), gzip = service.get(path, {{"Accept-Encoding", "gzip"}}),
                 brotli = service.get(path, {{"Accept-Encoding", "gzip, deflate, br"}});
  EXPECT_EQ(plain.body, test::slurp(file));
  EXPECT_EQ(gzip.body, test::slurp(file.string() + ".gz"));
  EXPECT_EQ(brotli.body, test::slurp(file.string() + ".br"));
  EXPECT_EQ(web_field(plain, "Content-Encoding"), "");
  EXPECT_EQ(web_field(gzip, "Content-Encoding"), "gzip");
  EXPECT_EQ(web_field(brotli, "Content-Encoding"), "br");
  std::set<std::string> tags;
  for (const Response* answer : {&plain, &gzip, &brotli}) {
    EXPECT_EQ(answer->status, 200U);
    EXPECT_EQ(answer->content_type, "text/javascript; charset=utf-8");
    EXPECT_EQ(web_field(*answer, "Vary"), "Accept-Encoding");
    EXPECT_EQ(web_field(*answer, "Cache-Control"), "public, max-age=31536000, immutable");
    const std::string tag = web_field(*answer, "ETag");
    EXPECT_THAT(tag, testing::MatchesRegex("\"[0-9a-f]+(-gz|-br)?\""));
    tags.insert(tag);
    for (const char* coding : {"gzip", "br", ""}) {
      const Response held = service.get(path, {{"If-None-Match", tag}, {"Accept-Encoding", coding}});
      EXPECT_EQ(held.status, 304U);
      EXPECT_EQ(web_field(held, "ETag"), tag);
      EXPECT_EQ(held.body, "");
    }
  }
  EXPECT_EQ(tags.size(), 3U);
  EXPECT_EQ(service.get(path, {{"Accept-Encoding", "br;q=0.1, gzip;q=0.2"}}).body, gzip.body);
  const Response theme = service.get("/theme.js", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(theme.body, test::slurp(web_ / "client/theme.js")) << "no sibling, no coding";
  EXPECT_EQ(web_field(theme, "Cache-Control"), "no-cache");
  EXPECT_EQ(web_field(theme, "Vary"), "");
  EXPECT_EQ(service.get("/favicon.svg").content_type, "image/svg+xml");
  EXPECT_THAT(web_field(service.get("/favicon.svg"), "Content-Security-Policy"), StartsWith("default-src 'none'"));
}

TEST_F(WebService, NothingElseOfTheFolderIsThere) {
  for (const char* path : {"/shell.html", "/.vite/manifest.json", "/web.json", "/server/prerender.js", "/assets/", "/assets/../theme.js",
                           "/assets/app-0a1b2c3d.js.gz", "/assets//app-0a1b2c3d.js", "/client/theme.js", "/theme%2ejs", "/assets/none.js",
                           "/e", "/english/", "//en/", "/theme.js/"})
    EXPECT_EQ(service.get(path).status, 404U) << path;
  // The files are read once: what becomes of the folder does not matter.
  fs::remove_all(web_);
  EXPECT_EQ(service.get("/theme.js").status, 200U);
}

TEST_F(WebService, MethodsAndNeighbours) {
  const Response head = service.ask(Method::head, "/en/supporters");
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.body, service.get("/en/").body) << "the server sends the length and keeps the body";
  for (const char* path : {"/", "/en/", "/assets/app-0a1b2c3d.js", "/theme.js"})
    for (const Method method : {Method::post, Method::other, Method::options}) {
      const Response refused = service.ask(method, path, method == Method::post ? "x" : "");
      EXPECT_EQ(refused.status, 405U) << path;
      EXPECT_EQ(web_field(refused, "Allow"), "GET, HEAD");
    }
  // The pages without script, the API and the operator's stay where they are.
  for (const char* path : {"/signup", "/confirm", "/comcheck", "/pages/site.css", "/api/v1/counters", "/log/checkpoint", "/healthz"})
    EXPECT_EQ(service.get(path).status, 200U) << path;
  EXPECT_EQ(web_field(service.get("/api/v1/counters"), "Content-Security-Policy"), "");
  EXPECT_EQ(service.service->refusal(413, "too large", {.path = "/en/supporters"}).content_type, "text/html; charset=utf-8");
}

TEST(WebServiceWithout, IsAsBefore) {
  TestService service;
  EXPECT_EQ(service.get("/").status, 200U);
  EXPECT_EQ(service.get("/en/").status, 404U);
  EXPECT_EQ(service.get("/assets/app-0a1b2c3d.js").status, 404U);
}

// ---- answers of the API

TEST(ApiCodings, LongAnswersAreCompressed) {
  TestService service;
  for (const char* target : {"/supporters", "/supporters.ndjson", "/openapi.json", "/changes.atom", "/supporters/bank"}) {
    const Response plain = service.api(target), gzip = service.api(target, {{"Accept-Encoding", "gzip, br"}});
    ASSERT_GE(plain.body.size(), kLeastCompressed) << target;
    EXPECT_EQ(web_field(plain, "Content-Encoding"), "");
    EXPECT_EQ(web_field(gzip, "Content-Encoding"), "gzip") << target;
    EXPECT_EQ(gzip.body, http::gzip(plain.body).value()) << target;
    EXPECT_EQ(gzip.content_type, plain.content_type);
    const std::string tag = web_field(plain, "ETag"), coded = web_field(gzip, "ETag");
    EXPECT_EQ(coded, http::coded_etag(tag, http::ContentCoding::gzip));
    for (const Response* answer : {&plain, &gzip}) EXPECT_EQ(web_field(*answer, "Vary"), "Accept-Encoding");
    for (const std::string& held : {tag, coded}) {
      const Response again = service.api(target, {{"If-None-Match", "W/" + held}, {"Accept-Encoding", "gzip"}});
      EXPECT_EQ(again.status, 304U);
      EXPECT_EQ(web_field(again, "ETag"), held);
      EXPECT_EQ(web_field(again, "Vary"), "Accept-Encoding");
    }
    EXPECT_EQ(service.api(target, {{"Accept-Encoding", "gzip;q=0"}}).body, plain.body);
  }
  const Response small = service.api("/queue", {{"Accept-Encoding", "gzip"}});
  ASSERT_LT(small.body.size(), kLeastCompressed);
  EXPECT_EQ(web_field(small, "Vary"), "") << "one form only";
  // A write makes a new answer in both forms.
  const auto statements = [&] { return web_field(service.api("/statements", {{"Accept-Encoding", "gzip"}}), "ETag"); };
  const std::string before = statements();
  EXPECT_EQ(statements(), before);
  EXPECT_EQ(service.post(service.world.pledge("later")).status, 201U);
  EXPECT_NE(statements(), before);
}

TEST(ApiCodings, TheCacheCountsBothForms) {
  ResponseCache cache(40'000);
  int made = 0;
  const auto answer = [&](const std::string& key, std::size_t size) {
    return cache
        .get(key,
             [&]() -> Result<ResponseCache::Made> {
               ++made;
               return ResponseCache::Made{.body = std::string(size, 'a'), .content_type = "text/plain"};
             })
        .value();
  };
  const CachedAnswer first = answer("a", 5'000);
  const auto once = cache.gzipped("a", first), twice = cache.gzipped("a", answer("a", 5'000));
  ASSERT_TRUE(once != nullptr);
  EXPECT_EQ(once, twice) << "compressed once";
  EXPECT_EQ(made, 1);
  EXPECT_EQ(cache.gzipped("b", answer("b", 100)), nullptr) << "too short";
  cache.clear();
  EXPECT_TRUE(cache.gzipped("a", first) != nullptr) << "an answer outlives the cache";
  // Many forms of many answers: it begins anew in time, and goes on answering.
  for (int i = 0; i < 200; ++i) {
    const std::string key = std::to_string(i % 20);
    EXPECT_TRUE(cache.gzipped(key, answer(key, 4'000)) != nullptr);
  }
  EXPECT_GT(made, 20);
}

}  // namespace
}  // namespace entente::server
