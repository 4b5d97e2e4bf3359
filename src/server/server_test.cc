// The API in process: what openapi.json says is what the routes do, and the manners all routes share.
#include <gmock/gmock.h>
#include <algorithm>
#include <set>

#include "merkle/note.h"
#include "schema/schema.h"
#include "server/request_log.h"
#include "server/test_service.h"
#include "test_support.h"

namespace entente::server {
namespace {

using fixture::TestService;
using http::Method;
using http::Response;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Json& description() {
  static const Json made = Json::parse(DataSet::embedded().file("api/openapi.json").value());
  return made;
}
Json resolve(const Json& value) {
  if (!value.contains("$ref")) return value;
  return description().at(Json::json_pointer(value["$ref"].get<std::string>().substr(1)));
}

// A schema of the description, compiled with all it may refer to.
const schema::Schema& compiled(Json schema) {
  static std::map<std::string, schema::Schema> made;
  const std::string name = json_compact(schema);
  if (const auto it = made.find(name); it != made.end()) return it->second;
  schema["$defs"] = description()["components"]["schemas"];
  std::string text = json_compact(schema);
  const std::string from = "#/components/schemas/", to = "#/$defs/";
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) text.replace(at, from.size(), to);
  auto out = schema::Schema::compile(text, "openapi.json");
  EXPECT_TRUE(out.has_value()) << out.error().str();
  return made.emplace(name, *out).first->second;
}
// Empty if it satisfies the schema.
std::string complaint(const schema::Schema& schema, std::string_view text) {
  const auto document = JsonDocument::parse(text, "answer");
  if (!document) return document.error().str();
  const auto violations = schema.validate(document->root(), 1);
  return violations.empty() ? "" : violations[0].instance + " " + violations[0].keyword + ": " + violations[0].message;
}
const schema::Schema& problem_schema() {
  static const schema::Schema made = compiled({{"$ref", "#/components/schemas/Problem"}});
  return made;
}
void expect_problem(const Response& response, unsigned status, std::string_view code) {
  EXPECT_EQ(response.status, status) << response.body;
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(complaint(problem_schema(), response.body), "") << response.body;
  EXPECT_EQ(Json::parse(response.body)["code"], code);
  EXPECT_EQ(Json::parse(response.body)["status"], status);
}
std::string header(const Response& response, std::string_view name) { return std::string(http::find_header(response.headers, name)); }

TEST(Description, EveryRouteAndNothingElse) {
  TestService s;
  std::set<std::string> described;
  for (const auto& [path, item] : description()["paths"].items())
    for (const auto& [method, operation] : item.items()) {
      std::string upper = method;
      std::ranges::transform(upper, upper.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      described.insert(upper + " " + path);
    }
  const std::vector<std::string> routes = s.service->routes();
  EXPECT_EQ(described, std::set<std::string>(routes.begin(), routes.end()));
  EXPECT_EQ(described.size(), routes.size()) << "no route is there twice";
  EXPECT_EQ(s.api("/openapi.json").body, DataSet::embedded().file("api/openapi.json").value());
}

TEST(Description, IsWellFormed) {
  EXPECT_EQ(description()["openapi"], "3.1.0");
  std::set<std::string> ids, tags;
  for (const Json& tag : description()["tags"]) tags.insert(tag["name"]);
  for (const auto& [path, item] : description()["paths"].items())
    for (const auto& [method, operation] : item.items()) {
      SCOPED_TRACE(method + " " + path);
      EXPECT_TRUE(ids.insert(operation["operationId"]).second) << "operationId is not unique";
      EXPECT_TRUE(tags.contains(operation["tags"][0].get<std::string>()));
      const std::string sentence = operation["description"];
      EXPECT_TRUE(sentence.ends_with('.'));
      std::size_t braces = 0;
      for (const Json& p : operation.value("parameters", Json::array())) {
        const schema::Schema& schema = compiled(p["schema"]);
        EXPECT_FALSE(p["description"].get<std::string>().empty());
        if (p.contains("example")) EXPECT_EQ(complaint(schema, json_compact(p["example"])), "") << p["name"];
        if (p["in"] != "path") continue;
        ++braces;
        EXPECT_THAT(path, HasSubstr("{" + p["name"].get<std::string>() + "}"));
        EXPECT_TRUE(p["required"] == true && p.contains("example"));
      }
      EXPECT_EQ(braces, static_cast<std::size_t>(std::ranges::count(path, '{')));
      for (const auto& [status, given] : operation["responses"].items()) {
        const Json response = resolve(given);
        EXPECT_FALSE(response["description"].get<std::string>().empty());
        const Json contents = response.value("content", Json::object());
        for (const auto& [type, content] : contents.items()) {
          const schema::Schema& schema = compiled(content["schema"]);
          if (content.contains("example")) EXPECT_EQ(complaint(schema, json_compact(content["example"])), "") << status;
          // What is JSON and not the description itself has an example.
          if (type == "application/json" || type == "application/problem+json") EXPECT_TRUE(content.contains("example")) << status;
        }
      }
    }
}

// The description's path with the examples of its parameters in place.
std::string filled(std::string path, const Json& operation, const std::string& assessment) {
  for (const Json& p : operation.value("parameters", Json::array())) {
    if (p["in"] != "path") continue;
    std::string value = p["example"].is_string() ? p["example"].get<std::string>() : p["example"].dump();
    if (p["name"] == "envelope") value = assessment;  // hangs on the data files' digest
    path.replace(path.find("{" + p["name"].get<std::string>() + "}"), p["name"].get<std::string>().size() + 2, value);
  }
  return path;
}
void expect_described(const Response& response, const Json& operation) {
  ASSERT_EQ(response.status, 200u) << response.body;
  const Json& content = operation["responses"]["200"]["content"];
  ASSERT_TRUE(content.contains(response.content_type)) << response.content_type;
  if (response.content_type.find("json") == std::string::npos) return;
  if (response.content_type != "application/x-ndjson") {
    EXPECT_EQ(complaint(compiled(content[response.content_type]["schema"]), response.body), "") << response.body.substr(0, 300);
    return;
  }
  const schema::Schema line_schema = compiled({{"$ref", "#/components/schemas/ExportLine"}});
  std::istringstream lines(response.body);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_EQ(complaint(line_schema, line), "") << line;
  EXPECT_GT(count, 0u);
}

TEST(Description, AnswersSatisfyIt) {
  TestService s(TestService::Mode::writable, 4096, [](RegistryOptions& options, const auto&) {
    options.signup.texts = {
        {.language = "en", .version = "2018-11-12", .sha256 = sha256("the call"), .content = "the call"},
    };
  });
  const std::string assessment = Json::parse(s.api("/supporters/bank").body)["assessment"];
  for (const auto& [path, item] : description()["paths"].items()) {
    if (!item.contains("get")) continue;
    SCOPED_TRACE(path);
    expect_described(s.api(filled(path, item["get"], assessment)), item["get"]);
  }
  const auto more = [&](const char* path, const std::string& target) {
    SCOPED_TRACE(target);
    expect_described(s.api(target), description()["paths"][path]["get"]);
  };
  for (const auto& [id, supporter] : s.world.state.supporters()) {
    more("/supporters/{id}", "/supporters/" + id);
    more("/supporters/{id}/statements", "/supporters/" + id + "/statements");
    more("/supporters/{id}/badge.svg", "/supporters/" + id + "/badge.svg?lang=fr");
    if (registry::counts(supporter.status)) more("/index/{id}", "/index/" + id);
  }
  for (std::size_t leaf = 0; leaf < s.world.log.size(); ++leaf) more("/statements/{leaf}", "/statements/" + std::to_string(leaf));
  for (int n = 0; n <= 9; ++n) more("/principles/{number}", "/principles/" + std::to_string(n));
  for (const catalog::Control& c : registry::fixture::test_catalog().controls()) more("/controls/{id}", "/controls/" + c.id.str());
  const Json instruments = Json::parse(s.api("/norms").body);
  for (const Json& i : instruments) more("/norms/{id}", "/norms/" + i["id"].get<std::string>());
  more("/supporters",
       "/supporters?include=all&q=organisation&sort=-day&country=FRA&country=-&status=approved&principle=3&tier=5D&from=2020-01-01");
  more("/index", "/index?detail=findings&at=2026-11-25");
  more("/statements", "/statements?kind=pledge&supporter=bank");
  more("/changes", "/changes?supporter=bank&limit=1000");
  more("/supporters.csv", "/supporters.csv?include=all");
  more("/supporters.ndjson", "/supporters.ndjson?include=all");
  EXPECT_THAT(s.problems, ElementsAre());
}

TEST(Description, WritingToo) {
  TestService s;
  const Json& operation = description()["paths"]["/statements"]["post"];
  const schema::Schema accepted = compiled(operation["responses"]["201"]["content"]["application/json"]["schema"]);
  const Response plain = s.post(s.world.pledge("fresh"));
  ASSERT_EQ(plain.status, 201u) << plain.body;
  EXPECT_EQ(complaint(accepted, plain.body), "");
  EXPECT_EQ(header(plain, "Location"), fmt::format("/api/v1/statements/{}", s.world.log.size() - 1));
  const Response published = s.post(s.world.pledge("another"), "?wait=published");
  EXPECT_EQ(complaint(accepted, published.body), "");
  EXPECT_THAT(published.body, AllOf(HasSubstr("\"checkpoint\""), HasSubstr("c2sp.org/tlog-proof")));
  EXPECT_EQ(s.get(header(published, "Location")).status, 200u);
  const schema::Schema envelope = compiled(operation["requestBody"]["content"]["application/json"]["schema"]);
  EXPECT_EQ(complaint(envelope, s.world.log.back()), "");
}

TEST(Api, RejectionsHaveTheirCodeAndStatus) {
  TestService s;
  const std::string pledge = s.world.pledge("fresh");
  ASSERT_EQ(s.post(pledge).status, 201u);
  expect_problem(s.post(pledge), 409, "replay");
  expect_problem(s.post("{}"), 400, "malformed");
  expect_problem(s.post(""), 400, "malformed");
  expect_problem(s.post(pledge, "?wait=ever"), 400, "bad-request");
  expect_problem(s.post(std::string(66'000, 'x')), 400, "too-large");
  const std::size_t size = s.world.log.size();
  EXPECT_EQ(Json::parse(s.api("/statements?from=" + std::to_string(size)).body)["items"].size(), 0u) << "nothing refused is in the ledger";
}

TEST(Api, ReadOnlyTakesNothing) {
  TestService s(TestService::Mode::read_only);
  expect_problem(s.ask(Method::post, "/api/v1/statements", s.world.pledge("fresh")), 405, "read-only");
  EXPECT_EQ(s.api("/supporters").status, 200u);
}

TEST(Api, ACopyShowsWhatIsAddedToItsFolder) {
  TestService s(TestService::Mode::read_only);
  EXPECT_EQ(s.api("/supporters/fresh").status, 404u);
  expect_problem(s.api("/counters.note"), 404, "not-found");
  {
    auto ledger = ledger::Ledger::open_write(s.folder() / "log").value();
    const std::vector<std::string> entries{s.world.pledge("fresh"), "no statement"};
    ASSERT_TRUE(ledger.append(entries, fixture::log_key()).has_value());
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (s.api("/supporters/fresh").status != 200u && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(Json::parse(s.api("/supporters/fresh").body)["status"], "applied");
  EXPECT_EQ(Json::parse(s.api("/supporters?q=fresh&include=all").body)["total"], 1) << "search follows too";
  EXPECT_EQ(Json::parse(s.api("/counters").body)["ledger"]["size"], s.world.log.size() + 2);
}

TEST(Api, TheSignedCounterIsTheLedgersAndCannotBeAltered) {
  TestService s;
  const Response answer = s.api("/counters.note");
  ASSERT_EQ(answer.status, 200u);
  const auto verified = merkle::verify_note(answer.body, {fixture::log_key().verifier()});
  ASSERT_TRUE(verified.has_value()) << verified.error().str();
  const Json said = Json::parse(verified->text);
  EXPECT_EQ(said["origin"], "registry.example/ledger");
  EXPECT_EQ(said["ledger"]["size"], s.world.log.size());
  EXPECT_EQ(said["supporters"], Json::parse(s.api("/counters").body)["supporters"]);
  EXPECT_FALSE(merkle::Checkpoint::parse(verified->text).has_value()) << "nobody may take it for a checkpoint";
  std::string altered = answer.body;
  altered.replace(altered.find("\"supporters\":") + 13, 1, "9");
  EXPECT_FALSE(merkle::verify_note(altered, {fixture::log_key().verifier()}).has_value());
  const Response image = s.api("/counters.svg?lang=fr");
  EXPECT_EQ(image.content_type, "image/svg+xml");
  EXPECT_THAT(image.body, HasSubstr(fmt::format("{} soutiens · 2026-11-24", said["supporters"].get<int>())));
  expect_problem(s.api("/counters.svg?lang=de"), 400, "bad-request");
}

TEST(RequestLog, OneLineARequestWithoutWhoAndWhat) {
  const auto folder = TemporaryFolder::make("log").value();
  TestService s(TestService::Mode::read_only);
  s.request_log = (folder.path() / "requests").string();
  s.start(TestService::Mode::writable);
  (void)s.api("/supporters?q=somebody");
  (void)s.api("/nothing\"here");
  (void)s.ask(Method::post, "/api/v1/statements", "{}");
  s.service.reset();
  std::istringstream lines(test::slurp(folder.path() / "requests"));
  std::vector<Json> read;
  for (std::string line; std::getline(lines, line);) read.push_back(Json::parse(line));
  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read[0]["path"], "/api/v1/supporters") << "what was searched for is not kept";
  EXPECT_EQ(read[0]["status"], 200);
  EXPECT_EQ(read[0]["network"], "192.0.2.0");
  EXPECT_GT(read[0]["bytes"], 0);
  EXPECT_EQ(read[1]["path"], "/api/v1/nothing\"here");
  EXPECT_EQ(read[1]["status"], 404);
  EXPECT_EQ(read[2]["method"], "POST");
  EXPECT_EQ(read[2]["status"], 400);
  for (const Json& line : read) EXPECT_TRUE(parse_time(line["time"].get<std::string>()).has_value());
}

TEST(RequestLog, AddressesAreCutToTheirNetwork) {
  EXPECT_EQ(network_of("192.0.2.77"), "192.0.2.0");
  EXPECT_EQ(network_of("2001:db8:1:2::3"), "2001:db8:1::");
  EXPECT_EQ(network_of("::1"), "::");
  EXPECT_EQ(network_of("not an address"), "");
}

TEST(Api, EtagsSpareTheBody) {
  TestService s;
  const Response first = s.api("/supporters");
  const std::string etag = header(first, "ETag");
  EXPECT_THAT(etag, ::testing::MatchesRegex("\"[0-9a-f]+\""));
  EXPECT_EQ(header(first, "Cache-Control"), "no-cache");
  for (const std::string& field : {etag, "W/" + etag, "\"x\", " + etag, std::string("*"), "\"a\" , W/" + etag + " ,\"b\""}) {
    const Response again = s.api("/supporters", {{"If-None-Match", field}});
    EXPECT_EQ(again.status, 304u) << field;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(header(again, "ETag"), etag);
  }
  for (const std::string& field : {std::string("\"x\""), etag.substr(1), std::string(","), std::string()})
    EXPECT_EQ(s.api("/supporters", {{"If-None-Match", field}}).status, 200u) << field;
  const Response head = s.ask(Method::head, "/api/v1/supporters");
  EXPECT_EQ(head.status, 200u);
  EXPECT_EQ(header(head, "ETag"), etag);
  EXPECT_EQ(head.body, first.body) << "the server sends the length and keeps the body";
}

TEST(Api, MethodsAndOrigins) {
  TestService s;
  const Response wrong = s.ask(Method::post, "/api/v1/supporters", "{}");
  expect_problem(wrong, 405, "method-not-allowed");
  EXPECT_EQ(header(wrong, "Allow"), "OPTIONS, GET, HEAD");
  EXPECT_EQ(header(s.ask(Method::other, "/api/v1/statements"), "Allow"), "OPTIONS, GET, HEAD, POST");
  const Response asked = s.ask(Method::options, "/api/v1/statements");
  EXPECT_EQ(asked.status, 204u);
  EXPECT_EQ(header(asked, "Access-Control-Allow-Methods"), "OPTIONS, GET, HEAD, POST");
  EXPECT_EQ(header(asked, "Access-Control-Allow-Headers"), "Content-Type");
  for (const char* target : {"/supporters", "/supporters/nobody", "/nothing", "/supporters?limit=x", "/events.ics"}) {
    const Response r = s.api(target);
    EXPECT_EQ(header(r, "Access-Control-Allow-Origin"), "*") << target;
    EXPECT_EQ(header(r, "X-Content-Type-Options"), "nosniff") << target;
  }
  expect_problem(s.ask(Method::options, "/api/v1/nothing"), 404, "not-found");
  expect_problem(s.get("/elsewhere"), 404, "not-found");
  EXPECT_EQ(s.get("/healthz").status, 200u);
  EXPECT_THAT(s.get("/metrics").body, HasSubstr("entente_http_requests_total{class=\"4xx\"}"));
}

TEST(Api, WhatIsNotThereIs404) {
  TestService s;
  for (const char* target :
       {"/supporters/nobody", "/supporters/nobody/statements",
        "/statements/999",    "/statements/-1",
        "/statements/x",      "/statements/99999999999999999999",
        "/assessments/00",    "/principles/10",
        "/principles/x",      "/controls/P5-99",
        "/controls/x",        "/norms/x",
        "/index/nobody",      "/index/gone",
        "/index/waiting",     "/supporters/..%2f",
        "/supporters/%00",    "/x",
        "/supporters/",       "/statements/by-digest/0000000000000000000000000000000000000000000000000000000000000000"})
    expect_problem(s.api(target), 404, "not-found");
  expect_problem(s.api("/statements/by-digest/xyz"), 400, "bad-request");
  EXPECT_EQ(s.api("/supporters/nobody/badge.svg").status, 200u) << "a badge says so itself";
  EXPECT_THAT(s.problems, ElementsAre());
}

TEST(Api, BadParametersAreSaid) {
  TestService s;
  const std::vector<std::string> bad = {"/supporters?principle=0",
                                        "/supporters?tier=ZZZ",
                                        "/supporters?tier=",
                                        "/supporters?tier=6E",
                                        "/supporters?status=gone",
                                        "/supporters?category=firm",
                                        "/supporters?principle=10",
                                        "/supporters?principle=x",
                                        "/supporters?principle=1&principle=99",
                                        "/supporters?from=yesterday",
                                        "/supporters?from=2026-13-01",
                                        "/supporters?to=2026-02-30",
                                        "/supporters?include=some",
                                        "/supporters?sort=size",
                                        "/supporters?sort=--name",
                                        "/supporters?sort=",
                                        "/supporters?limit=501",
                                        "/supporters?limit=-1",
                                        "/supporters?limit=x",
                                        "/supporters?offset=1e3",
                                        "/supporters?offset=99999999999999999999",
                                        "/statements?kind=rumour",
                                        "/statements?from=x",
                                        "/statements?limit=501",
                                        "/statements?from=9223372036854775807",
                                        "/index?at=soon",
                                        "/index?detail=all",
                                        "/index/bank?at=x",
                                        "/peer-groups?at=",
                                        "/changes?limit=1001",
                                        "/changes?before=x",
                                        "/changes.atom?limit=x",
                                        "/changes.json?limit=-5",
                                        "/supporters.csv?include=x",
                                        "/supporters.ndjson?include=",
                                        "/supporters/bank/badge.svg?lang=de",
                                        "/supporters?q=" + std::string(401, 'a')};
  for (const std::string& target : bad) {
    SCOPED_TRACE(target.substr(0, 80));
    expect_problem(s.api(target), 400, "bad-request");
  }
  for (const char* target : {"/supporters?q=%27%3B+DROP+TABLE+supporters%3B--", "/supporters?country=%25", "/supporters?unknown=1",
                             "/supporters?limit=0", "/statements?supporter=%27+OR+1%3D1", "/supporters?q=%FF", "/statements?limit=0"})
    EXPECT_EQ(s.api(target).status, 200u) << target;
  EXPECT_EQ(s.api("/supporters?include=all").status, 200u) << "the tables are still there";
}

TEST(Api, PagesGiveEverythingOnce) {
  TestService s;
  std::vector<std::string> ids, expected;
  for (const auto& [id, supporter] : s.world.state.supporters()) expected.push_back(id);
  Json next = 0;
  for (int pages = 0; !next.is_null() && pages < 50; ++pages) {
    const Json page = Json::parse(s.api("/supporters?include=all&limit=2&offset=" + next.dump()).body);
    EXPECT_EQ(page["total"], expected.size());
    EXPECT_LE(page["items"].size(), 2u);
    for (const Json& item : page["items"]) ids.push_back(item["id"]);
    next = page["next_offset"];
  }
  std::ranges::sort(ids);
  EXPECT_EQ(ids, expected);

  std::vector<std::uint64_t> leaves, all(s.world.log.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  next = 0;
  for (int pages = 0; !next.is_null() && pages < 50; ++pages) {
    const Json page = Json::parse(s.api("/statements?limit=3&from=" + next.dump()).body);
    for (const Json& item : page["items"]) leaves.push_back(item["leaf"]);
    next = page["next_from"];
  }
  EXPECT_EQ(leaves, all);

  std::vector<std::uint64_t> changed;
  const Json changes = Json::parse(s.api("/changes?limit=1000").body);
  for (const Json& item : changes["items"]) changed.push_back(item["leaf"]);
  std::vector<std::uint64_t> walked;
  std::string before;
  while (true) {
    const Json page = Json::parse(s.api("/changes?limit=4" + before).body)["items"];
    if (page.empty() || walked.size() > 500) break;
    for (const Json& item : page) walked.push_back(item["leaf"]);
    before = "&before=" + std::to_string(walked.back());
  }
  EXPECT_EQ(walked, changed);
  EXPECT_GT(changed.size(), 10u);
}

TEST(Api, AWriteIsSeenByTheNextRead) {
  TestService s;
  const Response before = s.api("/counters"), lists = s.api("/queue");
  EXPECT_EQ(s.api("/counters").body, before.body);
  ASSERT_EQ(s.post(s.world.pledge("fresh")).status, 201u);
  const Response after = s.api("/counters");
  EXPECT_NE(header(after, "ETag"), header(before, "ETag"));
  EXPECT_EQ(Json::parse(after.body)["records"]["applied"], Json::parse(before.body)["records"]["applied"].get<int>() + 1);
  EXPECT_NE(s.api("/queue").body, lists.body);
  EXPECT_EQ(s.api("/counters", {{"If-None-Match", header(before, "ETag")}}).status, 200u);
  EXPECT_EQ(Json::parse(s.api("/supporters/fresh").body)["status"], "applied");
}

TEST(Api, TheSameLedgerGivesTheSameBytes) {
  TestService one, two(TestService::Mode::read_only);
  for (const std::string& route : one.service->routes()) {
    if (!route.starts_with("GET ") || route.find('{') != std::string::npos) continue;
    if (route == "GET /counters.note") continue;  // only who has the ledger's key can sign
    EXPECT_EQ(one.api(route.substr(4)).body, two.api(route.substr(4)).body) << route;
  }
}

}  // namespace
}  // namespace entente::server
