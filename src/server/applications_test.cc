// What is told at once to who signs up, by POST /statements and on the page in both languages; and the texts of the Call.
#include <gmock/gmock.h>

#include "server/test_service.h"
#include "test_support.h"

namespace entente::server {
namespace {

using fixture::TestService;
using http::Response;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
namespace made = registry::fixture;

std::string changed_pledge(const TestService& s, const std::string& id, const std::function<void(Json&)>& change) {
  Json p = s.world.pledge_predicate(id);
  change(p);
  return made::entry("pledge", p["text"]["sha256"], p, {&made::key(id)});
}
void expect_refused(const Response& response, unsigned status, const std::string& code, const std::string& pointer) {
  ASSERT_EQ(response.status, status) << response.body;
  const Json body = Json::parse(response.body);
  EXPECT_EQ(body["code"], code);
  EXPECT_EQ(body["pointer"], pointer);
  EXPECT_FALSE(body["hint"].get<std::string>().empty());
}

TEST(Applications, APledgeIsRefusedAtOnceAndLeavesNoTrace) {
  TestService s;
  const std::size_t size = s.world.log.size();
  expect_refused(s.post(changed_pledge(s, "new", [](Json& p) { p["domains"] = {"co.uk"}; })), 422, "not-allowed", "/predicate/domains/0");
  expect_refused(s.post(changed_pledge(s, "new", [](Json& p) { p["domains"] = {"new.example", "bank.example"}; })), 409, "domain-taken",
                 "/predicate/domains/1");
  expect_refused(s.post(changed_pledge(s, "new", [](Json& p) { p["organisation"]["website"] = "bank.example"; })), 409, "domain-taken",
                 "/predicate/organisation/website");
  expect_refused(s.post(changed_pledge(s, "new", [](Json& p) { p["organisation"]["country"] = "ROM"; })), 422, "schema",
                 "/predicate/organisation/country");
  expect_refused(s.post(changed_pledge(s, "new", [](Json& p) { p["organisation"]["name"] = "Ne\u200Bw"; })), 422, "schema",
                 "/predicate/organisation/name");
  EXPECT_EQ(Json::parse(s.post(changed_pledge(s, "bank", [](Json&) {})).body)["code"], "id-taken");
  // Not even where the kind is written with escapes, which mean the same to whoever reads it.
  Json p = s.world.pledge_predicate("new");
  p["domains"] = {"co.uk"};
  const std::string text = p["text"]["sha256"];
  statement::Envelope envelope{.payload = json_compact(Json{{"_type", "https://in-toto.io/Statement/v1"},
                                                            {"subject", Json::array({Json{{"digest", made::dig(text)}}})},
                                                            {"predicateType", "https://entente.example/predicate/pledge/v1"},
                                                            {"predicate", p}})};
  envelope.payload_type = "application/vnd.in-toto+json";
  envelope.payload.replace(envelope.payload.find("/pledge/v1"), 10, "\\/pledge\\/v1");
  statement::add_signature(envelope, made::key("new"));
  expect_refused(s.post(envelope.str()), 422, "not-allowed", "/predicate/domains/0");
  EXPECT_EQ(Json::parse(s.api("/statements?from=" + std::to_string(size)).body)["items"].size(), 0U);
  // What stands in nobody's way is taken, and taken again as the replay it is.
  const std::string good = changed_pledge(s, "new", [](Json&) {});
  EXPECT_EQ(s.post(good).status, 201U);
  EXPECT_EQ(Json::parse(s.post(good).body)["code"], "replay");
}

TEST(Applications, ADomainIsTakenForAsLongAsItsProofCounts) {
  TestService s;
  const auto wants_other = [&](const std::string& id) { return changed_pledge(s, id, [](Json& p) { p["domains"] = {"other.example"}; }); };
  ASSERT_EQ(s.post(s.world.domain_proof("other", "other", {&made::key("verifier")})).status, 201U);
  EXPECT_EQ(s.api("/supporters/other").status, 200U);  // the tables take in what was answered
  expect_refused(s.post(wants_other("new")), 409, "domain-taken", "/predicate/domains/0");
  s.world.clock += std::chrono::days(91);
  EXPECT_EQ(s.post(wants_other("new")).status, 201U);
}

TEST(Applications, ADomainOfTheSameFamilyIsShownToWhoApproves) {
  TestService s;
  const auto related = [&] { return Json::parse(s.api("/queue/related-domains").body)["items"]; };
  ASSERT_EQ(s.post(changed_pledge(s, "branch", [](Json& p) { p["domains"] = {"press.bank.example", "branch.example"}; })).status, 201U)
      << "not refused: it may be a part of the bank";
  ASSERT_EQ(s.post(changed_pledge(s, "stranger", [](Json& p) { p["domains"] = {"thebank.example"}; })).status, 201U);
  EXPECT_EQ(related(), Json::array({Json{{"supporter", "branch"},
                                         {"domain", "press.bank.example"},
                                         {"registrable_domain", "bank.example"},
                                         {"held_by", "bank"},
                                         {"holds", "bank.example"}}}));
  // Below a suffix that is private to its users, neighbours have nothing to do with one another.
  ASSERT_EQ(s.post(changed_pledge(s, "page-a", [](Json& p) { p["domains"] = {"a.github.io"}; })).status, 201U);
  EXPECT_EQ(related().size(), 1U);
  s.world.clock += std::chrono::days(91);
  ASSERT_EQ(s.post(s.world.pledge("later")).status, 201U);  // an answer is kept until something is written
  EXPECT_EQ(related(), Json::array()) << "the bank's proof no longer counts";
}

TEST(Applications, TheFormSaysAllOfItInThePagesLanguage) {
  TestService s;
  const std::string digest(64, 'a');
  const std::string bad = "/signup?id=other&name=Club&category=civil-society&country=ROM&domain=bank.example&text=" + digest;
  const Response english = s.get(bad), french = s.get(bad + "&lang=fr");
  EXPECT_EQ(english.status, 422U);
  EXPECT_THAT(english.body, AllOf(HasSubstr("Short name in the registry: &quot;other&quot; belongs to another record"),
                                  HasSubstr("Country of its seat: &quot;ROM&quot; is no country"), HasSubstr("write ROU"),
                                  HasSubstr("Domain: &quot;bank.example&quot; is proven by another supporter")));
  EXPECT_EQ(french.status, 422U);
  EXPECT_THAT(french.body, AllOf(HasSubstr("Nom court dans le registre :"), HasSubstr("écrivez ROU"), HasSubstr("autre soutien")));
  for (const char* word : {"belongs", "country", "another", "proven", "must", "pattern", "/organisation"})
    EXPECT_THAT(
        french.body.substr(french.body.find("role=\"alert\"")).substr(0, french.body.find("<form") - french.body.find("role=\"alert\"")),
        Not(HasSubstr(word)));
  EXPECT_THAT(s.get("/signup?id=club&name=Club&category=civil-society&domain=github.io&text=" + digest).body,
              AllOf(HasSubstr("github.io&quot; is a public suffix"), Not(HasSubstr("entente keygen"))));
  // What only the schema knows is said without its patterns, in both languages.
  for (const std::string query :
       {"id=A%20B&name=Club&category=civil-society", "id=club&name=%0A&category=civil-society", "id=club&name=Club&category=firm",
        "id=club&name=Club&category=civil-society&country=FR", "id=club&name=Club&category=civil-society&domain=a%20b"})
    for (const std::string lang : {"en", "fr"}) {
      const std::string body = s.get("/signup?" + query + "&lang=" + lang + "&text=" + digest).body;
      const std::size_t from = body.find("role=\"alert\""), to = body.find("</p>", from);
      ASSERT_NE(from, std::string::npos) << query;
      EXPECT_THAT(body.substr(from, to - from), AllOf(Not(HasSubstr("^")), Not(HasSubstr("/organisation")), Not(HasSubstr("JSON"))))
          << query;
    }
}

TEST(Applications, TextsOfTheCallAreListedServedAndAskedFor) {
  TestService s(TestService::Mode::writable, 4096, [](RegistryOptions& options, const auto&) {
    options.signup.texts = {{.language = "en", .version = "2018-11-12", .sha256 = sha256("the call"), .content = "the call"},
                            {.language = "fr", .sha256 = sha256("l'appel")}};
  });
  const std::string english = sha256("the call").hex(), french = sha256("l'appel").hex();
  const Json listed = Json::parse(s.api("/texts").body);
  EXPECT_EQ(listed["any"], false);
  ASSERT_EQ(listed["accepted"].size(), 2U);
  EXPECT_EQ(listed["accepted"][0]["sha256"], english);
  EXPECT_EQ(listed["accepted"][0]["url"], "/api/v1/texts/" + english);
  EXPECT_FALSE(listed["accepted"][1].contains("url"));
  EXPECT_EQ(listed["pledged"][0]["sha256"], english);
  EXPECT_EQ(s.api("/texts/" + english).body, "the call");
  EXPECT_EQ(s.api("/texts/" + french).status, 404U) << "only its digest is known";
  expect_refused(s.post(changed_pledge(s, "new", [](Json& p) { p["text"]["sha256"] = sha256("another").hex(); })), 422, "unknown-text",
                 "/predicate/text/sha256");
  const std::string page = s.get("/signup").body;
  EXPECT_THAT(page, AllOf(HasSubstr("<select id=\"text\""), HasSubstr("href=\"/api/v1/texts/" + english)));
  const std::string made = s.get("/signup?id=club&name=Club&category=civil-society&text=" + english + "&lang=fr").body;
  EXPECT_THAT(made, AllOf(HasSubstr("&quot;version&quot;: &quot;2018-11-12&quot;"), HasSubstr("&quot;language&quot;: &quot;en&quot;")));
  const TestService any;
  EXPECT_THAT(s.get("/signup").body, HasSubstr(english));
}

TEST(Applications, TextsTheRulesNameAreTakenWhereNoneIsConfigured) {
  TestService s;
  EXPECT_EQ(Json::parse(s.api("/texts").body)["any"], true);
  Json rules = s.world.rules_predicate();
  rules["previous"] = made::dig(Json::parse(s.api("/rules").body)["envelope"].get<std::string>());
  rules["texts"] = Json::array({Json{{"language", "en"}, {"version", "2018-11-12"}, {"sha256", made::sha("the call")}}});
  s.world.clock += std::chrono::minutes(1);
  rules["at"] = s.world.now();
  const Response taken = s.post(made::entry("registry-rules", made::sha("rules"), rules, {&made::key("anna"), &made::key("ben")}));
  ASSERT_EQ(taken.status, 201U) << taken.body;
  const Json listed = Json::parse(s.api("/texts").body);
  EXPECT_EQ(listed["any"], false) << s.api("/rules").body;
  ASSERT_EQ(listed["accepted"].size(), 1U);
  EXPECT_EQ(listed["accepted"][0]["sha256"], sha256("the call").hex());
  expect_refused(s.post(changed_pledge(s, "new", [](Json& p) { p["text"]["sha256"] = sha256("another").hex(); })), 422, "unknown-text",
                 "/predicate/text/sha256");
}

TEST(Refusals, AreWordedByThePath) {
  TestService s;
  const auto refusal = [&](const std::string& path, unsigned status, const http::Headers& headers = {}) {
    return s.service->refusal(status, "the reason", http::Request{.path = path, .headers = headers});
  };
  const Response api = refusal("/api/v1/statements", 413);
  EXPECT_EQ(api.content_type, "application/problem+json");
  EXPECT_EQ(Json::parse(api.body)["code"], "too-large");
  EXPECT_EQ(Json::parse(api.body)["status"], 413);
  EXPECT_EQ(http::find_header(api.headers, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(Json::parse(refusal("/api/v1/statements", 431).body)["code"], "head-too-large");
  const Response page = refusal("/signup", 431, {{"Accept-Language", "fr"}});
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page.body, AllOf(HasSubstr("<html lang=\"fr\">"), HasSubstr("trop long")));
  EXPECT_EQ(refusal("/log/checkpoint", 431).content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(refusal("", 400).content_type, "text/plain; charset=utf-8");
  const Response wrong = s.ask(http::Method::post, "/signup", "id=x");
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_EQ(wrong.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(http::find_header(wrong.headers, "Allow"), "GET, HEAD");
  EXPECT_EQ(s.get("/nowhere", {{"Accept", "text/html,*/*"}}).content_type, "text/html; charset=utf-8");
  EXPECT_EQ(s.get("/nowhere").content_type, "application/problem+json");
}

TEST(Refusals, SeveralLinesOfIfNoneMatchAreOneList) {
  TestService s;
  const std::string tag(http::find_header(s.api("/rules").headers, "ETag"));
  EXPECT_EQ(s.api("/rules", {{"If-None-Match", "\"other\""}, {"If-None-Match", tag}}).status, 304U);
  EXPECT_EQ(s.api("/rules", {{"If-None-Match", "\"other\""}, {"If-None-Match", "\"more\""}}).status, 200U);
}

}  // namespace
}  // namespace entente::server
