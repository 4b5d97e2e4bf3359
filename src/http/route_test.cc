// What a user may say about addresses and certificates, and what the client makes of it.
#include "http/route.h"

#include <gmock/gmock.h>

#include "http/certificates.h"
#include "http/client.h"
#include "http/server.h"
#include "test_support.h"

namespace entente::http {
namespace {

using testing::HasSubstr;

TEST(Route, ReadsHostPortAddressAndPort) {
  const auto plain = parse_route("Vendor.Example:443:192.0.2.7");
  ASSERT_OK(plain);
  EXPECT_EQ(plain->str(), "vendor.example:443:192.0.2.7:443");
  const auto ported = parse_route("vendor.example:80:127.0.0.1:8080");
  ASSERT_OK(ported);
  EXPECT_EQ(ported->to_port, 8080);
  const auto six = parse_route("[2001:db8::1]:443:[2001:DB8::2]:444");
  ASSERT_OK(six);
  EXPECT_EQ(six->str(), "[2001:db8::1]:443:[2001:db8::2]:444");
}

TEST(Route, RefusesWhatIsNone) {
  for (const char* bad : {"", "a", "a:1", ":1:192.0.2.1", "a:0:192.0.2.1", "a:65536:192.0.2.1", "a:1x:192.0.2.1", "a:1:b.example",
                          "a:1:", "a:1:192.0.2.1:", "a:1:192.0.2.1:0", "a:1:192.0.2.1:2:3", "a b:1:192.0.2.1", "a:1:[192.0.2.1",
                          "*:1:192.0.2.1", "a:1:2001:db8::1", "[x]:1:192.0.2.1"})
    EXPECT_FALSE(parse_route(bad)) << bad;
  EXPECT_FALSE(parse_route(std::string(600, 'a') + ":1:192.0.2.1"));
}

// The server is on a private address: only the route's own host, port, address and port lead there.
TEST(Route, AllowsItsOwnAddressAndNoOther) {
  const auto server =
      Server::start({.threads = 1}, [](Request request, Reply reply) { reply({.body = std::string(request.header("Host"))}); }).value();
  const std::string port = std::to_string(server->port());
  Client client({.routes = {parse_route("named.example:80:127.0.0.1:" + port).value()}});
  const auto got = client.get("http://NAMED.example/a");
  ASSERT_OK(got);
  EXPECT_EQ(got->body, "NAMED.example");
  for (const std::string& url : {"http://127.0.0.1:" + port + "/", "http://localhost:" + port + "/", std::string("http://127.0.0.1/")}) {
    const auto refused = client.get(url);
    ASSERT_FALSE(refused) << url;
    EXPECT_THAT(refused.error().what, HasSubstr("is not a public address")) << url;
  }
  server->stop();
}

TEST(Certificates, AFileMustHoldSome) {
  const auto folder = TemporaryFolder::make().value();
  const auto at = folder.path() / "ca.pem";
  EXPECT_FALSE(read_certificates(at));
  for (const auto& [text, what] : {std::pair{"", "holds no certificate"},
                                   {"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "holds no certificate"},
                                   {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 1 does not read"},
                                   {"-----BEGIN CERTIFICATE-----\nAAAA", "certificate 1 does not read"}}) {
    test::spit(at, text);
    const auto read = read_certificates(at);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().what, HasSubstr(what)) << text;
  }
}

}  // namespace
}  // namespace entente::http
