// The log's HTTP face without sockets: requests as values, answers as values.
#include "ledger/serve.h"

#include <gmock/gmock.h>
#include <zlib.h>
#include <future>

#include "core/file.h"
#include "core/json.h"
#include "ledger/batch_stream.h"
#include "ledger/bundle_cache.h"
#include "ledger/resource.h"
#include "ledger/test_log.h"
#include "merkle/receipt.h"

namespace entente::ledger {
namespace {

using http::Headers;
using http::Method;
using http::Request;
using http::Response;
using testing::HasSubstr;

std::string gunzip(std::string_view bytes) {
  std::string out(64 << 20, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

// A log of 600 entries (two full bundles and one of 88) with an appender and a service.
class Serve : public testing::Test {
 protected:
  static constexpr std::uint64_t kEntries = 600;

  void SetUp() override {
    auto made = TemporaryFolder::make("serve");
    ASSERT_OK(made);
    temporary.emplace(std::move(*made));
    folder = temporary->path() / "log";
    auto log = Ledger::init(folder, *key);
    ASSERT_OK(log);
    ASSERT_OK(log->append(entries, *key));
  }
  void TearDown() override {
    service.reset();
    if (appender) EXPECT_OK(appender->stop());
  }
  void start(ServeOptions options = {}) {
    auto log = Ledger::open_write(folder);
    ASSERT_OK(log);
    auto started = Appender::start(std::move(*log), key, {.publish_every = std::chrono::milliseconds(5)});
    ASSERT_OK(started);
    appender = std::move(*started);
    options.add = [this](std::vector<std::string> e, Appender::Wait wait, Appender::Done done) {
      appender->add(std::move(e), wait, std::move(done));
    };
    start_reading(std::move(options));
  }
  void start_reading(ServeOptions options = {}) {
    options.refresh = std::chrono::milliseconds(0);
    options.problem = [this](const Error& e) { problems.push_back(e.what); };
    auto opened = LogService::open(folder, std::move(options));
    ASSERT_OK(opened);
    service = *opened;
  }
  Response ask(Method method, std::string path, std::string body = {}, Headers headers = {}) {
    Request request{.method = method, .body = std::move(body), .peer = "192.0.2.1", .headers = std::move(headers)};
    const std::size_t question = path.find('?');
    request.path = path.substr(0, question);
    if (question != std::string::npos) request.query = path.substr(question + 1);
    std::promise<Response> promise;
    service->handle(std::move(request), [&](Response response) { promise.set_value(std::move(response)); });
    Response response = promise.get_future().get();
    while (response.later) response = response.later();
    if (response.shared_body) response.body = *response.shared_body;
    return response;
  }
  Response get(std::string path, Headers headers = {}) { return ask(Method::get, std::move(path), {}, std::move(headers)); }
  static std::string field(const Response& response, std::string_view name) {
    return std::string(http::find_header(response.headers, name));
  }
  static JsonDocument json(const Response& response) { return JsonDocument::parse(response.body, "answer").value(); }
  [[nodiscard]] std::string bundle_of(std::uint64_t from, std::uint64_t count) const {
    std::string out;
    for (std::uint64_t i = from; i < from + count; ++i) append_to_bundle(out, as_bytes(entries[i]));
    return out;
  }

  const std::shared_ptr<const keys::SigningKey> key = std::make_shared<const keys::SigningKey>(test::log_key());
  const std::vector<std::string> entries = test::make_entries(0, kEntries);
  std::optional<TemporaryFolder> temporary;
  std::filesystem::path folder;
  std::unique_ptr<Appender> appender;
  std::shared_ptr<LogService> service;
  std::vector<std::string> problems;
};

TEST_F(Serve, Checkpoint) {
  start_reading();
  const Response response = get("/checkpoint");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(field(response, "Cache-Control"), "no-cache");
  EXPECT_EQ(field(response, "Access-Control-Allow-Origin"), "*");
  const auto verified = merkle::verify_checkpoint(response.body, key->verifier());
  ASSERT_OK(verified);
  EXPECT_EQ(verified->checkpoint.size, kEntries);
  EXPECT_EQ(verified->checkpoint.root, test::reference_root(entries, kEntries));
  const Response again = get("/checkpoint", {{"If-None-Match", "\"other\", W/" + field(response, "ETag")}});
  EXPECT_EQ(again.status, 304U);
  EXPECT_EQ(again.body, "");
}

TEST_F(Serve, TilesOfEveryWidthTheTreeHolds) {
  start_reading();
  std::string leaves;
  for (const std::string& e : entries) leaves += as_text(merkle::leaf_hash(as_bytes(e)).view());
  for (std::uint64_t n = 0; n * 256 < kEntries; ++n)
    for (unsigned width = 1; width <= 256; ++width) {
      const Response response = get("/" + tile_path(0, n, width));
      if (n * 256 + width > kEntries) {
        EXPECT_EQ(response.status, 404U) << n << " " << width;
        continue;
      }
      ASSERT_EQ(response.status, 200U) << n << " " << width;
      EXPECT_EQ(response.body, leaves.substr(n * 8192, width * 32));
      EXPECT_EQ(response.content_type, "application/octet-stream");
      EXPECT_EQ(field(response, "Cache-Control"), "public, max-age=31536000, immutable");
    }
  EXPECT_EQ(get("/tile/1/000.p/2").body.size(), 64U);
  EXPECT_EQ(get("/tile/1/000.p/3").status, 404U);
  EXPECT_EQ(get("/tile/2/000.p/1").status, 404U);
  EXPECT_EQ(get("/tile/63/000.p/1").status, 404U);
  EXPECT_EQ(get("/tile/0/x036/x028/x797/x018/x963/967").status, 404U);
}

TEST_F(Serve, BundlesPlainAndCompressed) {
  start_reading();
  for (const auto& [path, from, count] :
       {std::tuple("/tile/entries/000", 0, 256), std::tuple("/tile/entries/001", 256, 256), std::tuple("/tile/entries/002.p/88", 512, 88),
        std::tuple("/tile/entries/002.p/1", 512, 1), std::tuple("/tile/entries/000.p/255", 0, 255)}) {
    const std::string bytes = bundle_of(static_cast<std::uint64_t>(from), static_cast<std::uint64_t>(count));
    const Response plain = get(path);
    EXPECT_EQ(plain.body, bytes) << path;
    EXPECT_EQ(field(plain, "Content-Encoding"), "");
    EXPECT_EQ(field(plain, "Vary"), "Accept-Encoding");
    for (int round = 0; round < 2; ++round) {  // the second time from the cache
      const Response compressed = get(path, {{"Accept-Encoding", "gzip, identity"}});
      if (field(compressed, "Content-Encoding").empty()) {  // too short to become smaller
        EXPECT_EQ(compressed.body, bytes);
        continue;
      }
      EXPECT_EQ(field(compressed, "Content-Encoding"), "gzip");
      EXPECT_EQ(field(compressed, "Vary"), "Accept-Encoding");
      EXPECT_LT(compressed.body.size(), bytes.size());
      EXPECT_EQ(gunzip(compressed.body), bytes);
      EXPECT_NE(field(compressed, "ETag"), field(plain, "ETag"));
      EXPECT_EQ(get(path, {{"Accept-Encoding", "gzip"}, {"If-None-Match", field(compressed, "ETag")}}).status, 304U);
    }
    EXPECT_EQ(get(path, {{"If-None-Match", field(plain, "ETag")}}).status, 304U);
  }
  EXPECT_EQ(field(get("/tile/entries/000", {{"Accept-Encoding", "gzip"}}), "Content-Encoding"), "gzip");
  EXPECT_EQ(get("/tile/entries/002").status, 404U);
  EXPECT_EQ(get("/tile/entries/002.p/89").status, 404U);
}

TEST_F(Serve, AbsentIs404AndNotCached) {
  start_reading();
  for (const char* path : {"/",
                           "/tile",
                           "/tile/",
                           "/tile/0/0",
                           "/tile/0/000/",
                           "/tile/0/x000/000",
                           "/tile/00/000",
                           "/tile/0/000.p/0",
                           "/tile/0/000.p/256",
                           "/tile/0/000.p/08",
                           "/tile/64/000",
                           "/tile/0/1000",
                           "/tile/entries/x00/000",
                           "/entry/600",
                           "/entry/-1",
                           "/entry/007",
                           "/proof/600",
                           "/proof/",
                           "//checkpoint",
                           "/Checkpoint",
                           "/journal",
                           "/../log/journal"}) {
    const Response response = get(path);
    EXPECT_EQ(response.status, 404U) << path;
    EXPECT_NE(response.body, "") << path;
    EXPECT_EQ(field(response, "Cache-Control"), "no-store") << path;
    EXPECT_EQ(field(response, "Access-Control-Allow-Origin"), "*") << path;
  }
}

TEST_F(Serve, EntriesAndReceipts) {
  start_reading();
  for (const std::uint64_t index : {0U, 3U, 255U, 256U, 599U}) {
    const Response entry = get("/entry/" + std::to_string(index));
    EXPECT_EQ(entry.body, entries[index]);
    EXPECT_EQ(field(entry, "X-Content-Type-Options"), "nosniff");
    const Response proof = get("/proof/" + std::to_string(index));
    ASSERT_EQ(proof.status, 200U);
    const auto receipt = merkle::Receipt::parse(proof.body);
    ASSERT_OK(receipt);
    EXPECT_EQ(receipt->index, index);
    EXPECT_OK(merkle::verify_receipt(*receipt, as_bytes(entries[index]), key->verifier()));
  }
}

TEST_F(Serve, AddsOne) {
  start();
  const Response added = ask(Method::post, "/add", "a new entry");
  ASSERT_EQ(added.status, 200U) << added.body;
  EXPECT_EQ(json_int(json(added).root(), "index"), 600);
  EXPECT_EQ(json_int(json(added).root(), "size"), 601);
  const Response known = ask(Method::post, "/add", entries[7]);
  EXPECT_EQ(json_int(json(known).root(), "index"), 7);
  const Response published = ask(Method::post, "/add?wait=published", "another");
  ASSERT_EQ(published.status, 200U) << published.body;
  const JsonDocument answer = json(published);
  EXPECT_EQ(json_int(answer.root(), "index"), 601);
  const auto checkpoint = merkle::verify_checkpoint(*json_string(answer.root(), "checkpoint"), key->verifier());
  ASSERT_OK(checkpoint);
  EXPECT_GE(checkpoint->checkpoint.size, 602U);
  const auto receipt = merkle::Receipt::parse(*json_string(answer.root(), "receipt"));
  ASSERT_OK(receipt);
  EXPECT_OK(merkle::verify_receipt(*receipt, as_bytes(std::string_view("another")), key->verifier()));
  EXPECT_EQ(get("/entry/601").body, "another");
  EXPECT_EQ(problems, std::vector<std::string>{});
}

TEST_F(Serve, AddsBatches) {
  start();
  const Response added = ask(Method::post, "/add-batch?wait=published", write_batch_stream({"x", entries[5], "", "y", "x"}));
  ASSERT_EQ(added.status, 200U) << added.body;
  EXPECT_THAT(added.body, HasSubstr("\"indices\":[600,5,3,601,600]"));
  const Response single = ask(Method::post, "/add-batch", write_batch_stream({"z"}));
  EXPECT_THAT(single.body, HasSubstr("\"indices\":[602]"));
  const Response cut = ask(Method::post, "/add-batch", std::string("\0\5hell", 6));
  EXPECT_EQ(cut.status, 400U);
  EXPECT_THAT(cut.body, HasSubstr("ends inside its entry 0 (offset 0)"));
  EXPECT_EQ(ask(Method::post, "/add-batch").status, 400U);
  EXPECT_EQ(ask(Method::post, "/add", std::string(65'536, 'x')).status, 413U);
  EXPECT_EQ(ask(Method::post, "/add", std::string(65'535, 'x')).status, 200U);
  EXPECT_EQ(ask(Method::post, "/add?wait=soon", "x").status, 400U);
}

// What the appender says becomes a status; its own behaviour is tested beside it.
TEST_F(Serve, FailuresOfTheAppender) {
  Error error{.what = "the log's queue is full"};
  ASSERT_TRUE(is_full(error));
  start_reading({.add = [&](std::vector<std::string>, Appender::Wait, Appender::Done done) { done(fail(error)); },
                 .failure = [&] { return is_full(error) ? std::nullopt : std::optional(error); }});
  const Response full = ask(Method::post, "/add", "x");
  EXPECT_EQ(full.status, 503U);
  EXPECT_EQ(field(full, "Retry-After"), "1");
  EXPECT_EQ(problems.size(), 0U);
  EXPECT_EQ(get("/healthz").status, 200U);
  error.what = "the disk is gone";
  const Response failed = ask(Method::post, "/add", "x");
  EXPECT_EQ(failed.status, 500U);
  EXPECT_THAT(failed.body, HasSubstr("the disk is gone"));
  EXPECT_THAT(problems, testing::ElementsAre("the disk is gone"));
  EXPECT_EQ(get("/healthz").status, 503U);
}

TEST_F(Serve, AnEntryWhoseCheckpointIsLateIsAccepted) {
  start_reading({.add = [](std::vector<std::string>, Appender::Wait, Appender::Done done) {
    done(Appender::Added{.indices = {600}, .size = 601, .checkpoint = {}});
  }});
  const Response late = ask(Method::post, "/add?wait=published", "x");
  EXPECT_EQ(late.status, 202U);
  EXPECT_EQ(late.body, "{\"index\":600,\"size\":601}\n");
}

TEST_F(Serve, ReadOnlyTakesNothing) {
  start_reading();
  const Response refused = ask(Method::post, "/add", "x");
  EXPECT_EQ(refused.status, 405U);
  EXPECT_EQ(field(refused, "Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(field(get("/add"), "Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(service->body_limit({.method = Method::post, .path = "/add"}), 0U);
  EXPECT_THAT(get("/healthz").body, HasSubstr("\"writable\":false"));
}

TEST_F(Serve, MethodsAndCors) {
  start();
  const Response preflight = ask(Method::options, "/tile/0/000");
  EXPECT_EQ(preflight.status, 204U);
  EXPECT_EQ(field(preflight, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(field(preflight, "Access-Control-Allow-Methods"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ask(Method::post, "/checkpoint", "x").status, 405U);
  EXPECT_EQ(field(get("/add"), "Allow"), "POST, OPTIONS");
  EXPECT_EQ(field(ask(Method::other, "/add"), "Allow"), "POST, OPTIONS");
  EXPECT_EQ(field(ask(Method::options, "/add"), "Allow"), "POST, OPTIONS");
  EXPECT_EQ(ask(Method::other, "/tile/0/000").status, 405U);
  EXPECT_EQ(ask(Method::head, "/checkpoint").status, 200U);
  EXPECT_EQ(service->body_limit({.method = Method::post, .path = "/add"}), kMaxEntryBytes);
  EXPECT_EQ(service->body_limit({.method = Method::get, .path = "/add"}), 0U);
}

TEST_F(Serve, UnderAPrefix) {
  start_reading({.prefix = "/logs/a"});
  EXPECT_EQ(get("/logs/a/checkpoint").status, 200U);
  EXPECT_EQ(get("/checkpoint").status, 404U);
  EXPECT_EQ(get("/logs/ab/checkpoint").status, 404U);
  EXPECT_EQ(get("/logs/a").status, 404U);
}

TEST_F(Serve, FollowsAnotherWriter) {
  start_reading();
  EXPECT_EQ(get("/entry/600").status, 404U);
  auto log = Ledger::open_write(folder);
  ASSERT_OK(log);
  ASSERT_OK(log->append(std::vector<std::string>{"from elsewhere"}, *key));
  EXPECT_EQ(get("/entry/600").body, "from elsewhere");
}

// The folder is exchanged for a log of the same key that is no continuation: what was served so far stays, and the operator is told.
TEST_F(Serve, NeverShowsAFork) {
  start_reading();
  const std::string before = get("/checkpoint").body;
  const auto other = temporary->path() / "other";
  {
    auto log = Ledger::init(other, *key);
    ASSERT_OK(log);
    ASSERT_OK(log->append(test::make_entries(1, 700), *key));
  }
  std::filesystem::rename(folder, temporary->path() / "old");
  std::filesystem::rename(other, folder);
  EXPECT_EQ(get("/checkpoint").body, before);
  const Response health = get("/healthz");
  EXPECT_EQ(health.status, 503U);
  EXPECT_THAT(health.body, HasSubstr("no continuation"));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems.front(), HasSubstr("log of 700 entries is no continuation of the 600 served so far"));
}

TEST(Resources, OneSpellingEach) {
  for (const char* path : {"tile/0/000", "tile/63/999.p/255", "tile/7/x001/x234/067", "tile/entries/x001/000.p/1", "tile/entries/123"}) {
    const auto parsed = parse_resource(path);
    ASSERT_OK(parsed);
    EXPECT_EQ(parsed->path(), path);
  }
  EXPECT_EQ(parse_resource("tile/1/x001/x234/067.p/17"), (Resource{.level = 1, .n = 1'234'067, .width = 17}));
  for (const char* path : {"tile/0/1", "tile/0/0000", "tile/0/x001", "tile/0/x001/", "tile/0/001/002", "tile/0/x000/001", "tile/+1/000",
                           "tile/0/000.p/", "tile/0/000.p/1/", "tile/0/000p/1", "tile/0/000.p/01", "tile/0/X001/000", "tile//000",
                           "entries/000", "tile/entries/", "tile/0/x999/x999/x999/x999/x999/x999/999", ""})
    EXPECT_FALSE(parse_resource(path)) << path;
}

TEST(BundleCache, WhatWasNotUsedLongestGoes) {
  BundleCache cache(100);
  const auto item = [](std::size_t n) { return BundleCache::Item{std::make_shared<const std::string>(n, 'x'), "e"}; };
  cache.add(1, item(40));
  cache.add(2, item(40));
  EXPECT_TRUE(cache.find(1));
  cache.add(3, item(40));  // the one not used longest goes
  EXPECT_TRUE(cache.find(1));
  EXPECT_FALSE(cache.find(2));
  EXPECT_TRUE(cache.find(3));
  cache.add(4, item(101));
  EXPECT_FALSE(cache.find(4));
}

}  // namespace
}  // namespace entente::ledger
