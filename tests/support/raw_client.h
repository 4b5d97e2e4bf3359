// A bare TCP client for tests of servers: sends any bytes, reads what comes. Every wait ends after ten seconds.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace entente::test {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(fd_); }

  [[nodiscard]] bool connected() const { return connected_; }
  // False if the other side no longer takes anything.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  void shut_sending() { ::shutdown(fd_, SHUT_WR); }

  // One response with its body by Content-Length (none after HEAD: `with_body` false). Empty if the connection ended first.
  enum class Body { expected, none };
  std::string response(Body body = Body::expected) {
    std::size_t head = std::string::npos;
    while ((head = pending_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return {};
    std::size_t total = head + 4;
    const std::size_t field = pending_.find("Content-Length: ");
    if (body == Body::expected && field != std::string::npos && field < head) total += std::stoul(pending_.substr(field + 16));
    while (pending_.size() < total)
      if (!more()) return {};
    std::string out = pending_.substr(0, total);
    pending_.erase(0, total);
    return out;
  }
  std::string ask(std::string_view bytes) { return send(bytes) ? response() : std::string(); }
  // Everything until the other side closes; `closed()` tells whether it did.
  std::string rest() {
    while (more()) {}
    return std::move(pending_);
  }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  bool more() {
    pollfd p{.fd = fd_, .events = POLLIN, .revents = 0};
    if (closed_ || ::poll(&p, 1, 10'000) != 1) return false;
    char bytes[4096];
    const ssize_t n = ::recv(fd_, bytes, sizeof bytes, 0);
    if (n <= 0) {
      closed_ = true;
      return false;
    }
    pending_.append(bytes, static_cast<std::size_t>(n));
    return true;
  }

  int fd_;
  bool connected_ = false;
  bool closed_ = false;
  std::string pending_;
};

}  // namespace entente::test
