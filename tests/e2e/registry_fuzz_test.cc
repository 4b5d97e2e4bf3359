// Random requests to the real binary, made from openapi.json: for every operation parameters and bodies that are valid, just not, or
// rubbish. Never a 5xx, never silence, and what calls itself JSON is JSON of the described form. Seeded: a failure comes back.
// ENTENTE_SOAK=1 sends a hundred times as many.
#include <gmock/gmock.h>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "background_binary.h"
#include "core/time.h"
#include "keys/keys.h"
#include "raw_client.h"
#include "registry/party_request.h"
#include "schema/schema.h"
#include "server/test_service.h"
#include "test_support.h"

namespace entente {
namespace {

using Rng = std::mt19937_64;
namespace made = registry::fixture;

struct Operation {
  std::string name, method, path;
  Json parameters;
  std::set<int> statuses;
  std::map<std::string, schema::Schema> schemas;  // of 200 or 201, by media type, where it is JSON
};

std::vector<Operation> operations() {
  const Json api = Json::parse(DataSet::embedded().file("api/openapi.json").value());
  std::vector<Operation> out;
  for (const auto& [path, item] : api["paths"].items())
    for (const auto& [method, given] : item.items()) {
      Operation op{.name = given["operationId"], .method = method == "get" ? "GET" : "POST", .path = path};
      op.parameters = given.value("parameters", Json::array());
      for (const auto& [status, response] : given["responses"].items()) {
        op.statuses.insert(std::stoi(status));
        if (status[0] != '2') continue;
        for (const auto& [type, content] : response["content"].items()) {
          if (type.find("json") == std::string::npos || type.find("ndjson") != std::string::npos) continue;
          Json document = content["schema"];
          document["$defs"] = api["components"]["schemas"];
          std::string text = json_compact(document);
          const std::string from = "#/components/schemas/";
          for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at))
            text.replace(at, from.size(), "#/$defs/");
          op.schemas.emplace(type, schema::Schema::compile(text, "openapi.json").value());
        }
      }
      out.push_back(std::move(op));
    }
  return out;
}

class Generator {
 public:
  Generator(std::uint64_t seed, made::World& world) : rng_(seed), world_(world) {}

