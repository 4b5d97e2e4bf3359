// The server's inside: one Loop a thread, each with its connections. Private to the room.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "http/rate_limit.h"
#include "http/server.h"

namespace entente::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
class Connection;
class RequestParser;

// What all threads of a server share. The atomics are counters only: nothing else is published through them.
struct Shared {
  Shared(ServerOptions o, Handler h) : options(std::move(o)), handler(std::move(h)), rate(limits().rate_per_second, limits().rate_burst) {}
  [[nodiscard]] const Limits& limits() const { return options.limits; }
  void tell(std::string what, std::string hint = {}) const;
  [[nodiscard]] Response refusal(unsigned status, std::string_view reason, const Request& seen) const {
    return options.refusal ? options.refusal(status, reason, seen) : plain(status, reason);
  }

  const ServerOptions options;
  const Handler handler;
  RateLimiter rate;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> pending_body_bytes{0};
  std::atomic<bool> draining{false};
};

// One thread, one event loop. Everything but deliver(), adopt() and drain() runs on that thread.
class Loop : public std::enable_shared_from_this<Loop> {
 public:
  explicit Loop(std::shared_ptr<Shared> shared) : shared_(std::move(shared)), sweep_timer_(io_) {}

  void start();  // makes the thread
  // From any thread: hands an accepted socket (made on this loop's context) over.
  void adopt(tcp::socket socket);
  // From any thread: an answer for a connection of this loop. One wake-up serves all answers that queue up before the thread looks.
  void deliver(std::shared_ptr<Connection> connection, Response response);
  // From any thread: closes idle connections now, the others once they are answered, and what is left at `until`. Then the thread ends.
  void drain(Clock::time_point until);
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] asio::io_context& io() { return io_; }
  [[nodiscard]] Shared& shared() { return *shared_; }
  [[nodiscard]] std::string_view date();  // for the Date field, renewed each second
  void forget(const std::shared_ptr<Connection>& connection);

 private:
  struct Answer {
    std::shared_ptr<Connection> connection;
    Response response;
  };
  void run();
  void take_answers();
  void sweep();  // closes what is past its deadline

  const std::shared_ptr<Shared> shared_;
  asio::io_context io_{1};
  asio::steady_timer sweep_timer_;
  std::thread thread_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  std::optional<Clock::time_point> drain_until_;
  std::string date_;
  Clock::time_point date_until_;

  std::mutex mutex_;  // guards the rest
  std::vector<Answer> answers_;
  bool taking_ = false;  // take_answers() is under way or posted
  bool ended_ = false;
};

// One client. Reads a request, has it answered, writes the answer, and only then reads on. Lives on its loop's thread; kept alive by the
// loop, by operations under way, and by Replies not yet called.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Loop> loop, tcp::socket socket, std::string peer);
  ~Connection();

  void start();
  void answer(Response response);  // to the request in hand, and goes on
  void check_deadline(Clock::time_point now);
  // Draining: closes the connection if no request has begun to arrive. Else it closes after its answer.
  void close_if_idle();
  void close();
  [[nodiscard]] const std::shared_ptr<Loop>& loop() const { return loop_; }

 private:
  class Exchange;
  enum class State { reading, handling, writing, lingering, closed };

  void read();
  void on_read(std::size_t bytes);
  void process();  // parses and answers until more bytes or an answer are awaited
  bool on_head();  // false: the request was refused
  void resume();   // process(), out of memory included
  void send(Response response);
  void dispatch();     // gives the finished request to the handler
  void finish_send();  // the whole answer is with the kernel
  void write_rest(std::size_t sent);
  void refuse(unsigned status, std::string_view reason);
  void linger();  // reads away what the client still sends, so that it sees the answer
  void hold_body(std::size_t bytes);
  void set_deadline(std::chrono::milliseconds from_now) { deadline_ = Clock::now() + from_now; }
  [[nodiscard]] std::size_t unread() const { return end_ - begin_; }

  const std::shared_ptr<Loop> loop_;
  tcp::socket socket_;
  const std::string peer_;
  State state_ = State::reading;
  std::optional<Clock::time_point> deadline_;
  std::unique_ptr<RequestParser> parsing_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // of what was received and not parsed
  bool in_handler_ = false;
  std::optional<Response> at_once_;  // the handler answered before it returned
  Method method_ = Method::get;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  std::size_t held_body_ = 0;  // counted in Shared::pending_body_bytes
  std::size_t lingered_ = 0;
  Response response_;
  std::string head_;
};

}  // namespace entente::http
