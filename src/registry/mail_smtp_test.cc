// Delivery to a small SMTP server of the test's own: real sockets on loopback, one session.
#include "registry/mail_smtp.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "registry/mail_message.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using testing::HasSubstr;

// Takes one message (RFC 5321 as far as a client needs it) and keeps what it was told.
class MailReceiver {
 public:
  // `refuse`: the command that is answered with 550; "greeting" for the connection itself.
  explicit MailReceiver(std::string refuse = {}) : refuse_(std::move(refuse)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&at), size);
    ::listen(listener_, 1);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  MailReceiver(const MailReceiver&) = delete;
  MailReceiver& operator=(const MailReceiver&) = delete;
  ~MailReceiver() { join(); }
  void join() {
    if (thread_.joinable()) thread_.join();
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  std::vector<std::string> commands;
  std::string message;  // dots taken away again

 private:
  void say(const std::string& line) const { (void)::send(connection_, (line + "\r\n").data(), line.size() + 2, MSG_NOSIGNAL); }
  std::optional<std::string> line() {
    while (pending_.find("\r\n") == std::string::npos) {
      char bytes[4096];
      const ssize_t n = ::recv(connection_, bytes, sizeof bytes, 0);
      if (n <= 0) return std::nullopt;
      pending_.append(bytes, static_cast<std::size_t>(n));
    }
    std::string out = pending_.substr(0, pending_.find("\r\n"));
    pending_.erase(0, out.size() + 2);
    return out;
  }
  void take_message() {
    say("354 go on");
    for (auto text = line(); text && *text != "."; text = line()) message += (text->starts_with("..") ? text->substr(1) : *text) + "\r\n";
  }
  void serve() {
    pollfd p{.fd = listener_, .events = POLLIN, .revents = 0};
    if (::poll(&p, 1, 10'000) != 1) return;
    connection_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    say(refuse_ == "greeting" ? "554 go away" : "220 receiver.example ESMTP");
    for (auto command = line(); command; command = line()) {
      commands.push_back(*command);
      const std::string verb = command->substr(0, 4);
      if (verb == "QUIT") break;
      if (verb == refuse_) {
        say("550 5.7.1 not here, \x1b[31mplease");
        continue;
      }
      if (verb == "DATA") take_message();
      say(verb == "EHLO" ? "250 receiver.example" : "250 OK");
    }
    say("221 bye");
    ::close(connection_);
  }

  std::string refuse_;
  int listener_;
  int connection_ = -1;
  std::uint16_t port_ = 0;
  std::string pending_;
  std::thread thread_;
};

MailAddress smtp_from() { return MailAddress::parse("registry@registry.example").value(); }
MailAddress smtp_to() { return MailAddress::parse("office@pledge.example").value(); }
MailServer at_port(std::uint16_t port) {
  return {.port = port, .tls = MailTls::none, .hello = "registry.example", .timeout = std::chrono::milliseconds(10'000)};
}

TEST(MailSmtp, AMessageArrivesAsComposed) {
  MailMessage mail{.from = smtp_from(), .from_name = "Registre", .to = smtp_to()};
  mail.subject = "Veuillez confirmer : été";
  mail.body = "first\n.\n..dots\n.last\n";
  mail.language = "fr";
  mail.id = "7";
  const std::string text = compose(mail).value();
  MailReceiver receiver;
  ASSERT_OK(send_mail(at_port(receiver.port()), smtp_from(), smtp_to(), text));
  receiver.join();
  EXPECT_EQ(receiver.message, text);
  EXPECT_THAT(receiver.commands, testing::ElementsAre("EHLO registry.example", testing::StartsWith("MAIL FROM:<registry@registry.example>"),
                                                      testing::StartsWith("RCPT TO:<office@pledge.example>"), "DATA", "QUIT"));
}

TEST(MailSmtp, RefusalsAreToldInTheServersWords) {
  for (const std::string command : {"MAIL", "RCPT", "DATA"}) {
    MailReceiver receiver(command);
    const auto sent = send_mail(at_port(receiver.port()), smtp_from(), smtp_to(), "Subject: a\r\n\r\nb\r\n");
    receiver.join();
    ASSERT_FALSE(sent) << command;
    EXPECT_THAT(sent.error().what, HasSubstr("not here")) << command;
    EXPECT_THAT(sent.error().what, testing::Not(HasSubstr("\x1b"))) << command;
    EXPECT_EQ(receiver.message, "") << command;
  }
}

TEST(MailSmtp, WithoutTlsNothingIsSentUnlessAllowed) {
  MailReceiver receiver;
  MailServer server = at_port(receiver.port());
  server.tls = MailTls::starttls;
  const auto sent = send_mail(server, smtp_from(), smtp_to(), "Subject: a\r\n\r\nb\r\n");
  receiver.join();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what, HasSubstr("STARTTLS"));
  for (const std::string& command : receiver.commands) EXPECT_THAT(command, testing::Not(HasSubstr("pledge.example")));
}

TEST(MailSmtp, NobodyThereIsAnError) {
  std::uint16_t port = 0;
  {
    MailReceiver receiver("greeting");
    port = receiver.port();
    EXPECT_FALSE(send_mail(at_port(port), smtp_from(), smtp_to(), "a\r\n"));
  }
  const auto sent = send_mail(at_port(port), smtp_from(), smtp_to(), "a\r\n");
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what, HasSubstr("not reached"));
}

TEST(MailSmtp, SettingsThatCannotBeAreRefused) {
  MailServer server = at_port(1);
  server.user = "u";
  EXPECT_FALSE(send_mail(server, smtp_from(), smtp_to(), "a"));  // a password in the clear
  server = at_port(1);
  server.host = "mail.example/evil";
  EXPECT_FALSE(send_mail(server, smtp_from(), smtp_to(), "a"));
  server.host = "";
  EXPECT_FALSE(send_mail(server, smtp_from(), smtp_to(), "a"));
}

}  // namespace
}  // namespace entente::registry