  // "GET /api/v1/…?… HTTP/1.1", fields, body. `head` is set for HEAD.
  std::string request(const Operation& op, bool& head) {
    head = op.method == "GET" && chance(8);
    std::string target = "/api/v1" + op.path, query;
    for (const Json& p : op.parameters) {
      const std::string name = p["name"];
      if (p["in"] == "path") {
        const std::string brace = "{" + name + "}";
        target.replace(target.find(brace), brace.size(), path_value(p));
        continue;
      }
      if (!chance(3)) continue;
      for (int n = chance(5) ? 3 : 1; n > 0; --n) query += (query.empty() ? "?" : "&") + name + "=" + encoded(value(p["schema"], p));
    }
    if (chance(12)) query += (query.empty() ? "?" : "&") + encoded(rubbish());
    if (chance(40)) target += pick<std::string>({"/", "/..", "//", "/%2e", "%00", "/x", ";a"});
    std::string body = op.method == "POST" ? body_of(op) : chance(60) ? rubbish() : std::string();
    std::string out = (head ? "HEAD" : op.method) + " " + target + query + " HTTP/1.1\r\nHost: registry.example\r\n";
    if (chance(10)) out += "If-None-Match: " + pick<std::string>({"*", "\"x\"", "W/\"0\", ,", std::string(300, ',')}) + "\r\n";
    if (!body.empty() || op.method == "POST") out += fmt::format("Content-Length: {}\r\n", body.size());
    return out + "\r\n" + body;
  }
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(rng_); }

 private:
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  template <class T>
  T pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  std::string rubbish() {
    static const std::vector<std::string> known = {
        "",     "'; DROP TABLE supporters;--", "<script>", "..",      "../../etc/passwd", "\xFF\xFE",  "\xED\xA0\x80", "%", "0", "-1",
        "1e99", "18446744073709551616",        "NaN",      "{\"a\":", "\xE2\x80\xAE",     "a\r\nX: y", "=1+1"};
    if (!chance(3)) return pick(known);
    std::string out(below(chance(20) ? 2000 : 12), ' ');
    for (char& c : out) c = static_cast<char>(below(256));
    return out;
  }
  // Mostly percent-encoded; now and then as it is, without what would end the request line.
  std::string encoded(const std::string& text) {
    std::string out;
    const bool raw = chance(10);
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || c == '-';
      if (plain || (raw && c != '\r' && c != '\n'))
        out += c;
      else
        out += fmt::format("%{:02X}", byte);
    }
    return out;
  }
  std::string number(const Json& schema) {
    const std::uint64_t low = schema.value("minimum", 0ULL), high = schema.value("maximum", 1ULL << 62);
    const std::uint64_t n = pick<std::uint64_t>(
        {low, high, low + below(10), high + 1, low - 1, std::uint64_t{1} << 63, ~std::uint64_t{0}, low + below(high - low + 1)});
    return std::to_string(n);
  }
  // Of the schema three times in four.
  std::string value(const Json& given, const Json& parameter) {
    if (chance(4)) return rubbish();
    if (parameter.contains("example") && parameter["example"].is_string() && chance(2)) return parameter["example"];
    Json schema = given;
    if (schema.value("type", Json()) == "array") schema = schema["items"];
    if (schema.contains("anyOf")) schema = schema["anyOf"][below(schema["anyOf"].size())];
    if (schema.contains("$ref")) return referred(schema["$ref"].get<std::string>());
    if (schema.contains("const")) return schema["const"];
    if (schema.contains("enum")) return schema["enum"][below(schema["enum"].size())];
    if (schema.value("type", Json()) == "integer") return number(schema);
    return pick<std::string>({"bank", "organisation", "6A", "0?", "FRA", "-", "old name", "\xC3\xA9t\xC3\xA9"});
  }
  std::string referred(const std::string& ref) {
    static const Json schemas = Json::parse(DataSet::embedded().file("api/openapi.json").value())["components"]["schemas"];
    const std::string name = ref.substr(ref.rfind('/') + 1);
    if (name == "Time")
      return pick<std::string>(
          {"2026-11-24T12:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-29T00:00:00Z", "0001-01-01T00:00:00Z"});
    if (name == "Day") return pick<std::string>({"2026-11-24", "0000-00-00", "9999-12-31", "2019-09-16", "0001-01-01"});
    if (name == "Id") return pick<std::string>({"bank", "ngo", "gone", "waiting", "nobody", "other"});
    if (name == "Leaf") return std::to_string(below(60));
    const Json& schema = schemas[name];
    return schema.contains("enum") ? schema["enum"][below(schema["enum"].size())].get<std::string>() : std::string("x");
  }
  std::string path_value(const Json& p) {
    if (chance(4)) {
      std::string out = encoded(rubbish());
      return out.empty() ? "%20" : out;
    }
    if (chance(2)) return p["example"].is_string() ? p["example"].get<std::string>() : p["example"].dump();
    const std::string v = value(p["schema"], p);
    return v.empty() ? "x" : encoded(v);
  }
  std::string statement() {
    world_.clock = now();
    std::string out = world_.pledge(fmt::format("fuzz-{}", below(1'000'000'000)));
    switch (below(8)) {
      case 0: return rubbish();
      case 1: return std::string(60'000 + below(15'000), 'x');
      case 2: out.resize(below(out.size())); return out;
      case 3: out[below(out.size())] = static_cast<char>(below(256)); return out;
      case 4: out.insert(below(out.size()), rubbish()); return out;
      case 5: return world_.log[below(world_.log.size())];
      case 6:
        return made::entry("correction", made::sha("x"), Json{{"at", world_.now()}, {"record", rubbish_json()}}, {&made::key("bank")});
      default: return out;
    }
  }
  std::string body_of(const Operation& op) {
    if (op.path == "/statements") return statement();
    if (op.path.ends_with("/contacts/read")) return party_request(registry::RequestKind::contact_read);
    if (op.path.ends_with("/contacts/erase")) return party_request(registry::RequestKind::contact_erase);
    if (op.path.ends_with("/answers") && chance(2)) return json_compact(Json{{"nonce", rubbish()}, {"answer", rubbish()}});
    return sign_up();
  }
  // Signed by the bank, mostly of this kind and sound.
  std::string party_request(registry::RequestKind kind) {
    std::string out = registry::sign_request({.kind = chance(6) ? registry::RequestKind::comcheck_answer : kind,
                                              .origin = chance(6) ? rubbish() : "registry.example/ledger",
                                              .by = chance(6) ? rubbish() : "bank",
                                              .about = chance(6) ? rubbish() : "bank",
                                              .nonce = registry::fresh_nonce(),
                                              .at = now()},
                                             made::key("bank"));
    if (chance(6)) out[below(out.size())] = static_cast<char>(below(256));
    return out;
  }
  // A question for a challenge or a proof.
  std::string sign_up() {
    Json question{{"domain", pick<std::string>({"waiting.example", "bank.example", "example", "x", rubbish()})}};
    if (chance(2)) question["method"] = pick<std::string>({"dns-txt", "https-well-known", "smtp"});
    if (chance(4)) question["stage"] = pick<std::string>({"apply", "renew", "withdraw"});
    if (chance(8)) question[rubbish()] = rubbish_json();
    return chance(6) ? rubbish() : json_compact(question);
  }
  Json rubbish_json() {
    return pick<Json>({Json(), Json(1), Json("x"), Json::array({1, Json::object()}), Json{{"sha256", "00"}}, Json(-1.5)});
  }

  Rng rng_;
  made::World& world_;
};

struct Answer {
  int status = 0;
  std::string type, body;
};
Answer read_answer(const std::string& text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (text.size() < 12 || end == std::string::npos) return {};
  Answer out{.status = std::atoi(text.substr(9, 3).c_str()), .body = text.substr(end + 4)};
  const std::string field = "\r\nContent-Type: ";
  if (const std::size_t at = text.find(field); at < end) {
    const std::size_t from = at + field.size();
    out.type = text.substr(from, text.find("\r\n", from) - from);
  }
  return out;
}

void expect_sound(const Operation& op, const Answer& answer, bool head) {
  EXPECT_GT(answer.status, 0) << "no answer";
  EXPECT_LT(answer.status, 500) << answer.body;
  // A path that was changed may lead nowhere; what breaks HTTP itself never reaches the API.
  static const std::set<int> always = {400, 404, 405, 413, 414, 431};
  EXPECT_TRUE(op.statuses.contains(answer.status) || always.contains(answer.status)) << answer.status;
  if (head || answer.status == 304 || answer.type.find("json") == std::string::npos || answer.type.find("ndjson") != std::string::npos)
    return;
  const auto document = JsonDocument::parse(answer.body, "answer");
  ASSERT_TRUE(document.has_value()) << document.error().str() << "\n" << answer.body;
  if (answer.status >= 300) {
    EXPECT_EQ(answer.type, "application/problem+json");
    EXPECT_TRUE(json_string(document->root(), "code").has_value());
    return;
  }
  const auto schema = op.schemas.find(answer.type);
  // A path that was changed may be another operation's.
  if (schema == op.schemas.end() || schema->second.is_valid(document->root())) return;
  const auto violations = schema->second.validate(document->root(), 1);
  ADD_FAILURE() << violations[0].instance << " " << violations[0].message << "\n" << answer.body.substr(0, 1000);
}

TEST(RegistryFuzz, NoRequestBreaksTheServer) {
  const auto folder = TemporaryFolder::make("registry-fuzz");
  made::World world;
  server::fixture::live(world);
  const auto registry = server::fixture::make_folder(folder->path() / "registry", world);
  std::filesystem::create_directories(registry / "keys");
  ASSERT_OK(keys::write_key_file(registry / "keys" / "log.key", server::fixture::log_key()));
  const std::string errors = (folder->path() / "stderr").string();
  test::spit(folder->path() / "call.txt", "the call");  // what the made pledges name
  test::BackgroundBinary server({"serve", registry.string(), "--listen", "127.0.0.1:0", "--database", "sqlite::memory:", "--call-text",
                                 "en=" + (folder->path() / "call.txt").string()},
                                errors);
  const std::string url = server.line();
  ASSERT_TRUE(url.starts_with("http://127.0.0.1:")) << test::slurp(errors);
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));

  const std::vector<Operation> all = operations();
  Generator generator(20261127, world);
  const int requests = std::getenv("ENTENTE_SOAK") != nullptr ? 200'000 : 3'000;
  std::map<int, int> statuses;
  std::set<std::string> answered;  // operations that were answered well at least once
  auto client = std::make_unique<test::RawClient>(port);
  const auto ask = [&](const Operation& op, int i) {
    bool head = false;
    const std::string request = generator.request(op, head);
    SCOPED_TRACE(fmt::format("request {} ({}): {}", i, op.name, request.substr(0, 1500)));
    if (client->closed()) client = std::make_unique<test::RawClient>(port);
    client->send(request);
    std::string text = client->response(head ? test::RawClient::Body::none : test::RawClient::Body::expected);
    ASSERT_FALSE(text.empty() && !client->closed()) << "ten seconds without an answer";
    if (text.empty()) {  // the connection was closed after the request before: once more on a new one
      client = std::make_unique<test::RawClient>(port);
      client->send(request);
      text = client->response(head ? test::RawClient::Body::none : test::RawClient::Body::expected);
    }
    const Answer answer = read_answer(text);
    expect_sound(op, answer, head);
    ++statuses[answer.status];
    if (answer.status == 200 || answer.status == 201) answered.insert(op.name);
    if (text.find("Connection: close") != std::string::npos) client = std::make_unique<test::RawClient>(port);
  };
  for (int i = 0; i < requests && !::testing::Test::HasFailure(); ++i) ask(all[static_cast<std::size_t>(i) % all.size()], i);
  // These ask for what this server has not: an id that hangs on the data files, vantage points, a mail server, what the
  // ledger committed to, a round.
  const std::set<std::string> unanswerable{"getAssessment",  "askForProof",     "askForMail",
                                           "confirmMailbox", "depositContacts", "answerComcheck"};
  // What chance has not asked well yet is asked some more.
  for (const Operation& op : all)
    for (int i = 0; i < 1'000 && !answered.contains(op.name) && !unanswerable.contains(op.name) && !::testing::Test::HasFailure(); ++i)
      ask(op, requests + i);
  for (const Operation& op : all) EXPECT_NE(answered.contains(op.name), unanswerable.contains(op.name)) << op.name;
  EXPECT_GT(statuses[400], 50);
  EXPECT_GT(statuses[404], 50);
  EXPECT_GT(statuses[201], 2);
  server.signal(SIGTERM);
  EXPECT_EQ(server.exit_code(), 0) << test::slurp(errors);
}

}  // namespace
}  // namespace entente
