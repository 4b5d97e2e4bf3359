// The client against our own server, and the address classes it refuses.
#include "http/client.h"

#include <gmock/gmock.h>
#include <atomic>

#include "http/address.h"
#include "http/rate_limit.h"
#include "http/response_head.h"
#include "http/server.h"
#include "test_support.h"

namespace entente::http {
namespace {

using testing::HasSubstr;

class HttpClient : public testing::Test {
 protected:
  void SetUp() override {
    auto started = Server::start({.threads = 1}, [this](Request request, Reply reply) {
      ++requests;
      if (request.path == "/redirect") return reply({.status = 302, .headers = {{"Location", "/target"}}});
      if (request.path == "/loop") return reply({.status = 302, .headers = {{"Location", "/loop"}}});
      if (request.path == "/big") return reply({.body = std::string(10'001, 'b')});
      if (request.path == "/many-fields") return reply({.headers = Headers(2000, {"X-Field", std::string(40, 'v')})});
      if (request.path == "/missing") return reply(plain(404, "not here"));
      if (request.path == "/never") return never.push_back(std::move(reply));
      reply({.content_type = "text/x.test",
             .body = request.path + "|" + request.body + "|" + std::string(request.header("X-Test")) + "|" +
                     std::string(request.header("Content-Type")) + "|" + std::string(request.header("Accept-Encoding")) + "|" +
                     std::string(request.header("User-Agent")),
             .headers = {{"X-Back", "yes"}}});
    });
    ASSERT_OK(started);
    server = std::move(*started);
  }
  void TearDown() override {
    never.clear();
    server->stop();
  }
  [[nodiscard]] std::string url(std::string_view path) const { return server->url() + std::string(path); }
  static ClientOptions local() { return {.max_body = 10'000, .private_addresses = PrivateAddresses::allow, .user_agent = "test/1"}; }

  std::atomic<int> requests{0};
  std::vector<Reply> never;
  std::unique_ptr<Server> server;
};

TEST_F(HttpClient, GetsAndPosts) {
  Client client(local());
  const auto got = client.get(url("/a"), {{"X-Test", "1"}});
  ASSERT_OK(got);
  EXPECT_EQ(got->status, 200U);
  EXPECT_EQ(got->body, "/a||1||gzip, identity|test/1");
  EXPECT_EQ(got->content_type, "text/x.test");
  EXPECT_EQ(got->header("x-back"), "yes");
  const auto posted = client.post(url("/p"), "application/octet-stream", std::string_view("a\0b", 3));
  ASSERT_OK(posted);
  EXPECT_THAT(posted->body, testing::StartsWith(std::string("/p|a\0b||application/octet-stream|", 33)));
  const auto empty = client.post(url("/p"), "text/plain", {});
  ASSERT_OK(empty);
  EXPECT_THAT(empty->body, testing::StartsWith("/p|||text/plain|"));
  const auto again = client.get(url("/a"));  // a GET after a POST is a GET, without the old fields
  ASSERT_OK(again);
  EXPECT_EQ(again->body, "/a||||gzip, identity|test/1");
}

TEST_F(HttpClient, AnyStatusIsAResponse) {
  Client client(local());
  const auto missing = client.get(url("/missing"));
  ASSERT_OK(missing);
  EXPECT_EQ(missing->status, 404U);
  EXPECT_EQ(missing->body, "not here\n");
}

TEST_F(HttpClient, GivenAddressesAreUsedInPlaceOfTheNamesOwn) {
  ClientOptions options = local();
  options.addresses = {"127.0.0.1"};
  const std::string pinned = "http://pinned.example:" + std::to_string(server->port()) + "/a";
  const auto got = Client(options).get(pinned);
  ASSERT_OK(got);
  EXPECT_THAT(got->body, testing::StartsWith("/a|"));
  options.addresses = {"::1", "127.0.0.1"};  // nothing listens at the first
  EXPECT_TRUE(Client(options).get(pinned));
  options.private_addresses = PrivateAddresses::refuse;
  const auto refused = Client(options).get(pinned);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("not a public address"));
}

TEST_F(HttpClient, RefusesPrivateAddresses) {
  Client client;
  for (const std::string& at : {server->url(), "http://localhost:" + std::to_string(server->port()), std::string("http://[::1]:1/"),
                                std::string("http://[::ffff:127.0.0.1]:1/"), std::string("http://169.254.169.254/latest/meta-data/"),
                                std::string("http://0x7f000001:1/"), std::string("http://10.0.0.1/")}) {
    const auto refused = client.get(at);
    ASSERT_FALSE(refused) << at;
    EXPECT_THAT(refused.error().what, HasSubstr("is not a public address")) << at << ": " << refused.error().str();
    EXPECT_EQ(refused.error().where.file, at);
  }
  EXPECT_EQ(requests, 0);
}

TEST_F(HttpClient, CapsBodies) {
  Client client(local());
  const auto big = client.get(url("/big"));
  ASSERT_FALSE(big);
  EXPECT_THAT(big.error().what, HasSubstr("larger than 10000 bytes"));
  EXPECT_EQ(client.oversized(), 200U);
  const auto fields = client.get(url("/many-fields"));
  ASSERT_FALSE(fields);
  EXPECT_THAT(fields.error().what, HasSubstr("header is too large"));
  EXPECT_EQ(client.oversized(), 0U);
  EXPECT_OK(client.get(url("/a")));
}

TEST_F(HttpClient, RedirectsOnlyIfAskedFor) {
  Client plain_client(local());
  const auto kept = plain_client.get(url("/redirect"));
  ASSERT_OK(kept);
  EXPECT_EQ(kept->status, 302U);
  EXPECT_EQ(kept->header("Location"), "/target");
  ClientOptions options = local();
  options.max_redirects = 2;
  Client following(options);
  const auto followed = following.get(url("/redirect"));
  ASSERT_OK(followed);
  EXPECT_THAT(followed->body, testing::StartsWith("/target|"));
  EXPECT_EQ(followed->header("Location"), "");
  const auto loop = following.get(url("/loop"));
  ASSERT_FALSE(loop);
  EXPECT_THAT(loop.error().what, HasSubstr("redirects too often"));
}

TEST_F(HttpClient, ErrorsSayWhatAndWhere) {
  ClientOptions options = local();
  options.total_timeout = std::chrono::milliseconds(200);
  Client client(options);
  const auto late = client.get(url("/never"));
  ASSERT_FALSE(late);
  EXPECT_THAT(late.error().what, HasSubstr("timed out"));
  EXPECT_EQ(late.error().where.file, url("/never"));
  const auto file = client.get("file:///etc/passwd");
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().what, HasSubstr("not an http:// or https:// URL"));
  const auto nobody = client.get("http://127.0.0.1:1/");
  ASSERT_FALSE(nobody);
  EXPECT_THAT(nobody.error().hint, HasSubstr("is the server running"));
  const auto injected = client.get(url("/a"), {{"X-A", "b\r\nX-C: d"}});
  ASSERT_FALSE(injected);
  EXPECT_THAT(injected.error().what, HasSubstr("control characters"));
  const auto not_tls = client.get("https://127.0.0.1:" + std::to_string(server->port()) + "/");
  EXPECT_FALSE(not_tls);
}

TEST(Addresses, PublicOrNot) {
  for (const char* text : {"0.0.0.0",       "10.1.2.3",         "100.64.0.1",      "100.127.255.255",
                           "127.0.0.1",     "169.254.169.254",  "172.16.0.1",      "172.31.255.255",
                           "192.0.0.8",     "192.0.2.1",        "192.88.99.1",     "192.168.1.1",
                           "198.18.0.1",    "198.19.255.255",   "198.51.100.7",    "203.0.113.9",
                           "224.0.0.1",     "240.0.0.1",        "255.255.255.255", "::",
                           "::1",           "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
                           "64:ff9b:1::1",  "100::1",           "2001::1",         "2001:db8::1",
                           "2002:a00:1::1", "3fff::1",          "fc00::1",         "fd12:3456::1",
                           "fe80::1",       "fec0::1",          "ff02::1"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_FALSE(is_public(*address)) << text;
  }
  for (const char* text : {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
                           "192.0.1.1", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
                           "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "2001:200::1"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_TRUE(is_public(*address)) << text;
  }
  EXPECT_EQ(parse_address("1.2.3"), std::nullopt);
  EXPECT_EQ(to_string(*parse_address("::ffff:1.2.3.4")), "1.2.3.4");
  EXPECT_EQ(client_key("2001:db8:1:2:3::4"), client_key("2001:db8:1:2:ffff::1"));
  EXPECT_NE(client_key("2001:db8:1:2::1"), client_key("2001:db8:1:3::1"));
  EXPECT_NE(client_key("192.0.2.1"), client_key("192.0.2.2"));
}

TEST(RateLimiting, RefillsAndForgets) {
  using namespace std::chrono_literals;
  RateLimiter limiter(10, 2);
  RateLimiter::Clock::time_point now{};
  EXPECT_EQ(limiter.take("a", now), 0ms);
  EXPECT_EQ(limiter.take("a", now), 0ms);
  EXPECT_EQ(limiter.take("a", now), 100ms);
  EXPECT_EQ(limiter.take("b", now), 0ms);
  EXPECT_EQ(limiter.take("a", now + 100ms), 0ms);
  EXPECT_EQ(limiter.take("a", now + 100ms), 100ms);
  now += 10s;
  EXPECT_EQ(limiter.take("a", now), 0ms);
  EXPECT_EQ(limiter.take("a", now), 0ms);
  EXPECT_GT(limiter.take("a", now), 0ms);
  for (std::size_t i = 0; i < RateLimiter::kMaxAddresses + 10; ++i) EXPECT_EQ(limiter.take(std::to_string(i), now), 0ms);
}

TEST(ResponseHead, DateIsImfFixdate) {
  EXPECT_EQ(http_date(*parse_time("1994-11-06T08:49:37Z")), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(*parse_time("2024-02-29T23:59:59.9Z")), "Thu, 29 Feb 2024 23:59:59 GMT");
}

}  // namespace
}  // namespace entente::http
