// A small SMTP server (RFC 5321 as far as a client needs it) on a loopback port of its own, which keeps every message it was given.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace entente::test {

struct ReceivedMail {
  std::string from, to, message;  // the message with CRLF, dots taken away again
  // The body, quoted-printable undone.
  [[nodiscard]] std::string text() const {
    const std::size_t begin = message.find("\r\n\r\n");
    std::string out;
    for (std::size_t i = begin == std::string::npos ? message.size() : begin + 4; i < message.size(); ++i) {
      if (message.compare(i, 3, "=\r\n") == 0) {
        i += 2;
      } else if (message[i] == '=' && i + 2 < message.size()) {
        out += static_cast<char>(std::stoi(message.substr(i + 1, 2), nullptr, 16));
        i += 2;
      } else if (message[i] != '\r') {
        out += message[i];
      }
    }
    return out;
  }
  // The token of a confirmation mail; empty if there is none.
  [[nodiscard]] std::string token() const {
    const std::string all = text();
    const std::size_t begin = all.find("#entente-mail-v1.");
    return begin == std::string::npos ? std::string() : all.substr(begin + 1, all.find_first_of(" \n", begin) - begin - 1);
  }
};

class MailReceiver {
 public:
  // Recipients whose address contains `refuse` are answered 550.
  explicit MailReceiver(std::string refuse = {}) : refuse_(std::move(refuse)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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
  MailReceiver(const MailReceiver&) = delete;
  MailReceiver& operator=(const MailReceiver&) = delete;
  ~MailReceiver() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::vector<ReceivedMail> mails() const {
    const std::scoped_lock lock(mutex_);
    return mails_;
  }
  // Waits until there are so many; the last of them. An empty one if they do not come within half a minute.
  [[nodiscard]] ReceivedMail wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, std::chrono::seconds(30), [&] { return mails_.size() >= count; });
    return mails_.size() >= count ? mails_[count - 1] : ReceivedMail{};
  }

 private:
  [[nodiscard]] bool readable(int fd) const {
    while (!stopping_) {
      pollfd p{.fd = fd, .events = POLLIN, .revents = 0};
      if (::poll(&p, 1, 50) == 1) return true;
    }
    return false;
  }
  void say(const std::string& line) const { (void)::send(connection_, (line + "\r\n").data(), line.size() + 2, MSG_NOSIGNAL); }
  std::optional<std::string> line() {
    while (pending_.find("\r\n") == std::string::npos) {
      char bytes[4096];
      if (!readable(connection_)) return std::nullopt;
      const ssize_t n = ::recv(connection_, bytes, sizeof bytes, 0);
      if (n <= 0) return std::nullopt;
      pending_.append(bytes, static_cast<std::size_t>(n));
    }
    std::string out = pending_.substr(0, pending_.find("\r\n"));
    pending_.erase(0, out.size() + 2);
    return out;
  }
  void take_message(ReceivedMail mail) {
    say("354 go on");
    for (auto text = line(); text && *text != "."; text = line())
      mail.message += (text->starts_with("..") ? text->substr(1) : *text) + "\r\n";
    {
      const std::scoped_lock lock(mutex_);
      mails_.push_back(std::move(mail));
    }
    arrived_.notify_all();
  }
  void session() {
    ReceivedMail mail;
    pending_.clear();
    say("220 receiver.example ESMTP");
    for (auto command = line(); command; command = line()) {
      const std::string verb = command->substr(0, 4);
      if (verb == "QUIT") break;
      if (verb == "RCPT" && !refuse_.empty() && command->find(refuse_) != std::string::npos) {
        say("550 5.1.1 no such mailbox: " + command->substr(8));
        continue;
      }
      if (verb == "MAIL") mail = {.from = *command, .to = {}, .message = {}};
      if (verb == "RCPT") mail.to = command->substr(9, command->find('>') - 9);
      if (verb == "DATA") take_message(mail);
      say(verb == "EHLO" ? "250 receiver.example" : "250 OK");
    }
    say("221 bye");
  }
  void serve() {
    while (readable(listener_)) {
      connection_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection_ < 0) continue;
      session();
      ::close(connection_);
    }
  }

  std::string refuse_;
  int listener_;
  int connection_ = -1;
  std::uint16_t port_ = 0;
  std::string pending_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<ReceivedMail> mails_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace entente::test
