// An HTTP/1.1 server on Asio and Beast's parser: N threads, each with its own event loop and its share of the connections. One request of
// a connection is answered at a time; what a client pipelines waits in the socket. Slow, idle and silent clients are cut off, sizes and
// numbers are limited, addresses can be rate-limited, and stop() finishes what is being answered.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/error.h"
#include "http/message.h"

namespace entente::http {

struct Limits {
  std::size_t max_header_bytes = 16 << 10;           // request line and fields; beyond: 431
  std::size_t max_body_bytes = 16 << 20;             // of one request, decoded from chunks; beyond: 413
  std::size_t max_pending_body_bytes = 256 << 20;    // of all requests being received or answered; beyond: 503
  std::size_t max_connections = 4'096;               // beyond: 503 and close
  std::chrono::milliseconds header_timeout{10'000};  // from a request's first byte to the end of its fields; beyond: 408
  std::chrono::milliseconds body_timeout{60'000};    // from there to the end of its body; beyond: 408
  std::chrono::milliseconds idle_timeout{60'000};    // between requests, and before the first; beyond: closed
  std::chrono::milliseconds write_timeout{30'000};   // without any progress while sending; beyond: closed
  std::chrono::milliseconds drain_timeout{10'000};   // stop() waits so long for answers, then closes
  double rate_per_second = 0;                        // requests from one address (IPv6: one /64) on average; 0: no limit. Beyond: 429
  double rate_burst = 100;                           // requests one address may send at once
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // numeric; "::" or "0.0.0.0" for all
  std::uint16_t port = 0;             // 0: the system chooses; see Server::port()
  unsigned threads = 0;               // 0: as many as the machine has
  Limits limits;
  // The body limit of this request, of which only the head has arrived; at most limits.max_body_bytes counts. Unset: the latter.
  std::function<std::size_t(const Request& head)> body_limit;
  // Words what the server itself refuses (400, 408, 413, 429, 431, 500, 503): `seen` is what arrived of the request, perhaps nothing.
  // Called on an I/O thread. Unset: plain().
  std::function<Response(unsigned status, std::string_view reason, const Request& seen)> refusal;
  // Told what an operator should know (a handler that threw, sockets running out). Called on an I/O thread.
  std::function<void(const Error&)> problem;
};

// Thread-safe.
class Server {
 public:
  using Options = ServerOptions;
  // Listens when it returns. Errors: the address is not numeric, taken, or not allowed.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(Options options, Handler handler);
  ~Server();  // stop()
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url() const;  // "http://127.0.0.1:8080"
  // Takes no more connections and requests, lets those being received or answered finish within drain_timeout, joins the threads. Replies
  // that come later go nowhere. Not to be called from a handler.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente::http
