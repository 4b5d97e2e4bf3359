// The router alone: patterns, percent encoding, query parameters.
#include "server/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace entente::server {
namespace {

using http::Method;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Router some_router() {
  Router router;
  const Router::Answer answer = [](const Call&, const http::Reply& reply) { reply({}); };
  router.add(Method::get, "/supporters", answer);
  router.add(Method::get, "/supporters/{id}", answer);
  router.add(Method::get, "/supporters/{id}/badge.svg", answer);
  router.add(Method::post, "/statements", answer);
  router.add(Method::get, "/statements", answer);
  router.add(Method::get, "/statements/{leaf}", answer);
  router.add(Method::get, "/statements/by-digest/{sha256}", answer);
  return router;
}
std::vector<std::string> values(const Router& router, std::string_view path) {
  const Router::Match match = router.find(Method::get, path);
  return match.answer == nullptr ? std::vector<std::string>{"no match"} : match.values;
}

TEST(PercentDecode, TakesWhatIsEncodedUtf8) {
  EXPECT_EQ(percent_decode("a%20b"), "a b");
  EXPECT_EQ(percent_decode("%C3%A9t%c3%a9"), "\xC3\xA9t\xC3\xA9");
  EXPECT_EQ(percent_decode("%25%2F"), "%/");
  EXPECT_EQ(percent_decode("a+b"), "a+b") << "a plus is a plus in a path";
  EXPECT_EQ(percent_decode(""), "");
}

TEST(PercentDecode, RefusesTheRest) {
  for (const char* text :
       {"%", "%2", "a%", "%zz", "%g0", "%0g", "%00", "%0A", "%1f", "%7F", "%FF", "%C3", "%C0%80", "%ED%A0%80", "\x01", "\xFF", "\t"})
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
}

TEST(Router, FindsThePatternAndItsValues) {
  const Router router = some_router();
  EXPECT_THAT(values(router, "/supporters"), IsEmpty());
  EXPECT_THAT(values(router, "/supporters/bank"), ElementsAre("bank"));
  EXPECT_THAT(values(router, "/supporters/a%20b/badge.svg"), ElementsAre("a b"));
  EXPECT_THAT(values(router, "/statements/7"), ElementsAre("7"));
  EXPECT_THAT(values(router, "/statements/by-digest/00"), ElementsAre("00"));
}

TEST(Router, WhatStandsBehindTheBracesMustBeThere) {
  Router router;
  router.add(Method::get, "/pages/{offset}.json", [](const Call&, const http::Reply& reply) { reply({}); });
  EXPECT_THAT(values(router, "/pages/500.json"), ElementsAre("500"));
  EXPECT_THAT(values(router, "/pages/a.b.json"), ElementsAre("a.b"));
  for (const char* path : {"/pages/500", "/pages/.json", "/pages/..json", "/pages/500.jsonx", "/pages/500.JSON", "/pages/500%2ejson"})
    EXPECT_EQ(router.find(Method::get, path).answer, nullptr) << path;
}

TEST(Router, OtherSpellingsMatchNothing) {
  const Router router = some_router();
  for (const char* path : {"",
                           "/",
                           "/supporters/",
                           "//supporters",
                           "/supporters//badge.svg",
                           "/supporters/..",
                           "/supporters/.",
                           "/supporters/%2e%2e",
                           "/supporters/%2E",
                           "/supporters/a%2Fb",
                           "/supporters/%2f",
                           "/supporters/%00",
                           "/supporters/a%0ab",
                           "/supporters/%FF",
                           "/supporters/%",
                           "/Supporters",
                           "/supporters/bank/badge.svg/",
                           "/supporters/bank/Badge.svg",
                           "/%73upporters",
                           "x"})
    EXPECT_THAT(values(router, path), ElementsAre("no match")) << path;
}

TEST(Router, SaysWhichMethodsAPathTakes) {
  const Router router = some_router();
  EXPECT_NE(router.find(Method::head, "/supporters").answer, nullptr) << "HEAD is answered as GET";
  EXPECT_NE(router.find(Method::post, "/statements").answer, nullptr);
  const Router::Match wrong = router.find(Method::post, "/supporters");
  EXPECT_EQ(wrong.answer, nullptr);
  EXPECT_THAT(wrong.methods, ElementsAre(Method::get));
  EXPECT_THAT(router.find(Method::other, "/statements").methods, ElementsAre(Method::post, Method::get));
  EXPECT_THAT(router.find(Method::options, "/nothing").methods, IsEmpty());
  EXPECT_THAT(router.routes(), ::testing::Contains("POST /statements"));
  EXPECT_EQ(router.routes().size(), 7u);
}

TEST(Parameters, AreDecodedAndRepeated) {
  http::Request request;
  request.query = "q=a+b&q=%C3%A9&x=1&q=&empty&q2=n&q=%FF&q=%00&=v&&q=c=d";
  EXPECT_THAT(parameters(request, "q"), ElementsAre("a b", "\xC3\xA9", "", "c=d"));
  EXPECT_THAT(parameters(request, "x"), ElementsAre("1"));
  EXPECT_THAT(parameters(request, "empty"), IsEmpty());
  EXPECT_THAT(parameters(request, "absent"), IsEmpty());
  request.query.clear();
  EXPECT_THAT(parameters(request, "q"), IsEmpty());
}

}  // namespace
}  // namespace entente::server
