// The pages in process: languages, escaping, the policy, and that only a POST confirms. tests/e2e/pages_test.cc looks with a real browser.
#include "server/pages.h"

#include <gmock/gmock.h>

#include "mail_receiver.h"
#include "server/test_service.h"
#include "test_support.h"

namespace entente::server {
namespace {

using fixture::TestService;
using http::Method;
using http::Response;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string field_of(const Response& response, std::string_view name) { return std::string(http::find_header(response.headers, name)); }

TEST(Pages, AreThereInTwoLanguagesWithTheirPolicy) {
  TestService s;
  for (const char* path : {"/", "/signup", "/confirm", "/comcheck"}) {
    const Response english = s.get(path), french = s.get(std::string(path) + "?lang=fr");
    for (const Response* page : {&english, &french}) {
      EXPECT_EQ(page->status, 200U) << path;
      EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
      EXPECT_THAT(field_of(*page, "Content-Security-Policy"),
                  AllOf(HasSubstr("default-src 'none'"), HasSubstr("form-action 'self'"), Not(HasSubstr("unsafe"))));
      EXPECT_EQ(field_of(*page, "X-Content-Type-Options"), "nosniff");
      EXPECT_EQ(field_of(*page, "Referrer-Policy"), "no-referrer");
      EXPECT_THAT(page->body, AllOf(Not(HasSubstr("{{")), Not(HasSubstr("<style")), Not(HasSubstr(" style=")), Not(HasSubstr("onclick"))));
      EXPECT_THAT(page->body, Not(HasSubstr("http://")));
    }
    EXPECT_THAT(english.body, HasSubstr("<html lang=\"en\">"));
    EXPECT_THAT(french.body, HasSubstr("<html lang=\"fr\">"));
    EXPECT_EQ(s.get(path, {{"Accept-Language", "de, fr-CA;q=0.8, en"}}).body, french.body);
    EXPECT_EQ(s.get(path, {{"Accept-Language", "en-GB,fr"}}).body, english.body);
    EXPECT_EQ(s.get(std::string(path) + "?lang=xx", {{"Accept-Language", "fr"}}).body, english.body);
  }
  EXPECT_EQ(s.get("/pages/site.css").content_type, "text/css; charset=utf-8");
  EXPECT_EQ(s.get("/pages/signup.js").content_type, "text/javascript; charset=utf-8");
  for (const char* path : {"/pages/", "/pages/texts.json", "/pages/layout.html", "/pages/../signup", "/signup/", "/Confirm"})
    EXPECT_EQ(s.get(path).status, 404U) << path;
  EXPECT_EQ(s.ask(Method::post, "/signup", "id=x").status, 405U);
  EXPECT_EQ(field_of(s.ask(Method::other, "/confirm"), "Allow"), "GET, HEAD, POST");
}

TEST(Pages, TheFormMakesAPledgeAndEscapesWhatWasTyped) {
  TestService s;
  const std::string digest(64, 'a');
  const std::string query =
      "/signup?id=club&name=%3Cscript%3Ealert(1)%3C/script%3E%22%27&category=civil-society&country=FRA&domain=club.example&text=" + digest;
  const Response made = s.get(query);
  EXPECT_EQ(made.status, 200U);
  EXPECT_THAT(made.body, AllOf(HasSubstr("&lt;script&gt;alert(1)"), Not(HasSubstr("<script>alert"))));
  EXPECT_THAT(made.body, HasSubstr("entente registry sign pledge pledge.json --key club.key --send https://registry.example"));
  EXPECT_THAT(made.body, HasSubstr("entente registry challenge https://registry.example club club.example"));
  EXPECT_THAT(s.get("/signup?id=club&name=Club&category=civil-society&text=" + digest).body,
              HasSubstr("entente registry confirm https://registry.example club ADDRESS"));
  EXPECT_THAT(s.get("/signup?id=club&name={{title}}{{{words}}}&category=civil-society&text=" + digest).body, HasSubstr("{{title}}"))
      << "a value is no template";
  // What is no pledge makes none, and nothing of it becomes HTML or a command.
  for (const std::string& bad :
       {std::string("id=;reboot&name=Club&category=civil-society&text=") + digest,
        std::string("id=club&name=Club&category=firm&text=") + digest, std::string("id=club&name=Club&category=civil-society&text=%3Cb%3E"),
        std::string("id=club&name=Club&category=civil-society&domain=a%20b&text=") + digest,
        std::string("id=club&name=%0A&category=civil-society&text=") + digest}) {
    const Response refused = s.get("/signup?" + bad);
    EXPECT_EQ(refused.status, 422U) << bad;
    EXPECT_THAT(refused.body, AllOf(HasSubstr("role=\"alert\""), Not(HasSubstr("<b>")), Not(HasSubstr("entente keygen")))) << bad;
  }
}

TEST(Pages, WithoutScriptsTheyStillSayWhatToDo) {
  TestService s;
  const auto noscript = [&](const std::string& path) {
    const std::string body = s.get(path).body;
    const std::size_t from = body.find("<noscript>"), to = body.find("</noscript>");
    return from == std::string::npos ? std::string() : body.substr(from, to - from);
  };
  EXPECT_THAT(noscript("/comcheck"), HasSubstr("entente registry comcheck reply"));
  EXPECT_THAT(noscript("/comcheck?lang=fr"), AllOf(HasSubstr("Sans scripts"), HasSubstr("entente registry comcheck reply")));
  const std::string pledge = "/signup?id=club&name=Club&category=civil-society&text=" + std::string(64, 'a');
  EXPECT_THAT(noscript(pledge), HasSubstr("run the commands above"));
  EXPECT_THAT(noscript(pledge + "&lang=fr"), HasSubstr("exécutez les commandes ci-dessus"));
}

TEST(Pages, ATokenIsReturnedByTheButtonOnly) {
  TestService s;
  EXPECT_EQ(s.get("/confirm?token=entente-mail-v1.x").status, 200U);
  const auto press = [&](const std::string& body, const std::string& query = {}) {
    return s.ask(Method::post, "/confirm" + query, body, {{"Content-Type", "application/x-www-form-urlencoded"}});
  };
  const Response none = press("token=");
  EXPECT_EQ(none.status, 400U);
  EXPECT_THAT(none.body, HasSubstr("role=\"alert\""));
  const Response without = press("token=%3Cb%3E", "?lang=fr");
  EXPECT_EQ(without.status, 409U) << "this server sends no mail";
  EXPECT_THAT(without.body, AllOf(HasSubstr("Cela n&#39;a pas"), Not(HasSubstr("<b>"))));
  EXPECT_THAT(without.body, AllOf(HasSubstr("ne propose pas cette étape"), Not(HasSubstr("this server"))));
  const Response none_french = press("token=", "?lang=fr");
  EXPECT_THAT(none_french.body, AllOf(HasSubstr("Saisissez le code"), Not(HasSubstr("token is"))));
  EXPECT_EQ(without.content_type, "text/html; charset=utf-8");
}

}  // namespace
}  // namespace entente::server
