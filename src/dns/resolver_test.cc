// What needs no name server; tests/e2e/domain_proof_test.cc asks a real one.
#include "dns/resolver.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test_support.h"

namespace entente::dns {
namespace {

using testing::HasSubstr;

// A UDP port that takes everything and answers nothing.
class SilentServer {
 public:
  SilentServer() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ::bind(fd_, reinterpret_cast<sockaddr*>(&at), size);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() { ::close(fd_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

TEST(DnsResolver, SilenceIsAnErrorAndNamesWhatWasAsked) {
  const SilentServer silent;
  auto resolver = Resolver::make({.forwarders = {{"127.0.0.1", silent.port()}}, .timeout = std::chrono::milliseconds(300)});
  ASSERT_OK(resolver);
  const auto answers = resolver->query_all({{"pledge.example", Type::txt}, {"not a name", Type::txt}, {"other.example", Type::a}});
  ASSERT_EQ(answers.size(), 3U);
  ASSERT_FALSE(answers[0]);
  EXPECT_THAT(answers[0].error().what, HasSubstr("no answer for TXT"));
  EXPECT_EQ(answers[0].error().where.file, "pledge.example");
  ASSERT_FALSE(answers[1]);
  EXPECT_THAT(answers[1].error().what, HasSubstr("cannot be asked"));
  EXPECT_FALSE(answers[2]);
}

TEST(DnsResolver, RefusesSettingsThatCannotWork) {
  const auto folder = TemporaryFolder::make("dns").value();
  test::spit(folder.path() / "empty.key", "; nothing\n");
  EXPECT_FALSE(Resolver::make({.forwarders = {{"ns.example"}}}));
  EXPECT_FALSE(Resolver::make({.forwarders = {{"192.0.2.53", 0}}}));
  EXPECT_FALSE(Resolver::make({.forwarders = {{"192.0.2.53 # 1"}}}));
  EXPECT_FALSE(Resolver::make({.stubs = {{"bad zone", {{"192.0.2.53"}}}}}));
  EXPECT_FALSE(Resolver::make({.stubs = {{"example", {}}}}));
  EXPECT_FALSE(Resolver::make({.trust_anchors = folder.path() / "absent.key"}));
  EXPECT_FALSE(Resolver::make({.trust_anchors = folder.path() / "empty.key"}));
}

TEST(DnsResolver, RecursionFromTheRootNeedsNoSettings) { ASSERT_OK(Resolver::make({})); }

TEST(DnsResolver, SaysWhereAnswersComeFrom) {
  EXPECT_EQ(describe({}), "recursion from the root");
  EXPECT_EQ(describe({.forwarders = {{"192.0.2.53"}, {"2001:db8::53", 5353}}}), "192.0.2.53, 2001:db8::53@5353");
  EXPECT_EQ(describe({.stubs = {{"example", {{"127.0.0.1", 5353}}}}}), "example via 127.0.0.1@5353; recursion from the root");
}

TEST(DnsAnswer, TextsAndAddressesOfRecords) {
  const Answer texts{.type = Type::txt,
                     .records = {to_bytes("\x02hi"), to_bytes("\x09"
                                                              "cut")}};
  EXPECT_THAT(texts.texts(), testing::ElementsAre("hi"));
  EXPECT_TRUE(texts.addresses().empty());
  const Answer four{.type = Type::a, .records = {{192, 0, 2, 1}, {1, 2, 3}}};
  EXPECT_THAT(four.addresses(), testing::ElementsAre("192.0.2.1"));
  EXPECT_TRUE(four.texts().empty());
}

}  // namespace
}  // namespace entente::dns
