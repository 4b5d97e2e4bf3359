// A mail server on loopback for end-to-end tests: takes any number of messages, one connection after another, and keeps them. Recipients
// whose address begins with "refused" are answered 550.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace entente::test {

class MailSink {
 public:
  struct Message {
    std::string to, text;  // text with dots taken away again
  };
  MailSink() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&at), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  MailSink(const MailSink&) = delete;
  MailSink& operator=(const MailSink&) = delete;
  ~MailSink() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<Message> messages() {
    const std::scoped_lock guard(mutex_);
    return messages_;
  }

 private:
  void serve() {
    while (!stopping_) {
      pollfd p{.fd = listener_, .events = POLLIN, .revents = 0};
      if (::poll(&p, 1, 50) != 1) continue;
      connection_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection_ < 0) continue;
      pending_.clear();
      talk();
      ::close(connection_);
    }
  }
  void say(const std::string& line) const { (void)::send(connection_, (line + "\r\n").data(), line.size() + 2, MSG_NOSIGNAL); }
  std::optional<std::string> line() {
    while (pending_.find("\r\n") == std::string::npos) {
      pollfd p{.fd = connection_, .events = POLLIN, .revents = 0};
      char bytes[4096];
      if (::poll(&p, 1, 10'000) != 1) return std::nullopt;
      const ssize_t n = ::recv(connection_, bytes, sizeof bytes, 0);
      if (n <= 0) return std::nullopt;
      pending_.append(bytes, static_cast<std::size_t>(n));
    }
    std::string out = pending_.substr(0, pending_.find("\r\n"));
    pending_.erase(0, out.size() + 2);
    return out;
  }
  void talk() {
    say("220 sink.example ESMTP");
    Message message;
    for (auto command = line(); command; command = line()) {
      const std::string verb = command->substr(0, 4);
      if (verb == "QUIT") break;
      if (verb == "RCPT") {
        message.to = command->substr(command->find('<') + 1, command->find('>') - command->find('<') - 1);
        if (message.to.starts_with("refused")) {
          say("550 5.1.1 no mailbox " + message.to);
          continue;
        }
      }
      if (verb == "DATA") {
        say("354 go on");
        for (auto text = line(); text && *text != "."; text = line())
          message.text += (text->starts_with("..") ? text->substr(1) : *text) + "\r\n";
        const std::scoped_lock guard(mutex_);
        messages_.push_back(std::exchange(message, {}));
      }
      say(verb == "EHLO" ? "250 sink.example" : "250 OK");
    }
    say("221 bye");
  }

  int listener_, connection_ = -1;
  std::uint16_t port_ = 0;
  std::string pending_;
  std::mutex mutex_;
  std::vector<Message> messages_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace entente::test
